import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hoga.domain.errors import JournalError
from hoga.domain.order import OrderStatus
from hoga.domain.position import Lot
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.wake import (
    Decision,
    View,
    WakeUp,
    WhenInside,
    WhenOrderChanges,
    WhenOutside,
    WhenTime,
)
from hoga.trading.runner import LOOKS, Runner

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus
SAMSUNG, HYNIX = "005930", "000660"

Act = Callable[[View, datetime], Decision]
BUY = OrderRequest(code=SAMSUNG, side=Side.BUY, quantity=10, price=70_000)
MARKET_BUY = OrderRequest(code=SAMSUNG, side=Side.BUY, quantity=10, order_type=OrderType.MARKET)


class Scripted:
    """A strategy that does one thing after the other and keeps what it was shown."""

    name = "scripted"

    def __init__(
        self, *acts: Decision | Act, codes: frozenset[str] = frozenset({SAMSUNG}), history: int = 0
    ) -> None:
        self.acts = list(acts)
        self.codes = codes
        self.history = history
        self.views: list[View] = []
        self.times: list[datetime] = []

    def decide(self, view: View, at: datetime) -> Decision:
        self.views.append(view)
        self.times.append(at)
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        return act if isinstance(act, Decision) else act(view, at)


def waiting(*wake_ups: WakeUp, orders: tuple[OrderRequest, ...] = ()) -> Decision:
    return Decision(wake_ups=wake_ups, orders=orders)


class Stage:
    """A strategy on a desk, drained by hand."""

    def __init__(self, world: "World", strategy: Scripted) -> None:
        self.world = world
        self.strategy = strategy
        self.runner = Runner(world.desk, world.market, strategy, world.watch)

    def drain(self) -> int:
        """Drain, and tell how often the strategy was called."""
        before = len(self.strategy.views)
        self.world.do(self.runner.drain())
        return len(self.strategy.views) - before

    def trade(self, price: int, code: str = SAMSUNG) -> None:
        self.world.market.trade(code, price)


Start = Callable[..., Stage]


@pytest.fixture
def start(world: "World") -> Start:
    """Begins a strategy and drains once."""

    def begin(*acts: Decision | Act, codes: frozenset[str] = frozenset({SAMSUNG}), history: int = 0) -> Stage:
        stage = Stage(world, Scripted(*acts, codes=codes, history=history))
        assert stage.drain() == 1
        return stage

    return begin


def test_a_strategy_is_called_when_it_starts_and_then_only_when_it_wakes(start: Start) -> None:
    stage = start(waiting(WhenInside(SAMSUNG, 71_000, 72_000)))
    assert stage.drain() == 0
    stage.trade(70_900)
    assert stage.drain() == 0
    stage.trade(71_000)
    assert stage.runner.is_due
    assert stage.drain() == 1
    assert stage.drain() == 0


INSIDE, OUTSIDE = WhenInside(SAMSUNG, 71_000, 72_000), WhenOutside(SAMSUNG, 69_000, 72_000)


@pytest.mark.parametrize(
    ("wake_up", "price", "fires"),
    [
        (INSIDE, 70_999, False),
        (INSIDE, 71_000, True),
        (INSIDE, 72_000, True),
        (INSIDE, 72_001, False),
        (OUTSIDE, 68_999, True),
        (OUTSIDE, 69_000, False),
        (OUTSIDE, 72_000, False),
        (OUTSIDE, 72_001, True),
    ],
)
def test_a_price_wakes_it_inside_or_outside_of_a_range_both_ends_included(
    start: Start, wake_up: WakeUp, price: int, fires: bool
) -> None:
    stage = start(waiting(wake_up))
    stage.trade(price)
    assert stage.drain() == fires


def test_a_trade_of_another_instrument_wakes_nobody(start: Start) -> None:
    stage = start(waiting(INSIDE, WhenInside(HYNIX, 1, 2)))
    stage.trade(71_000, HYNIX)
    assert stage.drain() == 0


