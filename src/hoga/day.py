"""A simulated day before anybody trades: everything that decides it, and its market at the very beginning."""

import hashlib
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hoga import __version__
from hoga.clock import WallClock
from hoga.domain.bar import Bar
from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.exchange import Exchange
from hoga.exchange.flow import Flow
from hoga.exchange.opening import Holding, Listing, Opening
from hoga.exchange.records import OrderRecord, RecordKind
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import add_trading_days, get_hours, is_trading_day, previous_trading_day
from hoga.krx.fees import KIS_STOCK
from hoga.krx.sessions import random_end_seconds
from hoga.ports import Strategy
from hoga.settings import Settings
from hoga.storage.bars import RecordedBars
from hoga.storage.lived import PlannedMinutes
from hoga.storage.made import MadeBars
from hoga.storage.made_names import MOST_INVENTED, eventful_stocks, real_names
from hoga.strategies.swing import Swing

ACCOUNT = "5001234501"
"""The account of the simulated day: eight digits and the product code 01, as at KIS."""

HTS_ID = "hoga"
"""The HTS id of the simulated day, for order notices."""

HELD_FOR = (5, 2)
"""The age in trading days of the positions that the account of a made day begins with."""

BEFORE_OPEN = timedelta(minutes=5)
AFTER_CLOSE = timedelta(minutes=1)
"""A day runs by default from five minutes before the open until the closing auction has surely ended."""

MOST_AROUND = timedelta(minutes=30)
"""How far before the open and after the close a simulated day may reach."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which strategy shall live a day. `key` tells days of different ones apart."""

    key: str
    make: Callable[["DayPlan"], Strategy]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """Everything that decides what a simulated day will be."""

    day: date
    bars: MadeBars | RecordedBars
    source: str
    """ "made" or "recorded"."""
    seed: int
    start: datetime
    end: datetime
    cash: int
    candidates: tuple[Candidate, ...]
    settings: Settings
    wanted: Wanted | None
    """None for a day on which nobody but the person trades."""
    name: str
    """Tells days of different inputs apart; the same inputs give the same name."""
    notes: tuple[str, ...] = ()
    opening: Opening | None = None
    """The account at the start, where it is not the usual one."""


def _make_swing(plan: DayPlan) -> Strategy:
    instruments = plan.bars.instruments(plan.day)
    return Swing(plan.candidates, plan.settings.swing, KIS_STOCK, instruments)


SWING = Wanted("swing", _make_swing)
"""The swing trader with the candidates of the day."""


def plan_day(
    settings: Settings,
    *,
    day: date | None = None,
    bars: Path | None = None,
    seed: int | None = None,
    start: time | None = None,
    end: time | None = None,
    candidates: Path | None = None,
    cash: int | None = None,
    wanted: Wanted | None = SWING,
    instruments: int | None = None,
) -> DayPlan:
    """Check everything that a simulated day needs, before anything is started.

    Defaults: the latest trading day (of the file, when there is one), prices made with the settings' seed,
    candidates chosen by the bar store. `instruments` is how many made issues there are, with invented ones.

    Raises:
        BadInput: no trading day, no such file, unreadable bars, an unknown candidate, times out of order, a
            seed or cash that the settings would not allow either.
    """
    simulation = settings.simulation
    if seed is not None:
        simulation = replace(simulation, seed=seed)
    if cash is not None:
        simulation = replace(simulation, cash=cash)
    seed, cash = simulation.seed, simulation.cash
    store = _bar_store(bars, seed, instruments)
    if day is None:
        day = max(store.days()) if isinstance(store, RecordedBars) else _latest_trading_day()
    if not is_trading_day(day):
        raise BadInput(
            f"{day}: 휴장일입니다. 거래일을 주십시오.", f"{day} is not a trading day. Give a trading day."
        )
    listed = {instrument.code for instrument in store.instruments(day)}
    picks = tuple(store.candidates(day) if candidates is None else _read_candidates(candidates, listed))
    hours = get_hours(day)
    first = hours.open - BEFORE_OPEN if start is None else datetime.combine(day, start, KST)
    last = hours.close + AFTER_CLOSE if end is None else datetime.combine(day, end, KST)
    if not hours.open - MOST_AROUND <= first < last <= hours.close + MOST_AROUND:
        raise BadInput(
            f"--from {first:%H:%M} --to {last:%H:%M}: {day} 장은 {hours.open:%H:%M}-{hours.close:%H:%M} "
            "입니다. 시작은 끝보다 앞이어야 하고, 장 시작 30분 전부터 장 마감 30분 후 사이여야 합니다.",
            f"--from {first:%H:%M} --to {last:%H:%M}: the market of {day} is open {hours.open:%H:%M} to "
            f"{hours.close:%H:%M}. Start before the end, within half an hour around these hours.",
        )
    digest = hashlib.sha256()
    # Neither the pace nor the bridge decides what a day will be. Another version may live it differently.
    key = None if wanted is None else wanted.key
    decides = (__version__, seed, cash, first, last, picks, key, settings.swing, settings.run)
    for part in (bars.read_bytes() if bars else b"", repr(decides).encode()):
        digest.update(hashlib.sha256(part).digest())
    return DayPlan(
        day=day,
        bars=store,
        source=store.source,
        seed=seed,
        start=first,
        end=last,
        cash=cash,
        candidates=picks,
        settings=settings,
        wanted=wanted,
        name=f"{day}-{store.source}-{digest.hexdigest()[:8]}",
        notes=tuple(store.notes(day)),
    )


