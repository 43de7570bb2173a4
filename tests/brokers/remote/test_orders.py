"""What an update of an order at the other Hoga means here."""

from datetime import datetime

import msgspec
import pytest

from hoga.brokers.remote.orders import RemoteOrders
from hoga.brokers.remote.wire import FillRow, OrderRow
from hoga.domain.notices import CancelNotice, FillNotice, RejectNotice, ReplaceNotice
from hoga.domain.zone import KST

AT = datetime(2026, 5, 6, 10, tzinfo=KST)
FIRST = OrderRow(order_id="x", status="open", broker_order_id="0000000007", price=70_000, at=AT)


@pytest.fixture
def orders() -> RemoteOrders:
    """Those of a day with one order."""
    orders = RemoteOrders()
    assert orders.update(OrderRow(order_id="x", status="submitted", at=AT)) == []
    assert orders.update(FIRST) == []
    return orders


def turned(row: OrderRow, **more: object) -> OrderRow:
    return msgspec.structs.replace(row, **more)


def test_a_new_number_is_a_new_price(orders: RemoteOrders) -> None:
    notices = orders.update(turned(FIRST, broker_order_id="0000000009", price=70_100))
    assert notices == [
        ReplaceNotice(broker_order_id="0000000007", at=AT, new_broker_order_id="0000000009", price=70_100)
    ]
    assert orders.find("7") == orders.find("9") == "x"
    assert (orders.is_current("7"), orders.is_current("9")) == (False, True)


def test_what_was_cancelled_is_told_once(orders: RemoteOrders) -> None:
    part = turned(FIRST, canceled_quantity=2)
    assert orders.update(part) == [CancelNotice(broker_order_id="0000000007", at=AT, quantity=2)]
    assert orders.update(part) == []
    rest = turned(FIRST, canceled_quantity=5, status="canceled")
    assert orders.update(rest) == [CancelNotice(broker_order_id="0000000007", at=AT, quantity=3)]


def test_a_rejection_by_the_exchange_is_told_with_its_words(orders: RemoteOrders) -> None:
    rejected = turned(FIRST, status="rejected", reason="VI")
    assert orders.update(rejected) == [RejectNotice(broker_order_id="0000000007", at=AT, message="VI")]
    assert orders.update(rejected) == []


def test_a_fill_has_the_number_that_the_order_has(orders: RemoteOrders) -> None:
    fill = FillRow(order_id="x", quantity=2, price=70_000, amount=140_000, at=AT)
    assert orders.fill(fill, "s:1") == FillNotice(
        broker_order_id="0000000007", at=AT, quantity=2, price=70_000, fill_id="s:1"
    )
    assert orders.fill(turned_fill(fill, order_id="unknown"), "s:2") is None
    assert orders.fill(turned_fill(fill, amount=140_001), "s:3") is None


def turned_fill(row: FillRow, **more: object) -> FillRow:
    return msgspec.structs.replace(row, **more)


def test_an_answer_that_is_newer_than_the_stream_counts(orders: RemoteOrders) -> None:
    orders.put(turned(FIRST, broker_order_id="0000000009"))  # the answer to a replace; the update is late
    assert (orders.find("9"), orders.is_current("9")) == ("x", True)
    late = turned(FIRST, broker_order_id="0000000009", price=70_100)
    assert len(orders.update(late)) == 1
    assert not orders.is_current("7")


def test_where_a_new_price_is_refused_late_the_old_number_lives_on(orders: RemoteOrders) -> None:
    orders.update(turned(FIRST, broker_order_id="0000000009", price=70_100))
    orders.update(turned(FIRST, broker_order_id="0000000007", price=70_000))
    assert orders.is_current("7")


def test_another_day_has_other_numbers(orders: RemoteOrders) -> None:
    orders.restart([turned(FIRST, order_id="y")])
    assert orders.find("7") == "y"
    orders.restart([])
    assert orders.find("7") is None


def test_what_the_list_tells_is_known_too(orders: RemoteOrders) -> None:
    orders.learn({"0000000011": "z", "0000000012": "z"})
    assert (orders.find("11"), orders.is_current("11"), orders.is_current("12")) == ("z", False, True)
