"""Made prices: any trading day for about thirty well-known names, generated from a seed.

Which names there are, and how many invented ones beside them, `made_names` says; every price and volume is
made. Whoever shows a price of this store says that it is made (`source`).

The level of a name on a day is a function of seed and day alone: noise of many wave lengths, its own and that
of the whole market, around the reference price, and the news of the last days. So yesterday's close needs no
walk from the beginning of time, and a day continues the one before. The minutes of a day are a bridge from
its opening price to its close. Only additions, multiplications, divisions and square roots are used, so the
same seed makes the same prices on every machine.

It refuses days before 2015-06-15: with the price limit of 15 % of that time made news would not be lawful.
"""

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from math import sqrt

from hoga.domain.bar import Bar
from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.krx.base_price import after_close
from hoga.krx.calendar import (
    get_hours,
    previous_trading_day,
    require_trading_day,
    trading_days,
)
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.sessions import regular_session
from hoga.krx.ticks import TickGrid, grid
from hoga.storage.luck import luck_of, wander
from hoga.storage.made_names import (
    MOST_INVENTED,
    MadeName,
    find_invented,
    invented_code,
    invented_name,
    nxt_codes,
    real_names,
    real_stocks,
)

FIRST_DAY = date(2015, 6, 15)
"""The price limit became 30 % (krx.md §2.2)."""

CANDIDATES = 5
"""How many candidates a made day has."""

_MINUTE = timedelta(minutes=1)
_MARKET_VOLATILITY = 0.9
"""Standard deviation of the daily change of the whole market, in per cent."""

_NEWS_A_DAY = 2
_INVENTED_NEWS = 15
"""One of so many invented issues has news on a day, as the real ones have."""
_SHARES_A_VOLUME = 200
_LEAST_VOLUME = 100_000
"""What trades in a day of an issue that is added: a half per cent of its shares, and at least so many."""
_NEWS_MINUTES = 6
"""How long the price takes to follow the news."""
_REMEMBERED_DAYS = 1 << 15
"""How many daily bars are kept in memory."""
_REMEMBERED_MINUTES = 4
"""Of how many issues and days the minutes are."""
_NEWS_DAYS = 6
"""After how many trading days the news is forgotten."""


