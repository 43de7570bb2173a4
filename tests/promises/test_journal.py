"""What every journal and every switch promises, asked of each database that they can be kept in."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.promises.stores import KINDS, POSTGRES_ONLY, admin, new_store

from hoga.domain.errors import JournalError
from hoga.domain.events import OrderFilled, OrderSubmitted
from hoga.domain.petition import Petition, PetitionState
from hoga.domain.request import OrderRequest, Side
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.domain.zone import KST
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal
from hoga.storage.lease import SqlLease

AT = datetime(2025, 11, 14, 9, 0, 1, 250_000, tzinfo=KST)
WRITTEN: dict[str, type] = {kind.__name__: kind for kind in (OrderSubmitted, OrderFilled)}
HALT = TradingChanged(at=AT, state=TradingState.HALTED, by="사람", why="점검", cancels_all=True)

Open = Callable[..., SqlJournal]


@dataclass(frozen=True)
class Unheard:
    word: str


def submitted(number: int = 1) -> OrderSubmitted:
    request = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)
    return OrderSubmitted(
        order_id=f"20251114-{number:06d}", at=AT, request=request, source="사람", watermark="0000000007"
    )


def filled(quantity: int) -> OrderFilled:
    return OrderFilled(order_id="20251114-000001", at=AT, quantity=quantity, amount=quantity * 70_000)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with new_store(request.param, tmp_path) as address:
        yield address


@pytest.fixture
def open_journal(store: str) -> Iterator[Open]:
    opened: list[SqlJournal] = []

    def open_one(**options: object) -> SqlJournal:
        opened.append(SqlJournal(store, WRITTEN, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for journal in opened:
        journal.close()


def test_what_was_appended_is_read_back_equal_and_in_order(open_journal: Open) -> None:
    journal, entries = open_journal(), [submitted(), filled(3), filled(7)]
    journal.append(entries[0])
    journal.append(*entries[1:])
    assert journal.read() == entries
    journal.close()
    again = open_journal()
    assert again.read() == entries
    again.append(filled(1))
    assert again.read() == [*entries, filled(1)]


def test_the_same_entries_have_the_same_hash_everywhere(open_journal: Open, tmp_path: Path) -> None:
    elsewhere = SqlJournal(tmp_path / "elsewhere.sqlite", WRITTEN)
    here = open_journal()
    for journal in (here, elsewhere):
        journal.append(submitted(), filled(3))
    assert here.sha256() == elsewhere.sha256()
    elsewhere.close()


def test_streams_do_not_mix(open_journal: Open) -> None:
    one, other = open_journal(stream="desk:a"), open_journal(stream="desk:b")
    one.append(submitted())
    other.append(filled(1))
    assert (one.read(), other.read()) == ([submitted()], [filled(1)])


def test_a_batch_is_kept_whole_or_not_at_all(open_journal: Open) -> None:
    one, other = open_journal(), open_journal()
    other.append(submitted())
    with pytest.raises(JournalError, match="another process has continued it"):
        one.append(filled(1), filled(2))
    assert other.read() == [submitted()]


def test_two_writers_cannot_both_continue_the_same_history(open_journal: Open) -> None:
    one, other = open_journal(), open_journal()
    one.append(submitted())
    for _ in range(2):  # and the one that was late stays out
        with pytest.raises(JournalError, match="another process has continued it"):
            other.append(filled(1))
    one.append(filled(3))
    assert one.read() == [submitted(), filled(3)]


def test_an_entry_of_an_unknown_kind_writes_nothing(open_journal: Open) -> None:
    journal = open_journal()
    with pytest.raises(TypeError, match="Unheard"):
        journal.append(submitted(), Unheard("?"))
    assert journal.read() == []


def test_a_missing_entry_is_told_by_its_number(open_journal: Open, store: str) -> None:
    journal = open_journal()
    journal.append(submitted(), filled(3), filled(7))
    with admin(store) as connection:
        connection.exec_driver_sql("DELETE FROM hoga_journal WHERE version = 2")
    with pytest.raises(JournalError, match="entry 2 is missing"):
        journal.read()


def test_a_damaged_entry_is_told_by_its_number(open_journal: Open, store: str) -> None:
    journal = open_journal()
    journal.append(submitted())
    with admin(store) as connection:
        connection.exec_driver_sql("UPDATE hoga_journal SET body = '{'")
    with pytest.raises(JournalError, match=r"entry 1 \(OrderSubmitted\) is damaged"):
        journal.read()


def test_a_closed_journal_says_so(open_journal: Open) -> None:
    journal = open_journal()
    journal.close()
    for use in (journal.read, lambda: journal.append(submitted())):
        with pytest.raises(JournalError, match="has been closed"):
            use()


def test_many_may_open_a_new_database_at_once(store: str) -> None:
    def open_and_close(number: int) -> None:
        SqlJournal(store, WRITTEN, stream=f"desk:{number}").close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_and_close, range(8)))


def test_without_the_lease_nothing_is_written(open_journal: Open, store: str) -> None:
    first = SqlLease(store, "1", lambda: AT, pid=1, host="a")
    old = open_journal(lease=first)
    old.append(submitted())
    second = SqlLease(store, "1", lambda: AT, pid=2, host="a", is_alive=lambda pid: False)
    with pytest.raises(JournalError, match="has taken over this account"):
        old.append(filled(1))
    with pytest.raises(JournalError, match="has taken over this account"):
        old.append(filled(1))
    new = open_journal(lease=second)
    new.append(filled(2))
    assert new.read() == [submitted(), filled(2)]
    first.close()
    second.close()


def test_what_another_process_holds_is_waited_for_only_so_long(open_journal: Open, store: str) -> None:
    journal = open_journal(lock_wait=0.05)
    is_file = "://" not in store
    with admin(store) as other:
        if not is_file:
            other.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '5s'")  # nobody hangs
        other.exec_driver_sql("BEGIN IMMEDIATE" if is_file else "LOCK TABLE hoga_journal")
        with pytest.raises(JournalError, match="another process is using it"):
            journal.append(submitted())
    assert open_journal().read() == []


@pytest.mark.parametrize("store", [POSTGRES_ONLY], indirect=True)
def test_a_process_that_stands_still_in_the_middle_of_a_step_loses_the_account_all_the_same(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGSTOP between looking at the lease and the commit: what it has begun is ended by the server."""
    monkeypatch.setattr("hoga.storage.store._STANDSTILL", 1)
    first = SqlLease(store, "1", lambda: AT, pid=1, host="a")
    taken: list[SqlLease] = []

    def stand_still() -> None:
        with first._store.write() as connection:
            first.require(connection)
            taken.append(
                SqlLease(store, "1", lambda: AT, pid=2, host="a", is_alive=lambda pid: False, lock_wait=5.0)
            )

    with pytest.raises(JournalError, match="cannot be reached"):
        stand_still()
    assert [lease.token for lease in taken] == [2]
    for lease in (first, *taken):
        lease.close()


