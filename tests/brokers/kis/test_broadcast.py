"""What the streams beside KRX's prints and books push, over real loopback sockets."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from tests.brokers.kis.door import (
    BUY,
    HYNIX,
    KIM,
    LEE,
    MAKER,
    PAPER,
    REAL,
    SAMSUNG,
    SELL,
    Door,
    Ear,
    FakeBars,
    NoLuck,
    at,
    ids,
    issue,
    run,
)

from hoga.brokers.kis.books import Books
from hoga.brokers.kis.codes import BOOKS_STREAM, TRADES_STREAM
from hoga.brokers.kis.frames import Told
from hoga.brokers.kis.index_ticks import IndexTick, NavTick
from hoga.brokers.kis.programs import IndexProgramTrading, ProgramTrading
from hoga.brokers.kis.register import NoFacts
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.status import Status
from hoga.brokers.kis.streams import ON_PAPER, STREAMS, Subject
from hoga.brokers.kis.ticks import Expected, Trades
from hoga.clock import ManualClock
from hoga.domain.bar import Bar
from hoga.domain.flows import Flow, MemberFlow, MemberTable, ProgramFlows
from hoga.domain.index import Basket, Index, IndexBar
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.quote import Level, Midpoint
from hoga.domain.request import OrderType, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import (
    HaltIssue,
    InterruptIssue,
    Place,
    ReportIndex,
    ResumeIssue,
)
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.flow import Flow as MarketFlow
from hoga.exchange.rollover import next_day, next_listings, next_openings
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK

CODE = "005930"
FUND = Instrument(code="069500", name="KODEX 200", market=Market.KOSPI, kind=Kind.ETF)
ISSUES = (SAMSUNG, HYNIX, FUND)
WHOLE = 1_000
"""What `FakeBars` says is traded of an issue on each day."""


class SomeFacts(NoFacts):
    """Ten firms and some programs that share a day of a thousand, and one index of two issues."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def member_flows(self, code: str, day: date) -> Sequence[MemberFlow]:
        self.asked.append("members")
        return [
            MemberFlow(str(number), f"증권{number}", number > 8, 100 + 10 * place, 100 - 10 * place)
            for number, place in zip(range(1, 11), [0, 1, -1, 2, -2, 3, -3, 4, -4, 0], strict=True)
        ]

    def program_flows(self, code: str, first: date, last: date) -> Sequence[ProgramFlows]:
        self.asked.append("programs")
        arbitrage = Flow.of(100, 50, 100 * 10**6, 50 * 10**6)
        return [ProgramFlows(code, last, arbitrage, Flow.of(200, 300, 200 * 10**6, 300 * 10**6))]

    def basket(self, index: Index, day: date) -> Basket | None:
        self.asked.append("basket")
        shares = {SAMSUNG.code: 1_000_000, HYNIX.code: 1_000_000}
        return Basket(index, shares, Decimal(27 * 10**7), Decimal(1_000))

    def index_minute_bars(self, index: Index, day: date) -> Sequence[IndexBar]:
        level = Decimal(1_000)
        return [IndexBar(index, datetime.combine(day, time(9), KST), level, level, level, level, 0, 0)]


class Days:
    """One quiet day after the other."""

    def after(self, exchange: Exchange) -> date | None:
        return next_day(exchange)

    def begin(self, exchange: Exchange, day: date) -> tuple[Exchange, MarketFlow]:
        openings = next_openings(exchange, day)
        tomorrow = Exchange(day, next_listings(exchange), openings, KIS_STOCK, is_whole_day=True)
        return tomorrow, MarketFlow(day, (), {}, lambda _: NoLuck())

    def minutes(self, listing: Listing, day: date) -> Sequence[Bar]:
        return ()


