"""Luck for made values: the same for the same key, and never far from home."""

from datetime import date
from itertools import pairwise

from hoga.krx.calendar import trading_days
from hoga.storage.luck import luck_of, wander, wanders


def test_every_key_has_luck_of_its_own_that_can_be_had_again() -> None:
    drawn = {
        luck_of(seed, *key).random() for seed in (1, 2) for key in (("a", 1), ("a", 2), ("b", 1), ("a:1",))
    }

    assert luck_of(1, "a", 1).random() == luck_of(1, "a", 1).random()
    assert len(drawn) == 6  # "a", 1 and "a:1" are the same key


def test_a_wandering_level_moves_by_about_one_a_day_and_stays_near() -> None:
    days = trading_days(date(2024, 1, 2), date(2026, 10, 30))
    levels = [wander(3, "x", day) for day in days]
    changes = [after - before for before, after in pairwise(levels)]

    assert 0.7 < (sum(change * change for change in changes) / len(changes)) ** 0.5 < 1.3
    assert max(abs(level) for level in levels) < 32
    assert min(levels) < 0 < max(levels)
    assert wander(3, "x", days[5]) == levels[5]


def test_the_levels_of_many_days_are_those_of_each() -> None:
    days = trading_days(date(2024, 1, 2), date(2026, 10, 30))

    assert wanders(3, "x", days[0], len(days)) == [wander(3, "x", day) for day in days]
