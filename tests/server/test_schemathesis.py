"""Schemathesis asks all that OpenAPI describes, rightly and wrongly, and holds every answer against it.

It runs in process and without a deadline, and asks the same every time of the same program. That orders, too,
leave every won and share where they belong is looked at by `test_any_request`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.brokers.kis.made_day import CODE, Made
from tests.server.described import closed, hold
from tests.server.test_any_request import RIGHT
from tests.server.test_research import bridging

from hoga.server.access import Access
from hoga.server.routes import create
from hoga.storage.bridge_tokens import BridgeTokens, Scope

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

Operation = schemathesis.APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]

URL = "http://127.0.0.1:5000"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 7, GenerationMode.NEGATIVE: 3}
"""How many requests are made of each route; four times as many for orders."""

DONE = {200, 201, 202}

USUAL: dict[str, list[Any]] = {
    **RIGHT,
    "type": ["limit"],
    "time_in_force": ["day"],
    "stop_price": [None],
    "venue": ["KRX"],
    "span": ["1d", "2w"],
    "min_price": [1_000],
    "max_price": [200_000],
    "min_volume": [1],
}
"""What means something, by the name of an argument, a field or a header."""

OF_A_REAL_BROKER = {
    "GET /stockfeatures",
    "GET /tradematrix",
    "GET /v1/flows/{code}",
    "GET /v1/features/{code}",
    "GET /v1/short-sale/ranking",
    "GET /v1/short-sale/ranking.xlsx",
    "GET /v1/short-sale/{code}",
    "GET /v1/valuations/{code}",
}
"""What the exchange by itself does not know."""

OF_A_PROFILE = {
    "GET /v1/plans",
    "POST /v1/plans",
    "GET /v1/plans/{number}",
    "POST /v1/plans/{number}/execute",
    "POST /v1/plans/{number}/pause",
    "POST /v1/plans/{number}/resume",
    "POST /v1/plans/{number}/stop",
}
"""What there is at a served account only."""

OF_A_DOUBT = {"POST /v1/orders/{order_id}/settle"}
"""What makes sense about an order without an answer only."""


@st.composite
def cases(draw: st.DrawFn, operation: Operation, mode: GenerationMode) -> Case:
    """What is asked of a route; every other time with values that mean something where their names stand."""
    case: Case = draw(operation.as_strategy(mode))
    if draw(st.booleans()):
        for some in (case.path_parameters, case.query, case.headers, case.body):
            fields = cast("MutableMapping[str, Any]", some if isinstance(some, MutableMapping) else {})
            for name in sorted(USUAL.keys() & set(fields)):
                fields[name] = draw(st.sampled_from(USUAL[name]))
    return case


def asked_of(operation: Operation) -> list[Case]:
    """The requests that are made of a route, the same every time."""
    found: list[Case] = []
    for mode, count in EXAMPLES.items():
        if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
            continue  # there is nothing to say wrongly

        @settings(
            max_examples=count * 4 if operation.path == "/v1/orders" else count,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases(operation, mode))
        def keep(case: Case) -> None:
            found.append(case)

        keep()
    return found


async def ask_everything(
    client: httpx.AsyncClient,
    description: dict[str, Any],
    prepare: Callable[[Case], Awaitable[None]],
    routes: set[str] | None = None,
) -> dict[str, set[int]]:
    """Ask whatever is described, or these `routes`, and hold the answers; gives the statuses by route.

    Nothing may be answered that is not described. `prepare` is done before each request.
    """
    statuses: dict[str, set[int]] = defaultdict(set)
    for found in schemathesis.openapi.from_dict(closed(description)).get_all_operations():
        assert isinstance(found, Ok), found
        name = f"{found.ok().method.upper()} {found.ok().path}"
        for case in asked_of(found.ok()) if routes is None or name in routes else ():
            await prepare(case)
            asked = requests.Request(**case.as_transport_kwargs(base_url=str(client.base_url))).prepare()
            asked.headers["Authorization"] = client.headers["Authorization"]
            response = await client.request(
                str(asked.method),
                str(asked.url),
                headers={name: str(value) for name, value in asked.headers.items()},
                content=cast("str | bytes | None", asked.body),
            )
            statuses[name].add(response.status_code)
            case.validate_response(response, checks=CHECKS)
    return statuses


@pytest.mark.parametrize("scope", [Scope.TRADE, Scope.ADMIN])
def test_every_answer_is_described_and_none_is_an_error_of_the_server(day: "BridgeDay", scope: Scope) -> None:
    tokens = BridgeTokens(day.folder)
    token = tokens.create("somebody", scope, day.clock.now())
    app = create(day.hoga, Access(day.token, day.clock.now, tokens=tokens), day.answers)
    lowest = day.exchange.limits(CODE).lower

    async def prepare(case: Case) -> None:
        day.desk.resume()  # or the first halt would be the answer to all orders
        body = case.body
        if isinstance(body, dict) and body.get("price") in RIGHT["price"]:
            body["price"] = lowest + 1_000
        path = case.path_parameters or {}
        if path.get("order_id") in RIGHT["order_id"]:  # one that is open
            headers = {"Authorization": f"Bearer {day.token}"}
            placed = await day.asking("/buy", "POST", headers, **day.wanted("/buy", price=lowest))
            path["order_id"] = placed.json()["order_id"]

    async def ask() -> dict[str, set[int]]:
        transport = httpx.ASGITransport(app=app)  # what breaks inside is raised here
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
            statuses = await ask_everything(client, app.openapi(), prepare)
            # What is drawn depends on the whole program, and a key comes twice by chance only.
            day.desk.resume()
            for quantity in (1, 2):
                order = {"code": CODE, "side": "buy", "quantity": quantity, "price": lowest}
                response = await client.post("/v1/orders", json=order, headers={"Idempotency-Key": "twice"})
                hold(response, app.openapi)
                statuses["POST /v1/orders"].add(response.status_code)
            assert response.status_code == 409
            return statuses

    statuses = asyncio.run(ask())
    never = OF_A_REAL_BROKER | OF_A_PROFILE | OF_A_DOUBT
    if scope is Scope.TRADE:
        never = never | {"POST /v1/resume"}
        assert statuses["POST /v1/resume"] == statuses["POST /v1/orders/{order_id}/settle"] == {403}
    assert {name for name, told in statuses.items() if not told & DONE} == never
    assert {201, 400, 409, 422} <= statuses["POST /v1/orders"]
    assert {200, 400} <= statuses["POST /v1/orders/{order_id}/replace"]


def test_every_answer_about_an_issue_is_described_where_the_broker_knows_it() -> None:
    async def prepare(case: Case) -> None:
        for fields in (case.path_parameters, case.query):
            if fields and fields.get("code") in USUAL["code"]:
                fields["code"] = CODE

    async def ask(made: Made, app: FastAPI) -> None:
        transport = httpx.ASGITransport(app=app)
        headers = {"Authorization": "Bearer token"}
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
            statuses = await ask_everything(client, app.openapi(), prepare, OF_A_REAL_BROKER)
        assert {name for name, told in statuses.items() if told & DONE} == OF_A_REAL_BROKER
        assert set().union(*statuses.values()) <= {200, 400}

    bridging(ask, "16:00")
