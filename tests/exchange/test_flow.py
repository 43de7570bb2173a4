"""The market's own orders: what a day of bars becomes, and how accounts fare among it."""

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.quote import Interruption
from hoga.domain.request import OrderType, Side, Venue
from hoga.domain.zone import KST
from hoga.exchange.board import State
from hoga.exchange.commands import THE_MARKET, Cancel, HaltIssue, Place, ResumeIssue
from hoga.exchange.crowd import LEVELS, Luck
from hoga.exchange.events import (
    BoardKind,
    Event,
    Expired,
    Placed,
    Refused,
    Resumed,
    Traded,
    VolatilityInterrupted,
)
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.sessions import Phase
from hoga.krx.ticks import TickGrid

DAY = date(2026, 11, 20)
CODE = "005930"
OTHER = "000660"
BASE = 70_000
KIM = "kim"
INSTRUMENT = Instrument(code=CODE, name="삼성전자", market=Market.KOSPI)

Row = tuple[str, int, int, int, int, int]
OHLCV = tuple[int, int, int, int, int]


def at(text: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(text), KST)


def bar(row: Row, code: str = CODE) -> Bar:
    clock, opened, high, low, close, volume = row
    return Bar(code, at(clock), opened, high, low, close, volume, close * volume)


def seeded(seed: int = 1) -> Callable[[str], Luck]:
    def luck(name: str) -> Luck:
        return random.Random(f"{seed}:{name}")

    return luck


class Day:
    """A day of one or more issues with a rich account, and everything that happened in it."""

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        others: Sequence[Row] = (),
        base: int = BASE,
        seed: int = 1,
        has_vi: bool = False,
    ) -> None:
        instruments = [INSTRUMENT]
        bars = {CODE: [bar(row) for row in rows]}
        if others:
            instruments.append(Instrument(code=OTHER, name="SK하이닉스", market=Market.KOSPI))
            bars[OTHER] = [bar(row, OTHER) for row in others]
        listings = [Listing(instrument, base) for instrument in instruments]
        kim = Opening(account=KIM, deposit=10**13, holdings=(Holding(CODE, 10**7, 10**11),))
        self.exchange = Exchange(DAY, listings, [kim], Commission(Decimal("0.00015")), has_vi=has_vi)
        self.flow = Flow(DAY, listings, bars, seeded(seed), random_end=0)
        self.simulation = Simulation(self.exchange, self.flow)
        self.events: list[Event] = []
        self.simulation.on_events(self.events.extend)

    def until(self, text: str) -> "Day":
        self.simulation.advance(at(text))
        return self

    def to_the_end(self) -> "Day":
        while self.simulation.next_at is not None:
            self.simulation.step()
        return self

    def order(self, side: Side, quantity: int, price: int | None, when: str) -> int:
        order_type = OrderType.MARKET if price is None else OrderType.LIMIT
        events = self.simulation.submit(Place(KIM, CODE, side, quantity, price, order_type), at(when))
        assert isinstance(events[0], Placed)
        return events[0].number

    def prints(self, code: str = CODE) -> list[Traded]:
        return [event for event in self.events if isinstance(event, Traded) and event.code == code]

    def fills(self) -> list[tuple[int, int]]:
        return [
            (event.price, event.quantity)
            for event in self.prints()
            if KIM in (event.buy_account, event.sell_account)
        ]

    def minutes(self, code: str = CODE) -> dict[datetime, OHLCV]:
        """What the prints of each minute add up to."""
        found: dict[datetime, list[Traded]] = {}
        for event in self.prints(code):
            found.setdefault(event.at.replace(second=0), []).append(event)
        return {
            minute: (
                prints[0].price,
                max(each.price for each in prints),
                min(each.price for each in prints),
                prints[-1].price,
                sum(each.quantity for each in prints),
            )
            for minute, prints in found.items()
        }


def expected(rows: Sequence[Row]) -> dict[datetime, OHLCV]:
    return {at(row[0]): row[1:] for row in rows if row[5]}


