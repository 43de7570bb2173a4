"""KIS's file of index names (업종 코드, idxcode.mst), both ways, and which indices our exchange has.

A line each: 시장구분 in one byte, the code in four, the name in cp949. Source: the file of 2026-07. Our
exchange knows KOSPI, KOSDAQ and KOSPI200 with their levels, the sizes of both markets, the industries of its
companies, and by name alone KRX100 and KOSDAQ150, of which rankings may be asked for. 시장구분 is the first
digit of the code, as it is of these in KIS's file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.codes import INDEX_CODES, SECTIONS
from hoga.brokers.kis.indices import INDEX_NAMES
from hoga.brokers.kis.selection import SIZES
from hoga.domain.company import Size
from hoga.domain.errors import BadInput
from hoga.domain.index import IndexName
from hoga.domain.instrument import Kind, Market
from hoga.domain.ranking import Section

FILE = "idxcode.mst"

_ENCODING = "cp949"
_HEAD, _NAME = 5, 40
_BY_NAME = {Section.KRX100: "KRX100", Section.KOSDAQ150: "KSQ150"}
_SIZES = {Size.LARGE: "대형주", Size.MID: "중형주", Size.SMALL: "소형주"}
_PREFIXES = {Market.KOSDAQ: "코스닥 "}


@dataclass(frozen=True, slots=True)
class IndexLine:
    """A line of the file; `group` is 시장구분."""

    group: str
    code: str
    name: str


NAMED = {
    **{code: INDEX_NAMES[index] for code, index in INDEX_CODES.items()},
    **{SECTIONS[section]: name for section, name in _BY_NAME.items()},
    **{code: _PREFIXES.get(market, "") + _SIZES[size] for code, (market, size) in SIZES.items()},
}
"""The indices that are there whatever is listed, by code."""


def index_names(stocks: Sequence[Listed]) -> list[IndexName]:
    """The indices of the exchange, by code: the industries are those of `stocks`."""
    found = dict(NAMED)
    for listed in stocks:
        company = listed.background.company
        if company is not None and company.industry is not None and listed.instrument.kind is Kind.STOCK:
            found[company.industry.code] = company.industry.name
    return [IndexName(code, found[code]) for code in sorted(found)]


def index_file(names: Iterable[IndexName]) -> bytes:
    """The file of some indices. Raises `BadInput` for a name that cp949 does not have."""
    return encode_lines(IndexLine(each.code[:1], each.code, each.name) for each in names)


def read_index_names(content: bytes) -> list[IndexName]:
    """The indices in a file, in its order. Raises `BadInput` for a line that is not one."""
    return [IndexName(line.code, line.name) for line in decode_lines(content)]


def decode_lines(content: bytes) -> list[IndexLine]:
    """All lines of a file. Raises `BadInput` for one that has another width or is not cp949."""
    found = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line:
            continue
        try:
            name = line[_HEAD:].decode(_ENCODING).rstrip(" ")
            group, code = line[:1].decode("ascii"), line[1:_HEAD].decode("ascii")
        except UnicodeDecodeError as error:
            raise _bad_line(number) from error
        if len(line) != _HEAD + _NAME:
            raise _bad_line(number)
        found.append(IndexLine(group, code, name))
    return found


def encode_lines(lines: Iterable[IndexLine]) -> bytes:
    """A file. Raises `BadInput` for a name that cp949 does not have."""
    return b"".join(_encode(line) + b"\n" for line in lines)


def _encode(line: IndexLine) -> bytes:
    try:
        return (line.group + line.code).encode("ascii") + line.name.encode(_ENCODING).ljust(_NAME)
    except UnicodeEncodeError as error:
        raise BadInput(
            f"지수 이름 {line.name!r}에 {_ENCODING}에 없는 글자가 있습니다. 다른 글자로 쓰세요.",
            f"The name {line.name!r} of an index has characters that {_ENCODING} lacks. Use others.",
        ) from error


def _bad_line(number: int) -> BadInput:
    return BadInput(
        f"{FILE} {number}행을 읽을 수 없습니다. 파일을 다시 내려받으세요.",
        f"Line {number} of {FILE} cannot be read. Download the file again.",
    )