def test_a_wake_up_fires_once_and_all_are_gone_when_it_is_called(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE, WhenInside(SAMSUNG, 75_000, 76_000)), waiting(WhenTime(world.at(15))))
    stage.trade(71_000)
    stage.trade(71_500)
    assert stage.drain() == 1
    stage.trade(75_000)
    stage.trade(71_000)
    assert stage.drain() == 0


def test_a_time_wakes_it(start: Start, world: "World") -> None:
    stage = start(
        waiting(WhenTime(world.at(15, 15)), WhenTime(world.at(10, 30))), waiting(WhenTime(world.at(15, 20)))
    )
    assert stage.runner.next_time == world.at(10, 30)
    world.clock.set(world.at(10, 29, 59))
    assert stage.drain() == 0
    world.clock.set(world.at(10, 30))
    assert stage.drain() == 1
    assert stage.strategy.times[-1] == world.at(10, 30)
    assert stage.runner.next_time == world.at(15, 20)


def test_it_follows_what_it_waits_for_and_nothing_else(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE), waiting(WhenInside(HYNIX, 1, 2), INSIDE), waiting(WhenTime(world.at(15))))
    stage.trade(71_000)
    stage.drain()
    world.later(seconds=2)
    stage.trade(71_000)
    stage.drain()
    assert world.market.followed == [(SAMSUNG,), (HYNIX, SAMSUNG), ()]


def test_the_same_codes_are_not_followed_anew(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE), waiting(OUTSIDE))
    stage.trade(71_000)
    stage.drain()
    assert world.market.followed == [(SAMSUNG,)]


# What it is shown


def test_it_sees_the_account_its_own_orders_and_the_prices_it_asked_for(start: Start, world: "World") -> None:
    world.place(BUY, "somebody else")
    mine = world.place(BUY, "scripted")
    world.broker.fill(int(mine.broker_order_id), 4)
    stage = start(waiting(INSIDE), codes=frozenset({HYNIX}))
    (view,) = stage.strategy.views
    assert view.day == world.day
    assert view.opening_cash == 100_000_000
    assert view.opening_positions == {SAMSUNG}
    assert view.cash == world.broker.free_cash()
    assert view.positions[SAMSUNG].quantity == 14
    assert view.lots == {SAMSUNG: (Lot(SAMSUNG, world.day, 4),)}
    assert [order.order_id for order in view.orders] == [mine.order_id]
    assert view.quotes.keys() == {SAMSUNG, HYNIX}
    assert [fill.quantity for fill in view.fills] == [4]


def test_positions_are_shown_at_the_price_of_the_moment(start: Start, world: "World") -> None:
    world.market.prices[SAMSUNG] = 71_200
    stage = start(waiting(INSIDE))
    assert stage.strategy.views[0].positions[SAMSUNG].last_price == 71_200


def test_the_opening_is_the_same_after_a_restart(start: Start, world: "World") -> None:
    before = start(waiting(INSIDE)).strategy.views[0]
    world.place(OrderRequest(code=SAMSUNG, side=Side.SELL, quantity=10, price=70_000))
    world.broker.fill(101, 10)
    world.restart()
    after = start(waiting(INSIDE)).strategy.views[0]
    assert after.positions == {}
    assert (after.opening_cash, after.opening_positions) == (before.opening_cash, before.opening_positions)


def test_a_trade_during_the_question_is_newer_than_the_answer(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE))
    stage.trade(71_000)
    world.market.before_quotes = lambda: stage.trade(71_300)
    stage.drain()
    assert stage.strategy.views[-1].quotes[SAMSUNG].last_price == 71_300


SELL = OrderRequest(code=SAMSUNG, side=Side.SELL, quantity=10, price=70_000)


