"""`hoga flows`, `short-sale`: who bought and sold an issue, and what was sold short."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from hoga.cli.options import (
    CodeArgument,
    ExcelOption,
    FirstDayOption,
    JsonOption,
    LastDayOption,
    parse_period,
)
from hoga.cli.profile import LiveOption, ProfileOption, with_connection
from hoga.cli.tables import checked_excel, show_rows, write_excel
from hoga.domain.errors import BadInput
from hoga.domain.ranking import LAST_DAY, SPANS, RankFilter, Section

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.rows import Row


class _DailyFirst(TyperGroup):
    """A group that takes what is no command of its own for the code of `daily`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["daily", *args]
        return super().parse_args(ctx, args)


short_sale = typer.Typer(
    cls=_DailyFirst,
    no_args_is_help=True,
    help="공매도: 종목의 일별 추이(daily CODE, 또는 CODE 만), 상위종목(ranking) / short sales.",
)


def flows(
    code: CodeArgument,
    first: FirstDayOption = None,
    last: LastDayOption = None,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """투자자별 매매동향 / net purchases of investors by day."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.krx.codes import parse_code
        from hoga.rows import flow_row

        begin, end = parse_period(first, last, connection.day)
        found = await connection.research.investors(parse_code(code), begin, end)
        return [flow_row(each) for each in found]

    with checked_excel(excel, json):
        rows = with_connection(profile, live, json, work)
        headings = {
            "date": "날짜 date",
            "individual": "개인 individual",
            "foreign": "외국인 foreign",
            "institutional": "기관계 institutional",
            "pension": "연기금등 pension",
            "other_corporate": "기타법인 corporate",
        }
        query = {"계좌": profile, "종목코드": code, "첫날": first or "한 달 전", "끝날": last or "오늘"}
        write_excel(excel, "투자자별 매매동향", rows, headings, query)
        show_rows("flows", rows, headings, profile=profile, json=json)


@short_sale.command()
def daily(
    code: CodeArgument,
    first: FirstDayOption = None,
    last: LastDayOption = None,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """종목의 공매도 일별 추이 / short sales of an issue by day."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.krx.codes import parse_code
        from hoga.rows import short_sale_row

        begin, end = parse_period(first, last, connection.day)
        found = await connection.research.short_sales(parse_code(code), begin, end)
        return [short_sale_row(each) for each in found]

    with checked_excel(excel, json):
        rows = with_connection(profile, live, json, work)
        headings = {
            "date": "날짜 date",
            "close": "종가 close",
            "change": "대비 change",
            "volume": "거래량 volume",
            "short_quantity": "공매도 short",
            "short_ratio": "비중 ratio",
            "short_value": "공매도대금 value",
        }
        query = {"계좌": profile, "종목코드": code, "첫날": first or "한 달 전", "끝날": last or "오늘"}
        write_excel(excel, "공매도 일별추이", rows, headings, query)
        show_rows("short_sales", rows, headings, profile=profile, json=json)


@short_sale.command()
def ranking(
    market: Annotated[
        Section, typer.Option("--market", help="어느 종목 가운데 / among which issues.")
    ] = Section.ALL,
    days: Annotated[
        int | None, typer.Option("--days", metavar="N", help="최근 N일 (1-4, 기본 1) / the last N days.")
    ] = None,
    weeks: Annotated[
        int | None, typer.Option("--weeks", metavar="N", help="최근 N주 (1-3) / the last N weeks.")
    ] = None,
    months: Annotated[
        int | None, typer.Option("--months", metavar="N", help="최근 N개월 (1-3) / the last N months.")
    ] = None,
    min_price: Annotated[
        int | None, typer.Option("--min-price", metavar="WON", help="최저가(원) / least price in won.")
    ] = None,
    max_price: Annotated[
        int | None, typer.Option("--max-price", metavar="WON", help="최고가(원) / highest price in won.")
    ] = None,
    min_volume: Annotated[
        int | None, typer.Option("--min-volume", metavar="N", help="최소 거래량(주) / least volume.")
    ] = None,
    excel: ExcelOption = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """공매도 상위종목 / the issues that were sold short most, by value."""

    async def work(connection: "Connection") -> "list[Row]":
        from hoga.rows import short_rank_row

        chosen = RankFilter(
            section=market, least_price=min_price, most_price=max_price, least_volume=min_volume
        )
        found = await connection.research.short_sale_ranking(chosen, span)
        return [short_rank_row(each) for each in found]

    with checked_excel(excel, json):
        span = _span(days, weeks, months)
        rows = with_connection(profile, live, json, work)
        headings = {
            "rank": "순위 rank",
            "code": "종목 code",
            "name": "종목명 name",
            "last_price": "현재가 last",
            "change": "대비 change",
            "short_quantity": "공매도 short",
            "short_ratio": "비중 ratio",
            "short_value": "공매도대금 value",
            "average_price": "평균가 average",
        }
        query = {
            "계좌": profile,
            "시장": market,
            "기간": span,
            "최저가": min_price,
            "최고가": max_price,
            "최소 거래량": min_volume,
        }
        write_excel(excel, "공매도 상위종목", rows, headings, query)
        show_rows("ranking", rows, headings, profile=profile, json=json)


def _span(days: int | None, weeks: int | None, months: int | None) -> str:
    """One of `SPANS`. Raises `BadInput` for more than one of the options, and for what KIS has not."""
    asked = [(n, unit) for n, unit in ((days, "d"), (weeks, "w"), (months, "m")) if n is not None]
    if not asked:
        return LAST_DAY
    span = f"{asked[0][0]}{asked[0][1]}"
    if len(asked) > 1 or span not in SPANS:
        raise BadInput(
            "--days 1-4, --weeks 1-3, --months 1-3 가운데 하나만 쓰십시오.",
            "give one of --days 1-4, --weeks 1-3, --months 1-3.",
        )
    return span
