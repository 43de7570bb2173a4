"""What answers the rankings of the KIS face by what issuers report, pay and are worth."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from hoga.brokers.kis import valuation
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.envelope import Reply, Request, needed
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.question import asked_choice, asked_day, asked_first_day, ranked_venues
from hoga.brokers.kis.register import YEAR_DAYS, Handler, Register
from hoga.brokers.kis.selection import IssueClass, is_member, is_of_class
from hoga.brokers.kis.services import Call
from hoga.domain.company import Dividend, DividendKind
from hoga.domain.statement import Period

_DIVIDEND_MARKETS = {"0": "0000", "1": "0001", "2": "2001", "3": "1001"}
"""GB1 of 배당률 상위, as indices."""
_DIVIDEND_CLASSES = {"0": IssueClass.EVERY, "6": IssueClass.COMMON, "7": IssueClass.PREFERRED}
_DIVIDEND_KINDS = {
    "0": tuple(DividendKind),
    "1": (DividendKind.YEAR_END,),
    "2": (DividendKind.INTERIM, DividendKind.QUARTERLY),
}
_IN_SHARES = "1"
"""주식배당."""


class ValuationCalls:
    """The rankings of companies."""

    def __init__(self, register: Register) -> None:
        self._known = register
        self.handlers: Mapping[Call, Handler] = {
            Call.PROFIT_RANKING: self._valuation_ranking,
            Call.RATIO_RANKING: self._valuation_ranking,
            Call.MULTIPLE_RANKING: self._valuation_ranking,
            Call.DIVIDEND_RANKING: self._dividend_ranking,
            Call.PREFERRED_RANKING: self._preferred_ranking,
        }

    async def _valuation_ranking(self, request: Request, _: Customer) -> Reply:
        by, chosen, known = valuation.asked_column(request), self._known.asked_filter(request), self._known
        valuation.asked_statement(request, ())
        found = []
        async for listed in known.everything(ranked_venues(request)):
            if chosen.takes(listed):
                statements = known.facts.statements(listed.quote.code, known.yesterday, Period.QUARTER)
                statement = valuation.asked_statement(request, statements)
                found += [valuation.reported(listed, statement, statements)] if statement else []
                await asyncio.sleep(0)
        return valuation.valuation_ranking_reply(request.call, found, by)

    async def _dividend_ranking(self, request: Request, _: Customer) -> Reply:
        first = max(asked_first_day(request, "F_DT"), FIRST_DAY)
        last = self._known.day + timedelta(days=YEAR_DAYS)
        if needed(request.query, "T_DT"):
            last = asked_day(request, "T_DT")
        market = asked_choice(request, "GB1", _DIVIDEND_MARKETS, "0")
        wanted = _DIVIDEND_CLASSES[asked_choice(request, "GB2", _DIVIDEND_CLASSES, "0")]
        is_in_shares = asked_choice(request, "GB3", ("1", "2"), "2") == _IN_SHARES
        kinds = _DIVIDEND_KINDS[asked_choice(request, "GB4", _DIVIDEND_KINDS, "0")]
        # KIS's examples ask for all markets with an industry of KOSPI, and get those of KOSDAQ too.
        indices = [_DIVIDEND_MARKETS[market], "0000" if market == "0" else needed(request.query, "UPJONG")]
        found: list[tuple[Listed, Dividend]] = []
        async for listed in self._known.everything():
            if all(is_member(listed, index) for index in indices) and is_of_class(listed, wanted):
                dividends = self._known.facts.dividends(listed.quote.code, first, last)
                found += [(listed, each) for each in dividends if each.kind in kinds]
                await asyncio.sleep(0)
        return valuation.dividend_ranking_reply(found, is_in_shares=is_in_shares)

    async def _preferred_ranking(self, request: Request, _: Customer) -> Reply:
        chosen = self._known.asked_filter(request)
        everything = [listed async for listed in self._known.everything()]
        commons = {listed.quote.code: listed for listed in everything if chosen.takes(listed)}
        pairs: list[tuple[Listed, Listed]] = []
        for listed in everything:
            company = listed.background.company
            if company is not None and company.is_preferred and company.issuer in commons:
                pairs.append((commons[company.issuer], listed))
        return valuation.preferred_ranking_reply(pairs)
