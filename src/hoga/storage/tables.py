"""Tables from files of the user's own (Parquet, CSV, CSV.gz), and what is said when a cell cannot be read.

A row is the line of a CSV file (the heading is line 1), or the row of a Parquet file counted from 1. CSV is
read as text, so that codes keep their zeros. An empty cell is not known.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from hoga.domain.errors import BadInput
from hoga.krx.codes import is_code

if TYPE_CHECKING:
    import polars as pl

SUFFIXES = (".parquet", ".csv", ".csv.gz")
_TRUE, _FALSE = frozenset({"true", "y", "1"}), frozenset({"false", "n", "0"})


def is_table(path: Path) -> bool:
    """Whether the file's name is that of a table that can be read."""
    return path.name.casefold().endswith(SUFFIXES)


def read_table(path: Path) -> pl.DataFrame:
    """The file as it stands. Raises `BadInput` when it is missing or no table."""
    import polars as pl

    if not is_table(path):
        raise BadInput(
            f"{path}: 표 파일은 .parquet, .csv 또는 .csv.gz 여야 합니다.",
            f"{path}: a table must be .parquet, .csv or .csv.gz",
        )
    if not path.is_file():
        raise BadInput(
            f"{path}: 파일이 없습니다. 경로를 확인하십시오.", f"{path}: no such file; check the path"
        )
    is_parquet = path.suffix.casefold() == ".parquet"
    try:
        return pl.read_parquet(path) if is_parquet else pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        kind = "Parquet" if is_parquet else "CSV"
        raise BadInput(
            f"{path}: {kind} 파일로 읽을 수 없습니다. 다시 저장하거나 내려받으십시오. ({error})",
            f"{path}: cannot be read as {kind}; save or download it again ({error})",
        ) from error


def bad_cell(path: Path, index: int, column: str, korean: str, english: str) -> BadInput:
    """What is wrong in the row with this index, counted from 0."""
    row = index + (1 if path.suffix.casefold() == ".parquet" else 2)
    return BadInput(
        f"{path}: {row}행 열 {column}: {korean} 고치거나 지우십시오.",
        f"{path}: row {row}, column {column}: {english}; correct or delete it",
    )


class Row:
    """One row, read cell by cell. Every reader raises `BadInput` naming file, row and column."""

    def __init__(self, path: Path, index: int, cells: dict[str, object]) -> None:
        self._path = path
        self._index = index
        self._cells = cells

    def bad(self, column: str, korean: str, english: str) -> BadInput:
        """An error about a cell of this row."""
        return bad_cell(self._path, self._index, column, korean, english)

    def find_text(self, column: str) -> str | None:
        """The text of a cell; None when the cell is empty or the column missing."""
        cell = self._cells.get(column)
        text = "" if cell is None else str(cell).strip()
        return text or None

    def text(self, column: str) -> str:
        """The text of a cell that must not be empty."""
        found = self.find_text(column)
        if found is None:
            raise self.bad(column, "비어 있습니다.", "is empty")
        return found

    def code(self, column: str = "code") -> str:
        """A six-character code."""
        text = self.text(column)
        if not is_code(text):
            raise self.bad(column, f"{text!r}: 여섯 자리 종목코드가 아닙니다.", f"{text!r} is not a code")
        return text

    def find_decimal(self, column: str) -> Decimal | None:
        """A number, or None."""
        text = self.find_text(column)
        if text is None:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise self.bad(column, f"{text!r}: 숫자가 아닙니다.", f"{text!r} is not a number")
        return number

    def decimal(self, column: str) -> Decimal:
        """A number."""
        self.text(column)
        return self.find_decimal(column) or Decimal(0)

    def find_whole(self, column: str) -> int | None:
        """A whole number, or None."""
        number = self.find_decimal(column)
        if number is None:
            return None
        if number != int(number):
            raise self.bad(column, f"{number}: 정수가 아닙니다.", f"{number} is not a whole number")
        return int(number)

    def find_count(self, column: str) -> int | None:
        """A whole number that is not negative, or None."""
        number = self.find_whole(column)
        if number is not None and number < 0:
            raise self.bad(column, f"{number}: 음수입니다.", f"{number} is negative")
        return number

    def find_day(self, column: str) -> date | None:
        """A date as 2026-11-20 or 20261120, or None."""
        text = self.find_text(column)
        if text is None:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise self.bad(column, f"{text!r}: 날짜가 아닙니다.", f"{text!r} is not a date") from None

    def day(self, column: str) -> date:
        """A date."""
        self.text(column)
        found = self.find_day(column)
        assert found is not None
        return found

    def find_truth(self, column: str) -> bool | None:
        """true or false, Y or N, 1 or 0; or None."""
        text = self.find_text(column)
        if text is None:
            return None
        if text.casefold() not in _TRUE | _FALSE:
            raise self.bad(column, f"{text!r}: Y 또는 N 이어야 합니다.", f"{text!r} is neither Y nor N")
        return text.casefold() in _TRUE


def rows(path: Path, frame: pl.DataFrame) -> list[Row]:
    """The rows of a small table."""
    return [Row(path, index, cells) for index, cells in enumerate(frame.iter_rows(named=True))]
