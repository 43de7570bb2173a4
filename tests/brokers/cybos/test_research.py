"""Flows, short sales, figures and minutes through Daishin are what the exchange's facts tell."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.brokers.cybos.door import Room, run
from tests.brokers.kis.door import BUY, DAY, SELL, FakeBars, at

from hoga.brokers.cybos import flows
from hoga.brokers.cybos.codes import FIELDS_PER_CALL, Program
from hoga.brokers.cybos.issues import FIELDS
from hoga.brokers.cybos.research import CybosResearch
from hoga.domain.bar import Bar, Interval
from hoga.domain.errors import BadInput
from hoga.domain.flows import EVERYBODY, Investor
from hoga.domain.ranking import EVERYTHING, LAST_DAY
from hoga.domain.standing import Warned
from hoga.domain.statement import Period
from hoga.storage.made_facts import MadeFacts

FACTS = MadeFacts(3, FakeBars())
FIRST = date(2026, 2, 2)
YESTERDAY = date(2026, 5, 4)


def test_flows_of_three_months_have_every_day_and_the_newest_page() -> None:
    async def test(room: Room) -> None:
        told = await CybosResearch(room.client).investors("005930", FIRST, YESTERDAY)
        known = FACTS.investor_flows("005930", FIRST, YESTERDAY)
        assert [each.day for each in told] == [each.day for each in known]
        assert len(told) > 3 * 17
        assert room.com.asked.count(Program.INVESTORS) == -(-len(told) // 17)
        for ours, theirs in zip(told, known, strict=True):
            for group in flows.GROUPS.values():
                # Daishin's 기타법인 are all who are in no other group.
                found = theirs.find(Investor.OTHER if group is Investor.OTHER_CORPORATE else group)
                assert ours.flows[group].net == (found.net if found else 0)
            assert sum(ours.flows[group].net for group in EVERYBODY) == 0

    run(test, facts=FACTS)


def test_the_groups_of_a_row_are_everybody_and_all_institutions() -> None:
    everybody = [flows.GROUPS[field] for field in flows.WHOLE]
    assert set(everybody) | {flows.GROUPS[field] for field in flows.PARTS} == set(flows.GROUPS.values())
    assert Investor.GOVERNMENT is flows.GROUPS[13]
    assert Investor.OTHER_CORPORATE is flows.GROUPS[10]


def test_short_sales_are_in_won_beside_what_was_traded() -> None:
    async def test(room: Room) -> None:
        told = await CybosResearch(room.client).short_sales("005930", FIRST, YESTERDAY)
        known = {each.day: each for each in FACTS.short_sales("005930", FIRST, YESTERDAY)}
        assert [each.day for each in told] == sorted(known)
        assert len(told) > 20
        bars = {bar.at.date(): bar for bar in FakeBars().daily_bars("005930", FIRST, YESTERDAY)}
        for each in told:
            assert each.short_quantity == known[each.day].quantity
            assert (each.close, each.volume) == (bars[each.day].close, bars[each.day].volume)
            assert each.change == 100
            value = known[each.day].value
            assert value is not None
            assert each.short_value == value // 10_000 * 10_000

    run(test, facts=FACTS)


def test_figures_of_a_company_are_those_of_its_statements() -> None:
    async def test(room: Room) -> None:
        features = await CybosResearch(room.client).features("005930")
        company = FACTS.company("005930", DAY)
        assert company is not None
        year = FACTS.statements(company.issuer, DAY, Period.YEAR)[-1]
        quarter = FACTS.statements(company.issuer, DAY, Period.QUARTER)[-1]
        assert features.year is not None
        assert features.quarter is not None
        assert features.year_ratios is not None
        assert (features.year.end, features.year.net_income) == (year.end, year.net_income)
        assert features.year.sales == (year.sales or 0) // 10**6 * 10**6
        assert (features.quarter.end, features.quarter.operating_profit) == (
            quarter.end,
            quarter.operating_profit,
        )
        assert year.debt_ratio is not None
        assert features.year_ratios.debt_ratio == round(year.debt_ratio * 100, 4) / 100
        assert features.company.listing_day == company.listing_day
        assert features.company.is_kospi200 == (company.is_kospi200 or False)
        assert features.valuation.eps == int(year.eps or 0)
        assert features.valuation.warned is Warned.NO
        assert features.standing.last_price == 70_000
        assert features.standing.is_overheated is None  # Daishin does not tell
        assert await CybosResearch(room.client).valuation("005930") == features.valuation

    run(test, facts=FACTS)


def test_what_only_daishin_tells_of_an_issue_is_told() -> None:
    async def test(room: Room) -> None:
        features = await CybosResearch(room.client).features("005930")
        company = FACTS.company("005930", DAY)
        assert company is not None
        assert company.industry is not None
        year = FACTS.statements(company.issuer, DAY, Period.YEAR)[-1]
        numbered = features.numbered
        assert numbered is not None
        assert (numbered.section, numbered.control) == (1, 0)
        assert numbered.sector == int(company.is_kospi200 or False)
        assert numbered.industry == company.industry.code[-3:]
        paid = sum(each.per_share for each in FACTS.dividends("005930", date(year.end.year, 1, 1), year.end))
        assert paid > 0
        assert company.face_value
        value = features.valuation
        assert value.dividend_rate == round(Decimal(paid) / company.face_value, 6)
        assert value.dividend_yield == round(Decimal(paid) / value.last_price, 6)
        assert year.interest_coverage is not None
        assert features.year_ratios is not None
        assert features.quarter_ratios is not None
        assert features.year_ratios.interest_coverage == round(year.interest_coverage, 2)
        assert features.quarter_ratios.interest_coverage is not None

    run(test, facts=FACTS)


def test_one_call_takes_all_figures() -> None:
    assert len(set(FIELDS)) == len(FIELDS) <= FIELDS_PER_CALL


def test_of_a_company_without_facts_nothing_is_made_up() -> None:
    async def test(room: Room) -> None:
        features = await CybosResearch(room.client).features("005930")
        assert (features.year, features.quarter, features.year_ratios) == (None, None, None)
        assert (features.valuation.per, features.valuation.eps, features.valuation.bps) == (None, None, None)
        assert features.company.listing_day is None
        assert await CybosResearch(room.client).investors("005930", FIRST, DAY) == []

    run(test)


def test_minutes_are_dated_by_their_beginning() -> None:
    async def test(room: Room) -> None:
        for second, price in ((5, 70_000), (40, 70_300), (50, 70_100)):
            room.clock.set(at("10:00") + timedelta(seconds=second))
            room.other(SELL, 2, price)
            room.other(BUY, 2, price)
        room.clock.set(at("10:02"))
        room.other(SELL, 1, 70_200)
        room.other(BUY, 1, 70_200)
        told = await CybosResearch(room.client).minute_bars("005930", DAY)
        assert [bar.at for bar in told] == [at("10:00"), at("10:02")]
        assert told[0] == Bar("005930", at("10:00"), 70_000, 70_300, 70_000, 70_100, 6, 0)

    run(test)


def test_the_closing_call_is_the_minute_of_the_close() -> None:
    async def test(room: Room) -> None:
        room.clock.set(at("15:25"))
        room.simulation.advance(at("15:25"))
        room.other(SELL, 2, 70_000)
        room.other(BUY, 2, 70_000)
        room.clock.set(at("15:31"))
        room.simulation.advance(at("15:31"))
        [bar] = await CybosResearch(room.client).minute_bars("005930", DAY)
        assert bar.at == at("15:30")

    run(test)


def test_longer_bars_are_made_of_days() -> None:
    async def test(room: Room) -> None:
        research = CybosResearch(room.client)
        first, last = date(2026, 3, 2), date(2026, 4, 30)
        days = await research.bars("005930", first, last, Interval.DAY, is_adjusted=False)
        months = await research.bars("005930", first, last, Interval.MONTH, is_adjusted=True)
        assert len(days) > 30
        assert [bar.at.date().month for bar in months] == [3, 4]
        assert sum(bar.volume for bar in months) == sum(bar.volume for bar in days)

    run(test)


def test_what_daishin_does_not_rank_is_said() -> None:
    async def test(room: Room) -> None:
        with pytest.raises(BadInput):
            await CybosResearch(room.client).short_sale_ranking(EVERYTHING, LAST_DAY)
        with pytest.raises(BadInput, match="999999"):
            await CybosResearch(room.client).features("999999")

    run(test)


def test_everything_that_is_listed_is_known_with_its_market_and_kind() -> None:
    async def test(room: Room) -> None:
        found = await room.client.instruments()
        assert set(found) == set(room.exchange.codes)
        for code, instrument in found.items():
            listed = room.exchange.instrument(code)
            assert (instrument.name, instrument.market, instrument.kind) == (
                listed.name,
                listed.market,
                listed.kind,
            )
            measures = room.exchange.listing(code).is_under_measures
            assert (instrument.is_halted, instrument.is_administrative) == (False, measures)

    run(test)
