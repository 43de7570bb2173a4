"""What the real client is told by the face of a made day is what exchange, store and facts say themselves."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from tests.brokers.kis.door import KIM, PAPER, REAL, at, ids

from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.server import KisFace
from hoga.clock import ManualClock
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput
from hoga.domain.flows import Flow, Investor, InvestorFlows
from hoga.domain.ranking import RankFilter, Section
from hoga.domain.statement import Period
from hoga.exchange.exchange import Exchange, Listing, Opening
from hoga.exchange.flow import Flow as OrderFlow
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import add_trading_days, previous_trading_day, trading_days
from hoga.krx.fees import KIS_STOCK
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

DAY = date(2026, 5, 6)
YESTERDAY = previous_trading_day(DAY)
CODE = "005930"
CODES = ("005930", "000660", "122630", "293490")


class Made:
    """A made day behind the real face, and the client at it."""

    def __init__(
        self, client: KisClient, simulation: Simulation, store: MadeBars, facts: MadeFacts, clock: ManualClock
    ) -> None:
        self.client = client
        self.simulation = simulation
        self.exchange = simulation.exchange
        self.store = store
        self.facts = facts
        self.clock = clock

    def day(self, code: str, day: date) -> Bar:
        """The bar of a day that is over."""
        (bar,) = self.store.daily_bars(code, day, day)
        return bar


def run(test: Callable[[Made], Awaitable[None]], now: str = "10:05", environment: Environment = REAL) -> None:
    async def opened() -> None:
        store = MadeBars(7)
        facts = MadeFacts(7, store)
        instruments = [each for each in store.instruments(DAY) if each.code in CODES]
        listings = [Listing(each, store.base_price(each.code, DAY)) for each in instruments]
        bars = {each.code: store.minute_bars(each.code, DAY) for each in instruments}
        exchange = Exchange(DAY, listings, [Opening(account=KIM.account, deposit=10**9)], KIS_STOCK)
        flow = OrderFlow(DAY, listings, bars, lambda name: random.Random(f"questions {name}"), random_end=0)
        simulation, clock = Simulation(exchange, flow), ManualClock(at(now))
        async with KisFace(simulation, clock, store, (KIM,), environment, ids(), facts=facts) as face:
            simulation.advance(clock.now())
            async with KisClient(
                KIM.keys,
                KIM.account,
                KIM.hts_id,
                environment,
                clock=clock,
                luck=lambda: 0.0,
                rest_url=face.rest_url,
                websocket_url=face.ws_url,
                has_stream=False,
            ) as client:
                await test(Made(client, simulation, store, facts, clock))

    asyncio.run(opened())


def to_millions(flow: Flow) -> Flow:
    """As KIS tells it: money in steps of a million won."""

    def rounded(won: int | None) -> int | None:
        if won is None:
            return None
        return int((Decimal(won) / 10**6).quantize(Decimal(1), ROUND_HALF_UP)) * 10**6

    return Flow(
        flow.net,
        flow.bought,
        flow.sold,
        rounded(flow.net_value),
        rounded(flow.bought_value),
        rounded(flow.sold_value),
    )


# Who buys and sells ---------------------------------------------------------------------------------------


def told(flows: InvestorFlows, investor: Investor) -> Flow:
    """What KIS tells of a group: it has no government, but counts it with the pensions."""
    flow = flows.flows[investor]
    government = flows.find(Investor.GOVERNMENT)
    return to_millions(flow + government if investor is Investor.PENSION and government else flow)


def test_investors_of_many_months_are_those_of_the_facts() -> None:
    async def test(made: Made) -> None:
        first = add_trading_days(DAY, -130)
        found = await made.client.flows.investors(CODE, first, DAY)
        known = made.facts.investor_flows(CODE, first, DAY)
        assert [each.day for each in found] == [each.day for each in known]
        assert [each.day for each in found] == list(trading_days(first, DAY))
        for each, fact in zip(found, known, strict=True):
            assert {Investor.INDIVIDUAL, Investor.PENSION, Investor.REGISTERED_FOREIGN} <= set(each.flows)
            assert dict(each.flows) == {investor: told(fact, investor) for investor in each.flows}

    run(test, "16:00")


def test_before_the_evening_investors_are_told_in_three_groups_and_for_thirty_days() -> None:
    async def test(made: Made) -> None:
        first = add_trading_days(DAY, -10)
        found = await made.client.flows.investors(CODE, first, DAY)
        assert [each.day for each in found] == list(trading_days(first, YESTERDAY))
        assert {len(each.flows) for each in found} == {3}
        known = made.facts.investor_flows(CODE, first, YESTERDAY)
        assert [each.flows[Investor.FOREIGN].net for each in found] == [
            each.flows[Investor.FOREIGN].net for each in known
        ]
        with pytest.raises(BadInput, match="since 2026-"):
            await made.client.flows.investors(CODE, add_trading_days(DAY, -60), DAY)

    run(test)
    run(test, environment=PAPER)


def test_programs_of_many_days_are_those_of_the_facts() -> None:
    async def test(made: Made) -> None:
        first = add_trading_days(DAY, -70)
        found = await made.client.flows.programs(CODE, first, DAY)
        known = made.facts.program_flows(CODE, first, YESTERDAY)
        assert [(each.day, each.flow) for each in found] == [(each.day, each.total) for each in known]
        assert len(found) > 60
        assert (found[-1].close, found[-1].volume) == (
            made.day(CODE, YESTERDAY).close,
            made.day(CODE, YESTERDAY).volume,
        )

    run(test)


def test_member_firms_are_those_that_traded_most() -> None:
    async def test(made: Made) -> None:
        table = await made.client.flows.members(CODE)
        firms = made.facts.member_flows(CODE, DAY)
        whole = sum(firm.bought for firm in firms)
        volume = min(made.exchange.quote(CODE).volume, whole)
        so_far = [firm.until(volume, whole) for firm in firms]
        best = sorted((firm.bought for firm in so_far), reverse=True)[:5]
        assert [rank.quantity for rank in table.buyers] == best
        assert table.foreign_sold == sum(firm.sold for firm in so_far if firm.is_foreign)
        assert volume

    run(test)


def test_short_sales_of_many_months_are_those_of_the_facts() -> None:
    async def test(made: Made) -> None:
        first = add_trading_days(DAY, -230)
        found = await made.client.flows.short_sales(CODE, first, DAY)
        known = made.facts.short_sales(CODE, first, YESTERDAY)
        assert [(each.day, each.short_quantity, each.short_value) for each in found] == [
            (each.day, each.quantity, each.value) for each in known
        ]
        assert len(found) > 200
        bar, before = made.day(CODE, found[-1].day), made.day(CODE, found[-2].day)
        last = found[-1]
        assert (last.close, last.volume, last.value) == (bar.close, bar.volume, bar.value)
        assert last.change == bar.close - before.close
        assert last.short_ratio == Decimal(last.short_quantity) / bar.volume

    run(test)


def test_the_ranking_of_short_sales_is_that_of_the_facts() -> None:
    async def test(made: Made) -> None:
        found = await made.client.flows.short_sale_ranking(span="3d")
        days = trading_days(DAY - timedelta(days=14), YESTERDAY)[-3:]
        sums = {}
        for code in CODES:
            sales = made.facts.short_sales(code, days[0], YESTERDAY)
            if sales:
                sums[code] = sum(each.value or 0 for each in sales)
        assert [(each.code, each.short_value) for each in found] == sorted(
            sums.items(), key=lambda pair: -pair[1]
        )
        assert {(each.first, each.last) for each in found} == {(days[0], YESTERDAY)}
        assert [each.rank for each in found] == list(range(1, len(found) + 1))
        of_kosdaq = await made.client.flows.short_sale_ranking(RankFilter(section=Section.KOSDAQ))
        assert [each.code for each in of_kosdaq] == ["293490"]

    run(test)


@pytest.mark.parametrize("subject", ["investors", "programs", "short_sales"])
def test_days_in_the_wrong_order_are_refused(subject: str) -> None:
    async def test(made: Made) -> None:
        with pytest.raises(BadInput, match="is after"):
            await getattr(made.client.flows, subject)(CODE, DAY, YESTERDAY)

    run(test)


def test_paper_says_what_it_has_not() -> None:
    async def test(made: Made) -> None:
        flows, companies = made.client.flows, made.client.companies
        for question in (
            flows.programs(CODE, YESTERDAY, DAY),
            flows.short_sales(CODE, YESTERDAY, DAY),
            flows.short_sale_ranking(),
            companies.company(CODE),
            companies.product(CODE),
            companies.standing(CODE),
            companies.incomes(CODE),
            companies.features(CODE),
        ):
            with pytest.raises(BadInput, match="paper"):
                await question
        assert (await companies.valuation(CODE)).last_price == made.exchange.quote(CODE).last_price

    run(test, environment=PAPER)


# Companies ------------------------------------------------------------------------------------------------


def test_companies_are_those_of_the_facts() -> None:
    async def test(made: Made) -> None:
        known = made.facts.company(CODE, DAY)
        assert known is not None
        found = await made.client.companies.company(CODE)
        assert (found.face_value, found.capital, found.listing_day) == (
            known.face_value,
            known.capital,
            known.listing_day,
        )
        product = await made.client.companies.product(CODE)
        assert (product.name, product.isin) == (made.exchange.instrument(CODE).name, "KR7005930003")
        with pytest.raises(BadInput, match="999999"):
            await made.client.companies.company("999999")
        with pytest.raises(BadInput, match="999999"):
            await made.client.companies.standing("999999")

    run(test)


def test_the_state_and_the_value_of_an_issue_are_those_of_the_exchange() -> None:
    async def test(made: Made) -> None:
        quote, company = made.exchange.quote(CODE), made.facts.company(CODE, DAY)
        state = await made.client.companies.standing(CODE)
        assert company is not None
        assert (state.last_price, state.base_price, state.volume) == (
            quote.last_price,
            quote.base_price,
            quote.volume,
        )
        assert (state.upper_limit, state.lower_limit) == (quote.upper_limit, quote.lower_limit)
        assert state.previous_volume == made.day(CODE, YESTERDAY).volume
        assert state.margin_rate == company.margin_rate
        assert not state.is_halted
        value = await made.client.companies.valuation(CODE)
        assert value.face_value == company.face_value
        assert value.market_cap is not None
        worth = quote.last_price * (company.listed_shares or 0)
        assert abs(value.market_cap - worth) < 10**8
        year = made.store.daily_bars(CODE, DAY - timedelta(days=364), YESTERDAY)
        assert value.high_52_weeks == max(quote.high or 0, *(bar.high for bar in year))

    run(test)


def test_statements_are_those_of_the_facts() -> None:
    async def test(made: Made) -> None:
        for period in Period:
            known = made.facts.statements(CODE, DAY, period)
            incomes = await made.client.companies.incomes(CODE, period)
            sheets = await made.client.companies.balance_sheets(CODE, period)
            ratios = await made.client.companies.ratios(CODE, period)
            ends = [each.end for each in known]
            assert [each.end for each in incomes] == [each.end for each in sheets] == ends
            assert [each.end for each in ratios] == ends
            assert len(ends) > 3
            for income, sheet, ratio, fact in zip(incomes, sheets, ratios, known, strict=True):
                assert abs(income.net_income - (fact.net_income or 0)) <= 10**8 // 2
                assert abs(sheet.equity - (fact.equity or 0)) <= 10**8
                assert fact.debt_ratio is not None
                assert ratio.debt_ratio is not None
                assert abs(ratio.debt_ratio - fact.debt_ratio) <= Decimal("0.0001")

    run(test)


def test_features_are_all_of_it_at_once() -> None:
    async def test(made: Made) -> None:
        companies = made.client.companies
        found = await companies.features(CODE)
        assert found.company == await companies.company(CODE)
        assert found.standing == await companies.standing(CODE)
        assert found.valuation == await companies.valuation(CODE)
        years, quarters = [await companies.incomes(CODE, period) for period in Period]
        assert (found.year, found.year_before) == (years[-1], years[-2])
        assert found.quarter == quarters[-1]
        assert found.quarter_before is not None
        assert found.quarter_before.end.month == quarters[-1].end.month
        assert found.year_ratios == (await companies.ratios(CODE))[-1]
        with pytest.raises(BadInput):
            await companies.features("999999")

    run(test)


def test_what_has_no_statements_has_none() -> None:
    async def test(made: Made) -> None:
        found = await made.client.companies.features("122630")
        assert (found.year, found.year_ratios, found.quarter, found.quarter_before) == (None,) * 4

    run(test)
