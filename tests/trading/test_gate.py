from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hoga.clock import ManualClock
from hoga.domain.errors import InvalidOrder
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest
from hoga.trading.gate import Gate
from hoga.trading.limits import NO_LIMITS
from hoga.trading.risk import Approved, Denied, Reason

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus
NewWorld = Callable[..., "World"]


def at_time(world: "World", hour: int, minute: int = 0) -> "World":
    """The same world with a clock that starts at another time."""
    world.clock = world.broker.clock = world.market.clock = ManualClock(world.at(hour, minute))
    world.desk = world.new_desk()
    world.open()
    return world


def test_price_limits_are_read_once_in_the_session(world: "World", buy: OrderRequest) -> None:
    world.place(buy)
    world.place(replace(buy, price=69_000))
    assert world.market.asked == [("005930",)]


def test_what_an_order_waits_for_is_asked_as_such(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    assert (world.market.asked_for_orders, world.broker.powers_for_orders) == (1, 1)
    world.do(world.desk.replace(order.order_id, 71_000))
    assert world.broker.powers_for_orders == 2


def test_price_limits_from_before_the_session_are_read_again_in_it(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world = at_time(new_world(open_it=False), 7)
    for _ in range(2):
        assert world.place(buy).status is S.DENIED
    assert len(world.market.asked) == 2
    world.clock.set(world.at(9))
    for _ in range(2):
        assert world.place(buy).status is S.OPEN
    assert len(world.market.asked) == 3


def test_an_instrument_without_known_limits_is_not_traded(world: "World", buy: OrderRequest) -> None:
    quote = world.market.quote("005930")._replace(upper_limit=0)
    world.market.quote = lambda code: quote  # type: ignore[method-assign]
    assert world.place(buy).reason.startswith("unknown_instrument")
    assert world.broker.sent == []


def test_the_grid_is_that_of_the_instrument_and_the_day(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world = new_world(open_it=False)
    world.instruments = (Instrument(code="005930", name="ETF", market=Market.KOSPI, kind=Kind.ETF),)
    world.desk = world.new_desk()
    world.open()
    assert world.place(replace(buy, price=70_005)).status is S.OPEN
    assert world.place(replace(buy, price=70_004)).reason.startswith("off_tick")


def test_a_market_order_in_doubt_holds_its_upper_limit_price_also_after_a_restart(
    world: "World", market_buy: OrderRequest
) -> None:
    world.broker.script.append("gone")
    world.place(market_buy)
    world.restart()
    assert world.do(world.desk.cash()) == world.broker.cash - 910_000


def gate_of(world: "World") -> Gate:
    return world.desk._gate


def test_an_approval_and_a_denial_are_different_things(world: "World", buy: OrderRequest) -> None:
    assert isinstance(world.do(gate_of(world).judge(buy)), Approved)
    verdict = world.do(gate_of(world).judge(replace(buy, price=1)))
    assert isinstance(verdict, Denied)
    assert verdict.reason is Reason.OUTSIDE_LIMITS


def test_a_replace_is_judged_for_what_is_left(world: "World", buy: OrderRequest) -> None:
    order = world.place(buy)
    world.broker.fill(101, 4)
    verdict = world.do(gate_of(world).judge_replace(order.order_id, 69_000))
    assert isinstance(verdict, Approved)
    assert (verdict.request.quantity, verdict.request.price) == (6, 69_000)


def test_an_order_that_ends_while_its_replace_is_judged_is_not_replaced(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.cash = 710_000
    order = world.place(buy)

    async def fill() -> None:
        world.broker.fill(101, 10)

    world.broker.before_buying_power = fill
    with pytest.raises(InvalidOrder, match="filled"):
        world.do(world.desk.replace(order.order_id, 71_000))
    assert [kind for kind, _ in world.broker.sent] == ["place"]


def test_what_somebody_else_buys_without_a_price_counts_at_its_price(
    new_world: NewWorld, buy: OrderRequest, market_buy: OrderRequest
) -> None:
    """It is of an instrument whose price nobody here has asked for yet."""
    world = new_world(limits=replace(NO_LIMITS, day_notional=1_000_000))
    world.broker.enter(replace(market_buy, code="000660"), None)
    world.settle()
    assert world.place(buy).reason.startswith("day_notional")
    assert not world.broker.sent
