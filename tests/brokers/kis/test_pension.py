"""Retirement accounts at the KIS face, and the rights that no account here has."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.brokers.kis.door import (
    KIM,
    LEE,
    PAPER,
    REAL,
    Door,
    FakeBars,
    account_fields,
    at,
    ids,
    make_exchange,
    order_body,
    quietly,
    run,
)

from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import SERVICES, Call
from hoga.clock import ManualClock
from hoga.domain.request import Side
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.krx.fees import KIS_STOCK

PARK = replace(KIM, account="5001234529")
ACCOUNT = {"CANO": "50012345", "ACNT_PRDT_CD": "29"}
PAGE = {"CTX_AREA_FK100": "", "CTX_AREA_NK100": ""}
QUERIES = {
    Call.PENSION_BALANCE: {"ACCA_DVSN_CD": "00", "INQR_DVSN": "00"} | PAGE,
    Call.PENSION_POSITIONS: {"USER_DVSN_CD": "00"} | PAGE,
    Call.PENSION_ORDERS: {
        "USER_DVSN_CD": "%%",
        "SLL_BUY_DVSN_CD": "00",
        "CCLD_NCCS_DVSN": "%%",
        "INQR_DVSN_3": "00",
    }
    | PAGE,
    Call.PENSION_DEPOSIT: {"ACCA_DVSN_CD": "00"},
    Call.PENSION_POWER: {
        "PDNO": "005930",
        "ACCA_DVSN_CD": "00",
        "CMA_EVLU_AMT_ICLD_YN": "Y",
        "ORD_UNPR": "70000",
        "ORD_DVSN": "00",
    },
}
RIGHTS = {
    "INQR_DVSN": "03",
    "INQR_STRT_DT": "20250101",
    "INQR_END_DT": "20250103",
    "CUST_RNCNO25": "",
    "HMID": "",
    "RGHT_TYPE_CD": "",
    "PDNO": "",
    "PRDT_TYPE_CD": "",
} | PAGE


def with_pension(test: Callable[[Door], Awaitable[None]]) -> None:
    """Let `test` use a face at which Kim's account is one for his retirement."""

    async def opened() -> None:
        usual = make_exchange()
        openings = (
            Opening(account=PARK.account, deposit=10_000_000, holdings=(Holding("005930", 100, 6_500_000),)),
            Opening(account=LEE.account, deposit=5_000_000, holdings=(Holding("005930", 100, 6_500_000),)),
        )
        listings = [Listing(usual.instrument("005930"), 70_000)]
        exchange = Exchange(usual.day, listings, openings, KIS_STOCK)
        simulation, clock = quietly(exchange), ManualClock(at("10:00"))
        face = KisFace(simulation, clock, FakeBars(), (PARK, LEE), REAL, ids())
        simulation.advance(at("10:00"))
        async with face:
            door = Door(face, simulation, clock, REAL)
            async with door.http:
                await door.log_in()
                await test(door)

    asyncio.run(opened())


async def ask(door: Door, call: Call, **changed: str) -> Any:
    heard = await door.call(call, ACCOUNT | QUERIES[call] | changed)
    assert heard.body["rt_cd"] == "0", heard.body
    return heard.body


def test_a_balance_tells_what_is_held_and_what_it_is_worth() -> None:
    async def test(door: Door) -> None:
        body = await ask(door, Call.PENSION_BALANCE)
        (row,) = body["output1"]
        assert row == {
            "cblc_dvsn_name": "사용자",
            "prdt_name": "삼성전자",
            "pdno": "005930",
            "item_dvsn_name": "현금",
            "thdt_buyqty": "0",
            "thdt_sll_qty": "0",
            "hldg_qty": "100",
            "ord_psbl_qty": "100",
            "pchs_avg_pric": "65000.0000",
            "pchs_amt": "6500000",
            "prpr": "70000",
            "evlu_amt": "7000000",
            "evlu_pfls_amt": "500000",
            "evlu_erng_rt": "7.69230769",
        }
        assert body["output2"] == {
            "dnca_tot_amt": "10000000",
            "nxdy_excc_amt": "10000000",
            "prvs_rcdl_excc_amt": "10000000",
            "thdt_buy_amt": "0",
            "thdt_sll_amt": "0",
            "thdt_tlex_amt": "0",
            "scts_evlu_amt": "7000000",
            "tot_evlu_amt": "17000000",
        }

    with_pension(test)


