"""The Daishin client among the failures that CYBOS Plus is known for."""

import asyncio
import gc
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.brokers.cybos.door import PATIENCE, Room, order, run
from tests.brokers.kis.door import BUY, DAY, KIM, LEE, SELL, at

from hoga.brokers.cybos.apartment import broken
from hoga.brokers.cybos.codes import NOT_CONNECTED, SERVER_GONE, Outcome, Program
from hoga.brokers.cybos.com import ComFailure
from hoga.brokers.cybos.fake import FakeCom, FakeObject, Fault
from hoga.brokers.cybos.research import CybosResearch
from hoga.domain.errors import (
    BadInput,
    BrokerError,
    NotKept,
    OutcomeUnknown,
    Rejected,
    Unreachable,
    WireError,
)
from hoga.domain.instrument import Kind, Market
from hoga.domain.notices import Accepted, CancelNotice, FillNotice, NoAnswer, Refused
from hoga.domain.request import OrderType, TimeInForce, Venue
from hoga.exchange.commands import ListIssue, Place

# Orders whose answer is lost --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"returned": Outcome.NO_CONNECTION},
        {"returned": Outcome.INTERNAL_ERROR},
        {"returned": 99},
        {"status": 1, "said": "수신대기"},
        {"hresult": SERVER_GONE, "said": "RPC"},
        {"hresult": NOT_CONNECTED},
    ],
)
@pytest.mark.parametrize("is_done", [False, True])
def test_an_order_without_an_answer_is_unconfirmed_and_sent_once(
    fault: dict[str, object], is_done: bool
) -> None:
    async def test(room: Room) -> None:
        room.fail(Program.ORDER, is_done=is_done, **fault)
        answer = await room.place()
        assert isinstance(answer, NoAnswer)
        assert answer.why
        assert room.com.asked.count(Program.ORDER) == 1
        reports = await room.client.orders(DAY, DAY)
        assert [report.request for report in reports] == ([order().request] if is_done else [])

    run(test)


def test_what_returns_none_is_judged_by_its_status() -> None:
    async def test(room: Room) -> None:
        room.fail(Program.ORDER, returned=None, status=-1, said="1234 거부되었습니다")
        assert await room.place() == Refused(code="1234", message="거부되었습니다")
        room.fail(Program.ORDER, returned=None)  # good, but it has no number
        assert isinstance(await room.place(), NoAnswer)

    run(test)


def test_an_order_that_a_person_declined_is_refused() -> None:
    async def test(room: Room) -> None:
        room.fail(Program.ORDER, returned=Outcome.CANCELED_BY_PERSON)
        answer = await room.place()
        assert isinstance(answer, Refused)
        assert answer.code == "2"

    run(test)


def test_an_order_over_the_limit_was_never_sent() -> None:
    async def test(room: Room) -> None:
        room.fail(Program.CANCEL, returned=Outcome.OVER_LIMIT)
        opened = await room.open()
        with pytest.raises(Unreachable):
            await room.client.cancel(opened, 10)
        assert isinstance(await room.client.cancel(opened, 10), Accepted)

    run(test)


def test_an_order_in_a_terminal_that_hangs_is_unconfirmed_and_those_behind_it_are_never_sent() -> None:
    async def test(room: Room) -> None:
        room.fail(Program.ORDER, hangs=True, is_done=True)
        first = asyncio.create_task(room.place())
        await room.com.hung.wait()
        second = asyncio.create_task(room.place(price=68_000))
        question = asyncio.create_task(room.client.account())
        for _ in range(3):
            await asyncio.sleep(0)
        room.clock.set(room.clock.now() + PATIENCE)
        assert isinstance(await first, NoAnswer)
        with pytest.raises(Unreachable):
            await second
        while not question.done():  # a question may wait longer, as long as the thread shows signs of life
            room.clock.set(room.clock.now() + PATIENCE)
            await asyncio.sleep(0)
        with pytest.raises(Unreachable):
            await question
        room.com.release()
        assert [report.request for report in await room.client.orders(DAY, DAY)] == [order().request]

    run(test)


def test_a_question_to_a_terminal_that_hangs_fails() -> None:
    async def test(room: Room) -> None:
        room.fail(Program.MARKET_EYE, hangs=True)
        question = asyncio.create_task(room.client.quotes(["005930"]))
        await room.com.hung.wait()
        while not question.done():
            room.clock.set(room.clock.now() + PATIENCE)
            await asyncio.sleep(0)
        with pytest.raises(OutcomeUnknown):
            await question
        room.com.release()

    run(test)


