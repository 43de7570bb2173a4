"""The one place that knows everybody: builds the parts and runs a simulated day with them.

Two programs are made of the same parts. At full speed everything is in one process, without sockets, and the
same inputs give the same journal. At a pace the real KIS client talks to the exchange's KIS face over
loopback, on a clock that runs a multiple of real time.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import msgspec

from hoga.application import Hoga
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.research import KisResearch
from hoga.brokers.kis.rest import Patience as KisPatience
from hoga.brokers.kis.server import KisFace
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock, PacedClock
from hoga.day import ACCOUNT, HTS_ID, DayPlan, build_market, opening_of
from hoga.domain.account import Account
from hoga.domain.errors import HogaError
from hoga.domain.events import DayClosed, DayOpened, OrderEvent
from hoga.domain.instrument import Kind
from hoga.domain.order import Order, OrderStatus
from hoga.exchange.exchange import Exchange
from hoga.exchange.records import RecordKind
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import get_hours
from hoga.krx.fees import KIS_STOCK
from hoga.krx.sessions import RANDOM_END_SECONDS, Phase
from hoga.notify import LineNotifier
from hoga.ports import Clock, MarketData
from hoga.storage.control import SqlControl
from hoga.storage.exchange_log import ExchangeLog
from hoga.storage.journal import SqlJournal
from hoga.storage.runs import Run, open_run
from hoga.trading.desk import KINDS, Desk, Patience
from hoga.trading.runner import Runner, not_listed
from hoga.trading.shared_market import SharedMarket

CHECKPOINT_EVERY = timedelta(minutes=1)
"""Simulated time between two notes of how far the day has come."""


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """One line of the report's positions."""

    code: str
    name: str
    quantity: int
    cost: int
    last_price: int
    unrealized_pnl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A day in numbers. Cash is the deposit after T+2 settlement; all amounts are won."""

    day: str
    source: str
    seed: int
    orders: int
    fills: int
    open_orders: int
    unconfirmed: int
    cash_start: int
    cash_end: int
    value_start: int
    value_end: int
    profit: int
    fees: int
    taxes: int
    positions: tuple[HeldPosition, ...]
    won_conserved: bool
    books_agree: bool
    """Whether the desk's own positions equal the exchange's."""
    recovered: tuple[str, ...]
    notes: tuple[str, ...]
    """What was assumed about the prices, and that made ones are not real."""
    messages: tuple[str, ...]
    """What the desk and the strategy told the person during the day, with the simulated time."""
    journal_sha256: str
    strategy: str = ""
    """The name of the strategy, "" when none has lived the day."""
    failure: str = ""
    """Where and why the strategy was stopped, "" when it was not."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A moment of a running day, for the live view."""

    at: datetime
    phase: Phase
    account: Account
    profit: int
    """Total value less the total value at the opening, in won."""
    orders: tuple[Order, ...]
    fill_count: int


Face = Callable[["SimulatedDay"], contextlib.AbstractAsyncContextManager[None]]
"""What shows a running day: entered when it is ready to trade, left when it is over."""


class SimulatedDay(Hoga):
    """The application object of a day whose exchange is in this process, so that anybody may look at it."""

    def __init__(
        self,
        plan: DayPlan,
        simulation: Simulation,
        broker: LocalBroker | KisClient,
        market: MarketData,
        desk: Desk,
        clock: Clock,
        notes: Sequence[str],
        session: str,
    ) -> None:
        super().__init__(
            day=plan.day,
            prices=plan.source,
            broker=broker,
            market=market,
            desk=desk,
            clock=clock,
            instruments={instrument.code: instrument for instrument in plan.bars.instruments(plan.day)},
            account_number=ACCOUNT,
            commission=simulation.exchange.commission,
            notes=notes,
            research=KisResearch(broker) if isinstance(broker, KisClient) else None,
            is_real=False,
            session=session,
        )
        self._simulation = simulation

    def snapshot(self) -> Snapshot:
        """The day at this moment."""
        exchange = self._simulation.exchange
        account = exchange.account(ACCOUNT)
        return Snapshot(
            at=self.clock.now(),
            phase=exchange.phase,
            account=account,
            profit=account.total_value - self.desk.opening.total_value,
            orders=self.desk.orders,
            fill_count=len(self.desk.fills),
        )


