"""Every guard, on the real order path: a desk with journal and switch on disk, before the local exchange.

What a guard denies, the exchange never sees. `docs/guards.md` lists them, and `tests/docs` holds the list
against the reasons that there are.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.brokers.kis.door import BUY, MAKER, SELL, at
from tests.trading.floor import REQUEST, USUAL, Floor

from hoga.domain.errors import InvalidOrder, JournalError
from hoga.domain.order import OrderStatus
from hoga.domain.quote import Quote
from hoga.domain.request import OrderRequest, OrderType, TimeInForce, Venue
from hoga.domain.trading_state import TradingState
from hoga.exchange.commands import Place
from hoga.krx.sessions import Phase
from hoga.trading.limits import NO_LIMITS, RiskLimits
from hoga.trading.risk import Reason

MakeFloor = Callable[[RiskLimits], Floor]


@pytest.fixture
def make_floor(tmp_path: Path) -> Iterator[MakeFloor]:
    floors: list[Floor] = []
    with asyncio.Runner() as loop:

        def make(limits: RiskLimits) -> Floor:
            floors.append(Floor(loop, tmp_path / f"desk{len(floors)}.sqlite", limits))
            return floors[-1]

        yield make
        for floor in floors:
            floor.close()


@dataclass(frozen=True)
class Case:
    """What is asked for, of a desk with these limits, after this has happened."""

    request: OrderRequest = REQUEST
    limits: RiskLimits = USUAL
    before: Callable[[Floor], object] = lambda floor: None


def lose_an_answer(floor: Floor) -> None:
    floor.broker.loses_answer = True
    assert floor.place(replace(REQUEST, price=69_000)).status is OrderStatus.UNCONFIRMED


def place_another(floor: Floor) -> None:
    assert floor.place(replace(REQUEST, price=69_000)).status is OrderStatus.OPEN


def lose_money_and_resume(floor: Floor) -> None:
    floor.trade(60_000)
    floor.do(floor.desk.reconcile())
    assert floor.desk.trading_state is TradingState.REDUCING
    floor.desk.resume()


def go_to(text: str) -> Callable[[Floor], None]:
    return lambda floor: floor.clock.set(at(text))


CASES: dict[Reason, Case] = {
    Reason.HALTED: Case(before=lambda floor: floor.do(floor.desk.halt())),
    Reason.NOT_OPEN: Case(before=lambda floor: floor.clock.set(at("10:00:00") + timedelta(days=1))),
    Reason.UNKNOWN_INSTRUMENT: Case(replace(REQUEST, code="999999")),
    Reason.INSTRUMENT_NOT_ALLOWED: Case(limits=replace(USUAL, denied_instruments=("005930",))),
    Reason.BAD_QUANTITY: Case(replace(REQUEST, quantity=0)),
    Reason.VENUE_NOT_ALLOWED: Case(replace(REQUEST, venue=Venue.SOR)),
    Reason.TYPE_NOT_SUPPORTED: Case(
        replace(REQUEST, price=None, order_type=OrderType.BEST_LIMIT, time_in_force=TimeInForce.IOC)
    ),
    Reason.PRICE_MISSING: Case(replace(REQUEST, price=None)),
    Reason.PRICE_NOT_ALLOWED: Case(replace(REQUEST, order_type=OrderType.MARKET)),
    Reason.OFF_TICK: Case(replace(REQUEST, price=70_050)),
    Reason.OUTSIDE_LIMITS: Case(replace(REQUEST, price=91_100)),
    Reason.WRONG_PHASE: Case(before=go_to("15:35:00")),
    Reason.PHASE_NOT_ALLOWED: Case(limits=replace(USUAL, phases=(Phase.OPEN_CALL,))),
    Reason.REDUCING: Case(before=lambda floor: floor.desk.reduce()),
    Reason.IN_DOUBT: Case(before=lose_an_answer),
    Reason.DUPLICATE: Case(before=lambda floor: floor.place()),
    Reason.ORDER_QUANTITY: Case(replace(REQUEST, quantity=100_001)),
    Reason.ORDER_NOTIONAL: Case(replace(REQUEST, quantity=1_429)),
    Reason.PRICE_AWAY: Case(replace(REQUEST, price=77_100)),
    Reason.DAY_NOTIONAL: Case(limits=replace(USUAL, day_notional=1_389_999), before=place_another),
    Reason.INSTRUMENT_SHARE: Case(limits=replace(USUAL, instrument_share=Decimal("0.4"))),
    Reason.OPEN_ORDERS: Case(limits=replace(USUAL, open_orders=1), before=place_another),
    Reason.ORDER_RATE: Case(limits=replace(USUAL, orders_a_minute=1), before=place_another),
    Reason.DAILY_LOSS: Case(
        replace(REQUEST, price=60_000),
        limits=replace(USUAL, daily_loss=Decimal("0.05")),
        before=lose_money_and_resume,
    ),
    Reason.INSUFFICIENT_SELLABLE: Case(replace(REQUEST, side=SELL, quantity=101)),
    Reason.INSUFFICIENT_BUYING_POWER: Case(replace(REQUEST, quantity=143)),
}


@pytest.mark.parametrize("reason", CASES, ids=str)
def test_the_exchange_never_sees_what_a_guard_denies(make_floor: MakeFloor, reason: Reason) -> None:
    case = CASES[reason]
    floor = make_floor(case.limits)
    case.before(floor)
    floor.heard.clear()
    order = floor.place(case.request)
    assert (order.status, order.reason.split()[0]) == (OrderStatus.DENIED, reason)
    assert floor.heard == []


def test_the_exchange_sees_what_no_guard_denies(make_floor: MakeFloor) -> None:
    floor = make_floor(USUAL)
    assert floor.place().status is OrderStatus.OPEN
    assert len(floor.heard) == 1


def test_the_exchange_never_sees_what_the_journal_cannot_keep(make_floor: MakeFloor) -> None:
    floor = make_floor(USUAL)
    floor.journal.close()
    for _ in range(2):
        with pytest.raises(JournalError):
            floor.place()
    assert floor.heard == []
    assert floor.desk.trading_state is TradingState.HALTED


def test_every_reason_has_its_path() -> None:
    assert {*CASES, Reason.JOURNAL_FAILED} == set(Reason)


PRICELESS = [OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, OrderType.BEST_LIMIT, OrderType.MARKET]


@pytest.mark.parametrize("order_type", PRICELESS, ids=str)
def test_orders_without_a_price_are_held_at_the_upper_limit(
    make_floor: MakeFloor, order_type: OrderType
) -> None:
    floor = make_floor(USUAL)
    floor.simulation.submit(Place(MAKER, "005930", BUY, 1, 69_900), floor.clock.now())
    floor.simulation.submit(Place(MAKER, "005930", SELL, 1, 70_000), floor.clock.now())
    request = replace(REQUEST, price=None, order_type=order_type)
    assert floor.place(replace(request, quantity=110)).reason.startswith("insufficient_buying_power")
    order = floor.place(replace(request, quantity=109))  # 109 x 91,000 = 9,919,000
    assert order.status is OrderStatus.OPEN
    assert order.broker_order_ids


@pytest.mark.parametrize("time_in_force", [TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK], ids=str)
def test_an_order_lives_as_long_as_it_says(make_floor: MakeFloor, time_in_force: TimeInForce) -> None:
    floor = make_floor(USUAL)
    floor.simulation.submit(Place(MAKER, "005930", SELL, 4, 70_000), floor.clock.now())
    order = floor.place(replace(REQUEST, time_in_force=time_in_force))
    floor.do(floor.desk.settle())
    order = floor.desk.get_order(order.order_id)
    filled = {TimeInForce.DAY: 4, TimeInForce.IOC: 4, TimeInForce.FOK: 0}[time_in_force]
    assert order.filled_quantity == filled
    assert order.is_open is (time_in_force is TimeInForce.DAY)


def test_a_best_order_whose_answer_was_lost_is_found_by_its_looks(make_floor: MakeFloor) -> None:
    floor = make_floor(USUAL)
    floor.simulation.submit(Place(MAKER, "005930", SELL, 50, 70_000), floor.clock.now())
    floor.broker.loses_answer = True
    best = replace(REQUEST, price=None, order_type=OrderType.IMMEDIATELY_EXECUTABLE_LIMIT)
    order = floor.place(best)
    floor.do(floor.desk.settle())
    (found,) = floor.desk.orders
    assert found.order_id == order.order_id
    assert found.filled_quantity == 10


def test_an_order_for_the_closing_price_waits_for_its_phase(make_floor: MakeFloor) -> None:
    floor = make_floor(USUAL)
    closing = replace(REQUEST, price=None, order_type=OrderType.AFTER_HOURS_CLOSING_PRICE)
    assert floor.place(closing).reason.startswith("wrong_phase")
    floor.clock.set(at("15:45:00"))
    floor.simulation.advance(floor.clock.now())
    floor.place(closing)
    (command,) = floor.heard  # this exchange closes at 15:30 and refuses it; the guard did not
    assert isinstance(command, Place)
    assert command.order_type is OrderType.AFTER_HOURS_CLOSING_PRICE


WITHOUT_PRICE = replace(REQUEST, price=None, order_type=OrderType.MARKET)


@pytest.mark.parametrize(
    ("request_", "limits"),
    [
        pytest.param(WITHOUT_PRICE, RiskLimits(day_notional=None), id="order"),
        pytest.param(WITHOUT_PRICE, RiskLimits(order_notional=None), id="day"),
        pytest.param(
            REQUEST,
            RiskLimits(
                order_notional=None, day_notional=None, price_away=None, instrument_share=Decimal("0.5")
            ),
            id="share",
        ),
    ],
)
def test_an_order_whose_worth_is_not_known_keeps_no_limit_in_won(
    make_floor: MakeFloor, request_: OrderRequest, limits: RiskLimits
) -> None:
    floor = make_floor(limits)
    quotes = floor.broker.quotes

    async def without_last(codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        found = await quotes(codes, for_order=for_order)
        return {code: quote._replace(last_price=0) for code, quote in found.items()}

    floor.broker.quotes = without_last  # type: ignore[method-assign]
    order = floor.place(request_)
    assert (order.status, order.reason.split()[0]) == (OrderStatus.DENIED, Reason.ORDER_NOTIONAL)
    assert not floor.heard


@pytest.mark.parametrize("wrong", [10.0, 10.5, Decimal(10), True, "10", float("nan"), 2**64])
def test_what_is_no_whole_number_is_neither_sent_nor_written_down(
    make_floor: MakeFloor, wrong: object
) -> None:
    """The journal could not be read back, and no later start would succeed."""
    floor = make_floor(USUAL)
    order = floor.place(replace(REQUEST, quantity=9, price=69_000))
    for request in (replace(REQUEST, quantity=wrong), replace(REQUEST, price=wrong)):  # type: ignore[arg-type]
        with pytest.raises(InvalidOrder, match="whole numbers"):
            floor.place(request)
    with pytest.raises(InvalidOrder, match="whole numbers"):
        floor.do(floor.desk.replace(order.order_id, wrong))  # type: ignore[arg-type]
    with pytest.raises(InvalidOrder, match="whole numbers"):
        floor.do(floor.desk.cancel(order.order_id, wrong))  # type: ignore[arg-type]
    assert len(floor.heard) == 1
    floor.restart()
    assert floor.desk.get_order(order.order_id).status is OrderStatus.OPEN


def test_a_number_that_is_too_large_is_told_as_that(make_floor: MakeFloor) -> None:
    with pytest.raises(InvalidOrder, match="too large"):
        make_floor(USUAL).place(replace(REQUEST, quantity=10**23))


@pytest.mark.parametrize(
    "request_",
    [
        replace(REQUEST, quantity=-10),
        replace(REQUEST, quantity=-10, side=SELL),
        replace(REQUEST, quantity=0),
        replace(REQUEST, quantity=2**62),
        replace(REQUEST, quantity=2**62, side=SELL),
        replace(REQUEST, price=-70_000),
        replace(REQUEST, price=0),
        replace(REQUEST, price=2**62),
    ],
)
def test_absurd_numbers_are_denied_even_without_any_limit(
    make_floor: MakeFloor, request_: OrderRequest
) -> None:
    floor = make_floor(NO_LIMITS)
    assert floor.place(request_).status is OrderStatus.DENIED
    assert not floor.heard
    floor.restart()
    assert not floor.heard
