"""What happens at which time of a trading day: the phases of KRX and of NXT (넥스트레이드).

Sources: BR§4, ER§11 with the addenda of 2016-08-01 (BR 1327) and 2019-04-29 (BR 1657); the after-market of
2026-09-14 (in KRX's draft of BR§4(3) too) and all of NXT from the press and brokers' notices. Everything
before the open moves with the open and everything after the close moves with the close, so late opens and
exam days need no table of their own; only the evening ends at a fixed time. How a late open shifts the phases
before it is press, not rule text.

Unverified: post-close phases before 2016-08-01; the after-market on an exam day (from 17:00, until 20:00);
the half minute by which NXT's main market follows the open on exam days; the hours of NXT's first day; what
NXT did after a halt before 2026-09-14.
Not here: block and basket windows, when a halt or a volatility interruption begins, and the random end of
before 2015-06-15, which only a jump of the expected price set off (press). All times are nominal: each call
auction ends 0 to `random_end_seconds` later, at an instant that somebody must draw.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.krx.calendar import Hours, get_hours, is_trading_day

RANDOM_END_SECONDS = 30
"""랜덤엔드 (ER§35(1), §51-2): a call closes up to this much after its nominal end."""
_RANDOM_END_DAY = date(2015, 6, 15)


class Phase(StrEnum):
    """What a market is doing."""

    CLOSED = "CLOSED"
    PRE_CLOSE_PRICE = "PRE_CLOSE_PRICE"
    """장전 시간외종가: trades at the previous close, beside the intake of the opening call."""
    OPEN_CALL = "OPEN_CALL"
    """장전 동시호가: intake of the opening call auction."""
    CONTINUOUS = "CONTINUOUS"
    """접속매매."""
    CLOSE_CALL = "CLOSE_CALL"
    """종가 단일가: intake of the closing call auction."""
    POST_INTAKE = "POST_INTAKE"
    """장후 시간외 접수: orders are taken, nothing trades."""
    POST_CLOSE_PRICE = "POST_CLOSE_PRICE"
    """장후 시간외종가: trades at today's close."""
    POST_SINGLE = "POST_SINGLE"
    """시간외단일가: a call auction every ten minutes, until 2026-09-11."""
    AFTER_MARKET = "AFTER_MARKET"
    """KRX 애프터마켓: continuous, from 2026-09-14."""
    PRE = "PRE"
    """NXT 프리마켓."""
    BREAK = "BREAK"
    """NXT waits while KRX finds its opening or closing price."""
    MAIN = "MAIN"
    """NXT 메인마켓."""
    AFTER_CALL = "AFTER_CALL"
    """NXT: intake of the call that opens its after-market."""
    AFTER = "AFTER"
    """NXT 애프터마켓."""


@dataclass(frozen=True, slots=True)
class Span:
    """A phase from `start` until just before `end`."""

    phase: Phase
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class _Regime:
    """KRX hours from `first_day` on. Numbers are minutes before the open."""

    first_day: date
    pre_close_price: tuple[int, int]
    open_call: int
    evening: Phase
    evening_end: time


_REGIMES = (
    _Regime(date(2026, 9, 14), (30, 20), 30, Phase.AFTER_MARKET, time(20)),
    _Regime(date(2019, 4, 29), (30, 20), 30, Phase.POST_SINGLE, time(18)),
    _Regime(date.min, (90, 30), 60, Phase.POST_SINGLE, time(18)),
)
_INDICATIVE = ((date(2025, 3, 4), 10), (date(2019, 4, 29), 20), (date.min, 50))
"""Minutes before the open from which the expected price is shown (ER§126, press)."""

_NXT_FIRST_DAY = date(2025, 3, 4)
_TEN_MINUTES = timedelta(minutes=10)
_END_AT_RANDOM = (Phase.CLOSE_CALL, Phase.POST_SINGLE)
"""Phases that end with a call after which no price is found for a while."""
_FIXED_PRICE = (Phase.PRE_CLOSE_PRICE, Phase.POST_INTAKE, Phase.POST_CLOSE_PRICE, Phase.BREAK)
AFTER_CALL = _TEN_MINUTES
"""How long NXT takes in orders before its after-market."""
_NXT_PAUSE = timedelta(seconds=30)
"""NXT's main market starts when KRX's opening call can no longer be running."""

