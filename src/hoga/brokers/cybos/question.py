"""One request of CYBOS Plus as a value, and what comes back: no COM here.

Inputs stay on an object from one request to the next, so every question names all of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hoga.brokers.cybos.codes import Limit, Program
from hoga.brokers.cybos.com import Input, Value
from hoga.domain.errors import WireError


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer: headers by number, and rows by number of the field."""

    headers: Mapping[int, Value]
    rows: Sequence[Mapping[int, Value]]


Push = Mapping[int, Value]
"""The headers of something that was pushed."""


def _never(page: Page) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask of `program`, and what to read of its answer.

    `count` is the header that tells the rows; without one there are `rows`. With `is_sorted` the fields were
    named in the inputs, and their columns stand by rising number. `is_enough` ends a list that goes on.
    """

    program: Program
    inputs: Mapping[int, Input]
    headers: tuple[int, ...] = ()
    fields: tuple[int, ...] = ()
    count: int | None = None
    rows: int = 0
    is_sorted: bool = False
    is_paged: bool = False
    is_enough: Callable[[Page], bool] = _never
    limit: Limit = Limit.QUOTE

    @property
    def columns(self) -> Mapping[int, int]:
        """The column of each field."""
        ordered = sorted(self.fields) if self.is_sorted else self.fields
        return {field: place if self.is_sorted else field for place, field in enumerate(ordered)}


@dataclass(frozen=True, slots=True)
class Status:
    """How a request went: what it returned (None from some wrappers), its status and its words."""

    returned: int | None
    status: int
    said: str

    @property
    def is_good(self) -> bool:
        return self.returned in (0, None) and self.status == 0

    @property
    def code(self) -> str:
        """The number that begins the words, "" when none does."""
        first = self.said.partition(" ")[0]
        return first if first.isdecimal() else ""

    @property
    def message(self) -> str:
        return self.said.removeprefix(self.code).strip()


def char(value: Value) -> str:
    """A `char` of an answer: COM hands over its number. 0 is none."""
    if isinstance(value, int):
        return chr(value) if value > 0 else ""
    return text(value)


def text(value: Value) -> str:
    """Text without what fills it up; None is none."""
    return "" if value is None else str(value).strip()


def whole(value: Value, what: str) -> int:
    """A whole number. Raises `WireError` for anything else: a failed question may leave anything behind."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float | Decimal) and value == int(value):
        return int(value)
    raise unreadable(what, value)


def decimal(value: Value, what: str) -> Decimal:
    """A number with digits behind the point. A float is taken as it prints."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value))
    raise unreadable(what, value)


def unreadable(what: str, value: Any) -> WireError:
    return WireError(
        f"대신증권의 답을 읽을 수 없습니다: {what} = {value!r}",
        f"Daishin's answer cannot be read: {what} = {value!r}",
        repr(value),
    )
