"""One listed issue during one day: its boards, and what the market shows of them.

In a call the market shows the expected price and quantity, and of each side the three best levels of what
would be left: what the call would trade is not among them, so the sides do not overlap, and the side with the
surplus may begin at the expected price. How many wait in all it does not tell then (KRX, since 2002-09-30,
by the press); in the evening's calls the levels that are shown are added up. Three levels are press, and the
rest is how one book of a closing call and one of an evening that KIS sent look (unverified, and for NXT's
calls taken over).
"""

from dataclasses import dataclass
from datetime import date, datetime

from hoga.domain.quote import Level, Midpoint, OrderBook, Quote
from hoga.domain.request import Side
from hoga.exchange.auction import Clearing
from hoga.exchange.board import Board, State
from hoga.exchange.events import BoardKind
from hoga.exchange.guard import Guard
from hoga.exchange.ladder import Ladder
from hoga.exchange.midpoints import midpoint_of
from hoga.exchange.opening import Listing
from hoga.krx import quantity_cap, volatility
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.single_price import Regime, evening_limits
from hoga.krx.ticks import grid

_DEPTH = 10
_CALL_DEPTH = 3
_CLOSING_PRICE = (BoardKind.PRE_CLOSE_PRICE, BoardKind.POST_CLOSE_PRICE)


