"""The running day of an issue as the streams tell it: highs and lows with their times, buys and sells.

The exchange counts neither initiative nor times, so both are counted here: at KRX, at NXT, and in the
auctions of the evening (시간외단일가), which start from the close of the day. What KRX trades at closing
prices and in its after-market is of its day, but not among the prices of that. Most issues of a market are
never asked for: the day of one is made of what the tape has of it when somebody asks first, and is counted
from then on. Ask between two events, not while one is told.
"""

from collections.abc import Sequence
from itertools import accumulate

from msgspec.structs import replace

from hoga.brokers.kis.register import OFF_HOURS, with_off_hours
from hoga.brokers.kis.tape import Tape
from hoga.brokers.kis.ticks import RunningDay, joined
from hoga.domain.quote import Trade
from hoga.domain.request import Venue
from hoga.domain.zone import KST
from hoga.exchange.events import BoardKind
from hoga.exchange.exchange import Exchange
from hoga.krx.calendar import previous_trading_day
from hoga.krx.single_price import evening_limits
from hoga.ports import BarStore

APART = frozenset({BoardKind.NXT, BoardKind.EVENING_CALLS})
"""The markets whose day is counted apart from that of KRX's others."""


class Tally:
    """The running days of `exchange`, whose prints are on `tape`."""

    def __init__(self, exchange: Exchange, bars: BarStore, tape: Tape) -> None:
        self._exchange = exchange
        self._bars = bars
        self._tape = tape
        has_begun = exchange.last_number > 0
        self._begun = {code: self._begin(code) for code in exchange.codes} if has_begun else {}
        """What happened before there was a tape."""
        self._days: dict[str, RunningDay] = {}
        self._nxt: dict[str, RunningDay] = {}
        self._evenings: dict[str, RunningDay] = {}

    def __contains__(self, code: str) -> bool:
        """Whether somebody has asked for the day of an issue."""
        return code in self._days

    def count(self, trade: Trade, board: BoardKind) -> RunningDay:
        """Take a print into the day of its market; the day after it. The issue is one that was asked for."""
        code = trade.code
        days = self._nxt if board is BoardKind.NXT else self._days
        day = days[code]
        day = days[code] = day.beyond(trade) if board in OFF_HOURS else day.after(trade)
        return day

    def count_evening(self, trade: Trade) -> RunningDay:
        """The same for the auctions of the evening, of any issue."""
        day = self._evenings[trade.code] = self.evening(trade.code).after(trade)
        return day

    def day(self, code: str, venues: Sequence[Venue] = (Venue.KRX,)) -> RunningDay:
        """The day so far at one venue or at both together."""
        self._follow(code)
        if Venue.NXT not in venues:
            return self._days[code]
        nxt = self._nxt[code]
        return joined(self._days[code], nxt) if Venue.KRX in venues else nxt

    def evening(self, code: str) -> RunningDay:
        """The evening so far."""
        day = self._evenings.get(code)
        if day is not None:
            return day
        exchange, close = self._exchange, self._exchange.board_quote(code, BoardKind.REGULAR).last_price
        limits = evening_limits(close, exchange.limits(code), exchange.grid(code))
        krx = self._days.get(code)
        return replace(
            self._empty(code),
            base_price=close,
            upper_limit=limits.upper,
            lower_limit=limits.lower,
            previous_volume=krx.previous_volume if krx else 0,
        )

    def learn(self, code: str) -> None:
        """Find out what only those want to know who follow an issue."""
        self._follow(code)
        day = self._days[code]
        previous = day.previous_volume or self._previous_volume(code)
        reference = self._exchange.quote(code).static_reference or 0
        minutes = day.minutes_before or self._minutes_before(code)
        self._days[code] = replace(
            day, previous_volume=previous, static_reference=reference, minutes_before=minutes
        )
        self._nxt[code] = replace(self._nxt[code], previous_volume=previous)

    def _follow(self, code: str) -> None:
        if code in self._days:
            return
        day = self._begun.get(code) or self._empty(code)
        for trade in self._tape.trades(code, (BoardKind.REGULAR,)):
            day = day.after(trade)
        for trade in self._tape.trades(code, OFF_HOURS):
            day = day.beyond(trade)
        nxt = self._empty(code)
        for trade in self._tape.trades(code, (BoardKind.NXT,)):
            nxt = nxt.after(trade)
        self._days[code], self._nxt[code] = day, nxt

    def _empty(self, code: str) -> RunningDay:
        limits = self._exchange.limits(code)
        return RunningDay(
            base_price=self._exchange.listing(code).base_price,
            upper_limit=limits.upper,
            lower_limit=limits.lower,
            listed_shares=self._exchange.instrument(code).listed_shares,
        )

    def _begin(self, code: str) -> RunningDay:
        """The day of an issue as far as the exchange knows it, which counts no buys and sells."""
        quote = with_off_hours(self._exchange, self._exchange.quote(code))
        return replace(
            self._empty(code),
            open=quote.open or 0,
            high=quote.high or 0,
            low=quote.low or 0,
            volume=quote.volume,
            value=quote.value,
        )

    def _previous_volume(self, code: str) -> int:
        day = previous_trading_day(self._exchange.day)
        return sum(bar.volume for bar in self._bars.daily_bars(code, day, day))

    def _minutes_before(self, code: str) -> tuple[tuple[int, int], ...]:
        """By the end of each minute of the trading day before, how much had been traded."""
        bars = self._bars.minute_bars(code, previous_trading_day(self._exchange.day))
        starts = (bar.at.astimezone(KST) for bar in bars)
        minutes = (start.hour * 60 + start.minute for start in starts)
        return tuple(zip(minutes, accumulate(bar.volume for bar in bars), strict=True))
