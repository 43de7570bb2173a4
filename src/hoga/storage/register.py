"""The register of what is listed, as a broker's files tell it: kept for one day, then fetched anew."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from hoga.domain.errors import BadInput

FOLDER = "register"


class KeptFiles:
    """Files of one source and one day; those of other days are thrown away."""

    def __init__(self, home: Path, source: str, day: date) -> None:
        self._folder = home / FOLDER / source / f"{day:%Y%m%d}"

    def find(self, name: str) -> bytes | None:
        """What was kept today under `name`, None when nothing was. Raises `BadInput`."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def keep(self, name: str, content: bytes) -> None:
        """Several programs may keep the same at once. Raises `BadInput` when the folder cannot be written."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=f"{name}.", delete=False) as part:
                part.write(content)
            Path(part.name).replace(self._folder / name)
        except OSError as error:
            raise _unusable(self._folder, error) from error
        for other in self._folder.parent.iterdir():
            if other != self._folder and other.is_dir():
                shutil.rmtree(other, ignore_errors=True)  # another program may be at it, too


def _unusable(folder: Path, error: OSError) -> BadInput:
    return BadInput(
        f"{folder} 을(를) 쓸 수 없습니다({error.strerror}). 권한과 남은 공간을 확인하십시오.",
        f"{folder} cannot be used ({error.strerror}). Check permissions and space.",
    )
