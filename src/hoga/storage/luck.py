"""Luck for made values: numbers that depend on a seed and a key alone, the same on every machine.

Only additions, multiplications and divisions are used on them, never a function of the C library.
"""

import random
from array import array
from datetime import date
from functools import lru_cache
from math import sqrt

from hoga.krx.calendar import trading_days_between

_EPOCH = date(2010, 1, 1)
_WAVES = tuple((1 << k, sqrt(3 * (1 << k)) / 2) for k in range(8))
"""Wave lengths in trading days with their amplitudes: together they change by about 1 a day."""
_LONGEST = _WAVES[-1][0]


def luck_of(seed: int, *key: object) -> random.Random:
    """A source of random numbers of its own for every key."""
    return random.Random(":".join(str(part) for part in (seed, *key)))  # noqa: S311 (prices, no secret)


def wander(seed: int, name: str, day: date) -> float:
    """A level that changes by about 1 a trading day, up or down, stays within 32 and comes back to 0."""
    return wanders(seed, name, day, 1)[0]


def wanders(seed: int, name: str, day: date, count: int) -> list[float]:
    """The levels of `count` trading days from `day` on: much less work than one by one."""
    levels: list[float] = []
    first = trading_days_between(_EPOCH, day)
    while len(levels) < count:
        stretch, passed = divmod(first + len(levels), _LONGEST)
        found = [0.0] * min(count - len(levels), _LONGEST - passed)
        for (width, amplitude), nodes in zip(_WAVES, _nodes(seed, name, stretch), strict=True):
            cell, offset = divmod(passed, width)
            left, right = nodes[cell], nodes[cell + 1]
            for place in range(len(found)):
                if offset == width:
                    cell, offset = cell + 1, 0
                    left, right = right, nodes[cell + 1]
                found[place] += amplitude * (left + (right - left) * offset / width)
                offset += 1
        levels += found
    return levels


@lru_cache(maxsize=1 << 13)
def _nodes(seed: int, name: str, stretch: int) -> "tuple[array[float], ...]":
    """The values at the start of each wave's cells in as many days as the longest wave has, and at their end.

    A seed is dear and a number is not, so all of them are drawn together. Those at the end begin the next.
    """
    rolled, ends = _luck_in(seed, name, stretch).random, _luck_in(seed, name, stretch + 1).random
    starts = [2 * rolled() - 1 for _ in _WAVES]
    return tuple(
        array("d", (start, *(2 * rolled() - 1 for _ in range(_LONGEST // width - 1)), 2 * ends() - 1))
        for start, (width, _) in zip(starts, _WAVES, strict=True)
    )


def _luck_in(seed: int, name: str, stretch: int) -> random.Random:
    return luck_of(seed, name, "waves", stretch)
