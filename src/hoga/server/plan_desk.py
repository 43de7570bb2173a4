"""The plans of rebalancings at a served account: drawn, traded at the bridge's desk, paused and stopped."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from hoga.accounts.connection import Connection
from hoga.domain.errors import BadInput, HogaError
from hoga.domain.outcome import Outcome
from hoga.domain.plan import Plan
from hoga.planning import account_mark, draw_plan_at
from hoga.rebalancing import require_ready, trade
from hoga.settings import Settings
from hoga.storage.plans import Plans, PlanWish
from hoga.trading.announcer import Announcer
from hoga.trading.crew import Crew
from hoga.trading.desk import Desk


@dataclass(frozen=True, slots=True)
class PlanState:
    """A plan, what is wanted of it, and what it came to; `failure` is why it was not traded to its end."""

    plan: Plan
    wish: PlanWish
    has_begun: bool
    is_trading: bool
    outcome: Outcome | None
    failure: HogaError | None


class PlanDesk:
    """The plans of one account on one day."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        plans: Plans,
        desk: Desk,
        crew: Crew,
        announcer: Announcer,
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._plans = plans
        self._desk = desk
        self._crew = crew
        self._announcer = announcer
        self._trading: dict[int, asyncio.Task[None]] = {}
        self._failures: dict[int, HogaError] = {}

    async def draw(self, model: bytes) -> PlanState:
        """Keep a plan for a model in JSON. Raises like `draw_plan_at`."""
        plan = await draw_plan_at(self._connection, model, self._plans, self._settings)
        return self._state(plan)

    def all(self) -> tuple[list[PlanState], dict[int, BadInput]]:
        """The plans of this account, oldest first; and the numbers of those that cannot be read, with why."""
        states, unreadable = [], {}
        for number in self._plans.numbers():
            try:
                plan = self._plans.get(number)
                if plan.account == account_mark(self._connection):
                    states.append(self._state(plan))
            except BadInput as error:
                unreadable[number] = error
        return states, unreadable

    def get(self, number: int) -> PlanState:
        """Raises `BadInput` when this account has no such plan."""
        plan = self._plans.get(number)
        if plan.account != account_mark(self._connection):
            raise BadInput(
                f"계획 {number} 은(는) 다른 계좌의 계획입니다({plan.profile}).",
                f"plan {number} is for another account ({plan.profile}).",
            )
        return self._state(plan)

    async def execute(self, number: int) -> PlanState:
        """Begin to trade a plan, or go on with it; one that is being traded, or has ended, is left alone.

        Raises:
            BadInput: it cannot be traded now: another day, prices or holdings have moved too far, or another
                plan is being traded, whose purchases this one does not know of.
            BrokerError: prices could not be read.
        """
        state = self.get(number)
        if state.is_trading or state.outcome is not None:
            return state
        self._require_alone()
        await require_ready(state.plan, self._plans, self._settings.rebalance, self._connection, self._desk)
        if number not in self._trading:  # another request may have been quicker
            self._require_alone()
            self._failures.pop(number, None)
            self._trading[number] = asyncio.create_task(self._trade(state.plan), name=f"plan {number}")
        return self._state(state.plan)

    def wish(self, number: int, wish: PlanWish) -> PlanState:
        """Let whoever trades a plan know. Raises `BadInput`, `JournalError`."""
        plan = self.get(number).plan
        self._plans.wish(number, wish)
        return self._state(plan)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the desk is open. What is being traded afterwards goes on when it is executed again."""
        try:
            yield
        finally:
            tasks = list(self._trading.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _require_alone(self) -> None:
        for other in self._trading:
            raise BadInput(
                f"계획 {other} 을(를) 매매하고 있습니다. 끝나거나 멈춘 뒤에 새로 계획을 세우십시오.",
                f"plan {other} is being traded. Draw a new one when it has ended or was stopped.",
            )

    async def _trade(self, plan: Plan) -> None:
        announcer, desk = self._announcer, self._desk
        try:
            announcer.on_start(plan.source, str(desk.day), desk.trading_state)
            outcome = await trade(
                plan, self._plans, self._settings, self._connection, desk, lambda at, traded: None, self._crew
            )
            announcer.on_plan_end(outcome)
        except HogaError as error:
            self._failures[plan.number] = error
            desk.notifier.tell(f"계획 {plan.number}: {error.korean} / plan {plan.number}: {error.english}")
        finally:
            self._trading.pop(plan.number, None)

    def _state(self, plan: Plan) -> PlanState:
        return PlanState(
            plan,
            self._plans.find_wish(plan.number),
            self._plans.has_begun(plan.number),
            plan.number in self._trading,
            self._plans.find_outcome(plan.number),
            self._failures.get(plan.number),
        )
