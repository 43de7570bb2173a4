"""A bridge over one made morning, the exchange behind it to compare with, and a broker that can fail."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI
from tests.server.described import hold

from hoga.application import Hoga
from hoga.brokers.local import LocalBroker
from hoga.clock import ManualClock
from hoga.day import ACCOUNT
from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import BrokerError, HogaError, JournalError, Unreachable
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.notices import Answer, NoAnswer, Refused
from hoga.domain.order import Order
from hoga.domain.quote import OrderBook, Quote
from hoga.domain.zone import KST
from hoga.exchange.exchange import Exchange
from hoga.exchange.flow import Flow
from hoga.exchange.opening import Holding, Listing, Opening
from hoga.exchange.records import OrderRecord
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.notify import LineNotifier
from hoga.ports import Journal
from hoga.server.access import Access
from hoga.server.routes import create
from hoga.storage.answers import Answers
from hoga.storage.journal import SqlJournal
from hoga.storage.made import MadeBars
from hoga.storage.made_names import known_instruments
from hoga.storage.memory import MemoryControl
from hoga.trading.desk import KINDS, Desk
from hoga.trading.limits import NO_LIMITS

DAY = date(2025, 11, 14)
START = datetime.combine(DAY, time(9, 30), KST)
TOKEN = "the-token-of-this-bridge-0123456789abcdef"

SAMSUNG, ECOPRO_BM, LEVERAGE, NOTE = "005930", "247540", "122630", "500001"
"""A stock of KOSPI, one of KOSDAQ, an ETF, and an ETN at the prices of an ETF: none are made for ETN."""

CASH = 10_000_000
HOLDINGS = (
    Holding(SAMSUNG, 10, 700_000),
    Holding(ECOPRO_BM, 7, 900_001),
    Holding(LEVERAGE, 100, 2_000_000),
    Holding(NOTE, 3, 40_000),
)

T = TypeVar("T")


class Bars:
    """Made prices, and those of an ETF for the ETN."""

    source = "made"

    def __init__(self) -> None:
        self._made = MadeBars(seed=1)

    def instruments(self, day: date) -> Sequence[Instrument]:
        known = known_instruments()
        note = Instrument(code=NOTE, name="호가 ETN", market=Market.KOSPI, kind=Kind.ETN)
        return (*(known[code] for code in (SAMSUNG, ECOPRO_BM, LEVERAGE)), note)

    def base_price(self, code: str, day: date) -> int:
        return self._made.base_price(_priced_as(code), day)

    def minute_bars(self, code: str, day: date) -> Sequence[Bar]:
        return [replace(bar, code=code) for bar in self._made.minute_bars(_priced_as(code), day)]

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        return [replace(bar, code=code) for bar in self._made.daily_bars(_priced_as(code), first, last)]


def _priced_as(code: str) -> str:
    return "229200" if code == NOTE else code


BARS = Bars()
INSTRUMENTS = BARS.instruments(DAY)
MINUTES = {each.code: BARS.minute_bars(each.code, DAY) for each in INSTRUMENTS}


class TroubledBroker(LocalBroker):
    """The local broker, until it is told otherwise.

    What becomes of the next orders is in `script`: "lost": the order arrives and the answer does not; "gone":
    neither; "refuse"; "unreachable"; "break": it arrives and the adapter breaks. While `deafness` is set, it
    is raised by every reading.
    """

    def __init__(self, simulation: Simulation, clock: ManualClock) -> None:
        super().__init__(simulation, ACCOUNT, BARS, clock)
        self.script: list[str] = []
        self.deafness: Exception | None = None
        self.sent: list[Order] = []

    async def place(self, order: Order) -> Answer:
        self.sent.append(order)
        match self.script.pop(0) if self.script else "":
            case "lost":
                await super().place(order)
                return NoAnswer(why="timeout")
            case "gone":
                return NoAnswer(why="timeout")
            case "refuse":
                return Refused(code="APBK0952", message="주문가능금액을 초과 했습니다")
            case "unreachable":
                raise Unreachable("연결할 수 없습니다", "cannot connect")
            case "break":
                await super().place(order)
                raise RuntimeError("secret of the adapter")
            case _:
                return await super().place(order)

    async def account(self) -> Account:
        self._listen()
        return await super().account()

    async def buying_power(self, code: str, price: int | None, *, for_order: bool = False) -> int:
        self._listen()
        return await super().buying_power(code, price, for_order=for_order)

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        self._listen()
        return await super().quotes(codes, for_order=for_order)

    async def book(self, code: str) -> OrderBook:
        self._listen()
        return await super().book(code)

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        self._listen()
        return await super().daily_bars(code, first, last)

    def _listen(self) -> None:
        if self.deafness is not None:
            raise self.deafness


class BrittleJournal:
    """A journal on a disk that has room for so many more entries."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.room: int | None = None

    def append(self, *entries: object) -> None:
        if self.room is not None:
            if self.room < len(entries):
                raise JournalError("디스크가 가득 찼습니다", "the disk is full")
            self.room -= len(entries)
        self._journal.append(*entries)

    def read(self) -> Sequence[object]:
        return self._journal.read()


