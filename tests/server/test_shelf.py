"""What is kept of issues that are asked for again: never older than a second, never against the stream."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import pytest

from hoga.domain.bar import Bar
from hoga.domain.errors import BrokerError
from hoga.domain.quote import Level, OrderBook, Quote, Trade
from hoga.domain.zone import KST
from hoga.server.shelf import (
    ASKED_AGAIN,
    FRESH,
    MOST_REMEMBERED,
    MOST_WATCHED,
    RENEWED_AFTER,
    WATCHED_FOR,
    Shelf,
)

AT = datetime(2026, 11, 20, 10, tzinfo=KST)
CODE, OTHER = "005930", "000660"
T = TypeVar("T")


def book(bid: int) -> OrderBook:
    return OrderBook(CODE, AT, (Level(bid + 100, 3),), (Level(bid, 5),), 30, 50)


def trade(price: int) -> Trade:
    return Trade(CODE, AT, price, 1, None)


QUOTE = Quote(
    code=CODE,
    name="삼성전자",
    at=AT,
    last_price=70_000,
    base_price=69_000,
    upper_limit=89_700,
    lower_limit=48_300,
    open=69_500,
    high=70_500,
    low=69_400,
    volume=1_000,
    value=70_000_000,
    ask=70_100,
    bid=70_000,
    ask_quantity=3,
    bid_quantity=5,
    total_ask_quantity=30,
    total_bid_quantity=50,
)


class Market:
    """Answers when it is let, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.lets = asyncio.Event()
        self.lets.set()
        self.error: Exception | None = None
        self.bid = 70_000
        self.quote = QUOTE

    async def _wait(self) -> None:
        self.asked += 1
        await self.lets.wait()
        if self.error is not None:
            raise self.error

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        await self._wait()
        return {code: self.quote._replace(code=code) for code in codes}

    async def book(self, code: str) -> OrderBook:
        await self._wait()
        return replace(book(self.bid), code=code)

    async def daily_bars(self, code: str, first: object, last: object) -> Sequence[Bar]:
        raise AssertionError("nobody asks for bars here")

    async def follow(self, codes: object, callback: object) -> None:
        raise AssertionError("the feed follows")

    async def follow_books(self, codes: object, callback: object) -> None:
        raise AssertionError("the feed follows")


class World:
    def __init__(self) -> None:
        self.now = 1_000.0
        self.wanted = 0
        self.market = Market()
        self.shelf = Shelf(self.market, self.want, lambda: self.now)

    def want(self) -> None:
        self.wanted += 1


def at(test: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20):
            await test(World())

    asyncio.run(run())


def test_what_is_not_followed_is_asked_of_the_broker_each_time() -> None:
    async def test(world: World) -> None:
        for times in range(1, 5):
            await world.shelf.book(CODE)
            await world.shelf.quote(CODE)
            assert world.market.asked == 2 * times
            assert world.shelf.find_book(CODE) is world.shelf.find_quote(CODE) is None

    at(test)


def test_an_issue_is_wanted_when_it_is_asked_for_again_and_until_nobody_asks_any_more() -> None:
    async def test(world: World) -> None:
        shelf = world.shelf
        await shelf.book(CODE)
        assert (shelf.wanted(), world.wanted) == ([], 0)
        world.now += ASKED_AGAIN + 0.1
        await shelf.book(CODE)
        assert (shelf.wanted(), world.wanted) == ([], 0)
        world.now += ASKED_AGAIN
        await shelf.quote(CODE)
        await shelf.book(CODE)
        assert (shelf.wanted(), world.wanted) == ([CODE], 1)
        world.now += WATCHED_FOR
        assert shelf.wanted() == [CODE]
        world.now += 0.1
        assert shelf.wanted() == []
        await shelf.book(CODE)
        assert shelf.wanted() == []

    at(test)


