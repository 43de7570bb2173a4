"""A rebalancing plan: what is to be traded, at which prices it was planned, and in which hours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from hoga.domain.request import Side


class Schedule(StrEnum):
    """By what a quantity is spread over its window."""

    TWAP = "twap"
    """By time."""
    VWAP = "vwap"
    """By the volume that the name's recent days had by then."""
    POV = "pov"
    """By a share of what everybody trades."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One name of a plan: `held` and `target` shares, and the price in won that it was planned at."""

    code: str
    name: str
    held: int
    target: int
    price: int
    commission: int = 0
    tax: int = 0

    @property
    def quantity(self) -> int:
        """투자수량: shares to buy, or below zero to sell."""
        return self.target - self.held

    @property
    def side(self) -> Side | None:
        """None when nothing is to be done."""
        return None if not self.quantity else Side.BUY if self.quantity > 0 else Side.SELL

    @property
    def amount(self) -> int:
        """Won that the trade comes to at the planned price."""
        return abs(self.quantity) * self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a rebalanced portfolio looks like, and what it costs to get there. Lines are in order of code.

    `total_value` is the account's: cash after settlement and the value of everything held. `kept_cash` are
    the won that purchases leave in the account, also when prices rise.
    """

    lines: tuple[Line, ...]
    total_value: int
    cash_before: int
    kept_cash: int = 0

    @property
    def bought(self) -> int:
        return sum(line.amount for line in self.lines if line.side is Side.BUY)

    @property
    def sold(self) -> int:
        return sum(line.amount for line in self.lines if line.side is Side.SELL)

    @property
    def costs(self) -> int:
        """Commission and taxes at the planned prices."""
        return sum(line.commission + line.tax for line in self.lines)

    @property
    def cash_after(self) -> int:
        """Cash after settlement, never below zero."""
        return self.cash_before + self.sold - self.bought - self.costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a plan is traded: sales from `start` to `sells_end`, purchases from `start` to `end`.

    A name has its turn every `slice_minutes`, at an instant drawn from `seed`, so that names do not fire
    together. `participation` is the share of the market's volume for `Schedule.POV`. What is left after the
    window is traded until continuous trading ends, and with `closing_auction` in the closing call.

    `curves` are for `Schedule.VWAP`: the shares that everybody traded of a name in each five minutes from the
    open on, on its recent days together. A name without one follows the curve assumed for a usual day.
    """

    schedule: Schedule
    start: datetime
    sells_end: datetime
    end: datetime
    slice_minutes: int
    participation: Decimal
    closing_auction: bool
    seed: int
    curves: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A numbered plan for one account on one trading day. `account` tells the account without naming it.

    `expected_end` is when it should be done. `notes` say what was left out of it, and why.
    """

    number: int
    day: date
    made_at: datetime
    profile: str
    account: str
    prices: str
    model: str
    targets: Targets
    course: Course
    expected_end: datetime
    notes: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The name under which its orders are in the journal."""
        return f"rebalance-{self.number:04d}-{self.made_at:%H%M%S}"


_SOURCE = re.compile(r"rebalance-(\d{4,})-\d{6}", re.ASCII)


def find_number(source: str) -> int | None:
    """The number of the plan whose `source` this is; None when it is that of something else."""
    found = _SOURCE.fullmatch(source)
    return int(found[1]) if found else None
