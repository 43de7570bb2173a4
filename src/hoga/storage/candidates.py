"""Files of candidates: which issues the swing strategy may buy, and the price each is measured by.

Reads CSV, JSON, Excel workbooks and the seed's pickle (seed 004, `select_dict.pkl`). All mistakes of a file
are told at once, by the row and column a person sees, and then nothing of the file is used. It does not know
what the prices mean, and it never runs anything that a file contains.
"""

import csv
import difflib
import io
import json
import re
import reprlib
import warnings
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import ParseError

from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.storage.plain_pickle import NotPlain, Pairs, read_plain_pickle

_MOST_BYTES = 4 << 20
_MOST_UNPACKED_BYTES = 64 << 20
_MOST_ROWS = 10_000
_MOST_TOLD = 20
_MOST_WON = 10**9
_DEEPEST = 3

_COLUMNS = {
    "code": ("종목코드", "code"),
    "name": ("종목명", "name"),
    "reference": ("기준가", "기준가격", "목표가", "전일종가", "reference"),
}
_REQUIRED = ("code", "reference")
_FIELD_OF = {title: field for field, titles in _COLUMNS.items() for title in titles}
_WHOLE = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.0*)?", re.ASCII)


def read_candidates(path: Path, known_codes: Collection[str]) -> list[Candidate]:
    """The candidates of a file, in its order. The format is told by the content, then by the suffix.

    A number that lost its leading zeros is read as the code it was ("2680" is 002680), "A002680" as 002680.
    The name may be missing; the code stands in for it.

    Raises:
        BadInput: anything is wrong with the file. The sentence lists every mistake (up to 20).
    """
    known = frozenset(known_codes)
    candidates: list[Candidate] = []
    mistakes: list[_Sentence] = []
    first_place: dict[str, _Sentence] = {}
    for row in _rows(path, _content(path)):
        code, reference = _row(row, known, mistakes)
        if code is None:
            continue
        if code in first_place:
            mistakes.append(row.wrong("code", _twice(code, first_place[code])))
            continue
        first_place[code] = row.place
        if reference is not None:
            candidates.append(Candidate(code, _name(row.cells.get("name")) or code, reference))
    if mistakes:
        raise _refuse(path, mistakes)
    if not candidates:
        raise BadInput(
            f"{path}: 후보 종목이 한 줄도 없습니다. 머리글 아래에 종목코드와 기준가를 적으십시오.",
            f"{path}: there is not one candidate. Write codes and reference prices below the header.",
        )
    return candidates


