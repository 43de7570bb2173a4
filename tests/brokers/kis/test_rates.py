"""How many calls a second KIS takes, by date, and which go first."""

from datetime import date

import pytest

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Request
from hoga.brokers.kis.rates import LATEST, Priority, calls_per_second, priority
from hoga.brokers.kis.services import SERVICES, Call

REAL, PAPER = Environment.REAL, Environment.PAPER


@pytest.mark.parametrize(
    ("environment", "day", "customer_since", "calls"),
    [
        (REAL, date(2024, 1, 2), None, 20),
        (REAL, date(2026, 4, 19), None, 20),
        (REAL, date(2026, 4, 20), None, 18),
        (REAL, date(2026, 11, 20), None, 18),
        (PAPER, date(2026, 4, 19), None, 2),
        (PAPER, date(2026, 4, 20), None, 1),
        (REAL, date(2026, 5, 4), date(2026, 5, 4), 3),
        (REAL, date(2026, 5, 7), date(2026, 5, 4), 3),
        (REAL, date(2026, 5, 8), date(2026, 5, 4), 18),
        (REAL, date(2026, 4, 19), date(2026, 4, 18), 20),
        (PAPER, date(2026, 5, 4), date(2026, 5, 4), 1),
    ],
)
def test_a_limit_holds_from_its_day_on(
    environment: Environment, day: date, customer_since: date | None, calls: int
) -> None:
    assert calls_per_second(environment, day, customer_since) == calls


def test_the_latest_limits_are_those_of_2026_04_20() -> None:
    assert LATEST == {REAL: 18, PAPER: 1}


ORDERS = {
    Call.BUY,
    Call.SELL,
    Call.REVISE,
    Call.CREDIT_BUY,
    Call.CREDIT_SELL,
    Call.RESERVE,
    Call.RESERVE_CANCEL,
    Call.RESERVE_REPLACE,
}
READS = {
    Call.BALANCE,
    Call.BUYING_POWER,
    Call.ORDERS,
    Call.OLD_ORDERS,
    Call.RESERVED,
    Call.SELLABLE,
    Call.REVISABLE,
    Call.ASSETS,
    Call.MARGIN,
    Call.CREDIT_POWER,
    Call.REALIZED,
    Call.DAY_PROFITS,
    Call.TRADE_PROFITS,
    Call.OVERSEAS_BALANCE,
    Call.OVERSEAS_ASSETS,
    Call.OVERSEAS_OPEN,
    Call.OVERSEAS_ORDERS,
    Call.OVERSEAS_PROFITS,
}


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (ORDERS, Priority.ORDER),
        (READS, Priority.ACCOUNT),
        ({Call.PRICE, Call.BOOK, Call.QUOTES, Call.DAILY_BARS, Call.HOLIDAYS}, Priority.QUOTE),
    ],
)
def test_a_call_has_its_priority(calls: set[Call], expected: Priority) -> None:
    for call in calls:
        service = SERVICES[call]
        request = Request(call=call, environment=REAL, method=service.method, path=service.path)
        assert priority(request) is expected, call
