"""The terminal is started as a person would, and its login is shown to nobody else."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tests.brokers.kis.door import at

from hoga.brokers.cybos.terminal import Login, Terminal, starter_arguments
from hoga.domain.errors import Unreachable

LOGIN = Login(user="me", password="pw", certificate_password="cert")
STARTER = r"C:\DAISHIN\STARTER\ncStarter.exe"


class JumpingClock:
    """A clock on which all waiting is over at once."""

    def __init__(self) -> None:
        self._now = at("07:00")

    def now(self) -> datetime:
        return self._now

    def steady(self) -> datetime:
        return self._now

    async def sleep(self, span: timedelta) -> None:
        await self.sleep_until(self._now + span)

    async def sleep_until(self, at: datetime) -> None:
        self._now = max(self._now, at)


class Windows:
    """Programs that come up after `looks` looks at the list of processes."""

    def __init__(self, looks: int | None) -> None:
        self.looks = looks
        self.ran: list[Sequence[str]] = []

    async def run(self, command: Sequence[str]) -> str:
        self.ran.append(tuple(command))
        if command[0] != "tasklist":
            return ""
        seen = sum(each[0] == "tasklist" for each in self.ran)
        is_up = self.looks is not None and seen > self.looks
        return '"CpStart.exe","1"\r\n"DibServer.exe","2"' if is_up else '"CpStart.exe","1"'


def test_what_runs_is_ended_before_it_is_started_anew() -> None:
    windows, clock = Windows(3), JumpingClock()
    terminal = Terminal(STARTER, LOGIN, windows.run, clock)
    asyncio.run(terminal.restart())
    programs = [each[0] for each in windows.ran]
    assert programs == ["taskkill"] * 4 + [STARTER] + ["tasklist"] * 4
    assert windows.ran[4][1:] == ("/prj:cp", "/id:me", "/pwd:pw", "/pwdcert:cert", "/autostart")


def test_a_terminal_that_does_not_come_up_is_told() -> None:
    with pytest.raises(Unreachable):
        asyncio.run(Terminal(STARTER, LOGIN, Windows(None).run, JumpingClock()).restart())


def test_without_a_certificate_none_is_named_and_no_word_is_shown() -> None:
    assert "/pwdcert:" not in " ".join(starter_arguments(Login(user="me", password="pw")))
    assert "pw" not in repr(LOGIN)
