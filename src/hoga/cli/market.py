"""`hoga quote`, `book`, `bars`: what the market of a profile shows."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.options import JsonOption, parse_day
from hoga.cli.profile import LiveOption, ProfileOption, with_connection
from hoga.cli.tables import show_rows
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.profiles import Connection
    from hoga.rows import Row

CodesArgument = Annotated[list[str], typer.Argument(metavar="CODE...", help="종목코드 / codes, like 005930.")]
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="종목코드 / code, like 005930.")]


def quote(
    codes: CodesArgument, profile: ProfileOption = "sim", live: LiveOption = False, json: JsonOption = False
) -> None:
    """현재가 / the price of the moment, of one or many."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.krx.codes import parse_code
        from hoga.rows import quote_row

        known = [parse_code(code) for code in codes]
        found = await connection.broker.quotes(known)
        return [quote_row(found[code], connection.instruments) for code in known]

    rows = with_connection(profile, live, json, work)
    headings = {
        "code": "종목 code",
        "name": "종목명 name",
        "last_price": "현재가 last",
        "change": "대비 change",
        "open": "시가 open",
        "high": "고가 high",
        "low": "저가 low",
        "volume": "거래량 volume",
        "bid": "매수 bid",
        "ask": "매도 ask",
    }
    show_rows("quotes", rows, headings, profile=profile, json=json)


def book(
    code: CodeArgument, profile: ProfileOption = "sim", live: LiveOption = False, json: JsonOption = False
) -> None:
    """호가 / ten levels of the order book."""

    async def work(connection: "Connection") -> "Row":
        from hoga.krx.codes import parse_code
        from hoga.rows import book_row

        return book_row(await connection.broker.book(parse_code(code)))

    found = with_connection(profile, live, json, work)
    if json:
        from hoga.cli.lines import print_json

        print_json({"profile": profile, **found})
        return
    asks = [{"side": "매도 ask", **level} for level in reversed(found["asks"])]
    bids = [{"side": "매수 bid", **level} for level in found["bids"]]
    headings = {"side": "구분 side", "price": "가격 price", "quantity": "잔량 size"}
    show_rows("levels", asks + bids, headings, profile=profile, json=False)


def bars(
    code: CodeArgument,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="첫날 (기본: 한 달 전) / first day.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="끝날 (기본: 오늘) / last day.")
    ] = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """일봉 / daily bars."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.krx.codes import parse_code
        from hoga.rows import bar_row

        end = connection.day if last is None else parse_day(last, "--to")
        begin = end - timedelta(days=30) if first is None else parse_day(first, "--from")
        if begin > end:
            raise BadInput(
                f"--from {begin} 이(가) --to {end} 보다 늦습니다.", f"--from {begin} is after --to {end}."
            )
        return [bar_row(bar) for bar in await connection.broker.daily_bars(parse_code(code), begin, end)]

    rows = with_connection(profile, live, json, work)
    headings = {
        "date": "날짜 date",
        "open": "시가 open",
        "high": "고가 high",
        "low": "저가 low",
        "close": "종가 close",
        "volume": "거래량 volume",
        "value": "거래대금 value",
    }
    show_rows("bars", rows, headings, profile=profile, json=json)
