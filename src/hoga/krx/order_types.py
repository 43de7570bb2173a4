"""Which order may be entered when: type and time in force by phase, venue and day; and at which price.

Sources: BR§2(4), BR§33 to 34-4, ER§12 to 17, ER§51-2, ER§54 (KOSDAQ ER§8 says the same); midpoint and
stop-limit orders exist since 2025-03-04 (ER as amended 2025-02-27). KRX's after-market and all of NXT rest on
the press, brokers' notices and the lists of order types that KIS publishes for NXT and SOR. KRX's draft let
funds with a liquidity provider into its after-market; press and brokers say that it takes none, and so does
this module. Orders that end with NXT's pre-market (GTP) are from KIS's notice of 2026-09-09.
Unverified: conditional and stop-limit orders inside a call (not barred by the articles; brokers may refuse
them); midpoint and stop-limit orders in NXT's pre- and after-market (refused here); NXT's call of 15:30
(limit orders only, here); cancelling in NXT's breaks; that a call in NXT's pre-market takes GTP limit orders.
It does not know quantities, accounts or books: those objections are the exchange's own.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from hoga.domain.instrument import Kind
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.krx.limits import PriceLimits
from hoga.krx.sessions import Phase, random_end_seconds, spans
from hoga.krx.single_price import Regime, has_evening_auctions
from hoga.krx.ticks import TickGrid

Entry = tuple[OrderType, TimeInForce]


class Objection(StrEnum):
    """Why an order may not be entered."""

    NO_SUCH_TYPE = "no_such_type"
    """The venue does not know this type with this time in force, or did not on that day."""
    WRONG_PHASE = "wrong_phase"
    """Nothing, or not this type, may be entered in this phase."""
    HALTED = "halted"
    """거래정지, or the market is halted: only cancels."""
    NOT_LISTED_HERE = "not_listed_here"
    """The issue does not trade at this venue or in this phase today."""
    SINGLE_PRICE = "single_price"
    """The issue trades by call auctions only: nothing but limit and market orders."""
    LIMIT_ONLY = "limit_only"
    """Nothing but limit orders: an ELW, a first price, 정리매매 or a short sale."""
    WARNED = "warned"
    """투자경고 or 투자위험종목: no midpoint and no stop-limit orders."""
    NO_SHORT_SALE = "no_short_sale"
    """No short sales before the first price of a new listing or of a 시가기준가종목."""
    OFF_TICK = "off_tick"
    OUTSIDE_LIMITS = "outside_limits"
    CONDITIONAL_AT_LIMIT = "conditional_at_limit"
    """조건부지정가 at the upper limit (buy) or the lower limit (sell)."""
    STOP_OFF_TICK = "stop_off_tick"
    STOP_OUTSIDE_LIMITS = "stop_outside_limits"
    NOT_CHANGEABLE = "not_changeable"
    """This type cannot be changed, or not into that one: cancel it and enter another."""
    NOTHING_CHANGES = "nothing_changes"
    """정정 must give another price, stop price or type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is special about an issue, or the order, at this instant."""

    kind: Kind = Kind.STOCK
    regime: Regime | None = None
    is_in_call: bool = False
    """A call of two minutes after a VI, or of ten after a halt, is gathering orders."""
    is_halted: bool = False
    awaits_first_price: bool = False
    """A new listing or an issue whose opening call sets the base (시가기준가종목), before its first price."""
    is_under_measures: bool = False
    """관리종목 and the like: KRX's after-market does not take it."""
    is_under_warning: bool = False
    """투자경고 or 투자위험종목 (that each of them is under the measure of ER§135(1)1 is unverified)."""
    has_traded: bool = True
    """In today's regular session; the evening's auctions take no issue that has not."""
    is_on_nxt: bool = False
    is_short_sale: bool = False


ORDINARY = Circumstances()

_T = OrderType
_F = TimeInForce


