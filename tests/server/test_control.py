"""The control plane: what it shows is the exchange's, what it does is done, and nothing else gets in."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import Direction, Effect, Faults, Kind, Nth, Passage
from hoga.brokers.kis.services import Call
from hoga.clock import PacedClock, WallClock
from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.server.control import LONGEST_BODY, MOST_EVENTS, Control, Tail, create, is_local
from hoga.server.listener import listen, serve

DAY = date(2026, 5, 6)
KIM, LEE = "5001234501", "5009876501"
PROBLEM = ["type", "title", "status", "detail", "reason", "korean", "english"]


def at(text: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(text), KST)


class NoLuck:
    def random(self) -> float:
        return 0.0

    def randrange(self, stop: int, /) -> int:
        return 0


def make_simulation() -> Simulation:
    """Ten o'clock of a quiet day on which Kim has bought three shares of Lee's."""
    samsung = Instrument(code="005930", name="삼성전자", market=Market.KOSPI)
    other = Instrument(code="000100", name="유한양행", market=Market.KOSPI)
    openings = (
        Opening(account=KIM, deposit=10_000_000),
        Opening(account=LEE, deposit=0, holdings=(Holding("005930", 10, 700_000),)),
    )
    listings = [Listing(samsung, 70_000), Listing(other, 10_000)]
    return Simulation(Exchange(DAY, listings, openings, KIS_STOCK), Flow(DAY, (), {}, lambda _: NoLuck()))


class Plane:
    """The control plane of a quiet day at ten o'clock, whose clock stands."""

    def __init__(self, *, is_wall: bool = False, with_reset: bool = False) -> None:
        self.simulation = make_simulation()
        self.clock = PacedClock(at("10:00"), 1)
        self.faults = Faults()
        self.control = Control(
            self.simulation,
            WallClock() if is_wall else self.clock,
            self.faults,
            self._begin_anew if with_reset else None,
        )
        self.simulation.advance(at("10:00"))
        self.simulation.submit(Place(LEE, "005930", Side.SELL, 3, 70_000), at("10:00"))
        self.simulation.submit(Place(KIM, "005930", Side.BUY, 5, 70_000), at("10:00"))
        self.app: FastAPI = create(self.control)

    def _begin_anew(self) -> None:
        anew = make_simulation()
        self.simulation.restart(anew.exchange, Flow(DAY, (), {}, lambda _: NoLuck()))
        self.clock.restart(at("08:00"))

    async def asking(self, method: str, path: str, **sent: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5010") as client:
            return await client.request(method, path, **sent)

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        return asyncio.run(self.asking(method, path, **sent))

    def get(self, path: str, **params: Any) -> Any:
        response = self.ask("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: object = None, status: int = 200) -> Any:
        response = self.ask("POST", path, json=body)
        assert response.status_code == status, response.text
        return response.json()


@pytest.fixture
def plane() -> Plane:
    return Plane()


def check_problem(response: httpx.Response, status: int, reason: str) -> str:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert list(body) == PROBLEM
    assert (body["status"], body["reason"]) == (status, reason)
    return str(body["english"])


# The clock ------------------------------------------------------------------------------------------------


def test_the_clock_is_shown(plane: Plane) -> None:
    assert plane.get("/clock") == {
        "now": "2026-05-06T10:00:00+09:00",
        "kind": "simulated",
        "is_running": False,
        "pace": 1.0,
    }


def test_time_can_be_stopped_and_let_go_on(plane: Plane) -> None:
    assert plane.post("/clock/resume")["is_running"]
    assert plane.clock.is_running
    assert not plane.post("/clock/pause")["is_running"]
    stopped = plane.get("/clock")["now"]
    assert plane.get("/clock")["now"] == stopped


def test_time_can_run_at_another_pace(plane: Plane) -> None:
    assert plane.post("/clock/pace", {"pace": 60})["pace"] == 60
    assert plane.clock.pace == 60


def test_the_market_is_where_the_clock_was_moved_to(plane: Plane) -> None:
    assert plane.post("/clock/step", {"seconds": 90})["now"] == "2026-05-06T10:01:30+09:00"
    assert plane.get("/state")["phase"] == "CONTINUOUS"
    plane.post("/clock/jump", {"at": "2026-05-06T15:25:00"})
    assert plane.get("/state")["phase"] == "CLOSE_CALL"
    plane.post("/clock/jump", {"at": "2026-05-06T10:00:00Z"})  # 19:00 in Korea
    assert plane.clock.now() == at("19:00")
    state = plane.get("/state")
    assert (state["phase"], state["next_at"]) == (plane.simulation.exchange.phase, None)


@pytest.mark.parametrize(
    "where", ["2026-05-06T09:59:59", "2026-06-07T00:00:00", "0001-01-01T00:00:00", "9999-12-31"]
)
def test_a_clock_never_goes_back_nor_too_far(plane: Plane, where: str) -> None:
    check_problem(plane.ask("POST", "/clock/jump", json={"at": where}), 400, "BadInput")
    assert plane.clock.now() == at("10:00")


def test_the_clock_of_a_wall_cannot_be_set() -> None:
    plane = Plane(is_wall=True)
    shown = plane.get("/clock")
    assert (shown["kind"], shown["is_running"], shown["pace"]) == ("wall", True, 1.0)
    for path, body in (
        ("pause", None),
        ("resume", None),
        ("pace", {"pace": 2}),
        ("step", {"seconds": 1}),
        ("jump", {"at": "2026-05-06T11:00:00"}),
    ):
        check_problem(plane.ask("POST", f"/clock/{path}", json=body), 400, "BadInput")


# Faults ---------------------------------------------------------------------------------------------------

BUY = Passage(
    environment=Environment.PAPER,
    direction=Direction.IN,
    kind=Kind.CALL,
    call=Call.BUY,
    path="/uapi/domestic-stock/v1/trading/order-cash",
    tr_id="VTTC0012U",
    appkey="k",
)


def test_a_fault_is_armed_listed_with_what_it_hit_and_disarmed(plane: Plane) -> None:
    body = {"effect": "lose_answer", "when": {"kind": "nth", "number": 2}, "only": {"call": "buy"}}
    row = plane.post("/faults", body, status=201)
    assert row == {
        "number": 1,
        "effect": "lose_answer",
        "when": {"kind": "nth", "number": 2, "times": 1},
        "only": {"environment": None, "call": "buy", "path": None, "tr_id": None, "appkey": None},
        "direction": "out",
        "seconds": None,
        "code": "",
        "text": "",
        "status": None,
        "matched": 0,
        "struck": 0,
    }
    for _ in range(3):
        plane.faults.strike(BUY.back(), at("10:00"))
    assert plane.get("/faults") == {"faults": [row | {"matched": 3, "struck": 1}]}
    hit = {
        "at": "2026-05-06T10:00:00+09:00",
        "passage": {
            "environment": "paper",
            "direction": "out",
            "kind": "call",
            "call": "buy",
            "path": BUY.path,
            "tr_id": "VTTC0012U",
            "appkey": "k",
        },
        "number": 2,
    }
    assert plane.get("/faults/1")["hits"] == [hit]
    assert plane.ask("DELETE", "/faults/1").json()["hits"] == [hit]
    assert plane.get("/faults") == {"faults": []}


@pytest.mark.parametrize(
    "when",
    [
        {"kind": "nth", "number": 3, "times": 2},
        {"kind": "chance", "probability": 0.25, "seed": 7},
        {"kind": "window", "start": "2026-05-06T10:00:00+09:00", "end": "2026-05-06T11:00:00+09:00"},
    ],
)
def test_every_way_of_arming_is_shown_as_it_was_sent(plane: Plane, when: dict[str, object]) -> None:
    assert plane.post("/faults", {"effect": "lose_request", "when": when}, status=201)["when"] == when


@pytest.mark.parametrize("effect", list(Effect))
def test_every_effect_can_be_armed(plane: Plane, effect: Effect) -> None:
    body: dict[str, object] = {"effect": effect, "seconds": 1.5}
    if effect is Effect.ANSWER:
        body |= {"code": "EGW00201", "text": "천천히", "status": 429}
    row = plane.post("/faults", body, status=201)
    assert (row["effect"], row["seconds"], row["when"]["number"]) == (effect, 1.5, 1)
    [armed] = plane.faults.armed
    assert (armed.fault.effect, armed.fault.when) == (effect, Nth())


def test_all_faults_are_cleared(plane: Plane) -> None:
    for _ in range(3):
        plane.post("/faults", {"effect": "duplicate"}, status=201)
    assert plane.ask("DELETE", "/faults").json() == {"faults": []}
    assert not plane.faults


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"effect": "explode"},
        {"effect": "delay"},
        {"effect": "answer"},
        {"effect": "answer", "code": "a\r\nb"},
        {"effect": "delay", "seconds": -1},
        {"effect": "delay", "seconds": 1e9},
        {"effect": "lose_answer", "direction": "in"},
        {"effect": "lose_answer", "when": {"kind": "nth", "number": 0}},
        {"effect": "lose_answer", "when": {"kind": "never"}},
        {"effect": "lose_answer", "when": {"number": 1}},
        {"effect": "lose_answer", "when": {"kind": "chance", "probability": 2}},
        {"effect": "lose_answer", "when": {"kind": "window", "start": "2026-05-06", "end": "2026-05-05"}},
        {"effect": "lose_answer", "only": {"call": "steal"}},
        {"effect": "lose_answer", "whatever": 1},
        {"effect": "lose_answer", "text": "x" * 201},
    ],
)
def test_a_fault_that_is_none_is_refused(plane: Plane, body: dict[str, object]) -> None:
    check_problem(plane.ask("POST", "/faults", json=body), 400, "BadInput")
    assert not plane.faults


