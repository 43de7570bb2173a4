"""A listed issue."""

from collections.abc import Iterable
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
    The last three are what the day's list says; a broker that does not tell them says False.
    """

    code: str
    name: str
    market: Market
    kind: Kind = Kind.STOCK
    name_english: str = ""
    leverage: Decimal = Decimal(1)
    listed_shares: int = 0
    is_halted: bool = False
    """거래정지 when the list was made."""
    is_administrative: bool = False
    """관리종목."""
    is_being_delisted: bool = False
    """정리매매."""


def find_instruments(instruments: Iterable[Instrument], text: str) -> list[Instrument]:
    """Those whose code or name, Korean or English, `text` is part of; the nearest first.

    A whole code or name comes before one that begins with the text, and that before one that holds it
    elsewhere. Case and blanks do not count.
    """
    wanted = _plain(text)
    found = []
    for instrument in instruments:
        names = [_plain(name) for name in (instrument.code, instrument.name, instrument.name_english) if name]
        holding = [name for name in names if wanted in name]
        if holding and wanted:
            distance = min((name != wanted, not name.startswith(wanted), len(name)) for name in holding)
            found.append((distance, instrument.code, instrument))
    return [instrument for *_, instrument in sorted(found, key=lambda each: each[:2])]


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
