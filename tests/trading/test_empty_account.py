"""An account that is read as empty when a day is opened, though something is held."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.trading.conftest import HYNIX, SAMSUNG, Row

from hoga.domain.account import Account
from hoga.domain.errors import BrokerError
from hoga.domain.events import DayOpened
from hoga.domain.notices import OrderReport
from hoga.domain.request import OrderRequest, Side
from hoga.krx.calendar import next_trading_day

if TYPE_CHECKING:
    from tests.trading.conftest import World


def show_nothing(world: "World", monkeypatch: pytest.MonkeyPatch, empty_reads: int) -> list[int]:
    """So often the account is shown without what it holds; counts how often it was asked."""
    read, asked = world.broker.account, [0]

    async def account() -> Account:
        asked[0] += 1
        shown = await read()
        return replace(shown, positions=()) if asked[0] <= empty_reads else shown

    monkeypatch.setattr(world.broker, "account", account)
    return asked


def open_tomorrow(world: "World", monkeypatch: pytest.MonkeyPatch, empty_reads: int) -> list[int]:
    """Close the day, and open the next where nothing is shown at first; how often it was asked."""
    world.clock.set(world.at(15, 31))
    world.do(world.desk.close_day())
    asked = show_nothing(world, monkeypatch, empty_reads)
    day = next_trading_day(world.day)
    world.clock.set(world.clock.now() + (day - world.day) - timedelta(hours=8))
    world.lines.told.clear()
    world.do(world.desk.open(day))
    return asked


def test_it_is_read_again_before_it_is_believed(world: "World", monkeypatch: pytest.MonkeyPatch) -> None:
    asked = open_tomorrow(world, monkeypatch, empty_reads=2)
    assert asked == [3]
    assert {code: held.quantity for code, held in world.desk.positions.items()} == {SAMSUNG: 10}
    assert not world.lines.told


def test_one_that_stays_empty_is_told_and_the_next_reconciliation_differs(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = open_tomorrow(world, monkeypatch, empty_reads=5)
    assert asked == [5]
    assert world.desk.positions == {}
    assert len(world.lines.about("shows no holdings")) == 1
    [difference] = world.do(world.desk.reconcile())
    assert (difference.subject, difference.ours, difference.theirs) == (SAMSUNG, 0, 10)
    assert world.lines.about("differs from the broker")


def test_one_that_was_empty_before_is_believed_at_once(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    world.broker.shares.clear()
    world.do(world.desk.reconcile())
    asked = open_tomorrow(world, monkeypatch, empty_reads=0)
    assert asked == [1]


def test_one_that_was_sold_out_in_the_morning_is_believed_at_once(
    world: "World", monkeypatch: pytest.MonkeyPatch, sell: OrderRequest
) -> None:
    world.clock.set(world.at(15, 31))
    world.do(world.desk.close_day())
    day = next_trading_day(world.day)
    world.clock.set(world.clock.now() + (day - world.day) - timedelta(hours=6))
    world.broker.shares.clear()
    sold = Row(301, None, sell, world.clock.now(), 0, filled=10, amount=700_000)
    listed = world.broker.orders

    async def orders(first: date, last: date) -> Sequence[OrderReport]:
        return [sold.report()] if first == day else await listed(first, last)

    monkeypatch.setattr(world.broker, "orders", orders)
    asked = show_nothing(world, monkeypatch, empty_reads=0)
    world.lines.told.clear()
    world.do(world.desk.open(day))
    assert (asked, world.desk.positions, world.lines.told) == ([1], {}, [])


# Without an earlier day


def test_the_first_of_all_is_read_a_second_time(
    new_world: "Callable[..., World]", monkeypatch: pytest.MonkeyPatch
) -> None:
    world = new_world(open_it=False, shares={SAMSUNG: 10})
    asked = show_nothing(world, monkeypatch, empty_reads=1)
    world.open()
    assert (asked, world.desk.positions[SAMSUNG].quantity) == ([2], 10)


def test_when_the_second_reading_fails_nothing_is_opened(
    new_world: "Callable[..., World]", monkeypatch: pytest.MonkeyPatch
) -> None:
    world = new_world(open_it=False, shares={SAMSUNG: 10})
    world.broker.account_faults = ["ok", "fail"]
    show_nothing(world, monkeypatch, empty_reads=1)
    with pytest.raises(BrokerError, match="the account cannot be read"):
        world.open()
    assert not world.desk.is_open
    assert not [entry for entry in world.journal.entries if isinstance(entry, DayOpened)]
    world.open()
    assert world.desk.positions[SAMSUNG].quantity == 10


def test_holdings_that_show_only_later_are_an_alarm_with_both_sides(
    new_world: "Callable[..., World]", monkeypatch: pytest.MonkeyPatch
) -> None:
    world = new_world(open_it=False, shares={SAMSUNG: 10, HYNIX: 3})
    show_nothing(world, monkeypatch, empty_reads=2)
    world.open()
    assert world.desk.positions == {}
    found = {(each.subject, each.ours, each.theirs) for each in world.do(world.desk.reconcile())}
    assert found == {(SAMSUNG, 0, 10), (HYNIX, 0, 3)}
    assert len(world.lines.about("differs from the broker")) == 2
    assert world.desk.positions == {}  # and nothing is taken over in silence
    world.restart()
    assert len(world.desk.differences) == 2


@pytest.mark.parametrize("when", ["on a day before", "this morning"])
def test_one_that_should_hold_what_was_bought_is_told_if_it_stays_empty(
    new_world: "Callable[..., World]", monkeypatch: pytest.MonkeyPatch, buy: OrderRequest, when: str
) -> None:
    world = new_world(open_it=False, shares={SAMSUNG: 6})
    days = timedelta(days=2) if when == "on a day before" else timedelta()
    bought = Row(7, None, buy, world.clock.now() - days, 0, filled=10, amount=700_000)
    sold = Row(8, None, replace(buy, side=Side.SELL, quantity=4), bought.placed_at, 0, filled=4, amount=1)
    if days:
        world.broker.past += [bought.report(), sold.report()]
    else:
        world.broker.rows |= {7: bought, 8: sold}
    asked = show_nothing(world, monkeypatch, empty_reads=5)
    world.open()
    assert asked == [5]
    [alarm] = world.lines.about("shows no holdings")
    assert SAMSUNG in alarm


def test_one_that_sold_what_it_bought_is_believed_after_two_readings(
    new_world: "Callable[..., World]", monkeypatch: pytest.MonkeyPatch, buy: OrderRequest
) -> None:
    world = new_world(open_it=False)
    for number, side in ((7, Side.BUY), (8, Side.SELL)):
        at = world.clock.now() - timedelta(days=2)
        row = Row(number, None, replace(buy, side=side), at, 0, filled=10, amount=700_000)
        world.broker.past.append(row.report())
    asked = show_nothing(world, monkeypatch, empty_reads=0)
    world.open()
    assert (asked, world.desk.positions, world.lines.told) == ([2], {}, [])
