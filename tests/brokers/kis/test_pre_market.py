"""Orders that end with NXT's pre-market: their divisions, and how a desk hears of their end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from tests.brokers.kis.door import (
    BUY,
    DAY,
    KIM,
    LEE,
    MAKER,
    ORDERS_QUERY,
    PAPER,
    REAL,
    SAMSUNG,
    SELL,
    Door,
    FakeBars,
    Heard,
    ids,
    quietly,
    run,
    whole_day,
)
from tests.brokers.kis.test_wire import ACCOUNT, order, through
from tests.trading.conftest import Lines, MemoryJournal

from hoga.brokers.kis import wire
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.divisions import PRE_MARKET_DIVISIONS, taken_divisions
from hoga.brokers.kis.envelope import Declined, body_fields
from hoga.brokers.kis.notices import Outcome
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import Call
from hoga.clock import ManualClock
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, OrderType, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import Place, Replace
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.krx.sessions import Phase
from hoga.storage.memory import MemoryControl
from hoga.trading.desk import Desk
from hoga.trading.limits import NO_LIMITS
from hoga.trading.risk import Reason

NOW = date(2026, 9, 15)
NXT, SOR = Venue.NXT, Venue.SOR
GTP = TimeInForce.GTP
WRONG_PHASE = "APBK0918"
NO_DIVISION = "APBK0963"


def at(text: str) -> datetime:
    return datetime.combine(NOW, time.fromisoformat(text), KST)


def make_morning() -> Simulation:
    holdings = (Holding("005930", 1_000_000, 10_000_000),)
    openings = (
        Opening(account=KIM.account, deposit=10_000_000),
        Opening(account=LEE.account, deposit=10_000_000),
        Opening(account=MAKER, deposit=10**12, holdings=holdings),
    )
    return quietly(Exchange(NOW, [Listing(SAMSUNG, 70_000, is_on_nxt=True)], openings, KIS_STOCK))


async def come(door: Door, hour: str) -> None:
    door.clock.set(at(hour))
    door.simulation.advance(at(hour))
    await door.log_in()


def offer(door: Door, quantity: int, price: int) -> None:
    door.trade(Place(MAKER, "005930", SELL, quantity, price, venue=NXT))


async def buy(door: Door, division: str, venue: str = "NXT", quantity: int = 1, **changed: str) -> Heard:
    price = 69_900 if division in ("00", "27") else 0
    return await door.buy(quantity, price, ORD_DVSN=division, EXCG_ID_DVSN_CD=venue, **changed)


async def listed(door: Door) -> dict[str, dict[str, str]]:
    days = dict.fromkeys(("INQR_STRT_DT", "INQR_END_DT"), f"{NOW:%Y%m%d}")
    query = ORDERS_QUERY | days | {"EXCG_ID_DVSN_CD": "ALL"}
    rows = (await door.call(Call.ORDERS, query)).body["output1"]
    return {row["odno"]: row for row in rows}


def test_what_is_left_when_the_pre_market_ends_is_cancelled_and_told() -> None:
    async def test(door: Door) -> None:
        await come(door, "08:10")
        offer(door, 4, 69_900)
        async with door.listen() as ear:
            await ear.register_notices()
            gtp = (await buy(door, "27", quantity=10)).body["output"]["ODNO"]
            day = (await buy(door, "00", quantity=3)).body["output"]["ODNO"]
            told = [await ear.notice() for _ in range(3)]
            assert [one.outcome for one in told] == [Outcome.RECEIVED, Outcome.FILLED, Outcome.RECEIVED]
            assert [one.time_in_force for one in told] == [GTP, GTP, TimeInForce.DAY]
            door.simulation.advance(at("08:49:59"))
            assert (await listed(door))[gtp]["rmn_qty"] == "6"

            door.clock.set(at("08:50"))
            door.simulation.advance(at("08:50"))
            ended = await ear.notice()
            assert (ended.number, ended.outcome, ended.quantity) == (gtp, Outcome.UNFILLED_CANCELED, 6)
            assert ended.at == at("08:50").replace(year=DAY.year, month=DAY.month, day=DAY.day)
        rows = await listed(door)
        assert {name: rows[gtp][name] for name in ("ord_dvsn_cd", "ord_dvsn_name", "cncl_cfrm_qty")} == {
            "ord_dvsn_cd": "27",
            "ord_dvsn_name": "NXT GTP지정가",
            "cncl_cfrm_qty": "6",
        }
        assert (rows[gtp]["tot_ccld_qty"], rows[gtp]["rmn_qty"], rows[day]["rmn_qty"]) == ("4", "0", "3")
        left = door.simulation.exchange.account(KIM.account)
        spent = 4 * 69_900 + left.costs_today
        assert left.deposit_d2 == 10_000_000 - spent
        assert left.deposit_d2 - left.buying_power < 3 * 70_000

    run(test, REAL, make=make_morning)


def test_the_pre_market_takes_each_of_them() -> None:
    async def test(door: Door) -> None:
        await come(door, "08:10")
        offer(door, 5, 70_100)
        door.trade(Place(MAKER, "005930", BUY, 5, 69_800, venue=NXT))
        numbers = {
            division: (await buy(door, division)).body["output"]["ODNO"] for division in PRE_MARKET_DIVISIONS
        }
        orders = {one.number: one for one in door.simulation.exchange.orders(KIM.account, NOW, NOW)}
        stands = {division: orders[int(number)] for division, number in numbers.items()}
        assert {division: one.limit_price for division, one in stands.items()} == {
            "27": 69_900,
            "28": 70_100,
            "29": 69_900,  # its own side's best is the order before it
        }
        assert stands["28"].filled_quantity == 1

    run(test, REAL, make=make_morning)


@pytest.mark.parametrize("hour", ["08:55", "10:00", "15:35", "16:10"])
def test_no_other_hour_takes_them(hour: str) -> None:
    async def test(door: Door) -> None:
        await come(door, hour)
        for division in PRE_MARKET_DIVISIONS:
            assert (await buy(door, division)).code == WRONG_PHASE

    run(test, REAL, make=make_morning)


def test_they_are_nxt_s_alone() -> None:
    async def test(door: Door) -> None:
        await come(door, "08:40")
        for division in PRE_MARKET_DIVISIONS:
            for venue in ("KRX", "SOR"):
                assert (await buy(door, division, venue)).code == NO_DIVISION

    run(test, REAL, make=make_morning)


def test_before_2026_09_14_there_were_none() -> None:
    async def test(door: Door) -> None:
        for division in PRE_MARKET_DIVISIONS:
            assert (await buy(door, division)).code == NO_DIVISION
        assert (await buy(door, "00")).body["rt_cd"] == "0"

    run(test, REAL, "08:10", make=whole_day)


def test_the_paper_host_knows_no_nxt() -> None:
    async def test(door: Door) -> None:
        await come(door, "08:10")
        for division in PRE_MARKET_DIVISIONS:
            assert (await buy(door, division, "KRX")).body["rt_cd"] == "1"

    run(test, PAPER, make=make_morning)


def test_a_changed_one_ends_with_the_pre_market_too_and_none_gets_another_life() -> None:
    async def test(door: Door) -> None:
        await come(door, "08:10")
        number = (await buy(door, "27", quantity=10)).body["output"]["ODNO"]
        day = (await buy(door, "00")).body["output"]["ODNO"]
        at_nxt = {"ORD_UNPR": "69800", "EXCG_ID_DVSN_CD": "NXT"}
        for wrong, division in ((number, "00"), (day, "27")):
            assert (await door.revise(wrong, "01", ORD_DVSN=division, **at_nxt)).code == NO_DIVISION
        changed = await door.revise(number, "01", ORD_DVSN="27", **at_nxt)
        assert changed.body["rt_cd"] == "0"
        door.simulation.advance(at("08:50"))
        row = (await listed(door))[changed.body["output"]["ODNO"]]
        assert (row["ord_dvsn_cd"], row["cncl_cfrm_qty"], row["rmn_qty"]) == ("27", "10", "0")

    run(test, REAL, make=make_morning)


@pytest.mark.parametrize("division", PRE_MARKET_DIVISIONS)
def test_what_is_sent_arrives_as_it_was_placed(division: str) -> None:
    order_type, force, _ = PRE_MARKET_DIVISIONS[division]
    price = 70_000 if order_type.has_price else None
    wish = order(price=price, order_type=order_type, time_in_force=force, venue=NXT)
    sent = through(wire.order_request(wish, ACCOUNT, REAL))
    assert body_fields(sent)["ORD_DVSN"] == division
    arrived = wire.asked_order(sent, NOW)
    assert arrived == Place(ACCOUNT, "005930", BUY, 10, price, order_type, force, None, NXT)
    with pytest.raises(Declined):
        wire.asked_order(sent, DAY)


def test_a_revision_names_the_division_that_the_order_has() -> None:
    sent = through(wire.replace_request(order(time_in_force=GTP, venue=NXT), 71_000, ACCOUNT, REAL))
    assert wire.asked_revision(sent) == Replace(ACCOUNT, 7, 71_000, None, OrderType.LIMIT, None, GTP)


def test_each_venue_has_its_divisions_of_the_day() -> None:
    before, since = date(2026, 9, 11), date(2026, 9, 14)
    new = {Venue.KRX: {f"{n}" for n in range(41, 48)}, NXT: {"27", "28", "29"}, SOR: set[str]()}
    for venue in Venue:
        assert taken_divisions(venue, since) - taken_divisions(venue, before) == new[venue]
    assert taken_divisions(Venue.KRX, before) - taken_divisions(Venue.KRX, since) == {"07"}


# A desk -----------------------------------------------------------------------------------------------------


class Morning:
    """A desk for Kim at KIS at ten past eight, over loopback."""

    def __init__(self, desk: Desk, client: KisClient, simulation: Simulation, clock: ManualClock) -> None:
        self.desk = desk
        self.client = client
        self.simulation = simulation
        self.clock = clock

    def come(self, hour: str) -> None:
        self.clock.set(at(hour))
        self.simulation.advance(at(hour))

    async def place(self, quantity: int = 10, **changed: object) -> Order:
        request = OrderRequest(
            code="005930",
            side=BUY,
            quantity=quantity,
            price=69_900,
            time_in_force=GTP,
            venue=NXT,
            **changed,  # type: ignore[arg-type]
        )
        return await self.desk.place(request, "test")

    async def hear_of_the_end(self) -> None:
        """Nobody asked for this cancel: the notice of it makes the desk read the list."""
        async with asyncio.timeout(5):
            while not self.desk.is_look_due:  # noqa: ASYNC110 - the desk tells nobody
                await asyncio.sleep(0)
        assert await self.desk.reconcile() == ()


def trade(test: Callable[[Morning], Awaitable[None]]) -> None:
    async def opened() -> None:
        simulation, clock = make_morning(), ManualClock(at("08:10"))
        simulation.advance(at("08:10"))
        async with (
            KisFace(simulation, clock, FakeBars(), (KIM,), REAL, ids()) as face,
            KisClient(
                KIM.keys,
                KIM.account,
                KIM.hts_id,
                REAL,
                clock=clock,
                luck=lambda: 0.0,
                rest_url=face.rest_url,
                websocket_url=face.ws_url,
            ) as client,
        ):
            desk = Desk(
                client,
                client,
                MemoryJournal(),
                clock,
                Lines(),
                [SAMSUNG],
                control=MemoryControl(),
                limits=replace(NO_LIMITS, venues=tuple(Venue), phases=tuple(Phase)),
            )
            await desk.open(NOW)
            await test(Morning(desk, client, simulation, clock))

    asyncio.run(opened())


def test_a_desk_hears_that_its_order_has_ended_and_may_use_its_cash() -> None:
    async def test(morning: Morning) -> None:
        placed = await morning.place()
        assert placed.status is OrderStatus.OPEN
        assert await morning.client.buying_power("005930", None) < 10_000_000
        morning.come("08:50")
        await morning.hear_of_the_end()
        ended = morning.desk.get_order(placed.order_id)
        assert (ended.status, ended.canceled_quantity, ended.remaining_quantity) == (
            OrderStatus.CANCELED,
            10,
            0,
        )
        assert await morning.client.buying_power("005930", None) == 10_000_000

    trade(test)


def test_a_desk_that_heard_nothing_reads_it_in_the_list() -> None:
    async def test(morning: Morning) -> None:
        morning.client.on_notice(lambda notice: None)
        placed = await morning.place()
        morning.come("08:50")
        assert await morning.desk.reconcile() == ()
        assert morning.desk.get_order(placed.order_id).status is OrderStatus.CANCELED

    trade(test)


def test_a_desk_changes_the_price_of_one() -> None:
    async def test(morning: Morning) -> None:
        placed = await morning.place()
        await morning.desk.replace(placed.order_id, 69_800)
        assert morning.desk.get_order(placed.order_id).price == 69_800
        morning.come("08:50")
        await morning.hear_of_the_end()
        assert morning.desk.get_order(placed.order_id).status is OrderStatus.CANCELED

    trade(test)


def test_a_desk_sends_none_where_or_when_there_are_none() -> None:
    async def test(morning: Morning) -> None:
        for venue in (Venue.KRX, SOR):
            denied = await morning.desk.place(
                OrderRequest(
                    code="005930", side=BUY, quantity=1, price=69_900, time_in_force=GTP, venue=venue
                ),
                "test",
            )
            assert denied.status is OrderStatus.DENIED
            assert denied.reason.startswith(Reason.TYPE_NOT_SUPPORTED)
        morning.come("09:10")
        denied = await morning.place()
        assert denied.status is OrderStatus.DENIED
        assert denied.reason.startswith(Reason.WRONG_PHASE)
        assert morning.simulation.exchange.orders(KIM.account, NOW, NOW) == []

    trade(test)