def test_the_last_change_of_the_switch_holds_and_all_are_kept(store: str) -> None:
    one, other = SqlControl(store), SqlControl(store)
    resume = TradingChanged(at=AT, state=TradingState.ACTIVE, by="사람")
    assert one.read() is None
    other.write(HALT)
    assert one.read() == HALT
    one.write(resume)
    assert other.read() == resume
    assert other.history() == [HALT, resume]
    one.close()
    other.close()


def test_changes_at_the_same_time_are_all_kept(store: str) -> None:
    SqlControl(store).close()

    def throw(name: str) -> None:
        control = SqlControl(store)
        for number in range(5):
            control.write(TradingChanged(at=AT, state=TradingState.HALTED, by=name, why=str(number)))
        control.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(throw, ("a", "b")))
    control = SqlControl(store)
    for name in ("a", "b"):
        assert [change.why for change in control.history() if change.by == name] == list("01234")
    control.close()


def test_of_all_who_move_a_petition_at_the_same_time_one_does(store: str) -> None:
    """A desk takes it, or whoever asked withdraws it, and never both: each believes its own answer."""
    asked = Petition(petition_id="one", at=AT, order_id="20251114-000001", number=None, by="사람")
    control = SqlControl(store)
    for round_ in range(5):
        this = replace(asked, petition_id=str(round_))
        assert control.move(this)
        states = (PetitionState.TAKEN, PetitionState.WITHDRAWN) * 3

        def move(state: PetitionState, this: Petition = this) -> bool:
            other = SqlControl(store)
            try:
                return other.move(replace(this, state=state))
            finally:
                other.close()

        with ThreadPoolExecutor(len(states)) as pool:
            moved = list(pool.map(move, states))
        assert moved.count(True) == 1
        assert control.petitions()[-1].state is states[moved.index(True)]
    control.close()


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_database_that_goes_away_stops_the_journal_and_keeps_what_it_had(kind: str, tmp_path: Path) -> None:
    with new_store(kind, tmp_path) as store:
        journal = SqlJournal(store, WRITTEN)
        journal.append(submitted())
        with journal._store.read() as connection:
            backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with admin(store) as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({backend})")
        for _ in range(2):
            with pytest.raises(JournalError, match="database cannot be reached"):
                journal.append(filled(1))
        journal.close()
        again = SqlJournal(store, WRITTEN)
        assert again.read() == [submitted()]
        again.append(filled(1))
        again.close()


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_password_is_not_shown(kind: str, tmp_path: Path) -> None:
    with new_store(kind, tmp_path) as store:
        nobody = sa.engine.make_url(store).set(password="s3cret", port=1)
        with pytest.raises(JournalError, match="database cannot be reached") as caught:
            SqlJournal(nobody.render_as_string(hide_password=False), WRITTEN)
        assert "s3cret" not in str(caught.value)
