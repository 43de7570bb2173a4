"""How many calls KIS takes from one app key in a second, by date, and which calls go first.

Sources: KIS's notices of 2025-04-28 (20 calls a second, 2 on paper) and 2026-04-20 (18, and 1 on paper); that
new customers have 3 during their first three days, paper accounts excepted, is told of since 2026-04.
Whether the three days are days of 24 hours is unverified: the day of the application and two more are taken,
and one more as a margin. Before the first notice, the limits of that notice are used.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Request


@dataclass(frozen=True, slots=True)
class Rate:
    """Calls a second that hold from a day on."""

    environment: Environment
    since: date
    calls: int


RATES = (
    Rate(Environment.REAL, date(2025, 4, 28), 20),
    Rate(Environment.REAL, date(2026, 4, 20), 18),
    Rate(Environment.PAPER, date(2025, 4, 28), 2),
    Rate(Environment.PAPER, date(2026, 4, 20), 1),
)
"""Oldest first."""

NEW_CUSTOMER_CALLS = 3
NEW_CUSTOMER_SINCE = date(2026, 4, 20)
NEW_CUSTOMER_DAYS = timedelta(days=4)

LATEST = {rate.environment: rate.calls for rate in RATES}
"""The limit that nothing has replaced so far."""


class Priority(IntEnum):
    """Which of the waiting calls begins first."""

    ORDER = 0
    ACCOUNT = 1
    QUOTE = 2
    POLL = 3
    """Prices that nobody waits for."""


def calls_per_second(environment: Environment, day: date, customer_since: date | None = None) -> int:
    """The limit of an app key on `day`. `customer_since` is when the use of the API was applied for."""
    ours = [rate for rate in RATES if rate.environment is environment]
    calls = next((rate.calls for rate in reversed(ours) if rate.since <= day), ours[0].calls)
    is_new = customer_since is not None and day < customer_since + NEW_CUSTOMER_DAYS
    if is_new and environment is Environment.REAL and day >= NEW_CUSTOMER_SINCE:
        return min(calls, NEW_CUSTOMER_CALLS)
    return calls


def priority(request: Request) -> Priority:
    """Whatever is posted to the account changes something: an order. The rest of the account is read."""
    if "/trading/" not in request.path:
        return Priority.QUOTE
    return Priority.ORDER if request.method == "POST" else Priority.ACCOUNT
