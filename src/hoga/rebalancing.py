"""Plans put to work: from a numbered plan to what it came to.

At an account the plan is traded by a desk beside which a person may pause or stop it from another terminal.
On a simulated day of its own the whole day is lived at full speed. Either way the strategy is the same, what
it does is in the journal, and a plan whose program was killed goes on when it is traded again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from hoga import planning
from hoga.accounts.connection import Connection
from hoga.app import run_at_full_speed
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock
from hoga.day import ACCOUNT, DayPlan, Wanted, build_market, opening_of, plan_day, turned
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput, HogaError
from hoga.domain.model import Model
from hoga.domain.outcome import Mark, Outcome, Print
from hoga.domain.plan import Plan
from hoga.domain.position import Position
from hoga.domain.wake import Decision, View
from hoga.exchange.opening import Holding, Opening
from hoga.krx.calendar import get_hours, next_trading_day, trading_days
from hoga.krx.fees import KIS_FUND, KIS_STOCK
from hoga.planning import account_mark, digest, draw_plan
from hoga.ports import BarStore
from hoga.settings import Settings
from hoga.storage.plans import Plans, PlanWish
from hoga.strategies.outcome import find_outcome
from hoga.strategies.rebalance import Rebalance, RebalanceSettings
from hoga.strategies.targets import find_moves
from hoga.trading import shift
from hoga.trading.crew import Crew
from hoga.trading.desk import Desk
from hoga.trading.runner import Runner
from hoga.typed_json import encode

MARK_EVERY = timedelta(minutes=1)
"""Between two notes of the market's prices while a plan is traded."""

Progress = Callable[[datetime, Mapping[str, int]], None]
"""Told the time and how many shares of each name have been traded."""


# Trading ----------------------------------------------------------------------------------------------------


class WatchedPlan:
    """The strategy of a plan (`ports.Strategy`), beside a person's wishes; what it sees is noted down."""

    def __init__(self, plan: Plan, plans: Plans, strategy: Rebalance, progress: Progress) -> None:
        self._plan = plan
        self._plans = plans
        self._strategy = strategy
        self._progress = progress
        self._marked_at: datetime | None = None
        self._edges = [plan.course.start, plan.course.end]
        self.view: View | None = None
        """What was seen last."""

    @property
    def name(self) -> str:
        return self._strategy.name

    @property
    def codes(self) -> frozenset[str]:
        return self._strategy.codes

    @property
    def history(self) -> int:
        return 0

    @property
    def reasons(self) -> Mapping[str, tuple[str, str]]:
        """Why names wait."""
        return self._strategy.reasons

    def decide(self, view: View, at: datetime) -> Decision:
        """Decide as the strategy does."""
        self.view = view
        wish = self._plans.find_wish(self._plan.number)
        self._strategy.is_paused = wish is PlanWish.PAUSE
        self._strategy.is_stopped = wish is PlanWish.STOP
        self._mark(view, at)
        traded = dict.fromkeys(self.codes, 0)
        for order in view.orders:
            traded[order.request.code] += order.filled_quantity
        self._progress(at, traded)
        return self._strategy.decide(view, at)

    def _mark(self, view: View, at: datetime) -> None:
        """Note prices once a minute, and at both ends of the window."""
        passed = [edge for edge in self._edges if edge <= at]
        if not passed and self._marked_at is not None and at - self._marked_at < MARK_EVERY:
            return
        self._edges = [edge for edge in self._edges if edge > at]
        self._marked_at = at
        prints = {
            code: Print(quote.last_price, quote.volume, quote.value)
            for code, quote in view.quotes.items()
            if code in self.codes
        }
        self._plans.mark(self._plan.number, Mark(at, view.cash, prints, dict(self._strategy.reasons)))


