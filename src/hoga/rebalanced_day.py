"""Plans put to work on a simulated day of their own, which is lived at full speed.

The strategy is the same as at an account, and a day whose program was killed goes on when it is lived again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hoga import planning
from hoga.app import run_at_full_speed
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock
from hoga.day import ACCOUNT, DayPlan, Wanted, build_market, opening_of, plan_day, turned
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput, HogaError
from hoga.domain.model import Model
from hoga.domain.outcome import Outcome
from hoga.domain.plan import Plan
from hoga.domain.position import Position
from hoga.exchange.opening import Holding, Opening
from hoga.krx.calendar import next_trading_day, trading_days
from hoga.krx.fees import KIS_FUND, KIS_STOCK
from hoga.planning import digest, draw_plan
from hoga.ports import BarStore
from hoga.rebalancing import Progress, WatchedPlan, allowance_of
from hoga.settings import Settings
from hoga.storage.plans import Plans
from hoga.strategies.outcome import find_outcome
from hoga.strategies.rebalance import Rebalance, RebalanceSettings
from hoga.typed_json import encode


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
        limits=day.settings.risk,
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
    strategy = Rebalance(plan, KIS_FUND, instruments, allowance_of(day.settings.risk))
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
