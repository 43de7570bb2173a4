"""Answers of a broker that could not be read, or left an order in doubt, for whoever is to look at them.

A file each, the newest ones, for their owner only. They are evidence and nothing else: what goes wrong with
them stops nobody.
"""

import logging
import os
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path

FOLDER = "unreadable"
KEPT = 50
"""Files that are kept; older ones make room."""

_log = logging.getLogger(__name__)


class Unreadable:
    """The answers of all brokers of this computer."""

    def __init__(self, home: Path, now: Callable[[], datetime]) -> None:
        self._folder = home / FOLDER
        self._now = now

    def keep(self, answer: str) -> Path | None:
        """Where the answer is kept from now on; None when it cannot be."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._write(answer.encode())
            for old in sorted(self._folder.iterdir())[:-KEPT]:
                old.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("An answer that cannot be read is not kept: %s (%s)", self._folder, error.strerror)
            return None
        return path

    def _write(self, content: bytes) -> Path:
        stem = f"{self._now():%Y%m%d-%H%M%S-%f}"
        for number in count():
            path = self._folder / f"{stem}-{number}.txt"
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                continue
            with open(handle, "wb") as file:
                file.write(content)
            return path
        raise AssertionError("some name is free")