def test_a_fault_that_is_not_there_is_a_problem(plane: Plane) -> None:
    for method in ("GET", "DELETE"):
        assert "number 7" in check_problem(plane.ask(method, "/faults/7"), 400, "BadInput")
        check_problem(plane.ask(method, "/faults/x"), 400, "BadInput")


# What the exchange knows ----------------------------------------------------------------------------------


def test_the_state_is_the_exchanges(plane: Plane) -> None:
    state = plane.get("/state")
    assert state["day"] == "2026-05-06"
    assert state["now"] == "2026-05-06T10:00:00+09:00"
    assert state["phase"] == "CONTINUOUS"
    assert (state["accounts"], state["instruments"], state["last_number"]) == ([KIM, LEE], 2, 2)
    assert state["is_conserved"]


def test_accounts_positions_and_orders_are_the_exchanges(plane: Plane) -> None:
    kim = plane.get(f"/accounts/{KIM}")
    account = plane.simulation.exchange.account(KIM)
    assert (kim["deposit"], kim["deposit_d2"]) == (account.deposit, account.deposit_d2)
    [position] = kim["positions"]
    assert (position["code"], position["quantity"], position["cost"]) == ("005930", 3, 210_000)
    assert [each["number"] for each in plane.get("/accounts")["accounts"]] == [KIM, LEE]
    [order] = plane.get(f"/accounts/{KIM}/orders")["orders"]
    assert (order["number"], order["filled_quantity"], order["remaining_quantity"]) == (2, 3, 2)


