"""The switch of a desk, in the database of its journal: any process may throw it, and the desk looks at it.

Every change is kept, in a stream of its own beside the journal's; the last one holds.
"""

from collections.abc import Sequence
from pathlib import Path

from hoga.domain.errors import JournalError
from hoga.domain.trading_state import TradingChanged
from hoga.storage.store import JOURNAL, Overtaken, Store, table
from hoga.typed_json import Malformed, decode, encode

_STREAM = "control"
_KIND = "TradingChanged"
_ATTEMPTS = 100
"""How often a change is tried when others are written at the same instant: each try fails only because
another change has just been written."""


class SqlControl:
    """Keeps the `Control` promise. `url_or_path` is that of the journal.

    Raises:
        JournalError: the file or database cannot be opened, or is not a journal.
    """

    def __init__(self, url_or_path: str | Path, *, lock_wait: float = 2.0) -> None:
        import sqlalchemy as sa

        self._store = Store(url_or_path, lock_wait=lock_wait)
        self._entries = entries = table(JOURNAL)
        self._backwards = (
            sa.select(entries.c.body).where(entries.c.stream == _STREAM).order_by(entries.c.version.desc())
        )
        self._newest = self._backwards.limit(1)
        self._last_version = sa.select(sa.func.coalesce(sa.func.max(entries.c.version), 0)).where(
            entries.c.stream == _STREAM
        )

    def read(self) -> TradingChanged | None:
        """The change that holds; None when there never was one. Raises `JournalError`."""
        with self._store.read() as connection:
            body = connection.execute(self._newest).scalar()
        return None if body is None else self._decode(body)

    def history(self) -> Sequence[TradingChanged]:
        """All changes, oldest first. Raises `JournalError`."""
        with self._store.read() as connection:
            bodies = list(connection.execute(self._backwards).scalars())
        return [self._decode(body) for body in reversed(bodies)]

    def write(self, change: TradingChanged) -> None:
        """Make `change` durable before returning. Raises `JournalError`."""
        body = encode(change, is_sorted=True).decode()
        for attempt in range(_ATTEMPTS):
            try:
                with self._store.write() as connection:
                    version = connection.execute(self._last_version).scalar_one() + 1
                    row = {"stream": _STREAM, "version": version, "kind": _KIND, "body": body}
                    connection.execute(self._entries.insert(), row)
            except Overtaken:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def _decode(self, body: str) -> TradingChanged:
        try:
            return decode(body, TradingChanged)
        except Malformed as error:
            raise JournalError(
                f"주문 기록 {self._store.where}: 매매 상태가 깨졌습니다: {error}. 백업에서 되살리십시오.",
                f"journal {self._store.where}: the trading state is damaged: {error}. "
                "Restore the file from a backup.",
            ) from error
