"""What the exchange's events mean to the orders of customers, as KIS tells it in its notices (체결통보).

Source: sequences measured on KIS's paper host in 2026: an order is received; each fill is told; 정정 and 취소
are told once, when they are done, with a number of their own beside the original one. An order that ends
unfilled with the day is told to nobody (unverified). That a fill of an amended order is marked as an ordinary
one, and names the number it was amended from, is unverified too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hoga.brokers.kis.codes import BRANCHES, Action, Environment
from hoga.brokers.kis.frames import NoticeRecord, Outcome
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.wire import number_text
from hoga.domain.request import OrderType, Side
from hoga.exchange.events import Canceled, Event, Placed, Replaced, Traded
from hoga.exchange.exchange import Exchange, RecordKind


@dataclass(frozen=True, slots=True)
class _Order:
    """What every notice about an order repeats. `price` is 0 when it has none."""

    number: int
    replaces: int | None
    side: Side
    code: str
    quantity: int
    price: int
    order_type: OrderType


class Bulletin:
    """Turns events into the notices of the accounts of `customers`.

    It has to hear every event of the day from its making on; orders from before are read from the exchange.
    """

    def __init__(self, exchange: Exchange, customers: Iterable[Customer], environment: Environment) -> None:
        self._exchange = exchange
        self._customers = {customer.account: customer for customer in customers}
        self._branch = BRANCHES[environment]
        self._orders: dict[int, _Order] = {}
        for account in self._customers:
            for record in exchange.orders(account, exchange.day, exchange.day):
                if record.kind is not RecordKind.CANCEL:
                    request = record.request
                    self._remember(
                        record.number,
                        record.replaces,
                        request.side,
                        request.code,
                        request.quantity,
                        request.price,
                        request.order_type,
                    )

    def notices(self, event: Event) -> Iterator[NoticeRecord]:
        """The notices of one event: none, one, or two when an account trades with another."""
        match event:
            case Traded():
                for account, number in (
                    (event.buy_account, event.buy_number),
                    (event.sell_account, event.sell_number),
                ):
                    if account in self._customers:
                        yield self._record(
                            account,
                            self._orders[number],
                            event.at,
                            Outcome.FILLED,
                            quantity=event.quantity,
                            price=event.price,
                        )
            case Placed() if event.account in self._customers:
                order = self._remember(
                    event.number,
                    None,
                    event.side,
                    event.code,
                    event.quantity,
                    event.price,
                    event.order_type,
                )
                yield self._record(event.account, order, event.at, Outcome.RECEIVED)
            case Replaced() if event.account in self._customers:
                order = self._remember(
                    event.number,
                    event.old_number,
                    event.side,
                    event.code,
                    event.quantity,
                    event.price,
                    event.order_type,
                )
                yield self._record(event.account, order, event.at, Outcome.CONFIRMED, Action.REPLACE)
            case Canceled() if event.account in self._customers:
                cancel = _Order(
                    event.request_number,
                    event.number,
                    event.side,
                    event.code,
                    event.quantity,
                    0,
                    self._orders[event.number].order_type,
                )
                yield self._record(event.account, cancel, event.at, Outcome.CONFIRMED, Action.CANCEL)
            case _:
                return

    def _remember(
        self,
        number: int,
        replaces: int | None,
        side: Side,
        code: str,
        quantity: int,
        price: int | None,
        order_type: OrderType,
    ) -> _Order:
        order = _Order(number, replaces, side, code, quantity, price or 0, order_type)
        self._orders[number] = order
        return order

    def _record(
        self,
        account: str,
        order: _Order,
        at: datetime,
        outcome: Outcome,
        action: Action = Action.PLACE,
        *,
        quantity: int | None = None,
        price: int | None = None,
    ) -> NoticeRecord:
        customer = self._customers[account]
        return NoticeRecord(
            account=account,
            number=number_text(order.number),
            original="" if order.replaces is None else number_text(order.replaces),
            action=action,
            outcome=outcome,
            side=order.side,
            code=order.code,
            quantity=order.quantity if quantity is None else quantity,
            price=order.price if price is None else price,
            at=at,
            order_quantity=order.quantity,
            order_type=order.order_type,
            order_price=order.price if outcome is Outcome.FILLED else None,
            name=self._exchange.instrument(order.code).name,
            branch=self._branch,
            hts_id=customer.hts_id,
            holder=customer.holder,
        )