def _unheard(note: str) -> None:
    """Nobody listens to the notes of the day."""


async def run_at_full_speed(
    plan: DayPlan,
    home: Path,
    on_time: Callable[[datetime], None],
    on_note: Callable[[str], None] = _unheard,
    *,
    fresh: bool = False,
) -> Report:
    """The whole day as fast as it goes, in this process and without sockets.

    `on_time` is told how far the day has come, once a simulated minute; only then it can be interrupted.
    `on_note` is told what was recovered, and every message to the person with its time.

    Raises:
        BadInput: the same day is being run at this moment.
        JournalError: the journal or the exchange's log cannot be written. The day can be continued.
    """
    with open_run(home, plan.name, fresh=fresh) as run, _open_files(run) as files:
        simulation = build_market(plan, [opening_of(plan)])
        clock = ManualClock(_begin(plan, files))
        _catch_up(simulation, files, clock.now())
        broker = LocalBroker(simulation, ACCOUNT, plan.bars, clock)
        patience = plan.settings.desk.patience
        hoga, runner = _join(plan, simulation, files, broker, clock, on_note, patience)
        desk = hoga.desk
        hoga.recovered = (await desk.open(plan.day)).lines
        listener = LineNotifier(on_note)
        for line in hoga.recovered:
            listener.tell(line)
        noted = clock.now()
        while clock.now() < plan.end:
            if runner is not None:
                await runner.drain()
            due = (simulation.next_at, desk.look_at, None if runner is None else runner.next_time)
            at = max(clock.now(), min((each for each in due if each is not None), default=plan.end))
            if at >= plan.end:
                break
            clock.set(at)
            if simulation.next_at is not None and simulation.next_at <= at:
                simulation.step()
            if desk.is_look_due:
                await desk.settle()
            if at - noted >= CHECKPOINT_EVERY:
                noted = at
                files.log.checkpoint(simulation.steps_done, at)
                on_time(at)
                await asyncio.sleep(0)
        clock.set(max(clock.now(), plan.end))
        return await _without_waiting(clock, _finish(plan, run, simulation, files, hoga, patience, runner))


