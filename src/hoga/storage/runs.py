"""Folders of simulated days.

A run's name says what it trades on; a number behind it tells runs of the same name apart. A run is continued
until it is finished: the file `report.json` in its folder is its last act. Only one process at a time lives a
run of a name: two would trade the same account.
"""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hoga.domain.errors import BadInput, JournalError
from hoga.storage.lock import held

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

    @property
    def session(self) -> str:
        """Tells this run from every other one, on any computer. Raises `JournalError`."""
        file = self.folder / "session"
        try:
            if not file.exists():
                file.write_text(secrets.token_hex(8))
            return file.read_text()
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def finish(self, report: bytes) -> None:
        """Keep the day's report. The run is finished after this and is not continued any more."""
        unfinished = self.folder / (REPORT + ".part")
        try:
            unfinished.write_bytes(report)
            unfinished.replace(self.folder / REPORT)
        except OSError as error:
            raise _unwritable(self.folder, error) from error


@contextlib.contextmanager
def open_run(home: Path, name: str, *, fresh: bool = False) -> Iterator[Run]:
    """The unfinished run of this name, else a new one. `fresh` leaves an unfinished run behind.

    Until the context closes, no other process can open a run of this name.

    Raises:
        BadInput: a run of this name is being lived at this moment.
        JournalError: the folder cannot be made or read.
    """
    runs = home / "runs"
    try:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(runs, error) from error
    with held(runs / f"{name}.lock") as is_ours:
        if not is_ours:
            raise BadInput(
                "같은 하루를 지금 다른 호가가 돌리고 있습니다. 그것을 멈추거나 끝나기를 기다리십시오. "
                "나란히 돌리려면 HOGA_HOME 을 다르게 주십시오.",
                "another Hoga is running the same day at this moment. Stop it or wait for its end. "
                "To run two side by side, give them different HOGA_HOMEs.",
            )
        try:
            run = _latest_or_new(runs, name, fresh=fresh)
        except OSError as error:
            raise _unwritable(runs, error) from error
        yield run


def _latest_or_new(runs: Path, name: str, *, fresh: bool) -> Run:
    endings = (folder.name.removeprefix(f"{name}-") for folder in runs.glob(f"{name}-*"))
    last = max((int(ending) for ending in endings if ending.isdecimal()), default=0)
    folder = runs / f"{name}-{last:03d}"
    if last and not fresh and not (folder / REPORT).exists():
        return Run(folder, is_continued=True)
    folder = runs / f"{name}-{last + 1:03d}"
    folder.mkdir(mode=0o700)
    return Run(folder, is_continued=False)


def _unwritable(folder: Path, error: OSError) -> JournalError:
    return JournalError(
        f"{folder} 에 쓸 수 없습니다({error.strerror}). "
        "권한과 남은 공간을 확인하거나 HOGA_HOME 을 바꾸십시오.",
        f"{folder} cannot be written ({error.strerror}). Check permissions and space, or set HOGA_HOME.",
    )
