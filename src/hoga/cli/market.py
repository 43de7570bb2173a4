"""`hoga quote`, `book`, `bars`, `instruments`: what the market of a profile shows."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.options import (
    CodeArgument,
    CodesArgument,
    ExcelOption,
    FirstDayOption,
    IntervalOption,
    JsonOption,
    LastDayOption,
    RawOption,
    parse_period,
)
from hoga.cli.profile import LiveOption, ProfileOption, with_connection
from hoga.cli.tables import checked_excel, show_rows, write_excel
from hoga.domain.bar import Interval
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.rows import Row


def quote(
    codes: CodesArgument,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """현재가 / the price of the moment, of one or many."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.krx.codes import parse_code
        from hoga.rows import quote_row

        known = [parse_code(code) for code in codes]
        found = await connection.broker.quotes(known)
        return [quote_row(found[code], connection.instruments) for code in known]

    with checked_excel(excel, json):
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
        write_excel(excel, "현재가", rows, headings, {"계좌": profile, "종목코드": codes})
        show_rows("quotes", rows, headings, profile=profile, json=json)


def book(
    code: CodeArgument,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """호가 / ten levels of the order book."""

    async def work(connection: "Connection") -> "Row":
        from hoga.krx.codes import parse_code
        from hoga.rows import book_row

        return book_row(await connection.broker.book(parse_code(code)))

    with checked_excel(excel, json):
        found = with_connection(profile, live, json, work)
        asks = [{"side": "매도 ask", **level} for level in reversed(found["asks"])]
        bids = [{"side": "매수 bid", **level} for level in found["bids"]]
        headings = {"side": "구분 side", "price": "가격 price", "quantity": "잔량 size"}
        query = {"계좌": profile, "종목코드": code, "시각": found["at"]}
        write_excel(excel, "호가", asks + bids, headings, query)
        if json:
            from hoga.cli.lines import print_json

            print_json({"profile": profile, **found})
            return
        show_rows("levels", asks + bids, headings, profile=profile, json=False)


def bars(
    code: CodeArgument,
    first: FirstDayOption = None,
    last: LastDayOption = None,
    interval: IntervalOption = Interval.DAY,
    raw: RawOption = False,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """일봉, 주봉, 월봉, 년봉 / bars of days, weeks, months or years, over any time."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.krx.codes import parse_code
        from hoga.rows import bar_row

        begin, end = parse_period(first, last, connection.day)
        found = await connection.research.bars(parse_code(code), begin, end, interval, is_adjusted=not raw)
        return [bar_row(bar) for bar in found]

    with checked_excel(excel, json):
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
        query = {
            "계좌": profile,
            "종목코드": code,
            "첫날": first or "한 달 전",
            "끝날": last or "오늘",
            "봉": interval,
            "수정주가": not raw,
        }
        write_excel(excel, "봉", rows, headings, query)
        show_rows("bars", rows, headings, profile=profile, json=json)


def instruments(
    text: Annotated[
        str | None,
        typer.Argument(metavar="TEXT", help="이름이나 코드의 일부, 한글·영문 / part of a name or code."),
    ] = None,
    learn_names: Annotated[
        bool,
        typer.Option(
            "--learn-names",
            help="한국투자증권에서 영문 이름을 모두 배움 / ask KIS for every English name that is missing.",
        ),
    ] = False,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """종목 찾기 / search what is listed, by Korean or English name or code; without TEXT all of it."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.domain.instrument import find_instruments
        from hoga.rows import instrument_row

        if learn_names:
            await _learn_names(connection)
        listed = connection.instruments.values()
        return [instrument_row(each) for each in (find_instruments(listed, text) if text else listed)]

    with checked_excel(excel, json):
        rows = with_connection(profile, live, json, work)
        headings = {
            "code": "종목 code",
            "name": "종목명 name",
            "name_english": "영문명 English",
            "market": "시장 market",
            "kind": "종류 kind",
            "listed_shares": "상장주수 shares",
        }
        write_excel(excel, "종목", rows, headings, {"계좌": profile, "찾는 말": text})
        show_rows("instruments", rows, headings, profile=profile, json=json)


async def _learn_names(connection: "Connection") -> None:
    """Ask for every name that is not known yet. Ctrl-C loses nothing that was learned."""
    from hoga.clock import WallClock

    naming = connection.naming
    if naming is None:
        raise BadInput(
            f"{connection.profile} 에서는 영문 이름을 배울 수 없습니다. 한국투자증권 실전 계좌로 하십시오.",
            f"{connection.profile} tells no English names one by one. Use a real account at KIS.",
        )

    def show(done: int, count: int) -> None:
        if done == count or done % 20 == 0:
            print(f"\r영문 이름 / English names  {done:,}/{count:,}", end="", file=sys.stderr, flush=True)
        if done == count:
            print(file=sys.stderr)

    await naming.walk(connection.kis, WallClock(), show)
