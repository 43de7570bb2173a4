"""The routes of the bridge: those of the original Daishin bridge, with its arguments and field names.

Reading is open to this computer (the server listens on 127.0.0.1). Orders need the bridge's token in the
`Authorization` header, whatever the method: the original took them from any page that a browser had open.
"""

import hmac
from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import Depends, FastAPI, Header, Query, Response

from hoga import __version__
from hoga.app import Hoga
from hoga.domain.errors import BadInput
from hoga.domain.request import OrderRequest, Side
from hoga.krx.codes import parse_code
from hoga.krx.fees import tax_rate
from hoga.server import errors, seed

PRICES_HEADER = "X-Hoga-Prices"
"""Names where the prices of an answer come from: made, recorded or live."""

DEEPEST_BOOK = 10


def create(hoga: Hoga, token: str) -> FastAPI:
    """The ASGI application of the bridge for one account; `token` is what orders must carry."""
    app = FastAPI(title="Hoga", version=__version__, docs_url=None, redoc_url=None)
    errors.install(app)

    def answer(body: object) -> Response:
        return Response(
            msgspec.json.encode(body), media_type="application/json", headers={PRICES_HEADER: hoga.prices}
        )

    @app.get("/connection")
    async def connection() -> Response:
        await hoga.broker.account()
        return answer({"broker": hoga.broker.name, "res": "연결되었습니다.", "status": 200})

    @app.get("/accountinfo")
    async def accountinfo() -> Response:
        return answer(seed.account_row(await hoga.broker.account(), hoga.account_holder))

    @app.get("/stockaccountinfo")
    async def stockaccountinfo() -> Response:
        account = await hoga.broker.account()
        rows = []
        for position in account.positions:
            instrument = hoga.instruments.get(position.code)
            break_even = None
            if instrument is not None:
                tax = tax_rate(instrument.market, instrument.kind, hoga.day)
                break_even = seed.break_even_price(position, hoga.commission.rate, tax)
            rows.append(seed.position_row(position, instrument, break_even))
        return answer(rows)

    @app.get("/chart")
    async def chart(
        code: str,
        n: Annotated[int | None, Query(ge=1, le=10_000)] = None,
        date_from: str | None = None,
        date_to: str | None = None,
    ) -> Response:
        known = _known(hoga, code)
        last = _day("date_to", date_to) if date_to else hoga.day
        if date_from is None and n is None:
            raise BadInput(
                "n 또는 date_from 이 필요합니다. 예: /chart?code=A005930&n=20",
                "give n or date_from, for example /chart?code=A005930&n=20",
            )
        bars = (
            await hoga.last_daily_bars(known, last, n)
            if date_from is None and n is not None
            else await hoga.market.daily_bars(known, _day("date_from", date_from or ""), last)
        )
        return answer(seed.chart_rows(bars if n is None else bars[-n:]))

    @app.get("/marketeye")
    async def marketeye(code: Annotated[list[str], Query()]) -> Response:
        codes = [_known(hoga, each) for each in code]
        quotes = await hoga.market.quotes(codes)
        return answer([seed.quote_row(quotes[each], hoga.instruments.get(each)) for each in codes])

    @app.get("/hogainfo")
    async def hogainfo(code: str, k: Annotated[int, Query(ge=1, le=DEEPEST_BOOK)] = 5) -> Response:
        return answer(seed.book_rows(await hoga.market.book(_known(hoga, code)), k))

    def authorized(authorization: Annotated[str | None, Header()] = None) -> None:
        given = (authorization or "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise errors.Unauthorized(
                "토큰이 필요합니다. Authorization: Bearer <토큰> 헤더를 보내십시오.",
                "orders need the bridge's token in the header Authorization: Bearer <token>",
            )

    async def order(side: Side, acc: str, front: str, code: str, amount: int, price: int) -> Response:
        if acc.replace("-", "") not in (hoga.account_number, hoga.account_number[:-2]):
            raise BadInput(
                "계좌번호(acc)가 이 브리지의 계좌가 아닙니다.", "acc is not the account of this bridge"
            )
        request = OrderRequest(code=_known(hoga, front + code), side=side, quantity=amount, price=price)
        return answer(seed.order_row(await hoga.desk.place(request, "bridge")))

    @app.api_route("/buy", methods=["GET", "POST"], dependencies=[Depends(authorized)])
    async def buy(acc: str, front: str, code: str, amount: int, price: int) -> Response:
        return await order(Side.BUY, acc, front, code, amount, price)

    @app.api_route("/sell", methods=["GET", "POST"], dependencies=[Depends(authorized)])
    async def sell(acc: str, front: str, code: str, amount: int, price: int) -> Response:
        return await order(Side.SELL, acc, front, code, amount, price)

    return app


def _known(hoga: Hoga, text: str) -> str:
    """The six-character code of `text` ("A005930"). Raises `BadInput` when no such instrument is listed."""
    code = parse_code(text)
    if code not in hoga.instruments:
        raise BadInput(f"{text}: 없는 종목코드입니다.", f"{text}: no such instrument")
    return code


def _day(name: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  (a date, not an instant)
    except ValueError:
        raise BadInput(
            f"{name}={text}: 날짜는 YYYYMMDD 로 쓰십시오. 예: 20201127",
            f"{name}={text}: write a date as YYYYMMDD, for example 20201127",
        ) from None