def _entries(types: tuple[OrderType, ...], terms: tuple[TimeInForce, ...] = (_F.DAY,)) -> frozenset[Entry]:
    return frozenset((order_type, time_in_force) for order_type in types for time_in_force in terms)


_ANY_TERM = (_F.DAY, _F.IOC, _F.FOK)
_CALL = _entries((_T.LIMIT, _T.MARKET, _T.LIMIT_TO_MARKET_ON_CLOSE, _T.STOP_LIMIT))
_CONTINUOUS = (
    _CALL
    | _entries((_T.LIMIT, _T.MARKET, _T.IMMEDIATELY_EXECUTABLE_LIMIT, _T.MID_PRICE), _ANY_TERM)
    | _entries((_T.BEST_LIMIT,))
)
_EVENING = _entries((_T.LIMIT, _T.IMMEDIATELY_EXECUTABLE_LIMIT), _ANY_TERM) | _entries((_T.BEST_LIMIT,))
_UNTIL_PRE_MARKET_ENDS = _entries((_T.LIMIT, _T.IMMEDIATELY_EXECUTABLE_LIMIT, _T.BEST_LIMIT), (_F.GTP,))
_CLOSING_PRICE = _entries((_T.AFTER_HOURS_CLOSING_PRICE,))

ENTRIES: dict[Phase, frozenset[Entry]] = {
    Phase.CLOSED: frozenset(),
    Phase.PRE_CLOSE_PRICE: _entries((_T.PRE_HOURS_CLOSING_PRICE,)),
    Phase.OPEN_CALL: _CALL,
    Phase.CONTINUOUS: _CONTINUOUS,
    Phase.CLOSE_CALL: _CALL - _entries((_T.LIMIT_TO_MARKET_ON_CLOSE,)),
    Phase.POST_INTAKE: _CLOSING_PRICE,
    Phase.POST_CLOSE_PRICE: _CLOSING_PRICE,
    Phase.POST_SINGLE: _entries((_T.AFTER_HOURS_AUCTION,)),
    Phase.AFTER_MARKET: _EVENING,
    Phase.PRE: _EVENING | _UNTIL_PRE_MARKET_ENDS,
    Phase.BREAK: frozenset(),
    Phase.MAIN: _CONTINUOUS,
    Phase.AFTER_CALL: _entries((_T.LIMIT,)),
    Phase.AFTER: _EVENING,
}
"""What may be entered in each phase, whatever the issue (krx.md 3.4, 1.2, 1.3)."""

_NXT_ENTRIES = (
    _entries((_T.LIMIT, _T.IMMEDIATELY_EXECUTABLE_LIMIT, _T.MID_PRICE), _ANY_TERM)
    | _entries((_T.MARKET,), (_F.IOC, _F.FOK))
    | _entries((_T.BEST_LIMIT, _T.STOP_LIMIT))
    | _CLOSING_PRICE
)
_SOR_ENTRIES = _entries((_T.LIMIT, _T.MARKET, _T.IMMEDIATELY_EXECUTABLE_LIMIT), _ANY_TERM) | _entries(
    (_T.BEST_LIMIT,)
)

_NEW_TYPES_DAY = date(2025, 3, 4)
"""Midpoint and stop-limit orders, and NXT with SOR, began on the same day."""

_GTP_DAY = date(2026, 9, 14)
"""From which day NXT knows orders that end with its pre-market."""

_NEW_TYPES = frozenset((_T.MID_PRICE, _T.STOP_LIMIT))
_OFF_HOURS = _entries((_T.PRE_HOURS_CLOSING_PRICE, _T.AFTER_HOURS_CLOSING_PRICE, _T.AFTER_HOURS_AUCTION))
_LIMIT_ONLY = _entries((_T.LIMIT,)) | _OFF_HOURS
_SINGLE_PRICE = _LIMIT_ONLY | _entries((_T.MARKET,))

