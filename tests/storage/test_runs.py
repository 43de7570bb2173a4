import os
from pathlib import Path

import pytest

from hoga.domain.errors import JournalError
from hoga.storage.runs import open_run


def test_an_unfinished_run_is_continued(tmp_path: Path) -> None:
    first = open_run(tmp_path, "2026-11-20-made")
    again = open_run(tmp_path, "2026-11-20-made")
    assert not first.is_continued
    assert again.is_continued
    assert again.folder == first.folder


def test_a_finished_run_is_kept_and_the_next_one_is_new(tmp_path: Path) -> None:
    first = open_run(tmp_path, "day")
    first.finish(b"{}")
    second = open_run(tmp_path, "day")
    assert second.folder != first.folder
    assert not second.is_continued
    assert (first.folder / "report.json").read_bytes() == b"{}"


def test_fresh_leaves_an_unfinished_run_behind(tmp_path: Path) -> None:
    first = open_run(tmp_path, "day")
    second = open_run(tmp_path, "day", fresh=True)
    assert second.folder != first.folder
    assert first.folder.exists()


def test_a_name_that_begins_like_another_is_another(tmp_path: Path) -> None:
    first = open_run(tmp_path, "day")
    assert open_run(tmp_path, "day-a").folder != first.folder
    assert open_run(tmp_path, "day").folder == first.folder


def test_a_home_that_is_a_file_is_said_clearly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    with pytest.raises(JournalError, match="HOGA_HOME"):
        open_run(home, "day")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permission bits")
def test_the_folder_is_private(tmp_path: Path) -> None:
    assert open_run(tmp_path, "day").folder.stat().st_mode & 0o077 == 0
