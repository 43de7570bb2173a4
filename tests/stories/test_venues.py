"""A made day at two venues: an order by SOR (자동주문전송) goes where it is better off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from hoga.day import ACCOUNT, DayPlan, plan_day
from hoga.domain.instrument import Instrument
from hoga.domain.request import OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.exchange.events import BoardKind, Placed, Traded
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import get_hours
from hoga.settings import Settings
from hoga.simulator import simulate
from hoga.storage.made import MadeBars

DAY = date(2026, 10, 6)
CODE = "005930"


class OneIssue(MadeBars):
    """Made prices of one issue: its days are lived in a moment."""

    def instruments(self, day: date) -> Sequence[Instrument]:
        return [each for each in super().instruments(day) if each.code == CODE]


def plan() -> DayPlan:
    planned = plan_day(Settings(), day=DAY, cash=10**12, wanted=None)
    return replace(planned, bars=OneIssue(planned.seed), start=get_hours(DAY).open)


def at(clock: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(clock), KST)


def best_asks(simulation: Simulation) -> dict[BoardKind, tuple[int, int] | None]:
    """Price and shares of the best ask at KRX and at NXT."""
    found: dict[BoardKind, tuple[int, int] | None] = {}
    for board, venue in ((BoardKind.REGULAR, Venue.KRX), (BoardKind.NXT, Venue.NXT)):
        asks = simulation.exchange.book(CODE, venue).asks
        found[board] = (asks[0].price, asks[0].quantity) if asks else None
    return found


def buy(simulation: Simulation, order_type: OrderType, venue: Venue = Venue.SOR) -> list[Traded]:
    order = Place(ACCOUNT, CODE, Side.BUY, 1, None, order_type, TimeInForce.IOC, venue=venue)
    events = simulation.submit(order, simulation.now)
    assert isinstance(events[0], Placed), events
    return [event for event in events if isinstance(event, Traded)]


def test_an_order_by_sor_is_filled_at_the_better_price_of_the_moment() -> None:
    simulation = simulate(plan(), days=1)
    simulation.advance(at("09:05"))
    filled: dict[BoardKind, int] = dict.fromkeys((BoardKind.REGULAR, BoardKind.NXT), 0)
    while simulation.now < at("12:00") and min(filled.values()) < 5:
        simulation.step()
        asks = best_asks(simulation)
        krx, nxt = asks[BoardKind.REGULAR], asks[BoardKind.NXT]
        if krx is None or nxt is None or krx[0] == nxt[0]:
            continue
        better = BoardKind.NXT if nxt[0] < krx[0] else BoardKind.REGULAR
        (fill,) = buy(simulation, OrderType.MARKET)
        assert fill.board is better
        assert fill.price <= min(krx[0], nxt[0])  # a midpoint order may have waited before its best price
        filled[better] += 1

    assert min(filled.values()) == 5


def test_before_the_open_and_in_the_evening_sor_finds_who_is_there() -> None:
    simulation = simulate(plan(), days=1)
    for clock, boards in (
        ("08:20", {BoardKind.NXT}),
        ("15:50", {BoardKind.NXT}),
        ("19:00", {BoardKind.NXT, BoardKind.AFTER_MARKET}),
    ):
        simulation.advance(at(clock))
        asks = [simulation.exchange.bests(CODE, board)[1] for board in boards]
        (fill,) = buy(simulation, OrderType.IMMEDIATELY_EXECUTABLE_LIMIT)
        assert fill.board in boards
        assert fill.price == min(ask for ask in asks if ask is not None)