def test_instruments_are_listed_in_pages(plane: Plane) -> None:
    assert [each["code"] for each in plane.get("/instruments")["instruments"]] == ["000100", "005930"]
    assert [each["code"] for each in plane.get("/instruments", limit=1)["instruments"]] == ["000100"]
    assert [each["code"] for each in plane.get("/instruments", after="000100")["instruments"]] == ["005930"]
    shown = plane.get("/instruments/005930")
    assert (shown["quote"]["last_price"], shown["instrument"]["name"]) == (70_000, "삼성전자")
    assert shown["book"]["bids"][0] == {"price": 70_000, "quantity": 2}


def test_events_are_told_from_a_number_on(plane: Plane) -> None:
    told = plane.get("/events", limit=1000)
    assert [row["number"] for row in told["events"]] == list(range(1, told["last"] + 1))
    assert [row["kind"] for row in told["events"][-3:]] == ["Placed", "Placed", "Traded"]
    assert told["events"][-1]["event"]["price"] == 70_000
    plane.simulation.submit(Place(KIM, "000100", Side.BUY, 0, 10_000), at("10:01"))
    [refused] = plane.get("/events", after=told["last"])["events"]
    assert (refused["kind"], refused["number"]) == ("Refused", told["last"] + 1)
    assert refused["event"]["command"]["quantity"] == 0
    assert plane.get("/events", after=10**9)["events"] == []


