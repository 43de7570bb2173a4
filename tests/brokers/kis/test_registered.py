"""What the master files tell of companies, at paper accounts too."""

from datetime import date
from decimal import Decimal

import pytest
from tests.brokers.kis.test_master import real

from hoga.brokers.kis.master import encode, read_issues
from hoga.brokers.kis.registered import sector_cell
from hoga.domain.features import Registered
from hoga.domain.instrument import Market
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

DAY = date(2026, 5, 6)
SAMSUNG = {
    "단축코드": "005930",
    "그룹코드": "ST",
    "결산월": "12",
    "KOSPI200섹터업종": "5",
    "증거금비율": "020",
    "자본금": f"{778_046_685_000:021}",
    "매출액": "000791405",
    "영업이익": "000066853",
    "경상이익": "000091516",
    "당기순이익": "82229",
    "ROE": "000008.16",
    "기준년월": "20250331",
}


def read(**cells: str) -> Registered:
    (issue,) = read_issues(Market.KOSPI, encode(Market.KOSPI, [SAMSUNG | cells]))
    return issue.registered


def test_a_line_tells_company_sector_and_the_income_of_the_year_so_far() -> None:
    known = read()
    assert (known.company.capital, known.company.settlement_month) == (778_046_685_000, 12)
    assert (known.company.is_kospi200, known.company.margin_rate) == (True, Decimal("0.2"))
    assert (known.numbered.section, known.numbered.sector, known.numbered.control) == (1, 5, None)
    assert known.income is not None
    assert known.income.end == date(2025, 3, 31)
    assert known.income.sales == 79_140_500_000_000
    assert known.income.net_income == 8_222_900_000_000
    assert known.return_on_equity == Decimal("0.0816")


@pytest.mark.parametrize(
    ("ordinary", "net", "known"),
    [
        ("000588284", "47225", None),  # 삼성전자 in 2026: 472,25… is cut
        ("000099999", "47225", 47_225),
        ("000588284", "07225", 7_225),
        ("-00018256", "-1825", None),
        ("-00009999", "-9999", -9_999),
        ("000000012", "00000", 0),
    ],
)
def test_a_net_income_that_may_be_cut_is_not_known(ordinary: str, net: str, known: int | None) -> None:
    income = read(경상이익=ordinary, 당기순이익=net).income
    assert income is not None
    assert income.net_income == (None if known is None else known * 10**8)


@pytest.mark.parametrize("at", ["", "00000000", "20251331", "2025"])
def test_without_a_period_there_is_no_income(at: str) -> None:
    assert read(기준년월=at).income is None


def test_a_day_that_is_none_is_the_last_of_its_month() -> None:
    income = read(기준년월="20250230").income
    assert income is not None
    assert income.end == date(2025, 2, 28)


@pytest.mark.parametrize(("cell", "sector"), [("0", 0), ("1", 1), ("9", 9), ("A", 10), ("B", 11)])
def test_sectors_are_numbered_as_daishins(cell: str, sector: int) -> None:
    known = read(KOSPI200섹터업종=cell)
    assert known.numbered.sector == sector
    assert known.company.is_kospi200 is (sector > 0)


def test_the_sample_of_the_original_bridge_and_others_are_read_from_a_real_file() -> None:
    issues = {
        each.instrument.code: each.registered
        for each in read_issues(Market.KOSPI, real("kospi_code_2026-07-23.mst.gz"))
    }
    biologics, reit, fund = issues["207940"], issues["330590"], issues["122630"]
    assert (biologics.numbered.sector, biologics.numbered.section) == (10, 1)
    assert (biologics.company.listing_day, biologics.company.face_value) == (date(2016, 11, 10), 2500)
    assert (reit.numbered.section, reit.income, fund.numbered.section) == (3, None, 10)
    assert issues["005930"].income is not None
    assert issues["005930"].income.net_income is None
    cut = [each for each in issues.values() if each.income is not None and each.income.net_income is None]
    assert len(cut) == 3


def test_the_exchange_writes_the_sectors_of_its_issues() -> None:
    bars = MadeBars(7)
    companies = [MadeFacts(7, bars).company(each.code, DAY) for each in bars.instruments(DAY)]
    names = {None if each is None else each.kospi200_sector for each in companies}
    assert {sector_cell(name) for name in names} == {"0", "2", "3", "4", "5", "6", "8", "9", "A", "B"}
    assert sector_cell(None) == "0"