def make(day: date | None = None, *, has_vi: bool = False, days: Days | None = None) -> Simulation:
    """A whole day with NXT on which nobody trades but Kim, Lee and a maker who has everything."""
    listings = [
        Listing(each, 70_000 if each is SAMSUNG else 200_000, is_on_nxt=each is SAMSUNG) for each in ISSUES
    ]
    openings = (
        Opening(account=KIM.account, deposit=10_000_000, holdings=(Holding(CODE, 100, 6_500_000),)),
        Opening(account=LEE.account, deposit=5_000_000),
        Opening(
            account=MAKER,
            deposit=10**12,
            holdings=tuple(Holding(each.code, 1_000_000, 10_000_000) for each in ISSUES),
        ),
    )
    when = day or at("10:00").date()
    exchange = Exchange(when, listings, openings, KIS_STOCK, is_whole_day=True, has_vi=has_vi)
    return Simulation(exchange, MarketFlow(when, (), {}, lambda _: NoLuck()), days)


def follow(
    test: Callable[[Door, Ear], Awaitable[None]],
    *keys: tuple[str, str],
    now: str = "10:00",
    facts: NoFacts | None = None,
    has_vi: bool = False,
) -> None:
    """Let `test` use a real face and an ear that is registered for `keys`."""

    async def listening(door: Door) -> None:
        async with door.listen() as ear:
            for key in keys:
                assert (await ear.register(*key)).is_accepted
            await test(door, ear)

    run(listening, REAL, now, lambda: make(has_vi=has_vi), facts=facts or SomeFacts())


async def told(ear: Ear) -> Told:
    frame = await ear.frame()
    assert isinstance(frame, Told)
    assert not frame.has_drifted
    return frame


def go_to(door: Door, clock: str) -> None:
    """Let the day go on until then."""
    door.clock.set(at(clock))
    door.simulation.advance(at(clock))


def trade(door: Door, quantity: int, price: int, venue: Venue = Venue.KRX, code: str = CODE) -> None:
    """Let shares of an issue change hands; a buyer takes them."""
    door.trade(Place(MAKER, code, SELL, quantity, price, venue=venue))
    door.trade(Place(MAKER, code, BUY, quantity, price, venue=venue))


# Registrations --------------------------------------------------------------------------------------------


def test_real_accounts_have_every_stream_and_paper_accounts_three() -> None:
    def key_of(tr_id: str) -> str:
        stream = STREAMS[tr_id]
        if stream.subject is Subject.NOTICES:
            return KIM.hts_id
        return "0001" if stream.is_of_index else CODE

    async def real(door: Door) -> None:
        async with door.listen() as ear:
            for tr_id in STREAMS:
                ack = await ear.register(tr_id, key_of(tr_id))
                assert ack.code == ("OPSP8991" if tr_id == "H0STCNI9" else "OPSP0000")
                assert (ack.cipher is None) is (tr_id == "H0STCNI9")
            for tr_id in STREAMS.keys() - {"H0STCNI9"}:
                assert (await ear.release(tr_id, key_of(tr_id))).code == "OPSP0001"

    async def paper(door: Door) -> None:
        async with door.listen() as ear:
            for tr_id in STREAMS:
                ack = await ear.register(tr_id, key_of(tr_id))
                assert ack.code == ("OPSP0000" if tr_id in ON_PAPER else "OPSP8991")

    run(real, REAL, make=make, facts=SomeFacts())
    run(paper, PAPER, make=make, facts=SomeFacts())


@pytest.mark.parametrize(
    ("tr_id", "key"),
    [
        ("H0NXCNT0", "999999"),
        ("H0UNASP0", ""),
        ("H0STMBC0", KIM.hts_id),
        ("H0UPCNT0", CODE),
        ("H0UPCNT0", "9999"),
        ("H0STNAV0", "0001"),
    ],
)
def test_a_key_that_does_not_exist_is_refused(tr_id: str, key: str) -> None:
    async def test(door: Door, ear: Ear) -> None:
        ack = await ear.register(tr_id, key)
        assert (ack.is_accepted, ack.code) == (False, "OPSP8992" if key else "OPSP9990")

    follow(test)


