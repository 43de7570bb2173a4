"""The exchange of one trading day: a command in, events out.

`process(command, at)` first lets everything happen that was due by `at`, the call auctions above all, and
then does what it is asked. Same commands at the same instants, same events.

Orders come in by hoga.exchange.entry, the boards and the phases of the day are hoga.exchange.floor's, order
numbers and accounts hoga.exchange.register's and .ledger's, halts hoga.exchange.surveillance's. What may be
entered when is krx.order_types'.

It reads no clock and draws no numbers: the instants and the random ends are handed in.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from hoga.domain.account import Account
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind
from hoga.domain.position import Position
from hoga.domain.quote import Midpoint, OrderBook, Quote
from hoga.domain.request import OrderType, Venue
from hoga.exchange import issue as issues
from hoga.exchange.board import State
from hoga.exchange.commands import (
    THE_MARKET,
    Advance,
    Cancel,
    Command,
    Deposit,
    HaltIssue,
    Instruction,
    InterruptIssue,
    ListIssue,
    Place,
    Replace,
    ReportIndex,
    ResumeIssue,
    Withdraw,
)
from hoga.exchange.entry import Entry
from hoga.exchange.events import BoardKind, CashMoved, Event, Refusal, Refused
from hoga.exchange.floor import Floor
from hoga.exchange.ledger import Conservation, DayTotals, max_buy_quantity
from hoga.exchange.opening import DueShares, Holding, Listing, Opening, Settlement
from hoga.exchange.random_end import RandomEnd, no_random_end
from hoga.exchange.records import OrderRecord, RecordKind
from hoga.exchange.register import Register
from hoga.exchange.results import Result
from hoga.exchange.surveillance import Surveillance
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.sessions import Phase
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

_KRX = Venue.KRX
_OF_NO_ACCOUNT = (HaltIssue, ResumeIssue, InterruptIssue, ListIssue, ReportIndex)


class Exchange:
    """One trading day for the issues and accounts handed in.

    `commission` is one for all, or by the kind of the issue. `random_end` says by how many seconds each call
    ends after its nominal time (hoga.exchange.random_end), on days that have a random end. Without
    `is_whole_day` KRX's day is its regular session; with it the markets at the closing price, the evening's
    calls or the after-market are there too. Issues whose listing says so trade at NXT as well. `has_vi` turns
    volatility interruptions on: leave it off to replay recorded prices, which went through the real ones
    already, and where the path of prices matters more than its interruptions. Raises `BadInput` for a day
    without trading, and for listings or accounts that cannot be opened.
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
        openings = tuple(accounts)
        self._register = Register(
            day,
            openings,
            dict.fromkeys(Kind, commission) if isinstance(commission, Commission) else dict(commission),
        )
        self._ledger = self._register.ledger
        self._floor = Floor(
            day, listings, self._register, random_end, is_whole_day=is_whole_day, has_vi=has_vi
        )
        self._issues = self._floor.issues
        self._surveillance = Surveillance(self._floor)
        self._entry = Entry(self._floor, self._register)
        self._opening_values: dict[str, int] = {}
        self._due_shares = {opening.account: opening.due_shares for opening in openings}
        for opening in openings:
            for holding in opening.holdings:
                if holding.code not in self._floor.listings:
                    raise BadInput(
                        f"계좌 {opening.account}의 보유종목 {holding.code}이(가) 상장 목록에 없습니다.",
                        f"Account {opening.account} holds {holding.code}, which is not listed. List it too.",
                    )
            self._opening_values[opening.account] = (
                opening.deposit
                + sum(settlement.amount for settlement in opening.settlements)
                + sum(each.quantity * self._floor.listings[each.code].closed_at for each in opening.holdings)
            )

    # What may be asked

    @property
    def now(self) -> datetime:
        """The instant of what happened last."""
        return self._floor.now

    @property
    def phase(self) -> Phase:
        """What KRX does: of two phases at once, the one that began last."""
        return self._floor.phase

    @property
    def has_vi(self) -> bool:
        return self._floor.has_vi

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._floor.listings)

    def lists(self, code: str) -> bool:
        """Whether an issue is listed here."""
        return code in self._floor.listings

    @property
    def accounts(self) -> tuple[str, ...]:
        return self._ledger.accounts

    @property
    def commission(self) -> Commission:
        """The commission on stocks."""
        return self._register.commissions[Kind.STOCK]

    @property
    def last_number(self) -> int:
        """The highest order number given so far, 0 before the first."""
        return len(self._register.boards)

    def next_phase_at(self) -> datetime | None:
        """When something happens next by itself, a phase, a call's end; None when the day is over."""
        return self._floor.next_at

    def instrument(self, code: str) -> Instrument:
        return self.listing(code).instrument

    def listing(self, code: str) -> Listing:
        """Raises `BadInput` for an unknown code."""
        return self._floor.issue(code).listing

    def is_halted(self, code: str) -> bool:
        """Whether trading in the issue is halted (거래정지), whatever its market does."""
        return self._floor.issue(code).is_halted

    def limits(self, code: str) -> PriceLimits:
        return self._floor.issue(code).ladder.limits

    def grid(self, code: str) -> TickGrid:
        return self._floor.issue(code).ladder.grid

    def venue_phase(self, venue: Venue) -> Phase:
        """What KRX or NXT does now."""
        return self._floor.phases[BoardKind.NXT] if venue is Venue.NXT else self.phase

    def state(self, code: str, venue: Venue = _KRX) -> State:
        """What orders of an issue do at a venue now. Raises `BadInput` for an unknown code."""
        return self._floor.shown(code, venue).state

    def takes(self, code: str, kind: BoardKind, order_type: OrderType) -> bool:
        """Whether one market of the day takes orders of a type now. Raises `BadInput` for an unknown code."""
        return self._floor.takes(self._floor.issue(code), kind, order_type)

    def last_price(self, code: str) -> int:
        """The price of KRX's regular session, after it its close. Raises `BadInput` for an unknown code."""
        return self._floor.issue(code).main.book.last_price

    def board_quote(self, code: str, kind: BoardKind) -> Quote:
        """The prices and statistics of one market of the day alone. Raises `BadInput` for an unknown code."""
        return issues.quote(self._floor.seen(self._floor.issue(code), kind), self.now)

    def board_book(self, code: str, kind: BoardKind) -> OrderBook:
        """The book of one market of the day alone, like `book`. Raises `BadInput` for an unknown code."""
        return issues.order_book(self._floor.seen(self._floor.issue(code), kind), self.now)

    def traded(self, code: str, kinds: Iterable[BoardKind]) -> tuple[int, int]:
        """Shares and won that some markets of the day have traded. Raises `BadInput` for an unknown code."""
        found = self._floor.issue(code).boards
        boards = [board for kind in kinds if (board := found.get(kind)) is not None]
        return sum(board.volume for board in boards), sum(board.value for board in boards)

    def waiting(self, code: str, kinds: Iterable[BoardKind]) -> tuple[int, int]:
        """Shares that wait to be sold, and to be bought, in some markets of the day.

        Raises `BadInput` for an unknown code.
        """
        found = self._floor.issue(code).boards
        books = [board.book for kind in kinds if (board := found.get(kind)) is not None]
        return sum(book.asks.quantity for book in books), sum(book.bids.quantity for book in books)

    def bests(self, code: str, kind: BoardKind) -> tuple[int | None, int | None]:
        """Best bid and ask of one market of the day now. Raises `BadInput` for an unknown code."""
        return self._floor.seen(self._floor.issue(code), kind).bests

    def closing_bests(self, code: str) -> tuple[int | None, int | None]:
        """Best bid and ask with which the regular session ended (기세); None for a side without orders."""
        return self._floor.issue(code).main.quiet_bests

    def book(self, code: str, venue: Venue = _KRX) -> OrderBook:
        """Ten levels a side: of the regular session, in the evening of the evening's market, or of NXT.

        Levels show limit orders. A market order has no price of its own and stands in the totals only; stop
        and midpoint orders are not shown. During calls there are three levels a side, of what the call would
        leave, and no totals (see issue.py); the indicative price is computed from the first order on,
        although KRX shows it only later (krx.sessions.indicative_price_from). Raises `BadInput` for an
        unknown code.
        """
        return issues.order_book(self._floor.shown(code, venue), self.now)

    def midpoint(self, code: str, venue: Venue = _KRX) -> Midpoint | None:
        """The midpoint of a book that trades, with the orders that wait there; None without one.

        Raises `BadInput` for an unknown code.
        """
        return issues.midpoint(self._floor.shown(code, venue))

    def quote(self, code: str, venue: Venue = _KRX) -> Quote:
        """The price of the moment and the day so far: KRX's regular session, or NXT's day.

        Raises `BadInput` for an unknown code.
        """
        issue = self._floor.issue(code)
        return issues.quote(
            self._floor.seen(issue, BoardKind.NXT) if venue is Venue.NXT else issue.main, self.now
        )

    def account(self, number: str) -> Account:
        """The account as its broker shows it. Raises `BadInput` for an unknown number."""
        self._require_account(number)
        cash = self._ledger.cash(number)
        totals = self._ledger.totals(number)
        positions = tuple(
            Position(
                code=code,
                name=self._floor.listings[code].instrument.name,
                quantity=stake.quantity,
                sellable_quantity=self._ledger.sellable(number, code),
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
        issue = self._floor.issue(code)
        rate = self._register.commissions[issue.instrument.kind].rate
        return max_buy_quantity(self.buying_power(number), price or issue.ladder.limits.upper, rate)

    def withdrawable(self, number: str) -> int:
        """Won that may leave the account now (출금가능금액)."""
        self._require_account(number)
        return self._ledger.withdrawable(number)

    def results(self, number: str) -> tuple[Result, ...]:
        """What the account traded today, issue by issue, with the profit of its sales (실현손익)."""
        self._require_account(number)
        return self._ledger.results(number)

    def past_results(self, number: str) -> tuple[Result, ...]:
        """What the account has made of each issue on each earlier day, oldest first."""
        self._require_account(number)
        return self._ledger.past_results(number)

    def opening_value(self, number: str) -> int:
        """Won that the account was worth at the close before (전일총자산), with all cash that was due."""
        self._require_account(number)
        return self._opening_values[number]

    def due_shares(self, number: str) -> tuple[DueShares, ...]:
        """New shares that the account gets on later days."""
        self._require_account(number)
        return self._due_shares[number]

    def settlements(self, number: str) -> tuple[Settlement, ...]:
        """What will settle on later days, today's trades included."""
        self._require_account(number)
        return self._ledger.settlements_after(number)

    def orders(self, number: str, first: date, last: date) -> list[OrderRecord]:
        """Every request of the account from day `first` to day `last`, oldest first."""
        self._require_account(number)
        return self._register.history(number, first, last)

    def find_order(self, number: int) -> OrderRecord | None:
        """Today's order `number` as it stands; None when no account has it. A cancel's number is no order."""
        order = self._register.orders.get(number)
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
        floor = self._floor
        if at < floor.now:
            raise ValueError(f"the exchange is at {floor.now} and cannot go back to {at}")
        events: list[Event] = []
        floor.advance(at, events)
        # By type, as asking a struct whether it is an instance of another takes longer than a match.
        if type(command) is Place:
            refusal = self._entry.place(command, events)
        elif type(command) is Cancel:
            refusal = self._entry.cancel(command, events)
        elif type(command) is Replace:
            refusal = self._entry.replace(command, events)
        elif type(command) is Advance:
            return events
        else:
            refusal = self._instruct(command, events)
        if refusal is not None:
            account = THE_MARKET if isinstance(command, _OF_NO_ACCOUNT) else command.account
            events.append(Refused(at, account, command, refusal))
        return events

    def _instruct(self, command: Instruction, events: list[Event]) -> Refusal | None:
        match command:
            case Deposit() | Withdraw():
                return self._move_cash(command, events)
            case HaltIssue() | ResumeIssue() | InterruptIssue():
                return self._surveillance.survey(command, events)
            case ListIssue():
                return self._floor.admit(command, events)
            case ReportIndex():
                self._surveillance.watch_index(command)
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

    def _require_account(self, number: str) -> None:
        if not self._ledger.knows(number):
            raise BadInput(
                f"계좌 {number!r}은(는) 이 거래소에 없습니다. 개설된 계좌번호를 쓰세요.",
                f"Account {number!r} does not exist here. Use the number of an account that was opened.",
            )
