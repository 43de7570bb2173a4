"""Counts what pushed fill notices tell about one order, so that no execution counts twice.

There are two witnesses: notices, which are fast and may be lost, late or repeated; and the day's order list,
which is cumulative but has no single executions. KIS numbers neither executions nor notices. While notices
alone have told everything that is known, the next one counts at once. A notice equal to an earlier one, or
one that comes when the list has told more than the notices, may tell what is known already: it is left to
the next reading of the list.
"""

from hoga.domain.notices import FillNotice, number_key


class Tally:
    """The notices of one order. `told` is the sum of shares in notices that differ from each other."""

    def __init__(self, told: int = 0) -> None:
        self.told = told
        self._seen: set[tuple[object, ...]] = set()

    def counts(self, notice: FillNotice, known: int) -> bool:
        """Whether `notice` surely tells something new, when `known` shares are known to have filled."""
        mark: tuple[object, ...] = (
            (number_key(notice.broker_order_id), notice.fill_id)
            if notice.fill_id
            else (number_key(notice.broker_order_id), notice.at, notice.quantity, notice.price)
        )
        if mark in self._seen:
            return False
        self._seen.add(mark)
        was_in_step = self.told == known
        self.told += notice.quantity
        return was_in_step