@given(st.lists(st.integers(0, 7), max_size=20), st.integers(0, 60), st.integers(1, 20))
def test_a_tail_keeps_the_latest(counts: list[int], after: int, most: int) -> None:
    tail: Any = Tail(most=10)
    heard: list[int] = []
    for count in counts:
        events = list(range(len(heard) + 1, len(heard) + count + 1))
        tail.hear(events)
        heard += events
    kept = [(number, number) for number in heard[-10:] if number > after]
    assert tail.after(after, most) == kept[:most]
    assert tail.last == len(heard)


@pytest.mark.parametrize("path", ["/accounts/1", "/accounts/1/orders", "/instruments/999999"])
def test_what_is_not_there_is_a_problem(plane: Plane, path: str) -> None:
    check_problem(plane.ask("GET", path), 400, "BadInput")


# What no participant asks for -----------------------------------------------------------------------------


def test_money_comes_and_goes_and_is_counted(plane: Plane) -> None:
    before = plane.simulation.exchange.account(KIM)
    after = plane.post(f"/accounts/{KIM}/deposits", {"amount": 5_000_000})
    assert after["deposit"] == before.deposit + 5_000_000
    assert after["buying_power"] == plane.simulation.exchange.buying_power(KIM)
    after = plane.post(f"/accounts/{KIM}/withdrawals", {"amount": 1_000_000})
    assert after["deposit"] == before.deposit + 4_000_000
    assert plane.get("/state")["is_conserved"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/accounts/{LEE}/withdrawals", {"amount": 10**12}),
        ("/accounts/1/deposits", {"amount": 1}),
        (f"/accounts/{KIM}/deposits", {"amount": 0}),
        (f"/accounts/{KIM}/deposits", {"amount": -1}),
        (f"/accounts/{KIM}/deposits", {"amount": 1.5}),
        (f"/accounts/{KIM}/deposits", {"amount": 10**16}),
        (f"/accounts/{KIM}/deposits", {}),
        (f"/accounts/{KIM}/deposits", None),
        ("/instruments/999999/halt", None),
        ("/instruments/999999/interruption", None),
        ("/instruments/005930/resume", None),
        ("/markets/KOSPI/index", {"level": 0, "previous_close": 1}),
        ("/markets/KOSPI/index", {"level": "NaN", "previous_close": 1}),
        ("/markets/NYSE/index", {"level": 1, "previous_close": 1}),
    ],
)
def test_what_the_exchange_refuses_is_a_problem_and_changes_nothing(
    plane: Plane, path: str, body: object
) -> None:
    before = plane.get("/accounts")
    check_problem(plane.ask("POST", path, json=body), 400, "BadInput")
    assert plane.get("/accounts") == before


def test_an_instrument_is_halted_and_resumed(plane: Plane) -> None:
    assert plane.post("/instruments/005930/halt") == {"code": "005930", "state": "halted"}
    check_problem(plane.ask("POST", "/instruments/005930/halt"), 400, "BadInput")
    [refused] = plane.simulation.submit(Place(KIM, "005930", Side.BUY, 1, 69_000), at("10:00"))
    assert type(refused).__name__ == "Refused"
    assert plane.get("/instruments/005930")["state"] == "halted"
    assert plane.get("/instruments/000100")["state"] == "continuous"
    assert plane.post("/instruments/005930/resume")["state"] == "call"
    plane.post("/clock/step", {"seconds": 700})
    assert plane.get("/instruments/005930")["state"] == "continuous"