_Minute = tuple[int, int, int, int, int, int]
"""Open, high, low, close, volume and value."""


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
    """A `BarStore` of made prices. Every method raises `BadInput` for a day without trading.

    `invented` issues (at most 4,999) trade beside the real names; those have the same prices with or without.
    """

    def __init__(self, seed: int, invented: int = 0) -> None:
        if not 0 <= invented <= MOST_INVENTED:
            raise BadInput(
                f"가상종목을 {invented}개 만들 수는 없습니다. 0에서 {MOST_INVENTED} 사이의 수를 쓰십시오.",
                f"{invented} invented issues cannot be made; ask for 0 to {MOST_INVENTED} of them",
            )
        self._seed = seed
        self._invented = invented
        self._instruments: tuple[Instrument, ...] = ()
        self._added: dict[str, MadeName] = {}
        self._day_bar = lru_cache(maxsize=_REMEMBERED_DAYS)(self._merge_day)
        self._minutes = lru_cache(maxsize=_REMEMBERED_MINUTES)(self._make)
        self._close = lru_cache(maxsize=_REMEMBERED_DAYS)(self._make_close)
        self._news: dict[date, dict[str, _News]] = {}
        self._market: dict[date, _Path] = {}

    @property
    def source(self) -> str:
        """ "made": nobody ever traded at these prices."""
        return "made"

    def instruments(self, day: date) -> Sequence[Instrument]:
        """All made names, by code; the same on every day."""
        _require_day(day)
        if not self._instruments:
            names = [*real_names().values(), *map(invented_name, range(1, self._invented + 1))]
            self._instruments = tuple(
                sorted((name.instrument for name in names), key=lambda instrument: instrument.code)
            )
        return self._instruments

    def invent(self, instrument: Instrument, price: int) -> None:
        """Let one more issue trade around `price`, beside the names and not among them."""
        volume = max(instrument.listed_shares // _SHARES_A_VOLUME, _LEAST_VOLUME)
        self._added[instrument.code] = MadeName(instrument, price, volume, 1.5, 0.8)

    def forget(self) -> None:
        """Know no issues any more but those that the store began with."""
        self._added.clear()

    def knows(self, code: str) -> bool:
        """Whether there are prices of an issue."""
        number = find_invented(code)
        is_invented = number is not None and number <= self._invented
        return code in real_names() or is_invented or code in self._added

    def nxt_codes(self, day: date) -> frozenset[str]:
        """Which issues are traded at NXT on a day too, none before it existed."""
        return nxt_codes([self._get(instrument.code) for instrument in self.instruments(day)], day)

    def base_price(self, code: str, day: date) -> int:
        """기준가격: the made close of the trading day before, on the grid of `day`."""
        _require_day(day)
        instrument = self._get(code).instrument
        close = self._close(code, previous_trading_day(day))
        return after_close(close, grid(instrument.market, instrument.kind, day))

    def minute_bars(self, code: str, day: date, base: int | None = None) -> Sequence[Bar]:
        """One bar for every minute of continuous trading, and one for the closing auction.

        With a `base` price of another market's the same moves begin there.
        """
        _require_day(day)
        opening = get_hours(day).open
        minutes = self._minutes(code, day, base)
        bars = [Bar(code, opening + minute * _MINUTE, *made) for minute, made in enumerate(minutes[:-1])]
        return (*bars, Bar(code, regular_session(day)[-1].end, *minutes[-1]))

    def minute_prices(self, code: str, day: date) -> Sequence[int]:
        """The first price of a day and the close of each minute: the bars without the rest of them."""
        _require_day(day)
        minutes = self._minutes(code, day, None)
        return (minutes[0][0], *(minute[3] for minute in minutes))

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """The days that the minute bars add up to. Days before 2015-06-15 are left out."""
        days = trading_days(max(first, FIRST_DAY), last) if last >= FIRST_DAY else ()
        self._get(code)
        return tuple(self._day_bar(code, day) for day in days)

    def candidates(self, day: date) -> Sequence[Candidate]:
        """What a made day recommends to buy: stocks with their previous close as reference.

        The names that will have news on the day are always among them, up or down, so that a strategy has
        something to do: this is a demonstration and no forecast.
        """
        news = [code for code in self._news_of(day) if code in real_names()]
        others = [code for code in real_stocks() if code not in news]
        chosen = sorted([*news, *self._luck("candidates", day).sample(others, CANDIDATES - len(news))])
        return tuple(
            Candidate(code, self._get(code).instrument.name, self.base_price(code, day)) for code in chosen
        )

    def notes(self, day: date) -> Sequence[str]:
        """What has to be said wherever these prices are shown."""
        _require_day(day)
        return (
            f"시드 {self._seed}(으)로 만든 시세이며 실제 시세가 아닙니다 / "
            f"prices made from seed {self._seed}; they are not real prices",
        )

    def _get(self, code: str) -> MadeName:
        found = real_names().get(code)
        if found is not None:
            return found
        number = find_invented(code)
        if number is not None and number <= self._invented:
            return invented_name(number)
        if code in self._added:
            return self._added[code]
        there = ", ".join(real_names())
        if self._invented:
            there += f", {invented_code(1)} ~ {invented_code(self._invented)}"
        raise BadInput(
            f"종목 {code} 은(는) 만든 시세에 없습니다. 쓸 수 있는 종목: {there}",
            f"there are no made prices of {code}; there are those of {there}",
        )

    def _luck(self, *key: object) -> random.Random:
        return luck_of(self._seed, *key)

    def _wander(self, name: str, day: date) -> float:
        return wander(self._seed, name, day)

    def _merge_day(self, code: str, day: date) -> Bar:
        """What `merge_bars` makes of the minutes, without making a bar of each."""
        opens, highs, lows, closes, volumes, values = zip(*self._minutes(code, day, None), strict=True)
        opening = get_hours(day).open
        return Bar(code, opening, opens[0], max(highs), min(lows), closes[-1], sum(volumes), sum(values))

    def _market_level(self, day: date) -> float:
        return 1 + self._wander("market", day) * _MARKET_VOLATILITY / 100

    def _make_close(self, code: str, day: date) -> int:
        name = self._get(code)
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
            self._news[day] = self._tell("news", day, real_stocks(), _NEWS_A_DAY)
            if self._invented:
                told = self._invented // _INVENTED_NEWS
                codes = [invented_code(number) for number in range(1, self._invented + 1)]
                self._news[day] |= self._tell("news of invented issues", day, codes, told)
        return self._news[day]

    def _tell(self, kind: str, day: date, codes: Sequence[str], count: int) -> dict[str, _News]:
        luck = self._luck(kind, day)
        return {
            code: _News(luck.choice((-1, 1)) * luck.uniform(0.03, 0.08), luck.uniform(0.05, 0.85))
            for code in sorted(luck.sample(codes, count))
        }

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

    def _make(self, code: str, day: date, moved_base: int | None = None) -> list[_Minute]:
        """Every minute of continuous trading, and the closing auction last."""
        name = self._get(code)
        instrument = name.instrument
        ticks = grid(instrument.market, instrument.kind, day)
        made_base = self.base_price(code, day)
        base = made_base if moved_base is None else moved_base
        limits = price_limits(instrument.market, instrument.kind, base, day, leverage=instrument.leverage)
        _, continuous, _ = regular_session(day)
        minutes = (continuous.end - continuous.start) // _MINUTE
        luck = self._luck("minutes", code, day)
        close = self._close(code, day)
        if base != made_base:
            close = ticks.floor(min(max(close * base // made_base, limits.lower), limits.upper))
        last = close + luck.randint(-2, 2) * ticks.tick(close)

        # What the market and the news do not explain is the name's own; some of it happens overnight.
        market = self._market_path(day, minutes)
        news = self._news_of(day).get(code)
        own = last / base - 1 - name.beta * market.total - (news.size if news else 0.0)
        gap = own * luck.uniform(0.2, 0.5)
        wobble = _bridge(luck, minutes, name.volatility / 100 * 0.8)
        beta, rest = name.beta, own - gap
        growths = [
            1 + (beta * of_market + gap + rest * passed + extra)
            for of_market, passed, extra in zip(market.moves, _clock(minutes), wobble, strict=True)
        ]
        told_at = int(news.when * minutes) if news else None
        if news and told_at is not None:
            for minute in range(told_at, minutes + 1):
                growths[minute] += news.size * min((minute - told_at) / _NEWS_MINUTES, 1.0)

        # From here on a price is its place among the rungs, the prices that the day allows.
        rungs, halves = _rungs(ticks, limits)
        top = len(rungs) - 1
        places = [bisect_right(halves, int(base * growth)) for growth in growths]

        day_volume = name.volume * (luck.uniform(0.7, 1.3) + 10 * abs(close / base - 1))
        closing_share = luck.uniform(0.05, 0.09)
        shares = _smile(luck, minutes, told_at)
        steps = (
            base * sqrt((name.volatility**2 + _MARKET_VOLATILITY**2) / minutes) / 100 / ticks.tick(base) + 1
        )
        rolled, volume_left = luck.random, day_volume * (1 - closing_share)
        made: list[_Minute] = []
        before = places[0]
        for minute, closed in enumerate(places[1:]):
            opened = before
            if minute and rolled() < 0.3:
                opened = min(opened + 1, top) if rolled() < 0.5 else max(opened - 1, 0)
            high, low = (opened, closed) if opened > closed else (closed, opened)
            high = min(high + int(rolled() * steps), top)
            low = max(low - int(rolled() * steps), 0)
            volume = max(int(volume_left * shares[minute]), 8)
            first, highest, lowest, last = rungs[opened], rungs[high], rungs[low], rungs[closed]
            value = (first + highest + lowest + last) * volume // 4
            made.append((first, highest, lowest, last, volume, value))
            before = closed
        volume = max(int(day_volume * closing_share), 8)
        made.append((close, close, close, close, volume, close * volume))
        return made


def _rungs(ticks: TickGrid, limits: PriceLimits) -> tuple[list[int], list[int]]:
    """The prices from the lower to the upper limit, and from where on each but the first is the nearest."""
    rungs: list[int] = []
    price = limits.lower
    for edge in (*ticks.edges[1:], limits.upper + 1):
        if price < edge:
            rungs += range(price, min(edge, limits.upper + 1), ticks.tick(price))
            price = rungs[-1] + ticks.tick(rungs[-1])
    return rungs, [above - (above - below) // 2 for below, above in pairwise(rungs)]


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
    """The square roots of the steps of `_clock`: how far a walk goes in each minute."""
    return tuple(sqrt(after - before) for before, after in pairwise(_clock(minutes)))


def _bridge(luck: random.Random, minutes: int, size: float) -> list[float]:
    """A random walk from 0 to 0 that would have gone `size` far, at the pace of `_clock`."""
    walk, at, rolled = [0.0], 0.0, luck.random
    for root in _roots(minutes):
        # Three uniform numbers are near enough to a normal one, without a logarithm.
        at += (rolled() + rolled() + rolled() - 1.5) * 2 * root * size
        walk.append(at)
    return [level - at * passed for level, passed in zip(walk, _clock(minutes), strict=True)]


@cache
def _lull(minutes: int) -> tuple[float, ...]:
    """How busy each minute of a day is: the more so the nearer to the open and to the close."""
    weights = []
    for minute in range(minutes):
        x = minute / minutes
        early, late = (1 - x) * (1 - x), x * x
        weights.append(0.45 + 1.6 * early * early * early + 0.9 * late * late * late)
    return tuple(weights)


def _smile(luck: random.Random, minutes: int, told_at: int | None) -> list[float]:
    """Each minute's share of the volume: high after the open and before the close, and when there is news."""
    rolled = luck.random
    weights = [weight * (0.3 + 2.1 * rolled() * rolled()) for weight in _lull(minutes)]
    if told_at is not None:
        for minute in range(told_at, minutes):
            weights[minute] *= 1 + 10 / (1 + (minute - told_at) / 5)
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
