from datetime import date
from pathlib import Path

import pytest

from hoga.domain.errors import BadInput
from hoga.storage.register import KeptFiles

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 23)


def test_a_file_is_kept_for_its_day_only(tmp_path: Path) -> None:
    today = KeptFiles(tmp_path, "kis", TODAY)
    assert today.find("KOSPI.zip") is None
    today.keep("KOSPI.zip", b"one")
    today.keep("KOSPI.zip", b"two")
    assert KeptFiles(tmp_path, "kis", TODAY).find("KOSPI.zip") == b"two"
    tomorrow = KeptFiles(tmp_path, "kis", TOMORROW)
    assert tomorrow.find("KOSPI.zip") is None
    tomorrow.keep("KOSDAQ.zip", b"three")
    assert today.find("KOSPI.zip") is None
    assert [folder.name for folder in (tmp_path / "register" / "kis").iterdir()] == ["20261123"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "register").write_text("in the way")
    with pytest.raises(BadInput, match="register"):
        KeptFiles(tmp_path, "kis", TODAY).keep("KOSPI.zip", b"one")
