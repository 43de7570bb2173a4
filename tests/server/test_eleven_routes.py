"""The eleven routes of the original bridge, with its fields, from every broker that Hoga has."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.server.described import hold_by_its_own
from tests.server.test_research import FEATURES, MATRIX, SHORT
from tests.server.test_routes import (
    ACCOUNT_INFO,
    BAR,
    CONNECTION,
    HOLDING,
    LEVEL,
    OURS,
    QUOTE,
    TAKEN,
)
from tests.test_profiles import DAY, beside_an_exchange

from hoga import typed_json
from hoga.accounts.connection import Rehearsal
from hoga.application import Hoga
from hoga.brokers.kis.governor import Governor
from hoga.clock import PacedClock
from hoga.day import plan_day
from hoga.rehearsal import made_terminal
from hoga.server.door import open_door
from hoga.server.service import serve_profile
from hoga.settings import BridgeSettings, ProfileSettings, Settings
from hoga.simulator import OpenExchange
from hoga.storage.bridge_tokens import BridgeTokens, Scope
from hoga.storage.keys import KeyStore, Secrets
from hoga.storage.open_exchange import FILE
from hoga.storage.open_exchange import OpenExchange as Announced

ANY_PORT = BridgeSettings(port=0)
CODE = "A005930"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)


class Served:
    """A profile that is served, and how to ask its bridge."""

    def __init__(self, hoga: Hoga, url: str, token: str) -> None:
        self.hoga = hoga
        self.url = url
        self.token = token

    async def ask(self, path: str, method: str = "GET", **params: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(headers=headers, timeout=60) as client:
            response = await client.request(method, self.url + path, params=params)
            await hold_by_its_own(response, client)
            assert response.status_code == 200, response.text
            return response.json()


@contextlib.asynccontextmanager
async def served(
    name: str, settings: Settings, home: Path, rehearsal: Rehearsal | None = None
) -> AsyncIterator[Served]:
    """Serve a profile while the context is open."""
    ready: asyncio.Queue[tuple[Hoga, str]] = asyncio.Queue()
    with open_door(ANY_PORT, home) as door:
        serving = asyncio.create_task(
            serve_profile(
                name,
                settings,
                home,
                door,
                is_live=False,
                tell=lambda line: None,
                on_ready=lambda hoga, url: ready.put_nowait((hoga, url)),
                rehearsal=rehearsal,
            )
        )
        opening = asyncio.create_task(ready.get())
        try:
            await asyncio.wait((serving, opening), return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving
            hoga, url = await opening
            yield Served(hoga, url, door.secret)
        finally:
            for task in (serving, opening):
                task.cancel()
            await asyncio.wait((serving, opening))


def keys(answer: Any) -> list[str]:
    """The fields of an answer, or of the first row of a list that is not empty."""
    row = answer[0] if isinstance(answer, list) else answer
    return list(row)


async def answers_the_eleven_routes(bridge: Served, broker: str) -> None:
    """Ask all of them, and hold the fields against the original's."""
    connection = await bridge.ask("/connection")
    assert (keys(connection), connection["broker"]) == (CONNECTION, broker)
    account = await bridge.ask("/accountinfo")
    assert keys(account) == ACCOUNT_INFO
    assert account["twoday_amount"] > 0
    held = await bridge.ask("/stockaccountinfo")
    assert all(keys(each) == HOLDING for each in held)
    chart = await bridge.ask("/chart", code=CODE, n=30)
    assert (keys(chart), len(chart)) == (BAR, 30)
    assert len(await bridge.ask("/chart", code=CODE, date_from="20261102", date_to="20261113")) == 10
    assert keys(await bridge.ask("/stockfeatures", code=CODE)) == FEATURES
    assert keys(await bridge.ask("/short", code=CODE)) == SHORT
    eye = await bridge.ask("/marketeye", code=[CODE, "A000660"])
    assert (keys(eye), [each["종목코드"] for each in eye]) == (QUOTE, [CODE, "A000660"])
    matrix = await bridge.ask("/tradematrix", code=CODE)
    assert keys(matrix) == MATRIX
    wanted = {"acc": bridge.hoga.account_number, "front": "A", "code": "005930", "amount": 1}
    bought = await bridge.ask("/buy", "POST", price=eye[0]["현재가"], **wanted)
    assert (keys(bought), bought["cybos_status"]) == (TAKEN + OURS, 0)
    assert bought["broker_order_id"]
    book = await bridge.ask("/hogainfo", code=CODE, k=3)  # where nobody else is, our order waits alone
    assert (keys(book), 1 <= len(book) <= 6) == (LEVEL, True)
    sold = await bridge.ask("/sell", "GET", price=eye[0]["현재가"], **wanted | {"amount": 1_000_000})
    assert (keys(sold), sold["cybos_status"]) == (TAKEN + OURS, -1)


