"""The flow of orders that books are measured with: 60 % new limit orders, 30 % cancels, 10 % marketable."""

import random
from dataclasses import dataclass
from datetime import date

from benchmarks.sorted_book import SortedBook
from hoga.domain.instrument import Kind, Market
from hoga.domain.request import Side
from hoga.exchange.ladder import Ladder
from hoga.krx.limits import price_limits
from hoga.krx.ticks import grid

DAY = date(2026, 5, 6)
BASE_PRICE = 70_000
LEVELS = 40
"""Prices a side that new orders are spread over."""

Step = tuple[int, Side, int, int]
"""Number, side, price and quantity of a new order; quantity 0 cancels the order of that number."""


@dataclass(frozen=True, slots=True)
class OrderFlow:
    """`resting` fill the book before anything is timed, `steps` are timed."""

    resting: tuple[Step, ...]
    steps: tuple[Step, ...]


def make_ladder() -> Ladder:
    """The prices of a KOSPI stock of 70,000 won."""
    limits = price_limits(Market.KOSPI, Kind.STOCK, BASE_PRICE, DAY)
    return Ladder(grid(Market.KOSPI, Kind.STOCK, DAY), limits)


def make_flow(count: int, *, resting: int = 0, levels: int = LEVELS, seed: int = 1) -> OrderFlow:
    """`count` steps after `resting` orders. Only orders that still rest are cancelled: none of them fails."""
    luck = random.Random(seed)
    ladder = make_ladder()
    prices, middle = ladder.rising, ladder.rungs[BASE_PRICE]
    book = SortedBook()
    alive: list[int] = []
    number = 0

    def passive() -> Step:
        side = Side.BUY if luck.random() < 0.5 else Side.SELL
        away = luck.randint(1, levels)
        price = prices[middle - away if side is Side.BUY else middle + away]
        return number, side, price, luck.randint(1, 100)

    def enter(step: Step) -> Step:
        book.place(*step)
        alive.append(step[0])
        return step

    first = []
    for _ in range(resting):
        number += 1
        first.append(enter(passive()))
    steps: list[Step] = []
    while len(steps) < count:
        kind = luck.random()
        if kind < 0.3:
            while alive:
                index = luck.randrange(len(alive))
                alive[index], alive[-1] = alive[-1], alive[index]
                gone = alive.pop()
                if book.remove(gone):
                    steps.append((gone, Side.BUY, 0, 0))
                    break
            continue
        number += 1
        if kind < 0.9:
            steps.append(enter(passive()))
        else:
            side = Side.BUY if luck.random() < 0.5 else Side.SELL
            reach = levels // 2
            price = prices[middle + reach if side is Side.BUY else middle - reach]
            steps.append(enter((number, side, price, luck.randint(1, 200))))
    return OrderFlow(tuple(first), tuple(steps))
