"""Made companies: shares, industries, statements and dividends that fit one another and the made prices.

An issuer's profit is made from what its shares are worth at their reference prices, and everything else from
the profit: so PER, PBR and ROE are those of a plausible Korean company, equity is last quarter's equity with
the profit and without the dividends, and assets are liabilities and equity. What is real are the names, the
face values, the industries, the membership of KOSPI200 and the foreign limits of the table
(made_companies.csv); all other numbers are made from the seed. Funds have no statements.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from random import Random

from hoga.domain.company import Company, Dividend, DividendKind, Industry, Size
from hoga.domain.instrument import Kind, Market
from hoga.domain.statement import Statement
from hoga.krx.calendar import is_trading_day, next_trading_day
from hoga.storage.luck import luck_of
from hoga.storage.made_names import MadeName, real_names

FIRST_YEAR = 2012
"""The first financial year of made statements: three years before the first made price."""

_LEVEL_YEAR = 2020
"""In this year an issuer earns what its profile says; before less, after more."""
_MILLION = 1_000_000
_TAX = 0.24
_INTEREST = 0.045
_RESULTS_AFTER = timedelta(days=80)
_QUARTER_AFTER = timedelta(days=45)
_PAID_AFTER = {DividendKind.YEAR_END: timedelta(days=108), DividendKind.QUARTERLY: timedelta(days=50)}
_FUND_MONTHS = (1, 4, 7, 10)

_SIZES = {
    Market.KOSPI: (2_000_000_000_000, 300_000_000_000),
    Market.KOSDAQ: (500_000_000_000, 150_000_000_000),
}
"""From which market value on an issue is large, and mid-sized: made bounds, KRX goes by rank."""

_INDUSTRIES = {
    Market.KOSPI: (
        Industry("0005", "음식료·담배"),
        Industry("0006", "섬유·의류"),
        Industry("0008", "화학"),
        Industry("0009", "제약"),
        Industry("0011", "금속"),
        Industry("0012", "기계·장비"),
        Industry("0013", "전기·전자"),
        Industry("0015", "운송장비·부품"),
        Industry("0016", "유통"),
        Industry("0018", "건설"),
        Industry("0019", "운송·창고"),
        Industry("0029", "IT 서비스"),
    ),
    Market.KOSDAQ: (
        Industry("1006", "일반서비스"),
        Industry("1011", "유통"),
        Industry("1015", "오락·문화"),
        Industry("1019", "음식료·담배"),
        Industry("1023", "화학"),
        Industry("1024", "제약"),
        Industry("1026", "금속"),
        Industry("1027", "기계·장비"),
        Industry("1028", "전기·전자"),
        Industry("1029", "의료·정밀기기"),
        Industry("1030", "운송장비·부품"),
        Industry("1033", "IT 서비스"),
    ),
    Market.KONEX: (),
}
_MARGINS = {Size.LARGE: (20, 20, 30), Size.MID: (30, 40), Size.SMALL: (40, 50, 60, 100)}
"""증거금률 in per cent."""
_FACE_VALUES = (100, 200, 500, 500, 500, 1000, 5000)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table."""

    issuer: str
    face_value: int
    industry: Industry
    kospi200_sector: str
    foreign_percent: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose statements they are: `worth` is what all its shares cost at their reference prices."""

    code: str
    shares: int
    preferred_shares: int
    face_value: int
    worth: int
    settlement_month: int


@dataclass(frozen=True, slots=True)
class _History:
    """All quarters and all dividends of an issuer's common share, oldest first."""

    statements: tuple[Statement, ...]
    dividends: tuple[Dividend, ...]


