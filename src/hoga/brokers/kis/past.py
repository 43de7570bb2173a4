"""The days before today, as a face needs them again and again: the bars of issues and of indices.

A store may have to make every day that it is asked for, so what was once read is kept, for whatever was asked
for last. Whoever must not be kept waiting goes back step by step (`reach`).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from hoga.krx.calendar import FIRST_YEAR

FIRST_DAY = date(FIRST_YEAR, 1, 1)
"""Nothing is looked for before this day."""

_MOST_KEYS = 256
_WINDOW = timedelta(days=40)
_DAY = timedelta(days=1)


class Dated(Protocol):
    """What happened on a day."""

    @property
    def at(self) -> datetime: ...


K = TypeVar("K", bound=Hashable)
B = TypeVar("B", bound=Dated)


@dataclass(slots=True)
class _Known(Generic[B]):
    """Everything from `first` to `last`, oldest first."""

    first: date
    last: date
    bars: list[B] = field(default_factory=list)


class Past(Generic[K, B]):
    """What `fetch` gives for a key from a first to a last day, oldest first, remembered by key.

    Never ask for today: the store knows how it ends. One step of `reach` is `step` calendar days.
    """

    def __init__(self, fetch: Callable[[K, date, date], Sequence[B]], step: int) -> None:
        self._fetch = fetch
        self._step = timedelta(days=step)
        self._keys: OrderedDict[K, _Known[B]] = OrderedDict()

    def between(self, key: K, first: date, last: date) -> list[B]:
        """What there is from `first` to `last`, oldest first."""
        first = max(first, FIRST_DAY)
        if first > last:
            return []
        return [bar for bar in self._know(key, first, last).bars if first <= bar.at.date() <= last]

    def newest(self, key: K, count: int, last: date) -> list[B]:
        """The newest `count` up to `last`, oldest first; fewer when there are no more."""
        first = last + _DAY
        bars: list[B] = []
        while len(bars) < count and first > FIRST_DAY:
            first = max(first - _WINDOW, FIRST_DAY)
            bars = self.between(key, first, last)
        return bars[-count:]

    def reach(self, key: K, first: date, last: date) -> bool:
        """Go one step further back towards `first`; whether `between` would now answer at once."""
        if self.has(key, first, last):
            return True
        known = self._keys.get(key)
        begun = last + _DAY if known is None or known.last < last else known.first
        self._know(key, max(begun - self._step, first, FIRST_DAY), last)
        return False

    def has(self, key: K, first: date, last: date) -> bool:
        """Whether `between` would answer at once."""
        first = max(first, FIRST_DAY)
        known = self._keys.get(key)
        return first > last or (known is not None and known.first <= first and last <= known.last)

    def _know(self, key: K, first: date, last: date) -> _Known[B]:
        known = self._keys.get(key)
        if known is None:
            known = self._keys[key] = _Known(first, last, list(self._fetch(key, first, last)))
            if len(self._keys) > _MOST_KEYS:
                self._keys.popitem(last=False)
        self._keys.move_to_end(key)
        if first < known.first:
            known.bars[:0] = self._fetch(key, first, known.first - _DAY)
            known.first = first
        if last > known.last:
            known.bars += self._fetch(key, known.last + _DAY, last)
            known.last = last
        return known
