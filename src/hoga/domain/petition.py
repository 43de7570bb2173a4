"""What a person has decided about an order in doubt, on its way to the desk that lives in another process."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    """That the order, cancel or replace of `order_id` arrived under `number`, or never did (None).

    `by` names the person. `korean` and `english` say why it was refused, else "".
    """

    petition_id: str
    at: datetime
    order_id: str
    number: str | None
    by: str
    state: PetitionState = PetitionState.ASKED
    korean: str = ""
    english: str = ""

    @property
    def is_settled(self) -> bool:
        return self.state not in _NEXT

    def may_follow(self, before: "Petition | None") -> bool:
        """Whether it can become this after it was `before`: of two who move it, one is too late."""
        return self.state in _NEXT.get(None if before is None else before.state, ())
