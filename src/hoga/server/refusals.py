"""Why the broker refused a cancel or a new price: the order itself stays as it was, and does not tell."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from hoga import rows
from hoga.application import Hoga
from hoga.domain.events import CancelRejected, ReplaceRejected
from hoga.domain.order import Order
from hoga.server.errors import problem

_UNNAMED = "Rejected"
"""The reason where the broker gave no code."""


@dataclass(slots=True)
class Heard:
    """What was told about an order while a request about it was on its way."""

    problem: rows.Row | None = None


class Refusals:
    """Listens to the desk from the first request on."""

    def __init__(self, hoga: Hoga) -> None:
        self._hoga = hoga
        self._waiting: dict[str, Heard] = {}
        self._is_listening = False

    @contextlib.contextmanager
    def heard(self, order_id: str) -> Iterator[Heard]:
        """What is refused of a request about `order_id`, once the context is closed."""
        if not self._is_listening:
            self._hoga.desk.listen(self._on_event)
            self._is_listening = True
        # A desk takes one request about an order at a time: whoever comes second is told so at once.
        heard, before = Heard(), self._waiting.get(order_id)
        self._waiting[order_id] = before or heard
        try:
            yield heard
        finally:
            if before is None:
                del self._waiting[order_id]

    def _on_event(self, event: object, order: Order | None) -> None:
        if isinstance(event, CancelRejected | ReplaceRejected) and event.order_id in self._waiting:
            korean, _, english = event.message.partition(" / ")
            refused = problem(422, event.code or _UNNAMED, korean, english or korean)
            self._waiting[event.order_id].problem = refused
