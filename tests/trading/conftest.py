"""A small broker, a market and a journal that keep their promises, and fail when they are told to."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from hoga.clock import ManualClock
from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import BrokerError, JournalError, NotKept, Unreachable
from hoga.domain.events import CancelSubmitted, OrderSubmitted, ReplaceSubmitted
from hoga.domain.instrument import Instrument, Market
from hoga.domain.notices import (
    Accepted,
    Answer,
    CancelNotice,
    FillNotice,
    NoAnswer,
    Notice,
    OrderReport,
    Refused,
    RejectNotice,
    ReplaceNotice,
)
from hoga.domain.order import Order
from hoga.domain.petition import Petition
from hoga.domain.position import Position
from hoga.domain.quote import OrderBook, Quote, Trade
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.trading_state import TradingChanged
from hoga.domain.zone import KST
from hoga.krx.calendar import trading_days
from hoga.krx.fees import Commission
from hoga.ports import Clock, Receipts
from hoga.trading.desk import Desk, Patience, Recovery
from hoga.trading.limits import NO_LIMITS, RiskLimits

DAY = date(2025, 11, 14)
SAMSUNG, HYNIX = "005930", "000660"
PRICES = {SAMSUNG: 70_000, HYNIX: 200_000}
CASH = 100_000_000
FREE = Commission(rate=Decimal(0))

T = TypeVar("T")


class Crash(BaseException):
    """The process ends here."""


class MemoryJournal:
    """Keeps entries in a list. It can run out of room, or end the process after so many entries."""

    def __init__(self, entries: Iterable[object] = ()) -> None:
        self.entries: list[object] = list(entries)
        self.is_full = False
        self.crash_after: int | None = None
        self.is_dead = False

    def append(self, *entries: object) -> None:
        if self.is_dead:
            raise Crash
        if self.is_full:
            raise JournalError("디스크가 가득 찼습니다", "the disk is full")
        self.entries.extend(entries)
        if self.crash_after is not None and len(self.entries) >= self.crash_after:
            self.is_dead = True
            raise Crash

    def read(self) -> Sequence[object]:
        return list(self.entries)


class MemoryControl:
    """A switch that anybody may throw, and that can become unreadable."""

    def __init__(self) -> None:
        self.changes: list[TradingChanged] = []
        self._petitions: dict[str, Petition] = {}
        self.is_broken = False

    def read(self) -> TradingChanged | None:
        self._require()
        return self.changes[-1] if self.changes else None

    def history(self) -> Sequence[TradingChanged]:
        self._require()
        return tuple(self.changes)

    def write(self, change: TradingChanged) -> None:
        self._require()
        self.changes.append(change)

    def petitions(self) -> Sequence[Petition]:
        self._require()
        return tuple(self._petitions.values())

    def move(self, petition: Petition) -> bool:
        self._require()
        if not petition.may_follow(self._petitions.get(petition.petition_id)):
            return False
        self._petitions[petition.petition_id] = petition
        return True

    def _require(self) -> None:
        if self.is_broken:
            raise JournalError("디스크를 읽을 수 없습니다", "the disk cannot be read")


class Lines:
    """A notifier that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, message: str) -> None:
        self.told.append(message)

    def about(self, text: str) -> list[str]:
        return [line for line in self.told if text in line]


@dataclass
class Row:
    """One number at the broker, and the truth about it."""

    number: int
    replaces: int | None
    request: OrderRequest
    placed_at: datetime
    remaining: int
    filled: int = 0
    amount: int = 0
    canceled: int = 0
    rejected: int = 0

    def report(self) -> OrderReport:
        return OrderReport(
            broker_order_id=f"{self.number:010d}",
            replaces="" if self.replaces is None else f"{self.replaces:010d}",
            request=self.request,
            filled_quantity=self.filled,
            filled_amount=self.amount,
            canceled_quantity=self.canceled,
            rejected_quantity=self.rejected,
            remaining_quantity=self.remaining,
            placed_at=self.placed_at,
        )


class SetClock(ManualClock):
    """The clock of a computer that somebody sets, while the one of the market goes on."""

    def __init__(self, market: ManualClock) -> None:
        super().__init__(market.now())
        self._market = market
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._market.now() + self.ahead

    def steady(self) -> datetime:
        return self._market.now()

    async def sleep(self, span: timedelta) -> None:
        await self._market.sleep(span)

    async def sleep_until(self, at: datetime) -> None:
        while (left := at - self.now()) > timedelta():
            await self._market.sleep(min(left, timedelta(seconds=30)))