INTERRUPTION_CALL = timedelta(minutes=2)
"""The call after a volatility interruption (BR§26-2), and what one adds to a call that is running."""
RESUMPTION_CALL = timedelta(minutes=10)
"""The call after a halt of an issue or of the market (ER§35)."""
NXT_RESUMPTION_CALL = timedelta(seconds=30)
"""The same at NXT, from 2026-09-14 (KIS's notice of 2026-09-09)."""
_NXT_CALLS_DAY = date(2026, 9, 14)
_NO_RESUMPTION = timedelta(minutes=20)


def random_end_seconds(day: date) -> int:
    """How many seconds after its nominal end a call auction of that day may end."""
    return RANDOM_END_SECONDS if day >= _RANDOM_END_DAY else 0


def regular_session(day: date) -> tuple[Span, Span, Span]:
    """Opening call, continuous trading and closing call of KRX. Raises `BadInput` for a closed day."""
    hours = get_hours(day)
    last_call = hours.close - _TEN_MINUTES
    return (
        Span(Phase.OPEN_CALL, hours.open - timedelta(minutes=_regime(day).open_call), hours.open),
        Span(Phase.CONTINUOUS, hours.open, last_call),
        Span(Phase.CLOSE_CALL, last_call, hours.close),
    )


def indicative_price_from(day: date) -> datetime:
    """The instant from which the opening call shows an expected price (예상체결가)."""
    minutes = next(minutes for first_day, minutes in _INDICATIVE if day >= first_day)
    return get_hours(day).open - timedelta(minutes=minutes)


def interruption_end(at: datetime, venue: str = "KRX") -> datetime:
    """The nominal end of the call that a volatility interruption at `at` begins or makes longer.

    In the last two minutes before the closing call it becomes part of that (ER§35(1)4); so does a call whose
    drawn end would lie in the closing call. A call that is prolonged counts from its nominal end, a slot of
    the evening from the minute that `at` lies in. KRX's after-market goes on past its end for such a call
    (KRX's draft of BR§4(3)); at NXT the call ends with its phase at the latest (unverified).
    Raises `BadInput` when no price is found at `at`.
    """
    span = _trading_span(at, venue)
    match span.phase:
        case Phase.OPEN_CALL | Phase.CLOSE_CALL | Phase.POST_SINGLE:
            return prolonged_end(span.phase, at)
        case Phase.CONTINUOUS if at + INTERRUPTION_CALL >= span.end:
            return regular_session(at.date())[2].end
        case Phase.CONTINUOUS | Phase.AFTER_MARKET:
            return at + INTERRUPTION_CALL
        case _:
            return min(at + INTERRUPTION_CALL, span.end)


def prolonged_end(phase: Phase, at: datetime) -> datetime:
    """The nominal end of a call of `phase` that an interruption makes longer when it is about to end."""
    opening, _, closing = regular_session(at.date())
    match phase:
        case Phase.OPEN_CALL:
            return opening.end + INTERRUPTION_CALL
        case Phase.CLOSE_CALL:
            return closing.end + INTERRUPTION_CALL
        case _:
            return at.replace(second=0, microsecond=0) + INTERRUPTION_CALL


def resumption_end(at: datetime, venue: str = "KRX") -> datetime:
    """The nominal end of the call that begins at `at` when a halt is over.

    From 20 minutes before the close on it becomes part of the closing call (ER§35(1)3), and conditional
    orders are market orders from `at` on (ER§15(2)). Before the open it ends with the opening call at the
    earliest. At NXT there is none before 2026-09-14: it goes on at once.
    Raises `BadInput` when no price is found at `at`.
    """
    span = _trading_span(at, venue)
    if venue == "NXT":
        has_call = at.date() >= _NXT_CALLS_DAY
        return min(at + NXT_RESUMPTION_CALL, span.end) if has_call else at
    end = at + RESUMPTION_CALL
    close = regular_session(at.date())[2].end
    if span.phase is Phase.OPEN_CALL:
        return max(end, span.end)
    if span.phase in (Phase.CONTINUOUS, Phase.CLOSE_CALL):
        return close if at >= close - _NO_RESUMPTION else end
    return end


