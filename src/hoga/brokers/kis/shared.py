"""Files in Hoga's folder that all processes of the machine share: one at a time, and for their owner only.

Whoever dies while he holds a lock gives it up: the operating system takes it back. Nobody waits for a lock
in a way that holds up everything else in his process.

The lock is that of a file of its own, which stays open: to open it every time cost more than all else that a
call's turn does. So it is looked each time whether the file of that name is still the one that is open.
"""

import asyncio
import contextlib
import hashlib
import os
import sys
import tempfile
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import lock_descriptor, unlock_descriptor

from hoga.domain.errors import RateLimited

FOLDER = "kis"
LOCK_WAIT = 15.0
"""Seconds after which a lock is not waited for any longer. Nobody holds one longer than a call takes."""

_FIRST_LOOK = 0.0005
_LONGEST_LOOK = 0.05
"""Seconds between two looks at a lock that somebody holds, doubled from look to look."""


class SharedFile:
    """One file and its lock."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError` when its folder cannot be made."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self._lock = path.with_suffix(".lock")
        self._open: _Open | None = None
        self._is_held = False

    def __repr__(self) -> str:
        return f"SharedFile({self.path.name})"

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """While nobody else holds it. Raises `RateLimited` when somebody keeps it too long, and `OSError`."""
        await self._acquire()
        try:
            yield
        finally:
            assert self._open is not None
            self._is_held = False
            unlock_descriptor(self._open.descriptor)

    def read(self) -> bytes:
        """What stands in it, b"" when there is none. Raises `OSError`.

        One that others may open, as a copy from elsewhere is, becomes its owner's alone.
        """
        try:
            with open(self.path, "rb", buffering=0) as file:
                _close_to_others(file.fileno())
                return file.read()
        except FileNotFoundError:
            return b""

    def replace(self, content: bytes) -> None:
        """Write it whole: whoever reads finds the old or the new content. Raises `OSError`."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name + ".")
        try:
            with open(handle, "wb") as file:
                file.write(content)
            os.replace(name, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise

    def overwrite(self, content: bytes) -> None:
        """Write over what stands in it. Quick, but may tear. Raises `OSError`."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(handle, content)
            if os.fstat(handle).st_size > len(content):  # of another version, or damaged
                os.ftruncate(handle, len(content))
        finally:
            os.close(handle)

    async def _acquire(self) -> None:
        pause, waited = _FIRST_LOOK, 0.0
        while not self._take():
            if waited >= LOCK_WAIT:
                raise RateLimited(
                    f"다른 프로그램이 {self._lock} 을(를) 놓지 않습니다. 그 프로그램을 확인하세요.",
                    f"Another program does not let go of {self._lock}. Look after that program.",
                )
            await asyncio.sleep(pause)
            waited += pause
            pause = min(2 * pause, _LONGEST_LOOK)

    def _take(self) -> bool:
        """Take the lock if it is free. Raises `OSError`."""
        if self._open is None or self._open.process != os.getpid():
            self._open, self._is_held = _Open(self._lock), False
        if self._is_held:
            return False
        if not lock_descriptor(self._open.descriptor, blocking=False):
            return False
        try:
            is_same = self._open.is_at(self._lock)
        except BaseException:
            unlock_descriptor(self._open.descriptor)
            raise
        if not is_same:  # somebody has removed it, and others lock another one
            self._open = None
            return False
        self._is_held = True
        return True


class _Open:
    """A file that is open until nobody knows of it any more. Its lock goes with it."""

    def __init__(self, path: Path) -> None:
        self.process = os.getpid()
        """Who opened it: a copy of this process would have the same lock."""
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        weakref.finalize(self, os.close, self.descriptor)
        status = os.fstat(self.descriptor)
        self._identity = status.st_dev, status.st_ino

    def is_at(self, path: Path) -> bool:
        """Whether it is the file of that name."""
        try:
            status = os.stat(path)
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) == self._identity


def _close_to_others(descriptor: int) -> None:
    if sys.platform == "win32" or not os.fstat(descriptor).st_mode & 0o077:
        return
    with contextlib.suppress(OSError):  # somebody else's
        os.fchmod(descriptor, 0o600)


def shared_name(*secrets: str) -> str:
    """The name of a file about something secret, which cannot be read off the name."""
    return hashlib.sha256("\n".join(secrets).encode()).hexdigest()[:32]
