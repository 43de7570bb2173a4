"""Files that processes share."""

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hoga.brokers.kis import shared
from hoga.brokers.kis.shared import SharedFile, shared_name
from hoga.domain.errors import RateLimited

HOLDER = """
import asyncio, pathlib, sys
from hoga.brokers.kis.shared import SharedFile
async def hold():
    async with SharedFile(pathlib.Path(sys.argv[1])).held():
        print("held", flush=True)
        sys.stdin.read()
asyncio.run(hold())
"""


def hold_elsewhere(path: Path) -> "subprocess.Popen[str]":
    """Another process that holds the lock until its input ends or it is killed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_files_and_locks_are_for_their_owner_only(tmp_path: Path) -> None:
    async def story() -> None:
        one, other = SharedFile(tmp_path / "kis" / "a.json"), SharedFile(tmp_path / "kis" / "b.pace")
        async with one.held():
            one.replace(b"new")
        async with other.held():
            other.overwrite(b"new")
        assert one.read() == other.read() == b"new"

    asyncio.run(story())
    assert stat.S_IMODE((tmp_path / "kis").stat().st_mode) == 0o700
    found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "kis").iterdir()}
    assert found == dict.fromkeys(("a.json", "a.lock", "b.pace", "b.lock"), 0o600)


def test_a_new_content_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = SharedFile(tmp_path / "a.json")
    file.replace(b"old")

    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        file.replace(b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]
    assert file.read() == b"old"


def test_a_lock_is_waited_for_without_holding_up_the_others(tmp_path: Path) -> None:
    holder = hold_elsewhere(tmp_path / "a.json")
    file = SharedFile(tmp_path / "a.json")

    async def wait() -> None:
        async with file.held():
            pass

    async def story() -> None:
        waiter = asyncio.create_task(wait())
        for _ in range(100):  # what else there is to do goes on
            await asyncio.sleep(0)
        assert not waiter.done()
        holder.communicate("")
        await asyncio.wait_for(waiter, 10)

    asyncio.run(story())


def test_a_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    holder = hold_elsewhere(tmp_path / "a.json")
    holder.kill()
    holder.communicate()

    async def story() -> None:
        async with SharedFile(tmp_path / "a.json").held():
            pass

    asyncio.run(asyncio.wait_for(story(), 10))


def test_a_lock_that_is_never_let_go_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "LOCK_WAIT", 0.002)

    async def story() -> None:
        one, other = SharedFile(tmp_path / "a.json"), SharedFile(tmp_path / "a.json")
        async with one.held():
            with pytest.raises(RateLimited, match=r"a\.lock"):
                async with other.held():
                    raise AssertionError

    asyncio.run(story())


def test_a_name_does_not_tell_the_secret() -> None:
    name = shared_name("the-app-key", "https://host")
    assert "app" not in name
    assert len({name, shared_name("the-app-key"), shared_name("the-app-key", "https://other")}) == 3
