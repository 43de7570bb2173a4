"""KIS's master files (종목 마스터): every issue of one market, a line each, both ways.

Fixed width counted in bytes of cp949: three columns that all files share, then those of the market. Any line
is decoded and encoded again without loss. Source: KIS's header files as of 2026-08, checked on whole files of
2025 and 2026. The files do not tell the multiple of a leveraged ETF or ETN, count listed shares in thousands,
and hold funds and warrants (수익증권, 신주인수권) for which Hoga has no kind. Nor has it one
for the group PF, whose meaning is unverified.

The exchange writes what it knows; figures that it does not know are zero and marks are N, but the margin rate
is 100 %. That hosts other than KIS's own serve the files at the same path is Hoga's arrangement.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hoga.brokers.kis.background import Listed, shares_of
from hoga.brokers.kis.envelope import day_text, parse_day
from hoga.brokers.kis.lending import credit_rate
from hoga.brokers.kis.registered import registered_of, sector_cell
from hoga.domain.company import Company, Size
from hoga.domain.errors import BadInput
from hoga.domain.features import Registered
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.krx.codes import isin, parse_code
from hoga.krx.single_price import Regime

PATH = "/common/master/"
"""Where the files lie on their host."""

_ENCODING = "cp949"
_THOUSAND = 1000
_HUNDRED_MILLION = 10**8
_SIZES = {Size.LARGE: "1", Size.MID: "2", Size.SMALL: "3"}
_GROUPS = {Kind.STOCK: "ST", Kind.ETF: "EF", Kind.ETN: "EN", Kind.ELW: "EW"}
_KINDS = {
    **dict.fromkeys(("ST", "MF", "RT", "SC", "IF", "DR", "FS"), Kind.STOCK),
    **dict.fromkeys(("EF", "FE"), Kind.ETF),
    "EN": Kind.ETN,
    "EW": Kind.ELW,
}
"""증권그룹: what trades under the rules of which kind."""

_PRODUCTS = {Kind.ETF: "2", Kind.ETN: "3"}
_LETTERS = {Kind.STOCK: "", Kind.ETF: "", Kind.ETN: "Q", Kind.ELW: "J"}
_HEAD = "단축코드:9 표준코드:12 한글명:40"
_TRADING = (
    "기준가:9:0 매매수량단위:5:0 시간외수량단위:5:0 거래정지:1:N 정리매매:1:N 관리종목:1:N "
    "시장경고:2:0 경고예고:1:N 불성실공시:1:N 우회상장:1:N 락구분:2:0 액면변경:2:0 "
    "증자구분:2:0 증거금비율:3:0 신용가능:1:N 신용기간:3:0 전일거래량:12:0 액면가:12:0 "
    "상장일자:8 상장주수:15:0 자본금:21:0 결산월:2 공모가:7 우선주:1:0 공매도과열:1 "
    "이상급등:1:N KRX300:1:N"
)
_FIGURES = "매출액:9:0 영업이익:9:0 경상이익:9:0 당기순이익:5:0 ROE:9:0 기준년월:8 시가총액:9:0"
_LENDING = "회사신용한도초과:1:N 담보대출가능:1:N 대주가능:1:N"
_INDUSTRIES = "시가총액규모:1:0 지수업종대분류:4:0 지수업종중분류:4:0 지수업종소분류:4:0"
_SECTORS = (
    "KRX100:1:N KRX자동차:1:N KRX반도체:1:N KRX바이오:1:N KRX은행:1:N SPAC:1:N "
    "KRX에너지화학:1:N KRX철강:1:N 단기과열:1:0 KRX미디어통신:1:N KRX건설:1:N"
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `width` in bytes, `filler` what fills it when nothing is known."""

    name: str
    width: int
    filler: str


def _columns(*parts: str) -> tuple[Column, ...]:
    found = []
    for text in " ".join(parts).split():
        name, width, *filler = text.split(":")
        found.append(Column(name, int(width), filler[0] if filler else " "))
    return tuple(found)


COLUMNS: Mapping[Market, tuple[Column, ...]] = {
    Market.KOSPI: _columns(
        _HEAD,
        f"그룹코드:2 {_INDUSTRIES} 제조업:1:N 저유동성:1:N 지배구조지수종목:1:N "
        f"KOSPI200섹터업종:1:0 KOSPI100:1:N KOSPI50:1:N KRX:1:N ETP:1 ELW발행:1:N {_SECTORS} "
        f"Non1:1:N KRX증권:1:N KRX선박:1:N KRX섹터_보험:1:N KRX섹터_운송:1:N SRI:1:N {_TRADING} "
        f"KOSPI:1:N {_FIGURES} 그룹사코드:3 {_LENDING}",
    ),
    Market.KOSDAQ: _columns(
        _HEAD,
        f"그룹코드:2 {_INDUSTRIES} 벤처기업:1:N 저유동성:1:N KRX:1:N ETP:1 {_SECTORS} "
        "투자주의환기:1:N KRX증권:1:N KRX선박:1:N KRX섹터_보험:1:N KRX섹터_운송:1:N KOSDAQ150:1:N "
        f"{_TRADING} {_FIGURES} 그룹사코드:3 {_LENDING}",
    ),
    Market.KONEX: _columns(_HEAD, f"그룹코드:2 {_TRADING} {_FIGURES} {_LENDING}"),
}
"""The columns of the three files; the same column has the same name in each."""

