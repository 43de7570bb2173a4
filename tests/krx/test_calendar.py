"""The trading calendar against real trading days, against exchange_calendars, and with itself."""

import csv
import subprocess
import sys
import warnings
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.krx import calendar
from hoga.krx.calendar import (
    Hours,
    add_trading_days,
    always_open,
    get_hours,
    is_trading_day,
    next_trading_day,
    previous_trading_day,
    trading_days,
    trading_days_between,
)
from hoga.krx.closures import CLOSURES

any_day = st.dates(date(2013, 1, 1), date(2030, 10, 31))


def hours(day: date) -> str:
    found = get_hours(day)
    assert found.open.date() == found.close.date() == day
    assert found.open.tzinfo is found.close.tzinfo is KST
    return f"{found.open:%H:%M}-{found.close:%H:%M}"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 20), "09:00-15:30"),
        (date(2016, 7, 29), "09:00-15:00"),
        (date(2016, 8, 1), "09:00-15:30"),
        (date(2026, 1, 2), "10:00-15:30"),
        (date(2015, 1, 2), "10:00-15:00"),
        (date(2026, 11, 19), "10:00-16:30"),
        (date(2015, 11, 12), "10:00-16:00"),
        (date(2017, 11, 16), "10:00-16:30"),
        (date(2017, 11, 23), "10:00-16:30"),
    ],
)
def test_the_hours_of_ordinary_and_special_days(day: date, expected: str) -> None:
    assert hours(day) == expected


@pytest.mark.parametrize("day", [date(2026, 6, 3), date(2026, 7, 17), date(2026, 5, 1), date(2026, 11, 21)])
def test_a_closed_day_has_no_hours(day: date) -> None:
    assert not is_trading_day(day)
    with pytest.raises(BadInput, match=str(day)):
        get_hours(day)


def test_the_year_ends_with_a_closed_day() -> None:
    for year in range(2010, 2028):
        last_weekday = max(
            day for day in (date(year, 12, number) for number in (29, 30, 31)) if day.weekday() < 5
        )
        assert not is_trading_day(last_weekday)
        assert is_trading_day(previous_trading_day(last_weekday))


def test_every_year_but_no_other_day_opens_late_beside_the_exam() -> None:
    for year in range(2010, 2027):
        days = trading_days(date(year, 1, 1), date(year, 12, 31))
        late = {day for day in days if get_hours(day).open.hour == 10}
        assert late == {days[0], *(day for day in calendar.EXAM_DAYS if day.year == year)}


def test_the_number_of_sessions_of_each_year() -> None:
    counts = [len(trading_days(date(year, 1, 1), date(year, 12, 31))) for year in range(2015, 2027)]
    assert counts == [248, 246, 243, 244, 246, 248, 248, 246, 245, 244, 242, 244]


def test_years_that_nobody_knows_are_refused() -> None:
    assert is_trading_day(date(2010, 1, 4))
    assert is_trading_day(date(2100, 1, 4))
    for day in (date(2009, 12, 30), date(2101, 1, 4)):
        with pytest.raises(BadInput, match="not known"):
            is_trading_day(day)
    with pytest.raises(BadInput, match="2009"):
        previous_trading_day(date(2010, 1, 4))
    with pytest.raises(BadInput, match="2101"):
        add_trading_days(date(2100, 12, 30), 5)


def test_steps_over_the_turn_of_a_year() -> None:
    assert next_trading_day(date(2025, 12, 30)) == date(2026, 1, 2)
    assert previous_trading_day(date(2026, 1, 2)) == date(2025, 12, 30)
    assert next_trading_day(date(2026, 12, 31)) == date(2027, 1, 4)
    assert add_trading_days(date(2025, 12, 30), 243) == date(2026, 12, 29)
    assert add_trading_days(date(2026, 12, 29), -243) == date(2025, 12, 30)


def test_a_step_of_nothing_needs_a_trading_day() -> None:
    assert add_trading_days(date(2026, 11, 20), 0) == date(2026, 11, 20)
    with pytest.raises(BadInput, match="2026-11-21"):
        add_trading_days(date(2026, 11, 21), 0)


def test_what_was_bought_on_monday_has_been_held_one_day_on_tuesday() -> None:
    monday = date(2026, 11, 16)
    assert [trading_days_between(monday, monday + timedelta(days=n)) for n in range(8)] == [
        0,
        1,
        2,
        3,
        4,
        4,
        4,
        5,
    ]


def test_no_day_lies_between_swapped_ends() -> None:
    assert trading_days(date(2026, 11, 20), date(2026, 11, 19)) == ()
    assert trading_days(date(2026, 11, 21), date(2026, 11, 22)) == ()


@given(any_day, st.integers(min_value=-700, max_value=700).filter(bool))
def test_counting_and_stepping_agree(day: date, n: int) -> None:
    there = add_trading_days(day, n)
    assert is_trading_day(there)
    if n > 0:
        assert trading_days_between(day, there) == n == len(trading_days(day + timedelta(days=1), there))
    else:
        assert trading_days_between(there, day - timedelta(days=1)) == -n - 1
        assert len(trading_days(there, day - timedelta(days=1))) == -n
    if is_trading_day(day):
        assert add_trading_days(there, -n) == day


