"""What the client is told of an issue and its company is what exchange, store and facts say."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.brokers.kis.made_day import CODE, DAY, YESTERDAY, Made, run

from hoga.domain.errors import BadInput
from hoga.domain.statement import Period


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
                assert income.net_income is not None
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
        assert found.valuation.dividend_rate is not None
        assert replace(found.valuation, dividend_rate=None, dividend_yield=None) == (
            await companies.valuation(CODE)
        )
        years, quarters = [await companies.incomes(CODE, period) for period in Period]
        assert (found.year, found.year_before) == (years[-1], years[-2])
        assert found.quarter == quarters[-1]
        assert found.quarter_before is not None
        assert found.quarter_before.end.month == quarters[-1].end.month
        year = (await companies.ratios(CODE))[-1]
        coverage = await companies.interest_coverage(CODE, year.end)
        assert coverage is not None
        assert found.year_ratios == replace(year, interest_coverage=coverage)
        with pytest.raises(BadInput):
            await companies.features("999999")

    run(test)


def test_what_has_no_statements_has_none() -> None:
    async def test(made: Made) -> None:
        found = await made.client.companies.features("122630")
        assert (found.year, found.year_ratios, found.quarter, found.quarter_before) == (None,) * 4

    run(test)
