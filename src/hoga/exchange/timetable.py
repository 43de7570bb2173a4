"""When what begins during one day at the exchange: KRX's phases and NXT's, with their random ends drawn.

Nominal times are krx.sessions'. Each step moves one or more of the day's markets (`BoardKind`) into a phase;
a market in a call finds its price when it leaves it. Short of the whole day, KRX's day is its regular
session.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hoga.domain.request import Venue
from hoga.exchange.events import BoardKind
from hoga.exchange.random_end import RandomEnd, draw
from hoga.krx import sessions, single_price
from hoga.krx.sessions import Phase
from hoga.krx.single_price import Regime


@dataclass(frozen=True, slots=True)
class Step:
    """At `at` markets go into phases. `shown` is the venue's phase from then on, None for no news.

    `slot` names the issues for which a call ends while its market stays in its phase: those of a regime, or
    (`BoardKind.EVENING_CALLS`) those of the evening. `due` is the nominal end of such a call, and
    `since` the end of the market's halt that it counts from, None of the open.
    """

    at: datetime
    moves: tuple[tuple[BoardKind, Phase], ...] = ()
    shown: Phase | None = None
    venue: Venue = Venue.KRX
    slot: Regime | BoardKind | None = None
    due: datetime | None = None
    since: datetime | None = None


def timetable(
    day: date, random_end: RandomEnd, regimes: frozenset[Regime], *, is_whole_day: bool, has_nxt: bool
) -> list[Step]:
    """All steps of a day, the earliest first. Raises `BadInput` for a day without trading."""
    steps = [*_regular(day, random_end, is_whole_day=is_whole_day)]
    for regime in sorted(regimes):
        steps += _regime_slots(day, regime, random_end)
    if is_whole_day:
        steps += _before_and_after(day, random_end)
    if has_nxt:
        steps += _nxt(day, random_end)
    return sorted(steps, key=lambda step: step.at)


def _regular(day: date, random_end: RandomEnd, *, is_whole_day: bool) -> Iterator[Step]:
    open_call, continuous, close_call = sessions.regular_session(day)
    after = Phase.POST_INTAKE if is_whole_day else Phase.CLOSED
    moves: tuple[tuple[BoardKind, Phase], ...] = ((BoardKind.REGULAR, Phase.CLOSED),)
    if is_whole_day:
        moves = (*moves, (BoardKind.POST_CLOSE_PRICE, Phase.POST_INTAKE))
    yield Step(open_call.start, ((BoardKind.REGULAR, Phase.OPEN_CALL),), Phase.OPEN_CALL)
    opened = continuous.start + draw(random_end, "open")
    yield Step(opened, ((BoardKind.REGULAR, Phase.CONTINUOUS),), Phase.CONTINUOUS)
    yield Step(close_call.start, ((BoardKind.REGULAR, Phase.CLOSE_CALL),), Phase.CLOSE_CALL)
    yield Step(close_call.end + draw(random_end, "close"), moves, after)


def _regime_slots(day: date, regime: Regime, random_end: RandomEnd) -> Iterator[Step]:
    _, continuous, _ = sessions.regular_session(day)
    for number, end in enumerate(single_price.slots(regime, day)):
        if continuous.start < end < continuous.end:
            # An auction that is due when the closing call begins is that call.
            at = end + draw(random_end, f"{regime} {number}")
            if at < continuous.end:
                yield Step(at, slot=regime, due=end)


def _before_and_after(day: date, random_end: RandomEnd) -> Iterator[Step]:
    for span in sessions.spans(day):
        match span.phase:
            case Phase.PRE_CLOSE_PRICE:
                kind = BoardKind.PRE_CLOSE_PRICE
                open_call = sessions.regular_session(day)[0]
                shown = Phase.PRE_CLOSE_PRICE if span.start < open_call.start else None
                yield Step(span.start, ((kind, Phase.PRE_CLOSE_PRICE),), shown)
                yield Step(span.end, ((kind, Phase.CLOSED),))
            case Phase.POST_CLOSE_PRICE:
                kind = BoardKind.POST_CLOSE_PRICE
                yield Step(span.start, ((kind, Phase.POST_CLOSE_PRICE),), Phase.POST_CLOSE_PRICE)
                yield Step(span.end, ((kind, Phase.CLOSED),))
            case Phase.AFTER_MARKET:
                kind = BoardKind.AFTER_MARKET
                yield Step(span.start, ((kind, Phase.AFTER_MARKET),), Phase.AFTER_MARKET)
                yield Step(span.end, ((kind, Phase.CLOSED),), Phase.CLOSED)
            case Phase.POST_SINGLE:
                kind = BoardKind.EVENING_CALLS
                yield Step(span.start, ((kind, Phase.POST_SINGLE),), Phase.POST_SINGLE)
                *slots, last = single_price.evening_slots(day)
                for number, end in enumerate(slots, 1):
                    yield Step(end + draw(random_end, f"evening {number}"), slot=kind, due=end)
                ended = last + draw(random_end, "evening end")
                yield Step(ended, ((kind, Phase.CLOSED),), Phase.CLOSED)
            case _:
                pass


def _nxt(day: date, random_end: RandomEnd) -> Iterator[Step]:
    spans = sessions.spans(day, "NXT")
    late = draw(random_end, "nxt after-market") if spans else None
    for span in spans:
        at = span.start
        if span.phase is Phase.AFTER and late is not None:
            at += late
        yield Step(at, ((BoardKind.NXT, span.phase),), span.phase, Venue.NXT)
    if spans:
        yield Step(spans[-1].end, ((BoardKind.NXT, Phase.CLOSED),), Phase.CLOSED, Venue.NXT)
