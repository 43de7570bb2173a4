"""What the client is told of who bought and sold is what the facts say."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from tests.brokers.kis.door import PAPER
from tests.brokers.kis.made_day import CODE, CODES, DAY, YESTERDAY, Made, run

from hoga.domain.errors import BadInput
from hoga.domain.flows import Flow, Investor, InvestorFlows
from hoga.domain.ranking import RankFilter, Section
from hoga.krx.calendar import add_trading_days, trading_days


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
