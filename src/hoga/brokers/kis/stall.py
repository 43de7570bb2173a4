"""Which registrations have gone silent although something happens. Pure; instants are handed in as seconds.

A silent stream is usual: many issues do not trade for minutes, and their books stand still. So when nothing
was heard of one for long, REST is asked, and asked again: the day's volume of one whose prints are
registered, the book of one whose book is. When that has moved and what tells of it has not come until a later
reading, the registration is dead though the connection lives. Every further time it takes longer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hoga.domain.quote import OrderBook

T = TypeVar("T")

_LOOKS = 4
"""How often an issue is looked at in the time after which it is first looked at."""
_LONGEST = 16
"""Of how many times the patience a registration that is renewed in vain is left alone at most."""


@dataclass(slots=True)
class _Watched(Generic[T]):
    heard: float
    """When something was heard of it last, or it was registered."""
    reading: T | None = None
    looked: float = 0.0
    has_moved: bool = False
    patience: int = 1


def has_grown(before: int, volume: int) -> bool:
    """Whether an issue has traded between two readings of its volume."""
    return volume > before


def has_changed(before: OrderBook, book: OrderBook) -> bool:
    """Whether two books show different orders; by when they were told they may well differ."""
    return (before.asks, before.bids) != (book.asks, book.bids)


class Stalls(Generic[T]):
    """The codes of a connection whose prints, or whose books, are registered."""

    def __init__(self, patience: float, has_moved: Callable[[T, T], bool]) -> None:
        """`patience` is how many seconds nothing may be heard; `has_moved` compares two readings."""
        self._patience = patience
        self._has_moved = has_moved
        self._watched: dict[str, _Watched[T]] = {}
        self.stalled: set[str] = set()
        """Codes that are dead and of which nothing was heard since."""

    def begin(self, code: str, now: float) -> None:
        """`code` is registered, perhaps again."""
        before = self._watched.get(code)
        self._watched[code] = _Watched(now, patience=1 if before is None else before.patience)

    def end(self, code: str) -> None:
        """It is not any more."""
        self._watched.pop(code, None)
        self.stalled.discard(code)

    def heard(self, code: str, now: float, reading: T | None = None) -> bool:
        """A print of `code` has come, or a book: the `reading`. True when it was dead until now."""
        watched = self._watched.get(code)
        if watched is None:
            return False
        watched.heard, watched.reading, watched.has_moved, watched.patience = now, reading, False, 1
        if code not in self.stalled:
            return False
        self.stalled.remove(code)
        return True

    def is_silent(self, code: str, now: float) -> bool:
        """Whether `code` is registered and nothing was heard of it for long."""
        watched = self._watched.get(code)
        return watched is not None and now - watched.heard >= self._patience * watched.patience

    def suspects(self, now: float) -> list[str]:
        """The codes that should be read now."""
        pause = self._patience / _LOOKS
        return [
            code
            for code, watched in self._watched.items()
            if self.is_silent(code, now) and (watched.reading is None or now - watched.looked >= pause)
        ]

    def look(self, code: str, reading: T, now: float) -> bool:
        """Note what was read. True when the registration is dead and should be renewed."""
        watched = self._watched.get(code)
        if watched is None or not self.is_silent(code, now):
            return False
        if watched.reading is not None and now - watched.looked < self._patience / _LOOKS:
            return False
        before, watched.reading, watched.looked = watched.reading, reading, now
        if watched.has_moved:
            watched.patience = min(2 * watched.patience, _LONGEST)
            self.stalled.add(code)
            return True
        watched.has_moved = before is not None and self._has_moved(before, reading)
        return False
