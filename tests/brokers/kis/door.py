"""A KIS face over real loopback sockets, and short words to use it as any KIS client would."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from hoga.brokers.kis.books import Books
from hoga.brokers.kis.codes import (
    PROFILES,
    Environment,
)
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.frames import Frame, SubscribeAck, read_frame, subscribe_request, unsubscribe_request
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.notices import NoticeCipher, NoticeRecord, Notices
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import SERVICES, Call
from hoga.brokers.kis.ticks import Trades
from hoga.clock import ManualClock
from hoga.domain.bar import Bar
from hoga.domain.instrument import Instrument, Market
from hoga.domain.notices import Notice, ReceivedNotice
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Command, Place
from hoga.exchange.events import Event
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import trading_days
from hoga.krx.fees import KIS_STOCK

DAY = date(2026, 5, 6)
REAL, PAPER = Environment.REAL, Environment.PAPER
BUY, SELL = Side.BUY, Side.SELL

SAMSUNG = Instrument(code="005930", name="삼성전자", market=Market.KOSPI, listed_shares=5_919_637_922)
HYNIX = Instrument(code="000660", name="SK하이닉스", market=Market.KOSPI)
OTHERS = tuple(Instrument(code=f"{n:06}", name=f"종목{n}", market=Market.KOSDAQ) for n in range(100, 120))
CODES = ("005930", "000660", *(each.code for each in OTHERS))

KIM = Customer(keys=Keys("k" * 36, "s" * 180), account="5001234501", hts_id="kimhts", holder="김투자")
LEE = Customer(keys=Keys("l" * 36, "t" * 180), account="5009876501", hts_id="leehts", holder="이투자")
MAKER = "9000000001"


def but_receipts(hear: Callable[[Notice], object]) -> Callable[[Notice], None]:
    """What hears all notices but those of receipts (접수), which come before all others."""

    def on_notice(notice: Notice) -> None:
        if not isinstance(notice, ReceivedNotice):
            hear(notice)

    return on_notice


def at(text: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(text), KST)


class FakeBars:
    """Daily bars of every trading day since 2025, rising by 100 won a day."""

    source = "made"

    def instruments(self, day: date) -> Sequence[Instrument]:
        return (SAMSUNG, HYNIX, *OTHERS)

    def minute_bars(self, code: str, day: date) -> Sequence[Bar]:
        return ()

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        found = []
        for n, day in enumerate(trading_days(date(2025, 1, 1), DAY)):
            close = 40_000 + 100 * n
            opened = datetime.combine(day, time(9), KST)
            if first <= day <= last:
                found.append(Bar(code, opened, close - 50, close + 50, close - 100, close, 1_000, 40_000_000))
        return tuple(found)


def make_exchange(day: date = DAY, *, has_vi: bool = False) -> Exchange:
    """A day on which nobody trades but Kim, Lee and a maker who has everything."""
    listings = [
        Listing(SAMSUNG, 70_000),
        Listing(HYNIX, 200_000),
        *(Listing(each, 10_000) for each in OTHERS),
    ]
    openings = (
        Opening(account=KIM.account, deposit=10_000_000, holdings=(Holding("005930", 100, 6_500_000),)),
        Opening(account=LEE.account, deposit=5_000_000),
        Opening(
            account=MAKER,
            deposit=10**12,
            holdings=tuple(Holding(code, 1_000_000, 10_000_000) for code in CODES),
        ),
    )
    return Exchange(day, listings, openings, KIS_STOCK, has_vi=has_vi)


def quietly(exchange: Exchange) -> Simulation:
    """The day of `exchange`, without a flow."""
    return Simulation(exchange, Flow(exchange.day, (), {}, lambda _: NoLuck()))


def make_simulation() -> Simulation:
    return quietly(make_exchange())


def whole_day() -> Simulation:
    """The same with the hours before and after, in which Samsung trades at NXT too and Hynix does not."""
    listings = [Listing(SAMSUNG, 70_000, is_on_nxt=True), Listing(HYNIX, 200_000)]
    openings = (
        Opening(account=KIM.account, deposit=10_000_000),
        Opening(account=LEE.account, deposit=5_000_000),
        Opening(
            account=MAKER,
            deposit=10**12,
            holdings=tuple(Holding(code, 1_000_000, 10_000_000) for code in CODES[:2]),
        ),
    )
    exchange = Exchange(DAY, listings, openings, KIS_STOCK, is_whole_day=True)
    return Simulation(exchange, Flow(DAY, (), {}, lambda _: NoLuck()))


class NoLuck:
    def random(self) -> float:
        return 0.0

    def randrange(self, stop: int, /) -> int:
        return 0


@dataclass(frozen=True)
class Heard:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.body["msg_cd"])


class Door:
    """A face in front of a day at ten o'clock, and short words to use it."""

    def __init__(
        self, face: KisFace, simulation: Simulation, clock: ManualClock, environment: Environment
    ) -> None:
        self.face = face
        self.simulation = simulation
        self.clock = clock
        self.environment = environment
        self.http = ClientSession()
        self.customer = KIM
        self.token = ""

    async def log_in(self) -> None:
        answer = await self.post("/oauth2/tokenP", login_body(self.customer.keys))
        self.token = answer.body["access_token"]

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Heard:
        async with self.http.request(
            method, self.face.rest_url + path, params=query, data=data, headers=headers
        ) as answer:
            return Heard(answer.status, answer.headers, await answer.text())

    async def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Heard:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "application/json", **(headers or {})}
        return await self.ask("POST", path, data=data, headers=sent)

    def signed(self, tr_id: str) -> dict[str, str]:
        return {
            "authorization": f"Bearer {self.token}",
            "appkey": self.customer.keys.appkey,
            "appsecret": self.customer.keys.appsecret,
            "tr_id": tr_id,
            "custtype": "P",
        }

    def tr_id(self, call: Call, *, legacy: bool = False) -> str:
        ids = SERVICES[call].ids(self.environment) or SERVICES[call].real
        return ids[-1 if legacy else 0]

    async def call(
        self,
        call: Call,
        fields: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        *,
        legacy: bool = False,
    ) -> Heard:
        """One call with all that KIS wants; `headers` are added or put in place of the usual ones."""
        service = SERVICES[call]
        sent = {**self.signed(self.tr_id(call, legacy=legacy)), **(headers or {})}
        if service.method == "GET":
            return await self.ask("GET", service.path, query=fields, headers=sent)
        return await self.post(service.path, dict(fields), sent)

    async def buy(self, quantity: int, price: int, code: str = "005930", **changed: str) -> Heard:
        return await self.call(Call.BUY, order_body(quantity, price, code, self.customer) | changed)

    async def sell(self, quantity: int, price: int, code: str = "005930", **changed: str) -> Heard:
        return await self.call(Call.SELL, order_body(quantity, price, code, self.customer) | changed)

    async def revise(self, number: str, kind: str, **changed: str) -> Heard:
        fields = account_fields(self.customer) | {
            "KRX_FWDG_ORD_ORGNO": "",
            "ORGN_ODNO": number,
            "ORD_DVSN": "00",
            "RVSE_CNCL_DVSN_CD": kind,
            "ORD_QTY": "0",
            "ORD_UNPR": "0",
            "QTY_ALL_ORD_YN": "Y",
        }
        return await self.call(Call.REVISE, fields | changed)

    async def price(self, code: str = "005930", headers: Mapping[str, str] | None = None) -> Heard:
        return await self.call(Call.PRICE, issue(code), headers)

    def trade(self, command: Command) -> Sequence[Event]:
        """What somebody else does at the exchange."""
        return self.simulation.submit(command, self.clock.now())

    def offer(self, quantity: int, price: int, code: str = "005930") -> None:
        self.trade(Place(MAKER, code, SELL, quantity, price))

    def bid(self, quantity: int, price: int, code: str = "005930") -> None:
        self.trade(Place(MAKER, code, BUY, quantity, price))

    async def approve(self, customer: Customer = KIM) -> str:
        keys = customer.keys
        body = {"grant_type": "client_credentials", "appkey": keys.appkey, "secretkey": keys.appsecret}
        return str((await self.post("/oauth2/Approval", body)).body["approval_key"])

    @asynccontextmanager
    async def listen(self, customer: Customer = KIM, path: str = "") -> AsyncIterator["Ear"]:
        async with self.http.ws_connect(self.face.ws_url + path, autoping=False) as socket:
            yield Ear(socket, await self.approve(customer), PROFILES[self.environment].notice_stream)


