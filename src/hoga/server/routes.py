"""The routes of the bridge: those of the original Daishin bridge, with its arguments and field names.

Reading is open to this computer while nobody else can reach the bridge. Orders need a token in the
`Authorization` header, whatever the method: the original took them from any page that a browser had open.
"""

from calendar import monthrange
from collections.abc import Awaitable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query, Request, Response, WebSocket
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from hoga import __version__
from hoga.application import EARLIEST, Hoga
from hoga.domain.errors import BadInput, JournalError
from hoga.domain.request import OrderRequest, Side
from hoga.krx.calendar import add_trading_days
from hoga.krx.fees import tax_rate
from hoga.server import errors, seed
from hoga.server.access import Access, Caller
from hoga.server.asked import known_code, no_such_issue, parse_day, require_once
from hoga.server.description import whole
from hoga.server.feed import Feed
from hoga.server.guard import ORDER_HEADER, Guard, Prompt, caller_of, needs, require, source_of
from hoga.server.health import hindrances
from hoga.server.manual import POLICY, front, page
from hoga.server.metrics import Metrics
from hoga.server.plan_desk import PlanDesk
from hoga.server.quick import DEEPEST_BOOK, USUAL_DEPTH, Quick
from hoga.server.seed_features import PSYCHOLOGY_DAYS, features_row
from hoga.server.stream import streaming
from hoga.server.v1 import encode, reading, shown
from hoga.server.v1_orders import trading
from hoga.server.v1_plans import plans
from hoga.server.v1_remote import for_remotes
from hoga.server.v1_strategies import strategies
from hoga.storage.answers import Answers
from hoga.storage.bridge_tokens import Scope

PRICES_HEADER = "X-Hoga-Prices"
"""Names where the prices of an answer come from: made, recorded or live."""

SHORT_DAYS = 60
"""Trading days that /short tells."""

MONTH_DAYS = 28
"""Trading days before the running one of which every broker tells investors."""

MOST = 10**12
"""More shares or won than an order can have: what is above is a slip of the client."""

Front = Literal["A", "Q"]
Whole = Annotated[int, Query(ge=1, le=MOST)]


