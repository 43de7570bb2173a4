"""The command, on a simulated day and at an exchange in another process."""

import contextlib
import json
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hoga import cli
from hoga.storage.plans import Plans, PlanWish

from .test_main import Hoga, assert_refused, hoga, home
from .test_trade import opened

__all__ = ["hoga", "home", "opened"]

DAY = ("--pace", "max", "--day", "2026-11-20", "--seed", "7", "--hold", "005930=100")


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "model.csv"
    path.write_text("종목코드,비중\n5930,50%\n660,30%\n", encoding="utf-8")
    return str(path)


def test_a_plan_is_shown_traded_and_reported(hoga: Hoga, home: Path, model: str, tmp_path: Path) -> None:
    shown = hoga("rebalance", model, *DAY, "--excel", str(tmp_path / "plan.xlsx"), "--json")
    assert shown.code == 0
    assert [(line["code"], line["held"]) for line in shown.result["lines"]] == [
        ("000660", 0),
        ("005930", 100),
    ]
    assert shown.result["cash_after"] > 0
    assert openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames == ["요약", "계획"]
    done = hoga("rebalance", "--execute", "1", *DAY, "--json")
    assert done.code == 0
    assert [(name["code"], name["difference"]) for name in done.result["names"]] == [
        ("000660", 0),
        ("005930", 0),
    ]
    assert (done.result["refused"], done.result["cash_after"] > 0) == (0, True)
    again = hoga("rebalance", "report", "1", "--excel", str(tmp_path / "report.xlsx"), "--json")
    assert again.result == done.result
    for_people = hoga("rebalance", "report", "1").out
    assert "매매후수량" in for_people
    assert "VWAP" in for_people
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames == ["요약", "종목별", "체결"]


def test_a_preview_is_a_table_and_says_how_to_go_on(hoga: Hoga, model: str) -> None:
    said = hoga("rebalance", model, *DAY)
    assert "투자수량" in said.out
    assert "--execute 1" in said.out
    assert "made" in said.out


def test_a_faulty_model_makes_no_plan(hoga: Hoga, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.csv"
    path.write_text("종목코드,비중\n5930,80%\n999999,10%\n660,30%\n", encoding="utf-8")
    said = hoga("rebalance", str(path), *DAY, "--json")
    assert_refused(said, home, "999999", "120.00%")
    assert not (home / "plans").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "give a model file"),
        (("model.xlsx", "--execute", "1"), "give a model file"),
        (("model.xlsx", "--day", "2026-11-20"), "only with --pace max"),
        (("model.xlsx", "--pace", "60"), "only runs at --pace max"),
        (("model.xlsx", "--pace", "max", "--hold", "005930"), "like 005930=100"),
        (("model.xlsx", "--pace", "max", "--hold", "005930=1", "--after", "1"), "exclude each other"),
        (("--execute", "3", "--pace", "max"), "there is no plan 3"),
        (("stop",), "give a number"),
        (("stop", "9"), "there is no plan 9"),
        (("model.xlsx", "--excel", "plan.csv"), "must end in .xlsx"),
    ],
)
def test_what_cannot_be_meant_is_refused(hoga: Hoga, words: tuple[str, ...], why: str) -> None:
    said = hoga("rebalance", *words, "--json")
    assert (said.code, why in said.result["english"]) == (2, True), said.result


def test_wishes_are_left_for_the_program_that_trades(hoga: Hoga, home: Path, model: str) -> None:
    hoga("rebalance", model, *DAY)
    for word, wish in (("pause", PlanWish.PAUSE), ("resume", PlanWish.GO), ("stop", PlanWish.STOP)):
        assert hoga("rebalance", word, "1").code == 0
        assert Plans(home).find_wish(1) is wish
    assert json.loads(hoga("rebalance", "pause", "1", "--json").out) == {"plan": 1, "wish": "pause"}


def test_at_an_account_a_plan_is_made_begun_stopped_and_reported(
    opened: dict[str, Any], hoga: Hoga, home: Path, model: str
) -> None:
    """Nobody else trades there, so nothing fills, and the reasons say so."""
    shown = hoga("rebalance", model, "--json")
    assert shown.code == 0
    assert shown.result["cash_before"] == 100_000_000
    assert {line["price"] > 0 for line in shown.result["lines"]} == {True}
    hoga("rebalance", "stop", "1")
    ended = hoga("rebalance", "--execute", "1", "--json")
    assert ended.code == 7
    assert {name["after"] for name in ended.result["names"]} == {0}
    assert all(name["reason"] for name in ended.result["names"])


def test_a_plan_of_another_account_or_of_other_holdings_is_refused(
    opened: dict[str, Any], hoga: Hoga, home: Path, model: str
) -> None:
    hoga("rebalance", model)
    file = home / "plans" / "0001.json"
    plan = json.loads(file.read_text(encoding="utf-8"))
    for key, value, why in (
        ("account", "x", "another account"),
        ("day", "2026-11-23", "Make a new one for today"),
    ):
        file.write_text(json.dumps({**plan, key: value}), encoding="utf-8")
        said = hoga("rebalance", "--execute", "1", "--json")
        assert (said.code, why in said.result["english"]) == (2, True), said.result
    line = {**plan["targets"]["lines"][0], "held": 3, "price": 1_000}
    plan["targets"]["lines"][0] = line
    file.write_text(json.dumps(plan), encoding="utf-8")
    said = hoga("rebalance", "--execute", "1", "--json")
    assert said.code == 2
    assert "held 3 then, 0 now" in said.result["english"]
    assert "1,000 won then" in said.result["english"]


def test_a_plan_that_was_interrupted_has_its_report_after_the_close(
    opened: dict[str, Any], hoga: Hoga, home: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted and not traded, and its reasons are remembered; one that never began is refused then."""
    hoga("rebalance", model)
    hoga("rebalance", model)
    calls: list[datetime] = []

    def on_progress(at: datetime, traded: object) -> None:
        calls.append(at)
        if len(calls) == 3:
            raise KeyboardInterrupt
        jump(opened, f"2026-11-20T09:{30 + 10 * len(calls)}:00+09:00")

    with monkeypatch.context() as patch:
        patch.setattr(cli.rebalance, "_progress", lambda plan, json: contextlib.nullcontext(on_progress))
        interrupted = hoga("rebalance", "--execute", "1", "--json")
        assert interrupted.code == 130
    assert Plans(home).find_outcome(1) is None
    jump(opened, "2026-11-20T15:40:00+09:00")
    ended = hoga("rebalance", "--execute", "1", "--json")
    assert (ended.code, ended.result["orders"]) == (7, 0)
    assert {name["reason"][1] for name in ended.result["names"]} == {"nobody offers it (upper limit)"}
    assert hoga("rebalance", "--execute", "1", "--json").result == ended.result
    assert "was over at 15:30" in hoga("rebalance", "--execute", "2", "--json").result["english"]


def jump(opened: dict[str, Any], to: str) -> None:
    """Move the exchange's clock."""
    body = json.dumps({"at": to}).encode()
    url, content = opened["control"] + "/clock/jump", {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, content), timeout=30):
        pass
