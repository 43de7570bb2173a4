"""What answers the calls of the KIS face about indices."""

from collections.abc import Mapping
from datetime import date, timedelta

from hoga.brokers.kis import (
    indices,
    question,
)
from hoga.brokers.kis.codes import (
    BARS_PER_CALL,
    Call,
)
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import INDEX_DIVISION, bad_division
from hoga.brokers.kis.register import INTERVAL_DAYS, Handler, Register, reach
from hoga.domain.bar import Interval
from hoga.domain.index import Index, IndexBar
from hoga.domain.instrument import Market


class IndexCalls:
    """The calls about an index: now, and its bars."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.INDEX_PRICE: self._index_price,
            Call.INDEX_BARS: self._index_bars,
            Call.INDEX_DAYS: self._index_days,
            Call.INDEX_MINUTES: self._index_minutes,
        }

    async def _index_price(self, request: Request, _: Customer) -> Reply:
        return indices.index_price_reply(self.find_index(_asked_index(request)))

    async def _index_bars(self, request: Request, _: Customer) -> Reply:
        index, interval = _asked_index(request), question.asked_interval(request)
        first = max(question.asked_first_day(request, "FID_INPUT_DATE_1"), FIRST_DAY)
        last = question.asked_day(request, "FID_INPUT_DATE_2")
        bars = await self._index_history(index, interval, first, last, BARS_PER_CALL)
        shown = [bar for bar in bars if bar.at.date() >= first]
        return indices.index_bars_reply(self.find_index(index), shown)

    async def _index_days(self, request: Request, _: Customer) -> Reply:
        index, interval = _asked_index(request), question.asked_interval(request)
        last = question.asked_day(request, "FID_INPUT_DATE_1")
        bars = await self._index_history(index, interval, FIRST_DAY, last, BARS_PER_CALL + 20)
        return indices.index_days_reply(self.find_index(index), bars)

    async def _index_minutes(self, request: Request, _: Customer) -> Reply:
        index, known = _asked_index(request), self._known
        seconds = int(question.asked_choice(request, "FID_INPUT_HOUR_1", ("60", "300", "600"), "60"))
        made = known.facts.index_minute_bars(index, known.day) if index else ()
        minutes = [bar for bar in made if bar.at <= known.now]
        return indices.index_minutes_reply(self.find_index(index), minutes, seconds)

    async def _index_history(
        self, index: Index | None, interval: Interval, first: date, last: date, most: int
    ) -> list[IndexBar]:
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


def _asked_index(request: Request) -> Index | None:
    index = indices.asked_index(request)
    if request.query["FID_COND_MRKT_DIV_CODE"].strip().upper() != INDEX_DIVISION:
        raise bad_division()
    return index