def nxt_closing_price_market(day: date) -> tuple[Span, ...]:
    """NXT's 종가매매 beside its other phases: intake from 15:00, trades at the KRX close from 15:30 to 16:00.

    Empty before NXT existed. That it moves with the close of an exam day is unverified.
    """
    if day < _NXT_FIRST_DAY:
        return ()
    close = get_hours(day).close
    half_an_hour = timedelta(minutes=30)
    return (
        Span(Phase.POST_INTAKE, close - half_an_hour, close),
        Span(Phase.POST_CLOSE_PRICE, close, close + half_an_hour),
    )


def _trading_span(at: datetime, venue: str) -> Span:
    """The phase at `at` in which prices are found, not the trading at a fixed close that may run beside."""
    at = at.astimezone(KST)
    random_end = timedelta(seconds=random_end_seconds(at.date()))
    for span in spans(at.date(), venue):
        is_drawing = span.phase in _END_AT_RANDOM and span.end <= at <= span.end + random_end
        if span.phase not in _FIXED_PRICE and (span.start <= at < span.end or is_drawing):
            return span
    raise BadInput(
        f"{at:%Y-%m-%d %H:%M:%S}에는 {venue}에서 가격이 정해지지 않습니다. 매매거래시간 중의 시각을 쓰세요.",
        f"No price is found at {venue} at {at:%Y-%m-%d %H:%M:%S}. Use an instant of a trading phase.",
    )


@lru_cache(maxsize=1024)
def spans(day: date, venue: str = "KRX") -> tuple[Span, ...]:
    """All phases of a trading day at "KRX" or "NXT", by their start; empty before NXT existed.

    Two of KRX's overlap before the open. Raises `BadInput` for a closed day and for another venue.
    """
    hours = get_hours(day)
    match venue:
        case "KRX":
            return _krx(day, hours)
        case "NXT":
            return _nxt(day, hours)
        case _:
            raise BadInput(
                f"거래소 {venue!r}은(는) 알 수 없습니다. KRX 또는 NXT를 쓰세요.",
                f"The venue {venue!r} is not known. Use KRX or NXT.",
            )


def phases_at(at: datetime, venue: str = "KRX") -> tuple[Phase, ...]:
    """The phases running at an instant, by their start; `(Phase.CLOSED,)` when there is none."""
    if at.tzinfo is None:
        raise BadInput(
            f"시각 {at}에 시간대가 없습니다. 한국 시간(KST)을 붙이세요.",
            f"The instant {at} has no time zone. Give it one (KST).",
        )
    at = at.astimezone(KST)
    if not is_trading_day(at.date()):
        return (Phase.CLOSED,)
    running = tuple(span.phase for span in spans(at.date(), venue) if span.start <= at < span.end)
    return running or (Phase.CLOSED,)


def _krx(day: date, hours: Hours) -> tuple[Span, ...]:
    regime = _regime(day)
    first, last = (hours.open - timedelta(minutes=minutes) for minutes in regime.pre_close_price)
    intake_ends = hours.close + _TEN_MINUTES
    evening = hours.close + 3 * _TEN_MINUTES
    return (
        Span(Phase.PRE_CLOSE_PRICE, first, last),
        *regular_session(day),
        Span(Phase.POST_INTAKE, hours.close, intake_ends),
        Span(Phase.POST_CLOSE_PRICE, intake_ends, evening),
        Span(regime.evening, evening, datetime.combine(day, regime.evening_end, KST)),
    )


def _nxt(day: date, hours: Hours) -> tuple[Span, ...]:
    if day < _NXT_FIRST_DAY:
        return ()
    main = hours.open + _NXT_PAUSE
    pause = hours.close - _TEN_MINUTES
    after = hours.close + AFTER_CALL
    pre_end = datetime.combine(day, time(8, 50), KST)
    before: tuple[Span, ...] = (
        Span(Phase.PRE, datetime.combine(day, time(8), KST), pre_end),
        Span(Phase.BREAK, pre_end, main),
    )
    if hours.open.time() != time(9) or day == _NXT_FIRST_DAY:
        before = ()  # no pre-market on days that open late, nor on NXT's very first
    return (
        *before,
        Span(Phase.MAIN, main, pause),
        Span(Phase.BREAK, pause, hours.close),
        Span(Phase.AFTER_CALL, hours.close, after),
        Span(Phase.AFTER, after, datetime.combine(day, time(20), KST)),
    )


def _regime(day: date) -> _Regime:
    return next(regime for regime in _REGIMES if day >= regime.first_day)
