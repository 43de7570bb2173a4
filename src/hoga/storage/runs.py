"""Folders of simulated days.

A run's name says what it trades on; a number behind it tells runs of the same name apart. A run is continued
until it is finished: the file `report.json` in its folder is its last act.
"""

from dataclasses import dataclass
from pathlib import Path

from hoga.domain.errors import JournalError

REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class Run:
    """One simulated day on disk. `is_continued` tells that an earlier process began it."""

    folder: Path
    is_continued: bool

    @property
    def desk_journal(self) -> Path:
        """What the desk knows."""
        return self.folder / "desk.sqlite"

    @property
    def exchange_log(self) -> Path:
        """What was asked of the simulated exchange."""
        return self.folder / "exchange.sqlite"

    def finish(self, report: bytes) -> None:
        """Keep the day's report. The run is finished after this and is not continued any more."""
        unfinished = self.folder / (REPORT + ".part")
        try:
            unfinished.write_bytes(report)
            unfinished.replace(self.folder / REPORT)
        except OSError as error:
            raise _unwritable(self.folder, error) from error


def open_run(home: Path, name: str, *, fresh: bool = False) -> Run:
    """The unfinished run of this name, else a new one. `fresh` leaves an unfinished run behind.

    Raises:
        JournalError: the folder cannot be made or read.
    """
    runs = home / "runs"
    try:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = [int(folder.name.rsplit("-", 1)[1]) for folder in runs.glob(f"{name}-[0-9][0-9][0-9]")]
        last = max(numbers, default=0)
        folder = runs / f"{name}-{last:03d}"
        if last and not fresh and not (folder / REPORT).exists():
            return Run(folder, is_continued=True)
        folder = runs / f"{name}-{last + 1:03d}"
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise _unwritable(runs, error) from error
    return Run(folder, is_continued=False)


def _unwritable(folder: Path, error: OSError) -> JournalError:
    return JournalError(
        f"{folder} 에 쓸 수 없습니다({error.strerror}). "
        "권한과 남은 공간을 확인하거나 HOGA_HOME 을 바꾸십시오.",
        f"{folder} cannot be written ({error.strerror}). Check permissions and space, or set HOGA_HOME.",
    )
