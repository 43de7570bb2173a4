"""Plans put to work at an account: from a numbered plan to what it came to.

A person may pause or stop it from another terminal. What it does is in the journal, so that a plan whose
program was killed goes on when it is traded again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from hoga.accounts.connection import Connection
from hoga.domain.errors import BadInput, HogaError
from hoga.domain.outcome import Mark, Outcome, Print
from hoga.domain.plan import Plan, find_number
from hoga.domain.wake import Decision, View
from hoga.krx.calendar import get_hours
from hoga.krx.fees import KIS_FUND, KIS_STOCK
from hoga.planning import account_mark
from hoga.settings import Settings
from hoga.storage.plans import Plans, PlanWish
from hoga.strategies.allowance import Allowance
from hoga.strategies.outcome import find_outcome
from hoga.strategies.rebalance import Rebalance, RebalanceSettings
from hoga.strategies.targets import find_moves
from hoga.trading import shift
from hoga.trading.crew import Crew
from hoga.trading.desk import Desk
from hoga.trading.limits import RiskLimits
from hoga.trading.runner import Runner

MARK_EVERY = timedelta(minutes=1)
"""Between two notes of the market's prices while a plan is traded."""

Progress = Callable[[datetime, Mapping[str, int]], None]
"""Told the time and how many shares of each name have been traded."""


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


def allowance_of(limits: RiskLimits) -> Allowance:
    """What a desk with these limits lets through."""
    return Allowance(
        order_quantity=limits.order_quantity,
        order_notional=limits.order_notional,
        day_notional=limits.day_notional,
        open_orders=limits.open_orders,
        price_away=limits.price_away,
    )


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
    done = plans.find_outcome(plan.number)
    if done is not None and _is_left_over(plan, plans, connection, desk):
        return done
    await require_ready(plan, plans, settings.rebalance, connection, desk)
    strategy = Rebalance(plan, KIS_FUND, connection.instruments, allowance_of(settings.risk))
    watched = WatchedPlan(plan, plans, strategy, progress)
    if crew is None:
        runner = Runner(desk, connection.broker, watched, connection.clock)
        report = await shift.work(desk, runner, connection.broker, connection.clock)
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


async def require_ready(
    plan: Plan, plans: Plans, settings: RebalanceSettings, connection: Connection, desk: Desk
) -> None:
    """See that a plan can be traded now, or only remains to be counted. Raises like `trade`."""
    if _is_left_over(plan, plans, connection, desk):
        return
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
    _require_alone(plan, desk)
    if not any(order.source == plan.source for order in desk.orders):
        await _require_unmoved(plan, settings, connection, desk)


def _require_alone(plan: Plan, desk: Desk) -> None:
    """No plan counts what another buys: refuse it after a newer one, and beside open orders of an older."""
    for order in desk.orders:
        other = find_number(order.source)
        if other is None or other == plan.number:
            continue
        if other > plan.number:
            raise BadInput(
                f"오늘 그 뒤의 계획 {other} 이(가) 매매했습니다. 새 계획을 세우십시오.",
                f"plan {other} was made later and has traded today. Make a new plan.",
            )
        if not order.is_done:
            raise BadInput(
                f"계획 {other} 의 주문 {order.order_id} 이(가) 끝나지 않았습니다. "
                f"hoga rebalance stop {other} 뒤에 --execute {other} 로 마치고, 새 계획을 세우십시오.",
                f"order {order.order_id} of plan {other} is not over. End that plan with hoga rebalance stop "
                f"{other} and --execute {other}, then make a new one.",
            )


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
