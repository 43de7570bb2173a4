"""Made prices: any trading day for about forty real names, generated from a seed.

Which names there are, and how many invented ones beside them, `made_names` says; every price and volume is
made. Whoever shows a price of this store says that it is made (`source`).

What a day is as a whole `made_days` draws, so yesterday's close needs no walk from the beginning of time, and
a year of days is soon told; `made_minutes` makes the minutes of a day, which keep to it. The same seed makes
the same prices on every machine.

It refuses days before 2015-06-15: with the price limit of 15 % of that time made news would not be lawful.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from hoga.domain.bar import Bar
from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.krx.base_price import after_close
from hoga.krx.calendar import (
    get_hours,
    previous_trading_day,
    require_trading_day,
)
from hoga.krx.limits import price_limits
from hoga.krx.sessions import regular_session
from hoga.krx.ticks import grid
from hoga.storage.luck import luck_of
from hoga.storage.made_days import MadeDays
from hoga.storage.made_minutes import Minute, make_minutes, make_walk, market_walk
from hoga.storage.made_names import (
    MOST_INVENTED,
    NXT_LEAST,
    MadeName,
    eventful_stocks,
    find_invented,
    invented_code,
    invented_name,
    nxt_codes,
    real_names,
)

FIRST_DAY = date(2015, 6, 15)
"""The price limit became 30 % (krx.md §2.2)."""

CANDIDATES = 5
"""How many candidates a made day has."""

_MINUTE = timedelta(minutes=1)
_SHARES_A_VOLUME = 200
_LEAST_VOLUME = 100_000
"""What trades in a day of an issue that is added: a half per cent of its shares, and at least so many."""
_REMEMBERED_MINUTES = 4
"""Of how many issues and days the minutes are kept."""
_REMEMBERED_MARKETS = 512
"""Of how many days it is kept how the whole market wandered."""


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
        self._days = MadeDays(seed, self._get, invented)
        self._minutes = lru_cache(maxsize=_REMEMBERED_MINUTES)(self._make)
        self._market = lru_cache(maxsize=_REMEMBERED_MARKETS)(self._make_market)

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
        self._days.forget()
        self._minutes.cache_clear()

    def knows(self, code: str) -> bool:
        """Whether there are prices of an issue."""
        number = find_invented(code)
        is_invented = number is not None and number <= self._invented
        return code in real_names() or is_invented or code in self._added

    def nxt_codes(self, day: date, least: int = NXT_LEAST) -> frozenset[str]:
        """Which issues of `least` won or more are traded at NXT on a day too, none before it existed."""
        return nxt_codes([self._get(instrument.code) for instrument in self.instruments(day)], day, least)

    def base_price(self, code: str, day: date) -> int:
        """기준가격: the made close of the trading day before, on the grid of `day`."""
        _require_day(day)
        instrument = self._get(code).instrument
        close = self._days.close(code, previous_trading_day(day))
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
        shape, name = self._days.shape(code, day), self._get(code)
        instrument = name.instrument
        ticks = grid(instrument.market, instrument.kind, day)
        luck, news = self._luck("minutes", code, day), self._days.news(day).get(code)
        walk = make_walk(luck, name, shape, ticks, self._market(day), news)
        rungs = walk.rungs
        return [*[rungs[place] for place in walk.places], shape.close]

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """The days that the minute bars add up to. Days before 2015-06-15 are left out."""
        self._get(code)
        first = max(first, FIRST_DAY)
        days = self._days.between(code, first, last) if last >= first else ()
        return tuple(Bar(code, at, *fields[:6]) for at, fields in days)

    def candidates(self, day: date) -> Sequence[Candidate]:
        """What a made day recommends to buy: stocks with their previous close as reference.

        The names that will have news on the day are always among them, up or down, so that a strategy has
        something to do: this is a demonstration and no forecast.
        """
        news = [code for code in self._days.news(day) if code in real_names()]
        others = [code for code in eventful_stocks() if code not in news]
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

    def _luck(self, *key: object) -> Random:
        return luck_of(self._seed, *key)

    def _make_market(self, day: date) -> tuple[float, ...]:
        continuous = regular_session(day)[1]
        minutes = (continuous.end - continuous.start) // _MINUTE
        return market_walk(self._luck("market minutes", day), minutes)

    def _make(self, code: str, day: date, base: int | None = None) -> list[Minute]:
        """Every minute of continuous trading, and the closing auction last."""
        name, shape = self._get(code), self._days.shape(code, day)
        instrument = name.instrument
        ticks = grid(instrument.market, instrument.kind, day)
        made_base = self.base_price(code, day)
        if base is not None and base != made_base:
            limits = price_limits(instrument.market, instrument.kind, base, day, leverage=instrument.leverage)
            shape = shape.moved(base, made_base, ticks, limits)
        luck, news = self._luck("minutes", code, day), self._days.news(day).get(code)
        walk = make_walk(luck, name, shape, ticks, self._market(day), news)
        return make_minutes(luck, name, shape, ticks, walk, news)


def _require_day(day: date) -> None:
    if day < FIRST_DAY:
        raise BadInput(
            f"만든 시세는 {FIRST_DAY} 부터 있습니다. {day} 대신 그 이후의 거래일을 쓰십시오.",
            f"made prices begin on {FIRST_DAY}; use a trading day from then on instead of {day}",
        )
    require_trading_day(day)
