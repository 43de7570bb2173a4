"""Who knows what is listed today and everything that is known of it: the register of the KIS face.

What is asked for comes from the exchange, from the day's tape, from the store of past bars, and from facts
that no exchange knows. Of the running day only what has happened is told: investors and short sales after
15:40. What needs many past days is learned in steps, between which others are served.

KIS never shows a price without the highs and lows of its year, and there are clients that cannot read one
(python-kis), so a price waits for them when its issue is asked for first.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hoga.brokers.kis import (
    investors,
)
from hoga.brokers.kis.background import Background, Extremes, Listed, extremes, shares_of
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.index_names import NAMED, index_names
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY, B, K, Past
from hoga.brokers.kis.question import Venues, invalid
from hoga.brokers.kis.selection import EVERYTHING, Filter, asked_filter
from hoga.brokers.kis.tape import Tape
from hoga.domain.bar import Bar, Interval, longer_bars
from hoga.domain.company import Company, Dividend
from hoga.domain.corporate_action import CorporateAction
from hoga.domain.credit import CreditDay
from hoga.domain.flows import Holdings, InvestorFlows, MemberFlow, ProgramFlows, ShortSale
from hoga.domain.fund import Fund, FundValue
from hoga.domain.index import Basket, Index, IndexBar, IndexName
from hoga.domain.market_money import InterestRate, MarketFunds
from hoga.domain.opinion import Opinion
from hoga.domain.quote import OrderBook, Quote, joined_book, joined_quote
from hoga.domain.request import Venue
from hoga.domain.statement import Period, Statement
from hoga.domain.zone import KST
from hoga.exchange.events import BoardKind, Event, IssueListed
from hoga.exchange.exchange import Exchange
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import previous_trading_day
from hoga.krx.sessions import Phase
from hoga.ports import BarStore, Clock, Facts

Handler = Callable[[Request, Customer], Reply | Awaitable[Reply]]
"""What answers a call."""

_MONTH_DAYS, YEAR_DAYS = 31, 366
INTERVAL_DAYS = {Interval.DAY: 2, Interval.WEEK: 7, Interval.MONTH: _MONTH_DAYS, Interval.YEAR: YEAR_DAYS}
HOLIDAYS = timedelta(days=15)
"""Longer than any closure of KRX."""
_D250 = 250
_DEPTH = 10
CLOSING_PRICE = (BoardKind.PRE_CLOSE_PRICE, BoardKind.POST_CLOSE_PRICE)
OFF_HOURS = (*CLOSING_PRICE, BoardKind.AFTER_MARKET)
"""The markets that add to the volume and value of KRX's day, and not to its prices (unverified)."""
"""The markets that trade at a closing price (시간외종가), before and after the session."""
_BOARDS = {Venue.KRX: BoardKind.REGULAR, Venue.NXT: BoardKind.NXT}

KRX: Venues = (Venue.KRX,)
_PATIENCE = 5.0
"""Seconds of real time that a price waits for the highs and lows of its year; then it is told without."""
_ISSUES_A_TURN = 100
"""Of how many issues the whole market is told before others are served."""
_BARS_STEP, _INDEX_STEP = 31, 1
"""Calendar days of the past that are read at once."""


class NoFacts:
    """The `Facts` of somebody who knows nothing but prices."""

    source = "none"

    def company(self, code: str, day: date) -> Company | None:
        return None

    def statements(self, code: str, day: date, period: Period) -> Sequence[Statement]:
        return ()

    def dividends(self, code: str, first: date, last: date) -> Sequence[Dividend]:
        return ()

    def actions(self, code: str, first: date, last: date) -> Sequence[CorporateAction]:
        return ()

    def investor_flows(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        return ()

    def program_flows(self, code: str, first: date, last: date) -> Sequence[ProgramFlows]:
        return ()

    def member_flows(self, code: str, day: date) -> Sequence[MemberFlow]:
        return ()

    def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSale]:
        return ()

    def holdings(self, code: str, first: date, last: date) -> Sequence[Holdings]:
        return ()

    def credit(self, code: str, first: date, last: date) -> Sequence[CreditDay]:
        return ()

    def opinions(self, code: str, first: date, last: date) -> Sequence[Opinion]:
        return ()

    def fund(self, code: str, day: date) -> Fund | None:
        return None

    def fund_values(self, code: str, first: date, last: date) -> Sequence[FundValue]:
        return ()

    def basket(self, index: Index, day: date) -> Basket | None:
        return None

    def index_bars(self, index: Index, first: date, last: date) -> Sequence[IndexBar]:
        return ()

    def index_minute_bars(self, index: Index, day: date) -> Sequence[IndexBar]:
        return ()

    def market_funds(self, first: date, last: date) -> Sequence[MarketFunds]:
        return ()

    def interest_rates(self, first: date, last: date) -> Sequence[InterestRate]:
        return ()