class Issue:
    """An issue that trades today.

    Its boards of the regular session and at NXT are there from the start, the others from the first order on.
    """

    __slots__ = (
        "base_price",
        "boards",
        "cap",
        "code",
        "day",
        "finds_base",
        "has_vi",
        "instrument",
        "is_halted",
        "is_over",
        "ladder",
        "listing",
        "main",
        "nxt_waits",
        "regime",
        "resumed_at",
    )

    def __init__(self, listing: Listing, day: date, *, has_vi: bool = False) -> None:
        instrument = listing.instrument
        market, kind = instrument.market, instrument.kind
        self.instrument = instrument
        self.code = instrument.code
        self.day = day
        self.listing = listing
        self.regime = listing.regime
        self.base_price = listing.base_price
        self.finds_base = listing.finds_base(day)
        """Whether its first price is still to come, and to become its base price."""
        self.ladder = Ladder(grid(market, kind, day), listing.limits(day))
        self.has_vi = has_vi and not volatility.is_exempt(
            kind, self.regime, day, is_listing_day=listing.is_new
        )
        self.is_halted = listing.is_suspended or listing.is_halted
        self.resumed_at: datetime | None = None
        """When its last halt was over."""
        self.nxt_waits = False
        """Whether NXT is halted still, although the issue is not: KRX is in the call after the halt."""
        self.is_over = False
        """Whether the market was closed for the day (서킷브레이커 stage 3)."""
        self.cap = (
            quantity_cap.max_order_quantity(listing.base_price, instrument.listed_shares)
            if instrument.listed_shares
            else None
        )
        """The most shares one order may have; None when the number of listed shares is not known."""
        self.main = self.make(BoardKind.REGULAR)
        self.boards = {BoardKind.REGULAR: self.main}
        if listing.is_on_nxt:
            self.boards[BoardKind.NXT] = self.make(BoardKind.NXT)

    def make(self, kind: BoardKind) -> Board:
        """A new board of one market, empty and closed, not yet one of the issue's."""
        ladder, last, price = self.ladder, self.base_price, None
        if kind is not BoardKind.REGULAR and kind is not BoardKind.NXT:
            last = self.main.book.last_price
        if kind in _CLOSING_PRICE:
            # A close between two ticks, or from before rights went, is not traded at: the base is (ER§51(1)).
            price = last if kind is BoardKind.POST_CLOSE_PRICE else self.base_price
            ladder = Ladder(ladder.grid, PriceLimits(price, price))
        elif kind is BoardKind.EVENING_CALLS and self.regime is not Regime.DELISTING:
            ladder = Ladder(ladder.grid, evening_limits(last, ladder.limits, ladder.grid))
        # In the evening the day's close is what the first prices are measured from.
        guard = self._guard(last) if price is None else None
        return Board(self, kind, ladder, last, guard=guard, price=price)

    def find_base(self, price: int) -> list[tuple[Board, int, Side, int]]:
        """Go on around the first price, without the orders outside its limits, which are void.

        They come as board, number, side and shares. Source: ER§13(1)4.
        """
        self.finds_base = False
        self.base_price = price
        instrument = self.instrument
        limits = price_limits(instrument.market, instrument.kind, price, self.day, instrument.leverage)
        self.ladder = Ladder(self.ladder.grid, limits)
        void = []
        for kind in (BoardKind.REGULAR, BoardKind.NXT):
            board = self.boards.get(kind)
            if board is not None:
                board.guard = self._guard(price)
                void += [(board, *order) for order in board.relimit(self.ladder)]
        return void

    def _guard(self, first_reference: int) -> Guard | None:
        """The eye on a board; none where there is no base price yet."""
        if not self.has_vi or self.finds_base:
            return None
        listing, prices = self.listing, self.ladder.grid
        return Guard(listing.volatility_group, prices, self.day, first_reference, is_expiry=listing.is_expiry)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the market shows of a board: (price, shares) of each side, best first, and totals."""

    asks: list[tuple[int, int]]
    bids: list[tuple[int, int]]
    total_asks: int
    total_bids: int
    clearing: Clearing | None = None


def _shown(board: Board, depth: int) -> _Shown:
    book = board.book
    if board.state is not State.CALL or board.price is not None:
        clearing = book.clearing() if board.state is State.CALL else None
        asks, bids = book.levels(Side.SELL, depth), book.levels(Side.BUY, depth)
        return _Shown(asks, bids, book.asks.quantity, book.bids.quantity, clearing)
    clearing = book.clearing()
    gone = clearing.quantity if clearing else 0
    asks, bids = book.levels(Side.SELL, _CALL_DEPTH, gone), book.levels(Side.BUY, _CALL_DEPTH, gone)
    if board.kind is not BoardKind.EVENING_CALLS:
        return _Shown(asks, bids, 0, 0, clearing)
    total_asks, total_bids = (sum(shares for _, shares in levels) for levels in (asks, bids))
    return _Shown(asks, bids, total_asks, total_bids, clearing)


def order_book(board: Board, at: datetime) -> OrderBook:
    """The levels of both sides, see `Exchange.book`."""
    shown = _shown(board, _DEPTH)
    clearing = shown.clearing
    return OrderBook(
        code=board.issue.code,
        at=at,
        asks=tuple(Level(price, shares) for price, shares in shown.asks),
        bids=tuple(Level(price, shares) for price, shares in shown.bids),
        total_ask_quantity=shown.total_asks,
        total_bid_quantity=shown.total_bids,
        indicative_price=clearing.price if clearing else None,
        indicative_quantity=clearing.quantity if clearing else None,
    )


def midpoint(board: Board) -> Midpoint | None:
    """Where midpoint orders would trade now, and those that wait; None while there is no such price."""
    price = midpoint_of(board.book) if board.state is State.CONTINUOUS else None
    if price is None:
        return None
    for side in (Side.BUY, Side.SELL):
        waiting = board.midpoints.waiting(side)
        if waiting:
            return Midpoint(price, sum(waiting.values()), side)
    return Midpoint(price)


def quote(board: Board, at: datetime) -> Quote:
    """The price of the moment and the day so far. Best prices and totals are those that the book shows."""
    book, issue = board.book, board.issue
    shown = _shown(board, 1)
    ask, ask_quantity = shown.asks[0] if shown.asks else (None, 0)
    bid, bid_quantity = shown.bids[0] if shown.bids else (None, 0)
    return Quote(
        code=issue.code,
        name=issue.instrument.name,
        at=at,
        last_price=book.last_price,
        base_price=issue.base_price,
        upper_limit=book.ladder.limits.upper,
        lower_limit=book.ladder.limits.lower,
        open=board.open,
        high=board.high,
        low=board.low,
        volume=board.volume,
        value=board.value,
        ask=ask,
        bid=bid,
        ask_quantity=ask_quantity,
        bid_quantity=bid_quantity,
        total_ask_quantity=shown.total_asks,
        total_bid_quantity=shown.total_bids,
        interruption=board.interruption,
        static_reference=board.guard.static_reference if board.guard else None,
        is_halted=board.is_halted,
    )