async def trade(
    plan: Plan,
    plans: Plans,
    settings: Settings,
    connection: Connection,
    desk: Desk,
    progress: Progress,
    crew: Crew | None = None,
) -> Outcome:
    """Trade a plan at an account, to the end of its day; one that was begun goes on.

    One whose program died is not without a report when the market is over: then it is only counted. With a
    `crew` it is traded beside others, at a desk that somebody else watches.

    Raises:
        BadInput: it is for another account or day, or prices or holdings have moved too far since.
        BrokerError: what it needs could not be read, or not at the end: then trade it again.
        JournalError: the desk has halted.
    """
    if not _is_left_over(plan, plans, connection, desk):
        await require_ready(plan, settings.rebalance, connection, desk)
    elif (done := plans.find_outcome(plan.number)) is not None:
        return done
    strategy = Rebalance(plan, KIS_FUND, connection.instruments)
    watched = WatchedPlan(plan, plans, strategy, progress)
    if crew is None:
        runner = Runner(desk, connection.broker, watched, connection.clock)
        report = await shift.work(desk, runner, connection.clock)
    else:
        report = await crew.work(watched)
    if report.failure:
        raise HogaError(f"계획을 멈춥니다: {report.failure}", f"the plan is stopped: {report.failure}")
    account = await connection.broker.account()
    marks = plans.marks(plan.number)
    outcome = find_outcome(
        plan,
        [order for order in desk.orders if order.source == plan.source],
        desk.fills,
        desk.positions,
        account.deposit_d2,
        marks,
        {**(marks[-1].reasons if marks else {}), **watched.reasons},
        instruments=connection.instruments,
        commission=KIS_STOCK,
        at=connection.clock.now(),
    )
    plans.finish(outcome)
    return outcome


async def require_ready(plan: Plan, settings: RebalanceSettings, connection: Connection, desk: Desk) -> None:
    """See that a plan can be traded now. Raises like `trade`."""
    shift.require_market(connection.clock.now(), connection.day)
    if plan.account != account_mark(connection):
        raise BadInput(
            f"계획 {plan.number} 은(는) 다른 계좌의 계획입니다({plan.profile}).",
            f"plan {plan.number} is for another account ({plan.profile}).",
        )
    if plan.day != desk.day:
        raise BadInput(
            f"계획 {plan.number} 은(는) {plan.day} 의 계획입니다. 오늘의 계획을 새로 만드십시오.",
            f"plan {plan.number} is for {plan.day}. Make a new one for today.",
        )
    if not any(order.source == plan.source for order in desk.orders):
        await _require_unmoved(plan, settings, connection, desk)


def _is_left_over(plan: Plan, plans: Plans, connection: Connection, desk: Desk) -> bool:
    """Whether a plan was begun at this account and its day is over, so that it only remains to be counted."""
    was_tried = any(order.source == plan.source for order in desk.orders) or bool(plans.marks(plan.number))
    is_ours = plan.account == account_mark(connection) and plan.day == desk.day
    return is_ours and was_tried and connection.clock.now() >= get_hours(plan.day).close


async def _require_unmoved(
    plan: Plan, settings: RebalanceSettings, connection: Connection, desk: Desk
) -> None:
    codes = sorted(line.code for line in plan.targets.lines if line.quantity)
    quotes = await connection.broker.quotes(codes)
    held = {code: position.quantity for code, position in desk.positions.items()}
    prices = {code: quote.last_price for code, quote in quotes.items()}
    moves = find_moves(plan, held, prices, settings.price_moved)
    if moves:
        raise BadInput(
            f"계획 {plan.number} 을(를) 만든 뒤 달라졌습니다. 새로 만드십시오: "
            + ", ".join(korean for korean, _ in moves),
            f"things have moved since plan {plan.number} was made. Make a new one: "
            + ", ".join(english for _, english in moves),
        )


# A simulated day --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOptions:
    """What a simulated day begins with: `hold` are shares by code, `after` a plan whose account goes on."""

    day: date | None = None
    bars: Path | None = None
    seed: int | None = None
    cash: int | None = None
    hold: Mapping[str, int] | None = None
    after: int | None = None