@given(any_day, any_day)
def test_between_is_the_same_both_ways(one: date, other: date) -> None:
    assert trading_days_between(one, other) == -trading_days_between(other, one)


@given(any_day)
def test_the_neighbours_of_a_day_have_no_trading_day_in_between(day: date) -> None:
    before, after = previous_trading_day(day), next_trading_day(day)
    assert before < day < after
    assert trading_days(before, after) == ((before, day, after) if is_trading_day(day) else (before, after))


def test_the_calendar_agrees_with_the_real_trading_days(shared_data: Path) -> None:
    with (shared_data / "master" / "krx_trading_days_2011_2026-08-14.csv").open(encoding="utf-8") as lines:
        real = tuple(date.fromisoformat(row["trading_date"]) for row in csv.DictReader(lines))
    assert len(real) > 3_800
    assert trading_days(date(2011, 1, 1), real[-1]) == real


def test_the_calendar_differs_from_exchange_calendars_only_where_that_is_known_to_be_wrong() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' own deprecations
        from exchange_calendars.exchange_calendar_xkrx import XKRXExchangeCalendar

        theirs = XKRXExchangeCalendar(start="2010-01-01", end="2026-12-31")
        opens = {
            day.date(): (opening.tz_convert(KST).to_pydatetime(), closing.tz_convert(KST).to_pydatetime())
            for day, opening, closing in zip(theirs.sessions, theirs.opens, theirs.closes, strict=True)
        }
    ours = trading_days(date(2010, 1, 1), date(2026, 12, 31))
    assert set(opens) - set(ours) == {date(2026, 6, 3), date(2026, 7, 17)}
    assert set(ours) <= set(opens)
    other_hours = {day for day in ours if (get_hours(day).open, get_hours(day).close) != opens[day]}
    assert other_hours == {day for day in calendar.EXAM_DAYS if day.year >= 2021}


def test_the_days_after_2026_are_marked_as_unverified() -> None:
    assert date(2026, 12, 31) == calendar.LAST_VERIFIED_DAY
    assert max(calendar.EXAM_DAYS) <= calendar.LAST_VERIFIED_DAY
    assert not is_trading_day(date(2027, 5, 3))
    assert not is_trading_day(date(2027, 7, 19))


def test_the_library_expects_the_closures_that_are_known() -> None:
    from holidays import financial_holidays

    for year, closures in CLOSURES.items():
        assert closures == set(financial_holidays("XKRX", years=year))


def test_the_known_closures_are_weekdays_of_every_year_since_the_first() -> None:
    assert list(CLOSURES) == list(range(2010, calendar.LAST_VERIFIED_DAY.year + 1))
    for year, closures in CLOSURES.items():
        assert all(day.year == year and day.weekday() < 5 for day in closures)


def test_only_a_year_that_is_not_known_loads_the_holidays_library() -> None:
    program = (
        "import datetime, sys; from hoga.krx import calendar; "
        "calendar.is_trading_day(datetime.date(2026, 12, 31)); known = 'holidays' in sys.modules; "
        "calendar.next_trading_day(datetime.date(2026, 12, 31)); "
        "print(known, 'holidays' in sys.modules, 'pandas' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "True", "False"]


def test_hours_are_instants_in_korea() -> None:
    assert get_hours(date(2026, 11, 20)).open == datetime(2026, 11, 20, 9, tzinfo=KST)


def test_a_market_that_is_always_open_trades_at_night_and_on_weekends_and_ends_with_its_context() -> None:
    saturday = date(2026, 5, 9)
    with always_open(datetime(2026, 5, 9, 22, 53, 40, tzinfo=KST)):
        assert is_trading_day(saturday)
        assert not is_trading_day(date(2026, 5, 3))
        assert next_trading_day(date(2026, 5, 8)) == saturday
        assert get_hours(saturday) == Hours(
            datetime(2026, 5, 9, 22, 53, tzinfo=KST), datetime(2026, 5, 9, 23, 55, tzinfo=KST)
        )
        assert get_hours(date(2026, 5, 10)).open == datetime(2026, 5, 10, 0, 30, tzinfo=KST)
        assert get_hours(date(2026, 5, 8)).open == datetime(2026, 5, 8, 9, tzinfo=KST)
    assert not is_trading_day(saturday)
    assert get_hours(date(2026, 5, 11)).open == datetime(2026, 5, 11, 9, tzinfo=KST)


@pytest.mark.parametrize(("since", "opens"), [("00:02", "00:30"), ("23:50", "23:30"), ("12:00", "12:00")])
def test_the_first_day_of_a_market_that_is_always_open_leaves_room_for_its_calls(
    since: str, opens: str
) -> None:
    day = date(2026, 5, 9)
    with always_open(datetime.combine(day, time.fromisoformat(since), KST)):
        assert get_hours(day).open == datetime.combine(day, time.fromisoformat(opens), KST)
