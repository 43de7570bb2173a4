"""However long a chart is, the client is told what exchange and store have, each bar and print once."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from tests.brokers.kis.door import PAPER, at
from tests.brokers.kis.made_day import CODE, DAY, YESTERDAY, Made, run

from hoga.brokers.kis.charts import Tick, join_ticks
from hoga.brokers.kis.rest import Rest
from hoga.domain.bar import Bar, Interval, longer_bars
from hoga.domain.errors import BadInput
from hoga.domain.index import Index, IndexBar
from hoga.domain.quote import Trade
from hoga.domain.zone import KST
from hoga.krx.calendar import add_trading_days, trading_days
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts


def by_day(bars: list[Bar]) -> list[tuple[date, int, int, int, int, int, int]]:
    return [(bar.at.date(), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.value) for bar in bars]


class PlainBars(MadeBars):
    """Days that take no time to make, for many years."""

    def daily_bars(self, code: str, first: date, last: date) -> tuple[Bar, ...]:
        found = []
        for day in trading_days(max(first, date(2016, 1, 4)), last):
            close = 10_000 + 10 * (day - date(2016, 1, 1)).days
            at = datetime.combine(day, time(9), KST)
            found.append(Bar(code, at, close - 5, close + 20, close - 30, close, day.day, close * day.day))
        return tuple(found)


@pytest.mark.parametrize("interval", list(Interval))
def test_ten_years_of_bars_are_one_question(interval: Interval) -> None:
    async def test(made: Made) -> None:
        # Bars that begin before the first day are left out.
        first = date(2017, 1, 2) if interval is Interval.YEAR else date(2016, 5, 2)
        found = await made.client.charts.bars(CODE, first, YESTERDAY, interval)
        known = longer_bars(made.store.daily_bars(CODE, first, YESTERDAY), interval)
        if interval is Interval.DAY:
            assert len(found) > 2_400
            assert await made.client.daily_bars(CODE, first, YESTERDAY) == found
        # The running week, month and year have today in them already.
        whole = [bar for bar in known if bar.at.date() < interval.start(DAY)]
        assert by_day([*found][: len(whole)]) == by_day(whole)
        assert len(found) == len(known)

    run(test, make_store=PlainBars)


def test_the_person_is_told_beforehand_how_many_calls_a_long_chart_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    announced: list[int] = []

    async def announce(self: Rest, calls: int) -> None:
        announced.append(calls)

    monkeypatch.setattr(Rest, "announce", announce)

    async def test(made: Made) -> None:
        await made.client.charts.bars(CODE, date(2016, 5, 2), YESTERDAY)
        await made.client.charts.bars(CODE, YESTERDAY, DAY)
        await made.client.charts.minute_bars(CODE, YESTERDAY, DAY)
        # 2,490 days by a hundred; two by a hundred; 391 minutes by 120 and by thirty.
        assert announced == [25, 1, 4 + 14]

    run(test, "09:05", make_store=PlainBars)


def test_a_running_day_is_the_last_bar() -> None:
    async def test(made: Made) -> None:
        quote = made.exchange.quote(CODE)
        found = await made.client.charts.bars(CODE, YESTERDAY, DAY)
        assert [bar.at.date() for bar in found] == [YESTERDAY, DAY]
        assert (found[-1].close, found[-1].volume) == (quote.last_price, quote.volume)
        recent = await made.client.charts.recent_bars(CODE)
        assert len(recent) == 30
        assert [(bar.close, bar.volume) for bar in recent[-2:]] == [(bar.close, bar.volume) for bar in found]
        with pytest.raises(BadInput):
            await made.client.charts.bars("999999", YESTERDAY, DAY)
        with pytest.raises(BadInput, match="is after"):
            await made.client.charts.bars(CODE, DAY, YESTERDAY)

    run(test)


def test_minutes_of_past_days_are_those_of_the_store() -> None:
    async def test(made: Made) -> None:
        first = add_trading_days(DAY, -3)
        found = await made.client.charts.minute_bars(CODE, first, YESTERDAY)
        known = [bar for day in trading_days(first, YESTERDAY) for bar in made.store.minute_bars(CODE, day)]
        assert list(found) == [bar for bar in known if bar.volume]
        assert len(found) > 1_000

    run(test)


def test_minutes_of_today_are_what_was_traded() -> None:
    async def test(made: Made) -> None:
        found = await made.client.charts.minute_bars(CODE, DAY)
        assert [bar.at for bar in found] == sorted({bar.at for bar in found})
        assert sum(bar.volume for bar in found) == made.exchange.quote(CODE).volume
        assert sum(bar.value for bar in found) == made.exchange.quote(CODE).value
        of_minute: dict[datetime, list[int]] = {}
        for trade in made.prints(CODE):
            of_minute.setdefault(trade.at.replace(second=0, microsecond=0), []).append(trade.price)
        assert {bar.at: (bar.open, bar.high, bar.low, bar.close) for bar in found} == {
            minute: (prices[0], max(prices), min(prices), prices[-1]) for minute, prices in of_minute.items()
        }
        assert len(found) > 60

    run(test, "10:25:30")
    run(test, "15:45", PAPER)


def test_before_the_first_print_a_day_has_no_minutes() -> None:
    async def test(made: Made) -> None:
        assert await made.client.charts.minute_bars(CODE, DAY) == []
        assert (await made.client.charts.trades(CODE)).trades == ()
        both = await made.client.charts.minute_bars(CODE, YESTERDAY, DAY)
        assert {bar.at.date() for bar in both} == {YESTERDAY}

    run(test, "08:50")


def test_past_minutes_are_not_offered_on_paper() -> None:
    async def test(made: Made) -> None:
        with pytest.raises(BadInput, match="paper"):
            await made.client.charts.minute_bars(CODE, YESTERDAY)

    run(test, environment=PAPER)


def test_prints_of_the_day_are_those_of_the_exchange() -> None:
    async def test(made: Made) -> None:
        found = await made.client.charts.trades(CODE)
        prints = made.prints(CODE)
        told = [(trade.at.replace(microsecond=0), trade.price, trade.quantity) for trade in prints]
        asked = [(trade.at, trade.price, trade.quantity) for trade in found.trades]
        assert sum(quantity for _, _, quantity in asked) + found.missing == made.exchange.quote(CODE).volume
        if not found.missing:
            assert asked == told
        assert set(asked) <= set(told)
        assert len(asked) > 100
        newest = await made.client.charts.newest_trades(CODE)
        assert [(trade.at, trade.price, trade.quantity) for trade in newest] == told[-30:]

    run(test, "09:20")


def test_prints_of_some_minutes_are_only_those() -> None:
    async def test(made: Made) -> None:
        found = await made.client.charts.trades(CODE, time(9, 5), time(9, 7, 30))
        told = [
            trade
            for trade in made.prints(CODE)
            if at("09:05") <= trade.at < at("09:07:30") + timedelta(seconds=1)
        ]
        assert sum(trade.quantity for trade in found.trades) + found.missing == sum(
            trade.quantity for trade in told
        )
        assert found.trades
        assert found.trades[0].at >= at("09:05")

    run(test, "09:20")


def test_what_a_second_has_too_much_is_counted_as_missing() -> None:
    def tick(second: int, quantity: int, day_volume: int) -> Tick:
        moment = datetime.combine(DAY, time(9, 0, second), KST)
        return Tick(Trade(CODE, moment, 100, quantity, None), day_volume)

    first, second, third = tick(1, 10, 10), tick(2, 5, 15), tick(3, 7, 30)
    whole = join_ticks(CODE, [third, first, second, first], from_open=True)
    assert whole.trades == (first.trade, second.trade, third.trade)
    assert whole.missing == 8
    assert join_ticks(CODE, [third], from_open=False).missing == 0
    assert join_ticks(CODE, [third], from_open=True).missing == 23
    assert join_ticks(CODE, [], from_open=True).missing == 0


class PlainIndices(MadeFacts):
    """Facts whose indices rise by a point a day."""

    def index_bars(self, index: Index, first: date, last: date) -> tuple[IndexBar, ...]:
        return tuple(
            IndexBar(
                index,
                datetime.combine(day, time(9), KST),
                level - 1,
                level + 2,
                level - 3,
                level,
                5_500,
                10**9,
            )
            for day in trading_days(max(first, date(2025, 1, 2)), min(last, YESTERDAY))
            for level in (Decimal((day - date(2024, 1, 1)).days),)
        )


@pytest.mark.parametrize("index", list(Index))
def test_indices_over_years_are_those_of_the_facts(index: Index) -> None:
    async def test(made: Made) -> None:
        first = date(2025, 6, 2)
        found = await made.client.charts.index_bars(index, first, YESTERDAY)
        known = made.facts.index_bars(index, first, YESTERDAY)
        assert [(bar.at.date(), bar.open, bar.high, bar.low, bar.close) for bar in found] == [
            (bar.at.date(), bar.open, bar.high, bar.low, bar.close) for bar in known
        ]
        assert [bar.volume for bar in found] == [bar.volume // 1_000 * 1_000 for bar in known]
        assert len(found) > 200
        weeks = await made.client.charts.index_bars(index, first, YESTERDAY, Interval.WEEK)
        assert weeks[0].high == max(bar.high for bar in found if bar.at.date() < weeks[1].at.date())

    run(test, make_facts=PlainIndices)
