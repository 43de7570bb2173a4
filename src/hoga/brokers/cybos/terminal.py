"""Starting CYBOS Plus or CREON Plus, as a person would every trading morning.

The starter takes the login on its command line, where every program of this computer can read it while the
starter runs: whoever does not want that logs in by hand. Not tried at a real terminal: all of this is
unverified.
"""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PureWindowsPath

from hoga.domain.errors import Unreachable
from hoga.ports import Clock

STARTERS = (
    PureWindowsPath(r"C:\CREON\STARTER\coStarter.exe"),
    PureWindowsPath(r"C:\DAISHIN\STARTER\ncStarter.exe"),
)
"""Where CREON and CYBOS put their starters."""

_PROGRAMS = ("coStarter*", "ncStarter*", "CpStart*", "DibServer*")
_RUNNING = ("CpStart.exe", "DibServer.exe")
_PAUSE = timedelta(seconds=5)
_LOGIN = timedelta(seconds=300)
"""The starter may renew itself first."""

Run = Callable[[Sequence[str]], Awaitable[str]]
"""Runs a program and gives what it prints. A program that is only started prints nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What the starter asks for. Without a certificate's password it logs in to 모의투자 (unverified)."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    certificate_password: str = field(repr=False, default="")


class Terminal:
    """The terminal of this computer. `run` is `run_program`, or a fake."""

    def __init__(self, starter: str, login: Login, run: Run, clock: Clock) -> None:
        self._starter = starter
        self._login = login
        self._run = run
        self._clock = clock

    async def restart(self) -> None:
        """End what runs of it, start it anew, and return when its processes are there.

        Raises `Unreachable` when they do not come. Being logged in is seen by opening a client.
        """
        for program in _PROGRAMS:
            await self._run(("taskkill", "/IM", program, "/F", "/T"))
        await self._clock.sleep(_PAUSE)
        await self._run((self._starter, *starter_arguments(self._login)))
        end = self._clock.steady() + _LOGIN
        while not await self.is_running():
            if self._clock.steady() >= end:
                raise Unreachable(
                    "CYBOS Plus가 시작되지 않습니다. 화면에 뜬 창을 확인하십시오.",
                    "CYBOS Plus does not start. Look at the windows on the screen.",
                )
            await self._clock.sleep(_PAUSE)

    async def is_running(self) -> bool:
        """Whether the processes that a login brings up are there.

        COM is not touched before: an object made while nobody is logged in starts an empty terminal.
        """
        listed = await self._run(("tasklist", "/FO", "CSV", "/NH"))
        return all(name.lower() in listed.lower() for name in _RUNNING)


def starter_arguments(login: Login) -> tuple[str, ...]:
    """What stands behind the starter's name."""
    certificate = (f"/pwdcert:{login.certificate_password}",) if login.certificate_password else ()
    return ("/prj:cp", f"/id:{login.user}", f"/pwd:{login.password}", *certificate, "/autostart")


async def run_program(command: Sequence[str]) -> str:
    """Run a program of Windows. A starter is not waited for."""
    is_starter = command[0].lower().endswith("starter.exe")
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=subprocess.DEVNULL if is_starter else subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if is_starter:
        return ""
    printed, _ = await process.communicate()
    return printed.decode(errors="replace")
