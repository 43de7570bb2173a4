"""KIS's order divisions (주문구분): which type and time in force each is, and where it may be sent."""

from datetime import date, datetime

from hoga.domain.request import OrderRequest, OrderType, TimeInForce, Venue
from hoga.krx.sessions import Phase, phases_at

ORDER_DIVISIONS: dict[str, tuple[OrderType, TimeInForce, str]] = {
    "00": (OrderType.LIMIT, TimeInForce.DAY, "지정가"),
    "01": (OrderType.MARKET, TimeInForce.DAY, "시장가"),
    "02": (OrderType.LIMIT_TO_MARKET_ON_CLOSE, TimeInForce.DAY, "조건부지정가"),
    "03": (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.DAY, "최유리지정가"),
    "04": (OrderType.BEST_LIMIT, TimeInForce.DAY, "최우선지정가"),
    "05": (OrderType.PRE_HOURS_CLOSING_PRICE, TimeInForce.DAY, "장전 시간외"),
    "06": (OrderType.AFTER_HOURS_CLOSING_PRICE, TimeInForce.DAY, "장후 시간외"),
    "07": (OrderType.AFTER_HOURS_AUCTION, TimeInForce.DAY, "시간외 단일가"),
    "11": (OrderType.LIMIT, TimeInForce.IOC, "IOC지정가"),
    "12": (OrderType.LIMIT, TimeInForce.FOK, "FOK지정가"),
    "13": (OrderType.MARKET, TimeInForce.IOC, "IOC시장가"),
    "14": (OrderType.MARKET, TimeInForce.FOK, "FOK시장가"),
    "15": (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.IOC, "IOC최유리"),
    "16": (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.FOK, "FOK최유리"),
    "21": (OrderType.MID_PRICE, TimeInForce.DAY, "중간가"),
    "22": (OrderType.STOP_LIMIT, TimeInForce.DAY, "스톱지정가"),
    "23": (OrderType.MID_PRICE, TimeInForce.IOC, "중간가IOC"),
    "24": (OrderType.MID_PRICE, TimeInForce.FOK, "중간가FOK"),
}
"""주문구분 (`ORD_DVSN`). The names of 00 to 02 are recorded, the others unverified."""

RESERVED_DIVISIONS = frozenset({"00", "01", "02", "05"})
"""Which divisions may be reserved."""

AFTER_MARKET_DIVISIONS: dict[str, tuple[OrderType, TimeInForce, str]] = {
    "41": (OrderType.LIMIT, TimeInForce.DAY, "KRX애프터마켓지정가"),
    "42": (OrderType.LIMIT, TimeInForce.IOC, "KRX애프터마켓지정가IOC"),
    "43": (OrderType.LIMIT, TimeInForce.FOK, "KRX애프터마켓지정가FOK"),
    "44": (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.DAY, "KRX애프터마켓최유리지정가"),
    "45": (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.IOC, "KRX애프터마켓최유리지정가IOC"),
    "46": (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.FOK, "KRX애프터마켓최유리지정가FOK"),
    "47": (OrderType.BEST_LIMIT, TimeInForce.DAY, "KRX애프터마켓최우선지정가"),
}
"""주문구분 of KRX's after-market, a market of its own with divisions of its own since 2026-09-14 (KIS's
notice of 2026-09-09). That it takes no others there is read off the notice, and unverified."""

PRE_MARKET_DIVISIONS: dict[str, tuple[OrderType, TimeInForce, str]] = {
    "27": (OrderType.LIMIT, TimeInForce.GTP, "NXT GTP지정가"),
    "28": (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, TimeInForce.GTP, "NXT GTP최유리"),
    "29": (OrderType.BEST_LIMIT, TimeInForce.GTP, "NXT GTP최우선"),
}
"""주문구분 of orders that end with NXT's pre-market, from the same notice."""

DAY_DIVISIONS = frozenset(ORDER_DIVISIONS) - {"05", "06", "07"}
"""Those of the regular session."""

DIVISIONS = ORDER_DIVISIONS | AFTER_MARKET_DIVISIONS | PRE_MARKET_DIVISIONS

VENUE_DIVISIONS = {
    Venue.KRX: frozenset(ORDER_DIVISIONS | AFTER_MARKET_DIVISIONS),
    Venue.NXT: frozenset(ORDER_DIVISIONS | PRE_MARKET_DIVISIONS) - {"01", "02", "05", "06", "07"},
    Venue.SOR: frozenset(ORDER_DIVISIONS) - {"02", "05", "06", "07", "21", "22", "23", "24"},
}
"""Which divisions KIS has for which venue, each in its time."""

_NOTICE_DAY = date(2026, 9, 14)
"""From which day 27 to 29 and 41 to 47 are divisions, and 07 is none any more."""
_NEW = frozenset(AFTER_MARKET_DIVISIONS | PRE_MARKET_DIVISIONS)
_OLD = frozenset({"07"})

DIVISION_OF, _AFTER_MARKET_DIVISION_OF = (
    {(kind, force): code for code, (kind, force, _) in divisions.items()}
    for divisions in (ORDER_DIVISIONS | PRE_MARKET_DIVISIONS, AFTER_MARKET_DIVISIONS)
)


def taken_divisions(venue: Venue, day: date) -> frozenset[str]:
    """Those that KIS takes for a venue on that day."""
    return VENUE_DIVISIONS[venue] - (_OLD if day >= _NOTICE_DAY else _NEW)


def is_after_market(at: datetime, venue: Venue) -> bool:
    """Whether an order that is sent to `venue` at this instant goes to KRX's after-market."""
    return venue is Venue.KRX and Phase.AFTER_MARKET in phases_at(at)


def find_division(order_type: OrderType, time_in_force: TimeInForce, *, in_after_market: bool) -> str | None:
    """The division of such an order; None where KIS has none."""
    divisions = _AFTER_MARKET_DIVISION_OF if in_after_market else DIVISION_OF
    return divisions.get((order_type, time_in_force))


def division_of(order_type: OrderType, time_in_force: TimeInForce, *, in_after_market: bool) -> str:
    """The division under which lists and notices tell of an order."""
    division = find_division(order_type, time_in_force, in_after_market=in_after_market)
    # They tell of every order: what the evening has no division for has that of the day.
    return division or DIVISION_OF[order_type, time_in_force]


def placed_division(request: OrderRequest, placed_at: datetime) -> str:
    """The division under which a list tells of an order that was placed at that instant."""
    in_after_market = is_after_market(placed_at, request.venue)
    return division_of(request.order_type, request.time_in_force, in_after_market=in_after_market)
