"""The strategies that people begin from: each lives a made day, or the morning of one, as in the manual."""

import asyncio
import re
from datetime import date, time
from pathlib import Path

import pytest

from hoga.app import Report, run_at_full_speed
from hoga.day import Wanted, plan_day
from hoga.script import read_script
from hoga.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
DAY = date(2026, 11, 27)
MOST_LINES = 45


def live(name: str, home: Path, end: str, folder: Path = EXAMPLES) -> Report:
    script = read_script(str(folder / f"{name}.py"))
    wanted = Wanted(script.digest, lambda plan: script.make())
    plan = plan_day(Settings(), day=DAY, seed=0, end=time.fromisoformat(end), wanted=wanted)
    report = asyncio.run(run_at_full_speed(plan, home, lambda at: None))
    assert report.failure == ""
    assert report.won_conserved
    assert report.books_agree
    return report


def held(report: Report) -> dict[str, int]:
    return {position.code: position.quantity for position in report.positions}


def test_buy_and_hold_spends_an_equal_share_on_each_name_once(tmp_path: Path) -> None:
    report = live("buy_and_hold", tmp_path, "09:06")
    bought = {position.code: position.cost for position in report.positions}
    for code in ("005930", "000660", "035420"):
        assert 31_000_000 < bought[code] < 33_000_000
    assert report.orders == 3


def test_the_moving_average_cross_holds_what_is_above_its_average(tmp_path: Path) -> None:
    report = live("moving_average", tmp_path, "09:07")
    assert held(report)["005930"] > 0
    assert "golden cross" in report.messages[0]
    assert report.orders == 1


def test_the_pair_holds_the_cheaper_one_only(tmp_path: Path) -> None:
    report = live("pairs", tmp_path, "09:32")
    assert len({"005380", "000270"} & held(report).keys()) == 1


def test_the_exit_sells_slice_by_slice_until_nothing_is_left(tmp_path: Path) -> None:
    assert len(live("buy_and_hold", tmp_path, "09:02").positions) == 5  # two are held from the beginning
    part = live("sliced_exit", tmp_path, "10:30")
    assert part.orders == 4
    assert 0 < sum(held(part).values()) < 266
    assert live("sliced_exit", tmp_path, "15:31").positions == ()


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.py")), ids=lambda file: file.stem)
def test_an_example_is_short_and_says_what_it_is_in_both_languages(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    title = text.splitlines()[0]
    assert " / " in title


def test_the_strategy_of_the_manual_runs_too(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?s)```python\n(.*?)```", page)
    (tmp_path / "dip.py").write_text(shown.replace("70_000", "90_000"), encoding="utf-8")
    report = live("dip", tmp_path, "09:03", tmp_path)
    assert held(report)["005930"] == 10
    assert report.orders == 1
