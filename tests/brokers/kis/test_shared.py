"""Files that processes share."""

import asyncio
import gc
import os
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps who may read elsewhere")
def test_a_file_that_others_may_read_becomes_its_owner_s_alone(tmp_path: Path) -> None:
    file = SharedFile(tmp_path / "a.json")
    file.path.write_bytes(b"a token")
    file.path.chmod(0o644)
    assert file.read() == b"a token"
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_what_is_written_over_something_longer_stands_there_alone(tmp_path: Path) -> None:
    file = SharedFile(tmp_path / "a.pace")
    file.replace(b"of another version")
    file.overwrite(b"new")
    assert file.read() == b"new"


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


def test_a_lock_whose_file_was_removed_is_still_one_lock(tmp_path: Path) -> None:
    """Who has the old file open would otherwise lock what nobody else knows."""

    async def story() -> None:
        one, other = SharedFile(tmp_path / "a.json"), SharedFile(tmp_path / "a.json")
        async with one.held():
            pass
        (tmp_path / "a.lock").unlink()
        async with other.held():
            waiter = asyncio.create_task(hold(one))
            for _ in range(100):
                await asyncio.sleep(0)
            assert not waiter.done()
        await asyncio.wait_for(waiter, 10)

    asyncio.run(story())


async def hold(file: SharedFile) -> None:
    async with file.held():
        pass


def test_two_tasks_do_not_hold_one_file_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        file = SharedFile(tmp_path / "a.json")
        async with file.held():
            waiter = asyncio.create_task(hold(file))
            for _ in range(100):
                await asyncio.sleep(0)
            assert not waiter.done()
        await asyncio.wait_for(waiter, 10)

    asyncio.run(story())


COPY = """
import asyncio, os, pathlib, sys
from hoga.brokers.kis.shared import SharedFile
file = SharedFile(pathlib.Path(sys.argv[1]))
async def hold():
    async with file.held():
        if os.fork() == 0:
            os._exit(1 if file._take() else 0)
        assert os.wait()[1] == 0, "the copy has the lock, too"
asyncio.run(hold())
if os.fork() == 0:
    os._exit(0 if file._take() else 1)
assert os.wait()[1] == 0, "the copy does not get the lock"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows makes no copies of a process")
def test_a_copy_of_the_process_does_not_share_its_lock(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", COPY, str(tmp_path / "a.json")], check=True)


def test_a_file_that_nobody_knows_of_is_closed(tmp_path: Path) -> None:
    async def story() -> int:
        file = SharedFile(tmp_path / "a.json")
        await hold(file)
        assert file._open is not None
        os.fstat(file._open.descriptor)
        return file._open.descriptor

    descriptor = asyncio.run(story())
    gc.collect()
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)


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
