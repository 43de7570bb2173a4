"""The days of made prices: what each is as a whole, which is drawn before its minutes are.

The close of an issue on a day is a function of seed and day alone: noise of many wave lengths, its own and
that of the whole market, around the reference price, and the news of the last days. Where the day opened,
how far it went and how much was traded is drawn from luck that an issue has for some weeks at once, so that
a year of days costs no more than two days of minutes; `made_minutes` keeps to it. Only additions,
multiplications, divisions and square roots are used.
"""

import random
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import sqrt

from hoga.krx.base_price import after_close
from hoga.krx.calendar import get_hours, previous_trading_day, trading_days, trading_days_between
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.sessions import regular_session
from hoga.krx.ticks import TickGrid, grid
from hoga.storage.luck import luck_of, wander, wanders
from hoga.storage.made_names import MadeName, eventful_stocks, invented_code

MARKET_VOLATILITY = 0.9
"""Standard deviation of the daily change of the whole market, in per cent."""
MARKET_WOBBLE = 0.006
OWN_WOBBLE = 0.008
"""How far a day's prices walk by themselves: with the market, and for every per cent of own volatility."""
LEAST_A_MINUTE = 4
"""Shares of every minute, at least."""

_NEWS_A_DAY = 2
_INVENTED_NEWS = 15
"""One of so many invented issues has news on a day, as the real ones have."""
_NEWS_DAYS = 6
"""After how many trading days the news is forgotten."""
_STRETCH = 32
"""Trading days that are drawn together; a stretch lies within a year."""
_REMEMBERED_STRETCHES = 1 << 15
_REMEMBERED_CLOSES = 1 << 15
_FIELDS = 7
_SAFE_MOVE = 0.2
"""No price limit is nearer to the base price."""
_MIDDLE = 0.25
"""The average price of a day keeps such a part of its range away from the high and from the low."""
_LEAST_VOLUME = 6 * LEAST_A_MINUTE
"""For every minute of a day, so that its average price can be anywhere in the middle of its range."""
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class News:
    """`size` is the move as a fraction, `when` the fraction of the continuous session that has passed."""

    size: float
    when: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A day of an issue as a whole. `call_volume` is what the closing auction trades of it, at the close."""

    open: int
    high: int
    low: int
    close: int
    volume: int
    value: int
    call_volume: int

    def moved(self, base: int, made_base: int, ticks: TickGrid, limits: PriceLimits) -> "Shape":
        """The same day from another base price."""

        def at(price: int) -> int:
            return ticks.floor(min(max(price * base // made_base, limits.lower), limits.upper))

        opened, high, low, close = at(self.open), at(self.high), at(self.low), at(self.close)
        traded = self.volume - self.call_volume
        average = (self.value - self.call_volume * self.close) / traded
        part = (average - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        value = _middle_value(traded, part, high, low) + self.call_volume * close
        return Shape(opened, high, low, close, self.volume, value, self.call_volume)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What some days have in common for every issue. `levels` begin with the day before the first one."""

    before: date
    days: tuple[date, ...]
    opens: tuple[datetime, ...]
    minutes: tuple[int, ...]
    levels: tuple[float, ...]
    totals: tuple[float, ...]
    gaps: tuple[float, ...]
    told: tuple[tuple[Mapping[str, News], ...], ...]
    """For the day before and each day the news of its last days, the newest first."""


