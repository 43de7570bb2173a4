"""What answers the calls of the KIS face about the central depository's calendars (예탁원정보)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from hoga.brokers.kis.codes import MARKETS_OF_INDEX
from hoga.brokers.kis.depository import (
    CALENDARS,
    by_record,
    by_subscription,
    calendar_entry,
    calendar_reply,
)
from hoga.brokers.kis.envelope import Reply, Request, needed, plain_code
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.question import asked_choice, asked_day, asked_first_day
from hoga.brokers.kis.register import YEAR_DAYS, Handler, Register
from hoga.brokers.kis.services import Call

_AROUND = timedelta(days=400)
"""How far what is asked for may lie from the record day."""
_MARKETS = dict(zip(("1", "2"), MARKETS_OF_INDEX.values(), strict=True))
_DAYS = {"1": by_subscription, "2": by_record}
"""GB1 of 유상증자일정."""


class DepositoryCalls:
    """The calls about corporate actions of everything that is listed, or of one issue."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = dict.fromkeys(CALENDARS, self._calendar)

    async def _calendar(self, request: Request, _: Customer) -> Reply:
        query, calendar = request.query, CALENDARS[request.call]
        first, last = asked_first_day(request, "F_DT"), self._known.day + timedelta(days=YEAR_DAYS)
        if needed(query, "T_DT"):
            last = asked_day(request, "T_DT")
        if request.call is Call.PAID_IN:
            calendar = replace(calendar, day=_DAYS[asked_choice(request, "GB1", _DAYS, "1")])
        market = None
        if request.call is Call.FACE_CHANGES:
            market = _MARKETS.get(asked_choice(request, "MARKET_GB", ("0", *_MARKETS), "0"))
        wanted = plain_code(needed(query, "SHT_CD"))
        found = []
        for code in (wanted,) if wanted else self._known.exchange.codes:
            listed = self._known.find_of_company(code)
            if listed is None or market not in (None, listed.instrument.market):
                continue
            for action in self._known.facts.actions(code, _moved(first, -_AROUND), _moved(last, _AROUND)):
                day = calendar.day(action) if action.kind in calendar.kinds else None
                if day is not None and first <= day <= last:
                    found.append(calendar_entry(calendar, listed, action, day))
            await asyncio.sleep(0)
        return calendar_reply(found)


def _moved(day: date, by: timedelta) -> date:
    """Another day, as far as there are days."""
    return min(max(day, date.min + _AROUND), date.max - _AROUND) + by
