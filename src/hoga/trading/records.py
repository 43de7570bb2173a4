"""Everything that is known of one trading day, and the one way by which it changes.

Every event passes `Records.on_event`, whoever reports it: first the journal, then the order table and the
portfolio, then whoever listens. Replaying the journal takes the same steps, so the same state is reached.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from hoga.domain.account import Account
from hoga.domain.errors import InvalidOrder, JournalError, UnknownOrder
from hoga.domain.events import (
    CancelRejected,
    CancelSubmitted,
    CancelUnconfirmed,
    DayClosed,
    DayOpened,
    NumberClaimed,
    OrderAccepted,
    OrderAdopted,
    OrderCanceled,
    OrderDenied,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderNotReceived,
    OrderRejected,
    OrderReplaced,
    OrderSubmitted,
    OrderUnconfirmed,
    PartClaimed,
    ReplaceRejected,
    ReplaceSubmitted,
    ReplaceUnconfirmed,
)
from hoga.domain.instrument import Instrument
from hoga.domain.order import IllegalStep, Order, OrderStatus, apply, begin
from hoga.domain.position import Fill
from hoga.domain.request import Side
from hoga.ports import Journal, Notifier
from hoga.trading.orders import OrderTable
from hoga.trading.portfolio import Portfolio
from hoga.trading.trace import Stand

Event = OrderEvent | DayOpened | DayClosed
Listener = Callable[[Event, Order | None], None]

KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        CancelRejected,
        CancelSubmitted,
        CancelUnconfirmed,
        DayClosed,
        DayOpened,
        NumberClaimed,
        OrderAccepted,
        OrderAdopted,
        OrderCanceled,
        OrderDenied,
        OrderExpired,
        OrderFilled,
        OrderNotReceived,
        OrderRejected,
        OrderReplaced,
        OrderSubmitted,
        OrderUnconfirmed,
        PartClaimed,
        ReplaceRejected,
        ReplaceSubmitted,
        ReplaceUnconfirmed,
    )
}
"""What a desk writes into its journal, by name."""

WAITING = (OrderStatus.UNCONFIRMED, OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE)
"""What a notice or the broker's order list has yet to settle."""


