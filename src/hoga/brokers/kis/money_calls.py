"""What answers the calls of the KIS face about money beside the market and about what was disclosed."""

from collections.abc import Mapping
from datetime import timedelta

from hoga.brokers.kis import headlines, money
from hoga.brokers.kis.codes import DAYS_PER_CALL, HEADLINES_PER_CALL
from hoga.brokers.kis.disclosures import Disclosures
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.index_calls import IndexCalls
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.past import FIRST_DAY
from hoga.brokers.kis.published import Published
from hoga.brokers.kis.register import HOLIDAYS, Handler, Register
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Interval
from hoga.domain.index import Index
from hoga.krx.calendar import trading_days

_TITLES_BACK = timedelta(days=31)
"""How far back one reads from the day that is asked for."""
_DAYS_AT_ONCE = 5
_WINDOW = timedelta(days=2 * DAYS_PER_CALL) + HOLIDAYS


class MoneyCalls:
    """The calls about deposits, loans, funds, rates and titles."""

    def __init__(self, register: Register, indices: IndexCalls, disclosures: Disclosures) -> None:
        self._known = register
        self._indices = indices
        self._disclosures = disclosures
        self._published = Published(register)
        self.handlers: Mapping[Call, Handler] = {
            Call.MARKET_FUNDS: self._market_funds,
            Call.INTEREST_RATES: self._interest_rates,
            Call.HEADLINES: self._headlines,
        }

    async def _market_funds(self, request: Request, _: Customer) -> Reply:
        known = self._known
        last = min(money.asked_funds_day(request) or known.yesterday, known.yesterday)
        days = trading_days(max(last, FIRST_DAY + _WINDOW) - _WINDOW, last)[-DAYS_PER_CALL - 1 :]
        funds = known.facts.market_funds(days[0], last) if days else ()
        if not funds:
            return money.market_funds_reply((), {}, None)
        bars = await self._indices.history(Index.KOSPI, Interval.DAY, FIRST_DAY, last, DAYS_PER_CALL + 1)
        basket = known.facts.basket(Index.KOSPI, known.day)
        levels = {bar.at.date(): bar for bar in bars}
        return money.market_funds_reply(funds, levels, basket.divisor if basket else None)

    def _interest_rates(self, request: Request, _: Customer) -> Reply:
        choice, known = money.asked_rates(request), self._known
        found = known.facts.interest_rates(known.yesterday - HOLIDAYS, known.yesterday)
        return money.interest_rates_reply(found, choice)

    async def _headlines(self, request: Request, _: Customer) -> Reply:
        query, known = headlines.asked_headlines(request, self._known.day), self._known
        found = [each for each in self._disclosures.found if query.takes(each)]
        last = max(query.last_day(known.day), FIRST_DAY)
        days = trading_days(max(last - _TITLES_BACK, FIRST_DAY), last)[::-1]
        for newest in range(0, len(days), _DAYS_AT_ONCE):
            first, last = days[newest : newest + _DAYS_AT_ONCE][-1], days[newest]
            told = await self._published.between(query.code, first, last)
            found += [each for each in told if query.takes(each)]
            if sum(each.at.date() >= first for each in found) >= HEADLINES_PER_CALL:
                break
        return headlines.headlines_reply(sorted(found, key=headlines.serial_of))
