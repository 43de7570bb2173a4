import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest
from tests.brokers.kis import door as kis_door

from hoga.accounts.connection import Rehearsal
from hoga.brokers.cybos.fake import FakeCom
from hoga.brokers.cybos.server import CybosFace
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Action, Environment
from hoga.brokers.kis.download import HOST_URL
from hoga.brokers.kis.limits import Limits
from hoga.brokers.kis.notices import NoticeRecord, Outcome
from hoga.brokers.kis.oauth import token_reply
from hoga.brokers.kis.register import NoFacts
from hoga.clock import ManualClock, PacedClock, WallClock
from hoga.day import plan_day
from hoga.domain.errors import AccountTaken, BadInput, JournalError, Rejected, Unreachable
from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.domain.zone import KST
from hoga.profiles import connect, find_journal, open_desk
from hoga.server.control import Control, create
from hoga.server.listener import listen, serve
from hoga.settings import ProfileSettings, Settings
from hoga.simulator import Doors, OpenExchange, Terms, run_exchange
from hoga.storage.control import SqlControl
from hoga.storage.keys import KeyStore, Secrets
from hoga.storage.lease import SqlLease
from hoga.storage.open_exchange import FILE, find_exchange
from hoga.storage.open_exchange import OpenExchange as Announced

DAY = date(2026, 11, 20)
NINE = datetime(2026, 11, 20, 9, tzinfo=KST)
ANY_PORTS = Doors(rest=0, paper_rest=0, ws=0, paper_ws=0)


class Enough(Exception):
    """The test has seen what it wanted."""


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)


def beside_an_exchange(work: Callable[[Announced, OpenExchange], Awaitable[None]]) -> None:
    """Do `work` while an exchange of a made day runs, with its control plane."""
    plan = plan_day(Settings(), day=DAY, seed=5, wanted=None)

    @contextlib.asynccontextmanager
    async def face(exchange: OpenExchange) -> AsyncIterator[None]:
        real, keys = exchange.faces[Environment.REAL], exchange.customers[Environment.REAL][0]
        paper, paper_keys = exchange.faces[Environment.PAPER], exchange.customers[Environment.PAPER][0]
        with listen("127.0.0.1", 0) as listener:
            control = Control(exchange.simulation, exchange.clock, exchange.faults)
            async with serve(create(control), listener) as url:
                running = Announced(
                    rest=real.rest_url,
                    ws=real.ws_url,
                    control=url,
                    appkey=keys.keys.appkey,
                    appsecret=keys.keys.appsecret,
                    account=keys.account,
                    htsid=keys.hts_id,
                    source="made",
                    session="1",
                    calls_per_second=18,
                    paper_rest=paper.rest_url,
                    paper_ws=paper.ws_url,
                    paper_appkey=paper_keys.keys.appkey,
                    paper_appsecret=paper_keys.keys.appsecret,
                    paper_account=paper_keys.account,
                    paper_calls_per_second=None,
                )
                await work(running, exchange)
        raise Enough
        yield

    terms = Terms(is_quiet=True, limits={Environment.REAL: 18, Environment.PAPER: None})
    with pytest.raises(Enough):
        asyncio.run(run_exchange(plan, face, ANY_PORTS, terms))


