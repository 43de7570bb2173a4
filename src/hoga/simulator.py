"""The exchange as a program of its own: a simulated day behind KIS's wire, for any KIS client.

Both environments, real and paper, are served at once in front of one market, each with an app key and an
account of its own, on KIS's own port numbers of this computer unless others are given.
"""

import asyncio
import contextlib
import gc
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import msgspec

from hoga.brokers.kis.codes import PENSION_PRODUCT, Environment
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.faults import Faults
from hoga.brokers.kis.limits import LEDGER, Limits
from hoga.brokers.kis.login import Approvals, Customer
from hoga.brokers.kis.rates import LATEST
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.streams import Records
from hoga.brokers.kis.tape import Tape
from hoga.clock import PacedClock, WallClock
from hoga.day import (
    ACCOUNT,
    HTS_ID,
    DayPlan,
    build_day,
    first_listings,
)
from hoga.domain.bar import Bar
from hoga.domain.corporate_action import CorporateAction
from hoga.domain.errors import BadInput
from hoga.domain.request import Venue
from hoga.domain.zone import KST
from hoga.exchange.events import Event
from hoga.exchange.exchange import Exchange
from hoga.exchange.flow import Flow
from hoga.exchange.opening import Listing, Opening
from hoga.exchange.rollover import next_listings, next_openings
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import (
    LAST_VERIFIED_DAY,
    always_open,
    get_hours,
    is_trading_day,
    next_trading_day,
    previous_trading_day,
    trading_days_between,
)
from hoga.krx.sessions import spans
from hoga.storage.bars import RecordedBars
from hoga.storage.facts import FileFacts
from hoga.storage.lived import HEARD, LivedBars
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts
from hoga.storage.made_names import NXT_LEAST
from hoga.storage.recording import Fingerprint, Recorder, read_recording

PAPER_ACCOUNT = "5009876501"
"""The account of the paper customer."""

MOST_CUSTOMERS = 1_000
"""How many customers an environment has at most: each is an account that every roll-over carries on."""

USUAL_PRODUCT = ACCOUNT[8:]
PRODUCTS = (USUAL_PRODUCT, PENSION_PRODUCT)
"""Of which products a real account may be: trading, or retirement (퇴직연금), with calls of its own."""

_FIRST_ACCOUNTS = {Environment.REAL: ACCOUNT, Environment.PAPER: PAPER_ACCOUNT}

KEY_LENGTHS = (36, 180)
"""Letters of KIS's app keys and app secrets."""

_BEFORE = timedelta(minutes=30)

