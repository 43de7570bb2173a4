"""What is believed of the notices that a broker pushes about the orders of one day.

They come by themselves and may be early, late, repeated or lost. One is believed at once only when it can
mean nothing else; otherwise it is a reason to read the order list, which decides (`evidence`).
"""

from collections.abc import Callable

from hoga.domain.events import CancelRejected, OrderAccepted, OrderCanceled, OrderFilled, OrderRejected
from hoga.domain.notices import (
    CancelNotice,
    FillNotice,
    Notice,
    ReceivedNotice,
    RejectNotice,
    ReplaceNotice,
    number_key,
)
from hoga.domain.order import Order, OrderStatus
from hoga.trading.reconcile import Fingerprint, Key, fingerprint
from hoga.trading.records import Records
from hoga.trading.tally import Tally


class Hearing:
    """Listens for the records of one day. `look` has the order list read soon."""

    def __init__(self, records: Records, look: Callable[[], None]) -> None:
        self._records = records
        self._look = look
        # Of an order that filled before a restart nobody knows which notices are still to come, so its tally
        # begins at nothing and the list counts it from then on.
        self._tallies: dict[str, Tally] = {}
        self._early: dict[Key, list[Notice]] = {}
        self._cancel_requests: dict[Key, str] = {}
        records.on_number = self.on_number

    @property
    def has_unknown(self) -> bool:
        """Whether there were notices of numbers that no list has shown yet."""
        return bool(self._early)

    def on_notice(self, notice: Notice) -> None:
        """Take in what the broker pushes. A notice of a number that is unknown waits until it is known.

        Raises:
            JournalError: nothing can be remembered any more.
        """
        self._records.require_journal()
        orders, key = self._records.orders, number_key(notice.broker_order_id)
        orders.note_number(notice.broker_order_id)
        if isinstance(notice, ReplaceNotice):
            orders.note_number(notice.new_broker_order_id)
        order = orders.find_by_number(notice.broker_order_id)
        if order is not None:
            self._hear(order, notice)
        elif key in self._cancel_requests:
            self._hear_about_cancel(self._records.get_order(self._cancel_requests[key]), notice)
        else:
            self._early.setdefault(key, []).append(notice)
            self.recognize()
            self.look_for_strangers()

    def on_number(self, number: str) -> None:
        """Hear what was told about `number` before it was known."""
        for notice in self._early.pop(number_key(number), ()):
            self.on_notice(notice)

    def on_cancel_request(self, number: str, order_id: str) -> None:
        """Know `number` as that of a request to cancel, which the broker may yet refuse."""
        self._records.orders.note_number(number)
        self._cancel_requests[number_key(number)] = order_id
        self.on_number(number)

    def recognize(self) -> None:
        """Find orders in doubt by what the broker says it has received, where that can mean nothing else.

        It can when one order alone looks so, and the broker has told of one such number alone. Anything else
        is left to the list: the other may be somebody else's, or the answer of one may still come. Somebody
        else's that looks the same, and came up while ours never arrived, cannot be told from it by the list
        either.
        """
        records = self._records
        doubtful: dict[Fingerprint, list[Order]] = {}
        for order in records.orders.live():
            if order.is_in_doubt and not order.key:
                doubtful.setdefault(fingerprint(order.request), []).append(order)
        received: dict[Fingerprint, dict[str, ReceivedNotice]] = {}
        for notice in (each for notices in self._early.values() for each in notices):
            if isinstance(notice, ReceivedNotice):
                received.setdefault(fingerprint(notice.request), {})[notice.broker_order_id] = notice
        for look, orders in doubtful.items():
            told = tuple(received.get(look, {}).values())
            if len(orders) == len(told) == 1:
                self._recognize(orders[0], told[0])

    def _recognize(self, order: Order, notice: ReceivedNotice) -> None:
        number, is_awaited = notice.broker_order_id, order.order_id in self._records.in_flight
        if is_awaited or order.status is not OrderStatus.UNCONFIRMED:
            return
        if number_key(number) > number_key(order.watermark):
            self._records.on_event(
                OrderAccepted(order_id=order.order_id, at=notice.at, broker_order_id=number)
            )

    def look_for_strangers(self) -> None:
        """Read the list soon, if there were notices of numbers that cannot be those of our own requests."""
        if self._early and not self._records.in_flight:
            self._look()

    def _hear(self, order: Order, notice: Notice) -> None:
        order_id, on_event = order.order_id, self._records.on_event
        match notice:
            case FillNotice():
                self._hear_fill(order, notice)
            case CancelNotice(quantity=quantity) if (
                order.status is OrderStatus.PENDING_CANCEL
                and 0 < quantity <= order.remaining_quantity
                and not order.canceled_quantity  # else it may be an earlier one, told again
            ):
                on_event(OrderCanceled(order_id=order_id, at=notice.at, quantity=quantity))
            case RejectNotice(message=message, is_revision=False) if (
                order.status is OrderStatus.OPEN
                and len(order.broker_order_ids) == 1
                and not order.filled_quantity
            ):
                on_event(OrderRejected(order_id=order_id, at=notice.at, code="", message=message))
            case ReplaceNotice(new_broker_order_id=number) if (
                self._records.orders.has_number(number_key(number)) or order_id in self._records.in_flight
            ):
                pass  # told before, or about to be told by the answer, which says whose replace it was
            case CancelNotice() | ReplaceNotice() | RejectNotice() if not order.is_done:
                # The list decides; until it does, the account may know better.
                self._records.miss()
                self._look()
            case _:
                pass

    def _hear_fill(self, order: Order, notice: FillNotice) -> None:
        tally = self._tallies.setdefault(order.order_id, Tally())
        left = order.request.quantity - order.filled_quantity
        if not tally.counts(notice, order.filled_quantity, order.filled_amount):
            if left:
                self._look()
        elif 0 < notice.quantity <= left:
            self._records.on_event(
                OrderFilled(
                    order_id=order.order_id,
                    at=notice.at,
                    quantity=notice.quantity,
                    amount=notice.quantity * notice.price,
                )
            )
        else:
            self._records.tell(
                f"주문 {order.order_id}: 남은 {left}주보다 많은 {notice.quantity}주의 체결통보를 버렸습니다",
                f"order {order.order_id}: dropped a notice of {notice.quantity} filled, {left} are left",
            )
            self._look()

    def _hear_about_cancel(self, order: Order, notice: Notice) -> None:
        if isinstance(notice, RejectNotice) and order.status is OrderStatus.PENDING_CANCEL:
            self._records.on_event(
                CancelRejected(order_id=order.order_id, at=notice.at, code="", message=notice.message)
            )

    def forget_until(self, highest: Key) -> None:
        """Let go of notices about numbers that are no orders: a whole list has shown all until `highest`.

        They are of requests to cancel whose answer was lost. Should one be of an order that the list shows
        late, the list will tell all that the notice did.
        """
        self._early = {key: notices for key, notices in self._early.items() if key > highest}
