"""The phases of the day at KRX and NXT, by regime and on special days."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.krx.calendar import get_hours, is_trading_day, next_trading_day
from hoga.krx.sessions import (
    INTERRUPTION_CALL,
    RESUMPTION_CALL,
    Phase,
    indicative_price_from,
    interruption_end,
    nxt_closing_price_market,
    phases_at,
    regular_session,
    resumption_end,
    spans,
)

trading_day = st.dates(date(2010, 1, 4), date(2030, 12, 1)).map(next_trading_day)


def plan(day: date, venue: str = "KRX") -> list[str]:
    return [f"{span.phase} {span.start:%H:%M}-{span.end:%H:%M}" for span in spans(day, venue)]


def test_an_ordinary_day_before_the_after_market() -> None:
    assert plan(date(2026, 5, 6)) == [
        "PRE_CLOSE_PRICE 08:30-08:40",
        "OPEN_CALL 08:30-09:00",
        "CONTINUOUS 09:00-15:20",
        "CLOSE_CALL 15:20-15:30",
        "POST_INTAKE 15:30-15:40",
        "POST_CLOSE_PRICE 15:40-16:00",
        "POST_SINGLE 16:00-18:00",
    ]


def test_the_after_market_replaced_the_evening_auctions_on_2026_09_14() -> None:
    assert plan(date(2026, 9, 11))[-1] == "POST_SINGLE 16:00-18:00"
    assert plan(date(2026, 9, 14))[-1] == "AFTER_MARKET 16:00-20:00"
    assert plan(date(2026, 9, 11))[:-1] == plan(date(2026, 9, 14))[:-1]


def test_the_calls_were_longer_until_2019_and_the_day_shorter_until_2016() -> None:
    assert plan(date(2019, 4, 26))[:3] == [
        "PRE_CLOSE_PRICE 07:30-08:30",
        "OPEN_CALL 08:00-09:00",
        "CONTINUOUS 09:00-15:20",
    ]
    assert plan(date(2016, 7, 29))[2:] == [
        "CONTINUOUS 09:00-14:50",
        "CLOSE_CALL 14:50-15:00",
        "POST_INTAKE 15:00-15:10",
        "POST_CLOSE_PRICE 15:10-15:30",
        "POST_SINGLE 15:30-18:00",
    ]


def test_the_exam_day_is_one_hour_later_but_ends_as_always() -> None:
    assert plan(date(2025, 11, 13)) == [
        "PRE_CLOSE_PRICE 09:30-09:40",
        "OPEN_CALL 09:30-10:00",
        "CONTINUOUS 10:00-16:20",
        "CLOSE_CALL 16:20-16:30",
        "POST_INTAKE 16:30-16:40",
        "POST_CLOSE_PRICE 16:40-17:00",
        "POST_SINGLE 17:00-18:00",
    ]
    assert plan(date(2026, 11, 19))[-1] == "AFTER_MARKET 17:00-20:00"


def test_the_first_day_of_a_year_opens_late_and_closes_as_always() -> None:
    assert plan(date(2026, 1, 2))[:4] == [
        "PRE_CLOSE_PRICE 09:30-09:40",
        "OPEN_CALL 09:30-10:00",
        "CONTINUOUS 10:00-15:20",
        "CLOSE_CALL 15:20-15:30",
    ]


def test_an_ordinary_day_at_nxt() -> None:
    assert plan(date(2026, 5, 6), "NXT") == [
        "PRE 08:00-08:50",
        "BREAK 08:50-09:00",
        "MAIN 09:00-15:20",
        "BREAK 15:20-15:30",
        "AFTER_CALL 15:30-15:40",
        "AFTER 15:40-20:00",
    ]
    assert spans(date(2026, 5, 6), "NXT")[2].start.second == 30


@pytest.mark.parametrize("day", [date(2025, 3, 4), date(2026, 1, 2), date(2025, 11, 13)])
def test_nxt_has_no_pre_market_on_its_first_day_and_on_late_ones(day: date) -> None:
    assert spans(day, "NXT")[0].phase is Phase.MAIN
    assert phases_at(datetime.combine(day, time(8, 30), KST), "NXT") == (Phase.CLOSED,)


def test_nxt_did_not_exist_before_its_first_day() -> None:
    assert spans(date(2025, 2, 28), "NXT") == ()
    assert phases_at(datetime(2025, 2, 28, 11, tzinfo=KST), "NXT") == (Phase.CLOSED,)


def test_two_phases_run_side_by_side_before_the_open() -> None:
    assert phases_at(datetime(2026, 5, 6, 8, 39, 59, tzinfo=KST)) == (Phase.PRE_CLOSE_PRICE, Phase.OPEN_CALL)
    assert phases_at(datetime(2026, 5, 6, 8, 40, tzinfo=KST)) == (Phase.OPEN_CALL,)


def test_a_phase_begins_at_its_start_and_is_over_at_its_end() -> None:
    assert phases_at(datetime(2026, 5, 6, 9, tzinfo=KST)) == (Phase.CONTINUOUS,)
    assert phases_at(datetime(2026, 5, 6, 15, 30, tzinfo=KST)) == (Phase.POST_INTAKE,)
    assert phases_at(datetime(2026, 5, 6, 18, tzinfo=KST)) == (Phase.CLOSED,)


def test_a_holiday_is_closed_all_day() -> None:
    assert phases_at(datetime(2026, 5, 5, 10, tzinfo=KST)) == (Phase.CLOSED,)
    with pytest.raises(BadInput, match="2026-05-05"):
        spans(date(2026, 5, 5))


def test_an_instant_elsewhere_in_the_world_is_the_same_instant() -> None:
    assert phases_at(datetime(2026, 5, 6, 0, 30, tzinfo=UTC)) == (Phase.CONTINUOUS,)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="time zone"):
        phases_at(datetime(2026, 5, 6, 10))  # noqa: DTZ001


def test_an_unknown_venue_is_refused() -> None:
    with pytest.raises(BadInput, match="NYSE"):
        phases_at(datetime(2026, 5, 6, 10, tzinfo=KST), "NYSE")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 4, 26), "08:10"),
        (date(2019, 4, 29), "08:40"),
        (date(2025, 2, 28), "08:40"),
        (date(2025, 3, 4), "08:50"),
        (date(2025, 11, 13), "09:50"),
    ],
)
def test_the_expected_price_is_shown_ever_later(day: date, expected: str) -> None:
    assert f"{indicative_price_from(day):%H:%M}" == expected


@given(trading_day)
def test_the_regular_session_runs_without_a_gap_from_call_to_call(day: date) -> None:
    opening, continuous, closing = regular_session(day)
    hours = get_hours(day)
    assert [span.phase for span in (opening, continuous, closing)] == [
        Phase.OPEN_CALL,
        Phase.CONTINUOUS,
        Phase.CLOSE_CALL,
    ]
    assert opening.start < opening.end == continuous.start == hours.open
    assert continuous.end == closing.start == hours.close - timedelta(minutes=10)
    assert closing.end == hours.close


@given(trading_day, st.sampled_from(["KRX", "NXT"]))
def test_only_the_pre_close_phase_overlaps_another(day: date, venue: str) -> None:
    running = [span for span in spans(day, venue) if span.phase is not Phase.PRE_CLOSE_PRICE]
    assert all(span.start < span.end for span in running)
    assert all(one.end == other.start for one, other in pairwise(running))
    assert all(span.start.date() == span.end.date() == day for span in spans(day, venue))


@given(st.datetimes(datetime(2010, 1, 4), datetime(2030, 12, 1)), st.sampled_from(["KRX", "NXT"]))  # noqa: DTZ001
def test_every_instant_has_a_phase(moment: datetime, venue: str) -> None:
    at = moment.replace(tzinfo=KST)
    phases = phases_at(at, venue)
    assert phases
    if not is_trading_day(at.date()):
        assert phases == (Phase.CLOSED,)
    assert phases == (Phase.CLOSED,) or Phase.CLOSED not in phases


def end_of(rule: Callable[[datetime, str], datetime], text: str, venue: str = "KRX") -> str:
    return f"{rule(datetime.fromisoformat(text).replace(tzinfo=KST), venue):%H:%M:%S}"


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-05-06 10:00:05", "10:02:05"),
        ("2026-05-06 15:17:59", "15:19:59"),
        ("2026-05-06 15:18:00", "15:30:00"),
        ("2026-05-06 15:19:59", "15:30:00"),
        ("2026-05-06 08:59:59", "09:02:00"),
        ("2026-05-06 15:20:00", "15:32:00"),
        ("2026-05-06 15:30:00", "15:32:00"),
        ("2026-05-06 15:30:12", "15:32:00"),
        ("2026-05-06 16:10:00", "16:12:00"),
        ("2026-05-06 16:10:21", "16:12:00"),
        ("2026-05-06 18:00:30", "18:02:00"),
        ("2026-09-15 19:59:00", "20:01:00"),
        ("2016-07-29 14:48:30", "15:00:00"),
        ("2025-11-13 16:18:30", "16:30:00"),
    ],
)
def test_where_the_call_after_an_interruption_ends(at: str, end: str) -> None:
    assert end_of(interruption_end, at) == end


def test_at_nxt_an_interruption_ends_with_its_phase() -> None:
    assert end_of(interruption_end, "2026-09-15 11:00:00", "NXT") == "11:02:00"
    assert end_of(interruption_end, "2026-09-15 08:49:00", "NXT") == "08:50:00"


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-05-06 10:00:00", "10:10:00"),
        ("2026-05-06 15:09:59", "15:19:59"),
        ("2026-05-06 15:10:00", "15:30:00"),
        ("2026-05-06 15:25:00", "15:30:00"),
        ("2026-05-06 08:45:00", "09:00:00"),
        ("2026-05-06 08:55:00", "09:05:00"),
        ("2016-07-29 14:40:00", "15:00:00"),
        ("2025-11-13 16:09:59", "16:19:59"),
    ],
)
def test_where_the_call_after_a_halt_ends(at: str, end: str) -> None:
    assert end_of(resumption_end, at) == end


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-09-11 10:00:00", "10:00:00"),
        ("2026-09-14 10:00:00", "10:00:30"),
        ("2026-09-15 15:19:45", "15:20:00"),
        ("2026-09-15 19:59:45", "20:00:00"),
    ],
)
def test_where_the_call_after_a_halt_ends_at_nxt(at: str, end: str) -> None:
    assert end_of(resumption_end, at, "NXT") == end


@pytest.mark.parametrize("rule", [interruption_end, resumption_end])
@pytest.mark.parametrize("at", ["2026-05-06 08:00:00", "2026-05-06 15:45:00", "2026-05-06 18:01:00"])
def test_where_no_price_is_found_no_call_can_begin(
    rule: Callable[[datetime, str], datetime], at: str
) -> None:
    with pytest.raises(BadInput, match=r"No price is found at KRX at 2026-05-06"):
        end_of(rule, at)


def test_nxt_trades_at_the_close_of_krx_beside_its_other_phases() -> None:
    intake, trading = nxt_closing_price_market(date(2026, 5, 6))
    assert intake.phase is Phase.POST_INTAKE
    assert f"{intake.start:%H:%M}-{intake.end:%H:%M}" == "15:00-15:30"
    assert trading.phase is Phase.POST_CLOSE_PRICE
    assert f"{trading.start:%H:%M}-{trading.end:%H:%M}" == "15:30-16:00"
    assert nxt_closing_price_market(date(2025, 2, 28)) == ()
    assert len(nxt_closing_price_market(date(2025, 3, 4))) == 2


@given(trading_day, st.integers(0, 6 * 3600))
def test_calls_last_their_time_or_merge_into_the_closing_call(day: date, seconds: int) -> None:
    _, continuous, closing = regular_session(day)
    at = continuous.start + timedelta(seconds=seconds)
    if at < continuous.end:
        for rule, length in ((interruption_end, INTERRUPTION_CALL), (resumption_end, RESUMPTION_CALL)):
            end = rule(at)
            assert end in (at + length, closing.end)
            assert end < closing.start or end == closing.end
