"""Which issues a ranking is of: every field of the choice leaves out what it names, and nothing else."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from hoga.brokers.kis.background import Background, Listed
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Declined, make_request
from hoga.brokers.kis.selection import Filter, asked_filter
from hoga.brokers.kis.services import Call
from hoga.domain.company import Company, Industry, Size
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.quote import Quote
from hoga.domain.zone import KST
from hoga.krx.single_price import Regime

_AT = datetime(2026, 5, 6, 10, 0, tzinfo=KST)


def listed(code: str, name: str, kind: Kind = Kind.STOCK, margin: str = "0.20", issuer: str = "") -> Listed:
    instrument = Instrument(code=code, name=name, market=Market.KOSPI, kind=kind, listed_shares=1_000)
    quote = Quote(
        code=code, name=name, at=_AT, last_price=10_000, base_price=10_000, upper_limit=13_000,
        lower_limit=7_000, open=10_000, high=10_000, low=10_000, volume=500, value=5_000_000, ask=10_010,
        bid=10_000, ask_quantity=1, bid_quantity=1, total_ask_quantity=1, total_bid_quantity=1,
    )  # fmt: skip
    company = Company(
        code=code,
        issuer=issuer or code,
        margin_rate=Decimal(margin),
        size=Size.LARGE,
        industry=Industry("0013", "전기·전자"),
    )
    return Listed(quote, instrument, Background(company=company))


PLAIN = listed("005930", "삼성전자")
PREFERRED = listed("005935", "삼성전자우", issuer="005930")
ETF = listed("122630", "KODEX 레버리지", Kind.ETF)
ETN = listed("500001", "신한 ETN", Kind.ETN)
CASH_ONLY = listed("000270", "기아", margin="1")
SPAC = listed("465320", "가나스팩7호")
WARNED = replace(listed("000660", "SK하이닉스"), is_warned=True)
MANAGED = replace(listed("000150", "두산"), is_under_measures=True)
LEAVING = replace(listed("000100", "유한양행"), regime=Regime.DELISTING)
HALTED = listed("035420", "NAVER")
HALTED = replace(HALTED, quote=HALTED.quote._replace(is_halted=True))
EVERYBODY = (PLAIN, PREFERRED, ETF, ETN, CASH_ONLY, SPAC, WARNED, MANAGED, LEAVING, HALTED)


def left_out(chosen: Filter) -> list[Listed]:
    return [each for each in EVERYBODY if not chosen.takes(each)]


def test_without_a_wish_everything_is_ranked() -> None:
    assert left_out(Filter(index="0000", excluded="0" * 10, margins="1" * 9)) == []


@pytest.mark.parametrize(
    ("place", "names"),
    [
        (0, [WARNED]),
        (1, [MANAGED]),
        (2, [LEAVING]),
        (3, []),
        (4, [PREFERRED]),
        (5, [HALTED]),
        (6, [ETF]),
        (7, [ETN]),
        (8, [CASH_ONLY]),
        (9, [SPAC]),
    ],
)
def test_a_flag_leaves_out_what_it_stands_for(place: int, names: list[Listed]) -> None:
    flags = "0" * place + "1" + "0" * (9 - place)
    assert left_out(Filter(index="0000", excluded=flags)) == names


def test_the_older_six_flags_mean_the_same() -> None:
    assert left_out(Filter(index="0000", excluded="111111")) == [PREFERRED, WARNED, MANAGED, LEAVING, HALTED]


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        ("111111111", []),
        ("000000000", []),
        ("111100000", [CASH_ONLY]),
        ("000010000", [each for each in EVERYBODY if each is not CASH_ONLY]),
        ("000001111", [CASH_ONLY]),
        ("1", []),
    ],
)
def test_a_margin_is_chosen_by_its_flag(flags: str, names: list[Listed]) -> None:
    assert left_out(Filter(index="0000", margins=flags)) == names


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("0", []),
        ("1", [PREFERRED, ETF, ETN]),
        ("2", [each for each in EVERYBODY if each is not PREFERRED]),
    ],
)
def test_a_fund_is_no_common_share_in_volume_rank(code: str, left: list[Listed]) -> None:
    query = {"FID_INPUT_ISCD": "0000", "FID_DIV_CLS_CODE": code}
    chosen = asked_filter(make_request(Call.VOLUME_RANKING, Environment.REAL, query=query))
    assert left_out(chosen) == left


@pytest.mark.parametrize(
    ("field", "value", "takes"),
    [
        ("FID_INPUT_PRICE_1", "10001", False),
        ("FID_INPUT_PRICE_1", "10000", True),
        ("FID_INPUT_PRICE_2", "9999", False),
        ("FID_INPUT_PRICE_2", "10000", True),
        ("FID_VOL_CNT", "501", False),
        ("FID_VOL_CNT", "500", True),
        ("FID_RSFL_RATE1", "0.01", False),
        ("FID_RSFL_RATE2", "-0.01", False),
        ("FID_RSFL_RATE1", "-1", True),
        ("FID_INPUT_ISCD", "1001", False),
        ("FID_INPUT_ISCD", "2001", False),
        ("FID_INPUT_ISCD", "0002", True),
        ("FID_INPUT_ISCD", "0003", False),
        ("FID_INPUT_ISCD", "0013", True),
    ],
)
def test_prices_volumes_rates_and_indices_bound_a_ranking(field: str, value: str, takes: bool) -> None:
    query = {"FID_INPUT_ISCD": "0000", "FID_DIV_CLS_CODE": "0"} | {field: value}
    chosen = asked_filter(make_request(Call.CHANGE_RANKING, Environment.REAL, query=query))
    assert chosen.takes(PLAIN) is takes


def test_a_class_that_a_ranking_has_not_is_declined() -> None:
    query = {"FID_INPUT_ISCD": "0000", "FID_DIV_CLS_CODE": "3"}
    with pytest.raises(Declined):
        asked_filter(make_request(Call.VOLUME_RANKING, Environment.REAL, query=query))
