"""The guards: one rule each, holding an order against the limits that a person has set.

Pure: what is known of the account is handed in as `Exposure`. A fact that is not known means no.
"""

from dataclasses import dataclass

from hoga.domain.order import Order
from hoga.domain.request import OrderRequest, Side
from hoga.trading.denial import Denied, Reason
from hoga.trading.limits import RiskLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What the account has at stake at the moment of the decision.

    `last_price` is the instrument's, 0 when it is not known. `bought_today` is won: what buys have traded and
    may still trade. `held_value` is what is held of the instrument, and what its buys may still add. `value`
    is the account's total value by our own count and the last prices known, `opening_value` that at the
    opening of the day. `sent_last_minute` counts orders and replaces. `double` is the order that this one
    would repeat.
    """

    last_price: int = 0
    bought_today: int = 0
    held_value: int = 0
    value: int = 0
    opening_value: int = 0
    open_orders: int = 0
    sent_last_minute: int = 0
    double: Order | None = None

    @property
    def loss(self) -> int:
        """Won lost since the opening; negative for a gain."""
        return self.opening_value - self.value


def find_barred_instrument(request: OrderRequest, limits: RiskLimits) -> Denied | None:
    """Instruments that the settings do not let us trade, in either direction."""
    allowed = limits.allowed_instruments
    if request.code not in limits.denied_instruments and (not allowed or request.code in allowed):
        return None
    return Denied(
        Reason.INSTRUMENT_NOT_ALLOWED,
        f"{request.code}은(는) 설정 [risk]이(가) 허용하지 않는 종목입니다",
        f"{request.code} is not an instrument that the settings [risk] allow",
    )


def find_excess(request: OrderRequest, exposure: Exposure, limits: RiskLimits) -> Denied | None:
    """The first limit that the order would break; None when it keeps them all."""
    notional = request.quantity * (request.price or exposure.last_price)
    return (
        _double(exposure)
        or _quantity(request, limits)
        or _worth(request, exposure, limits)
        or _notional(notional, limits)
        or _price(request, exposure, limits)
        or (_buying(notional, exposure, limits) if request.side is Side.BUY else None)
        or _count(exposure, limits)
        or (_loss(exposure, limits) if request.side is Side.BUY else None)
    )


def has_lost_too_much(exposure: Exposure, limits: RiskLimits) -> bool:
    """Whether the account has lost more today than the limit lets it."""
    return limits.daily_loss is not None and exposure.loss > limits.daily_loss * exposure.opening_value


def _double(exposure: Exposure) -> Denied | None:
    double = exposure.double
    if double is None:
        return None
    return Denied(
        Reason.DUPLICATE,
        f"같은 주문 {double.order_id}을(를) 이미 냈습니다({double.status}). "
        "정말 또 원하면 다른 의도(intent)로 이름 붙이십시오",
        f"the same order was placed already as {double.order_id}, now {double.status}. "
        "If another one is really meant, name it with an intent of its own",
    )


def _quantity(request: OrderRequest, limits: RiskLimits) -> Denied | None:
    most = limits.order_quantity
    if most is None or request.quantity <= most:
        return None
    return Denied(
        Reason.ORDER_QUANTITY,
        f"주문수량 {request.quantity}주가 한도 {most}주보다 많습니다",
        f"{request.quantity} shares are more than the {most} that one order may have",
    )


def _worth(request: OrderRequest, exposure: Exposure, limits: RiskLimits) -> Denied | None:
    """What is counted in won at a last price cannot be counted without one."""
    is_buy = request.side is Side.BUY
    bounds_order = limits.order_notional is not None or (is_buy and limits.day_notional is not None)
    bounds_holding = is_buy and limits.instrument_share is not None
    if exposure.last_price > 0 or not (bounds_holding or (request.price is None and bounds_order)):
        return None
    return Denied(
        Reason.ORDER_NOTIONAL,
        f"{request.code}의 현재가를 몰라 주문금액을 한도와 견줄 수 없습니다. 현재가가 나온 뒤에 내십시오",
        f"the last price of {request.code} is not known, so the order cannot be held against the limits in "
        "won. Order when there is one",
    )


def _notional(notional: int, limits: RiskLimits) -> Denied | None:
    most = limits.order_notional
    if most is None or notional <= most:
        return None
    return Denied(
        Reason.ORDER_NOTIONAL,
        f"주문금액 {notional}원이 한 주문의 한도 {most}원보다 큽니다",
        f"{notional} won are more than the {most} that one order may be worth",
    )


def _price(request: OrderRequest, exposure: Exposure, limits: RiskLimits) -> Denied | None:
    price, last = request.price, exposure.last_price
    if price is None or limits.price_away is None:
        return None
    away = (price - last) if request.side is Side.BUY else (last - price)
    if last > 0 and away <= limits.price_away * last:
        return None
    return Denied(
        Reason.PRICE_AWAY,
        f"{price}원은 현재가 {last}원에서 {limits.price_away:%} 넘게 불리합니다",
        f"{price} won is worse than the last price of {last} won by more than {limits.price_away:%}",
    )


def _buying(notional: int, exposure: Exposure, limits: RiskLimits) -> Denied | None:
    most = limits.day_notional
    if most is not None and exposure.bought_today + notional > most:
        return Denied(
            Reason.DAY_NOTIONAL,
            f"오늘 매수 {exposure.bought_today}원에 {notional}원을 더하면 하루 한도 {most}원을 넘습니다",
            f"{notional} won on top of {exposure.bought_today} bought today exceed the day's {most} won",
        )
    share, held = limits.instrument_share, exposure.held_value + notional
    if share is not None and held > share * exposure.value:
        return Denied(
            Reason.INSTRUMENT_SHARE,
            f"이 종목이 {held}원이 되어 총평가금액 {exposure.value}원의 {share:%}를 넘습니다",
            f"the instrument would come to {held} won, above {share:%} of the account's {exposure.value}",
        )
    return None


def _count(exposure: Exposure, limits: RiskLimits) -> Denied | None:
    if limits.open_orders is not None and exposure.open_orders >= limits.open_orders:
        return Denied(
            Reason.OPEN_ORDERS,
            f"끝나지 않은 주문이 {exposure.open_orders}건입니다 (한도 {limits.open_orders}건)",
            f"{exposure.open_orders} orders are open already (the limit is {limits.open_orders})",
        )
    most = limits.orders_a_minute
    if most is not None and exposure.sent_last_minute >= most:
        return Denied(
            Reason.ORDER_RATE,
            f"지난 1분에 {exposure.sent_last_minute}건을 보냈습니다 (한도 {most}건)",
            f"{exposure.sent_last_minute} orders were sent in the last minute (the limit is {most})",
        )
    return None


def _loss(exposure: Exposure, limits: RiskLimits) -> Denied | None:
    if not has_lost_too_much(exposure, limits):
        return None
    return Denied(
        Reason.DAILY_LOSS,
        f"오늘 {exposure.loss}원을 잃었습니다 (한도: {exposure.opening_value}원의 {limits.daily_loss:%})",
        f"{exposure.loss} won were lost today, above {limits.daily_loss:%} of {exposure.opening_value} won",
    )
