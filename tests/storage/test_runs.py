import os
from pathlib import Path

import pytest

from hoga.domain.errors import BadInput, JournalError
from hoga.storage.runs import open_run


def test_an_unfinished_run_is_continued(tmp_path: Path) -> None:
    with open_run(tmp_path, "2026-11-20-made") as first:
        assert not first.is_continued
    with open_run(tmp_path, "2026-11-20-made") as again:
        assert again.is_continued
        assert again.folder == first.folder


def test_a_finished_run_is_kept_and_the_next_one_is_new(tmp_path: Path) -> None:
    with open_run(tmp_path, "day") as first:
        first.finish(b"{}")
    with open_run(tmp_path, "day") as second:
        assert second.folder != first.folder
        assert not second.is_continued
    assert (first.folder / "report.json").read_bytes() == b"{}"


def test_fresh_leaves_an_unfinished_run_behind(tmp_path: Path) -> None:
    with open_run(tmp_path, "day") as first:
        pass
    with open_run(tmp_path, "day", fresh=True) as second:
        assert second.folder != first.folder
    assert first.folder.exists()


def test_a_name_that_begins_like_another_is_another(tmp_path: Path) -> None:
    with open_run(tmp_path, "day") as first, open_run(tmp_path, "day-a") as other:
        assert other.folder != first.folder
    with open_run(tmp_path, "day") as again:
        assert again.folder == first.folder


def test_the_thousandth_run_is_followed_by_another(tmp_path: Path) -> None:
    (tmp_path / "runs" / "day-1000").mkdir(parents=True)
    with open_run(tmp_path, "day") as thousandth:
        assert thousandth.folder.name == "day-1000"
        thousandth.finish(b"{}")
    with open_run(tmp_path, "day") as following:
        assert following.folder.name == "day-1001"


@pytest.mark.parametrize("fresh", [False, True])
def test_a_run_that_is_being_lived_is_refused_to_others(tmp_path: Path, fresh: bool) -> None:
    with (
        open_run(tmp_path, "day") as first,
        pytest.raises(BadInput, match="another Hoga"),
        open_run(tmp_path, "day", fresh=fresh),
    ):
        pass
    assert [folder for folder in first.folder.parent.iterdir() if folder.is_dir()] == [first.folder]


def test_a_home_that_is_a_file_is_said_clearly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    with pytest.raises(JournalError, match="HOGA_HOME"), open_run(home, "day"):
        pass


def test_a_lock_that_cannot_be_opened_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "runs" / "day.lock").mkdir(parents=True)
    with pytest.raises(JournalError, match="HOGA_HOME"), open_run(tmp_path, "day"):
        pass


@pytest.mark.skipif(os.name == "nt", reason="POSIX permission bits")
def test_the_folder_is_private(tmp_path: Path) -> None:
    with open_run(tmp_path, "day") as run:
        assert run.folder.stat().st_mode & 0o077 == 0
