"""What 장운영정보 says about what happens at the exchange: phases, halts, interruptions and circuit breakers.

Source: KIS's documents, which list the codes; when each is sent is read off their names. The market before
the open at the previous close (130, 139) is not told when it begins with the opening call, nor are sidecars
and countdowns: the exchange has no event for them. A circuit breaker halts an issue at both venues.
"""

from hoga.brokers.kis.status import Status
from hoga.brokers.kis.streams import (
    AFTER_HOURS_CLOSED,
    BREAKER_BEGUN,
    BREAKER_OPENED,
    BREAKER_OVER,
    DAY_ENDED,
    EVENING_ENDED,
    EXPECTED_OPERATIONS,
    HALTED_STATE,
    OPERATIONS,
    Stream,
)
from hoga.domain.instrument import Market
from hoga.domain.request import Venue
from hoga.exchange.events import (
    BoardKind,
    Event,
    IssueHalted,
    MarketHalted,
    PhaseChanged,
    Resumed,
    ResumptionBegun,
    VolatilityInterrupted,
)
from hoga.exchange.exchange import Exchange
from hoga.krx.sessions import Phase


class Announcer:
    """Turns the events of `exchange` into what the streams of 장운영정보 tell of an issue."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._before: dict[Venue, Phase] = dict.fromkeys(Venue, Phase.CLOSED)
        self._phases: dict[Venue, Phase] = dict.fromkeys(Venue, Phase.CLOSED)
        self._broken: dict[Market, set[str]] = {}
        """Markets that a circuit breaker halted today, and the issues that go on since."""
        self._in_call: dict[str, None] = {}
        """Issues in the call after a circuit breaker."""
        self._operation = ""

    def hear(self, event: Event) -> None:
        """Take note of an event, before `statuses` is asked about it."""
        self._operation = ""
        match event:
            case PhaseChanged():
                self._before[event.venue] = self._phases[event.venue]
                self._phases[event.venue] = event.phase
            case MarketHalted():
                self._operation = BREAKER_BEGUN
                if event.until is not None:
                    self._broken[event.market] = set()
            case ResumptionBegun() if self._goes_on(event.code):
                self._operation = BREAKER_OVER
                self._in_call[event.code] = None
            case Resumed() if event.board is BoardKind.REGULAR:
                if event.code in self._in_call:
                    self._operation = BREAKER_OPENED
                    del self._in_call[event.code]
                elif self._goes_on(event.code):
                    self._operation = BREAKER_OVER
            case _:
                pass

    def statuses(self, event: Event, stream: Stream, code: str) -> tuple[Status, ...]:
        """What `stream` tells of `code` about the event that was heard last; nothing if it is not its."""
        match event:
            case PhaseChanged() if event.venue in stream.venues:
                return self._of_phase(event, code)
            case VolatilityInterrupted() | Resumed() if event.code == code:
                if event.board.venue not in stream.venues:
                    return ()
                began, in_evening = (
                    isinstance(event, VolatilityInterrupted),
                    event.board is BoardKind.EVENING_CALLS,
                )
                return (
                    Status(
                        code=code,
                        operation=self._operation,
                        is_interrupted=began and not in_evening,
                        is_interrupted_in_evening=began and in_evening,
                        venue=event.board.venue,
                    ),
                )
            case IssueHalted() | ResumptionBegun() if event.code == code:
                return (self._halt(code, stream, is_halted=isinstance(event, IssueHalted)),)
            case MarketHalted() if self._exchange.instrument(code).market is event.market:
                return (self._halt(code, stream, is_halted=True),)
            case _:
                return ()

    def _of_phase(self, event: PhaseChanged, code: str) -> tuple[Status, ...]:
        phase, before = event.phase, self._before[event.venue]
        operations = [OPERATIONS.get((event.venue, phase), "")]
        expected = ""
        if event.venue is Venue.KRX:
            expected = EXPECTED_OPERATIONS.get(phase, "")
            if before is Phase.POST_CLOSE_PRICE:
                operations.insert(0, AFTER_HOURS_CLOSED)
            if phase is Phase.CLOSED and before is Phase.CLOSE_CALL:
                operations, expected = [DAY_ENDED], EXPECTED_OPERATIONS[Phase.POST_INTAKE]
            elif phase is Phase.CLOSED and before is Phase.POST_SINGLE:
                operations = [EVENING_ENDED]
        quote = self._exchange.quote(code, event.venue)
        return tuple(
            Status(
                code=code,
                is_halted=quote.is_halted,
                state=HALTED_STATE if quote.is_halted else "",
                operation=operation,
                expected_operation=expected,
                is_interrupted=quote.interruption is not None,
                venue=event.venue,
            )
            for operation in operations
            if operation
        )

    def _halt(self, code: str, stream: Stream, *, is_halted: bool) -> Status:
        return Status(
            code=code,
            is_halted=is_halted,
            state=HALTED_STATE if is_halted else "",
            operation=self._operation,
            venue=stream.venues[0],
        )

    def _goes_on(self, code: str) -> bool:
        """Whether this is the first that is heard of an issue since a circuit breaker halted its market."""
        going_on = self._broken.get(self._exchange.instrument(code).market)
        if going_on is None or code in going_on:
            return False
        going_on.add(code)
        return True
