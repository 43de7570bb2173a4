from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

import pytest

from hoga.domain import events
from hoga.domain.account import Account
from hoga.domain.errors import InvalidOrder, JournalError
from hoga.domain.events import (
    CancelSubmitted,
    DayClosed,
    DayOpened,
    OrderAccepted,
    OrderAdopted,
    OrderDenied,
    OrderEvent,
    OrderFilled,
    OrderRejected,
    OrderSubmitted,
    OrderUnconfirmed,
)
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST
from hoga.trading.records import KINDS, Event, Records

DAY = date(2025, 11, 14)
AT = datetime(2025, 11, 14, 10, tzinfo=KST)
ID = "20251114-000001"
REQUEST = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)
ACCOUNT = Account(
    number="50012345",
    deposit=1_000_000,
    deposit_d1=1_000_000,
    deposit_d2=1_000_000,
    buying_power=900_000,
    costs_today=0,
    positions=(Position("005930", "삼성전자", 10, 10, 650_000, 70_000),),
)
OPENED = DayOpened(day=DAY, at=AT, account=ACCOUNT)
SUBMITTED = OrderSubmitted(order_id=ID, at=AT, request=REQUEST, source="test", watermark="")
ACCEPTED = OrderAccepted(order_id=ID, at=AT, broker_order_id="0000000101")
FILLED = OrderFilled(order_id=ID, at=AT, quantity=4, amount=280_000)


class Watched:
    """A journal that looks at the records whenever it is written to."""

    def __init__(self, entries: Sequence[object] = ()) -> None:
        self.entries = list(entries)
        self.records: Records | None = None
        self.seen: list[object] = []
        self.is_broken = False

    def append(self, *entries: object) -> None:
        if self.is_broken:
            raise JournalError("디스크가 가득 찼습니다", "the disk is full")
        if self.records is not None:
            self.seen.append(self.records.orders.find(ID))
        self.entries.extend(entries)

    def read(self) -> Sequence[object]:
        return list(self.entries)


class Told:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def tell(self, message: str) -> None:
        self.lines.append(message)


class Stage:
    """Records with everything around them in reach."""

    def __init__(self, entries: Sequence[object] = ()) -> None:
        self.journal = Watched(entries)
        self.told = Told()
        self.heard: list[tuple[Event, Order | None]] = []
        listeners = [lambda event, order: self.heard.append((event, order))]
        self.listeners = listeners
        self.records = Records(DAY, self.journal, self.told, {}, listeners, lambda: AT)
        self.journal.records = self.records
        self.records.replay()

    def happen(self, *happened: Event) -> None:
        for event in happened:
            assert self.records.on_event(event)

    def state(self) -> object:
        """Everything that a restart must reach again."""
        records = self.records
        return (
            tuple(records.orders),
            records.portfolio.positions(records.orders.selling()),
            records.portfolio.fills,
            records.portfolio.cash_flow,
            records.opening,
            records.closing,
            records.waiting_since,
            records.orders.highest_number,
            records.next_id(),
        )


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_every_event_has_a_name_in_the_journal() -> None:
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type)]
    ours = {kind for kind in kinds if kind.__module__ == events.__name__ and kind is not OrderEvent}
    assert set(KINDS.values()) == ours
    assert all(name == kind.__name__ for name, kind in KINDS.items())


def test_the_journal_comes_first_then_the_table_then_the_listeners(stage: Stage) -> None:
    stage.happen(SUBMITTED, ACCEPTED)
    assert stage.journal.seen[0] is None  # nothing was in the table while the journal was written
    assert isinstance(stage.journal.seen[1], Order)
    assert stage.journal.seen[1].status is OrderStatus.SUBMITTED
    assert [event for event, _ in stage.heard] == [SUBMITTED, ACCEPTED]
    assert [order.status for _, order in stage.heard if order] == [OrderStatus.SUBMITTED, OrderStatus.OPEN]


