"""Whatever the WebSocket side of the KIS face is sent: it answers in KIS's form and loses nothing."""

import asyncio
import json
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.brokers.kis.door import (
    BUY,
    DAY,
    HYNIX,
    KIM,
    LEE,
    MAKER,
    PAPER,
    REAL,
    SELL,
    Door,
    Ear,
    both,
    run,
)
from tests.brokers.kis.test_broadcast import CODE, FUND, SomeFacts, make

from hoga.brokers.kis.catalogue import SUBSCRIPTIONS
from hoga.brokers.kis.codes import (
    BOOKS_STREAM,
    INDEX_CODES,
    PROFILES,
    TRADES_STREAM,
    Environment,
)
from hoga.brokers.kis.frames import (
    Ping,
    RefusedFrame,
    SubscribeAck,
    UnknownFrame,
    asked_subscription,
    read_frame,
    subscribe_request,
    unsubscribe_request,
)
from hoga.brokers.kis.streams import ON_PAPER, STREAMS, Subject
from hoga.domain.request import Venue
from hoga.exchange.commands import Place

FAST = settings(max_examples=15)
"""Each example is a face of its own and up to forty frames."""

WORDS = st.text(max_size=20) | st.sampled_from(
    ["", " ", "0", "1", "2", "\0", "(null)", "|", "^", "PINGPONG", "P", "utf-8", CODE, KIM.hts_id, *STREAMS]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
TEXTS = (
    st.text(max_size=100)
    | JSON.map(json.dumps)
    | st.text('{}[]":,0123456789nulltruefalse headerbody', max_size=60)
    | st.builds(
        lambda flag, stream, rest: f"{flag}|{stream}|001|{rest}", WORDS, st.sampled_from([*STREAMS]), WORDS
    )
)
FIELDS = (
    ("header", "approval_key"),
    ("header", "custtype"),
    ("header", "tr_type"),
    ("header", "content-type"),
)
INPUTS = (("body", "input", "tr_id"), ("body", "input", "tr_key"))
PLACES = (*FIELDS, *INPUTS, ("header",), ("body",), ("body", "input"))


def spoilt(text: str, place: tuple[str, ...], value: Any, *, is_gone: bool) -> str:
    """A registration with something else, or nothing, in one place."""
    request = json.loads(text)
    holder = request
    for name in place[:-1]:
        holder = holder[name]
    if is_gone:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return json.dumps(request)


def is_echo(frame: str | bytes) -> bool:
    """Whether a frame is our own ping come back, which has no answer."""
    try:
        return isinstance(frame, str) and isinstance(asked_subscription(frame), Ping)
    except RefusedFrame:
        return False


def state(door: Door) -> object:
    exchange = door.simulation.exchange
    return [
        (exchange.account(number), exchange.orders(number, DAY, DAY))
        for number in (KIM.account, LEE.account, MAKER)
    ]


async def answers(ear: Ear) -> list[SubscribeAck]:
    """What is answered to everything sent so far. Each is in KIS's form, whatever it answers."""
    marker = ("H0STASP0", "999999")
    await ear.socket.send_str(subscribe_request(ear.approval_key, *marker))
    found: list[SubscribeAck] = []
    while True:
        text = await ear.text()
        assert "Traceback" not in text
        frame = read_frame(text, DAY, ear.ciphers)
        if not isinstance(frame, SubscribeAck):
            assert not isinstance(frame, UnknownFrame)
            continue
        document = json.loads(text)
        assert document["header"].keys() == {"tr_id", "tr_key", "encrypt"}
        assert document["body"]["msg1"] == SUBSCRIPTIONS[frame.code].text
        assert ("output" in document["body"]) is (frame.code == "OPSP0000")
        if (frame.code, frame.tr_id, frame.tr_key) == ("OPSP8992", *marker):
            return found
        found.append(frame)


def fuzz(test: Callable[[Door, Ear], Awaitable[None]], environment: Environment = REAL) -> None:
    """Let `test` torture a session; afterwards it must still work and nobody have lost anything."""

    async def opened(door: Door) -> None:
        before = state(door)
        async with door.listen() as ear:
            assert (await ear.register(TRADES_STREAM, HYNIX.code)).is_accepted
            await test(door, ear)
            assert state(door) == before
            assert (await ear.release(TRADES_STREAM, HYNIX.code)).is_accepted
            assert (await ear.register(BOOKS_STREAM, HYNIX.code)).is_accepted

    run(opened, environment, make=make, facts=SomeFacts(), ping_seconds=3_600)


def check_no_accident(caplog: pytest.LogCaptureFixture) -> None:
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@both
def test_garbage_is_answered_frame_by_frame(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    @FAST
    @given(st.lists(TEXTS | st.binary(max_size=200), max_size=40))
    def garbage(frames: list[str | bytes]) -> None:
        async def test(door: Door, ear: Ear) -> None:
            for frame in frames:
                if isinstance(frame, bytes):
                    await ear.socket.send_bytes(frame)
                else:
                    await ear.socket.send_str(frame)
            told = await answers(ear)
            assert all(not ack.is_accepted for ack in told)
            assert len(told) == sum(not is_echo(frame) for frame in frames)

        fuzz(test, environment)

    garbage()
    check_no_accident(caplog)


@both
def test_a_spoilt_registration_is_answered(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    spoils = st.tuples(
        st.sampled_from(sorted(STREAMS)),
        st.sampled_from(["1", "2"]),
        st.sampled_from(PLACES),
        JSON,
        st.booleans(),
    )

    @FAST
    @given(st.lists(spoils, min_size=5, max_size=40))
    def spoil(sent: list[tuple[str, str, tuple[str, ...], Any, bool]]) -> None:
        async def test(door: Door, ear: Ear) -> None:
            for tr_id, tr_type, place, value, is_gone in sent:
                good = subscribe_request(ear.approval_key, tr_id, CODE).replace('"1"', f'"{tr_type}"')
                await ear.socket.send_str(spoilt(good, place, value, is_gone=is_gone))
            assert len(await answers(ear)) == len(sent)

        fuzz(test, environment)

    spoil()
    check_no_accident(caplog)


STORM = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, 1),
        st.sampled_from([*sorted(STREAMS), "H0STCNT9"]),
        st.sampled_from([CODE, f"A{CODE}", HYNIX.code, FUND.code, "999999", *INDEX_CODES, KIM.hts_id]),
    ),
    max_size=120,
)