def test_cash_and_prices_are_asked_for_at_once(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE))
    stage.trade(71_000)
    is_asked = asyncio.Event()

    async def answer_after_the_prices() -> None:
        await asyncio.wait_for(is_asked.wait(), 5)

    world.broker.before_buying_power = answer_after_the_prices
    world.market.before_quotes = is_asked.set
    assert stage.drain() == 1


def test_what_happens_to_an_order_during_the_question_is_in_the_cash(start: Start, world: "World") -> None:
    """The answer was on its way when the sale was done: nothing would wake the strategy for its money."""
    stage = start(waiting(INSIDE))
    world.place(SELL)
    stage.trade(71_000)

    async def fill() -> None:
        world.broker.fill(101, 10)

    before, world.broker.before_buying_power = world.broker.free_cash(), fill
    assert stage.drain() == 1
    view = stage.strategy.views[-1]
    assert view.cash == world.broker.free_cash() > before
    assert view.positions == {}
    assert len(view.fills) == 1


def test_it_decides_in_the_end_however_much_happens_meanwhile(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE))
    world.place(SELL)
    stage.trade(71_000)

    async def fill() -> None:
        world.broker.fill(101, 1)
        world.later(seconds=1)
        world.broker.before_buying_power = fill

    world.broker.before_buying_power = fill
    assert stage.drain() == 1
    assert len(stage.strategy.views[-1].fills) == LOOKS


def test_prices_that_waited_long_for_the_cash_are_read_again(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE))
    stage.trade(71_000)

    async def be_slow() -> None:
        await asyncio.sleep(0)  # the prices come first
        world.later(seconds=4)
        world.market.prices[SAMSUNG] = 71_500

    world.broker.before_buying_power = be_slow
    assert stage.drain() == 1
    quote = stage.strategy.views[-1].quotes[SAMSUNG]
    assert (quote.ask, quote.at) == (71_600, world.clock.now())


def test_what_is_in_question_is_read_before_it_decides(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE))
    order = world.place(BUY, "scripted")
    world.desk.on_notice(world.broker.fill(101, 3))
    world.broker.rows[101].remaining, world.broker.rows[101].filled = 0, 10
    world.broker.rows[101].amount = 700_000
    stage.trade(71_000)
    stage.drain()
    assert stage.strategy.views[-1].orders[0].status is S.FILLED
    assert world.order(order).filled_quantity == 10


# What it wants


def test_cancels_are_sent_before_orders_and_orders_in_their_order(start: Start, world: "World") -> None:
    old = world.place(BUY, "scripted")
    cheap, dear = (OrderRequest(code=SAMSUNG, side=Side.BUY, quantity=1, price=p) for p in (69_000, 69_100))
    start(Decision(orders=(cheap, dear), cancels=(old.order_id,), wake_ups=(INSIDE,), notes=("매수",)))
    assert [kind for kind, _ in world.broker.sent] == ["place", "cancel", "place", "place"]
    assert [order.price for order in world.desk.orders] == [70_000, 69_000, 69_100]
    assert {order.source for order in world.desk.orders} == {"scripted"}
    assert "매수" in world.lines.told


def test_a_decision_without_wake_ups_ends_the_strategy(start: Start, world: "World") -> None:
    stage = start(Decision(orders=(BUY,)))
    assert stage.runner.is_over
    world.broker.fill(101, 10)
    world.later(hours=3)
    stage.trade(71_000)
    assert stage.drain() == 0
    assert stage.runner.failure is None
    assert len(world.desk.orders) == 1


def test_the_orders_of_others_are_not_its_to_cancel(start: Start, world: "World") -> None:
    other = world.place(BUY, "somebody else")
    start(Decision(cancels=(other.order_id,), wake_ups=(INSIDE,)))
    assert world.order(other).status is S.OPEN
    assert world.lines.about("not its own order")


