"""What a desk that lives has to do, and when: look into doubts, reconcile, obey the switch.

All times are by the steady reading of its clock, so that a clock that is set puts nothing off and hurries
nothing.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from hoga.ports import Clock
from hoga.trading.patience import Patience


class Agenda:
    """The appointments of one desk. None stands for what is not to be done."""

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        self._nudge = asyncio.Event()
        self.reconcile_at: datetime | None = None
        self.obey_at: datetime | None = None

    def clear(self) -> None:
        """There is nothing to do."""
        self.reconcile_at = self.obey_at = None

    def begin(self) -> None:
        """The switch is obeyed from now on."""
        self.obey_at = self._clock.steady()

    def put_off_reconciling(self) -> None:
        """It is being done, and is due again after a while."""
        self.reconcile_at = self._clock.steady() + self._patience.reconcile_every

    def put_off_obeying(self) -> None:
        """It is being done, and is due again after a while."""
        self.obey_at = self._clock.steady() + self._patience.obey_every

    def hurry(self) -> None:
        """Reconcile as soon as it can be, if it is to be done at all."""
        if self.reconcile_at is not None:
            self.reconcile_at = min(self.reconcile_at, self._clock.steady())
            self.nudge()

    def nudge(self) -> None:
        """Something may have become due earlier than before."""
        self._nudge.set()

    @property
    def is_time_to_reconcile(self) -> bool:
        return self.is_past(self.reconcile_at)

    @property
    def is_time_to_obey(self) -> bool:
        return self.is_past(self.obey_at)

    def is_past(self, at: datetime | None) -> bool:
        """Whether `at` has come."""
        return at is not None and self._clock.steady() >= at

    async def until_due(self, look_at: Callable[[], datetime | None]) -> None:
        """Return when something is to be done; `look_at` is when doubts are to be looked into."""
        while True:
            times = (look_at(), self.reconcile_at, self.obey_at)
            due = min((at for at in times if at is not None), default=None)
            if self.is_past(due):
                return
            self._nudge.clear()
            waits: list[asyncio.Task[object]] = [asyncio.create_task(self._nudge.wait())]
            if due is not None:
                waits.append(asyncio.create_task(self._clock.sleep(due - self._clock.steady())))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
