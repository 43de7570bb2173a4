"""An order by SOR, of which a list may show a part."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.trading.conftest import HYNIX, SAMSUNG

from hoga.domain.errors import BrokerError, InvalidOrder
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.request import OrderRequest, Side, Venue
from hoga.trading.doubt import Arrived, NeverArrived
from hoga.trading.limits import NO_LIMITS
from hoga.trading.parts import IsOutside, IsPart
from hoga.trading.reconcile import Difference

if TYPE_CHECKING:
    from tests.trading.conftest import World

S = OrderStatus


@pytest.mark.parametrize("shown", [4, 10])
def test_one_of_which_a_part_is_listed_is_not_given_up(
    new_world: "Callable[..., World]", buy: OrderRequest, shown: int
) -> None:
    world = new_world(limits=replace(NO_LIMITS, venues=tuple(Venue)))
    by_sor = replace(buy, venue=Venue.SOR)
    world.broker.script.append("lost")
    order = world.place(by_sor)
    row = world.broker.rows[101]
    row.request, row.remaining = replace(by_sor, quantity=shown), shown
    world.settle_for_good()
    world.later(seconds=1)
    world.place(replace(buy, code=HYNIX, quantity=1, price=200_000))  # listed: the list is current
    world.settle(world.patience.reads)
    if shown == buy.quantity:
        assert world.order(order).status is S.OPEN
        return
    assert world.order(order).status is S.UNCONFIRMED
    assert world.place(by_sor).status is S.DENIED  # the wish is not sent again
    [doubt] = world.desk.doubts
    [part] = doubt.strangers
    assert (part.source, part.request.quantity) == (OUTSIDE, shown)
    world.do(world.desk.decide(order.order_id, NeverArrived()))  # the part goes on as what it is
    world.check_books()


# A second number that may be a part of an order that is known


def by_sor(new_world: "Callable[..., World]", buy: OrderRequest, quantity: int = 10) -> "tuple[World, Order]":
    world = new_world(limits=replace(NO_LIMITS, venues=tuple(Venue)), shares={SAMSUNG: 10})
    order = world.place(replace(buy, venue=Venue.SOR, quantity=quantity))
    return world, order


def list_beside(world: "World", quantity: int, filled: int, **looks: Any) -> int:
    """The list shows a second number for shares that are in the account already, or never come."""
    request = replace(world.broker.rows[101].request, **{"quantity": quantity, "venue": Venue.NXT, **looks})
    number = world.broker.enter(request, None)
    row = world.broker.rows[number]
    row.filled, row.amount, row.remaining = filled, filled * 70_000, quantity - filled
    return number


def is_held(world: "World", buy: OrderRequest) -> bool:
    """Whether new buying waits, and selling and other instruments do not."""
    sell = replace(buy, side=Side.SELL, quantity=1)
    assert world.place(sell).status is S.OPEN
    assert world.place(replace(buy, code=HYNIX, quantity=1, price=200_000)).status is S.OPEN
    wanted = world.place(replace(buy, quantity=1, price=69_900))
    assert wanted.status in (S.DENIED, S.OPEN)
    return wanted.reason.startswith("in_doubt")


def reconciled(world: "World") -> list[Difference]:
    world.later(minutes=1)
    return list(world.do(world.desk.reconcile()))


def test_a_second_number_whose_shares_its_row_has_counted_doubles_no_position(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    """As when the order's own row tells the whole, and another one what traded at NXT."""
    world, order = by_sor(new_world, buy)
    world.broker.fill(101, 7)
    number = list_beside(world, 4, 4)
    world.settle(3)
    assert world.desk.positions[SAMSUNG].quantity == 17
    [alarm] = world.lines.about("may be a part of")
    assert f"ours 101 SOR 7/10, listed {number:010d} NXT 4/4" in alarm
    assert is_held(world, buy)
    assert world.do(world.desk.reconcile()) == ()  # seen a moment ago: the account may be late
    assert not world.lines.about("counted in ours")
    assert reconciled(world) == []
    assert len(world.lines.about("counted in ours")) == 1
    assert world.desk.positions[SAMSUNG].quantity == 17
    assert not is_held(world, buy)
    assert OUTSIDE not in {each.source for each in world.desk.orders}
    assert reconciled(world) == []
    assert len(world.lines.about("by the account")) == len(world.lines.about("may be a part of")) == 1
    assert world.order(order).filled_quantity == 7


