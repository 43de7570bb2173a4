from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec
import pytest

from hoga.domain.errors import BadInput
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Cancel, Place
from hoga.exchange.events import Event, PhaseChanged
from hoga.krx.sessions import Phase
from hoga.storage.recording import Fingerprint, Recorder, read_recording

AT = datetime.combine(date(2026, 11, 20), time(9, 0), KST)
EVENT: Event = PhaseChanged(AT, Phase.CONTINUOUS)
BUY = Place("1", "005930", Side.BUY, 10, 70_000)


def recorded(path: Path) -> str:
    with Recorder(path, {"seed": 3}) as recorder:
        recorder.command(7, AT, BUY)
        recorder.hear([EVENT, EVENT])
        recorder.command(8, AT, Cancel("1", 4))
        return recorder.fingerprint.sha256


def test_what_was_recorded_is_read_back(tmp_path: Path) -> None:
    sha256 = recorded(tmp_path / "day.jsonl")
    recording = read_recording(tmp_path / "day.jsonl")
    assert msgspec.json.decode(recording.made_of) == {"seed": 3}
    assert recording.given == ((7, AT, BUY), (8, AT, Cancel("1", 4)))
    assert (recording.event_count, recording.sha256) == (2, sha256)
    assert recording.last_at is not None
    assert recording.last_at.astimezone(UTC) == AT.astimezone(UTC)


def test_the_fingerprint_is_of_the_events_and_their_order(tmp_path: Path) -> None:
    other: Event = PhaseChanged(AT, Phase.CLOSE_CALL)
    prints = []
    for events in ([EVENT, other], [other, EVENT], [EVENT, other]):
        fingerprint = Fingerprint()
        fingerprint.hear(events)
        prints.append(fingerprint.sha256)
    assert prints[0] == prints[2] != prints[1]


def test_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    recorded(tmp_path / "day.jsonl")
    before = (tmp_path / "day.jsonl").read_bytes()
    with pytest.raises(BadInput, match="does not exist"):
        recorded(tmp_path / "day.jsonl")
    assert (tmp_path / "day.jsonl").read_bytes() == before


def test_a_line_cut_off_by_a_crash_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    recorded(path)
    whole = read_recording(path)
    with path.open("ab") as file:
        file.write(b'["PhaseChanged",{"at":"2026')
    assert read_recording(path) == whole


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"{}\n", 1),
        (b'{"form":"something else","made_of":{}}\n', 1),
        (b'{"form":"hoga exchange recording 1","made_of":{}}\n{"steps":1}\n', 2),
        (
            b'{"form":"hoga exchange recording 1","made_of":{}}\n'
            b'{"steps":1,"at":"2026-11-20T09:00:00+09:00","kind":"Fly","command":{}}\n',
            2,
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: bytes, line: int) -> None:
    path = tmp_path / "day.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=f"line {line} "):
        read_recording(path)


def test_an_empty_or_missing_file_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(BadInput, match="is empty"):
        read_recording(tmp_path / "empty")
    with pytest.raises(BadInput, match="cannot be read"):
        read_recording(tmp_path / "nowhere")
