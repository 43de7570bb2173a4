"""The minutes of a made day: a walk that keeps to what the day is as a whole.

It begins at the day's open, reaches its high and its low and never leaves them, and ends with its closing
auction; the volumes add up to the day's, and so do the values. Where the walk would have its own peaks it has
those of the day: it is bent there, so that prices follow the whole market and the news all the same.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from math import sqrt

from hoga.krx.ticks import TickGrid
from hoga.storage.made_days import LEAST_A_MINUTE, MARKET_VOLATILITY, MARKET_WOBBLE, OWN_WOBBLE, News, Shape
from hoga.storage.made_names import MadeName

Minute = tuple[int, int, int, int, int, int]
"""Open, high, low, close, volume and value."""

_NEWS_MINUTES = 6
"""How long the price takes to follow the news."""
_BYTE = 255
_PEAK_MINUTES = 2
"""How long a price stays at its high or low, at least."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The prices that a day has, and the place among them at the start of each minute and after the last.

    The place of the high is the last one, that of the low is 0; `peaks` are the minutes that stay there.
    """

    rungs: Sequence[int]
    places: Sequence[int]
    peaks: tuple[int, int]


def market_walk(luck: random.Random, minutes: int) -> tuple[float, ...]:
    """How the whole market wanders on a day, as fractions."""
    return tuple(MARKET_WOBBLE * each for each in _walk(luck, minutes))


def make_walk(
    luck: random.Random,
    name: MadeName,
    shape: Shape,
    ticks: TickGrid,
    market: Sequence[float],
    news: News | None,
) -> Walk:
    """How the prices of a day go; `market` is the walk of the whole market."""
    minutes = len(market) - 1
    rungs = _rungs(ticks, shape.low, shape.high)
    top, unit = len(rungs) - 1, shape.open / ticks.tick(shape.open)
    beta = name.beta * unit
    size = name.volatility * OWN_WOBBLE * unit
    own = _walk(luck, minutes)
    path = [beta * of_market + size * of_own for of_market, of_own in zip(market, own, strict=True)]
    if news:
        told_at, jump = int(news.when * minutes), news.size * unit
        for minute in range(told_at, minutes + 1):
            path[minute] += jump * min((minute - told_at) / _NEWS_MINUTES, 1.0)
    inner = path[1 : minutes - _PEAK_MINUTES]
    high, low = inner.index(max(inner)) + 1, inner.index(min(inner)) + 1
    if abs(high - low) < _PEAK_MINUTES:
        low = high + _PEAK_MINUTES if high < minutes // 2 else high - _PEAK_MINUTES
    last = min(max(rungs.index(shape.close) + luck.randint(-2, 2), 0), top)
    knots = [(0, rungs.index(shape.open)), (minutes, last)]
    knots[1:1] = sorted(
        (peak + more, place) for peak, place in ((high, top), (low, 0)) for more in range(_PEAK_MINUTES)
    )
    clock = _clock(minutes)
    places = [knots[0][1]]
    for (start, begun), (end, ended) in pairwise(knots):
        bent = begun - path[start]
        slope = (ended - path[end] - bent) / (clock[end] - clock[start])
        bent += 0.5 - slope * clock[start]
        bends = zip(path[start + 1 : end], clock[start + 1 : end], strict=True)
        places += [int(at + bent + slope * passed) for at, passed in bends]
        places.append(ended)
    if min(places) < 0 or max(places) > top:
        places = [0 if each < 0 else top if each > top else each for each in places]
    return Walk(rungs, places, (high, low))


def make_minutes(
    luck: random.Random, name: MadeName, shape: Shape, ticks: TickGrid, walk: Walk, news: News | None
) -> list[Minute]:
    """Every minute of continuous trading, and the closing auction last.

    `luck` is where `make_walk` left it.
    """
    rungs, places = walk.rungs, walk.places
    top, minutes = len(rungs) - 1, len(places) - 1
    volatility = sqrt((name.volatility**2 + MARKET_VOLATILITY**2) / minutes) / 100
    steps = (shape.open * volatility / ticks.tick(shape.open) + 1) / (_BYTE + 1)
    prices: list[tuple[int, int, int, int]] = []
    wicks = zip(luck.randbytes(minutes), luck.randbytes(minutes), strict=True)
    for minute, ((opened, closed), (above, below)) in enumerate(zip(pairwise(places), wicks, strict=True)):
        high, low = (opened, closed) if opened > closed else (closed, opened)
        if minute not in walk.peaks:
            high, low = min(high + int(above * steps), top), max(low - int(below * steps), 0)
        prices.append((rungs[opened], rungs[high], rungs[low], rungs[closed]))
    told_at = int(news.when * minutes) if news else None
    made = _traded(shape, prices, _smile(luck, minutes, told_at))
    close, volume = shape.close, shape.call_volume
    made.append((close, close, close, close, volume, close * volume))
    return made


def _traded(
    shape: Shape, prices: Sequence[tuple[int, int, int, int]], weights: Sequence[float]
) -> list[Minute]:
    """Each minute with a volume by weight and the value at the middle of its prices, adding up to the day's.

    The day's average price is kept by trading more of the minutes above it, or of those below it.
    """
    sums = [sum(each) for each in prices]
    free = shape.volume - shape.call_volume - LEAST_A_MINUTE * len(prices)
    value = shape.value - shape.call_volume * shape.close
    average = (4 * value - LEAST_A_MINUTE * sum(sums)) / free
    above = below = above_weight = below_weight = 0.0
    for four, weight in zip(sums, weights, strict=True):
        if four > average:
            above += weight * (four - average)
            above_weight += weight
        else:
            below += weight * (average - four)
            below_weight += weight
    more, less = (below, above) if above and below else (1.0, 1.0)
    running = list(
        accumulate(
            weight * (more if four > average else less) for four, weight in zip(sums, weights, strict=True)
        )
    )
    volumes, before = [], 0
    for each in (*(int(free * each / running[-1]) for each in running[:-1]), free):
        volumes.append(LEAST_A_MINUTE + each - before)
        before = each
    values = [four * volume // 4 for four, volume in zip(sums, volumes, strict=True)]
    # What rounding left is dealt to minutes whose prices allow it.
    left = value - sum(values)
    for minute, (_, high, low, _) in enumerate(prices):
        if not left:
            break
        volume = volumes[minute]
        dealt = min(max(left, low * volume - values[minute]), high * volume - values[minute])
        values[minute] += dealt
        left -= dealt
    return [(*each, *traded) for each, traded in zip(prices, zip(volumes, values, strict=True), strict=True)]


def _rungs(ticks: TickGrid, low: int, high: int) -> list[int]:
    """The prices from `low` to `high`."""
    rungs: list[int] = []
    price = low
    for edge in (*ticks.edges[1:], high + 1):
        if price < edge:
            rungs += range(price, min(edge, high + 1), ticks.tick(price))
            price = rungs[-1] + ticks.tick(rungs[-1])
    return rungs


@cache
def _clock(minutes: int) -> tuple[float, ...]:
    """How much of a day's variance has passed at each minute: most of it early, some at the end."""
    weights = []
    for minute in range(minutes):
        left = 1 - minute / minutes
        weights.append(0.5 + 2.5 * left * left * left * left + 0.8 * (1 - left) * (1 - left))
    total = sum(weights)
    passed, clock = 0.0, [0.0]
    for weight in weights:
        passed += weight
        clock.append(passed / total)
    return tuple(clock)


