"""One request in doubt after another about the same order, while the broker's list stands still."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hoga.domain.notices import CancelNotice, OrderReport, RejectNotice
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest, Side

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus


@contextmanager
def stands_still(world: "World") -> Iterator[None]:
    """The list shows for a while what it shows now."""
    now = [row.report() for row in world.broker.rows.values()]

    async def orders(first: date, last: date) -> Sequence[OrderReport]:
        return now if first <= world.day <= last else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.broker, "orders", orders)
        yield


def settled(world: "World") -> None:
    """As after a living desk has looked for long."""
    for _ in range(10):
        world.later(minutes=1)
        world.settle()
        world.do(world.desk.reconcile())


@pytest.mark.parametrize("filled", [0, 3])
def test_a_new_price_after_one_that_was_given_up_makes_no_second_order(
    world: "World", buy: OrderRequest, filled: int
) -> None:
    order = world.place(buy)
    if filled:
        world.broker.fill(101, filled)
    with stands_still(world):
        world.broker.script.append("lost")
        world.do(world.desk.replace(order.order_id, 69_500))
        settled(world)
        assert world.order(order).status is S.OPEN  # as far as anybody can see
        world.do(world.desk.replace(order.order_id, 69_400))  # of a number that has nothing left
        settled(world)
    world.broker.fill(102, 2, told=False)
    settled(world)
    now = world.order(order)
    assert (now.status, now.price, now.filled_quantity) == (S.OPEN, 69_500, filled + 2)
    assert len(world.broker.rows) == 2
    world.check_books()


def test_a_cancel_after_a_new_price_that_was_given_up_finds_the_order(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    with stands_still(world):
        world.broker.script.append("lost")
        world.do(world.desk.replace(order.order_id, 69_500))
        settled(world)
        world.do(world.desk.cancel(order.order_id))
        settled(world)
        assert world.order(order).status is S.OPEN
    settled(world)
    world.do(world.desk.cancel(order.order_id))
    settled(world)
    assert world.order(order).status is S.CANCELED
    world.check_books()


def test_a_new_price_of_a_new_price_is_followed_with_the_fills_of_every_number(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    with stands_still(world):
        world.broker.fill(101, 1, told=False)
        world.do(world.desk.replace(order.order_id, 69_500))
        world.broker.fill(102, 2, told=False)
        world.broker.script.append("lost")
        world.do(world.desk.replace(order.order_id, 69_600))
        world.broker.fill(103, 3, told=False)
        settled(world)
    settled(world)
    now = world.order(order)
    assert (now.status, now.price, now.filled_quantity, now.remaining_quantity) == (S.OPEN, 69_600, 6, 4)
    world.check_books()


def test_a_cancel_of_a_part_in_doubt_and_one_by_hand_are_not_counted_twice(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    with stands_still(world):
        world.broker.script.append("lost")
        world.do(world.desk.cancel(order.order_id, 4))
        world.broker.take_off(world.broker.rows[101], 3)  # in HTS
        world.desk.on_notice(CancelNotice(broker_order_id="101", at=world.clock.now(), quantity=3))
        world.desk.on_notice(CancelNotice(broker_order_id="101", at=world.clock.now(), quantity=4))
    settled(world)
    now = world.order(order)
    assert (now.status, now.canceled_quantity, now.remaining_quantity) == (S.OPEN, 7, 3)
    world.check_books()


@pytest.mark.parametrize("side", Side)
def test_a_wish_that_was_canceled_and_is_wanted_anew_is_one_order_at_a_time(
    world: "World", buy: OrderRequest, side: Side
) -> None:
    """While the cancel is in doubt, the shares that it would free are not sold, nor the won spent, twice."""
    request = replace(buy, side=side)
    if side is Side.BUY:
        world.broker.cash = world.broker.deposit = 1_000_000
        world.do(world.desk.reconcile())
    order = world.place(request)
    with stands_still(world):
        world.broker.script.append("gone")
        world.do(world.desk.cancel(order.order_id))
        assert world.place(replace(request, price=70_100)).status is S.DENIED
        settled(world)
        assert world.place(replace(request, price=70_100)).status is S.DENIED
    assert len(world.broker.rows) == 1
    world.check_books()


@pytest.mark.parametrize("number", ["150", "101"], ids=["own", "original"])
def test_a_refused_cancel_of_somebody_else_does_not_end_an_order(
    world: "World", buy: OrderRequest, number: str
) -> None:
    """Whether the notice names the request's own number, which nobody here knows, or that of the order."""
    order = world.place(buy)
    world.desk.on_notice(
        RejectNotice(broker_order_id=number, at=world.clock.now(), message="cancel refused", is_revision=True)
    )
    assert world.order(order).status is S.OPEN
    assert world.desk.is_look_due
    settled(world)
    assert world.order(order).status is S.OPEN
    world.check_books()
