"""What OpenAPI tells of the answers. That they are so, all tests of the bridge look at (`described.hold`)."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.server.described import hold, validator_of

from hoga.server import seed_fields, v1_fields
from hoga.server.manual import page

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay


def routes(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", route)
        for path, methods in description["paths"].items()
        for method, route in methods.items()
    ]


def objects(schema: Any) -> list[dict[str, Any]]:
    """All that has fields, however deep."""
    if isinstance(schema, list):
        return [found for each in schema for found in objects(each)]
    if not isinstance(schema, dict):
        return []
    inner = [found for each in schema.values() for found in objects(each)]
    return [schema, *inner] if "properties" in schema and "required" in schema else inner


def test_every_route_is_described_and_no_other(still_day: "BridgeDay") -> None:
    paths = still_day.app.openapi()["paths"]
    assert {path for path in paths if not path.startswith("/v1/")} == set(seed_fields.ANSWERS)
    assert set(seed_fields.SUMMARIES) == set(seed_fields.ANSWERS)
    others = {"GET /v1/metrics", "GET /v1/short-sale/ranking.xlsx"}
    described = {name for name, _ in routes(still_day.app.openapi()) if " /v1/" in name}
    assert set(v1_fields.ANSWERS) == described - others
    for name, route in routes(still_day.app.openapi()):
        good = [status for status in route["responses"] if status.startswith("2")]
        for status in good:
            content = route["responses"][status]["content"]
            assert all(told["schema"] for kind, told in content.items() if "json" in kind), name
        assert route["summary"], name
        for status in ("401", "403", "413", "429", "500"):
            content = route["responses"][status]["content"]
            assert content == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }


def test_every_argument_says_what_it_is_in_both_languages(still_day: "BridgeDay") -> None:
    description = still_day.app.openapi()
    for name, route in routes(description):
        for each in route.get("parameters", ()):
            korean = any("가" <= letter <= "힣" for letter in each.get("description", ""))
            assert korean or each["description"] == "YYYY-MM-DD", (name, each["name"])
            if "example" in each:
                errors = list(validator_of(each["schema"], description).iter_errors(each["example"]))
                assert not errors, (name, each["name"])
    chart = description["paths"]["/chart"]["get"]["parameters"][0]
    assert (chart["name"], chart["example"]) == ("code", "A005930")
    assert "A005930" in page(description)
    health = description["paths"]["/v1/health"]["get"]["responses"]
    assert health["503"]["content"]["application/json"]["example"]["is_safe"] is False


def test_every_example_is_what_the_route_answers_field_by_field(still_day: "BridgeDay") -> None:
    description = still_day.app.openapi()
    shown = 0
    for name, route in routes(description):
        for answer in route["responses"].values():
            for told in answer["content"].values():
                if "example" in told:
                    errors = list(validator_of(told["schema"], description).iter_errors(told["example"]))
                    assert not errors, name
                    shown += 1
    assert (
        shown == len(v1_fields.ANSWERS) + len(seed_fields.ANSWERS) + 3
    )  # /buy and /sell twice, 503 of health


def test_every_number_has_a_unit_or_says_what_it_is(still_day: "BridgeDay") -> None:
    description = still_day.app.openapi()
    answers = [
        answer["content"] for _, route in routes(description) for answer in route["responses"].values()
    ]
    for each in objects([answers, list(description["components"]["schemas"].values())]):
        for key, field in each["properties"].items():
            kinds = field.get("type")
            if {"integer", "number"} & set(kinds if isinstance(kinds, list) else [kinds]):
                assert field.get("description") or key in ("status", "Server_Status"), key


def test_every_part_is_used_and_every_reference_leads_somewhere(still_day: "BridgeDay") -> None:
    description = still_day.app.openapi()

    def references(value: Any) -> set[str]:
        if isinstance(value, list):
            return {found for each in value for found in references(each)}
        if not isinstance(value, dict):
            return set()
        own = {value["$ref"].rpartition("/")[2]} if isinstance(value.get("$ref"), str) else set()
        return own | {found for each in value.values() for found in references(each)}

    assert references(description) == {*description["components"]["schemas"], "Prices"}


CONNECTED = {"broker": "KIS", "res": "x", "status": 200}


def answer(status: int = 200, header: str = "X-Hoga-Prices", **content: Any) -> httpx.Response:
    request = httpx.Request("GET", "http://127.0.0.1:5000/connection")
    return httpx.Response(status, headers={header: "made"}, request=request, **content)


@pytest.mark.parametrize(
    "otherwise",
    [
        answer(json={"broker": "KIS", "res": "x"}),
        answer(json={**CONNECTED, "status": "200"}),
        answer(json={**CONNECTED, "broker": None}),
        answer(json={**CONNECTED, "more": 1}),
        answer(status=201, json=CONNECTED),
        answer(header="X-Other", json=CONNECTED),
        answer(text="no"),
    ],
)
def test_an_answer_that_is_otherwise_is_found(still_day: "BridgeDay", otherwise: httpx.Response) -> None:
    hold(answer(json=CONNECTED), still_day.app.openapi)
    with pytest.raises(AssertionError):
        hold(otherwise, still_day.app.openapi)


def test_who_needs_a_token_is_said(still_day: "BridgeDay") -> None:
    needed = {name: route["security"] for name, route in routes(still_day.app.openapi())}
    assert needed["GET /v1/health"] == [{}]
    assert needed["GET /hogainfo"] == [{}, {"token": []}]
    for name in ("GET /buy", "POST /sell", "GET /v1/account", "GET /v1/metrics", "POST /v1/halt"):
        assert needed[name] == [{"token": []}]