def test_an_interruption_is_a_call_of_two_minutes(plane: Plane) -> None:
    assert plane.post("/instruments/005930/interruption")["state"] == "call"
    check_problem(plane.ask("POST", "/instruments/005930/interruption"), 400, "BadInput")
    plane.post("/clock/step", {"seconds": 200})
    assert plane.get("/instruments/005930")["state"] == "continuous"
    kinds = [row["kind"] for row in plane.get("/events", limit=1000)["events"]]
    assert kinds.count("VolatilityInterrupted") == kinds.count("Resumed") == 1


def test_a_fall_of_an_index_that_lasts_a_minute_halts_its_market(plane: Plane) -> None:
    told = {"level": "2475.00", "previous_close": "2700.00"}
    assert plane.post("/markets/KOSPI/index", told) == {"market": "KOSPI", **told}
    assert plane.get("/instruments/005930")["state"] == "continuous"
    plane.post("/clock/step", {"seconds": 61})
    assert plane.get("/instruments/005930")["state"] == "halted"
    assert plane.get("/events", limit=1000)["events"][-1]["kind"] == "MarketHalted"


def test_a_day_can_begin_anew() -> None:
    plane = Plane(with_reset=True)
    plane.post("/faults", {"effect": "duplicate"}, status=201)
    assert plane.post("/reset") == {"day": "2026-05-06", "now": "2026-05-06T08:00:00+09:00"}
    assert plane.get("/events") == {"last": 0, "events": []}
    assert plane.get(f"/accounts/{KIM}")["positions"] == []
    assert plane.get("/faults") == {"faults": []}


def test_an_instrument_is_added_and_trades_at_once(plane: Plane) -> None:
    added = {
        "code": "900100",
        "name": "새종목",
        "market": "KOSDAQ",
        "base_price": 5_000,
        "listed_shares": 10**7,
    }
    shown = plane.post("/instruments", added, status=201)
    assert shown["instrument"]["name"] == "새종목"
    assert (shown["state"], shown["quote"]["last_price"]) == ("continuous", 5_000)
    plane.simulation.submit(Place(KIM, "900100", Side.BUY, 1, 5_010), at("10:01"))
    assert plane.get("/instruments/900100")["book"]["bids"][0]["price"] == 5_010
    assert plane.get("/state")["instruments"] == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "005930"}, "no_change"),
        ({"base_price": 5_001}, "off_tick"),
        ({"base_price": 0}, "base_price"),
        ({"code": "9001"}, "code"),
        ({"kind": "elw"}, "kind"),
    ],
)
def test_an_instrument_that_cannot_be_is_refused(plane: Plane, changed: dict[str, object], said: str) -> None:
    added = {"code": "900100", "name": "새종목", "base_price": 5_000} | changed
    assert said in check_problem(plane.ask("POST", "/instruments", json=added), 400, "BadInput")
    assert plane.get("/state")["instruments"] == 2


def test_who_cannot_begin_anew_has_no_such_route(plane: Plane) -> None:
    check_problem(plane.ask("POST", "/reset"), 404, "Http")


def test_openapi_names_every_route_and_every_effect(plane: Plane) -> None:
    document = plane.get("/openapi.json")
    assert {"/clock", "/clock/jump", "/faults", "/faults/{number}", "/state", "/events"} <= set(
        document["paths"]
    )
    assert document["components"]["schemas"]["Effect"]["enum"] == list(Effect)
    assert all(route.get("summary") for path in document["paths"].values() for route in path.values())


def test_the_page_about_the_control_plane_names_every_route_and_every_effect(plane: Plane) -> None:
    page = (Path(__file__).parents[2] / "docs" / "control.md").read_text("utf-8")
    paths = plane.get("/openapi.json")["paths"]
    assert [path for path in paths if f" {path}`" not in page and f"`{path}`" not in page] == []
    assert all(f"| `{effect}` |" in page for effect in Effect)