def test_who_asks_for_very_many_issues_makes_few_of_them_wanted_and_little_remembered() -> None:
    async def test(world: World) -> None:
        codes = [f"{number:06}" for number in range(3 * MOST_REMEMBERED)]
        for code in codes:
            await world.shelf.book(code)
            await world.shelf.book(code)
        assert world.shelf.wanted() == codes[: -MOST_WATCHED - 1 : -1]
        assert len(world.shelf._asked) == MOST_REMEMBERED

    at(test)


def test_whoever_has_a_place_keeps_it_while_it_is_asked_for() -> None:
    async def test(world: World) -> None:
        codes = [f"{number:06}" for number in range(MOST_WATCHED + 5)]
        for code in (*codes[:MOST_WATCHED], *codes[:MOST_WATCHED]):
            await world.shelf.book(code)
        places = list(world.shelf.wanted())
        assert sorted(places) == codes[:MOST_WATCHED]
        for code in (*codes, *codes, places[3]):
            await world.shelf.book(code)
            assert world.shelf.wanted() == places
        world.now += WATCHED_FOR - 1
        for code in (*codes[1:], *codes[1:]):
            await world.shelf.book(code)
        world.now += 2
        assert set(places) - set(world.shelf.wanted()) == {codes[0]}
        assert len(world.shelf.wanted()) == MOST_WATCHED

    at(test)


def test_what_is_followed_is_read_once_a_second_and_nothing_older_is_given() -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        assert (await world.shelf.book(CODE)).bids[0].price == 70_000
        world.market.bid = 70_200
        world.now += RENEWED_AFTER
        assert (await world.shelf.book(CODE)).bids[0].price == 70_000
        assert world.market.asked == 1
        world.now += FRESH - RENEWED_AFTER + 0.01
        assert world.shelf.find_book(CODE) is None
        assert (await world.shelf.book(CODE)).bids[0].price == 70_200
        assert world.market.asked == 2
        world.shelf.follow([OTHER])
        assert world.shelf.find_book(CODE) is None

    at(test)


@pytest.mark.parametrize("what", ["book", "quote"])
def test_what_is_asked_for_is_read_anew_before_it_is_too_old_and_nobody_waits(what: str) -> None:
    async def test(world: World) -> None:
        find, ask = getattr(world.shelf, f"find_{what}"), getattr(world.shelf, what)
        world.shelf.follow([CODE])
        await ask(CODE)
        world.market.lets.clear()
        world.now += RENEWED_AFTER + 0.01
        for _ in range(5):
            assert find(CODE) is not None
            await asyncio.sleep(0)
        assert world.market.asked == 2
        world.market.lets.set()
        for _ in range(3):
            await asyncio.sleep(0)
        world.now += FRESH - 0.01
        assert find(CODE) is not None
        assert world.market.asked == 2

    at(test)


@pytest.mark.parametrize("what", ["book", "quote"])
def test_a_broker_that_fails_is_asked_ahead_once_and_then_by_whoever_needs_it(what: str) -> None:
    async def test(world: World) -> None:
        find, ask = getattr(world.shelf, f"find_{what}"), getattr(world.shelf, what)
        world.shelf.follow([CODE])
        await ask(CODE)
        world.market.error = BrokerError("조회 실패", "cannot be read")
        world.now += RENEWED_AFTER + 0.01
        for _ in range(9):
            assert find(CODE) is not None
            await asyncio.sleep(0)
        assert world.market.asked == 2
        world.now += FRESH - RENEWED_AFTER
        assert find(CODE) is None
        with pytest.raises(BrokerError):
            await ask(CODE)

    at(test)


def test_an_answer_is_as_old_as_its_question() -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        world.market.lets.clear()
        asking = asyncio.create_task(world.shelf.book(CODE))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        world.now += FRESH + 0.01
        world.market.lets.set()
        assert (await asking).bids[0].price == 70_000
        assert world.shelf.find_book(CODE) is None

    at(test)


