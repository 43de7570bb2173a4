"""Calls to another Hoga's bridge over HTTP, with the token, within time limits.

A question may be asked again. An order, a cancel or a new price is sent once: whether it arrived when no
answer came is found out afterwards. Redirects, which would carry the token elsewhere, are not followed.
"""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

from hoga.brokers.remote.wire import Reply, error_of
from hoga.domain.errors import BrokerError, HogaError, Unanswered, Unreachable

T = TypeVar("T")

ACCOUNT_HEADER = "X-Hoga-Account"
"""Says which account is meant: a bridge that has come to serve another one refuses."""

KEEP_ALIVE = 4.0
"""Seconds after which we close an idle connection: before the bridge does, which is after five."""

MASK = "***"

_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""What aiohttp raises before a connection stands, and never after it: no byte of the request has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the client waits, in seconds of real time.

    `answer` is for a whole call: the bridge itself waits for its broker. `ack` is for the answer to what the
    stream is asked. Nothing is heard of a dead line: it is asked every `beat`. A broken line is taken up
    again after `retry_first` seconds and then after doubled ones up to `retry_longest`. What the bridge does
    not watch is asked for every `poll`.
    """

    connect: float = 5.0
    answer: float = 30.0
    ack: float = 15.0
    beat: float = 10.0
    retry_first: float = 0.5
    retry_longest: float = 30.0
    poll: float = 1.0


Connect = Callable[[], aiohttp.BaseConnector]
"""Makes what carries the calls and the stream of one session."""


def over_tcp() -> aiohttp.BaseConnector:
    """The way to another computer. Call it where an event loop runs."""
    return aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE)


def _leave() -> None:
    """Nobody has anything against it."""


class Rest:
    """The calls with one token. Open between `open` and `close` only."""

    def __init__(
        self,
        url: str,
        token: str,
        patience: Patience,
        tls: ssl.SSLContext | None = None,
        connect: Connect = over_tcp,
    ) -> None:
        """`tls` is who is trusted, where it is not whom the operating system trusts."""
        self.url = url.rstrip("/")
        self.account = ""
        """Which account is meant; "" before it is known."""
        self.answers = 0
        """How many calls have been answered, whatever with."""
        self._token = token
        self._patience = patience
        self._tls = tls
        self._connect = connect
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"Rest({self.url})"

    async def open(self) -> None:
        """Be ready for calls."""
        self._session = aiohttp.ClientSession(
            connector=self._connect(),
            timeout=aiohttp.ClientTimeout(total=self._patience.answer, connect=self._patience.connect),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Close all connections. An order in flight then has no answer."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        good: Sequence[int] = (200,),
    ) -> bytes:
        """The body of a good answer. Raises `BadInput` or `BrokerError`."""
        return await self._ask("GET", path, query, {}, good)

    async def withdraw(self, key: str) -> bytes:
        """What the bridge says of a key, of which no order is taken from now on. Raises `BrokerError`.

        This may be said again and again.
        """
        return await self._ask("POST", "/v1/keys/withdraw", None, {"Idempotency-Key": key})

    async def send(
        self, path: str, body: bytes, key: str = "", look: Callable[[], None] = _leave
    ) -> Reply | str:
        """Send something that changes the account exactly once: the answer, or why there is none.

        `look` is called before anything leaves. What it raises is raised, and nothing is sent.

        Raises `Unreachable` only when nothing of it can have left.
        """
        session = self._open_session()
        look()
        more = {"Idempotency-Key": key} if key else {}
        try:
            return await self._call(session, "POST", path, None, more, body)
        except _NEVER_LEFT as error:
            raise self._unreachable(error) from error
        except TimeoutError:
            return f"no answer within {self._patience.answer:g} s"
        except Exception as error:  # noqa: BLE001 - whatever broke, it may have left
            return f"the connection broke: {type(error).__name__}"

    async def connect_stream(self, query: Mapping[str, str]) -> aiohttp.ClientWebSocketResponse:
        """The open stream. Raises `BrokerError`."""
        session = self._open_session()
        try:
            return await session.ws_connect(
                self.url + "/v1/stream",
                params=query,
                headers=self._headers({}),
                heartbeat=self._patience.beat,
                max_msg_size=0,  # a snapshot of a busy day is large
                ssl=self._tls or True,
            )
        except aiohttp.WSServerHandshakeError as error:
            # The reason does not come through a refused handshake; the same question over HTTP has it.
            await self.get("/v1/about")
            raise BrokerError(
                f"다른 호가의 스트림이 거절합니다(HTTP {error.status}). 두 호가의 버전을 맞추십시오.",
                f"the stream of the other Hoga refuses (HTTP {error.status}). Bring both to one version.",
                str(error.status),
            ) from None  # the cause shows the token
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(error) from error

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None,
        more: Mapping[str, str],
        good: Sequence[int] = (200,),
    ) -> bytes:
        session = self._open_session()
        try:
            reply = await self._call(session, method, path, query, more, b"")
        except _NEVER_LEFT as error:
            raise self._unreachable(error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unanswered(
                f"다른 호가 {self.url} 이(가) 답하지 않습니다({type(error).__name__}). "
                "잠시 뒤에 다시 하십시오.",
                f"the other Hoga at {self.url} does not answer ({type(error).__name__}). Try again in a "
                "moment.",
            ) from error
        if reply.status not in good:
            raise self._masked(error_of(reply.status, reply.content))
        return reply.content

    async def _call(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None,
        more: Mapping[str, str],
        body: bytes,
    ) -> Reply:
        async with session.request(
            method,
            self.url + path,
            params=query or None,
            data=body or None,
            headers=self._headers(more),
            allow_redirects=False,
            ssl=self._tls or True,
        ) as response:
            content = await response.read()
            self.answers += 1
            return Reply(response.status, content)

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        named = {ACCOUNT_HEADER: self.account} if self.account else {}
        return {"Authorization": f"Bearer {self._token}", **named, **more}

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise Unreachable(
                "다른 호가와의 연결이 닫혀 있습니다. 다시 연결한 뒤에 보내십시오.",
                "the connection to the other Hoga is closed. Open it again before sending.",
            )
        return self._session

    def _masked(self, error: HogaError) -> HogaError:
        """The same error without the token, should somebody on the way have repeated it."""
        error.korean = error.korean.replace(self._token, MASK)
        error.english = error.english.replace(self._token, MASK)
        error.args = (error.korean, error.english)
        return error

    def _unreachable(self, error: BaseException) -> Unreachable:
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return Unreachable(
                f"다른 호가 {self.url} 의 인증서를 믿을 수 없습니다. 그 인증서(PEM)를 프로필의 "
                "certificate 에 적고, 주소의 이름이 인증서와 같은지 확인하십시오.",
                f"the certificate of the other Hoga at {self.url} is not trusted. Name its PEM file as the "
                "profile's certificate, and see that the address bears the name in it.",
            )
        return Unreachable(
            f"다른 호가 {self.url} 에 연결할 수 없습니다({type(error).__name__}). "
            "주소와, 그곳에서 hoga serve 가 돌고 있는지 확인하십시오.",
            f"the other Hoga at {self.url} cannot be reached ({type(error).__name__}). "
            "Check the address, and whether hoga serve runs there.",
        )
