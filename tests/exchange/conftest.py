"""A trading floor for the stories of the exchange: what happened when, in short words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time

import pytest

from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import THE_MARKET, Advance, Cancel, Command, Place
from hoga.exchange.events import Event, Refusal, Refused, Traded
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.krx.fees import KIS_STOCK, Commission

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
KIM = Opening(account="kim", deposit=1_000_000_000, holdings=(Holding("005930", 10_000, 100_000_000),))


class Pit:
    """One exchange; orders are of Kim unless said otherwise, for the stock at 10,000 won."""

    def __init__(
        self,
        day: date = date(2026, 5, 6),
        *,
        listings: Sequence[Listing] = (Listing(STOCK, 10_000),),
        openings: Sequence[Opening] = (KIM,),
        commission: Commission | Mapping[Kind, Commission] = KIS_STOCK,
        random_end: Callable[[str], int] = lambda call: 0,
        is_whole_day: bool = False,
        has_vi: bool = False,
    ) -> None:
        self.day = day
        self.exchange = Exchange(
            day,
            listings,
            openings,
            commission,
            random_end=random_end,
            is_whole_day=is_whole_day,
            has_vi=has_vi,
        )
        self.events: list[Event] = []

    def at(self, clock: str) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(clock), KST)

    def do(self, clock: str, command: Command) -> list[Event]:
        events = self.exchange.process(command, self.at(clock))
        assert self.exchange.conservation().is_conserved
        self.events += events
        return events

    def until(self, clock: str) -> list[Event]:
        return self.do(clock, Advance())

    def order(
        self,
        clock: str,
        side: Side,
        quantity: int,
        price: int | None = None,
        order_type: OrderType | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        *,
        stop: int | None = None,
        venue: Venue = Venue.KRX,
        code: str = "005930",
        account: str = "kim",
    ) -> int:
        """Enter an order that is taken, and tell its number. Without a type it is limit, or market."""
        if order_type is None:
            order_type = OrderType.LIMIT if price is not None else OrderType.MARKET
        events = self.do(
            clock, Place(account, code, side, quantity, price, order_type, time_in_force, stop, venue)
        )
        assert not isinstance(events[-1], Refused), events[-1]
        return self.exchange.last_number

    def buy(self, clock: str, quantity: int, price: int | None = None, **more: object) -> int:
        return self.order(clock, Side.BUY, quantity, price, **more)  # type: ignore[arg-type]

    def sell(self, clock: str, quantity: int, price: int | None = None, **more: object) -> int:
        return self.order(clock, Side.SELL, quantity, price, **more)  # type: ignore[arg-type]

    def refusal(self, clock: str, command: Command) -> Refusal | None:
        events = self.do(clock, command)
        return events[-1].reason if events and isinstance(events[-1], Refused) else None

    def cancel(self, clock: str, number: int) -> list[Event]:
        return self.do(clock, Cancel("kim", number))

    def trades(self) -> list[tuple[int, int, int, int]]:
        """(buy number, sell number, price, quantity) of every trade so far."""
        return [
            (one.buy_number, one.sell_number, one.price, one.quantity)
            for one in self.events
            if isinstance(one, Traded)
        ]

    def of(self, kind: type[Event]) -> list[Event]:
        return [one for one in self.events if isinstance(one, kind)]

    def remaining(self, number: int) -> int:
        records = self.exchange.orders("kim", self.day, self.day)
        return next(record.remaining_quantity for record in records if record.number == number)


@pytest.fixture
def make_pit() -> type[Pit]:
    return Pit


@pytest.fixture
def pit() -> Pit:
    """The regular session of a day, interruptions off, five minutes after ten."""
    pit = Pit()
    pit.until("10:05")
    return pit


@pytest.fixture
def market() -> str:
    return THE_MARKET
