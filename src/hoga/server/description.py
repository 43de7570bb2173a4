"""The description of the bridge for programs (OpenAPI): what the routes take, and all that they answer."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from hoga.server import arguments, seed_fields, v1_fields
from hoga.server.fields import TEXT as _TEXT
from hoga.server.fields import Schema, choice, record, reference, said, sample

JSON, PROBLEM = "application/json", "application/problem+json"

_SENTENCE = {**_TEXT, "examples": ["없는 종목코드입니다."]}
_PROBLEM = {
    "type": {**_TEXT, "examples": ["about:blank"]},
    "title": {**_TEXT, "examples": ["Bad Request"]},
    "status": {"type": "integer", "description": "HTTP", "examples": [400]},
    "detail": said(
        {**_TEXT, "examples": ["없는 종목코드입니다. / no such instrument."]}, "두 언어로 / in both"
    ),
    "reason": said({**_TEXT, "examples": ["BadInput"]}, "docs/reasons.md"),
    "korean": said(_SENTENCE, "무엇이 잘못되었고 어떻게 할지 / the same in Korean"),
    "english": said({**_TEXT, "examples": ["no such instrument."]}, "what is wrong, and what to do"),
}

_WHY: dict[int, str] = {
    400: "인자나 본문이 잘못됨, 아무 일도 하지 않음 / an argument is missing or wrong; nothing was done",
    401: "토큰이 없거나 틀림 / a token is missing, or wrong",
    403: "권한이 모자라거나 Host, Origin 이 다름 / the scope is too narrow, or Host or Origin are foreign",
    404: "그런 주문이 없거나 증권사가 보관하지 않음 / no such order, or the broker does not keep that",
    409: "다른 계좌(X-Hoga-Account)이거나 다른 주문에 쓴 키 / another account is meant, or a key was used",
    413: "요청이 너무 김 / the request is too long",
    422: "거부됨, 이유와 주문 / refused, with the reason and the order",
    429: "요청이 너무 잦음 / too many requests",
    500: "호가 안의 오류, 주문은 나갔을 수 있음 / Hoga broke; an order may have been sent",
    502: "증권사에서 읽을 수 없음, 주문은 보내지 않음 / the broker cannot be read; no order was sent",
    503: "기록할 수 없음, 주문은 보내지 않음 / the journal cannot be written; no order was sent",
}
"""What a problem means, by its status."""

_UNKNOWN = (
    "202: 도착했는지 아직 모름, 다시 보내지 말 것 / nobody knows yet whether it arrived; never send it again"
)
_REFUSABLE = (
    "POST /v1/orders",
    "POST /v1/orders/{order_id}/cancel",
    "POST /v1/orders/{order_id}/replace",
)
_HEALTH, _METRICS = "/v1/health", "/v1/metrics"
_AT_THE_DESK = (
    "GET /v1/orders",
    "GET /v1/orders/{order_id}",
    "GET /v1/fills",
    "GET /v1/trading",
    "GET /v1/calendar",
    "GET /v1/instruments",
    "GET /v1/instruments/{code}",
    "GET /v1/strategies",
    "GET /v1/keys",
    "GET /v1/plans",
    "GET /v1/plans/{number}",
    "GET /v1/about",
)
"""What is answered without asking the broker."""
_OF_ANY_ACCOUNT = ("/v1/strategies", "/v1/plans")
_CHANGING = ("/buy", "/sell")


def whole(description: dict[str, Any]) -> dict[str, Any]:
    """What the framework describes of the arguments, with the answers of every route."""
    parts: dict[str, Schema] = {
        **description["components"]["schemas"],
        **v1_fields.PARTS,
        "Problem": record(_PROBLEM, "오류 / problem details (RFC 9457)"),
        "Refusal": record(
            {**_PROBLEM, "order": reference("Order")}, "거부된 주문 / an order that was refused"
        ),
    }
    for unused in ("HTTPValidationError", "ValidationError"):  # the framework's own errors: ours are others
        parts.pop(unused, None)
    description["components"] = {
        "schemas": parts,
        "headers": {
            "Prices": {
                "description": "가격의 출처 / where the prices come from",
                "required": True,
                "schema": choice(("made", "recorded", "live")),
            }
        },
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "hoga tokens"}},
    }
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            _complete(f"{method.upper()} {path}", path, route, parts)
    return description


def _complete(name: str, path: str, route: dict[str, Any], parts: dict[str, Schema]) -> None:
    route.setdefault("summary", "")
    if path in seed_fields.SUMMARIES:
        route.update(summary=seed_fields.SUMMARIES[path], tags=["대신 브리지 / the original routes"])
    arguments.describe(path, route.get("parameters", ()))
    answers = route["responses"]
    good = "201" if "201" in answers else "200"
    schema = seed_fields.ANSWERS.get(path) or v1_fields.ANSWERS.get(name)
    if schema is not None:
        shown = answers[good]["content"][JSON].get("example", {})
        content = {"schema": schema, "example": sample(schema, parts, shown)}
        answers[good] = {"description": "OK", "content": {JSON: content}}
    if good == "201":
        answers["202"] = {"description": _UNKNOWN, "content": {JSON: {"schema": schema}}}
    if path == _HEALTH:
        answers["503"] = {
            "description": "안전하지 않음 / it is not safe",
            "content": {
                JSON: {**answers[good]["content"][JSON], "example": {"is_safe": False, "reasons": ["halted"]}}
            },
        }
    answers.pop("422", None)  # which the framework says, and the bridge does not
    for status in sorted(_problems(name, path)):
        part = "Refusal" if status == HTTPStatus.UNPROCESSABLE_ENTITY else "Problem"
        answers[str(status)] = {
            "description": _WHY[status],
            "content": {PROBLEM: {"schema": reference(part)}},
        }
    for answer in answers.values():
        answer["headers"] = {"X-Hoga-Prices": {"$ref": "#/components/headers/Prices"}}
    route["security"] = _security(path)


def _problems(name: str, path: str) -> Iterator[int]:
    """The statuses of what may go wrong at a route."""
    is_changing = name.startswith("POST ") or path in _CHANGING
    yield from (400, 401, 403, 413, 429, 500)
    if path == _HEALTH:
        return
    yield 503
    if path == _METRICS:
        return
    if path.startswith("/v1/") and not path.startswith(_OF_ANY_ACCOUNT):
        yield 409
    if name not in _AT_THE_DESK:
        yield 502
        if not is_changing:
            yield 404
    if "{order_id}" in path:
        yield 404
    if name in _REFUSABLE:
        yield 422


def _security(path: str) -> list[dict[str, list[str]]]:
    """Whether a token is needed: never, always, or where other computers can reach the bridge."""
    if path == _HEALTH:
        return [{}]
    is_always = path.startswith("/v1/") or path in _CHANGING
    return [{"token": []}] if is_always else [{}, {"token": []}]
