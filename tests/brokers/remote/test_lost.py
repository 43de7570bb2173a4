"""Answers, requests and whole processes lost between two Hogas: no order twice, and none forgotten."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.brokers.kis.door import BUY, MAKER, SELL
from tests.brokers.remote.cut import Fate
from tests.brokers.remote.pair import Pair, both, joined, until

from hoga.brokers.remote.rest import Patience
from hoga.domain.errors import Rejected
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.exchange.commands import Place

S = OrderStatus
REQUEST = OrderRequest(code="005930", side=BUY, quantity=3, price=69_000)


async def place(pair: Pair, fate: Fate, request: OrderRequest = REQUEST) -> Order:
    pair.line.fates = [fate]
    return await pair.desk.place(request, "test")


def statuses(pair: Pair) -> list[OrderStatus]:
    return [order.status for order in pair.desk.orders]


def test_an_answer_that_is_lost_is_asked_for_and_the_order_is_there_once(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.ANSWER_LOST)
        assert order.status is S.UNCONFIRMED
        assert len(pair.records) == 1
        assert await pair.desk.settle()
        found = pair.desk.get_order(order.order_id)
        assert (found.status, int(found.broker_order_id)) == (S.OPEN, pair.records[0].number)
        assert (statuses(pair), len(pair.records)) == ([S.OPEN], 1)

    joined(tmp_path, test)


def test_a_request_that_is_lost_is_known_not_to_have_come(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.REQUEST_LOST)
        assert order.status is S.UNCONFIRMED
        assert await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).status is S.NOT_RECEIVED
        assert pair.records == []
        assert (await place(pair, Fate.PASSES)).status is S.OPEN
        assert len(pair.records) == 1

    joined(tmp_path, test)


def test_a_request_that_comes_late_is_refused_once_it_is_taken_for_lost(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.LATE)
        assert await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).status is S.NOT_RECEIVED
        (answer,) = await pair.line.release()
        assert b" 409 " in answer.partition(b"\r\n")[0]
        assert b"KeyWithdrawn" in answer
        assert pair.records == []

    joined(tmp_path, test)


def test_a_request_that_comes_late_and_is_not_yet_taken_for_lost_is_found(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.LATE)
        (answer,) = await pair.line.release()
        assert b" 201 " in answer.partition(b"\r\n")[0]
        assert await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).status is S.OPEN
        assert (statuses(pair), len(pair.records)) == ([S.OPEN], 1)

    joined(tmp_path, test)


def test_a_bridge_that_does_not_answer_is_not_waited_for_without_end(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as pair:
            await pair.begin_far()
            await pair.begin_near(Patience(answer=2))
            order = await place(pair, Fate.SILENT)
            assert (order.status, "no answer within 2 s" in order.reason) == (S.UNCONFIRMED, True)
            assert await pair.desk.settle()
            assert (statuses(pair), len(pair.records)) == ([S.OPEN], 1)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("fate", "status", "count"), [(Fate.ANSWER_LOST, S.OPEN, 1), (Fate.REQUEST_LOST, S.NOT_RECEIVED, 0)]
)
def test_a_bridge_that_dies_between_is_asked_when_it_is_back(
    tmp_path: Path, fate: Fate, status: OrderStatus, count: int
) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, fate)
        await pair.end_far()
        for _ in range(4):  # who cannot be asked tells nothing, however often
            assert not await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).status is S.UNCONFIRMED
        assert pair.desk.is_blind
        await pair.begin_far()
        assert await pair.desk.settle()
        assert (statuses(pair), len(pair.records)) == ([status], count)

    joined(tmp_path, test)


@pytest.mark.parametrize(
    ("fate", "status", "count"), [(Fate.ANSWER_LOST, S.OPEN, 1), (Fate.LATE, S.NOT_RECEIVED, 0)]
)
def test_a_client_that_dies_between_asks_when_it_is_back(
    tmp_path: Path, fate: Fate, status: OrderStatus, count: int
) -> None:
    async def test(pair: Pair) -> None:
        await place(pair, fate)
        await pair.end_near()
        desk = await pair.begin_near()
        assert [(each.status, each.source) for each in desk.orders] == [(status, "test")]
        await pair.line.release()
        assert len(pair.records) == count

    joined(tmp_path, test)


def test_an_order_that_is_in_doubt_there_is_in_doubt_here_and_settled_with_it(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        pair.broker.loses = "answer"
        order = await place(pair, Fate.PASSES)
        assert (order.status, "in doubt" in order.reason) == (S.UNCONFIRMED, True)
        await pair.far.desk.settle()
        assert await pair.desk.settle()
        assert (statuses(pair), len(pair.records)) == ([S.OPEN], 1)

    joined(tmp_path, test)


def test_an_order_that_never_left_the_bridge_is_given_up_when_it_is_given_up_there(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        pair.broker.loses = "order"
        order = await place(pair, Fate.PASSES)
        for _ in range(5):
            assert await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).status is S.UNCONFIRMED  # it is so there, too
        (there,) = pair.far.desk.orders
        response = await pair.client.rest.send(
            f"/v1/orders/{there.order_id}/settle", b'{"never_arrived": true}'
        )
        assert not isinstance(response, str)
        assert response.status == 200
        assert await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).status is S.NOT_RECEIVED
        assert pair.records == []

    joined(tmp_path, test)


def test_a_bridge_that_serves_another_account_now_is_not_believed(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.ANSWER_LOST)
        await pair.end_far()
        await pair.begin_far(session="another market")
        assert not await pair.desk.settle()
        with pytest.raises(Rejected, match="another account"):
            await pair.client.account()
        assert pair.desk.get_order(order.order_id).status is S.UNCONFIRMED
        await pair.end_far()
        await pair.begin_far()
        assert await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).status is S.OPEN

    joined(tmp_path, test)


def test_a_cancel_whose_answer_is_lost_is_settled_from_the_list(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.PASSES)
        pair.line.fates = [Fate.ANSWER_LOST]
        waiting = await pair.desk.cancel(order.order_id)
        assert waiting.is_unconfirmed or waiting.status is S.CANCELED  # the stream may have told it already
        assert await pair.desk.settle()
        assert statuses(pair) == [S.CANCELED]

    joined(tmp_path, test)


def test_a_new_price_whose_answer_is_lost_is_settled_from_the_list(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.PASSES)
        pair.line.fates = [Fate.ANSWER_LOST]
        await pair.desk.replace(order.order_id, 69_100)
        assert await pair.desk.settle()
        found = pair.desk.get_order(order.order_id)
        assert (found.status, found.price) == (S.OPEN, 69_100)
        assert int(found.broker_order_id) == pair.records[-1].number

    joined(tmp_path, test)


def test_what_fills_while_the_stream_is_down_is_counted_once(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.PASSES)
        pair.line.break_all()
        for _ in range(2):
            pair.simulation.submit(Place(MAKER, "005930", SELL, 1, 69_000), pair.clock.now())
        await until(lambda: pair.desk.get_order(order.order_id).filled_quantity == 2)
        assert pair.desk.look_at is None  # it went on by number: nothing may be missing
        pair.simulation.submit(Place(MAKER, "005930", SELL, 1, 69_000), pair.clock.now())
        await until(lambda: pair.desk.get_order(order.order_id).status is S.FILLED)
        assert await pair.desk.reconcile() == ()
        assert [fill.quantity for fill in pair.desk.fills] == [1, 1, 1]

    joined(tmp_path, test)


def test_after_a_restart_there_the_list_is_read_for_what_was_missed(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.PASSES)
        await pair.end_far()
        pair.simulation.submit(Place(MAKER, "005930", SELL, 2, 69_000), pair.clock.now())
        await pair.begin_far()
        await until(lambda: pair.desk.look_at is not None)
        assert await pair.desk.settle()
        assert pair.desk.get_order(order.order_id).filled_quantity == 2
        pair.simulation.submit(Place(MAKER, "005930", SELL, 1, 69_000), pair.clock.now())
        assert await pair.desk.settle()  # the list counts where notices were missed
        assert pair.desk.get_order(order.order_id).status is S.FILLED

    joined(tmp_path, test)


def test_the_order_of_another_client_is_followed_and_never_taken_for_ours(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        ours = await place(pair, Fate.REQUEST_LOST)
        await pair.far.desk.place(REQUEST, "another client")  # it looks the same
        assert await pair.desk.settle()
        assert pair.desk.get_order(ours.order_id).status is S.NOT_RECEIVED
        (other,) = [order for order in pair.desk.orders if order.source == OUTSIDE]
        assert (other.status, other.request) == (S.OPEN, REQUEST)
        assert len(pair.records) == 1

    joined(tmp_path, test)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_cut_whoever_dies_every_order_is_there_once_or_known_not_to_be(
    tmp_path: Path, seed: int
) -> None:
    luck = Random(seed)

    async def once(pair: Pair, number: int) -> None:
        price = 65_000 + 100 * number  # every wish looks different
        pair.line.fates = [luck.choice(list(Fate)[:4])]
        pair.broker.loses = luck.choice(["", "", "", "answer"])
        wish = OrderRequest(code="005930", side=BUY, quantity=1, price=price)
        await pair.desk.place(wish, f"wish {number}")
        if luck.random() < 0.25:
            await pair.end_far()
            await pair.begin_far()
        if luck.random() < 0.25:
            await pair.end_near()
            await pair.begin_near()
        if luck.random() < 0.3:
            await pair.line.release()

    async def test(pair: Pair) -> None:
        for number in range(12):
            await once(pair, number)
            if luck.random() < 0.5:
                await pair.desk.settle()
            for order in pair.desk.orders:
                if order.is_in_doubt:  # new risk would wait for it
                    await pair.far.desk.settle()
                    await pair.desk.settle()
        await pair.line.release()
        await pair.far.desk.settle()
        assert await pair.desk.settle()
        assert await pair.desk.reconcile() == ()
        there = sorted(record.request.price or 0 for record in pair.records)
        assert len(set(there)) == len(there)  # none twice
        ours = [order for order in pair.desk.orders if order.source != OUTSIDE]
        assert len(ours) == len(pair.desk.orders) == 12
        assert sorted(order.price or 0 for order in ours if order.status is S.OPEN) == there
        assert {order.status for order in ours} <= {S.OPEN, S.NOT_RECEIVED}
        assert {S.OPEN, S.NOT_RECEIVED} <= {order.status for order in ours}

    joined(tmp_path, test)


def throw(pair: Pair, state: TradingState) -> None:
    pair.control.write(TradingChanged(at=pair.clock.now(), state=state, by="김"))


def halt(pair: Pair) -> None:
    """Another process here throws the switch of the account."""
    throw(pair, TradingState.HALTED)


def reduce(pair: Pair) -> None:
    throw(pair, TradingState.REDUCING)


def freeze(pair: Pair) -> None:
    """The process here is frozen until another desk may believe that nothing arrived."""
    pair.clock.set(pair.clock.now() + pair.desk._patience.wait + timedelta(seconds=1))


@pytest.mark.parametrize("what", ["place", "replace"])
@pytest.mark.parametrize("happens", [halt, reduce, freeze])
def test_an_order_that_was_held_up_here_does_not_leave_after_all(
    tmp_path: Path, what: str, happens: Callable[[Pair], None]
) -> None:
    async def test(pair: Pair) -> None:
        before = await place(pair, Fate.PASSES)
        numbers = [record.number for record in pair.records]
        send = pair.client.rest.send

        async def send_late(*given: Any, **named: Any) -> Any:
            happens(pair)
            return await send(*given, **named)

        pair.client.rest.send = send_late  # type: ignore[method-assign]
        if what == "place":
            order = await place(pair, Fate.PASSES, replace(REQUEST, price=68_000))
            assert order.status is S.REJECTED
        else:
            order = await pair.desk.replace(before.order_id, 68_000)
            assert (order.status, order.price) == (S.OPEN, 69_000)
        assert [record.number for record in pair.records] == numbers

    joined(tmp_path, test)


def test_a_halt_here_does_not_keep_a_cancel_from_leaving(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await place(pair, Fate.PASSES)
        halt(pair)
        await pair.desk.cancel(order.order_id)
        await until(lambda: pair.desk.get_order(order.order_id).status is S.CANCELED)

    joined(tmp_path, test)
