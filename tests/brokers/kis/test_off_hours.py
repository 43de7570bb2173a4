"""What everybody else does outside the regular session, as the KIS face tells of it on made days."""

import asyncio
import random
from datetime import date, datetime, time
from typing import Any

import pytest
from tests.brokers.kis.door import KIM, LEE, REAL, Door, Ear, FakeBars, ids, issue
from tests.brokers.kis.test_market_calls import QUERIES

from hoga.brokers.kis.books import Books
from hoga.brokers.kis.codes import BOOKS_STREAM, TRADES_STREAM
from hoga.brokers.kis.frames import Told, read_frame
from hoga.brokers.kis.server import KisFace
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.streams import STREAMS
from hoga.brokers.kis.ticks import Expected, Trades
from hoga.clock import ManualClock
from hoga.domain.zone import KST
from hoga.exchange.events import BoardKind
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.krx.single_price import evening_limits
from hoga.storage.made import MadeBars

CALLS_DAY, AFTER_DAY = date(2026, 8, 20), date(2026, 9, 15)
FUND, STOCK, KOSDAQ_FUND = "069500", "005930", "229200"
CALLS, AFTER = BoardKind.EVENING_CALLS, BoardKind.AFTER_MARKET
PRE, POST = BoardKind.PRE_CLOSE_PRICE, BoardKind.POST_CLOSE_PRICE


def make(day: date) -> Simulation:
    """A made day of two funds, which have an evening of auctions, and of a stock that NXT trades too."""
    bars = MadeBars(7)
    listings = [
        Listing(each, bars.base_price(each.code, day), is_on_nxt=each.code == STOCK)
        for each in bars.instruments(day)
        if each.code in (FUND, STOCK, KOSDAQ_FUND)
    ]
    minutes = {each.instrument.code: bars.minute_bars(each.instrument.code, day) for each in listings}
    openings = [Opening(account=KIM.account, deposit=10**9), Opening(account=LEE.account, deposit=10**9)]
    exchange = Exchange(day, listings, openings, KIS_STOCK, is_whole_day=True, has_vi=True)
    flow = Flow(
        day,
        listings,
        minutes,
        lambda name: random.Random(f"off hours {name}"),
        random_end=0,
        has_off_hours=True,
    )
    return Simulation(exchange, flow)


class Stage:
    """A face on a made day, from an hour on."""

    def __init__(self, door: Door, ear: Ear, day: date) -> None:
        self.door = door
        self.ear = ear
        self.exchange = door.simulation.exchange
        self._day = day

    def go_to(self, clock: str) -> None:
        now = datetime.combine(self._day, time.fromisoformat(clock), KST)
        self.door.clock.set(now)
        self.door.simulation.advance(now)

    async def register(self, *tr_ids: str, code: str = FUND) -> None:
        for tr_id in tr_ids:
            assert (await self.ear.register(tr_id, code)).is_accepted

    async def told(self) -> Books | Trades:
        frame = read_frame(await self.ear.text(), self._day, {})
        assert isinstance(frame, Books | Trades)
        return frame

    async def prints(self, volume: int) -> list[tuple[str, ...]]:
        """The records of prints until so many shares have been told."""
        records: list[tuple[str, ...]] = []
        while sum(int(record[12]) for record in records) < volume:
            frame = await self.told()
            if isinstance(frame, Trades):
                records += frame.records
        assert sum(int(record[12]) for record in records) == volume
        return records

    async def ask(self, call: Call, code: str = FUND, **changed: str) -> Any:
        query = QUERIES[call] | (issue(code) if "FID_HOUR_CLS_CODE" in QUERIES[call] else {}) | changed
        return (await self.door.call(call, query)).body


def run(test: Any, day: date, start: str) -> None:
    async def opened() -> None:
        now = datetime.combine(day, time.fromisoformat(start), KST)
        simulation, clock = make(day), ManualClock(now)
        face = KisFace(simulation, clock, FakeBars(), (KIM, LEE), REAL, ids())
        simulation.advance(now)
        async with face:
            door = Door(face, simulation, clock, REAL)
            async with door.http, door.listen() as ear:
                await door.log_in()
                await test(Stage(door, ear, day))

    asyncio.run(opened())


def test_the_book_of_the_evening_is_told_before_each_auction() -> None:
    async def test(stage: Stage) -> None:
        await stage.register("H0STOAA0")
        for clock in ("16:09:59", "16:19:59"):
            stage.go_to(clock)
            frame = await stage.told()
            assert isinstance(frame, Books)
            assert frame.tr_id == "H0STOAA0"
            (told,), real = frame.books, stage.exchange.board_book(FUND, CALLS)
            assert (told.asks, told.bids) == (real.asks, real.bids)
            assert len(told.asks) == len(told.bids) == 3
            assert told.indicative_price == real.indicative_price is not None

    run(test, CALLS_DAY, "16:00")


