"""Simulated days, one at a time: an exchange and the flow of everybody else, in time order.

Phases, steps of the flow and commands of accounts happen one at a time, each at its instant, and nothing here
reads a clock: whoever drives it says how far time has come. The same flow and the same commands at the same
instants give the same events. At one instant a phase changes first, then the flow steps, then accounts act.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol

from hoga.domain.bar import Bar
from hoga.domain.zone import KST
from hoga.exchange.commands import Advance, Command, ListIssue
from hoga.exchange.events import Event, IssueListed
from hoga.exchange.exchange import Exchange
from hoga.exchange.flow import Flow
from hoga.exchange.opening import Listing

_STEPS_A_TURN = 200

_Listener = tuple[Callable[[Sequence[Event]], None], frozenset[type]]
"""Who is told of events, and of which kinds; of all when there are none."""


class PastBars(Protocol):
    """Who knows the daily bars of the days before."""

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]: ...


class Days(Protocol):
    """Who knows which days follow, and what they begin with."""

    def after(self, exchange: Exchange) -> date | None:
        """The day that follows the one of `exchange`; None when it is the last."""

    def begin(self, exchange: Exchange, day: date) -> tuple[Exchange, Flow]:
        """`day` as the finished day of `exchange` leaves it."""

    def minutes(self, listing: Listing, day: date) -> Sequence[Bar]:
        """What everybody else will do on `day` with an issue that is listed while it runs."""


class Simulation:
    """The day of `exchange`, lived by `flow`, and with `days` those that follow.

    Exchange and flow start at the beginning of the day and belong to the simulation from then on. A finished
    day is followed by the next one as by one more step, at midnight of that day. Whoever needs `exchange`
    asks for it each time; `on_roll` tells of a new one.
    """

    def __init__(self, exchange: Exchange, flow: Flow, days: Days | None = None) -> None:
        self.exchange = exchange
        self._flow = flow
        self._days = days
        self._listeners: list[_Listener] = []
        self._told_of: dict[frozenset[type], list[Callable[[Sequence[Event]], None]]] = {}
        """Who is to be told of lists with events of just these kinds."""
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
        """When the next step of the flow or change of phase or day is due; None when no day follows."""
        return self._next()[0]

    @property
    def is_day_over(self) -> bool:
        """Whether nothing is left to happen on the day."""
        return self.exchange.next_phase_at() is None and self._flow.next_at is None

    @property
    def next_day(self) -> date | None:
        """The day that follows; None when none does."""
        return None if self._days is None else self._days.after(self.exchange)

    @property
    def steps_done(self) -> int:
        """How many steps of the flow are behind, all days together."""
        return self._steps_done

    def on_events(
        self, callback: Callable[[Sequence[Event]], None], kinds: Iterable[type[Event]] = ()
    ) -> None:
        """Tell `callback` everything that happens from now on, in order; lists are never empty.

        With `kinds` it is only told the lists that have an event of one of these.
        """
        self._listeners.append((callback, frozenset(kinds)))
        self._told_of.clear()

    def on_command(self, callback: Callable[[int, datetime, Command], None]) -> None:
        """Tell `callback` every command of an account before it is processed: steps done, instant, command.

        With these, `advance_steps` and `submit` bring an equal simulation to the same state.
        """
        self._tell_command = callback

    def on_roll(self, callback: Callable[[Exchange], None]) -> None:
        """Tell `callback` the exchange of each day that follows, before anything happens at it.

        A day that is no later one than the last is a new beginning (`restart`).
        """
        self._roll_callbacks.append(callback)

    def restart(self, exchange: Exchange, flow: Flow) -> None:
        """Forget everything that happened and live on from the beginning of `exchange` and `flow`.

        What was asked to be told of events and commands goes on being told. Steps are counted from 0.
        """
        self._steps_done = 0
        self._turn(exchange, flow)

    def step(self) -> list[Event]:
        """Do the next thing that is due, however far away; nothing when the last day is over."""
        at, happen = self._next()
        return [] if at is None else happen(at)

    def advance(self, until: datetime) -> list[Event]:
        """Do everything that is due at `until` or before."""
        events: list[Event] = []
        while True:
            at, happen = self._next()
            if at is None or at > until:
                return events
            events += happen(at)

    def advance_a_turn(self, until: datetime) -> bool:
        """Do the next few things that are due by `until`; whether there are more.

        Whoever serves others meanwhile goes on like this: a market that is far behind takes long.
        """
        for _ in range(_STEPS_A_TURN):
            if (at := self.next_at) is None or at > until:
                return False
            self.step()
            if self._flow.is_reading:
                break
        return True

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
        events = self.exchange.process(command, at)
        is_listed = any(isinstance(event, IssueListed) for event in events)
        if isinstance(command, ListIssue) and command.has_flow and is_listed and self._days is not None:
            listing = self.exchange.listing(command.code)
            self._flow.join(listing, self._days.minutes(listing, self.exchange.day), at)
        return self._happened(events)

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

    def _next(self) -> tuple[datetime | None, Callable[[datetime], list[Event]]]:
        """When the next thing is due, None when the last day is over, and what it is."""
        phase_at, flow_at = self.exchange.next_phase_at(), self._flow.next_at
        if phase_at is not None and (flow_at is None or phase_at <= flow_at):
            return phase_at, self._change_phase
        if flow_at is not None:
            return flow_at, self._step_flow
        day = self.next_day
        return None if day is None else datetime.combine(day, time(), KST), self._begin_day

    def _change_phase(self, at: datetime) -> list[Event]:
        return self._happened(self.exchange.process(Advance(), at))

    def _step_flow(self, at: datetime) -> list[Event]:
        events: list[Event] = []
        process = self.exchange.process
        for command in self._flow.step(self.exchange):
            events += process(command, at)
        self._steps_done += 1
        return self._happened(events)

    def _begin_day(self, midnight: datetime) -> list[Event]:
        if self._days is not None:
            self._turn(*self._days.begin(self.exchange, midnight.date()))
        return []

    def _turn(self, exchange: Exchange, flow: Flow) -> None:
        self.exchange = exchange
        self._flow = flow
        for callback in self._roll_callbacks:
            callback(exchange)

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
                    for callback in self._who_hears(told):
                        callback(told)
            finally:
                self._is_telling = False
        return events

    def _who_hears(self, events: Iterable[Event]) -> list[Callable[[Sequence[Event]], None]]:
        kinds = frozenset(map(type, events))
        found = self._told_of.get(kinds)
        if found is None:
            found = [callback for callback, wanted in self._listeners if not wanted or wanted & kinds]
            self._told_of[kinds] = found
        return found
