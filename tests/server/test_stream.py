"""The stream: a snapshot, then numbered updates, for readers that come, go, come back and fall behind."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import pytest

from hoga.domain.errors import BrokerError
from hoga.domain.request import OrderRequest, Side
from hoga.server import feed as feed_module
from hoga.server import stream as stream_module
from hoga.server.bridge import bridge
from hoga.server.feed import Feed
from hoga.server.listener import listen

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay, OpenBridge

CODE, OTHER, WATCHED = "005930", "247540", "500001"


class Reader:
    """A reader at the ASGI side: what it was sent, and whether it takes anything."""

    def __init__(self, day: "BridgeDay", headers: dict[str, str] | None = None, **query: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self.takes = asyncio.Event()
        self.takes.set()
        self._arrived = asyncio.Event()
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        given = {"Host": "127.0.0.1:5000", "Authorization": f"Bearer {day.token}"} | (headers or {})
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": "/v1/stream",
            "raw_path": b"/v1/stream",
            "root_path": "",
            "query_string": urlencode(query, doseq=True).encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 5000),
            "subprotocols": [],
            "state": {},
        }
        self.task = asyncio.create_task(day.app(scope, self._incoming.get, self._send))

    async def _send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.closed = message["code"], message.get("reason", "")
        elif message["type"] == "websocket.send":
            await self.takes.wait()
            self.sent.append(json.loads(message["text"]))
            self._arrived.set()

    async def until(self, count: int) -> list[dict[str, Any]]:
        """What was sent, when there are so many messages."""
        while len(self.sent) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return self.sent

    def say(self, message: Any) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    async def told(self, kind: str) -> list[dict[str, Any]]:
        """Its messages of this kind, when one more has come."""
        known = [each for each in self.sent if each["kind"] == kind]
        while len(found := [each for each in self.sent if each["kind"] == kind]) == len(known):
            await self.until(len(self.sent) + 1)
        return found

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.task


def reading(day: "BridgeDay", test: Callable[[Feed], Awaitable[None]]) -> None:
    async def run() -> None:
        feed: Feed = day.app.state.feed
        try:
            async with asyncio.timeout(20):
                await test(feed)
        finally:
            await feed.close()

    asyncio.run(run())


async def buy(day: "BridgeDay", price: int | None = None) -> None:
    ask = day.exchange.quote(CODE).ask if price is None else price
    await day.desk.place(OrderRequest(code=CODE, side=Side.BUY, quantity=1, price=ask), "test")


def test_a_snapshot_comes_first_and_then_what_happens_numbered_without_gaps(day: "BridgeDay") -> None:
    async def test(feed: Feed) -> None:
        reader = Reader(day, code=WATCHED)
        (snapshot,) = await reader.until(1)
        assert (snapshot["kind"], snapshot["number"], snapshot["stream"]) == ("snapshot", 0, feed.stream)
        assert snapshot["prices"] == "made"
        assert snapshot["trading"]["state"] == "active"
        assert {each["code"] for each in snapshot["positions"]} >= {CODE, OTHER}
        assert {each["code"] for each in snapshot["quotes"]} >= {CODE, WATCHED}
        await buy(day)
        while "position" not in [each["kind"] for each in reader.sent]:
            await reader.until(len(reader.sent) + 1)
        updates = reader.sent[1:]
        assert [each["number"] for each in updates] == list(range(1, len(updates) + 1))
        orders = [each["data"] for each in updates if each["kind"] == "order"]
        assert orders[0]["status"] == "submitted"
        (fill,) = [each["data"] for each in updates if each["kind"] == "fill"]
        assert (fill["code"], fill["quantity"]) == (CODE, 1)
        (position,) = [each["data"] for each in updates if each["kind"] == "position"]
        assert position["quantity"] == day.desk.positions[CODE].quantity == 11
        await reader.leave()

    reading(day, test)


def test_who_was_away_goes_on_by_number(day: "BridgeDay") -> None:
    async def test(feed: Feed) -> None:
        first = Reader(day)
        await first.until(1)
        await first.leave()
        await buy(day, day.exchange.quote(CODE).lower_limit)
        seen = feed.number
        assert seen > 0
        back = Reader(day, stream=feed.stream, after=1)
        sent = await back.until(seen - 1)
        assert [each["number"] for each in sent] == list(range(2, seen + 1))
        await back.leave()

    reading(day, test)


@pytest.mark.parametrize(
    "known",
    [{"after": 0}, {"stream": "another", "after": 0}, {"after": 99}, {"after": "x"}, {"after": "9" * 30}],
)
def test_who_cannot_go_on_gets_a_snapshot(day: "BridgeDay", known: dict[str, Any]) -> None:
    async def test(feed: Feed) -> None:
        query = known if "stream" in known or known == {"after": 0} else {"stream": feed.stream, **known}
        reader = Reader(day, **query)
        assert (await reader.until(1))[0]["kind"] == "snapshot"
        await reader.leave()

    reading(day, test)


def test_updates_that_are_not_kept_any_more_are_made_up_for_by_a_snapshot(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "KEPT", 3)

    async def test(_: Feed) -> None:
        feed = Feed(day.hoga)
        for number in range(5):
            feed.publish("trade", {"number": number})
        assert feed.after(1) is None
        kept = feed.after(2)
        assert kept is not None
        assert [json.loads(each)["number"] for each in kept] == [3, 4, 5]
        assert feed.after(5) == []
        assert feed.after(6) is None

    reading(day, test)


def test_prices_and_books_of_what_is_watched_are_told_as_they_change(day: "BridgeDay") -> None:
    async def test(feed: Feed) -> None:
        reader = Reader(day, code=WATCHED)
        await reader.until(1)
        while not feed._watched:  # noqa: ASYNC110 - followed at the first look
            await asyncio.sleep(0)
        day.simulation.advance(day.clock.now().replace(minute=40))
        kinds = {"trade": 0, "book": 0}
        codes = set()
        for each in (await reader.until(40))[1:]:
            kinds[each["kind"]] += 1
            codes.add(each["data"]["code"])
        assert min(kinds.values()) > 0
        assert codes <= {CODE, OTHER, "122630", WATCHED}
        await reader.leave()

    reading(day, test)


def test_the_switch_is_told_whoever_throws_it(day: "BridgeDay", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "LOOK_EVERY", 0.0)

    async def test(feed: Feed) -> None:
        reader = Reader(day)
        await reader.until(1)
        day.desk.reduce(why="close")
        while "trading" not in [each["kind"] for each in reader.sent]:
            await reader.until(len(reader.sent) + 1)
        (told,) = [each["data"] for each in reader.sent if each["kind"] == "trading"]
        assert (told["state"], told["why"]) == ("reducing", "close")
        await reader.leave()

    reading(day, test)


def test_a_reader_wants_other_issues_and_hears_when_they_are_watched(open_bridge: "OpenBridge") -> None:
    day = open_bridge(holdings=())

    async def test(feed: Feed) -> None:
        reader = Reader(day)
        await reader.until(1)
        reader.say({"watch": [WATCHED, "A005930"]})
        (answer,) = await reader.told("watching")
        assert answer == {"kind": "watching", "codes": [WATCHED, CODE]}
        assert WATCHED in feed._watched
        reader.say({"watch": []})
        assert (await reader.told("watching"))[1] == {"kind": "watching", "codes": []}
        assert feed._watched == ()  # nobody wants them any more
        await reader.leave()

    reading(day, test)


@pytest.mark.parametrize("said", [{"watch": ["999999"]}, {"watch": "005930"}, {}, [], {"watch": ["x"] * 301}])
def test_what_a_reader_wants_must_exist(day: "BridgeDay", said: Any) -> None:
    async def test(feed: Feed) -> None:
        reader = Reader(day)
        await reader.until(1)
        reader.say(said)
        (answer,) = await reader.told("problem")
        assert (answer["reason"], answer["status"]) == ("BadInput", 400)
        await reader.leave()

    reading(day, test)


def test_a_broker_that_follows_nothing_now_is_told(
    open_bridge: "OpenBridge", monkeypatch: pytest.MonkeyPatch
) -> None:
    day = open_bridge(holdings=())

    async def fail(codes: object, callback: object) -> None:
        raise BrokerError("끊김", "the line is down")

    async def test(feed: Feed) -> None:
        reader = Reader(day)
        await reader.until(1)
        monkeypatch.setattr(day.broker, "follow", fail)
        reader.say({"watch": [WATCHED]})
        (answer,) = await reader.told("problem")
        assert (answer["reason"], answer["status"]) == ("BrokerError", 502)
        await reader.leave()

    reading(day, test)


def test_two_hundred_readers_hear_the_same(day: "BridgeDay") -> None:
    async def test(feed: Feed) -> None:
        readers = [Reader(day) for _ in range(200)]
        for reader in readers:
            await reader.until(1)
        assert feed.readers == 200
        for number in range(50):
            feed.publish("trade", {"code": CODE, "price": number})
        for reader in readers:
            assert [each["number"] for each in (await reader.until(51))[1:]] == list(range(1, 51))
        for reader in readers:
            await reader.leave()
        assert feed.readers == 0

    reading(day, test)


def test_a_reader_who_takes_nothing_is_dropped_with_a_reason_and_holds_up_nobody(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "SEND_PATIENCE", 0.05)

    async def test(feed: Feed) -> None:
        slow, quick = Reader(day), Reader(day)
        await slow.until(1)
        await quick.until(1)
        slow.takes.clear()
        for number in range(10):
            feed.publish("trade", {"price": number})
        await quick.until(11)
        await slow.task
        assert slow.closed is not None
        assert slow.closed[0] == 1013
        assert "too slow" in slow.closed[1]
        assert len(slow.sent) == 1
        await quick.leave()

    reading(day, test)


def test_a_reader_who_falls_too_far_behind_is_dropped(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "MOST_BEHIND", 20)

    async def test(feed: Feed) -> None:
        reader = Reader(day)
        await reader.until(1)
        for number in range(21):
            feed.publish("trade", {"price": number})
        await reader.task
        assert reader.closed is not None
        assert "20 updates behind" in reader.closed[1]

    reading(day, test)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
    ],
)
def test_nobody_reads_who_may_not(day: "BridgeDay", headers: dict[str, str]) -> None:
    async def test(feed: Feed) -> None:
        reader = Reader(day, headers)
        await reader.task
        assert reader.closed is not None
        assert reader.closed[0] == 1008
        assert reader.sent == []
        assert feed.readers == 0

    reading(day, test)


def test_an_unknown_code_is_refused(day: "BridgeDay") -> None:
    async def test(feed: Feed) -> None:
        reader = Reader(day, code="999999")
        await reader.task
        assert reader.closed is not None
        assert "no such instrument" in reader.closed[1]

    reading(day, test)


def test_no_reader_has_the_updates_compressed_for_it_alone(day: "BridgeDay") -> None:
    async def run() -> None:
        with listen("127.0.0.1", 0) as listener:
            async with (
                asyncio.timeout(20),
                bridge(day.hoga, listener, day.access, day.answers) as url,
                aiohttp.ClientSession(headers={"Authorization": f"Bearer {day.token}"}) as session,
                session.ws_connect(f"{url}/v1/stream", compress=15) as socket,
            ):
                assert not socket.compress
                assert (await socket.receive_json())["kind"] == "snapshot"

    asyncio.run(run())


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize(
    ("path", "token", "status", "reason"),
    [
        ("/v1/stream", "x", 401, "Unauthorized"),
        ("/v1/stream?code=999999", "", 400, "BadInput"),
        ("/v1/nostream", "", 404, "Http"),
        ("/v1/account", "", 404, "Http"),
        ("/", "", 404, "Http"),
    ],
)
def test_a_socket_that_is_refused_hears_a_problem_and_leaves_no_line(
    day: "BridgeDay", caplog: pytest.LogCaptureFixture, path: str, token: str, status: int, reason: str
) -> None:
    async def run() -> None:
        headers = {"Authorization": f"Bearer {token or day.token}", **UPGRADE}
        with listen("127.0.0.1", 0) as listener:
            async with (
                asyncio.timeout(20),
                bridge(day.hoga, listener, day.access, day.answers) as url,
                aiohttp.ClientSession() as session,
                session.get(f"{url}{path}", headers=headers) as answer,
            ):
                assert (answer.status, answer.content_type) == (status, "application/problem+json")
                assert (await answer.json())["reason"] == reason

    asyncio.run(run())
    assert not [each for each in caplog.records if each.name.startswith("uvicorn")]


def test_a_client_reads_over_a_real_socket(day: "BridgeDay") -> None:
    async def run() -> None:
        with listen("127.0.0.1", 0) as listener:
            async with (
                asyncio.timeout(20),
                bridge(day.hoga, listener, day.access, day.answers) as url,
                aiohttp.ClientSession(headers={"Authorization": f"Bearer {day.token}"}) as session,
            ):
                async with session.ws_connect(f"{url}/v1/stream?code={CODE}") as socket:
                    assert (await socket.receive_json())["kind"] == "snapshot"
                    await buy(day, day.exchange.quote(CODE).lower_limit)
                    first = await socket.receive_json()
                    while first["kind"] != "order":
                        first = await socket.receive_json()
                    assert first["data"]["status"] == "submitted"
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await session.ws_connect(f"{url}/v1/stream", headers={"Authorization": "Bearer x"})
                assert refused.value.status == 401
                async with session.get(f"{url}/v1/stream?code=999999", headers=UPGRADE) as answer:
                    assert (answer.status, answer.content_type) == (400, "application/problem+json")
                    assert "no such instrument" in (await answer.json())["english"]

    asyncio.run(run())