_PRICED = frozenset((_T.LIMIT, _T.IMMEDIATELY_EXECUTABLE_LIMIT, _T.BEST_LIMIT))
"""Limit orders once they are entered: from one to another, the price must change."""
_CHANGEABLE = _PRICED | {_T.MARKET, _T.LIMIT_TO_MARKET_ON_CLOSE}
_REPRICEABLE = _PRICED | {_T.LIMIT_TO_MARKET_ON_CLOSE, _T.STOP_LIMIT, _T.AFTER_HOURS_AUCTION}


def is_allowed(
    order_type: OrderType,
    time_in_force: TimeInForce,
    phase: Phase,
    venue: Venue,
    day: date,
    circumstances: Circumstances = ORDINARY,
) -> bool:
    """Whether such an order may be entered; `find_objection` says why not."""
    return find_objection(order_type, time_in_force, phase, venue, day, circumstances) is None


def exists(order_type: OrderType, time_in_force: TimeInForce, venue: Venue, day: date) -> bool:
    """Whether the venue knows such an order on that day; by SOR a broker takes fewer than either venue."""
    entry = (order_type, time_in_force)
    if day < _NEW_TYPES_DAY and (venue is not Venue.KRX or order_type in _NEW_TYPES):
        return False
    if time_in_force is _F.GTP:
        return venue is Venue.NXT and day >= _GTP_DAY and entry in _UNTIL_PRE_MARKET_ENDS
    match venue:
        case Venue.KRX:
            return any(entry in entries for entries in ENTRIES.values())
        case Venue.NXT:
            return entry in _NXT_ENTRIES
        case Venue.SOR:
            return entry in _SOR_ENTRIES


@lru_cache(maxsize=4096)
def find_objection(
    order_type: OrderType,
    time_in_force: TimeInForce,
    phase: Phase,
    venue: Venue,
    day: date,
    circumstances: Circumstances = ORDINARY,
) -> Objection | None:
    """Why such an order may not be entered, its price apart; None when it may.

    `phase` is that of the venue where the order would arrive: an order by SOR is judged by the phase of
    the venue it is sent to.
    """
    entry = (order_type, time_in_force)
    # But for when it ends, a GTP order is one of the day.
    alike = (order_type, _F.DAY) if time_in_force is _F.GTP else entry
    if not exists(order_type, time_in_force, venue, day):
        return Objection.NO_SUCH_TYPE
    if circumstances.is_halted:
        return Objection.HALTED
    if not _is_traded(phase, venue, day, circumstances):
        return Objection.NOT_LISTED_HERE
    if circumstances.awaits_first_price and circumstances.is_short_sale:
        return Objection.NO_SHORT_SALE
    if _takes_limit_only(circumstances) and alike not in _LIMIT_ONLY:
        return Objection.LIMIT_ONLY
    if circumstances.regime is not None and alike not in _SINGLE_PRICE:
        return Objection.SINGLE_PRICE
    if circumstances.is_under_warning and order_type in _NEW_TYPES:
        return Objection.WARNED
    if entry not in ENTRIES[phase]:
        return Objection.WRONG_PHASE
    if circumstances.is_in_call and alike not in _CALL:
        return Objection.WRONG_PHASE
    return None


def find_replace_objection(
    old_type: OrderType,
    new_type: OrderType,
    *,
    has_new_price: bool,
    has_new_stop_price: bool = False,
    is_dormant: bool = False,
) -> Objection | None:
    """Why an order may not be changed (정정) so; None when it may, if its new type may be entered now.

    `has_new_price` compares the prices at which the old and the new order stand or would stand.
    `is_dormant` is said of a stop-limit order that nothing has woken yet. Quantities never rise.
    Source: ER§17(2).
    """
    if old_type is new_type:
        if old_type not in _REPRICEABLE:
            return Objection.NOT_CHANGEABLE
        changes = has_new_price or (is_dormant and has_new_stop_price)
        return None if changes else Objection.NOTHING_CHANGES
    if old_type not in _CHANGEABLE or new_type not in _CHANGEABLE:
        return Objection.NOT_CHANGEABLE
    if old_type in _PRICED and new_type in _PRICED and not has_new_price:
        return Objection.NOTHING_CHANGES
    return None


