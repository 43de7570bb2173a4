"""What answers the calls of the KIS face about companies: what they are, report and pay."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta

from hoga.brokers.kis import (
    background,
    finance,
    issues,
    opinions,
)
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.envelope import Reply, Request, needed, plain_code
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import asked_choice, asked_day, asked_first_day, listed_code
from hoga.brokers.kis.register import YEAR_DAYS, Handler, Register
from hoga.brokers.kis.services import Call
from hoga.domain.company import DividendKind
from hoga.domain.statement import Period
from hoga.krx.calendar import previous_trading_day

_LONG = 10
_DIVIDEND_KINDS = {
    "0": tuple(DividendKind),
    "1": (DividendKind.YEAR_END,),
    "2": (DividendKind.INTERIM, DividendKind.QUARTERLY),
}


class CompanyCalls:
    """The calls about issues and their issuers."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.STOCK_INFO: self._stock_info,
            Call.PRODUCT_INFO: self._product_info,
            Call.BALANCE_SHEET: self._statements,
            Call.INCOME_STATEMENT: self._statements,
            Call.FINANCIAL_RATIO: self._statements,
            Call.PROFIT_RATIO: self._statements,
            Call.OTHER_RATIO: self._statements,
            Call.STABILITY_RATIO: self._statements,
            Call.GROWTH_RATIO: self._statements,
            Call.ESTIMATES: self._estimates,
            Call.DIVIDENDS: self._dividends,
            Call.ISSUE_OPINIONS: self._issue_opinions,
            Call.FIRM_OPINIONS: self._firm_opinions,
        }

    def _stock_info(self, request: Request, _: Customer) -> Reply:
        code = issues.asked_product(request)
        listed = self._known.find_known(code)
        if listed is None:
            return issues.stock_info_reply(None, None, None)
        closed = self._known.past.newest(code, 2, self._known.yesterday)
        today = self._known.bar_of_today(code)
        if today is not None and self._known.is_over:
            closed.append(today)
        before = closed[-2] if len(closed) > 1 else None
        return issues.stock_info_reply(listed, closed[-1] if closed else None, before)

    def _product_info(self, request: Request, _: Customer) -> Reply:
        return issues.product_info_reply(self._known.find_known(issues.asked_product(request)))

    def _statements(self, request: Request, _: Customer) -> Reply:
        code, period = listed_code(request), finance.asked_period(request)
        listed = self._known.find_known(code)
        if listed is None:
            return finance.statements_reply(request.call, (), 0)
        statements = self._known.facts.statements(code, self._known.yesterday, period)
        market_cap = listed.quote.last_price * background.shares_of(listed)
        return finance.statements_reply(request.call, statements, market_cap)

    def _estimates(self, request: Request, _: Customer) -> Reply:
        code = finance.asked_share(request)
        listed = self._known.find_known(code)
        years = self._known.facts.statements(code, self._known.yesterday, Period.YEAR) if listed else ()
        return finance.estimates_reply(listed, years, self._known.yesterday)

    async def _dividends(self, request: Request, _: Customer) -> Reply:
        query = request.query
        first = max(asked_first_day(request, "F_DT"), FIRST_DAY)
        last = self._known.day + timedelta(days=YEAR_DAYS)
        if needed(query, "T_DT"):
            last = asked_day(request, "T_DT")
        kinds = _DIVIDEND_KINDS[asked_choice(request, "GB1", _DIVIDEND_KINDS, "0")]
        wanted = plain_code(needed(query, "SHT_CD"))
        found = []
        for code in (wanted,) if wanted else self._known.exchange.codes:
            listed = self._known.find_of_company(code)
            if listed is not None:
                dividends = self._known.facts.dividends(code, first, last)
                found += [(listed, each) for each in dividends if each.kind in kinds]
                await asyncio.sleep(0)
        return finance.dividends_reply(found)

    def _issue_opinions(self, request: Request, _: Customer) -> Reply:
        listed = self._known.find_listed(listed_code(request))
        found = self._told(listed, *_asked_span(request)) if listed else []
        return opinions.issue_opinions_reply(found)

    async def _firm_opinions(self, request: Request, _: Customer) -> Reply:
        firm = listed_code(request).lstrip("0")
        wanted = opinions.STANCES.get(
            asked_choice(request, "FID_DIV_CLS_CODE", ("0", *opinions.STANCES), "0")
        )
        first, last = _asked_span(request)
        found = []
        for code in self._known.exchange.codes:
            listed = self._known.find_listed(code)
            found += [
                each
                for each in (self._told(listed, first, last) if listed else ())
                if each.opinion.firm.lstrip("0") == firm and wanted in (None, each.opinion.stance)
            ]
            await asyncio.sleep(0)
        return opinions.firm_opinions_reply(found)

    def _told(self, listed: Listed, first: date, last: date) -> list[opinions.ToldOpinion]:
        code, told = listed.quote.code, []
        for each in self._known.facts.opinions(code, first, min(last, self._known.day)):
            before = previous_trading_day(each.day)
            bars = self._known.store.daily_bars(code, before, before)
            told.append(opinions.ToldOpinion(listed, each, bars[-1].close if bars else None))
        return told


def _asked_span(request: Request) -> tuple[date, date]:
    """The days from one to the other; KIS's documents write them with two zeros before. Raises `Declined`."""
    names = ("FID_INPUT_DATE_1", "FID_INPUT_DATE_2")
    days = {name: needed(request.query, name) for name in names}
    short = request._replace(
        query=dict(request.query)
        | {name: day[2:] if len(day) == _LONG else day for name, day in days.items()},
    )
    return max(asked_first_day(short, names[0]), FIRST_DAY), asked_day(short, names[1])
