"""A recommendation: an issue somebody would like to buy, and the price it is measured by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate (추천 종목).

    `reference` (기준가) is a price in won, by the seed's habit the previous close. `name` is for people only.
    """

    code: str
    name: str
    reference: int