QUIET: list[Row] = [
    ("09:00", 70_100, 70_300, 70_000, 70_200, 1_000),
    ("09:01", 70_200, 70_500, 70_100, 70_400, 600),
    ("09:02", 70_400, 70_400, 69_900, 70_000, 500),
    ("09:03", 70_000, 70_000, 70_000, 70_000, 40),
    ("09:05", 70_300, 70_400, 70_300, 70_300, 900),
    ("15:19", 70_300, 70_300, 70_200, 70_200, 300),
    ("15:30", 70_500, 70_500, 70_500, 70_500, 4_000),
]


def test_every_minute_passes_through_its_bar_and_prints_its_volume() -> None:
    assert Day(QUIET).to_the_end().minutes() == expected(QUIET)


@st.composite
def rows_of_a_day(draw: st.DrawFn) -> list[Row]:
    """Lawful bars at any minutes, with jumps, gaps and single shares."""
    minutes = draw(st.sets(st.integers(0, 379), min_size=1, max_size=8))
    rows: list[Row] = []
    for minute in sorted(minutes):
        low, opened, close, high = sorted(
            draw(st.lists(st.integers(490, 910), min_size=4, max_size=4)), key=lambda price: price
        )
        if draw(st.booleans()):
            opened, close = close, opened
        # Four prices need four shares.
        clock = (datetime(2026, 11, 20, 9, tzinfo=KST) + timedelta(minutes=minute)).strftime("%H:%M")
        volume = draw(st.integers(4, 100_000))
        rows.append((clock, opened * 100, high * 100, low * 100, close * 100, volume))
    if draw(st.booleans()):
        close = draw(st.integers(490, 910)) * 100
        rows.append(("15:30", close, close, close, close, draw(st.integers(1, 100_000))))
    return rows


@settings(max_examples=40)
@given(rows=rows_of_a_day(), seed=st.integers(0, 3))
def test_any_lawful_bars_come_out_as_they_went_in(rows: list[Row], seed: int) -> None:
    day = Day(rows, seed=seed).to_the_end()

    assert day.minutes() == expected(rows)
    assert not [event for event in day.events if isinstance(event, Refused)]
    assert day.exchange.conservation().won


def test_a_rising_minute_sees_its_low_before_its_high_and_a_falling_one_its_high_first() -> None:
    rows: list[Row] = [
        ("10:00", 70_000, 70_500, 69_500, 70_200, 4),
        ("10:01", 70_000, 70_500, 69_500, 69_800, 4),
    ]

    prints = [event.price for event in Day(rows).to_the_end().prints()]

    assert prints == [70_000, 69_500, 70_500, 70_200, 70_000, 70_500, 69_500, 69_800]


def test_prints_of_a_minute_have_seconds_of_their_own() -> None:
    takers: dict[datetime, set[int]] = {}
    for event in Day(QUIET).to_the_end().prints():
        if event.taker is not None:
            number = event.buy_number if event.taker is Side.BUY else event.sell_number
            takers.setdefault(event.at, set()).add(number)

    assert len([instant for instant in takers if at("09:01") <= instant < at("09:02")]) >= 4
    assert all(len(numbers) == 1 for numbers in takers.values())


def test_a_large_minute_prints_more_often_than_its_four_prices() -> None:
    counts = set()
    for seed in range(8):
        day = Day([("10:00", 70_000, 70_500, 69_500, 70_200, 50_000)], seed=seed).to_the_end()
        counts.add(len({event.at for event in day.prints()}))

    assert min(counts) >= 4
    assert max(counts) > 4


def test_the_opening_auction_trades_at_the_open_of_the_first_bar() -> None:
    day = Day(QUIET).until("09:00:00")

    prints = day.prints()
    assert {event.price for event in prints} == {70_100}
    assert all(event.taker is None for event in prints)
    assert 0 < sum(event.quantity for event in prints) < 1_000


def test_the_opening_call_shows_an_indicative_price_that_ends_at_the_open() -> None:
    day = Day(QUIET).until("08:45:00")
    early = day.exchange.book(CODE)
    late = day.until("08:59:59").exchange.book(CODE)

    assert early.indicative_price is not None
    assert late.indicative_price == 70_100
    assert (late.indicative_quantity or 0) > (early.indicative_quantity or 0)
    assert not day.prints()


