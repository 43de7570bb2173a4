"""The user's files of facts: what they tell is told, what they lack is not known, what is wrong is named."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from hoga.domain.company import Company, Dividend, DividendKind, Industry, Size
from hoga.domain.corporate_action import ActionKind, CorporateAction
from hoga.domain.credit import CreditDay, Lent
from hoga.domain.errors import BadInput
from hoga.domain.flows import EVERYBODY, Flow, Holdings, Investor, ShortSale
from hoga.domain.fund import Fund
from hoga.domain.index import Index
from hoga.domain.market_money import InterestRate, MarketFunds, Rate
from hoga.domain.opinion import Opinion, Stance
from hoga.domain.statement import Period
from hoga.storage.facts import FileFacts
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
DAY = date(2026, 11, 20)
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def test_without_files_nothing_is_known() -> None:
    facts = FileFacts([])

    assert facts.source == "files"
    assert facts.company("005930", DAY) is None
    assert facts.statements("005930", DAY, Period.YEAR) == ()
    assert facts.dividends("005930", date.min, DAY) == ()
    assert facts.investor_flows("005930", date.min, DAY) == ()
    assert facts.program_flows("005930", date.min, DAY) == ()
    assert facts.member_flows("005930", DAY) == ()
    assert facts.short_sales("005930", date.min, DAY) == ()
    assert facts.holdings("005930", date.min, DAY) == ()
    assert facts.basket(Index.KOSPI, DAY) is None
    assert facts.index_bars(Index.KOSPI, date.min, DAY) == ()
    assert facts.index_minute_bars(Index.KOSPI, DAY) == ()


def test_a_company_is_known_as_far_as_its_row_goes(write: Write) -> None:
    path = write(
        "companies.csv",
        "code,issuer,listed_shares,listing_day,size,industry_code,industry,is_kospi200,margin_rate,note\n"
        "005935,005930,815974664,1989-09-25,large,0013,전기·전자,N,0.2,x\n"
        "000660,,,19961226,,,,Y,,\n",
    )
    facts = FileFacts([path])

    assert facts.company("005935", DAY) == Company(
        code="005935",
        issuer="005930",
        listed_shares=815_974_664,
        listing_day=date(1989, 9, 25),
        size=Size.LARGE,
        industry=Industry("0013", "전기·전자"),
        is_kospi200=False,
        margin_rate=Decimal("0.2"),
    )
    assert facts.company("000660", DAY) == Company(
        code="000660", issuer="000660", listing_day=date(1996, 12, 26), is_kospi200=True
    )
    assert facts.company("005930", DAY) is None


def test_statements_are_those_of_the_issuer_and_known_from_their_publication(write: Write) -> None:
    companies = write("companies.csv", "code,issuer\n005935,005930\n")
    statements = write(
        "statements.csv",
        "issuer,end,months,published,sales,net_income,shares\n"
        "005930,2025-12-31,12,2026-03-10,300,30,10\n"
        "005930,2025-09-30,9,2025-11-14,220,-5,\n",
    )
    facts = FileFacts([companies, statements])

    both = facts.statements("005935", DAY, Period.QUARTER)
    assert [(row.end.month, row.sales, row.net_income) for row in both] == [(9, 220, -5), (12, 300, 30)]
    assert [row.eps for row in both] == [None, Decimal(3)]
    assert [row.months for row in facts.statements("005930", DAY, Period.YEAR)] == [12]
    assert [row.months for row in facts.statements("005930", date(2026, 3, 9), Period.QUARTER)] == [9]


def test_dividends_are_told_by_record_day(write: Write) -> None:
    path = write(
        "dividends.csv",
        "code,kind,record_day,pay_day,per_share,face_value\n"
        "005930,year_end,2025-12-31,2026-04-17,363,100\n"
        "005930,quarterly,2025-09-30,,361,\n"
        "000660,year_end,2025-12-31,,1500,5000\n",
    )
    facts = FileFacts([path])

    assert facts.dividends("005930", date(2025, 1, 1), DAY) == (
        Dividend("005930", DividendKind.QUARTERLY, date(2025, 9, 30), None, 361),
        Dividend("005930", DividendKind.YEAR_END, date(2025, 12, 31), date(2026, 4, 17), 363, 100),
    )
    assert facts.dividends("005930", date(2026, 1, 1), DAY) == ()


def test_corporate_actions_are_told_by_record_day(write: Write) -> None:
    path = write(
        "actions.csv",
        "code,action,record_day,ratio,shares_before,new_shares,ex_day,listing_day,agenda\n"
        "005930,meeting,2025-12-31,,,,,,재무제표\n"
        "005930,bonus_issue,2025-05-22,1,100,100,2025-05-21,2025-06-11,\n",
    )
    facts = FileFacts([path])

    bonus, meeting = facts.actions("005930", date(2025, 1, 1), DAY)
    assert bonus == CorporateAction(
        code="005930",
        kind=ActionKind.BONUS_ISSUE,
        record_day=date(2025, 5, 22),
        ratio=Decimal(1),
        shares_before=100,
        new_shares=100,
        ex_day=date(2025, 5, 21),
        listing_day=date(2025, 6, 11),
    )
    assert meeting.agenda == "재무제표"
    assert facts.actions("005930", date(2026, 1, 1), DAY) == ()
    assert facts.actions("000660", date.min, DAY) == ()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("005930,party,2025-05-22,,,,", "action"),
        ("005930,paid_in,2025-05-22,0,,,", "ratio"),
        ("005930,paid_in,2025-05-22,,20,,", "discount"),
        ("005930,paid_in,2025-05-22,,,2025-06-02,2025-06-01", "last_day"),
        ("005930,paid_in,,,,,", "record_day"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused(write: Write, row: str, column: str) -> None:
    path = write("actions.csv", f"code,action,record_day,ratio,discount,first_day,last_day\n{row}\n")

    with pytest.raises(BadInput, match=f"row 2, column {column}"):
        FileFacts([path])


def test_the_same_action_twice_is_refused(write: Write) -> None:
    row = "005930,meeting,2025-12-31\n"
    with pytest.raises(BadInput, match="row 3, column record_day"):
        FileFacts([write("actions.csv", f"code,action,record_day\n{row}{row}")])


def test_a_fund_is_told_by_its_holdings(write: Write) -> None:
    path = write(
        "funds.csv",
        "fund,unit_shares,code,shares,index,manager\n"
        "069500,50000,005930,7184,KOSPI200,삼성자산운용\n069500,50000,000660,854,,\n",
    )
    facts = FileFacts([path])
    assert facts.fund("069500", DAY) == Fund(
        code="069500",
        unit_shares=50_000,
        holdings={"005930": 7184, "000660": 854},
        index="KOSPI200",
        manager="삼성자산운용",
    )
    assert facts.fund("122630", DAY) is None


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("069500,50000,005930,1", "code"),
        ("069500,40000,000660,1", "unit_shares"),
        ("069500,50000,000660,0", "shares"),
        ("069500,,000660,1", "unit_shares"),
    ],
)
def test_a_fund_that_contradicts_itself_is_refused(write: Write, row: str, column: str) -> None:
    path = write("funds.csv", f"fund,unit_shares,code,shares\n069500,50000,005930,7184\n{row}\n")
    with pytest.raises(BadInput, match=f"funds.csv.*{column}"):
        FileFacts([path])


def test_values_of_funds_are_told_by_day(write: Write) -> None:
    path = write("navs.csv", "code,date,nav\n069500,2026-11-20,36127.30\n069500,2026-11-19,36036.22\n")
    facts = FileFacts([path])
    values = facts.fund_values("069500", date.min, date(2026, 11, 20))
    assert [each.nav for each in values] == [Decimal("36036.22"), Decimal("36127.30")]
    assert facts.fund_values("069500", date(2026, 11, 20), date(2026, 11, 20)) == values[1:]
    assert facts.fund_values("122630", date.min, DAY) == ()
    with pytest.raises(BadInput, match="nav"):
        FileFacts([write("navs.csv", "code,date,nav\n069500,2026-11-20,0\n")])
    with pytest.raises(BadInput, match="date"):
        FileFacts([write("navs.csv", "code,date,nav\n069500,2026-11-20,1\n069500,2026-11-20,1\n")])


def test_opinions_are_told_by_day(write: Write) -> None:
    path = write(
        "opinions.csv",
        "code,date,firm,firm_name,stance,before,target\n"
        "005930,2026-11-02,00003,,hold,buy,\n"
        "005930,2026-05-02,002,한국투자증권,buy,,95000\n",
    )
    facts = FileFacts([path])

    assert facts.opinions("005930", date.min, DAY) == (
        Opinion("005930", date(2026, 5, 2), "002", "한국투자증권", Stance.BUY, None, 95000),
        Opinion("005930", date(2026, 11, 2), "00003", "00003", Stance.HOLD, Stance.BUY, None),
    )
    assert facts.opinions("005930", date(2026, 6, 1), date(2026, 10, 31)) == ()
    assert facts.opinions("000660", date.min, DAY) == ()


def test_the_same_firm_twice_a_day_is_refused(write: Write) -> None:
    row = "005930,2026-11-02,003,buy\n"
    with pytest.raises(BadInput, match="row 3, column date"):
        FileFacts([write("opinions.csv", f"code,date,firm,stance\n{row}{row}")])


def test_credit_is_what_the_table_of_flows_tells(write: Write) -> None:
    facts = FileFacts([write("flows.csv", "code,date,margin_loan,foreign_hold\n005930,2026-11-19,700,1\n")])

    assert facts.credit("005930", date.min, DAY) == (
        CreditDay(code="005930", day=date(2026, 11, 19), loan=Lent(700)),
    )
    assert facts.credit("000660", date.min, DAY) == ()


def test_index_levels_keep_their_decimals(write: Write) -> None:
    path = write(
        "indices.csv",
        "index,date,open,high,low,close,volume,value\n"
        "KOSPI,2026-11-20,4000.10,4050.25,3990.00,4001.70,500,9000\n"
        "KOSPI,2026-11-19,4000,4000,4000,4000,,\n",
    )
    facts = FileFacts([path])

    bars = facts.index_bars(Index.KOSPI, date(2026, 11, 1), DAY)
    assert [str(bar.close) for bar in bars] == ["4000", "4001.70"]
    assert bars[0].at.hour == 10  # 수능일
    assert (bars[0].volume, bars[1].value) == (0, 9000)


def test_flows_tell_what_their_columns_tell(write: Write) -> None:
    path = write(
        "flows.csv",
        "code,date,volume,foreign_net,foreign_net_value,pension_bought,pension_sold,short_volume,foreign_hold\n"
        "005930,20261120,1000,-50,-3500000,30,10,7,600\n"
        "005930,2026-11-19,1000,20,,,,,\n",
    )
    facts = FileFacts([path])

    older, newer = facts.investor_flows("005930", date(2026, 11, 1), DAY)
    assert older.flows == {Investor.FOREIGN: Flow(20)}
    assert newer.find(Investor.FOREIGN) == Flow(-50, net_value=-3_500_000)
    assert newer.find(Investor.PENSION) == Flow(20, 30, 10)
    assert newer.find(Investor.INDIVIDUAL) is None
    assert facts.short_sales("005930", date.min, DAY) == (ShortSale("005930", DAY, 7),)
    assert facts.holdings("005930", date.min, DAY) == (Holdings("005930", DAY, 600),)
    assert facts.program_flows("005930", date.min, DAY) == ()


def test_program_flows_need_both_kinds(write: Write) -> None:
    path = write(
        "flows.csv",
        "code,date,arbitrage_bought,arbitrage_sold,non_arbitrage_net\n005930,20261120,5,8,40\n",
    )

    (flows,) = FileFacts([path]).program_flows("005930", DAY, DAY)

    assert flows.arbitrage == Flow(-3, 5, 8)
    assert flows.total == Flow(37)


def test_funds_and_rates_are_told_by_day_before_what_stands_behind(write: Write, made: MadeFacts) -> None:
    funds = write("funds.csv", "date,deposits,mmf\n20261120,5,1\n20261119,4,1\n")
    rates = write("rates.csv", "rate,date,percent\ncall,20261120,2.512\ncall,20261119,-0.1\n")
    first = date(2026, 11, 18)

    facts = FileFacts([funds, rates])
    assert facts.market_funds(first, DAY) == (
        MarketFunds(day=date(2026, 11, 19), deposits=4),
        MarketFunds(day=DAY, deposits=5),
    )
    assert facts.interest_rates(DAY, DAY) == (InterestRate(Rate.CALL, DAY, Decimal("2.512")),)

    backed = FileFacts([funds, rates], behind=made)
    assert [each.deposits for each in backed.market_funds(first, DAY)][1:] == [4, 5]
    told = backed.interest_rates(DAY, DAY)
    assert len(told) == len(Rate)
    assert [each.percent for each in told if each.rate is Rate.CALL] == [Decimal("2.512")]


def test_the_first_of_two_files_is_believed(write: Write) -> None:
    first = write("a.csv", "code,date,foreign_net\n005930,20261120,1\n")
    second = write("b.csv", "code,date,foreign_net,short_volume\n005930,20261120,2,9\n005930,20261119,3,8\n")
    facts = FileFacts([first, second])

    nets = [flows.flows[Investor.FOREIGN].net for flows in facts.investor_flows("005930", date.min, DAY)]
    assert nets == [3, 1]
    assert [short.quantity for short in facts.short_sales("005930", date.min, DAY)] == [8, 9]


def test_every_table_of_a_folder_is_read(write: Write, tmp_path: Path) -> None:
    write("flows.csv", "code,date,foreign_net\n005930,20261120,1\n")
    write("companies.csv", "code,face_value\n005930,100\n")
    write("notes.txt", "not a table")
    pl.DataFrame({"code": ["000660"], "date": ["2026-11-20"], "inst_net": [5.0]}).write_parquet(
        tmp_path / "more.parquet"
    )

    facts = FileFacts([tmp_path])

    assert facts.investor_flows("005930", DAY, DAY)
    assert facts.investor_flows("000660", DAY, DAY)[0].flows == {Investor.INSTITUTIONAL: Flow(5)}
    assert facts.company("005930", DAY)


@pytest.fixture(scope="module")
def made() -> MadeFacts:
    return MadeFacts(1, MadeBars(1))


def test_made_facts_stand_behind_what_the_files_lack(write: Write, made: MadeFacts) -> None:
    facts = FileFacts(
        [
            write("companies.csv", "code,face_value\n005930,100\n"),
            write("flows.csv", "code,date,foreign_net,short_volume\n005930,20261119,1,5\n"),
            write("indices.csv", "index,date,open,high,low,close\nKOSPI,20261120,1,1,1,1\n"),
        ],
        behind=made,
    )

    assert facts.source == "files and made"
    company = facts.company("005930", DAY)
    assert company is not None
    assert company.capital is None
    assert facts.company("000660", DAY) == made.company("000660", DAY)
    told, filled = facts.investor_flows("005930", date(2026, 11, 19), DAY)
    assert told.flows == {Investor.FOREIGN: Flow(1)}
    assert filled == made.investor_flows("005930", DAY, DAY)[0]
    assert facts.short_sales("005930", date(2026, 11, 19), date(2026, 11, 19))[0].quantity == 5
    assert facts.statements("005930", DAY, Period.YEAR) == made.statements("005930", DAY, Period.YEAR)
    assert facts.member_flows("005930", DAY) == made.member_flows("005930", DAY)
    assert facts.program_flows("005930", DAY, DAY) == made.program_flows("005930", DAY, DAY)
    assert facts.dividends("005930", date(2024, 1, 1), DAY) == made.dividends("005930", date(2024, 1, 1), DAY)
    assert facts.index_bars(Index.KOSPI, DAY, DAY)[0].close == 1
    assert facts.basket(Index.KOSPI, DAY) is None
    assert facts.index_minute_bars(Index.KOSPI, DAY) == ()
    assert facts.basket(Index.KOSDAQ, DAY) == made.basket(Index.KOSDAQ, DAY)


def test_what_is_held_is_never_mixed_with_what_is_made(write: Write, made: MadeFacts) -> None:
    path = write("flows.csv", "code,date,foreign_hold\n005930,20261119,600\n")
    facts = FileFacts([path], behind=made)

    assert facts.holdings("005930", date(2026, 11, 19), DAY) == (Holdings("005930", date(2026, 11, 19), 600),)
    assert facts.holdings("000660", DAY, DAY) == made.holdings("000660", DAY, DAY)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("code,listed_shares\n5930,1\n", "row 2, column code"),
        ("code,listed_shares\n005930,1\n005930,2\n", "row 3, column code"),
        ("code,listed_shares\n005930,many\n", "row 2, column listed_shares"),
        ("code,listed_shares\n005930,-1\n", "row 2, column listed_shares"),
        ("code,listed_shares\n005930,1.5\n", "row 2, column listed_shares"),
        ("code,listed_shares\n005930,NaN\n", "row 2, column listed_shares"),
        ("code,margin_rate\n005930,20\n", "row 2, column margin_rate"),
        ("code,settlement_month\n005930,13\n", "row 2, column settlement_month"),
        ("code,listing_day\n005930,1975-13-01\n", "row 2, column listing_day"),
        ("code,size\n005930,huge\n", "row 2, column size"),
        ("code,industry\n005930,전기\n", "row 2, column industry_code"),
        ("code,is_kospi200\n005930,maybe\n", "row 2, column is_kospi200"),
        ("code,issuer\n005930,삼성\n", "row 2, column issuer"),
        ("issuer,end,months,published\n005930,2025-12-31,5,2026-03-01\n", "row 2, column months"),
        ("issuer,end,months,published\n005930,2025-12-31,12,2025-03-01\n", "row 2, column published"),
        ("issuer,end,months,published\n005930,,12,2026-03-01\n", "row 2, column end"),
        (
            "issuer,end,months,published\n005930,20251231,12,20260301\n005930,20251231,12,20260301\n",
            "row 3, column end",
        ),
        ("code,kind,record_day,per_share\n005930,year_end,2025-12-31,\n", "row 2, column per_share"),
        ("code,kind,record_day,per_share\n005930,yearly,2025-12-31,1\n", "row 2, column kind"),
        (
            "code,kind,record_day,per_share\n005930,interim,20250630,1\n005930,interim,20250630,1\n",
            "row 3, column record_day",
        ),
        ("index,date,open,high,low,close\nNASDAQ,20261120,1,1,1,1\n", "row 2, column index"),
        ("index,date,open,high,low,close\nKOSPI,20261121,1,1,1,1\n", "row 2, column date"),
        ("index,date,open,high,low,close\nKOSPI,20261120,1,1,2,1\n", "row 2, column low"),
        ("index,date,open,high,low,close\nKOSPI,20261120,,1,1,1\n", "row 2, column open"),
        (
            "index,date,open,high,low,close\nKOSPI,20261120,1,1,1,1\nKOSPI,20261120,1,1,1,1\n",
            "row 3, column date",
        ),
        ("code,date,foreign_net\n5930,20261120,1\n", "row 2, column code"),
        ("code,date,foreign_net\n,20261120,1\n", "row 2, column code"),
        ("code,date,foreign_net\n005930,20261320,1\n", "row 2, column date"),
        ("code,date,foreign_net\n005930,20261120,1\n005930,2026-11-20,1\n", "row 3, column date"),
        ("code,date,foreign_net\n005930,20261119,1\n005930,20261120,a\n", "row 3, column foreign_net"),
        ("code,date,foreign_net\n005930,20261120,1.5\n", "row 2, column foreign_net"),
        ("code,date,foreign_bought\n005930,20261120,-1\n", "row 2, column foreign_bought"),
        ("code,date,volume,short_volume\n005930,20261120,5,6\n", "row 2, column short_volume"),
        (
            "code,date,indiv_net,foreign_net,inst_net,othercorp_net\n005930,20261120,1,2,3,4\n",
            "row 2, column individual_net",
        ),
        (
            "code,date,foreign_net,foreign_bought,foreign_sold\n005930,20261120,1,5,5\n",
            "row 2, column foreign_net",
        ),
        (
            "code,date,foreign_net,registered_foreign_net,other_foreign_net\n005930,20261120,1,5,5\n",
            "row 2, column foreign_net",
        ),
        ("date,deposits\n20261120,1\n20261120,2\n", "row 3, column date"),
        ("date,deposits\n20261120,-1\n", "row 2, column deposits"),
        ("rate,date,percent\ncall,20261120,2.5\ncall,20261120,2.6\n", "row 3, column date"),
        ("rate,date,percent\nlibor,20261120,2.5\n", "row 2, column rate"),
        ("rate,date,percent\ncall,20261120,low\n", "row 2, column percent"),
        ("a,b\n1,2\n", "columns do not say"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(write: Write, text: str, place: str) -> None:
    with pytest.raises(BadInput, match=place) as told:
        FileFacts([write("table.csv", text)])

    assert "table.csv" in told.value.korean
    assert "table.csv" in told.value.english


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("missing.csv", None, "no such file"),
        ("notes.txt", "code", "must be .parquet"),
        ("broken.parquet", "no parquet", "cannot be read as Parquet"),
        ("empty.csv", "", "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    write: Write, tmp_path: Path, name: str, text: str | None, says: str
) -> None:
    path = tmp_path / name if text is None else write(name, text)

    with pytest.raises(BadInput, match=says):
        FileFacts([path])


def test_a_row_of_a_parquet_file_is_counted_from_one(tmp_path: Path) -> None:
    path = tmp_path / "flows.parquet"
    pl.DataFrame(
        {
            "code": ["005930", "005930"],
            "date": [date(2026, 11, 19), date(2026, 11, 20)],
            "foreign_net": [1.0, 0.5],
        }
    ).write_parquet(path)

    with pytest.raises(BadInput, match="row 2, column foreign_net"):
        FileFacts([path])


def test_a_contradiction_is_found_only_among_what_is_known(write: Write) -> None:
    path = write(
        "flows.csv",
        "code,date,indiv_net,foreign_net,inst_net,othercorp_net\n005930,20261120,1,2,3,\n000660,20261120,1,2,-4,1\n",
    )
    facts = FileFacts([path])

    assert facts.investor_flows("005930", DAY, DAY)[0].find(Investor.OTHER) is None
    assert facts.investor_flows("000660", DAY, DAY)[0].find(Investor.OTHER) == Flow(1)


def test_recorded_flows_of_the_real_market_are_read() -> None:
    folder = DATA / "flows"
    if not folder.is_dir():
        pytest.skip("../shared/data/flows is not there")
    files = [
        folder / "investor_and_short_by_stock_2024_2026.parquet",
        folder / "foreign_inst_by_stock_2026.parquet",
    ]
    for file in files:
        if not file.is_file():
            pytest.skip(f"{file.name} is not there")
    facts = FileFacts(files)

    flows = facts.investor_flows("005930", date(2024, 9, 1), date(2025, 7, 31))
    assert len(flows) > 150
    assert all(sum(each.flows[investor].net for investor in EVERYBODY) == 0 for each in flows)
    assert all(short.quantity >= 0 for short in facts.short_sales("005930", date(2024, 9, 1), DAY))
    assert facts.holdings("000660", date(2026, 1, 1), DAY)
