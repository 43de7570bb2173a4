"""Made funds: what they hold follows from the members of an index, what they are worth from their prices.

A plain fund holds the members of KOSPI200, or of KOSDAQ when its name says so, each by its market value, and
is worth a little more or less than it costs; one with leverage holds futures. Who runs KODEX is real; the
size of a unit is made.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hoga.domain.bar import Bar
from hoga.domain.fund import Fund, FundValue
from hoga.domain.index import POINT, Basket, Index
from hoga.storage.luck import luck_of
from hoga.storage.made_names import MadeName

_UNIT_SHARES = 50_000
_MANAGERS = {"KODEX": "삼성자산운용"}
_KOSDAQ = "코스닥"
_WHOLE, _MOST_AWAY = 10_000, 15
"""괴리: hundredths of a percent."""


def index_of(name: MadeName) -> Index:
    """Whose members a fund follows."""
    return Index.KOSDAQ if _KOSDAQ in name.instrument.name else Index.KOSPI200


def make_fund(name: MadeName, price: int, basket: Basket | None, prices: Mapping[str, int]) -> Fund:
    """A fund of which a share costs `price` when the members of its index cost `prices`."""
    instrument = name.instrument
    holdings: dict[str, int] = {}
    if basket is not None and instrument.leverage == 1:
        whole = sum(count * prices[code] for code, count in basket.shares.items())
        held = {code: count * price * _UNIT_SHARES // whole for code, count in basket.shares.items()}
        holdings = {code: count for code, count in held.items() if count}
    return Fund(
        code=instrument.code,
        unit_shares=_UNIT_SHARES,
        holdings=holdings,
        index=index_of(name).value,
        manager=_MANAGERS.get(instrument.name.split()[0], ""),
    )


def make_fund_value(seed: int, bar: Bar) -> FundValue:
    """NAV after the day of `bar`."""
    day: date = bar.at.date()
    away = luck_of(seed, "nav", bar.code, day).randint(-_MOST_AWAY, _MOST_AWAY)
    return FundValue(bar.code, day, (Decimal(bar.close * (_WHOLE + away)) / _WHOLE).quantize(POINT))
