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
from tests.brokers.kis.door import BUY, DAY, KIM, PAPER, REAL, Door, Heard, account_fields, issue, run

from hoga.brokers.kis.codes import PROFILES, Call, Environment
from hoga.brokers.kis.frames import subscribe_request
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
