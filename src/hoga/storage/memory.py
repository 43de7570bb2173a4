"""A journal that forgets: for whoever only looks."""

from collections.abc import Sequence


class MemoryJournal:
    """Keeps the `Journal` promise until the process ends, and no longer. It begins with `entries`."""

    def __init__(self, entries: Sequence[object] = ()) -> None:
        self._entries = list(entries)

    def append(self, *entries: object) -> None:
        self._entries += entries

    def read(self) -> Sequence[object]:
        return tuple(self._entries)
