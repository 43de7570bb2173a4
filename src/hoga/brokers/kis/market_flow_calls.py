"""What answers the calls of the KIS face about who trades whole markets: investors and programs."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from hoga.brokers.kis import market_investors, market_programs
from hoga.brokers.kis.codes import DAYS_PER_CALL, INDEX_CODES, MARKET_MINUTES_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request, needed
from hoga.brokers.kis.index_calls import IndexCalls
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.market_sums import MarketSums
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import INDEX_DIVISION, bad_division, venues_of
from hoga.brokers.kis.register import Handler, Register
from hoga.brokers.kis.selection import EVERYTHING, is_member
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Interval
from hoga.domain.flows import Flow
from hoga.domain.instrument import Market
from hoga.domain.request import Venue
from hoga.domain.zone import KST
from hoga.krx.sessions import regular_session

_SECTIONS = {Market.KOSPI: "0001", Market.KOSDAQ: "1001"}
_NET_DIVISION = "V"
"""FID_COND_MRKT_DIV_CODE of foreign-institution-total."""
_TOLD_UNTIL = time(17)
_MONTHS_BACK = timedelta(days=8 * 31)
"""Days of programs before that are not told."""
_MINUTE = timedelta(minutes=1)
_NOTHING = Flow.of(0, 0, 0, 0)


class MarketFlowCalls:
    """The calls about everybody's part of a market."""

    def __init__(self, register: Register, indices: IndexCalls) -> None:
        self._known = register
        self._indices = indices
        self._sums = MarketSums(register)
        self.handlers: Mapping[Call, Handler] = {
            Call.INVESTOR_RANKING: self._investor_ranking,
            Call.MARKET_INVESTORS: self._market_investors,
            Call.MARKET_INVESTOR_DAYS: self._market_investor_days,
            Call.MARKET_PROGRAMS: self._market_programs,
            Call.MARKET_PROGRAM_DAYS: self._market_program_days,
            Call.PROGRAM_INVESTORS: self._program_investors,
        }

    async def _investor_ranking(self, request: Request, _: Customer) -> Reply:
        if needed(request.query, "FID_COND_MRKT_DIV_CODE").upper() != _NET_DIVISION:
            raise bad_division()
        query, known, found = market_investors.asked_ranks(request), self._known, []
        if query.section != EVERYTHING:
            known.check_index(query.section)
        for code in known.exchange.codes:
            listed = known.find_of_company(code)
            if listed is None or not is_member(listed, query.section):
                continue
            told = self._sums.whole_of_today(code)
            rank = market_investors.estimated(listed, told, known.now.time()) if told else None
            found += [rank] if rank else []
            await asyncio.sleep(0)
        return market_investors.investor_ranks_reply(query, found)

    async def _market_investors(self, request: Request, _: Customer) -> Reply:
        codes = self._codes(market_investors.asked_section(request))
        return market_investors.market_investors_reply(await self._sums.investors(codes) if codes else None)

    async def _market_investor_days(self, request: Request, _: Customer) -> Reply:
        query, known = market_investors.asked_market_days(request), self._known
        if needed(request.query, "FID_COND_MRKT_DIV_CODE").upper() != INDEX_DIVISION:
            raise bad_division()
        codes, last = self._codes(query.issues), min(query.last, known.day)
        days = self._sums.days(codes, FIRST_DAY, last, DAYS_PER_CALL)
        told = await self._sums.investor_days(codes, days)
        bars = await self._indices.history(query.index, Interval.DAY, FIRST_DAY, last, DAYS_PER_CALL + 1)
        earlier = [bar for bar in bars if days and bar.at.date() < days[0]]
        levels = {bar.at.date(): bar for bar in bars}
        return market_investors.market_investor_days_reply(told, levels, earlier[-1] if earlier else None)

    async def _market_programs(self, request: Request, _: Customer) -> Reply:
        market = market_programs.asked_program_market(request)
        if not self._is_at_krx(request):
            return market_programs.market_programs_reply((), None)
        codes = await self._sums.with_programs(self._sums.stocks(market, _SECTIONS[market]))
        now = self._indices.find_index(INDEX_CODES[_SECTIONS[market]])
        minutes = await self._program_minutes(codes, market) if codes else ()
        return market_programs.market_programs_reply(minutes, now.base if now else None)

    async def _market_program_days(self, request: Request, _: Customer) -> Reply:
        query, known = market_programs.asked_program_days(request), self._known
        if not self._is_at_krx(request):
            return market_programs.market_program_days_reply(())
        codes = self._sums.stocks(query.market, _SECTIONS[query.market])
        first = max(query.first or FIRST_DAY, known.day - _MONTHS_BACK)
        days = self._sums.days(codes, first, min(query.last or known.day, known.day), DAYS_PER_CALL)
        told = await self._sums.program_days(codes, days)
        traded = await self._sums.traded(codes, days)
        return market_programs.market_program_days_reply(
            [market_programs.ProgramsOn(day, *told[day], *traded.get(day, (0, 0))) for day in sorted(told)]
        )

    async def _program_investors(self, request: Request, _: Customer) -> Reply:
        market = market_programs.asked_investor_market(request)
        venues = venues_of(request.query.get("EXCH_DIV_CLS_CODE", "").strip() or "J", request.environment)
        codes = self._sums.stocks(market, _SECTIONS[market]) if Venue.KRX in venues else []
        known = await self._sums.with_programs(codes)
        return market_programs.program_investors_reply(await self._sums.programs(known) if known else None)

    async def _program_minutes(
        self, codes: Sequence[str], market: Market
    ) -> list[market_programs.ProgramsAt]:
        """How the programs of a market stood at each of the last minutes."""
        known = self._known
        opened = regular_session(known.day)[1].start
        now = min(known.now, datetime.combine(known.day, _TOLD_UNTIL, KST))
        newest = now.replace(second=0, microsecond=0)
        if newest < opened:
            return []
        oldest = max(opened, newest - (MARKET_MINUTES_PER_CALL - 1) * _MINUTE)
        starts = [oldest + n * _MINUTE for n in range((newest - oldest) // _MINUTE + 1)]
        bounds = [_second(opened), *(_second(start + _MINUTE) for start in starts)]
        arbitrages, others = [_NOTHING] * len(starts), [_NOTHING] * len(starts)
        values = [0] * len(starts)
        for code in codes:
            volume = value = 0
            for place, each in enumerate(known.tape.stretches(code, bounds)):
                volume, value = volume + each.volume, value + each.value
                arbitrage, non_arbitrage = self._sums.programs_until(code, volume)
                arbitrages[place] += arbitrage
                others[place] += non_arbitrage
                values[place] += value
            await asyncio.sleep(0)
        levels = await self._indices.levels(INDEX_CODES[_SECTIONS[market]], bounds[1:])
        return [
            market_programs.ProgramsAt(*each)
            for each in zip(starts, arbitrages, others, values, levels, strict=True)
        ]

    def _codes(self, query: market_investors.SectionQuery) -> list[str]:
        if query.kind is not None:
            return self._sums.funds(query.kind)
        return self._sums.stocks(query.market, query.section) if query.market else []

    def _is_at_krx(self, request: Request) -> bool:
        """Whether a client looks at KRX: what programs do at NXT alone is not known. Raises `Declined`."""
        return Venue.KRX in venues_of(needed(request.query, "FID_COND_MRKT_DIV_CODE"), request.environment)


def _second(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
