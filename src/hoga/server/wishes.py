"""Orders that clients named with keys of their own: each is carried out once and always answered alike.

A key is written down before its order is. Whoever lost an answer asks for the key: there is an order of it,
or it is withdrawn, and no order of it will ever be taken.
"""

import asyncio
import hashlib
import json
from enum import StrEnum

from hoga import rows
from hoga.application import Hoga
from hoga.domain.errors import JournalError
from hoga.domain.order import Order, OrderStatus
from hoga.server.asked import known_code
from hoga.server.bodies import NewOrder
from hoga.server.errors import KeyReused, KeyWithdrawn, problem
from hoga.server.v1 import encode
from hoga.storage.answers import Answers

_REFUSED = (OrderStatus.DENIED, OrderStatus.REJECTED, OrderStatus.NOT_RECEIVED)


class KeyState(StrEnum):
    """What is known of a key."""

    UNKNOWN = "unknown"
    """Nothing was sent for it. A request with it may yet come."""
    RUNNING = "running"
    """A request with it is being looked at."""
    TAKEN = "taken"
    """There is an order of it, perhaps a refused one."""
    WITHDRAWN = "withdrawn"
    """There is none, and none will be taken."""
    LOST = "lost"
    """It was used on another day, and its answer was lost: the journal of that day knows."""


class Wishes:
    """Orders that clients named with keys: each is carried out once, and answered the same every time."""

    def __init__(self, hoga: Hoga, answers: Answers) -> None:
        self._hoga = hoga
        self._answers = answers
        self._account = hashlib.sha256(hoga.account_number.encode()).hexdigest()[:16]
        self._running: dict[str, asyncio.Task[tuple[int, bytes]]] = {}

    async def place(self, key: str, body: NewOrder, source: str) -> tuple[int, bytes, bool]:
        """Status and body of the answer, and whether it had been given before.

        Raises:
            KeyReused: the key names another order, or one of another day whose answer was lost.
            KeyWithdrawn: the key was withdrawn.
            BadInput: no such instrument.
            BrokerError: nothing was sent; the key may be used again.
            JournalError: the order was not sent, or its answer could not be written.
        """
        request = body.request(known_code(self._hoga, body.code))
        wish = hashlib.sha256(repr(request).encode()).hexdigest()
        kept = self._answers.find(self._account, key)
        if kept is not None and kept.is_withdrawn:
            raise KeyWithdrawn(
                f"Idempotency-Key {key} 은(는) 철회되었습니다. 새 주문에는 새 키를 쓰십시오.",
                f"the Idempotency-Key {key} was withdrawn. A new order needs a new key.",
            )
        if kept is not None and kept.wish != wish:
            raise KeyReused(
                f"Idempotency-Key {key} 은(는) 다른 주문에 썼습니다. 새 주문에는 새 키를 쓰십시오.",
                f"the Idempotency-Key {key} was used for another order. A new order needs a new key.",
            )
        if kept is not None and kept.status is not None and kept.body is not None:
            return kept.status, kept.body, True
        task = self._running.get(key)
        is_first = task is None
        if task is None:
            desk = self._hoga.desk
            if kept is None:
                self._answers.begin(self._account, key, wish, desk.day)
            elif kept.day != desk.day:
                raise KeyReused(
                    f"Idempotency-Key {key} 의 주문은 {kept.day} 에 냈고 응답을 잃었습니다. 그날을 보십시오.",
                    f"the order of the Idempotency-Key {key} was wanted on {kept.day} and its "
                    "answer was lost. Look at the orders of that day.",
                )
            task = asyncio.create_task(self._carry_out(key, body, source))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # A client that goes away does not cut its order off.
        status, content = await asyncio.shield(task)
        return status, content, not is_first

    def look(self, key: str) -> rows.Row:
        """What became of the order of a key, as it is now."""
        desk = self._hoga.desk
        order = desk.find_intended(_intent(key))
        if order is not None:
            row = rows.order_row(order, self._hoga.instruments)
            return _told(KeyState.TAKEN, row, order.broker_order_ids)
        kept = self._answers.find(self._account, key)
        if kept is not None and kept.is_withdrawn:
            return _told(KeyState.WITHDRAWN)
        if kept is not None and kept.body is not None:  # denied, or of another day
            row = json.loads(kept.body)["order"]
            number = row["broker_order_id"]
            return _told(KeyState.TAKEN, row, () if number is None else (number,))
        if key in self._running:
            return _told(KeyState.RUNNING)
        return _told(KeyState.UNKNOWN if kept is None or kept.day == desk.day else KeyState.LOST)

    async def withdraw(self, key: str) -> rows.Row:
        """Take no order of this key from now on, unless there is one already. Raises `JournalError`."""
        while task := self._running.get(key):
            await asyncio.wait([task])  # it ends by itself: the desk waits for no broker without end
        found = self.look(key)
        if found["state"] is KeyState.UNKNOWN:
            self._answers.withdraw(self._account, key, self._hoga.desk.day)
            found = self.look(key)
        return found

    async def _carry_out(self, key: str, body: NewOrder, source: str) -> tuple[int, bytes]:
        desk, intent = self._hoga.desk, _intent(key)
        order = desk.find_intended(intent)
        if order is None:
            request = body.request(known_code(self._hoga, body.code))
            try:
                order = await desk.place(request, source, intent=intent)
            except JournalError:
                # Once it is written down it may have been sent, and must not be taken for one that was not.
                order = desk.find_intended(intent)
                if order is None:
                    raise
            except Exception:
                if desk.find_intended(intent) is None:
                    self._answers.forget(self._account, key)
                raise
        status, content = order_answer(self._hoga, order)
        if order.status is not OrderStatus.SUBMITTED:
            self._answers.end(self._account, key, status, content)
        return status, content


def order_answer(hoga: Hoga, order: Order) -> tuple[int, bytes]:
    """An order that was placed: 201, 202 while nobody knows whether it arrived, 422 when it was refused."""
    row = rows.order_row(order, hoga.instruments)
    if order.status not in _REFUSED:
        return 202 if order.is_unconfirmed or order.is_in_doubt else 201, encode({"order": row})
    reason, _, detail = order.reason.partition(" ")
    korean, _, english = detail.partition(" / ")
    refused = problem(422, reason, korean or order.reason, english or order.reason)
    return 422, encode({**refused, "order": row})


def _intent(key: str) -> str:
    """How the desk knows the order of a key."""
    return f"key:{key}"


def _told(state: KeyState, order: rows.Row | None = None, numbers: tuple[str, ...] = ()) -> rows.Row:
    return {"state": state, "order": order, "broker_order_ids": numbers}
