"""What an issue is and how the market looks at it: the terminal's tables, and MarketEye's figures of a
company.

Source: the help pages of CpCodeMgr and MarketEye, and the original bridge's sample. Units are mixed: sales
are in millions of won (the quarter's too, although the help says won), profits in won, rates in percent. How
a loss per share arrives is unverified: a number that only fits an unsigned field is taken for a negative one.
Listed shares are not taken, because large ones are told in thousands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hoga.brokers.cybos.com import Value
from hoga.brokers.cybos.question import Page, Question, decimal, whole
from hoga.brokers.cybos.quotes import QUOTE_FIELDS, prices_question, read_day
from hoga.domain.company import Company
from hoga.domain.features import Features, Numbered
from hoga.domain.financials import Income, Ratios
from hoga.domain.quote import Quote
from hoga.domain.standing import Standing, Valuation, Warned

_MILLION = 1_000_000
_UNSIGNED = 2**31

_PREVIOUS_VOLUME, _PREVIOUS_CLOSE, _HIGH_YEAR, _LOW_YEAR = 22, 23, 63, 64
_PER, _EPS, _CAPITAL, _FACE, _BPS = 67, 70, 71, 72, 89
_DIVIDEND_RATE, _DIVIDEND_YIELD = 73, 74
_YEAR = {"end": 95, "sales": 86, "operating_profit": 91, "ordinary_profit": 87, "net_income": 88}
_QUARTER = {"end": 111, "sales": 101, "operating_profit": 102, "ordinary_profit": 103, "net_income": 104}
_YEAR_RATIOS = {
    "sales_growth": 78,
    "operating_profit_growth": 90,
    "ordinary_profit_growth": 79,
    "net_income_growth": 80,
    "return_on_equity": 77,
    "reserve_ratio": 76,
    "debt_ratio": 75,
}
_QUARTER_RATIOS = {
    "sales_growth": 97,
    "operating_profit_growth": 98,
    "ordinary_profit_growth": 99,
    "net_income_growth": 100,
    "return_on_equity": 107,
    "reserve_ratio": 109,
    "debt_ratio": 110,
}
_QUARTER_BPS = 96
_COVERAGE, _QUARTER_COVERAGE = 94, 108

FIELDS = (
    *QUOTE_FIELDS,
    _PREVIOUS_VOLUME,
    _PREVIOUS_CLOSE,
    _HIGH_YEAR,
    _LOW_YEAR,
    _PER,
    _EPS,
    _CAPITAL,
    _FACE,
    _BPS,
    *_YEAR.values(),
    *_QUARTER.values(),
    *_YEAR_RATIOS.values(),
    *_QUARTER_RATIOS.values(),
    _QUARTER_BPS,
    _DIVIDEND_RATE,
    _DIVIDEND_YIELD,
    _COVERAGE,
    _QUARTER_COVERAGE,
)

_WARNED = (Warned.NO, Warned.CAUTION, Warned.WARNING, Warned.WARNING, Warned.RISK)
"""감리구분 0 to 4; 3 (위험예고) is still a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the terminal's tables tell of an issue, as CpCodeMgr numbers it."""

    margin_rate: int
    control: int
    supervision: int
    status: int
    fiscal_month: int
    kospi200: int
    section: int
    industry: str
    listed_on: int
    is_credit_allowed: bool


def figures_question(code: str) -> Question:
    """MarketEye of one issue with everything that is wanted here."""
    return prices_question((code,), FIELDS)


def read_features(page: Page, card: Card, quote: Quote) -> Features:
    """All at a glance. A statement whose period is 0 is not there."""
    row = page.rows[0]
    return Features(
        company=_company(row, card, quote.code),
        standing=_standing(row, card, quote),
        valuation=read_valuation(page, card, quote),
        year=_income(row, _YEAR),
        year_before=None,
        year_ratios=_ratios(row, _YEAR, _YEAR_RATIOS, _BPS, _COVERAGE),
        quarter=_income(row, _QUARTER),
        quarter_before=None,
        quarter_ratios=_ratios(row, _QUARTER, _QUARTER_RATIOS, _QUARTER_BPS, _QUARTER_COVERAGE),
        numbered=Numbered(
            section=card.section, control=card.control, sector=card.kospi200, industry=card.industry
        ),
    )