class Register:
    """Everything that is known of the issues of `simulation`. It hears the day from its making on."""

    def __init__(
        self,
        simulation: Simulation,
        clock: Clock,
        bars: BarStore,
        facts: Facts | None,
        tape: Tape | None = None,
    ) -> None:
        self._simulation = simulation
        self._clock = clock
        self.store = bars
        self.facts: Facts = NoFacts() if facts is None else facts
        self.tape = Tape(simulation) if tape is None else tape
        self.past: Past[str, Bar] = Past(bars.daily_bars, _BARS_STEP)
        self.past_indices: Past[Index, IndexBar] = Past(self.facts.index_bars, _INDEX_STEP)
        self._backgrounds: dict[str, tuple[date, Background]] = {}
        self._turn = asyncio.Lock()
        self._listed_at: Exchange | None = None
        self._listed: frozenset[str] = frozenset()
        self._index_names: list[IndexName] | None = None
        self._begun = simulation.exchange.day
        simulation.on_roll(self._begin_day)
        simulation.on_events(self._hear, (IssueListed,))

    def _hear(self, _: Sequence[Event]) -> None:
        self._listed_at = None

    def _begin_day(self, exchange: Exchange) -> None:
        self._backgrounds.clear()
        if exchange.day <= self._begun:
            self.past.forget()
            self.past_indices.forget()
        self._begun = exchange.day

    @property
    def exchange(self) -> Exchange:
        """The exchange of today."""
        return self._simulation.exchange

    @property
    def day(self) -> date:
        """The trading day."""
        return self.exchange.day

    @property
    def yesterday(self) -> date:
        """The trading day before."""
        return previous_trading_day(self.day)

    @property
    def now(self) -> datetime:
        """The instant of the exchange's day that it is; its end when the clock is on another day."""
        now = self._clock.now().astimezone(KST)
        return now if now.date() == self.day else end_of(self.day)

    @property
    def is_over(self) -> bool:
        """Whether the figures of today are known."""
        return self.now.time() >= investors.TOLD_FROM

    @property
    def last_told(self) -> date:
        """The newest day whose figures are known."""
        return self.day if self.is_over else self.yesterday

    def find_listed(self, code: str, venues: Venues = KRX) -> Listed | None:
        """An issue with its quote and nothing else; None when it is not listed, or not at these venues."""
        quote = self.find_quote(code, venues)
        if quote is None:
            return None
        listing = self.exchange.listing(code)
        return Listed(
            quote,
            listing.instrument,
            regime=listing.regime,
            is_warned=listing.is_under_warning,
            is_under_measures=listing.is_under_measures,
            is_on_nxt=listing.is_on_nxt,
        )

    def find_quote(self, code: str, venues: Venues = KRX) -> Quote | None:
        """The price of the moment and the day so far at one venue or at both together."""
        if code not in self.codes:
            return None
        exchange, there = self.exchange, self.venues(code, venues)
        if not there:
            return None
        quote = exchange.quote(code, there[0])
        if there[0] is Venue.KRX:
            quote = with_off_hours(exchange, quote)
        if len(there) == 1:
            return quote
        other = exchange.quote(code, there[1])
        ends = self.tape.find_ends(code, boards_of(there))
        opened, last = ends or (quote.open or other.open, quote.last_price)
        return joined_quote(quote, other, opened, last)

    def find_last_price(self, code: str) -> int | None:
        """What was traded last today, at KRX, in its after-market or at NXT; None when nothing was."""
        ends = self.tape.find_ends(code, (BoardKind.REGULAR, BoardKind.AFTER_MARKET, BoardKind.NXT))
        return ends[1] if ends else None

    def find_book(self, code: str, venues: Venues = KRX) -> OrderBook | None:
        """The book at one venue, or what waits at both."""
        there = self.venues(code, venues) if code in self.codes else ()
        books = [self.exchange.book(code, venue) for venue in there]
        if len(books) > 1:
            return joined_book(books[0], books[1], _DEPTH)
        return books[0] if books else None

    def closing_books(self, code: str) -> list[OrderBook]:
        """What waits in the two markets that trade at a closing price (시간외종가)."""
        return [self.exchange.board_book(code, kind) for kind in CLOSING_PRICE]

    def venues(self, code: str, venues: Venues) -> Venues:
        """Those of `venues` at which an issue is traded."""
        is_on_nxt = self.exchange.listing(code).is_on_nxt
        return tuple(venue for venue in venues if venue is Venue.KRX or is_on_nxt)

    def phase(self, venues: Venues) -> Phase:
        """What goes on there; of two, the first that is open."""
        phases = [self.exchange.venue_phase(venue) for venue in venues]
        return next((phase for phase in phases if phase is not Phase.CLOSED), phases[0])

    @property
    def codes(self) -> frozenset[str]:
        """What is listed today."""
        exchange = self.exchange
        if self._listed_at is not exchange:
            self._listed_at, self._listed = exchange, frozenset(exchange.codes)
            self._index_names = None
        return self._listed

    def find_of_company(self, code: str, venues: Venues = KRX) -> Listed | None:
        """An issue with what is known of the company only: cheap enough for a whole market."""
        listed = self.find_listed(code, venues)
        if listed is None:
            return None
        return replace(listed, background=Background(company=self.company(code)))

    async def everything(self, venues: Venues = KRX) -> AsyncIterator[Listed]:
        """Everything that is listed at `venues`, by code, with what is known of the companies.

        Others are served after every few issues, so each is told as it stands when its turn comes.
        """
        for place, code in enumerate(sorted(self.codes), 1):
            listed = self.find_of_company(code, venues)
            if listed is not None:
                yield listed
            if place % _ISSUES_A_TURN == 0:
                await asyncio.sleep(0)

    async def largest(self, count: int) -> list[Listed]:
        """The `count` issues that were worth most at the close before, the largest first."""
        everything = [listed async for listed in self.everything()]
        everything.sort(key=lambda each: (-each.quote.base_price * shares_of(each), each.quote.code))
        return everything[:count]

    def find_known(self, code: str, venues: Venues = KRX) -> Listed | None:
        """An issue with everything that is known of it."""
        listed = self.find_listed(code, venues)
        if listed is None:
            return None
        background = self._background(code)
        if Venue.KRX not in venues:
            # The days before today are those of KRX.
            background = replace(background, yesterday=None, of_250_days=None, of_year=None, of_52_weeks=None)
        return replace(listed, background=background)

    async def learn_year(self, code: str) -> None:
        """Wait until the highs and lows of an issue's year are known, but not for ever."""
        if code not in self.codes or self.past.has(code, self._year_before, self.yesterday):
            return
        # Issues come one after the other: the first is done long before all are.
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE), self._turn:
                await reach(self.past, code, self._year_before, self.yesterday)

    async def find_year(self, code: str) -> Extremes | None:
        """The highest and lowest of 52 weeks and today, however long that takes; None of what is new."""
        await reach(self.past, code, self._year_before, self.yesterday)
        found = self._background(code).of_52_weeks
        return found and found.with_today(self.exchange.quote(code))

    def index_names(self) -> list[IndexName]:
        """What indices, sizes and industries there are."""
        if self._index_names is None or self._listed_at is not self.exchange:
            found = (self.find_of_company(code) for code in sorted(self.codes))
            self._index_names = index_names([listed for listed in found if listed is not None])
        return self._index_names

    def check_index(self, code: str) -> None:
        """Raises `Declined` for a code that no index has. What KIS says of one is unverified."""
        if code not in NAMED and all(code != each.code for each in self.index_names()):
            raise invalid("FID_INPUT_ISCD")

    def asked_filter(self, request: Request) -> Filter:
        """Which issues the client of a ranking wants. Raises `Declined`."""
        chosen = asked_filter(request)
        if chosen.index != EVERYTHING:
            self.check_index(chosen.index)
        return chosen

    def company(self, code: str) -> Company | None:
        """The issue and its issuer, None when nothing is known."""
        return self.facts.company(code, self.day)

    async def bars(
        self, code: str, interval: Interval, first: date, last: date, most: int, venues: Venues = KRX
    ) -> list[Bar]:
        """The newest `most` bars up to `last`, the running one included, and at least one before `first`.

        The days before today are those of KRX: of NXT alone there is only today.
        """
        last = max(min(last, self.day), FIRST_DAY)
        length = timedelta(days=INTERVAL_DAYS[interval])
        back = last - most * length - HOLIDAYS
        start = interval.start(max(back, max(first, FIRST_DAY) - length - HOLIDAYS))
        # The interval that `last` lies in is shown whole.
        until = min(interval.start(last) + length, self.yesterday)
        bars: list[Bar] = []
        if Venue.KRX in venues:
            await reach(self.past, code, start, until)
            bars = self.past.between(code, start, until)
        today = self.bar_of_today(code, venues)
        if today is not None:
            bars.append(today)
        return [bar for bar in longer_bars(bars, interval) if bar.at.date() <= last][-most:]

    def bar_before(self, code: str) -> Bar | None:
        """The bar of the trading day before today, None when the store has none."""
        bars = self.past.between(code, self.yesterday, self.yesterday)
        return bars[-1] if bars else None

    def volume_before(self, code: str, venues: Venues = KRX) -> int:
        """What was traded on the trading day before, 0 when that is not known."""
        bar = self.bar_before(code) if Venue.KRX in venues and code in self.codes else None
        return bar.volume if bar else 0

    def bar_of_today(self, code: str, venues: Venues = KRX) -> Bar | None:
        """The running day, None as long as nothing has traded."""
        quote = self.find_quote(code, venues)
        if quote is None or quote.open is None or quote.high is None or quote.low is None:
            return None
        return Bar(
            code, quote.at, quote.open, quote.high, quote.low, quote.last_price, quote.volume, quote.value
        )

    def untraded(self, code: str) -> Bar:
        """The running day of an issue that has not traded."""
        quote = self.exchange.quote(code)
        price = quote.last_price
        return Bar(code, quote.at, price, price, price, price, 0, 0)

    def _background(self, code: str) -> Background:
        day = self.last_told
        known = self._backgrounds.get(code)
        if known is None or known[0] != day:
            known = (day, self._learn(code))
            self._backgrounds[code] = known
        background = known[1]
        if background.of_year is None and self.past.has(code, self._year_before, self.yesterday):
            background = self._with_year(code, background)
            self._backgrounds[code] = (day, background)
        return background

    def _learn(self, code: str) -> Background:
        facts, day, yesterday = self.facts, self.day, self.yesterday
        years = facts.statements(code, yesterday, Period.YEAR)
        holdings = facts.holdings(code, yesterday, yesterday)
        short_sales = facts.short_sales(code, self.last_told, self.last_told)
        flows = facts.investor_flows(code, day, day) if self.is_over else ()
        program = facts.program_flows(code, day, day) if self.is_over else ()
        navs = facts.fund_values(code, yesterday, yesterday)
        return Background(
            company=self.company(code),
            statement=max(years, key=lambda each: each.end) if years else None,
            holdings=holdings[-1] if holdings else None,
            short_sale=short_sales[-1] if short_sales else None,
            flows=flows[-1] if flows else None,
            program=program[-1] if program else None,
            yesterday=self.bar_before(code),
            nav_before=navs[-1].nav if navs else None,
        )

    @property
    def _year_before(self) -> date:
        """Early enough for 250 trading days and for 52 weeks."""
        return self.day - timedelta(days=YEAR_DAYS + 20)

    def _with_year(self, code: str, background: Background) -> Background:
        bars = self.past.between(code, self._year_before, self.yesterday)

        def since(first: date) -> Extremes | None:
            return extremes([bar for bar in bars if bar.at.date() >= first])

        return replace(
            background,
            of_250_days=extremes(bars[-_D250 + 1 :]),
            of_year=since(self.day.replace(month=1, day=1)) or extremes(bars[-1:]),
            of_52_weeks=since(self.day - timedelta(weeks=52)),
        )


async def reach(past: Past[K, B], key: K, first: date, last: date) -> None:
    """Wait until everything from `first` on is known, and let others be served meanwhile."""
    while True:
        if past.reach(key, first, last):
            return
        await asyncio.sleep(0)


def boards_of(venues: Venues) -> tuple[BoardKind, ...]:
    """The markets of the day whose prints are shown for venues."""
    return tuple(_BOARDS[venue] for venue in venues)


def with_off_hours(exchange: Exchange, quote: Quote) -> Quote:
    """KRX's day with what was traded before and after the regular session."""
    volume, value = exchange.traded(quote.code, OFF_HOURS)
    return quote._replace(volume=quote.volume + volume, value=quote.value + value) if volume else quote


def end_of(day: date) -> datetime:
    """The last minute of a day."""
    return datetime.combine(day, time(23, 59), KST)
