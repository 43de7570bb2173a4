"""변동성완화장치 (VI): when a jump sends an issue into a call of two minutes, and how it comes back."""

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.quote import Interruption
from hoga.domain.request import OrderType, Side, TimeInForce
from hoga.exchange.board import State
from hoga.exchange.commands import InterruptIssue, Place
from hoga.exchange.events import (
    Expired,
    PhaseChanged,
    Refusal,
    Resumed,
    Traded,
    Turned,
    VolatilityInterrupted,
)
from hoga.exchange.exchange import Listing
from hoga.exchange.guard import Guard
from hoga.krx.sessions import Phase
from hoga.krx.single_price import Regime
from hoga.krx.ticks import grid
from hoga.krx.volatility import Group

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
CALM = [Listing(STOCK, 10_000, group=Group.KOSPI200)]
SIX_PERCENT = [Listing(STOCK, 10_000)]


def opened(make_pit: "type[Pit]", listings: list[Listing] = SIX_PERCENT) -> "Pit":
    pit = make_pit(listings=listings, has_vi=True)
    pit.until("10:05")
    return pit


def interruptions(pit: "Pit") -> list[VolatilityInterrupted]:
    return [one for one in pit.events if isinstance(one, VolatilityInterrupted)]


def test_a_price_too_far_from_the_last_one_does_not_trade_but_begins_a_call(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit)
    pit.sell("10:05", 10, 10_100)
    ask = pit.sell("10:05", 10, 10_600)
    number = pit.buy("10:06", 20, 10_600)

    assert [trade[2:] for trade in pit.trades()] == [(10_100, 10)]
    assert interruptions(pit) == [
        VolatilityInterrupted(
            pit.at("10:06"), "005930", Interruption.DYNAMIC, 10_600, 10_000, pit.at("10:08")
        )
    ]
    quote = pit.exchange.quote("005930")
    assert quote.interruption is Interruption.DYNAMIC
    assert pit.exchange.state("005930") is State.CALL
    book = pit.exchange.book("005930")
    assert (book.indicative_price, book.indicative_quantity) == (10_600, 10)
    pit.until("10:08")
    assert pit.trades()[1:] == [(number, ask, 10_600, 10)]
    assert pit.exchange.quote("005930").interruption is None
    assert pit.exchange.quote("005930").static_reference == 10_600
    assert pit.exchange.state("005930") is State.CONTINUOUS


@pytest.mark.parametrize(
    ("order_type", "time_in_force"),
    [
        (OrderType.MARKET, TimeInForce.DAY),
        (OrderType.MARKET, TimeInForce.IOC),
        (OrderType.LIMIT, TimeInForce.IOC),
    ],
)
def test_an_order_of_any_kind_that_walked_there_is_measured_from_where_it_began(
    make_pit: "type[Pit]", order_type: OrderType, time_in_force: TimeInForce
) -> None:
    pit = opened(make_pit)
    for price in (10_300, 10_500, 10_600):
        pit.sell("10:05", 10, price)
    limit = 10_600 if order_type is OrderType.LIMIT else None
    pit.buy("10:06", 30, limit, order_type=order_type, time_in_force=time_in_force)

    assert [trade[2] for trade in pit.trades()] == [10_300, 10_500]
    (one,) = interruptions(pit)
    assert (one.kind, one.price, one.reference) == (Interruption.DYNAMIC, 10_600, 10_000)


def test_just_under_the_threshold_trades(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit)
    pit.sell("10:05", 10, 10_590)
    pit.buy("10:06", 10, 10_590)

    assert [trade[2:] for trade in pit.trades()] == [(10_590, 10)]
    assert interruptions(pit) == []


def test_members_of_kospi200_are_interrupted_at_three_percent_down_too(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit, CALM)
    pit.buy("10:05", 10, 9_700)
    pit.sell("10:06", 10)

    (one,) = interruptions(pit)
    assert (one.kind, one.price, one.reference) == (Interruption.DYNAMIC, 9_700, 10_000)


def test_a_slow_move_is_interrupted_by_its_distance_from_the_last_call(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit)
    for price in (10_500, 10_900, 11_000):
        pit.sell("10:05", 1, price)
        pit.buy("10:05", 1, price)

    (one,) = interruptions(pit)
    assert (one.kind, one.price, one.reference) == (Interruption.STATIC, 11_000, 10_000)
    assert [trade[2] for trade in pit.trades()] == [10_500, 10_900]


