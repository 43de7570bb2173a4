"""What the simulated exchange's events mean at Daishin: notices, prints and books that are pushed.

Source: the sequences of CpConclusion's help page, and one project's log of an IOC order. That a fill of an
amended order is marked as one of an ordinary order is unverified.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from hoga.brokers.cybos.codes import CONDITION_CODES, ORDER_TYPE_CODES, SIDE_CODES, Action, Program, Report
from hoga.brokers.cybos.com import Value
from hoga.brokers.cybos.fake import Push
from hoga.brokers.cybos.quotes import BOOK_LEVELS, PUSHED_LEVELS
from hoga.domain.bar import Bar, merge_bars
from hoga.domain.instrument import Instrument, Kind
from hoga.domain.quote import Level, OrderBook
from hoga.domain.request import Side
from hoga.exchange import events
from hoga.exchange.events import BoardKind, Event
from hoga.exchange.exchange import Exchange
from hoga.exchange.records import RecordKind
from hoga.exchange.simulation import Simulation

_LETTERS = {Kind.ETN: "Q", Kind.ELW: "J"}
ACTIONS = {
    RecordKind.ORDER: Action.PLACE,
    RecordKind.REPLACE: Action.REPLACE,
    RecordKind.CANCEL: Action.CANCEL,
}


def full_code(instrument: Instrument) -> str:
    """The code with its letter."""
    return _LETTERS.get(instrument.kind, "A") + instrument.code


def level_rows(book: OrderBook) -> list[Mapping[int, Value]]:
    """Ten levels, 0 where there is none."""
    nothing = [Level(0, 0)] * BOOK_LEVELS
    asks, bids = [*book.asks, *nothing][:BOOK_LEVELS], [*book.bids, *nothing][:BOOK_LEVELS]
    return [
        {0: ask.price, 1: bid.price, 2: ask.quantity, 3: bid.quantity}
        for ask, bid in zip(asks, bids, strict=True)
    ]


class Bulletin:
    """Turns events into what is pushed, for `accounts` (numbers, with their holders) and everybody.

    It also keeps what only events tell: each fill of an order of the day, and the minutes of an issue.
    """

    def __init__(self, simulation: Simulation, accounts: Mapping[str, str]) -> None:
        self.fills: dict[int, list[tuple[int, int]]] = {}
        self.minutes: dict[str, dict[datetime, Bar]] = {}
        self._simulation = simulation
        self._accounts = accounts
        self._pushes: list[Push] = []
        simulation.on_events(self._on_events)
        simulation.on_roll(self._on_roll)

    def connect(self, push: Push) -> None:
        """Hand to `push` what happens from now on."""
        self._pushes.append(push)

    def _on_roll(self, exchange: Exchange) -> None:
        self.fills.clear()
        self.minutes.clear()

    def _on_events(self, happened: Sequence[Event]) -> None:
        for event in happened:
            match event:
                case events.Traded():
                    self._on_trade(event)
                case events.Placed() if event.account in self._accounts:
                    self._notice(event.number, Report.RECEIVED, Action.PLACE, quantity=event.quantity)
                case events.Replaced() if event.account in self._accounts:
                    for report in (Report.RECEIVED, Report.CONFIRMED):
                        self._notice(event.number, report, Action.REPLACE, quantity=event.quantity)
                case events.Canceled() if event.account in self._accounts:
                    self._on_cancel(event)
                case events.Rejected() if event.account in self._accounts:
                    order = event.number if event.kind is not RecordKind.CANCEL else event.replaces or 0
                    self._notice(
                        order,
                        Report.REFUSED,
                        ACTIONS[event.kind],
                        quantity=event.quantity,
                        number=event.number,
                        original=event.replaces or 0,
                    )
                case _:
                    continue
        # What names no code, such as a change of phase, may be seen in every book.
        touched = {getattr(event, "code", "") for event in happened}
        for code in self._simulation.exchange.codes if "" in touched else sorted(touched):
            self._push(Program.BOOKS, self._full(code), partial(self._levels, code))

    def _levels(self, code: str) -> Mapping[int, Value]:
        book = self._simulation.exchange.book(code)
        headers: dict[int, Value] = {0: self._full(code), 23: book.total_ask_quantity}
        headers[24] = book.total_bid_quantity
        for row, (ask, bid, ask_quantity, bid_quantity) in zip(level_rows(book), PUSHED_LEVELS, strict=True):
            headers |= {ask: row[0], bid: row[1], ask_quantity: row[2], bid_quantity: row[3]}
        return headers

    def _on_trade(self, event: events.Traded) -> None:
        sides = ((event.buy_account, event.buy_number), (event.sell_account, event.sell_number))
        for account, number in sides:
            if account in self._accounts:
                self.fills.setdefault(number, []).append((event.quantity, event.price))
                self._notice(number, Report.FILLED, Action.PLACE, quantity=event.quantity, price=event.price)
        if event.board is not BoardKind.REGULAR:
            return
        minute = event.at.replace(second=0, microsecond=0)
        minutes = self.minutes.setdefault(event.code, {})
        print_ = Bar(
            event.code,
            minute,
            event.price,
            event.price,
            event.price,
            event.price,
            event.quantity,
            event.price * event.quantity,
        )
        minutes[minute] = merge_bars([minutes[minute], print_]) or print_ if minute in minutes else print_
        taker = {Side.BUY: "1", Side.SELL: "2"}.get(event.taker, "") if event.taker else ""
        at, code = event.at, self._full(event.code)
        self._push(
            Program.TRADES,
            code,
            lambda: {
                0: code,
                3: at.hour * 100 + at.minute,
                13: event.price,
                14: ord(taker) if taker else 0,
                17: event.quantity,
                18: at.hour * 10_000 + at.minute * 100 + at.second,
                19: ord("2"),
                20: ord("2"),
                26: ord(taker) if taker else 0,
            },
        )

    def _on_cancel(self, event: events.Canceled) -> None:
        if event.request_number == event.number:  # the rest of an IOC order, under its own number
            self._notice(event.number, Report.CONFIRMED, Action.CANCEL, quantity=event.quantity, original=0)
            return
        for report in (Report.RECEIVED, Report.CONFIRMED):
            self._notice(
                event.number,
                report,
                Action.CANCEL,
                quantity=event.quantity,
                number=event.request_number,
                original=event.number,
            )

    def _notice(
        self,
        order: int,
        report: Report,
        action: Action,
        *,
        quantity: int,
        price: int | None = None,
        number: int | None = None,
        original: int | None = None,
    ) -> None:
        record = self._simulation.exchange.find_order(order)
        if record is None:
            raise AssertionError(f"order {order} of an account is not known")
        request = record.request
        replaced = (record.replaces or 0) if action is Action.REPLACE else 0
        self._push(
            Program.NOTICES,
            "",
            lambda: {
                1: self._accounts[record.account],
                2: self._simulation.exchange.instrument(request.code).name,
                3: quantity,
                4: (record.limit_price or 0) if price is None else price,
                5: order if number is None else number,
                6: replaced if original is None else original,
                7: record.account,
                8: "10",
                9: self._full(request.code),
                12: SIDE_CODES[request.side],
                14: str(report),
                16: str(action),
                17: "1",
                18: ORDER_TYPE_CODES.get(request.order_type, "00"),
                19: CONDITION_CODES[request.time_in_force],
            },
        )

    def _push(self, program: Program, key: str, make: Callable[[], Mapping[int, Value]]) -> None:
        for push in self._pushes:
            push(program, key, make)

    def _full(self, code: str) -> str:
        return full_code(self._simulation.exchange.instrument(code))
