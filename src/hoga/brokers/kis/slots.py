"""Which of all that is followed gets one of the few registrations of a connection (슬롯). Pure.

KIS streams 41 things over one connection and counts all kinds together. One is the account's own notices;
what is left goes to prints before books, because a price may have to be acted upon and a book is looked at,
and in both to what is held before what is only watched. What gets none is asked for instead.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hoga.brokers.kis.codes import BOOKS_STREAM, TRADES_STREAM


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration: the stream and the code."""

    tr_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Allotment:
    """Who has a slot and who has not, the neediest first."""

    streamed: tuple[Registration, ...] = ()
    asked: tuple[Registration, ...] = ()


def allot(
    trades: Iterable[str],
    books: Iterable[str],
    held: Collection[str],
    most: int,
    taken: Collection[Registration] = (),
) -> Allotment:
    """Give `most` slots to the prints and books of these codes.

    Among equals whoever has one already (`taken`) keeps it, so that nothing is released and registered
    without need; otherwise the earlier code goes first.
    """
    wanted = [
        *(Registration(TRADES_STREAM, code) for code in dict.fromkeys(trades)),
        *(Registration(BOOKS_STREAM, code) for code in dict.fromkeys(books)),
    ]
    wanted.sort(key=lambda each: (each.tr_id != TRADES_STREAM, each.code not in held, each not in taken))
    return Allotment(tuple(wanted[:most]), tuple(wanted[most:]))
