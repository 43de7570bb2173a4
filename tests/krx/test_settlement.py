"""T+2."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.krx.calendar import is_trading_day, next_trading_day, trading_days_between
from hoga.krx.settlement import settlement_day

trade_days = st.dates(date(2010, 1, 4), date(2030, 12, 1)).map(next_trading_day)


def test_weekends_holidays_and_the_year_end_are_skipped() -> None:
    assert settlement_day(date(2026, 11, 19)) == date(2026, 11, 23)
    assert settlement_day(date(2025, 12, 29)) == date(2026, 1, 2)
    assert settlement_day(date(2026, 9, 23)) == date(2026, 9, 29)


def test_a_trade_on_a_closed_day_is_refused() -> None:
    with pytest.raises(BadInput, match="2026-11-21"):
        settlement_day(date(2026, 11, 21))


@given(trade_days)
def test_settlement_is_two_trading_days_later_and_keeps_the_order_of_trades(day: date) -> None:
    settled = settlement_day(day)
    assert is_trading_day(settled)
    assert trading_days_between(day, settled) == 2
    assert settlement_day(next_trading_day(day)) > settled
