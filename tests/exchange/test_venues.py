"""넥스트레이드 (NXT) beside KRX, and the better of the two (SOR)."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.exchange.board import State
from hoga.exchange.commands import Place
from hoga.exchange.events import BoardKind, Expired, PhaseChanged, Refusal, Traded
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


def test_there_is_no_nxt_before_its_first_day(make_pit: "type[Pit]") -> None:
    pit = both(make_pit, date(2025, 2, 28))

    order = Place("kim", "005930", Side.BUY, 1, 10_000, venue=NXT)
    assert pit.refusal("10:00", order) is Refusal.WRONG_PHASE