def may_change(phase: Phase) -> bool:
    """Whether orders of the phase's market may be changed (정정) now; a halt forbids it as well."""
    return bool(ENTRIES[phase])


def may_cancel(phase: Phase) -> bool:
    """Whether orders may be cancelled (취소) now; a halt does not forbid it."""
    return phase is not Phase.CLOSED


def find_price_objection(
    order_type: OrderType,
    side: Side,
    price: int | None,
    stop_price: int | None,
    limits: PriceLimits | None,
    grid: TickGrid,
) -> Objection | None:
    """Why the prices of an order may not be entered; None when they may.

    `limits` are those of the day, or of the evening's band; None for what has none (정리매매, ELW).
    """
    if price is not None:
        if not grid.is_on(price):
            return Objection.OFF_TICK
        if limits is not None and not limits.allows(price):
            return Objection.OUTSIDE_LIMITS
        if order_type is OrderType.LIMIT_TO_MARKET_ON_CLOSE and limits is not None:
            barred = limits.upper if side is Side.BUY else limits.lower
            if price == barred:
                return Objection.CONDITIONAL_AT_LIMIT
    if stop_price is not None:
        if not grid.is_on(stop_price):
            return Objection.STOP_OFF_TICK
        if limits is not None and not limits.allows(stop_price):
            return Objection.STOP_OUTSIDE_LIMITS
    return None


def _is_traded(phase: Phase, venue: Venue, day: date, circumstances: Circumstances) -> bool:
    if venue is Venue.NXT and not circumstances.is_on_nxt:
        return False
    match phase:
        case Phase.PRE_CLOSE_PRICE:
            return not circumstances.awaits_first_price
        case Phase.POST_SINGLE:
            return has_evening_auctions(
                day, has_traded=circumstances.has_traded, is_on_nxt=circumstances.is_on_nxt
            )
        case Phase.AFTER_MARKET:
            is_special = (
                circumstances.regime is not None
                or circumstances.is_under_measures
                or circumstances.is_under_warning
            )
            return circumstances.kind is Kind.STOCK and not is_special
        case _:
            return True


def _takes_limit_only(circumstances: Circumstances) -> bool:
    return (
        circumstances.kind is Kind.ELW
        or circumstances.awaits_first_price
        or circumstances.is_short_sale
        or circumstances.regime is Regime.DELISTING
    )


def trades_until(venue: Venue, order_type: OrderType, placed_at: datetime) -> datetime:
    """When an order that was placed then may trade last, if nobody cancels it.

    One at NXT lives until the evening's end, and one by SOR may be there. At KRX one of the regular session
    ends with the closing call; whether one that waits behind a volatility interruption of that call may
    trade a little later is the exchange's to say.
    """
    day = placed_at.astimezone(KST).date()
    krx, nxt = spans(day, "KRX"), spans(day, "NXT")
    ends = {span.phase: span.end for span in krx}
    if venue is not Venue.KRX:
        return max(span.end for span in (*krx, *nxt))
    match order_type:
        case OrderType.PRE_HOURS_CLOSING_PRICE:
            return ends[Phase.PRE_CLOSE_PRICE]
        case OrderType.AFTER_HOURS_CLOSING_PRICE:
            return ends[Phase.POST_CLOSE_PRICE]
        case OrderType.AFTER_HOURS_AUCTION:
            return krx[-1].end
        case _ if placed_at >= ends[Phase.CLOSE_CALL]:
            return krx[-1].end
        case _:
            return ends[Phase.CLOSE_CALL] + timedelta(seconds=random_end_seconds(day))