def simulated_day(settings: Settings, options: DayOptions, plans: Plans) -> DayPlan:
    """The day that `options` describe, with nobody who trades yet. Raises `BadInput`."""
    day, opening, past = options.day, None, None
    if options.after is not None:
        past = plans.find_outcome(options.after)
        if past is None:
            raise BadInput(
                f"계획 {options.after} 은(는) 아직 끝나지 않았습니다.", f"plan {options.after} has not ended."
            )
        day = day or next_trading_day(past.day)
    plan = plan_day(settings, day=day, bars=options.bars, seed=options.seed, cash=options.cash, wanted=None)
    if past is not None:
        opening = Opening(
            account=ACCOUNT,
            deposit=past.cash_after,
            holdings=tuple(Holding(each.code, each.after, each.cost) for each in past.results if each.after),
        )
    elif options.hold:
        listed = {instrument.code for instrument in plan.bars.instruments(plan.day)}
        if unknown := sorted(options.hold.keys() - listed):
            raise BadInput(
                f"--hold: 이 날의 종목이 아닙니다: {', '.join(unknown)}",
                f"--hold: not among the issues of the day: {', '.join(unknown)}",
            )
        opening = Opening(
            account=ACCOUNT,
            deposit=plan.cash,
            holdings=tuple(
                Holding(code, quantity, quantity * plan.bars.base_price(code, plan.day))
                for code, quantity in sorted(options.hold.items())
            ),
        )
    return turned(plan, None, opening)


class _StoredMinutes:
    """The minutes of earlier days, from the store of a simulated day."""

    def __init__(self, bars: BarStore) -> None:
        self._bars = bars

    async def minute_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """Those that the store has."""
        return [bar for day in trading_days(first, last) for bar in self._bars.minute_bars(code, day)]


async def draw_plan_of_day(
    day: DayPlan, model: Model, plans: Plans, settings: RebalanceSettings, progress: planning.Progress
) -> Plan:
    """Keep a plan for the account of a simulated day, before its open. Raises like `draw_plan`."""
    simulation = build_market(day, [opening_of(day)])
    simulation.advance(day.start)
    return await draw_plan(
        model,
        plans,
        settings,
        LocalBroker(simulation, ACCOUNT, day.bars, ManualClock(day.start)),
        _StoredMinutes(day.bars),
        {instrument.code: instrument for instrument in day.bars.instruments(day.day)},
        at=day.start,
        profile="sim",
        account_mark=digest(day.name),
        prices=day.source,
        progress=progress,
    )


async def trade_day(
    day: DayPlan,
    plan: Plan,
    plans: Plans,
    home: Path,
    progress: Progress,
    on_note: Callable[[str], None],
) -> Outcome:
    """Live the day of a plan at full speed; a day that was interrupted goes on.

    Raises:
        BadInput: the plan is for another day or account.
        JournalError: what happens cannot be written. The day can be continued.
    """
    if plan.account != digest(day.name):
        raise BadInput(
            f"계획 {plan.number} 은(는) 다른 하루의 계획입니다. --day, --seed, --bars, --cash, --hold, "
            "--after 를 계획할 때와 같이 주십시오.",
            f"plan {plan.number} is for another day. Give --day, --seed, --bars, --cash, --hold and --after "
            "as when it was made.",
        )
    done = plans.find_outcome(plan.number)
    if done is not None:
        return done  # lived to its end before
    instruments = {instrument.code: instrument for instrument in day.bars.instruments(day.day)}
    strategy = Rebalance(plan, KIS_FUND, instruments)
    watched = WatchedPlan(plan, plans, strategy, progress)
    lived = turned(day, Wanted(digest(encode(plan).decode()), lambda _: watched), day.opening)
    report = await run_at_full_speed(lived, home, lambda at: None, on_note)
    if report.failure:
        raise HogaError(f"계획을 멈춥니다: {report.failure}", f"the plan is stopped: {report.failure}")
    view = watched.view
    outcome = find_outcome(
        plan,
        () if view is None else view.orders,
        () if view is None else view.fills,
        {
            each.code: Position(
                each.code, each.name, each.quantity, each.quantity, each.cost, each.last_price
            )
            for each in report.positions
        },
        report.cash_end,
        plans.marks(plan.number),
        watched.reasons,
        instruments=instruments,
        commission=KIS_STOCK,
        at=day.end,
    )
    plans.finish(outcome)
    return outcome
