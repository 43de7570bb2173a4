"""What everybody else does at NXT: beside KRX, never across it, and without changing it."""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from hoga.domain.bar import Bar
from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import OrderType, Side, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import THE_MARKET, HaltIssue, InterruptIssue, ResumeIssue
from hoga.exchange.crowd import LEVELS, Luck
from hoga.exchange.events import BoardKind, Event, Placed, Refused, Traded
from hoga.exchange.exchange import Exchange, Listing
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import get_hours
from hoga.krx.fees import Commission
from hoga.krx.sessions import RANDOM_END_SECONDS, Phase, regular_session, spans

DAY = date(2026, 11, 20)
LATE_DAY = date(2026, 1, 2)
CODE, OTHER = "005930", "000660"
BASE = 70_000
NXT = Venue.NXT
Print = tuple[datetime, int, int, Side | None]


def seeded(seed: int) -> Callable[[str], Luck]:
    def luck(name: str) -> Luck:
        return random.Random(f"{seed}:{name}")

    return luck


def minutes(code: str, day: date) -> list[Bar]:
    """A day of an even rise, with a gap at its open."""
    _, continuous, call = regular_session(day)
    bars = []
    for n in range((continuous.end - continuous.start) // timedelta(minutes=1)):
        price = BASE + 500 + n // 40 * 100
        at = continuous.start + timedelta(minutes=n)
        bars.append(Bar(code, at, price, price + 100, price, price, 4_000, 4_000 * price))
    price = bars[-1].close + 100
    return [*bars, Bar(code, call.end, price, price, price, price, 50_000, 50_000 * price)]


class Day:
    """A day of two issues, of which the first is on NXT, and everything that happened in it."""

    def __init__(
        self, *, day: date = DAY, seed: int = 1, is_on_nxt: bool = True, has_vi: bool = False, late: int = 0
    ) -> None:
        instruments = [Instrument(code=code, name=code, market=Market.KOSPI) for code in (CODE, OTHER)]
        listings = [Listing(each, BASE, is_on_nxt=is_on_nxt and each.code == CODE) for each in instruments]
        self.exchange = Exchange(
            day,
            listings,
            [],
            Commission(Decimal("0.00015")),
            random_end=lambda call: late,
            is_whole_day=True,
            has_vi=has_vi,
        )
        bars = {code: minutes(code, day) for code in (CODE, OTHER)}
        flow = Flow(day, listings, bars, seeded(seed), random_end=late)
        self.simulation = Simulation(self.exchange, flow)
        self.events: list[Event] = []
        self.simulation.on_events(self.events.extend)
        self.day = day

    def at(self, clock: str) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(clock), KST)

    def until(self, clock: str) -> "Day":
        self.simulation.advance(self.at(clock))
        return self

    def prints(self, board: BoardKind, code: str = CODE) -> list[Print]:
        return [
            (event.at, event.price, event.quantity, event.taker)
            for event in self.events
            if isinstance(event, Traded) and event.code == code and event.board is board
        ]

    def volume(self, board: BoardKind = BoardKind.NXT) -> int:
        return sum(quantity for _, _, quantity, _ in self.prints(board))


@pytest.fixture(scope="module")
def whole() -> Day:
    return Day().until("23:00")


def test_what_happens_at_krx_is_the_same_with_nxt_and_without(whole: Day) -> None:
    alone = Day(is_on_nxt=False).until("23:00")

    for code in (CODE, OTHER):
        assert whole.prints(BoardKind.REGULAR, code) == alone.prints(BoardKind.REGULAR, code)
    assert alone.volume() == 0
    assert not whole.prints(BoardKind.NXT, OTHER)


def test_the_same_seed_gives_the_same_day_and_another_one_another(whole: Day) -> None:
    assert Day().until("23:00").events == whole.events
    assert Day(seed=2).until("23:00").prints(BoardKind.NXT) != whole.prints(BoardKind.NXT)


def test_it_trades_in_every_phase_and_a_third_of_krx_at_most(whole: Day) -> None:
    krx = whole.volume(BoardKind.REGULAR)
    phases = {span.phase: span for span in spans(DAY, "NXT")}
    traded = dict.fromkeys(phases, 0)
    for at, _, quantity, _ in whole.prints(BoardKind.NXT):
        traded[next(phase for phase, span in phases.items() if span.start <= at < span.end)] += quantity

    assert krx / 20 < traded[Phase.MAIN] < krx / 3
    assert 0 < traded[Phase.PRE] < traded[Phase.MAIN] / 3
    assert 0 < traded[Phase.AFTER] < traded[Phase.MAIN] / 3
    assert traded[Phase.BREAK] == traded[Phase.AFTER_CALL] == 0
    assert whole.volume() < krx / 3
    assert not [event for event in whole.events if isinstance(event, Refused)]