@pytest.mark.parametrize(
    "event",
    [
        FILLED,
        OrderRejected(order_id="20251114-000009", at=AT, code="", message=""),
        SUBMITTED,
        OrderDenied(order_id=ID, at=AT, request=REQUEST, source="", reason="", detail=""),
        OrderAdopted(order_id=ID, at=AT, request=REQUEST, broker_order_id="7"),
        OPENED,
        DayClosed(day=date(2025, 11, 13), at=AT, account=ACCOUNT),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_cannot_happen_is_told_and_changes_nothing(stage: Stage, event: Event) -> None:
    stage.happen(OPENED, SUBMITTED)
    before, written, heard = stage.state(), list(stage.journal.entries), list(stage.heard)
    assert stage.records.on_event(event) is False
    assert stage.state() == before
    assert stage.journal.entries == written
    assert stage.heard == heard
    assert len(stage.told.lines) == 1


def test_what_cannot_be_written_has_not_happened_and_stops_everything(stage: Stage) -> None:
    stage.happen(OPENED, SUBMITTED)
    before = stage.state()
    stage.journal.is_broken = True
    with pytest.raises(JournalError, match="the disk is full"):
        stage.records.on_event(ACCEPTED)
    assert stage.state() == before
    assert len(stage.told.lines) == 1
    assert "Trading stops" in stage.told.lines[0]
    stage.journal.is_broken = False  # even if there were room again
    with pytest.raises(JournalError, match="the disk is full"):
        stage.records.on_event(ACCEPTED)
    assert len(stage.told.lines) == 1
    assert stage.state() == before


def test_a_listener_that_fails_disturbs_nobody(stage: Stage) -> None:
    def broken(event: Event, order: Order | None) -> None:
        raise ZeroDivisionError

    stage.listeners.insert(0, broken)
    stage.happen(SUBMITTED)
    assert [event for event, _ in stage.heard] == [SUBMITTED]
    assert "ZeroDivisionError" in stage.told.lines[0]


def test_an_order_that_is_not_there_is_named(stage: Stage) -> None:
    with pytest.raises(InvalidOrder, match="20251114-000042"):
        stage.records.get_order("20251114-000042")


def test_before_the_opening_there_is_no_account(stage: Stage) -> None:
    with pytest.raises(InvalidOrder):
        stage.records.require_opening()
    stage.happen(OPENED)
    assert stage.records.require_opening() is OPENED


def test_fills_before_the_opening_are_in_its_account_already(stage: Stage) -> None:
    stage.happen(SUBMITTED, ACCEPTED, FILLED, OPENED)
    positions = stage.records.portfolio.positions({})
    assert positions["005930"].quantity == 10
    assert stage.records.portfolio.cash_flow == 0
    stage.happen(OrderFilled(order_id=ID, at=AT, quantity=6, amount=420_000))
    assert stage.records.portfolio.positions({})["005930"].quantity == 16
    assert [fill.quantity for fill in stage.records.portfolio.fills] == [4, 6]


STORY: tuple[Event, ...] = (
    OPENED,
    SUBMITTED,
    OrderUnconfirmed(order_id=ID, at=AT, why="timeout"),
    ACCEPTED,
    FILLED,
    OrderDenied(order_id="20251114-000002", at=AT, request=REQUEST, source="x", reason="off_tick", detail=""),
    CancelSubmitted(order_id=ID, at=AT, quantity=6),
    events.CancelUnconfirmed(order_id=ID, at=AT, why="timeout"),
    events.OrderCanceled(order_id=ID, at=AT, quantity=2),
    events.ReplaceSubmitted(order_id=ID, at=AT, price=71_000),
    events.OrderReplaced(order_id=ID, at=AT, broker_order_id="0000000103", price=71_000),
    OrderAdopted(order_id="20251114-000003", at=AT, request=REQUEST, broker_order_id="104"),
    OrderFilled(order_id="20251114-000003", at=AT, quantity=10, amount=700_000),
    events.OrderExpired(order_id=ID, at=AT, quantity=4),
    DayClosed(day=DAY, at=AT, account=ACCOUNT),
)


@pytest.mark.parametrize("lines", range(len(STORY) + 1))
def test_replaying_any_part_of_the_journal_reaches_the_state_of_that_moment(lines: int) -> None:
    lived = Stage()
    lived.happen(*STORY[:lines])
    assert Stage(STORY[:lines]).state() == lived.state()


def test_each_step_of_that_story_changes_something() -> None:
    states = [Stage(STORY[:lines]).state() for lines in range(len(STORY) + 1)]
    assert all(before != after for before, after in pairwise(states))


def test_other_days_and_other_entries_are_passed_over() -> None:
    yesterday = OrderSubmitted(
        order_id="20251113-000007", at=AT, request=REQUEST, source="test", watermark=""
    )
    stage = Stage([yesterday, DayOpened(day=date(2025, 11, 13), at=AT, account=ACCOUNT), "a note", SUBMITTED])
    assert [order.order_id for order in stage.records.orders] == [ID]
    assert stage.records.opening is None
    assert stage.records.next_id() == "20251114-000002"


def test_a_journal_that_contradicts_itself_is_not_believed() -> None:
    with pytest.raises(JournalError, match="contradicts itself"):
        Stage([SUBMITTED, FILLED])
