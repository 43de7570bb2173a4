"""One shape for every error of the bridge: problem details (RFC 9457), in Korean and English."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from hoga.domain.errors import (
    BadInput,
    BrokerError,
    HogaError,
    InvalidOrder,
    JournalError,
    NotKept,
    RateLimited,
    Unanswered,
    UnknownOrder,
    WireError,
)
from hoga.typed_json import encode

NOT_ALLOWED = 1008
"""With which a WebSocket is closed that may not be opened."""

HTTP_TEXTS = {
    404: (
        "없는 주소입니다. 주소는 /openapi.json 에 있습니다.",
        "no such route. The routes are in /openapi.json.",
    ),
    405: ("이 주소에서 쓸 수 없는 메서드입니다.", "this route does not take this method."),
}
"""What the web framework refuses by itself, said by us."""


class Unauthorized(HogaError):
    """The request lacks the token that it needs."""


class Forbidden(HogaError):
    """The token may not do this, or the request comes from where none may come."""


class KeyReused(HogaError):
    """The key was used for something else, or for something whose answer was lost on another day."""


class KeyWithdrawn(HogaError):
    """The key was withdrawn: no order of it is taken any more."""


class OtherAccount(HogaError):
    """The caller means another account, or another simulated market, than the one that is served."""


class TooLong(HogaError):
    """The body of the request is longer than any that there is a use for."""


class TooOften(HogaError):
    """The caller asks too often, or had too many wrong tokens. `wait` is how many seconds to stay away."""

    def __init__(self, korean: str, english: str, wait: int = 1) -> None:
        super().__init__(korean, english)
        self.wait = wait


def status_of(error: HogaError) -> int:
    """The HTTP status of an error of ours."""
    match error:
        case Unauthorized():
            return 401
        case Forbidden():
            return 403
        case KeyReused() | KeyWithdrawn() | OtherAccount():
            return 409
        case TooLong():
            return 413
        case TooOften():
            return 429
        case UnknownOrder() | NotKept():
            return 404
        case BadInput() | InvalidOrder():
            return 400
        case RateLimited() if not isinstance(error, Unanswered):
            return 429
        case BrokerError() | WireError():
            return 502
        case JournalError():
            return 503
        case _:
            return 500


def problem(status: int, reason: str, korean: str, english: str) -> dict[str, object]:
    """The one shape for whatever goes wrong."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": f"{korean} / {english}",
        "reason": reason,
        "korean": korean,
        "english": english,
    }