def test_its_book_stays_beside_krx_s_with_ten_prices_on_each_side() -> None:
    day = Day().until("09:02")
    looked = 0
    while day.exchange.now < day.at("15:19"):
        before = len(day.prints(BoardKind.NXT))
        day.simulation.step()
        if len(day.prints(BoardKind.NXT)) == before:
            continue
        krx, nxt = day.exchange.book(CODE), day.exchange.book(CODE, NXT)
        assert len(nxt.asks) == len(nxt.bids) == LEVELS
        # Never across KRX's book at the moment of a print, and at most a few prices beside it.
        assert nxt.asks[0].price > krx.bids[0].price
        assert nxt.bids[0].price < krx.asks[0].price
        assert abs(nxt.asks[0].price - krx.asks[0].price) <= 300
        looked += 1
    assert looked > 300


def test_the_pre_market_goes_from_the_base_price_to_where_krx_will_open(whole: Day) -> None:
    before = [(at, price) for at, price, _, _ in whole.prints(BoardKind.NXT) if at < whole.at("09:00")]
    early = [price for at, price in before if at < whole.at("08:10")]
    late = [price for at, price in before if at > whole.at("08:40")]

    assert abs(early[0] - BASE) <= 500
    assert sum(late) / len(late) > sum(early) / len(early)
    assert all(abs(price - (BASE + 500)) <= 500 for price in late)


def test_the_evening_opens_and_stays_at_the_close() -> None:
    day = Day(late=RANDOM_END_SECONDS).until("15:39")
    close = day.exchange.quote(CODE).last_price
    book = day.exchange.book(CODE, NXT)
    assert book.indicative_price == close
    assert book.indicative_quantity

    day.until("20:00")
    evening = [(at, price) for at, price, _, _ in day.prints(BoardKind.NXT) if at >= day.at("15:40")]
    assert evening[0] == (day.at("15:40:30"), close)
    assert all(abs(price - close) <= 400 for _, price in evening)
    assert day.exchange.quote(CODE).last_price == close


def test_nothing_of_the_market_waits_during_the_breaks() -> None:
    day = Day()
    for clock in ("08:55", "15:25"):
        book = day.until(clock).exchange.book(CODE, NXT)
        assert (book.asks, book.bids) == ((), ())


def test_midpoint_orders_wait_and_trade_between_two_prices(whole: Day) -> None:
    midpoints = [
        event
        for event in whole.events
        if isinstance(event, Placed) and event.order_type is OrderType.MID_PRICE
    ]
    assert midpoints
    assert all(event.account == THE_MARKET and event.board is BoardKind.NXT for event in midpoints)
    assert [price for _, price, _, _ in whole.prints(BoardKind.NXT) if price % 100 == 50]

    day = Day().until("09:01")
    seen = set()
    while day.exchange.now < day.at("11:00"):
        day.simulation.step()
        midpoint = day.exchange.midpoint(CODE, NXT)
        if midpoint is not None and midpoint.quantity:
            seen.add(midpoint.side)
    assert seen == {Side.BUY, Side.SELL}


def test_a_halt_stops_it_and_after_an_interruption_its_call_trades() -> None:
    day = Day(has_vi=True).until("10:00")
    day.simulation.submit(HaltIssue(CODE), day.at("10:00"))
    halted = day.volume()
    assert day.until("10:05").volume() == halted
    day.simulation.submit(ResumeIssue(CODE), day.at("10:05"))
    assert day.until("10:20").volume() > halted

    day.simulation.submit(InterruptIssue(CODE), day.at("11:00"))
    day.until("13:00")
    assert not [event for event in day.events if isinstance(event, Refused)]
    assert day.exchange.book(CODE, NXT).asks


def test_a_day_that_opens_late_has_no_pre_market() -> None:
    day = Day(day=LATE_DAY).until("23:00")
    first, *_ = day.prints(BoardKind.NXT)

    assert first[0] > get_hours(LATE_DAY).open + timedelta(seconds=30)
    assert day.volume() > 0


def test_before_nxt_existed_nothing_is_done_there() -> None:
    assert Day(day=date(2025, 2, 28)).until("23:00").volume() == 0
