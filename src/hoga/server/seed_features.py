"""/stockfeatures of the original: one issue at a glance, in its field names and its mixed units.

Sales are in millions of won, profits in won, rates in percent, as they were. Codes of Daishin's are given
as its terminal tells them, and from other brokers where their meaning is known from its help.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from hoga.domain.bar import Bar
from hoga.domain.company import Company
from hoga.domain.features import Features, Numbered
from hoga.domain.financials import Income, Ratios
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.standing import Valuation, Warned
from hoga.domain.statement import growth
from hoga.server.seed import Row

PSYCHOLOGY_DAYS = 10
"""투자심리: over how many days the rising ones are counted."""

_MILLION = 10**6
_MARKETS = {Market.KOSPI: 1, Market.KOSDAQ: 2, Market.KONEX: 5}
_KINDS = {Kind.STOCK: 1, Kind.ELW: 9, Kind.ETF: 10, Kind.ETN: 17}
_WARNINGS = {Warned.NO: 0, Warned.CAUTION: 1, Warned.WARNING: 2, Warned.RISK: 4}


def features_row(
    instrument: Instrument, valuation: Valuation, features: Features | None, bars: Sequence[Bar]
) -> Row:
    """All fields in their order. Without `features` only what the price tells; `bars` are the last days'."""
    company = None if features is None else features.company
    standing = None if features is None else features.standing
    year = None if features is None else features.year
    year_before = None if features is None else features.year_before
    ratios = None if features is None else features.year_ratios
    quarter = None if features is None else features.quarter
    quarter_before = None if features is None else features.quarter_before
    quarter_ratios = None if features is None else features.quarter_ratios
    warned = valuation.warned if standing is None else standing.warned
    margin_rate = valuation.margin_rate
    if margin_rate is None and company is not None:
        margin_rate = company.margin_rate
    listed = None if company is None else company.listing_day
    numbered = None if features is None else features.numbered
    return {
        "이름": instrument.name,
        "증거금률(%)": None if margin_rate is None else round(margin_rate * 100),
        "시장구분코드 ": _MARKETS[instrument.market],
        "부구분코드": _KINDS[instrument.kind] if numbered is None else numbered.section,
        "감리": _warning(warned, numbered),
        "관리": int(valuation.is_administrative),
        "현재상태": int(valuation.is_halted),
        "결산기": valuation.settlement_month,
        "K200여부": _sector(company, numbered),
        "업종코드": (numbered and numbered.industry) or None,
        "상장일": None if listed is None else int(f"{listed:%Y%m%d}"),
        "신용가능여부": int(valuation.is_credit_allowed),
        "PER": _number(valuation.per),
        "EPS": _whole(valuation.eps),
        "자본금(백만)": None if company is None or company.capital is None else company.capital // _MILLION,
        "액면가": valuation.face_value,
        "배당률": _percent(valuation.dividend_rate),
        "배당수익률": _percent(valuation.dividend_yield),
        "부채비율": None if ratios is None else _percent(ratios.debt_ratio),
        "유보율": None if ratios is None else _percent(ratios.reserve_ratio),
        "자기자본이익률(ROE)": None if ratios is None else _percent(ratios.return_on_equity),
        "매출액증가율": None if ratios is None else _percent(ratios.sales_growth),
        "경상이익증가율": _ordinary_growth(ratios, year, year_before),
        "순이익증가율": None if ratios is None else _percent(ratios.net_income_growth),
        "투자심리": _psychology(bars),
        "매출액": None if year is None else year.sales // _MILLION,
        "경상이익": None if year is None else year.ordinary_profit,
        "당기순이익": None if year is None else year.net_income,
        "BPS": _whole(valuation.bps),
        "영업이익증가율": None if ratios is None else _percent(ratios.operating_profit_growth),
        "영업이익": None if year is None else year.operating_profit,
        "매출액영업이익률": None if year is None else _part(year.operating_profit, year.sales),
        "매출액경상이익률": None if year is None else _part(year.ordinary_profit, year.sales),
        "이자보상비율": None if ratios is None else _number(ratios.interest_coverage),
        "분기BPS": None if quarter_ratios is None else _whole(quarter_ratios.bps),
        "분기매출액증가율": None if quarter_ratios is None else _percent(quarter_ratios.sales_growth),
        "분기영업이익증가율": (
            None if quarter_ratios is None else _percent(quarter_ratios.operating_profit_growth)
        ),
        "분기경상이익증가율": _ordinary_growth(quarter_ratios, quarter, quarter_before),
        "분기순이익증가율": None if quarter_ratios is None else _percent(quarter_ratios.net_income_growth),
        "분기매출액": None if quarter is None else quarter.sales // _MILLION,
        "분기영업이익": None if quarter is None else quarter.operating_profit,
        "분기경상이익": None if quarter is None else quarter.ordinary_profit,
        "분기당기순이익": None if quarter is None else quarter.net_income,
        "분개매출액영업이익률": None if quarter is None else _part(quarter.operating_profit, quarter.sales),
        "분기매출액경상이익률": None if quarter is None else _part(quarter.ordinary_profit, quarter.sales),
        "분기ROE": None if quarter_ratios is None else _percent(quarter_ratios.return_on_equity),
        "분기이자보상비율": None if quarter_ratios is None else _number(quarter_ratios.interest_coverage),
        "분기유보율": None if quarter_ratios is None else _percent(quarter_ratios.reserve_ratio),
        "분기부채비율": None if quarter_ratios is None else _percent(quarter_ratios.debt_ratio),
        "최근분기년월": None if quarter is None else int(f"{quarter.end:%Y%m}"),
    }


def _warning(warned: Warned | None, numbered: Numbered | None) -> int | None:
    if numbered is not None and numbered.control is not None:
        return numbered.control
    return None if warned is None else _WARNINGS[warned]


def _sector(company: Company | None, numbered: Numbered | None) -> int | None:
    """K200여부: the sector, 0 outside; None where nobody tells the sector of a member."""
    if numbered is not None:
        return numbered.sector
    return 0 if company is not None and company.is_kospi200 is False else None


def _psychology(bars: Sequence[Bar]) -> float | None:
    """투자심리: the part of the last ten days that closed higher than the day before, in percent."""
    days = bars[-PSYCHOLOGY_DAYS - 1 :]
    if len(days) <= PSYCHOLOGY_DAYS:
        return None
    rising = sum(after.close > before.close for before, after in pairwise(days))
    return rising * 100 / PSYCHOLOGY_DAYS


def _ordinary_growth(ratios: Ratios | None, now: Income | None, before: Income | None) -> float | None:
    """As the broker tells it, else from the incomes."""
    if ratios is not None and ratios.ordinary_profit_growth is not None:
        return _percent(ratios.ordinary_profit_growth)
    if now is None or before is None:
        return None
    return _percent(growth(now.ordinary_profit, before.ordinary_profit))


def _part(profit: int, sales: int) -> float | None:
    """A profit in percent of the sales, with two decimals as in the original."""
    return round(profit * 100 / sales, 2) if sales else None


def _percent(fraction: Decimal | None) -> float | None:
    return None if fraction is None else round(float(fraction * 100), 2)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else round(value)
