"""Events per second of the whole exchange: accounts, phases, limits, reservations and every event told.

The market's orders and those of an account are measured apart, beside a bare book in the same run. The trades
of every timed run are checked against the sortedcontainers book.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time

from benchmarks import matching
from benchmarks.measure import show, take_turns
from benchmarks.order_flow import BASE_PRICE, DAY, OrderFlow, make_flow
from hoga.domain.instrument import Instrument, Market
from hoga.domain.zone import KST
from hoga.exchange.commands import THE_MARKET, Advance, Cancel, Command, Place
from hoga.exchange.events import Traded
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.krx.fees import KIS_STOCK

ACCOUNT = "5001234501"
_AT = datetime.combine(DAY, time(10), KST)
_MARKETS, _ACCOUNTS = "orders of the market", "orders of an account"


def measure(*, is_quick: bool) -> None:
    """Print the figures."""
    count, rounds = (3_000, 3) if is_quick else (40_000, 5)
    print("Whole exchange: the same flow")
    flow = make_flow(count)
    expected = matching.matches(flow)
    bare = {name: play for name, play in matching.plays(flow).items() if name in _BESIDE}
    told: dict[str, int] = {}

    def check(name: str, result: list[object]) -> None:
        if name in bare:
            return
        trades = [event for event in result if isinstance(event, Traded)]
        if [(trade.price, trade.quantity) for trade in trades] != [match[1:] for match in expected]:
            raise ValueError(f"the exchange traded otherwise than the sortedcontainers book ({name})")
        told[name] = len(result)

    whole = {
        _MARKETS: _play_one(flow, THE_MARKET),
        _ACCOUNTS: _play_one(flow, ACCOUNT),
    }
    timings = take_turns({**whole, **bare}, rounds, check)
    for name in whole:
        show(f"{name}, orders/s", f"{timings.rate(name, count):>12,.0f}")
        show(f"{name}, events/s", f"{timings.rate(name, told[name]):>12,.0f}")
        for other in bare:
            show(f"{name} / bare book of {other}", f"{timings.ratio(name, other):>12.2f} x")
    _measure_growth(count, rounds, (1, 10, 100) if is_quick else (1, 100, 2_500))


_BESIDE = (matching.OURS, matching.LIQUIBOOK, matching.BARE)


def _measure_growth(count: int, rounds: int, sizes: Sequence[int]) -> None:
    """The same number of orders, spread over more and more instruments."""
    names = {size: f"{size:,} instrument{'s' * (size > 1)}" for size in sizes}
    contenders = {}
    for size in sizes:
        flow = make_flow(count // size, resting=10)
        contenders[names[size]] = _play_many(flow, THE_MARKET, size)
    timings = take_turns(contenders, rounds)
    for size in sizes:
        steps = count // size * size
        beside = f"   {timings.ratio(names[size], names[sizes[0]]):.2f} x one instrument" if size > 1 else ""
        show(f"{names[size]}, orders/s", f"{timings.rate(names[size], steps):>12,.0f}{beside}")


def _play_one(flow: OrderFlow, account: str) -> Callable[[], Callable[[], list[object]]]:
    return _play_many(flow, account, 1)


def _play_many(flow: OrderFlow, account: str, size: int) -> Callable[[], Callable[[], list[object]]]:
    """Play `flow` at `size` instruments, one step at each in turn."""
    codes = [f"{number:06}" for number in range(1, size + 1)]
    opening, commands = _commands(flow, account, codes)

    def prepare() -> Callable[[], list[object]]:
        exchange = _open(codes)
        for command in opening:
            exchange.process(command, _AT)

        def play() -> list[object]:
            process = exchange.process
            events: list[object] = []
            for command in commands:
                events += process(command, _AT)
            return events

        return play

    return prepare


def _commands(flow: OrderFlow, account: str, codes: Sequence[str]) -> tuple[list[Command], list[Command]]:
    """What is asked of the exchange, with the numbers that it will give."""
    exchange = _open(codes)
    numbers: dict[tuple[str, int], int] = {}
    asked: list[Command] = []
    for number, side, price, quantity in (*flow.resting, *flow.steps):
        for code in codes:
            command: Command
            if quantity:
                command = Place(account, code, side, quantity, price)
            else:
                command = Cancel(account, numbers[code, number])
            asked.append(command)
            exchange.process(command, _AT)
            if quantity:
                numbers[code, number] = exchange.last_number
    first = len(flow.resting) * len(codes)
    return asked[:first], asked[first:]


def _open(codes: Sequence[str]) -> Exchange:
    """An exchange at ten o'clock. The account can pay for everything."""
    listings = [Listing(Instrument(code=code, name=code, market=Market.KOSPI), BASE_PRICE) for code in codes]
    holdings = tuple(Holding(code, 10**9, 10**9) for code in codes)
    account = Opening(account=ACCOUNT, deposit=10**15, holdings=holdings)
    exchange = Exchange(DAY, listings, [account], KIS_STOCK)
    exchange.process(Advance(), _AT)
    return exchange
