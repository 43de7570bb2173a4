"""Rebalancing as seed 001 does it, and as Hoga does it, on the same made days.

Every day begins with ten names that take up the account and ends, if all goes well, with ten others. The
naive scheme is the seed's: every name rounded by itself, one share an order, all names at the same evenly
spaced instants from 09:10 to 15:00, purchases beside sales and whatever the cash says, no look at what became
of it. Both trade through the same desk and exchange; neither has limits beside those of market and account.

The loss is what purchases cost above and sales brought below the market's VWAP of the window, in hundredths
of a per cent (bp) of what was traded. It does not show what a scheme failed to trade: that is the missing
shares. Ours leaves shares when prices rise, so that its buffer of cash is kept; the naive scheme has none.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from rich.console import Console
from rich.progress import track

from benchmarks.measure import show
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock
from hoga.day import ACCOUNT, build_day, first_listings, plan_day
from hoga.domain.instrument import Instrument
from hoga.domain.model import Wish
from hoga.domain.order import OrderStatus
from hoga.domain.plan import Plan, Targets
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.wake import Decision, View, WhenTime
from hoga.exchange.opening import Holding, Listing, Opening
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_FUND, KIS_STOCK
from hoga.krx.sessions import regular_session
from hoga.notify import LineNotifier
from hoga.ports import Strategy
from hoga.settings import Settings
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.strategies.rebalance import Rebalance, RebalanceSettings
from hoga.strategies.targets import TargetSettings, find_targets
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS
from hoga.trading.runner import Runner

DAY = date(2026, 11, 20)
HELD = ("005930", "373220", "000660", "207940", "051910", "035420", "005380", "006400", "035720", "105560")
"""The model of seed 001."""
WANTED = ("000270", "005490", "012330", "028260", "055550", "066570", "068270", "096770", "017670", "030200")
CASH = 600_000
A_NAME = 3_000_000
"""Won in cash and in each name at the start."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The start of one made day."""

    listings: tuple[Listing, ...]
    held: Mapping[str, int]
    prices: Mapping[str, int]

    @property
    def instruments(self) -> dict[str, Instrument]:
        return {listing.instrument.code: listing.instrument for listing in self.listings}

    @property
    def opening(self) -> Opening:
        return Opening(
            account=ACCOUNT,
            deposit=CASH,
            holdings=tuple(
                Holding(code, quantity, quantity * self.prices[code]) for code, quantity in self.held.items()
            ),
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What a scheme came to. `loss` and `amount` are won."""

    orders: int
    refused: int
    missing: int
    wanted: int
    loss: Decimal
    amount: int

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.orders + other.orders,
            self.refused + other.refused,
            self.missing + other.missing,
            self.wanted + other.wanted,
            self.loss + other.loss,
            self.amount + other.amount,
        )


class Naive:
    """The scheme of seed 001: one share at each instant, and no look back."""

    name = "naive"
    history = 0

    def __init__(self, quantities: Mapping[str, int], start: datetime, end: datetime) -> None:
        self.codes = frozenset(quantities)
        self._left = sorted(
            (start + (end - start) * turn / max(1, abs(quantity) - 1), code, quantity > 0)
            for code, quantity in quantities.items()
            for turn in range(abs(quantity))
        )

    def decide(self, view: View, at: datetime) -> Decision:
        """Send what is due, whatever the account says."""
        orders = []
        while self._left and self._left[0][0] <= at:
            _, code, is_buy = self._left.pop(0)
            orders.append(
                OrderRequest(
                    code=code,
                    side=Side.BUY if is_buy else Side.SELL,
                    quantity=1,
                    order_type=OrderType.IMMEDIATELY_EXECUTABLE_LIMIT,
                )
            )
        return Decision(orders=tuple(orders), wake_ups=(WhenTime(self._left[0][0]),) if self._left else ())


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    days = 1 if is_quick else 50
    schemes: dict[str, Figures] = {}
    console = Console(stderr=True)
    for seed in track(range(days), "made days", console=console, disable=not console.is_terminal):
        for name, figures in compare(seed, is_short=is_quick).items():
            schemes[name] = schemes[name] + figures if name in schemes else figures
    print(f"Rebalancing from ten names to ten others ({days} made days)")
    for name, found in schemes.items():
        show(f"{name}: orders", f"{found.orders:>12,}")
        show(f"{name}: refused orders", f"{found.refused:>12,}")
        show(f"{name}: shares missing in the evening", f"{found.missing:>12,} of {found.wanted:,}")
        show(f"{name}: loss against VWAP, bp", f"{_bp(found):>12.2f}")


def _bp(found: Figures) -> Decimal:
    return found.loss * 10_000 / found.amount if found.amount else Decimal(0)


def compare(seed: int, *, is_short: bool = False) -> dict[str, Figures]:
    """Both schemes on the made day of `seed`; a short one ends at half past nine."""
    plan = plan_day(Settings(), day=DAY, seed=seed, wanted=None)
    listings = tuple(
        listing for listing in first_listings(plan) if listing.instrument.code in {*HELD, *WANTED}
    )
    prices = {listing.instrument.code: listing.base_price for listing in listings}
    scene = Scene(listings, {code: A_NAME // prices[code] for code in HELD}, prices)
    _, continuous, _ = regular_session(DAY)
    course = RebalanceSettings().course(DAY, continuous.start - timedelta(hours=1))
    total = CASH + sum(quantity * prices[code] for code, quantity in scene.held.items())
    each = total * 98 // 100 // len(WANTED)
    rounded = {code: -quantity for code, quantity in scene.held.items()}
    rounded |= {code: round(each / prices[code]) for code in WANTED}
    targets = _targets(scene)
    ours = Plan(
        number=1,
        day=DAY,
        made_at=continuous.start,
        profile="sim",
        account="",
        prices="made",
        model="",
        targets=targets,
        course=course,
        expected_end=course.end,
    )
    wanted = {line.code: line.quantity for line in targets.lines}
    window, end = (course.start, course.end), plan.end
    if is_short:
        window = course.start, course.start + timedelta(minutes=20)
        end = window[1] + timedelta(minutes=1)
    return {
        "seed 001": asyncio.run(_live(seed, scene, Naive(rounded, *window), rounded, window, end)),
        "hoga": asyncio.run(
            _live(seed, scene, Rebalance(ours, KIS_FUND, scene.instruments), wanted, window, end)
        ),
    }


def _targets(scene: Scene) -> Targets:
    return find_targets(
        [Wish(code=code) for code in WANTED],
        scene.held,
        scene.prices,
        CASH,
        TargetSettings(),
        instruments=scene.instruments,
        commission=KIS_FUND,
        day=DAY,
    )


async def _live(
    seed: int,
    scene: Scene,
    strategy: Strategy,
    quantities: Mapping[str, int],
    window: tuple[datetime, datetime],
    end: datetime,
) -> Figures:
    """Live the day with `strategy`, who wants to trade `quantities`."""
    plan = plan_day(Settings(), day=DAY, seed=seed, wanted=None)
    simulation = Simulation(*build_day(plan, DAY, scene.listings, [scene.opening]))
    clock = ManualClock(plan.start)
    broker = LocalBroker(simulation, ACCOUNT, plan.bars, clock)
    desk = Desk(
        broker,
        broker,
        MemoryJournal(),
        clock,
        LineNotifier(lambda line: None),
        scene.instruments.values(),
        control=MemoryControl(),
        limits=NO_LIMITS,
        commission=KIS_STOCK,
    )
    await desk.open(DAY)
    runner = Runner(desk, broker, strategy, clock)
    edges = list(window)
    totals: list[dict[str, tuple[int, int]]] = []
    while clock.now() < end:
        await runner.drain()
        due = (simulation.next_at, desk.look_at, runner.next_time, *edges)
        at = max(clock.now(), min((each for each in due if each is not None), default=end))
        if at >= end:
            break
        clock.set(at)
        if simulation.next_at is not None and simulation.next_at <= at:
            simulation.step()
        if desk.is_look_due:
            await desk.settle()
        if edges and at >= edges[0]:
            edges.pop(0)
            quotes = await broker.quotes(sorted(scene.prices))
            totals.append({code: (quote.volume, quote.value) for code, quote in quotes.items()})
    assert simulation.exchange.conservation().is_conserved
    return _figures(desk, quantities, totals)


def _figures(desk: Desk, quantities: Mapping[str, int], totals: list[dict[str, tuple[int, int]]]) -> Figures:
    refused = (OrderStatus.DENIED, OrderStatus.REJECTED)
    traded = dict.fromkeys(quantities, 0)
    loss, amount = Decimal(0), 0
    for fill in desk.fills:
        sign = 1 if fill.side is Side.BUY else -1
        traded[fill.code] += sign * fill.quantity
        (volume, value), (volume_end, value_end) = (total[fill.code] for total in totals)
        vwap = Decimal(value_end - value) / (volume_end - volume)
        loss += sign * (fill.amount - vwap * fill.quantity)
        amount += fill.amount
    return Figures(
        orders=len(desk.orders),
        refused=sum(order.status in refused for order in desk.orders),
        missing=sum(abs(quantity - traded[code]) for code, quantity in quantities.items()),
        wanted=sum(map(abs, quantities.values())),
        loss=loss,
        amount=amount,
    )


if __name__ == "__main__":
    measure(is_quick=False)
