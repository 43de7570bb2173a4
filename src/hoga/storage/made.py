"""Made prices: any trading day for about thirty well-known names, generated from a seed.

Names, codes, markets and kinds (made.csv) are real; every price and volume is made. A reference price in that
table is a round number of plausible size, not a recorded close. Whoever shows a price of this store says that
it is made (`source`).

The level of a name on a day is a function of seed and day alone: noise of many wave lengths, its own and that
of the whole market, around the reference price, and the news of the last days. So yesterday's close needs no
walk from the beginning of time, and a day continues the one before. The minutes of a day are a bridge from
its opening price to its close. Only additions, multiplications, divisions and square roots are used, so the
same seed makes the same prices on every machine.

It refuses days before 2015-06-15: with the price limit of 15 % of that time made news would not be lawful.
"""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from math import sqrt

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.krx.base_price import after_close
from hoga.krx.calendar import (
    get_hours,
    previous_trading_day,
    require_trading_day,
    trading_days,
    trading_days_between,
)
from hoga.krx.limits import price_limits
from hoga.krx.sessions import regular_session
from hoga.krx.ticks import grid

FIRST_DAY = date(2015, 6, 15)
"""The price limit became 30 % (krx.md §2.2)."""

CANDIDATES = 5
"""How many candidates a made day has."""

_MINUTE = timedelta(minutes=1)
_EPOCH = date(2010, 1, 1)
_MARKET_VOLATILITY = 0.9
"""Standard deviation of the daily change of the whole market, in per cent."""

_WAVES = tuple((1 << k, sqrt(3 * (1 << k)) / 2) for k in range(8))
"""Wave lengths in trading days with their amplitudes: together they change by about 1 a day."""

_NEWS_A_DAY = 2
_NEWS_MINUTES = 6
"""How long the price takes to follow the news."""
_NEWS_DAYS = 6
"""After how many trading days the news is forgotten."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A row of the table. `volume` is shares a day, `volatility` per cent a day beside the market's."""

    instrument: Instrument
    reference: int
    volume: int
    volatility: float
    beta: float


@dataclass(frozen=True, slots=True)
class _News:
    """`size` is the move as a fraction, `when` the fraction of the continuous session that has passed."""

    size: float
    when: float


@dataclass(frozen=True, slots=True)
class _Path:
    """Moves as fractions of the base price, at the start of each minute and at the end of the last one."""

    moves: tuple[float, ...]
    gap: float
    total: float


