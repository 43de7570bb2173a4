"""Orders under /v1: each is placed once, whatever becomes of the answer."""

import asyncio
import hashlib
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.server.described import hold

from hoga.domain.errors import BrokerError
from hoga.domain.order import OrderStatus
from hoga.domain.trading_state import TradingState
from hoga.server.routes import create
from hoga.storage.answers import Answers

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

CODE = "005930"


async def posting(day: "BridgeDay", path: str, body: Any = None, key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {day.token}"} | ({} if key is None else {"Idempotency-Key": key})
    transport = httpx.ASGITransport(app=day.app, raise_app_exceptions=False)
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
        response = await client.post(f"/v1{path}", content=content, headers=headers)
    hold(response, day.app.openapi)
    return response


def post(day: "BridgeDay", path: str, body: Any = None, key: str | None = None) -> httpx.Response:
    return asyncio.run(posting(day, path, body, key))


def wanted(day: "BridgeDay", **more: Any) -> dict[str, Any]:
    """A buy that waits at the bottom of the day."""
    price = day.exchange.quote(CODE).lower_limit
    return {"code": CODE, "side": "buy", "quantity": 1, "price": price, **more}


def test_an_order_is_placed_and_told(day: "BridgeDay") -> None:
    response = post(day, "/orders", wanted(day), "a")
    assert response.status_code == 201
    row = response.json()["order"]
    assert (row["status"], row["quantity"], row["source"]) == ("open", 1, "bridge")
    assert response.headers["X-Hoga-Order"] == row["order_id"]
    (record,) = day.records()
    assert str(record.number) == row["broker_order_id"].lstrip("0")


def test_the_same_key_has_the_same_answer_and_places_nothing_again(day: "BridgeDay") -> None:
    first = post(day, "/orders", wanted(day), "a")
    day.run(day.desk.cancel(first.json()["order"]["order_id"]))
    second = post(day, "/orders", wanted(day), "a")
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(day.broker.sent) == 1


def test_two_at_once_with_the_same_key_are_one_order(day: "BridgeDay") -> None:
    async def both() -> list[httpx.Response]:
        return await asyncio.gather(*(posting(day, "/orders", wanted(day), "a") for _ in range(5)))

    answers = asyncio.run(both())
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(day.broker.sent) == 1


def test_another_key_is_another_order_however_alike(day: "BridgeDay") -> None:
    assert [post(day, "/orders", wanted(day), key).status_code for key in "ab"] == [201, 201]
    assert len(day.broker.sent) == 2


@pytest.mark.parametrize(
    "change", [{"quantity": 2}, {"side": "sell"}, {"code": "247540"}, {"type": "market"}]
)
def test_a_key_that_named_another_order_is_refused(day: "BridgeDay", change: dict[str, Any]) -> None:
    post(day, "/orders", wanted(day), "a")
    response = post(day, "/orders", wanted(day, **change), "a")
    assert (response.status_code, response.json()["reason"]) == (409, "KeyReused")
    assert len(day.broker.sent) == 1


def test_the_answer_survives_a_restart(day: "BridgeDay") -> None:
    first = post(day, "/orders", wanted(day), "a")
    with closing(Answers(day.folder / "answers.sqlite")) as answers:
        day.app = create(day.hoga, day.access, answers)
        second = post(day, "/orders", wanted(day), "a")
        assert (second.status_code, second.content) == (first.status_code, first.content)
    assert len(day.broker.sent) == 1


def test_a_wish_that_a_crash_cut_off_is_answered_from_what_the_desk_knows(day: "BridgeDay") -> None:
    first = post(day, "/orders", wanted(day), "a").json()["order"]
    kept = day.answers.find(account_of(day), "a")
    assert kept is not None
    day.answers.forget(account_of(day), "a")
    day.answers.begin(account_of(day), "a", kept.wish, kept.day)
    day.app = create(day.hoga, day.access, day.answers)
    again = post(day, "/orders", wanted(day), "a")
    assert (again.status_code, again.json()["order"]) == (201, first)
    assert len(day.broker.sent) == 1


def test_a_wish_that_never_came_to_the_desk_is_carried_out_when_it_is_said_again(day: "BridgeDay") -> None:
    post(day, "/orders", wanted(day), "a")
    kept = day.answers.find(account_of(day), "a")
    assert kept is not None
    day.answers.begin(account_of(day), "b", kept.wish, kept.day)
    assert post(day, "/orders", wanted(day), "b").status_code == 201
    assert len(day.broker.sent) == 2


def test_a_wish_of_another_day_whose_answer_was_lost_is_not_carried_out_today(day: "BridgeDay") -> None:
    post(day, "/orders", wanted(day), "a")
    kept = day.answers.find(account_of(day), "a")
    assert kept is not None
    day.answers.begin(account_of(day), "b", kept.wish, kept.day.replace(day=13))
    response = post(day, "/orders", wanted(day), "b")
    assert (response.status_code, response.json()["reason"]) == (409, "KeyReused")
    assert len(day.broker.sent) == 1


def account_of(day: "BridgeDay") -> str:
    return hashlib.sha256(day.hoga.account_number.encode()).hexdigest()[:16]


def test_an_order_without_a_key_is_refused(day: "BridgeDay") -> None:
    for key in (None, "", "x" * 101, "two words"):
        response = post(day, "/orders", wanted(day), key)
        assert (response.status_code, response.json()["reason"]) == (400, "BadInput")
    assert day.broker.sent == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"code": "005930"}',
        {"code": "005930", "side": "buy", "quantity": 0, "price": 1},
        {"code": "005930", "side": "buy", "quantity": 1.5, "price": 1},
        {"code": "005930", "side": "buy", "quantity": "1", "price": 1},
        {"code": "005930", "side": "hold", "quantity": 1, "price": 1},
        {"code": "005930", "side": "buy", "quantity": 1, "price": 10**13},
        {"code": "999999", "side": "buy", "quantity": 1, "price": 1},
        {"code": "005930", "side": "buy", "quantity": 1, "price": 1, "amount": 1},
        b"[" * 60_000,
    ],
)
def test_a_body_that_is_no_order_is_refused(day: "BridgeDay", body: Any) -> None:
    response = post(day, "/orders", body, "a")
    assert (response.status_code, response.json()["reason"]) == (400, "BadInput")
    assert day.broker.sent == []
    assert post(day, "/orders", wanted(day), "a").status_code == 201


