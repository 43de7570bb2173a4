"""What the exchange's events mean to the orders of customers, as KIS tells it in its notices (체결통보).

Source: sequences measured on KIS's paper host in 2026: an order is received; each fill is told; 정정 and 취소
are told once, when they are done, with a number of their own beside the original one. What the market rejects
is told once, and was never told as received.
Unverified: an order that ends unfilled with the day is told to nobody; one that the exchange cancels, with
NXT's pre-market or (중간가) with continuous trading, like the rest of an IOC order; a fill of an amended
order is marked as an ordinary one, and names the number that it was amended from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from hoga.brokers.kis.codes import ACTION_OF, BRANCHES, Action, Environment
from hoga.brokers.kis.divisions import is_after_market
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.notices import NoticeRecord, Outcome
from hoga.brokers.kis.wire import number_text
from hoga.domain.request import Venue
from hoga.exchange.events import Canceled, Event, Placed, Rejected, Replaced, Traded
from hoga.exchange.exchange import OrderRecord, RecordKind
from hoga.exchange.simulation import Simulation


class Bulletin:
    """Turns events into the notices of the accounts of `customers`."""

    def __init__(
        self, simulation: Simulation, customers: Iterable[Customer], environment: Environment
    ) -> None:
        self._simulation = simulation
        self._customers = {customer.account: customer for customer in customers}
        self._branch = BRANCHES[environment]

    def notices(self, event: Event) -> Iterator[NoticeRecord]:
        """The notices of one event: none, one, or two when an account trades with another."""
        match event:
            case Traded():
                for account, number in (
                    (event.buy_account, event.buy_number),
                    (event.sell_account, event.sell_number),
                ):
                    if account in self._customers:
                        order = self._order(number)
                        yield replace(
                            self._record(order, event.at, Outcome.FILLED),
                            quantity=event.quantity,
                            price=event.price,
                            order_price=order.limit_price or 0,
                        )
            case Placed() if event.account in self._customers:
                yield self._record(self._order(event.number), event.at, Outcome.RECEIVED)
            case Replaced() if event.account in self._customers:
                order = self._order(event.number)
                yield self._record(order, event.at, Outcome.CONFIRMED, Action.REPLACE)
            case Rejected() if event.account in self._customers:
                yield self._rejection(event)
            case Canceled() if event.account in self._customers:
                order = self._order(event.number)
                if event.request_number == event.number:
                    rest = self._record(order, event.at, Outcome.UNFILLED_CANCELED)
                    yield replace(rest, quantity=event.quantity)
                    return
                yield replace(
                    self._record(order, event.at, Outcome.CONFIRMED, Action.CANCEL),
                    number=number_text(event.request_number),
                    original=number_text(event.number),
                    quantity=event.quantity,
                    order_quantity=event.quantity,
                    price=0,
                )
            case _:
                return

    def _rejection(self, event: Rejected) -> NoticeRecord:
        original = "" if event.replaces is None else number_text(event.replaces)
        if event.kind is not RecordKind.CANCEL:
            order = self._order(event.number)
            return replace(
                self._record(order, event.at, Outcome.REFUSED, ACTION_OF[event.kind]), original=original
            )
        order = self._order(event.replaces or 0)
        return replace(
            self._record(order, event.at, Outcome.REFUSED, Action.CANCEL),
            number=number_text(event.number),
            original=original,
            quantity=event.quantity,
            order_quantity=event.quantity,
            price=0,
        )

    def _order(self, number: int) -> OrderRecord:
        order = self._simulation.exchange.find_order(number)
        if order is None:
            raise AssertionError(f"order {number} of an account is not known")
        return order

    def _record(
        self, order: OrderRecord, at: datetime, outcome: Outcome, action: Action = Action.PLACE
    ) -> NoticeRecord:
        customer, request = self._customers[order.account], order.request
        return NoticeRecord(
            account=order.account,
            number=number_text(order.number),
            original="" if order.replaces is None else number_text(order.replaces),
            action=action,
            outcome=outcome,
            side=request.side,
            code=request.code,
            quantity=request.quantity,
            price=order.limit_price or 0,
            at=at,
            order_quantity=request.quantity,
            order_type=request.order_type,
            time_in_force=request.time_in_force,
            in_after_market=is_after_market(order.placed_at, request.venue),
            stop_price=request.stop_price,
            venue=order.venue,
            is_sor=request.venue is Venue.SOR,
            name=self._simulation.exchange.instrument(request.code).name,
            branch=self._branch,
            hts_id=customer.hts_id,
            holder=customer.holder,
        )
