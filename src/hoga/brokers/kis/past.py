"""The days before today, as a face needs them again and again: the bars of issues and of indices.

A store may have to make every day that it is asked for, so what was once read is kept, in pieces of some
calendar days. Whoever must not be kept waiting reads piece by piece (`reach`).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from hoga.krx.calendar import FIRST_YEAR

FIRST_DAY = date(FIRST_YEAR, 1, 1)
"""Nothing is looked for before this day."""

_MOST_PIECES = 40_000
_WINDOW = timedelta(days=40)
_DAY = timedelta(days=1)


class Dated(Protocol):
    """What happened on a day."""

    @property
    def at(self) -> datetime: ...


K = TypeVar("K", bound=Hashable)
B = TypeVar("B", bound=Dated)


@dataclass(frozen=True, slots=True)
class _Piece(Generic[B]):
    """What there is of some days up to `last`, oldest first."""

    last: date
    bars: Sequence[B]


class Past(Generic[K, B]):
    """What `fetch` gives for a key from a first to a last day, oldest first, remembered by key.

    Never ask for today: the store knows how it ends. A piece is `size` calendar days.
    """

    def __init__(self, fetch: Callable[[K, date, date], Sequence[B]], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._pieces: OrderedDict[tuple[K, int], _Piece[B]] = OrderedDict()

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._pieces.clear()

    def between(self, key: K, first: date, last: date) -> list[B]:
        """What there is from `first` to `last`, oldest first."""
        found: list[B] = []
        for number, end in self._numbers(first, last):
            found += self._read(key, number, end).bars
        return [bar for bar in found if first <= bar.at.date() <= last]

    def newest(self, key: K, count: int, last: date) -> list[B]:
        """The newest `count` up to `last`, oldest first; fewer when there are no more."""
        first = last + _DAY
        bars: list[B] = []
        while len(bars) < count and first > FIRST_DAY:
            first = max(first - _WINDOW, FIRST_DAY)
            bars = self.between(key, first, last)
        return bars[-count:]

    def has(self, key: K, first: date, last: date) -> bool:
        """Whether `between` would answer at once."""
        return all(self._find(key, number, end) for number, end in self._numbers(first, last))

    def reach(self, key: K, first: date, last: date) -> bool:
        """Read the newest piece that is missing; True when there was none."""
        for number, end in reversed(list(self._numbers(first, last))):
            if not self._find(key, number, end):
                self._read(key, number, end)
                return False
        return True

    def _numbers(self, first: date, last: date) -> Iterator[tuple[int, date]]:
        """The pieces from `first` to `last`, each with the last of its days that is wanted."""
        first = max(first, FIRST_DAY)
        size = self._size
        for number in range(first.toordinal() // size, last.toordinal() // size + 1):
            yield number, min(date.fromordinal((number + 1) * size - 1), last)

    def _find(self, key: K, number: int, end: date) -> _Piece[B] | None:
        piece = self._pieces.get((key, number))
        return piece if piece is not None and piece.last >= end else None

    def _read(self, key: K, number: int, end: date) -> _Piece[B]:
        piece = self._find(key, number, end)
        if piece is None:
            start = max(date.fromordinal(number * self._size), FIRST_DAY)
            piece = self._pieces[key, number] = _Piece(end, self._fetch(key, start, end))
            if len(self._pieces) > _MOST_PIECES:
                self._pieces.popitem(last=False)
        self._pieces.move_to_end((key, number))
        return piece
