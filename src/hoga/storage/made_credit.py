"""Made lending: balances that wander, and what was new and repaid on the way from one day to the next.

What is bought on credit is what the made holdings say. The more of an issue is traded, the more is lent anew
and repaid. The broker lends shares of KOSPI200 only, and all brokers together lend more than it does.
"""

from datetime import date

from hoga.domain.bar import Bar
from hoga.domain.credit import CreditDay, Lent
from hoga.krx.calendar import previous_trading_day
from hoga.storage.luck import luck_of, wander
from hoga.storage.made_flows import margin_loans
from hoga.storage.made_names import MadeName

_ALL_BROKERS = 5
"""All brokers lend so many times what ours does."""


def make_credit_day(seed: int, name: MadeName, bar: Bar, *, is_kospi200: bool) -> CreditDay:
    """The lending of an issue on the day of `bar`."""
    code, day = name.instrument.code, bar.at.date()
    before = previous_trading_day(day)
    luck, fate = luck_of(seed, "credit", code, day), luck_of(seed, "credit", code)
    price = loan_price(seed, name)
    part, limit = fate.uniform(0.005, 0.06), fate.uniform(0.00005, 0.0003)
    shares = name.instrument.listed_shares
    whole_limit = int(shares * limit) // 10 * 10 if is_kospi200 else 0

    def institutions(at: date) -> int:
        return int(shares * part * (1 + 0.015 * wander(seed, f"{code} lending", at)))

    def used(at: date) -> int:
        level = 0.4 + 0.015 * wander(seed, f"{code} stock loans", at)
        return int(whole_limit * min(max(level, 0.0), 1.0))

    return CreditDay(
        code=code,
        day=day,
        loan=_lent(
            margin_loans(seed, name, before),
            margin_loans(seed, name, day),
            bar.volume,
            luck.uniform(0.005, 0.04),
        ),
        loan_price=price,
        stock_loan=_lent(
            _ALL_BROKERS * used(before), _ALL_BROKERS * used(day), whole_limit, luck.uniform(0.0, 0.1)
        ),
        stock_loan_price=price,
        lending=_lent(institutions(before), institutions(day), bar.volume, luck.uniform(0.02, 0.1)),
        lending_limit=whole_limit,
        lending_used=used(day),
    )


def loan_price(seed: int, name: MadeName) -> int:
    """What one share was bought for on credit, on average: won that are lent for it."""
    return max(int(name.reference * luck_of(seed, "loan price", name.instrument.code).uniform(0.92, 1.02)), 1)


def _lent(before: int, after: int, turned: int, part: float) -> Lent:
    """From one balance to the next, with a part of what was turned over lent anew and repaid."""
    both = min(int(turned * part), before)
    change = after - before
    return Lent(after, both + max(change, 0), both + max(-change, 0))
