"""The KIS face under the rules by which KIS's official samples treat answers.

The samples themselves cannot stand here. These few functions, our own, do with an answer what the samples do:
read headers and bodies as named tuples, page by tr_cont, decrypt notices with what the ack said, pong.
"""

import base64
import json
from collections import namedtuple
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import WSMsgType
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    BUY,
    DAY,
    KIM,
    PAPER,
    REAL,
    Door,
    Heard,
    account_fields,
    bars_query,
    issue,
    order_body,
    run,
)

from hoga.brokers.kis.codes import PROFILES, Environment
from hoga.brokers.kis.frames import subscribe_request
from hoga.brokers.kis.market_fields import DECLARED
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.trading_fields import DECLARED as ACCOUNT_DECLARED
from hoga.exchange.commands import Place

BOTH = pytest.mark.parametrize("environment", [REAL, PAPER])


def named(name: str, fields: Mapping[str, Any]) -> Any:
    """A named tuple of these fields: a key that is no identifier raises `ValueError`."""
    return namedtuple(name, tuple(fields))(**fields)


def header_of(heard: Heard) -> Any:
    return named("header", {key: value for key, value in heard.headers.items() if key.islower()})


def body_of(heard: Heard) -> Any:
    return named("body", heard.body)


def decrypted(payload: str, key: str, iv: str) -> str:
    reader = Cipher(algorithms.AES(key.encode()), modes.CBC(iv.encode())).decryptor()
    padded = reader.update(base64.b64decode(payload)) + reader.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


def orders_query() -> dict[str, str]:
    day = f"{DAY:%Y%m%d}"
    rest = ("ORD_GNO_BRNO", "ODNO", "INQR_DVSN_3", "INQR_DVSN_1", "PDNO", "CTX_AREA_FK100", "CTX_AREA_NK100")
    return account_fields() | {
        "INQR_STRT_DT": day,
        "INQR_END_DT": day,
        "SLL_BUY_DVSN_CD": "00",
        "INQR_DVSN": "01",
        "CCLD_DVSN": "00",
        **dict.fromkeys(rest, ""),
        "INQR_DVSN_3": "00",
    }


ONE, ROWS = True, False
"""Whether a sample takes a block for one row or for a list of rows; the other would be no table at all."""

READ_AS = {
    Call.PRICE: {"output": ONE},
    Call.BOOK: {"output1": ONE, "output2": ONE},
    Call.MEMBERS: {"output": ONE},
    Call.TICKS: {"output": ROWS},
    Call.QUOTES: {"output": ROWS},
    Call.DAILY_PRICES: {"output": ROWS},
    Call.DAILY_BARS: {"output1": ONE, "output2": ROWS},
    Call.OVERTIME_DAYS: {"output1": ONE, "output2": ROWS},
    Call.SHORT_SALES: {"output1": ONE, "output2": ROWS},
    Call.BALANCE_SHEET: {"output": ROWS},
    Call.HOLIDAYS: {"output": ROWS},
    Call.BUY: {"output": ONE},
    Call.BALANCE: {"output1": ROWS, "output2": ROWS},
    Call.ORDERS: {"output1": ROWS, "output2": ONE},
    Call.ASSETS: {"output1": ROWS, "output2": ONE},
    Call.REALIZED: {"output1": ROWS, "output2": ROWS},
}
PAGED = {
    Call.BALANCE: "100",
    Call.ORDERS: "100",
    Call.REALIZED: "100",
    Call.HOLIDAYS: "",
}
"""Which calls are asked for more while their header says so, and the end of the names of their context."""

QUESTIONS = {
    Call.DAILY_BARS: bars_query("005930", "20260401", "20260506"),
    Call.BUY: order_body(1, 70_000, "005930"),
    Call.BALANCE: BALANCE_QUERY,
    Call.ORDERS: orders_query(),
    Call.REALIZED: BALANCE_QUERY | {"COST_ICLD_YN": ""},
    Call.HOLIDAYS: {"BASS_DT": "20260506", "CTX_AREA_NK": "", "CTX_AREA_FK": ""},
    Call.QUOTES: {"FID_COND_MRKT_DIV_CODE_1": "J", "FID_INPUT_ISCD_1": "005930"},
}


def question(call: Call) -> dict[str, str]:
    """What `call` is asked with; a field that must be there and is not told is empty."""
    account = account_fields() if "CANO" in ACCOUNT_DECLARED.get(call, ()) else issue("005930")
    blank = dict.fromkeys((*DECLARED.get(call, ()), *ACCOUNT_DECLARED.get(call, ())), "")
    chosen = {"FID_PERIOD_DIV_CODE": "D", "FID_DIV_CLS_CODE": "0"}
    days = {"FID_INPUT_DATE_1": "20260401", "FID_INPUT_DATE_2": "20260506"}
    known = account | {name: value for name, value in (chosen | days).items() if name in blank}
    return QUESTIONS.get(call, blank | known)


