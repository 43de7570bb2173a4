"""/v1/stream: a snapshot, then numbered updates over a WebSocket; who was away goes on by number.

A reader says `{"watch": [codes]}` for other issues than before and hears `watching` once they are. One who
does not keep up is dropped with a reason and can come back by number. It never keeps the desk or another
reader waiting.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from hoga.application import Hoga
from hoga.domain.errors import BadInput, HogaError
from hoga.server.access import Access, Caller
from hoga.server.asked import known_code, require_account
from hoga.server.errors import TooOften, problem, refuse, status_of
from hoga.server.feed import MOST_BEHIND, MOST_WATCHED, Feed
from hoga.server.guard import CALLER, require, require_room
from hoga.server.v1 import encode
from hoga.storage.bridge_tokens import Scope
from hoga.typed_json import Malformed, decode

SEND_PATIENCE = 10.0
"""Seconds in which a reader must have taken an update, or all of so many."""

AT_ONCE = 100
"""Updates for which time is taken together: for each by itself it costs more than the sending."""

CLOSE_PATIENCE = 1.0
"""Seconds in which a reader can hear why it is dropped."""

LOOK_EVERY = 1.0
"""Seconds between two looks whether a reader's token has been revoked."""

MOST_READERS = 500

NOT_ALLOWED = 1008
TRY_LATER = 1013


def streaming(hoga: Hoga, feed: Feed, access: Access, headers: Mapping[str, str]) -> APIRouter:
    """The route of the stream; `headers` go with every refusal.

    What a reader says counts like a request of its own. Whoever's token is revoked hears no more.
    """
    router = APIRouter()

    @router.websocket("/v1/stream")
    async def stream(socket: WebSocket) -> None:
        query, caller = socket.query_params, socket.scope[CALLER]
        try:
            require(caller, Scope.READ)
            require_account(hoga, socket.headers)
            codes = [known_code(hoga, code) for code in query.getlist("code")]
            if feed.readers >= MOST_READERS:
                raise TooOften(
                    f"이미 {MOST_READERS}개의 접속이 스트림을 받고 있습니다. 하나를 끊고 다시 하십시오.",
                    f"{MOST_READERS} readers follow the stream already. Close one and come back.",
                )
        except HogaError as error:
            await refuse(error, headers, socket.scope, socket.receive, socket.send)
            return
        await socket.accept()
        known = query.get("after", "")
        is_resumed = query.get("stream") == feed.stream and known.isdecimal() and len(known) < 18
        with feed.joined(codes) as reader:
            one_by_one = asyncio.Lock()

            async def told(*messages: bytes) -> None:
                async with asyncio.timeout(SEND_PATIENCE), one_by_one:
                    for message in messages:
                        await socket.send_text(message.decode())

            async def watched(message: str) -> bytes:
                try:
                    require_room(access, caller.name)
                    wanted = _read_wish(hoga, message)
                    return encode({"kind": "watching", "codes": await feed.watch(reader, wanted)})
                except HogaError as error:
                    reason = type(error).__name__
                    return encode(
                        {"kind": "problem", **problem(status_of(error), reason, error.korean, error.english)}
                    )

            sending = asyncio.create_task(_send(told, feed, int(known) if is_resumed else None))
            leaving = asyncio.create_task(_until_it_leaves(socket, told, watched))
            standing = asyncio.create_task(_until_revoked(access, caller))
            tasks = sending, leaving, standing
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                reason = sending.result() if sending.done() else None
                is_revoked = standing.done()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
        if is_revoked:
            await _close(socket, NOT_ALLOWED, "the token was revoked")
        elif reason is not None:
            feed.dropped += 1
            await _close(socket, TRY_LATER, reason)

    return router


Told = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a reader may say."""

    watch: list[str]

    def __post_init__(self) -> None:
        if len(self.watch) > MOST_WATCHED:
            raise ValueError(f"at most {MOST_WATCHED} issues can be watched")


def _read_wish(hoga: Hoga, message: str) -> list[str]:
    try:
        wish = decode(message, _Wish)
    except (Malformed, UnicodeEncodeError) as error:
        raise BadInput(
            f'메시지를 읽을 수 없습니다({error}). {{"watch": ["005930"]}} 처럼 보내십시오.',
            f'the message cannot be read ({error}). Say {{"watch": ["005930"]}}.',
        ) from error
    return [known_code(hoga, each) for each in wish.watch]


async def _send(told: Told, feed: Feed, number: int | None) -> str | None:
    """Send what there is and what comes, until the reader must be dropped; why it must, None when it left."""
    try:
        if number is None or feed.after(number) is None:
            try:
                number, snapshot = await feed.snapshot()
            except HogaError as error:
                return error.english[:100]
            await told(snapshot)
        while True:
            updates = feed.after(number)
            if updates is None or len(updates) > MOST_BEHIND:
                return f"too slow: more than {MOST_BEHIND} updates behind"
            for first in range(0, len(updates), AT_ONCE):
                batch = updates[first : first + AT_ONCE]
                await told(*batch)
                number += len(batch)
            if number == feed.number:
                await feed.wait()
    except TimeoutError:
        return f"too slow: an update was not taken within {SEND_PATIENCE:.0f} s"
    except (WebSocketDisconnect, RuntimeError):  # it has left while something was being sent
        return None


async def _until_revoked(access: Access, caller: Caller) -> None:
    """Return when the token of a reader opens nothing any more."""
    while access.stands(caller):  # noqa: ASYNC110 - another process revokes it
        await asyncio.sleep(LOOK_EVERY)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(CLOSE_PATIENCE):
            await socket.close(code, reason)


async def _until_it_leaves(socket: WebSocket, told: Told, watched: Callable[[str], Awaitable[bytes]]) -> None:
    """Answer what a reader says. Who does not take the answers is dropped by the updates."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, KeyError, TimeoutError):
        while True:
            await told(await watched(await socket.receive_text()))
