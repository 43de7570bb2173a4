"""`hoga rebalance`: from a model portfolio to a numbered plan, and from a plan to its report."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import BarsOption, CashOption, DayOption, JsonOption, SeedOption, parse_day, parse_pace
from hoga.cli.outcome import said_clearly
from hoga.cli.profile import LiveOption, ProfileOption, tell, with_connection
from hoga.cli.tables import checked_excel, print_lines, print_table
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.day import DayPlan
    from hoga.domain.outcome import Outcome
    from hoga.domain.plan import Plan
    from hoga.storage.plans import Plans

EXIT_OFF_TARGET = 7
"""The plan ended, and names are not what they should be; the report says why."""

WORDS = ("pause", "resume", "stop", "report")

ModelArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODEL|pause|resume|stop|report]",
        help="모델 파일 (xlsx, csv, parquet, json), 또는 계획에 할 일 / a model, or what to do to a plan.",
    ),
]
NumberArgument = Annotated[
    int | None, typer.Argument(metavar="[PLAN]", help="계획 번호 / the plan's number.")
]


def rebalance(
    model: ModelArgument = None,
    number: NumberArgument = None,
    execute: Annotated[
        int | None,
        typer.Option("--execute", metavar="PLAN", help="보여준 계획을 매매 / trade the plan that was shown."),
    ] = None,
    excel: Annotated[
        Path | None, typer.Option("--excel", metavar="FILE", help="엑셀로도 저장 / write a workbook, too.")
    ] = None,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    pace: Annotated[
        str | None,
        typer.Option(
            "--pace", metavar="max", help="모의 하루를 통째로, 최고 속도로 / a simulated day at full speed."
        ),
    ] = None,
    day: DayOption = None,
    seed: SeedOption = None,
    bars: BarsOption = None,
    cash: CashOption = None,
    hold: Annotated[
        list[str] | None,
        typer.Option(
            "--hold", metavar="CODE=SHARES", help="모의 하루를 시작할 때의 보유 / held at its start."
        ),
    ] = None,
    after: Annotated[
        int | None,
        typer.Option(
            "--after",
            metavar="PLAN",
            help="모의 하루를 이 계획이 끝난 계좌로 시작 / go on from this plan's end.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """모델 포트폴리오로 리밸런싱: 미리보기, --execute 로 매매 / preview a rebalancing; --execute trades it.

    A plan that was interrupted goes on when it is executed again; nothing is bought twice.
    """
    if model in WORDS:
        _ask(model, number, excel, json)
        return
    with checked_excel(excel, json):
        if (model is None) is (execute is None):
            raise BadInput(
                "모델 파일이나 --execute PLAN 가운데 하나를 주십시오.",
                "give a model file, or --execute PLAN.",
            )
        days = {
            "--day": day,
            "--seed": seed,
            "--bars": bars,
            "--cash": cash,
            "--hold": hold,
            "--after": after,
        }
        given = [name for name, value in days.items() if value is not None]
        if pace is None and given:
            raise BadInput(
                f"{', '.join(given)} 은(는) --pace max 와 함께만 씁니다.",
                f"{', '.join(given)}: only with --pace max.",
            )
        if pace is not None and parse_pace(pace) is not None:
            raise BadInput(
                "rebalance 의 모의 하루는 --pace max 로만 돕니다. 다른 빠르기는 hoga exchange 로 하십시오.",
                "a simulated day of rebalance only runs at --pace max. For others use hoga exchange.",
            )
    if pace is not None:
        with said_clearly(json):
            plan, outcome = _on_a_day(model, execute, _day_of(day, seed, bars, cash, hold, after), json)
    elif model is not None:
        plan, outcome = _preview(Path(model), profile, live, json), None
    else:
        plan, outcome = _trade(execute or 0, profile, live, json)
    with said_clearly(json):
        if outcome is None:
            _show_plan(plan, excel, json)
            return
        _show_outcome(outcome, excel, json)
    if outcome.missing:
        raise typer.Exit(EXIT_OFF_TARGET)


def _plans() -> "Plans":
    from hoga.settings import hoga_home
    from hoga.storage.plans import Plans

    return Plans(hoga_home())


def _ask(word: str, number: int | None, excel: Path | None, json: bool) -> None:
    """Tell the program that trades a plan what is wanted of it, or show what the plan came to."""
    from hoga.storage.plans import PlanWish

    with said_clearly(json):
        if number is None:
            raise BadInput(
                f"hoga rebalance {word} PLAN: 계획 번호를 주십시오.",
                f"hoga rebalance {word} PLAN: give a number.",
            )
        plans = _plans()
        if word == "report":
            outcome = plans.find_outcome(number)
            if outcome is None:
                _show_plan(plans.get(number), excel, json)
            else:
                _show_outcome(outcome, excel, json)
            return
        wish = PlanWish.GO if word == "resume" else PlanWish(word)
        plans.wish(number, wish)
        if json:
            print_json({"plan": number, "wish": wish})
        else:
            print(
                {
                    PlanWish.GO: "다시 매매합니다 / it trades again",
                    PlanWish.PAUSE: "멈춰 둡니다. 열린 주문은 그대로입니다 / paused; open orders stay",
                    PlanWish.STOP: "열린 주문을 취소하고 끝냅니다 / it cancels what is open, and ends",
                }[wish]
            )


# Doing ------------------------------------------------------------------------------------------------------


def _preview(file: Path, profile: str, live: bool, json: bool) -> "Plan":
    async def work(connection: "Connection") -> "Plan":
        from hoga.planning import draw_plan_at
        from hoga.settings import read_settings

        with _reading(json) as on_progress:
            return await draw_plan_at(connection, file, _plans(), read_settings(), on_progress)

    return with_connection(profile, live, json, work)


def _trade(number: int, profile: str, live: bool, json: bool) -> "tuple[Plan, Outcome]":
    from hoga.messages import messages
    from hoga.settings import hoga_home, read_settings

    with said_clearly(json):
        settings = read_settings()

    async def work(connection: "Connection") -> "Outcome":
        from hoga.profiles import open_desk
        from hoga.rebalancing import trade
        from hoga.trading.announcer import Announcer

        plans = _plans()
        plan = plans.get(number)
        announcer = Announcer(send, settings.notify.news, connection.instruments)
        async with open_desk(connection, tell, prepare=announcer.attach) as desk:
            announcer.on_start(plan.source, str(desk.day), desk.trading_state)
            with _progress(plan, json) as on_progress:
                outcome = await trade(plan, plans, settings, connection, desk, on_progress)
        announcer.on_plan_end(outcome)
        return outcome

    with messages(settings.notify, hoga_home(), f"Hoga {profile}", tell) as send:
        outcome = with_connection(profile, live, json, work, has_stream=True)
    return outcome.plan, outcome


def _day_of(
    day: str | None,
    seed: int | None,
    bars: Path | None,
    cash: int | None,
    hold: list[str] | None,
    after: int | None,
) -> dict[str, Any]:
    if hold and after is not None:
        raise BadInput("--hold 와 --after 는 함께 쓸 수 없습니다.", "--hold and --after exclude each other.")
    return {
        "day": None if day is None else parse_day(day),
        "seed": seed,
        "bars": bars,
        "cash": cash,
        "hold": None if hold is None else dict(map(_parse_hold, hold)),
        "after": after,
    }


def _parse_hold(text: str) -> tuple[str, int]:
    from hoga.krx.codes import parse_code

    code, _, quantity = text.partition("=")
    if not quantity.isascii() or not quantity.isdecimal() or len(quantity) > 9 or int(quantity) == 0:
        raise BadInput(
            f"--hold {text}: 005930=100 처럼 쓰십시오.", f"--hold {text}: write it like 005930=100."
        )
    return parse_code(code), int(quantity)


def _on_a_day(
    model: str | None, execute: int | None, options: dict[str, Any], json: bool
) -> "tuple[Plan, Outcome | None]":
    from hoga import rebalanced_day
    from hoga.settings import hoga_home, read_settings
    from hoga.storage.model_file import read_model

    plans, settings = _plans(), read_settings()
    day = rebalanced_day.simulated_day(settings, rebalanced_day.DayOptions(**options), plans)
    if model is not None:
        codes = frozenset(instrument.code for instrument in day.bars.instruments(day.day))
        wanted = read_model(Path(model), codes)
        with _reading(json) as on_progress:
            drawn = rebalanced_day.draw_plan_of_day(day, wanted, plans, settings.rebalance, on_progress)
            return asyncio.run(drawn), None
    plan = plans.get(execute or 0)
    _say_prices(day, json)
    with _progress(plan, json) as on_progress:
        note = _unheard if json else tell
        outcome = asyncio.run(rebalanced_day.trade_day(day, plan, plans, hoga_home(), on_progress, note))
    return plan, outcome


def _say_prices(day: "DayPlan", json: bool) -> None:
    for line in () if json else day.notes:
        tell(line)


def _unheard(message: str) -> None:
    """Programs read the report."""


@contextlib.contextmanager
def _reading(json: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for what is read before there is a plan, on a terminal; nothing for programs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if json or not console.is_terminal:
        yield lambda what, done, of: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("")

        def on_progress(what: str, done: int, of: int) -> None:
            bars.update(task, description=what, completed=done, total=of)

        yield on_progress


@contextlib.contextmanager
def _progress(plan: "Plan", json: bool) -> Iterator[Callable[[datetime, Mapping[str, int]], None]]:
    """A bar for each name on a terminal; nothing for programs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    if json or not console.is_terminal:
        yield lambda at, traded: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, redirect_stdout=Console().is_terminal) as bars:
        clock = bars.add_task("", total=None)
        tasks = {
            line.code: bars.add_task(
                f"{'매수' if line.quantity > 0 else '매도'} {line.code} {line.name}", total=abs(line.quantity)
            )
            for line in plan.targets.lines
            if line.quantity
        }

        def on_progress(at: datetime, traded: Mapping[str, int]) -> None:
            bars.update(clock, description=f"{at:%H:%M:%S}")
            for code, shares in traded.items():
                bars.update(tasks[code], completed=shares)

        yield on_progress


