"""The circuit breaker's watch on one index (서킷브레이커): how long it has been how low.

The stages are krx.circuit_breaker's. A level counts once it has lasted a minute. Between two reports the
index stays where the last one said.
"""

from datetime import datetime
from decimal import Decimal

from hoga.krx import circuit_breaker


class Breaker:
    """One market's."""

    __slots__ = ("_index", "_levels", "_previous_close", "_since")

    def __init__(self) -> None:
        self._levels: tuple[Decimal, ...] = ()
        self._index = Decimal(0)
        self._previous_close = Decimal(0)
        self._since: datetime | None = None

    def report(self, index: Decimal, previous_close: Decimal, at: datetime) -> datetime | None:
        """When to `judge`, should the index stay that low; None when nothing is near."""
        self._index, self._previous_close = index, previous_close
        stage = len(self._levels) + 1
        since = max(self._since or at, circuit_breaker.counts_from(at.date(), stage))
        until = since + circuit_breaker.PERSISTS
        if circuit_breaker.due_stage(previous_close, index, max(until, at), self._levels) is None:
            self._since = None
            return None
        self._since = since
        return max(until, at)

    def judge(self, at: datetime) -> int | None:
        """The stage that is set off at `at`, once; None after a recovery, or before the minute is over."""
        if self._since is None or at < self._since + circuit_breaker.PERSISTS:
            return None
        stage = circuit_breaker.due_stage(self._previous_close, self._index, at, self._levels)
        if stage is not None:
            self._levels = (*self._levels, self._index)
            self._since = None
        return stage
