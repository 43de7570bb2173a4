"""Whatever goes wrong, a client reads the same shape, in two languages, and no secret."""

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from hoga.domain.errors import (
    BadInput,
    BrokerError,
    HogaError,
    InvalidOrder,
    JournalError,
    LoginExpired,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unanswered,
    UnknownOrder,
    Unreachable,
    WireError,
)
from hoga.server.routes import create

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

PROBLEM = ["type", "title", "status", "detail", "reason", "korean", "english"]
HANGUL = re.compile("[가-힣]")

EVERY_ROUTE = [
    "/connection",
    "/accountinfo",
    "/stockaccountinfo",
    "/chart",
    "/marketeye",
    "/hogainfo",
    "/buy",
    "/sell",
]
RESEARCH = ["/stockfeatures", "/short", "/tradematrix"]


def check_problem(response: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    """The answer is problem details as RFC 9457 has them, in both languages, and names its prices."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Hoga-Prices"] == "made"
    body: dict[str, Any] = response.json()
    assert list(body) == PROBLEM
    assert (body["type"], body["title"]) == ("about:blank", HTTPStatus(status).phrase)
    assert (body["status"], body["reason"]) == (status, reason)
    assert body["detail"] == f"{body['korean']} / {body['english']}"
    assert HANGUL.search(body["korean"])
    assert body["english"]
    assert not HANGUL.search(body["english"])
    return body


@pytest.mark.parametrize(
    ("path", "method", "arguments", "status", "reason"),
    [
        ("/chart", "GET", {}, 400, "BadInput"),
        ("/chart", "GET", {"code": "A005930"}, 400, "BadInput"),
        ("/chart", "GET", {"code": "A005930", "n": "x"}, 400, "BadInput"),
        ("/marketeye", "GET", {}, 400, "BadInput"),
        ("/marketeye", "GET", {"code": "A999999"}, 400, "BadInput"),
        ("/hogainfo", "GET", {"code": "A005930", "k": 11}, 400, "BadInput"),
        ("/hogainfo", "GET", {"code": "A005930", "k": 0}, 400, "BadInput"),
        ("/buy", "POST", {}, 401, "Unauthorized"),
        ("/sell", "GET", {}, 401, "Unauthorized"),
        ("/", "POST", {}, 405, "Http"),
        ("/connection/", "GET", {}, 404, "Http"),
        ("/stockfeatures", "GET", {"code": "A005930"}, 400, "BadInput"),
        ("/accountinfo", "DELETE", {}, 405, "Http"),
        ("/buy", "PUT", {}, 405, "Http"),
    ],
)
def test_a_wrong_request_is_answered_with_a_problem(
    still_day: "BridgeDay", path: str, method: str, arguments: dict[str, Any], status: int, reason: str
) -> None:
    check_problem(still_day.ask(path, method, **arguments), status, reason)


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/buy", "GET, POST"), ("/v1/orders", "GET, POST"), ("/accountinfo", "GET"), ("/v1/halt", "POST")],
)
def test_a_wrong_method_is_told_all_that_there_are(still_day: "BridgeDay", path: str, methods: str) -> None:
    assert still_day.ask(path, "DELETE").headers["Allow"] == methods


def test_an_order_for_an_issue_under_a_letter_that_it_does_not_have_is_not_sent(day: "BridgeDay") -> None:
    body = check_problem(day.order("/buy", front="Q"), 400, "BadInput")
    assert body["english"].startswith("Q005930: no such instrument")
    assert not day.desk.orders


def test_a_wrong_order_is_answered_with_a_problem(still_day: "BridgeDay") -> None:
    for wrong in ({"front": "B"}, {"amount": 0}, {"price": "x"}, {"acc": "1"}, {"code": "999999"}):
        check_problem(still_day.order("/buy", **wrong), 400, "BadInput")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput, 400),
        (InvalidOrder, 400),
        (UnknownOrder, 404),
        (RateLimited, 429),
        (Unanswered, 502),
        (BrokerError, 502),
        (Rejected, 502),
        (LoginExpired, 502),
        (Unreachable, 502),
        (OutcomeUnknown, 502),
        (WireError, 502),
        (JournalError, 503),
        (HogaError, 500),
    ],
)
@pytest.mark.parametrize("path", ["/connection", "/accountinfo", "/stockaccountinfo"])
def test_each_of_our_errors_has_its_status_and_keeps_its_sentences(
    still_day: "BridgeDay",
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    error: type[HogaError],
    status: int,
) -> None:
    monkeypatch.setattr(still_day.broker, "deafness", error("고치십시오", "mend it"))
    body = check_problem(still_day.ask(path), status, error.__name__)
    assert (body["korean"], body["english"]) == ("고치십시오", "mend it")


@pytest.mark.parametrize("path", EVERY_ROUTE)
def test_an_error_that_nobody_foresaw_tells_nothing_of_itself(
    still_day: "BridgeDay", monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(still_day.broker, "deafness", RuntimeError("appkey=PSsecret"))
    arguments: dict[str, Any] = {"code": "A005930"} | ({"n": 1} if path == "/chart" else {})
    response = still_day.order(path) if path in ("/buy", "/sell") else still_day.ask(path, **arguments)
    body = check_problem(response, 500, "Unforeseen")
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "RuntimeError" not in response.text
    assert "다시 보내지 말고" in body["korean"]
    assert "do not send it again" in body["english"]


def test_an_adapter_that_breaks_in_the_middle_of_an_order_leaves_it_in_doubt(day: "BridgeDay") -> None:
    day.broker.script = ["break"]
    response = day.order("/buy")
    check_problem(response, 500, "Unforeseen")
    assert "secret" not in response.text
    (order,) = day.desk.orders
    assert order.is_unconfirmed
    assert len(day.records()) == 1


def test_a_halted_desk_is_a_problem_too(day: "BridgeDay") -> None:
    day.journal.room = 0
    check_problem(day.order("/buy"), 503, "JournalError")


def test_the_methods_of_a_route_are_told(still_day: "BridgeDay") -> None:
    assert still_day.ask("/accountinfo", "POST").headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("arguments", "korean", "english"),
    [
        ({"k": 0}, "1 이상", "at least 1"),
        ({"k": 11}, "10 이하", "at most 10"),
        ({"k": "x"}, "정수", "a whole number"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_allowed(
    still_day: "BridgeDay", arguments: dict[str, Any], korean: str, english: str
) -> None:
    body = still_day.ask("/hogainfo", code="A005930", **arguments).json()
    assert "인자 k" in body["korean"]
    assert korean in body["korean"]
    assert "argument k" in body["english"]
    assert english in body["english"]


@pytest.mark.parametrize(
    ("path", "arguments", "korean", "english"),
    [
        ("/bars/005930", {"from": "yesterday"}, "YYYY-MM-DD", "YYYY-MM-DD"),
        ("/bars/005930", {"interval": "hour"}, "만 쓸 수 있습니다", "must be 'minute', 'day'"),
        ("/short-sale/ranking", {"market": "nasdaq"}, "만 쓸 수 있습니다", "must be 'all', 'kospi'"),
        ("/orders", {"open": "perhaps"}, "true 또는 false", "true or false"),
        ("/short-sale/ranking", {"market": "nasdaq"}, "'kospi200', 'krx100', 'kosdaq150'", "or 'kosdaq150'"),
        ("/instruments", {"q": ""}, "1글자 이상", "at least 1 characters"),
        ("/instruments", {"q": "x" * 41}, "40글자까지", "at most 40 characters"),
        ("/quotes", {"code": ["005930"] * 501}, "500개까지", "at most 500."),
        (
            "/keys",
            {},
            "헤더 Idempotency-Key 이(가) 없습니다. Idempotency-Key: ... 헤더를",
            "Send Idempotency-Key: ...",
        ),
    ],
)
def test_a_wrong_argument_of_v1_is_named_with_what_is_allowed(
    still_day: "BridgeDay", path: str, arguments: dict[str, Any], korean: str, english: str
) -> None:
    headers = {"Authorization": f"Bearer {still_day.token}"}
    body = still_day.ask(f"/v1{path}", "GET", headers, **cast(Any, arguments)).json()
    assert korean in body["korean"]
    assert english in body["english"]


def test_the_letters_that_a_code_may_have_are_told(still_day: "BridgeDay") -> None:
    body = still_day.order("/buy", front="B").json()
    assert "front" in body["english"]
    assert "'A' or 'Q'" in body["english"]


def test_no_answer_holds_the_token(still_day: "BridgeDay", token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for path in (*EVERY_ROUTE, "/openapi.json", "/nothing"):
        assert token not in still_day.ask(path, "GET", headers, code="A005930", n=1).text


# What every answer has


def test_every_answer_says_where_its_prices_come_from(day: "BridgeDay") -> None:
    answers = [day.ask(path, code="A005930", n=1) for path in EVERY_ROUTE]
    answers += [day.order("/buy"), day.order("/sell"), day.ask("/openapi.json"), day.ask("/nothing")]
    assert {answer.status_code for answer in answers} == {200, 401, 404}
    assert [answer.headers.get_list("X-Hoga-Prices") for answer in answers] == [["made"]] * len(answers)


def test_recorded_prices_are_called_so(day: "BridgeDay") -> None:
    day.hoga.prices = "recorded"
    day.app = create(day.hoga, day.access, day.answers)
    for path in ("/accountinfo", "/nothing", "/buy", "/openapi.json"):
        assert day.ask(path).headers["X-Hoga-Prices"] == "recorded"


def test_every_good_answer_is_json(still_day: "BridgeDay") -> None:
    for path in EVERY_ROUTE[:6]:
        response = still_day.ask(path, code="A005930", n=1)
        assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")


# What the bridge tells about itself


def test_the_description_of_the_routes_is_served_by_the_bridge_alone(still_day: "BridgeDay") -> None:
    response = still_day.ask("/openapi.json")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    described = response.json()
    original = {path: methods for path, methods in described["paths"].items() if path[:4] != "/v1/"}
    assert {path: sorted(methods) for path, methods in original.items()} == {
        path: ["get", "post"] if path in ("/buy", "/sell") else ["get"] for path in (*EVERY_ROUTE, *RESEARCH)
    }
    ids = [method["operationId"] for methods in described["paths"].values() for method in methods.values()]
    assert len(ids) == len(set(ids)) >= 13 + 20
    assert "http" not in json.dumps(described["paths"])


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect"])
def test_pages_that_would_load_scripts_from_elsewhere_are_off(still_day: "BridgeDay", path: str) -> None:
    response = still_day.ask(path)
    check_problem(response, 404, "Http")
    assert "<script" not in response.text
