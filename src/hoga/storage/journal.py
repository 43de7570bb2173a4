"""The journal: a history on disk that is only ever appended to.

One table; an entry is one row, found by its stream and its version (1, 2, 3, …, without a gap), so that the
same step cannot be written twice, not even by two processes. The body is canonical JSON. What `append` has
returned from survives a power cut (`store`).

Every failure is a `JournalError`. After one, this object refuses to append until the journal is opened anew:
what the disk holds after a failed write is not guessed. With a lease, an append also fails when somebody else
holds the account by then: the lease is looked at in the transaction that writes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from hoga.domain.errors import JournalError
from hoga.storage.lease import SqlLease
from hoga.storage.store import JOURNAL, Store, table
from hoga.typed_json import Malformed, decode, encode


class SqlJournal:
    """Keeps the `Journal` promise in one table of a database.

    `url_or_path` is the path of a SQLite file, made when it is missing, or a database URL. `kinds` are the
    dataclasses that may be written, by the name under which they are kept; a name never changes its meaning.
    `lease` is in the same database. `lock_wait` is how many seconds another process may hold what we want to
    write before an append fails. Whoever `only_looks` appends nothing, and needs no file that can be written.

    Raises:
        JournalError: the file or database cannot be opened, or is not a journal.
    """

    def __init__(
        self,
        url_or_path: str | Path,
        kinds: Mapping[str, type],
        *,
        stream: str = "desk",
        lease: SqlLease | None = None,
        lock_wait: float = 2.0,
        only_looks: bool = False,
    ) -> None:
        import sqlalchemy as sa

        self._kinds = dict(kinds)
        self._names = {kind: name for name, kind in kinds.items()}
        self._stream = stream
        self._lease = lease
        self._failure: JournalError | None = None
        self._store = Store(url_or_path, lock_wait=lock_wait, only_looks=only_looks)
        self._where = self._store.where
        self._entries = table(JOURNAL)
        self._in_order = (
            sa.select(self._entries.c.version, self._entries.c.kind, self._entries.c.body)
            .where(self._entries.c.stream == stream)
            .order_by(self._entries.c.version)
        )
        try:
            self._version = len(self._rows())
        except JournalError:
            self.close()
            raise

    def append(self, *entries: object) -> None:
        """Make `entries` durable, all or none, before returning.

        Raises:
            JournalError: now and at every later call, until the journal is opened anew.
            TypeError: an entry is of a kind that this journal was not made for, or holds what could not be
                read back; nothing is written.
        """
        if self._failure is not None:
            raise self._failure
        rows = [
            {"stream": self._stream, "version": version, "kind": self._name(entry), "body": _body(entry)}
            for version, entry in enumerate(entries, self._version + 1)
        ]
        if not rows:
            return
        try:
            with self._store.write() as connection:
                connection.execute(self._entries.insert(), rows)
                if self._lease is not None:
                    self._lease.require(connection)
        except JournalError as error:
            self._failure = error
            raise
        self._version += len(rows)

    def read(self) -> Sequence[object]:
        """Everything that was appended, oldest first.

        Raises:
            JournalError: the file cannot be read, an entry is of an unknown kind, damaged or missing.
        """
        return [self._entry(version, kind, body) for version, kind, body in self._rows()]

    def sha256(self) -> str:
        """A fingerprint of all entries in order, whatever the file that holds them looks like inside."""
        digest = hashlib.sha256()
        for _, kind, body in self._rows():
            digest.update(f"{kind}\n{body}\n".encode())
        return digest.hexdigest()

    def close(self) -> None:
        """Let go of the file. Nothing can be read or written afterwards."""
        self._store.close()

    def _rows(self) -> list[tuple[int, str, str]]:
        with self._store.read() as connection:
            rows = [(int(v), str(kind), str(body)) for v, kind, body in connection.execute(self._in_order)]
        for expected, (version, _, _) in enumerate(rows, 1):
            if version != expected:
                raise JournalError(
                    f"주문 기록 {self._where}: {expected}번째 줄이 없습니다. 백업에서 되살리십시오.",
                    f"journal {self._where}: entry {expected} is missing. Restore the file from a backup.",
                )
        return rows

    def _name(self, entry: object) -> str:
        try:
            return self._names[type(entry)]
        except KeyError:
            raise TypeError(f"this journal was not made for {type(entry).__name__}") from None

    def _entry(self, version: int, kind: str, body: str) -> object:
        expected = self._kinds.get(kind)
        if expected is None:
            raise JournalError(
                f"주문 기록 {self._where}: {version}번째 줄의 종류 '{kind}'을(를) 알 수 없습니다. "
                "이 기록을 쓴 버전의 Hoga로 여십시오.",
                f"journal {self._where}: entry {version} is of the unknown kind '{kind}'. "
                "Open it with the version of Hoga that wrote it.",
            )
        try:
            return decode(body, expected)
        except Malformed as error:
            raise JournalError(
                f"주문 기록 {self._where}: {version}번째 줄({kind})이 깨졌습니다: {error}. "
                "백업에서 되살리십시오.",
                f"journal {self._where}: entry {version} ({kind}) is damaged: {error}. "
                "Restore the file from a backup.",
            ) from error


def _body(entry: object) -> str:
    body = encode(entry, is_sorted=True).decode()
    try:
        decode(body, type(entry))
    except Malformed as error:  # a number of another kind than was promised: it would end every later start
        raise TypeError(f"{type(entry).__name__} could not be read back: {error}") from error
    return body
