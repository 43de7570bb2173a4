"""Which order may be entered when, at which price, and how it may be changed."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.krx.limits import PriceLimits
from hoga.krx.order_types import (
    ENTRIES,
    ORDINARY,
    Circumstances,
    Objection,
    find_objection,
    find_price_objection,
    find_replace_objection,
    is_allowed,
    may_cancel,
    may_change,
)
from hoga.krx.sessions import Phase, phases_at
from hoga.krx.single_price import Regime
from hoga.krx.ticks import grid

T, F = OrderType, TimeInForce
DAY = date(2026, 5, 6)
AFTER_MARKET_DAY = date(2026, 9, 15)
STOCK = grid(Market.KOSPI, Kind.STOCK, DAY)
LIMITS = PriceLimits(49_000, 91_000)


def enterable(
    phase: Phase, venue: Venue = Venue.KRX, day: date = DAY, special: Circumstances = ORDINARY
) -> dict[str, str]:
    """The types that may be entered, and for each the initials of the terms: D, I, F, G."""
    found: dict[str, str] = {}
    for order_type in T:
        terms = "".join(
            term.name[0] for term in F if is_allowed(order_type, term, phase, venue, day, special)
        )
        if terms:
            found[order_type.value] = terms
    return found


def objection(
    order_type: OrderType,
    phase: Phase,
    venue: Venue = Venue.KRX,
    day: date = DAY,
    special: Circumstances = ORDINARY,
) -> Objection | None:
    return find_objection(order_type, F.DAY, phase, venue, day, special)


circumstances = st.builds(
    Circumstances,
    kind=st.sampled_from(Kind),
    regime=st.sampled_from([None, *Regime]),
    is_in_call=st.booleans(),
    is_halted=st.booleans(),
    awaits_first_price=st.booleans(),
    is_under_measures=st.booleans(),
    is_under_warning=st.booleans(),
    has_traded=st.booleans(),
    is_on_nxt=st.booleans(),
    is_short_sale=st.booleans(),
)

CALL = {"limit": "D", "market": "D", "limit_to_market_on_close": "D", "stop_limit": "D"}
EVENING = {"limit": "DIF", "immediately_executable_limit": "DIF", "best_limit": "D"}


def test_everything_may_be_entered_in_continuous_trading_and_some_of_it_with_terms() -> None:
    assert enterable(Phase.CONTINUOUS) == {
        "limit": "DIF",
        "market": "DIF",
        "limit_to_market_on_close": "D",
        "immediately_executable_limit": "DIF",
        "best_limit": "D",
        "mid_price": "DIF",
        "stop_limit": "D",
    }


def test_a_call_takes_no_order_that_needs_a_book() -> None:
    assert enterable(Phase.OPEN_CALL) == CALL


def test_the_closing_call_takes_no_conditional_order_any_more() -> None:
    assert enterable(Phase.CLOSE_CALL) == {"limit": "D", "market": "D", "stop_limit": "D"}


def test_a_call_after_an_interruption_is_a_call() -> None:
    assert enterable(Phase.CONTINUOUS, special=Circumstances(is_in_call=True)) == CALL


def test_trading_at_the_close_has_an_order_type_of_its_own() -> None:
    assert enterable(Phase.PRE_CLOSE_PRICE) == {"pre_hours_closing_price": "D"}
    assert enterable(Phase.POST_INTAKE) == enterable(Phase.POST_CLOSE_PRICE)
    assert enterable(Phase.POST_CLOSE_PRICE) == {"after_hours_closing_price": "D"}


def test_the_evening_auctions_take_limit_orders_only() -> None:
    assert enterable(Phase.POST_SINGLE) == {"after_hours_auction": "D"}


def test_the_after_market_takes_no_market_orders() -> None:
    assert enterable(Phase.AFTER_MARKET, day=AFTER_MARKET_DAY) == EVENING


@pytest.mark.parametrize("phase", [Phase.PRE, Phase.AFTER])
def test_nxt_takes_no_market_orders_before_and_after_its_main_market(phase: Phase) -> None:
    assert enterable(phase, Venue.NXT, special=Circumstances(is_on_nxt=True)) == EVENING
    assert enterable(phase, Venue.SOR) == EVENING


ON_NXT = Circumstances(is_on_nxt=True)
UNTIL_PRE_MARKET_ENDS = {"limit": "DIFG", "immediately_executable_limit": "DIFG", "best_limit": "DG"}


def test_since_2026_09_14_an_order_may_end_with_nxts_pre_market() -> None:
    assert enterable(Phase.PRE, Venue.NXT, date(2026, 9, 14), ON_NXT) == UNTIL_PRE_MARKET_ENDS
    assert enterable(Phase.PRE, Venue.NXT, date(2026, 9, 11), ON_NXT) == EVENING
    assert enterable(Phase.PRE, Venue.SOR, AFTER_MARKET_DAY) == EVENING
    for phase in Phase:
        if phase is not Phase.PRE:
            taken = enterable(phase, Venue.NXT, AFTER_MARKET_DAY, ON_NXT)
            assert not any("G" in terms for terms in taken.values())
        assert not any("G" in terms for terms in enterable(phase, day=AFTER_MARKET_DAY).values())


def test_during_a_call_it_is_a_limit_order() -> None:
    special = Circumstances(is_on_nxt=True, is_in_call=True)
    assert enterable(Phase.PRE, Venue.NXT, AFTER_MARKET_DAY, special) == {"limit": "DG"}


def test_nxt_takes_market_orders_with_terms_only() -> None:
    assert enterable(Phase.MAIN, Venue.NXT, special=Circumstances(is_on_nxt=True)) == {
        "limit": "DIF",
        "market": "IF",
        "immediately_executable_limit": "DIF",
        "best_limit": "D",
        "mid_price": "DIF",
        "stop_limit": "D",
    }


def test_an_order_for_the_better_venue_has_fewer_types() -> None:
    assert enterable(Phase.CONTINUOUS, Venue.SOR) == {
        "limit": "DIF",
        "market": "DIF",
        "immediately_executable_limit": "DIF",
        "best_limit": "D",
    }
    assert objection(T.MID_PRICE, Phase.CONTINUOUS, Venue.SOR) is Objection.NO_SUCH_TYPE


@pytest.mark.parametrize("order_type", [T.BEST_LIMIT, T.LIMIT_TO_MARKET_ON_CLOSE, T.STOP_LIMIT])
def test_some_types_have_no_terms_anywhere(order_type: OrderType) -> None:
    for term in (F.IOC, F.FOK):
        found = find_objection(order_type, term, Phase.CONTINUOUS, Venue.KRX, DAY)
        assert found is Objection.NO_SUCH_TYPE


def test_terms_that_exist_wait_for_continuous_trading() -> None:
    found = find_objection(T.LIMIT, F.IOC, Phase.OPEN_CALL, Venue.KRX, DAY)
    assert found is Objection.WRONG_PHASE


def test_nothing_may_be_entered_when_nothing_is_open() -> None:
    assert enterable(Phase.CLOSED) == {}
    assert enterable(Phase.BREAK, Venue.NXT, special=Circumstances(is_on_nxt=True)) == {}
    assert objection(T.LIMIT, Phase.CLOSED) is Objection.WRONG_PHASE


@pytest.mark.parametrize("order_type", [T.MID_PRICE, T.STOP_LIMIT])
def test_midpoint_and_stop_orders_began_on_2025_03_04(order_type: OrderType) -> None:
    assert objection(order_type, Phase.CONTINUOUS, day=date(2025, 2, 28)) is Objection.NO_SUCH_TYPE
    assert objection(order_type, Phase.CONTINUOUS, day=date(2025, 3, 4)) is None


@pytest.mark.parametrize("venue", [Venue.NXT, Venue.SOR])
def test_there_was_one_venue_before_2025_03_04(venue: Venue) -> None:
    assert objection(T.LIMIT, Phase.CONTINUOUS, venue, date(2025, 2, 28)) is Objection.NO_SUCH_TYPE


def test_an_issue_that_is_not_on_nxt_cannot_be_traded_there() -> None:
    assert objection(T.LIMIT, Phase.MAIN, Venue.NXT) is Objection.NOT_LISTED_HERE


def test_nothing_may_be_entered_during_a_halt() -> None:
    assert enterable(Phase.CONTINUOUS, special=Circumstances(is_halted=True)) == {}
    assert objection(T.LIMIT, Phase.CONTINUOUS, special=Circumstances(is_halted=True)) is Objection.HALTED


@pytest.mark.parametrize("regime", [regime for regime in Regime if regime is not Regime.DELISTING])
def test_a_single_price_issue_takes_limit_and_market_orders(regime: Regime) -> None:
    assert enterable(Phase.CONTINUOUS, special=Circumstances(regime=regime)) == {"limit": "D", "market": "D"}
    assert (
        objection(T.MID_PRICE, Phase.CONTINUOUS, special=Circumstances(regime=regime))
        is Objection.SINGLE_PRICE
    )
    assert enterable(Phase.POST_SINGLE, special=Circumstances(regime=regime)) == {"after_hours_auction": "D"}


@pytest.mark.parametrize(
    "special",
    [
        Circumstances(regime=Regime.DELISTING),
        Circumstances(awaits_first_price=True),
        Circumstances(is_short_sale=True),
        Circumstances(kind=Kind.ELW),
    ],
    ids=["delisting", "first_price", "short_sale", "elw"],
)
def test_some_take_limit_orders_only(special: Circumstances) -> None:
    assert enterable(Phase.OPEN_CALL, special=special) == {"limit": "D"}
    assert enterable(Phase.CONTINUOUS, special=special) == {"limit": "D"}
    assert objection(T.MARKET, Phase.OPEN_CALL, special=special) is Objection.LIMIT_ONLY


def test_a_new_listing_has_no_trading_at_yesterdays_close_and_no_short_sale() -> None:
    assert enterable(Phase.PRE_CLOSE_PRICE, special=Circumstances(awaits_first_price=True)) == {}
    assert (
        objection(
            T.LIMIT, Phase.OPEN_CALL, special=Circumstances(awaits_first_price=True, is_short_sale=True)
        )
        is Objection.NO_SHORT_SALE
    )


def test_a_warned_issue_has_no_midpoint_and_no_stop_orders() -> None:
    ordinary, warned = (
        enterable(Phase.CONTINUOUS),
        enterable(Phase.CONTINUOUS, special=Circumstances(is_under_warning=True)),
    )
    assert ordinary.keys() - warned.keys() == {"mid_price", "stop_limit"}
    assert (
        objection(T.STOP_LIMIT, Phase.CONTINUOUS, special=Circumstances(is_under_warning=True))
        is Objection.WARNED
    )


@pytest.mark.parametrize(
    "special",
    [
        Circumstances(kind=Kind.ETF),
        Circumstances(kind=Kind.ETN),
        Circumstances(kind=Kind.ELW),
        Circumstances(regime=Regime.OVERHEATED),
        Circumstances(is_under_measures=True),
        Circumstances(is_under_warning=True),
    ],
    ids=["etf", "etn", "elw", "overheated", "measures", "warning"],
)
def test_the_after_market_is_closed_to_funds_and_to_special_issues(special: Circumstances) -> None:
    assert enterable(Phase.AFTER_MARKET, day=AFTER_MARKET_DAY, special=special) == {}


def test_the_after_market_takes_an_issue_without_a_print() -> None:
    untraded = Circumstances(has_traded=False)
    assert enterable(Phase.AFTER_MARKET, day=AFTER_MARKET_DAY, special=untraded) == EVENING


def test_the_evening_auctions_were_closed_to_what_nxt_trades() -> None:
    assert enterable(Phase.POST_SINGLE, special=Circumstances(is_on_nxt=True)) == {}
    assert enterable(Phase.POST_SINGLE, day=date(2025, 2, 28), special=Circumstances(is_on_nxt=True)) != {}
    assert enterable(Phase.POST_SINGLE, special=Circumstances(has_traded=False)) == {}


def test_every_phase_has_its_row() -> None:
    assert set(ENTRIES) == set(Phase)


def test_orders_are_changed_while_the_phase_takes_orders_and_cancelled_while_it_runs() -> None:
    assert not may_change(Phase.CLOSED)
    assert not may_change(Phase.BREAK)
    assert may_change(Phase.CLOSE_CALL)
    assert may_cancel(Phase.BREAK)
    assert not may_cancel(Phase.CLOSED)


def price_objection(
    price: int | None,
    order_type: OrderType = T.LIMIT,
    side: Side = Side.BUY,
    stop_price: int | None = None,
    limits: PriceLimits | None = LIMITS,
) -> Objection | None:
    return find_price_objection(order_type, side, price, stop_price, limits, STOCK)


def test_a_price_is_on_its_tick_and_inside_the_limits() -> None:
    assert price_objection(70_000) is None
    assert price_objection(70_050) is Objection.OFF_TICK
    assert price_objection(91_100) is Objection.OUTSIDE_LIMITS
    assert price_objection(48_950) is Objection.OUTSIDE_LIMITS
    assert price_objection(91_000) is None
    assert price_objection(49_000) is None
    assert price_objection(0) is Objection.OFF_TICK


def test_an_order_without_a_price_has_nothing_to_object_to() -> None:
    assert price_objection(None, T.MARKET) is None


def test_a_conditional_order_may_not_stand_where_a_market_order_would() -> None:
    conditional = T.LIMIT_TO_MARKET_ON_CLOSE
    assert price_objection(91_000, conditional, Side.BUY) is Objection.CONDITIONAL_AT_LIMIT
    assert price_objection(49_000, conditional, Side.SELL) is Objection.CONDITIONAL_AT_LIMIT
    assert price_objection(91_000, conditional, Side.SELL) is None
    assert price_objection(49_000, conditional, Side.BUY) is None


def test_a_stop_price_is_on_its_tick_and_inside_the_limits_too() -> None:
    assert price_objection(70_000, T.STOP_LIMIT, stop_price=70_100) is None
    assert price_objection(70_000, T.STOP_LIMIT, stop_price=70_150) is Objection.STOP_OFF_TICK
    assert price_objection(70_000, T.STOP_LIMIT, stop_price=91_100) is Objection.STOP_OUTSIDE_LIMITS


def test_an_issue_without_limits_takes_every_price_on_the_grid() -> None:
    assert price_objection(1_000_000, limits=None) is None
    assert price_objection(1_000_500, limits=None) is Objection.OFF_TICK
    assert price_objection(91_000, T.LIMIT_TO_MARKET_ON_CLOSE, limits=None) is None


@pytest.mark.parametrize("order_type", [T.LIMIT, T.LIMIT_TO_MARKET_ON_CLOSE, T.STOP_LIMIT, T.BEST_LIMIT])
def test_a_change_to_the_same_price_is_refused(order_type: OrderType) -> None:
    change = find_replace_objection(order_type, order_type, has_new_price=False)
    assert change is Objection.NOTHING_CHANGES
    assert find_replace_objection(order_type, order_type, has_new_price=True) is None


@pytest.mark.parametrize("order_type", [T.MARKET, T.MID_PRICE, T.AFTER_HOURS_CLOSING_PRICE])
def test_an_order_without_a_price_cannot_get_another(order_type: OrderType) -> None:
    change = find_replace_objection(order_type, order_type, has_new_price=True)
    assert change is Objection.NOT_CHANGEABLE


def test_limit_market_and_conditional_orders_turn_into_one_another_at_any_price() -> None:
    for old in (T.LIMIT, T.MARKET, T.LIMIT_TO_MARKET_ON_CLOSE):
        for new in (T.LIMIT, T.MARKET, T.LIMIT_TO_MARKET_ON_CLOSE):
            if old is not new:
                assert find_replace_objection(old, new, has_new_price=False) is None


def test_a_limit_order_turns_into_a_priced_one_only_at_another_price() -> None:
    limit, best = T.LIMIT, T.IMMEDIATELY_EXECUTABLE_LIMIT
    assert find_replace_objection(limit, best, has_new_price=False) is Objection.NOTHING_CHANGES
    assert find_replace_objection(best, limit, has_new_price=True) is None


@pytest.mark.parametrize("other", [T.MID_PRICE, T.STOP_LIMIT])
def test_midpoint_and_stop_orders_are_no_other_order_s_past_or_future(other: OrderType) -> None:
    assert find_replace_objection(T.LIMIT, other, has_new_price=True) is Objection.NOT_CHANGEABLE
    assert find_replace_objection(other, T.LIMIT, has_new_price=True) is Objection.NOT_CHANGEABLE


def test_only_a_dormant_stop_order_gets_another_stop_price() -> None:
    def change(is_dormant: bool) -> Objection | None:
        return find_replace_objection(
            T.STOP_LIMIT, T.STOP_LIMIT, has_new_price=False, has_new_stop_price=True, is_dormant=is_dormant
        )

    assert change(is_dormant=True) is None
    assert change(is_dormant=False) is Objection.NOTHING_CHANGES


@given(
    st.sampled_from(T),
    st.sampled_from(F),
    st.sampled_from(Phase),
    st.sampled_from(Venue),
    st.sampled_from([date(2014, 5, 7), date(2025, 2, 28), DAY, AFTER_MARKET_DAY]),
    circumstances,
)
def test_what_is_special_only_ever_takes_away(
    order_type: OrderType,
    term: TimeInForce,
    phase: Phase,
    venue: Venue,
    day: date,
    special: Circumstances,
) -> None:
    if is_allowed(order_type, term, phase, venue, day, special):
        plain = Circumstances(is_on_nxt=special.is_on_nxt)
        assert is_allowed(order_type, term, phase, venue, day, plain)
        assert (order_type, term) in ENTRIES[phase]


@given(st.datetimes(datetime(2010, 1, 4), datetime(2027, 12, 1)), st.sampled_from(["KRX", "NXT"]))  # noqa: DTZ001
def test_outside_all_phases_there_is_nothing_to_do(moment: datetime, venue: str) -> None:
    at = moment.replace(tzinfo=KST)
    phases = phases_at(at, venue)
    if at.time() < time(7, 30) or at.time() >= time(20):
        assert not any(ENTRIES[phase] for phase in phases)
