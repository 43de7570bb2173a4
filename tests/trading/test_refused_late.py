"""Requests about an order that the exchange refused, and whose rows nobody waits for any more."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hoga.domain.notices import RejectNotice
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus


def refuse(world: "World", number: int) -> None:
    """The exchange refuses a replace that the broker has taken: the old number lives on."""
    row = world.broker.rows[number]
    assert row.replaces is not None
    world.broker.rows[row.replaces].remaining += row.remaining
    row.rejected, row.remaining = row.remaining, 0


def refused_elsewhere(world: "World", number: int, price: int | None = 69_400) -> int:
    """Somebody wants something of an order in HTS, and the exchange refuses it."""
    old = world.broker.rows[number]
    new = world.broker.enter(replace(old.request, price=price), number)
    world.broker.reject(new, told=False)
    return new


def give_up_a_refused_replace(world: "World", order: Order, number: int) -> None:
    """Ask for a new price, which gets `number`; the answer is lost and the row does not show."""
    world.broker.script.append("lost")
    world.broker.hidden.add(number)
    world.do(world.desk.replace(order.order_id, 69_500))
    refuse(world, number)
    world.settle_for_good()
    assert world.order(order).status is S.OPEN


def numbers(world: "World", order: Order) -> set[int]:
    return {int(number) for number in world.order(order).broker_order_ids}


def test_the_row_of_a_replace_that_was_given_up_belongs_to_its_order(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    give_up_a_refused_replace(world, order, 102)
    assert numbers(world, order) == {101}
    world.broker.hidden.clear()
    world.settle(3)
    [now] = world.desk.orders
    assert (now.status, now.price, int(now.broker_order_id)) == (S.OPEN, 70_000, 101)
    assert numbers(world, order) == {101, 102}
    assert world.kinds(order)[-2:] == ["ReplaceRejected", "NumberClaimed"]
    world.check_books()
    world.restart()
    assert world.order(order) == now
    world.broker.fill(101, 10)
    assert world.order(order).status is S.FILLED
    world.check_books()


def test_a_row_that_shows_while_it_is_waited_for_is_claimed_when_the_replace_is_given_up(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("lost")
    world.do(world.desk.replace(order.order_id, 69_500))
    refuse(world, 102)
    world.settle(3)
    assert world.order(order).status is S.PENDING_REPLACE
    world.settle_for_good()
    assert (world.order(order).status, numbers(world, order)) == (S.OPEN, {101, 102})
    world.check_books()


@pytest.mark.parametrize("end", ["filled", "canceled", "refused", "expired"])
def test_it_belongs_to_its_order_when_that_is_over(world: "World", buy: OrderRequest, end: str) -> None:
    order = world.place(buy)
    give_up_a_refused_replace(world, order, 102)
    match end:
        case "filled":
            world.broker.fill(101, 10)
        case "canceled":
            world.do(world.desk.cancel(order.order_id))
        case "refused":
            world.broker.reject(101)
        case _:
            world.broker.expire()
            world.clock.set(world.at(15, 31))
    world.settle()
    over = world.order(order)
    assert over.is_done
    world.broker.hidden.clear()
    world.settle()
    assert numbers(world, order) == {101, 102}
    assert replace(world.order(order), broker_order_ids=()) == replace(over, broker_order_ids=())
    world.check_books()


def test_one_that_names_a_number_that_was_replaced_since_belongs_to_the_same_order(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.do(world.desk.replace(order.order_id, 69_800))
    give_up_a_refused_replace(world, order, 103)
    refused_elsewhere(world, 101)  # 104
    world.broker.hidden.clear()
    world.settle()
    now = world.order(order)
    assert (now.status, now.price, int(now.broker_order_id)) == (S.OPEN, 69_800, 102)
    assert numbers(world, order) == {101, 102, 103, 104}
    world.do(world.desk.replace(order.order_id, 69_700))
    assert int(world.order(order).broker_order_id) == 105
    world.check_books()


def test_one_about_an_order_from_elsewhere_belongs_to_that(world: "World", buy: OrderRequest) -> None:
    world.broker.enter(buy, None)
    refused_elsewhere(world, 101)
    world.settle()
    [order] = world.desk.orders
    assert (order.source, order.status, numbers(world, order)) == (OUTSIDE, S.OPEN, {101, 102})
    world.do(world.desk.cancel(order.order_id))
    refused_elsewhere(world, 101)
    world.settle()
    assert (world.order(order).status, numbers(world, order)) == (S.CANCELED, {101, 102, 104})
    world.check_books()


@pytest.mark.parametrize("is_revision", [True, False])
def test_what_a_person_was_refused_changes_nothing_of_our_order(
    world: "World", buy: OrderRequest, is_revision: bool
) -> None:
    order = world.place(buy)
    world.broker.fill(101, 4)
    world.broker.script.append("gone")
    pending = world.do(world.desk.cancel(order.order_id))
    number = refused_elsewhere(world, 101)
    world.desk.on_notice(
        RejectNotice(
            broker_order_id=str(number), at=world.clock.now(), message="거부", is_revision=is_revision
        )
    )
    world.settle()
    now = world.order(order)
    assert (now.status, now.is_unconfirmed, now.remaining_quantity) == (S.PENDING_CANCEL, True, 6)
    assert replace(now, broker_order_ids=()) == replace(pending, broker_order_ids=())
    assert numbers(world, order) == {101, number}
    world.check_books()


def test_it_waits_while_a_replace_of_ours_is_on_its_way(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.script.append("slow ok")
    replacing = world.begin(world.desk.replace(order.order_id, 69_500))
    refuse(world, 102)
    world.settle()
    assert (world.order(order).status, numbers(world, order)) == (S.PENDING_REPLACE, {101})
    world.broker.answers[0].set()
    world.end(replacing)
    world.settle()
    [now] = world.desk.orders
    assert (now.status, now.price, int(now.broker_order_id)) == (S.OPEN, 70_000, 101)
    assert world.kinds(order)[-2:] == ["OrderReplaced", "OrderReplaced"]
    world.check_books()


def test_a_refused_cancel_that_the_list_does_not_call_one_belongs_to_its_order(
    world: "World", buy: OrderRequest
) -> None:
    """How KIS labels the rows of cancels is unverified."""
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    world.settle_for_good()
    number = refused_elsewhere(world, 101, price=None)
    world.settle()
    [now] = world.desk.orders
    assert (now.status, now.remaining_quantity, numbers(world, order)) == (S.OPEN, 10, {101, number})
    world.check_books()


def test_a_cancel_that_was_given_up_and_shows_after_all_ends_its_order(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    world.settle_for_good()
    assert world.order(order).status is S.OPEN
    world.broker.take_off(world.broker.rows[101], 10)
    world.settle()
    assert world.order(order).status is S.CANCELED
    world.check_books()


def test_one_that_names_no_order_here_is_somebody_elses(world: "World", buy: OrderRequest) -> None:
    number = world.broker.enter(buy, 77)
    world.broker.reject(number, told=False)
    world.settle()
    [order] = world.desk.orders
    assert (order.source, order.status) == (OUTSIDE, S.REJECTED)
    world.check_books()
