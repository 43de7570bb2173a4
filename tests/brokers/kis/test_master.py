import asyncio
import gzip
from datetime import date
from pathlib import Path

import pytest
from aiohttp import ClientSession
from tests.brokers.kis.door import HYNIX, KIM, OTHERS, REAL, SAMSUNG, FakeBars, at, ids, make_simulation

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.download import download_archive
from hoga.brokers.kis.index_names import (
    FILE,
    NAMED,
    IndexLine,
    decode_lines,
    encode_lines,
    index_file,
    read_index_names,
)
from hoga.brokers.kis.master import (
    COLUMNS,
    decode,
    encode,
    file_name,
    find_market,
    master_file,
    packed,
    read_issues,
    unpacked,
)
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.domain.errors import BadInput, Unreachable
from hoga.domain.index import IndexName
from hoga.domain.instrument import Kind, Market
from hoga.krx.single_price import Regime

_FILES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "master"
_WHOLE = [
    f"{market}_code_{day}.mst.gz"
    for market, days in (
        ("kospi", ("2025-06-12", "2026-07-23")),
        ("kosdaq", ("2025-06-12", "2026-07-23")),
        ("konex", ("2025-06-12",)),
    )
    for day in days
]


def real(name: str) -> bytes:
    if not (_FILES / name).is_file():
        pytest.skip(f"no real master file: {_FILES / name} is missing")
    return gzip.decompress((_FILES / name).read_bytes())


def market_of(name: str) -> Market:
    return Market(name.split("_")[0].upper())


@pytest.mark.parametrize("name", _WHOLE)
def test_a_real_file_is_decoded_and_encoded_byte_for_byte(name: str) -> None:
    content, market = real(name), market_of(name)
    records = decode(market, content)
    assert len(records) == content.count(b"\n")
    assert encode(market, records) == content


@pytest.mark.parametrize("name", _WHOLE)
def test_the_columns_of_a_real_file_hold_what_they_are_called(name: str) -> None:
    for record in decode(market_of(name), real(name)):
        assert record["기준가"].isdigit()
        assert record["거래정지"] in "YN"
        assert record["시장경고"] in ("00", "01", "02", "03")
        assert record["상장일자"] == "" or record["상장일자"].isdigit()
        assert all(record[mark] in ("Y", "N") for mark in ("회사신용한도초과", "담보대출가능", "대주가능"))


@pytest.mark.parametrize("name", _WHOLE)
def test_every_real_stock_etf_and_etn_is_read(name: str) -> None:
    content, market = real(name), market_of(name)
    issues = read_issues(market, content)
    wanted = [row for row in decode(market, content) if row["그룹코드"] not in ("BC", "SW", "SR", "PF")]
    assert len(issues) == len(wanted)
    assert {issue.instrument.market for issue in issues} == {market}
    assert len({issue.instrument.code for issue in issues}) == len(issues)


def test_samsung_and_kodex_200_are_what_they_were() -> None:
    issues = {
        each.instrument.code: each for each in read_issues(Market.KOSPI, real("kospi_code_2025-06-12.mst.gz"))
    }
    samsung, kodex = issues["005930"], issues["069500"]
    assert (samsung.instrument.name, samsung.instrument.kind) == ("삼성전자", Kind.STOCK)
    assert samsung.instrument.listed_shares == 5_919_637_000
    assert (samsung.isin, samsung.listing_day) == ("KR7005930003", date(1975, 6, 11))
    assert (samsung.base_price, samsung.face_value, samsung.instrument.is_halted) == (54_700, 100, False)
    assert kodex.instrument.kind is Kind.ETF
    assert issues["760019"].instrument.kind is Kind.ETN


def test_the_real_indices_are_decoded_and_encoded_byte_for_byte() -> None:
    content = real("idxcode_2026-07-23.mst.gz")
    indices = decode_lines(content)
    assert len(indices) == content.count(b"\n")
    assert indices[0] == IndexLine("0", "0001", "종합")
    assert encode_lines(indices) == content


def test_the_indices_of_the_exchange_are_called_as_in_the_real_file() -> None:
    theirs = {each.code: each.name for each in read_index_names(real("idxcode_2026-07-23.mst.gz"))}
    assert NAMED.items() <= theirs.items()


@pytest.mark.parametrize("line", [b"00001short", b"0\xff001" + b" " * 40, b"00001\xff" + b" " * 39])
def test_a_line_that_names_no_index_is_refused(line: bytes) -> None:
    with pytest.raises(BadInput, match="Line 2"):
        read_index_names(b"00001KOSPI".ljust(45) + b"\n" + line + b"\n")


def test_the_name_of_an_index_must_be_one_that_the_file_can_have() -> None:
    with pytest.raises(BadInput, match="cp949"):
        index_file([IndexName("0001", "지수\U0001f600")])


