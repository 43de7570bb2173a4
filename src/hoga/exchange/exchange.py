"""The exchange of one trading day: a command in, events out.

It holds the issues with their boards (hoga.exchange.board), the accounts and the phases of the day
(krx.sessions). `process(command, at)` first lets everything happen that was due by `at`, the call auctions
above all, and then does what it is asked. Same commands at the same instants, same events.

What may be entered when is krx.order_types'. Orders live until their market ends. An account's buys must be
covered by its buying power and its sells by its shares (hoga.exchange.ledger); the market flow, `THE_MARKET`,
is not asked, and is not held to the quantity cap of one order, as it stands for many.

It reads no clock and draws no numbers: the instants and the random ends are handed in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from heapq import heappop, heappush
from typing import TypeVar

from hoga.domain.account import Account
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.position import Position
from hoga.domain.quote import Interruption, OrderBook, Quote
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange import issue as issues
from hoga.exchange import router
from hoga.exchange.board import Board, Call, State
from hoga.exchange.book import Match
from hoga.exchange.breaker import Breaker
from hoga.exchange.commands import (
    THE_MARKET,
    Advance,
    Cancel,
    Command,
    Deposit,
    HaltIssue,
    InterruptIssue,
    Place,
    Replace,
    ReportIndex,
    ResumeIssue,
    Withdraw,
)
from hoga.exchange.events import (
    BoardKind,
    Canceled,
    CashMoved,
    Event,
    Expired,
    IssueHalted,
    MarketHalted,
    PhaseChanged,
    Placed,
    Refusal,
    Refused,
    Replaced,
    Resumed,
    ResumptionBegun,
    Traded,
    Turned,
    VolatilityInterrupted,
)
from hoga.exchange.issue import Issue
from hoga.exchange.ledger import Conservation, DayTotals, Ledger, max_buy_quantity
from hoga.exchange.opening import Holding, Listing, Opening, Settlement
from hoga.exchange.random_end import RandomEnd, draw, no_random_end
from hoga.exchange.records import LiveOrder, OrderRecord, RecordKind
from hoga.exchange.results import Result
from hoga.exchange.tab import Tab
from hoga.exchange.timetable import Step, timetable
from hoga.krx import circuit_breaker, order_types, sessions
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.order_types import Objection
from hoga.krx.sessions import Phase
from hoga.krx.single_price import Regime
from hoga.krx.ticks import TickGrid

__all__ = [
    "Conservation",
    "DayTotals",
    "Exchange",
    "Holding",
    "Listing",
    "Opening",
    "OrderRecord",
    "RecordKind",
    "Settlement",
]

_T = TypeVar("_T")
_DAY = TimeInForce.DAY
_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_KRX = Venue.KRX
_REGULAR = BoardKind.REGULAR
_AUCTIONED = (
    Phase.OPEN_CALL,
    Phase.CLOSE_CALL,
    Phase.POST_INTAKE,
    Phase.POST_SINGLE,
    Phase.AFTER_CALL,
)
"""Phases at whose end a price is found."""


class Exchange:
    """One trading day for the issues and accounts handed in.

    `commission` is one for all, or by the kind of the issue. `random_end` says by how many seconds each call
    ends after its nominal time (hoga.exchange.random_end). Without `is_whole_day` KRX's day is its regular
    session; with it the markets at the closing price, the evening's calls or the after-market are there too.
    Issues whose listing says so trade at NXT as well. `has_vi` turns volatility interruptions on: leave it
    off to replay recorded prices, which went through the real ones already, and where the path of prices
    matters more than its interruptions. Raises `BadInput` for a day without trading, and for listings or
    accounts that cannot be opened.
    """

    def __init__(
        self,
        day: date,
        listings: Iterable[Listing],
        accounts: Iterable[Opening],
        commission: Commission | Mapping[Kind, Commission],
        *,
        random_end: RandomEnd = no_random_end,
        is_whole_day: bool = False,
        has_vi: bool = False,
    ) -> None:
        self.day = day
        self._commissions = (
            dict.fromkeys(Kind, commission) if isinstance(commission, Commission) else dict(commission)
        )
        self.has_vi = has_vi
        self.phase = Phase.CLOSED
        """What KRX does: of two phases at once, the one that began last."""
        self.now = datetime.combine(day, time(), KST)
        self._random_end = random_end
        self._listings: dict[str, Listing] = {}
        for listing in listings:
            if listing.instrument.code in self._listings:
                raise BadInput(
                    f"종목 {listing.instrument.code}이(가) 두 번 상장되었습니다. 한 번만 적으세요.",
                    f"Issue {listing.instrument.code} is listed twice. List it once.",
                )
            self._listings[listing.instrument.code] = listing
        self._issues = _Issues(self._list)
        self._phases = dict.fromkeys(BoardKind, Phase.CLOSED)
        self._halted_markets: set[Market] = set()
        self._closed_markets: set[Market] = set()
        self._breakers: dict[Market, Breaker] = {}
        self._due: list[tuple[datetime, int, Callable[[list[Event]], None]]] = []
        self._due_count = 0
        for step in timetable(
            day,
            random_end,
            frozenset(listing.regime for listing in self._listings.values() if listing.regime),
            is_whole_day=is_whole_day,
            has_nxt=any(listing.is_on_nxt for listing in self._listings.values()),
        ):
            self._schedule(step.at, _bound(self._take_step, step))
        openings = tuple(accounts)
        for opening in openings:
            for holding in opening.holdings:
                if holding.code not in self._listings:
                    raise BadInput(
                        f"계좌 {opening.account}의 보유종목 {holding.code}이(가) 상장 목록에 없습니다.",
                        f"Account {opening.account} holds {holding.code}, which is not listed. List it too.",
                    )
        self._ledger = Ledger(day, openings)
        self._past = {opening.account: opening.past_orders for opening in openings}
        self._records: dict[str, list[LiveOrder | OrderRecord]] = {
            opening.account: [] for opening in openings
        }
        self._orders: dict[int, LiveOrder] = {}
        """Orders of accounts by number. The market's are only on the books."""
        self._numbers: list[Board] = []
        """The board of every number given so far; number n is at n - 1."""

    # What may be asked

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._listings)

    @property
    def accounts(self) -> tuple[str, ...]:
        return self._ledger.accounts

    @property
    def commission(self) -> Commission:
        """The commission on stocks."""
        return self._commissions[Kind.STOCK]

    @property
    def last_number(self) -> int:
        """The highest order number given so far, 0 before the first."""
        return len(self._numbers)

    def next_phase_at(self) -> datetime | None:
        """When something happens next by itself, a phase, a call's end; None when the day is over."""
        return self._due[0][0] if self._due else None

    def instrument(self, code: str) -> Instrument:
        return self.listing(code).instrument

    def listing(self, code: str) -> Listing:
        """Raises `BadInput` for an unknown code."""
        self._issue(code)
        return self._listings[code]

    def limits(self, code: str) -> PriceLimits:
        return self._issue(code).ladder.limits

    def grid(self, code: str) -> TickGrid:
        return self._issue(code).ladder.grid

    def venue_phase(self, venue: Venue) -> Phase:
        """What KRX or NXT does now."""
        return self._phases[BoardKind.NXT] if venue is Venue.NXT else self.phase

    def state(self, code: str, venue: Venue = _KRX) -> State:
        """What orders of an issue do at a venue now. Raises `BadInput` for an unknown code."""
        return self._shown(code, venue).state

    def board_quote(self, code: str, kind: BoardKind) -> Quote:
        """The prices and statistics of one market of the day alone. Raises `BadInput` for an unknown code."""
        return issues.quote(self._seen(self._issue(code), kind), self.now)

    def closing_bests(self, code: str) -> tuple[int | None, int | None]:
        """Best bid and ask with which the regular session ended (기세); None for a side without orders."""
        return self._issue(code).main.quiet_bests

    def book(self, code: str, venue: Venue = _KRX) -> OrderBook:
        """Ten levels a side: of the regular session, in the evening of the evening's market, or of NXT.

        Levels show limit orders. A market order has no price of its own and stands in the totals only; stop
        and midpoint orders are not shown. During calls the two sides overlap, as they have gathered, and the
        indicative price is computed from the first order on, although KRX shows it only later
        (krx.sessions.indicative_price_from). Raises `BadInput` for an unknown code.
        """
        return issues.order_book(self._shown(code, venue), self.now)

    def quote(self, code: str, venue: Venue = _KRX) -> Quote:
        """The price of the moment and the day so far: KRX's regular session, or NXT's day.

        Raises `BadInput` for an unknown code.
        """
        issue = self._issue(code)
        return issues.quote(self._seen(issue, BoardKind.NXT) if venue is Venue.NXT else issue.main, self.now)

    def account(self, number: str) -> Account:
        """The account as its broker shows it. Raises `BadInput` for an unknown number."""
        self._require_account(number)
        cash = self._ledger.cash(number)
        totals = self._ledger.totals(number)
        positions = tuple(
            Position(
                code=code,
                name=self._listings[code].instrument.name,
                quantity=stake.quantity,
                sellable_quantity=stake.quantity - stake.reserved,
                cost=stake.cost,
                last_price=self._issues[code].main.book.last_price,
            )
            for code, stake in self._ledger.stakes(number).items()
            if stake.quantity
        )
        return Account(
            number=number,
            deposit=cash.deposit,
            deposit_d1=cash.deposit_d1,
            deposit_d2=cash.deposit_d2,
            buying_power=cash.buying_power,
            costs_today=totals.fees + totals.taxes,
            positions=positions,
        )

    def buying_power(self, number: str) -> int:
        """Won that the account may order with now, commission included."""
        self._require_account(number)
        return self._ledger.buying_power(number)

    def max_buy_quantity(self, number: str, code: str, price: int | None) -> int:
        """Shares that the account could order now at `price`; None is a market order."""
        issue = self._issue(code)
        rate = self._commissions[issue.instrument.kind].rate
        return max_buy_quantity(self.buying_power(number), price or issue.ladder.limits.upper, rate)

    def withdrawable(self, number: str) -> int:
        """Won that may leave the account now (출금가능금액)."""
        self._require_account(number)
        return self._ledger.withdrawable(number)

    def results(self, number: str) -> tuple[Result, ...]:
        """What the account traded today, issue by issue, with the profit of its sales (실현손익)."""
        self._require_account(number)
        return self._ledger.results(number)

    def settlements(self, number: str) -> tuple[Settlement, ...]:
        """What will settle on later days, today's trades included."""
        self._require_account(number)
        return self._ledger.settlements_after(number)

    def orders(self, number: str, first: date, last: date) -> list[OrderRecord]:
        """Every request of the account from day `first` to day `last`, oldest first."""
        self._require_account(number)
        past = [record for record in self._past[number] if first <= record.placed_at.date() <= last]
        if not first <= self.day <= last:
            return past
        today = self._records[number]
        return past + [order.record() if isinstance(order, LiveOrder) else order for order in today]

    def find_order(self, number: int) -> OrderRecord | None:
        """Today's order `number` as it stands; None when no account has it. A cancel's number is no order."""
        order = self._orders.get(number)
        return None if order is None else order.record()

    def day_totals(self, number: str) -> DayTotals:
        """What the account bought, sold and paid today."""
        self._require_account(number)
        return self._ledger.totals(number)

    def conservation(self) -> Conservation:
        """Whether every won and every share of the opening is still there."""
        return self._ledger.conservation()

    # What may be done

    def process(self, command: Command, at: datetime) -> list[Event]:
        """Do `command` at the instant `at` and tell everything that happened up to and including it.

        A refusal is an event, not an error. Raises `ValueError` when `at` lies before the last command.
        """
        if at < self.now:
            raise ValueError(f"the exchange is at {self.now} and cannot go back to {at}")
        events: list[Event] = []
        while self._due and self._due[0][0] <= at:
            self.now, _, happen = heappop(self._due)
            happen(events)
        self.now = at
        match command:
            case Place():
                refusal = self._place(command, events)
            case Cancel():
                refusal = self._cancel(command, events)
            case Replace():
                refusal = self._replace(command, events)
            case Advance():
                return events
            case Deposit() | Withdraw():
                refusal = self._move_cash(command, events)
            case HaltIssue() | ResumeIssue() | InterruptIssue():
                refusal = self._survey(command, events)
                if refusal is not None:
                    events.append(Refused(at, THE_MARKET, command, refusal))
                return events
            case ReportIndex():
                self._watch_index(command)
                return events
        if refusal is not None:
            events.append(Refused(at, command.account, command, refusal))
        return events

    def _place(self, command: Place, events: list[Event]) -> Refusal | None:
        try:
            issue = self._issues[command.code]
        except KeyError:
            return Refusal.UNKNOWN_INSTRUMENT
        account, side, quantity, price = command.account, command.side, command.quantity, command.price
        if account != THE_MARKET and not self._ledger.knows(account):
            return Refusal.UNKNOWN_ACCOUNT
        if quantity <= 0:
            return Refusal.BAD_QUANTITY

        board = issue.main
        order_type, time_in_force = command.order_type, command.time_in_force
        is_plain = (
            board.takes_limits and order_type is _LIMIT and time_in_force is _DAY and command.venue is _KRX
        )
        if not is_plain:
            routed = self._route(issue, command)
            if isinstance(routed, Refusal):
                return routed
            board = routed
        # A price that the ladder's table has was used today, so it is allowed.
        if not is_plain or command.stop_price is not None or price not in board.book.ladder.rungs:
            refusal = board.price_objection(order_type, side, price, command.stop_price)
            if refusal is not None:
                return refusal
        if not is_plain:
            price = board.priced(order_type, side, price)
            if order_type is OrderType.MID_PRICE and not board.has_midpoint:
                return Refusal.NO_MIDPOINT

        number = len(self._numbers) + 1
        if account != THE_MARKET:
            if issue.cap is not None and quantity > issue.cap:
                return Refusal.OVER_QUANTITY_CAP
            tab = self._tab(account, board, side, board.reserved_price(order_type, price), quantity)
            if side is _BUY:
                if self._ledger.needed(tab) > self._ledger.buying_power(account):
                    return Refusal.INSUFFICIENT_CASH
            elif quantity > self._ledger.sellable(account, issue.code):
                return Refusal.INSUFFICIENT_HOLDINGS
            request = OrderRequest(
                code=issue.code,
                side=side,
                quantity=quantity,
                price=command.price,
                order_type=order_type,
                time_in_force=time_in_force,
                stop_price=command.stop_price,
                venue=command.venue,
            )
            self._admit(number, RecordKind.ORDER, None, tab, request, price, board)
        events.append(
            Placed(self.now, number, account, command.code, side, quantity, price, order_type, board.kind)
        )
        self._numbers.append(board)
        if is_plain and not board.midpoints:
            matches = board.book.place(number, side, price, quantity)
            if matches:
                self._tell(board, number, side, matches, events)
        else:
            matches, canceled = board.enter(
                number, side, price, quantity, order_type, time_in_force, command.stop_price
            )
            self._tell(board, number, side, matches, events)
            if canceled:
                self._cut(number, board, side, canceled, events)
            board.watch()
        if board.is_watched:
            self._settle(board, events)
        return None

    def _replace(self, command: Replace, events: list[Event]) -> Refusal | None:
        account, order_type = command.account, command.order_type
        refusal = self._gate(account, command.quantity)
        if refusal is not None:
            return refusal
        board = self._board_of(account, command.number)
        if board is None:
            if not self._is_open():
                return Refusal.WRONG_PHASE
            is_formless = (command.price is None) is order_type.has_price
            return Refusal.BAD_PRICE if is_formless else Refusal.UNKNOWN_ORDER
        refusal = board.objection(order_type, _DAY)
        if refusal is None:
            refusal = board.price_objection(
                order_type, _side_of(board, command.number), command.price, command.stop_price
            )
        if refusal is not None:
            return refusal
        old = board.find(command.number)
        if old is None:
            return Refusal.NOTHING_LEFT
        quantity = old.quantity if command.quantity is None else command.quantity
        if quantity > old.quantity:
            return Refusal.TOO_MUCH
        side = old.side
        price = board.priced(order_type, side, command.price)
        if order_type is OrderType.MID_PRICE and not board.has_midpoint:
            return Refusal.NO_MIDPOINT
        is_same = (price, command.stop_price) == (old.price, old.stop_price) and order_type is old.order_type
        objection = order_types.find_replace_objection(
            old.order_type,
            order_type,
            has_new_price=price != old.price,
            has_new_stop_price=command.stop_price != old.stop_price,
            is_dormant=old.stop_price is not None,
        )
        if is_same or objection is Objection.NOTHING_CHANGES:
            return Refusal.NO_CHANGE
        if objection is not None:
            return Refusal.ORDER_TYPE_NOT_ALLOWED

        number = len(self._numbers) + 1
        if account != THE_MARKET:
            order = self._orders[command.number]
            tab = self._tab(account, board, side, board.reserved_price(order_type, price), quantity)
            if side is _BUY:
                available = self._ledger.buying_power(account) + self._ledger.freed(order.tab, quantity)
                if self._ledger.needed(tab) > available:
                    return Refusal.INSUFFICIENT_CASH
            self._ledger.release(order.tab, quantity)
            order.replaced += quantity
            request = OrderRequest(
                code=board.issue.code,
                side=side,
                quantity=quantity,
                price=command.price,
                order_type=order_type,
                stop_price=command.stop_price,
                venue=order.request.venue,
            )
            self._admit(number, RecordKind.REPLACE, command.number, tab, request, price, board)
        board.reduce(command.number, quantity)
        events.append(
            Replaced(
                self.now,
                number,
                command.number,
                account,
                board.issue.code,
                side,
                quantity,
                price,
                order_type,
                board.kind,
            )
        )
        self._numbers.append(board)
        matches, _ = board.enter(number, side, price, quantity, order_type, stop_price=command.stop_price)
        self._tell(board, number, side, matches, events)
        board.watch()
        if board.is_watched:
            self._settle(board, events)
        return None

    def _cancel(self, command: Cancel, events: list[Event]) -> Refusal | None:
        account, old_number = command.account, command.number
        refusal = self._gate(account, command.quantity)
        if refusal is not None:
            return refusal
        board = self._board_of(account, old_number)
        if board is None or board.phase is Phase.CLOSED:
            if not self._is_open():
                return Refusal.WRONG_PHASE
            return Refusal.UNKNOWN_ORDER if board is None else Refusal.NOTHING_LEFT
        found = board.find(old_number)
        if found is None:
            return Refusal.NOTHING_LEFT
        quantity = found.quantity if command.quantity is None else command.quantity
        if quantity > found.quantity:
            return Refusal.TOO_MUCH

        self._numbers.append(board)
        number = len(self._numbers)
        if account != THE_MARKET:
            order = self._orders[old_number]
            self._ledger.release(order.tab, quantity)
            order.canceled += quantity
            self._records[account].append(order.cancel_record(number, quantity, self.now))
        board.reduce(old_number, quantity)
        events.append(Canceled(self.now, old_number, number, account, board.issue.code, found.side, quantity))
        if board.midpoints:
            self._settle(board, events)
        return None

    def _move_cash(self, command: Deposit | Withdraw, events: list[Event]) -> Refusal | None:
        account = command.account
        if not self._ledger.knows(account):
            return Refusal.UNKNOWN_ACCOUNT
        if command.amount <= 0:
            return Refusal.BAD_QUANTITY
        amount = command.amount
        if isinstance(command, Withdraw):
            if amount > self._ledger.withdrawable(account):
                return Refusal.INSUFFICIENT_CASH
            amount = -amount
        self._ledger.pay_in(account, amount)
        events.append(CashMoved(self.now, account, amount))
        return None

    # Halts and interruptions

    def _survey(
        self, command: HaltIssue | ResumeIssue | InterruptIssue, events: list[Event]
    ) -> Refusal | None:
        try:
            issue = self._issues[command.code]
        except KeyError:
            return Refusal.UNKNOWN_INSTRUMENT
        match command:
            case HaltIssue():
                if issue.is_halted:
                    return Refusal.NO_CHANGE
                issue.is_halted = True
                events.append(IssueHalted(self.now, issue.code))
                self._halt(issue)
            case ResumeIssue():
                if not issue.is_halted:
                    return Refusal.NO_CHANGE
                issue.is_halted = False
                if issue.instrument.market not in self._halted_markets:
                    self._resume(issue, events)
            case InterruptIssue():
                board = issue.main
                if board.phase is not Phase.CONTINUOUS or board.state is not State.CONTINUOUS:
                    return Refusal.WRONG_PHASE
                last = board.book.last_price
                self._interrupt(board, Interruption.STATIC, last, last, events)
        return None

    def _halt(self, issue: Issue) -> None:
        for board in issue.boards.values():
            board.is_halted = True
            board.call = board.interruption = None
            board.token += 1
            board.refresh()

    def _resume(self, issue: Issue, events: list[Event]) -> None:
        """Let a halted issue find a price to go on with."""
        for board in issue.boards.values():
            board.is_halted = False
            until = self._resumption_end(board)
            if until is None:
                board.refresh()
                continue
            board.call = Call.RESUMPTION
            board.token += 1
            board.refresh()
            if board is issue.main:
                events.append(ResumptionBegun(self.now, issue.code, until))
            if board.phase is not Phase.CONTINUOUS or until < sessions.regular_session(self.day)[2].start:
                self._end_later(board, until, "resumption")
        if issue.main.call is None:
            events.append(Resumed(self.now, issue.code))

    def _resumption_end(self, board: Board) -> datetime | None:
        """The nominal end of the call after a halt; None when the board needs none of its own."""
        if board.state is not State.CONTINUOUS and board.phase is not Phase.OPEN_CALL:
            return None
        if board.price is not None:
            return None
        end = sessions.resumption_end(self.now, board.kind.venue.value)
        if board.phase is Phase.OPEN_CALL:
            opens = sessions.regular_session(self.day)[1].start
            # The opening call may be running late, by an interruption or its random end.
            return end if end > opens and self.now < opens else None
        return end

    def _interrupt(
        self, board: Board, kind: Interruption, price: int, last: int, events: list[Event]
    ) -> None:
        """Begin a volatility interruption, or make the call that is ending longer by one."""
        book, guard = board.book, board.guard
        reference = guard.reference(kind, last) if guard is not None else last
        until = self.now + sessions.INTERRUPTION_CALL
        merges = False
        if board.phase is Phase.CONTINUOUS:
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
            self._end_later(board, until, f"interruption {board.interruptions}")

    def _end_later(self, board: Board, until: datetime, call: str) -> None:
        late = draw(self._random_end, f"{board.issue.code} {board.kind} {call}")
        self._schedule(until + late, _bound(self._end_call, (board, board.token)))

    def _end_call(self, ending: tuple[Board, int], events: list[Event]) -> None:
        """End a call of a board's own, unless it is over already."""
        board, token = ending
        if board.token != token:
            return
        # What such a call finds sets off no interruption again.
        self._uncross(board, events, shares_at_limit=board.call is Call.RESUMPTION)
        self._go_into(board, self._phases[board.kind], events)

    def _watch_index(self, command: ReportIndex) -> None:
        breaker = self._breakers.setdefault(command.market, Breaker())
        due = breaker.report(command.level, command.previous_close, self.now)
        if due is not None:
            self._schedule(due, _bound(self._judge_index, command.market))

    def _judge_index(self, market: Market, events: list[Event]) -> None:
        stage = self._breakers[market].judge(self.now)
        if stage is None:
            return
        until = None if circuit_breaker.closes_market(stage) else self.now + circuit_breaker.HALT
        events.append(MarketHalted(self.now, market, stage, until))
        for issue in self._of_market(market):
            if until is None:
                for board in issue.boards.values():
                    self._go_into(board, Phase.CLOSED, events)
                issue.is_over = True
            else:
                self._halt(issue)
        if until is None:
            self._closed_markets.add(market)
        else:
            self._halted_markets.add(market)
            self._schedule(until, _bound(self._resume_market, market))

    def _resume_market(self, market: Market, events: list[Event]) -> None:
        if market in self._closed_markets:
            return
        self._halted_markets.discard(market)
        for issue in self._of_market(market):
            if not issue.is_halted:
                self._resume(issue, events)

    def _alive(self) -> list[Issue]:
        """The issues that exist so far, in the order of the listings: who asked first must not matter."""
        return [self._issues[code] for code in self._listings if code in self._issues]

    def _of_market(self, market: Market) -> list[Issue]:
        """All issues of a market, those that nobody has asked for yet too."""
        return [
            self._issues[code]
            for code, listing in self._listings.items()
            if listing.instrument.market is market
        ]

    # Phases

    def _take_step(self, step: Step, events: list[Event]) -> None:
        if step.slot is not None:
            self._end_slot(step.slot, events)
            return
        if step.venue is _KRX and step.shown is not None:
            self.phase = step.shown
        for kind, phase in step.moves:
            self._phases[kind] = phase
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
            if board.call is not None and phase is Phase.CONTINUOUS:
                return  # it opens when that call ends
            if board.call is None and ended in _AUCTIONED and self._is_interrupted(board, events):
                return
            if board.call is not None or ended in _AUCTIONED:
                self._uncross(board, events, shares_at_limit=ended is Phase.OPEN_CALL)
        self._go_into(board, phase, events)

    def _is_interrupted(self, board: Board, events: list[Event]) -> bool:
        """Whether the price that a call would find makes it go on for an interruption."""
        clearing = board.book.clearing() if board.guard is not None else None
        if clearing is None or board.guard is None:
            return False
        kind = board.guard.judge(clearing.price, board.book.last_price, board.phase)
        if kind is not None:
            self._interrupt(board, kind, clearing.price, board.book.last_price, events)
        return kind is not None

    def _go_into(self, board: Board, phase: Phase, events: list[Event]) -> None:
        had_call = board.call is not None
        board.call = board.interruption = None
        board.token += 1
        board.book.stopped_at = None
        board.phase = phase
        board.refresh()
        if phase in (Phase.CLOSE_CALL, Phase.BREAK):
            self._end_continuous(board, events)
        if phase is Phase.CLOSED:
            self._expire(board, events)
        board.watch()
        if had_call:
            events.append(Resumed(self.now, board.issue.code, board.kind))
        if board.is_watched:
            self._settle(board, events)

    def _end_continuous(self, board: Board, events: list[Event]) -> None:
        """Midpoint orders end with continuous trading; conditional ones become market orders for the call."""
        for orders in (board.midpoints.buys, board.midpoints.sells):
            for number, quantity in list(orders.items()):
                board.midpoints.reduce(number, quantity)
                side = _BUY if orders is board.midpoints.buys else Side.SELL
                self._expired(board, number, side, quantity, events)
        if board.phase is Phase.CLOSE_CALL and board.conditional:
            for number, side, quantity in board.turn_conditional():
                self._turned(board, number, side, quantity, None, OrderType.MARKET, events)

    def _end_slot(self, slot: Regime | BoardKind, events: list[Event]) -> None:
        """One of the calls ends that follow each other while the phase stays."""
        for issue in self._alive():
            board = issue.boards.get(slot) if isinstance(slot, BoardKind) else issue.main
            if board is None or (board is issue.main and issue.regime is not slot):
                continue
            if board.state is not State.CALL or board.call is not None:
                continue
            if not self._is_interrupted(board, events):
                self._uncross(board, events)
                if board.is_watched:
                    self._settle(board, events)

    def _uncross(self, board: Board, events: list[Event], *, shares_at_limit: bool = False) -> None:
        clearing = board.book.clearing()
        if clearing is None:
            return
        allocated_on = self.day if shares_at_limit else None
        for buy, sell, quantity in board.book.uncross(clearing, allocated_on):
            self._trade(board, clearing.price, quantity, buy, sell, None, events)
        if board.guard is not None:
            board.guard.static_reference = clearing.price

    def _expire(self, board: Board, events: list[Event]) -> None:
        book = board.book
        board.quiet_bests = book.best_price(_BUY), book.best_price(Side.SELL)
        for number, side, quantity in board.everything():
            board.reduce(number, quantity)
            self._expired(board, number, side, quantity, events)

    # Steps that several of these share

    def _is_open(self) -> bool:
        """Whether any market of the day is."""
        return any(phase is not Phase.CLOSED for phase in self._phases.values())

    def _settle(self, board: Board, events: list[Event]) -> None:
        """What a trade or a new best price sets off on a board: interruptions, stops, midpoints."""
        book = board.book
        settled_at = None
        while True:
            if book.stopped_at is not None and board.guard is not None:
                # The order that was stopped may have traded before: the price before it is what counts.
                last = board.guard.last
                kind = board.guard.judge(book.stopped_at, last, board.phase)
                assert kind is not None
                self._interrupt(board, kind, book.stopped_at, last, events)
            if book.last_price != settled_at:
                settled_at = book.last_price
                board.watch()
                if board.stops.orders:
                    self._wake(board, events)
                    continue
            if board.midpoints and not book.gathers:
                met = board.midpoints.close_in(book)
                if met is not None:
                    self._tell(board, met[0], Side.SELL, [met[1]], events)
                    continue
            break

    def _wake(self, board: Board, events: list[Event]) -> None:
        for stop in board.stops.wake(board.book.last_price):
            self._turned(board, stop.number, stop.side, stop.quantity, stop.price, _LIMIT, events)
            matches, _ = board.enter(stop.number, stop.side, stop.price, stop.quantity)
            self._tell(board, stop.number, stop.side, matches, events)
            board.watch()

    def _schedule(self, at: datetime, happen: Callable[[list[Event]], None]) -> None:
        """Let something happen at `at`; things of one instant in the order in which they were scheduled."""
        self._due_count += 1
        heappush(self._due, (at, self._due_count, happen))

    def _list(self, code: str) -> Issue:
        """Bring a listed issue into being, in the phase of its market. Raises `KeyError` for another code."""
        issue = Issue(self._listings[code], self.day, has_vi=self.has_vi)
        market = issue.instrument.market
        issue.is_over = market in self._closed_markets
        for board in issue.boards.values():
            self._join(issue, board)
        return issue

    def _join(self, issue: Issue, board: Board) -> None:
        """Put a new board into the phase of its market."""
        if issue.is_over:
            return
        board.phase = self._phases[board.kind]
        board.is_halted = issue.is_halted or issue.instrument.market in self._halted_markets
        board.refresh()

    def _seen(self, issue: Issue, kind: BoardKind) -> Board:
        """A board to look at: one without orders stands for one that nobody has used, and stays nobody's."""
        board = issue.boards.get(kind)
        if board is None:
            board = issue.make(kind)
            self._join(issue, board)
        return board

    def _shown(self, code: str, venue: Venue) -> Board:
        issue = self._issue(code)
        if venue is Venue.NXT:
            return self._seen(issue, BoardKind.NXT)
        for kind in (BoardKind.AFTER_MARKET, BoardKind.EVENING_CALLS):
            if self._phases[kind] is not Phase.CLOSED:
                return self._seen(issue, kind)
        return issue.main

    def _route(self, issue: Issue, command: Place) -> Board | Refusal:
        """The board on which an order goes, if it may be entered there now."""
        kind = router.board_kind(command.order_type, command.venue, self._phases)
        if command.venue is not _KRX and not issue.listing.is_on_nxt:
            if command.venue is Venue.NXT:
                return Refusal.NOT_TRADED_HERE
            kind = router.board_kind(command.order_type, _KRX, self._phases)
        if kind is None:
            return Refusal.WRONG_PHASE
        if kind is BoardKind.POST_CLOSE_PRICE and issue.main.phase is not Phase.CLOSED:
            return Refusal.WRONG_PHASE  # its close is not found yet
        board = self._seen(issue, kind)
        if command.venue is Venue.SOR and issue.listing.is_on_nxt:
            nxt = issue.boards[BoardKind.NXT]
            board = router.better(board, nxt, command.side, command.order_type, command.time_in_force)
        refusal = board.objection(command.order_type, command.time_in_force)
        if refusal is None:
            issue.boards.setdefault(board.kind, board)
        return refusal or board

    def _gate(self, account: str, quantity: int | None) -> Refusal | None:
        """What is checked of every command about an order, first."""
        if account != THE_MARKET and not self._ledger.knows(account):
            return Refusal.UNKNOWN_ACCOUNT
        return Refusal.BAD_QUANTITY if quantity is not None and quantity <= 0 else None

    def _tell(
        self, board: Board, number: int, side: Side, matches: Sequence[Match], events: list[Event]
    ) -> None:
        """Book and tell the matches of the order `number` that has just arrived."""
        for resting, price, shares in matches:
            if side is _BUY:
                self._trade(board, price, shares, number, resting, side, events)
            else:
                self._trade(board, price, shares, resting, number, side, events)

    def _trade(
        self,
        board: Board,
        price: int,
        quantity: int,
        buy_number: int,
        sell_number: int,
        taker: Side | None,
        events: list[Event],
    ) -> None:
        board.count(price, quantity)
        code = board.issue.code
        buy = self._orders.get(buy_number)
        sell = self._orders.get(sell_number)
        if buy is not None or sell is not None:
            self._ledger.trade(code, price, quantity, buy.tab if buy else None, sell.tab if sell else None)
            for order in (buy, sell):
                if order is not None:
                    order.filled += quantity
        events.append(
            Traded(
                self.now,
                code,
                price,
                quantity,
                buy_number,
                sell_number,
                buy.tab.account if buy else THE_MARKET,
                sell.tab.account if sell else THE_MARKET,
                taker,
                board.kind,
            )
        )

    def _cut(self, number: int, board: Board, side: Side, quantity: int, events: list[Event]) -> None:
        """Cancel what an IOC or FOK order could not trade at once."""
        order = self._orders.get(number)
        if order is not None:
            self._ledger.release(order.tab, quantity)
            order.canceled += quantity
        account = order.tab.account if order else THE_MARKET
        events.append(Canceled(self.now, number, number, account, board.issue.code, side, quantity))

    def _expired(self, board: Board, number: int, side: Side, quantity: int, events: list[Event]) -> None:
        order = self._orders.get(number)
        if order is not None:
            self._ledger.release(order.tab, quantity)
            order.expired += quantity
        account = order.tab.account if order else THE_MARKET
        events.append(Expired(self.now, number, account, board.issue.code, side, quantity))

    def _turned(
        self,
        board: Board,
        number: int,
        side: Side,
        quantity: int,
        price: int | None,
        order_type: OrderType,
        events: list[Event],
    ) -> None:
        order = self._orders.get(number)
        if order is not None:
            order.order_type, order.limit_price = order_type, price
        account = order.tab.account if order else THE_MARKET
        events.append(Turned(self.now, number, account, board.issue.code, side, quantity, price, order_type))

    def _tab(self, account: str, board: Board, side: Side, reserved_price: int, quantity: int) -> Tab:
        instrument = board.issue.instrument
        return Tab(account, instrument, side, reserved_price, quantity, self._commissions[instrument.kind])

    def _admit(
        self,
        number: int,
        kind: RecordKind,
        replaces: int | None,
        tab: Tab,
        request: OrderRequest,
        price: int | None,
        board: Board,
    ) -> None:
        """Open the order of an account: its record and its reservation."""
        order = LiveOrder(
            number=number,
            kind=kind,
            replaces=replaces,
            request=request,
            placed_at=self.now,
            tab=tab,
            limit_price=price,
            order_type=request.order_type,
            venue=board.kind.venue,
        )
        self._orders[number] = order
        self._records[tab.account].append(order)
        self._ledger.open(tab)

    def _board_of(self, account: str, number: int) -> Board | None:
        """The board of order `number` of `account`, alive or not; None when the account has no such order."""
        if not 0 < number <= len(self._numbers):
            return None
        order = self._orders.get(number)
        owner = order.tab.account if order else THE_MARKET
        return self._numbers[number - 1] if owner == account else None

    def _issue(self, code: str) -> Issue:
        try:
            return self._issues[code]
        except KeyError:
            raise BadInput(
                f"종목 {code!r}은(는) 이 거래소에 없습니다. 상장된 종목코드를 쓰세요.",
                f"Issue {code!r} is not listed here. Use the code of a listed issue.",
            ) from None

    def _require_account(self, number: str) -> None:
        if not self._ledger.knows(number):
            raise BadInput(
                f"계좌 {number!r}은(는) 이 거래소에 없습니다. 개설된 계좌번호를 쓰세요.",
                f"Account {number!r} does not exist here. Use the number of an account that was opened.",
            )


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


def _bound(happen: Callable[[_T, list[Event]], None], subject: _T) -> Callable[[list[Event]], None]:
    """`happen` with its subject."""
    return partial(happen, subject)


def _side_of(board: Board, number: int) -> Side:
    """The side of an order that may be gone; then it does not matter which."""
    found = board.find(number)
    return found.side if found is not None else _BUY
