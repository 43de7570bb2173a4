"""What stands before every route: it lets in who calls the bridge by its name, with a right token.

A page of another site that a browser has open can send requests here, also by a name of its own that leads to
this computer (DNS rebinding). So the Host must be one of ours, and an Origin, if there is one, this bridge's
own. The routes say what a caller needs by `needs`. What changes something is written down before and after.

Whoever has come in and asks what an answer is ready for (`quick`) is answered from here. That is counted and
not logged: there may be thousands a second.
"""

import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from hoga.domain.errors import BadInput, HogaError, JournalError
from hoga.server.access import Access, Caller
from hoga.server.errors import Forbidden, TooLong, TooOften, Unauthorized, refuse
from hoga.storage.bridge_tokens import START, Scope

LONGEST_BODY = 65_536
"""Bytes of a request. An order is a few hundred."""

_log = logging.getLogger(__name__)

CALLER = "hoga.caller"
PROMPT = "hoga.prompt"
"""The route of a request that was answered without it."""
MET = "hoga.met"
"""What came of the checks of a request that has passed the hatch: its caller, or why it is refused."""
ORDER_HEADER = "X-Hoga-Order"
"""Names the order that an answer is about; it goes into the audit too."""

_HOST = re.compile(r"(\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[0-9a-z._-]+))(:\d{1,5})?", re.ASCII)
_ONCE = (b"host", b"authorization", b"origin", b"sec-fetch-site", b"content-length")
"""Headers that we go by: of two that differ, something before us may have gone by the other."""

