from pathlib import Path

import pytest

from hoga.storage.english_names import EnglishNames, real_names

CODE = "005930"


def test_names_are_kept_and_the_last_one_holds(tmp_path: Path) -> None:
    names = EnglishNames(tmp_path, "kis", "listed")
    assert names.known == {}
    names.learn(CODE, "Samsung")
    names.learn("000660", "")
    names.learn(CODE, "Samsung Electronics")
    assert real_names(tmp_path).known == {CODE: "Samsung Electronics", "000660": ""}


def test_what_is_known_is_not_written_again(tmp_path: Path) -> None:
    names = real_names(tmp_path)
    names.learn(CODE, "Samsung")
    file = next(tmp_path.rglob("*.jsonl"))
    size = file.stat().st_size
    real_names(tmp_path).learn(CODE, "Samsung")
    assert file.stat().st_size == size


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    names = real_names(tmp_path)
    names.learn(CODE, "Samsung")
    names.learn("000660", "SK hynix")
    file = next(tmp_path.rglob("*.jsonl"))
    file.write_bytes(file.read_bytes()[:-4])
    names = real_names(tmp_path)
    assert names.known == {CODE: "Samsung"}
    names.learn("000660", "SK hynix")
    assert real_names(tmp_path).known == {CODE: "Samsung", "000660": "SK hynix"}


def test_names_of_another_simulated_market_are_thrown_away(tmp_path: Path) -> None:
    EnglishNames(tmp_path, "sim", "one").learn(CODE, "Samsung")
    real_names(tmp_path).learn(CODE, "Samsung")
    EnglishNames(tmp_path, "sim", "two").learn(CODE, "Samsung")
    assert EnglishNames(tmp_path, "sim", "one").known == {}
    assert real_names(tmp_path).known == {CODE: "Samsung"}


def test_a_file_that_cannot_be_used_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "names").write_text("in the way", encoding="utf-8")
    names = real_names(tmp_path)
    names.learn(CODE, "Samsung")
    assert names.known == {CODE: "Samsung"}
    assert [line for line in caplog.messages if "cannot be kept" in line]
