"""What answers the calls of the KIS face about ETFs and ETNs."""

from collections.abc import Mapping

from hoga.brokers.kis import funds
from hoga.brokers.kis.codes import BARS_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.funds import Valued
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.question import (
    Venues,
    asked_choice,
    asked_day,
    asked_first_day,
    listed_code,
    venued_code,
)
from hoga.brokers.kis.register import KRX, Handler, Register, boards_of
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Interval
from hoga.domain.instrument import Kind

_EXCHANGE_TRADED = (Kind.ETF, Kind.ETN)


class FundCalls:
    """The calls about funds, and about notes as far as these are priced like them."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.FUND_PRICE: self._price,
            Call.FUND_BOOK: self._book,
            Call.FUND_NAV: self._nav,
            Call.FUND_NAV_DAYS: self._nav_days,
            Call.FUND_NAV_MINUTES: self._nav_minutes,
            Call.FUND_MEMBERS: self._members,
        }

    async def _price(self, request: Request, _: Customer) -> Reply:
        code, venues = venued_code(request)
        await self._known.learn_year(code)
        listed = self._known.find_known(code, venues)
        if listed is not None and listed.instrument.kind not in _EXCHANGE_TRADED:
            listed = None
        return funds.fund_price_reply(self._find(code, venues), listed)

    def _book(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        valued = self._find(code)
        book = known.find_book(code, KRX) if valued else None
        closing = known.closing_books(code) if valued else ()
        midpoint = known.exchange.midpoint(code) if valued else None
        return funds.fund_book_reply(book, known.phase(KRX), closing, midpoint)

    def _nav(self, request: Request, _: Customer) -> Reply:
        return funds.fund_nav_reply(self._find(*venued_code(request)))

    async def _nav_days(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        first, last = asked_first_day(request, "FID_INPUT_DATE_1"), asked_day(request, "FID_INPUT_DATE_2")
        valued = self._find(code)
        if valued is None:
            return funds.fund_nav_days_reply((), {}, first)
        bars = await known.bars(code, Interval.DAY, first, last, BARS_PER_CALL + 1)
        told = known.facts.fund_values(code, bars[0].at.date(), known.yesterday) if bars else ()
        navs = {each.day: each.nav for each in told} | {known.day: valued.nav.value}
        first = max(first, bars[1].at.date()) if len(bars) > BARS_PER_CALL else first
        return funds.fund_nav_days_reply(bars, navs, first)

    def _nav_minutes(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        seconds = int(asked_choice(request, "FID_HOUR_CLS_CODE", funds.STEPS))
        valued = self._find(code)
        minutes = known.tape.minutes(code, boards_of(KRX)) if valued else ()
        return funds.fund_nav_minutes_reply(valued, minutes, seconds)

    def _members(self, request: Request, _: Customer) -> Reply:
        valued, known = self._find(*venued_code(request)), self._known
        held = valued.fund.holdings if valued and valued.fund else {}
        found = [(known.find_of_company(code), count) for code, count in held.items()]
        members = [(listed, count) for listed, count in found if listed is not None]
        return funds.fund_members_reply(valued, members)

    def _find(self, code: str, venues: Venues = KRX) -> Valued | None:
        """A fund with its NAV, None for whatever else has that code."""
        listed = self._known.find_known(code, venues)
        if listed is None or listed.instrument.kind is not Kind.ETF:
            return None
        nav = funds.nav_now(listed.quote, listed.background.nav_before)
        return Valued(listed, nav, self._known.facts.fund(code, self._known.day))
