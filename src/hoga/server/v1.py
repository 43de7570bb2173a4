"""/v1: what a program may look at. English names, flat rows, won, shares, ISO instants; null is unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from hoga import rows, typed_json
from hoga.application import EARLIEST, Hoga
from hoga.domain.bar import Bar, Interval, longer_bars
from hoga.domain.errors import BadInput
from hoga.domain.instrument import find_instruments
from hoga.domain.quote import OrderBook, Quote
from hoga.domain.ranking import LAST_DAY, SPANS, RankFilter, Section, ShortSaleRank
from hoga.krx.calendar import get_hours, is_trading_day, trading_days
from hoga.server.asked import known_code, means, period
from hoga.server.guard import needs
from hoga.server.shelf import Shelf
from hoga.storage.bridge_tokens import Scope
from hoga.titles import titled

MOST_CODES = 500
MOST_FOUND = 100
MOST_BARS = 10_000
MOST_MINUTE_DAYS = 20
MONTH, YEAR = timedelta(days=31), timedelta(days=366)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RANKED = "공매도 상위종목"
RANK_TITLES = titled(each.name for each in fields(ShortSaleRank))

Answer = Callable[[object], Response]
Least = Annotated[int | None, Query(ge=0, le=10**12)]


def encode(body: object) -> bytes:
    """JSON with decimals as numbers."""
    return typed_json.encode(body, has_decimal_numbers=True)


def shown(example: Any) -> dict[int | str, dict[str, Any]]:
    """How a good answer looks, for the description of a route."""
    return {200: {"description": "OK", "content": {"application/json": {"example": example}}}}


def reading(hoga: Hoga, shelf: Shelf, answer: Answer, headers: Mapping[str, str]) -> APIRouter:
    """The routes that change nothing; `headers` go with every answer."""
    conditions = [Depends(needs(Scope.READ)), Depends(means(hoga))]
    router = APIRouter(prefix="/v1", dependencies=conditions, tags=["조회 / reading"])
    _add_account(router, hoga, answer)
    _add_prices(router, hoga, shelf, answer)
    _add_research(router, hoga, answer, headers)
    return router


def _add_account(router: APIRouter, hoga: Hoga, answer: Answer) -> None:
    @router.get(
        "/account",
        summary="예수금과 평가 / cash and value",
        responses=shown({"account": {"deposit_d2": 10_000_000, "buying_power": 9_900_000}, "positions": []}),
    )
    async def account() -> Response:
        found = await hoga.broker.account()
        held = [rows.position_row(each) for each in found.positions]
        return answer({"account": rows.account_row(found), "positions": held})

    @router.get(
        "/positions",
        summary="보유 종목 / what the account holds",
        responses=shown({"positions": [{"code": "005930", "quantity": 10, "cost": 700_000}]}),
    )
    async def positions() -> Response:
        found = (await hoga.broker.account()).positions
        return answer({"positions": [rows.position_row(each) for each in found]})

    @router.get(
        "/orders",
        summary="오늘의 주문 / the orders of the day",
        description=(
            "다른 곳에서 낸 주문도. apart: SOR 주문의 일부인지 모를 번호. "
            "Those placed elsewhere too; `open` leaves out what is over. `apart` are numbers that may be "
            "parts of orders by SOR."
        ),
        responses=shown({"orders": [{"order_id": "20261120-1", "code": "005930", "status": "open"}]}),
    )
    async def orders(open: bool = False) -> Response:
        found = [order for order in hoga.desk.orders if not (open and order.is_done)]
        names = hoga.instruments
        apart = [rows.apart_row(each.order_id, each.row, names) for each in hoga.desk.apart]
        return answer({"orders": [rows.order_row(order, names) for order in found], "apart": apart})

    @router.get(
        "/orders/{order_id}",
        summary="주문 하나 / one order",
        responses=shown({"order": {"order_id": "20261120-1", "code": "005930", "status": "filled"}}),
    )
    async def order(order_id: str) -> Response:
        return answer({"order": rows.order_row(hoga.desk.get_order(order_id), hoga.instruments)})

    @router.get(
        "/fills",
        summary="오늘의 체결 / the executions of the day",
        responses=shown({"fills": [{"order_id": "20261120-1", "quantity": 10, "price": 70_000}]}),
    )
    async def fills() -> Response:
        return answer({"fills": [rows.fill_row(each, hoga.instruments) for each in hoga.desk.fills]})

    @router.get(
        "/trading",
        summary="매매 스위치 / where the switch of the account stands",
        responses=shown({"trading": {"state": "active", "by": None, "why": None, "at": None}}),
    )
    async def trading() -> Response:
        return answer({"trading": trading_row(hoga)})


def quotes_body(quotes: Sequence[Quote], names: rows.Names) -> rows.Row:
    """/v1/quotes."""
    return {"quotes": [rows.quote_row(each, names) for each in quotes]}


def book_body(book: OrderBook) -> rows.Row:
    """/v1/books."""
    return {"book": rows.book_row(book)}


def trading_row(hoga: Hoga) -> rows.Row:
    """What may be sent, and who said so."""
    seen = hoga.desk.trading
    return {
        "state": hoga.desk.trading_state,
        "by": None if seen is None else seen.by,
        "why": None if seen is None else seen.why or None,
        "at": None if seen is None else seen.at,
    }


def _add_prices(router: APIRouter, hoga: Hoga, shelf: Shelf, answer: Answer) -> None:
    @router.get(
        "/quotes",
        summary="현재가 / prices of the moment",
        description="code 를 되풀이해 여러 종목을. Repeat `code` for many issues.",
        responses=shown({"quotes": [{"code": "005930", "last_price": 70_000, "ask": 70_100, "bid": 70_000}]}),
    )
    async def quotes(code: Annotated[list[str], Query(min_length=1, max_length=MOST_CODES)]) -> Response:
        codes = [known_code(hoga, each) for each in code]
        if len(codes) == 1:
            found = {codes[0]: await shelf.quote(codes[0])}
        else:
            found = await hoga.market.quotes(codes)
        return answer(quotes_body([found[each] for each in codes], hoga.instruments))

    @router.get(
        "/books/{code}",
        summary="호가 10단계 / ten levels a side",
        responses=shown({"book": {"code": "005930", "asks": [{"price": 70_100, "quantity": 12}]}}),
    )
    async def book(code: str) -> Response:
        return answer(book_body(await shelf.book(known_code(hoga, code))))

    @router.get(
        "/bars/{code}",
        summary="분봉, 일봉, 주봉, 월봉, 년봉 / bars",
        description=f"오래된 것부터. Oldest first; minutes of {MOST_MINUTE_DAYS} days at most.",
        responses=shown({"bars": [{"code": "005930", "date": "2026-11-20", "close": 70_000}]}),
    )
    async def bars(
        code: str,
        interval: Literal["minute", "day", "week", "month", "year"] = "day",
        first: Annotated[date | None, Query(alias="from", description="YYYY-MM-DD")] = None,
        last: Annotated[date | None, Query(alias="to", description="YYYY-MM-DD")] = None,
        count: Annotated[
            int | None, Query(ge=1, le=MOST_BARS, description="최신부터 몇 개 / the newest so many")
        ] = None,
        adjusted: Annotated[bool, Query(description="수정주가 / for splits and rights")] = True,
    ) -> Response:
        known = known_code(hoga, code)
        if interval == "minute":
            since, until = period(hoga, first, last, timedelta())
            if len(trading_days(since, until)) > MOST_MINUTE_DAYS:
                raise BadInput(
                    f"분봉은 한 번에 {MOST_MINUTE_DAYS}거래일까지 조회할 수 있습니다.",
                    f"minute bars are told of {MOST_MINUTE_DAYS} trading days at most.",
                )
            found = await hoga.research.minute_bars(known, since, until)
        elif not adjusted:
            since, until = period(hoga, first, last, MONTH if interval == "day" else YEAR)
            found = await hoga.research.bars(known, since, until, Interval(interval), is_adjusted=False)
        elif interval == "day" and first is None and count is not None:
            found = await hoga.last_daily_bars(known, period(hoga, None, last, MONTH)[1], count)
        else:
            since, until = period(hoga, first, last, MONTH if interval == "day" else YEAR)
            chosen = Interval(interval)
            daily = await hoga.market.daily_bars(known, max(EARLIEST, chosen.start(since)), until)
            found = longer_bars(daily, chosen)
        return answer({"bars": [_bar_row(bar) for bar in _newest(found, count)]})

    @router.get(
        "/instruments",
        summary="종목 찾기 / search by Korean or English name, or by code",
        description="q 없이는 모든 종목. Without `q` everything that is listed.",
        responses=shown({"instruments": [{"code": "005930", "name": "삼성전자", "market": "KOSPI"}]}),
    )
    async def instruments(
        q: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 20,
    ) -> Response:
        listed = hoga.instruments.values()
        found = list(listed) if q is None else find_instruments(listed, q)[:limit]
        return answer({"instruments": [rows.instrument_row(each) for each in found]})

    @router.get(
        "/instruments/{code}",
        summary="종목 하나 / one issue",
        responses=shown({"instrument": {"code": "005930", "name": "삼성전자", "market": "KOSPI"}}),
    )
    async def instrument(code: str) -> Response:
        return answer({"instrument": rows.instrument_row(hoga.instruments[known_code(hoga, code)])})

    @router.get(
        "/calendar",
        summary="거래일과 장 시간 / trading days and hours",
        responses=shown({"days": [{"date": "2026-11-20", "open": "2026-11-20T09:00:00+09:00"}]}),
    )
    async def calendar(
        first: Annotated[date | None, Query(alias="from", description="YYYY-MM-DD")] = None,
        last: Annotated[date | None, Query(alias="to", description="YYYY-MM-DD")] = None,
    ) -> Response:
        since = hoga.day if first is None else first
        is_trading_day(since)  # no year without a calendar is counted in
        until = since + MONTH if last is None else last
        if not timedelta() <= until - since <= YEAR:
            raise BadInput(
                "from 은 to 보다 늦지 않아야 하고, 1년까지 조회할 수 있습니다.",
                "from must not be after to, and a year at most is told.",
            )
        days = [(day, get_hours(day)) for day in trading_days(since, until)]
        return answer(
            {"days": [{"date": day, "open": hours.open, "close": hours.close} for day, hours in days]}
        )


def _add_research(router: APIRouter, hoga: Hoga, answer: Answer, headers: Mapping[str, str]) -> None:
    @router.get(
        "/flows/{code}",
        summary="투자자별 매매동향 / who bought and sold",
        description="오래된 것부터, 순매수 수량과 금액. Oldest first, net shares and won.",
        responses=shown({"flows": [{"code": "005930", "date": "2026-11-19", "individual": -1200}]}),
    )
    async def flows(
        code: str,
        first: Annotated[date | None, Query(alias="from", description="YYYY-MM-DD")] = None,
        last: Annotated[date | None, Query(alias="to", description="YYYY-MM-DD")] = None,
    ) -> Response:
        found = await hoga.research.investors(known_code(hoga, code), *period(hoga, first, last, MONTH))
        return answer({"flows": [rows.flow_row(each) for each in found]})

    @router.get(
        "/features/{code}",
        summary="종목 특성 / one issue at a glance",
        description="parts 는 같은 것을 나누어, 더 자세히. `parts` has the same in its parts, and more.",
        responses=shown({"features": {"code": "005930", "per": 12.3, "market": "KOSPI"}}),
    )
    async def features(code: str) -> Response:
        found = await hoga.research.features(known_code(hoga, code))
        return answer({"features": rows.features_row(found, hoga.instruments), "parts": found})

    async def ranked(
        market: Section, span: str, prices: tuple[int | None, int | None], least_volume: int | None
    ) -> Sequence[ShortSaleRank]:
        if span not in SPANS:
            raise BadInput(
                f"span={span}: {', '.join(SPANS)} 가운데 하나를 쓰십시오.",
                f"span={span}: write one of {', '.join(SPANS)}.",
            )
        least, most = prices
        chosen = RankFilter(section=market, least_price=least, most_price=most, least_volume=least_volume)
        return await hoga.research.short_sale_ranking(chosen, span)

    @router.get(
        "/short-sale/ranking",
        summary="공매도 상위종목 / what was sold short most, by value",
        responses=shown({"ranking": [{"rank": 1, "code": "005930", "short_value": 12_000_000_000}]}),
    )
    async def ranking(
        market: Section = Section.ALL,
        span: str = LAST_DAY,
        min_price: Least = None,
        max_price: Least = None,
        min_volume: Least = None,
    ) -> Response:
        found = await ranked(market, span, (min_price, max_price), min_volume)
        return answer({"ranking": [rows.short_rank_row(each) for each in found]})

    @router.get(
        "/short-sale/ranking.xlsx",
        summary="공매도 상위종목, 엑셀 / the same as a workbook",
        responses={200: {"description": "OK", "content": {XLSX: {}}}},
        response_class=Response,
    )
    async def ranking_workbook(
        market: Section = Section.ALL,
        span: str = LAST_DAY,
        min_price: Least = None,
        max_price: Least = None,
        min_volume: Least = None,
    ) -> Response:
        from hoga.storage.workbook import workbook_bytes

        found = await ranked(market, span, (min_price, max_price), min_volume)
        query = {
            "조회": RANKED,
            "시장": market,
            "기간": span,
            "최저가": min_price,
            "최고가": max_price,
            "최소 거래량": min_volume,
        }
        table = [rows.short_rank_row(each) for each in found]
        content = workbook_bytes(RANKED, RANK_TITLES, table, query)
        saved = {"Content-Disposition": 'attachment; filename="ranking.xlsx"'}
        return Response(content, media_type=XLSX, headers={**headers, **saved})

    @router.get(
        "/short-sale/{code}",
        summary="공매도 일별추이 / what was sold short day by day",
        responses=shown({"short_sales": [{"code": "005930", "date": "2026-11-19", "short_quantity": 25}]}),
    )
    async def short_sales(
        code: str,
        first: Annotated[date | None, Query(alias="from", description="YYYY-MM-DD")] = None,
        last: Annotated[date | None, Query(alias="to", description="YYYY-MM-DD")] = None,
    ) -> Response:
        found = await hoga.research.short_sales(known_code(hoga, code), *period(hoga, first, last, MONTH))
        return answer({"short_sales": [rows.short_sale_row(each) for each in found]})


def _newest(bars: Sequence[Bar], count: int | None) -> Sequence[Bar]:
    return bars if count is None else bars[-count:]


def _bar_row(bar: Bar) -> rows.Row:
    return {**rows.bar_row(bar), "at": bar.at}
