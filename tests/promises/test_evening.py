"""NXT's evening, all the way: an order that lives there until 20:00, and of whose end nobody tells."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.brokers.kis.door import BUY, DAY, KIM, MAKER, REAL, SELL, at, whole_day
from tests.promises.kis_floor import LIMIT_BUY, Floor, run

from hoga.brokers.kis.faults import Effect
from hoga.brokers.kis.services import Call
from hoga.domain.errors import InvalidOrder
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Venue
from hoga.exchange.commands import Place
from hoga.krx.sessions import Phase
from hoga.trading.limits import NO_LIMITS

S = OrderStatus
LIMITS = replace(NO_LIMITS, venues=tuple(Venue), phases=tuple(Phase))
AT_NXT = replace(LIMIT_BUY, venue=Venue.NXT)


def evening(test: Callable[[Floor], Awaitable[None]]) -> None:
    run(test, REAL, LIMITS, whole_day)


async def come(floor: Floor, text: str) -> None:
    """The time passes; nobody who trades is told of what ends."""
    floor.arm(Effect.HOLD_BACK, times=99)
    floor.clock.set(at(text))
    floor.simulation.advance(at(text))


def sell_at_nxt(floor: Floor, shares: int) -> None:
    floor.submit(Place(MAKER, "005930", SELL, shares, 69_000, venue=Venue.NXT))


async def read(floor: Floor, order: Order) -> Order:
    assert await floor.desk.settle()
    assert await floor.desk.reconcile() == ()
    return floor.desk.get_order(order.order_id)


@pytest.mark.parametrize("venue", [Venue.NXT, Venue.SOR])
def test_a_day_is_not_closed_while_an_order_may_trade_in_the_evening(venue: Venue) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        await come(floor, "15:10:00")
        if venue is Venue.SOR:  # which sends it to where there is somebody to meet
            sell_at_nxt(floor, 1)
        order = await desk.place(replace(AT_NXT, venue=venue), "test")
        await come(floor, "15:41:00")
        with pytest.raises(InvalidOrder, match=r"may trade until 20:00:00"):
            await desk.close_day()
        assert desk.is_open
        sell_at_nxt(floor, 3)
        filled = 3 + (venue is Venue.SOR)
        assert (await read(floor, order)).filled_quantity == filled
        await come(floor, "20:00:30")
        closing = await desk.close_day()
        order = desk.get_order(order.order_id)
        assert (order.status, order.filled_quantity) == (S.EXPIRED, filled)
        assert [(each.code, each.quantity) for each in closing.account.positions] == [("005930", filled)]

    evening(test)


@pytest.mark.parametrize("text", ["16:30:00", "20:10:00", "20:31:00"])
def test_a_restart_in_the_evening_knows_what_became_of_the_order(text: str) -> None:
    async def test(floor: Floor) -> None:
        await come(floor, "15:00:00")
        order = await floor.desk.place(AT_NXT, "test")
        await come(floor, "16:00:00")
        sell_at_nxt(floor, 3)
        await come(floor, text)
        recovery = await floor.restart()
        assert (recovery.replayed, recovery.fills, recovery.adopted) == (1, 1, 0)
        order = await read(floor, order)
        is_over = at(text) >= at("20:00:00")
        assert (order.status, order.filled_quantity) == (S.EXPIRED if is_over else S.OPEN, 3)
        assert floor.desk.is_open
        await come(floor, "20:31:00")
        await floor.desk.close_day()
        assert floor.desk.get_order(order.order_id).status is S.EXPIRED

    evening(test)


@pytest.mark.parametrize("effect", [Effect.LOSE_ANSWER, Effect.LOSE_REQUEST])
def test_an_order_without_an_answer_a_minute_before_the_end_is_settled_when_the_day_is_closed(
    effect: Effect,
) -> None:
    async def test(floor: Floor) -> None:
        desk, arrives = floor.desk, effect is Effect.LOSE_ANSWER
        await come(floor, "19:59:00")
        floor.arm(effect, Call.BUY)
        order = await desk.place(AT_NXT, "test")
        assert order.status is S.UNCONFIRMED
        with pytest.raises(InvalidOrder, match="may trade until"):
            await desk.close_day()
        if arrives:
            sell_at_nxt(floor, 4)
        await come(floor, "20:30:00")
        await floor.live_through(desk.close_day())
        order = desk.get_order(order.order_id)
        if arrives:
            assert (order.status, order.filled_quantity) == (S.EXPIRED, 4)
        else:
            assert order.status is S.NOT_RECEIVED
        assert len(floor.numbers) == arrives

    evening(test)


def test_what_expired_at_the_close_may_be_sold_in_the_evening() -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        await come(floor, "10:30:00")
        floor.submit(Place(MAKER, "005930", SELL, 10, 69_000))
        await desk.place(LIMIT_BUY, "test")
        assert await desk.settle()
        sell = OrderRequest(code="005930", side=SELL, quantity=10, price=75_000)
        held = await desk.place(sell, "test")
        await come(floor, "15:50:00")
        order = await read(floor, held)
        assert (order.status, order.remaining_quantity) == (S.EXPIRED, 0)
        again = await desk.place(replace(sell, venue=Venue.NXT), "test")
        assert again.status is S.OPEN
        assert [each.request.side for each in desk.orders] == [BUY, SELL, SELL]
        assert floor.simulation.exchange.orders(KIM.account, DAY, DAY)[-1].remaining_quantity == 10

    evening(test)