Ask = Callable[[Announced, OpenExchange], Awaitable[None]]


def at_half_past_nine(home: Path, work: Ask) -> None:
    """Do `work` beside an exchange that has come as far."""

    async def begun(running: Announced, exchange: OpenExchange) -> None:
        (home / FILE).write_bytes(msgspec.json.encode(running))
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(exchange.clock.now() + timedelta(minutes=30))
        exchange.simulation.advance(exchange.clock.now())
        await work(running, exchange)

    beside_an_exchange(begun)


def test_the_exchange_beside_it(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        async with served("sim", Settings(), tmp_path) as bridge:
            await answers_the_eleven_routes(bridge, "KIS")

    at_half_past_nine(tmp_path, work)


def test_paper_trading_at_kis_pointed_at_the_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        # Its day is the exchange's, and nobody has to keep to one call a second there.
        monkeypatch.setattr("hoga.accounts.kis.WallClock", lambda: exchange.clock)
        monkeypatch.setattr(Governor, "open", lambda *_, **__: None)
        paper = ProfileSettings(
            environment="paper",
            rest_url=running.paper_rest,
            websocket_url=running.paper_ws,
            master_url=running.rest,
        )
        secrets = Secrets(
            appkey=running.paper_appkey,
            appsecret=running.paper_appsecret,
            account=running.paper_account,
            hts_id=running.htsid,
        )
        KeyStore(tmp_path, None).put("kis-paper", secrets)
        async with served("kis-paper", Settings(profiles={"kis-paper": paper}), tmp_path) as bridge:
            await answers_the_eleven_routes(bridge, "KIS")

    at_half_past_nine(tmp_path, work)


def test_a_terminal_of_daishin_that_is_made(tmp_path: Path) -> None:
    async def run() -> None:
        plan = plan_day(Settings(), day=DAY, seed=5, start=time(10), wanted=None)
        async with (
            made_terminal(plan, Decimal(1)) as rehearsal,
            served("daishin", Settings(), tmp_path, rehearsal) as bridge,
        ):
            await answers_the_eleven_routes(bridge, "DAISHIN")
            assert (await bridge.ask("/accountinfo"))["name"]
            features = await bridge.ask("/stockfeatures", code=CODE)
            assert None not in features.values()
            shorts = await bridge.ask("/short", code=CODE)
            assert shorts[0]["거래일"] < int(f"{DAY:%Y%m%d}")  # today's is not known before tomorrow
            flows = await bridge.ask("/tradematrix", code=CODE)
            everybody = ("개인", "외국인", "기관계", "기타법인", "기타외인")
            assert len(flows) > 100
            assert all(sum(row[name] for name in everybody) == 0 for row in flows)

    asyncio.run(run())


def test_daishin_where_msgspec_has_no_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_json, "_has_msgspec", False)

    async def run() -> None:
        plan = plan_day(Settings(), day=DAY, seed=5, start=time(10), wanted=None)
        async with made_terminal(plan, Decimal(1)) as rehearsal:
            async with served("daishin", Settings(), tmp_path, rehearsal) as bridge:
                await answers_the_eleven_routes(bridge, "DAISHIN")
                orders = (await bridge.ask("/v1/orders"))["orders"]
            monkeypatch.undo()  # what it wrote down is read by whoever has msgspec
            async with served("daishin", Settings(), tmp_path, rehearsal) as bridge:
                again = (await bridge.ask("/v1/orders"))["orders"]
        assert [each["order_id"] for each in again] == [each["order_id"] for each in orders]

    asyncio.run(run())


def test_another_hoga(tmp_path: Path) -> None:
    """A bridge in front of a bridge in front of the exchange, each with a desk of its own."""

    async def work(running: Announced, exchange: OpenExchange) -> None:
        async with served("sim", Settings(), tmp_path) as far:
            token = BridgeTokens(tmp_path).create("laptop", Scope.TRADE, far.hoga.clock.now())
            home = tmp_path / "laptop"
            await asyncio.to_thread(home.mkdir)
            KeyStore(home, None).put("remote", Secrets(token=token, account=running.account))
            remote = replace(Settings().profile("remote"), url=far.url)
            async with served("remote", Settings(profiles={"remote": remote}), home) as near:
                await answers_the_eleven_routes(near, "REMOTE")
                for path in ("/stockfeatures", "/short", "/tradematrix"):
                    here, there = await near.ask(path, code=CODE), await far.ask(path, code=CODE)
                    assert here == there
                account = await near.ask("/stockaccountinfo")
                assert account == await far.ask("/stockaccountinfo")
                (order,) = [each for each in far.hoga.desk.orders if each.broker_order_id]
                assert order.source == "bridge:laptop"
                assert len(exchange.simulation.exchange.orders(running.account, DAY, DAY)) == 1

    at_half_past_nine(tmp_path, work)
