"""What the broker's list of the day's orders and its account tell beyond what we know.

Pure: lists and orders in, events and differences out; the desk reads, and feeds the events through
`on_event`. Only what a list shows is taken from it. What it does not show proves nothing by itself: how
often and how long one must look before an absence counts is the desk's to decide.

KIS lists one row per order number; a replace makes a new row that points at the old one, and a row's numbers
are cumulative (kis-trading §9). What the old row of a replaced order shows as cancelled is unverified, so a
cancel is read from it only by what is neither filled, left, rejected nor handed on to the new row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hoga.domain.account import Account
from hoga.domain.events import (
    NumberClaimed,
    OrderAdopted,
    OrderCanceled,
    OrderEvent,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
)
from hoga.domain.notices import OrderReport, number_key
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Fill
from hoga.domain.request import OrderRequest, OrderType, Side

Key = tuple[int, str]
Fingerprint = tuple[str, Side, int, int | None, OrderType]


class DayList:
    """The rows of one reading of the broker's order list, by number."""

    def __init__(self, reports: Iterable[OrderReport]) -> None:
        self.rows = {
            number_key(report.broker_order_id): report
            for report in sorted(reports, key=lambda report: number_key(report.broker_order_id))
        }
        """In the order of their numbers."""
        self._successors: dict[Key, list[OrderReport]] = {}
        for report in self.rows.values():
            if report.replaces:
                self._successors.setdefault(number_key(report.replaces), []).append(report)

    def find(self, number: str) -> OrderReport | None:
        return self.rows.get(number_key(number))

    def successors(self, number: str) -> Sequence[OrderReport]:
        """The rows that took over from `number`; more than one when it was replaced in parts."""
        return self._successors.get(number_key(number), ())


def fingerprint(request: OrderRequest) -> Fingerprint:
    """What an order looks like to a broker that knows no id of ours.

    An order without a price of its own may be listed with the one that the market gave it (unverified).
    """
    price = request.price if request.order_type.has_price else None
    return request.code, request.side, request.quantity, price, request.order_type


def is_part(request: OrderRequest, whole: OrderRequest) -> bool:
    """Whether `request` looks like a part of `whole`."""
    return fingerprint(replace(request, quantity=whole.quantity)) == fingerprint(whole) and (
        request.quantity < whole.quantity
    )


def pair(doubtful: Iterable[Order], rows: Iterable[OrderReport]) -> list[tuple[Order, OrderReport]]:
    """Which of the unclaimed `rows` is which order in doubt.

    An order's row has its fingerprint and a number above its watermark. Equal orders, oldest first, take
    equal rows in the order of their numbers, each row once: which is whose cannot be told nor matters.
    """
    waiting: dict[Fingerprint, list[OrderReport]] = {}
    for row in sorted(rows, key=lambda row: number_key(row.broker_order_id)):
        if not row.replaces:
            waiting.setdefault(fingerprint(row.request), []).append(row)
    pairs = []
    for order in sorted(doubtful, key=lambda order: order.order_id):
        alike = waiting.get(fingerprint(order.request), [])
        found = next((row for row in alike if _is_above(row, order.watermark)), None)
        if found is not None:
            alike.remove(found)
            pairs.append((order, found))
    return pairs


def adopt(row: OrderReport, order_id: str, at: datetime, by: str = "") -> OrderAdopted:
    """Take an order that somebody else placed into our books; its fills follow by `next_event`."""
    number = row.broker_order_id
    return OrderAdopted(order_id=order_id, at=at, request=row.request, broker_order_id=number, by=by)


def next_event(
    order: Order, listed: DayList, at: datetime, is_taken: Callable[[Key], bool]
) -> OrderEvent | None:
    """The next thing that the list knows about `order` and we do not; None when we know everything.

    Apply it and ask again. Rows that are older than what we know change nothing. `is_taken` tells whether a
    number already belongs to an order of ours.
    """
    if claim := _refused_replace(order, listed, at, is_taken):
        return claim
    current = listed.find(order.broker_order_id)
    if current is None:
        return None
    keys = dict.fromkeys(number_key(number) for number in order.broker_order_ids)
    rows = [listed.rows[key] for key in keys if key in listed.rows]
    event = _replacement(order, current, listed, at, is_taken) or _fill(order, rows, at)
    if event is not None or len(rows) < len(keys):
        return event  # without all of its rows, nobody can tell what has gone from one number to the next
    return _cancel(order, current, rows, listed, at, is_taken) or _rejection(order, current, rows, at)


