"""What a person has decided about an order, on its way to the desk that lives in another process."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Subject(StrEnum):
    """What it decides."""

    ARRIVAL = "arrival"
    """That the order, cancel or replace in doubt arrived under the number, or never did without one."""
    PART = "part"
    """That the number, kept apart beside the order, is a part of it."""
    OUTSIDE = "outside"
    """That it is somebody else's order."""


class PetitionState(StrEnum):
    """How far it has come."""

    ASKED = "asked"
    TAKEN = "taken"
    """The desk has seen it, and will answer."""
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """No desk took it in time: it is void."""


_NEXT = {
    None: (PetitionState.ASKED,),
    PetitionState.ASKED: (PetitionState.TAKEN, PetitionState.WITHDRAWN),
    PetitionState.TAKEN: (PetitionState.DONE, PetitionState.REFUSED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """What somebody decides about the order `order_id`, and the broker's `number` that it is about, if any.

    `by` names the person. `korean` and `english` say why it was refused, else "".
    """

    petition_id: str
    at: datetime
    order_id: str
    number: str | None
    by: str
    subject: Subject = Subject.ARRIVAL
    state: PetitionState = PetitionState.ASKED
    korean: str = ""
    english: str = ""

    @property
    def is_settled(self) -> bool:
        return self.state not in _NEXT

    def may_follow(self, before: "Petition | None") -> bool:
        """Whether it can become this after it was `before`: of two who move it, one is too late."""
        return self.state in _NEXT.get(None if before is None else before.state, ())
