from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from hoga.domain.errors import InvalidOrder, JournalError
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.trading.limits import NO_LIMITS

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus
LOSS = replace(NO_LIMITS, daily_loss=Decimal("0.01"))


def by_another(world: "World", state: TradingState, **more: Any) -> None:
    """Another process throws the switch."""
    world.control.changes.append(
        TradingChanged(at=world.clock.now(), state=state, by="hoga halt", why="점검", **more)
    )


def obey(world: "World") -> None:
    """Let the desk that is being watched look at its switch once more."""
    watching = world.begin(world.desk.watch())
    world.later(seconds=1)
    world.turn()
    watching.cancel()
    world.turn()


# A person


def test_halted_sends_cancels_only(world: "World", buy: OrderRequest, sell: OrderRequest) -> None:
    order = world.place(buy)
    world.do(world.desk.halt(why="점심"))
    assert world.desk.trading_state is TradingState.HALTED
    assert world.place(buy).reason.startswith("halted")
    denied = world.place(sell)
    assert denied.reason.startswith("halted")
    assert "점심" in denied.reason
    with pytest.raises(InvalidOrder, match="only cancels are sent"):
        world.do(world.desk.replace(order.order_id, 69_000))
    assert world.do(world.desk.cancel(order.order_id)).status is S.PENDING_CANCEL
    assert [kind for kind, _ in world.broker.sent] == ["place", "cancel"]


def test_reducing_sells_what_is_held_and_cancels(
    world: "World", buy: OrderRequest, sell: OrderRequest
) -> None:
    order = world.place(buy)
    world.desk.reduce()
    assert world.place(buy).reason.startswith("reducing")
    with pytest.raises(InvalidOrder, match="only held shares are sold"):
        world.do(world.desk.replace(order.order_id, 69_000))
    assert world.place(replace(sell, quantity=11)).reason.startswith("insufficient_sellable")
    selling = world.place(sell)
    assert selling.status is S.OPEN
    assert world.do(world.desk.replace(selling.order_id, 69_000)).price == 69_000
    assert world.do(world.desk.cancel(order.order_id)).status is S.PENDING_CANCEL


def test_after_resuming_everything_is_sent_again(world: "World", buy: OrderRequest) -> None:
    world.do(world.desk.halt())
    world.desk.resume()
    assert world.desk.trading_state is TradingState.ACTIVE
    assert world.place(buy).status is S.OPEN


def test_the_person_is_told_what_holds_by_whom_and_why(world: "World") -> None:
    world.do(world.desk.halt(by="김투자", why="점검"))
    (line,) = world.lines.about("only cancels are sent")
    assert "김투자: 점검" in line


def test_that_trading_went_on_before_is_no_news_at_a_start_but_a_halt_is(world: "World") -> None:
    world.desk.resume(by="kim")
    world.restart()
    assert len(world.lines.about("trading goes on")) == 1
    by_another(world, TradingState.HALTED)
    obey(world)
    by_another(world, TradingState.ACTIVE)
    obey(world)
    assert len(world.lines.about("trading goes on")) == 2
    by_another(world, TradingState.HALTED)
    world.restart()
    assert len(world.lines.about("trading is halted")) == 2


def test_a_halt_cancels_all_when_it_is_told_to(world: "World", buy: OrderRequest, sell: OrderRequest) -> None:
    orders = [world.place(buy), world.place(sell)]
    world.do(world.desk.halt(cancel_all=True))
    assert [world.order(order).status for order in orders] == [S.PENDING_CANCEL] * 2
    assert [kind for kind, _ in world.broker.sent] == ["place", "place", "cancel", "cancel"]


def test_a_halt_leaves_orders_of_other_programs_alone(world: "World", buy: OrderRequest) -> None:
    world.broker.enter(buy, None)
    world.settle()
    world.do(world.desk.halt(cancel_all=True))
    assert world.broker.sent == []


# Restarts and other processes


@pytest.mark.parametrize("state", [TradingState.HALTED, TradingState.REDUCING])
def test_the_state_survives_a_restart(world: "World", buy: OrderRequest, state: TradingState) -> None:
    if state is TradingState.HALTED:
        world.do(world.desk.halt())
    else:
        world.desk.reduce()
    world.restart()
    assert world.desk.trading_state is state
    assert world.place(buy).reason.startswith(state)


