"""`hoga exchange`: the simulated exchange by itself, for any KIS client."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace as changed
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

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
from hoga.domain.zone import KST

if TYPE_CHECKING:
    from hoga.brokers.kis.codes import Environment
    from hoga.day import DayPlan
    from hoga.simulator import Doors, MadeOf, OpenExchange, Terms

_LATENCY_OF_KIS = 60
"""Milliseconds in which KIS answers, about (unverified). Its samples wait for nothing but answers: if these
came at once they would ask more than 18 times a second, and be refused."""

_CUSTOMERS_SHOWN = 2
"""One of each environment, who are shown in the lines above all others."""


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
    always_open: Annotated[
        bool,
        typer.Option("--always-open", help="밤에도 주말에도 열린 시장 / open at night and on weekends too."),
    ] = False,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, help="N거래일 뒤에 멈춤 (기본: 끝없이) / N days."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="다른 참가자의 주문이 없는 시장 / no orders but the clients'.")
    ] = False,
    instruments: Annotated[
        int | None,
        typer.Option(
            "--instruments", metavar="N", help="가상종목을 더해 N종목 / N issues, with invented ones."
        ),
    ] = None,
    facts: Annotated[
        list[Path] | None,
        typer.Option("--facts", metavar="FILE", help="재무·수급 등 자료 파일 (여러 번) / your own facts."),
    ] = None,
    accounts: Annotated[
        int, typer.Option("--accounts", metavar="N", help="환경마다 계좌와 앱키 수 / customers of each kind.")
    ] = 1,
    product: Annotated[
        str,
        typer.Option("--product", metavar="01|29", help="실전 계좌 상품코드 (29: 퇴직연금) / product code."),
    ] = "01",
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="실전 초당 호출 한도 (기본 18) / calls a second."),
    ] = None,
    paper_limit: Annotated[
        int | None,
        typer.Option("--paper-limit", metavar="N", min=1, help="모의 초당 호출 한도 (기본 1) / on paper."),
    ] = None,
    no_limits: Annotated[
        bool, typer.Option("--no-limits", help="초당 호출 한도를 두지 않음 / no limits of calls a second.")
    ] = False,
    latency: Annotated[
        int | None,
        typer.Option(
            "--latency",
            metavar="MS",
            min=0,
            max=60_000,
            help="호출이 걸리는 최소 시간 (--write-config 면 60, 아니면 0) / a call takes so long at least.",
        ),
    ] = None,
    notice_fields: Annotated[
        int,
        typer.Option("--notice-fields", metavar="23|26", help="체결통보 필드 수 / fields of order notices."),
    ] = 23,
    records: Annotated[
        str,
        typer.Option(
            "--records",
            metavar="before|day|since",
            help="실시간 레코드: 2026-09-14 앞, 그 날의 것, 뒤 / fields of prints and books.",
        ),
    ] = "before",
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
        from hoga.brokers.kis.streams import Records
        from hoga.day import plan_day
        from hoga.krx.calendar import get_hours
        from hoga.settings import read_settings
        from hoga.simulator import PRODUCTS, Doors, Terms, begin_at

        chosen_pace = parse_pace(pace)
        if notice_fields not in (23, 26):
            raise BadInput(
                f"--notice-fields {notice_fields}: 23 또는 26 을 쓰십시오.",
                f"--notice-fields {notice_fields}: give 23 or 26.",
            )
        if records not in list(Records):
            raise BadInput(
                f"--records {records}: {', '.join(Records)} 가운데 하나를 쓰십시오.",
                f"--records {records}: give one of {', '.join(Records)}.",
            )
        if product not in PRODUCTS:
            raise BadInput(
                f"--product {product}: {', '.join(PRODUCTS)} 가운데 하나를 쓰십시오.",
                f"--product {product}: give one of {', '.join(PRODUCTS)}.",
            )
        if clock not in ("simulated", "wall") or chosen_pace is None:
            raise BadInput(
                "--clock 은 simulated 또는 wall, --pace 는 숫자여야 합니다.",
                "--clock is simulated or wall, and --pace is a number.",
            )
        with contextlib.ExitStack() as stack:
            if always_open:
                _check_always_open(clock, day, start, bars)
                day = str(stack.enter_context(_open_always()))
            plan = plan_day(
                read_settings(),
                day=None if day is None else parse_day(day),
                bars=bars,
                seed=seed,
                cash=cash,
                wanted=None,
                instruments=instruments,
            )
            begins = get_hours(plan.day).open
            if start is not None:
                begins = begin_at(plan.day, parse_time("--from", start))
            plan = changed(plan, start=begins)
            if latency is None:
                latency = 0 if write_config is None else _LATENCY_OF_KIS
            terms = Terms(
                pace=None if clock == "wall" else chosen_pace,
                is_quiet=quiet,
                days=days,
                is_always_open=always_open,
                customers=accounts,
                product=product,
                limits=_limits(limit, paper_limit, has_limits=not no_limits),
                latency=latency / 1000,
                notice_fields=notice_fields,
                records=Records(records),
                facts=tuple(facts or ()),
                record=record,
                bars=bars,
            )
            doors = Doors(rest=rest_port, paper_rest=paper_rest_port, ws=ws_port, paper_ws=paper_ws_port)
            with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):  # the usual ways to stop it
                asyncio.run(_serve(plan, doors, terms, control_port, write_config, json=json))


def _check_always_open(clock: str, day: str | None, start: str | None, bars: Path | None) -> None:
    if clock != "wall" or day is not None or start is not None or bars is not None:
        raise BadInput(
            "--always-open 은 --clock wall 과 함께, --day, --from, --bars 없이 쓰십시오.",
            "--always-open goes with --clock wall, and with none of --day, --from and --bars.",
        )


@contextlib.contextmanager
def _open_always() -> Iterator[date]:
    """The market of this process is open from a minute ago on; gives today."""
    from hoga.clock import WallClock
    from hoga.krx.calendar import always_open

    now = WallClock().now()
    with always_open(max(now - timedelta(minutes=1), datetime.combine(now.date(), time(), KST))):
        yield now.date()


def _limits(
    limit: int | None, paper_limit: int | None, *, has_limits: bool
) -> "Mapping[Environment, int | None]":
    """Calls a second of each environment: KIS's own unless others are given."""
    from hoga.brokers.kis.codes import Environment
    from hoga.simulator import own_limits

    if not has_limits:
        if limit is not None or paper_limit is not None:
            raise BadInput(
                "--no-limits 는 --limit, --paper-limit 와 함께 쓸 수 없습니다.",
                "--no-limits goes with neither --limit nor --paper-limit.",
            )
        return dict.fromkeys(Environment)
    own = own_limits()
    return {
        Environment.REAL: limit or own[Environment.REAL],
        Environment.PAPER: paper_limit or own[Environment.PAPER],
    }