def test_what_the_desk_denies_is_a_problem_with_its_reason_and_the_order(day: "BridgeDay") -> None:
    response = post(day, "/orders", wanted(day, price=None), "a")
    body = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.status_code, body["reason"], body["order"]["status"]) == (422, "price_missing", "denied")
    assert body["korean"]
    assert " / " not in body["english"]
    assert post(day, "/orders", wanted(day, price=None), "a").json() == body
    assert len(day.desk.orders) == 1


def test_what_the_broker_refuses_is_a_problem_too(day: "BridgeDay") -> None:
    day.broker.script = ["refuse"]
    response = post(day, "/orders", wanted(day), "a")
    assert (response.status_code, response.json()["reason"]) == (422, "APBK0952")


def test_an_order_without_an_answer_is_202_and_stays_so_for_its_key(day: "BridgeDay") -> None:
    day.broker.script = ["lost"]
    first = post(day, "/orders", wanted(day), "a")
    assert (first.status_code, first.json()["order"]["is_unconfirmed"]) == (202, True)
    assert post(day, "/orders", wanted(day), "a").content == first.content
    assert len(day.broker.sent) == 1


def test_a_key_whose_order_came_to_nothing_may_be_used_again(day: "BridgeDay") -> None:
    day.broker.deafness = BrokerError("조회 실패", "cannot be read")
    assert post(day, "/orders", wanted(day), "a").status_code == 502
    day.broker.deafness = None
    assert post(day, "/orders", wanted(day), "a").status_code == 201
    assert len(day.broker.sent) == 1


def test_an_order_is_replaced_and_canceled(day: "BridgeDay") -> None:
    order_id = post(day, "/orders", wanted(day), "a").json()["order"]["order_id"]
    price = wanted(day)["price"] + 100
    replaced = post(day, f"/orders/{order_id}/replace", {"price": price})
    assert (replaced.status_code, replaced.json()["order"]["price"]) == (200, price)
    assert post(day, f"/orders/{order_id}/cancel").status_code == 200
    assert day.desk.get_order(order_id).status is OrderStatus.CANCELED
    again = post(day, f"/orders/{order_id}/cancel")
    assert (again.status_code, again.json()["reason"]) == (400, "InvalidOrder")
    for what, body in (("cancel", None), ("replace", {"price": price}), ("settle", {"never_arrived": True})):
        unknown = post(day, f"/orders/nothing/{what}", body)
        assert (unknown.status_code, unknown.json()["reason"]) == (404, "UnknownOrder")
    assert post(day, f"/orders/{order_id}/replace", {"price": 0}).status_code == 400


def test_everything_that_is_open_is_canceled(day: "BridgeDay") -> None:
    for key in "abc":
        post(day, "/orders", wanted(day), key)
    canceled = post(day, "/orders/cancel-all").json()["orders"]
    assert len(canceled) == 3
    assert all(order.status is OrderStatus.CANCELED for order in day.desk.orders)
    assert post(day, "/orders/cancel-all").json() == {"orders": []}


def test_the_switch_is_thrown_and_remembers_who_and_why(day: "BridgeDay") -> None:
    post(day, "/orders", wanted(day), "a")
    told = post(day, "/halt", {"cancel_all": True, "why": "뉴스"}).json()["trading"]
    assert (told["state"], told["by"], told["why"]) == ("halted", "bridge", "뉴스")
    assert day.desk.orders[0].status is OrderStatus.CANCELED
    assert post(day, "/orders", wanted(day), "b").json()["reason"] == "halted"
    assert post(day, "/resume").json()["trading"]["state"] == "active"
    assert post(day, "/reduce", {"why": "마감"}).json()["trading"]["state"] == "reducing"
    assert day.desk.trading_state is TradingState.REDUCING
    assert post(day, "/orders", wanted(day), "c").json()["reason"] == "reducing"
