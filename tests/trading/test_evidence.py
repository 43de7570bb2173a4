"""What is believed, and what is not, of what a broker pushes and lists."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hoga.domain.notices import CancelNotice, FillNotice, Notice, RejectNotice, ReplaceNotice
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.trading.doubt import NeverArrived

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus


def unconfirmed(world: "World", request: OrderRequest, what: str = "lost") -> Order:
    """An order whose answer is lost; by default the broker has it nevertheless."""
    world.broker.script.append(what)
    order = world.place(request)
    assert order.status is S.UNCONFIRMED
    return order


def same_order_elsewhere(world: "World", request: OrderRequest) -> int:
    """Somebody enters an order in HTS."""
    return world.broker.enter(request, None)


# An answer that is lost


def test_an_order_whose_answer_is_lost_is_found_and_never_sent_again(
    world: "World", buy: OrderRequest
) -> None:
    order = unconfirmed(world, buy)
    world.settle()
    found = world.order(order)
    assert (found.status, int(found.broker_order_id)) == (S.OPEN, 101)
    world.settle_for_good()
    assert world.broker.sent == [("place", order.order_id)]
    world.check_books()


def test_it_is_found_with_all_that_has_happened_to_it(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy)
    world.broker.fill(101, 3, 69_900, told=False)
    world.broker.fill(101, 2, 70_000, told=False)
    world.broker.take_off(world.broker.rows[101], 5)
    world.settle()
    found = world.order(order)
    assert (found.status, found.filled_quantity, found.filled_amount) == (S.CANCELED, 5, 349_700)
    world.check_books()


def test_a_notice_that_came_before_it_is_found_counts_once(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy)
    world.broker.fill(101, 4)
    assert world.order(order).filled_quantity == 0
    world.settle()
    assert world.order(order).filled_quantity == 4
    world.broker.fill(101, 6)
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_a_market_order_is_found_too(world: "World", market_buy: OrderRequest) -> None:
    order = unconfirmed(world, market_buy)
    world.settle()
    assert world.order(order).status is S.OPEN


def test_an_order_that_never_arrived_is_given_up_only_after_enough_readings_and_time(
    world: "World", buy: OrderRequest
) -> None:
    order = unconfirmed(world, buy, "gone")
    world.settle(10)  # often, but not long
    assert world.order(order).status is S.UNCONFIRMED
    world.later(seconds=9)
    world.settle()
    assert world.order(order).status is S.UNCONFIRMED
    world.later(seconds=1)
    world.settle()
    assert world.order(order).status is S.NOT_RECEIVED
    assert len(world.broker.sent) == 1


def test_time_alone_is_not_enough_to_give_an_order_up(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy, "gone")
    world.later(seconds=3_600)
    world.settle()
    assert world.order(order).status is S.UNCONFIRMED
    world.settle()
    assert world.order(order).status is S.NOT_RECEIVED


def test_failed_readings_change_nothing_and_count_for_nothing(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy, "gone")
    world.later(seconds=60)
    before = list(world.journal.entries)
    world.broker.faults += ["fail"] * 10
    for _ in range(10):
        assert not world.do(world.desk.settle())
    assert world.journal.entries == before
    assert world.order(order).status is S.UNCONFIRMED
    assert len(world.lines.about("the broker cannot be read")) == 1
    world.settle()
    assert world.order(order).status is S.UNCONFIRMED
    assert len(world.lines.about("can be read again")) == 1
    world.settle()
    assert world.order(order).status is S.NOT_RECEIVED


def test_a_list_without_an_order_that_was_taken_is_not_the_whole_list(
    world: "World", buy: OrderRequest
) -> None:
    known = world.place(replace(buy, code="000660", price=200_000))
    order = unconfirmed(world, buy, "gone")
    world.later(seconds=60)
    world.broker.faults += ["empty"] * 5
    world.settle(5)
    assert world.order(order).status is S.UNCONFIRMED
    assert world.order(known).status is S.OPEN
    assert len(world.lines.about("lacks orders")) == 1
    world.settle(2)
    assert world.order(order).status is S.NOT_RECEIVED


def test_an_order_is_not_given_up_while_the_account_speaks_against_it(
    world: "World", buy: OrderRequest
) -> None:
    order = unconfirmed(world, buy)
    world.broker.fill(101, 10, told=False)
    world.later(seconds=60)
    world.broker.faults += ["empty"] * 5  # as KIS's paper host has been seen to do on days that had fills
    world.settle(5)
    assert world.order(order).status is S.UNCONFIRMED
    (line,) = world.lines.about("please decide")
    assert "the account differs (005930: ours 10, the broker's 20)" in line
    world.settle()
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_an_order_is_not_given_up_while_the_account_cannot_be_read(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy, "gone")
    world.later(seconds=60)
    world.settle()
    world.broker.account_faults.append("fail")
    assert not world.do(world.desk.settle())
    assert world.order(order).status is S.UNCONFIRMED
    world.settle()
    assert world.order(order).status is S.NOT_RECEIVED


def test_an_order_given_up_by_mistake_is_ours_again_when_it_shows(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy)
    world.broker.hidden.add(101)
    world.do(world.desk.decide(order.order_id, NeverArrived()))
    assert world.order(order).status is S.NOT_RECEIVED
    world.broker.fill(101, 3, told=False)
    world.broker.hidden.clear()
    world.settle()
    found = world.order(order)
    assert (found.status, found.filled_quantity, found.source) == (S.OPEN, 3, "test")
    assert world.lines.about("had been taken as not received")
    world.check_books()


# A list that lags for longer than we wait


def lags(world: "World", request: OrderRequest) -> Order:
    """An order that lives, at a broker whose list does not show it."""
    order = unconfirmed(world, request)
    world.broker.hidden.add(max(world.broker.rows))
    return order


def keep_waiting(world: "World", minutes: int = 30) -> None:
    """Look and reconcile as a living desk does."""
    for _ in range(minutes):
        world.later(minutes=1)
        world.settle()
        world.do(world.desk.reconcile())


@pytest.mark.parametrize("side", Side)
def test_a_list_that_lags_for_longer_than_we_wait_gives_no_order_up(
    world: "World", buy: OrderRequest, side: Side
) -> None:
    order = lags(world, replace(buy, side=side))
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED
    again = world.place(replace(buy, side=side))  # the wish is still there
    assert (again.status, again.reason.split()[0]) == (S.DENIED, "in_doubt")
    assert len(world.lines.about("please decide")) == 1
    world.broker.hidden.clear()
    world.settle()
    assert world.order(order).status is S.OPEN
    assert len(world.broker.rows) == 1
    world.check_books()


def test_a_market_buy_that_lives_behind_a_list_that_lags_is_not_given_up(
    world: "World", market_buy: OrderRequest
) -> None:
    order = lags(world, market_buy)
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


@pytest.mark.parametrize("what", [("lost", "gone"), ("gone", "lost"), ("lost", "lost")])
def test_of_two_equal_buys_neither_is_given_up_while_one_of_them_may_live(
    world: "World", buy: OrderRequest, what: tuple[str, str]
) -> None:
    orders = both_lost(world, buy, *what)
    world.broker.hidden |= world.broker.rows.keys()
    keep_waiting(world)
    assert {world.order(order).status for order in orders} == {S.UNCONFIRMED}
    world.broker.hidden.clear()
    keep_waiting(world, 2)
    assert [world.order(order).status for order in orders].count(S.OPEN) == what.count("lost")
    assert not [order for order in orders if world.order(order).is_unconfirmed]
    world.check_books()


def test_other_orders_do_not_hide_that_one_lives(world: "World", buy: OrderRequest) -> None:
    """Buys, a sale, cancels and fills move the buying power, too."""
    hynix = replace(buy, code="000660", price=200_000)
    resting, filling = world.place(hynix), world.place(replace(hynix, quantity=5))
    world.later(minutes=1)
    world.do(world.desk.reconcile())
    order = lags(world, buy)
    world.do(world.desk.cancel(resting.order_id))
    world.broker.confirm_cancel(int(resting.broker_order_id), 10)
    world.broker.fill(int(filling.broker_order_id), 5, 199_000)
    world.place(replace(hynix, quantity=1, price=180_000))
    world.place(replace(buy, side=Side.SELL, quantity=2, price=75_000))
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


def test_other_orders_do_not_hide_that_one_never_arrived(world: "World", buy: OrderRequest) -> None:
    hynix = replace(buy, code="000660", price=200_000)
    world.place(hynix)
    world.later(minutes=1)
    world.do(world.desk.reconcile())
    order = unconfirmed(world, buy, "gone")
    world.place(replace(hynix, quantity=3))
    world.later(seconds=5)
    world.settle()
    assert world.order(order).status is S.UNCONFIRMED
    world.settle_for_good()
    assert world.order(order).status is S.NOT_RECEIVED


def test_an_order_that_was_sent_after_the_wait_shows_that_the_list_is_current(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.cash -= 1_000_000  # somebody took money out: the buying power tells nothing
    order = unconfirmed(world, buy, "gone")
    hynix = replace(buy, code="000660", price=200_000, quantity=1)
    world.later(seconds=5)
    world.place(hynix)  # it may have overtaken the one in doubt
    keep_waiting(world, 1)
    assert world.order(order).status is S.UNCONFIRMED
    assert not world.desk.doubts[0].is_list_current
    late = world.place(hynix)
    world.broker.hidden.add(int(late.broker_order_id))
    keep_waiting(world, 1)
    assert world.order(order).status is S.UNCONFIRMED  # the list is older than that one
    world.broker.hidden.clear()
    world.settle()
    assert world.order(order).status is S.NOT_RECEIVED


def test_a_replace_of_an_older_order_does_not_show_that_the_list_is_current(
    world: "World", buy: OrderRequest
) -> None:
    older = world.place(replace(buy, code="000660", price=200_000, quantity=1))
    world.broker.cash -= 1_000_000
    order = unconfirmed(world, buy, "gone")
    world.later(minutes=1)
    world.broker.script.append("refuse")
    world.do(world.desk.replace(older.order_id, 199_000))
    keep_waiting(world, 3)
    assert world.order(order).status is S.UNCONFIRMED


def test_a_notice_of_a_number_that_the_list_does_not_show_proves_that_it_lags(
    world: "World", buy: OrderRequest
) -> None:
    order = unconfirmed(world, buy, "gone")
    other = same_order_elsewhere(world, replace(buy, code="000660", price=200_000))
    world.broker.hidden.add(other)
    world.broker.fill(other, 1)
    world.broker.take_off(world.broker.rows[other], 9)
    world.broker.cash += 200_000  # so that nothing seems to be missing
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED
    world.broker.hidden.clear()
    keep_waiting(world, 3)
    assert [each.status for each in world.desk.orders if each.source == OUTSIDE] == [S.CANCELED]


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_money_that_comes_in_does_not_hide_what_an_order_holds(
    world: "World", buy: OrderRequest, is_before: bool
) -> None:
    def pay_in() -> None:
        world.broker.cash += 700_000
        world.broker.deposit += 700_000

    if is_before:
        pay_in()
    order = lags(world, buy)
    if not is_before:
        pay_in()
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


def test_a_sale_that_was_not_told_does_not_make_up_for_what_a_buy_in_doubt_holds(
    world: "World", buy: OrderRequest, sell: OrderRequest
) -> None:
    async def sell_untold() -> None:
        world.broker.fill(101, 10, 60_000, told=False)

    world.place(sell)
    order = lags(world, replace(buy, code="000660", quantity=3, price=200_000))
    world.later(minutes=1)
    world.settle(2)
    world.broker.before_read = sell_untold  # the list does not have it yet, the account does
    world.settle()
    assert world.order(order).status is S.UNCONFIRMED


def test_what_waits_for_a_person_is_looked_into_less_often(world: "World", buy: OrderRequest) -> None:
    lags(world, buy)
    world.settle_for_good()
    assert world.desk.look_at == world.clock.now() + world.patience.overdue_interval
    assert world.patience.overdue_interval == timedelta(seconds=5)


def test_a_replace_whose_new_number_is_not_shown_is_not_taken_for_gone(
    world: "World", buy: OrderRequest
) -> None:
    """Where the old row shows the shares that went over as cancelled, the order would seem to be over."""
    order = world.place(buy)
    world.broker.script.append("lost")
    world.do(world.desk.replace(order.order_id, 69_500))
    world.broker.hidden.add(102)
    world.broker.rows[101].canceled = 10
    keep_waiting(world)
    assert world.order(order).status is S.PENDING_REPLACE
    assert world.place(replace(buy, price=69_500)).reason.startswith("in_doubt")
    world.broker.hidden.clear()
    world.broker.rows[101].canceled = 0
    world.settle()
    assert (world.order(order).status, world.order(order).price) == (S.OPEN, 69_500)
    world.check_books()


def test_a_list_that_lags_is_waited_for(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy)
    world.broker.hidden.add(101)
    world.settle(3)
    world.broker.hidden.clear()
    world.later(seconds=60)
    world.settle()
    assert world.order(order).status is S.OPEN
    world.check_books()


def test_an_older_order_that_looks_the_same_is_not_taken_for_it(world: "World", buy: OrderRequest) -> None:
    same_order_elsewhere(world, buy)
    world.settle()
    world.later(minutes=1)
    world.do(world.desk.reconcile())
    order = unconfirmed(world, buy, "gone")
    world.settle_for_good()
    assert world.order(order).status is S.NOT_RECEIVED
    assert [each.source for each in world.desk.orders] == [OUTSIDE, "test"]
    world.check_books()


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": 9},
        {"price": 70_100},
        {"side": Side.SELL},
        {"code": "000660", "price": 200_000},
    ],
)
def test_a_later_order_that_looks_different_is_not_taken_for_it(
    world: "World", buy: OrderRequest, other: dict[str, object]
) -> None:
    order = unconfirmed(world, buy, "gone")
    same_order_elsewhere(world, replace(buy, **other))  # type: ignore[arg-type]
    world.settle()
    assert world.order(order).status is S.UNCONFIRMED
    assert [each.source for each in world.desk.orders] == ["test", OUTSIDE]


def test_the_new_number_of_a_replaced_order_is_not_taken_for_it(world: "World", buy: OrderRequest) -> None:
    other = world.place(replace(buy, price=69_000))
    order = unconfirmed(world, buy, "gone")
    world.broker.move(world.broker.rows[101], 70_000)  # in HTS: it now looks just like the order in doubt
    world.settle()
    assert world.order(order).status is S.UNCONFIRMED
    assert world.order(other).price == 70_000
    world.check_books()


# Two that are alike


def both_lost(world: "World", request: OrderRequest, *what: str) -> list[Order]:
    """Two equal orders sent at once, before either is known to be in doubt."""
    world.broker.script += [f"slow {each}" for each in what]
    sending = [world.begin(world.desk.place(request, "test")) for _ in what]
    for answer in world.broker.answers:
        answer.set()
    orders = [world.end(task) for task in sending]
    assert {order.status for order in orders} == {S.UNCONFIRMED}
    return orders


def test_two_equal_orders_in_doubt_take_one_number_each_in_their_order(
    world: "World", buy: OrderRequest
) -> None:
    first, second = both_lost(world, buy, "lost", "lost")
    world.broker.fill(102, 10, told=False)
    world.settle()
    assert int(world.order(first).broker_order_id) == 101
    assert int(world.order(second).broker_order_id) == 102
    assert world.order(second).status is S.FILLED
    world.check_books()


@pytest.mark.parametrize("what", [("lost", "gone"), ("gone", "lost")])
def test_of_two_equal_orders_in_doubt_one_number_serves_one_only(
    world: "World", buy: OrderRequest, what: tuple[str, str]
) -> None:
    first, second = both_lost(world, buy, *what)
    world.settle()
    assert [world.order(first).status, world.order(second).status] == [S.OPEN, S.UNCONFIRMED]
    world.settle_for_good()
    assert [world.order(first).status, world.order(second).status] == [S.OPEN, S.NOT_RECEIVED]
    world.check_books()


def test_of_two_equal_orders_neither_may_have_arrived(world: "World", buy: OrderRequest) -> None:
    orders = both_lost(world, buy, "gone", "gone")
    world.settle_for_good()
    assert {world.order(order).status for order in orders} == {S.NOT_RECEIVED}


def test_an_equal_order_entered_elsewhere_makes_no_third(world: "World", buy: OrderRequest) -> None:
    order = unconfirmed(world, buy)
    same_order_elsewhere(world, buy)
    world.settle()
    assert world.order(order).status is S.OPEN
    assert [each.source for each in world.desk.orders] == ["test", OUTSIDE]
    world.check_books()


def test_a_row_is_not_given_away_while_an_equal_order_waits_for_its_answer(
    world: "World", buy: OrderRequest
) -> None:
    # The first never arrives; the second does, and its row shows in the list before its answer is here.
    world.broker.script += ["slow gone", "slow ok"]
    never, slow = (world.begin(world.desk.place(buy, name)) for name in ("first", "second"))
    world.broker.answers[0].set()
    first = world.end(never)
    assert first.status is S.UNCONFIRMED
    assert world.broker.rows.keys() == {101}
    world.settle(3)
    assert world.order(first).status is S.UNCONFIRMED
    world.broker.answers[1].set()
    second = world.end(slow)
    assert (second.status, int(second.broker_order_id)) == (S.OPEN, 101)
    world.settle_for_good()
    assert world.order(first).status is S.NOT_RECEIVED
    world.check_books()


def test_the_row_of_an_order_being_sent_is_not_adopted(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("slow ok")
    sending = world.begin(world.desk.place(buy, "test"))
    world.settle(2)
    assert [order.status for order in world.desk.orders] == [S.SUBMITTED]
    world.broker.answers[0].set()
    assert world.end(sending).status is S.OPEN
    world.check_books()


def test_a_list_older_than_the_answer_does_not_doubt_it(world: "World", buy: OrderRequest) -> None:
    world.broker.before_read = lambda: world.desk.place(buy, "test")
    world.settle()
    assert [order.status for order in world.desk.orders] == [S.OPEN]
    assert not world.lines.about("lacks orders")


# Notices


def test_notices_may_come_before_the_answer(world: "World", buy: OrderRequest) -> None:
    def told_first(number: int) -> None:
        world.broker.fill(number, 4)
        world.broker.fill(number, 6)
        assert world.desk.fills == ()

    world.broker.immediately = told_first
    order = world.place(buy)
    assert order.status is S.FILLED
    assert world.kinds(order) == ["OrderSubmitted", "OrderAccepted", "OrderFilled", "OrderFilled"]
    world.check_books()


def test_numbers_are_the_same_with_and_without_padding(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    assert order.broker_order_id == "101"
    at = world.clock.now()
    for number, quantity in (("0000000101", 3), ("101", 2), ("00101 ", 1)):
        world.desk.on_notice(FillNotice(broker_order_id=number, at=at, quantity=quantity, price=70_000))
    assert world.order(order).filled_quantity == 6


def test_a_notice_told_twice_counts_once(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.desk.on_notice(world.broker.fill(101, 3))
    assert world.order(order).filled_quantity == 3
    assert world.desk.is_look_due
    world.settle()
    assert world.order(order).filled_quantity == 3
    world.check_books()


def test_two_equal_fills_in_one_second_are_counted_after_the_list_was_read(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.fill(101, 3)
    world.broker.fill(101, 3)
    assert world.order(order).filled_quantity == 3
    assert world.desk.is_look_due
    world.settle()
    assert world.order(order).filled_quantity == 6
    world.check_books()
    world.later(seconds=1)
    world.broker.fill(101, 4)
    world.settle()
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_equal_fills_that_the_broker_marks_count_at_once(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    for mark in ("a", "b", "a"):
        notice = FillNotice(
            broker_order_id="101", at=world.clock.now(), quantity=3, price=70_000, fill_id=mark
        )
        world.desk.on_notice(notice)
    assert world.order(order).filled_quantity == 6


def test_notices_that_overtake_each_other_add_up(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    early = world.broker.fill(101, 3, 70_000, told=False)
    world.later(seconds=1)
    late = world.broker.fill(101, 7, 69_900, told=False)
    world.desk.on_notice(late)
    world.desk.on_notice(early)
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_more_than_the_order_is_dropped_and_told(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 6)
    world.later(seconds=1)
    world.desk.on_notice(FillNotice(broker_order_id="101", at=world.clock.now(), quantity=5, price=70_000))
    assert world.order(order).filled_quantity == 6
    assert len(world.lines.about("dropped a notice of 5 filled, 4 are left")) == 1
    world.settle()
    world.check_books()


@pytest.mark.parametrize("quantity", [0, -3])
def test_a_fill_of_nothing_is_dropped_and_told(world: "World", buy: OrderRequest, quantity: int) -> None:
    order = world.place(buy)
    world.desk.on_notice(
        FillNotice(broker_order_id="101", at=world.clock.now(), quantity=quantity, price=70_000)
    )
    assert world.order(order).filled_quantity == 0
    assert world.lines.about("dropped a notice")


def test_a_notice_that_the_list_has_told_already_does_not_count_again(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    late = world.broker.fill(101, 3, told=False)
    world.settle()
    assert world.order(order).filled_quantity == 3
    world.desk.on_notice(late)
    assert world.order(order).filled_quantity == 3
    world.later(seconds=1)
    world.broker.fill(101, 2)
    assert world.order(order).filled_quantity == 5
    world.check_books()


def test_after_a_lost_notice_the_list_counts_what_the_next_ones_tell(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.fill(101, 3, 69_000, told=False)  # lost for good
    world.settle()
    world.later(seconds=1)
    world.broker.fill(101, 2, 70_000)
    assert world.order(order).filled_quantity == 3  # it might have been the lost one
    assert world.desk.is_look_due
    world.settle()
    assert (world.order(order).filled_quantity, world.order(order).filled_amount) == (5, 347_000)
    world.check_books()


def test_a_fill_told_after_the_cancel_still_counts(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    late = world.broker.fill(101, 3, told=False)
    world.do(world.desk.cancel(order.order_id))
    world.broker.confirm_cancel(101, 7)
    assert world.order(order).status is S.OPEN  # ten were sent, seven are gone: three are somewhere
    world.desk.on_notice(late)
    done = world.order(order)
    assert (done.status, done.filled_quantity, done.canceled_quantity) == (S.CANCELED, 3, 7)
    world.check_books()


def test_a_fill_that_a_cancel_in_full_had_hidden_takes_its_shares_back(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.do(world.desk.cancel(order.order_id))
    world.broker.confirm_cancel(101, 10)
    assert world.order(order).status is S.CANCELED
    world.broker.rows[101].remaining, world.broker.rows[101].canceled = 3, 7
    world.broker.fill(101, 3)
    done = world.order(order)
    assert (done.status, done.filled_quantity, done.canceled_quantity) == (S.CANCELED, 3, 7)
    world.check_books()


def unknown(kind: str, world: "World") -> Notice:
    at = world.clock.now()
    match kind:
        case "fill":
            return FillNotice(broker_order_id="777", at=at, quantity=1, price=70_000)
        case "cancel":
            return CancelNotice(broker_order_id="777", at=at, quantity=1)
        case "replace":
            return ReplaceNotice(broker_order_id="777", at=at, new_broker_order_id="778", price=70_000)
        case "reject":
            return RejectNotice(broker_order_id="777", at=at, message="-")
        case _:
            return Notice(broker_order_id="777", at=at)


def test_notices_about_numbers_that_are_no_orders_are_let_go(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.script.append("lost")
    world.do(world.desk.cancel(order.order_id))  # the request has the number 102, which nobody told us
    world.desk.on_notice(Notice(broker_order_id="102", at=world.clock.now()))
    while world.desk.look_at is not None:
        world.clock.set(max(world.clock.now(), world.desk.look_at))
        world.settle()
    world.place(buy)
    assert world.desk.is_look_due  # 102 is the highest number: it may be an order that is not listed yet
    world.settle()
    world.place(buy)
    world.settle(world.patience.reads)
    world.place(buy)
    assert world.desk.look_at is None


@pytest.mark.parametrize("kind", ["fill", "cancel", "replace", "reject", "receipt"])
def test_a_notice_of_an_unknown_number_changes_nothing_and_calls_for_the_list(
    world: "World", kind: str
) -> None:
    before = list(world.journal.entries)
    world.desk.on_notice(unknown(kind, world))
    assert world.journal.entries == before
    assert world.desk.is_look_due


def test_a_number_told_by_a_notice_raises_the_watermark(world: "World", buy: OrderRequest) -> None:
    world.desk.on_notice(unknown("replace", world))
    assert int(world.place(buy).watermark) == 778


def test_a_refusal_by_the_exchange_after_the_broker_took_the_order(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.reject(101)
    rejected = world.order(order)
    assert (rejected.status, rejected.reason) == (S.REJECTED, "거래소 거부")
    world.check_books()


def test_a_refusal_that_was_not_told_is_found_in_the_list(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.reject(101, told=False)
    world.settle()
    assert world.order(order).status is S.REJECTED


def test_a_refusal_of_an_order_that_has_traded_is_left_to_the_list(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 4)
    world.desk.on_notice(RejectNotice(broker_order_id="101", at=world.clock.now(), message="-"))
    assert world.order(order).status is S.OPEN
    assert world.desk.is_look_due


# Orders of others


def test_an_order_placed_elsewhere_is_adopted_with_its_fills(world: "World", buy: OrderRequest) -> None:
    number = same_order_elsewhere(world, buy)
    world.broker.fill(number, 4)
    world.broker.fill(number, 3, 69_900, told=False)
    assert world.kinds() == ["DayOpened"]
    world.settle()
    (order,) = world.desk.orders
    assert (order.source, order.status, order.filled_quantity) == (OUTSIDE, S.OPEN, 7)
    assert world.desk.positions["005930"].quantity == 17
    world.check_books()


def test_an_order_replaced_elsewhere_gets_its_new_number(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 4)
    new = world.broker.move(world.broker.rows[101], 69_500)
    world.broker.confirm_replace(101, new)
    assert world.order(order).price == 70_000  # nobody here asked for it: the list decides
    world.settle()
    replaced = world.order(order)
    assert (replaced.status, replaced.price, int(replaced.broker_order_id)) == (S.OPEN, 69_500, new)
    world.later(seconds=1)
    world.broker.fill(new, 6)
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_an_order_replaced_elsewhere_several_times_keeps_all_its_numbers(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    second = world.broker.move(world.broker.rows[101], 69_500)
    world.broker.fill(second, 2, told=False)
    third = world.broker.move(world.broker.rows[second], 69_600)
    world.broker.fill(third, 8, told=False)
    world.settle()
    done = world.order(order)
    assert (done.status, [int(number) for number in done.broker_order_ids]) == (
        S.FILLED,
        [101, second, third],
    )
    world.check_books()


def test_a_part_replaced_elsewhere_becomes_an_order_of_its_own(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    row = world.broker.rows[101]
    row.remaining -= 4
    part = world.broker.enter(replace(buy, quantity=4, price=69_500), 101)
    world.settle()
    assert (world.order(order).remaining_quantity, world.order(order).canceled_quantity) == (6, 4)
    (adopted,) = [each for each in world.desk.orders if each.source == OUTSIDE]
    assert (int(adopted.broker_order_id), adopted.remaining_quantity) == (part, 4)
    world.check_books()
    world.broker.fill(101, 6, told=False)
    world.settle()
    assert world.order(order).status is S.CANCELED
    world.check_books()


def test_an_order_canceled_elsewhere_is_found_in_the_list(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.take_off(world.broker.rows[101], 4)
    world.broker.confirm_cancel(101, 4)
    world.broker.confirm_cancel(101, 4)  # told twice
    assert world.order(order).remaining_quantity == 10
    world.settle()
    assert world.order(order).remaining_quantity == 6
    world.check_books()


def test_an_order_placed_and_replaced_elsewhere_is_one_order(world: "World", buy: OrderRequest) -> None:
    first = same_order_elsewhere(world, buy)
    second = world.broker.move(world.broker.rows[first], 69_000)
    world.settle()
    (order,) = world.desk.orders
    assert [int(number) for number in order.broker_order_ids] == [first, second]
    world.check_books()


# Cancels and replaces in doubt


def test_a_cancel_is_done_when_it_is_confirmed_and_not_when_it_is_taken(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    assert world.do(world.desk.cancel(order.order_id)).status is S.PENDING_CANCEL
    world.broker.confirm_cancel(101, 10)
    assert world.order(order).status is S.CANCELED
    world.check_books()


def test_a_confirmation_that_was_lost_is_found_in_the_list(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.do(world.desk.cancel(order.order_id))
    assert not world.desk.is_look_due
    world.later(seconds=2)
    assert world.desk.is_look_due
    world.settle()
    assert world.order(order).status is S.CANCELED


def test_a_cancel_whose_answer_is_lost_is_found_in_the_list(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 4)
    world.broker.script.append("lost")
    pending = world.do(world.desk.cancel(order.order_id))
    assert pending.is_unconfirmed
    world.settle()
    done = world.order(order)
    assert (done.status, done.filled_quantity, done.canceled_quantity) == (S.CANCELED, 4, 6)
    world.check_books()


def test_a_cancel_that_never_arrived_leaves_the_order_open_after_a_while(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    world.settle(5)
    assert world.order(order).status is S.PENDING_CANCEL
    world.settle_for_good()
    assert world.order(order).status is S.OPEN
    assert world.kinds(order)[-3:] == ["CancelSubmitted", "CancelUnconfirmed", "CancelRejected"]
    assert world.do(world.desk.cancel(order.order_id)).status is S.PENDING_CANCEL
    assert [kind for kind, _ in world.broker.sent] == ["place", "cancel", "cancel"]


def test_a_cancel_that_the_exchange_refuses_later_leaves_the_order_open(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.do(world.desk.cancel(order.order_id))  # the request got the number 102
    world.desk.on_notice(RejectNotice(broker_order_id="0000000102", at=world.clock.now(), message="거부"))
    assert world.order(order).status is S.OPEN
    assert world.kinds(order)[-1] == "CancelRejected"


def test_that_refusal_may_come_before_the_answer(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.immediately = lambda number: world.desk.on_notice(
        RejectNotice(broker_order_id="0000000102", at=world.clock.now(), message="거부")
    )
    assert world.do(world.desk.cancel(order.order_id)).status is S.OPEN


def test_an_order_that_fills_while_its_cancel_is_in_doubt_is_filled(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    world.broker.fill(101, 10)
    assert world.order(order).status is S.FILLED
    world.settle_for_good()
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_an_order_replaced_elsewhere_while_its_cancel_is_in_doubt_is_followed(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    new = world.broker.move(world.broker.rows[101], 69_500)
    world.settle()
    assert (world.order(order).status, world.order(order).price) == (S.PENDING_CANCEL, 69_500)
    world.settle_for_good()
    assert (world.order(order).status, int(world.order(order).broker_order_id)) == (S.OPEN, new)
    world.check_books()


def test_a_replace_whose_answer_is_lost_is_found_in_the_list(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 3)
    world.broker.script.append("lost")
    pending = world.do(world.desk.replace(order.order_id, 69_500))
    assert (pending.status, pending.is_unconfirmed) == (S.PENDING_REPLACE, True)
    world.broker.fill(102, 2, told=False)
    world.settle()
    replaced = world.order(order)
    assert (replaced.status, replaced.price, replaced.filled_quantity) == (S.OPEN, 69_500, 5)
    world.check_books()


def test_a_replace_that_never_arrived_leaves_the_price_after_a_while(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.replace(order.order_id, 69_500))
    world.settle(5)
    assert world.order(order).status is S.PENDING_REPLACE
    world.settle_for_good()
    settled = world.order(order)
    assert (settled.status, settled.price, settled.requested_price) == (S.OPEN, 70_000, None)


def test_a_replace_told_before_its_answer_happens_once(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)

    def told_first(number: int) -> None:
        world.broker.confirm_replace(101, number)
        world.broker.fill(number, 4)

    world.broker.immediately = told_first
    replaced = world.do(world.desk.replace(order.order_id, 69_500))
    assert (replaced.status, replaced.price, replaced.filled_quantity) == (S.OPEN, 69_500, 4)
    assert world.kinds(order).count("OrderReplaced") == 1
    world.broker.confirm_replace(101, 102)  # and told again
    assert world.order(order) == replaced
    world.check_books()


def test_a_replace_that_the_exchange_refuses_later_brings_the_old_number_back(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.do(world.desk.replace(order.order_id, 69_500))
    old, new = world.broker.rows[101], world.broker.rows[102]
    old.remaining, new.remaining, new.rejected = 10, 0, 10
    world.desk.on_notice(RejectNotice(broker_order_id="102", at=world.clock.now(), message="거부"))
    assert world.order(order).status is S.OPEN
    world.settle()
    back = world.order(order)
    assert (back.status, back.price, int(back.broker_order_id)) == (S.OPEN, 70_000, 101)
    world.settle(3)
    assert world.order(order) == back
    world.broker.fill(101, 10)
    world.check_books()


def test_while_a_replace_is_on_its_way_an_emptied_row_is_not_a_cancel(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("lost")
    world.do(world.desk.replace(order.order_id, 69_500))
    world.broker.hidden.add(102)  # the list shows the old row emptied, and not yet the new one
    world.broker.rows[101].canceled = 10
    world.settle()
    assert world.order(order).status is S.PENDING_REPLACE
    world.broker.hidden.clear()
    world.broker.rows[101].canceled = 0
    world.settle()
    assert world.order(order).price == 69_500
    world.check_books()


# When to look


def test_nothing_in_question_means_nothing_to_read(world: "World", buy: OrderRequest) -> None:
    world.broker.fill(int(world.place(buy).broker_order_id), 10)
    assert world.desk.look_at is None


def test_a_doubt_is_looked_into_at_once_and_then_at_intervals(world: "World", buy: OrderRequest) -> None:
    unconfirmed(world, buy, "gone")
    now = world.clock.now()
    assert world.desk.look_at == now
    world.settle()
    assert world.desk.look_at == now + timedelta(seconds=2)
    assert not world.desk.is_look_due
    world.later(seconds=2)
    assert world.desk.is_look_due


def test_after_a_failed_reading_another_is_due(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.desk.on_notice(world.broker.fill(101, 3))
    world.broker.faults.append("fail")
    assert not world.do(world.desk.settle())
    assert world.desk.look_at == world.clock.now() + timedelta(seconds=2)
    assert world.order(order).filled_quantity == 3


def test_a_question_is_put_as_often_as_patience_asks(world: "World", buy: OrderRequest) -> None:
    world.place(buy)
    world.desk.on_notice(world.broker.fill(101, 3))
    reads = world.broker.reads
    while world.desk.look_at is not None:
        world.clock.set(max(world.clock.now(), world.desk.look_at))
        world.settle()
    assert world.broker.reads - reads == world.patience.reads


def test_readings_do_not_run_side_by_side(world: "World", buy: OrderRequest) -> None:
    unconfirmed(world, buy)

    async def three() -> None:
        await asyncio.gather(*(world.desk.settle() for _ in range(3)))

    world.do(three())
    assert world.kinds().count("OrderAccepted") == 1
    world.check_books()