def test_a_desk_that_was_dead_when_it_was_halted_starts_halted_and_cancels(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    by_another(world, TradingState.HALTED, cancels_all=True)
    world.restart()
    assert world.place(buy).reason.startswith("halted")
    obey(world)
    assert world.order(order).status is S.PENDING_CANCEL


def test_a_living_desk_sees_the_halt_of_another_process_before_its_next_order(
    world: "World", buy: OrderRequest
) -> None:
    by_another(world, TradingState.HALTED)
    order = world.place(buy)
    assert order.reason.startswith("halted")
    assert "hoga halt" in order.reason
    assert world.broker.sent == []


def test_a_halt_that_comes_while_the_buying_power_is_read_still_stops_the_order(
    world: "World", buy: OrderRequest
) -> None:
    async def halt() -> None:
        by_another(world, TradingState.HALTED)

    world.broker.before_buying_power = halt
    assert world.place(buy).reason.startswith("halted")
    assert world.broker.sent == []


def test_a_living_desk_cancels_within_a_second_when_another_process_halts_it(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    watching = world.begin(world.desk.watch())
    by_another(world, TradingState.HALTED, cancels_all=True)
    assert world.order(order).status is S.OPEN
    world.later(seconds=1)
    world.turn()
    assert world.order(order).status is S.PENDING_CANCEL
    watching.cancel()
    world.turn()


def test_an_order_in_doubt_is_cancelled_when_it_comes_to_light_after_the_halt(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.script.append("lost")
    order = world.place(buy)
    world.do(world.desk.halt(cancel_all=True))
    assert world.order(order).status is S.UNCONFIRMED
    world.settle()
    obey(world)
    assert world.order(order).status in (S.PENDING_CANCEL, S.CANCELED)


def test_a_cancel_that_is_refused_is_asked_for_a_few_times_and_then_shown(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script += ["refuse"] * 9
    world.do(world.desk.halt(cancel_all=True))
    for _ in range(5):
        obey(world)
    assert [kind for kind, _ in world.broker.sent] == ["place", "cancel", "cancel", "cancel"]
    assert world.lines.about(f"order {order.order_id} could not be canceled")


def test_a_switch_that_cannot_be_read_halts(world: "World", buy: OrderRequest) -> None:
    world.control.is_broken = True
    with pytest.raises(JournalError):
        world.place(buy)
    assert world.broker.sent == []
    assert world.desk.trading_state is TradingState.HALTED
    world.control.is_broken = False
    with pytest.raises(JournalError):
        world.place(buy)


def test_a_halt_that_cannot_be_kept_halts_this_desk_all_the_same(world: "World", buy: OrderRequest) -> None:
    world.control.is_broken = True
    with pytest.raises(JournalError):
        world.do(world.desk.halt())
    world.control.is_broken = False
    with pytest.raises(JournalError):
        world.place(buy)
    assert world.broker.sent == []


# The day's loss


def lose(world: "World", price: int) -> None:
    world.desk.mark("005930", price)
    world.market.prices["005930"] = price


@pytest.fixture
def careful(new_world: Any) -> "World":
    world: World = new_world(open_it=False, limits=LOSS)
    world.broker.cash = world.broker.deposit = 300_000
    world.broker.shares["005930"] = 10  # 700,000 of 1,000,000 won
    world.open()
    return world


def test_the_days_loss_halts_new_risk(careful: "World", buy: OrderRequest, sell: OrderRequest) -> None:
    one = replace(buy, quantity=1)
    lose(careful, 69_000)  # 10,000 won: the limit itself
    assert careful.place(one).status is S.OPEN
    lose(careful, 68_900)
    assert careful.place(replace(one, price=68_900)).reason.startswith("daily_loss")
    assert careful.desk.trading_state is TradingState.REDUCING
    assert careful.place(one).reason.startswith("reducing")
    assert careful.place(sell).status is S.OPEN
    careful.restart()
    assert careful.desk.trading_state is TradingState.REDUCING


def test_the_days_loss_is_noticed_without_an_order(careful: "World") -> None:
    lose(careful, 60_000)
    obey(careful)
    change = careful.desk.trading
    assert change is not None
    assert (change.state, change.by) == (TradingState.REDUCING, "daily loss")
    assert "100000 won of 1000000" in change.why


def test_the_days_loss_can_halt_altogether(new_world: Any, sell: OrderRequest) -> None:
    world: World = new_world(
        shares={"005930": 10}, limits=replace(LOSS, daily_loss=Decimal("0.001"), daily_loss_state="halted")
    )
    lose(world, 50_000)
    obey(world)
    assert world.place(sell).reason.startswith("halted")


def test_who_resumes_after_a_loss_is_not_overruled_but_buys_stay_denied(
    careful: "World", buy: OrderRequest
) -> None:
    lose(careful, 60_000)
    obey(careful)
    careful.desk.resume()
    obey(careful)
    assert careful.desk.trading_state is TradingState.ACTIVE
    assert careful.place(replace(buy, quantity=1, price=60_000)).reason.startswith("daily_loss")
    assert careful.desk.trading_state is TradingState.ACTIVE


def test_who_resumes_after_a_loss_is_not_overruled_by_a_restart(new_world: Any, sell: OrderRequest) -> None:
    """Every `hoga sell` is a desk of its own: what a person allowed was halted again before each of them."""
    limits = replace(LOSS, daily_loss=Decimal("0.001"), daily_loss_state="halted")
    world: World = new_world(shares={"005930": 10}, limits=limits)
    lose(world, 50_000)
    obey(world)
    world.desk.resume()
    world.restart()
    lose(world, 50_000)
    obey(world)
    assert world.desk.trading_state is TradingState.ACTIVE
    assert world.place(sell).status is S.OPEN


def test_a_loss_of_the_next_day_throws_it_anew(careful: "World") -> None:
    yesterday = careful.clock.now() - timedelta(days=1)
    careful.control.changes += [
        TradingChanged(at=yesterday, state=TradingState.REDUCING, by="daily loss"),
        TradingChanged(at=yesterday, state=TradingState.ACTIVE, by="person"),
    ]
    lose(careful, 60_000)
    obey(careful)
    assert careful.desk.trading_state is TradingState.REDUCING


# Wishes with a name


def test_the_same_wish_is_carried_out_once_also_after_a_restart(world: "World", buy: OrderRequest) -> None:
    first = world.do(world.desk.place(buy, "twap", intent="slice 1"))
    assert first.status is S.OPEN
    assert world.do(world.desk.place(buy, "twap", intent="slice 1")).reason.startswith("duplicate")
    world.restart()
    world.later(hours=1)
    again = world.do(world.desk.place(buy, "twap", intent="slice 1"))
    assert again.reason.startswith("duplicate")
    assert first.order_id in again.reason
    assert len(world.broker.rows) == 1


@pytest.fixture
def quick(new_world: Any) -> "World":
    world: World = new_world(shares={"005930": 10}, limits=replace(NO_LIMITS, duplicate_seconds=5))
    return world


def test_alike_orders_of_different_wishes_are_all_carried_out(quick: "World", buy: OrderRequest) -> None:
    for number in range(3):
        assert quick.do(quick.desk.place(buy, "twap", intent=f"slice {number}")).status is S.OPEN


def test_a_second_click_is_denied_and_a_later_one_is_not(quick: "World", buy: OrderRequest) -> None:
    assert quick.place(buy).status is S.OPEN
    quick.later(seconds=4)
    assert quick.place(buy).reason.startswith("duplicate")
    assert quick.place(replace(buy, quantity=9)).status is S.OPEN
    assert quick.place(replace(buy, price=69_900)).status is S.OPEN
    assert quick.place(replace(buy, side=Side.SELL)).status is S.OPEN
    quick.later(seconds=1)
    assert quick.place(buy).status is S.OPEN


@pytest.mark.parametrize("fate", ["refuse", "unreachable"])
def test_an_order_that_came_to_nothing_may_be_repeated_at_once(
    quick: "World", buy: OrderRequest, fate: str
) -> None:
    quick.broker.script.append(fate)
    assert quick.do(quick.desk.place(buy, "a", intent="one")).status is S.REJECTED
    assert quick.do(quick.desk.place(buy, "a", intent="one")).status is S.OPEN
    quick.broker.script.append(fate)
    other = replace(buy, price=69_000)
    assert quick.place(other).status is S.REJECTED
    assert quick.place(other).status is S.OPEN
