"""The register of what is listed, as a broker's files tell it: kept for one day, then fetched anew.

The files of the last day stay until all of the next are there: they are better than none.
"""

import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path

from hoga.domain.errors import BadInput

FOLDER = "register"


class KeptFiles:
    """Files of one source and one day."""

    def __init__(self, home: Path, source: str, day: date) -> None:
        self._day = day
        self._folder = home / FOLDER / source / f"{day:%Y%m%d}"

    def find(self, name: str) -> bytes | None:
        """What was kept today under `name`, None when nothing was. Raises `BadInput`."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def find_older(self, name: str) -> tuple[date, bytes] | None:
        """The newest file of an earlier day, with its day; None when there is none. Raises `BadInput`."""
        if not self._folder.parent.is_dir():
            return None
        for folder in sorted(self._folder.parent.iterdir(), reverse=True):
            try:
                day = datetime.strptime(folder.name, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if day < self._day and (folder / name).is_file():
                return day, (folder / name).read_bytes()
        return None

    def keep(self, name: str, content: bytes) -> None:
        """Several programs may keep the same at once. Raises `BadInput` when the folder cannot be written."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=f"{name}.", delete=False) as part:
                part.write(content)
            Path(part.name).replace(self._folder / name)
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def forget_others(self) -> None:
        """Throw away what was kept of other days."""
        if not self._folder.is_dir():
            return
        for other in self._folder.parent.iterdir():
            if other != self._folder and other.is_dir():
                shutil.rmtree(other, ignore_errors=True)  # another program may be at it, too


def _unusable(folder: Path, error: OSError) -> BadInput:
    return BadInput(
        f"{folder} 을(를) 쓸 수 없습니다({error.strerror}). 권한과 남은 공간을 확인하십시오.",
        f"{folder} cannot be used ({error.strerror}). Check permissions and space.",
    )