@both
def test_a_storm_of_registrations_is_answered_one_by_one(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    @settings(max_examples=20)
    @given(STORM)
    def storm(asked: list[tuple[bool, int, str, str]]) -> None:
        async def test(door: Door) -> None:
            before = state(door)
            async with door.listen(KIM) as first, door.listen(LEE) as second:
                ears, holds = (first, second), (set[tuple[str, str]](), set[tuple[str, str]]())
                for is_release, who, tr_id, tr_key in asked:
                    write = unsubscribe_request if is_release else subscribe_request
                    ack = await _ask_amid_frames(ears[who], write(ears[who].approval_key, tr_id, tr_key))
                    customer = (KIM, LEE)[who]
                    key = _key(tr_id, tr_key)
                    expected = _expected(environment, key, holds[who], customer.hts_id, is_release=is_release)
                    assert (ack.code, tr_id, tr_key) == (expected, tr_id, tr_key)
                    if expected == "OPSP0000":
                        holds[who].add(key)
                    elif expected == "OPSP0001":
                        holds[who].remove(key)
                    if len(holds[who]) % 7 == 3:
                        for venue in (Venue.KRX, Venue.NXT):
                            for side in (SELL, BUY):
                                door.trade(Place(MAKER, CODE, side, 1, 70_000, venue=venue))
                        before = state(door)
            assert state(door) == before

        run(test, environment, make=make, facts=SomeFacts(), ping_seconds=3_600)

    storm()
    check_no_accident(caplog)


async def _ask_amid_frames(ear: Ear, request: str) -> SubscribeAck:
    """The answer, after whatever is pushed before it; every pushed frame must be readable."""
    await ear.socket.send_str(request)
    while True:
        frame = await ear.frame()
        if isinstance(frame, SubscribeAck):
            if frame.cipher is not None:
                ear.ciphers[frame.tr_id] = frame.cipher
            return frame
        assert not isinstance(frame, UnknownFrame | Ping)
        assert not frame.has_drifted


def _key(tr_id: str, tr_key: str) -> tuple[str, str]:
    stream = STREAMS.get(tr_id)
    is_code = stream is not None and not stream.is_of_index and stream.subject is not Subject.NOTICES
    return tr_id, tr_key[-6:] if is_code and len(tr_key) > 6 else tr_key


def _expected(
    environment: Environment,
    key: tuple[str, str],
    held: set[tuple[str, str]],
    hts_id: str,
    *,
    is_release: bool,
) -> str:
    tr_id, name = key
    if is_release:
        return "OPSP0001" if key in held else "OPSP0003"
    stream, profile = STREAMS.get(tr_id), PROFILES[environment]
    if stream is None or (environment is PAPER and tr_id not in ON_PAPER):
        return "OPSP8991"
    if stream.subject is Subject.NOTICES:
        if tr_id != profile.notice_stream:
            return "OPSP8991"
        if name != hts_id:
            return "OPSP8992"
    elif name not in (INDEX_CODES if stream.is_of_index else (CODE, HYNIX.code, FUND.code)):
        return "OPSP8992"
    if key in held:
        return "OPSP0002"
    return "OPSP0008" if len(held) >= profile.registrations else "OPSP0000"


# Connections ----------------------------------------------------------------------------------------------

UPGRADE = (
    b"GET /tryitout HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def connect(door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = door.face.ws_url.removeprefix("ws://").split(":")
    return await asyncio.open_connection(host, int(port))


@FAST
@given(
    st.lists(
        st.binary(max_size=200) | st.integers(0, len(UPGRADE)).map(lambda end: UPGRADE[:end]), max_size=10
    )
)
def test_connections_that_never_become_sockets_do_no_harm(beginnings: list[bytes]) -> None:
    async def test(door: Door, ear: Ear) -> None:
        writers = []
        for beginning in beginnings:
            _, writer = await connect(door)
            writer.write(beginning)
            writers.append(writer)
        assert (await ear.register("H0UNCNT0", CODE)).is_accepted
        for writer in writers:
            writer.close()

    fuzz(test)


RAW = [
    b"\x81\xff",  # a text frame that breaks off in its length
    b"\x81\x85\x00\x00\x00\x00he",  # and one in its words
    b"\x81\x05hello",  # not masked
    b"\x81\x82\x00\x00\x00\x00\xc3\x28",  # not UTF-8
    b"\xf1\x80\x00\x00\x00\x00",  # reserved bits
    b"\x83\x80\x00\x00\x00\x00",  # an opcode that there is not
    b"\x80\x80\x00\x00\x00\x00",  # goes on with nothing
    b"\x89\xfe\x00\x80" + bytes(4) + b"x" * 128,  # a ping that is too long
    b"\x88\x81\x00\x00\x00\x00\x03",  # a farewell of one byte
    b"\x81\xff" + (2**63).to_bytes(8, "big") + bytes(4),  # longer than anything
    b"\x81\xff" + (70_000).to_bytes(8, "big") + bytes(4) + b"x" * 70_000,  # longer than it may be
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: raw[:6].hex())
@pytest.mark.parametrize("is_cut", [False, True], ids=["closed", "cut"])
def test_broken_frames_end_their_own_socket_at_most(
    raw: bytes, is_cut: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(door: Door, ear: Ear) -> None:
        reader, writer = await connect(door)
        writer.write(UPGRADE)
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        assert (await ear.register("H0UNCNT0", CODE)).is_accepted
        if is_cut:
            with suppress(OSError):  # the other side may have been faster
                linger = struct.pack("ii", 1, 0)  # a reset instead of a farewell
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()
        assert (await ear.release("H0UNCNT0", CODE)).is_accepted

    fuzz(test)
    check_no_accident(caplog)


def test_an_app_key_is_free_again_when_its_socket_was_cut() -> None:
    async def test(door: Door) -> None:
        for _ in range(3):
            async with door.listen() as ear:
                for _ in range(10_000):
                    if (await ear.register("H0UNASP0", CODE)).is_accepted:
                        break
                else:
                    raise AssertionError("the app key stays in use")
                connection = ear.socket._conn
                assert connection is not None
                assert connection.transport is not None
                connection.transport.abort()

    run(test, REAL, make=make, facts=SomeFacts())
