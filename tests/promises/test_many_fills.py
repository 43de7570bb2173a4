"""Costs are charged on an order's whole amount: many small fills cost what one large one does."""

import pytest
from tests.brokers.kis.door import BUY, KIM, SELL, both
from tests.promises.kis_floor import LIMIT_BUY, Floor, run
from tests.promises.test_order_path import agree

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import Effect
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest
from hoga.krx.fees import KIS_STOCK

SHARES = 101


@both
@pytest.mark.parametrize("is_told", [True, False], ids=["by notices", "by the list"])
def test_the_won_of_many_fills_are_those_of_the_account(environment: Environment, is_told: bool) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        amounts = []
        for side, price, step in ((BUY, 69_000, -100), (SELL, 69_900, 100)):
            if not is_told:
                floor.arm(Effect.HOLD_BACK, times=2 * SHARES)
            for count in range(SHARES):  # they rest at many prices, and meet the order one after the other
                floor.other(side.opposite, 1, price + step * (count % 7))
            request = OrderRequest(code="005930", side=side, quantity=SHARES, price=price)
            order = await desk.place(request, "test")
            while not desk.get_order(order.order_id).is_done:
                assert await desk.settle()
            order = desk.get_order(order.order_id)
            assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, SHARES)
            amounts.append(order.filled_amount)
            await agree(floor)
        market = floor.simulation.exchange
        totals, account = market.day_totals(KIM.account), await floor.client.account()
        assert [totals.bought, totals.sold] == amounts
        assert totals.fees == sum(KIS_STOCK.of(amount) for amount in amounts)  # rounded once an order
        assert account.costs_today - desk.opening.costs_today == totals.fees + totals.taxes
        costs = totals.fees + totals.taxes
        assert account.deposit_d2 == desk.opening.deposit_d2 - amounts[0] + amounts[1] - costs
        assert desk.differences == frozenset()

    run(test, environment)


def test_one_order_is_cheaper_than_its_fills_would_be_one_by_one() -> None:
    assert LIMIT_BUY.price is not None
    whole, parts = KIS_STOCK.of(SHARES * LIMIT_BUY.price), SHARES * KIS_STOCK.of(LIMIT_BUY.price)
    assert whole != parts  # else the test above would prove nothing
