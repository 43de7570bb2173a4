"""A profile that is served day after day: connection, desk and bridge, anew for every trading day."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

from hoga import profiles
from hoga.accounts.connection import OPENS, Connection, Rehearsal
from hoga.application import Hoga
from hoga.clock import WallClock
from hoga.domain.errors import BrokerError, InvalidOrder, WireError
from hoga.domain.zone import KST
from hoga.krx.calendar import add_trading_days
from hoga.krx.fees import KIS_STOCK
from hoga.loop import undisturbed
from hoga.ports import Clock
from hoga.profiles import open_desk
from hoga.server.bridge import bridge
from hoga.server.door import Door
from hoga.server.duty import Duty
from hoga.server.plan_desk import PlanDesk
from hoga.settings import Settings
from hoga.storage.plans import Plans
from hoga.trading.announcer import Announcer
from hoga.trading.crew import Crew
from hoga.trading.desk import Desk
from hoga.trading.shared_market import SharedMarket
from hoga.trading.shift import first_of

CLOSES = time(20, 30)
"""When a trading day is closed: behind the last markets, which end at 20:00."""

CLOSE_AGAIN = timedelta(minutes=5)
"""After what time a day is closed again that could not be closed, by the market's clock."""

TRY_AGAIN = 30.0
"""Seconds between two tries to open a new day at a broker that does not answer."""


def _unsent(message: str) -> None:
    """Nobody is away."""


async def serve_profile(
    name: str,
    settings: Settings,
    home: Path,
    door: Door,
    *,
    is_live: bool,
    tell: Callable[[str], object],
    on_ready: Callable[[Hoga, str], object],
    send: Callable[[str], object] = _unsent,
    duty: Duty | None = None,
    rehearsal: Rehearsal | None = None,
) -> None:
    """Serve the account of the profile `name` at `door` until cancelled.

    `on_ready` is told when a trading day is open for business, and where. The first day must open; later
    ones are tried until the broker answers. `send` takes the news for a person who is away. With a `duty`
    its runs are begun at the desk. A `rehearsal` is a terminal of Daishin's that is made.

    Raises:
        BadInput: the profile cannot be used.
        BrokerError: the broker cannot be reached at the start.
        JournalError: the journal cannot be written, or another desk trades the account.
    """
    has_opened = False

    def ready(hoga: Hoga, url: str) -> None:
        nonlocal has_opened
        has_opened = True
        on_ready(hoga, url)

    while True:
        try:
            async with profiles.connect(
                name, settings, home, is_live=is_live, has_stream=True, tell=tell, rehearsal=rehearsal
            ) as connection:
                await _serve_day(connection, settings, home, door, tell, ready, send, duty)
        except (BrokerError, WireError) as error:
            if not has_opened:
                raise
            tell(f"증권사에 연결할 수 없습니다: {error.korean} / cannot connect: {error.english}")
            await asyncio.sleep(TRY_AGAIN)


async def _serve_day(
    connection: Connection,
    settings: Settings,
    home: Path,
    door: Door,
    tell: Callable[[str], object],
    on_ready: Callable[[Hoga, str], object],
    send: Callable[[str], object],
    duty: Duty | None,
) -> None:
    """Serve until the next trading day begins."""
    notes: list[str] = []

    def note(message: str) -> None:
        notes.append(f"{connection.clock.now():%H:%M:%S} {message}")
        tell(notes[-1])

    announcer = Announcer(send, settings.notify.news, connection.instruments)
    async with open_desk(connection, note, prepare=announcer.attach) as desk:
        clock, shared = connection.clock, SharedMarket(connection.broker)
        crew = Crew(desk, shared, clock, cancels_on_error=settings.run.cancel_on_error)
        hoga = Hoga(
            day=desk.day,
            prices=connection.prices,
            broker=connection.broker,
            market=shared.part(),
            desk=desk,
            clock=clock,
            instruments=connection.instruments,
            account_number=connection.account,
            commission=KIS_STOCK,
            notes=notes,
            research=connection.research,
            calls_waiting=connection.research.calls_waiting,
            is_real=connection.is_real,
            session=connection.session,
        )
        hoga.account_holder = connection.holder
        hoga.runners = lambda: crew.runners
        over = datetime.combine(add_trading_days(desk.day, 1), OPENS, KST)
        if duty is not None:
            hoga.scheduled = lambda: duty.today(clock)
        plan_desk = PlanDesk(connection, settings, Plans(home), desk, crew, announcer)
        # The listener itself stays open: who connects between two days waits for the next one.
        listener = door.listener.dup()
        async with (
            plan_desk.open(),
            _learning_names(connection),
            bridge(hoga, listener, door.access, door.answers, door.tls, plan_desk) as url,
        ):
            on_ready(hoga, url)
            jobs = [desk.watch(), _until(over, desk, clock, note)]
            if duty is not None:
                jobs.append(duty.keep(desk, crew, connection.instruments, clock, announcer, note))
            with undisturbed():
                await first_of(*jobs)


def _learning_names(connection: Connection) -> contextlib.AbstractAsyncContextManager[None]:
    """A real broker that tells English names one by one is asked for them meanwhile."""
    if connection.naming is None or not connection.is_real:
        return contextlib.nullcontext()
    return connection.naming.aside(connection.kis, WallClock())


async def _until(over: datetime, desk: Desk, clock: Clock, tell: Callable[[str], object]) -> None:
    """Close the day of `desk` in its evening, and wait until the next one begins."""
    at = datetime.combine(desk.day, CLOSES, KST)
    has_failed = False
    while at < over:
        await clock.sleep_until(at)
        try:
            await desk.close_day()
            break
        except (BrokerError, InvalidOrder, WireError) as error:
            if not has_failed:
                tell(f"하루를 마감할 수 없어 다시 합니다: {error.korean} / not closed yet: {error.english}")
            has_failed = True
            at = clock.now() + CLOSE_AGAIN
    await clock.sleep_until(over)