def test_nothing_is_made_for_streams_that_nobody_is_registered_for() -> None:
    facts = SomeFacts()

    async def test(door: Door, ear: Ear) -> None:
        for key in (("H0STMBC0", CODE), ("H0STPGM0", CODE), ("H0UPCNT0", "0001"), ("H0UPPGM0", "0001")):
            await ear.register(*key)
            await ear.release(*key)
        for price in (70_000, 70_100):
            trade(door, 10, price)
            trade(door, 10, price, Venue.NXT)
            frame = await ear.frame()
            assert isinstance(frame, Trades)
        assert facts.asked == []

    follow(test, (TRADES_STREAM, CODE), facts=facts)


# Two venues -----------------------------------------------------------------------------------------------


def test_each_venue_has_prints_of_its_own_and_both_have_all() -> None:
    async def test(door: Door, ear: Ear) -> None:
        heard: dict[str, list[tuple[str, ...]]] = {}
        trade(door, 10, 70_000)
        trade(door, 4, 70_200, Venue.NXT)
        trade(door, 1, 70_100)
        while sum(map(len, heard.values())) < 6:
            frame = await ear.frame()
            assert isinstance(frame, Trades)
            heard.setdefault(frame.tr_id, []).extend(frame.records)
        prints = {
            tr_id: [(record[2], record[12], record[13], record[8], record[9]) for record in records]
            for tr_id, records in heard.items()
        }
        assert prints == {
            "H0STCNT0": [
                ("70000", "10", "10", "70000", "70000"),
                ("70100", "1", "11", "70100", "70000"),
            ],
            "H0NXCNT0": [("70200", "4", "4", "70200", "70200")],
            "H0UNCNT0": [
                ("70000", "10", "10", "70000", "70000"),
                ("70200", "4", "14", "70200", "70000"),
                ("70100", "1", "15", "70200", "70000"),
            ],
        }

    follow(test, (TRADES_STREAM, CODE), ("H0NXCNT0", CODE), ("H0UNCNT0", CODE))


def test_the_book_of_both_venues_is_merged() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.offer(3, 70_200)
        door.bid(5, 70_000)
        door.trade(Place(MAKER, CODE, SELL, 4, 70_100, venue=Venue.NXT))
        door.trade(Place(MAKER, CODE, SELL, 2, 70_200, venue=Venue.NXT))
        door.trade(Place(MAKER, CODE, BUY, 6, 69_900, venue=Venue.NXT))
        frame = await ear.frame()
        assert isinstance(frame, Books)
        (book,) = frame.books
        assert book.asks == (Level(70_100, 4), Level(70_200, 5))
        assert book.bids == (Level(70_000, 5), Level(69_900, 6))
        assert (book.total_ask_quantity, book.total_bid_quantity) == (9, 11)
        assert frame.midpoints == ((Midpoint(70_100), Midpoint(70_000)),)

    follow(test, ("H0UNASP0", CODE))


def test_the_book_of_nxt_is_sent_when_it_changes() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.trade(Place(MAKER, CODE, SELL, 4, 70_100, venue=Venue.NXT))
        frame = await ear.frame()
        assert isinstance(frame, Books)
        assert frame.books[0].asks == (Level(70_100, 4),)
        door.offer(9, 71_000)  # at KRX: it makes no midpoint there yet, so nothing of NXT's changes
        door.trade(Place(MAKER, CODE, SELL, 1, 70_300, venue=Venue.NXT))
        frame = await ear.frame()
        assert isinstance(frame, Books)
        assert frame.books[0].asks == (Level(70_100, 4), Level(70_300, 1))
        assert frame.records[0][54] == "1"

    follow(test, ("H0NXASP0", CODE))


def test_midpoint_orders_are_shown_where_they_wait() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.offer(3, 70_200)
        door.bid(5, 70_000)
        door.trade(Place(MAKER, CODE, SELL, 7, None, OrderType.MID_PRICE))
        frame = await ear.frame()
        assert isinstance(frame, Books)
        assert frame.midpoints == ((Midpoint(70_100, 7, SELL), None),)

    follow(test, ("H0UNASP0", CODE))


