from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.domain.zone import KST
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.sessions import Phase
from hoga.krx.ticks import grid
from hoga.trading.guards import Exposure
from hoga.trading.limits import RiskLimits
from hoga.trading.risk import Approved, Denied, Facts, Reason, Terms, check, reservation

if TYPE_CHECKING:
    from tests.trading.conftest import World

SAMSUNG = Instrument(code="005930", name="삼성전자", market=Market.KOSPI)
TERMS = Terms(SAMSUNG, grid(Market.KOSPI, Kind.STOCK, date(2025, 11, 14)), PriceLimits(49_000, 91_000))
BUY = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)
SELL = replace(BUY, side=Side.SELL)
MARKET_BUY = replace(BUY, price=None, order_type=OrderType.MARKET)
MID = replace(BUY, price=None, order_type=OrderType.MID_PRICE)
BEST = replace(BUY, price=None, order_type=OrderType.BEST_LIMIT)
FASTEST = replace(BUY, price=None, order_type=OrderType.IMMEDIATELY_EXECUTABLE_LIMIT)
STOP = replace(BUY, order_type=OrderType.STOP_LIMIT, stop_price=70_000)
CONDITIONAL = replace(BUY, order_type=OrderType.LIMIT_TO_MARKET_ON_CLOSE)
AFTER_HOURS = replace(BUY, price=None, order_type=OrderType.AFTER_HOURS_CLOSING_PRICE)
AFTER_AUCTION = replace(BUY, order_type=OrderType.AFTER_HOURS_AUCTION)
ANYWHERE = RiskLimits(price_away=None, venues=tuple(Venue), phases=tuple(Phase))


def doubtful(side: Side, quantity: int = 5) -> Order:
    request = replace(BUY, side=side, quantity=quantity)
    status = OrderStatus.UNCONFIRMED
    return Order(order_id="20251114-000001", request=request, source="-", status=status, price=70_000)


FACTS = Facts(
    is_remembered=True,
    trading=None,
    is_open=True,
    day=date(2025, 11, 14),
    phases=(Phase.CONTINUOUS,),
    terms=TERMS,
    in_doubt=(),
    exposure=Exposure(last_price=70_000, value=10_000_000, opening_value=10_000_000),
    limits=RiskLimits(price_away=None),
    sellable_quantity=10,
    buying_power=1_000_000,
    commission=Commission(Decimal("0.00015")),
)

A_TENTH = RiskLimits(instrument_share=Decimal("0.1"))


def exposed(**known: Any) -> dict[str, Any]:
    return {"exposure": replace(FACTS.exposure, **known)}


def thrown(state: TradingState) -> TradingChanged:
    return TradingChanged(at=datetime(2025, 11, 14, 9, tzinfo=KST), state=state, by="person", why="점검")


