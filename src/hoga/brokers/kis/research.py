"""The `Research` promise, kept by the questions of a client."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from hoga.brokers.kis.client import KisClient
from hoga.domain.bar import Bar, Interval
from hoga.domain.features import Features, Registered
from hoga.domain.flows import InvestorFlows, ShortSaleDay
from hoga.domain.ranking import RankFilter, ShortSaleRank
from hoga.domain.standing import Valuation


class KisResearch:
    """What KIS tells of issues, in one place."""

    def __init__(self, client: KisClient, registered: Mapping[str, Registered] | None = None) -> None:
        """`registered` is what the master files tell, by code."""
        self._client = client
        self._registered = registered or {}

    async def calls_waiting(self) -> dict[str, int]:
        """How many calls wait for their turn, by kind."""
        queue = await self._client.queue()
        if queue is None:
            return {}
        return {
            "orders": queue.orders,
            "accounts": queue.accounts,
            "quotes": queue.quotes,
            "polls": queue.polls,
        }

    async def investors(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        return await self._client.flows.investors(code, first, last)

    async def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSaleDay]:
        return await self._client.flows.short_sales(code, first, last)

    async def short_sale_ranking(self, chosen: RankFilter, span: str) -> Sequence[ShortSaleRank]:
        return await self._client.flows.short_sale_ranking(chosen, span)

    async def valuation(self, code: str) -> Valuation:
        return await self._client.companies.valuation(code)

    async def features(self, code: str) -> Features:
        """On paper, where KIS is not asked about companies, what price and register tell."""
        known = self._registered.get(code)
        if self._client.is_paper and known is not None:
            return await self._client.companies.features_on_paper(known)
        found = await self._client.companies.features(code)
        return found if known is None else replace(found, numbered=known.numbered)

    async def minute_bars(self, code: str, first: date, last: date | None = None) -> Sequence[Bar]:
        return await self._client.charts.minute_bars(code, first, last)

    async def bars(
        self, code: str, first: date, last: date, interval: Interval, *, is_adjusted: bool
    ) -> Sequence[Bar]:
        return await self._client.charts.bars(code, first, last, interval, is_adjusted=is_adjusted)
