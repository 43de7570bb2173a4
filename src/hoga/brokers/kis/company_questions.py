"""Questions to KIS about an issue and its company: what it is, how the market looks at it, its statements."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from hoga.brokers.kis import finance, issues, quotes, standing
from hoga.brokers.kis.access import Access, all_done
from hoga.brokers.kis.envelope import Request
from hoga.brokers.kis.rest import checked
from hoga.brokers.kis.services import Call
from hoga.domain.company import Company, Product
from hoga.domain.features import Features
from hoga.domain.financials import BalanceSheet, Income, Ratios
from hoga.domain.standing import Standing, Valuation
from hoga.domain.statement import Period

T = TypeVar("T")


class CompanyQuestions:
    """Lists are oldest first. But for `valuation`, nothing of this is offered on paper."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def company(self, code: str) -> Company:
        """What the issue is (주식기본조회)."""
        request = issues.stock_info_request(self._access.product(code), self._access.environment)
        return await self._access.rest.ask(request, lambda reply: issues.read_company(reply, code))

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

    async def features(self, code: str) -> Features:
        """All that is worth knowing at a glance: fifteen calls at once."""
        company = asyncio.create_task(self.company(code))
        state = asyncio.create_task(self.standing(code))
        value = asyncio.create_task(self.valuation(code))
        incomes = {period: asyncio.create_task(self.incomes(code, period)) for period in Period}
        ratios = {period: asyncio.create_task(self.ratios(code, period)) for period in Period}
        await all_done(company, state, value, *incomes.values(), *ratios.values())
        years, quarters = incomes[Period.YEAR].result(), incomes[Period.QUARTER].result()
        quarter = _newest(quarters)
        return Features(
            company=company.result(),
            standing=state.result(),
            valuation=value.result(),
            year=_newest(years),
            year_before=_newest(years[:-1]),
            year_ratios=_newest(ratios[Period.YEAR].result()),
            quarter=quarter,
            quarter_before=_year_before(quarter, quarters),
            quarter_ratios=_newest(ratios[Period.QUARTER].result()),
        )

    def _statements(self, call: Call, code: str, period: Period) -> Request:
        return finance.statements_request(call, self._access.product(code), period, self._access.environment)


def _newest(found: Sequence[T]) -> T | None:
    return found[-1] if found else None


def _year_before(income: Income | None, incomes: Sequence[Income]) -> Income | None:
    """The income of the same months of the year before."""
    if income is None:
        return None
    wanted = (income.end.year - 1, income.end.month)
    return next((each for each in incomes if (each.end.year, each.end.month) == wanted), None)
