"""A profile that is served day after day: connection, desk and bridge, anew for every trading day."""

import asyncio
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

from hoga import profiles
from hoga.application import Hoga
from hoga.domain.errors import BrokerError, WireError
from hoga.domain.zone import KST
from hoga.krx.calendar import add_trading_days
from hoga.krx.fees import KIS_STOCK
from hoga.profiles import Connection, Rehearsal, open_desk
from hoga.server.bridge import bridge
from hoga.server.door import Door
from hoga.settings import Settings
from hoga.trading.desk import Desk

BEGINS = time(7)
"""When a trading day is opened, before the first session that a broker takes orders for."""

TRY_AGAIN = 30.0
"""Seconds between two tries to open a new day at a broker that does not answer."""


async def serve_profile(
    name: str,
    settings: Settings,
    home: Path,
    door: Door,
    *,
    is_live: bool,
    tell: Callable[[str], object],
    on_ready: Callable[[Hoga, str], object],
    rehearsal: Rehearsal | None = None,
) -> None:
    """Serve the account of the profile `name` at `door` until cancelled.

    `on_ready` is told when a trading day is open for business, and where. The first day must open; later
    ones are tried until the broker answers. A `rehearsal` is a terminal of Daishin's that is made.

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
                await _serve_day(connection, door, tell, ready)
        except (BrokerError, WireError) as error:
            if not has_opened:
                raise
            tell(f"증권사에 연결할 수 없습니다: {error.korean} / cannot connect: {error.english}")
            await asyncio.sleep(TRY_AGAIN)


async def _serve_day(
    connection: Connection,
    door: Door,
    tell: Callable[[str], object],
    on_ready: Callable[[Hoga, str], object],
) -> None:
    """Serve until the next trading day begins."""
    notes: list[str] = []

    def note(message: str) -> None:
        notes.append(f"{connection.clock.now():%H:%M:%S} {message}")
        tell(notes[-1])

    async with open_desk(connection, note) as desk:
        hoga = Hoga(
            day=desk.day,
            prices=connection.prices,
            broker=connection.broker,
            market=connection.broker,
            desk=desk,
            clock=connection.clock,
            instruments=connection.instruments,
            account_number=connection.account,
            commission=KIS_STOCK,
            notes=notes,
            research=connection.research,
            calls_waiting=connection.research.calls_waiting,
        )
        over = datetime.combine(add_trading_days(desk.day, 1), BEGINS, KST)
        # The listener itself stays open: who connects between two days waits for the next one.
        async with bridge(hoga, door.listener.dup(), door.access, door.answers, door.tls) as url:
            on_ready(hoga, url)
            await _watch_until(over, connection, desk)


async def _watch_until(over: datetime, connection: Connection, desk: Desk) -> None:
    """Let the desk look after its orders until `over`. What ends its watch is raised."""
    watching = asyncio.create_task(desk.watch(), name="desk")
    turning = asyncio.create_task(connection.clock.sleep_until(over), name="next day")
    try:
        await asyncio.wait((watching, turning), return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching
    finally:
        for task in (watching, turning):
            task.cancel()
        await asyncio.wait((watching, turning))