@dataclass(frozen=True, slots=True)
class _Sentence:
    korean: str
    english: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One candidate as the file has it: `cells` by field, `titles` by field as the file calls them."""

    place: _Sentence
    cells: dict[str, object]
    titles: dict[str, str]
    flaw: _Sentence | None = None
    """What is wrong with the row as a whole; then its cells are not looked at."""

    def wrong(self, field: str, what: _Sentence) -> _Sentence:
        title = self.titles.get(field, field)
        return _Sentence(
            f"{self.place.korean}, {title}: {what.korean}", f"{self.place.english}, {title}: {what.english}"
        )


def _row(row: _Row, known: frozenset[str], mistakes: list[_Sentence]) -> tuple[str | None, int | None]:
    if row.flaw is not None:
        mistakes.append(
            _Sentence(
                f"{row.place.korean}: {row.flaw.korean}",
                f"{row.place.english}: {row.flaw.english}",
            )
        )
        return None, None
    code = _code(row.cells.get("code"))
    if isinstance(code, _Sentence):
        mistakes.append(row.wrong("code", code))
    elif code not in known:
        # The hint costs a comparison with every code, so only the mistakes that are told get one.
        near = difflib.get_close_matches(code, known, n=1) if len(mistakes) < _MOST_TOLD else []
        mistakes.append(
            row.wrong(
                "code",
                _Sentence(
                    f"{code} 은(는) 상장 종목이 아닙니다. "
                    + (f"혹시 {near[0]} 입니까?" if near else "여섯 자리 종목코드로 고치십시오."),
                    f"{code} is not a listed issue. "
                    + (f"Is it {near[0]}?" if near else "Write a six-character code."),
                ),
            )
        )
    reference = _reference(row.cells.get("reference"))
    if isinstance(reference, _Sentence):
        mistakes.append(row.wrong("reference", reference))
    return (
        None if isinstance(code, _Sentence) else code,
        None if isinstance(reference, _Sentence) else reference,
    )


def _code(cell: object) -> str | _Sentence:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | None):
        return _Sentence(
            f"{_shown(cell)} 은(는) 종목코드가 아닙니다. 여섯 자리로 적으십시오.",
            f"{_shown(cell)} is not a code. Write its six characters.",
        )
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell).strip().upper()
    if not text:
        return _Sentence("비어 있습니다. 종목코드를 적으십시오.", "it is empty. Write a code.")
    if len(text) == 7 and text.startswith("A"):
        text = text[1:]
    if len(text) < 6 and text.isascii() and text.isdigit():
        text = text.zfill(6)
    if len(text) != 6 or not (text.isascii() and text.isalnum()):
        return _Sentence(
            f"{_shown(cell)} 은(는) 종목코드가 아닙니다. 여섯 자리로 적으십시오.",
            f"{_shown(cell)} is not a code. Write its six characters.",
        )
    return text


def _reference(cell: object) -> int | _Sentence:
    won: int | None = None
    match cell:
        case None | "":
            return _Sentence(
                "비어 있습니다. 원 단위 가격을 적으십시오.", "it is empty. Write a price in won."
            )
        case bool():
            pass
        case int():
            won = cell
        case float() if cell.is_integer():
            won = int(cell)
        case Decimal() if cell.is_finite() and cell == cell.to_integral_value():
            won = int(cell)
        case str() if _WHOLE.fullmatch(cell.strip()) and len(cell) < 32:
            won = int(cell.strip().split(".")[0].replace(",", ""))
        case _:
            pass
    if won is None or not 0 < won <= _MOST_WON:
        return _Sentence(
            f"{_shown(cell)} 은(는) 가격이 아닙니다. 0보다 큰 원 단위 정수로 적으십시오.",
            f"{_shown(cell)} is not a price. Write a whole number of won above 0.",
        )
    return won


def _name(cell: object) -> str:
    text = " ".join(str(cell).split()) if isinstance(cell, str | int) else ""
    return "".join(letter for letter in text if letter.isprintable())[:40]


def _twice(code: str, first: _Sentence) -> _Sentence:
    return _Sentence(
        f"{code} 은(는) {first.korean}에 이미 있습니다. 한 줄만 남기십시오.",
        f"{code} is in {first.english} already. Keep one of them.",
    )


_short = reprlib.Repr()
_short.maxstring = _short.maxlong = _short.maxother = 40


def _shown(cell: object) -> str:
    return str(cell) if isinstance(cell, Decimal) else _short.repr(cell)


def _refuse(path: Path, mistakes: Sequence[_Sentence]) -> BadInput:
    told = mistakes[:_MOST_TOLD]
    korean = [f"{path}: 고칠 곳이 {len(mistakes)}군데 있습니다. 아무것도 읽지 않았습니다."]
    english = [f"{path}: {len(mistakes)} mistakes; nothing was used."]
    korean += [f"  - {mistake.korean}" for mistake in told]
    english += [f"  - {mistake.english}" for mistake in told]
    if len(mistakes) > len(told):
        korean.append(f"  - 그 밖에 {len(mistakes) - len(told)}군데")
        english.append(f"  - and {len(mistakes) - len(told)} more")
    return BadInput("\n".join(korean), "\n".join(english))


def _content(path: Path) -> bytes:
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
            f"{path} 은(는) 후보 파일로는 너무 큽니다({_MOST_BYTES >> 20} MiB 까지).",
            f"{path} is too large for a file of candidates (at most {_MOST_BYTES >> 20} MiB).",
        )
    if not content.strip():
        raise BadInput(
            f"{path} 은(는) 빈 파일입니다. 종목코드와 기준가를 적으십시오.",
            f"{path} is empty. Write codes and reference prices into it.",
        )
    return content


def _rows(path: Path, content: bytes) -> Iterable[_Row]:
    suffix = path.suffix.lower()
    if content.startswith(b"PK\x03\x04"):
        return _table_rows(path, _workbook(path, content))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(
            f"{path} 은(는) 옛 엑셀(.xls)이거나 암호가 걸린 파일입니다. 암호 없는 .xlsx 로 저장하십시오.",
            f"{path} is an old .xls or a protected workbook. Save it as .xlsx without a password.",
        )
    if content.startswith(b"\x80") or suffix in (".pkl", ".pickle"):
        return _object_rows(path, _unpickled(path, content))
    text = _text(path, content)
    if suffix == ".json" or text.lstrip().startswith(("{", "[")):
        return _object_rows(path, _json(path, text))
    return _table_rows(path, _csv(path, text))


# Tables: CSV and Excel


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


def _workbook(path: Path, content: bytes) -> list[Sequence[object]]:
    """The rows of a workbook's first sheet, as Excel last computed them."""
    import openpyxl  # here, because it takes a while to load and most files are not workbooks
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED_BYTES:
                raise _too_many_rows(path)
        with warnings.catch_warnings():
            # openpyxl warns of drawings, styles and validations that it leaves out; none matters here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                sheet = book.worksheets[0]
                # Some programs write a wrong extent into the sheet; without it every row is read.
                sheet.reset_dimensions()
                rows: list[Sequence[object]] = []
                last = 0
                for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                    if any(cell is not None for cell in row):
                        last = number
                        if last > _MOST_ROWS:
                            raise _too_many_rows(path)
                    if number <= _MOST_ROWS:
                        rows.append(row)
                return rows[:last]
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


