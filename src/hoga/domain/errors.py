"""Errors, arranged by what the caller should do.

    HogaError
    ├─ InvalidOrder        our own mistake, never sent    → fix the request
    │    └─ UnknownOrder   there is no such order today   → look at the orders
    ├─ BadInput            a file, setting or argument    → fix it where the message says
    ├─ BrokerError
    │    ├─ Rejected       they said no                   → do not repeat
    │    ├─ NotKept        they do not keep it            → do without
    │    ├─ RateLimited    too fast                       → wait, then repeat
    │    ├─ LoginExpired   token old                      → log in once, repeat
    │    ├─ Unreachable    it never left                  → may repeat
    │    └─ OutcomeUnknown it may have arrived            → never repeat; reconcile
    ├─ WireError           their message is unreadable    → keep the bytes, alarm
    └─ JournalError        we cannot remember             → stop trading
         └─ AccountTaken   another desk trades it         → stop that one, or order through it

Every error carries a Korean and an English sentence; `str(error)` gives both.
"""


class HogaError(Exception):
    """Anything that Hoga itself reports. `korean` and `english` each say what is wrong and what to do."""

    def __init__(self, korean: str, english: str) -> None:
        super().__init__(korean, english)
        self.korean = korean
        self.english = english

    def __str__(self) -> str:
        return f"{self.korean} / {self.english}"


class InvalidOrder(HogaError):
    """An order that would be against the rules. It was never sent; fix the request."""


class UnknownOrder(InvalidOrder):
    """What was to be shown, changed or cancelled is no order of today. Look at the orders."""


class BadInput(HogaError):
    """A file, setting or argument cannot be used. The sentence says which one, where, and what to do."""


class BrokerError(HogaError):
    """A broker could not do what was asked.

    `code` is the broker's own code and `said` its own words, empty when it gave none.
    """

    def __init__(self, korean: str, english: str, code: str = "", said: str = "") -> None:
        super().__init__(korean, english)
        self.code = code
        self.said = said


class Rejected(BrokerError):
    """The broker said no. Do not repeat."""


class NotKept(BrokerError):
    """The broker does not keep what was asked for, such as orders of past days. Do without it."""


class RateLimited(BrokerError):
    """Too many calls. Wait, then repeat."""


class Unanswered(RateLimited):
    """A question got no answer, or one of a server that has a fault. Wait, then repeat, as above."""


class LoginExpired(BrokerError):
    """The access token is not valid any more. Log in once, then repeat."""


class Unreachable(BrokerError):
    """The request never left this machine. It may be repeated."""


class OutcomeUnknown(BrokerError):
    """The request may have arrived. Never repeat it; find out what happened."""


class WireError(HogaError):
    """A message of a broker cannot be read. `raw` keeps its text for the alarm."""

    def __init__(self, korean: str, english: str, raw: str = "") -> None:
        super().__init__(korean, english)
        self.raw = raw


class JournalError(HogaError):
    """The journal cannot be written or read. Trading stops: what cannot be remembered is not sent."""


class AccountTaken(JournalError):
    """Another desk trades the account. Stop that one, or order through it."""
