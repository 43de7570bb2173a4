"""Orders of every kind as customers of the KIS face send them, and what notices and lists tell of them."""

from datetime import date
from typing import Any

import pytest
from tests.brokers.kis.door import (
    BUY,
    CODES,
    DAY,
    HYNIX,
    KIM,
    MAKER,
    PAPER,
    REAL,
    SAMSUNG,
    SELL,
    Door,
    NoLuck,
    account_fields,
    at,
    order_body,
    run,
)

from hoga.brokers.kis import order_list
from hoga.brokers.kis.envelope import Reply
from hoga.brokers.kis.notices import Outcome
from hoga.brokers.kis.services import Call
from hoga.domain.request import TimeInForce, Venue
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK

EVERYTHING = account_fields(KIM) | {
    "INQR_STRT_DT": f"{DAY:%Y%m%d}",
    "INQR_END_DT": f"{DAY:%Y%m%d}",
    "SLL_BUY_DVSN_CD": "00",
    "PDNO": "",
    "ORD_GNO_BRNO": "",
    "ODNO": "",
    "CCLD_DVSN": "00",
    "INQR_DVSN": "01",
    "INQR_DVSN_1": "",
    "INQR_DVSN_3": "00",
    "EXCG_ID_DVSN_CD": "ALL",
    "CTX_AREA_FK100": "",
    "CTX_AREA_NK100": "",
}


def two_venues(day: date = DAY) -> Simulation:
    """A whole day on which Samsung trades at NXT too and Hynix does not."""
    listings = [Listing(SAMSUNG, 70_000, is_on_nxt=True), Listing(HYNIX, 200_000)]
    openings = (
        Opening(account=KIM.account, deposit=10_000_000, holdings=(Holding("005930", 100, 6_500_000),)),
        Opening(account="5009876501", deposit=5_000_000),
        Opening(
            account=MAKER, deposit=10**12, holdings=tuple(Holding(code, 1_000, 10_000) for code in CODES[:2])
        ),
    )
    exchange = Exchange(day, listings, openings, KIS_STOCK, is_whole_day=True)
    return Simulation(exchange, Flow(day, (), {}, lambda _: NoLuck()))


def traded_today() -> Simulation:
    """Such a day on which Hynix has traded: the evening takes no issue that has not."""
    simulation = two_venues()
    simulation.submit(Place(MAKER, "000660", SELL, 1, 200_000), at("10:00"))
    simulation.submit(Place(MAKER, "000660", BUY, 1, 200_000), at("10:00"))
    return simulation


async def rows(door: Door, **changed: str) -> Any:
    return (await door.call(Call.ORDERS, EVERYTHING | changed)).body["output1"]


@pytest.mark.parametrize(
    ("division", "price", "filled", "remaining"),
    [
        ("00", "70100", 5, 3),
        ("01", "0", 8, 0),
        ("02", "70100", 5, 3),
        ("03", "0", 5, 3),
        ("04", "0", 0, 8),
        ("11", "70100", 5, 0),
        ("12", "70100", 0, 0),
        ("13", "0", 8, 0),
        ("14", "0", 8, 0),
        ("15", "0", 5, 0),
        ("16", "0", 0, 0),
    ],
)
def test_every_division_trades_as_its_name_says(
    division: str, price: str, filled: int, remaining: int
) -> None:
    async def test(door: Door) -> None:
        door.bid(1, 69_900)
        door.offer(5, 70_100)
        door.offer(5, 70_200)
        answer = await door.buy(8, 0, ORD_DVSN=division, ORD_UNPR=price)
        assert answer.body["rt_cd"] == "0", answer.text
        (row,) = await rows(door)
        assert (row["ord_dvsn_cd"], row["tot_ccld_qty"], row["rmn_qty"]) == (
            division,
            str(filled),
            str(remaining),
        )
        assert row["cncl_cfrm_qty"] == str(8 - filled - remaining)

    run(test, REAL)


def test_the_rest_of_an_ioc_order_is_told_as_cancelled_under_its_own_number() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            door.offer(5, 70_100)
            number = (await door.buy(8, 70_100, ORD_DVSN="11")).body["output"]["ODNO"]
            received, filled, cut = [await ear.notice() for _ in range(3)]
            assert [each.outcome for each in (received, filled, cut)] == [
                Outcome.RECEIVED,
                Outcome.FILLED,
                Outcome.UNFILLED_CANCELED,
            ]
            assert (cut.number, cut.original, cut.quantity, cut.order_quantity) == (number, "", 3, 8)
            assert {each.time_in_force for each in (received, filled, cut)} == {TimeInForce.IOC}

    run(test, REAL)


