"""Who may come in: tokens and what each may do, how often, and how slowly wrong ones are refused.

No I/O but the files of tokens and of the audit; the time is handed in.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TypeVar

from hoga.domain.errors import BadInput
from hoga.storage.audit import AuditLog
from hoga.storage.bridge_tokens import START, BridgeTokens, Scope

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""What a client on this computer calls it."""

FREE_FAILURES = 5
"""Wrong tokens from an address before it has to wait; each further one doubles the wait."""

LONGEST_WAIT = timedelta(minutes=5)

MOST_NOTED = 60
"""Lines of the audit about strangers within a minute: they shall not fill the disk that trading needs."""

LONGEST_NOTE = 200
"""Characters of what a stranger asked for, in the audit."""

MOST_REMEMBERED = 10_000
"""Addresses and callers that are remembered; the oldest is forgotten first."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `scope` is None for somebody without a token, `sha256` empty but for tokens that are kept."""

    name: str
    scope: Scope | None
    sha256: str = ""

    def may(self, wanted: Scope) -> bool:
        """Whether this caller may do what needs `wanted`."""
        return self.scope is not None and self.scope.includes(wanted)


class Access:
    """The door of one bridge.

    `secret` is the token of this start; it may do everything, and is gone when the program ends. `names` are
    the host names by which the bridge may be called. When it `is_private`, only this computer can reach it,
    and the routes of the original that only read are open. `calls_per_second` is what one caller may ask;
    None is without limit.
    """

    def __init__(
        self,
        secret: str,
        now: Callable[[], datetime],
        *,
        tokens: BridgeTokens | None = None,
        audit: AuditLog | None = None,
        names: frozenset[str] = LOOPBACK_NAMES,
        is_private: bool = True,
        calls_per_second: int | None = None,
    ) -> None:
        self.names = names
        self.is_private = is_private
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._owner = Caller(START, Scope.ADMIN)
        self._now = now
        self._tokens = tokens
        self._audit = audit
        self._rate = calls_per_second
        self._allowances: dict[str, tuple[float, datetime]] = {}
        self._failures: dict[str, tuple[int, datetime]] = {}
        self._minute: datetime | None = None
        self._noted = 0
        self._left_out = 0

    def find_caller(self, secret: str, address: str) -> Caller | None:
        """Whose token `secret` is; None when it is nobody's, which the address has to pay for.

        A right token is never kept waiting by others' wrong ones.
        """
        if hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), self._secret):
            return self._owner
        token = None if self._tokens is None else self._tokens.find(secret)
        if token is not None:
            return Caller(token.name, token.scope, token.sha256)
        count, _ = self._failures.get(address, (0, self._now()))
        _remember(self._failures, address, (count + 1, self._now()))
        return None

    def stands(self, caller: Caller) -> bool:
        """Whether the token of somebody who was let in has not been revoked meanwhile."""
        if not caller.sha256:
            return True
        try:
            return self._tokens is not None and self._tokens.holds(caller.sha256)
        except BadInput:  # who cannot tell lets nobody in
            return False

    def wait_of(self, address: str) -> timedelta:
        """How long an address has to wait after its wrong tokens; zero when it need not."""
        count, last = self._failures.get(address, (0, self._now()))
        if count <= FREE_FAILURES:
            return timedelta()
        wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(20, count - FREE_FAILURES)))
        left = last + wait - self._now()
        if left <= -LONGEST_WAIT:
            del self._failures[address]
        return max(left, timedelta())

    def takes(self, caller: str) -> bool:
        """Whether one more call of the caller is within the limit. Up to two seconds' calls come at once."""
        if self._rate is None:
            return True
        now = self._now()
        left, at = self._allowances.get(caller, (2.0 * self._rate, now))
        left = min(2.0 * self._rate, left + (now - at).total_seconds() * self._rate)
        is_taken = left >= 1
        _remember(self._allowances, caller, (left - 1 if is_taken else left, now))
        return is_taken

    def note(self, what: str, **facts: object) -> None:
        """Write down who did what. Raises `JournalError`."""
        if self._audit is not None:
            self._audit.write(self._now(), what, **facts)

    def note_stranger(self, what: str, address: str, path: str) -> None:
        """Write down what somebody tried who has no right to it; of very many in a minute how many they were.

        Raises `JournalError`.
        """
        minute = self._now().replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._noted = minute, 0
        if self._noted >= MOST_NOTED:
            self._left_out += 1
            return
        self._noted += 1
        left_out = {"left_out_before": self._left_out} if self._left_out else {}
        self._left_out = 0
        self.note(what, address=address, path=path[:LONGEST_NOTE], **left_out)


def is_loopback(host: str) -> bool:
    """Whether a server at `host` can be reached from this computer only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _remember(memory: dict[str, T], key: str, value: T) -> None:
    memory.pop(key, None)
    if len(memory) >= MOST_REMEMBERED:
        del memory[next(iter(memory))]
    memory[key] = value
