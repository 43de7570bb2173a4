"""From the orders and fills of a plan to what it came to.

Costs of a name are computed from all that it traded; whether a broker rounds per fill, per order or per day
is unverified (krx.fees), so that they can be a few won beside what the account paid.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from hoga.domain.instrument import Instrument
from hoga.domain.order import Order, OrderStatus
from hoga.domain.outcome import Mark, Outcome, Result
from hoga.domain.plan import Course, Line, Plan
from hoga.domain.position import Fill, Position
from hoga.domain.request import Side
from hoga.krx.fees import Commission, taxes

_CENT = Decimal("0.01")
_REFUSED = (OrderStatus.DENIED, OrderStatus.REJECTED)
_STRANGER = ("계획에 없던 종목입니다", "it was not in the plan")
_UNTRADED = ("다 체결되지 않았습니다", "not everything was filled")


def find_outcome(
    plan: Plan,
    orders: Sequence[Order],
    fills: Sequence[Fill],
    positions: Mapping[str, Position],
    cash_after: int,
    marks: Sequence[Mark],
    reasons: Mapping[str, tuple[str, str]],
    *,
    instruments: Mapping[str, Instrument],
    commission: Commission,
    at: datetime,
) -> Outcome:
    """What `plan` came to. `orders` and `fills` are its own, `positions` what the account holds now."""
    own = {order.order_id for order in orders}
    fills = tuple(fill for fill in fills if fill.order_id in own)
    lines = {line.code: line for line in plan.targets.lines}
    strangers = {
        code: Line(code=code, name=position.name, held=0, target=0, price=position.last_price)
        for code, position in positions.items()
        if code not in lines and position.quantity
    }
    results = []
    for code, line in sorted((lines | strangers).items()):
        amount = sum(fill.amount for fill in fills if fill.code == code)
        position = positions.get(code)
        after = 0 if position is None else position.quantity
        tax = 0
        if line.side is Side.SELL and amount:
            instrument = instruments[code]
            tax = taxes(instrument.market, instrument.kind, plan.day, amount).total
        reason = None
        if line.target != after:
            reason = _STRANGER if code in strangers else reasons.get(code, _UNTRADED)
        arrival, twap, vwap = market_prices(marks, code, plan.course)
        results.append(
            Result(
                code=code,
                name=line.name,
                held=line.held,
                target=line.target,
                after=after,
                cost=0 if position is None else position.cost,
                side=line.side,
                traded=sum(fill.quantity for fill in fills if fill.code == code),
                amount=amount,
                commission=commission.of(amount),
                tax=tax,
                arrival=arrival,
                twap=twap,
                vwap=vwap,
                reason=reason,
            )
        )
    return Outcome(
        plan=plan,
        results=tuple(results),
        fills=fills,
        orders=len(orders),
        refused=sum(order.status in _REFUSED for order in orders),
        cash_before=plan.targets.cash_before,
        cash_after=cash_after,
        lowest_cash=min((mark.cash for mark in marks), default=cash_after),
        value_after=cash_after + sum(position.market_value for position in positions.values()),
        ended_at=at,
    )


def market_prices(
    marks: Sequence[Mark], code: str, course: Course
) -> tuple[int | None, Decimal | None, Decimal | None]:
    """The price of a name at the start of the window, and its average over it by time and by volume."""
    seen = [
        (mark.at, mark.prints[code])
        for mark in sorted(marks, key=lambda mark: mark.at)
        if code in mark.prints and course.start <= mark.at <= course.end
    ]
    if not seen:
        return None, None, None
    first, last = seen[0][1], seen[-1][1]
    spans = [((later - earlier).total_seconds(), a.price) for (earlier, a), (later, _) in pairwise(seen)]
    seconds = Decimal(sum(span for span, _ in spans))
    twap = vwap = None
    if seconds:
        twap = (sum(Decimal(span) * price for span, price in spans) / seconds).quantize(_CENT)
    if last.volume > first.volume:
        vwap = (Decimal(last.value - first.value) / (last.volume - first.volume)).quantize(_CENT)
    return first.price, twap, vwap
