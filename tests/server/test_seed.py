"""The seed's fields, from domain values, with the numbers worked out by hand."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.quote import Level, OrderBook
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST
from hoga.server import seed

HELD = Position("005930", "삼성전자", 10, 6, 700_005, 71_300)
ORDER = Order(
    order_id="20251114-000001",
    request=OrderRequest(code="005930", side=Side.SELL, quantity=1, price=70_000),
    source="bridge",
    status=OrderStatus.OPEN,
    price=70_000,
    broker_order_ids=("0000000101", "0000000105"),
)


@pytest.mark.parametrize(
    ("kind", "shown"), [(Kind.STOCK, "A005930"), (Kind.ETF, "A005930"), (Kind.ETN, "Q005930")]
)
def test_only_an_etn_has_the_letter_q(kind: Kind, shown: str) -> None:
    instrument = Instrument(code="005930", name="x", market=Market.KOSPI, kind=kind)
    assert seed.code_of(instrument, "005930") == shown


def test_a_holding_that_is_not_listed_today_is_shown_without_a_break_even_price() -> None:
    assert list(seed.position_row(HELD, None, None).values()) == [
        "A005930",
        "삼성전자",
        10,
        70_000,  # 70,000.5: a half goes to the even number
        None,
        pytest.approx(12_995 / 700_005 * 100, abs=1e-12),
        6,
    ]


def test_shares_that_cost_nothing_have_no_return() -> None:
    assert seed.position_row(replace(HELD, cost=0), None, 0)["수익률"] == 0.0


@pytest.mark.parametrize(
    ("cost", "quantity", "commission", "tax", "price"),
    [
        # average x (1 + buy fee) / (1 - sell fee - tax), kis.md §10
        pytest.param(700_000, 10, "0", "0", 70_000, id="free of costs"),
        pytest.param(700_000, 10, "0.00015", "0.0018", 70_147, id="70,010.5 / 0.99805 = 70,147.29"),
        pytest.param(13_875, 1, "0.00015", "0", 13_879, id="13,877.08 / 0.99985 = 13,879.16"),
        pytest.param(100_000, 3, "0.001", "0.002", 33_467, id="33,366.67 / 0.997 = 33,467.07"),
        pytest.param(1_000, 1, "0", "0.5", 2_000, id="a tax of one half"),
    ],
)
def test_the_break_even_price_is_the_formula_of_kis(
    cost: int, quantity: int, commission: str, tax: str, price: int
) -> None:
    held = Position("005930", "x", quantity, quantity, cost, 1)
    found = seed.break_even_price(held, Decimal(commission), Decimal(tax))
    assert found == price


def test_a_book_with_few_levels_shows_those_that_there_are() -> None:
    at = datetime(2025, 11, 14, 10, tzinfo=KST)
    book = OrderBook("005930", at, (Level(70_100, 3),), (), 3, 0)
    assert seed.book_rows(book, 5) == [{"매수매도여부": "매도", "호가": 70_100, "잔량": 3}]


STATUSES = {
    OrderStatus.SUBMITTED: 1,
    OrderStatus.UNCONFIRMED: 1,
    OrderStatus.OPEN: 0,
    OrderStatus.PENDING_CANCEL: 0,
    OrderStatus.PENDING_REPLACE: 0,
    OrderStatus.FILLED: 0,
    OrderStatus.CANCELED: 0,
    OrderStatus.EXPIRED: 0,
    OrderStatus.REJECTED: -1,
    OrderStatus.DENIED: -1,
    OrderStatus.NOT_RECEIVED: -1,
}


@pytest.mark.parametrize("status", OrderStatus)
def test_cybos_status_tells_taken_refused_and_unknown_apart(status: OrderStatus) -> None:
    row = seed.order_row(replace(ORDER, status=status, reason="왜"))
    assert (row["Server_Status"], row["cybos_status"]) == (200, STATUSES[status])
    assert (row["order_id"], row["broker_order_id"]) == ("20251114-000001", "0000000105")
    assert row["status"] == str(status)
    message = str(row["message"])
    assert message.startswith("매도 주문")
    assert ("다시 보내지 마십시오" in message) == (STATUSES[status] == 1)
    assert ("거부" in message) == (STATUSES[status] == -1)
    assert ("왜" in message) == (STATUSES[status] != 0 and status is not OrderStatus.SUBMITTED)


def test_the_side_is_in_the_message() -> None:
    bought = replace(ORDER, request=replace(ORDER.request, side=Side.BUY))
    assert str(seed.order_row(bought)["message"]).startswith("매수 주문")
