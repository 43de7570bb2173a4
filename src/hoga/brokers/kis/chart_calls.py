"""What answers the calls of the KIS face for ticks, minutes and longer bars."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hoga.brokers.kis import (
    background,
    charts,
    daily_bars,
    initiative,
    question,
)
from hoga.brokers.kis.codes import (
    BARS_PER_CALL,
    DAYS_PER_CALL,
    MINUTES_PER_CALL,
    PAST_MINUTES_PER_CALL,
    TICKS_PER_CALL,
)
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import Venues, asked_choice, listed_code, venued_code
from hoga.brokers.kis.register import KRX, Handler, Register, boards_of, end_of
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Bar, Interval
from hoga.domain.flows import Investor
from hoga.domain.request import Venue
from hoga.krx.calendar import is_trading_day, previous_trading_day


class ChartCalls:
    """The calls for the past of an issue, of today and before."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.TICKS: self._ticks,
            Call.TICKS_UNTIL: self._ticks_until,
            Call.DAILY_PRICES: self._daily_prices,
            Call.DAILY_BARS: self._daily_bars,
            Call.MINUTE_BARS: self._minute_bars,
            Call.PAST_MINUTE_BARS: self._past_minute_bars,
            Call.PRICE_BANDS: self._price_bands,
            Call.TRADE_SIZES: self._trade_sizes,
            Call.TAKEN_DAYS: self._taken_days,
        }

    def _ticks(self, request: Request, _: Customer) -> Reply:
        code, venues = venued_code(request)
        prints = self._known.tape.newest(code, TICKS_PER_CALL, None, boards_of(venues))
        return charts.ticks_reply(self._known.find_listed(code, venues), prints)

    def _ticks_until(self, request: Request, _: Customer) -> Reply:
        code, venues = venued_code(request)
        until = charts.asked_hour(request, self._known.day)
        prints = self._known.tape.newest(code, TICKS_PER_CALL, until, boards_of(venues))
        listed = self._known.find_known(code, venues)
        return charts.ticks_until_reply(listed, prints, self._known.volume_before(code, venues))

    def _price_bands(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        until = charts.asked_hour(request, known.day)
        traded = known.tape.by_price(code, until)
        return charts.price_bands_reply(known.find_known(code), traded, known.volume_before(code))

    def _trade_sizes(self, request: Request, _: Customer) -> Reply:
        return initiative.trade_sizes_reply(self._known.tape.trades(listed_code(request), boards_of(KRX)))

    async def _taken_days(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        asked_choice(request, "FID_PERIOD_DIV_CODE", ("D",), "D")
        first = _day_or(request, "FID_INPUT_DATE_1", FIRST_DAY)
        last = min(_day_or(request, "FID_INPUT_DATE_2", known.day), known.day)
        found: list[initiative.TakenDay] = []
        bars: Sequence[Bar] = ()
        if known.find_listed(code) is not None:
            bars = known.past.newest(code, BARS_PER_CALL, min(last, known.yesterday))
        for day in (bar.at.date() for bar in bars if bar.at.date() >= first):
            found.append(initiative.taken_of_minutes(day, known.store.minute_bars(code, day)))
            await asyncio.sleep(0)
        if last == known.day and known.bar_of_today(code) is not None:
            found.append(initiative.TakenDay(last, *known.tape.taken(code)))
        return initiative.taken_days_reply(found)

    async def _daily_bars(self, request: Request, _: Customer) -> Reply:
        # There is one kind of prices here, so adjusted ones are not told from others.
        query, known = daily_bars.asked_bars(request), self._known
        if known.find_listed(query.code, query.venues) is None:
            return daily_bars.daily_bars_reply(None, ())
        bars = await known.bars(
            query.code, query.interval, query.first, query.last, BARS_PER_CALL + 1, query.venues
        )
        shown = [bar for bar in bars if bar.at.date() >= query.first][-BARS_PER_CALL:]
        earlier = bars[: len(bars) - len(shown)]
        return daily_bars.daily_bars_reply(
            known.find_known(query.code, query.venues),
            shown,
            earlier[-1] if earlier else None,
            known.bar_before(query.code) if Venue.KRX in query.venues else None,
        )

    async def _daily_prices(self, request: Request, _: Customer) -> Reply:
        (code, venues), interval = venued_code(request), question.asked_interval(request)
        if interval is Interval.YEAR:
            raise question.invalid("FID_PERIOD_DIV_CODE")
        if self._known.find_listed(code, venues) is None:
            return charts.daily_prices_reply((), None)
        bars = await self._known.bars(code, interval, FIRST_DAY, self._known.day, DAYS_PER_CALL + 1, venues)
        rows = self._with_foreigners(code, interval, bars[-DAYS_PER_CALL:])
        return charts.daily_prices_reply(rows, bars[0] if len(bars) > DAYS_PER_CALL else None)

    def _with_foreigners(self, code: str, interval: Interval, bars: Sequence[Bar]) -> list[charts.DayRow]:
        """The bars with what foreigners held and traded on each day; longer bars have no such figures."""
        if interval is not Interval.DAY or not bars:
            return [charts.DayRow(bar) for bar in bars]
        first, last = bars[0].at.date(), self._known.last_told
        held = {each.day: each for each in self._known.facts.holdings(code, first, last)}
        flows = {each.day: each for each in self._known.facts.investor_flows(code, first, last)}
        rows: list[charts.DayRow] = []
        company, latest = self._known.company(code), None
        for bar in bars:
            day = bar.at.date()
            foreign = flows[day].find(Investor.FOREIGN) if day in flows else None
            rate = background.foreign_rate(held[day], company) if company and day in held else None
            # The rate of a day is known at its end; until then the last one is shown.
            latest = rate or latest
            rows.append(charts.DayRow(bar, latest, foreign.net if foreign else None))
        return rows

    def _minute_bars(self, request: Request, _: Customer) -> Reply:
        (code, venues), known = venued_code(request), self._known
        asked_choice(request, "FID_PW_DATA_INCU_YN", ("Y", "N"), "N")
        until = charts.asked_hour(request, known.day)
        listed = known.find_listed(code, venues)
        if listed is None:
            return charts.minute_bars_reply(None, ())
        traded = known.tape.minutes(code, boards_of(venues))
        if traded:
            minutes = charts.minutes_so_far(traded, listed.quote.last_price, known.now, until)
        else:
            # Nothing has traded today yet: the end of the session before is shown.
            minutes = self._minutes_until(code, end_of(known.yesterday), venues)
        return charts.minute_bars_reply(listed, minutes[-MINUTES_PER_CALL:])

    def _past_minute_bars(self, request: Request, _: Customer) -> Reply:
        query = charts.asked_past_minutes(request)
        listed = self._known.find_listed(query.code, query.venues)
        if listed is None:
            return charts.minute_bars_reply(None, ())
        day, minutes = query.until.date(), self._minutes_until(query.code, query.until, query.venues)
        while query.crosses and len(minutes) < PAST_MINUTES_PER_CALL:
            day = previous_trading_day(day)
            earlier = self._minutes_until(query.code, end_of(day), query.venues)
            if not earlier:
                break
            minutes[:0] = earlier
        return charts.minute_bars_reply(listed, minutes[-PAST_MINUTES_PER_CALL:])

    def _minutes_until(self, code: str, until: datetime, venues: Venues) -> list[charts.Minute]:
        """The minutes of a day up to `until`; of the days before today those of KRX are known."""
        day, known = until.date(), self._known
        if day == known.day:
            quote, now = known.find_quote(code, venues), known.now
            traded = known.tape.minutes(code, boards_of(venues))
            return charts.minutes_so_far(traded, quote.last_price, now, min(until, now)) if quote else []
        if day > known.day or day < FIRST_DAY or Venue.KRX not in venues or not is_trading_day(day):
            return []
        minutes = charts.past_minutes(known.store.minute_bars(code, day))
        return [minute for minute in minutes if minute.bar.at <= until]


def _day_or(request: Request, name: str, default: date) -> date:
    """The day in a field that may be missing or empty. Raises `Declined`."""
    return question.asked_day(request, name) if request.query.get(name, "").strip() else default
