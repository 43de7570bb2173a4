"""Orders that the client lets KIS keep for a morning: asked once, found again, and what becomes of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.brokers.kis.door import (
    BUY,
    DAY,
    KIM,
    MAKER,
    PAPER,
    REAL,
    SAMSUNG,
    SELL,
    FakeBars,
    at,
    ids,
    make_exchange,
)
from tests.brokers.kis.joined import REST, STREAM, joined
from tests.brokers.kis.test_account import Onward, no_flow
from tests.brokers.kis.test_client import DOUBTS, FakeKis, connected
from tests.brokers.kis.test_client import run as run_story
from tests.trading.conftest import Lines, MemoryJournal

from hoga.brokers.kis import reserved
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import RESERVATION_TAKEN, Environment, Message
from hoga.brokers.kis.envelope import Reply, message_reply
from hoga.brokers.kis.faults import Effect, Fault, Faults, Filter, Nth
from hoga.brokers.kis.rates import Priority, priority
from hoga.brokers.kis.rest import Connect, Patience
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import Call
from hoga.clock import ManualClock
from hoga.domain.errors import BadInput, InvalidOrder, Unreachable
from hoga.domain.notices import Accepted, Answer, NoAnswer, Refused
from hoga.domain.order import OUTSIDE, OrderStatus
from hoga.domain.request import OrderRequest, OrderType, TimeInForce, Venue
from hoga.domain.reserved import ReservedOrder, ReservedState
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.simulation import Simulation
from hoga.storage.memory import MemoryControl
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS

CODE = SAMSUNG.code
WAITING, SENT, CANCELED = ReservedState.WAITING, ReservedState.SENT, ReservedState.CANCELED
LIMIT = OrderRequest(code=CODE, side=BUY, quantity=3, price=70_000)
MARKET = replace(LIMIT, price=None, order_type=OrderType.MARKET)
KEPT = ReservedOrder(number="7", request=LIMIT, first=DAY, last=DAY, placed_at=at("07:00"), state=WAITING)

Way = Callable[[KisFace], AbstractAsyncContextManager[tuple[str, str, Connect | None]]]


@asynccontextmanager
async def loopback(face: KisFace) -> AsyncIterator[tuple[str, str, None]]:
    async with face:
        yield face.rest_url, face.ws_url, None


@asynccontextmanager
async def in_process(face: KisFace) -> AsyncIterator[tuple[str, str, Connect]]:
    async with joined({REST: face.application(), STREAM: face.stream_application()}) as connect:
        yield f"http://{REST}", f"ws://{STREAM}", connect


both_ways = pytest.mark.parametrize("way", [in_process, loopback])


@dataclass(frozen=True)
class Morning:
    """Kim's client at a face, and the market behind it, which goes on from day to day."""

    client: KisClient
    simulation: Simulation
    clock: ManualClock
    faults: Faults

    def come(self, instant: datetime) -> None:
        """Let the days go on until then."""
        self.clock.set(instant)
        self.simulation.advance(instant)

    def offer(self, quantity: int, price: int) -> None:
        self.simulation.submit(Place(MAKER, CODE, SELL, quantity, price), self.clock.now())

    def arm(self, effect: Effect, call: Call) -> None:
        self.faults.arm(Fault(effect=effect, when=Nth(), only=Filter(call=call)))

    async def listed(self, last: date = DAY) -> list[ReservedOrder]:
        return list(await self.client.ledger.reserved(DAY, last))


def run(
    test: Callable[[Morning], Awaitable[None]],
    way: Way = in_process,
    now: str = "07:00",
    environment: Environment = REAL,
) -> None:
    async def opened() -> None:
        simulation, clock, faults = (
            Simulation(make_exchange(), no_flow(DAY), Onward()),
            ManualClock(at(now)),
            Faults(),
        )
        simulation.advance(at(now))
        face = KisFace(simulation, clock, FakeBars(), (KIM,), environment, ids(), faults=faults)
        async with (
            way(face) as (rest_url, websocket_url, connect),
            KisClient(
                KIM.keys,
                KIM.account,
                KIM.hts_id,
                environment,
                clock=clock,
                luck=lambda: 0.0,
                rest_url=rest_url,
                websocket_url=websocket_url,
                connect=connect,
            ) as client,
        ):
            await test(Morning(client, simulation, clock, faults))

    asyncio.run(opened())


