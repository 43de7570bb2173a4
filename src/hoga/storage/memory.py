"""A journal and a switch that forget: for whoever only looks."""

from collections.abc import Sequence

from hoga.domain.petition import Petition
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
    """Keeps the `Control` promise until the process ends, and no longer. It begins with `changes`."""

    def __init__(self, changes: Sequence[TradingChanged] = ()) -> None:
        self._changes = list(changes)
        self._petitions: dict[str, Petition] = {}

    def read(self) -> TradingChanged | None:
        return self._changes[-1] if self._changes else None

    def history(self) -> Sequence[TradingChanged]:
        return tuple(self._changes)

    def write(self, change: TradingChanged) -> None:
        self._changes.append(change)

    def petitions(self) -> Sequence[Petition]:
        return tuple(self._petitions.values())

    def move(self, petition: Petition) -> bool:
        if not petition.may_follow(self._petitions.get(petition.petition_id)):
            return False
        self._petitions[petition.petition_id] = petition
        return True
