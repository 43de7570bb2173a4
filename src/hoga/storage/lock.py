"""One process at a time: a file that is held against every other process of this computer.

SQLite's lock of an empty file: it works on every system, writes nothing, and the system takes it back when
the process ends, however it ends.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from hoga.domain.errors import JournalError


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold `path` while the context is open; False when another process does. Raises `JournalError`."""
    import sqlite3

    with contextlib.ExitStack() as stack:
        is_ours = True
        try:
            lock = stack.enter_context(
                contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None))
            )
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise JournalError(
                    f"{path} 을(를) 쓸 수 없습니다({error}). "
                    "권한과 남은 공간을 확인하거나 HOGA_HOME 을 바꾸십시오.",
                    f"{path} cannot be used ({error}). Check permissions and space, or set HOGA_HOME.",
                ) from error
            is_ours = False
        yield is_ours
