"""One shape for every error of the bridge: problem details (RFC 9457), in Korean and English."""

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hoga.domain.errors import (
    BadInput,
    BrokerError,
    HogaError,
    InvalidOrder,
    JournalError,
    RateLimited,
)


def problem(status: int, reason: str, korean: str, english: str) -> Response:
    """An answer that says what is wrong; `reason` is a stable code for programs."""
    body = {
        "type": "about:blank",
        "title": english,
        "status": status,
        "detail": f"{korean} / {english}",
        "reason": reason,
        "korean": korean,
        "english": english,
    }
    return Response(msgspec.json.encode(body), status, media_type="application/problem+json")


class Unauthorized(HogaError):
    """The request lacks the token that it needs."""


def _status(error: HogaError) -> int:
    match error:
        case Unauthorized():
            return 401
        case BadInput() | InvalidOrder():
            return 400
        case RateLimited():
            return 429
        case BrokerError():
            return 502
        case JournalError():
            return 503
        case _:
            return 500


def install(app: FastAPI) -> None:
    """Give `app` the one shape for our own errors, for wrong arguments and for unknown paths."""

    @app.exception_handler(HogaError)
    async def ours(_: Request, error: Exception) -> Response:
        if not isinstance(error, HogaError):
            raise error
        return problem(_status(error), type(error).__name__, error.korean, error.english)

    @app.exception_handler(RequestValidationError)
    async def wrong_arguments(_: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        first = error.errors()[0]
        field = str(first["loc"][-1])
        return problem(
            400,
            "BadInput",
            f"인자 {field} 이(가) 없거나 잘못되었습니다.",
            f"argument {field}: {first['msg']}",
        )

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        texts = {404: "없는 주소입니다.", 405: "이 주소에서 쓸 수 없는 메서드입니다."}
        return problem(
            error.status_code,
            "Http",
            texts.get(error.status_code, "요청을 처리할 수 없습니다."),
            str(error.detail),
        )
