"""Orders per second of the bare book, against other books that Python can use.

Every contender plays the same flow, must tell every match (the order hit, price, quantity), and is checked to
have told the same matches in every timed run. What others need as an order of their own is made as it
arrives, which is timed too.

liquibook's binding stands here three times: as its documentation uses it, where the listener writes each fill
into both orders (otherwise an order does not know what is left of it); with a listener that only notes the
matches; and silent, with its orders made beforehand and without a listener, so that nobody is told what
traded and nothing can be checked. The last is the most that the binding can do, and no fair comparison.
"""

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from benchmarks.measure import Timings, show, take_turns
from benchmarks.order_flow import BASE_PRICE, OrderFlow, Step, make_flow, make_ladder
from benchmarks.sorted_book import SortedBook
from hoga.domain.request import Side
from hoga.exchange.book import Book

Match = tuple[int, int, int]
Told = list[Any]
Play = Callable[[], Callable[[], Told]]
"""Fill a new book, then give what is timed."""

OURS, SORTED = "hoga", "sortedcontainers"
LIQUIBOOK, BARE, SILENT = "liquibook", "liquibook, orders not kept", "liquibook, silent"
LIGHT, PYORDERBOOK = "lightmatchingengine", "pyorderbook"


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    count, rounds = (4_000, 3) if is_quick else (60_000, 5)
    print("Bare book: 60 % new limit orders, 30 % cancels, 10 % marketable")
    flow = make_flow(count)
    timings = compare(flow, rounds)
    for name in timings.seconds:
        show(f"{name}, orders/s", f"{timings.rate(name, count):>12,.0f}")
    for name in timings.seconds:
        if name != OURS:
            show(f"hoga / {name}", f"{timings.ratio(OURS, name):>12.2f} x")
    for name in (LIQUIBOOK, LIGHT, PYORDERBOOK):
        if name not in timings.seconds:
            show(name, "is not installed")
    for resting in (100, 1_000) if is_quick else (100, 10_000, 100_000):
        # The binding cancels by searching all orders of the price: with more it would take minutes.
        beside = (OURS, SORTED, LIQUIBOOK) if resting <= 10_000 else (OURS, SORTED)
        deep = compare(make_flow(count // 2, resting=resting), rounds, only=beside)
        others = ", ".join(f"{deep.ratio(OURS, name):.2f} x {name}" for name in deep.seconds if name != OURS)
        show(
            f"with {resting:,} orders on the book, orders/s",
            f"{deep.rate(OURS, count // 2):>12,.0f}   {others}",
        )


def compare(flow: OrderFlow, rounds: int, only: Sequence[str] = ()) -> Timings:
    """Time the books that are installed. Raises `ValueError` when one tells other matches than the first."""
    expected = matches(flow)

    def check(name: str, told: Told) -> None:
        if name != SILENT and _READ.get(name, _plain)(told) != expected:
            raise ValueError(f"{name} traded otherwise than the sortedcontainers book")

    chosen = {name: play for name, play in plays(flow).items() if not only or name in only}
    return take_turns(chosen, rounds, check)


def plays(flow: OrderFlow) -> dict[str, Play]:
    """Every book that is installed."""
    found: dict[str, Play] = {
        OURS: lambda: _play(flow, _our_book()),
        SORTED: lambda: _play(flow, SortedBook()),
    }
    if (liquibook := _find("liquibook")) is not None:
        found[LIQUIBOOK] = lambda: _play_liquibook(liquibook, flow, keeps_orders=True)
        found[BARE] = lambda: _play_liquibook(liquibook, flow, keeps_orders=False)
        found[SILENT] = lambda: _play_silent(liquibook, flow)
    if (light := _find("lightmatchingengine.lightmatchingengine")) is not None:
        found[LIGHT] = lambda: _play_light(light, flow)
    if (pyorderbook := _find("pyorderbook")) is not None:
        found[PYORDERBOOK] = lambda: _play_pyorderbook(pyorderbook, flow)
    return found


def matches(flow: OrderFlow) -> list[Match]:
    """What trades, by the sortedcontainers book: number of the order hit, price, quantity."""
    return _plain(_play(flow, SortedBook())())


def _our_book() -> Book:
    return Book(make_ladder(), BASE_PRICE)


def _play(flow: OrderFlow, book: Book | SortedBook) -> Callable[[], Told]:
    place, remove = book.place, book.remove
    for step in flow.resting:
        place(*step)

    def play() -> Told:
        told: Told = []
        for number, side, price, quantity in flow.steps:
            if not quantity:
                remove(number)
            elif found := place(number, side, price, quantity):
                told.append(found)
        return told

    return play


def _play_liquibook(module: ModuleType, flow: OrderFlow, *, keeps_orders: bool) -> Callable[[], Told]:
    new_order: Any = module.SimpleOrder
    fills: Told = []
    tell = fills.append

    class Listener(module.OrderListener):  # type: ignore[misc, name-defined]
        def on_accept(self, order: Any) -> None: ...

        def on_cancel(self, order: Any) -> None: ...

        def on_fill(self, taker: Any, resting: Any, quantity: int, price: int) -> None:
            tell((resting.order_id_, price, quantity))

    class Keeper(Listener):
        def on_fill(self, taker: Any, resting: Any, quantity: int, price: int) -> None:
            resting.fill(quantity, price, 0)
            taker.fill(quantity, price, 0)
            tell((resting.order_id_, price, quantity))

    book, listener = module.DepthOrderBook(), (Keeper if keeps_orders else Listener)()
    book.set_order_listener(listener)
    orders: list[Any] = [new_order(True, 1, 1)]
    # The binding counts all orders of the process: this one, number 0 and never added, is where it begins.
    first = orders[0].order_id_
    for _, is_buy, price, quantity in _booleans(flow.resting):
        orders.append(new_order(is_buy, price, quantity))
        book.add(orders[-1])
    steps = _booleans(flow.steps)

    def play() -> Told:
        add, cancel, keep = book.add, book.cancel, orders.append
        for number, is_buy, price, quantity in steps:
            if quantity:
                order = new_order(is_buy, price, quantity)
                keep(order)
                add(order)
            else:
                cancel(orders[number])
        _ = listener  # The book does not keep it alive.
        return [first, fills]

    return play


def _play_silent(module: ModuleType, flow: OrderFlow) -> Callable[[], Told]:
    book = module.DepthOrderBook()
    orders: dict[int, Any] = {}
    for number, side, price, quantity in (*flow.resting, *flow.steps):
        if quantity:
            orders[number] = module.SimpleOrder(side is Side.BUY, price, quantity)
    for number, *_ in flow.resting:
        book.add(orders[number])
    steps = [(orders[number], quantity) for number, _, _, quantity in flow.steps]

    def play() -> Told:
        add, cancel = book.add, book.cancel
        for order, quantity in steps:
            if quantity:
                add(order)
            else:
                cancel(order)
        return []

    return play


def _play_light(module: ModuleType, flow: OrderFlow) -> Callable[[], Told]:
    engine = module.LightMatchingEngine()
    for _, is_buy, price, quantity in _booleans(flow.resting):
        engine.add_order("005930", price, quantity, 1 if is_buy else 2)
    steps = [
        (number, 1 if is_buy else 2, price, quantity)
        for number, is_buy, price, quantity in _booleans(flow.steps)
    ]

    def play() -> Told:
        told: Told = []
        add, cancel = engine.add_order, engine.cancel_order
        for number, side, price, quantity in steps:
            if quantity:
                found = add("005930", price, quantity, side)[1]
                if found:
                    told.append((number, found))
            else:
                cancel(number, "005930")
        return told

    return play


def _play_pyorderbook(module: ModuleType, flow: OrderFlow) -> Callable[[], Told]:
    book, new_order, sides = module.Book(), module.Order, module.Side
    orders: list[Any] = [None]
    numbers: dict[Any, int] = {}
    for number, is_buy, price, quantity in _booleans(flow.resting):
        orders.append(new_order(sides.BID if is_buy else sides.ASK, "005930", price, quantity))
        numbers[orders[-1].id] = number
        book.match(orders[-1])
    steps = [
        (number, sides.BID if is_buy else sides.ASK, price, quantity)
        for number, is_buy, price, quantity in _booleans(flow.steps)
    ]

    def play() -> Told:
        told: Told = [orders]
        match, cancel, keep = book.match, book.cancel, orders.append
        for number, side, price, quantity in steps:
            if quantity:
                order = new_order(side, "005930", price, quantity)
                keep(order)
                found = match(order).trades
                if found:
                    told.append(found)
            else:
                cancel(orders[number])
        return told

    return play


def _plain(told: Told) -> list[Match]:
    return [match for found in told for match in found]


def _read_liquibook(told: Told) -> list[Match]:
    first, fills = told
    return [(number - first, price, quantity) for number, price, quantity in fills]


def _read_light(told: Told) -> list[Match]:
    return [
        (trade.order_id, trade.trade_price, trade.trade_qty)
        for taker, trades in told
        for trade in trades
        if trade.order_id != taker
    ]


def _read_pyorderbook(told: Told) -> list[Match]:
    orders, *blotters = told
    numbers = {order.id: number for number, order in enumerate(orders) if order is not None}
    return [
        (numbers[trade.standing_order_id], int(trade.fill_price), trade.fill_quantity)
        for trades in blotters
        for trade in trades
    ]


_READ: dict[str, Callable[[Told], list[Match]]] = {
    LIQUIBOOK: _read_liquibook,
    BARE: _read_liquibook,
    LIGHT: _read_light,
    PYORDERBOOK: _read_pyorderbook,
}


def _booleans(steps: Sequence[Step]) -> list[tuple[int, bool, int, int]]:
    return [(number, side is Side.BUY, price, quantity) for number, side, price, quantity in steps]


def _find(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
