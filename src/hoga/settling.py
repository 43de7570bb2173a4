"""How a decision about an order reaches the desk that lives in another process, and comes back."""

import asyncio
import contextlib
from dataclasses import replace
from uuid import uuid4

from hoga.accounts.connection import Connection
from hoga.domain.errors import InvalidOrder, OutcomeUnknown
from hoga.domain.petition import Petition, PetitionState, Subject
from hoga.storage.control import SqlControl
from hoga.trading.doubt import NeverArrived, Verdict
from hoga.trading.parts import Finding, IsOutside, IsPart

HEARD_WITHIN = 15.0
"""Seconds of real time after which a decision that no desk has taken is withdrawn."""
ANSWERED_WITHIN = 60.0
"""Seconds of real time for which the answer of a desk is waited for."""
_LISTEN_EVERY = 0.1


async def petition(
    connection: Connection, order_id: str, verdict: Verdict | Finding, *, by: str = "person"
) -> None:
    """Ask the desk that has the account, in another process, to let `verdict` hold, and wait for its answer.

    Raises:
        InvalidOrder: the desk refuses it, or no desk has heard it: then it is void.
        JournalError: what is written between the two cannot be used.
        OutcomeUnknown: the desk has taken it and did not answer.
    """
    number = None if isinstance(verdict, NeverArrived) else verdict.broker_order_id
    subject = {IsPart: Subject.PART, IsOutside: Subject.OUTSIDE}.get(type(verdict), Subject.ARRIVAL)
    name, at = uuid4().hex, connection.clock.now()
    asked = Petition(petition_id=name, at=at, order_id=order_id, number=number, subject=subject, by=by)
    with contextlib.closing(SqlControl(connection.journal)) as control:
        control.move(asked)
        answer = await _answered(control, asked)
    if answer.state is PetitionState.REFUSED:
        raise InvalidOrder(answer.korean, answer.english)
    if answer.state is PetitionState.WITHDRAWN:
        raise InvalidOrder(
            "계좌를 가진 데스크가 듣지 않아 결정을 거두었습니다. 그것을 멈추거나, 잠시 뒤에 다시 하십시오.",
            "the desk that has the account does not listen. The decision was withdrawn: stop that desk, or "
            "try again in a moment.",
        )
    if answer.state is not PetitionState.DONE:
        raise OutcomeUnknown(
            "데스크가 결정을 받았으나 답하지 않습니다. hoga orders 로 확인하십시오.",
            "the desk has taken the decision and does not answer. Look at hoga orders.",
        )


async def _answered(control: SqlControl, asked: Petition) -> Petition:
    """The petition when it has been answered, withdrawn because nobody took it, or waited for long enough."""
    loop = asyncio.get_running_loop()
    late, end = loop.time() + HEARD_WITHIN, loop.time() + ANSWERED_WITHIN
    while True:
        now = next(each for each in control.petitions() if each.petition_id == asked.petition_id)
        if now.is_settled or loop.time() >= end:
            return now
        if loop.time() >= late and now.state is PetitionState.ASKED:
            withdrawn = replace(asked, state=PetitionState.WITHDRAWN)
            if control.move(withdrawn):
                return withdrawn
        await asyncio.sleep(_LISTEN_EVERY)
