"""Orders by SOR, which a list may show in a row for each venue (whether KIS does is unverified)."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from tests.brokers.kis.door import KIM, REAL, SELL
from tests.promises.kis_floor import LIMIT_BUY, Floor, run
from tests.promises.test_order_path import agree

from hoga.brokers.kis import server
from hoga.brokers.kis.codes import Action
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.faults import Effect
from hoga.brokers.kis.order_list import OrderRow, orders_reply
from hoga.brokers.kis.services import Call
from hoga.domain.order import OrderStatus
from hoga.domain.request import Venue
from hoga.exchange.commands import Place
from hoga.trading.limits import NO_LIMITS

S = OrderStatus
BY_SOR = replace(LIMIT_BUY, venue=Venue.SOR)
LIMITS = replace(NO_LIMITS, venues=tuple(Venue))
AT_KRX = 6
"""Of ten shares, how many are at KRX."""


def in_parts(row: OrderRow, *, tells_whole: bool) -> list[OrderRow]:
    """The rows of an order of ten shares, six at KRX, which fill first, and four at NXT."""
    whole = row.report
    if whole.request.venue is not Venue.SOR or row.action is Action.CANCEL:
        return [row]
    filled = min(whole.filled_quantity, AT_KRX)
    canceled = min(whole.canceled_quantity, AT_KRX - filled)
    amount = whole.filled_amount * filled // max(1, whole.filled_quantity)
    here = replace(
        whole,
        request=replace(whole.request, quantity=AT_KRX, venue=Venue.KRX),
        filled_quantity=filled,
        filled_amount=amount,
        canceled_quantity=canceled,
        remaining_quantity=0 if canceled else AT_KRX - filled,
    )
    there = replace(
        whole,
        request=replace(whole.request, quantity=whole.request.quantity - AT_KRX, venue=Venue.NXT),
        filled_quantity=whole.filled_quantity - filled,
        filled_amount=whole.filled_amount - amount,
        canceled_quantity=whole.canceled_quantity - canceled,
        remaining_quantity=whole.remaining_quantity - here.remaining_quantity,
    )
    reports = [here, there]
    if tells_whole:
        quantity = whole.request.quantity
        reports = [replace(each, request=replace(each.request, quantity=quantity)) for each in reports]
    return [replace(row, report=each) for each in reports]


@pytest.fixture(params=["one row", "rows of their own", "rows that tell the whole"])
def _listed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the list shows them."""
    if request.param == "one row":
        return
    tells_whole = request.param == "rows that tell the whole"

    def reply(asked: Request, orders: Iterable[OrderRow], costs: int = 0) -> Reply:
        rows = [part for row in orders for part in in_parts(row, tells_whole=tells_whole)]
        return orders_reply(asked, rows, costs)

    monkeypatch.setattr(server, "orders_reply", reply)


@pytest.mark.parametrize("tells_whole", [False, True], ids=["its own part", "the whole"])
def test_a_second_number_doubles_no_position(monkeypatch: pytest.MonkeyPatch, tells_whole: bool) -> None:
    """Whether the row of the order tells its own part, or the whole with what the other number has."""

    def reply(asked: Request, orders: Iterable[OrderRow], costs: int = 0) -> Reply:
        rows: list[OrderRow] = []
        for row in orders:
            if row.report.request.venue is not Venue.SOR:
                rows.append(row)
                continue
            here, there = in_parts(row, tells_whole=False)
            number = f"{int(row.report.broker_order_id) + 50:010d}"
            rows += [
                row if tells_whole else here,
                replace(there, report=replace(there.report, broker_order_id=number)),
            ]
        return orders_reply(asked, rows, costs)

    monkeypatch.setattr(server, "orders_reply", reply)

    async def test(floor: Floor) -> None:
        desk, held = floor.desk, floor.desk.positions["005930"].quantity
        order = await desk.place(BY_SOR, "test")
        floor.arm(Effect.HOLD_BACK, times=9)
        floor.other(SELL, 8, 69_000)
        assert await desk.settle()
        assert desk.positions["005930"].quantity == held + (8 if tells_whole else 6)
        assert len(floor.lines.about("may be a part of")) == 1
        assert (await desk.place(replace(LIMIT_BUY, quantity=1), "test")).status is S.DENIED
        await agree(floor)
        assert desk.positions["005930"].quantity == held + 8
        assert desk.get_order(order.order_id).filled_quantity == (8 if tells_whole else 6)
        assert (await desk.place(replace(LIMIT_BUY, quantity=1), "test")).status is S.OPEN
        await agree(floor)

    run(test, REAL, LIMITS)


@pytest.mark.usefixtures("_listed")
@pytest.mark.parametrize("filled", [4, 8])
def test_fills_at_both_venues_count_once_and_the_rest_is_canceled(filled: int) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(BY_SOR, "test")
        floor.arm(Effect.HOLD_BACK, times=9)
        floor.other(SELL, filled, 69_000)
        assert await desk.settle()
        now = desk.get_order(order.order_id)
        assert (now.status, now.filled_quantity, now.filled_amount) == (S.OPEN, filled, filled * 69_000)
        await desk.cancel(order.order_id)
        assert await desk.settle()
        now = desk.get_order(order.order_id)
        assert (now.status, now.canceled_quantity) == (S.CANCELED, 10 - filled)
        assert len(desk.orders) == 1
        await agree(floor)

    run(test, REAL, LIMITS)


@pytest.mark.usefixtures("_listed")
def test_one_without_an_answer_is_found_whatever_its_rows() -> None:
    async def test(floor: Floor) -> None:
        floor.arm(Effect.LOSE_ANSWER, Call.BUY)
        floor.arm(Effect.HOLD_BACK, times=9)
        order = await floor.desk.place(BY_SOR, "test")
        floor.other(SELL, 8, 69_000)
        assert await floor.desk.settle()
        now = floor.desk.get_order(order.order_id)
        assert (now.status, now.filled_quantity) == (S.OPEN, 8)
        assert [each.order_id for each in floor.desk.orders] == [order.order_id]
        await agree(floor)

    run(test, REAL, LIMITS)


@pytest.mark.usefixtures("_listed")
def test_one_that_somebody_else_placed_is_one_order() -> None:
    async def test(floor: Floor) -> None:
        floor.submit(Place(KIM.account, "005930", BY_SOR.side, 10, 69_000, venue=Venue.SOR))
        floor.other(SELL, 8, 69_000)
        assert await floor.desk.settle()
        [order] = floor.desk.orders
        assert (order.request.quantity, order.filled_quantity, order.remaining_quantity) == (10, 8, 2)
        assert order.request.venue is Venue.SOR
        await agree(floor)

    run(test, REAL, LIMITS)
