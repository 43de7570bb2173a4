"""Files of issues as people make them: a table with one issue a row, and every mistake named by its place.

Reads CSV, JSON, Excel workbooks, Parquet and plain pickles into rows of cells; what the cells mean is decided
by whoever asked (candidates, models). A place is what a person sees: sheet, row and column. Nothing that a
file contains is ever run.
"""

import csv
import difflib
import io
import json
import reprlib
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from hoga.domain.errors import BadInput
from hoga.storage.plain_pickle import NotPlain, Pairs, read_plain_pickle

MOST_TOLD = 20
_MOST_BYTES = 4 << 20
_MOST_UNPACKED_BYTES = 64 << 20
_MOST_ROWS = 10_000
_DEEPEST = 3
_DEEPEST_HEADER = 20
"""So many rows that are not blank may stand above what is sought as the header."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Half a message, in both languages."""

    korean: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the rows of a file should hold.

    `columns` are the titles of each field, `required` the fields that there must be. `kind` names such a file
    ("후보", "candidates"), `needs` what to write into an empty one, `example` how it looks as JSON. `entry`
    are the fields of the values of a plain dict by code, if that may be written.
    """

    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    kind: Sentence
    needs: Sentence
    example: str
    entry: tuple[str, ...] = ()

    def find_field(self, title: object) -> str | None:
        """The field that a title stands for."""
        if not isinstance(title, str):
            return None
        words = title.strip().lower().replace(" ", "")
        return next((field for field, titles in self.columns.items() if words in titles), None)

    @property
    def titles(self) -> dict[str, str]:
        """The first title of each field."""
        return {field: titles[0] for field, titles in self.columns.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One issue as the file has it: `cells` by field, `titles` by field as the file calls them."""

    place: Sentence
    cells: dict[str, object]
    titles: dict[str, str]
    flaw: Sentence | None = None
    """What is wrong with the row as a whole; then its cells are not looked at."""

    def wrong(self, field: str, what: Sentence) -> Sentence:
        """A mistake in the cell of `field`."""
        title = self.titles.get(field, field)
        return Sentence(
            f"{self.place.korean}, {title}: {what.korean}", f"{self.place.english}, {title}: {what.english}"
        )

    @property
    def mistake(self) -> Sentence | None:
        """The mistake of the row as a whole."""
        if self.flaw is None:
            return None
        return Sentence(
            f"{self.place.korean}: {self.flaw.korean}", f"{self.place.english}: {self.flaw.english}"
        )


class Codes:
    """Reads the codes of a file, row by row: known ones, each once. Mistakes are added to `mistakes`."""

    def __init__(self, known: frozenset[str], mistakes: list[Sentence]) -> None:
        self._known = known
        self._mistakes = mistakes
        self._places: dict[str, Sentence] = {}

    def read(self, row: Row) -> str | None:
        """The code of a row; None when there is none to go on with."""
        code = parse_code(row.cells.get("code"))
        if isinstance(code, Sentence):
            self._mistakes.append(row.wrong("code", code))
            return None
        if code not in self._known:
            self._mistakes.append(row.wrong("code", self._unknown(code)))
        return code

    def is_first(self, code: str, row: Row) -> bool:
        """Whether no row before had this code; that there was one is a mistake."""
        if code in self._places:
            self._mistakes.append(row.wrong("code", _twice(code, self._places[code])))
            return False
        self._places[code] = row.place
        return True

    def _unknown(self, code: str) -> Sentence:
        # The hint costs a comparison with every code, so only the mistakes that are told get one.
        near = difflib.get_close_matches(code, self._known, n=1) if len(self._mistakes) < MOST_TOLD else []
        return Sentence(
            f"{code} 은(는) 상장 종목이 아닙니다. "
            + (f"혹시 {near[0]} 입니까?" if near else "여섯 자리 종목코드로 고치십시오."),
            f"{code} is not a listed issue. "
            + (f"Is it {near[0]}?" if near else "Write a six-character code."),
        )


