"""A model portfolio: what somebody wants to hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One row of a model. `weight` is a fraction of one; `quantity` (목표수량) says it in shares instead.

    `name` is what the row calls the issue, "" when it does not.
    """

    code: str
    name: str = ""
    weight: Fraction | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model (모델 포트폴리오), and where in its file each code stands, in Korean and in English.

    Without any weights all names share alike.
    """

    title: str
    wishes: tuple[Wish, ...]
    places: Mapping[str, tuple[str, str]]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(wish.code for wish in self.wishes)
