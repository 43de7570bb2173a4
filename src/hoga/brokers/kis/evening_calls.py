"""What answers the calls of the KIS face about the auctions of the evening."""

from collections.abc import Mapping

from hoga.brokers.kis import overtime
from hoga.brokers.kis.codes import DAYS_PER_CALL, Call
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import listed_code
from hoga.brokers.kis.register import Handler, Register
from hoga.domain.bar import Interval
from hoga.exchange.events import BoardKind
from hoga.krx.single_price import evening_limits

_ALL = 1_000_000


class EveningCalls:
    """The calls about 시간외 단일가."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.OVERTIME_TICKS: self._overtime_ticks,
            Call.OVERTIME_DAYS: self._overtime_days,
            Call.OVERTIME_PRICE: self._overtime_price,
            Call.OVERTIME_BOOK: self._overtime_book,
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

    def _evening(self, code: str) -> overtime.Evening | None:
        listed = self._known.find_listed(code)
        if listed is None:
            return None
        exchange, close = self._known.exchange, listed.quote.last_price
        limits = evening_limits(close, exchange.limits(code), exchange.grid(code))
        prints = self._known.tape.newest(code, _ALL, None, (BoardKind.EVENING_CALLS,))
        book = exchange.board_book(code, BoardKind.EVENING_CALLS)
        quote = exchange.board_quote(code, BoardKind.EVENING_CALLS)
        return overtime.Evening(close, limits.upper, limits.lower, book, quote, prints[::-1])
