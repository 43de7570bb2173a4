"""What one read of the issues before the market of a day began: reports of firms, rights, listings, meetings.

It is what the facts tell of that day, as the titles that one would have read, each of which says that it is
of a simulated exchange. The hours are made: notices come first, then reports, both before anything trades.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.depository import listing_reason
from hoga.brokers.kis.disclosures import LABEL, Disclosure
from hoga.brokers.kis.finance import DIVIDEND_KINDS
from hoga.brokers.kis.opinions import STANCE_NAMES
from hoga.brokers.kis.register import Register
from hoga.domain.corporate_action import ActionKind, listings
from hoga.domain.zone import KST

_NOTICES_AT, _REPORTS_AT = time(7), time(7, 20)
_AROUND = timedelta(days=250)
"""How long before its last day an action may begin."""
_MOST_ISSUES = 100
"""Of how many issues, those that are worth most, one reads who asks for none."""


class Published:
    """The titles of the days, of which the issues are in the register."""

    def __init__(self, register: Register) -> None:
        self._known = register

    async def between(self, code: str, first: date, last: date) -> list[Disclosure]:
        """What was published of an issue, or ("") of the largest ones, oldest first."""
        told = []
        for listed in await self._issues(code):
            told += [(at, listed.quote.code, title, listed) for at, title in self._of(listed, first, last)]
            await asyncio.sleep(0)
        told.sort(key=lambda each: each[:3])
        return [
            Disclosure(number, at, listed.instrument.market, f"{LABEL} {title}", code)
            for at, group in groupby(told, key=lambda each: each[0])
            for number, (_, code, title, listed) in enumerate(group, 1)
        ]

    async def _issues(self, code: str) -> Sequence[Listed]:
        if code:
            listed = self._known.find_listed(code)
            return [listed] if listed else []
        return await self._known.largest(_MOST_ISSUES)

    def _of(self, listed: Listed, first: date, last: date) -> Iterator[tuple[datetime, str]]:
        """The titles of an issue from one day to another, in no order."""
        code, name, facts = listed.quote.code, listed.quote.name, self._known.facts
        for dividend in facts.dividends(code, first, last):
            kind = DIVIDEND_KINDS[dividend.kind]
            title = f"{name} {kind}배당 기준일 (주당 {dividend.per_share:,}원)"
            yield _at(dividend.record_day, _NOTICES_AT), title
        actions = facts.actions(code, first - _AROUND, last)
        for action in listings(actions, first, last):
            if action.listing_day is not None:
                shares = f" ({action.new_shares:,}주)" if action.new_shares else ""
                title = f"{name} 상장: {listing_reason(action)}{shares}"
                yield _at(action.listing_day, _NOTICES_AT), title
        for action in actions:
            if (
                action.kind is ActionKind.MEETING
                and action.meeting_day
                and first <= action.meeting_day <= last
            ):
                yield _at(action.meeting_day, _NOTICES_AT), f"{name} {action.reason} ({action.agenda})"
        for opinion in facts.opinions(code, first, last):
            target = f", 목표가 {opinion.target:,}원" if opinion.target else ""
            title = f"{opinion.firm_name}, {name} 투자의견 {STANCE_NAMES[opinion.stance]}{target}"
            yield _at(opinion.day, _REPORTS_AT), title


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, KST)
