"""Answers as a workbook: what was found on one sheet, how it was asked for on another.

Numbers are numbers and days are days, so that a sheet can be summed and sorted. Text is never a formula,
whatever a broker calls an issue.
"""

import io
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from hoga.domain.errors import BadInput

SUFFIX = ".xlsx"
QUERY_SHEET = "조회"

_WIDEST = 40
_MARGIN = 2
_FORMATS: tuple[tuple[type, str], ...] = (
    (bool, "General"),
    (int, "#,##0"),
    (Decimal, "#,##0.####"),
    (float, "#,##0.####"),
    (datetime, "yyyy-mm-dd hh:mm:ss"),
    (date, "yyyy-mm-dd"),
)
_LONGEST_TITLE = 31
"""Excel takes no longer name of a sheet."""


def check_workbook(path: Path) -> None:
    """Raises `BadInput` where no workbook can be written, before anybody is asked anything."""
    if path.suffix.casefold() != SUFFIX:
        raise BadInput(
            f"{path}: 엑셀 파일 이름은 {SUFFIX} 로 끝나야 합니다.", f"{path}: the name must end in {SUFFIX}."
        )
    if not path.absolute().parent.is_dir():
        raise BadInput(
            f"{path}: 폴더가 없습니다. 먼저 만드십시오.", f"{path}: there is no such folder. Make it first."
        )


def write_workbook(
    path: Path,
    title: str,
    headings: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    query: Mapping[str, Any],
) -> None:
    """Write `rows` with the columns that `headings` names, in that order, and what was asked, to `path`.

    Raises `BadInput` when the file cannot be written, as when it is open in Excel.
    """
    save_workbook(path, workbook_bytes(title, headings, rows, query))


def save_workbook(path: Path, content: bytes) -> None:
    """Write the content of a workbook to `path`. Raises `BadInput` like `write_workbook`."""
    check_workbook(path)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(
            f"{path}: 쓸 수 없습니다({error.strerror}). 엑셀에서 열려 있으면 닫으십시오.",
            f"{path}: cannot be written ({error.strerror}). Close it if it is open in Excel.",
        ) from error


def workbook_bytes(
    title: str, headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]], query: Mapping[str, Any]
) -> bytes:
    """The same as the content of a file."""
    workbook = Workbook()
    found = workbook.active
    assert isinstance(found, Worksheet)
    found.title = title[:_LONGEST_TITLE]
    fill(found, list(headings.values()), [[row.get(key) for key in headings] for row in rows])
    found.freeze_panes = "A2"
    if rows:
        found.auto_filter.ref = found.dimensions
    asked = workbook.create_sheet(QUERY_SHEET)
    fill(asked, ["항목", "값"], [[key, value] for key, value in query.items()])
    asked.freeze_panes = "A2"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def fill(sheet: Worksheet, titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Put titles and rows below them onto an empty sheet."""
    widths = [_width(title) for title in titles]
    for column, title in enumerate(titles, 1):
        cell = sheet.cell(1, column)
        _put(cell, title)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(horizontal="center")
    for place, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(place, column)
            _put(cell, value)
            widths[column - 1] = max(widths[column - 1], _width(cell.value))
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(width + _MARGIN, _WIDEST)


def _put(cell: Cell, value: Any) -> None:
    """A value as Excel knows it; what is not known is an empty cell."""
    match value:
        case None:
            return
        case Enum():
            value = str(value)
        case bool():
            value = "Y" if value else "N"
        case datetime():
            value = value.replace(tzinfo=None)
        case list() | tuple():
            value = ", ".join(str(each) for each in value)
        case _:
            pass
    cell.value = value
    if isinstance(value, str):
        # openpyxl takes a text that begins with = for a formula.
        cell.data_type = "s"
        return
    cell.number_format = next((form for kind, form in _FORMATS if isinstance(value, kind)), "General")


def _width(value: Any) -> int:
    """How many narrow letters a value takes; a Korean one is as wide as two."""
    match value:
        case None:
            return 0
        case int():
            return len(f"{value:,}")
        case datetime():
            return len("2026-01-01 00:00:00")
        case date():
            return len("2026-01-01")
        case Decimal() | float():
            return len(f"{value:.4f}")
        case _:
            return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in str(value))
