"""Whom the desk calls when it cannot tell: a person who looks at the broker's own screens, and decides."""

import contextlib
from collections.abc import Iterable
from datetime import timedelta

from tests.torture.screen import Line, Screen

from hoga.accounts.connection import Connection
from hoga.domain.errors import BrokerError, InvalidOrder, WireError
from hoga.domain.notices import number_key
from hoga.domain.order import OUTSIDE, Order
from hoga.exchange.records import RecordKind
from hoga.trading.desk import Desk
from hoga.trading.doubt import Arrived, NeverArrived, Verdict

NAME = "kim"
LOOKS_EVERY = timedelta(seconds=5)
THINKS_FOR = timedelta(seconds=60)
"""After a call: meanwhile the desk may still find out by itself."""


class Person:
    """Decides what waits for a decision, from what the exchange itself shows."""

    def __init__(self, connection: Connection, desk: Desk, screen: Screen) -> None:
        self._connection = connection
        self._desk = desk
        self._screen = screen

    async def watch(self) -> None:
        """Decide whenever there is something to decide, until cancelled."""
        clock = self._connection.clock
        while True:
            await clock.sleep_until(clock.now() + LOOKS_EVERY)
            late = clock.now() - THINKS_FOR - self._connection.patience.wait
            for doubt in self._desk.doubts:
                if doubt.is_overdue and doubt.since <= late:
                    await self._decide(doubt.order)

    async def _decide(self, order: Order) -> None:
        lines = await self._screen.lines()
        # The answer may have come meanwhile, or the list cannot be read: another time.
        with contextlib.suppress(InvalidOrder, BrokerError, WireError):
            await self._desk.decide(order.order_id, self._verdict(order, lines), by=NAME)

    def _verdict(self, order: Order, lines: Iterable[Line]) -> Verdict:
        claimed = {int(number) for each in self._desk.orders for number in each.broker_order_ids}
        for shown in lines:
            if shown.kind is not RecordKind.CANCEL and shown.number not in claimed and _is(order, shown):
                return Arrived(f"{shown.number:010d}")
        return NeverArrived()


def _is(order: Order, shown: Line) -> bool:
    """Whether a line shows the order, or what a replace in doubt has made of it."""
    if order.is_open:  # a cancel leaves a doubt to nobody: after the wait it may be sent again
        return shown.replaces == int(order.broker_order_id) and shown.request.price == order.requested_price
    wanted, seen = order.request, shown.request
    return (
        order.source != OUTSIDE
        and shown.replaces is None
        and number_key(str(shown.number)) > number_key(order.watermark)
        and (seen.code, seen.side, seen.quantity) == (wanted.code, wanted.side, wanted.quantity)
        and (seen.order_type, seen.price) == (wanted.order_type, wanted.price)
    )
