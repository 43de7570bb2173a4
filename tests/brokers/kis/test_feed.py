"""The WebSocket side of the KIS face over real loopback sockets."""

import asyncio
import json
import socket
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp import WSCloseCode, WSMsgType
from tests.brokers.kis.door import (
    BUY,
    CODES,
    DAY,
    KIM,
    LEE,
    MAKER,
    PAPER,
    REAL,
    SELL,
    Door,
    Ear,
    FakeBars,
    at,
    both,
    ids,
    make_simulation,
    run,
)

from hoga.brokers.kis.books import Books
from hoga.brokers.kis.codes import BOOKS_STREAM, TRADES_STREAM, Environment
from hoga.brokers.kis.frames import Ping, SubscribeAck, read_frame, subscribe_request
from hoga.brokers.kis.notices import Notices, Outcome
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.streams import Records
from hoga.brokers.kis.ticks import Trades
from hoga.clock import ManualClock
from hoga.domain.quote import Midpoint
from hoga.domain.request import OrderType
from hoga.exchange.commands import Cancel, Place, Replace

# The WebSocket: sessions ----------------------------------------------------------------------------------


def test_prints_and_books_may_have_the_fields_of_2026() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(BOOKS_STREAM, "005930")
            door.offer(3, 70_200)
            door.bid(5, 70_000)
            frame = await ear.frame()
            assert isinstance(frame, Books)
            assert not frame.has_drifted
            assert len(frame.records[-1]) == 63
            assert frame.midpoints[-1] == (Midpoint(70_100), None)
            assert frame.records[-1][-1] == "2"
            await ear.register(TRADES_STREAM, "005930")
            door.offer(1, 70_000)
            frame = await ear.frame()
            while not isinstance(frame, Trades):
                frame = await ear.frame()
            assert not frame.has_drifted
            assert (len(frame.records[-1]), frame.records[-1][-1]) == (47, "2")

    run(test, REAL, records=Records.SINCE)


def test_any_path_will_do_and_every_accepted_registration_brings_a_key() -> None:
    async def test(door: Door) -> None:
        for path in ("", "/", "/tryitout", "/tryitout/H0STCNT0"):
            async with door.listen(path=path) as ear:
                await register_when_free(ear)
                assert (await ear.release(TRADES_STREAM, "005930")).is_accepted
                for tr_id in (TRADES_STREAM, BOOKS_STREAM):
                    ack = await ear.register(tr_id, "005930")
                    assert (ack.code, ack.tr_id, ack.tr_key) == ("OPSP0000", tr_id, "005930")
                    assert not ack.is_encrypted
                    assert ack.cipher is not None
                    assert (len(ack.cipher.key), len(ack.cipher.iv)) == (32, 16)
                ack = await ear.register("H0STCNI9", "kimhts")
                assert ack.is_accepted
                assert ack.is_encrypted
                released = await ear.release(TRADES_STREAM, "005930")
                assert (released.code, released.cipher) == ("OPSP0001", None)

    run(test)


async def register_when_free(ear: Ear) -> None:
    """Register with an app key whose session is about to be given up."""
    for _ in range(10_000):
        ack = await ear.register(TRADES_STREAM, "005930")
        if ack.is_accepted:
            return
        assert ack.code == "OPSP8996"
    raise AssertionError("the app key stays in use")


@both
def test_what_cannot_be_registered_is_refused(environment: Environment) -> None:
    async def test(door: Door) -> None:
        mine, other = ("H0STCNI0", "H0STCNI9") if environment is REAL else ("H0STCNI9", "H0STCNI0")
        async with door.listen() as ear:
            assert (await ear.register(TRADES_STREAM, "005930")).is_accepted
            for tr_id, tr_key, code in (
                (TRADES_STREAM, "005930", "OPSP0002"),
                (TRADES_STREAM, "999999", "OPSP8992"),
                (BOOKS_STREAM, "kimhts", "OPSP8992"),
                (mine, "leehts", "OPSP8992"),
                (mine, "005930", "OPSP8992"),
                (other, "kimhts", "OPSP8991"),
                ("H0EWCNT0", "005930", "OPSP8991"),
                ("", "005930", "OPSP8991"),
            ):
                ack = await ear.register(tr_id, tr_key)
                assert (ack.is_accepted, ack.code, ack.cipher) == (False, code, None)
            assert (await ear.release(BOOKS_STREAM, "005930")).code == "OPSP0003"
            ear.approval_key = "nonsense"
            assert (await ear.register(BOOKS_STREAM, "005930")).code == "OPSP0011"
            ear.approval_key = await door.approve(LEE)
            assert (await ear.register(BOOKS_STREAM, "005930")).code == "OPSP0010"

    run(test, environment)