def _table_rows(path: Path, table: Sequence[Sequence[object]]) -> Iterator[_Row]:
    """The rows below the header, which is the first row that is not blank."""
    filled = [(number, row) for number, row in enumerate(table, start=1) if not _is_blank(row)]
    if not filled:
        return
    if len(filled) > _MOST_ROWS:
        raise _too_many_rows(path)
    header_row, header = filled[0]
    columns, titles = _columns(path, header_row, header)
    for number, row in filled[1:]:
        flaw = None
        if not _is_blank(row[len(header) :]):
            flaw = _Sentence(
                f"칸이 머리글보다 많습니다({len(row)}칸, 머리글 {len(header)}칸). "
                "천 단위 쉼표가 있으면 지우거나 따옴표로 묶으십시오.",
                f"it has more cells than the header ({len(row)}, header {len(header)}). "
                "Remove or quote thousands separators.",
            )
        yield _Row(
            place=_Sentence(f"{number}행", f"row {number}"),
            cells={field: row[column] for field, column in columns.items() if column < len(row)},
            titles=titles,
            flaw=flaw,
        )


def _columns(path: Path, number: int, header: Sequence[object]) -> tuple[dict[str, int], dict[str, str]]:
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    mistakes: list[_Sentence] = []
    for column, cell in enumerate(header):
        title = str(cell).strip()
        field = _FIELD_OF.get(title.lower().replace(" ", ""))
        if field is None:
            continue
        if field in columns:
            mistakes.append(
                _Sentence(
                    f"{number}행: '{titles[field]}' 열과 '{title}' 열이 같은 뜻입니다. 하나만 남기십시오.",
                    f"row {number}: columns '{titles[field]}' and '{title}' mean the same. Keep one.",
                )
            )
            continue
        columns[field] = column
        titles[field] = title
    mistakes += [
        _Sentence(
            f"{number}행: {_COLUMNS[field][0]} 열이 없습니다. 머리글에 {' / '.join(_COLUMNS[field])} "
            "가운데 하나를 적으십시오.",
            f"row {number}: the column for the {field} is missing. Title it one of "
            f"{', '.join(_COLUMNS[field])}.",
        )
        for field in _REQUIRED
        if field not in columns
    ]
    if mistakes:
        raise _refuse(path, mistakes)
    return columns, titles


