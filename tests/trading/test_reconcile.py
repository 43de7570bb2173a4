from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hoga.domain.account import Account
from hoga.domain.events import (
    NumberClaimed,
    OrderCanceled,
    OrderEvent,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
)
from hoga.domain.notices import OrderReport
from hoga.domain.order import Order, OrderStatus, apply
from hoga.domain.position import Position
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST
from hoga.trading.reconcile import (
    DayList,
    Difference,
    adopt,
    compare,
    fills_of,
    next_event,
    overcounted,
    pair,
)

S = OrderStatus
AT = datetime(2025, 11, 14, 10, tzinfo=KST)
REQUEST = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)


def order(
    *numbers: int, status: OrderStatus = S.OPEN, watermark: str = "", number: int = 1, **change: object
) -> Order:
    made = Order(
        order_id=f"20251114-{number:06d}",
        request=REQUEST,
        source="test",
        status=status,
        price=70_000,
        broker_order_ids=tuple(str(each) for each in numbers),
        watermark=watermark,
    )
    return replace(made, **change)  # type: ignore[arg-type]


def row(number: int, replaces: int | None = None, quantity: int = 10, **change: object) -> OrderReport:
    price = change.pop("price", 70_000)
    made = OrderReport(
        broker_order_id=f"{number:010d}",
        replaces="" if replaces is None else f"{replaces:010d}",
        request=replace(REQUEST, quantity=quantity, price=price),  # type: ignore[arg-type]
        filled_quantity=0,
        filled_amount=0,
        canceled_quantity=0,
        rejected_quantity=0,
        remaining_quantity=quantity,
        placed_at=AT,
    )
    return replace(made, **change)  # type: ignore[arg-type]


def learn(start: Order, *rows: OrderReport) -> tuple[Order, list[OrderEvent]]:
    """Everything that the rows tell about an order, applied."""
    events: list[OrderEvent] = []
    while event := next_event(start, DayList(rows), AT, lambda key: False):
        events.append(event)
        start = apply(start, event)
    return start, events


def kinds(events: list[OrderEvent]) -> list[type[OrderEvent]]:
    return [type(event) for event in events]


def test_rows_are_found_by_number_however_it_is_padded_and_kept_in_its_order() -> None:
    listed = DayList([row(1_000), row(20), row(101)])
    assert [int(each.broker_order_id) for each in listed.rows.values()] == [20, 101, 1_000]
    assert listed.find("101") is listed.find("0000000101")
    assert listed.find("10") is None


def test_a_row_that_tells_nothing_new_is_nothing() -> None:
    assert learn(order(101), row(101)) == (order(101), [])
    assert learn(order(101)) == (order(101), [])


def test_missing_fills_are_one_fill_of_the_missing_amount() -> None:
    known = order(101, filled_quantity=3, filled_amount=210_300)
    after, events = learn(known, row(101, filled_quantity=7, filled_amount=490_000, remaining_quantity=3))
    assert events == [OrderFilled(order_id=known.order_id, at=AT, quantity=4, amount=279_700)]
    assert after.filled_amount == 490_000


def test_a_row_older_than_what_we_know_changes_nothing() -> None:
    known = order(101, filled_quantity=7, filled_amount=490_000)
    assert learn(known, row(101, filled_quantity=3, filled_amount=210_000, remaining_quantity=7))[1] == []


def test_amounts_that_do_not_add_up_are_averaged() -> None:
    known = order(101, filled_quantity=3, filled_amount=500_000)
    _, events = learn(known, row(101, filled_quantity=6, filled_amount=420_000, remaining_quantity=4))
    assert events == [OrderFilled(order_id=known.order_id, at=AT, quantity=3, amount=210_000)]


def test_a_fill_is_found_after_a_cancel_and_after_the_close() -> None:
    for status in (S.CANCELED, S.EXPIRED):
        done = order(101, status=status, canceled_quantity=10 if status is S.CANCELED else 0)
        after, _ = learn(done, row(101, filled_quantity=2, filled_amount=140_000, remaining_quantity=0))
        assert (after.status, after.filled_quantity) == (status, 2)


def test_what_the_row_counts_as_canceled_is_canceled() -> None:
    after, events = learn(order(101), row(101, canceled_quantity=4, remaining_quantity=6))
    assert kinds(events) == [OrderCanceled]
    assert (after.status, after.remaining_quantity) == (S.OPEN, 6)


def test_shares_that_are_simply_gone_are_not_called_canceled() -> None:
    # After the close a broker may show nothing left and nothing cancelled: they have expired.
    assert learn(order(101), row(101, remaining_quantity=0))[1] == []


