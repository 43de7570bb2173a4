"""Made facts: they fit the prices and one another, differ for every code, and say that they are made."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from hoga.domain.bar import Bar, merge_bars
from hoga.domain.company import DividendKind
from hoga.domain.errors import BadInput
from hoga.domain.flows import EVERYBODY, PARTS, Flow, Investor
from hoga.domain.index import Index
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.market_money import Rate
from hoga.domain.statement import Period, Statement, find_year_before
from hoga.domain.zone import KST
from hoga.krx.calendar import is_trading_day, previous_trading_day, trading_days
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts
from hoga.storage.made_names import known_instruments

DAY = date(2026, 11, 20)
FIRST = date(2026, 11, 9)


@pytest.fixture(scope="module")
def bars() -> MadeBars:
    return MadeBars(7, invented=60)


@pytest.fixture(scope="module")
def facts(bars: MadeBars) -> MadeFacts:
    return MadeFacts(7, bars)


@pytest.fixture(scope="module")
def stocks(bars: MadeBars) -> list[Instrument]:
    return [each for each in bars.instruments(DAY) if each.kind is Kind.STOCK]


def both(flow: Flow) -> tuple[int, int, int, int]:
    """Both sides of a flow that knows them."""
    assert flow.bought is not None
    assert flow.sold is not None
    assert flow.bought_value is not None
    assert flow.sold_value is not None
    return flow.bought, flow.sold, flow.bought_value, flow.sold_value


def test_made_facts_say_that_they_are_made(facts: MadeFacts) -> None:
    assert facts.source == "made"


def test_every_company_has_facts_of_its_own(facts: MadeFacts, stocks: list[Instrument]) -> None:
    seen = set()
    for instrument in stocks:
        company = facts.company(instrument.code, DAY)
        assert company is not None
        assert company.listed_shares == instrument.listed_shares > 0
        assert company.name_english == instrument.name_english
        assert company.face_value
        assert company.capital
        assert company.capital >= company.face_value * company.listed_shares
        assert company.listing_day
        assert company.listing_day < date(2015, 6, 15)
        assert company.listing_day.weekday() < 5
        assert company.margin_rate
        assert Decimal("0.2") <= company.margin_rate <= 1
        assert company.industry
        assert company.industry.code[0] == ("0" if instrument.market is Market.KOSPI else "1")
        assert company.is_kospi200 == bool(company.kospi200_sector)
        seen.add((company.listing_day, company.listed_shares, company.capital))
    assert len(seen) == len(stocks)


def test_a_preferred_share_shares_its_issuer_with_the_common_one(facts: MadeFacts) -> None:
    common, preferred = facts.company("005930", DAY), facts.company("005935", DAY)

    assert common is not None
    assert preferred is not None
    assert preferred.is_preferred
    assert preferred.issuer == common.code
    assert preferred.capital == common.capital
    assert facts.statements("005935", DAY, Period.YEAR) == facts.statements("005930", DAY, Period.YEAR)
    assert facts.statements("005930", DAY, Period.YEAR)[-1].shares == 6_800_000_000


def test_a_fund_has_units_and_no_statements(facts: MadeFacts) -> None:
    fund = facts.company("069500", DAY)

    assert fund is not None
    assert fund.listed_shares
    assert fund.capital is None
    assert facts.statements("069500", DAY, Period.QUARTER) == ()
    paid = facts.dividends("069500", date(2025, 1, 1), date(2025, 12, 31))
    assert [each.record_day.month for each in paid] == [1, 4, 7, 10]
    assert facts.dividends("122630", date(2025, 1, 1), date(2025, 12, 31)) == ()


def test_balance_sheets_balance_and_income_adds_up_within_the_year(
    facts: MadeFacts, stocks: list[Instrument]
) -> None:
    for instrument in stocks:
        rows = facts.statements(instrument.code, DAY, Period.QUARTER)
        assert len(rows) >= 50
        assert [row.months for row in rows[:4]] == [3, 6, 9, 12]
        for row in rows:
            capital, surplus, retained = row.capital, row.capital_surplus, row.retained_earnings
            assert capital is not None
            assert surplus is not None
            assert retained is not None
            assert row.equity == capital + surplus + retained
            assert row.total_assets == (row.total_liabilities or 0) + (row.equity or 0)
            assert (row.inventories or 0) + (row.cash or 0) < (row.current_assets or 0)
            assert 0 < (row.borrowings or 0) < (row.total_liabilities or 0)
        for before, row in pairwise(rows):
            assert before.end < row.end
            if row.months > 3:
                assert row.end.month != before.end.month
                assert (row.sales or 0) > (before.sales or 0)
                assert (row.dividends or 0) >= (before.dividends or 0)


def test_equity_is_last_quarter_s_with_the_profit_and_without_the_dividends(
    facts: MadeFacts, stocks: list[Instrument]
) -> None:
    def quarter(row: Statement, before: Statement, amount: int | None, amount_before: int | None) -> int:
        assert amount is not None
        return amount if row.months == 3 else amount - (amount_before or 0)

    for instrument in stocks[::4]:
        rows = facts.statements(instrument.code, DAY, Period.QUARTER)
        for older, before, row in zip(rows, rows[1:], rows[2:], strict=False):
            earned = quarter(row, before, row.net_income, before.net_income)
            owed = quarter(before, older, before.dividends, older.dividends)
            assert row.equity == (before.equity or 0) + earned - owed


def test_profits_fit_what_the_shares_cost(facts: MadeFacts, bars: MadeBars, stocks: list[Instrument]) -> None:
    price_to_book = []
    earning = 0
    for instrument in stocks:
        row = facts.statements(instrument.code, DAY, Period.YEAR)[-1]
        assert row.bps
        price_to_book.append(bars.base_price(instrument.code, DAY) / row.bps)
        earning += (row.eps or 0) > 0
    assert min(price_to_book) > Decimal("0.1")
    assert max(price_to_book) < 8
    assert earning > 0.8 * len(stocks)


def test_a_statement_is_known_only_after_it_was_published(facts: MadeFacts) -> None:
    day = date(2026, 2, 16)

    assert facts.statements("000660", day, Period.QUARTER)[-1].end == date(2025, 9, 30)
    assert facts.statements("000660", day, Period.YEAR)[-1].end == date(2024, 12, 31)
    assert facts.statements("000660", date(2026, 3, 31), Period.YEAR)[-1].end == date(2025, 12, 31)


def test_growth_can_be_told_for_every_year_but_the_first(facts: MadeFacts) -> None:
    rows = facts.statements("035420", DAY, Period.YEAR)

    assert [find_year_before(row, rows) for row in rows] == [None, *rows[:-1]]


def test_dividends_are_those_of_the_statements(facts: MadeFacts, stocks: list[Instrument]) -> None:
    paying = 0
    for instrument in stocks:
        if instrument.code in ("005930", "005935"):
            continue
        rows = facts.statements(instrument.code, DAY, Period.YEAR)
        for row in rows[-3:]:
            year_before = date(row.end.year - 1, row.end.month, 1) + timedelta(days=32)
            paid = facts.dividends(instrument.code, year_before, row.end)
            assert sum(each.per_share for each in paid) * (row.shares or 0) == row.dividends
            assert all(each.pay_day and is_trading_day(each.pay_day) for each in paid)
            assert all(each.record_day < each.pay_day for each in paid if each.pay_day)
            paying += bool(paid)
    assert paying > len(stocks)


def test_a_preferred_share_gets_a_little_more(facts: MadeFacts) -> None:
    span = (date(2018, 1, 1), date(2025, 12, 31))
    common, preferred = facts.dividends("005930", *span), facts.dividends("005935", *span)

    assert common
    assert [each.record_day for each in common] == [each.record_day for each in preferred]
    for one, other in zip(common, preferred, strict=True):
        assert other.per_share - one.per_share == (one.kind is DividendKind.YEAR_END)
    per_year = {each.record_day.year: 0 for each in common}
    for one, other in zip(common, preferred, strict=True):
        per_year[one.record_day.year] += one.per_share * 6_000_000_000 + other.per_share * 800_000_000
    rows = {row.end.year: row.dividends for row in facts.statements("005930", DAY, Period.YEAR)}
    assert all(rows[year] == total for year, total in per_year.items())


def test_everybody_s_flows_are_the_day_s_volume_and_value(
    facts: MadeFacts, bars: MadeBars, stocks: list[Instrument]
) -> None:
    nets = set()
    for code in ["069500", "114800", *(each.code for each in stocks[::5])]:
        flows = facts.investor_flows(code, FIRST, DAY)
        days = bars.daily_bars(code, FIRST, DAY)
        assert [each.day for each in flows] == [bar.at.date() for bar in days]
        for bar, each in zip(days, flows, strict=True):
            assert set(each.flows) == set(Investor)
            sides = [both(each.flows[investor]) for investor in EVERYBODY]
            assert [sum(column) for column in zip(*sides, strict=True)] == [
                bar.volume,
                bar.volume,
                bar.value,
                bar.value,
            ]
            assert sum(each.flows[investor].net for investor in EVERYBODY) == 0
            for group, parts in PARTS.items():
                of_parts = [both(each.flows[part]) for part in parts]
                assert tuple(sum(column) for column in zip(*of_parts, strict=True)) == both(each.flows[group])
            for flow in each.flows.values():
                assert min(both(flow)) >= 0
                assert flow.net == (flow.bought or 0) - (flow.sold or 0)
            nets.add(each.flows[Investor.FOREIGN].net)
    assert len(nets) > 100


def test_foreigners_hold_what_they_bought(facts: MadeFacts, bars: MadeBars) -> None:
    first = date(2026, 10, 1)
    for instrument in bars.instruments(DAY)[::6]:
        held = facts.holdings(instrument.code, first, DAY)
        flows = facts.investor_flows(instrument.code, first, DAY)
        company = facts.company(instrument.code, DAY)
        assert company is not None
        for before, after, flow in zip(held, held[1:], flows[1:], strict=False):
            assert (after.foreign or 0) - (before.foreign or 0) == flow.flows[Investor.FOREIGN].net
        for each in held:
            assert 0 < (each.foreign or 0) < (company.foreign_limit or 0)
            assert 0 < (each.margin_loan or 0) < (company.listed_shares or 0) / 20


def test_foreigners_may_not_hold_half_of_a_telephone_company(facts: MadeFacts) -> None:
    company = facts.company("017670", DAY)

    assert company is not None
    assert company.foreign_limit == 210_000_000 * 49 // 100


def test_short_sales_and_programs_are_parts_of_what_was_sold(facts: MadeFacts, bars: MadeBars) -> None:
    ratios = set()
    for instrument in bars.instruments(DAY)[::6]:
        code = instrument.code
        flows = facts.investor_flows(code, FIRST, DAY)
        shorts = facts.short_sales(code, FIRST, DAY)
        programs = facts.program_flows(code, FIRST, DAY)
        days = bars.daily_bars(code, FIRST, DAY)
        for bar, flow, short, program in zip(days, flows, shorts, programs, strict=True):
            foreign, institutions = flow.flows[Investor.FOREIGN], flow.flows[Investor.INSTITUTIONAL]
            assert flow.day == short.day == program.day == bar.at.date()
            assert 0 <= short.quantity <= (foreign.sold or 0) + (institutions.sold or 0)
            assert short.value is not None
            assert bar.low * short.quantity - 1 <= short.value <= bar.high * short.quantity
            bought, sold, _, _ = both(program.total)
            assert 0 <= bought <= (foreign.bought or 0) + (institutions.bought or 0)
            assert 0 <= sold <= (foreign.sold or 0) + (institutions.sold or 0)
            ratios.add(round(short.quantity / bar.volume, 4))
    assert len(ratios) > 50
    assert 0.002 < sum(ratios) / len(ratios) < 0.12


def test_only_members_of_kospi200_are_arbitraged(facts: MadeFacts) -> None:
    assert all(both(each.arbitrage) == (0, 0, 0, 0) for each in facts.program_flows("247540", FIRST, DAY))
    assert any(each.arbitrage.net for each in facts.program_flows("005930", FIRST, DAY))


def test_hardly_anybody_sells_short_while_it_is_banned(facts: MadeFacts, bars: MadeBars) -> None:
    banned, free = date(2024, 11, 20), date(2025, 6, 20)
    for code in ("005930", "247540"):
        ratio = {}
        for day in (banned, free):
            (short,) = facts.short_sales(code, day, day)
            (bar,) = bars.daily_bars(code, day, day)
            ratio[day] = short.quantity / bar.volume
        assert ratio[banned] < 0.002 < ratio[free]


def test_member_firms_trade_the_whole_volume(facts: MadeFacts, bars: MadeBars) -> None:
    for code in ("005930", "247540", "0001U0"):
        firms = facts.member_flows(code, DAY)
        (bar,) = bars.daily_bars(code, DAY, DAY)
        (flows,) = facts.investor_flows(code, DAY, DAY)
        assert sum(firm.bought for firm in firms) == sum(firm.sold for firm in firms) == bar.volume
        assert len({firm.number for firm in firms}) == len(firms) >= 10
        assert min(min(firm.bought, firm.sold) for firm in firms) >= 0
        abroad = [firm for firm in firms if firm.is_foreign]
        foreign = flows.flows[Investor.FOREIGN]
        assert 0 < sum(firm.bought for firm in abroad) <= (foreign.bought or 0)
        assert 0 < sum(firm.sold for firm in abroad) <= (foreign.sold or 0)


def test_an_index_is_the_market_value_of_its_members(facts: MadeFacts, bars: MadeBars) -> None:
    for index in Index:
        basket = facts.basket(index, DAY)
        assert basket is not None
        (today,) = facts.index_bars(index, DAY, DAY)
        yesterday = previous_trading_day(DAY)
        (before,) = facts.index_bars(index, yesterday, yesterday)
        days = {code: bars.daily_bars(code, DAY, DAY)[0] for code in basket.shares}
        assert basket.base == before.close
        assert today.close == basket.level({code: bar.close for code, bar in days.items()})
        assert today.open == basket.level({code: bar.open for code, bar in days.items()})
        assert today.volume == sum(bar.volume for bar in days.values())
        assert today.value == sum(bar.value for bar in days.values())
        assert today.low <= min(today.open, today.close) <= max(today.open, today.close) <= today.high


@pytest.mark.parametrize("index", Index)
def test_an_index_s_day_is_what_its_minutes_add_up_to(facts: MadeFacts, index: Index) -> None:
    minutes = facts.index_minute_bars(index, DAY)
    (day,) = facts.index_bars(index, DAY, DAY)

    assert len(minutes) == 381
    assert all(before.close == after.open for before, after in pairwise(minutes))
    assert day.open == minutes[0].open
    assert day.close == minutes[-1].close
    assert day.high == max(bar.high for bar in minutes)
    assert day.low == min(bar.low for bar in minutes)
    assert day.volume == sum(bar.volume for bar in minutes)


def test_indices_have_the_members_that_they_are_named_after(facts: MadeFacts) -> None:
    baskets = {index: facts.basket(index, DAY) for index in Index}
    members = {index: set(basket.shares) for index, basket in baskets.items() if basket}

    assert {"005930", "005935", "000660"} < members[Index.KOSPI]
    assert members[Index.KOSPI200] < members[Index.KOSPI]
    assert "005935" not in members[Index.KOSPI200]
    assert {"247540", "086520", "196170", "293490", "035900"} < members[Index.KOSDAQ]
    assert all(known_instruments()[code].market is Market.KOSDAQ for code in members[Index.KOSDAQ])


def test_days_of_an_index_asked_in_any_order_are_the_same() -> None:
    forward, backward = MadeFacts(7, MadeBars(7)), MadeFacts(7, MadeBars(7))
    days = trading_days(date(2026, 11, 17), DAY)

    one = [forward.index_bars(Index.KOSPI, day, day) for day in days]
    other = [backward.index_bars(Index.KOSPI, day, day) for day in reversed(days)]

    assert one == other[::-1]


def test_the_same_seed_makes_the_same_facts_whatever_was_asked_before(facts: MadeFacts) -> None:
    fresh = MadeFacts(7, MadeBars(7, invented=60))

    for code in ("005930", "0005U0"):
        assert fresh.short_sales(code, DAY, DAY) == facts.short_sales(code, DAY, DAY)
        assert fresh.investor_flows(code, DAY, DAY) == facts.investor_flows(code, DAY, DAY)
        assert fresh.statements(code, DAY, Period.QUARTER) == facts.statements(code, DAY, Period.QUARTER)


def test_another_seed_makes_other_facts(facts: MadeFacts) -> None:
    other = MadeFacts(8, MadeBars(8, invented=60))

    assert other.statements("005930", DAY, Period.YEAR) != facts.statements("005930", DAY, Period.YEAR)
    assert other.investor_flows("005930", DAY, DAY) != facts.investor_flows("005930", DAY, DAY)


def test_facts_do_not_depend_on_the_machine() -> None:
    # Fixed once. If this fails, everybody's made facts have changed: say so in the changelog.
    made = MadeFacts(1, MadeBars(1))
    row = made.statements("005930", DAY, Period.YEAR)[-1]
    (flows,) = made.investor_flows("005930", DAY, DAY)
    (short,) = made.short_sales("005930", DAY, DAY)

    assert (row.net_income, row.equity) == (27_523_668_000_000, 397_981_915_475_125)
    assert (flows.flows[Investor.FOREIGN].net, flows.flows[Investor.PENSION].net) == (1_017_504, 210_659)
    assert short.quantity == 117_156


def test_of_an_unknown_issue_nothing_is_known(facts: MadeFacts) -> None:
    assert facts.company("999990", DAY) is None
    assert facts.statements("999990", DAY, Period.YEAR) == ()
    assert facts.dividends("999990", FIRST, DAY) == ()
    assert facts.investor_flows("999990", FIRST, DAY) == ()
    assert facts.program_flows("999990", FIRST, DAY) == ()
    assert facts.member_flows("999990", DAY) == ()
    assert facts.short_sales("999990", FIRST, DAY) == ()
    assert facts.holdings("999990", FIRST, DAY) == ()


def test_a_day_without_trading_has_no_flows_and_no_index(facts: MadeFacts) -> None:
    sunday = date(2026, 11, 22)

    assert facts.company("005930", sunday) is not None
    assert facts.investor_flows("005930", sunday, sunday) == ()
    assert facts.member_flows("005930", sunday) == ()
    assert facts.basket(Index.KOSPI, sunday) is None
    assert facts.index_bars(Index.KOSPI, sunday, sunday) == ()
    assert facts.index_minute_bars(Index.KOSPI, sunday) == ()


class Records:
    """A store of two recorded days of two issues that no table knows, and of one that it does."""

    days = (date(2026, 11, 18), DAY)

    @property
    def source(self) -> str:
        return "recorded"

    def instruments(self, day: date) -> Sequence[Instrument]:
        if day not in self.days:
            raise BadInput("없음", "none")
        return tuple(
            Instrument(code=code, name=code, market=Market.KOSPI) for code in ("000100", "005930", "001230")
        )

    def minute_bars(self, code: str, day: date) -> Sequence[Bar]:
        if day not in self.days or (code == "001230" and day != DAY):
            return ()
        price = {"000100": 100_000, "005930": 330_000}.get(code, 5_000)
        at = datetime(day.year, day.month, day.day, 9, tzinfo=KST)
        step = price // 100
        return (
            Bar(code, at, price, price + step, price, price + step, 700, 700 * price),
            Bar(code, at + timedelta(minutes=1), price, price, price, price, 0, 0),
            Bar(code, at + timedelta(minutes=5), price, price, price - step, price, 300, 300 * price),
        )

    def daily_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        merged = (merge_bars(self.minute_bars(code, day)) for day in self.days if first <= day <= last)
        return tuple(bar for bar in merged if bar is not None)


def test_facts_can_be_made_about_recorded_prices() -> None:
    facts = MadeFacts(3, Records())

    for code in ("000100", "005930", "001230"):
        company = facts.company(code, DAY)
        assert company is not None
        assert company.listed_shares
        assert company.listed_shares > 5_000
        assert facts.statements(code, DAY, Period.YEAR)
        for flows in facts.investor_flows(code, date(2026, 1, 1), DAY):
            assert sum(both(flows.flows[investor])[0] for investor in EVERYBODY) == 1_000
    held = facts.holdings("000100", date(2026, 1, 1), DAY)
    flows = facts.investor_flows("000100", DAY, DAY)[0]
    assert [each.day for each in held] == list(Records.days)
    assert (held[1].foreign or 0) - (held[0].foreign or 0) == flows.flows[Investor.FOREIGN].net


def test_an_index_of_records_has_all_their_stocks() -> None:
    facts = MadeFacts(3, Records())

    basket = facts.basket(Index.KOSPI, DAY)
    (day,) = facts.index_bars(Index.KOSPI, DAY, DAY)

    assert basket is not None
    assert set(basket.shares) == {"000100", "005930", "001230"}
    assert facts.basket(Index.KOSDAQ, DAY) is None
    assert day.high > day.open == day.close == Decimal(3000)
    assert day.volume == 3_000
    assert facts.index_bars(Index.KOSPI, date(2026, 11, 19), date(2026, 11, 19)) == ()


def test_before_the_first_made_day_there_is_no_index(facts: MadeFacts) -> None:
    assert facts.index_bars(Index.KOSPI, date(2010, 1, 1), date(2010, 1, 15)) == ()
    assert facts.index_minute_bars(Index.KOSPI, date(2010, 1, 4)) == ()


def test_what_a_market_is_lent_is_what_is_lent_of_its_members(facts: MadeFacts) -> None:
    (told,) = facts.market_funds(DAY, DAY)
    baskets = [facts.basket(index, DAY) for index in (Index.KOSPI, Index.KOSDAQ)]
    credits = [facts.credit(code, DAY, DAY)[0] for basket in baskets if basket for code in basket.shares]
    lent = [each.loan.left * each.loan_price for each in credits if each.loan and each.loan_price]
    assert told.margin_loans == sum(lent) > 0
    assert [each.day for each in facts.market_funds(FIRST, DAY)] == list(trading_days(FIRST, DAY))


def test_every_rate_is_told_of_every_day(facts: MadeFacts) -> None:
    told = facts.interest_rates(FIRST, DAY)
    assert len({(each.day, each.rate) for each in told}) == len(told) == len(Rate) * 10
    assert len({each.percent for each in told if each.rate is Rate.TREASURY_3_YEARS}) > 3
    assert all(0 < each.percent < 10 for each in told)
