"""The commands. Heavy libraries are imported where they are used, so that `hoga --help` stays quick."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import replace as changed
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga import __version__
from hoga.cli.account import account, fills, orders, positions
from hoga.cli.doctor import doctor
from hoga.cli.exchange import exchange
from hoga.cli.features import features
from hoga.cli.flows import flows, short_sale
from hoga.cli.halt import halt, reduce, resume
from hoga.cli.keys import keys
from hoga.cli.lines import never_fail_on_a_letter
from hoga.cli.market import bars, book, instruments, quote
from hoga.cli.notify import notify
from hoga.cli.options import (
    BarsOption,
    CandidatesOption,
    CashOption,
    DayOption,
    FreshOption,
    FromOption,
    JsonOption,
    PortOption,
    SeedOption,
    ToOption,
    parse_day,
    parse_pace,
    parse_time,
)
from hoga.cli.outcome import EXIT_BAD_INPUT, said_clearly, say_error
from hoga.cli.profile import LiveOption
from hoga.cli.rebalance import rebalance
from hoga.cli.run import run_strategy
from hoga.cli.schedule import schedule
from hoga.cli.serve import FakeOption, ScheduleOption, ServedProfileOption, serve_account
from hoga.cli.settle import settle
from hoga.cli.tokens import tokens
from hoga.cli.trade import buy, cancel, replace, sell
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.app import Report, SimulatedDay
    from hoga.day import DayPlan
    from hoga.settings import BridgeSettings

NOT_ON_32_BITS = frozenset({"msgspec", "polars", "numpy"})
"""Packages that 32-bit Windows has no wheels of: there Hoga is installed without them."""

cli = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="호가: 한국 주식 매매 소프트웨어 / trading software for the Korean stock market.",
)


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
    profile: ServedProfileOption = None,
    live: LiveOption = False,
    day: DayOption = None,
    bars: BarsOption = None,
    seed: SeedOption = None,
    pace: Annotated[
        str | None,
        typer.Option(
            "--pace", metavar="N", help="실제 1초에 지나는 초 (기본 1) / simulated seconds a second."
        ),
    ] = None,
    start: FromOption = None,
    end: ToOption = None,
    cash: CashOption = None,
    port: PortOption = None,
    fresh: FreshOption = False,
    fake: FakeOption = False,
    schedule: ScheduleOption = False,
    json: JsonOption = False,
) -> None:
    """계좌의 브리지와 데스크 / bridge and desk of an account; without --profile of a simulated day."""
    if fake:
        profile = profile or "daishin"
    if schedule and (fake or profile is None):
        with said_clearly(json):
            raise BadInput(
                "--schedule 은 --profile NAME 과 함께 씁니다. 모의 하루의 전략은 hoga run 입니다.",
                "--schedule needs --profile NAME. For a simulated day use hoga run.",
            )
    if profile is None:
        _simulate(
            day, bars, seed, pace or "1", start, end, None, cash, port, fresh, json, with_strategy=False
        )
        return
    with said_clearly(json):
        if fake:
            from hoga.day import plan_day

            chosen_pace = parse_pace(pace or "1")
            if chosen_pace is None or end is not None or fresh or live:
                raise BadInput(
                    "--fake 는 --pace max, --to, --fresh, --live 와 함께 쓸 수 없습니다.",
                    "--fake cannot be used with --pace max, --to, --fresh or --live.",
                )
            serve_account(
                profile,
                live,
                port,
                json,
                pace=chosen_pace,
                plan=lambda settings: plan_day(
                    settings,
                    day=None if day is None else parse_day(day),
                    bars=bars,
                    seed=seed,
                    start=None if start is None else parse_time("--from", start),
                    cash=cash,
                    wanted=None,
                ),
            )
            return
        if any(each is not None for each in (day, bars, seed, pace, start, end, cash)) or fresh:
            raise BadInput(
                "--profile 은 진행 중인 시장을 씁니다. --day, --bars, --seed, --pace, --from, --to, --cash, "
                "--fresh 를 빼십시오.",
                "--profile serves a market that runs by itself. Leave out --day, --bars, --seed, --pace, "
                "--from, --to, --cash and --fresh.",
            )
        serve_account(profile, live, port, json, is_on_duty=schedule)


cli.command()(exchange)
cli.command("run")(run_strategy)
for command in (
    quote,
    book,
    bars,
    instruments,
    flows,
    features,
    account,
    positions,
    fills,
    buy,
    sell,
    replace,
    cancel,
    halt,
    reduce,
    resume,
    rebalance,
    doctor,
):
    cli.command()(command)
orders.command()(settle)
cli.add_typer(orders, name="orders")
cli.add_typer(short_sale, name="short-sale")
cli.add_typer(keys, name="keys")
cli.add_typer(notify, name="notify")
cli.add_typer(schedule, name="schedule")
cli.add_typer(tokens, name="tokens")


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
    with said_clearly(json):
        from hoga import app
        from hoga.cli import screen
        from hoga.day import SWING, plan_day
        from hoga.loop import run as run_loop
        from hoga.settings import hoga_home, read_settings

        home = hoga_home()
        settings = read_settings()
        chosen_pace = settings.simulation.pace if pace is None else parse_pace(pace)
        if chosen_pace is None and not with_strategy:
            raise BadInput(
                "serve 는 --pace max 로 돌 수 없습니다. 숫자를 주십시오.",
                "serve cannot run at --pace max: give a number.",
            )
        plan = plan_day(
            settings,
            day=None if day is None else parse_day(day),
            bars=bars,
            seed=seed,
            start=None if start is None else parse_time("--from", start),
            end=None if end is None else parse_time("--to", end),
            candidates=candidates,
            cash=cash,
            wanted=SWING if with_strategy else None,
        )
        if chosen_pace is None:
            with screen.progress(plan, json) as (on_time, on_note):
                report = asyncio.run(app.run_at_full_speed(plan, home, on_time, on_note, fresh=fresh))
        else:
            report = run_loop(
                _run_with_faces(
                    plan,
                    home,
                    chosen_pace,
                    settings.bridge if port is None else changed(settings.bridge, port=port),
                    fresh=fresh,
                    json=json,
                )
            )
        screen.show_report(report, json)


async def _run_with_faces(
    plan: "DayPlan", home: Path, pace: Decimal, bridge_settings: "BridgeSettings", *, fresh: bool, json: bool
) -> "Report":
    """One day at a pace, with the bridge open and the live view on the terminal."""
    from hoga import app
    from hoga.cli import screen
    from hoga.server.bridge import bridge
    from hoga.server.door import open_door

    with open_door(bridge_settings, home) as door:

        @contextlib.asynccontextmanager
        async def faces(hoga: "SimulatedDay") -> AsyncIterator[None]:
            async with (
                bridge(hoga, door.listener, door.access, door.answers, door.tls) as url,
                screen.live(hoga, plan, url, door.secret, json),
            ):
                yield

        return await app.run_at_pace(plan, home, pace, faces, screen.note_lines(json), fresh=fresh)


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
        say_error(wrong, "--json" in sys.argv)
        code = EXIT_BAD_INPUT
    except ModuleNotFoundError as error:
        if error.name not in NOT_ON_32_BITS:
            raise
        missing = BadInput(
            f"이 설치에는 {error.name} 이(가) 없습니다. 32비트 윈도우용 호가는 대신증권만 다룹니다. "
            "KIS, 다른 호가, 거래소와 --fake 는 64비트 파이썬에서 쓰십시오.",
            f"{error.name} is not installed. Hoga for 32-bit Windows is for Daishin alone: KIS, another "
            "Hoga, the exchange and --fake need a 64-bit Python.",
        )
        say_error(missing, "--json" in sys.argv)
        code = EXIT_BAD_INPUT
    sys.exit(code)
