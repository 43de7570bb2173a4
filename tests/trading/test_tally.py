from datetime import datetime, timedelta

from hoga.domain.notices import FillNotice
from hoga.domain.zone import KST
from hoga.trading.tally import Tally as Counted

AT = datetime(2025, 11, 14, 10, tzinfo=KST)
PRICE = 70_000


class Tally(Counted):
    """The same, asked in shares that all cost the same."""

    def counts(self, notice: FillNotice, known_quantity: int, known_amount: int | None = None) -> bool:
        return super().counts(
            notice, known_quantity, known_quantity * PRICE if known_amount is None else known_amount
        )


def notice(quantity: int, second: int = 0, number: str = "0000000101", fill_id: str = "") -> FillNotice:
    at = AT + timedelta(seconds=second)
    return FillNotice(broker_order_id=number, at=at, quantity=quantity, price=PRICE, fill_id=fill_id)


def test_notices_that_differ_count_one_by_one() -> None:
    tally = Tally()
    assert tally.counts(notice(3, 0), 0)
    assert tally.counts(notice(3, 1), 3)
    assert tally.counts(notice(4, 1), 6)


def test_an_equal_notice_does_not_count_by_itself() -> None:
    tally = Tally()
    assert tally.counts(notice(3), 0)
    assert not tally.counts(notice(3), 3)
    assert not tally.counts(notice(3, number="101"), 3)  # the same number, written without padding


def test_equal_notices_with_marks_of_their_own_count() -> None:
    tally = Tally()
    assert tally.counts(notice(3, fill_id="a"), 0)
    assert tally.counts(notice(3, fill_id="b"), 3)
    assert not tally.counts(notice(3, fill_id="a"), 6)


def test_a_notice_that_comes_after_the_list_has_told_it_does_not_count() -> None:
    tally = Tally()
    assert not tally.counts(notice(3), 3)


def test_once_the_late_notices_are_in_the_next_one_counts_again() -> None:
    tally = Tally()
    assert not tally.counts(notice(3, 0), 5)
    assert not tally.counts(notice(2, 1), 5)
    assert tally.counts(notice(1, 2), 5)


def test_after_a_restart_notices_do_not_count_for_what_had_filled_before() -> None:
    tally = Tally()
    assert not tally.counts(notice(2, 0), 5)
    assert not tally.counts(notice(1, 1), 5)


def test_as_many_shares_for_another_amount_are_other_executions() -> None:
    tally = Tally()
    assert not tally.counts(notice(3, 0), 3, 3 * PRICE - 300)
    assert not tally.counts(notice(2, 1), 3, 3 * PRICE - 300)