class Ear:
    """A WebSocket client that answers no pings by itself."""

    def __init__(self, socket: ClientWebSocketResponse, approval_key: str, notice_stream: str) -> None:
        self.socket = socket
        self.approval_key = approval_key
        self.notice_stream = notice_stream
        self.ciphers: dict[str, NoticeCipher] = {}

    async def text(self) -> str:
        return await self.socket.receive_str(timeout=5)

    async def frame(self) -> Frame:
        return read_frame(await self.text(), DAY, self.ciphers)

    async def ask(self, request: str) -> SubscribeAck:
        await self.socket.send_str(request)
        ack = await self.frame()
        assert isinstance(ack, SubscribeAck)
        if ack.cipher is not None:
            self.ciphers[ack.tr_id] = ack.cipher
        return ack

    async def register(self, tr_id: str, tr_key: str) -> SubscribeAck:
        return await self.ask(subscribe_request(self.approval_key, tr_id, tr_key))

    async def release(self, tr_id: str, tr_key: str) -> SubscribeAck:
        return await self.ask(unsubscribe_request(self.approval_key, tr_id, tr_key))

    async def register_notices(self, customer: Customer = KIM) -> None:
        assert (await self.register(self.notice_stream, customer.hts_id)).is_accepted

    async def notice(self) -> NoticeRecord:
        frame = await self.frame()
        assert isinstance(frame, Notices)
        return frame.notices[0]

    async def record(self) -> tuple[str, ...]:
        """The fields of a frame that must have one record of prints or books."""
        frame = await self.frame()
        assert isinstance(frame, Trades | Books)
        return frame.records[0]

    async def until_closed(self) -> list[str]:
        """What still comes before the connection ends."""
        heard = []
        while (message := await self.socket.receive(timeout=5)).type is WSMsgType.TEXT:
            heard.append(message.data)
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR)
        return heard


