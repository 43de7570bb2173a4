"""Rows of the order list that may be parts of an order of ours by SOR, and that nothing ties to it.

All that is recorded of real accounts shows an order by SOR in one row, under the number of its answer. How
one is listed that traded at both venues is unverified, and so is all by which a second number would be
known as its part (a field of the answer may be meant for it, and was empty wherever it was recorded).

So a row that looks like a part is neither merged, which would be a guess, nor followed as somebody else's
order, whose fills our own row may have counted already. It stays apart: a person is told both sides, new
buying in the instrument waits, and the account tells, once it is still, whether its shares are there in
addition. Then they are an order of its own; else our order has them. Or the person says which it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from hoga.domain.account import Account
from hoga.domain.errors import InvalidOrder
from hoga.domain.notices import OrderReport, number_key
from hoga.domain.order import OUTSIDE, Order
from hoga.domain.request import Side, Venue
from hoga.ports import Clock
from hoga.trading.patience import Patience
from hoga.trading.reconcile import DayList, Key, fingerprint
from hoga.trading.records import Records


@dataclass(frozen=True, slots=True)
class Apart:
    """A row that is kept apart, whose part it may be, and since when it has filled so much (steady clock)."""

    order_id: str
    row: OrderReport
    since: datetime
    is_counted: bool = False
    """Whether the account shows that our order has its shares: then nothing waits for it any more."""

    @property
    def shares(self) -> int:
        """What it has added to the position, if it is in nobody else's count."""
        filled = self.row.filled_quantity
        return filled if self.row.request.side is Side.BUY else -filled


@dataclass(frozen=True, slots=True)
class IsPart:
    """The person says that the row with this number is a part of the order: it has its shares."""

    broker_order_id: str


@dataclass(frozen=True, slots=True)
class IsOutside:
    """The person says that the row with this number is an order of its own, somebody else's."""

    broker_order_id: str


Finding = IsPart | IsOutside