class FakeBroker:
    """One account. What it does with the next request can be scripted, by `script.append(...)`:

    "lost": it takes the request, the answer is lost; "gone": the request is lost; "refuse"; "unreachable";
    "raise": takes it, then its adapter breaks; "numberless". With "slow " in front, its answer or its silence
    comes when its event in `answers` is set. Before it looks at a request it checks that the journal has it.
    """

    name = "FAKE"

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.journal = MemoryJournal()
        self.script: list[str] = []
        self.faults: list[str] = []
        """What happens to the next readings of the order list: "fail", "empty", "late" or "ok"."""
        self.sent: list[tuple[str, str]] = []
        self.rows: dict[int, Row] = {}
        self.past: list[OrderReport] = []
        self.keeps_past = True
        self.hidden: set[int] = set()
        """Numbers that the order list does not show yet."""
        self.next_number = 101
        self.cash = CASH
        self.deposit = CASH
        self.shares: dict[str, int] = {}
        self.costs: dict[str, int] = {}
        self.locked: dict[str, int] = {}
        self.costs_today = 0
        self.answers: list[asyncio.Event] = []
        """Lets the slow requests go on, one event for each in the order in which they came."""
        self.reads = 0
        self.account_faults: list[str] = []
        self.power_faults: list[str] = []
        self.powers_for_orders = 0
        self.before_read: Callable[[], Awaitable[object]] | None = None
        """Called once in the middle of the next reading of the order list, after the snapshot."""
        self.before_buying_power: Callable[[], Awaitable[None]] | None = None
        self.before_account: Callable[[], None] | None = None
        self.immediately: Callable[[int], None] | None = None
        """Called with the number of an order as soon as it is taken, before it is answered."""
        self.tell: Callable[[Notice], None] = lambda notice: None

    # What it is asked

    async def place(self, order: Order) -> Answer:
        self.check_journal(OrderSubmitted, order.order_id)
        self.sent.append(("place", order.order_id))
        return await self.take(lambda: self.enter(order.request, None))

    async def replace(self, order: Order, price: int) -> Answer:
        self.check_journal(ReplaceSubmitted, order.order_id)
        self.sent.append(("replace", order.order_id))
        old = self.rows[int(order.broker_order_id)]
        if not old.remaining and self.what_next("peek") not in ("gone", "unreachable"):
            return Refused(code="NOTHING_LEFT", message="정정할 수량이 없습니다")
        return await self.take(lambda: self.move(old, price))

    async def cancel(self, order: Order, quantity: int) -> Answer:
        self.check_journal(CancelSubmitted, order.order_id)
        self.sent.append(("cancel", order.order_id))
        row = self.rows[int(order.broker_order_id)]
        if not row.remaining and self.what_next("peek") not in ("gone", "unreachable"):
            return Refused(code="NOTHING_LEFT", message="취소할 수량이 없습니다")
        return await self.take(lambda: self.take_off(row, quantity))

    async def account(self) -> Account:
        if self.account_faults and self.account_faults.pop(0) == "fail":
            raise BrokerError("잔고 조회 실패", "the account cannot be read")
        if self.before_account is not None:
            self.before_account()
        return Account(
            number="50012345",
            deposit=self.deposit,
            deposit_d1=self.deposit,
            deposit_d2=self.cash,
            buying_power=self.free_cash(),
            costs_today=self.costs_today,
            positions=tuple(
                Position(
                    code=code,
                    name=code,
                    quantity=quantity,
                    sellable_quantity=quantity
                    - self.open_quantity(code, Side.SELL)
                    - self.locked.get(code, 0),
                    cost=self.costs.get(code, quantity * PRICES[code]),
                    last_price=PRICES[code],
                )
                for code, quantity in self.shares.items()
                if quantity
            ),
        )

    async def buying_power(self, code: str, price: int | None, *, for_order: bool = False) -> int:
        self.powers_for_orders += for_order
        if self.power_faults and self.power_faults.pop(0) == "fail":
            raise BrokerError("조회 실패", "the buying power cannot be read")
        power = self.free_cash()
        if self.before_buying_power is not None:
            hook, self.before_buying_power = self.before_buying_power, None
            await hook()
        return power

    async def orders(self, first: date, last: date) -> Sequence[OrderReport]:
        past = [report for report in self.past if first <= report.placed_at.date() <= last]
        if not first <= DAY <= last:
            if not self.keeps_past:
                raise NotKept("오늘의 주문만 있습니다", "only today's orders are kept")
            return past
        if not self.keeps_past and self.clock.now().date() > DAY:
            raise NotKept("오늘의 주문만 있습니다", "only today's orders are kept")
        self.reads += 1
        fault = self.faults.pop(0) if self.faults else "ok"
        if fault == "fail":
            raise BrokerError("조회 실패", "the list cannot be read")
        rows = [row.report() for number, row in self.rows.items() if number not in self.hidden]
        if self.before_read is not None:
            hook, self.before_read = self.before_read, None
            await hook()
        return past + ([] if fault == "empty" else rows)

    def on_notice(self, callback: Callable[[Notice], None]) -> None:
        self.tell = callback

    # What happens there

    def enter(self, request: OrderRequest, replaces: int | None) -> int:
        number = self.next_number
        self.next_number += 1
        self.rows[number] = Row(number, replaces, request, self.clock.now(), request.quantity)
        return number

    def move(self, old: Row, price: int) -> int:
        number = self.enter(replace(old.request, quantity=old.remaining, price=price), old.number)
        old.remaining = 0
        return number

    def take_off(self, row: Row, quantity: int) -> int:
        taken = min(quantity, row.remaining)
        row.remaining -= taken
        row.canceled += taken
        number = self.next_number
        self.next_number += 1
        return number

    def fill(self, number: int, quantity: int, price: int | None = None, *, told: bool = True) -> FillNotice:
        row = self.rows[number]
        assert quantity <= row.remaining
        price = price or row.request.price or PRICES[row.request.code]
        row.remaining -= quantity
        row.filled += quantity
        row.amount += quantity * price
        sign = 1 if row.request.side is Side.BUY else -1
        self.shares[row.request.code] = self.shares.get(row.request.code, 0) + sign * quantity
        self.cash -= sign * quantity * price
        notice = FillNotice(
            broker_order_id=f"{number:010d}", at=self.clock.now(), quantity=quantity, price=price
        )
        if told:
            self.tell(notice)
        return notice

    def confirm_cancel(self, number: int, quantity: int) -> CancelNotice:
        notice = CancelNotice(broker_order_id=f"{number:010d}", at=self.clock.now(), quantity=quantity)
        self.tell(notice)
        return notice

    def confirm_replace(self, old: int, new: int) -> ReplaceNotice:
        price = self.rows[new].request.price
        assert price is not None
        notice = ReplaceNotice(
            broker_order_id=f"{old:010d}",
            at=self.clock.now(),
            new_broker_order_id=f"{new:010d}",
            price=price,
        )
        self.tell(notice)
        return notice

    def expire(self) -> None:
        """The day is over. Nobody is told, and the list shows nothing left and nothing cancelled."""
        for row in self.rows.values():
            row.remaining = 0

    def reject(self, number: int, *, told: bool = True) -> None:
        row = self.rows[number]
        row.rejected, row.remaining = row.remaining, 0
        if told:
            self.tell(
                RejectNotice(broker_order_id=f"{number:010d}", at=self.clock.now(), message="거래소 거부")
            )

    # How

    def check_journal(self, kind: type, order_id: str) -> None:
        """Nothing may leave before it is written down."""
        last = self.journal.entries[-1]
        assert isinstance(last, kind), f"sent before {kind.__name__} was in the journal"
        assert getattr(last, "order_id", None) == order_id

    def what_next(self, how: str = "") -> str:
        if not self.script:
            return "ok"
        return self.script[0] if how == "peek" else self.script.pop(0)

    async def take(self, act: Callable[[], int]) -> Answer:
        is_slow, what = (what := self.what_next()).startswith("slow "), what.removeprefix("slow ")
        go_on = asyncio.Event()
        if is_slow:
            self.answers.append(go_on)
        if is_slow and what == "gone":
            await go_on.wait()
        if what == "unreachable":
            raise Unreachable("연결할 수 없습니다", "cannot connect")
        if what == "refuse":
            return Refused(code="APBK0952", message="주문가능금액을 초과 했습니다")
        if what == "gone":
            return NoAnswer(why="timeout")
        number = act()
        if self.immediately is not None:
            hook, self.immediately = self.immediately, None
            hook(number)
        if is_slow:
            await go_on.wait()
        if what == "lost":
            return NoAnswer(why="timeout")
        if what == "raise":
            raise RuntimeError("the adapter broke")
        if what == "numberless":
            return Accepted(broker_order_id="0000000000")
        assert what == "ok"
        return Accepted(broker_order_id=str(number))  # without padding, unlike in notices and in the list

    def open_quantity(self, code: str, side: Side) -> int:
        return sum(
            row.remaining
            for row in self.rows.values()
            if row.request.code == code and row.request.side is side
        )

    def free_cash(self) -> int:
        return self.cash - sum(
            row.remaining * (row.request.price or upper(row.request.code))
            for row in self.rows.values()
            if row.request.side is Side.BUY
        )


