"""The disk fails under a trading desk: it stops with a clear message, and nothing that was known is lost."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.brokers.kis.door import BUY, MAKER, SELL
from tests.trading.floor import REQUEST, Floor

from hoga.clock import WallClock
from hoga.domain.errors import JournalError
from hoga.domain.notices import Answer
from hoga.domain.order import Order, OrderStatus
from hoga.domain.trading_state import TradingState
from hoga.exchange.commands import Place
from hoga.storage.journal import SqlJournal
from hoga.storage.lease import SqlLease
from hoga.trading.desk import Patience

S = OrderStatus

TAKE_OVER = """
import sys
from hoga.clock import WallClock
from hoga.storage.lease import SqlLease
from hoga.trading.desk import Patience
lease = SqlLease(sys.argv[1], "1", WallClock().now, is_alive=lambda pid: False)
print(lease.token)
"""


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with asyncio.Runner() as loop:
        floor = Floor(loop, tmp_path / "desk.sqlite")
        yield floor
        floor.close()


def pragma(journal: SqlJournal, text: str) -> object:
    connection = journal._store._connection
    assert connection is not None
    result = connection.exec_driver_sql(f"PRAGMA {text}")
    value = result.scalar() if result.returns_rows else None
    connection.rollback()
    return value


def fill_the_disk(floor: Floor) -> None:
    """The file cannot grow any more: what SQLite does when the disk is full."""
    pragma(floor.journal, f"max_page_count={pragma(floor.journal, 'page_count')}")


def make_read_only(floor: Floor) -> None:
    """What SQLite does when the file may not be written any more; as root, permissions forbid nothing."""
    pragma(floor.journal, "query_only=ON")


def place_until_it_stops(floor: Floor) -> int:
    """Place one order after the other; how many the exchange has got when the journal fails."""
    for number in range(1_000):
        try:
            order = floor.place(replace(REQUEST, quantity=1, price=60_000 + 100 * (number % 90)))
        except JournalError:
            return len(floor.heard)
        assert order.status in (S.OPEN, S.DENIED)
        if order.status is S.OPEN:
            floor.do(floor.desk.cancel(order.order_id))
    raise AssertionError("the journal never failed")


FAULTS: list[tuple[Callable[[Floor], None], str]] = [
    (fill_the_disk, "the disk is full"),
    (make_read_only, "it is read-only"),
]
both = pytest.mark.parametrize(("break_it", "says"), FAULTS, ids=["full", "read-only"])


@both
def test_trading_stops_with_a_clear_message_and_goes_on_after_the_disk_is_mended(
    floor: Floor, break_it: Callable[[Floor], None], says: str
) -> None:
    before = floor.place()
    assert before.status is S.OPEN
    break_it(floor)
    heard = place_until_it_stops(floor)
    (line,) = [line for line in floor.told if "Trading stops" in line]
    assert says in line
    assert str(floor.path) in line
    assert "매매를 멈춥니다" in line
    for _ in range(3):
        with pytest.raises(JournalError, match=says):
            floor.place()
        with pytest.raises(JournalError, match=says):
            floor.do(floor.desk.cancel(before.order_id))
    assert len(floor.heard) == heard
    assert str(floor.desk.trading_state) == TradingState.HALTED
    floor.restart()
    assert floor.desk.get_order(before.order_id).broker_order_ids == before.broker_order_ids
    floor.check_books()
    assert floor.desk.trading_state is TradingState.ACTIVE
    assert floor.place(replace(REQUEST, quantity=2)).status is S.OPEN


def test_an_answer_that_cannot_be_kept_is_found_again(floor: Floor) -> None:
    place = floor.broker.place

    async def place_and_break(order: object) -> object:
        answer = await place(order)  # type: ignore[arg-type]
        make_read_only(floor)
        return answer

    floor.broker.place = place_and_break  # type: ignore[assignment, method-assign]
    with pytest.raises(JournalError, match="read-only"):
        floor.place()
    assert len(floor.heard) == 1
    floor.broker.place = place  # type: ignore[method-assign]
    floor.restart()
    (order,) = floor.desk.orders
    assert order.status is S.OPEN
    assert len(floor.heard) == 1
    floor.check_books()


def test_a_fill_that_cannot_be_kept_is_found_again(floor: Floor) -> None:
    order = floor.place()
    make_read_only(floor)
    with pytest.raises(JournalError, match="read-only"):
        floor.simulation.submit(Place(MAKER, "005930", SELL, 4, 70_000), floor.clock.now())
    assert floor.desk.get_order(order.order_id).filled_quantity == 0
    floor.restart()
    assert floor.desk.get_order(order.order_id).filled_quantity == 4
    floor.check_books()


def torn(floor: Floor, kept: int, folder: Path) -> Path:
    """The files as a power cut leaves them, `kept` bytes into the last write."""
    copy = folder / "torn.sqlite"
    shutil.copy(floor.path, copy)
    log = floor.path.with_name(f"{floor.path.name}-wal").read_bytes()
    copy.with_name(f"{copy.name}-wal").write_bytes(log[:kept])
    return copy


@pytest.mark.parametrize("more", [0, 1, 24, 300, 4_000])
def test_a_torn_last_write_loses_nothing_that_was_acted_on(floor: Floor, tmp_path: Path, more: int) -> None:
    first = floor.place()
    log = floor.path.with_name(f"{floor.path.name}-wal")
    whole = log.stat().st_size
    second = floor.place(replace(REQUEST, quantity=2))  # its intent and its answer are what may be torn
    floor.path = torn(floor, whole + more, tmp_path)
    floor.restart()
    # The intent was on disk before it was sent, so a power cut that tears it comes before the sending: here
    # the exchange has the order all the same, and it is followed as one that was placed elsewhere.
    known = {order.broker_order_id for order in floor.desk.orders}
    assert known == {first.broker_order_id, second.broker_order_id}
    assert floor.do(floor.desk.reconcile()) == ()


def test_a_torn_answer_leaves_the_order_in_doubt_until_the_list_tells(floor: Floor, tmp_path: Path) -> None:
    log = floor.path.with_name(f"{floor.path.name}-wal")
    sizes = []
    place = floor.broker.place

    async def place_and_note(order: object) -> object:
        sizes.append(log.stat().st_size)
        return await place(order)  # type: ignore[arg-type]

    floor.broker.place = place_and_note  # type: ignore[assignment, method-assign]
    order = floor.place()
    floor.path = torn(floor, sizes[0] + 300, tmp_path)
    floor.restart()
    kinds = [type(entry).__name__ for entry in floor.journal.read()]
    assert kinds == ["DayOpened", "OrderSubmitted", "OrderUnconfirmed", "OrderAccepted"]
    assert floor.desk.get_order(order.order_id).broker_order_ids == order.broker_order_ids
    floor.check_books()


async def watched(floor: Floor) -> BaseException | None:
    """What a desk that is only watched ends with a second later; None when it lives on."""
    watching = asyncio.create_task(floor.desk.watch())
    floor.clock.set(floor.clock.now() + Patience().obey_every)
    done, _ = await asyncio.wait([watching], timeout=1)
    watching.cancel()
    return next((task.exception() for task in done), None)


def test_a_second_process_that_takes_over_stops_the_first_desk(floor: Floor) -> None:
    with closing(SqlLease(floor.path, "1", WallClock().now)) as lease:
        floor.restart(lease=lease)
        assert floor.place().status is S.OPEN
        other = subprocess.run(
            [sys.executable, "-c", TAKE_OVER, str(floor.path)], capture_output=True, text=True, check=True
        )
        assert other.stdout == "2\n"
        heard = len(floor.heard)
        for _ in range(2):
            with pytest.raises(JournalError, match="another Hoga has taken over this account"):
                floor.place(replace(REQUEST, quantity=2))
        assert len(floor.heard) == heard
        assert floor.desk.trading_state is TradingState.HALTED
        assert [line for line in floor.told if "Trading stops" in line]
    floor.restart()
    floor.check_books()


def test_a_desk_that_was_overtaken_lets_nothing_leave_and_hears_of_it_within_a_second(floor: Floor) -> None:
    """SIGSTOP behind the journal: the order is written down, and another desk takes over before it leaves."""
    left: list[object] = []
    with closing(SqlLease(floor.path, "1", WallClock().now)) as lease:
        floor.restart(lease=lease)
        place = floor.broker.place

        async def stand_still(order: Order) -> Answer:
            floor.desk.check_departure(order)
            subprocess.run([sys.executable, "-c", TAKE_OVER, str(floor.path)], check=True)  # noqa: ASYNC221
            floor.desk.check_departure(order)
            left.append(order)
            return await place(order)

        floor.broker.place = stand_still  # type: ignore[method-assign]
        with pytest.raises(JournalError, match="another Hoga has taken over this account"):
            floor.place()
        assert (left, floor.heard) == ([], [])
        assert str(floor.desk.trading_state) == TradingState.HALTED
        (line,) = [line for line in floor.told if "Trading stops" in line]
        assert "another Hoga has taken over this account" in line


def test_an_idle_desk_that_was_overtaken_stops_within_a_second(floor: Floor) -> None:
    with closing(SqlLease(floor.path, "1", WallClock().now)) as lease:
        floor.restart(lease=lease)
        subprocess.run([sys.executable, "-c", TAKE_OVER, str(floor.path)], check=True)
        assert isinstance(floor.do(watched(floor)), JournalError)
    (line,) = [line for line in floor.told if "Trading stops" in line]
    assert "another Hoga has taken over this account" in line


def test_a_file_that_another_process_holds_stops_trading(floor: Floor) -> None:
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); "
    hold += "print('held', flush=True); sys.stdin.read(); c.rollback(); c.close()"
    command = [sys.executable, "-c", hold, str(floor.path)]
    floor.restart(lock_wait=0.05)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(JournalError, match="another process is using it"):
            floor.place()
        other.communicate("")
    assert floor.heard == []
    with pytest.raises(JournalError, match="another process is using it"):
        floor.place(replace(REQUEST, side=BUY))
    floor.restart()
    assert floor.place().status is S.OPEN


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def replace_by_a_copy(path: Path) -> None:
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.replace(path)


TAKEN_AWAY: list[Callable[[Path], object]] = [
    Path.unlink,
    lambda path: beside(path).unlink(),
    lambda path: path.replace(path.with_name("elsewhere")),
    replace_by_a_copy,
]


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be taken away there")
@pytest.mark.parametrize("take_away", TAKEN_AWAY, ids=["deleted", "log deleted", "moved", "replaced"])
def test_a_journal_that_is_taken_away_stops_trading(
    floor: Floor, take_away: Callable[[Path], object]
) -> None:
    """It can be written to until the process ends, and another desk, or a halt, would be in another file."""
    order = floor.place()
    take_away(floor.path)
    heard = len(floor.heard)
    for _ in range(2):
        with pytest.raises(JournalError, match="was deleted or replaced"):
            floor.place(replace(REQUEST, quantity=2))
        with pytest.raises(JournalError, match="was deleted or replaced"):
            floor.do(floor.desk.cancel(order.order_id))
    assert len(floor.heard) == heard
    assert str(floor.desk.trading_state) == TradingState.HALTED


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be taken away there")
def test_a_desk_that_does_nothing_hears_within_a_second_that_its_journal_is_gone(floor: Floor) -> None:
    floor.path.unlink()

    assert isinstance(floor.do(watched(floor)), JournalError)
    assert [line for line in floor.told if "Trading stops" in line]


def test_an_order_of_which_nobody_knows_whether_it_was_written_down_is_not_sent(floor: Floor) -> None:
    """The connection to the database breaks in the middle of a commit: the entry is there all the same."""
    append = floor.journal.append

    def append_and_break(*entries: object) -> None:
        append(*entries)
        raise JournalError("연결이 끊겼습니다", "the connection was lost during the commit")

    floor.journal.append = append_and_break  # type: ignore[method-assign]
    with pytest.raises(JournalError, match="during the commit"):
        floor.place()
    assert not floor.heard
    floor.restart()
    (order,) = floor.desk.orders
    assert order.status is S.UNCONFIRMED
    floor.clock.set(floor.clock.now() + Patience().wait)
    for _ in range(Patience().reads):
        assert floor.do(floor.desk.settle())
    assert floor.desk.get_order(order.order_id).status is S.NOT_RECEIVED
    assert not floor.heard
    floor.check_books()
