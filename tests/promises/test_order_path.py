"""What can become of an order, all the way: exchange, KIS's wire with faults, client, desk."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.brokers.kis.door import DAY, KIM, SELL, both
from tests.promises.kis_floor import LIMIT_BUY, LIMIT_SELL, Floor, run

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import Effect, Fault, Window
from hoga.brokers.kis.services import Call
from hoga.domain.errors import JournalError
from hoga.domain.events import OrderAccepted, OrderCanceled, OrderFilled
from hoga.domain.order import OUTSIDE, OrderStatus
from hoga.domain.request import OrderRequest, OrderType
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.exchange.commands import Cancel, Deposit, Place, Replace

S = OrderStatus


async def agree(floor: Floor) -> None:
    """Both sides tell the same, after all that may lag has come."""
    floor.clock.set(floor.clock.now() + floor.desk._patience.reconcile_every)
    assert await floor.desk.reconcile() == ()


@both
def test_an_order_whose_answer_is_lost_is_found_with_its_fill_and_not_sent_again(
    environment: Environment,
) -> None:
    async def test(floor: Floor) -> None:
        floor.arm(Effect.LOSE_ANSWER, Call.BUY)
        floor.arm(Effect.HOLD_BACK, times=9)
        order = await floor.desk.place(LIMIT_BUY, "test")
        assert order.status is S.UNCONFIRMED
        floor.other(SELL, 4, 69_000)
        assert await floor.desk.settle()
        order = floor.desk.get_order(order.order_id)
        assert (order.status, order.filled_quantity, order.filled_amount) == (S.OPEN, 4, 276_000)
        assert [int(number) for number in order.broker_order_ids] == floor.numbers
        await agree(floor)

    run(test, environment)


def arm_lag(floor: Floor) -> None:
    """From now on the list is ten minutes late, and no notice comes."""
    today = Window(floor.clock.now(), floor.clock.now() + timedelta(hours=5))
    floor.faults.arm(Fault(effect=Effect.LATE_ORDERS, when=today, seconds=600.0))
    floor.faults.arm(Fault(effect=Effect.HOLD_BACK, when=today))


async def want_it_again(floor: Floor, request: OrderRequest, minutes: int) -> None:
    """Somebody who sees no order of theirs wants it again every minute."""
    for _ in range(minutes):
        floor.clock.set(floor.clock.now() + timedelta(minutes=1))
        assert await floor.desk.settle()
        await floor.desk.reconcile()
        if not any(order.is_open for order in floor.desk.orders):
            await floor.desk.place(request, "test")


@both
@pytest.mark.parametrize("request_", [LIMIT_BUY, LIMIT_SELL], ids=["buy", "sell"])
def test_a_list_that_is_late_for_much_longer_than_the_wait_doubles_no_order(
    environment: Environment, request_: OrderRequest
) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        arm_lag(floor)
        floor.arm(Effect.LOSE_ANSWER, Call.BUY if request_.side is LIMIT_BUY.side else Call.SELL)
        held = desk.positions["005930"].quantity  # of these a part may be sold twice, all of them may not
        request = replace(request_, quantity=held)
        order = await desk.place(request, "test")
        assert order.status is S.UNCONFIRMED
        await want_it_again(floor, request, 9)
        assert desk.get_order(order.order_id).status is S.UNCONFIRMED
        assert len(floor.numbers) == 1
        await want_it_again(floor, request, 3)
        order = desk.get_order(order.order_id)
        assert order.status is S.OPEN
        assert [int(number) for number in order.broker_order_ids] == floor.numbers
        assert {each.status for each in desk.orders} == {S.OPEN, S.DENIED}
        await agree(floor)

    run(test, environment)


@both
@pytest.mark.parametrize("request_", [LIMIT_BUY, LIMIT_SELL], ids=["buy", "sell"])
def test_behind_a_late_list_the_notice_of_its_receipt_finds_an_order(
    environment: Environment, request_: OrderRequest
) -> None:
    async def test(floor: Floor) -> None:
        today = Window(floor.clock.now(), floor.clock.now() + timedelta(hours=5))
        floor.faults.arm(Fault(effect=Effect.LATE_ORDERS, when=today, seconds=600.0))
        floor.arm(Effect.LOSE_ANSWER, Call.BUY if request_.side is LIMIT_BUY.side else Call.SELL)
        order = await floor.desk.place(request_, "test")
        if order.status is S.UNCONFIRMED:
            await floor.until(OrderAccepted)
        order = floor.desk.get_order(order.order_id)
        assert order.status is S.OPEN
        assert [int(number) for number in order.broker_order_ids] == floor.numbers
        floor.clock.set(floor.clock.now() + timedelta(minutes=11))
        await agree(floor)

    run(test, environment)


@both
@pytest.mark.parametrize("request_", [LIMIT_BUY, LIMIT_SELL], ids=["buy", "sell"])
def test_behind_a_late_list_the_account_shows_what_never_arrived(
    environment: Environment, request_: OrderRequest
) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        arm_lag(floor)
        floor.arm(Effect.LOSE_REQUEST, Call.BUY if request_.side is LIMIT_BUY.side else Call.SELL)
        order = await desk.place(request_, "test")
        for _ in range(desk._patience.reads):
            floor.clock.set(floor.clock.now() + desk._patience.wait)
            assert await desk.settle()
        assert desk.get_order(order.order_id).status is S.NOT_RECEIVED
        assert floor.numbers == []

    run(test, environment)


@both
def test_notices_may_overtake_the_answer(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        floor.other(SELL, 10, 69_000)
        floor.arm(Effect.DELAY, Call.BUY, seconds=0.05)
        order = await floor.desk.place(LIMIT_BUY, "test")
        if order.status is not S.FILLED:
            await floor.until(OrderFilled)
        order = floor.desk.get_order(order.order_id)
        assert (order.status, order.filled_quantity) == (S.FILLED, 10)
        assert len(floor.desk.fills) == 1
        await agree(floor)

    run(test, environment)


@both
def test_a_notice_that_comes_twice_counts_once(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        order = await floor.desk.place(LIMIT_BUY, "test")
        floor.arm(Effect.DUPLICATE, times=2)
        floor.other(SELL, 4, 69_000)
        await floor.until(OrderFilled)
        floor.other(SELL, 3, 69_000)
        await floor.until(OrderFilled)
        assert await floor.desk.settle()
        assert floor.desk.get_order(order.order_id).filled_quantity == 7
        assert [fill.quantity for fill in floor.desk.fills] == [4, 3]
        await agree(floor)

    run(test, environment)


@both
def test_a_fill_that_is_told_after_the_cancel_counts(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        order = await floor.desk.place(LIMIT_BUY, "test")
        floor.arm(Effect.REORDER, seconds=60)
        floor.other(SELL, 4, 69_000)
        await floor.desk.cancel(order.order_id)
        await floor.until(OrderFilled)
        order = floor.desk.get_order(order.order_id)
        assert (order.status, order.filled_quantity, order.canceled_quantity) == (S.CANCELED, 4, 6)
        await agree(floor)

    run(test, environment)


@both
@pytest.mark.parametrize("effect", [None, Effect.LOSE_ANSWER, Effect.LOSE_REQUEST])
def test_a_replaced_order_has_the_number_that_it_has_at_the_exchange(
    environment: Environment, effect: Effect | None
) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(LIMIT_BUY, "test")
        if effect is not None:
            floor.arm(effect, Call.REVISE)
        after = await desk.replace(order.order_id, 69_500)
        assert after.is_unconfirmed is (effect is not None)
        for _ in range(desk._patience.reads):
            floor.clock.set(floor.clock.now() + desk._patience.wait)
            assert await desk.settle()
        after = desk.get_order(order.order_id)
        assert after.status is S.OPEN
        assert [int(number) for number in after.broker_order_ids] == floor.numbers
        assert after.price == (69_000 if effect is Effect.LOSE_REQUEST else 69_500)
        await agree(floor)

    run(test, environment)


@both
def test_a_conditional_order_has_its_new_price_and_its_type_at_the_exchange(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        conditional = replace(LIMIT_BUY, order_type=OrderType.LIMIT_TO_MARKET_ON_CLOSE)
        order = await floor.desk.place(conditional, "test")
        replaced = await floor.desk.replace(order.order_id, 69_500)
        assert (replaced.status, replaced.price) == (S.OPEN, 69_500)
        last = floor.simulation.exchange.orders(KIM.account, DAY, DAY)[-1]
        assert (last.number, last.remaining_quantity) == (int(replaced.broker_order_id), 10)
        assert (last.request.order_type, last.request.price) == (conditional.order_type, 69_500)
        await agree(floor)

    run(test, environment)


@both
@pytest.mark.parametrize("is_told", [True, False], ids=["told", "not told"])
def test_what_a_person_cancels_and_replaces_elsewhere_is_followed(
    environment: Environment, is_told: bool
) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(LIMIT_BUY, "test")
        number = int(order.broker_order_id)
        if not is_told:
            floor.arm(Effect.HOLD_BACK, times=9)
        floor.submit(Cancel(KIM.account, number, 4))
        assert await desk.settle()
        order = desk.get_order(order.order_id)
        assert (order.status, order.canceled_quantity, order.remaining_quantity) == (S.OPEN, 4, 6)
        floor.submit(Replace(KIM.account, number, 69_500))
        assert await desk.settle()
        order = desk.get_order(order.order_id)
        assert (order.price, len(order.broker_order_ids), order.remaining_quantity) == (69_500, 2, 6)
        floor.submit(Cancel(KIM.account, int(order.broker_order_id)))
        assert await desk.settle()
        assert desk.get_order(order.order_id).status is S.CANCELED
        await agree(floor)

    run(test, environment)


@both
def test_a_persons_order_that_nobody_told_of_is_adopted_and_its_shares_are_counted(
    environment: Environment,
) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        held = desk.positions["005930"].quantity
        floor.arm(Effect.HOLD_BACK, times=9)
        floor.other(SELL, 7, 69_000)
        floor.submit(Place(KIM.account, "005930", LIMIT_BUY.side, 7, 69_000))
        await agree(floor)
        [order] = desk.orders
        assert (order.source, order.status, order.filled_quantity) == (OUTSIDE, S.FILLED, 7)
        assert desk.positions["005930"].quantity == held + 7
        await agree(floor)
        assert not floor.lines.about("differs from the broker")

    run(test, environment)


@both
def test_money_that_nobody_can_explain_is_an_alarm_with_both_sides_and_stays_one(
    environment: Environment,
) -> None:
    async def test(floor: Floor) -> None:
        desk, before = floor.desk, floor.desk.opening.deposit_d2
        floor.submit(Deposit(KIM.account, 1_000))
        for _ in range(2):
            [difference] = await desk.reconcile()
            assert (difference.subject, difference.ours) == ("deposit_d2", before)
            assert difference.theirs == before + 1_000
        [line] = floor.lines.about("differs from the broker")
        assert f"ours {before}, the broker's {before + 1_000}" in line

    run(test, environment)


@both
def test_a_reading_that_fails_changes_nothing(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(LIMIT_BUY, "test")
        floor.arm(Effect.HOLD_BACK, times=9)
        floor.other(SELL, 4, 69_000)
        known = desk.orders, desk.positions
        floor.arm(Effect.ANSWER, Call.ORDERS, code="500")
        assert not await desk.settle()
        assert (desk.orders, desk.positions) == known
        assert await desk.settle()
        assert desk.get_order(order.order_id).filled_quantity == 4

    run(test, environment)


@both
def test_after_a_gap_what_was_missed_is_read(environment: Environment) -> None:
    async def test(floor: Floor) -> None:
        desk = floor.desk
        order = await desk.place(LIMIT_BUY, "test")
        floor.arm(Effect.DROP_SOCKET)
        floor.other(SELL, 4, 69_000)  # the notice of this breaks the line
        await floor.until_due()
        assert await desk.settle()
        assert desk.get_order(order.order_id).filled_quantity == 4
        await agree(floor)

    run(test, environment)


def halt(floor: Floor) -> None:
    """Another process throws the switch."""
    floor.control.write(TradingChanged(at=floor.clock.now(), state=TradingState.HALTED, by="김"))


def reduce(floor: Floor) -> None:
    floor.control.write(TradingChanged(at=floor.clock.now(), state=TradingState.REDUCING, by="김"))


def freeze(floor: Floor) -> None:
    """The process is frozen, or the computer sleeps, until another desk may believe that nothing arrived."""
    floor.clock.set(floor.clock.now() + floor.desk._patience.wait + timedelta(seconds=1))


def break_control(floor: Floor) -> None:
    def read() -> TradingChanged | None:
        raise JournalError("읽을 수 없습니다", "the disk cannot be read")

    floor.control.read = read  # type: ignore[method-assign]


@pytest.mark.parametrize("what", ["place", "replace"])
@pytest.mark.parametrize("happens", [halt, reduce, freeze, break_control])
def test_an_order_that_waits_for_its_turn_does_not_leave_after_all(
    what: str, happens: Callable[[Floor], None]
) -> None:
    """The limits of calls may let it wait for half a minute after it was approved and written down."""

    async def test(floor: Floor) -> None:
        before = await floor.desk.place(LIMIT_BUY, "before")
        numbers = floor.numbers
        waits, turn = asyncio.Event(), asyncio.Event()

        async def wait() -> int:
            waits.set()
            await turn.wait()
            return 0

        floor.client._rest._take_order_turn = wait  # type: ignore[method-assign]
        wish = (
            floor.desk.place(replace(LIMIT_BUY, price=68_000), "test")
            if what == "place"
            else floor.desk.replace(before.order_id, 68_000)
        )
        sending = asyncio.create_task(wish)
        await waits.wait()
        happens(floor)
        turn.set()
        if happens is break_control:
            with pytest.raises(JournalError):
                await sending
        else:
            order = await sending
            assert order.status is (S.REJECTED if what == "place" else S.OPEN)
        assert floor.numbers == numbers

    run(test, Environment.REAL)


def test_a_halt_does_not_keep_a_cancel_from_leaving() -> None:
    async def test(floor: Floor) -> None:
        order = await floor.desk.place(LIMIT_BUY, "test")
        halt(floor)
        await floor.desk.cancel(order.order_id)
        await floor.until(OrderCanceled)

    run(test, Environment.REAL)
