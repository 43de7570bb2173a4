"""A moving-average cross / 이동평균 교차: hold while the 5-day average is above the 20-day one.

hoga run examples/moving_average.py --set short=3 --set stake=5000000
"""

from datetime import datetime, timedelta

from hoga import Decision, View, WhenTime, buy, get_hours, sell, strategy

CODE, LONG = "005930", 20


@strategy(CODE, history=LONG - 1)
def moving_average(view: View, at: datetime, *, short: int = 5, stake: int = 20_000_000) -> Decision:
    hours = get_hours(view.day)
    looks = [hours.open + timedelta(minutes=minutes) for minutes in range(5, 380, 30)]
    wake_ups = tuple(WhenTime(look) for look in looks if look > at)[:1]
    price = view.price(CODE)
    closes = [bar.close for bar in view.history[CODE]]
    if price is None or len(closes) < LONG - 1 or view.live_orders or at < looks[0]:
        return Decision(wake_ups=wake_ups)
    closes.append(price)
    is_above = sum(closes[-short:]) * LONG > sum(closes) * short
    held = view.sellable(CODE)
    if is_above and not held and (quantity := min(stake, view.cash * 3 // 4) // price):
        return Decision(
            orders=(buy(CODE, quantity),), wake_ups=wake_ups, notes=("골든크로스 / golden cross",)
        )
    if held and not is_above:
        return Decision(orders=(sell(CODE, held),), wake_ups=wake_ups, notes=("데드크로스 / death cross",))
    return Decision(wake_ups=wake_ups)