@both_ways
def test_a_reserved_order_is_taken_changed_and_becomes_an_order_that_trades(way: Way) -> None:
    async def test(morning: Morning) -> None:
        client = morning.client
        assert await client.reserve(LIMIT) == Accepted(broker_order_id="1")
        assert await client.reserve(MARKET, date(2026, 5, 20)) == Accepted(broker_order_id="2")
        first, second = await morning.listed()
        assert (first.request, first.state, first.placed_at) == (LIMIT, WAITING, at("07:00"))
        assert (first.first, first.last) == (DAY, DAY)
        assert (second.request, second.last) == (MARKET, date(2026, 5, 20))

        less = replace(LIMIT, quantity=2, price=69_900)
        assert await client.replace_reserved(first, less) == Accepted(broker_order_id="1")
        assert await client.cancel_reserved(second) == Accepted(broker_order_id="2")
        assert isinstance(await client.cancel_reserved(second), Refused)
        first, second = await morning.listed()
        assert (first.request, first.last, first.state) == (less, DAY, WAITING)
        assert second.state is CANCELED
        assert await client.orders(DAY, DAY) == []

        morning.come(at("08:40"))
        morning.offer(5, 69_900)
        morning.come(at("09:01"))
        first, _ = await morning.listed()
        [order] = await client.orders(DAY, DAY)
        assert (order.request, order.filled_quantity, order.filled_amount) == (less, 2, 139_800)
        assert (first.state, first.broker_order_id) == (SENT, order.broker_order_id)
        assert (first.filled_quantity, first.filled_amount) == (2, 139_800)
        # It is an order now, and not to be had back.
        assert isinstance(await client.cancel_reserved(first), Refused)

    run(test, way)


@both_ways
def test_an_order_for_several_days_is_sent_daily_for_what_is_left_until_it_is_given_up(way: Way) -> None:
    async def test(morning: Morning) -> None:
        client, last = morning.client, DAY + timedelta(days=6)
        assert await client.reserve(LIMIT, last) == Accepted(broker_order_id="1")
        morning.come(at("08:40"))
        morning.offer(1, 70_000)
        morning.come(at("16:00"))
        [kept] = await morning.listed()
        assert (kept.state, kept.filled_quantity, kept.last) == (SENT, 1, last)
        # Its last day stays unless another is given.
        better = replace(LIMIT, price=70_500)
        assert await client.replace_reserved(kept, better) == Accepted(broker_order_id="1")
        [kept] = await morning.listed()
        assert (kept.request, kept.last) == (better, last)
        morning.come(at("09:01") + timedelta(days=1))
        tomorrow = DAY + timedelta(days=1)
        [order] = await client.orders(tomorrow, tomorrow)
        assert (order.request.quantity, order.request.price) == (2, 70_500)
        morning.come(at("16:00") + timedelta(days=1))
        [kept] = await morning.listed()
        assert await client.replace_reserved(kept, better, DAY + timedelta(days=2)) == Accepted(
            broker_order_id="1"
        )
        [kept] = await morning.listed()
        assert kept.last == DAY + timedelta(days=2)
        assert await client.cancel_reserved(kept) == Accepted(broker_order_id="1")
        [kept] = await morning.listed()
        assert kept.state is CANCELED
        morning.come(at("09:01") + timedelta(days=2))
        after = DAY + timedelta(days=2)
        assert await client.orders(after, after) == []

    run(test, way)


@both_ways
@pytest.mark.parametrize(("effect", "kept"), [(Effect.LOSE_ANSWER, 1), (Effect.LOSE_REQUEST, 0)])
def test_a_lost_answer_is_no_answer_and_the_list_tells_that_there_is_one_or_none(
    way: Way, effect: Effect, kept: int
) -> None:
    async def test(morning: Morning) -> None:
        morning.arm(effect, Call.RESERVE)
        assert isinstance(await morning.client.reserve(LIMIT), NoAnswer)
        assert [each.request for each in await morning.listed()] == [LIMIT] * kept
        morning.come(at("09:01"))
        assert len(await morning.client.orders(DAY, DAY)) == kept

    run(test, way)


@both_ways
def test_a_lost_answer_to_a_change_is_no_answer_and_the_list_tells_what_became_of_it(way: Way) -> None:
    async def test(morning: Morning) -> None:
        client = morning.client
        assert isinstance(await client.reserve(LIMIT), Accepted)
        [kept] = await morning.listed()
        morning.arm(Effect.LOSE_ANSWER, Call.RESERVE_REPLACE)
        assert isinstance(await client.replace_reserved(kept, replace(LIMIT, price=69_000)), NoAnswer)
        [kept] = await morning.listed()
        assert kept.request.price == 69_000
        morning.arm(Effect.LOSE_ANSWER, Call.RESERVE_CANCEL)
        assert isinstance(await client.cancel_reserved(kept), NoAnswer)
        [kept] = await morning.listed()
        assert kept.state is CANCELED

    run(test, way)


