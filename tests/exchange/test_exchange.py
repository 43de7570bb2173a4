"""A day at the exchange: what is refused, what trades when, and what everybody sees of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.position import Position
from hoga.domain.quote import Level
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import (
    THE_MARKET,
    Advance,
    Cancel,
    Command,
    HaltIssue,
    Place,
    Replace,
    ResumeIssue,
)
from hoga.exchange.events import (
    Canceled,
    Event,
    Expired,
    PhaseChanged,
    Placed,
    Refusal,
    Refused,
    Rejected,
    Replaced,
    Traded,
)
from hoga.exchange.exchange import (
    Exchange,
    Holding,
    Listing,
    Opening,
    OrderRecord,
    RecordKind,
    Settlement,
)
from hoga.exchange.random_end import RandomEnd
from hoga.krx.fees import KIS_STOCK
from hoga.krx.sessions import Phase

DAY = date(2026, 5, 6)
BUY, SELL = Side.BUY, Side.SELL
LIMIT, MARKET = OrderType.LIMIT, OrderType.MARKET
SAMSUNG = Instrument(code="005930", name="삼성전자", market=Market.KOSPI)
FUND = Instrument(code="069500", name="KODEX 200", market=Market.KOSPI, kind=Kind.ETF)
SMALL = Instrument(code="000020", name="작은종목", market=Market.KOSDAQ, listed_shares=1_000)
STOPPED = Instrument(code="000040", name="멈춘종목", market=Market.KOSPI)
LISTINGS = (Listing(SAMSUNG, 70_000), Listing(FUND, 35_000), Listing(SMALL, 1_000), Listing(STOPPED, 1_000))
KIM = Opening(account="kim", deposit=10_000_000, holdings=(Holding("005930", 100, 6_500_000),))
LEE = Opening(account="lee", deposit=1_000_000)


def ends(opening: int, closing: int) -> RandomEnd:
    """By how many seconds the two calls end later."""
    return lambda call: {"open": opening, "close": closing}.get(call, 0)


class Floor:
    """An exchange with Kim and Lee, and short words for what is done on it."""

    def __init__(
        self,
        openings: Sequence[Opening] = (KIM, LEE),
        day: date = DAY,
        random_end: tuple[int, int] = (0, 0),
    ) -> None:
        self.exchange = Exchange(day, LISTINGS, openings, KIS_STOCK, random_end=ends(*random_end))
        self.day = day

    def at(self, clock: str) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(clock), KST)

    def do(self, clock: str, command: Command) -> list[Event]:
        events = self.exchange.process(command, self.at(clock))
        assert self.exchange.conservation().is_conserved
        return events

    def buy(self, clock: str, who: str, quantity: int, price: int | None = None) -> list[Event]:
        return self.do(clock, Place(who, "005930", BUY, quantity, price, MARKET if price is None else LIMIT))

    def sell(self, clock: str, who: str, quantity: int, price: int | None = None) -> list[Event]:
        return self.do(clock, Place(who, "005930", SELL, quantity, price, MARKET if price is None else LIMIT))

    def until(self, clock: str) -> list[Event]:
        return self.do(clock, Advance())

    def trades(self, events: list[Event]) -> list[tuple[int, int, int, int]]:
        """(buy number, sell number, price, quantity) of every trade."""
        return [
            (event.buy_number, event.sell_number, event.price, event.quantity)
            for event in events
            if isinstance(event, Traded)
        ]


def refusal_of(events: list[Event]) -> Refusal | None:
    return events[-1].reason if isinstance(events[-1], Refused) else None


# Refusals. Number 1 is Kim's open buy of 10 at 69,000, number 2 his filled one, number 3 the market's sell.

CASES: dict[Refusal, list[Command]] = {
    Refusal.UNKNOWN_INSTRUMENT: [
        Place("kim", "000000", BUY, 10, 70_000),
        Place("nobody", "000000", BUY, 0, 1),
    ],
    Refusal.UNKNOWN_ACCOUNT: [
        Place("nobody", "005930", BUY, 0, 1),
        Replace("nobody", 1, 70_000, 0),
        Cancel("nobody", 1, 0),
    ],
    Refusal.BAD_QUANTITY: [
        Place("kim", "005930", BUY, 0, 70_000, OrderType.MID_PRICE),
        Place("kim", "005930", BUY, -1, 70_000),
        Replace("kim", 1, 70_050, 0),
        Cancel("kim", 1, -3),
    ],
    Refusal.WRONG_PHASE: [
        Place("kim", "005930", BUY, 10, None, OrderType.PRE_HOURS_CLOSING_PRICE),
        Place("kim", "005930", BUY, 10, None, OrderType.AFTER_HOURS_CLOSING_PRICE),
        Place("kim", "005930", BUY, 10, 70_000, OrderType.AFTER_HOURS_AUCTION),
    ],
    Refusal.HALTED: [
        Place("kim", "000040", BUY, 10, 1_000),
        Place(THE_MARKET, "000040", BUY, 10, None, MARKET),
    ],
    Refusal.NOT_TRADED_HERE: [
        Place("kim", "005930", BUY, 10, 70_000, venue=Venue.NXT),
    ],
    Refusal.ORDER_TYPE_NOT_ALLOWED: [
        Place("kim", "005930", BUY, 10, 70_000, OrderType.STOP_LIMIT, TimeInForce.IOC, 70_000),
        Place("kim", "005930", BUY, 10, None, OrderType.BEST_LIMIT, TimeInForce.FOK),
        Place("kim", "005930", BUY, 10, 91_000, OrderType.LIMIT_TO_MARKET_ON_CLOSE),
        Replace("kim", 1, 70_000, None, OrderType.STOP_LIMIT, 71_000),
    ],
    Refusal.NO_MIDPOINT: [
        Place(THE_MARKET, "005930", BUY, 1, None, OrderType.MID_PRICE),
    ],
    Refusal.OVER_QUANTITY_CAP: [
        Place("kim", "000020", BUY, 51, 1_000),
    ],
    Refusal.BAD_PRICE: [
        Place("kim", "005930", BUY, 10, None, LIMIT),
        Place("kim", "005930", BUY, 10, 70_000, MARKET),
        Place("kim", "005930", BUY, 10, 70_000, LIMIT, stop_price=70_000),
        Place("kim", "005930", BUY, 10, 70_000, OrderType.STOP_LIMIT),
        Replace("kim", 99, None, None, LIMIT),
        Replace("kim", 1, 70_000, None, MARKET),
    ],
    Refusal.OFF_TICK: [
        Place("kim", "005930", BUY, 10, 70_050),
        Place("kim", "005930", BUY, 10, 999_999),
        Place("kim", "005930", BUY, 10, 0),
        Place(THE_MARKET, "005930", BUY, 10, -100),
        Place("kim", "005930", BUY, 10, 70_000, OrderType.STOP_LIMIT, stop_price=70_050),
        Replace("kim", 2, 70_050),
    ],
    Refusal.ABOVE_UPPER_LIMIT: [
        Place("kim", "005930", BUY, 10, 91_100),
        Place("kim", "005930", BUY, 10, 70_000, OrderType.STOP_LIMIT, stop_price=91_100),
        Replace("kim", 1, 91_100, 11),
    ],
    Refusal.BELOW_LOWER_LIMIT: [
        Place("kim", "005930", SELL, 10, 48_950),
        Place("kim", "005930", SELL, 10, 70_000, OrderType.STOP_LIMIT, stop_price=48_950),
        Replace("kim", 2, 48_950),
    ],
    Refusal.UNKNOWN_ORDER: [
        Cancel("kim", 99),
        Cancel("kim", 0),
        Cancel("kim", 3),
        Cancel("lee", 1),
        Cancel(THE_MARKET, 1),
        Replace("lee", 1, 70_050, 11),
        Replace("kim", 99, 70_000),
    ],
    Refusal.NOTHING_LEFT: [
        Cancel("kim", 2),
        Cancel("kim", 2, 11),
        Cancel(THE_MARKET, 3),
        Replace("kim", 2, 69_900),
    ],
    Refusal.TOO_MUCH: [
        Cancel("kim", 1, 11),
        Replace("kim", 1, 69_000, 11),
    ],
    Refusal.NO_CHANGE: [
        Replace("kim", 1, 69_000),
        Replace("kim", 1, 69_000, 5),
        HaltIssue("000040"),
        ResumeIssue("005930"),
    ],
    Refusal.INSUFFICIENT_CASH: [
        Place("lee", "005930", BUY, 15, 70_000),
        Place("lee", "005930", BUY, 11, None, MARKET),
        Replace("kim", 4, 91_000),
        Replace("kim", 4, None, None, MARKET),
    ],
    Refusal.INSUFFICIENT_HOLDINGS: [
        Place("lee", "005930", SELL, 1, 70_000),
        Place("kim", "005930", SELL, 111, 80_000),
        Place("kim", "069500", SELL, 1, None, MARKET),
    ],
}


def test_every_reason_of_refusal_has_its_cases() -> None:
    assert CASES.keys() == set(Refusal)


@pytest.mark.parametrize(
    ("reason", "command"),
    [
        pytest.param(reason, command, id=f"{reason}-{n}")
        for reason, commands in CASES.items()
        for n, command in enumerate(commands)
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(reason: Refusal, command: Command) -> None:
    floor = Floor()
    floor.buy("10:00", "kim", 10, 69_000)
    floor.buy("10:00", "kim", 10, 70_000)
    floor.sell("10:00", THE_MARKET, 10, 70_000)
    floor.do("10:00", Place("kim", "005930", BUY, 120, 70_000))
    floor.do("10:00", HaltIssue("000040"))
    before = (floor.exchange.account("kim"), floor.exchange.account("lee"), floor.exchange.book("005930"))

    events = floor.do("10:00", command)

    account = getattr(command, "account", THE_MARKET)
    assert events == [Refused(floor.at("10:00"), account, command, reason)]
    after = (floor.exchange.account("kim"), floor.exchange.account("lee"), floor.exchange.book("005930"))
    assert after == before
    assert floor.exchange.last_number == 4


@pytest.mark.parametrize("clock", ["00:00", "08:29:59", "15:30", "23:00"])
def test_outside_the_session_everything_is_refused(clock: str) -> None:
    floor = Floor()
    commands: list[Command] = [
        Place("kim", "005930", BUY, 1, 70_050),
        Place(THE_MARKET, "005930", BUY, 1, 70_000),
        Cancel("kim", 1),
        Replace("kim", 1, 70_000),
    ]
    for command in commands:
        assert refusal_of(floor.do(clock, command)) is Refusal.WRONG_PHASE


# The day


def test_the_phases_of_an_ordinary_day() -> None:
    floor = Floor()
    seen = []
    while (due := floor.exchange.next_phase_at()) is not None:
        seen += [
            (event.at.time().isoformat(), event.phase)
            for event in floor.exchange.process(Advance(), due)
            if isinstance(event, PhaseChanged)
        ]
        assert floor.exchange.now == due

    assert seen == [
        ("08:30:00", Phase.OPEN_CALL),
        ("09:00:00", Phase.CONTINUOUS),
        ("15:20:00", Phase.CLOSE_CALL),
        ("15:30:00", Phase.CLOSED),
    ]


@pytest.mark.parametrize(
    ("day", "times"),
    [
        (date(2026, 11, 19), ["09:30:00", "10:00:00", "16:20:00", "16:30:00"]),
        (date(2026, 1, 2), ["09:30:00", "10:00:00", "15:20:00", "15:30:00"]),
    ],
)
def test_the_phases_move_on_the_exam_day_and_the_first_day_of_the_year(day: date, times: list[str]) -> None:
    events = Floor(day=day).until("20:00")

    assert [event.at.time().isoformat() for event in events if isinstance(event, PhaseChanged)] == times


def test_calls_end_a_little_later_by_the_random_end() -> None:
    floor = Floor(random_end=(17, 30))
    phases = []
    for clock in ("09:00:16", "09:00:17", "15:30:29", "15:30:30"):
        floor.until(clock)
        phases.append(floor.exchange.phase)

    assert phases == [Phase.OPEN_CALL, Phase.CONTINUOUS, Phase.CLOSE_CALL, Phase.CLOSED]


@pytest.mark.parametrize("random_end", [(-1, 0), (0, 31)])
def test_a_random_end_outside_thirty_seconds_is_refused(random_end: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match="random end"):
        Floor(random_end=random_end)


def test_a_holiday_has_no_exchange() -> None:
    with pytest.raises(BadInput):
        Floor(day=date(2026, 5, 5))


def test_time_never_runs_backward() -> None:
    floor = Floor()
    floor.until("10:00")

    with pytest.raises(ValueError, match="cannot go back"):
        floor.until("09:59:59")


def test_a_command_after_a_silent_hour_first_lets_the_auction_happen() -> None:
    floor = Floor()
    floor.buy("08:40", "kim", 10, 70_100)
    floor.sell("08:41", THE_MARKET, 10, 70_000)

    events = floor.buy("10:00", "lee", 1, 70_000)

    assert [type(event) for event in events] == [Traded, PhaseChanged, Placed]
    assert events[0].at == events[1].at == floor.at("09:00")


# Stories


def test_an_order_of_before_nine_waits_for_the_opening_auction() -> None:
    """Kim buys before nine; nothing trades until the call ends, and then at one price for everybody."""
    floor = Floor()
    assert [type(event) for event in floor.buy("08:35", "kim", 10, 71_000)] == [PhaseChanged, Placed]
    floor.sell("08:36", THE_MARKET, 6, 69_000)
    floor.sell("08:37", THE_MARKET, 8, 70_500)
    book = floor.exchange.book("005930")
    assert (book.indicative_price, book.indicative_quantity) == (70_500, 10)
    assert floor.exchange.quote("005930").volume == 0

    events = floor.until("09:00")

    assert floor.trades(events) == [(1, 2, 70_500, 6), (1, 3, 70_500, 4)]
    assert all(event.taker is None for event in events if isinstance(event, Traded))
    assert events[-1] == PhaseChanged(floor.at("09:00"), Phase.CONTINUOUS)
    book = floor.exchange.book("005930")
    assert (book.indicative_price, book.indicative_quantity) == (None, None)
    assert book.asks == (Level(70_500, 4),)


def test_at_the_upper_limit_the_opening_call_shares_and_the_close_goes_by_time() -> None:
    for clock, end, expected in (("08:40", "09:00", {1: 50, 2: 100}), ("15:25", "15:30", {1: 150})):
        floor = Floor()
        floor.buy(clock, THE_MARKET, 300, 91_000)
        floor.buy(clock, THE_MARKET, 500, 91_000)
        floor.sell(clock, THE_MARKET, 150, 91_000)

        got: dict[int, int] = {}
        for buy, _, price, quantity in floor.trades(floor.until(end)):
            assert price == 91_000
            got[buy] = got.get(buy, 0) + quantity
        assert got == expected


def test_a_market_order_takes_the_book_and_pays_the_prices_that_stood_there() -> None:
    floor = Floor()
    floor.sell("09:30", THE_MARKET, 5, 70_100)
    floor.sell("09:30", THE_MARKET, 5, 70_200)

    events = floor.buy("09:31", "kim", 8)

    assert floor.trades(events) == [(3, 1, 70_100, 5), (3, 2, 70_200, 3)]
    assert [event.taker for event in events if isinstance(event, Traded)] == [BUY, BUY]
    account = floor.exchange.account("kim")
    spent = 5 * 70_100 + 3 * 70_200
    assert account.deposit == 10_000_000
    assert account.deposit_d2 == account.buying_power == 10_000_000 - spent - KIS_STOCK.of(spent)
    assert account.costs_today == KIS_STOCK.of(spent)
    assert account.positions == (Position("005930", "삼성전자", 108, 108, 6_500_000 + spent, 70_200),)


def test_a_market_buy_holds_the_upper_limit_price_until_it_is_done() -> None:
    floor = Floor()
    floor.buy("09:30", "kim", 10)
    held = 910_000 + KIS_STOCK.of(910_000)
    assert floor.exchange.buying_power("kim") == 10_000_000 - held

    floor.sell("09:31", THE_MARKET, 10, 69_500)

    assert floor.exchange.orders("kim", DAY, DAY)[0].filled_amount == 700_000  # at the last price, §24(2)
    assert floor.exchange.buying_power("kim") == 10_000_000 - 700_000 - KIS_STOCK.of(700_000)


def test_two_accounts_trade_with_each_other() -> None:
    floor = Floor()
    floor.sell("09:30", "kim", 10, 70_000)
    floor.buy("09:31", "lee", 10, 70_500)

    assert [position.quantity for position in floor.exchange.account("lee").positions] == [10]
    totals = floor.exchange.day_totals("kim")
    assert (totals.bought, totals.sold) == (0, 700_000)
    assert totals.taxes == totals.securities_tax + totals.rural_tax == 350 + 1_050
    assert floor.exchange.account("kim").costs_today == totals.fees + totals.taxes
    assert floor.exchange.day_totals("lee").bought == 700_000


def test_an_account_may_trade_with_itself_and_pays_for_it() -> None:
    floor = Floor()
    floor.sell("09:30", "kim", 10, 70_000)
    floor.buy("09:31", "kim", 10, 70_000)

    account = floor.exchange.account("kim")
    assert account.positions[0].quantity == 100
    assert account.deposit_d2 == 10_000_000 - account.costs_today


def test_what_was_sold_is_no_position_any_more() -> None:
    floor = Floor()
    floor.buy("09:30", THE_MARKET, 100, 70_000)
    floor.sell("09:31", "kim", 100, 70_000)

    assert floor.exchange.account("kim").positions == ()


def test_a_replaced_order_has_a_new_number_and_the_end_of_the_queue() -> None:
    floor = Floor()
    floor.buy("09:30", "kim", 10, 69_900)
    floor.buy("09:30", THE_MARKET, 10, 70_000)

    events = floor.do("09:31", Replace("kim", 1, 70_000))

    assert events == [Replaced(floor.at("09:31"), 3, 1, "kim", "005930", BUY, 10, 70_000, LIMIT)]
    assert floor.trades(floor.sell("09:32", THE_MARKET, 12, 70_000)) == [
        (2, 4, 70_000, 10),
        (3, 4, 70_000, 2),
    ]
    assert refusal_of(floor.do("09:33", Cancel("kim", 1))) is Refusal.NOTHING_LEFT


def test_the_part_that_is_not_replaced_keeps_its_number_and_its_time() -> None:
    floor = Floor()
    floor.buy("09:30", "kim", 10, 70_000)
    floor.buy("09:30", THE_MARKET, 10, 70_000)
    floor.do("09:31", Replace("kim", 1, 69_900, 4))

    assert floor.trades(floor.sell("09:32", THE_MARKET, 8, 70_000)) == [(1, 4, 70_000, 6), (2, 4, 70_000, 2)]


def test_a_replaced_order_may_trade_at_once() -> None:
    floor = Floor()
    floor.sell("09:30", THE_MARKET, 10, 70_100)
    floor.buy("09:30", "kim", 10, 70_000)

    events = floor.do("09:31", Replace("kim", 2, None, None, MARKET))

    assert [type(event) for event in events] == [Replaced, Traded]
    assert floor.trades(events) == [(3, 1, 70_100, 10)]


def test_a_replace_needs_cash_for_the_difference_only() -> None:
    floor = Floor()
    floor.buy("09:30", "lee", 14, 70_000)

    assert refusal_of(floor.do("09:31", Replace("lee", 1, 71_400))) is None
    assert refusal_of(floor.do("09:32", Replace("lee", 2, 71_500))) is Refusal.INSUFFICIENT_CASH


def test_a_market_order_may_become_a_limit_order() -> None:
    floor = Floor()
    floor.buy("09:30", "kim", 10)
    floor.do("09:31", Replace("kim", 1, 69_000))

    assert floor.exchange.book("005930").bids == (Level(69_000, 10),)
    assert floor.exchange.buying_power("kim") == 10_000_000 - 690_000 - KIS_STOCK.of(690_000)


def test_a_cancel_has_a_number_of_its_own_and_the_rest_keeps_its_place() -> None:
    floor = Floor()
    floor.buy("09:30", "kim", 10, 70_000)
    floor.buy("09:30", THE_MARKET, 10, 70_000)

    events = floor.do("09:31", Cancel("kim", 1, 4))

    assert events == [Canceled(floor.at("09:31"), 1, 3, "kim", "005930", BUY, 4)]
    assert floor.trades(floor.sell("09:32", THE_MARKET, 7, 70_000)) == [(1, 4, 70_000, 6), (2, 4, 70_000, 1)]


def test_a_cancel_gives_cash_and_shares_back() -> None:
    floor = Floor()
    floor.buy("09:30", "kim", 10, 70_000)
    floor.sell("09:30", "kim", 60, 80_000)
    assert floor.exchange.account("kim").positions[0].sellable_quantity == 40
    floor.do("09:31", Cancel("kim", 1))
    floor.do("09:31", Cancel("kim", 2))

    assert floor.exchange.buying_power("kim") == 10_000_000
    assert floor.exchange.account("kim").positions[0].sellable_quantity == 100


def test_the_market_replaces_and_cancels_without_an_account() -> None:
    floor = Floor()
    floor.buy("09:30", THE_MARKET, 10, 70_000)
    floor.do("09:30", Replace(THE_MARKET, 1, 70_100, 3))
    floor.do("09:30", Cancel(THE_MARKET, 1))

    assert floor.exchange.book("005930").bids == (Level(70_100, 3),)


def test_the_day_closes_with_an_auction_and_what_is_left_expires() -> None:
    """Orders of the day stay for the closing call; what it does not fill is gone at half past three."""
    floor = Floor()
    floor.buy("09:30", "kim", 10, 69_000)
    floor.sell("15:21", "kim", 20, 70_500)
    floor.buy("15:22", THE_MARKET, 15, 70_500)
    events = floor.until("15:30")

    assert floor.trades(events) == [(3, 2, 70_500, 15)]
    expired = [event for event in events if isinstance(event, Expired)]
    assert expired == [
        Expired(floor.at("15:30"), 1, "kim", "005930", BUY, 10),
        Expired(floor.at("15:30"), 2, "kim", "005930", SELL, 5),
    ]
    assert events[-1] == PhaseChanged(floor.at("15:30"), Phase.CLOSED)
    account = floor.exchange.account("kim")
    assert account.buying_power == account.deposit_d2
    assert account.positions[0].sellable_quantity == account.positions[0].quantity == 85
    assert floor.exchange.book("005930").bids == ()
    assert floor.exchange.quote("005930").last_price == 70_500
    assert [record.expired_quantity for record in floor.exchange.orders("kim", DAY, DAY)] == [10, 5]


def test_a_close_without_crossing_orders_leaves_the_last_price() -> None:
    floor = Floor()
    floor.buy("09:30", THE_MARKET, 1, 70_100)
    floor.sell("09:30", THE_MARKET, 1, 70_100)
    floor.buy("15:25", THE_MARKET, 5, 60_000)
    floor.until("16:00")

    assert floor.exchange.quote("005930").last_price == 70_100


# What everybody sees


def test_a_quote_before_any_trade_shows_the_base_price() -> None:
    floor = Floor()
    floor.until("09:10")
    quote = floor.exchange.quote("005930")

    assert (quote.last_price, quote.base_price, quote.lower_limit, quote.upper_limit) == (
        70_000,
        70_000,
        49_000,
        91_000,
    )
    assert (quote.open, quote.high, quote.low, quote.volume, quote.value) == (None, None, None, 0, 0)
    assert (quote.ask, quote.bid, quote.ask_quantity, quote.bid_quantity) == (None, None, 0, 0)
    assert (quote.name, quote.at) == ("삼성전자", floor.at("09:10"))


def test_a_quote_tells_the_day_so_far() -> None:
    floor = Floor()
    for price in (70_000, 70_300, 69_800, 70_100):
        floor.buy("10:00", THE_MARKET, 2, price)
        floor.sell("10:00", THE_MARKET, 2, price)
    floor.buy("10:01", THE_MARKET, 3, 70_000)
    floor.buy("10:01", THE_MARKET, 4, 69_900)
    floor.sell("10:01", THE_MARKET, 5, 70_200)
    quote = floor.exchange.quote("005930")

    assert (quote.open, quote.high, quote.low, quote.last_price) == (70_000, 70_300, 69_800, 70_100)
    assert (quote.volume, quote.value) == (8, 2 * (70_000 + 70_300 + 69_800 + 70_100))
    assert (quote.bid, quote.bid_quantity, quote.total_bid_quantity) == (70_000, 3, 7)
    assert (quote.ask, quote.ask_quantity, quote.total_ask_quantity) == (70_200, 5, 5)


def test_the_book_shows_ten_levels_and_the_totals_of_all() -> None:
    floor = Floor()
    for n in range(12):
        floor.sell("10:00", THE_MARKET, 1 + n, 70_100 + 100 * n)
        floor.buy("10:00", THE_MARKET, 1 + n, 70_000 - 100 * n)
    book = floor.exchange.book("005930")

    assert book.asks == tuple(Level(70_100 + 100 * n, 1 + n) for n in range(10))
    assert book.bids == tuple(Level(70_000 - 100 * n, 1 + n) for n in range(10))
    assert book.total_ask_quantity == book.total_bid_quantity == 78
    assert (book.code, book.at) == ("005930", floor.at("10:00"))


def test_in_a_call_the_book_shows_three_levels_of_what_it_would_leave() -> None:
    floor = Floor()
    for n in range(5):
        floor.sell("15:21", THE_MARKET, 10 + n, 70_100 + 100 * n)
        floor.buy("15:21", THE_MARKET, 20 + n, 70_000 - 100 * n)
    floor.buy("15:22", "kim", 4, 70_000)
    floor.sell("15:22", THE_MARKET, 9, 69_800)
    book, quote = floor.exchange.book("005930"), floor.exchange.quote("005930")

    assert (book.indicative_price, book.indicative_quantity) == (70_000, 9)
    assert book.bids == (Level(70_000, 15), Level(69_900, 21), Level(69_800, 22))
    assert book.asks == (Level(70_100, 10), Level(70_200, 11), Level(70_300, 12))
    assert (book.total_bid_quantity, book.total_ask_quantity) == (0, 0)
    assert (quote.bid, quote.bid_quantity, quote.ask, quote.ask_quantity) == (70_000, 15, 70_100, 10)
    assert (quote.total_bid_quantity, quote.total_ask_quantity) == (0, 0)


def test_a_call_that_would_trade_nothing_shows_three_levels_as_they_wait() -> None:
    floor = Floor()
    for n in range(5):
        floor.sell("15:21", THE_MARKET, 10 + n, 70_100 + 100 * n)
    floor.buy("15:21", THE_MARKET, 20, 69_900)
    book = floor.exchange.book("005930")

    assert book.indicative_price is None
    assert book.asks == (Level(70_100, 10), Level(70_200, 11), Level(70_300, 12))
    assert book.bids == (Level(69_900, 20),)
    assert (book.total_bid_quantity, book.total_ask_quantity) == (0, 0)


def test_every_request_is_a_record_of_its_own() -> None:
    floor = Floor()
    floor.buy("09:30", "kim", 10, 69_000)
    floor.do("09:31", Replace("kim", 1, 70_000, 6))
    floor.sell("09:32", THE_MARKET, 2, 70_000)
    floor.do("09:33", Cancel("kim", 2, 1))
    request = OrderRequest(code="005930", side=BUY, quantity=10, price=69_000)
    first = OrderRecord(
        number=1,
        account="kim",
        kind=RecordKind.ORDER,
        replaces=None,
        request=request,
        filled_quantity=0,
        filled_amount=0,
        canceled_quantity=0,
        replaced_quantity=6,
        expired_quantity=0,
        remaining_quantity=4,
        costs=0,
        placed_at=floor.at("09:30"),
        limit_price=69_000,
        order_type=LIMIT,
    )
    second = replace(
        first,
        number=2,
        kind=RecordKind.REPLACE,
        replaces=1,
        request=replace(request, quantity=6, price=70_000),
        filled_quantity=2,
        filled_amount=140_000,
        canceled_quantity=1,
        replaced_quantity=0,
        remaining_quantity=3,
        costs=19,
        placed_at=floor.at("09:31"),
        limit_price=70_000,
    )
    cancel = replace(
        second,
        number=4,
        kind=RecordKind.CANCEL,
        replaces=2,
        request=replace(request, quantity=1, price=70_000),
        filled_quantity=0,
        filled_amount=0,
        remaining_quantity=0,
        costs=0,
        placed_at=floor.at("09:33"),
    )

    assert floor.exchange.orders("kim", DAY, DAY) == [first, second, cancel]
    assert floor.exchange.orders("lee", DAY, DAY) == []


def test_orders_of_earlier_days_are_listed_before_todays() -> None:
    yesterday = datetime(2026, 5, 4, 10, tzinfo=KST)
    old = OrderRecord(
        number=7,
        account="kim",
        kind=RecordKind.ORDER,
        replaces=None,
        request=OrderRequest(code="005930", side=BUY, quantity=3, price=69_000),
        filled_quantity=3,
        filled_amount=207_000,
        canceled_quantity=0,
        replaced_quantity=0,
        expired_quantity=0,
        remaining_quantity=0,
        costs=29,
        placed_at=yesterday,
    )
    floor = Floor(openings=[replace(KIM, past_orders=(old,))])
    floor.buy("09:30", "kim", 1, 69_000)
    exchange = floor.exchange

    assert [record.number for record in exchange.orders("kim", yesterday.date(), DAY)] == [7, 1]
    assert exchange.orders("kim", yesterday.date(), yesterday.date()) == [old]
    assert [record.number for record in exchange.orders("kim", DAY, DAY + timedelta(days=9))] == [1]


def test_an_account_shows_its_pending_settlements() -> None:
    pending = (Settlement(date(2026, 5, 7), -400_000), Settlement(date(2026, 5, 8), 100_000))
    floor = Floor(openings=[replace(LEE, settlements=pending)])
    account = floor.exchange.account("lee")

    assert (account.deposit, account.deposit_d1, account.deposit_d2) == (1_000_000, 600_000, 700_000)
    assert account.buying_power == 700_000
    assert refusal_of(floor.buy("10:00", "lee", 10, 70_000)) is Refusal.INSUFFICIENT_CASH


def test_the_largest_buy_of_a_market_order_is_reckoned_at_the_upper_limit() -> None:
    exchange = Floor().exchange

    assert exchange.max_buy_quantity("lee", "005930", 70_000) == 14
    assert exchange.max_buy_quantity("lee", "005930", None) == 10


def test_what_is_listed_can_be_asked_for() -> None:
    exchange = Floor().exchange

    assert exchange.codes == ("005930", "069500", "000020", "000040")
    assert exchange.accounts == ("kim", "lee")
    assert exchange.instrument("069500") is FUND
    assert (exchange.limits("069500").lower, exchange.limits("069500").upper) == (24_500, 45_500)
    assert exchange.grid("069500").tick(35_000) == 5
    assert exchange.last_number == 0


def test_unknown_codes_and_accounts_are_named() -> None:
    exchange = Floor().exchange

    for ask in (exchange.book, exchange.quote, exchange.limits, exchange.grid, exchange.instrument):
        with pytest.raises(BadInput, match="123456"):
            ask("123456")
    for look in (exchange.account, exchange.buying_power, exchange.day_totals):
        with pytest.raises(BadInput, match="nobody"):
            look("nobody")
    with pytest.raises(BadInput, match="nobody"):
        exchange.orders("nobody", DAY, DAY)


def test_an_issue_is_listed_once_and_what_is_held_must_be_listed() -> None:
    with pytest.raises(BadInput, match="005930 is listed twice"):
        Exchange(DAY, [*LISTINGS, LISTINGS[0]], [], KIS_STOCK)
    with pytest.raises(BadInput, match="kim holds 005930"):
        Exchange(DAY, [], [KIM], KIS_STOCK)


def test_what_the_market_turns_down_has_a_number_and_changes_nothing() -> None:
    floor = Floor()
    floor.buy("10:00", "kim", 10, 70_000)
    before = floor.exchange.account("kim"), floor.exchange.book("005930")
    for command, kind, replaces in (
        (Place("kim", "005930", BUY, 5, 70_000, is_turned_down=True), RecordKind.ORDER, None),
        (Replace("kim", 1, 69_000, is_turned_down=True), RecordKind.REPLACE, 1),
        (Cancel("kim", 1, 4, is_turned_down=True), RecordKind.CANCEL, 1),
    ):
        (event,) = floor.do("10:00", command)
        assert isinstance(event, Rejected)
        assert (event.kind, event.replaces) == (kind, replaces)
        assert (floor.exchange.account("kim"), floor.exchange.book("005930")) == before
    order, *rejected = floor.exchange.orders("kim", DAY, DAY)
    assert (order.remaining_quantity, order.rejected_quantity) == (10, 0)
    assert [(one.number, one.rejected_quantity, one.remaining_quantity) for one in rejected] == [
        (2, 5, 0),
        (3, 10, 0),
        (4, 4, 0),
    ]
    assert refusal_of(floor.do("10:01", Cancel("kim", 2))) is Refusal.NOTHING_LEFT


def test_what_a_broker_sees_by_itself_is_refused_at_once_all_the_same() -> None:
    floor = Floor()
    command = Place("kim", "005930", BUY, 10, 70_050, is_turned_down=True)
    assert refusal_of(floor.do("10:00", command)) is Refusal.OFF_TICK
    assert floor.exchange.last_number == 0
