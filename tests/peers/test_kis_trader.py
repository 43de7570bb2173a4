"""kis-trader, a typed KIS client of other people, reads all that it knows of the home market, and trades.

It refuses an answer in which a field that it needs is missing, empty or no number, and realtime records of
any other length than those since 2026-09-14. Nothing of it is changed but its base addresses. It blocks, so
the exchange lives in a thread of its own.
"""

import asyncio
import inspect
import random
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from queue import Queue
from typing import Any

import kis_trader._internal._endpoints as endpoints
import pytest
from kis_trader import KISClient, StockAccount
from kis_trader.domestic.calendar import CalendarQueries
from kis_trader.domestic.index import DomesticIndex
from kis_trader.domestic.market import MarketQueries
from kis_trader.domestic.namespace import DomesticAccount
from kis_trader.domestic.ranking import DomesticRankingQueries
from kis_trader.domestic.stock import DomesticStock
from tests.brokers.kis.door import KIM, REAL, ids

from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.streams import Records
from hoga.clock import ManualClock
from hoga.domain.zone import KST
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

DAY = date(2026, 5, 6)
CODE, FUND = "005930", "069500"
PATIENCE = 30
"""Seconds of real time within which anything must have happened."""

ACCOUNT = f"{KIM.account[:8]}-{KIM.account[8:]}"
SPAN = {"start": "20260301", "end": "20260506"}
ARGUMENTS: dict[str, object] = SPAN | {
    "day": "20260430",
    "member_code": "00002",
    "year": 2025,
    "market_code": "KSP",
    "industry_code": "0001",
    "base_date": "20260501",
}
"""What the questions that need something are asked with."""
FUND_ONLY = {"nav", "nav_comparison", "nav_history", "nav_intraday", "etf_components", "etf_order_book"}
ACTS = {"buy", "sell", "credit_buy", "credit_sell", "reserve_buy", "reserve_sell", "twap"}
ACCOUNT_ACTS = {"cancel_reserved_order", "modify_reserved_order"}


class Street:
    """A made day and its exchange, in a thread of their own."""

    def __init__(self, now: str) -> None:
        store = MadeBars(7)
        instruments = store.instruments(DAY)
        listings = [Listing(each, store.base_price(each.code, DAY)) for each in instruments]
        bars = {each.code: store.minute_bars(each.code, DAY) for each in instruments}
        exchange = Exchange(DAY, listings, [Opening(account=KIM.account, deposit=10**9)], KIS_STOCK)
        flow = Flow(DAY, listings, bars, lambda name: random.Random(f"kis-trader {name}"), random_end=0)
        self.clock = ManualClock(datetime.combine(DAY, time.fromisoformat(now), KST))
        self.simulation = Simulation(exchange, flow)
        self._loop = asyncio.new_event_loop()
        self._face = KisFace(
            self.simulation,
            self.clock,
            store,
            (KIM,),
            REAL,
            ids(),
            facts=MadeFacts(7, store),
            records=Records.SINCE,
            notice_fields=26,
        )
        self._thread = threading.Thread(target=self._loop.run_forever)

    def open(self) -> KisFace:
        self._thread.start()

        async def begun() -> None:
            self.simulation.advance(self.clock.now())
            await self._face.__aenter__()

        self._wait(begun())
        return self._face

    def close(self) -> None:
        self._wait(self._face.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def come(self, text: str) -> None:
        """Let the day go on until then."""

        async def gone() -> None:
            self.clock.set(datetime.combine(DAY, time.fromisoformat(text), KST))
            self.simulation.advance(self.clock.now())

        self._wait(gone())

    def _wait(self, doing: Any) -> None:
        asyncio.run_coroutine_threadsafe(doing, self._loop).result(PATIENCE)


@contextmanager
def trading(now: str, home: Path) -> Iterator[tuple[Street, KISClient]]:
    """A client in front of a day that has come to `now`."""
    street = Street(now)
    face = street.open()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(endpoints._BASE_URL_BY_ENVIRONMENT, "real", face.rest_url)
        patch.setitem(endpoints._WEBSOCKET_URL_BY_ENVIRONMENT, "real", face.ws_url)
        client = KISClient(
            app_key=KIM.keys.appkey,
            app_secret=KIM.keys.appsecret,
            account=ACCOUNT,
            environment="real",
            hts_id=KIM.hts_id,
            throttle=False,
            token_cache_dir=home,
        )
        try:
            with client:
                yield street, client
        finally:
            street.close()


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KISClient]:
    """A client after the close, when KIS tells everything about the day."""
    with trading("15:50", tmp_path_factory.mktemp("evening")) as (_, client):
        yield client