def test_a_stop_order_sleeps_until_its_price_and_tells_so() -> None:
    async def test(door: Door) -> None:
        order = {"ORD_DVSN": "22", "CNDT_PRIC": "70500"}
        number = (await door.buy(3, 70_600, **order)).body["output"]["ODNO"]
        open_now = account_fields() | {
            "INQR_DVSN_1": "0",
            "INQR_DVSN_2": "0",
            "CTX_AREA_FK100": "",
            "CTX_AREA_NK100": "",
        }
        (row,) = (await door.call(Call.REVISABLE, open_now)).body["output"]
        assert (row["odno"], row["stpm_cndt_pric"], row["stpm_efct_occr_yn"]) == (number, "70500", "N")
        door.offer(1, 70_500)
        door.trade(Place(MAKER, "005930", BUY, 1, 70_500))
        (row,) = (await door.call(Call.REVISABLE, open_now)).body["output"]
        assert (row["psbl_qty"], row["stpm_efct_occr_yn"]) == ("3", "Y")
        door.offer(3, 70_600)
        (row,) = await rows(door)
        assert (row["tot_ccld_qty"], row["stpm_cndt_pric"], row["ord_dvsn_cd"]) == ("3", "70500", "22")
        assert row["stpm_efct_occr_dtmd"] == "100000000"

    run(test, REAL)


@pytest.mark.parametrize(
    "order",
    [{"ORD_DVSN": "22"}, {"ORD_DVSN": "22", "CNDT_PRIC": "0"}, {"CNDT_PRIC": "70500"}, {"CNDT_PRIC": "x"}],
)
def test_a_stop_price_belongs_to_stop_orders_and_to_no_others(order: dict[str, str]) -> None:
    async def test(door: Door) -> None:
        answer = await door.buy(3, 70_600, **order)
        assert answer.body["rt_cd"] == "7"
        assert answer.body["msg1"] == "주문단가를 확인 하여 주십시요"

    run(test, REAL)


def test_an_order_can_be_changed_into_another_type_and_in_part() -> None:
    async def test(door: Door) -> None:
        first = (await door.buy(10, 69_000)).body["output"]["ODNO"]
        door.offer(4, 71_000)
        answer = await door.revise(first, "01", ORD_DVSN="01", QTY_ALL_ORD_YN="N", ORD_QTY="4")
        second = answer.body["output"]["ODNO"]
        found = {row["odno"]: row for row in await rows(door)}
        assert found[first]["rmn_qty"] == "6"
        assert (found[second]["ord_dvsn_cd"], found[second]["tot_ccld_qty"]) == ("01", "4")
        refused = await door.revise(first, "01", ORD_UNPR="69100", QTY_ALL_ORD_YN="N", ORD_QTY="7")
        assert refused.code == "APBK1359"
        refused = await door.revise(first, "01", ORD_DVSN="11", ORD_UNPR="69100")
        assert refused.code == "APBK0963"

    run(test, REAL)


def test_a_venue_has_its_own_book_and_its_orders_are_found_there_only() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            number = (await door.buy(3, 69_000, EXCG_ID_DVSN_CD="NXT")).body["output"]["ODNO"]
            received = await ear.notice()
            assert (received.venue, received.is_sor) == (Venue.NXT, False)
            (row,) = await rows(door)
            assert row["excg_id_dvsn_cd"] == "NXT"
            assert await rows(door, EXCG_ID_DVSN_CD="KRX") == []
            refused = await door.revise(number, "02", EXCG_ID_DVSN_CD="KRX")
            assert refused.code == "APBK0344"
            assert (await door.revise(number, "02", EXCG_ID_DVSN_CD="NXT")).body["rt_cd"] == "0"
            refused = await door.buy(1, 200_000, "000660", EXCG_ID_DVSN_CD="NXT")
            assert refused.body["rt_cd"] == "7"

    run(test, REAL, make=two_venues)


