from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hoga.domain.errors import BadInput, JournalError
from hoga.domain.order import OrderStatus
from hoga.domain.wake import Decision, View, WhenOrderChanges, WhenTime
from hoga.trading.runner import Runner
from hoga.trading.shift import require_market, work

from .test_runner import BUY, Scripted, waiting

if TYPE_CHECKING:
    from tests.trading.conftest import World


def runner_of(world: "World", *acts: Decision | Callable[[View, datetime], Decision]) -> Runner:
    return Runner(world.desk, world.market, Scripted(*acts), world.clock)


def test_it_ends_when_the_strategy_is_over_and_its_orders_are_too(world: "World") -> None:
    runner = runner_of(world, Decision(orders=(BUY,)))
    working = world.begin(work(world.desk, runner, world.market, world.clock))
    world.later(seconds=2)
    world.turn()
    assert runner.is_over
    assert not working.done()
    world.broker.fill(101, 10)
    world.turn()
    world.later(seconds=2)
    report = world.end(working)
    assert (report.strategy, report.orders, report.fills) == ("scripted", 1, 1)
    assert (report.bought, report.sold, report.open_orders) == (700_000, 0, 0)
    assert report.failure == ""


def test_it_ends_after_the_close_whatever_the_strategy_waits_for(world: "World") -> None:
    runner = runner_of(world, waiting(WhenOrderChanges(), orders=(BUY,)))
    working = world.begin(work(world.desk, runner, world.market, world.clock))
    world.clock.set(world.at(15, 30))
    world.turn()
    assert not working.done()
    world.clock.set(world.at(15, 30, 36))
    report = world.end(working)
    assert report.open_orders == 1
    assert world.desk.is_open  # others may trade after hours


def test_a_strategy_that_raises_leaves_the_desk_running(world: "World") -> None:
    def broken(view: View, at: datetime) -> Decision:
        raise ZeroDivisionError

    runner = runner_of(world, waiting(WhenTime(world.at(10, 5)), orders=(BUY,)), broken)
    working = world.begin(work(world.desk, runner, world.market, world.clock))
    world.clock.set(world.at(10, 5))
    world.turn()
    (order,) = runner.orders
    assert order.status is OrderStatus.PENDING_CANCEL
    assert not working.done()
    assert world.place(BUY, "somebody else").status is OrderStatus.OPEN
    world.broker.confirm_cancel(101, 10)
    world.turn()
    world.later(seconds=2)
    report = world.end(working)
    assert "(ZeroDivisionError)" in report.failure


def test_a_journal_that_fails_ends_it(world: "World") -> None:
    runner = runner_of(world, waiting(WhenTime(world.at(10, 5))), waiting(WhenOrderChanges(), orders=(BUY,)))
    working = world.begin(work(world.desk, runner, world.market, world.clock))
    world.journal.is_full = True
    world.clock.set(world.at(10, 5))
    with pytest.raises(JournalError):
        world.end(working)


def test_only_a_trading_day_that_is_not_over_is_worked_on(world: "World") -> None:
    require_market(world.at(8), world.day)
    require_market(world.at(15, 29), world.day)
    with pytest.raises(BadInput, match="not a trading day"):
        require_market(world.at(10) + timedelta(days=1), world.day)
    with pytest.raises(BadInput, match="over at 15:30"):
        require_market(world.at(15, 30), world.day)
