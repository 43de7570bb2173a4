"""The commands. Heavy libraries are imported where they are used, so that `hoga --help` stays quick."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga import __version__
from hoga.cli.lines import never_fail_on_a_letter, print_json
from hoga.domain.errors import BadInput, HogaError, JournalError

if TYPE_CHECKING:
    from hoga.app import DayPlan, Hoga, Report

cli = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="호가: 한국 주식 매매 소프트웨어 / trading software for the Korean stock market.",
)

EXIT_BAD_INPUT = 2
EXIT_CANNOT_REMEMBER = 3
EXIT_FAILED = 4
EXIT_INTERRUPTED = 130

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


@cli.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="판 / version.")] = False,
) -> None:
    if version:
        print(f"hoga {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


@cli.command()
def up(
    day: DayOption = None,
    bars: BarsOption = None,
    seed: SeedOption = None,
    pace: Annotated[
        str | None,
        typer.Option(
            "--pace", metavar="N|max", help="실제 1초에 지나는 초 (기본 60) / simulated seconds a second."
        ),
    ] = None,
    start: FromOption = None,
    end: ToOption = None,
    candidates: CandidatesOption = None,
    cash: CashOption = None,
    port: PortOption = None,
    fresh: FreshOption = False,
    json: JsonOption = False,
) -> None:
    """하루를 통째로, 오프라인에서 / one whole trading day, offline: exchange, desk, bridge and strategy."""
    _simulate(day, bars, seed, pace, start, end, candidates, cash, port, fresh, json, with_strategy=True)


@cli.command()
def serve(
    day: DayOption = None,
    bars: BarsOption = None,
    seed: SeedOption = None,
    pace: Annotated[
        str | None,
        typer.Option(
            "--pace", metavar="N", help="실제 1초에 지나는 초 (기본 1) / simulated seconds a second."
        ),
    ] = "1",
    start: FromOption = None,
    end: ToOption = None,
    cash: CashOption = None,
    port: PortOption = None,
    fresh: FreshOption = False,
    json: JsonOption = False,
) -> None:
    """전략 없이 모의 시장의 브리지와 데스크만 / bridge and desk on the simulated market, no strategy."""
    _simulate(day, bars, seed, pace, start, end, None, cash, port, fresh, json, with_strategy=False)


def _simulate(
    day: str | None,
    bars: Path | None,
    seed: int | None,
    pace: str | None,
    start: str | None,
    end: str | None,
    candidates: Path | None,
    cash: int | None,
    port: int | None,
    fresh: bool,
    json: bool,
    *,
    with_strategy: bool,
) -> None:
    with _said_clearly(json):
        from hoga import app
        from hoga.cli import screen
        from hoga.settings import hoga_home, read_settings

        home = hoga_home()
        settings = read_settings()
        chosen_pace = settings.simulation.pace if pace is None else _pace(pace)
        if chosen_pace is None and not with_strategy:
            raise BadInput(
                "serve 는 --pace max 로 돌 수 없습니다. 숫자를 주십시오.",
                "serve cannot run at --pace max: give a number.",
            )
        plan = app.plan_day(
            settings,
            day=None if day is None else _day(day),
            bars=bars,
            seed=seed,
            start=None if start is None else _time("--from", start),
            end=None if end is None else _time("--to", end),
            candidates=candidates,
            cash=cash,
            with_strategy=with_strategy,
        )
        if chosen_pace is None:
            with screen.progress(plan, json) as (on_time, on_note):
                report = asyncio.run(app.run_at_full_speed(plan, home, on_time, on_note, fresh=fresh))
        else:
            report = asyncio.run(
                _run_with_faces(
                    plan,
                    home,
                    chosen_pace,
                    (settings.bridge.host, settings.bridge.port if port is None else port),
                    fresh=fresh,
                    json=json,
                )
            )
        screen.show_report(report, json)


async def _run_with_faces(
    plan: "DayPlan", home: Path, pace: Decimal, address: tuple[str, int], *, fresh: bool, json: bool
) -> "Report":
    """One day at a pace, with the bridge open and the live view on the terminal."""
    from hoga import app
    from hoga.cli import screen
    from hoga.server.bridge import bridge, listen
    from hoga.storage.token import bridge_token

    with listen(*address) as listener:
        token = bridge_token(home)

        @contextlib.asynccontextmanager
        async def faces(hoga: "Hoga") -> AsyncIterator[None]:
            async with bridge(hoga, listener, token) as url, screen.live(hoga, plan, url, token, json):
                yield

        return await app.run_at_pace(plan, home, pace, faces, screen.note_lines(json), fresh=fresh)


@contextlib.contextmanager
def _said_clearly(json: bool) -> Iterator[None]:
    """Turns every error of ours, and Ctrl-C, into one message and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        korean = "멈췄습니다. 같은 명령을 다시 실행하면 이어 갑니다."
        english = "Paused. The same command continues the day."
        if json:
            print_json({"error": "Interrupted", "korean": korean, "english": english})
        print(f"{korean}\n{english}", file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except HogaError as error:
        _say_error(error, json)
        raise typer.Exit(_exit_code(error)) from None


def _say_error(error: HogaError, json: bool) -> None:
    if json:
        print_json({"error": type(error).__name__, "korean": error.korean, "english": error.english})
    print(f"오류: {error.korean}\nerror: {error.english}", file=sys.stderr)


def _exit_code(error: HogaError) -> int:
    match error:
        case BadInput():
            return EXIT_BAD_INPUT
        case JournalError():
            return EXIT_CANNOT_REMEMBER
        case _:
            return EXIT_FAILED


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"--day {text}: 날짜는 YYYY-MM-DD 로 쓰십시오.", f"--day {text}: write a date as YYYY-MM-DD."
        ) from None


def _time(option: str, text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  (a time of day, not an instant)
    except ValueError:
        raise BadInput(
            f"{option} {text}: 시각은 HH:MM 으로 쓰십시오. 예: 09:20",
            f"{option} {text}: write a time as HH:MM, for example 09:20.",
        ) from None


def _pace(text: str) -> Decimal | None:
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


def run() -> None:
    """The `hoga` command."""
    never_fail_on_a_letter()
    try:
        code = cli(standalone_mode=False)
    except typer.TyperException as error:
        message = error.format_message()
        wrong = BadInput(
            f"명령을 이해할 수 없습니다. hoga --help 를 보십시오. ({message})",
            f"{message.rstrip('.')}. See hoga --help.",
        )
        _say_error(wrong, "--json" in sys.argv)
        code = EXIT_BAD_INPUT
    sys.exit(code)
