"""A journal and a switch that forget: for whoever only looks."""

from collections.abc import Sequence

from hoga.domain.trading_state import TradingChanged


class MemoryJournal:
    """Keeps the `Journal` promise until the process ends, and no longer. It begins with `entries`."""

    def __init__(self, entries: Sequence[object] = ()) -> None:
        self._entries = list(entries)

    def append(self, *entries: object) -> None:
        self._entries += entries

    def read(self) -> Sequence[object]:
        return tuple(self._entries)


class MemoryControl:
    """Keeps the `Control` promise until the process ends, and no longer. It begins with `change`."""

    def __init__(self, change: TradingChanged | None = None) -> None:
        self._change = change

    def read(self) -> TradingChanged | None:
        return self._change

    def write(self, change: TradingChanged) -> None:
        self._change = change
