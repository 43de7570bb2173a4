"""The commands that trade and look, against `hoga exchange` in another process, as in two terminals."""

import io
import json
import os
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hoga import connect, profiles, settling
from hoga.clock import WallClock
from hoga.settings import hoga_home, read_settings
from hoga.storage.control import SqlControl
from hoga.storage.lease import TTL, SqlLease

from .test_main import Hoga, hoga, home

__all__ = ["hoga", "home"]

PORTS = tuple(f"--{name}-port" for name in ("rest", "paper-rest", "ws", "paper-ws"))


@pytest.fixture
def opened(
    start: Callable[..., Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """A quiet exchange of a made day, and what its ready line says."""
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)
    ports = [word for port in PORTS for word in (port, "0")]
    morning = ("--day", "2026-11-20", "--from", "09:30")
    exchange = start("exchange", "--json", "--quiet", "--no-limits", *morning, *ports, home=home)
    yield json.loads(exchange.wait_for(lambda line: '"ready"' in line))
    exchange.interrupt()


def test_an_order_is_placed_seen_replaced_cancelled_and_seen_again(
    opened: dict[str, Any], hoga: Hoga
) -> None:
    quote = hoga("quote", "005930", "A000660", "--json").result["quotes"]
    assert [row["code"] for row in quote] == ["005930", "000660"]
    price = quote[0]["base_price"]
    bought = hoga("buy", "005930", "10", "--price", str(price), "--json")
    assert bought.code == 0
    assert (bought.result["status"], bought.result["remaining_quantity"]) == ("open", 10)
    book = hoga("book", "005930", "--json").result
    assert book["bids"] == [{"price": price, "quantity": 10}]
    order_id = bought.result["order_id"]
    tick = quote[0]["base_price"] - quote[0]["lower_limit"]
    lower = hoga("replace", order_id, "--price", str(quote[0]["lower_limit"]), "--json")
    assert (lower.code, lower.result["price"]) == (0, quote[0]["lower_limit"])
    assert tick > 0
    assert lower.result["broker_order_id"] != bought.result["broker_order_id"]
    orders = hoga("orders", "--json").result["orders"]
    assert [(row["order_id"], row["status"]) for row in orders] == [(order_id, "open")]
    gone = hoga("cancel", lower.result["broker_order_id"], "--json")
    assert (gone.code, gone.result["status"]) == (0, "canceled")
    assert hoga("fills", "--json").result["fills"] == []
    assert hoga("positions", "--json").result["positions"] == []
    account = hoga("account", "--json").result
    assert account["account"] == opened["account"]
    assert account["buying_power"] == account["deposit"] == 100_000_000


def test_orders_are_placed_and_cancelled_where_the_stream_cannot_be_reached(
    opened: dict[str, Any], hoga: Hoga, home: Path
) -> None:
    (home / "hoga.toml").write_text('[profiles.sim]\nbroker = "sim"\nwebsocket_url = "ws://127.0.0.1:9"\n')
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    bought = hoga("buy", "005930", "10", "--price", str(price), "--json")
    assert (bought.code, bought.result["status"]) == (0, "open")
    assert "without the stream" in bought.err
    gone = hoga("cancel", bought.result["order_id"], "--json")
    assert (gone.code, gone.result["status"]) == (0, "canceled")
    assert hoga("account", "--json").result["buying_power"] == 100_000_000


def test_the_switch_holds_for_every_later_command_and_cancels_what_is_open(
    opened: dict[str, Any], hoga: Hoga
) -> None:
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    assert hoga("buy", "005930", "1", "--price", str(price)).code == 0
    halted = hoga("halt", "--cancel-all", "--why", "enough", "--json")
    assert (halted.code, halted.result["open_orders"]) == (0, [])
    assert [row["status"] for row in hoga("orders", "--json").result["orders"]] == ["canceled"]
    denied = hoga("buy", "005930", "2", "--price", str(price), "--json")
    assert (denied.code, denied.result["status"]) == (5, "denied")
    assert denied.result["reason"].startswith("halted")
    assert hoga("reduce", "--json").result["state"] == "reducing"
    assert hoga("buy", "005930", "2", "--price", str(price), "--json").result["reason"].startswith("reducing")
    assert hoga("resume", "--json").result["state"] == "active"
    assert hoga("buy", "005930", "2", "--price", str(price), "--json").result["status"] == "open"


def test_a_desk_that_stands_still_does_not_keep_what_is_open(
    opened: dict[str, Any], hoga: Hoga, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paused process has the account until its heartbeat is too old; then somebody else cancels."""
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    assert hoga("buy", "005930", "1", "--price", str(price)).code == 0
    monkeypatch.setattr("hoga.cli.halt.CANCEL_PATIENCE", timedelta(seconds=10))
    journal, beat = profiles.find_journal("sim", read_settings(), hoga_home()), WallClock().now() - TTL
    lease = SqlLease(journal, opened["account"], lambda: beat + timedelta(seconds=3), host="elsewhere")
    halted = hoga("halt", "--cancel-all", "--json")
    lease.close()
    assert (halted.code, halted.result["open_orders"]) == (0, [])
    assert [row["status"] for row in hoga("orders", "--json").result["orders"]] == ["canceled"]


def test_the_kill_switch_works_while_the_limits_in_the_settings_are_wrong(
    opened: dict[str, Any], hoga: Hoga, home: Path
) -> None:
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    assert hoga("buy", "005930", "1", "--price", str(price)).code == 0
    (home / "hoga.toml").write_text("[risk]\norder_quantity = 'many'\n", encoding="utf-8")
    assert "order_quantity" in hoga("buy", "005930", "2", "--price", str(price)).err
    halted = hoga("halt", "--cancel-all", "--json")
    assert (halted.code, halted.result["open_orders"]) == (0, [])


@pytest.mark.parametrize(
    "content",
    [
        b"[risk]\norder_quantity = 10,000\n",
        b"\x00 \xff nothing that anybody could read {{{ [[[",
        b"[risk\n[profiles.sim]\nbroker = 'sim'\n",
        b"[profiles.other]\njournal = 'postgresql://\n",
    ],
)
def test_the_kill_switch_works_while_the_settings_are_no_toml_at_all(
    opened: dict[str, Any], hoga: Hoga, home: Path, content: bytes
) -> None:
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    assert hoga("buy", "005930", "1", "--price", str(price)).code == 0
    (home / "hoga.toml").write_bytes(content)
    assert hoga("buy", "005930", "2", "--price", str(price)).code == 2
    reduced = hoga("reduce", "--json")
    assert (reduced.code, reduced.result["state"]) == (0, "reducing")
    halted = hoga("halt", "--cancel-all", "--json")
    assert (halted.code, halted.result["open_orders"]) == (0, [])
    assert "hoga.toml" in halted.err
    assert hoga("resume").code == 2  # trading again can wait until the file is right
    (home / "hoga.toml").unlink()
    denied = hoga("buy", "005930", "3", "--price", str(price), "--json")
    assert denied.result["reason"].startswith("halted ")


def test_a_kill_switch_that_may_stand_beside_another_journal_says_so_and_fails(
    opened: dict[str, Any], hoga: Hoga, home: Path
) -> None:
    (home / "hoga.toml").write_text("[profiles.sim]\njournal = 'sqlite:///else.sqlite\n", encoding="utf-8")
    halted = hoga("halt", "--json")
    assert (halted.code, halted.result["state"]) == (2, "halted")
    assert "[profiles.sim] could not be read whole" in halted.err


def test_people_see_tables_and_what_is_wrong_in_two_languages(opened: dict[str, Any], hoga: Hoga) -> None:
    assert "없음 / none" in hoga("orders").out
    assert "주문가능" in hoga("account").out
    assert "005930" in hoga("bars", "005930").out or "date" in hoga("bars", "005930").out
    denied = hoga("buy", "005930", "10", "--price", "7")
    assert denied.code == 5
    assert "denied" in denied.out
    assert hoga("buy", "999999", "10").code == 5
    assert hoga("cancel", "nothing").code == 2
    assert hoga("bars", "005930", "--from", "2026-11-20", "--to", "2026-11-01").code == 2
    assert hoga("bars", "005930", "--from", "yesterday").code == 2


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_without_an_exchange_a_command_says_what_to_start(hoga: Hoga) -> None:
    said = hoga("account")
    assert said.code == 2
    assert "hoga exchange" in said.err


def lose_requests(opened: dict[str, Any], call: str) -> None:
    fault = {
        "effect": "lose_request",
        "when": {"kind": "nth"},
        "only": {"call": call},
    }
    request = urllib.request.Request(
        f"{opened['control']}/faults", json.dumps(fault).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 201


def test_an_order_without_an_answer_is_shown_and_decided_by_a_person(
    opened: dict[str, Any], hoga: Hoga, monkeypatch: pytest.MonkeyPatch
) -> None:
    price = str(hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"])
    first = hoga("buy", "005930", "1", "--price", price, "--json").result
    lose_requests(opened, "buy")
    lost = hoga("buy", "005930", "2", "--price", price, "--json")
    order_id = lost.result["order_id"]
    assert (lost.code, lost.result["status"]) == (6, "unconfirmed")
    shown = hoga("orders")
    assert f"UNCONFIRMED! order {order_id} (005930 buy 2 @ {price}, unconfirmed)" in shown.err
    assert f"hoga orders settle {order_id}" in shown.err

    for wrong in ((), ("--arrived", "9", "--never-arrived")):
        assert hoga("orders", "settle", order_id, *wrong).code == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    kept = hoga("orders", "settle", order_id, "--never-arrived", "--json")
    assert (kept.code, kept.result["status"]) == (6, "unconfirmed")
    assert f"The highest number before it was sent: {first['broker_order_id']}" in kept.err
    too_low = hoga("orders", "settle", order_id, "--arrived", first["broker_order_id"], "--yes", "--json")
    assert (too_low.code, too_low.result["error"]) == (4, "InvalidOrder")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    decided = hoga("orders", "settle", order_id, "--never-arrived", "--json")
    assert (decided.code, decided.result["status"]) == (0, "not_received")
    assert "UNCONFIRMED" not in hoga("orders").err
    again = hoga("orders", "settle", first["order_id"], "--never-arrived", "--yes", "--json")
    assert "Only what is unconfirmed can be decided" in again.result["english"]


def lose_and_hide(opened: dict[str, Any]) -> None:
    """The next buy is carried out, its answer lost, the list is late, and no notice comes."""
    today = {"kind": "window", "start": "2026-11-20T09:00:00", "end": "2026-11-20T15:00:00"}
    faults = (
        {"effect": "lose_answer", "only": {"call": "buy"}},
        {"effect": "late_orders", "seconds": 600, "when": today},
        {"effect": "hold_back", "when": today},
    )
    for fault in faults:
        request = urllib.request.Request(
            f"{opened['control']}/faults", json.dumps(fault).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 201


@pytest.mark.usefixtures("home")
def test_a_person_decides_while_a_desk_lives(
    opened: dict[str, Any], hoga: Hoga, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect("sim", tell=lambda sentence: None) as account:
        price = account.quote("005930").lower_limit
        lose_and_hide(opened)
        lost = account.buy("005930", 2, price)
        assert lost.status == "unconfirmed"
        unknown = hoga("orders", "settle", "20261120-000099", "--never-arrived", "--yes", "--json")
        assert (unknown.code, unknown.result["error"]) == (2, "BadInput")
        wrong = hoga("orders", "settle", lost.order_id, "--arrived", "noon", "--yes", "--json")
        assert (wrong.code, wrong.result["error"]) == (4, "InvalidOrder")
        assert "made of digits" in wrong.result["english"]
        assert "숫자입니다" in wrong.result["korean"]
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
        kept = hoga("orders", "settle", lost.order_id, "--never-arrived", "--json")
        assert (kept.code, kept.result["status"]) == (6, "unconfirmed")
        url = f"{opened['control']}/accounts/{opened['account']}/orders"
        with urllib.request.urlopen(url, timeout=5) as answer:
            [order] = json.load(answer)["orders"]
        number = f"{order['number']:010d}"
        decided = hoga("orders", "settle", lost.order_id, "--arrived", number, "--yes", "--json")
        assert (decided.code, decided.result["status"]) == (0, "open")
        assert decided.result["broker_order_id"] == number
        [known] = account.orders()
        assert (known.status, known.broker_order_ids) == ("open", (number,))


def test_a_desk_that_does_not_listen_hears_nothing_later(
    opened: dict[str, Any], hoga: Hoga, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_and_hide(opened)
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    lost = hoga("buy", "005930", "2", "--price", str(price), "--json").result
    monkeypatch.setattr(settling, "HEARD_WITHIN", 0.0)
    found = profiles.find_journal("sim", read_settings(), hoga_home())
    lease = SqlLease(found, opened["account"], WallClock().now)  # it has the account, and is busy
    try:
        refused = hoga("orders", "settle", lost["order_id"], "--never-arrived", "--yes", "--json")
    finally:
        lease.close()
    assert (refused.code, refused.result["error"]) == (4, "InvalidOrder")
    assert "does not listen" in refused.result["english"]
    control = SqlControl(found)
    assert [petition.state for petition in control.petitions()] == ["withdrawn"]
    control.close()
    assert hoga("orders", "--json").result["orders"][0]["status"] == "unconfirmed"


@pytest.fixture
def apart(opened: dict[str, Any], hoga: Hoga, home: Path) -> tuple[str, dict[str, Any], int]:
    """Our order by SOR, somebody else's that looks like a part of it, and their price."""
    (home / "hoga.toml").write_text(
        f'[risk]\nvenues = ["KRX", "SOR"]\n[profiles.mts]\nbroker = "sim"\naccount = "{opened["account"]}"\n'
        f"journal = 'sqlite:///{(home / 'mts.sqlite').as_posix()}'\n",
        encoding="utf-8",
    )
    price = hoga("quote", "005930", "--json").result["quotes"][0]["lower_limit"]
    ours = hoga("buy", "005930", "10", "--price", str(price), "--venue", "SOR", "--json").result
    assert hoga("orders", "--json").result["apart"] == []
    theirs = hoga("buy", "005930", "4", "--price", str(price), "--profile", "mts", "--json").result
    assert (ours["status"], theirs["status"]) == ("open", "open")
    return ours["order_id"], theirs, price


def test_a_person_decides_that_a_number_is_a_part(
    apart: tuple[str, dict[str, Any], int], hoga: Hoga, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, theirs, price = apart
    number = theirs["broker_order_id"]
    shown = hoga("orders", "--json")
    assert f"hoga orders settle {order_id} (--part {number} | --outside {number})" in shown.err
    assert [row["order_id"] for row in shown.result["orders"]] == [order_id]
    [row] = shown.result["apart"]
    assert (row["order_id"], row["broker_order_id"], row["quantity"]) == (order_id, number, 4)
    ours, table = hoga("orders").out.split("hoga orders settle")
    assert (number in ours, number in table) == (False, True)
    more = ("buy", "005930", "2", "--price", str(price), "--json")
    assert hoga(*more).result["reason"].startswith("in_doubt ")

    for wrong in (("--part", number, "--outside", number), ("--part", number, "--never-arrived")):
        assert hoga("orders", "settle", order_id, *wrong).code == 2
    unknown = hoga("orders", "settle", order_id, "--part", "999", "--yes", "--json")
    assert (unknown.code, unknown.result["error"]) == (4, "InvalidOrder")
    assert "number 999 does not wait for a decision" in unknown.result["english"]
    assert "번호 999은(는)" in unknown.result["korean"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    kept = hoga("orders", "settle", order_id, "--part", number, "--json")
    assert f"perhaps a part of it: number {number}, 005930 buy @ {price}, KRX, filled 0/4" in kept.err
    assert (kept.code, "nothing was decided" in kept.err) == (6, True)
    assert len(hoga("orders", "--json").result["apart"]) == 1
    decided = hoga("orders", "settle", order_id, "--part", number, "--yes", "--json")
    assert (decided.code, decided.result["order_id"]) == (0, order_id)
    after = hoga("orders", "--json")
    assert ("may be a part" in after.err, after.result["apart"]) == (False, [])
    assert [row["order_id"] for row in after.result["orders"] if row["status"] == "open"] == [order_id]
    assert hoga(*more).result["status"] == "open"


def test_a_person_decides_that_a_number_is_somebody_elses_while_a_desk_lives(
    apart: tuple[str, dict[str, Any], int], hoga: Hoga
) -> None:
    order_id, theirs, price = apart
    number = theirs["broker_order_id"]
    with connect("sim", tell=lambda sentence: None) as account:
        assert account.buy("005930", 2, price).status == "denied"
        unknown = hoga("orders", "settle", order_id, "--outside", "999", "--yes", "--json")
        assert (unknown.code, unknown.result["error"]) == (4, "InvalidOrder")
        assert "number 999 does not wait for a decision" in unknown.result["english"]
        decided = hoga("orders", "settle", order_id, "--outside", number, "--yes", "--json")
        assert f"perhaps a part of it: number {number}" in decided.err
        assert (decided.code, decided.result["broker_order_id"]) == (0, number)
        assert (decided.result["source"], decided.result["remaining_quantity"]) == ("outside", 4)
        assert account.buy("005930", 2, price).status == "open"
    assert hoga("orders", "--json").result["apart"] == []
