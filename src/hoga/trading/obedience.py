"""What a desk does because of the switch, on one day: it looks, throws, cancels, and hears what was decided.

A journal or a switch that cannot be used halts, whoever finds that out.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from hoga.domain.errors import JournalError
from hoga.domain.order import OUTSIDE, Order, OrderStatus
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.ports import Clock
from hoga.trading.guards import Exposure
from hoga.trading.petitions import Petitions
from hoga.trading.records import Records
from hoga.trading.switch import Switch

_CANCEL_ATTEMPTS = 3
"""How often a halt asks for the cancel of one order."""


class Obedience:
    """Obeys the switch for the records of one day."""

    def __init__(self, records: Records, switch: Switch, petitions: Petitions, clock: Clock) -> None:
        self._records = records
        self._switch = switch
        self._petitions = petitions
        self._clock = clock
        self._tries: dict[str, int] = {}

    def throw(self, state: TradingState, by: str, why: str, *, cancels_all: bool = False) -> None:
        """Throw the switch. Raises `JournalError`; then this desk has halted."""
        self._records.require_journal()
        with self._halting():
            self._switch.throw(
                TradingChanged(at=self._clock.now(), state=state, by=by, why=why, cancels_all=cancels_all)
            )
        self._tries.clear()

    def look(self) -> TradingChanged | None:
        """Look where the switch stands. Raises `JournalError`; then this desk has halted."""
        before = self._switch.seen
        with self._halting():
            change = self._switch.look()
        if change != before:
            self._tries.clear()
        return change

    def mind_loss(self, exposure: Callable[[], Exposure]) -> None:
        """Throw the switch when the day's loss is too large. Raises `JournalError`."""
        if self._records.opening is not None:
            with self._halting():
                self._switch.mind_loss(exposure(), self._records.day)

    async def obey(self, exposure: Callable[[], Exposure], cancel: Callable[[str], Awaitable[Order]]) -> None:
        """Do what the switch says and what a person has decided. Raises `JournalError`."""
        self._records.require_journal()
        self.look()
        self.mind_loss(exposure)
        await self.cancel_all(cancel)
        with self._halting():
            await self._petitions.hear()

    async def cancel_all(self, cancel: Callable[[str], Awaitable[Order]]) -> None:
        """Cancel what is open, if the halt that holds wants it; what comes to light later is next."""
        if not self._switch.cancels_all:
            return
        for order in self._records.orders.live():
            order_id = order.order_id
            # While one cancel is on its way, others may fill.
            is_open = self._records.get_order(order_id).status is OrderStatus.OPEN
            tries = self._tries.get(order_id, 0)
            if order.source == OUTSIDE or not is_open or tries >= _CANCEL_ATTEMPTS:
                continue
            self._tries[order_id] = tries + 1
            after = await cancel(order_id)
            if after.status is OrderStatus.OPEN and tries + 1 == _CANCEL_ATTEMPTS:
                self._records.tell(
                    f"주문 {order_id}을(를) 취소하지 못했습니다. 증권사 화면에서 확인하십시오",
                    f"order {order_id} could not be canceled: look at the broker's screens",
                )

    @contextmanager
    def _halting(self) -> Iterator[None]:
        try:
            yield
        except JournalError as error:
            if self._records.failure is None:
                self._records.fail(error)
            raise
