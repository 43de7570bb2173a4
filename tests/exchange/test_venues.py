"""넥스트레이드 (NXT) beside KRX, and the better of the two (SOR)."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.exchange.board import State
from hoga.exchange.commands import Cancel, HaltIssue, Place, Replace
from hoga.exchange.events import BoardKind, Canceled, Expired, PhaseChanged, Refusal, Traded
from hoga.exchange.exchange import Listing
from hoga.krx.sessions import Phase

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
NXT, SOR = Venue.NXT, Venue.SOR
DAY = date(2026, 9, 15)


def both(make_pit: "type[Pit]", day: date = DAY) -> "Pit":
    return make_pit(day, listings=[Listing(STOCK, 10_000, is_on_nxt=True)])


def boards(pit: "Pit") -> list[BoardKind]:
    return [one.board for one in pit.events if isinstance(one, Traded)]


def test_nxt_has_phases_of_its_own(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    pit.until("23:00")

    changes = [one for one in pit.events if isinstance(one, PhaseChanged) and one.venue is NXT]
    assert ", ".join(f"{one.at:%H:%M:%S} {one.phase}" for one in changes) == (
        "08:00:00 PRE, 08:50:00 BREAK, 09:00:30 MAIN, 15:20:00 BREAK, 15:30:00 AFTER_CALL, 15:40:00 AFTER, "
        "20:00:00 CLOSED"
    )
    assert pit.exchange.venue_phase(NXT) is Phase.CLOSED


@pytest.mark.parametrize(
    ("day", "phases"),
    [
        (
            date(2025, 3, 4),
            "09:00:30 MAIN, 15:20:00 BREAK, 15:30:00 AFTER_CALL, 15:40:00 AFTER, 20:00:00 CLOSED",
        ),
        (
            date(2026, 1, 2),
            "10:00:30 MAIN, 15:20:00 BREAK, 15:30:00 AFTER_CALL, 15:40:00 AFTER, 20:00:00 CLOSED",
        ),
        (
            date(2026, 11, 19),
            "10:00:30 MAIN, 16:20:00 BREAK, 16:30:00 AFTER_CALL, 16:40:00 AFTER, 20:00:00 CLOSED",
        ),
    ],
    ids=["first day of NXT", "first day of a year", "exam day"],
)
def test_nxt_has_no_pre_market_on_some_days(make_pit: "type[Pit]", day: date, phases: str) -> None:
    pit = both(make_pit, day)
    pit.until("23:00")

    changes = [one for one in pit.events if isinstance(one, PhaseChanged) and one.venue is NXT]
    assert ", ".join(f"{one.at:%H:%M:%S} {one.phase}" for one in changes) == phases


def test_an_order_at_nxt_meets_orders_at_nxt_only_and_lives_until_its_evening(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    bid = pit.buy("08:10", 10, 10_000, venue=NXT)
    pit.sell("09:10", 10, 10_000)
    assert pit.trades() == []
    assert pit.exchange.book("005930").asks[0].quantity == 10
    assert pit.exchange.book("005930", NXT).bids[0].quantity == 10
    ask = pit.sell("09:11", 4, 10_000, venue=NXT)
    assert pit.trades() == [(bid, ask, 10_000, 4)]
    assert boards(pit) == [BoardKind.NXT]
    assert pit.exchange.quote("005930", NXT).volume == 4
    assert pit.exchange.quote("005930").volume == 0
    record = pit.exchange.orders("kim", DAY, DAY)[0]
    assert record.venue is NXT

    events = pit.until("20:00")
    assert bid in [one.number for one in events if isinstance(one, Expired) and one.at == pit.at("20:00")]


def test_the_evening_at_nxt_opens_with_a_call(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    pit.buy("15:31", 5, 10_200, venue=NXT)
    pit.sell("15:32", 5, 10_100, venue=NXT)
    assert pit.exchange.state("005930", NXT) is State.CALL
    pit.until("15:40")

    assert [trade[3] for trade in pit.trades()] == [5]


@pytest.mark.parametrize(
    ("clock", "order", "reason"),
    [
        ("08:10", Place("kim", "005930", Side.BUY, 1, None, OrderType.MARKET, venue=NXT), "type"),
        ("08:55", Place("kim", "005930", Side.BUY, 1, 10_000, venue=NXT), "phase"),
        (
            "10:00",
            Place("kim", "005930", Side.BUY, 1, 10_000, OrderType.LIMIT_TO_MARKET_ON_CLOSE, venue=NXT),
            "type",
        ),
    ],
)
def test_what_nxt_does_not_take(make_pit: "type[Pit]", clock: str, order: Place, reason: str) -> None:
    reasons = {"type": Refusal.ORDER_TYPE_NOT_ALLOWED, "phase": Refusal.WRONG_PHASE}

    assert both(make_pit).refusal(clock, order) is reasons[reason]


def test_an_issue_that_is_not_on_nxt_is_sent_to_krx_by_sor(pit: "Pit") -> None:
    pit.buy("10:06", 1, 10_000, venue=SOR)

    assert pit.exchange.book("005930").bids[0].quantity == 1


def test_sor_takes_the_better_price_then_the_larger_quantity_then_krx(
    make_pit: "type[Pit]", market: str
) -> None:
    pit = both(make_pit)
    pit.sell("10:00", 10, 10_020, account=market)
    pit.sell("10:00", 10, 10_010, venue=NXT, account=market)
    pit.buy("10:01", 5, 10_020, venue=SOR)
    assert boards(pit) == [BoardKind.NXT]

    pit.sell("10:02", 4, 10_010, account=market)
    pit.buy("10:03", 1, 10_010, venue=SOR)
    assert boards(pit)[1:] == [BoardKind.NXT]
    pit.buy("10:04", 1, 10_010, venue=SOR)  # four shares on either side
    assert boards(pit)[2:] == [BoardKind.REGULAR]


def test_sor_sends_what_meets_nobody_to_krx(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    pit.buy("10:01", 5, 10_000, venue=SOR)

    assert pit.exchange.book("005930").total_bid_quantity == 5


def test_sor_sends_to_nxt_while_krx_sleeps(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    pit.buy("08:10", 5, 10_000, venue=SOR)

    assert pit.exchange.book("005930", NXT).total_bid_quantity == 5


def test_sor_keeps_from_nxt_what_nxt_does_not_take(make_pit: "type[Pit]", market: str) -> None:
    pit = both(make_pit)
    pit.sell("10:00", 10, 10_010, venue=NXT, account=market)
    pit.buy("10:01", 5, venue=SOR)

    assert pit.trades() == []
    pit.buy("10:02", 5, venue=SOR, order_type=OrderType.MARKET, time_in_force=TimeInForce.IOC)
    assert boards(pit) == [BoardKind.NXT]


@pytest.mark.parametrize(
    "order_type",
    [OrderType.MID_PRICE, OrderType.LIMIT_TO_MARKET_ON_CLOSE, OrderType.AFTER_HOURS_CLOSING_PRICE],
)
def test_sor_has_fewer_types_than_either_venue(make_pit: "type[Pit]", order_type: OrderType) -> None:
    price = 10_000 if order_type.has_price else None
    order = Place("kim", "005930", Side.BUY, 1, price, order_type, venue=SOR)

    assert both(make_pit).refusal("10:00", order) is Refusal.ORDER_TYPE_NOT_ALLOWED


GTP = TimeInForce.GTP


def ended(pit: "Pit", clock: str) -> list[tuple[int, int]]:
    """(number, shares) of every order that is cancelled at `clock` without anybody asking."""
    events = pit.until(clock)
    return [
        (one.number, one.quantity)
        for one in events
        if isinstance(one, Canceled) and one.number == one.request_number and one.at == pit.at(clock)
    ]


def test_an_order_may_end_with_nxts_pre_market(make_pit: "type[Pit]", market: str) -> None:
    pit = both(make_pit)
    pit.sell("08:05", 3, 10_050, venue=NXT, account=market)
    waits = pit.buy("08:10", 10, 10_000, time_in_force=GTP, venue=NXT)
    stays = pit.buy("08:11", 10, 10_000, venue=NXT)
    part = pit.buy(
        "08:12", 5, order_type=OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, time_in_force=GTP, venue=NXT
    )
    asks = pit.sell("08:13", 2, 10_100, time_in_force=GTP, venue=NXT)
    pit.sell("08:14", 1, 10_050, venue=NXT, account=market)  # it is on the book like any other
    assert [trade[0] for trade in pit.trades()] == [part, part]
    assert ended(pit, "08:50") == [(waits, 10), (part, 1), (asks, 2)]

    assert (pit.remaining(waits), pit.remaining(stays)) == (0, 10)
    assert [level.quantity for level in pit.exchange.book("005930", NXT).bids] == [10]
    record = pit.exchange.find_order(part)
    assert record is not None
    assert (record.filled_quantity, record.canceled_quantity, record.expired_quantity) == (4, 1, 0)
    assert record.request.time_in_force is GTP
    assert pit.exchange.account("kim").positions[0].sellable_quantity == 10_004


def test_its_rest_after_a_cancel_or_a_change_ends_then_too(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    first = pit.buy("08:10", 10, 10_000, time_in_force=GTP, venue=NXT)
    pit.do("08:11", Cancel("kim", first, 4))
    pit.do("08:12", Replace("kim", first, 9_990, 5, time_in_force=GTP))
    second = pit.exchange.last_number
    assert ended(pit, "08:50") == [(first, 1), (second, 5)]
    assert pit.exchange.account("kim").buying_power == 1_000_000_000


def test_an_order_keeps_its_life_when_it_is_changed(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    passing = pit.buy("08:10", 10, 10_000, time_in_force=GTP, venue=NXT)
    lasting = pit.buy("08:11", 10, 10_000, venue=NXT)

    assert pit.refusal("08:12", Replace("kim", passing, 9_990)) is Refusal.ORDER_TYPE_NOT_ALLOWED
    longer = Replace("kim", lasting, 9_990, time_in_force=GTP)
    assert pit.refusal("08:13", longer) is Refusal.ORDER_TYPE_NOT_ALLOWED


def test_an_order_that_ends_with_the_pre_market_can_trade_in_a_call_that_ends_then(
    make_pit: "type[Pit]", market: str
) -> None:
    pit = make_pit(DAY, listings=[Listing(STOCK, 10_000, is_on_nxt=True)], has_vi=True)
    far = pit.sell("08:49", 4, 11_000, venue=NXT, account=market)
    number = pit.buy("08:49:10", 10, 11_000, time_in_force=GTP, venue=NXT)
    assert pit.exchange.state("005930", NXT) is State.CALL
    assert ended(pit, "08:50") == [(number, 6)]
    assert pit.trades() == [(number, far, 11_000, 4)]


def test_a_halted_issue_s_orders_end_with_the_pre_market_too(make_pit: "type[Pit]") -> None:
    pit = both(make_pit)
    number = pit.buy("08:10", 10, 10_000, time_in_force=GTP, venue=NXT)
    pit.do("08:20", HaltIssue("005930"))
    assert ended(pit, "08:50") == [(number, 10)]


@pytest.mark.parametrize(
    ("day", "clock", "venue", "reason"),
    [
        (DAY, "08:55", NXT, Refusal.WRONG_PHASE),
        (DAY, "10:00", NXT, Refusal.WRONG_PHASE),
        (DAY, "16:00", NXT, Refusal.WRONG_PHASE),
        (DAY, "10:00", Venue.KRX, Refusal.ORDER_TYPE_NOT_ALLOWED),
        (DAY, "08:10", SOR, Refusal.ORDER_TYPE_NOT_ALLOWED),
        (date(2026, 9, 11), "08:10", NXT, Refusal.ORDER_TYPE_NOT_ALLOWED),
    ],
)
def test_who_may_not_enter_an_order_that_ends_with_the_pre_market(
    make_pit: "type[Pit]", day: date, clock: str, venue: Venue, reason: Refusal
) -> None:
    order = Place("kim", "005930", Side.BUY, 1, 10_000, time_in_force=GTP, venue=venue)

    assert both(make_pit, day).refusal(clock, order) is reason


def test_there_is_no_nxt_before_its_first_day(make_pit: "type[Pit]") -> None:
    pit = both(make_pit, date(2025, 2, 28))

    order = Place("kim", "005930", Side.BUY, 1, 10_000, venue=NXT)
    assert pit.refusal("10:00", order) is Refusal.WRONG_PHASE