def test_the_simulated_profile_is_the_exchange_of_this_computer_at_its_own_time(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(exchange.clock.now() + timedelta(minutes=30))
        exchange.simulation.advance(exchange.clock.now())
        async with connect("sim", Settings(), tmp_path, has_stream=True) as connection:
            assert connection.day == DAY
            assert abs(connection.clock.now() - exchange.clock.now()) < timedelta(minutes=1)
            assert set(connection.instruments) == set(exchange.simulation.exchange.codes)
            assert connection.prices == "made"
            account = await connection.broker.account()
            assert account == exchange.simulation.exchange.account(running.account)
            messages: list[str] = []
            async with open_desk(connection, messages.append) as desk:
                base = exchange.simulation.exchange.quote("005930").base_price
                request = OrderRequest(code="005930", side=Side.BUY, quantity=3, price=base)
                order = await desk.place(request, "test")
                assert order.status is OrderStatus.OPEN
            async with open_desk(connection, messages.append, only_looks=True) as looking:
                assert [each.order_id for each in looking.orders] == [order.order_id]

    beside_an_exchange(work)


PAPER_SIDE = ProfileSettings(broker="sim", environment="paper")


def test_a_simulated_profile_may_be_of_the_paper_side_of_the_exchange(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(exchange.clock.now() + timedelta(minutes=30))
        exchange.simulation.advance(exchange.clock.now())
        settings = Settings(profiles={"rehearsal": PAPER_SIDE})
        async with connect("rehearsal", settings, tmp_path, has_stream=True) as connection:
            assert connection.rest_url == running.paper_rest
            assert connection.account == running.paper_account
            async with open_desk(connection, lambda message: None) as desk:
                base = exchange.simulation.exchange.quote("005930").base_price
                request = OrderRequest(code="005930", side=Side.BUY, quantity=3, price=base)
                order = await desk.place(request, "test")
            [record] = exchange.simulation.exchange.orders(running.paper_account, DAY, DAY)
            assert record.number == int(order.broker_order_id)

    beside_an_exchange(work)


def test_two_profiles_that_trade_at_once_have_nothing_of_each_other(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(exchange.clock.now() + timedelta(minutes=30))
        exchange.simulation.advance(exchange.clock.now())
        market = exchange.simulation.exchange
        base = market.quote("005930").base_price
        settings = Settings(profiles={"sim": ProfileSettings(broker="sim"), "paper": PAPER_SIDE})
        lines: dict[str, list[str]] = {running.account: [], running.paper_account: []}
        async with (
            connect("sim", settings, tmp_path, has_stream=True) as at_real,
            connect("paper", settings, tmp_path, has_stream=True) as at_paper,
            open_desk(at_real, lines[running.account].append) as real,
            open_desk(at_paper, lines[running.paper_account].append) as paper,
        ):
            buy = OrderRequest(code="005930", side=Side.BUY, quantity=3, price=base)
            for desk, account in ((real, running.account), (paper, running.paper_account)):
                order = await desk.place(buy, "test")  # the two look the same
                [record] = market.orders(account, DAY, DAY)
                assert int(order.broker_order_id) == record.number
            for desk in (real, paper):
                assert await desk.settle()
                await desk.reconcile()
                assert len(desk.orders) == 1
            with contextlib.closing(SqlControl(find_journal("sim", settings, tmp_path))) as control:
                control.write(TradingChanged(at=WallClock().now(), state=TradingState.HALTED, by="김"))
            assert (await real.place(replace(buy, quantity=4), "test")).reason.startswith("halted")
            assert (await paper.place(replace(buy, quantity=4), "test")).status is OrderStatus.OPEN
            for at in (at_real, at_paper):
                with pytest.raises(AccountTaken):
                    SqlLease(at.journal, at.account, WallClock().now)
            assert (paper.differences, real.differences) == (frozenset(), frozenset())
        assert not any("halted" in line for line in lines[running.paper_account])
        kept = [path for path in (tmp_path / "kis").iterdir() if path.suffix == ".json"]
        tokens = {msgspec.json.decode(path.read_bytes())["token"] for path in kept}
        assert (len(kept), len(tokens)) == (2, 2)  # a login each

    beside_an_exchange(work)


def test_what_is_told_after_the_desk_was_closed_troubles_nobody(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        assert isinstance(exchange.clock, PacedClock)
        exchange.clock.jump(exchange.clock.now() + timedelta(minutes=30))
        exchange.simulation.advance(exchange.clock.now())
        async with connect("sim", Settings(), tmp_path) as connection:
            messages: list[str] = []
            async with open_desk(connection, messages.append) as desk:
                base = exchange.simulation.exchange.quote("005930").base_price
                request = OrderRequest(code="005930", side=Side.BUY, quantity=3, price=base)
                order = await desk.place(request, "test")
            told = list(messages)
            fill = NoticeRecord(
                account=running.account,
                number=order.broker_order_ids[-1],
                action=Action.PLACE,
                outcome=Outcome.FILLED,
                side=Side.BUY,
                code="005930",
                quantity=1,
                price=base,
                at=exchange.clock.now(),
                order_quantity=3,
            )
            assert isinstance(connection.broker, KisClient)
            connection.broker._on_notice(fill)
            connection.broker._on_gap()
            assert messages == told

    beside_an_exchange(work)


def test_whoever_only_looks_writes_nothing_down(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        async with connect("sim", Settings(), tmp_path) as connection:
            async with open_desk(connection, lambda message: None, only_looks=True) as desk:
                assert desk.orders == ()
            assert isinstance(connection.journal, Path)
            assert not connection.journal.exists()
            with pytest.raises(Unreachable):
                await connection.broker.follow(["005930"], lambda trade: None)

    beside_an_exchange(work)


def test_one_desk_trades_an_account_and_others_look_and_halt(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))

        async with connect("sim", Settings(), tmp_path) as connection:
            async with open_desk(connection, lambda message: None) as desk:
                with pytest.raises(JournalError, match="already traded by another Hoga"):
                    async with open_desk(connection, lambda message: None):
                        pass
                async with open_desk(connection, lambda message: None, only_looks=True) as looking:
                    assert looking.day == desk.day
                with contextlib.closing(SqlControl(find_journal("sim", Settings(), tmp_path))) as control:
                    now = connection.clock.now()
                    control.write(TradingChanged(at=now, state=TradingState.HALTED, by="test"))
                request = OrderRequest(code="005930", side=Side.BUY, quantity=3, price=1)
                assert (await desk.place(request, "test")).reason.startswith("halted")
            async with open_desk(connection, lambda message: None) as desk:
                assert desk.trading_state is TradingState.HALTED

    beside_an_exchange(work)


def test_the_lease_speaks_before_the_broker_says_that_its_stream_is_taken(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        async with connect("sim", Settings(), tmp_path, has_stream=True) as connection:
            async with open_desk(connection, lambda message: None) as desk:
                with pytest.raises(AccountTaken, match=r"this account is already traded .*pid"):
                    async with connect("sim", Settings(), tmp_path, has_stream=True):
                        pass
                async with connect("sim", Settings(), tmp_path) as other:  # without a stream all may look
                    assert other.day == desk.day
            # The app key's stream is still open, but nobody trades: now KIS itself refuses.
            with pytest.raises(Rejected):
                async with connect("sim", Settings(), tmp_path, has_stream=True):
                    pass
        async with (
            connect("sim", Settings(), tmp_path, has_stream=True) as connection,
            open_desk(connection, lambda message: None) as desk,
        ):
            assert desk.day == DAY

    beside_an_exchange(work)


def test_programs_after_another_share_one_login_and_one_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoga.accounts.kis.SIMULATED_PAUSE", timedelta(0))

    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        logins = exchange.faces[Environment.REAL]._logins
        for _ in range(2):  # the exchange gives one token a minute
            async with connect("sim", Settings(), tmp_path) as connection:
                await connection.broker.account()
        # As one that was started afresh.
        logins.revoke_all(running.appkey)
        logins._logins[running.appkey].answered_at = None
        exchange.faces[Environment.REAL]._limits = Limits(None, None)
        async with connect("sim", Settings(), tmp_path) as connection:
            await connection.broker.account()
        kept = {file.suffix for file in (tmp_path / "kis").iterdir()}
        assert kept == {".json", ".pace", ".lock"}

    beside_an_exchange(work)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    async def work(running: Announced, exchange: OpenExchange) -> None:
        (tmp_path / FILE).write_bytes(msgspec.json.encode(running))
        (tmp_path / "kis").write_text("no folder")
        with pytest.raises(BadInput, match="cannot be written"):
            async with connect("sim", Settings(), tmp_path):
                raise AssertionError

    beside_an_exchange(work)


def refusal(name: str, settings: Settings, home: Path, *, is_live: bool = False) -> str:
    async def work() -> None:
        async with connect(name, settings, home, is_live=is_live):
            raise AssertionError("it connected")

    with pytest.raises(BadInput) as caught:
        asyncio.run(work())
    return caught.value.english


def test_without_a_running_exchange_the_simulated_profile_says_so(tmp_path: Path) -> None:
    assert "Start hoga exchange" in refusal("sim", Settings(), tmp_path)
    (tmp_path / FILE).write_text("{}")
    assert FILE in refusal("sim", Settings(), tmp_path)
    with pytest.raises(BadInput):
        find_exchange(tmp_path)


def test_a_profile_without_keys_says_how_to_put_them_in(tmp_path: Path) -> None:
    assert "hoga keys set --profile kis-paper" in refusal("kis-paper", Settings(), tmp_path)


@pytest.mark.parametrize(("live", "is_live"), [(False, False), (True, False), (False, True)])
def test_real_money_needs_both_switches(tmp_path: Path, live: bool, is_live: bool) -> None:
    KeyStore(tmp_path, None).put("kis-live", Secrets(appkey="a", appsecret="b", account="1234567801"))
    settings = Settings(profiles={"kis-live": ProfileSettings(environment="real", live=live)})
    assert "real money" in refusal("kis-live", settings, tmp_path, is_live=is_live)


def test_with_both_switches_real_money_is_reached_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Reached(Exception):
        pass

    async def download(host_url: str, market: object) -> bytes:
        assert host_url == "https://master.example"
        raise Reached

    monkeypatch.setattr("hoga.accounts.kis.download_archive", download)
    KeyStore(tmp_path, None).put("kis-live", Secrets(appkey="a", appsecret="b", account="1234567801"))
    profile = ProfileSettings(environment="real", live=True, master_url="https://master.example")

    async def work() -> None:
        async with connect("kis-live", Settings(profiles={"kis-live": profile}), tmp_path, is_live=True):
            raise AssertionError("it connected")

    with pytest.raises(Reached):
        asyncio.run(work())


def test_a_computer_whose_clock_is_set_ahead_a_day_trades_on_the_day_of_the_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    wall = [NINE]

    async def download(host_url: str, name: str) -> bytes:
        return b""

    async def log_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(asked.lower().partition(b"content-length:")[2].split()[0]))
        body = token_reply("t" * 30, NINE, NINE + timedelta(days=1)).body
        date = format_datetime(NINE.astimezone(UTC), usegmt=True)
        head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)

    async def work() -> None:
        server = await asyncio.start_server(log_in, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        profile = ProfileSettings(
            environment="paper", rest_url=url, websocket_url="ws://127.0.0.1:9", master_url=url
        )
        settings = Settings(profiles={"kis-paper": profile})
        async with connect("kis-paper", settings, tmp_path, tell=told.append) as connection:
            wall[0] += timedelta(days=1)
            assert abs(connection.clock.now() - NINE) < timedelta(minutes=1)
            assert connection.day == NINE.date()
        server.close()

    monkeypatch.setattr("hoga.accounts.kis.download_archive", download)
    monkeypatch.setattr("hoga.accounts.kis.WallClock", lambda: WallClock(wall=lambda: wall[0]))
    KeyStore(tmp_path, None).put("kis-paper", Secrets(appkey="a", appsecret="b", account="1234567801"))
    asyncio.run(work())
    assert told == []


def test_what_one_host_lists_is_not_taken_for_what_another_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def download(host_url: str, name: str) -> bytes:
        asked.append(host_url)
        return b""

    monkeypatch.setattr("hoga.accounts.kis.download_archive", download)
    KeyStore(tmp_path, None).put("kis-paper", Secrets(appkey="a", appsecret="b", account="1234567801"))

    def reach(master_url: str) -> None:
        profile = ProfileSettings(
            environment="paper",
            rest_url="http://127.0.0.1:9",
            websocket_url="ws://127.0.0.1:9",
            master_url=master_url,
        )

        async def work() -> None:
            async with connect("kis-paper", Settings(profiles={"kis-paper": profile}), tmp_path):
                raise AssertionError("it connected")

        with pytest.raises(Unreachable):
            asyncio.run(work())

    for master_url in ("http://127.0.0.1:9443", "http://127.0.0.1:9443", ""):
        reach(master_url)
    assert asked == ["http://127.0.0.1:9443"] * 3 + [HOST_URL] * 3


@pytest.mark.parametrize("fault", ["gone", "a page of the network"])
def test_a_register_that_cannot_be_fetched_is_that_of_the_last_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    told: list[str] = []
    now = [NINE]
    is_there = [True]

    async def download(host_url: str, name: str) -> bytes:
        if is_there[0]:
            return b""
        if fault == "gone":
            raise Unreachable("없음", "there is no such host")
        return b"<html>log in to the network first</html>"

    monkeypatch.setattr("hoga.accounts.kis.download_archive", download)
    monkeypatch.setattr("hoga.accounts.kis.WallClock", lambda: WallClock(wall=lambda: now[0]))
    KeyStore(tmp_path, None).put("kis-paper", Secrets(appkey="a", appsecret="b", account="1234567801"))
    profile = ProfileSettings(
        environment="paper", rest_url="http://127.0.0.1:9", websocket_url="ws://127.0.0.1:9"
    )

    def reach() -> str:
        async def work() -> None:
            settings = Settings(profiles={"kis-paper": profile})
            async with connect("kis-paper", settings, tmp_path, tell=told.append):
                raise AssertionError("it connected")

        with pytest.raises((Unreachable, BadInput)) as raised:
            asyncio.run(work())
        return str(raised.value)

    is_there[0] = False
    assert "127.0.0.1:9" not in reach()  # not even that far
    is_there[0] = True
    assert "127.0.0.1:9" in reach()
    now[0], is_there[0] = NINE + timedelta(days=1), False
    assert "127.0.0.1:9" in reach()
    assert [f"is that of {NINE.date()}" in each for each in told] == [True] * 3
    is_there[0] = True
    assert "127.0.0.1:9" in reach()
    assert [folder.name for folder in (tmp_path / "register" / "kis").iterdir()] == [f"{now[0]:%Y%m%d}"]


def rehearse() -> Rehearsal:
    """A terminal of Daishin's that is made, at ten in the morning."""
    simulation, clock = kis_door.make_simulation(), ManualClock(kis_door.at("10:00"))
    simulation.advance(clock.now())
    account = kis_door.KIM.account
    face = CybosFace(simulation, clock, kis_door.FakeBars(), NoFacts(), {account: "김투자"})
    return Rehearsal(com=FakeCom(face), clock=clock, account=account, prices="made", session="a day")


def test_daishin_is_rehearsed_without_windows_and_without_the_switches(tmp_path: Path) -> None:
    async def test() -> None:
        async with connect("daishin", Settings(), tmp_path, rehearsal=rehearse()) as connection:
            assert connection.broker.name == "DAISHIN"
            assert connection.instruments["005930"].name == "삼성전자"
            assert (connection.prices, connection.is_real) == ("made", False)
            with pytest.raises(BadInput):
                _ = connection.kis
            async with open_desk(connection, lambda line: None) as desk:
                order = await desk.place(
                    OrderRequest(code="005930", side=Side.BUY, quantity=3, price=69_000), "test"
                )
                assert order.status is OrderStatus.OPEN
                assert desk.lots == {}  # what was bought on earlier days has no known age

    asyncio.run(test())


def test_daishin_for_real_needs_both_switches_an_account_and_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")

    async def test(settings: Settings, *, is_live: bool = True) -> None:
        async with connect("daishin", settings, tmp_path, is_live=is_live):
            raise AssertionError("it connected")

    with pytest.raises(BadInput, match="--live"):
        asyncio.run(test(Settings()))
    live = ProfileSettings(broker="daishin", live=True)
    with pytest.raises(BadInput, match="--live"):
        asyncio.run(test(Settings(profiles={"daishin": live}), is_live=False))
    with pytest.raises(BadInput, match="account"):
        asyncio.run(test(Settings(profiles={"daishin": live})))
    with pytest.raises(BadInput, match="account"):
        find_journal("daishin", Settings(), tmp_path)
    named = replace(live, account="123456789")
    with pytest.raises(Unreachable, match="Windows"):
        asyncio.run(test(Settings(profiles={"daishin": named})))
    assert find_journal("daishin", Settings(profiles={"daishin": named}), tmp_path) != find_journal(
        "daishin", Settings(profiles={"daishin": replace(named, account="1")}), tmp_path
    )


def test_only_daishin_is_made_up(tmp_path: Path) -> None:
    async def test() -> None:
        with pytest.raises(BadInput):
            async with connect("kis-paper", Settings(), tmp_path, rehearsal=rehearse()):
                raise AssertionError("it connected")

    asyncio.run(test())


def test_profiles_of_one_folder_have_a_switch_and_a_lease_each_and_those_of_one_account_share_them(
    tmp_path: Path,
) -> None:
    keys = KeyStore(tmp_path, None)
    for name, account in (("a", "12345678-01"), ("b", "87654321-01"), ("a-too", "1234567801")):
        keys.put(name, Secrets(appkey=f"key-{name}", appsecret="s", account=account))
    real = ProfileSettings(broker="kis", environment="real")
    paper = replace(real, environment="paper")
    keys.put("a-paper", Secrets(appkey="key-p", appsecret="s", account="12345678-01"))
    settings = Settings(profiles={"a": real, "b": real, "a-too": real, "a-paper": paper})
    places = {name: find_journal(name, settings, tmp_path) for name in settings.profiles}
    assert places["a"] == places["a-too"]
    assert len(set(places.values())) == 3

    halted = TradingChanged(at=WallClock().now(), state=TradingState.HALTED, by="김")
    with contextlib.ExitStack() as stack:
        switches = {
            name: stack.enter_context(contextlib.closing(SqlControl(place))) for name, place in places.items()
        }
        switches["a"].write(halted)
        seen = {name: switch.read() for name, switch in switches.items()}
        assert seen == {"a": halted, "a-too": halted, "b": None, "a-paper": None}
        now = WallClock().now
        for name, account in (("a", "1234567801"), ("b", "8765432101"), ("a-paper", "1234567801")):
            stack.enter_context(contextlib.closing(SqlLease(places[name], account, now)))
        with pytest.raises(AccountTaken):
            SqlLease(places["a-too"], "1234567801", now)


def test_two_accounts_that_are_sent_to_one_journal_do_not_mix(tmp_path: Path) -> None:
    place = tmp_path / "one.sqlite"
    now = WallClock().now
    with contextlib.closing(SqlLease(place, "1234567801", now)):
        pass
    with pytest.raises(JournalError) as refused:
        SqlLease(place, "8765432101", now)
    assert not isinstance(refused.value, AccountTaken)
