"""The database that holds journal, control and lease of a desk: one file, or one database by URL.

SQLite keeps a write-ahead log and waits for the disk at every commit (`synchronous=FULL`). Any number of
processes may have it open; each opens it anew for itself. Every failure is a `JournalError`.

A file that was deleted, moved or replaced can be written to all the same, and is gone with the process. So
after every look and every commit it is asked whether what is open is still what stands at the path.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hoga.domain.errors import JournalError

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData, Table
    from sqlalchemy.engine.interfaces import DBAPIConnection

JOURNAL = "hoga_journal"
LEASE = "hoga_lease"
_FORM = 1
"""Goes up when the columns or their meaning change; SQLite keeps it in the file's `user_version`."""


@cache
def _tables() -> "MetaData":
    import sqlalchemy as sa

    tables = sa.MetaData()
    sa.Table(
        JOURNAL,
        tables,
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    sa.Table(
        LEASE,
        tables,
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("beat", sa.Text, nullable=False),
    )
    return tables


def table(name: str) -> "Table":
    """One of our tables."""
    return _tables().tables[name]


class Overtaken(JournalError):
    """Somebody else has written what was about to be written."""


class Store:
    """One connection to the database.

    `url_or_path` is the path of a SQLite file, made when it is missing, or a database URL. `lock_wait` is how
    many seconds another process may hold what we want to write before something fails.
    Whoever `only_looks` needs no file that can be written.

    Raises:
        JournalError: it cannot be opened, or is not ours.
    """

    def __init__(self, url_or_path: str | Path, *, lock_wait: float = 2.0, only_looks: bool = False) -> None:
        import sqlalchemy as sa

        text = str(url_or_path)
        is_url = "://" in text
        # An URL may hold a password; until it is understood, only its scheme is shown.
        self.where = text.split("://")[0] + "://" if is_url else text
        self._connection: Connection | None = None
        self._files: dict[Path, tuple[int, int]] = {}
        """The SQLite file and its log, with what the system knows them by."""
        try:
            url = sa.engine.make_url(text) if is_url else sa.engine.URL.create("sqlite", database=text)
            if url.drivername == "postgresql":
                url = url.set(drivername="postgresql+psycopg")
            if is_url:
                self.where = url.render_as_string(hide_password=True)
            self.is_sqlite = url.get_backend_name() == "sqlite"
            is_postgres = url.get_backend_name() == "postgresql"
            engine = sa.create_engine(
                url,
                poolclass=sa.pool.NullPool,
                connect_args={"timeout": lock_wait} if self.is_sqlite else _POSTGRES if is_postgres else {},
            )
            if is_postgres:
                sa.event.listen(engine, "connect", lambda connection, record: _bound(connection, lock_wait))
            self._connection = engine.connect()
            self._prepare(self._connection, only_looks=only_looks)
            if self.is_sqlite:
                files = (Path(text), Path(f"{text}-wal"))
                self._files = {path: found for path in files if (found := _identity(path)) is not None}
        except (sa.exc.SQLAlchemyError, ImportError, OSError, ValueError) as error:
            self.close()
            raise unusable(self.where, error) from error
        except JournalError:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator["Connection"]:
        """A transaction: durable when the context has closed, and undone when it raised."""
        from sqlalchemy.exc import SQLAlchemyError

        connection = self._opened()
        try:
            with connection.begin():
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise unusable(self.where, error) from error
        self._require_files()

    @contextmanager
    def read(self) -> Iterator["Connection"]:
        """A connection to read with."""
        from sqlalchemy.exc import SQLAlchemyError

        connection = self._opened()
        try:
            try:
                yield connection
            finally:
                connection.rollback()
        except (SQLAlchemyError, OSError) as error:
            raise unusable(self.where, error) from error
        self._require_files()

    def _require_files(self) -> None:
        for path, opened in self._files.items():
            if _identity(path) != opened:
                raise JournalError(
                    f"주문 기록 {path}이(가) 지워졌거나 바뀌었습니다. 되돌린 뒤 다시 시작하십시오.",
                    f"journal {path} was deleted or replaced. Put it back and start again.",
                )

    def close(self) -> None:
        """Let go of the database. Nothing can be read or written afterwards."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> "Connection":
        if self._connection is None:
            raise JournalError(
                f"주문 기록 {self.where}은(는) 이미 닫혔습니다. 다시 여십시오.",
                f"journal {self.where} has been closed. Open it again.",
            )
        return self._connection

    def _prepare(self, connection: "Connection", *, only_looks: bool) -> None:
        import sqlalchemy as sa

        # The driver begins a transaction only at the first insert, so the pragmas run outside of one.
        if self.is_sqlite and connection.exec_driver_sql("PRAGMA user_version").scalar() not in (0, _FORM):
            raise JournalError(
                f"주문 기록 {self.where}은(는) 더 새로운 Hoga의 것입니다. Hoga를 올리십시오.",
                f"journal {self.where} was made by a newer Hoga. Update Hoga.",
            )
        inspector = sa.inspect(connection)
        found = inspector.get_table_names()
        if JOURNAL in found:
            columns = {column["name"] for column in inspector.get_columns(JOURNAL)}
            is_ours = columns == set(table(JOURNAL).columns.keys())
        else:
            is_ours = not found or not self.is_sqlite
        connection.rollback()
        if not is_ours:
            raise JournalError(
                f"{self.where}은(는) Hoga의 주문 기록이 아닙니다. 다른 경로를 지정하십시오.",
                f"{self.where} is not a journal of Hoga. Name another path.",
            )
        if only_looks and {JOURNAL, LEASE} <= {*found}:
            return
        if self.is_sqlite:
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
            if connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar() != "wal":
                raise JournalError(
                    f"주문 기록 {self.where}: WAL 방식으로 쓸 수 없습니다. 로컬 디스크에 두십시오.",
                    f"journal {self.where}: no write-ahead log can be kept here. Use a local disk.",
                )
            # A write, so that a file that cannot be written is found out now and not at the first order.
            connection.exec_driver_sql(f"PRAGMA user_version={_FORM}")
            connection.rollback()
        if not {JOURNAL, LEASE} <= {*found}:
            self._create(connection)

    def _create(self, connection: "Connection") -> None:
        from sqlalchemy.exc import IntegrityError
        from sqlalchemy.schema import CreateTable

        for name in (JOURNAL, LEASE):
            try:
                with connection.begin():
                    connection.execute(CreateTable(table(name), if_not_exists=True))
            except IntegrityError:  # PostgreSQL, when another process makes it at the same instant
                continue


_POSTGRES = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A server that the network has lost is given up after seconds, not after the system's quarter of an hour."""

_STANDSTILL = 10
"""Seconds after which the server ends what a process that stands still has begun, and frees what it held."""


def _bound(connection: "DBAPIConnection", lock_wait: float) -> None:
    """Let nobody wait for ever at a PostgreSQL, as nobody does at a SQLite file."""
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {max(1, round(lock_wait * 1000))}")
    cursor.execute(f"SET idle_in_transaction_session_timeout = {_STANDSTILL * 1000}")
    cursor.close()
    connection.commit()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


_KNOWN_FAILURES = (
    ("disk is full", "디스크가 가득 찼습니다", "the disk is full"),
    ("lock timeout", "다른 프로그램이 쓰고 있습니다", "another process is using it"),
    ("locked", "다른 프로그램이 쓰고 있습니다", "another process is using it"),
    ("readonly", "읽기 전용입니다", "it is read-only"),
    (
        "unable to open",
        "열 수 없습니다. 폴더가 있고 쓸 수 있는지 보십시오",
        "it cannot be opened. Look whether its folder is there and can be written",
    ),
    ("not a database", "데이터베이스 파일이 아닙니다", "it is not a database file"),
    ("malformed", "파일이 깨졌습니다", "the file is damaged"),
    ("No module named 'psycopg'", "hoga[postgres]를 설치하십시오", "install hoga[postgres]"),
    ("onnection", "데이터베이스에 연결할 수 없습니다", "the database cannot be reached"),
)


def unusable(where: str, error: Exception) -> JournalError:
    """What a failure of the database means to a person."""
    from sqlalchemy.exc import IntegrityError

    cause = str(getattr(error, "orig", None) or error)
    if isinstance(error, IntegrityError):
        return Overtaken(
            f"주문 기록 {where}: 다른 프로그램이 이어서 썼습니다 ({cause}). 그것을 멈추고 다시 시작하십시오.",
            f"journal {where}: another process has continued it ({cause}). Stop that one and start again.",
        )
    korean, english = next(
        ((korean, english) for mark, korean, english in _KNOWN_FAILURES if mark in cause),
        ("쓸 수 없습니다", "it cannot be used"),
    )
    return JournalError(
        f"주문 기록 {where}: {korean} ({cause}). 고친 뒤 다시 시작하십시오.",
        f"journal {where}: {english} ({cause}). Put that right and start again.",
    )
