"""What the client is told of the whole market is what the exchange has."""

import asyncio
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from tests.brokers.kis.door import PAPER, at
from tests.brokers.kis.made_day import CODE, CODES, DAY, YESTERDAY, Made, run
from tests.brokers.kis.test_client import REAL, FakeKis, connected

from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.interruptions import Interrupted, interruptions_reply
from hoga.domain.errors import BadInput, WireError
from hoga.domain.index import Index
from hoga.domain.quote import Interruption, VolatilityInterruption
from hoga.domain.ranking import LARGE_TRADE, ChangeOrder, Rank, RankedBy, RankFilter, Section, VolumeOrder
from hoga.domain.request import Side
from hoga.exchange.commands import InterruptIssue
from hoga.exchange.events import BoardKind
from hoga.krx.calendar import is_trading_day, next_trading_day, previous_trading_day


def test_volume_is_ranked_as_it_was_traded() -> None:
    async def test(made: Made) -> None:
        market, exchange = made.client.market, made.exchange
        quotes = {code: exchange.quote(code) for code in CODES}
        by_volume = await market.volume_ranking()
        assert [each.code for each in by_volume] == sorted(CODES, key=lambda code: -quotes[code].volume)
        assert [each.rank for each in by_volume] == [1, 2, 3, 4]
        for each in by_volume:
            quote = quotes[each.code]
            assert (each.last_price, each.volume, each.value) == (quote.last_price, quote.volume, quote.value)
            assert each.change == quote.last_price - quote.base_price
            assert each.name == quote.name
            assert each.previous_volume == made.day(each.code, YESTERDAY).volume
        by_value = await market.volume_ranking(order=VolumeOrder.VALUE)
        assert [each.code for each in by_value] == sorted(CODES, key=lambda code: -quotes[code].value)
        dear = await market.volume_ranking(RankFilter(least_price=quotes[CODE].last_price))
        assert {each.code for each in dear} == {
            code for code in CODES if quotes[code].last_price >= quotes[CODE].last_price
        }
        of_kosdaq = await market.volume_ranking(RankFilter(section=Section.KOSDAQ))
        assert [each.code for each in of_kosdaq] == ["293490"]

    run(test)


def test_changes_are_ranked_in_every_order() -> None:
    async def test(made: Made) -> None:
        market = made.client.market
        quotes = {code: made.exchange.quote(code) for code in CODES}

        def change(code: str) -> Decimal:
            quote = quotes[code]
            return Decimal(quote.last_price - quote.base_price) / quote.base_price

        def from_open(code: str) -> Decimal:
            quote = quotes[code]
            opened = quote.open or quote.last_price
            return Decimal(quote.last_price - opened) / opened

        expected = {
            ChangeOrder.RISE: sorted(CODES, key=lambda code: -change(code)),
            ChangeOrder.FALL: sorted(CODES, key=change),
            ChangeOrder.RISE_FROM_OPEN: sorted(CODES, key=lambda code: -from_open(code)),
            ChangeOrder.FALL_FROM_OPEN: sorted(CODES, key=from_open),
            ChangeOrder.MOVE: sorted(CODES, key=lambda code: -abs(change(code))),
        }
        for order, codes in expected.items():
            found = await market.change_ranking(order=order)
            assert [each.code for each in found] == codes, order
        (first, *_) = await market.change_ranking()
        assert abs(first.change_rate - change(first.code)) < Decimal("0.0001")
        assert (first.high, first.low) == (quotes[first.code].high, quotes[first.code].low)
        assert len(await market.change_ranking(days=5)) == 4
        with pytest.raises(BadInput):
            await market.change_ranking(days=0)

    run(test)


