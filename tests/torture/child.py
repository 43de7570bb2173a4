"""A desk that trades until it is killed, and goes on from its journal when it is started again."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from tests.torture.doom import BY_ITSELF, Doom, Moment
from tests.torture.intents import AGAIN, Intent, make_intent, near
from tests.torture.mishaps import LATEST
from tests.torture.person import Person
from tests.torture.screen import Screen

from hoga import profiles
from hoga.accounts.connection import Connection
from hoga.domain.errors import (
    AccountTaken,
    BadInput,
    BrokerError,
    HogaError,
    InvalidOrder,
    JournalError,
    WireError,
)
from hoga.domain.events import CancelSubmitted, OrderSubmitted, ReplaceSubmitted
from hoga.domain.order import OrderStatus
from hoga.krx.sessions import RANDOM_END_SECONDS, regular_session
from hoga.krx.ticks import grid
from hoga.profiles import connect, open_desk
from hoga.settings import PROFILES, DeskSettings, ProfileSettings, Settings
from hoga.storage.journal import SqlJournal
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS

WORKERS = 4
"""Intents that are followed at once."""
LONELY_LAG = timedelta(seconds=40)
"""How late the list is around a lonely buy: twice as long as the desk waits."""
LULL = LONELY_LAG + timedelta(seconds=3)
"""How long nothing is sent before it: whatever is known is in the list then, which seems to be whole."""
AFTER_WAIT = timedelta(seconds=5)
AFTER_DENIAL = timedelta(seconds=10)
"""How long one who was denied an order waits before the next."""

FINISHED = "finished"
BEGUN = "begun"
BROKEN = "broken"

STOPPED = 3
"""The exit code of a desk that could not begin, or go on, because of the broker."""
HALTED = 4
"""Its journal has failed."""
REFUSED = 5
"""Another desk trades the account."""

REAL, PAPER = "sim", "paper"
SETTINGS = Settings(
    risk=NO_LIMITS,
    desk=DeskSettings(doubt_seconds=20),  # the list lags for longer
    profiles={**PROFILES, PAPER: ProfileSettings(broker="sim", environment="paper")},
)
_SENDS = OrderSubmitted | CancelSubmitted | ReplaceSubmitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a desk process is told: to follow all `intents` of the `seed`, and what it will die of by itself.

    One that `only_tries` wants the account while another desk has it.
    """

    home: Path
    profile: str
    seed: int
    intents: int
    codes: tuple[str, ...]
    doom: Doom | None = None
    only_tries: bool = False


def say(line: str) -> None:
    """Tell the parent, at once."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


class DoomedJournal(SqlJournal):
    """The journal of a desk that dies, or whose disk fails, at one of its entries."""

    doom: Doom | None = None
    _passed = 0

    def append(self, *entries: object) -> None:
        doom = self.doom
        is_send = any(isinstance(entry, _SENDS) for entry in entries)
        if doom is not None and doom.moment in BY_ITSELF and (doom.moment is not Moment.WRITTEN or is_send):
            self._passed += 1
            if self._passed == doom.number:
                self._meet(doom.moment, lambda: super(DoomedJournal, self).append(*entries))
                return
        super().append(*entries)

    def _meet(self, moment: Moment, append: Callable[[], None]) -> None:
        match moment:
            case Moment.BEFORE_WRITING:
                _die()
            case Moment.WRITTEN:
                append()
                _die()
            case Moment.DISK_FULL:
                say(BROKEN)
                self._pragma(f"max_page_count={self._pragma('page_count')}")
            case _:
                say(BROKEN)
                self._pragma("query_only=ON")
        append()

    def _pragma(self, text: str) -> object:
        connection = self._store._connection
        assert connection is not None
        result = connection.exec_driver_sql(f"PRAGMA {text}")
        value = result.scalar() if result.returns_rows else None
        connection.rollback()
        return value


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def trade(life: Life) -> None:
    """Follow every intent that the journal does not know yet, then end with nothing open."""
    with (life.home / "told.txt").open("a", encoding="utf-8") as told:

        def tell(message: str) -> None:
            print(message, file=told, flush=True)

        async with (
            connect(life.profile, SETTINGS, life.home, has_stream=not life.only_tries) as connection,
            open_desk(connection, tell) as desk,
        ):
            if not life.only_tries:
                await follow_all(connection, desk, life)
    say(FINISHED)


async def follow_all(connection: Connection, desk: Desk, life: Life) -> None:
    """Follow what is left of the intents, several at once, while the desk looks after itself."""
    watching = asyncio.create_task(desk.watch())
    screen = Screen.of(life.home, connection.account)
    person = asyncio.create_task(Person(connection, desk, screen).watch())
    known = {order.source for order in desk.orders}
    intents = (make_intent(life.seed, number, life.codes) for number in range(life.intents))
    todo = [intent for intent in intents if intent.source not in known]
    todo.reverse()
    room = Room()
    try:
        await asyncio.gather(*(work(connection, desk, todo, room, screen) for _ in range(WORKERS)))
        await end(connection, desk)
    finally:
        watching.cancel()
        person.cancel()


class Room:
    """Where intents are followed: several at once, or one alone."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(WORKERS)
        self._alone = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def entered(self, *, alone: bool) -> AsyncIterator[None]:
        if not alone:
            async with self._places:
                yield
            return
        async with self._alone:
            for _ in range(WORKERS):
                await self._places.acquire()
            try:
                yield
            finally:
                for _ in range(WORKERS):
                    self._places.release()


