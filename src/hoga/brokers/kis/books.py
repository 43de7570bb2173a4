"""Order books (호가) on the KIS WebSocket, both ways."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from hoga.brokers.kis.codes import BOOKS_STREAM
from hoga.brokers.kis.envelope import time_text
from hoga.brokers.kis.notation import change_sign, codes_of, rate, sign
from hoga.brokers.kis.records import data_frame, instant, split, width_of
from hoga.brokers.kis.ticks import RunningDay
from hoga.domain.quote import Level, OrderBook
from hoga.krx.sessions import Phase

BOOK_FIELDS = frozenset({59, 62})
"""Record lengths that have been seen; 62 came in 2026. What is behind the documented 59 is not read."""


@dataclass(frozen=True, slots=True)
class Books:
    """Books, in their order. `records` are all their fields as they came."""

    books: tuple[OrderBook, ...]
    has_drifted: bool
    payload: str = field(repr=False)

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        return split(self.payload, len(self.books))


def read_books(payload: str, count: int, day: date) -> Books:
    width = width_of(payload, count, min(BOOK_FIELDS))
    fields = payload.split("^")
    books = tuple(_book(fields[start : start + width], day) for start in range(0, len(fields), width))
    return Books(books, width not in BOOK_FIELDS, payload)


def _book(fields: Sequence[str], day: date) -> OrderBook:
    is_call = fields[2] in _CALL_HOURS
    expected = int(fields[47] or 0)
    return OrderBook(
        code=fields[0],
        at=instant(day, fields[1]),
        asks=_levels(fields[3:13], fields[23:33]),
        bids=_levels(fields[13:23], fields[33:43]),
        total_ask_quantity=int(fields[43]),
        total_bid_quantity=int(fields[44]),
        indicative_price=expected if is_call and expected else None,
        indicative_quantity=int(fields[48] or 0) if is_call and expected else None,
    )


def _levels(prices: Sequence[str], quantities: Sequence[str]) -> tuple[Level, ...]:
    return tuple(
        Level(int(price), int(quantity))
        for price, quantity in zip(prices, quantities, strict=True)
        if int(price)
    )


_CALL_HOURS = frozenset("ABC")
"""시간구분 of a call auction: 장후예상, 장전예상, and after nine (also a volatility interruption)."""


def book_frame(book: OrderBook, day: RunningDay, phase: Phase, previous: OrderBook | None = None) -> str:
    """H0STASP0: a book. `previous` is the one sent before it, which the changes of the totals are against."""
    codes = codes_of(phase)
    expected, quantity = book.indicative_price or 0, book.indicative_quantity or 0
    before = previous or book
    asks, bids = _ten(book.asks), _ten(book.bids)
    return data_frame(
        BOOKS_STREAM,
        [
            (
                book.code,
                time_text(book.at),
                codes.hour,
                *(str(level.price) for level in (*asks, *bids)),
                *(str(level.quantity) for level in (*asks, *bids)),
                str(book.total_ask_quantity),
                str(book.total_bid_quantity),
                "0",
                "0",
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
                "0",
                "0",
                "0",
            )
        ],
    )


def _ten(levels: Sequence[Level]) -> list[Level]:
    return [*levels[:10], *[Level(0, 0)] * (10 - len(levels))]
