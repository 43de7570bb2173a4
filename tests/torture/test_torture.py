"""A short torture for every day; the long one is `python -m tests.torture`."""

import asyncio
import os
import re
from pathlib import Path

import pytest
from tests.torture.__main__ import make_parser
from tests.torture.doom import Moment
from tests.torture.rack import Outcome, torture

from hoga.brokers.kis import login
from hoga.brokers.kis.codes import Environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills by the signals of POSIX")


@pytest.mark.parametrize("environment", Environment)
def test_no_order_is_lost_or_doubled_whatever_breaks(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "TOKEN_PAUSE", login.TOKEN_PAUSE)  # the rack shortens it
    outcome: Outcome = asyncio.run(torture(tmp_path, 30, 4, 7, environment))
    verdict = outcome.verdict
    assert outcome.discrepancies == ()
    assert (verdict.duplicates, verdict.lost, verdict.won_adrift) == (0, 0, 0)
    assert sum(outcome.kills.values()) == 4
    assert sum(outcome.faults.values()) > 0
    assert verdict.orders > 0
    assert verdict.fills > 0


def test_the_manual_knows_every_option_and_every_moment_of_death() -> None:
    page = (Path(__file__).parents[2] / "docs" / "torture.md").read_text(encoding="utf-8")
    options = {text for action in make_parser()._actions for text in action.option_strings}
    named = set(re.findall(r"(?<![\w-])--[a-z]+", page))
    assert named == {each for each in options if each.startswith("--")} - {"--help"}
    assert {moment for moment in Moment if f"`{moment}`" not in page} == {Moment.DISK_FULL, Moment.READ_ONLY}