def test_what_the_next_auction_of_the_evening_will_be_is_told() -> None:
    async def test(stage: Stage) -> None:
        await stage.register("H0STOAC0")
        stage.go_to("16:09:59")
        text = await stage.ear.text()
        frame, book = read_frame(text, CALLS_DAY, {}), stage.exchange.board_book(FUND, CALLS)
        assert isinstance(frame, Told)
        (told,) = frame.values
        assert isinstance(told, Expected)
        assert (frame.tr_id, told.code) == ("H0STOAC0", FUND)
        assert (told.price, told.quantity) == (book.indicative_price, book.indicative_quantity)
        assert (told.ask, told.bid) == (book.asks[0].price, book.bids[0].price)
        close = stage.exchange.last_price(FUND)
        assert int(text.split("|")[3].split("^")[4]) == told.price - close

    run(test, CALLS_DAY, "16:00")


def test_the_prints_of_the_evening_are_told_and_counted_by_themselves() -> None:
    async def test(stage: Stage) -> None:
        await stage.register("H0STOUP0", TRADES_STREAM)
        stage.go_to("17:00:30")
        quote = stage.exchange.board_quote(FUND, CALLS)
        records = await stage.prints(quote.volume)
        assert {int(record[1]) // 100 for record in records} >= {1610, 1620}
        last = records[-1]
        assert [int(last[place]) for place in (2, 13, 14)] == [quote.last_price, quote.volume, quote.value]
        assert [int(last[place]) for place in (7, 8, 9)] == [quote.open, quote.high, quote.low]
        close = stage.exchange.last_price(FUND)
        limits = evening_limits(close, stage.exchange.limits(FUND), stage.exchange.grid(FUND))
        assert all(limits.allows(int(record[2])) for record in records)

    run(test, CALLS_DAY, "16:00")


def test_the_after_market_is_told_as_prints_of_krx_that_leave_the_prices_of_the_day() -> None:
    async def test(stage: Stage) -> None:
        before = (await stage.door.price(STOCK)).body["output"]
        day = stage.exchange.quote(STOCK)
        await stage.register(TRADES_STREAM, code=STOCK)
        stage.go_to("16:30")
        after = stage.exchange.board_quote(STOCK, AFTER)
        records = await stage.prints(after.volume)
        volumes = [int(record[13]) for record in records]
        assert volumes == sorted(volumes)
        assert volumes[0] == int(before["acml_vol"]) + int(records[0][12])
        for record in records:
            assert [int(record[place]) for place in (7, 8, 9)] == [day.open, day.high, day.low]
        now = (await stage.door.price(STOCK)).body["output"]
        assert int(now["acml_vol"]) == volumes[-1]
        assert int(now["acml_tr_pbmn"]) == int(records[-1][14])
        prices = ("stck_prpr", "stck_oprc", "stck_hgpr", "stck_lwpr")
        assert {name: now[name] for name in prices} == {name: before[name] for name in prices}

    run(test, AFTER_DAY, "15:59:59")


def test_the_book_of_the_after_market_is_told_as_that_of_krx() -> None:
    async def test(stage: Stage) -> None:
        await stage.register(BOOKS_STREAM, code=STOCK)
        stage.go_to("16:02")
        frame = await stage.told()
        assert isinstance(frame, Books)
        (told,), real = frame.books, stage.exchange.board_book(STOCK, AFTER)
        assert (told.asks, told.bids) == (real.asks, real.bids)
        assert len(told.asks) == len(told.bids) == 10

    run(test, AFTER_DAY, "16:00")


def test_what_trades_at_closing_prices_is_volume_of_the_day_and_no_price_of_it() -> None:
    async def test(stage: Stage) -> None:
        await stage.register(TRADES_STREAM)
        stage.go_to("08:41")
        early = stage.exchange.board_quote(FUND, PRE)
        records = await stage.prints(early.volume)
        base = stage.exchange.listing(FUND).base_price
        assert {int(record[2]) for record in records} == {base}
        assert {record[place] for record in records for place in (7, 8, 9)} == {"0"}
        stage.go_to("09:00:01")
        record = (await stage.prints(stage.exchange.quote(FUND).volume))[-1]
        quote = stage.exchange.quote(FUND)
        assert [int(record[place]) for place in (7, 8, 9)] == [quote.open, quote.high, quote.low]
        assert int(record[13]) == early.volume + quote.volume

    run(test, CALLS_DAY, "08:29")


def test_the_calls_of_the_evening_have_something_to_tell() -> None:
    async def test(stage: Stage) -> None:
        stage.go_to("16:29:59")
        exchange = stage.exchange
        ticks = await stage.ask(Call.OVERTIME_TICKS)
        quote, book = exchange.board_quote(FUND, CALLS), exchange.board_book(FUND, CALLS)
        assert sum(int(row["cntg_vol"]) for row in ticks["output2"]) == quote.volume > 0
        assert ticks["output1"]["ovtm_untp_prpr"] == str(quote.last_price)
        price = (await stage.ask(Call.OVERTIME_PRICE, **issue(FUND)))["output"]
        assert price["ovtm_untp_antc_cnpr"] == str(book.indicative_price)
        assert price["ovtm_untp_vol"] == str(quote.volume)
        shown = (await stage.ask(Call.OVERTIME_BOOK, **issue(FUND)))["output"]
        assert shown["ovtm_untp_askp1"] == str(book.asks[0].price)
        changes = await stage.ask(Call.EVENING_CHANGE_RANKING, FID_DIV_CLS_CODE="2")
        falls = await stage.ask(Call.EVENING_CHANGE_RANKING, FID_DIV_CLS_CODE="5")
        same = await stage.ask(Call.EVENING_CHANGE_RANKING, FID_DIV_CLS_CODE="3")
        ranked = [row["mksc_shrn_iscd"] for each in (changes, falls, same) for row in each["output2"]]
        assert sorted(ranked) == [FUND, KOSDAQ_FUND]
        volumes = (await stage.ask(Call.EVENING_VOLUME_RANKING))["output2"]
        assert {row["stck_shrn_iscd"]: int(row["ovtm_untp_vol"]) for row in volumes} == {
            code: exchange.board_quote(code, CALLS).volume for code in (FUND, KOSDAQ_FUND)
        }
        found = []
        for sort in ("0", "2", "3"):
            rows = (await stage.ask(Call.EVENING_EXPECTED_RANKING, FID_RANK_SORT_CLS_CODE=sort))["output"]
            found += [row["stck_shrn_iscd"] for row in rows]
        assert FUND in found

    run(test, CALLS_DAY, "16:00")


@pytest.mark.parametrize(("sort", "column"), [("1", "mkob_otcp_vol"), ("2", "mkfa_otcp_vol")])
def test_what_is_left_at_closing_prices_is_ranked(sort: str, column: str) -> None:
    async def test(stage: Stage) -> None:
        rows = (await stage.ask(Call.CLOSING_RANKING, FID_RANK_SORT_CLS_CODE=sort))["output"]
        boards = {"mkob_otcp_vol": PRE, "mkfa_otcp_vol": POST}
        assert {row["stck_shrn_iscd"] for row in rows} == {FUND, STOCK, KOSDAQ_FUND}
        for row in rows:
            code = row["stck_shrn_iscd"]
            assert int(row[column]) == stage.exchange.board_quote(code, boards[column]).volume > 0
            waits = stage.exchange.board_book(code, POST)
            assert int(row["ovtm_total_askp_rsqn"]) == waits.total_ask_quantity
            assert int(row["ovtm_total_bidp_rsqn"]) == waits.total_bid_quantity
            assert waits.total_ask_quantity + waits.total_bid_quantity > 0

    run(test, CALLS_DAY, "15:59:59")


@pytest.mark.parametrize(
    ("start", "clocks"), [("08:30", ("08:35", "08:39")), ("15:50", ("15:55", "15:59:59"))]
)
@pytest.mark.parametrize("tr_id", [BOOKS_STREAM, "H0UNASP0"])
def test_the_stream_of_books_tells_what_waits_at_closing_prices(
    tr_id: str, start: str, clocks: tuple[str, str]
) -> None:
    async def test(stage: Stage) -> None:
        await stage.register(tr_id, code=STOCK)
        before: tuple[int, ...] | None = None
        for clock in clocks:
            stage.go_to(clock)
            frame = await stage.told()
            assert isinstance(frame, Books)
            (record,) = frame.records
            fields = dict(zip(STREAMS[tr_id].fields, record, strict=False))
            books = [stage.exchange.board_book(STOCK, board) for board in (PRE, POST)]
            waits = (
                sum(book.total_ask_quantity for book in books),
                sum(book.total_bid_quantity for book in books),
            )
            assert sum(waits) > 0
            assert (int(fields["ovtm_total_askp_rsqn"]), int(fields["ovtm_total_bidp_rsqn"])) == waits
            changes = (int(fields["ovtm_total_askp_icdc"]), int(fields["ovtm_total_bidp_icdc"]))
            assert changes == tuple(now - then for now, then in zip(waits, before or waits, strict=True))
            before = waits

    run(test, CALLS_DAY, start)
