"""Counts what pushed fill notices tell about one order, so that no execution counts twice.

There are two witnesses: notices, which are fast and may be lost, late or repeated; and the day's order list,
which is cumulative but has no single executions. KIS numbers neither executions nor notices. While notices
alone have told everything that is known, the next one counts at once. A notice equal to an earlier one, or
one that comes when the list has told more than the notices, may tell what is known already: it is left to
the next reading of the list.
"""

from hoga.domain.notices import FillNotice, number_key


class Tally:
    """The notices of one order that differ from each other, added up in shares and won."""

    def __init__(self) -> None:
        self._quantity = 0
        self._amount = 0
        self._seen: set[tuple[object, ...]] = set()

    def counts(self, notice: FillNotice, known_quantity: int, known_amount: int) -> bool:
        """Whether `notice` tells something new, when so many shares are known to have filled for so much.

        The sums decide, not what they consist of: whenever they equal what is known, adding the next notice
        gives a sum of different executions again, which the order's true total cannot fall short of.
        """
        mark: tuple[object, ...] = (
            (number_key(notice.broker_order_id), notice.fill_id)
            if notice.fill_id
            else (number_key(notice.broker_order_id), notice.at, notice.quantity, notice.price)
        )
        if mark in self._seen:
            return False
        self._seen.add(mark)
        was_in_step = (self._quantity, self._amount) == (known_quantity, known_amount)
        self._quantity += notice.quantity
        self._amount += notice.quantity * notice.price
        return was_in_step
