"""Order books (호가) on the KIS WebSocket, both ways.

The book of NXT and that of both venues together have the midpoints (중간가) of both behind the fields of
KRX's. Since 2026-09-14 KRX's own has one too, and behind it what is going on (장 구분), and that of both ends
with the exchange of its expected price: 1 is KRX, 2 NXT, 0 stands for none (unverified); NXT expects nothing
here. Of 장 구분 only the four names are known, not which phases they are. The side of the orders that wait
at a midpoint is written like that of a print (unverified: in all that was received none waited). The
evening's book is named with nine levels, and ten have been seen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from hoga.brokers.kis.codes import BOOKS_STREAM
from hoga.brokers.kis.envelope import time_text
from hoga.brokers.kis.notation import change_sign, hour_of, market_class, rate, sign
from hoga.brokers.kis.records import data_frame, instant, split, width_of
from hoga.brokers.kis.streams import (
    BOOK_DEPTH,
    EVENING_BOOK,
    EVENING_DEPTH,
    NXT_BOOK,
    STREAMS,
    Stream,
    Subject,
)
from hoga.brokers.kis.ticks import RunningDay
from hoga.domain.quote import Level, Midpoint, OrderBook
from hoga.domain.request import Side, Venue
from hoga.krx.sessions import Phase

_OF_KRX = STREAMS[BOOKS_STREAM]
_MIDPOINTS = (59, 62)
"""Where the midpoints of KRX and of NXT stand in a record."""


@dataclass(frozen=True, slots=True)
class Books:
    """Books, in their order. `records` are all their fields as they came."""

    books: tuple[OrderBook, ...]
    has_drifted: bool
    payload: str = field(repr=False)
    tr_id: str = BOOKS_STREAM

    @property
    def midpoints(self) -> tuple[tuple[Midpoint | None, Midpoint | None], ...]:
        """The midpoints of KRX and of NXT beside each book; None for one that is not told or has no price."""
        if self.tr_id == _EVENING:
            return ((None, None),) * len(self.books)
        krx, nxt = _MIDPOINTS
        is_of_nxt = self.tr_id == _NXT
        return tuple(
            (None, _midpoint(record[krx:]))
            if is_of_nxt and len(record) == len(NXT_BOOK)
            else (_midpoint(record[krx:nxt]), _midpoint(record[nxt:]))
            for record in self.records
        )

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return split(self.payload, len(self.books))


_EVENING, _NXT = "H0STOAA0", "H0NXASP0"


def read_books(payload: str, count: int, day: date, stream: Stream = _OF_KRX) -> Books:
    """Books of any of the streams that tell them. Raises `ValueError` for what are none."""
    fields = payload.split("^")
    width = width_of(len(fields), count, stream.least)
    depth = EVENING_DEPTH if stream.layout(width) is EVENING_BOOK else BOOK_DEPTH
    books = tuple(_book(fields[start : start + width], day, depth) for start in range(0, len(fields), width))
    return Books(books, width not in stream.widths, payload, stream.tr_id)


def _book(fields: Sequence[str], day: date, depth: int) -> OrderBook:
    is_call = fields[2] in _CALL_HOURS
    bids, ask_sizes, bid_sizes, totals = (3 + depth * block for block in (1, 2, 3, 4))
    expected = int(fields[totals + 4] or 0)
    return OrderBook(
        code=fields[0],
        at=instant(day, fields[1]),
        asks=_levels(fields[3:bids], fields[ask_sizes:bid_sizes]),
        bids=_levels(fields[bids:ask_sizes], fields[bid_sizes:totals]),
        total_ask_quantity=int(fields[totals]),
        total_bid_quantity=int(fields[totals + 1]),
        indicative_price=expected if is_call and expected else None,
        indicative_quantity=int(fields[totals + 5] or 0) if is_call and expected else None,
    )


def _midpoint(fields: Sequence[str]) -> Midpoint | None:
    """Price, shares and side, where they stand."""
    if len(fields) < 3 or not int(fields[0] or 0):
        return None
    return Midpoint(int(fields[0]), int(fields[1] or 0), _SIDES.get(fields[2]))


def _levels(prices: Sequence[str], quantities: Sequence[str]) -> tuple[Level, ...]:
    return tuple(
        Level(int(price), int(quantity))
        for price, quantity in zip(prices, quantities, strict=True)
        if int(price)
    )


class AtClose(NamedTuple):
    """What waits to be traded at a closing price (시간외 종가), in shares."""

    asks: int = 0
    bids: int = 0


NOTHING_AT_CLOSE = AtClose()

_SIDES = {"1": Side.BUY, "5": Side.SELL}
_SIDE_CODES: dict[Side | None, str] = {None: "0", Side.BUY: "1", Side.SELL: "5"}
_CALL_HOURS = frozenset("ABCD")
"""시간구분 of a call auction: 장후예상, 장전예상, after nine (a volatility interruption too), the evening."""


def book_frame(
    book: OrderBook,
    day: RunningDay,
    phase: Phase,
    previous: OrderBook | None = None,
    stream: Stream = _OF_KRX,
    midpoints: Sequence[Midpoint | None] = (),
    closing: tuple[AtClose, AtClose] = (NOTHING_AT_CLOSE, NOTHING_AT_CLOSE),
    *,
    is_long: bool = False,
) -> str:
    """A book. `previous` is the one sent before it, which the changes of the totals are against.

    `midpoints` are those of KRX and of NXT, for the streams that tell them. `closing` is what waits to be
    traded at a closing price, now and when the previous book was sent. What is long has the fields that came
    on `streams.RECORDS_GREW`.
    """
    at_close, closed_before = closing
    in_evening = stream.subject is Subject.EVENING_BOOK
    expected, quantity = book.indicative_price or 0, book.indicative_quantity or 0
    before = previous or book
    depth = EVENING_DEPTH if in_evening else BOOK_DEPTH
    asks, bids = _filled(book.asks, depth), _filled(book.bids, depth)
    return data_frame(
        stream.tr_id,
        [
            (
                book.code,
                time_text(book.at),
                hour_of(phase, in_call=expected > 0),
                *(str(level.price) for level in (*asks, *bids)),
                *(str(level.quantity) for level in (*asks, *bids)),
                str(book.total_ask_quantity),
                str(book.total_bid_quantity),
                str(at_close.asks),
                str(at_close.bids),
                str(expected),
                str(quantity),
                str(quantity),
                # Without an expected price KIS counts the change from 0: minus the base price, -100.00 %.
                str(expected - day.base_price),
                sign(expected, day) if expected else change_sign(-day.base_price),
                rate(expected, day.base_price),
                str(day.volume),
                str(book.total_ask_quantity - before.total_ask_quantity),
                str(book.total_bid_quantity - before.total_bid_quantity),
                str(at_close.asks - closed_before.asks),
                str(at_close.bids - closed_before.bids),
                *(() if in_evening else ("0",)),
                *(text for midpoint in midpoints for text in midpoint_texts(midpoint)),
                *(_GREW.get(stream.venues, _nothing)(phase, expected) if is_long else ()),
            )
        ],
    )


def _nothing(_: Phase, __: int) -> tuple[str, ...]:
    return ()


_GREW: Mapping[tuple[Venue, ...], Callable[[Phase, int], tuple[str, ...]]] = {
    (Venue.KRX,): lambda phase, _: (market_class(phase),),
    (Venue.KRX, Venue.NXT): lambda _, expected: ("1" if expected else "0",),
}
"""The fields at the end of a long book."""


def _filled(levels: Sequence[Level], depth: int) -> list[Level]:
    return [*levels[:depth], *[Level(0, 0)] * (depth - len(levels))]


def midpoint_texts(midpoint: Midpoint | None) -> tuple[str, str, str]:
    """Price, shares and side of the orders that wait half-way between the bests."""
    if midpoint is None:
        return "0", "0", _SIDE_CODES[None]
    return str(midpoint.price), str(midpoint.quantity), _SIDE_CODES[midpoint.side]