class Parts:
    """What the list of one day shows that may be a part of an order of ours."""

    def __init__(self, records: Records, clock: Clock, patience: Patience) -> None:
        self._records = records
        self._clock = clock
        self._patience = patience
        self._apart: dict[Key, Apart] = {}
        self._added: set[Key] = set()
        """Rows whose shares the account shows in addition to ours."""

    def __iter__(self) -> Iterator[Apart]:
        return iter(self._apart.values())

    def find(self, order_id: str, number: str, listed: DayList) -> OrderReport:
        """The row with `number` that is kept apart beside an order, or that somebody called a part of it.

        Raises `InvalidOrder` when it is neither.
        """
        key, order = number_key(number), self._records.get_order(order_id)
        found, row = self._apart.get(key), listed.find(number)
        if found is not None and found.order_id == order_id:
            return found.row
        is_part = key in map(number_key, order.parts) and not self._records.orders.has_number(key)
        if row is not None and is_part:
            return row
        raise InvalidOrder(
            f"번호 {number}은(는) 주문 {order_id}의 일부인지 결정할 것이 아닙니다. "
            "hoga orders 에 나오는 주문과 번호를 적으십시오.",
            f"number {number} does not wait for a decision whether it is a part of order {order_id}. "
            "Give the order and the number that hoga orders shows.",
        )

    def forget_claimed(self) -> None:
        """Let go of the rows that have become an order's."""
        orders = self._records.orders
        for key in list(self._apart):
            if orders.has_number(key) or orders.has_part(key):
                del self._apart[key]
        self._hold()

    def keeps(self, row: OrderReport) -> bool:
        """Whether a row that belongs to no order here stays apart. Tells the person of one that is new."""
        key = number_key(row.broker_order_id)
        order = None if key in self._added else self._whole_of(row)
        if order is None or not (row.filled_quantity or row.remaining_quantity):
            self._apart.pop(key, None)
            self._hold()
            return False
        known = self._apart.get(key)
        if known is None or known.row.filled_quantity != row.filled_quantity:
            self._apart[key] = Apart(order.order_id, row, self._clock.steady())
            self._hold()
        else:
            self._apart[key] = replace(known, row=row)  # what is left of it may have become less
        if known is None:
            self._tell(order, row)
        return True

    def weigh(self, account: Account, asked: datetime, moving: frozenset[str]) -> list[OrderReport]:
        """Hold an account that was `asked` for then, by the steady clock, against what stays apart.

        Returns the rows whose shares it shows in addition to ours. Instruments in `moving` may be late in it.
        """
        found: list[OrderReport] = []
        still = asked - self._patience.account_lag
        quantities = self._records.portfolio.quantities()
        for code in sorted({each.row.request.code for each in self._apart.values()} - moving):
            rows = [each for each in self._apart.values() if each.row.request.code == code]
            shares = sum(each.shares for each in rows)
            is_in_doubt = any(order.is_in_doubt for order in self._records.orders.live(code))
            if not shares or is_in_doubt or any(each.since > still for each in rows):
                continue
            theirs = sum(position.quantity for position in account.positions if position.code == code)
            more = theirs - quantities.get(code, 0)
            filled = [each for each in rows if each.shares]
            if more == shares:
                found += [each.row for each in filled]
            elif more == 0:
                self._count(filled)
        for row in found:
            self._added.add(number_key(row.broker_order_id))
            del self._apart[number_key(row.broker_order_id)]
            self._tell_outcome(row, "우리 수량 밖에 있습니다", "are there in addition to ours")
        self._hold()
        return found

    def _whole_of(self, row: OrderReport) -> Order | None:
        """The order of ours by SOR that `row` may be a part of."""
        orders = self._records.orders
        named = orders.find_by_number(row.replaces) if row.replaces else None
        for order in orders:
            is_ours = order.source != OUTSIDE and order.request.venue is Venue.SOR and order.broker_order_ids
            is_later = number_key(row.broker_order_id) > number_key(order.watermark)
            may_be_its = named is order if row.replaces else True
            if is_ours and is_later and may_be_its and _looks_like_a_part(row, order):
                return order
        return None

    def _count(self, filled: Iterable[Apart]) -> None:
        for each in filled:
            if not each.is_counted:
                self._apart[number_key(each.row.broker_order_id)] = replace(each, is_counted=True)
                self._tell_outcome(each.row, "우리 수량에 들어 있습니다", "are counted in ours already")

    def _hold(self) -> None:
        self._records.apart = {
            each.row.request.code: each.order_id for each in self._apart.values() if not each.is_counted
        }

    def _tell(self, order: Order, row: OrderReport) -> None:
        code, ours = row.request.code, order.request
        number = row.broker_order_id
        command = f"hoga orders settle {order.order_id} (--part {number} | --outside {number})"
        mine = f"{order.broker_order_id} {ours.venue} {order.filled_quantity}/{ours.quantity}"
        other = f"{number} {row.request.venue} {row.filled_quantity}/{row.request.quantity}"
        self._records.tell(
            f"주문 {order.order_id}의 일부인지 알 수 없는 주문이 증권사에 있습니다. "
            f"번호, 거래소, 체결/수량: 우리 {mine}, 목록 {other}. 합치지도 따로 세지도 않고 "
            f"{code}의 새 매수를 멈춥니다. 증권사 화면에서 확인하고 결정하십시오: {command}",
            f"the list shows what may be a part of order {order.order_id}, and nothing proves it. Number, "
            f"venue, filled/quantity: ours {mine}, listed {other}. It is neither merged nor counted beside, "
            f"and new buying of {code} waits. Look at the broker's screens, then decide: {command}",
        )

    def _tell_outcome(self, row: OrderReport, korean: str, english: str) -> None:
        number, filled = row.broker_order_id, row.filled_quantity
        self._records.tell(
            f"잔고를 보면 번호 {number}의 {filled}주는 {korean}",
            f"by the account, the {filled} shares of number {number} {english}",
        )


def _looks_like_a_part(row: OrderReport, order: Order) -> bool:
    if row.request.quantity > order.request.quantity:
        return False
    whole = replace(order.request, quantity=row.request.quantity)
    looks = {fingerprint(whole), fingerprint(replace(whole, price=order.price))}
    return fingerprint(row.request) in looks
