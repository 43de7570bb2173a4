import logging
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hoga.domain.zone import KST
from hoga.storage.unreadable import FOLDER, KEPT, Unreadable

AT = datetime(2026, 11, 20, 10, tzinfo=KST)


def test_an_answer_is_kept_whole_beside_another_of_the_same_instant(tmp_path: Path) -> None:
    kept = Unreadable(tmp_path, lambda: AT)
    one, other = kept.keep("점검 중입니다"), kept.keep("<html>")
    assert one is not None
    assert other is not None
    assert (one.read_text("utf-8"), other.read_text("utf-8")) == ("점검 중입니다", "<html>")
    if os.name != "nt":
        assert {stat.S_IMODE(path.stat().st_mode) for path in (one, other)} == {0o600}
        assert stat.S_IMODE(one.parent.stat().st_mode) == 0o700


def test_older_answers_make_room(tmp_path: Path) -> None:
    now = [AT]
    kept = Unreadable(tmp_path, lambda: now[0])
    for number in range(KEPT + 3):
        now[0] = AT + timedelta(seconds=number)
        kept.keep(str(number))
    found = sorted((tmp_path / FOLDER).iterdir())
    assert [path.read_text("utf-8") for path in found] == [str(number) for number in range(3, KEPT + 3)]


def test_what_cannot_be_kept_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with caplog.at_level(logging.WARNING):
        assert Unreadable(tmp_path, lambda: AT).keep("what") is None
    assert "is not kept" in caplog.text