class Records:
    """The orders, positions and opening of one trading day.

    `listeners` are told every event after it has happened, with the order as it is then. `steady` reads a
    clock that nobody can set: what is measured later is noted by it. Of what happened before a restart only
    the journal's own times are known.
    """

    def __init__(
        self,
        day: date,
        journal: Journal,
        notifier: Notifier,
        instruments: Mapping[str, Instrument],
        listeners: list[Listener],
        steady: Callable[[], datetime],
    ) -> None:
        self.day = day
        self.orders = OrderTable()
        self.portfolio = Portfolio(instruments)
        self.before: Account | None = None
        """The account as an earlier day knew it last; None when there was none."""
        self.opening: DayOpened | None = None
        self.closing: DayClosed | None = None
        self.failure: JournalError | None = None
        """Why nothing can be remembered any more; None while the journal works."""
        self.in_flight: set[str] = set()
        """Orders about which a request was sent whose answer is still on its way."""
        self.waiting_since: dict[str, datetime] = {}
        """Since when an order has been in the status that is `WAITING`, by the steady clock."""
        self.sent: list[tuple[datetime, str]] = []
        """When which order was sent or replaced, by the steady clock, in the order in which that happened."""
        self.first_sent: dict[str, datetime] = {}
        """When each order of ours was sent, by the steady clock."""
        self.written: dict[str, datetime] = {}
        """When each order of ours was written down to be sent or replaced, by the clock that may be set."""
        self.moved_at: datetime | None = None
        """When something was sent or heard last that may move the account, by the steady clock."""
        self.stand: Stand | None = None
        """The buying power when last nothing was in doubt; from the opening until it is read again."""
        self.has_missed = True
        """Whether an order may have ended since the stand was taken, and we do not know it."""
        self.intents: dict[str, str] = {}
        """The last order of every named intent."""
        self.apart: dict[str, str] = {}
        """Codes in which the broker lists what may be a part of an order of ours, and that order's id."""
        self.bought = 0
        """Won that buys have traded today."""
        self.on_number: Callable[[str], None] | None = None
        """Told a broker's number after it has become known as an order's."""
        self._journal = journal
        self._notifier = notifier
        self._listeners = listeners
        self._steady = steady
        self._ids_given = 0

    def replay(self) -> None:
        """Take the state from the journal's entries of the day.

        Raises:
            JournalError: it cannot be read, or contradicts itself.
        """
        prefix = f"{self.day:%Y%m%d}-"
        for entry in self._journal.read():
            match entry:
                case DayOpened() | DayClosed() if entry.day == self.day:
                    pass
                case DayOpened() | DayClosed() if entry.day < self.day:
                    self.before = entry.account
                    continue
                case OrderEvent() if entry.order_id.startswith(prefix):
                    pass
                case _:
                    continue
            try:
                self._take(entry, self._after(entry), min(entry.at, self._steady()))
            except IllegalStep as step:
                raise JournalError(
                    f"주문 기록이 앞뒤가 맞지 않습니다: {step.korean}. 백업에서 되살리십시오.",
                    f"the journal contradicts itself: {step.english}. Restore it from a backup.",
                ) from step
        self.has_missed = True

    def on_event(self, event: Event) -> bool:
        """Make `event` happen. False when it cannot happen: that is told to the person and changes nothing.

        Raises:
            JournalError: it cannot be remembered. Nothing has changed, and nothing will any more.
        """
        self.require_journal()
        try:
            order = self._after(event)
        except IllegalStep as step:
            self.tell(step.korean, step.english)
            return False
        try:
            self._journal.append(event)
        except JournalError as error:
            self.fail(error)
            raise
        self._take(event, order, self._steady())
        for listener in self._listeners:
            try:
                listener(event, order)
            except Exception as error:  # noqa: BLE001 - whoever watches must not stop what is watched
                self.tell(f"알림 처리 오류: {error!r}", f"a listener failed: {error!r}")
        if self.on_number and isinstance(event, OrderAccepted | OrderReplaced | OrderAdopted | NumberClaimed):
            self.on_number(event.broker_order_id)
        return True

    def fail(self, error: JournalError) -> None:
        """Nothing can be remembered any more: everything stops."""
        self.failure = error
        self.tell(f"매매를 멈춥니다. {error.korean}", f"Trading stops. {error.english}")

    def require_journal(self) -> None:
        """Raise the `JournalError` that has stopped everything, if there is one."""
        if self.failure is not None:
            raise self.failure

    def require_opening(self) -> DayOpened:
        """How the day was opened. Raises `InvalidOrder` before that."""
        if self.opening is None:
            raise InvalidOrder(
                f"{self.day}의 데스크가 아직 열리지 않았습니다.", f"the desk is not open for {self.day} yet."
            )
        return self.opening

    def get_order(self, order_id: str) -> Order:
        """The order with our id. Raises `UnknownOrder` when there is none today."""
        order = self.orders.find(order_id)
        if order is None:
            raise UnknownOrder(
                f"{order_id}: {self.day}에 그런 주문이 없습니다.",
                f"{order_id}: there is no such order on {self.day}.",
            )
        return order

    def sent_at(self, order_id: str) -> datetime:
        """When an order was sent, or replaced last, or was written down to be, by the steady clock."""
        return next(at for at, each in reversed(self.sent) if each == order_id)

    def next_id(self) -> str:
        """The id of the next order: the day and a number that goes on after a restart."""
        return f"{self.day:%Y%m%d}-{self._ids_given + 1:06d}"

    def waiting(self) -> list[Order]:
        """Orders that are `WAITING`, and about which no answer is on its way."""
        return [
            order
            for order in self.orders.live()
            if order.status in WAITING and order.order_id not in self.in_flight
        ]

    def miss(self) -> None:
        """Something may have happened to an order of which we know nothing yet, and move the account."""
        self.has_missed = True
        self.moved_at = self._steady()

    def take_stand(self, account: Account, at: datetime) -> None:
        """Take `account`, read `at` a moment without doubts, as what later buying power is held against."""
        orders = {order.order_id: order for order in self.orders}
        self.has_missed = False
        self.stand = Stand(account.buying_power, account.deposit, orders, at)

    def tell(self, korean: str, english: str) -> None:
        """Tell the person."""
        self._notifier.tell(f"{korean} / {english}")

    def _after(self, event: Event) -> Order | None:
        """The order as `event` leaves it. Changes nothing; raises `IllegalStep`."""
        if isinstance(event, DayOpened | DayClosed):
            known = self.opening if isinstance(event, DayOpened) else self.closing
            if known is not None or event.day != self.day:
                name = type(event).__name__
                raise IllegalStep(
                    f"{self.day}에 {event.day}의 {name} 이(가) 있을 수 없습니다",
                    f"{name} of {event.day} cannot happen on {self.day}, or has already",
                )
            return None
        order = self.orders.find(event.order_id)
        if isinstance(event, OrderSubmitted | OrderDenied | OrderAdopted):
            if order is not None:
                raise IllegalStep(
                    f"주문 {event.order_id}이(가) 이미 있습니다", f"order {event.order_id} exists already"
                )
            return begin(event)
        if order is None:
            raise IllegalStep(f"주문 {event.order_id}이(가) 없습니다", f"there is no order {event.order_id}")
        return apply(order, event)

    def _take(self, event: Event, order: Order | None, at: datetime) -> None:
        """Change the state to what `_after` has found; `at` is now, by the steady clock."""
        if isinstance(event, DayOpened):
            self.opening = event
            self.portfolio.open(event.account, self.orders.selling())
            self.take_stand(event.account, event.at)
            return
        if isinstance(event, DayClosed):
            self.closing = event
            return
        if order is None:
            return
        before = self.orders.find(order.order_id)
        self.orders.put(order)
        self._ids_given = max(self._ids_given, int(order.order_id.rpartition("-")[2]))
        if not isinstance(event, OrderDenied | OrderUnconfirmed | OrderNotReceived):
            self.moved_at = at
        if isinstance(event, OrderSubmitted):
            self.first_sent[order.order_id] = at
        if isinstance(event, OrderSubmitted | ReplaceSubmitted):
            self.sent.append((at, order.order_id))
            self.written[order.order_id] = event.at
        if isinstance(event, OrderSubmitted) and event.intent:
            self.intents[event.intent] = order.order_id
        if isinstance(event, OrderFilled):
            if order.request.side is Side.BUY:
                self.bought += event.amount
            self.portfolio.fill(
                Fill(
                    order_id=order.order_id,
                    code=order.request.code,
                    side=order.request.side,
                    quantity=event.quantity,
                    price=event.amount // event.quantity,
                    amount=event.amount,
                    at=event.at,
                )
            )
        if order.status not in WAITING:
            self.waiting_since.pop(order.order_id, None)
        elif before is None or before.status is not order.status:
            self.waiting_since[order.order_id] = at
