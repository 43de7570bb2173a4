"""The calls of the KIS face about prices, companies, investors, rankings and days: what answers them.

How the answers are written is known to the files of each subject (`quotes`, `charts`, `finance`, …); what is
asked for here comes from the exchange, from the day's tape, from the store of past bars, and from facts that
no exchange knows. Of the running day only what has happened is told: investors and short sales after 15:40.

An answer that needs many past days is made in steps, between which others are served; the highs and lows of a
year are shown beside a price as soon as they are known. None of these calls changes anything.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hoga.brokers.kis import charts, finance, holidays, indices, investors, issues, overtime, quotes, ranking
from hoga.brokers.kis.codes import (
    BARS_PER_CALL,
    DAYS_PER_CALL,
    MINUTES_PER_CALL,
    PAST_MINUTES_PER_CALL,
    SHORT_SALES_PER_CALL,
    TICKS_PER_CALL,
    Call,
)
from hoga.brokers.kis.envelope import Declined, Reply, Request, needed, parse_day, plain_code, time_text
from hoga.brokers.kis.interruptions import Interruptions, asked_interruptions, interruptions_reply
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY, B, K, Past
from hoga.brokers.kis.quotes import Background, Extremes, Listed
from hoga.brokers.kis.tape import Tape
from hoga.domain.bar import Bar, Interval, longer_bars
from hoga.domain.company import Company, Dividend, DividendKind
from hoga.domain.flows import Holdings, Investor, InvestorFlows, MemberFlow, ProgramFlows, ShortSale
from hoga.domain.index import Basket, Index, IndexBar
from hoga.domain.instrument import Market
from hoga.domain.request import Venue
from hoga.domain.statement import Period, Statement
from hoga.domain.zone import KST
from hoga.exchange.events import BoardKind
from hoga.exchange.exchange import Exchange
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import is_trading_day, previous_trading_day, trading_days
from hoga.krx.single_price import evening_limits
from hoga.ports import BarStore, Clock, Facts

Handler = Callable[[Request, Customer], Reply | Awaitable[Reply]]

_ISSUE = ("FID_COND_MRKT_DIV_CODE", "FID_INPUT_ISCD")
_STATEMENTS = ("FID_DIV_CLS_CODE", *_ISSUE)
_RANKING = ("FID_COND_MRKT_DIV_CODE", "FID_COND_SCR_DIV_CODE", "FID_INPUT_ISCD", "FID_DIV_CLS_CODE")
_CHOICE = (
    "FID_TRGT_CLS_CODE",
    "FID_TRGT_EXLS_CLS_CODE",
    "FID_INPUT_PRICE_1",
    "FID_INPUT_PRICE_2",
    "FID_VOL_CNT",
)

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.PRICE: _ISSUE,
    Call.PRICE_DETAIL: _ISSUE,
    Call.BOOK: _ISSUE,
    Call.QUOTES: ("FID_COND_MRKT_DIV_CODE_1", "FID_INPUT_ISCD_1"),
    Call.TICKS: _ISSUE,
    Call.TICKS_UNTIL: (*_ISSUE, "FID_INPUT_HOUR_1"),
    Call.DAILY_PRICES: (*_ISSUE, "FID_PERIOD_DIV_CODE", "FID_ORG_ADJ_PRC"),
    Call.DAILY_BARS: (
        *_ISSUE,
        "FID_INPUT_DATE_1",
        "FID_INPUT_DATE_2",
        "FID_PERIOD_DIV_CODE",
        "FID_ORG_ADJ_PRC",
    ),
    Call.MINUTE_BARS: ("FID_ETC_CLS_CODE", *_ISSUE, "FID_INPUT_HOUR_1", "FID_PW_DATA_INCU_YN"),
    Call.PAST_MINUTE_BARS: (
        *_ISSUE,
        "FID_INPUT_HOUR_1",
        "FID_INPUT_DATE_1",
        "FID_PW_DATA_INCU_YN",
        "FID_FAKE_TICK_INCU_YN",
    ),
    Call.STOCK_INFO: ("PRDT_TYPE_CD", "PDNO"),
    Call.PRODUCT_INFO: ("PRDT_TYPE_CD", "PDNO"),
    Call.BALANCE_SHEET: _STATEMENTS,
    Call.INCOME_STATEMENT: _STATEMENTS,
    Call.FINANCIAL_RATIO: _STATEMENTS,
    Call.PROFIT_RATIO: _STATEMENTS,
    Call.OTHER_RATIO: _STATEMENTS,
    Call.STABILITY_RATIO: _STATEMENTS,
    Call.GROWTH_RATIO: _STATEMENTS,
    Call.ESTIMATES: ("SHT_CD",),
    Call.DIVIDENDS: ("CTS", "GB1", "F_DT", "T_DT", "SHT_CD", "HIGH_GB"),
    Call.INVESTORS: _ISSUE,
    Call.INVESTOR_TRADES: (*_ISSUE, "FID_INPUT_DATE_1", "FID_ORG_ADJ_PRC", "FID_ETC_CLS_CODE"),
    Call.INVESTOR_ESTIMATES: ("MKSC_SHRN_ISCD",),
    Call.MEMBERS: _ISSUE,
    Call.SHORT_SALES: (*_ISSUE, "FID_INPUT_DATE_1", "FID_INPUT_DATE_2"),
    Call.SHORT_SALE_RANKING: (
        "FID_APLY_RANG_VOL",
        "FID_COND_MRKT_DIV_CODE",
        "FID_COND_SCR_DIV_CODE",
        "FID_INPUT_ISCD",
        "FID_PERIOD_DIV_CODE",
        "FID_INPUT_CNT_1",
        "FID_TRGT_EXLS_CLS_CODE",
        "FID_TRGT_CLS_CODE",
        "FID_APLY_RANG_PRC_1",
        "FID_APLY_RANG_PRC_2",
    ),
    Call.VOLUME_RANKING: (*_RANKING, "FID_BLNG_CLS_CODE", *_CHOICE),
    Call.CHANGE_RANKING: (
        *_RANKING,
        "FID_RANK_SORT_CLS_CODE",
        "FID_INPUT_CNT_1",
        "FID_PRC_CLS_CODE",
        *_CHOICE,
        "FID_RSFL_RATE1",
        "FID_RSFL_RATE2",
    ),
    Call.MARKET_CAP_RANKING: (*_RANKING, *_CHOICE),
    Call.HOLIDAYS: ("BASS_DT", "CTX_AREA_NK", "CTX_AREA_FK"),
    Call.MARKET_TIME: (),
    Call.INTERRUPTIONS: (
        "FID_DIV_CLS_CODE",
        "FID_COND_SCR_DIV_CODE",
        "FID_MRKT_CLS_CODE",
        "FID_INPUT_ISCD",
        "FID_RANK_SORT_CLS_CODE",
        "FID_INPUT_DATE_1",
        "FID_TRGT_CLS_CODE",
        "FID_TRGT_EXLS_CLS_CODE",
    ),
    Call.INDEX_PRICE: _ISSUE,
    Call.INDEX_BARS: (*_ISSUE, "FID_INPUT_DATE_1", "FID_INPUT_DATE_2", "FID_PERIOD_DIV_CODE"),
    Call.INDEX_DAYS: ("FID_PERIOD_DIV_CODE", *_ISSUE, "FID_INPUT_DATE_1"),
    Call.OVERTIME_TICKS: (*_ISSUE, "FID_HOUR_CLS_CODE"),
    Call.OVERTIME_DAYS: _ISSUE,
}
"""The fields that a request must carry, be they empty; KIS names the first that is missing."""

_DIVISIONS = frozenset({"J", "NX", "UN", "W", "U", "Q", "E"})
_MONTH_DAYS, _YEAR_DAYS = 31, 366
_INTERVAL_DAYS = {Interval.DAY: 2, Interval.WEEK: 7, Interval.MONTH: _MONTH_DAYS, Interval.YEAR: _YEAR_DAYS}
_HOLIDAYS = timedelta(days=15)
"""Longer than any closure of KRX."""
_D250 = 250
_ALL = 1_000_000
_PATIENCE = 0.005
"""Seconds that an answer waits for the highs and lows of a year."""
_PAUSE = 0.005
"""Seconds between two steps into the past, so that others are served."""
_BARS_STEP, _INDEX_STEP = 5, 1
"""Calendar days of the past that are read at once."""
_BOARDS = {Venue.KRX: BoardKind.REGULAR, Venue.NXT: BoardKind.NXT}
_DIVIDEND_KINDS = {
    "1": (DividendKind.YEAR_END,),
    "2": (DividendKind.INTERIM, DividendKind.QUARTERLY),
}


class NoFacts:
    """The `Facts` of somebody who knows nothing but prices."""

    source = "none"

    def company(self, code: str, day: date) -> Company | None:
        return None

    def statements(self, code: str, day: date, period: Period) -> Sequence[Statement]:
        return ()

    def dividends(self, code: str, first: date, last: date) -> Sequence[Dividend]:
        return ()

    def investor_flows(self, code: str, first: date, last: date) -> Sequence[InvestorFlows]:
        return ()

    def program_flows(self, code: str, first: date, last: date) -> Sequence[ProgramFlows]:
        return ()

    def member_flows(self, code: str, day: date) -> Sequence[MemberFlow]:
        return ()

    def short_sales(self, code: str, first: date, last: date) -> Sequence[ShortSale]:
        return ()

    def holdings(self, code: str, first: date, last: date) -> Sequence[Holdings]:
        return ()

    def basket(self, index: Index, day: date) -> Basket | None:
        return None

    def index_bars(self, index: Index, first: date, last: date) -> Sequence[IndexBar]:
        return ()

    def index_minute_bars(self, index: Index, day: date) -> Sequence[IndexBar]:
        return ()


class MarketCalls:
    """What the face of `simulation` answers about the market. It hears the day from its making on."""

    def __init__(self, simulation: Simulation, clock: Clock, bars: BarStore, facts: Facts | None) -> None:
        self._simulation = simulation
        self._clock = clock
        self._store = bars
        self._facts = NoFacts() if facts is None else facts
        self._tape = Tape(simulation)
        self._interrupted = Interruptions(simulation)
        simulation.on_events(self._tape.hear)
        simulation.on_events(self._interrupted.hear)
        self._past: Past[str, Bar] = Past(bars.daily_bars, _BARS_STEP)
        self._past_indices: Past[Index, IndexBar] = Past(self._facts.index_bars, _INDEX_STEP)
        self._backgrounds: dict[str, tuple[date, Background]] = {}
        self._wanted: dict[str, None] = {}
        self._listed_at: Exchange | None = None
        self._listed: frozenset[str] = frozenset()
        self.handlers: Mapping[Call, Handler] = {
            Call.PRICE: self._price,
            Call.PRICE_DETAIL: self._price_detail,
            Call.BOOK: self._book,
            Call.QUOTES: self._quotes,
            Call.TICKS: self._ticks,
            Call.TICKS_UNTIL: self._ticks_until,
            Call.DAILY_PRICES: self._daily_prices,
            Call.DAILY_BARS: self._daily_bars,
            Call.MINUTE_BARS: self._minute_bars,
            Call.PAST_MINUTE_BARS: self._past_minute_bars,
            Call.STOCK_INFO: self._stock_info,
            Call.PRODUCT_INFO: self._product_info,
            Call.BALANCE_SHEET: self._statements,
            Call.INCOME_STATEMENT: self._statements,
            Call.FINANCIAL_RATIO: self._statements,
            Call.PROFIT_RATIO: self._statements,
            Call.OTHER_RATIO: self._statements,
            Call.STABILITY_RATIO: self._statements,
            Call.GROWTH_RATIO: self._statements,
            Call.ESTIMATES: self._estimates,
            Call.DIVIDENDS: self._dividends,
            Call.INVESTORS: self._investors,
            Call.INVESTOR_TRADES: self._investor_trades,
            Call.INVESTOR_ESTIMATES: self._investor_estimates,
            Call.MEMBERS: self._members,
            Call.SHORT_SALES: self._short_sales,
            Call.SHORT_SALE_RANKING: self._short_sale_ranking,
            Call.VOLUME_RANKING: self._volume_ranking,
            Call.CHANGE_RANKING: self._change_ranking,
            Call.MARKET_CAP_RANKING: self._market_cap_ranking,
            Call.HOLIDAYS: self._holidays,
            Call.MARKET_TIME: self._market_time,
            Call.INTERRUPTIONS: self._interruptions,
            Call.INDEX_PRICE: self._index_price,
            Call.INDEX_BARS: self._index_bars,
            Call.INDEX_DAYS: self._index_days,
            Call.OVERTIME_TICKS: self._overtime_ticks,
            Call.OVERTIME_DAYS: self._overtime_days,
        }

    # Prices

    def _price(self, request: Request, _: Customer) -> Reply:
        return quotes.price_reply(self._find_known(quotes.asked_code(request), _venue(request)))

    def _price_detail(self, request: Request, _: Customer) -> Reply:
        return quotes.price_detail_reply(self._find_known(_asked_code(request), _venue(request)))

    def _book(self, request: Request, _: Customer) -> Reply:
        code, exchange = quotes.asked_code(request), self._simulation.exchange
        venue = _venue(request)
        phase = exchange.venue_phase(venue)
        if self._find_listed(code) is None:
            return quotes.book_reply(None, None, phase)
        return quotes.book_reply(exchange.book(code, venue), exchange.quote(code, venue), phase)

    def _quotes(self, request: Request, _: Customer) -> Reply:
        codes = quotes.asked_codes(request)
        found = {code: listed for code in codes if (listed := self._find_listed(code)) is not None}
        return quotes.quotes_reply(codes, found, self._simulation.exchange.phase)

    def _ticks(self, request: Request, _: Customer) -> Reply:
        code, venue = _asked_code(request), _venue(request)
        prints = self._tape.newest(code, TICKS_PER_CALL, None, _BOARDS[venue])
        return charts.ticks_reply(self._find_listed(code, venue), prints)

    def _ticks_until(self, request: Request, _: Customer) -> Reply:
        code, venue = _asked_code(request), _venue(request)
        until = charts.asked_hour(request, self._day)
        prints = self._tape.newest(code, TICKS_PER_CALL, until, _BOARDS[venue])
        return charts.ticks_until_reply(self._find_known(code, venue), prints, self._volume_before(code))

    # Charts

    async def _daily_bars(self, request: Request, _: Customer) -> Reply:
        # There is one kind of prices here, so adjusted ones are not told from others.
        query = quotes.asked_bars(request)
        if self._find_listed(query.code) is None:
            return quotes.daily_bars_reply(None, ())
        bars = await self._bars(query.code, query.interval, query.first, query.last, BARS_PER_CALL + 1)
        shown = [bar for bar in bars if bar.at.date() >= query.first][-BARS_PER_CALL:]
        earlier = bars[: len(bars) - len(shown)]
        return quotes.daily_bars_reply(
            self._find_known(query.code),
            shown,
            earlier[-1] if earlier else None,
            self._bar_before(query.code),
        )

    async def _daily_prices(self, request: Request, _: Customer) -> Reply:
        code, interval = _asked_code(request), quotes.asked_interval(request)
        if interval is Interval.YEAR:
            raise quotes.invalid("FID_PERIOD_DIV_CODE")
        if self._find_listed(code) is None:
            return charts.daily_prices_reply((), None)
        bars = await self._bars(code, interval, FIRST_DAY, self._day, DAYS_PER_CALL + 1)
        rows = self._with_foreigners(code, interval, bars[-DAYS_PER_CALL:])
        return charts.daily_prices_reply(rows, bars[0] if len(bars) > DAYS_PER_CALL else None)

    def _with_foreigners(self, code: str, interval: Interval, bars: Sequence[Bar]) -> list[charts.DayRow]:
        """The bars with what foreigners held and traded on each day; longer bars have no such figures."""
        if interval is not Interval.DAY or not bars:
            return [charts.DayRow(bar) for bar in bars]
        first, last = bars[0].at.date(), self._last_told
        held = {each.day: each for each in self._facts.holdings(code, first, last)}
        flows = {each.day: each for each in self._facts.investor_flows(code, first, last)}
        rows: list[charts.DayRow] = []
        company, latest = self._company(code), None
        for bar in bars:
            day = bar.at.date()
            foreign = flows[day].find(Investor.FOREIGN) if day in flows else None
            rate = quotes.foreign_rate(held[day], company) if company and day in held else None
            # The rate of a day is known at its end; until then the last one is shown.
            latest = rate or latest
            rows.append(charts.DayRow(bar, latest, foreign.net if foreign else None))
        return rows

    def _minute_bars(self, request: Request, _: Customer) -> Reply:
        code, venue = _asked_code(request), _venue(request)
        until = charts.asked_hour(request, self._day)
        listed = self._find_listed(code, venue)
        if listed is None:
            return charts.minute_bars_reply(None, ())
        traded = self._tape.minutes(code, _BOARDS[venue])
        if traded:
            minutes = charts.minutes_so_far(traded, listed.quote.last_price, self._now, until)
        else:
            # Nothing has traded today yet: the end of the session before is shown.
            minutes = charts.past_minutes(self._store.minute_bars(code, self._yesterday))
        return charts.minute_bars_reply(listed, minutes[-MINUTES_PER_CALL:])

    def _past_minute_bars(self, request: Request, _: Customer) -> Reply:
        query = charts.asked_past_minutes(request)
        listed = self._find_listed(query.code)
        if listed is None:
            return charts.minute_bars_reply(None, ())
        day, minutes = query.until.date(), self._minutes_until(query.code, query.until)
        while query.crosses and len(minutes) < PAST_MINUTES_PER_CALL:
            earlier = self._minutes_until(query.code, _end_of(previous_trading_day(day)))
            if not earlier:
                break
            minutes[:0] = earlier
            day = previous_trading_day(day)
        return charts.minute_bars_reply(listed, minutes[-PAST_MINUTES_PER_CALL:])

    def _minutes_until(self, code: str, until: datetime) -> list[charts.Minute]:
        day = until.date()
        if day == self._day:
            quote = self._simulation.exchange.quote(code)
            now = self._now
            return charts.minutes_so_far(self._tape.minutes(code), quote.last_price, now, min(until, now))
        if day > self._day or day < FIRST_DAY or not is_trading_day(day):
            return []
        minutes = charts.past_minutes(self._store.minute_bars(code, day))
        return [minute for minute in minutes if minute.bar.at <= until]

    async def _bars(self, code: str, interval: Interval, first: date, last: date, most: int) -> list[Bar]:
        """The newest `most` bars up to `last`, the running one included, and at least one before `first`."""
        last = max(min(last, self._day), FIRST_DAY)
        length = timedelta(days=_INTERVAL_DAYS[interval])
        back = last - most * length - _HOLIDAYS
        start = interval.start(max(back, max(first, FIRST_DAY) - length - _HOLIDAYS))
        # The interval that `last` lies in is shown whole.
        until = min(interval.start(last) + length, self._yesterday)
        await _reach(self._past, code, start, until)
        bars = self._past.between(code, start, until)
        today = self._bar_of_today(code)
        if today is not None:
            bars.append(today)
        return [bar for bar in longer_bars(bars, interval) if bar.at.date() <= last][-most:]

    # Companies

    def _stock_info(self, request: Request, _: Customer) -> Reply:
        code = issues.asked_product(request)
        listed = self._find_known(code)
        if listed is None:
            return issues.stock_info_reply(None, None, None)
        closed = self._past.newest(code, 2, self._yesterday)
        today = self._bar_of_today(code)
        if today is not None and self._is_over:
            closed.append(today)
        before = closed[-2] if len(closed) > 1 else None
        return issues.stock_info_reply(listed, closed[-1] if closed else None, before)

    def _product_info(self, request: Request, _: Customer) -> Reply:
        return issues.product_info_reply(self._find_known(issues.asked_product(request)))

    def _statements(self, request: Request, _: Customer) -> Reply:
        code, period = _asked_code(request), finance.asked_period(request)
        listed = self._find_known(code)
        if listed is None:
            return finance.statements_reply(request.call, (), 0)
        statements = self._facts.statements(code, self._yesterday, period)
        market_cap = listed.quote.last_price * quotes.shares_of(listed)
        return finance.statements_reply(request.call, statements, market_cap)

    def _estimates(self, request: Request, _: Customer) -> Reply:
        code = finance.asked_share(request)
        listed = self._find_known(code)
        years = self._facts.statements(code, self._yesterday, Period.YEAR) if listed else ()
        return finance.estimates_reply(listed, years, self._yesterday)

    def _dividends(self, request: Request, _: Customer) -> Reply:
        query = request.query
        first = parse_day(needed(query, "F_DT")) or FIRST_DAY
        last = parse_day(needed(query, "T_DT")) or self._day + timedelta(days=_YEAR_DAYS)
        kinds = _DIVIDEND_KINDS.get(needed(query, "GB1"), tuple(DividendKind))
        wanted = plain_code(needed(query, "SHT_CD"))
        found = []
        for code in (wanted,) if wanted else self._simulation.exchange.codes:
            listed = self._find_of_company(code)
            if listed is not None:
                dividends = self._facts.dividends(code, first, last)
                found += [(listed, each) for each in dividends if each.kind in kinds]
        return finance.dividends_reply(found)

    # Investors

    def _investors(self, request: Request, _: Customer) -> Reply:
        code = _asked_code(request)
        if self._find_listed(code) is None:
            return investors.investors_reply((), None)
        bars = self._past.newest(code, DAYS_PER_CALL, self._yesterday)
        bars.append(self._bar_of_today(code) or self._untraded(code))
        return investors.investors_reply(self._with_flows(code, bars[1:]), bars[0])

    def _investor_trades(self, request: Request, _: Customer) -> Reply:
        code, last = investors.asked_last_day(request)
        if self._now.time() < investors.TOLD_FROM:
            return investors.out_of_hours_reply()
        listed = self._find_known(code)
        if listed is None:
            return investors.investor_trades_reply(None, (), None, 0)
        bars = self._past.newest(code, DAYS_PER_CALL + 1, min(last, self._yesterday))
        today = self._bar_of_today(code)
        if today is not None and last >= self._day:
            bars.append(today)
        days = [each for each in self._with_flows(code, bars[-DAYS_PER_CALL:]) if each.flows is not None]
        before = bars[-DAYS_PER_CALL - 1] if len(bars) > DAYS_PER_CALL else None
        return investors.investor_trades_reply(listed, days, before, self._volume_before(code))

    def _with_flows(self, code: str, bars: Sequence[Bar]) -> list[investors.FlowDay]:
        if not bars:
            return []
        flows = self._facts.investor_flows(code, bars[0].at.date(), self._last_told)
        by_day = {each.day: each for each in flows}
        return [investors.FlowDay(bar, by_day.get(bar.at.date())) for bar in bars]

    def _investor_estimates(self, request: Request, _: Customer) -> Reply:
        code = plain_code(needed(request.query, "MKSC_SHRN_ISCD"))
        flows: Sequence[InvestorFlows] = ()
        if self._find_listed(code) is not None:
            flows = self._facts.investor_flows(code, self._day, self._day)
        return investors.investor_estimates_reply(flows[0] if flows else None, self._now.time())

    def _members(self, request: Request, _: Customer) -> Reply:
        code = _asked_code(request)
        listed = self._find_listed(code)
        if listed is None:
            return investors.members_reply(None, ())
        firms = self._facts.member_flows(code, self._day)
        whole = sum(firm.bought for firm in firms)
        volume = min(listed.quote.volume, whole)
        return investors.members_reply(listed, [firm.until(volume, whole) for firm in firms])

    # Short sales

    def _short_sales(self, request: Request, _: Customer) -> Reply:
        code, first, last = investors.asked_short_sales(request)
        listed = self._find_listed(code)
        if listed is None:
            return investors.short_sales_reply(None, (), None, 0)
        last = min(last, self._last_told)
        if first == date.min:
            bars = self._past.newest(code, SHORT_SALES_PER_CALL + 1, min(last, self._yesterday))
        else:
            bars = self._past.between(code, max(first, FIRST_DAY) - _HOLIDAYS, min(last, self._yesterday))
        today = self._bar_of_today(code)
        if today is not None and last >= self._day:
            bars.append(today)
        shown = bars[1:] if first == date.min else [bar for bar in bars if bar.at.date() >= first]
        earlier = bars[: len(bars) - len(shown)]
        sales: Mapping[date, ShortSale] = {}
        if shown:
            found = self._facts.short_sales(code, shown[0].at.date(), last)
            sales = {sale.day: sale for sale in found}
        days = [investors.ShortDay(bar, sales[bar.at.date()]) for bar in shown if bar.at.date() in sales]
        return investors.short_sales_reply(
            listed, days, earlier[-1] if earlier else None, self._volume_before(code)
        )

    async def _short_sale_ranking(self, request: Request, _: Customer) -> Reply:
        count, chosen = investors.asked_short_days(request), ranking.asked_filter(request)
        last = self._last_told
        days = trading_days(last - timedelta(days=2 * count + 20), last)[-count:]
        ranks = []
        for candidate in self._candidates(chosen):
            code = candidate.listed.quote.code
            sales = self._facts.short_sales(code, days[0], last)
            if sales:
                bars = self._past.between(code, days[0], min(last, self._yesterday))
                today = self._bar_of_today(code) if last == self._day else None
                bars += [today] if today else []
                ranks.append(
                    investors.ShortRank(
                        candidate.listed,
                        quantity=sum(sale.quantity for sale in sales),
                        value=sum(sale.value or 0 for sale in sales),
                        volume=sum(bar.volume for bar in bars),
                        day_value=sum(bar.value for bar in bars),
                    )
                )
            await asyncio.sleep(0)
        return investors.short_ranking_reply(ranks, days[0], days[-1])

    # Rankings

    async def _volume_ranking(self, request: Request, _: Customer) -> Reply:
        by = needed(request.query, "FID_BLNG_CLS_CODE")
        candidates = self._candidates(ranking.asked_filter(request))
        if by == "1":
            candidates = [await self._with_volume_before(each) for each in candidates]
        best = [await self._with_volume_before(each) for each in ranking.best_by_volume(candidates, by)]
        return ranking.volume_ranking_reply(best)

    async def _change_ranking(self, request: Request, _: Customer) -> Reply:
        sort = needed(request.query, "FID_RANK_SORT_CLS_CODE")[-1:] or "0"
        price = needed(request.query, "FID_PRC_CLS_CODE") or "0"
        candidates = self._candidates(ranking.asked_filter(request))
        best = []
        for each in ranking.best_by_change(candidates, sort, price):
            await asyncio.sleep(0)
            best.append(self._with_streak(each))
        return ranking.change_ranking_reply(best, self._day)

    def _market_cap_ranking(self, request: Request, _: Customer) -> Reply:
        everybody = self._candidates(ranking.Filter(index="0000"))
        chosen = ranking.asked_filter(request)
        whole = sum(each.listed.quote.last_price * quotes.shares_of(each.listed) for each in everybody)
        return ranking.market_cap_ranking_reply(
            [each for each in everybody if chosen.takes(each.listed)], whole
        )

    def _candidates(self, chosen: ranking.Filter) -> list[ranking.Candidate]:
        found = (self._find_of_company(code) for code in self._simulation.exchange.codes)
        return [ranking.Candidate(listed) for listed in found if listed is not None and chosen.takes(listed)]

    async def _with_volume_before(self, candidate: ranking.Candidate) -> ranking.Candidate:
        await asyncio.sleep(0)
        return replace(candidate, yesterday_volume=self._volume_before(candidate.listed.quote.code))

    def _with_streak(self, candidate: ranking.Candidate) -> ranking.Candidate:
        quote = candidate.listed.quote
        rises = falls = 0
        price, day = quote.last_price, self._yesterday
        while not (rises and falls):
            bars = self._past.between(quote.code, day, day)
            if not bars or bars[0].close == price:
                break
            if price > bars[0].close:
                rises += 1
            else:
                falls += 1
            price, day = bars[0].close, previous_trading_day(day)
        # The day that ended the streak was counted on the other side.
        is_rising = quote.last_price > quote.base_price
        high, low = (
            self._tape.find_first(quote.code, peak) if peak else None for peak in (quote.high, quote.low)
        )
        return replace(
            candidate,
            hours=(time_text(high) if high else "", time_text(low) if low else ""),
            rises=rises if is_rising else 0,
            falls=0 if is_rising else falls,
        )

    # Days

    def _holidays(self, request: Request, _: Customer) -> Reply:
        return holidays.holidays_reply(holidays.asked_holidays(request))

    def _market_time(self, _: Request, __: Customer) -> Reply:
        return holidays.market_time_reply(self._clock.now().astimezone(KST))

    def _interruptions(self, request: Request, _: Customer) -> Reply:
        return interruptions_reply(self._interrupted.of(asked_interruptions(request)))

    # Indices

    async def _index_price(self, request: Request, _: Customer) -> Reply:
        return indices.index_price_reply(self._find_index(_asked_index(request)))

    async def _index_bars(self, request: Request, _: Customer) -> Reply:
        index, interval = _asked_index(request), quotes.asked_interval(request)
        first = parse_day(needed(request.query, "FID_INPUT_DATE_1")) or FIRST_DAY
        last = quotes.asked_day(request, "FID_INPUT_DATE_2")
        bars = await self._index_history(index, interval, first, last, BARS_PER_CALL)
        shown = [bar for bar in bars if bar.at.date() >= first]
        return indices.index_bars_reply(self._find_index(index), shown)

    async def _index_days(self, request: Request, _: Customer) -> Reply:
        index, interval = _asked_index(request), quotes.asked_interval(request)
        last = quotes.asked_day(request, "FID_INPUT_DATE_1")
        bars = await self._index_history(index, interval, FIRST_DAY, last, BARS_PER_CALL + 20)
        return indices.index_days_reply(self._find_index(index), bars)

    async def _index_history(
        self, index: Index | None, interval: Interval, first: date, last: date, most: int
    ) -> list[IndexBar]:
        if index is None:
            return []
        last = max(min(last, self._day), FIRST_DAY)
        back = last - timedelta(days=most * _INTERVAL_DAYS[interval])
        start = interval.start(max(first, back))
        until = min(interval.start(last) + timedelta(days=_INTERVAL_DAYS[interval]), self._yesterday)
        await _reach(self._past_indices, index, start, until)
        bars = self._past_indices.between(index, start, until)
        now = self._find_index(index)
        if now is not None and now.bar.volume:
            bars.append(now.bar)
        return [bar for bar in indices.longer_index_bars(bars, interval) if bar.at.date() <= last][-most:]

    def _find_index(self, index: Index | None) -> indices.IndexNow | None:
        """An index of now, from the prices of its members at this exchange."""
        basket = self._facts.basket(index, self._day) if index else None
        exchange = self._simulation.exchange
        if index is None or basket is None:
            return None
        quoted = [exchange.quote(code) for code in basket.shares if code in self._codes]
        minutes = [bar for bar in self._facts.index_minute_bars(index, self._day) if bar.at <= self._now]
        level = None
        if len(quoted) == len(basket.shares):
            level = basket.level({quote.code: quote.last_price for quote in quoted})
        volume, value = sum(quote.volume for quote in quoted), sum(quote.value for quote in quoted)
        bar = indices.index_bar(minutes, level, volume, value)
        yesterday = self._past_indices.between(index, self._yesterday, self._yesterday)
        new_year = self._day.replace(month=1, day=1)
        is_known = self._past_indices.has(index, new_year, self._yesterday)
        market = {Index.KOSDAQ: Market.KOSDAQ}.get(index, Market.KOSPI)
        of_market = [
            quote
            for quote in quoted
            if index is Index.KOSPI200 or exchange.instrument(quote.code).market is market
        ]
        return indices.IndexNow(
            bar=bar or indices.flat_index_bar(index, self._now, level or basket.base),
            base=basket.base,
            yesterday=yesterday[-1] if yesterday else None,
            risen=sum(quote.last_price > quote.base_price for quote in of_market),
            fallen=sum(quote.last_price < quote.base_price for quote in of_market),
            same=sum(quote.last_price == quote.base_price for quote in of_market),
            upper=sum(quote.last_price == quote.upper_limit for quote in of_market),
            lower=sum(quote.last_price == quote.lower_limit for quote in of_market),
            year=self._past_indices.between(index, new_year, self._yesterday) if is_known else None,
        )

    # The evening

    def _overtime_ticks(self, request: Request, _: Customer) -> Reply:
        code = _asked_code(request)
        return overtime.overtime_ticks_reply(self._find_listed(code), self._evening(code))

    async def _overtime_days(self, request: Request, _: Customer) -> Reply:
        code = _asked_code(request)
        listed = self._find_listed(code)
        if listed is None:
            return overtime.overtime_days_reply(None, None, (), None, self._day)
        bars = await self._bars(code, Interval.DAY, FIRST_DAY, self._day, DAYS_PER_CALL + 1)
        before = bars[0] if len(bars) > DAYS_PER_CALL else None
        return overtime.overtime_days_reply(
            listed, self._evening(code), bars[-DAYS_PER_CALL:], before, self._day
        )

    def _evening(self, code: str) -> overtime.Evening | None:
        listed = self._find_listed(code)
        if listed is None:
            return None
        exchange, close = self._simulation.exchange, listed.quote.last_price
        limits = evening_limits(close, exchange.limits(code), exchange.grid(code))
        prints = self._tape.newest(code, _ALL, None, BoardKind.EVENING_CALLS)
        return overtime.Evening(close, limits.upper, limits.lower, prints[::-1])

    # What is known of an issue

    @property
    def _day(self) -> date:
        return self._simulation.exchange.day

    @property
    def _yesterday(self) -> date:
        return previous_trading_day(self._day)

    @property
    def _now(self) -> datetime:
        """The instant of the exchange's day that it is; its end when the clock is on another day."""
        now = self._clock.now().astimezone(KST)
        return now if now.date() == self._day else _end_of(self._day)

    @property
    def _is_over(self) -> bool:
        """Whether the figures of today are known."""
        return self._now.time() >= investors.TOLD_FROM

    @property
    def _last_told(self) -> date:
        """The newest day whose figures are known."""
        return self._day if self._is_over else self._yesterday

    def _find_listed(self, code: str, venue: Venue = Venue.KRX) -> Listed | None:
        exchange = self._simulation.exchange
        if code not in self._codes:
            return None
        return Listed(exchange.quote(code, venue), exchange.instrument(code))

    @property
    def _codes(self) -> frozenset[str]:
        """What is listed today."""
        exchange = self._simulation.exchange
        if self._listed_at is not exchange:
            self._listed_at, self._listed = exchange, frozenset(exchange.codes)
        return self._listed

    def _find_of_company(self, code: str) -> Listed | None:
        """An issue with what is known of the company only: cheap enough for a whole market."""
        listed = self._find_listed(code)
        if listed is None:
            return None
        return replace(listed, background=Background(company=self._company(code)))

    def register(self) -> list[Listed]:
        """Everything that is listed, by code, with what is known of the companies."""
        return [listed for code in sorted(self._codes) if (listed := self._find_of_company(code)) is not None]

    def _find_known(self, code: str, venue: Venue = Venue.KRX) -> Listed | None:
        """An issue with everything that is known of it."""
        listed = self._find_listed(code, venue)
        return None if listed is None else replace(listed, background=self._background(code))

    def _company(self, code: str) -> Company | None:
        return self._facts.company(code, self._day)

    def _background(self, code: str) -> Background:
        day = self._last_told
        known = self._backgrounds.get(code)
        if known is None or known[0] != day:
            known = (day, self._learn(code))
            self._backgrounds[code] = known
        background = known[1]
        if background.of_year is None and self._has_year(code):
            background = self._with_year(code, background)
            self._backgrounds[code] = (day, background)
        return background

    def _learn(self, code: str) -> Background:
        facts, day, yesterday = self._facts, self._day, self._yesterday
        years = facts.statements(code, yesterday, Period.YEAR)
        holdings = facts.holdings(code, yesterday, yesterday)
        short_sales = facts.short_sales(code, self._last_told, self._last_told)
        flows = facts.investor_flows(code, day, day) if self._is_over else ()
        program = facts.program_flows(code, day, day) if self._is_over else ()
        return Background(
            company=self._company(code),
            statement=max(years, key=lambda each: each.end) if years else None,
            holdings=holdings[-1] if holdings else None,
            short_sale=short_sales[-1] if short_sales else None,
            flows=flows[-1] if flows else None,
            program=program[-1] if program else None,
            yesterday=self._bar_before(code),
        )

    def _has_year(self, code: str) -> bool:
        """Whether the bars of the last year are there; if not, they will be some time later."""
        if code in self._wanted:
            return False
        loop = asyncio.get_running_loop()
        started = loop.time()
        first, last = self._year_before, self._yesterday
        while not self._past.reach(code, first, last):
            if loop.time() - started > _PATIENCE:
                if not self._wanted:
                    loop.call_later(_PAUSE, self._go_back)
                self._wanted[code] = None
                return False
        return True

    def _go_back(self) -> None:
        """Read some more of the past that prices are waiting for."""
        code = next(iter(self._wanted))
        if self._past.reach(code, self._year_before, self._yesterday):
            del self._wanted[code]
        if self._wanted:
            asyncio.get_running_loop().call_later(_PAUSE, self._go_back)

    @property
    def _year_before(self) -> date:
        """Early enough for 250 trading days and for 52 weeks."""
        return self._day - timedelta(days=_YEAR_DAYS + 20)

    def _with_year(self, code: str, background: Background) -> Background:
        bars = self._past.between(code, self._year_before, self._yesterday)

        def since(first: date) -> Extremes | None:
            return quotes.extremes([bar for bar in bars if bar.at.date() >= first])

        return replace(
            background,
            of_250_days=quotes.extremes(bars[-_D250 + 1 :]),
            of_year=since(self._day.replace(month=1, day=1)) or quotes.extremes(bars[-1:]),
            of_52_weeks=since(self._day - timedelta(weeks=52)),
        )

    def _bar_before(self, code: str) -> Bar | None:
        """The bar of the trading day before today, None when the store has none."""
        bars = self._past.between(code, self._yesterday, self._yesterday)
        return bars[-1] if bars else None

    def _volume_before(self, code: str) -> int:
        bar = self._bar_before(code) if self._find_listed(code) else None
        return bar.volume if bar else 0

    def _bar_of_today(self, code: str) -> Bar | None:
        """The running day, None as long as nothing has traded."""
        bars = self._simulation.daily_bars(_NoPast(), code, self._day, self._day)
        return bars[0] if bars else None

    def _untraded(self, code: str) -> Bar:
        quote = self._simulation.exchange.quote(code)
        price = quote.last_price
        return Bar(code, quote.at, price, price, price, price, 0, 0)


async def _reach(past: Past[K, B], key: K, first: date, last: date) -> None:
    """Wait until everything from `first` on is known, and let others be served meanwhile."""
    while True:
        if past.reach(key, first, last):
            return
        await asyncio.sleep(0)


class _NoPast:
    """Past bars for who wants today's only."""

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        return ()


def _asked_code(request: Request) -> str:
    """The code of an issue in a market that KIS has. Raises `Declined`."""
    code = quotes.asked_code(request)
    if request.query["FID_COND_MRKT_DIV_CODE"].strip().upper() not in _DIVISIONS:
        raise _bad_division()
    return code


def _venue(request: Request) -> Venue:
    """Where a client looks: NXT if it says so, else KRX, for both together too (unverified)."""
    return Venue.NXT if request.query["FID_COND_MRKT_DIV_CODE"].strip().upper() == "NX" else Venue.KRX


def _asked_index(request: Request) -> Index | None:
    index = indices.asked_index(request)
    if request.query["FID_COND_MRKT_DIV_CODE"].strip().upper() != "U":
        raise _bad_division()
    return index


def _bad_division() -> Declined:
    return quotes.invalid("MRKT_DIV_CODE")


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), KST)
