"""`hoga exchange`: the simulated exchange by itself, for any KIS client."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace as changed
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import (
    BarsOption,
    CashOption,
    DayOption,
    FromOption,
    JsonOption,
    SeedOption,
    parse_day,
    parse_pace,
    parse_time,
)
from hoga.cli.outcome import EXIT_FAILED, said_clearly
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.app import DayPlan
    from hoga.simulator import Doors, MadeOf, OpenExchange


def exchange(
    day: DayOption = None,
    bars: BarsOption = None,
    seed: SeedOption = None,
    pace: Annotated[
        str, typer.Option("--pace", metavar="N", help="실제 1초에 지나는 초 / simulated seconds a second.")
    ] = "1",
    start: FromOption = None,
    cash: CashOption = None,
    clock: Annotated[
        str,
        typer.Option("--clock", metavar="simulated|wall", help="모의 시계, 또는 실제 시각 / which clock."),
    ] = "simulated",
    quiet: Annotated[
        bool, typer.Option("--quiet", help="다른 참가자의 주문이 없는 시장 / no orders but the clients'.")
    ] = False,
    no_limits: Annotated[
        bool, typer.Option("--no-limits", help="초당 호출 한도를 두지 않음 / no limits of calls a second.")
    ] = False,
    rest_port: Annotated[
        int, typer.Option("--rest-port", min=0, max=65535, help="실전 REST 포트 / REST, real.")
    ] = 9443,
    paper_rest_port: Annotated[
        int, typer.Option("--paper-rest-port", min=0, max=65535, help="모의 REST 포트 / REST, paper.")
    ] = 29443,
    ws_port: Annotated[
        int, typer.Option("--ws-port", min=0, max=65535, help="실전 웹소켓 포트 / WebSocket, real.")
    ] = 21000,
    paper_ws_port: Annotated[
        int, typer.Option("--paper-ws-port", min=0, max=65535, help="모의 웹소켓 포트 / WebSocket, paper.")
    ] = 31000,
    control_port: Annotated[
        int, typer.Option("--control-port", min=0, max=65535, help="제어 포트 (0: 아무거나) / control plane.")
    ] = 0,
    write_config: Annotated[
        Path | None,
        typer.Option("--write-config", metavar="FILE", help="공식 예제의 kis_devlp.yaml 을 씀 / write it."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="모든 사건을 기록 / keep every event.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option("--replay", metavar="FILE", help="기록을 다시 살아 비교 / live it again.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """KIS 클라이언트가 접속하는 모의 거래소만 / the simulated exchange by itself, for any KIS client."""
    with said_clearly(json):
        if replay is not None:
            _replay(replay, json)
            return
        from hoga.app import plan_day
        from hoga.krx.calendar import get_hours
        from hoga.settings import read_settings
        from hoga.simulator import Doors

        chosen_pace = parse_pace(pace)
        if clock not in ("simulated", "wall") or chosen_pace is None:
            raise BadInput(
                "--clock 은 simulated 또는 wall, --pace 는 숫자여야 합니다.",
                "--clock is simulated or wall, and --pace is a number.",
            )
        plan = plan_day(
            read_settings(),
            day=None if day is None else parse_day(day),
            bars=bars,
            seed=seed,
            start=None if start is None else parse_time("--from", start),
            cash=cash,
            with_strategy=False,
        )
        if start is None:
            plan = changed(plan, start=get_hours(plan.day).open)
        doors = Doors(rest=rest_port, paper_rest=paper_rest_port, ws=ws_port, paper_ws=paper_ws_port)
        with contextlib.suppress(KeyboardInterrupt):  # the usual way to stop it
            asyncio.run(
                _serve(
                    plan,
                    doors,
                    None if clock == "wall" else chosen_pace,
                    control_port,
                    write_config,
                    record,
                    bars,
                    is_quiet=quiet,
                    has_limits=not no_limits,
                    json=json,
                )
            )


async def _serve(
    plan: "DayPlan",
    doors: "Doors",
    pace: Decimal | None,
    control_port: int,
    write_config: Path | None,
    record: Path | None,
    bars: Path | None,
    *,
    is_quiet: bool,
    has_limits: bool,
    json: bool,
) -> None:
    """Serve until cancelled, with the control plane open."""
    from hoga.server.bridge import listen, serve
    from hoga.server.control import Control, create
    from hoga.simulator import run_exchange, sample_config

    with listen(doors.host, control_port) as listener:

        @contextlib.asynccontextmanager
        async def face(opened: "OpenExchange") -> AsyncIterator[None]:
            control = Control(opened.simulation, opened.clock, opened.faults)
            async with serve(create(control), listener) as url:
                if write_config is not None:
                    _write(write_config, sample_config(opened))
                _show(plan, opened, url, json=json)
                yield

        await run_exchange(
            plan,
            face,
            doors=doors,
            pace=pace,
            is_quiet=is_quiet,
            has_limits=has_limits,
            record=record,
            bars=bars,
        )


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"설정 파일 {path} 을(를) 쓸 수 없습니다({error.strerror}).",
            f"the configuration {path} cannot be written ({error.strerror}).",
        ) from error


def _show(plan: "DayPlan", opened: "OpenExchange", control: str, *, json: bool) -> None:
    """Say where the exchange is and how to get in."""
    from hoga.brokers.kis.codes import Environment

    real, paper = Environment.REAL, Environment.PAPER
    ready = {
        "ready": True,
        "day": str(plan.day),
        "source": plan.source,
        "rest": opened.faces[real].rest_url,
        "paper_rest": opened.faces[paper].rest_url,
        "ws": opened.faces[real].ws_url,
        "paper_ws": opened.faces[paper].ws_url,
        "control": control,
        "appkey": opened.customers[real].keys.appkey,
        "appsecret": opened.customers[real].keys.appsecret,
        "account": opened.customers[real].account,
        "paper_appkey": opened.customers[paper].keys.appkey,
        "paper_appsecret": opened.customers[paper].keys.appsecret,
        "paper_account": opened.customers[paper].account,
        "htsid": opened.customers[real].hts_id,
    }
    if json:
        print_json(ready)
        return
    for line in plan.notes:
        print(line)
    for name, value in ready.items():
        if name != "ready":
            print(f"{name:<16}{value}", flush=True)


def _replay(path: Path, json: bool) -> None:
    """Live a recording again, say its fingerprint, and fail when it differs."""
    from hoga.app import plan_day
    from hoga.settings import read_settings
    from hoga.simulator import replay

    def plan_of(made_of: "MadeOf") -> "DayPlan":
        plan = plan_day(
            read_settings(),
            day=parse_day(made_of.day),
            bars=None if made_of.bars is None else Path(made_of.bars),
            seed=made_of.seed,
            cash=made_of.cash,
            with_strategy=False,
        )
        return changed(plan, start=made_of.start)

    result = replay(path, plan_of)
    if json:
        print_json(result)
    else:
        words = "같습니다 / the same" if result.is_same else "다릅니다 / DIFFERENT"
        print(f"{result.events:,} events, sha256 {result.sha256}: {words}")
    if not result.is_same:
        raise typer.Exit(EXIT_FAILED)
