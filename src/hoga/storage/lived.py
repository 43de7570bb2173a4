"""The days of a simulated market as they were lived, and those before them from the store behind.

Whoever asks for the past of a market that goes on for days is told what was traded there, not what the store
had in mind. Of the running day the minutes are the planned ones, which facts about it are made from, and the
daily bar is what has been traded so far. Daily bars and minutes are those of KRX's regular session.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.zone import KST
from hoga.exchange.events import BoardKind, Event, IssueListed, Traded
from hoga.storage.made import MadeBars

if TYPE_CHECKING:
    from hoga.domain.instrument import Instrument
    from hoga.exchange.exchange import Exchange
    from hoga.exchange.opening import Listing
    from hoga.storage.bars import RecordedBars

HEARD: Sequence[type[Event]] = (Traded, IssueListed)
"""The events that lived bars are made of."""

_FIELDS = 7
"""Minute of the day, open, high, low, close, volume and value of one minute."""


class PlannedMinutes(Mapping[str, Sequence[Bar]]):
    """The minutes that a store has in mind for a day by code, each made when it is asked for and not kept.

    Made prices begin at the base price of the listing, wherever the days before have left it.
    """

    def __init__(self, store: MadeBars | RecordedBars, day: date, listings: Sequence[Listing]) -> None:
        self._store = store
        self._day = day
        self._bases = {listing.instrument.code: listing.base_price for listing in listings}

    def __getitem__(self, code: str) -> Sequence[Bar]:
        base = self._bases[code]
        if isinstance(self._store, MadeBars):
            return self._store.minute_bars(code, self._day, base) if self._store.knows(code) else ()
        return self._store.minute_bars(code, self._day)

    def __iter__(self) -> Iterator[str]:
        return iter(self._bases)

    def __len__(self) -> int:
        return len(self._bases)


class LivedBars:
    """A `BarStore` of the market that `exchange` is the first day of. Tell it events and following days."""

    def __init__(self, store: MadeBars | RecordedBars, exchange: Exchange) -> None:
        self._store = store
        self._first = exchange.day
        self._lived: dict[date, dict[str, array[int]]] = {}
        """The minutes of each day by code, `_FIELDS` numbers each."""
        self._listed: dict[date, tuple[Instrument, ...]] = {}
        self._young: set[str] = set()
        """What was listed while the market ran: the store has nothing to tell of it."""
        self.begin(exchange)

    @property
    def source(self) -> str:
        """That of the store behind."""
        return self._store.source

    def begin(self, exchange: Exchange) -> None:
        """Go on with the day of `exchange`. What was lived of it and of days after it is forgotten."""
        for day in [day for day in self._lived if day >= exchange.day]:
            del self._lived[day], self._listed[day]
        self._exchange = exchange
        self._today = exchange.day
        self._minutes = self._lived[exchange.day] = {}
        self._young = {code for code in self._young if exchange.lists(code)}
        self._show(exchange)

    def _show(self, exchange: Exchange) -> None:
        """Take in what is listed on the day."""
        listings = [exchange.listing(code) for code in exchange.codes]
        told = [
            listing
            for listing in listings
            if listing.instrument.code not in self._young and not listing.is_suspended
        ]
        self._planned = PlannedMinutes(self._store, exchange.day, told)
        self._listed[exchange.day] = tuple(
            sorted((listing.instrument for listing in listings), key=lambda instrument: instrument.code)
        )

    def hear(self, events: Sequence[Event]) -> None:
        """Take note of what was traded in the regular session."""
        for event in events:
            # By type, see Exchange.process.
            if type(event) is Traded:
                if event.board is BoardKind.REGULAR:
                    self._take(event)
            elif type(event) is IssueListed:
                self._young.add(event.code)
                self._show(self._exchange)

    def behind(self, day: date) -> MadeBars | RecordedBars | None:
        """The store that a day is told from; None of one that was lived."""
        return self._store if day < self._first else None

    def instruments(self, day: date) -> Sequence[Instrument]:
        """What was listed on a day that was lived, else what the store lists."""
        return self._listed[day] if day in self._listed else self._store.instruments(day)

    def minute_bars(self, code: str, day: date) -> Sequence[Bar]:
        """The minutes with trades of a day that was lived, the planned ones of today, else the store's."""
        if day == self._today:
            return self._planned.get(code, ())
        if day in self._lived:
            return self._bars(code, day)
        return () if code in self._young else self._store.minute_bars(code, day)

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        """Days before the first one from the store, and from it on those with trades, today's so far."""
        until = min(last, self._first - timedelta(days=1))
        bars = () if code in self._young else self._store.daily_bars(code, first, until)
        lived = (merge_bars(self._bars(code, day)) for day in sorted(self._lived) if first <= day <= last)
        return (*bars, *(bar for bar in lived if bar is not None))

    def _take(self, event: Traded) -> None:
        at, price, quantity = event.at, event.price, event.quantity
        minute = at.hour * 60 + at.minute
        kept = self._minutes.get(event.code)
        if kept is None:
            kept = self._minutes[event.code] = array("q")
        if not kept or kept[-_FIELDS] != minute:
            kept.extend((minute, price, price, price, price, quantity, price * quantity))
            return
        kept[-5] = max(kept[-5], price)
        kept[-4] = min(kept[-4], price)
        kept[-3] = price
        kept[-2] += quantity
        kept[-1] += price * quantity

    def _bars(self, code: str, day: date) -> list[Bar]:
        kept = self._lived[day].get(code, array("q"))
        midnight = datetime.combine(day, time(), KST)
        return [
            Bar(code, midnight + timedelta(minutes=kept[start]), *kept[start + 1 : start + _FIELDS])
            for start in range(0, len(kept), _FIELDS)
        ]
