"""Days that follow each other at the exchange, as a KIS client that stays connected meets them."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.register import with_off_hours
from hoga.clock import PacedClock
from hoga.day import ACCOUNT, DayPlan, plan_day
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Market
from hoga.domain.notices import Notice
from hoga.domain.quote import Trade
from hoga.domain.request import OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import ListIssue, Place
from hoga.exchange.events import Placed, Traded
from hoga.krx.calendar import always_open, get_hours
from hoga.krx.sessions import Phase
from hoga.settings import Settings
from hoga.simulator import Days, Doors, MadeOf, OpenExchange, Terms, live, replay, run_exchange, simulate
from hoga.storage.made import MadeBars

CODE = "005930"
CASH = 10**12
WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (date(2026, 5, day) for day in (6, 7, 8, 11))
ANY_PORTS = Doors(rest=0, paper_rest=0, ws=0, paper_ws=0)
NO_LIMITS = dict.fromkeys(Environment)
UNLIMITED = Terms(limits=NO_LIMITS)


class OneIssue(MadeBars):
    """Made prices of one issue: its days are lived in a moment."""

    def instruments(self, day: date) -> Sequence[Instrument]:
        return [each for each in super().instruments(day) if each.code == CODE]


def plan(day: date = WEDNESDAY) -> DayPlan:
    planned = plan_day(Settings(), day=day, cash=CASH, wanted=None)
    return replace(planned, bars=OneIssue(planned.seed), start=get_hours(day).open)


def at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), KST)


class Enough(Exception):
    """The test has seen what it wanted."""


class Life:
    """An exchange, and a client of its real environment that was connected on the first day."""

    def __init__(self, exchange: OpenExchange, client: KisClient) -> None:
        self.simulation = exchange.simulation
        self.clock = exchange.clock
        self.client = client
        self.begin_anew = exchange.begin_anew

    def go(self, when: datetime) -> None:
        assert isinstance(self.clock, PacedClock)
        self.clock.jump(when)
        self.simulation.advance(when)

    def buy(self, quantity: int, price: int | None = None) -> int:
        """Won that an order cost so far, without costs."""
        order_type = OrderType.MARKET if price is None else OrderType.LIMIT
        command = Place(ACCOUNT, CODE, Side.BUY, quantity, price, order_type)
        events = self.simulation.submit(command, self.clock.now())
        assert any(isinstance(event, Placed) for event in events), events
        return sum(event.price * event.quantity for event in events if isinstance(event, Traded))


def tell(
    story: Callable[[Life], Awaitable[None]],
    terms: Terms = UNLIMITED,
    first: DayPlan | None = None,
) -> None:
    @contextlib.asynccontextmanager
    async def face(exchange: OpenExchange) -> AsyncIterator[None]:
        who, kis = exchange.customers[Environment.REAL][0], exchange.faces[Environment.REAL]
        async with KisClient(
            who.keys,
            who.account,
            who.hts_id,
            Environment.REAL,
            clock=exchange.clock,
            luck=random.Random(1).random,
            rest_url=kis.rest_url,
            websocket_url=kis.ws_url,
        ) as client:
            await story(Life(exchange, client))
        raise Enough
        yield

    with pytest.raises(Enough):
        asyncio.run(run_exchange(first or plan(), face, ANY_PORTS, terms))


def test_what_was_bought_is_held_the_next_day_and_paid_on_the_second() -> None:
    async def story(life: Life) -> None:
        life.go(at(WEDNESDAY, 9, 30))
        cost = life.buy(10)
        life.go(at(WEDNESDAY, 23, 0))
        closed = life.simulation.exchange.quote(CODE)

        life.go(at(THURSDAY, 9, 30))
        account = await life.client.account()
        assert [(each.code, each.quantity) for each in account.positions] == [(CODE, 10)]
        assert account.deposit == CASH
        assert CASH - cost * 101 // 100 < account.deposit_d1 < CASH - cost
        assert [each.filled_quantity for each in await life.client.orders(WEDNESDAY, WEDNESDAY)] == [10]
        assert not await life.client.orders(THURSDAY, THURSDAY)
        quotes = await life.client.quotes([CODE])
        assert quotes[CODE].base_price == closed.last_price
        yesterday, today = await life.client.daily_bars(CODE, WEDNESDAY, THURSDAY)
        assert (yesterday.open, yesterday.high, yesterday.low, yesterday.close, yesterday.volume) == (
            closed.open,
            closed.high,
            closed.low,
            closed.last_price,
            closed.volume,
        )
        exchange = life.simulation.exchange
        assert today.volume == with_off_hours(exchange, exchange.quote(CODE)).volume > 0

        life.go(at(FRIDAY, 9, 30))
        assert (await life.client.account()).deposit == account.deposit_d1
        life.go(at(MONDAY, 9, 30))
        assert life.simulation.exchange.day == MONDAY
        assert life.simulation.exchange.conservation().is_conserved
        bars = await life.client.daily_bars(CODE, WEDNESDAY, MONDAY)
        assert [bar.at.date() for bar in bars] == [WEDNESDAY, THURSDAY, FRIDAY, MONDAY]

    tell(story)


def test_who_is_connected_stays_connected_over_the_night() -> None:
    async def story(life: Life) -> None:
        notices: asyncio.Queue[Notice] = asyncio.Queue()
        trades: asyncio.Queue[Trade] = asyncio.Queue()
        life.client.on_notice(notices.put_nowait)
        await life.client.follow([CODE], trades.put_nowait)
        life.go(at(WEDNESDAY, 9, 10))
        assert (await trades.get()).at.date() == WEDNESDAY
        life.go(at(WEDNESDAY, 23, 0))
        life.go(at(THURSDAY, 9, 10))
        while (await trades.get()).at.date() != THURSDAY:
            pass
        life.buy(3)
        await notices.get()
        assert [each.filled_quantity for each in await life.client.orders(THURSDAY, THURSDAY)] == [3]

    tell(story)


def test_a_close_that_was_moved_is_where_the_next_day_begins() -> None:
    async def story(life: Life) -> None:
        life.go(at(WEDNESDAY, 15, 29))
        upper = life.simulation.exchange.limits(CODE).upper
        for _ in range(8):
            life.buy(1_000_000, upper)
        life.go(at(WEDNESDAY, 23, 0))
        closed = life.simulation.exchange.quote(CODE)
        assert closed.last_price > plan().bars.base_price(CODE, THURSDAY)

        life.go(at(THURSDAY, 15, 0))
        quote = life.simulation.exchange.quote(CODE)
        assert quote.base_price == closed.last_price
        assert quote.low is not None
        assert quote.volume > 0
        assert quote.low > plan().bars.base_price(CODE, THURSDAY)
        assert await life.client.quotes([CODE])

    tell(story)


def test_days_are_recorded_and_lived_again(tmp_path: Path) -> None:
    path = tmp_path / "days.jsonl"

    async def story(life: Life) -> None:
        life.go(at(WEDNESDAY, 9, 30))
        life.buy(10)
        life.go(at(THURSDAY, 8, 0))
        life.go(at(THURSDAY, 9, 30))
        life.buy(10)

    tell(story, Terms(limits=NO_LIMITS, record=path))

    def plan_of(made_of: MadeOf) -> DayPlan:
        assert made_of.day == str(WEDNESDAY)
        return plan()

    result = replay(path, plan_of)
    assert result.is_same
    assert result.events > 1_000


def test_the_first_day_can_begin_again_with_everybody_still_logged_in() -> None:
    async def story(life: Life) -> None:
        life.go(at(WEDNESDAY, 9, 30))
        life.buy(10)
        first = life.simulation.exchange.quote(CODE)
        life.go(at(THURSDAY, 9, 30))
        assert (await life.client.account()).positions

        life.begin_anew()
        assert life.clock.now() == at(WEDNESDAY, 9, 0)
        account = await life.client.account()
        assert (account.deposit, account.positions) == (CASH, ())
        assert not await life.client.orders(WEDNESDAY, THURSDAY)
        life.go(at(WEDNESDAY, 9, 30))
        life.buy(10)
        assert life.simulation.exchange.quote(CODE) == first
        (today,) = await life.client.daily_bars(CODE, WEDNESDAY, THURSDAY)
        assert today.volume == with_off_hours(life.simulation.exchange, first).volume

    tell(story)


def test_a_change_of_face_value_stops_trading_and_then_multiplies_shares(tmp_path: Path) -> None:
    table = tmp_path / "actions.csv"
    table.write_text(
        "code,action,record_day,face_before,face_after,first_day,last_day,listing_day\n"
        f"{CODE},face_change,{THURSDAY},100,10,{THURSDAY},{THURSDAY},{FRIDAY}\n",
        "utf-8",
    )
    recording = tmp_path / "days.jsonl"
    closes: list[int] = []

    async def story(life: Life) -> None:
        life.go(at(WEDNESDAY, 9, 30))
        cost = life.buy(10)
        life.go(at(THURSDAY, 9, 30))
        quote = (await life.client.quotes([CODE]))[CODE]
        assert (quote.is_halted, quote.volume) == (True, 0)
        closes.append(quote.last_price)
        life.go(at(FRIDAY, 9, 30))
        quote = (await life.client.quotes([CODE]))[CODE]
        assert not quote.is_halted
        assert quote.base_price == -(-closes[0] // 10 // 10) * 10  # the tick is ten won there
        assert quote.volume > 0
        (position,) = (await life.client.account()).positions
        assert (position.quantity, position.cost) == (100, cost)

    tell(story, Terms(limits=NO_LIMITS, facts=(table,), record=recording))
    assert replay(recording, lambda made_of: plan()).is_same


def test_what_is_recorded_cannot_begin_again(tmp_path: Path) -> None:
    async def story(life: Life) -> None:
        with pytest.raises(BadInput, match="without --record"):
            life.begin_anew()

    tell(story, Terms(limits=NO_LIMITS, record=tmp_path / "day.jsonl"))


@pytest.mark.parametrize("is_quiet", [False, True])
def test_an_issue_that_is_added_is_traded_by_everybody_from_then_on(is_quiet: bool) -> None:
    async def story(life: Life) -> None:
        life.go(at(WEDNESDAY, 10, 0))
        added = ListIssue("900100", "새종목", Market.KOSDAQ, 5_000, listed_shares=10**8, has_flow=True)
        still = ListIssue("900200", "조용한종목", Market.KOSDAQ, 5_000)
        for command in (added, still):
            life.simulation.submit(command, life.clock.now())
        quotes = await life.client.quotes(["900100", "900200"])
        assert [each.last_price for each in quotes.values()] == [5_000, 5_000]
        trades: asyncio.Queue[Trade] = asyncio.Queue()
        await life.client.follow(["900100"], trades.put_nowait)
        life.go(at(WEDNESDAY, 10, 10))
        first = await trades.get()
        assert (first.code, first.at.hour) == ("900100", 10)

        life.go(at(THURSDAY, 10, 0))
        exchange = life.simulation.exchange
        yesterday, today = await life.client.daily_bars("900100", WEDNESDAY, THURSDAY)
        assert exchange.quote("900100").base_price == yesterday.close
        assert today.volume > 0
        assert exchange.quote("900200").volume == 0
        assert exchange.quote("900200").base_price == 5_000

    tell(story, Terms(limits=NO_LIMITS, is_quiet=is_quiet))


def test_an_added_issue_is_recorded_too(tmp_path: Path) -> None:
    path = tmp_path / "days.jsonl"

    async def story(life: Life) -> None:
        life.go(at(WEDNESDAY, 10, 0))
        added = ListIssue("900100", "새종목", Market.KOSDAQ, 5_000, has_flow=True)
        life.simulation.submit(added, life.clock.now())
        life.go(at(THURSDAY, 9, 5))

    tell(story, Terms(limits=NO_LIMITS, is_quiet=True, record=path))
    assert replay(path, lambda _: plan()).is_same


def test_a_market_that_is_always_open_trades_on_a_saturday_night_and_on_sunday(tmp_path: Path) -> None:
    saturday, sunday = date(2026, 6, 13), date(2026, 6, 14)
    path = tmp_path / "days.jsonl"

    async def story(life: Life) -> None:
        life.go(at(saturday, 22, 0))
        assert life.simulation.exchange.phase is Phase.CONTINUOUS
        life.buy(10)
        (order,) = await life.client.orders(saturday, saturday)
        assert (order.filled_quantity, order.placed_at.date()) == (10, saturday)
        life.go(at(sunday, 3, 0))
        assert life.simulation.exchange.phase is Phase.CONTINUOUS
        life.buy(10)
        assert [each.quantity for each in (await life.client.account()).positions] == [20]
        bars = await life.client.daily_bars(CODE, date(2026, 6, 11), sunday)
        assert [bar.at.date().day for bar in bars] == [11, 12, 13, 14]
        assert life.simulation.exchange.conservation().is_conserved

    with always_open(at(saturday, 21, 0)):
        terms = Terms(limits=NO_LIMITS, is_always_open=True, record=path)
        tell(story, terms, plan(saturday))
    assert replay(path, lambda made_of: plan(date.fromisoformat(made_of.day))).is_same


def end_of_wednesday(*, is_running: bool, days: int | None = None) -> tuple[PacedClock, datetime, date]:
    """A quiet market that is left alone from Wednesday night on: its clock, when it looked, and its day."""

    async def leave_alone() -> tuple[PacedClock, datetime, date]:
        simulation = simulate(plan(), is_quiet=True, days=days)
        simulation.advance(at(WEDNESDAY, 23, 0))
        clock = PacedClock(at(WEDNESDAY, 23, 0), 1, monotonic=lambda: 0.0)
        if is_running:
            clock.run()
        living = asyncio.create_task(live(simulation, clock, Days(plan()).start_of))
        for _ in range(20):
            await asyncio.sleep(0)
        living.cancel()
        await asyncio.wait([living])
        return clock, clock.now(), simulation.exchange.day

    return asyncio.run(leave_alone())


def test_a_simulated_clock_jumps_over_the_night() -> None:
    _, now, day = end_of_wednesday(is_running=True)
    assert (now, day) == (at(THURSDAY, 9, 0), THURSDAY)


def test_a_clock_that_stands_stays_in_the_night() -> None:
    _, now, day = end_of_wednesday(is_running=False)
    assert (now, day) == (at(WEDNESDAY, 23, 0), WEDNESDAY)


def test_after_the_last_day_the_market_stays_where_it_is() -> None:
    _, now, day = end_of_wednesday(is_running=True, days=1)
    assert (now, day) == (at(WEDNESDAY, 23, 0), WEDNESDAY)


def test_the_calendar_skips_holidays_and_the_number_of_days_counts() -> None:
    simulation = simulate(plan(), is_quiet=True, days=3)
    simulation.advance(at(date(2026, 5, 20), 0, 0))
    assert simulation.exchange.day == FRIDAY
    assert simulation.next_at is None
    with pytest.raises(BadInput):
        Days(plan()).start_of(date(2026, 5, 9))
