"""Money beside the market and titles: facts, and what the exchange itself did."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.brokers.kis.door import REAL, Door, at, make_exchange, run
from tests.brokers.kis.made_day import Made
from tests.brokers.kis.made_day import run as run_made
from tests.brokers.kis.test_account import Onward, no_flow
from tests.brokers.kis.test_market_calls import CODE, DAY, QUERIES, YESTERDAY, MadeDays

from hoga.brokers.kis.services import Call
from hoga.domain.index import Index
from hoga.domain.instrument import Market
from hoga.exchange.commands import HaltIssue, InterruptIssue, ReportIndex, ResumeIssue
from hoga.exchange.simulation import Simulation
from hoga.krx.calendar import previous_trading_day
from hoga.storage.facts import FileFacts
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

BEFORE = f"{YESTERDAY:%Y%m%d}"


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


COLUMNS: dict[Call, dict[str, str]] = {
    Call.MARKET_FUNDS: {
        "output": "bsop_date bstp_nmix_prpr bstp_nmix_prdy_vrss prdy_vrss_sign prdy_ctrt hts_avls "
        "cust_dpmn_amt cust_dpmn_amt_prdy_vrss amt_tnrt uncl_amt crdt_loan_rmnd futs_tfam_amt sttp_amt "
        "mxtp_amt bntp_amt mmf_amt secu_lend_amt"
    },
    Call.INTEREST_RATES: {
        "output1": "bcdt_code hts_kor_isnm bond_mnrt_prpr prdy_vrss_sign bond_mnrt_prdy_vrss prdy_ctrt "
        "stck_bsop_date",
        "output2": "bcdt_code hts_kor_isnm bond_mnrt_prpr prdy_vrss_sign bond_mnrt_prdy_vrss "
        "bstp_nmix_prdy_ctrt stck_bsop_date",
    },
}
HEADLINE = (
    "cntt_usiq_srno news_ofer_entp_code data_dt data_tm hts_pbnt_titl_cntt news_lrdv_code dorg "
    "iscd1 iscd2 iscd3 iscd4 iscd5"
)


@pytest.mark.parametrize("call", COLUMNS)
def test_the_answer_has_the_columns_of_the_sample(made: MadeDays, call: Call) -> None:
    body = made.answer(call)
    assert set(body) == {*COLUMNS[call], "rt_cd", "msg_cd", "msg1"}
    for name, columns in COLUMNS[call].items():
        assert body[name]
        for row in body[name]:
            assert list(row) == columns.split()


def test_funds_are_told_on_the_next_day_beside_the_index(made: MadeDays) -> None:
    rows = made.answer(Call.MARKET_FUNDS)["output"]
    assert len(rows) == 30
    assert rows[0]["bsop_date"] == BEFORE
    for later, earlier in pairwise(rows):
        assert later["bsop_date"] > earlier["bsop_date"]
        grown = int(later["cust_dpmn_amt"]) - int(earlier["cust_dpmn_amt"])
        assert int(later["cust_dpmn_amt_prdy_vrss"]) == grown
    bars = made.ask(Call.INDEX_BARS, FID_INPUT_DATE_1="20260427", FID_INPUT_DATE_2=BEFORE).body["output2"]
    assert [row["bstp_nmix_prpr"] for row in rows[: len(bars)]] == [bar["bstp_nmix_prpr"] for bar in bars]
    newest = rows[0]
    level, change = Decimal(newest["bstp_nmix_prpr"]), Decimal(newest["bstp_nmix_prdy_vrss"])
    # In percent of the day before: KIS's own 전일대비율 of this call.
    assert float(newest["prdy_ctrt"]) == pytest.approx(float(100 * level / (level - change)), abs=0.006)
    turned = 100 * Decimal(bars[0]["acml_tr_pbmn"]) / Decimal(newest["hts_avls"])
    assert float(newest["amt_tnrt"]) == pytest.approx(float(turned), abs=0.006)
    assert len({row["uncl_amt"] for row in rows}) > 10


def test_what_is_lent_in_the_market_is_what_is_lent_of_its_issues(made: MadeDays) -> None:
    facts = MadeFacts(7, MadeBars(7))
    lent = 0
    for index in (Index.KOSPI, Index.KOSDAQ):
        basket = facts.basket(index, YESTERDAY)
        assert basket is not None
        for code in basket.shares:
            (credit,) = facts.credit(code, YESTERDAY, YESTERDAY)
            assert credit.loan is not None
            assert credit.loan_price is not None
            lent += credit.loan.left * credit.loan_price
    newest = made.answer(Call.MARKET_FUNDS)["output"][0]
    assert int(newest["crdt_loan_rmnd"]) == lent // 10**8


def test_funds_go_back_from_the_day_that_is_asked_for(made: MadeDays) -> None:
    rows = made.ask(Call.MARKET_FUNDS, FID_INPUT_DATE_1="20260430").body["output"]
    assert rows[0]["bsop_date"] == "20260430"
    assert rows[:5] == made.answer(Call.MARKET_FUNDS)["output"][1:6]
    assert made.ask(Call.MARKET_FUNDS, FID_INPUT_DATE_1="20991231").body == made.answer(Call.MARKET_FUNDS)


def test_rates_are_those_of_the_day_before(made: MadeDays) -> None:
    answer = made.answer(Call.INTEREST_RATES)
    assert [row["bcdt_code"] for row in answer["output1"]] == ["Y0201", "Y0202", "Y0204", "Y0207"]
    assert [row["bcdt_code"][:3] for row in answer["output2"]] == ["Y01"] * 6
    facts = MadeFacts(7, MadeBars(7))
    days = (previous_trading_day(YESTERDAY), YESTERDAY)
    before, now = ({each.rate.value: each.percent for each in facts.interest_rates(day, day)} for day in days)
    for row in answer["output2"]:
        assert row["stck_bsop_date"] == BEFORE
        assert len(row["bond_mnrt_prpr"].split(".")[1]) == 4
    (ten,) = [row for row in answer["output2"] if row["bcdt_code"] == "Y0106"]
    name = "treasury_10_years"
    assert Decimal(ten["bond_mnrt_prpr"]) == now[name]
    assert Decimal(ten["bond_mnrt_prdy_vrss"]) == now[name] - before[name]


def test_rates_can_be_asked_for_in_other_orders(made: MadeDays) -> None:
    usual = made.answer(Call.INTEREST_RATES)
    turned = made.ask(Call.INTEREST_RATES, FID_DIV_CLS_CODE="0").body
    assert [row["bcdt_code"] for row in turned["output1"]] == [row["bcdt_code"] for row in usual["output2"]]
    together = made.ask(Call.INTEREST_RATES, FID_DIV_CLS_CODE="2").body
    assert (len(together["output1"]), together["output2"]) == (10, [])


def test_files_tell_of_funds_and_rates(tmp_path: Path) -> None:
    (tmp_path / "funds.csv").write_text(
        f"date,deposits,margin_loans\n{previous_trading_day(YESTERDAY)},1000000000,\n"
        f"{YESTERDAY},3000000000,700000000\n"
    )
    (tmp_path / "rates.csv").write_text(f"rate,date,percent\ncd_91_days,{YESTERDAY},2.81\n")

    async def test(door: Door) -> None:
        (row,) = (await door.call(Call.MARKET_FUNDS, QUERIES[Call.MARKET_FUNDS])).body["output"]
        assert (row["bsop_date"], row["cust_dpmn_amt"], row["cust_dpmn_amt_prdy_vrss"]) == (
            BEFORE,
            "30",
            "20",
        )
        assert (row["crdt_loan_rmnd"], row["mmf_amt"], row["bstp_nmix_prpr"]) == ("7", "", "0.00")
        body = (await door.call(Call.INTEREST_RATES, QUERIES[Call.INTEREST_RATES])).body
        assert body["output1"] == []
        (rate,) = body["output2"]
        assert (rate["bcdt_code"], rate["bond_mnrt_prpr"], rate["prdy_vrss_sign"]) == ("Y0112", "2.8100", "3")

    run(test, REAL, facts=FileFacts([tmp_path]))


# Titles ---------------------------------------------------------------------------------------------------


async def titles(door: Door, **changed: str) -> list[dict[str, str]]:
    heard = await door.call(Call.HEADLINES, QUERIES[Call.HEADLINES] | changed)
    assert heard.body["rt_cd"] == "0"
    rows: list[dict[str, str]] = heard.body["output"]
    return rows


def told(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["data_tm"], row["hts_pbnt_titl_cntt"].removeprefix("[모의 거래소] ")) for row in rows]


def come(door: Door, hour: str) -> None:
    door.clock.set(at(hour))
    door.simulation.advance(at(hour))


def test_a_quiet_exchange_has_no_titles() -> None:
    async def test(door: Door) -> None:
        door.offer(1, 70_000)
        door.bid(1, 70_000)
        assert await titles(door) == []

    run(test, REAL)


def test_what_the_exchange_did_can_be_read() -> None:
    async def test(door: Door) -> None:
        door.trade(InterruptIssue(CODE))
        come(door, "10:05")
        door.trade(HaltIssue("000100"))
        come(door, "10:10")
        door.trade(ResumeIssue("000100"))
        come(door, "10:30")
        rows = await titles(door)
        assert {tuple(row) for row in rows} == {tuple(HEADLINE.split())}
        assert all(row["hts_pbnt_titl_cntt"].startswith("[모의 거래소] ") for row in rows)
        newest_first = told(rows)
        assert [what for _, what in newest_first[::-1]] == [
            "삼성전자 변동성완화장치(VI) 발동 (정적, 70,000원)",
            "삼성전자 변동성완화장치(VI) 해제",
            "종목100 매매거래정지",
            "종목100 매매거래재개 안내 (10:20까지 단일가매매)",
            "종목100 매매거래재개",
        ]
        assert newest_first[-1][0] == "100000"
        assert [row["iscd1"] for row in rows] == ["000100"] * 3 + [CODE] * 2
        assert [row["news_ofer_entp_code"] for row in rows] == ["G"] * 3 + ["F"] * 2
        serials = [row["cntt_usiq_srno"] for row in rows]
        assert serials == sorted(serials, reverse=True)

        assert await titles(door, FID_INPUT_ISCD=CODE) == rows[3:]
        assert await titles(door, FID_TITL_CNTT="재개") == rows[:2]
        assert await titles(door, FID_NEWS_OFER_ENTP_CODE="F") == rows[3:]
        assert await titles(door, FID_INPUT_SRNO=serials[1]) == rows[2:]
        hour = {"FID_INPUT_DATE_1": f"00{DAY:%Y%m%d}", "FID_INPUT_HOUR_1": "0000100500"}
        assert await titles(door, **hour) == rows[2:]
        assert await titles(door, FID_INPUT_DATE_1=BEFORE) == []

    run(test, REAL)


def test_a_circuit_breaker_is_one_title() -> None:
    async def test(door: Door) -> None:
        for hour in ("10:00", "10:01"):
            come(door, hour)
            door.trade(ReportIndex(Market.KOSPI, Decimal(900), Decimal(1_000)))
        come(door, "11:00")
        (row,) = await titles(door)
        assert told([row])[0][1] == "KOSPI 시장 매매거래중단 (서킷브레이커 1단계)"
        assert row["iscd1"] == ""

    run(test, REAL)


def test_more_than_forty_titles_are_read_page_by_page() -> None:
    async def test(door: Door) -> None:
        for number in range(50):
            door.trade(HaltIssue("000100") if number % 2 == 0 else ResumeIssue("000100"))
            come(door, str((at("10:00") + timedelta(seconds=number + 1)).time()))
        first = await titles(door)
        assert len(first) == 40
        rest = await titles(door, FID_INPUT_SRNO=first[-1]["cntt_usiq_srno"])
        assert len(rest) == 10
        assert not {row["cntt_usiq_srno"] for row in first} & {row["cntt_usiq_srno"] for row in rest}

    run(test, REAL)


def test_the_client_reads_the_titles() -> None:
    async def test(made: Made) -> None:
        before = await made.client.market.headlines(CODE)
        made.simulation.submit(InterruptIssue(CODE), made.clock.now())
        *earlier, headline = await made.client.market.headlines(CODE)
        assert earlier == before
        assert all(each.at.date() <= DAY for each in earlier)
        assert (headline.at, headline.source, headline.codes) == (
            made.clock.now(),
            "호가 모의거래소",
            (CODE,),
        )
        assert "변동성완화장치(VI) 발동" in headline.title
        others = await made.client.market.headlines("000660")
        assert others
        assert {each.codes for each in others} == {("000660",)}

    run_made(test)


def test_the_newest_titles_reach_into_the_days_before(made: MadeDays) -> None:
    rows = made.answer(Call.HEADLINES)["output"]
    assert len(rows) == 40
    whens = [(row["data_dt"], row["data_tm"]) for row in rows]
    assert whens == sorted(whens, reverse=True)
    assert whens[-1][0] < f"{DAY:%Y%m%d}"
    assert all(row["hts_pbnt_titl_cntt"].startswith("[모의 거래소] ") for row in rows)


def test_titles_are_what_other_calls_tell_of_the_day(made: MadeDays) -> None:
    span = {"FID_INPUT_DATE_1": "20260405", "FID_INPUT_DATE_2": "20260506"}
    opinions = [
        f"{row['mbcr_name']}, 삼성전자 투자의견 {row['invt_opnn']}, 목표가 {int(row['hts_goal_prc']):,}원"
        for row in made.ask(Call.ISSUE_OPINIONS, **span).body["output"]
    ]
    assert opinions
    rows = made.ask(Call.HEADLINES, FID_INPUT_ISCD=CODE, FID_TITL_CNTT="투자의견").body["output"]
    assert sorted(title for _, title in told(rows)) == sorted(opinions)
    rows = made.ask(Call.HEADLINES, FID_TITL_CNTT="배당 기준일", FID_INPUT_DATE_1="0020260331").body["output"]
    assert rows
    dividends = {
        (row["record_date"], row["sht_cd"]): int(row["per_sto_divi_amt"])
        for row in made.ask(Call.DIVIDENDS, F_DT="20260301", T_DT="20260331").body["output1"]
    }
    for row in rows:
        amount = dividends[row["data_dt"], row["iscd1"]]
        assert f"(주당 {amount:,}원)" in row["hts_pbnt_titl_cntt"]


def test_titles_of_a_month_are_read_page_by_page(made: MadeDays) -> None:
    whole = {"FID_TITL_CNTT": "투자의견"}
    serials: list[str] = []
    page = made.ask(Call.HEADLINES, **whole).body["output"]
    while page and len(serials) < 400:
        serials += [row["cntt_usiq_srno"] for row in page]
        page = made.ask(Call.HEADLINES, FID_INPUT_SRNO=serials[-1], **whole).body["output"]
    assert len(serials) > 100
    assert serials == sorted(set(serials), reverse=True)
    assert {len(serial) for serial in serials} == {19}


def test_what_the_exchange_did_is_read_on_the_next_day_too() -> None:
    async def test(door: Door) -> None:
        door.trade(HaltIssue("000100"))
        door.clock.set(at("10:00") + timedelta(days=1))
        door.simulation.advance(door.clock.now())
        await door.log_in()
        door.trade(HaltIssue(CODE))
        newer, older = await titles(door)
        assert (older["data_dt"], newer["data_dt"]) == (f"{DAY:%Y%m%d}", f"{DAY + timedelta(days=1):%Y%m%d}")
        assert (older["iscd1"], newer["iscd1"]) == ("000100", CODE)
        assert await titles(door, FID_INPUT_DATE_1=f"{DAY:%Y%m%d}") == [older]

    run(test, REAL, make=lambda: Simulation(make_exchange(), no_flow(DAY), Onward()))


@pytest.mark.parametrize(
    ("call", "change"),
    [
        (Call.MARKET_FUNDS, {"FID_INPUT_DATE_1": "today"}),
        (Call.INTEREST_RATES, {"FID_COND_MRKT_DIV_CODE": "J"}),
        (Call.INTEREST_RATES, {"FID_DIV_CLS_CODE": "3"}),
        (Call.HEADLINES, {"FID_INPUT_DATE_1": "1120260506"}),
        (Call.HEADLINES, {"FID_INPUT_HOUR_1": "0000990000"}),
    ],
)
def test_nonsense_in_a_field_is_refused(made: MadeDays, call: Call, change: dict[str, Any]) -> None:
    refused = made.ask(call, **change)
    assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")