def test_an_account_that_was_later_still_puts_it_right(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world, _ = by_sor(new_world, buy)
    list_beside(world, 4, 4)
    world.settle()
    assert reconciled(world) == []
    assert world.lines.about("counted in ours")
    world.broker.shares[SAMSUNG] += 4
    world.broker.cash -= 280_000
    assert reconciled(world) == []
    assert (world.desk.positions[SAMSUNG].quantity, world.desk.differences) == (14, frozenset())
    world.check_books()


def test_a_second_number_whose_shares_come_in_addition_is_counted_when_the_account_shows_them(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    """As when each row tells its own part; or when somebody else's order looks the same."""
    world, order = by_sor(new_world, buy)
    row = world.broker.rows[101]
    row.request, row.remaining = replace(row.request, quantity=6), 6
    world.broker.fill(101, 6)
    list_beside(world, 4, 0)
    world.broker.fill(102, 3, told=False)
    world.settle()
    assert (world.desk.positions[SAMSUNG].quantity, is_held(world, buy)) == (16, True)
    assert reconciled(world) == []
    assert len(world.lines.about("are there in addition to ours")) == 1
    assert not is_held(world, buy)
    world.broker.fill(102, 1, told=False)
    world.settle()
    assert world.desk.positions[SAMSUNG].quantity == 20
    assert world.order(order).filled_quantity == 6
    world.restart()
    assert (world.desk.positions[SAMSUNG].quantity, reconciled(world)) == (20, [])


def test_one_that_ends_without_a_fill_holds_nothing_up_any_more(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world, _ = by_sor(new_world, buy)
    number = list_beside(world, 10, 0, venue=Venue.SOR)
    world.settle()
    for _ in range(3):
        assert reconciled(world) == []
    assert is_held(world, buy)
    world.restart()
    assert is_held(world, buy)
    world.broker.take_off(world.broker.rows[number], 4)
    world.settle()
    [apart] = world.desk.apart
    assert apart.row.remaining_quantity == 6
    world.broker.take_off(world.broker.rows[number], 6)
    world.settle()
    assert not is_held(world, buy)
    world.check_books()


def test_a_sale_in_two_numbers_is_weighed_with_its_sign(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world = new_world(limits=replace(NO_LIMITS, venues=tuple(Venue)), shares={SAMSUNG: 30})
    world.place(replace(buy, side=Side.SELL, venue=Venue.SOR))
    number = list_beside(world, 4, 0)
    world.broker.fill(number, 4, told=False)
    world.settle()
    assert world.desk.positions[SAMSUNG].quantity == 30
    reconciled(world)
    assert reconciled(world) == []
    assert world.desk.positions[SAMSUNG].quantity == 26
    world.check_books()


@pytest.mark.parametrize(
    "looks",
    [{"price": 69_900}, {"quantity": 11}, {"side": Side.SELL}, {"code": HYNIX}],
    ids=["price", "quantity", "side", "code"],
)
def test_one_that_looks_different_is_somebody_elses(
    new_world: "Callable[..., World]", buy: OrderRequest, looks: dict[str, Any]
) -> None:
    world, _ = by_sor(new_world, buy)
    list_beside(world, **{"quantity": 4, "filled": 0, **looks})
    world.settle()
    assert [each.source for each in world.desk.orders].count(OUTSIDE) == 1
    assert not world.lines.about("may be a part of")
    assert not is_held(world, buy)


def test_beside_an_order_at_krx_a_smaller_one_is_somebody_elses(world: "World", buy: OrderRequest) -> None:
    world.place(buy)
    list_beside(world, 4, 0)
    world.settle()
    assert [each.source for each in world.desk.orders] == ["test", OUTSIDE]
    world.check_books()


def test_while_something_stays_apart_no_order_in_doubt_is_given_up(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world, _ = by_sor(new_world, buy)
    world.broker.script.append("gone")
    doubtful = world.place(replace(buy, venue=Venue.SOR, quantity=8))
    list_beside(world, 4, 0)
    world.settle_for_good()
    world.later(seconds=1)
    world.place(replace(buy, code=HYNIX, quantity=1, price=200_000))  # listed: the list is current
    world.settle(world.patience.reads)
    assert world.order(doubtful).status is S.UNCONFIRMED


# A person decides


def test_one_that_a_person_calls_a_part_holds_nothing_up_and_is_never_counted(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world, order = by_sor(new_world, buy)
    list_beside(world, 4, 0)
    world.settle()
    [alarm] = world.lines.about("may be a part of")
    command = f"hoga orders settle {order.order_id} (--part 0000000102 | --outside 0000000102)"
    assert alarm.count(command) == 2
    assert [(each.order_id, each.row.broker_order_id) for each in world.desk.apart] == [
        (order.order_id, "0000000102")
    ]
    assert is_held(world, buy)
    assert world.do(world.desk.decide(order.order_id, IsPart("102"), by="김투자")).parts == ("0000000102",)
    assert [getattr(entry, "by", None) for entry in world.journal.entries][-1] == "김투자"
    for _ in range(2):
        assert not is_held(world, buy)
        row = world.broker.rows[102]
        row.filled += 2  # in our own row's count, which tells the whole
        row.remaining -= 2
        world.broker.fill(101, 2, told=False)
        assert reconciled(world) == []
        world.restart()
        assert reconciled(world) == []
    assert (world.order(order).filled_quantity, world.desk.positions[SAMSUNG].quantity) == (4, 14)
    assert OUTSIDE not in {each.source for each in world.desk.orders}
    assert (world.desk.apart, len(world.lines.about("may be a part of"))) == ((), 1)


def test_one_that_a_person_calls_somebody_elses_is_followed_as_that(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world, order = by_sor(new_world, buy)
    list_beside(world, 4, 0)
    world.broker.fill(102, 1, told=False)
    world.settle()
    assert is_held(world, buy)
    before = world.order(order)
    assert world.do(world.desk.decide(order.order_id, IsOutside("0000000102"), by="김투자")) == before
    [adopted] = [each for each in world.desk.orders if each.source == OUTSIDE]
    assert (adopted.request.quantity, adopted.filled_quantity, adopted.remaining_quantity) == (4, 1, 3)
    [entry] = [each for each in world.journal.entries if type(each).__name__ == "OrderAdopted"]
    assert getattr(entry, "by", None) == "김투자"
    assert not is_held(world, buy)
    world.check_books()
    world.restart()
    world.broker.fill(102, 3)
    assert not is_held(world, buy)
    assert (reconciled(world), world.desk.apart) == ([], ())
    world.check_books()
    assert len(world.lines.about("may be a part of")) == 1


def test_that_it_is_a_part_can_be_said_again_and_taken_back(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    world, order = by_sor(new_world, buy)
    list_beside(world, 4, 0)
    world.settle()
    for _ in range(2):
        assert world.do(world.desk.decide(order.order_id, IsPart("102"))).parts == ("0000000102",)
    world.broker.fill(102, 3, told=False)
    world.settle()
    world.later(minutes=1)
    [difference, _] = world.do(world.desk.reconcile())
    assert (difference.subject, difference.ours, difference.theirs) == (SAMSUNG, 10, 13)
    world.restart()
    world.do(world.desk.decide(order.order_id, IsOutside("102")))
    assert [each.filled_quantity for each in world.desk.orders if each.source == OUTSIDE] == [3]
    assert reconciled(world) == []
    world.check_books()
    world.restart()
    with pytest.raises(InvalidOrder, match="does not wait"):
        world.do(world.desk.decide(order.order_id, IsOutside("102")))


def test_what_is_not_apart_is_not_decided(new_world: "Callable[..., World]", buy: OrderRequest) -> None:
    world, order = by_sor(new_world, buy)
    list_beside(world, 4, 0)
    other = world.place(replace(buy, code=HYNIX, price=200_000))
    world.settle()
    entries = list(world.journal.entries)
    for order_id, number in (
        (order.order_id, "999"),
        (order.order_id, "101"),
        (order.order_id, "noon"),
        (other.order_id, "102"),
    ):
        for finding in (IsPart(number), IsOutside(number)):
            with pytest.raises(InvalidOrder, match=f"number {number} does not wait") as refused:
                world.do(world.desk.decide(order_id, finding))
            assert f"번호 {number}은(는)" in refused.value.korean
    with pytest.raises(InvalidOrder, match="Only what is unconfirmed"):
        world.do(world.desk.decide(order.order_id, Arrived("102")))
    world.broker.faults.append("fail")
    with pytest.raises(BrokerError):
        world.do(world.desk.decide(order.order_id, IsPart("102")))
    assert world.journal.entries == entries
    assert is_held(world, buy)
    world.do(world.desk.decide(order.order_id, IsOutside("102")))
    with pytest.raises(InvalidOrder, match="does not wait"):
        world.do(world.desk.decide(order.order_id, IsOutside("102")))


def test_one_that_turns_out_to_be_an_order_in_doubt_holds_nothing_up(
    new_world: "Callable[..., World]", buy: OrderRequest
) -> None:
    """The list shows a part of it alone, and the person knows its number."""
    world, _ = by_sor(new_world, buy)
    world.broker.script.append("lost")
    doubtful = world.place(replace(buy, venue=Venue.SOR, quantity=8))
    world.broker.rows[102].request = replace(doubtful.request, quantity=5, venue=Venue.KRX)
    world.settle()
    assert [each.row.broker_order_id for each in world.desk.apart] == ["0000000102"]
    world.do(world.desk.decide(doubtful.order_id, Arrived("102")))
    world.settle()
    assert world.order(doubtful).status is S.OPEN
    assert world.desk.apart == ()
    assert not is_held(world, buy)