def has_gone(order: Order, listed: DayList) -> bool:
    """Whether nothing is left under the current number of an order, as when a replace took it over."""
    current = listed.find(order.broker_order_id)
    return current is None or not current.remaining_quantity


def has_expired(order: Order, listed: DayList) -> bool:
    """Whether nothing is left of an order, once its market is over and `next_event` has told all.

    Whatever somebody else made of it would have ended with it.
    """
    return (
        order.status is OrderStatus.OPEN
        and all(listed.find(number) is not None for number in order.broker_order_ids)
        and has_gone(order, listed)
    )


def _refused_replace(
    order: Order, listed: DayList, at: datetime, is_taken: Callable[[Key], bool]
) -> NumberClaimed | None:
    # While one is on its way this may be its row: its answer, or giving it up, says so first.
    if order.status is OrderStatus.PENDING_REPLACE:
        return None
    own = {number_key(number): number for number in order.broker_order_ids}
    for number in own.values():
        for row in listed.successors(number):
            key = number_key(row.broker_order_id)
            if _never_stood(row) and key not in own and not is_taken(key):
                return NumberClaimed(order_id=order.order_id, at=at, broker_order_id=row.broker_order_id)
    return None


def _replacement(
    order: Order, current: OrderReport, listed: DayList, at: datetime, is_taken: Callable[[Key], bool]
) -> OrderReplaced | None:
    if not order.is_open or current.remaining_quantity:
        return None
    free = [
        row
        for row in listed.successors(current.broker_order_id)
        if not is_taken(number_key(row.broker_order_id)) and _taken_over(row)
    ]
    if not free:
        return None
    # Of several, replaced in parts by somebody else: the one we asked for, or else the largest.
    row = max(free, key=lambda row: (row.request.price == order.requested_price, row.request.quantity))
    return OrderReplaced(
        order_id=order.order_id, at=at, broker_order_id=row.broker_order_id, price=row.request.price
    )


def _fill(order: Order, rows: Sequence[OrderReport], at: datetime) -> OrderFilled | None:
    filled = sum(row.filled_quantity for row in rows)
    missing = min(filled, order.request.quantity) - order.filled_quantity
    if missing <= 0:
        return None
    total = sum(row.filled_amount for row in rows)
    amount = total - order.filled_amount
    if amount <= 0:  # a broker that rounds its totals: the average is the best that is known
        amount = total * missing // filled
    return OrderFilled(order_id=order.order_id, at=at, quantity=missing, amount=amount)


def _cancel(
    order: Order,
    current: OrderReport,
    rows: Sequence[OrderReport],
    listed: DayList,
    at: datetime,
    is_taken: Callable[[Key], bool],
) -> OrderCanceled | None:
    # While a replace is on its way, a row that has nothing left may only be waiting for its successor.
    if not order.is_open or order.status is OrderStatus.PENDING_REPLACE:
        return None
    asked = order.status is OrderStatus.PENDING_CANCEL
    own = {number_key(number) for number in order.broker_order_ids}
    canceled = 0
    for row in rows:
        gone, parted = _gone(row), 0
        for successor in listed.successors(row.broker_order_id):
            key = number_key(successor.broker_order_id)
            if key in own or not is_taken(key):
                gone -= _taken_over(successor)  # handed on, to us or to an order still to be adopted
            else:
                parted += _taken_over(successor)
        # Shares that are gone from the current number may have expired, unless we asked for a cancel.
        seen = min(gone, row.canceled_quantity + parted) if row is current and not asked else gone
        canceled += max(0, seen)
    missing = min(canceled - order.canceled_quantity, order.remaining_quantity)
    return OrderCanceled(order_id=order.order_id, at=at, quantity=missing) if missing > 0 else None


def _taken_over(row: OrderReport) -> int:
    """The shares that a replace took over; none when the exchange rejected it."""
    return row.request.quantity - row.rejected_quantity


