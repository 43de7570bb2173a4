from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from hoga.domain import events
from hoga.domain.events import (
    CancelRejected,
    CancelSubmitted,
    CancelUnconfirmed,
    NumberClaimed,
    OrderAccepted,
    OrderAdopted,
    OrderCanceled,
    OrderDenied,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderNotReceived,
    OrderRejected,
    OrderReplaced,
    OrderSubmitted,
    OrderUnconfirmed,
    PartClaimed,
    ReplaceRejected,
    ReplaceSubmitted,
    ReplaceUnconfirmed,
)
from hoga.domain.order import TRANSITIONS, IllegalStep, Order, OrderStatus, apply, begin
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST

S = OrderStatus
ID = "20251114-000001"
AT = datetime(2025, 11, 14, 10, tzinfo=KST)
REQUEST = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)

ONE_OF_EACH: dict[type[OrderEvent], OrderEvent] = {
    type(event): event
    for event in (
        OrderSubmitted(order_id=ID, at=AT, request=REQUEST, source="test", watermark="7"),
        OrderDenied(
            order_id=ID,
            at=AT,
            request=REQUEST,
            source="test",
            reason="off_tick",
            detail="70,050 is between two ticks",
        ),
        OrderAdopted(order_id=ID, at=AT, request=REQUEST, broker_order_id="0000000101"),
        OrderAccepted(order_id=ID, at=AT, broker_order_id="0000000101"),
        OrderRejected(order_id=ID, at=AT, code="APBK0952", message="주문가능금액을 초과 했습니다"),
        OrderUnconfirmed(order_id=ID, at=AT, why="timeout"),
        OrderNotReceived(order_id=ID, at=AT),
        OrderFilled(order_id=ID, at=AT, quantity=3, amount=210_000),
        CancelSubmitted(order_id=ID, at=AT, quantity=10),
        CancelUnconfirmed(order_id=ID, at=AT, why="timeout"),
        CancelRejected(order_id=ID, at=AT, code="APBK0927", message="-"),
        OrderCanceled(order_id=ID, at=AT, quantity=3),
        ReplaceSubmitted(order_id=ID, at=AT, price=71_000),
        ReplaceUnconfirmed(order_id=ID, at=AT, why="timeout"),
        ReplaceRejected(order_id=ID, at=AT, code="APBK0927", message="-"),
        OrderReplaced(order_id=ID, at=AT, broker_order_id="0000000102", price=71_000),
        NumberClaimed(order_id=ID, at=AT, broker_order_id="0000000103"),
        PartClaimed(order_id=ID, at=AT, broker_order_id="0000000104", by="person"),
        OrderExpired(order_id=ID, at=AT, quantity=10),
    )
}


def order(status: OrderStatus) -> Order:
    """An order of ten shares in a status, as it usually is there."""
    bare = Order(
        order_id=ID,
        request=REQUEST,
        source="test",
        status=status,
        price=70_000,
        broker_order_ids=() if status in (S.SUBMITTED, S.UNCONFIRMED, S.DENIED) else ("0000000101",),
        requested_price=71_000 if status is S.PENDING_REPLACE else None,
    )
    match status:
        case S.FILLED:
            return replace(bare, filled_quantity=10, filled_amount=700_000)
        case S.CANCELED:
            return replace(bare, canceled_quantity=10)
        case _:
            return bare


LEGAL = [(status, kind) for status, row in TRANSITIONS.items() for kind in row]
ILLEGAL = [(status, kind) for status in S for kind in ONE_OF_EACH if kind not in TRANSITIONS[status]]


def named(pair: tuple[OrderStatus, type[OrderEvent]]) -> str:
    return f"{pair[0]}-{pair[1].__name__}"


def test_the_table_knows_every_status() -> None:
    assert TRANSITIONS.keys() == set(S)


def test_here_is_an_example_of_every_event() -> None:
    kinds = {
        kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, OrderEvent)
    }
    assert ONE_OF_EACH.keys() == kinds - {OrderEvent}


@pytest.mark.parametrize("pair", LEGAL, ids=named)
def test_a_step_of_the_table_leads_where_the_table_says(pair: tuple[OrderStatus, type[OrderEvent]]) -> None:
    status, kind = pair
    before = order(status)
    after = apply(before, ONE_OF_EACH[kind])
    assert after.status is TRANSITIONS[status][kind]
    assert before == order(status)


