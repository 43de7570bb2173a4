"""Calls to the KIS Open API over HTTP: the login, a question, all pages of a list, an order.

A question may be asked twice, an order may not: there is no client order id at KIS, and a second POST is a
second order. So an order is sent exactly once, whatever happens. aiohttp itself repeats only methods that
HTTP calls idempotent when a kept-alive connection breaks, never POST; redirects, which would repeat a POST
elsewhere and hand it our keys, are not followed. Nor does the system itself go on trying: a connection that
is given up takes with it what has not got through, so that no order arrives long after it was given up.

Source: KIS's documents and notices as of 2026-08. This file knows no message; `wire` and `quotes` do. How
fast it may call is decided by `governor`, and `tokens` keeps the logins.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

import aiohttp

from hoga.brokers.kis import oauth, wire
from hoga.brokers.kis.blocks import Envelope
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Keys, Reply, Request, headers, next_page, read, unreadable
from hoga.brokers.kis.governor import Governor, Queue
from hoga.brokers.kis.mask import Mask
from hoga.brokers.kis.meanings import LEDGER_TOO_FAST, MEANINGS, TOO_FAST, Meaning
from hoga.brokers.kis.messenger import KEEP_ALIVE, Messenger, NotConnected, head_of
from hoga.brokers.kis.rates import Priority, priority
from hoga.brokers.kis.tokens import Tokens
from hoga.domain.errors import (
    BrokerError,
    HogaError,
    LoginExpired,
    RateLimited,
    Unanswered,
    Unreachable,
    WireError,
)
from hoga.domain.notices import Answer, NoAnswer, Refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the client waits, in seconds of real time: the network does not know simulated time.

    `connect` is up to the finished TLS handshake and is less than `answer`, which is for a whole call. `ack`
    is for the answer to a registration on the WebSocket. KIS sends something there about every ten seconds,
    so `silence` means that the line is dead. A broken line is taken up again after `retry_first` seconds and
    then after doubled ones up to `retry_longest`: KIS blocks clients that reconnect without end. KIS advises
    `spacing` between registrations. What is not streamed is asked for every `poll` seconds, and a
    registration of which nothing was heard for `stall` seconds is looked after.

    `order_turn` is how long an order may wait until the limits of calls let it go; afterwards it is not sent.
    A question that KIS refuses as one too many is asked again up to `repeats` times: more often than it takes
    to come down from the usual limit to that of a new customer.
    """

    connect: float = 3.0
    answer: float = 10.0
    ack: float = 5.0
    silence: float = 60.0
    retry_first: float = 1.0
    retry_longest: float = 60.0
    spacing: float = 0.12
    poll: float = 1.0
    stall: float = 20.0
    order_turn: float = 30.0
    repeats: int = 10


_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    NotConnected,
)
"""What is raised before a connection stands, and never after it: no byte of the request has left."""


Connect = Callable[[], aiohttp.BaseConnector]
"""Makes what carries the calls and the stream of one session, where it is not the network."""

_HEADS = 256
"""So many headers are kept as they were written: more than there are questions."""

Keep = Callable[[str], object]
"""Keeps an answer and says where, None when it cannot."""

