"""The exchange of one trading day: a command in, events out.

It holds a book per issue, the accounts and the phases of the regular session: opening call, continuous
trading, closing call (krx.sessions). `process(command, at)` first lets everything happen that was due by
`at`, the call auctions above all, and then does what it is asked. Same commands at the same instants, same
events.

Limit and market orders for the day are taken; every other type is refused. Outside the three phases
everything is refused. Orders live until the end of the closing call. An account's buys must be covered by
its buying power and its sells by its shares (hoga.exchange.ledger); the market flow, `THE_MARKET`, is not
asked.

It reads no clock and draws no numbers: the instants and the seconds of the random end are handed in.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from hoga.domain.account import Account
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument
from hoga.domain.position import Position
from hoga.domain.quote import OrderBook, Quote
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce
from hoga.domain.zone import KST
from hoga.exchange.book import Match
from hoga.exchange.commands import THE_MARKET, Advance, Cancel, Command, Place, Replace
from hoga.exchange.events import (
    Canceled,
    Event,
    Expired,
    PhaseChanged,
    Placed,
    Refusal,
    Refused,
    Replaced,
    Traded,
)
from hoga.exchange.issue import Issue, form_objection
from hoga.exchange.ledger import Conservation, DayTotals, Ledger, max_buy_quantity
from hoga.exchange.opening import Holding, Listing, Opening, Settlement
from hoga.exchange.records import LiveOrder, OrderRecord, RecordKind
from hoga.exchange.tab import Tab
from hoga.krx import sessions
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

_CALLS = (Phase.OPEN_CALL, Phase.CLOSE_CALL)
_DAY = TimeInForce.DAY
_BUY = Side.BUY


class Exchange:
    """One trading day of KRX's regular session for the issues and accounts handed in.

    `random_end` is by how many seconds (0 to 30) the opening and the closing call end after their nominal
    time. Raises `BadInput` for a day without trading, and for listings or accounts that cannot be opened.
    """

    def __init__(
        self,
        day: date,
        listings: Iterable[Listing],
        accounts: Iterable[Opening],
        commission: Commission,
        *,
        random_end: tuple[int, int] = (0, 0),
    ) -> None:
        self.day = day
        self.commission = commission
        self.phase = Phase.CLOSED
        self.now = datetime.combine(day, time(), KST)
        self._due = _timetable(day, random_end)
        self._issues: dict[str, Issue] = {}
        for listing in listings:
            if listing.instrument.code in self._issues:
                raise BadInput(
                    f"종목 {listing.instrument.code}이(가) 두 번 상장되었습니다. 한 번만 적으세요.",
                    f"Issue {listing.instrument.code} is listed twice. List it once.",
                )
            self._issues[listing.instrument.code] = Issue(listing, day)
        openings = tuple(accounts)
        for opening in openings:
            for holding in opening.holdings:
                if holding.code not in self._issues:
                    raise BadInput(
                        f"계좌 {opening.account}의 보유종목 {holding.code}이(가) 상장 목록에 없습니다.",
                        f"Account {opening.account} holds {holding.code}, which is not listed. List it too.",
                    )
        self._ledger = Ledger(day, openings, commission)
        self._past = {opening.account: opening.past_orders for opening in openings}
        self._records: dict[str, list[LiveOrder | OrderRecord]] = {
            opening.account: [] for opening in openings
        }
        self._orders: dict[int, LiveOrder] = {}
        """Orders of accounts by number. The market's are only on the books."""
        self._numbers: list[Issue] = []
        """The issue of every number given so far; number n is at n - 1."""

    # What may be asked

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._issues)

    @property
    def accounts(self) -> tuple[str, ...]:
        return self._ledger.accounts

    @property
    def last_number(self) -> int:
        """The highest order number given so far, 0 before the first."""
        return len(self._numbers)

    def next_phase_at(self) -> datetime | None:
        """When the next phase begins; None after the close."""
        return self._due[0][0] if self._due else None

    def instrument(self, code: str) -> Instrument:
        return self._issue(code).instrument

    def limits(self, code: str) -> PriceLimits:
        return self._issue(code).ladder.limits

    def grid(self, code: str) -> TickGrid:
        return self._issue(code).ladder.grid

    def book(self, code: str) -> OrderBook:
        """Ten levels a side. Raises `BadInput` for an unknown code.

        Levels show limit orders. A market order has no price of its own and stands in the totals only. During
        calls the two sides overlap, as they have gathered, and the indicative price is computed from the
        first order on, although KRX shows it only later (krx.sessions.indicative_price_from).
        """
        return self._issue(code).order_book(self.now, self.phase in _CALLS)

    def quote(self, code: str) -> Quote:
        """The price of the moment and the day so far. Raises `BadInput` for an unknown code."""
        return self._issue(code).quote(self.now)

    def account(self, number: str) -> Account:
        """The account as its broker shows it. Raises `BadInput` for an unknown number."""
        self._require_account(number)
        cash = self._ledger.cash(number)
        totals = self._ledger.totals(number)
        positions = tuple(
            Position(
                code=code,
                name=self._issues[code].instrument.name,
                quantity=stake.quantity,
                sellable_quantity=stake.quantity - stake.reserved,
                cost=stake.cost,
                last_price=self._issues[code].book.last_price,
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
        upper = self._issue(code).ladder.limits.upper
        return max_buy_quantity(self.buying_power(number), price or upper, self.commission.rate)

    def orders(self, number: str, first: date, last: date) -> list[OrderRecord]:
        """Every request of the account from day `first` to day `last`, oldest first."""
        self._require_account(number)
        past = [record for record in self._past[number] if first <= record.placed_at.date() <= last]
        if not first <= self.day <= last:
            return past
        today = self._records[number]
        return past + [order.record() if isinstance(order, LiveOrder) else order for order in today]

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
            self._begin(*self._due.pop(0), events)
        self.now = at
        match command:
            case Place():
                refusal = self._place(command, events)
            case Replace():
                refusal = self._replace(command, events)
            case Cancel():
                refusal = self._cancel(command, events)
            case Advance():
                return events
        if refusal is not None:
            events.append(Refused(at, command.account, command, refusal))
        return events

    def _place(self, command: Place, events: list[Event]) -> Refusal | None:
        issue = self._issues.get(command.code)
        if issue is None:
            return Refusal.UNKNOWN_INSTRUMENT
        account = command.account
        refusal = self._gate(account, command.quantity)
        if refusal is not None:
            return refusal
        if command.time_in_force is not _DAY:
            return Refusal.ORDER_TYPE_NOT_ALLOWED
        refusal = issue.objection(command.order_type, command.price)
        if refusal is not None:
            return refusal

        number = len(self._numbers) + 1
        if account != THE_MARKET:
            tab = self._tab(account, issue, command.side, command.price, command.quantity)
            if command.side is _BUY:
                if self._ledger.needed(tab.price, tab.remaining) > self._ledger.buying_power(account):
                    return Refusal.INSUFFICIENT_CASH
            elif tab.remaining > self._ledger.sellable(account, issue.code):
                return Refusal.INSUFFICIENT_HOLDINGS
            self._admit(number, RecordKind.ORDER, None, tab, command.price, command.order_type)
        events.append(
            Placed(
                self.now,
                number,
                account,
                command.code,
                command.side,
                command.quantity,
                command.price,
                command.order_type,
            )
        )
        self._numbers.append(issue)
        matches = issue.book.place(number, command.side, command.price, command.quantity)
        if matches:
            self._tell(issue, number, command.side, matches, events)
        return None

    def _replace(self, command: Replace, events: list[Event]) -> Refusal | None:
        account = command.account
        refusal = self._gate(account, command.quantity)
        if refusal is not None:
            return refusal
        issue = self._find_issue(account, command.number)
        objection = issue.objection if issue else form_objection
        refusal = objection(command.order_type, command.price)
        if refusal is not None:
            return refusal
        if issue is None:
            return Refusal.UNKNOWN_ORDER
        found = issue.book.find(command.number)
        if found is None:
            return Refusal.NOTHING_LEFT
        remaining = issue.book.remaining(command.number)
        quantity = remaining if command.quantity is None else command.quantity
        if quantity > remaining:
            return Refusal.TOO_MUCH
        side, old_price = found
        if command.price == old_price:
            return Refusal.NO_CHANGE

        number = len(self._numbers) + 1
        if account != THE_MARKET:
            old = self._orders[command.number]
            tab = self._tab(account, issue, side, command.price, quantity)
            if side is _BUY:
                available = self._ledger.buying_power(account) + self._ledger.freed(old.tab, quantity)
                if self._ledger.needed(tab.price, quantity) > available:
                    return Refusal.INSUFFICIENT_CASH
            self._ledger.release(old.tab, quantity)
            old.replaced += quantity
            self._admit(number, RecordKind.REPLACE, command.number, tab, command.price, command.order_type)
        issue.book.reduce(command.number, quantity)
        events.append(
            Replaced(
                self.now,
                number,
                command.number,
                account,
                issue.code,
                side,
                quantity,
                command.price,
                command.order_type,
            )
        )
        self._numbers.append(issue)
        matches = issue.book.place(number, side, command.price, quantity)
        if matches:
            self._tell(issue, number, side, matches, events)
        return None

    def _cancel(self, command: Cancel, events: list[Event]) -> Refusal | None:
        account = command.account
        refusal = self._gate(account, command.quantity)
        if refusal is not None:
            return refusal
        issue = self._find_issue(account, command.number)
        if issue is None:
            return Refusal.UNKNOWN_ORDER
        found = issue.book.find(command.number)
        if found is None:
            return Refusal.NOTHING_LEFT
        remaining = issue.book.remaining(command.number)
        quantity = remaining if command.quantity is None else command.quantity
        if quantity > remaining:
            return Refusal.TOO_MUCH

        self._numbers.append(issue)
        number = len(self._numbers)
        side, _ = found
        if account != THE_MARKET:
            order = self._orders[command.number]
            self._ledger.release(order.tab, quantity)
            order.canceled += quantity
            self._records[account].append(order.cancel_record(number, quantity, self.now))
        issue.book.reduce(command.number, quantity)
        events.append(Canceled(self.now, command.number, number, account, issue.code, side, quantity))
        return None

    # Phases

    def _begin(self, at: datetime, phase: Phase, events: list[Event]) -> None:
        self.now = at
        ended, self.phase = self.phase, phase
        if ended in _CALLS:
            for issue in self._issues.values():
                self._uncross(issue, ended, events)
        if phase is Phase.CLOSED:
            for issue in self._issues.values():
                self._expire(issue, events)
        for issue in self._issues.values():
            issue.book.gathers = phase is not Phase.CONTINUOUS
        events.append(PhaseChanged(at, phase))

    def _uncross(self, issue: Issue, call: Phase, events: list[Event]) -> None:
        clearing = issue.book.clearing()
        if clearing is None:
            return
        allocated_on = self.day if call is Phase.OPEN_CALL else None
        for buy, sell, quantity in issue.book.uncross(clearing, allocated_on):
            self._trade(issue, clearing.price, quantity, buy, sell, None, events)

    def _expire(self, issue: Issue, events: list[Event]) -> None:
        book = issue.book
        for own in (book.bids, book.asks):
            for number, quantity in sorted(own.queue()):
                book.remove(number)
                order = self._orders.get(number)
                if order is not None:
                    self._ledger.release(order.tab, quantity)
                    order.expired += quantity
                account = order.tab.account if order else THE_MARKET
                events.append(Expired(self.now, number, account, issue.code, own.side, quantity))

    # Steps that several commands share

    def _gate(self, account: str, quantity: int | None) -> Refusal | None:
        """What is checked of every command, once its instrument is known."""
        if account != THE_MARKET and not self._ledger.knows(account):
            return Refusal.UNKNOWN_ACCOUNT
        if quantity is not None and quantity <= 0:
            return Refusal.BAD_QUANTITY
        return Refusal.WRONG_PHASE if self.phase is Phase.CLOSED else None

    def _tell(
        self, issue: Issue, number: int, side: Side, matches: Sequence[Match], events: list[Event]
    ) -> None:
        """Book and tell the matches of the order `number` that has just arrived."""
        for resting, price, shares in matches:
            if side is _BUY:
                self._trade(issue, price, shares, number, resting, side, events)
            else:
                self._trade(issue, price, shares, resting, number, side, events)

    def _trade(
        self,
        issue: Issue,
        price: int,
        quantity: int,
        buy_number: int,
        sell_number: int,
        taker: Side | None,
        events: list[Event],
    ) -> None:
        issue.count(price, quantity)
        buy = self._orders.get(buy_number)
        sell = self._orders.get(sell_number)
        if buy is not None or sell is not None:
            self._ledger.trade(
                issue.code, price, quantity, buy.tab if buy else None, sell.tab if sell else None
            )
            for order in (buy, sell):
                if order is not None:
                    order.filled += quantity
        events.append(
            Traded(
                self.now,
                issue.code,
                price,
                quantity,
                buy_number,
                sell_number,
                buy.tab.account if buy else THE_MARKET,
                sell.tab.account if sell else THE_MARKET,
                taker,
            )
        )

    def _tab(self, account: str, issue: Issue, side: Side, price: int | None, quantity: int) -> Tab:
        reserved_at = issue.ladder.limits.upper if price is None else price
        return Tab(account, issue.instrument, side, reserved_at, quantity)

    def _admit(
        self,
        number: int,
        kind: RecordKind,
        replaces: int | None,
        tab: Tab,
        price: int | None,
        order_type: OrderType,
    ) -> None:
        """Open the order of an account: its record and its reservation."""
        request = OrderRequest(
            code=tab.instrument.code,
            side=tab.side,
            quantity=tab.remaining,
            price=price,
            order_type=order_type,
        )
        order = LiveOrder(
            number=number, kind=kind, replaces=replaces, request=request, placed_at=self.now, tab=tab
        )
        self._orders[number] = order
        self._records[tab.account].append(order)
        self._ledger.open(tab)

    def _find_issue(self, account: str, number: int) -> Issue | None:
        """The issue of order `number` of `account`, alive or not; None when the account has no such order."""
        if not 0 < number <= len(self._numbers):
            return None
        order = self._orders.get(number)
        owner = order.tab.account if order else THE_MARKET
        return self._numbers[number - 1] if owner == account else None

    def _issue(self, code: str) -> Issue:
        issue = self._issues.get(code)
        if issue is None:
            raise BadInput(
                f"종목 {code!r}은(는) 이 거래소에 없습니다. 상장된 종목코드를 쓰세요.",
                f"Issue {code!r} is not listed here. Use the code of a listed issue.",
            )
        return issue

    def _require_account(self, number: str) -> None:
        if not self._ledger.knows(number):
            raise BadInput(
                f"계좌 {number!r}은(는) 이 거래소에 없습니다. 개설된 계좌번호를 쓰세요.",
                f"Account {number!r} does not exist here. Use the number of an account that was opened.",
            )


def _timetable(day: date, random_end: tuple[int, int]) -> list[tuple[datetime, Phase]]:
    """When which phase begins. Continuous trading waits for the opening price."""
    for seconds in random_end:
        if not 0 <= seconds <= sessions.RANDOM_END_SECONDS:
            raise BadInput(
                f"랜덤엔드 {seconds}초는 쓸 수 없습니다. "
                f"0초에서 {sessions.RANDOM_END_SECONDS}초 사이로 하세요.",
                f"A random end of {seconds} s cannot be used. "
                f"It lies between 0 and {sessions.RANDOM_END_SECONDS} s.",
            )
    open_call, continuous, close_call = sessions.regular_session(day)
    return [
        (open_call.start, Phase.OPEN_CALL),
        (continuous.start + timedelta(seconds=random_end[0]), Phase.CONTINUOUS),
        (close_call.start, Phase.CLOSE_CALL),
        (close_call.end + timedelta(seconds=random_end[1]), Phase.CLOSED),
    ]
