"""Whatever the REST side of the KIS face is sent: it answers in KIS's form or clearly, and loses nothing."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    DAY,
    KIM,
    LEE,
    MAKER,
    ORDERS_QUERY,
    POWER_QUERY,
    REAL,
    FakeBars,
    at,
    bars_query,
    both,
    ids,
    issue,
    login_body,
    make_simulation,
    order_body,
)
from tests.brokers.kis.test_account import NEW_CALLS
from tests.brokers.kis.test_reserved import LIST as RESERVED_QUERY

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import Chance, Effect, Fault, Faults, Window
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import SERVICES, Call
from hoga.clock import ManualClock
from hoga.exchange.simulation import Simulation

Client = TestClient[Any, Any]
PATHS = sorted({service.path for service in SERVICES.values()})
TR_IDS = sorted({tr_id for service in SERVICES.values() for tr_id in service.real + service.paper})
FORMS: dict[Call, Mapping[str, str]] = {
    Call.PRICE: issue("005930"),
    Call.BOOK: issue("005930"),
    Call.DAILY_BARS: bars_query("005930", "20260101", "20260506"),
    Call.QUOTES: {"FID_COND_MRKT_DIV_CODE_1": "J", "FID_INPUT_ISCD_1": "005930"},
    Call.BUY: order_body(1, 69_000, "005930"),
    Call.SELL: order_body(1, 71_000, "005930"),
    Call.BALANCE: BALANCE_QUERY,
    Call.BUYING_POWER: POWER_QUERY,
    Call.ORDERS: ORDERS_QUERY,
    Call.RESERVED: RESERVED_QUERY,
    **NEW_CALLS,
    Call.TOKEN: login_body(KIM.keys),
}
"""What a good request of each call carries; fuzzing spoils one field of it."""

WORDS = st.text(max_size=20) | st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1e9",
        "9" * 40,
        "0x10",
        "１２",
        "NaN",
        "005930",
        "Q005930",
        "20260506",
        "99999999",
        "\0",
    ]
)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


class Fuzzed:
    """A face whose day stands still, in process with its client, and what it must not lose."""

    def __init__(self, client: Client, simulation: Simulation, token: str, environment: Environment) -> None:
        self.client = client
        self.simulation = simulation
        self.token = token
        self.environment = environment
        self.before = self.state()

    def state(self) -> object:
        exchange = self.simulation.exchange
        return [
            (exchange.account(number), exchange.orders(number, DAY, DAY))
            for number in (KIM.account, LEE.account, MAKER)
        ]

    def signed(self, tr_id: str) -> dict[str, str]:
        return {
            "authorization": f"Bearer {self.token}",
            "appkey": KIM.keys.appkey,
            "appsecret": KIM.keys.appsecret,
            "content-type": "application/json",
            "tr_id": tr_id,
        }

    def tr_id(self, call: Call) -> str:
        return (SERVICES[call].ids(self.environment) or SERVICES[call].real or ("",))[0]

    async def send(self, method: str, path: str, **sent: Any) -> tuple[int, str]:
        """Send, and check that what comes back is an answer and not an accident."""
        async with asyncio.timeout(10), self.client.request(method, path, **sent) as answer:
            text = await answer.text()
        assert "Traceback" not in text
        if answer.content_type == "application/json":
            body = json.loads(text)
            is_refusal = body.get("rt_cd") in ("0", "1", "7") and body["msg_cd"]
            is_login = body.keys() & {"access_token", "error_code", "approval_key", "code", "HASH"}
            assert is_refusal or is_login, text
        else:
            assert answer.status in (400, 404, 405, 413), (answer.status, text)
        return answer.status, text


def fuzz(
    test: Callable[[Fuzzed], Awaitable[None]],
    environment: Environment,
    faults: Faults | None = None,
) -> None:
    async def opened() -> None:
        simulation, clock = make_simulation(), ManualClock(at("10:00"))
        simulation.advance(at("10:00"))
        face = KisFace(simulation, clock, FakeBars(), (KIM, LEE), environment, ids(), faults=faults)
        async with TestClient(TestServer(face.application())) as client:
            async with client.post("/oauth2/tokenP", json=login_body(KIM.keys)) as answer:
                token = (await answer.json())["access_token"]
            await test(Fuzzed(client, simulation, token, environment))

    asyncio.run(opened())


def check_no_accident(caplog: pytest.LogCaptureFixture) -> None:
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


FAST = settings(max_examples=25)
"""Each example sends twenty requests, or what it was given."""


@both
def test_a_spoilt_field_is_refused_and_changes_nothing(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    requests = st.sampled_from([*FORMS]).flatmap(
        lambda call: st.tuples(st.just(call), st.sampled_from([*FORMS[call]]), WORDS | st.none())
    )

    @FAST
    @given(st.lists(requests, min_size=5, max_size=20))
    def spoil(spoilt: list[tuple[Call, str, str | None]]) -> None:
        async def test(fuzzed: Fuzzed) -> None:
            for call, name, value in spoilt:
                form = {key: each for key, each in FORMS[call].items() if key != name}
                if value is not None:
                    form[name] = value
                service, headers = SERVICES[call], fuzzed.signed(fuzzed.tr_id(call))
                placed = fuzzed.simulation.exchange.last_number
                if service.method == "GET":
                    await fuzzed.send("GET", service.path, params=form, headers=headers)
                else:
                    status, text = await fuzzed.send("POST", service.path, json=form, headers=headers)
                    is_taken = status == 200 and '"rt_cd":"0"' in text
                    assert (fuzzed.simulation.exchange.last_number > placed) is is_taken
            if fuzzed.simulation.exchange.last_number == 0:
                assert fuzzed.state() == fuzzed.before
            assert fuzzed.simulation.exchange.conservation().is_conserved

        fuzz(test, environment)

    spoil()
    check_no_accident(caplog)


@both
def test_a_body_that_is_no_order_places_none(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    posts = st.sampled_from([call for call, service in SERVICES.items() if service.method == "POST"])
    bodies = st.binary(max_size=200) | JSON.map(lambda body: json.dumps(body).encode())

    @FAST
    @given(st.lists(st.tuples(posts, bodies), min_size=5, max_size=20))
    def garbage(sent: list[tuple[Call, bytes]]) -> None:
        async def test(fuzzed: Fuzzed) -> None:
            for call, body in sent:
                headers = fuzzed.signed(fuzzed.tr_id(call))
                await fuzzed.send("POST", SERVICES[call].path, data=body, headers=headers)
            assert fuzzed.state() == fuzzed.before

        fuzz(test, environment)

    garbage()
    check_no_accident(caplog)


@both
def test_unknown_paths_methods_ids_and_keys_are_refused(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    paths = st.sampled_from(PATHS) | st.from_regex(r"/|/[a-z.0-9-][a-z/.%0-9-]{0,40}", fullmatch=True)
    methods = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    headers = st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("authorization", "appkey", "appsecret", "tr_cont", "custtype", "gt_uid", "content-type"), HEADER
        ),
    )

    @FAST
    @given(st.lists(st.tuples(methods, paths, st.sampled_from(TR_IDS) | HEADER, headers), max_size=20))
    def lost(sent: list[tuple[str, str, str, dict[str, str]]]) -> None:
        async def test(fuzzed: Fuzzed) -> None:
            for method, path, tr_id, more in sent:
                await fuzzed.send(method, path, headers=fuzzed.signed(tr_id) | more)
            assert fuzzed.state() == fuzzed.before

        fuzz(test, environment)

    lost()
    check_no_accident(caplog)


@both
@pytest.mark.parametrize("call", [Call.BUY, Call.TOKEN, Call.HASHKEY])
def test_an_oversized_body_is_refused(environment: Environment, call: Call) -> None:
    async def test(fuzzed: Fuzzed) -> None:
        body = json.dumps(order_body(1, 69_000, "005930") | {"X": "x" * 2_000_000}).encode()
        headers = fuzzed.signed(fuzzed.tr_id(call))
        status, _ = await fuzzed.send("POST", SERVICES[call].path, data=BytesIO(body), headers=headers)
        assert status == 413
        assert fuzzed.state() == fuzzed.before

    fuzz(test, environment)


@both
def test_a_body_nested_without_end_is_refused(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(fuzzed: Fuzzed) -> None:
        for call in (Call.BUY, Call.TOKEN, Call.HASHKEY, Call.APPROVAL):
            for body in (b"[" * 100_000, b'{"a":' * 100_000, b'{"appkey":' + b"[" * 100_000):
                headers = fuzzed.signed(fuzzed.tr_id(call))
                await fuzzed.send("POST", SERVICES[call].path, data=body, headers=headers)
        assert fuzzed.state() == fuzzed.before

    fuzz(test, environment, Faults())
    check_no_accident(caplog)


@both
def test_faults_by_chance_break_nothing_behind_the_face(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    calls = st.lists(st.sampled_from([*FORMS]), min_size=5, max_size=30)
    effects = (
        Effect.ANSWER,
        Effect.MORE_FIELDS,
        Effect.EMPTY_ORDERS,
        Effect.REVOKE_TOKEN,
        Effect.REJECT_LATER,
    )

    @FAST
    @given(calls, st.integers(0, 2**32), st.sampled_from(effects), st.floats(0, 1))
    def troubled(sent: list[Call], seed: int, effect: Effect, probability: float) -> None:
        faults = Faults()

        async def test(fuzzed: Fuzzed) -> None:
            code = "EGW00215" if effect is Effect.ANSWER else ""
            faults.arm(Fault(effect=effect, when=Chance(probability, seed), code=code))
            faults.arm(Fault(effect=Effect.MORE_FIELDS, when=Window(at("00:00"), at("23:00"))))
            for call in sent:
                service, headers = SERVICES[call], fuzzed.signed(fuzzed.tr_id(call))
                if service.method == "GET":
                    await fuzzed.send("GET", service.path, params=FORMS[call], headers=headers)
                else:
                    await fuzzed.send("POST", service.path, json=FORMS[call], headers=headers)
            assert fuzzed.simulation.exchange.conservation().is_conserved

        fuzz(test, environment, faults)

    troubled()
    check_no_accident(caplog)


def test_the_fuzzed_forms_are_good_ones() -> None:
    async def test(fuzzed: Fuzzed) -> None:
        for call in FORMS.keys() - {Call.TOKEN}:
            service, headers = SERVICES[call], fuzzed.signed(fuzzed.tr_id(call))
            form = {"params" if service.method == "GET" else "json": FORMS[call]}
            _, text = await fuzzed.send(service.method, service.path, headers=headers, **form)
            assert json.loads(text)["rt_cd"] == "0", (call, text)

    fuzz(test, REAL)
