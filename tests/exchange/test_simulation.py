"""A whole day in time order, made and recorded, and the promise that it can be rebuilt."""

import random
from collections import UserDict, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

from hoga.domain.bar import Bar
from hoga.domain.instrument import Instrument
from hoga.domain.request import OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.commands import Cancel, Command, Place
from hoga.exchange.crowd import Luck
from hoga.exchange.events import Event, PhaseChanged, Placed, Refused, Traded
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.flow import Flow
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import get_hours
from hoga.krx.fees import Commission
from hoga.krx.sessions import Phase
from hoga.krx.ticks import grid
from hoga.storage.bars import RecordedBars
from hoga.storage.made import MadeBars

DAY = date(2026, 11, 20)
EXAM_DAY = date(2025, 11, 13)
KIM = "kim"
SEED = 7
FEW = ("005930", "000660", "122630", "293490")

RECORDED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "minute"


class Store(Protocol):
    def instruments(self, day: date) -> Sequence[Instrument]: ...
    def base_price(self, code: str, day: date) -> int: ...
    def minute_bars(self, code: str, day: date) -> Sequence[Bar]: ...


def at(text: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), KST)


def luck(name: str) -> Luck:
    return random.Random(f"{SEED}:{name}")


def start(
    store: Store, day: date = DAY, codes: Sequence[str] | None = FEW, random_end: tuple[int, int] = (0, 0)
) -> tuple[Simulation, list[Event]]:
    instruments = [each for each in store.instruments(day) if codes is None or each.code in codes]
    listings = [Listing(each, store.base_price(each.code, day)) for each in instruments]
    bars = {each.code: store.minute_bars(each.code, day) for each in instruments}
    kim = Opening(account=KIM, deposit=1_000_000_000)
    draws = dict(zip(("open", "close"), random_end, strict=True)).__getitem__
    exchange = Exchange(day, listings, [kim], Commission(Decimal("0.00015")), random_end=draws)
    simulation = Simulation(exchange, Flow(day, listings, bars, luck, random_end=random_end[0]))
    events: list[Event] = []
    simulation.on_events(events.extend)
    return simulation, events


def finish(simulation: Simulation) -> None:
    while simulation.next_at is not None:
        simulation.step()


def buy(quantity: int, price: int | None, code: str = "005930") -> Place:
    return Place(KIM, code, Side.BUY, quantity, price, OrderType.MARKET if price is None else OrderType.LIMIT)


OHLCV = tuple[int, int, int, int, int]


def compare_with_bars(store: Store, day: date, simulation: Simulation, events: Sequence[Event]) -> None:
    """Every minute of every issue printed what its bar says, and nothing else."""
    printed: dict[tuple[str, datetime], list[Traded]] = defaultdict(list)
    for event in events:
        if isinstance(event, Traded):
            printed[event.code, event.at.replace(second=0)].append(event)
    found: dict[tuple[str, datetime], OHLCV] = {
        key: (
            prints[0].price,
            max(each.price for each in prints),
            min(each.price for each in prints),
            prints[-1].price,
            sum(each.quantity for each in prints),
        )
        for key, prints in printed.items()
    }
    wanted: dict[tuple[str, datetime], OHLCV] = {}
    for code in simulation.exchange.codes:
        instrument = simulation.exchange.instrument(code)
        ticks = grid(instrument.market, instrument.kind, day)
        for bar in store.minute_bars(code, day):
            if bar.volume:
                opened, high, low, close = (
                    ticks.floor(price) for price in (bar.open, bar.high, bar.low, bar.close)
                )
                wanted[code, bar.at] = (opened, high, low, close, bar.volume)
    assert found == wanted
    assert not [event for event in events if isinstance(event, Refused)]


@pytest.mark.parametrize(
    ("day", "random_end"),
    [(DAY, (13, 29)), (EXAM_DAY, (0, 0)), (date(2026, 1, 2), (30, 30))],
    ids=["ordinary", "exam day", "first day of the year"],
)
def test_a_made_day_trades_exactly_its_bars(day: date, random_end: tuple[int, int]) -> None:
    store = MadeBars(SEED)
    simulation, events = start(store, day, random_end=random_end)
    finish(simulation)

    compare_with_bars(store, day, simulation, events)
    conserved = simulation.exchange.conservation()
    assert conserved.won
    assert conserved.shares