async def _serve(
    plan: "DayPlan",
    doors: "Doors",
    terms: "Terms",
    control_port: int,
    write_config: Path | None,
    *,
    json: bool,
) -> None:
    """Serve until cancelled, with the control plane open."""
    from hoga.server.control import Control, create
    from hoga.server.listener import listen, serve
    from hoga.settings import hoga_home
    from hoga.simulator import collect_seldom, run_exchange, sample_config
    from hoga.storage.open_exchange import announced

    collect_seldom()
    _end_when_told()
    with listen(doors.host, control_port) as listener:

        @contextlib.asynccontextmanager
        async def face(opened: "OpenExchange") -> AsyncIterator[None]:
            control = Control(opened.simulation, opened.clock, opened.faults, opened.begin_anew)
            async with serve(create(control), listener, has_sockets=False) as url:
                if write_config is not None:
                    _write(write_config, sample_config(opened))
                ready = _ready(plan, opened, url, terms)
                with announced(hoga_home(), ready) as is_ours:
                    _show(plan, ready, is_announced=is_ours, json=json)
                    yield

        await run_exchange(plan, face, doors, terms)


def _end_when_told() -> None:
    """Let SIGTERM end this task as Ctrl-C does; Windows has no such signal."""
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"설정 파일 {path} 을(를) 쓸 수 없습니다({error.strerror}).",
            f"the configuration {path} cannot be written ({error.strerror}).",
        ) from error


def _ready(plan: "DayPlan", opened: "OpenExchange", control: str, terms: "Terms") -> dict[str, object]:
    """Where the exchange is and how to get in."""
    from hoga.brokers.kis.codes import Environment

    real, paper = Environment.REAL, Environment.PAPER
    first, paper_first = opened.customers[real][0], opened.customers[paper][0]
    return {
        "ready": True,
        "day": str(plan.day),
        "source": plan.source,
        "rest": opened.faces[real].rest_url,
        "paper_rest": opened.faces[paper].rest_url,
        "ws": opened.faces[real].ws_url,
        "paper_ws": opened.faces[paper].ws_url,
        "control": control,
        "appkey": first.keys.appkey,
        "appsecret": first.keys.appsecret,
        "account": first.account,
        "paper_appkey": paper_first.keys.appkey,
        "paper_appsecret": paper_first.keys.appsecret,
        "paper_account": paper_first.account,
        "htsid": first.hts_id,
        "pid": os.getpid(),
        "session": uuid4().hex,
        "calls_per_second": terms.limits[real],
        "paper_calls_per_second": terms.limits[paper],
        "latency_ms": round(terms.latency * 1000),
        "customers": [
            {
                "environment": str(environment),
                "appkey": customer.keys.appkey,
                "appsecret": customer.keys.appsecret,
                "account": customer.account,
                "htsid": customer.hts_id,
            }
            for environment in (real, paper)
            for customer in opened.customers[environment]
        ],
    }


def _show(plan: "DayPlan", ready: Mapping[str, object], *, is_announced: bool, json: bool) -> None:
    """Say that the exchange is ready, and what to tell a client."""
    if not is_announced:
        print(
            "다른 거래소가 먼저 열려 있어 exchange.json 은 그 거래소의 것입니다.\n"
            "another exchange is open already: exchange.json is that one's.",
            file=sys.stderr,
        )
    if json:
        print_json(ready)
        return
    for line in plan.notes:
        print(line)
    _print_lines({name: value for name, value in ready.items() if name not in ("ready", "customers")})
    customers = ready["customers"]
    assert isinstance(customers, list)
    for customer in customers if len(customers) > _CUSTOMERS_SHOWN else ():
        print()
        _print_lines(customer)
    sys.stdout.flush()


def _print_lines(told: Mapping[str, object]) -> None:
    width = max(map(len, told)) + 2
    for name, value in told.items():
        print(f"{name:<{width}}{'없음 / none' if value is None else value}")


def _replay(path: Path, json: bool) -> None:
    """Live a recording again, say its fingerprint, and fail when it differs."""
    from hoga.day import plan_day
    from hoga.settings import read_settings
    from hoga.simulator import replay

    def plan_of(made_of: "MadeOf") -> "DayPlan":
        plan = plan_day(
            read_settings(),
            day=parse_day(made_of.day),
            bars=None if made_of.bars is None else Path(made_of.bars),
            seed=made_of.seed,
            cash=made_of.cash,
            wanted=None,
            instruments=made_of.instruments,
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
