"""What the desk cannot settle by itself: shown with the evidence, held, and decided by a person."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hoga.domain.errors import BrokerError, InvalidOrder
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest
from hoga.trading.doubt import Arrived, Doubt, NeverArrived, Verdict
from hoga.trading.trace import Trace

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus


def stuck(world: "World", request: OrderRequest) -> Order:
    """An order that arrived and filled, at a broker whose list shows nothing: nobody can settle it."""
    world.broker.script.append("lost")
    order = world.place(request)
    world.broker.fill(101, 10, told=False)
    world.broker.hidden.add(101)
    world.settle_for_good()
    assert world.order(order).status is S.UNCONFIRMED
    return order


def decide(world: "World", order: Order, verdict: Verdict) -> Order:
    return world.do(world.desk.decide(order.order_id, verdict, by="김투자"))


def doubt(world: "World") -> Doubt:
    (found,) = world.desk.doubts
    return found


def test_what_cannot_be_settled_is_shown_once_with_the_evidence_and_blocks(
    world: "World", buy: OrderRequest
) -> None:
    order = stuck(world, buy)
    world.settle(5)
    (line,) = world.lines.about("please decide")
    for fact in (order.order_id, "005930 buy 10 @ 70000", "unconfirmed since 10:00:00", "timeout"):
        assert fact in line
    assert "the account differs (005930: ours 10, the broker's 20)" in line
    assert doubt(world).is_overdue
    assert world.place(buy).reason.startswith("in_doubt")
    world.later(hours=1)
    world.settle(5)
    assert world.place(buy).reason.startswith("in_doubt")
    assert len(world.lines.about("please decide")) == 1


def test_before_the_patience_is_used_up_nobody_is_called(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("lost")
    order = world.place(buy)
    world.broker.hidden.add(101)
    world.settle(5)
    assert not world.lines.about("please decide")
    assert not doubt(world).is_overdue
    assert (doubt(world).order.order_id, doubt(world).misses) == (order.order_id, 5)


def test_a_list_that_lacks_known_orders_is_a_reason_to_call_a_person(
    world: "World", buy: OrderRequest
) -> None:
    world.place(buy)
    world.broker.script.append("lost")
    world.place(replace(buy, price=69_000))
    world.broker.hidden |= {101, 102}
    world.later(seconds=2 * world.patience.wait.total_seconds())
    world.settle()
    (line,) = world.lines.about("please decide")
    assert "the broker's list is not whole" in line


def test_a_broker_that_cannot_be_read_is_a_reason_to_call_a_person(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("lost")
    world.place(buy)
    world.later(seconds=2 * world.patience.wait.total_seconds())
    world.broker.faults.append("fail")
    assert not world.do(world.desk.settle())
    assert world.lines.about("please decide")


def test_an_order_that_looks_different_is_shown_beside_the_doubt(world: "World", buy: OrderRequest) -> None:
    stuck(world, buy)
    world.broker.enter(replace(buy, price=69_900), None)
    world.broker.hidden.discard(101)
    world.broker.hidden.add(101)
    world.settle()
    assert [each.price for each in doubt(world).strangers] == [69_900]
    assert "alike: 0000000102 005930 buy 10 @ 69900" in doubt(world).english


def test_a_person_says_under_which_number_it_arrived(world: "World", buy: OrderRequest) -> None:
    order = stuck(world, buy)
    decided = decide(world, order, Arrived("0000000101"))
    assert (decided.status, decided.broker_order_ids) == (S.OPEN, ("0000000101",))
    assert world.desk.doubts == ()
    assert [getattr(entry, "by", None) for entry in world.journal.entries][-1] == "김투자"
    world.broker.hidden.clear()
    world.settle()
    assert world.order(order).status is S.FILLED
    world.check_books()
    assert world.place(buy).status is S.OPEN


def test_a_person_says_that_it_never_arrived(world: "World", buy: OrderRequest) -> None:
    order = stuck(world, buy)
    assert decide(world, order, NeverArrived()).status is S.NOT_RECEIVED
    assert [getattr(entry, "by", None) for entry in world.journal.entries][-1] == "김투자"
    assert world.place(buy).status is S.OPEN
    assert len(world.broker.sent) == 2


def test_a_person_who_was_wrong_is_corrected_by_the_list(world: "World", buy: OrderRequest) -> None:
    order = stuck(world, buy)
    decide(world, order, NeverArrived())
    world.broker.hidden.clear()
    world.settle()
    assert world.order(order).status is S.FILLED
    assert world.lines.about("had been taken as not received, but it was")
    world.check_books()


@pytest.mark.parametrize("verdict", [NeverArrived(), Arrived("0000000999")], ids=["never", "arrived"])
def test_when_the_list_tells_by_itself_the_person_is_not_needed(
    world: "World", buy: OrderRequest, verdict: Verdict
) -> None:
    order = stuck(world, buy)
    world.broker.hidden.clear()
    decided = decide(world, order, verdict)
    assert (decided.status, decided.broker_order_ids) == (S.FILLED, ("0000000101",))


@pytest.mark.parametrize("verdict", [NeverArrived(), Arrived("0000000101")], ids=["never", "arrived"])
def test_a_decision_survives_a_restart(world: "World", buy: OrderRequest, verdict: Verdict) -> None:
    order = stuck(world, buy)
    status = decide(world, order, verdict).status
    world.restart()
    assert world.order(order).status is status


def test_what_is_held_stays_held_over_a_restart(world: "World", buy: OrderRequest) -> None:
    stuck(world, buy)
    world.restart()
    assert world.place(buy).reason.startswith("in_doubt")
    world.settle(world.patience.reads)
    assert world.lines.about("please decide")


def test_nothing_is_decided_when_the_broker_cannot_be_read(world: "World", buy: OrderRequest) -> None:
    order = stuck(world, buy)
    world.broker.faults.append("fail")
    with pytest.raises(BrokerError):
        decide(world, order, NeverArrived())
    assert world.order(order).status is S.UNCONFIRMED


def test_a_number_from_before_the_order_cannot_be_its(world: "World", buy: OrderRequest) -> None:
    world.place(buy)
    world.broker.script.append("lost")
    order = world.place(replace(buy, price=69_000))
    world.broker.hidden.add(102)
    with pytest.raises(InvalidOrder, match="is from before order"):
        decide(world, order, Arrived("0000000101"))


def test_a_number_of_another_order_cannot_be_its(world: "World", buy: OrderRequest) -> None:
    order = stuck(world, buy)
    world.broker.enter(replace(buy, price=69_900), None)
    world.settle()
    (other,) = [each for each in world.desk.orders if each.source == OUTSIDE]
    with pytest.raises(InvalidOrder, match=rf"belongs to order {other.order_id} \(outside\) already"):
        decide(world, order, Arrived("0000000102"))
    assert world.order(order).status is S.UNCONFIRMED


def test_an_order_that_is_not_in_doubt_is_not_decided(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    for verdict in (NeverArrived(), Arrived("0000000999")):
        with pytest.raises(InvalidOrder, match="Only what is unconfirmed"):
            decide(world, order, verdict)


def test_an_order_whose_answer_may_still_come_is_not_decided(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("slow ok")
    sending = world.begin(world.desk.place(buy, "test"))
    (order,) = world.desk.orders
    with pytest.raises(InvalidOrder, match="is still being waited for"):
        decide(world, order, NeverArrived())
    world.broker.answers[0].set()
    assert world.end(sending).status is S.OPEN


def test_a_cancel_in_doubt_is_decided_too(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    assert doubt(world).order.status is S.PENDING_CANCEL
    assert decide(world, order, NeverArrived()).status is S.OPEN
    assert world.desk.doubts == ()
    with pytest.raises(InvalidOrder, match="Only what is unconfirmed"):
        decide(world, order, Arrived("0000000999"))


def test_a_person_says_that_a_cancel_arrived(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 4)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    decided = decide(world, order, Arrived("0000000103"))
    assert (decided.status, decided.filled_quantity, decided.canceled_quantity) == (S.CANCELED, 4, 6)
    assert [getattr(entry, "by", None) for entry in world.journal.entries][-1] == "김투자"
    world.broker.fill(101, 2)  # the person was wrong: what happens counts all the same
    assert (world.order(order).filled_quantity, world.order(order).canceled_quantity) == (6, 4)


def test_a_person_says_that_a_replace_arrived(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.script.append("lost")
    world.do(world.desk.replace(order.order_id, 69_000))
    world.broker.hidden.add(102)
    decided = decide(world, order, Arrived("102"))
    assert (decided.status, decided.price, decided.requested_price) == (S.OPEN, 69_000, None)
    assert decided.broker_order_ids == ("101", "102")
    world.restart()
    assert world.order(order).price == 69_000
    world.broker.hidden.clear()
    world.broker.fill(102, 10)
    assert world.order(order).status is S.FILLED
    world.check_books()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("0000000101", "is from before order"),
        ("0000000100", "is from before order"),
        ("abc", "made of digits"),
        ("", "made of digits"),
        ("0000000000", "made of digits"),
    ],
)
def test_a_number_that_cannot_be_that_of_a_replace_is_refused(
    world: "World", buy: OrderRequest, number: str, sentence: str
) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.replace(order.order_id, 69_000))
    with pytest.raises(InvalidOrder, match=sentence):
        decide(world, order, Arrived(number))
    assert world.order(order).status is S.PENDING_REPLACE


def test_at_the_end_of_the_day_the_list_of_the_whole_day_decides(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("gone")
    order = world.place(buy)
    world.broker.cash -= 5_000_000  # the buying power tells nothing
    world.settle_for_good()
    assert world.order(order).status is S.UNCONFIRMED
    world.clock.set(world.at(15, 31))
    closing = world.begin(world.desk.close_day())
    world.later(minutes=1)
    world.end(closing)
    assert world.order(order).status is S.NOT_RECEIVED


def test_the_evidence_tells_what_the_account_shows(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("lost")
    world.place(buy)
    world.broker.hidden.add(101)
    world.settle_for_good()
    assert doubt(world).trace == Trace(side=buy.side, gone=700_000, holds=700_000)
    for words in ("the list may be late", "won of buying power gone without a known reason: 700000"):
        assert words in doubt(world).english
    for words in ("목록이 최신인지 알 수 없음", "주문가능금액에서 까닭 없이 빠진 700000원"):
        assert words in doubt(world).korean


def test_what_another_buy_may_have_given_back_untold_hides_a_doubt(world: "World", buy: OrderRequest) -> None:
    world.place(replace(buy, price=69_900))
    world.settle_for_good()
    world.broker.script.append("lost")
    order = world.place(buy)
    world.broker.hidden.add(102)
    world.broker.cash += 699_000  # the first one was cancelled by hand, and the list is late
    world.desk.on_gap()
    world.settle_for_good()
    assert world.order(order).status is S.UNCONFIRMED
    trace = doubt(world).trace
    assert trace is not None
    assert (trace.gone, trace.freed, trace.is_absent) == (1_000, 699_000, False)


def test_the_evidence_of_a_sale_is_counted_in_shares(world: "World", sell: OrderRequest) -> None:
    world.broker.script.append("lost")
    world.place(sell)
    world.broker.hidden.add(101)
    world.settle_for_good()
    assert doubt(world).trace == Trace(side=sell.side, gone=10, holds=10)
    assert "sellable shares gone without a known reason: 10" in doubt(world).english
    assert "매도가능수량에서 까닭 없이 빠진 10주" in doubt(world).korean


def test_a_replace_in_doubt_is_decided_too(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.replace(order.order_id, 69_000))
    decided = decide(world, order, NeverArrived())
    assert (decided.status, decided.price) == (S.OPEN, 70_000)


def test_two_equal_sells_in_doubt_of_which_one_arrived_are_not_confused(
    world: "World", sell: OrderRequest
) -> None:
    half = replace(sell, quantity=5)
    world.broker.script += ["gone", "lost"]
    orders = [world.place(half), world.place(half)]
    assert [world.order(order).status for order in orders] == [S.UNCONFIRMED] * 2
    world.settle_for_good()
    world.later(seconds=10)  # the account may not show yet what has just been found
    world.settle()
    found = [world.order(order) for order in orders]
    assert sorted(order.status for order in found) == [S.NOT_RECEIVED, S.OPEN]
    assert [order.broker_order_id for order in found if order.status is S.OPEN] == ["0000000101"]
    world.check_books()
    assert world.place(half).status is S.OPEN
    assert world.place(replace(half, quantity=1)).reason.startswith("insufficient_sellable")
