"""Whatever is done on whatever day: nothing is lost, nothing is invented, nobody is treated unfairly.

A machine (Hypothesis) does arbitrary things with three accounts and the market, in three issues, two venues
and every type of order, from before the opening call until the evening, with interruptions, halts and a
falling index, and checks after every step what must always hold. In the end the same commands are given to a
new exchange, which must tell the same events.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange.board import State
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
    PhaseChanged,
    Placed,
    Refused,
    Rejected,
    Replaced,
    Traded,
    Turned,
)
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening, Settlement
from hoga.krx.fees import Commission
from hoga.krx.limits import PriceLimits
from hoga.krx.single_price import Regime

DAYS = (date(2026, 5, 6), date(2026, 9, 15))
"""One day with the evening's calls, one with the after-market."""
SLOW = Instrument(code="000300", name="느린종목", market=Market.KOSPI)
RELISTED = Instrument(code="000400", name="재상장종목", market=Market.KOSDAQ)
LEAVING = Instrument(code="000500", name="정리종목", market=Market.KOSDAQ)
LISTINGS = (
    Listing(Instrument(code="005930", name="주식", market=Market.KOSPI), 1_990, is_on_nxt=True),
    Listing(Instrument(code="069500", name="펀드", market=Market.KOSPI, kind=Kind.ETF), 10),
    Listing(SLOW, 5_000, regime=Regime.LOW_LIQUIDITY),
    Listing(RELISTED, 300, opens_within=PriceLimits(150, 600)),
    Listing(LEAVING, 40, regime=Regime.DELISTING),
)
CODES = [listing.instrument.code for listing in LISTINGS]
COMMISSIONS = {kind: Commission(Decimal("0.0035")) for kind in Kind} | {
    Kind.ETF: Commission(Decimal("0.0101"), 10)
}
ACCOUNTS = ["kim", "lee", "pak"]
CONTINUOUS_TYPES = (
    OrderType.IMMEDIATELY_EXECUTABLE_LIMIT,
    OrderType.BEST_LIMIT,
    OrderType.MID_PRICE,
)

who = st.sampled_from([*ACCOUNTS, THE_MARKET, THE_MARKET])
codes = st.sampled_from([CODES[0], CODES[0], *CODES])
sides = st.sampled_from(list(Side))
near = st.one_of(st.none(), st.integers(-1, 1))
anywhere = st.one_of(st.none(), st.integers(-4, 4), st.sampled_from([-5_000, 5_000]))
"""Ticks from the base price, cut off at the limits; None is a market order."""
quantities = st.integers(1, 30)
some_quantity = st.one_of(st.none(), quantities)
venues = st.sampled_from([Venue.KRX, Venue.KRX, Venue.NXT, Venue.SOR])
terms = st.sampled_from(list(TimeInForce))
types = st.sampled_from(list(OrderType))
rarely = st.sampled_from([False, False, False, True])


def openings(day: date) -> tuple[Opening, ...]:
    tomorrow, later = day + timedelta(days=1), day + timedelta(days=2)
    return (
        Opening(account="kim", deposit=300_000, holdings=(Holding("005930", 400, 700_001),)),
        Opening(account="lee", deposit=50_000, settlements=(Settlement(tomorrow, 9_999),)),
        Opening(
            account="pak",
            deposit=0,
            holdings=(Holding("005930", 25, 1), Holding("069500", 300, 2_999), Holding("000300", 9, 45_000)),
            settlements=(Settlement(later, 70_000), Settlement(tomorrow, -500)),
        ),
    )


def open_exchange(day: date) -> Exchange:
    return Exchange(
        day,
        LISTINGS,
        openings(day),
        COMMISSIONS,
        random_end=lambda call: len(call) % 13,
        is_whole_day=True,
        has_vi=True,
    )