async def _without_waiting(clock: ManualClock, work: Coroutine[object, object, Report]) -> Report:
    """What `work` comes to when the clock jumps to whatever instant it waits for."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            if clock.next_at is not None:
                clock.set(clock.next_at)
            await asyncio.sleep(0)
        return await task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def run_at_pace(
    plan: DayPlan,
    home: Path,
    pace: Decimal,
    face: Face,
    on_note: Callable[[str], None] = _unheard,
    *,
    fresh: bool = False,
) -> Report:
    """The day at `pace` simulated seconds a second, through the real KIS client over loopback.

    `on_note` is told every message to the person with its time.

    Raises:
        BadInput: the same day is being run at this moment.
        JournalError: the journal or the exchange's log cannot be written. The day can be continued.
        BrokerError: the KIS face cannot be reached.
    """
    async with contextlib.AsyncExitStack() as stack:
        run = stack.enter_context(open_run(home, plan.name, fresh=fresh))
        files = stack.enter_context(_open_files(run))
        simulation = build_market(plan, [opening_of(plan)])
        clock = PacedClock(_begin(plan, files), float(pace))
        keys = Keys(uuid4().hex, uuid4().hex)
        customer = Customer(keys=keys, account=ACCOUNT, hts_id=HTS_ID)
        # The face counts the day's trades itself, so it listens before the day is caught up with.
        kis = KisFace(simulation, clock, plan.bars, [customer], Environment.REAL, new_id=lambda: uuid4().hex)
        _catch_up(simulation, files, clock.now())
        await stack.enter_async_context(kis)
        broker = await stack.enter_async_context(
            KisClient(
                keys,
                ACCOUNT,
                HTS_ID,
                Environment.REAL,
                clock=clock,
                luck=random.Random().random,  # noqa: S311  (scatters reconnections)
                rest_url=kis.rest_url,
                websocket_url=kis.ws_url,
                etns=[i.code for i in plan.bars.instruments(plan.day) if i.kind is Kind.ETN],
                patience=KisPatience(spacing=0),  # the exchange is ours, and its time may run fast
                tell=on_note,
            )
        )
        patience = _patience(pace, plan.settings.desk.patience)
        hoga, runner = _join(plan, simulation, files, broker, clock, on_note, patience)
        broker.on_gap(hoga.desk.on_gap)
        broker.on_departure(hoga.desk.check_departure)
        hoga.recovered = (await hoga.desk.open(plan.day)).lines
        async with face(hoga):
            clock.run()
            await _until(
                plan.end,
                clock,
                _live(simulation, files, clock),
                hoga.desk.watch(),
                *(() if runner is None else (runner.run(),)),
            )
            return await _finish(plan, run, simulation, files, hoga, patience, runner)


@dataclass(frozen=True, slots=True)
class _Files:
    """The two files of a run: what the desk knows, and what was asked of the exchange."""

    journal: SqlJournal
    control: SqlControl
    log: ExchangeLog
    session: str


@contextlib.contextmanager
def _open_files(run: Run) -> Iterator[_Files]:
    with (
        contextlib.closing(SqlJournal(run.desk_journal, KINDS)) as journal,
        contextlib.closing(SqlControl(run.desk_journal)) as control,
        contextlib.closing(ExchangeLog(run.exchange_log)) as log,
    ):
        yield _Files(journal, control, log, run.session)


def _begin(plan: DayPlan, files: _Files) -> datetime:
    """Where the clock starts: at the start of the day, or where an interrupted day had come to.

    The desk may have heard of something after the last line of the exchange's log; the market must not come
    to life again before that.
    """
    logged = (step.at for step, _ in files.log.replay())
    known = files.journal.read()
    heard = (entry.at for entry in known if isinstance(entry, OrderEvent | DayOpened | DayClosed))
    return max([plan.start, *logged, *heard])


def _catch_up(simulation: Simulation, files: _Files, begin: datetime) -> None:
    """Live the day up to `begin`, with the commands that were given then, and log every further command."""
    for step, command in files.log.replay():
        simulation.advance_steps(step.steps)
        if command is not None:
            simulation.submit(command, step.at)
    simulation.advance(begin)
    simulation.on_command(files.log.record)


def _join(
    plan: DayPlan,
    simulation: Simulation,
    files: _Files,
    broker: LocalBroker | KisClient,
    clock: Clock,
    on_note: Callable[[str], None],
    patience: Patience,
) -> tuple[SimulatedDay, Runner | None]:
    """Join the parts of either program."""
    instruments = plan.bars.instruments(plan.day)
    notes: list[str] = []

    def note(message: str) -> None:
        notes.append(f"{clock.now():%H:%M:%S} {message}")
        on_note(notes[-1])

    desk = Desk(
        broker,
        broker,
        files.journal,
        clock,
        LineNotifier(note),
        instruments,
        control=files.control,
        limits=plan.settings.risk,
        commission=KIS_STOCK,
        patience=patience,
    )
    shared = SharedMarket(broker)
    prices = shared.part()  # what the strategy follows goes before what readers of the bridge watch
    hoga = SimulatedDay(plan, simulation, broker, shared.part(), desk, clock, notes, files.session)
    if plan.wanted is None:
        return hoga, None
    strategy = plan.wanted.make(plan)
    unlisted = sorted(strategy.codes - {instrument.code for instrument in instruments})
    if unlisted:
        raise not_listed(unlisted)
    cancels = plan.settings.run.cancel_on_error
    runner = Runner(desk, prices, strategy, clock, cancels_on_error=cancels)
    hoga.runners = lambda: (runner,)
    return hoga, runner


def _patience(pace: Decimal, usual: Patience) -> Patience:
    """The desk's patience in simulated time, when a simulated second is short: sockets take real time."""
    second = timedelta(seconds=float(pace))
    return Patience(
        wait=max(usual.wait, 3 * second),
        interval=max(usual.interval, second / 5),
        reconcile_every=max(usual.reconcile_every, second),
        account_lag=max(usual.account_lag, second),
        obey_every=max(usual.obey_every, second),
    )