def make_company(seed: int, name: MadeName) -> Company:
    """What is known about one issue."""
    instrument = name.instrument
    code, shares = instrument.code, instrument.listed_shares
    row = _table().get(code)
    fate = luck_of(seed, "company", code)
    listing_day = date(1990, 1, 1) + timedelta(weeks=fate.randrange(1000), days=fate.randrange(5))
    foreign_limit = shares * (row.foreign_percent if row else 100) // 100
    if instrument.kind is not Kind.STOCK:
        return Company(
            code=code,
            issuer=code,
            name_english=instrument.name_english,
            listed_shares=shares,
            listing_day=listing_day,
            is_kospi200=False,
            margin_rate=Decimal("0.2") if abs(instrument.leverage) == 1 else Decimal("0.6"),
            foreign_limit=foreign_limit,
        )
    issuer = make_issuer(seed, name)
    size = _size(instrument.market, shares * name.reference)
    industries = _INDUSTRIES[instrument.market]
    return Company(
        code=code,
        issuer=issuer.code,
        name_english=instrument.name_english,
        listed_shares=shares,
        face_value=issuer.face_value,
        capital=issuer.shares * issuer.face_value,
        listing_day=listing_day,
        settlement_month=issuer.settlement_month,
        size=size,
        industry=row.industry if row else (fate.choice(industries) if industries else None),
        is_kospi200=bool(row and row.kospi200_sector),
        kospi200_sector=row.kospi200_sector if row else "",
        margin_rate=Decimal(fate.choice(_MARGINS[size])) / 100,
        foreign_limit=foreign_limit,
    )


def make_issuer(seed: int, name: MadeName) -> Issuer:
    """The issuer of a stock, with all its issues that the table knows."""
    code = name.instrument.code
    row = _table().get(code)
    if row is None:
        fate = luck_of(seed, "issuer", code)
        face = fate.choice(_FACE_VALUES)
        return Issuer(
            code,
            name.instrument.listed_shares,
            0,
            face if face * 4 <= name.reference else 100,
            name.instrument.listed_shares * name.reference,
            fate.choice((12,) * 18 + (3, 6)),
        )
    shares = preferred = 0
    for each, other in _table().items():
        if other.issuer == row.issuer:
            count = real_names()[each].instrument.listed_shares
            shares += count
            preferred += count if each != row.issuer else 0
    reference = name.reference if code == row.issuer else real_names()[row.issuer].reference
    return Issuer(row.issuer, shares, preferred, row.face_value, shares * reference, 12)


def make_statements(seed: int, issuer: Issuer, day: date) -> Sequence[Statement]:
    """Every quarter's statement that was published by `day`, oldest first."""
    return tuple(each for each in _history(seed, issuer, day.year + 1).statements if each.published <= day)


def make_dividends(seed: int, name: MadeName, first: date, last: date) -> Sequence[Dividend]:
    """The dividends of one issue by record day."""
    instrument = name.instrument
    if instrument.kind is not Kind.STOCK:
        return tuple(
            each for each in _distributions(seed, name, first, last) if first <= each.record_day <= last
        )
    issuer = make_issuer(seed, name)
    extra = _preferred_extra(issuer) if instrument.code != issuer.code else 0
    return tuple(
        Dividend(
            instrument.code,
            each.kind,
            each.record_day,
            each.pay_day,
            each.per_share + (extra if each.kind is DividendKind.YEAR_END else 0),
            issuer.face_value,
        )
        for each in _history(seed, issuer, last.year + 1).dividends
        if first <= each.record_day <= last
    )


def _size(market: Market, worth: int) -> Size:
    large, mid = _SIZES.get(market, _SIZES[Market.KOSDAQ])
    return Size.LARGE if worth >= large else Size.MID if worth >= mid else Size.SMALL