def test_a_day_whose_bars_begin_later_opens_without_a_trade_but_with_a_ladder() -> None:
    day = Day([("09:03", 70_000, 70_000, 70_000, 70_000, 10)]).until("09:02:59")

    assert not day.prints()
    book = day.exchange.book(CODE)
    assert len(book.asks) >= LEVELS
    assert len(book.bids) >= LEVELS


def test_the_first_minute_waits_for_the_random_end_of_the_opening_call() -> None:
    listings = [Listing(INSTRUMENT, BASE)]
    exchange = Exchange(DAY, listings, [], Commission(Decimal("0.00015")), random_end=lambda call: 30)
    flow = Flow(DAY, listings, {CODE: [bar(row) for row in QUIET]}, seeded())
    simulation = Simulation(exchange, flow)
    events: list[Event] = []
    simulation.on_events(events.extend)
    simulation.advance(at("16:00"))

    prints = [event for event in events if isinstance(event, Traded)]
    assert prints[0].at == at("09:00:30")
    assert prints[-1].at == at("15:30:30")
    assert sum(event.quantity for event in prints) == sum(row[5] for row in QUIET)


def test_the_closing_auction_is_the_bar_at_the_close() -> None:
    day = Day(QUIET).to_the_end()

    closing = [event for event in day.prints() if event.at == at("15:30")]
    assert {event.price for event in closing} == {70_500}
    assert sum(event.quantity for event in closing) == 4_000
    assert not [event for event in day.prints() if at("15:20") <= event.at < at("15:30")]


def test_the_closing_call_has_a_ladder_of_its_own_from_its_first_second() -> None:
    day = Day(QUIET).until("15:20:00")

    book = day.exchange.book(CODE)
    assert day.exchange.phase is Phase.CLOSE_CALL
    assert book.indicative_price is not None
    assert len(book.asks) == len(book.bids) == 3
    assert book.bids[0].price <= book.indicative_price <= book.asks[0].price


def test_without_a_bar_at_the_close_nothing_crosses_in_the_closing_call() -> None:
    day = Day(QUIET[:-1]).until("15:29:59")

    book = day.exchange.book(CODE)
    assert book.indicative_price is None
    assert book.bids[0].price < book.asks[0].price
    assert not [event for event in day.to_the_end().prints() if event.at >= at("15:20")]


def test_an_account_can_still_trade_in_a_closing_call_without_a_bar() -> None:
    day = Day(QUIET[:-1])
    day.order(Side.BUY, 1, None, "15:25:00")

    day.to_the_end()
    assert sum(quantity for _, quantity in day.fills()) == 1


def test_a_late_print_during_the_closing_call_joins_the_last_minute() -> None:
    rows = [*QUIET[:-1], ("15:20", 70_400, 70_600, 70_400, 70_600, 50), QUIET[-1]]

    minutes = Day(rows).to_the_end().minutes()

    assert minutes[at("15:19")] == (70_300, 70_600, 70_200, 70_600, 350)
    assert at("15:20") not in minutes


def test_prices_between_two_ticks_are_lowered_to_the_grid() -> None:
    rows: list[Row] = [("10:00", 70_050, 70_150, 69_950, 70_050, 100)]

    assert Day(rows).to_the_end().minutes() == {at("10:00"): (70_000, 70_100, 69_900, 70_000, 100)}


def test_a_bar_outside_the_price_limits_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=f"{CODE} at 2026-11-20 10:00"):
        Day([("10:00", 70_000, 95_000, 70_000, 70_000, 100)])


def test_an_issue_without_a_trade_stays_without_orders() -> None:
    day = Day([("10:00", 70_000, 70_000, 70_000, 70_000, 0)]).until("12:00")

    assert day.exchange.book(CODE).asks == ()
    assert day.flow.next_at is None


def test_continuous_trading_always_shows_ten_prices_next_to_each_other() -> None:
    day = Day(QUIET).until("09:00")
    grid: TickGrid = day.exchange.grid(CODE)
    looked = 0
    while day.simulation.next_at is not None and day.exchange.phase is Phase.CONTINUOUS:
        book = day.exchange.book(CODE)
        asks = [level.price for level in book.asks]
        bids = [level.price for level in book.bids]
        assert len(asks) == len(bids) == LEVELS
        assert bids[0] < asks[0]
        for lower, higher in pairwise(asks):
            assert grid.up(lower) == higher
        for higher, lower in pairwise(bids):
            assert grid.down(higher) == lower
        looked += 1
        day.simulation.step()
    assert looked > 300