def _never_stood(row: OrderReport) -> bool:
    """Whether the exchange refused all of what the row asked for."""
    return _taken_over(row) <= 0 and not row.filled_quantity and not row.remaining_quantity


def _gone(row: OrderReport) -> int:
    # Shares that are neither filled, left nor rejected: cancelled, handed on to another number, or expired.
    return row.request.quantity - row.filled_quantity - row.remaining_quantity - row.rejected_quantity


def _rejection(
    order: Order, current: OrderReport, rows: Sequence[OrderReport], at: datetime
) -> OrderRejected | OrderReplaced | None:
    if not order.is_open or not current.rejected_quantity or current.remaining_quantity:
        return None
    # When the exchange refuses a replace after the broker took it, the old order should live on (unverified).
    for row in rows:
        if row.remaining_quantity:
            return OrderReplaced(
                order_id=order.order_id,
                at=at,
                broker_order_id=row.broker_order_id,
                price=row.request.price,
            )
    return OrderRejected(
        order_id=order.order_id, at=at, code="", message="거래소 거부 / refused by the exchange"
    )


def fills_of(reports: Iterable[OrderReport]) -> list[Fill]:
    """The executions of earlier days, one per order, in time order.

    Each carries the time of its order: rows have no times of executions, and only the day is used.
    """
    return [
        Fill(
            order_id="",
            code=row.request.code,
            side=row.request.side,
            quantity=row.filled_quantity,
            price=row.filled_amount // row.filled_quantity,
            amount=row.filled_amount,
            at=row.placed_at,
        )
        for row in sorted(reports, key=lambda row: (row.placed_at, number_key(row.broker_order_id)))
        if row.filled_quantity > 0
    ]


def should_hold(known: Mapping[str, int], fills: Iterable[Fill]) -> frozenset[str]:
    """Codes of which something should be held, if so many shares were `known` and `fills` came after that.

    Shares that were bought before all that is known may have been sold with them, and shares may be taken
    into another account: so it is a reason to look again, and to tell, and no proof.
    """
    counts = dict(known)
    for fill in fills:
        sign = 1 if fill.side is Side.BUY else -1
        counts[fill.code] = counts.get(fill.code, 0) + sign * fill.quantity
    return frozenset(code for code, count in counts.items() if count > 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that we and the broker count differently.

    `subject` is a code (shares), "deposit_d2" (won) or one of our order ids (filled shares).
    """

    subject: str
    ours: int
    theirs: int

    @property
    def korean(self) -> str:
        return f"{self.subject}: 우리 기록 {self.ours}, 증권사 {self.theirs}"

    @property
    def english(self) -> str:
        return f"{self.subject}: ours {self.ours}, the broker's {self.theirs}"


def compare(
    account: Account, quantities: Mapping[str, int], deposit_d2: int | None, moving: frozenset[str]
) -> tuple[Difference, ...]:
    """Where the broker's account differs from our own count.

    Instruments in `moving` traded so lately that the account may not show it yet: they are left out, and so
    is the cash while there are any, or while our own count of it is not known (None). That KIS's D+2 deposit
    takes in the day's costs at once is unverified.
    """
    theirs = {position.code: position.quantity for position in account.positions}
    differences = [
        Difference(code, quantities.get(code, 0), theirs.get(code, 0))
        for code in sorted({*quantities, *theirs} - moving)
        if quantities.get(code, 0) != theirs.get(code, 0)
    ]
    if deposit_d2 is not None and not moving and account.deposit_d2 != deposit_d2:
        differences.append(Difference("deposit_d2", deposit_d2, account.deposit_d2))
    return tuple(differences)


def overcounted(orders: Iterable[Order], listed: DayList) -> tuple[Difference, ...]:
    """Orders of which we count more filled shares than all their rows show. The list may merely be late."""
    found = []
    for order in orders:
        rows = [listed.find(number) for number in dict.fromkeys(order.broker_order_ids)]
        shown = [row for row in rows if row is not None]
        theirs = sum(row.filled_quantity for row in shown)
        if len(shown) == len(rows) and rows and order.filled_quantity > theirs:
            found.append(Difference(order.order_id, order.filled_quantity, theirs))
    return tuple(found)


def _is_above(row: OrderReport, watermark: str) -> bool:
    return number_key(row.broker_order_id) > number_key(watermark)