@pytest.mark.parametrize("now", ["10:00", "15:39", "23:45", "00:05"])
def test_out_of_hours_the_broker_refuses(now: str) -> None:
    async def test(morning: Morning) -> None:
        answer = await morning.client.reserve(LIMIT)
        assert isinstance(answer, Refused)
        assert "예약주문" in answer.message
        assert await morning.listed(DAY + timedelta(days=3)) == []

    run(test, now=now)


def test_in_the_evening_an_order_is_reserved_for_the_next_day() -> None:
    async def test(morning: Morning) -> None:
        assert isinstance(await morning.client.reserve(LIMIT), Accepted)
        tomorrow = DAY + timedelta(days=1)
        [kept] = await morning.listed(tomorrow)
        assert (kept.first, kept.last) == (tomorrow, tomorrow)
        with pytest.raises(InvalidOrder, match="2026-05-07"):
            await morning.client.reserve(LIMIT, DAY)

    run(test, now="15:40")


def test_a_desk_adopts_in_the_morning_what_a_reservation_has_become() -> None:
    async def test(morning: Morning) -> None:
        client = morning.client
        assert isinstance(await client.reserve(LIMIT), Accepted)
        morning.come(at("08:40"))
        morning.offer(2, 70_000)
        morning.come(at("09:01"))
        desk = Desk(
            client,
            client,
            MemoryJournal(),
            morning.clock,
            Lines(),
            [SAMSUNG],
            control=MemoryControl(),
            limits=NO_LIMITS,
        )
        recovery = await desk.open(DAY)
        assert recovery.adopted == 1
        [order] = desk.orders
        assert (order.source, order.status, order.filled_quantity) == (OUTSIDE, OrderStatus.OPEN, 2)
        [kept] = await morning.listed()
        assert order.broker_order_id == kept.broker_order_id
        await desk.cancel(order.order_id)
        await desk.settle()
        assert desk.get_order(order.order_id).status is OrderStatus.CANCELED

    run(test)


def test_paper_has_no_reservations_and_none_is_sent() -> None:
    async def test(morning: Morning) -> None:
        client = morning.client
        answered = client.answers
        for asked in (
            client.reserve(LIMIT),
            client.replace_reserved(KEPT, LIMIT),
            client.cancel_reserved(KEPT),
        ):
            with pytest.raises(BadInput, match="paper"):
                await asked
        assert client.answers == answered

    run(test, environment=PAPER)


CANNOT: dict[str, OrderRequest] = {
    "IOC": replace(LIMIT, time_in_force=TimeInForce.IOC),
    "best": replace(LIMIT, price=None, order_type=OrderType.BEST_LIMIT),
    "after hours": replace(LIMIT, price=None, order_type=OrderType.AFTER_HOURS_CLOSING_PRICE),
    "stop": replace(LIMIT, order_type=OrderType.STOP_LIMIT, stop_price=69_000),
    "a stop price beside a limit": replace(LIMIT, stop_price=69_000),
    "NXT": replace(LIMIT, venue=Venue.NXT),
    "SOR": replace(LIMIT, venue=Venue.SOR),
    "no price": replace(LIMIT, price=None),
    "a price at the market": replace(MARKET, price=70_000),
    "no shares": replace(LIMIT, quantity=0),
    "fewer than none": replace(LIMIT, quantity=-3),
    "a price of nothing": replace(LIMIT, price=0),
    "half a share": replace(LIMIT, quantity=1.5),  # type: ignore[arg-type] # as a table gives it
    "won with decimals": replace(LIMIT, price=70_000.0),  # type: ignore[arg-type]
    "truth": replace(LIMIT, quantity=True),
}


@pytest.mark.parametrize("case", list(CANNOT))
def test_what_kis_would_not_take_is_an_error_in_two_languages_and_not_sent(case: str) -> None:
    async def test(morning: Morning) -> None:
        client, order = morning.client, CANNOT[case]
        answered = client.answers
        for asked in (client.reserve(order), client.replace_reserved(KEPT, order)):
            with pytest.raises(InvalidOrder) as caught:
                await asked
            assert "reserved" in caught.value.english
            assert not caught.value.korean.isascii()
        assert client.answers == answered

    run(test)