def test_shares_that_are_gone_after_we_asked_for_a_cancel_are_canceled() -> None:
    after, _ = learn(order(101, status=S.PENDING_CANCEL), row(101, remaining_quantity=0))
    assert after.status is S.CANCELED


def test_a_replaced_order_follows_its_new_number() -> None:
    after, events = learn(
        order(101),
        row(101, filled_quantity=3, filled_amount=210_000, remaining_quantity=0),
        row(
            102, 101, quantity=7, price=69_500, filled_quantity=2, filled_amount=139_000, remaining_quantity=5
        ),
    )
    assert kinds(events) == [OrderReplaced, OrderFilled]
    assert (after.price, after.filled_quantity, after.filled_amount) == (69_500, 5, 349_000)
    assert after.remaining_quantity == 5


@pytest.mark.parametrize("counted_as_canceled", [0, 7])
def test_shares_handed_on_to_the_new_number_are_not_canceled(counted_as_canceled: int) -> None:
    after, _ = learn(
        order(101),
        row(
            101,
            filled_quantity=3,
            filled_amount=210_000,
            canceled_quantity=counted_as_canceled,
            remaining_quantity=0,
        ),
        row(102, 101, quantity=7),
    )
    assert (after.canceled_quantity, after.remaining_quantity) == (0, 7)


def test_shares_canceled_before_they_could_be_handed_on_are_canceled() -> None:
    after, _ = learn(
        order(101), row(101, canceled_quantity=4, remaining_quantity=0), row(102, 101, quantity=6)
    )
    assert (after.canceled_quantity, after.remaining_quantity) == (4, 6)


def test_a_replace_in_parts_takes_the_part_we_asked_for() -> None:
    asked = order(101, status=S.PENDING_REPLACE, requested_price=69_000)
    rows = (
        row(101, remaining_quantity=0),
        row(102, 101, quantity=8, price=69_500),
        row(103, 101, quantity=2, price=69_000),
    )
    assert learn(asked, *rows)[0].broker_order_id == "0000000103"
    assert learn(order(101), *rows)[0].broker_order_id == "0000000102"


def test_a_number_of_another_order_is_not_taken_over() -> None:
    listed = DayList([row(101, remaining_quantity=0), row(102, 101)])
    assert next_event(order(101), listed, AT, lambda key: key[1] == "102") == OrderCanceled(
        order_id="20251114-000001", at=AT, quantity=10
    )


def test_without_all_its_rows_nothing_is_said_to_be_gone() -> None:
    replaced = order(101, 102, 103)
    rows = (row(101, remaining_quantity=0), row(103, 102, quantity=7))
    assert learn(replaced, *rows)[1] == []


def test_a_replace_on_its_way_may_have_emptied_the_row() -> None:
    pending = order(101, status=S.PENDING_REPLACE, requested_price=69_000)
    assert learn(pending, row(101, canceled_quantity=10, remaining_quantity=0))[1] == []


def test_a_refused_order_is_refused() -> None:
    after, events = learn(order(101), row(101, rejected_quantity=10, remaining_quantity=0))
    assert kinds(events) == [OrderRejected]
    assert after.status is S.REJECTED


def test_a_refused_replace_brings_the_old_number_back_once() -> None:
    after, events = learn(
        order(101, 102, price=69_000),
        row(101),
        row(102, 101, price=69_000, rejected_quantity=10, remaining_quantity=0),
    )
    assert kinds(events) == [OrderReplaced]
    assert (after.broker_order_id, after.price) == ("0000000101", 70_000)


# Pairing


def doubtful(number: int, watermark: str = "") -> Order:
    return order(status=S.UNCONFIRMED, watermark=watermark, number=number)


def numbers_of(pairs: list[tuple[Order, OrderReport]]) -> dict[int, int]:
    return {int(o.order_id[-6:]): int(r.broker_order_id) for o, r in pairs}


def test_a_replace_that_was_rejected_has_taken_nothing_over() -> None:
    # Six of the ten have expired with the day.
    after, events = learn(
        order(101),
        row(101, filled_quantity=4, filled_amount=280_000, remaining_quantity=0),
        row(102, 101, price=69_000, rejected_quantity=10, remaining_quantity=0),
    )
    assert kinds(events) == [NumberClaimed, OrderFilled]
    assert (after.status, after.filled_quantity, int(after.broker_order_id)) == (S.OPEN, 4, 101)


