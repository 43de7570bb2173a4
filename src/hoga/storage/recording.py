"""A recording of a simulated exchange: everything that happened, and what it needs to happen again.

One JSON value a line. The first line says what the day was made of, as its maker wrote it; then come the
commands of the accounts, each before the events it brought about: `{"steps", "at", "kind", "command"}` and
`[kind, event]`. The fingerprint is a SHA-256 over all event lines: the same events, the same fingerprint.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self, get_args

import msgspec

from hoga.domain.errors import BadInput, JournalError
from hoga.exchange.commands import Command
from hoga.exchange.events import Event

_FORM = "hoga exchange recording 1"
_KINDS: dict[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}


class _Given(msgspec.Struct):
    """A line with a command."""

    steps: int
    at: datetime
    kind: str
    command: msgspec.Raw


class Fingerprint:
    """Events in order become one number: the same events, the same number."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._encoder = msgspec.json.Encoder()
        self.count = 0

    def line(self, event: Event) -> bytes:
        """Take `event` in and give its line."""
        line = self._encoder.encode((type(event).__name__, event)) + b"\n"
        self._digest.update(line)
        self.count += 1
        return line

    def hear(self, events: Sequence[Event]) -> None:
        for event in events:
            self.line(event)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Recorder:
    """Writes a recording while the exchange runs. Use it as a context.

    Raises:
        BadInput: the file exists already, or cannot be made.
        JournalError: it cannot be written any more; what was written stays readable.
    """

    def __init__(self, path: Path, made_of: object) -> None:
        self._path = path
        self._encoder = msgspec.json.Encoder()
        self.fingerprint = Fingerprint()
        try:
            self._file: BinaryIO = path.open("xb")
        except OSError as error:
            raise BadInput(
                f"기록 파일 {path} 을(를) 만들 수 없습니다({error.strerror}). 없는 이름을 주십시오.",
                f"the recording {path} cannot be made ({error.strerror}). Give a name that does not exist.",
            ) from error
        self._write(self._encoder.encode({"form": _FORM, "made_of": made_of}) + b"\n")

    def command(self, steps: int, at: datetime, command: Command) -> None:
        """Note a command before it is processed."""
        given = {"steps": steps, "at": at, "kind": type(command).__name__, "command": command}
        self._write(self._encoder.encode(given) + b"\n")

    def hear(self, events: Sequence[Event]) -> None:
        """Note what happened."""
        self._write(b"".join(self.fingerprint.line(event) for event in events))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, content: bytes) -> None:
        try:
            self._file.write(content)
        except OSError as error:
            raise JournalError(
                f"기록 파일 {self._path} 에 더 쓸 수 없습니다({error.strerror}).",
                f"the recording {self._path} cannot be written any more ({error.strerror}).",
            ) from error


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds: what the day was made of, its commands, and how its events add up."""

    made_of: msgspec.Raw
    given: tuple[tuple[int, datetime, Command], ...]
    event_count: int
    last_at: datetime | None
    sha256: str


def read_recording(path: Path) -> Recording:
    """Read a whole recording. A last line that was cut off by a crash is left out.

    Raises:
        BadInput: the file cannot be read or is no recording; names the line.
    """
    made_of: msgspec.Raw | None = None
    given: list[tuple[int, datetime, Command]] = []
    digest, count, last = hashlib.sha256(), 0, b""
    for number, line in enumerate(_lines(path), 1):
        try:
            if number == 1:
                made_of = _made_of(line)
            elif line.startswith(b"["):
                digest.update(line)
                count, last = count + 1, line
            else:
                each = msgspec.json.decode(line, type=_Given)
                command = msgspec.json.decode(each.command, type=_KINDS[each.kind])
                given.append((each.steps, each.at, command))
        except (msgspec.MsgspecError, KeyError) as error:
            raise BadInput(
                f"{path} {number}번째 줄은 거래소 기록이 아닙니다: {error}",
                f"{path} line {number} is not a line of a recording: {error}",
            ) from error
    if made_of is None:
        raise BadInput(f"{path} 은(는) 비어 있습니다.", f"{path} is empty.")
    return Recording(made_of, tuple(given), count, _at(last) if last else None, digest.hexdigest())


class _Head(msgspec.Struct):
    form: str
    made_of: msgspec.Raw


def _made_of(line: bytes) -> msgspec.Raw:
    head = msgspec.json.decode(line, type=_Head)
    if head.form != _FORM:
        raise msgspec.ValidationError(f"form {head.form!r} is not {_FORM!r}")
    return head.made_of.copy()


class _When(msgspec.Struct):
    at: datetime


def _at(line: bytes) -> datetime:
    return msgspec.json.decode(line, type=tuple[str, _When])[1].at


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line
    except OSError as error:
        raise BadInput(
            f"기록 파일 {path} 을(를) 읽을 수 없습니다({error.strerror}).",
            f"the recording {path} cannot be read ({error.strerror}).",
        ) from error
