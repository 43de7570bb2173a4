"""Made indices: the market value of their members at the prices of a `BarStore`, in points.

The members are the stocks of the packaged table that the store knows, whatever else trades beside them: all
KOSPI stocks for KOSPI, all KOSDAQ stocks for KOSDAQ, those with a KOSPI200 sector for KOSPI200. A store of
records counts all its stocks. All shares of a member count. An index has its round level when every member
stands at its reference price. The close from which a day is measured is that of the day's own members.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hoga.domain.bar import Bar
from hoga.domain.index import Basket, Index, IndexBar
from hoga.storage.made_names import MadeName

_LEVELS = {Index.KOSPI: Decimal(3000), Index.KOSDAQ: Decimal(850), Index.KOSPI200: Decimal(400)}


@dataclass(frozen=True, slots=True)
class IndexDay:
    """The minutes of an index on a day, and the day as a whole."""

    minutes: tuple[IndexBar, ...]
    whole: IndexBar


def make_basket(index: Index, members: Sequence[MadeName], closes: Mapping[str, int]) -> Basket:
    """The members, of which there must be one, with what they closed at the day before."""
    shares = {name.instrument.code: name.instrument.listed_shares for name in members}
    worth = sum(name.instrument.listed_shares * name.reference for name in members)
    basket = Basket(index, shares, worth / _LEVELS[index], Decimal(0))
    return Basket(index, shares, basket.divisor, basket.level(closes))


def make_index_day(
    basket: Basket, closes: Mapping[str, int], minutes: Mapping[str, Sequence[Bar]]
) -> IndexDay | None:
    """The index at the end of every minute in which a member has a bar; None when none traded.

    `closes` are the members' closes of the day before: a member stands there until its first bar.
    """
    by_time: dict[datetime, list[Bar]] = {}
    for code in basket.shares:
        for bar in minutes.get(code, ()):
            if bar.volume:
                by_time.setdefault(bar.at, []).append(bar)
    if not by_time:
        return None
    prices = dict(closes)
    bars: list[IndexBar] = []
    for at in sorted(by_time):
        if not bars:
            prices.update((bar.code, bar.open) for bar in by_time[at])
            before = basket.level(prices)
        prices.update((bar.code, bar.close) for bar in by_time[at])
        level = basket.level(prices)
        volume = sum(bar.volume for bar in by_time[at])
        value = sum(bar.value for bar in by_time[at])
        high, low = max(before, level), min(before, level)
        bars.append(IndexBar(basket.index, at, before, high, low, level, volume, value))
        before = level
    whole = IndexBar(
        basket.index,
        bars[0].at,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
        sum(bar.value for bar in bars),
    )
    return IndexDay(tuple(bars), whole)


def make_whole_day(basket: Basket, prices: Mapping[str, Sequence[int]], days: Mapping[str, Bar]) -> IndexBar:
    """What `make_index_day` gives for the whole day, when every member trades in every minute.

    `prices` are each member's first and all its closes, `days` their daily bars. The level rises with the
    value of the members, so its peaks are at theirs and no other level is needed.
    """
    members = [days[code] for code in basket.shares]
    of_each = ([shares * price for price in prices[code]] for code, shares in basket.shares.items())
    worths = [sum(each) for each in zip(*of_each, strict=True)]
    return IndexBar(
        basket.index,
        members[0].at,
        basket.level_of(worths[0]),
        basket.level_of(max(worths)),
        basket.level_of(min(worths)),
        basket.level_of(worths[-1]),
        sum(day.volume for day in members),
        sum(day.value for day in members),
    )