class MadeBars:
    """A `BarStore` of made prices. Every method raises `BadInput` for a day without trading."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._news: dict[date, dict[str, _News]] = {}
        self._market: dict[date, _Path] = {}

    @property
    def source(self) -> str:
        """ "made": nobody ever traded at these prices."""
        return "made"

    def instruments(self, day: date) -> Sequence[Instrument]:
        """All made names, by code; the same on every day."""
        _require_day(day)
        return tuple(name.instrument for name in _names().values())

    def base_price(self, code: str, day: date) -> int:
        """기준가격: the made close of the trading day before, on the grid of `day`."""
        _require_day(day)
        instrument = _get(code).instrument
        close = self._close(code, previous_trading_day(day))
        return after_close(close, grid(instrument.market, instrument.kind, day))

    def minute_bars(self, code: str, day: date) -> Sequence[Bar]:
        """One bar for every minute of continuous trading, and one for the closing auction."""
        _require_day(day)
        return self._make(_get(code), day)

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """The days that the minute bars add up to. Days before 2015-06-15 are left out."""
        days = trading_days(max(first, FIRST_DAY), last) if last >= FIRST_DAY else ()
        bars = (merge_bars(self.minute_bars(code, day)) for day in days)
        return tuple(bar for bar in bars if bar is not None)

    def candidates(self, day: date) -> Sequence[Candidate]:
        """What a made day recommends to buy: stocks with their previous close as reference.

        The names that will have news on the day are always among them, up or down, so that a strategy has
        something to do: this is a demonstration and no forecast.
        """
        news = self._news_of(day)
        others = [code for code in _stocks() if code not in news]
        luck = self._luck("candidates", day)
        chosen = sorted([*news, *luck.sample(others, CANDIDATES - len(news))])
        return tuple(
            Candidate(code, _get(code).instrument.name, self.base_price(code, day)) for code in chosen
        )

    def notes(self, day: date) -> Sequence[str]:
        """What has to be said wherever these prices are shown."""
        _require_day(day)
        return (
            f"시드 {self._seed}(으)로 만든 시세이며 실제 시세가 아닙니다 / "
            f"prices made from seed {self._seed}; they are not real prices",
        )

    def _luck(self, *key: object) -> random.Random:
        return random.Random(":".join(str(part) for part in (self._seed, *key)))  # noqa: S311 (prices, no secret)

    def _wander(self, name: str, day: date) -> float:
        """A level that changes by about 1 a day, up or down, and always comes back to 0."""
        step = trading_days_between(_EPOCH, day)
        level = 0.0
        for width, amplitude in _WAVES:
            cell, offset = divmod(step, width)
            left = self._luck(name, width, cell).uniform(-1, 1)
            right = self._luck(name, width, cell + 1).uniform(-1, 1)
            level += amplitude * (left + (right - left) * offset / width)
        return level

    def _market_level(self, day: date) -> float:
        return 1 + self._wander("market", day) * _MARKET_VOLATILITY / 100

    def _close(self, code: str, day: date) -> int:
        name = _get(code)
        own = 1 + self._wander(code, day) * name.volatility / 100
        market = 1 + name.beta * (self._market_level(day) - 1)
        news = 1.0
        told = day
        for age in range(_NEWS_DAYS):
            found = self._news_of(told).get(code)
            if found is not None:
                news += found.size * (1 - age / _NEWS_DAYS)
            told = previous_trading_day(told)
        price = int(name.reference * own * market * news)
        ticks = grid(name.instrument.market, name.instrument.kind, day)
        return ticks.floor(price + ticks.tick(price) // 2)

    def _news_of(self, day: date) -> dict[str, _News]:
        if day not in self._news:
            luck = self._luck("news", day)
            self._news[day] = {
                code: _News(luck.choice((-1, 1)) * luck.uniform(0.03, 0.08), luck.uniform(0.05, 0.85))
                for code in sorted(luck.sample(_stocks(), _NEWS_A_DAY))
            }
        return self._news[day]

    def _market_path(self, day: date, minutes: int) -> _Path:
        if day not in self._market:
            total = self._market_level(day) / self._market_level(previous_trading_day(day)) - 1
            luck = self._luck("market minutes", day)
            gap = total * luck.uniform(0.2, 0.5)
            wobble = _bridge(luck, minutes, 0.006)
            clock = _clock(minutes)
            moves = tuple(
                gap + (total - gap) * passed + extra for passed, extra in zip(clock, wobble, strict=True)
            )
            self._market[day] = _Path(moves, gap, total)
        return self._market[day]

    def _make(self, name: _Name, day: date) -> Sequence[Bar]:
        instrument = name.instrument
        code = instrument.code
        ticks = grid(instrument.market, instrument.kind, day)
        base = self.base_price(code, day)
        limits = price_limits(instrument.market, instrument.kind, base, day, leverage=instrument.leverage)
        opening = get_hours(day).open
        _, continuous, closing_call = regular_session(day)
        minutes = (continuous.end - continuous.start) // _MINUTE
        luck = self._luck("minutes", code, day)
        close = self._close(code, day)
        last = close + luck.randint(-2, 2) * ticks.tick(close)

        # What the market and the news do not explain is the name's own; some of it happens overnight.
        market = self._market_path(day, minutes)
        news = self._news_of(day).get(code, _News(0.0, 0.5))
        own = last / base - 1 - name.beta * market.total - news.size
        gap = own * luck.uniform(0.2, 0.5)
        wobble = _bridge(luck, minutes, name.volatility / 100 * 0.8)
        clock = _clock(minutes)
        told_at = int(news.when * minutes)
        prices = []
        for minute in range(minutes + 1):
            told = min(max((minute - told_at) / _NEWS_MINUTES, 0.0), 1.0)
            move = name.beta * market.moves[minute] + gap + (own - gap) * clock[minute] + wobble[minute]
            price = int(base * (1 + move + news.size * told))
            prices.append(ticks.floor(min(max(price + ticks.tick(price) // 2, limits.lower), limits.upper)))

        day_volume = name.volume * (luck.uniform(0.7, 1.3) + 10 * abs(close / base - 1))
        closing_share = luck.uniform(0.05, 0.09)
        shares = _smile(luck, minutes, told_at if news.size else None)
        minute_tick = (
            base * sqrt((name.volatility**2 + _MARKET_VOLATILITY**2) / minutes) / 100 / ticks.tick(base)
        )
        bars = []
        before = prices[0]
        for minute in range(minutes):
            opened = before
            if minute and luck.random() < 0.3:
                opened = ticks.up(before) if luck.random() < 0.5 else ticks.down(before)
                opened = min(max(opened, limits.lower), limits.upper)
            closed = prices[minute + 1]
            high, low = max(opened, closed), min(opened, closed)
            for _ in range(int(luck.random() * (minute_tick + 1))):
                high = ticks.up(high)
            for _ in range(int(luck.random() * (minute_tick + 1))):
                low = ticks.down(low)
            high, low = min(high, limits.upper), max(low, limits.lower)
            volume = max(int(day_volume * (1 - closing_share) * shares[minute]), 8)
            bars.append(_bar(code, opening + minute * _MINUTE, opened, high, low, closed, volume))
            before = closed
        volume = max(int(day_volume * closing_share), 8)
        bars.append(_bar(code, closing_call.end, close, close, close, close, volume))
        return tuple(bars)


def known_instruments() -> dict[str, Instrument]:
    """The instruments of the packaged table by code: real names, markets and kinds."""
    return {code: name.instrument for code, name in _names().items()}


def _bar(code: str, at: datetime, opened: int, high: int, low: int, close: int, volume: int) -> Bar:
    return Bar(code, at, opened, high, low, close, volume, (opened + high + low + close) * volume // 4)


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


def _bridge(luck: random.Random, minutes: int, size: float) -> list[float]:
    """A random walk from 0 to 0 that would have gone `size` far, at the pace of `_clock`."""
    clock = _clock(minutes)
    walk, at = [0.0], 0.0
    for before, after in pairwise(clock):
        # Three uniform numbers are near enough to a normal one, without a logarithm.
        step = (luck.random() + luck.random() + luck.random() - 1.5) * 2
        at += step * sqrt(after - before) * size
        walk.append(at)
    return [level - at * passed for level, passed in zip(walk, clock, strict=True)]


def _smile(luck: random.Random, minutes: int, told_at: int | None) -> list[float]:
    """Each minute's share of the volume: high after the open and before the close, and when there is news."""
    weights = []
    for minute in range(minutes):
        x = minute / minutes
        early, late = (1 - x) * (1 - x), x * x
        weight = 0.45 + 1.6 * early * early * early + 0.9 * late * late * late
        weight *= 0.3 + 2.1 * luck.random() * luck.random()
        if told_at is not None and minute >= told_at:
            weight *= 1 + 10 / (1 + (minute - told_at) / 5)
        weights.append(weight)
    weights[0] = weights[0] * 4 + 4
    total = sum(weights)
    return [weight / total for weight in weights]


