"""A profile that is served: the real KIS client between the bridge and an exchange beside it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.server.described import hold_by_its_own
from tests.test_profiles import DAY, beside_an_exchange

from hoga import profiles
from hoga.application import Hoga
from hoga.clock import PacedClock
from hoga.domain.errors import BadInput, Unreachable
from hoga.domain.events import DayClosed
from hoga.domain.order import OrderStatus
from hoga.domain.outcome import Mark
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST
from hoga.krx.calendar import add_trading_days
from hoga.server import service
from hoga.server.door import open_door
from hoga.server.duty import Duty, is_on_duty, on_duty
from hoga.server.service import serve_profile
from hoga.settings import BridgeSettings, Settings
from hoga.simulator import OpenExchange
from hoga.storage.bridge_tokens import BridgeTokens, Scope
from hoga.storage.open_exchange import FILE
from hoga.storage.open_exchange import OpenExchange as Announced
from hoga.storage.plans import Plans
from hoga.trading.schedule import ScheduledRun


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)


Ready = asyncio.Queue[tuple[Hoga, str]]
ANY_PORT = BridgeSettings(port=0)


def beside_a_bridge(
    home: Path,
    use: Callable[[Ready, OpenExchange, list[str]], Coroutine[object, object, None]],
    settings: Settings = Settings(),  # noqa: B008  (frozen)
    sent: list[str] | None = None,
) -> None:
    """Let `use` run while the profile sim is served; the queue tells every opening of a day."""

    async def work(running: Announced, exchange: OpenExchange) -> None:
        (home / FILE).write_bytes(msgspec.json.encode(running))
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(exchange.clock.now() + timedelta(minutes=30))
        exchange.simulation.advance(exchange.clock.now())
        ready: Ready = asyncio.Queue()
        told: list[str] = []
        with open_door(ANY_PORT, home) as door:
            serving = asyncio.create_task(
                serve_profile(
                    "sim",
                    settings,
                    home,
                    door,
                    is_live=False,
                    tell=told.append,
                    on_ready=lambda hoga, url: ready.put_nowait((hoga, url)),
                    send=(sent if sent is not None else []).append,
                    duty=Duty("sim", settings, home) if settings.schedule else None,
                )
            )
            using = asyncio.create_task(use(ready, exchange, told))
            try:
                await asyncio.wait((serving, using), return_when=asyncio.FIRST_COMPLETED)
                if serving.done():
                    await serving
                await using
            finally:
                for task in (serving, using):
                    task.cancel()
                await asyncio.wait((serving, using))

    beside_an_exchange(work)


async def ask(token: str, url: str, path: str, method: str = "GET", **params: Any) -> Any:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        response = await client.request(method, url + path, params=params)
        await hold_by_its_own(response, client)
        assert response.status_code == 200, response.text
        return response.json()


def test_an_order_of_a_served_account_reaches_the_exchange_and_its_journal(tmp_path: Path) -> None:
    async def use(ready: Ready, exchange: OpenExchange, told: list[str]) -> None:
        hoga, url = await ready.get()
        token = BridgeTokens(tmp_path).create("test", Scope.TRADE, hoga.clock.now())
        market = exchange.simulation.exchange
        assert (hoga.day, hoga.prices) == (DAY, "made")
        assert await ask(token, url, "/connection") == {
            "broker": "KIS",
            "res": "연결되었습니다.",
            "status": 200,
        }
        price = market.quote("005930").lower_limit
        answer = await ask(
            token,
            url,
            "/buy",
            "POST",
            acc=hoga.account_number,
            front="A",
            code="005930",
            amount=2,
            price=price,
        )
        assert answer["cybos_status"] == 0
        (record,) = market.orders(hoga.account_number, DAY, DAY)
        assert (record.request.quantity, record.remaining_quantity) == (2, 2)
        assert hoga.desk.get_order(answer["order_id"]).status is OrderStatus.OPEN
        (info,) = await ask(token, url, "/marketeye", code="A005930")
        assert info["현재가"] == market.quote("005930").last_price

    beside_a_bridge(tmp_path, use)


MINE = """
from hoga import Decision, buy
class Mine:
    codes = {"005930"}
    def decide(self, view, at):
        return Decision(orders=(buy("005930", 1),))
