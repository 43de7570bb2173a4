"""What has been told of each followed issue, so that nothing is told twice and no move is missed. Pure.

Two prints may look the same and be two. But KIS writes the day's volume (누적 거래량) into each, and that
grows with every one: the same time, price, quantity and volume again are the same print again. Whatever
differs in any of them is told, also when it comes late.

A reading of the price of the moment tells a trade when the day's volume has grown beyond what was told. It is
marked as that (`Trade.is_polled`): other prices may lie between, and a print that was on its way then is told
as well.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date

from hoga.domain.quote import Quote, Trade

_REMEMBERED = 64
"""Prints of an issue among which one that comes again is known."""

_Print = tuple[int, object, int, int]


@dataclass(slots=True)
class _Issue:
    day: date
    volume: int
    """The largest volume of the day that was told."""
    recent: dict[_Print, None] = field(default_factory=dict)


class Prints:
    """The issues that are followed."""

    def __init__(self) -> None:
        self._issues: dict[str, _Issue] = {}

    def is_new(self, trade: Trade, volume: int) -> bool:
        """Note a print and the day's volume after it. False when it was noted before."""
        issue = self._issues.get(trade.code)
        if issue is None or issue.day != trade.at.date():
            issue = self._issues[trade.code] = _Issue(trade.at.date(), 0)
        key = (volume, trade.at, trade.price, trade.quantity)
        recent = issue.recent
        if key in recent:
            return False
        recent[key] = None
        if len(recent) > _REMEMBERED:
            del recent[next(iter(recent))]
        if volume > issue.volume:
            issue.volume = volume
        return True

    def read(self, quote: Quote) -> Trade | None:
        """Note a price of the moment. Returns the trade that it tells, None when it tells nothing new.

        Of an issue of which nothing is known yet it tells the price, and 0 shares.
        """
        issue, day = self._issues.get(quote.code), quote.at.date()
        if quote.open is None:  # nothing has traded: the price is that of another day
            return None
        if issue is None or issue.day != day:
            self._issues[quote.code] = _Issue(day, quote.volume)
            return Trade(quote.code, quote.at, quote.last_price, 0, None, is_polled=True)
        grown = quote.volume - issue.volume
        if grown <= 0:
            return None
        issue.volume = quote.volume
        return Trade(quote.code, quote.at, quote.last_price, grown, None, is_polled=True)

    def begin(self) -> None:
        """A new connection repeats nothing: what comes now is new, whatever it looks like."""
        for issue in self._issues.values():
            issue.recent.clear()

    def keep(self, codes: Container[str]) -> None:
        """Forget all other codes."""
        self._issues = {code: issue for code, issue in self._issues.items() if code in codes}