def test_a_question_that_is_given_up_and_fails_then_troubles_nobody() -> None:
    async def test(room: Room) -> None:
        troubles: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))
        room.fail(Program.MARKET_EYE, hangs=True)
        question = asyncio.create_task(room.client.quotes(["005930"]))
        await room.com.hung.wait()
        question.cancel()
        with pytest.raises(asyncio.CancelledError):
            await question
        room.com.release()
        assert list(await room.client.orders(DAY, DAY)) == []  # the thread goes on: what hung has failed
        del question
        gc.collect()
        assert troubles == []

    run(test)


def test_an_order_that_is_given_up_before_its_turn_is_never_sent() -> None:
    async def test(room: Room) -> None:
        room.fail(Program.MARKET_EYE, hangs=True)
        question = asyncio.create_task(room.client.quotes(["005930"]))
        await room.com.hung.wait()
        placing = asyncio.create_task(room.place())
        await asyncio.sleep(0)
        waiting = await CybosResearch(room.client).calls_waiting()
        assert waiting == {"orders": 1, "accounts": 0, "quotes": 1}
        placing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await placing
        room.com.release()
        with pytest.raises(BrokerError):
            await question
        assert list(await room.client.orders(DAY, DAY)) == []
        assert Program.ORDER not in room.com.asked

    run(test)


# Questions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": -1, "said": "1111 오류"}, Rejected),
        ({"returned": Outcome.NO_CONNECTION}, BrokerError),
        ({"returned": Outcome.OVER_LIMIT}, BrokerError),
        ({"hresult": NOT_CONNECTED, "said": "U-CYBOS"}, Unreachable),
    ],
)
def test_a_question_that_fails_is_no_empty_answer(fault: dict[str, object], kind: type[BrokerError]) -> None:
    async def test(room: Room) -> None:
        for program, ask in (
            (Program.BALANCE, room.client.account),
            (Program.ORDERS, lambda: room.client.orders(DAY, DAY)),
            (Program.MARKET_EYE, lambda: room.client.quotes(["005930"])),
            (Program.CHART, lambda: room.client.daily_bars("005930", DAY, DAY)),
        ):
            room.fail(program, **fault)
            with pytest.raises(kind):
                await ask()
        assert (await room.client.account()).positions  # and it goes on

    run(test)


def test_an_answer_without_its_numbers_cannot_be_read() -> None:
    async def test(room: Room) -> None:
        room.fail(Program.BALANCE)  # says that it went well, and has nothing in it
        with pytest.raises(WireError):
            await room.client.account()

    run(test)


def test_orders_of_past_days_are_not_kept() -> None:
    async def test(room: Room) -> None:
        with pytest.raises(NotKept):
            await room.client.orders(date(2026, 5, 4), date(2026, 5, 4))
        with pytest.raises(NotKept):
            await room.client.orders(date(2026, 5, 4), DAY)
        assert list(await room.client.orders(DAY + timedelta(days=1), DAY + timedelta(days=2))) == []

    run(test)


def test_a_long_list_of_prices_is_asked_in_two_hundreds() -> None:
    async def test(room: Room) -> None:
        codes = list(room.exchange.codes)
        await room.client.quotes(codes)
        assert room.com.asked.count(Program.MARKET_EYE) == 1
        await room.client.quotes([])
        assert room.com.asked.count(Program.MARKET_EYE) == 1

    run(test)


