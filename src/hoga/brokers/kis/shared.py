"""Files in Hoga's folder that all processes of the machine share: one at a time, and for their owner only.

Whoever dies while he holds a lock gives it up: the operating system takes it back. Nobody waits for a lock
in a way that holds up everything else in his process.
"""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

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
        self._lock = FileLock(path.with_suffix(".lock"), mode=0o600)

    def __repr__(self) -> str:
        return f"SharedFile({self.path.name})"

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """While nobody else holds it. Raises `RateLimited` when somebody keeps it too long, and `OSError`."""
        await self._acquire()
        try:
            yield
        finally:
            self._lock.release()

    def read(self) -> bytes:
        """What stands in it, b"" when there is none. Raises `OSError`."""
        try:
            return self.path.read_bytes()
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
        """Write over what stands in it, which must be as long. Quick, but may tear. Raises `OSError`."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(handle, content)
        finally:
            os.close(handle)

    async def _acquire(self) -> None:
        pause, waited = _FIRST_LOOK, 0.0
        while True:
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                pass
            else:
                return
            if waited >= LOCK_WAIT:
                raise RateLimited(
                    f"다른 프로그램이 {self._lock.lock_file} 을(를) 놓지 않습니다. 그 프로그램을 확인하세요.",
                    f"Another program does not let go of {self._lock.lock_file}. Look after that program.",
                )
            await asyncio.sleep(pause)
            waited += pause
            pause = min(2 * pause, _LONGEST_LOOK)


def shared_name(*secrets: str) -> str:
    """The name of a file about something secret, which cannot be read off the name."""
    return hashlib.sha256("\n".join(secrets).encode()).hexdigest()[:32]
