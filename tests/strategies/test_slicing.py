from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoga.domain.bar import Bar
from hoga.domain.plan import Course, Schedule
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.krx.sessions import regular_session
from hoga.strategies.slicing import Slices, volume_curve

DAY = date(2026, 11, 20)
CODES = ("005930", "000660", "373220", "207940", "051910", "035420", "005380", "006400", "035720", "105560")


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(DAY, time(hour, minute, second), KST)


def course(
    schedule: Schedule = Schedule.TWAP,
    *,
    seed: int = 0,
    minutes: int = 3,
    closing: bool = True,
    curves: Mapping[str, tuple[int, ...]] | None = None,
) -> Course:
    return Course(
        schedule=schedule,
        start=at(9, 10),
        sells_end=at(14, 30),
        end=at(15),
        slice_minutes=minutes,
        participation=Decimal("0.1"),
        closing_auction=closing,
        seed=seed,
        curves=curves or {},
    )


def slices(quantity: int, side: Side = Side.BUY, code: str = "005930", of: Course | None = None) -> Slices:
    return Slices(of or course(), code, side, quantity)


def sent(of: Slices) -> list[int]:
    """What each turn of the window sends when everything fills."""
    due = [0, *(of.due(turn) for turn in of.turns)]
    return [later - earlier for earlier, later in pairwise(due)]


@settings(deadline=None)  # the first to ask loads the calendar
@given(
    st.integers(1, 5_000),
    st.sampled_from(Side),
    st.sampled_from([Schedule.TWAP, Schedule.VWAP]),
    st.integers(0, 50),
    st.integers(1, 60),
    st.sampled_from(CODES),
    st.one_of(st.just(()), st.lists(st.integers(0, 1_000), min_size=76, max_size=76).map(tuple)),
)
def test_slices_sum_to_the_quantity_and_none_is_outside_its_window(
    quantity: int, side: Side, schedule: Schedule, seed: int, minutes: int, code: str, curve: tuple[int, ...]
) -> None:
    curves = {code: curve} if curve else {}
    of = slices(quantity, side, code, course(schedule, seed=seed, minutes=minutes, curves=curves))
    parts = sent(of)
    assert all(part >= 0 for part in parts)
    assert of.due(of.window_end) == quantity
    assert sum(parts) == quantity
    assert all(of.course.start <= turn < of.window_end for turn in of.turns)
    assert list(of.all_turns) == sorted(of.all_turns)
    assert of.window_end == (at(15) if side is Side.BUY else at(14, 30))
    continuous, closing = regular_session(DAY)[1:]
    assert all(of.window_end <= turn < continuous.end for turn in of.later_turns)
    assert all(closing.start <= turn < closing.end for turn in of.closing_turns)


@settings(deadline=None)  # the first to ask loads the calendar
@given(st.integers(1, 5_000), st.integers(0, 50))
def test_time_slices_are_even(quantity: int, seed: int) -> None:
    parts = sent(slices(quantity, of=course(seed=seed)))
    assert max(parts) - min(parts) <= 1


def test_a_usual_day_trades_most_at_its_ends() -> None:
    parts = sent(slices(10_000, of=course(Schedule.VWAP)))
    third = len(parts) // 3
    assert sum(parts[:third]) > 1.5 * sum(parts[third : 2 * third]) < sum(parts[2 * third :]) * 1.5


def bars(day: date, opens: time, volumes: Mapping[int, int]) -> list[Bar]:
    """Minute bars with `volumes` by the minute since the open."""
    first = datetime.combine(day, opens, KST)
    return [
        Bar("005930", first + minute * timedelta(minutes=1), 1, 1, 1, 1, volume, 0)
        for minute, volume in volumes.items()
    ]


def test_a_curve_is_the_volume_of_earlier_days_by_the_time_since_their_open() -> None:
    every = dict.fromkeys(range(380), 1)
    ordinary = bars(date(2026, 11, 18), time(9), every | {7: 100, 390: 5_000})
    exam = bars(date(2026, 11, 19), time(10), every | {7: 50})
    curve = volume_curve([*ordinary, *exam])
    assert curve is not None
    assert curve[:3] == (10, 10 - 2 + 150, 10)
    assert len(curve) == 76
    assert sum(curve) == 2 * 380 + 99 + 49  # without the closing call


def test_what_hardly_trades_has_no_curve() -> None:
    assert volume_curve([]) is None
    assert volume_curve(bars(date(2026, 11, 18), time(9), {7: 100, 200: 3, 390: 5_000})) is None


def test_a_curve_decides_when_what_is_sent() -> None:
    """All the volume that the name has within the window lies between ten and eleven."""
    curve = tuple(100 if 12 <= step < 24 or step < 2 else 0 for step in range(76))
    of = slices(1_200, of=course(Schedule.VWAP, curves={"005930": curve}))
    assert of.due(at(9, 58)) <= 1
    assert of.due(at(10, 33)) == pytest.approx(600, abs=60)
    assert of.due(at(11, 3)) >= 1_199
    other = slices(1_200, code="000660", of=course(Schedule.VWAP, curves={"005930": curve}))
    assert other.due(at(9, 58)) > 100  # the assumed one


def test_a_share_of_the_volume_follows_what_was_traded() -> None:
    of = slices(100, of=course(Schedule.POV))
    assert [of.due(at(10), volume) for volume in (0, 9, 10, 500, 1_000_000)] == [0, 0, 1, 50, 100]
    assert of.due(at(15), 0) == 100


def test_names_do_not_fire_together() -> None:
    turns = [turn for code in CODES for turn in slices(1_000, code=code).turns]
    assert len(set(turns)) == len(turns)
    first = sorted(slices(1_000, code=code).turns[0] for code in CODES)
    assert first[-1] - first[0] > timedelta(minutes=1)


def test_names_of_one_share_do_not_fire_together() -> None:
    when = [
        next(turn for turn in of.turns if of.due(turn)) for of in (slices(1, code=code) for code in CODES)
    ]
    assert max(when) - min(when) > timedelta(hours=2)


def test_the_same_seed_gives_the_same_turns_and_another_others() -> None:
    assert slices(10).all_turns == slices(10).all_turns
    assert slices(10).turns != slices(10, of=course(seed=1)).turns


def test_without_the_closing_call_the_day_ends_with_continuous_trading() -> None:
    of = slices(10, of=course(closing=False))
    assert of.all_turns[-1] < regular_session(DAY)[1].end
    assert of.next_turn(of.all_turns[-1]) is None


@pytest.mark.parametrize("schedule", Schedule)
def test_nothing_is_due_before_the_first_turn(schedule: Schedule) -> None:
    of = slices(10_000, of=course(schedule))
    assert of.due(at(9, 10)) == 0
    assert of.passed(at(9, 10)) == 0
    assert of.next_turn(at(9)) == of.turns[0]
