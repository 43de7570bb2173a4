"""What answers the calls of the KIS face about who bought and sold: investors, members, short sellers."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from hoga.brokers.kis import (
    investors,
    members,
    program_days,
    short_sales,
)
from hoga.brokers.kis.codes import (
    DAYS_PER_CALL,
    SHORT_SALES_PER_CALL,
)
from hoga.brokers.kis.envelope import Reply, Request, needed, plain_code
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import asked_day, listed_code, venued_code
from hoga.brokers.kis.register import HOLIDAYS, Handler, Register, reach
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Bar
from hoga.domain.flows import InvestorFlows, ProgramFlows, ShortSale
from hoga.domain.request import Venue


class InvestorCalls:
    """The calls about who trades an issue."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.INVESTORS: self._investors,
            Call.INVESTOR_TRADES: self._investor_trades,
            Call.INVESTOR_ESTIMATES: self._investor_estimates,
            Call.MEMBERS: self._members,
            Call.SHORT_SALES: self._short_sales,
            Call.PROGRAM_DAYS: self._program_days,
            Call.MEMBER_TRADES: self._member_trades,
            Call.PROGRAM_MINUTES: self._program_minutes,
            Call.FOREIGN_FIRMS: self._foreign_firms,
        }

    def _investors(self, request: Request, _: Customer) -> Reply:
        code = listed_code(request)
        if self._known.find_listed(code) is None:
            return investors.investors_reply((), None)
        bars = self._known.past.newest(code, DAYS_PER_CALL, self._known.yesterday)
        bars.append(self._known.bar_of_today(code) or self._known.untraded(code))
        return investors.investors_reply(self._with_flows(code, bars[1:]), bars[0])

    def _investor_trades(self, request: Request, _: Customer) -> Reply:
        code, venues, last = investors.asked_last_day(request)
        if self._known.now.time() < investors.TOLD_FROM:
            return investors.out_of_hours_reply()
        listed = self._known.find_known(code, venues)
        if listed is None or Venue.KRX not in venues:
            # Who trades at NXT alone is not known.
            return investors.investor_trades_reply(listed, (), None, 0)
        bars = self._known.past.newest(code, DAYS_PER_CALL + 1, min(last, self._known.yesterday))
        today = self._known.bar_of_today(code)
        if today is not None and last >= self._known.day:
            bars.append(today)
        days = [each for each in self._with_flows(code, bars[-DAYS_PER_CALL:]) if each.flows is not None]
        before = bars[-DAYS_PER_CALL - 1] if len(bars) > DAYS_PER_CALL else None
        return investors.investor_trades_reply(listed, days, before, self._known.volume_before(code))

    def _with_flows(self, code: str, bars: Sequence[Bar]) -> list[investors.FlowDay]:
        if not bars:
            return []
        flows = self._known.facts.investor_flows(code, bars[0].at.date(), self._known.last_told)
        by_day = {each.day: each for each in flows}
        return [investors.FlowDay(bar, by_day.get(bar.at.date())) for bar in bars]

    def _investor_estimates(self, request: Request, _: Customer) -> Reply:
        code = plain_code(needed(request.query, "MKSC_SHRN_ISCD"))
        flows: Sequence[InvestorFlows] = ()
        if self._known.find_listed(code) is not None:
            flows = self._known.facts.investor_flows(code, self._known.day, self._known.day)
        return investors.investor_estimates_reply(flows[0] if flows else None, self._known.now.time())

    def _members(self, request: Request, _: Customer) -> Reply:
        code = listed_code(request)
        listed = self._known.find_listed(code)
        if listed is None:
            return members.members_reply(None, ())
        firms = self._known.facts.member_flows(code, self._known.day)
        whole = sum(firm.bought for firm in firms)
        volume = min(listed.quote.volume, whole)
        return members.members_reply(listed, [firm.until(volume, whole) for firm in firms])

    async def _member_trades(self, request: Request, _: Customer) -> Reply:
        query, known = members.asked_member_trades(request), self._known
        found: list[members.MemberTrade] = []
        sold = bought = 0
        for code in (query.code,) if query.code else known.exchange.codes:
            listed = known.find_of_company(code)
            minutes = known.tape.minutes(code)
            if listed is None or not minutes or not query.takes(listed):
                continue
            firms = known.facts.member_flows(code, known.day)
            found += members.member_trades(query, listed, firms, minutes, known.now)
            volume, whole = listed.quote.volume, sum(firm.bought for firm in firms)
            for firm in (each.until(min(volume, whole), whole) for each in firms if query.takes_firm(each)):
                sold, bought = sold + firm.sold, bought + firm.bought
            await asyncio.sleep(0)
        return members.member_trades_reply(sorted(found, key=lambda each: each.at), sold, bought)

    def _program_minutes(self, request: Request, _: Customer) -> Reply:
        (code, venues), known = venued_code(request), self._known
        listed = known.find_listed(code, venues)
        if listed is None or Venue.KRX not in venues:
            return program_days.program_minutes_reply(None, None, (), 0)
        flows = known.facts.program_flows(code, known.day, known.day)
        whole = sum(bar.volume for bar in known.store.daily_bars(code, known.day, known.day))
        minutes = known.tape.minutes(code) if whole else ()
        return program_days.program_minutes_reply(listed, flows[-1] if flows else None, minutes, whole)

    def _foreign_firms(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        needed(request.query, "FID_INPUT_ISCD_2")
        listed = known.find_listed(code)
        firms = known.facts.member_flows(code, known.day) if listed else ()
        return members.foreign_firms_reply(listed, firms, known.tape.minutes(code), known.now)

    def _program_days(self, request: Request, _: Customer) -> Reply:
        code, known = listed_code(request), self._known
        last = (
            asked_day(request, "FID_INPUT_DATE_1") if request.query["FID_INPUT_DATE_1"].strip() else known.day
        )
        if known.find_listed(code) is None:
            return program_days.program_days_reply((), None)
        last = min(last, known.last_told)
        bars = known.past.newest(code, DAYS_PER_CALL + 2, min(last, known.yesterday))
        today = known.bar_of_today(code)
        if today is not None and last >= known.day:
            bars.append(today)
        flows: Mapping[date, ProgramFlows] = {}
        if bars:
            found = known.facts.program_flows(code, bars[0].at.date(), last)
            flows = {each.day: each for each in found}
        told = [bar for bar in bars[1:] if bar.at.date() in flows]
        days = [program_days.ProgramDay(bar, flows[bar.at.date()]) for bar in told]
        return program_days.program_days_reply(days, bars[0] if bars else None)

    async def _short_sales(self, request: Request, _: Customer) -> Reply:
        code, first, last = short_sales.asked_short_sales(request)
        listed = self._known.find_listed(code)
        if listed is None:
            return short_sales.short_sales_reply(None, (), None, 0)
        last = min(last, self._known.last_told)
        if first == date.min:
            bars = self._known.past.newest(code, SHORT_SALES_PER_CALL + 1, min(last, self._known.yesterday))
        else:
            since, until = max(first, FIRST_DAY) - HOLIDAYS, min(last, self._known.yesterday)
            await reach(self._known.past, code, since, until)
            bars = self._known.past.between(code, since, until)
        today = self._known.bar_of_today(code)
        if today is not None and last >= self._known.day:
            bars.append(today)
        shown = bars[1:] if first == date.min else [bar for bar in bars if bar.at.date() >= first]
        earlier = bars[: len(bars) - len(shown)]
        sales: Mapping[date, ShortSale] = {}
        if shown:
            found = self._known.facts.short_sales(code, shown[0].at.date(), last)
            sales = {sale.day: sale for sale in found}
        days = [short_sales.ShortDay(bar, sales[bar.at.date()]) for bar in shown if bar.at.date() in sales]
        return short_sales.short_sales_reply(
            listed, days, earlier[-1] if earlier else None, self._known.volume_before(code)
        )
