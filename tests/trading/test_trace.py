"""Ways in which the account could hide an order that lives, while the list is late: none may give it up.

In each, what the order in doubt holds is made up for by something else. Giving it up would let the same wish
be sent twice.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.trading.conftest import HYNIX, SAMSUNG

from hoga.domain.notices import CancelNotice, Notice, ReplaceNotice
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus
NewWorld = Callable[..., "World"]


def hidden(world: "World", request: OrderRequest) -> Order:
    """An order that lives: its answer is lost, and the list does not show it."""
    world.broker.script.append("lost")
    order = world.place(request)
    assert order.status is S.UNCONFIRMED
    world.broker.hidden.add(max(world.broker.rows))
    return order


def rest(world: "World") -> None:
    """Everything is known, and the account has been read since."""
    world.later(minutes=1)
    world.settle()
    world.do(world.desk.reconcile())


def keep_waiting(world: "World", minutes: int = 30) -> None:
    for _ in range(minutes):
        world.later(minutes=1)
        world.settle()
        world.do(world.desk.reconcile())


def canceled_by_hand(world: "World", order: Order) -> None:
    """The account has back what an order held; the list shows it as it was."""
    quantity, price = order.remaining_quantity, order.price
    if order.request.side is Side.BUY:
        assert price is not None
        world.broker.cash += quantity * price
    else:
        world.broker.locked[order.request.code] = -quantity


def canceled(world: "World", order: Order) -> Notice:
    return CancelNotice(broker_order_id=order.broker_order_id, at=world.clock.now(), quantity=10)


def replaced(world: "World", order: Order) -> Notice:
    return ReplaceNotice(
        broker_order_id=order.broker_order_id, at=world.clock.now(), new_broker_order_id="999", price=50_000
    )


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("notice", [None, canceled, replaced], ids=["missed", "canceled", "replaced"])
def test_an_order_that_was_ended_by_hand_does_not_hide_one_in_doubt(
    new_world: NewWorld,
    buy: OrderRequest,
    side: Side,
    notice: Callable[["World", Order], Notice] | None,
) -> None:
    """What a notice tells is believed when the list shows it, which is late."""
    world = new_world(shares={SAMSUNG: 20})
    first = world.place(replace(buy, side=side))
    rest(world)
    order = hidden(world, replace(buy, side=side, price=69_900))
    canceled_by_hand(world, first)
    if notice is None:
        world.desk.on_gap()
    else:
        world.desk.on_notice(notice(world, first))
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


def test_an_account_that_is_late_after_a_gap_is_not_taken_for_the_truth(
    world: "World", buy: OrderRequest
) -> None:
    first = world.place(buy)
    rest(world)
    world.desk.on_gap()
    world.do(world.desk.reconcile())  # the account does not show yet what was cancelled in the gap
    world.later(seconds=5)
    canceled_by_hand(world, first)
    order = hidden(world, replace(buy, price=69_900))
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


def test_what_a_market_buy_gives_back_when_it_fills_does_not_hide_one_in_doubt(
    world: "World", market_buy: OrderRequest
) -> None:
    """It is held at the upper limit price, and fills for less."""
    waiting = world.place(market_buy)
    rest(world)
    order = hidden(world, OrderRequest(code=HYNIX, side=Side.BUY, quantity=1, price=200_000))
    world.broker.fill(int(waiting.broker_order_id), 10, 71_000)
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
@pytest.mark.parametrize("side", Side)
def test_what_an_immediate_order_has_not_used_does_not_hide_one_in_doubt(
    new_world: NewWorld, buy: OrderRequest, side: Side, time_in_force: TimeInForce
) -> None:
    """Its rest is cancelled by the exchange, and nobody may tell."""
    world = new_world(shares={SAMSUNG: 20})
    first = world.place(replace(buy, side=side, time_in_force=time_in_force))
    order = hidden(world, replace(buy, side=side, price=69_900))
    canceled_by_hand(world, first)
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


def test_shares_that_were_locked_and_are_free_again_do_not_hide_a_sale_in_doubt(
    new_world: NewWorld, sell: OrderRequest
) -> None:
    world = new_world(open_it=False, shares={SAMSUNG: 20})
    world.broker.locked[SAMSUNG] = 10
    world.open()
    rest(world)
    order = hidden(world, sell)
    world.broker.locked.clear()
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


def test_a_sale_by_hand_that_the_opening_took_for_locked_shares_does_not_hide_one_in_doubt(
    new_world: NewWorld, sell: OrderRequest
) -> None:
    world = new_world(open_it=False, shares={SAMSUNG: 30})
    by_hand = world.broker.enter(replace(sell, price=75_000), None)
    world.broker.hidden.add(by_hand)
    world.open()
    world.broker.hidden.clear()
    rest(world)
    assert [order.source for order in world.desk.orders] == [OUTSIDE]
    order = hidden(world, sell)
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED


def test_orders_that_end_with_the_session_do_not_hide_one_in_doubt(world: "World", buy: OrderRequest) -> None:
    """Nobody tells of them when the regular session is over, and an order for the evening may be in doubt."""
    world.clock.set(world.at(15, 19))
    first = world.place(replace(buy, quantity=13))
    rest(world)
    world.clock.set(world.at(15, 41))
    after_hours = OrderType.AFTER_HOURS_CLOSING_PRICE
    order = hidden(world, replace(buy, price=None, order_type=after_hours))
    canceled_by_hand(world, first)
    keep_waiting(world, 10)
    assert world.order(order).status is S.UNCONFIRMED


def test_a_number_below_the_watermark_that_looks_the_same_is_left_to_a_person(
    world: "World", buy: OrderRequest
) -> None:
    """Numbers that do not rise with time, as when each branch counted for itself."""
    hynix = OrderRequest(code=HYNIX, side=Side.BUY, quantity=1, price=200_000)
    world.broker.next_number = 5_000
    world.place(hynix)
    world.broker.next_number = 101
    world.broker.script.append("lost")
    order = world.place(buy)
    world.broker.next_number = 5_001
    world.later(minutes=1)
    world.settle()
    world.place(hynix)  # shows that the list is current
    keep_waiting(world)
    assert world.order(order).status is S.UNCONFIRMED
    (doubt,) = world.desk.doubts
    assert [int(each.broker_order_id) for each in doubt.strangers] == [101]
