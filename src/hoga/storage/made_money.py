"""Made money beside the market: deposits, loans, funds and interest rates, none of them a record.

What is lent to buy shares is what the made lending of all issues adds up to; what waits, is owed and is held
by funds wanders around parts of it. Rates of one country move together.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hoga.domain.market_money import InterestRate, MarketFunds, Rate
from hoga.storage.luck import wander
from hoga.storage.made_credit import loan_price
from hoga.storage.made_flows import margin_loans
from hoga.storage.made_names import MadeName

_DEPOSITS, _RECEIVABLES, _FUTURES, _SECURITIES_LOANS = 3.1, 0.036, 0.55, 0.9
_STOCK_FUNDS, _MIXED_FUNDS, _BOND_FUNDS, _MONEY_MARKET_FUNDS = 3.6, 1.0, 5.2, 7.4
"""How many times what is lent against shares each of them is, at most days about."""

_DOMESTIC = (
    (Rate.CALL, 2.5, 0.1),
    (Rate.CD_91_DAYS, 2.75, 0.4),
    (Rate.CP_91_DAYS, 2.95, 0.5),
    (Rate.TREASURY_3_YEARS, 2.9, 0.8),
    (Rate.TREASURY_10_YEARS, 3.25, 1.0),
    (Rate.TREASURY_30_YEARS, 3.3, 0.9),
)
_AMERICAN = (
    (Rate.US_FEDERAL_FUNDS, 3.6, 0.1),
    (Rate.US_TREASURY_10_YEARS, 4.2, 1.0),
    (Rate.US_TREASURY_30_YEARS, 4.8, 1.0),
)
_JAPANESE = ((Rate.JAPAN_10_YEARS, 1.6, 0.6),)
"""Each rate, the percent around which it wanders, and how much of its country's moves it makes."""
_STEP = Decimal("0.001")


def make_market_funds(seed: int, stocks: Sequence[MadeName], day: date) -> MarketFunds:
    """Funds after a day of a market of `stocks`."""
    lent = sum(margin_loans(seed, name, day) * loan_price(seed, name) for name in stocks)

    def around(times: float, what: str, moves: float) -> int:
        return int(lent * times * (1 + moves * wander(seed, f"funds {what}", day)))

    return MarketFunds(
        day=day,
        deposits=around(_DEPOSITS, "deposits", 0.012),
        receivables=around(_RECEIVABLES, "receivables", 0.02),
        margin_loans=lent,
        futures_deposits=around(_FUTURES, "futures", 0.012),
        securities_loans=around(_SECURITIES_LOANS, "securities loans", 0.004),
        stock_funds=around(_STOCK_FUNDS, "stock", 0.004),
        mixed_funds=around(_MIXED_FUNDS, "mixed", 0.003),
        bond_funds=around(_BOND_FUNDS, "bond", 0.003),
        money_market_funds=around(_MONEY_MARKET_FUNDS, "money market", 0.008),
    )


def make_interest_rates(seed: int, day: date) -> list[InterestRate]:
    """All rates of a day."""
    found = []
    for country, rates in (("korea", _DOMESTIC), ("us", _AMERICAN), ("japan", _JAPANESE)):
        shift = 0.02 * wander(seed, f"rates {country}", day)
        for rate, base, moves in rates:
            percent = Decimal(base + moves * shift).quantize(_STEP)
            found.append(InterestRate(rate, day, percent))
    return found