def test_an_order_by_sor_goes_where_it_is_cheaper() -> None:
    async def test(door: Door) -> None:
        async with door.listen() as ear:
            await ear.register_notices()
            door.offer(5, 70_200)
            door.trade(Place(MAKER, "005930", SELL, 5, 70_100, venue=Venue.NXT))
            await door.buy(2, 70_200, EXCG_ID_DVSN_CD="SOR")
            _, filled = await ear.notice(), await ear.notice()
            assert (filled.venue, filled.is_sor, filled.price) == (Venue.NXT, True, 70_100)
            (row,) = await rows(door, EXCG_ID_DVSN_CD="SOR")
            assert (row["excg_dvsn_cd"], row["excg_id_dvsn_cd"]) == ("12", "SOR")
            reply = Reply(200, (await door.call(Call.ORDERS, EVERYTHING)).text.encode())
            assert order_list.read_orders([reply])[0].request.venue is Venue.SOR

    run(test, REAL, make=two_venues)


@pytest.mark.parametrize(
    ("division", "venue", "code"),
    [
        ("02", "NXT", "APBK0963"),
        ("01", "NXT", "APBK0963"),
        ("21", "SOR", "APBK0963"),
        ("05", "SOR", "APBK0963"),
        ("00", "XYZ", "APBK0963"),
        ("08", "KRX", "APBK0963"),
        ("05", "KRX", "APBK0918"),
        ("07", "KRX", "APBK0918"),
    ],
)
def test_a_division_that_a_venue_does_not_take_is_refused(division: str, venue: str, code: str) -> None:
    async def test(door: Door) -> None:
        price = "70000" if division in ("00", "02", "07") else "0"
        answer = await door.buy(1, 0, ORD_DVSN=division, ORD_UNPR=price, EXCG_ID_DVSN_CD=venue)
        assert answer.code == code, answer.text

    run(test, REAL, make=two_venues)


@pytest.mark.parametrize("venue", ["NXT", "SOR"])
def test_paper_knows_krx_alone_and_legacy_ids_know_no_venue(venue: str) -> None:
    async def on_paper(door: Door) -> None:
        assert (await door.buy(1, 69_000, EXCG_ID_DVSN_CD=venue)).body["rt_cd"] == "1"
        assert (await door.buy(1, 69_000, EXCG_ID_DVSN_CD="KRX")).body["rt_cd"] == "0"

    async def by_legacy(door: Door) -> None:
        body = order_body(1, 69_000, "005930") | {"EXCG_ID_DVSN_CD": venue}
        assert (await door.call(Call.BUY, body, legacy=True)).body["rt_cd"] == "0"
        (row,) = await rows(door)
        assert row["excg_id_dvsn_cd"] == "KRX"

    run(on_paper, PAPER)
    run(by_legacy, REAL)


@pytest.mark.parametrize(("sale", "state"), [("", "0"), ("01", "0"), ("02", "7"), ("05", "7")])
def test_only_ordinary_sales_are_taken(sale: str, state: str) -> None:
    async def test(door: Door) -> None:
        assert (await door.sell(1, 71_000, SLL_TYPE=sale)).body["rt_cd"] == state

    run(test, REAL)


@pytest.mark.parametrize("call", [Call.CREDIT_BUY, Call.CREDIT_SELL])
def test_an_account_for_cash_gets_no_credit(call: Call) -> None:
    async def test(door: Door) -> None:
        body = order_body(1, 70_000, "005930") | {"CRDT_TYPE": "21", "LOAN_DT": "20260506"}
        assert (await door.call(call, body)).code == "APBK1271"
        assert await rows(door) == []

    run(test, REAL)


def test_the_evening_and_the_morning_of_nxt_say_why_they_take_no_market_order() -> None:
    async def in_the_evening(door: Door) -> None:
        answer = await door.buy(1, 0, ORD_DVSN="13", EXCG_ID_DVSN_CD="NXT")
        assert answer.code == "APBK3013"

    async def in_the_morning(door: Door) -> None:
        answer = await door.buy(1, 0, ORD_DVSN="13", EXCG_ID_DVSN_CD="NXT")
        assert answer.code == "APBK0918"

    run(in_the_evening, REAL, "16:00", make=two_venues)
    run(in_the_morning, REAL, "08:20", make=two_venues)


def test_orders_of_the_off_hours_are_taken_in_theirs() -> None:
    async def before(door: Door) -> None:
        assert (await door.buy(1, 0, ORD_DVSN="05")).body["rt_cd"] == "0"

    async def after(door: Door) -> None:
        answer = await door.buy(1, 199_500, "000660", ORD_DVSN="07")
        assert answer.body["rt_cd"] == "0", answer.text

    run(before, REAL, "08:35", make=two_venues)
    run(after, REAL, "16:05", make=traded_today)
