"""Which number at the broker belongs to which order of the desk there, and what an update of it means.

The stream tells an order as it is after each change; what has changed becomes a notice. No I/O.
"""

from collections.abc import Iterable, Mapping

from hoga.brokers.remote.wire import FillRow, OrderRow
from hoga.domain.notices import CancelNotice, FillNotice, Notice, RejectNotice, ReplaceNotice, number_key
from hoga.domain.order import OrderStatus
from hoga.domain.zone import KST


class RemoteOrders:
    """The orders of one day there, as far as they were told."""

    def __init__(self) -> None:
        self._rows: dict[str, OrderRow] = {}
        self._ids: dict[tuple[int, str], str] = {}
        self._highest: dict[str, tuple[int, str]] = {}
        """The key of the highest number of an order: with a new price it gets a higher one."""

    def find(self, number: str) -> str | None:
        """The order there that has or had this number, None when it is not known."""
        return self._ids.get(number_key(number))

    def is_current(self, number: str) -> bool:
        """Whether the number is not known to have been replaced by another one.

        The last row may be older than the last answer; and where the exchange refuses a new price late, an
        order goes on under a number that is not its highest.
        """
        order_id, key = self.find(number) or "", number_key(number)
        row = self._rows.get(order_id)
        return self._highest.get(order_id, key) == key or (row is not None and number_key(row.number) == key)

    def learn(self, ids: Mapping[str, str]) -> None:
        """Take in which numbers belong to which orders."""
        for number, order_id in ids.items():
            self._know(number, order_id)

    def put(self, row: OrderRow) -> None:
        """Take in an order as it is, or as it was a little earlier."""
        if row.number:
            self._know(row.number, row.order_id)
        self._rows.setdefault(row.order_id, row)

    def restart(self, rows: Iterable[OrderRow]) -> None:
        """Take in all orders of the day anew; numbers of another day may have been others."""
        self._rows, self._ids, self._highest = {}, {}, {}
        for row in rows:
            self.put(row)

    def _know(self, number: str, order_id: str) -> None:
        key = number_key(number)
        self._ids[key] = order_id
        self._highest[order_id] = max(key, self._highest.get(order_id, key))

    def update(self, row: OrderRow) -> list[Notice]:
        """What has happened to an order since it was told last."""
        before = self._rows.get(row.order_id)
        self.put(row)
        self._rows[row.order_id] = row
        if before is None or not before.number or row.at is None:
            return []
        at, notices = row.at.astimezone(KST), list[Notice]()
        if number_key(row.number) != number_key(before.number) and row.price is not None:
            notices.append(
                ReplaceNotice(
                    broker_order_id=before.number, at=at, new_broker_order_id=row.number, price=row.price
                )
            )
        if row.canceled_quantity > before.canceled_quantity:
            gone = row.canceled_quantity - before.canceled_quantity
            notices.append(CancelNotice(broker_order_id=row.number, at=at, quantity=gone))
        if row.status == OrderStatus.REJECTED and before.status != OrderStatus.REJECTED:
            notices.append(RejectNotice(broker_order_id=row.number, at=at, message=row.reason or ""))
        return notices

    def fill(self, row: FillRow, mark: str) -> FillNotice | None:
        """An execution; None when it cannot be told as one: of an unknown number, or at a broken price."""
        order = self._rows.get(row.order_id)
        if order is None or not order.number or row.amount != row.quantity * row.price:
            return None
        return FillNotice(
            broker_order_id=order.number,
            at=row.at.astimezone(KST),
            quantity=row.quantity,
            price=row.price,
            fill_id=mark,
        )
