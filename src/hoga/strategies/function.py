"""A strategy that is one function."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hoga.domain.wake import Decision, View

Decide = Callable[[View, datetime], Decision]


@dataclass(frozen=True, slots=True)
class FunctionStrategy:
    """Keeps the promise of a strategy (`ports.Strategy`) for a function."""

    name: str
    codes: frozenset[str]
    history: int
    decide: Decide


def strategy(*codes: str, history: int = 0) -> Callable[[Decide], FunctionStrategy]:
    """Makes a strategy of the function below it: `@strategy("005930")`.

    `codes` are the instruments it wants to see, `history` how many daily bars before today of each.
    """

    def make(decide: Decide) -> FunctionStrategy:
        return FunctionStrategy(decide.__name__, frozenset(codes), history, decide)

    return make
