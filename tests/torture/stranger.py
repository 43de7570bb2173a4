"""Somebody who trades the tortured account in another program, and tells the desk nothing."""

import random

from hoga.domain.request import OrderType, Side
from hoga.exchange.commands import Cancel, Command, Place, Replace
from hoga.exchange.events import Placed, Refused, Replaced
from hoga.exchange.records import OrderRecord, RecordKind
from hoga.krx.ticks import grid
from hoga.simulator import OpenExchange

FEWEST, MOST = 21, 30
"""Shares: other than what the desk is told to want, because orders that look alike cannot be told apart."""


class Stranger:
    """Enters orders, and cancels and replaces what is open, whoever entered it."""

    def __init__(
        self, exchange: OpenExchange, account: str, codes: tuple[str, ...], luck: random.Random
    ) -> None:
        self.acts = 0
        self.numbers: set[int] = set()
        """Of the orders that are nobody else's: entered, or parted from others by a partial 정정."""
        self._exchange = exchange
        self._account = account
        self._codes = codes
        self._luck = luck

    def act(self) -> None:
        """Do something."""
        events = self._exchange.simulation.submit(self._wish(), self._exchange.clock.now())
        self.acts += not any(isinstance(event, Refused) for event in events)
        self.numbers |= {event.number for event in events if isinstance(event, Placed | Replaced)}

    def _wish(self) -> Command:
        luck, market = self._luck, self._exchange.simulation.exchange
        live = [
            record
            for record in market.orders(self._account, market.day, market.day)
            if record.kind is not RecordKind.CANCEL and record.remaining_quantity
        ]
        if not live or luck.random() < 0.5:
            code = luck.choice(self._codes)
            side = luck.choice((Side.BUY, Side.BUY, Side.SELL))
            return Place(self._account, code, side, luck.randint(FEWEST, MOST), self._near(code))
        record = luck.choice(live)
        quantity = luck.randint(1, record.remaining_quantity)
        if luck.random() < 0.5 or not self._has_price(record):
            return Cancel(self._account, record.number, quantity)
        return Replace(self._account, record.number, self._near(record.request.code), quantity)

    def _has_price(self, record: OrderRecord) -> bool:
        return record.request.order_type is OrderType.LIMIT

    def _near(self, code: str) -> int:
        market = self._exchange.simulation.exchange
        quote, instrument = market.quote(code), market.instrument(code)
        ticks = grid(instrument.market, instrument.kind, market.day)
        price = quote.last_price + self._luck.randint(-3, 3) * ticks.tick(quote.last_price)
        return min(max(ticks.floor(price), quote.lower_limit), quote.upper_limit)
