"""What the client makes of a WebSocket with few slots, dead registrations, gaps and repetitions.

Against the scripted KIS of `test_client`, and against the exchange's face with its faults.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from tests.brokers.kis.door import BUY, CODES, KIM, LEE, MAKER, PAPER, FakeBars, at, ids, make_simulation
from tests.brokers.kis.test_client import (
    BOOK,
    HTS_ID,
    QUICK,
    START,
    FakeKis,
    Sleeper,
    connected,
    listed,
    prints,
    run,
)

from hoga.brokers.kis import books, quotes, ticks
from hoga.brokers.kis.attempts import Attempts
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import BOOKS_STREAM, PROFILES, TRADES_STREAM
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.faults import Effect, Fault, Faults, Filter, Nth
from hoga.brokers.kis.rest import Patience
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.shared import SharedFile
from hoga.clock import ManualClock
from hoga.domain.errors import Unreachable
from hoga.domain.order import Order, OrderStatus
from hoga.domain.quote import OrderBook, Trade
from hoga.domain.request import OrderRequest, Side
from hoga.exchange.commands import Place
from hoga.exchange.simulation import Simulation
from hoga.krx.sessions import Phase

POLLED = replace(QUICK, poll=0.001)
MANY = tuple(f"{number:06}" for number in range(45))


class Prices:
    """What the scripted KIS answers to the call for many prices."""

    def __init__(self, kis: FakeKis) -> None:
        self.volumes: dict[str, int] = {}
        self.asked: list[tuple[str, ...]] = []
        kis.script("intstock-multprice", self._answer)

    def _answer(self, request: Request, http: web.Request) -> Reply:
        codes = [slot.code for slot in quotes.asked_slots(request)]
        self.asked.append(tuple(codes))
        return quotes.quotes_reply([quotes.Watched(code, self._listed(code)) for code in codes])

    def _listed(self, code: str) -> Listed | None:
        if code == "999999":
            return None
        known = listed(code)
        return replace(known, quote=known.quote._replace(volume=self.volumes.get(code, known.quote.volume)))


def book_frame(code: str, ask: int) -> str:
    day = ticks.RunningDay(base_price=70_000, upper_limit=91_000, lower_limit=49_000)
    book = replace(BOOK, code=code, asks=(replace(BOOK.asks[0], price=ask),))
    return books.book_frame(book, day, Phase.CONTINUOUS)


def test_what_gets_no_slot_is_polled_and_told_as_such() -> None:
    said: list[str] = []

    async def story() -> None:
        kis = FakeKis()
        prices = Prices(kis)
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, patience=POLLED, tell=said.append) as client:
            line = await kis.sockets.get()
            await client.follow(MANY, told.put_nowait)
            registered = {key for _, key, _ in await kis.next_frames(41)}
            assert registered == {HTS_ID, *MANY[:40]}
            first = [await told.get() for _ in range(5)]
            assert {trade.code for trade in first} == set(MANY[40:])
            assert all(trade.is_polled and trade.price == 70_100 and not trade.quantity for trade in first)
            # Only what moves is told again, by what has traded since.
            prices.volumes["000042"] = 1_007
            assert await told.get() == Trade("000042", START, 70_100, 7, None, is_polled=True)
            await line.send_str(prints("000039"))
            assert not (await told.get()).is_polled
            assert set(prices.asked) == {MANY[40:]}
            assert kis.heard.empty()

    run(story())
    assert [("40" in each, "5" in each) for each in said] == [(True, True)]


def test_what_is_held_takes_a_slot_from_what_is_watched() -> None:
    async def story() -> None:
        kis = FakeKis()
        Prices(kis)
        async with connected(kis) as client:
            await client.follow(MANY, lambda trade: None)
            await kis.next_frames(41)
            client._stream.hold({"000044", "005930"})
            [(_, gone, is_release), new] = await kis.next_frames(2)
            assert is_release
            assert gone in MANY[:40]
            assert new == (TRADES_STREAM, "000044", False)
            # Sold again it keeps its slot: nobody needs it more.
            client._stream.hold(())
            await client.follow((*MANY[:3], "000044"), lambda trade: None)
            released = await kis.next_frames(36 + (gone in MANY[:3]))
            assert all(key != "000044" for _, key, _ in released)

    run(story())


def test_a_code_that_does_not_exist_does_not_keep_the_others_from_being_polled() -> None:
    async def story() -> None:
        kis = FakeKis()
        prices = Prices(kis)
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, patience=POLLED) as client:
            await client.follow((*MANY[:40], "999999", "000043"), told.put_nowait)
            assert (await told.get()).code == "000043"
            prices.volumes["000043"] = 1_001
            assert (await told.get()).code == "000043"
            assert prices.asked[-1] == ("000043",)

    run(story())


def test_a_session_with_less_room_than_documented_is_made_up_for_by_polling() -> None:
    async def story() -> None:
        kis = FakeKis(acks={"000660": ["OPSP0008"]})
        Prices(kis)
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, patience=POLLED) as client:
            line = await kis.sockets.get()
            await client.follow(["005930", "000660", "035420"], told.put_nowait)
            polled = {(await told.get()).code, (await told.get()).code}
            assert polled == {"000660", "035420"}
            await line.send_str(prints("005930"))
            assert not (await told.get()).is_polled
            assert len(await kis.next_frames(3)) == 3
            assert kis.heard.empty()

    run(story())


def test_a_registration_that_dies_silently_is_renewed_and_polled_meanwhile() -> None:
    said: list[str] = []

    async def story() -> None:
        kis = FakeKis()
        prices = Prices(kis)
        told: asyncio.Queue[Trade] = asyncio.Queue()
        patience = replace(POLLED, stall=0.02)
        async with connected(kis, patience=patience, tell=said.append) as client:
            line = await kis.sockets.get()
            await client.follow(["005930", "000660"], told.put_nowait)
            await line.send_str(prints("005930", "000660", volume=1_000))
            await told.get()
            await told.get()
            await kis.next_frames(3)
            # Both are silent, and one of them trades all the same.
            growing = asyncio.create_task(grow(prices, "005930"))
            missed = await told.get()
            assert (missed.code, missed.price, missed.is_polled) == ("005930", 70_100, True)
            assert await kis.next_frames(2) == [
                (TRADES_STREAM, "005930", True),
                (TRADES_STREAM, "005930", False),
            ]
            growing.cancel()
            prices.volumes["005930"] = 5_000_000
            while (polled := await told.get()).quantity < 1_000_000:
                pass
            assert polled.is_polled
            await line.send_str(prints("005930", price=70_500, volume=9_000_000))
            while (await told.get()).is_polled:
                pass
            assert not client._stream._stalls.stalled

    run(story())
    assert len(said) == 1
    assert "005930" in said[0]


def test_a_book_that_dies_silently_is_renewed_and_polled_meanwhile() -> None:
    said: list[str] = []

    async def story() -> None:
        kis = FakeKis()
        rest = {"005930": BOOK, "000660": replace(BOOK, code="000660")}

        def answer(request: Request, http: web.Request) -> Reply:
            code = request.query["FID_INPUT_ISCD"]
            return quotes.book_reply(rest[code], listed(code).quote, Phase.CONTINUOUS)

        kis.script("inquire-asking-price-exp-ccn", answer)
        told: asyncio.Queue[OrderBook] = asyncio.Queue()
        patience = replace(POLLED, stall=0.02)
        async with connected(kis, patience=patience, tell=said.append) as client:
            line = await kis.sockets.get()
            await client.follow_books(["005930", "000660"], told.put_nowait)
            await kis.next_frames(3)
            for code in rest:  # so far REST and the stream agree
                await line.send_str(book_frame(code, BOOK.asks[0].price))
            await until(lambda: client._stream._seen.keys() == rest.keys())
            # Both are silent, and one of them moves all the same.
            rest["005930"] = replace(rest["005930"], asks=(replace(BOOK.asks[0], quantity=77),))
            while (missed := await told.get()).asks[0].quantity != 77:
                pass
            assert missed.code == "005930"
            assert await kis.next_frames(2) == [
                (BOOKS_STREAM, "005930", True),
                (BOOKS_STREAM, "005930", False),
            ]
            rest["005930"] = replace(rest["005930"], asks=(replace(BOOK.asks[0], quantity=78),))
            while (await told.get()).asks[0].quantity != 78:
                pass
            stalls = client._stream._book_stalls
            assert stalls.stalled == {"005930"}
            rest["005930"] = replace(rest["005930"], asks=(replace(BOOK.asks[0], price=70_300),))
            await line.send_str(book_frame("005930", 70_300))
            await until(lambda: not stalls.stalled and not client._stream._poll._books)
            # What was asked for before the stream spoke is the older one.
            stalls.heard("005930", asyncio.get_running_loop().time() + 60, rest["005930"])
            count = told.qsize()
            client._stream._on_polled_book(BOOK)
            assert told.qsize() == count

    run(story())
    assert len(said) == 1
    assert "005930" in said[0]
    assert "books" in said[0]


async def until(is_so: Callable[[], bool]) -> None:
    """Let both ends go on until something is so."""
    for _ in range(100_000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came about")


async def grow(prices: Prices, code: str) -> None:
    volume = 1_000
    while True:
        volume += 1
        prices.volumes[code] = volume
        await asyncio.sleep(0)


def test_silence_outside_continuous_trading_means_nothing() -> None:
    async def story() -> None:
        kis = FakeKis()
        prices = Prices(kis)
        book = quotes.book_reply(BOOK, listed().quote, Phase.CONTINUOUS)
        kis.script("inquire-asking-price-exp-ccn", book)
        async with connected(kis, patience=replace(POLLED, stall=0.001)) as client:
            await client.follow(["005930"], lambda trade: None)
            await client.follow_books(["005930"], lambda book: None)
            stream = client._stream
            both = (stream._stalls, stream._book_stalls)
            for stalls in both:
                stalls.heard("005930", asyncio.get_running_loop().time() - 1)
                assert stream._suspects(stalls) == ["005930"]
            for hour, minute in ((8, 45), (15, 25), (16, 0), (23, 0)):
                kis.clock = client._stream._clock = ManualClock(START.replace(hour=hour, minute=minute))
                assert [stream._suspects(stalls) for stalls in both] == [[], []]
            assert set(prices.asked) <= {("005930",)}

    run(story())


def test_a_move_during_a_gap_is_told_after_it() -> None:
    async def story() -> None:
        kis = FakeKis()
        prices = Prices(kis)
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, patience=replace(QUICK, poll=3600)) as client:
            await client.follow(["005930", "000660", "035420"], told.put_nowait)
            line = await kis.sockets.get()
            await line.send_str(prints("005930", "000660", volume=1_000))
            await told.get()
            await told.get()
            prices.volumes["000660"] = 1_020
            await line.close()
            # 005930 has not moved. Of 035420 nothing was known.
            after = [await told.get(), await told.get()]
            assert all(trade.is_polled for trade in after)
            assert [(trade.code, trade.quantity) for trade in after] == [("000660", 20), ("035420", 0)]
            assert told.empty()
            assert prices.asked == [("005930", "000660", "035420")]

    run(story())


def test_everything_is_polled_while_the_connection_is_down() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", "OPSP8996"]})
        prices = Prices(kis)
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, patience=replace(POLLED, retry_first=3600)) as client:
            await client.follow(["005930"], told.put_nowait)
            await (await kis.sockets.get()).close()
            assert (await told.get()).is_polled
            prices.volumes["005930"] = 1_001
            assert (await told.get()).quantity == 1
            # What is followed only now is polled, too.
            await client.follow(["000660"], told.put_nowait)
            assert (await told.get()).code == "000660"

    run(story())


def test_a_poll_that_fails_is_repeated() -> None:
    async def story() -> None:
        kis = FakeKis(acks={HTS_ID: ["OPSP0000", "OPSP8996"]})
        prices = Prices(kis)
        answer = kis.scripts["intstock-multprice"][0]
        broken = [lambda request, http: Reply(500, b"nginx")] * 3
        kis.scripts["intstock-multprice"] = [*broken, answer]
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, patience=replace(POLLED, retry_first=3600)) as client:
            await client.follow(["005930"], told.put_nowait)
            await (await kis.sockets.get()).close()
            assert (await told.get()).is_polled
            assert len(prices.asked) == 1

    run(story())


def test_a_frame_that_comes_twice_is_told_once() -> None:
    async def story() -> None:
        kis = FakeKis()
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis) as client:
            await client.follow(["005930", "000660"], told.put_nowait)
            line = await kis.sockets.get()
            for frame in (prints("005930", "000660"), prints("005930", "000660"), prints("005930", volume=6)):
                await line.send_str(frame)
            heard = [await told.get() for _ in range(3)]
            assert [trade.code for trade in heard] == ["005930", "000660", "005930"]
            assert told.empty()

    run(story())


def test_books_are_followed_beside_prints() -> None:
    async def story() -> None:
        kis = FakeKis()
        told: asyncio.Queue[OrderBook] = asyncio.Queue()
        async with connected(kis) as client:
            line = await kis.sockets.get()
            await client.follow(["005930"], lambda trade: None)
            await client.follow_books(["005930", "000660"], told.put_nowait)
            assert await kis.next_frames(4) == [
                ("H0STCNI0", HTS_ID, False),
                (TRADES_STREAM, "005930", False),
                (BOOKS_STREAM, "005930", False),
                (BOOKS_STREAM, "000660", False),
            ]
            await line.send_str(book_frame("005930", 70_300))
            await line.send_str(book_frame("035420", 70_300))
            await line.send_str(book_frame("000660", 70_400))
            heard = [await told.get(), await told.get()]
            assert [book.code for book in heard] == ["005930", "000660"]
            assert [book.asks[0].price for book in heard] == [70_300, 70_400]
            await client.follow_books([], told.put_nowait)
            assert sorted(await kis.next_frames(2)) == [
                (BOOKS_STREAM, "000660", True),
                (BOOKS_STREAM, "005930", True),
            ]

    run(story())


def test_books_without_a_slot_are_polled() -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script(
            "inquire-asking-price-exp-ccn",
            lambda request, http: quotes.book_reply(BOOK, listed().quote, Phase.CONTINUOUS),
        )
        told: asyncio.Queue[OrderBook] = asyncio.Queue()
        async with connected(kis, patience=POLLED) as client:
            await client.follow(MANY[:40], lambda trade: None)
            await client.follow_books(["005930"], told.put_nowait)
            assert (await told.get()).asks == BOOK.asks
            await kis.next_frames(41)
            assert kis.heard.empty()

    run(story())


def test_a_connection_without_a_stream_follows_no_books() -> None:
    async def story() -> None:
        clock = ManualClock(START)
        client = KisClient(KIM.keys, KIM.account, "x", PAPER, clock=clock, luck=float, has_stream=False)
        with pytest.raises(Unreachable):
            await client.follow_books(["005930"], lambda book: None)

    run(story())


def test_added_fields_are_told_to_the_person_once() -> None:
    said: list[str] = []

    async def story() -> None:
        kis = FakeKis()
        told: asyncio.Queue[Trade] = asyncio.Queue()
        async with connected(kis, tell=said.append) as client:
            await client.follow(["005930"], told.put_nowait)
            line = await kis.sockets.get()
            for volume in (3, 6):
                await line.send_str(prints("005930", volume=volume) + "^new^newer^newest")
                await told.get()

    run(story())
    assert len(said) == 1
    assert TRADES_STREAM in said[0]


def test_registrations_are_spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = Sleeper()

    async def story() -> None:
        kis = FakeKis()
        async with connected(kis, patience=replace(QUICK, spacing=3600)) as client:
            with monkeypatch.context() as patched:
                patched.setattr(asyncio, "sleep", sleeper.sleep)
                await client.follow(["005930", "000660"], lambda trade: None)
                await client.follow(["005930"], lambda trade: None)
            assert len(await kis.next_frames(4)) == 4

    run(story())
    assert len(sleeper.delays) == 3
    assert all(3_500 < delay <= 3_600 for delay in sleeper.delays)


def test_attempts_to_connect_have_a_ceiling(tmp_path: Path) -> None:
    async def story() -> None:
        kis = FakeKis()
        clock = ManualClock(START)
        attempts = Attempts(SharedFile(tmp_path / "key.doors"), clock, 2)
        async with connected(kis, attempts=attempts) as client:
            gaps: asyncio.Queue[None] = asyncio.Queue()
            client.on_gap(lambda: gaps.put_nowait(None))
            await (await kis.sockets.get()).close()
            await gaps.get()
            # The second connection breaks as well: however short the delays are, the next waits.
            await (await kis.sockets.get()).close()
            await until(lambda: clock.next_at is not None)
            assert clock.next_at is not None
            assert (clock.next_at - START).total_seconds() == 60
            assert kis.sockets.empty()
            clock.set(clock.next_at)
            await gaps.get()
            await kis.sockets.get()

    run(story())


# At the exchange's face -----------------------------------------------------------------------------------


class Fronted:
    """The real client at the face of a day on which nobody trades, with faults."""

    def __init__(self, client: KisClient, simulation: Simulation, clock: ManualClock, faults: Faults) -> None:
        self.client = client
        self.faults = faults
        self.told: asyncio.Queue[Trade] = asyncio.Queue()
        self.gap = asyncio.Event()
        client.on_gap(self.gap.set)
        self._simulation = simulation
        self._clock = clock

    def trade(self, quantity: int, price: int = 70_000, code: str = "005930") -> None:
        for side in (Side.SELL, Side.BUY):
            self._simulation.submit(Place(MAKER, code, side, quantity, price), self._clock.now())

    async def hear(self) -> Trade:
        return await asyncio.wait_for(self.told.get(), 5)


def front(test: Callable[[Fronted], Awaitable[None]], patience: Patience = POLLED) -> None:
    async def opened() -> None:
        simulation, clock, faults = make_simulation(), ManualClock(at("10:00")), Faults()
        simulation.advance(at("10:00"))
        async with (
            KisFace(simulation, clock, FakeBars(), (KIM, LEE), PAPER, ids(), faults=faults) as face,
            KisClient(
                KIM.keys,
                KIM.account,
                KIM.hts_id,
                PAPER,
                clock=clock,
                luck=lambda: 0.0,
                rest_url=face.rest_url,
                websocket_url=face.ws_url,
                patience=patience,
            ) as client,
        ):
            await test(Fronted(client, simulation, clock, faults))

    asyncio.run(opened())


def test_a_held_name_is_streamed_once_the_account_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, PAPER, replace(PROFILES[PAPER], registrations=3))

    async def test(front: Fronted) -> None:
        await front.client.follow(["000660", CODES[2], "005930"], front.told.put_nowait)
        front.trade(3)
        assert (await front.hear()).is_polled
        await front.client.account()  # which holds it
        for _ in range(1_000):
            front.trade(1)
            if not (await front.hear()).is_polled:
                return
        raise AssertionError

    front(test)


def test_what_is_bought_is_streamed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, PAPER, replace(PROFILES[PAPER], registrations=2))

    async def test(front: Fronted) -> None:
        await front.client.follow(["005930", "000660"], front.told.put_nowait)
        front.trade(2, 200_000, "000660")
        assert (await front.hear()).is_polled
        front._simulation.submit(Place(MAKER, "000660", Side.SELL, 1, 200_000), front._clock.now())
        order = OrderRequest(code="000660", side=BUY, quantity=1, price=200_000)
        await front.client.place(
            Order(order_id="1", request=order, source="test", status=OrderStatus.SUBMITTED, price=200_000)
        )
        for _ in range(1_000):
            front.trade(1, 200_000, "000660")
            if not (await front.hear()).is_polled:
                return
        raise AssertionError

    front(test)


@pytest.mark.parametrize("effect", [Effect.DROP_SOCKET, Effect.GO_SILENT])
def test_no_move_is_missed_while_the_face_is_gone(effect: Effect) -> None:
    async def test(front: Fronted) -> None:
        await front.client.follow(["005930"], front.told.put_nowait)
        front.trade(1)
        await front.hear()
        front.faults.arm(Fault(effect=effect, when=Nth(), only=Filter(tr_id=TRADES_STREAM)))
        front.trade(5, 70_300)  # nobody hears of it
        told = await front.hear()
        assert (told.price, told.is_polled) == (70_300, True)
        await asyncio.wait_for(front.gap.wait(), 5)

    front(test, replace(POLLED, silence=0.3))


def test_longer_records_of_the_face_are_read() -> None:
    async def test(front: Fronted) -> None:
        front.faults.arm(Fault(effect=Effect.MORE_FIELDS, when=Nth(1, 1_000)))
        await front.client.follow(["005930"], front.told.put_nowait)
        front.trade(4)
        assert (await front.hear()).quantity == 4

    front(test)


def test_books_of_the_face_are_told_as_they_change() -> None:
    async def test(front: Fronted) -> None:
        told: asyncio.Queue[OrderBook] = asyncio.Queue()
        await front.client.follow_books(["005930"], told.put_nowait)
        front._simulation.submit(Place(MAKER, "005930", Side.SELL, 7, 70_500), front._clock.now())
        book = await asyncio.wait_for(told.get(), 5)
        assert (book.asks[0].price, book.asks[0].quantity) == (70_500, 7)

    front(test)
