"""What answers the calls of the KIS face about member firms, day by day and over all issues."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from hoga.brokers.kis import firms
from hoga.brokers.kis.codes import MEMBER_DAYS_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.members import FOREIGN_FIRMS
from hoga.brokers.kis.question import asked_krx
from hoga.brokers.kis.register import Handler, Register
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Bar
from hoga.domain.flows import MemberFlow


class FirmCalls:
    """The calls about firms whose customers bought and sold."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self._day: date | None = None
        self._today: dict[str, Sequence[MemberFlow]] = {}
        """What the firms of an issue do in the whole of the running day."""
        self.handlers: Mapping[Call, Handler] = {
            Call.MEMBER_DAYS: self._member_days,
            Call.FOREIGN_FIRM_RANKING: self._foreign_firm_ranking,
        }

    async def _member_days(self, request: Request, _: Customer) -> Reply:
        query, known = firms.asked_member_days(request), self._known
        asked_krx(request)
        if known.find_listed(query.code) is None:
            return firms.member_days_reply((), None)
        bars = known.past.newest(query.code, MEMBER_DAYS_PER_CALL + 1, min(query.last, known.yesterday))
        days: list[tuple[Bar, int, int]] = []
        for bar in bars:
            day = bar.at.date()
            if day >= query.first:
                days.append((bar, *firms.of_firm(query.firm, known.facts.member_flows(query.code, day))))
                await asyncio.sleep(0)
        today = known.bar_of_today(query.code)
        if today is not None and query.first <= known.day <= query.last:
            days.append((today, *firms.of_firm(query.firm, self._so_far(query.code))))
        earlier = [bar for bar in bars if bar.at.date() < query.first]
        return firms.member_days_reply(days, earlier[-1] if earlier else None)

    async def _foreign_firm_ranking(self, request: Request, _: Customer) -> Reply:
        query, known = firms.asked_foreign_ranks(request), self._known
        asked_krx(request)
        found = []
        for code in known.exchange.codes:
            listed = known.find_listed(code)
            if listed and listed.quote.volume and query.market in (None, listed.instrument.market):
                found.append(firms.ForeignRank(listed, *firms.of_firm(FOREIGN_FIRMS, self._so_far(code))))
                await asyncio.sleep(0)
        return firms.foreign_ranks_reply(query, found)

    def _so_far(self, code: str) -> list[MemberFlow]:
        """What the firms of an issue did of what it has traded today."""
        if self._day != self._known.day:
            self._day, self._today = self._known.day, {}
        if code not in self._today:
            self._today[code] = self._known.facts.member_flows(code, self._known.day)
        found = self._today[code]
        whole = sum(firm.bought for firm in found)
        traded = min(self._known.exchange.quote(code).volume, whole)
        return [firm.until(traded, whole) for firm in found]
