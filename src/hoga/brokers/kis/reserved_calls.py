"""The calls of the KIS face about reserved orders, and their sending when a day opens.

Everything reserved for a day is sent when KRX's opening call begins, in the order in which it came; what the
exchange refuses then is told in the list of reservations.
"""

from collections.abc import Callable, Mapping, Sequence

from hoga.brokers.kis.codes import REFUSALS, Environment
from hoga.brokers.kis.envelope import Declined, Reply, Request, body_fields, day_text
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.reserved import (
    Attempt,
    Reservation,
    Reservations,
    asked_reservation,
    order_day,
    reserve_reply,
    reserved_reply,
    revision_reply,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import check_account, refusal_reply
from hoga.domain.request import OrderRequest, Venue
from hoga.exchange import events
from hoga.exchange.commands import Place
from hoga.exchange.events import Refusal
from hoga.exchange.exchange import Exchange
from hoga.exchange.simulation import Simulation
from hoga.krx.sessions import Phase
from hoga.ports import Clock


class ReservedCalls:
    """Keeps the reserved orders of a face's customers and sends them to the exchange of `simulation`."""

    def __init__(self, simulation: Simulation, clock: Clock) -> None:
        self._simulation = simulation
        self._clock = clock
        self._kept = Reservations()
        self.handlers: Mapping[Call, Callable[[Request, Customer], Reply]] = {
            Call.RESERVE: self._reserve,
            Call.RESERVE_CANCEL: self._cancel,
            Call.RESERVE_REPLACE: self._replace,
            Call.RESERVED: self._list,
        }
        self._begun = simulation.exchange.day
        simulation.on_events(self._hear, (events.PhaseChanged,))
        simulation.on_roll(self._begin_day)

    def _begin_day(self, exchange: Exchange) -> None:
        if exchange.day <= self._begun:
            self._kept = Reservations()
        self._begun = exchange.day

    def _reserve(self, request: Request, customer: Customer) -> Reply:
        _check_account(request, body_fields(request), customer)
        order, division, last = asked_reservation(request)
        self._check_code(request, order)
        return reserve_reply(self._kept.take(customer.account, order, division, last, self._clock.now()))

    def _cancel(self, request: Request, customer: Customer) -> Reply:
        self._find(request, customer).canceled_at = self._clock.now()
        return revision_reply()

    def _replace(self, request: Request, customer: Customer) -> Reply:
        reservation = self._find(request, customer)
        order, division, last = asked_reservation(request)
        self._check_code(request, order)
        reservation.request, reservation.division = order, division
        if last is not None:
            reservation.last = max(last, reservation.first)
        return revision_reply()

    def _list(self, request: Request, customer: Customer) -> Reply:
        _check_account(request, request.query, customer)
        exchange, found = self._simulation.exchange, self._kept.of(customer.account)
        codes = {each.request.code for each in found}
        issues = {code: exchange.instrument(code) for code in codes if exchange.lists(code)}
        return reserved_reply(request, found, issues, {each.sequence: self._filled(each) for each in found})

    def _find(self, request: Request, customer: Customer) -> Reservation:
        fields = body_fields(request)
        _check_account(request, fields, customer)
        at = self._clock.now()
        found = self._kept.find(customer.account, fields["RSVN_ORD_SEQ"].strip(), order_day(at))
        named = fields["RSVN_ORD_ORD_DT"].strip()
        if found is None or named not in ("", day_text(found.first)):
            raise Declined(refusal_reply(request, Refusal.UNKNOWN_ORDER))
        return found

    def _check_code(self, request: Request, order: OrderRequest) -> None:
        if order.code not in self._simulation.exchange.codes:
            raise Declined(refusal_reply(request, Refusal.UNKNOWN_INSTRUMENT))

    def _filled(self, reservation: Reservation) -> tuple[int, int]:
        """Shares and won that its orders have traded."""
        exchange = self._simulation.exchange
        quantity = amount = 0
        for attempt in reservation.attempts:
            if attempt.number is not None:
                day = attempt.at.date()
                for record in exchange.orders(reservation.account, day, day):
                    if record.number == attempt.number:
                        quantity += record.filled_quantity
                        amount += record.filled_amount
        return quantity, amount

    def _hear(self, happened: Sequence[events.Event]) -> None:
        for event in happened:
            match event:
                case events.PhaseChanged(phase=Phase.OPEN_CALL, venue=Venue.KRX):
                    for reservation in self._kept.due(event.at.date()):
                        self._send(reservation)
                case _:
                    continue

    def _send(self, reservation: Reservation) -> None:
        order, exchange = reservation.request, self._simulation.exchange
        left = order.quantity - self._filled(reservation)[0]
        if not left:
            return
        command = Place(reservation.account, order.code, order.side, left, order.price, order.order_type)
        for event in self._simulation.submit(command, exchange.now):
            match event:
                case events.Placed():
                    reservation.attempts.append(Attempt(at=event.at, number=event.number))
                    return
                case events.Refused():
                    reason = REFUSALS[Environment.REAL][event.reason].text
                    reservation.attempts.append(Attempt(at=event.at, number=None, reason=reason))
                    return
                case _:
                    continue


def _check_account(request: Request, fields: Mapping[str, str], customer: Customer) -> None:
    check_account(request, fields["CANO"].strip() + fields["ACNT_PRDT_CD"].strip(), customer.account)