def turned(plan: DayPlan, wanted: Wanted | None, opening: Opening | None) -> DayPlan:
    """The same day, lived by another strategy, and by another account when there is an `opening`."""
    key = None if wanted is None else wanted.key
    digest = hashlib.sha256(repr((plan.name, key, opening)).encode()).hexdigest()
    return replace(plan, wanted=wanted, opening=opening, name=f"{plan.day}-{plan.source}-{digest[:8]}")


def _bar_store(bars: Path | None, seed: int, instruments: int | None) -> MadeBars | RecordedBars:
    if bars is not None:
        if instruments is not None:
            raise BadInput(
                "--instruments 는 만든 시세에만 쓸 수 있습니다. --bars 와 함께 쓰지 마십시오.",
                "--instruments is for made prices only. Leave out it or --bars.",
            )
        return RecordedBars(bars)
    packaged = len(real_names())
    if instruments is not None and not packaged <= instruments <= packaged + MOST_INVENTED:
        raise BadInput(
            f"--instruments {instruments}: {packaged} 이상 {packaged + MOST_INVENTED} 이하인 수를 쓰십시오.",
            f"--instruments {instruments}: give a number from {packaged} to {packaged + MOST_INVENTED}.",
        )
    return MadeBars(seed, 0 if instruments is None else instruments - packaged)


def _read_candidates(path: Path, listed: Collection[str]) -> Sequence[Candidate]:
    from hoga.storage.candidates import read_candidates

    return read_candidates(path, frozenset(listed))


def _latest_trading_day() -> date:
    today = WallClock().now().date()
    return today if is_trading_day(today) else previous_trading_day(today)


def build_market(plan: DayPlan, openings: Sequence[Opening]) -> Simulation:
    """The simulated market of the regular session of a day, at its very beginning."""
    listings = first_listings(plan)
    return Simulation(*build_day(plan, plan.day, listings, openings))


def first_listings(plan: DayPlan) -> list[Listing]:
    """The issues of the plan's day with the base prices of its store."""
    return [
        Listing(instrument, plan.bars.base_price(instrument.code, plan.day))
        for instrument in plan.bars.instruments(plan.day)
    ]


def build_day(
    plan: DayPlan,
    day: date,
    listings: Sequence[Listing],
    openings: Sequence[Opening],
    *,
    is_whole_day: bool = False,
    has_vi: bool = False,
    has_off_hours: bool = False,
    lively: Sequence[Listing] | None = None,
) -> tuple[Exchange, Flow]:
    """A day at the exchange, and the flow of everybody else, who trade what is `lively`: all unless given."""
    bars = PlannedMinutes(plan.bars, day, listings if lively is None else lively)
    chance = random.Random(f"random end:{plan.seed}:{day}")  # noqa: S311
    longest = random_end_seconds(day)
    ends = {call: chance.randint(0, longest) for call in ("open", "close")}

    def random_end(call: str) -> int:
        luck = random.Random(f"random end:{plan.seed}:{day}:{call}")  # noqa: S311
        return ends[call] if call in ends else luck.randint(0, longest)

    exchange = Exchange(
        day,
        listings,
        openings,
        KIS_STOCK,
        random_end=random_end,
        is_whole_day=is_whole_day,
        has_vi=has_vi,
    )
    flow = Flow(
        day,
        listings,
        bars,
        lambda name: random.Random(f"flow:{plan.seed}:{day}:{name}"),  # noqa: S311
        random_end=ends["open"],
        has_off_hours=has_off_hours,
    )
    return exchange, flow


def opening_of(plan: DayPlan) -> Opening:
    """The account at the start: cash, and on made days two positions bought on earlier days.

    One is five trading days old, so that the day shows the exit by age. Recorded files rarely have the days
    before, so an account on recorded prices begins with cash only.
    """
    if plan.opening is not None:
        return plan.opening
    holdings, records = [], []
    if isinstance(plan.bars, MadeBars):
        picks = {candidate.code for candidate in plan.candidates}
        names = [code for code in eventful_stocks() if code not in picks]
        chosen = random.Random(f"holdings:{plan.seed}:{plan.day}").sample(names, len(HELD_FOR))  # noqa: S311
        for number, (code, age) in enumerate(zip(chosen, HELD_FOR, strict=True), 1):
            bought_on = add_trading_days(plan.day, -age)
            (bar,) = plan.bars.daily_bars(code, bought_on, bought_on)
            quantity = plan.cash // 10 // bar.close
            if not quantity:
                continue
            holdings.append(Holding(code, quantity, quantity * bar.close))
            records.append(_purchase(number, code, quantity, bar))
    records.sort(key=lambda record: record.placed_at)
    return Opening(account=ACCOUNT, deposit=plan.cash, holdings=tuple(holdings), past_orders=tuple(records))


def _purchase(number: int, code: str, quantity: int, bar: Bar) -> OrderRecord:
    return OrderRecord(
        number=number,
        account=ACCOUNT,
        kind=RecordKind.ORDER,
        replaces=None,
        request=OrderRequest(code=code, side=Side.BUY, quantity=quantity, order_type=OrderType.MARKET),
        filled_quantity=quantity,
        filled_amount=quantity * bar.close,
        canceled_quantity=0,
        replaced_quantity=0,
        expired_quantity=0,
        remaining_quantity=0,
        costs=KIS_STOCK.of(quantity * bar.close),
        placed_at=bar.at,
    )
