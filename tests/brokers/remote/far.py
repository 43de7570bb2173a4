"""Another Hoga: a desk and its bridge on a loopback port, in this process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta

from hoga.application import Hoga
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock
from hoga.domain.instrument import Instrument
from hoga.krx.fees import KIS_STOCK
from hoga.notify import LineNotifier
from hoga.ports import Journal
from hoga.server.access import Access
from hoga.server.feed import Feed
from hoga.server.listener import Tls, listen, serve
from hoga.server.routes import create
from hoga.storage.answers import Answers
from hoga.storage.bridge_tokens import BridgeTokens
from hoga.storage.memory import MemoryControl, MemoryJournal
from hoga.trading.desk import Desk, Patience
from hoga.trading.limits import NO_LIMITS

TOKEN = "the-token-of-the-far-bridge-0123456789abcdef"

QUICK = Patience(reads=2, wait=timedelta(seconds=10))


@dataclass(frozen=True, slots=True)
class Far:
    """The other Hoga, and where it is."""

    hoga: Hoga
    desk: Desk
    url: str
    feed: Feed


@contextlib.asynccontextmanager
async def bridged(
    broker: LocalBroker,
    clock: ManualClock,
    instruments: Iterable[Instrument],
    account: str,
    *,
    journal: Journal | None = None,
    answers: Answers | None = None,
    tokens: BridgeTokens | None = None,
    tls: Tls | None = None,
    port: int = 0,
    session: str = "",
    is_real: bool = False,
) -> AsyncIterator[Far]:
    """Serve `account` while the context is open. `journal` and `answers` survive where they are given."""
    listed = {each.code: each for each in instruments}
    desk = Desk(
        broker,
        broker,
        MemoryJournal() if journal is None else journal,
        clock,
        LineNotifier(lambda line: None),
        listed.values(),
        control=MemoryControl(),
        limits=NO_LIMITS,
        commission=KIS_STOCK,
        patience=QUICK,
    )
    hoga = Hoga(
        day=clock.now().date(),
        prices="made",
        broker=broker,
        market=broker,
        desk=desk,
        clock=clock,
        instruments=listed,
        account_number=account,
        commission=KIS_STOCK,
        notes=(),
        is_real=is_real,
        session=session,
    )
    await desk.open(hoga.day)
    watching = asyncio.create_task(desk.watch(), name="far desk")
    access = Access(TOKEN, clock.now, tokens=tokens)
    try:
        with (
            listen("127.0.0.1", port) as listener,
            contextlib.closing(Answers(":memory:")) as forgotten,
        ):
            application = create(hoga, access, answers or forgotten)
            feed: Feed = application.state.feed
            try:
                async with serve(application, listener, tls) as url:
                    yield Far(hoga, desk, url, feed)
            finally:
                await feed.close()
    finally:
        watching.cancel()
        await asyncio.wait([watching])