_DROP = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER on, for no time: what has not been sent when a connection is closed is dropped."""


def _socket(where: aiohttp.AddrInfoType) -> socket.socket:
    # Else the system goes on sending for minutes after the process has closed it, or has died: when a network
    # comes back after that, an order would arrive that has long been taken as never received.
    family, kind, protocol, *_ = where
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP)
    return made


def _leave() -> None:
    """Nobody has anything against it."""


class Rest:
    """The calls of one app key. Open between `open` and `close` only."""

    def __init__(
        self,
        keys: Keys,
        environment: Environment,
        url: str,
        patience: Patience,
        tokens: Tokens,
        governor: Governor | None,
        secrets: Iterable[str] = (),
        connect: Connect | None = None,
        hear_date: Callable[[str], object] | None = None,
        keep: Keep | None = None,
    ) -> None:
        """`secrets` are what is never shown, beside keys and tokens. `hear_date` is told the time of answers.

        `keep` is handed answers that cannot be read or leave an order in doubt, without the secrets.
        Without a governor calls begin at once, and none is repeated because KIS found it one too many."""
        self._keys = keys
        self._environment = environment
        self._url = url.rstrip("/")
        self._patience = patience
        self._tokens = tokens
        self._governor = governor
        self._connect = connect
        self._hear_date = hear_date
        self._keep = keep
        self.mask = Mask((keys.appkey, keys.appsecret, *secrets))
        self._session: aiohttp.ClientSession | None = None
        self._messenger: Messenger | None = None
        self._heads: dict[tuple[str, str, str], str] = {}
        """What the headers of a question were by its id, its page and the token."""
        self.answers = 0
        """How many calls have been answered, whatever with."""

    def __repr__(self) -> str:
        return f"Rest({self._environment})"

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session. Raises `Unreachable` when there is none."""
        if self._session is None:
            raise Unreachable(
                "한국투자증권 연결이 닫혀 있습니다. 다시 연결한 뒤에 보내세요.",
                "The connection to KIS is closed. Open it again before sending.",
            )
        return self._session

    async def open(self) -> None:
        """Log in. Raises `BrokerError`, or `WireError` when whoever answers is not KIS."""
        patience = self._patience
        if self._connect is None:
            self._messenger = Messenger.open(self._url, patience.connect, patience.answer)
            connector: aiohttp.BaseConnector = aiohttp.TCPConnector(
                keepalive_timeout=KEEP_ALIVE, socket_factory=_socket
            )
        else:
            connector = self._connect()
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=patience.answer, connect=patience.connect),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        await self._get_token()

    async def close(self) -> None:
        """Close all connections. An order in flight then has no answer."""
        session, self._session = self._session, None
        messenger, self._messenger = self._messenger, None
        if messenger is not None:
            await messenger.close()
        if session is not None:
            await session.close()

    async def ask(
        self, request: Request, read_reply: Callable[[Reply], T], rank: Priority | None = None
    ) -> T:
        """What `read_reply` reads in the answer to a question; `rank` is that of its kind unless given.

        A token that KIS does not accept is renewed and the question asked once more; so is one that KIS says
        it could not answer just then. One that comes too fast is asked again when the governor lets it.
        Raises what `read_reply` raises, `Unreachable`, and `Unanswered` when no answer comes or the server
        has a fault.
        """
        token, is_renewed = await self._get_token(), False
        for repeat in count():
            start = await self._take_turn(priority(request) if rank is None else rank)
            try:
                return self._read(await self._fetch(request, token), read_reply)
            except LoginExpired:
                self._tokens.refuse(token)
                if is_renewed:
                    raise
                token, is_renewed = await self._get_token(), True
            except RateLimited as error:
                is_too_fast = await self._slow_down(start, error.code)
                is_passing = MEANINGS.get(error.code) is Meaning.TRY_AGAIN
                if repeat >= (self._patience.repeats if is_too_fast else int(is_passing)):
                    raise
        raise AssertionError("a question is answered or an error")

    async def queue(self) -> Queue | None:
        """The calls that wait for their turn; None without a governor."""
        return None if self._governor is None else await self._governor.queue()

    async def announce(self, calls: int) -> None:
        """So many questions about prices are coming: tell the person if they will take long."""
        if self._governor is not None:
            await self._governor.announce(Priority.QUOTE, calls)

    async def pages(self, request: Request) -> list[Reply]:
        """All pages of a list, each a good answer. Raises like `ask`: a list is whole or an error."""
        replies: list[Reply] = []
        asked = []
        page: Request | None = request
        while page is not None:
            if page.query in asked:
                raise unreadable(replies[-1], "the pages go round in a circle")
            asked.append(page.query)
            reply = await self.ask(page, checked)
            replies.append(reply)
            page = next_page(page, reply)
        return replies

    async def send(
        self,
        request: Request,
        look: Callable[[], None] = _leave,
        read_answer: Callable[[Reply], Answer] = wire.read_answer,
    ) -> Answer:
        """Send an order, 정정 or 취소 exactly once. `look` is called when it has its turn, before it leaves.

        What `look` raises is raised, and nothing is sent. `read_answer` tells what became of it, and never
        raises.

        Raises `Unreachable` only when nothing of it can have left: no token, no turn, no connection. Whatever
        breaks later is `NoAnswer`. A refused token (EGW00121 to EGW00123) and one call too many (EGW00201)
        prove that the gateway did not pass it on; even so it is `Refused` and not sent again, because
        whoever wants it should decide anew. The token is renewed before the next call.
        """
        try:
            token = await self._get_token(is_patient=False)
        except Unreachable:
            raise
        except HogaError as error:
            raise Unreachable(
                f"로그인하지 못해 주문을 보내지 않았습니다. {error.korean}",
                f"The order was not sent, because the login failed. {error.english}",
                error.code if isinstance(error, BrokerError) else "",
            ) from error
        start = await self._take_order_turn()
        look()
        session = self.session
        try:
            reply = await self._call(session, request, token)
        except _NEVER_LEFT as error:
            raise self._unreachable(error) from error
        except TimeoutError:
            return NoAnswer(why=f"no answer within {self._patience.answer:g} s")
        except Exception as error:  # noqa: BLE001 - whatever broke, the order may have left
            return NoAnswer(why=f"the connection broke: {type(error).__name__}")
        answer = self.mask.answer(read_answer(reply))
        if isinstance(answer, NoAnswer) and (place := self._kept(reply.body.decode("utf-8", "replace"))):
            answer = replace(answer, why=f"{answer.why}, kept in {place}")
        if isinstance(answer, Refused):
            if MEANINGS.get(answer.code) is Meaning.LOGIN_EXPIRED:
                self._tokens.refuse(token)
            await self._slow_down(start, answer.code)
        return answer

    async def get_approval_key(self) -> str:
        """A key for the WebSocket. Raises like `ask`."""
        key = await self._tokens.approval_key(self._ask_approval)
        self.mask.add(key)
        return key

    def refuse_approval_key(self, key: str) -> None:
        """KIS does not accept this key any more: the next one is another."""
        self._tokens.refuse(key)

    async def _get_token(self, *, is_patient: bool = True) -> str:
        token = await self._tokens.token(self._ask_token, is_patient=is_patient)
        self.mask.add(token)
        return token

    async def _ask_token(self) -> oauth.Token:
        request = oauth.token_request(self._keys, self._environment)
        return self._read(await self._fetch(request), oauth.read_token)

    async def _ask_approval(self) -> str:
        request = oauth.approval_request(self._keys, self._environment)
        return self._read(await self._fetch(request), oauth.read_approval)

    async def _take_turn(self, rank: Priority) -> int:
        return 0 if self._governor is None else await self._governor.turn(rank)

    async def _take_order_turn(self) -> int:
        """Raises `Unreachable` when an order had to wait too long: what it was decided on is gone by then."""
        try:
            async with asyncio.timeout(self._patience.order_turn):
                return await self._take_turn(Priority.ORDER)
        except (TimeoutError, RateLimited) as error:
            raise Unreachable(
                "호출 한도 때문에 너무 오래 기다려 주문을 보내지 않았습니다. 다시 주문하세요.",
                "The order was not sent: the limits of calls made it wait too long. Order again.",
            ) from error

    async def _slow_down(self, start: int, code: str) -> bool:
        """Leave more space between calls, if that is what KIS asks for."""
        if self._governor is None or code not in TOO_FAST:
            return False
        await self._governor.slow_down(start, is_ledger=code == LEDGER_TOO_FAST)
        return True

    async def _fetch(self, request: Request, token: str = "") -> Reply:
        """The answer to a call that may be repeated: a question or a login."""
        session, messenger = self.session, self._messenger
        try:
            if messenger is None or request.method != "GET" or request.body:
                return await self._call(session, request, token)
            return self._heard(await messenger.get(request.path, request.query, self._head(request, token)))
        except _NEVER_LEFT as error:
            raise self._unreachable(error) from error
        except (aiohttp.ClientError, OSError) as error:
            # This one shows the whole address, and with it the account.
            cause = None if isinstance(error, aiohttp.ClientResponseError) else error
            raise Unanswered(
                f"한국투자증권이 답하지 않습니다({type(error).__name__}). 잠시 뒤에 다시 조회하세요.",
                f"KIS does not answer ({type(error).__name__}). Wait a moment and ask again.",
            ) from cause

    def _head(self, request: Request, token: str) -> str:
        """The headers of a question."""
        asked = request.tr_id, request.tr_cont, token
        head = self._heads.get(asked)
        if head is None:
            if len(self._heads) >= _HEADS:
                self._heads.clear()
            head = self._heads[asked] = head_of(headers(request, self._keys, token))
        return head

    async def _call(self, session: aiohttp.ClientSession, request: Request, token: str) -> Reply:
        async with session.request(
            request.method,
            self._url + request.path,
            params=request.query or None,
            data=request.body or None,
            headers=headers(request, self._keys, token),
            allow_redirects=False,
        ) as response:
            body = await response.read()
            told = response.headers
            return self._heard(Reply(response.status, body, told.get("tr_cont", ""), told.get("Date", "")))

    def _heard(self, reply: Reply) -> Reply:
        self.answers += 1
        if reply.status < 500 and self._hear_date is not None:  # else it is of a server in front of KIS
            self._hear_date(reply.date)
        return reply

    def _read(self, reply: Reply, read_reply: Callable[[Reply], T]) -> T:
        try:
            return read_reply(reply)
        except WireError as error:
            self.mask.error(error)
            # Not KIS's words but a fault page of a server in front of it.
            if reply.status < 500:
                if place := self._kept(error.raw):
                    error.korean += f" {place} 에 보관했습니다."
                    error.english += f" It is kept in {place}."
                    error.args = (error.korean, error.english)
                raise
            raise Unanswered(
                f"한국투자증권 서버에 장애가 있습니다(HTTP {reply.status}). 잠시 뒤에 다시 조회하세요.",
                f"KIS's server has a fault (HTTP {reply.status}). Wait a moment and ask again.",
            ) from error
        except HogaError as error:
            self.mask.error(error)
            raise

    def _kept(self, answer: str) -> object:
        """Where an answer is kept; None when it is nowhere."""
        return None if self._keep is None or not answer else self._keep(self.mask.text(answer))

    def _unreachable(self, error: BaseException) -> Unreachable:
        why = type(error.__cause__ or error).__name__
        return Unreachable(
            f"한국투자증권 {self._url} 에 연결할 수 없습니다({why}). 주소와 인터넷 연결을 확인하세요.",
            f"KIS at {self._url} cannot be reached ({why}). "
            "Check the address and the connection to the internet.",
        )


def checked(reply: Reply) -> Reply:
    """`reply` itself, when it is a good answer. Raises like `envelope.read`."""
    read(reply, Envelope)
    return reply
