"""/v1: rebalancing by plans, at a served account."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from hoga import rows
from hoga.domain.errors import BadInput, HogaError
from hoga.server.guard import needs
from hoga.server.plan_desk import PlanDesk, PlanState
from hoga.server.v1 import Answer, shown
from hoga.storage.bridge_tokens import Scope
from hoga.storage.plans import PlanWish

Number = Annotated[int, Path(ge=1, le=10**9, description="계획 번호 / the plan's number")]

_PLAN = {"plan": 7, "day": "2026-11-20", "state": "planned", "bought": 60_000_000, "sold": 20_000_000}
_WHOLE = {"plan": {**_PLAN, "lines": [{"code": "005930", "held": 0, "target": 120, "quantity": 120}]}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "items": {"type": "object"},
                    "description": "모델 파일(JSON)과 같습니다 / as a model file in JSON",
                },
                "example": [{"종목코드": "005930", "비중": "60%"}, {"종목코드": "000660", "비중": "40%"}],
            }
        },
    }
}


def plans(desk: PlanDesk | None, answer: Answer) -> APIRouter:
    """The routes about plans. Without a `desk` each says that there are none here."""
    router = APIRouter(prefix="/v1", tags=["리밸런싱 / rebalancing"])
    may_read, may_trade = [Depends(needs(Scope.READ))], [Depends(needs(Scope.TRADE))]

    def here() -> PlanDesk:
        if desk is None:
            raise BadInput(
                "이 브리지는 모의 하루의 것이라 계획이 없습니다. hoga serve --profile NAME 이나 "
                "hoga rebalance 를 쓰십시오.",
                "this bridge is of a simulated day and has no plans. Use hoga serve --profile NAME, or hoga "
                "rebalance.",
            )
        return desk

    def about(state: PlanState) -> Response:
        return answer({"plan": _whole_row(state)})

    @router.get(
        "/plans",
        summary="이 계좌의 리밸런싱 계획 / the plans of this account",
        description=(
            "state: planned, trading, paused, stopping, interrupted, ended, failed. "
            "읽을 수 없는 계획은 누구의 것이든 unreadable 에. "
            "Those that cannot be read are in `unreadable`, whosever they are."
        ),
        responses=shown({"plans": [_PLAN], "unreadable": []}),
        dependencies=may_read,
    )
    async def all_plans() -> Response:
        states, unreadable = here().all()
        bad = [{"plan": number, **_said(error)} for number, error in unreadable.items()]
        return answer({"plans": [_row(state) for state in states], "unreadable": bad})

    @router.get(
        "/plans/{number}",
        summary="계획 하나와 그 결과 / one plan, and what it came to",
        responses=shown(_WHOLE),
        dependencies=may_read,
    )
    async def one_plan(number: Number) -> Response:
        return about(here().get(number))

    @router.post(
        "/plans",
        summary="모델로 계획 세우기 (매매하지 않음) / a plan for a model; nothing is traded",
        responses=shown(_WHOLE),
        openapi_extra=_BODY,
        dependencies=may_trade,
    )
    async def draw(asked: Request) -> Response:
        return about(await here().draw(await asked.body()))

    @router.post(
        "/plans/{number}/execute",
        summary="계획을 매매, 또는 이어서 / trade a plan, or go on with it",
        description=(
            "같은 계획은 두 번 사지 않습니다. 브리지를 다시 시작했으면 다시 부르십시오. "
            "Nothing is bought twice. Ask again after the bridge was started anew."
        ),
        responses=shown(_WHOLE),
        dependencies=may_trade,
    )
    async def execute(number: Number) -> Response:
        return about(await here().execute(number))

    @router.post(
        "/plans/{number}/pause",
        summary="멈춰 두기, 열린 주문은 그대로 / send nothing for now; open orders stay",
        responses=shown(_WHOLE),
        dependencies=may_trade,
    )
    async def pause(number: Number) -> Response:
        return about(here().wish(number, PlanWish.PAUSE))

    @router.post(
        "/plans/{number}/resume",
        summary="다시 매매 / trade again",
        responses=shown(_WHOLE),
        dependencies=may_trade,
    )
    async def resume(number: Number) -> Response:
        return about(here().wish(number, PlanWish.GO))

    @router.post(
        "/plans/{number}/stop",
        summary="열린 주문을 취소하고 끝내기 / cancel what is open, and end",
        responses=shown(_WHOLE),
        dependencies=may_trade,
    )
    async def stop(number: Number) -> Response:
        return about(here().wish(number, PlanWish.STOP))

    return router


def _said(error: HogaError) -> rows.Row:
    return {"korean": error.korean, "english": error.english}


def _row(state: PlanState) -> rows.Row:
    failure = state.failure
    return {
        **rows.plan_row(state.plan),
        "state": _word(state),
        "failure": None if failure is None else f"{failure.korean} / {failure.english}",
    }


def _whole_row(state: PlanState) -> rows.Row:
    outcome = state.outcome
    return {
        **_row(state),
        "lines": [rows.line_row(line) for line in state.plan.targets.lines],
        "outcome": None
        if outcome is None
        else {**rows.outcome_row(outcome), "names": [rows.result_row(each) for each in outcome.results]},
    }


def _word(state: PlanState) -> str:
    if state.outcome is not None:
        return "ended"
    if not state.is_trading:
        if state.failure is not None:
            return "failed"
        return "interrupted" if state.has_begun else "planned"
    return {PlanWish.GO: "trading", PlanWish.PAUSE: "paused", PlanWish.STOP: "stopping"}[state.wish]
