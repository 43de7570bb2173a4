"""Whatever is done on whatever day: nothing is lost, nothing is invented, nobody is treated unfairly.

A machine (Hypothesis) does arbitrary things with three accounts and the market, in two issues, from before
the opening call until after the close, and checks after every step what must always hold. In the end the same
commands are given to a new exchange, which must tell the same events.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.request import OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import THE_MARKET, Advance, Cancel, Command, Place, Replace
from hoga.exchange.events import Canceled, Event, Expired, PhaseChanged, Placed, Refused, Replaced, Traded
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening, Settlement
from hoga.krx.fees import Commission
from hoga.krx.sessions import Phase

DAY = date(2026, 5, 6)
LISTINGS = (
    Listing(Instrument(code="005930", name="주식", market=Market.KOSPI), 1_990),
    Listing(Instrument(code="069500", name="펀드", market=Market.KOSPI, kind=Kind.ETF), 10),
)
CODES = [listing.instrument.code for listing in LISTINGS]
OPENINGS = (
    Opening(account="kim", deposit=300_000, holdings=(Holding("005930", 400, 700_001),)),
    Opening(account="lee", deposit=50_000, settlements=(Settlement(date(2026, 5, 7), 9_999),)),
    Opening(
        account="pak",
        deposit=0,
        holdings=(Holding("005930", 25, 1), Holding("069500", 300, 2_999)),
        settlements=(Settlement(date(2026, 5, 8), 70_000), Settlement(date(2026, 5, 7), -500)),
    ),
)
COMMISSION = Commission(Decimal("0.0035"))
ACCOUNTS = [opening.account for opening in OPENINGS]

who = st.sampled_from([*ACCOUNTS, THE_MARKET, THE_MARKET])
codes = st.sampled_from(CODES)
sides = st.sampled_from(list(Side))
near = st.one_of(st.none(), st.integers(-1, 1))
anywhere = st.one_of(st.none(), st.integers(-4, 4), st.sampled_from([-5_000, 5_000]))
"""Ticks from the base price, cut off at the limits; None is a market order."""
quantities = st.integers(1, 30)
some_quantity = st.one_of(st.none(), quantities)


def open_exchange() -> Exchange:
    ends = {"open": 7, "close": 11}
    return Exchange(DAY, LISTINGS, OPENINGS, COMMISSION, random_end=lambda call: ends.get(call, 5))


class AnyDay(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.exchange = open_exchange()
        self.now = datetime.combine(DAY, time(8, 30), KST)
        self.given: list[tuple[Command, datetime]] = []
        self.told: list[Event] = []
        self.quantity: dict[int, int] = {}
        """Number → shares that have not traded, been cancelled, replaced or expired, by the events alone."""
        self.owner: dict[int, str] = {}
        self.code: dict[int, str] = {}
        self.limit: dict[int, tuple[Side, int | None]] = {}
        self.placed_in_phase = 0

    def do(self, command: Command) -> None:
        self.given.append((command, self.now))
        buying_power = {account: self.exchange.buying_power(account) for account in ACCOUNTS}
        for event in self.exchange.process(command, self.now):
            self.told.append(event)
            self.follow(event)
            if isinstance(event, Refused):
                assert event.reason  # a refusal changes nothing:
                assert buying_power == {account: self.exchange.buying_power(account) for account in ACCOUNTS}

    def follow(self, event: Event) -> None:
        match event:
            case Placed():
                self.quantity[event.number] = event.quantity
                self.owner[event.number] = event.account
                self.code[event.number] = event.code
                self.limit[event.number] = (event.side, event.price)
                self.placed_in_phase += 1
            case PhaseChanged():
                self.placed_in_phase = 0
            case Replaced():
                self.quantity[event.old_number] -= event.quantity
                self.quantity[event.number] = event.quantity
                self.owner[event.number] = event.account
                self.code[event.number] = event.code
                self.limit[event.number] = (event.side, event.price)
            case Canceled():
                self.quantity[event.number] -= event.quantity
            case Expired():
                self.quantity[event.number] -= event.quantity
                assert self.quantity[event.number] == 0
            case Traded():
                assert event.quantity > 0
                assert self.exchange.grid(event.code).is_on(event.price)
                assert self.exchange.limits(event.code).allows(event.price)
                for number, account in (
                    (event.buy_number, event.buy_account),
                    (event.sell_number, event.sell_account),
                ):
                    self.quantity[number] -= event.quantity
                    assert self.owner[number] == account
                    side, price = self.limit[number]
                    if price is not None:
                        assert event.price <= price if side is Side.BUY else event.price >= price
            case _:
                pass
        assert all(quantity >= 0 for quantity in self.quantity.values())

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

    @precondition(lambda self: self.exchange.last_number)
    @rule(back=st.integers(0, 9), offset=anywhere, quantity=some_quantity)
    def replace(self, back: int, offset: int | None, quantity: int | None) -> None:
        number = max(self.exchange.last_number - back, 1)
        price = self.price(self.code.get(number, CODES[0]), offset)
        order_type = OrderType.MARKET if price is None else OrderType.LIMIT
        self.do(Replace(self.owner.get(number, THE_MARKET), number, price, quantity, order_type))

    @precondition(lambda self: self.exchange.last_number)
    @rule(back=st.integers(0, 9), quantity=some_quantity)
    def cancel(self, back: int, quantity: int | None) -> None:
        number = max(self.exchange.last_number - back, 1)
        self.do(Cancel(self.owner.get(number, THE_MARKET), number, quantity))

    @rule(seconds=st.integers(0, 30))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.do(Advance())

    @precondition(lambda self: self.placed_in_phase >= 8)
    @rule()
    def wait_for_the_next_phase(self) -> None:
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
            for position in account.positions:
                assert 0 <= position.sellable_quantity <= position.quantity
                assert position.cost >= 0

    @invariant()
    def the_book_is_not_crossed_while_orders_match(self) -> None:
        for code in CODES:
            book = self.exchange.book(code)
            if self.exchange.phase is Phase.CONTINUOUS and book.asks and book.bids:
                assert book.bids[0].price < book.asks[0].price
            for level in book.asks + book.bids:
                assert level.quantity > 0
                assert self.exchange.grid(code).is_on(level.price)
            assert list(book.asks) == sorted(book.asks, key=lambda level: level.price)
            assert list(book.bids) == sorted(book.bids, key=lambda level: -level.price)

    @invariant()
    def what_rests_is_what_the_events_have_left(self) -> None:
        resting = sum(self.quantity.values())
        assert resting == sum(
            self.exchange.book(code).total_ask_quantity + self.exchange.book(code).total_bid_quantity
            for code in CODES
        )

    @invariant()
    def records_add_up(self) -> None:
        costs = 0
        for account in ACCOUNTS:
            for record in self.exchange.orders(account, DAY, DAY):
                costs += record.costs
                assert record.request.quantity == (
                    record.filled_quantity
                    + record.canceled_quantity
                    + record.replaced_quantity
                    + record.expired_quantity
                    + record.remaining_quantity
                )
                assert record.remaining_quantity == self.quantity.get(record.number, 0)
        assert costs == sum(self.exchange.account(number).costs_today for number in ACCOUNTS)

    @invariant()
    def nothing_rests_after_the_close(self) -> None:
        if self.exchange.next_phase_at() is None:
            assert not any(self.quantity.values())
            for number in ACCOUNTS:
                account = self.exchange.account(number)
                assert account.buying_power == account.deposit_d2

    def teardown(self) -> None:
        again = open_exchange()
        events = [event for command, at in self.given for event in again.process(command, at)]
        assert events == self.told


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
