"""What every question to KIS needs, and how a long list of days is read in pieces.

The questions themselves are in `chart_questions`, `market_questions`, `company_questions`, `flow_questions`
and `account_questions`, each about one subject.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.rest import Rest
from hoga.domain.bar import Interval
from hoga.domain.errors import BadInput
from hoga.ports import Clock

T = TypeVar("T")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Access:
    """The calls of one account. `product` writes a code as KIS does."""

    rest: Rest
    environment: Environment
    clock: Clock
    account: str
    product: Callable[[str], str]

    def __repr__(self) -> str:
        return f"Access({self.environment})"

    @property
    def today(self) -> date:
        return self.clock.now().date()

    async def walk(
        self,
        ask: Callable[[date], Request],
        read: Callable[[Reply], Sequence[T]],
        day_of: Callable[[T], date],
        first: date,
        last: date,
        interval: Interval = Interval.DAY,
    ) -> list[T]:
        """Everything from `first` to `last`, oldest first, of a list that goes back from a day.

        Asks until an answer reaches `first` or shows nothing older: how many rows one has does not matter.
        """
        check_period(first, last)
        found: list[T] = []
        until = last
        while until >= first:
            rows = await self.rest.ask(ask(until), read)
            older = [row for row in rows if day_of(row) <= until]
            if not older:
                break
            found = [*older, *found]
            until = interval.start(day_of(older[0])) - _DAY
        return [row for row in found if day_of(row) >= first]


async def all_done(*tasks: "asyncio.Task[Any]") -> None:
    """Wait for all `tasks`. When one fails, its error is raised and the others are given up."""
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def check_period(first: date, last: date) -> None:
    """Raises `BadInput` for days in the wrong order."""
    if first > last:
        raise BadInput(
            f"첫날 {first} 이(가) 끝날 {last} 보다 늦습니다. 날짜를 바꾸십시오.",
            f"The first day {first} is after the last one {last}. Change them.",
        )
