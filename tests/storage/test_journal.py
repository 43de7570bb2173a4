import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from hoga.domain.errors import JournalError
from hoga.domain.events import OrderAccepted, OrderFilled, OrderSubmitted
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST
from hoga.storage.journal import SqlJournal

KINDS: dict[str, type] = {kind.__name__: kind for kind in (OrderSubmitted, OrderAccepted, OrderFilled)}
AT = datetime(2025, 11, 14, 9, 0, 1, 250_000, tzinfo=KST)

Open = Callable[..., SqlJournal]


@dataclass(frozen=True)
class Unheard:
    word: str


def submitted(order_id: str = "20251114-000001") -> OrderSubmitted:
    request = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)
    return OrderSubmitted(order_id=order_id, at=AT, request=request, source="사람", watermark="0000000007")


def filled(quantity: int) -> OrderFilled:
    return OrderFilled(order_id="20251114-000001", at=AT, quantity=quantity, amount=quantity * 70_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.sqlite"


@pytest.fixture
def open_journal(path: Path) -> Iterator[Open]:
    opened: list[SqlJournal] = []

    def open_one(where: str | Path = path, **options: object) -> SqlJournal:
        journal = SqlJournal(where, KINDS, lock_wait=0.05, **options)  # type: ignore[arg-type]
        opened.append(journal)
        return journal

    yield open_one
    for journal in opened:
        journal.close()


def limit_pages(journal: SqlJournal) -> None:
    """Let the file grow no further: what SQLite does when the disk is full."""
    connection = journal._store._connection
    assert connection is not None
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    connection.rollback()


def append_one_by_one(journal: SqlJournal, count: int) -> None:
    for number in range(count):
        journal.append(submitted(f"{number:06d}"))


def fill_up(journal: SqlJournal) -> int:
    """Append to a full disk until it fails; how many entries the journal then has."""
    limit_pages(journal)
    with pytest.raises(JournalError, match=r"디스크가 가득.*disk is full"):
        append_one_by_one(journal, 100_000)
    return len(journal.read())


def test_what_was_appended_is_read_back_equal_and_in_order(open_journal: Open) -> None:
    entries = [submitted(), filled(3), filled(7)]
    journal = open_journal()
    journal.append(entries[0])
    journal.append(*entries[1:])
    assert journal.read() == entries
    journal.close()
    assert open_journal().read() == entries


def test_an_instant_read_back_keeps_its_zone(open_journal: Open) -> None:
    journal = open_journal()
    journal.append(filled(1))
    entry = journal.read()[0]
    assert isinstance(entry, OrderFilled)
    assert entry.at.utcoffset() == AT.utcoffset()


def test_every_append_waits_for_the_disk_and_readers_are_not_shut_out(open_journal: Open) -> None:
    journal = open_journal()
    assert journal._store._connection is not None
    assert journal._store._connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    assert journal._store._connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    journal._store._connection.rollback()


def test_what_append_returned_from_is_seen_by_another_process(open_journal: Open, path: Path) -> None:
    journal = open_journal()
    journal.append(submitted(), filled(3))
    count = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
    count += "print(c.execute('select count(*) from hoga_journal').fetchone()[0]); c.close()"
    seen = subprocess.run(
        [sys.executable, "-c", count, str(path)], capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "2"


def test_the_same_entries_have_the_same_hash_whatever_the_file_looks_like(tmp_path: Path) -> None:
    one = SqlJournal(tmp_path / "one.sqlite", KINDS)
    one.append(submitted(), filled(3), filled(7))
    other = SqlJournal(tmp_path / "other.sqlite", KINDS, stream="day")
    other.append(submitted())
    other.append(filled(3))
    other.append(filled(7))
    try:
        assert one.sha256() == other.sha256()
        other.append(filled(1))
        assert one.sha256() != other.sha256()
    finally:
        one.close()
        other.close()


def test_the_order_of_entries_changes_the_hash(tmp_path: Path) -> None:
    one = SqlJournal(tmp_path / "one.sqlite", KINDS)
    one.append(filled(3), filled(7))
    other = SqlJournal(tmp_path / "other.sqlite", KINDS)
    other.append(filled(7), filled(3))
    try:
        assert one.sha256() != other.sha256()
    finally:
        one.close()
        other.close()


def test_streams_of_one_file_do_not_mix(open_journal: Open) -> None:
    desk = open_journal()
    desk.append(submitted())
    desk.close()
    plans = open_journal(stream="plans")
    assert plans.read() == []
    plans.append(filled(1))
    plans.close()
    assert open_journal().read() == [submitted()]


def test_appending_nothing_writes_nothing(open_journal: Open) -> None:
    journal = open_journal()
    journal.append()
    assert journal.read() == []


def test_an_entry_of_a_kind_it_was_not_made_for_is_refused_with_all_that_came_along(
    open_journal: Open,
) -> None:
    journal = open_journal()
    with pytest.raises(TypeError, match="Unheard"):
        journal.append(submitted(), Unheard("?"))
    assert journal.read() == []
    journal.append(submitted())
    assert journal.read() == [submitted()]


@pytest.mark.parametrize("wrong", [10.0, Decimal(10), True, "10"])
def test_what_could_not_be_read_back_is_not_written(open_journal: Open, wrong: int) -> None:
    journal = open_journal()
    with pytest.raises(TypeError, match=r"OrderFilled could not be read back.*quantity"):
        journal.append(submitted(), replace(filled(1), quantity=wrong))
    assert journal.read() == []
    journal.append(submitted())
    assert journal.read() == [submitted()]


def test_a_full_disk_is_told_and_loses_nothing(open_journal: Open) -> None:
    journal = open_journal()
    journal.append(submitted("first"))
    kept = fill_up(journal)
    assert kept > 1
    journal.close()
    assert len(open_journal().read()) == kept


def test_a_batch_on_a_full_disk_is_kept_whole_or_not_at_all(open_journal: Open) -> None:
    journal = open_journal()
    limit_pages(journal)
    with pytest.raises(JournalError, match="disk is full"):
        journal.append(*(submitted(f"{number:06d}") for number in range(10_000)))
    journal.close()
    assert open_journal().read() == []


def test_after_a_failure_every_append_fails_until_it_is_opened_anew(open_journal: Open) -> None:
    journal = open_journal()
    kept = fill_up(journal)
    assert journal._store._connection is not None
    journal._store._connection.exec_driver_sql(
        "PRAGMA max_page_count=1000000"
    )  # room again: it must not matter
    journal._store._connection.rollback()
    with pytest.raises(JournalError, match="disk is full"):
        journal.append(filled(1))
    journal.close()
    again = open_journal()
    again.append(filled(1))
    assert len(again.read()) == kept + 1


def test_a_file_locked_by_another_process_is_told(open_journal: Open, path: Path) -> None:
    journal = open_journal()
    journal.append(submitted())
    lock = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); "
    lock += "print('locked', flush=True); sys.stdin.read(); c.rollback(); c.close()"
    with subprocess.Popen(
        [sys.executable, "-c", lock, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(JournalError, match="another process is using it"):
            journal.append(filled(1))
        with pytest.raises(JournalError, match="another process is using it"):
            open_journal()
        other.communicate("")
    journal.close()
    assert open_journal().read() == [submitted()]


def test_two_writers_cannot_both_continue_the_same_history(open_journal: Open) -> None:
    one, other = open_journal(), open_journal()
    one.append(submitted())
    with pytest.raises(JournalError, match="another process has continued it"):
        other.append(filled(1))
    assert one.read() == [submitted()]


def test_a_read_only_file_is_found_out_when_it_is_opened(open_journal: Open, path: Path) -> None:
    open_journal().close()
    with pytest.raises(JournalError, match="read-only"):
        open_journal(f"sqlite:///file:{path.as_posix()}?mode=ro&uri=true")


def test_a_missing_folder_is_told(open_journal: Open, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        open_journal(tmp_path / "no such folder" / "desk.sqlite")


def test_a_folder_in_the_place_of_the_file_is_told(open_journal: Open, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        open_journal(tmp_path)


def test_a_foreign_file_is_refused_and_left_as_it_is(open_journal: Open, path: Path) -> None:
    path.write_bytes(b"what a person wrote" * 500)
    with pytest.raises(JournalError, match="not a database file"):
        open_journal()
    assert path.read_bytes() == b"what a person wrote" * 500


def test_a_foreign_database_is_refused_and_left_as_it_is(open_journal: Open, path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE recipes (name TEXT)")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="not a journal of Hoga"):
        open_journal()
    assert path.read_bytes() == before


def test_a_table_of_another_form_is_refused(open_journal: Open, path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE hoga_journal (id INTEGER, payload TEXT)")
    database.commit()
    database.close()
    with pytest.raises(JournalError, match="not a journal of Hoga"):
        open_journal()


def test_a_journal_of_a_newer_program_is_refused(open_journal: Open, path: Path) -> None:
    open_journal().close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=2")
    database.close()
    with pytest.raises(JournalError, match="newer Hoga"):
        open_journal()


@pytest.mark.parametrize("kept", [100, 5_000, 10_000])
def test_a_torn_file_is_told(open_journal: Open, path: Path, kept: int) -> None:
    journal = open_journal()
    journal.append(*(submitted(f"{number:06d}") for number in range(500)))
    journal.close()
    whole = path.read_bytes()
    assert len(whole) > kept
    path.write_bytes(whole[:kept])
    with pytest.raises(JournalError):
        open_journal().read()


def test_a_torn_last_write_loses_only_what_append_had_not_returned_from(path: Path, tmp_path: Path) -> None:
    journal = SqlJournal(path, KINDS)
    journal.append(submitted())
    log = path.with_name(path.name + "-wal")
    after_first = log.stat().st_size
    journal.append(filled(3))
    copy = tmp_path / "copy.sqlite"  # the files as a power cut in the middle of the second append leaves them
    copy.write_bytes(path.read_bytes())
    copy.with_name(copy.name + "-wal").write_bytes(log.read_bytes()[: after_first + 300])
    journal.close()
    recovered = SqlJournal(copy, KINDS)
    try:
        assert recovered.read() == [submitted()]
        recovered.append(filled(3))
        assert recovered.read() == [submitted(), filled(3)]
    finally:
        recovered.close()


def test_a_missing_entry_is_told_by_its_number(open_journal: Open, path: Path) -> None:
    journal = open_journal()
    journal.append(submitted(), filled(3), filled(7))
    journal.close()
    database = sqlite3.connect(path)
    database.execute("DELETE FROM hoga_journal WHERE version = 2")
    database.commit()
    database.close()
    with pytest.raises(JournalError, match="entry 2 is missing"):
        open_journal()


def test_an_unknown_kind_in_the_file_is_named(open_journal: Open, path: Path) -> None:
    open_journal().append(submitted())
    stranger = SqlJournal(path, {"Unheard": Unheard})
    stranger.append(Unheard("?"))
    stranger.close()
    with pytest.raises(JournalError, match=r"entry 2 is of the unknown kind 'Unheard'"):
        open_journal().read()


@pytest.mark.parametrize("body", ["{", "{}", '{"order_id": 3}', "null"])
def test_a_damaged_entry_is_told_by_its_number(open_journal: Open, path: Path, body: str) -> None:
    journal = open_journal()
    journal.append(submitted())
    journal.close()
    database = sqlite3.connect(path)
    database.execute("UPDATE hoga_journal SET body = ?", (body,))
    database.commit()
    database.close()
    with pytest.raises(JournalError, match=r"entry 1 \(OrderSubmitted\) is damaged"):
        open_journal().read()


def test_a_closed_journal_says_so(open_journal: Open) -> None:
    journal = open_journal()
    journal.close()
    with pytest.raises(JournalError, match="has been closed"):
        journal.append(submitted())
    with pytest.raises(JournalError, match="has been closed"):
        journal.read()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://somebody:s3cret@/nowhere/at/all.sqlite",
        "nosuchdatabase://somebody:s3cret@127.0.0.1/hoga",
        "sqlite://somebody:s3cret@127.0.0.1:port/hoga",
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_its_password(url: str) -> None:
    with pytest.raises(JournalError) as caught:
        SqlJournal(url, KINDS)
    assert "s3cret" not in str(caught.value)


def test_importing_the_journal_does_not_import_its_database_library() -> None:
    code = "import sys, hoga.storage.journal; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_who_only_looks_needs_no_file_that_can_be_written(open_journal: Open, path: Path) -> None:
    """The orders can be looked at while the disk is full, or another process writes."""
    open_journal().append(submitted())
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another process is using it"):
        open_journal()
    assert open_journal(only_looks=True).read() == [submitted()]
    other.close()
