"""Messages to the person, line by line.

What is told here is never needed for trading: a message that cannot be written is dropped and counted.
"""

from collections.abc import Callable


class LineNotifier:
    """Hands every message to `write`, which prints or logs a line (or keeps it: any callable will do)."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self.lost = 0
        """Messages that could not be written."""

    def tell(self, message: str) -> None:
        try:
            self._write(message)
        except Exception:  # noqa: BLE001 - a closed terminal or a full log disk must not stop trading
            self.lost += 1
