"""Which registrations have gone silent although their issue trades. Pure; instants are handed in as seconds.

A silent stream is usual: many issues do not trade for minutes. So when nothing was heard of one for long,
the day's volume is read by REST, and read again: when it has grown and the print of that has not come until a
later reading, the registration is dead though the connection lives. Every further time it takes longer.
"""

from dataclasses import dataclass

_LOOKS = 4
"""How often an issue is looked at in the time after which it is first looked at."""
_LONGEST = 16
"""Of how many times the patience a registration that is renewed in vain is left alone at most."""


@dataclass(slots=True)
class _Watched:
    heard: float
    """When something was heard of it last, or it was registered."""
    volume: int | None = None
    looked: float = 0.0
    has_grown: bool = False
    patience: int = 1


class Stalls:
    """The codes of a connection whose prints are registered."""

    def __init__(self, patience: float) -> None:
        """`patience` is how many seconds nothing may be heard."""
        self._patience = patience
        self._watched: dict[str, _Watched] = {}
        self.stalled: set[str] = set()
        """Codes that are dead and of which nothing was heard since."""

    def begin(self, code: str, now: float) -> None:
        """Prints of `code` are registered, perhaps again."""
        before = self._watched.get(code)
        self._watched[code] = _Watched(now, patience=1 if before is None else before.patience)

    def end(self, code: str) -> None:
        """They are not any more."""
        self._watched.pop(code, None)
        self.stalled.discard(code)

    def heard(self, code: str, now: float) -> bool:
        """A print of `code` has come. True when it was dead until now."""
        watched = self._watched.get(code)
        if watched is None:
            return False
        watched.heard = now
        if watched.volume is not None or watched.patience > 1:
            watched.volume, watched.has_grown, watched.patience = None, False, 1
        if code not in self.stalled:
            return False
        self.stalled.remove(code)
        return True

    def suspects(self, now: float) -> list[str]:
        """The codes whose volume should be read now."""
        pause = self._patience / _LOOKS
        return [
            code
            for code, watched in self._watched.items()
            if now - watched.heard >= self._patience * watched.patience
            and (watched.volume is None or now - watched.looked >= pause)
        ]

    def look(self, code: str, volume: int, now: float) -> bool:
        """Note a volume that was read. True when the registration is dead and should be renewed."""
        watched = self._watched.get(code)
        if watched is None or now - watched.heard < self._patience * watched.patience:
            return False
        if watched.volume is not None and now - watched.looked < self._patience / _LOOKS:
            return False
        before, watched.volume, watched.looked = watched.volume, volume, now
        if watched.has_grown:
            watched.patience = min(2 * watched.patience, _LONGEST)
            self.stalled.add(code)
            return True
        watched.has_grown = before is not None and volume > before
        return False