def questions(kind: type, without: Collection[str] = ()) -> list[str]:
    return [
        name
        for name, each in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and name not in without
    ]


def answer(ask: Callable[..., Any]) -> Any:
    """What is told; the client raises when it cannot read that."""
    needed = {
        name: ARGUMENTS[name]
        for name, each in inspect.signature(ask).parameters.items()
        if each.default is each.empty or name in SPAN
    }
    return ask(**needed)


def account_of(client: KISClient) -> StockAccount:
    assert isinstance(client.account, StockAccount)
    return client.account


@pytest.mark.parametrize("name", questions(DomesticStock, ACTS | FUND_ONLY))
def test_it_reads_whatever_it_knows_of_an_issue(evening: KISClient, name: str) -> None:
    told = answer(getattr(evening.domestic.stock(CODE), name))
    if name != "after_hours_trades":
        assert told != []


@pytest.mark.parametrize("name", sorted(FUND_ONLY))
def test_it_reads_whatever_it_knows_of_a_fund(evening: KISClient, name: str) -> None:
    assert answer(getattr(evening.domestic.stock(FUND), name)) != []


@pytest.mark.parametrize("name", questions(DomesticRankingQueries))
def test_it_reads_every_ranking(evening: KISClient, name: str) -> None:
    answer(getattr(evening.domestic.ranking, name))


@pytest.mark.parametrize("name", questions(MarketQueries))
def test_it_reads_whatever_it_knows_of_the_market(evening: KISClient, name: str) -> None:
    answer(getattr(evening.domestic.market, name))


@pytest.mark.parametrize("name", questions(CalendarQueries))
def test_it_reads_every_calendar(evening: KISClient, name: str) -> None:
    answer(getattr(evening.domestic.calendar, name))


@pytest.mark.parametrize("name", questions(DomesticIndex))
def test_it_reads_whatever_it_knows_of_an_index(evening: KISClient, name: str) -> None:
    answer(getattr(evening.domestic.index("0001"), name))


@pytest.mark.parametrize("name", questions(DomesticAccount, ACCOUNT_ACTS))
def test_it_reads_whatever_it_knows_of_an_account(evening: KISClient, name: str) -> None:
    answer(getattr(account_of(evening).domestic, name))


def test_its_orders_are_the_exchange_s_and_everything_is_told_as_it_happens(tmp_path: Path) -> None:
    with trading("10:05", tmp_path) as (street, client):
        heard: dict[str, Queue[Any]] = {}
        realtime = client.realtime(reconnect=False)
        for stream, key in (
            ("H0STCNT0", CODE),
            ("H0STASP0", CODE),
            ("H0UNCNT0", CODE),
            ("H0UNASP0", CODE),
            ("H0STNAV0", FUND),
            ("H0STMBC0", CODE),
            ("H0STPGM0", CODE),
            ("H0STCNI0", KIM.hts_id),
        ):
            heard[stream] = Queue()
            realtime.subscribe(tr_id=stream, tr_key=key, on=heard[stream].put)
        realtime.start()
        try:
            stock = client.domestic.stock(CODE)
            bought = stock.buy(quantity=3)
            notice = heard["H0STCNI0"].get(timeout=PATIENCE).data
            assert (notice.order_id, notice.symbol) == (bought.order_id, CODE)
            waiting = stock.buy(quantity=2, limit_price=int(stock.quote().current_price) - 3_000)
            moved = client.orders.modify(
                waiting.client_order_id, limit_price=int(stock.quote().current_price) - 2_000
            )
            assert [each.order_id for each in client.orders.open_orders().domestic] == [moved.order_id]
            client.orders.cancel(waiting.client_order_id)
            assert client.orders.open_orders().domestic == ()
            (held,) = account_of(client).domestic.positions()
            assert (held.symbol, int(held.quantity)) == (CODE, 3)
            own = street.simulation.exchange.orders(KIM.account, DAY, DAY)
            assert [each.filled_quantity for each in own if each.filled_quantity] == [3]
            street.come("10:08")
            for stream in heard:
                assert heard[stream].get(timeout=PATIENCE).data is not None, stream
        finally:
            realtime.stop()
