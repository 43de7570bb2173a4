"""The `Research` promise at another Hoga's bridge: what its broker tells."""

from collections.abc import Sequence
from datetime import date

from hoga.brokers.remote import wire
from hoga.brokers.remote.client import RemoteClient
from hoga.domain.bar import Bar, Interval
from hoga.domain.features import Features
from hoga.domain.flows import InvestorFlows, ShortSaleDay
from hoga.domain.ranking import RankFilter, ShortSaleRank
from hoga.domain.standing import Valuation
from hoga.krx.calendar import trading_days

MOST_MINUTE_DAYS = 20
"""Trading days of minutes that are told in one answer."""


class RemoteResearch:
    """Of investors the nets are told, and not what each side traded."""

    def __init__(self, client: RemoteClient) -> None:
        self._client = client
        self._rest = client.rest

    async def calls_waiting(self) -> dict[str, int]:
        """Nobody waits here; who waits there is in the metrics of the other Hoga."""
        return {}

    async def investors(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        return wire.read_flows(await self._rest.get(f"/v1/flows/{wire.part(code)}", _days(first, last)))

    async def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSaleDay]:
        content = await self._rest.get(f"/v1/short-sale/{wire.part(code)}", _days(first, last))
        return wire.read_short_sales(content)

    async def short_sale_ranking(self, chosen: RankFilter, span: str) -> Sequence[ShortSaleRank]:
        query = wire.query(
            market=chosen.section,
            span=span,
            min_price=chosen.least_price,
            max_price=chosen.most_price,
            min_volume=chosen.least_volume,
        )
        content = await self._rest.get("/v1/short-sale/ranking", query)
        return wire.decode(content, wire.RankingBody).ranking

    async def valuation(self, code: str) -> Valuation:
        content = await self._rest.get(f"/v1/valuations/{wire.part(code)}")
        return wire.decode(content, wire.ValuationBody).valuation

    async def features(self, code: str) -> Features:
        content = await self._rest.get(f"/v1/features/{wire.part(code)}")
        return wire.decode(content, wire.FeaturesBody).parts

    async def minute_bars(self, code: str, first: date, last: date | None = None) -> Sequence[Bar]:
        days = trading_days(first, last or first)
        found: list[Bar] = []
        for start in range(0, len(days), MOST_MINUTE_DAYS):
            some = days[start : start + MOST_MINUTE_DAYS]
            query = wire.query(interval="minute", **{"from": some[0], "to": some[-1]})
            found += wire.read_bars(await self._rest.get(f"/v1/bars/{wire.part(code)}", query))
        return found

    async def bars(
        self, code: str, first: date, last: date, interval: Interval, *, is_adjusted: bool
    ) -> Sequence[Bar]:
        query = wire.query(interval=interval, adjusted=is_adjusted, **{"from": first, "to": last})
        return wire.read_bars(await self._rest.get(f"/v1/bars/{wire.part(code)}", query))


def _days(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}
