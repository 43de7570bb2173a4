"""The running days: whoever asks late is told what was counted for those who asked before the open."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from hoga.brokers.kis.records import split
from hoga.brokers.kis.register import OFF_HOURS, with_off_hours
from hoga.brokers.kis.tally import Tally
from hoga.brokers.kis.tape import Tape
from hoga.brokers.kis.ticks import trade_frame
from hoga.day import plan_day
from hoga.domain.quote import Trade
from hoga.domain.request import Venue
from hoga.domain.zone import KST
from hoga.exchange.events import Event, Traded
from hoga.krx.calendar import get_hours, previous_trading_day
from hoga.krx.sessions import Phase
from hoga.settings import Settings
from hoga.simulator import simulate

DAY = date(2026, 10, 6)
CODE, OTHER = "005930", "069500"
VENUES = ((Venue.KRX,), (Venue.NXT,), (Venue.KRX, Venue.NXT))


def test_a_day_that_is_asked_for_late_is_the_one_that_was_counted_from_the_start() -> None:
    plan = replace(plan_day(Settings(), day=DAY, wanted=None), start=get_hours(DAY).open)
    simulation = simulate(plan, days=1)
    tape = Tape(simulation)
    early, late = (Tally(simulation.exchange, plan.bars, tape) for _ in range(2))
    early.learn(CODE)

    def count(events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Traded) and event.code == CODE:
                trade = Trade(CODE, event.at, event.price, event.quantity, event.taker)
                early.count(trade, event.board)

    simulation.on_events(count)
    assert CODE not in late
    simulation.advance(datetime.combine(DAY, time(9, 20), KST))

    early.learn(CODE)
    late.learn(CODE)
    for venues in VENUES:
        assert early.day(CODE, venues) == late.day(CODE, venues)
    assert CODE in late
    assert OTHER not in late
    both, krx, nxt = (late.day(CODE, venues) for venues in (VENUES[2], VENUES[0], VENUES[1]))
    assert both.volume == krx.volume + nxt.volume
    quote = simulation.exchange.quote(CODE)
    off_hours = simulation.exchange.traded(CODE, OFF_HOURS)
    assert min(off_hours) > 0
    assert (krx.open, krx.high, krx.low) == (quote.open, quote.high, quote.low)
    assert (krx.volume - quote.volume, krx.value - quote.value) == off_hours
    assert nxt.open_at is not None
    assert nxt.open_at < get_hours(DAY).open


def test_what_happened_before_there_was_a_tape_is_told_as_the_exchange_knows_it() -> None:
    plan = replace(plan_day(Settings(), day=DAY, wanted=None), start=get_hours(DAY).open)
    simulation = simulate(plan, days=1)
    simulation.advance(datetime.combine(DAY, time(9, 5), KST))
    tally = Tally(simulation.exchange, plan.bars, Tape(simulation))
    simulation.advance(datetime.combine(DAY, time(9, 10), KST))

    day, quote = tally.day(OTHER), simulation.exchange.quote(OTHER)
    assert (day.open, day.high, day.low) == (quote.open, quote.high, quote.low)
    assert day.volume == with_off_hours(simulation.exchange, quote).volume > quote.volume
    assert 0 < day.buy_volume + day.sell_volume < day.volume


def test_a_print_is_told_beside_what_had_been_traded_at_its_time_the_day_before() -> None:
    plan = replace(plan_day(Settings(), day=DAY, wanted=None), start=get_hours(DAY).open)
    simulation = simulate(plan, days=1)
    tally = Tally(simulation.exchange, plan.bars, Tape(simulation))
    tally.learn(CODE)
    bars = plan.bars.minute_bars(CODE, previous_trading_day(DAY))
    day = tally.day(CODE)
    for clock in (time(9, 0, 30), time(9, 20), time(11, 3, 59), time(15, 40)):
        at = datetime.combine(DAY, clock, KST)
        minute = clock.replace(second=0)
        assert day.volume_before(at) == sum(bar.volume for bar in bars if bar.at.time() < minute)
    assert day.volume_before(datetime.combine(DAY, time(8, 59), KST)) == 0
    (record,) = split(
        trade_frame([(Trade(CODE, at, 70_000, 1, None), day)], Phase.CONTINUOUS).split("|")[3], 1
    )
    assert record[41] == str(sum(bar.volume for bar in bars))