def _require_day(day: date) -> None:
    if day < FIRST_DAY:
        raise BadInput(
            f"만든 시세는 {FIRST_DAY} 부터 있습니다. {day} 대신 그 이후의 거래일을 쓰십시오.",
            f"made prices begin on {FIRST_DAY}; use a trading day from then on instead of {day}",
        )
    require_trading_day(day)


def _get(code: str) -> _Name:
    found = _names().get(code)
    if found is None:
        raise BadInput(
            f"종목 {code} 은(는) 만든 시세에 없습니다. 쓸 수 있는 종목: {', '.join(_names())}",
            f"there are no made prices of {code}; there are those of {', '.join(_names())}",
        )
    return found


@cache
def _stocks() -> tuple[str, ...]:
    return tuple(code for code, name in _names().items() if name.instrument.kind is Kind.STOCK)


@cache
def _names() -> dict[str, _Name]:
    text = resources.files("hoga.storage").joinpath("made.csv").read_text(encoding="utf-8")
    names = {}
    for row in csv.DictReader(text.splitlines()):
        instrument = Instrument(
            code=row["code"],
            name=row["name"],
            name_english=row["name_english"],
            market=Market(row["market"]),
            kind=Kind(row["kind"]),
            leverage=Decimal(row["leverage"]),
        )
        names[instrument.code] = _Name(
            instrument,
            int(row["reference"]),
            int(row["volume"]),
            float(row["volatility"]),
            float(row["beta"]),
        )
    return dict(sorted(names.items()))