def test_a_call_that_finds_no_price_just_ends(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit)
    assert pit.do("10:06", InterruptIssue("005930"))
    events = pit.until("10:08")

    assert events == [Resumed(pit.at("10:08"), "005930")]
    assert pit.exchange.quote("005930").static_reference == 10_000


def test_the_call_ends_a_little_later_by_its_random_end(make_pit: "type[Pit]") -> None:
    asked: list[str] = []

    def luck(call: str) -> int:
        asked.append(call)
        return 17

    pit = make_pit(has_vi=True, random_end=luck)
    pit.do("10:06", InterruptIssue("005930"))
    assert pit.until("10:08:16") == []

    assert pit.until("10:08:17") == [Resumed(pit.at("10:08:17"), "005930")]
    assert asked == ["open", "close", "005930 regular interruption 1"]


@pytest.mark.parametrize(
    "command",
    [
        Place("kim", "005930", Side.BUY, 1, 10_000, OrderType.LIMIT, TimeInForce.IOC),
        Place("kim", "005930", Side.BUY, 1, None, OrderType.BEST_LIMIT),
        Place("kim", "005930", Side.BUY, 1, None, OrderType.MID_PRICE),
    ],
)
def test_during_the_call_only_orders_for_calls_are_taken(make_pit: "type[Pit]", command: Place) -> None:
    pit = opened(make_pit)
    pit.buy("10:05", 1, 9_990)
    pit.sell("10:05", 1, 10_010)
    pit.do("10:06", InterruptIssue("005930"))

    assert pit.refusal("10:07", command) is Refusal.ORDER_TYPE_NOT_ALLOWED
    pit.buy("10:07", 1, 10_000)
    pit.buy("10:07", 1)


def test_an_ioc_order_begins_a_call_and_is_not_in_it(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit)
    pit.sell("10:05", 10, 10_700)
    number = pit.buy("10:06", 10, 10_700, time_in_force=TimeInForce.IOC)

    assert len(interruptions(pit)) == 1
    assert pit.remaining(number) == 0


def test_what_a_call_finds_does_not_interrupt_again(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit)
    pit.do("10:06", InterruptIssue("005930"))
    pit.buy("10:07", 10, 12_500)
    pit.sell("10:07", 10, 12_500)
    pit.until("10:08")

    assert len(interruptions(pit)) == 1
    assert [trade[2] for trade in pit.trades()] == [12_500]


def test_an_opening_price_far_from_the_base_makes_the_call_longer(make_pit: "type[Pit]") -> None:
    pit = make_pit(has_vi=True)
    pit.buy("08:40", 10, 11_000)
    pit.sell("08:40", 10, 11_000)
    pit.until("09:00")
    assert pit.trades() == []
    (one,) = interruptions(pit)
    assert (one.kind, one.price, one.until) == (Interruption.STATIC, 11_000, pit.at("09:02"))
    assert pit.exchange.phase is Phase.CONTINUOUS

    pit.until("09:02")
    assert [trade[2:] for trade in pit.trades()] == [(11_000, 10)]
    assert pit.exchange.state("005930") is State.CONTINUOUS


def test_a_jump_in_the_closing_call_makes_it_longer_and_the_day_ends_later(make_pit: "type[Pit]") -> None:
    pit = make_pit(has_vi=True)
    pit.buy("15:25", 10, 10_400)
    pit.sell("15:25", 10, 10_400)
    rest = pit.sell("15:25", 1, 10_500)
    pit.until("15:30")
    assert pit.trades() == []
    assert pit.exchange.phase is Phase.CLOSED
    pit.buy("15:31", 1, 10_400)  # its own call still takes orders

    events = pit.until("15:32")
    assert [trade[2:] for trade in pit.trades()] == [(10_400, 10)]
    assert [one.number for one in events if isinstance(one, Expired)][-1] == rest
    assert pit.exchange.next_phase_at() is None


