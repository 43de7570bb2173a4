"""What answers the calls of the KIS face about lending: credit, stock loans, and what institutions lend."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from hoga.brokers.kis import lending
from hoga.brokers.kis.background import shares_of
from hoga.brokers.kis.codes import DAYS_PER_CALL, LENDING_DAYS_PER_CALL
from hoga.brokers.kis.envelope import Reply, Request, needed, plain_code
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import asked_choice, asked_day, asked_first_day, listed_code
from hoga.brokers.kis.register import HOLIDAYS, Handler, Register, reach
from hoga.brokers.kis.services import Call
from hoga.domain.credit import Lent
from hoga.domain.index import Index
from hoga.domain.instrument import Market
from hoga.krx.calendar import trading_days
from hoga.krx.settlement import settlement_day

_SHOWN = timedelta(days=2 * LENDING_DAYS_PER_CALL) + HOLIDAYS
_MARKETS = {"1": (Market.KOSPI, Index.KOSPI), "2": (Market.KOSDAQ, Index.KOSDAQ)}
_BOARDS = {"02": Market.KOSPI, "03": Market.KOSDAQ}
"""거래소구분코드 of the register."""


class CreditCalls:
    """The calls about what is lent."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.CREDIT_ISSUES: self._credit_issues,
            Call.CREDIT_BALANCES: self._credit_balances,
            Call.LENDING_DAYS: self._lending_days,
            Call.LENDABLES: self._lendables,
        }

    async def _credit_issues(self, request: Request, _: Customer) -> Reply:
        is_allowed = asked_choice(request, "FID_SLCT_YN", ("0", "1"), "0") == "0"
        by_name = asked_choice(request, "FID_RANK_SORT_CLS_CODE", ("0", "1"), "0") == "1"
        chosen = self._known.asked_filter(request)
        found = [
            listed
            async for listed in self._known.everything()
            if chosen.is_of_kind(listed)
            and (lending.credit_rate(listed.background.company) is not None) is is_allowed
        ]
        return lending.credit_issues_reply(found, by_name=by_name)

    async def _credit_balances(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        settled = min(asked_day(request, "FID_INPUT_DATE_1"), known.day)
        listed = known.find_of_company(code)
        if listed is None or settled <= FIRST_DAY:
            return lending.credit_balances_reply((), None, 0, DAYS_PER_CALL)
        first = max(settled - timedelta(days=2 * DAYS_PER_CALL) - HOLIDAYS, FIRST_DAY)
        last = min(settled, known.yesterday)
        await reach(known.past, code, first, last)
        bars = [
            bar for bar in known.past.between(code, first, last) if settlement_day(bar.at.date()) <= settled
        ][-DAYS_PER_CALL - 1 :]
        credit = {each.day: each for each in known.facts.credit(code, first, last)} if bars else {}
        days = [(bar, credit[bar.at.date()]) for bar in bars[1:] if bar.at.date() in credit]
        before = bars[0] if bars else None
        return lending.credit_balances_reply(days, before, shares_of(listed), DAYS_PER_CALL)

    async def _lending_days(self, request: Request, _: Customer) -> Reply:
        known, query = self._known, request.query
        kind = asked_choice(request, "MRKT_DIV_CLS_CODE", ("1", "2", "3"), "3")
        first = max(asked_first_day(request, "START_DATE"), FIRST_DAY)
        last = known.last_told
        if needed(query, "END_DATE"):
            last = min(asked_day(request, "END_DATE"), last)
        first = max(first, min(last, known.day) - _SHOWN) if last > FIRST_DAY else first
        if first > last:
            return lending.lending_days_reply((), LENDING_DAYS_PER_CALL)
        if kind in _MARKETS:
            found = await self._of_market(*_MARKETS[kind], first, last)
        else:
            found = await self._of_issue(plain_code(needed(query, "MKSC_SHRN_ISCD")), first, last)
        return lending.lending_days_reply(found, LENDING_DAYS_PER_CALL)

    async def _of_issue(self, code: str, first: date, last: date) -> list[lending.LevelDay]:
        known = self._known
        if known.find_listed(code) is None:
            return []
        start = max(first - HOLIDAYS, FIRST_DAY)
        await reach(known.past, code, start, min(last, known.yesterday))
        bars = known.past.between(code, start, min(last, known.yesterday))
        today = known.bar_of_today(code)
        if today is not None and last >= known.day:
            bars.append(today)
        credit = {each.day: each.lending for each in known.facts.credit(code, first, last)}
        found, before = [], None
        for bar in bars:
            day, close = bar.at.date(), Decimal(bar.close)
            lent = credit.get(day)
            if lent is not None:
                value = lent.left * bar.close
                found.append(lending.LevelDay(day, close, before, bar.volume, lent, value))
            before = close
        return found

    async def _of_market(
        self, market: Market, index: Index, first: date, last: date
    ) -> list[lending.LevelDay]:
        """The levels of the index, and what is lent of all issues of its market."""
        known = self._known
        first = max(first, trading_days(last - _SHOWN, last)[-LENDING_DAYS_PER_CALL:][0])
        lent: dict[date, Lent] = {}
        values: dict[date, int] = {}
        async for listed in known.everything():
            if listed.instrument.market is not market:
                continue
            for each in await self._of_issue(listed.quote.code, first, last):
                lent[each.day] = lending.added(lent.get(each.day), each.lent)
                values[each.day] = values.get(each.day, 0) + each.value
        start = max(first - HOLIDAYS, FIRST_DAY)
        until = min(last, known.yesterday)
        await reach(known.past_indices, index, start, until)
        found, before = [], None
        for level in known.past_indices.between(index, start, until):
            day = level.at.date()
            if day in lent:
                found.append(lending.LevelDay(day, level.close, before, level.volume, lent[day], values[day]))
            before = level.close
        return found

    async def _lendables(self, request: Request, _: Customer) -> Reply:
        known = self._known
        market = _BOARDS.get(asked_choice(request, "EXCG_DVSN_CD", ("00", *_BOARDS), "00"))
        asked_choice(request, "INQR_DVSN_1", ("0", "1"), "0")
        is_wanted = asked_choice(request, "THCO_STLN_PSBL_YN", ("Y", "N"), "Y") == "Y"
        wanted = plain_code(needed(request.query, "PDNO"))
        found = []
        for code in (wanted,) if wanted else sorted(known.codes):
            listed = known.find_of_company(code)
            if listed is None or not is_wanted or market not in (None, listed.instrument.market):
                continue
            credit = known.facts.credit(code, known.yesterday, known.yesterday)
            found += [(listed, each) for each in credit if each.lending_limit]
            await asyncio.sleep(0)
        return lending.lendables_reply(request, found)