async def work(connection: Connection, desk: Desk, todo: list[Intent], room: Room, screen: Screen) -> None:
    """Follow one intent after the other until there are none left."""
    clock = connection.clock
    while todo:
        intent = todo.pop()
        async with room.entered(alone=intent.is_lonely):
            if intent.is_lonely:
                await clock.sleep_until(clock.now() + LULL)
                await screen.lose_next_buy(clock.now(), LONELY_LAG)
            while not await follow(connection, desk, intent):
                await clock.sleep_until(clock.now() + timedelta(seconds=1))
            if intent.is_lonely:
                await want_again(connection, desk, intent)


async def want_again(connection: Connection, desk: Desk, intent: Intent) -> None:
    """Who sees nothing of an order after the desk has waited wants it again, at the price it had."""
    clock = connection.clock
    await clock.sleep_until(clock.now() + connection.patience.wait + AFTER_WAIT)
    (first,) = [order for order in desk.orders if order.source == intent.source]
    if first.status in (OrderStatus.UNCONFIRMED, OrderStatus.NOT_RECEIVED):
        with contextlib.suppress(BrokerError, WireError):
            await desk.place(first.request, intent.source + AGAIN)


async def follow(connection: Connection, desk: Desk, intent: Intent) -> bool:
    """Place the order and do what is wanted afterwards. False when nothing was written down: ask again."""
    instrument = connection.instruments[intent.code]
    ticks = grid(instrument.market, instrument.kind, connection.day)
    try:
        quote = (await connection.broker.quotes([intent.code]))[intent.code]
        order = await desk.place(intent.request(quote, ticks), intent.source)
    except (BrokerError, WireError):
        return any(order.source == intent.source for order in desk.orders)
    say(BEGUN)
    if order.status is OrderStatus.DENIED:  # most often because another one is in doubt: do not hurry on
        await connection.clock.sleep_until(connection.clock.now() + AFTER_DENIAL)
    try:
        match intent.afterwards:
            case "cancel" if order.status is OrderStatus.OPEN:
                await desk.cancel(order.order_id)
            case "replace" if order.status is OrderStatus.OPEN and order.price is not None:
                away = replace(intent, ticks=-intent.ticks)
                await desk.replace(order.order_id, near(quote, ticks, away.ticks))
    except (InvalidOrder, BrokerError, WireError):
        pass  # it filled meanwhile, or prices could not be read: the end cancels whatever is open
    return True


async def end(connection: Connection, desk: Desk) -> None:
    """Cancel whatever is open, and wait until nothing is in doubt and both sides agree, twice.

    In between lies the time for which the list may be late: what somebody else did may show only then. On a
    fast machine everything has been entered before the market opens: then it shall trade there first.
    """
    opened = regular_session(connection.day)[1].start + timedelta(seconds=2 * RANDOM_END_SECONDS)
    await connection.clock.sleep_until(opened)
    agreed_at: datetime | None = None
    while True:
        for order in desk.orders:
            if desk.get_order(order.order_id).status is OrderStatus.OPEN:
                try:
                    await desk.cancel(order.order_id)
                except (InvalidOrder, BrokerError, WireError):
                    continue
        await connection.clock.sleep_until(connection.clock.now() + timedelta(seconds=2))
        try:
            differences = await desk.reconcile()
        except (BrokerError, WireError):
            continue
        if differences or not all(order.is_done for order in desk.orders):
            agreed_at = None
        elif agreed_at is None:
            agreed_at = connection.clock.now()
        elif connection.clock.now() > agreed_at + LATEST:
            return


def main(life: Life, output: Pipe) -> None:
    """The whole life of one desk process; `output` is the pipe to the parent."""
    os.dup2(output.fileno(), sys.stdout.fileno())
    DoomedJournal.doom = life.doom
    setattr(profiles, "SqlJournal", DoomedJournal)  # noqa: B010
    try:
        asyncio.run(trade(life))
    except AccountTaken:
        sys.exit(REFUSED)
    except JournalError as error:
        print(f"halted: {error.english}", file=sys.stderr)
        sys.exit(HALTED)
    except BadInput:
        raise
    except HogaError as error:
        # It could not begin, or had to stop: the parent starts it again.
        print(f"stopped: {error.english}", file=sys.stderr)
        sys.exit(STOPPED)
