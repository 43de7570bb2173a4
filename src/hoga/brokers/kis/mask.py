"""Secrets of an account do not stand in what people are shown.

KIS's own words go into errors, answers and logs, and they may repeat what was sent. How often they do is not
documented; so whatever they say goes through here.
"""

from collections.abc import Iterable
from dataclasses import replace

from hoga.domain.errors import BrokerError, HogaError
from hoga.domain.notices import Answer, NoAnswer, Refused

MASK = "***"
SHORTEST = 4
"""Shorter ones would be found in ordinary words."""


class Mask:
    """Knows the secrets of one account. Never shown."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        self.add(*secrets)

    def __repr__(self) -> str:
        return "Mask(***)"

    def add(self, *secrets: str) -> None:
        """There are more secrets."""
        for secret in secrets:
            if len(secret) >= SHORTEST:
                self._secrets.add(secret)

    def text(self, words: str) -> str:
        """`words` without the secrets."""
        # A longer one first: it may hold a shorter one.
        for secret in sorted(self._secrets, key=len, reverse=True):
            words = words.replace(secret, MASK)
        return words

    def error(self, error: HogaError) -> None:
        """Mask the words of an error. The text that a `WireError` keeps for the alarm stays as it is."""
        error.korean, error.english = self.text(error.korean), self.text(error.english)
        error.args = (error.korean, error.english)
        if isinstance(error, BrokerError):
            error.said = self.text(error.said)

    def answer(self, answer: Answer) -> Answer:
        """The same answer with its words masked."""
        match answer:
            case Refused():
                return replace(answer, message=self.text(answer.message))
            case NoAnswer():
                return replace(answer, why=self.text(answer.why))
            case _:
                return answer
