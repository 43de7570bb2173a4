"""What the market rejects after KIS has taken it, all the way: exchange, KIS's wire, client, desk."""

import asyncio
from datetime import timedelta

import pytest
from tests.brokers.kis.door import BUY, DAY, KIM, FakeBars, at, both, make_simulation
from tests.promises.kis_floor import LIMIT_BUY, LIMIT_SELL, Floor, run

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import Effect, Fault, Nth, Window
from hoga.brokers.kis.services import Call
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock
from hoga.domain.events import CancelRejected, OrderCanceled, OrderRejected
from hoga.domain.notices import Accepted, Notice, RejectNotice
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, OrderType


@both
@pytest.mark.parametrize("request_", [LIMIT_BUY, LIMIT_SELL], ids=["buy", "sell"])
def test_an_order_that_was_taken_ends_rejected(environment: Environment, request_: OrderRequest) -> None:
    async def test(floor: Floor) -> None:
        desk, cash = floor.desk, await floor.desk.cash()
        floor.reject(Call.BUY, Call.SELL)
        order = await desk.place(request_, "test")
        await floor.until(OrderRejected)
        order = desk.get_order(order.order_id)
        assert (order.status, order.remaining_quantity) == (OrderStatus.REJECTED, 0)
        assert order.reason == "place refused by the exchange"
        assert await desk.cash() == cash
        assert await desk.reconcile() == ()
        # What it reserved is free again: the same order is taken now.
        assert (await desk.place(request_, "test")).status is OrderStatus.OPEN

    run(test, environment)


@both
def test_a_rejection_that_nobody_heard_is_found_in_the_list(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        floor.faults.arm(Fault(effect=Effect.HOLD_BACK, when=Nth(times=99)))
        floor.reject(Call.BUY)
        order = await floor.desk.place(LIMIT_BUY, "test")
        assert order.status is OrderStatus.OPEN
        assert await floor.desk.settle()
        assert floor.desk.get_order(order.order_id).status is OrderStatus.REJECTED

    run(test, environment)


@both
def test_a_cancel_that_the_market_rejects_leaves_the_order_open(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(LIMIT_BUY, "test")
        floor.reject(Call.REVISE)
        await desk.cancel(order.order_id)
        await floor.until(CancelRejected)
        order = desk.get_order(order.order_id)
        assert (order.status, order.remaining_quantity) == (OrderStatus.OPEN, 10)
        await desk.cancel(order.order_id)
        await floor.until(OrderCanceled)
        assert desk.get_order(order.order_id).status is OrderStatus.CANCELED
        assert await desk.reconcile() == ()

    run(test, environment)


@both
def test_after_a_replace_that_the_market_rejects_the_old_number_lives_on(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(LIMIT_BUY, "test")
        old = order.broker_order_id
        floor.reject(Call.REVISE)
        await desk.replace(order.order_id, 69_100)
        assert await desk.settle()
        order = desk.get_order(order.order_id)
        assert (order.status, order.broker_order_id, order.price) == (OrderStatus.OPEN, old, 69_000)
        await desk.cancel(order.order_id)
        await floor.until(OrderCanceled)
        assert desk.get_order(order.order_id).status is OrderStatus.CANCELED
        assert await desk.reconcile() == ()

    run(test, environment)


@both
def test_the_late_row_of_a_replace_that_the_market_rejected_belongs_to_its_order(
    environment: Environment,
) -> None:
    """The answer is lost, no notice comes, and the list is late for longer than the desk waits."""

    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(LIMIT_BUY, "test")
        late = Window(floor.clock.now(), floor.clock.now() + timedelta(hours=5))
        floor.clock.set(floor.clock.now() + timedelta(minutes=11))
        floor.faults.arm(Fault(effect=Effect.LATE_ORDERS, when=late, seconds=600.0))
        floor.arm(Effect.HOLD_BACK, times=99)
        floor.reject(Call.REVISE)
        floor.arm(Effect.LOSE_ANSWER, Call.REVISE)
        await desk.replace(order.order_id, 69_100)
        while desk.get_order(order.order_id).status is OrderStatus.PENDING_REPLACE:
            floor.clock.set(floor.clock.now() + desk._patience.wait)
            assert await desk.settle()
        before = desk.get_order(order.order_id)
        assert (before.status, before.broker_order_ids) == (OrderStatus.OPEN, order.broker_order_ids)
        floor.clock.set(floor.clock.now() + timedelta(minutes=11))
        assert await desk.settle()
        [now] = desk.orders
        assert (now.status, now.price) == (OrderStatus.OPEN, 69_000)
        assert now.broker_order_id == order.broker_order_id
        assert {int(number) for number in now.broker_order_ids} == set(floor.numbers)
        await desk.cancel(order.order_id)
        assert await desk.settle()
        assert desk.get_order(order.order_id).status is OrderStatus.CANCELED
        assert await desk.reconcile() == ()
        await floor.restart()
        assert floor.desk.get_order(order.order_id).status is OrderStatus.CANCELED
        assert len(floor.desk.orders) == 1

    run(test, environment)


def test_a_midpoint_order_without_a_midpoint_is_rejected_by_the_market_itself() -> None:
    async def test() -> None:
        simulation, clock = make_simulation(), ManualClock(at("10:00"))
        simulation.advance(at("10:00"))
        broker, heard = LocalBroker(simulation, KIM.account, FakeBars(), clock), list[Notice]()
        broker.on_notice(heard.append)
        request = OrderRequest(
            code="005930", side=BUY, quantity=3, price=None, order_type=OrderType.MID_PRICE
        )
        order = Order(
            order_id="our-1", request=request, source="test", status=OrderStatus.SUBMITTED, price=None
        )
        answer = await broker.place(order)
        assert isinstance(answer, Accepted)
        [notice] = heard
        assert isinstance(notice, RejectNotice)
        assert notice.broker_order_id == answer.broker_order_id
        [report] = await broker.orders(DAY, DAY)
        assert (report.rejected_quantity, report.remaining_quantity) == (3, 0)

    asyncio.run(test())
