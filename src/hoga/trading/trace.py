"""What an order without an answer would have left in the account, if the broker had it.

A broker's list of the day's orders may be late, and how late KIS's can be is unverified: that an order is not
in it proves little. But a buy that lives reserves buying power, and a sell reserves shares, whatever the list
shows; that KIS's account is not late in the same way is unverified too. So nothing is concluded unless the
account has been still for a while, and of won not unless less is gone without a known reason than a tenth of
what the order would hold.

Pure: what is counted is the least that known orders can explain, so that doubt stays where it is not small.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hoga.domain.account import Account
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import Side
from hoga.krx.fees import Commission

CLEAR = 10
"""One part in so many of what an order would hold may be gone without a reason. A buy that has filled costs
at least that much of its own price: price limits of KRX are nowhere wider than from 60 to 400 %."""


_UNTOLD = 10**9
"""What a share of an open buy without a price may have reserved, in won: more than any share costs."""


@dataclass(frozen=True, slots=True)
class Stand:
    """The buying power `at` a moment when nothing was in doubt, and the orders as they were then, by id.

    Trades of the day do not move the `deposit`: when it is another, money has come in or gone out, and could
    make up for what an order holds. That KIS shows that at once is unverified.
    """

    buying_power: int
    deposit: int
    orders: Mapping[str, Order]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the account shows of an order in doubt, beside the position.

    For a buy, `gone` are the won of buying power that no known order explains; for a sell, the shares that
    may not be sold and that no known order holds. Below zero there is more than we can explain. `holds` is
    the least that one of the orders in doubt would hold, and `freed` the most that others of its side may
    have given back without our knowing it (cancelled by hand while notices were missed, the rest of an
    immediate order): so much less would be gone.
    """

    side: Side
    gone: int
    holds: int
    freed: int = 0

    @property
    def is_absent(self) -> bool:
        """Whether the order clearly holds nothing: shares are counted exactly, won nearly."""
        if self.side is Side.SELL:
            return self.gone == 0 and self.freed < self.holds
        return CLEAR * abs(self.gone) < self.holds and CLEAR * self.freed < (CLEAR - 1) * self.holds

    @property
    def is_there(self) -> bool:
        """Whether shares are held by nobody else that we know of."""
        return self.side is Side.SELL and self.gone > 0

    @property
    def korean(self) -> str:
        if self.side is Side.SELL:
            return f"매도가능수량에서 까닭 없이 빠진 {self.gone}주"
        return f"주문가능금액에서 까닭 없이 빠진 {self.gone}원"

    @property
    def english(self) -> str:
        if self.side is Side.SELL:
            return f"sellable shares gone without a known reason: {self.gone}"
        return f"won of buying power gone without a known reason: {self.gone}"


def trace_of_sell(
    order: Order, free: int, locked: int, account: Account, orders: Iterable[Order], *, has_missed: bool
) -> Trace:
    """`free` are the shares that may be sold by our own count when nothing in doubt holds any.

    `locked` are those that could not be sold when the day was opened. Some may be free again, or have been
    held by an order of somebody else that is known by now and counted beside them.
    """
    code = order.request.code
    theirs = sum(each.sellable_quantity for each in account.positions if each.code == code)
    given_back = sum(
        each.remaining_quantity
        for each in orders
        if each.request.code == code and _may_be_over(each, Side.SELL, has_missed)
    )
    return Trace(
        side=Side.SELL, gone=free - theirs, holds=order.remaining_quantity, freed=locked + given_back
    )


def trace_of_buys(
    doubtful: Iterable[Order],
    stand: Stand,
    account: Account,
    orders: Iterable[Order],
    commission: Commission,
    prices: Mapping[str, int],
    *,
    has_missed: bool,
) -> Trace:
    """What is gone since `stand`. Any of the buys in doubt may have taken it: which, cannot be told.

    When notices may have been missed since then (`has_missed`), any open buy may have ended unheard.
    `prices` are the last ones of what is bought without a price; where there is none, a share costs a won.
    """
    certain = [order for order in orders if not order.is_in_doubt]
    explained = sum(_least_taken(order, stand.orders.get(order.order_id), commission) for order in certain)
    return Trace(
        side=Side.BUY,
        gone=stand.buying_power - account.buying_power - explained,
        holds=min(
            order.remaining_quantity * (order.price or prices.get(order.request.code, 1))
            for order in doubtful
        ),
        freed=sum(
            order.remaining_quantity * (order.price or _UNTOLD)
            for order in certain
            if _may_be_over(order, Side.BUY, has_missed)
        ),
    )


def _may_be_over(order: Order, side: Side, has_missed: bool) -> bool:
    """Whether an order that is open as far as we know may have ended without our knowing it."""
    is_certain = order.request.side is side and not order.is_done and not order.is_in_doubt
    return is_certain and (has_missed or order.request.time_in_force.is_immediate)


def _least_taken(order: Order, before: Order | None, commission: Commission) -> int:
    """The least that an order has taken from the buying power since `before`; negative when it gave back."""
    if order.request.side is Side.SELL:
        return (0 if before is None else before.filled_amount) - order.filled_amount
    if before is None:
        # One of somebody else may be older than we know it: then it had taken its part before.
        return 0 if order.source == OUTSIDE or not order.broker_order_ids else _least(order)
    if order.status is OrderStatus.OPEN and _held(order) == _held(before):
        return 0
    return min(0, _least(order) - _most(before, commission))


def _held(order: Order) -> tuple[int, int, int, int | None]:
    return order.filled_quantity, order.filled_amount, order.remaining_quantity, order.price


def _least(order: Order) -> int:
    # What a cancel or replace on its way leaves reserved is not known.
    is_steady = order.status is OrderStatus.OPEN
    return order.filled_amount + (order.remaining_quantity * (order.price or 0) if is_steady else 0)


def _most(order: Order, commission: Commission) -> int:
    # One without a price is held at the upper limit price, and gives back what it has not used of that.
    amount = order.filled_amount + order.remaining_quantity * (order.price or _UNTOLD)
    return amount + commission.of(amount)
