import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Market
from hoga.domain.zone import KST
from hoga.storage.workbook import QUERY_SHEET, check_workbook, workbook_bytes, write_workbook

HEADINGS = {
    "day": "날짜",
    "code": "종목코드",
    "name": "종목명",
    "price": "가격",
    "ratio": "비중",
    "is_new": "신규",
}
ROWS: list[dict[str, Any]] = [
    {
        "day": date(2026, 5, 6),
        "code": "005930",
        "name": "=SUM(A1:A9)",
        "price": 1_234_567,
        "ratio": Decimal("0.0282"),
        "is_new": True,
        "left out": 1,
    },
    {
        "day": date(2026, 5, 7),
        "code": "0126Z0",
        "name": "긴 이름의 종목 우선주",
        "price": None,
        "ratio": None,
    },
]


def read(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_numbers_are_numbers_and_text_is_never_a_formula() -> None:
    sheet = read(workbook_bytes("공매도", HEADINGS, ROWS, {}))["공매도"]
    assert [cell.value for cell in sheet[1]] == list(HEADINGS.values())
    first, second = sheet[2], sheet[3]
    assert first[0].value == datetime(2026, 5, 6)  # noqa: DTZ001  (Excel knows no zone)
    assert (first[1].value, first[1].data_type) == ("005930", "s")
    assert (first[2].value, first[2].data_type) == ("=SUM(A1:A9)", "s")
    assert (first[3].value, first[3].data_type, first[3].number_format) == (1_234_567, "n", "#,##0")
    assert (first[4].value, first[4].data_type) == (0.0282, "n")
    assert first[5].value == "Y"
    assert [cell.value for cell in second[3:]] == [None, None, None]
    assert sheet.max_column == len(HEADINGS)


def test_the_heading_stays_and_columns_are_wide_enough() -> None:
    sheet = read(workbook_bytes("공매도", HEADINGS, ROWS, {}))["공매도"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F3"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["C"].width >= 2 * len("긴이름의종목우선주")
    assert sheet.column_dimensions["D"].width >= len("1,234,567")
    assert sheet.column_dimensions["F"].width < 10


def test_a_sheet_of_its_own_tells_what_was_asked() -> None:
    query = {
        "시장": Market.KOSPI,
        "종목코드": ["005930", "000660"],
        "시각": datetime(2026, 5, 6, 10, tzinfo=KST),
    }
    sheet = read(workbook_bytes("x", HEADINGS, ROWS, query))[QUERY_SHEET]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["항목", "값"],
        ["시장", "KOSPI"],
        ["종목코드", "005930, 000660"],
        ["시각", datetime(2026, 5, 6, 10)],  # noqa: DTZ001
    ]
    assert sheet.freeze_panes == "A2"


def test_without_rows_there_are_the_columns() -> None:
    sheet = read(workbook_bytes("공매도", HEADINGS, [], {}))["공매도"]
    assert [[cell.value for cell in row] for row in sheet] == [list(HEADINGS.values())]


def test_a_long_title_is_cut_as_excel_wants_it() -> None:
    assert read(workbook_bytes("가" * 40, HEADINGS, ROWS, {})).sheetnames == ["가" * 31, QUERY_SHEET]


def test_a_file_is_written(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", "표", HEADINGS, ROWS, {})
    assert read((tmp_path / "a.xlsx").read_bytes()).sheetnames == ["표", QUERY_SHEET]


def test_what_cannot_be_written_is_said_beforehand(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.xlsx"):
        check_workbook(tmp_path / "a.csv")
    with pytest.raises(BadInput, match="no such folder"):
        check_workbook(tmp_path / "nowhere" / "a.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        write_workbook(tmp_path / "folder.xlsx", "표", HEADINGS, ROWS, {})