def test_a_long_chart_goes_on_page_by_page() -> None:
    async def test(room: Room) -> None:
        whole = await room.client.daily_bars("005930", date(2025, 1, 1), DAY)
        assert room.com.asked.count(Program.CHART) == 1
        room.com.face = SmallPages(room.com)  # type: ignore[assignment]
        room.com.asked.clear()
        assert await room.client.daily_bars("005930", date(2025, 1, 1), DAY) == whole
        assert room.com.asked.count(Program.CHART) == -(-len(whole) // 50)

    run(test)


class SmallPages:
    """A face whose charts have fifty rows a page."""

    def __init__(self, com: FakeCom) -> None:
        self._face = com.face

    def __getattr__(self, name: str) -> object:
        return getattr(self._face, name)

    def answer(self, program: Program, inputs: dict[int, object]) -> object:
        reply = self._face.answer(program, inputs)  # type: ignore[arg-type]
        return replace(reply, page=50) if program is Program.CHART else reply


# Limits -----------------------------------------------------------------------------------------------------


def test_price_questions_wait_outside_of_com() -> None:
    async def test(room: Room) -> None:
        for _ in range(130):
            await room.client.quotes(["005930"])
        assert room.com.stalled == 0

    run(test, has_limits=True)


def test_orders_overtake_account_questions_that_wait_for_the_limit() -> None:
    async def test(room: Room) -> None:
        for _ in range(16):
            await room.client.buying_power("", None)
        waiting = asyncio.create_task(room.client.buying_power("", None))
        await room.open()
        await waiting
        trading = [each for each in room.com.asked if each in (Program.ORDER, Program.BUYING_POWER)]
        assert trading[-2:] == [Program.ORDER, Program.BUYING_POWER]

    run(test, has_limits=True)


def test_many_orders_wait_and_none_is_turned_down() -> None:
    async def test(room: Room) -> None:
        answers = await asyncio.gather(*(room.place(quantity=1, price=60_000 + 100 * n) for n in range(45)))
        assert all(isinstance(answer, Accepted) for answer in answers)
        assert len(await room.client.orders(DAY, DAY)) == 45

    run(test, has_limits=True)


def test_more_issues_than_may_be_followed_are_refused() -> None:
    async def test(room: Room) -> None:
        room.com.subscribed |= {FakeObject(room.com, Program.TRADES) for _ in range(399)}
        await room.client.follow(["005930"], room.trades.put_nowait)
        with pytest.raises(BadInput):
            await room.client.follow(["005930", "000660"], room.trades.put_nowait)

    run(test)


# The connection ---------------------------------------------------------------------------------------------


def test_a_lost_connection_is_told_and_nothing_waits_for_it() -> None:
    async def test(room: Room) -> None:
        opened = await room.open()
        room.com.disconnect()
        await asyncio.wait_for(room.gaps.get(), 5)
        for ask in (
            room.place,
            room.client.account,
            lambda: room.client.cancel(opened, 10),
            lambda: room.client.quotes(["005930"]),
            lambda: room.client.orders(DAY, DAY),
        ):
            with pytest.raises(Unreachable):
                await ask()
        assert room.com.asked == [Program.ORDER]

    run(test, has_limits=True)


@pytest.mark.parametrize("begun", [-1, 1, 2, 3])
def test_trading_that_does_not_begin_is_refused(begun: int) -> None:
    async def test(room: Room) -> None:
        raise AssertionError("it opened")

    with pytest.raises(Rejected, match=f"TradeInit {begun}"):
        run(test, trade_init=begun)


def test_a_python_of_64_bits_is_told_which_one_to_take() -> None:
    async def test(room: Room) -> None:
        raise AssertionError("it opened")

    with pytest.raises(Unreachable, match="32-bit Python"):
        run(test, is_64_bit=True)


@pytest.mark.parametrize("hangs", [False, True])
def test_an_issue_that_does_not_exist_is_refused_before_it_is_subscribed_to(hangs: bool) -> None:
    async def test(room: Room) -> None:
        with pytest.raises(BadInput, match="999999"):
            await room.client.follow(["005930", "999999"], lambda trade: None)
        await room.client.follow(["005930"], lambda trade: None)
        assert [each.key for each in room.com.subscribed if each.program is Program.TRADES] == ["A005930"]

    run(test, hangs_on_unknown=hangs)


def test_a_subscription_that_the_terminal_thinks_about_is_waited_for() -> None:
    async def test(room: Room) -> None:
        told: list[int] = []
        await room.client.follow(["005930"], lambda trade: told.append(trade.price))
        assert [each.key for each in room.com.subscribed if each.program is Program.TRADES] == ["A005930"]

    run(test, pending=7)


def test_a_subscription_that_is_refused_after_a_moment_is_told_and_can_be_tried_again() -> None:
    async def test(room: Room) -> None:
        room.com.faults.append(Fault(program=Program.TRADES, status=-1, said="9999 거부"))
        with pytest.raises(Rejected, match="subscription was refused") as refused:
            await room.client.follow(["005930"], lambda trade: None)
        assert refused.value.said == "9999 거부"
        await room.client.follow(["005930"], lambda trade: None)
        assert [each.key for each in room.com.subscribed if each.program is Program.TRADES] == ["A005930"]

    run(test, pending=3)


def test_a_terminal_that_never_answers_a_subscription_is_not_waited_for_without_end() -> None:
    async def test(room: Room) -> None:
        await room.client.follow(["005930"], lambda trade: None)

    run(test, pending=10**6)


@pytest.mark.parametrize("hresult", [0x800401E3, 0x800401F3, 0x80040154])
def test_what_64_bits_look_like_is_said(hresult: int) -> None:
    assert "32-bit Python" in broken(ComFailure(hresult)).english


def test_a_terminal_that_was_closed_under_its_objects_is_said() -> None:
    for hresult in (0x800706BA, 0x80010108):
        assert "was closed" in broken(ComFailure(hresult)).english


def test_an_account_is_one_of_the_login() -> None:
    async def first(room: Room) -> None:
        assert (await room.client.account()).number == KIM.account

    run(first, account="")

    async def second(room: Room) -> None:
        assert (await room.client.account()).number == LEE.account

    run(second, account="50098765-01")

    with pytest.raises(BadInput):
        run(second, account="1111111101")


def test_orders_of_other_accounts_are_not_told() -> None:
    async def test(room: Room) -> None:
        room.other(SELL, 5, 70_000)
        room.simulation.submit(Place(LEE.account, "005930", BUY, 5, 70_000), room.clock.now())
        assert list(await room.client.orders(DAY, DAY)) == []
        assert room.notices.empty()

    run(test)


# Notices and the list ---------------------------------------------------------------------------------------


def test_fills_are_told_after_the_answer_of_their_order() -> None:
    async def test(room: Room) -> None:
        room.other(SELL, 10, 69_000)
        placing = asyncio.create_task(room.place())
        first, _ = await asyncio.wait(
            (placing, asyncio.create_task(room.notices.get())), return_when=asyncio.FIRST_COMPLETED
        )
        assert placing in first

    run(test)


def test_open_orders_are_those_with_something_left() -> None:
    async def test(room: Room) -> None:
        first = await room.open(BUY, 10, 69_000)
        second = await room.open(BUY, 5, 68_000)
        room.other(SELL, 4, 69_000)
        answer = await room.client.replace(second, 68_500)
        assert isinstance(answer, Accepted)
        found = await room.client.open_orders()
        assert [(each.broker_order_id, each.filled_amount, each.revisable_quantity) for each in found] == [
            (first.broker_order_id, 276_000, 6),
            (answer.broker_order_id, 0, 5),
        ]
        assert found[1].replaces == second.broker_order_id
        numbers = [(await room.open(BUY, 1, 60_000 + 100 * n)).broker_order_id for n in range(25)]
        assert [each.broker_order_id for each in await room.client.open_orders()][2:] == numbers

    run(test)


def test_the_rest_of_an_ioc_order_is_cancelled_under_its_own_number() -> None:
    async def test(room: Room) -> None:
        room.other(SELL, 4, 69_000)
        answer = await room.client.place(order(time_in_force=TimeInForce.IOC))
        assert isinstance(answer, Accepted)
        number = answer.broker_order_id
        assert await room.notice() == FillNotice(
            broker_order_id=number, at=at("10:00"), quantity=4, price=69_000
        )
        assert await room.notice() == CancelNotice(broker_order_id=number, at=at("10:00"), quantity=6)
        [report] = await room.client.orders(DAY, DAY)
        assert report.request.time_in_force is TimeInForce.IOC
        assert (report.filled_quantity, report.canceled_quantity, report.remaining_quantity) == (4, 6, 0)

    run(test)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": OrderType.MID_PRICE, "price": None},
        {"venue": Venue.NXT},
        {"time_in_force": TimeInForce.GTP},
        {"kind": OrderType.BEST_LIMIT, "price": None, "time_in_force": TimeInForce.IOC},
    ],
)
def test_what_daishin_is_not_known_to_take_is_refused_here(wrong: dict[str, object]) -> None:
    async def test(room: Room) -> None:
        answer = await room.client.place(order(**wrong))  # type: ignore[arg-type]
        assert isinstance(answer, Refused)
        assert answer.message
        assert Program.ORDER not in room.com.asked

    run(test)


def test_an_etn_has_a_letter_of_its_own() -> None:
    async def test(room: Room) -> None:
        listing = ListIssue("500001", "호가 ETN", Market.KOSPI, 10_000, Kind.ETN)
        room.simulation.submit(listing, room.clock.now())
        assert (await room.client.quotes(["500001"]))["500001"].name == "호가 ETN"
        assert isinstance(await room.client.place(order(price=10_000, code="500001")), Accepted)
        [report] = await room.client.orders(DAY, DAY)
        assert report.request.code == "500001"

    run(test)


def test_a_market_order_has_no_price() -> None:
    async def test(room: Room) -> None:
        room.other(SELL, 3, 70_000)
        await room.open(BUY, 3, None)
        [report] = await room.client.orders(DAY, DAY)
        assert (report.request.price, report.request.order_type) == (None, OrderType.MARKET)

    run(test)
