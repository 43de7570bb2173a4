"""What a client of another Hoga's bridge is told, and what it makes of it."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.brokers.kis.door import BUY, DAY, KIM, FakeBars, at, make_simulation
from tests.brokers.remote.far import TOKEN, bridged
from tests.brokers.remote.pair import QUICK, Pair, both, joined, until
from tests.server.test_attacks import certificate_files

from hoga.brokers.local import LocalBroker
from hoga.brokers.remote.client import RemoteClient
from hoga.clock import ManualClock
from hoga.domain.errors import (
    BadInput,
    BrokerError,
    LoginExpired,
    RateLimited,
    Rejected,
    Unanswered,
    Unreachable,
    WireError,
)
from hoga.domain.notices import Accepted, FillNotice, NoAnswer, Refused
from hoga.domain.order import Order, OrderStatus
from hoga.domain.quote import Trade
from hoga.domain.request import OrderRequest, Side
from hoga.exchange.commands import Place
from hoga.server.feed import Feed
from hoga.server.listener import Tls
from hoga.storage.bridge_tokens import BridgeTokens, Scope

REQUEST = OrderRequest(code="005930", side=BUY, quantity=3, price=69_000)


def make_order(number: str = "") -> Order:
    return Order(
        order_id="20260506-000001",
        request=REQUEST,
        source="test",
        status=OrderStatus.OPEN if number else OrderStatus.SUBMITTED,
        price=REQUEST.price,
        broker_order_ids=(number,) if number else (),
        key="a-key",
    )


# Who is let in


def test_a_wrong_token_is_told_and_never_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = "a-wrong-token-that-is-nobodys"

    async def run() -> None:
        async with both(tmp_path) as pair:
            await pair.begin_far()
            with pytest.raises(LoginExpired, match="hoga keys set") as caught:
                await pair.begin_near(token=secret)
            shown = [
                str(caught.value),
                repr(caught.value),
                caplog.text,
                repr(RemoteClient("u", secret, luck=float)),
            ]
            assert not any(secret in text for text in shown)

    asyncio.run(run())


def test_a_token_for_reading_places_nothing_and_the_order_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with both(tmp_path) as pair:
            tokens = BridgeTokens(tmp_path)
            secret = tokens.create("laptop", Scope.READ, at("10:00"))
            await pair.begin_far(tokens=tokens)
            desk = await pair.begin_near(token=secret)
            assert (await pair.client.about()).scope == "read"
            order = await desk.place(REQUEST, "test")
            assert (order.status, order.reason.partition(" ")[0]) == (OrderStatus.REJECTED, "Forbidden")
            assert pair.records == []
            tokens.revoke("laptop")
            with pytest.raises(LoginExpired):
                await pair.client.account()
            refused = await pair.client.place(make_order())
            assert isinstance(refused, Refused)
            assert refused.code == "Unauthorized"

    asyncio.run(run())


def test_what_is_refused_there_is_refused_here_with_its_reason(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        await pair.far.desk.halt(why="news")
        order = await pair.desk.place(REQUEST, "test")
        assert (order.status, order.reason.partition(" ")[0]) == (OrderStatus.REJECTED, "halted")
        assert pair.records == []
        pair.far.desk.resume()
        assert (await pair.desk.place(REQUEST, "test")).status is OrderStatus.OPEN

    joined(tmp_path, test)


def test_another_account_than_the_one_that_is_meant_is_refused(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        client = RemoteClient(pair.line.url, TOKEN, luck=float, account="11112222-01")
        with pytest.raises(BadInput, match="another account"):
            async with client:
                raise AssertionError("it connected")
        async with RemoteClient(
            pair.line.url, TOKEN, luck=float, account="50012345-01", has_stream=False
        ) as client:
            assert (await client.account()).number == KIM.account

    joined(tmp_path, test)


def test_where_nobody_listens_nothing_has_left(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        nowhere = RemoteClient("http://127.0.0.1:1", TOKEN, luck=float, patience=QUICK)
        with pytest.raises(Unreachable, match="hoga serve"):
            async with nowhere:
                raise AssertionError("it connected")
        await pair.client.rest.close()
        with pytest.raises(Unreachable):
            await pair.client.place(make_order())

    joined(tmp_path, test)


def test_a_certificate_of_ones_own_is_trusted_when_it_is_named_and_only_then(tmp_path: Path) -> None:
    certificate, key = certificate_files(tmp_path)

    async def run() -> None:
        simulation, clock = make_simulation(), ManualClock(at("10:00"))
        simulation.advance(clock.now())
        broker = LocalBroker(simulation, KIM.account, FakeBars(), clock)
        listed = FakeBars().instruments(DAY)
        async with bridged(broker, clock, listed, KIM.account, tls=Tls(certificate, key)) as far:
            assert far.url.startswith("https://")
            with pytest.raises(Unreachable, match="certificate"):
                async with RemoteClient(far.url, TOKEN, luck=float, patience=QUICK):
                    raise AssertionError("it connected")
            trusted = ssl.create_default_context(cafile=str(certificate))
            async with RemoteClient(far.url, TOKEN, luck=float, tls=trusted) as client:
                assert (await client.account()).number == KIM.account
                assert isinstance(await client.place(make_order()), Accepted)

    asyncio.run(run())


# Prices


def test_what_the_bridge_does_not_watch_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoga.server.feed.MOST_WATCHED", 1)  # what is held takes it up

    async def test(pair: Pair) -> None:
        told: asyncio.Queue[Trade] = asyncio.Queue()
        await pair.client.follow(["000660"], told.put_nowait)
        asked = pair.client.answers
        await until(lambda: pair.client.answers > asked + 1)
        pair.simulation.submit(Place("9000000001", "000660", Side.SELL, 2, 200_000), pair.clock.now())
        pair.simulation.submit(Place("9000000001", "000660", Side.BUY, 2, 200_000), pair.clock.now())
        trade = await asyncio.wait_for(told.get(), 10)
        assert (trade.code, trade.price, trade.quantity, trade.is_polled) == ("000660", 200_000, 2, True)

    joined(tmp_path, test)


def test_what_is_followed_is_followed_again_after_the_line_broke(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        told: asyncio.Queue[Trade] = asyncio.Queue()
        await pair.client.follow(["000660"], told.put_nowait)
        await pair.end_far()
        await pair.begin_far()
        assert pair.client._stream is not None
        stream = pair.client._stream
        await until(lambda: "000660" in stream.watched)
        for side in (Side.SELL, Side.BUY):
            pair.simulation.submit(Place("9000000001", "000660", side, 2, 200_000), pair.clock.now())
        trade = await asyncio.wait_for(told.get(), 10)
        assert (trade.code, trade.is_polled) == ("000660", False)

    joined(tmp_path, test)


def test_without_a_stream_prices_are_not_followed(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        async with RemoteClient(pair.line.url, TOKEN, luck=float, has_stream=False) as client:
            with pytest.raises(BadInput, match="without a stream"):
                await client.follow(["005930"], lambda trade: None)
            assert set(await client.quotes(["005930"])) == {"005930"}

    joined(tmp_path, test)


def test_the_register_is_the_one_of_the_other_hoga(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        assert await pair.client.instruments() == pair.far.hoga.instruments

    joined(tmp_path, test)


def test_a_fill_at_a_broken_price_is_left_to_the_list(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        order = await pair.desk.place(REQUEST, "test")
        (there,) = pair.far.desk.orders
        feed: Feed = pair.far.feed
        told: list[object] = []
        pair.client.on_notice(told.append)
        gaps: list[None] = []
        pair.client.on_gap(lambda: gaps.append(None))
        fill = {
            "order_id": there.order_id,
            "quantity": 3,
            "price": 68_999,
            "amount": 206_998,
            "at": pair.clock.now(),
        }
        feed.publish("fill", fill)
        await until(lambda: bool(gaps))
        feed.publish("fill", fill | {"price": 69_000, "amount": 207_000})
        await until(lambda: bool(told))
        (notice,) = told
        assert isinstance(notice, FillNotice)
        assert (notice.broker_order_id, notice.quantity, notice.price) == (order.broker_order_id, 3, 69_000)

    joined(tmp_path, test)


# A bridge that answers anything


Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


def at_a_stub(answer: tuple[int, Any], ask: Callable[[RemoteClient], Awaitable[object]]) -> None:
    """Let `ask` speak to something that answers everything with this status and body."""
    status, body = answer

    async def handle(request: web.Request) -> web.StreamResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, content_type="application/json")

    async def run() -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        client = RemoteClient(f"http://127.0.0.1:{port}", TOKEN, luck=float, patience=QUICK, has_stream=False)
        await client.rest.open()
        try:
            await ask(client)
        finally:
            await client.rest.close()
            await runner.cleanup()

    asyncio.run(run())


def refusal(reason: str) -> dict[str, str]:
    return {"reason": reason, "korean": "안 됩니다", "english": "no"}


ROW = {"order_id": "20260506-000001", "status": "open", "broker_order_id": "0000000007", "new_field": [1]}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(201, {"order": ROW, "more": 1}, Accepted, id="what is not known is passed over"),
        pytest.param(201, {"order": ROW | {"broker_order_id": None}}, NoAnswer, id="no number"),
        pytest.param(202, {"order": ROW | {"status": "unconfirmed"}}, NoAnswer, id="in doubt there"),
        pytest.param(202, {"order": ROW | {"status": "submitted"}}, NoAnswer, id="being sent there"),
        pytest.param(201, "<html>", NoAnswer, id="an answer that cannot be read"),
        pytest.param(201, {}, NoAnswer, id="an answer without an order"),
        pytest.param(422, refusal("off_tick"), Refused, id="refused"),
        pytest.param(400, refusal("BadInput"), Refused, id="a wrong request"),
        pytest.param(401, refusal("Unauthorized"), Refused, id="no token"),
        pytest.param(429, refusal("TooOften"), Refused, id="too often"),
        pytest.param(502, refusal("BrokerError"), Refused, id="the broker there could not be read"),
        pytest.param(502, refusal("Unanswered"), Refused, id="the broker there did not answer a question"),
        pytest.param(502, "bad gateway", NoAnswer, id="a proxy's 502"),
        pytest.param(502, refusal("Else"), NoAnswer, id="a 502 of a reason that is not known"),
        pytest.param(403, "forbidden", NoAnswer, id="a proxy's 403"),
        pytest.param(404, "not found", NoAnswer, id="a proxy's 404"),
        pytest.param(409, refusal("KeyReused"), NoAnswer, id="the key was used"),
        pytest.param(409, refusal("OtherAccount"), NoAnswer, id="another account"),
        pytest.param(500, refusal("Unforeseen"), NoAnswer, id="it broke"),
        pytest.param(503, refusal("JournalError"), NoAnswer, id="it cannot remember"),
        pytest.param(302, "", NoAnswer, id="a redirect is not followed"),
    ],
)
def test_only_what_is_certain_is_an_answer_to_an_order(status: int, body: Any, kind: type) -> None:
    async def ask(client: RemoteClient) -> None:
        answer = await client.place(make_order())
        assert isinstance(answer, kind), answer

    at_a_stub((status, body), ask)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"order": ROW | {"status": "pending_cancel"}}, Accepted),
        ({"order": ROW | {"status": "canceled"}}, Accepted),
        ({"order": ROW | {"status": "pending_cancel", "is_unconfirmed": True}}, NoAnswer),
        ({"order": ROW | {"status": "filled"}}, Refused),
        ("<html>", NoAnswer),
    ],
)
def test_what_became_of_a_cancel(body: Any, kind: type) -> None:
    async def ask(client: RemoteClient) -> None:
        client._orders.learn({"0000000007": "20260506-000001"})
        assert isinstance(await client.cancel(make_order("0000000007"), 3), kind)

    at_a_stub((200, body), ask)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, refusal("UnknownOrder"), Refused),
        (404, "not found", NoAnswer),
        (400, refusal("InvalidOrder"), Refused),
        (502, refusal("Unanswered"), Refused),
        (502, "bad gateway", NoAnswer),
        (500, refusal("Unforeseen"), NoAnswer),
    ],
)
def test_only_what_is_certain_is_an_answer_to_a_change(status: int, body: Any, kind: type) -> None:
    async def ask(client: RemoteClient) -> None:
        client._orders.learn({"0000000007": "20260506-000001"})
        assert isinstance(await client.cancel(make_order("0000000007"), 3), kind)
        assert isinstance(await client.replace(make_order("0000000007"), 69_100), kind)

    at_a_stub((status, body), ask)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"order": ROW | {"broker_order_id": "0000000008"}}, Accepted),
        ({"order": ROW}, NoAnswer),
        ({"order": ROW | {"status": "pending_replace", "is_unconfirmed": True}}, NoAnswer),
        ("<html>", NoAnswer),
    ],
)
def test_what_became_of_a_new_price(body: Any, kind: type) -> None:
    async def ask(client: RemoteClient) -> None:
        client._orders.learn({"0000000007": "20260506-000001"})
        assert isinstance(await client.replace(make_order("0000000007"), 69_100), kind)

    at_a_stub((200, body), ask)


def test_an_order_that_cannot_be_found_there_is_neither_cancelled_nor_in_doubt() -> None:
    async def unknown(client: RemoteClient) -> None:
        refused = await client.cancel(make_order("0000000007"), 3)
        assert isinstance(refused, Refused)
        assert refused.code == "UNKNOWN_ORDER"

    at_a_stub((200, {"reports": []}), unknown)

    async def unreadable(client: RemoteClient) -> None:
        with pytest.raises(Unreachable):
            await client.cancel(make_order("0000000007"), 3)

    at_a_stub((502, refusal("BrokerError")), unreadable)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, refusal("BadInput"), BadInput),
        (401, refusal("Unauthorized"), LoginExpired),
        (403, refusal("Forbidden"), Rejected),
        (409, refusal("OtherAccount"), Rejected),
        (429, refusal("TooOften"), RateLimited),
        (502, refusal("Unanswered"), Unanswered),
        (502, refusal("Unreachable"), Unreachable),
        (502, "bad gateway", BrokerError),
        (503, refusal("JournalError"), BrokerError),
        (200, "<html>", WireError),
        (200, {"account": {}}, WireError),
    ],
)
def test_a_question_that_is_not_answered_is_an_error_that_says_what_to_do(
    status: int, body: Any, error: type[Exception]
) -> None:
    async def ask(client: RemoteClient) -> None:
        with pytest.raises(error):
            await client.account()

    at_a_stub((status, body), ask)


@pytest.mark.parametrize("state", ["running", "lost", "something new", "taken"])
def test_a_key_of_which_nothing_certain_is_told_stays_in_doubt(state: str) -> None:
    async def ask(client: RemoteClient) -> None:
        assert isinstance(await client.recall(make_order()), NoAnswer)

    at_a_stub((200, {"key": {"state": state, "order": None, "broker_order_ids": []}}), ask)


def test_words_that_repeat_the_token_are_masked() -> None:
    async def ask(client: RemoteClient) -> None:
        with pytest.raises(BrokerError) as caught:
            await client.account()
        assert TOKEN not in str(caught.value)
        assert "***" in str(caught.value)

    at_a_stub((502, {"reason": "BrokerError", "korean": f"x {TOKEN}", "english": f"x {TOKEN}"}), ask)
