"""What the broker pushes and what it tells when asked, turned into events of our orders.

Two kinds of evidence meet here: notices, which come by themselves (`hearing`), and readings of the day's
order list, which are cumulative. Where a notice could mean several things, the list decides.

An absence is believed late: a cancel or replace that was not answered counts as never arrived when enough
complete readings over a long enough time have not shown it. A reading that lacks an order which the broker is
known to have is not complete: KIS's paper host has been seen to list no orders on days that had fills
(kis-trading §9).

For an order that is not enough, because the list may be later than we wait, and giving up an order that
lives lets the same wish be sent twice. It is given up only when the position has not moved and one thing more
proves it: the list shows an order that we sent after the wait was over, so it is current past any time at
which this one can have arrived; or the account has room for what this one would hold (`trace`); or the day is
over. Else it stays in doubt until a person decides.

A broker that keeps receipts is asked for the key of an order instead. Its answer is certain, so neither looks
nor absences are needed for orders, only for cancels and replaces.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from hoga.domain.account import Account
from hoga.domain.errors import BrokerError, WireError
from hoga.domain.events import (
    CancelRejected,
    OrderAccepted,
    OrderExpired,
    OrderNotReceived,
    OrderRejected,
    PartClaimed,
    ReplaceRejected,
)
from hoga.domain.notices import (
    Accepted,
    Answer,
    NeverTaken,
    NoAnswer,
    OrderReport,
    Refused,
    number_key,
)
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import Side, Venue
from hoga.krx.fees import Commission
from hoga.krx.order_types import trades_until
from hoga.krx.sessions import phases_at
from hoga.ports import Broker, Clock, MarketData, Receipts
from hoga.trading.doubt import Doubt, Verdict, decided
from hoga.trading.hearing import Hearing
from hoga.trading.parts import Finding, IsOutside, Parts
from hoga.trading.patience import Patience
from hoga.trading.reconcile import (
    DayList,
    Difference,
    Key,
    adopt,
    compare,
    fingerprint,
    has_expired,
    has_gone,
    is_part,
    next_event,
    pair,
)
from hoga.trading.records import WAITING, Records
from hoga.trading.trace import Trace, trace_of_buys, trace_of_sell

NO_TRACE = "NO_TRACE"
"""The code of a cancel or replace that had no effect for as long as we looked."""


class Evidence:
    """Listens and reads for the records of one day.

    `on_look` is told when a reading becomes due earlier than before.
    """

    def __init__(
        self,
        records: Records,
        broker: Broker,
        market: MarketData,
        clock: Clock,
        patience: Patience,
        commission: Commission,
        on_look: Callable[[], None],
        receipts: Receipts | None = None,
    ) -> None:
        self._records = records
        self._broker = broker
        self._market = market
        self._clock = clock
        self._patience = patience
        self._commission = commission
        self._on_look = on_look
        self._receipts = receipts
        self._reading = asyncio.Lock()
        self._misses: dict[str, tuple[datetime, int]] = {}
        self._looks_due = 0
        self._shown_keys: frozenset[Key] = frozenset()
        """The numbers in the last reading, if it was complete."""
        self._is_patchy = False
        self._is_blind = False
        self.look_at: datetime | None = None
        """When the list should be read again, by the steady clock; None while nothing is in question."""
        self._against: dict[str, Difference] = {}
        """Where the position has spoken against giving an order up."""
        self._traces: dict[str, Trace] = {}
        """What the account has shown of orders in doubt."""
        self.is_day_over = False
        """Whether nothing more can be sent today: then the list of the whole day decides."""
        self._shown: set[tuple[str, datetime]] = set()
        """Doubts that have been shown to the person."""
        self.hearing = Hearing(records, self.look)
        self.parts = Parts(records, clock, patience)

    # The order list -----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Something is in question that the list can answer: read it soon, and a few times."""
        self._looks_due = max(self._looks_due, self._patience.reads)
        self.look_by(self._clock.steady())

    def look_by(self, at: datetime) -> None:
        """Read the list at `at`, by the steady clock, if not earlier."""
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
                self.look_by(self._clock.steady() + again)
                self._is_blind = True
                self._show_overdue()
                raise
            self._is_blind = False
            self._learn(listed)
            is_complete = known <= listed.rows.keys()
            absent: list[Order] = []
            self._shown_keys = frozenset(listed.rows) if is_complete else frozenset()
            if is_complete:
                self.hearing.forget_until(max(listed.rows, default=(0, "")))
                absent = [
                    order
                    for order_id, since in asked.items()
                    if (order := self._miss(order_id, since, listed)) is not None
                ]
            elif not self._is_patchy:
                records.tell(
                    "증권사의 주문 목록에 이미 접수된 주문이 없습니다. 확인되지 않은 주문은 그대로 둡니다",
                    "the broker's order list lacks orders it has taken: what is in doubt stays in doubt",
                )
            self._is_patchy = not is_complete
            self._looks_due = max(self._looks_due, due - is_complete)
            try:
                if absent:
                    await self._give_up(absent)
            finally:
                self._look_again()
            self._show_overdue()
            return listed

    async def read_living(self) -> list[tuple[str, datetime]]:
        """The orders that may still trade, and until when. Raises `BrokerError`."""
        listed = DayList(())
        if self._living(listed):  # else there is no need to read
            listed = await self.read()
        return self._living(listed)

    def _living(self, listed: DayList) -> list[tuple[str, datetime]]:
        now = self._clock.now()
        lives = [(order, self._trades_until(order, listed)) for order in self._records.orders.live()]
        return [
            (order.order_id, until)
            for order, until in lives
            if now < until and not (listed.find(order.broker_order_id) and has_gone(order, listed))
        ]

    def _trades_until(self, order: Order, listed: DayList) -> datetime:
        row = listed.find(order.broker_order_id)
        placed_at = self._records.written.get(order.order_id) if row is None else row.placed_at
        request = order.request
        return trades_until(request.venue, request.order_type, placed_at or self._clock.now())

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

    def _look_again(self) -> None:
        doubts, patience = self._records.waiting(), self._patience
        if self._looks_due > 0 or any(not self._is_overdue(order) for order in doubts):
            self.look_by(self._clock.steady() + patience.interval)
        elif doubts:
            self.look_by(self._clock.steady() + patience.overdue_interval)

    def _learn(self, listed: DayList) -> None:
        """Take over everything that the list shows and we do not know."""
        records = self._records
        for row in listed.rows.values():
            records.orders.note_number(row.broker_order_id)
        # The row of an order that is being sent may be in the list already: its answer will claim it.
        sending = [o.request for o in records.orders.live() if o.status is OrderStatus.SUBMITTED]
        looks = {fingerprint(request) for request in sending}
        candidates = [
            order
            for order in records.orders
            if not (self._receipts is not None and order.key) and fingerprint(order.request) not in looks
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

    def _unclaimed(self, listed: DayList) -> list[OrderReport]:
        orders = self._records.orders
        return [
            row for key, row in listed.rows.items() if not orders.has_number(key) and not orders.has_part(key)
        ]

    def _adopt_strangers(self, listed: DayList, sending: set[tuple[str, Side]]) -> None:
        self.parts.forget_claimed()
        for row in self._unclaimed(listed):
            parent = self._records.orders.find_by_number(row.replaces) if row.replaces else None
            if parent is not None:
                self._catch_up(parent.order_id, listed)
                parent = self._records.get_order(parent.order_id)
            if self._records.orders.has_number(number_key(row.broker_order_id)):
                continue
            if (row.request.code, row.request.side) in sending or (
                parent is not None and parent.status is OrderStatus.PENDING_REPLACE
            ):
                self.look()  # it may be ours: wait for the answer
                continue
            if not self.parts.keeps(row):
                self._adopt(row, listed)

    def _adopt(self, row: OrderReport, listed: DayList, by: str = "") -> None:
        adopted = adopt(row, self._records.next_id(), self._clock.now(), by)
        self._records.on_event(adopted)
        self._catch_up(adopted.order_id, listed)

    def weigh(self, account: Account, asked: datetime, moving: frozenset[str], listed: DayList) -> None:
        """Adopt what the list shows beside orders of ours, where `account` shows its shares in addition."""
        for row in self.parts.weigh(account, asked, moving):
            self._adopt(row, listed)

    def _catch_up(self, order_id: str, listed: DayList) -> None:
        records = self._records
        while event := next_event(
            records.get_order(order_id), listed, self._clock.now(), records.orders.has_number
        ):
            if not records.on_event(event):
                return
        order, now = records.get_order(order_id), self._clock.now()
        # Nobody tells that an order has expired. What is left of it would hold shares all evening.
        if has_expired(order, listed) and now >= self._trades_until(order, listed):
            records.on_event(OrderExpired(order_id=order_id, at=now, quantity=order.remaining_quantity))

    def _miss(self, order_id: str, since: datetime, listed: DayList) -> Order | None:
        """Count a complete reading that did not settle what was waited for.

        When there have been enough, a cancel or replace is settled, and an order returned.
        """
        order, now = self._records.get_order(order_id), self._clock.now()
        if order.status not in WAITING or self._records.waiting_since[order_id] != since:
            return None
        counted, misses = self._misses.get(order_id, (since, 0))
        misses = misses + 1 if counted == since else 1
        self._misses[order_id] = since, misses
        if misses < self._patience.reads or self._clock.steady() < since + self._patience.wait:
            return None
        match order.status:
            case OrderStatus.PENDING_CANCEL:
                message = "취소가 반영되지 않았습니다 / the cancel had no effect"
                self._records.on_event(
                    CancelRejected(order_id=order_id, at=now, code=NO_TRACE, message=message)
                )
            case OrderStatus.PENDING_REPLACE if not has_gone(order, listed) or self._is_current(order):
                message = "정정이 반영되지 않았습니다 / the replace had no effect"
                self._records.on_event(
                    ReplaceRejected(order_id=order_id, at=now, code=NO_TRACE, message=message)
                )
                self._catch_up(order_id, listed)  # the list may show that the exchange refused it
            case OrderStatus.PENDING_REPLACE:
                pass  # what was left has gone, perhaps to a number that the list does not show yet
            case _ if not self._has_receipt(order):
                return order
            case _:
                pass  # no absence proves anything where the broker can be asked
        return None

    async def _give_up(self, absent: Iterable[Order]) -> None:
        """Take orders that the list does not show as not received where that is proved, else leave them."""
        account, prices = await self._broker.account(), await self._last_prices()
        for order in absent:
            order_id, code = order.order_id, order.request.code
            if self._records.get_order(order_id).status is not OrderStatus.UNCONFIRMED:
                continue
            theirs = sum(position.quantity for position in account.positions if position.code == code)
            ours = self._records.portfolio.quantities().get(code, 0)
            self._against.pop(order_id, None)
            if theirs != ours:
                self._against[order_id] = Difference(code, ours, theirs)
            self._traces.pop(order_id, None)
            if trace := self._trace(order, account, prices):
                self._traces[order_id] = trace
            is_proved = self._is_current(order) or (trace is not None and trace.is_absent)
            is_denied = theirs != ours or (trace is not None and trace.is_there) or self._has_twin(order)
            if is_proved and not is_denied:
                self._records.on_event(OrderNotReceived(order_id=order_id, at=self._clock.now()))

    def _strangers(self, order: Order) -> list[Order]:
        """Orders of the same instrument and side that nobody here placed, and that came up after this one."""
        return [
            each
            for each in self._records.orders
            if each.source == OUTSIDE
            and (each.request.code, each.request.side) == (order.request.code, order.request.side)
            and each.order_id > order.order_id
        ]

    def _has_twin(self, order: Order) -> bool:
        """Whether an order that looks the same came up, under a number that is too low for this one.

        That numbers rise with time wherever orders come from is unverified. So is whether a list shows an
        order by SOR in parts: then a smaller one may be a part of it. What stays apart may be it, too.
        """
        if order.request.code in self._records.apart:
            return True
        look, is_by_sor = fingerprint(order.request), order.request.venue is Venue.SOR
        return any(
            fingerprint(each.request) == look or (is_by_sor and is_part(each.request, order.request))
            for each in self._strangers(order)
        )

    def _is_current(self, order: Order) -> bool:
        """Whether the last reading shows the orders of any time at which this request can have arrived.

        It does when it shows one that we sent after the wait was over, or when nothing more is sent today.
        Notices of a number that no list has shown prove the contrary.
        """
        records = self._records
        if self.hearing.has_unknown:
            return False
        if self.is_day_over or self._is_past:
            return True
        late = records.waiting_since[order.order_id] + self._patience.wait
        for at, order_id in reversed(records.sent):
            if at <= late:
                break
            numbers, sent_at = records.get_order(order_id).broker_order_ids, records.first_sent.get(order_id)
            is_late = sent_at is not None and sent_at > late  # else it is a replace of an older one
            if is_late and numbers and number_key(numbers[0]) in self._shown_keys:
                return True
        return False

    @property
    def _is_past(self) -> bool:
        """Whether the day is past by the calendar: what was open has expired, the cash is another day's."""
        return self._clock.now().date() > self._records.day

    async def _last_prices(self) -> dict[str, int]:
        """The last prices of what may have been bought without a price; none when they cannot be read."""
        buys = self._doubtful_buys()
        codes = sorted({order.request.code for order in buys if order.price is None})
        try:
            quotes = await self._market.quotes(codes) if codes else {}
        except (BrokerError, WireError):
            return {}
        return {code: quote.last_price for code, quote in quotes.items()}

    def _doubtful_buys(self) -> list[Order]:
        live = self._records.orders.live()
        return [order for order in live if order.is_in_doubt and order.request.side is Side.BUY]

    def _trace(self, order: Order, account: Account, prices: Mapping[str, int]) -> Trace | None:
        """What the account shows of an order in doubt; None while it may not show yet what it should."""
        records = self._records
        if self.hearing.has_unknown or self._is_past or self._is_moving(self._clock.steady()):
            return None
        if order.request.side is Side.SELL:
            selling = sum(
                each.remaining_quantity
                for each in records.orders.live(order.request.code)
                if each.request.side is Side.SELL and not each.is_in_doubt
            )
            return trace_of_sell(
                order,
                records.portfolio.sellable(order.request.code, selling),
                records.portfolio.locked(order.request.code),
                account,
                records.orders,
                has_missed=self._has_missed,
            )
        if records.stand is None or account.deposit != records.stand.deposit:
            return None
        # A fill that nobody has told may have brought the won that the order holds.
        if compare(account, records.portfolio.quantities(), account.deposit_d2, frozenset()):
            return None
        return trace_of_buys(
            self._doubtful_buys(),
            records.stand,
            account,
            records.orders,
            self._commission,
            prices,
            has_missed=self._has_missed,
        )

    @property
    def _has_missed(self) -> bool:
        """Whether an order may have ended since the stand without our knowing it, as when a session ends."""
        records, now = self._records, self._clock.now()
        return (
            records.has_missed
            or records.stand is None
            or any(phases_at(records.stand.at, venue) != phases_at(now, venue) for venue in ("KRX", "NXT"))
        )

    def _is_moving(self, at: datetime) -> bool:
        """Whether something happened so shortly before `at` (steady) that the account may not show it."""
        moved = self._records.moved_at
        return bool(self._records.in_flight) or (
            moved is not None and moved > at - self._patience.account_lag
        )

    def take_stand(self, account: Account, asked: datetime, steadily: datetime) -> None:
        """Hold later buying power against this `account`, if all is known and still.

        It was `asked` for then, and `steadily` by the steady clock.
        """
        if not self.hearing.has_unknown and not self._records.waiting() and not self._is_moving(steadily):
            self._records.take_stand(account, asked)

    # What a person is shown, and decides --------------------------------------------------------------------

    def doubts(self) -> list[Doubt]:
        """Everything without an answer, oldest first, with the evidence."""
        return [self._doubt(order) for order in self._records.waiting() if order.is_unconfirmed]

    def _doubt(self, order: Order) -> Doubt:
        return Doubt(
            order=order,
            since=self._records.waiting_since[order.order_id],
            misses=self._count_misses(order),
            is_list_whole=self._is_list_whole,
            is_list_current=self._is_list_whole and self._is_current(order),
            is_overdue=self._is_overdue(order),
            difference=self._against.get(order.order_id),
            trace=self._traces.get(order.order_id),
            strangers=tuple(self._strangers(order)),
        )

    @property
    def _is_list_whole(self) -> bool:
        return not self._is_patchy and not self._is_blind

    def _count_misses(self, order: Order) -> int:
        since = self._records.waiting_since[order.order_id]
        counted, misses = self._misses.get(order.order_id, (since, 0))
        return misses if counted == since else 0

    def _is_overdue(self, order: Order) -> bool:
        """Whether a person is needed."""
        patience, waited = (
            self._patience,
            self._clock.steady() - self._records.waiting_since[order.order_id],
        )
        if self._count_misses(order) >= patience.reads and waited >= patience.wait:
            return True
        # The list may be patchy or unreadable for ever: that is a reason to call a person too.
        return not self._is_list_whole and waited >= 2 * patience.wait

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
        records = self._records
        order = records.get_order(order_id)
        records.on_event(decided(order, verdict, by, self._clock.now(), records.orders.find_by_number))

    def settle_apart(self, order_id: str, finding: Finding, by: str, listed: DayList) -> None:
        """Let what a person says of a row that stays apart hold. Raises `InvalidOrder` when none does.

        That it is a part can be taken back: it is followed as somebody else's from then on.
        """
        row = self.parts.find(order_id, finding.broker_order_id, listed)
        number = row.broker_order_id
        if isinstance(finding, IsOutside):
            self._adopt(row, listed, by)
        elif not self._records.orders.has_part(number_key(number)):
            at = self._clock.now()
            self._records.on_event(PartClaimed(order_id=order_id, at=at, broker_order_id=number, by=by))
        self.parts.forget_claimed()
