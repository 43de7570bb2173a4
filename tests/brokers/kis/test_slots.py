"""Who gets one of few registrations."""

from hoga.brokers.kis.codes import BOOKS_STREAM, TRADES_STREAM
from hoga.brokers.kis.slots import Registration, allot


def prints(*codes: str) -> tuple[Registration, ...]:
    return tuple(Registration(TRADES_STREAM, code) for code in codes)


def books(*codes: str) -> tuple[Registration, ...]:
    return tuple(Registration(BOOKS_STREAM, code) for code in codes)


def test_everybody_gets_a_slot_while_there_are_enough() -> None:
    found = allot(["a", "b", "a"], ["b"], (), 3)
    assert set(found.streamed) == {*prints("a", "b"), *books("b")}
    assert found.asked == ()


def test_prints_go_before_books_and_what_is_held_before_what_is_watched() -> None:
    found = allot(["a", "b", "c"], ["a", "c", "d"], {"c"}, 4)
    assert found.streamed == (*prints("c", "a", "b"), *books("c"))
    assert found.asked == books("a", "d")


def test_the_earlier_code_goes_first_among_equals() -> None:
    found = allot(["c", "a", "b"], [], (), 2)
    assert (found.streamed, found.asked) == (prints("c", "a"), prints("b"))


def test_who_has_a_slot_keeps_it_among_equals() -> None:
    taken = {*prints("y", "z")}
    found = allot(["a", "b", "y", "z"], [], (), 3, taken)
    assert (found.streamed, found.asked) == (prints("y", "z", "a"), prints("b"))


def test_what_is_held_takes_the_slot_of_what_is_only_watched() -> None:
    taken = {*prints("a", "b")}
    found = allot(["a", "b", "c"], [], {"c"}, 2, taken)
    assert (found.streamed, found.asked) == (prints("c", "a"), prints("b"))


def test_without_slots_everything_is_asked_for() -> None:
    found = allot(["a"], ["a"], {"a"}, 0)
    assert (found.streamed, found.asked) == ((), (*prints("a"), *books("a")))
