"""The `Research` promise at Daishin."""

from collections.abc import Sequence
from datetime import date

from hoga.brokers.cybos import flows, issues, quotes
from hoga.brokers.cybos.apartment import Rank
from hoga.brokers.cybos.client import CybosClient
from hoga.domain.bar import Bar, Interval, longer_bars
from hoga.domain.errors import BadInput
from hoga.domain.features import Features
from hoga.domain.flows import InvestorFlows, ShortSaleDay
from hoga.domain.ranking import RankFilter, ShortSaleRank
from hoga.domain.standing import Valuation


class CybosResearch:
    """What Daishin tells of issues. It ranks nothing by short sales."""

    def __init__(self, client: CybosClient) -> None:
        self._client = client

    async def calls_waiting(self) -> dict[str, int]:
        """How many calls wait for their turn, by kind."""
        waiting = self._client.calls_waiting()
        return {
            "orders": waiting[Rank.CANCEL] + waiting[Rank.ORDER],
            "accounts": waiting[Rank.ACCOUNT],
            "quotes": waiting[Rank.QUOTE],
        }

    async def investors(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        pages = await self._client.ask(code, lambda full: flows.investors_question(full, first))
        return flows.read_investors(pages, code, first, last)

    async def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSaleDay]:
        pages = await self._client.ask(code, lambda full: flows.short_sales_question(full, first))
        bars = await self._client.daily_bars(code, first, last)
        return flows.read_short_sales(pages, code, bars, first, last)

    async def short_sale_ranking(self, chosen: RankFilter, span: str) -> Sequence[ShortSaleRank]:
        raise BadInput(
            "대신증권에는 공매도 순위가 없습니다. 종목별 공매도를 조회하십시오.",
            "Daishin has no ranking of short sales. Ask for those of an issue.",
        )

    async def valuation(self, code: str) -> Valuation:
        return (await self.features(code)).valuation

    async def features(self, code: str) -> Features:
        quote = (await self._client.quotes([code]))[code]
        card = await self._client.card(code)
        [page] = await self._client.ask(code, issues.figures_question)
        return issues.read_features(page, card, quote)

    async def minute_bars(self, code: str, first: date, last: date | None = None) -> Sequence[Bar]:
        last = last or first
        pages = await self._client.ask(code, lambda full: quotes.minute_bars_question(full, first, last))
        return quotes.read_minute_bars(pages, code, first, last)

    async def bars(
        self, code: str, first: date, last: date, interval: Interval, *, is_adjusted: bool
    ) -> Sequence[Bar]:
        """Longer ones are put together here: Daishin dates its weeks by their number in the month."""
        days = await self._client.daily_bars(code, first, last, is_adjusted=is_adjusted)
        return longer_bars(days, interval)
