"""What the broker pushes and what it tells when asked, turned into events of our orders.

Two kinds of evidence meet here: notices, which come by themselves and may be early, late, repeated or lost;
and readings of the day's order list, which are cumulative. A notice is believed at once only when it can mean
nothing else. Otherwise it is a reason to read the list, and the list decides.

An absence is believed late: an order, cancel or replace that was not answered counts as never arrived when
enough complete readings over a long enough time have not shown it. A reading that lacks an order which the
broker is known to have is not complete, and before an order is given up, the account must agree too: KIS's
paper host has been seen to list no orders on days that had fills (kis-trading §9).

A broker that keeps receipts is asked for the key of an order instead. Its answer is certain, so neither looks
nor absences are needed for orders, only for cancels and replaces.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hoga.domain.errors import InvalidOrder
from hoga.domain.events import (
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderNotReceived,
    OrderRejected,
    ReplaceRejected,
)
from hoga.domain.notices import (
    Accepted,
    Answer,
    CancelNotice,
    FillNotice,
    NeverTaken,
    NoAnswer,
    Notice,
    OrderReport,
    Refused,
    RejectNotice,
    ReplaceNotice,
    number_key,
)
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import Side
from hoga.ports import Broker, Clock, Receipts
from hoga.trading.doubt import Arrived, Doubt, NeverArrived, Verdict
from hoga.trading.reconcile import DayList, Difference, adopt, fingerprint, next_event, pair
from hoga.trading.records import WAITING, Records
from hoga.trading.tally import Tally

NO_TRACE = "NO_TRACE"
"""The code of a cancel or replace that had no effect for as long as we looked."""
DECIDED = "DECIDED"
"""The code of a cancel or replace of which a person said that it never arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the desk looks before it believes an absence, in the time of the market's clock.

    What the list has not shown in `reads` complete readings and for at least `wait` is taken as not there;
    how long KIS's list may lag is unverified. Doubts are looked into every `interval`, everything is
    reconciled every `reconcile_every`. The account may show an execution up to `account_lag` later. The
    switch is looked at before every order, and every `obey_every`.
    """

    reads: int = 3
    wait: timedelta = timedelta(seconds=60)
    interval: timedelta = timedelta(seconds=2)
    reconcile_every: timedelta = timedelta(minutes=1)
    account_lag: timedelta = timedelta(seconds=10)
    obey_every: timedelta = timedelta(seconds=1)


class Evidence:
    """Listens and reads for the records of one day.

    `on_look` is told when a reading becomes due earlier than before.
    """

    def __init__(
        self,
        records: Records,
        broker: Broker,
        clock: Clock,
        patience: Patience,
        on_look: Callable[[], None],
        receipts: Receipts | None = None,
    ) -> None:
        self._records = records
        self._broker = broker
        self._clock = clock
        self._patience = patience
        self._on_look = on_look
        self._receipts = receipts
        self._reading = asyncio.Lock()
        # Of an order that filled before a restart nobody knows which notices are still to come, so its tally
        # begins at nothing and the list counts it from then on.
        self._tallies: dict[str, Tally] = {}
        self._early: dict[tuple[int, str], list[Notice]] = {}
        self._cancel_requests: dict[tuple[int, str], str] = {}
        self._misses: dict[str, tuple[datetime, int]] = {}
        self._looks_due = 0
        self._is_patchy = False
        self._is_blind = False
        self.look_at: datetime | None = None
        """When the list should be read again; None while nothing is in question."""
        self._against: dict[str, Difference] = {}
        """Where the account has spoken against giving an order up."""
        self._shown: set[tuple[str, datetime]] = set()
        """Doubts that have been shown to the person."""
        records.on_number = self.on_number

    # Notices ------------------------------------------------------------------------------------------------

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

    def look_for_strangers(self) -> None:
        """Read the list soon, if there were notices of numbers that cannot be those of our own requests."""
        if self._early and not self._records.in_flight:
            self.look()

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
            case RejectNotice(message=message) if (
                order.status is OrderStatus.OPEN
                and len(order.broker_order_ids) == 1
                and not order.filled_quantity
            ):
                on_event(OrderRejected(order_id=order_id, at=notice.at, code="", message=message))
            case ReplaceNotice(new_broker_order_id=number) if (
                self._is_known(number) or order_id in self._records.in_flight
            ):
                pass  # told before, or about to be told by the answer, which says whose replace it was
            case CancelNotice() | ReplaceNotice() | RejectNotice() if not order.is_done:
                self.look()
            case _:
                pass

    def _hear_fill(self, order: Order, notice: FillNotice) -> None:
        tally = self._tallies.setdefault(order.order_id, Tally())
        left = order.request.quantity - order.filled_quantity
        if not tally.counts(notice, order.filled_quantity, order.filled_amount):
            if left:
                self.look()
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
            self.look()

    def _hear_about_cancel(self, order: Order, notice: Notice) -> None:
        if isinstance(notice, RejectNotice) and order.status is OrderStatus.PENDING_CANCEL:
            self._records.on_event(
                CancelRejected(order_id=order.order_id, at=notice.at, code="", message=notice.message)
            )

    def _is_known(self, number: str) -> bool:
        return self._records.orders.has_number(number_key(number))

    # The order list -----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Something is in question that the list can answer: read it soon, and a few times."""
        self._looks_due = max(self._looks_due, self._patience.reads)
        self.look_by(self._clock.now())

    def look_by(self, at: datetime) -> None:
        """Read the list at `at` if not earlier."""
        if self.look_at is None or at < self.look_at:
            self.look_at = at
            self._on_look()

    async def read(self) -> DayList:
        """Read the day's orders once and take over what they tell.

        Raises:
            BrokerError: they cannot be read. Nothing has changed, and another reading is due.
        """
        records, again = self._records, self._patience.interval
        async with self._reading:
            known = records.orders.numbers()
            asked = {order.order_id: records.waiting_since[order.order_id] for order in records.waiting()}
            due, self._looks_due, self.look_at = self._looks_due, 0, None
            try:
                listed = DayList(await self._broker.orders(records.day, records.day))
                await self._recall()
            except BaseException:
                self._looks_due = max(self._looks_due, due)
                self.look_by(self._clock.now() + again)
                self._is_blind = True
                self._show_overdue()
                raise
            self._is_blind = False
            self._learn(listed)
            is_complete = known <= listed.rows.keys()
            if is_complete:
                self._forget_requests(listed)
                for order_id, since in asked.items():
                    await self._miss(order_id, since)
            elif not self._is_patchy:
                records.tell(
                    "증권사의 주문 목록에 이미 접수된 주문이 없습니다. 확인되지 않은 주문은 그대로 둡니다",
                    "the broker's order list lacks orders it has taken: what is in doubt stays in doubt",
                )
            self._is_patchy = not is_complete
            self._looks_due = max(self._looks_due, due - is_complete)
            if self._looks_due > 0 or records.waiting():
                self.look_by(self._clock.now() + again)
            self._show_overdue()
            return listed

    async def _recall(self) -> None:
        """Ask for the orders in doubt of which the broker keeps receipts."""
        for order in self._records.waiting():
            if self._receipts is None or not self._has_receipt(order):
                continue
            answer = await self._receipts.recall(order)
            if self._records.get_order(order.order_id).status is OrderStatus.UNCONFIRMED:
                self._believe(order.order_id, answer)

    def _has_receipt(self, order: Order) -> bool:
        return self._receipts is not None and bool(order.key) and order.status is OrderStatus.UNCONFIRMED

    def _believe(self, order_id: str, answer: Answer | NeverTaken) -> None:
        """Take a receipt as the answer that did not come."""
        records, at = self._records, self._clock.now()
        match answer:
            case Accepted(broker_order_id=number):
                owner = records.orders.find_by_number(number)
                if owner is None:
                    records.on_event(OrderAccepted(order_id=order_id, at=at, broker_order_id=number))
            case Refused(code=code, message=message):
                records.on_event(OrderRejected(order_id=order_id, at=at, code=code, message=message))
            case NeverTaken():
                records.on_event(OrderNotReceived(order_id=order_id, at=at))
            case NoAnswer():
                pass  # the broker does not know it itself yet

    def _learn(self, listed: DayList) -> None:
        """Take over everything that the list shows and we do not know."""
        records = self._records
        for row in listed.rows.values():
            records.orders.note_number(row.broker_order_id)
        # The row of an order that is being sent may be in the list already: its answer will claim it.
        sending = [o.request for o in records.orders.live() if o.status is OrderStatus.SUBMITTED]
        looks = {fingerprint(request) for request in sending}
        candidates = [
            order for order in records.orders if not order.key and fingerprint(order.request) not in looks
        ]
        # So may that of one whose receipt has not told yet; another one of its looks is not it.
        sending += [order.request for order in records.orders if self._has_receipt(order)]
        for status in (OrderStatus.UNCONFIRMED, OrderStatus.NOT_RECEIVED):
            doubtful = [order for order in candidates if order.status is status]
            for order, row in pair(doubtful, self._unclaimed(listed)):
                records.on_event(
                    OrderAccepted(
                        order_id=order.order_id, at=self._clock.now(), broker_order_id=row.broker_order_id
                    )
                )
                if status is OrderStatus.NOT_RECEIVED:
                    records.tell(
                        f"주문 {order.order_id}: 접수되지 않은 줄 알았으나 접수되어 있었습니다",
                        f"order {order.order_id} had been taken as not received, but it was",
                    )
        self._adopt_strangers(listed, {(request.code, request.side) for request in sending})
        for order in records.orders:
            self._catch_up(order.order_id, listed)

    def _forget_requests(self, listed: DayList) -> None:
        """Let go of notices about numbers that are no orders: requests to cancel whose answer was lost.

        Should one be an order that the list shows late, the list will tell all that the notice did.
        """
        highest = max(listed.rows, default=(0, ""))
        self._early = {key: notices for key, notices in self._early.items() if key > highest}

    def _unclaimed(self, listed: DayList) -> list[OrderReport]:
        return [row for key, row in listed.rows.items() if not self._records.orders.has_number(key)]

    def _adopt_strangers(self, listed: DayList, sending: set[tuple[str, Side]]) -> None:
        for row in self._unclaimed(listed):
            parent = self._records.orders.find_by_number(row.replaces) if row.replaces else None
            if parent is not None:
                self._catch_up(parent.order_id, listed)
                parent = self._records.get_order(parent.order_id)
            if self._is_known(row.broker_order_id):
                continue
            if (row.request.code, row.request.side) in sending or (
                parent is not None and parent.status is OrderStatus.PENDING_REPLACE
            ):
                self.look()  # it may be ours: wait for the answer
                continue
            adopted = adopt(row, self._records.next_id(), self._clock.now())
            self._records.on_event(adopted)
            self._catch_up(adopted.order_id, listed)

    def _catch_up(self, order_id: str, listed: DayList) -> None:
        records = self._records
        while event := next_event(
            records.get_order(order_id), listed, self._clock.now(), records.orders.has_number
        ):
            if not records.on_event(event):
                return

    async def _miss(self, order_id: str, since: datetime) -> None:
        """Count a complete reading that did not settle what was waited for; believe enough of them."""
        order, now = self._records.get_order(order_id), self._clock.now()
        if order.status not in WAITING or self._records.waiting_since[order_id] != since:
            return
        counted, misses = self._misses.get(order_id, (since, 0))
        misses = misses + 1 if counted == since else 1
        self._misses[order_id] = since, misses
        if misses < self._patience.reads or now < since + self._patience.wait:
            return
        match order.status:
            case OrderStatus.PENDING_CANCEL:
                message = "취소가 반영되지 않았습니다 / the cancel had no effect"
                self._records.on_event(
                    CancelRejected(order_id=order_id, at=now, code=NO_TRACE, message=message)
                )
            case OrderStatus.PENDING_REPLACE:
                message = "정정이 반영되지 않았습니다 / the replace had no effect"
                self._records.on_event(
                    ReplaceRejected(order_id=order_id, at=now, code=NO_TRACE, message=message)
                )
            case _ if not self._has_receipt(order):
                await self._give_up(order)
            case _:
                pass  # no absence proves anything where the broker can be asked

    async def _give_up(self, order: Order) -> None:
        """Take an order as not received, if the account agrees; else it stays as it is."""
        code = order.request.code
        account = await self._broker.account()
        if self._records.get_order(order.order_id).status is not OrderStatus.UNCONFIRMED:
            return
        theirs = sum(position.quantity for position in account.positions if position.code == code)
        ours = self._records.portfolio.quantities().get(code, 0)
        if theirs == ours:
            self._records.on_event(OrderNotReceived(order_id=order.order_id, at=self._clock.now()))
        else:
            self._against[order.order_id] = Difference(code, ours, theirs)

    # What a person is shown, and decides --------------------------------------------------------------------

    def doubts(self) -> list[Doubt]:
        """Everything without an answer, oldest first, with the evidence."""
        return [self._doubt(order) for order in self._records.waiting() if order.is_unconfirmed]

    def _doubt(self, order: Order) -> Doubt:
        patience, since = self._patience, self._records.waiting_since[order.order_id]
        counted, misses = self._misses.get(order.order_id, (since, 0))
        misses = misses if counted == since else 0
        waited, is_whole = self._clock.now() - since, not self._is_patchy and not self._is_blind
        return Doubt(
            order=order,
            since=since,
            misses=misses,
            is_list_whole=is_whole,
            # The list may be patchy or unreadable for ever: that is a reason to call a person too.
            is_overdue=(misses >= patience.reads and waited >= patience.wait)
            or (not is_whole and waited >= 2 * patience.wait),
            difference=self._against.get(order.order_id),
            strangers=tuple(
                each
                for each in self._records.orders
                if each.source == OUTSIDE
                and (each.request.code, each.request.side) == (order.request.code, order.request.side)
                and number_key(each.broker_order_ids[0]) > number_key(order.watermark)
            ),
        )

    def _show_overdue(self) -> None:
        """Tell the person, once, what we could not settle."""
        for doubt in self.doubts():
            key = doubt.order.order_id, doubt.since
            if doubt.is_overdue and key not in self._shown:
                self._shown.add(key)
                self._records.tell(
                    f"결정이 필요합니다. {doubt.korean}. 증권사 화면에서 확인하고 결정하십시오",
                    f"please decide: {doubt.english}. Look at the broker's screens, then decide",
                )

    def decide(self, order_id: str, verdict: Verdict, by: str) -> None:
        """Let what a person says hold. Raises `InvalidOrder` when it cannot be."""
        order = self._records.get_order(order_id)
        match verdict:
            case Arrived(broker_order_id=number):
                self._decide_arrived(order, number, by)
            case NeverArrived():
                self._decide_never(order, by)

    def _decide_arrived(self, order: Order, number: str, by: str) -> None:
        records = self._records
        if order.status not in (OrderStatus.UNCONFIRMED, OrderStatus.NOT_RECEIVED):
            raise _not_open_to(order)
        if number_key(number) <= number_key(order.watermark):
            raise InvalidOrder(
                f"번호 {number}은(는) 주문 {order.order_id}을(를) 내기 전의 것입니다({order.watermark}까지).",
                f"number {number} is from before order {order.order_id} was sent (up to {order.watermark}).",
            )
        owner = records.orders.find_by_number(number)
        if owner is not None:
            raise InvalidOrder(
                f"번호 {number}은(는) 이미 주문 {owner.order_id}({owner.source})의 것입니다. "
                "그것이 이 주문이면 '도착하지 않음'으로 결정하십시오. 그 주문으로 이어 갑니다.",
                f"number {number} belongs to order {owner.order_id} ({owner.source}) already. If that is "
                "this order, decide that it never arrived: it is followed as that one.",
            )
        at = self._clock.now()
        records.on_event(OrderAccepted(order_id=order.order_id, at=at, broker_order_id=number, by=by))

    def _decide_never(self, order: Order, by: str) -> None:
        records, at = self._records, self._clock.now()
        message = f"{by}: 도착하지 않음 / never arrived"
        event: OrderNotReceived | CancelRejected | ReplaceRejected
        match order.status:
            case OrderStatus.UNCONFIRMED:
                event = OrderNotReceived(order_id=order.order_id, at=at, by=by)
            case OrderStatus.PENDING_CANCEL if order.is_unconfirmed:
                event = CancelRejected(order_id=order.order_id, at=at, code=DECIDED, message=message)
            case OrderStatus.PENDING_REPLACE if order.is_unconfirmed:
                event = ReplaceRejected(order_id=order.order_id, at=at, code=DECIDED, message=message)
            case _:
                raise _not_open_to(order)
        records.on_event(event)


def _not_open_to(order: Order) -> InvalidOrder:
    return InvalidOrder(
        f"주문 {order.order_id}의 상태가 {order.status}입니다. 확인되지 않은 것만 결정할 수 있습니다.",
        f"order {order.order_id} is {order.status}. Only what is unconfirmed can be decided.",
    )
