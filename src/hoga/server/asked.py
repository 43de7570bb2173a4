"""What callers name in a request: instruments and days."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from fastapi import Request
from starlette.datastructures import Headers

from hoga.application import EARLIEST, Hoga
from hoga.domain.errors import BadInput
from hoga.krx.codes import parse_code
from hoga.server.errors import OtherAccount

ACCOUNT_HEADER = "X-Hoga-Account"
"""In which a client may say which account it means: its number, a stroke, and the session of a simulated
market. Whoever goes on with a bridge that has come to serve another one is refused."""


def require_account(hoga: Hoga, headers: Headers) -> None:
    """Raises `OtherAccount` when the caller means another account."""
    meant = headers.get(ACCOUNT_HEADER)
    if meant is not None and meant != f"{hoga.account_number}/{hoga.session}":
        raise OtherAccount(
            "이 브리지는 지금 다른 계좌나 다른 모의시장을 다룹니다. 다시 연결하십시오.",
            "this bridge serves another account now, or another simulated market. Connect again.",
        )


def means(hoga: Hoga) -> Callable[[Request], Awaitable[None]]:
    """What a route depends on when it is about the account that the caller means."""

    async def check(request: Request) -> None:
        require_account(hoga, request.headers)

    return check


def known_code(hoga: Hoga, text: str) -> str:
    """The six-character code of `text` ("A005930"). Raises `BadInput` when no such instrument is listed."""
    code = parse_code(text)
    if code not in hoga.instruments:
        raise no_such_issue(text)
    return code


def no_such_issue(text: str) -> BadInput:
    """The error for the code of something that is not listed."""
    return BadInput(
        f"{text}: 없는 종목코드입니다. 오늘 상장된 종목코드를 쓰십시오.",
        f"{text}: no such instrument. Use the code of one that is listed today.",
    )


def require_once(request: Request) -> None:
    """Raise `BadInput` when an argument stands twice in the query: nobody chooses which of two is ordered."""
    names = [name for name, _ in request.query_params.multi_items()]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput(
            f"인자 {twice} 이(가) 두 번 있습니다. 한 번만 쓰십시오.",
            f"the argument {twice} stands twice. Write it once.",
        )


def parse_day(name: str, text: str) -> date:
    """A day as the original wrote it. Raises `BadInput`."""
    try:
        if len(text) != 8:  # strptime takes 2020111 for the first of November
            raise ValueError
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  (a date, not an instant)
    except ValueError:
        raise BadInput(
            f"{name}={text}: 날짜는 YYYYMMDD 로 쓰십시오. 예: 20201127",
            f"{name}={text}: write a date as YYYYMMDD, for example 20201127",
        ) from None


def period(hoga: Hoga, first: date | None, last: date | None, usual: timedelta) -> tuple[date, date]:
    """The days that were asked for, up to the running one. Raises `BadInput` when there are none."""
    until = hoga.day if last is None else min(last, hoga.day)
    since = EARLIEST if first is None else max(EARLIEST, first)
    if first is None and until >= EARLIEST:
        since = max(EARLIEST, until - usual)
    if since > until:
        raise BadInput(
            f"from {since} 이(가) to {until} 보다 늦습니다. {EARLIEST} 부터 {hoga.day} 까지에서 고르십시오.",
            f"from {since} is after to {until}. Choose days from {EARLIEST} to {hoga.day}.",
        )
    return since, until
