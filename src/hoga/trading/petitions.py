"""What a person in another process has decided about orders: the desk that lives lets it hold.

The person asks beside the journal, where the switch is kept; the desk looks there as often as at the switch,
and answers in the same place.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from hoga.domain.errors import BrokerError, InvalidOrder, WireError
from hoga.domain.order import Order
from hoga.domain.petition import Petition, PetitionState, Subject
from hoga.ports import Control
from hoga.trading.doubt import Arrived, NeverArrived, Verdict
from hoga.trading.parts import Finding, IsOutside, IsPart

Decide = Callable[[str, Verdict | Finding, str], Awaitable[Order]]
"""Lets a verdict of somebody hold of the order with an id. Raises `InvalidOrder` and `BrokerError`."""


class Petitions:
    """Hears and answers them."""

    def __init__(self, control: Control, decide: Decide) -> None:
        self._control = control
        self._decide = decide
        self._stale: frozenset[str] = frozenset()

    def begin(self) -> None:
        """Leave what has been asked so far: whoever did was told that nobody heard. Raises `JournalError`."""
        self._stale = frozenset(petition.petition_id for petition in self._control.petitions())

    async def hear(self) -> None:
        """Let hold what has been asked since, and answer. Raises `JournalError`."""
        for petition in self._control.petitions():
            if petition.state is not PetitionState.ASKED or petition.petition_id in self._stale:
                continue
            if self._control.move(replace(petition, state=PetitionState.TAKEN)):
                self._control.move(await self._answer(petition))

    async def _answer(self, petition: Petition) -> Petition:
        try:
            await self._decide(petition.order_id, _verdict(petition), petition.by)
        except (InvalidOrder, BrokerError, WireError) as error:
            refused = PetitionState.REFUSED
            return replace(petition, state=refused, korean=error.korean, english=error.english)
        return replace(petition, state=PetitionState.DONE)


def _verdict(petition: Petition) -> Verdict | Finding:
    number = petition.number
    if number is None:
        return NeverArrived()
    match petition.subject:
        case Subject.ARRIVAL:
            return Arrived(number)
        case Subject.PART:
            return IsPart(number)
        case Subject.OUTSIDE:
            return IsOutside(number)


def find_decision(
    arrived: str | None, part: str | None, outside: str | None, *, never_arrived: bool
) -> Verdict | Finding | None:
    """What a person decided, by the number that was given for it; None unless it is exactly one thing."""
    numbered = ((Arrived, arrived), (IsPart, part), (IsOutside, outside))
    given: list[Verdict | Finding] = [kind(number) for kind, number in numbered if number is not None]
    if never_arrived:
        given.append(NeverArrived())
    return given[0] if len(given) == 1 else None
