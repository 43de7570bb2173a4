import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import pytest

from hoga.domain.bar import Bar
from hoga.domain.errors import Unreachable
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.domain.zone import KST
from hoga.trading.shared_market import SharedMarket

AT = datetime(2026, 11, 20, 10, tzinfo=KST)


class OneList:
    """A market that follows one list, as brokers do."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.is_down = False
        self.tell: Callable[[Trade], None] = lambda trade: None
        self.tell_book: Callable[[OrderBook], None] = lambda book: None

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        return {}

    async def book(self, code: str) -> OrderBook:
        return OrderBook(code, AT, (), (), 0, 0)

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        return [Bar(code, AT, 1, 1, 1, 1, 1, 1)]

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        if self.is_down:
            raise Unreachable("끊김", "down")
        self.codes, self.tell = list(codes), callback

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        await self.follow(codes, self.tell)
        self.tell_book = callback


def print_of(code: str) -> Trade:
    return Trade(code, AT, 100, 1, None)


def test_each_hears_what_it_follows_and_who_came_first_goes_first() -> None:
    async def run() -> None:
        market = OneList()
        shared = SharedMarket(market)
        first, second = shared.part(), shared.part()
        heard: list[tuple[str, str]] = []
        await second.follow(["B", "A"], lambda trade: heard.append(("second", trade.code)))
        await first.follow(["A", "C"], lambda trade: heard.append(("first", trade.code)))
        assert market.codes == ["A", "C", "B"]
        for code in "ABCD":
            market.tell(print_of(code))
        assert heard == [("first", "A"), ("second", "A"), ("second", "B"), ("first", "C")]
        await second.follow([], lambda trade: None)
        assert market.codes == ["A", "C"]

    asyncio.run(run())


def test_books_are_shared_too() -> None:
    async def run() -> None:
        market = OneList()
        shared = SharedMarket(market)
        heard: list[str] = []
        await shared.part().follow_books(["A"], lambda book: heard.append(book.code))
        await shared.part().follow_books(["B"], lambda book: heard.append(book.code))
        assert market.codes == ["A", "B"]
        market.tell_book(await market.book("B"))
        assert heard == ["B"]

    asyncio.run(run())


def test_what_could_not_be_followed_is_as_before() -> None:
    async def run() -> None:
        market = OneList()
        part = SharedMarket(market).part()
        heard: list[str] = []
        await part.follow(["A"], lambda trade: heard.append(trade.code))
        market.is_down = True
        with pytest.raises(Unreachable):
            await part.follow(["B"], lambda trade: None)
        with pytest.raises(Unreachable):
            await part.follow_books(["B"], lambda book: None)
        market.tell(print_of("A"))
        assert heard == ["A"]
        assert part.books == {}

    asyncio.run(run())


def test_questions_go_through() -> None:
    async def run() -> None:
        part = SharedMarket(OneList()).part()
        assert await part.quotes(["A"]) == {}
        assert (await part.book("A")).code == "A"
        assert len(await part.daily_bars("A", AT.date(), AT.date())) == 1

    asyncio.run(run())
