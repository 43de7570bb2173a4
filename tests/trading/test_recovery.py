"""The process ends after any line of the journal, or at any moment of a random day: the books still agree."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hoga.domain.errors import BrokerError, InvalidOrder
from hoga.domain.notices import FillNotice, Notice, ReplaceNotice
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.trading.doubt import NeverArrived

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus
SAMSUNG, HYNIX = "005930", "000660"
NewWorld = Callable[..., "World"]

BUY = OrderRequest(code=SAMSUNG, side=Side.BUY, quantity=10, price=70_000)
SELL = replace(BUY, side=Side.SELL)
HYNIX_BUY = replace(BUY, code=HYNIX, price=200_000)


def latest(world: "World", side: Side, code: str) -> Order | None:
    """Our newest order that is open there."""
    ours = (
        order
        for order in world.desk.orders
        if order.status is S.OPEN and (order.request.side, order.request.code) == (side, code)
    )
    return max(ours, key=lambda order: order.order_id, default=None)


def cancel(world: "World", side: Side, code: str) -> None:
    if order := latest(world, side, code):
        world.do(world.desk.cancel(order.order_id))


def change_price(world: "World", side: Side, code: str, price: int) -> None:
    if order := latest(world, side, code):
        world.do(world.desk.replace(order.order_id, price))


def fill_any(world: "World", code: str, quantity: int) -> None:
    for number, row in list(world.broker.rows.items()):
        if row.request.code == code and row.remaining:
            world.later(seconds=1)
            world.broker.fill(number, min(quantity, row.remaining))


def confirm_cancels(world: "World") -> None:
    for number, row in list(world.broker.rows.items()):
        if row.canceled:
            world.broker.confirm_cancel(number, row.canceled)


STEPS: list[tuple[str, Callable[["World"], object]]] = [
    ("a buy", lambda world: world.place(BUY)),
    ("fills in part", lambda world: fill_any(world, SAMSUNG, 4)),
    ("a new price", lambda world: change_price(world, Side.BUY, SAMSUNG, 70_100)),
    ("its answer is lost", lambda world: world.broker.script.append("lost")),
    ("a sell", lambda world: world.place(SELL)),
    ("is found", lambda world: world.do(world.desk.settle())),
    ("a denied order", lambda world: world.place(replace(BUY, price=70_050))),
    ("more fills", lambda world: fill_any(world, SAMSUNG, 3)),
    ("a cancel", lambda world: cancel(world, Side.SELL, SAMSUNG)),
    ("is confirmed", confirm_cancels),
    ("the next request is lost", lambda world: world.broker.script.append("gone")),
    ("a buy elsewhere", lambda world: world.place(HYNIX_BUY)),
    ("somebody else buys", lambda world: world.broker.enter(HYNIX_BUY, None)),
    ("fills", lambda world: fill_any(world, HYNIX, 10)),
    ("patience", lambda world: world.settle_for_good()),
    ("a refusal", lambda world: world.broker.script.append("refuse")),
    ("another buy", lambda world: world.place(HYNIX_BUY)),
    ("and another", lambda world: world.place(HYNIX_BUY)),
    ("the new price's answer is lost", lambda world: world.broker.script.append("lost")),
    ("its new price", lambda world: change_price(world, Side.BUY, HYNIX, 201_000)),
    ("the end of trading", lambda world: world.clock.set(max(world.clock.now(), world.at(15, 31)))),
    ("nothing is left", lambda world: world.broker.expire()),
    ("settled", lambda world: world.settle_for_good()),
    ("the close", lambda world: world.do(world.desk.close_day())),
]


def check_fates(world: "World") -> None:
    """Nothing was sent twice, nothing was sent that was not written down, and every order has one fate."""
    places = Counter(order_id for kind, order_id in world.broker.sent if kind == "place")
    assert all(count == 1 for count in places.values())
    ids = [order.order_id for order in world.desk.orders]
    assert len(ids) == len(set(ids))
    assert places.keys() <= set(ids)
    for order in world.desk.orders:
        if order.source == OUTSIDE:
            continue
        arrived = bool(order.broker_order_ids)
        assert arrived is (order.status not in (S.DENIED, S.REJECTED, S.NOT_RECEIVED)) or (
            arrived and order.status is S.REJECTED
        )


def live_through(world: "World", crash_after: int | None) -> bool:
    """Go through the steps; whether the process ended on the way, and was started again."""
    has_crashed = False
    world.journal.crash_after = crash_after
    for _, step in STEPS:
        try:
            step(world)
        except BaseException as error:
            if type(error).__name__ != "Crash":
                raise
            has_crashed = True
            world.restart()
            world.settle_for_good()
    world.do(world.desk.close_day())  # again, in case the process ended in it
    return has_crashed


def test_every_line_of_the_journal_may_be_the_last_of_its_process(new_world: NewWorld) -> None:
    whole = new_world(shares={SAMSUNG: 10})
    assert not live_through(whole, None)
    whole.check_books()
    check_fates(whole)
    lines = len(whole.journal.entries)
    assert lines > 25
    for line in range(2, lines + 1):
        world = new_world(shares={SAMSUNG: 10})
        assert live_through(world, line)
        world.check_books()
        check_fates(world)
        assert not world.desk.differences
        assert world.kinds()[-1] == "DayClosed"
        assert all(order.is_done for order in world.desk.orders)


@pytest.mark.parametrize("line", [1, 2])
def test_a_first_opening_that_is_cut_short_is_done_again(new_world: NewWorld, line: int) -> None:
    world = new_world(open_it=False, shares={SAMSUNG: 10})
    world.broker.enter(BUY, None)
    world.broker.fill(101, 4, told=False)
    world.journal.crash_after = line
    with contextlib.suppress(BaseException):
        world.open()
    assert world.journal.is_dead
    world.restart()
    world.check_books()
    assert world.kinds().count("DayOpened") == 1
    assert world.desk.positions[SAMSUNG].quantity == 14


class RandomDay:
    """A desk, a broker and a trader who do what a seed tells them, on lines that lose and shuffle."""

    def __init__(self, world: "World", seed: int) -> None:
        self.world = world
        self.luck = random.Random(seed)
        self.late: list[Notice] = []
        self.waiting: list[Any] = []
        self.restarts = 0

    def run(self, steps: int) -> None:
        acts: list[tuple[int, Callable[[], object]]] = [
            (8, self.place),
            (4, self.cancel),
            (4, self.change_price),
            (10, self.fill),
            (6, self.deliver),
            (3, self.somebody_else),
            (3, self.break_something),
            (6, self.look),
            (2, self.reconcile),
            (6, self.pass_time),
            (2, self.hide),
            (2, self.restart),
        ]
        for _ in range(steps):
            (act,) = self.luck.choices([act for _, act in acts], [weight for weight, _ in acts])
            act()
            assert len(self.world.desk.unconfirmed) <= len(self.world.desk.orders)
        self.end()

    def place(self) -> None:
        code = self.luck.choice((SAMSUNG, HYNIX))
        is_market = self.luck.random() < 0.2
        price = {SAMSUNG: 70_000, HYNIX: 200_000}[code] + self.luck.choice((-1_000, 0, 1_000))
        request = OrderRequest(
            code=code,
            side=self.luck.choice(list(Side)),
            quantity=self.luck.choice((1, 3, 10)),
            price=None if is_market else price,
            order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
        )
        what = self.luck.choices(
            ("ok", "lost", "gone", "refuse", "unreachable", "slow ok", "slow lost", "slow gone"),
            (10, 3, 3, 1, 1, 2, 1, 1),
        )
        self.send(self.world.desk.place(request, "random"), what[0])

    def cancel(self) -> None:
        if order := self.pick():
            self.send(self.world.desk.cancel(order.order_id), self.luck.choice(("ok", "ok", "lost", "gone")))

    def change_price(self) -> None:
        order = self.pick()
        if order and order.price:
            price = order.price + self.luck.choice((-500, 500))
            what = self.luck.choice(("ok", "ok", "lost", "gone"))
            self.send(self.world.desk.replace(order.order_id, price), what)

    def pick(self) -> Order | None:
        orders = [order for order in self.world.desk.orders if order.status is S.OPEN]
        return self.luck.choice(orders) if orders else None

    def send(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        broker = self.world.broker
        broker.script[:] = [what]
        if self.luck.random() < 0.3:
            broker.immediately = self.trade_at_once
        task = self.world.begin(work)
        broker.script.clear()
        broker.immediately = None
        if not task.done():
            self.waiting.append(task)
        elif error := task.exception():
            assert isinstance(error, InvalidOrder), error

    def trade_at_once(self, number: int) -> None:
        row = self.world.broker.rows.get(number)
        if row and row.remaining:
            self.world.broker.fill(number, 1)

    def fill(self) -> None:
        broker = self.world.broker
        open_numbers = [number for number, row in broker.rows.items() if row.remaining]
        if not open_numbers:
            return
        number = self.luck.choice(open_numbers)
        row = broker.rows[number]
        if row.request.side is Side.SELL and broker.shares.get(row.request.code, 0) < row.remaining:
            return
        quantity = self.luck.randint(1, row.remaining)
        notice = broker.fill(number, quantity, told=False)
        match self.luck.choice(("told", "told", "late", "lost", "twice")):
            case "told":
                broker.tell(notice)
            case "late":
                self.late.append(notice)
            case "twice":
                broker.tell(notice)
                self.late.append(notice)
            case _:
                pass

    def deliver(self) -> None:
        self.luck.shuffle(self.late)
        for notice in self.late[:2]:
            self.world.broker.tell(notice)
        del self.late[:2]
        for row in self.world.broker.rows.values():
            if row.canceled and self.luck.random() < 0.3:
                self.world.broker.confirm_cancel(row.number, row.canceled)
            if row.replaces and self.luck.random() < 0.3:
                self.world.broker.confirm_replace(row.replaces, row.number)

    def somebody_else(self) -> None:
        broker = self.world.broker
        rows = [row for row in broker.rows.values() if row.remaining]
        match self.luck.choice(("enter", "cancel", "replace", "part")):
            case "cancel" if rows:
                row = self.luck.choice(rows)
                broker.take_off(row, self.luck.randint(1, row.remaining))
            case "replace" if rows:
                row = self.luck.choice(rows)
                if row.request.price:
                    broker.move(row, row.request.price + 1_000)
            case "part" if rows:
                row = self.luck.choice(rows)
                if row.request.price and row.remaining > 1:
                    row.remaining -= 1
                    broker.enter(replace(row.request, quantity=1, price=row.request.price + 500), row.number)
            case _:
                quantity = self.luck.choice((1, 3, 10))
                broker.enter(replace(BUY, quantity=quantity), None)

    def break_something(self) -> None:
        self.world.broker.faults.append(self.luck.choice(("fail", "empty", "ok")))
        if self.luck.random() < 0.3:
            self.world.broker.account_faults.append("fail")

    def look(self) -> None:
        if self.world.desk.is_look_due:
            self.world.do(self.world.desk.settle())

    def reconcile(self) -> None:
        with contextlib.suppress(BrokerError):
            self.world.do(self.world.desk.reconcile())

    def pass_time(self) -> None:
        self.world.later(seconds=self.luck.choice((1, 3, 20)))
        for answer in self.world.broker.answers:
            if self.luck.random() < 0.5:
                answer.set()
        self.world.turn()
        self.waiting = [task for task in self.waiting if not task.done()]

    def hide(self) -> None:
        """The list lags behind."""
        hidden = self.world.broker.hidden
        if hidden:
            hidden.clear()
        elif self.world.broker.rows:
            hidden.add(max(self.world.broker.rows))

    def restart(self) -> None:
        """The process is killed and started again; the broker may not be readable at first."""
        self.restarts += 1
        for task in self.waiting:  # whatever a dying process would still do must not reach the journal
            self.world.journal.is_dead = True
            task.cancel()
        self.world.turn()
        self.waiting.clear()
        with contextlib.suppress(BrokerError):
            self.world.restart()
        while not self.world.desk.is_open:
            with contextlib.suppress(BrokerError):
                self.world.open()

    def end(self) -> None:
        """Everything calms down: the last answers and notices come, and the list can be read."""
        world = self.world
        for answer in world.broker.answers:
            answer.set()
        world.turn()
        for notice in self.late:
            if isinstance(notice, FillNotice | ReplaceNotice):
                world.broker.tell(notice)
        world.broker.faults.clear()
        world.broker.account_faults.clear()
        world.broker.hidden.clear()
        world.settle_for_good()
        world.settle_for_good()
        for doubt in world.desk.doubts:  # what the broker has, the list has shown by now
            assert doubt.is_overdue
            world.do(world.desk.decide(doubt.order.order_id, NeverArrived()))
        world.later(seconds=timedelta(minutes=1).total_seconds())
        world.do(world.desk.reconcile())


@pytest.mark.parametrize("seed", range(40))
def test_after_a_random_day_the_books_equal_the_brokers(new_world: NewWorld, seed: int) -> None:
    world = new_world(shares={SAMSUNG: 30, HYNIX: 30})
    RandomDay(world, seed).run(steps=150)
    world.check_books()
    check_fates(world)
    assert world.desk.unconfirmed == ()
    assert not world.desk.differences
    assert not world.lines.about("a listener failed")
