"""A made terminal of Daishin's: a simulated day behind the calls of CYBOS Plus, for the bridge without it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import uuid4

from hoga.accounts.connection import Rehearsal
from hoga.brokers.cybos.fake import FakeCom
from hoga.brokers.cybos.server import CybosFace
from hoga.clock import PacedClock
from hoga.day import ACCOUNT, HTS_ID, DayPlan, build_market, opening_of
from hoga.simulator import live
from hoga.storage.made_facts import MadeFacts


@contextlib.asynccontextmanager
async def made_terminal(plan: DayPlan, pace: Decimal) -> AsyncIterator[Rehearsal]:
    """Daishin's terminal in front of the plan's day, which lives at `pace`: for `profiles.connect`.

    The day begins anew each time, and so does its journal.
    """
    simulation = build_market(plan, [opening_of(plan)])
    clock = PacedClock(plan.start, float(pace))
    facts = MadeFacts(plan.seed, plan.bars)
    face = CybosFace(simulation, clock, plan.bars, facts, {ACCOUNT: HTS_ID})
    simulation.advance(plan.start)
    living = asyncio.create_task(live(simulation, clock, lambda day: plan.start), name="market")
    clock.run()
    try:
        yield Rehearsal(
            com=FakeCom(face), clock=clock, account=ACCOUNT, prices=plan.source, session=uuid4().hex
        )
    finally:
        living.cancel()
        await asyncio.wait([living])