"""


def test_what_is_scheduled_for_the_account_works_at_the_desk_of_its_bridge(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    runs = (
        ScheduledRun(name="mine", run="mine.py", profile="sim", start="08:00", missed="late"),
        ScheduledRun(name="theirs", run="mine.py", profile="kis-paper"),
        ScheduledRun(name="broken", run="none.py", profile="sim", start="08:00", missed="late"),
    )
    sent: list[str] = []

    async def use(ready: Ready, exchange: OpenExchange, told: list[str]) -> None:
        hoga, url = await ready.get()
        token = BridgeTokens(tmp_path).create("test", Scope.READ, hoga.clock.now())
        clock = hoga.clock
        assert isinstance(clock, PacedClock)

        async def found_when(*today: str) -> Any:
            while True:
                found = await ask(token, url, "/v1/strategies")
                if [each["today"] for each in found["scheduled"]] == list(today):
                    return found
                clock.jump(clock.now() + timedelta(seconds=2))

        found = await found_when("started", "failed")
        assert found["strategies"][0]["open_orders"] == 1
        await hoga.desk.cancel(hoga.desk.orders[0].order_id)
        found = await found_when("ended", "failed")
        assert [each["name"] for each in found["scheduled"]] == ["mine", "broken"]
        (mine,) = found["strategies"]
        assert (mine["name"], mine["state"], mine["orders"], mine["failure"]) == ("Mine", "over", 1, None)
        record, *_ = exchange.simulation.exchange.orders(hoga.account_number, DAY, DAY)
        assert (record.request.quantity, record.filled_quantity) == (1, 0)
        assert any("none.py" in line for line in told)
        assert [line.split(":")[0] for line in sent] == ["시작 started", "하루 보고 report"]

    beside_a_bridge(tmp_path, use, Settings(schedule=runs), sent)


def test_a_plan_is_drawn_traded_paused_and_stopped_at_the_desk_of_the_bridge(tmp_path: Path) -> None:
    async def use(ready: Ready, exchange: OpenExchange, told: list[str]) -> None:
        hoga, url = await ready.get()
        clock = hoga.clock
        assert isinstance(clock, PacedClock)
        tokens = BridgeTokens(tmp_path)
        token = tokens.create("trader", Scope.TRADE, clock.now())
        looker = tokens.create("looker", Scope.READ, clock.now())

        async def send(path: str, body: str = "", status: int = 200, by: str = token) -> Any:
            async with httpx.AsyncClient(headers={"Authorization": f"Bearer {by}"}) as client:
                response = await client.post(url + path, content=body.encode())
                await hold_by_its_own(response, client)
                assert response.status_code == status, response.text
                return response.json()

        async def plan_when(state: str) -> Any:
            while True:
                plan = (await ask(token, url, "/v1/plans/1"))["plan"]
                if plan["state"] == state:
                    return plan
                exchange.simulation.advance(exchange.clock.now())
                clock.jump(clock.now() + timedelta(minutes=1))

        model = '[{"종목코드": 5930, "비중": "50%"}]'
        assert (await send("/v1/plans", model, 403, looker))["reason"] == "Forbidden"
        assert (await send("/v1/plans", model, 401, "nobody"))["reason"] == "Unauthorized"
        wrong = await send("/v1/plans", '[{"종목코드": "999999", "비중": "50%"}]', 400)
        assert "999999" in wrong["korean"]
        await send("/v1/plans", "\x80", 400)
        assert await ask(token, url, "/v1/plans") == {"plans": [], "unreadable": []}
        drawn = (await send("/v1/plans", model))["plan"]
        assert (drawn["plan"], drawn["state"], drawn["outcome"]) == (1, "planned", None)
        assert [line["code"] for line in drawn["lines"]] == ["005930"]
        await send("/v1/plans/2/execute", status=400)
        begun = (await send("/v1/plans/1/execute"))["plan"]
        assert begun["state"] == "trading"
        assert (await send("/v1/plans/1/execute"))["plan"]["state"] == "trading"
        # Nothing has been bought yet, so a second plan would buy the same once more.
        assert (await send("/v1/plans", model))["plan"]["plan"] == 2
        assert "plan 1 is being traded" in (await send("/v1/plans/2/execute", status=400))["english"]
        # What somebody saw of it remains when the program that traded it died.
        assert (await ask(token, url, "/v1/plans/2"))["plan"]["state"] == "planned"
        Plans(tmp_path).mark(2, Mark(clock.now(), 0, {}, {}))
        assert (await ask(token, url, "/v1/plans/2"))["plan"]["state"] == "interrupted"
        # One file that cannot be read hides no other plan.
        file = tmp_path / "plans" / "0002.json"
        kept = file.read_bytes()
        file.write_bytes(kept[:-9])
        listed = await ask(token, url, "/v1/plans")
        assert [each["plan"] for each in listed["plans"]] == [1]
        (bad,) = listed["unreadable"]
        assert bad["plan"] == 2
        assert "0002.json" in bad["korean"]
        assert "cannot be read" in bad["english"]
        file.write_bytes(kept)
        names = [each["name"] for each in (await ask(token, url, "/v1/strategies"))["strategies"]]
        assert [name[:14] for name in names] == ["rebalance-0001"]
        assert (await send("/v1/plans/1/pause"))["plan"]["state"] == "paused"
        assert (await send("/v1/plans/1/resume"))["plan"]["state"] == "trading"
        assert (await send("/v1/plans/1/stop"))["plan"]["state"] == "stopping"
        ended = await plan_when("ended")
        assert ended["outcome"]["names"][0]["code"] == "005930"
        assert (await send("/v1/plans/1/execute"))["plan"]["state"] == "ended"

    beside_a_bridge(tmp_path, use)


def test_one_bridge_begins_what_is_scheduled_and_the_service_leaves_it_to_it(tmp_path: Path) -> None:
    assert not is_on_duty(tmp_path, "sim")
    with on_duty(tmp_path, "sim") as is_ours:
        assert is_ours
        assert is_on_duty(tmp_path, "sim")
        assert not is_on_duty(tmp_path, "kis-paper")
        with on_duty(tmp_path, "sim") as another:
            assert not another
    assert not is_on_duty(tmp_path, "sim")


def test_the_next_trading_day_is_opened_by_itself_on_the_same_address(tmp_path: Path) -> None:
    async def use(ready: Ready, exchange: OpenExchange, told: list[str]) -> None:
        first, url = await ready.get()
        token = BridgeTokens(tmp_path).create("test", Scope.READ, first.clock.now())
        following = add_trading_days(DAY, 1)
        assert isinstance(first.clock, PacedClock)
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(datetime.combine(following, time(7, 5), KST))
        first.clock.jump(exchange.clock.now())
        second, again = await ready.get()
        assert again == url
        assert (first.day, second.day) == (DAY, following)
        assert second.desk.day == following
        assert (await ask(token, url, "/connection"))["status"] == 200

    beside_a_bridge(tmp_path, use)


def test_the_day_is_closed_in_the_evening_and_what_was_open_has_expired(tmp_path: Path) -> None:
    async def use(ready: Ready, exchange: OpenExchange, told: list[str]) -> None:
        hoga, url = await ready.get()
        token = BridgeTokens(tmp_path).create("test", Scope.TRADE, hoga.clock.now())
        price = exchange.simulation.exchange.quote("005930").lower_limit
        order = await hoga.desk.place(
            OrderRequest(code="005930", side=Side.BUY, quantity=1, price=price), "test"
        )
        clock = hoga.clock
        assert isinstance(clock, PacedClock)
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(datetime.combine(DAY, time(20, 31), KST))
        exchange.simulation.advance(exchange.clock.now())
        clock.jump(exchange.clock.now())
        closed = asyncio.Event()
        hoga.desk.listen(lambda event, _: closed.set() if isinstance(event, DayClosed) else None)
        await closed.wait()
        assert hoga.desk.get_order(order.order_id).status is OrderStatus.EXPIRED
        async with httpx.AsyncClient() as client:
            health = (await client.get(url + "/v1/health")).json()
        assert health == {"is_safe": False, "reasons": ["not_open"]}
        rows = (await ask(token, url, "/v1/orders"))["orders"]
        assert [row["status"] for row in rows] == ["expired"]

    beside_a_bridge(tmp_path, use)


def test_a_broker_that_is_down_when_the_day_turns_is_tried_until_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TRY_AGAIN", 0.0)

    async def use(ready: Ready, exchange: OpenExchange, told: list[str]) -> None:
        first, _ = await ready.get()
        original = profiles.connect
        down = iter((True, True))

        def connect(*args: Any, **kwargs: Any) -> Any:
            if next(down, False):
                raise Unreachable("점검 중", "under maintenance")
            return original(*args, **kwargs)

        monkeypatch.setattr(profiles, "connect", connect)
        assert isinstance(first.clock, PacedClock)
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(datetime.combine(add_trading_days(DAY, 1), time(7, 5), KST))
        first.clock.jump(exchange.clock.now())
        second, _ = await ready.get()
        assert second.day > first.day
        assert [line for line in told if "under maintenance" in line] == [
            "증권사에 연결할 수 없습니다: 점검 중 / cannot connect: under maintenance"
        ] * 2

    beside_a_bridge(tmp_path, use)


def test_without_an_exchange_the_profile_cannot_be_served(tmp_path: Path) -> None:
    with open_door(ANY_PORT, tmp_path) as door, pytest.raises(BadInput, match="no exchange is running"):
        asyncio.run(
            serve_profile(
                "sim",
                Settings(),
                tmp_path,
                door,
                is_live=False,
                tell=lambda line: None,
                on_ready=lambda hoga, url: None,
            )
        )
