"""Questions to KIS about an issue and its company: what it is, how the market looks at it, its statements."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from hoga.brokers.kis import finance, issues, quotes, standing
from hoga.brokers.kis.access import Access, all_done
from hoga.brokers.kis.envelope import Request
from hoga.brokers.kis.rates import Priority
from hoga.brokers.kis.rest import checked
from hoga.brokers.kis.services import Call
from hoga.domain.company import Company, Dividend, DividendKind, Product
from hoga.domain.features import Features, Registered
from hoga.domain.financials import BalanceSheet, Income, Ratios
from hoga.domain.standing import Standing, Valuation
from hoga.domain.statement import Period

T = TypeVar("T")

_LAST_DIVIDENDS = timedelta(days=400)
"""How far back the dividend of the last financial year was recorded at most."""


class CompanyQuestions:
    """Lists are oldest first. But for `valuation` and `features_on_paper`, nothing is offered on paper."""

    def __init__(self, access: Access, hear_name: Callable[[str, str], object] | None) -> None:
        """`hear_name` is told the English name of an issue, "" for none, whenever KIS has told it."""
        self._access = access
        self._hear_name = hear_name

    async def company(self, code: str) -> Company:
        """What the issue is (주식기본조회)."""
        return await self._company(code)

    async def name(self, code: str) -> str:
        """The English name of an issue, "" for none: asked for behind all other calls."""
        return (await self._company(code, Priority.POLL)).name_english or ""

    async def _company(self, code: str, rank: Priority | None = None) -> Company:
        request = issues.stock_info_request(self._access.product(code), self._access.environment)
        found = await self._access.rest.ask(request, lambda reply: issues.read_company(reply, code), rank)
        if self._hear_name is not None:
            self._hear_name(code, found.name_english or "")
        return found

    async def product(self, code: str) -> Product:
        """How KIS's register names the issue (상품기본조회)."""
        request = issues.product_info_request(self._access.product(code), self._access.environment)
        return await self._access.rest.ask(request, lambda reply: issues.read_product(reply, code))

    async def standing(self, code: str) -> Standing:
        """How the market looks at the issue today (주식현재가 시세2)."""
        request = standing.standing_request(self._access.product(code), self._access.environment)
        return await self._access.rest.ask(request, lambda reply: standing.read_standing(reply, code))

    async def valuation(self, code: str) -> Valuation:
        """What its price means: PER, PBR, market value, extremes of a year (주식현재가 시세)."""
        request = quotes.price_request(self._access.product(code), self._access.environment)
        return await self._access.rest.ask(request, lambda reply: standing.read_valuation(reply, code))

    async def balance_sheets(self, code: str, period: Period = Period.YEAR) -> Sequence[BalanceSheet]:
        """대차대조표."""
        request = self._statements(Call.BALANCE_SHEET, code, period)
        return await self._access.rest.ask(request, finance.read_balance_sheets)

    async def incomes(self, code: str, period: Period = Period.YEAR) -> Sequence[Income]:
        """손익계산서; a quarter's is that of the year so far."""
        request = self._statements(Call.INCOME_STATEMENT, code, period)
        return await self._access.rest.ask(request, finance.read_incomes)

    async def ratios(self, code: str, period: Period = Period.YEAR) -> Sequence[Ratios]:
        """재무, 수익성, 안정성, 성장성, 기타 비율: five calls, put together by period."""
        requests = [self._statements(call, code, period) for call in finance.RATIO_CALLS]
        asked = [asyncio.create_task(self._access.rest.ask(request, checked)) for request in requests]
        await all_done(*asked)
        return finance.read_ratios(
            dict(zip(finance.RATIO_CALLS, (task.result() for task in asked), strict=True))
        )

    async def dividends(self, code: str, first: date, last: date) -> Sequence[Dividend]:
        """현금배당 by record day (예탁원 배당일정)."""
        request = finance.dividends_request(self._access.product(code), first, last, self._access.environment)
        return await self._access.rest.ask(request, lambda reply: finance.read_dividends(reply, code))

    async def interest_coverage(self, code: str, end: date) -> Decimal | None:
        """이자보상배율 of the year that ended then, None for what KIS does not cover (종목추정실적)."""
        request = finance.estimates_request(self._access.product(code), self._access.environment)
        return await self._access.rest.ask(request, lambda reply: finance.read_interest_coverage(reply, end))

    async def features(self, code: str) -> Features:
        """All that is worth knowing at a glance: seventeen calls, all but the last at once."""
        company = asyncio.create_task(self.company(code))
        state = asyncio.create_task(self.standing(code))
        value = asyncio.create_task(self.valuation(code))
        incomes = {period: asyncio.create_task(self.incomes(code, period)) for period in Period}
        ratios = {period: asyncio.create_task(self.ratios(code, period)) for period in Period}
        today = self._access.today
        paid = asyncio.create_task(self.dividends(code, today - _LAST_DIVIDENDS, today))
        await all_done(company, state, value, paid, *incomes.values(), *ratios.values())
        years, quarters = incomes[Period.YEAR].result(), incomes[Period.QUARTER].result()
        quarter = _newest(quarters)
        year_ratios = _newest(ratios[Period.YEAR].result())
        if year_ratios is not None:
            coverage = await self.interest_coverage(code, year_ratios.end)
            year_ratios = replace(year_ratios, interest_coverage=coverage)
        return Features(
            company=company.result(),
            standing=state.result(),
            valuation=_with_dividend(value.result(), paid.result()),
            year=_newest(years),
            year_before=_newest(years[:-1]),
            year_ratios=year_ratios,
            quarter=quarter,
            quarter_before=_year_before(quarter, quarters),
            quarter_ratios=_newest(ratios[Period.QUARTER].result()),
        )

    async def features_on_paper(self, known: Registered) -> Features:
        """The same as far as the price (주식현재가 시세) and the register tell, which paper accounts have."""
        code, income = known.company.code, known.income
        request = quotes.price_request(self._access.product(code), self._access.environment)
        price = await self._access.rest.ask(request, checked)
        is_year = income is not None and income.end.month == known.company.settlement_month
        ratios = None
        if income is not None and known.return_on_equity is not None:
            ratios = Ratios(end=income.end, return_on_equity=known.return_on_equity)
        return Features(
            company=known.company,
            standing=standing.read_price_standing(price, code),
            valuation=standing.read_valuation(price, code),
            year=income if is_year else None,
            year_before=None,
            year_ratios=ratios if is_year else None,
            quarter=None if is_year else income,
            quarter_before=None,
            quarter_ratios=None if is_year else ratios,
            numbered=known.numbered,
        )

    def _statements(self, call: Call, code: str, period: Period) -> Request:
        return finance.statements_request(call, self._access.product(code), period, self._access.environment)


def _with_dividend(valuation: Valuation, paid: Sequence[Dividend]) -> Valuation:
    """What the dividend of the last financial year (결산) is to the face value, and to the price."""
    last = _newest([each for each in paid if each.kind is DividendKind.YEAR_END])
    if last is None or not last.per_share:
        return valuation
    return replace(
        valuation,
        dividend_rate=last.rate,
        dividend_yield=Decimal(last.per_share) / valuation.last_price if valuation.last_price else None,
    )


def _newest(found: Sequence[T]) -> T | None:
    return found[-1] if found else None


def _year_before(income: Income | None, incomes: Sequence[Income]) -> Income | None:
    """The income of the same months of the year before."""
    if income is None:
        return None
    wanted = (income.end.year - 1, income.end.month)
    return next((each for each in incomes if (each.end.year, each.end.month) == wanted), None)
