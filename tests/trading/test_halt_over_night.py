"""An issue that is halted until the next day, at the real exchange: what becomes of orders and wishes."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.brokers.kis.door import DAY, KIM, SELL
from tests.trading.days import CODE, Days

from hoga.domain.order import OrderStatus
from hoga.krx.fees import KIS_STOCK
from hoga.strategies.swing import Swing, SwingSettings
from hoga.trading.runner import Runner

S = OrderStatus
TOMORROW = date(2026, 5, 7)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    with asyncio.Runner() as loop:
        stage = Days(loop, tmp_path / "desk.sqlite")
        yield stage
        stage.close()


@pytest.mark.parametrize("loses_answer", [False, True])
@pytest.mark.parametrize("restarts", [False, True])
def test_what_rests_in_it_ends_with_its_day_and_nothing_is_bought_before_it_trades_again(
    days: Days, loses_answer: bool, restarts: bool
) -> None:
    days.broker.loses_answer = loses_answer
    assert days.place("buy", 69_000) is (S.UNCONFIRMED if loses_answer else S.OPEN)
    days.broker.loses_answer = False
    days.halt()
    days.settle()
    [order] = days.desk.orders
    assert order.status is S.OPEN
    days.come(DAY, "15:31:00")
    days.loop.run(days.desk.close_day())
    assert days.desk.get_order(order.order_id).status is S.EXPIRED
    days.come(TOMORROW, "07:30:00")
    if restarts:
        days.close()
        days.start()
    else:
        days.loop.run(days.desk.open(TOMORROW))
    days.come(TOMORROW, "10:00:00")
    assert not days.desk.orders
    assert days.loop.run(days.broker.quotes([CODE]))[CODE].is_halted
    assert days.place("buy", 69_000) is S.REJECTED  # only cancels are taken
    days.resume()
    days.settle()
    assert days.place("buy", 69_000) is S.OPEN
    days.settle()
    sent = days.simulation.exchange.orders(KIM.account, DAY, TOMORROW)
    assert [(each.placed_at.date(), each.remaining_quantity) for each in sent] == [(DAY, 0), (TOMORROW, 10)]


def test_a_stop_loss_waits_over_the_night_and_sells_once(days: Days) -> None:
    def run_the_strategy() -> None:
        runner = Runner(days.desk, days.broker, Swing((), SwingSettings(), KIS_STOCK), days.clock)
        days.loop.run(runner.drain())
        days.loop.run(runner.drain())

    days.trade(60_000)  # 14 % below what was paid
    days.halt()
    run_the_strategy()
    assert not days.desk.orders
    days.come(DAY, "15:31:00")
    days.loop.run(days.desk.close_day())
    days.come(TOMORROW, "07:30:00")
    days.loop.run(days.desk.open(TOMORROW))
    days.come(TOMORROW, "10:00:00")
    run_the_strategy()
    assert not days.desk.orders
    days.resume()
    days.come(TOMORROW, "10:11:00")  # the call after a halt
    days.trade(59_000)
    run_the_strategy()
    run_the_strategy()
    [order] = days.desk.orders
    assert (order.status, order.request.side, order.filled_quantity) == (S.FILLED, SELL, 100)
    days.settle()
    assert days.simulation.exchange.conservation().is_conserved
