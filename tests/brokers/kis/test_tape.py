"""The tape of the day: ticks and minutes of every issue, and nothing of what has not traded."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.brokers.kis.door import DAY, KIM, MAKER, SAMSUNG, SELL, NoLuck, at, make_simulation

from hoga.brokers.kis.tape import Tape
from hoga.domain.bar import Bar, merge_bars
from hoga.domain.request import Side
from hoga.exchange.commands import Place
from hoga.exchange.events import BoardKind, Traded
from hoga.exchange.exchange import Exchange, Listing
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK

CODE = "005930"


def traded(when: datetime, price: int, quantity: int, taker: Side | None = Side.BUY) -> Traded:
    return Traded(when, CODE, price, quantity, 1, 2, "", "", taker)


def make_tape() -> tuple[Tape, Simulation]:
    simulation = make_simulation()
    simulation.advance(at("10:00"))
    return Tape(simulation), simulation


def test_a_print_knows_the_day_until_then() -> None:
    tape, _ = make_tape()
    tape.hear([traded(at("09:00"), 100, 5, None)])
    tape.hear([traded(at("09:00:01"), 101, 2), traded(at("09:00:02"), 99, 3, Side.SELL)])
    newest, middle, oldest = tape.newest(CODE, 10)
    assert (oldest.volume, oldest.bought, oldest.sold) == (5, 0, 0)
    assert (middle.volume, middle.bought, middle.sold) == (7, 2, 0)
    assert (newest.price, newest.quantity, newest.volume, newest.bought, newest.sold) == (99, 3, 10, 2, 3)
    assert newest.at == at("09:00:02")


def test_the_newest_prints_up_to_a_second_are_given() -> None:
    tape, _ = make_tape()
    tape.hear([traded(at("09:00") + timedelta(seconds=n // 2), 100 + n, 1) for n in range(10)])
    assert [each.price for each in tape.newest(CODE, 3)] == [109, 108, 107]
    assert [each.price for each in tape.newest(CODE, 2, at("09:00:02"))] == [105, 104]
    assert tape.newest(CODE, 2, at("08:59:59")) == []
    assert tape.newest("000660", 2) == []


def test_the_book_beside_a_print_is_the_one_after_it() -> None:
    tape, simulation = make_tape()
    for price in (70_100, 70_200):
        simulation.submit(Place(MAKER, CODE, SELL, 5, price), at("10:00"))
    simulation.submit(Place(KIM.account, CODE, Side.BUY, 5, 70_100), at("10:00"))
    (only,) = tape.newest(CODE, 5)
    assert (only.price, only.ask, only.bid) == (70_100, 70_200, 0)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(90, 110), st.integers(1, 9)), min_size=1))
def test_minutes_are_the_prints_put_together_however_often_they_are_looked_at(
    steps: list[tuple[int, int, int]],
) -> None:
    tape, _ = make_tape()
    seconds = sorted(second for second, _, _ in steps)
    prints = [
        (at("09:00") + timedelta(seconds=second), price, quantity)
        for second, (_, price, quantity) in zip(seconds, steps, strict=True)
    ]
    for when, price, quantity in prints:
        tape.hear([traded(when, price, quantity)])
        tape.minutes(CODE)
    expected = []
    for minute in sorted({when.replace(second=0) for when, _, _ in prints}):
        ticks = [
            Bar(CODE, minute, price, price, price, price, quantity, price * quantity)
            for when, price, quantity in prints
            if when.replace(second=0) == minute
        ]
        expected.append(merge_bars(ticks))
    assert list(tape.minutes(CODE)) == expected


def test_each_market_of_the_day_has_its_own_prints() -> None:
    tape, simulation = make_tape()
    regular = traded(at("10:00"), 70_000, 1)
    evening = Traded(at("16:10"), CODE, 69_000, 2, 1, 2, "", "", None, BoardKind.EVENING_CALLS)
    tape.hear([regular])
    tape.hear([evening])
    assert [each.price for each in tape.newest(CODE, 5)] == [70_000]
    assert [each.price for each in tape.newest(CODE, 5, None, (BoardKind.EVENING_CALLS,))] == [69_000]
    assert tape.find_first(CODE, 69_000) is None
    assert simulation.exchange.day == DAY


def test_a_new_day_begins_empty() -> None:
    tape, simulation = make_tape()
    tape.hear([traded(at("10:00"), 100, 1)])
    day = DAY + timedelta(days=1)
    following = Exchange(day, [Listing(SAMSUNG, 70_000)], [], KIS_STOCK)
    simulation.restart(following, Flow(day, (), {}, lambda _: NoLuck()))
    assert tape.newest(CODE, 5) == []
    tape.hear([traded(at("09:00") + timedelta(days=1), 105, 1)])
    assert [each.price for each in tape.newest(CODE, 5)] == [105]


def test_a_high_is_found_at_its_first_print() -> None:
    tape, _ = make_tape()
    prices = enumerate((100, 105, 101, 105))
    tape.hear([traded(at("10:00") + timedelta(minutes=n), price, 1) for n, price in prices])
    assert tape.find_first(CODE, 105) == at("10:01")
    assert tape.find_first(CODE, 106) is None
