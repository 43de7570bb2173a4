"""What the limits of a desk leave to a plan: how large one order may be, and how much may be bought in a day.

The desk denies what is beyond. A plan that knows the limits is not denied: it sends what is larger in several
orders, and stops buying where the day's limit is. Pure; which limits a person has set is handed in.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from hoga.domain.request import Side
from hoga.domain.wake import View

HEADROOM = Fraction(3, 100)
"""Prices may rise so far before the desk looks at an order without a price, and it is still small enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits of `[risk]` that a plan keeps by itself; None is no limit."""

    order_quantity: int | None = None
    order_notional: int | None = None
    day_notional: int | None = None
    open_orders: int | None = None
    price_away: Decimal | None = None

    def pieces(self, quantity: int, price: int, most: int) -> list[int]:
        """`quantity` shares at `price` won as at most `most` orders; what they leave is for a later turn.

        Each is a share smaller than the one before: the desk takes two orders that look alike for one that
        was given twice.
        """
        largest = self._largest(quantity, price)
        pieces: list[int] = []
        for smaller in range(min(most, largest)):
            piece = min(quantity, largest - smaller)
            if piece <= 0:
                break
            pieces.append(piece)
            quantity -= piece
        return pieces

    def room(self, view: View) -> int | None:
        """Won that may still be bought today: less what has traded, and what own orders may still trade."""
        if self.day_notional is None:
            return None
        bought = sum(fill.amount for fill in view.fills if fill.side is Side.BUY)
        for order in view.live_orders:
            if order.request.side is Side.BUY:
                quote = view.quotes.get(order.request.code)
                bought += order.remaining_quantity * (order.price or (quote.last_price if quote else 0))
        return max(0, self.day_notional - bought)

    def free(self, view: View) -> int | None:
        """Orders that may still be open beside the plan's own."""
        return None if self.open_orders is None else max(0, self.open_orders - len(view.live_orders))

    def too_large(self, price: int) -> tuple[str, str]:
        """Why a turn has sent less than it should have, in Korean and English."""
        if self.order_notional is not None and price > self.order_notional:
            return (
                f"한 주({price:,}원)가 한 주문의 한도보다 비쌉니다"
                f"([risk] order_notional {self.order_notional:,}원)",
                f"one share ({price:,} won) is dearer than an order may be ([risk] order_notional "
                f"{self.order_notional:,} won)",
            )
        limits = ", ".join(
            f"{name} {most:,}"
            for name, most in (
                ("order_notional", self.order_notional),
                ("order_quantity", self.order_quantity),
                ("open_orders", self.open_orders),
            )
            if most is not None
        )
        return (
            f"주문의 한도([risk] {limits})에 맞춰 나누어 냅니다",
            f"it is sent in parts, as large and as many as orders may be ([risk] {limits})",
        )

    @property
    def no_room(self) -> tuple[str, str]:
        """Why a purchase is not sent any more, in Korean and English."""
        return (
            f"오늘의 매수 한도([risk] day_notional {self.day_notional:,}원)에 닿았습니다",
            f"the limit of what may be bought in a day is reached ([risk] day_notional "
            f"{self.day_notional:,} won)",
        )

    def _largest(self, quantity: int, price: int) -> int:
        largest = quantity if self.order_quantity is None else min(quantity, self.order_quantity)
        if self.order_notional is None:
            return largest
        with_headroom = int(self.order_notional / (price * (1 + HEADROOM)))
        return min(largest, with_headroom or self.order_notional // price)


NO_ALLOWANCE = Allowance()
"""Everything is let through."""