def test_a_cancel_that_comes_too_late_is_told_and_the_rest_goes_on(start: Start, world: "World") -> None:
    done = world.place(BUY, "scripted")
    world.broker.fill(101, 10)
    stage = start(Decision(cancels=(done.order_id, "20251114-000099"), orders=(BUY,), wake_ups=(INSIDE,)))
    assert len(world.desk.orders) == 2
    assert not stage.runner.is_over
    assert world.lines.about("Only an open order")


# Its own orders


def test_a_fill_of_its_own_wakes_it(start: Start, world: "World") -> None:
    stage = start(waiting(WhenOrderChanges(), orders=(BUY,)), waiting(WhenOrderChanges()))
    assert stage.drain() == 0  # that it was taken is no news
    world.broker.fill(101, 3)
    assert stage.drain() == 1
    world.later(seconds=1)
    world.broker.fill(101, 7)
    assert stage.drain() == 1


def test_a_fill_of_somebody_else_does_not(start: Start, world: "World") -> None:
    stage = start(waiting(WhenOrderChanges()))
    world.place(BUY, "somebody else")
    world.broker.fill(101, 3)
    assert stage.drain() == 0


def test_without_asking_for_it_no_fill_wakes_it(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE, orders=(BUY,)))
    world.broker.fill(101, 3)
    assert stage.drain() == 0


def test_a_fill_that_comes_while_its_order_is_being_sent_is_not_missed(start: Start, world: "World") -> None:
    def fill(number: int) -> None:
        world.broker.fill(number, 10)

    world.broker.immediately = fill
    stage = start(waiting(WhenOrderChanges(), orders=(MARKET_BUY,)), waiting(WhenOrderChanges()))
    assert stage.runner.is_due
    assert stage.drain() == 1
    assert stage.strategy.views[-1].orders[0].status is S.FILLED


@pytest.mark.parametrize("what", ["cancel", "expire", "not received"])
def test_every_end_of_its_orders_wakes_it(start: Start, world: "World", what: str) -> None:
    if what == "not received":
        world.broker.script.append("gone")
    stage = start(waiting(WhenOrderChanges(), orders=(BUY,)), waiting(WhenOrderChanges()))
    match what:
        case "cancel":
            world.do(world.desk.cancel("20251114-000001"))
            world.broker.confirm_cancel(101, 10)
        case "expire":
            world.clock.set(world.at(15, 31))
            world.do(world.desk.close_day())
        case _:
            world.settle_for_good()
    assert stage.drain() == 1


# Itself to blame


def hammering(view: View, at: datetime) -> Decision:
    """Wants the same impossible order again and again."""
    order = OrderRequest(code=SAMSUNG, side=Side.BUY, quantity=10, price=70_050)
    return waiting(WhenOrderChanges(), orders=(order,))


def test_a_strategy_whose_orders_are_denied_is_called_once_a_second_at_most(
    start: Start, world: "World"
) -> None:
    stage = start(hammering)
    for _ in range(100):
        stage.drain()
    assert len(world.desk.orders) == 1
    assert stage.runner.next_time == world.clock.now() + timedelta(seconds=1)
    world.later(seconds=1)
    assert stage.drain() == 1
    assert stage.drain() == 0


def test_a_refusal_of_the_broker_wakes_it_a_second_later(start: Start, world: "World") -> None:
    world.broker.script.append("refuse")
    stage = start(waiting(WhenOrderChanges(), orders=(BUY,)), waiting(INSIDE))
    assert stage.drain() == 0
    world.later(seconds=1)
    assert stage.drain() == 1


def test_the_base_price_of_what_has_not_traded_today_wakes_nobody(world: "World", start: Start) -> None:
    world.market.untraded.add(SAMSUNG)
    stage = start(waiting(WhenInside(SAMSUNG, 60_000, 80_000)))
    assert stage.runner.next_time is None
    assert not stage.runner.is_due
    stage.trade(70_000)
    assert stage.runner.is_due


