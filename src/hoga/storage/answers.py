"""What was answered to a wish that a client named with a key, so that the same key has the same answer.

A key is written down before its wish is carried out. One without an answer belongs to a wish that a crash cut
off: the desk knows what became of it.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hoga.domain.errors import JournalError

FILE = "bridge-answers.sqlite"

_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    account TEXT NOT NULL, key TEXT NOT NULL, wish TEXT NOT NULL, day TEXT NOT NULL,
    status INTEGER, body BLOB, PRIMARY KEY (account, key)
)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A key that was used: a hash of the wish, its trading day, and the answer, None while there is none.

    The wish of a key that was withdrawn is "".
    """

    wish: str
    day: date
    status: int | None
    body: bytes | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether nothing is carried out for this key any more."""
        return not self.wish


class Answers:
    """A file of its own, durable with every change. `account` below is a hash of its number."""

    def __init__(self, path: Path | str) -> None:
        """`path` may be ":memory:". Raises `JournalError` when the file cannot be used."""
        self._path = path
        try:
            if isinstance(path, Path):
                path.touch(0o600)
            self._store = sqlite3.connect(path, isolation_level=None)
            self._store.execute("PRAGMA journal_mode = WAL")
            self._store.execute("PRAGMA synchronous = FULL")
            self._store.execute(_TABLE)
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from error

    def find(self, account: str, key: str) -> Kept | None:
        """What is known of a key. Raises `JournalError`."""
        try:
            row = self._store.execute(
                "SELECT wish, day, status, body FROM answers WHERE account = ? AND key = ?", (account, key)
            ).fetchone()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return None if row is None else Kept(row[0], date.fromisoformat(row[1]), row[2], row[3])

    def begin(self, account: str, key: str, wish: str, day: date) -> None:
        """Write down a key before its wish is carried out. Raises `JournalError`."""
        self._change(
            "INSERT INTO answers (account, key, wish, day) VALUES (?, ?, ?, ?)",
            (account, key, wish, day.isoformat()),
        )

    def end(self, account: str, key: str, status: int, body: bytes) -> None:
        """Keep the answer. Raises `JournalError`."""
        self._change(
            "UPDATE answers SET status = ?, body = ? WHERE account = ? AND key = ?",
            (status, body, account, key),
        )

    def forget(self, account: str, key: str) -> None:
        """A wish that came to nothing may be said again with the same key. Raises `JournalError`."""
        self._change("DELETE FROM answers WHERE account = ? AND key = ?", (account, key))

    def withdraw(self, account: str, key: str, day: date) -> None:
        """Whatever is wanted with this key later is not carried out. Raises `JournalError`."""
        self._change(
            "INSERT OR REPLACE INTO answers (account, key, wish, day) VALUES (?, ?, '', ?)",
            (account, key, day.isoformat()),
        )

    def close(self) -> None:
        self._store.close()

    def _change(self, statement: str, values: tuple[object, ...]) -> None:
        try:
            self._store.execute(statement, values)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error | OSError) -> JournalError:
        return JournalError(
            f"{self._path} 을(를) 쓸 수 없습니다({error}). 권한과 남은 공간을 확인하십시오.",
            f"{self._path} cannot be used ({error}). Check permissions and free space.",
        )