_WIDTHS = {market: sum(column.width for column in columns) for market, columns in COLUMNS.items()}

Record = dict[str, str]
"""One line by the names of its columns, without the blanks that end a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterIssue:
    """One issue as the master file has it.

    `instrument.listed_shares` is cut to thousands and `instrument.leverage` is always 1: see the module.
    `is_unfaithful` is 불성실공시. `warning` (시장경고) goes from 0 (none) to 3 (위험), `overheated`
    (단기과열) from 0 (none) and 1 (예고) to 3 (연장). `margin_rate` is a ratio.
    """

    instrument: Instrument
    isin: str
    base_price: int
    warning: int
    overheated: int
    is_preferred: bool
    is_unfaithful: bool
    margin_rate: Decimal
    face_value: int
    listing_day: date | None
    registered: Registered


def file_name(market: Market) -> str:
    """The name of a market's file; its archive is called the same with ".zip" behind."""
    return f"{market.lower()}_code.mst"


def find_market(archive_name: str) -> Market | None:
    """Whose file is in an archive of that name; None for any other name."""
    return next((market for market in Market if f"{file_name(market)}.zip" == archive_name), None)


# Lines -----------------------------------------------------------------------------------------------------


def decode(market: Market, content: bytes) -> list[Record]:
    """All lines of a file. Raises `BadInput` for a line that has another width or is not cp949."""
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    return [_decode_line(market, line, number) for number, line in enumerate(lines, 1)]


def encode(market: Market, records: Iterable[Mapping[str, str]]) -> bytes:
    """A file with a line for each record; a column that a record lacks is filled.

    Raises `BadInput` for a value that is too wide or that cp949 does not have.
    """
    return b"".join(_encode_line(market, record) + b"\n" for record in records)


def _decode_line(market: Market, line: bytes, number: int) -> Record:
    if len(line) != _WIDTHS[market]:
        raise BadInput(
            f"{file_name(market)} {number}행의 길이가 {len(line)}바이트입니다({_WIDTHS[market]}이어야 함). "
            "파일을 다시 내려받으세요.",
            f"Line {number} of {file_name(market)} has {len(line)} bytes, not {_WIDTHS[market]}. "
            "Download the file again.",
        )
    record, start = {}, 0
    for column in COLUMNS[market]:
        cell = line[start : start + column.width]
        start += column.width
        try:
            record[column.name] = cell.decode(_ENCODING).rstrip(" ")
        except UnicodeDecodeError as error:
            raise BadInput(
                f"{file_name(market)} {number}행의 {column.name} 항목을 읽을 수 없습니다. "
                "파일을 다시 내려받으세요.",
                f"Column {column.name} in line {number} of {file_name(market)} is not {_ENCODING}. "
                "Download the file again.",
            ) from error
    return record


def _encode_line(market: Market, record: Mapping[str, str]) -> bytes:
    cells = []
    for column in COLUMNS[market]:
        text = record.get(column.name, column.filler * column.width)
        cell = _encode(text, column.name)
        if len(cell) > column.width:
            raise BadInput(
                f"{column.name} 값 {text!r}이(가) {column.width}바이트보다 깁니다. 줄여서 쓰세요.",
                f"The value {text!r} of {column.name} is wider than {column.width} bytes. Shorten it.",
            )
        cells.append(cell.ljust(column.width))
    return b"".join(cells)


def _encode(text: str, name: str) -> bytes:
    try:
        return text.encode(_ENCODING)
    except UnicodeEncodeError as error:
        raise BadInput(
            f"{name} 값 {text!r}에 {_ENCODING}에 없는 글자가 있습니다. 다른 글자로 쓰세요.",
            f"The value {text!r} of {name} has characters that {_ENCODING} lacks. Use others.",
        ) from error


# The client understands ------------------------------------------------------------------------------------


def read_issues(market: Market, content: bytes) -> list[MasterIssue]:
    """The issues of a file, zipped as it is downloaded or plain, without those that Hoga has no kind for.

    Raises `BadInput` when it is not such a file.
    """
    if content.startswith(b"PK"):
        content = unpacked(file_name(market), content)
    return [
        issue
        for number, record in enumerate(decode(market, content), 1)
        if (issue := _find_issue(market, record, number)) is not None
    ]


