import os
from pathlib import Path

import pytest

from hoga.domain.errors import BadInput
from hoga.storage.token import FILE, bridge_token


def test_the_token_is_made_once_and_stays(tmp_path: Path) -> None:
    token = bridge_token(tmp_path)
    assert len(token) >= 32
    assert bridge_token(tmp_path) == token


def test_two_installations_have_two_tokens(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert bridge_token(tmp_path / "a") != bridge_token(tmp_path / "b")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permission bits")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    bridge_token(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "short\n"])
def test_an_empty_or_short_token_is_refused_rather_than_used(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(BadInput, match="too short"):
        bridge_token(tmp_path)


def test_a_folder_that_does_not_exist_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="bridge-token"):
        bridge_token(tmp_path / "nowhere")
