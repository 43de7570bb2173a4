"""A desk that lives over weekends, holidays and the end of a year: no won differs at any time."""

import asyncio
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from tests.brokers.kis.door import BUY, KIM, MAKER, SELL
from tests.trading.days import CODE, Days

from hoga.domain.order import OrderStatus
from hoga.domain.zone import KST
from hoga.exchange.commands import Place
from hoga.krx.calendar import get_hours, next_trading_day
from hoga.krx.settlement import settlement_day

FIRST_DAYS = {
    "weekend": date(2026, 11, 19),
    "Chuseok": date(2026, 9, 22),
    "year end": date(2026, 12, 28),
    "Seollal": date(2026, 2, 12),
}


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), KST)


def trade(days: Days) -> None:
    """Buy three shares and sell two, of whoever is there."""
    for side, shares in (("buy", 3), ("sell", 2)):
        other = SELL if side == "buy" else BUY
        days.simulation.submit(Place(MAKER, CODE, other, shares, 70_000), days.clock.now())
        request = days.request(side, 70_000, shares)
        order = days.loop.run(days.desk.place(request, "test"))
        assert order.status is OrderStatus.OPEN or order.status is OrderStatus.FILLED


@pytest.mark.parametrize("first", FIRST_DAYS.values(), ids=FIRST_DAYS.keys())
@pytest.mark.parametrize("closes", [True, False], ids=["closed in the evening", "left open"])
def test_cash_of_every_day_is_what_the_broker_tells(tmp_path: Path, first: date, closes: bool) -> None:
    with asyncio.Runner() as loop:
        days = Days(loop, tmp_path / "desk.sqlite", first)
        day, last_d2 = first, days.desk.opening.deposit_d2
        for _ in range(4):
            opening = days.desk.opening
            assert (days.desk.day, opening.deposit_d2) == (day, last_d2)
            trade(days)
            days.settle()
            if closes:
                days.come_to(get_hours(day).close + timedelta(minutes=1))
                last_d2 = loop.run(days.desk.close_day()).account.deposit_d2
            else:
                days.come_to(at(day, 23))
                days.settle()
                last_d2 = loop.run(days.broker.account()).deposit_d2
            assert last_d2 != opening.deposit_d2
            following = next_trading_day(day)
            while days.clock.now() < at(following, 0) - timedelta(days=1):  # holidays go by
                days.come_to(days.clock.now() + timedelta(days=1))
                days.settle()
            days.come_to(get_hours(following).open - timedelta(hours=1))
            assert loop.run(days.desk.reconcile()) == ()  # that of the day before still
            loop.run(days.desk.open(following))
            days.come_to(get_hours(following).open + timedelta(hours=1))
            day = following
        due = {one.day for one in days.simulation.exchange.settlements(KIM.account)}
        before = [each for each in (first, next_trading_day(first)) if settlement_day(each) <= day]
        assert due.isdisjoint(settlement_day(each) for each in before)
        assert not [line for line in days.told if "differs" in line or "다릅니다" in line]
        days.close()