def upper(code: str) -> int:
    return PRICES[code] * 13 // 10


class FakeMarket:
    """Prices that are set by hand."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.prices = dict(PRICES)
        self.untraded: set[str] = set()
        """Codes that have not traded today: their quotes show the base price."""
        self.followed: list[tuple[str, ...]] = []
        self.asked: list[tuple[str, ...]] = []
        self.asked_for_orders = 0
        self.faults: list[str] = []
        self.bar_reads = 0
        self.callback: Callable[[Trade], None] = lambda trade: None
        self.before_quotes: Callable[[], None] | None = None
        """Called once in the middle of the next reading of prices, after they were taken."""

    async def quotes(self, codes: Sequence[str], *, for_order: bool = False) -> dict[str, Quote]:
        self.asked.append(tuple(codes))
        self.asked_for_orders += for_order
        if self.faults and self.faults.pop(0) == "fail":
            raise BrokerError("시세 조회 실패", "prices cannot be read")
        quotes = {code: self.quote(code) for code in codes}
        if self.before_quotes is not None:
            hook, self.before_quotes = self.before_quotes, None
            hook()
        return quotes

    def quote(self, code: str) -> Quote:
        price, base = self.prices[code], PRICES[code]
        return Quote(
            code=code,
            name=code,
            at=self.clock.now(),
            last_price=price,
            base_price=base,
            upper_limit=upper(code),
            lower_limit=base * 7 // 10,
            open=None if code in self.untraded else base,
            high=None if code in self.untraded else price,
            low=None if code in self.untraded else price,
            volume=1,
            value=price,
            ask=price + 100,
            bid=price,
            ask_quantity=1,
            bid_quantity=1,
            total_ask_quantity=1,
            total_bid_quantity=1,
        )

    async def book(self, code: str) -> OrderBook:
        raise AssertionError("nobody here looks at books")

    async def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        self.bar_reads += 1
        price = PRICES[code]
        return [
            Bar(code, datetime.combine(day, time(9), KST), price, price, price, price, 1, price)
            for day in trading_days(first, last)
        ]

    async def follow(self, codes: Iterable[str], callback: Callable[[Trade], None]) -> None:
        self.followed.append(tuple(codes))
        self.callback = callback

    async def follow_books(self, codes: Iterable[str], callback: Callable[[OrderBook], None]) -> None:
        raise AssertionError("nobody here looks at books")

    def trade(self, code: str, price: int) -> None:
        """A print on the tape. Only who follows the code hears it."""
        self.prices[code] = price
        if self.followed and code in self.followed[-1]:
            self.callback(Trade(code, self.clock.now(), price, 1, Side.BUY))


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(DAY, time(hour, minute, second), KST)


INSTRUMENTS = tuple(
    Instrument(code=code, name=name, market=Market.KOSPI)
    for code, name in ((SAMSUNG, "삼성전자"), (HYNIX, "SK하이닉스"))
)

SHORT = Patience(reads=2, wait=timedelta(seconds=10), interval=timedelta(seconds=2))


@dataclass
class World:
    """A desk at a small broker, on one trading day, driven by hand."""

    loop: asyncio.Runner
    start: datetime = field(default_factory=lambda: at(10))
    patience: Patience = SHORT
    instruments: tuple[Instrument, ...] = INSTRUMENTS
    day: date = DAY
    limits: RiskLimits = NO_LIMITS
    receipts: Receipts | None = None
    believe: Callable[[SetClock], Clock] = lambda clock: clock
    """What the desk makes of its computer's clock."""

    def __post_init__(self) -> None:
        self.clock = ManualClock(self.start)
        self.broker = FakeBroker(self.clock)
        self.market = FakeMarket(self.clock)
        self.journal = self.broker.journal
        self.control = MemoryControl()
        self.lines = Lines()
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        self.watch = SetClock(self.clock)
        return Desk(
            self.broker,
            self.market,
            self.journal,
            self.believe(self.watch),
            self.lines,
            self.instruments,
            control=self.control,
            limits=self.limits,
            commission=FREE,
            patience=self.patience,
            receipts=self.receipts,
        )

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end."""
        return self.loop.run(work)

    def begin(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Start something and let it go as far as it can."""
        task = self.loop.get_loop().create_task(work)
        self.turn()
        return task

    def turn(self, times: int = 20) -> None:
        """Let everything that has been started go on."""

        async def turns() -> None:
            for _ in range(times):
                await asyncio.sleep(0)

        self.do(turns())

    def end(self, task: "asyncio.Task[T]") -> T:
        async def wait() -> T:
            return await asyncio.wait_for(task, 5)

        return self.do(wait())

    def open(self) -> Recovery:
        return self.do(self.desk.open(DAY))

    def restart(self, entries: Sequence[object] | None = None) -> Recovery:
        """A new process: nothing is left but the journal and what the broker knows."""
        kept = self.journal.entries if entries is None else entries
        self.broker.journal = self.journal = MemoryJournal(kept)
        self.broker.tell = lambda notice: None
        self.desk = self.new_desk()
        return self.open()

    def place(self, request: OrderRequest, source: str = "test") -> Order:
        return self.do(self.desk.place(request, source))

    def order(self, order: Order) -> Order:
        return self.desk.get_order(order.order_id)

    def at(self, hour: int, minute: int = 0, second: int = 0) -> datetime:
        return at(hour, minute, second)

    def later(self, **delta: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**delta))

    def settle(self, times: int = 1) -> None:
        for _ in range(times):
            assert self.do(self.desk.settle())

    def settle_for_good(self) -> None:
        """Look for as long as the desk's patience asks for."""
        self.later(seconds=self.patience.wait.total_seconds())
        self.settle(self.patience.reads)

    def kinds(self, of: Order | None = None) -> list[str]:
        """The names of the journal's entries, of one order or of all."""
        return [
            type(entry).__name__
            for entry in self.journal.entries
            if of is None or getattr(entry, "order_id", "") == of.order_id
        ]

    def check_books(self) -> None:
        """Every number of the broker belongs to exactly one order of ours, and all counts agree."""
        owners: dict[int, str] = {}
        for order in self.desk.orders:
            for number in dict.fromkeys(int(number) for number in order.broker_order_ids):
                assert number not in owners, f"{number} belongs to {owners[number]} and {order.order_id}"
                owners[number] = order.order_id
        assert owners.keys() == self.broker.rows.keys()
        for order in self.desk.orders:
            rows = [row for number, row in self.broker.rows.items() if owners[number] == order.order_id]
            assert order.filled_quantity == sum(row.filled for row in rows)
            assert order.filled_amount == sum(row.amount for row in rows)
            if not order.is_in_doubt:
                assert order.remaining_quantity == sum(row.remaining for row in rows)
        held = {code: quantity for code, quantity in self.broker.shares.items() if quantity}
        assert {code: position.quantity for code, position in self.desk.positions.items()} == held


@pytest.fixture
def new_world() -> Iterator[Callable[..., World]]:
    """Makes worlds; `open_it=False` leaves the desk closed."""
    with asyncio.Runner() as loop:

        def make(*, open_it: bool = True, shares: Mapping[str, int] | None = None, **options: Any) -> World:
            world = World(loop, **options)
            world.broker.shares.update(shares or {})
            if open_it:
                world.open()
            return world

        yield make


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    """An open desk at ten o'clock, with cash and ten shares of Samsung."""
    return new_world(shares={SAMSUNG: 10})


@pytest.fixture
def buy() -> OrderRequest:
    return OrderRequest(code=SAMSUNG, side=Side.BUY, quantity=10, price=70_000)


@pytest.fixture
def sell() -> OrderRequest:
    return OrderRequest(code=SAMSUNG, side=Side.SELL, quantity=10, price=70_000)


@pytest.fixture
def market_buy() -> OrderRequest:
    return OrderRequest(code=SAMSUNG, side=Side.BUY, quantity=10, order_type=OrderType.MARKET)
