"""When silence means that a registration is dead. Seconds are handed in."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from hoga.brokers.kis.stall import Stalls, has_changed, has_grown
from hoga.domain.quote import Level, OrderBook
from hoga.domain.zone import KST

BOOK = OrderBook(
    "005930",
    datetime(2026, 11, 20, 10, tzinfo=KST),
    (Level(70_100, 5), Level(70_200, 9)),
    (Level(70_000, 7),),
    14,
    7,
)
LATER = replace(BOOK, at=datetime(2026, 11, 20, 10, 1, tzinfo=KST))
OTHER = replace(LATER, bids=(Level(70_000, 6),), total_bid_quantity=6)


def watched() -> Stalls[int]:
    stalls = Stalls(20, has_grown)
    stalls.begin("005930", 0)
    return stalls


def test_nobody_is_suspected_before_the_patience_is_over() -> None:
    stalls = watched()
    assert stalls.suspects(19.9) == []
    assert stalls.suspects(20) == ["005930"]
    stalls.heard("005930", 20)
    assert stalls.suspects(39) == []


def test_an_issue_that_does_not_trade_is_only_looked_at_now_and_then() -> None:
    stalls = watched()
    for now in range(20, 200):
        if stalls.suspects(now):
            assert now % 5 == 0
            assert not stalls.look("005930", 100, now)
    assert not stalls.stalled


def test_volume_that_grows_without_prints_is_dead_at_the_next_look() -> None:
    stalls = watched()
    assert not stalls.look("005930", 100, 20)
    assert not stalls.look("005930", 103, 25)
    assert stalls.look("005930", 103, 30)
    assert stalls.stalled == {"005930"}


def test_a_print_that_comes_between_two_looks_proves_it_alive() -> None:
    stalls = watched()
    stalls.look("005930", 100, 20)
    stalls.look("005930", 103, 25)
    stalls.heard("005930", 26)
    assert not stalls.look("005930", 109, 30)
    assert stalls.suspects(45) == []
    # Later it begins from the beginning.
    assert not stalls.look("005930", 109, 46)
    assert not stalls.look("005930", 112, 51)
    assert stalls.look("005930", 112, 56)


def test_readings_in_quick_succession_prove_nothing() -> None:
    stalls = watched()
    assert not any(stalls.look("005930", 100 + now, 20 + now / 10) for now in range(49))


def test_one_that_is_renewed_in_vain_is_renewed_less_and_less_often() -> None:
    stalls, renewals = watched(), []
    for now in range(2_000):
        if stalls.suspects(now) and stalls.look("005930", now, now):
            renewals.append(now)
            stalls.begin("005930", now)
    assert renewals[:5] == [30, 80, 170, 340, 670]
    assert [late - early for early, late in pairwise(renewals[4:])] == [330] * 4


def test_it_is_told_once_when_one_that_was_dead_speaks() -> None:
    stalls = watched()
    for volume, now in ((100, 20), (103, 25), (103, 30)):
        stalls.look("005930", volume, now)
    stalls.begin("005930", 31)
    assert stalls.heard("005930", 32)
    assert not stalls.heard("005930", 33)
    assert not stalls.stalled
    assert stalls.suspects(53) == ["005930"]


def test_what_is_not_registered_is_not_looked_after() -> None:
    stalls = watched()
    stalls.end("005930")
    assert stalls.suspects(100) == []
    assert not stalls.heard("005930", 100)
    assert not any(stalls.look("005930", 100 + now, 100 + 5 * now) for now in range(9))


def watched_book() -> Stalls[OrderBook]:
    """One whose book was heard of a second after it was registered."""
    stalls = Stalls(20, has_changed)
    stalls.begin("005930", 0)
    stalls.heard("005930", 1, BOOK)
    return stalls


def test_a_book_that_stands_still_is_only_looked_at_now_and_then() -> None:
    stalls, looks = watched_book(), 0
    for now in range(200):
        if stalls.suspects(now):
            assert now >= 21
            looks += 1
            assert not stalls.look("005930", LATER, now)
    assert looks == 36
    assert not stalls.stalled


def test_a_book_that_differs_from_the_last_one_seen_is_dead_at_the_next_look() -> None:
    stalls = watched_book()
    assert not stalls.look("005930", OTHER, 21)
    assert not stalls.look("005930", OTHER, 22)
    assert stalls.look("005930", OTHER, 26)
    assert stalls.stalled == {"005930"}


def test_a_book_of_which_nothing_was_ever_heard_is_compared_with_the_first_reading() -> None:
    stalls = Stalls(20, has_changed)
    stalls.begin("005930", 0)
    assert not stalls.look("005930", BOOK, 20)
    assert not stalls.look("005930", OTHER, 25)
    assert stalls.look("005930", OTHER, 30)


def test_a_book_that_comes_between_two_looks_proves_it_alive() -> None:
    stalls = watched_book()
    assert not stalls.look("005930", OTHER, 21)
    assert not stalls.heard("005930", 23, OTHER)
    assert not stalls.look("005930", OTHER, 26)
    assert not any(stalls.look("005930", OTHER, now) for now in range(43, 200))


def test_a_dead_book_that_speaks_is_told_once_and_trusted_again() -> None:
    stalls = watched_book()
    stalls.look("005930", OTHER, 21)
    assert stalls.look("005930", OTHER, 26)
    stalls.begin("005930", 27)
    assert stalls.heard("005930", 28, OTHER)
    assert not stalls.heard("005930", 29, OTHER)
    assert not stalls.stalled
    assert stalls.suspects(49) == ["005930"]


def test_only_orders_tell_books_apart() -> None:
    assert not has_changed(BOOK, LATER)
    assert has_changed(BOOK, OTHER)
    assert has_changed(BOOK, replace(BOOK, asks=BOOK.asks[:1]))
