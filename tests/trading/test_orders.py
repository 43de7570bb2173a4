from dataclasses import replace

from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.trading.orders import OrderTable

BUY = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)


def order(number: int, status: OrderStatus = OrderStatus.OPEN, **change: object) -> Order:
    made = Order(order_id=f"20251114-{number:06d}", request=BUY, source="test", status=status, price=70_000)
    return replace(made, **change)  # type: ignore[arg-type]


def test_an_order_is_found_by_any_of_its_numbers_however_they_are_padded() -> None:
    table = OrderTable()
    table.put(order(1, broker_order_ids=("0000000101", "205")))
    for number in ("0000000101", "101", "0000000205", " 205"):
        found = table.find_by_number(number)
        assert found is not None
        assert found.order_id == "20251114-000001"
    assert table.find_by_number("10") is None
    assert table.find_by_number("1010") is None


def test_the_newest_state_takes_the_place_of_the_older() -> None:
    table = OrderTable()
    table.put(order(1))
    table.put(order(2))
    table.put(order(1, OrderStatus.FILLED, filled_quantity=10))
    assert [each.status for each in table] == [OrderStatus.FILLED, OrderStatus.OPEN]
    assert len(table) == 2
    assert [each.order_id for each in table.live()] == ["20251114-000002"]


def test_an_order_found_after_all_is_live_again() -> None:
    table = OrderTable()
    table.put(order(1, OrderStatus.NOT_RECEIVED))
    assert table.live() == []
    table.put(order(1, broker_order_ids=("7",)))
    assert len(table.live("005930")) == 1
    assert table.live("000660") == []


def test_numbers_are_ranked_as_numbers_and_not_as_text() -> None:
    table = OrderTable()
    for number in ("0000000099", "100", "0000000020", ""):
        table.note_number(number)
    assert table.highest_number == "100"


def test_shares_are_held_by_sells_that_are_open_in_flight_or_in_doubt() -> None:
    table = OrderTable()
    sell = replace(BUY, side=Side.SELL)
    table.put(order(1))
    table.put(order(2, request=sell, filled_quantity=4))
    table.put(order(3, OrderStatus.SUBMITTED, request=sell))
    table.put(order(4, OrderStatus.UNCONFIRMED, request=replace(sell, quantity=3)))
    table.put(order(5, OrderStatus.CANCELED, request=sell, canceled_quantity=10))
    assert table.selling() == {"005930": 6 + 10 + 3}
