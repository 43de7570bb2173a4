"""Buy and hold / 사서 보유: the first minute of a day, an equal share of the cash in each name, once."""

from datetime import datetime, timedelta

from hoga import Decision, View, WhenTime, buy, get_hours

RESERVE = 98  # per cent of the cash; the rest is for commission and a price that moves


class BuyAndHold:
    codes = ("005930", "000660", "035420")

    def decide(self, view: View, at: datetime) -> Decision:
        opened = get_hours(view.day).open + timedelta(minutes=1)
        if at < opened:
            return Decision(wake_ups=(WhenTime(opened),))
        share = view.opening_cash * RESERVE // 100 // len(self.codes)
        tried = {order.request.code for order in view.orders}
        orders = []
        for code in self.codes:
            quote = view.quotes[code]
            if code in tried or view.held(code) or quote.is_halted or quote.ask is None:
                continue
            if quantity := share // quote.ask:
                orders.append(buy(code, quantity, quote.ask))
        return Decision(orders=tuple(orders))
