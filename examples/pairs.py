"""Pairs by ratio / 가격비 페어: of two names that move together, hold the one that is cheap to the other."""

from datetime import datetime, timedelta

from hoga import Decision, View, WakeUp, WhenOrderChanges, WhenTime, buy, get_hours, sell, strategy

FIRST, SECOND = "005380", "000270"
DAYS, EDGE, STAKE = 20, 100, 20_000_000  # the ratio is measured by DAYS; EDGE is 1/100 of it; won


@strategy(FIRST, SECOND, history=DAYS)
def pairs(view: View, at: datetime) -> Decision:
    hours = get_hours(view.day)
    looks = [hours.open + timedelta(minutes=minutes) for minutes in range(10, 370, 10)]
    wake_ups: tuple[WakeUp, ...] = (*(WhenTime(look) for look in looks if look > at), WhenOrderChanges())
    if at >= looks[-1]:
        return Decision()
    first, second = view.price(FIRST), view.price(SECOND)
    if first is None or second is None or view.live_orders or at < looks[0]:
        return Decision(wake_ups=wake_ups)
    usual_first = sum(bar.close for bar in view.history[FIRST])
    usual_second = sum(bar.close for bar in view.history[SECOND])
    gap = first * usual_second - second * usual_first  # above 0: the first is dear
    if abs(gap) * EDGE < second * usual_first:
        return Decision(wake_ups=wake_ups)
    cheap, dear, price = (SECOND, FIRST, second) if gap > 0 else (FIRST, SECOND, first)
    if held := view.sellable(
        dear
    ):  # what it brings is there when the sale has filled: then it is asked again
        return Decision(orders=(sell(dear, held),), wake_ups=wake_ups)
    quantity = min(STAKE, view.cash * 3 // 4) // price
    orders = (buy(cheap, quantity),) if quantity and not view.held(cheap) else ()
    return Decision(orders=orders, wake_ups=wake_ups)
