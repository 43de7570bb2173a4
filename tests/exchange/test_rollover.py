"""From one day to the next: base prices, settled cash, holdings, past orders, and who is told."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hoga.domain.bar import Bar
from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import OrderType, Side
from hoga.exchange.commands import Advance, Command, HaltIssue, Place, ResumeIssue
from hoga.exchange.events import Event, Traded
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening, Settlement
from hoga.exchange.flow import Flow
from hoga.exchange.rollover import next_day, next_listings, next_openings
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
QUIET = Instrument(code="000020", name="조용한종목", market=Market.KOSPI)
KIM = Opening(
    account="kim",
    deposit=1_000_000,
    holdings=(Holding("005930", 100, 900_000),),
    settlements=(Settlement(date(2026, 5, 7), 5_000), Settlement(date(2026, 5, 8), -3_000)),
)


def traded(make_pit: "type[Pit]", market: str) -> "Pit":
    pit = make_pit(listings=[Listing(STOCK, 10_000), Listing(QUIET, 10_000)], openings=[KIM])
    pit.sell("10:00", 10, 10_500, account=market)
    pit.buy("10:00", 10, 10_500)
    pit.sell("10:00", 1, 9_900, code="000020", account=market)
    return pit


def test_the_close_becomes_the_base_and_without_a_trade_the_last_orders_speak(
    make_pit: "type[Pit]", market: str
) -> None:
    pit = traded(make_pit, market)
    pit.until("15:30")

    assert next_day(pit.exchange) == date(2026, 5, 7)
    assert [(one.base_price, one.closed_at) for one in next_listings(pit.exchange)] == [
        (10_500, 10_500),
        (9_900, 10_000),
    ]


def test_a_close_between_two_ticks_is_raised_and_remembered(make_pit: "type[Pit]") -> None:
    pit = make_pit()
    pit.buy("10:00", 1, 9_990)
    pit.sell("10:00", 1, 10_000)
    pit.buy("10:01", 1, order_type=OrderType.MID_PRICE)
    pit.sell("10:01", 1, order_type=OrderType.MID_PRICE)
    pit.until("15:30")

    (listing,) = next_listings(pit.exchange)
    assert (listing.base_price, listing.closed_at) == (10_000, 9_995)


def test_trades_settle_on_the_second_day(make_pit: "type[Pit]", market: str) -> None:
    pit = traded(make_pit, market)
    pit.until("15:30")
    spent = 105_000 + KIS_STOCK.of(105_000)
    (opening,) = next_openings(pit.exchange)

    assert opening.deposit == 1_005_000
    assert opening.settlements == (Settlement(date(2026, 5, 8), -3_000 - spent),)
    assert opening.holdings == (Holding("005930", 110, 1_005_000),)
    assert [record.number for record in opening.past_orders] == [2]
    (result,) = opening.past_results
    assert (result.day, result.code, result.bought, result.held) == (date(2026, 5, 6), "005930", 105_000, 110)

    friday = Exchange(date(2026, 5, 7), next_listings(pit.exchange), [opening], KIS_STOCK)
    friday.process(Advance(), pit.at("23:00").replace(day=7))
    (last,) = next_openings(friday)
    assert last.deposit == 1_002_000 - spent
    assert last.settlements == ()
    assert last.past_orders == opening.past_orders
    assert last.past_results == opening.past_results
    assert pit.exchange.opening_value("kim") == 1_002_000 + 100 * 10_000
    assert friday.opening_value("kim") == 1_002_000 - spent + 110 * 10_500
    assert friday.conservation().is_conserved


def test_a_running_day_is_not_followed(make_pit: "type[Pit]", market: str) -> None:
    pit = traded(make_pit, market)

    for roll in (next_listings, next_openings):
        with pytest.raises(ValueError, match="is not over"):
            roll(pit.exchange)


class Sequel:
    """One more quiet day, and no other."""

    def __init__(self, last: date) -> None:
        self.last = last

    def after(self, exchange: Exchange) -> date | None:
        return next_day(exchange) if exchange.day < self.last else None

    def begin(self, exchange: Exchange, day: date) -> tuple[Exchange, Flow]:
        listings = next_listings(exchange)
        return Exchange(day, listings, next_openings(exchange, day), KIS_STOCK), quiet(day)

    def minutes(self, listing: Listing, day: date) -> Sequence[Bar]:
        return ()


def quiet(day: date) -> Flow:
    return Flow(day, [], {}, lambda name: NO_LUCK)


def test_a_simulation_goes_on_with_the_next_day_and_tells_the_same_people(make_pit: "type[Pit]") -> None:
    told: list[Event] = []
    asked: list[Command] = []
    days: list[date] = []

    def listen(events: Sequence[Event]) -> None:
        told.extend(events)

    first = make_pit().exchange
    day = next_day(first)
    simulation = Simulation(first, quiet(first.day), Sequel(day))
    simulation.on_events(listen)
    simulation.on_command(lambda steps, at, command: asked.append(command))
    simulation.on_roll(lambda exchange: days.append(exchange.day))
    while not simulation.is_day_over:
        simulation.step()
    assert (simulation.next_day, simulation.exchange) == (day, first)
    assert simulation.next_at == make_pit(day).at("00:00")

    told.clear()
    at = make_pit(day).at("10:00")
    for command in (Place("kim", "005930", side, 1, 10_000) for side in (Side.BUY, Side.SELL)):
        simulation.submit(command, at)
    assert simulation.exchange.day == day
    assert days == [day]
    assert [one for one in told if isinstance(one, Traded)]
    assert len(asked) == 2
    simulation.advance(make_pit(day).at("23:00"))
    assert simulation.next_at is None
    assert simulation.step() == []


def test_a_simulation_that_is_restarted_forgets_what_happened_and_tells_the_same_people(
    make_pit: "type[Pit]",
) -> None:
    told: list[Event] = []
    days: list[date] = []
    simulation = Simulation(make_pit().exchange, quiet(make_pit().exchange.day))
    simulation.on_roll(lambda exchange: days.append(exchange.day))
    at = make_pit().at("10:00")
    simulation.submit(Place("kim", "005930", Side.BUY, 1, 10_000), at)
    simulation.on_events(told.extend)

    anew = make_pit().exchange
    simulation.restart(anew, quiet(anew.day))
    assert days == [anew.day]
    assert simulation.exchange.last_number == 0
    simulation.submit(Place("kim", "005930", Side.BUY, 1, 10_000), at)
    assert told


class _NoLuck:
    def random(self) -> float:
        return 0.5

    def randrange(self, stop: int, /) -> int:
        return stop // 2


NO_LUCK = _NoLuck()


def test_a_halt_lasts_until_somebody_lifts_it(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[Listing(STOCK, 10_000), Listing(QUIET, 10_000)])
    pit.do("10:00", HaltIssue("005930"))
    pit.until("15:30")
    for _ in range(2):
        pit = make_pit(next_day(pit.exchange), listings=next_listings(pit.exchange))
        assert [code for code in pit.exchange.codes if pit.exchange.is_halted(code)] == ["005930"]
        pit.until("15:30")
    pit = make_pit(next_day(pit.exchange), listings=next_listings(pit.exchange))
    pit.do("10:00", ResumeIssue("005930"))
    pit.until("15:30")
    assert not any(listing.is_halted for listing in next_listings(pit.exchange))
