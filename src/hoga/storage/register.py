"""The register of what is listed, as a broker's files tell it: kept for one day, then fetched anew."""

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
        """Raises `BadInput` when the folder cannot be written."""
        part = self._folder / f"{name}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_bytes(content)
            part.replace(self._folder / name)
            for other in self._folder.parent.iterdir():
                if other != self._folder and other.is_dir():
                    for file in other.iterdir():
                        file.unlink(missing_ok=True)
                    other.rmdir()
        except OSError as error:
            raise _unusable(self._folder, error) from error


def _unusable(folder: Path, error: OSError) -> BadInput:
    return BadInput(
        f"{folder} 을(를) 쓸 수 없습니다({error.strerror}). 권한과 남은 공간을 확인하십시오.",
        f"{folder} cannot be used ({error.strerror}). Check permissions and space.",
    )
