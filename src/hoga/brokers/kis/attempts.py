"""How often the programs of this machine may try to connect to KIS's WebSocket with one app key.

KIS blocks the address and the key of whoever connects and disconnects without end (notices of 2026-02-24 and
2026-05-18); how often is too often it does not say (unverified). Delays that grow after a failure do not see
a connection that stands for a moment each time, nor a program that is started again and again. So every
attempt is written down where all processes see it, and there is a ceiling for a minute.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.shared import FOLDER, SharedFile, shared_name
from hoga.ports import Clock

_log = logging.getLogger(__name__)

CEILING = 8
"""Attempts in a minute. One that fails is repeated after 1, 2, 4, 8, 16 and 32 seconds, so there is room."""
MINUTE = timedelta(minutes=1)
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Attempts:
    """Lets connections of one app key be tried. Times are those of the network."""

    def __init__(self, shared: SharedFile, clock: Clock, ceiling: int = CEILING) -> None:
        self._shared = shared
        self._clock = clock
        self._ceiling = ceiling
        self._own: list[datetime] = []
        """What was made while the file could not be used."""

    @classmethod
    def open(cls, home: Path, keys: Keys, clock: Clock) -> "Attempts":
        """Those of an app key, shared through the folder `home`. Raises `OSError`."""
        return cls(SharedFile(home / FOLDER / f"{shared_name(keys.appkey)}.doors"), clock)

    async def turn(self) -> None:
        """Wait until a connection may be tried, and note it.

        Raises `RateLimited` when another process holds the file and does not let go of it.
        """
        has_told = False
        while (free_at := await self._take()) is not None:
            if not has_told:
                _log.warning("KIS WebSocket: %d attempts within a minute, waiting", self._ceiling)
                has_told = True
            await self._clock.sleep(free_at - self._clock.now())

    async def _take(self) -> datetime | None:
        """Note an attempt if there may be one; otherwise when there may be."""
        try:
            async with self._shared.held():
                made = sorted((*_decoded(self._shared.read()), *self._own))
                free_at = self._free_at(made)
                if free_at is None:
                    self._shared.replace(msgspec.json.encode(made))
                    self._own = []
                return free_at
        except OSError as error:
            _log.warning(
                "Attempts to connect are counted for this process alone: %s cannot be used (%s)",
                self._shared,
                error.strerror,
            )
        return self._free_at(self._own)

    def _free_at(self, made: list[datetime]) -> datetime | None:
        """Add one to what was `made`, or say when there may be one."""
        now = self._clock.now()
        # One that lies ahead was made before the clock was set back.
        made[:] = [at for at in made if now - MINUTE < at <= now]
        if len(made) >= self._ceiling:
            return made[-self._ceiling] + MINUTE
        made.append(now)
        return None


def _decoded(content: bytes) -> list[datetime]:
    """What stands in the file; nothing when it is damaged."""
    try:
        return msgspec.json.decode(content, type=list[_Instant])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