@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("kis_1min_2025-11.parquet", date(2025, 11, 14)),
        ("kis_1min_2025-11.parquet", EXAM_DAY),
        ("kis_1min_2026-01.parquet", date(2026, 1, 2)),
        ("kis_1min_selected_symbols.csv.gz", date(2025, 9, 2)),
    ],
)
def test_a_recorded_day_trades_exactly_its_bars(file: str, day: date) -> None:
    path = RECORDED / file
    if not path.exists():
        pytest.skip(f"recorded bars are not here: ../shared/data/minute/{file}")
    store = RecordedBars(path)
    simulation, events = start(store, day, codes=None)
    finish(simulation)

    compare_with_bars(store, day, simulation, events)
    assert simulation.exchange.conservation().won


def test_a_recorded_day_closes_with_an_auction_at_the_bar_of_1530() -> None:
    path = RECORDED / "kis_1min_2025-11.parquet"
    if not path.exists():
        pytest.skip("recorded bars are not here: ../shared/data/minute/kis_1min_2025-11.parquet")
    store = RecordedBars(path)
    day = date(2025, 11, 14)
    simulation, events = start(store, day, codes=None)
    finish(simulation)

    closings = [event for event in events if isinstance(event, Traded) and event.at == get_hours(day).close]
    bars = {
        code: store.minute_bars(code, day)[-1]
        for code in simulation.exchange.codes
        if store.minute_bars(code, day)[-1].at == get_hours(day).close
    }
    assert {event.code for event in closings} == set(bars) != set()
    for code, bar in bars.items():
        assert {event.price for event in closings if event.code == code} == {bar.close}
        assert sum(event.quantity for event in closings if event.code == code) == bar.volume


def test_everything_happens_in_time_order_and_each_phase_once() -> None:
    simulation, events = start(MadeBars(SEED))
    finish(simulation)

    instants = [event.at for event in events]
    assert instants == sorted(instants)
    assert [event.phase for event in events if isinstance(event, PhaseChanged)] == [
        Phase.OPEN_CALL,
        Phase.CONTINUOUS,
        Phase.CLOSE_CALL,
        Phase.CLOSED,
    ]
    assert simulation.step() == []


def test_next_at_names_the_instant_of_the_next_step() -> None:
    simulation, events = start(MadeBars(SEED))
    for _ in range(500):
        due = simulation.next_at
        told = len(events)
        simulation.step()
        assert {event.at for event in events[told:]} <= {due}


def test_the_bars_of_a_large_market_are_read_a_few_issues_a_turn() -> None:
    store, read = MadeBars(SEED), []

    class Counted(UserDict[str, Sequence[Bar]]):
        def __getitem__(self, code: str) -> Sequence[Bar]:
            read.append(code)
            return store.minute_bars(code, DAY)

    instruments = store.instruments(DAY)
    codes = [each.code for each in instruments]
    listings = [Listing(each, store.base_price(each.code, DAY)) for each in instruments]
    exchange = Exchange(DAY, listings, [], Commission(Decimal(0)))
    simulation = Simulation(exchange, Flow(DAY, listings, Counted(dict.fromkeys(codes, ())), luck))
    assert simulation.next_at == at("00:00")
    turns = [len(read)]
    is_more = True
    while is_more:
        is_more = simulation.advance_a_turn(at("07:00"))
        turns.append(len(read) - sum(turns))
    assert read == sorted(codes)
    assert len(turns) > 3
    assert max(turns) <= 10
    simulation.advance(at("09:10"))
    assert all(exchange.quote(code).volume for code in codes)


def test_advance_stops_at_the_instant_and_includes_it() -> None:
    simulation, events = start(MadeBars(SEED))

    happened = simulation.advance(at("09:00:00"))

    assert happened == events
    assert simulation.exchange.phase is Phase.CONTINUOUS
    assert simulation.next_at is not None
    assert simulation.next_at > at("09:00:00")


def test_submit_first_lets_happen_what_is_due_and_returns_only_its_own_events() -> None:
    simulation, events = start(MadeBars(SEED))

    answer = simulation.submit(buy(10, None), at("10:00:00"))

    assert isinstance(answer[0], Placed)
    assert answer[0].account == KIM
    assert simulation.exchange.phase is Phase.CONTINUOUS
    assert events[-len(answer) :] == answer
    assert len(events) > len(answer)


def test_a_command_for_an_instant_that_has_passed_is_processed_now() -> None:
    simulation, _ = start(MadeBars(SEED))
    simulation.advance(at("10:00:00"))
    now = simulation.now

    answer = simulation.submit(buy(1, None), at("09:30:00"))

    assert answer[0].at == now


ORDERS: list[tuple[str, Command]] = [
    ("08:50:00", buy(100, None)),
    ("09:00:40", buy(2_000, 60_000)),
    ("09:30:07", buy(40_000, None, "293490")),
    ("11:00:00", Place(KIM, "293490", Side.SELL, 20_000, None, OrderType.MARKET)),
    ("15:22:00", Place(KIM, "005930", Side.SELL, 100, None, OrderType.MARKET)),
]


