"""How everything here is timed: side by side in one process, in CPU seconds, with medians of ratios.

Contenders take turns, round by round, and each round gives one ratio. A machine that is busy with something
else slows both sides of a ratio, so the ratios can be compared between machines; the rates cannot.
"""

import gc
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import TypeVar

T = TypeVar("T")


def keep_to(core: int) -> None:
    """Let this process run on one core only, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@dataclass(frozen=True, slots=True)
class Timings:
    """CPU seconds of every contender, one for each round."""

    seconds: Mapping[str, list[float]]

    def rate(self, name: str, count: int) -> float:
        """`count` per second, in the median."""
        return count / median(self.seconds[name])

    def ratio(self, name: str, other: str) -> float:
        """How many times as fast as `other` it is: the median of the rounds."""
        pairs = zip(self.seconds[name], self.seconds[other], strict=True)
        return median(slow / fast for fast, slow in pairs)


def cpu_seconds(work: Callable[[], T]) -> tuple[float, T]:
    """CPU time of `work`, without the collector of reference cycles, and what it returned."""
    gc.collect()
    gc.disable()
    try:
        began = process_time()
        result = work()
        return process_time() - began, result
    finally:
        gc.enable()


def take_turns(
    contenders: Mapping[str, Callable[[], Callable[[], T]]],
    rounds: int,
    check: Callable[[str, T], None] | None = None,
) -> Timings:
    """Time every contender once a round. What it calls first is not timed, and gives what is.

    `check` sees the name and the result of every timed run.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, prepare in contenders.items():
            spent, result = cpu_seconds(prepare())
            seconds[name].append(spent)
            if check is not None:
                check(name, result)
    return Timings(seconds)


def show(title: str, text: str) -> None:
    """Print one figure."""
    print(f"  {title:<58}{text}", flush=True)
