"""What the simulated exchange's `Facts` tell of issues, as CYBOS Plus would show it: flows, short sales,
figures.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hoga.brokers.cybos import flows
from hoga.brokers.cybos.com import Value
from hoga.brokers.cybos.quotes import day_number
from hoga.domain.bar import Bar
from hoga.domain.flows import Investor
from hoga.domain.statement import Period, Statement, find_year_before, growth
from hoga.ports import Facts

_MILLION = 1_000_000
_HALF_A_YEAR = timedelta(days=184)
_A_DAY = timedelta(days=1)
_A_YEAR = timedelta(days=364)

_TOLD_AS = {Investor.OTHER_CORPORATE: Investor.OTHER}
"""Daishin's 기타법인 are all who are in no other group: only so its groups add up to zero."""

Row = Mapping[int, Value]


def investor_rows(facts: Facts, code: str, day: date) -> list[Row]:
    """CpSvr7254, the newest first: half a year before `day`. A group that is not known is 0."""
    rows: list[Row] = []
    for each in reversed(facts.investor_flows(code, day - _HALF_A_YEAR, day - _A_DAY)):
        nets = {field: each.find(_TOLD_AS.get(group, group)) for field, group in flows.GROUPS.items()}
        row: dict[int, Value] = {field: 0 if net is None else net.net for field, net in nets.items()}
        rows.append({0: day_number(each.day)} | row)
    return rows


def short_sale_rows(facts: Facts, bars: Sequence[Bar], code: str, day: date) -> list[Row]:
    """CpSvr7238, the newest first: the days of `bars` before `day` that facts are known of."""
    known = (
        {sale.day: sale for sale in facts.short_sales(code, bars[0].at.date(), day - _A_DAY)} if bars else {}
    )
    rows: list[Row] = []
    for before, bar in pairwise(bars):
        sale = known.get(bar.at.date())
        if sale is None:
            continue
        value = sale.value if sale.value is not None else sale.quantity * bar.close
        rows.append(
            {
                flows.SHORT_DAY: day_number(sale.day),
                flows.SHORT_CLOSE: bar.close,
                flows.SHORT_CHANGE: bar.close - before.close,
                flows.SHORT_VOLUME: bar.volume,
                flows.SHORT_QUANTITY: sale.quantity,
                6: sale.quantity / bar.volume * 100 if bar.volume else 0.0,
                flows.SHORT_VALUE: value // flows.SHORT_UNIT,
            }
        )
    return rows[::-1]


def figure_fields(facts: Facts, code: str, day: date, last_price: int) -> Row:
    """MarketEye's figures of a company; 0 where nothing is known."""
    company = facts.company(code, day)
    issuer = code if company is None else company.issuer
    years = facts.statements(issuer, day, Period.YEAR)
    quarters = facts.statements(issuer, day, Period.QUARTER)
    year = years[-1] if years else None
    eps = None if year is None else year.eps
    paid = sum(each.per_share for each in facts.dividends(code, year.end - _A_YEAR, year.end)) if year else 0
    face = (company and company.face_value) or 0
    return {
        67: float(last_price / eps) if eps else 0.0,
        70: int(eps or 0) % 2**32,
        71: ((company and company.capital) or 0) // _MILLION,
        72: face,
        73: paid / face * 100 if face else 0.0,
        74: paid / last_price * 100,
        89: int((year and year.bps) or 0) % 2**32,
        94: float((year and year.interest_coverage) or 0),
        108: float((quarters and quarters[-1].interest_coverage) or 0),
        96: int((quarters and quarters[-1].bps) or 0) % 2**32,
        **_statement(year, years, (95, 86, 91, 87, 88), (78, 90, 79, 80, 77, 76, 75)),
        **_statement(
            quarters[-1] if quarters else None,
            quarters,
            (111, 101, 102, 103, 104),
            (97, 98, 99, 100, 107, 109, 110),
        ),
    }


def _statement(
    found: Statement | None, all_of_them: Sequence[Statement], amounts: Sequence[int], ratios: Sequence[int]
) -> Row:
    """End, sales, profits; then growths, return on equity, reserves and debt in percent."""
    if found is None:
        return dict.fromkeys((*amounts, *ratios), 0)
    before = find_year_before(found, all_of_them)
    figures: tuple[Decimal | None, ...] = (
        growth(found.sales, before.sales if before else None),
        growth(found.operating_profit, before.operating_profit if before else None),
        growth(found.ordinary_profit, before.ordinary_profit if before else None),
        growth(found.net_income, before.net_income if before else None),
        found.return_on_equity,
        found.reserve_ratio,
        found.debt_ratio,
    )
    end, sales, *profits = amounts
    told = (found.operating_profit, found.ordinary_profit, found.net_income)
    return {
        end: found.end.year * 100 + found.end.month,
        sales: (found.sales or 0) // _MILLION,
        **{field: profit or 0 for field, profit in zip(profits, told, strict=True)},
        **{field: float((figure or 0) * 100) for field, figure in zip(ratios, figures, strict=True)},
    }
