"""`hoga run`: one strategy for one trading day, without a screen, in a simulated day or at an account."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import (
    BarsOption,
    CandidatesOption,
    CashOption,
    DayOption,
    FreshOption,
    FromOption,
    JsonOption,
    SeedOption,
    ToOption,
    parse_day,
    parse_pace,
    parse_time,
)
from hoga.cli.outcome import EXIT_FAILED, said_clearly
from hoga.cli.profile import LiveOption, ProfileOption, tell, with_connection
from hoga.cli.tables import print_lines
from hoga.domain.errors import BadInput
from hoga.loop import run as run_loop

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.day import DayPlan, Wanted
    from hoga.script import Script
    from hoga.settings import Settings
    from hoga.trading.shift import ShiftReport

SWING = "swing"

StrategyArgument = Annotated[
    str,
    typer.Argument(
        metavar="STRATEGY", help="swing 또는 파일의 전략 my.py:Strategy / swing, or one in a file."
    ),
]


def run_strategy(
    strategy: StrategyArgument,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    day: DayOption = None,
    bars: BarsOption = None,
    seed: SeedOption = None,
    pace: Annotated[
        str | None,
        typer.Option(
            "--pace", metavar="N|max", help="모의 하루의 빠르기 (기본 60) / simulated seconds a second."
        ),
    ] = None,
    start: FromOption = None,
    end: ToOption = None,
    candidates: CandidatesOption = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="내 전략의 설정 / a setting of your own strategy."),
    ] = None,
    cash: CashOption = None,
    fresh: FreshOption = False,
    json: JsonOption = False,
) -> None:
    """전략 하나로 하루를 매매 / one strategy for one trading day, headless.

    With --profile sim (the default) it trades at the hoga exchange of this computer if one is running, and
    lives a simulated day of its own if none is, or when an option describes one (--pace, --day, --bars, ...).
    """
    with said_clearly(json):
        from hoga.script import read_script
        from hoga.settings import hoga_home, read_settings
        from hoga.storage.open_exchange import find_exchange

        settings = read_settings()
        script = None if strategy == SWING else read_script(strategy, given or ())
        if script is None and given:
            raise BadInput(
                "--set 은 내 전략에 씁니다. swing 의 설정은 hoga.toml 의 [swing] 에 있습니다.",
                "--set is for a strategy of your own. Those of swing stand in [swing] of hoga.toml.",
            )
        described = [
            name
            for name, value in (
                ("--day", day),
                ("--bars", bars),
                ("--seed", seed),
                ("--pace", pace),
                ("--from", start),
                ("--to", end),
                ("--cash", cash),
                ("--fresh", fresh or None),
            )
            if value is not None
        ]
        is_simulated = settings.profile(profile).broker == "sim"
        if described and not is_simulated:
            raise BadInput(
                f"{', '.join(described)} 은(는) 모의 하루에만 씁니다. {profile} 은(는) 오늘 매매합니다.",
                f"{', '.join(described)}: only for a simulated day. {profile} lives the day of today.",
            )
        lives_own_day = bool(described) or (is_simulated and find_exchange(hoga_home()) is None)
    if not lives_own_day:
        _at_account(script, settings, candidates, profile, live, json)
        return
    with said_clearly(json):
        from hoga.day import plan_day

        plan = plan_day(
            settings,
            day=None if day is None else parse_day(day),
            bars=bars,
            seed=seed,
            start=None if start is None else parse_time("--from", start),
            end=None if end is None else parse_time("--to", end),
            candidates=candidates,
            cash=cash,
            wanted=_wanted(script),
        )
        failure = _live_a_day(plan, pace, fresh=fresh, json=json)
    if failure:
        raise typer.Exit(EXIT_FAILED)


def _wanted(script: "Script | None") -> "Wanted":
    from hoga.day import SWING, Wanted

    if script is None:
        return SWING
    script.make()  # what is wrong with the file is told before the day has a folder
    return Wanted(script.digest, lambda plan: script.make())


def _live_a_day(plan: "DayPlan", pace: str | None, *, fresh: bool, json: bool) -> str:
    """Live a simulated day and show its report. Where the strategy was stopped, "" when it was not."""
    import contextlib
    from collections.abc import AsyncIterator

    from hoga import app
    from hoga.application import Hoga
    from hoga.cli import screen
    from hoga.day import ACCOUNT
    from hoga.settings import hoga_home

    home = hoga_home()
    chosen = plan.settings.simulation.pace if pace is None else parse_pace(pace)
    with screen.progress(plan, json) as (on_time, on_note):
        if chosen is None:
            _say_ready(json, "sim", ACCOUNT, str(plan.day), plan.source)
            report = asyncio.run(app.run_at_full_speed(plan, home, on_time, on_note, fresh=fresh))
        else:

            @contextlib.asynccontextmanager
            async def nobody_looks(hoga: Hoga) -> AsyncIterator[None]:
                _say_ready(json, "sim", ACCOUNT, str(plan.day), plan.source)
                yield

            report = run_loop(app.run_at_pace(plan, home, chosen, nobody_looks, on_note, fresh=fresh))
    screen.show_report(report, json)
    return report.failure


def _at_account(
    script: "Script | None",
    settings: "Settings",
    candidates: Path | None,
    profile: str,
    live: bool,
    json: bool,
) -> None:
    from hoga.messages import messages
    from hoga.settings import hoga_home

    async def work(connection: "Connection") -> "ShiftReport":
        from hoga.chosen import chosen_strategy
        from hoga.profiles import open_desk
        from hoga.trading import shift
        from hoga.trading.announcer import Announcer
        from hoga.trading.runner import Runner

        shift.require_market(connection.clock.now(), connection.day)
        strategy = chosen_strategy(script, candidates, settings, connection.instruments)
        announcer = Announcer(send, settings.notify.news, connection.instruments)
        told: list[str] = []

        def note(message: str) -> None:
            told.append(f"{connection.clock.now():%H:%M:%S} {message}")
            tell(told[-1])

        async with open_desk(connection, note, prepare=announcer.attach) as desk:
            runner = Runner(
                desk,
                connection.broker,
                strategy,
                connection.clock,
                cancels_on_error=settings.run.cancel_on_error,
            )
            announcer.on_start(runner.name, str(desk.day), desk.trading_state)
            _say_ready(json, profile, connection.account, str(desk.day), connection.prices)
            report = await shift.work(desk, runner, connection.broker, connection.clock)
        announcer.on_end(report)
        return replace(report, messages=tuple(told))

    with messages(settings.notify, hoga_home(), f"Hoga {profile}", tell) as send:
        report = with_connection(profile, live, json, work, has_stream=True)
    _show(report, json)
    if report.failure:
        raise typer.Exit(EXIT_FAILED)


def _say_ready(json: bool, profile: str, account: str, day: str, source: str) -> None:
    if json:
        print_json({"ready": True, "profile": profile, "account": account, "day": day, "source": source})


_LINES: tuple[tuple[str, Callable[["ShiftReport"], str]], ...] = (
    ("전략 / strategy", lambda report: report.strategy),
    ("거래일 / day", lambda report: report.day),
    ("주문 / orders", lambda report: f"{report.orders:,}"),
    ("체결 / fills", lambda report: f"{report.fills:,}"),
    ("매수 / bought", lambda report: f"{report.bought:,}원"),
    ("매도 / sold", lambda report: f"{report.sold:,}원"),
    ("미체결 / open orders", lambda report: f"{report.open_orders:,}"),
    ("미확인 / unconfirmed", lambda report: f"{report.unconfirmed:,}"),
    ("거부 / refused", lambda report: f"{report.refused:,}"),
    ("오류 / error", lambda report: report.failure or "-"),
)


def _show(report: "ShiftReport", json: bool) -> None:
    if json:
        print_json(report)
        return
    print_lines([(name, line(report)) for name, line in _LINES])
