"""The running bridge: the routes on a socket of this computer."""

import contextlib
import socket
from collections.abc import AsyncIterator

from hoga.application import Hoga
from hoga.server.access import Access
from hoga.server.feed import Feed
from hoga.server.listener import Tls, serve
from hoga.server.plan_desk import PlanDesk
from hoga.server.routes import create
from hoga.storage.answers import Answers


@contextlib.asynccontextmanager
async def bridge(
    hoga: Hoga,
    listener: socket.socket,
    access: Access,
    answers: Answers,
    tls: Tls | None = None,
    plan_desk: PlanDesk | None = None,
) -> AsyncIterator[str]:
    """Serve `hoga` on `listener` while the context is open; gives the URL."""
    application = create(hoga, access, answers, plan_desk)
    feed: Feed = application.state.feed
    try:
        async with serve(application, listener, tls) as url:
            yield url
    finally:
        await feed.close()
