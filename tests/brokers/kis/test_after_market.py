"""KRX's after-market has order divisions of its own, and takes no others."""

from datetime import date, datetime, time

import pytest
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    BUY,
    CODES,
    DAY,
    HYNIX,
    KIM,
    LEE,
    MAKER,
    PAPER,
    REAL,
    SAMSUNG,
    Door,
    Heard,
    account_fields,
    quietly,
    run,
)
from tests.brokers.kis.test_wire import ACCOUNT, order, through

from hoga.brokers.kis import wire
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.divisions import AFTER_MARKET_DIVISIONS, ORDER_DIVISIONS, is_after_market
from hoga.brokers.kis.envelope import Declined, body_fields
from hoga.brokers.kis.services import Call
from hoga.domain.request import OrderType, Side, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import Place, Replace
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK

NOW = date(2026, 9, 15)
CODE = "005930"
WRONG_PHASE = "APBK0918"
ONLY_ITS_OWN = "APBK3013"
NO_DIVISION = "APBK0963"
BOTH = pytest.mark.parametrize("environment", [REAL, PAPER])


def at(text: str) -> datetime:
    return datetime.combine(NOW, time.fromisoformat(text), KST)


def make_evening() -> Simulation:
    holdings = tuple(Holding(code, 1_000_000, 10_000_000) for code in CODES[:2])
    openings = (
        Opening(account=KIM.account, deposit=10_000_000),
        Opening(account=LEE.account, deposit=5_000_000),
        Opening(account=MAKER, deposit=10**12, holdings=holdings),
    )
    listings = [Listing(SAMSUNG, 70_000, is_on_nxt=True), Listing(HYNIX, 200_000)]
    return quietly(Exchange(NOW, listings, openings, KIS_STOCK, is_whole_day=True))


async def come(door: Door, hour: str) -> None:
    """To an hour of a day on which Samsung trades at ten, with an offer and a bid in the after-market."""
    if at(hour) > at("10:00"):
        door.clock.set(at("10:00"))
        door.offer(1, 70_000)
        door.bid(1, 70_000)
    door.clock.set(at(hour))
    door.simulation.advance(at(hour))
    await door.log_in()
    if is_after_market(at(hour), Venue.KRX):
        door.offer(50, 70_200)
        door.bid(50, 69_800)


async def buy(door: Door, division: str, **changed: str) -> Heard:
    kinds = {**ORDER_DIVISIONS, **AFTER_MARKET_DIVISIONS}
    price = 69_900 if kinds[division][0].has_price else 0
    return await door.buy(
        1, price, ORD_DVSN=division, CNDT_PRIC="70500" if division == "22" else "", **changed
    )


@BOTH
def test_the_after_market_takes_its_own_divisions(environment: Environment) -> None:
    async def test(door: Door) -> None:
        await come(door, "16:10")
        taken = {division: await buy(door, division) for division in AFTER_MARKET_DIVISIONS}
        assert {division: heard.body["rt_cd"] for division, heard in taken.items()} == dict.fromkeys(
            taken, "0"
        )
        query = account_fields() | {
            "INQR_STRT_DT": f"{NOW:%Y%m%d}",
            "INQR_END_DT": f"{NOW:%Y%m%d}",
            "SLL_BUY_DVSN_CD": "00",
            "INQR_DVSN": "01",
            "CCLD_DVSN": "00",
            "INQR_DVSN_3": "00",
            **dict.fromkeys(
                ("PDNO", "ORD_GNO_BRNO", "ODNO", "INQR_DVSN_1", "CTX_AREA_FK100", "CTX_AREA_NK100"), ""
            ),
        }
        rows = (await door.call(Call.ORDERS, query)).body["output1"]
        told = {row["odno"]: (row["ord_dvsn_cd"], row["ord_dvsn_name"]) for row in rows}
        for division, heard in taken.items():
            assert told[heard.body["output"]["ODNO"]] == (division, AFTER_MARKET_DIVISIONS[division][2])

    run(test, environment, make=make_evening)


