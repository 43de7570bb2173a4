"""A broker that knows every order by a key of ours is asked, and what it says is certain."""

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

import pytest

from hoga.domain.errors import BrokerError
from hoga.domain.events import OrderSubmitted
from hoga.domain.notices import Accepted, Answer, NeverTaken, NoAnswer, Refused
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest

if TYPE_CHECKING:
    from tests.trading.conftest import FakeBroker, World

S = OrderStatus


class Book:
    """The receipts of a small broker: which key became which number, and which never will."""

    def __init__(self, broker: "FakeBroker", monkeypatch: pytest.MonkeyPatch) -> None:
        self.numbers: dict[str, str] = {}
        self.withdrawn: set[str] = set()
        self.in_doubt = False
        self.refusal: Refused | None = None
        self.faults = 0
        self._keys = count(1)
        original = broker.place

        async def place(order: Order) -> Answer:
            number = broker.next_number
            answer = await original(order)
            if broker.next_number > number:
                self.numbers[order.key] = str(number)
            return answer

        monkeypatch.setattr(broker, "place", place)

    def new_key(self) -> str:
        return f"key-{next(self._keys)}"

    async def recall(self, order: Order) -> Answer | NeverTaken:
        if self.faults:
            self.faults -= 1
            raise BrokerError("연결 끊김", "the line is down")
        if self.in_doubt:
            return NoAnswer(why="it does not know either")
        if self.refusal is not None:
            return self.refusal
        number = self.numbers.get(order.key)
        if number is None:
            self.withdrawn.add(order.key)
            return NeverTaken()
        return Accepted(broker_order_id=number)


@pytest.fixture
def kept(new_world: Callable[..., "World"], monkeypatch: pytest.MonkeyPatch) -> tuple["World", Book]:
    """An open desk at a broker that keeps receipts."""
    world = new_world(open_it=False)
    book = Book(world.broker, monkeypatch)
    world.receipts = book
    world.desk = world.new_desk()
    world.open()
    return world, book


def test_the_key_is_in_the_journal_before_the_order_is_sent(
    kept: tuple["World", Book], buy: OrderRequest
) -> None:
    world, book = kept
    keys = [world.place(buy).key for _ in range(2)]
    written = [entry.key for entry in world.journal.entries if isinstance(entry, OrderSubmitted)]
    assert written == keys == ["key-1", "key-2"]
    assert set(book.numbers) == set(keys)


def test_without_receipts_there_are_no_keys(world: "World", buy: OrderRequest) -> None:
    assert world.place(buy).key == ""


def test_a_lost_answer_is_asked_for_and_known_at_the_first_look(
    kept: tuple["World", Book], buy: OrderRequest
) -> None:
    world, _ = kept
    world.broker.script.append("lost")
    order = world.place(buy)
    assert order.status is S.UNCONFIRMED
    world.settle()
    assert (world.order(order).status, world.order(order).broker_order_id) == (S.OPEN, "101")
    world.check_books()


def test_an_order_that_never_came_is_over_at_the_first_look(
    kept: tuple["World", Book], buy: OrderRequest
) -> None:
    world, book = kept
    world.broker.script.append("gone")
    order = world.place(buy)
    world.settle()  # no absence has to be waited for
    assert world.order(order).status is S.NOT_RECEIVED
    assert book.withdrawn == {order.key}
    assert world.place(buy).status is S.OPEN  # nothing is held back any more


def test_an_order_that_was_refused_is_told_with_its_reason(
    kept: tuple["World", Book], buy: OrderRequest
) -> None:
    world, book = kept
    world.broker.script.append("gone")
    order = world.place(buy)
    book.refusal = Refused(code="halted", message="멈춤 / halted")
    world.settle()
    assert (world.order(order).status, world.order(order).reason) == (S.REJECTED, "halted 멈춤 / halted")


def test_the_order_of_somebody_else_that_looks_the_same_is_not_taken_for_ours(
    kept: tuple["World", Book], buy: OrderRequest
) -> None:
    world, _ = kept
    world.broker.script.append("gone")
    order = world.place(buy)
    world.broker.enter(buy, None)
    world.settle()
    assert world.order(order).status is S.NOT_RECEIVED
    (other,) = [each for each in world.desk.orders if each.source == OUTSIDE]
    assert other.broker_order_id.lstrip("0") == "101"
    world.check_books()


def test_while_the_broker_itself_is_in_doubt_nothing_is_concluded(
    kept: tuple["World", Book], buy: OrderRequest
) -> None:
    world, book = kept
    world.broker.script.append("lost")
    book.in_doubt = True
    order = world.place(buy)
    world.settle_for_good()
    world.settle(3)
    # Its row is in the list, and may be ours: it is neither taken for ours nor adopted.
    assert [each.status for each in world.desk.orders] == [S.UNCONFIRMED]
    (line,) = world.lines.about("please decide")
    assert order.order_id in line
    book.in_doubt = False
    world.settle()
    assert (world.order(order).status, world.order(order).broker_order_id) == (S.OPEN, "101")
    world.check_books()


def test_an_order_that_is_in_doubt_there_and_not_listed_is_never_given_up(
    kept: tuple["World", Book], buy: OrderRequest
) -> None:
    world, book = kept
    world.broker.script.append("gone")
    book.in_doubt = True
    order = world.place(buy)
    for _ in range(3):
        world.settle_for_good()
    assert world.order(order).status is S.UNCONFIRMED


def test_who_cannot_be_asked_tells_nothing(kept: tuple["World", Book], buy: OrderRequest) -> None:
    world, book = kept
    world.broker.script.append("gone")
    order = world.place(buy)
    book.faults = 2
    for _ in range(2):
        assert not world.do(world.desk.settle())
        assert world.desk.is_blind
    assert world.order(order).status is S.UNCONFIRMED
    world.settle()
    assert world.order(order).status is S.NOT_RECEIVED


@pytest.mark.parametrize(("fate", "status"), [("lost", S.OPEN), ("gone", S.NOT_RECEIVED)])
def test_after_a_crash_the_key_is_asked_for_at_the_opening(
    kept: tuple["World", Book], buy: OrderRequest, fate: str, status: OrderStatus
) -> None:
    world, _ = kept
    world.broker.script.append(fate)
    order = world.place(buy)
    submitted = next(
        number for number, entry in enumerate(world.journal.entries) if isinstance(entry, OrderSubmitted)
    )
    recovery = world.restart(world.journal.entries[: submitted + 1])  # it died before the answer came
    assert (recovery.doubtful, recovery.unsettled) == (1, 0)
    assert world.order(order).status is status
    assert [each.source for each in world.desk.orders] == ["test"]
    assert len(world.broker.sent) == 1
    world.check_books()


def test_what_happened_to_it_meanwhile_follows(kept: tuple["World", Book], buy: OrderRequest) -> None:
    world, _ = kept
    world.broker.script.append("lost")
    order = world.place(buy)
    world.broker.fill(101, 4)
    moved = world.broker.move(world.broker.rows[101], 70_100)
    world.broker.fill(moved, 2)
    world.settle()
    now = world.order(order)
    assert (now.filled_quantity, now.price, now.broker_order_id.lstrip("0")) == (6, 70_100, str(moved))
    world.check_books()