def _is_blank(row: Sequence[object]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)


def _too_many_rows(path: Path) -> BadInput:
    return BadInput(
        f"{path} 은(는) 후보 파일로는 너무 깁니다({_MOST_ROWS:,}행까지). 남는 행과 시트를 지우십시오.",
        f"{path} is too long for a file of candidates (at most {_MOST_ROWS:,} rows). Delete what is spare.",
    )


# Objects: JSON and pickle


def _json(path: Path, text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: Pairs(pairs), parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{path}, {error.lineno}번째 줄 {error.colno}번째 글자: JSON 이 아닙니다.",
            f"{path}, line {error.lineno}, character {error.colno}: not JSON ({error.msg}).",
        ) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadInput(
            f"{path} 은(는) 후보 파일로 읽을 수 없는 JSON 입니다. 수와 괄호를 확인하십시오.",
            f"{path} is JSON that no file of candidates needs ({error}). Check its numbers and brackets.",
        ) from error


def _object_rows(path: Path, value: object) -> Iterator[_Row]:
    """A list of objects with the names of columns, or the seed's {code: [name, reference]}."""
    match value:
        case Pairs(pairs) if len(pairs) <= _MOST_ROWS:
            for number, (code, entry) in enumerate(pairs, start=1):
                yield _entry_row(number, code, entry)
        case list() | tuple() if len(value) <= _MOST_ROWS:
            for number, item in enumerate(value, start=1):
                yield _item_row(number, item)
        case Pairs() | list() | tuple():
            raise _too_many_rows(path)
        case _:
            raise BadInput(
                f"{path}: 후보의 목록이 아닙니다. "
                '{"002680": ["한타", 3155]} 나 [{"code": …, "name": …, "reference": …}] 꼴로 적으십시오.',
                f"{path}: not a list of candidates. "
                'Write {"002680": ["한타", 3155]} or [{"code": …, "name": …, "reference": …}].',
            )


def _entry_row(number: int, code: object, entry: object) -> _Row:
    place = _Sentence(f"{number}번째 항목", f"item {number}")
    titles = {field: names[0] for field, names in _COLUMNS.items()}
    if not isinstance(entry, list | tuple) or len(entry) != 2:
        flaw = _Sentence(
            f"{_shown(code)} 의 값은 [종목명, 기준가] 이어야 합니다.",
            f"the value of {_shown(code)} must be [name, reference].",
        )
        return _Row(place, {}, titles, flaw)
    return _Row(place, {"code": code, "name": entry[0], "reference": entry[1]}, titles)


def _item_row(number: int, item: object) -> _Row:
    place = _Sentence(f"{number}번째 항목", f"item {number}")
    titles = {field: names[0] for field, names in _COLUMNS.items()}
    if not isinstance(item, Pairs):
        return _Row(
            place,
            {},
            titles,
            _Sentence(
                f"{_shown(item)} 은(는) 후보가 아닙니다. 종목코드와 기준가를 이름으로 적으십시오.",
                f"{_shown(item)} is not a candidate. Give its code and reference by name.",
            ),
        )
    cells: dict[str, object] = {}
    for key, cell in item.pairs:
        field = _FIELD_OF.get(key.strip().lower().replace(" ", "")) if isinstance(key, str) else None
        if field is None:
            continue
        if field in cells:
            flaw = _Sentence(
                f"'{titles[field]}' 와(과) '{key}' 은(는) 같은 뜻입니다. 하나만 남기십시오.",
                f"'{titles[field]}' and '{key}' mean the same. Keep one.",
            )
            return _Row(place, {}, titles, flaw)
        cells[field] = cell
        titles[field] = str(key)
    return _Row(place, cells, titles)


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
