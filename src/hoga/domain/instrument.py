"""A listed issue."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Market(StrEnum):
    """The KRX market on which an issue is listed."""

    KOSPI = "KOSPI"
    KOSDAQ = "KOSDAQ"
    KONEX = "KONEX"


class Kind(StrEnum):
    """What an issue is; decides its tick size, price limit and tax. It cannot be read off the code."""

    STOCK = "stock"
    ETF = "etf"
    ETN = "etn"
    ELW = "elw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One listed issue (종목).

    `code` is the six-character short code, always text ("005930", "0126Z0"). `leverage` is the multiple of
    a leveraged or inverse ETF/ETN, else 1. `name_english` may be empty. `listed_shares` is 0 when unknown.
    """

    code: str
    name: str
    market: Market
    kind: Kind = Kind.STOCK
    name_english: str = ""
    leverage: Decimal = Decimal(1)
    listed_shares: int = 0
