"""The journal: a history on disk that is only ever appended to.

One table; an entry is one row, found by its stream and its version (1, 2, 3, …, without a gap), so that the
same step cannot be written twice, not even by two processes. The body is canonical JSON. SQLite keeps a
write-ahead log and waits for the disk at every append (`synchronous=FULL`): what `append` has returned from
survives a power cut. An URL of another database that SQLAlchemy speaks may be given instead of a path.

Every failure is a `JournalError`. After one, this object refuses to append until the journal is opened anew:
what the disk holds after a failed write is not guessed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hoga.domain.errors import JournalError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TABLE = "hoga_journal"
_FORM = 1
"""Goes up when the columns or their meaning change; SQLite keeps it in the file's `user_version`."""


class SqlJournal:
    """Keeps the `Journal` promise in one table of a database.

    `url_or_path` is the path of a SQLite file, made when it is missing, or a database URL. `kinds` are the
    dataclasses that may be written, by the name under which they are kept; a name never changes its meaning.
    `lock_wait` is how many seconds another process may hold the SQLite file before an append fails.

    Raises:
        JournalError: the file or database cannot be opened, or is not a journal.
    """

    def __init__(
        self,
        url_or_path: str | Path,
        kinds: Mapping[str, type],
        *,
        stream: str = "desk",
        lock_wait: float = 2.0,
    ) -> None:
        import sqlalchemy as sa

        self._kinds = dict(kinds)
        self._names = {kind: name for name, kind in kinds.items()}
        self._stream = stream
        self._failure: JournalError | None = None
        text = str(url_or_path)
        is_url = "://" in text
        # An URL may hold a password; until it is understood, only its scheme is shown.
        self._where = text.split("://")[0] + "://" if is_url else text
        self._entries = sa.Table(
            _TABLE,
            sa.MetaData(),
            sa.Column("stream", sa.Text, primary_key=True),
            sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("kind", sa.Text, nullable=False),
            sa.Column("body", sa.Text, nullable=False),
        )
        self._in_order = (
            sa.select(self._entries.c.version, self._entries.c.kind, self._entries.c.body)
            .where(self._entries.c.stream == stream)
            .order_by(self._entries.c.version)
        )
        self._connection: Connection | None = None
        try:
            url = sa.engine.make_url(text) if is_url else sa.engine.URL.create("sqlite", database=text)
            if is_url:
                self._where = url.render_as_string(hide_password=True)
            is_sqlite = url.get_backend_name() == "sqlite"
            engine = sa.create_engine(
                url, poolclass=sa.pool.NullPool, connect_args={"timeout": lock_wait} if is_sqlite else {}
            )
            self._connection = engine.connect()
            self._prepare(self._connection, is_sqlite=is_sqlite)
            self._version = len(self._rows())
        except (sa.exc.SQLAlchemyError, ImportError, OSError, ValueError) as error:
            self.close()
            raise _unusable(self._where, error) from error
        except JournalError:
            self.close()
            raise

    def append(self, *entries: object) -> None:
        """Make `entries` durable, all or none, before returning.

        Raises:
            JournalError: now and at every later call, until the journal is opened anew.
            TypeError: an entry is of a kind that this journal was not made for; nothing is written.
        """
        from sqlalchemy.exc import SQLAlchemyError

        if self._failure is not None:
            raise self._failure
        connection = self._opened()
        rows = [
            {"stream": self._stream, "version": version, "kind": self._name(entry), "body": _body(entry)}
            for version, entry in enumerate(entries, self._version + 1)
        ]
        if not rows:
            return
        try:
            with connection.begin():
                connection.execute(self._entries.insert(), rows)
        except (SQLAlchemyError, OSError) as error:
            self._failure = _unusable(self._where, error)
            raise self._failure from error
        self._version += len(rows)

    def read(self) -> Sequence[object]:
        """Everything that was appended, oldest first.

        Raises:
            JournalError: the file cannot be read, an entry is of an unknown kind, damaged or missing.
        """
        return [self._entry(version, kind, body) for version, kind, body in self._read_rows()]

    def sha256(self) -> str:
        """A fingerprint of all entries in order, whatever the file that holds them looks like inside."""
        digest = hashlib.sha256()
        for _, kind, body in self._read_rows():
            digest.update(f"{kind}\n{body}\n".encode())
        return digest.hexdigest()

    def close(self) -> None:
        """Let go of the file. Nothing can be read or written afterwards."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _prepare(self, connection: "Connection", *, is_sqlite: bool) -> None:
        import sqlalchemy as sa

        # The driver begins a transaction only at the first insert, so the pragmas run outside of one.
        if is_sqlite and connection.exec_driver_sql("PRAGMA user_version").scalar() not in (0, _FORM):
            raise JournalError(
                f"주문 기록 {self._where}은(는) 더 새로운 Hoga의 것입니다. Hoga를 올리십시오.",
                f"journal {self._where} was made by a newer Hoga. Update Hoga.",
            )
        inspector = sa.inspect(connection)
        tables = inspector.get_table_names()
        if _TABLE in tables:
            found = {column["name"] for column in inspector.get_columns(_TABLE)}
            is_ours = found == set(self._entries.columns.keys())
        else:
            is_ours = not tables or not is_sqlite
        connection.rollback()
        if not is_ours:
            raise JournalError(
                f"{self._where}은(는) Hoga의 주문 기록이 아닙니다. 다른 경로를 지정하십시오.",
                f"{self._where} is not a journal of Hoga. Name another path.",
            )
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
            if connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar() != "wal":
                raise JournalError(
                    f"주문 기록 {self._where}: WAL 방식으로 쓸 수 없습니다. 로컬 디스크에 두십시오.",
                    f"journal {self._where}: no write-ahead log can be kept here. Use a local disk.",
                )
            # A write, so that a file that cannot be written is found out now and not at the first order.
            connection.exec_driver_sql(f"PRAGMA user_version={_FORM}")
            connection.rollback()
        with connection.begin():
            self._entries.create(connection, checkfirst=True)

    def _read_rows(self) -> list[tuple[int, str, str]]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return self._rows()
        except (SQLAlchemyError, OSError) as error:
            raise _unusable(self._where, error) from error

    def _rows(self) -> list[tuple[int, str, str]]:
        connection = self._opened()
        try:
            rows = [(int(v), str(kind), str(body)) for v, kind, body in connection.execute(self._in_order)]
        finally:
            connection.rollback()
        for expected, (version, _, _) in enumerate(rows, 1):
            if version != expected:
                raise JournalError(
                    f"주문 기록 {self._where}: {expected}번째 줄이 없습니다. 백업에서 되살리십시오.",
                    f"journal {self._where}: entry {expected} is missing. Restore the file from a backup.",
                )
        return rows

    def _opened(self) -> "Connection":
        if self._connection is None:
            raise JournalError(
                f"주문 기록 {self._where}은(는) 이미 닫혔습니다. 다시 여십시오.",
                f"journal {self._where} has been closed. Open it again.",
            )
        return self._connection

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
            return msgspec.json.decode(body, type=expected)
        except msgspec.MsgspecError as error:
            raise JournalError(
                f"주문 기록 {self._where}: {version}번째 줄({kind})이 깨졌습니다: {error}. "
                "백업에서 되살리십시오.",
                f"journal {self._where}: entry {version} ({kind}) is damaged: {error}. "
                "Restore the file from a backup.",
            ) from error


def _body(entry: object) -> str:
    return msgspec.json.encode(entry, order="sorted").decode()


_KNOWN_FAILURES = (
    ("disk is full", "디스크가 가득 찼습니다", "the disk is full"),
    ("locked", "다른 프로그램이 쓰고 있습니다", "another process is using it"),
    ("readonly", "읽기 전용입니다", "it is read-only"),
    ("unable to open", "열 수 없습니다", "it cannot be opened"),
    ("not a database", "데이터베이스 파일이 아닙니다", "it is not a database file"),
    ("malformed", "파일이 깨졌습니다", "the file is damaged"),
    ("UNIQUE constraint", "다른 프로그램이 이어서 썼습니다", "another process has continued it"),
)


def _unusable(where: str, error: Exception) -> JournalError:
    cause = str(getattr(error, "orig", None) or error)
    korean, english = next(
        ((korean, english) for mark, korean, english in _KNOWN_FAILURES if mark in cause),
        ("쓸 수 없습니다", "it cannot be used"),
    )
    return JournalError(
        f"주문 기록 {where}: {korean} ({cause}). 고친 뒤 다시 시작하십시오.",
        f"journal {where}: {english} ({cause}). Put that right and start again.",
    )
