"""What was lent of an issue: money to buy it (융자), shares to sell (대주), shares to institutions (대차)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Lent:
    """What is lent after a day, in shares, and what the day brought to it if that is known."""

    left: int
    new: int | None = None
    repaid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditDay:
    """Lending of one issue on one trading day. None is not known.

    `loan` is what was bought on credit with all brokers, on average at `loan_price` won; `stock_loan` what
    they lent their customers to sell, worth `stock_loan_price`; `lending` what institutions lent one another.
    Of `lending_limit` shares the broker itself lends, `lending_used` are lent.
    """

    code: str
    day: date
    loan: Lent | None = None
    loan_price: int | None = None
    stock_loan: Lent | None = None
    stock_loan_price: int | None = None
    lending: Lent | None = None
    lending_limit: int | None = None
    lending_used: int | None = None