def _distributions(seed: int, name: MadeName, first: date, last: date) -> list[Dividend]:
    """분배금 of a fund that neither multiplies nor inverts, four times a year."""
    instrument = name.instrument
    if instrument.leverage != 1:
        return []
    paid = []
    for year in range(first.year, last.year + 1):
        for month in _FUND_MONTHS:
            fate = luck_of(seed, "distribution", instrument.code, year, month)
            record_day = _month_end(year, month)
            per_share = max(int(name.reference * fate.uniform(0.002, 0.006)) // 5 * 5, 5)
            pay_day = _trading_day(record_day + timedelta(days=2))
            paid.append(Dividend(instrument.code, DividendKind.QUARTERLY, record_day, pay_day, per_share))
    return paid


@dataclass(frozen=True, slots=True)
class _Profile:
    """What an issuer is like: fractions, and won as in `_LEVEL_YEAR`; `sales` are a year's."""

    equity: int
    surplus: int
    sales: float
    margin: float
    steadiness: float
    yearly: float
    seasons: tuple[float, ...]
    selling: float
    depreciating: float
    debt: float
    borrowed: float
    short_term: float
    liquid: float
    stocked: float
    cash: float
    payout: float
    pays_quarterly: bool


def _profile(seed: int, issuer: Issuer) -> _Profile:
    fate = luck_of(seed, "statements", issuer.code)
    profit = issuer.worth / fate.uniform(8, 25)
    equity = int(profit / fate.uniform(0.06, 0.2) * 0.75)
    capital = issuer.shares * issuer.face_value
    sales = profit / fate.uniform(0.04, 0.14)
    debt, borrowed = fate.uniform(0.2, 1.4), fate.uniform(0.2, 0.5)
    return _Profile(
        equity=equity,
        surplus=max(int((equity - capital) * fate.uniform(0.1, 0.6)), 0),
        sales=sales,
        margin=(profit / (1 - _TAX) + equity * debt * borrowed * _INTEREST) / sales,
        steadiness=fate.uniform(0.2, 1.2),
        yearly=1 + fate.uniform(0, 0.05),
        seasons=tuple(1 + fate.uniform(-0.12, 0.12) for _ in range(4)),
        selling=fate.uniform(0.05, 0.2),
        depreciating=fate.uniform(0.02, 0.08),
        debt=debt,
        borrowed=borrowed,
        short_term=fate.uniform(0.4, 0.7),
        liquid=fate.uniform(0.35, 0.55),
        stocked=fate.uniform(0.1, 0.3),
        cash=fate.uniform(0.15, 0.3),
        payout=fate.uniform(0.15, 0.4) if fate.random() < 0.85 else 0.0,
        pays_quarterly=fate.random() < 0.25,
    )


@dataclass(slots=True)
class _Income:
    """What a financial year has brought so far."""

    sales: int = 0
    cost_of_sales: int = 0
    operating_profit: int = 0
    ordinary_profit: int = 0
    net_income: int = 0
    depreciation: int = 0
    interest: int = 0

    def add(self, profile: _Profile, sales: float, well: float, loans: float, other: float) -> int:
        """Add a quarter that went `well` times as well as usual; returns its net income."""
        operating = sales * profile.margin * well
        interest = loans * _INTEREST / 4
        ordinary = operating - interest + sales * other
        net = _round(ordinary * (1 - _TAX) if ordinary > 0 else ordinary * 0.9)
        self.sales += _round(sales)
        self.cost_of_sales += _round(sales * (1 - profile.selling) - operating)
        self.operating_profit += _round(operating)
        self.ordinary_profit += _round(ordinary)
        self.net_income += net
        self.depreciation += _round(sales * profile.depreciating)
        self.interest += _round(interest)
        return net


@lru_cache(maxsize=4096)
def _history(seed: int, issuer: Issuer, last_year: int) -> _History:
    """The financial years that end from 2012 to `last_year`, quarter by quarter."""
    profile = _profile(seed, issuer)
    growth = 1.0
    for _ in range(_LEVEL_YEAR - FIRST_YEAR):
        growth /= profile.yearly
    statements: list[Statement] = []
    dividends: list[Dividend] = []
    equity, owed, last_income = profile.equity, 0, 0
    for year in range(FIRST_YEAR, last_year + 1):
        luck = luck_of(seed, "year", issuer.code, year)
        busy, well = 1 + luck.uniform(-0.12, 0.12), 1 + luck.uniform(-1, 1) * profile.steadiness
        income, declared = _Income(), 0
        for quarter in range(1, 5):
            end = _month_end(year, issuer.settlement_month - 3 * (4 - quarter))
            sales = profile.sales / 4 * growth * busy * profile.seasons[quarter - 1]
            equity -= owed
            equity += income.add(
                profile,
                sales * (1 + luck.uniform(-0.04, 0.04)),
                well + luck.uniform(-0.2, 0.2),
                max(equity, 0) * profile.debt * profile.borrowed,
                luck.uniform(-0.01, 0.01),
            )
            dividend = _declare(issuer, profile, quarter, end, income.net_income, declared, last_income)
            owed = 0
            if dividend is not None:
                dividends.append(dividend)
                owed = dividend.per_share * issuer.shares
                if dividend.kind is DividendKind.YEAR_END:
                    owed += _preferred_extra(issuer) * issuer.preferred_shares
                declared += owed
            statements.append(_close(issuer, profile, quarter, end, income, equity, declared, luck))
        last_income = income.net_income
        growth *= profile.yearly
    return _History(tuple(statements), tuple(dividends))


def _preferred_extra(issuer: Issuer) -> int:
    """What a preferred share gets beside the year-end dividend of a common one: 1 % of its face value."""
    return max(issuer.face_value // 100, 1)


def _declare(
    issuer: Issuer, profile: _Profile, quarter: int, end: date, income: int, declared: int, last_income: int
) -> Dividend | None:
    """A common share's dividend for a quarter, in tens of won; None when there is nothing to pay."""
    if quarter == 4:
        kind, amount = DividendKind.YEAR_END, income * profile.payout - declared
    else:
        kind, amount = DividendKind.QUARTERLY, last_income * profile.payout / 5 * profile.pays_quarterly
    per_share = int(amount / issuer.shares) // 10 * 10
    if per_share <= 0:
        return None
    pay_day = _trading_day(end + _PAID_AFTER[kind])
    return Dividend(issuer.code, kind, end, pay_day, per_share, issuer.face_value)


def _close(
    issuer: Issuer,
    profile: _Profile,
    quarter: int,
    end: date,
    income: _Income,
    equity: int,
    declared: int,
    luck: Random,
) -> Statement:
    """The books at the end of a quarter: assets are what is owed and what is owned."""
    capital = issuer.shares * issuer.face_value
    liabilities = _round(max(equity, capital) * profile.debt * (1 + luck.uniform(-0.05, 0.05)))
    current_liabilities = _round(liabilities * profile.short_term)
    assets = equity + liabilities
    current_assets = _round(assets * profile.liquid * (1 + luck.uniform(-0.05, 0.05)))
    return Statement(
        issuer=issuer.code,
        end=end,
        months=3 * quarter,
        published=end + (_RESULTS_AFTER if quarter == 4 else _QUARTER_AFTER),
        shares=issuer.shares,
        current_assets=current_assets,
        fixed_assets=assets - current_assets,
        current_liabilities=current_liabilities,
        fixed_liabilities=liabilities - current_liabilities,
        capital=capital,
        capital_surplus=profile.surplus,
        retained_earnings=equity - capital - profile.surplus,
        inventories=_round(current_assets * profile.stocked),
        borrowings=_round(liabilities * profile.borrowed),
        cash=_round(current_assets * profile.cash),
        sales=income.sales,
        cost_of_sales=income.cost_of_sales,
        operating_profit=income.operating_profit,
        ordinary_profit=income.ordinary_profit,
        net_income=income.net_income,
        depreciation=income.depreciation,
        interest=income.interest,
        dividends=declared,
    )


def _round(amount: float) -> int:
    return int(amount) // _MILLION * _MILLION


def _month_end(year: int, month: int) -> date:
    """The last day of a month; months before January count back into the year before."""
    years, month = divmod(year * 12 + month, 12)
    return date(years, month + 1, 1) - timedelta(days=1)


def _trading_day(day: date) -> date:
    return day if is_trading_day(day) else next_trading_day(day)


@cache
def _table() -> dict[str, _Row]:
    text = resources.files("hoga.storage").joinpath("made_companies.csv").read_text(encoding="utf-8")
    return {
        row["code"]: _Row(
            row["issuer"],
            int(row["face_value"]),
            Industry(row["industry_code"], row["industry"]),
            row["kospi200_sector"],
            int(row["foreign_percent"]),
        )
        for row in csv.DictReader(text.splitlines())
    }