def parse_code(cell: object) -> str | Sentence:
    """The code in a cell, or what is wrong with it. Zeros that a number lost are put back."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | None):
        return Sentence(
            f"{shown(cell)} 은(는) 종목코드가 아닙니다. 여섯 자리로 적으십시오.",
            f"{shown(cell)} is not a code. Write its six characters.",
        )
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell).strip().upper()
    if not text:
        return Sentence("비어 있습니다. 종목코드를 적으십시오.", "it is empty. Write a code.")
    if len(text) == 7 and text.startswith("A"):
        text = text[1:]
    if len(text) < 6 and text.isascii() and text.isdigit():
        text = text.zfill(6)
    if len(text) != 6 or not (text.isascii() and text.isalnum()):
        return Sentence(
            f"{shown(cell)} 은(는) 종목코드가 아닙니다. 여섯 자리로 적으십시오.",
            f"{shown(cell)} is not a code. Write its six characters.",
        )
    return text


def parse_name(cell: object) -> str:
    """A name for people, without anything that a terminal would obey."""
    text = " ".join(str(cell).split()) if isinstance(cell, str | int) else ""
    return "".join(letter for letter in text if letter.isprintable())[:40]


def _twice(code: str, first: Sentence) -> Sentence:
    return Sentence(
        f"{code} 은(는) {first.korean}에 이미 있습니다. 한 줄만 남기십시오.",
        f"{code} is in {first.english} already. Keep one of them.",
    )


_short = reprlib.Repr()
_short.maxstring = _short.maxlong = _short.maxother = 40


def shown(cell: object) -> str:
    """A cell as a message shows it."""
    return str(cell) if isinstance(cell, Decimal) else _short.repr(cell)


def refuse(path: Path, mistakes: Sequence[Sentence]) -> BadInput:
    """The error that tells all `mistakes` of a file."""
    told = mistakes[:MOST_TOLD]
    korean = [f"{path}: 고칠 곳이 {len(mistakes)}군데 있습니다. 아무것도 읽지 않았습니다."]
    english = [f"{path}: {len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'}; nothing was used."]
    korean += [f"  - {mistake.korean}" for mistake in told]
    english += [f"  - {mistake.english}" for mistake in told]
    if len(mistakes) > len(told):
        korean.append(f"  - 그 밖에 {len(mistakes) - len(told)}군데")
        english.append(f"  - and {len(mistakes) - len(told)} more")
    return BadInput("\n".join(korean), "\n".join(english))


def read_rows(path: Path, layout: Layout) -> Iterable[Row]:
    """The rows of a file. The format is told by the content, then by the suffix.

    Raises:
        BadInput: it cannot be read, or has not the columns that it needs.
    """
    return _rows(path, _content(path, layout), layout)


def frame_rows(frame: Any, layout: Layout) -> Iterable[Row]:
    """The rows of a DataFrame of polars or pandas, counted from 1. Raises `BadInput` like `read_rows`."""
    is_polars = hasattr(frame, "iter_rows")
    rows = frame.iter_rows() if is_polars else frame.itertuples(index=False, name=None)
    table = [tuple(frame.columns), *(tuple(_plain(cell) for cell in row) for row in rows)]
    return _table_rows(Path("DataFrame"), table, layout, first=0)


def json_rows(content: bytes, layout: Layout) -> Iterable[Row]:
    """The rows of what a program sends, in the form of a JSON file. Raises `BadInput` like `read_rows`."""
    path = Path("JSON")
    return _object_rows(path, _json(path, _text(path, content), layout), layout)


def _plain(cell: Any) -> object:
    """A cell without the types of numpy; what is not a number is nothing."""
    cell = cell.item() if hasattr(cell, "item") else cell
    return None if cell != cell else cell


def _content(path: Path, layout: Layout) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(
            f"{path} 을(를) 읽을 수 없습니다({error.strerror}). 경로와 권한을 확인하십시오.",
            f"{path} cannot be read ({error.strerror}). Check the path and its permissions.",
        ) from error
    if len(content) > _MOST_BYTES:
        raise BadInput(
            f"{path} 은(는) {layout.kind.korean} 파일로는 너무 큽니다({_MOST_BYTES >> 20} MiB 까지).",
            f"{path} is too large for a file of {layout.kind.english} (at most {_MOST_BYTES >> 20} MiB).",
        )
    if not content.strip():
        raise BadInput(
            f"{path} 은(는) 빈 파일입니다. {layout.needs.korean}.",
            f"{path} is empty. {layout.needs.english}.",
        )
    return content


def _rows(path: Path, content: bytes, layout: Layout) -> Iterable[Row]:
    suffix = path.suffix.lower()
    if content.startswith(b"PK\x03\x04"):
        sheet, rows = _workbook(path, content, layout)
        return _table_rows(path, rows, layout, sheet=sheet)
    if content.startswith(b"PAR1"):
        return frame_rows(_parquet(path, content), layout)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(
            f"{path} 은(는) 옛 엑셀(.xls)이거나 암호가 걸린 파일입니다. 암호 없는 .xlsx 로 저장하십시오.",
            f"{path} is an old .xls or a protected workbook. Save it as .xlsx without a password.",
        )
    if content.startswith(b"\x80") or suffix in (".pkl", ".pickle"):
        return _object_rows(path, _unpickled(path, content), layout)
    text = _text(path, content)
    if suffix == ".json" or text.lstrip().startswith(("{", "[")):
        return _object_rows(path, _json(path, text, layout), layout)
    return _table_rows(path, _csv(path, text), layout)


# Tables: CSV, Excel and Parquet


def _text(path: Path, content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput(
        f"{path} 의 글자를 알아볼 수 없습니다. UTF-8 이나 CP949(한글 엑셀의 CSV)로 다시 저장하십시오.",
        f"{path} is neither UTF-8 nor CP949 text. Save it again in one of these encodings.",
    )


def _csv(path: Path, text: str) -> list[Sequence[object]]:
    header = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",\t;", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise BadInput(
            f"{path}, {reader.line_num}번째 줄: CSV 로 읽을 수 없습니다. 따옴표가 맞는지 보십시오.",
            f"{path}, line {reader.line_num}: not readable as CSV ({error}). Look at its quotation marks.",
        ) from error


def _workbook(path: Path, content: bytes, layout: Layout) -> tuple[str, list[Sequence[object]]]:
    """The title and the rows of a sheet, as Excel last computed them.

    It is the first sheet with a header; hidden ones (숨긴 시트) are not looked at.
    """
    import openpyxl  # here, because it takes a while to load and most files are not workbooks
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED_BYTES:
                raise _too_many_rows(path, layout)
        with warnings.catch_warnings():
            # openpyxl warns of drawings, styles and validations that it leaves out; none matters here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
                sheet = next((each for each in visible if _has_header(each, layout)), visible[0])
                return sheet.title, _sheet_rows(path, sheet, layout)
            finally:
                book.close()
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise BadInput(
            f"{path} 은(는) 엑셀 통합문서로 열 수 없습니다. 엑셀에서 .xlsx 로 다시 저장하십시오.",
            f"{path} cannot be opened as a workbook ({error}). Save it again as .xlsx.",
        ) from error


def _has_header(sheet: Any, layout: Layout) -> bool:
    """Whether there is a header near the top of a sheet."""
    sheet.reset_dimensions()
    top = [
        row for row in sheet.iter_rows(values_only=True, max_row=2 * _DEEPEST_HEADER) if not _is_blank(row)
    ]
    return _header_at(top, layout) is not None


def _sheet_rows(path: Path, sheet: Any, layout: Layout) -> list[Sequence[object]]:
    """The rows of a sheet to the last one that is not blank."""
    # Some programs write a wrong extent into the sheet; without it every row is read.
    sheet.reset_dimensions()
    rows: list[Sequence[object]] = []
    last = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None for cell in row):
            last = number
            if last > _MOST_ROWS:
                raise _too_many_rows(path, layout)
        if number <= _MOST_ROWS:
            rows.append(row)
    return rows[:last]


def _parquet(path: Path, content: bytes) -> Any:
    import polars as pl  # here, because it takes a while to load and most files are not Parquet

    try:
        return pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        raise BadInput(
            f"{path} 은(는) Parquet 으로 읽을 수 없습니다. 다시 저장하십시오.",
            f"{path} cannot be read as Parquet ({error}). Save it again.",
        ) from error


def _table_rows(
    path: Path, table: Sequence[Sequence[object]], layout: Layout, *, sheet: str = "", first: int = 1
) -> Iterator[Row]:
    """The rows below the header. `first` is the number of the top row.

    The header is the first row with every title that there must be: people write a heading above it. Where
    there is none it is the first row that is not blank, so that what is missing is named there.
    """
    filled = [(number, row) for number, row in enumerate(table, start=first) if not _is_blank(row)]
    if not filled:
        return
    if len(filled) > _MOST_ROWS:
        raise _too_many_rows(path, layout)
    at = _header_at([row for _, row in filled], layout) or 0
    header_row, header = filled[at]
    columns, titles = _columns(path, _place(sheet, header_row), header, layout)
    for number, row in filled[at + 1 :]:
        flaw = None
        if not _is_blank(row[len(header) :]):
            flaw = Sentence(
                f"칸이 머리글보다 많습니다({len(row)}칸, 머리글 {len(header)}칸). "
                "천 단위 쉼표가 있으면 지우거나 따옴표로 묶으십시오.",
                f"it has more cells than the header ({len(row)}, header {len(header)}). "
                "Remove or quote thousands separators.",
            )
        yield Row(
            place=_place(sheet, number),
            cells={field: row[column] for field, column in columns.items() if column < len(row)},
            titles=titles,
            flaw=flaw,
        )


def _header_at(rows: Sequence[Sequence[object]], layout: Layout) -> int | None:
    """Which of the first rows has every title that there must be; None when none has."""
    for number, row in enumerate(rows[:_DEEPEST_HEADER]):
        fields = {layout.find_field(cell) for cell in row}
        if fields.issuperset(layout.required):
            return number
    return None


def _place(sheet: str, number: int) -> Sentence:
    if not sheet:
        return Sentence(f"{number}행", f"row {number}")
    return Sentence(f"'{sheet}' 시트 {number}행", f"sheet '{sheet}', row {number}")


def _columns(
    path: Path, place: Sentence, header: Sequence[object], layout: Layout
) -> tuple[dict[str, int], dict[str, str]]:
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    mistakes: list[Sentence] = []
    for column, cell in enumerate(header):
        title = str(cell).strip()
        field = layout.find_field(title)
        if field is None:
            continue
        if field in columns:
            mistakes.append(
                Sentence(
                    f"{place.korean}: '{titles[field]}' 열과 '{title}' 열이 같은 뜻입니다. "
                    "하나만 남기십시오.",
                    f"{place.english}: columns '{titles[field]}' and '{title}' mean the same. Keep one.",
                )
            )
            continue
        columns[field] = column
        titles[field] = title
    mistakes += [
        Sentence(
            f"{place.korean}: {layout.columns[field][0]} 열이 없습니다. 머리글에 "
            f"{' / '.join(layout.columns[field])} 가운데 하나를 적으십시오.",
            f"{place.english}: the column for the {field} is missing. Title it one of "
            f"{', '.join(layout.columns[field])}.",
        )
        for field in layout.required
        if field not in columns
    ]
    if mistakes:
        raise refuse(path, mistakes)
    return columns, titles


def _is_blank(row: Sequence[object]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)


def _too_many_rows(path: Path, layout: Layout) -> BadInput:
    return BadInput(
        f"{path} 은(는) {layout.kind.korean} 파일로는 너무 깁니다({_MOST_ROWS:,}행까지). "
        "남는 행과 시트를 지우십시오.",
        f"{path} is too long for a file of {layout.kind.english} (at most {_MOST_ROWS:,} rows). "
        "Delete what is spare.",
    )


# Objects: JSON and pickle


def _json(path: Path, text: str, layout: Layout) -> object:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: Pairs(pairs), parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{path}, {error.lineno}번째 줄 {error.colno}번째 글자: JSON 이 아닙니다.",
            f"{path}, line {error.lineno}, character {error.colno}: not JSON ({error.msg}).",
        ) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadInput(
            f"{path} 은(는) {layout.kind.korean} 파일로 읽을 수 없는 JSON 입니다. 수와 괄호를 확인하십시오.",
            f"{path} is JSON that no file of {layout.kind.english} needs ({error}). "
            "Check its numbers and brackets.",
        ) from error


def _object_rows(path: Path, value: object, layout: Layout) -> Iterator[Row]:
    """A list of objects with the names of columns, or a dict by code where the layout has entries."""
    match value:
        case Pairs(pairs) if layout.entry and len(pairs) <= _MOST_ROWS:
            for number, (code, entry) in enumerate(pairs, start=1):
                yield _entry_row(number, code, entry, layout)
        case list() | tuple() if len(value) <= _MOST_ROWS:
            for number, item in enumerate(value, start=1):
                yield _item_row(number, item, layout)
        case Pairs(pairs) if len(pairs) > _MOST_ROWS:
            raise _too_many_rows(path, layout)
        case list() | tuple():
            raise _too_many_rows(path, layout)
        case _:
            raise BadInput(
                f"{path}: {layout.kind.korean}의 목록이 아닙니다. {layout.example} 꼴로 적으십시오.",
                f"{path}: not a list of {layout.kind.english}. Write {layout.example}.",
            )


def _entry_row(number: int, code: object, entry: object, layout: Layout) -> Row:
    place = Sentence(f"{number}번째 항목", f"item {number}")
    titles = layout.titles
    if not isinstance(entry, list | tuple) or len(entry) != len(layout.entry):
        flaw = Sentence(
            f"{shown(code)} 의 값은 [{', '.join(titles[field] for field in layout.entry)}] 이어야 합니다.",
            f"the value of {shown(code)} must be [{', '.join(layout.entry)}].",
        )
        return Row(place, {}, titles, flaw)
    return Row(place, {"code": code, **dict(zip(layout.entry, entry, strict=True))}, titles)


def _item_row(number: int, item: object, layout: Layout) -> Row:
    place = Sentence(f"{number}번째 항목", f"item {number}")
    titles = layout.titles
    if not isinstance(item, Pairs):
        flaw = Sentence(
            f"{shown(item)} 은(는) {layout.kind.korean}가 아닙니다. 열 이름으로 적으십시오.",
            f"{shown(item)} is no row of {layout.kind.english}. Give its fields by name.",
        )
        return Row(place, {}, titles, flaw)
    cells: dict[str, object] = {}
    for key, cell in item.pairs:
        field = layout.find_field(key)
        if field is None:
            continue
        if field in cells:
            flaw = Sentence(
                f"'{titles[field]}' 와(과) '{key}' 은(는) 같은 뜻입니다. 하나만 남기십시오.",
                f"'{titles[field]}' and '{key}' mean the same. Keep one.",
            )
            return Row(place, {}, titles, flaw)
        cells[field] = cell
        titles[field] = str(key)
    return Row(place, cells, titles)


def _unpickled(path: Path, content: bytes) -> object:
    try:
        return read_plain_pickle(content, _DEEPEST)
    except NotPlain as error:
        raise BadInput(
            f"{path}: 피클 안에 허용하지 않는 것({error})이 있어 열지 않았습니다. dict, list, tuple, str, "
            "int, float 만 담아 다시 저장하거나 CSV·JSON 으로 바꾸십시오.",
            f"{path}: the pickle holds something that is not admitted ({error}) and was not opened. Save it "
            "again with dict, list, tuple, str, int and float only, or as CSV or JSON.",
        ) from error
    except ValueError as error:
        raise BadInput(
            f"{path} 은(는) 온전한 피클이 아닙니다(잘렸거나 깨졌습니다). 다시 저장하십시오.",
            f"{path} is not a whole pickle ({error}): cut off or damaged. Save it again.",
        ) from error
