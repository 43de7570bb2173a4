"""When the next call may begin: a window that slides, brakes, and who goes first. Pure; times are handed in.

All instants are whole microseconds since 1970, read off one clock by all processes of a machine. A start is
written down before the call leaves, so two processes never take the same place.

KIS does not say how it measures a second, and a call may travel faster than the one before it. So our second
is a little longer than KIS's. KIS spreads an app key over several servers and sometimes refuses calls within
the limit; it then advises to space them. So every refusal widens the space between calls, and ten quiet
seconds make it narrower again.
"""

import struct
from dataclasses import dataclass, field
from zlib import crc32

from hoga.brokers.kis.rates import Priority

SECOND = 1_100_000
"""What we take for KIS's second."""

KEPT = 64
"""Starts that are remembered, and the highest limit that can be kept."""

GRACE = 50_000
"""How long a place stays free for whoever claimed it, when he comes late."""

QUIET = 10_000_000
"""After so long without a refusal a brake is eased by one step."""

STEPS = 8
"""A brake has no more."""

LEDGER_SPACE = 100_000
"""The space between account reads when the ledger first refuses one: it has a limit for everybody."""

_LONGEST = 60_000_000
"""Nothing is claimed further ahead."""

_HEAD = struct.Struct("<4sI")
_BODY = struct.Struct(f"<{2 + 2 + 1 + len(Priority) + 1 + KEPT}q")
_MARK = b"HGP1"


@dataclass(slots=True)
class Brake:
    """How often KIS has refused lately. `space` grows by a quarter with every step."""

    step: int = 0
    since: int = 0
    """When it was pulled or eased last."""

    def pull(self, started: int, now: int) -> None:
        """A call that began at `started` was refused. One from before the last pull says nothing new."""
        if started >= self.since or not self.step:
            self.step, self.since = min(self.step + 1, STEPS), now

    def ease(self, now: int) -> None:
        quiet = max((now - self.since) // QUIET, 0)
        if self.step and quiet:
            self.step, self.since = max(self.step - quiet, 0), self.since + quiet * QUIET

    def space(self, base: int) -> int:
        """Microseconds between two starts, 0 when the brake is not pulled."""
        return base * 5**self.step // 4**self.step if self.step else 0


@dataclass(slots=True)
class Pacing:
    """What all processes know of one app key's calls."""

    starts: list[int] = field(default_factory=list)
    """The last starts, oldest first."""
    account_start: int = 0
    """When the last account read began."""
    claims: list[int] = field(default_factory=lambda: [0] * len(Priority))
    """Until when a place is kept for whoever waits, by priority."""
    key_brake: Brake = field(default_factory=Brake)
    ledger_brake: Brake = field(default_factory=Brake)

    def free_at(self, priority: Priority, now: int, calls: int) -> int:
        """When a call may begin: `now`, or later. `calls` is the limit of a second."""
        most = calls if priority is Priority.ORDER else calls - kept_for_orders(calls)
        at = now
        if len(self.starts) >= most:
            at = max(at, self.starts[-most] + SECOND)
        if self.starts:
            at = max(at, self.starts[-1] + self.key_brake.space(SECOND // calls))
        if priority is Priority.ACCOUNT:
            at = max(at, self.account_start + self.ledger_brake.space(LEDGER_SPACE))
        return max(at, *self.claims[:priority]) if priority else at

    def begin(self, priority: Priority, at: int) -> None:
        """A call begins."""
        self.starts = [*self.starts[1 - KEPT :], at]
        if priority is Priority.ACCOUNT:
            self.account_start = at

    def take(self, priority: Priority, now: int, calls: int) -> int:
        """Begin a call if it may, or claim the next place. Returns when it may begin, `now` if it has."""
        self.settle(now)
        at = self.free_at(priority, now, calls)
        if at <= now:
            self.begin(priority, now)
        elif priority < Priority.QUOTE:
            self.claims[priority] = max(self.claims[priority], at + GRACE)
        return at

    def join(self, other: "Pacing") -> None:
        """Take in what was begun without being written down here."""
        self.starts = sorted((*self.starts, *other.starts))[-KEPT:]
        self.account_start = max(self.account_start, other.account_start)

    def settle(self, now: int) -> None:
        """Ease the brakes, and bring back what lies ahead because the clock was set back."""
        self.key_brake.ease(now)
        self.ledger_brake.ease(now)
        if self.starts and self.starts[-1] > now:
            self.starts = [min(start, now) for start in self.starts]
        self.account_start = min(self.account_start, now)
        self.claims = [claim if claim <= now + _LONGEST else 0 for claim in self.claims]
        for brake in (self.key_brake, self.ledger_brake):
            brake.since = min(brake.since, now)

    def end_of(self, counts: list[int], now: int, calls: int) -> int:
        """When the last of so many calls (by priority) begins, if nobody else calls and none is refused."""
        plan = Pacing(
            starts=list(self.starts),
            account_start=self.account_start,
            key_brake=self.key_brake,
            ledger_brake=self.ledger_brake,
        )
        at = now
        for priority in Priority:
            for _ in range(counts[priority]):
                at = plan.free_at(priority, at, calls)
                plan.begin(priority, at)
        return at

    def encode(self) -> bytes:
        """As it stands in the file."""
        body = _BODY.pack(
            self.key_brake.step,
            self.key_brake.since,
            self.ledger_brake.step,
            self.ledger_brake.since,
            self.account_start,
            *self.claims,
            len(self.starts),
            *self.starts,
            *(0,) * (KEPT - len(self.starts)),
        )
        return _HEAD.pack(_MARK, crc32(body)) + body

    @classmethod
    def decode(cls, content: bytes) -> "Pacing | None":
        """What stands in a file; None when that is not what `encode` has written."""
        body = content[_HEAD.size :]
        if content[: _HEAD.size] != _HEAD.pack(_MARK, crc32(body)) or len(body) != _BODY.size:
            return None
        step, since, ledger_step, ledger_since, account_start, *rest = _BODY.unpack(body)
        claims, count, starts = rest[: len(Priority)], rest[len(Priority)], rest[len(Priority) + 1 :]
        return cls(
            starts[:count], account_start, claims, Brake(step, since), Brake(ledger_step, ledger_since)
        )


def full(now: int, calls: int) -> Pacing:
    """What to believe when nothing is known: as if all places of this second had just been taken."""
    return Pacing(starts=[now] * calls)


def kept_for_orders(calls: int) -> int:
    """Places in a second that nothing but orders takes: a backlog of prices does not stand in their way.

    Three of 18: the price and the buying power that an order is judged by, and the order. With one or two
    calls a second there is none to spare.
    """
    return max(calls // 6, 1) if calls > 2 else 0
