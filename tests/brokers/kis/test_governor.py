"""Who calls next: the queue of a process on a hand-set clock, and processes that share a limit."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.trading.conftest import SetClock

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.governor import Governor, Queue
from hoga.brokers.kis.pacing import Pacing
from hoga.brokers.kis.rates import Priority
from hoga.brokers.kis.shared import SharedFile
from hoga.clock import ManualClock
from hoga.domain.errors import BadInput
from hoga.domain.zone import KST

T = TypeVar("T")
ORDER, ACCOUNT, QUOTE, POLL = Priority
START = datetime(2026, 11, 20, 10, 0, tzinfo=KST)
SECOND = timedelta(seconds=1.1)
KEYS = Keys("the-app-key", "the-secret")


def make(folder: Path, clock: ManualClock, calls: int = 18, **more: Any) -> Governor:
    return Governor(SharedFile(folder / "key.pace"), clock, lambda day: calls, **more)


def live(clock: ManualClock, story: Coroutine[Any, Any, T]) -> T:
    """The result of a story; whenever nothing happens, the clock moves to what is waited for."""

    async def drive() -> T:
        task = asyncio.ensure_future(story)
        while not task.done():
            for _ in range(5):
                await asyncio.sleep(0)
            if clock.next_at is not None:
                clock.set(clock.next_at)
        return await task

    return asyncio.run(asyncio.wait_for(drive(), 20))


class Callers:
    """Who began, and when."""

    def __init__(self, clock: ManualClock) -> None:
        self.begun: list[tuple[str, timedelta]] = []
        self._clock = clock

    async def call(self, governor: Governor, priority: Priority, name: str) -> None:
        await governor.turn(priority)
        self.begun.append((name, self._clock.now() - START))

    @property
    def names(self) -> str:
        return "".join(name for name, _ in self.begun)


def test_orders_overtake_account_reads_and_those_overtake_prices(tmp_path: Path) -> None:
    clock = ManualClock(START)
    callers, governor = Callers(clock), make(tmp_path, clock, 1)

    async def story() -> None:
        await asyncio.gather(
            callers.call(governor, QUOTE, "a"),
            callers.call(governor, POLL, "p"),
            callers.call(governor, QUOTE, "b"),
            callers.call(governor, ACCOUNT, "c"),
            callers.call(governor, ORDER, "d"),
            callers.call(governor, ACCOUNT, "e"),
            callers.call(governor, ORDER, "f"),
        )

    live(clock, story())
    assert callers.names == "adfcebp"
    assert [at for _, at in callers.begun] == [count * SECOND for count in range(7)]


def test_an_order_does_not_wait_behind_five_hundred_prices(tmp_path: Path) -> None:
    clock = ManualClock(START)
    callers, governor = Callers(clock), make(tmp_path, clock)

    async def story() -> None:
        backlog = [asyncio.create_task(callers.call(governor, QUOTE, ".")) for _ in range(500)]
        await asyncio.sleep(0)
        await callers.call(governor, ORDER, "o")
        await asyncio.gather(*backlog)

    live(clock, story())
    assert callers.names.index("o") == 15
    assert dict(callers.begun)["o"] == timedelta(0)


def test_another_process_s_order_goes_before_our_prices(tmp_path: Path) -> None:
    clock = ManualClock(START)
    callers = Callers(clock)
    ours, others = make(tmp_path, clock, 1), make(tmp_path, clock, 1)

    async def story() -> None:
        backlog = [asyncio.create_task(callers.call(ours, QUOTE, ".")) for _ in range(4)]
        await asyncio.sleep(0)
        await callers.call(others, ORDER, "o")
        await asyncio.gather(*backlog)

    live(clock, story())
    assert callers.names == ".o..."


@pytest.mark.parametrize("ahead", [-3_600, 3_600])
def test_an_order_does_not_wait_for_a_clock_that_is_set(tmp_path: Path, ahead: int) -> None:
    market = ManualClock(START)
    clock = SetClock(market)
    governor = make(tmp_path, clock, 1)

    async def story() -> None:
        await governor.turn(ORDER)
        waiting = asyncio.create_task(governor.turn(ORDER))
        while market.next_at is None:  # noqa: ASYNC110 - it waits for its turn by then
            await asyncio.sleep(0)
        clock.ahead = timedelta(seconds=ahead)
        await waiting

    live(market, story())
    assert market.now() - START <= 2 * SECOND


def test_who_gives_up_leaves_the_queue(tmp_path: Path) -> None:
    clock = ManualClock(START)
    callers, governor = Callers(clock), make(tmp_path, clock, 1)

    async def story() -> None:
        await callers.call(governor, QUOTE, "a")
        tired = [asyncio.create_task(callers.call(governor, ORDER, "x")) for _ in range(3)]
        waiter = asyncio.create_task(callers.call(governor, QUOTE, "b"))
        await asyncio.sleep(0)
        assert (await governor.queue()).orders == 3
        for task in tired:
            task.cancel()
        await waiter
        assert await governor.queue() == Queue(
            limit=1, orders=0, accounts=0, quotes=0, polls=0, wait=timedelta(0)
        )

    live(clock, story())
    assert callers.names == "ab"


def test_the_queue_is_shown_with_what_it_takes(tmp_path: Path) -> None:
    clock = ManualClock(START)
    callers, governor = Callers(clock), make(tmp_path, clock, 1)

    async def story() -> Queue:
        waiting = [asyncio.create_task(callers.call(governor, each, "")) for each in (QUOTE, *Priority)]
        await asyncio.sleep(0)
        queue = await governor.queue()
        await asyncio.gather(*waiting)
        return queue

    queue = live(clock, story())
    assert (queue.orders, queue.accounts, queue.quotes, queue.polls) == (1, 1, 1, 1)
    assert queue.limit == 1
    assert queue.wait == 4 * SECOND
    assert callers.begun[-1][1] == queue.wait


def test_a_long_wait_is_told_beforehand(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock, told = ManualClock(START), list[str]()
    governor = make(tmp_path, clock, 1, tell=told.append)

    async def story() -> None:
        await governor.announce(QUOTE, 3)
        assert not told
        await governor.announce(QUOTE, 60)

    with caplog.at_level(logging.INFO):
        live(clock, story())
    assert told == [
        "한국투자증권 호출 한도 때문에 호출 60건에 약 65초 걸립니다. / "
        "KIS limits the calls of a second: these 60 calls take about 65 s."
    ]
    assert told[0] in caplog.text


def test_all_processes_slow_down_when_one_is_refused(tmp_path: Path) -> None:
    clock = ManualClock(START)
    callers = Callers(clock)
    ours, others = make(tmp_path, clock), make(tmp_path, clock)

    async def story() -> None:
        start = await ours.turn(QUOTE)
        await ours.slow_down(start)
        await callers.call(others, QUOTE, "a")
        await callers.call(others, QUOTE, "b")

    live(clock, story())
    space = SECOND / 18 * 5 / 4
    assert [round(at / space, 3) for _, at in callers.begun] == [1.0, 2.0]


def test_the_limit_follows_the_date(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 4, 19, 23, 59, tzinfo=KST))
    governor = Governor.open(tmp_path, KEYS, Environment.REAL, clock)
    callers = Callers(clock)

    async def burst() -> int:
        begun = clock.now()
        tasks = [asyncio.create_task(callers.call(governor, ORDER, "")) for _ in range(30)]
        for _ in range(50):
            await asyncio.sleep(0)
        assert clock.now() == begun
        for task in tasks:
            task.cancel()
        count = len(callers.begun)
        callers.begun.clear()
        return count

    async def story() -> tuple[int, int]:
        before = await burst()
        clock.set(datetime(2026, 4, 20, 0, 1, tzinfo=KST))
        return before, await burst()

    assert asyncio.run(story()) == (20, 18)


def test_a_new_customer_has_three_calls_a_second(tmp_path: Path) -> None:
    clock = ManualClock(START)
    governor = Governor.open(
        tmp_path, KEYS, Environment.REAL, clock, customer_since=START.date() - timedelta(days=1)
    )
    assert live(clock, governor.expect(ORDER, 4)) == SECOND


@pytest.mark.parametrize("content", [b"HGP1 what?", b"HGP1" + bytes(5_000)], ids=["torn", "longer"])
def test_a_damaged_file_costs_one_second(tmp_path: Path, content: bytes) -> None:
    clock = ManualClock(START)
    (tmp_path / "key.pace").write_bytes(content)
    callers, governor = Callers(clock), make(tmp_path, clock)
    live(clock, callers.call(governor, ORDER, "a"))
    assert callers.begun == [("a", SECOND)]


def test_a_file_that_cannot_be_written_paces_this_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: SharedFile, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SharedFile, "overwrite", full)
    clock = ManualClock(START)
    callers, governor = Callers(clock), make(tmp_path, clock, 1)

    async def story() -> None:
        for _ in range(3):
            await callers.call(governor, ORDER, "a")

    live(clock, story())
    assert [at for _, at in callers.begun] == [SECOND, 2 * SECOND, 3 * SECOND]
    assert caplog.text.count("No space") == 1


def test_a_file_that_can_be_used_again_paces_all_processes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(START)
    callers, governor, other = Callers(clock), make(tmp_path, clock, 1), make(tmp_path, clock, 1)

    def full(file: SharedFile, content: bytes) -> None:
        raise OSError(24, "Too many open files")

    async def story() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(SharedFile, "overwrite", full)
            await callers.call(governor, ORDER, "a")
        clock.set(START + timedelta(seconds=20))
        await callers.call(governor, ORDER, "b")
        await callers.call(other, ORDER, "c")

    live(clock, story())
    assert callers.begun[1:] == [
        ("b", timedelta(seconds=20)),
        ("c", timedelta(seconds=20) + SECOND),
    ]


def test_what_began_while_the_file_could_not_be_used_counts_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(START)
    callers, governor = Callers(clock), make(tmp_path, clock, 2)

    def full(file: SharedFile, content: bytes) -> None:
        raise OSError(24, "Too many open files")

    async def story() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(SharedFile, "overwrite", full)
            await callers.call(governor, ORDER, "a")
            clock.set(START + timedelta(seconds=9.9))
            await callers.call(governor, ORDER, "b")
            await callers.call(governor, ORDER, "c")
        clock.set(START + timedelta(seconds=10.1))
        await callers.call(governor, ORDER, "d")
        assert Pacing.decode((tmp_path / "key.pace").read_bytes()) is not None
        assert clock.now() == START + timedelta(seconds=9.9) + SECOND

    live(clock, story())


@pytest.mark.parametrize("calls", [0, 65])
def test_a_limit_that_cannot_be_kept_is_refused(tmp_path: Path, calls: int) -> None:
    with pytest.raises(BadInput, match="from 1 to 64"):
        make(tmp_path, ManualClock(START), calls)


def test_a_file_is_named_without_the_key(tmp_path: Path) -> None:
    governor = Governor.open(tmp_path, KEYS, Environment.REAL, ManualClock(START))
    live(ManualClock(START), governor.turn(ORDER))
    names = [each.name for each in (tmp_path / "kis").iterdir()]
    assert len(names) == 2
    assert not any(KEYS.appkey in name for name in (*names, repr(governor)))


BURST = """
import asyncio, pathlib, sys
from hoga.brokers.kis.governor import Governor
from hoga.brokers.kis.rates import Priority
from hoga.brokers.kis.shared import SharedFile
from hoga.clock import WallClock

async def burst():
    governor = Governor(SharedFile(pathlib.Path(sys.argv[1])), WallClock(), lambda day: 20)
    sys.stdin.readline()
    starts = await asyncio.gather(*(governor.turn(Priority.ORDER) for _ in range(25)))
    print(*starts)

asyncio.run(burst())
"""


def test_two_processes_keep_one_limit(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BURST, str(tmp_path / "key.pace")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    starts = sorted(
        int(start) for process in processes for start in process.communicate(timeout=30)[0].split()
    )
    assert len(starts) == 50
    assert max(sum(start <= each < start + 1_000_000 for each in starts) for start in starts) == 20
