"""What everybody else does at KRX before and after its regular session, by the rules of each market."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest
from tests.exchange.test_nxt_flow import minutes, seeded

from hoga.domain.bar import Bar
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.request import OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Cancel, HaltIssue, ListIssue, Place, ResumeIssue
from hoga.exchange.events import BoardKind, Canceled, Event, Expired, Placed, Refused, Traded
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.sessions import RANDOM_END_SECONDS, Phase, spans
from hoga.krx.single_price import evening_limits, evening_slots

DAY = date(2026, 11, 20)
CALLS_DAY = date(2026, 8, 20)
"""The last months of the evening's auctions, and the after-market that came then."""
STOCK, ON_NXT, SMALL, ETF, WARNED = "005930", "000660", "0126Z0", "069500", "900110"
BASE = 70_000
KIM = "kim"
PRE, POST = BoardKind.PRE_CLOSE_PRICE, BoardKind.POST_CLOSE_PRICE
CALLS, AFTER = BoardKind.EVENING_CALLS, BoardKind.AFTER_MARKET
OFF_HOURS = (PRE, POST, CALLS, AFTER)


def thin(bars: list[Bar]) -> list[Bar]:
    """The same day with a five-hundredth of the volume."""
    return [Bar(SMALL, *bar_fields(bar, max(bar.volume // 500, 1))) for bar in bars]


def bar_fields(bar: Bar, volume: int) -> tuple[datetime, int, int, int, int, int, int]:
    return bar.at, bar.open, bar.high, bar.low, bar.close, volume, volume * bar.close


class Day:
    """A whole day of five issues, and everything that happened in it."""

    def __init__(
        self,
        day: date = DAY,
        *,
        seed: int = 1,
        has_off_hours: bool = True,
        has_vi: bool = True,
        is_quiet: bool = False,
    ) -> None:
        listings = [
            Listing(
                Instrument(
                    code=code,
                    name=code,
                    market=Market.KOSPI,
                    kind=Kind.ETF if code == ETF else Kind.STOCK,
                ),
                BASE,
                is_on_nxt=code == ON_NXT,
                is_under_warning=code == WARNED,
            )
            for code in (STOCK, ON_NXT, SMALL, ETF, WARNED)
        ]
        holding = Holding(STOCK, 10_000, 700_000_000)
        self.exchange = Exchange(
            day,
            listings,
            [Opening(account=KIM, deposit=10**10, holdings=(holding,))],
            Commission(Decimal("0.00015")),
            random_end=lambda call: RANDOM_END_SECONDS,
            is_whole_day=True,
            has_vi=has_vi,
        )
        bars = {each.instrument.code: minutes(each.instrument.code, day) for each in listings}
        bars[SMALL] = thin(bars[SMALL])
        self.flow = Flow(
            day, listings, {} if is_quiet else bars, seeded(seed), random_end=30, has_off_hours=has_off_hours
        )
        self.simulation = Simulation(self.exchange, self.flow, Made(bars[STOCK]))
        self.events: list[Event] = []
        self.simulation.on_events(self.events.extend)
        self.day = day

    def at(self, clock: str) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(clock), KST)

    def until(self, clock: str) -> "Day":
        self.simulation.advance(self.at(clock))
        return self

    def do(self, clock: str, side: Side, quantity: int, price: int | None, order_type: OrderType) -> int:
        """An order of Kim; its number."""
        command = Place(KIM, STOCK, side, quantity, price, order_type)
        events = self.simulation.submit(command, self.at(clock))
        assert not [event for event in events if isinstance(event, Refused)]
        return next(event.number for event in events if isinstance(event, Placed))

    def trades(self, board: BoardKind, code: str | None = None) -> list[Traded]:
        return [
            event
            for event in self.events
            if isinstance(event, Traded) and event.board is board and code in (None, event.code)
        ]

    def volume(self, board: BoardKind, code: str = STOCK) -> int:
        return sum(event.quantity for event in self.trades(board, code))

    def filled(self, number: int) -> int:
        record = self.exchange.find_order(number)
        assert record is not None
        return record.filled_quantity


class Made:
    """What is made of an issue that is listed while the day runs; no day follows."""

    def __init__(self, bars: list[Bar]) -> None:
        self._bars = bars

    def after(self, exchange: Exchange) -> date | None:
        return None

    def begin(self, exchange: Exchange, day: date) -> tuple[Exchange, Flow]:
        raise AssertionError("no day follows")

    def minutes(self, listing: Listing, day: date) -> list[Bar]:
        return self._bars


@cache
def whole(day: date) -> Day:
    return Day(day).until("23:00")


@pytest.mark.parametrize("day", [DAY, CALLS_DAY])
def test_the_regular_session_and_nxt_are_the_same_with_it_and_without(day: date) -> None:
    without = Day(day, has_off_hours=False).until("23:00")
    with_it = whole(day)

    for board in (BoardKind.REGULAR, BoardKind.NXT):
        told = [
            [(each.at, each.code, each.price, each.quantity, each.taker) for each in one.trades(board)]
            for one in (with_it, without)
        ]
        assert told[0] == told[1]
    assert not any(without.trades(board) for board in OFF_HOURS)
    assert with_it.exchange.quote(STOCK) == without.exchange.quote(STOCK)


@pytest.mark.parametrize("day", [DAY, CALLS_DAY])
def test_the_same_seed_gives_the_same_day_and_another_one_another(day: date) -> None:
    assert Day(day).until("23:00").events == whole(day).events
    other = Day(day, seed=2).until("23:00")
    assert any(other.volume(board) != whole(day).volume(board) for board in OFF_HOURS)


@pytest.mark.parametrize("day", [DAY, CALLS_DAY])
def test_nothing_is_asked_for_that_is_refused_and_nothing_is_left(day: date) -> None:
    events = whole(day).events

    assert not [event for event in events if isinstance(event, Refused)]
    assert whole(day).exchange.conservation().is_conserved
    standing: dict[int, int] = {}
    for event in events:
        if isinstance(event, Placed) and event.board in OFF_HOURS:
            assert event.quantity > 0
            standing[event.number] = event.quantity
        elif isinstance(event, Traded) and event.board in OFF_HOURS:
            standing[event.buy_number] -= event.quantity
            standing[event.sell_number] -= event.quantity
            assert min(standing[event.buy_number], standing[event.sell_number]) >= 0
        elif isinstance(event, Canceled | Expired) and event.number in standing:
            standing[event.number] -= event.quantity
            assert standing[event.number] >= 0
    assert standing
    assert not any(standing.values())


@pytest.mark.parametrize(
    ("day", "board", "codes"),
    [
        (DAY, PRE, {STOCK, ON_NXT, SMALL, ETF, WARNED}),
        (DAY, POST, {STOCK, ON_NXT, SMALL, ETF, WARNED}),
        (DAY, AFTER, {STOCK, ON_NXT, SMALL}),
        (DAY, CALLS, set()),
        (CALLS_DAY, CALLS, {STOCK, SMALL, ETF, WARNED}),
        (CALLS_DAY, AFTER, set()),
        (date(2025, 2, 20), CALLS, {STOCK, ON_NXT, SMALL, ETF, WARNED}),
    ],
)
def test_each_market_has_its_own_issues(day: date, board: BoardKind, codes: set[str]) -> None:
    assert {event.code for event in whole(day).trades(board)} == codes


@pytest.mark.parametrize("day", [DAY, CALLS_DAY])
def test_each_market_trades_in_its_hours_and_a_small_part_of_the_day(day: date) -> None:
    lived, regular = whole(day), whole(day).volume(BoardKind.REGULAR)
    hours = {span.phase: span for span in spans(day)}
    late = timedelta(seconds=RANDOM_END_SECONDS)
    markets = {PRE: (Phase.PRE_CLOSE_PRICE, 0.0005, 0.0025), POST: (Phase.POST_CLOSE_PRICE, 0.002, 0.008)}
    if day == DAY:
        markets[AFTER] = Phase.AFTER_MARKET, 0.006, 0.04
    else:
        markets[CALLS] = Phase.POST_SINGLE, 0.001, 0.01
    for board, (phase, least, most) in markets.items():
        assert least < lived.volume(board) / regular < most, board
        for event in lived.trades(board):
            assert hours[phase].start <= event.at <= hours[phase].end + late


def test_at_closing_prices_everything_is_at_one_price_and_one_side_waits_until_the_end() -> None:
    day = Day().until("08:39:59")
    assert {event.price for event in day.trades(PRE)} == {BASE}
    before = day.exchange.board_book(STOCK, PRE)
    assert (before.total_ask_quantity > 0) is not (before.total_bid_quantity > 0)

    day.until("15:39")
    close = day.exchange.last_price(STOCK)
    intake = day.exchange.board_book(STOCK, POST)
    assert intake.indicative_price == close
    assert not day.trades(POST)
    day.until("15:59:59")
    assert {event.price for event in day.trades(POST, STOCK)} == {close}
    assert len({event.at for event in day.trades(POST, STOCK)}) > 1
    after = day.exchange.board_book(STOCK, POST)
    assert (after.total_ask_quantity > 0) is not (after.total_bid_quantity > 0)
    day.until("16:00")
    assert not day.exchange.board_book(STOCK, POST).asks
    assert not day.exchange.board_book(STOCK, POST).bids


def test_before_an_auction_of_the_evening_one_sees_what_it_will_be() -> None:
    day = Day(CALLS_DAY).until("15:59")
    close, seen = day.exchange.last_price(STOCK), 0
    limits = evening_limits(close, day.exchange.limits(STOCK), day.exchange.grid(STOCK))
    for end in evening_slots(CALLS_DAY):
        day.simulation.advance(end)
        book = day.exchange.board_book(STOCK, CALLS)
        assert len(book.asks) == len(book.bids) == 3
        before = day.volume(CALLS)
        day.simulation.advance(end + timedelta(seconds=RANDOM_END_SECONDS))
        if book.indicative_price is None:
            assert day.volume(CALLS) == before
            continue
        seen += 1
        (trade, *others) = [event for event in day.trades(CALLS, STOCK) if event.at > end]
        assert all(each.price == trade.price for each in others)
        assert (trade.price, day.volume(CALLS) - before) == (book.indicative_price, book.indicative_quantity)
        assert trade.taker is None
        assert limits.allows(trade.price)
        assert abs(trade.price - close) <= 400
    assert seen >= 10
    assert day.exchange.quote(STOCK).last_price == close


def test_a_small_issue_trades_in_some_of_the_auctions_and_a_large_one_in_most() -> None:
    traded = {code: {event.at for event in whole(CALLS_DAY).trades(CALLS, code)} for code in (STOCK, SMALL)}

    assert 0 < len(traded[SMALL]) < len(traded[STOCK]) <= len(evening_slots(CALLS_DAY))


def test_the_after_market_has_a_book_from_its_first_minute_around_the_close() -> None:
    day = Day().until("16:01")
    close = day.exchange.last_price(STOCK)
    for clock in ("16:01", "17:30", "19:59"):
        for code in (STOCK, ON_NXT, SMALL):
            book = day.until(clock).exchange.book(code)
            assert len(book.asks) == len(book.bids) == 10
            assert book.bids[0].price < book.asks[0].price
    assert all(abs(event.price - close) <= 400 for event in day.trades(AFTER, STOCK))
    assert {event.taker for event in day.trades(AFTER, STOCK)} == {Side.BUY, Side.SELL}
    assert len(day.trades(AFTER, SMALL)) < len(day.trades(AFTER, STOCK)) / 3
    assert day.exchange.last_price(STOCK) == close
    day.until("20:00")
    assert not day.exchange.board_book(STOCK, AFTER).asks


def test_in_the_after_market_both_venues_stay_together() -> None:
    day = Day().until("16:01")
    apart = []
    for minute in range(1, 235):
        day.simulation.advance(day.at("16:01") + timedelta(minutes=minute))
        krx, nxt = day.exchange.bests(ON_NXT, AFTER), day.exchange.bests(ON_NXT, BoardKind.NXT)
        assert None not in (*krx, *nxt)
        apart.append(abs((krx[0] or 0) - (nxt[0] or 0)))
    assert max(apart) <= 300
    assert sum(apart) / len(apart) < 100


def test_an_order_trades_with_it_in_every_session() -> None:
    day = Day().until("08:30")
    before = day.do("08:30", Side.BUY, 5, None, OrderType.PRE_HOURS_CLOSING_PRICE)
    assert day.until("08:40").filled(before) == 5
    after = day.do("15:35", Side.SELL, 5, None, OrderType.AFTER_HOURS_CLOSING_PRICE)
    assert day.until("16:00").filled(after) == 5
    ask = day.until("16:30").exchange.book(STOCK).asks[0]
    lifted = day.do("16:30", Side.BUY, ask.quantity + 1, ask.price + 100, OrderType.LIMIT)
    assert day.filled(lifted) == ask.quantity + 1
    assert day.until("23:00").exchange.conservation().is_conserved

    evening = Day(CALLS_DAY).until("16:09")
    number = evening.do("16:09", Side.BUY, 10, BASE + 3_000, OrderType.AFTER_HOURS_AUCTION)
    assert evening.until("16:11").filled(number) == 10
    sold = evening.do("16:15", Side.SELL, 10, BASE - 1_000, OrderType.AFTER_HOURS_AUCTION)
    assert evening.until("16:21").filled(sold) == 10


def test_after_an_interruption_its_call_trades_and_the_book_comes_back() -> None:
    day = Day().until("17:00")
    close = day.exchange.last_price(STOCK)
    far = close * 107 // 100_00 * 100
    day.do("17:00", Side.SELL, 10, far, OrderType.LIMIT)
    number = day.do("17:00", Side.BUY, 100_000, far, OrderType.LIMIT)
    assert day.exchange.board_quote(STOCK, AFTER).interruption is not None
    traded = day.volume(AFTER)
    day.until("17:05").simulation.submit(Cancel(KIM, number), day.at("17:05"))
    assert day.volume(AFTER) > traded
    book = day.until("17:20").exchange.book(STOCK)
    assert len(book.asks) == 10
    assert not [event for event in day.until("23:00").events if isinstance(event, Refused)]


def test_a_halt_stops_it() -> None:
    day = Day().until("17:00")
    day.simulation.submit(HaltIssue(STOCK), day.at("17:00"))
    halted = day.volume(AFTER)
    assert day.until("17:30").volume(AFTER) == halted
    day.simulation.submit(ResumeIssue(STOCK), day.at("17:30"))
    assert day.until("18:00").volume(AFTER) > halted


def test_an_issue_that_has_not_traded_today_has_no_evening() -> None:
    day = Day(CALLS_DAY)
    day.simulation.submit(HaltIssue(STOCK), day.at("08:00"))
    day.simulation.submit(ResumeIssue(STOCK), day.at("15:45"))
    day.until("23:00")
    assert not day.volume(BoardKind.REGULAR)
    assert not day.volume(CALLS)
    assert day.volume(CALLS, ETF)


def test_every_price_of_a_cheap_issue_is_within_ten_per_cent_of_its_close() -> None:
    limits = PriceLimits(18, 22)
    cheap = Instrument(code="0099U0", name="동전주", market=Market.KOSPI)
    bars = [Bar(cheap.code, bar.at, 20, 20, 20, 20, 90_000, 1_800_000) for bar in minutes(STOCK, CALLS_DAY)]
    listing = Listing(cheap, 20)
    exchange = Exchange(CALLS_DAY, [listing], [], Commission(Decimal(0)), is_whole_day=True)
    flow = Flow(CALLS_DAY, [listing], {cheap.code: bars}, seeded(4), has_off_hours=True)
    events: list[Event] = []
    simulation = Simulation(exchange, flow)
    simulation.on_events(events.extend)
    simulation.advance(datetime.combine(CALLS_DAY, time(23), KST))

    placed = [event.price for event in events if isinstance(event, Placed) and event.board is CALLS]
    assert placed
    assert all(price is not None and limits.allows(price) for price in placed)
    assert not [event for event in events if isinstance(event, Refused)]


def test_what_is_listed_while_the_day_runs_is_traded_after_it_too() -> None:
    for is_quiet in (False, True):
        day = Day(CALLS_DAY, is_quiet=is_quiet).until("10:00")
        listing = ListIssue("0100Z0", "새 종목", Market.KOSDAQ, BASE, has_flow=True)
        day.simulation.submit(listing, day.at("10:00"))
        day.until("23:00")
        assert day.volume(POST, "0100Z0")
        assert day.volume(CALLS, "0100Z0")
        assert bool(day.volume(CALLS, ETF)) is not is_quiet


def test_in_a_quiet_market_nobody_does_anything() -> None:
    assert not Day(is_quiet=True).until("23:00").trades(AFTER)


def test_on_a_day_of_exams_everything_is_an_hour_later() -> None:
    day = Day(date(2025, 11, 13)).until("23:00")

    assert min(event.at for event in day.trades(PRE)) >= day.at("09:30")
    assert min(event.at for event in day.trades(POST)) >= day.at("16:40")
    slots = sorted({event.at for event in day.trades(CALLS, STOCK)})
    assert slots[0] == day.at("17:10:30")
    assert all(later - earlier >= timedelta(minutes=10) for earlier, later in pairwise(slots))
