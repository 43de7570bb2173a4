"""The switch of a desk, in the database of its journal: any process may throw it, and the desk looks at it.

Every change is kept, in a stream of its own beside the journal's; the last one holds. In another stream are
the petitions: what a person in another process has decided about orders.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hoga.domain.errors import JournalError
from hoga.domain.petition import Petition
from hoga.domain.trading_state import TradingChanged
from hoga.storage.lease import SqlLease
from hoga.storage.store import JOURNAL, Overtaken, Store, table
from hoga.typed_json import Malformed, decode, encode

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")
_STREAM = "control"
_KIND = "TradingChanged"
_PETITIONS = "petitions"
_PETITION = "Petition"
_ATTEMPTS = 100
"""How often a change is tried when others are written at the same instant: each try fails only because
another change has just been written."""


class SqlControl:
    """Keeps the `Control` promise. `url_or_path` is that of the journal.

    With the `lease` of a desk, `read` also fails when somebody else holds the account by then: the desk looks
    before every order, in the instant before one leaves, and every second while it does nothing. Whoever
    `only_looks` writes nothing, and needs no file that can be written.

    Raises:
        JournalError: the file or database cannot be opened, or is not a journal.
    """

    def __init__(
        self,
        url_or_path: str | Path,
        *,
        lease: SqlLease | None = None,
        lock_wait: float = 2.0,
        only_looks: bool = False,
    ) -> None:
        import sqlalchemy as sa

        self._lease = lease
        self._store = Store(url_or_path, lock_wait=lock_wait, only_looks=only_looks)
        self._entries = entries = table(JOURNAL)
        self._backwards = (
            sa.select(entries.c.body).where(entries.c.stream == _STREAM).order_by(entries.c.version.desc())
        )
        self._newest = self._backwards.limit(1)
        self._asked = (
            sa.select(entries.c.body).where(entries.c.stream == _PETITIONS).order_by(entries.c.version)
        )

    def read(self) -> TradingChanged | None:
        """The change that holds; None when there never was one. Raises `JournalError`."""
        with self._store.read() as connection:
            if self._lease is not None:
                self._lease.require(connection)
            body = connection.execute(self._newest).scalar()
        return None if body is None else self._decode(body, TradingChanged)

    def history(self) -> Sequence[TradingChanged]:
        """All changes, oldest first. Raises `JournalError`."""
        with self._store.read() as connection:
            bodies = list(connection.execute(self._backwards).scalars())
        return [self._decode(body, TradingChanged) for body in reversed(bodies)]

    def write(self, change: TradingChanged) -> None:
        """Make `change` durable before returning. Raises `JournalError`."""
        self._append(_STREAM, _KIND, change, lambda connection: True)

    def petitions(self) -> Sequence[Petition]:
        """Every petition as it is now, oldest first. Raises `JournalError`."""
        with self._store.read() as connection:
            return list(self._petitions(connection).values())

    def move(self, petition: Petition) -> bool:
        """Let a petition become this, durably; False when somebody was faster. Raises `JournalError`."""

        def may(connection: "Connection") -> bool:
            return petition.may_follow(self._petitions(connection).get(petition.petition_id))

        return self._append(_PETITIONS, _PETITION, petition, may)

    def _petitions(self, connection: "Connection") -> dict[str, Petition]:
        bodies = connection.execute(self._asked).scalars()
        found = [self._decode(body, Petition) for body in bodies]
        return {petition.petition_id: petition for petition in found}

    def _append(self, stream: str, kind: str, entry: object, may: "Callable[[Connection], bool]") -> bool:
        """Append `entry` if it `may` be, seen from the transaction that writes it."""
        import sqlalchemy as sa

        versions = sa.func.coalesce(sa.func.max(self._entries.c.version), 0)
        last = sa.select(versions).where(self._entries.c.stream == stream)
        body = encode(entry, is_sorted=True).decode()
        for attempt in range(_ATTEMPTS):
            try:
                with self._store.write() as connection:
                    # The version first: who is overtaken between the two looks is refused and looks again.
                    version = connection.execute(last).scalar_one() + 1
                    if not may(connection):
                        return False
                    row = {"stream": stream, "version": version, "kind": kind, "body": body}
                    connection.execute(self._entries.insert(), row)
            except Overtaken:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return True
        raise AssertionError("an entry is written or an error")

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def _decode(self, body: str, kind: type[T]) -> T:
        try:
            return decode(body, kind)
        except Malformed as error:
            raise JournalError(
                f"주문 기록 {self._store.where}: 매매 상태가 깨졌습니다: {error}. 백업에서 되살리십시오.",
                f"journal {self._store.where}: the trading state is damaged: {error}. "
                "Restore the file from a backup.",
            ) from error