@pytest.mark.parametrize("pair", ILLEGAL, ids=named)
def test_a_step_outside_the_table_raises_and_changes_nothing(
    pair: tuple[OrderStatus, type[OrderEvent]],
) -> None:
    status, kind = pair
    before = order(status)
    with pytest.raises(IllegalStep, match=kind.__name__):
        apply(before, ONE_OF_EACH[kind])
    assert before == order(status)


def test_an_order_begins_by_being_submitted_denied_or_adopted() -> None:
    submitted = begin(ONE_OF_EACH[OrderSubmitted])  # type: ignore[arg-type]
    assert (submitted.status, submitted.watermark, submitted.source) == (S.SUBMITTED, "7", "test")
    denied = begin(ONE_OF_EACH[OrderDenied])  # type: ignore[arg-type]
    assert (denied.status, denied.reason) == (S.DENIED, "off_tick 70,050 is between two ticks")
    adopted = begin(ONE_OF_EACH[OrderAdopted])  # type: ignore[arg-type]
    assert (adopted.status, adopted.source, adopted.broker_order_id) == (S.OPEN, "outside", "0000000101")


def through(*steps: OrderEvent) -> Order:
    result = order(S.SUBMITTED)
    for event in steps:
        result = apply(result, event)
    return result


def filled(quantity: int, price: int = 70_000) -> OrderFilled:
    return OrderFilled(order_id=ID, at=AT, quantity=quantity, amount=quantity * price)


def canceled(quantity: int) -> OrderCanceled:
    return OrderCanceled(order_id=ID, at=AT, quantity=quantity)


ACCEPTED = ONE_OF_EACH[OrderAccepted]
CANCEL = ONE_OF_EACH[CancelSubmitted]
REPLACE = ONE_OF_EACH[ReplaceSubmitted]


def test_fills_add_up_until_nothing_is_left() -> None:
    part = through(ACCEPTED, filled(4), filled(5, 69_900))
    assert (part.status, part.filled_quantity, part.remaining_quantity) == (S.OPEN, 9, 1)
    whole = apply(part, filled(1))
    assert (whole.status, whole.filled_amount, whole.remaining_quantity) == (S.FILLED, 699_500, 0)
    assert whole.is_done


@pytest.mark.parametrize("quantity", [11, 100])
def test_more_than_the_order_can_neither_fill_nor_be_canceled(quantity: int) -> None:
    for event in (filled(quantity), canceled(quantity)):
        before = order(S.OPEN)
        with pytest.raises(IllegalStep, match=f"{quantity}"):
            apply(before, event)
        assert before == order(S.OPEN)


def test_fills_and_cancels_together_cannot_exceed_the_order() -> None:
    part = through(ACCEPTED, filled(6))
    with pytest.raises(IllegalStep):
        apply(part, canceled(5))
    assert apply(part, canceled(4)).status is S.CANCELED


def test_a_partial_cancel_leaves_the_order_open() -> None:
    part = through(ACCEPTED, CANCEL, canceled(4))
    assert (part.status, part.remaining_quantity) == (S.OPEN, 6)
    assert apply(part, filled(6)).status is S.CANCELED


def test_a_fill_told_after_the_cancel_takes_its_shares_back_from_it() -> None:
    gone = through(ACCEPTED, CANCEL, canceled(10))
    assert gone.status is S.CANCELED
    late = apply(gone, filled(3))
    assert (late.status, late.filled_quantity, late.canceled_quantity) == (S.CANCELED, 3, 7)


def test_a_fill_during_a_cancel_leaves_less_to_cancel() -> None:
    racing = through(ACCEPTED, CANCEL, filled(4))
    assert racing.status is S.PENDING_CANCEL
    assert apply(racing, canceled(6)).status is S.CANCELED


def test_the_last_fill_ends_an_order_whose_cancel_is_on_its_way() -> None:
    assert through(ACCEPTED, CANCEL, filled(10)).status is S.FILLED


def test_a_replace_gives_a_new_number_and_price_and_keeps_the_old_number() -> None:
    replaced = through(ACCEPTED, filled(4), REPLACE, ONE_OF_EACH[OrderReplaced])
    assert (replaced.status, replaced.price, replaced.requested_price) == (S.OPEN, 71_000, None)
    assert replaced.broker_order_ids == ("0000000101", "0000000102")
    assert replaced.broker_order_id == "0000000102"
    assert replaced.remaining_quantity == 6


