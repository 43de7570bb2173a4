"""Questions to KIS about who bought and sold: investors, programs, member firms, short sellers."""

from collections.abc import Sequence
from datetime import date

from hoga.brokers.kis import (
    flow_history,
    investors,
    market_investors,
    market_programs,
    members,
    program_days,
    short_sales,
)
from hoga.brokers.kis.access import Access, check_period
from hoga.brokers.kis.codes import OUT_OF_HOURS, Environment
from hoga.domain.errors import BadInput, Rejected
from hoga.domain.flows import (
    InvestorFlows,
    MarketFlows,
    MarketProgramFlows,
    MemberTable,
    ProgramDay,
    ShortSaleDay,
)
from hoga.domain.instrument import Market
from hoga.domain.ranking import EVERYTHING, LAST_DAY, RankFilter, ShortSaleRank
from hoga.ports import FlowStore


class FlowQuestions:
    """Lists are oldest first and hold only days that are told; rankings have thirty rows at most."""

    def __init__(self, access: Access, store: FlowStore | None = None) -> None:
        """`store` keeps what is told of investors in full."""
        self._access = access
        self._store = store

    async def investors(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        """투자자별 매매동향 from `first` to `last`, in all groups.

        Before 15:40 and on paper KIS tells three groups (개인, 외국인, 기관계), and only of the last thirty
        days. On a real account all groups of the days before are those that were told once in full and kept;
        `BadInput` is raised when `first` is before all that is known.
        """
        access, product = self._access, self._access.product(code)
        if access.environment is Environment.PAPER:
            return await self._in_three(code, first, last)
        try:
            found = await access.walk(
                lambda day: investors.investor_trades_request(product, day, access.environment),
                lambda reply: investors.read_investor_trades(reply, code),
                lambda each: each.day,
                first,
                last,
            )
        except Rejected as error:
            if error.code != OUT_OF_HOURS.code:
                raise
            return await self._in_three(code, first, last)
        newer = flow_history.told_in_full(first, found)
        if self._store is not None and newer is not None:
            self._store.keep(code, flow_history.renewed(self._store.find(code), newer))
        return found

    async def programs(self, code: str, first: date, last: date) -> Sequence[ProgramDay]:
        """프로그램매매 by day. Not on paper."""
        access, product = self._access, self._access.product(code)
        return await access.walk(
            lambda day: program_days.program_days_request(product, day, access.environment),
            lambda reply: program_days.read_program_days(reply, code),
            lambda each: each.day,
            first,
            last,
        )

    async def market_investors(self, market: Market, first: date, last: date) -> Sequence[MarketFlows]:
        """시장별 투자자매매동향 by day: the net of every group. Not on paper."""
        access = self._access
        return await access.walk(
            lambda day: market_investors.market_investor_days_request(market, day, access.environment),
            lambda reply: market_investors.read_market_investor_days(reply, market),
            lambda each: each.day,
            first,
            last,
        )

    async def market_programs(self, market: Market, first: date, last: date) -> Sequence[MarketProgramFlows]:
        """프로그램매매 종합현황 by day, eight months back at most. Not on paper."""
        access = self._access
        return await access.walk(
            lambda day: market_programs.market_program_days_request(market, first, day, access.environment),
            lambda reply: market_programs.read_market_program_days(reply, market),
            lambda each: each.day,
            first,
            last,
        )

    async def members(self, code: str) -> MemberTable:
        """거래원: the five firms that sold most today, the five that bought most, and all foreign ones."""
        request = members.members_request(self._access.product(code), self._access.environment)
        return await self._access.rest.ask(request, lambda reply: members.read_members(reply, code))

    async def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSaleDay]:
        """공매도 by day. Not on paper."""
        access, product = self._access, self._access.product(code)
        return await access.walk(
            lambda day: short_sales.short_sales_request(product, first, day, access.environment),
            lambda reply: short_sales.read_short_sales(reply, code),
            lambda each: each.day,
            first,
            last,
        )

    async def short_sale_ranking(
        self, chosen: RankFilter = EVERYTHING, span: str = LAST_DAY
    ) -> Sequence[ShortSaleRank]:
        """공매도 상위종목 by value over `span`, one of `domain.ranking.SPANS`. Not on paper."""
        request = short_sales.short_ranking_request(chosen, span, self._access.environment)
        return await self._access.rest.ask(request, short_sales.read_short_ranking)

    async def _in_three(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        check_period(first, last)
        request = investors.investors_request(self._access.product(code), self._access.environment)
        found = await self._access.rest.ask(request, lambda reply: investors.read_investors(reply, code))
        known = flow_history.joined(None if self._store is None else self._store.find(code), found)
        if known is None:
            return []
        if first < known.first:
            raise BadInput(
                f"지금은 {known.first} 부터의 투자자 동향만 조회할 수 있습니다. "
                "첫날을 늦추거나, 실전 계좌로 15:40 뒤에 조회하십시오.",
                f"Investors can be looked up since {known.first} only now. "
                "Ask from a later day on, or with a real account after 15:40.",
            )
        return [each for each in known.days if first <= each.day <= last]
