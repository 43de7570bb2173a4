"""The calls of the KIS face about prices and the day, and all others about the market put together.

What answers the rest is in a file of its own for each subject (`chart_calls`, `company_calls`, …), how
answers are written in another (`quotes`, `charts`, …). What they answer from is the `Register`. None of these
calls changes anything.
"""

from collections.abc import Mapping

from hoga.brokers.kis import (
    elw,
    holidays,
    quotes,
)
from hoga.brokers.kis.chart_calls import ChartCalls
from hoga.brokers.kis.codes import (
    INDEX_CODES,
    Environment,
)
from hoga.brokers.kis.company_calls import CompanyCalls
from hoga.brokers.kis.credit_calls import CreditCalls
from hoga.brokers.kis.depository_calls import DepositoryCalls
from hoga.brokers.kis.disclosures import Disclosures
from hoga.brokers.kis.envelope import Reply, Request, plain_code
from hoga.brokers.kis.evening_calls import EveningCalls
from hoga.brokers.kis.expected_calls import ExpectedCalls
from hoga.brokers.kis.firm_calls import FirmCalls
from hoga.brokers.kis.fund_calls import FundCalls
from hoga.brokers.kis.index_calls import IndexCalls
from hoga.brokers.kis.interruptions import HEARD, Interruptions, asked_interruptions, interruptions_reply
from hoga.brokers.kis.investor_calls import InvestorCalls
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.market_flow_calls import MarketFlowCalls
from hoga.brokers.kis.money_calls import MoneyCalls
from hoga.brokers.kis.question import INDEX_DIVISION, venued_code, venues_of
from hoga.brokers.kis.ranking_calls import RankingCalls
from hoga.brokers.kis.register import KRX, Handler, Register
from hoga.brokers.kis.saved_calls import SavedCalls
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.tape import Tape
from hoga.brokers.kis.valuation_calls import ValuationCalls
from hoga.domain.request import Venue
from hoga.domain.zone import KST
from hoga.exchange.simulation import Simulation
from hoga.ports import BarStore, Clock, Facts


class MarketCalls:
    """What the face of `simulation` answers about the market. It hears the day from its making on."""

    def __init__(
        self,
        simulation: Simulation,
        clock: Clock,
        bars: BarStore,
        facts: Facts | None,
        tape: Tape | None = None,
    ) -> None:
        self._clock = clock
        self.known = Register(simulation, clock, bars, facts, tape)
        """What is known of the market and its issues."""
        self._interrupted = Interruptions(simulation)
        simulation.on_events(self._interrupted.hear, HEARD)
        self.indices = IndexCalls(self.known)
        self.handlers: Mapping[Call, Handler] = {
            **ChartCalls(self.known).handlers,
            **CompanyCalls(self.known).handlers,
            **DepositoryCalls(self.known).handlers,
            **CreditCalls(self.known).handlers,
            **elw.HANDLERS,
            **SavedCalls(self.known).handlers,
            **InvestorCalls(self.known).handlers,
            **RankingCalls(self.known).handlers,
            **ValuationCalls(self.known).handlers,
            **self.indices.handlers,
            **EveningCalls(self.known).handlers,
            **FirmCalls(self.known).handlers,
            **FundCalls(self.known).handlers,
            **ExpectedCalls(self.known).handlers,
            **MoneyCalls(self.known, self.indices, Disclosures(simulation)).handlers,
            **MarketFlowCalls(self.known, self.indices).handlers,
            Call.PRICE: self._price,
            Call.PRICE_DETAIL: self._price_detail,
            Call.BOOK: self._book,
            Call.QUOTES: self._quotes,
            Call.HOLIDAYS: self._holidays,
            Call.MARKET_TIME: self._market_time,
            Call.INTERRUPTIONS: self._interruptions,
        }

    async def _price(self, request: Request, _: Customer) -> Reply:
        code, venues = venued_code(request)
        await self.known.learn_year(code)
        return quotes.price_reply(self.known.find_known(code, venues))

    async def _price_detail(self, request: Request, _: Customer) -> Reply:
        code, venues = venued_code(request)
        await self.known.learn_year(code)
        return quotes.price_detail_reply(self.known.find_known(code, venues))

    def _book(self, request: Request, _: Customer) -> Reply:
        (code, venues), known = venued_code(request), self.known
        book, quote = known.find_book(code, venues), known.find_quote(code, venues)
        closing = known.closing_books(code) if book and Venue.KRX in venues else ()
        return quotes.book_reply(book, quote, known.phase(venues), closing)

    def _quotes(self, request: Request, _: Customer) -> Reply:
        rows = [self._watched(slot, request.environment) for slot in quotes.asked_slots(request)]
        return quotes.quotes_reply(rows)

    def _watched(self, slot: quotes.Slot, environment: Environment) -> quotes.Watched:
        if slot.division == INDEX_DIVISION:
            index = INDEX_CODES.get(slot.code)
            return quotes.Watched(
                slot.code, index=self.indices.find_index(index), phase=self.known.phase(KRX)
            )
        venues, code = venues_of(slot.division, environment), plain_code(slot.code)
        listed, book = self.known.find_listed(code, venues), self.known.find_book(code, venues)
        return quotes.Watched(code, listed, book, phase=self.known.phase(venues))

    def _holidays(self, request: Request, _: Customer) -> Reply:
        return holidays.holidays_reply(holidays.asked_holidays(request), self.known.day)

    def _market_time(self, _: Request, __: Customer) -> Reply:
        return holidays.market_time_reply(self._clock.now().astimezone(KST))

    def _interruptions(self, request: Request, _: Customer) -> Reply:
        return interruptions_reply(self._interrupted.of(asked_interruptions(request)))
