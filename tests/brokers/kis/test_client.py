"""The client against a small scripted KIS on loopback.

The messages are made by the server side of the codec, which `test_wire` and `test_frames` hold to recorded
answers; here it is about what is sent, how often, and what becomes of silence.
"""

import asyncio
import contextlib
import logging
import socket
import struct
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest
from aiohttp import web

from hoga.brokers.kis import (
    background,
    daily_bars,
    frames,
    holdings,
    notices,
    oauth,
    order_list,
    quotes,
    ticks,
    wire,
)
from hoga.brokers.kis.attempts import Attempts
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import (
    PROFILES,
    Action,
    Environment,
    Message,
)
from hoga.brokers.kis.envelope import (
    Keys,
    Reply,
    Request,
    body_fields,
    fault_reply,
    incoming,
    message_reply,
)
from hoga.brokers.kis.governor import Governor
from hoga.brokers.kis.pacing import STEPS
from hoga.brokers.kis.rest import Patience
from hoga.brokers.kis.shared import SharedFile
from hoga.brokers.kis.tokens import Tokens
from hoga.clock import ManualClock
from hoga.domain.account import Account
from hoga.domain.bar import Bar
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
from hoga.domain.instrument import Instrument, Market
from hoga.domain.notices import (
    Accepted,
    CancelNotice,
    FillNotice,
    NoAnswer,
    Notice,
    OrderReport,
    ReceivedNotice,
    Refused,
    RejectNotice,
    ReplaceNotice,
)
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.quote import Level, OrderBook, Quote, Trade
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase
from hoga.ports import Broker, MarketData

T = TypeVar("T")
REAL, PAPER = Environment.REAL, Environment.PAPER

START = datetime(2025, 11, 14, 10, 0, tzinfo=KST)
APPKEY, APPSECRET, ACCOUNT, HTS_ID = "key-of-the-test", "secret-of-the-test", "5001234501", "htsid77"
TOKEN, APPROVAL = "token-of-the-test", "approval-of-the-test"
CIPHER = notices.NoticeCipher("K" * 32, "V" * 16)
ORDER_PATHS = ("/uapi/domestic-stock/v1/trading/order-cash", "/uapi/domestic-stock/v1/trading/order-rvsecncl")

Script = Callable[[Request, web.Request], Reply | Awaitable[Reply]]


def run(story: Coroutine[Any, Any, T]) -> T:
    """The result of a story, which is over within seconds or wrong."""

    async def bounded() -> T:
        async with asyncio.timeout(20):
            return await story

    return asyncio.run(bounded())


