"""The profile `remote`: another Hoga, from its settings and its token to a desk that trades through it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.brokers.kis.door import BUY, DAY, KIM, FakeBars, at, make_simulation
from tests.brokers.remote.far import TOKEN, Far, bridged

import hoga
from hoga.brokers.local import LocalBroker
from hoga.checkup import Checkup, Health
from hoga.clock import ManualClock, PacedClock
from hoga.domain.errors import AccountTaken, BadInput, BrokerError, LoginExpired, Unreachable
from hoga.domain.events import OrderSubmitted
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest
from hoga.exchange.simulation import Simulation
from hoga.profiles import connect, find_journal, open_desk
from hoga.settings import ProfileSettings, Settings
from hoga.storage.bridge_tokens import BridgeTokens, Scope
from hoga.storage.journal import SqlJournal
from hoga.storage.keys import KeyStore, Secrets
from hoga.trading.desk import KINDS

REQUEST = OrderRequest(code="005930", side=BUY, quantity=3, price=69_000)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in ("hoga.checkup", "hoga.accounts.connection"):
        monkeypatch.setattr(f"{module}.find_keyring", lambda: None)
    monkeypatch.setenv("HOGA_HOME", str(tmp_path))
    tmp_path.chmod(0o700)
    put(tmp_path)
    return tmp_path


def put(home: Path, token: str = TOKEN, account: str = "50012345-01") -> None:
    KeyStore(home, None).put("remote", Secrets(token=token, account=account))


def leading_to(url: str, **more: Any) -> Settings:
    return Settings(profiles={"remote": ProfileSettings(broker="remote", url=url, **more)})


class Server:
    """The other Hoga at ten o'clock."""

    def __init__(self) -> None:
        self.simulation: Simulation = make_simulation()
        self.clock = ManualClock(at("10:00"))
        self.simulation.advance(self.clock.now())
        self.broker = LocalBroker(self.simulation, KIM.account, FakeBars(), self.clock)

    @contextlib.asynccontextmanager
    async def served(self, **options: Any) -> AsyncIterator[Far]:
        listed = FakeBars().instruments(DAY)
        async with bridged(self.broker, self.clock, listed, KIM.account, **options) as far:
            yield far

    @property
    def orders(self) -> int:
        return len(self.simulation.exchange.orders(KIM.account, DAY, DAY))


Work = Callable[[Server, Far], Awaitable[None]]


def beside(work: Work, **options: Any) -> None:
    async def run() -> None:
        server = Server()
        async with server.served(**options) as far:
            await work(server, far)

    asyncio.run(run())


def test_an_order_goes_through_a_desk_of_our_own_with_its_key_in_our_journal(home: Path) -> None:
    async def work(server: Server, far: Far) -> None:
        async with connect("remote", leading_to(far.url), home, has_stream=True) as connection:
            assert connection.broker.name == "REMOTE"
            assert connection.account == KIM.account
            assert connection.instruments == far.hoga.instruments
            assert (connection.prices, connection.is_real) == ("made", False)
            assert isinstance(connection.clock, PacedClock)  # the time is that of the market there
            assert connection.clock.now().date() == DAY
            async with open_desk(connection, lambda line: None) as desk:
                order = await desk.place(REQUEST, "test")
                assert order.status is OrderStatus.OPEN
                with pytest.raises(AccountTaken):
                    async with connect("remote", leading_to(far.url), home, has_stream=True):
                        raise AssertionError("a second desk was let in")
            with contextlib.closing(SqlJournal(connection.journal, KINDS)) as journal:
                (written,) = [entry for entry in journal.read() if isinstance(entry, OrderSubmitted)]
            assert written.key
            assert far.desk.find_intended(f"key:{written.key}") is not None
        assert server.orders == 1

    beside(work)


@pytest.mark.parametrize(
    ("told", "written", "holder"), [(None, "", None), ("홍길동", "", "홍길동"), ("홍길동", "나", "나")]
)
def test_the_holder_is_who_the_settings_name_else_who_that_hoga_does(
    home: Path, told: str | None, written: str, holder: str | None
) -> None:
    async def work(server: Server, far: Far) -> None:
        far.hoga.account_holder = told
        async with connect("remote", leading_to(far.url, holder=written), home) as connection:
            assert connection.holder == holder

    beside(work)


def test_who_only_looks_withdraws_nothing_of_a_desk_that_is_sending(home: Path) -> None:
    async def work(server: Server, far: Far) -> None:
        async with connect("remote", leading_to(far.url), home, has_stream=True) as connection:
            async with open_desk(connection, lambda line: None) as desk:
                order = await desk.place(REQUEST, "test")
            with contextlib.closing(SqlJournal(connection.journal, KINDS)) as journal:
                journal.append(
                    OrderSubmitted(
                        order_id=f"{DAY:%Y%m%d}-000002",
                        at=at("10:00"),
                        request=REQUEST,
                        source="test",
                        watermark=order.broker_order_id,
                        key="being-sent",
                    )
                )
            async with open_desk(connection, lambda line: None, only_looks=True) as desk:
                assert desk.orders[-1].is_in_doubt
            headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "being-sent"}
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.get(f"{far.url}/v1/keys") as answer,
            ):
                assert (await answer.json())["key"]["state"] == "unknown"

    beside(work)


