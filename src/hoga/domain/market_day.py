"""Days as a broker tells them, beside the calendar that we keep ourselves (`krx.calendar`)."""

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One calendar day: whether KRX is open (개장일), banks are (영업일), and trades are settled (결제일)."""

    day: date
    is_open: bool
    is_bank_day: bool
    is_settlement_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTime:
    """The broker's clock, and the hours and five business days of the futures market around today's.

    Futures open before and close after shares: `opens` and `closes` are not the hours of KRX's stock market.
    """

    at: datetime
    days: tuple[date, ...]
    opens: time
    closes: time
