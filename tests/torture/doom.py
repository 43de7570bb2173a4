"""What ends the life of a tortured desk: at which passage, because watches differ between machines.

Two kinds of it the desk brings upon itself, at a write of its journal. The others come from the rack, while a
call or a notice is on its way.
"""

import random
from dataclasses import dataclass
from enum import StrEnum

from hoga.brokers.kis.faults import Direction, Effect, Fault, Filter, Nth
from hoga.brokers.kis.services import Call


class Moment(StrEnum):
    """When it ends."""

    STARTING = "starting"
    """While it asks what is true: at one of its first calls."""
    BEFORE_WRITING = "before_writing"
    """Something has happened that the journal does not know yet."""
    WRITTEN = "written"
    """An order, cancel or replace is in the journal and has not been sent."""
    SENT = "sent"
    """It is on its way to the exchange, which will carry it out."""
    TAKEN = "taken"
    """It has been carried out, and the answer is on its way."""
    NOTICED = "noticed"
    """A notice is on its way."""
    WHENEVER = "whenever"
    """After some intents."""
    DISK_FULL = "disk_full"
    """The journal cannot grow any more. The desk must stop by itself, as with the next one."""
    READ_ONLY = "read_only"


STORAGE = (Moment.DISK_FULL, Moment.READ_ONLY)
"""What is no kill: the disk fails."""
BY_ITSELF = (Moment.BEFORE_WRITING, Moment.WRITTEN, *STORAGE)
"""What happens inside the desk's own process."""

_AN_INTENT = {Moment.BEFORE_WRITING: 4, Moment.DISK_FULL: 4, Moment.READ_ONLY: 4}
"""About how often an intent comes by there; once, where nothing is said."""
_FIRST_CALLS = 5
_HELD_SECONDS = 0.1
"""How long the passage is held that the desk does not outlive."""


@dataclass(frozen=True, slots=True)
class Doom:
    """`number` counts what passes the moment since the life began: calls, notices, entries, intents."""

    moment: Moment
    number: int

    def tripwire(self, call: Call) -> Fault | None:
        """What makes the passage wait that it is about, so that the desk dies meanwhile."""
        when = Nth(self.number)
        match self.moment:
            case Moment.STARTING:
                return Fault(effect=Effect.DELAY, when=when, direction=Direction.IN, seconds=_HELD_SECONDS)
            case Moment.SENT | Moment.TAKEN:
                way = Direction.IN if self.moment is Moment.SENT else Direction.OUT
                only = Filter(call=call)
                return Fault(effect=Effect.DELAY, when=when, only=only, direction=way, seconds=_HELD_SECONDS)
            case Moment.NOTICED:
                return Fault(effect=Effect.HOLD_BACK, when=when, seconds=_HELD_SECONDS)
            case _:
                return None


def draw_doom(luck: random.Random, moment: Moment, intents: int) -> Doom:
    """When, if the life shall last for about so many intents."""
    if moment is Moment.STARTING:
        return Doom(moment, luck.randint(1, _FIRST_CALLS))
    return Doom(moment, luck.randint(1, max(1, 2 * intents * _AN_INTENT.get(moment, 1))))
