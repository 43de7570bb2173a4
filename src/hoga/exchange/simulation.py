"""Simulated days, one at a time: an exchange and the flow of everybody else, in time order.

Phases, steps of the flow and commands of accounts happen one at a time, each at its instant, and nothing here
reads a clock: whoever drives it says how far time has come. The same flow and the same commands at the same
instants give the same events. At one instant a phase changes first, then the flow steps, then accounts act.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from hoga.domain.bar import Bar
from hoga.exchange.commands import Advance, Command
from hoga.exchange.events import Event
from hoga.exchange.exchange import Exchange
from hoga.exchange.flow import Flow


class PastBars(Protocol):
    """Who knows the daily bars of the days before."""

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]: ...


class Simulation:
    """The day of `exchange`, lived by `flow`. Both start at its beginning and belong to it from then on.

    A finished day can be followed by another one with `roll`. Whoever holds on to `exchange` must take the
    new one then; `on_roll` tells them.
    """

    def __init__(self, exchange: Exchange, flow: Flow) -> None:
        self.exchange = exchange
        self._flow = flow
        self._callbacks: list[Callable[[Sequence[Event]], None]] = []
        self._roll_callbacks: list[Callable[[Exchange], None]] = []
        self._tell_command: Callable[[int, datetime, Command], None] | None = None
        self._untold: deque[list[Event]] = deque()
        self._is_telling = False
        self._steps_done = 0

    @property
    def now(self) -> datetime:
        """The instant of what happened last."""
        return self.exchange.now

    @property
    def next_at(self) -> datetime | None:
        """When the next step of the flow or change of phase is due; None when the day is over."""
        phase_at, flow_at = self.exchange.next_phase_at(), self._flow.next_at
        if phase_at is None or flow_at is None:
            return phase_at or flow_at
        return min(phase_at, flow_at)

    @property
    def steps_done(self) -> int:
        """How many steps of the flow are behind, of this day."""
        return self._steps_done

    def on_events(self, callback: Callable[[Sequence[Event]], None]) -> None:
        """Tell `callback` everything that happens from now on, in order; lists are never empty."""
        self._callbacks.append(callback)

    def on_command(self, callback: Callable[[int, datetime, Command], None]) -> None:
        """Tell `callback` every command of an account before it is processed: steps done, instant, command.

        With these, `advance_steps` and `submit` bring an equal simulation to the same state.
        """
        self._tell_command = callback

    def on_roll(self, callback: Callable[[Exchange], None]) -> None:
        """Tell `callback` the exchange of each day that follows, before anything happens at it."""
        self._roll_callbacks.append(callback)

    def roll(self, exchange: Exchange, flow: Flow) -> None:
        """Go on with the next day. What was asked to be told of events and commands goes on being told.

        Raises `ValueError` when this day is not over, or when `exchange` is of no later day.
        """
        if self.next_at is not None:
            raise ValueError(f"the day {self.exchange.day} is not over at {self.exchange.now}")
        if exchange.day <= self.exchange.day:
            raise ValueError(f"{exchange.day} does not come after {self.exchange.day}")
        self.exchange = exchange
        self._flow = flow
        self._steps_done = 0
        for callback in self._roll_callbacks:
            callback(exchange)

    def step(self) -> list[Event]:
        """Do the next thing that is due, however far away; nothing when the day is over."""
        phase_at, flow_at = self.exchange.next_phase_at(), self._flow.next_at
        if phase_at is not None and (flow_at is None or phase_at <= flow_at):
            return self._happened(self.exchange.process(Advance(), phase_at))
        if flow_at is None:
            return []
        events: list[Event] = []
        process = self.exchange.process
        for command in self._flow.step(self.exchange):
            events += process(command, flow_at)
        self._steps_done += 1
        return self._happened(events)

    def advance(self, until: datetime) -> list[Event]:
        """Do everything that is due at `until` or before."""
        events: list[Event] = []
        while (at := self.next_at) is not None and at <= until:
            events += self.step()
        return events

    def advance_steps(self, steps: int) -> list[Event]:
        """Go on until `steps` steps of the flow are behind: to where a logged command was processed."""
        events: list[Event] = []
        while self._steps_done < steps and self.next_at is not None:
            events += self.step()
        return events

    def submit(self, command: Command, at: datetime) -> list[Event]:
        """The events of an account's command, after everything else that is due by `at`.

        The command is processed at `at`, or at `now` when that is later. Only its own events are returned;
        those before it are told to the callbacks as always.
        """
        self.advance(at)
        at = max(at, self.exchange.now)
        if self._tell_command is not None:
            self._tell_command(self._steps_done, at, command)
        return self._happened(self.exchange.process(command, at))

    def daily_bars(self, store: PastBars, code: str, first: date, last: date) -> Sequence[Bar]:
        """Daily bars from `first` to `last`, oldest first: the store's before today, and today's so far.

        What the store knows of today is still to come and not told.
        """
        today = self.exchange.now.date()
        bars = list(store.daily_bars(code, first, min(last, today - timedelta(days=1))))
        quote = self.exchange.quote(code)
        if (
            first <= today <= last
            and quote.open is not None
            and quote.high is not None
            and quote.low is not None
        ):
            bars.append(
                Bar(
                    code,
                    quote.at,
                    quote.open,
                    quote.high,
                    quote.low,
                    quote.last_price,
                    quote.volume,
                    quote.value,
                )
            )
        return tuple(bars)

    def _happened(self, events: list[Event]) -> list[Event]:
        if events:
            self._flow.hear(events)
            self._untold.append(events)
        # A callback may submit a command. What comes of it is told when everybody knows what came before.
        if not self._is_telling:
            self._is_telling = True
            try:
                while self._untold:
                    told = self._untold.popleft()
                    for callback in self._callbacks:
                        callback(told)
            finally:
                self._is_telling = False
        return events