@pytest.mark.parametrize("wake_up", [WhenInside(SAMSUNG, 69_000, 71_000), WhenOutside(SAMSUNG, 1, 2)])
def test_a_wake_up_that_is_true_already_fires_a_second_later(
    start: Start, world: "World", wake_up: WakeUp
) -> None:
    stage = start(waiting(wake_up), waiting(INSIDE))
    assert stage.drain() == 0
    world.later(seconds=1)
    assert stage.drain() == 1


def test_a_time_that_has_passed_fires_a_second_later_and_not_for_ever(start: Start, world: "World") -> None:
    stage = start(waiting(WhenTime(world.at(9))), waiting(WhenTime(world.at(15))))
    assert stage.drain() == 0
    world.later(seconds=1)
    assert stage.drain() == 1
    assert stage.runner.next_time == world.at(15)


def test_a_strategy_that_waits_for_prices_is_called_although_the_clock_is_set_back(
    start: Start, world: "World"
) -> None:
    stage = start(waiting(INSIDE))
    world.market.faults.append("fail")
    stage.trade(71_000)
    assert stage.drain() == 0
    world.watch.ahead = -timedelta(hours=1)
    world.later(seconds=1)
    assert stage.drain() == 1


def test_a_strategy_that_sleeps_sees_that_the_clock_was_set_ahead(world: "World") -> None:
    strategy = Scripted(waiting(WhenTime(world.at(15))), waiting())
    task = world.begin(Runner(world.desk, world.market, strategy, world.watch).run())
    world.watch.ahead = timedelta(hours=5)
    world.later(seconds=30)
    world.end(task)
    assert strategy.times == [world.at(10), world.at(15, 0, 30)]


def test_something_from_outside_does_not_wait_for_that_second(start: Start, world: "World") -> None:
    stage = start(waiting(WhenInside(SAMSUNG, 69_000, 71_000)))
    stage.trade(70_100)
    assert stage.drain() == 1


def test_a_move_between_looking_and_following_is_not_missed(start: Start, world: "World") -> None:
    # The strategy sees 70,000; until its range is followed the price has gone through 71,000.
    world.market.before_quotes = lambda: world.market.prices.update({SAMSUNG: 71_500})
    stage = start(waiting(INSIDE), waiting(WhenTime(world.at(15))))
    world.later(seconds=1)
    assert stage.drain() == 1


def test_a_range_of_a_code_that_it_never_asked_the_price_of_is_tested_too(
    start: Start, world: "World"
) -> None:
    stage = start(waiting(WhenInside(HYNIX, 199_000, 201_000)), waiting(INSIDE))
    world.later(seconds=1)
    assert stage.drain() == 1


# One after the other


def test_what_happens_while_it_is_carried_out_waits_for_the_next_call(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE), waiting(INSIDE, orders=(BUY,)), waiting(WhenTime(world.at(15))))
    stage.trade(71_000)
    world.broker.script.append("slow ok")
    world.market.prices[SAMSUNG] = 70_000
    draining = world.begin(stage.runner.drain())
    assert len(stage.strategy.views) == 2
    stage.trade(71_500)
    assert not stage.runner.is_due
    assert stage.drain() == 0
    world.broker.answers[0].set()
    world.end(draining)
    assert len(stage.strategy.views) == 2
    assert stage.runner.is_due
    assert stage.drain() == 1


# Trouble


def test_a_strategy_that_raises_is_stopped_and_shown_and_the_desk_goes_on(
    start: Start, world: "World"
) -> None:
    def broken(view: View, at: datetime) -> Decision:
        raise KeyError("000000")

    stage = start(waiting(INSIDE), broken)
    stage.trade(71_000)
    stage.drain()
    assert stage.runner.is_over
    failure = stage.runner.failure
    assert failure is not None
    assert isinstance(failure.error, KeyError)
    assert (failure.file, failure.code) == (__file__, 'raise KeyError("000000")')
    assert world.lines.about("strategy scripted is stopped")
    stage.trade(71_100)
    assert stage.drain() == 0
    assert world.place(BUY).status is S.OPEN