class BridgeDay:
    """A bridge at 09:30 of a made day; time stands still until `wait` moves it."""

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        answers: Answers,
        deposit: int,
        holdings: Sequence[Holding],
        start: datetime,
    ) -> None:
        listings = [Listing(each, BARS.base_price(each.code, DAY)) for each in INSTRUMENTS]
        opening = Opening(account=ACCOUNT, deposit=deposit, holdings=tuple(holdings))
        self.exchange = Exchange(DAY, listings, [opening], KIS_STOCK)
        self.simulation = Simulation(self.exchange, Flow(DAY, listings, MINUTES, Random))
        self.simulation.advance(start)
        self.clock = ManualClock(start)
        self.broker = TroubledBroker(self.simulation, self.clock)
        self.journal = BrittleJournal(journal)
        self.told: list[str] = []
        self.desk = Desk(
            self.broker,
            self.broker,
            self.journal,
            self.clock,
            LineNotifier(self.told.append),
            INSTRUMENTS,
            control=MemoryControl(),
            limits=NO_LIMITS,
            commission=KIS_STOCK,
        )
        self.hoga = Hoga(
            day=DAY,
            prices=BARS.source,
            broker=self.broker,
            market=self.broker,
            desk=self.desk,
            clock=self.clock,
            instruments={each.code: each for each in INSTRUMENTS},
            account_number=ACCOUNT,
            commission=KIS_STOCK,
            notes=self.told,
        )
        self.folder = folder
        self.token = TOKEN
        self.answers = answers
        self.access = Access(TOKEN, self.clock.now)
        self.app: FastAPI = create(self.hoga, self.access, answers)
        asyncio.run(self.desk.open(DAY))

    # Asking the bridge

    async def asking(
        self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None, **params: Any
    ) -> httpx.Response:
        """What a client in the same event loop is answered, and whether it is described so."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
            response = await client.request(method, path, params=params, headers=headers)
        hold(response, self.app.openapi)
        return response

    def ask(
        self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None, **params: Any
    ) -> httpx.Response:
        try:
            return asyncio.run(self.asking(path, method, headers, **params))
        finally:
            self.app.state.feed.shelf.follow(())  # its loop is gone, and with it whatever was followed

    def read(self, path: str, **params: Any) -> Any:
        """The body of a good answer."""
        response = self.ask(path, **params)
        assert response.status_code == 200, response.text
        return response.json()

    def order(self, path: str, method: str = "POST", **params: Any) -> httpx.Response:
        """Send an order for one share of Samsung at the best opposite price, or what `params` say instead."""
        return self.ask(path, method, {"Authorization": f"Bearer {TOKEN}"}, **self.wanted(path, **params))

    def wanted(self, path: str, **params: Any) -> dict[str, Any]:
        quote = self.exchange.quote(SAMSUNG)
        price = quote.ask if path == "/buy" else quote.bid
        return {"acc": ACCOUNT, "front": "A", "code": SAMSUNG, "amount": 1, "price": price, **params}

    # Looking behind it

    def records(self) -> list[OrderRecord]:
        """What the exchange knows of the account's orders of the day."""
        return self.exchange.orders(ACCOUNT, DAY, DAY)

    def wait(self, span: timedelta) -> None:
        """Let the market live on for `span`, and the desk look into what is in doubt."""
        self.simulation.advance(self.clock.now() + span)
        self.clock.set(self.clock.now() + span)
        if self.desk.is_look_due:
            self.run(self.desk.settle())

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        return asyncio.run(coroutine)


OpenBridge = Callable[..., BridgeDay]


@contextmanager
def bridges(folder: Path) -> Iterator[OpenBridge]:
    with ExitStack() as stack:

        def opened(
            deposit: int = CASH, holdings: Sequence[Holding] = HOLDINGS, start: datetime = START
        ) -> BridgeDay:
            journal = stack.enter_context(closing(SqlJournal(folder / "desk.sqlite", KINDS)))
            answers = stack.enter_context(closing(Answers(folder / "answers.sqlite")))
            return BridgeDay(folder, journal, answers, deposit, holdings, start)

        yield opened


@pytest.fixture
def open_bridge(tmp_path: Path) -> Iterator[OpenBridge]:
    """Opens a bridge with a `deposit`, `holdings`, at a `start`."""
    with bridges(tmp_path) as opened:
        yield opened


@pytest.fixture
def day(open_bridge: OpenBridge) -> BridgeDay:
    """The usual bridge."""
    return open_bridge()


@pytest.fixture(scope="package")
def still_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BridgeDay]:
    """The usual bridge, one for all tests that change nothing: that only read, or are refused."""
    with bridges(tmp_path_factory.mktemp("still")) as opened:
        day = opened()
        yield day
        assert (day.broker.sent, day.desk.orders, day.records()) == ([], (), [])


@pytest.fixture
def token() -> str:
    """What orders must carry."""
    return TOKEN


@pytest.fixture(
    params=[BrokerError("조회 실패", "cannot be read"), Unreachable("연결 실패", "cannot connect")]
)
def deafness(request: pytest.FixtureRequest) -> HogaError:
    """Why a broker cannot be read."""
    error: HogaError = request.param
    return error
