"""When a trade is paid: T+2 (결제일).

Source: BR§7, the third day counting the trade day; closed days are skipped, the year-end closure too (press).
A move to T+1 has been announced without a date.
"""

from datetime import date

from hoga.krx.calendar import add_trading_days, require_trading_day


def settlement_day(trade_day: date) -> date:
    """The day on which won and shares change hands. Raises `BadInput` when `trade_day` does not trade."""
    require_trading_day(trade_day)
    return add_trading_days(trade_day, 2)
