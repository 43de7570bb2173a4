"""/v1: what a program may do: place, replace and cancel orders, and throw the switch of the account.

An order is placed with a key of the client's own (`Idempotency-Key`), kept on disk together with its answer:
whoever does not hear the answer says the same again and hears it then, also after a restart of either side,
and never places a second order.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Request, Response

from hoga import rows
from hoga.application import Hoga
from hoga.domain.errors import JournalError
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.trading_state import TradingState
from hoga.server.asked import known_code
from hoga.server.bodies import Halt, NewOrder, NewPrice, Why, described, read_body
from hoga.server.errors import KeyReused, problem
from hoga.server.guard import ORDER_HEADER, caller_of, needs, require, source_of
from hoga.server.v1 import Answer, encode, shown, trading_row
from hoga.storage.answers import Answers
from hoga.storage.bridge_tokens import Scope

REPLAYED_HEADER = "Idempotency-Replayed"

_REFUSED = (OrderStatus.DENIED, OrderStatus.REJECTED, OrderStatus.NOT_RECEIVED)
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


class Wishes:
    """Orders that clients named with keys: each is carried out once, and answered the same every time."""

    def __init__(self, hoga: Hoga, answers: Answers) -> None:
        self._hoga = hoga
        self._answers = answers
        self._account = hashlib.sha256(hoga.account_number.encode()).hexdigest()[:16]
        self._running: dict[str, asyncio.Task[tuple[int, bytes]]] = {}

    async def place(self, key: str, body: NewOrder, source: str) -> tuple[int, bytes, bool]:
        """Status and body of the answer, and whether it had been given before.

        Raises:
            KeyReused: the key names another order, or one of another day whose answer was lost.
            BadInput: no such instrument.
            BrokerError: nothing was sent; the key may be used again.
            JournalError: the order was not sent, or its answer could not be written.
        """
        request = body.request(known_code(self._hoga, body.code))
        wish = hashlib.sha256(repr(request).encode()).hexdigest()
        kept = self._answers.find(self._account, key)
        if kept is not None and kept.wish != wish:
            raise KeyReused(
                f"Idempotency-Key {key} 은(는) 다른 주문에 썼습니다. 새 주문에는 새 키를 쓰십시오.",
                f"the Idempotency-Key {key} was used for another order. A new order needs a new key.",
            )
        if kept is not None and kept.status is not None and kept.body is not None:
            return kept.status, kept.body, True
        task = self._running.get(key)
        is_first = task is None
        if task is None:
            desk = self._hoga.desk
            if kept is None:
                self._answers.begin(self._account, key, wish, desk.day)
            elif kept.day != desk.day:
                raise KeyReused(
                    f"Idempotency-Key {key} 의 주문은 {kept.day} 에 냈고 응답을 잃었습니다. 그날을 보십시오.",
                    f"the order of the Idempotency-Key {key} was wanted on {kept.day} and its "
                    "answer was lost. Look at the orders of that day.",
                )
            task = asyncio.create_task(self._carry_out(key, body, source))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # A client that goes away does not cut its order off.
        status, content = await asyncio.shield(task)
        return status, content, not is_first

    async def _carry_out(self, key: str, body: NewOrder, source: str) -> tuple[int, bytes]:
        desk, intent = self._hoga.desk, f"key:{key}"
        order = desk.find_intended(intent)
        if order is None:
            request = body.request(known_code(self._hoga, body.code))
            try:
                order = await desk.place(request, source, intent=intent)
            except JournalError:
                # Once it is written down it may have been sent, and must not be taken for one that was not.
                order = desk.find_intended(intent)
                if order is None:
                    raise
            except Exception:
                if desk.find_intended(intent) is None:
                    self._answers.forget(self._account, key)
                raise
        status, content = order_answer(self._hoga, order)
        if order.status is not OrderStatus.SUBMITTED:
            self._answers.end(self._account, key, status, content)
        return status, content


def order_answer(hoga: Hoga, order: Order) -> tuple[int, bytes]:
    """An order that was placed: 201, 202 while nobody knows whether it arrived, 422 when it was refused."""
    row = rows.order_row(order, hoga.instruments)
    if order.status not in _REFUSED:
        return 202 if order.is_unconfirmed or order.is_in_doubt else 201, encode({"order": row})
    reason, _, detail = order.reason.partition(" ")
    korean, _, english = detail.partition(" / ")
    refused = problem(422, reason, korean or order.reason, english or order.reason)
    return 422, encode({**refused, "order": row})


def trading(hoga: Hoga, answers: Answers, answer: Answer, headers: Mapping[str, str]) -> APIRouter:
    """The routes that change something; `headers` go with every answer."""
    router = APIRouter(prefix="/v1", tags=["주문 / trading"])
    wishes = Wishes(hoga, answers)
    may_trade, may_do_all = [Depends(needs(Scope.TRADE))], [Depends(needs(Scope.ADMIN))]

    def told(status: int, content: bytes, **more: str) -> Response:
        kind = "application/problem+json" if status == 422 else "application/json"
        return Response(content, status, media_type=kind, headers={**headers, **more})

    def about(order: Order) -> Response:
        row = rows.order_row(order, hoga.instruments)
        response = answer({"order": row})
        response.headers[ORDER_HEADER] = order.order_id
        return response

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
        order_id = msgspec.json.decode(content)["order"]["order_id"]
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
        summary="취소 / cancel what is left of an order",
        responses=shown({"order": {"order_id": "20261120-1", "status": "pending_cancel"}}),
        dependencies=may_trade,
    )
    async def cancel(order_id: str) -> Response:
        return about(await hoga.desk.cancel(order_id))

    @router.post(
        "/orders/{order_id}/replace",
        summary="정정 / a new price for what is left of an order",
        responses=shown({"order": {"order_id": "20261120-1", "price": 70_100, "status": "open"}}),
        openapi_extra=described(NewPrice),
        dependencies=may_trade,
    )
    async def replace(asked: Request, order_id: str) -> Response:
        body = await read_body(asked, NewPrice)
        return about(await hoga.desk.replace(order_id, body.price))

    _add_switch(router, hoga, answer, may_trade, may_do_all)
    return router


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
