"""Everything that can be asked of an account without waiting in the code: one method a question.

What a broker of any kind tells (prices, bars, flows, short sales, features, the account) and what KIS alone
tells, in the words of the domain. Lists come as a `Table`. How a question is waited for is not known here.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast

from hoga.accounts.connection import Connection
from hoga.brokers.kis.inquiry import Inquiry
from hoga.domain.account import Account
from hoga.domain.bar import Bar, Interval
from hoga.domain.company import Company, Dividend, Product
from hoga.domain.errors import BadInput
from hoga.domain.features import Features
from hoga.domain.financials import BalanceSheet, Income, Ratios
from hoga.domain.flows import (
    InvestorFlows,
    MarketFlows,
    MarketProgramFlows,
    MemberTable,
    ProgramDay,
    ShortSaleDay,
)
from hoga.domain.headline import Headline
from hoga.domain.index import Index, IndexBar, IndexName, IndexQuote
from hoga.domain.instrument import Instrument, Market
from hoga.domain.market_day import CalendarDay, MarketTime
from hoga.domain.notices import OpenOrder, OrderReport
from hoga.domain.position import Position
from hoga.domain.profit import Assets, DayProfit, RealizedProfit, TradeProfit
from hoga.domain.quote import DayTrades, OrderBook, Quote, Trade, VolatilityInterruption
from hoga.domain.ranking import (
    LAST_DAY,
    ChangeOrder,
    ChangeRank,
    Rank,
    RankedBy,
    RankFilter,
    Section,
    ShortSaleRank,
    VolumeOrder,
    VolumeRank,
)
from hoga.domain.reserved import ReservedOrder
from hoga.domain.standing import Standing, Valuation
from hoga.domain.statement import Period
from hoga.krx.codes import parse_code
from hoga.ports import Research
from hoga.table import Table

T = TypeVar("T")
Day = date | str
"""A day, or its text as YYYY-MM-DD."""

_MONTH = timedelta(days=30)
_YEAR = timedelta(days=365)


class Questions(ABC):
    """The questions. Codes are short codes ("005930", "A005930"); days are dates or texts like "2026-05-06".

    Where no first day is given it is a month before the last, and that is today.
    """

    # Prices -------------------------------------------------------------------------------------------------

    def quote(self, code: str) -> Quote:
        """현재가."""
        return self.quotes([code])[0]

    def quotes(self, codes: Sequence[str]) -> Table[Quote]:
        """현재가 of many, thirty with a call where the broker offers that."""
        known = [parse_code(code) for code in ([codes] if isinstance(codes, str) else codes)]
        found = self._read(lambda connection: connection.broker.quotes(known))
        return Table((found[code] for code in known), Quote)

    def book(self, code: str) -> OrderBook:
        """호가: ten levels a side."""
        return self._read(lambda connection: connection.broker.book(parse_code(code)))

    def trades(self, code: str, since: time | None = None, until: time | None = None) -> DayTrades:
        """체결: the prints of the running day, or of a part of it. A busy issue takes many calls."""
        return self.ask(lambda broker: broker.charts.trades(parse_code(code), since, until))

    def newest_trades(self, code: str) -> Table[Trade]:
        """The last thirty prints, in one call."""
        return self._table(Trade, lambda broker: broker.charts.newest_trades(parse_code(code)))

    def bars(
        self,
        code: str,
        first: Day | None = None,
        last: Day | None = None,
        interval: Interval | str = Interval.DAY,
        *,
        is_adjusted: bool = True,
    ) -> Table[Bar]:
        """일봉, 주봉, 월봉, 년봉 (`interval` "day", "week", "month", "year") over any time."""
        begin, end = self._period(first, last)
        chosen = choice(Interval, interval)
        known = parse_code(code)
        return self._known(
            Bar, lambda research: research.bars(known, begin, end, chosen, is_adjusted=is_adjusted)
        )

    def minute_bars(self, code: str, first: Day | None = None, last: Day | None = None) -> Table[Bar]:
        """분봉 of a day, else today, or of several; about a year back. On paper of today only."""
        begin = self._connected.day if first is None else day_in(first)
        end = begin if last is None else day_in(last)
        return self._known(Bar, lambda research: research.minute_bars(parse_code(code), begin, end))

    def recent_bars(self, code: str, interval: Interval | str = Interval.DAY) -> Table[Bar]:
        """The last thirty days, weeks or months, in one call; without values."""
        chosen = choice(Interval, interval)
        return self._table(Bar, lambda broker: broker.charts.recent_bars(parse_code(code), chosen))

    def index(self, index: Index | str) -> IndexQuote:
        """지수 ("KOSPI", "KOSDAQ", "KOSPI200")."""
        chosen = choice(Index, index)
        return self.ask(lambda broker: broker.market.index(chosen))

    def index_bars(
        self,
        index: Index | str,
        first: Day | None = None,
        last: Day | None = None,
        interval: Interval | str = Interval.DAY,
    ) -> Table[IndexBar]:
        """지수의 일봉, 주봉, 월봉, 년봉."""
        begin, end = self._period(first, last)
        chosen, span = choice(Index, index), choice(Interval, interval)
        return self._table(IndexBar, lambda broker: broker.charts.index_bars(chosen, begin, end, span))

    def index_minutes(self, index: Index | str) -> Table[IndexBar]:
        """지수 분봉: the newest hundred minutes."""
        chosen = choice(Index, index)
        return self._table(IndexBar, lambda broker: broker.charts.index_minutes(chosen))

    def index_names(self) -> Table[IndexName]:
        """업종 코드: what KIS calls its indices, the sizes and the industries."""
        return self._table(IndexName, lambda broker: broker.market.index_names())

    # Who buys and sells -------------------------------------------------------------------------------------

    def flows(self, code: str, first: Day | None = None, last: Day | None = None) -> Table[InvestorFlows]:
        """투자자별 매매동향."""
        begin, end = self._period(first, last)
        return self._known(InvestorFlows, lambda research: research.investors(parse_code(code), begin, end))

    def programs(self, code: str, first: Day | None = None, last: Day | None = None) -> Table[ProgramDay]:
        """프로그램매매."""
        begin, end = self._period(first, last)
        return self._table(ProgramDay, lambda broker: broker.flows.programs(parse_code(code), begin, end))

    def market_flows(
        self, market: Market | str, first: Day | None = None, last: Day | None = None
    ) -> Table[MarketFlows]:
        """시장별 투자자매매동향 of "KOSPI" or "KOSDAQ"."""
        begin, end = self._period(first, last)
        chosen = choice(Market, market)
        return self._table(MarketFlows, lambda broker: broker.flows.market_investors(chosen, begin, end))

    def market_programs(
        self, market: Market | str, first: Day | None = None, last: Day | None = None
    ) -> Table[MarketProgramFlows]:
        """프로그램매매 종합현황 of "KOSPI" or "KOSDAQ"."""
        begin, end = self._period(first, last)
        chosen = choice(Market, market)
        return self._table(
            MarketProgramFlows, lambda broker: broker.flows.market_programs(chosen, begin, end)
        )

    def members(self, code: str) -> MemberTable:
        """거래원 of today."""
        return self.ask(lambda broker: broker.flows.members(parse_code(code)))

    def short_sales(
        self, code: str, first: Day | None = None, last: Day | None = None
    ) -> Table[ShortSaleDay]:
        """공매도."""
        begin, end = self._period(first, last)
        return self._known(ShortSaleDay, lambda research: research.short_sales(parse_code(code), begin, end))

    def short_sale_ranking(
        self, section: Section | str = Section.ALL, span: str = LAST_DAY, **bounds: int | None
    ) -> Table[ShortSaleRank]:
        """공매도 상위종목 over `span`: "1d" to "4d", "1w" to "3w", "1m" to "3m"."""
        chosen = _filter(section, bounds)
        return self._known(ShortSaleRank, lambda research: research.short_sale_ranking(chosen, span))

    # The market ---------------------------------------------------------------------------------------------

    def volume_ranking(
        self,
        section: Section | str = Section.ALL,
        order: VolumeOrder | str = VolumeOrder.VOLUME,
        **bounds: int | None,
    ) -> Table[VolumeRank]:
        """거래량순위. `bounds` are least_price, most_price and least_volume, as of all rankings."""
        chosen, by = _filter(section, bounds), choice(VolumeOrder, order)
        return self._table(VolumeRank, lambda broker: broker.market.volume_ranking(chosen, by))

    def change_ranking(
        self,
        section: Section | str = Section.ALL,
        order: ChangeOrder | str = ChangeOrder.RISE,
        days: int = 1,
        **bounds: int | None,
    ) -> Table[ChangeRank]:
        """등락률 순위, against the close of `days` trading days before."""
        chosen, by = _filter(section, bounds), choice(ChangeOrder, order)
        return self._table(ChangeRank, lambda broker: broker.market.change_ranking(chosen, by, days))

    def ranking(
        self, by: RankedBy | str, section: Section | str = Section.ALL, **bounds: int | None
    ) -> Table[Rank]:
        """The first thirty by another figure: 체결강도, 호가잔량, 이격도, 신고/신저, 대량체결, 시가총액."""
        chosen, figure = _filter(section, bounds), choice(RankedBy, by)
        return self._table(Rank, lambda broker: broker.market.ranking(figure, chosen))

    def calendar(self, first: Day | None = None, last: Day | None = None) -> Table[CalendarDay]:
        """휴장일. KIS wants to be asked for it once a day; without a first day it begins today."""
        begin = self._connected.day if first is None else day_in(first)
        end = begin + _MONTH if last is None else day_in(last)
        return self._table(CalendarDay, lambda broker: broker.market.days(begin, end))

    def market_time(self) -> MarketTime:
        """KIS's clock, and the trading days around today."""
        return self.ask(lambda broker: broker.market.time())

    def interruptions(self, day: Day | None = None, code: str = "") -> Table[VolatilityInterruption]:
        """변동성완화장치 (VI) of a day, else today; of all issues, or of one."""
        on = None if day is None else day_in(day)
        known = parse_code(code) if code else ""
        return self._table(VolatilityInterruption, lambda broker: broker.market.interruptions(on, known))

    def headlines(self, code: str = "") -> Table[Headline]:
        """시황, 공시 제목 of the market, or of an issue."""
        known = parse_code(code) if code else ""
        return self._table(Headline, lambda broker: broker.market.headlines(known))

    # Issues -------------------------------------------------------------------------------------------------

    def find(self, text: str) -> Table[Instrument]:
        """Issues whose code or name (Korean or English) contains `text`, by code."""
        wanted = text.strip().casefold()
        found = self._connected.instruments.values()
        return Table(
            sorted(
                (
                    each
                    for each in found
                    if any(wanted in known.casefold() for known in (each.code, each.name, each.name_english))
                ),
                key=lambda each: each.code,
            ),
            Instrument,
        )

    def features(self, code: str) -> Features:
        """종목 특성: what the issue is, its state, value and figures."""
        return self._read(lambda connection: connection.research.features(parse_code(code)))

    def company(self, code: str) -> Company:
        """주식기본조회: the issue and its issuer."""
        return self.ask(lambda broker: broker.companies.company(parse_code(code)))

    def product(self, code: str) -> Product:
        """상품기본조회: names and classes of the register."""
        return self.ask(lambda broker: broker.companies.product(parse_code(code)))

    def name(self, code: str) -> str:
        """종목명."""
        return self.ask(lambda broker: broker.companies.name(parse_code(code)))

    def standing(self, code: str) -> Standing:
        """종목 상태: halts, warnings, what it may do. Not on paper."""
        return self.ask(lambda broker: broker.companies.standing(parse_code(code)))

    def valuation(self, code: str) -> Valuation:
        """PER, PBR, 시가총액, 외국인 소진율, highs and lows of the year."""
        return self._read(lambda connection: connection.research.valuation(parse_code(code)))

    def dividends(self, code: str, first: Day | None = None, last: Day | None = None) -> Table[Dividend]:
        """배당; without a first day those of a year."""
        end = self._connected.day if last is None else day_in(last)
        begin = end - _YEAR if first is None else day_in(first)
        return self._table(Dividend, lambda broker: broker.companies.dividends(parse_code(code), begin, end))

    def interest_coverage(self, code: str, end: Day) -> Decimal | None:
        """이자보상배율 of the year that ends on `end`; None when KIS has no estimate of the issue."""
        day = day_in(end)
        return self.ask(lambda broker: broker.companies.interest_coverage(parse_code(code), day))

    def balance_sheets(self, code: str, period: Period | str = Period.YEAR) -> Table[BalanceSheet]:
        """대차대조표 by "year" or "quarter"."""
        chosen = choice(Period, period)
        return self._table(
            BalanceSheet, lambda broker: broker.companies.balance_sheets(parse_code(code), chosen)
        )

    def incomes(self, code: str, period: Period | str = Period.YEAR) -> Table[Income]:
        """손익계산서; a quarter's is that of the year so far."""
        chosen = choice(Period, period)
        return self._table(Income, lambda broker: broker.companies.incomes(parse_code(code), chosen))

    def ratios(self, code: str, period: Period | str = Period.YEAR) -> Table[Ratios]:
        """재무, 수익성, 안정성, 성장성 비율."""
        chosen = choice(Period, period)
        return self._table(Ratios, lambda broker: broker.companies.ratios(parse_code(code), chosen))

    # The account --------------------------------------------------------------------------------------------

    def account(self) -> Account:
        """예수금, 주문가능금액, 평가."""
        return self._read(lambda connection: connection.broker.account())

    def positions(self) -> Table[Position]:
        """보유 종목."""
        return Table(self.account().positions, Position)

    def buying_power(self, code: str = "", price: int | None = None) -> int:
        """주문가능금액 (미수 없이) in won, for an issue at a price or for any; without one at the market."""
        known = parse_code(code) if code else ""
        return self._read(lambda connection: connection.broker.buying_power(known, price))

    def sellable(self, code: str) -> int:
        """매도가능수량. Not on paper."""
        return self.ask(lambda broker: broker.ledger.sellable(parse_code(code)))

    def past_orders(self, first: Day | None = None, last: Day | None = None) -> Table[OrderReport]:
        """일별주문체결: the orders of days as the broker lists them."""
        begin, end = self._period(first, last)
        return Table(self._read(lambda connection: connection.broker.orders(begin, end)), OrderReport)

    def open_orders(self) -> Table[OpenOrder]:
        """정정취소가능주문. Not on paper."""
        return self._table(OpenOrder, lambda broker: broker.ledger.open_orders())

    def assets(self) -> Assets:
        """투자계좌자산현황. Not on paper."""
        return self.ask(lambda broker: broker.ledger.assets())

    def realized(self, *, with_costs: bool = False) -> RealizedProfit:
        """실현손익 of today beside 평가손익, before or after costs. Not on paper."""
        return self.ask(lambda broker: broker.ledger.realized(with_costs=with_costs))

    def day_profits(
        self, first: Day | None = None, last: Day | None = None, code: str = ""
    ) -> Table[DayProfit]:
        """기간별손익 by day, of all issues or of one. Not on paper."""
        begin, end = self._period(first, last)
        known = parse_code(code) if code else ""
        return self._table(DayProfit, lambda broker: broker.ledger.day_profits(begin, end, known))

    def trade_profits(
        self, first: Day | None = None, last: Day | None = None, code: str = ""
    ) -> Table[TradeProfit]:
        """기간별매매손익 by issue and day. Not on paper."""
        begin, end = self._period(first, last)
        known = parse_code(code) if code else ""
        return self._table(TradeProfit, lambda broker: broker.ledger.trade_profits(begin, end, known))

    def reserved(self, first: Day | None = None, last: Day | None = None) -> Table[ReservedOrder]:
        """예약주문. Not on paper."""
        begin, end = self._period(first, last)
        return self._table(ReservedOrder, lambda broker: broker.ledger.reserved(begin, end))

    # How ----------------------------------------------------------------------------------------------------

    def ask(self, question: Callable[[Inquiry], Awaitable[T]]) -> T:
        """The answer to any question that the client knows: `ask(lambda broker: broker.market.time())`.

        Orders are no questions: `buy`, `sell`, `replace` and `cancel` pass the desk.

        Raises what the question raises, and `Unanswered` when there is no answer in time.
        """

        async def asked() -> T:
            return await question(Inquiry(self._connected.kis))

        return self._wait(asked())

    @property
    @abstractmethod
    def _connected(self) -> Connection:
        """Raises `Unreachable` when there is no connection."""

    @abstractmethod
    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` comes to. Raises what it raises, and `Unanswered` when nothing comes in time."""

    def _read(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """What every broker tells."""

        async def asked() -> T:
            return await question(self._connected)

        return self._wait(asked())

    def _known(self, kind: type[T], question: Callable[[Research], Awaitable[Sequence[T]]]) -> Table[T]:
        """A list of what a broker knows beside prices."""
        return Table(self._read(lambda connection: question(connection.research)), kind)

    def _table(self, kind: type[T], question: Callable[[Inquiry], Awaitable[Sequence[T]]]) -> Table[T]:
        return Table(self.ask(question), kind)

    def _period(self, first: Day | None, last: Day | None) -> tuple[date, date]:
        end = self._connected.day if last is None else day_in(last)
        return (end - _MONTH if first is None else day_in(first)), end


def day_in(day: Day) -> date:
    """Raises `BadInput` for a text that is no day."""
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise BadInput(
            f"{day}: 날짜는 YYYY-MM-DD 로 쓰십시오.", f"{day}: write a date as YYYY-MM-DD."
        ) from None


def choice(kind: Callable[[str], T], value: "T | str") -> T:
    """One of the words of `kind`, in small or capital letters. Raises `BadInput`."""
    if not isinstance(value, str):
        return value
    words = {str(each).casefold(): each for each in kind}  # type: ignore[attr-defined]
    found = words.get(value.strip().casefold())
    if found is None:
        known = ", ".join(str(each) for each in words.values())
        raise BadInput(f"{value}: {known} 가운데 하나를 쓰십시오.", f"{value}: give one of {known}.")
    return cast(T, found)


def _filter(section: Section | str, bounds: Mapping[str, int | None]) -> RankFilter:
    """Which issues are to be ranked. Raises `BadInput`."""
    known = ("least_price", "most_price", "least_volume")
    if others := bounds.keys() - known:
        raise BadInput(
            f"{', '.join(sorted(others))}: {', '.join(known)} 가운데에서 쓰십시오.",
            f"{', '.join(sorted(others))}: give some of {', '.join(known)}.",
        )
    return RankFilter(section=choice(Section, section), **bounds)