@pytest.mark.parametrize(
    ("until", "is_taken"),
    [
        (date(2026, 5, 5), False),
        (DAY, True),
        (date(2026, 6, 5), True),
        (date(2026, 6, 6), False),
    ],
)
def test_a_last_day_is_the_next_trading_day_or_one_within_thirty_days(until: date, is_taken: bool) -> None:
    async def test(morning: Morning) -> None:
        if is_taken:
            assert isinstance(await morning.client.reserve(LIMIT, until), Accepted)
        else:
            with pytest.raises(InvalidOrder, match=f"up to {until}"):
                await morning.client.reserve(LIMIT, until)
        assert [each.last for each in await morning.listed()] == [until] * is_taken

    run(test)


@pytest.mark.parametrize(
    ("kept", "order"),
    [
        (KEPT, replace(LIMIT, code="000660")),
        (KEPT, replace(LIMIT, side=SELL)),
        (replace(KEPT, loan_day=date(2026, 4, 1)), LIMIT),
    ],
)
def test_another_issue_or_side_and_an_order_on_credit_are_not_changed(
    kept: ReservedOrder, order: OrderRequest
) -> None:
    async def test(morning: Morning) -> None:
        with pytest.raises(InvalidOrder, match="keeps its issue"):
            await morning.client.replace_reserved(kept, order)

    run(test)


# Against a scripted KIS -----------------------------------------------------------------------------------


def taken(**output: str) -> Reply:
    body = {"rt_cd": "0", "msg_cd": RESERVATION_TAKEN.code, "msg1": "", "output": output}
    return Reply(200, json.dumps(body).encode())


DEEDS: dict[str, Callable[[KisClient], Awaitable[Answer]]] = {
    "reserve": lambda client: client.reserve(LIMIT),
    "replace": lambda client: client.replace_reserved(KEPT, LIMIT),
    "cancel": lambda client: client.cancel_reserved(KEPT),
}
PATHS = {"reserve": "order-resv", "replace": "order-resv-rvsecncl", "cancel": "order-resv-rvsecncl"}


def sent(kis: FakeKis) -> list[tuple[str, Any]]:
    """Id and body of each reservation, 정정 and 취소 that has arrived."""
    return [
        (request.tr_id, json.loads(request.body)) for request in kis.requests if "order-resv" in request.path
    ]


@pytest.mark.parametrize("doubt", list(DOUBTS))
@pytest.mark.parametrize("deed", list(DEEDS))
def test_a_reservation_in_doubt_has_no_answer_and_is_sent_once(deed: str, doubt: str) -> None:
    async def story() -> None:
        kis = FakeKis()
        kis.script(PATHS[deed], DOUBTS[doubt], taken(RSVN_ORD_SEQ="9", NRML_PRCS_YN="Y"))
        patience = Patience(answer=0.3) if doubt == "no answer in time" else None
        async with connected(kis, patience=patience) as client:
            assert isinstance(await DEEDS[deed](client), NoAnswer)
        assert len(sent(kis)) == 1

    run_story(story())


@pytest.mark.parametrize("deed", list(DEEDS))
def test_a_refused_reservation_bears_the_words_of_kis_without_the_account(deed: str) -> None:
    async def story() -> None:
        kis = FakeKis()
        refusal = Message("APBK0919", "5001234501 계좌는 예약할 수 없습니다.", "7")
        kis.script(PATHS[deed], message_reply(refusal))
        async with connected(kis) as client:
            assert await DEEDS[deed](client) == Refused(
                code="APBK0919", message="*** 계좌는 예약할 수 없습니다."
            )
        assert len(sent(kis)) == 1

    run_story(story())


@pytest.mark.parametrize("deed", list(DEEDS))
def test_a_reservation_that_finds_the_port_closed_is_unreachable(deed: str) -> None:
    async def story() -> None:
        kis = FakeKis()
        async with connected(kis) as client:
            await kis.stop_rest()
            with pytest.raises(Unreachable):
                await client.account()  # and the connection of the login is seen to be gone
            with pytest.raises(Unreachable):
                await DEEDS[deed](client)

    run_story(story())


