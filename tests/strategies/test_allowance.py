from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies.test_rebalance import NAMES, SAMSUNG, Day, a_plan, at

from hoga.domain.request import OrderType, Side
from hoga.krx.fees import KIS_FUND
from hoga.strategies.allowance import NO_ALLOWANCE, Allowance
from hoga.strategies.rebalance import Rebalance


def a_day(allowance: Allowance, quantity: int, cash: int) -> Day:
    day = Day(a_plan({SAMSUNG: (0, quantity)}, cash=cash), cash=cash)
    day.strategy = Rebalance(day.plan, KIS_FUND, NAMES, allowance)
    return day


@pytest.mark.parametrize(
    ("allowance", "quantity", "most", "pieces"),
    [
        (NO_ALLOWANCE, 500, 10, [500]),
        (Allowance(order_quantity=500), 500, 10, [500]),
        (Allowance(order_quantity=200), 500, 10, [200, 199, 101]),
        (Allowance(order_quantity=200), 500, 2, [200, 199]),
        (Allowance(order_quantity=200), 500, 0, []),
        (Allowance(order_notional=1_030_000), 250, 10, [100, 99, 51]),
        (Allowance(order_notional=10_100), 3, 10, [1]),  # no room for a rise, but for a share
        (Allowance(order_notional=9_999), 3, 10, []),
        (Allowance(order_quantity=70, order_notional=1_030_000), 100, 10, [70, 30]),
    ],
)
def test_a_quantity_goes_in_orders_as_large_as_they_may_be(
    allowance: Allowance, quantity: int, most: int, pieces: list[int]
) -> None:
    assert allowance.pieces(quantity, 10_000, most) == pieces


@given(st.integers(0, 10_000), st.integers(1, 1_000_000), st.integers(0, 12), st.integers(1, 10**8))
def test_no_two_orders_look_alike_and_none_is_too_large(
    quantity: int, price: int, most: int, notional: int
) -> None:
    pieces = Allowance(order_quantity=3_000, order_notional=notional).pieces(quantity, price, most)
    assert len(pieces) == len({*pieces}) <= most
    assert sum(pieces) <= quantity
    assert all(0 < piece <= 3_000 and piece * price <= notional for piece in pieces)


def test_a_share_that_is_dearer_than_an_order_may_be_is_never_sent_and_said() -> None:
    day = a_day(Allowance(order_notional=9_000), 30, 10_000_000)
    day.run()
    assert day.sent == []
    assert day.strategy.reasons[SAMSUNG][1].startswith("one share (10,000 won) is dearer")


def test_the_limit_of_the_day_ends_the_purchases_and_is_told_once() -> None:
    day = a_day(Allowance(day_notional=205_000), 30, 10_000_000)
    day.run()
    assert day.shares[SAMSUNG] == 20
    assert len([note for note in day.notes if "day_notional 205,000" in note]) == 1
    assert "day_notional" in day.strategy.reasons[SAMSUNG][0]


def test_a_limit_of_the_closing_call_is_no_further_than_prices_may_be_away() -> None:
    day = a_day(Allowance(price_away=Decimal("0.01")), 99, 1_001_000)
    day.fills = lambda when, request: 0
    day.run()
    assert day.sent[-1][0] > at(15, 20)
    last = day.sent[-1][1]
    assert (last.side, last.order_type, last.price) == (Side.BUY, OrderType.LIMIT, 10_100)