def test_what_was_cancelled_is_counted_beside_a_rejected_replace() -> None:
    after, events = learn(
        order(101, status=S.PENDING_CANCEL),
        row(101, canceled_quantity=10, remaining_quantity=0),
        row(102, 101, price=69_000, rejected_quantity=10, remaining_quantity=0),
    )
    assert kinds(events) == [NumberClaimed, OrderCanceled]
    assert after.status is S.CANCELED


def test_equal_orders_take_equal_rows_in_the_order_of_their_numbers() -> None:
    assert numbers_of(pair([doubtful(2), doubtful(1)], [row(105), row(103)])) == {1: 103, 2: 105}


def test_one_row_is_for_one_order() -> None:
    assert numbers_of(pair([doubtful(1), doubtful(2)], [row(103)])) == {1: 103}


def test_a_row_below_the_watermark_is_an_older_order() -> None:
    assert pair([doubtful(1, watermark="0000000103")], [row(103), row(99)]) == []
    assert numbers_of(pair([doubtful(1, "0000000103")], [row(1_000)])) == {1: 1_000}


def test_a_later_order_does_not_take_the_row_of_an_earlier_one() -> None:
    assert numbers_of(pair([doubtful(1, "100"), doubtful(2, "104")], [row(105), row(103)])) == {
        1: 103,
        2: 105,
    }


@pytest.mark.parametrize(
    "other", [{"quantity": 9}, {"price": 69_900}, {"price": None}, {"replaces": 90}], ids=str
)
def test_what_looks_different_or_replaces_another_is_not_it(other: dict[str, int]) -> None:
    assert pair([doubtful(1)], [row(103, **other)]) == []


# Others


def test_an_adopted_order_is_what_its_row_says() -> None:
    event = adopt(row(103), "20251114-000004", AT)
    assert (event.request, event.broker_order_id, event.at) == (REQUEST, "0000000103", AT)


def test_earlier_days_give_one_fill_per_order_in_time_order() -> None:
    later = row(7, filled_quantity=3, filled_amount=210_001, placed_at=AT)
    earlier = row(9, filled_quantity=1, filled_amount=70_000, placed_at=AT - timedelta(days=3))
    fills = fills_of([later, earlier, row(8)])
    assert [(fill.quantity, fill.price, fill.amount) for fill in fills] == [
        (1, 70_000, 70_000),
        (3, 70_000, 210_001),
    ]


def account(deposit_d2: int = 1_000, **shares: int) -> Account:
    return Account(
        number="1",
        deposit=0,
        deposit_d1=0,
        deposit_d2=deposit_d2,
        buying_power=0,
        costs_today=0,
        positions=tuple(
            Position(code.removeprefix("_"), code, quantity, quantity, 0, 0)
            for code, quantity in shares.items()
        ),
    )


def test_equal_books_have_no_differences() -> None:
    assert compare(account(_005930=10), {"005930": 10}, 1_000, frozenset()) == ()


def test_every_difference_shows_both_sides() -> None:
    found = compare(account(999, _005930=10, _000660=2), {"005930": 9, "035420": 1}, 1_000, frozenset())
    assert found == (
        Difference("000660", 0, 2),
        Difference("005930", 9, 10),
        Difference("035420", 1, 0),
        Difference("deposit_d2", 1_000, 999),
    )
    assert found[1].korean == "005930: 우리 기록 9, 증권사 10"
    assert found[1].english == "005930: ours 9, the broker's 10"


def test_what_moves_is_left_out_and_the_cash_with_it() -> None:
    moving = frozenset({"005930"})
    assert compare(account(999, _005930=10, _000660=2), {"005930": 9}, 1_000, moving) == (
        Difference("000660", 0, 2),
    )


def test_an_order_counted_too_high_is_a_difference() -> None:
    known = order(101, 102, filled_quantity=7)
    rows = (row(101, filled_quantity=3, remaining_quantity=0), row(102, 101, quantity=7, filled_quantity=2))
    assert overcounted([known], DayList(rows)) == (Difference(known.order_id, 7, 5),)
    assert overcounted([replace(known, filled_quantity=5)], DayList(rows)) == ()
    assert overcounted([known], DayList(rows[:1])) == ()
    assert overcounted([order(status=S.DENIED)], DayList(rows)) == ()


def test_a_part_that_is_still_to_be_adopted_is_not_canceled_before_it_is() -> None:
    listed = DayList([row(101, remaining_quantity=6), row(102, 101, quantity=4)])
    assert next_event(order(101), listed, AT, lambda key: False) is None
    assert next_event(order(101), listed, AT, lambda key: True) == OrderCanceled(
        order_id="20251114-000001", at=AT, quantity=4
    )
