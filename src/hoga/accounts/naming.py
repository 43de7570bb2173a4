"""The English names of what is listed at KIS, whose register has none: learned one by one, and remembered.

KIS tells a name with what an issue is (주식기본조회), which paper accounts are not offered. Every answer that
is read anyway is heard; the rest is asked for behind all other calls, whenever somebody lets it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hoga.domain.errors import BadInput, BrokerError, RateLimited, Rejected, WireError
from hoga.domain.instrument import Instrument, Kind
from hoga.ports import Clock
from hoga.storage.english_names import EnglishNames

if TYPE_CHECKING:
    from hoga.brokers.kis.client import KisClient

ASIDE = timedelta(seconds=2)
"""Between two questions of a program that has something else to do."""

LATER = timedelta(minutes=10)
"""After what time it goes on when KIS did not answer."""

AGAIN = timedelta(seconds=5)
"""The same of somebody who waits for the names."""

MOST_FAILURES = 5
"""So many in a row are no accident."""

_log = logging.getLogger(__name__)


class Naming:
    """Names for `instruments`, which get each as soon as it is known."""

    def __init__(self, names: EnglishNames, instruments: MutableMapping[str, Instrument]) -> None:
        self._names = names
        self._instruments = instruments
        for code, name in names.known.items():
            self._name(code, name)

    @property
    def unknown(self) -> Sequence[str]:
        """The codes that KIS was never asked for: shares first; nobody looks for ELWs by name."""
        kinds = {Kind.STOCK: 0, Kind.ETF: 1, Kind.ETN: 2}
        asked = self._names.known
        missing = [
            each for each in self._instruments.values() if each.kind in kinds and each.code not in asked
        ]
        return [each.code for each in sorted(missing, key=lambda each: kinds[each.kind])]

    def hear(self, code: str, name: str) -> None:
        """KIS has told the name of an issue; "" when it has none."""
        self._names.learn(code, name)
        self._name(code, name)

    async def walk(
        self, client: "KisClient", clock: Clock, on_progress: Callable[[int, int], object]
    ) -> None:
        """Ask for every unknown name, as fast as KIS lets us; what was learned stays when it is cut off.

        `on_progress` is told how many of how many were asked. An issue that is refused is passed over. Raises
        `BrokerError` or `WireError` when KIS does not answer, or not as it should, many times in a row.
        """
        missing, failures = self.unknown, 0
        for done, code in enumerate(missing, 1):
            is_told = False
            while not is_told:
                try:
                    await self._ask(client, code)
                    is_told, failures = True, 0
                except (RateLimited, Rejected, WireError) as error:
                    failures += 1
                    if failures == MOST_FAILURES:
                        raise
                    is_told = not isinstance(error, RateLimited)
                    if not is_told:
                        await clock.sleep(AGAIN)
            on_progress(done, len(missing))

    @contextlib.asynccontextmanager
    async def aside(self, client: "KisClient", clock: Clock) -> AsyncIterator[None]:
        """Meanwhile ask so slowly that nobody notices, and only while no other call waits."""
        asking = asyncio.create_task(self._ask_aside(client, clock), name="names")
        try:
            yield
        finally:
            asking.cancel()
            await asyncio.wait([asking])

    async def _ask_aside(self, client: "KisClient", clock: Clock) -> None:
        for code in self.unknown:
            await clock.sleep(ASIDE)
            while (queue := await client.queue()) is not None and queue.is_busy:
                await clock.sleep(ASIDE)
            try:
                await self._ask(client, code)
            except (BrokerError, WireError) as error:
                _log.info("KIS did not tell the English name of %s (%s)", code, error.english)
                await clock.sleep(LATER)

    async def _ask(self, client: "KisClient", code: str) -> None:
        try:
            await client.companies.name(code)  # what is told is heard
        except BadInput:  # its register has no such issue
            self.hear(code, "")

    def _name(self, code: str, name: str) -> None:
        instrument = self._instruments.get(code)
        if instrument is not None and name:
            self._instruments[code] = replace(instrument, name_english=name)
