"""How many calls KIS takes from one app key in a second.

Source: KIS's notice of 2026-04-20: 18 calls a second, 1 on paper; one token and one approval key a second,
and a report of 2026 of 120 balances a second of all customers together. A call to hashkey is counted and
never refused itself. That a refused call does not count against the next ones, and that revoking a token is
not counted, is unverified; so is how KIS measures a second, which here is any second: the log slides.

Time is handed in, in seconds of real time: who calls too fast for a computer does so at any pace of a
simulated day.
"""

from collections import deque

from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.rates import LATEST
from hoga.brokers.kis.services import Call
from hoga.domain.errors import BadInput

_LOGINS = (Call.TOKEN, Call.APPROVAL)

LEDGER = {Environment.REAL: 120, Environment.PAPER: None}
"""Balances a second that KIS's ledger reads for all its customers together."""


class Limits:
    """What each app key has called lately, and whether it may call once more.

    `calls` and `logins` are how many may begin within any `seconds`; None is no limit. `logins` holds for
    tokens and for approval keys, each on its own. `ledger` is how many balances may be read by all app keys
    together. Raises `BadInput` for a limit that allows nothing.
    """

    def __init__(
        self, calls: int | None, logins: int | None = 1, *, ledger: int | None = None, seconds: float = 1.0
    ) -> None:
        if any(most is not None and most < 1 for most in (calls, logins, ledger)) or not seconds > 0:
            raise BadInput(
                "초당 호출 한도는 1 이상이어야 합니다. 한도를 고치거나 빼세요.",
                "A limit of calls a second must be at least 1. Change it or leave it out.",
            )
        self.calls = calls
        self.logins = logins
        self.ledger = ledger
        self._read: deque[float] = deque()
        """When balances were read, by whomever."""
        self._seconds = seconds
        self._begun: dict[tuple[str, str], deque[float]] = {}
        """When calls of an app key began, by app key and login; those of all other calls together are ""."""

    @classmethod
    def of(cls, environment: Environment) -> "Limits":
        """KIS's own limits, the latest ones."""
        return cls(LATEST[environment], ledger=LEDGER[environment])

    def admit(self, appkey: str, call: Call | None, at: float) -> bool:
        """Whether `call` may be carried out at the second `at`; if so it is counted.

        None is a call that does not exist. `at` never runs backward.
        """
        if call is Call.REVOKE:
            return True
        is_login = call in _LOGINS
        most = self.logins if is_login else self.calls
        if most is None:
            return True
        begun = self._begun.setdefault((appkey, str(call) if is_login else ""), deque())
        while begun and at - begun[0] >= self._seconds:
            begun.popleft()
        if len(begun) >= most and call is not Call.HASHKEY:
            return False
        begun.append(at)
        return True

    def admit_at_ledger(self, call: Call | None, at: float) -> bool:
        """Whether the ledger has room for `call` at the second `at`; if so it is counted."""
        if self.ledger is None or call is not Call.BALANCE:
            return True
        while self._read and at - self._read[0] >= self._seconds:
            self._read.popleft()
        if len(self._read) >= self.ledger:
            return False
        self._read.append(at)
        return True