def test_the_after_market_takes_no_divisions_of_the_day() -> None:
    async def test(door: Door) -> None:
        await come(door, "16:10")
        codes = {division: (await buy(door, division)).code for division in ORDER_DIVISIONS}
        others = {"05": WRONG_PHASE, "06": WRONG_PHASE, "07": NO_DIVISION}
        assert codes == {division: others.get(division, ONLY_ITS_OWN) for division in ORDER_DIVISIONS}
        at_nxt = await buy(door, "00", EXCG_ID_DVSN_CD="NXT")
        by_sor = await buy(door, "00", EXCG_ID_DVSN_CD="SOR")
        assert (at_nxt.body["rt_cd"], by_sor.body["rt_cd"]) == ("0", "0")

    run(test, REAL, make=make_evening)


@pytest.mark.parametrize("hour", ["08:45", "10:30", "15:25", "15:50"])
def test_no_other_market_of_the_day_takes_its_divisions(hour: str) -> None:
    async def test(door: Door) -> None:
        await come(door, hour)
        for division in AFTER_MARKET_DIVISIONS:
            assert (await buy(door, division)).code == WRONG_PHASE

    run(test, REAL, make=make_evening)


@pytest.mark.parametrize("venue", ["NXT", "SOR"])
def test_they_are_krx_s_alone(venue: str) -> None:
    async def test(door: Door) -> None:
        await come(door, "16:10")
        for division in AFTER_MARKET_DIVISIONS:
            assert (await buy(door, division, EXCG_ID_DVSN_CD=venue)).body["rt_cd"] == "7"

    run(test, REAL, make=make_evening)


def test_a_notice_tells_of_the_division_of_the_evening() -> None:
    async def test(door: Door) -> None:
        await come(door, "16:10")
        async with door.listen() as ear:
            await ear.register_notices()
            await buy(door, "44")
            received, filled = await ear.notice(), await ear.notice()
            assert received.in_after_market
            assert filled.in_after_market
            assert (filled.order_type, filled.time_in_force) == AFTER_MARKET_DIVISIONS["44"][:2]
            await buy(door, "00", EXCG_ID_DVSN_CD="NXT")
            assert not (await ear.notice()).in_after_market

    run(test, REAL, make=make_evening)


def test_before_the_after_market_there_was_none() -> None:
    assert is_after_market(at("16:10"), Venue.KRX)
    assert not is_after_market(at("16:10"), Venue.NXT)
    assert not is_after_market(at("15:50"), Venue.KRX)
    assert not is_after_market(datetime.combine(DAY, time(16, 10), KST), Venue.KRX)


@pytest.mark.parametrize("division", AFTER_MARKET_DIVISIONS)
def test_what_is_sent_in_the_evening_arrives_as_it_was_placed(division: str) -> None:
    order_type, force, _ = AFTER_MARKET_DIVISIONS[division]
    price = 70_000 if order_type.has_price else None
    wish = order(price=price, order_type=order_type, time_in_force=force)
    sent = through(wire.order_request(wish, ACCOUNT, REAL, in_after_market=True))
    assert body_fields(sent)["ORD_DVSN"] == division
    arrived = wire.asked_order(sent, NOW, in_after_market=True)
    assert arrived == Place(ACCOUNT, CODE, BUY, 10, price, order_type, force)
    with pytest.raises(Declined):
        wire.asked_order(sent, NOW)


def test_a_revision_in_the_evening_names_the_division_of_the_evening() -> None:
    sent = wire.replace_request(order(), 71_000, ACCOUNT, REAL, in_after_market=True)
    assert body_fields(sent)["ORD_DVSN"] == "41"
    assert wire.asked_revision(through(sent)) == Replace(ACCOUNT, 7, 71_000, None, OrderType.LIMIT)


def test_a_balance_can_be_valued_at_the_last_price_of_both_venues() -> None:
    async def test(door: Door) -> None:
        await come(door, "16:10")
        await door.buy(1, 70_200, ORD_DVSN="41")

        async def price(kind: str) -> str:
            body = (await door.call(Call.BALANCE, BALANCE_QUERY | {"AFHR_FLPR_YN": kind})).body
            return str(body["output1"][0]["prpr"])

        assert [await price(kind) for kind in "NXY"] == ["70000", "70000", "70200"]
        door.clock.set(at("16:11"))
        for side in (Side.SELL, Side.BUY):
            door.trade(Place(MAKER, "005930", side, 1, 70_300, venue=Venue.NXT))
        assert [await price(kind) for kind in "NXY"] == ["70000", "70300", "70300"]

    run(test, REAL, make=make_evening)