@dataclass
class FakeKis:
    """Keeps what it is asked and answers by script: a list per path, whose last entry goes on for ever."""

    environment: Environment = REAL
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    scripts: dict[str, list[Script]] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    """Method, path and headers of every request, in their order."""
    requests: list[Request] = field(default_factory=list)
    heard: asyncio.Queue[frames.Subscription | frames.Ping] = field(default_factory=asyncio.Queue)
    sockets: asyncio.Queue[web.WebSocketResponse] = field(default_factory=asyncio.Queue)
    closed: asyncio.Queue[int | None] = field(default_factory=asyncio.Queue)
    acks: dict[str, list[str | None]] = field(default_factory=dict)
    """Answers to registrations by tr_key: codes, or None for silence; the last goes on for ever."""
    cipher: notices.NoticeCipher = CIPHER
    tokens: int = 0
    rest_port: int = 0
    websocket_port: int = 0
    runners: list[web.AppRunner] = field(default_factory=list)

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.rest_port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.websocket_port}"

    def script(self, path: str, *answers: Reply | Script) -> None:
        """Answer the calls of a path, named by its end, in this order."""
        self.scripts[path] = [fixed(answer) if isinstance(answer, Reply) else answer for answer in answers]

    def count(self, end: str) -> int:
        return sum(path.endswith(end) for _, path, _ in self.asked)

    @property
    def posts(self) -> int:
        """How many orders, 정정 and 취소 have arrived."""
        return sum(path in ORDER_PATHS for _, path, _ in self.asked)

    async def start(self) -> None:
        self.rest_port = await self._serve(self._answer, self.rest_port)
        self.websocket_port = await self._serve(self._converse, self.websocket_port)

    async def stop(self) -> None:
        while self.runners:
            await self.runners.pop().cleanup()

    async def stop_rest(self) -> None:
        await self.runners.pop(0).cleanup()

    async def _serve(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], port: int) -> int:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.runners.append(runner)
        return int(runner.addresses[0][1])

    async def _answer(self, http: web.Request) -> web.StreamResponse:
        body = await http.read()
        self.asked.append((http.method, http.path, http.headers.copy()))
        request = incoming(
            self.environment,
            method=http.method,
            path=http.path,
            tr_id=http.headers.get("tr_id", ""),
            query=dict(http.query),
            body=body,
            tr_cont=http.headers.get("tr_cont", ""),
        )
        self.requests.append(request)
        scripts = next((scripts for end, scripts in self.scripts.items() if http.path.endswith(end)), None)
        if scripts is None:
            reply = self._login(http.path)
        else:
            script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
            made = script(request, http)
            reply = made if isinstance(made, Reply) else await made
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers={"tr_cont": reply.tr_cont, "Content-Type": "application/json"},
        )

    def _login(self, path: str) -> Reply:
        if path == "/oauth2/Approval":
            return oauth.approval_reply(APPROVAL)
        assert path == "/oauth2/tokenP", path
        self.tokens += 1
        now = self.clock.now()
        return oauth.token_reply(f"{TOKEN}-{self.tokens}", now, now + timedelta(hours=24))

    async def _converse(self, http: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(http)
        self.sockets.put_nowait(socket)
        async for message in socket:
            asked = frames.asked_subscription(message.data)
            self.heard.put_nowait(asked)
            if isinstance(asked, frames.Ping):
                continue
            codes = self.acks.get(asked.tr_key, ["OPSP0001" if asked.is_release else "OPSP0000"])
            code = codes.pop(0) if len(codes) > 1 else codes[0]
            if code is not None:
                cipher = self.cipher if code == "OPSP0000" else None
                await socket.send_str(frames.ack_frame(asked.tr_id, asked.tr_key, code, cipher))
        self.closed.put_nowait(socket.close_code)
        return socket

    async def next_frames(self, count: int) -> list[tuple[str, str, bool]]:
        """The next registrations and releases: stream, key, whether it is a release."""
        found = []
        for _ in range(count):
            asked = await self.heard.get()
            assert isinstance(asked, frames.Subscription)
            assert asked.approval_key.startswith(APPROVAL)
            found.append((asked.tr_id, asked.tr_key, asked.is_release))
        return found


def fixed(reply: Reply) -> Script:
    return lambda request, http: reply


@asynccontextmanager
async def connected(
    kis: FakeKis,
    *,
    patience: Patience | None = None,
    luck: Callable[[], float] = lambda: 1.0,
    names: dict[str, str] | None = None,
    etns: Sequence[str] = (),
    tokens: Tokens | None = None,
    governor: Governor | None = None,
    attempts: Attempts | None = None,
    tell: Callable[[str], object] = lambda sentence: None,
    keep: Callable[[str], object] | None = None,
) -> AsyncIterator[KisClient]:
    """A client that has entered, and its KIS."""
    await kis.start()
    try:
        async with make_client(
            kis,
            patience=patience,
            luck=luck,
            names=names,
            etns=etns,
            tokens=tokens,
            governor=governor,
            attempts=attempts,
            tell=tell,
            keep=keep,
        ) as client:
            yield client
    finally:
        await kis.stop()


QUICK = Patience(retry_first=0.001, retry_longest=0.01, spacing=0)


def make_client(
    kis: FakeKis,
    *,
    patience: Patience | None = None,
    luck: Callable[[], float] = lambda: 1.0,
    names: dict[str, str] | None = None,
    etns: Sequence[str] = (),
    rest_url: str | None = None,
    tokens: Tokens | None = None,
    governor: Governor | None = None,
    attempts: Attempts | None = None,
    tell: Callable[[str], object] = lambda sentence: None,
    keep: Callable[[str], object] | None = None,
) -> KisClient:
    return KisClient(
        Keys(APPKEY, APPSECRET),
        "50012345-01",
        HTS_ID,
        kis.environment,
        clock=kis.clock,
        luck=luck,
        rest_url=rest_url or kis.rest_url,
        websocket_url=kis.websocket_url,
        patience=patience or QUICK,
        names=names,
        etns=etns,
        tokens=tokens,
        governor=governor,
        attempts=attempts,
        tell=tell,
        keep=keep,
    )


def an_order(
    price: int | None = 70_000,
    order_type: OrderType = OrderType.LIMIT,
    time_in_force: TimeInForce = TimeInForce.DAY,
    numbers: tuple[str, ...] = (),
) -> Order:
    request = OrderRequest(
        code="005930",
        side=Side.BUY,
        quantity=10,
        price=price,
        order_type=order_type,
        time_in_force=time_in_force,
    )
    status = OrderStatus.OPEN if numbers else OrderStatus.SUBMITTED
    return Order(
        order_id="20251114-000001",
        request=request,
        source="test",
        status=status,
        price=price,
        broker_order_ids=numbers,
    )


def taken(number: int = 8637) -> Script:
    return lambda request, http: wire.accepted_reply(request, number, START)


def html(status: int) -> Reply:
    return Reply(status, b"<html><body>nginx</body></html>")


def hang_up(request: Request, http: web.Request) -> Reply:
    """The request was read, then the connection breaks."""
    assert http.transport is not None
    http.transport.close()
    return Reply(200, b"")


def reset(request: Request, http: web.Request) -> Reply:
    """The same, by a reset instead of an end."""
    assert http.transport is not None
    linger = struct.pack("ii", 1, 0)
    http.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    http.transport.abort()
    return Reply(200, b"")


def babble(request: Request, http: web.Request) -> Reply:
    """Something that is no HTTP."""
    assert isinstance(http.transport, asyncio.Transport)
    http.transport.write(b"\x00\x01 what?\r\n\r\n")
    http.transport.close()
    return Reply(200, b"")


async def break_off(request: Request, http: web.Request) -> Reply:
    """The connection breaks in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "500"})
    await response.prepare(http)
    await response.write(b'{"rt_cd":"0","msg_cd":"APBK0013",')
    assert http.transport is not None
    http.transport.close()
    return Reply(200, b"")


async def fall_silent(request: Request, http: web.Request) -> Reply:
    """No answer for as long as anybody waits."""
    await asyncio.Event().wait()
    raise AssertionError


def holder_of(count: int) -> Account:
    positions = tuple(
        Position(f"{index:06}", f"종목{index}", index + 1, index, 1_000 * (index + 1), 1_100)
        for index in range(count)
    )
    return Account(
        number=ACCOUNT,
        deposit=5_000_000,
        deposit_d1=4_000_000,
        deposit_d2=3_000_000,
        buying_power=2_500_000,
        costs_today=140,
        positions=positions,
    )


def balance(account: Account) -> Script:
    return lambda request, http: holdings.balance_reply(request, account, holdings.DayTotals(costs=140))


def power(amount: int = 2_500_000) -> Script:
    return lambda request, http: holdings.buying_power_reply(request, amount, 0, 0)


# Login ----------------------------------------------------------------------------------------------------


def test_it_keeps_the_promises() -> None:
    client = make_client(FakeKis())
    broker: Broker = client
    market: MarketData = client
    assert broker.name == "KIS"
    assert market is client


def test_one_token_serves_many_calls() -> None:
    async def story() -> FakeKis:
        kis = FakeKis()
        kis.script("inquire-psbl-order", power())
        async with connected(kis) as client:
            for _ in range(3):
                assert await client.buying_power("005930", 70_000) == 2_500_000
        return kis

    kis = run(story())
    assert kis.count("tokenP") == 1
    _, _, headers = next(call for call in kis.asked if call[1].endswith("inquire-psbl-order"))
    assert headers["authorization"] == f"Bearer {TOKEN}-1"
    assert (headers["appkey"], headers["appsecret"]) == (APPKEY, APPSECRET)
    assert (headers["tr_id"], headers["custtype"]) == ("TTTC8908R", "P")


def test_a_token_is_renewed_ten_minutes_before_its_end() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", power())
        async with connected(kis) as client:
            kis.clock.set(START + timedelta(hours=23, minutes=49))
            await client.buying_power("005930", None)
            assert kis.tokens == 1
            kis.clock.set(START + timedelta(hours=23, minutes=51))
            await client.buying_power("005930", None)
            assert kis.tokens == 2

    run(story())


def test_a_token_that_ends_at_once_is_still_used() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("tokenP", oauth.token_reply(TOKEN, START, START + timedelta(minutes=1)))
        kis.script("inquire-psbl-order", power())
        async with connected(kis) as client:
            assert await client.buying_power("005930", None) == 2_500_000
        assert kis.count("tokenP") == 1

    run(story())


@pytest.mark.parametrize("code", ["EGW00121", "EGW00122", "EGW00123"])
def test_a_question_with_a_refused_token_is_asked_again_with_a_new_one(code: str) -> None:
    async def story() -> FakeKis:
        kis = FakeKis()
        kis.script("inquire-psbl-order", fault_reply(code), power())
        async with connected(kis) as client:
            kis.clock.set(START + timedelta(hours=7))
            assert await client.buying_power("005930", None) == 2_500_000
        return kis

    kis = run(story())
    assert kis.tokens == 2
    sent = [headers["authorization"] for _, path, headers in kis.asked if path.endswith("psbl-order")]
    assert sent == [f"Bearer {TOKEN}-1", f"Bearer {TOKEN}-2"]


def test_a_new_token_that_is_refused_too_is_told() -> None:
    async def story() -> FakeKis:
        kis = FakeKis()
        kis.script("inquire-psbl-order", fault_reply("EGW00121"))
        async with connected(kis) as client:
            kis.clock.set(START + timedelta(hours=7))
            with pytest.raises(LoginExpired) as raised:
                await client.buying_power("005930", None)
            assert raised.value.code == "EGW00121"
        return kis

    kis = run(story())
    assert (kis.tokens, kis.count("inquire-psbl-order")) == (2, 2)


def test_questions_at_once_with_an_old_token_log_in_once() -> None:
    async def story() -> None:
        kis = FakeKis()

        def only_new(request: Request, http: web.Request) -> Reply:
            if http.headers["authorization"] == f"Bearer {TOKEN}-1":
                return fault_reply("EGW00123")
            return holdings.buying_power_reply(request, 1, 0, 0)

        kis.script("inquire-psbl-order", only_new)
        async with connected(kis) as client:
            kis.clock.set(START + timedelta(hours=7))
            answers = await asyncio.gather(*(client.buying_power("005930", None) for _ in range(5)))
        assert answers == [1] * 5
        assert kis.tokens == 2

    run(story())


def test_a_second_token_within_a_minute_is_not_asked_for() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", fault_reply("EGW00121"), power())
        async with connected(kis) as client:
            kis.clock.set(START + timedelta(seconds=59))
            with pytest.raises(RateLimited) as raised:
                await client.buying_power("005930", None)
            assert raised.value.code == "EGW00133"
            assert kis.count("tokenP") == 1
            kis.clock.set(START + timedelta(seconds=60))
            assert await client.buying_power("005930", None) == 2_500_000

    run(story())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (oauth.login_refusal_reply("EGW00103"), Rejected),
        (oauth.login_refusal_reply("EGW00133"), RateLimited),
        (html(502), RateLimited),
        (Reply(200, b"{}"), WireError),
        (Reply(200, b"what?"), WireError),
    ],
)
def test_a_failed_login_is_told_on_entering(answer: Reply, error: type[Exception]) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("tokenP", answer)
        with pytest.raises(error):
            async with connected(kis):
                raise AssertionError

    run(story())


def test_a_closed_port_is_unreachable() -> None:
    async def story() -> None:
        kis = FakeKis(rest_port=free_port(), websocket_port=free_port())
        with pytest.raises(Unreachable):
            await make_client(kis).__aenter__()

    run(story())


def test_a_name_that_is_not_found_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)

    async def story() -> None:
        with pytest.raises(Unreachable):
            await make_client(FakeKis(), rest_url="http://kis.invalid").__aenter__()

    run(story())


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "gopher://127.0.0.1",
        "no address",
        "http://[",
        "http://kis.invalid:99999",
        "http://kis.invalid:port",
    ],
)
def test_an_address_that_is_none_is_unreachable(url: str) -> None:
    async def story() -> None:
        with pytest.raises(Unreachable):
            await make_client(FakeKis(), rest_url=url).__aenter__()

    run(story())


def test_a_connection_that_is_never_finished_is_unreachable() -> None:
    async def story() -> bytes:
        heard: asyncio.Queue[bytes] = asyncio.Queue()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sent = b""
            with contextlib.suppress(ConnectionResetError):
                while came := await reader.read(65_536):
                    sent += came
            writer.close()
            heard.put_nowait(sent)

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = make_client(
            FakeKis(), rest_url=f"https://127.0.0.1:{port}", patience=Patience(connect=0.1, answer=5)
        )
        async with server:
            with pytest.raises(Unreachable):
                await client.__aenter__()
            return await heard.get()

    assert APPKEY.encode() not in run(story())


# Questions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "count"), [(REAL, 120), (REAL, 50), (REAL, 100), (PAPER, 45), (PAPER, 20), (PAPER, 40)]
)
def test_the_account_is_all_pages_of_the_balance(environment: Environment, count: int) -> None:
    async def story() -> None:
        account = holder_of(count)
        kis = FakeKis(environment)
        kis.script("inquire-balance", balance(account))
        kis.script("inquire-psbl-order", power())
        async with connected(kis) as client:
            assert await client.account() == account
        pages = [request for request in kis.requests if request.path.endswith("inquire-balance")]
        asked = -(-count // PROFILES[environment].balance_rows)
        assert [page.tr_cont for page in pages] == ["", *["N"] * (asked - 1)]

    run(story())


def test_pages_that_go_round_in_a_circle_end_in_an_error() -> None:
    """Otherwise the desk would turn them without end, and nothing would be read any more."""

    async def story() -> None:
        kis, account = FakeKis(), holder_of(120)

        def circle(request: Request, http: web.Request) -> Reply:
            reply = holdings.balance_reply(request, account, holdings.DayTotals(costs=140))
            if reply.tr_cont in ("F", "M"):
                return reply
            again = request._replace(query=first, tr_cont="")
            return holdings.balance_reply(again, account, holdings.DayTotals(costs=140))

        kis.script("inquire-balance", circle)
        kis.script("inquire-psbl-order", power())
        async with connected(kis) as client:
            first = holdings.balance_request(client._account, REAL).query
            with pytest.raises(WireError, match="circle"):
                await client.account()

    run(story())


def test_an_account_without_positions_is_an_account() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-balance", balance(holder_of(0)))
        kis.script("inquire-psbl-order", power())
        async with connected(kis) as client:
            assert await client.account() == holder_of(0)

    run(story())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fault_reply("EGW00201"), RateLimited),
        (message_reply(Message("90020000", "모의투자 서비스가 지연되고 있습니다", "1")), RateLimited),
        (message_reply(Message("APTR0058", "계좌번호 오류", "7")), Rejected),
        (html(500), Unanswered),
        (html(404), WireError),
        (Reply(200, b""), WireError),
        (Reply(200, b'{"rt_cd":"0"'), WireError),
        (hang_up, Unanswered),
        (reset, Unanswered),
        (babble, Unanswered),
        (break_off, Unanswered),
    ],
)
def test_a_list_whose_second_page_fails_is_no_list(answer: Reply | Script, error: type[Exception]) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-balance", balance(holder_of(60)), answer)
        kis.script("inquire-psbl-order", power())
        async with connected(kis) as client:
            with pytest.raises(error):
                await client.account()

    run(story())


def test_too_many_calls_are_told_with_their_code() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", fault_reply("EGW00201"))
        async with connected(kis) as client:
            with pytest.raises(RateLimited) as raised:
                await client.buying_power("005930", None)
        assert raised.value.code == "EGW00201"
        assert kis.count("inquire-psbl-order") == 1

    run(story())


def paced(kis: FakeKis, folder: Path, calls: int = 18, **more: Callable[[str], None]) -> Governor:
    return Governor(SharedFile(folder / "key.pace"), kis.clock, lambda day: calls, **more)


async def living(kis: FakeKis, story: Awaitable[T]) -> T:
    """The result of a story; the clock moves to whatever is waited for."""
    task = asyncio.ensure_future(story)
    while not task.done():
        await asyncio.sleep(0)
        if kis.clock.next_at is not None:
            kis.clock.set(kis.clock.next_at)
    return await task


@pytest.mark.parametrize("code", ["EGW00201", "EGW00215"])
def test_a_question_too_many_is_asked_again_when_the_governor_lets_it(code: str, tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        refusal = message_reply(Message(code, "초당 거래건수를 초과하였습니다.", "1"), 500)
        kis.script("inquire-psbl-order", refusal, refusal, power())
        async with connected(kis, governor=paced(kis, tmp_path)) as client:
            assert await living(kis, client.buying_power("005930", None)) == 2_500_000
        assert kis.count("inquire-psbl-order") == 3
        assert kis.clock.now() - START > timedelta(seconds=0.1)

    run(story())


def test_a_question_that_stays_one_too_many_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", fault_reply("EGW00201"))
        patience = replace(QUICK, repeats=2)
        async with connected(kis, governor=paced(kis, tmp_path), patience=patience) as client:
            with pytest.raises(RateLimited) as raised:
                await living(kis, client.buying_power("005930", None))
        assert raised.value.code == "EGW00201"
        assert kis.count("inquire-psbl-order") == 3

    run(story())


def test_a_question_is_asked_again_until_the_space_between_calls_is_the_widest(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", *[fault_reply("EGW00201")] * STEPS, power())
        async with connected(kis, governor=paced(kis, tmp_path)) as client:
            assert await living(kis, client.buying_power("005930", None)) == 2_500_000
        assert kis.count("inquire-psbl-order") == STEPS + 1

    run(story())


def test_an_answer_that_cannot_be_read_is_kept_without_secrets() -> None:
    kept: list[str] = []

    def keep(answer: str) -> str:
        kept.append(answer)
        return f"file {len(kept)}"

    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", Reply(200, f"점검 중입니다 {APPKEY} 50012345".encode()))
        kis.script("order-cash", Reply(502, f"<html>{APPSECRET}</html>".encode()), fault_reply("EGW00201"))
        async with connected(kis, keep=keep) as client:
            with pytest.raises(WireError) as raised:
                await client.buying_power("005930", None)
            assert raised.value.english.endswith("It is kept in file 1.")
            assert str(raised.value) == f"{raised.value.korean} / {raised.value.english}"
            answer = await client.place(an_order())
            assert isinstance(answer, NoAnswer)
            assert answer.why.endswith("kept in file 2")
            assert isinstance(await client.place(an_order()), Refused)

    run(story())
    assert kept == ["점검 중입니다 *** ***", "<html>***</html>"]


@pytest.mark.parametrize("code", ["EGW00316", "EGW00202", "90020000"])
def test_a_question_that_kis_could_not_answer_just_then_is_asked_once_more(code: str) -> None:
    async def story() -> None:
        kis = FakeKis()
        fault = message_reply(Message(code, "재조회 바랍니다.", "1"), 500)
        kis.script("inquire-psbl-order", fault, power(), fault, fault, power())
        async with connected(kis) as client:
            assert await client.buying_power("005930", None) == 2_500_000
            with pytest.raises(RateLimited) as raised:
                await client.buying_power("005930", None)
        assert raised.value.code == code
        assert kis.count("inquire-psbl-order") == 4

    run(story())


def test_an_order_too_many_is_refused_and_not_sent_again(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("order-cash", fault_reply("EGW00201"), taken())
        governor = paced(kis, tmp_path)
        async with connected(kis, governor=governor) as client:
            answer = await living(kis, client.place(an_order()))
            assert isinstance(answer, Refused)
            assert answer.code == "EGW00201"
            assert kis.posts == 1
            # The next call leaves more space.
            before = kis.clock.now()
            assert isinstance(await living(kis, client.place(an_order())), Accepted)
            assert kis.clock.now() > before

    run(story())


def test_an_order_that_must_wait_too_long_never_leaves(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("order-cash", taken())
        patience = replace(QUICK, order_turn=0.01)
        async with connected(kis, governor=paced(kis, tmp_path, 1), patience=patience) as client:
            await client.place(an_order())
            with pytest.raises(Unreachable, match="wait too long"):
                await client.place(an_order())
        assert kis.posts == 1

    run(story())


def test_calls_of_a_client_keep_the_limit_and_orders_go_first(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", power())
        kis.script("order-cash", taken())
        async with connected(kis, governor=paced(kis, tmp_path, 3)) as client:
            reads = [asyncio.create_task(client.buying_power("005930", None)) for _ in range(8)]
            await asyncio.sleep(0)
            assert isinstance(await client.place(an_order()), Accepted)
            assert kis.clock.now() == START
            queue = await client.queue()
            assert queue is not None
            assert (queue.limit, queue.accounts) == (3, 6)
            await living(kis, asyncio.gather(*reads))
        assert kis.clock.now() - START == timedelta(seconds=3 * 1.1)

    run(story())


def test_what_an_order_is_judged_by_does_not_wait_behind_other_questions(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", power())
        kis.script("order-cash", taken())
        kis.script(
            "intstock-multprice",
            lambda request, http: quotes.quotes_reply(
                [quotes.Watched(slot.code, listed(slot.code)) for slot in quotes.asked_slots(request)]
            ),
        )
        async with connected(kis, governor=paced(kis, tmp_path)) as client:
            backlog = [
                asyncio.create_task(ask)
                for ask in (
                    *(client.buying_power("005930", None) for _ in range(20)),
                    client.quotes(["000660"]),
                )
            ]
            await asyncio.sleep(0)
            assert list(await client.quotes(["005930"], for_order=True)) == ["005930"]
            assert await client.buying_power("005930", 70_000, for_order=True) == 2_500_000
            assert isinstance(await client.place(an_order()), Accepted)
            assert kis.clock.now() == START
            await living(kis, asyncio.gather(*backlog))

    run(story())


def test_many_prices_on_paper_are_announced(tmp_path: Path) -> None:
    async def story() -> None:
        kis, told = FakeKis(PAPER), list[str]()
        kis.script("inquire-price", fault_reply("EGW00301"))
        async with connected(kis, governor=paced(kis, tmp_path, 1, tell=told.append)) as client:
            with pytest.raises(RateLimited):
                await client.quotes([f"{code:06}" for code in range(200)])
        [sentence] = told
        assert "400 calls take about 439 s" in sentence

    run(story())


def test_a_second_program_uses_the_login_of_the_first(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", power())
        await kis.start()
        for _ in range(2):
            tokens = Tokens.open(tmp_path, Keys(APPKEY, APPSECRET), kis.rest_url, kis.clock)
            async with make_client(kis, tokens=tokens) as client:
                await client.buying_power("005930", None)
        await kis.stop()
        assert (kis.count("tokenP"), kis.count("Approval")) == (1, 1)

    run(story())


def test_a_kept_approval_key_that_kis_has_forgotten_is_replaced_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0011", "OPSP0000"]})
        await kis.start()
        tokens = Tokens.open(tmp_path, Keys(APPKEY, APPSECRET), kis.rest_url, kis.clock)
        client = await living(kis, make_client(kis, tokens=tokens).__aenter__())
        assert await kis.next_frames(2) == [("H0STCNI0", HTS_ID, False)] * 2
        await client.__aexit__(None, None, None)
        await kis.stop()
        assert kis.count("Approval") == 2

    run(story())


def test_a_question_without_an_answer_is_told() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", fall_silent)
        async with connected(kis, patience=Patience(answer=0.3)) as client:
            with pytest.raises(RateLimited):
                await client.buying_power("005930", None)

    run(story())


def test_an_error_does_not_show_the_account() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", babble)
        async with connected(kis) as client:
            with pytest.raises(RateLimited) as raised:
                await client.buying_power("005930", None)
        shown = "".join(traceback.format_exception(raised.value))
        assert ACCOUNT[:8] not in shown

    run(story())


def test_a_question_that_meets_a_closing_connection_is_asked_again() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("inquire-psbl-order", hang_up, power())
        async with connected(kis) as client:
            assert await client.buying_power("005930", None) == 2_500_000
        assert kis.count("inquire-psbl-order") == 2

    run(story())


def test_orders_are_read_on_both_sides_of_the_border_of_three_months() -> None:
    def report(number: int, at: datetime) -> OrderReport:
        return OrderReport(
            broker_order_id=f"{number:010}",
            replaces="",
            request=OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000),
            filled_quantity=10,
            filled_amount=700_000,
            canceled_quantity=0,
            rejected_quantity=0,
            remaining_quantity=0,
            placed_at=at,
        )

    reports = [report(1 + n, datetime(2025, 8, 13, 10, 0, n, tzinfo=KST)) for n in range(3)]
    reports += [report(10 + n, datetime(2025, 8, 14, 10, n // 60, n % 60, tzinfo=KST)) for n in range(130)]

    async def story() -> None:
        kis = FakeKis()
        rows = [order_list.OrderRow(report=report) for report in reports]
        kis.script("inquire-daily-ccld", lambda request, http: order_list.orders_reply(request, rows))
        async with connected(kis) as client:
            assert await client.orders(date(2025, 8, 1), date(2025, 11, 14)) == reports
        lists = [request for request in kis.requests if request.path.endswith("daily-ccld")]
        assert [page.tr_id for page in lists] == ["CTSC9215R", "TTTC0081R", "TTTC0081R"]
        assert [page.query["INQR_END_DT"] for page in lists] == ["20250813", "20251114", "20251114"]

    run(story())


def test_a_day_without_orders_is_an_empty_list() -> None:
    async def story() -> None:
        kis = FakeKis(PAPER)
        kis.script("inquire-daily-ccld", lambda request, http: order_list.orders_reply(request, ()))
        async with connected(kis) as client:
            assert await client.orders(START.date(), START.date()) == []

    run(story())


def listed(code: str = "005930", name: str = "삼성전자") -> background.Listed:
    quote = Quote(
        code=code,
        name=name,
        at=START,
        last_price=70_100,
        base_price=70_000,
        upper_limit=91_000,
        lower_limit=49_000,
        open=70_000,
        high=70_200,
        low=69_900,
        volume=1_000,
        value=70_050_000,
        ask=70_200,
        bid=70_100,
        ask_quantity=5,
        bid_quantity=7,
        total_ask_quantity=5,
        total_bid_quantity=7,
    )
    instrument = Instrument(code=code, name=name, market=Market.KOSPI, listed_shares=1_000_000)
    return background.Listed(quote, instrument)


BOOK = OrderBook(
    code="005930",
    at=START,
    asks=(Level(70_200, 5),),
    bids=(Level(70_100, 7),),
    total_ask_quantity=5,
    total_bid_quantity=7,
)


def test_quotes_are_asked_for_thirty_at_a_time() -> None:
    codes = [f"{number:06}" for number in range(31)]

    async def story() -> None:
        kis = FakeKis()
        found = {code: listed(code) for code in codes}
        kis.script(
            "intstock-multprice",
            lambda request, http: quotes.quotes_reply(
                [quotes.Watched(slot.code, found.get(slot.code)) for slot in quotes.asked_slots(request)]
            ),
        )
        async with connected(kis) as client:
            answer = await client.quotes([*codes, codes[0]])
            assert answer == {code: listed(code).quote for code in codes}
            assert list(answer) == codes
            assert kis.count("intstock-multprice") == 2
            asked = [[slot.code for slot in quotes.asked_slots(request)] for request in kis.requests[-2:]]
            assert sorted(asked, key=len) == [["000030"], codes[:30]]  # they were on the way at once
            assert await client.quotes([]) == {}
            assert kis.count("intstock-multprice") == 2
            with pytest.raises(BadInput):
                await client.quotes(["000000", "999999"])

    run(story())


def test_paper_has_one_quote_at_a_time_and_no_names() -> None:
    async def story() -> None:
        kis = FakeKis(PAPER)
        kis.script("inquire-price", lambda request, http: quotes.price_reply(listed()))
        kis.script(
            "asking-price-exp-ccn",
            lambda request, http: quotes.book_reply(BOOK, listed().quote, Phase.CONTINUOUS),
        )
        async with connected(kis, names={"005930": "삼성전자"}) as client:
            assert await client.quotes(["005930"]) == {"005930": listed().quote}
        async with connected(kis) as client:
            assert (await client.quotes(["005930"]))["005930"].name == ""

    run(story())


def test_a_book_is_read() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script(
            "asking-price-exp-ccn",
            lambda request, http: quotes.book_reply(BOOK, listed().quote, Phase.CONTINUOUS),
            quotes.book_reply(None, None, Phase.CONTINUOUS),
        )
        async with connected(kis) as client:
            assert await client.book("005930") == BOOK
            with pytest.raises(BadInput):
                await client.book("999999")

    run(story())


def days(count: int) -> list[Bar]:
    midnight = START.replace(hour=0)
    return [
        Bar("005930", midnight - timedelta(days=count - 1 - n), 100, 110, 90, 105, 1_000 + n, 100_000)
        for n in range(count)
    ]


def bars_between(bars: Sequence[Bar]) -> Script:
    def answer(request: Request, http: web.Request) -> Reply:
        query = daily_bars.asked_bars(request)
        found = [bar for bar in bars if query.first <= bar.at.date() <= query.last]
        return daily_bars.daily_bars_reply(listed(), found)

    return answer


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (99, 1), (100, 2), (230, 3)])
def test_daily_bars_are_walked_by_windows_of_a_hundred(count: int, calls: int) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("daily-itemchartprice", bars_between(days(count)))
        async with connected(kis) as client:
            assert await client.daily_bars("005930", date(2020, 1, 1), START.date()) == days(count)
        assert kis.count("daily-itemchartprice") == calls

    run(story())


def test_daily_bars_that_never_get_older_are_an_error() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("daily-itemchartprice", daily_bars.daily_bars_reply(listed(), days(100)))
        async with connected(kis) as client:
            with pytest.raises(WireError):
                await client.daily_bars("005930", date(2020, 1, 1), START.date())

    run(story())


def test_daily_bars_of_an_unknown_code_are_an_error() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("daily-itemchartprice", daily_bars.daily_bars_reply(None, ()))
        async with connected(kis) as client:
            with pytest.raises(BadInput):
                await client.daily_bars("999999", date(2025, 11, 1), START.date())

    run(story())


# Orders ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", [REAL, PAPER])
def test_an_order_is_taken(environment: Environment) -> None:
    async def story() -> None:
        kis = FakeKis(environment)
        kis.script("order-cash", taken(8637))
        kis.script("order-rvsecncl", taken(8638), taken(8639))
        async with connected(kis) as client:
            assert await client.place(an_order()) == Accepted(broker_order_id="0000008637")
            order = an_order(numbers=("0000008637",))
            assert await client.replace(order, 70_100) == Accepted(broker_order_id="0000008638")
            order = an_order(numbers=("0000008637", "0000008638"))
            assert await client.cancel(order, 4) == Accepted(broker_order_id="0000008639")
        placed, replaced, canceled = (msgspec.json.decode(r.body) for r in kis.requests if "order-" in r.path)
        assert (placed["CANO"], placed["ACNT_PRDT_CD"], placed["PDNO"]) == ("50012345", "01", "005930")
        assert (placed["ORD_QTY"], placed["ORD_UNPR"], placed["ORD_DVSN"]) == ("10", "70000", "00")
        assert (replaced["ORGN_ODNO"], replaced["ORD_UNPR"]) == ("0000008637", "70100")
        assert (canceled["ORGN_ODNO"], canceled["ORD_QTY"]) == ("0000008638", "4")
        assert kis.posts == 3

    run(story())


@pytest.mark.parametrize(("hour", "division"), [("15:10", "00"), ("16:10", "41")])
def test_an_order_in_the_evening_has_the_division_of_the_after_market(hour: str, division: str) -> None:
    async def story() -> None:
        kis = FakeKis(REAL)
        kis.clock.set(datetime.fromisoformat(f"2026-09-15T{hour}+09:00"))
        kis.script("order-cash", taken(8637))
        kis.script("order-rvsecncl", taken(8638))
        async with connected(kis) as client:
            await client.place(an_order())
            await client.replace(an_order(numbers=("0000008637",)), 70_100)
        sent = [msgspec.json.decode(each.body) for each in kis.requests if "order-" in each.path]
        assert [body["ORD_DVSN"] for body in sent] == [division] * 2

    run(story())


def test_a_refusal_is_an_answer() -> None:
    async def story() -> None:
        kis = FakeKis()
        refusal = Message("APBK0952", "주문가능금액을 초과 했습니다", "7")
        kis.script("order-cash", message_reply(refusal))
        async with connected(kis) as client:
            assert await client.place(an_order()) == Refused(code=refusal.code, message=refusal.text)
        assert kis.posts == 1

    run(story())


DOUBTS: dict[str, Reply | Script] = {
    "the connection breaks after the request was read": hang_up,
    "the connection is reset after the request was read": reset,
    "no HTTP": babble,
    "the connection breaks in the middle of the answer": break_off,
    "no answer in time": fall_silent,
    "an error page": html(500),
    "a gateway's error page": html(504),
    "a page with status 200": html(200),
    "nothing": Reply(200, b""),
    "half an answer": Reply(200, b'{"rt_cd":"0","msg_cd":"APBK0013"'),
    "no UTF-8": Reply(200, b'{"rt_cd":"0","msg1":"\xb0\xa1"}'),
    "taken, with a number that is no UTF-8": Reply(200, b'{"rt_cd":"0","output":{"ODNO":"\xb0\xa1"}}'),
    "taken, without a number": Reply(200, b'{"rt_cd":"0","msg_cd":"APBK0013","msg1":"","output":{}}'),
    "EGW00301": fault_reply("EGW00301"),
    "EGW00302": message_reply(Message("EGW00302", "거래시간이 초과되었습니다.", "1"), 500),
    "EGW00002": message_reply(Message("EGW00002", "서버 에러가 발생했습니다.", "1"), 500),
    "an unknown code with status 500": message_reply(Message("EGW99999", "?", "1"), 500),
    "a redirect that keeps the method": Reply(307, b""),
}


@pytest.mark.parametrize("doubt", list(DOUBTS))
@pytest.mark.parametrize("action", list(Action))
def test_an_order_in_doubt_has_no_answer_and_is_sent_once(action: Action, doubt: str) -> None:
    async def story() -> None:
        kis = FakeKis()
        for path in ("order-cash", "order-rvsecncl"):
            kis.script(path, DOUBTS[doubt], taken())
        patience = Patience(answer=0.3) if doubt == "no answer in time" else None
        async with connected(kis, patience=patience) as client:
            match action:
                case Action.PLACE:
                    answer = await client.place(an_order())
                case Action.REPLACE:
                    answer = await client.replace(an_order(numbers=("1",)), 70_100)
                case Action.CANCEL:
                    answer = await client.cancel(an_order(numbers=("1",)), 10)
            assert isinstance(answer, NoAnswer)
            assert ("0.3 s" in answer.why) == (doubt == "no answer in time")
            # Whatever may still be on its way must have arrived by now.
            kis.script("inquire-psbl-order", power())
            if patience is None:
                await client.buying_power("", None)
        assert kis.posts == 1

    run(story())


def test_a_redirected_order_is_not_sent_elsewhere() -> None:
    async def story() -> None:
        kis, other = FakeKis(), FakeKis()
        await other.start()
        other.script("order-cash", taken())

        async def redirect(request: Request, http: web.Request) -> Reply:
            raise web.HTTPTemporaryRedirect(other.rest_url + http.path)

        kis.script("order-cash", redirect)
        async with connected(kis) as client:
            assert isinstance(await client.place(an_order()), NoAnswer)
        await other.stop()
        assert (kis.posts, other.posts) == (1, 0)

    run(story())


def test_an_order_on_a_connection_that_closes_before_it_is_read_has_no_answer() -> None:
    async def story() -> int:
        kis = FakeKis()
        accepted = 0

        async def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal accepted
            accepted += 1
            writer.close()

        async with connected(kis) as client:
            await kis.stop_rest()
            async with await asyncio.start_server(slam, "127.0.0.1", kis.rest_port):
                assert isinstance(await client.place(an_order()), NoAnswer)
        return accepted

    assert run(story()) == 1


def test_an_order_that_finds_the_port_closed_is_unreachable() -> None:
    async def story() -> None:
        kis = FakeKis()
        async with connected(kis) as client:
            await kis.stop_rest()
            with pytest.raises(Unreachable):
                await client.account()
            with pytest.raises(Unreachable):
                await client.place(an_order())
        assert kis.posts == 0

    run(story())


def test_an_order_is_not_sent_through_a_closed_client() -> None:
    async def story() -> None:
        kis = FakeKis()
        async with connected(kis) as client:
            pass
        with pytest.raises(Unreachable):
            await client.place(an_order())
        assert kis.posts == 0

    run(story())


@pytest.mark.parametrize("code", ["EGW00121", "EGW00123"])
def test_an_order_with_a_refused_token_is_refused_and_not_sent_again(code: str) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("order-cash", fault_reply(code), taken())
        async with connected(kis) as client:
            kis.clock.set(START + timedelta(hours=7))
            answer = await client.place(an_order())
            assert isinstance(answer, Refused)
            assert answer.code == code
            assert (kis.posts, kis.tokens) == (1, 1)
            # Whoever still wants the order sends it himself, with a new token.
            assert await client.place(an_order()) == Accepted(broker_order_id="0000008637")
            assert (kis.posts, kis.tokens) == (2, 2)

    run(story())


def test_an_order_that_cannot_log_in_never_leaves() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script("order-cash", fault_reply("EGW00121"), taken())
        async with connected(kis) as client:
            await client.place(an_order())
            with pytest.raises(Unreachable) as raised:
                await client.place(an_order())
            assert raised.value.code == "EGW00133"
            kis.clock.set(START + timedelta(hours=1))
            kis.script("tokenP", Reply(200, b"what?"))
            with pytest.raises(Unreachable):
                await client.place(an_order())
            kis.clock.set(START + timedelta(hours=2))
            kis.script("tokenP", oauth.login_refusal_reply("EGW00103"))
            with pytest.raises(Unreachable) as raised:
                await client.place(an_order())
            assert raised.value.code == "EGW00103"
        assert kis.posts == 1

    run(story())


def test_an_order_that_kis_has_no_division_for_is_refused_unsent() -> None:
    async def story() -> None:
        kis = FakeKis()
        async with connected(kis) as client:
            order = an_order(order_type=OrderType.STOP_LIMIT)
            assert isinstance(await client.place(order), Refused)
            order = an_order(
                order_type=OrderType.BEST_LIMIT, time_in_force=TimeInForce.FOK, numbers=("1",), price=None
            )
            assert isinstance(await client.replace(order, 70_000), Refused)
        assert kis.posts == 0

    run(story())


# The WebSocket --------------------------------------------------------------------------------------------


def a_record(**known: Any) -> notices.NoticeRecord:
    return replace(
        notices.NoticeRecord(
            account=ACCOUNT,
            number="0000008637",
            action=Action.PLACE,
            outcome=notices.Outcome.FILLED,
            side=Side.BUY,
            code="005930",
            quantity=4,
            price=70_000,
            at=START,
            order_quantity=10,
            hts_id=HTS_ID,
            holder="홍길동",
            name="삼성전자",
        ),
        **known,
    )


def a_notice(*records: notices.NoticeRecord, kis: FakeKis) -> str:
    return notices.notice_frame(PROFILES[kis.environment].notice_stream, records, kis.cipher)


def prints(*codes: str, price: int = 70_000, volume: int = 3) -> str:
    """A print of 3 shares of each of `codes`, after which so many have traded on the day."""
    day = ticks.RunningDay(base_price=70_000, upper_limit=91_000, lower_limit=49_000, volume=volume - 3)
    trades = [Trade(code, START, price, 3, Side.BUY) for code in codes]
    return ticks.trade_frame([(trade, day.after(trade)) for trade in trades], Phase.CONTINUOUS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(("environment", "stream"), [(REAL, "H0STCNI0"), (PAPER, "H0STCNI9")])
def test_notices_are_registered_before_anything_can_be_sent(environment: Environment, stream: str) -> None:
    async def story() -> None:
        kis = FakeKis(environment)
        async with connected(kis):
            assert kis.heard.qsize() == 1
            assert await kis.next_frames(1) == [(stream, HTS_ID, False)]
            assert kis.count("Approval") == 1

    run(story())


def test_notices_are_deciphered_and_told_in_their_order() -> None:
    async def story() -> None:
        kis = FakeKis()
        told: list[Notice] = []
        done = asyncio.Event()

        def on_notice(notice: Notice) -> None:
            told.append(notice)
            if len(told) == 5:
                done.set()

        async with connected(kis) as client:
            client.on_notice(on_notice)
            line = await kis.sockets.get()
            await line.send_str(a_notice(a_record(outcome=notices.Outcome.RECEIVED), kis=kis))
            await line.send_str(a_notice(a_record(account="9999999901"), kis=kis))
            for account in ("", a_record().account[:8], f"{a_record().account[:8]}22"):
                receipt = a_record(account=account, outcome=notices.Outcome.RECEIVED)
                await line.send_str(a_notice(receipt, kis=kis))
            await line.send_str(a_notice(a_record(), a_record(outcome=notices.Outcome.REFUSED), kis=kis))
            changed = {"number": "0000008638", "original": "0000008637", "outcome": notices.Outcome.CONFIRMED}
            await line.send_str(a_notice(a_record(action=Action.REPLACE, **changed), kis=kis))
            await line.send_str(a_notice(a_record(action=Action.CANCEL, **changed), kis=kis))
            await done.wait()
        received, fill, reject, replaced, canceled = told
        assert isinstance(received, ReceivedNotice)
        assert (received.request.code, received.request.quantity) == ("005930", 4)
        assert fill == FillNotice(broker_order_id="0000008637", at=START, quantity=4, price=70_000)
        assert isinstance(reject, RejectNotice)
        assert replaced == ReplaceNotice(
            broker_order_id="0000008637", at=START, new_broker_order_id="0000008638", price=70_000
        )
        assert canceled == CancelNotice(broker_order_id="0000008637", at=START, quantity=4)

    run(story())


def test_a_pingpong_is_sent_back_as_it_came() -> None:
    async def story() -> None:
        kis = FakeKis()
        async with connected(kis):
            await kis.next_frames(1)
            line = await kis.sockets.get()
            ping = frames.ping_frame(START)
            await line.send_str(ping)
            assert await kis.heard.get() == frames.Ping(ping)

    run(story())


def test_following_registers_releases_and_tells() -> None:
    async def story() -> None:
        kis = FakeKis()
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis) as client:
            await kis.next_frames(1)
            line = await kis.sockets.get()
            await client.follow(["005930", "000660", "005930"], told.put_nowait)
            assert await kis.next_frames(2) == [
                ("H0STCNT0", "005930", False),
                ("H0STCNT0", "000660", False),
            ]
            await line.send_str(prints("005930", "000660"))
            assert [(await told.get()).code, (await told.get()).code] == ["005930", "000660"]

            later: asyncio.Queue[Trade] = asyncio.Queue()
            await client.follow(["000660", "035420"], later.put_nowait)
            assert await kis.next_frames(2) == [
                ("H0STCNT0", "005930", True),
                ("H0STCNT0", "035420", False),
            ]
            # What was on its way when it was released is not told.
            await line.send_str(prints("005930", "035420"))
            assert (await later.get()).code == "035420"
            assert told.empty()

            await client.follow([], later.put_nowait)
            assert {key for _, key, _ in await kis.next_frames(2)} == {"000660", "035420"}

    run(story())


def test_following_twice_at_once_registers_everything_once() -> None:
    async def story() -> None:
        kis = FakeKis()
        async with connected(kis, patience=Patience(ack=3600)) as client:
            await kis.next_frames(1)
            await asyncio.gather(
                client.follow(["005930", "000660"], lambda trade: None),
                client.follow(["000660", "035420"], lambda trade: None),
            )
            asked = await kis.next_frames(kis.heard.qsize())
            registered = [code for _, code, is_release in asked if not is_release]
            released = [code for _, code, is_release in asked if is_release]
            assert sorted(set(registered) - set(released)) == ["000660", "035420"]
            assert len(registered) == len(set(registered))

    run(story())


@pytest.mark.parametrize(("code", "error"), [("OPSP8992", BadInput), ("OPSP0007", Rejected)])
def test_a_code_that_kis_refuses_to_stream_is_told(code: str, error: type[Exception]) -> None:
    async def story() -> None:
        kis = FakeKis(acks={"999999": [code]})
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis) as client:
            line = await kis.sockets.get()
            with pytest.raises(error, match=code):
                await client.follow(["999999", "005930"], told.put_nowait)
            await line.send_str(prints("005930"))
            assert (await told.get()).code == "005930"

    run(story())


def test_a_code_that_is_registered_already_is_followed() -> None:
    async def story() -> None:
        kis = FakeKis(acks={"005930": ["OPSP0002", "OPSP0003"]})
        async with connected(kis) as client:
            await client.follow(["005930"], lambda trade: None)
            await client.follow([], lambda trade: None)
            assert len(await kis.next_frames(3)) == 3

    run(story())


def test_a_broken_connection_is_replaced_and_the_gap_told() -> None:
    async def story() -> None:
        kis = FakeKis()
        gaps: asyncio.Queue[int] = asyncio.Queue()
        noticed: asyncio.Queue[Notice] = asyncio.Queue()
        trades: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis) as client:
            client.on_gap(lambda: gaps.put_nowait(kis.heard.qsize()))
            client.on_notice(noticed.put_nowait)
            await client.follow(["005930", "000660"], trades.put_nowait)
            await kis.next_frames(3)
            kis.cipher = notices.NoticeCipher("N" * 32, "W" * 16)
            await (await kis.sockets.get()).close()
            line = await kis.sockets.get()
            # Told when everything is registered again, notices first.
            assert await gaps.get() == 3
            assert await kis.next_frames(3) == [
                ("H0STCNI0", HTS_ID, False),
                ("H0STCNT0", "005930", False),
                ("H0STCNT0", "000660", False),
            ]
            await line.send_str(a_notice(a_record(), kis=kis))
            await line.send_str(prints("000660"))
            assert isinstance(await noticed.get(), FillNotice)
            assert (await trades.get()).code == "000660"
            assert kis.count("Approval") == 1
            assert gaps.empty()

    run(story())


def test_a_connection_that_falls_silent_is_replaced() -> None:
    async def story() -> None:
        kis = FakeKis()
        gap = asyncio.Event()
        async with connected(kis, patience=replace(QUICK, silence=0.1)) as client:
            client.on_gap(gap.set)
            await gap.wait()
            assert kis.sockets.qsize() >= 2
            # The silent one was closed: KIS allows one connection.
            await kis.closed.get()

    run(story())


def test_codes_followed_while_the_connection_is_down_are_registered_on_the_next() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", "OPSP8996", "OPSP0000"]})
        told: asyncio.Queue[Trade] = asyncio.Queue()
        down = asyncio.Event()
        async with connected(kis) as client:
            client.on_gap(down.set)
            await (await kis.sockets.get()).close()
            await kis.sockets.get()
            # The second connection is refused: nothing is up now.
            await down.wait()
            await client.follow(["005930"], told.put_nowait)
            line = await kis.sockets.get()
            while (await kis.next_frames(1))[0][1] != "005930":
                pass
            await line.send_str(prints("005930"))
            assert (await told.get()).code == "005930"

    run(story())


def test_the_gap_is_told_again_while_the_connection_stays_down() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", "OPSP8996"]})
        gaps: asyncio.Queue[None] = asyncio.Queue()
        async with connected(kis) as client:
            client.on_gap(lambda: gaps.put_nowait(None))
            await (await kis.sockets.get()).close()
            for _ in range(3):
                await gaps.get()
            # Each try that was refused has been closed: KIS allows one connection.
            for _ in range(3):
                await kis.closed.get()

    run(story())


@dataclass
class Sleeper:
    """Notes how long it was asked to sleep, and does not."""

    delays: list[float] = field(default_factory=list)

    async def sleep(self, delay: float) -> None:
        self.delays.append(delay)
        woken = asyncio.Event()
        asyncio.get_running_loop().call_soon(woken.set)
        await woken.wait()


def test_connections_that_are_refused_come_slower_and_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = Sleeper()
    luck = iter([1.0, 0.0, 1.0, 0.5, 1.0, 1.0])

    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", *["OPSP8996"] * 4, "OPSP0000"]})
        gaps: asyncio.Queue[None] = asyncio.Queue()
        patience = Patience(retry_first=10, retry_longest=60)
        async with connected(kis, patience=patience, luck=lambda: next(luck)) as client:
            client.on_gap(lambda: gaps.put_nowait(None))
            with monkeypatch.context() as patched:
                patched.setattr(asyncio, "sleep", sleeper.sleep)
                await (await kis.sockets.get()).close()
                for _ in range(5):
                    await gaps.get()

    run(story())
    assert sleeper.delays == [10, 10, 40, 45, 60]


def test_connections_that_do_not_hold_come_slower_and_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = Sleeper()

    async def story() -> None:
        kis = FakeKis()
        gaps: asyncio.Queue[None] = asyncio.Queue()
        patience = Patience(retry_first=1, retry_longest=5)
        async with connected(kis, patience=patience) as client:
            client.on_gap(lambda: gaps.put_nowait(None))
            with monkeypatch.context() as patched:
                patched.setattr(asyncio, "sleep", sleeper.sleep)
                for _ in range(3):
                    await (await kis.sockets.get()).close()
                    await gaps.get()
                # This one holds for longer than the longest delay.
                loop = asyncio.get_running_loop()
                time = loop.time
                patched.setattr(loop, "time", lambda: time() + 6)
                await (await kis.sockets.get()).close()
                await gaps.get()

    run(story())
    assert sleeper.delays == [1, 2, 4, 1]


def test_a_stale_approval_key_is_replaced() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", "OPSP0011", "OPSP0000"]})
        gaps: asyncio.Queue[None] = asyncio.Queue()
        async with connected(kis) as client:
            client.on_gap(lambda: gaps.put_nowait(None))
            await (await kis.sockets.get()).close()
            await gaps.get()
        assert kis.count("Approval") == 2

    run(story())


@pytest.mark.parametrize("code", ["OPSP8996", "OPSP0011", "OPSP8992"])
def test_refused_notices_are_told_on_entering(code: str) -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: [code]})
        with pytest.raises(Rejected) as raised:
            async with connected(kis):
                raise AssertionError
        assert raised.value.code == code
        assert HTS_ID not in str(raised.value)

    run(story())


def test_a_registration_without_an_answer_is_told_on_entering() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: [None]})
        with pytest.raises(Unreachable):
            async with connected(kis, patience=Patience(ack=0.05)):
                raise AssertionError

    run(story())


def test_a_connection_that_ends_instead_of_an_answer_is_told_at_once() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: [None]})
        await kis.start()
        entering = asyncio.create_task(make_client(kis, patience=Patience(ack=3600)).__aenter__())
        await kis.next_frames(1)
        await (await kis.sockets.get()).close()
        with pytest.raises(Unreachable):
            await entering
        await kis.stop()

    run(story())


def test_what_is_followed_while_a_connection_comes_up_is_registered_on_it() -> None:
    async def story() -> None:
        kis = FakeKis(acks={"005930": ["OPSP0000", None]})
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis) as client:
            await client.follow(["005930"], told.put_nowait)
            await kis.next_frames(2)
            await (await kis.sockets.get()).close()
            line = await kis.sockets.get()
            await kis.next_frames(2)
            # The second connection is not up yet: one answer is missing.
            await client.follow(["000660"], told.put_nowait)
            kis.acks = {}
            await line.send_str(frames.ack_frame("H0STCNT0", "005930", "OPSP0000", kis.cipher))
            assert await kis.next_frames(2) == [
                ("H0STCNT0", "005930", True),
                ("H0STCNT0", "000660", False),
            ]
            await line.send_str(prints("000660"))
            assert (await told.get()).code == "000660"

    run(story())


def test_notices_without_a_key_are_told_on_entering() -> None:
    async def story() -> None:
        kis = FakeKis()
        answer = frames.ack_frame("H0STCNI0", HTS_ID, "OPSP0000")
        kis.acks = {HTS_ID: [None]}
        await kis.start()
        entering = asyncio.create_task(make_client(kis).__aenter__())
        await (await kis.sockets.get()).send_str(answer)
        with pytest.raises(WireError):
            await entering
        await kis.stop()

    run(story())


def test_a_websocket_that_cannot_be_reached_is_told_on_entering() -> None:
    async def story() -> None:
        kis = FakeKis()
        await kis.start()
        await kis.runners.pop().cleanup()
        with pytest.raises(Unreachable):
            await make_client(kis).__aenter__()
        await kis.stop()

    run(story())


def test_a_connection_that_breaks_while_following_is_healed_by_the_next() -> None:
    async def story() -> None:
        kis = FakeKis(acks={"005930": [None, "OPSP0000"]})
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, patience=replace(QUICK, ack=0.1)) as client:
            await kis.sockets.get()
            await client.follow(["005930"], told.put_nowait)
            line = await kis.sockets.get()
            # Registration of notices and of the code, on both connections.
            await kis.next_frames(4)
            await line.send_str(prints("005930"))
            assert (await told.get()).code == "005930"

    run(story())


def test_frames_that_cannot_be_read_are_dropped_and_logged_without_their_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        kis = FakeKis()
        told: asyncio.Queue[Trade] = asyncio.Queue()
        gaps: asyncio.Queue[None] = asyncio.Queue()
        async with connected(kis) as client:
            client.on_gap(lambda: gaps.put_nowait(None))
            await client.follow(["005930"], told.put_nowait)
            line = await kis.sockets.get()
            for text in (
                "",
                "personal",
                "{",
                '{"header":{"tr_id":"X"}}',
                "0|H0STCNT0|001|personal^data",
                "0|H0STCNT0|many|personal^data",
                "0|H0STASP0|001|personal",
                "0|H0UNKNOWN|001|personal",
                frames.ack_frame("H0STCNT0", "000660", "OPSP0007"),
            ):
                await line.send_str(text)
            await line.send_bytes(b"binary")
            await line.send_str(prints("005930"))
            assert (await told.get()).code == "005930"
            assert gaps.empty()
            # A notice that cannot be read may have been a fill.
            await line.send_str("1|H0STCNI0|001|personal")
            await gaps.get()
            await line.send_str("1|H0STCNI0|personal")
            await gaps.get()
            await line.send_str(prints("005930", volume=6))
            await told.get()

    with caplog.at_level(logging.DEBUG):
        run(story())
    assert sum("dropped a frame" in record.message for record in caplog.records) == 9
    assert "personal" not in caplog.text


def test_whoever_fails_to_hear_does_not_end_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        kis = FakeKis()
        gaps: asyncio.Queue[None] = asyncio.Queue()

        def deaf(what: object) -> None:
            raise RuntimeError("deaf")

        async with connected(kis) as client:
            client.on_gap(lambda: gaps.put_nowait(None))
            client.on_notice(deaf)
            await client.follow(["005930"], deaf)
            line = await kis.sockets.get()
            await line.send_str(prints("005930"))
            await line.send_str(a_notice(a_record(), kis=kis))
            await gaps.get()
            client.on_gap(lambda: deaf(None))
            await line.send_str(a_notice(a_record(), kis=kis))
            heard: asyncio.Queue[Notice] = asyncio.Queue()
            await line.send_str(frames.ping_frame(START))
            while not isinstance(await kis.heard.get(), frames.Ping):
                pass
            client.on_notice(heard.put_nowait)
            await line.send_str(a_notice(a_record(), kis=kis))
            await heard.get()

    run(story())
    assert "deaf" in caplog.text


def test_added_fields_are_noted_once_and_the_rest_is_read(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        kis = FakeKis()
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis) as client:
            await client.follow(["005930"], told.put_nowait)
            line = await kis.sockets.get()
            for volume in (3, 6, 9):
                await line.send_str(prints("005930", volume=volume) + "^new^newer^newest")
                assert (await told.get()).price == 70_000

    run(story())
    assert sum("added fields" in record.message for record in caplog.records) == 1


def test_leaving_says_goodbye() -> None:
    async def story() -> None:
        kis = FakeKis()
        async with connected(kis):
            await kis.next_frames(1)
            assert kis.closed.empty()
        assert await kis.closed.get() == aiohttp.WSCloseCode.OK

    run(story())


def test_leaving_while_the_connection_is_down_ends_everything() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", None]})
        async with connected(kis):
            await (await kis.sockets.get()).close()
            await kis.sockets.get()
        assert len(asyncio.all_tasks()) == 1

    run(story())


# Secrets --------------------------------------------------------------------------------------------------


def test_streams_that_were_not_asked_for_are_noted_once_with_their_drift(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        kis = FakeKis()
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis) as client:
            await client.follow(["005930"], told.put_nowait)
            line = await kis.sockets.get()
            known = "005930^N^(null)^112^^^^55^N^N"
            for text in (known, f"{known}^1^new", f"{known}^1^new"):
                await line.send_str(f"0|H0STMKO0|001|{text}")
            await line.send_str(prints("005930").replace("H0STCNT0", "H0UNCNT0"))
            await line.send_str(prints("005930", price=70_100))
            assert (await told.get()).price == 70_100
            assert told.empty()

    run(story())
    noted = [record.getMessage() for record in caplog.records if "stream H0" in record.getMessage()]
    assert [("H0STMKO0" in note, "added fields" in note) for note in noted] == [
        (True, False),
        (True, True),
        (False, False),
    ]


def test_nothing_secret_is_shown_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    shown: list[str] = []

    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", "OPSP8996", "OPSP0000"]})
        kis.script("order-cash", taken(), hang_up, fault_reply("EGW00121"))
        kis.script("inquire-psbl-order", html(200), fault_reply("EGW00201"))
        gaps: asyncio.Queue[None] = asyncio.Queue()
        async with connected(kis) as client:
            client.on_gap(lambda: gaps.put_nowait(None))
            shown.append(repr(client))
            shown.extend(str(value) for value in vars(client).values() if not isinstance(value, str))
            for _ in range(3):
                answer = await client.place(an_order())
                shown.append(repr(answer))
            for _ in range(2):
                with pytest.raises((BrokerError, WireError)) as raised:
                    await client.buying_power("005930", None)
                shown.append(repr(raised.value))
            line = await kis.sockets.get()
            await line.send_str(a_notice(a_record(account="9999999901"), kis=kis))
            await line.send_str("1|H0STCNI0|001|" + CIPHER.encrypt(f"{HTS_ID}^{ACCOUNT}"))
            await gaps.get()
            await line.close()
            await gaps.get()
            await gaps.get()

    with caplog.at_level(logging.DEBUG):
        run(story())
    everything = "\n".join([*shown, caplog.text])
    for secret in (APPKEY, APPSECRET, TOKEN, APPROVAL, ACCOUNT, ACCOUNT[:8], HTS_ID, CIPHER.key, "홍길동"):
        assert secret not in everything


# ETN ------------------------------------------------------------------------------------------------------


def test_an_etn_is_asked_for_and_ordered_with_its_letter() -> None:
    async def story() -> None:
        kis = FakeKis()
        for path in (
            "order-cash",
            "inquire-psbl-order",
            "inquire-asking-price-exp-ccn",
            "intstock-multprice",
        ):
            kis.script(path, message_reply(Message("APBK0656", "해당종목정보가 없습니다", "7")))
        async with connected(kis, etns=["500001"]) as client:
            await kis.next_frames(1)
            order = an_order()
            for code, product in (("500001", "Q500001"), ("005930", "005930")):
                await client.place(replace(order, request=replace(order.request, code=code)))
                assert body_fields(kis.requests[-1])["PDNO"] == product
                for question, name in (
                    (client.buying_power(code, 10_000), "PDNO"),
                    (client.book(code), "FID_INPUT_ISCD"),
                    (client.quotes([code]), "FID_INPUT_ISCD_1"),
                ):
                    with pytest.raises(Rejected):
                        await question
                    assert kis.requests[-1].query[name] == product
            await client.follow(["500001"], lambda trade: None)
            assert await kis.next_frames(1) == [("H0STCNT0", "Q500001", False)]

    run(story())
