"""What another Hoga asks of a bridge: whom it speaks to, the broker's own list, and what became of a key."""

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.server.test_v1 import get
from tests.server.test_v1_orders import CODE, post, posting, wanted

from hoga import __version__
from hoga.day import ACCOUNT
from hoga.domain.notices import Answer, NoAnswer, OrderReport, Refused
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side, Venue
from hoga.server.access import Access
from hoga.server.routes import create
from hoga.storage.bridge_tokens import BridgeTokens, Scope
from hoga.trading.desk import Desk
from hoga.trading.parts import Apart, IsOutside, IsPart

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay


def look(day: "BridgeDay", key: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {day.token}", "Idempotency-Key": key}
    response = day.ask("/v1/keys", headers=headers)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["key"]
    return found


def withdraw(day: "BridgeDay", key: str) -> dict[str, Any]:
    response = post(day, "/keys/withdraw", key=key)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["key"]
    return found


NOTHING: dict[str, Any] = {"order": None, "broker_order_ids": []}


BEFORE: dict[str, Any] = {"from": "2025-11-03", "to": "2025-11-13"}
LONG: dict[str, Any] = {"from": "2023-11-03"}

# Keys


def test_a_key_that_never_came_is_withdrawn_and_refused_when_it_comes_late(day: "BridgeDay") -> None:
    assert look(day, "a") == {"state": "unknown", **NOTHING}
    assert withdraw(day, "a") == {"state": "withdrawn", **NOTHING}
    late = post(day, "/orders", wanted(day), "a")
    assert (late.status_code, late.json()["reason"]) == (409, "KeyWithdrawn")
    day.app = create(day.hoga, day.access, day.answers)  # also after a restart
    assert post(day, "/orders", wanted(day), "a").status_code == 409
    assert withdraw(day, "a") == look(day, "a") == {"state": "withdrawn", **NOTHING}
    assert day.broker.sent == []


def test_a_key_with_an_order_is_not_withdrawn(day: "BridgeDay") -> None:
    placed = post(day, "/orders", wanted(day), "a").json()["order"]
    found = withdraw(day, "a")
    assert (found["state"], found["order"]) == ("taken", placed)
    price = placed["price"] + 100
    post(day, f"/orders/{placed['order_id']}/replace", {"price": price})
    now = look(day, "a")
    assert (now["state"], now["order"]["price"]) == ("taken", price)  # as it is now, and not as it was
    assert now["broker_order_ids"] == list(day.desk.orders[0].broker_order_ids)
    assert len(now["broker_order_ids"]) == 2


def test_a_refused_order_is_an_answer_too(day: "BridgeDay") -> None:
    post(day, "/orders", wanted(day, price=1), "a")
    found = withdraw(day, "a")
    assert (found["state"], found["order"]["status"], found["broker_order_ids"]) == ("taken", "denied", [])


def test_an_order_in_doubt_is_taken_and_told_as_in_doubt_until_it_is_settled(day: "BridgeDay") -> None:
    day.broker.script = ["lost"]
    assert post(day, "/orders", wanted(day), "a").status_code == 202
    found = withdraw(day, "a")
    assert (found["state"], found["order"]["is_unconfirmed"], found["broker_order_ids"]) == (
        "taken",
        True,
        [],
    )
    day.run(day.desk.settle())
    found = look(day, "a")
    assert (found["order"]["status"], len(found["broker_order_ids"])) == ("open", 1)


def test_a_withdrawal_waits_for_the_order_that_is_being_placed(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    original = day.broker.buying_power
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(code: str, price: int | None, *, for_order: bool) -> int:
        asked.set()
        await may_go_on.wait()
        return await original(code, price, for_order=for_order)

    monkeypatch.setattr(day.broker, "buying_power", slow)

    async def test() -> tuple[httpx.Response, httpx.Response]:
        placing = asyncio.create_task(posting(day, "/orders", wanted(day), "a"))
        await asyncio.wait(
            (placing, waiting := asyncio.create_task(asked.wait())), return_when="FIRST_COMPLETED"
        )
        assert waiting.done()
        withdrawing = asyncio.create_task(posting(day, "/keys/withdraw", key="a"))
        headers = {"Authorization": f"Bearer {day.token}", "Idempotency-Key": "a"}
        running = await day.asking("/v1/keys", headers=headers)
        assert running.json()["key"] == {"state": "running", **NOTHING}
        assert not withdrawing.done()
        may_go_on.set()
        return await placing, await withdrawing

    placed, found = asyncio.run(test())
    assert placed.status_code == 201
    assert found.json()["key"]["order"] == placed.json()["order"]


def test_a_token_for_reading_withdraws_nothing_and_one_for_trading_decides_nothing(day: "BridgeDay") -> None:
    tokens = BridgeTokens(day.folder)
    day.app = create(day.hoga, Access(day.token, day.clock.now, tokens=tokens), day.answers)

    def status(scope: Scope, path: str, body: bytes = b"") -> int:
        headers = {
            "Authorization": f"Bearer {tokens.create(f'{scope}{path}', scope, day.clock.now())}",
            "Idempotency-Key": "a",
        }

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=day.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
                return await client.post(path, content=body, headers=headers)

        return asyncio.run(send()).status_code

    assert status(Scope.READ, "/v1/keys/withdraw") == 403
    assert status(Scope.TRADE, "/v1/keys/withdraw") == 200
    body = b'{"never_arrived": true}'
    assert status(Scope.TRADE, "/v1/orders/20251114-000001/settle", body) == 403
    assert status(Scope.ADMIN, "/v1/orders/20251114-000001/settle", body) == 404  # there is no such order


# Settling, cancelling


def test_a_person_decides_about_an_order_in_doubt(day: "BridgeDay") -> None:
    day.broker.script = ["gone"]
    order_id = post(day, "/orders", wanted(day), "a").json()["order"]["order_id"]
    for wrong in ({}, {"arrived": "1", "never_arrived": True}):
        assert post(day, f"/orders/{order_id}/settle", wrong).json()["reason"] == "BadInput"
    assert day.desk.get_order(order_id).status is OrderStatus.UNCONFIRMED
    told = post(day, f"/orders/{order_id}/settle", {"never_arrived": True})
    assert (told.status_code, told.json()["order"]["status"]) == (200, "not_received")
    again = post(day, f"/orders/{order_id}/settle", {"never_arrived": True})
    assert (again.status_code, again.json()["reason"]) == (400, "InvalidOrder")


def test_a_person_decides_whose_a_number_is_that_may_be_a_part(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = post(day, "/orders", wanted(day), "a").json()["order"]["order_id"]
    decided: list[object] = []

    async def decide(desk: Desk, order_id: str, verdict: object, *, by: str) -> Order:
        decided.append(verdict)
        return desk.get_order(order_id)

    request = OrderRequest(code=CODE, side=Side.BUY, quantity=1, price=70_000, venue=Venue.NXT)
    row = OrderReport(
        broker_order_id="0000000777",
        replaces="",
        request=request,
        filled_quantity=0,
        filled_amount=0,
        canceled_quantity=0,
        rejected_quantity=0,
        remaining_quantity=1,
        placed_at=day.clock.now(),
    )
    monkeypatch.setattr(Desk, "apart", (Apart(order_id, row, day.clock.steady()),))
    monkeypatch.setattr(Desk, "decide", decide)
    [shown] = get(day, "/orders")["apart"]
    assert (shown["order_id"], shown["broker_order_id"], shown["venue"]) == (order_id, "0000000777", "NXT")
    for body in ({"part": "777"}, {"outside": "777"}):
        assert post(day, f"/orders/{order_id}/settle", body).status_code == 200
    assert decided == [IsPart("777"), IsOutside("777")]
    assert (
        post(day, f"/orders/{order_id}/settle", {"part": "1", "outside": "1"}).json()["reason"] == "BadInput"
    )


def test_a_part_of_an_order_is_cancelled(day: "BridgeDay") -> None:
    order_id = post(day, "/orders", wanted(day, quantity=5), "a").json()["order"]["order_id"]
    row = post(day, f"/orders/{order_id}/cancel", {"quantity": 2}).json()["order"]
    assert (row["status"], row["canceled_quantity"], row["remaining_quantity"]) == ("open", 2, 3)
    too_many = post(day, f"/orders/{order_id}/cancel", {"quantity": 4})
    assert (too_many.status_code, too_many.json()["reason"]) == (400, "InvalidOrder")
    assert post(day, f"/orders/{order_id}/cancel").json()["order"]["status"] == "pending_cancel"
    day.run(day.desk.settle())  # the notice might be the first one, told again: the list says that it is not
    order = day.desk.get_order(order_id)
    assert (order.status, order.canceled_quantity) == (OrderStatus.CANCELED, 5)


@pytest.mark.parametrize("path", ["cancel", "replace"])
def test_a_refusal_of_the_broker_is_told_with_its_reason(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    row = post(day, "/orders", wanted(day), "a").json()["order"]

    async def refuse(order: Order, value: int) -> Answer:
        return Refused(code="APBK0929", message="정정취소 가능수량이 없습니다")

    monkeypatch.setattr(day.broker, path, refuse)
    body = {"price": row["price"] + 100} if path == "replace" else None
    refused = post(day, f"/orders/{row['order_id']}/{path}", body)
    assert (refused.status_code, refused.json()["reason"]) == (422, "APBK0929")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "가능수량" in refused.json()["korean"]
    assert refused.json()["order"] == row  # as it was

    async def lose(order: Order, value: int) -> Answer:
        return NoAnswer(why="timeout")

    monkeypatch.setattr(day.broker, path, lose)
    doubtful = post(day, f"/orders/{row['order_id']}/{path}", body)
    assert (doubtful.status_code, doubtful.json()["order"]["is_unconfirmed"]) == (200, True)


# What is told


def test_whom_one_speaks_to_and_what_the_token_may_do(day: "BridgeDay") -> None:
    about = get(day, "/about")["about"]
    assert about == {
        "version": __version__,
        "broker": "HOGA",
        "account": ACCOUNT,
        "holder": None,
        "prices": "made",
        "is_real": True,  # nobody said that it is not
        "session": "",
        "day": "2025-11-14",
        "scope": "admin",
        "now": "2025-11-14T09:30:00+09:00",
        "pace": 1.0,
        "is_running": True,
    }


def test_the_list_of_the_broker_has_every_number_with_the_order_it_belongs_to(day: "BridgeDay") -> None:
    assert get(day, "/reports") == {"reports": []}
    row = post(day, "/orders", wanted(day, quantity=3), "a").json()["order"]
    post(day, f"/orders/{row['order_id']}/replace", {"price": row["price"] + 100})
    old, new = get(day, "/reports")["reports"]
    assert old["order_id"] == new["order_id"] == row["order_id"]
    assert new["report"]["replaces"] == old["report"]["broker_order_id"]
    assert (old["report"]["remaining_quantity"], new["report"]["remaining_quantity"]) == (0, 3)
    assert new["report"]["request"]["price"] == row["price"] + 100
    assert get(day, "/reports", **BEFORE) == {"reports": []}
    assert get(day, "/reports", status=400, **LONG)["reason"] == "BadInput"


def test_the_buying_power_is_that_of_the_broker(day: "BridgeDay") -> None:
    power = day.exchange.account(ACCOUNT).buying_power
    assert get(day, "/buying-power", code=CODE, price=70_000) == {"buying_power": power}
    assert get(day, "/buying-power", code=CODE) == {"buying_power": power}
    assert get(day, "/buying-power", 400, code="999999")["reason"] == "BadInput"


def test_everything_that_is_listed_is_told_at_once(day: "BridgeDay") -> None:
    told = get(day, "/instruments")["instruments"]
    assert [each["code"] for each in told] == list(day.hoga.instruments)


def test_account_and_positions_are_of_one_moment(day: "BridgeDay") -> None:
    told = get(day, "/account")
    assert len(told["positions"]) == told["account"]["positions"] == 4
