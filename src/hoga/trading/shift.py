"""A shift: one strategy at one desk, from now until it is over or the market is.

It ends when the strategy waits for nothing more and none of its orders lives, and at the latest when the
closing auction has surely ended: later than on other days when a volatility interruption (VI) makes it
longer for an issue of which an order is open. The desk's day is not closed by it: others may trade after
hours.

That brokers tell an interruption of the closing call like one before it is unverified.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hoga.domain.errors import BadInput, BrokerError, HogaError, WireError
from hoga.domain.order import OrderStatus
from hoga.domain.request import Side
from hoga.krx.calendar import get_hours
from hoga.krx.sessions import RANDOM_END_SECONDS, Phase, prolonged_end
from hoga.ports import Clock, MarketData
from hoga.trading.desk import Desk
from hoga.trading.runner import Runner

LOOK_EVERY = timedelta(seconds=1)
"""How often the orders of a strategy that is over are looked at."""

AFTER_CLOSE = timedelta(seconds=RANDOM_END_SECONDS + 5)
"""How long after the close what was traded in the closing auction is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """What came of a shift: numbers of orders of the strategy, and won that they traded."""

    strategy: str
    day: str
    orders: int
    fills: int
    bought: int
    sold: int
    open_orders: int
    unconfirmed: int
    refused: int
    """Denied by the desk, or rejected."""
    failure: str
    """Where and why the strategy was stopped, "" when it was not."""
    messages: tuple[str, ...] = ()


def require_market(now: datetime, day: date) -> None:
    """Raises `BadInput` when `day`, the running or else the last trading day, is not today, or is over."""
    if now.date() != day:
        raise BadInput(
            f"오늘 {now:%Y-%m-%d} 은(는) 휴장일입니다. 거래일에 실행하십시오.",
            f"today, {now:%Y-%m-%d}, is not a trading day. Run it on one.",
        )
    over = get_hours(day).close
    if now >= over:
        raise BadInput(
            f"{day} 장은 {over:%H:%M} 에 끝났습니다. 다음 거래일에 실행하십시오.",
            f"the market of {day} was over at {over:%H:%M}. Run it on the next trading day.",
        )


async def work(desk: Desk, runner: Runner, market: MarketData, clock: Clock) -> ShiftReport:
    """Run the strategy beside the desk's own watch, to the end of the shift. Nothing is cancelled at its end.

    Raises:
        JournalError: the desk has halted.
    """
    await first_of(attend(desk, runner, market, clock), desk.watch())
    try:
        await desk.reconcile()
    except (BrokerError, WireError) as error:
        desk.notifier.tell(f"마지막으로 읽지 못했습니다 / not read at the end: {error}")
    return report(desk, runner)


async def attend(desk: Desk, runner: Runner, market: MarketData, clock: Clock) -> None:
    """The same at a desk that somebody else watches. `market` says which issues are held in a call."""
    await first_of(_run(runner, clock), _market_over(desk.day, runner, market, clock))


async def _market_over(day: date, runner: Runner, market: MarketData, clock: Clock) -> None:
    """Sleep until nothing of the runner's can trade in the closing auction any more."""
    close = get_hours(day).close
    last = prolonged_end(Phase.CLOSE_CALL, close) + AFTER_CLOSE
    await clock.sleep_until(close + AFTER_CLOSE)
    while clock.now() < last:
        codes = sorted({order.request.code for order in runner.orders if not order.is_done})
        try:
            quotes = await market.quotes(codes) if codes else {}
        except (BadInput, BrokerError, WireError):
            await clock.sleep_until(min(last, clock.now() + LOOK_EVERY))  # unread is not over
            continue
        if all(quote.interruption is None for quote in quotes.values()):
            break
        await clock.sleep_until(last)


async def _run(runner: Runner, clock: Clock) -> None:
    await runner.run()
    while any(not order.is_done for order in runner.orders):
        await clock.sleep(LOOK_EVERY)


async def first_of(*jobs: Coroutine[object, object, None]) -> None:
    """Run `jobs` side by side until one of them ends. An error of ours that one of them raises is raised."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    errors = [error for task in done if (error := task.exception()) is not None]
    if errors:
        raise next((error for error in errors if isinstance(error, HogaError)), errors[0])


def report(desk: Desk, runner: Runner) -> ShiftReport:
    """The shift so far."""
    orders = runner.orders
    ours = {order.order_id for order in orders}
    refused = (OrderStatus.DENIED, OrderStatus.REJECTED, OrderStatus.NOT_RECEIVED)
    return ShiftReport(
        strategy=runner.name,
        day=str(desk.day),
        orders=len(orders),
        fills=sum(fill.order_id in ours for fill in desk.fills),
        bought=sum(order.filled_amount for order in orders if order.request.side is Side.BUY),
        sold=sum(order.filled_amount for order in orders if order.request.side is Side.SELL),
        open_orders=sum(order.is_open for order in orders),
        unconfirmed=sum(order.is_in_doubt or order.is_unconfirmed for order in orders),
        refused=sum(order.status in refused for order in orders),
        failure="" if runner.failure is None else runner.failure.sentence,
    )