Test = Callable[[Door], Coroutine[Any, Any, None]]


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


def run(
    test: Test,
    environment: Environment = PAPER,
    now: str = "10:00",
    make: Callable[[], Simulation] = make_simulation,
    **options: Any,
) -> None:
    """Let `test` use a face that Kim is logged in at."""

    async def opened() -> None:
        simulation, clock = make(), ManualClock(at(now))
        face = KisFace(simulation, clock, FakeBars(), (KIM, LEE), environment, ids(), **options)
        simulation.advance(at(now))
        async with face:
            door = Door(face, simulation, clock, environment)
            async with door.http:
                await door.log_in()
                await test(door)

    asyncio.run(opened())


def login_body(keys: Keys) -> dict[str, str]:
    return {"grant_type": "client_credentials", "appkey": keys.appkey, "appsecret": keys.appsecret}


def account_fields(customer: Customer = KIM) -> dict[str, str]:
    return {"CANO": customer.account[:8], "ACNT_PRDT_CD": customer.account[8:]}


def order_body(quantity: int, price: int, code: str, customer: Customer = KIM) -> dict[str, str]:
    return account_fields(customer) | {
        "PDNO": code,
        "ORD_DVSN": "00" if price else "01",
        "ORD_QTY": str(quantity),
        "ORD_UNPR": str(price),
    }


def issue(code: str) -> dict[str, str]:
    return {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": code}


def bars_query(code: str, first: str, last: str) -> dict[str, str]:
    return issue(code) | {
        "FID_INPUT_DATE_1": first,
        "FID_INPUT_DATE_2": last,
        "FID_PERIOD_DIV_CODE": "D",
        "FID_ORG_ADJ_PRC": "0",
    }


BALANCE_QUERY = account_fields() | {
    "AFHR_FLPR_YN": "N",
    "OFL_YN": "",
    "INQR_DVSN": "02",
    "UNPR_DVSN": "01",
    "FUND_STTL_ICLD_YN": "N",
    "FNCG_AMT_AUTO_RDPT_YN": "N",
    "PRCS_DVSN": "00",
    "CTX_AREA_FK100": "",
    "CTX_AREA_NK100": "",
}
POWER_QUERY = account_fields() | {
    "PDNO": "005930",
    "ORD_UNPR": "70000",
    "ORD_DVSN": "00",
    "CMA_EVLU_AMT_ICLD_YN": "N",
    "OVRS_ICLD_YN": "N",
}
ORDERS_QUERY = account_fields() | {
    "INQR_STRT_DT": "20260506",
    "INQR_END_DT": "20260506",
    "SLL_BUY_DVSN_CD": "00",
    "INQR_DVSN": "01",
    "PDNO": "",
    "CCLD_DVSN": "00",
    "ORD_GNO_BRNO": "",
    "ODNO": "",
    "INQR_DVSN_3": "00",
    "INQR_DVSN_1": "",
    "CTX_AREA_FK100": "",
    "CTX_AREA_NK100": "",
}

both = pytest.mark.parametrize("environment", list(Environment))