def decision(**parts: Any) -> Decision:
    """A decision with anything in it, as a person may write one who has no type checker."""
    return Decision(**parts)


def order(**parts: Any) -> OrderRequest:
    return replace(BUY, **parts)


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (None, "must return a Decision, not None"),
        (decision(orders=[BUY]), "orders must be a tuple"),
        (decision(orders=("buy",)), "orders holds 'buy'"),
        (decision(orders=(order(quantity=1.5),)), "quantity cannot be 1.5"),
        (decision(orders=(order(price="70000"),)), "price cannot be '70000'"),
        (decision(orders=(order(side="buy"),)), "side cannot be 'buy'"),
        (decision(wake_ups=(WhenTime(datetime(2025, 11, 14, 10)),)), "no time zone"),  # noqa: DTZ001
    ],
)
def test_what_is_no_decision_stops_the_strategy_before_anything_is_sent(
    start: Start, world: "World", decided: Any, said: str
) -> None:
    stage = start(lambda view, at: decided)
    assert stage.runner.failure is not None
    assert said in stage.runner.failure.sentence
    assert world.broker.sent == []


@pytest.fixture
def stopped(world: "World") -> Callable[..., Runner]:
    """A strategy that places an order and then raises."""

    def begin(*, cancels_on_error: bool) -> Runner:
        def broken(view: View, at: datetime) -> Decision:
            raise ZeroDivisionError

        strategy = Scripted(waiting(INSIDE, orders=(BUY,)), broken)
        runner = Runner(world.desk, world.market, strategy, world.clock, cancels_on_error=cancels_on_error)
        world.do(runner.drain())
        world.market.trade(SAMSUNG, 71_000)
        return runner

    return begin


def test_the_open_orders_of_a_strategy_that_raised_are_cancelled(
    world: "World", stopped: Callable[..., Runner]
) -> None:
    other = world.place(BUY, "somebody else")
    runner = stopped(cancels_on_error=True)
    world.do(runner.drain())
    assert [kind for kind, _ in world.broker.sent] == ["place", "place", "cancel"]
    assert world.desk.get_order(other.order_id).status is S.OPEN


def test_they_stay_when_the_person_wants_that(world: "World", stopped: Callable[..., Runner]) -> None:
    runner = stopped(cancels_on_error=False)
    world.do(runner.drain())
    assert [kind for kind, _ in world.broker.sent] == ["place"]
    assert not runner.is_due


def test_an_order_that_turns_out_to_be_open_later_is_cancelled_then(
    world: "World", stopped: Callable[..., Runner]
) -> None:
    world.broker.script.append("lost")
    world.broker.hidden.add(101)
    runner = stopped(cancels_on_error=True)
    running = world.begin(runner.run())
    assert [kind for kind, _ in world.broker.sent] == ["place"]
    world.broker.hidden.clear()
    world.later(seconds=1)
    world.do(world.desk.settle())
    world.turn()
    assert [kind for kind, _ in world.broker.sent] == ["place", "cancel"]
    (order,) = runner.orders
    world.broker.confirm_cancel(int(order.broker_order_id), 10)
    world.end(running)


def test_a_cancel_that_is_refused_is_not_asked_for_without_end(
    world: "World", stopped: Callable[..., Runner]
) -> None:
    world.broker.script += ["ok", *["refuse"] * 9]
    runner = stopped(cancels_on_error=True)
    for _ in range(9):
        world.do(runner.drain())
    assert [kind for kind, _ in world.broker.sent] == ["place", *["cancel"] * 3]


def test_the_daily_bars_that_it_wants_are_read_once(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE), waiting(INSIDE), history=2)
    stage.trade(71_000)
    stage.drain()
    for view in stage.strategy.views:
        assert [bar.at.date() for bar in view.history[SAMSUNG]] == [date(2025, 11, 12), date(2025, 11, 13)]
    assert world.market.bar_reads == 1


