"""Every code of KIS's catalogue is said in the situation that provokes it, or the manual says it never is.

The situations are played at a running face; status and words are those of the catalogue.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    CODES,
    DAY,
    KIM,
    LEE,
    ORDERS_QUERY,
    PAPER,
    POWER_QUERY,
    REAL,
    SAMSUNG,
    Door,
    Ear,
    Heard,
    account_fields,
    at,
    ids,
    issue,
    login_body,
    make_simulation,
    order_body,
    quietly,
    run,
)
from tests.brokers.kis.test_account import NEW_CALLS
from tests.brokers.kis.test_codes import GATEWAY_NUMBERS, QUERY_NUMBERS, REALTIME_NUMBERS
from tests.brokers.kis.test_orders import two_venues
from tests.brokers.kis.test_reserved import NUMBER, ORDER
from tests.brokers.kis.test_server import REFUSED

from hoga.brokers.kis.catalogue import FOREIGN_KEY, GATEWAY, QUERY_SERVER, SUBSCRIPTIONS
from hoga.brokers.kis.codes import (
    ACCEPTED,
    AFTER_MARKET_TYPES,
    BOOKS_STREAM,
    LEDGER_DONE,
    LEDGER_EMPTY,
    LEDGER_FOUND,
    LEDGER_LAST,
    MARKET_DATA_DONE,
    NO_CREDIT,
    NO_MARKET_ORDERS,
    NO_PENSION,
    NO_PRODUCT,
    NO_SEARCHES,
    NO_TRADING_DAY,
    NOTHING_FOUND,
    PAPER_NOT_OPEN_YET,
    REFUSALS,
    REGISTER_DONE,
    REGISTER_EMPTY,
    RESERVATION_DONE,
    RESERVATION_TAKEN,
    TRADES_STREAM,
    Action,
    Environment,
    Message,
)
from hoga.brokers.kis.envelope import Keys
from hoga.brokers.kis.frames import subscribe_request
from hoga.brokers.kis.limits import Limits
from hoga.brokers.kis.login import Approvals, Customer
from hoga.brokers.kis.services import SERVICES, Call
from hoga.clock import ManualClock
from hoga.domain.request import Side
from hoga.exchange.commands import HaltIssue
from hoga.exchange.events import Refusal
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import next_trading_day
from hoga.krx.fees import KIS_STOCK
from hoga.krx.single_price import Regime

_MANUAL = Path(__file__).resolve().parents[3] / "docs" / "exchange.md"


ELSEWHERE = Customer(keys=Keys("E" * 36, "e" * 180), account="5009999901", hts_id="elsewhere")


@dataclass(frozen=True)
class Situation:
    """What a customer does, where and when, and the HTTP status that comes back."""

    act: Callable[[Door], Awaitable[Heard]]
    status: int
    environment: Environment = REAL
    now: str = "10:00"
    options: Callable[[], dict[str, object]] = dict
    make: Callable[[], Simulation] = make_simulation


def login(path: str, **changed: str | None) -> Callable[[Door], Awaitable[Heard]]:
    async def act(door: Door) -> Heard:
        body = {**login_body(LEE.keys), **changed}
        return await door.post(path, {name: value for name, value in body.items() if value is not None})

    return act


def price(**headers: str) -> Callable[[Door], Awaitable[Heard]]:
    return lambda door: door.price(headers=headers)


async def twice(door: Door) -> Heard:
    await door.post("/oauth2/tokenP", login_body(LEE.keys))
    return await door.post("/oauth2/tokenP", login_body(LEE.keys))


async def revoked(door: Door) -> Heard:
    keys = door.customer.keys
    body = {"appkey": keys.appkey, "appsecret": keys.appsecret, "token": door.token}
    assert (await door.post("/oauth2/revokeP", body)).status == 200
    return await door.price()


async def a_day_later(door: Door) -> Heard:
    door.clock.set(at("10:00").replace(day=7))
    return await door.price()


async def again(door: Door) -> Heard:
    await door.price()
    return await door.price()


async def balances(door: Door) -> Heard:
    await door.call(Call.BALANCE, BALANCE_QUERY)
    return await door.call(Call.BALANCE, BALANCE_QUERY)


async def with_a_form(door: Door) -> Heard:
    return await door.call(
        Call.BUY, order_body(1, 70_000, "005930"), {"content-type": "application/x-www-form-urlencoded"}
    )


def body(data: bytes) -> Callable[[Door], Awaitable[Heard]]:
    return lambda door: door.post(SERVICES[Call.BUY].path, data, door.signed(door.tr_id(Call.BUY)))


BY_THE_GATEWAY: dict[str, Situation] = {
    "EGW00101": Situation(lambda door: door.post("/oauth2/tokenP", b"{"), 403),
    "EGW00102": Situation(login("/oauth2/tokenP", appkey=None), 403),
    "EGW00103": Situation(login("/oauth2/tokenP", appkey="nobody"), 403),
    "EGW00104": Situation(login("/oauth2/tokenP", appsecret=""), 403),
    "EGW00105": Situation(login("/oauth2/tokenP", appsecret="wrong"), 403),
    "EGW00115": Situation(login("/oauth2/tokenP", grant_type=None), 403),
    "EGW00116": Situation(login("/oauth2/tokenP", grant_type="authorization_code"), 403),
    "EGW00121": Situation(price(authorization="Bearer made.up.token"), 500),
    "EGW00122": Situation(revoked, 500),
    "EGW00123": Situation(a_day_later, 500),
    "EGW00131": Situation(
        lambda door: door.call(Call.BUY, order_body(1, 70_000, "005930"), {"hashkey": "0" * 64}), 500
    ),
    "EGW00132": Situation(with_a_form, 500),
    "EGW00133": Situation(twice, 403, options=lambda: {"limits": Limits(None, None)}),
    "EGW00201": Situation(again, 500, options=lambda: {"limits": Limits(1, seconds=3600)}),
    "EGW00205": Situation(price(authorization="Basic a2V5"), 500),
    "EGW00208": Situation(price(custtype="X"), 500),
    "EGW00210": Situation(price(custtype="B"), 500, PAPER),
    "EGW00215": Situation(balances, 500, options=lambda: {"limits": Limits(None, ledger=1, seconds=3600)}),
    "EGW02004": Situation(lambda door: door.call(Call.BALANCE, BALANCE_QUERY, {"tr_id": "VTTC8434R"}), 500),
    "EGW02006": Situation(lambda door: door.call(Call.HOLIDAYS, {}), 500, PAPER),
}
BY_THE_QUERY_SERVER: dict[str, Situation] = {
    "OPSQ0002": Situation(price(tr_id="FHKST00000000"), 200),
    "OPSQ2000": Situation(
        lambda door: door.call(Call.BALANCE, BALANCE_QUERY | {"CANO": LEE.account[:8]}), 200
    ),
    "OPSQ2001": Situation(
        lambda door: door.call(Call.PRICE, issue("005930") | {"FID_COND_MRKT_DIV_CODE": "?"}), 200
    ),
    "OPSQ2002": Situation(lambda door: door.buy(1, 70_000, ORD_UNPR="9" * 5_000), 200),
    "OPSQ9995": Situation(body(b""), 200),
    "OPSQ9997": Situation(body(b"{"), 200),
    "OPSQ9999": Situation(price(tr_id=""), 200),
}


def of(reason: Refusal, environment: Environment) -> tuple[Message, Situation]:
    async def act(door: Door) -> Heard:
        door.offer(1, 70_000)
        await door.buy(5, 69_000)
        await door.buy(1, 70_000)
        return await REFUSED[reason](door)

    return REFUSALS[environment][reason], Situation(act, 200, environment)


async def halted(door: Door) -> Heard:
    door.trade(HaltIssue("005930"))
    return await door.buy(1, 70_000)


async def on_a_saturday(door: Door) -> Heard:
    door.clock.set(at("10:00").replace(day=9))
    await door.log_in()
    return await door.buy(1, 70_000)


def leaving() -> Simulation:
    """A day on which Samsung is about to be delisted (정리매매): it takes limit orders only."""
    listings = [Listing(SAMSUNG, 70_000, regime=Regime.DELISTING)]
    openings = [Opening(account=each.account, deposit=10_000_000) for each in (KIM, LEE)]
    return quietly(Exchange(DAY, listings, openings, KIS_STOCK))


def taken(action: Action, side: Side | None) -> Callable[[Door], Awaitable[Heard]]:
    async def act(door: Door) -> Heard:
        bought = await door.buy(5, 70_000)
        if side is Side.BUY:
            return bought
        number = bought.body["output"]["ODNO"]
        if action is Action.REPLACE:
            return await door.revise(number, "01", ORD_UNPR="69000")
        if action is Action.CANCEL:
            return await door.revise(number, "02")
        door.offer(5, 70_000)
        return await door.sell(1, 71_000)

    return act


async def reserved(door: Door) -> Heard:
    await door.call(Call.RESERVE, ORDER)
    following = {"RSVN_ORD_ORD_DT": f"{next_trading_day(DAY):%Y%m%d}"}
    return await door.call(Call.RESERVE_CANCEL, account_fields() | NUMBER | following)


async def of_one_issue(door: Door) -> Heard:
    await door.buy(5, 70_000)
    return await door.call(Call.ORDERS, ORDERS_QUERY | {"PDNO": "005930"})


LEDGER: list[tuple[Message, Situation]] = [
    *(of(reason, environment) for environment in Environment for reason in REFUSED),
    (REFUSALS[REAL][Refusal.HALTED], Situation(halted, 200)),
    (NO_MARKET_ORDERS, Situation(
        lambda door: door.buy(1, 0), 200, make=leaving
    )),
    (AFTER_MARKET_TYPES, Situation(
        lambda door: door.buy(1, 0, ORD_DVSN="13", EXCG_ID_DVSN_CD="NXT"), 200, now="16:05", make=two_venues
    )),
    (NO_PENSION, Situation(lambda door: door.buy(1, 70_000, ACNT_PRDT_CD="29"), 200)),
    *((message, Situation(on_a_saturday, 200, where)) for where, message in NO_TRADING_DAY.items()),
    *(
        (ACCEPTED[environment][what], Situation(taken(*what), 200, environment))
        for environment in Environment
        for what in ACCEPTED[environment]
    ),
    (RESERVATION_TAKEN, Situation(lambda door: door.call(Call.RESERVE, ORDER), 200, now="15:50")),
    (RESERVATION_DONE, Situation(reserved, 200, now="15:50")),
    (NO_SEARCHES, Situation(lambda door: door.call(Call.SEARCHES, {"USER_ID": LEE.hts_id}), 200)),
    (NOTHING_FOUND, Situation(
        lambda door: door.call(Call.SEARCH, {"USER_ID": KIM.hts_id, "SEQ": "1"}), 200, now="08:00"
    )),
    (LEDGER_FOUND, Situation(lambda door: door.call(Call.SELLABLE, NEW_CALLS[Call.SELLABLE]), 200)),
    (LEDGER_EMPTY[PAPER], Situation(lambda door: door.call(Call.ORDERS, ORDERS_QUERY), 200, PAPER)),
    (LEDGER_LAST, Situation(of_one_issue, 200)),
    (REFUSALS[REAL][Refusal.WRONG_PHASE], Situation(lambda door: door.buy(1, 70_000), 200, now="15:32")),
    (REFUSALS[PAPER][Refusal.WRONG_PHASE], Situation(lambda door: door.buy(1, 70_000), 200, PAPER, "15:32")),
    (PAPER_NOT_OPEN_YET, Situation(lambda door: door.buy(1, 70_000), 200, PAPER, "08:29")),
    (NO_PRODUCT, Situation(lambda door: door.buy(1, 70_000, PDNO="삼성"), 200)),
    (NO_CREDIT, Situation(
        lambda door: door.call(
            Call.CREDIT_BUY, order_body(1, 70_000, "005930") | {"CRDT_TYPE": "21", "LOAN_DT": "20260506"}
        ), 200,
    )),
    (MARKET_DATA_DONE, Situation(lambda door: door.price(), 200)),
    (LEDGER_DONE[REAL], Situation(lambda door: door.call(Call.BUYING_POWER, POWER_QUERY), 200)),
    (LEDGER_DONE[PAPER], Situation(lambda door: door.call(Call.BUYING_POWER, POWER_QUERY), 200, PAPER)),
    (REGISTER_DONE, Situation(
        lambda door: door.call(Call.STOCK_INFO, {"PRDT_TYPE_CD": "300", "PDNO": "005930"}), 200
    )),
    (REGISTER_EMPTY, Situation(
        lambda door: door.call(Call.STOCK_INFO, {"PRDT_TYPE_CD": "300", "PDNO": "999999"}), 200
    )),
]  # fmt: skip


def play(situation: Situation) -> Heard:
    heard: list[Heard] = []

    async def test(door: Door) -> None:
        heard.append(await situation.act(door))

    run(test, situation.environment, situation.now, situation.make, **situation.options())
    return heard[0]


@pytest.mark.parametrize("code", BY_THE_GATEWAY)
def test_the_gateway_says_what_the_catalogue_has(code: str) -> None:
    heard, text = play(BY_THE_GATEWAY[code]), GATEWAY[code].text
    assert heard.status == BY_THE_GATEWAY[code].status
    if heard.status == 403:
        assert heard.body == {"error_description": text, "error_code": code}
    else:
        assert heard.body == {"rt_cd": "1", "msg_cd": code, "msg1": text}


def test_a_paper_key_at_the_real_host_is_told_so() -> None:
    async def test(door: Door) -> None:
        keys = ELSEWHERE.keys
        heard = await door.price(headers={"appkey": keys.appkey, "appsecret": keys.appsecret})
        assert (heard.status, heard.code, heard.body["msg1"]) == (500, "EGW02004", FOREIGN_KEY.text)

    # Faces that stand side by side share this: it knows the customers of all of them.
    approvals = Approvals((KIM, LEE, ELSEWHERE), ManualClock(at("10:00")), ids())
    run(test, REAL, approvals=approvals)


@pytest.mark.parametrize("code", BY_THE_QUERY_SERVER)
def test_the_query_server_says_what_the_catalogue_has(code: str) -> None:
    heard, text = play(BY_THE_QUERY_SERVER[code]), QUERY_SERVER[code].text
    assert (heard.status, heard.body["rt_cd"], heard.code) == (200, "1", code)
    assert heard.body["msg1"] == text


@pytest.mark.parametrize(
    ("message", "situation"), LEDGER, ids=[f"{message.code} {message.text[:20]}" for message, _ in LEDGER]
)
def test_the_ledger_says_what_the_catalogue_has(message: Message, situation: Situation) -> None:
    heard = play(situation)
    assert (heard.status, heard.body["rt_cd"], heard.code) == (200, message.rt_cd, message.code)
    assert heard.body["msg1"].rstrip() == message.text


async def ask(ear: Ear, header: dict[str, str] | None, body: object) -> str:
    sent = {} if header is None else {"header": header}
    await ear.socket.send_str(json.dumps(sent if body is None else sent | {"body": body}))
    return await ear.text()


PRINTS = {"input": {"tr_id": TRADES_STREAM, "tr_key": "005930"}}


async def stream_answers(door: Door) -> dict[str, dict[str, str]]:
    """Everything that the realtime server says, by its code."""
    heard: list[str] = []
    async with door.listen() as ear, door.listen() as second, door.listen(LEE) as other:
        good = {"approval_key": ear.approval_key, "custtype": "P", "tr_type": "1"}
        for header, body in (
            (good, PRINTS),
            (good, PRINTS),
            (good | {"tr_type": "2"}, PRINTS),
            (good | {"tr_type": "2"}, PRINTS),
            (good, {"input": {"tr_id": "H0XXXXX0", "tr_key": "005930"}}),
            (good, {"input": {"tr_id": TRADES_STREAM, "tr_key": "999999"}}),
            (good | {"approval_key": "stale"}, PRINTS),
            (good | {"approval_key": other.approval_key}, PRINTS),
            (good | {"approval_key": ""}, PRINTS),
            (good | {"tr_type": "9"}, PRINTS),
            (good | {"custtype": "X"}, PRINTS),
            (good, {"input": {"tr_id": TRADES_STREAM}}),
            (good, {}),
            (good, None),
            (None, None),
        ):
            heard.append(await ask(ear, header, body))
        heard.append(await ask(second, good, PRINTS))
        await ear.socket.send_str("{")
        heard.append(await ear.text())
        for stream, code in [(stream, code) for code in CODES for stream in (TRADES_STREAM, BOOKS_STREAM)]:
            request = subscribe_request(ear.approval_key, stream, code)
            await ear.socket.send_str(request)
            heard.append(await ear.text())
    return {json.loads(text)["body"]["msg_cd"]: json.loads(text)["body"] for text in heard}


@pytest.fixture(scope="module")
def by_the_realtime_server() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}

    async def test(door: Door) -> None:
        found.update(await stream_answers(door))

    run(test, REAL)
    return found


def test_the_realtime_server_says_what_the_catalogue_has(
    by_the_realtime_server: dict[str, dict[str, str]],
) -> None:
    for code, body in by_the_realtime_server.items():
        assert (body["rt_cd"], body["msg1"]) == (SUBSCRIPTIONS[code].rt_cd, SUBSCRIPTIONS[code].text), code


def never_said() -> set[str]:
    """The codes in the manual's table of what the exchange never says by itself; a range means all of it."""
    section = _MANUAL.read_text().partition("## Errors / 오류")[2].partition("\n## ")[0]
    found: set[str] = set()
    for cell in (line.split("|")[1] for line in section.splitlines() if line.startswith("| `")):
        for first, last in re.findall(r"`(\w+)`(?: to `(\w+)`)?", cell):
            letters = first.rstrip("0123456789")
            width = len(first) - len(letters)
            numbers = range(int(first[-width:]), int((last or first)[-width:]) + 1)
            found |= {f"{letters}{number:0{width}}" for number in numbers}
    return found


