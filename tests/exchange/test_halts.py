"""거래정지 and 서킷브레이커: only cancels, then a call of ten minutes."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import OrderType, Side, Venue
from hoga.exchange.board import State
from hoga.exchange.commands import (
    THE_MARKET,
    Cancel,
    HaltIssue,
    InterruptIssue,
    Place,
    Replace,
    ReportIndex,
    ResumeIssue,
)
from hoga.exchange.events import (
    Canceled,
    Expired,
    IssueHalted,
    MarketHalted,
    Refusal,
    Resumed,
    ResumptionBegun,
    Traded,
    Turned,
)
from hoga.exchange.exchange import Listing
from hoga.krx.single_price import Regime

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
YOUNG = Instrument(code="035900", name="코스닥", market=Market.KOSDAQ)
BOTH = [Listing(STOCK, 10_000), Listing(YOUNG, 10_000)]
EIGHT_DOWN = ReportIndex(Market.KOSPI, Decimal(2_300), Decimal(2_500))
ORDER = Place("kim", "005930", Side.BUY, 1, 10_000)


def test_while_halted_only_cancels_are_taken(pit: "Pit") -> None:
    number = pit.buy("10:05", 10, 9_900)
    assert pit.do("10:06", HaltIssue("005930")) == [IssueHalted(pit.at("10:06"), "005930")]
    assert pit.exchange.quote("005930").is_halted
    assert pit.exchange.state("005930") is State.HALTED

    assert pit.refusal("10:07", ORDER) is Refusal.HALTED
    assert pit.refusal("10:07", Replace("kim", number, 9_950)) is Refusal.HALTED
    (event,) = pit.do("10:07", Cancel("kim", number, 4))
    assert isinstance(event, Canceled)


def test_an_issue_comes_back_through_a_call_of_ten_minutes(pit: "Pit") -> None:
    pit.do("10:06", HaltIssue("005930"))
    assert pit.do("10:30", ResumeIssue("005930")) == [
        ResumptionBegun(pit.at("10:30"), "005930", pit.at("10:40"))
    ]
    pit.buy("10:31", 5, 12_000)
    pit.sell("10:32", 5, 9_000)
    assert pit.trades() == []

    events = pit.until("10:40")
    assert [trade[2:] for trade in pit.trades()] == [(10_000, 5)]
    assert events[-1] == Resumed(pit.at("10:40"), "005930")
    assert pit.exchange.state("005930") is State.CONTINUOUS


def test_the_call_after_a_halt_shares_at_the_limit_price(pit: "Pit", market: str) -> None:
    pit.do("10:06", HaltIssue("005930"))
    pit.do("10:30", ResumeIssue("005930"))
    early, large = pit.buy("10:31", 100, 13_000), pit.buy("10:32", 300, 13_000)
    pit.sell("10:33", 150, 13_000, account=market)
    pit.until("10:40")

    assert pit.remaining(large) == 200
    assert pit.remaining(early) == 50


def test_a_halt_ends_an_interruption(make_pit: "type[Pit]") -> None:
    pit = make_pit(has_vi=True)
    pit.do("10:06", InterruptIssue("005930"))
    pit.do("10:07", HaltIssue("005930"))

    assert pit.exchange.quote("005930").interruption is None
    assert pit.until("10:30") == []


@pytest.mark.parametrize(("resumed", "trades"), [("10:20", "10:30"), ("10:21", "11:00")])
def test_a_single_price_issue_gathers_for_ten_minutes_at_least(
    make_pit: "type[Pit]", resumed: str, trades: str
) -> None:
    pit = make_pit(listings=[Listing(STOCK, 10_000, regime=Regime.OVERHEATED)])
    pit.do("10:06", HaltIssue("005930"))
    pit.do(resumed, ResumeIssue("005930"))
    pit.buy("10:22", 5, 10_000)
    pit.sell("10:23", 5, 10_000)
    pit.until("11:30")

    assert [one.at for one in pit.events if isinstance(one, Traded)] == [pit.at(trades)]


@pytest.mark.parametrize("resumed", ["15:10", "15:19", "15:25"])
def test_a_resumption_near_the_close_becomes_part_of_the_closing_call(pit: "Pit", resumed: str) -> None:
    pit.do("10:06", HaltIssue("005930"))
    pit.do(resumed, ResumeIssue("005930"))
    pit.buy("15:26", 5, 10_000)
    pit.sell("15:27", 5, 10_000)
    pit.until("15:29:59")
    assert pit.trades() == []
    pit.until("15:30")

    assert [trade[2:] for trade in pit.trades()] == [(10_000, 5)]


def test_then_the_closing_call_begins_at_once(pit: "Pit") -> None:
    conditional = OrderType.LIMIT_TO_MARKET_ON_CLOSE
    pit.sell("10:05", 5, 10_010)
    waits = pit.buy("10:05", 5, 9_900, order_type=conditional)
    midpoint = pit.buy("10:05", 1, order_type=OrderType.MID_PRICE)
    pit.do("10:06", HaltIssue("005930"))
    events = pit.do("15:12", ResumeIssue("005930"))
    assert [one.number for one in events if isinstance(one, Turned)] == [waits]
    assert [one.number for one in events if isinstance(one, Canceled)] == [midpoint]
    assert events[0] == ResumptionBegun(pit.at("15:12"), "005930", pit.at("15:30"))
    later = pit.buy("15:13", 5)  # a market order after those that were conditional
    new = Place("kim", "005930", Side.BUY, 1, 9_900, conditional)
    assert pit.refusal("15:14", new) is Refusal.ORDER_TYPE_NOT_ALLOWED
    pit.until("15:30")

    assert [trade[0] for trade in pit.trades()] == [waits]
    assert pit.remaining(later) == 0  # expired
    assert pit.exchange.find_order(later).expired_quantity == 5  # type: ignore[union-attr]


def test_who_is_halted_at_the_open_and_resumed_before_it_opens_ten_minutes_later(
    make_pit: "type[Pit]",
) -> None:
    pit = make_pit()
    pit.do("08:40", HaltIssue("005930"))
    pit.do("08:55", ResumeIssue("005930"))
    pit.buy("08:56", 5, 10_000)
    pit.sell("08:57", 5, 10_000)
    pit.until("09:00")
    assert pit.trades() == []
    pit.until("09:05")

    assert [trade[2:] for trade in pit.trades()] == [(10_000, 5)]
    assert pit.exchange.state("005930") is State.CONTINUOUS


def test_who_is_halted_to_the_end_expires_without_an_auction(pit: "Pit") -> None:
    pit.buy("15:21", 5, 10_000)
    pit.sell("15:22", 5, 10_000)
    pit.do("15:23", HaltIssue("005930"))
    events = pit.until("15:30")

    assert pit.trades() == []
    assert len([one for one in events if isinstance(one, Expired)]) == 2


# 서킷브레이커


def fallen(make_pit: "type[Pit]") -> "Pit":
    """KOSPI has been 8 % down since 10:15."""
    pit = make_pit(listings=BOTH)
    pit.buy("10:10", 5, 10_000)
    pit.do("10:15", EIGHT_DOWN)
    return pit


def test_a_fall_of_eight_percent_that_lasts_a_minute_halts_the_market(make_pit: "type[Pit]") -> None:
    pit = fallen(make_pit)
    assert pit.until("10:15:59") == []
    assert pit.until("10:16") == [MarketHalted(pit.at("10:16"), Market.KOSPI, 1, pit.at("10:36"))]

    assert pit.refusal("10:20", ORDER) is Refusal.HALTED
    pit.buy("10:20", 1, 10_000, code="035900")
    (begun,) = pit.until("10:36")
    assert begun == ResumptionBegun(pit.at("10:36"), "005930", pit.at("10:46"))
    pit.sell("10:40", 5, 10_000)
    assert pit.trades() == []
    pit.until("10:46")
    assert [trade[2:] for trade in pit.trades()] == [(10_000, 5)]


def test_the_calls_of_a_single_price_issue_count_from_the_end_of_the_halt(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[Listing(one, 10_000, regime=Regime.OVERHEATED) for one in (STOCK, YOUNG)])
    pit.do("10:15", EIGHT_DOWN)  # KOSPI is halted from 10:16 to 10:36
    for clock in ("10:40", "11:10", "14:50", "15:10"):
        pit.buy(clock, 1, 10_000)
        pit.sell(clock, 1, 10_000)
        for side in (Side.BUY, Side.SELL):
            pit.order(clock, side, 1, 10_000, code="035900", account=THE_MARKET)
    pit.until("15:30")

    def traded(code: str) -> list[str]:
        return [f"{one.at:%H:%M}" for one in pit.events if isinstance(one, Traded) and one.code == code]

    assert traded("005930") == ["11:06", "11:36", "15:06", "15:30"]
    assert traded("035900") == ["11:00", "11:30", "15:00", "15:30"]


def test_a_recovery_within_the_minute_halts_nothing(make_pit: "type[Pit]") -> None:
    pit = fallen(make_pit)
    pit.do("10:15:30", ReportIndex(Market.KOSPI, Decimal(2_301), Decimal(2_500)))
    assert pit.until("10:30") == []

    pit.do("10:31", EIGHT_DOWN)
    assert pit.until("10:31:59") == []
    assert len(pit.until("10:32")) == 1


@pytest.mark.parametrize(
    ("day", "halted"), [(date(2026, 5, 6), "09:02:00"), (date(2020, 11, 25), "09:01:10")]
)
def test_an_index_that_is_low_from_the_start_counts_from_one_minute_after_the_open(
    make_pit: "type[Pit]", day: date, halted: str
) -> None:
    """Since 2020-11-26; before that from the open."""
    pit = make_pit(day)
    pit.do("09:00:10", EIGHT_DOWN)
    pit.until("09:03")

    assert [one.at for one in pit.events if isinstance(one, MarketHalted)] == [pit.at(halted)]


def test_before_2015_06_15_a_fall_of_ten_percent_was_the_only_stage(make_pit: "type[Pit]") -> None:
    pit = make_pit(date(2015, 6, 12))
    pit.do("10:00", EIGHT_DOWN)
    pit.do("10:05", ReportIndex(Market.KOSPI, Decimal(2_250), Decimal(2_500)))
    pit.do("11:00", ReportIndex(Market.KOSPI, Decimal(1_900), Decimal(2_500)))
    pit.until("14:00")

    halts = [(one.at, one.stage) for one in pit.events if isinstance(one, MarketHalted)]
    assert halts == [(pit.at("10:06"), 1)]


def test_one_stage_comes_after_the_other(make_pit: "type[Pit]") -> None:
    pit = fallen(make_pit)
    for clock, level in (("11:00", 2_125), ("12:30", 2_105), ("14:50", 2_000)):
        pit.do(clock, ReportIndex(Market.KOSPI, Decimal(level), Decimal(2_500)))
    pit.until("15:19")

    halts = [(one.at, one.stage) for one in pit.events if isinstance(one, MarketHalted)]
    assert halts == [(pit.at("10:16"), 1), (pit.at("11:01"), 2), (pit.at("14:51"), 3)]


@pytest.mark.parametrize(("clock", "halts"), [("14:48:59", 1), ("14:49", 0)])
def test_no_halt_begins_in_the_last_forty_minutes(make_pit: "type[Pit]", clock: str, halts: int) -> None:
    pit = make_pit()
    pit.do(clock, EIGHT_DOWN)
    pit.until("15:19")

    assert len(pit.of(MarketHalted)) == halts


def test_a_halted_issue_stays_halted_when_its_market_comes_back(make_pit: "type[Pit]") -> None:
    pit = fallen(make_pit)
    pit.do("10:15:30", HaltIssue("005930"))
    pit.until("10:40")
    assert pit.exchange.state("005930") is State.HALTED
    pit.do("10:41", ResumeIssue("005930"))

    assert pit.exchange.state("005930") is State.CALL


def test_an_issue_is_not_resumed_before_its_market(make_pit: "type[Pit]") -> None:
    pit = fallen(make_pit)
    pit.do("10:15:30", HaltIssue("005930"))
    pit.do("10:20", ResumeIssue("005930"))

    assert pit.exchange.state("005930") is State.HALTED
    pit.until("10:36")
    assert pit.exchange.state("005930") is State.CALL


def test_the_third_stage_ends_the_day_of_its_market_only(make_pit: "type[Pit]") -> None:
    pit = fallen(make_pit)
    number = 1
    for clock, level in (("11:00", 2_100), ("13:00", 1_990)):
        pit.do(clock, ReportIndex(Market.KOSPI, Decimal(level), Decimal(2_500)))
    events = pit.until("13:01")

    assert MarketHalted(pit.at("13:01"), Market.KOSPI, 3, None) in events
    assert [one.number for one in events if isinstance(one, Expired)] == [number]
    assert pit.refusal("13:02", ORDER) is Refusal.WRONG_PHASE
    pit.buy("13:02", 1, 10_000, code="035900")
    assert pit.until("18:00")
    assert pit.exchange.account("kim").buying_power > 0


NXT = Venue.NXT


def halted(make_pit: "type[Pit]", day: date, clock: str, resumed: str) -> "Pit":
    """An issue on both venues that is halted from `clock` until `resumed`."""
    pit = make_pit(day, listings=[Listing(STOCK, 10_000, is_on_nxt=True)])
    pit.do(clock, HaltIssue("005930"))
    pit.do(resumed, ResumeIssue("005930"))
    return pit


def test_nxt_trades_again_half_a_minute_after_krx(make_pit: "type[Pit]", market: str) -> None:
    pit = halted(make_pit, date(2026, 9, 15), "10:06", "10:30")
    order = Place("kim", "005930", Side.BUY, 5, 10_100, venue=NXT)
    assert pit.refusal("10:39:59", order) is Refusal.HALTED
    pit.do("10:40:01", order)
    ask = pit.sell("10:40:02", 3, 10_000, venue=NXT, account=market)
    assert pit.exchange.state("005930", NXT) is State.CALL
    assert pit.trades() == []
    pit.until("10:40:30")

    assert pit.trades() == [(1, ask, 10_100, 3)]  # more was bid for than offered: the bid's price
    assert pit.exchange.state("005930", NXT) is State.CONTINUOUS


def test_before_2026_09_14_it_goes_on_without_a_call(make_pit: "type[Pit]") -> None:
    pit = halted(make_pit, date(2026, 9, 11), "10:06", "10:30")
    assert pit.exchange.state("005930", NXT) is State.HALTED
    pit.until("10:40")

    assert pit.exchange.state("005930", NXT) is State.CONTINUOUS


@pytest.mark.parametrize(
    ("clock", "resumed", "again"), [("08:20", "08:30", "08:30:30"), ("17:00", "17:30", "17:30:30")]
)
def test_where_krx_needs_no_call_nxt_does_not_wait(
    make_pit: "type[Pit]", clock: str, resumed: str, again: str
) -> None:
    pit = halted(make_pit, date(2026, 9, 15), clock, resumed)
    assert pit.exchange.state("005930", NXT) is State.CALL
    pit.until(again)

    assert pit.exchange.state("005930", NXT) is State.CONTINUOUS


def test_a_resumption_that_merges_into_krx_s_close_finds_nxt_in_its_evening(make_pit: "type[Pit]") -> None:
    pit = halted(make_pit, date(2026, 9, 15), "10:06", "15:15")
    assert pit.exchange.state("005930", NXT) is State.HALTED
    pit.until("15:20")
    assert pit.exchange.state("005930", NXT) is State.CLOSED
    pit.buy("15:31", 1, 10_000, venue=NXT)
    pit.until("15:40")

    assert pit.exchange.state("005930", NXT) is State.CONTINUOUS


def test_a_new_halt_finds_nxt_still_waiting(make_pit: "type[Pit]") -> None:
    pit = halted(make_pit, date(2026, 9, 15), "10:06", "10:30")
    pit.do("10:35", HaltIssue("005930"))
    pit.until("10:50")
    assert pit.exchange.state("005930", NXT) is State.HALTED
    pit.do("11:00", ResumeIssue("005930"))
    pit.until("11:10:30")

    assert pit.exchange.state("005930", NXT) is State.CONTINUOUS


def test_nxt_is_halted_with_krx(make_pit: "type[Pit]") -> None:
    pit = make_pit(date(2026, 9, 15), listings=[Listing(STOCK, 10_000, is_on_nxt=True)])
    pit.do("10:15", EIGHT_DOWN)
    pit.until("10:16")

    order = Place("kim", "005930", Side.BUY, 1, 10_000, venue=Venue.NXT)
    assert pit.refusal("10:17", order) is Refusal.HALTED
