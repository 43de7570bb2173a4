"""The time of a market that lives elsewhere: a clock here that follows the one there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from hoga.clock import PacedClock
from hoga.domain.errors import BrokerError, Unreachable, WireError
from hoga.typed_json import Malformed, decode

_READ_EVERY = 1.0
"""Seconds of real time between two looks."""

_TIMEOUT = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a clock shows, and how it goes on."""

    now: datetime
    is_running: bool
    pace: float


@contextlib.asynccontextmanager
async def following(read: Callable[[], Awaitable[ClockReading]]) -> AsyncIterator[PacedClock]:
    """A clock that follows what `read` tells while the context is open. Raises what the first `read` does."""
    first = await read()
    clock = PacedClock(first.now, first.pace)
    clock.follow(first.now, first.pace, is_running=first.is_running)

    async def keep_following() -> None:
        while True:
            await asyncio.sleep(_READ_EVERY)
            with contextlib.suppress(BrokerError, WireError):  # whoever trades notices that by itself
                reading = await read()
                clock.follow(reading.now, reading.pace, is_running=reading.is_running)

    task = asyncio.create_task(keep_following(), name="market clock")
    try:
        yield clock
    finally:
        task.cancel()
        await asyncio.wait([task])


@contextlib.asynccontextmanager
async def exchange_clock(control_url: str) -> AsyncIterator[PacedClock]:
    """A clock that follows the one of the simulated exchange on this computer."""
    url = f"{control_url.rstrip('/')}/clock"
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:

        async def read() -> ClockReading:
            try:
                async with session.get(url) as response:
                    return decode(await response.read(), ClockReading)
            except (aiohttp.ClientError, TimeoutError, Malformed) as error:
                raise Unreachable(
                    f"거래소의 시계 {url} 을(를) 읽을 수 없습니다({type(error).__name__}). "
                    "hoga exchange 가 돌고 있는지 확인하십시오.",
                    f"the exchange's clock at {url} cannot be read ({type(error).__name__}). "
                    "See whether hoga exchange is running.",
                ) from error

        async with following(read) as clock:
            yield clock
