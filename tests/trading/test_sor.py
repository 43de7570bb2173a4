"""An order by SOR in doubt, of which a list may show a part."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.trading.conftest import HYNIX

from hoga.domain.order import OUTSIDE, OrderStatus
from hoga.domain.request import OrderRequest, Venue
from hoga.trading.doubt import NeverArrived
from hoga.trading.limits import NO_LIMITS

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus


@pytest.mark.parametrize("shown", [4, 10])
def test_one_of_which_a_part_is_listed_is_not_given_up(
    new_world: "Callable[..., World]", buy: OrderRequest, shown: int
) -> None:
    world = new_world(limits=replace(NO_LIMITS, venues=tuple(Venue)))
    by_sor = replace(buy, venue=Venue.SOR)
    world.broker.script.append("lost")
    order = world.place(by_sor)
    row = world.broker.rows[101]
    row.request, row.remaining = replace(by_sor, quantity=shown), shown
    world.settle_for_good()
    world.later(seconds=1)
    world.place(replace(buy, code=HYNIX, quantity=1, price=200_000))  # listed: the list is current
    world.settle(world.patience.reads)
    if shown == buy.quantity:
        assert world.order(order).status is S.OPEN
        return
    assert world.order(order).status is S.UNCONFIRMED
    assert world.place(by_sor).status is S.DENIED  # the wish is not sent again
    [doubt] = world.desk.doubts
    [part] = doubt.strangers
    assert (part.source, part.request.quantity) == (OUTSIDE, shown)
    world.do(world.desk.decide(order.order_id, NeverArrived()))  # the part goes on as what it is
    world.check_books()
