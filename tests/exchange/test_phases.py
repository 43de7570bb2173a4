"""The whole day of KRX by regime: the markets around the regular session, each with its own orders."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.quote import Interruption
from hoga.domain.request import OrderType, Side, TimeInForce
from hoga.exchange.board import State
from hoga.exchange.commands import Cancel, Place, Replace
from hoga.exchange.events import (
    BoardKind,
    Expired,
    PhaseChanged,
    Placed,
    Refusal,
    Traded,
    VolatilityInterrupted,
)
from hoga.exchange.exchange import Listing
from hoga.krx.sessions import Phase
from hoga.krx.single_price import Regime

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
FUND = Instrument(code="069500", name="펀드", market=Market.KOSPI, kind=Kind.ETF)
SPRING, AUTUMN = date(2026, 5, 6), date(2026, 9, 15)
BEFORE, AFTER = OrderType.PRE_HOURS_CLOSING_PRICE, OrderType.AFTER_HOURS_CLOSING_PRICE
EVENING = OrderType.AFTER_HOURS_AUCTION


@pytest.mark.parametrize(
    ("day", "phases"),
    [
        (
            SPRING,
            "08:30 OPEN_CALL, 09:00 CONTINUOUS, 15:20 CLOSE_CALL, 15:30 POST_INTAKE, 15:40 POST_CLOSE_PRICE, "
            "16:00 POST_SINGLE, 18:00 CLOSED",
        ),
        (
            AUTUMN,
            "08:30 OPEN_CALL, 09:00 CONTINUOUS, 15:20 CLOSE_CALL, 15:30 POST_INTAKE, 15:40 POST_CLOSE_PRICE, "
            "16:00 AFTER_MARKET, 20:00 CLOSED",
        ),
        (
            date(2018, 5, 8),
            "07:30 PRE_CLOSE_PRICE, 08:00 OPEN_CALL, 09:00 CONTINUOUS, 15:20 CLOSE_CALL, 15:30 POST_INTAKE, "
            "15:40 POST_CLOSE_PRICE, 16:00 POST_SINGLE, 18:00 CLOSED",
        ),
        (
            date(2025, 11, 13),
            "09:30 OPEN_CALL, 10:00 CONTINUOUS, 16:20 CLOSE_CALL, 16:30 POST_INTAKE, 16:40 POST_CLOSE_PRICE, "
            "17:00 POST_SINGLE, 18:00 CLOSED",
        ),
    ],
)
def test_a_day_goes_through_its_phases(make_pit: "type[Pit]", day: date, phases: str) -> None:
    pit = make_pit(day, is_whole_day=True)
    pit.until("23:00")

    changes = [one for one in pit.events if isinstance(one, PhaseChanged)]
    assert ", ".join(f"{one.at:%H:%M} {one.phase}" for one in changes) == phases
    assert pit.exchange.next_phase_at() is None
    assert pit.exchange.phase is Phase.CLOSED


def test_without_the_whole_day_it_is_the_regular_session(make_pit: "type[Pit]") -> None:
    pit = make_pit()
    pit.until("15:30")

    assert pit.exchange.phase is Phase.CLOSED
    assert pit.refusal("15:45", Place("kim", "005930", Side.BUY, 1, None, AFTER)) is Refusal.WRONG_PHASE


@pytest.mark.parametrize(("day", "opens"), [(date(2015, 6, 12), "09:00:00"), (date(2015, 6, 15), "09:00:07")])
def test_calls_end_at_random_since_2015_06_15(make_pit: "type[Pit]", day: date, opens: str) -> None:
    pit = make_pit(day, random_end=lambda call: 7)
    bid, ask = pit.buy("08:50", 1, 10_000), pit.sell("08:51", 1, 10_000)
    pit.until("15:00:07")

    assert pit.trades() == [(bid, ask, 10_000, 1)]
    changes = [
        one.at for one in pit.events if isinstance(one, PhaseChanged) and one.phase is Phase.CONTINUOUS
    ]
    assert changes == [pit.at(opens)]


def test_before_the_open_shares_change_hands_at_the_previous_close_by_time(
    make_pit: "type[Pit]", market: str
) -> None:
    """It is the base price, to which a close between two ticks was raised."""
    listings = [Listing(STOCK, 10_000, previous_close=9_995)]
    pit = make_pit(is_whole_day=True, listings=listings)
    first, second = pit.buy("08:31", 10, order_type=BEFORE), pit.buy("08:32", 10, order_type=BEFORE)
    pit.buy("08:33", 10, 10_500)
    ask = pit.sell("08:34", 15, order_type=BEFORE, account=market)

    assert pit.trades() == [(first, ask, 10_000, 10), (second, ask, 10_000, 5)]
    trades = [one for one in pit.events if isinstance(one, Traded)]
    assert {one.board for one in trades} == {BoardKind.PRE_CLOSE_PRICE}
    assert pit.exchange.quote("005930").volume == 0
    assert pit.exchange.board_quote("005930", BoardKind.PRE_CLOSE_PRICE).volume == 15
    events = pit.until("08:40")
    assert [(one.number, one.quantity) for one in events if isinstance(one, Expired)] == [(second, 5)]
    late = Place("kim", "005930", Side.BUY, 1, None, BEFORE)
    assert pit.refusal("08:41", late) is Refusal.WRONG_PHASE


def test_after_the_close_orders_gather_and_then_trade_at_it(make_pit: "type[Pit]", market: str) -> None:
    pit = make_pit(is_whole_day=True)
    pit.buy("10:00", 1, 10_500)
    pit.sell("10:00", 1, 10_500)
    early = pit.buy("15:35", 10, order_type=AFTER)
    ask = pit.sell("15:36", 4, order_type=AFTER, account=market)
    assert len(pit.trades()) == 1
    pit.until("15:40")
    assert pit.trades()[1:] == [(early, ask, 10_500, 4)]
    later = pit.sell("15:50", 3, order_type=AFTER, account=market)
    assert pit.trades()[2:] == [(early, later, 10_500, 3)]

    events = pit.until("16:00")
    assert [(one.number, one.quantity) for one in events if isinstance(one, Expired)] == [(early, 3)]


def test_a_limit_order_has_no_market_between_the_close_and_the_evening(make_pit: "type[Pit]") -> None:
    pit = make_pit(is_whole_day=True)

    assert pit.refusal("15:35", Place("kim", "005930", Side.BUY, 1, 10_000)) is Refusal.WRONG_PHASE
    assert pit.refusal("16:30", Place("kim", "005930", Side.BUY, 1, 10_000)) is Refusal.WRONG_PHASE


def traded_today(make_pit: "type[Pit]", day: date, **options: object) -> "Pit":
    pit = make_pit(day, is_whole_day=True, **options)  # type: ignore[arg-type]
    pit.buy("10:00", 1, 10_500)
    pit.sell("10:00", 1, 10_500)
    return pit


def test_in_the_evening_an_auction_ends_every_ten_minutes(make_pit: "type[Pit]", market: str) -> None:
    pit = traded_today(make_pit, SPRING, random_end=lambda call: 7 if call == "evening 1" else 0)
    bid = pit.buy("16:01", 10, 10_800, order_type=EVENING)
    ask = pit.sell("16:02", 6, 10_600, order_type=EVENING, account=market)
    assert pit.exchange.book("005930").indicative_quantity == 6
    pit.until("16:10:06")
    assert len(pit.trades()) == 1
    pit.until("16:10:07")
    assert pit.trades()[1:] == [(bid, ask, 10_800, 6)]

    later = pit.sell("16:15", 9, 10_700, order_type=EVENING, account=market)
    pit.until("16:20")
    assert pit.trades()[2:] == [(bid, later, 10_700, 4)]
    events = pit.until("18:00")
    assert [(one.number, one.quantity) for one in events if isinstance(one, Expired)] == [(later, 5)]
    assert pit.exchange.quote("005930").last_price == 10_500
    assert pit.exchange.board_quote("005930", BoardKind.EVENING_CALLS).last_price == 10_700


def test_the_evenings_prices_lie_within_ten_percent_of_the_close(make_pit: "type[Pit]") -> None:
    pit = traded_today(make_pit, SPRING)

    for price, reason in ((11_560, Refusal.ABOVE_UPPER_LIMIT), (9_440, Refusal.BELOW_LOWER_LIMIT)):
        assert pit.refusal("16:01", Place("kim", "005930", Side.BUY, 1, price, EVENING)) is reason
    pit.buy("16:01", 1, 11_550, order_type=EVENING)
    pit.buy("16:01", 1, 9_450, order_type=EVENING)


def test_who_did_not_trade_today_does_not_trade_in_the_evening(make_pit: "type[Pit]") -> None:
    pit = make_pit(SPRING, is_whole_day=True)

    order = Place("kim", "005930", Side.BUY, 1, 10_000, EVENING)
    assert pit.refusal("16:01", order) is Refusal.NOT_TRADED_HERE


def test_an_evening_auction_too_far_from_the_close_waits_two_minutes_longer(make_pit: "type[Pit]") -> None:
    pit = traded_today(make_pit, SPRING, has_vi=True)
    pit.buy("16:01", 5, 11_200, order_type=EVENING)
    pit.sell("16:01", 5, 11_200, order_type=EVENING)
    pit.until("16:11")
    assert len(pit.trades()) == 1
    pit.until("16:12")

    assert pit.trades()[1][2:] == (11_200, 5)


def test_the_after_market_is_continuous_and_has_a_book_of_its_own(make_pit: "type[Pit]") -> None:
    pit = traded_today(make_pit, AUTUMN)
    old = pit.buy("15:00", 9, 10_000)
    events = pit.until("16:00")
    assert old in [one.number for one in events if isinstance(one, Expired)]
    assert pit.exchange.book("005930").total_bid_quantity == 0

    bid = pit.buy("16:01", 5, 10_300)
    ask = pit.sell("16:02", 3, 10_300)
    rest = pit.sell("16:03", 7, 10_400, time_in_force=TimeInForce.IOC)
    assert pit.trades()[1:] == [(bid, ask, 10_300, 3)]
    assert pit.remaining(rest) == 0
    placed = [one for one in pit.events if isinstance(one, Placed)]
    assert {one.board for one in placed if one.number in (bid, ask)} == {BoardKind.AFTER_MARKET}
    assert pit.exchange.quote("005930").last_price == 10_500
    assert pit.exchange.state("005930") is State.CONTINUOUS
    pit.do("16:04", Replace("kim", bid, 10_310))
    assert pit.exchange.book("005930").bids[0].price == 10_310
    events = pit.until("20:00")
    assert len([one for one in events if isinstance(one, Expired)]) == 1
    assert pit.exchange.next_phase_at() is None


def test_the_after_market_takes_no_market_orders_and_no_funds(make_pit: "type[Pit]") -> None:
    pit = make_pit(AUTUMN, is_whole_day=True, listings=[Listing(STOCK, 10_000), Listing(FUND, 10_000)])
    for code in ("005930", "069500"):
        pit.buy("10:00", 1, 10_000, code=code)
        pit.sell("10:00", 1, 10_000) if code == "005930" else None

    market_order = Place("kim", "005930", Side.BUY, 1, None, OrderType.MARKET)
    assert pit.refusal("16:01", market_order) is Refusal.ORDER_TYPE_NOT_ALLOWED
    assert pit.refusal("16:01", Place("kim", "069500", Side.BUY, 1, 10_000)) is Refusal.NOT_TRADED_HERE


@pytest.mark.parametrize(
    "listing",
    [
        Listing(STOCK, 10_000, is_under_measures=True),
        Listing(STOCK, 10_000, is_under_warning=True),
        Listing(STOCK, 10_000, regime=Regime.OVERHEATED),
    ],
    ids=["measures", "warning", "overheated"],
)
def test_the_after_market_takes_no_special_issues(make_pit: "type[Pit]", listing: Listing) -> None:
    pit = make_pit(AUTUMN, is_whole_day=True, listings=[listing])
    order = Place("kim", "005930", Side.BUY, 1, 10_000)

    assert pit.refusal("16:01", order) is Refusal.NOT_TRADED_HERE


def test_a_warned_issue_takes_no_midpoint_and_no_stop_limit_orders(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[Listing(STOCK, 10_000, is_under_warning=True)])
    pit.buy("10:00", 1, 9_900)
    pit.sell("10:00", 1, 10_100)
    midpoint = Place("kim", "005930", Side.BUY, 1, None, OrderType.MID_PRICE)
    stop = Place("kim", "005930", Side.BUY, 1, 10_200, OrderType.STOP_LIMIT, stop_price=10_200)

    for order in (midpoint, stop):
        assert pit.refusal("10:01", order) is Refusal.ORDER_TYPE_NOT_ALLOWED


@pytest.mark.parametrize(
    ("day", "reason"), [(date(2025, 2, 28), None), (date(2025, 3, 4), Refusal.NOT_TRADED_HERE)]
)
def test_the_evening_auctions_do_without_what_nxt_trades(
    make_pit: "type[Pit]", day: date, reason: Refusal | None
) -> None:
    pit = traded_today(make_pit, day, listings=[Listing(STOCK, 10_000, is_on_nxt=True)])

    assert pit.refusal("16:01", Place("kim", "005930", Side.BUY, 1, 10_500, EVENING)) is reason


def test_the_after_market_takes_what_nobody_has_traded_today(make_pit: "type[Pit]") -> None:
    pit = make_pit(AUTUMN, is_whole_day=True)
    bid = pit.buy("16:01", 5, 10_100)
    ask = pit.sell("16:02", 5, 10_100)

    assert pit.trades() == [(bid, ask, 10_100, 5)]
    assert pit.exchange.quote("005930").volume == 0  # the regular session's day stays as it was


def test_the_after_market_is_interrupted_too(make_pit: "type[Pit]") -> None:
    pit = traded_today(make_pit, AUTUMN, has_vi=True)
    pit.sell("16:05", 5, 11_200)
    pit.buy("16:06", 5, 11_200)
    assert len(pit.trades()) == 1
    assert pit.exchange.state("005930") is State.CALL
    pit.until("16:08")

    assert pit.trades()[1][2:] == (11_200, 5)


def test_the_after_market_measures_from_the_close_until_a_call_of_its_own(make_pit: "type[Pit]") -> None:
    pit = make_pit(AUTUMN, is_whole_day=True, has_vi=True)
    for side in (Side.BUY, Side.SELL):
        pit.order("08:50", side, 1, 11_500)
    pit.until("09:02")  # 15 % above the base: the opening call lasts longer
    pit.buy("16:05", 1, 11_500)
    pit.sell("16:06", 1, 11_500)
    assert [trade[2] for trade in pit.trades()] == [11_500, 11_500]
    for clock, price in (("16:07", 12_180), ("16:08", 12_640), ("16:09", 12_650)):
        pit.buy(clock, 1, price)
        pit.sell(clock, 1, price)
    assert [trade[2] for trade in pit.trades()] == [11_500, 11_500, 12_180, 12_640]
    assert pit.of(VolatilityInterrupted)[1:] == [
        VolatilityInterrupted(
            pit.at("16:09"),
            "005930",
            Interruption.STATIC,
            12_650,
            11_500,
            pit.at("16:11"),
            BoardKind.AFTER_MARKET,
        )
    ]


def test_a_call_that_begins_late_in_the_after_market_ends_after_it(make_pit: "type[Pit]") -> None:
    pit = traded_today(
        make_pit, AUTUMN, has_vi=True, random_end=lambda call: 3 if "interruption" in call else 0
    )
    pit.sell("19:59", 5, 11_200)
    bid = pit.buy("19:59", 7, 11_200)
    pit.until("20:00:30")
    assert len(pit.trades()) == 1
    assert pit.exchange.phase is Phase.CLOSED
    events = pit.until("20:01:03")

    assert pit.trades()[1][2:] == (11_200, 5)
    assert [(one.number, one.quantity) for one in events if isinstance(one, Expired)] == [(bid, 2)]
    assert pit.exchange.next_phase_at() is None


def test_a_cancel_finds_its_order_in_whichever_market(make_pit: "type[Pit]") -> None:
    pit = traded_today(make_pit, AUTUMN)
    closing = pit.buy("15:35", 5, order_type=AFTER)
    assert len(pit.cancel("15:36", closing)) == 1
    assert pit.refusal("15:37", Cancel("kim", 1)) is Refusal.NOTHING_LEFT
    assert pit.refusal("15:37", Cancel("kim", 99)) is Refusal.UNKNOWN_ORDER


# Single-price issues, new listings, commissions


def test_an_issue_under_single_price_trading_has_an_auction_every_half_hour(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[Listing(STOCK, 10_000, regime=Regime.LOW_LIQUIDITY)])
    pit.buy("09:10", 5, 10_100)
    pit.sell("09:11", 5, 10_100)
    assert pit.exchange.state("005930") is State.CALL
    pit.until("09:29:59")
    assert pit.trades() == []
    pit.until("09:30")
    assert [trade[2:] for trade in pit.trades()] == [(10_100, 5)]
    pit.buy("15:10", 5, 10_200)
    pit.sell("15:11", 5, 10_200)
    pit.until("15:29")
    assert len(pit.trades()) == 1
    pit.until("15:30")
    assert len(pit.trades()) == 2

    ioc = Place("kim", "005930", Side.BUY, 1, 10_000, OrderType.LIMIT, TimeInForce.IOC)
    assert make_pit(listings=[Listing(STOCK, 10_000, regime=Regime.LOW_LIQUIDITY)]).refusal("10:00", ioc) is (
        Refusal.ORDER_TYPE_NOT_ALLOWED
    )


def test_it_keeps_its_rhythm_in_the_evening(make_pit: "type[Pit]") -> None:
    pit = make_pit(SPRING, listings=[Listing(STOCK, 10_000, regime=Regime.LOW_LIQUIDITY)], is_whole_day=True)
    pit.buy("10:10", 1, 10_000)
    pit.sell("10:10", 1, 10_000)
    pit.buy("16:01", 5, 10_100, order_type=EVENING)
    pit.sell("16:02", 5, 10_100, order_type=EVENING)
    pit.until("16:29:59")
    assert len(pit.trades()) == 1
    pit.until("16:30")

    assert pit.trades()[1][2:] == (10_100, 5)


def test_an_issue_about_to_be_delisted_has_no_price_limits(make_pit: "type[Pit]") -> None:
    delisting = [Listing(STOCK, 10_000, regime=Regime.DELISTING)]
    pit = make_pit(SPRING, listings=delisting, is_whole_day=True, has_vi=True)
    for minute, price in (("09:10", 350), ("09:40", 45_000)):
        pit.buy(minute, 5, price)
        pit.sell(minute, 5, price)
    pit.until("10:00")
    assert [trade[2] for trade in pit.trades()] == [350, 45_000]
    market_order = Place("kim", "005930", Side.BUY, 1, None, OrderType.MARKET)
    assert pit.refusal("10:05", market_order) is Refusal.ORDER_TYPE_NOT_ALLOWED
    assert pit.refusal("10:06", Place("kim", "005930", Side.BUY, 1, 45_010)) is Refusal.OFF_TICK
    pit.buy("16:01", 5, 1_000, order_type=EVENING)  # ten percent around the close do not bind it either
    pit.sell("16:01", 5, 1_000, order_type=EVENING)
    pit.until("18:00")

    assert pit.trades()[2][2:] == (1_000, 5)


def test_a_new_listing_has_a_wide_range_and_no_market_orders_for_its_first_price(
    make_pit: "type[Pit]",
) -> None:
    pit = make_pit(listings=[Listing(STOCK, 10_000, is_new=True)], has_vi=True)
    limits = pit.exchange.limits("005930")
    assert (limits.lower, limits.upper) == (6_000, 40_000)
    order = Place("kim", "005930", Side.BUY, 1, None, OrderType.MARKET)
    assert pit.refusal("08:40", order) is Refusal.ORDER_TYPE_NOT_ALLOWED
    pit.buy("08:41", 5, 30_000)
    pit.sell("08:42", 4, 30_000)
    pit.until("09:00")

    assert [trade[2:] for trade in pit.trades()] == [(30_000, 4)]
    pit.buy("09:01", 1)


def test_funds_and_stocks_have_a_commission_each(make_pit: "type[Pit]", market: str) -> None:
    from hoga.krx.fees import Commission

    commissions = dict.fromkeys(Kind, Commission(Decimal("0.001"))) | {Kind.ETF: Commission(Decimal("0.002"))}
    pit = make_pit(listings=[Listing(STOCK, 10_000), Listing(FUND, 10_000)], commission=commissions)
    for code in ("005930", "069500"):
        pit.sell("10:00", 10, 10_000, code=code, account=market)
        pit.buy("10:00", 10, 10_000, code=code)

    assert [(one.code, one.buy_fees) for one in pit.exchange.results("kim")] == [
        ("005930", 100),
        ("069500", 200),
    ]
    assert pit.exchange.max_buy_quantity("kim", "069500", 10_000) < pit.exchange.max_buy_quantity(
        "kim", "005930", 10_000
    )
