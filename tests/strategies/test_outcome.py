from dataclasses import replace
from decimal import Decimal

from tests.strategies.test_rebalance import HYNIX, NAMES, NAVER, SAMSUNG, a_plan, at

from hoga.domain.order import Order, OrderStatus
from hoga.domain.outcome import Mark, Print
from hoga.domain.position import Fill, Position
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.krx.fees import KIS_STOCK
from hoga.strategies.outcome import find_outcome, market_prices

PLAN = a_plan({SAMSUNG: (0, 10), HYNIX: (10, 0)}, cash=1_000_000)


def order(number: int, code: str, side: Side, filled: int, amount: int) -> Order:
    return Order(
        order_id=f"{number}",
        request=OrderRequest(code=code, side=side, quantity=10, order_type=OrderType.MARKET),
        source=PLAN.source,
        status=OrderStatus.FILLED if filled == 10 else OrderStatus.REJECTED,
        price=None,
        filled_quantity=filled,
        filled_amount=amount,
    )


def fill(number: int, code: str, side: Side, quantity: int, price: int) -> Fill:
    return Fill(
        order_id=f"{number}",
        code=code,
        side=side,
        quantity=quantity,
        price=price,
        amount=quantity * price,
        at=at(10),
    )


MARKS = [
    Mark(at(9), 1_000_000, {SAMSUNG: Print(9_000, 100, 900_000)}),
    Mark(at(9, 10), 900_000, {SAMSUNG: Print(10_000, 1_000, 9_900_000)}),
    Mark(at(10, 10), 800_000, {SAMSUNG: Print(13_000, 2_000, 20_900_000)}),
    Mark(at(12, 10), 850_000, {SAMSUNG: Print(10_000, 3_000, 33_900_000)}),
    Mark(at(15, 20), 850_000, {SAMSUNG: Print(20_000, 9_000, 99_900_000)}),
]


def test_prices_of_the_window_are_weighted_by_time_and_by_volume() -> None:
    arrival, twap, vwap = market_prices(MARKS, SAMSUNG, PLAN.course)
    assert arrival == 10_000
    assert twap == 12_000  # an hour at 10,000 and two at 13,000
    assert vwap == 12_000  # 24,000,000 won for 2,000 shares
    assert market_prices(MARKS, HYNIX, PLAN.course) == (None, None, None)
    assert market_prices(MARKS[:2], SAMSUNG, PLAN.course) == (10_000, None, None)


def test_before_and_after_name_by_name() -> None:
    outcome = find_outcome(
        PLAN,
        [order(1, SAMSUNG, Side.BUY, 10, 121_000), order(2, HYNIX, Side.SELL, 4, 40_000)],
        [
            fill(1, SAMSUNG, Side.BUY, 10, 12_100),
            fill(2, HYNIX, Side.SELL, 4, 10_000),
            fill(9, HYNIX, Side.SELL, 1, 1),  # somebody else's
        ],
        {
            SAMSUNG: Position(SAMSUNG, "삼성", 10, 10, 121_000, 12_000),
            HYNIX: Position(HYNIX, "하이닉스", 6, 6, 60_000, 10_000),
            NAVER: Position(NAVER, "네이버", 2, 2, 2, 1_000),
        },
        918_898,
        MARKS,
        {HYNIX: ("거래정지", "trading in it is halted")},
        instruments=NAMES,
        commission=KIS_STOCK,
        at=at(15, 31),
    )
    rows = {result.code: result for result in outcome.results}
    assert [(code, row.held, row.target, row.after, row.difference) for code, row in rows.items()] == [
        (HYNIX, 10, 0, 6, -6),
        (SAMSUNG, 0, 10, 10, 0),
        (NAVER, 0, 0, 2, -2),
    ]
    assert rows[HYNIX].reason == ("거래정지", "trading in it is halted")
    assert rows[NAVER].reason == ("계획에 없던 종목입니다", "it was not in the plan")
    assert rows[SAMSUNG].reason is None
    assert rows[SAMSUNG].average == Decimal("12100.00")
    assert rows[SAMSUNG].shortfall == 21_000
    assert rows[SAMSUNG].worse_than(rows[SAMSUNG].vwap) == 1_000
    assert rows[HYNIX].shortfall is None
    assert (rows[HYNIX].commission, rows[HYNIX].tax) == (5, 80)
    assert [result.code for result in outcome.missing] == [HYNIX, NAVER]
    assert (outcome.bought, outcome.sold, outcome.costs) == (121_000, 40_000, 102)
    assert (outcome.shortfall, outcome.worse_than_twap, outcome.worse_than_vwap) == (21_000, 1_000, 1_000)
    assert (outcome.orders, outcome.refused, outcome.lowest_cash) == (2, 1, 800_000)
    assert outcome.value_after == 918_898 + 120_000 + 60_000 + 2_000


def test_a_sale_below_the_arrival_price_is_a_shortfall() -> None:
    result = find_outcome(
        PLAN,
        [],
        [],
        {},
        0,
        [],
        {},
        instruments=NAMES,
        commission=KIS_STOCK,
        at=at(15, 31),
    ).results[0]
    sold = replace(result, traded=10, amount=99_000, arrival=10_000)
    assert sold.shortfall == 1_000
    assert sold.reason is None
