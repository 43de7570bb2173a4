"""How often connecting may be tried, on a hand-set clock."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hoga.brokers.kis.attempts import CEILING, Attempts
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.shared import SharedFile
from hoga.clock import ManualClock
from hoga.domain.zone import KST

START = datetime(2026, 11, 20, 10, 0, tzinfo=KST)
KEYS = Keys("the-app-key", "the-secret")


def live(clock: ManualClock, story: Coroutine[Any, Any, None]) -> None:
    """Live a story; whenever nothing happens, the clock moves to what is waited for."""

    async def drive() -> None:
        task = asyncio.ensure_future(story)
        while not task.done():
            for _ in range(5):
                await asyncio.sleep(0)
            if clock.next_at is not None:
                clock.set(clock.next_at)
        await task

    asyncio.run(asyncio.wait_for(drive(), 20))


def test_attempts_beyond_the_ceiling_wait_until_a_minute_is_over(tmp_path: Path) -> None:
    clock, made = ManualClock(START), []

    async def story() -> None:
        attempts = Attempts(SharedFile(tmp_path / "key.doors"), clock, 3)
        for _ in range(7):
            await attempts.turn()
            made.append((clock.now() - START).total_seconds())
            clock.set(clock.now() + timedelta(seconds=1))

    live(clock, story())
    assert made == [0, 1, 2, 60, 61, 62, 120]


def test_all_programs_share_the_ceiling_of_an_app_key(tmp_path: Path) -> None:
    clock = ManualClock(START)

    async def story() -> None:
        for _ in range(CEILING):  # each a program that is started anew
            await Attempts.open(tmp_path, KEYS, clock).turn()
        assert clock.now() == START
        await Attempts.open(tmp_path, Keys("another", "x"), clock).turn()
        assert clock.now() == START
        await Attempts.open(tmp_path, KEYS, clock).turn()
        assert clock.now() == START + timedelta(minutes=1)

    live(clock, story())
    assert all(KEYS.appkey not in file.name for file in (tmp_path / "kis").iterdir())


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b'["yesterday"]', b"[1]", b'["2026-11-20T10:00:00"]']
)
def test_a_damaged_file_is_written_anew(tmp_path: Path, content: bytes) -> None:
    clock, shared = ManualClock(START), SharedFile(tmp_path / "key.doors")
    shared.replace(content)

    async def story() -> None:
        attempts = Attempts(shared, clock, 1)
        await attempts.turn()
        assert clock.now() == START
        await attempts.turn()
        assert clock.now() == START + timedelta(minutes=1)

    live(clock, story())


def test_a_clock_that_is_set_back_holds_nobody_up_for_long(tmp_path: Path) -> None:
    shared = SharedFile(tmp_path / "key.doors")
    live(ManualClock(START + timedelta(days=1)), Attempts(shared, ManualClock(START), 1).turn())
    clock = ManualClock(START - timedelta(hours=1))
    live(clock, Attempts(shared, clock, 1).turn())
    assert clock.now() == START - timedelta(hours=1)


def test_what_was_tried_without_the_file_counts_when_there_is_one_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, shared = ManualClock(START), SharedFile(tmp_path / "key.doors")

    def fail(content: bytes) -> None:
        raise OSError(24, "Too many open files")

    async def story() -> None:
        attempts, other = Attempts(shared, clock, 2), Attempts(SharedFile(shared.path), clock, 2)
        with monkeypatch.context() as patched:
            patched.setattr(shared, "replace", fail)
            await attempts.turn()
        await attempts.turn()
        assert clock.now() == START
        await other.turn()
        assert clock.now() == START + timedelta(minutes=1)

    live(clock, story())


def test_without_a_file_a_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, shared = ManualClock(START), SharedFile(tmp_path / "key.doors")

    def fail(content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shared, "replace", fail)

    async def story() -> None:
        attempts = Attempts(shared, clock, 2)
        for _ in range(3):
            await attempts.turn()
        assert clock.now() == START + timedelta(minutes=1)

    with caplog.at_level(logging.WARNING):
        live(clock, story())
    assert "No space left" in caplog.text