KRX_TERMS = (TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK)
DENIALS: list[tuple[Reason, OrderRequest, dict[str, Any]]] = [
    (Reason.JOURNAL_FAILED, BUY, {"is_remembered": False}),
    (Reason.HALTED, BUY, {"trading": thrown(TradingState.HALTED)}),
    (Reason.HALTED, SELL, {"trading": thrown(TradingState.HALTED)}),
    (Reason.NOT_OPEN, BUY, {"is_open": False}),
    (Reason.UNKNOWN_INSTRUMENT, BUY, {"terms": None}),
    (Reason.INSTRUMENT_NOT_ALLOWED, BUY, {"limits": RiskLimits(denied_instruments=("005930",))}),
    (Reason.INSTRUMENT_NOT_ALLOWED, SELL, {"limits": RiskLimits(allowed_instruments=("000660",))}),
    (Reason.BAD_QUANTITY, replace(BUY, quantity=0), {}),
    (Reason.BAD_QUANTITY, replace(SELL, quantity=-1), {}),
    (Reason.VENUE_NOT_ALLOWED, replace(BUY, venue=Venue.NXT), {}),
    (Reason.VENUE_NOT_ALLOWED, replace(SELL, venue=Venue.SOR), {}),
    (Reason.TYPE_NOT_SUPPORTED, replace(STOP, time_in_force=TimeInForce.IOC), {}),
    (Reason.TYPE_NOT_SUPPORTED, replace(MID, stop_price=None), {"day": date(2025, 3, 3)}),
    (Reason.TYPE_NOT_SUPPORTED, replace(BUY, time_in_force=TimeInForce.GTP), {"day": date(2026, 9, 14)}),
    (
        Reason.TYPE_NOT_SUPPORTED,
        replace(BUY, time_in_force=TimeInForce.GTP, venue=Venue.NXT),
        {"phases": (Phase.PRE,), "limits": ANYWHERE, "day": date(2026, 9, 11)},
    ),
    (Reason.PRICE_MISSING, replace(BUY, price=None), {}),
    (Reason.PRICE_NOT_ALLOWED, replace(BUY, stop_price=69_000), {}),
    (Reason.PRICE_NOT_ALLOWED, replace(MARKET_BUY, price=70_000), {}),
    (Reason.PRICE_NOT_ALLOWED, replace(MID, price=70_000), {}),
    (Reason.PRICE_MISSING, replace(STOP, stop_price=None), {}),
    (Reason.OFF_TICK, replace(BUY, price=70_050), {}),
    (Reason.OFF_TICK, replace(STOP, stop_price=70_050), {}),
    (Reason.OUTSIDE_LIMITS, replace(STOP, stop_price=91_100), {}),
    (Reason.OUTSIDE_LIMITS, replace(CONDITIONAL, price=91_000), {}),
    (Reason.OFF_TICK, replace(SELL, price=69_999), {}),
    (Reason.OFF_TICK, replace(BUY, price=0), {}),
    (Reason.OFF_TICK, replace(BUY, price=-100), {}),
    (Reason.OUTSIDE_LIMITS, replace(BUY, price=91_100), {}),
    (Reason.OUTSIDE_LIMITS, replace(SELL, price=48_950), {}),
    (Reason.WRONG_PHASE, BUY, {"phases": (Phase.CLOSED,)}),
    (Reason.WRONG_PHASE, SELL, {"phases": (Phase.PRE_CLOSE_PRICE,)}),
    (Reason.WRONG_PHASE, BUY, {"phases": (Phase.POST_SINGLE,)}),
    (Reason.WRONG_PHASE, BUY, {"phases": ()}),
    (Reason.TYPE_NOT_SUPPORTED, replace(BUY, time_in_force=TimeInForce.GTP), {}),
    (Reason.WRONG_PHASE, replace(BUY, time_in_force=TimeInForce.IOC), {"phases": (Phase.OPEN_CALL,)}),
    (Reason.WRONG_PHASE, AFTER_HOURS, {}),
    (Reason.PHASE_NOT_ALLOWED, BUY, {"phases": (Phase.AFTER_MARKET,)}),
    (Reason.PHASE_NOT_ALLOWED, SELL, {"limits": RiskLimits(phases=(Phase.OPEN_CALL,))}),
    (Reason.REDUCING, BUY, {"trading": thrown(TradingState.REDUCING)}),
    (Reason.IN_DOUBT, BUY, {"in_doubt": (doubtful(Side.BUY),)}),
    (Reason.IN_DOUBT, BUY, {"in_doubt": (doubtful(Side.SELL),)}),
    (Reason.IN_DOUBT, SELL, {"in_doubt": (doubtful(Side.SELL),), "sellable_quantity": 5}),
    (Reason.DUPLICATE, BUY, exposed(double=doubtful(Side.BUY))),
    (Reason.ORDER_QUANTITY, BUY, {"limits": RiskLimits(order_quantity=9)}),
    (Reason.ORDER_QUANTITY, SELL, {"limits": RiskLimits(order_quantity=9)}),
    (Reason.ORDER_NOTIONAL, BUY, {"limits": RiskLimits(order_notional=699_999)}),
    (Reason.ORDER_NOTIONAL, MARKET_BUY, {"limits": RiskLimits(order_notional=699_999)}),
    (Reason.PRICE_AWAY, replace(BUY, price=77_100), {"limits": RiskLimits()}),
    (Reason.PRICE_AWAY, replace(SELL, price=62_900), {"limits": RiskLimits()}),
    (Reason.PRICE_AWAY, BUY, exposed(last_price=0) | {"limits": RiskLimits()}),
    (Reason.DAY_NOTIONAL, BUY, exposed(bought_today=1) | {"limits": RiskLimits(day_notional=700_000)}),
    (Reason.INSTRUMENT_SHARE, BUY, exposed(held_value=300_001) | {"limits": A_TENTH}),
    (Reason.OPEN_ORDERS, SELL, exposed(open_orders=100)),
    (Reason.ORDER_RATE, SELL, exposed(sent_last_minute=300)),
    (Reason.DAILY_LOSS, BUY, exposed(value=8_999_999)),
    (Reason.INSUFFICIENT_SELLABLE, SELL, {"sellable_quantity": 9}),
    (Reason.INSUFFICIENT_SELLABLE, SELL, {"in_doubt": (doubtful(Side.SELL),), "sellable_quantity": 4}),
    (Reason.INSUFFICIENT_BUYING_POWER, BUY, {"buying_power": 700_104}),
    (Reason.INSUFFICIENT_BUYING_POWER, MARKET_BUY, {"buying_power": 910_135}),
    (Reason.INSUFFICIENT_BUYING_POWER, BUY, {"buying_power": -1}),
]


