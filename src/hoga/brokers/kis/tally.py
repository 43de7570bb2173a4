"""The running day of every issue as the streams tell it: highs and lows with their times, buys and sells.

The exchange counts neither initiative nor times, so both are counted here, from the making of the tally on:
at KRX, at NXT, and in the auctions of the evening (시간외단일가), which start from the close of the day.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from hoga.brokers.kis.ticks import RunningDay, joined
from hoga.domain.quote import Trade
from hoga.domain.request import Venue
from hoga.exchange.events import BoardKind
from hoga.exchange.exchange import Exchange
from hoga.krx.calendar import previous_trading_day
from hoga.krx.single_price import evening_limits
from hoga.ports import BarStore

APART = frozenset({BoardKind.NXT, BoardKind.EVENING_CALLS})
"""The markets whose day is counted apart from that of KRX's others."""


class Tally:
    """The running days of all issues of `exchange`."""

    def __init__(self, exchange: Exchange, bars: BarStore) -> None:
        self._exchange = exchange
        self._bars = bars
        self._days = {code: self._begin(code) for code in exchange.codes}
        self._apart: dict[tuple[str, BoardKind], RunningDay] = {}

    def __contains__(self, code: str) -> bool:
        return code in self._days

    @property
    def codes(self) -> Sequence[str]:
        """What is listed."""
        return tuple(self._days)

    def admit(self, code: str) -> None:
        """Begin the day of an issue that is listed while the day runs."""
        self._days[code] = self._begin(code)

    def count(self, trade: Trade, board: BoardKind) -> RunningDay:
        """Take a print into the day of its market; the day after it."""
        code = trade.code
        if board in APART:
            day = self._apart[code, board] = self._find_apart(code, board).after(trade)
        else:
            day = self._days[code] = self._days[code].after(trade)
        return day

    def day(self, code: str, venues: Sequence[Venue] = (Venue.KRX,)) -> RunningDay:
        """The day so far at one venue or at both together."""
        if Venue.NXT not in venues:
            return self._days[code]
        nxt = self._find_apart(code, BoardKind.NXT)
        return joined(self._days[code], nxt) if Venue.KRX in venues else nxt

    def evening(self, code: str) -> RunningDay:
        """The evening so far."""
        return self._find_apart(code, BoardKind.EVENING_CALLS)

    def learn(self, code: str) -> None:
        """Find out what only those want to know who follow an issue."""
        day = self._days[code]
        previous = day.previous_volume or self._previous_volume(code)
        reference = self._exchange.quote(code).static_reference or 0
        self._days[code] = replace(day, previous_volume=previous, static_reference=reference)

    def _find_apart(self, code: str, board: BoardKind) -> RunningDay:
        day = self._apart.get((code, board))
        if day is not None:
            return day
        krx = self._days[code]
        day = RunningDay(
            base_price=krx.base_price,
            upper_limit=krx.upper_limit,
            lower_limit=krx.lower_limit,
            previous_volume=krx.previous_volume,
            listed_shares=krx.listed_shares,
        )
        if board is BoardKind.NXT:
            return day
        exchange, close = self._exchange, self._exchange.board_quote(code, BoardKind.REGULAR).last_price
        limits = evening_limits(close, exchange.limits(code), exchange.grid(code))
        return replace(day, base_price=close, upper_limit=limits.upper, lower_limit=limits.lower)

    def _begin(self, code: str) -> RunningDay:
        """The day of an issue as far as the exchange knows it, which counts no buys and sells."""
        quote = self._exchange.quote(code)
        return RunningDay(
            base_price=quote.base_price,
            upper_limit=quote.upper_limit,
            lower_limit=quote.lower_limit,
            open=quote.open or 0,
            high=quote.high or 0,
            low=quote.low or 0,
            volume=quote.volume,
            value=quote.value,
            listed_shares=self._exchange.instrument(code).listed_shares,
        )

    def _previous_volume(self, code: str) -> int:
        day = previous_trading_day(self._exchange.day)
        return sum(bar.volume for bar in self._bars.daily_bars(code, day, day))