@cache
def _roots(minutes: int) -> tuple[float, ...]:
    """How far a walk of size 1 goes in each minute for every unit of a byte's distance from its middle."""
    unit = sqrt(12) / _BYTE
    return tuple(sqrt(after - before) * unit for before, after in pairwise(_clock(minutes)))


def _walk(luck: random.Random, minutes: int) -> list[float]:
    """A random walk from 0 that goes about 1 far, at the pace of `_clock`.

    Its steps are uniform numbers of one byte each: of hundreds of them the sum is normal.
    """
    middle = _BYTE / 2
    steps = zip(luck.randbytes(minutes), _roots(minutes), strict=True)
    return list(accumulate([(step - middle) * root for step, root in steps], initial=0.0))


@cache
def _lull(minutes: int) -> tuple[float, ...]:
    """How busy each minute of a day is: the more so the nearer to the open and to the close."""
    weights = []
    for minute in range(minutes):
        x = minute / minutes
        early, late = (1 - x) * (1 - x), x * x
        weights.append(0.45 + 1.6 * early * early * early + 0.9 * late * late * late)
    return tuple(weights)


@cache
def _bursts() -> tuple[float, ...]:
    """How much busier a minute is than usual, for each byte."""
    return tuple(0.3 + 2.1 * (each / _BYTE) * (each / _BYTE) for each in range(_BYTE + 1))


def _smile(luck: random.Random, minutes: int, told_at: int | None) -> list[float]:
    """Each minute's weight in the volume: high after the open, before the close, and when there is news."""
    bursts = _bursts()
    weights = [
        weight * bursts[byte] for weight, byte in zip(_lull(minutes), luck.randbytes(minutes), strict=True)
    ]
    if told_at is not None:
        for minute in range(told_at, minutes):
            weights[minute] *= 1 + 10 / (1 + (minute - told_at) / 5)
    weights[0] = weights[0] * 4 + 4
    return weights
