"""Stock indices: points with two decimals, computed from the market value of their members."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

POINT = Decimal("0.01")
"""Indices are published with two decimals."""


class Index(StrEnum):
    """An index of KRX."""

    KOSPI = "KOSPI"
    KOSDAQ = "KOSDAQ"
    KOSPI200 = "KOSPI200"


@dataclass(frozen=True, slots=True)
class IndexName:
    """What an index, a size or an industry is called; `code` is KRX's four digits ("0013")."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class IndexBar:
    """The levels of an index in an interval that starts at `at`, and what its members traded in it."""

    index: Index
    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexQuote:
    """An index now, and the day so far. `change` is in points, the counts are of issues.

    `volume` is in steps of a thousand shares, `value` of a million won: brokers tell no more.
    """

    index: Index
    level: Decimal
    change: Decimal
    open: Decimal
    high: Decimal
    low: Decimal
    volume: int
    value: int
    rising: int
    unchanged: int
    falling: int
    at_upper_limit: int
    at_lower_limit: int


@dataclass(frozen=True, slots=True)
class Basket:
    """What an index consists of on a day.

    `shares` are those of each member that count; `divisor` is how many won of market value make one point;
    `base` is the level at which the day before closed, from which a circuit breaker measures.
    """

    index: Index
    shares: Mapping[str, int]
    divisor: Decimal
    base: Decimal

    def level(self, prices: Mapping[str, int]) -> Decimal:
        """The index when its members trade at `prices`; every member must have one."""
        return self.level_of(sum(count * prices[code] for code, count in self.shares.items()))

    def level_of(self, worth: int) -> Decimal:
        """The index when its members are worth so many won together."""
        return (worth / self.divisor).quantize(POINT, ROUND_HALF_UP)