def test_an_issue_that_nxt_does_not_trade_is_silent_there() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.offer(3, 200_500, HYNIX.code)
        trade(door, 1, 200_000, code=HYNIX.code)
        frame = await ear.frame()
        assert isinstance(frame, Trades)
        assert frame.tr_id == "H0UNCNT0"
        assert (await ear.register(BOOKS_STREAM, HYNIX.code)).is_accepted

    keys = [(tr_id, HYNIX.code) for tr_id in ("H0NXCNT0", "H0NXASP0", "H0NXMBC0", "H0NXANC0", "H0UNCNT0")]
    follow(test, *keys)


# Calls ----------------------------------------------------------------------------------------------------


def test_expected_prices_come_during_the_opening_call_when_they_are_shown() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.offer(10, 69_900)
        door.bid(4, 70_100)  # at 08:40 nothing is shown yet
        go_to(door, "08:55:00")
        door.bid(2, 70_100)
        frame = await told(ear)
        (expected,) = frame.values
        assert isinstance(expected, Expected)
        assert (expected.quantity, expected.at) == (6, at("08:55"))
        assert frame.records[0][43] == "B"
        door.bid(1, 60_000)  # changes neither
        door.bid(2, 70_100)
        (expected,) = (await told(ear)).values
        assert isinstance(expected, Expected)
        assert expected.quantity == 8

    follow(test, ("H0STANC0", CODE), now="08:40")


def test_an_interruption_is_told_with_its_expected_price() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.trade(InterruptIssue(CODE))
        door.offer(2, 70_000)
        door.bid(3, 70_000)
        frame = await told(ear)
        (began,) = frame.values
        assert began == Status(code=CODE, is_interrupted=True, venue=None)
        assert frame.tr_id == "H0STMKO0"
        assert frame.records == ((CODE, "N", "(null)", "", "", "", "", "", "Y", "N"),)
        expected = await told(ear)
        assert expected.tr_id == "H0STANC0"
        assert expected.records[0][43] == "C"
        go_to(door, "10:03:00")
        (ended,) = (await told(ear)).values
        assert ended == Status(code=CODE)

    follow(test, ("H0STMKO0", CODE), ("H0STANC0", CODE), has_vi=True)


# Member firms and programs --------------------------------------------------------------------------------


def test_member_firms_grow_with_the_volume_and_agree_with_the_call() -> None:
    async def test(door: Door, ear: Ear) -> None:
        for volume in (100, 250):
            trade(door, volume - door.simulation.exchange.quote(CODE).volume, 70_000)
            frame = await told(ear)
            (table,) = frame.values
            assert isinstance(table, MemberTable)
            called = (await door.call(Call.MEMBERS, issue(CODE))).body["output"]
            record = dict(zip(STREAMS["H0STMBC0"].fields, frame.records[0], strict=True))
            # The call tells no changes: nobody has asked before.
            shared = {name for name in record.keys() & called.keys() if "icdc" not in name}
            assert len(shared) == 45
            assert {name: record[name] for name in shared} == {name: called[name] for name in shared}
            assert [rank.quantity for rank in table.buyers] == [
                bought * volume // WHOLE for bought in (140, 130, 120, 110, 100)
            ]
            assert table.foreign_bought + table.foreign_sold > 0
        assert isinstance(table, MemberTable)
        assert [rank.change for rank in table.buyers] == [
            bought * 250 // WHOLE - bought * 100 // WHOLE for bought in (140, 130, 120, 110, 100)
        ]

    follow(test, ("H0STMBC0", CODE))


def test_member_firms_of_both_venues_share_the_volume_of_both() -> None:
    async def test(door: Door, ear: Ear) -> None:
        parts = {}
        trade(door, 100, 70_000)
        trade(door, 200, 70_000, Venue.NXT)
        for _ in range(3):
            frame = await told(ear)
            (table,) = frame.values
            assert isinstance(table, MemberTable)
            parts[frame.tr_id] = table.buyers[0].quantity
        assert parts == {"H0STMBC0": 14, "H0NXMBC0": 28, "H0UNMBC0": 42}

    follow(test, ("H0STMBC0", CODE), ("H0NXMBC0", CODE), ("H0UNMBC0", CODE))