@pytest.mark.parametrize(
    ("market", "width"), [(Market.KOSPI, 288), (Market.KOSDAQ, 282), (Market.KONEX, 245)]
)
def test_an_empty_record_fills_its_line(market: Market, width: int) -> None:
    line = encode(market, [{"한글명": "가" * 20}])
    assert len(line) == width + 1
    assert decode(market, line)[0]["한글명"] == "가" * 20
    assert len({column.name for column in COLUMNS[market]}) == len(COLUMNS[market])


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput, match="한글명 is wider"):
        encode(Market.KOSPI, [{"한글명": "가" * 21}])
    with pytest.raises(BadInput, match="cp949 lacks"):
        encode(Market.KOSPI, [{"한글명": "🙂"}])


def test_a_line_that_is_cut_short_is_named() -> None:
    content = encode(Market.KOSDAQ, [{}, {}])
    with pytest.raises(BadInput, match=r"Line 2 of kosdaq_code.mst has 281 bytes, not 282"):
        decode(Market.KOSDAQ, content[:-2])


def test_a_figure_that_is_none_is_named() -> None:
    content = encode(Market.KOSPI, [{"단축코드": "005930", "그룹코드": "ST", "기준가": "many"}])
    with pytest.raises(BadInput, match=r"Line 1 of kospi_code.mst \(005930\)"):
        read_issues(Market.KOSPI, content)


def test_an_archive_without_the_file_is_refused() -> None:
    archive = packed("kosdaq_code.mst", b"", date(2026, 5, 6))
    with pytest.raises(BadInput, match=r"kospi_code.mst cannot be taken out"):
        unpacked("kospi_code.mst", archive)
    with pytest.raises(BadInput, match=r"kospi_code.mst cannot be taken out"):
        unpacked("kospi_code.mst", b"PK no archive")


def test_the_marks_of_an_issue_are_read() -> None:
    marks = {
        "거래정지": "Y",
        "정리매매": "Y",
        "관리종목": "Y",
        "불성실공시": "Y",
        "시장경고": "02",
        "단기과열": "3",
    }
    content = encode(Market.KOSPI, [{"단축코드": "Q500001", "그룹코드": "EN", "우선주": "1", **marks}])
    (issue,) = read_issues(Market.KOSPI, content)
    assert (issue.instrument.code, issue.instrument.kind) == ("500001", Kind.ETN)
    assert issue.instrument.is_halted
    assert issue.instrument.is_being_delisted
    assert issue.instrument.is_administrative
    assert issue.is_unfaithful
    assert issue.is_preferred
    assert (issue.warning, issue.overheated, issue.listing_day) == (2, 3, None)


def test_the_marks_of_an_issue_are_written() -> None:
    quote = make_simulation().exchange.quote("005930")
    content = master_file(
        Market.KOSPI,
        [
            Listed(quote._replace(is_halted=True), SAMSUNG, is_under_measures=True),
            Listed(quote, SAMSUNG, regime=Regime.DELISTING),
            Listed(quote, SAMSUNG, regime=Regime.OVERHEATED),
        ],
    )
    told = [issue.instrument for issue in read_issues(Market.KOSPI, content)]
    assert [(each.is_halted, each.is_administrative, each.is_being_delisted) for each in told] == [
        (True, True, False),
        (False, False, True),
        (False, False, False),
    ]


def test_a_name_too_long_for_the_file_is_cut_at_a_character() -> None:
    simulation = make_simulation()
    quote = simulation.exchange.quote("005930")
    long = type(SAMSUNG)(code="005930", name="A" + "가" * 30, market=Market.KOSPI)
    (issue,) = read_issues(Market.KOSPI, master_file(Market.KOSPI, [Listed(quote, long)]))
    assert issue.instrument.name == "A" + "가" * 19


def test_only_the_names_of_the_three_archives_are_known() -> None:
    assert find_market("kosdaq_code.mst.zip") is Market.KOSDAQ
    assert find_market("kosdaq_code.mst") is None
    assert find_market("theme_code.mst.zip") is None


def test_a_client_downloads_what_the_exchange_lists() -> None:
    async def test() -> None:
        simulation = make_simulation()
        clock = ManualClock(at("09:30"))
        async with KisFace(simulation, clock, FakeBars(), (KIM,), REAL, ids()) as face:
            kospi, kosdaq, konex = [
                read_issues(each, await download_archive(face.rest_url, file_name(each))) for each in Market
            ]
            names = read_index_names(unpacked(FILE, await download_archive(face.rest_url, FILE)))
            async with (
                ClientSession() as session,
                session.get(face.rest_url + "/common/master/theme.zip") as gone,
            ):
                assert gone.status == 404
        with pytest.raises(Unreachable, match="could not be fetched"):
            await download_archive("http://127.0.0.1:9", file_name(Market.KOSPI))
        assert [issue.instrument.code for issue in kospi] == [HYNIX.code, SAMSUNG.code]
        assert kospi[1].instrument.name == SAMSUNG.name
        assert kospi[1].isin == "KR7005930003"
        assert kospi[1].base_price == simulation.exchange.quote("005930").base_price
        assert {issue.instrument.code for issue in kosdaq} == {each.code for each in OTHERS}
        assert konex == []
        assert (names[0], names[-1]) == (IndexName("0001", "종합"), IndexName("4001", "KRX100"))
        assert [each.code for each in names] == sorted(each.code for each in names)

    asyncio.run(test())
