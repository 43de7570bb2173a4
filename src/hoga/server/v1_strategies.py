"""/v1: what works at the desk by itself."""

from fastapi import APIRouter, Depends, Response

from hoga import rows
from hoga.application import Hoga
from hoga.server.guard import needs
from hoga.server.v1 import Answer, shown
from hoga.storage.bridge_tokens import Scope
from hoga.trading.runner import Runner
from hoga.trading.schedule import RunEvent, ScheduledRun, word_of
from hoga.trading.shift import report


def strategies(hoga: Hoga, answer: Answer) -> APIRouter:
    """The routes about strategies."""
    router = APIRouter(prefix="/v1", dependencies=[Depends(needs(Scope.READ))], tags=["전략 / strategies"])

    @router.get(
        "/strategies",
        summary="오늘 돈 전략과 예약 / strategies of today, and what is scheduled",
        description=(
            "state: working 매매 중, over 오늘은 끝, stopped 오류로 멈춤(failure). scheduled 는 이 브리지가 "
            "스스로 시작하는 것. `scheduled` is what this bridge begins by itself (hoga serve --schedule)."
        ),
        responses=shown(
            {
                "strategies": [
                    {"name": "swing", "state": "working", "orders": 3, "fills": 2, "failure": None}
                ],
                "scheduled": [{"name": "morning", "run": "swing", "today": "started"}],
            }
        ),
    )
    async def strategies() -> Response:
        return answer(
            {
                "strategies": [_strategy_row(hoga, runner) for runner in hoga.runners()],
                "scheduled": [_scheduled_row(hoga, run, last) for run, last in hoga.scheduled()],
            }
        )

    return router


def _strategy_row(hoga: Hoga, runner: Runner) -> rows.Row:
    done = report(hoga.desk, runner)
    state = "stopped" if done.failure else "over" if runner.is_over else "working"
    return {
        "name": runner.name,
        "state": state,
        "next_time": None if runner.is_over else runner.next_time,
        "orders": done.orders,
        "fills": done.fills,
        "bought": done.bought,
        "sold": done.sold,
        "open_orders": done.open_orders,
        "unconfirmed": done.unconfirmed,
        "refused": done.refused,
        "failure": done.failure or None,
    }


def _scheduled_row(hoga: Hoga, run: ScheduledRun, last: RunEvent | None) -> rows.Row:
    return {
        "name": run.name,
        "run": run.run,
        "next_start": run.next_start(hoga.clock.now()),
        "today": word_of(last),
        "missed": run.missed,
    }
