"""What the lease of an account promises, on each database that it can be kept in."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.promises.stores import KINDS, admin, new_store

from hoga.clock import WallClock
from hoga.domain.errors import AccountTaken, JournalError
from hoga.storage.lease import TTL, SqlLease, is_running, require_free

Take = Callable[..., SqlLease]

WITH_A_LEASE = """
import sys
from hoga.clock import WallClock
from hoga.storage.lease import SqlLease
lease = SqlLease(sys.argv[1], "50012345", WallClock().now)
print(lease.token, flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with new_store(request.param, tmp_path) as address:
        yield address


@pytest.fixture
def take(store: str) -> Iterator[Take]:
    taken: list[SqlLease] = []

    def one(host: str = "a", pid: int = 1, *, account: str = "50012345", alive: bool = True) -> SqlLease:
        lease = SqlLease(store, account, WallClock().now, host=host, pid=pid, is_alive=lambda pid: alive)
        taken.append(lease)
        return lease

    yield one
    for lease in taken:
        lease.close()


def age(store: str, by: timedelta) -> None:
    """Let the heartbeat be older than it is."""
    with admin(store) as connection:
        beat = connection.exec_driver_sql("SELECT beat FROM hoga_lease").scalar_one()
        old = (datetime.fromisoformat(beat) - by).isoformat()
        connection.exec_driver_sql(f"UPDATE hoga_lease SET beat = '{old}'")


@pytest.mark.parametrize("host", ["a", "b"])
def test_a_second_desk_is_refused_and_told_who_trades_since_when(take: Take, host: str) -> None:
    before = WallClock().now()
    take("a", 4711)
    with pytest.raises(JournalError, match=r"already traded by another Hoga \(a, pid 4711, since ") as caught:
        take(host, 4712)
    since = datetime.fromisoformat(caught.value.english.split("since ")[1].split(")")[0])
    assert abs(since - before) < timedelta(minutes=1)
    assert "a, pid 4711" in caught.value.korean


def test_a_database_is_that_of_one_account(take: Take) -> None:
    take().close()
    with pytest.raises(JournalError, match="is the journal of another account"):
        take(account="50099999")
    assert take().token == 2


def test_a_lease_that_was_given_back_is_free_and_its_number_grows(take: Take) -> None:
    for token in (1, 2, 3):
        lease = take()
        assert lease.token == token
        lease.close()


@pytest.mark.parametrize("host", ["a", "b"])
def test_whose_heart_has_stopped_is_taken_for_dead_on_any_machine(take: Take, store: str, host: str) -> None:
    take("a", 1)
    age(store, TTL - timedelta(seconds=10))
    with pytest.raises(JournalError, match="already traded"):
        take(host, 2)
    age(store, timedelta(seconds=11))
    assert take(host, 2).token == 2


def test_a_heartbeat_from_before_the_clock_was_set_back_locks_nobody_out(take: Take, store: str) -> None:
    first = take("a", 1)
    age(store, -timedelta(hours=1))
    first.beat()  # who lives beats by the new time
    with pytest.raises(JournalError, match="already traded"):
        take("a", 2)
    age(store, -timedelta(hours=1))
    assert take("a", 2).token == 2


def test_whose_process_is_gone_on_this_machine_is_taken_for_dead_at_once(take: Take) -> None:
    take("a", 1)
    assert take("a", 2, alive=False).token == 2


def test_whose_process_cannot_be_seen_from_this_machine_is_alive(take: Take) -> None:
    take("a", 1)
    with pytest.raises(JournalError, match="already traded"):
        take("b", 2, alive=False)


def test_whoever_only_asks_is_told_the_same_and_takes_nothing(take: Take, store: str) -> None:
    now = WallClock().now

    def ask(host: str = "b", *, alive: bool = True) -> None:
        require_free(store, "50012345", now, host=host, is_alive=lambda pid: alive)

    ask()
    lease = take("a", 4711)
    with pytest.raises(AccountTaken, match=r"already traded by another Hoga \(a, pid 4711, since "):
        ask(alive=False)
    ask("a", alive=False)
    lease.beat()
    age(store, TTL + timedelta(seconds=1))
    ask()
    lease.close()
    assert take().token == 2


def test_asking_makes_no_file(tmp_path: Path) -> None:
    require_free(tmp_path / "none.sqlite", "50012345", WallClock().now)
    assert list(tmp_path.iterdir()) == []


def test_a_heartbeat_keeps_it(take: Take, store: str) -> None:
    lease = take()
    age(store, timedelta(hours=1))
    lease.beat()
    with pytest.raises(JournalError, match="already traded"):
        take("b")


def test_a_heart_goes_on_beating_after_a_moment_in_which_it_could_not(
    take: Take, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoga.storage.lease.BEAT_EVERY", timedelta(0))

    async def story() -> None:
        lease, beat, beats = take(), SqlLease.beat, 0

        def stumbling() -> None:
            nonlocal beats
            beats += 1
            if beats == 1:
                raise JournalError("다른 프로그램이 쓰고 있습니다", "another process is using it")
            beat(lease)

        monkeypatch.setattr(lease, "beat", stumbling)
        age(store, TTL * 2)
        async with lease.kept():
            for _ in range(100):
                await asyncio.sleep(0)

    asyncio.run(story())
    with pytest.raises(AccountTaken):
        take("b", 2)


def test_a_heart_beats_again_when_the_line_to_the_database_is_back(take: Take, store: str) -> None:
    if "://" not in store:
        pytest.skip("a file has no line to it")
    lease = take()
    age(store, TTL * 2)
    with lease._store.read() as own:
        pid = own.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with admin(store) as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    with pytest.raises(JournalError):
        lease.beat()
    lease.beat()
    with pytest.raises(AccountTaken):
        take("b", 2)


def test_who_only_slept_finds_out_that_it_is_lost(take: Take, store: str) -> None:
    sleeper = take("a", 1)
    age(store, timedelta(hours=1))
    take("b", 2)
    with pytest.raises(JournalError, match="has taken over this account"):
        sleeper.beat()


def test_no_refusal_tells_whose_account_it_is(take: Take, store: str) -> None:
    said = []
    sleeper = take("a", 1)
    with pytest.raises(JournalError) as caught:
        take("b", 2)
    said.append(str(caught.value))
    with pytest.raises(JournalError) as caught:
        take(account="50099999")
    said.append(str(caught.value))
    age(store, timedelta(hours=1))
    take("b", 2)
    with pytest.raises(JournalError) as caught:
        sleeper.beat()
    said.append(str(caught.value))
    assert len(set(said)) == 3
    assert not any(account in each for each in said for account in ("50012345", "50099999"))


def test_who_has_lost_it_does_not_give_back_what_is_anothers(take: Take, store: str) -> None:
    sleeper = take("a", 1)
    age(store, timedelta(hours=1))
    take("b", 2)
    sleeper.close()
    with pytest.raises(JournalError, match=r"\(b, pid 2, since"):
        take("c", 3)


def test_of_many_who_reach_for_it_one_gets_it(store: str) -> None:
    def reach(pid: int) -> SqlLease | None:
        try:
            return SqlLease(store, "50012345", WallClock().now, host="a", pid=pid, is_alive=lambda pid: True)
        except JournalError:
            return None

    SqlLease(store, "50012345", WallClock().now).close()  # the tables are there
    with ThreadPoolExecutor(8) as pool:
        got = [lease for lease in pool.map(reach, range(1, 9)) if lease is not None]
    assert [lease.token for lease in got] == [2]
    got[0].close()


def test_a_process_that_was_killed_lets_the_next_one_trade(store: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WITH_A_LEASE, store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        with pytest.raises(JournalError, match=rf"{socket.gethostname()}, pid {other.pid}"):
            SqlLease(store, "50012345", WallClock().now)
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet waited for
        lease = SqlLease(store, "50012345", WallClock().now)
        assert lease.token == 2
        lease.close()


def test_this_process_runs_and_one_that_was_waited_for_does_not() -> None:
    assert is_running(os.getpid())
    with subprocess.Popen([sys.executable, "-c", ""]) as other:
        other.wait()
        assert not is_running(other.pid)
