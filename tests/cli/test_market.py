"""What the commands about the market show, against `hoga exchange` in another process."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hoga.domain.flows import Investor
from hoga.storage.made_names import known_instruments
from hoga.titles import TITLES

from .test_main import Hoga, hoga, home
from .test_trade import PORTS

__all__ = ["hoga", "home"]

HOUR = ("--day", "2026-11-20", "--from", "09:30")


@pytest.fixture
def opened(start: Callable[..., Any], home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A quiet exchange of a made day."""
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)
    ports = [word for port in PORTS for word in (port, "0")]
    exchange = start("exchange", "--json", "--quiet", "--no-limits", *HOUR, *ports, home=home)
    exchange.wait_for(lambda line: '"ready"' in line)
    yield
    exchange.interrupt()


def sheet_of(file: Path) -> list[list[Any]]:
    workbook = load_workbook(file)
    return [[cell.value for cell in row] for row in workbook.worksheets[0]]


def test_flows_short_sales_and_features_are_shown_and_written(
    opened: None, hoga: Hoga, tmp_path: Path
) -> None:
    found = hoga("flows", "005930", "--from", "2026-10-20", "--to", "2026-11-19", "--json").result["flows"]
    assert [row["date"] for row in found] == sorted(row["date"] for row in found)
    assert len(found) == 23
    for row in found:
        # Three groups are told before 15:40.
        assert row["individual"] * row["individual_value"] >= 0
        assert row["government"] is row["other"] is None
    too_early = hoga("flows", "005930", "--from", "2026-08-03", "--json")
    assert (too_early.code, too_early.result["error"]) == (2, "BadInput")
    assert "개인" in hoga("flows", "005930", "--from", "2026-11-16", "--to", "2026-11-19").out

    book = tmp_path / "flows.xlsx"
    assert (
        hoga("flows", "005930", "--from", "2026-11-16", "--to", "2026-11-19", "--excel", str(book)).code == 0
    )
    head, *lines = sheet_of(book)
    assert head[:4] == ["종목코드", "날짜", "개인", "개인금액"]
    assert len(lines) == 4
    assert lines[0][:2] == ["005930", datetime(2026, 11, 16)]  # noqa: DTZ001  (Excel knows no zone)
    assert isinstance(lines[0][2], int)
    assert {TITLES[str(investor)] for investor in Investor} <= set(head)

    short = hoga("short-sale", "005930", "--from", "2026-11-02", "--to", "2026-11-19", "--json").result
    assert (
        short
        == hoga(
            "short-sale", "daily", "005930", "--from", "2026-11-02", "--to", "2026-11-19", "--json"
        ).result
    )
    for row in short["short_sales"]:
        assert abs(row["short_ratio"] - row["short_quantity"] / row["volume"]) < 0.000001
    assert "공매도" in hoga("short-sale", "005930").out

    shown = hoga("features", "005930", "--json").result
    assert (shown["code"], shown["market"], shown["kind"]) == ("005930", "KOSPI", "stock")
    assert shown["year_operating_margin"] == round(shown["year_operating_profit"] / shown["year_sales"], 6)
    assert "상장일" in hoga("features", "A005930").out


def test_the_ranking_of_short_sales_in_words(opened: None, hoga: Hoga, tmp_path: Path) -> None:
    file = tmp_path / "ranking.xlsx"
    said = hoga(
        *("short-sale", "ranking", "--market", "kospi", "--days", "2", "--min-price", "1000"),
        *("--excel", str(file), "--json"),
    )
    rows = said.result["ranking"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["short_value"] for row in rows] == sorted((row["short_value"] for row in rows), reverse=True)
    assert rows[0]["first"] < rows[0]["last"] == "2026-11-19"
    head, *lines = sheet_of(file)
    assert head[:3] == ["순위", "종목코드", "종목명"]
    assert [line[1] for line in lines] == [row["code"] for row in rows]
    workbook = load_workbook(file)
    query = {row[0].value: row[1].value for row in workbook["조회"]}
    assert (query["시장"], query["기간"], query["최저가"]) == ("kospi", "2d", 1000)
    assert workbook.worksheets[0].freeze_panes == "A2"
    assert hoga("short-sale", "ranking", "--weeks", "1").code == 0
    for wrong in (("--days", "5"), ("--days", "1", "--weeks", "1"), ("--months", "4"), ("--min-price", "-1")):
        assert hoga("short-sale", "ranking", *wrong).code == 2


def test_quotes_books_and_bars_are_written_too(opened: None, hoga: Hoga, tmp_path: Path) -> None:
    for command, first in (("quote", "종목코드"), ("book", "구분"), ("bars", "종목코드")):
        file = tmp_path / f"{command}.xlsx"
        assert hoga(command, "005930", "--excel", str(file), "--json").code == 0
        assert sheet_of(file)[0][0] == first
    weeks = hoga(
        *(
            "bars",
            "005930",
            "--interval",
            "week",
            "--raw",
            "--from",
            "2026-09-07",
            "--to",
            "2026-11-13",
            "--json",
        )
    ).result["bars"]
    assert len(weeks) == 10
    days = hoga("bars", "005930", "--from", "2026-11-09", "--to", "2026-11-13", "--json").result["bars"]
    assert weeks[-1]["volume"] == sum(row["volume"] for row in days)
    assert (weeks[-1]["open"], weeks[-1]["close"]) == (days[0]["open"], days[-1]["close"])
    bars = sheet_of(tmp_path / "bars.xlsx")
    assert isinstance(bars[1][1], datetime)
    assert bars[1][1].date() >= date(2026, 10, 20)


def test_issues_are_searched_by_korean_name_code_and_an_english_name_that_was_learned(
    opened: None, hoga: Hoga, home: Path, tmp_path: Path
) -> None:
    def codes(*words: str) -> list[str]:
        return [each["code"] for each in hoga("instruments", *words, "--json").result["instruments"]]

    assert codes("삼성전자")[0] == codes("005930")[0] == "005930"
    assert codes("samsung") == []
    learned = hoga("instruments", "samsung", "--learn-names", "--excel", str(tmp_path / "found.xlsx"))
    assert f"{len(known_instruments())}/{len(known_instruments())}" in learned.err
    assert "Samsung Electronics" in learned.out
    head, *rows = sheet_of(tmp_path / "found.xlsx")
    assert head[:3] == ["종목코드", "종목명", "영문명"]
    assert "005930" in codes("samsung") == [row[0] for row in rows]
    assert len(codes()) == len(known_instruments())
    assert "없음" in hoga("instruments", "아무것도").out
    (home / "hoga.toml").write_text('[profiles.p]\nbroker = "sim"\nenvironment = "paper"\n', encoding="utf-8")
    refused = hoga("instruments", "--learn-names", "--profile", "p")
    assert refused.code == 2
    assert "Use a real account at KIS" in refused.err


def test_a_workbook_that_cannot_be_written_is_refused_before_anything_is_asked(
    hoga: Hoga, tmp_path: Path
) -> None:
    said = hoga("quote", "005930", "--excel", str(tmp_path / "quotes.csv"), "--json")
    assert said.code == 2
    assert ".xlsx" in json.loads(said.out.splitlines()[-1])["english"]