# Who gets in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:5010", None),
        ("localhost", None),
        ("[::1]:5010", None),
        ("LOCALHOST:1", "http://localhost:3000"),
        ("127.0.0.1:5010", "https://127.0.0.1:5010"),
    ],
)
def test_programs_of_this_computer_are_let_in(host: str, origin: str | None) -> None:
    assert is_local(host, origin)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", None),
        ("evil.example:5010", None),
        ("127.0.0.1.evil.example", None),
        ("localhost.evil.example", None),
        ("127.0.0.1:5010", "http://evil.example"),
        ("127.0.0.1:5010", "http://evil.example#127.0.0.1"),
        ("127.0.0.1@evil.example", None),
        ("127.0.0.1:5010", "null"),
        ("127.0.0.1:5010", ""),
        ("192.168.0.7:5010", None),
        ("0.0.0.0:5010", None),
        ("", None),
        (None, None),
        ("127.0.0.1:99999999", None),
        ("[", None),
    ],
)
def test_whoever_names_a_foreign_host_or_page_is_refused(host: str | None, origin: str | None) -> None:
    assert not is_local(host, origin)


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example:5010"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
@pytest.mark.parametrize("path", ["/clock", "/clock/pause", "/nowhere", "/openapi.json"])
def test_a_foreign_request_changes_nothing(plane: Plane, headers: dict[str, str], path: str) -> None:
    plane.clock.run()
    for method in ("GET", "POST", "OPTIONS"):
        check_problem(plane.ask(method, path, headers=headers), 403, "Foreign")
    assert plane.clock.is_running


def test_a_long_body_is_not_read(plane: Plane) -> None:
    check_problem(plane.ask("POST", "/faults", content=b" " * (LONGEST_BODY + 1)), 413, "TooLong")
    check_problem(plane.ask("POST", "/faults", headers={"Content-Length": "1" * 5000}), 413, "TooLong")
    check_problem(plane.ask("POST", "/faults", headers={"Content-Length": "-1"}), 413, "TooLong")

    async def forever() -> Any:
        yield b"{"

    check_problem(plane.ask("POST", "/faults", content=forever()), 413, "TooLong")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/clock/", 404), ("POST", "/clock", 405), ("PUT", "/faults", 405)],
)
def test_what_is_no_route_is_a_problem(plane: Plane, method: str, path: str, status: int) -> None:
    check_problem(plane.ask(method, path), status, "Http")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"{}" * 2, b"[" * 60_000])
@pytest.mark.parametrize("path", ["/clock/pace", "/clock/step", "/clock/jump", "/faults"])
def test_a_body_that_cannot_be_read_is_a_problem(plane: Plane, path: str, content: bytes) -> None:
    response = plane.ask("POST", path, content=content, headers={"Content-Type": "application/json"})
    check_problem(response, 400, response.json()["reason"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/clock/pace", "/clock/step", "/clock/jump", "/faults"]),
    JSON
    | st.fixed_dictionaries({}, optional={"pace": JSON, "seconds": JSON, "at": JSON})
    | st.fixed_dictionaries(
        {"effect": st.sampled_from([*Effect]) | JSON},
        optional=dict.fromkeys(("when", "only", "direction", "seconds", "code", "text", "status"), JSON),
    ),
)
def test_no_body_breaks_the_control_plane(plane: Plane, path: str, body: object) -> None:
    before = plane.simulation.exchange.account(KIM)
    response = plane.ask("POST", path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert response.status_code in (200, 201, 400), response.text
    if response.status_code == 400:
        check_problem(response, 400, response.json()["reason"])
    assert plane.simulation.exchange.account(KIM) == before
    plane.faults.clear()


# On a socket ----------------------------------------------------------------------------------------------


def over_sockets(test: Callable[[httpx.AsyncClient, Plane], Awaitable[None]]) -> None:
    async def opened() -> None:
        plane = Plane()
        async with (
            serve(plane.app, listen("127.0.0.1", 0)) as url,
            httpx.AsyncClient(base_url=url) as client,
        ):
            await test(client, plane)

    asyncio.run(opened())


def test_it_is_served_on_a_port_of_its_own() -> None:
    async def test(client: httpx.AsyncClient, plane: Plane) -> None:
        assert (await client.post("/clock/step", json={"seconds": 1})).status_code == 200
        assert plane.clock.now() == at("10:00") + timedelta(seconds=1)
        foreign = await client.get("/clock", headers={"Host": "evil.example"})
        assert foreign.status_code == 403

    over_sockets(test)


def test_many_events_are_kept_and_no_more() -> None:
    assert Tail()._events.maxlen == MOST_EVENTS
