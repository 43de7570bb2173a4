"""What goes wrong around a tortured desk: faults of the exchange's control plane, drawn from a seed.

Each kind comes once before any comes again, so that a short torture has seen them all.
"""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Generic, TypeVar

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.faults import ArmedFault, Direction, Effect, Fault, Faults, Filter, Nth, Window
from hoga.brokers.kis.meanings import MEANINGS, Meaning
from hoga.brokers.kis.services import Call
from hoga.ports import Clock

T = TypeVar("T")

MOST_FAULTS = 6
"""That wait for something to strike."""

BEFOREHAND = ("EGW00201", "EGW00215", "EGW00123", "EGW00121")
"""Only said before a call is carried out: calls are counted and tokens looked at before that."""
EITHER_WAY = ("500", "EGW00301", "EGW00302", "EGW00202", "EGW00203", "EGW00001", "90020000")
assert {MEANINGS[code] for code in BEFOREHAND} == {Meaning.RATE_LIMITED, Meaning.LOGIN_EXPIRED}

_ON_CALLS = (Effect.LOSE_REQUEST, Effect.LOSE_ANSWER, Effect.ANSWER, Effect.DELAY)
_SEVERAL = (Effect.MORE_FIELDS, Effect.EMPTY_ORDERS)
_LONGEST_SILENCE = 0.3
LAG = (40.0, 100.0)
"""Seconds of the market by which the order list is late, and for which it is: the desk waits for 20."""
LATEST = timedelta(seconds=LAG[1])


class Deck(Generic[T]):
    """Gives each of its cards once, in an order of chance, before any comes again."""

    def __init__(self, luck: random.Random, cards: Iterable[T]) -> None:
        self._luck = luck
        self._cards = tuple(cards)
        self._left: list[T] = []

    def draw(self) -> T:
        if not self._left:
            self._left = self._luck.sample(self._cards, len(self._cards))
        return self._left.pop()


class Mishaps:
    """Arms one fault after the other, and counts what has struck."""

    def __init__(self, faults: Faults, environment: Environment, luck: random.Random, clock: Clock) -> None:
        self._faults = faults
        self._clock = clock
        self._luck = luck
        on_paper = environment is Environment.PAPER
        self._effects = Deck(luck, (each for each in Effect if on_paper or each is not Effect.EMPTY_ORDERS))
        self._ways = Deck(luck, Direction)
        self._beforehand = Deck(luck, BEFOREHAND + EITHER_WAY)
        self._afterwards = Deck(luck, EITHER_WAY)
        self._numbers: set[int] = set()
        self._struck: Counter[str] = Counter()

    def perhaps(self, probability: float) -> None:
        """Perhaps arm one more. Those that have struck, or wait for too long, are taken away."""
        for armed in self._faults.armed:
            is_ours = armed.number in self._numbers
            if is_ours and self._is_spent(armed):
                self._struck[armed.fault.effect.value] += armed.struck
                self._numbers.remove(armed.number)
                self._faults.disarm(armed.number)
        if self._luck.random() < probability:
            self._numbers.add(self._faults.arm(self._draw()).number)

    def _is_spent(self, armed: ArmedFault) -> bool:
        """Whether a fault has struck, and will not go on, or waits for too long."""
        when = armed.fault.when
        if isinstance(when, Window):
            return self._clock.now() >= when.end
        return bool(armed.struck) or len(self._numbers) >= MOST_FAULTS

    def struck(self) -> dict[str, int]:
        """How often each effect has struck."""
        waiting = [armed for armed in self._faults.armed if armed.number in self._numbers]
        found = Counter(self._struck)
        for armed in waiting:
            found[armed.fault.effect.value] += armed.struck
        return dict(sorted(found.items()))

    def _draw(self) -> Fault:
        effect = self._effects.draw()
        way = self._ways.draw() if effect in (Effect.ANSWER, Effect.DELAY) else None
        code = ""
        if effect is Effect.ANSWER:
            code = (self._afterwards if way is Direction.OUT else self._beforehand).draw()
        return Fault(
            effect=effect,
            when=self._when(effect),
            only=self._filter(effect),
            direction=way,
            seconds=self._seconds(effect),
            code=code,
        )

    def _when(self, effect: Effect) -> Nth | Window:
        if effect is Effect.LATE_ORDERS:  # for a while: a list that is late once is read again
            now = self._clock.now()
            return Window(now, now + timedelta(seconds=self._luck.uniform(*LAG)))
        if effect is Effect.GO_SILENT:  # rarely at a registration, which then is waited for in vain
            return Nth(self._luck.randint(4, 8))
        return Nth(self._luck.randint(1, 6), 5 if effect in _SEVERAL else 1)

    def _seconds(self, effect: Effect) -> float | None:
        luck = self._luck
        match effect:
            case Effect.DELAY:
                return luck.uniform(0.01, _LONGEST_SILENCE)
            case Effect.LATE_ORDERS:
                return luck.uniform(*LAG)
            case Effect.HOLD_BACK:
                return luck.uniform(0.01, 1.0) if luck.random() < 0.7 else None
            case Effect.LOSE_REQUEST | Effect.LOSE_ANSWER:
                return luck.uniform(0.01, _LONGEST_SILENCE) if luck.random() < 0.3 else None
            case _:
                return None

    def _filter(self, effect: Effect) -> Filter:
        """Half of what happens to calls happens to orders: they are what it is about."""
        if effect not in _ON_CALLS or self._luck.random() < 0.5:
            return Filter()
        return Filter(call=self._luck.choice((Call.BUY, Call.SELL, Call.REVISE, Call.ORDERS)))
