"""For every recorded call our server's answer to the same request looks like KIS's.

The same blocks, keys and value formats, and the headers that go with them. The files are those of
../shared/data and of the folder that HOGA_RECORDED names (see conftest); a folder of the same form needs
nothing else. What a recorded value is depends on its day; how it is written does not.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    DAY,
    ORDERS_QUERY,
    PAPER,
    POWER_QUERY,
    REAL,
    Door,
    Heard,
    account_fields,
    at,
    login_body,
    order_body,
    run,
)
from tests.brokers.kis.test_account import NEW_CALLS
from tests.brokers.kis.test_market_calls import NOT_SAMPLES_OF_OURS, QUERIES, MadeDays
from tests.brokers.kis.test_overseas import query as overseas
from tests.brokers.kis.test_pension import RIGHTS
from tests.brokers.kis.test_reserved import NUMBER, ORDER

from hoga.brokers.kis.catalogue import GATEWAY
from hoga.brokers.kis.codes import (
    Environment,
)
from hoga.brokers.kis.limits import Limits
from hoga.brokers.kis.services import SERVICES, Call
from hoga.krx.calendar import next_trading_day

CREDIT = order_body(1, 70_000, "005930") | {"CRDT_TYPE": "21", "LOAN_DT": "20260506"}
BODIES: Mapping[Call, Mapping[str, str]] = {
    Call.BUY: order_body(1, 69_000, "005930"),
    Call.SELL: order_body(1, 71_000, "005930"),
    Call.CREDIT_BUY: CREDIT,
    Call.CREDIT_SELL: CREDIT | {"CRDT_TYPE": "25"},
    Call.BALANCE: BALANCE_QUERY,
    Call.BUYING_POWER: POWER_QUERY,
    Call.ORDERS: ORDERS_QUERY,
    Call.OLD_ORDERS: ORDERS_QUERY,
    Call.RIGHTS: account_fields() | RIGHTS,
    Call.RESERVE_CANCEL: account_fields() | NUMBER,
    Call.RESERVE_REPLACE: ORDER | NUMBER | {"ORD_UNPR": "69000"},
    Call.OVERSEAS_BALANCE: overseas(Call.OVERSEAS_BALANCE),
    **NEW_CALLS,
}
NOT_LENT = {Call.CREDIT_BUY, Call.CREDIT_SELL}
"""Our exchange lends nobody anything, so it refuses what KIS had accepted."""
LEDGER = {Call.BALANCE, Call.ORDERS, Call.OLD_ORDERS, Call.REVISABLE, Call.DAY_PROFITS}
"""Calls in pages: they say in a header whether there is more."""

WHAT_ONLY_KIS_KNOWS: Mapping[Call, set[str]] = {
    **NOT_SAMPLES_OF_OURS,
    Call.PRICE: {"new_hgpr_lwpr_cls_code", "grmn_rate_cls_code"},
    # Old captures of paper have numbers without zeros before them; ours are those of today.
    Call.BUY: {"ODNO"},
    Call.SELL: {"ODNO"},
    # Margin and the customer's own address, telephone and branch; a loan; what the example leaves blank.
    Call.BALANCE: {"fltt_rt", "bfdy_cprs_icdc", "item_mgna_rt_name", "loan_dt", "expd_dt"},
    Call.ORDERS: {"inqr_ip_addr", "ctac_tlno", "cncl_yn", "ord_gno_brno", "orgn_odno", "rmn_qty"},
    Call.REVISABLE: {"mgco_aptm_odno", "orgn_odno", "excg_dvsn_cd"},
}


def shape(value: str) -> str:
    """How a value is written. "" and blanks are alike, and zero may stand for a number of any form."""
    text = value.strip()
    for pattern, name in (
        (r"", "blank"),
        (r"-?0\d{8,}", f"{len(value)} digits, padded"),
        (r"-?\d+", "whole"),
        (r"[YN]", "flag"),
        (r"-?\d*\.\d+", f"{len(text.partition('.')[2])} decimals"),
    ):
        if re.fullmatch(pattern, text):
            return name
    return "text"


def unlike(theirs: Any, ours: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Where ours has another block, no such key, or another way of writing a value."""
    if isinstance(theirs, list):
        if not isinstance(ours, list):
            return {path: ("a list", "none")}
        return unlike(theirs[0], ours[0], path) if theirs and ours else {}
    if isinstance(theirs, dict):
        if not isinstance(ours, dict):
            return {path: ("an object", "none")}
        found: dict[str, tuple[Any, Any]] = {}
        for key, value in theirs.items():
            if key not in ours:
                found[f"{path}.{key}"] = (value, "missing")
            else:
                found |= unlike(value, ours[key], f"{path}.{key}")
        return found
    if not isinstance(theirs, str) or not isinstance(ours, str):
        return {} if type(theirs) is type(ours) else {path: (theirs, ours)}
    forms = {shape(theirs), shape(ours)}
    is_alike = (
        len(forms) == 1 or "blank" in forms or forms <= {"digits", "whole"} or forms <= {"text", "digits"}
    )
    return {} if is_alike else {path: (theirs, ours)}


def call_of(document: Any) -> tuple[Call, Environment, bool]:
    """Which call was recorded, where, and whether with its old id. An error may tell no id."""
    provenance = document["_provenance"]
    services = [service for service in SERVICES.values() if service.path == provenance["path"]]
    places = (PAPER, REAL) if provenance.get("env") in ("mock", "vts", "paper") else (REAL, PAPER)
    for service in services:
        for environment in places:
            ids = service.ids(environment)
            if provenance["tr_id"] in ids:
                return service.call, environment, provenance["tr_id"] in ids[1:]
    return services[0].call, REAL, False


