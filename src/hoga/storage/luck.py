"""Luck for made values: numbers that depend on a seed and a key alone, the same on every machine.

Only additions, multiplications and divisions are used on them, never a function of the C library.
"""

import random
from datetime import date
from functools import lru_cache
from math import sqrt

from hoga.krx.calendar import trading_days_between

_EPOCH = date(2010, 1, 1)
_WAVES = tuple((1 << k, sqrt(3 * (1 << k)) / 2) for k in range(8))
"""Wave lengths in trading days with their amplitudes: together they change by about 1 a day."""


def luck_of(seed: int, *key: object) -> random.Random:
    """A source of random numbers of its own for every key."""
    return random.Random(":".join(str(part) for part in (seed, *key)))  # noqa: S311 (prices, no secret)


def wander(seed: int, name: str, day: date) -> float:
    """A level that changes by about 1 a trading day, up or down, stays within 32 and comes back to 0."""
    step = trading_days_between(_EPOCH, day)
    level = 0.0
    for width, amplitude in _WAVES:
        cell, offset = divmod(step, width)
        left = _node(seed, name, width, cell)
        right = _node(seed, name, width, cell + 1)
        level += amplitude * (left + (right - left) * offset / width)
    return level


@lru_cache(maxsize=1 << 16)
def _node(seed: int, name: str, width: int, cell: int) -> float:
    """The value at the start of a wave's cell. Neighbouring days share nearly all of theirs."""
    return luck_of(seed, name, width, cell).uniform(-1, 1)