def test_at_the_upper_limit_everybody_bids_and_nobody_offers() -> None:
    upper = 91_000
    rows: list[Row] = [("10:00", upper, upper, upper, upper, 500), ("10:01", upper, upper, upper, upper, 500)]
    day = Day(rows).until("10:01:59")

    book = day.exchange.book(CODE)
    assert book.asks == ()
    assert book.bids[0].price == upper
    assert day.minutes() == expected(rows)


def test_at_the_lower_limit_everybody_offers_and_nobody_bids() -> None:
    lower = 49_000
    rows: list[Row] = [("10:00", lower, lower, lower, lower, 500)]
    day = Day(rows).until("10:00:59")

    assert day.exchange.book(CODE).bids == ()
    assert day.exchange.book(CODE).asks[0].price == lower
    assert day.minutes() == expected(rows)


def still(volume: int) -> list[Row]:
    """One price a minute: up three ticks, and down again."""
    return [
        ("10:00", 70_000, 70_000, 70_000, 70_000, volume),
        ("10:02", 70_300, 70_300, 70_300, 70_300, volume),
        ("10:04", 70_000, 70_000, 70_000, 70_000, volume),
    ]


STILL = still(100)


def test_an_account_that_offers_less_than_the_print_is_filled_first_at_its_own_price() -> None:
    day = Day(STILL).until("10:01:59")
    day.order(Side.SELL, 30, 70_200, "10:01:59")

    day.until("10:02:59")

    assert day.fills() == [(70_200, 30)]


def test_an_order_behind_the_market_at_its_price_waits_for_those_before_it() -> None:
    shares = []
    for seed in range(12):
        # So few shares that the minute is one print.
        day = Day(still(5), seed=seed).until("10:01:59")
        before = next(level.quantity for level in day.exchange.book(CODE).asks if level.price == 70_300)
        day.order(Side.SELL, 1_000, 70_300, "10:01:59")

        day.until("10:02:59")

        shares.append(sum(quantity for _, quantity in day.fills()))
        assert shares[-1] == max(5 - before, 0)
    assert min(shares) == 0 < max(shares)


@pytest.mark.parametrize("seed", range(6))
def test_an_order_that_came_before_the_market_is_filled_before_it(seed: int) -> None:
    rows: list[Row] = [
        ("10:00", 70_000, 70_000, 70_000, 70_000, 100),
        # Too far away for the market to have orders there yet.
        ("10:02", 75_000, 75_000, 75_000, 75_000, 100),
    ]
    day = Day(rows, seed=seed).until("10:01:59")
    day.order(Side.SELL, 60, 75_000, "10:01:59")

    day.until("10:02:59")

    assert sum(quantity for _, quantity in day.fills()) == 60


def test_a_large_order_is_filled_in_parts_and_never_beyond_its_quantity() -> None:
    day = Day(STILL).until("10:01:59")
    day.order(Side.SELL, 250, 70_200, "10:01:59")

    day.to_the_end()

    fills = day.fills()
    assert len(fills) > 1
    assert sum(quantity for _, quantity in fills) <= 250
    assert {price for price, _ in fills} == {70_200}


def test_a_market_order_walks_the_ladder_and_the_price_comes_back() -> None:
    day = Day(STILL).until("10:01:00")
    top = [level.quantity for level in day.exchange.book(CODE).asks[:4]]
    day.order(Side.BUY, sum(top), None, "10:01:00")

    prices = [price for price, _ in day.fills()]
    assert sum(quantity for _, quantity in day.fills()) == sum(top)
    assert len(set(prices)) == 4
    assert prices == sorted(prices)

    day.until("10:04:59")
    assert day.exchange.quote(CODE).last_price == 70_000
    assert len(day.exchange.book(CODE).asks) == LEVELS


