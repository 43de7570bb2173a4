"""The simulated exchange as a broker, in our own process and without a wire.

Keeps the `Broker` and `MarketData` promises over a `Simulation`. It answers at once and never loses an
answer; the order numbers are the exchange's, written with ten digits as Korean brokers write them.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.notices import (
    Accepted,
    Answer,
    CancelNotice,
    FillNotice,
    Notice,
    OrderReport,
    Refused,
    RejectNotice,
    ReplaceNotice,
)
from hoga.domain.order import Order
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.exchange import events
from hoga.exchange.commands import Cancel, Command, Place, Replace
from hoga.exchange.records import OrderRecord, RecordKind
from hoga.exchange.simulation import Simulation
from hoga.ports import BarStore, Clock


def broker_number(number: int) -> str:
    """An exchange order number as a broker's text."""
    return f"{number:010d}"


def _report(record: OrderRecord) -> OrderReport:
    return OrderReport(
        broker_order_id=broker_number(record.number),
        replaces="" if record.replaces is None else broker_number(record.replaces),
        request=record.request,
        filled_quantity=record.filled_quantity,
        filled_amount=record.filled_amount,
        canceled_quantity=record.canceled_quantity,
        rejected_quantity=record.rejected_quantity,
        remaining_quantity=record.remaining_quantity,
        placed_at=record.placed_at,
    )


class LocalBroker:
    """One account of the simulated exchange."""

    name = "HOGA"

    def __init__(self, simulation: Simulation, account: str, bars: BarStore, clock: Clock) -> None:
        self._simulation = simulation
        self._account = account
        self._bars = bars
        self._clock = clock
        self._tell_notice: Callable[[Notice], None] | None = None
        self._tell_trade: Callable[[Trade], None] | None = None
        self._followed: frozenset[str] = frozenset()
        self._tell_book: Callable[[OrderBook], None] | None = None
        self._followed_books: frozenset[str] = frozenset()
        simulation.on_events(self._on_events)

    # Broker

    async def place(self, order: Order) -> Answer:
        request = order.request
        return self._send(
            Place(
                self._account,
                request.code,
                request.side,
                request.quantity,
                request.price,
                request.order_type,
                request.time_in_force,
                request.stop_price,
                request.venue,
            )
        )

    async def replace(self, order: Order, price: int) -> Answer:
        request, number = order.request, int(order.broker_order_id)
        return self._send(
            Replace(
                self._account,
                number,
                price,
                None,
                request.order_type,
                request.stop_price,
                request.time_in_force,
            )
        )

    async def cancel(self, order: Order, quantity: int) -> Answer:
        return self._send(Cancel(self._account, int(order.broker_order_id), quantity))

    async def account(self) -> Account:
        return self._simulation.exchange.account(self._account)

    async def buying_power(self, code: str, price: int | None, *, for_order: bool = False) -> int:
        return self._simulation.exchange.buying_power(self._account)

    async def orders(self, first: date, last: date) -> Sequence[OrderReport]:
        records = self._simulation.exchange.orders(self._account, first, last)
        return [_report(record) for record in records if record.kind is not RecordKind.CANCEL]

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        self._tell_notice = callback

    # MarketData

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        return {code: self._simulation.exchange.quote(self._listed(code)) for code in codes}

    async def book(self, code: str) -> OrderBook:
        return self._simulation.exchange.book(self._listed(code))

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        return self._simulation.daily_bars(self._bars, self._listed(code), first, last)

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        self._followed = frozenset(self._listed(code) for code in codes)
        self._tell_trade = callback

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        self._followed_books = frozenset(self._listed(code) for code in codes)
        self._tell_book = callback

    def _listed(self, code: str) -> str:
        self._simulation.exchange.instrument(code)
        return code

    def _send(self, command: Command) -> Answer:
        happened = self._simulation.submit(command, self._clock.now())
        for event in happened:
            match event:
                case events.Refused():
                    return Refused(code=str(event.reason), message=str(event.reason))
                case events.Placed() | events.Replaced() | events.Rejected():
                    return Accepted(broker_order_id=broker_number(event.number))
                case events.Canceled():
                    return Accepted(broker_order_id=broker_number(event.request_number))
                case _:
                    continue
        raise AssertionError(f"the exchange did not answer {command}")

    def _on_events(self, happened: Sequence[events.Event]) -> None:
        for event in happened:
            match event:
                case events.Traded():
                    if self._tell_trade is not None and event.code in self._followed:
                        self._tell_trade(
                            Trade(event.code, event.at, event.price, event.quantity, event.taker)
                        )
                    if event.buy_account == self._account:
                        self._filled(event, event.buy_number)
                    if event.sell_account == self._account:
                        self._filled(event, event.sell_number)
                case events.Canceled() if event.account == self._account:
                    self._notice(
                        CancelNotice(
                            broker_order_id=broker_number(event.number), at=event.at, quantity=event.quantity
                        )
                    )
                case events.Rejected() if event.account == self._account:
                    self._notice(
                        RejectNotice(
                            broker_order_id=broker_number(event.number),
                            at=event.at,
                            message="거래소 거부 / refused by the exchange",
                        )
                    )
                case events.Replaced() if event.account == self._account and event.price is not None:
                    self._notice(
                        ReplaceNotice(
                            broker_order_id=broker_number(event.old_number),
                            at=event.at,
                            new_broker_order_id=broker_number(event.number),
                            price=event.price,
                        )
                    )
                case _:
                    continue

        if self._tell_book is not None:
            # What names no code, such as a change of phase, may be seen in every book.
            touched = {getattr(event, "code", "") for event in happened}
            for code in sorted(self._followed_books if "" in touched else self._followed_books & touched):
                self._tell_book(self._simulation.exchange.book(code))

    def _filled(self, event: events.Traded, number: int) -> None:
        self._notice(
            FillNotice(
                broker_order_id=broker_number(number),
                at=event.at,
                quantity=event.quantity,
                price=event.price,
                fill_id=f"{event.buy_number}:{event.sell_number}",  # two orders meet at most once
            )
        )

    def _notice(self, notice: Notice) -> None:
        if self._tell_notice is not None:
            self._tell_notice(notice)
