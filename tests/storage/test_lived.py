"""The past of a market that goes on for days: what was traded there, and the store's before that."""

from datetime import date, datetime, time, timedelta

from hoga.domain.bar import merge_bars
from hoga.domain.flows import EVERYBODY
from hoga.domain.instrument import Market
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.commands import ListIssue
from hoga.exchange.events import BoardKind, IssueListed, Traded
from hoga.exchange.exchange import Exchange
from hoga.exchange.opening import Listing
from hoga.exchange.rollover import next_day
from hoga.krx.fees import KIS_STOCK
from hoga.storage.lived import LivedBars, PlannedMinutes
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

DAY = date(2026, 5, 6)
CODE = "005930"


def exchange_of(day: date) -> Exchange:
    store = MadeBars(0)
    listings = [Listing(each, store.base_price(each.code, day)) for each in store.instruments(day)]
    return Exchange(day, listings, [], KIS_STOCK)


def traded(day: date, at: str, price: int, quantity: int, board: BoardKind = BoardKind.REGULAR) -> Traded:
    when = datetime.combine(day, time.fromisoformat(at), KST)
    return Traded(when, CODE, price, quantity, 1, 2, "", "", Side.BUY, board)


def test_what_was_lived_takes_the_place_of_what_the_store_had_in_mind() -> None:
    first = exchange_of(DAY)
    lived = LivedBars(MadeBars(0), first)
    lived.hear([traded(DAY, "09:00:05", 70_000, 3), traded(DAY, "09:00:50", 71_000, 1)])
    lived.hear([traded(DAY, "10:00:00", 69_000, 2), traded(DAY, "16:30:00", 1, 9, BoardKind.EVENING_CALLS)])
    (bar,) = lived.daily_bars(CODE, DAY, DAY)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (70_000, 71_000, 69_000, 69_000, 6)
    assert bar.value == 3 * 70_000 + 71_000 + 2 * 69_000

    day = next_day(first)
    lived.begin(exchange_of(day))
    minutes = lived.minute_bars(CODE, DAY)
    assert [(each.at.hour, each.at.minute, each.close, each.volume) for each in minutes] == [
        (9, 0, 71_000, 4),
        (10, 0, 69_000, 2),
    ]
    before = DAY - timedelta(days=10)
    past = MadeBars(0).daily_bars(CODE, before, DAY - timedelta(days=1))
    assert lived.daily_bars(CODE, before, day) == (*past, bar)
    assert lived.minute_bars(CODE, before.replace(day=30)) == MadeBars(0).minute_bars(
        CODE, before.replace(day=30)
    )


def test_a_day_that_begins_again_is_forgotten() -> None:
    lived = LivedBars(MadeBars(0), exchange_of(DAY))
    lived.hear([traded(DAY, "09:00:05", 70_000, 3)])
    lived.begin(exchange_of(DAY))
    assert lived.daily_bars(CODE, DAY, DAY) == ()


def test_an_issue_that_was_listed_while_the_market_ran_has_no_past() -> None:
    exchange = exchange_of(DAY)
    lived = LivedBars(MadeBars(0), exchange)
    events = exchange.process(ListIssue("900100", "새종목", Market.KOSPI, 5_000), exchange.now)
    assert [type(event) for event in events] == [IssueListed]
    lived.hear(events)
    assert "900100" in {each.code for each in lived.instruments(DAY)}
    assert lived.daily_bars("900100", date(2026, 1, 2), DAY) == ()
    assert lived.minute_bars("900100", date(2026, 5, 4)) == ()
    assert lived.minute_bars("900100", DAY) == ()


def test_planned_minutes_begin_where_the_market_has_come_to() -> None:
    store = MadeBars(0)
    (instrument,) = (each for each in store.instruments(DAY) if each.code == CODE)
    base = store.base_price(CODE, DAY)
    usual = PlannedMinutes(store, DAY, [Listing(instrument, base)])
    assert usual[CODE] == store.minute_bars(CODE, DAY)
    moved = PlannedMinutes(store, DAY, [Listing(instrument, base * 2)])[CODE]
    for there, here in zip(moved, usual[CODE], strict=True):
        assert abs(there.close / here.close - 2) < 0.05
        assert there.volume > 0


def test_facts_of_the_running_day_are_those_of_the_whole_of_it() -> None:
    lived = LivedBars(MadeBars(0), exchange_of(DAY))
    facts = MadeFacts(0, lived)
    facts.begin(DAY)
    planned = merge_bars(MadeBars(0).minute_bars(CODE, DAY))
    assert planned is not None
    for _ in range(2):
        assert sum(firm.bought for firm in facts.member_flows(CODE, DAY)) == planned.volume
        (flows,) = facts.investor_flows(CODE, DAY, DAY)
        assert (
            sum(flow.bought or 0 for who, flow in flows.flows.items() if who in EVERYBODY) == planned.volume
        )
        lived.hear([traded(DAY, "09:00:05", planned.close, 3)])
    # More than was planned may be traded; then the facts are about that.
    lived.hear([traded(DAY, "09:01:05", planned.close, planned.volume)])
    assert sum(firm.bought for firm in facts.member_flows(CODE, DAY)) == planned.volume + 6


def test_a_market_that_has_no_plan_for_its_day_has_facts_of_what_was_traded() -> None:
    lived = LivedBars(MadeBars(0), exchange_of(DAY))
    facts = MadeFacts(0, lived)
    facts.begin(DAY, has_plan=False)
    assert facts.member_flows(CODE, DAY) == ()
    lived.hear([traded(DAY, "09:00:05", 70_000, 400)])
    assert sum(firm.bought for firm in facts.member_flows(CODE, DAY)) == 400