def test_the_ladder_trades_with_an_order_that_it_would_cross() -> None:
    day = Day(STILL).until("10:03:00")
    # The print of 10:02 left the price at 70,300; this bid is above everything until 10:04 comes down.
    day.order(Side.BUY, 20, 70_200, "10:03:00")

    day.until("10:04:59")

    assert day.fills() == [(70_200, 20)]
    assert day.exchange.book(CODE).bids[0].price <= 70_000


def test_a_minute_without_a_bar_restores_the_ladder() -> None:
    day = Day(STILL).until("10:04:59")
    book = day.exchange.book(CODE)
    day.order(Side.BUY, book.total_ask_quantity, book.asks[-1].price, "10:04:59")
    assert len(day.exchange.book(CODE).asks) < LEVELS

    day.until("10:06:59")

    assert len(day.exchange.book(CODE).asks) == LEVELS


def test_who_trades_in_one_issue_does_not_change_another() -> None:
    alone = Day(QUIET, others=STILL).to_the_end()
    disturbed = Day(QUIET, others=STILL).until("09:01:30")
    disturbed.order(Side.BUY, 5_000, None, "09:01:30")
    disturbed.to_the_end()

    def story(day: Day) -> list[tuple[datetime, int, int, Side | None]]:
        return [(event.at, event.price, event.quantity, event.taker) for event in day.prints(OTHER)]

    assert disturbed.minutes() != alone.minutes()
    assert story(disturbed) == story(alone)


def test_the_same_luck_gives_the_same_day_and_other_luck_another() -> None:
    assert Day(QUIET).to_the_end().events == Day(QUIET).to_the_end().events
    assert Day(QUIET, seed=2).to_the_end().events != Day(QUIET).to_the_end().events


def test_prices_of_an_etf_keep_to_its_own_grid() -> None:
    etf = Instrument(code="069500", name="KODEX 200", market=Market.KOSPI, kind=Kind.ETF)
    listings = [Listing(etf, 40_000)]
    exchange = Exchange(DAY, listings, [], Commission(Decimal("0.00015")))
    rows: list[Row] = [("10:00", 40_005, 40_025, 39_995, 40_010, 1_000)]
    flow = Flow(DAY, listings, {etf.code: [bar(row, etf.code) for row in rows]}, seeded())
    simulation = Simulation(exchange, flow)
    simulation.advance(at("10:01:59"))

    quote = exchange.quote(etf.code)
    assert (quote.open, quote.high, quote.low, quote.last_price) == (40_005, 40_025, 39_995, 40_010)
    assert [level.price for level in exchange.book(etf.code).asks][1] % 10 in (0, 5)


UP = BASE + BASE * 7 // 100
JUMPING: list[Row] = [
    ("09:00", BASE, BASE, BASE, BASE, 1_000),
    ("10:00", BASE, BASE, BASE, BASE, 1_000),
    *((f"10:{minute:02}", UP, UP, UP, UP, 500) for minute in range(1, 10)),
]
"""A jump of seven percent at 10:01, and quiet minutes after it."""


def test_the_markets_own_jump_is_interrupted_and_its_volume_meets_in_the_call() -> None:
    day = Day(JUMPING, has_vi=True).to_the_end()
    interrupted = [event for event in day.events if isinstance(event, VolatilityInterrupted)]
    resumed = [event for event in day.events if isinstance(event, Resumed)]

    assert [event.kind for event in interrupted] == [Interruption.DYNAMIC]
    begun, ended = interrupted[0].at, resumed[0].at
    assert begun.replace(second=0) == at("10:01")
    assert ended - begun == timedelta(minutes=2)
    assert not [event for event in day.prints() if begun < event.at < ended]
    found = [event for event in day.prints() if event.at == ended and event.taker is None]
    assert {event.price for event in found} == {UP}
    assert sum(event.quantity for event in found) >= 500
    assert day.minutes()[at("10:05")] == (*[UP] * 4, 500)
    assert not [event for event in day.events if isinstance(event, Refused)]
    assert day.exchange.conservation().is_conserved