def test_programs_have_their_part_of_what_was_traded() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.offer(30, 71_000)
        trade(door, 500, 70_000)
        (program,) = (await told(ear)).values
        assert isinstance(program, ProgramTrading)
        assert program.flow == Flow.of(150, 175, 150 * 10**6, 175 * 10**6)
        assert (program.asking, program.bidding) == (30 * 175 // 500, 0)
        trade(door, 600, 70_000)  # more than the day was to have
        (program,) = (await told(ear)).values
        assert isinstance(program, ProgramTrading)
        assert program.flow == Flow.of(300, 350, 300 * 10**6, 350 * 10**6)

    follow(test, ("H0STPGM0", CODE))


def test_who_knows_no_flows_tells_none() -> None:
    async def test(door: Door, ear: Ear) -> None:
        trade(door, 500, 70_000)
        frame = await ear.frame()
        assert isinstance(frame, Trades)
        assert (await ear.release(TRADES_STREAM, CODE)).is_accepted

    keys = [("H0STPGM0", CODE), ("H0STMBC0", CODE), ("H0UPCNT0", "0001"), ("H0UPPGM0", "0001")]
    follow(test, *keys, (TRADES_STREAM, CODE), facts=NoFacts())


# Status ---------------------------------------------------------------------------------------------------


async def operations(ear: Ear, count: int) -> list[tuple[str, str, str, bool, bool]]:
    found = []
    for _ in range(count):
        frame = await told(ear)
        (each,) = frame.values
        assert isinstance(each, Status)
        found.append(
            (frame.tr_id, each.operation, each.expected_operation, each.is_halted, each.is_interrupted)
        )
    return found


def test_phases_are_told_with_their_codes() -> None:
    async def test(door: Door, ear: Ear) -> None:
        go_to(door, "18:30:00")
        krx = [
            ("110", "311"),
            ("112", "112"),
            ("121", "121"),
            ("129", "129"),
            ("140", ""),
            ("149", ""),
            ("150", ""),
            ("159", ""),
        ]
        assert await operations(ear, len(krx)) == [("H0STMKO0", *codes, False, False) for codes in krx]

    follow(test, ("H0STMKO0", CODE), now="08:00")


def test_nxts_main_market_is_told_by_nxts_streams() -> None:
    async def test(door: Door, ear: Ear) -> None:
        go_to(door, "09:30:00")
        frame = await told(ear)
        assert frame.values == (Status(code=CODE, operation="112", venue=Venue.NXT),)
        assert len(frame.records[0]) == 11

    follow(test, ("H0NXMKO0", CODE), now="08:10")


def test_a_halt_and_its_end_are_told_at_every_venue() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.trade(HaltIssue(CODE))
        halted = await told(ear)
        assert halted.values == (Status(code=CODE, is_halted=True, state="58"),)
        assert (await told(ear)).values == (Status(code=CODE, is_halted=True, state="58", venue=Venue.NXT),)
        door.trade(ResumeIssue(CODE))
        assert await operations(ear, 2) == [
            ("H0STMKO0", "", "", False, False),
            ("H0NXMKO0", "", "", False, False),
        ]

    follow(test, ("H0STMKO0", CODE), ("H0NXMKO0", CODE))


def test_a_circuit_breaker_is_told_from_its_beginning_to_its_end() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.trade(ReportIndex(Market.KOSPI, Decimal(900), Decimal(1_000)))
        go_to(door, "10:40:00")
        assert await operations(ear, 3) == [
            ("H0STMKO0", "174", "", True, False),
            ("H0STMKO0", "175", "", False, False),
            ("H0STMKO0", "182", "", False, False),
        ]

    follow(test, ("H0STMKO0", CODE))


# The evening ----------------------------------------------------------------------------------------------


def test_the_auctions_of_the_evening_have_streams_of_their_own() -> None:
    async def test(door: Door, ear: Ear) -> None:
        trade(door, 5, 200_000, code=HYNIX.code)
        go_to(door, "16:05:00")
        for side, quantity in ((SELL, 3), (BUY, 4)):
            order = Place(MAKER, HYNIX.code, side, quantity, 201_000, OrderType.AFTER_HOURS_AUCTION)
            assert door.trade(order)
        book = await ear.frame()
        assert isinstance(book, Books)
        assert (book.tr_id, len(book.records[0])) == ("H0STOAA0", 54)
        shown = book.books[0]
        assert (shown.indicative_price, shown.indicative_quantity) == (201_000, 3)
        assert (shown.asks, shown.bids) == ((), (Level(201_000, 1),))
        assert (shown.total_ask_quantity, shown.total_bid_quantity) == (0, 1)
        expected = await told(ear)
        assert (expected.tr_id, expected.records[0][2], expected.records[0][12]) == (
            "H0STOAC0",
            "201000",
            "3",
        )
        go_to(door, "16:11:00")
        prints = await ear.frame()
        assert isinstance(prints, Trades)
        record = prints.records[0]
        assert (prints.tr_id, len(record)) == ("H0STOUP0", 43)
        # Against the close of the day, and a day of its own.
        assert (record[2], record[4], record[7], record[12], record[13], record[34]) == (
            "201000",
            "1000",
            "201000",
            "3",
            "3",
            "40",
        )

    code = HYNIX.code
    follow(
        test, ("H0STOAA0", code), ("H0STOAC0", code), ("H0STOUP0", code), (BOOKS_STREAM, code), now="15:00"
    )


def test_the_prints_of_the_evening_are_not_those_of_the_day() -> None:
    async def test(door: Door, ear: Ear) -> None:
        trade(door, 5, 200_000, code=HYNIX.code)
        assert (await ear.record())[13] == "5"
        go_to(door, "16:05:00")
        for side in (SELL, BUY):
            door.trade(Place(MAKER, HYNIX.code, side, 3, 201_000, OrderType.AFTER_HOURS_AUCTION))
        go_to(door, "16:11:00")
        assert (await ear.release(TRADES_STREAM, HYNIX.code)).is_accepted

    follow(test, (TRADES_STREAM, HYNIX.code), now="15:00")


def test_since_the_after_market_the_streams_of_the_evening_are_silent() -> None:
    asyncio.run(listen_in_the_after_market())


async def listen_in_the_after_market() -> None:
    day = date(2026, 9, 14)

    def on(clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), KST)

    simulation, clock = make(day), ManualClock(on("15:00"))
    face = KisFace(simulation, clock, FakeBars(), (KIM, LEE), REAL, ids(), facts=SomeFacts())
    simulation.advance(on("15:00"))
    async with face:
        door = Door(face, simulation, clock, REAL)
        async with door.http, door.listen() as ear:
            trade(door, 1, 70_000)
            for tr_id in ("H0STOAA0", "H0STOAC0", "H0STOUP0", TRADES_STREAM):
                assert (await ear.register(tr_id, CODE)).is_accepted
            clock.set(on("17:00"))
            simulation.advance(on("17:00"))
            trade(door, 2, 70_000)
            frame = await ear.frame()
            assert isinstance(frame, Trades)
            assert (frame.tr_id, frame.trades[0].quantity) == (TRADES_STREAM, 2)
            assert (await ear.release(TRADES_STREAM, CODE)).is_accepted


