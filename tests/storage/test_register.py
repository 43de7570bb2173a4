import subprocess
import sys
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
    assert tomorrow.find_older("KOSPI.zip") == (TODAY, b"two")
    tomorrow.keep("KOSDAQ.zip", b"three")
    assert tomorrow.find_older("KOSPI.zip") == (TODAY, b"two")
    assert tomorrow.find_older("KOSDAQ.zip") is None
    assert today.find_older("KOSDAQ.zip") is None
    tomorrow.forget_others()
    assert today.find("KOSPI.zip") is None
    assert tomorrow.find_older("KOSPI.zip") is None
    assert [folder.name for folder in (tmp_path / "register" / "kis").iterdir()] == ["20261123"]


KEEPER = """
import datetime, pathlib, sys
from hoga.storage.register import KeptFiles
kept = KeptFiles(pathlib.Path(sys.argv[1]), "kis", datetime.date(2026, 11, 20))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(300):
    kept.keep("KOSPI.zip", b"what is listed" * 10_000)
"""


def test_programs_that_start_together_keep_the_same_at_once(tmp_path: Path) -> None:
    keepers = [
        subprocess.Popen(
            [sys.executable, "-c", KEEPER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for keeper in keepers:
        assert keeper.stdout is not None
        assert keeper.stdout.readline()
    for keeper in keepers:
        assert keeper.stdin is not None
        keeper.stdin.write(b"\n")
        keeper.stdin.flush()
    for keeper in keepers:
        keeper.communicate()
    assert [keeper.returncode for keeper in keepers] == [0, 0, 0]
    assert KeptFiles(tmp_path, "kis", TODAY).find("KOSPI.zip") == b"what is listed" * 10_000
    assert len(list((tmp_path / "register" / "kis" / "20261120").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "register").write_text("in the way")
    with pytest.raises(BadInput, match="register"):
        KeptFiles(tmp_path, "kis", TODAY).keep("KOSPI.zip", b"one")