class _Bridge(FastAPI):
    """The routes, with a guard before all that the framework does."""

    guard: Guard

    def prompt(self, connection: Connection) -> Prompt | None:
        """What is ready for a GET that arrives, without this being called."""
        return self.guard.prompt(connection)

    def routed(self, connection: Connection, receive: Receive, send: Send) -> Awaitable[None]:
        """For whom the guard lets in."""
        return super().__call__(connection, receive, send)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        await self.guard(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The routes for programs, with what they answer."""
        if self.openapi_schema is None:
            self.openapi_schema = whole(super().openapi())
        return self.openapi_schema


def create(hoga: Hoga, access: Access, answers: Answers, plan_desk: PlanDesk | None = None) -> FastAPI:
    """The ASGI application of the bridge for one account; `access` says who may do what.

    `answers` are those that were given to keys of clients. Without a `plan_desk` there are no plans.
    """
    # Its own /openapi.json lacks our header, and with it go its /docs, which load scripts from the internet.
    app = _Bridge(title="Hoga", version=__version__, openapi_url=None, redirect_slashes=False)
    headers = {PRICES_HEADER: hoga.prices}
    errors.install(app, headers)
    feed = Feed(hoga)
    metrics = Metrics(hoga, feed)
    app.state.feed = feed

    def answer(body: object, **more: str) -> Response:
        return Response(encode(body), media_type="application/json", headers={**headers, **more})

    def may_read(caller: Caller, route: str) -> bool:
        return caller.may(Scope.READ) or (access.is_private and not route.startswith("/v1/"))

    quick = Quick(hoga, feed.shelf, answer, may_read)
    app.guard = Guard(app.routed, access, headers, metrics.answered, quick.find)

    async def reads(request: Request) -> None:
        if not access.is_private:
            require(caller_of(request), Scope.READ)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return answer(app.openapi())

    def shown_page(text: str) -> Response:
        guarded = {**headers, "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
        return Response(text, media_type="text/html; charset=utf-8", headers=guarded)

    @app.get("/", include_in_schema=False)
    async def root() -> Response:
        return shown_page(front())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return shown_page(page(app.openapi()))

    @app.get(
        "/v1/health",
        tags=["조회 / reading"],
        summary="매매해도 되는지 / whether it is safe to trade",
        description="토큰 없이. 503 이면 이유가 있습니다. Without a token; 503 with reasons if not.",
        responses=shown({"is_safe": True, "reasons": []}),
    )
    async def health() -> Response:
        reasons = hindrances(hoga)
        response = answer({"is_safe": not reasons, "reasons": reasons})
        response.status_code = 503 if reasons else 200
        return response

    @app.get(
        "/v1/metrics",
        tags=["조회 / reading"],
        summary="프로메테우스 지표 / numbers for Prometheus",
        responses={200: {"description": "OK", "content": {"text/plain": {}}}},
        response_class=Response,
        dependencies=[Depends(needs(Scope.READ))],
    )
    async def numbers() -> Response:
        return Response(await metrics.text(), media_type=CONTENT_TYPE_LATEST, headers=headers)

    @app.get("/connection", dependencies=[Depends(reads)])
    async def connection() -> Response:
        await hoga.broker.account()
        return answer({"broker": hoga.broker.name, "res": "연결되었습니다.", "status": 200})

    @app.get("/accountinfo", dependencies=[Depends(reads)])
    async def accountinfo() -> Response:
        return answer(seed.account_row(await hoga.broker.account(), hoga.account_holder))

    @app.get("/stockaccountinfo", dependencies=[Depends(reads)])
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

    @app.get("/chart", dependencies=[Depends(reads)])
    async def chart(
        code: str,
        n: Annotated[int | None, Query(ge=1, le=10_000)] = None,
        date_from: str | None = None,
        date_to: str | None = None,
    ) -> Response:
        known = known_code(hoga, code)
        last = min(parse_day("date_to", date_to), hoga.day) if date_to else hoga.day
        if last < EARLIEST:
            raise BadInput(
                f"date_to={date_to}: 일봉은 {EARLIEST} 부터 있습니다.",
                f"date_to={date_to}: there are daily bars from {EARLIEST} on.",
            )
        if date_from is not None:
            first = parse_day("date_from", date_from)
            if first > last:
                raise BadInput(
                    f"date_from={date_from} 이(가) 마지막 날 {last} 보다 늦습니다. 더 이른 날을 쓰십시오.",
                    f"date_from={date_from} is after the last day, {last}. Give an earlier date_from.",
                )
            bars = await hoga.market.daily_bars(known, max(EARLIEST, first), last)
        elif n is not None:
            bars = await hoga.last_daily_bars(known, last, n)
        else:
            raise BadInput(
                "n 또는 date_from 이 필요합니다. 예: /chart?code=A005930&n=20",
                "give n or date_from, for example /chart?code=A005930&n=20",
            )
        return answer(seed.chart_rows(bars if n is None else bars[-n:]))

    @app.get("/marketeye", dependencies=[Depends(reads)])
    async def marketeye(code: Annotated[list[str], Query()]) -> Response:
        codes = [known_code(hoga, each) for each in code]
        quotes = await hoga.market.quotes(codes)
        return answer([seed.quote_row(quotes[each], hoga.instruments.get(each)) for each in codes])

    @app.get("/hogainfo", dependencies=[Depends(reads)])
    async def hogainfo(code: str, k: Annotated[int, Query(ge=1, le=DEEPEST_BOOK)] = USUAL_DEPTH) -> Response:
        return answer(seed.book_rows(await feed.shelf.book(known_code(hoga, code)), k))

    @app.get("/stockfeatures", dependencies=[Depends(reads)])
    async def stockfeatures(code: str) -> Response:
        known = known_code(hoga, code)
        bars = await hoga.last_daily_bars(known, hoga.day, PSYCHOLOGY_DAYS + 1)
        features = None
        try:
            features = await hoga.research.features(known)
            valuation = features.valuation
        except BadInput:  # not offered, as on paper: what the price tells is known all the same
            valuation = await hoga.research.valuation(known)
        return answer(features_row(hoga.instruments[known], valuation, features, bars))

    @app.get("/short", dependencies=[Depends(reads)])
    async def short(code: str) -> Response:
        known, first = known_code(hoga, code), add_trading_days(hoga.day, 1 - SHORT_DAYS)
        try:
            return answer(seed.short_rows(await hoga.research.short_sales(known, first, hoga.day)))
        except BadInput:  # not offered, as on paper
            bars = await hoga.last_daily_bars(known, hoga.day, SHORT_DAYS + 1)
            return answer(seed.unknown_short_rows(bars))

    @app.get("/tradematrix", dependencies=[Depends(reads)])
    async def tradematrix(code: str) -> Response:
        known, first = known_code(hoga, code), half_a_year_before(hoga.day)
        try:
            flows = await hoga.research.investors(known, first, hoga.day)
        except BadInput:  # where they were never told in full: a month and three groups, null for the rest
            month = add_trading_days(hoga.day, -MONTH_DAYS)
            flows = await hoga.research.investors(known, month, hoga.day)
        bars = await hoga.market.daily_bars(known, first, hoga.day)
        return answer(seed.matrix_rows(flows, {bar.at.date(): bar.close for bar in bars}))

    async def order(
        asked: Request, side: Side, acc: str, front: str, code: str, amount: int, price: int
    ) -> Response:
        require_once(asked)
        if acc.replace("-", "") not in (hoga.account_number, hoga.account_number[:-2]):
            raise BadInput(
                "계좌번호(acc)가 이 브리지의 계좌가 아닙니다. 시작할 때 보여 준 계좌번호를 쓰십시오.",
                "acc is not the account of this bridge. Use the account number shown at the start.",
            )
        known = known_code(hoga, front + code)
        if seed.code_of(hoga.instruments[known], known) != front + code:
            raise no_such_issue(front + code)
        request = OrderRequest(code=known, side=side, quantity=amount, price=price)
        try:
            placed = await hoga.desk.place(request, source_of(caller_of(asked)))
        except JournalError:
            # Once it is written down it may have been sent, and must not be taken for one that was not.
            written = next((each for each in hoga.desk.orders if each.request is request), None)
            if written is None:
                raise
            placed = written
        return answer(seed.order_row(placed), **{ORDER_HEADER: placed.order_id})

    # GET and POST are routes of their own: each needs an id of its own in /openapi.json.

    @app.get("/buy", dependencies=[Depends(needs(Scope.TRADE))])
    @app.post("/buy", dependencies=[Depends(needs(Scope.TRADE))])
    async def buy(asked: Request, acc: str, front: Front, code: str, amount: Whole, price: Whole) -> Response:
        return await order(asked, Side.BUY, acc, front, code, amount, price)

    @app.get("/sell", dependencies=[Depends(needs(Scope.TRADE))])
    @app.post("/sell", dependencies=[Depends(needs(Scope.TRADE))])
    async def sell(
        asked: Request, acc: str, front: Front, code: str, amount: Whole, price: Whole
    ) -> Response:
        return await order(asked, Side.SELL, acc, front, code, amount, price)

    app.include_router(reading(hoga, feed.shelf, answer, headers))
    app.include_router(for_remotes(hoga, answer))
    app.include_router(strategies(hoga, answer))
    app.include_router(plans(plan_desk, answer))
    app.include_router(trading(hoga, answers, answer, headers))
    app.include_router(streaming(hoga, feed, access, headers))

    @app.websocket("/{path:path}")
    async def nowhere(socket: WebSocket) -> None:
        await errors.refuse_socket(headers, socket.scope, socket.receive, socket.send)

    return app


def half_a_year_before(day: date) -> date:
    """The same day six months before, or the last one of that month."""
    month = (day.month - 7) % 12 + 1
    year = day.year - (day.month <= 6)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