def test_a_book_that_the_stream_tells_is_given_and_a_late_answer_does_not_replace_it() -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        world.market.lets.clear()
        asking = asyncio.create_task(world.shelf.book(CODE))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        world.now += 0.1
        world.shelf.on_book(book(71_000))
        world.now += 0.1
        world.market.lets.set()
        assert (await asking).bids[0].price == 71_000
        assert (await world.shelf.book(CODE)).bids[0].price == 71_000
        world.shelf.on_book(replace(book(1), code=OTHER))
        assert (world.market.asked, world.shelf.find_book(OTHER)) == (1, None)

    at(test)


def test_a_quote_follows_the_trades_and_books_and_keeps_what_only_the_broker_counts() -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        assert await world.shelf.quote(CODE) == QUOTE
        world.now += 0.5
        world.shelf.on_trade(trade(70_900))
        world.shelf.on_trade(trade(69_300))
        world.shelf.on_book(book(69_200))
        assert await world.shelf.quote(CODE) == QUOTE._replace(
            last_price=69_300, high=70_900, low=69_300, ask=69_300, bid=69_200
        )
        world.shelf.on_book(OrderBook(CODE, AT, (), (), 0, 0))
        quote = await world.shelf.quote(CODE)
        assert (quote.ask, quote.bid, quote.ask_quantity, quote.total_bid_quantity) == (None, None, 0, 0)
        assert world.market.asked == 1
        # Trades do not make the rest of it younger.
        world.now += 0.51
        assert world.shelf.find_quote(CODE) is None

    at(test)


def test_the_first_trade_of_the_day_opens_it() -> None:
    async def test(world: World) -> None:
        world.market.quote = QUOTE._replace(open=None, high=None, low=None)
        world.shelf.follow([CODE])
        await world.shelf.quote(CODE)
        world.shelf.on_trade(trade(70_100))
        quote = await world.shelf.quote(CODE)
        assert (quote.open, quote.high, quote.low) == (70_100,) * 3

    at(test)


def test_what_the_stream_tells_while_a_quote_is_read_is_not_lost() -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        world.market.lets.clear()
        asking = asyncio.create_task(world.shelf.quote(CODE))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        world.now += 0.1
        world.shelf.on_trade(trade(71_000))
        world.shelf.on_book(book(71_000))
        world.market.lets.set()
        quote = await asking
        assert (quote.last_price, quote.bid) == (71_000, 71_000)

    at(test)


def test_all_who_wait_for_the_same_share_one_answer_and_one_who_leaves_does_not_end_it() -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        world.market.lets.clear()
        asking = [asyncio.create_task(world.shelf.book(CODE)) for _ in range(10)]
        for _ in range(3):
            await asyncio.sleep(0)
        asking[0].cancel()
        await asyncio.sleep(0)
        world.market.lets.set()
        found = await asyncio.gather(*asking[1:])
        assert {each.bids[0].price for each in found} == {70_000}
        assert world.market.asked == 1
        assert asking[0].cancelled()

    at(test)


def test_an_error_is_told_to_all_who_wait_and_is_not_kept() -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        world.market.error = BrokerError("조회 실패", "cannot be read")
        found = await asyncio.gather(*(world.shelf.quote(CODE) for _ in range(3)), return_exceptions=True)
        assert found == [world.market.error] * 3
        assert world.market.asked == 1
        world.market.error = None
        assert await world.shelf.quote(CODE) == QUOTE

    at(test)


@pytest.mark.parametrize("what", ["book", "quote"])
def test_a_failed_answer_for_which_nobody_waits_any_more_is_no_noise(
    what: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(world: World) -> None:
        world.shelf.follow([CODE])
        world.market.lets.clear()
        world.market.error = BrokerError("조회 실패", "cannot be read")
        asking = asyncio.create_task(getattr(world.shelf, what)(CODE))
        for _ in range(3):
            await asyncio.sleep(0)
        asking.cancel()
        world.market.lets.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert world.shelf.find_book(CODE) is None

    at(test)
    assert not caplog.records