def read_valuation(page: Page, card: Card, quote: Quote) -> Valuation:
    """What the price means. A figure of 0 is not known."""
    row = page.rows[0]
    bps = _signed(row[_BPS]) or None
    is_known = _month_end(_number(row, _YEAR["end"])) is not None
    return Valuation(
        code=quote.code,
        last_price=quote.last_price,
        per=_figure(row[_PER]),
        pbr=None if bps is None else round(quote.last_price / bps, 2),
        eps=_signed(row[_EPS]) or None,
        bps=bps,
        market_cap=None,
        listed_shares=None,
        face_value=_number(row, _FACE) or None,
        settlement_month=card.fiscal_month or None,
        margin_rate=Decimal(card.margin_rate) / 100,
        warned=_WARNED[card.control],
        is_credit_allowed=card.is_credit_allowed,
        is_administrative=card.supervision == 1,
        is_halted=quote.is_halted,
        industry=None,
        foreign_rate=None,
        foreign_holding=None,
        high_52_weeks=_number(row, _HIGH_YEAR) or None,
        high_52_weeks_day=None,
        low_52_weeks=_number(row, _LOW_YEAR) or None,
        low_52_weeks_day=None,
        dividend_rate=_percent(row[_DIVIDEND_RATE]) if is_known else None,
        dividend_yield=_percent(row[_DIVIDEND_YIELD]) if is_known else None,
    )


def _company(row: Mapping[int, Value], card: Card, code: str) -> Company:
    return Company(
        code=code,
        issuer=code if code.endswith("0") else f"{code[:5]}0",
        face_value=_number(row, _FACE) or None,
        capital=_number(row, _CAPITAL) * _MILLION or None,
        listing_day=read_day(card.listed_on) if card.listed_on else None,
        settlement_month=card.fiscal_month or None,
        is_kospi200=card.kospi200 != 0,
        margin_rate=Decimal(card.margin_rate) / 100,
    )


def _standing(row: Mapping[int, Value], card: Card, quote: Quote) -> Standing:
    return Standing(
        code=quote.code,
        last_price=quote.last_price,
        base_price=quote.base_price,
        upper_limit=quote.upper_limit,
        lower_limit=quote.lower_limit,
        previous_close=_number(row, _PREVIOUS_CLOSE),
        previous_volume=_number(row, _PREVIOUS_VOLUME),
        volume=quote.volume,
        value=quote.value,
        margin_rate=Decimal(card.margin_rate) / 100,
        warned=_WARNED[card.control],
        is_halted=quote.is_halted,
        is_administrative=card.supervision == 1,
        is_being_delisted=None,
        is_overheated=None,
        is_short_sale_overheated=None,
        is_surging=None,
        is_illiquid=None,
        is_unfaithful=None,
        is_credit_allowed=card.is_credit_allowed,
        is_interrupted=None,
    )


def _income(row: Mapping[int, Value], fields: Mapping[str, int]) -> Income | None:
    end = _month_end(_number(row, fields["end"]))
    if end is None:
        return None
    return Income(
        end=end,
        sales=_number(row, fields["sales"]) * _MILLION,
        operating_profit=_number(row, fields["operating_profit"]),
        ordinary_profit=_number(row, fields["ordinary_profit"]),
        net_income=_number(row, fields["net_income"]),
    )


def _ratios(
    row: Mapping[int, Value], statement: Mapping[str, int], fields: Mapping[str, int], bps: int, coverage: int
) -> Ratios | None:
    end = _month_end(_number(row, statement["end"]))
    if end is None:
        return None
    return Ratios(
        end=end,
        bps=_signed(row[bps]) or None,
        sales_growth=_percent(row[fields["sales_growth"]]),
        operating_profit_growth=_percent(row[fields["operating_profit_growth"]]),
        ordinary_profit_growth=_percent(row[fields["ordinary_profit_growth"]]),
        net_income_growth=_percent(row[fields["net_income_growth"]]),
        return_on_equity=_percent(row[fields["return_on_equity"]]),
        reserve_ratio=_percent(row[fields["reserve_ratio"]]),
        debt_ratio=_percent(row[fields["debt_ratio"]]),
        interest_coverage=_figure(row[coverage]),
    )


def _month_end(month: int) -> date | None:
    """The last day of 202512; None for 0."""
    if not month:
        return None
    first = read_day(month * 100 + 1)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _number(row: Mapping[int, Value], field: int) -> int:
    return whole(row[field], f"MarketEye {field}")


def _signed(value: Value) -> Decimal:
    """Won a share, which a loss makes negative."""
    number = decimal(value, "won a share")
    return number - 2 * _UNSIGNED if number >= _UNSIGNED else number


def _figure(value: Value) -> Decimal | None:
    """A figure with two digits; floats of four bytes show noise behind them."""
    return round(decimal(value, "figure"), 2) or None


def _percent(value: Value) -> Decimal:
    """A fraction of what is told in percent."""
    return round(decimal(value, "percent"), 4) / 100