def test_won_and_shares_are_conserved_when_accounts_trade_all_day() -> None:
    simulation, events = start(MadeBars(SEED))
    for when, command in ORDERS:
        simulation.submit(command, at(when))
    finish(simulation)

    mine = [
        event
        for event in events
        if isinstance(event, Traded) and KIM in (event.buy_account, event.sell_account)
    ]
    assert len(mine) >= len(ORDERS) - 1
    conserved = simulation.exchange.conservation()
    assert conserved.won
    assert conserved.shares


def test_the_same_commands_at_the_same_instants_rebuild_the_day() -> None:
    first, told_first = start(MadeBars(SEED))
    log: list[tuple[int, datetime, Command]] = []
    for when, command in ORDERS:
        first.advance(at(when))
        log.append((first.steps_done, at(when), command))
        first.submit(command, at(when))
    placed = next(event for event in told_first if isinstance(event, Placed) and event.price == 60_000)
    first.submit(Cancel(KIM, placed.number), at("12:00:00"))
    finish(first)

    second, told_second = start(MadeBars(SEED))
    for steps, instant, command in log:
        second.advance_steps(steps)
        second.submit(command, instant)
        assert second.steps_done == steps
    second.submit(Cancel(KIM, placed.number), at("12:00:00"))
    finish(second)

    assert told_second == told_first
    assert second.steps_done == first.steps_done
    assert second.exchange.account(KIM) == first.exchange.account(KIM)


def test_another_command_makes_another_day() -> None:
    quiet, told_quiet = start(MadeBars(SEED))
    finish(quiet)
    busy, told_busy = start(MadeBars(SEED))
    busy.submit(buy(50_000, None, "293490"), at("10:00:00"))
    finish(busy)

    assert told_quiet != told_busy
    assert quiet.steps_done == busy.steps_done


def test_what_a_callback_submits_is_told_after_what_it_answered_to() -> None:
    simulation, _ = start(MadeBars(SEED))
    told: list[Event] = []

    def react(events: Sequence[Event]) -> None:
        if any(isinstance(event, PhaseChanged) and event.phase is Phase.CONTINUOUS for event in events):
            simulation.submit(buy(1, None), simulation.now)

    simulation.on_events(react)
    simulation.on_events(told.extend)
    simulation.advance(at("09:00:30"))

    opened = next(
        n for n, event in enumerate(told) if isinstance(event, PhaseChanged) and event.at == at("09:00")
    )
    mine = next(n for n, event in enumerate(told) if isinstance(event, Placed) and event.account == KIM)
    assert opened < mine
    assert [event.at for event in told] == sorted(event.at for event in told)


def test_who_wants_some_kinds_of_events_is_told_the_lists_that_have_one() -> None:
    simulation, _ = start(MadeBars(SEED))
    told: list[Sequence[Event]] = []
    simulation.on_events(told.append, (PhaseChanged, Refused))
    everything: list[Sequence[Event]] = []
    simulation.on_events(everything.append)
    simulation.submit(buy(10**12, None), at("09:30"))
    assert told == [each for each in everything if {PhaseChanged, Refused} & set(map(type, each))]
    assert any(isinstance(event, Refused) for event in told[-1])
    assert 1 < len(told) < len(everything)


def test_daily_bars_hold_the_day_so_far_and_nothing_that_is_still_to_come() -> None:
    store = MadeBars(SEED)
    simulation, _ = start(store)
    week = DAY - timedelta(days=7)

    assert all(bar.at.date() < DAY for bar in simulation.daily_bars(store, "005930", week, DAY))

    simulation.advance(at("09:30:00"))
    bars = simulation.daily_bars(store, "005930", week, DAY)
    quote = simulation.exchange.quote("005930")
    whole = store.daily_bars("005930", DAY, DAY)[0]
    assert bars[-1].close == quote.last_price
    assert bars[-1].volume == quote.volume < whole.volume
    assert [bar.at.date() for bar in bars] == sorted({bar.at.date() for bar in bars})

    finish(simulation)
    today = simulation.daily_bars(store, "005930", DAY, DAY)[0]
    assert (today.open, today.high, today.low, today.close, today.volume) == (
        whole.open,
        whole.high,
        whole.low,
        whole.close,
        whole.volume,
    )


def test_daily_bars_of_days_before_leave_the_running_day_out() -> None:
    store = MadeBars(SEED)
    simulation, _ = start(store)
    simulation.advance(at("10:00:00"))

    days = [
        bar.at.date()
        for bar in simulation.daily_bars(store, "005930", date(2026, 11, 16), date(2026, 11, 18))
    ]

    assert days == [date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)]
