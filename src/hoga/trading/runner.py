"""Wakes a strategy when what it waits for happens, and carries out what it decides.

The strategy is called when the runner first drains and then only when one of its wake-ups fires: a trade at a
price, a time, a change of one of its own orders. All its wake-ups are gone when it is called, and each
decision states anew what it waits for. One decision is carried out before the next is asked for.

What a strategy can bring about by itself, such as a wake-up that is true already or an order that is refused,
wakes it too, but not sooner than `SELF_WAKE` after the decision: otherwise a mistaken strategy would call
itself, and the broker, without end.

It sees the trades of the codes only that its wake-ups name. After beginning to follow a code the runner reads
its price, so that no move is missed in between.

A strategy that raises, or decides something that is no decision, is stopped and shown with the line of its
own file. Its open orders are then cancelled, unless the person wants them to stay; the desk goes on.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar, assert_never

from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput, BrokerError, HogaError, JournalError, WireError
from hoga.domain.events import (
    OrderCanceled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderNotReceived,
    OrderRejected,
)
from hoga.domain.order import Order, OrderStatus
from hoga.domain.quote import Quote, Trade
from hoga.domain.wake import (
    Decision,
    View,
    WakeUp,
    WhenInside,
    WhenOrderChanges,
    WhenOutside,
    WhenTime,
    require_sound,
)
from hoga.krx.calendar import add_trading_days, previous_trading_day
from hoga.ports import Clock, MarketData, Strategy
from hoga.trading.desk import Desk
from hoga.trading.failure import Failure, failure_of
from hoga.trading.records import Event

A = TypeVar("A")
B = TypeVar("B")

SELF_WAKE = timedelta(seconds=1)
"""How long a strategy sleeps at least when it has only itself to blame for waking up."""

LOOKS = 3
"""How often cash and prices are read for one decision when something happens to an order meanwhile."""

FRESH = timedelta(seconds=3)
"""How long prices may have waited for the cash that was asked for with them."""

_LOOK_AGAIN = timedelta(seconds=30)
"""How long a sleep lasts at most: the clock may be set meanwhile."""

CANCEL_ATTEMPTS = 3
"""How often the cancel of one order of a stopped strategy is asked for."""


def not_listed(codes: Iterable[str]) -> BadInput:
    """Refuses a strategy that wants to see what is not listed: its view could never be read."""
    shown = ", ".join(codes)
    return BadInput(
        f"전략이 보려는 종목 {shown} 이(가) 상장되어 있지 않습니다. 종목코드를 확인하십시오.",
        f"the strategy wants to see {shown}, which is not listed. Check the codes.",
    )


class Runner:
    """Runs one strategy on one desk for one day. `drain` does what is due; `run` drains until it is over.

    `cancels_on_error` says whether the open orders of a strategy that raised are cancelled.
    """

    def __init__(
        self,
        desk: Desk,
        market: MarketData,
        strategy: Strategy,
        clock: Clock,
        *,
        cancels_on_error: bool = True,
    ) -> None:
        self._desk = desk
        self._market = market
        self._strategy = strategy
        self._clock = clock
        self._cancels_on_error = cancels_on_error
        self._cancel_tries: dict[str, int] = {}
        self._history: dict[str, tuple[Bar, ...]] | None = None
        self._wake_ups: tuple[WakeUp, ...] = ()
        self._by_code: dict[str, list[WhenInside | WhenOutside]] = {}
        self._followed: frozenset[str] = frozenset()
        self._last: dict[str, int] = {}
        self._moved: set[str] = set()
        self._has_happened = False
        """Whether something has happened to an order since cash and prices were asked for."""
        self._is_called = True
        self._is_busy = False
        self._again_at: datetime | None = None
        self._blind_until: datetime | None = None
        """These two are by the steady reading of the clock."""
        self._nudge = asyncio.Event()
        self.is_over = False
        """Whether it will not be called any more today: it has said so, or it was stopped."""
        self.failure: Failure | None = None
        """What the strategy raised and where, if it was stopped for that."""
        desk.listen(self._on_event)

    @property
    def name(self) -> str:
        """The strategy's."""
        return self._strategy.name

    @property
    def next_time(self) -> datetime | None:
        """When the strategy is to be woken if nothing else happens before."""
        times = [wake_up.at for wake_up in self._wake_ups if isinstance(wake_up, WhenTime)]
        ahead = self._clock.now() - self._clock.steady()
        if self._again_at is not None:
            times.append(self._again_at + ahead)
        if self._blind_until is not None:
            times = [max(at, self._blind_until + ahead) for at in times]
            if self._is_called:
                times.append(self._blind_until + ahead)
        return min(times, default=None)

    @property
    def is_due(self) -> bool:
        """Whether `drain` would do something now: call the strategy, or cancel what a stopped one left."""
        if self._is_busy:
            return False
        if self.is_over:
            return bool(self._left_behind)
        at, now = self.next_time, self._clock.now()
        is_called = self._is_called and (
            self._blind_until is None or self._clock.steady() >= self._blind_until
        )
        return is_called or (at is not None and now >= at)

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders that the strategy has placed today."""
        return tuple(order for order in self._desk.orders if order.source == self._strategy.name)

    @property
    def _left_behind(self) -> list[str]:
        """Open orders of a strategy that was stopped by an error, as long as they shall be cancelled."""
        if self.failure is None or not self._cancels_on_error:
            return []
        return [
            order.order_id
            for order in self.orders
            if order.status is OrderStatus.OPEN and self._tries(order) < CANCEL_ATTEMPTS
        ]

    def _tries(self, order: Order) -> int:
        return self._cancel_tries.get(order.order_id, 0)

    def on_trade(self, trade: Trade) -> None:
        """Test a trade against what the strategy waits for."""
        self._last[trade.code] = trade.price
        self._moved.add(trade.code)
        self._desk.mark(trade.code, trade.price)
        if self._fires(trade.code, trade.price):
            self._call()

    async def drain(self) -> None:
        """Call the strategy once, if it is due, and carry out what it decides; clean up behind a stopped one.

        Raises:
            JournalError: the desk has halted.
        """
        if not self.is_due:
            return
        self._is_busy = True
        try:
            if self.is_over:
                await self._clear()
                return
            if self._desk.is_look_due:
                await self._desk.settle()  # what may have happened already should not be decided upon again
            view = await self._look()
            if view is None:
                return
            decision = self._decide(view)
            if decision is None:
                await self._clear()
                return
            for note in decision.notes:
                self._desk.notifier.tell(note)
            await self._carry_out(decision)
            await self._follow()
        finally:
            self._is_busy = False

    async def run(self) -> None:
        """Drain whenever it is due, until it is over and a stopped one is cleared. Raises like `drain`."""
        while self._goes_on:
            await self.drain()
            await self._until_due()

    @property
    def _goes_on(self) -> bool:
        if not self.is_over:
            return True
        # An order in doubt, or one whose cancel may be refused, can still turn out to be open.
        return (
            self.failure is not None
            and self._cancels_on_error
            and any(not order.is_done and self._tries(order) < CANCEL_ATTEMPTS for order in self.orders)
        )

    # Waking -------------------------------------------------------------------------------------------------

    def _call(self) -> None:
        self._is_called = True
        self._nudge.set()

    def _call_again(self) -> None:
        at = self._clock.steady() + SELF_WAKE
        if self._again_at is None or at < self._again_at:
            self._again_at = at
        self._nudge.set()

    def _on_event(self, event: Event, order: Order | None) -> None:
        self._has_happened = True
        if order is None or order.source != self._strategy.name:
            return
        if self.is_over:
            self._nudge.set()
        if not any(isinstance(wake_up, WhenOrderChanges) for wake_up in self._wake_ups):
            return
        if isinstance(event, OrderFilled | OrderCanceled | OrderExpired | OrderNotReceived):
            self._call()
        elif isinstance(event, OrderDenied | OrderRejected):
            self._call_again()

    def _fires(self, code: str, price: int) -> bool:
        for wake_up in self._by_code.get(code, ()):
            is_inside = wake_up.low <= price <= wake_up.high
            if is_inside is isinstance(wake_up, WhenInside):
                return True
        return False

    def _wait_for(self, wake_ups: tuple[WakeUp, ...]) -> None:
        self._wake_ups = wake_ups
        self._by_code = {}
        for wake_up in wake_ups:
            match wake_up:
                case WhenInside() | WhenOutside():
                    self._by_code.setdefault(wake_up.code, []).append(wake_up)
                case WhenTime() | WhenOrderChanges():
                    pass
                case _:
                    assert_never(wake_up)

    async def _until_due(self) -> None:
        while not self.is_due and self._goes_on:
            self._nudge.clear()
            waits: list[asyncio.Task[object]] = [asyncio.create_task(self._nudge.wait())]
            at = self.next_time
            if at is not None:
                # A clock that is set meanwhile is looked at again before long.
                span = min(at - self._clock.now(), _LOOK_AGAIN)
                waits.append(asyncio.create_task(self._clock.sleep(span)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    # Deciding -----------------------------------------------------------------------------------------------

    async def _look(self) -> View | None:
        """What the strategy may know now; None when it cannot be read, and then it is tried again."""
        desk, name = self._desk, self._strategy.name
        try:
            history = await self._read_history()
            # These come last, and nothing is awaited after them until the strategy has decided.
            cash, quotes = await self._read_now()
        except (BadInput, BrokerError, WireError) as error:
            if self._blind_until is None:
                desk.notifier.tell(
                    f"{name}: 시세나 계좌를 읽을 수 없어 기다립니다 / waiting, {error.english}"
                )
            self._blind_until = self._clock.steady() + SELF_WAKE
            return None
        self._blind_until = None
        self._note(quotes)
        quotes = {
            code: quote._replace(last_price=self._last.get(code, quote.last_price))
            for code, quote in quotes.items()
        }
        opening = desk.opening
        return View(
            day=desk.day,
            opening_cash=opening.buying_power,
            opening_positions=frozenset(p.code for p in opening.positions if p.quantity > 0),
            cash=cash,
            positions=desk.positions,
            lots=desk.lots,
            orders=tuple(order for order in desk.orders if order.source == name),
            quotes=quotes,
            fills=desk.fills,
            trading=desk.trading_state,
            history=history,
        )

    async def _read_now(self) -> tuple[int, dict[str, Quote]]:
        """Cash and prices. They are asked for at once: at a broker far away that is one round trip.

        The desk cannot tell the cash by itself: it does not know what a broker lets be spent of a sale, nor
        of orders from elsewhere. What was asked for before something happened to an order is asked again,
        and prices that have waited long for the cash.
        """
        for _ in range(LOOKS):
            self._has_happened = False
            cash, (quotes, read_at) = await _both(self._desk.cash(), self._read_quotes())
            if not self._has_happened:
                break
        if self._clock.steady() > read_at + FRESH:
            quotes, _ = await self._read_quotes()
        return cash, quotes

    async def _read_quotes(self) -> tuple[dict[str, Quote], datetime]:
        """The prices that the strategy sees, and when they came by the steady reading of the clock."""
        self._moved.clear()
        codes = self._strategy.codes | self._desk.positions.keys()
        quotes = await self._market.quotes(sorted(codes)) if codes else {}
        return quotes, self._clock.steady()

    async def _read_history(self) -> dict[str, tuple[Bar, ...]]:
        """The daily bars before today that the strategy wants, read once."""
        if self._history is None:
            count, day, bars = self._strategy.history, self._desk.day, {}
            if count:
                first, last = add_trading_days(day, -count), previous_trading_day(day)
                for code in sorted(self._strategy.codes):
                    bars[code] = tuple(await self._market.daily_bars(code, first, last))
            self._history = bars
        return self._history

    def _decide(self, view: View) -> Decision | None:
        now = self._clock.now()
        self._is_called, self._again_at = False, None
        self._wait_for(())
        decision = self._ask(view, now)
        if isinstance(decision, Failure):
            self.failure, self.is_over = decision, True
            self._desk.notifier.tell(
                f"전략 {self._strategy.name}을(를) 멈춥니다: {decision.sentence}"
                f" / strategy {self._strategy.name} is stopped: {decision.sentence}"
            )
            return None
        self._wait_for(decision.wake_ups)
        self.is_over = not decision.wake_ups
        times = (wake_up.at for wake_up in decision.wake_ups if isinstance(wake_up, WhenTime))
        if any(at <= now for at in times):
            self._wait_for(tuple(w for w in decision.wake_ups if not isinstance(w, WhenTime) or w.at > now))
            self._call_again()
        self._test(self._by_code)
        return decision

    def _ask(self, view: View, now: datetime) -> Decision | Failure:
        try:
            decided = self._strategy.decide(view, now)
        except Exception as error:  # noqa: BLE001 - a strategy that raises is stopped and shown, the desk goes on
            return failure_of(error)
        try:
            return require_sound(decided)
        except TypeError as error:
            return Failure(error)

    def _note(self, quotes: Mapping[str, Quote]) -> None:
        """Take over the last prices that were read, unless a trade has come in since."""
        for code, quote in quotes.items():
            if code not in self._moved:
                self._desk.mark(code, quote.last_price)
                if quote.open is not None:  # before the first trade a quote shows the base price
                    self._last[code] = quote.last_price

    def _test(self, codes: Iterable[str]) -> None:
        """Test last prices against what is newly waited for."""
        if any(code in self._last and self._fires(code, self._last[code]) for code in codes):
            self._call_again()

    # Carrying out -------------------------------------------------------------------------------------------

    async def _carry_out(self, decision: Decision) -> None:
        desk, name = self._desk, self._strategy.name
        for order_id in decision.cancels:
            try:
                if desk.get_order(order_id).source == name:
                    await desk.cancel(order_id)
                else:
                    desk.notifier.tell(
                        f"{name}: {order_id}은(는) 다른 곳의 주문이라 취소하지 않았습니다"
                        f" / not its own order, not canceled: {order_id}"
                    )
            except JournalError:
                raise
            except HogaError as error:
                desk.notifier.tell(f"{name}: {error}")
        for request in decision.orders:
            try:
                await desk.place(request, name)
            except JournalError:
                raise
            except HogaError as error:
                desk.notifier.tell(f"{name}: {error}")
                self._call_again()

    async def _clear(self) -> None:
        """Ask for the cancel of what a stopped strategy has left open."""
        for order_id in self._left_behind:
            # While one cancel is on its way, others may fill.
            if self._desk.get_order(order_id).status is not OrderStatus.OPEN:
                continue
            self._cancel_tries[order_id] = self._cancel_tries.get(order_id, 0) + 1
            try:
                await self._desk.cancel(order_id)
            except JournalError:
                raise
            except HogaError as error:
                self._desk.notifier.tell(f"{self._strategy.name}: {error}")

    async def _follow(self) -> None:
        """Follow the codes that the wake-ups name, and no others."""
        codes = frozenset(self._by_code)
        if codes == self._followed:
            return
        new = sorted(codes - self._followed)
        self._moved.clear()
        try:
            await self._market.follow(sorted(codes), self.on_trade)
            self._note(await self._market.quotes(new) if new else {})
        except HogaError as error:
            self._desk.notifier.tell(f"{self._strategy.name}: {error}")
            self._call_again()
            return
        self._followed = codes
        self._test(new)


async def _both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """What both come to, at once. When one fails the other is given up."""
    tasks = asyncio.create_task(first), asyncio.create_task(second)
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
