"""A time-sliced exit / 분할 청산: what was held at the opening is sold in equal slices over the day."""

from datetime import datetime, timedelta

from hoga import Decision, OrderRequest, OrderStatus, OrderType, Side, View, WhenTime, get_hours

SLICES = 6
OPEN, BEST = OrderStatus.OPEN, OrderType.IMMEDIATELY_EXECUTABLE_LIMIT


class SlicedExit:
    codes = ()  # what the account holds is seen without being named

    def decide(self, view: View, at: datetime) -> Decision:
        hours = get_hours(view.day)
        first, last = hours.open + timedelta(minutes=10), hours.close - timedelta(minutes=30)
        times = [first + (last - first) * number / (SLICES - 1) for number in range(SLICES)]
        wake_ups = tuple(WhenTime(time) for time in times if time > at)
        left = len(wake_ups) + 1  # this slice and those to come
        orders = []
        for code in sorted(view.opening_positions) if at >= first else ():
            quote, quantity = view.quotes.get(code), view.sellable(code) // left
            if quantity and quote is not None and quote.bid is not None and not quote.is_halted:
                orders.append(OrderRequest(code=code, side=Side.SELL, quantity=quantity, order_type=BEST))
        stale = tuple(order.order_id for order in view.live_orders if order.status is OPEN)
        return Decision(orders=tuple(orders), cancels=stale, wake_ups=wake_ups)
