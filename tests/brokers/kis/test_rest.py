"""What becomes of an order on the way to KIS: given up means that it does not arrive later."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from tests.brokers.kis.door import KIM, at

from hoga.brokers.kis import oauth, quotes, wire
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Reply
from hoga.brokers.kis.rest import Patience, Rest
from hoga.brokers.kis.tokens import Tokens
from hoga.clock import ManualClock
from hoga.domain.notices import NoAnswer
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side

ORDER = Order(
    order_id="20260506-000001",
    request=OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000),
    source="test",
    status=OrderStatus.SUBMITTED,
    price=70_000,
)
REQUEST = wire.order_request(ORDER, KIM.account.replace("-", ""), Environment.REAL)


def http(reply: Reply) -> bytes:
    return b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n" % (reply.status, len(reply.body)) + reply.body


async def against(
    test: Callable[[str], Awaitable[None]],
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        await test(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    finally:
        server.close()


def test_an_order_without_an_answer_is_cut_off_and_not_merely_left_behind() -> None:
    ends: list[str] = []
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            await reader.readexactly(length)
            if b"tokenP" not in head:
                break
            writer.write(http(oauth.token_reply("t" * 30, at("10:00"), datetime(2100, 1, 1, tzinfo=UTC))))
        try:
            await reader.read()
            ends.append("closed, and what was on its way would still arrive")
        except ConnectionResetError:
            ends.append("cut off")
        writer.close()
        ended.set()

    async def send(url: str) -> None:
        tokens = Tokens(ManualClock(at("10:00")))
        rest = Rest(KIM.keys, Environment.REAL, url, Patience(answer=0.2), tokens, None)
        await rest.open()
        try:
            assert await rest.send(REQUEST) == NoAnswer(why="no answer within 0.2 s")
            await asyncio.wait_for(ended.wait(), 5)
        finally:
            await rest.close()

    asyncio.run(against(send, serve))
    assert ends == ["cut off"]


def test_the_time_of_every_answer_is_heard_and_that_of_a_fault_page_is_not() -> None:
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            if head.startswith(b"POST"):
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                await reader.readexactly(length)
                reply = oauth.token_reply("t" * 30, at("10:00"), datetime(2100, 1, 1, tzinfo=UTC))
                date = b"login"
            else:
                status = 500 if heard[-1] == "question" else 200
                date, reply = b"question" if status == 200 else b"fault", Reply(status, b"{}")
            writer.write(http(reply).replace(b"\r\n", b"\r\nDate: " + date + b"\r\n", 1))

    async def ask(url: str) -> None:
        tokens = Tokens(ManualClock(at("10:00")))
        rest = Rest(KIM.keys, Environment.REAL, url, Patience(), tokens, None, hear_date=heard.append)
        await rest.open()
        try:
            question = quotes.price_request("005930", Environment.REAL)
            assert [await rest.ask(question, lambda reply: reply.status) for _ in range(2)] == [200, 500]
        finally:
            await rest.close()

    asyncio.run(against(ask, serve))
    assert heard == ["login", "question"]