_ACCEPTED = "APBK0013 APBK2938 40600000 40590000 40620000 40630000"
_REFUSED = """
    APBK0952 APBK0400 APBK0506 APBK0406 APBK0918 APBK0919 APBK0656 APBK0066 APBK1943 APBK3013 APBK0344
    APBK0927 APBK1359 APBK0963 APBK1744 APBK1271 APBK1630 APAC0081 APAC0489 APTR0058
    IGW00002 IGW00009 IGW00017
    40250000 40240000 40030000 40270000 40580000 40570000 40100000 40070000 40320000 40330000 40430000
    90000000 90020000
"""
_TOLD = """
    MCA00000 MCA05762 KIOK0510 KIOK0460 KIOK0420 KIOK0530 KIOK0430 KIER2620 20310000 70070000
"""
BUSINESS = set(f"{_ACCEPTED} {_REFUSED} {_TOLD}".split())
"""What the ledger and the mock say when they take, refuse and tell."""


def test_every_code_of_the_catalogue_is_said_or_the_manual_tells_why_not(
    by_the_realtime_server: dict[str, dict[str, str]],
) -> None:
    listed = {f"EGW{number:05}" for number in GATEWAY_NUMBERS}
    listed |= {f"OPSQ{number:04}" for number in QUERY_NUMBERS}
    listed |= {f"OPSP{number:04}" for number in REALTIME_NUMBERS} | BUSINESS
    assert listed - BUSINESS == set(GATEWAY | QUERY_SERVER | SUBSCRIPTIONS)
    said = {"EGW00002", *BY_THE_GATEWAY, *BY_THE_QUERY_SERVER, *by_the_realtime_server}
    said |= {message.code for message, _ in LEDGER}
    assert listed - said == never_said()