# Showing ----------------------------------------------------------------------------------------------------


def _show_plan(plan: "Plan", excel: Path | None, json: bool) -> None:
    from hoga.rows import line_row, plan_row
    from hoga.storage import plan_book

    if excel is not None:
        plan_book.write_plan(excel, plan)
    if json:
        print_json({**plan_row(plan), "lines": [line_row(line) for line in plan.targets.lines]})
        return
    print_table(plan_book.PLAN_COLUMNS, [plan_book.plan_row(line) for line in plan.targets.lines])
    print_lines(plan_book.plan_summary(plan))
    for note in plan.notes:
        print(note)
    print(f"매매하려면 --execute {plan.number} 로 실행하십시오 / trade it with --execute {plan.number}")


def _show_outcome(outcome: "Outcome", excel: Path | None, json: bool) -> None:
    from hoga.rows import outcome_row, result_row
    from hoga.storage import plan_book

    if excel is not None:
        plan_book.write_outcome(excel, outcome)
    if json:
        print_json({**outcome_row(outcome), "names": [result_row(each) for each in outcome.results]})
        return
    _print_columns(_HOLDINGS, outcome)
    _print_columns(_PRICES, outcome)
    print_lines(plan_book.outcome_summary(outcome))
    for each in outcome.missing:
        print(f"{each.name}({each.code}) {each.difference:+,}: {' / '.join(each.reason or ('',))}")


_HOLDINGS = ("종목코드", "종목명", "보유수량", "목표수량", "매매후수량", "차이", "체결금액")
_PRICES = ("종목코드", "평균가", "도착가", "TWAP", "VWAP", "도착가 대비(원)", "수수료", "세금")


def _print_columns(shown: Sequence[str], outcome: "Outcome") -> None:
    from hoga.storage import plan_book

    at = [plan_book.RESULT_COLUMNS.index(name) for name in shown]
    rows = [plan_book.result_row(result) for result in outcome.results]
    print_table(shown, [[_whole(row[column]) for column in at] for row in rows])


def _whole(value: object) -> object:
    """A value in whole won, as far as it is an amount; the workbook has it exactly."""
    return round(value) if isinstance(value, Decimal) else value
