"""What answers the rankings of the KIS face, which look at the whole market."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from hoga.brokers.kis import (
    background,
    highlights,
    pressure,
    ranking,
    short_sales,
)
from hoga.brokers.kis.envelope import Reply, Request, needed, plain_code, time_text
from hoga.brokers.kis.highlights import Borrowed
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import (
    Venues,
    asked_choice,
    asked_day,
    asked_number,
    invalid,
    ranked_venues,
)
from hoga.brokers.kis.register import (
    KRX,
    Handler,
    Register,
    boards_of,
    reach,
)
from hoga.brokers.kis.selection import Filter, asked_rate
from hoga.brokers.kis.services import Call
from hoga.domain.credit import CreditDay
from hoga.domain.flows import MemberFlow
from hoga.domain.quote import OrderBook
from hoga.krx.calendar import previous_trading_day, trading_days
from hoga.krx.sessions import Phase, Span, regular_session

_MOST_DAYS = 250
_LEAST_OPTION, _MOST_OPTION = 2, 999
"""증가율기간: over how many trading days credit has grown, the last one included."""
_SETTLES = 2
_FIRM = "한국투자증권"
_LARGE_FROM = "FID_INPUT_PRICE_1"
"""건별금액: here it is no bound of the price."""
_AVERAGED_DAYS = 200
"""Calendar days that hold 120 trading days."""
_MOST_PASTS = 100
"""Of how many issues the past is looked at for one ranking: it may have to be made first."""
_CALLS = {"0": Phase.OPEN_CALL, "1": Phase.CLOSE_CALL}
"""FID_MKOP_CLS_CODE of 예상체결 상위."""


class RankingCalls:
    """The calls for the first thirty of all issues."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.SHORT_SALE_RANKING: self._short_sale_ranking,
            Call.VOLUME_RANKING: self._volume_ranking,
            Call.CHANGE_RANKING: self._change_ranking,
            Call.MARKET_CAP_RANKING: self._market_cap_ranking,
            Call.LIMIT_ISSUES: self._limit_issues,
            Call.EXPECTED_CLOSES: self._expected_closes,
            Call.STRENGTH_RANKING: self._strength_ranking,
            Call.WAITING_RANKING: self._waiting_ranking,
            Call.EXPECTED_RANKING: self._expected_ranking,
            Call.DISPARITY_RANKING: self._disparity_ranking,
            Call.PEAK_RANKING: self._peak_ranking,
            Call.LARGE_TRADE_RANKING: self._large_trade_ranking,
            Call.INTEREST_RANKING: self._interest_ranking,
            Call.VIEW_RANKING: self._view_ranking,
            Call.FIRM_RANKING: self._firm_ranking,
            Call.CREDIT_RANKING: self._credit_ranking,
        }

    async def _short_sale_ranking(self, request: Request, _: Customer) -> Reply:
        count, chosen = short_sales.asked_short_days(request), self._known.asked_filter(request)
        last = self._known.last_told
        days = trading_days(last - timedelta(days=2 * count + 20), last)[-count:]
        ranks = []
        async for each in self._chosen(chosen):
            code = each.quote.code
            sales = self._known.facts.short_sales(code, days[0], last)
            if sales:
                bars = self._known.past.between(code, days[0], min(last, self._known.yesterday))
                today = self._known.bar_of_today(code) if last == self._known.day else None
                bars += [today] if today else []
                ranks.append(
                    short_sales.ShortRank(
                        each,
                        quantity=sum(sale.quantity for sale in sales),
                        value=sum(sale.value or 0 for sale in sales),
                        volume=sum(bar.volume for bar in bars),
                        day_value=sum(bar.value for bar in bars),
                    )
                )
            await asyncio.sleep(0)
        return short_sales.short_ranking_reply(ranks, days[0], days[-1])

    async def _volume_ranking(self, request: Request, _: Customer) -> Reply:
        by = asked_choice(request, "FID_BLNG_CLS_CODE", ("0", "1", "2", "3", "4"), "0")
        venues = ranked_venues(request)
        candidates = await self._candidates(self._known.asked_filter(request), venues)
        if by == "1":
            candidates = [await self._with_volume_before(each, venues) for each in candidates]
        chosen = ranking.best_by_volume(candidates, by)
        best = [await self._with_volume_before(each, venues) for each in chosen]
        return ranking.volume_ranking_reply(best)

    async def _change_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", ranking.CHANGE_SORTS, "0")[-1]
        price = asked_choice(request, "FID_PRC_CLS_CODE", ("0", "1"), "0")
        days = asked_number(request, "FID_INPUT_CNT_1")
        if days > _MOST_DAYS:
            raise invalid("FID_INPUT_CNT_1")
        candidates = await self._candidates(self._known.asked_filter(request), ranked_venues(request))
        if days > 1:
            day = trading_days(self._known.day - timedelta(days=2 * days + 20), self._known.yesterday)[-days]
            candidates = [await self._since(each, day) for each in candidates]
        best = []
        for each in ranking.best_by_change(candidates, sort, price):
            await asyncio.sleep(0)
            best.append(self._with_streak(each))
        return ranking.change_ranking_reply(best, self._known.day)

    async def _market_cap_ranking(self, request: Request, _: Customer) -> Reply:
        chosen, whole, found = self._known.asked_filter(request), 0, []
        async for each in self._known.everything():
            whole += each.quote.last_price * background.shares_of(each)
            found += [ranking.Candidate(each)] if chosen.takes(each) else []
        return ranking.market_cap_ranking_reply(found, whole)

    async def _limit_issues(self, request: Request, _: Customer) -> Reply:
        side = asked_choice(request, "FID_PRC_CLS_CODE", ("0", "1"))
        reach = ranking.REACHES[asked_choice(request, "FID_DIV_CLS_CODE", ranking.REACHES)]
        chosen = self._known.asked_filter(request)
        best = []
        for each in ranking.at_a_limit(await self._candidates(chosen), side == "0", reach):
            prints = self._known.tape.newest(each.listed.quote.code, 1)
            best.append(
                replace(await self._with_volume_before(each), last_print=prints[0] if prints else None)
            )
        return ranking.limit_issues_reply(best)

    async def _expected_closes(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", ("0", "1", "2", "3", "4"))
        is_extended = asked_choice(request, "FID_BLNG_CLS_CODE", ("0", "1")) == "1"
        chosen, exchange = self._known.asked_filter(request), self._known.exchange
        found: list[tuple[background.Listed, OrderBook]] = []
        # No closing call is extended here (종가범위연장), so no issue is asked for by that.
        if exchange.phase is Phase.CLOSE_CALL and not is_extended:
            found = [(each, exchange.book(each.quote.code)) async for each in self._chosen(chosen)]
        return ranking.expected_closes_reply(found, sort)

    async def _strength_ranking(self, request: Request, _: Customer) -> Reply:
        venues = ranked_venues(request)
        boards = boards_of(venues)
        found = [
            pressure.Strength(each, *self._known.tape.taken(each.quote.code, boards))
            async for each in self._chosen(self._known.asked_filter(request), venues)
        ]
        return pressure.strength_ranking_reply(found)

    async def _waiting_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", pressure.WAITING_SORTS, "0")
        chosen, venues = self._known.asked_filter(request), ranked_venues(request)
        return pressure.waiting_ranking_reply([each async for each in self._chosen(chosen, venues)], sort)

    async def _expected_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", pressure.EXPECTED_SORTS, "0")
        phase = _CALLS[asked_choice(request, "FID_MKOP_CLS_CODE", _CALLS, "0")]
        least_value = asked_number(request, "FID_PBMN")
        chosen, known = self._known.asked_filter(request), self._known
        call = next(span for span in regular_session(known.day) if span.phase is phase)
        found: list[pressure.Expectation] = []
        if known.exchange.phase is phase or known.now >= call.end:
            async for each in self._chosen(chosen):
                expected = self._expected_in(call, each)
                found += [expected] if expected else []
        return pressure.expected_ranking_reply(found, sort, least_value)

    def _expected_in(self, call: Span, listed: background.Listed) -> pressure.Expectation | None:
        """What a call expects of an issue now, or expected last when it is over."""
        code = listed.quote.code
        if self._known.exchange.phase is call.phase:
            return pressure.Expectation.of(listed, self._known.exchange.book(code))
        last = self._known.tape.expectations.find(code, _second(call.start), _second(call.end))
        return pressure.Expectation(listed, last.price, last.quantity) if last and last.quantity else None

    async def _disparity_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", ("0", "1"), "0")
        days = highlights.AVERAGES[asked_choice(request, "FID_HOUR_CLS_CODE", highlights.AVERAGES, "5")]
        known, found = self._known, []
        first = known.day - timedelta(days=_AVERAGED_DAYS)
        for each in await self._busiest(self._known.asked_filter(request), ranked_venues(request)):
            quote = each.quote
            await reach(known.past, quote.code, first, known.yesterday)
            closes = [bar.close for bar in known.past.between(quote.code, first, known.yesterday)]
            closes += [quote.last_price] if quote.open is not None else []
            found.append(highlights.Averaged(each, closes[-highlights.LONGEST_AVERAGE :]))
        return highlights.disparity_ranking_reply(found, days, is_highest_first=sort == "0")

    async def _peak_ranking(self, request: Request, _: Customer) -> Reply:
        is_high = asked_choice(request, "FID_PRC_CLS_CODE", ("0", "1"), "0") == "0"
        least, most = asked_rate(request, "FID_INPUT_CNT_1"), asked_rate(request, "FID_INPUT_CNT_2")
        found = []
        for each in await self._busiest(self._known.asked_filter(request), KRX):
            year = await self._known.find_year(each.quote.code)
            if year is not None:
                found.append(highlights.NearPeak(each, year))
        return highlights.peak_ranking_reply(found, least, most, is_high=is_high)

    async def _large_trade_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", ("0", "1"), "0")
        only = plain_code(needed(request.query, "FID_INPUT_ISCD_2"))
        least, found = asked_number(request, _LARGE_FROM), []
        async for each in self._chosen(self._known.asked_filter(request)):
            if only in ("", each.quote.code):
                trades = self._known.tape.large_trades(each.quote.code, least)
                found.append(highlights.Pushed(each, trades))
                await asyncio.sleep(0)
        return highlights.large_trade_ranking_reply(found, is_buying=sort == "0")

    async def _interest_ranking(self, request: Request, _: Customer) -> Reply:
        first = max(asked_number(request, "FID_INPUT_CNT_1"), 1)
        chosen, venues = self._known.asked_filter(request), ranked_venues(request)
        found = [each async for each in self._chosen(chosen, venues)]
        return highlights.interest_ranking_reply(found, first)

    async def _view_ranking(self, _: Request, __: Customer) -> Reply:
        return highlights.view_ranking_reply([each async for each in self._known.everything()])

    async def _firm_ranking(self, request: Request, _: Customer) -> Reply:
        sort, known = asked_choice(request, "FID_RANK_SORT_CLS_CODE", ("0", "1"), "0"), self._known
        first, last = asked_day(request, "FID_INPUT_DATE_1"), asked_day(request, "FID_INPUT_DATE_2")
        days = trading_days(max(first, FIRST_DAY), min(last, known.day)) if first <= known.day else ()
        if len(days) > _MOST_DAYS:
            raise invalid("FID_INPUT_DATE_1")
        found = []
        for each in await self._busiest(self._known.asked_filter(request), ranked_venues(request)):
            sold = bought = 0
            for day in days:
                firm = self._firm(each.quote.code, day)
                sold, bought = sold + (firm.sold if firm else 0), bought + (firm.bought if firm else 0)
                await asyncio.sleep(0)
            found.append(highlights.FirmTrades(each, sold, bought))
        return highlights.firm_ranking_reply(found, is_buying=sort == "1")

    def _firm(self, code: str, day: date) -> MemberFlow | None:
        """What KIS's own customers did on a day, of the running one as far as the issue has traded."""
        firms = self._known.facts.member_flows(code, day)
        firm = next((each for each in firms if each.name == _FIRM), None)
        if firm is None or day < self._known.day:
            return firm
        whole = sum(each.bought for each in firms)
        return firm.until(min(self._known.exchange.quote(code).volume, whole), whole)

    async def _credit_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", highlights.CREDIT_SORTS, "0")
        count, known = asked_number(request, "FID_OPTION") or _LEAST_OPTION, self._known
        if not _LEAST_OPTION <= count <= _MOST_OPTION:
            raise invalid("FID_OPTION")
        # Told is what has been settled: KIS names the days of settlement, two trading days later.
        since = max(known.yesterday - timedelta(days=2 * count + 20), FIRST_DAY)
        days = trading_days(since, known.yesterday)
        count = min(count, len(days) - _SETTLES)
        settled = days[-count:]
        first, last = days[-count - _SETTLES], days[-1 - _SETTLES]
        found = []
        async for each in self._chosen(self._known.asked_filter(request)):
            now, before = (self._credit(each.quote.code, day) for day in (last, first))
            if now is not None:
                loan = Borrowed.of(now.loan, now.loan_price, before.loan if before else None)
                stock = Borrowed.of(
                    now.stock_loan, now.stock_loan_price, before.stock_loan if before else None
                )
                found.append(highlights.Credit(each, loan, stock))
            await asyncio.sleep(0)
        return highlights.credit_ranking_reply(found, sort, settled[0], settled[-1])

    def _credit(self, code: str, day: date) -> CreditDay | None:
        credit = self._known.facts.credit(code, day, day)
        return credit[-1] if credit else None

    async def _busiest(self, chosen: Filter, venues: Venues) -> list[background.Listed]:
        """What a ranking that needs the past of issues looks at: of many, those with the largest value."""
        found = [each async for each in self._chosen(chosen, venues)]
        if len(found) > _MOST_PASTS:
            found.sort(key=lambda listed: (-listed.quote.value, listed.quote.code))
        return found[:_MOST_PASTS]

    async def _candidates(self, chosen: Filter, venues: Venues = KRX) -> list[ranking.Candidate]:
        return [ranking.Candidate(each) async for each in self._chosen(chosen, venues)]

    async def _chosen(self, chosen: Filter, venues: Venues = KRX) -> AsyncIterator[background.Listed]:
        """What a client wants ranked, others being served meanwhile."""
        async for each in self._known.everything(venues):
            if chosen.takes(each):
                yield each

    async def _with_volume_before(
        self, candidate: ranking.Candidate, venues: Venues = KRX
    ) -> ranking.Candidate:
        await asyncio.sleep(0)
        volume = self._known.volume_before(candidate.listed.quote.code, venues)
        return replace(candidate, yesterday_volume=volume)

    async def _since(self, candidate: ranking.Candidate, day: date) -> ranking.Candidate:
        await asyncio.sleep(0)
        bars = self._known.past.between(candidate.listed.quote.code, day, day)
        return replace(candidate, reference=bars[0].close if bars else None)

    def _with_streak(self, candidate: ranking.Candidate) -> ranking.Candidate:
        quote = candidate.listed.quote
        rises = falls = 0
        price, day = quote.last_price, self._known.yesterday
        while not (rises and falls):
            bars = self._known.past.between(quote.code, day, day)
            if not bars or bars[0].close == price:
                break
            if price > bars[0].close:
                rises += 1
            else:
                falls += 1
            price, day = bars[0].close, previous_trading_day(day)
        # The day that ended the streak was counted on the other side.
        is_rising = quote.last_price > quote.base_price
        high, low = (
            self._known.tape.find_first(quote.code, peak) if peak else None
            for peak in (quote.high, quote.low)
        )
        return replace(
            candidate,
            hours=(time_text(high) if high else "", time_text(low) if low else ""),
            rises=rises if is_rising else 0,
            falls=0 if is_rising else falls,
        )


def _second(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