@pytest.mark.parametrize(("reason", "request_", "facts"), DENIALS, ids=lambda value: str(value)[:60])
def test_each_reason_denies(reason: Reason, request_: OrderRequest, facts: dict[str, Any]) -> None:
    verdict = check(request_, replace(FACTS, **facts))
    assert isinstance(verdict, Denied)
    assert verdict.reason is reason
    assert verdict.korean
    assert verdict.english


def test_every_reason_has_a_case_above() -> None:
    assert {reason for reason, _, _ in DENIALS} == set(Reason)


APPROVED: list[tuple[OrderRequest, dict[str, Any]]] = [
    (BUY, {}),
    (SELL, {}),
    (MARKET_BUY, {}),
    (replace(BUY, price=91_000), {}),
    (replace(SELL, price=49_000), {}),
    (BUY, {"buying_power": 700_105}),
    (MARKET_BUY, {"buying_power": 910_136}),
    (BUY, {"phases": (Phase.OPEN_CALL,)}),
    (BUY, {"phases": (Phase.PRE_CLOSE_PRICE, Phase.OPEN_CALL)}),
    (SELL, {"phases": (Phase.CLOSE_CALL,)}),
    (SELL, {"buying_power": 0}),
    *((each, {}) for each in (MID, BEST, FASTEST, STOP, CONDITIONAL)),
    *((replace(BUY, time_in_force=term), {}) for term in KRX_TERMS),
    *((replace(FASTEST, time_in_force=term), {}) for term in KRX_TERMS),
    (
        replace(BUY, time_in_force=TimeInForce.GTP, venue=Venue.NXT),
        {"phases": (Phase.PRE,), "limits": ANYWHERE, "day": date(2026, 9, 14)},
    ),
    (replace(MARKET_BUY, time_in_force=TimeInForce.FOK), {}),
    (AFTER_HOURS, {"phases": (Phase.POST_CLOSE_PRICE,)}),
    (AFTER_AUCTION, {"phases": (Phase.POST_SINGLE,)}),
    (BUY, {"phases": (Phase.AFTER_MARKET,), "limits": ANYWHERE}),
    (replace(BUY, venue=Venue.NXT), {"phases": (Phase.MAIN,), "limits": ANYWHERE}),
    (replace(BUY, venue=Venue.SOR), {"phases": (Phase.CONTINUOUS, Phase.MAIN), "limits": ANYWHERE}),
    (SELL, {"trading": thrown(TradingState.REDUCING)}),
    (BUY, {"trading": thrown(TradingState.ACTIVE)}),
    (replace(BUY, price=77_000), {"limits": RiskLimits()}),
    (replace(SELL, price=77_100), {"limits": RiskLimits()}),
    (replace(BUY, price=62_900), {"limits": RiskLimits()}),
    (BUY, exposed(held_value=300_000) | {"limits": A_TENTH}),
    (SELL, exposed(held_value=10**9, bought_today=10**10, value=0)),
    (BUY, exposed(value=9_000_000, open_orders=99, sent_last_minute=299)),
    (SELL, {"in_doubt": (doubtful(Side.SELL),), "sellable_quantity": 10}),
    (SELL, {"in_doubt": (doubtful(Side.BUY),)}),
]


@pytest.mark.parametrize(("request_", "facts"), APPROVED, ids=lambda value: str(value)[:60])
def test_what_no_reason_forbids_is_approved_as_it_is(request_: OrderRequest, facts: dict[str, Any]) -> None:
    verdict = check(request_, replace(FACTS, **facts))
    assert isinstance(verdict, Approved)
    assert verdict.request is request_


def test_nobody_else_can_make_an_approval() -> None:
    with pytest.raises(TypeError, match=r"only risk\.check"):
        Approved(BUY, seal=object())


def test_a_denial_tells_the_facts() -> None:
    verdict = check(replace(BUY, price=70_050), FACTS)
    assert isinstance(verdict, Denied)
    assert "70050" in verdict.korean
    assert "100" in verdict.english


def test_a_reservation_takes_the_commission_in() -> None:
    assert reservation(10, 70_000, Commission(Decimal("0.00015"))) == 700_105


# Every guard stops the real order path: what `Desk.place` is asked for does not reach the broker.


def refused(world: "World", request: OrderRequest) -> Order:
    sent = len(world.broker.sent)
    order = world.place(request)
    assert order.status is OrderStatus.DENIED
    assert len(world.broker.sent) == sent
    assert world.kinds(order) == ["OrderDenied"]
    return order


def why(order: Order) -> str:
    """The reason's own name, without the sentences behind it."""
    return order.reason.split()[0]


