"""When the next call may begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.brokers.kis.pacing import (
    GRACE,
    KEPT,
    QUIET,
    SECOND,
    STEPS,
    Brake,
    Pacing,
    full,
    kept_for_orders,
)
from hoga.brokers.kis.rates import Priority

ORDER, ACCOUNT, QUOTE, POLL = Priority
NOW = 1_800_000_000_000_000
KIS_SECOND = 1_000_000


def begin_all(pacing: Pacing, priority: Priority, calls: int, count: int, now: int = NOW) -> list[int]:
    """The starts of `count` calls that wait their turn one after the other."""
    starts = []
    for _ in range(count):
        while (at := pacing.take(priority, now, calls)) > now:
            now = at
        starts.append(now)
    return starts


def most_in_a_second(starts: list[int]) -> int:
    return max(sum(start <= each < start + KIS_SECOND for each in starts) for start in starts)


def test_a_whole_second_of_orders_begins_at_once_and_the_next_waits() -> None:
    starts = begin_all(Pacing(), ORDER, 18, 37)
    assert starts == [NOW] * 18 + [NOW + SECOND] * 18 + [NOW + 2 * SECOND]


def test_prices_leave_three_places_for_orders() -> None:
    pacing = Pacing()
    assert begin_all(pacing, QUOTE, 18, 16) == [NOW] * 15 + [NOW + SECOND]
    pacing = Pacing()
    begin_all(pacing, QUOTE, 18, 15)
    assert begin_all(pacing, ORDER, 18, 4) == [NOW, NOW, NOW, NOW + SECOND]


@pytest.mark.parametrize(("calls", "kept"), [(1, 0), (2, 0), (3, 1), (18, 3), (20, 3)])
def test_few_calls_have_no_place_to_spare(calls: int, kept: int) -> None:
    assert kept_for_orders(calls) == kept


def test_paper_calls_are_a_second_apart() -> None:
    assert begin_all(Pacing(), QUOTE, 1, 3) == [NOW, NOW + SECOND, NOW + 2 * SECOND]


def test_an_order_that_waits_keeps_its_place_from_others() -> None:
    pacing = Pacing()
    pacing.take(QUOTE, NOW, 1)
    assert pacing.take(ORDER, NOW + 1, 1) == NOW + SECOND
    # Another process asks for prices at the moment at which the order may go.
    assert pacing.take(ACCOUNT, NOW + SECOND, 1) == NOW + SECOND + GRACE
    assert pacing.take(QUOTE, NOW + SECOND, 1) > NOW + SECOND
    assert pacing.take(ORDER, NOW + SECOND, 1) == NOW + SECOND


def test_a_place_that_is_not_taken_is_free_again() -> None:
    pacing = Pacing()
    pacing.take(QUOTE, NOW, 1)
    pacing.take(ORDER, NOW + 1, 1)
    at = NOW + SECOND + GRACE
    assert pacing.take(QUOTE, at, 1) == at


def test_an_account_read_keeps_its_place_from_prices_only() -> None:
    pacing = Pacing()
    pacing.take(QUOTE, NOW, 1)
    pacing.take(ACCOUNT, NOW + 1, 1)
    assert pacing.take(QUOTE, NOW + SECOND, 1) > NOW + SECOND
    assert pacing.take(ORDER, NOW + SECOND, 1) == NOW + SECOND


def test_a_refusal_spaces_calls_out_and_quiet_brings_them_together_slowly() -> None:
    pacing = Pacing()
    pacing.take(QUOTE, NOW, 18)
    pacing.key_brake.pull(NOW, NOW + 1)
    base = SECOND // 18
    assert pacing.take(QUOTE, NOW + 2, 18) == NOW + base * 5 // 4
    assert pacing.take(QUOTE, NOW + QUIET, 18) == NOW + QUIET
    assert pacing.key_brake.step == 1
    pacing.settle(NOW + QUIET + 1)
    assert pacing.key_brake.step == 0


def test_refusals_of_one_burst_count_once() -> None:
    brake = Brake()
    for late in range(10):
        brake.pull(NOW, NOW + 1 + late)
    assert brake.step == 1
    brake.pull(NOW + 2, NOW + 3)
    assert brake.step == 2


def test_a_brake_has_an_end() -> None:
    brake = Brake()
    for count in range(100):
        brake.pull(NOW + count, NOW + count)
    assert brake.step == STEPS
    assert brake.space(SECOND // 18) * 3 > KIS_SECOND  # as slow as a new customer must be


def test_a_refusal_of_the_ledger_spaces_account_reads_only() -> None:
    pacing = Pacing()
    pacing.take(ACCOUNT, NOW, 18)
    pacing.ledger_brake.pull(NOW, NOW)
    assert pacing.take(ACCOUNT, NOW, 18) == NOW + 125_000
    assert pacing.take(ORDER, NOW, 18) == NOW


def test_a_clock_that_is_set_back_holds_nobody_up() -> None:
    pacing = Pacing()
    begin_all(pacing, ORDER, 1, 2)
    pacing.take(ORDER, NOW + SECOND, 1)
    pacing.key_brake.pull(NOW, NOW)
    earlier = NOW - 3600 * KIS_SECOND
    assert pacing.take(QUOTE, earlier, 1) <= earlier + 2 * SECOND


def test_what_is_written_is_read_again() -> None:
    pacing = Pacing()
    begin_all(pacing, QUOTE, 18, 2 * KEPT)
    pacing.take(ACCOUNT, pacing.starts[-1], 18)
    pacing.key_brake.pull(NOW, NOW)
    pacing.ledger_brake.pull(NOW, NOW)
    assert Pacing.decode(pacing.encode()) == pacing
    assert len(pacing.starts) == KEPT


def test_anything_else_is_not_read() -> None:
    content = Pacing(starts=[NOW]).encode()
    for torn in (b"", content[:-1], content + b"\0", content[:40] + b"\7" + content[41:], b"X" + content[1:]):
        assert Pacing.decode(torn) is None


def test_when_nothing_is_known_a_second_is_waited() -> None:
    assert full(NOW, 18).take(ORDER, NOW, 18) == NOW + SECOND


def test_how_long_calls_take_is_known_beforehand() -> None:
    pacing = Pacing()
    assert pacing.end_of([0, 0, 400, 0], NOW, 1) == NOW + 399 * SECOND
    assert pacing.end_of([0, 0, 7, 0], NOW, 18) == NOW
    assert pacing.end_of([1, 1, 1, 1], NOW, 1) == NOW + 3 * SECOND
    assert pacing == Pacing()


@given(
    st.lists(
        st.tuples(st.sampled_from(Priority), st.integers(0, 400_000), st.booleans()), min_size=1, max_size=80
    ),
    st.sampled_from([1, 2, 3, 18, 20]),
)
def test_no_second_ever_has_more_starts_than_allowed(
    steps: list[tuple[Priority, int, bool]], calls: int
) -> None:
    pacing, now, starts = Pacing(), NOW, []
    for priority, pause, is_refused in steps:
        now += pause
        if pacing.take(priority, now, calls) == now:
            starts.append(now)
            if is_refused:
                pacing.key_brake.pull(now, now)
    if starts:
        assert most_in_a_second(starts) <= calls