def test_positions_have_their_weights_and_the_profits_of_the_day() -> None:
    async def test(door: Door) -> None:
        door.trade(Place(LEE.account, "005930", Side.BUY, 10, 71_000))
        await door.call(Call.SELL, order_body(10, 71_000, "005930", PARK))
        (result,) = door.simulation.exchange.results(PARK.account)
        profit = 710_000 - 650_000 - result.sell_fees - result.taxes
        body = await ask(door, Call.PENSION_POSITIONS)
        (row,), (sums,) = body["output1"], body["output2"]
        assert (row["cblc_dvsn"], row["slpsb_qty"], row["cblc_weit"]) == ("01", "90", "100.00000000")
        assert row["evlu_pfls_rt"] == "9.23"
        assert sums == {
            "pchs_amt_smtl_amt": "5850000",
            "evlu_amt_smtl_amt": "6390000",
            "evlu_pfls_smtl_amt": "540000",
            "trad_pfls_smtl": str(profit),
            "thdt_tot_pfls_amt": str(540_000 + profit),
            "pftrt": "9.23076923",
        }
        balance = await ask(door, Call.PENSION_BALANCE)
        assert balance["output1"][0]["thdt_sll_qty"] == "10"
        assert balance["output2"]["thdt_sll_amt"] == "710000"
        await door.call(Call.SELL, order_body(90, 71_000, "005930", PARK))
        door.trade(Place(LEE.account, "005930", Side.BUY, 50, 71_000))
        hidden = await ask(door, Call.PENSION_POSITIONS, PRCS_DVSN_CD="01")
        assert [each["hldg_qty"] for each in hidden["output1"]] == ["40"]

    with_pension(test)


def test_orders_of_the_day_by_side_and_by_what_is_left() -> None:
    async def test(door: Door) -> None:
        for price in (60_000, 61_000):
            placed = await door.call(Call.BUY, order_body(3, price, "005930", PARK))
            assert placed.body["rt_cd"] == "0"
        rows = (await ask(door, Call.PENSION_ORDERS))["output"]
        assert [row["ord_unpr"] for row in rows] == ["61000", "60000"]
        first = rows[0]
        assert (first["sll_buy_dvsn_cd"], first["trad_dvsn_name"], first["nccs_qty"]) == (
            "02",
            "현금매수",
            "3",
        )
        assert (first["odno"], first["ord_dvsn_name"]) == (placed.body["output"]["ODNO"], "지정가")
        assert (await ask(door, Call.PENSION_ORDERS, SLL_BUY_DVSN_CD="01"))["output"] == []
        assert (await ask(door, Call.PENSION_ORDERS, CCLD_NCCS_DVSN="01"))["output"] == []
        assert (await ask(door, Call.PENSION_ORDERS, CCLD_NCCS_DVSN="02"))["output"] == rows
        old = await door.call(Call.PENSION_ORDERS, ACCOUNT | QUERIES[Call.PENSION_ORDERS], legacy=True)
        assert len(old.body["output"][0]) == 16
        assert len(first) == 20

    with_pension(test)


def test_the_deposit_and_what_it_buys() -> None:
    async def test(door: Door) -> None:
        assert (await ask(door, Call.PENSION_DEPOSIT))["output"] == {
            "dnca_tota": "10000000",
            "nxdy_excc_amt": "10000000",
            "nxdy_sttl_amt": "0",
            "nx2_day_sttl_amt": "0",
        }
        power = (await ask(door, Call.PENSION_POWER))["output"]
        assert (power["ord_psbl_cash"], power["max_buy_amt"]) == ("10000000", "10000000")
        assert (power["psbl_qty_calc_unpr"], power["max_buy_qty"]) == ("70000", "142")
        at_limit = (await ask(door, Call.PENSION_POWER, ORD_DVSN="01", ORD_UNPR="0"))["output"]
        assert at_limit["psbl_qty_calc_unpr"] == "91000"
        unknown = await door.call(
            Call.PENSION_POWER, ACCOUNT | QUERIES[Call.PENSION_POWER] | {"PDNO": "999999"}
        )
        assert unknown.code == "APBK0656"

    with_pension(test)


@pytest.mark.parametrize("call", QUERIES)
def test_another_account_is_refused(call: Call) -> None:
    async def test(door: Door) -> None:
        own = await door.call(call, account_fields() | QUERIES[call])
        assert (own.body["rt_cd"], own.body["msg1"]) == ("7", "퇴직연금계좌만 가능한 서비스입니다.")
        for product in ("29", "55"):
            other = await door.call(call, account_fields() | QUERIES[call] | {"ACNT_PRDT_CD": product})
            assert (other.body["rt_cd"], other.code) == ("1", "OPSQ2000")

    run(test, REAL)


@pytest.mark.parametrize("call", [*QUERIES, Call.RIGHTS])
def test_none_of_it_exists_on_paper(call: Call) -> None:
    async def test(door: Door) -> None:
        query = account_fields() | QUERIES.get(call, RIGHTS)
        heard = await door.call(call, query, {"tr_id": SERVICES[call].real[0]})
        assert (heard.status, heard.code) == (500, "EGW02006")

    run(test, PAPER)


def test_no_account_is_given_rights() -> None:
    async def test(door: Door) -> None:
        heard = await door.call(Call.RIGHTS, account_fields() | RIGHTS)
        assert (heard.body["rt_cd"], heard.body["output"]) == ("0", [])
        assert heard.body["ctx_area_nk100"].strip() == ""
        wrong = await door.call(Call.RIGHTS, account_fields() | RIGHTS | {"INQR_END_DT": "soon"})
        assert wrong.body["rt_cd"] == "1"
        other = await door.call(Call.RIGHTS, account_fields(LEE) | RIGHTS)
        assert other.code == "OPSQ2000"

    run(test, REAL)