def test_a_refused_replace_leaves_the_price() -> None:
    refused = through(ACCEPTED, REPLACE, ONE_OF_EACH[ReplaceRejected])
    assert (refused.status, refused.price, refused.requested_price) == (S.OPEN, 70_000, None)


def test_the_number_of_a_refused_replace_is_its_own_and_changes_nothing_else() -> None:
    before = through(ACCEPTED, filled(4), CANCEL, ONE_OF_EACH[CancelUnconfirmed])
    after = apply(before, ONE_OF_EACH[NumberClaimed])
    assert (after.broker_order_id, "0000000103" in after.broker_order_ids) == ("0000000101", True)
    assert replace(after, broker_order_ids=before.broker_order_ids) == before


def test_a_part_that_a_person_claims_changes_nothing_else() -> None:
    before = through(ACCEPTED, filled(4), CANCEL, ONE_OF_EACH[CancelUnconfirmed])
    after = apply(before, ONE_OF_EACH[PartClaimed])
    assert after == replace(before, parts=("0000000104",))


@pytest.mark.parametrize(
    ("steps", "settled"),
    [
        ((ONE_OF_EACH[OrderUnconfirmed],), ACCEPTED),
        ((ONE_OF_EACH[OrderUnconfirmed],), ONE_OF_EACH[OrderNotReceived]),
        ((ACCEPTED, CANCEL, ONE_OF_EACH[CancelUnconfirmed]), canceled(10)),
        ((ACCEPTED, CANCEL, ONE_OF_EACH[CancelUnconfirmed]), ONE_OF_EACH[CancelRejected]),
        ((ACCEPTED, CANCEL, ONE_OF_EACH[CancelUnconfirmed]), filled(10)),
        ((ACCEPTED, REPLACE, ONE_OF_EACH[ReplaceUnconfirmed]), ONE_OF_EACH[OrderReplaced]),
        ((ACCEPTED, REPLACE, ONE_OF_EACH[ReplaceUnconfirmed]), ONE_OF_EACH[ReplaceRejected]),
    ],
)
def test_an_order_is_unconfirmed_from_the_lost_answer_until_it_is_settled(
    steps: tuple[OrderEvent, ...], settled: OrderEvent
) -> None:
    doubtful = through(*steps)
    assert doubtful.is_unconfirmed
    assert doubtful.reason == "timeout"
    after = apply(doubtful, settled)
    assert not after.is_unconfirmed
    assert after.reason != "timeout"


def test_a_fill_does_not_settle_a_cancel_in_doubt() -> None:
    doubtful = through(ACCEPTED, CANCEL, ONE_OF_EACH[CancelUnconfirmed], filled(4))
    assert doubtful.is_unconfirmed
    assert doubtful.status is S.PENDING_CANCEL


def test_an_order_given_up_can_be_found_after_all() -> None:
    found = through(ONE_OF_EACH[OrderUnconfirmed], ONE_OF_EACH[OrderNotReceived], ACCEPTED)
    assert (found.status, found.remaining_quantity) == (S.OPEN, 10)


def test_a_rejection_keeps_the_words_of_the_broker() -> None:
    assert through(ONE_OF_EACH[OrderRejected]).reason == "APBK0952 주문가능금액을 초과 했습니다"


QUESTIONS: list[tuple[Callable[[Order], bool], set[OrderStatus]]] = [
    (lambda o: o.is_in_doubt, {S.SUBMITTED, S.UNCONFIRMED}),
    (lambda o: o.is_open, {S.OPEN, S.PENDING_CANCEL, S.PENDING_REPLACE}),
    (
        lambda o: o.is_done,
        {S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED, S.DENIED, S.NOT_RECEIVED},
    ),
]


@pytest.mark.parametrize("status", S)
def test_every_order_is_in_doubt_open_or_done(status: OrderStatus) -> None:
    answers = [question(order(status)) for question, _ in QUESTIONS]
    assert answers == [status in expected for _, expected in QUESTIONS]
    assert answers.count(True) == 1
    assert (order(status).remaining_quantity > 0) is (not order(status).is_done)
