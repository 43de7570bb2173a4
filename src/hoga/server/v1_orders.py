"""/v1: what a program may do: place, replace and cancel orders, and throw the switch of the account.

An order is placed with a key of the client's own (`Idempotency-Key`), kept on disk together with its answer:
whoever does not hear the answer says the same again and hears it then, also after a restart of either side,
and never places a second order.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from hoga import rows
from hoga.application import Hoga
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.trading_state import TradingState
from hoga.server.asked import means
from hoga.server.bodies import (
    Halt,
    NewOrder,
    NewPrice,
    PartCancel,
    Settlement,
    Why,
    described,
    read_body,
)
from hoga.server.guard import ORDER_HEADER, caller_of, needs, require, source_of
from hoga.server.refusals import Refusals
from hoga.server.v1 import Answer, encode, shown, trading_row
from hoga.server.wishes import Wishes
from hoga.storage.answers import Answers
from hoga.storage.bridge_tokens import Scope

REPLAYED_HEADER = "Idempotency-Replayed"

_EXAMPLE = {"order": {"order_id": "20261120-1", "code": "005930", "status": "open"}}

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="같은 키는 같은 답 / your own name of this order; the same key gives the same answer.",
    ),
]


def trading(hoga: Hoga, answers: Answers, answer: Answer, headers: Mapping[str, str]) -> APIRouter:
    """The routes that change something; `headers` go with every answer."""
    router = APIRouter(prefix="/v1", dependencies=[Depends(means(hoga))], tags=["주문 / trading"])
    wishes, refusals = Wishes(hoga, answers), Refusals(hoga)
    may_trade, may_do_all = [Depends(needs(Scope.TRADE))], [Depends(needs(Scope.ADMIN))]

    def told(status: int, content: bytes, **more: str) -> Response:
        kind = "application/problem+json" if status == 422 else "application/json"
        return Response(content, status, media_type=kind, headers={**headers, **more})

    def about(order: Order, refusal: rows.Row | None = None) -> Response:
        row = rows.order_row(order, hoga.instruments)
        if refusal is not None:
            return told(422, encode({**refusal, "order": row}), **{ORDER_HEADER: order.order_id})
        return told(200, encode({"order": row}), **{ORDER_HEADER: order.order_id})

    @router.post(
        "/orders",
        summary="주문 / place an order",
        description=(
            "201: 접수. 202: 도착했는지 아직 모름. 422: 거부(이유와 주문). 답을 못 받으면 같은 키로 다시. "
            "201: the broker has it. 202: nobody knows yet whether it arrived. 422: refused, with reason and "
            "order. Without an answer, send the same with the same key again."
        ),
        status_code=201,
        responses={201: {"description": "OK", "content": {"application/json": {"example": _EXAMPLE}}}},
        openapi_extra=described(NewOrder),
        dependencies=may_trade,
    )
    async def place(asked: Request, key: Key) -> Response:
        body = await read_body(asked, NewOrder)
        status, content, is_replayed = await wishes.place(key, body, source_of(caller_of(asked)))
        order_id = json.loads(content)["order"]["order_id"]
        more = {ORDER_HEADER: order_id, **({REPLAYED_HEADER: "true"} if is_replayed else {})}
        return told(status, content, **more)

    @router.post(
        "/orders/cancel-all",
        summary="열린 주문 모두 취소 / cancel everything that is open",
        description="다른 곳에서 낸 주문은 그대로 둡니다. Orders that were placed elsewhere are left alone.",
        responses=shown({"orders": [{"order_id": "20261120-1", "status": "pending_cancel"}]}),
        dependencies=may_trade,
    )
    async def cancel_all() -> Response:
        canceled = []
        for order in hoga.desk.orders:
            now = hoga.desk.get_order(order.order_id)  # while one cancel is on its way, others may fill
            if now.source != OUTSIDE and now.status is OrderStatus.OPEN:
                canceled.append(await hoga.desk.cancel(order.order_id))
        return answer({"orders": [rows.order_row(each, hoga.instruments) for each in canceled]})

    @router.post(
        "/orders/{order_id}/cancel",
        summary="취소 / cancel what is left of an order, or so many shares of it",
        description="422: 증권사가 거부(이유와 주문). The broker refused, with its reason and the order.",
        responses=shown({"order": {"order_id": "20261120-1", "status": "pending_cancel"}}),
        openapi_extra=described(PartCancel),
        dependencies=may_trade,
    )
    async def cancel(asked: Request, order_id: str) -> Response:
        body = await read_body(asked, PartCancel)
        with refusals.heard(order_id) as heard:
            order = await hoga.desk.cancel(order_id, body.quantity)
        return about(order, heard.problem)

    @router.post(
        "/orders/{order_id}/replace",
        summary="정정 / a new price for what is left of an order",
        description="422: 증권사가 거부(이유와 주문). The broker refused, with its reason and the order.",
        responses=shown({"order": {"order_id": "20261120-1", "price": 70_100, "status": "open"}}),
        openapi_extra=described(NewPrice),
        dependencies=may_trade,
    )
    async def replace(asked: Request, order_id: str) -> Response:
        body = await read_body(asked, NewPrice)
        with refusals.heard(order_id) as heard:
            order = await hoga.desk.replace(order_id, body.price)
        return about(order, heard.problem)

    @router.post(
        "/orders/{order_id}/settle",
        summary="확인되지 않은 주문을 사람이 결정 / a person decides about an order in doubt",
        description=(
            "증권사 화면에서 확인한 뒤에: arrived 에 증권사의 번호, 또는 never_arrived. SOR 주문 곁의 "
            "번호는 part(일부) 나 outside(남의 주문). "
            "After looking at the broker's own screens: the broker's number in `arrived`, or "
            "`never_arrived`; a number beside an order by SOR in `part`, or in `outside` when it is "
            "somebody else's."
        ),
        responses=shown({"order": {"order_id": "20261120-1", "status": "open"}}),
        openapi_extra=described(Settlement),
        dependencies=may_do_all,
    )
    async def settle(asked: Request, order_id: str) -> Response:
        body = await read_body(asked, Settlement)
        by = source_of(caller_of(asked))
        return about(await hoga.desk.decide(order_id, body.verdict(), by=by))

    _add_keys(router, wishes, answer, may_trade)
    _add_switch(router, hoga, answer, may_trade, may_do_all)
    return router


def _add_keys(router: APIRouter, wishes: Wishes, answer: Answer, may_trade: list[Any]) -> None:
    taken = {"key": {"state": "taken", "order": _EXAMPLE["order"], "broker_order_ids": ["0000012345"]}}

    @router.get(
        "/keys",
        summary="이 키로 낸 주문 / what became of the order of a key",
        description=(
            "unknown: 그런 키로 나간 주문 없음(아직 올 수 있음). running: 처리 중. taken: 주문은 order. "
            "withdrawn: 철회, 받지 않음. lost: 다른 날의 키이고 응답을 잃음. "
            "unknown: nothing was sent with this key, though it may yet come. running: it is being looked "
            "at. taken: see order. withdrawn: it is not taken any more. lost: of another day, its answer "
            "was lost."
        ),
        responses=shown(taken),
        dependencies=[Depends(needs(Scope.READ))],
    )
    async def look(key: Key) -> Response:
        return answer({"key": wishes.look(key)})

    @router.post(
        "/keys/withdraw",
        summary="키 철회 / if there is no order of this key, never take one",
        description=(
            "응답을 잃은 주문의 확실한 답: taken 이면 그 주문이 있고, withdrawn 이면 없고 늦게 와도 거부. "
            "The certain answer to an order whose answer was lost: taken, and there it is; or withdrawn, and "
            "it is refused should it arrive late."
        ),
        responses=shown({"key": {"state": "withdrawn", "order": None, "broker_order_ids": []}}),
        dependencies=may_trade,
    )
    async def withdraw(key: Key) -> Response:
        return answer({"key": await wishes.withdraw(key)})


def _add_switch(
    router: APIRouter, hoga: Hoga, answer: Answer, may_trade: list[Any], may_do_all: list[Any]
) -> None:
    state = {"trading": {"state": "halted", "by": "bridge", "why": "뉴스 확인"}}

    @router.post(
        "/halt",
        summary="비상 정지 / send nothing but cancels, also after a restart",
        responses=shown(state),
        openapi_extra=described(Halt),
        dependencies=may_trade,
    )
    async def halt(asked: Request) -> Response:
        body = await read_body(asked, Halt)
        await hoga.desk.halt(cancel_all=body.cancel_all, by=source_of(caller_of(asked)), why=body.why)
        return answer({"trading": trading_row(hoga)})

    @router.post(
        "/reduce",
        summary="줄이기만 / send only what lowers risk",
        responses=shown(state),
        openapi_extra=described(Why),
        dependencies=may_trade,
    )
    async def reduce(asked: Request) -> Response:
        body = await read_body(asked, Why)
        if hoga.desk.trading_state is TradingState.HALTED:
            require(caller_of(asked), Scope.ADMIN)  # from a halt that is a step back to trading
        hoga.desk.reduce(by=source_of(caller_of(asked)), why=body.why)
        return answer({"trading": trading_row(hoga)})

    @router.post(
        "/resume",
        summary="다시 매매 / trade again",
        responses=shown(state),
        openapi_extra=described(Why),
        dependencies=may_do_all,
    )
    async def resume(asked: Request) -> Response:
        body = await read_body(asked, Why)
        hoga.desk.resume(by=source_of(caller_of(asked)), why=body.why)
        return answer({"trading": trading_row(hoga)})
