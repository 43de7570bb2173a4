"""The courier: carries one request after the other to the broker, each once, and makes events of the answers.

Risk judges, the journal remembers, and only then is anything sent. An answer that does not come, or cannot be
read, is a doubt, which `evidence` settles.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from hoga.domain.errors import BrokerError, InvalidOrder, JournalError, Unreachable, WireError
from hoga.domain.events import (
    CancelRejected,
    CancelSubmitted,
    CancelUnconfirmed,
    OrderAccepted,
    OrderDenied,
    OrderEvent,
    OrderRejected,
    OrderReplaced,
    OrderSubmitted,
    OrderUnconfirmed,
    ReplaceRejected,
    ReplaceSubmitted,
    ReplaceUnconfirmed,
)
from hoga.domain.notices import Accepted, Answer, NoAnswer, Refused, number_key
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.ports import Broker, Clock, Receipts
from hoga.trading.evidence import Evidence
from hoga.trading.gate import Gate
from hoga.trading.patience import Patience
from hoga.trading.records import WAITING, Records
from hoga.trading.risk import Approved, Denied

_BITS = 63
"""What every store and wire takes of a number."""

NEVER_LEFT = "NEVER_LEFT"
"""The code of a rejection that is our own: the request never left this machine."""


class Courier:
    """Carries the requests of one trading day."""

    def __init__(
        self,
        records: Records,
        evidence: Evidence,
        gate: Gate,
        broker: Broker,
        clock: Clock,
        patience: Patience,
        receipts: Receipts | None,
    ) -> None:
        self._records = records
        self._evidence = evidence
        self._gate = gate
        self._broker = broker
        self._clock = clock
        self._patience = patience
        self._receipts = receipts
        self._buying = asyncio.Lock()

    async def place(self, request: OrderRequest, source: str, intent: str) -> Order:
        """Send an order once, if risk allows."""
        records = self._records
        _require_whole(request.quantity, request.price, request.stop_price)
        async with self._turn(request.side):
            verdict = await self._gate.judge(request, intent)
            order = self._write_down(verdict, request, source, intent)
        if order.status is not OrderStatus.SUBMITTED:
            return order
        order_id = order.order_id

        def doubt(why: str) -> OrderUnconfirmed:
            return OrderUnconfirmed(order_id=order_id, at=self._clock.now(), why=why)

        answer = await self._ask(order_id, self._broker.place(order), doubt)
        now = self._clock.now()
        match answer:
            case Accepted(broker_order_id=number):
                owner = records.orders.find_by_number(number)
                if owner is None:
                    records.on_event(OrderAccepted(order_id=order_id, at=now, broker_order_id=number))
                else:
                    records.tell(
                        f"주문 {order_id}: 증권사 번호 {number}은(는) 이미 {owner.order_id}의 것입니다",
                        f"order {order_id}: the broker's number {number} belongs to {owner.order_id} already",
                    )
                    records.on_event(doubt(f"number {number} belongs to {owner.order_id}"))
            case Refused(code=code, message=message):
                records.on_event(OrderRejected(order_id=order_id, at=now, code=code, message=message))
            case NoAnswer(why=why):
                records.on_event(doubt(why))
        return self._answered(order_id)

    async def cancel(self, order_id: str, wanted: int | None = None) -> Order:
        """Ask for cancelling all that remains of an order, or so many shares of it."""
        records = self._records
        _require_whole(wanted)
        left = self._gate.require_changeable(order_id).remaining_quantity
        quantity = left if wanted is None else wanted
        if not 0 < quantity <= left:
            raise InvalidOrder(
                f"주문 {order_id}: 남은 {left}주 가운데 {quantity}주를 취소할 수 없습니다.",
                f"order {order_id}: {quantity} of the {left} shares that are left cannot be canceled.",
            )
        records.on_event(CancelSubmitted(order_id=order_id, at=self._clock.now(), quantity=quantity))

        def doubt(why: str) -> CancelUnconfirmed:
            return CancelUnconfirmed(order_id=order_id, at=self._clock.now(), why=why)

        answer = await self._ask(order_id, self._broker.cancel(records.get_order(order_id), quantity), doubt)
        now = self._clock.now()
        is_pending = records.get_order(order_id).status is OrderStatus.PENDING_CANCEL
        match answer:
            case Accepted(broker_order_id=number):
                self._evidence.hearing.on_cancel_request(number, order_id)
            case Refused(code=code, message=message):
                if is_pending:
                    records.on_event(CancelRejected(order_id=order_id, at=now, code=code, message=message))
                self._evidence.look()  # often nothing was left, because of a fill that is yet to be told
            case NoAnswer(why=why):
                if is_pending:
                    records.on_event(doubt(why))
        return self._answered(order_id)

    async def replace(self, order_id: str, price: int) -> Order:
        """Ask for a new price for all that remains of an order."""
        records = self._records
        _require_whole(price)
        async with self._turn(self._gate.require_changeable(order_id).request.side):
            verdict = await self._gate.judge_replace(order_id, price)
            if isinstance(verdict, Denied):
                raise InvalidOrder(verdict.korean, verdict.english)
            records.on_event(ReplaceSubmitted(order_id=order_id, at=self._clock.now(), price=price))

        def doubt(why: str) -> ReplaceUnconfirmed:
            return ReplaceUnconfirmed(order_id=order_id, at=self._clock.now(), why=why)

        answer = await self._ask(order_id, self._broker.replace(records.get_order(order_id), price), doubt)
        now = self._clock.now()
        is_pending = records.get_order(order_id).status is OrderStatus.PENDING_REPLACE
        match answer:
            case Accepted(broker_order_id=number):
                if records.orders.find_by_number(number) is None:
                    records.on_event(
                        OrderReplaced(order_id=order_id, at=now, broker_order_id=number, price=price)
                    )
            case Refused(code=code, message=message):
                if is_pending:
                    records.on_event(ReplaceRejected(order_id=order_id, at=now, code=code, message=message))
                self._evidence.look()
            case NoAnswer(why=why):
                if is_pending:
                    records.on_event(doubt(why))
        return self._answered(order_id)

    def check_departure(self, order: Order) -> None:
        """Raise `Unreachable` when an order or replace that waited for its turn must not leave any more.

        Because of the switch, or because it is too old: whoever has taken the account over meanwhile may
        believe by now that it never arrived.
        """
        now, written = self._clock.now(), self._records.written[order.order_id]
        # By both clocks: one may have been set since, and the other may stand while a laptop sleeps.
        is_late = self._clock.steady() > self._records.sent_at(order.order_id) + self._patience.wait
        if now.date() != self._records.day or now > written + self._patience.wait or is_late:
            raise Unreachable(
                f"{written:%H:%M:%S}에 결정한 주문이라 이제는 보내지 않습니다. 아직 원하면 다시 내십시오.",
                f"decided at {written:%H:%M:%S}, it is not sent any more. Order again if it is still wanted.",
            )
        try:
            bar = self._gate.find_bar(order.request.side)
        except JournalError as error:
            raise Unreachable(error.korean, error.english) from error
        if bar is not None:
            raise Unreachable(bar.korean, bar.english)

    def _turn(self, side: Side) -> AbstractAsyncContextManager[object]:
        # Buys go one at a time from reading the buying power to the journal, so that no won counts twice.
        # Sells never wait: from counting the shares to the journal nothing else can happen.
        return self._buying if side is Side.BUY else nullcontext()

    def _write_down(
        self, verdict: Approved | Denied, request: OrderRequest, source: str, intent: str
    ) -> Order:
        """Begin an order in the journal: SUBMITTED, and not yet sent, or DENIED. Only the former is sent."""
        records, now = self._records, self._clock.now()
        order_id = records.next_id()
        match verdict:
            case Approved():
                records.on_event(
                    OrderSubmitted(
                        order_id=order_id,
                        at=now,
                        request=verdict.request,
                        source=source,
                        watermark=records.orders.highest_number,
                        intent=intent,
                        key="" if self._receipts is None else self._receipts.new_key(),
                    )
                )
            case Denied():
                records.on_event(
                    OrderDenied(
                        order_id=order_id,
                        at=now,
                        request=request,
                        source=source,
                        reason=verdict.reason,
                        detail=f"{verdict.korean} / {verdict.english}",
                    )
                )
        return records.get_order(order_id)

    async def _ask(
        self, order_id: str, call: Awaitable[Answer], doubt: Callable[[str], OrderEvent]
    ) -> Answer:
        """Send one request, once, and make an answer of whatever becomes of it."""
        records = self._records
        records.in_flight.add(order_id)
        try:
            answer = await call
        except Unreachable as error:
            return Refused(code=NEVER_LEFT, message=str(error))
        except (BrokerError, WireError) as error:
            return NoAnswer(why=str(error))
        except BaseException as error:
            # Given up in the middle (a cancelled task, a broken adapter): it may have arrived.
            if records.get_order(order_id).status in (OrderStatus.SUBMITTED, *WAITING):
                records.on_event(doubt(f"{type(error).__name__}: {error}"))
                self._evidence.look()
            raise
        finally:
            records.in_flight.discard(order_id)
        if isinstance(answer, Accepted) and not number_key(answer.broker_order_id)[1]:
            return NoAnswer(why="the broker took it but gave no number")
        return answer

    def _answered(self, order_id: str) -> Order:
        self._evidence.hearing.recognize()
        order = self._records.get_order(order_id)
        if order.is_unconfirmed:
            self._evidence.look()
        elif order.status in WAITING:  # taken, but not yet confirmed: a notice should tell before long
            self._evidence.look_by(self._clock.steady() + self._patience.interval)
        self._evidence.hearing.look_for_strangers()
        return order


def _require_whole(*values: int | None) -> None:
    """Raise `InvalidOrder` for shares or won that are no whole numbers, whatever was promised.

    A 10.0 that a table gave would be written down, and then not be readable as what it should be.
    """
    for value in values:
        if type(value) is int and value.bit_length() > _BITS:
            raise InvalidOrder(
                f"{value}: 너무 큽니다. 주수와 가격을 다시 확인하십시오.",
                f"{value} is too large for whole numbers of shares or won. Look at it again.",
            )
        if value is not None and type(value) is not int:
            raise InvalidOrder(
                f"{value!r}: 주수와 가격은 정수(int)여야 합니다. 예: int(수량).",
                f"{value!r}: shares and prices are whole numbers (int). Write int(quantity), for instance.",
            )
