"""A computer's clock that is set, or that stood while a laptop slept: no wait is shorter or longer for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from tests.trading.conftest import HYNIX, SetClock

from hoga.clock import WallClock, WitnessedClock
from hoga.domain.errors import InvalidOrder, Unreachable
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.trading.limits import NO_LIMITS

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus
HOUR = timedelta(hours=1)


def test_a_clock_that_is_set_ahead_hurries_no_belief(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("lost")
    order = world.place(buy)
    world.broker.hidden.add(101)
    world.watch.ahead = HOUR
    other = world.place(replace(buy, code=HYNIX, quantity=1, price=200_000))  # shown at once
    world.settle(world.patience.reads + 1)
    assert world.order(order).status is S.UNCONFIRMED
    [doubt] = world.desk.doubts
    assert (doubt.is_overdue, doubt.is_list_current) == (False, False)
    assert world.order(other).status is S.OPEN
    world.broker.hidden.clear()
    world.settle()
    assert world.order(order).status is S.OPEN
    world.check_books()


def test_an_order_is_late_by_the_time_that_has_passed_whatever_the_clock_shows(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.script.append("gone")
    order = world.place(buy)
    world.watch.ahead = -HOUR
    world.later(seconds=world.patience.wait.total_seconds() + 1)
    world.place(replace(buy, code=HYNIX, quantity=1, price=200_000))
    world.settle(world.patience.reads)
    assert world.order(order).status is S.NOT_RECEIVED


def test_an_account_that_has_just_moved_is_not_still_because_the_clock_was_set_ahead(
    world: "World", buy: OrderRequest
) -> None:
    world.later(minutes=5)
    world.place(buy)
    world.watch.ahead = HOUR
    before = world.desk._records.stand
    world.do(world.desk.reconcile())
    assert world.desk._records.stand is before
    world.later(seconds=world.patience.account_lag.total_seconds())
    world.do(world.desk.reconcile())
    assert world.desk._records.stand is not before


def test_a_clock_that_is_set_back_puts_nothing_off(world: "World", buy: OrderRequest) -> None:
    task = world.begin(world.desk.watch())
    world.later(seconds=1)
    world.turn()
    world.watch.ahead = -HOUR
    world.broker.script.append("lost")
    order = world.place(buy)
    world.turn()
    assert world.order(order).status is S.OPEN  # looked into at once
    reads = world.broker.reads
    world.later(seconds=world.patience.reconcile_every.total_seconds())
    world.turn()
    assert world.broker.reads > reads
    world.control.write(
        TradingChanged(at=world.watch.now(), state=TradingState.HALTED, by="person", why="", cancels_all=True)
    )
    for _ in range(3):  # it asks for the cancel, and then reads what became of it
        world.later(seconds=1)
        world.turn()
    assert world.order(order).status is S.CANCELED
    task.cancel()
    world.turn()


@pytest.mark.parametrize("ahead", [-HOUR, HOUR], ids=["set back", "a laptop that slept"])
def test_an_order_that_waited_for_too_long_by_either_clock_stays_here(
    world: "World", buy: OrderRequest, ahead: timedelta
) -> None:
    world.broker.script.append("slow ok")
    task = world.begin(world.desk.place(buy, "test"))
    [order] = world.desk.orders
    world.desk.check_departure(order)
    world.watch.ahead = ahead
    if ahead < timedelta():
        world.later(seconds=world.patience.wait.total_seconds() + 1)
    with pytest.raises(Unreachable):
        world.desk.check_departure(order)
    world.broker.answers[0].set()
    world.end(task)


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
def test_guards_count_the_time_that_has_passed(
    new_world: "Callable[..., World]", buy: OrderRequest, ahead: timedelta
) -> None:
    world = new_world(limits=replace(NO_LIMITS, duplicate_seconds=10, orders_a_minute=2))
    world.place(buy)
    world.watch.ahead = ahead
    assert world.place(buy).reason.startswith("duplicate")
    world.later(seconds=11)
    assert world.place(buy).status is S.OPEN
    world.later(seconds=11)
    assert world.place(buy).reason.startswith("order_rate")
    world.later(seconds=39)
    assert world.place(buy).status is S.OPEN


def test_a_clock_that_is_set_ahead_a_day_ends_no_day_of_the_broker(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    """Its answers tell the time there: nothing is given up or has expired before its day is over."""
    clocks: list[WitnessedClock] = []
    told: list[str] = []

    def believe(computer: SetClock) -> WitnessedClock:
        wall = WallClock(wall=computer.now, monotonic=lambda: computer.steady().timestamp())
        clocks.append(WitnessedClock(wall, told.append))
        return clocks[-1]

    world = new_world(believe=believe)

    def answer() -> None:
        clocks[-1].hear(format_datetime(world.clock.now().astimezone(UTC), usegmt=True))

    answer()
    alive = world.place(replace(buy, code=HYNIX, quantity=1, price=200_000))
    world.broker.script.append("lost")
    order = world.place(buy)
    world.broker.hidden.add(102)
    world.watch.ahead = timedelta(days=1)
    world.later(seconds=1)
    answer()
    assert len(told) == 1
    world.settle_for_good()
    assert world.order(order).status is S.UNCONFIRMED
    with pytest.raises(InvalidOrder, match="is over at 15:30"):
        world.do(world.desk.close_day())
    world.broker.hidden.clear()
    world.settle()
    assert [world.order(each).status for each in (alive, order)] == [S.OPEN, S.OPEN]
    assert world.place(replace(buy, price=69_900)).status is S.OPEN
    world.check_books()
