"""`hoga doctor`: whether everything is ready to trade, and what to do where it is not."""

import asyncio
from typing import TYPE_CHECKING

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import JsonOption
from hoga.cli.outcome import EXIT_FAILED, said_clearly
from hoga.cli.profile import LiveOption, ProfileOption

if TYPE_CHECKING:
    from hoga.checkup import Finding

_MARKS = {"good": "좋음 ok  ", "doubtful": "확인 look", "bad": "문제 BAD "}


def doctor(profile: ProfileOption = "sim", live: LiveOption = False, json: JsonOption = False) -> None:
    """설정, 키, 시계, 달력, 기록, 한도를 점검 / check settings, keys, clock, calendar, journal, limits."""
    with said_clearly(json):
        from hoga.checkup import Checkup
        from hoga.settings import hoga_home

        checkup = Checkup(profile, hoga_home(), _unheard if json else _show, is_live=live)
        asyncio.run(checkup.run())
    if json:
        print_json({"profile": profile, "is_ready": checkup.is_ready, "findings": checkup.findings})
    if not checkup.is_ready:
        raise typer.Exit(EXIT_FAILED)


def _show(finding: "Finding") -> None:
    print(f"{_MARKS[finding.health]}  {finding.subject:<10}{finding.korean} / {finding.english}", flush=True)


def _unheard(finding: "Finding") -> None:
    """Programs get all findings at the end."""
