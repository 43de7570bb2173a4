"""What answers the calls of the KIS face about what trades outside the regular session."""

import asyncio
from collections.abc import Mapping, Sequence

from hoga.brokers.kis import overtime, overtime_ranking
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.codes import DAYS_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.overtime_ranking import InEvening
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import asked_choice, listed_code
from hoga.brokers.kis.register import CLOSING_PRICE, Handler, Register
from hoga.brokers.kis.selection import Filter
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Interval
from hoga.exchange.events import BoardKind
from hoga.krx.single_price import evening_limits

_ALL = 1_000_000


class EveningCalls:
    """The calls about 시간외 단일가, and the rankings of it and of 시간외 종가."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.OVERTIME_TICKS: self._overtime_ticks,
            Call.OVERTIME_DAYS: self._overtime_days,
            Call.OVERTIME_PRICE: self._overtime_price,
            Call.OVERTIME_BOOK: self._overtime_book,
            Call.CLOSING_RANKING: self._closing_ranking,
            Call.EVENING_CHANGE_RANKING: self._evening_change_ranking,
            Call.EVENING_VOLUME_RANKING: self._evening_volume_ranking,
            Call.EVENING_EXPECTED_RANKING: self._evening_expected_ranking,
        }

    def _overtime_ticks(self, request: Request, _: Customer) -> Reply:
        code = listed_code(request)
        return overtime.overtime_ticks_reply(self._known.find_listed(code), self._evening(code))

    async def _overtime_days(self, request: Request, _: Customer) -> Reply:
        code = listed_code(request)
        listed = self._known.find_listed(code)
        if listed is None:
            return overtime.overtime_days_reply(None, None, (), None, self._known.day)
        bars = await self._known.bars(code, Interval.DAY, FIRST_DAY, self._known.day, DAYS_PER_CALL + 1)
        before = bars[0] if len(bars) > DAYS_PER_CALL else None
        return overtime.overtime_days_reply(
            listed, self._evening(code), bars[-DAYS_PER_CALL:], before, self._known.day
        )

    def _overtime_price(self, request: Request, _: Customer) -> Reply:
        code = listed_code(request)
        return overtime.overtime_price_reply(self._known.find_known(code), self._evening(code))

    def _overtime_book(self, request: Request, _: Customer) -> Reply:
        code = listed_code(request)
        listed = self._known.find_listed(code)
        if listed is None:
            return overtime.overtime_book_reply(None, None, ())
        closing = self._known.closing_books(code)
        return overtime.overtime_book_reply(listed, self._evening(code), closing)

    async def _closing_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", overtime_ranking.CLOSING_SORTS, "1")
        chosen, exchange, found = self._known.asked_filter(request), self._known.exchange, []
        async for listed in self._known.everything():
            if chosen.takes(listed):
                code = listed.quote.code
                books = self._known.closing_books(code)
                before, after = (exchange.board_quote(code, board).volume for board in CLOSING_PRICE)
                asks = sum(book.total_ask_quantity for book in books)
                bids = sum(book.total_bid_quantity for book in books)
                found.append(overtime_ranking.AtClose(listed, asks, bids, before, after))
                await asyncio.sleep(0)
        return overtime_ranking.closing_ranking_reply(found, sort)

    async def _evening_change_ranking(self, request: Request, _: Customer) -> Reply:
        kind = asked_choice(request, "FID_DIV_CLS_CODE", overtime_ranking.CHANGE_CLASSES, "2")
        chosen, everything = self._known.asked_filter(request), await self._evenings()
        return overtime_ranking.evening_change_ranking_reply(everything, _wanted(everything, chosen), kind)

    async def _evening_volume_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", overtime_ranking.VOLUME_SORTS, "2")
        chosen, everything = self._known.asked_filter(request), await self._evenings()
        return overtime_ranking.evening_volume_ranking_reply(everything, _wanted(everything, chosen), sort)

    async def _evening_expected_ranking(self, request: Request, _: Customer) -> Reply:
        sort = asked_choice(request, "FID_RANK_SORT_CLS_CODE", overtime_ranking.EXPECTED_SORTS, "0")
        chosen = self._known.asked_filter(request)
        found = [
            each
            for each in await self._evenings()
            if chosen.is_of_kind(each.listed)
            and chosen.spans(each.evening.book.indicative_price or 0, each.listed.quote.volume)
        ]
        return overtime_ranking.evening_expected_ranking_reply(found, sort)

    async def _evenings(self) -> list[InEvening]:
        """The evenings of all issues."""
        everything = []
        async for listed in self._known.everything():
            code = listed.quote.code
            bests = self._known.exchange.closing_bests(code)
            everything.append(InEvening(listed, self._evening_of(listed), *bests))
            await asyncio.sleep(0)
        return everything

    def _evening(self, code: str) -> overtime.Evening | None:
        listed = self._known.find_listed(code)
        return None if listed is None else self._evening_of(listed)

    def _evening_of(self, listed: Listed) -> overtime.Evening:
        exchange, close, code = self._known.exchange, listed.quote.last_price, listed.quote.code
        limits = evening_limits(close, exchange.limits(code), exchange.grid(code))
        prints = self._known.tape.newest(code, _ALL, None, (BoardKind.EVENING_CALLS,))
        book = exchange.board_book(code, BoardKind.EVENING_CALLS)
        quote = exchange.board_quote(code, BoardKind.EVENING_CALLS)
        return overtime.Evening(close, limits.upper, limits.lower, book, quote, prints[::-1])


def _wanted(found: Sequence[InEvening], chosen: Filter) -> list[InEvening]:
    """Those whose kind, and whose price and volume of the evening, a client asks for."""
    return [
        each for each in found if chosen.is_of_kind(each.listed) and chosen.spans(each.price, each.volume)
    ]