# The next day ---------------------------------------------------------------------------------------------


def test_whoever_is_registered_stays_so_on_the_next_day_which_counts_anew() -> None:
    async def test(door: Door, ear: Ear) -> None:
        trade(door, 100, 70_000)
        trade(door, 200, 70_000, Venue.NXT)
        for volume in ("100", "300"):
            prints = await ear.frame()
            assert isinstance(prints, Trades)
            assert [record[13] for record in prints.records] == [volume]
        assert (await told(ear)).tr_id == "H0STMBC0"
        day = next_day(door.simulation.exchange)
        assert day is not None
        ten = datetime.combine(day, time(10), KST)
        door.clock.set(ten)
        door.simulation.advance(ten)
        trade(door, 50, 70_000)
        prints = await ear.frame()
        assert isinstance(prints, Trades)
        assert (prints.tr_id, prints.records[0][13], prints.trades[0].at.date()) == ("H0UNCNT0", "50", day)
        (table,) = (await told(ear)).values
        assert isinstance(table, MemberTable)
        assert (table.buyers[0].quantity, table.buyers[0].change) == (140 * 50 // WHOLE, 0)

    async def listening(door: Door) -> None:
        async with door.listen() as ear:
            for tr_id in ("H0UNCNT0", "H0STMBC0"):
                assert (await ear.register(tr_id, CODE)).is_accepted
            await test(door, ear)

    run(listening, REAL, make=lambda: make(days=Days()), facts=SomeFacts())


# Indices and funds ----------------------------------------------------------------------------------------


def test_an_index_is_told_once_a_second_and_agrees_with_the_call() -> None:
    async def test(door: Door, ear: Ear) -> None:
        trade(door, 2_000, 70_700)
        first = await told(ear)
        (tick,) = first.values
        assert isinstance(tick, IndexTick)
        query = {"FID_COND_MRKT_DIV_CODE": "U", "FID_INPUT_ISCD": "0001"}
        called = (await door.call(Call.INDEX_PRICE, query)).body["output"]
        record = dict(zip(STREAMS["H0UPCNT0"].fields, first.records[0], strict=True))
        assert record["prpr_nmix"] == called["bstp_nmix_prpr"]
        assert tick.level > 1_000
        for name in ("acml_vol", "acml_tr_pbmn", "ascn_issu_cnt", "stnr_issu_cnt", "down_issu_cnt"):
            assert record[name] == called[name]
        trade(door, 1_000, 70_800)  # in the same second
        door.clock.set(at("10:00:01"))
        trade(door, 1_000, 70_900)
        second = await told(ear)
        assert (second.records[0][1], second.records[0][7]) == ("100001", "2")

    follow(test, ("H0UPCNT0", "0001"))


def test_the_expected_index_comes_during_calls_only() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.offer(10, 70_700)
        door.bid(10, 70_700)
        frame = await told(ear)
        (tick,) = frame.values
        assert isinstance(tick, IndexTick)
        assert frame.tr_id == "H0UPANC0"
        assert tick.level == Decimal("1002.59")
        assert (tick.risen, tick.same, tick.fallen) == (1, 1, 0)
        go_to(door, "09:00:05")
        trade(door, 1, 70_700)
        assert (await told(ear)).tr_id == "H0UPCNT0"

    follow(test, ("H0UPANC0", "0001"), ("H0UPCNT0", "0001"), now="08:55")


def test_the_programs_of_an_index_are_those_of_its_members() -> None:
    async def test(door: Door, ear: Ear) -> None:
        trade(door, 100, 70_000)  # what programs do is looked up first
        assert (await ear.register(TRADES_STREAM, CODE)).is_accepted
        trade(door, 900, 70_000)
        while True:
            frame = await ear.frame()
            if isinstance(frame, Told):
                break
        (program,) = frame.values
        assert isinstance(program, IndexProgramTrading)
        # All of Samsung's, none of Hynix's.
        assert program.arbitrage.net_value == 50 * 10**6
        assert program.non_arbitrage.net_value == -100 * 10**6
        assert program.volume == WHOLE

    follow(test, ("H0UPPGM0", "2001"))


def test_the_value_of_a_fund_is_the_middle_of_its_book() -> None:
    async def test(door: Door, ear: Ear) -> None:
        door.offer(1, 200_010, FUND.code)
        door.bid(1, 199_995, FUND.code)
        (nav,) = (await told(ear)).values
        assert isinstance(nav, NavTick)
        assert (nav.value, nav.change) == (Decimal("200002.5"), Decimal("2.5"))
        assert (nav.open, nav.high, nav.low) == (Decimal(200_000), Decimal("200002.5"), Decimal(200_000))
        door.bid(1, 200_005, FUND.code)
        (nav,) = (await told(ear)).values
        assert isinstance(nav, NavTick)
        assert (nav.value, nav.high) == (Decimal("200007.5"), Decimal("200007.5"))

    follow(test, ("H0STNAV0", FUND.code), ("H0STNAV0", CODE))
