"""What was once read of the past is not read again, and can be read piece by piece."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hoga.brokers.kis.past import FIRST_DAY, Past
from hoga.domain.bar import Bar
from hoga.domain.zone import KST

FIRST, LAST = date(2026, 1, 1), date(2026, 4, 30)


class Store:
    """A bar on every calendar day, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[date, date]] = []

    def bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        self.asked.append((first, last))
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        return [Bar(code, datetime.combine(day, time(9), KST), 1, 1, 1, 1, 1, 1) for day in days]


def days_of(bars: Sequence[Bar]) -> list[date]:
    return [bar.at.date() for bar in bars]


DAYS = st.dates(FIRST, LAST)


@given(st.lists(st.tuples(DAYS, DAYS), max_size=6), st.integers(1, 40))
def test_whatever_was_asked_before_the_answer_is_that_of_the_store(
    questions: list[tuple[date, date]], size: int
) -> None:
    store = Store()
    past = Past(store.bars, size)
    for first, last in questions:
        expected = [first + timedelta(days=step) for step in range((last - first).days + 1)]
        assert days_of(past.between("005930", first, last)) == expected
    read = [day for first, last in store.asked for day in (first, last)]
    assert all(day <= LAST for day in read)


def test_what_is_known_is_not_read_again() -> None:
    store = Store()
    past = Past(store.bars, 7)
    past.between("005930", FIRST, LAST)
    store.asked.clear()
    assert past.has("005930", FIRST, LAST)
    assert len(past.between("005930", date(2026, 2, 3), date(2026, 3, 4))) == 30
    assert store.asked == []
    assert not past.has("000660", FIRST, LAST)


def test_an_old_window_does_not_read_what_lies_between() -> None:
    store = Store()
    past = Past(store.bars, 7)
    past.between("005930", LAST, LAST)
    past.between("005930", date(2015, 1, 1), date(2015, 1, 31))
    assert sum((last - first).days + 1 for first, last in store.asked) < 50


def test_a_new_day_is_read_when_it_is_over() -> None:
    store = Store()
    past = Past(store.bars, 30)
    past.between("005930", LAST, LAST)
    following = LAST + timedelta(days=1)
    assert days_of(past.between("005930", LAST, following)) == [LAST, following]


def test_the_past_is_reached_piece_by_piece_newest_first() -> None:
    store = Store()
    past = Past(store.bars, 7)
    steps = 0
    while not past.reach("005930", FIRST, LAST):
        steps += 1
        assert len(store.asked) == steps
    assert store.asked[0][1] == LAST
    assert past.has("005930", FIRST, LAST)
    assert steps == 18


def test_there_is_a_beginning() -> None:
    past = Past(Store().bars, 7)
    assert days_of(past.newest("005930", 10, FIRST_DAY + timedelta(days=2)))[0] == FIRST_DAY
    assert past.between("005930", date.min, date(2009, 12, 31)) == []
    assert past.reach("005930", date.min, date(2009, 12, 31))
