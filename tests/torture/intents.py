"""What a tortured desk is told to want. The same seed wants the same, whatever happens on the way."""

import random
from dataclasses import dataclass, replace

from hoga.domain.quote import Quote
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.krx.ticks import TickGrid

MOST_SHARES = 20
TICKS_AWAY = 3
LONELY_EVERY, LONELY = 50, 20
"""Of so many intents, the one of that number is a buy that is sent when nothing else has been for a while."""
AGAIN = "-again"
"""How the source ends of an order that is wanted a second time, because the first one seems to be lost."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One order that somebody wants, and what is to be done about it once it is open."""

    number: int
    code: str
    side: Side
    quantity: int
    is_market: bool
    ticks: int
    """How far from the last price, up or down."""
    afterwards: str
    """nothing, cancel, replace or again."""

    @property
    def is_lonely(self) -> bool:
        """Whether its answer is to be lost while the list is late, with no other order to show that it is."""
        return self.number % LONELY_EVERY == LONELY

    @property
    def source(self) -> str:
        """What the journal knows it by."""
        return f"intent-{self.number}"

    def request(self, quote: Quote, grid: TickGrid) -> OrderRequest:
        """The order, at a price near the last one."""
        if self.is_market:
            return OrderRequest(
                code=self.code, side=self.side, quantity=self.quantity, order_type=OrderType.MARKET
            )
        return OrderRequest(
            code=self.code, side=self.side, quantity=self.quantity, price=near(quote, grid, self.ticks)
        )


def near(quote: Quote, grid: TickGrid, ticks: int) -> int:
    """A price on the grid, some ticks from the last one and inside the limits."""
    price = quote.last_price + ticks * grid.tick(quote.last_price)
    return min(max(grid.floor(price), quote.lower_limit), quote.upper_limit)


def make_intent(seed: int, number: int, codes: tuple[str, ...]) -> Intent:
    """The intent of this number."""
    luck = random.Random(f"intent:{seed}:{number}")
    intent = Intent(
        number=number,
        code=luck.choice(codes),
        side=luck.choice((Side.BUY, Side.BUY, Side.SELL)),
        quantity=luck.randint(1, MOST_SHARES),
        is_market=luck.random() < 0.2,
        ticks=luck.randint(-TICKS_AWAY, TICKS_AWAY),
        afterwards=luck.choice(("nothing", "nothing", "cancel", "replace")),
    )
    return replace(intent, side=Side.BUY, afterwards="again") if intent.is_lonely else intent
