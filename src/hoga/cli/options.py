"""Options that several commands have, and what is written behind them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from hoga.domain.bar import Interval
from hoga.domain.errors import BadInput

MOST_PACE = 3600
"""Faster than an hour a second only `--pace max` makes sense: sockets would not keep up."""

DayOption = Annotated[
    str | None, typer.Option("--day", metavar="YYYY-MM-DD", help="거래일 (기본: 최근 거래일) / trading day.")
]
BarsOption = Annotated[
    Path | None,
    typer.Option("--bars", metavar="FILE", help="기록된 분봉 (Parquet, CSV) / your recorded minute bars."),
]
SeedOption = Annotated[int | None, typer.Option("--seed", help="난수 씨앗 / seed of made prices and flow.")]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="HH:MM", help="시작 시각 (기본: 개장 5분 전) / start.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="HH:MM", help="끝 시각 (기본: 장 마감 후) / end.")
]
CandidatesOption = Annotated[
    Path | None,
    typer.Option("--candidates", metavar="FILE", help="후보 종목 (CSV, JSON, xlsx, pkl) / candidates."),
]
CashOption = Annotated[int | None, typer.Option("--cash", help="시작 현금(원) / cash in won.")]
PortOption = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="브리지 포트 (기본 5000) / bridge port.")
]
FreshOption = Annotated[
    bool,
    typer.Option("--fresh", help="중단된 날을 잇지 않고 새로 시작 / do not continue an interrupted day."),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="JSON 줄로 출력; 마지막 줄이 결과 / JSON lines; the last is the result."),
]


FirstDayOption = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="첫날 (기본: 한 달 전) / first day.")
]
LastDayOption = Annotated[
    str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="끝날 (기본: 오늘) / last day.")
]
IntervalOption = Annotated[
    Interval, typer.Option("--interval", help="봉의 길이 / how long a bar is: day, week, month, year.")
]
RawOption = Annotated[
    bool, typer.Option("--raw", help="수정주가가 아닌 원주가 / prices not adjusted for splits and rights.")
]
ExcelOption = Annotated[
    Path | None,
    typer.Option("--excel", metavar="FILE", help="엑셀 파일(.xlsx)로도 저장 / write a workbook, too."),
]
CodesArgument = Annotated[list[str], typer.Argument(metavar="CODE...", help="종목코드 / codes, like 005930.")]
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="종목코드 / code, like 005930.")]


def parse_period(first: str | None, last: str | None, today: date) -> tuple[date, date]:
    """The days from `--from`, else a month before, to `--to`, else `today`."""
    end = today if last is None else parse_day(last, "--to")
    begin = end - timedelta(days=30) if first is None else parse_day(first, "--from")
    if begin > end:
        raise BadInput(
            f"--from {begin} 이(가) --to {end} 보다 늦습니다.", f"--from {begin} is after --to {end}."
        )
    return begin, end


def parse_day(text: str, option: str = "--day") -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{option} {text}: 날짜는 YYYY-MM-DD 로 쓰십시오.",
            f"{option} {text}: write a date as YYYY-MM-DD.",
        ) from None


def parse_time(option: str, text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  (a time of day, not an instant)
    except ValueError:
        raise BadInput(
            f"{option} {text}: 시각은 HH:MM 으로 쓰십시오. 예: 09:20",
            f"{option} {text}: write a time as HH:MM, for example 09:20.",
        ) from None


def parse_pace(text: str) -> Decimal | None:
    """Simulated seconds a second; None for as fast as possible."""
    if text == "max":
        return None
    try:
        pace = Decimal(text)
    except InvalidOperation:
        pace = Decimal(0)
    if not pace.is_finite() or not 0 < pace <= MOST_PACE:
        raise BadInput(
            f"--pace {text}: 0보다 크고 {MOST_PACE} 이하인 수, 또는 max 를 쓰십시오.",
            f"--pace {text}: give a number above 0 and at most {MOST_PACE}, or max.",
        )
    return pace
