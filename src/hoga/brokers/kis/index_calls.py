"""What answers the calls of the KIS face about indices."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hoga.brokers.kis import (
    index_charts,
    indices,
    industries,
    question,
)
from hoga.brokers.kis.codes import (
    BARS_PER_CALL,
    INDEX_BARS_PER_CALL,
    INDEX_TICKS_PER_CALL,
)
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import INDEX_DIVISION, bad_division
from hoga.brokers.kis.register import INTERVAL_DAYS, Handler, Register, reach
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Interval
from hoga.domain.index import Basket, Index, IndexBar
from hoga.domain.instrument import Market
from hoga.domain.zone import KST
from hoga.krx.calendar import previous_trading_day
from hoga.krx.sessions import regular_session

_TEN_SECONDS, _MINUTE = 10, 60
_TOLD_AT_ONCE = 50
"""Members of an index whose prints are looked through before others are served."""
_MOST_DAYS_BACK = 5
"""Of so many earlier days minutes are shown at most: to make those of a day takes a while."""


class IndexCalls:
    """The calls about an index: now, and its bars."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.INDEX_PRICE: self._index_price,
            Call.INDEX_BARS: self._index_bars,
            Call.INDEX_DAYS: self._index_days,
            Call.INDEX_MINUTES: self._index_minutes,
            Call.INDEX_MINUTE_BARS: self._index_minute_bars,
            Call.INDEX_TICKS: self._index_ticks,
            Call.INDEX_CATEGORIES: self._index_categories,
        }

    async def _index_price(self, request: Request, _: Customer) -> Reply:
        return indices.index_price_reply(self.find_index(self._asked_index(request)))

    async def _index_bars(self, request: Request, _: Customer) -> Reply:
        index, interval = self._asked_index(request), question.asked_interval(request)
        first = max(question.asked_first_day(request, "FID_INPUT_DATE_1"), FIRST_DAY)
        last = question.asked_day(request, "FID_INPUT_DATE_2")
        bars = await self.history(index, interval, first, last, BARS_PER_CALL)
        shown = [bar for bar in bars if bar.at.date() >= first]
        return indices.index_bars_reply(self.find_index(index), shown)

    async def _index_days(self, request: Request, _: Customer) -> Reply:
        index, interval = self._asked_index(request), question.asked_interval(request)
        last = question.asked_day(request, "FID_INPUT_DATE_1")
        bars = await self.history(index, interval, FIRST_DAY, last, BARS_PER_CALL + 20)
        return indices.index_days_reply(self.find_index(index), bars)

    async def _index_minutes(self, request: Request, _: Customer) -> Reply:
        index = self._asked_index(request)
        seconds = int(question.asked_choice(request, "FID_INPUT_HOUR_1", ("60", "300", "600"), "60"))
        minutes = await self._today(index, _MINUTE)
        return indices.index_minutes_reply(self.find_index(index), minutes, seconds)

    async def _index_minute_bars(self, request: Request, _: Customer) -> Reply:
        index = self._asked_index(request)
        seconds = int(question.asked_choice(request, "FID_INPUT_HOUR_1", ("30", "60", "600", "3600"), "60"))
        question.asked_choice(request, "FID_ETC_CLS_CODE", ("0", "1"), "0")
        is_crossing = question.asked_choice(request, "FID_PW_DATA_INCU_YN", ("Y", "N"), "N") == "Y"
        days = [index_charts.longer_steps(await self._today(index, min(seconds, _MINUTE)), seconds)]
        day = self._known.day
        while (
            index
            and is_crossing
            and sum(map(len, days)) < INDEX_BARS_PER_CALL
            and len(days) <= _MOST_DAYS_BACK
        ):
            day = previous_trading_day(day)
            await asyncio.sleep(0)
            minutes = self._known.facts.index_minute_bars(index, day)
            days.insert(0, index_charts.longer_steps(minutes, seconds))
        return index_charts.index_minute_bars_reply(self.find_index(index), days)

    async def _index_ticks(self, request: Request, _: Customer) -> Reply:
        index = self._asked_index(request)
        steps = await self._today(index, _TEN_SECONDS, INDEX_TICKS_PER_CALL)
        step = timedelta(seconds=_TEN_SECONDS)
        return index_charts.index_ticks_reply(self.find_index(index), steps, step, self._known.now)

    async def _index_categories(self, request: Request, _: Customer) -> Reply:
        index, query = self._asked_index(request), industries.asked_categories(request)
        of_market = [(code, self.find_index(each)) for code, each in industries.indices_of(query)]
        whole = self.find_index(industries.whole_of(query))
        everything = [listed async for listed in self._known.everything()]
        found = industries.categories(query, everything)
        known = [(code, now) for code, now in of_market if now is not None]
        return industries.categories_reply(self.find_index(index), whole, known, found)

    def _asked_index(self, request: Request) -> Index | None:
        index = indices.asked_index(request)
        if request.query["FID_COND_MRKT_DIV_CODE"].strip().upper() != INDEX_DIVISION:
            raise bad_division()
        if index is None:
            self._known.check_index(request.query["FID_INPUT_ISCD"].strip())
        return index

    async def _today(self, index: Index | None, seconds: int, most: int | None = None) -> list[IndexBar]:
        """How an index went today in steps in which something was traded: the last `most` or all of them.

        When not all of its members are traded here, it is what is known of its minutes.
        """
        known = self._known
        basket = known.facts.basket(index, known.day) if index else None
        if index is None or basket is None:
            return []
        if not basket.shares.keys() <= known.codes:
            minutes = known.facts.index_minute_bars(index, known.day)
            return [bar for bar in minutes if bar.at <= known.now]
        return await self._path(index, basket, seconds, most)

    async def _path(self, index: Index, basket: Basket, seconds: int, most: int | None) -> list[IndexBar]:
        known, opened = self._known, _second(regular_session(self._known.day)[1].start)
        newest = known.tape.find_newest(basket.shares)
        if newest is None:
            return []
        end = min(newest, _second(known.now)) // seconds * seconds + seconds
        # Members trade nearly always: mostly twice as many steps have enough in which one did.
        span = end - opened if most is None else 2 * most * seconds
        while True:
            start = max(opened, end - span)
            bars = await self._steps(index, basket, range(start, end + 1, seconds))
            if most is None:
                return bars
            if len(bars) >= most or start == opened:
                return bars[-most:]
            span *= 4

    async def _steps(self, index: Index, basket: Basket, bounds: range) -> list[IndexBar]:
        known, length = self._known, max(len(bounds) - 1, 0)
        first_worth, worths, volumes, values = 0, [0] * length, [0] * length, [0] * length
        for place, (code, shares) in enumerate(basket.shares.items()):
            price = known.tape.find_last(code, bounds.start) or known.exchange.quote(code).base_price
            stretches = known.tape.stretches(code, bounds)
            first_worth += shares * ((stretches[0].first if stretches else 0) or price)
            for step, each in enumerate(stretches):
                price = each.last or price
                worths[step] += shares * price
                volumes[step] += each.volume
                values[step] += each.value
            if place % _TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)
        return _bars(index, basket, known.day, bounds, [first_worth, *worths], volumes, values)

    async def levels(self, index: Index, seconds: Sequence[int]) -> list[Decimal | None]:
        """How an index stood just before each of some seconds of today, None when that is not known."""
        known = self._known
        basket = known.facts.basket(index, known.day)
        if basket is None:
            return [None] * len(seconds)
        if not basket.shares.keys() <= known.codes:
            bars = known.facts.index_minute_bars(index, known.day)
            closes = [[bar.close for bar in bars if _second(bar.at) < second] for second in seconds]
            return [each[-1] if each else None for each in closes]
        worths = [0] * len(seconds)
        for place, (code, shares) in enumerate(basket.shares.items()):
            base = known.exchange.quote(code).base_price
            for step, second in enumerate(seconds):
                worths[step] += shares * (known.tape.find_last(code, second) or base)
            if place % _TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)
        return [basket.level_of(worth) for worth in worths]

    async def history(
        self, index: Index | None, interval: Interval, first: date, last: date, most: int
    ) -> list[IndexBar]:
        """The newest `most` bars of an index up to `last`, the running day included."""
        if index is None:
            return []
        last = max(min(last, self._known.day), FIRST_DAY)
        back = last - timedelta(days=most * INTERVAL_DAYS[interval])
        start = interval.start(max(first, back))
        until = min(interval.start(last) + timedelta(days=INTERVAL_DAYS[interval]), self._known.yesterday)
        await reach(self._known.past_indices, index, start, until)
        bars = self._known.past_indices.between(index, start, until)
        now = self.find_index(index)
        if now is not None and now.bar.volume:
            bars.append(now.bar)
        return [bar for bar in indices.longer_index_bars(bars, interval) if bar.at.date() <= last][-most:]

    def find_index(self, index: Index | None) -> indices.IndexNow | None:
        """An index of now, from the prices of its members at this exchange."""
        basket = self._known.facts.basket(index, self._known.day) if index else None
        exchange = self._known.exchange
        if index is None or basket is None:
            return None
        quoted = [exchange.quote(code) for code in basket.shares if code in self._known.codes]
        day, now = self._known.day, self._known.now
        minutes = [bar for bar in self._known.facts.index_minute_bars(index, day) if bar.at <= now]
        level = None
        if len(quoted) == len(basket.shares):
            level = basket.level({quote.code: quote.last_price for quote in quoted})
        volume, value = sum(quote.volume for quote in quoted), sum(quote.value for quote in quoted)
        bar = indices.index_bar(minutes, level, volume, value)
        yesterday = self._known.past_indices.between(index, self._known.yesterday, self._known.yesterday)
        new_year = self._known.day.replace(month=1, day=1)
        is_known = self._known.past_indices.has(index, new_year, self._known.yesterday)
        market = {Index.KOSDAQ: Market.KOSDAQ}.get(index, Market.KOSPI)
        of_market = [
            quote
            for quote in quoted
            if index is Index.KOSPI200 or exchange.instrument(quote.code).market is market
        ]
        return indices.IndexNow(
            bar=bar or indices.flat_index_bar(index, self._known.now, level or basket.base),
            base=basket.base,
            yesterday=yesterday[-1] if yesterday else None,
            risen=sum(quote.last_price > quote.base_price for quote in of_market),
            fallen=sum(quote.last_price < quote.base_price for quote in of_market),
            same=sum(quote.last_price == quote.base_price for quote in of_market),
            upper=sum(quote.last_price == quote.upper_limit for quote in of_market),
            lower=sum(quote.last_price == quote.lower_limit for quote in of_market),
            year=self._known.past_indices.between(index, new_year, self._known.yesterday)
            if is_known
            else None,
        )


def _bars(
    index: Index,
    basket: Basket,
    day: date,
    bounds: Sequence[int],
    worths: Sequence[int],
    volumes: Sequence[int],
    values: Sequence[int],
) -> list[IndexBar]:
    """The steps in which something was traded; `worths` has the worth before the first step, too."""
    midnight = datetime.combine(day, time(), KST)
    bars = []
    before = basket.level_of(worths[0])
    for start, worth, volume, value in zip(bounds[:-1], worths[1:], volumes, values, strict=True):
        level = basket.level_of(worth)
        if volume:
            at, high, low = midnight + timedelta(seconds=start), max(before, level), min(before, level)
            bars.append(IndexBar(index, at, before, high, low, level, volume, value))
        before = level
    return bars


def _second(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
