"""First light: one trading day, offline, as a person with nothing but Python meets it."""

import contextlib
import json
import random
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoga.domain.events import OrderSubmitted
from hoga.exchange.commands import Place
from hoga.storage.exchange_log import ExchangeLog
from hoga.storage.journal import SqlJournal
from hoga.trading.desk import KINDS

Start = Callable[..., Any]

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "minute" / "kis_1min_2025-11.parquet"

DAY = ("--day", "2026-11-20")


def assert_a_good_end(command: Any) -> dict[str, Any]:
    assert command.exit_code == 0, command.errors
    report = dict(command.result)
    assert report["open_orders"] == 0
    assert report["unconfirmed"] == 0
    assert report["won_conserved"] is True
    assert report["books_agree"] is True
    return report


def sent_and_received(home: Path) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
    """The orders that the desk's journal and the exchange's log know: code, side, quantity."""
    (folder,) = (path for path in (home / "runs").iterdir() if path.is_dir())
    with (
        contextlib.closing(SqlJournal(folder / "desk.sqlite", KINDS)) as journal,
        contextlib.closing(ExchangeLog(folder / "exchange.sqlite")) as log,
    ):
        sent = [
            (entry.request.code, str(entry.request.side), entry.request.quantity)
            for entry in journal.read()
            if isinstance(entry, OrderSubmitted)
        ]
        received = [
            (command.code, str(command.side), command.quantity)
            for _, command in log.replay()
            if isinstance(command, Place)
        ]
    return sent, received


class Bridge:
    """What `curl` does."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def get(self, route: str, **arguments: str | int) -> Any:
        with urllib.request.urlopen(f"{self._url}/{route}?{urllib.parse.urlencode(arguments)}") as answer:
            assert answer.headers["X-Hoga-Prices"] == "made"
            return json.load(answer)

    def post(
        self, route: str, arguments: dict[str, str | int], *, with_token: bool = True
    ) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{self._url}/{route}?{urllib.parse.urlencode(arguments)}",
            method="POST",
            headers={"Authorization": f"Bearer {self._token}"} if with_token else {},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded bars of ../shared/data are not here")
def test_she_trades_a_real_day_that_she_recorded(start: Start) -> None:
    command = start("up", "--pace", "max", "--json", "--bars", str(RECORDED), "--day", "2025-11-14").end()
    report = assert_a_good_end(command)
    assert (report["source"], report["day"]) == ("recorded", "2025-11-14")
    assert report["orders"] > 0
    assert report["fills"] > 0


def test_she_asks_the_bridge_loses_power_and_finds_her_order_again(start: Start, tmp_path: Path) -> None:
    # Given a morning that runs slowly enough to look at,
    morning = ("up", "--json", "--port", "0", *DAY, "--seed", "7", "--from", "09:02", "--to", "09:30")
    command = start(*morning, "--pace", "10")
    ready = json.loads(command.wait_for(lambda line: "ready" in line))
    bridge = Bridge(ready["url"], ready["token"])

    # when she asks what the original bridge could be asked,
    assert bridge.get("connection")["broker"]
    assert bridge.get("accountinfo")["tot_amount"] > 0
    held = bridge.get("stockaccountinfo")[0]
    code = held["종목코드"]
    assert bridge.get("chart", code=code, n=5)
    (quote,) = bridge.get("marketeye", code=code)
    assert quote["현재가"] > 0
    best_ask = min(level["호가"] for level in bridge.get("hogainfo", code=code, k=1))
    # and orders a share, first without the token and then with it, at a price that the market must take,
    order = {
        "acc": ready["account"],
        "front": code[0],
        "code": code[1:],
        "amount": 1,
        "price": best_ask,
    }
    status, refused = bridge.post("sell", order, with_token=False)
    assert status == 401
    assert refused["korean"]
    status, taken = bridge.post("sell", order)
    assert status == 200
    assert taken["cybos_status"] == 0, taken

    # and the power fails,
    command.kill()
    # then the same day goes on where it was, and her order is in it, once.
    again = start(*morning, "--pace", "max").end()
    report = assert_a_good_end(again)
    assert any("continued with" in line for line in report["recovered"])
    sent, received = sent_and_received(tmp_path / "home")
    assert set(received) <= set(sent)
    assert sent.count((code[1:], "sell", 1)) == received.count((code[1:], "sell", 1)) == 1


def test_she_watches_twenty_minutes_over_real_sockets(start: Start) -> None:
    command = start("up", "--pace", "600", "--from", "09:00", "--to", "09:20", "--json", "--port", "0", *DAY)
    report = assert_a_good_end(command.end())
    assert json.loads(command.lines[0])["ready"]
    assert report["orders"] > 0
    assert report["fills"] > 0


@pytest.mark.parametrize("seed", [1, 3])
def test_the_power_fails_again_and_again_and_no_order_is_lost_or_doubled(
    start: Start, tmp_path: Path, seed: int
) -> None:
    luck = random.Random(seed)
    day = ("up", "--pace", "max", *DAY, "--seed", str(seed), "--from", "08:59", "--to", "09:30")
    for _ in range(2):
        command = start(*day)
        for _ in range(luck.randint(3, 6)):
            command.next_line()
        command.kill()
    report = assert_a_good_end(start(*day, "--json").end())
    assert report["orders"] > 0
    sent, received = sent_and_received(tmp_path / "home")
    assert len(sent) == report["orders"]
    # What never arrived may be wanted again; what arrived is there once.
    assert len(set(received)) == len(received)
    assert not Counter(received) - Counter(sent)
    assert len(sent) - len(received) <= 2, "at most what was on its way when the power failed"


def test_the_power_fails_while_orders_go_over_sockets(start: Start, tmp_path: Path) -> None:
    day = ("up", "--port", "0", *DAY, "--seed", "7", "--from", "08:59", "--to", "09:12")
    command = start(*day, "--pace", "120")
    command.wait_for(lambda line: "매수" in line)
    command.kill()
    report = assert_a_good_end(start(*day, "--pace", "300", "--json").end())
    assert report["recovered"]
    sent, received = sent_and_received(tmp_path / "home")
    assert len(sent) == report["orders"]
    assert len(set(sent)) == len(sent)
    assert set(received) <= set(sent)
    assert len(set(received)) == len(received)
