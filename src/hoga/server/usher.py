"""Shows out who holds a connection and neither finishes what they ask nor reads what they are answered.

Strangers could else hold as many as there are. Who waits for an answer or follows the stream is left alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

PATIENCE = 10.0
"""Seconds in which a request must have come, from the opening of the connection or the first byte on."""

MOST_UNFINISHED = 200
"""Connections on which a request may be unfinished at the same moment; whoever has taken longest must go."""

UNREAD_PATIENCE = 30.0
"""Seconds in which some of an answer must have been read."""

K = TypeVar("K")


class Usher:
    """Looks at the connections of one server, as uvicorn keeps them, again and again."""

    def __init__(self) -> None:
        self._unfinished: dict[Any, float] = {}
        self._unread: dict[tuple[Any, int], float] = {}
        """Seconds of the clock at which it was first seen, the longest ago first."""

    def look(self, connections: Iterable[Any], now: float) -> None:
        """Close what has taken too long."""
        known = list(connections)
        self._unfinished = _since(self._unfinished, filter(_is_unfinished, known), now)
        surplus = len(self._unfinished) - MOST_UNFINISHED
        for place, (each, at) in enumerate(self._unfinished.items()):
            if place < surplus or now - at > PATIENCE:
                each.transport.close()
        waiting = [(each, each.transport.get_write_buffer_size()) for each in known]
        self._unread = _since(self._unread, (each for each in waiting if each[1]), now)
        for (each, _), at in self._unread.items():
            if now - at > UNREAD_PATIENCE:
                each.transport.abort()


def _since(before: Mapping[K, float], seen: Iterable[K], now: float) -> dict[K, float]:
    """Since when it has been so for each that is seen."""
    still = set(seen)
    since = {each: at for each, at in before.items() if each in still}
    return since | dict.fromkeys(still - since.keys(), now)


def _is_unfinished(connection: Any) -> bool:
    """Whether the rest of a request has to come. A connection at rest has a timer of its own."""
    if not hasattr(connection, "timeout_keep_alive_task"):  # a WebSocket, which is pinged
        return False
    cycle = connection.cycle
    if cycle is None or cycle.response_complete:
        return connection.timeout_keep_alive_task is None
    return bool(cycle.more_body)
