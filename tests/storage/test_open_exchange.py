"""The file that says where the exchange of this computer is."""

import json
import stat
from pathlib import Path

import pytest

from hoga.domain.errors import BadInput
from hoga.storage.open_exchange import FILE, announced


def test_the_file_is_there_as_long_as_the_exchange_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with announced(tmp_path, {"rest": "http://127.0.0.1:9443"}) as is_ours:
        assert is_ours
        assert json.loads(path.read_bytes()) == {"rest": "http://127.0.0.1:9443"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_of_two_at_once_the_file_is_that_of_the_first(tmp_path: Path) -> None:
    with announced(tmp_path, {"pid": 1}):
        with announced(tmp_path, {"pid": 2}) as is_ours:
            assert not is_ours
        assert json.loads((tmp_path / FILE).read_bytes()) == {"pid": 1}


def test_what_a_crash_left_behind_is_replaced(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    (tmp_path / "exchange.part").write_text("{")
    with announced(tmp_path, {"pid": 2}):
        assert json.loads((tmp_path / FILE).read_bytes()) == {"pid": 2}


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(BadInput, match=r"exchange\.json cannot be written"), announced(tmp_path, {}):
        pass