def figures(made: Made, by: RankedBy) -> dict[str, Decimal]:
    """What the exchange itself has of each issue."""
    found: dict[str, Decimal] = {}
    for code in CODES:
        quote = made.exchange.quote(code)
        last, base = quote.last_price, quote.base_price
        closes = [bar.close for bar in made.store.daily_bars(code, date(2026, 3, 2), YESTERDAY)][-19:]
        year = made.store.daily_bars(code, DAY - timedelta(weeks=52), YESTERDAY)
        high = max(quote.high or 0, *(bar.high for bar in year))
        low = min(quote.low or last, *(bar.low for bar in year))
        taken = {side: made.taken(code, side) for side in Side}
        bought, sold = (sum(each.quantity for each in taken[side]) for side in (Side.BUY, Side.SELL))
        large = {
            side: sum(each.price * each.quantity >= LARGE_TRADE for each in taken[side]) for side in Side
        }
        shares = made.exchange.instrument(code).listed_shares
        net = quote.total_bid_quantity - quote.total_ask_quantity
        found[code] = {
            RankedBy.STRENGTH: Decimal(bought) / sold,
            RankedBy.NET_BIDS: Decimal(net),
            RankedBy.NET_ASKS: Decimal(-net),
            RankedBy.ABOVE_AVERAGE: Decimal(20 * last) / (sum(closes) + last),
            RankedBy.BELOW_AVERAGE: Decimal(20 * last) / (sum(closes) + last),
            RankedBy.NEAR_HIGH: Decimal(high - last) / last,
            RankedBy.NEAR_LOW: Decimal(last - low) / last,
            RankedBy.LARGE_BUYS: Decimal(large[Side.BUY]),
            RankedBy.LARGE_SELLS: Decimal(large[Side.SELL]),
            RankedBy.MARKET_VALUE: Decimal(last * shares // 10**8 * 10**8),
            RankedBy.REGISTRATIONS: Decimal((base * shares + 5 * 10**7) // 10**8),
        }[by]
    return found


@pytest.mark.parametrize("by", list(RankedBy))
def test_the_first_by_a_figure_are_those_of_the_exchange(by: RankedBy) -> None:
    async def test(made: Made) -> None:
        known = figures(made, by)
        is_lowest_first = by in (RankedBy.BELOW_AVERAGE, RankedBy.NEAR_HIGH, RankedBy.NEAR_LOW)
        is_count = by in (RankedBy.LARGE_BUYS, RankedBy.LARGE_SELLS)
        expected = sorted(CODES, key=lambda code: known[code] if is_lowest_first else -known[code])
        found: Sequence[Rank] = await made.client.market.ranking(by)
        assert [each.code for each in found] == [code for code in expected if known[code] or not is_count]
        assert [each.rank for each in found] == list(range(1, len(found) + 1))
        for each in found:
            quote = made.exchange.quote(each.code)
            assert (each.name, each.last_price, each.volume) == (quote.name, quote.last_price, quote.volume)
            assert each.change == quote.last_price - quote.base_price
            assert abs(each.figure - known[each.code]) <= Decimal("0.00005")
        of_kosdaq = await made.client.market.ranking(by, RankFilter(section=Section.KOSDAQ, most_price=10**6))
        assert {each.code for each in of_kosdaq} == {"293490"} & {each.code for each in found}
        assert await made.client.market.ranking(by, RankFilter(least_volume=10**12)) == []

    run(test)


@pytest.mark.parametrize("index", list(Index))
def test_an_index_is_that_of_the_exchange(index: Index) -> None:
    async def test(made: Made) -> None:
        found = await made.client.market.index(index)
        minutes = [bar for bar in made.facts.index_minute_bars(index, DAY) if bar.at <= made.clock.now()]
        assert (found.level, found.open) == (minutes[-1].close, minutes[0].open)
        basket = made.facts.basket(index, DAY)
        assert basket is not None
        assert found.change == found.level - basket.base
        assert found.low <= found.level <= found.high

    run(test)


def test_days_are_those_of_the_calendar_over_all_pages() -> None:
    async def test(made: Made) -> None:
        first, last = date(2026, 4, 20), date(2026, 7, 10)
        found = await made.client.market.days(first, last)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        assert [each.day for each in found] == days
        assert [each.is_open for each in found] == [is_trading_day(day) for day in days]
        (only,) = await made.client.market.days(DAY, DAY)
        assert (only.is_open, only.is_bank_day, only.is_settlement_day) == (True, True, True)
        with pytest.raises(BadInput, match="is after"):
            await made.client.market.days(last, first)

    run(test)


def test_the_clock_is_that_of_the_exchange() -> None:
    async def test(made: Made) -> None:
        found = await made.client.market.time()
        before, after = previous_trading_day(DAY), next_trading_day(DAY)
        assert found.at == made.clock.now()
        assert found.days == (previous_trading_day(before), before, DAY, after, next_trading_day(after))
        assert (found.opens, found.closes) == (time(8, 45), time(15, 45))

    run(test, "10:05:07")


def test_interruptions_are_told_while_they_last_and_afterwards() -> None:
    async def test(made: Made) -> None:
        market = made.client.market
        assert await market.interruptions() == []
        made.simulation.submit(InterruptIssue(CODE), made.clock.now())
        (found,) = await market.interruptions()
        assert (found.code, found.began, found.ended, found.count) == (CODE, made.clock.now(), None, 1)
        assert found.price == made.exchange.quote(CODE).last_price
        assert (found.static_reference is None) is (found.kind is Interruption.DYNAMIC)
        assert (found.dynamic_reference is None) is (found.kind is Interruption.STATIC)
        made.clock.set(at("10:30"))
        made.simulation.advance(at("10:30"))
        (over,) = [each for each in await market.interruptions() if each.began == found.began]
        assert over.ended is not None
        assert at("10:07") <= over.ended < at("10:08")
        assert {each.code for each in await market.interruptions(code=CODE)} == {CODE}
        assert await market.interruptions(YESTERDAY) == []

    run(test)


def interrupted(minute: int, count: int, *, is_over: bool = True) -> Interrupted:
    began = at("10:00") + timedelta(minutes=minute)
    return Interrupted(
        code=CODE,
        board=BoardKind.REGULAR,
        name="삼성전자",
        kind=Interruption.DYNAMIC,
        began=began,
        ended=began + timedelta(minutes=2) if is_over else None,
        price=70_000,
        reference=68_000,
        count=count,
    )


def page_of(*found: Interrupted, tr_cont: str) -> Reply:
    return interruptions_reply(found)._replace(tr_cont=tr_cont)


def ask_pages(*pages: Reply) -> tuple[list[VolatilityInterruption], list[Request]]:
    """What the client makes of pages that are scripted, and how it asked for them."""

    async def story() -> tuple[list[VolatilityInterruption], list[Request]]:
        kis = FakeKis(REAL)
        kis.script("inquire-vi-status", *pages)
        async with connected(kis) as client:
            found = list(await client.market.interruptions(DAY))
        return found, [each for each in kis.requests if each.path.endswith("inquire-vi-status")]

    return asyncio.run(story())


def test_interruptions_of_all_pages_are_told_once_and_oldest_first() -> None:
    # Between the pages a new one began: the third is on both, and is over by then.
    found, asked = ask_pages(
        page_of(interrupted(30, 4), interrupted(20, 3, is_over=False), tr_cont="F"),
        page_of(interrupted(20, 3), interrupted(10, 2), tr_cont="M"),
        page_of(interrupted(0, 1), tr_cont="D"),
    )
    assert [each.count for each in found] == [1, 2, 3, 4]
    assert all(each.ended == each.began + timedelta(minutes=2) for each in found)
    assert [each.tr_cont for each in asked] == ["", "N", "N"]
    assert asked[0].query == asked[1].query == asked[2].query


@pytest.mark.parametrize("tr_cont", ["", " ", "D", "E"])
def test_one_page_of_interruptions_is_all_unless_kis_says_more(tr_cont: str) -> None:
    found, asked = ask_pages(page_of(interrupted(0, 1), tr_cont=tr_cont))
    assert [each.count for each in found] == [1]
    assert len(asked) == 1


def test_the_same_page_of_interruptions_for_ever_is_refused() -> None:
    with pytest.raises(WireError, match="this page again"):
        ask_pages(page_of(interrupted(0, 1), tr_cont="M"))


def test_paper_says_what_it_has_not_of_the_market() -> None:
    async def test(made: Made) -> None:
        market = made.client.market
        for question in (
            market.volume_ranking(),
            market.change_ranking(),
            market.index(Index.KOSPI),
            market.days(DAY, DAY),
            market.time(),
            market.interruptions(),
        ):
            with pytest.raises(BadInput, match="paper"):
                await question

    run(test, environment=PAPER)


def test_indices_have_names_and_industries_too() -> None:
    async def test(made: Made) -> None:
        names = {each.code: each.name for each in await made.client.market.index_names()}
        assert names["0001"] == "종합"
        industries = {each.industry for code in CODES if (each := made.facts.company(code, DAY))}
        assert all(names[each.code] == each.name for each in industries if each)

    run(test)