async def _live(simulation: Simulation, files: _Files, clock: Clock) -> None:
    """Let the market live by the clock, and note now and then how far it has come."""
    noted = clock.now()
    while (at := simulation.next_at) is not None:
        await clock.sleep_until(at)
        simulation.advance_a_turn(clock.now())
        if simulation.now - noted >= CHECKPOINT_EVERY:
            noted = simulation.now
            files.log.checkpoint(simulation.steps_done, noted)
        await asyncio.sleep(0)


async def _until(end: datetime, clock: Clock, *jobs: Coroutine[object, object, None]) -> None:
    """Run `jobs` side by side until `end`. The first error of ours that one of them raises is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in jobs]
            await clock.sleep_until(end)
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as errors:
        ours = [error for error in errors.exceptions if isinstance(error, HogaError)]
        raise (ours or errors.exceptions)[0] from None


async def _finish(
    plan: DayPlan,
    run: Run,
    simulation: Simulation,
    files: _Files,
    hoga: Hoga,
    patience: Patience,
    runner: Runner | None,
) -> Report:
    """End the day: after the close it is closed, before that what is open is cancelled. Keeps the report."""
    desk = hoga.desk
    simulation.advance(hoga.clock.now())
    if hoga.clock.now() >= get_hours(plan.day).close + timedelta(seconds=RANDOM_END_SECONDS):
        await desk.close_day()
    else:
        await _cancel_all(desk, hoga.clock, patience)
        await desk.reconcile()
    account = simulation.exchange.account(ACCOUNT)
    totals = simulation.exchange.day_totals(ACCOUNT)
    report = Report(
        day=str(plan.day),
        source=plan.source,
        seed=plan.seed,
        orders=len(desk.orders),
        fills=len(desk.fills),
        open_orders=sum(order.is_open for order in desk.orders),
        unconfirmed=sum(order.is_in_doubt or order.is_unconfirmed for order in desk.orders),
        cash_start=desk.opening.deposit_d2,
        cash_end=account.deposit_d2,
        value_start=desk.opening.total_value,
        value_end=account.total_value,
        profit=account.total_value - desk.opening.total_value,
        fees=totals.fees,
        taxes=totals.taxes,
        positions=tuple(
            HeldPosition(each.code, each.name, each.quantity, each.cost, each.last_price, each.unrealized_pnl)
            for each in account.positions
        ),
        won_conserved=simulation.exchange.conservation().is_conserved,
        books_agree=_books_agree(desk, simulation.exchange),
        recovered=hoga.recovered,
        notes=plan.notes,
        messages=tuple(hoga.notes),
        journal_sha256=files.journal.sha256(),
        strategy="" if runner is None else runner.name,
        failure="" if runner is None or runner.failure is None else runner.failure.sentence,
    )
    run.finish(msgspec.json.encode(report))
    return report


async def _cancel_all(desk: Desk, clock: Clock, patience: Patience) -> None:
    """Cancel what is open until nothing is open or in doubt; give up when the desk's patience is used up."""
    over = clock.now() + 2 * patience.wait
    while any(not order.is_done for order in desk.orders) and clock.now() < over:
        for order in desk.orders:
            # While one cancel is on its way, others may fill.
            if desk.get_order(order.order_id).status is OrderStatus.OPEN:
                await desk.cancel(order.order_id)
        if all(order.is_done for order in desk.orders):
            return
        await clock.sleep(patience.interval)
        await desk.settle()


def _books_agree(desk: Desk, exchange: Exchange) -> bool:
    """Whether the desk and the exchange tell the same: every order once, every fill, every share."""
    records = [
        record
        for record in exchange.orders(ACCOUNT, exchange.day, exchange.day)
        if record.kind is not RecordKind.CANCEL
    ]
    filled = {record.number: record.filled_quantity for record in records}
    ours = [order for order in desk.orders if order.broker_order_ids]
    numbers = {order.order_id: {int(number) for number in order.broker_order_ids} for order in ours}
    shares = {position.code: position.quantity for position in exchange.account(ACCOUNT).positions}
    return (
        sorted(number for each in numbers.values() for number in each) == sorted(filled)
        and all(
            order.filled_quantity == sum(filled[number] for number in numbers[order.order_id])
            for order in ours
        )
        and {code: position.quantity for code, position in desk.positions.items()} == shares
    )