def test_the_orders_in_one_issue_end_as_they_were_recorded(recorded: Callable[[str], Any]) -> None:
    theirs = recorded("rest/inquire_daily_ccld_real_SOR_20251217.json")["response"]

    async def test(door: Door) -> None:
        await door.buy(1, 69_000)
        heard = await door.call(Call.ORDERS, ORDERS_QUERY | {"PDNO": "005930"})
        assert (heard.code, heard.body["msg1"]) == (theirs["msg_cd"], theirs["msg1"])

    run(test, REAL)


async def answered(door: Door, call: Call, legacy: bool) -> Heard:
    """What our server says to the recorded request, by a customer who holds, has ordered and has reserved."""
    if call in (Call.TOKEN, Call.REVOKE, Call.APPROVAL, Call.HASHKEY):
        keys = door.customer.keys
        body: dict[str, str] = login_body(keys)
        if call is Call.REVOKE:
            body = {"appkey": keys.appkey, "appsecret": keys.appsecret, "token": door.token}
        elif call is Call.APPROVAL:
            body = {"grant_type": "client_credentials", "appkey": keys.appkey, "secretkey": keys.appsecret}
        return await door.post(SERVICES[call].path, body, door.signed(""))
    if call in (Call.RESERVE_CANCEL, Call.RESERVE_REPLACE):
        door.clock.set(at("15:50"))
        door.simulation.advance(at("15:50"))
        assert (await door.call(Call.RESERVE, ORDER)).body["rt_cd"] == "0"
        following = {"RSVN_ORD_ORD_DT": f"{next_trading_day(DAY):%Y%m%d}"}
        return await door.call(call, {**BODIES[call], **following})
    door.offer(3, 70_000)
    await door.buy(2, 70_000)
    number = (await door.buy(1, 69_000)).body["output"]["ODNO"]
    if call is Call.REVISE:
        return await door.revise(number, "02")
    return await door.call(call, BODIES[call], legacy=legacy)


def check(heard: Heard, document: Any, call: Call, tr_id: str) -> None:
    theirs, ours = document["response"], heard.body
    if call in NOT_LENT:
        assert (heard.status, ours["rt_cd"]) == (200, "7")
        return
    differences = unlike(
        {key: value for key, value in theirs.items() if key not in ("msg_cd", "msg1")},
        {key: value for key, value in ours.items() if key not in ("msg_cd", "msg1")},
    )
    known = WHAT_ONLY_KIS_KNOWS.get(call, set())
    assert {path: each for path, each in differences.items() if path.rpartition(".")[2] not in known} == {}
    assert heard.status == 200
    if "rt_cd" in theirs:
        assert {"rt_cd", "msg_cd", "msg1"} <= set(ours)
        assert heard.headers["tr_id"] == tr_id
    is_whole = "replaced msg1" not in document["_provenance"].get("note", "")
    if call is not Call.ORDERS and "msg_cd" in theirs and is_whole:
        # Older answers end in "!"; the ledger fills its words up with blanks.
        assert (ours["msg_cd"], ours["msg1"].replace("!", ".")) == (
            theirs["msg_cd"],
            theirs["msg1"].replace("!", "."),
        )
    if call in LEDGER:
        assert heard.headers["tr_cont"] in ("M", "D")
        assert all(len(ours[name]) == len(theirs[name]) for name in theirs if name.startswith("ctx_area"))
    assert heard.headers["Content-Type"].startswith("application/json")


@pytest.fixture(scope="module")
def days() -> Any:
    made = MadeDays()
    yield made
    made.close()


def test_our_answer_to_a_recorded_request_looks_like_the_recorded_one(
    recorded_answer: Any, days: MadeDays
) -> None:
    call, environment, legacy = call_of(recorded_answer)
    theirs = recorded_answer["response"]
    if theirs.get("rt_cd", "0") != "0":
        pytest.skip("an error: see the next test")
    if call in QUERIES:
        hour = "15:45" if call is Call.INVESTOR_TRADES else "10:05"
        check(days.ask(call, hour), recorded_answer, call, SERVICES[call].real[0])
        return

    async def test(door: Door) -> None:
        heard = await answered(door, call, legacy)
        ids = SERVICES[call].ids(environment)
        check(heard, recorded_answer, call, ids[-1 if legacy else 0] if ids else "")

    run(test, environment)


def test_a_recorded_error_is_ours_too(recorded_answer: Any) -> None:
    theirs = recorded_answer["response"]
    if theirs.get("rt_cd", "0") == "0":
        pytest.skip("an answer: see the test before")
    call, environment, legacy = call_of(recorded_answer)
    code = theirs["msg_cd"]

    async def test(door: Door) -> None:
        match code:
            case "OPSQ0002":
                heard = await door.call(Call.PRICE, QUERIES[Call.PRICE], {"tr_id": "FHKST00000000"})
            case "EGW00201":
                await door.call(call, QUERIES.get(call, BODIES.get(call, {})), legacy=legacy)
                heard = await door.call(call, QUERIES.get(call, BODIES.get(call, {})), legacy=legacy)
            case "40240000":
                heard = await door.sell(1, 10_000, "000100")
            case _:
                assert GATEWAY[code].text == theirs["msg1"].strip()
                return
        status = recorded_answer["_provenance"].get("http_status") or heard.status
        assert (heard.status, heard.body["rt_cd"], heard.code) == (status, theirs["rt_cd"], code)
        assert heard.body["msg1"].strip() == theirs["msg1"].strip()

    run(test, environment, limits=Limits(1, seconds=3600) if code == "EGW00201" else None)