def test_a_longer_call_counts_from_its_nominal_end(make_pit: "type[Pit]") -> None:
    pit = make_pit(has_vi=True, random_end=lambda call: 10 if "interruption" in call else 25)
    for clock in ("08:50", "15:25"):
        price = 11_000 if clock == "08:50" else 10_500
        pit.buy(clock, 1, price)
        pit.sell(clock, 1, price)
    pit.until("15:33")

    assert [one.until for one in interruptions(pit)] == [pit.at("09:02"), pit.at("15:32")]
    assert [one.at for one in pit.events if isinstance(one, Traded)] == [
        pit.at("09:02:10"),
        pit.at("15:32:10"),
    ]


@pytest.mark.parametrize(("is_expiry", "closes"), [(False, "15:30"), (True, "15:32")])
def test_one_percent_is_enough_in_the_closing_call_when_a_derivative_expires(
    make_pit: "type[Pit]", is_expiry: bool, closes: str
) -> None:
    pit = make_pit(has_vi=True, listings=[Listing(STOCK, 10_000, is_expiry=is_expiry)])
    pit.buy("15:25", 10, 10_100)
    pit.sell("15:25", 10, 10_100)
    pit.until("15:33")

    assert [one.at for one in pit.events if isinstance(one, Traded)] == [pit.at(closes)]


def test_an_interruption_just_before_the_closing_call_becomes_part_of_it(make_pit: "type[Pit]") -> None:
    pit = opened(make_pit)
    pit.buy("15:18", 3, 9_000, order_type=OrderType.LIMIT_TO_MARKET_ON_CLOSE)
    (one,) = pit.do("15:18", InterruptIssue("005930"))
    assert isinstance(one, VolatilityInterrupted)
    assert one.until == pit.at("15:30")

    events = pit.until("15:20")
    assert [type(one) for one in events] == [Turned, Resumed, PhaseChanged]
    assert pit.until("15:29:59") == []


def test_one_that_would_end_by_luck_in_the_closing_call_is_taken_in_by_it(make_pit: "type[Pit]") -> None:
    pit = make_pit(has_vi=True, random_end=lambda call: 30)
    pit.do("15:17:50", InterruptIssue("005930"))
    events = pit.until("15:20:20")

    assert [one.at for one in events if isinstance(one, Resumed)] == [pit.at("15:20")]


@pytest.mark.parametrize(
    "listing",
    [Listing(STOCK, 10_000, is_new=True), Listing(STOCK, 10_000, regime=Regime.OVERHEATED)],
)
def test_some_issues_have_none(make_pit: "type[Pit]", listing: Listing) -> None:
    pit = opened(make_pit, [listing])
    pit.buy("10:06", 10, 12_900)
    pit.sell("10:06", 10, 12_900)
    pit.until("11:00")

    assert interruptions(pit) == []
    assert pit.trades()


def test_without_the_switch_nothing_is_interrupted(pit: "Pit") -> None:
    pit.sell("10:06", 10, 12_900)
    pit.buy("10:06", 10, 12_900)

    assert [trade[2] for trade in pit.trades()] == [12_900]
    assert pit.exchange.quote("005930").static_reference is None


@given(
    last=st.integers(100, 30_000),
    reference=st.integers(100, 30_000),
    ticks=st.integers(-60, 60),
    group=st.sampled_from(list(Group)),
    phase=st.sampled_from([Phase.CONTINUOUS, Phase.AFTER_MARKET, Phase.PRE]),
    day=st.sampled_from([date(2014, 8, 1), date(2015, 1, 5), date(2026, 5, 6), date(2026, 9, 15)]),
)
def test_the_band_of_a_board_is_the_rule(
    last: int, reference: int, ticks: int, group: Group, phase: Phase, day: date
) -> None:
    prices = grid(Market.KOSPI, Kind.STOCK, day)
    last, price = prices.floor(last), prices.floor(last)
    for _ in range(abs(ticks)):
        price = prices.up(price) if ticks > 0 else prices.down(price)
    guard = Guard(group, prices, day, prices.floor(reference))
    lowest, highest = guard.band(last, phase)

    judged = guard.judge(price, last, phase)
    if prices.floor(reference) == last or last >= 1_000:
        assert (lowest <= price <= highest) is (judged is None)
    elif judged is None:
        assert lowest <= price <= highest
