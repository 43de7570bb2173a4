"""What the flows beside KRX's regular session draw: shares, sides, prices that wander, volumes that fade."""

from hoga.domain.request import Side
from hoga.exchange.crowd import Luck


def draw(luck: Luck, share: tuple[float, float]) -> float:
    """A share: at least the first of `share`, and up to so much more as the second."""
    least, more = share
    return least + more * luck.random()


def draw_side(luck: Luck) -> Side:
    return Side.BUY if luck.random() < 0.5 else Side.SELL


def fade(parts: int) -> list[float]:
    """Which part of a volume falls into each of `parts` equal times: the most into the first."""
    weights = [1 / (1 + 8 * n / parts) for n in range(parts)]
    total = sum(weights)
    return [weight / total for weight in weights]


class Wander:
    """How many prices a price is away from its way, `farthest` at most."""

    __slots__ = ("_farthest", "_luck", "away")

    def __init__(self, luck: Luck, farthest: int) -> None:
        self._luck = luck
        self._farthest = farthest
        self.away = 0

    def go_on(self) -> int:
        """Go on by a price or none, and rather back than further away."""
        chance = self._luck.random()
        if chance < 0.4:
            self.away += 1 if chance < 0.2 - 0.05 * self.away else -1
            self.away = min(max(self.away, -self._farthest), self._farthest)
        return self.away