def test_somebodys_jump_is_interrupted_and_the_path_of_the_bars_comes_back() -> None:
    day = Day([(f"10:{n:02}", BASE, BASE, BASE, BASE, 1_000) for n in range(30)], has_vi=True)
    day.until("10:05")
    day.order(Side.SELL, 10, UP, "10:05:10")
    rest = day.order(Side.BUY, 10**6, UP, "10:05:20")
    assert [event for event in day.events if isinstance(event, VolatilityInterrupted)]
    day.simulation.submit(Cancel(KIM, rest), at("10:06:30"))
    day.to_the_end()

    assert day.minutes()[at("10:29")] == (BASE, BASE, BASE, BASE, 1_000)
    assert not [event for event in day.events if isinstance(event, Refused)]


def test_a_halted_issue_is_left_alone_and_followed_again_after_its_call() -> None:
    day = Day([(f"10:{n:02}", BASE, BASE, BASE, BASE, 1_000) for n in range(40)])
    day.simulation.submit(HaltIssue(CODE), at("10:05:30"))
    day.simulation.submit(ResumeIssue(CODE), at("10:10:30"))
    day.to_the_end()
    minutes = day.minutes()

    assert not [minute for minute in minutes if at("10:06") <= minute < at("10:20")]
    assert minutes[at("10:39")] == (BASE, BASE, BASE, BASE, 1_000)
    assert minutes[at("10:20")][4] > 9_000  # nine minutes' volume met in the call
    assert not [event for event in day.events if isinstance(event, Refused)]


class Stuck:
    """A venue where every issue is in one state whatever the time."""

    def __init__(self, state: State) -> None:
        self._state = state

    def state(self, code: str, venue: Venue = Venue.KRX) -> State:
        return self._state

    def bests(self, code: str, kind: BoardKind) -> tuple[int | None, int | None]:
        return None, None

    def last_price(self, code: str) -> int:
        return BASE

    def limits(self, code: str) -> PriceLimits:
        return Listing(INSTRUMENT, BASE).limits(DAY)

    def takes(self, code: str, kind: BoardKind, order_type: OrderType) -> bool:
        return False


@pytest.mark.parametrize("state", [State.CLOSED, State.HALTED])
def test_nothing_is_asked_of_an_issue_that_takes_no_orders(state: State) -> None:
    listings = [Listing(INSTRUMENT, BASE)]
    flow = Flow(DAY, listings, {CODE: [bar(row) for row in QUIET]}, seeded())
    commands = []
    while flow.next_at is not None:
        commands += flow.step(Stuck(state))

    assert commands == []


def test_a_call_that_is_planned_for_later_does_not_begin_while_orders_still_match() -> None:
    listings = [Listing(INSTRUMENT, BASE)]
    flow = Flow(DAY, listings, {CODE: [bar(row) for row in QUIET]}, seeded())
    commands = []
    while flow.next_at is not None:
        is_call = flow.next_at < at("09:00") or flow.next_at >= at("15:20")
        asked = flow.step(Stuck(State.CONTINUOUS if is_call else State.CLOSED))
        commands += asked

    assert commands == []


def test_a_market_without_bars_is_quiet() -> None:
    flow = Flow(DAY, [Listing(INSTRUMENT, BASE)], {}, seeded())

    assert flow.next_at is None


def test_bars_are_asked_for_once_and_code_by_code() -> None:
    asked: list[str] = []

    class Store(dict[str, list[Bar]]):
        def get(self, code: str, default: object = None) -> list[Bar]:
            asked.append(code)
            return [bar(row) for row in QUIET]

    flow = Flow(DAY, [Listing(INSTRUMENT, BASE)], Store(), seeded())

    assert asked == [CODE]
    assert flow.next_at is not None


def test_the_market_knows_its_own_orders_so_that_none_of_its_commands_is_refused() -> None:
    day = Day(QUIET)
    for hour in range(10, 15):
        day.order(Side.BUY, 3_000, None, f"{hour}:00:10")
        day.order(Side.SELL, 2_000, day.exchange.quote(CODE).last_price, f"{hour}:30:10")
    day.to_the_end()

    assert len(day.fills()) > 10
    assert [event for event in day.events if isinstance(event, Expired) and event.account == THE_MARKET]
    assert not [event for event in day.events if isinstance(event, Refused)]