def test_a_time_that_has_come_waits_too_while_nothing_can_be_read(start: Start, world: "World") -> None:
    stage = start(waiting(WhenTime(world.at(10, 30))), waiting(INSIDE))
    world.clock.set(world.at(10, 30))
    world.market.faults.append("fail")
    for _ in range(5):
        assert stage.drain() == 0
    assert not stage.runner.is_due
    assert stage.runner.next_time == world.at(10, 30, 1)
    world.later(seconds=1)
    assert stage.drain() == 1


@pytest.mark.parametrize("fault", ["prices", "cash"])
def test_what_cannot_be_read_is_tried_again_and_told_once(start: Start, world: "World", fault: str) -> None:
    stage = start(waiting(INSIDE), waiting(WhenTime(world.at(15))))
    stage.trade(71_000)
    for _ in range(3):
        (world.market.faults if fault == "prices" else world.broker.power_faults).append("fail")
        assert stage.drain() == 0
        assert stage.drain() == 0  # not at once
        world.later(seconds=1)
    assert len(world.lines.about("waiting")) == 1
    assert stage.drain() == 1


def test_an_order_whose_price_cannot_be_read_is_told_and_wanted_again(start: Start, world: "World") -> None:
    world.market.faults += ["ok", "fail"]
    stage = start(waiting(INSIDE, orders=(BUY,)), waiting(INSIDE))
    assert len(world.desk.orders) == 0
    assert world.lines.about("prices cannot be read")
    world.later(seconds=1)
    assert stage.drain() == 1


def test_prices_that_cannot_be_followed_are_tried_again(start: Start, world: "World") -> None:
    world.market.faults += ["ok", "fail"]  # the second question is the one after beginning to follow
    stage = start(waiting(INSIDE))
    assert world.market.followed == [(SAMSUNG,)]
    world.later(seconds=1)
    assert stage.drain() == 1
    assert world.market.followed == [(SAMSUNG,), (SAMSUNG,)]


def test_a_journal_that_fails_stops_the_run(start: Start, world: "World") -> None:
    stage = start(waiting(INSIDE), waiting(INSIDE, orders=(BUY,)))
    world.journal.is_full = True
    stage.trade(71_000)
    with pytest.raises(JournalError):
        stage.drain()
    assert world.broker.sent == []


# By itself


def test_running_it_drains_whenever_it_is_due(world: "World") -> None:
    strategy = Scripted(
        waiting(INSIDE, WhenTime(world.at(10, 30))),
        waiting(WhenOrderChanges(), orders=(BUY,)),
        waiting(WhenTime(world.at(11))),
        Decision(),
    )
    runner = Runner(world.desk, world.market, strategy, world.watch)
    running = world.begin(runner.run())
    assert len(strategy.views) == 1
    world.clock.set(world.at(10, 30))
    world.turn()
    assert len(strategy.views) == 2
    world.broker.fill(101, 10)
    world.turn()
    assert len(strategy.views) == 3
    world.clock.set(world.at(11))
    world.end(running)
    assert len(strategy.views) == 4
    assert runner.is_over


def test_the_same_day_gives_the_same_decisions(new_world: "Callable[..., World]") -> None:
    def day() -> tuple[list[datetime], list[object]]:
        world = new_world(shares={SAMSUNG: 10})
        stage = Stage(world, Scripted(waiting(INSIDE, WhenOrderChanges(), orders=(MARKET_BUY,))))
        stage.drain()
        for step in range(30):
            world.later(seconds=7)
            stage.trade(70_500 + step * 37 % 1_100)
            for number, row in list(world.broker.rows.items()):
                if row.remaining and step % 3 == 0:
                    world.broker.fill(number, min(4, row.remaining), 70_900)
            stage.drain()
        return stage.strategy.times, world.journal.entries

    first, second = day(), day()
    assert first == second
    assert len(first[0]) > 5
