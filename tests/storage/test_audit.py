import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from hoga.domain.errors import JournalError
from hoga.domain.zone import KST
from hoga.storage.audit import FILE, AuditLog

AT = datetime(2026, 11, 20, 9, tzinfo=KST)


def test_lines_are_appended_by_any_number_of_programs(tmp_path: Path) -> None:
    AuditLog(tmp_path).write(AT, "asked", who="excel", path="/buy")
    AuditLog(tmp_path).write(AT, "answered", status=200)
    lines = (tmp_path / FILE).read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"at": "2026-11-20T09:00:00+09:00", "what": "asked", "who": "excel", "path": "/buy"},
        {"at": "2026-11-20T09:00:00+09:00", "what": "answered", "status": 200},
    ]
    if os.name == "posix":
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be written"):
        AuditLog(tmp_path / "nowhere").write(AT, "asked")
