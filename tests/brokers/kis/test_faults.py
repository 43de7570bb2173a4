"""Faults on demand: when they strike, and what they do to a raw client and to the real one."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    BUY,
    DAY,
    KIM,
    LEE,
    MAKER,
    ORDERS_QUERY,
    PAPER,
    REAL,
    SELL,
    Door,
    FakeBars,
    at,
    both,
    but_receipts,
    ids,
    login_body,
    make_simulation,
    run,
)

from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import PROFILES, TRADES_STREAM, Action, Environment
from hoga.brokers.kis.faults import (
    LONGEST,
    MOST_ARMED,
    MOST_HITS,
    Chance,
    Direction,
    Effect,
    Fault,
    Faults,
    Filter,
    Kind,
    Nth,
    Passage,
    When,
    Window,
    find_call,
    frame_stream,
)
from hoga.brokers.kis.notices import NoticeRecord, Outcome
from hoga.brokers.kis.rest import Patience
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import Call
from hoga.clock import ManualClock
from hoga.domain.errors import BadInput, Rejected
from hoga.domain.notices import Accepted, FillNotice, NoAnswer, Notice, Refused, RejectNotice
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.exchange.commands import Place
from hoga.exchange.simulation import Simulation

NOW = at("10:00")
ALWAYS = Window(at("00:00"), at("23:59"))
PRICE = Passage(
    environment=PAPER, direction=Direction.IN, kind=Kind.CALL, call=Call.PRICE, tr_id="FHKST01010100"
)
BROKEN = (aiohttp.ClientConnectionError, asyncio.TimeoutError)

# When they strike -----------------------------------------------------------------------------------------


def struck(when: When, passages: int) -> list[int]:
    faults = Faults()
    faults.arm(Fault(effect=Effect.LOSE_REQUEST, when=when))
    return [n for n in range(1, passages + 1) if faults.strike(PRICE, NOW + timedelta(seconds=n))]


@given(st.integers(1, 50), st.integers(1, 50))
def test_the_nth_passage_is_struck_and_those_after_it(number: int, times: int) -> None:
    assert struck(Nth(number, times), 100) == list(range(number, number + times))


@given(st.floats(0, 1), st.integers(0, 2**64))
def test_a_chance_is_the_same_for_the_same_seed(probability: float, seed: int) -> None:
    first = struck(Chance(probability, seed), 50)
    assert first == struck(Chance(probability, seed), 50)
    assert struck(Chance(probability, seed), 30) == [n for n in first if n <= 30]


def test_a_chance_is_as_likely_as_it_says() -> None:
    assert struck(Chance(0.0, 7), 100) == []
    assert struck(Chance(1.0, 7), 100) == list(range(1, 101))
    assert 250 < len(struck(Chance(0.3, 7), 1000)) < 350
    assert struck(Chance(0.5, 1), 100) != struck(Chance(0.5, 2), 100)


def test_a_window_holds_its_start_and_not_its_end() -> None:
    window = Window(NOW + timedelta(seconds=3), NOW + timedelta(seconds=6))
    assert struck(window, 10) == [3, 4, 5]


def test_faults_do_not_disturb_each_others_luck() -> None:
    alone = struck(Chance(0.5, 3), 50)
    faults = Faults()
    faults.arm(Fault(effect=Effect.LOSE_REQUEST, when=Chance(0.5, 9)))
    armed = faults.arm(Fault(effect=Effect.LOSE_REQUEST, when=Chance(0.5, 3)))
    for _ in range(50):
        faults.strike(PRICE, NOW)
    assert [hit.number for hit in armed.hits] == alone


@pytest.mark.parametrize(
    "only",
    [
        Filter(),
        Filter(environment=PAPER),
        Filter(call=Call.PRICE),
        Filter(path=""),
        Filter(tr_id="FHKST01010100"),
        Filter(appkey=""),
    ],
)
def test_what_a_filter_does_not_name_may_be_anything(only: Filter) -> None:
    assert only.takes(PRICE)


@pytest.mark.parametrize(
    "only",
    [
        Filter(environment=REAL),
        Filter(call=Call.BUY),
        Filter(path="/uapi"),
        Filter(tr_id="FHKST01010200"),
        Filter(appkey="k"),
    ],
)
def test_what_a_filter_names_must_be_it(only: Filter) -> None:
    assert not only.takes(PRICE)


def test_what_does_not_match_is_not_counted() -> None:
    faults = Faults()
    armed = faults.arm(Fault(effect=Effect.LOSE_REQUEST, when=Nth(2), only=Filter(call=Call.PRICE)))
    other = Passage(environment=PAPER, direction=Direction.IN, kind=Kind.CALL, call=Call.BUY)
    for passage in (PRICE, other, PRICE.back(), PRICE, PRICE):
        faults.strike(passage, NOW)
    assert (armed.matched, armed.struck) == (3, 1)
    assert [(hit.at, hit.passage, hit.number) for hit in armed.hits] == [(NOW, PRICE, 2)]


def test_a_disarmed_fault_strikes_no_more() -> None:
    faults = Faults()
    armed = faults.arm(Fault(effect=Effect.LOSE_REQUEST, when=Nth(1, 9)))
    assert faults.strike(PRICE, NOW)
    assert faults.disarm(armed.number) is armed
    assert not faults.strike(PRICE, NOW)
    with pytest.raises(BadInput, match="No fault has the number"):
        faults.disarm(armed.number)


def test_numbers_are_never_given_twice() -> None:
    faults = Faults()
    first = faults.arm(Fault(effect=Effect.LOSE_REQUEST, when=Nth()))
    faults.clear()
    assert not faults
    assert faults.arm(first.fault).number == first.number + 1


def test_what_is_remembered_is_bounded() -> None:
    faults = Faults()
    armed = faults.arm(Fault(effect=Effect.LOSE_REQUEST, when=ALWAYS))
    for _ in range(MOST_HITS + 1):
        faults.strike(PRICE, NOW)
    assert (armed.struck, len(armed.hits)) == (MOST_HITS + 1, MOST_HITS)
    for _ in range(MOST_ARMED - 1):
        faults.arm(armed.fault)
    with pytest.raises(BadInput, match="No more than"):
        faults.arm(armed.fault)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"effect": Effect.LOSE_ANSWER, "direction": Direction.IN}, "direction"),
        ({"effect": Effect.LOSE_REQUEST, "direction": Direction.OUT}, "direction"),
        ({"effect": Effect.DELAY}, "seconds"),
        ({"effect": Effect.DELAY, "seconds": 0.0}, "seconds"),
        ({"effect": Effect.DELAY, "seconds": LONGEST + 1}, "seconds"),
        ({"effect": Effect.HOLD_BACK, "seconds": -1.0}, "seconds"),
        ({"effect": Effect.HOLD_BACK, "seconds": float("nan")}, "seconds"),
        ({"effect": Effect.ANSWER}, "code"),
        ({"effect": Effect.ANSWER, "code": "no code\r\n"}, "code"),
        ({"effect": Effect.DELAY, "seconds": 1.0, "code": "EGW00201"}, "code"),
        ({"effect": Effect.ANSWER, "code": "500", "status": 99}, "status"),
        ({"when": Nth(0)}, "number"),
        ({"when": Nth(1, 0)}, "number"),
        ({"when": Chance(1.1, 0)}, "probability"),
        ({"when": Chance(float("nan"), 0)}, "probability"),
        ({"when": Window(NOW, NOW)}, "start"),
        ({"when": Window(NOW.replace(tzinfo=None), NOW)}, "start"),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(changed: dict[str, Any], named: str) -> None:
    fields: dict[str, Any] = {"effect": Effect.LOSE_REQUEST, "when": Nth(), **changed}
    with pytest.raises(BadInput, match=named):
        Fault(**fields)


@pytest.mark.parametrize(
    ("frame", "kind", "stream"),
    [
        ("1|H0STCNI9|001|abc", Kind.NOTICE, "H0STCNI9"),
        ("0|H0STCNT0|001|a^b", Kind.FRAME, "H0STCNT0"),
        ('{"header":{"tr_id":"PINGPONG"}}', Kind.FRAME, "PINGPONG"),
        ('{"header":{"tr_id":"H0STCNI9"}}', Kind.FRAME, "H0STCNI9"),
        ("[" * 100_000, Kind.FRAME, ""),
        ('{"header":null}', Kind.FRAME, ""),
        ("0|", Kind.FRAME, ""),
        ("", Kind.FRAME, ""),
    ],
)
def test_a_frame_is_known_by_its_head(frame: str, kind: Kind, stream: str) -> None:
    assert frame_stream(frame) == (kind, stream)


def test_a_call_is_known_by_its_path_and_id() -> None:
    path = "/uapi/domestic-stock/v1/trading/order-cash"
    assert find_call(path, "VTTC0012U") is Call.BUY
    assert find_call(path, "TTTC0801U") is Call.SELL
    assert find_call("/oauth2/tokenP", "") is Call.TOKEN
    assert find_call(path, "VTTC0000U") is None
    assert find_call("/nowhere", "VTTC0012U") is None


# What they do to calls ------------------------------------------------------------------------------------


def armed(*faults: Fault) -> Faults:
    found = Faults()
    for fault in faults:
        found.arm(fault)
    return found


def once(effect: Effect, call: Call | None = None, number: int = 1, **more: Any) -> Fault:
    return Fault(effect=effect, when=Nth(number), only=Filter(call=call), **more)


@both
def test_a_lost_answer_leaves_an_order_behind(environment: Environment) -> None:
    async def test(door: Door) -> None:
        with pytest.raises(BROKEN):
            await door.buy(3, 69_000)
        [order] = door.simulation.exchange.orders(KIM.account, DAY, DAY)
        assert (order.number, order.remaining_quantity) == (1, 3)
        assert (await door.buy(1, 69_000)).body["rt_cd"] == "0"

    run(test, environment, faults=armed(once(Effect.LOSE_ANSWER, Call.BUY)))


@both
def test_a_lost_request_leaves_nothing_behind(environment: Environment) -> None:
    async def test(door: Door) -> None:
        with pytest.raises(BROKEN):
            await door.buy(3, 69_000)
        assert door.simulation.exchange.orders(KIM.account, DAY, DAY) == []
        assert (await door.buy(1, 69_000)).body["output"]["ODNO"] == "0000000001"

    run(test, environment, faults=armed(once(Effect.LOSE_REQUEST, Call.BUY)))


def test_a_fault_strikes_the_call_it_is_armed_for() -> None:
    faults = armed(once(Effect.LOSE_ANSWER, Call.SELL, number=2))

    async def test(door: Door) -> None:
        for _ in range(2):
            assert (await door.buy(1, 69_000)).status == 200
        assert (await door.sell(1, 71_000)).status == 200
        with pytest.raises(BROKEN):
            await door.sell(1, 71_000)
        assert (await door.sell(1, 71_000)).status == 200
        [hit] = faults.armed[0].hits
        assert (hit.passage.call, hit.passage.tr_id, hit.number) == (Call.SELL, "VTTC0011U", 2)
        assert hit.passage.appkey == KIM.keys.appkey
        assert hit.at == NOW

    run(test, faults=faults)


def test_a_fault_strikes_the_app_key_it_is_armed_for() -> None:
    only = Filter(appkey=LEE.keys.appkey, call=Call.TOKEN)

    async def test(door: Door) -> None:
        refused = await door.post("/oauth2/tokenP", login_body(LEE.keys))
        assert (refused.status, refused.body["error_code"]) == (403, "EGW00103")
        assert (await door.post("/oauth2/tokenP", login_body(LEE.keys))).status == 200

    run(test, faults=armed(Fault(effect=Effect.ANSWER, when=Nth(), only=only, code="EGW00103")))


@pytest.mark.parametrize("direction", list(Direction))
def test_a_delayed_order_comes_when_its_time_has_come(direction: Direction) -> None:
    fault = once(Effect.DELAY, Call.BUY, seconds=0.5, direction=direction)

    async def test(door: Door) -> None:
        placed = asyncio.Event()
        door.simulation.on_events(lambda _: placed.set())
        slow = asyncio.create_task(door.buy(1, 69_000))
        if direction is Direction.OUT:
            await placed.wait()
        assert (await door.price()).status == 200
        assert placed.is_set() is (direction is Direction.OUT)
        assert not slow.done()
        assert (await slow).body["rt_cd"] == "0"
        assert door.simulation.exchange.last_number == 1

    run(test, faults=armed(fault))


CODES = [
    ("500", 500, None),
    ("EGW00201", 500, "초당 거래건수를 초과하였습니다."),
    ("EGW00215", 500, "원장에서 허용 가능한 초당 거래건수를 초과하였습니다."),
    ("EGW00123", 500, "기간이 만료된 token 입니다."),
    ("90020000", 200, "모의투자 서비스가 지연되고 있습니다"),
    ("ABCD1234", 200, ""),
]


@pytest.mark.parametrize(("code", "status", "text"), CODES)
@pytest.mark.parametrize("direction", list(Direction))
def test_any_code_can_be_answered(code: str, status: int, text: str | None, direction: Direction) -> None:
    async def test(door: Door) -> None:
        answer = await door.buy(1, 69_000)
        assert answer.status == status
        if text is None:
            assert answer.text.startswith("<html>")
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        else:
            assert answer.body == {"rt_cd": "1", "msg_cd": code, "msg1": text}
        assert door.simulation.exchange.last_number == (1 if direction is Direction.OUT else 0)
        assert (await door.buy(1, 69_000)).body["rt_cd"] == "0"

    run(test, faults=armed(once(Effect.ANSWER, Call.BUY, code=code, direction=direction)))


def test_text_and_status_of_an_answer_can_be_chosen() -> None:
    fault = once(Effect.ANSWER, Call.PRICE, code="EGW00201", text="천천히", status=429)

    async def test(door: Door) -> None:
        answer = await door.price()
        assert (answer.status, answer.body["msg1"]) == (429, "천천히")

    run(test, faults=armed(fault))


def test_a_revoked_token_is_refused_and_a_new_one_is_given() -> None:
    async def test(door: Door) -> None:
        assert (await door.price()).code == "EGW00122"
        door.clock.set(door.clock.now() + timedelta(minutes=1))
        first = door.token
        await door.log_in()
        assert door.token != first
        assert (await door.price()).body["rt_cd"] == "0"

    run(test, faults=armed(once(Effect.REVOKE_TOKEN, Call.PRICE)))


@both
def test_the_market_rejects_later_what_kis_has_taken(environment: Environment) -> None:
    fault = Fault(effect=Effect.REJECT_LATER, when=Nth(times=9))

    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            answer = await door.sell(5, 70_000)
            number = answer.body["output"]["ODNO"]
            assert answer.body["rt_cd"] == "0"
            notice = await ear.notice()
            assert (notice.number, notice.outcome, notice.quantity) == (number, Outcome.REFUSED, 5)
            assert notice.notice == RejectNotice(
                broker_order_id=number, at=NOW, message="place refused by the exchange"
            )
        [row] = (await door.call(Call.ORDERS, ORDERS_QUERY)).body["output1"]
        assert (row["odno"], row["ord_qty"], row["rjct_qty"], row["rmn_qty"]) == (number, "5", "5", "0")
        assert row["sll_buy_dvsn_cd_name"] == "현금매도거부"
        assert door.simulation.exchange.account(KIM.account).positions[0].sellable_quantity == 100
        refused = await door.sell(5, 70_050)
        assert refused.code == ("APBK0506" if environment is REAL else "40030000")
        gone = await door.revise(number, "02")
        assert gone.code == ("APBK0927" if environment is REAL else "40330000")

    run(test, environment, faults=armed(fault))


@both
@pytest.mark.parametrize("kind", ["01", "02"])
def test_a_revision_that_the_market_rejects_leaves_the_order_as_it_was(
    environment: Environment, kind: str
) -> None:
    async def test(door: Door) -> None:
        number = (await door.buy(5, 69_000)).body["output"]["ODNO"]
        async with door.listen() as ear:
            await ear.register_notices()
            answer = await door.revise(number, kind, ORD_UNPR="69100" if kind == "01" else "0")
            own = answer.body["output"]["ODNO"]
            notice = await ear.notice()
            assert (notice.number, notice.original, notice.outcome) == (own, number, Outcome.REFUSED)
            assert notice.action is (Action.REPLACE if kind == "01" else Action.CANCEL)
        order, request = (await door.call(Call.ORDERS, ORDERS_QUERY)).body["output1"]
        assert (order["odno"], order["rmn_qty"], order["ord_unpr"]) == (number, "5", "69000")
        assert (request["orgn_odno"], request["rjct_qty"], request["rmn_qty"]) == (number, "5", "0")
        assert request["sll_buy_dvsn_cd_name"] == ("현금매수정정거부" if kind == "01" else "현금매수취소거부")

    only = Filter(call=Call.REVISE)
    run(test, environment, faults=armed(Fault(effect=Effect.REJECT_LATER, when=Nth(), only=only)))


def test_only_orders_are_rejected_later() -> None:
    fault = Fault(effect=Effect.REJECT_LATER, when=ALWAYS)
    assert not fault.matches(PRICE)
    assert fault.matches(replace(PRICE, call=Call.REVISE))


@both
def test_daily_orders_are_empty_beside_right_totals_on_paper_only(environment: Environment) -> None:
    fault = Fault(effect=Effect.EMPTY_ORDERS, when=ALWAYS)

    async def test(door: Door) -> None:
        door.offer(5, 70_000)
        await door.buy(5, 70_000)
        answer = await door.call(Call.ORDERS, ORDERS_QUERY)
        assert answer.body["output2"]["tot_ccld_qty"] == "5"
        assert len(answer.body["output1"]) == (0 if environment is PAPER else 1)
        assert len((await door.call(Call.BALANCE, BALANCE_QUERY)).body["output1"]) == 1

    run(test, environment, faults=armed(fault))


@both
def test_late_daily_orders_lack_what_is_younger_than_the_lag(environment: Environment) -> None:
    fault = Fault(effect=Effect.LATE_ORDERS, when=ALWAYS, seconds=90.0)

    async def test(door: Door) -> None:
        async def listed() -> list[str]:
            return [row["odno"] for row in (await door.call(Call.ORDERS, ORDERS_QUERY)).body["output1"]]

        old = (await door.buy(5, 69_000)).body["output"]["ODNO"]
        assert await listed() == []
        door.clock.set(door.clock.now() + timedelta(seconds=60))
        new = (await door.buy(5, 69_100)).body["output"]["ODNO"]
        door.clock.set(door.clock.now() + timedelta(seconds=31))
        assert await listed() == [old]
        door.clock.set(door.clock.now() + timedelta(seconds=60))
        assert sorted(await listed()) == [old, new]

    run(test, environment, faults=armed(fault))


def test_answers_may_have_more_fields_than_documented() -> None:
    async def test(door: Door) -> None:
        plain = await door.call(Call.BALANCE, BALANCE_QUERY)
        longer = await door.call(Call.BALANCE, BALANCE_QUERY)
        for name in ("output1", "output2"):
            for before, after in zip(plain.body[name], longer.body[name], strict=True):
                assert after == before | {"new_field": "1"}
        assert {name: longer.body[name] for name in ("rt_cd", "msg_cd")} == {
            name: plain.body[name] for name in ("rt_cd", "msg_cd")
        }

    run(test, faults=armed(once(Effect.MORE_FIELDS, Call.BALANCE, number=2)))


@pytest.mark.parametrize("effect", [Effect.MORE_FIELDS, Effect.EMPTY_ORDERS, Effect.LATE_ORDERS])
def test_an_answer_that_is_no_list_is_left_as_it_is(effect: Effect) -> None:
    async def test(door: Door) -> None:
        page = await door.ask("GET", "/nowhere")
        assert (page.status, page.text[:6]) == (404, "<html>")
        refused = await door.call(Call.ORDERS, {})
        assert refused.code == "OPSQ2001"

    seconds = 90.0 if effect is Effect.LATE_ORDERS else None
    run(test, faults=armed(Fault(effect=effect, when=ALWAYS, seconds=seconds)))


# What they do to WebSockets -------------------------------------------------------------------------------


def notice_fault(effect: Effect, **more: Any) -> Fault:
    return Fault(effect=effect, when=more.pop("when", Nth(2)), **more)


async def hear(door: Door, count: int) -> list[NoticeRecord]:
    """The notices of two orders of Kim that trade: received, filled, received, filled."""
    door.offer(2, 70_000)
    async with door.listen() as ear:
        await ear.register_notices()
        for _ in range(2):
            await door.buy(1, 70_000)
        return [await ear.notice() for _ in range(count)]


R, F = Outcome.RECEIVED, Outcome.FILLED


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (notice_fault(Effect.DUPLICATE), [(1, R), (1, F), (1, F), (2, R), (2, F)]),
        (notice_fault(Effect.REORDER, seconds=30.0), [(1, R), (2, R), (1, F), (2, F)]),
        (notice_fault(Effect.REORDER, when=Nth(4)), [(1, R), (1, F), (2, R), (2, F)]),
        (notice_fault(Effect.HOLD_BACK, seconds=0.3), [(1, R), (2, R), (2, F), (1, F)]),
        (notice_fault(Effect.HOLD_BACK), [(1, R), (2, R), (2, F)]),
        (notice_fault(Effect.HOLD_BACK, when=ALWAYS, seconds=0.01), [(1, R), (1, F), (2, R), (2, F)]),
        (notice_fault(Effect.DUPLICATE, only=Filter(appkey="somebody")), [(1, R), (1, F), (2, R), (2, F)]),
    ],
)
def test_notices_come_twice_late_or_out_of_order(fault: Fault, heard: list[tuple[int, Outcome]]) -> None:
    async def test(door: Door) -> None:
        notices = await hear(door, len(heard))
        assert [(int(each.number) - 1, each.outcome) for each in notices] == heard

    run(test, faults=armed(fault))


@both
def test_a_notice_may_have_more_fields_than_documented(environment: Environment) -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            await door.buy(1, 69_000)
            _, stream, records, payload = (await ear.text()).split("|")
            fields = ear.ciphers[stream].decrypt(payload).split("^")
            assert (records, len(fields), fields[-1]) == ("001", 24, "1")

    run(test, environment, faults=armed(Fault(effect=Effect.MORE_FIELDS, when=ALWAYS)))


def test_each_record_of_a_frame_may_have_more_fields() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register(TRADES_STREAM, "005930")
            door.offer(1, 70_000)
            door.offer(1, 70_100)
            door.bid(2, 70_100)
            _, _, records, payload = (await ear.text()).split("|")
            fields = payload.split("^")
            assert (records, len(fields)) == ("002", 2 * 47)
            assert (fields[0], fields[46], fields[47], fields[93]) == ("005930", "1", "005930", "1")

    run(test, faults=armed(Fault(effect=Effect.MORE_FIELDS, when=ALWAYS, only=Filter(tr_id=TRADES_STREAM))))


def test_a_socket_drops_at_a_frame() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            await door.buy(1, 69_000)
            await door.buy(1, 69_000)
            assert len(await ear.until_closed()) <= 1
        async with door.listen() as ear:
            await ear.register_notices()

    only = Filter(tr_id=PROFILES[PAPER].notice_stream)
    run(test, faults=armed(Fault(effect=Effect.DROP_SOCKET, when=Nth(3), only=only)))


def test_a_socket_drops_at_a_request_of_its_client() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.socket.send_str("anything")
            assert await ear.until_closed() == []

    run(test, faults=armed(Fault(effect=Effect.DROP_SOCKET, when=Nth(), direction=Direction.IN)))


def test_a_silent_socket_sends_nothing_more_and_stays_open() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear, door.listen(LEE) as other:
            await ear.register_notices()
            await other.register_notices(LEE)
            await door.buy(1, 69_000)
            await ear.socket.ping(b"?")
            await ear.socket.send_str("anything")
            with pytest.raises(TimeoutError):
                await ear.socket.receive(timeout=0.2)  # well past the silence that drops a client
            assert not ear.socket.closed
            door.customer = LEE
            await door.log_in()
            await door.buy(1, 69_000)
            assert (await other.notice()).outcome is Outcome.RECEIVED

    only = Filter(appkey=KIM.keys.appkey, tr_id=PROFILES[PAPER].notice_stream)
    faults = armed(Fault(effect=Effect.GO_SILENT, when=Nth(2), only=only))
    run(test, faults=faults, ping_seconds=30.0, silence_seconds=0.05)


# What the real client makes of them -----------------------------------------------------------------------

QUICK = Patience(answer=2.0, ack=1.0, silence=0.3, retry_first=0.001, retry_longest=0.01, spacing=0)


class Joined:
    """The real client at a face with faults."""

    def __init__(self, client: KisClient, simulation: Simulation, clock: ManualClock, faults: Faults) -> None:
        self.client = client
        self.simulation = simulation
        self.clock = clock
        self.faults = faults
        self.notices: asyncio.Queue[Notice] = asyncio.Queue()
        self.gap = asyncio.Event()
        client.on_notice(but_receipts(self.notices.put_nowait))
        client.on_gap(self.gap.set)

    def offer(self, quantity: int) -> None:
        self.simulation.submit(Place(MAKER, "005930", SELL, quantity, 70_000), self.clock.now())

    @property
    def numbers(self) -> list[int]:
        return [record.number for record in self.simulation.exchange.orders(KIM.account, DAY, DAY)]

    async def notice(self) -> Notice:
        return await asyncio.wait_for(self.notices.get(), 5)


def join(test: Callable[[Joined], Awaitable[None]], environment: Environment = PAPER) -> None:
    async def opened() -> None:
        simulation, clock, faults = make_simulation(), ManualClock(NOW), Faults()
        simulation.advance(NOW)
        async with (
            KisFace(simulation, clock, FakeBars(), (KIM,), environment, ids(), faults=faults) as face,
            KisClient(
                KIM.keys,
                KIM.account,
                KIM.hts_id,
                environment,
                clock=clock,
                luck=lambda: 0.0,
                rest_url=face.rest_url,
                websocket_url=face.ws_url,
                patience=QUICK,
            ) as client,
        ):
            await test(Joined(client, simulation, clock, faults))

    asyncio.run(opened())


def an_order(quantity: int = 3, side: Side = BUY, price: int = 69_000) -> Order:
    return Order(
        order_id="our-1",
        request=OrderRequest(code="005930", side=side, quantity=quantity, price=price),
        source="test",
        status=OrderStatus.SUBMITTED,
        price=price,
        broker_order_ids=(),
    )


@both
@pytest.mark.parametrize("seconds", [None, 0.05, 3.0])
def test_a_client_has_no_answer_and_its_order_exists_once(
    environment: Environment, seconds: float | None
) -> None:
    async def test(joined: Joined) -> None:
        joined.faults.arm(once(Effect.LOSE_ANSWER, Call.BUY, seconds=seconds))
        assert isinstance(await joined.client.place(an_order()), NoAnswer)
        assert joined.numbers == [1]
        [report] = await joined.client.orders(DAY, DAY)
        assert (report.broker_order_id, report.remaining_quantity) == ("0000000001", 3)
        assert joined.faults.armed[0].matched == 1

    join(test, environment)


@both
@pytest.mark.parametrize("seconds", [None, 0.05, 3.0])
def test_a_client_has_no_answer_and_its_order_does_not_exist(
    environment: Environment, seconds: float | None
) -> None:
    async def test(joined: Joined) -> None:
        joined.faults.arm(once(Effect.LOSE_REQUEST, Call.BUY, seconds=seconds))
        assert isinstance(await joined.client.place(an_order()), NoAnswer)
        assert joined.numbers == []
        assert joined.faults.armed[0].matched == 1

    join(test, environment)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("500", NoAnswer),
        ("90020000", NoAnswer),
        ("EGW00301", NoAnswer),
        ("EGW00201", Refused),
        ("EGW00215", Refused),
        ("EGW00123", Refused),
    ],
)
def test_a_client_knows_whether_an_order_may_have_arrived(code: str, kind: type[object]) -> None:
    async def test(joined: Joined) -> None:
        joined.faults.arm(once(Effect.ANSWER, Call.BUY, code=code))
        assert isinstance(await joined.client.place(an_order()), kind)
        assert joined.numbers == []

    join(test)


def test_a_client_with_a_lost_cancel_finds_it_in_the_list() -> None:
    async def test(joined: Joined) -> None:
        answer = await joined.client.place(an_order())
        assert isinstance(answer, Accepted)
        placed = Order(
            order_id="our-1",
            request=an_order().request,
            source="test",
            status=OrderStatus.OPEN,
            price=69_000,
            broker_order_ids=(answer.broker_order_id,),
        )
        joined.faults.arm(once(Effect.LOSE_ANSWER, Call.REVISE))
        assert isinstance(await joined.client.cancel(placed, 3), NoAnswer)
        reports = await joined.client.orders(DAY, DAY)
        assert sum(report.canceled_quantity for report in reports if not report.replaces) == 3

    join(test)


def test_a_client_logs_in_again_when_its_token_was_revoked() -> None:
    async def test(joined: Joined) -> None:
        joined.faults.arm(once(Effect.REVOKE_TOKEN, Call.BUYING_POWER))
        joined.clock.set(joined.clock.now() + timedelta(minutes=1))
        assert await joined.client.buying_power("", None) == 10_000_000

    join(test)


def test_a_client_reads_answers_with_more_fields() -> None:
    async def test(joined: Joined) -> None:
        account = await joined.client.account()
        joined.faults.arm(Fault(effect=Effect.MORE_FIELDS, when=ALWAYS))
        assert await joined.client.account() == account
        assert (await joined.client.quotes(["005930"]))["005930"].last_price == 70_000

    join(test)


def test_a_client_hears_a_notice_twice() -> None:
    async def test(joined: Joined) -> None:
        joined.faults.arm(Fault(effect=Effect.DUPLICATE, when=ALWAYS))
        joined.offer(1)
        await joined.client.place(an_order(1, price=70_000))
        first, second = await joined.notice(), await joined.notice()
        assert isinstance(first, FillNotice)
        assert first == second

    join(test)


@pytest.mark.parametrize("effect", [Effect.DROP_SOCKET, Effect.GO_SILENT])
def test_a_client_learns_that_it_may_have_missed_something(effect: Effect) -> None:
    async def test(joined: Joined) -> None:
        joined.faults.arm(Fault(effect=effect, when=Nth(), only=Filter(tr_id=PROFILES[PAPER].notice_stream)))
        await joined.client.place(an_order())
        joined.faults.clear()
        await asyncio.wait_for(joined.gap.wait(), 5)
        joined.offer(1)
        for _ in range(100):
            if not joined.notices.empty():
                break
            await joined.client.place(an_order(1, price=70_000))
            joined.offer(1)
        assert isinstance(await joined.notice(), FillNotice)

    join(test)


def test_a_question_that_is_refused_forever_is_an_error() -> None:
    async def test(joined: Joined) -> None:
        joined.faults.arm(Fault(effect=Effect.ANSWER, when=ALWAYS, code="OPSQ0002"))
        with pytest.raises(Rejected):
            await joined.client.book("005930")

    join(test)


def test_two_faces_share_their_faults() -> None:
    faults = armed(once(Effect.ANSWER, Call.PRICE, code="EGW00215", number=2))

    async def opened() -> None:
        simulation, clock = make_simulation(), ManualClock(NOW)
        simulation.advance(NOW)
        codes = []
        async with (
            KisFace(simulation, clock, FakeBars(), (KIM,), REAL, ids(), faults=faults) as real,
            KisFace(simulation, clock, FakeBars(), (LEE,), PAPER, ids(), faults=faults) as paper,
        ):
            for face, environment, customer in ((real, REAL, KIM), (paper, PAPER, LEE), (real, REAL, KIM)):
                door = Door(face, simulation, clock, environment)
                door.customer = customer
                async with door.http:
                    clock.set(clock.now() + timedelta(minutes=1))
                    await door.log_in()
                    codes.append(json.loads((await door.price()).text)["msg_cd"])
        assert codes == ["MCA00000", "EGW00215", "MCA00000"]

    asyncio.run(opened())