@pytest.mark.parametrize("call", READ_AS)
def test_a_block_is_the_table_that_a_sample_makes_of_it(call: Call) -> None:
    async def test(door: Door) -> None:
        door.offer(10, 70_000)
        await door.buy(1, 70_000)
        heard = await door.call(call, question(call))
        body = body_of(heard)
        assert (heard.status, body.rt_cd) == (200, "0")
        for name, is_one in READ_AS[call].items():
            block = getattr(body, name)
            rows = [block] if is_one else block
            assert isinstance(rows, list)
            for row in rows:
                assert all(isinstance(value, str) for value in named("row", row))
        # A sample that is told that there is more asks again, for ever if nothing pages.
        if call in PAGED:
            assert header_of(heard).tr_cont in ("M", "F", "D", "E")
            for part in ("fk", "nk"):
                assert isinstance(getattr(body, f"ctx_area_{part}{PAGED[call]}"), str)
        else:
            assert header_of(heard).tr_cont not in ("M", "F")

    run(test, REAL)


def test_names_of_fields_may_be_written_small_in_a_query() -> None:
    async def test(door: Door) -> None:
        small = {name.lower(): value for name, value in question(Call.BALANCE_SHEET).items()}
        mixed = small | {"FID_DIV_CLS_CODE": "0"}
        del mixed["fid_div_cls_code"]
        for query in (small, mixed):
            assert body_of(await door.call(Call.BALANCE_SHEET, query)).rt_cd == "0"

    run(test, REAL)


@BOTH
def test_headers_and_bodies_become_named_tuples(environment: Environment) -> None:
    async def test(door: Door) -> None:
        door.offer(10, 70_000)
        bought = await door.buy(1, 70_000)
        for heard in (await door.price(), bought, await door.call(Call.BOOK, issue("005930"))):
            header, body = header_of(heard), body_of(heard)
            assert header.tr_id
            assert header.tr_cont in ("", "D", "E", "F", "M")
            assert (body.rt_cd, heard.status) == ("0", 200)
            assert body.msg_cd
            assert body.msg1
        assert int(body_of(await door.price()).output["stck_prpr"]) == 70_000
        assert body_of(bought).output["ODNO"].strip()

    run(test, environment)


@BOTH
def test_a_list_is_whole_after_its_pages_by_tr_cont(environment: Environment) -> None:
    async def test(door: Door) -> None:
        for number in range(120):
            door.trade(Place(KIM.account, "005930", BUY, 1, 60_000 + 100 * (number % 50)))
        heard, numbers, pages, query = "", [], 0, orders_query()
        while True:
            answer = await door.call(Call.ORDERS, query, {"tr_cont": heard})
            body, pages = body_of(answer), pages + 1
            numbers += [row["odno"] for row in body.output1]
            if header_of(answer).tr_cont not in ("M", "F"):
                break
            heard = "N"
            query |= {"CTX_AREA_FK100": body.ctx_area_fk100, "CTX_AREA_NK100": body.ctx_area_nk100}
        assert pages > 1
        records = door.simulation.exchange.orders(KIM.account, DAY, DAY)
        assert sorted(int(number) for number in numbers) == sorted(record.number for record in records)

    run(test, environment)


@BOTH
def test_notices_are_decrypted_with_what_the_ack_said(environment: Environment) -> None:
    async def test(door: Door) -> None:
        stream = PROFILES[environment].notice_stream
        async with door.http.ws_connect(door.face.ws_url, autoping=False) as socket:
            await socket.send_str(subscribe_request(await door.approve(), stream, KIM.hts_id))
            ack = json.loads(await socket.receive_str(timeout=5))
            assert ack["header"]["tr_id"] == stream
            # The samples decrypt what comes on a stream if and only if its ack said Y.
            assert ack["header"]["encrypt"] == "Y"
            assert ack["body"]["rt_cd"] == "0"
            output = ack["body"]["output"]
            await door.buy(2, 69_000)
            flag, tr_id, count, payload = (await socket.receive_str(timeout=5)).split("|", 3)
            assert (flag, tr_id, int(count)) == ("1", stream, 1)
            fields = decrypted(payload, output["key"], output["iv"]).split("^")
            assert (fields[0], fields[1]) == (KIM.hts_id, KIM.account)
            assert "005930" in fields

    run(test, environment)


def test_a_client_that_answers_pings_with_pong_frames_is_kept() -> None:
    async def test(door: Door) -> None:
        async with door.http.ws_connect(door.face.ws_url, autoping=False) as socket:
            await socket.send_str(subscribe_request(await door.approve(), "H0STASP0", "005930"))
            ack, pings = json.loads(await socket.receive_str(timeout=5)), 0
            assert ack["body"]["rt_cd"] == "0"
            while pings < 8:
                message = await socket.receive(timeout=5)
                assert message.type is WSMsgType.TEXT
                if message.data[0] not in "01" and json.loads(message.data)["header"]["tr_id"] == "PINGPONG":
                    await socket.pong(message.data.encode())
                    pings += 1

    run(test, REAL, ping_seconds=0.05, silence_seconds=0.2)
