"""The bridge on a real socket of this computer: how it starts, answers and stops."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import httpx
import pytest

from hoga.domain.errors import BadInput
from hoga.domain.notices import Answer
from hoga.domain.order import Order
from hoga.domain.quote import Quote
from hoga.server import listener as listener_module
from hoga.server.access import Access
from hoga.server.bridge import bridge
from hoga.server.listener import listen

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

LOOPBACK = "127.0.0.1"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen(LOOPBACK, 0) as listening:
        yield listening


def test_half_an_answer_does_not_wait_for_the_other_half_to_be_acknowledged(
    listener: socket.socket,
) -> None:
    with socket.create_connection(listener.getsockname()):
        ours, _ = listener.accept()
        with ours:
            assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def run(
    day: "BridgeDay",
    listener: socket.socket,
    token: str,
    test: Callable[[str, httpx.AsyncClient], Awaitable[None]],
) -> None:
    """Run `test` against the open bridge. Nothing of it may be left afterwards."""

    async def with_bridge() -> None:
        async with (
            httpx.AsyncClient() as client,
            bridge(day.hoga, listener, Access(token, day.clock.now), day.answers) as url,
        ):
            await test(url, client)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(with_bridge())


def is_reachable(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True


# Listening


def test_any_free_port_can_be_taken() -> None:
    with listen(LOOPBACK, 0) as one, listen(LOOPBACK, 0) as other:
        assert one.getsockname()[0] == LOOPBACK
        assert one.getsockname()[1] != other.getsockname()[1] > 0


def test_a_port_in_use_is_bad_input_that_names_it(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(BadInput) as caught:
        listen(LOOPBACK, port)
    for sentence in (caught.value.korean, caught.value.english):
        assert f"{LOOPBACK}:{port}" in sentence
        assert "--port" in sentence


@pytest.mark.parametrize("host", ["192.0.2.1", "x" * 64, "999.0.0.1"])
def test_a_host_that_is_not_this_computer_is_bad_input(host: str) -> None:
    with pytest.raises(BadInput) as caught:
        listen(host, 0)
    assert host in caught.value.english


# Answering


def test_the_bridge_answers_and_takes_orders_on_a_real_socket(
    day: "BridgeDay", listener: socket.socket, token: str
) -> None:
    async def test(url: str, client: httpx.AsyncClient) -> None:
        assert url == f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        reply = await client.get(f"{url}/connection")
        assert (reply.status_code, reply.json()["res"]) == (200, "연결되었습니다.")
        assert reply.headers["X-Hoga-Prices"] == "made"
        rows = await client.get(f"{url}/marketeye?code=A005930&code=Q500001")
        assert [row["종목코드"] for row in rows.json()] == ["A005930", "Q500001"]
        wanted = day.wanted("/buy", price=day.exchange.limits("005930").lower)
        refused = await client.post(f"{url}/buy", params=wanted)
        assert (refused.status_code, day.records()) == (401, [])
        taken = await client.post(f"{url}/buy", params=wanted, headers={"Authorization": f"Bearer {token}"})
        assert taken.json()["broker_order_id"] == f"{day.records()[0].number:010d}"

    run(day, listener, token, test)
    assert len(day.records()) == 1


def test_an_unforeseen_error_does_not_end_the_bridge(
    day: "BridgeDay", listener: socket.socket, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(url: str, client: httpx.AsyncClient) -> None:
        day.broker.deafness = RuntimeError("secret")
        reply = await client.get(f"{url}/accountinfo")
        assert (reply.status_code, reply.json()["reason"]) == (500, "Unforeseen")
        day.broker.deafness = None
        assert (await client.get(f"{url}/accountinfo")).status_code == 200

    run(day, listener, token, test)
    assert "RuntimeError" in caplog.text  # whoever runs it can see what happened


# Stopping


def test_after_it_has_stopped_nobody_listens(day: "BridgeDay", listener: socket.socket, token: str) -> None:
    port = listener.getsockname()[1]

    async def test(url: str, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{url}/connection")).status_code == 200

    assert is_reachable(port)
    run(day, listener, token, test)
    assert not is_reachable(port)
    listen(LOOPBACK, port).close()


def test_it_stops_although_clients_stay_connected(
    day: "BridgeDay", listener: socket.socket, token: str
) -> None:
    async def test(url: str, client: httpx.AsyncClient) -> None:
        await client.get(f"{url}/connection")  # and keeps the connection
        port = listener.getsockname()[1]
        with socket.create_connection((LOOPBACK, port)) as silent:
            silent.sendall(b"GET /connection HTT")
            await client.get(f"{url}/connection")
        lasting.append(socket.create_connection((LOOPBACK, port)))
        lasting[0].sendall(b"GET /connection HTT")
        await client.get(f"{url}/connection")

    lasting: list[socket.socket] = []
    run(day, listener, token, test)
    lasting[0].settimeout(5)
    assert lasting[0].recv(1) == b""  # the bridge has hung up
    lasting[0].close()


def test_an_order_on_its_way_is_answered_before_it_stops(
    day: "BridgeDay", listener: socket.socket, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = day.broker.place
    sent, answering = asyncio.Event(), asyncio.Event()

    async def slow(order: Order) -> Answer:
        answer = await place(order)
        sent.set()
        await answering.wait()
        return answer

    monkeypatch.setattr(day.broker, "place", slow)

    async def order_and_stop() -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient() as client:
            async with bridge(day.hoga, listener, Access(token, day.clock.now), day.answers) as url:
                order = client.post(f"{url}/buy", params=day.wanted("/buy"), headers=headers)
                ordering = asyncio.create_task(order)
                await sent.wait()
                asyncio.get_running_loop().call_later(0.2, answering.set)
            assert answering.is_set()
            return await ordering

    body = asyncio.run(order_and_stop()).json()
    assert (body["cybos_status"], body["status"]) == (0, "filled")


def test_who_never_reads_an_answer_cannot_keep_it_from_stopping(
    day: "BridgeDay", listener: socket.socket, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "STOP_TIMEOUT", 0.1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # the answer shall not fit in between
    codes = "&".join(["code=A005930"] * 2_000)
    quotes, asked = day.broker.quotes, asyncio.Event()

    async def watched(codes: Sequence[str]) -> dict[str, Quote]:
        asked.set()
        return await quotes(codes)

    monkeypatch.setattr(day.broker, "quotes", watched)

    async def ask_and_stop() -> None:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(listener.getsockname())
            deaf.sendall(f"GET /marketeye?{codes} HTTP/1.1\r\nHost: {LOOPBACK}\r\n\r\n".encode())
            async with (
                asyncio.timeout(5),
                httpx.AsyncClient() as client,
                bridge(day.hoga, listener, Access(token, day.clock.now), day.answers) as url,
            ):
                await asked.wait()
                await client.get(f"{url}/connection")
        await asyncio.sleep(0.05)  # for its side of the socket to notice that the other is gone

    asyncio.run(ask_and_stop())


def test_an_error_inside_goes_through_and_the_bridge_has_stopped(
    day: "BridgeDay", listener: socket.socket, token: str
) -> None:
    port = listener.getsockname()[1]

    async def failing() -> None:
        async with bridge(day.hoga, listener, Access(token, day.clock.now), day.answers):
            raise BadInput("고장", "broken")

    with pytest.raises(BadInput, match="broken"):
        asyncio.run(failing())
    assert not is_reachable(port)


def test_a_cancelled_program_stops_the_bridge_too(
    day: "BridgeDay", listener: socket.socket, token: str
) -> None:
    port = listener.getsockname()[1]

    async def cancelled() -> None:
        is_open = asyncio.Event()

        async def program() -> None:
            async with bridge(day.hoga, listener, Access(token, day.clock.now), day.answers):
                is_open.set()
                await asyncio.Event().wait()

        running = asyncio.create_task(program())
        await is_open.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancelled())
    assert not is_reachable(port)


def test_signals_stay_with_the_program(day: "BridgeDay", listener: socket.socket, token: str) -> None:
    async def test(url: str, client: httpx.AsyncClient) -> None:
        assert signal.getsignal(signal.SIGTERM) is before

    before = signal.getsignal(signal.SIGTERM)
    run(day, listener, token, test)
