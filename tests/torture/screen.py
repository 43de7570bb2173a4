"""The broker's own screens: the control plane of the exchange, which shows what is true whatever faults do.

Here it is also where a fault is armed for a moment that only the desk's process knows.
"""

from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec

from hoga.domain.request import OrderType, Side
from hoga.exchange.records import RecordKind
from hoga.storage.open_exchange import find_exchange


class Wanted(msgspec.Struct):
    """What an order asked for."""

    code: str
    side: Side
    quantity: int
    order_type: OrderType
    price: int | None = None


class Line(msgspec.Struct):
    """One order, replace or cancel."""

    number: int
    kind: RecordKind
    request: Wanted
    replaces: int | None = None


class _Orders(msgspec.Struct):
    orders: list[Line]


class Screen:
    """What the exchange at `url` shows of `account`."""

    def __init__(self, url: str, account: str) -> None:
        self._url = url
        self._account = account

    @classmethod
    def of(cls, home: Path, account: str) -> "Screen":
        """Those of the exchange that is announced in `home`."""
        exchange = find_exchange(home)
        assert exchange is not None
        return cls(exchange.control, account)

    async def lines(self) -> list[Line]:
        """Everything that was entered today."""
        url = f"{self._url}/accounts/{self._account}/orders"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return msgspec.json.decode(await answer.read(), type=_Orders).orders

    async def lose_next_buy(self, now: datetime, lag: timedelta) -> None:
        """The answer to the next buy is lost, and lists are late by `lag` until it must have shown."""
        window = {"kind": "window", "start": now.isoformat(), "end": (now + 2 * lag).isoformat()}
        faults = (
            {"effect": "late_orders", "seconds": lag.total_seconds(), "when": window},
            {"effect": "lose_answer", "only": {"call": "buy"}},
        )
        async with aiohttp.ClientSession() as session:
            for fault in faults:
                async with session.post(f"{self._url}/faults", json=fault) as answer:
                    assert answer.status == 201, await answer.text()
