"""What the streams beside KRX's prints and books tell: made when it has changed, for those who registered.

NXT's streams tell of NXT's market alone, those of both venues of both days and of one book. Member firms and
programs have done that part of their day that has been traded of it, as in the REST calls about them. What
nobody can know is made, and consistent with the rest: the NAV of a fund is the middle of its book, and the
orders of programs are the part of the book that they have of what was traded.

An index is told once a second of the market, what it is expected to be and its programs every ten: how often
KIS does is unverified. The streams of the evening's auctions carry nothing from 2026-09-14 on, when KRX's
after-market took their place; KIS has announced no stream for it, and its prints are in that of KRX.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from hoga.brokers.kis.books import NOTHING_AT_CLOSE, AtClose, book_frame
from hoga.brokers.kis.codes import INDEX_CODES
from hoga.brokers.kis.funds import nav_now
from hoga.brokers.kis.index_ticks import NavTick, index_record, nav_record
from hoga.brokers.kis.indices import IndexNow, flat_index_bar
from hoga.brokers.kis.member_tables import member_record
from hoga.brokers.kis.programs import (
    IndexProgramTrading,
    ProgramTrading,
    index_program_record,
    program_record,
)
from hoga.brokers.kis.records import named_frame
from hoga.brokers.kis.register import CLOSING_PRICE, Register
from hoga.brokers.kis.streams import Records, Stream, Subject
from hoga.brokers.kis.tally import Tally
from hoga.brokers.kis.ticks import Expected, expected_frame
from hoga.domain.flows import Flow, MemberFlow, ProgramFlows
from hoga.domain.index import Index
from hoga.domain.instrument import Kind
from hoga.domain.quote import Midpoint, OrderBook
from hoga.domain.request import Venue
from hoga.krx.sessions import Phase, indicative_price_from

_OFTEN, _SELDOM = timedelta(seconds=1), timedelta(seconds=10)
_LEARNED_AT_ONCE = 20
"""Members of an index whose programs are looked up before others are served."""
_TWO = Decimal(2)

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Firms:
    """The member firms of an issue with all they do today, and how many shares that is."""

    firms: Sequence[MemberFlow]
    volume: int


@dataclass(frozen=True, slots=True)
class _Programs:
    """What programs do of an issue today, and all that is traded of it."""

    flows: ProgramFlows
    volume: int


class Broadcast:
    """Makes the frames of a stream and its key from what is known now.

    `find_index` says how an index stands. The exchange's days are counted from the making of this on.
    """

    def __init__(
        self,
        register: Register,
        find_index: Callable[[Index | None], IndexNow | None],
        records: Records = Records.OF_DAY,
    ) -> None:
        self._known = register
        self._records = records
        self._find_index = find_index
        self._makers: Mapping[Subject, Callable[[Stream, str], str | None]] = {
            Subject.BOOK: self._book,
            Subject.EXPECTED: self._expected,
            Subject.EVENING_BOOK: self._evening_book,
            Subject.EVENING_EXPECTED: self._evening_expected,
            Subject.MEMBERS: self._members,
            Subject.PROGRAM: self._program,
            Subject.NAV: self._nav,
            Subject.INDEX: self._index,
            Subject.EXPECTED_INDEX: self._expected_index,
            Subject.INDEX_PROGRAM: self._index_program,
        }
        self.begin_day()

    def begin_day(self) -> None:
        """Count another day, and tell everything anew."""
        self.tally = Tally(self._known.exchange, self._known.store, self._known.tape)
        """The running days."""
        self._books: dict[_Key, tuple[OrderBook, tuple[Midpoint | None, ...], AtClose]] = {}
        """What was sent last, here and below."""
        self._prices: dict[_Key, Expected] = {}
        self._ranks: dict[_Key, tuple[int, Mapping[str, MemberFlow]]] = {}
        self._traded: dict[_Key, int] = {}
        self._navs: dict[_Key, NavTick] = {}
        self._indices: dict[_Key, tuple[datetime, IndexNow]] = {}
        self._told_at: dict[_Key, datetime] = {}
        self._firms: dict[str, _Firms] = {}
        self._programs: dict[str, _Programs | None] = {}

    def frame(self, stream: Stream, key: str) -> str | None:
        """The next frame of a stream, None when it has nothing new to tell."""
        maker = self._makers.get(stream.subject)
        return None if maker is None else maker(stream, key)

    def book(self, code: str, stream: Stream) -> OrderBook:
        """The book beside a print of a stream."""
        book = self._known.find_book(code, stream.venues)
        assert book is not None, "what is printed is traded there"
        return book

    def at_close(self, code: str) -> AtClose:
        """What waits at KRX to be traded at a closing price; nothing does while it trades continuously."""
        exchange = self._known.exchange
        if exchange.phase is Phase.CONTINUOUS:
            return NOTHING_AT_CLOSE
        return AtClose(*exchange.waiting(code, CLOSING_PRICE))

    # Of an issue

    def _book(self, stream: Stream, code: str) -> str | None:
        exchange, key = self._known.exchange, (stream.tr_id, code)
        book = self._known.find_book(code, stream.venues)
        if book is None:
            return None
        midpoints = (exchange.midpoint(code), exchange.midpoint(code, Venue.NXT))
        closing = self.at_close(code) if Venue.KRX in stream.venues else NOTHING_AT_CLOSE
        last = self._books.get(key)
        if last is not None and (replace(last[0], at=book.at), *last[1:]) == (book, midpoints, closing):
            return None
        self._books[key] = book, midpoints, closing
        day, phase = self.tally.day(code, stream.venues), self._known.phase(stream.venues)
        is_long = self._records.are_long(exchange.day)
        before, closed_before = (last[0], last[2]) if last else (None, closing)
        pair = closing, closed_before
        return book_frame(book, day, phase, before, stream, midpoints, pair, is_long=is_long)

    def _evening_book(self, stream: Stream, code: str) -> str | None:
        if not self._is_evening:
            return None
        book, key = self._known.exchange.book(code), (stream.tr_id, code)
        last = self._books.get(key)
        if last is not None and replace(last[0], at=book.at) == book:
            return None
        self._books[key] = book, (), NOTHING_AT_CLOSE
        day = self.tally.evening(code)
        return book_frame(book, day, Phase.POST_SINGLE, last[0] if last else None, stream)

    def _expected(self, stream: Stream, code: str) -> str | None:
        book = self._known.find_book(code, stream.venues)
        if book is None or self._is_evening:
            return None
        phase = self._known.phase(stream.venues)
        if phase is Phase.OPEN_CALL and self._now < indicative_price_from(self._known.day):
            return None
        day = self.tally.day(code, stream.venues)
        previous, expected = self._expect(stream, code, book)
        if expected is None:
            return None
        return expected_frame(stream, expected, day.beside(book), phase, previous)

    def _evening_expected(self, stream: Stream, code: str) -> str | None:
        if not self._is_evening:
            return None
        book = self._known.exchange.book(code)
        previous, expected = self._expect(stream, code, book)
        if expected is None:
            return None
        day = self.tally.evening(code).beside(book)
        return expected_frame(stream, expected, day, Phase.POST_SINGLE, previous)

    def _expect(self, stream: Stream, code: str, book: OrderBook) -> tuple[Expected | None, Expected | None]:
        """What was told last and what is to be told now; None when there is none, or nothing new."""
        key = (stream.tr_id, code)
        previous = self._prices.get(key)
        if book.indicative_price is None:
            self._prices.pop(key, None)
            return previous, None
        ask, bid = (levels[0].price if levels else 0 for levels in (book.asks, book.bids))
        expected = Expected(code, book.at, book.indicative_price, book.indicative_quantity or 0, ask, bid)
        if previous is not None and replace(previous, at=expected.at) == expected:
            return previous, None
        self._prices[key] = expected
        return previous, expected

    def _members(self, stream: Stream, code: str) -> str | None:
        known, traded = self._firms_of(code), self._volume(code, stream.venues)
        if not known.firms or not traded:
            return None
        counted = self._counted(code, stream.venues, known.volume)
        told, before = self._ranks.get((stream.tr_id, code), (0, {}))
        if told == traded:
            return None
        firms = [firm.until(counted, known.volume) for firm in known.firms]
        self._ranks[stream.tr_id, code] = traded, {firm.number: firm for firm in firms}
        return named_frame(stream, member_record(code, firms, traded, before))

    def _program(self, stream: Stream, code: str) -> str | None:
        known, traded = self._programs_of(code), self._volume(code, stream.venues)
        if known is None or not traded or self._traded.get((stream.tr_id, code)) == traded:
            return None
        flow = known.flows.total.until(self._counted(code, stream.venues, known.volume), known.volume)
        if flow is None or flow.bought is None or flow.sold is None:
            return None
        self._traded[stream.tr_id, code] = traded
        book = self._known.find_book(code, stream.venues)
        if book is None:
            return None
        asking = book.total_ask_quantity * flow.sold // traded
        bidding = book.total_bid_quantity * flow.bought // traded
        told = ProgramTrading(code, self._now, flow, asking, bidding)
        return named_frame(stream, program_record(told))

    def _nav(self, stream: Stream, code: str) -> str | None:
        if self._known.exchange.instrument(code).kind is not Kind.ETF:
            return None
        listed = self._known.find_known(code)
        if listed is None or listed.quote.bid is None or listed.quote.ask is None:
            return None
        nav = nav_now(listed.quote, listed.background.nav_before)
        if nav == self._navs.get((stream.tr_id, code)):
            return None
        self._navs[stream.tr_id, code] = nav
        return named_frame(stream, nav_record(nav))

    # Of an index

    def _index(self, stream: Stream, key: str) -> str | None:
        if not self._is_due(stream, key, _OFTEN):
            return None
        now = self._find_index(INDEX_CODES[key])
        return None if now is None else self._tell_index(stream, key, now)

    def _expected_index(self, stream: Stream, key: str) -> str | None:
        exchange, phase = self._known.exchange, self._known.phase(stream.venues)
        if phase not in (Phase.OPEN_CALL, Phase.CLOSE_CALL):
            return None
        if phase is Phase.OPEN_CALL and self._now < indicative_price_from(self._known.day):
            return None
        if not self._is_due(stream, key, _SELDOM):
            return None
        index = INDEX_CODES[key]
        basket = self._known.facts.basket(index, self._known.day)
        if basket is None or not basket.shares.keys() <= self._known.codes:
            return None
        prices: dict[str, int] = {}
        quotes = []
        volume = value = 0
        for code in basket.shares:
            book, quote = exchange.book(code), exchange.quote(code)
            price = prices[code] = book.indicative_price or quote.last_price
            quotes.append(quote._replace(last_price=price))
            volume += book.indicative_quantity or 0
            value += price * (book.indicative_quantity or 0)
        bar = replace(flat_index_bar(index, self._now, basket.level(prices)), volume=volume, value=value)
        expected = IndexNow(
            bar=bar,
            base=basket.base,
            yesterday=None,
            risen=sum(quote.last_price > quote.base_price for quote in quotes),
            fallen=sum(quote.last_price < quote.base_price for quote in quotes),
            same=sum(quote.last_price == quote.base_price for quote in quotes),
            upper=sum(quote.last_price == quote.upper_limit for quote in quotes),
            lower=sum(quote.last_price == quote.lower_limit for quote in quotes),
        )
        return self._tell_index(stream, key, expected)

    def _tell_index(self, stream: Stream, key: str, now: IndexNow) -> str | None:
        last = self._indices.get((stream.tr_id, key))
        if last is not None and last[1] == now:
            return None
        self._indices[stream.tr_id, key] = self._now, now
        return named_frame(stream, index_record(key, now, self._now, last[1] if last else None))

    def _index_program(self, stream: Stream, key: str) -> str | None:
        exchange = self._known.exchange
        basket = self._known.facts.basket(INDEX_CODES[key], self._known.day)
        if basket is None:
            return None
        listed = [code for code in basket.shares if code in self._known.codes]
        unknown = [code for code in listed if code not in self._programs]
        for code in unknown[:_LEARNED_AT_ONCE]:
            self._programs_of(code)
        if unknown or not self._is_due(stream, key, _SELDOM):
            return None
        arbitrage = non_arbitrage = Flow.of(0, 0, 0, 0)
        volume = value = 0
        for code in listed:
            quote, known = exchange.quote(code), self._programs[code]
            volume, value = volume + quote.volume, value + quote.value
            if known is None:
                continue
            traded = min(quote.volume, known.volume)
            arbitrage += known.flows.arbitrage.until(traded, known.volume) or Flow.of(0, 0, 0, 0)
            non_arbitrage += known.flows.non_arbitrage.until(traded, known.volume) or Flow.of(0, 0, 0, 0)
        told = IndexProgramTrading(key, self._now, arbitrage, non_arbitrage, volume, value)
        return named_frame(stream, index_program_record(told))

    # What these share

    @property
    def _now(self) -> datetime:
        return self._known.exchange.now

    @property
    def _is_evening(self) -> bool:
        """Whether the auctions of the evening are held."""
        return self._known.exchange.phase is Phase.POST_SINGLE

    def _is_due(self, stream: Stream, key: str, interval: timedelta) -> bool:
        last = self._told_at.get((stream.tr_id, key))
        if last is not None and self._now - last < interval:
            return False
        self._told_at[stream.tr_id, key] = self._now
        return True

    def _volume(self, code: str, venues: Sequence[Venue]) -> int:
        return sum(self._known.exchange.quote(code, venue).volume for venue in venues)

    def _counted(self, code: str, venues: Sequence[Venue], most: int) -> int:
        """What was traded there, of each venue no more than `most`: what everybody does in a day at KRX."""
        return sum(min(self._volume(code, (venue,)), most) for venue in venues)

    def _firms_of(self, code: str) -> _Firms:
        if code not in self._firms:
            firms = self._known.facts.member_flows(code, self._known.day)
            self._firms[code] = _Firms(firms, sum(firm.bought for firm in firms))
        return self._firms[code]

    def _programs_of(self, code: str) -> _Programs | None:
        """What programs do today, None when that or what is traded in all is not known."""
        if code not in self._programs:
            day = self._known.day
            flows = self._known.facts.program_flows(code, day, day)
            # A store of a market that runs has the whole day in its minutes only.
            minutes = self._known.store.minute_bars(code, day)
            days = self._known.store.daily_bars(code, day, day)
            volume = max(sum(bar.volume for bar in bars) for bars in (minutes, days))
            self._programs[code] = _Programs(flows[-1], volume) if flows and volume else None
        return self._programs[code]