class AnyDay(RuleBasedStateMachine):
    day = DAYS[0]
    starts = time(8, 30)

    def __init__(self) -> None:
        super().__init__()
        self.exchange = open_exchange(self.day)
        self.now = datetime.combine(self.day, self.starts, KST)
        self.given: list[tuple[Command, datetime]] = []
        self.told: list[Event] = []
        self.quantity: dict[int, int] = {}
        """Number → shares that have not traded, been cancelled, replaced or expired, by the events alone."""
        self.owner: dict[int, str] = {}
        self.code: dict[int, str] = {}
        self.board: dict[int, BoardKind] = {}
        self.limit: dict[int, tuple[Side, int | None, OrderType]] = {}
        self.rank: dict[int, int] = {}
        """Number → when it took its place in time."""
        self.outside = 0
        self.placed_in_phase = 0

    def do(self, command: Command) -> None:
        self.given.append((command, self.now))
        buying_power = {account: self.exchange.buying_power(account) for account in ACCOUNTS}
        events = self.exchange.process(command, self.now)
        for event in events:
            self.told.append(event)
            self.follow(event)
        if len(events) == 1 and isinstance(events[0], Refused | Rejected):
            # Neither a refusal nor a rejection changes anything.
            assert buying_power == {account: self.exchange.buying_power(account) for account in ACCOUNTS}

    def follow(self, event: Event) -> None:
        match event:
            case Placed() | Replaced():
                if isinstance(event, Replaced):
                    self.quantity[event.old_number] -= event.quantity
                    assert self.board[event.old_number] is event.board
                else:
                    self.placed_in_phase += 1
                self.quantity[event.number] = event.quantity
                self.owner[event.number] = event.account
                self.code[event.number] = event.code
                self.board[event.number] = event.board
                self.limit[event.number] = (event.side, event.price, event.order_type)
                self.rank[event.number] = len(self.told)
            case Turned():
                assert self.quantity[event.number] == event.quantity
                self.limit[event.number] = (event.side, event.price, event.order_type)
                self.rank[event.number] = len(self.told)
            case PhaseChanged():
                self.placed_in_phase = 0
            case Canceled():
                self.quantity[event.number] -= event.quantity
            case Expired():
                self.quantity[event.number] -= event.quantity
                assert self.quantity[event.number] == 0
            case CashMoved():
                self.outside += event.amount
            case Traded():
                self.judge(event)
                for number, account in (
                    (event.buy_number, event.buy_account),
                    (event.sell_number, event.sell_account),
                ):
                    self.quantity[number] -= event.quantity
                    assert self.owner[number] == account
                    assert self.board[number] is event.board
                    assert self.code[number] == event.code
            case _:
                pass
        assert all(quantity >= 0 for quantity in self.quantity.values())

    def judge(self, trade: Traded) -> None:
        """A trade is at a price that both sides allow, exists, and passes over nobody better or earlier."""
        assert trade.quantity > 0
        assert self.exchange.limits(trade.code).allows(trade.price)
        both = [self.limit[trade.buy_number], self.limit[trade.sell_number]]
        for side, price, order_type in both:
            assert order_type is not OrderType.STOP_LIMIT
            if price is not None:
                assert trade.price <= price if side is Side.BUY else trade.price >= price
        has_midpoint = any(order_type is OrderType.MID_PRICE for _, _, order_type in both)
        assert self.exchange.grid(trade.code).is_on(trade.price) or has_midpoint
        if trade.taker is None:
            return
        number = trade.sell_number if trade.taker is Side.BUY else trade.buy_number
        side, price, order_type = self.limit[number]
        limits = self.exchange.limits(trade.code)
        for other, left in self.quantity.items():
            other_side, other_price, other_type = self.limit[other]
            if (
                not left
                or other_side is not side
                or other_type in (OrderType.STOP_LIMIT, OrderType.MID_PRICE)
                or other_price is None
                or (self.code[other], self.board[other]) != (trade.code, trade.board)
            ):
                continue
            is_better = other_price < trade.price if side is Side.SELL else other_price > trade.price
            assert order_type is OrderType.MARKET or not is_better
            if price is not None and other_price == price and price not in (limits.lower, limits.upper):
                assert order_type is OrderType.MID_PRICE or self.rank[other] >= self.rank[number]

    def price(self, code: str, offset: int | None) -> int | None:
        if offset is None:
            return None
        limits, grid = self.exchange.limits(code), self.exchange.grid(code)
        price = self.exchange.quote(code).base_price
        for _ in range(min(abs(offset), 5)):
            price = grid.up(price) if offset > 0 else grid.down(price)
        if abs(offset) > 100:
            price = limits.upper if offset > 0 else limits.lower
        return min(max(price, limits.lower), limits.upper)

    @rule(account=who, code=codes, side=sides, offset=near, quantity=quantities)
    def place_near(self, account: str, code: str, side: Side, offset: int | None, quantity: int) -> None:
        self.place(account, code, side, offset, quantity)

    @rule(account=who, code=codes, side=sides, offset=anywhere, quantity=quantities)
    def place_anywhere(self, account: str, code: str, side: Side, offset: int | None, quantity: int) -> None:
        self.place(account, code, side, offset, quantity)

    def place(self, account: str, code: str, side: Side, offset: int | None, quantity: int) -> None:
        price = self.price(code, offset)
        order_type = OrderType.MARKET if price is None else OrderType.LIMIT
        self.do(Place(account, code, side, quantity, price, order_type))

    @rule(
        account=who,
        code=codes,
        side=sides,
        order_type=types,
        offset=st.integers(-4, 4),
        stop=st.integers(-4, 4),
        quantity=quantities,
        term=terms,
        venue=venues,
        is_turned_down=rarely,
    )
    def place_any_type(
        self,
        account: str,
        code: str,
        side: Side,
        order_type: OrderType,
        offset: int,
        stop: int,
        quantity: int,
        term: TimeInForce,
        venue: Venue,
        is_turned_down: bool,
    ) -> None:
        price = self.price(code, offset) if order_type.has_price else None
        stop_price = self.price(code, stop) if order_type is OrderType.STOP_LIMIT else None
        if order_type not in (OrderType.LIMIT, OrderType.MARKET, *CONTINUOUS_TYPES):
            term = TimeInForce.DAY
        is_turned_down = is_turned_down and account != THE_MARKET
        self.do(
            Place(account, code, side, quantity, price, order_type, term, stop_price, venue, is_turned_down)
        )

    @precondition(lambda self: self.exchange.last_number)
    @rule(
        back=st.integers(0, 9),
        offset=anywhere,
        quantity=some_quantity,
        order_type=types,
        term=terms,
        is_turned_down=rarely,
    )
    def replace(
        self,
        back: int,
        offset: int | None,
        quantity: int | None,
        order_type: OrderType,
        term: TimeInForce,
        is_turned_down: bool,
    ) -> None:
        number = max(self.exchange.last_number - back, 1)
        price = self.price(self.code.get(number, CODES[0]), offset)
        if order_type.has_price is (price is None):
            order_type = OrderType.MARKET if price is None else OrderType.LIMIT
        stop_price = price if order_type is OrderType.STOP_LIMIT else None
        account = self.owner.get(number, THE_MARKET)
        is_turned_down = is_turned_down and account != THE_MARKET
        self.do(Replace(account, number, price, quantity, order_type, stop_price, term, is_turned_down))

    @precondition(lambda self: self.exchange.last_number)
    @rule(back=st.integers(0, 9), quantity=some_quantity, is_turned_down=rarely)
    def cancel(self, back: int, quantity: int | None, is_turned_down: bool) -> None:
        number = max(self.exchange.last_number - back, 1)
        account = self.owner.get(number, THE_MARKET)
        self.do(Cancel(account, number, quantity, is_turned_down and account != THE_MARKET))

    @rule(account=st.sampled_from(ACCOUNTS), amount=st.integers(-5_000, 5_000))
    def move_cash(self, account: str, amount: int) -> None:
        self.do(Deposit(account, amount) if amount > 0 else Withdraw(account, -amount))

    @rule(code=codes, kind=st.sampled_from([HaltIssue, ResumeIssue, InterruptIssue]))
    def survey(self, code: str, kind: type[HaltIssue] | type[ResumeIssue] | type[InterruptIssue]) -> None:
        self.do(kind(code))

    @rule(percent=st.sampled_from([79, 84, 91, 100]))
    def report_index(self, percent: int) -> None:
        self.do(ReportIndex(Market.KOSPI, Decimal(percent), Decimal(100)))

    @rule(seconds=st.sampled_from([0, 1, 5, 30, 61, 130]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.do(Advance())

    @precondition(lambda self: self.placed_in_phase >= 5)
    @rule()
    def wait_for_what_comes_next(self) -> None:
        self.now = self.exchange.next_phase_at() or self.now + timedelta(hours=1)
        self.do(Advance())

    @invariant()
    def no_won_and_no_share_is_lost(self) -> None:
        assert self.exchange.conservation().is_conserved

    @invariant()
    def nobody_owes_anything(self) -> None:
        for number in ACCOUNTS:
            account = self.exchange.account(number)
            assert 0 <= account.buying_power <= account.deposit_d2
            assert 0 <= self.exchange.withdrawable(number) <= max(account.deposit, 0)
            for position in account.positions:
                assert 0 <= position.sellable_quantity <= position.quantity
                assert position.cost >= 0

    @invariant()
    def the_book_is_not_crossed_while_orders_match(self) -> None:
        for code in CODES:
            for venue in (Venue.KRX, Venue.NXT):
                book = self.exchange.book(code, venue)
                if self.exchange.state(code, venue) is State.CONTINUOUS and book.asks and book.bids:
                    assert book.bids[0].price < book.asks[0].price
                for level in book.asks + book.bids:
                    assert level.quantity > 0
                    assert self.exchange.grid(code).is_on(level.price)
                assert list(book.asks) == sorted(book.asks, key=lambda level: level.price)
                assert list(book.bids) == sorted(book.bids, key=lambda level: -level.price)

    @invariant()
    def what_rests_is_what_the_events_have_left(self) -> None:
        boards = [board for issue in self.exchange._issues.values() for board in issue.boards.values()]
        resting = {number: shares for board in boards for number, _, shares in board.everything()}
        assert resting == {number: left for number, left in self.quantity.items() if left}

    @invariant()
    def records_add_up(self) -> None:
        costs = 0
        for account in ACCOUNTS:
            for record in self.exchange.orders(account, self.day, self.day):
                costs += record.costs
                assert record.request.quantity == (
                    record.filled_quantity
                    + record.canceled_quantity
                    + record.replaced_quantity
                    + record.expired_quantity
                    + record.rejected_quantity
                    + record.remaining_quantity
                )
                assert record.remaining_quantity == self.quantity.get(record.number, 0)
            results = self.exchange.results(account)
            totals = self.exchange.day_totals(account)
            assert totals.bought == sum(result.bought for result in results)
            assert totals.fees == sum(result.buy_fees + result.sell_fees for result in results)
        assert costs == sum(self.exchange.account(number).costs_today for number in ACCOUNTS)

    @invariant()
    def nothing_rests_after_the_close(self) -> None:
        if self.exchange.next_phase_at() is None:
            assert not any(self.quantity.values())
            for number in ACCOUNTS:
                account = self.exchange.account(number)
                assert account.buying_power == account.deposit_d2

    def teardown(self) -> None:
        again = open_exchange(self.day)
        events = [event for command, at in self.given for event in again.process(command, at)]
        assert events == self.told


class AnyAfternoon(AnyDay):
    """From shortly before the closing call, on a day with an after-market."""

    day = DAYS[1]
    starts = time(15, 16)


class AnyEvening(AnyDay):
    starts = time(15, 19)


class AnyMorning(AnyDay):
    """From shortly before NXT's pre-market ends, on a day on which orders may end with it."""

    day = DAYS[1]
    starts = time(8, 48)


TestAnyDay = AnyDay.TestCase
TestAnyMorning = AnyMorning.TestCase
TestAnyAfternoon = AnyAfternoon.TestCase
TestAnyEvening = AnyEvening.TestCase
for _test in (TestAnyDay, TestAnyMorning, TestAnyAfternoon, TestAnyEvening):
    _test.settings = settings(max_examples=40, stateful_step_count=60)
del _test
