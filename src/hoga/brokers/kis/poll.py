"""Prices and books that are asked for because they are not streamed: the rest of what is followed.

Whatever has no slot, whatever has gone silent, everything while the connection is down, and once what a gap
may have hidden. It asks many codes in one call where KIS has one, and always after everybody else: the
governor lets it call when nobody waits. It waits in real time, as the network does.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from hoga.domain.errors import BadInput, BrokerError, WireError
from hoga.domain.quote import OrderBook, Quote

_log = logging.getLogger(__name__)

Ask = Callable[[Sequence[str]], Awaitable[Mapping[str, Quote]]]
AskBook = Callable[[str], Awaitable[OrderBook]]


class Poll:
    """Asks, round by round. Whoever was asked for longest ago is next."""

    def __init__(
        self,
        ask: Ask,
        ask_book: AskBook,
        *,
        pause: float,
        longest: float,
        most: int,
        most_books: int,
        on_quote: Callable[[Quote], None],
        on_book: Callable[[OrderBook], None],
        suspects: Callable[[], Iterable[str]],
        suspect_books: Callable[[], Iterable[str]],
    ) -> None:
        """A round asks for `most` prices and `most_books` books, and `pause` seconds later comes the next.

        When nothing can be read the pauses grow up to `longest`. `suspects` are codes to look at, by the
        round, and `suspect_books` those whose books are.
        """
        self._ask = ask
        self._ask_book = ask_book
        self._pause = pause
        self._longest = longest
        self._most = most
        self._most_books = most_books
        self._on_quote = on_quote
        self._on_book = on_book
        self._suspects = suspects
        self._suspect_books = suspect_books
        self._prices: dict[str, None] = {}
        self._books: dict[str, None] = {}
        self._once: dict[str, None] = {}
        self._unknown: set[str] = set()
        self._round = 0
        self._asked: dict[tuple[str, bool], int] = {}
        """The round in which a code was asked for last, by code and whether it was for its book."""
        self._soon = asyncio.Event()

    def want(self, prices: Iterable[str], books: Iterable[str]) -> None:
        """Ask for these from now on, and for no others."""
        self._prices, self._books = dict.fromkeys(prices), dict.fromkeys(books)

    def look_once(self, codes: Iterable[str]) -> None:
        """Ask for the prices of `codes` as soon as possible, and again until they could be read."""
        self._once.update(dict.fromkeys(codes))
        self._soon.set()

    async def run(self) -> None:
        """Go on until cancelled."""
        pause = self._pause
        while True:
            try:
                async with asyncio.timeout(pause):
                    await self._soon.wait()
            except TimeoutError:
                pass
            self._soon.clear()
            try:
                await self._ask_round()
            except (BrokerError, WireError) as error:
                if pause == self._pause:
                    _log.warning("KIS: what is not streamed cannot be read: %s", error.english)
                pause = min(2 * pause, max(self._longest, self._pause))
            except Exception:  # noqa: BLE001 - without the rounds nobody would hear of prices again
                _log.exception("KIS: what is not streamed cannot be read")
                pause = min(2 * pause, max(self._longest, self._pause))
            else:
                pause = self._pause

    async def _ask_round(self) -> None:
        self._round += 1
        wanted = {**self._once, **dict.fromkeys(self._suspects()), **self._prices}
        codes = self._next(wanted, self._most, is_book=False)
        if codes:
            once = [code for code in codes if code in self._once]
            for code in once:  # who wants it again while it is asked for wants a newer answer
                del self._once[code]
            try:
                await self._ask_prices(codes)
            except BaseException:
                self._once.update(dict.fromkeys(once))
                raise
        books = {**dict.fromkeys(self._suspect_books()), **self._books}
        for code in self._next(books, self._most_books, is_book=True):
            try:
                book = await self._ask_book(code)
            except BadInput as error:
                self._give_up(code, error)
            else:
                self._on_book(book)

    def _next(self, wanted: Iterable[str], most: int, *, is_book: bool) -> list[str]:
        known = (code for code in wanted if code not in self._unknown)
        # What is to be looked at once comes first, and otherwise whoever has waited longest.
        codes = sorted(known, key=lambda code: (code not in self._once, self._asked.get((code, is_book), 0)))
        del codes[most:]
        self._asked.update(dict.fromkeys([(code, is_book) for code in codes], self._round))
        return codes

    async def _ask_prices(self, codes: Sequence[str]) -> None:
        try:
            found = await self._ask(codes)
        except BadInput as error:
            if len(codes) > 1:  # one of them does not exist: find out which
                for code in codes:
                    await self._ask_prices([code])
                return
            self._give_up(codes[0], error)
            return
        for quote in found.values():
            self._on_quote(quote)

    def _give_up(self, code: str, error: BadInput) -> None:
        _log.warning("KIS: %s is not asked for any more: %s", code, error.english)
        self._unknown.add(code)
