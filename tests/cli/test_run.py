"""`hoga run` in a simulated day of its own, and at the exchange of another process."""

import json
from pathlib import Path
from typing import Any

import pytest

from .test_main import Hoga, assert_refused, hoga, home
from .test_trade import opened

__all__ = ["hoga", "home", "opened"]

SCRIPT = """
from datetime import timedelta
from hoga import Decision, View, WhenOrderChanges, WhenTime, buy
class Mine:
    codes = ("005930",)
    def decide(self, view, at):
        if not view.orders:
            order = buy("005930", 3, view.quotes["005930"].lower_limit)
            return Decision(orders=(order,), wake_ups=(WhenTime(at + timedelta(seconds=1)),))
        live = view.live_orders
        SECOND
        return Decision(
            cancels=tuple(order.order_id for order in live if order.status == "open"),
            wake_ups=(WhenOrderChanges(),) if live else (),
        )
"""
MORNING = ("--day", "2026-11-20", "--seed", "7", "--from", "08:59", "--to", "09:02")


@pytest.fixture
def mine(tmp_path: Path) -> str:
    file = tmp_path / "mine.py"
    file.write_text(SCRIPT.replace("SECOND", "pass"), encoding="utf-8")
    return f"{file}:Mine"


@pytest.fixture
def broken(tmp_path: Path) -> str:
    file = tmp_path / "broken.py"
    file.write_text(SCRIPT.replace("SECOND", 'live["nothing"]'), encoding="utf-8")
    return f"{file}:Mine"


def test_a_strategy_of_ones_own_lives_a_simulated_day(hoga: Hoga, home: Path, mine: str) -> None:
    said = hoga("run", mine, "--pace", "max", "--json", *MORNING)
    assert said.code == 0
    ready, result = (json.loads(line) for line in said.out.splitlines())
    assert ready == {
        "ready": True,
        "profile": "sim",
        "account": "5001234501",
        "day": "2026-11-20",
        "source": "made",
    }
    assert (result["strategy"], result["failure"]) == ("Mine", "")
    assert (result["orders"], result["fills"], result["open_orders"]) == (1, 0, 0)
    again = hoga("run", mine, "--pace", "max", "--json", *MORNING)
    assert again.result["journal_sha256"] == result["journal_sha256"]


def test_the_swing_strategy_can_be_run_like_any(hoga: Hoga) -> None:
    said = hoga("run", "swing", "--pace", "max", "--json", *MORNING)
    up = hoga("up", "--pace", "max", "--json", "--fresh", *MORNING)
    assert said.result["orders"] > 0
    assert said.result["strategy"] == "swing"
    assert said.result["journal_sha256"] == up.result["journal_sha256"]


def test_at_a_pace_it_trades_through_the_kis_client(hoga: Hoga, mine: str) -> None:
    said = hoga("run", mine, "--pace", "60", "--json", *MORNING)
    assert said.code == 0
    assert said.result["orders"] == 1
    assert said.result["books_agree"]


def test_one_that_raises_ends_with_its_line_and_nothing_open(hoga: Hoga, broken: str) -> None:
    said = hoga("run", broken, "--pace", "max", "--json", *MORNING)
    assert said.code == 4
    assert said.result["failure"].startswith('broken.py:11: live["nothing"] (TypeError')
    assert said.result["open_orders"] == 0
    assert said.result["books_agree"]


def test_its_orders_stay_when_it_is_set_so(hoga: Hoga, home: Path, broken: str) -> None:
    home.mkdir()
    (home / "hoga.toml").write_text("[run]\ncancel_on_error = false\n")
    said = hoga("run", broken, "--pace", "max", *MORNING)
    assert said.code == 4
    assert "취소" not in said.out.replace("취소 canceled", "")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("nothing.py:Mine",), "nothing.py"),
        (("swing", "--profile", "kis-paper", "--pace", "max"), "--pace"),
        (("swing", "--profile", "kis-paper", "--seed", "1"), "--seed"),
        (("swing", "--pace", "fast"), "fast"),
        (("swing", "--profile", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_run_is_refused(hoga: Hoga, home: Path, arguments: tuple[str, ...], word: str) -> None:
    assert_refused(hoga("run", *arguments, "--json"), home, word)


def test_a_code_that_is_not_listed_is_refused_before_anything_is_done(hoga: Hoga, tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(SCRIPT.replace("005930", "999999").replace("SECOND", "pass"))
    said = hoga("run", str(file), "--pace", "max", "--json", *MORNING)
    assert said.code == 2
    assert "999999" in said.result["english"]


def test_at_the_exchange_of_another_terminal_it_trades_the_account(
    opened: dict[str, Any], hoga: Hoga, mine: str
) -> None:
    said = hoga("run", mine, "--json")
    assert said.code == 0
    ready, result = (json.loads(line) for line in said.out.splitlines())
    assert ready["account"] == opened["account"]
    assert ready["day"] == "2026-11-20"
    assert (result["strategy"], result["orders"], result["open_orders"]) == ("Mine", 1, 0)
    assert [row["status"] for row in hoga("orders", "--json").result["orders"]] == ["canceled"]
    without = hoga("run", "swing", "--json")
    assert without.code == 2
    assert "--candidates" in without.result["english"]


def test_one_that_raises_there_leaves_an_account_that_can_be_traded(
    opened: dict[str, Any], hoga: Hoga, broken: str
) -> None:
    said = hoga("run", broken, "--json")
    assert said.code == 4
    assert "broken.py:11" in said.result["failure"]
    assert any("broken.py:11" in message for message in said.result["messages"])
    assert [row["status"] for row in hoga("orders", "--json").result["orders"]] == ["canceled"]
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    assert hoga("buy", "005930", "1", "--price", str(price), "--json").code == 0
