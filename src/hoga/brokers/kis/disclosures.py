"""What this exchange did to its issues and markets, as one reads of it: interruptions, halts, listings.

An exchange without a network has no news. What it does itself is news nevertheless, and every title says that
it is of a simulated exchange. A day is forgotten a month later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hoga.domain.instrument import Market
from hoga.domain.quote import Interruption
from hoga.exchange.events import (
    BoardKind,
    Event,
    IssueHalted,
    IssueListed,
    MarketHalted,
    Resumed,
    ResumptionBegun,
    VolatilityInterrupted,
)
from hoga.exchange.exchange import Exchange
from hoga.exchange.simulation import Simulation

_HEARD: Sequence[type[Event]] = (
    IssueHalted,
    IssueListed,
    MarketHalted,
    Resumed,
    ResumptionBegun,
    VolatilityInterrupted,
)
LABEL = "[모의 거래소]"
_KEPT = timedelta(days=31)
_KINDS = {Interruption.STATIC: "정적", Interruption.DYNAMIC: "동적", Interruption.BOTH: "정적·동적"}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A title; of those of an instant the later has the greater number. Without `code` it is of a market."""

    number: int
    at: datetime
    market: Market
    title: str
    code: str = ""


class Disclosures:
    """What was disclosed today and on the days before, from the making of this on."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._begun = simulation.exchange.day
        self._count = 0
        self._found: list[Disclosure] = []
        self._halted: set[str] = set()
        self._interrupted: set[str] = set()
        simulation.on_roll(self._begin_day)
        simulation.on_events(self.hear, _HEARD)

    @property
    def found(self) -> Sequence[Disclosure]:
        """All of them, oldest first."""
        return self._found

    def hear(self, events: Sequence[Event]) -> None:
        """Take note of what one would read about."""
        for event in events:
            match event:
                case VolatilityInterrupted() if event.board is BoardKind.REGULAR:
                    self._interrupted.add(event.code)
                    what = f"변동성완화장치(VI) 발동 ({_KINDS[event.kind]}, {event.price:,}원)"
                    self._tell_of(event.code, event.at, what)
                case IssueHalted():
                    self._halted.add(event.code)
                    self._tell_of(event.code, event.at, "매매거래정지")
                case ResumptionBegun() if event.code in self._halted:
                    what = f"매매거래재개 안내 ({event.until:%H:%M}까지 단일가매매)"
                    self._tell_of(event.code, event.at, what)
                case Resumed() if event.board is BoardKind.REGULAR:
                    self._resume(event)
                case IssueListed():
                    self._tell_of(event.code, event.at, f"신규상장 (기준가 {event.base_price:,}원)")
                case MarketHalted():
                    title = f"{event.market.value} 시장 매매거래중단 (서킷브레이커 {event.stage}단계)"
                    self._tell(event.at, event.market, title)
                case _:
                    pass

    def _resume(self, event: Resumed) -> None:
        # All issues of a market resume after a circuit breaker, which is not of each of them.
        if event.code in self._halted:
            self._tell_of(event.code, event.at, "매매거래재개")
        elif event.code in self._interrupted:
            self._tell_of(event.code, event.at, "변동성완화장치(VI) 해제")
        self._halted.discard(event.code)
        self._interrupted.discard(event.code)

    def _tell_of(self, code: str, at: datetime, what: str) -> None:
        instrument = self._simulation.exchange.instrument(code)
        self._tell(at, instrument.market, f"{instrument.name} {what}", code)

    def _tell(self, at: datetime, market: Market, title: str, code: str = "") -> None:
        self._count += 1
        self._found.append(Disclosure(self._count, at, market, f"{LABEL} {title}", code))

    def _begin_day(self, exchange: Exchange) -> None:
        is_later, self._begun = exchange.day > self._begun, exchange.day
        since = exchange.day - _KEPT
        self._found = [each for each in self._found if is_later and each.at.date() >= since]
        self._halted.clear()
        self._interrupted.clear()
