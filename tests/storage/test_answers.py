import os
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from hoga.domain.errors import JournalError
from hoga.storage.answers import Answers, Kept

DAY = date(2026, 11, 20)


def test_an_answer_is_known_after_a_restart_and_to_its_account_alone(tmp_path: Path) -> None:
    file = tmp_path / "answers.sqlite"
    with closing(Answers(file)) as answers:
        assert answers.find("a", "key") is None
        answers.begin("a", "key", "wish", DAY)
        assert answers.find("a", "key") == Kept("wish", DAY, None, None)
        answers.end("a", "key", 201, b"{}")
        if os.name == "posix":
            assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
    with closing(Answers(file)) as answers:
        assert answers.find("a", "key") == Kept("wish", DAY, 201, b"{}")
        assert answers.find("b", "key") is None


def test_a_key_is_begun_once_until_it_is_forgotten(tmp_path: Path) -> None:
    with closing(Answers(":memory:")) as answers:
        answers.begin("a", "key", "wish", DAY)
        with pytest.raises(JournalError):
            answers.begin("a", "key", "other", DAY)
        answers.forget("a", "key")
        answers.begin("a", "key", "other", DAY)


def test_a_withdrawn_key_has_no_answer_any_more(tmp_path: Path) -> None:
    with closing(Answers(":memory:")) as answers:
        answers.withdraw("a", "new", DAY)
        answers.begin("a", "begun", "wish", DAY)
        answers.withdraw("a", "begun", DAY)
        for key in ("new", "begun"):
            kept = answers.find("a", key)
            assert kept is not None
            assert (kept.is_withdrawn, kept.status) == (True, None)


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be used"):
        Answers(tmp_path / "nowhere" / "answers.sqlite")