_LOOK_AGAIN = timedelta(seconds=1)
"""Of the market's time: how long a clock that was stopped at the end of a day may run on before the next."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def own_limits() -> dict[Environment, int | None]:
    """KIS's own limits of calls a second."""
    return {**LATEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where the exchange listens on this computer. Port 0 takes any free one; the defaults are KIS's own."""

    host: str = "127.0.0.1"
    rest: int = 9443
    paper_rest: int = 29443
    ws: int = 21000
    paper_ws: int = 31000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the exchange is run. `pace` None follows real time."""

    pace: Decimal | None = Decimal(1)
    is_quiet: bool = False
    customers: int = 1
    """How many there are in each environment."""
    product: str = USUAL_PRODUCT
    """The product code of their real accounts."""
    limits: Mapping[Environment, int | None] = field(default_factory=own_limits)
    """Calls a second of an app key; None is no limit."""
    latency: float = 0.0
    """Seconds of real time that a call takes at least."""
    notice_fields: int = 23
    records: Records = Records.BEFORE
    days: int | None = None
    """After how many days it stays where it is; None is never."""
    is_always_open: bool = False
    """Whether it is run within `calendar.always_open`: then there is the regular session only."""
    facts: tuple[Path, ...] = ()
    """Files of facts; what they do not tell is made."""
    record: Path | None = None
    bars: Path | None = None
    """Where recorded prices come from: only noted in a recording."""


@dataclass(frozen=True, slots=True)
class OpenExchange:
    """A running exchange, for what is shown and controlled."""

    simulation: Simulation
    clock: PacedClock | WallClock
    faces: Mapping[Environment, KisFace]
    customers: Mapping[Environment, Sequence[Customer]]
    faults: Faults
    begin_anew: Callable[[], None]
    """Begins the first day again. Raises `BadInput` when the days are being recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeOf:
    """What a recorded day was made of, so that it can be lived again."""

    day: str
    source: str
    seed: int
    cash: int
    start: datetime
    is_quiet: bool
    bars: str | None
    is_always_open: bool = False
    instruments: int | None = None
    customers: int = 1
    product: str = USUAL_PRODUCT
    has_nxt: bool = False
    """Whether NXT was open: recordings of before it was have none."""
    has_off_hours: bool = False
    """The same of everybody else's orders at KRX before and after its session."""
    actions: tuple[CorporateAction, ...] = ()
    """What issuers do while it is lived, as the files of facts told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What living a recording again came to."""

    day: str
    events: int
    sha256: str
    is_same: bool
    """Whether the same events happened as were recorded."""


Face = Callable[[OpenExchange], contextlib.AbstractAsyncContextManager[None]]


def open_customers(
    seed: int, count: int = 1, product: str = USUAL_PRODUCT
) -> dict[Environment, tuple[Customer, ...]]:
    """The customers of the exchange of `seed`, `count` in each environment; real accounts are of `product`.

    The same seed gives the same keys; each has an account and an HTS id of its own. The keys open nothing but
    a simulated exchange on this computer, so they need not be hard to guess. Raises `BadInput` for a number
    that cannot be served.
    """
    if not 1 <= count <= MOST_CUSTOMERS:
        raise BadInput(
            f"--accounts {count}: 1 이상 {MOST_CUSTOMERS} 이하인 수를 쓰십시오.",
            f"--accounts {count}: give a number from 1 to {MOST_CUSTOMERS}.",
        )
    return {
        environment: tuple(
            _customer(
                seed, environment, first[:8] + product if environment is Environment.REAL else first, number
            )
            for number in range(count)
        )
        for environment, first in _FIRST_ACCOUNTS.items()
    }


def _customer(seed: int, environment: Environment, first: str, number: int) -> Customer:
    luck = random.Random(f"keys:{seed}:{environment}" + (f":{number + 1}" if number else ""))  # noqa: S311
    keys = Keys(*("".join(luck.choices(_LETTERS, k=length)) for length in KEY_LENGTHS))
    account = f"{int(first[:8]) + number}{first[8:]}"
    return Customer(keys=keys, account=account, hts_id=HTS_ID + (str(number + 1) if number else ""))


def begin_at(day: date, clock: time) -> datetime:
    """The instant `clock` of a day, where the exchange begins: half an hour before its first market or later.

    Raises `BadInput` for one before that, and for one when every market is closed.
    """
    phases = (*spans(day), *spans(day, Venue.NXT))
    earliest, latest = min(each.start for each in phases) - _BEFORE, max(each.end for each in phases)
    at = datetime.combine(day, clock, KST)
    if not earliest <= at < latest:
        raise BadInput(
            f"--from {clock:%H:%M}: {day} 거래소는 {earliest:%H:%M}~{latest:%H:%M} 사이에 열 수 있습니다.",
            f"--from {clock:%H:%M}: on {day} the exchange may begin from {earliest:%H:%M} to {latest:%H:%M}.",
        )
    return at


class Days:
    """The days of the exchange: the plan's, and those that follow as the one before leaves them.

    Made days follow each other by the calendar; they begin at the prices that the market has come to.
    Recorded days are those of the file, at its own base prices. With `count` the last is the `count`-th.
    Volatility interruptions are on for made prices. Recorded prices went through the real ones already.
    Made issues are traded at NXT too on whole days (`MadeBars.nxt_codes`), and at KRX before and after its
    session; recorded prices are those of KRX's session.
    `actions` are what issuers do in the days that follow: prices and holdings go along. Of recorded days the
    file has the prices already.
    """

    def __init__(
        self,
        plan: DayPlan,
        *,
        is_quiet: bool = False,
        customers: int = 1,
        product: str = USUAL_PRODUCT,
        count: int | None = None,
        is_whole: bool = True,
        has_nxt: bool = True,
        has_off_hours: bool = True,
        actions: Sequence[CorporateAction] = (),
    ) -> None:
        self._plan = plan
        self._actions = actions
        is_made = is_whole and isinstance(plan.bars, MadeBars)
        self._has_nxt = has_nxt and is_made
        self._has_off_hours = has_off_hours and is_made
        self._is_quiet = is_quiet
        self._customers = customers
        self._product = product
        self._count = count
        self._is_whole = is_whole
        self._added: set[str] = set()
        """What was listed while a day ran, with everybody else trading it."""

    def first(self) -> tuple[Exchange, Flow]:
        """The plan's day, every account with the plan's cash."""
        plan = self._plan
        self._added.clear()
        if isinstance(plan.bars, MadeBars):
            plan.bars.forget()
        openings = [
            Opening(account=customer.account, deposit=plan.cash)
            for of_environment in open_customers(plan.seed, self._customers, self._product).values()
            for customer in of_environment
        ]
        return self._build(plan.day, self._at_nxt(plan.day, first_listings(plan)), openings)

    def after(self, exchange: Exchange) -> date | None:
        """The day that follows; None after the last."""
        plan = self._plan
        if isinstance(plan.bars, RecordedBars):
            days = plan.bars.days()
            lived = bisect_right(days, exchange.day) - bisect_left(days, plan.day)
            following = next((day for day in days if day > exchange.day), None)
        else:
            lived = trading_days_between(plan.day, exchange.day) + 1
            following = next_trading_day(exchange.day)
        return None if self._count is not None and lived >= self._count else following

    def begin(self, exchange: Exchange, day: date) -> tuple[Exchange, Flow]:
        """`day` as the finished day of `exchange` leaves it."""
        listings = next_listings(exchange, day, self._actions)
        if isinstance(self._plan.bars, RecordedBars):
            listings = _with_recorded(self._plan.bars, day, listings)
        return self._build(day, self._at_nxt(day, listings), next_openings(exchange, day, self._actions))

    def minutes(self, listing: Listing, day: date) -> Sequence[Bar]:
        """What everybody else will do with an issue that is listed while the day runs: made, if anything is.

        Recorded days have no minutes of it.
        """
        bars = self._plan.bars
        if not isinstance(bars, MadeBars):
            return ()
        self._added.add(listing.instrument.code)
        bars.invent(listing.instrument, listing.base_price)
        return bars.minute_bars(listing.instrument.code, day, listing.base_price)

    def start_of(self, day: date) -> datetime:
        """Where a simulated clock begins a day: as long before or after its open as on the first day."""
        plan = self._plan
        return get_hours(day).open + (plan.start - get_hours(plan.day).open)

    def _at_nxt(self, day: date, listings: Sequence[Listing]) -> list[Listing]:
        """`listings` with what is traded at NXT on the day."""
        bars = self._plan.bars
        # As long as nobody else traded off hours, the smallest ones were at NXT too.
        least = NXT_LEAST if self._has_off_hours else 0
        codes = bars.nxt_codes(day, least) if self._has_nxt and isinstance(bars, MadeBars) else frozenset()
        return [replace(listing, is_on_nxt=listing.instrument.code in codes) for listing in listings]

    def _build(
        self, day: date, listings: Sequence[Listing], openings: Sequence[Opening]
    ) -> tuple[Exchange, Flow]:
        return build_day(
            self._plan,
            day,
            listings,
            openings,
            is_whole_day=self._is_whole,
            has_vi=isinstance(self._plan.bars, MadeBars),
            has_off_hours=self._has_off_hours,
            lively=[
                each
                for each in listings
                if not each.is_suspended and (each.instrument.code in self._added or not self._is_quiet)
            ],
        )


def _with_recorded(bars: RecordedBars, day: date, listings: Sequence[Listing]) -> tuple[Listing, ...]:
    """What the file has on `day`; what it lacks may be held and stays listed as the day before left it."""
    recorded = {
        instrument.code: Listing(instrument, bars.base_price(instrument.code, day))
        for instrument in bars.instruments(day)
    }
    left = (listing for listing in listings if listing.instrument.code not in recorded)
    return (*recorded.values(), *left)


def simulate(
    plan: DayPlan,
    *,
    is_quiet: bool = False,
    customers: int = 1,
    product: str = USUAL_PRODUCT,
    days: int | None = None,
    is_whole: bool = True,
    has_nxt: bool = True,
    has_off_hours: bool = True,
    actions: Sequence[CorporateAction] = (),
) -> Simulation:
    """The market of the exchange, at its very beginning."""
    following = Days(
        plan,
        is_quiet=is_quiet,
        customers=customers,
        product=product,
        count=days,
        is_whole=is_whole,
        has_nxt=has_nxt,
        has_off_hours=has_off_hours,
        actions=actions,
    )
    return Simulation(*following.first(), following)


def collect_seldom() -> None:
    """Let Python look for cycles less often in this process.

    A large market makes many objects that live for a while and hardly a cycle: looking took a tenth of it.
    """
    gc.set_threshold(20_000, 10, 10)


async def run_exchange(plan: DayPlan, face: Face, doors: Doors = Doors(), terms: Terms = Terms()) -> None:
    """Serve KIS clients until cancelled.

    Raises:
        BadInput: a port is in use, the recording exists already, a file of facts is wrong, or real time is
            not of the plan's day.
        JournalError: the recording cannot be written any more.
    """
    clock = PacedClock(plan.start, float(terms.pace)) if terms.pace is not None else _wall_clock(plan)
    who = open_customers(plan.seed, terms.customers, terms.product)
    files = FileFacts(terms.facts) if terms.facts else None
    days = Days(
        plan,
        is_quiet=terms.is_quiet,
        customers=terms.customers,
        product=terms.product,
        count=terms.days,
        is_whole=not terms.is_always_open,
        actions=files.own_actions if files else (),
    )
    async with contextlib.AsyncExitStack() as stack:
        simulation = Simulation(*days.first(), days)
        lived = LivedBars(plan.bars, simulation.exchange)
        simulation.on_roll(lived.begin)
        simulation.on_events(lived.hear, HEARD)
        made = MadeFacts(plan.seed, lived)
        has_plan = not terms.is_quiet
        made.begin(simulation.exchange.day, has_plan=has_plan)
        simulation.on_roll(lambda exchange: made.begin(exchange.day, has_plan=has_plan))
        if files is not None:
            files.stand_before(made)
        facts = files or made
        if terms.record is not None:
            recorder = stack.enter_context(Recorder(terms.record, _made_of(plan, terms, files)))
            simulation.on_command(recorder.command)
            simulation.on_events(recorder.hear)
        faults = Faults()
        login_clock = WallClock()  # clients hold the end of a token against their own watch
        approvals = Approvals([*who[Environment.REAL], *who[Environment.PAPER]], login_clock, _new_id)
        tape = Tape(simulation)
        ports = {
            Environment.REAL: (doors.rest, doors.ws),
            Environment.PAPER: (doors.paper_rest, doors.paper_ws),
        }
        faces = {
            environment: KisFace(
                simulation,
                clock,
                lived,
                who[environment],
                environment,
                _new_id,
                limits=_limits(terms.limits[environment], environment),
                notice_fields=terms.notice_fields,
                records=terms.records,
                faults=faults,
                facts=facts,
                login_clock=login_clock,
                latency=terms.latency,
                approvals=approvals,
                tape=tape,
            )
            for environment in ports
        }
        await _catch_up(simulation, clock)
        for environment, (rest_port, ws_port) in ports.items():
            await faces[environment].start(doors.host, rest_port, ws_port)
            stack.push_async_callback(faces[environment].close)

        def begin_anew() -> None:
            if terms.record is not None:
                raise BadInput(
                    "기록 중인 거래소는 처음으로 돌릴 수 없습니다. --record 없이 시작하십시오.",
                    "an exchange that is recorded cannot begin anew. Start it without --record.",
                )
            simulation.restart(*days.first())
            if isinstance(clock, PacedClock):
                clock.restart(plan.start)
            simulation.advance(clock.now())

        opened = OpenExchange(simulation, clock, faces, who, faults, begin_anew)
        await stack.enter_async_context(face(opened))
        stack.callback(_know_coming_years().cancel)
        if isinstance(clock, PacedClock):
            clock.run()
        await live(simulation, clock, days.start_of)


def _limits(calls: int | None, environment: Environment) -> Limits | None:
    return None if calls is None else Limits(calls, ledger=LEDGER[environment])


async def _catch_up(simulation: Simulation, clock: PacedClock | WallClock) -> None:
    """Let everything happen that is due; whoever ends the exchange need not wait for that."""
    while True:
        if not simulation.advance_a_turn(clock.now()):
            return
        await asyncio.sleep(0)


def _know_coming_years() -> asyncio.Task[date]:
    """Let a thread load the library that expects the days of coming years: a call would wait for it."""
    return asyncio.create_task(asyncio.to_thread(next_trading_day, LAST_VERIFIED_DAY))


async def live(
    simulation: Simulation, clock: PacedClock | WallClock, start_of: Callable[[date], datetime]
) -> None:
    """Let the market live by the clock, and keep answering after its last step, until cancelled.

    A simulated clock that runs when a day is over goes to the start of the next one at once.
    """
    while True:
        at = simulation.next_at
        if at is None:
            await asyncio.sleep(1)
            continue
        if simulation.is_day_over and isinstance(clock, PacedClock):
            if clock.is_running and simulation.next_day is not None:
                clock.jump(max(clock.now(), start_of(simulation.next_day)))
            at = min(at, clock.now() + _LOOK_AGAIN)  # it may stand
        await clock.sleep_until(at)
        simulation.advance_a_turn(clock.now())
        await asyncio.sleep(0)


def replay(path: Path, plan_of: Callable[[MadeOf], DayPlan]) -> Replay:
    """Live a recording again and compare. `plan_of` makes the plan of the day that it was made of.

    Raises:
        BadInput: the recording cannot be read, or its day cannot be made again.
    """
    recording = read_recording(path)
    try:
        made_of = msgspec.json.decode(recording.made_of, type=MadeOf)
    except msgspec.MsgspecError as error:
        raise BadInput(
            f"{path} 1번째 줄을 읽을 수 없습니다: {error}", f"{path} line 1 cannot be read: {error}"
        ) from error
    with always_open(made_of.start) if made_of.is_always_open else contextlib.nullcontext():
        simulation = simulate(
            plan_of(made_of),
            is_quiet=made_of.is_quiet,
            customers=made_of.customers,
            product=made_of.product,
            is_whole=not made_of.is_always_open,
            has_nxt=made_of.has_nxt,
            has_off_hours=made_of.has_off_hours,
            actions=made_of.actions,
        )
        fingerprint = Fingerprint()

        def hear(events: Sequence[Event]) -> None:
            # The exchange may have been ended in the middle of its last instant.
            fingerprint.hear(events[: recording.event_count - fingerprint.count])

        simulation.on_events(hear)
        for steps, at, command in recording.given:
            simulation.advance_steps(steps)
            simulation.submit(command, at)
        if recording.last_at is not None:
            simulation.advance(recording.last_at)
    return Replay(
        day=made_of.day,
        events=fingerprint.count,
        sha256=fingerprint.sha256,
        is_same=fingerprint.sha256 == recording.sha256,
    )


def sample_config(exchange: OpenExchange) -> str:
    """A `kis_devlp.yaml` for KIS's official samples that points them at this exchange."""
    real, paper = (exchange.customers[each][0] for each in (Environment.REAL, Environment.PAPER))
    faces = exchange.faces
    values = {
        "my_app": real.keys.appkey,
        "my_sec": real.keys.appsecret,
        "paper_app": paper.keys.appkey,
        "paper_sec": paper.keys.appsecret,
        "my_htsid": real.hts_id,
        "my_acct_stock": real.account[:8],
        "my_acct_future": "",
        "my_paper_stock": paper.account[:8],
        "my_paper_future": "",
        "my_prod": real.account[8:],
        "prod": faces[Environment.REAL].rest_url,
        "ops": faces[Environment.REAL].ws_url,
        "vps": faces[Environment.PAPER].rest_url,
        "vops": faces[Environment.PAPER].ws_url,
        "my_token": "",
        "my_agent": "Hoga",
    }
    lines = (f'{name}: "{value}"' for name, value in values.items())
    return "# A simulated exchange on this computer (hoga exchange).\n" + "\n".join(lines) + "\n"


def _made_of(plan: DayPlan, terms: Terms, files: FileFacts | None) -> MadeOf:
    is_made = isinstance(plan.bars, MadeBars)
    return MadeOf(
        day=str(plan.day),
        source=plan.source,
        seed=plan.seed,
        cash=plan.cash,
        start=plan.start,
        is_quiet=terms.is_quiet,
        bars=None if terms.bars is None else str(terms.bars.absolute()),
        instruments=len(plan.bars.instruments(plan.day)) if is_made else None,
        customers=terms.customers,
        product=terms.product,
        is_always_open=terms.is_always_open,
        has_nxt=True,
        has_off_hours=True,
        actions=files.own_actions if files else (),
    )


def _new_id() -> str:
    return uuid4().hex


def _wall_clock(plan: DayPlan) -> WallClock:
    clock = WallClock()
    today = clock.now().date()
    latest = today if is_trading_day(today) else previous_trading_day(today)
    if plan.day != latest:
        raise BadInput(
            f"--clock wall 은 최근 거래일만 쓸 수 있습니다. 최근 거래일은 {latest} 입니다.",
            f"--clock wall works for the latest trading day only, which is {latest}.",
        )
    return clock
