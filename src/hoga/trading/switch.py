"""The switch as one desk sees it: where it stands, and what the day's loss does to it.

Where it stands is kept in `Control`, where other processes throw it too; here is what was seen last.
"""

from collections.abc import Callable
from datetime import date

from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.ports import Clock, Control, Notifier
from hoga.trading.guards import Exposure, has_lost_too_much
from hoga.trading.limits import RiskLimits

DAILY_LOSS = "daily loss"
"""Who threw the switch when the limit of the day's loss did."""

_MEANINGS = {
    TradingState.ACTIVE: ("다시 매매합니다", "trading goes on"),
    TradingState.REDUCING: (
        "줄이기만 합니다: 보유 주식의 매도와 취소만 보냅니다",
        "only what lowers risk is sent: sells of held shares, and cancels",
    ),
    TradingState.HALTED: ("매매를 멈췄습니다: 취소만 보냅니다", "trading is halted: only cancels are sent"),
}


class Switch:
    """Looks at the switch and throws it."""

    def __init__(self, control: Control, limits: RiskLimits, clock: Clock, notifier: Notifier) -> None:
        self.seen: TradingChanged | None = None
        """The change that held when it was looked at last."""
        self._control = control
        self._limits = limits
        self._clock = clock
        self._notifier = notifier
        self._has_looked = False
        self._lost_on: date | None = None
        self._listeners: list[Callable[[TradingChanged], None]] = []

    def listen(self, listener: Callable[[TradingChanged], None]) -> None:
        """Tell `listener` every change that is seen or made from now on."""
        self._listeners.append(listener)

    @property
    def state(self) -> TradingState:
        """What may be sent."""
        return TradingState.ACTIVE if self.seen is None else self.seen.state

    @property
    def cancels_all(self) -> bool:
        """Whether nothing of ours shall stay open."""
        return self.seen is not None and self.seen.cancels_all and self.state is TradingState.HALTED

    def look(self) -> TradingChanged | None:
        """What holds now; a change is told to the person. Raises `JournalError`.

        That trading went on at some time before the first look is no news.
        """
        change = self._control.read()
        is_first, self._has_looked = not self._has_looked, True
        if change != self.seen:
            self.seen = change
            if change is not None and not (is_first and change.state is TradingState.ACTIVE):
                self._tell(change)
        return change

    def throw(self, change: TradingChanged) -> None:
        """Make `change` hold, here at once, and durably. Raises `JournalError`."""
        self.seen = change
        self._control.write(change)
        self._tell(change)

    def mind_loss(self, exposure: Exposure, day: date) -> None:
        """Throw the switch when the day's loss is too large. Raises `JournalError`.

        Once a day, also after a restart: who resumes after that has decided, though buys stay denied by their
        own guard.
        """
        if self._lost_on == day or not has_lost_too_much(exposure, self._limits):
            return
        has_thrown = any(each.by == DAILY_LOSS and each.at.date() == day for each in self._control.history())
        self._lost_on = day
        if not has_thrown and self.state is TradingState.ACTIVE:
            state = TradingState(self._limits.daily_loss_state)
            why = f"{exposure.loss} won of {exposure.opening_value}"
            self.throw(TradingChanged(at=self._clock.now(), state=state, by=DAILY_LOSS, why=why))

    def _tell(self, change: TradingChanged) -> None:
        korean, english = _MEANINGS[change.state]
        why = f": {change.why}" if change.why else ""
        self._notifier.tell(f"{korean} ({change.by}{why}) / {english} ({change.by}{why})")
        for listener in self._listeners:
            listener(change)
