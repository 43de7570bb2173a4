"""`hoga doctor`: whether everything is ready to trade, and what to do where it is not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import JsonOption
from hoga.cli.outcome import EXIT_FAILED, said_clearly
from hoga.cli.profile import LiveOption, ProfileOption

if TYPE_CHECKING:
    from hoga.accounts.connection import Rehearsal
    from hoga.checkup import Finding

_MARKS = {"good": "좋음 ok  ", "doubtful": "확인 look", "bad": "문제 BAD "}


FakeTerminalOption = Annotated[
    bool,
    typer.Option(
        "--fake", help="대신증권 점검표를 모의 단말로 연습 / rehearse Daishin's checklist at a made terminal."
    ),
]


def doctor(
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    fake: FakeTerminalOption = False,
    json: JsonOption = False,
) -> None:
    """설정, 키, 시계, 달력, 기록, 한도를 점검 / check settings, keys, clock, calendar, journal, limits."""
    with said_clearly(json):
        from hoga.checkup import Checkup
        from hoga.settings import hoga_home

        async def look() -> Checkup:
            async with _terminal(fake) as rehearsal:
                heard = _unheard if json else _show
                checkup = Checkup(profile, hoga_home(), heard, is_live=live, rehearsal=rehearsal)
                await checkup.run()
                return checkup

        checkup = asyncio.run(look())
    if json:
        print_json({"profile": profile, "is_ready": checkup.is_ready, "findings": checkup.findings})
    if not checkup.is_ready:
        raise typer.Exit(EXIT_FAILED)


@contextlib.asynccontextmanager
async def _terminal(is_wanted: bool) -> "AsyncIterator[Rehearsal | None]":
    """A made terminal of Daishin's in front of a made day, if that is wanted."""
    if not is_wanted:
        yield None
        return
    from hoga.day import plan_day
    from hoga.rehearsal import made_terminal
    from hoga.settings import read_settings

    async with made_terminal(plan_day(read_settings(), wanted=None), Decimal(1)) as rehearsal:
        yield rehearsal


def _show(finding: "Finding") -> None:
    print(f"{_MARKS[finding.health]}  {finding.subject:<10}{finding.korean} / {finding.english}", flush=True)


def _unheard(finding: "Finding") -> None:
    """Programs get all findings at the end."""
