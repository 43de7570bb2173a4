"""Today's orders, found by our id or by any of the broker's numbers."""

from collections.abc import Iterator

from hoga.domain.notices import number_key
from hoga.domain.order import Order
from hoga.domain.request import Side


class OrderTable:
    """Orders in the order in which they came into being. It keeps what it is given and decides nothing."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._live: dict[str, Order] = {}
        self._ids: dict[tuple[int, str], str] = {}
        self._parts: set[tuple[int, str]] = set()
        self.highest_number = ""
        """The highest order number that the broker is known to have given to anybody on the account."""

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def __len__(self) -> int:
        return len(self._orders)

    def put(self, order: Order) -> None:
        """Keep the newest state of an order."""
        self._orders[order.order_id] = order
        if order.is_done:
            self._live.pop(order.order_id, None)
        else:
            self._live[order.order_id] = order
        for number in order.broker_order_ids:
            self._ids[number_key(number)] = order.order_id
            self.note_number(number)
        self._parts.update(map(number_key, order.parts))

    def note_number(self, number: str) -> None:
        """Remember that the broker has come as far as `number`, whoever's it is."""
        if number_key(number) > number_key(self.highest_number):
            self.highest_number = number

    def find(self, order_id: str) -> Order | None:
        return self._orders.get(order_id)

    def find_by_number(self, number: str) -> Order | None:
        order_id = self._ids.get(number_key(number))
        return None if order_id is None else self._orders[order_id]

    def live(self, code: str | None = None) -> list[Order]:
        """The orders that are not over, of one instrument or of all."""
        return [order for order in self._live.values() if code is None or order.request.code == code]

    def has_number(self, key: tuple[int, str]) -> bool:
        """Whether the number with this key belongs to an order here."""
        return key in self._ids

    def has_part(self, key: tuple[int, str]) -> bool:
        """Whether a person said that the number with this key is a part of an order here."""
        return key in self._parts

    def numbers(self) -> frozenset[tuple[int, str]]:
        """The keys of all numbers that belong to an order here."""
        return frozenset(self._ids)

    def selling(self) -> dict[str, int]:
        """Shares by code that sells hold: open, in flight or in doubt."""
        held: dict[str, int] = {}
        for order in self._live.values():
            if order.request.side is Side.SELL:
                held[order.request.code] = held.get(order.request.code, 0) + order.remaining_quantity
        return held
