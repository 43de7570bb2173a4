"""What the broker says it has received is evidence for an order without an answer, if unambiguous."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hoga.domain.notices import FillNotice, ReceivedNotice
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest, OrderType, Side

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus


def receive(world: "World", number: int, request: OrderRequest) -> None:
    world.broker.tell(ReceivedNotice(broker_order_id=f"{number:010d}", at=world.clock.now(), request=request))


def lost(world: "World", request: OrderRequest) -> str:
    """An order whose answer is lost, behind a list that does not show it."""
    world.broker.script.append("lost")
    order = world.place(request)
    world.broker.hidden.add(max(world.broker.rows))
    return order.order_id


@pytest.mark.parametrize("is_early", [False, True])
def test_an_order_in_doubt_is_recognized_at_once_and_its_fills_count(
    world: "World", buy: OrderRequest, is_early: bool
) -> None:
    if is_early:  # the notice overtakes the answer, which then is lost
        world.broker.immediately = lambda number: receive(world, number, buy)
    order_id = lost(world, buy)
    if not is_early:
        assert world.desk.get_order(order_id).status is S.UNCONFIRMED
        world.broker.tell(
            FillNotice(broker_order_id="0000000101", at=world.clock.now(), quantity=4, price=70_000)
        )
        receive(world, 101, buy)
        assert world.desk.get_order(order_id).filled_quantity == 4
    order = world.desk.get_order(order_id)
    assert (order.status, order.broker_order_ids) == (S.OPEN, ("0000000101",))
    receive(world, 101, buy)  # told twice
    assert len(world.desk.orders) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": 9},
        {"price": 69_900},
        {"side": Side.SELL},
        {"code": "000660"},
        {"price": None, "order_type": OrderType.MARKET},
    ],
)
def test_another_order_is_not_it(world: "World", buy: OrderRequest, other: dict[str, object]) -> None:
    order_id = lost(world, buy)
    receive(world, 102, replace(buy, **other))  # type: ignore[arg-type]
    assert world.desk.get_order(order_id).status is S.UNCONFIRMED


def test_neither_is_one_from_before_it_was_sent(world: "World", buy: OrderRequest) -> None:
    world.place(replace(buy, price=69_000))
    order_id = lost(world, buy)
    receive(world, 100, buy)
    assert world.desk.get_order(order_id).status is S.UNCONFIRMED


def test_two_that_look_the_same_are_left_to_the_list(world: "World", sell: OrderRequest) -> None:
    five = replace(sell, quantity=5)
    ids = [lost(world, five), lost(world, five)]
    receive(world, 101, five)
    receive(world, 102, five)
    assert {world.desk.get_order(each).status for each in ids} == {S.UNCONFIRMED}
    world.broker.hidden.clear()
    world.settle()
    assert [world.desk.get_order(each).broker_order_id for each in ids] == ["0000000101", "0000000102"]
    world.check_books()


def test_two_numbers_that_may_be_it_are_left_to_the_list(world: "World", buy: OrderRequest) -> None:
    world.broker.script.append("slow lost")
    task = world.begin(world.desk.place(buy, "test"))
    receive(world, 101, buy)
    receive(world, 102, buy)  # somebody else's looks the same
    world.broker.answers[0].set()
    [order] = world.desk.orders
    assert world.end(task).status is S.UNCONFIRMED
    world.broker.rows[102] = replace(world.broker.rows[101], number=102)
    world.settle()
    assert world.order(order).broker_order_id == "0000000101"
    assert [each.broker_order_id for each in world.desk.orders] == ["0000000101", "0000000102"]


def test_one_whose_answer_may_still_come_is_waited_for(world: "World", sell: OrderRequest) -> None:
    five = replace(sell, quantity=5)
    first = lost(world, five)
    world.broker.script.append("slow ok")
    task = world.begin(world.desk.place(five, "test"))
    receive(world, 102, five)  # that of the second, whose answer comes next
    assert world.desk.get_order(first).status is S.UNCONFIRMED
    world.broker.answers[0].set()
    assert world.end(task).broker_order_id == "102"
    world.broker.hidden.clear()
    world.settle()
    assert world.desk.get_order(first).broker_order_id == "0000000101"
    world.check_books()