def _find_issue(market: Market, record: Record, number: int) -> MasterIssue | None:
    kind = _KINDS.get(record["그룹코드"])
    if kind is None:
        return None
    try:
        code = parse_code(record["단축코드"])
        return MasterIssue(
            registered=registered_of(record, code),
            instrument=Instrument(
                code=code,
                name=record["한글명"],
                market=market,
                kind=kind,
                listed_shares=int(record["상장주수"] or "0") * _THOUSAND,
                is_halted=record["거래정지"] == "Y",
                is_administrative=record["관리종목"] == "Y",
                is_being_delisted=record["정리매매"] == "Y",
            ),
            isin=record["표준코드"],
            base_price=int(record["기준가"] or "0"),
            warning=int(record["시장경고"] or "0"),
            overheated=int(record.get("단기과열") or "0"),
            is_preferred=record["우선주"].strip() not in ("", "0"),
            is_unfaithful=record["불성실공시"] == "Y",
            margin_rate=Decimal(int(record["증거금비율"] or "0")) / 100,
            face_value=int(record["액면가"] or "0"),
            listing_day=parse_day(record["상장일자"]),
        )
    except ValueError as error:
        raise BadInput(
            f"{file_name(market)} {number}행({record['단축코드']})에 숫자가 아닌 값이 있습니다: {error}. "
            "파일을 다시 내려받으세요.",
            f"Line {number} of {file_name(market)} ({record['단축코드']}) has a value that is not a number: "
            f"{error}. Download the file again.",
        ) from error


def unpacked(name: str, archive: bytes) -> bytes:
    """The file `name` out of a zip archive. Raises `BadInput` when it is not there or broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return opened.read(name)
    except (zipfile.BadZipFile, KeyError) as error:
        raise BadInput(
            f"압축 파일에서 {name}을(를) 꺼낼 수 없습니다. 파일을 다시 내려받으세요.",
            f"{name} cannot be taken out of the archive. Download it again.",
        ) from error


# The server answers ----------------------------------------------------------------------------------------


def master_file(market: Market, issues: Iterable[Listed]) -> bytes:
    """The file of one market, from the issues of all of them."""
    return encode(market, (_record(issue) for issue in issues if issue.instrument.market is market))


def packed(name: str, content: bytes, day: date) -> bytes:
    """A zip archive with the file `name` as of `day`; the same content gives the same bytes."""
    target = io.BytesIO()
    entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w") as opened:
        opened.writestr(entry, content)
    return target.getvalue()


def _record(issue: Listed) -> Record:
    instrument, quote, company = issue.instrument, issue.quote, issue.background.company
    shares = shares_of(issue)
    return {
        "단축코드": _LETTERS[instrument.kind] + instrument.code,
        "표준코드": _find_isin(instrument.code),
        "한글명": _cut(instrument.name, 40),
        "그룹코드": _GROUPS[instrument.kind],
        "ETP": _PRODUCTS.get(instrument.kind, ""),
        "기준가": f"{quote.base_price:09}",
        "매매수량단위": f"{1:05}",
        "시간외수량단위": f"{1:05}",
        "거래정지": "Y" if quote.is_halted else "N",
        "정리매매": "Y" if issue.regime is Regime.DELISTING else "N",
        "관리종목": "Y" if issue.is_administrative else "N",
        "증거금비율": f"{100:03}",
        "상장주수": f"{shares // _THOUSAND:015}",
        "시가총액": f"{shares * quote.base_price // _HUNDRED_MILLION:09}",
        **(_company_cells(company, instrument.market) if company else {}),
    }


def _company_cells(company: Company, market: Market) -> Record:
    cells = {"우선주": "1" if company.is_preferred else "0"}
    if company.margin_rate is not None:
        cells["증거금비율"] = f"{int(company.margin_rate * 100):03}"
        cells["신용가능"] = "N" if credit_rate(company) is None else "Y"
    if company.face_value is not None:
        cells["액면가"] = f"{company.face_value:012}"
    if company.listing_day is not None:
        cells["상장일자"] = day_text(company.listing_day)
    if company.capital is not None:
        cells["자본금"] = f"{company.capital:021}"
    if company.settlement_month is not None:
        cells["결산월"] = f"{company.settlement_month:02}"
    if company.size is not None:
        cells["시가총액규모"] = _SIZES[company.size]
    if company.industry is not None:
        cells["지수업종중분류"] = company.industry.code
    if market is Market.KOSPI:
        cells["KOSPI200섹터업종"] = sector_cell(company.kospi200_sector)
    return cells


def _find_isin(code: str) -> str:
    try:
        return isin(code)
    except BadInput:
        return ""


def _cut(name: str, width: int) -> str:
    """As many characters of `name` as fit; one that cp949 lacks becomes "?"."""
    return name.encode(_ENCODING, "replace")[:width].decode(_ENCODING, "ignore")
