"""How long the desk looks before it believes something, and how often it looks."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the desk looks before it believes an absence, in the time of the market's clock.

    An absence is believed after `reads` complete readings and `wait` at the earliest. How long KIS's list may
    lag, and how late a request without an answer may still be carried out, is unverified. Doubts are looked
    into every `interval`, less often once a person has been called; everything is reconciled every
    `reconcile_every`. The account may show what happened up to `account_lag` later. The switch is looked at
    before every order, and every `obey_every`.
    """

    reads: int = 3
    wait: timedelta = timedelta(seconds=60)
    interval: timedelta = timedelta(seconds=2)
    reconcile_every: timedelta = timedelta(minutes=1)
    account_lag: timedelta = timedelta(seconds=10)
    obey_every: timedelta = timedelta(seconds=1)

    @property
    def overdue_interval(self) -> timedelta:
        """How often what waits for a person is looked into."""
        return max(self.interval, self.wait / self.reads)
