"""Which issues have made prices: about forty real names, and as many invented ones as are wanted.

Codes, names, markets and kinds of the table (made.csv) are real; its prices, volumes and shares are round
numbers of plausible size and no records. Well-known names have news; those without are there because KIS's
official samples ask for them, also such as are not listed any more (023460, 440790), and one whose name is
not known (417450). Invented issues are called "가상종목 0001" and have codes with a
"U" ("0001U0"), a letter that KRX gives to no issue (krx.md §9), so they can never be taken for real ones.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.storage.luck import luck_of

MOST_INVENTED = 4999
"""The codes of stocks begin with 0 to 4 (krx.md §9)."""

_PRICES = (1_500, 2_500, 4_000, 6_000, 9_000, 14_000, 22_000, 35_000, 60_000, 110_000)
_SHARES = (8, 12, 20, 30, 45, 70, 120)
"""Millions."""
_NXT = ((date(2025, 9, 3), 700), (date(2025, 3, 31), 800), (date(2025, 3, 4), 10))
"""How many issues NXT has, the newest number first (krx.md §1.3): ten at its start, about 800 from its fifth
week on, about 700 since its volume is capped. The day of each but the first is read off the weeks and months
that the press names."""
NXT_LEAST = 100_000_000_000
"""Won that an issue on NXT is worth at least: the smallest ones of KRX it leaves out (the bound is ours)."""
_FREE_SEED = 0
"""An invented issue is the same whatever the prices are made from."""


@dataclass(frozen=True, slots=True)
class MadeName:
    """What prices are made of. `volume` is shares a day, `volatility` per cent a day beside the market's.

    Without `has_news` nothing ever happens to the issue alone.
    """

    instrument: Instrument
    reference: int
    volume: int
    volatility: float
    beta: float
    has_news: bool = True


def known_instruments() -> dict[str, Instrument]:
    """The instruments of the packaged table by code: real names, markets and kinds."""
    return {code: name.instrument for code, name in real_names().items()}


@cache
def real_names() -> dict[str, MadeName]:
    """The packaged table by code, in the order of the codes."""
    text = resources.files("hoga.storage").joinpath("made.csv").read_text(encoding="utf-8")
    names = {}
    for row in csv.DictReader(text.splitlines()):
        instrument = Instrument(
            code=row["code"],
            name=row["name"],
            name_english=row["name_english"],
            market=Market(row["market"]),
            kind=Kind(row["kind"]),
            leverage=Decimal(row["leverage"]),
            listed_shares=int(row["listed_shares"]),
        )
        names[instrument.code] = MadeName(
            instrument,
            int(row["reference"]),
            int(row["volume"]),
            float(row["volatility"]),
            float(row["beta"]),
            has_news=row["news"] == "yes",
        )
    return dict(sorted(names.items()))


@cache
def eventful_stocks() -> tuple[str, ...]:
    """The codes of the table's stocks that have news."""
    names = real_names().items()
    return tuple(code for code, name in names if name.has_news and name.instrument.kind is Kind.STOCK)


def invented_code(number: int) -> str:
    """The code of an invented issue, from 1 to `MOST_INVENTED`."""
    return f"{number:04}U0"


def find_invented(code: str) -> int | None:
    """The number of an invented issue, None for any other code."""
    digits = code[:4]
    if len(code) != 6 or code[4:] != "U0" or not (digits.isascii() and digits.isdigit()):
        return None
    number = int(digits)
    return number if 1 <= number <= MOST_INVENTED else None


def nxt_codes(names: Iterable[MadeName], day: date, least: int = NXT_LEAST) -> frozenset[str]:
    """Which of `names` are traded at NXT on a day: its largest stocks by value at their reference prices.

    Each is worth `least` won or more. NXT itself chooses by value and turnover, and takes no ETFs
    (unverified); which issues it really has is not followed here.
    """
    most = next((most for first_day, most in _NXT if day >= first_day), 0)
    stocks = [
        (name.reference * name.instrument.listed_shares, name.instrument.code)
        for name in names
        if name.instrument.kind is Kind.STOCK
    ]
    stocks.sort(key=lambda stock: (-stock[0], stock[1]))
    return frozenset(code for worth, code in stocks[:most] if worth >= least)


@lru_cache(maxsize=MOST_INVENTED)
def invented_name(number: int) -> MadeName:
    """An invented issue. Two of three are KOSDAQ issues; most are small."""
    code = invented_code(number)
    fate = luck_of(_FREE_SEED, "issue", code)
    market = Market.KOSPI if number % 3 == 0 else Market.KOSDAQ
    shares = fate.choice(_SHARES) * 1_000_000
    instrument = Instrument(
        code=code,
        name=f"가상종목 {number:04}",
        name_english=f"Invented Issue {number:04}",
        market=market,
        listed_shares=shares,
    )
    return MadeName(
        instrument,
        fate.choice(_PRICES),
        int(shares * fate.uniform(0.001, 0.01)),
        round(fate.uniform(1.0, 2.0), 2),
        round(fate.uniform(0.4, 1.2), 2),
    )
