"""The lease of an account: who may trade it. Two desks on one account would double orders.

One row in the database of the journal, which is that of one account, with the holder's host and process, a
heartbeat, and a token that grows by one with every new holder. It may be taken when it is free, when its
heartbeat is older than `TTL`, or when its holder ran on this machine and is gone. The old holder may only
have slept: so every append of a journal with a lease looks at the token in the transaction that writes, and
fails when it is not the newest any more (a fencing token). Heartbeats are compared by the database's own
clock where it has one (PostgreSQL), else by the clock that is handed in.
"""

import asyncio
import contextlib
import os
import platform
import sys
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hoga.domain.errors import AccountTaken, JournalError
from hoga.storage.store import LEASE, Overtaken, Store, table

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

TTL = timedelta(seconds=30)
"""A heartbeat that is older belongs to a desk that is taken for dead."""
BEAT_EVERY = TTL / 6

_FREE = ""
"""The heartbeat of a lease that was given back."""


def is_running(pid: int) -> bool:
    """Whether a process of this machine runs. Where that cannot be asked without harm, it is taken to."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    # Killed, but not yet waited for by its parent. Only Linux tells; elsewhere the heartbeat runs out.
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["Z"]


class SqlLease:
    """Takes and keeps the lease of one account. `now` is the wall's time.

    Raises:
        AccountTaken: somebody else trades the account; the sentence names host, process and since when.
        JournalError: the database cannot be used, or is that of another account.
    """

    def __init__(
        self,
        url_or_path: str | Path,
        account: str,
        now: Callable[[], datetime],
        *,
        host: str = "",
        pid: int | None = None,
        is_alive: Callable[[int], bool] = is_running,
        lock_wait: float = 2.0,
    ) -> None:
        import sqlalchemy as sa

        self._now = now
        self._account = account
        self._host = host or platform.node()
        self._pid = os.getpid() if pid is None else pid
        self._is_alive = is_alive
        self._rows = rows = table(LEASE)
        self._its_row = sa.select(rows).where(rows.c.account == account)
        self._strangers = sa.select(sa.func.count()).where(rows.c.account != account)
        self._its_token = sa.select(rows.c.token).where(rows.c.account == account)
        self._store = Store(url_or_path, lock_wait=lock_wait)
        self._where = self._store.where
        if not self._store.is_sqlite:
            # Whoever takes the lease waits until the append that looks at it is durable, or is seen by it.
            self._its_token = self._its_token.with_for_update(read=True)
        try:
            self.token = self._take()
        except JournalError:
            self._store.close()
            raise

    def require(self, connection: "Connection") -> None:
        """Raise `JournalError` unless the lease is still ours. `connection` is in the writing transaction."""
        token = connection.execute(self._its_token).scalar()
        if token != self.token:
            raise self._lost()

    def beat(self) -> None:
        """Say that we live. Raises `JournalError` when somebody else has taken the lease."""
        rows = self._rows
        with self._store.write() as connection:
            mine = rows.update().where(rows.c.account == self._account, rows.c.token == self.token)
            if connection.execute(mine.values(beat=self._time(connection).isoformat())).rowcount != 1:
                raise self._lost()

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Beat while the context is open. When the lease is lost, the journal's next append fails."""
        beating = asyncio.create_task(self._keep(), name="lease")
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.wait([beating])

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY.total_seconds())
            # A database that is busy or away for a moment is no reason to fall silent for good.
            with contextlib.suppress(JournalError):
                self.beat()

    def close(self) -> None:
        """Give the lease back, if it is still ours, and let go of the database."""
        rows = self._rows
        mine = rows.update().where(rows.c.account == self._account, rows.c.token == self.token)
        try:
            with self._store.write() as connection:
                connection.execute(mine.values(beat=_FREE))
        except JournalError:
            pass  # it runs out by itself
        finally:
            self._store.close()

    def _take(self) -> int:
        rows = self._rows
        try:
            with self._store.write() as connection:
                now = self._time(connection)
                if connection.execute(self._strangers).scalar_one():
                    raise self._foreign()
                found = connection.execute(self._its_row).first()
                ours = {
                    "host": self._host,
                    "pid": self._pid,
                    "since": now.isoformat(),
                    "beat": now.isoformat(),
                }
                if found is None:
                    connection.execute(rows.insert().values(account=self._account, token=1, **ours))
                    return 1
                if _holds(found, now, self._host, self._is_alive):
                    raise _held(found)
                taken = rows.update().where(rows.c.account == self._account, rows.c.token == found.token)
                if connection.execute(taken.values(token=found.token + 1, **ours)).rowcount == 1:
                    return int(found.token) + 1
        except Overtaken:
            pass
        # Somebody took it between our look and our hand.
        with self._store.read() as connection:
            raise _held(connection.execute(self._its_row).one())

    def _time(self, connection: "Connection") -> datetime:
        return _time(self._store, connection, self._now)

    def _foreign(self) -> JournalError:
        return JournalError(
            f"{self._where}은(는) 다른 계좌의 기록입니다. 이 계좌에는 따로 하나를 지정하십시오.",
            f"{self._where} is the journal of another account. Name one of its own for this account.",
        )

    def _lost(self) -> JournalError:
        return JournalError(
            f"이 계좌의 매매 권한을 다른 호가가 가져갔습니다({self._where}). 이쪽은 멈춥니다.",
            f"another Hoga has taken over this account ({self._where}). This one stops.",
        )


def require_free(
    url_or_path: str | Path,
    account: str,
    now: Callable[[], datetime],
    *,
    host: str = "",
    is_alive: Callable[[int], bool] = is_running,
) -> None:
    """Raise `AccountTaken` while somebody trades the account, and `JournalError` like `SqlLease`.

    Nothing is taken and no file is made: for whoever would otherwise hear a less clear refusal first.
    """
    import sqlalchemy as sa

    if "://" not in str(url_or_path) and not Path(url_or_path).exists():
        return
    rows = table(LEASE)
    with contextlib.closing(Store(url_or_path)) as store, store.read() as connection:
        found = connection.execute(sa.select(rows).where(rows.c.account == account)).first()
        if found is not None and _holds(
            found, _time(store, connection, now), host or platform.node(), is_alive
        ):
            raise _held(found)


def _holds(
    found: "Row[tuple[object, ...]]", now: datetime, host: str, is_alive: Callable[[int], bool]
) -> bool:
    """Whether the holder of the row must be taken for alive, seen from `host`."""
    # One that lies ahead is from before the clock was set back: whoever lives soon beats by the new time.
    if found.beat == _FREE or abs(now - datetime.fromisoformat(found.beat)) > TTL:
        return False
    return found.host != host or is_alive(found.pid)


def _time(store: Store, connection: "Connection", now: Callable[[], datetime]) -> datetime:
    if store.is_sqlite:
        return now()
    import sqlalchemy as sa

    at = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    assert isinstance(at, datetime)
    return at


def _held(found: "Row[tuple[object, ...]]") -> AccountTaken:
    holder = f"{found.host}, pid {found.pid}"
    return AccountTaken(
        f"이 계좌는 이미 다른 호가가 매매하고 있습니다({holder}, {found.since}부터). "
        f"그것을 멈추십시오. 죽은 것이면 {TTL.seconds}초 뒤에 다시 시작하십시오.",
        f"this account is already traded by another Hoga ({holder}, since {found.since}). "
        f"Stop that one; if it is dead, start again in {TTL.seconds} seconds.",
    )
