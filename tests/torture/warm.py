"""What every desk loads late: loaded once, before the desks are forked off, so that they start in no time."""

from datetime import date

import sqlalchemy.dialects.sqlite  # noqa: F401

from hoga.krx.calendar import is_trading_day
from hoga.storage.keys import find_keyring

is_trading_day(date(2026, 11, 20))
find_keyring()