PATHS: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.UNKNOWN_INSTRUMENT, {"code": "999999"}),
    (Reason.BAD_QUANTITY, {"quantity": 0}),
    (Reason.TYPE_NOT_SUPPORTED, {"order_type": OrderType.BEST_LIMIT, "time_in_force": TimeInForce.IOC}),
    (Reason.VENUE_NOT_ALLOWED, {"venue": Venue.NXT}),
    (Reason.PRICE_MISSING, {"price": None}),
    (Reason.PRICE_NOT_ALLOWED, {"order_type": OrderType.MARKET}),
    (Reason.OFF_TICK, {"price": 70_050}),
    (Reason.OUTSIDE_LIMITS, {"price": 91_100}),
    (Reason.INSUFFICIENT_SELLABLE, {"side": Side.SELL, "quantity": 11}),
    (Reason.INSUFFICIENT_BUYING_POWER, {"quantity": 1_429}),
]


@pytest.mark.parametrize(("reason", "change"), PATHS, ids=lambda value: str(value)[:60])
def test_a_forbidden_order_never_reaches_the_broker(
    world: "World", buy: OrderRequest, reason: Reason, change: dict[str, Any]
) -> None:
    assert why(refused(world, replace(buy, **change))) == reason


def test_a_market_buy_needs_the_upper_limit_price(world: "World", market_buy: OrderRequest) -> None:
    too_many = world.broker.free_cash() // 91_000 + 1
    assert too_many * 70_000 < world.broker.free_cash()
    assert why(refused(world, replace(market_buy, quantity=too_many))) == Reason.INSUFFICIENT_BUYING_POWER
    assert world.place(replace(market_buy, quantity=too_many - 1)).status is OrderStatus.OPEN


@pytest.mark.parametrize("hour", [7, 16, 20])
def test_outside_the_regular_session_nothing_is_sent(new_world: Any, buy: OrderRequest, hour: int) -> None:
    world: World = new_world(open_it=False)
    world.clock = world.broker.clock = world.market.clock = type(world.clock)(world.at(hour))
    world.desk = world.new_desk()
    world.open()
    assert why(refused(world, buy)) == Reason.WRONG_PHASE


@pytest.mark.parametrize(("hour", "minute"), [(8, 45), (9, 0), (15, 25)])
def test_both_calls_and_continuous_trading_take_orders(
    new_world: Any, buy: OrderRequest, hour: int, minute: int
) -> None:
    world: World = new_world(open_it=False)
    world.clock = world.broker.clock = world.market.clock = type(world.clock)(world.at(hour, minute))
    world.desk = world.new_desk()
    world.open()
    assert world.place(buy).status is OrderStatus.OPEN


def test_a_desk_that_has_closed_the_day_sends_nothing(world: "World", buy: OrderRequest) -> None:
    world.clock.set(world.at(15, 31))
    world.do(world.desk.close_day())
    assert why(refused(world, buy)) == Reason.NOT_OPEN


def test_a_desk_left_open_over_night_sends_nothing(world: "World", buy: OrderRequest) -> None:
    world.later(days=3)
    assert why(refused(world, buy)) == Reason.NOT_OPEN


def test_new_buying_waits_while_an_order_in_the_instrument_is_in_doubt(
    world: "World", buy: OrderRequest
) -> None:
    world.broker.script.append("lost")
    assert world.place(buy).status is OrderStatus.UNCONFIRMED
    assert why(refused(world, buy)) == Reason.IN_DOUBT
    assert world.place(replace(buy, code="000660", price=200_000)).status is OrderStatus.OPEN
    world.settle()
    assert world.place(buy).status is OrderStatus.OPEN


def test_new_buying_waits_while_a_cancel_in_the_instrument_is_in_doubt(
    world: "World", buy: OrderRequest
) -> None:
    order = world.place(buy)
    world.broker.script.append("gone")
    world.do(world.desk.cancel(order.order_id))
    assert why(refused(world, buy)) == Reason.IN_DOUBT


def test_shares_that_an_order_in_doubt_may_be_selling_are_not_sold_again(
    world: "World", sell: OrderRequest
) -> None:
    world.broker.script.append("lost")
    world.place(replace(sell, quantity=6))
    assert why(refused(world, replace(sell, quantity=5))) == Reason.IN_DOUBT
    assert why(refused(world, replace(sell, quantity=11))) == Reason.INSUFFICIENT_SELLABLE


def test_shares_that_are_surely_free_can_be_sold_in_spite_of_doubt(
    world: "World", sell: OrderRequest
) -> None:
    world.broker.script.append("lost")
    world.place(replace(sell, quantity=6))
    assert world.place(replace(sell, quantity=4)).status is OrderStatus.OPEN
    world.settle()
    world.check_books()
