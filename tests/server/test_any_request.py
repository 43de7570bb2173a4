"""Whatever is asked of a route that OpenAPI describes, the bridge answers in its one shape and never breaks.

Requests are made from the description itself: right ones, and ones that are wrong in every way that comes to
mind. Orders are among them: the exchange behind must have every won and share afterwards.
"""

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoga.day import ACCOUNT

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

CODES = ["005930", "A005930", "247540", "Q500001", "999999", "A", "", "00593", "005930 ", "한글", "\x00", "%"]
DAYS = ["2025-11-14", "2025-01-02", "0001-01-01", "9999-12-31", "20251114", "20251113", "2025-13-01", "x", ""]
NUMBERS = ["0", "1", "10", "-1", "9" * 30, "1e3", "1.5", "true", "", "nan"]
WORDS = ["day", "minute", "week", "year", "kospi", "1d", "9z", "5001234501", "A", "Q", "buy", "limit"]

anything = st.one_of(
    st.sampled_from(CODES),
    st.sampled_from(DAYS),
    st.sampled_from(NUMBERS),
    st.sampled_from(WORDS),
    st.text(max_size=20),
)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    anything,
    st.sampled_from(
        ["buy", "sell", "limit", "market", "stop_limit", "mid_price", "ioc", "fok", "NXT", "SOR"]
    ),
    st.sampled_from([1, 70_000, 10**12, -5, 10**30]),
    st.lists(st.integers(), max_size=3),
)


PRICES = [price for start in (70_000, 100_000, 130_000) for price in range(start, start + 5_000, 500)]

RIGHT: dict[str, list[Any]] = {
    "code": ["005930", "A247540", "Q500001"],
    "acc": [ACCOUNT],
    "front": ["A"],
    "amount": [1, 3],
    "quantity": [1, 3],
    "price": PRICES,
    "n": [1, 30],
    "k": [1, 10],
    "count": [1, 300],
    "from": ["2025-11-03", "2024-01-02"],
    "to": ["2025-11-14"],
    "date_from": ["20251103"],
    "date_to": ["20251114"],
    "interval": ["day", "week", "month", "year", "minute"],
    "q": ["삼성", "005"],
    "order_id": [f"20251114-{number:06d}" for number in (1, 2, 3)],
    "Idempotency-Key": [f"k{number}" for number in range(40)],
}
"""What makes sense, by the name of an argument, a field or a header."""


def right(name: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that an argument or a field may have."""
    known = RIGHT.get(name) or [*schema.get("examples", ()), *schema.get("enum", ())]
    return st.sampled_from(known) if known else st.just(schema.get("default", 1))


def mostly(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One in eight is rare."""
    return st.integers(0, 7).flatmap(lambda number: rare if number == 7 else usual)


def likely(name: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Such values, and at times any other."""
    return mostly(right(name, schema), values)


def bodies(route: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Bodies for a route: of its fields, and of anything."""
    content = route.get("requestBody", {}).get("content", {}).get("application/json", {})
    fields = content.get("schema", {}).get("properties", {})
    needed = set(content.get("schema", {}).get("required", ()))
    usual = {name: likely(name, field) for name, field in fields.items() if name in needed | {"price"}}
    some = {name: likely(name, field) for name, field in fields.items() if name not in usual}
    made = st.fixed_dictionaries(usual, optional=some)
    plain = st.fixed_dictionaries({name: right(name, fields[name]) for name in usual})
    written = mostly(st.one_of(plain, made), values).map(lambda body: json.dumps(body).encode())
    return mostly(written, st.binary(max_size=30))


class Paths(dict[str, Any]):
    """The paths of a description. Hypothesis prints what a strategy is made from, and they are long."""

    def __repr__(self) -> str:
        return "paths"


@st.composite
def requests(draw: st.DrawFn, paths: Paths) -> tuple[str, str, list[tuple[str, str]], dict[str, str], bytes]:
    any_path = st.sampled_from(sorted(paths))
    path = draw(mostly(any_path, st.just("/v1/orders")) if "/v1/orders" in paths else any_path)
    method = draw(st.sampled_from(sorted(paths[path])))
    route = paths[path][method]
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    for each in route.get("parameters", ()):
        if each["in"] == "path":
            some = anything.filter(lambda text: text not in ("", ".", ".."))
            text = str(draw(mostly(right(each["name"], {}), some)))
            path = path.replace(f"{{{each['name']}}}", quote(text, safe=""))
        elif each["in"] == "header":
            wrong = st.sampled_from(["two words", "x" * 200, ""])
            headers[each["name"]] = draw(mostly(right(each["name"], {}), wrong))
        elif each.get("required") or draw(st.booleans()):
            value = mostly(right(each["name"], each["schema"]), anything)
            query += [(each["name"], str(draw(value))) for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]
    return method.upper(), path, query, headers, draw(bodies(route))


def test_no_request_breaks_the_bridge(day: "BridgeDay") -> None:
    paths = Paths(day.app.openapi()["paths"])
    asked: set[str] = set()
    statuses: Counter[int] = Counter()

    def ask(request: tuple[str, str, list[tuple[str, str]], dict[str, str], bytes]) -> None:
        method, path, query, headers, body = request
        if path == "/v1/orders":
            day.desk.resume()  # or the first halt would be the answer to all orders

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=day.app)  # what breaks inside is raised here
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
                given = {"Authorization": f"Bearer {day.token}", **headers}
                return await client.request(method, path, params=tuple(query), headers=given, content=body)

        response = asyncio.run(send())
        asked.add(path)
        statuses[response.status_code] += 1
        if path == "/v1/health":
            assert response.status_code in (200, 503)
            return
        assert response.status_code < 500, response.text
        if response.status_code >= 400:
            assert response.headers["Content-Type"] == "application/problem+json"
            problem = response.json()
            assert problem["status"] == response.status_code
            assert problem["reason"]
            assert problem["korean"]
        if "json" in response.headers["Content-Type"]:
            json.loads(response.content)

    def ask_often(some: Paths, count: int) -> None:
        often = settings(
            max_examples=count, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        often(given(requests(some))(ask))()

    ask_often(paths, 1_000)
    for path in sorted(paths.keys() - asked):  # what is drawn how often depends on the whole program
        ask_often(Paths({path: paths[path]}), 5)
    assert {path for path in paths if "{" not in path} <= asked
    assert {200, 201, 400, 422} <= set(statuses), statuses
    assert day.exchange.conservation().is_conserved
    day.run(day.desk.reconcile())
    assert day.desk.differences == frozenset()