def problem_response(
    status: int, reason: str, korean: str, english: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The same as an answer."""
    return Response(
        encode(problem(status, reason, korean, english)),
        status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def problem_of(error: HogaError, headers: Mapping[str, str]) -> Response:
    """An error of ours as an answer."""
    more: dict[str, str] = {}
    if isinstance(error, Unauthorized):
        more["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooOften):
        more["Retry-After"] = str(error.wait)
    return problem_response(
        status_of(error), type(error).__name__, error.korean, error.english, {**headers, **more}
    )


async def refuse(
    error: HogaError, headers: Mapping[str, str], connection: Scope, receive: Receive, send: Send
) -> None:
    """Answer a request with an error of ours; the handshake of a WebSocket too, where the server can."""
    await _give(problem_of(error, headers), error.english, connection, receive, send)


async def refuse_socket(headers: Mapping[str, str], connection: Scope, receive: Receive, send: Send) -> None:
    """Answer the handshake of a WebSocket where there is none."""
    korean, english = HTTP_TEXTS[404]
    await _give(problem_response(404, "Http", korean, english, headers), english, connection, receive, send)


async def _give(answer: Response, english: str, connection: Scope, receive: Receive, send: Send) -> None:
    can_answer = "websocket.http.response" in connection.get("extensions", {})
    if connection["type"] == "websocket" and not can_answer:
        await send({"type": "websocket.close", "code": NOT_ALLOWED, "reason": english[:100]})
    else:
        await answer(connection, receive, send)


def install(app: FastAPI, headers: Mapping[str, str]) -> None:
    """Give `app` the one shape for whatever goes wrong; `headers` go with every such answer.

    An error that nobody foresaw is told without its text, which may hold anything; it is raised again for
    whoever runs the server.
    """

    def answered(
        status: int, reason: str, korean: str, english: str, more: Mapping[str, str] | None = None
    ) -> Response:
        return problem_response(status, reason, korean, english, {**headers, **(more or {})})

    @app.exception_handler(HogaError)
    async def ours(_: Request, error: Exception) -> Response:
        if not isinstance(error, HogaError):
            raise error
        return problem_of(error, headers)

    @app.exception_handler(RequestValidationError)
    async def wrong_arguments(_: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        return answered(400, "BadInput", *_wrong_argument(error.errors()[0]))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        usual = ("요청을 처리할 수 없습니다.", f"{error.detail}.")
        korean, english = HTTP_TEXTS.get(error.status_code, usual)
        more = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            more["Allow"] = ", ".join(_methods(app, request.scope))
        return answered(error.status_code, "Http", korean, english, more)

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: Exception) -> Response:  # nobody hears it; numbers and audit have it
        return answered(400, "BadInput", "요청이 중간에 끊겼습니다.", "the request broke off.")

    @app.exception_handler(Exception)
    async def unforeseen(_: Request, __: Exception) -> Response:
        return answered(
            500,
            "Unforeseen",
            "호가 안에서 오류가 났습니다. 주문은 나갔을 수 있으니 다시 보내지 말고 주문 내역을 확인하십시오.",
            "Hoga broke. An order may have been sent: do not send it again, look at the day's orders.",
        )


def _methods(app: FastAPI, connection: Scope) -> list[str]:
    """All methods that an address takes. The framework names those of the first route that it finds."""
    tried = ((method, {**connection, "method": method}) for method in ("GET", "POST"))
    return [
        method for method, asked in tried if any(each.matches(asked)[0] is Match.FULL for each in app.routes)
    ]


def _wrong_argument(first: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong with an argument in the query or path, or with a header, in Korean and English."""
    field, allowed, is_header = str(first["loc"][-1]), first.get("ctx", {}), first["loc"][0] == "header"
    ours, theirs = (
        (f"헤더 {field}", f"the header {field}") if is_header else (f"인자 {field}", f"the argument {field}")
    )
    unit, units = ("개", "") if first["type"].startswith("too_") else ("글자", " characters")
    match first["type"]:
        case "missing" if is_header:
            return (
                f"{ours} 이(가) 없습니다. {field}: ... 헤더를 보내십시오.",
                f"{theirs} is missing. Send {field}: ...",
            )
        case "missing":
            return (
                f"{ours} 이(가) 없습니다. 주소 뒤에 {field}=... 를 쓰십시오.",
                f"{theirs} is missing. Write {field}=... into the query.",
            )
        case "greater_than_equal":
            return (
                f"{ours}: {allowed['ge']} 이상이어야 합니다.",
                f"{theirs} must be at least {allowed['ge']}.",
            )
        case "less_than_equal":
            return f"{ours}: {allowed['le']} 이하여야 합니다.", f"{theirs} must be at most {allowed['le']}."
        case "literal_error" | "enum":
            words = allowed["expected"]
            return f"{ours}: {words.replace(' or ', ', ')} 만 쓸 수 있습니다.", f"{theirs} must be {words}."
        case "too_short" | "string_too_short":
            least = allowed["min_length"]
            return f"{ours}: {least}{unit} 이상이어야 합니다.", f"{theirs} must have at least {least}{units}."
        case "too_long" | "string_too_long":
            most = allowed["max_length"]
            return f"{ours}: {most}{unit}까지 쓸 수 있습니다.", f"{theirs} must have at most {most}{units}."
        case "string_pattern_mismatch":
            return (
                f"{ours}: 빈칸 없이 영문, 숫자, 기호로 쓰십시오.",
                f"{theirs} must be plain letters, digits and signs without blanks.",
            )
        case "bool_parsing":
            return f"{ours}: true 또는 false 로 쓰십시오.", f"{theirs} must be true or false."
        case kind if kind.startswith("date_"):
            return f"{ours}: 날짜는 YYYY-MM-DD 로 쓰십시오.", f"{theirs} must be a date, YYYY-MM-DD."
        case _:
            return f"{ours}: 정수로 쓰십시오.", f"{theirs} must be a whole number."
