"""Questions to KIS about the prices of one issue or index over time: prints, minutes, days and longer bars.

However long the time, one question is one list: KIS's windows and pages are turned here. The person is told
beforehand when the limits of calls make it long. Lists are oldest first.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from hoga.brokers.kis import charts, daily_bars, index_charts, indices
from hoga.brokers.kis.access import Access, check_period
from hoga.brokers.kis.codes import BARS_PER_CALL, MINUTES_PER_CALL, PAST_MINUTES_PER_CALL
from hoga.brokers.kis.envelope import Request, unreadable
from hoga.brokers.kis.rest import checked
from hoga.domain.bar import Bar, Interval
from hoga.domain.index import Index, IndexBar
from hoga.domain.quote import DayTrades, Trade
from hoga.domain.zone import KST
from hoga.krx.calendar import trading_days
from hoga.krx.sessions import regular_session

_SECOND = timedelta(seconds=1)
_DAY_MINUTES = 391
_BARS_A_YEAR = {Interval.DAY: 248, Interval.WEEK: 52, Interval.MONTH: 12, Interval.YEAR: 1}


class ChartQuestions:
    """Prices are those of KRX."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def newest_trades(self, code: str) -> Sequence[Trade]:
        """The last thirty prints (주식현재가 체결)."""
        access = self._access
        request = charts.ticks_request(access.product(code), access.environment)
        return await access.rest.ask(
            request, lambda reply: charts.read_newest_ticks(reply, code, access.today)
        )

    async def trades(self, code: str, since: time | None = None, until: time | None = None) -> DayTrades:
        """The prints of the running day (당일시간대별체결) from `since`, else its open, to `until`, else now.

        Thirty come with a call: the whole day of a busy issue takes thousands. Of a second with more prints
        than that KIS does not show the rest; the answer says how many shares that were.
        """
        access, product = self._access, self._access.product(code)
        now = access.clock.now()
        begin = datetime.combine(now.date(), since or time(), KST)
        at = now if until is None else min(now, datetime.combine(now.date(), until, KST))
        found: dict[int, charts.Tick] = {}
        while at >= begin:
            request = charts.ticks_until_request(product, at.time(), access.environment)
            ticks = await access.rest.ask(
                request, lambda reply: charts.read_ticks_until(reply, code, now.date())
            )
            if not ticks:
                break
            is_known = all(tick.day_volume in found for tick in ticks)
            found |= {tick.day_volume: tick for tick in ticks}
            oldest = ticks[0].trade.at
            # A second may go on below the answer; when that shows nothing new it is over, or cut off.
            at = oldest - _SECOND if is_known or oldest > at else oldest
        wanted = [tick for tick in found.values() if tick.trade.at >= begin]
        return charts.join_ticks(code, wanted, from_open=since is None)

    async def minute_bars(self, code: str, first: date, last: date | None = None) -> Sequence[Bar]:
        """Minute bars of the regular sessions from `first` to `last` (else of `first` alone).

        KIS keeps about a year. On paper there is only the running day.
        """
        last = last or first
        check_period(first, last)
        today = self._access.today
        days = trading_days(first, min(last, today))
        calls = sum(
            -(-_DAY_MINUTES // (MINUTES_PER_CALL if day == today else PAST_MINUTES_PER_CALL)) for day in days
        )
        await self._access.rest.announce(calls)
        found: list[Bar] = []
        for day in days:
            found += await self._minutes(code, day)
        return found

    async def bars(
        self,
        code: str,
        first: date,
        last: date,
        interval: Interval = Interval.DAY,
        *,
        is_adjusted: bool = True,
    ) -> Sequence[Bar]:
        """기간별시세 from `first` to `last`; a running day is included. `is_adjusted` for splits and rights.

        Raises `BadInput` for a code that does not exist.
        """
        await self._announce_bars(first, last, interval)
        request: Request | None = daily_bars.daily_bars_request(
            self._access.product(code),
            first,
            last,
            self._access.environment,
            is_adjusted=is_adjusted,
            interval=interval,
        )
        bars: list[Bar] = []
        while request is not None:
            reply = await self._access.rest.ask(request, checked)
            window = daily_bars.read_daily_bars(reply, code)
            if bars and window and window[-1].at >= bars[0].at:
                raise unreadable(reply, "older bars were asked for and are not older")
            bars = window + bars
            request = daily_bars.older_bars_request(request, window)
        return bars

    async def recent_bars(self, code: str, interval: Interval = Interval.DAY) -> Sequence[Bar]:
        """The last thirty days, weeks or months in one call (주식현재가 일자별).

        KIS tells no values here: 0.
        """
        request = charts.daily_prices_request(self._access.product(code), interval, self._access.environment)
        return await self._access.rest.ask(request, lambda reply: charts.read_daily_prices(reply, code))

    async def index_bars(
        self, index: Index, first: date, last: date, interval: Interval = Interval.DAY
    ) -> Sequence[IndexBar]:
        """업종 기간별시세 from `first` to `last`."""
        await self._announce_bars(first, last, interval)
        return await self._access.walk(
            lambda day: indices.index_bars_request(index, first, day, self._access.environment, interval),
            lambda reply: indices.read_index_bars(reply, index),
            lambda bar: bar.at.date(),
            first,
            last,
            interval,
        )

    async def index_minutes(self, index: Index) -> Sequence[IndexBar]:
        """업종 분봉: the newest hundred minutes, those of earlier days too. The first has no value."""
        request = index_charts.index_minute_bars_request(index, self._access.environment)
        return await self._access.rest.ask(
            request, lambda reply: index_charts.read_index_minute_bars(reply, index)
        )

    async def _minutes(self, code: str, day: date) -> list[Bar]:
        access, product = self._access, self._access.product(code)
        now = access.clock.now()
        if day == now.date():
            request: Request | None = charts.minute_bars_request(product, now.time(), access.environment)
        else:
            _, _, closing = regular_session(day)
            request = charts.past_minute_bars_request(product, closing.end, access.environment)
        found: list[charts.Minute] = []
        while request is not None:
            page = await access.rest.ask(request, lambda reply: charts.read_all_minutes(reply, code))
            # Before the first print of a day KIS shows the end of the day before.
            of_day = [minute for minute in page if minute.bar.at.date() == day]
            is_older = not found or (bool(of_day) and of_day[0].bar.at < found[0].bar.at)
            found = of_day + found if is_older else found
            is_all = len(of_day) < len(page) or not is_older
            request = None if is_all else charts.earlier_minutes_request(request, page)
        return [minute.bar for minute in charts.join_minutes(found)]

    async def _announce_bars(self, first: date, last: date, interval: Interval) -> None:
        check_period(first, last)
        bars = (last - first).days * _BARS_A_YEAR[interval] // 365 + 1
        await self._access.rest.announce(-(-bars // BARS_PER_CALL))
