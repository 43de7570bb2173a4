"""What is known of companies and investors arrives at the client as the server had it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from tests.brokers.kis.door import SAMSUNG, make_simulation

from hoga.brokers.kis import finance, holidays, investors, issues, members, short_sales
from hoga.brokers.kis.background import Background, Listed
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Declined, Reply, Request, incoming
from hoga.brokers.kis.selection import Filter, IssueClass, asked_filter
from hoga.brokers.kis.services import SERVICES, Call
from hoga.domain.bar import Bar
from hoga.domain.company import Company, Dividend, DividendKind, Industry, Size
from hoga.domain.errors import BadInput, WireError
from hoga.domain.financials import BalanceSheet, Income, Ratios
from hoga.domain.flows import Flow, Investor, InvestorFlows, MemberFlow, ShortSale, ShortSaleDay
from hoga.domain.instrument import Kind, Market
from hoga.domain.ranking import SPANS, RankFilter, Section
from hoga.domain.request import Venue
from hoga.domain.statement import Period, Statement
from hoga.domain.zone import KST

REAL, PAPER = Environment.REAL, Environment.PAPER
CODE = "005930"
FIRST, LAST = date(2026, 5, 4), date(2026, 5, 6)

COMPANY = Company(
    code=CODE,
    issuer=CODE,
    name_english="Samsung Electronics",
    listed_shares=5_919_637_922,
    face_value=100,
    capital=778_000_000_000,
    listing_day=date(1975, 6, 11),
    settlement_month=12,
    size=Size.LARGE,
    industry=Industry("0013", "전기·전자"),
    is_kospi200=True,
)


def listed(company: Company | None = COMPANY) -> Listed:
    return Listed(make_simulation().exchange.quote(CODE), SAMSUNG, Background(company=company))


def through(request: Request) -> Request:
    """A request as it comes out at the other end."""
    return incoming(
        request.environment,
        method=request.method,
        path=request.path,
        tr_id=request.tr_id,
        query=request.query,
    )


def bar(day: date, close: int, volume: int = 1_000) -> Bar:
    return Bar(CODE, datetime.combine(day, time(9), KST), close, close, close, close, volume, close * volume)


def body(reply: Reply) -> Any:
    return json.loads(reply.body)


@pytest.mark.parametrize(("is_on_nxt", "flag"), [(True, "Y"), (False, "N")])
def test_who_asks_for_an_issue_is_told_whether_it_is_on_nxt(is_on_nxt: bool, flag: str) -> None:
    output = body(issues.stock_info_reply(replace(listed(), is_on_nxt=is_on_nxt), None, None))["output"]

    assert (output["cptt_trad_tr_psbl_yn"], output["nxt_tr_stop_yn"]) == (flag, "N")


# Companies ------------------------------------------------------------------------------------------------


def test_a_company_arrives_as_it_was() -> None:
    reply = issues.stock_info_reply(listed(), bar(LAST, 70_000), bar(FIRST, 69_000))
    assert issues.read_company(reply, CODE) == COMPANY


def test_what_is_not_known_of_a_company_arrives_as_not_known() -> None:
    found = issues.read_company(issues.stock_info_reply(listed(None), None, None), CODE)
    assert (found.capital, found.industry, found.listing_day, found.size) == (None, None, None, None)


def test_a_preferred_share_names_its_issuer() -> None:
    preferred = Listed(
        listed().quote,
        replace(SAMSUNG, code="005935"),
        Background(company=replace(COMPANY, code="005935")),
    )
    found = issues.read_company(issues.stock_info_reply(preferred, None, None), "005935")
    assert (found.issuer, found.is_preferred) == (CODE, True)


def test_the_recorded_company_is_read(recorded: Callable[[str], Any]) -> None:
    document = recorded("official_examples/CTPF1002R_주식기본조회.json")
    found = issues.read_company(Reply(200, json.dumps(document["response"]).encode()), "000660")
    assert found.listed_shares == 728_002_365
    assert found.capital == 3_657_652_050_000
    assert found.listing_day == date(1996, 12, 26)
    assert found.industry == Industry("0013", "전기,전자")
    assert (found.size, found.settlement_month, found.is_kospi200) == (Size.LARGE, 12, True)


@pytest.mark.parametrize(
    ("kind", "market", "pdno", "group"),
    [
        (Kind.STOCK, "STK", "00000A005930", "ST"),
        (Kind.ETF, "STK", "00000A005930", "EF"),
        (Kind.ETN, "STK", "00000Q005930", "EN"),
    ],
)
def test_kinds_have_letters_and_groups(kind: Kind, market: str, pdno: str, group: str) -> None:
    found = Listed(listed().quote, replace(SAMSUNG, kind=kind))
    output = body(issues.stock_info_reply(found, None, None))["output"]
    assert (output["mket_id_cd"], output["pdno"], output["scty_grp_id_cd"]) == (market, pdno, group)
    assert output["stck_kind_cd"] == ("101" if kind is Kind.STOCK else "000")


def test_the_register_refuses_what_it_has_not() -> None:
    with pytest.raises(BadInput):
        issues.read_company(issues.stock_info_reply(None, None, None), CODE)
    assert issues.asked_product(through(issues.stock_info_request(CODE, REAL))) == CODE


# Statements -----------------------------------------------------------------------------------------------


def statement(year: int, sales: int, net_income: int, months: int = 12) -> Statement:
    return Statement(
        issuer=CODE,
        end=date(year, 12, 31) if months == 12 else date(year, 9, 30),
        months=months,
        published=date(year + 1, 3, 1),
        shares=1_000_000,
        current_assets=60 * 10**10,
        fixed_assets=40 * 10**10,
        current_liabilities=20 * 10**10,
        fixed_liabilities=20 * 10**10,
        capital=10**10,
        capital_surplus=10**10,
        retained_earnings=58 * 10**10,
        inventories=10**10,
        borrowings=5 * 10**10,
        cash=10**10,
        sales=sales,
        cost_of_sales=sales // 2,
        operating_profit=net_income * 2,
        ordinary_profit=net_income * 3 // 2,
        net_income=net_income,
        depreciation=10**10,
        interest=10**9,
        dividends=10**9,
    )


def ratios_of(statements: Sequence[Statement], market_cap: int = 0) -> dict[Call, Reply]:
    """The answers to all calls about ratios."""
    return {call: finance.statements_reply(call, statements, market_cap) for call in finance.RATIO_CALLS}


YEARS = (statement(2024, 90 * 10**10, 6 * 10**10), statement(2025, 99 * 10**10, 9 * 10**10))


def test_incomes_arrive_oldest_first() -> None:
    incomes = finance.read_incomes(finance.statements_reply(Call.INCOME_STATEMENT, YEARS, 0))
    assert [income.end for income in incomes] == [date(2024, 12, 31), date(2025, 12, 31)]
    assert incomes[1] == Income(
        date(2025, 12, 31), 99 * 10**10, 18 * 10**10, 135 * 10**9, 9 * 10**10, 495 * 10**9, 495 * 10**9
    )


def test_ratios_arrive_as_fractions() -> None:
    (before, ratios) = finance.read_ratios(ratios_of(YEARS))
    assert before.sales_growth == 0
    assert ratios.sales_growth == Decimal("0.1")
    assert ratios.net_income_growth == Decimal("0.5")
    assert ratios.return_on_equity == Decimal("0.15")
    assert ratios.debt_ratio == Decimal("0.6667")
    assert ratios.reserve_ratio == 59
    assert [ratios.eps, ratios.sps, ratios.bps] == [Decimal(n) for n in (90_000, 990_000, 600_000)]


def test_the_ratios_of_five_calls_are_one() -> None:
    years = finance.read_ratios(ratios_of(YEARS, 50 * 10**10))
    assert [each.end for each in years] == [date(2024, 12, 31), date(2025, 12, 31)]
    assert years[1] == Ratios(
        end=date(2025, 12, 31),
        sales_growth=Decimal("0.1"),
        operating_profit_growth=Decimal("0.5"),
        net_income_growth=Decimal("0.5"),
        equity_growth=Decimal(0),
        asset_growth=Decimal(0),
        return_on_equity=Decimal("0.15"),
        return_on_assets=Decimal("0.09"),
        net_margin=Decimal("0.0909"),
        gross_margin=Decimal("0.5"),
        eps=Decimal(90_000),
        sps=Decimal(990_000),
        bps=Decimal(600_000),
        reserve_ratio=Decimal(59),
        debt_ratio=Decimal("0.6667"),
        borrowing_ratio=Decimal("0.05"),
        current_ratio=Decimal(3),
        quick_ratio=Decimal("2.95"),
        ebitda=19 * 10**10,
        ev_to_ebitda=Decimal("2.84"),
    )


def test_a_balance_sheet_arrives() -> None:
    sheets = finance.read_balance_sheets(finance.statements_reply(Call.BALANCE_SHEET, YEARS, 0))
    assert sheets[1] == BalanceSheet(
        end=date(2025, 12, 31),
        current_assets=60 * 10**10,
        fixed_assets=40 * 10**10,
        total_assets=10**12,
        current_liabilities=20 * 10**10,
        fixed_liabilities=20 * 10**10,
        total_liabilities=40 * 10**10,
        capital=10**10,
        equity=60 * 10**10,
    )


def test_a_growth_whose_sign_flips_is_nothing() -> None:
    years = (statement(2024, 10**12, -(10**10)), statement(2025, 10**12, 10**10))
    (_, ratios) = finance.read_ratios(ratios_of(years))
    assert ratios.net_income_growth == ratios.sales_growth == 0


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (Call.BALANCE_SHEET, {"total_aset": "10000.00", "total_cptl": "6000.00", "cfp_surp": "99.99"}),
        (Call.PROFIT_RATIO, {"cptl_ntin_rate": "9.00", "sale_ntin_rate": "9.09", "sale_totl_rate": "50.00"}),
        (Call.STABILITY_RATIO, {"crnt_rate": "300.00", "quck_rate": "295.00", "bram_depn": "5.00"}),
        (Call.GROWTH_RATIO, {"grs": "10.00", "equt_inrt": "0.00", "totl_aset_inrt": "0.00"}),
        (Call.OTHER_RATIO, {"ebitda": "1900.00", "ev_ebitda": "2.84", "payout_rate": "1.11", "eva": "0.00"}),
    ],
)
def test_ratios_are_those_of_the_statement(call: Call, expected: dict[str, str]) -> None:
    newest, _ = body(finance.statements_reply(call, YEARS, 50 * 10**10))["output"]
    assert newest["stac_yymm"] == "202512"
    assert {name: newest[name] for name in expected} == expected


def test_the_months_of_a_year_have_no_multiple() -> None:
    (row,) = body(finance.statements_reply(Call.OTHER_RATIO, [statement(2025, 10**12, 10**10, 9)], 10**12))[
        "output"
    ]
    assert row["ev_ebitda"] == "0.00"


def test_estimates_are_in_tenths() -> None:
    answer = body(finance.estimates_reply(listed(), YEARS, LAST))
    assert [row["dt"] for row in answer["output4"]] == ["2024.12A", "2025.12A"]
    assert answer["output2"][1]["data2"] == "100.0"
    assert answer["output3"][1]["data2"] == "900000.0"
    assert answer["output3"][7]["data2"] == "1800.0"
    assert answer["output2"][0]["data3"] == ""
    assert body(finance.estimates_reply(listed(), (), LAST))["output4"] == []


def test_a_number_that_is_none_is_reported() -> None:
    broken = Reply(200, b'{"output":[{"stac_yymm":"202512","sale_account":"much"}],"rt_cd":"0"}')
    with pytest.raises(WireError):
        finance.read_incomes(broken)
    short = Reply(200, b'{"output":[{"stac_yymm":"2025"}],"rt_cd":"0"}')
    with pytest.raises(WireError):
        finance.read_ratios({Call.FINANCIAL_RATIO: short})


@pytest.mark.parametrize("period", list(Period))
def test_the_period_arrives(period: Period) -> None:
    request = through(finance.statements_request(Call.PROFIT_RATIO, CODE, period, REAL))
    assert finance.asked_period(request) is period
    with pytest.raises(BadInput):
        finance.statements_request(Call.PROFIT_RATIO, CODE, period, PAPER)


def test_dividends_are_padded() -> None:
    dividend = Dividend(CODE, DividendKind.QUARTERLY, LAST, date(2026, 5, 20), 361, 100)
    (row,) = body(finance.dividends_reply([(listed(), dividend)]))["output1"]
    assert row["per_sto_divi_amt"] == "000000000361"
    assert row["divi_rate"] == "   361.00"
    assert (row["divi_kind"], row["divi_pay_dt"]) == ("분기", "2026/05/20")


# Investors ------------------------------------------------------------------------------------------------


def flows(day: date, net: int) -> InvestorFlows:
    def of(part: int) -> Flow:
        return Flow.of(1_000 + part, 1_000, (1_000 + part) * 10**6, 1_000 * 10**6)

    return InvestorFlows(
        CODE,
        day,
        {
            Investor.INDIVIDUAL: of(-2 * net),
            Investor.FOREIGN: of(net),
            Investor.REGISTERED_FOREIGN: of(net),
            Investor.OTHER_FOREIGN: of(0),
            Investor.INSTITUTIONAL: of(net),
            Investor.PENSION: of(net),
            Investor.OTHER: of(0),
        },
    )


DAYS = [
    investors.FlowDay(bar(FIRST, 69_000), flows(FIRST, 10)),
    investors.FlowDay(bar(LAST, 70_000), flows(LAST, -20)),
]


def test_three_groups_of_investors_arrive_oldest_first() -> None:
    found = investors.read_investors(investors.investors_reply(DAYS, None), CODE)
    assert [each.day for each in found] == [FIRST, LAST]
    groups = (Investor.INDIVIDUAL, Investor.FOREIGN, Investor.INSTITUTIONAL)
    for read, (day, net) in zip(found, ((FIRST, 10), (LAST, -20)), strict=True):
        assert dict(read.flows) == {group: flows(day, net).flows[group] for group in groups}


def test_a_day_that_is_not_told_is_not_read_as_zero() -> None:
    days = [DAYS[0], investors.FlowDay(DAYS[1].bar, None)]
    (only,) = investors.read_investors(investors.investors_reply(days, None), CODE)
    assert only.day == FIRST


def test_all_groups_of_investors_arrive() -> None:
    reply = investors.investor_trades_reply(listed(), DAYS, None, 5)
    (first, last) = investors.read_investor_trades(reply, CODE)
    assert dict(first.flows) == dict(flows(FIRST, 10).flows)
    assert last.find(Investor.OTHER_FOREIGN) == flows(LAST, -20).find(Investor.OTHER_FOREIGN)
    assert last.find(Investor.BANK) is None


def test_the_government_is_with_the_pensions() -> None:
    government = Flow.of(5, 3, 5 * 10**6, 3 * 10**6)
    both = InvestorFlows(CODE, FIRST, {**flows(FIRST, 10).flows, Investor.GOVERNMENT: government})
    reply = investors.investor_trades_reply(listed(), [investors.FlowDay(bar(FIRST, 1), both)], None, 0)
    (read,) = investors.read_investor_trades(reply, CODE)
    pension = read.find(Investor.PENSION)
    assert pension is not None
    assert (pension.net, pension.bought) == (12, 1_015)


def test_short_sales_arrive() -> None:
    days = [
        short_sales.ShortDay(bar(FIRST, 100), ShortSale(CODE, FIRST, 10, 1_000)),
        short_sales.ShortDay(bar(LAST, 100), ShortSale(CODE, LAST, 30, 3_000)),
    ]
    reply = short_sales.short_sales_reply(listed(), days, None, 0)
    assert short_sales.read_short_sales(reply, CODE) == [
        ShortSaleDay(CODE, FIRST, 100, 0, 1_000, 100_000, 10, 1_000),
        ShortSaleDay(CODE, LAST, 100, 0, 1_000, 100_000, 30, 3_000),
    ]
    newest, oldest = body(reply)["output2"]
    assert (oldest["acml_ssts_cntg_qty"], newest["acml_ssts_cntg_qty"]) == ("10", "40")
    assert (newest["ssts_vol_rlim"], newest["acml_ssts_cntg_qty_rlim"]) == ("3.00", "2.00")
    assert newest["avrg_prc"] == "100"


def test_the_short_ranking_arrives_in_order() -> None:
    ranks = [short_sales.ShortRank(listed(), n, n * 100, 1_000, 10**6) for n in (3, 9, 5)]
    reply = short_sales.short_ranking_reply(ranks, FIRST, LAST)
    found = short_sales.read_short_ranking(reply)
    assert [(each.rank, each.short_quantity, each.short_value) for each in found] == [
        (1, 9, 900),
        (2, 5, 500),
        (3, 3, 300),
    ]
    assert {(each.code, each.first, each.last) for each in found} == {(CODE, FIRST, LAST)}
    assert (found[0].short_ratio, found[0].average_price) == (Decimal("0.009"), 100)
    assert short_sales.read_short_ranking(short_sales.short_ranking_reply([], FIRST, LAST)) == []


@pytest.mark.parametrize(
    ("span", "days"),
    [*zip(SPANS, (1, 2, 3, 4, 5, 10, 15, 21, 42, 63), strict=True)],
)
def test_a_span_in_words_is_so_many_days(span: str, days: int) -> None:
    chosen = RankFilter(section=Section.KOSDAQ, least_price=1_000, most_price=9_000, least_volume=5)
    request = through(short_sales.short_ranking_request(chosen, span, REAL))
    assert short_sales.asked_short_days(request) == days
    assert asked_filter(request) == Filter(index="1001", least_price=1_000, most_price=9_000, least_volume=5)


def test_a_span_or_a_bound_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(BadInput, match="1d, 2d"):
        short_sales.short_ranking_request(RankFilter(), "5d", REAL)
    with pytest.raises(BadInput):
        RankFilter(least_price=2, most_price=1)
    with pytest.raises(BadInput):
        RankFilter(least_volume=-1)


@pytest.mark.parametrize(
    ("period", "count", "days"),
    [("", "0", 1), ("D", "0", 1), ("D", "3", 4), ("D", "4", 5), ("D", "14", 15), ("M", "1", 21)],
)
def test_how_many_days_a_ranking_is_about(period: str, count: str, days: int) -> None:
    request = short_sales.short_ranking_request(RankFilter(), "1d", REAL)
    changed = {"FID_PERIOD_DIV_CODE": period, "FID_INPUT_CNT_1": count}
    assert short_sales.asked_short_days(request._replace(query={**request.query, **changed})) == days


def test_questions_about_investors_arrive() -> None:
    assert investors.asked_last_day(through(investors.investor_trades_request(CODE, LAST, REAL))) == (
        CODE,
        (Venue.KRX,),
        LAST,
    )
    asked = short_sales.asked_short_sales(through(short_sales.short_sales_request(CODE, FIRST, LAST, REAL)))
    assert asked == (CODE, FIRST, LAST)
    assert through(investors.investors_request(CODE, PAPER)).call is Call.INVESTORS


def test_the_five_biggest_members_stand_first() -> None:
    firms = [MemberFlow(f"{n:03}", f"회원{n}", n > 5, bought=10 * n, sold=100 - 10 * n) for n in range(1, 9)]
    output = body(members.members_reply(listed(), firms))["output"]
    assert [output[f"shnu_mbcr_no{n}"] for n in range(1, 6)] == ["00008", "00007", "00006", "00005", "00004"]
    assert [output[f"total_seln_qty{n}"] for n in range(1, 6)] == ["90", "80", "70", "60", "50"]
    assert output["shnu_mbcr_glob_yn_1"] == "Y"
    assert output["glob_ntby_qty"] == str(60 + 70 + 80 - 40 - 30 - 20)
    table = members.read_members(members.members_reply(listed(), firms), CODE)
    assert [rank.number for rank in table.buyers] == ["00008", "00007", "00006", "00005", "00004"]
    assert [rank.quantity for rank in table.sellers] == [90, 80, 70, 60, 50]
    assert (table.buyers[0].is_foreign, table.sellers[0].is_foreign) == (True, False)
    assert table.foreign_bought - table.foreign_sold == 60 + 70 + 80 - 40 - 30 - 20


# Rankings and days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({}, True),
        ({"index": "0001"}, True),
        ({"index": "1001"}, False),
        ({"index": "2001"}, True),
        ({"of_class": IssueClass.PREFERRED}, False),
        ({"of_class": IssueClass.COMMON}, True),
        ({"of_class": IssueClass.WARNING}, False),
        ({"of_class": IssueClass.RISK}, False),
        ({"excluded": "1111011101"}, True),
        ({"least_price": 70_001}, False),
        ({"most_price": 69_999}, False),
        ({"most_price": 70_000}, True),
        ({"least_volume": 1}, False),
    ],
)
def test_a_filter_takes_what_it_says(changes: dict[str, Any], is_taken: bool) -> None:
    chosen = replace(Filter(index="0000"), **changes)
    assert listed().instrument.market is Market.KOSPI
    assert chosen.takes(listed()) is is_taken


def test_a_halted_issue_is_left_out_if_asked() -> None:
    halted = replace(listed(), quote=listed().quote._replace(is_halted=True))
    assert Filter(index="0000").takes(halted)
    assert not Filter(index="0000", excluded="0000010000").takes(halted)


def test_holidays_arrive() -> None:
    reply = holidays.holidays_reply(date(2026, 5, 1), date(2026, 5, 6))
    found = holidays.read_holidays(reply)
    assert len(found) == 24
    is_open = {each.day: each.is_open for each in found}
    assert [is_open[date(2026, 5, n)] for n in (1, 4, 5, 6, 9)] == [False, True, False, True, False]
    assert reply.tr_cont == "M"
    request = through(holidays.holidays_request(date(2026, 5, 1), REAL))
    assert holidays.asked_holidays(request) == date(2026, 5, 1)


@pytest.mark.parametrize("call", [Call.HOLIDAYS, Call.STOCK_INFO, Call.SHORT_SALES])
def test_what_the_paper_host_lacks_is_not_taken_for_it(call: Call) -> None:
    service = SERVICES[call]
    with pytest.raises(Declined):
        incoming(PAPER, method="GET", path=service.path, tr_id=service.real[0])