_CHANGING_READS = ("/buy", "/sell")
"""Routes that change something even with GET."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """An answer that is ready to be sent, and the pattern of the route that would give it.

    `wire` is the same as bytes, but for the status, which is 200, and the headers of the server.
    """

    route: str
    start: Message
    body: Message
    wire: bytes


def caller_of(request: Request) -> Caller:
    """Who asks."""
    caller: Caller = request.scope[CALLER]
    return caller


def source_of(caller: Caller) -> str:
    """Who placed an order, as the journal keeps it."""
    return START if caller.name == START else f"{START}:{caller.name}"


def needs(wanted: Scope) -> Callable[[Request], Awaitable[None]]:
    """What a route depends on when only callers with the scope may use it.

    Such a check waits for nothing and is async all the same: FastAPI runs others in a thread, which costs a
    request more than all the rest.
    """

    async def check(request: Request) -> None:
        require(caller_of(request), wanted)

    return check


def require(caller: Caller, wanted: Scope) -> None:
    """Raises `Unauthorized` without a token, `Forbidden` with one of too narrow a scope."""
    if caller.scope is None:
        raise Unauthorized(
            "토큰이 필요합니다. Authorization: Bearer <토큰> 헤더를 보내십시오.",
            "this needs a token in the header Authorization: Bearer <token>",
        )
    if not caller.may(wanted):
        raise Forbidden(
            f"이 토큰의 권한은 {caller.scope} 입니다. 이 일에는 {wanted} 권한의 토큰이 필요합니다.",
            f"the scope of this token is {caller.scope}. This needs a token of the scope {wanted}.",
        )


def require_room(access: Access, caller: str) -> None:
    """Raises `TooOften` when the caller has asked too much within the last seconds."""
    if not access.takes(caller):
        raise TooOften(
            "요청이 너무 잦습니다. 1초 뒤에 다시 하십시오.",
            "too many requests. Come back in a second.",
            1,
        )


class Guard:
    """Stands before `app`. `headers` go with its answers. `find_prompt` gives those that are ready."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        headers: dict[str, str],
        on_answer: Callable[[str, str, int, float], None],
        find_prompt: Callable[[Connection, Caller], Prompt | None],
    ) -> None:
        self._app = app
        self._find_prompt = find_prompt
        self._on_answer = on_answer
        self._access = access
        self._headers = headers

    def prompt(self, connection: Connection) -> Prompt | None:
        """What is ready for a GET that arrives at the hatch; it counts as answered.

        None when it must come through here, where it is not checked once more.
        """
        begun = monotonic()
        met = connection[MET] = self._meet(connection)
        prompt = None if isinstance(met, HogaError) else self._find_prompt(connection, met)
        if prompt is not None:
            self._on_answer(prompt.route, "GET", 200, monotonic() - begun)
        return prompt

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        match connection["type"]:
            case "http":
                await self._timed(connection, receive, send)
            case "websocket":
                await self._guarded(connection, receive, send)
            case _:
                await self._app(connection, receive, send)

    async def _timed(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Count and log a request, by the pattern of its route and without what it asked."""
        begun, status = monotonic(), 500

        async def listen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._guarded(connection, receive, listen)
        finally:
            seconds = monotonic() - begun
            prompt = connection.get(PROMPT)
            route = getattr(connection.get("route"), "path", "") if prompt is None else prompt
            self._on_answer(route, connection["method"], status, seconds)
            if prompt is None:
                caller = connection.get(CALLER)
                facts = {
                    "who": None if caller is None else caller.name or None,
                    "method": connection["method"],
                    "route": route or None,
                    "status": status,
                    "seconds": round(seconds, 6),
                }
                _log.info("request", extra={"facts": facts})

    async def _guarded(self, connection: Connection, receive: Receive, send: Send) -> None:
        has_passed_the_hatch = MET in connection
        met = connection[MET] if has_passed_the_hatch else self._meet(connection)
        try:
            if isinstance(met, HogaError):
                raise met
            caller = met
            changes = connection["type"] == "http" and _changes(connection)
            if changes and caller.scope is None:  # no route takes it
                changes = False
                with contextlib.suppress(JournalError):
                    self._access.note_stranger("no token", _address(connection), _path(connection))
            elif changes:
                self._access.note("asked", **_facts(connection, caller))
        except HogaError as error:
            await refuse(error, self._headers, connection, receive, send)
            return
        connection[CALLER] = caller
        is_get = connection["type"] == "http" and connection["method"] == "GET" and not has_passed_the_hatch
        if is_get and (prompt := self._find_prompt(connection, caller)) is not None:
            connection[PROMPT] = prompt.route
            await send(prompt.start)
            await send(prompt.body)
        elif changes:
            await self._write_down(connection, receive, send, _facts(connection, caller))
        else:
            await self._app(connection, _limited(receive), send)

    def _meet(self, connection: Connection) -> Caller | HogaError:
        """Who asks, or why that one is not let in."""
        try:
            return self._let_in(connection, _headers(connection), _address(connection))
        except HogaError as error:
            return error

    def _let_in(self, connection: Connection, headers: Mapping[str, str], address: str) -> Caller:
        """Who asks. Raises one of our errors for whoever is not let in."""
        access = self._access
        if name_of(headers.get("host", "")) not in access.names:
            raise Forbidden(
                "이 이름(Host)으로는 접속할 수 없습니다. 브리지의 주소나 [bridge] names 의 이름을 쓰십시오.",
                "the bridge is not called by this Host. Use its address, or write the name into "
                "[bridge] names.",
            )
        if not _is_own_page(headers):
            raise Forbidden(
                "다른 사이트의 페이지에서 보낸 요청은 받지 않습니다.",
                "requests of pages of other sites are not taken.",
            )
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length[:20]) > LONGEST_BODY:
            raise _too_long()
        given = headers.get("authorization")
        caller = Caller("", None) if given is None else self._caller(given, address)
        if caller is None:
            with contextlib.suppress(JournalError):  # refused all the same
                access.note_stranger("wrong token", address, _path(connection))
            if wait := access.wait_of(address):
                seconds = int(wait.total_seconds()) + 1
                raise TooOften(
                    f"틀린 토큰이 너무 많았습니다. {seconds}초 뒤에 맞는 토큰으로 다시 하십시오.",
                    f"too many wrong tokens. Come back in {seconds} seconds with a right one.",
                    seconds,
                )
            raise Unauthorized(
                "토큰이 맞지 않습니다. 시작할 때 보여 준 것이나 hoga tokens create 로 만든 것을 쓰십시오.",
                "the token is wrong. Use the one shown at the start, or one made with hoga tokens create.",
            )
        require_room(access, caller.name or address)
        return caller

    def _caller(self, given: str, address: str) -> Caller | None:
        scheme, _, secret = given.partition(" ")
        return self._access.find_caller(secret.strip() if scheme.lower() == "bearer" else "", address)

    async def _write_down(
        self, connection: Connection, receive: Receive, send: Send, facts: dict[str, object]
    ) -> None:
        """Let through what changes something, and write down how it was answered."""
        answered: dict[str, object] = {}

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                order = Headers(raw=message["headers"]).get(ORDER_HEADER)
                answered.update(status=message["status"], **({} if order is None else {"order_id": order}))
            await send(message)

        try:
            await self._app(connection, _limited(receive), listen)
        finally:
            with contextlib.suppress(JournalError):  # what was done is in the journal of the desk
                self._access.note("answered", **facts, **answered)


@lru_cache(maxsize=64)
def name_of(host: str) -> str | None:
    """The name in a Host header, without the port; None where it is not one."""
    found = _HOST.fullmatch(host.lower())
    return None if found is None else found["name"] or found["address"]


def _headers(connection: Connection) -> dict[str, str]:
    """What the request says by its headers. Raises `BadInput` where it says what we go by twice."""
    given = connection["headers"]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in given}
    if len(headers) < len(given):
        names = [name for name, _ in given]
        for name in _ONCE:
            if names.count(name) > 1:
                text = name.decode()
                raise BadInput(
                    f"헤더 {text} 이(가) 두 번 있습니다. 한 번만 보내십시오.",
                    f"the header {text} stands twice. Send it once.",
                )
    return headers


def _is_own_page(headers: Mapping[str, str]) -> bool:
    """Whether no page of another site is behind a request."""
    origin = headers.get("origin")
    if origin is not None and _netloc(origin) != headers.get("host", "").lower():
        return False
    return headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _netloc(origin: str) -> str | None:
    """Host and port of an origin; None of one that is opaque."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _too_long() -> TooLong:
    return TooLong(
        f"요청이 너무 깁니다. {LONGEST_BODY} 바이트까지 받습니다.",
        f"the request is too long: {LONGEST_BODY} bytes are taken at most.",
    )


def _address(connection: Connection) -> str:
    host: str = (connection.get("client") or ("", 0))[0]
    return host


def _path(connection: Connection) -> str:
    """For the audit: what would break its lines, for whoever reads them, stands as it was sent."""
    return quote(connection["path"], safe="/")


def _facts(connection: Connection, caller: Caller) -> dict[str, object]:
    """Who asks for what, for the audit. Neither arguments nor headers: they may hold anything."""
    return {
        "who": caller.name or None,
        "address": _address(connection),
        "method": connection["method"],
        "path": _path(connection),
    }


def _changes(connection: Connection) -> bool:
    return connection["method"] not in ("GET", "HEAD", "OPTIONS") or connection["path"] in _CHANGING_READS


def _limited(receive: Receive) -> Receive:
    """Bodies without a length that grow too long end the request."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > LONGEST_BODY:
                raise _too_long()
        return message

    return limited
