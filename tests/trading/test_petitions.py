"""A person decides in another process what became of an order in doubt; the desk that lives does it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hoga.domain.errors import JournalError
from hoga.domain.order import Order, OrderStatus
from hoga.domain.petition import Petition, PetitionState, Subject
from hoga.domain.request import OrderRequest, Venue
from hoga.trading.limits import NO_LIMITS

if TYPE_CHECKING:
    from tests.trading.conftest import World

S, P = OrderStatus, PetitionState


@pytest.fixture
def watching(world: "World") -> Iterator["asyncio.Task[None]"]:
    """The desk of the world lives."""
    task = world.begin(world.desk.watch())
    yield task
    task.cancel()
    world.turn()


def ask(
    world: "World",
    order_id: str,
    number: str | None = None,
    name: str = "one",
    subject: Subject = Subject.ARRIVAL,
) -> Petition:
    """What another process writes."""
    at = world.clock.now()
    asked = Petition(petition_id=name, at=at, order_id=order_id, number=number, subject=subject, by="김투자")
    assert world.control.move(asked)
    return asked


def answer(world: "World", name: str = "one") -> Petition:
    """What stands there a second later."""
    world.turn()
    world.later(seconds=1)
    world.turn(40)
    return next(each for each in world.control.petitions() if each.petition_id == name)


def lost(world: "World", request: OrderRequest) -> Order:
    """An order that lives behind a list that is late."""
    world.broker.script.append("lost")
    order = world.place(request)
    world.broker.hidden.add(max(world.broker.rows))
    return order


@pytest.mark.usefixtures("watching")
@pytest.mark.parametrize(("number", "status"), [("101", S.OPEN), (None, S.NOT_RECEIVED)])
def test_a_living_desk_lets_a_decision_of_another_process_hold(
    world: "World", buy: OrderRequest, number: str | None, status: OrderStatus
) -> None:
    order = lost(world, buy)
    ask(world, order.order_id, number)
    assert answer(world).state is P.DONE
    assert world.order(order).status is status
    assert [getattr(entry, "by", None) for entry in world.journal.entries][-1] == "김투자"


@pytest.mark.usefixtures("watching")
def test_cancels_and_replaces_are_decided_too(world: "World", buy: OrderRequest) -> None:
    canceled, replaced = world.place(buy), world.place(replace(buy, code="000660", price=200_000))
    world.broker.script += ["gone", "gone"]
    world.do(world.desk.cancel(canceled.order_id))
    world.do(world.desk.replace(replaced.order_id, 199_000))
    ask(world, canceled.order_id, "103", "cancel")
    ask(world, replaced.order_id, None, "replace")
    assert [answer(world, name).state for name in ("cancel", "replace")] == [P.DONE, P.DONE]
    assert (world.order(canceled).status, world.order(replaced).status) == (S.CANCELED, S.OPEN)


@pytest.mark.parametrize(("subject", "orders"), [(Subject.PART, 1), (Subject.OUTSIDE, 2)])
def test_whose_a_row_is_that_stays_apart_is_decided_too(
    new_world: "Callable[..., World]", buy: OrderRequest, subject: Subject, orders: int
) -> None:
    world = new_world(limits=replace(NO_LIMITS, venues=tuple(Venue)))
    order = world.place(replace(buy, venue=Venue.SOR))
    number = world.broker.enter(replace(buy, venue=Venue.NXT, quantity=4), None)
    watching = world.begin(world.desk.watch())
    world.settle()
    assert len(world.desk.apart) == 1
    ask(world, order.order_id, "999", "wrong", subject)
    refused = answer(world, "wrong")
    assert (refused.state, "999" in refused.korean, "999" in refused.english) == (P.REFUSED, True, True)
    ask(world, order.order_id, str(number), "right", subject)
    assert answer(world, "right").state is P.DONE
    assert (len(world.desk.apart), len(world.desk.orders)) == (0, orders)
    assert [getattr(entry, "by", None) for entry in world.journal.entries][-1] == "김투자"
    watching.cancel()
    world.turn()


@pytest.mark.usefixtures("watching")
def test_what_cannot_be_decided_is_refused_in_both_languages(world: "World", buy: OrderRequest) -> None:
    known, order = world.place(replace(buy, price=69_000)), lost(world, buy)
    wrong = {
        "nobody": ("20251114-000099", None, "there is no such order", "그런 주문이 없습니다"),
        "known": (known.order_id, None, "Only what is unconfirmed", "확인되지 않은 것만"),
        "taken": (order.order_id, "101", "is from before order", "내기 전의 것입니다"),
        "words": (order.order_id, "about noon", "made of digits", "숫자입니다"),
    }
    for name, (order_id, number, _, _) in wrong.items():
        ask(world, order_id, number, name)
    for name, (_, _, english, korean) in wrong.items():
        found = answer(world, name)
        assert found.state is P.REFUSED
        assert english in found.english
        assert korean in found.korean
    assert world.order(order).status is S.UNCONFIRMED


@pytest.mark.usefixtures("watching")
def test_a_broker_that_cannot_be_read_decides_nothing(world: "World", buy: OrderRequest) -> None:
    order = lost(world, buy)
    ask(world, order.order_id)
    world.broker.faults += ["fail"] * 20
    assert answer(world).state is P.REFUSED
    assert world.order(order).status is S.UNCONFIRMED


def test_what_was_asked_before_the_desk_began_is_left(world: "World", buy: OrderRequest) -> None:
    """Whoever asked has been told that nobody heard, and may have decided otherwise since."""
    order = lost(world, buy)
    ask(world, order.order_id)
    world.restart()
    watching = world.begin(world.desk.watch())
    assert answer(world).state is P.ASKED
    assert world.order(order).status is S.UNCONFIRMED
    watching.cancel()
    world.turn()


@pytest.mark.usefixtures("watching")
def test_what_was_withdrawn_is_void(world: "World", buy: OrderRequest) -> None:
    order = lost(world, buy)
    asked = ask(world, order.order_id)
    assert world.control.move(replace(asked, state=P.WITHDRAWN))
    assert answer(world).state is P.WITHDRAWN
    assert world.order(order).status is S.UNCONFIRMED


def test_petitions_that_cannot_be_read_halt(world: "World", watching: "asyncio.Task[None]") -> None:
    world.control.petitions = broken  # type: ignore[method-assign]
    world.later(seconds=1)
    world.turn()
    assert isinstance(watching.exception(), JournalError)
    assert not world.desk.is_open


def broken() -> list[Petition]:
    raise JournalError("디스크를 읽을 수 없습니다", "the disk cannot be read")
