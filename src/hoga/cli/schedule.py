"""`hoga schedule`: strategies that run by themselves on trading days."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.lines import print_json
from hoga.cli.options import JsonOption
from hoga.cli.outcome import said_clearly
from hoga.domain.errors import BadInput

if TYPE_CHECKING:
    from hoga.storage.run_log import RunLog
    from hoga.trading.schedule import RunEvent, ScheduledRun

schedule = typer.Typer(no_args_is_help=True, help="예약 실행 / strategies that run by themselves.")

DECISIONS = ("late", "skip")


@schedule.command("list")
def list_runs(json: JsonOption = False) -> None:
    """예약과 다음 시작, 오늘 어떻게 되었는지 / the runs, their next start, and what became of today's."""
    with said_clearly(json):
        from hoga.clock import WallClock
        from hoga.trading.schedule import last_of, word_of

        now = WallClock().now()
        events = _log().read()
        rows = [
            {
                "name": run.name,
                "run": run.run,
                "profile": run.profile,
                "next_start": f"{run.next_start(now):%Y-%m-%d %H:%M}",
                "today": word_of(last_of(events, run.name, now.date())) or "-",
                "missed": run.missed,
            }
            for run in _runs()
        ]
        if json:
            print_json({"runs": rows})
            return
        for row in rows:
            print("  ".join(row.values()))
        if not rows:
            print("없음 / none")


@schedule.command("run")
def run_service(json: JsonOption = False) -> None:
    """예약된 것을 제때 실행하는 서비스 / the service: begins what is scheduled, day after day."""
    with said_clearly(json):
        from hoga.cli.profile import tell
        from hoga.clock import WallClock
        from hoga.messages import messages
        from hoga.scheduler import Scheduler, begin_in
        from hoga.server.duty import is_on_duty
        from hoga.settings import hoga_home, read_settings
        from hoga.storage.lock import held
        from hoga.trading.news import News

        home, settings = hoga_home(), read_settings()
        runs = _runs()
        if not runs:
            raise BadInput(
                "예약이 없습니다. hoga.toml 에 [[schedule]] 표를 쓰십시오.",
                "nothing is scheduled. Write a [[schedule]] table into hoga.toml.",
            )
        for each in runs:
            settings.profile(each.profile)
        with (
            held(home / "schedule.lock") as is_ours,
            messages(settings.notify, home, "Hoga", tell) as send,
        ):
            if not is_ours:
                raise BadInput(
                    "예약 서비스가 이미 돌고 있습니다.",
                    "the service is running already: there can be one only.",
                )

            def note(message: str) -> None:
                tell(message)
                if News.SCHEDULE in settings.notify.news:
                    send(message)

            scheduler = Scheduler(
                runs,
                _log(),
                WallClock(),
                begin_in(home),
                note,
                is_left_alone=lambda run: is_on_duty(home, run.profile),
            )
            start = scheduler.next_start
            if json:
                print_json({"ready": True, "runs": [each.name for each in runs], "next_start": start})
            else:
                print(f"다음 시작 / next start: {start:%Y-%m-%d %H:%M}", flush=True)
            asyncio.run(_until_told(scheduler.serve()))


@schedule.command("decide")
def decide(
    name: Annotated[str, typer.Argument(metavar="NAME", help="예약의 이름 / the name of a run.")],
    decision: Annotated[str, typer.Argument(metavar="late|skip", help="지금이라도 / 건너뜀.")],
    json: JsonOption = False,
) -> None:
    """놓친 실행을 지금이라도 할지 건너뛸지 / whether a missed run is begun late or left out."""
    with said_clearly(json):
        from hoga.clock import WallClock
        from hoga.trading.schedule import RunAsked, RunSkipped, RunWanted, last_of

        if decision not in DECISIONS:
            raise BadInput(f"{decision}: late 또는 skip 을 쓰십시오.", f"{decision}: write late or skip.")
        log, now = _log(), WallClock().now()
        last = last_of(log.read(), name, now.date())
        if not isinstance(last, RunAsked):
            raise BadInput(
                f"{name}: 오늘 정할 것이 없습니다. hoga schedule list 로 확인하십시오.",
                f"{name}: there is nothing to decide today. Look at hoga schedule list.",
            )
        if decision == "late":
            log.append(RunWanted(name=name, day=last.day, at=now))
        else:
            log.append(RunSkipped(name=name, day=last.day, at=now, why="a person said so"))
        if json:
            print_json({"name": name, "decision": decision})
        else:
            print(f"{name}: {decision}")


async def _until_told(service: Coroutine[object, object, None]) -> None:
    """Serve until Ctrl-C or until the system asks to end, and then end in order."""
    task = asyncio.create_task(service)
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _runs() -> "tuple[ScheduledRun, ...]":
    from hoga.settings import read_settings

    return read_settings().schedule


def _log() -> "RunLog[RunEvent]":
    from hoga.settings import hoga_home
    from hoga.storage.run_log import RunLog
    from hoga.trading.schedule import KINDS, RunEvent

    return RunLog(hoga_home(), RunEvent, KINDS)