class MadeDays:
    """The days of the issues that `find` gives, `invented` issues among them."""

    def __init__(self, seed: int, find: Callable[[str], MadeName], invented: int) -> None:
        self._seed = seed
        self._find = find
        self._invented = invented
        self._invented_codes = [invented_code(number) for number in range(1, invented + 1)]
        self._news: dict[date, dict[str, News]] = {}
        self._stretches: dict[tuple[int, int], _Stretch] = {}
        self._drawn = lru_cache(maxsize=_REMEMBERED_STRETCHES)(self._draw)
        self.close = lru_cache(maxsize=_REMEMBERED_CLOSES)(self._make_close)
        """What an issue closed at on a day."""

    def forget(self) -> None:
        """Draw everything anew: other issues may have the same codes."""
        self._drawn.cache_clear()
        self.close.cache_clear()

    def shape(self, code: str, day: date) -> Shape:
        """One day of an issue as a whole."""
        number, place = divmod(_passed(day) - 1, _STRETCH)
        return Shape(*self._drawn(code, day.year, number)[place * _FIELDS : (place + 1) * _FIELDS])

    def between(self, code: str, first: date, last: date) -> list[tuple[datetime, Sequence[int]]]:
        """When each day opened, and the fields of its `Shape`."""
        found: list[tuple[datetime, Sequence[int]]] = []
        for year in range(first.year, last.year + 1):
            start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
            begun, done = _passed(start - _DAY) if start > date(year, 1, 1) else 0, _passed(end)
            for number in range(begun // _STRETCH, -(-done // _STRETCH)):
                drawn, opens = self._drawn(code, year, number), self._stretch(year, number).opens
                passed = number * _STRETCH
                places = range(max(begun - passed, 0), min(done - passed, len(opens)))
                found += [(opens[at], drawn[at * _FIELDS : (at + 1) * _FIELDS]) for at in places]
        return found

    def news(self, day: date) -> Mapping[str, News]:
        """Which issues have news on a day."""
        if day not in self._news:
            self._news[day] = self._tell("news", day, eventful_stocks(), _NEWS_A_DAY)
            if self._invented:
                told = self._invented // _INVENTED_NEWS
                self._news[day] |= self._tell("news of invented issues", day, self._invented_codes, told)
        return self._news[day]

    def market_move(self, day: date) -> tuple[float, float]:
        """By how much the whole market moves from one close to the next, and how much of that overnight."""
        total = self._market_level(day) / self._market_level(previous_trading_day(day)) - 1
        return total, total * luck_of(self._seed, "market night", day).uniform(0.2, 0.5)

    def _tell(self, kind: str, day: date, codes: Sequence[str], count: int) -> dict[str, News]:
        luck = luck_of(self._seed, kind, day)
        return {
            code: News(luck.choice((-1, 1)) * luck.uniform(0.03, 0.08), luck.uniform(0.05, 0.85))
            for code in sorted(luck.sample(codes, count))
        }

    def _market_level(self, day: date) -> float:
        return 1 + wander(self._seed, "market", day) * MARKET_VOLATILITY / 100

    def _last_news(self, day: date) -> tuple[Mapping[str, News], ...]:
        told = []
        for _ in range(_NEWS_DAYS):
            told.append(self.news(day))
            day = previous_trading_day(day)
        return tuple(told)

    def _make_close(self, code: str, day: date) -> int:
        name = self._find(code)
        instrument, own = name.instrument, wander(self._seed, code, day)
        ticks = grid(instrument.market, instrument.kind, day)
        return _close(name, ticks, own, self._market_level(day), self._last_news(day))

    def _stretch(self, year: int, number: int) -> _Stretch:
        found = self._stretches.get((year, number))
        if found is None:
            days = trading_days(date(year, 1, 1), date(year, 12, 31))[number * _STRETCH :][:_STRETCH]
            before = previous_trading_day(days[0])
            moves = [self.market_move(day) for day in days]
            continuous = [regular_session(day)[1] for day in days]
            found = self._stretches[year, number] = _Stretch(
                before,
                days,
                tuple(get_hours(day).open for day in days),
                tuple((span.end - span.start) // _MINUTE for span in continuous),
                tuple(self._market_level(day) for day in (before, *days)),
                tuple(total for total, _ in moves),
                tuple(gap for _, gap in moves),
                tuple(self._last_news(day) for day in (before, *days)),
            )
        return found

    def _draw(self, code: str, year: int, number: int) -> "array[int]":
        name, stretch = self._find(code), self._stretch(year, number)
        levels = wanders(self._seed, code, stretch.before, len(stretch.days) + 1)
        luck = luck_of(self._seed, "days", code, year, number)
        instrument, far = name.instrument, wobble(name)
        drawn = array("q")
        ticks = grid(instrument.market, instrument.kind, stretch.before)
        before = _close(name, ticks, levels[0], stretch.levels[0], stretch.told[0])
        for place, day in enumerate(stretch.days):
            told = stretch.told[place + 1]
            ticks = grid(instrument.market, instrument.kind, day)
            close = _close(name, ticks, levels[place + 1], stretch.levels[place + 1], told)
            move = stretch.totals[place], stretch.gaps[place]
            news, minutes = told[0].get(code), stretch.minutes[place]
            drawn.extend(_draw_day(luck, name, far, day, ticks, before, close, move, news, minutes))
            before = close
        return drawn


def _passed(day: date) -> int:
    """How many trading days of its year are not after `day`."""
    return trading_days_between(date(day.year - 1, 12, 31), day)


def wobble(name: MadeName) -> float:
    """How far the prices of a day walk, as a fraction: one standard deviation."""
    own, market = name.volatility * OWN_WOBBLE, name.beta * MARKET_WOBBLE
    return sqrt(own * own + market * market)


def _close(
    name: MadeName, ticks: TickGrid, own: float, market_level: float, told: Sequence[Mapping[str, News]]
) -> int:
    """The close of a day; `told` is its news and that of the days before, the newest first."""
    code, news = name.instrument.code, 1.0
    for age, of_day in enumerate(told):
        if code in of_day:
            news += of_day[code].size * (1 - age / _NEWS_DAYS)
    market = 1 + name.beta * (market_level - 1)
    return _nearest(ticks, int(name.reference * (1 + own * name.volatility / 100) * market * news))


def _draw_day(
    luck: random.Random,
    name: MadeName,
    far: float,
    day: date,
    ticks: TickGrid,
    before: int,
    close: int,
    move: tuple[float, float],
    news: News | None,
    minutes: int,
) -> tuple[int, ...]:
    """The fields of the `Shape` of a day after one that closed at `before`; `far` is its `wobble`."""
    rolled, instrument = luck.random, name.instrument
    base = after_close(before, ticks)
    # What the market and the news do not explain is the name's own; some of it happens overnight.
    total, gap = move
    own = close / base - 1 - name.beta * total - (news.size if news else 0.0)
    opened = _nearest(ticks, int(base * (1 + name.beta * gap + own * (0.2 + 0.3 * rolled()))))
    far *= base
    apart, far, both = (opened - close) * (opened - close), 2 * far * far, opened + close
    high = _nearest(ticks, int((both + sqrt(apart + far * _patience(rolled()))) / 2))
    low = _nearest(ticks, int((both - sqrt(apart + far * _patience(rolled()))) / 2))
    high, low = max(high, opened, close), min(low, opened, close)
    if high > base * (1 + _SAFE_MOVE) or low < base * (1 - _SAFE_MOVE):
        limits = price_limits(instrument.market, instrument.kind, base, day, leverage=instrument.leverage)
        opened, high, low = (min(max(each, limits.lower), limits.upper) for each in (opened, high, low))
    volume = int(name.volume * (0.7 + 0.6 * rolled() + 10 * abs(close / base - 1)))
    call_volume = int(volume * (0.05 + 0.04 * rolled()))
    least = _LEAST_VOLUME * minutes
    if volume - call_volume < least:
        volume = least + call_volume
    call_volume = max(call_volume, LEAST_A_MINUTE)
    part = ((opened + high + low + close) / 4 - low) / (high - low) if high > low else 0.5
    value = _middle_value(volume - call_volume, part, high, low) + call_volume * close
    return opened, high, low, close, volume, value, call_volume


def _middle_value(volume: int, part: float, high: int, low: int) -> int:
    """What shares are worth that traded at `part` of the way from `low` to `high`, or near it."""
    return volume * low + int(volume * (high - low) * min(max(part, _MIDDLE), 1 - _MIDDLE))


def _nearest(ticks: TickGrid, price: int) -> int:
    tick = ticks.tick(price)
    price += tick // 2
    # The next band begins at a multiple of this tick, so what reaches into it is brought back to its edge.
    price -= price % tick
    return price if price > 0 else ticks.smallest


def _patience(left: float) -> float:
    """How far a walk goes beyond its ends: nearly an exponential number, without a logarithm."""
    return left * (1 + left * (0.5 + left * (1 / 3 + 1.2 * left)))