def test_an_approval_key_that_has_ended_is_refused() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            door.clock.set(door.clock.now() + timedelta(hours=24))
            assert (await ear.register(TRADES_STREAM, "005930")).code == "OPSP0011"

    run(test)


def test_a_session_carries_forty_one_registrations() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            keys = [(stream, code) for code in CODES for stream in (TRADES_STREAM, BOOKS_STREAM)]
            for stream, code in keys[:40]:
                assert (await ear.register(stream, code)).is_accepted
            await ear.register_notices()
            refused = await ear.register(*keys[40])
            assert (refused.code, refused.message) == ("OPSP0008", "MAX SUBSCRIBE OVER")
            assert (await ear.release(*keys[0])).is_accepted
            assert (await ear.register(*keys[40])).is_accepted
            assert (await ear.register(*keys[41])).code == "OPSP0008"

    run(test)


def test_an_app_key_has_one_session() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as second:
            async with door.listen() as first, door.listen(LEE) as other:
                assert (await first.register(TRADES_STREAM, "005930")).is_accepted
                refused = await second.register(TRADES_STREAM, "005930")
                assert (refused.code, refused.tr_id, refused.message) == (
                    "OPSP8996",
                    "(null)",
                    "ALREADY IN USE appkey",
                )
                assert (await other.register(TRADES_STREAM, "005930")).is_accepted
            await register_when_free(second)

    run(test)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nonsense", "OPSP9999"),
        ("", "OPSP9999"),
        ("[]", "OPSP9999"),
        ("{}", "OPSP9998"),
        ('{"header": 5}', "OPSP9999"),
        ('{"header": {"tr_type": "1"}}', "OPSP9992"),
        ('{"header": {"tr_type": "1"}, "body": {}}', "OPSP9991"),
        ('{"header": {"tr_type": "1"}, "body": {"input": {"tr_id": "H0STCNT0"}}}', "OPSP9990"),
        ('{"header": {"tr_type": "7"}, "body": {"input": {"tr_id": "H", "tr_key": "1"}}}', "OPSP8997"),
        ('{"x": ' + "[" * 60_000, "OPSP9999"),
        ("0|H0STCNT0|001|005930^1", "OPSP9999"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_frame_that_means_nothing_is_answered_and_the_session_goes_on(text: str, code: str) -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            assert (await ear.ask(text)).code == code
            assert (await ear.register(TRADES_STREAM, "005930")).is_accepted
            await ear.socket.send_bytes(b"\x00\xff")
            ack = await ear.frame()
            assert isinstance(ack, SubscribeAck)
            assert ack.code == "OPSP9999"

    run(test)


def test_a_request_without_an_upgrade_gets_no_session() -> None:
    async def test(door: Door) -> None:
        url = door.face.ws_url.replace("ws://", "http://")
        async with door.http.get(url + "/tryitout") as answer:
            assert answer.status == 400

    run(test)


def test_whoever_answers_pings_stays_and_whoever_is_silent_is_dropped() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as echoing, door.listen(LEE) as ponging, door.listen() as silent:
            heard = asyncio.create_task(silent.until_closed())
            while not heard.done():
                for ear in (echoing, ponging):
                    frame = await ear.frame()
                    assert isinstance(frame, Ping)
                    assert json.loads(frame.text) == {
                        "header": {"tr_id": "PINGPONG", "datetime": "20260506100000"}
                    }
                    if ear is echoing:
                        await ear.socket.send_str(frame.text)
                    else:
                        await ear.socket.pong(frame.text.encode())
            assert len(await heard) >= 3
            assert not echoing.socket.closed
            assert not ponging.socket.closed

    run(test, ping_seconds=0.02, silence_seconds=0.4)


def test_a_ping_of_the_client_is_answered() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.socket.ping(b"there?")
            message = await ear.socket.receive(timeout=5)
            assert (message.type, message.data) == (WSMsgType.PONG, b"there?")

    run(test)


def test_whoever_does_not_keep_up_is_dropped_and_nobody_else_notices() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as slow, door.listen(LEE) as quick:
            await slow.register_notices()
            await slow.register(BOOKS_STREAM, "005930")
            await quick.register(BOOKS_STREAM, "005930")
            for n in range(21):  # at once: more notices than may wait
                door.trade(Place(KIM.account, "005930", BUY, 1, 69_000 - 100 * n))
            assert len(await slow.until_closed()) <= 20
            frame = await quick.frame()
            assert isinstance(frame, Books)
            assert frame.books[0].total_bid_quantity == 21
        async with door.listen() as again:
            await register_when_free(again)

    run(test, most_unsent=20)


async def connect_deaf(door: Door, codes: Sequence[str]) -> asyncio.StreamWriter:
    """A client that registers for the books of `codes` and reads no further than it must."""
    host, port = door.face.ws_url.removeprefix("ws://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    approval_key = await door.approve()
    for code in codes:
        text = subscribe_request(approval_key, BOOKS_STREAM, code).encode()
        # A final text frame with a two-byte length, masked with zeros.
        writer.write(bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2, "big") + bytes(4) + text)
        await reader.readuntil(b"SUBSCRIBE SUCCESS")
    return writer


def test_nothing_is_kept_for_a_client_that_has_left(caplog: pytest.LogCaptureFixture) -> None:
    async def test(door: Door) -> None:
        async with door.listen(LEE) as staying:
            await staying.register(BOOKS_STREAM, "005930")
            async with door.listen() as leaving:
                await leaving.register(BOOKS_STREAM, "005930")
                await leaving.register_notices()
            async with door.listen() as again:
                await register_when_free(again)
            for n in range(30):  # more than may wait for anybody
                door.bid(1, 69_900)
                frame = await staying.frame()
                assert isinstance(frame, Books)
                assert frame.books[0].total_bid_quantity == n + 1

    run(test, most_unsent=20)
    assert not caplog.records


def test_a_client_that_stops_reading_holds_up_nothing() -> None:
    async def test(door: Door) -> None:
        deaf = await connect_deaf(door, CODES)
        async with door.listen(LEE) as quick, door.listen() as waiting:
            await quick.register(BOOKS_STREAM, "005930")
            rounds = 0
            while not (await waiting.register(TRADES_STREAM, "005930")).is_accepted:
                for _ in range(10):
                    rounds += 1
                    for code in CODES:
                        door.trade(Place(MAKER, code, BUY, 1, door.simulation.exchange.limits(code).lower))
                    frame = await quick.frame()
                    assert isinstance(frame, Books)
                    assert frame.books[0].total_bid_quantity == rounds
            assert rounds * len(CODES) > 200
        deaf.close()

    run(test, most_unsent=200, ping_seconds=3_600)  # a slow machine may need longer than KIS's ten seconds


def test_everybody_is_hung_up_on_when_the_face_closes() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(TRADES_STREAM, "005930")
            closing = asyncio.create_task(door.face.close())
            assert await ear.until_closed() == []
            assert ear.socket.close_code == WSCloseCode.GOING_AWAY
            await closing
            assert door.face.rest_url == ""

    run(test)


# The WebSocket: what is pushed ----------------------------------------------------------------------------


def test_prints_of_one_moment_come_in_one_frame() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(TRADES_STREAM, "005930")
            for n in range(3):
                door.offer(2, 70_000 + 100 * n)
            door.clock.set(at("10:00:07"))
            await door.buy(5, 70_200)
            text = await ear.text()
            assert text.startswith("0|H0STCNT0|003|005930^100007^70000^")
            frame = read_frame(text, DAY, {})
            assert isinstance(frame, Trades)
            assert not frame.has_drifted
            assert [(trade.price, trade.quantity, trade.taker) for trade in frame.trades] == [
                (70_000, 2, BUY),
                (70_100, 2, BUY),
                (70_200, 1, BUY),
            ]
            assert [len(record) for record in frame.records] == [46] * 3

    run(test)


def test_many_prints_of_one_moment_come_in_several_frames() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(TRADES_STREAM, "005930")
            for n in range(23):
                door.offer(n + 1, 70_000)
            await door.buy(100, 70_000)  # the first thirteen, and nine shares of the next
            frames = [await ear.frame(), await ear.frame()]
            sizes = [
                trade.quantity for frame in frames if isinstance(frame, Trades) for trade in frame.trades
            ]
            assert sizes == [*range(1, 14), 9]
            assert [len(frame.trades) for frame in frames if isinstance(frame, Trades)] == [10, 4]

    run(test)


def test_a_print_carries_the_running_day() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(TRADES_STREAM, "005930")
            door.offer(10, 70_400)
            door.bid(20, 69_800)
            door.clock.set(at("10:00:01"))
            await door.buy(4, 70_400)
            await ear.record()
            door.clock.set(at("10:00:02"))
            await door.sell(3, 69_800)
            fields = await ear.record()
            assert fields[:6] == ("005930", "100002", "69800", "5", "-200", "-0.29")
            assert fields[6] == "70142.86"  # (4 * 70,400 + 3 * 69,800) / 7
            assert fields[7:10] == ("70400", "70400", "69800")
            assert fields[10:12] == ("70400", "69800")
            assert fields[12:15] == ("3", "7", "491000")
            assert fields[15:18] == ("1", "1", "0")
            assert fields[18] == "133.33"
            assert fields[19:22] == ("3", "4", "5")
            assert fields[23] == "0.70"  # of the 1,000 shares of the day before
            assert fields[24:27] == ("100001", "5", "-600")
            assert fields[27:30] == ("100001", "5", "-600")
            assert fields[30:33] == ("100002", "3", "0")
            assert fields[33:36] == ("20260506", "20", "N")
            assert fields[36:40] == ("6", "17", "6", "17")
            assert fields[43] == "0"

    run(test)


def test_the_running_day_counts_before_anybody_listens() -> None:
    async def test(door: Door) -> None:
        door.offer(10, 70_000)
        await door.buy(4, 70_000)
        async with door.listen() as ear:
            await ear.register(TRADES_STREAM, "005930")
            await door.buy(1, 70_000)
            fields = await ear.record()
            assert fields[12:14] == ("1", "5")
            assert fields[16] == "2"

    run(test)


def test_the_opening_auction_is_printed_without_a_taker() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(TRADES_STREAM, "005930")
            door.offer(5, 69_900)
            door.bid(9, 70_300)
            door.clock.set(at("09:00"))
            door.simulation.advance(at("09:00"))
            fields = await ear.record()
            assert (fields[1], fields[2], fields[12], fields[21]) == ("090000", "70300", "5", "3")
            assert (fields[19], fields[20]) == ("0", "0")

    run(test, now="08:45")


def test_a_book_is_sent_once_however_often_it_has_changed() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(BOOKS_STREAM, "005930")
            for n in range(3):
                door.offer(2, 70_000 + 100 * n)
            door.bid(9, 69_900)
            door.bid(9, 199_000, "000660")  # nobody asked for that one
            fields = await ear.record()
            assert len(fields) == 59
            assert fields[:4] == ("005930", "100000", "0", "70000")
            assert (fields[5], fields[6], fields[13], fields[33]) == ("70200", "0", "69900", "9")
            assert (fields[43], fields[44], fields[53]) == ("6", "9", "0")
            assert (fields[54], fields[55]) == ("0", "0")

            door.offer(4, 70_000)
            fields = await ear.record()
            assert (fields[43], fields[54], fields[55]) == ("10", "4", "0")

            await door.buy(6, 70_000)
            fields = await ear.record()
            assert (fields[3], fields[43], fields[53], fields[54]) == ("70100", "4", "6", "-6")

    run(test)


def test_a_book_is_sent_when_its_phase_ends() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(BOOKS_STREAM, "005930")
            door.bid(9, 70_300)
            door.offer(5, 69_900)
            fields = await ear.record()
            assert (fields[2], fields[47], fields[48]) == ("B", "70300", "5")
            door.simulation.advance(at("09:00"))
            fields = await ear.record()
            assert (fields[1], fields[2], fields[13], fields[33], fields[53]) == (
                "090000",
                "0",
                "70300",
                "4",
                "5",
            )

    run(test, now="08:45")


def test_a_book_in_which_nothing_trades_is_sent_with_its_new_phase() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(BOOKS_STREAM, "005930")
            door.bid(9, 70_300)
            assert (await ear.record())[2] == "B"
            door.simulation.advance(at("09:00"))
            fields = await ear.record()
            assert (fields[1], fields[2], fields[44]) == ("090000", "0", "9")

    run(test, now="08:45")


def test_nothing_is_sent_after_a_release() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(BOOKS_STREAM, "005930")
            await ear.register(BOOKS_STREAM, "000660")
            await ear.release(BOOKS_STREAM, "005930")
            door.bid(9, 69_900)
            door.bid(9, 199_000, "000660")
            assert (await ear.record())[0] == "000660"

    run(test)


@both
@pytest.mark.parametrize("width", [23, 26])
def test_the_life_of_an_order_is_told_in_encrypted_notices(environment: Environment, width: int) -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            first = (await door.buy(10, 69_000)).body["output"]["ODNO"]
            text = await ear.text()
            assert text.startswith(f"1|{ear.notice_stream}|001|")
            assert KIM.account not in text
            frame = read_frame(text, DAY, ear.ciphers)
            assert isinstance(frame, Notices)
            assert len(frame.records[0]) == width
            [received] = frame.notices
            assert (received.outcome, received.number, received.original) == (Outcome.RECEIVED, first, "")
            assert (received.account, received.hts_id, received.holder) == (KIM.account, "kimhts", "김투자")
            assert (received.side, received.code, received.name) == (BUY, "005930", "삼성전자")
            assert (received.quantity, received.price, received.order_quantity) == (10, 69_000, 10)
            assert frame.records[0][12:15] == ("0", "1", "1")

            door.clock.set(at("10:00:05"))
            door.trade(Place(MAKER, "005930", SELL, 3, 69_000))
            filled = await ear.notice()
            assert (filled.outcome, filled.number) == (Outcome.FILLED, first)
            assert (filled.quantity, filled.price, filled.order_price) == (3, 69_000, 69_000)
            assert (filled.order_quantity, filled.at) == (10, at("10:00:05"))

            second = (await door.revise(first, "01", ORD_UNPR="69500")).body["output"]["ODNO"]
            amended = await ear.notice()
            assert (amended.outcome, amended.number, amended.original) == (Outcome.CONFIRMED, second, first)
            assert (amended.quantity, amended.price) == (7, 69_500)

            door.trade(Place(MAKER, "005930", SELL, 2, 69_000))
            filled = await ear.notice()
            assert (filled.number, filled.original, filled.quantity) == (second, first, 2)
            assert (filled.price, filled.order_quantity) == (69_500, 7)

            canceled = await door.revise(second, "02", ORD_QTY="1", QTY_ALL_ORD_YN="N")
            third = canceled.body["output"]["ODNO"]
            told = await ear.notice()
            assert (told.outcome, told.number, told.original) == (Outcome.CONFIRMED, third, second)
            assert (told.quantity, told.price) == (1, 0)
            await door.revise(second, "02")
            assert (await ear.notice()).quantity == 4

    run(test, environment, notice_fields=width)


def test_notices_reach_the_owner_of_the_account_only() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as mine, door.listen(LEE) as theirs:
            await mine.register_notices()
            await theirs.register_notices(LEE)
            await door.sell(5, 70_000)
            assert (await mine.notice()).side is SELL
            door.trade(Place(LEE.account, "005930", BUY, 2, 70_000))
            received, bought = await theirs.notice(), await theirs.notice()
            assert [received.outcome, bought.outcome] == [Outcome.RECEIVED, Outcome.FILLED]
            assert (bought.side, bought.account, bought.price) == (BUY, LEE.account, 70_000)
            sold = await mine.notice()
            assert (sold.side, sold.account, sold.quantity) == (SELL, KIM.account, 2)
            assert mine.ciphers[mine.notice_stream].key != theirs.ciphers[theirs.notice_stream].key

    run(test)


def test_a_market_order_has_no_price_in_its_notices() -> None:
    async def test(door: Door) -> None:
        door.offer(5, 70_100)
        async with door.listen() as ear:
            await ear.register_notices()
            await door.buy(5, 0)
            received, filled = await ear.notice(), await ear.notice()
            assert (received.price, received.order_type) == (0, OrderType.MARKET)
            assert (filled.price, filled.order_price) == (70_100, 0)

    run(test)


def test_neither_refusals_nor_the_end_of_the_day_are_told() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            await door.buy(5, 69_050)  # off the tick
            await door.buy(5, 69_000)
            assert (await ear.notice()).price == 69_000
            door.clock.set(at("15:31"))
            door.simulation.advance(at("15:31"))
            assert (await ear.release(ear.notice_stream, "kimhts")).is_accepted  # nothing came before it

    run(test)


def test_a_face_made_during_the_day_knows_the_orders_before_it() -> None:
    async def opened() -> None:
        simulation, clock = make_simulation(), ManualClock(at("10:00"))
        simulation.submit(Place(KIM.account, "005930", BUY, 10, 69_000), at("10:00"))
        simulation.submit(Replace(KIM.account, 1, 69_500), at("10:00"))
        simulation.submit(Cancel(KIM.account, 2, 1), at("10:00"))
        simulation.submit(Place(MAKER, "005930", SELL, 2, 69_500), at("10:00"))
        face = KisFace(simulation, clock, FakeBars(), (KIM,), PAPER, ids())
        async with face:
            door = Door(face, simulation, clock, PAPER)
            async with door.http, door.listen() as ear:
                await ear.register_notices()
                await ear.register(TRADES_STREAM, "005930")
                door.trade(Place(MAKER, "005930", SELL, 3, 69_500))
                filled = await ear.notice()
                assert (filled.number, filled.original) == ("0000000002", "0000000001")
                assert filled.order_quantity == 10
                assert (await ear.record())[12:15] == ("3", "5", "347500")

    asyncio.run(opened())
