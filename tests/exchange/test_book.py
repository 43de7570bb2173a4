"""The book: price-time priority, and market orders that wait.

The last test holds the book against a model that knows no ladder, no queues and no short cuts: a list of
orders, sorted anew for every match by the words of the rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.domain.request import Side
from hoga.exchange.book import Book, Match
from hoga.exchange.ladder import Ladder
from hoga.krx import deemed
from hoga.krx.limits import price_limits
from hoga.krx.ticks import grid

DAY = date(2026, 5, 4)
BUY, SELL = Side.BUY, Side.SELL


def book_for(base: int, *, gathers: bool = False) -> Book:
    stock = Market.KOSPI, Kind.STOCK
    book = Book(Ladder(grid(*stock, DAY), price_limits(*stock, base, DAY)), base)
    book.gathers = gathers
    return book


def fill(book: Book, *orders: tuple[Side, int | None, int]) -> list[Sequence[Match]]:
    """Place `orders` (side, price, quantity) under the numbers 1, 2, 3, … and return what each matched."""
    return [book.place(number, *order) for number, order in enumerate(orders, start=1)]


def resting(book: Book) -> dict[int, int]:
    return dict([*book.bids.queue(), *book.asks.queue()])


def test_a_better_price_goes_first_and_time_decides_among_equals() -> None:
    book = book_for(10_000)
    fill(book, (SELL, 10_020, 5), (SELL, 10_010, 5), (SELL, 10_010, 5))

    assert book.place(4, BUY, 10_020, 12) == [(2, 10_010, 5), (3, 10_010, 5), (1, 10_020, 2)]
    assert resting(book) == {1: 3}


def test_a_trade_takes_the_price_of_the_earlier_order() -> None:
    book = book_for(10_000)

    assert fill(book, (BUY, 10_050, 5), (SELL, 9_990, 5)) == [(), [(1, 10_050, 5)]]
    assert book.last_price == 10_050


def test_what_is_left_of_an_order_waits_at_its_price() -> None:
    book = book_for(10_000)
    fill(book, (SELL, 10_010, 5), (BUY, 10_020, 8))

    assert book.levels(BUY, 10) == [(10_020, 3)]
    assert book.levels(SELL, 10) == []
    assert book.find(2) == (BUY, 10_020)


def test_a_removed_order_never_trades() -> None:
    book = book_for(10_000)
    fill(book, (SELL, 10_010, 5), (SELL, 10_020, 5))

    assert book.remove(1) == 5
    assert book.remove(1) == 0
    assert book.place(3, BUY, 10_020, 5) == [(2, 10_020, 5)]


def test_a_reduced_order_keeps_its_place() -> None:
    book = book_for(10_000)
    fill(book, (BUY, 10_000, 10), (BUY, 10_000, 10))
    book.reduce(1, 4)

    assert book.place(3, SELL, 10_000, 8) == [(1, 10_000, 6), (2, 10_000, 2)]


def test_reducing_by_everything_removes() -> None:
    book = book_for(10_000)
    fill(book, (BUY, 10_000, 10))
    book.reduce(1, 10)

    assert book.find(1) is None
    assert book.left(1) is None
    assert book.levels(BUY, 1) == []


def test_a_market_order_walks_the_book_and_its_rest_waits_over_the_best_bid() -> None:
    book = book_for(10_000)
    matches = fill(
        book,
        (BUY, 10_000, 50),
        (SELL, 10_100, 100),
        (SELL, 10_200, 100),
        (BUY, None, 250),
        (SELL, 9_900, 80),
    )

    assert matches[3] == [(2, 10_100, 100), (3, 10_200, 100)]
    assert matches[4] == [(4, 10_010, 50), (1, 10_000, 30)]
    assert resting(book) == {1: 20}


def test_a_waiting_market_buy_stands_at_the_price_of_a_higher_arriving_sell() -> None:
    book = book_for(10_000)

    assert fill(book, (BUY, 10_000, 5), (BUY, None, 5), (SELL, 10_500, 5))[2] == [(2, 10_500, 5)]


def test_waiting_market_orders_trade_with_each_other_at_the_earlier_ones_price() -> None:
    book = book_for(10_000)

    assert fill(book, (SELL, 10_100, 5), (SELL, None, 5), (BUY, None, 8))[2] == [
        (2, 10_090, 5),
        (1, 10_100, 3),
    ]


def test_market_buys_share_time_with_buys_at_the_upper_limit() -> None:
    book = book_for(10_000)
    upper = book.ladder.limits.upper
    fill(book, (BUY, None, 5), (BUY, upper, 5), (BUY, None, 5), (BUY, 12_990, 5))

    matches = book.place(9, SELL, 12_000, 20)

    assert [number for number, _, _ in matches] == [1, 2, 3, 4]
    assert [price for _, price, _ in matches] == [upper, upper, upper, 12_990]


def test_a_market_order_reprices_when_the_limit_order_beside_it_is_gone() -> None:
    book = book_for(10_000)
    upper = book.ladder.limits.upper
    fill(book, (BUY, upper, 5), (BUY, None, 5), (BUY, 11_000, 5))

    # Once the bid at the upper limit is exhausted, the market buy stands one tick over 11,000.
    assert book.place(4, SELL, 10_000, 10) == [(1, upper, 5), (2, 11_010, 5)]


def test_levels_show_limit_orders_only_but_totals_count_all() -> None:
    book = book_for(10_000)
    upper = book.ladder.limits.upper
    fill(book, (BUY, None, 7), (BUY, upper, 2), (BUY, 10_000, 3))

    assert book.levels(BUY, 10) == [(upper, 2), (10_000, 3)]
    assert book.bids.quantity == 12
    book.remove(2)
    assert book.levels(BUY, 10) == [(10_000, 3)]
    assert book.find(1) == (BUY, None)


def test_orders_only_gather_during_a_call() -> None:
    book = book_for(10_000, gathers=True)

    assert fill(book, (SELL, 9_900, 5), (BUY, 10_100, 5), (BUY, None, 5)) == [(), (), ()]
    assert book.levels(SELL, 1) == [(9_900, 5)]
    assert book.levels(BUY, 1) == [(10_100, 5)]


def test_uncrossing_serves_market_orders_first_then_price_then_time() -> None:
    book = book_for(20_000, gathers=True)
    fill(book, (BUY, 20_500, 100), (BUY, None, 100), (SELL, 20_200, 150))
    clearing = book.clearing()
    assert clearing is not None

    assert book.uncross(clearing) == [(2, 3, 100), (1, 3, 50)]
    assert book.last_price == clearing.price == 20_500
    assert resting(book) == {1: 50}


def test_uncrossing_at_the_upper_limit_shares_among_the_largest_orders() -> None:
    book = book_for(10_000, gathers=True)
    upper = book.ladder.limits.upper
    fill(book, (BUY, upper, 300), (BUY, upper, 500), (BUY, None, 700), (SELL, upper, 250))
    clearing = book.clearing()
    assert clearing is not None
    assert clearing.price == upper

    assert book.uncross(clearing, DAY) == [(1, 4, 50), (2, 4, 100), (3, 4, 100)]
    assert resting(book) == {1: 250, 2: 400, 3: 600}


def test_uncrossing_at_the_lower_limit_shares_among_the_sells() -> None:
    book = book_for(10_000, gathers=True)
    lower = book.ladder.limits.lower
    fill(book, (SELL, lower, 10), (SELL, lower, 200), (BUY, lower, 105))
    clearing = book.clearing()
    assert clearing is not None

    assert book.uncross(clearing, DAY) == [(3, 1, 5), (3, 2, 100)]


def test_an_empty_book_has_no_price() -> None:
    book = book_for(10_000, gathers=True)
    assert book.clearing() is None
    book.place(1, BUY, 10_000, 5)
    assert book.clearing() is None


def test_a_price_off_the_ladder_is_an_error_of_the_caller() -> None:
    book = book_for(10_000)

    with pytest.raises(KeyError):
        book.place(1, BUY, 10_005, 5)
    assert resting(book) == {}


# The model


@dataclass
class Waiting:
    number: int
    side: Side
    price: int | None
    quantity: int


class LiteralBook:
    """BR§22 and §24(2) by their words: everything is computed anew from all orders at every match."""

    def __init__(self, ladder: Ladder, last_price: int) -> None:
        self.ladder = ladder
        self.last_price = last_price
        self.orders: list[Waiting] = []

    def place(self, number: int, side: Side, price: int | None, quantity: int) -> list[Match]:
        taker = Waiting(number, side, price, quantity)
        self.orders.append(taker)
        matches: list[Match] = []
        while taker.quantity:
            others = sorted((order for order in self.orders if order.side is not side), key=self.rank)
            if not others:
                break
            maker = others[0]
            buy, sell = (taker, maker) if side is BUY else (maker, taker)
            if self.stands_at(buy) < self.stands_at(sell):
                break
            shares = min(taker.quantity, maker.quantity)
            deal = self.stands_at(maker)
            matches.append((maker.number, deal, shares))
            for order in (taker, maker):
                order.quantity -= shares
            self.last_price = deal
            self.orders = [order for order in self.orders if order.quantity]
        return matches

    def rank(self, order: Waiting) -> tuple[int, int]:
        limits = self.ladder.limits
        top = limits.upper if order.side is BUY else limits.lower
        price = top if order.price is None else order.price
        return (-price if order.side is BUY else price), order.number

    def stands_at(self, order: Waiting) -> int:
        if order.price is not None:
            return order.price
        bids = [one.price for one in self.orders if one.side is BUY and one.price is not None]
        asks = [one.price for one in self.orders if one.side is SELL and one.price is not None]
        rest = self.last_price, self.ladder.limits, self.ladder.grid
        if order.side is BUY:
            return deemed.continuous_buy(max(bids, default=None), max(asks, default=None), *rest)
        return deemed.continuous_sell(min(asks, default=None), min(bids, default=None), *rest)


offsets = st.one_of(st.none(), st.integers(-4, 4), st.sampled_from([-10_000, 10_000]))
orders = st.tuples(st.sampled_from(list(Side)), offsets, st.integers(1, 9))
removals = st.integers(1, 12)


@given(
    base=st.sampled_from([10, 1_995, 10_000]),
    steps=st.lists(st.one_of(orders, orders, removals), max_size=25),
)
@example(base=10, steps=[(SELL, None, 1), (SELL, -10_000, 1), (BUY, None, 3)])
def test_the_book_does_what_the_words_of_the_rule_say(
    base: int, steps: list[tuple[Side, int | None, int] | int]
) -> None:
    book = book_for(base)
    model = LiteralBook(book.ladder, base)
    middle = book.ladder.floor(base)
    for number, step in enumerate(steps, start=1):
        if isinstance(step, int):
            expected = sum(order.quantity for order in model.orders if order.number == step)
            assert book.remove(step) == expected
            model.orders = [order for order in model.orders if order.number != step]
        else:
            side, offset, quantity = step
            price = None
            if offset is not None:
                price = book.ladder.rising[min(max(middle + offset, 0), book.ladder.top)]
            assert list(book.place(number, side, price, quantity)) == model.place(
                number, side, price, quantity
            )
        assert resting(book) == {order.number: order.quantity for order in model.orders}
        assert book.last_price == model.last_price
        for own in (book.bids, book.asks):
            assert own.quantity == sum(shares for _, shares in own.queue())
            ranked = sorted((order for order in model.orders if order.side is own.side), key=model.rank)
            assert [number for number, _ in own.queue()] == [order.number for order in ranked]


@given(
    base=st.sampled_from([10, 1_995, 10_000]),
    gathered=st.lists(orders, max_size=10),
    shares_at_limit=st.booleans(),
)
def test_after_a_call_nothing_is_left_that_could_still_trade(
    base: int, gathered: list[tuple[Side, int | None, int]], shares_at_limit: bool
) -> None:
    """Continuous trading relies on it: a market order rests only where the other side is empty."""
    book = book_for(base, gathers=True)
    middle = book.ladder.floor(base)
    for number, (side, offset, quantity) in enumerate(gathered, start=1):
        price = None
        if offset is not None:
            price = book.ladder.rising[min(max(middle + offset, 0), book.ladder.top)]
        book.place(number, side, price, quantity)
    before = sum(resting(book).values())

    clearing = book.clearing()
    if clearing is not None:
        left = [book.levels(side, 100, clearing.quantity) for side in (BUY, SELL)]
        pairs = book.uncross(clearing, DAY if shares_at_limit else None)
        assert sum(quantity for _, _, quantity in pairs) == clearing.quantity
        assert before - sum(resting(book).values()) == 2 * clearing.quantity
        if not shares_at_limit:  # there it is the largest that go first
            assert left == [book.levels(side, 100) for side in (BUY, SELL)]

    bids, asks = book.levels(BUY, 1), book.levels(SELL, 1)
    assert not bids or not asks or bids[0][0] < asks[0][0]
    assert not book.bids.market or not resting_of(book, SELL)
    assert not book.asks.market or not resting_of(book, BUY)


def resting_of(book: Book, side: Side) -> dict[int, int]:
    return dict((book.bids if side is BUY else book.asks).queue())
