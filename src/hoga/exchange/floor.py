"""The trading floor (매매체결): the issues with their boards, the phases of their markets, and what trades.

It moves the boards through the day, ends their calls, and lets happen on each what a trade or a new best
price sets off: interruptions, stops, midpoints. What may be entered is asked by whoever brings an order; what
a trade means for an account is the register's.

It reads no clock: `advance` says how far time has come, and things happen at the instants they were scheduled
for.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from functools import partial
from heapq import heappop, heappush
from typing import TypeVar

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Market
from hoga.domain.quote import Interruption
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange import router
from hoga.exchange.board import Board, Call, State
from hoga.exchange.book import Match
from hoga.exchange.commands import ListIssue, Place
from hoga.exchange.events import (
    BoardKind,
    Event,
    IssueListed,
    PhaseChanged,
    Refusal,
    Resumed,
    VolatilityInterrupted,
)
from hoga.exchange.issue import Issue
from hoga.exchange.opening import Listing
from hoga.exchange.random_end import RandomEnd, draw, no_random_end
from hoga.exchange.register import Register
from hoga.exchange.timetable import Step, timetable
from hoga.krx import order_types, sessions, single_price
from hoga.krx.sessions import Phase
from hoga.krx.single_price import Regime
from hoga.krx.ticks import grid

_T = TypeVar("_T")
_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_KRX = Venue.KRX
_AUCTIONED = (
    Phase.OPEN_CALL,
    Phase.CLOSE_CALL,
    Phase.POST_INTAKE,
    Phase.POST_SINGLE,
    Phase.AFTER_CALL,
)
"""Phases at whose end a price is found."""


class Floor:
    """The boards of one day. Raises `BadInput` for a day without trading and for an issue listed twice."""

    def __init__(
        self,
        day: date,
        listings: Iterable[Listing],
        register: Register,
        random_end: RandomEnd,
        *,
        is_whole_day: bool,
        has_vi: bool,
    ) -> None:
        self.day = day
        self.has_vi = has_vi
        self.phase = Phase.CLOSED
        """What KRX does: of two phases at once, the one that began last."""
        self.now = datetime.combine(day, time(), KST)
        self._register = register
        if not sessions.random_end_seconds(day):
            random_end = no_random_end
        self._random_end = random_end
        self.on_moved: Callable[[Board, list[Event]], None] = lambda board, events: None
        """What happens when a board has gone into a phase."""
        self.listings: dict[str, Listing] = {}
        for listing in listings:
            if listing.instrument.code in self.listings:
                raise BadInput(
                    f"종목 {listing.instrument.code}이(가) 두 번 상장되었습니다. 한 번만 적으세요.",
                    f"Issue {listing.instrument.code} is listed twice. List it once.",
                )
            self.listings[listing.instrument.code] = listing
        self.issues = _Issues(self._list)
        self.phases = dict.fromkeys(BoardKind, Phase.CLOSED)
        self.halted_markets: set[Market] = set()
        self.closed_markets: set[Market] = set()
        self._slots_since: dict[Market, datetime] = {}
        """From when the calls of single-price issues count, where that is not the open."""
        self._due: list[tuple[datetime, int, Callable[[list[Event]], None]]] = []
        self._due_count = 0
        for step in timetable(
            day,
            random_end,
            frozenset(listing.regime for listing in self.listings.values() if listing.regime),
            is_whole_day=is_whole_day,
            has_nxt=any(listing.is_on_nxt for listing in self.listings.values()),
        ):
            self.schedule(step.at, bound(self._take_step, step))

    def admit(self, command: ListIssue, events: list[Event]) -> Refusal | None:
        """Let an issue trade from now on, or say why not."""
        if command.code in self.listings:
            return Refusal.NO_CHANGE
        if command.base_price <= 0:
            return Refusal.BAD_PRICE
        instrument = Instrument(
            code=command.code,
            name=command.name,
            market=command.market,
            kind=command.kind,
            leverage=command.leverage,
            listed_shares=command.listed_shares,
        )
        if not grid(command.market, command.kind, self.day).is_on(command.base_price):
            return Refusal.OFF_TICK
        self.listings[command.code] = Listing(instrument, command.base_price)
        events.append(IssueListed(self.now, command.code, command.base_price))
        return None

    # What is there

    @property
    def next_at(self) -> datetime | None:
        """When something happens next by itself, a phase, a call's end; None when the day is over."""
        return self._due[0][0] if self._due else None

    def issue(self, code: str) -> Issue:
        """Raises `BadInput` for an unknown code."""
        try:
            return self.issues[code]
        except KeyError:
            raise BadInput(
                f"종목 {code!r}은(는) 이 거래소에 없습니다. 상장된 종목코드를 쓰세요.",
                f"Issue {code!r} is not listed here. Use the code of a listed issue.",
            ) from None

    def is_open(self) -> bool:
        """Whether any market of the day is open."""
        return any(phase is not Phase.CLOSED for phase in self.phases.values())

    def seen(self, issue: Issue, kind: BoardKind) -> Board:
        """A board to look at: one without orders stands for one that nobody has used, and stays nobody's."""
        board = issue.boards.get(kind)
        if board is None:
            board = issue.make(kind)
            self._join(issue, board)
        return board

    def shown(self, code: str, venue: Venue) -> Board:
        """The board that a venue shows of an issue now."""
        issue = self.issue(code)
        if venue is Venue.NXT:
            return self.seen(issue, BoardKind.NXT)
        for kind in (BoardKind.AFTER_MARKET, BoardKind.EVENING_CALLS):
            if self.phases[kind] is not Phase.CLOSED:
                return self.seen(issue, kind)
        return issue.main

    def route(self, issue: Issue, command: Place) -> Board | Refusal:
        """The board on which an order goes, if it may be entered there now."""
        order_type, time_in_force = command.order_type, command.time_in_force
        if command.venue is Venue.SOR and not order_types.exists(
            order_type, time_in_force, Venue.SOR, self.day
        ):
            return Refusal.ORDER_TYPE_NOT_ALLOWED
        kind = router.board_kind(order_type, command.venue, self.phases)
        if command.venue is not _KRX and not issue.listing.is_on_nxt:
            if command.venue is Venue.NXT:
                return Refusal.NOT_TRADED_HERE
            kind = router.board_kind(order_type, _KRX, self.phases)
        if kind is None:
            return Refusal.WRONG_PHASE
        if _awaits_close(issue, kind):
            return Refusal.WRONG_PHASE
        board = self.seen(issue, kind)
        if command.venue is Venue.SOR and issue.listing.is_on_nxt:
            nxt = issue.boards[BoardKind.NXT]
            board = router.better(board, nxt, command.side, order_type, time_in_force)
        refusal = board.objection(order_type, time_in_force)
        if refusal is None:
            issue.boards.setdefault(board.kind, board)
        return refusal or board

    def takes(self, issue: Issue, kind: BoardKind, order_type: OrderType) -> bool:
        """Whether orders of a type may be entered in one market of the day now."""
        if _awaits_close(issue, kind):
            return False
        return self.seen(issue, kind).objection(order_type, TimeInForce.DAY) is None

    def of_market(self, market: Market) -> list[Issue]:
        """All issues of a market, those that nobody has asked for yet too."""
        return [
            self.issues[code]
            for code, listing in self.listings.items()
            if listing.instrument.market is market
        ]

    def _alive(self) -> list[Issue]:
        """The issues that exist so far, in the order of the listings: who asked first must not matter."""
        return [self.issues[code] for code in self.listings if code in self.issues]

    def _list(self, code: str) -> Issue:
        """Bring a listed issue into being, in the phase of its market. Raises `KeyError` for another code."""
        issue = Issue(self.listings[code], self.day, has_vi=self.has_vi)
        market = issue.instrument.market
        issue.is_over = market in self.closed_markets
        for board in issue.boards.values():
            self._join(issue, board)
        return issue

    def _join(self, issue: Issue, board: Board) -> None:
        """Put a new board into the phase of its market."""
        if issue.is_over:
            return
        board.phase = self.phases[board.kind]
        board.is_halted = issue.is_halted or issue.instrument.market in self.halted_markets
        board.refresh()

    # Phases

    def advance(self, at: datetime, events: list[Event]) -> None:
        """Let everything happen that is due by `at`."""
        while self._due and self._due[0][0] <= at:
            self.now, _, happen = heappop(self._due)
            happen(events)
        self.now = at

    def schedule(self, at: datetime, happen: Callable[[list[Event]], None]) -> None:
        """Let something happen at `at`; things of one instant in the order in which they were scheduled."""
        self._due_count += 1
        heappush(self._due, (at, self._due_count, happen))

    def _take_step(self, step: Step, events: list[Event]) -> None:
        if step.slot is not None and step.due is not None:
            self._end_slot(step.slot, step.due, step.since, events)
            return
        if step.venue is _KRX and step.shown is not None:
            self.phase = step.shown
        for kind, phase in step.moves:
            self.phases[kind] = phase
            for issue in self._alive():
                board = issue.boards.get(kind)
                if board is not None and not issue.is_over:
                    self._move(board, phase, events)
        if step.shown is not None:
            events.append(PhaseChanged(self.now, step.shown, step.venue))

    def _move(self, board: Board, phase: Phase, events: list[Event]) -> None:
        """Let a board follow its market into `phase`."""
        ended = board.phase
        # A closing call takes in what a call of the board's own has gathered.
        if phase is not Phase.CLOSE_CALL and not board.is_halted:
            if board.call is not None and (phase is Phase.CONTINUOUS or ended is Phase.AFTER_MARKET):
                return  # it opens, or its evening is over, when that call ends
            if board.call is None and ended in _AUCTIONED and self._is_interrupted(board, events):
                return
            if board.call is not None or ended in _AUCTIONED:
                self._uncross(board, events, shares_at_limit=ended is Phase.OPEN_CALL)
        self.go_into(board, phase, events)

    def _is_interrupted(self, board: Board, events: list[Event]) -> bool:
        """Whether the price that a call would find makes it go on for an interruption."""
        clearing = board.book.clearing() if board.guard is not None else None
        if clearing is None or board.guard is None:
            return False
        kind = board.guard.judge(clearing.price, board.book.last_price, board.phase)
        if kind is not None:
            self.interrupt(board, kind, clearing.price, board.book.last_price, events)
        return kind is not None

    def go_into(self, board: Board, phase: Phase, events: list[Event]) -> None:
        """Put a board into `phase`. A call of its own is over."""
        had_call = board.call is not None
        board.call = board.interruption = None
        board.token += 1
        board.book.stopped_at = None
        board.phase = phase
        board.refresh()
        if phase in (Phase.CLOSE_CALL, Phase.BREAK):
            self._end_continuous(board, events)
        if board.of_pre_market and phase is not Phase.PRE:
            for number, side, quantity in board.end_pre_market():
                events.append(self._register.cut(board, number, side, quantity, self.now))
        if phase is Phase.CLOSED:
            self._expire(board, events)
        board.watch()
        if had_call:
            events.append(Resumed(self.now, board.issue.code, board.kind))
        self.on_moved(board, events)
        if board.is_watched:
            self.settle(board, events)

    def _end_continuous(self, board: Board, events: list[Event]) -> None:
        """Midpoint orders are cancelled as continuous trading ends, conditional ones become market orders."""
        for orders in (board.midpoints.buys, board.midpoints.sells):
            for number, quantity in list(orders.items()):
                board.midpoints.reduce(number, quantity)
                side = _BUY if orders is board.midpoints.buys else Side.SELL
                events.append(self._register.cut(board, number, side, quantity, self.now))
        if board.phase is Phase.CLOSE_CALL and board.conditional:
            for number, side, quantity in board.turn_conditional():
                events.append(
                    self._register.turned(board, number, side, quantity, None, OrderType.MARKET, self.now)
                )

    def restart_slots(self, market: Market) -> None:
        """A halt of a market is over: the calls of its single-price issues count from now on."""
        self._slots_since[market] = self.now
        for regime in Regime:
            for due in single_price.slots_after(regime, self.now):
                at = due + draw(self._random_end, f"{regime} {market} {due:%H:%M:%S}")
                step = Step(at, slot=regime, due=due, since=self.now)
                self.schedule(at, bound(self._take_step, step))

    def _end_slot(
        self, slot: Regime | BoardKind, due: datetime, since: datetime | None, events: list[Event]
    ) -> None:
        """One of the calls ends that follow each other while the phase stays."""
        slow = {regime for regime in Regime if due not in single_price.evening_slots(self.day, regime)}
        for issue in self._alive():
            board = issue.boards.get(slot) if isinstance(slot, BoardKind) else issue.main
            if board is None or (board is issue.main and issue.regime is not slot):
                continue
            if board is issue.main and since != self._slots_since.get(issue.instrument.market):
                continue
            if board is not issue.main and issue.regime in slow:
                continue  # it keeps its own rhythm in the evening
            if issue.resumed_at is not None and due - issue.resumed_at < sessions.RESUMPTION_CALL:
                continue  # too soon after a halt: the next one is its first (ER§56(2)2)
            if board.state is not State.CALL or board.call is not None:
                continue
            if not self._is_interrupted(board, events):
                self._uncross(board, events)
                if board.is_watched:
                    self.settle(board, events)

    def _uncross(self, board: Board, events: list[Event], *, shares_at_limit: bool = False) -> None:
        clearing = board.book.clearing()
        if clearing is None:
            return
        allocated_on = self.day if shares_at_limit else None
        for buy, sell, quantity in board.book.uncross(clearing, allocated_on):
            events.append(self._register.traded(board, clearing.price, quantity, buy, sell, None, self.now))
        if board.guard is not None:
            board.guard.static_reference = clearing.price

    def _expire(self, board: Board, events: list[Event]) -> None:
        board.quiet_bests = board.bests
        for number, side, quantity in board.everything():
            board.reduce(number, quantity)
            events.append(self._register.expired(board, number, side, quantity, self.now))

    # Interruptions

    def interrupt(self, board: Board, kind: Interruption, price: int, last: int, events: list[Event]) -> None:
        """Begin a volatility interruption, or make the call that is ending longer by one."""
        book, guard = board.book, board.guard
        reference = guard.reference(kind, last) if guard is not None else last
        until = self.now + sessions.INTERRUPTION_CALL
        merges = False
        if board.phase in _AUCTIONED:
            until = sessions.prolonged_end(board.phase, self.now)
        elif board.phase is Phase.CONTINUOUS:
            merges = until >= sessions.regular_session(self.day)[2].start
            until = sessions.interruption_end(self.now) if merges else until
        board.call, board.interruption = Call.INTERRUPTION, kind
        board.interruptions += 1
        board.token += 1
        book.stopped_at = None
        board.refresh()
        events.append(
            VolatilityInterrupted(self.now, board.issue.code, kind, price, reference, until, board.kind)
        )
        if not merges:
            self.end_later(board, until, f"interruption {board.interruptions}")

    def end_later(self, board: Board, until: datetime, call: str) -> None:
        """Let the board's own call, called `call`, end at `until` and its random end."""
        late = draw(self._random_end, f"{board.issue.code} {board.kind} {call}")
        self.schedule(until + late, bound(self._end_call, (board, board.token)))

    def _end_call(self, ending: tuple[Board, int], events: list[Event]) -> None:
        """End a call of a board's own, unless it is over already."""
        board, token = ending
        if board.token != token:
            return
        # What such a call finds sets off no interruption again.
        self._uncross(board, events, shares_at_limit=board.call is Call.RESUMPTION)
        self.go_into(board, self.phases[board.kind], events)

    # What trades

    def tell(
        self, board: Board, number: int, side: Side, matches: Sequence[Match], events: list[Event]
    ) -> None:
        """Book and tell the matches of the order `number` that has just arrived."""
        traded, now = self._register.traded, self.now
        for resting, price, shares in matches:
            buy, sell = (number, resting) if side is _BUY else (resting, number)
            events.append(traded(board, price, shares, buy, sell, side, now))

    def settle(self, board: Board, events: list[Event]) -> None:
        """What a trade or a new best price sets off on a board: interruptions, stops, midpoints."""
        if board.issue.finds_base and board is board.issue.main and board.open is not None:
            self._find_base(board, board.open, events)
        book = board.book
        settled_at = None
        while True:
            if book.stopped_at is not None and board.guard is not None:
                # The order that was stopped may have traded before: the price before it is what counts.
                last = board.guard.last
                kind = board.guard.judge(book.stopped_at, last, board.phase)
                assert kind is not None
                self.interrupt(board, kind, book.stopped_at, last, events)
            if book.last_price != settled_at:
                settled_at = book.last_price
                board.watch()
                if board.stops.orders:
                    self._wake(board, events)
                    continue
            if board.midpoints and not book.gathers:
                met = board.midpoints.close_in(book)
                if met is not None:
                    self.tell(board, met[0], Side.SELL, [met[1]], events)
                    continue
            break

    def _find_base(self, board: Board, price: int, events: list[Event]) -> None:
        """Let an issue go on around its first price: orders outside its limits are void."""
        for other, number, side, quantity in board.issue.find_base(price):
            events.append(self._register.expired(other, number, side, quantity, self.now))
        arrived = board.take_arrived()
        if arrived is not None:
            number, side, limit, quantity = arrived
            self.tell(board, number, side, board.book.place(number, side, limit, quantity), events)

    def _wake(self, board: Board, events: list[Event]) -> None:
        for stop in board.stops.wake(board.book.last_price):
            events.append(
                self._register.turned(
                    board, stop.number, stop.side, stop.quantity, stop.price, _LIMIT, self.now
                )
            )
            matches, _ = board.enter(stop.number, stop.side, stop.price, stop.quantity)
            self.tell(board, stop.number, stop.side, matches, events)
            board.watch()


class _Issues(dict[str, Issue]):
    """code → issue, brought into being when somebody first asks: most of a large market never is."""

    __slots__ = ("_list",)

    def __init__(self, list_issue: Callable[[str], Issue]) -> None:
        super().__init__()
        self._list = list_issue

    def __missing__(self, code: str) -> Issue:
        issue = self._list(code)
        self[code] = issue
        return issue


def _awaits_close(issue: Issue, kind: BoardKind) -> bool:
    """Whether a market at the day's close cannot begin for an issue, as that is not found yet."""
    return kind is BoardKind.POST_CLOSE_PRICE and issue.main.phase is not Phase.CLOSED


def bound(happen: Callable[[_T, list[Event]], None], subject: _T) -> Callable[[list[Event]], None]:
    """`happen` with its subject."""
    return partial(happen, subject)
