"""What has become of scheduled runs: a journal that the service and a person's command both write to."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from hoga.domain.errors import JournalError
from hoga.storage.journal import SqlJournal

FILE = "schedule.sqlite"
_ATTEMPTS = 3
"""How often an entry is tried that another process was quicker with."""

T = TypeVar("T")


class RunLog(Generic[T]):
    """Opened for each use, so that it always holds what others wrote. Raises `JournalError`."""

    def __init__(self, home: Path, kind: type[T], kinds: Mapping[str, type]) -> None:
        self._path = home / FILE
        self._kind = kind
        self._kinds = dict(kinds)

    def read(self) -> Sequence[T]:
        """Everything, oldest first."""
        with self._opened() as journal:
            return [entry for entry in journal.read() if isinstance(entry, self._kind)]

    def append(self, entry: T) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                with self._opened() as journal:
                    journal.append(entry)
                return
            except JournalError:
                if attempt == _ATTEMPTS - 1:
                    raise

    @contextlib.contextmanager
    def _opened(self) -> Iterator[SqlJournal]:
        with contextlib.closing(SqlJournal(self._path, self._kinds, stream="schedule")) as journal:
            yield journal