def test_a_notebook_looks_and_orders_through_another_hoga(home: Path) -> None:
    def use() -> None:
        with hoga.connect("remote") as account:
            assert account.quote("A005930").code == "005930"
            assert account.book("005930").bids == ()
            assert len(account.bars("005930", "2026-04-01")) > 10
            assert account.account().number == KIM.account
            placed = account.buy("005930", 3, 69_000)
            assert placed.status is OrderStatus.OPEN
            assert account.cancel(placed).status in (OrderStatus.CANCELED, OrderStatus.PENDING_CANCEL)
            with pytest.raises(BadInput, match="Use an account at KIS"):
                account.members("005930")

    async def work(server: Server, far: Far) -> None:
        file = home / "hoga.toml"
        await asyncio.to_thread(file.write_text, f'[profiles.remote]\nurl = "{far.url}"\n')
        await asyncio.to_thread(use)
        assert server.orders > 0

    beside(work)


@pytest.mark.parametrize(("live", "is_live"), [(False, False), (True, False), (False, True), (True, True)])
def test_real_money_there_needs_both_switches_here(home: Path, live: bool, is_live: bool) -> None:
    async def work(server: Server, far: Far) -> None:
        async def enter() -> None:
            async with connect("remote", leading_to(far.url, live=live), home, is_live=is_live) as connection:
                assert connection.is_real

        if live and is_live:
            await enter()
        else:
            with pytest.raises(BadInput, match="real money"):
                await enter()

    beside(work, is_real=True)


def test_the_journal_is_found_without_asking_and_is_that_of_the_market_there(home: Path) -> None:
    places = []

    async def work(server: Server, far: Far) -> None:
        async with connect("remote", leading_to(far.url), home) as connection:
            places.append(connection.journal)
            assert find_journal("remote", leading_to(""), home) == connection.journal

    for session in ("", "monday", "tuesday", ""):
        beside(work, session=session)
    assert places[0] == places[3]
    assert len(set(places)) == 3


def test_a_day_that_has_not_begun_there_is_waited_for_by_whoever_would_trade(home: Path) -> None:
    async def work(server: Server, far: Far) -> None:
        server.clock.set(at("10:00") + timedelta(days=1))
        with pytest.raises(Unreachable, match="has not opened"):
            async with connect("remote", leading_to(far.url), home, has_stream=True):
                raise AssertionError("it would have traded")
        async with connect("remote", leading_to(far.url), home) as connection:
            assert connection.day == DAY  # what is served there can be looked at
            coming = DAY + timedelta(days=1)
            with pytest.raises(BrokerError, match="from must not be after"):
                await connection.broker.orders(coming, coming)

    beside(work)


@pytest.mark.parametrize(
    ("token", "account", "match"),
    [
        ("", "5001234501", "no token"),
        (TOKEN, "", "no account number"),
        (TOKEN, "11112222-01", "another account"),
    ],
)
def test_what_is_missing_or_wrong_is_named(home: Path, token: str, account: str, match: str) -> None:
    put(home, token, account)

    async def work(server: Server, far: Far) -> None:
        with pytest.raises(BadInput, match=match):
            async with connect("remote", leading_to(far.url), home):
                raise AssertionError("it connected")

    beside(work)


def test_an_address_and_a_certificate_must_be_there(home: Path) -> None:
    async def enter(settings: Settings) -> None:
        async with connect("remote", settings, home):
            raise AssertionError("it connected")

    with pytest.raises(BadInput, match="Write url"):
        asyncio.run(enter(Settings()))
    with pytest.raises(BadInput, match="certificate"):
        asyncio.run(enter(leading_to("https://127.0.0.1:1", certificate=str(home / "none.pem"))))


def test_a_wrong_token_says_where_to_get_one(home: Path) -> None:
    put(home, "hoga_nobodys")

    async def work(server: Server, far: Far) -> None:
        with pytest.raises(LoginExpired, match="hoga tokens create"):
            async with connect("remote", leading_to(far.url), home):
                raise AssertionError("it connected")

    beside(work)


@pytest.mark.parametrize(
    "wrong",
    [
        {"broker": "remote", "url": "http://server.local:5000"},  # the token would travel in the open
        {"broker": "kis", "environment": "paper", "url": "https://server.local:5000"},
        {"broker": "kis", "environment": "paper", "certificate": "server.pem"},
        {"broker": "remote", "environment": "paper"},
        {"broker": "remote", "starter": "x"},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        ProfileSettings(**wrong)


def test_the_doctor_looks_at_the_bridge_and_what_the_token_may_do(home: Path) -> None:
    async def look(url: str) -> dict[str, tuple[Health, str]]:
        file = home / "hoga.toml"
        await asyncio.to_thread(file.write_text, f'[profiles.remote]\nurl = "{url}"\n')
        examined = Checkup("remote", home, lambda finding: None)
        await examined.run()
        return {each.subject: (each.health, each.english) for each in examined.findings}

    async def work(server: Server, far: Far) -> None:
        found = await look(far.url)
        assert found["bridge"][0] is Health.GOOD
        assert {found[subject][0] for subject in ("login", "account", "register", "clock", "limits")} == {
            Health.GOOD
        }
        assert found["keys"][0] is Health.DOUBTFUL  # there is no keyring here
        await far.desk.halt()
        health, english = (await look(far.url))["bridge"]
        assert (health, "halted" in english) == (Health.DOUBTFUL, True)
        far.desk.resume()
        put(home, BridgeTokens(home).create("reader", Scope.READ, server.clock.now()))
        health, english = (await look(far.url))["bridge"]
        assert (health, "cannot order" in english) == (Health.DOUBTFUL, True)

    beside(work, tokens=BridgeTokens(home))
