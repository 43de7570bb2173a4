"""Where an order goes: which market of the day takes its type, and the better of two venues (SOR).

SOR compares what the order would meet at once: the better price, then the larger quantity there, then KRX. A
real broker's best-execution policy also weighs fees and the chance of a fill; that is left out.
"""

from collections.abc import Mapping

from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.exchange.board import Board, State
from hoga.exchange.events import BoardKind
from hoga.krx.sessions import Phase

_BY_TYPE = {
    OrderType.PRE_HOURS_CLOSING_PRICE: BoardKind.PRE_CLOSE_PRICE,
    OrderType.AFTER_HOURS_CLOSING_PRICE: BoardKind.POST_CLOSE_PRICE,
    OrderType.AFTER_HOURS_AUCTION: BoardKind.EVENING_CALLS,
}


def board_kind(order_type: OrderType, venue: Venue, phases: Mapping[BoardKind, Phase]) -> BoardKind | None:
    """The market of the day that such an order belongs to now; None when it is closed.

    An order by SOR is given KRX's market here, or NXT when KRX is closed.
    """
    if venue is Venue.NXT:
        return BoardKind.NXT
    kind = _BY_TYPE.get(order_type)
    if kind is None:
        # An issue's regular session can outlast its market's, by an interruption of the closing call.
        is_evening = phases[BoardKind.AFTER_MARKET] is not Phase.CLOSED
        kind = BoardKind.AFTER_MARKET if is_evening else BoardKind.REGULAR
    elif phases[kind] is Phase.CLOSED:
        return None
    return kind


def better(krx: Board, nxt: Board, side: Side, order_type: OrderType, time_in_force: TimeInForce) -> Board:
    """The board that gives an order of `side` the better price, of those that take it now."""
    if nxt.objection(order_type, time_in_force) is not None:
        return krx
    if krx.objection(order_type, time_in_force) is not None:
        return nxt
    here, there = _meets(krx, side), _meets(nxt, side)
    if there is None:
        return krx
    return nxt if here is None or there > here else krx


def _meets(board: Board, side: Side) -> tuple[int, int] | None:
    """What the order would meet first, the better the larger: (price turned so, shares)."""
    if board.state is not State.CONTINUOUS:
        return None
    levels = board.book.levels(side.opposite, 1)
    if not levels:
        return None
    price, shares = levels[0]
    return (-price if side is Side.BUY else price), shares