def test_what_is_sent_is_what_the_documents_say() -> None:
    account = {"CANO": "50012345", "ACNT_PRDT_CD": "01"}
    order = {
        "PDNO": "Q500001",
        "ORD_QTY": "3",
        "ORD_UNPR": "0",
        "SLL_BUY_DVSN_CD": "01",
        "ORD_DVSN_CD": "05",
        "ORD_OBJT_CBLC_DVSN_CD": "10",
        "LOAN_DT": "",
        "RSVN_ORD_END_DT": "",
        "LDNG_DT": "",
    }
    named = {"RSVN_ORD_SEQ": "7", "RSVN_ORD_ORGNO": "", "RSVN_ORD_ORD_DT": "20251114"}
    wanted = OrderRequest(code="500001", side=SELL, quantity=3, order_type=OrderType.PRE_HOURS_CLOSING_PRICE)
    friday = date(2025, 11, 14)
    kept = replace(KEPT, request=wanted, first=friday, last=date(2025, 11, 20))

    async def story() -> None:
        kis = FakeKis()
        kis.script("order-resv", taken(RSVN_ORD_SEQ="88793"))
        kis.script("order-resv-rvsecncl", taken(NRML_PRCS_YN="Y"))
        async with connected(kis, etns=["500001"]) as client:
            assert await client.reserve(wanted) == Accepted(broker_order_id="88793")
            assert await client.replace_reserved(kept, wanted) == Accepted(broker_order_id="7")
            assert await client.cancel_reserved(kept) == Accepted(broker_order_id="7")
        assert sent(kis) == [
            ("CTSC0008U", account | order),
            ("CTSC0013U", account | order | {"RSVN_ORD_END_DT": "20251120"} | named | {"CTAC_TLNO": ""}),
            ("CTSC0009U", account | named),
        ]
        arrived = [request for request in kis.requests if "order-resv" in request.path]
        assert {priority(request) for request in arrived} == {Priority.ORDER}

    run_story(story())


def read_change(reply: Reply) -> Answer:
    return reserved.read_reservation_change(reply, "7")


@pytest.mark.parametrize(
    ("read", "output", "number"),
    [
        (reserved.read_reservation, b'{"RSVN_ORD_SEQ":"88793"}', "88793"),
        (reserved.read_reservation, b'[{"rsvn_ord_seq":"88793"}]', "88793"),
        (reserved.read_reservation, b'{"RSVN_ORD_SEQ":88793}', "88793"),
        (reserved.read_reservation, b'{"RSVN_ORD_SEQ":""}', None),
        (reserved.read_reservation, b'{"RSVN_ORD_SEQ":"0000000000"}', None),
        (reserved.read_reservation, b'[{"RSVN_ORD_SEQ":"1"},{"RSVN_ORD_SEQ":"2"}]', None),
        (reserved.read_reservation, b'{"RSVN_ORD_SEQ":["1"]}', None),
        (reserved.read_reservation, b'"1"', None),
        (reserved.read_reservation, b"null", None),
        (read_change, b'{"NRML_PRCS_YN":"Y"}', "7"),
        (read_change, b'[{"nrml_prcs_yn":"Y"}]', "7"),
        (read_change, b'{"NRML_PRCS_YN":"N"}', None),
        (read_change, b'{"NRML_PRCS_YN":""}', None),
        (read_change, b'[{"NRML_PRCS_YN":"Y"},{"NRML_PRCS_YN":"N"}]', None),
        (read_change, b"{}", None),
    ],
)
def test_what_kis_says_it_took_has_its_number_or_is_in_doubt(
    read: Callable[[Reply], Answer], output: bytes, number: str | None
) -> None:
    answer = read(Reply(200, b'{"rt_cd":"0","msg_cd":"","msg1":"","output":' + output + b"}"))
    if number is None:
        assert isinstance(answer, NoAnswer)
    else:
        assert answer == Accepted(broker_order_id=number)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 5, 6, 7, 29, tzinfo=KST), date(2026, 5, 6)),
        (datetime(2026, 5, 6, 12, 0, tzinfo=KST), date(2026, 5, 7)),
        (datetime(2026, 5, 8, 23, 50, tzinfo=KST), date(2026, 5, 11)),
    ],
)
def test_the_next_opening_is_known_in_and_out_of_hours(now: datetime, day: date) -> None:
    assert reserved.next_day(now) == day


def test_a_reserved_order_on_credit_tells_the_day_of_its_loan() -> None:
    row = (
        b'{"rsvn_ord_seq":"1","rsvn_ord_ord_dt":"20260506","rsvn_ord_rcit_dt":"20260506",'
        b'"rsvn_ord_rcit_tmd":"070000","pdno":"005930","ord_dvsn_cd":"00","sll_buy_dvsn_cd":"01",'
        b'"ord_rsvn_qty":"1","ord_rsvn_unpr":"70000","tot_ccld_qty":"0","tot_ccld_amt":"0",'
        b'"loan_dt":"20260401"}'
    )
    [kept] = reserved.read_reserved([Reply(200, b'{"rt_cd":"0","output":[' + row + b"]}")])
    assert kept.loan_day == date(2026, 4, 1)
