"""ETFs on the KIS wire: NAV beside the price, by day and by minute, and what a fund consists of."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from tests.brokers.kis.test_market_calls import CODE, FUND, MadeDays

from hoga.brokers.kis.services import Call

LEVERAGED = "122630"


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


def percent(part: Decimal, whole: Decimal) -> float:
    return float(100 * part / whole)


def test_a_fund_is_told_like_a_price_and_with_its_nav(made: MadeDays) -> None:
    row, price = made.answer(Call.FUND_PRICE)["output"], made.ask(Call.PRICE, FID_INPUT_ISCD=FUND)
    for name in ("stck_prpr", "prdy_vrss", "prdy_ctrt", "acml_vol", "stck_mxpr", "stck_sdpr", "lstn_stcn"):
        assert row[name] == price.body["output"][name], name
    assert row["stck_dryy_hgpr"] == price.body["output"]["stck_dryy_hgpr"]
    nav, before = Decimal(row["nav"]), Decimal(row["prdy_last_nav"])
    assert Decimal(row["stck_lwpr"]) <= nav <= Decimal(row["stck_hgpr"])
    assert Decimal(row["nav_prdy_vrss"]) == nav - before != 0
    assert float(row["dprt"]) == pytest.approx(percent(Decimal(row["stck_prpr"]) - nav, nav), abs=0.006)
    assert int(row["etf_ntas_ttam"]) == int(before * int(row["lstn_stcn"])) // 10**8
    held, able = int(row["frgn_hldn_qty"]), int(row["frgn_oder_able_qty"])
    assert held + able == int(row["lstn_stcn"]) * float(row["frgn_limt_rate"]) / 100
    assert (row["etf_trgt_nmix_bstp_code"], row["etf_rprs_bstp_kor_isnm"]) == ("2001", "KOSPI200")
    assert row["mbcr_name"] == "삼성자산운용"


def test_the_book_of_a_fund_is_its_book(made: MadeDays) -> None:
    row, book = (
        made.answer(Call.FUND_BOOK)["output"],
        made.ask(Call.BOOK, FID_INPUT_ISCD=FUND).body["output1"],
    )
    shared = set(row) & set(book)
    assert len(shared) > 40
    assert {name: row[name] for name in shared} == {name: book[name] for name in shared}
    assert int(row["bidp1"]) < int(row["mid_prc"]) < int(row["askp1"])
    assert made.ask(Call.FUND_BOOK, FID_INPUT_ISCD=CODE).body["output"]["askp1"] == "0"


def test_every_call_tells_the_same_nav(made: MadeDays) -> None:
    nav = made.answer(Call.FUND_PRICE)["output"]["nav"]
    assert made.answer(Call.FUND_NAV)["output2"]["nav"] == nav
    assert made.answer(Call.FUND_MEMBERS)["output1"]["nav"] == nav
    assert made.answer(Call.FUND_NAV_DAYS)["output"][0]["nav"] == nav
    assert made.answer(Call.FUND_NAV_MINUTES)["output"][0]["nav"] == nav


def test_the_days_go_on_from_one_another(made: MadeDays) -> None:
    rows = made.answer(Call.FUND_NAV_DAYS)["output"]
    assert [row["stck_bsop_date"] for row in rows][:2] == ["20260506", "20260504"]
    assert rows[-1]["stck_bsop_date"] == "20260401"
    for later, earlier in pairwise(rows):
        assert Decimal(later["nav_prdy_vrss"]) == Decimal(later["nav"]) - Decimal(earlier["nav"])
        assert int(later["prdy_vrss"]) == int(later["stck_clpr"]) - int(earlier["stck_clpr"])
        assert Decimal(later["nav_vrss_prpr"]) == Decimal(later["stck_clpr"]) - Decimal(later["nav"])
        assert abs(float(later["dprt"])) < 1
    assert len({row["dprt"] for row in rows}) > 5
    assert made.answer(Call.FUND_NAV)["output2"]["prdy_clpr_nav"] == rows[1]["nav"]
    whole = made.ask(Call.FUND_NAV_DAYS, FID_INPUT_DATE_1="20200101").body["output"]
    assert len(whole) == 100
    assert whole[-1]["nav_prdy_vrss"] != "0.00"


def test_the_minutes_add_up_to_the_day(made: MadeDays) -> None:
    rows = made.answer(Call.FUND_NAV_MINUTES, now="09:20")["output"]
    price = made.answer(Call.FUND_PRICE, now="09:20")["output"]
    assert [row["bsop_hour"] for row in rows][:2] == ["091900", "091800"]
    assert sum(int(row["cntg_vol"]) for row in rows) == int(rows[0]["acml_vol"]) == int(price["acml_vol"])
    threes = made.ask(Call.FUND_NAV_MINUTES, now="09:20", FID_HOUR_CLS_CODE="180").body["output"]
    assert [row["bsop_hour"] for row in threes][:2] == ["091800", "091500"]
    assert threes[0]["acml_vol"] == rows[0]["acml_vol"]
    assert len(made.answer(Call.FUND_NAV_MINUTES)["output"]) == 30
    refused = made.ask(Call.FUND_NAV_MINUTES, FID_HOUR_CLS_CODE="61")
    assert "FID_HOUR_CLS_CODE" in refused.body["msg1"]


def test_members_are_worth_the_fund(made: MadeDays) -> None:
    answer = made.answer(Call.FUND_MEMBERS)
    summary, rows = answer["output1"], answer["output2"]
    assert int(summary["etf_cnfg_issu_cnt"]) == len(rows) > 10
    worths = [int(row["etf_cnfg_issu_avls"]) for row in rows]
    assert worths == sorted(worths, reverse=True)
    assert sum(worths) // 10_000 == int(summary["etf_cnfg_issu_avls"])
    assert sum(float(row["etf_cnfg_issu_rlim"]) for row in rows) == pytest.approx(100, abs=0.2)
    a_share = sum(int(row["etf_vltn_amt"]) for row in rows) / int(summary["etf_cu_unit_scrt_cnt"])
    base = float(made.answer(Call.FUND_PRICE)["output"]["stck_sdpr"])
    assert a_share == pytest.approx(base, rel=0.01)
    of_member = made.answer(Call.PRICE)["output"]
    (samsung,) = [row for row in rows if row["stck_shrn_iscd"] == CODE]
    for name in ("stck_prpr", "prdy_vrss", "prdy_vrss_sign", "acml_vol", "acml_tr_pbmn", "hts_avls"):
        assert samsung[name] == of_member[name], name


def test_a_fund_with_leverage_holds_no_shares(made: MadeDays) -> None:
    answer = made.ask(Call.FUND_MEMBERS, FID_INPUT_ISCD=LEVERAGED).body
    assert (answer["output1"]["etf_cnfg_issu_cnt"], answer["output2"]) == ("0", [])
    assert made.ask(Call.FUND_PRICE, FID_INPUT_ISCD=LEVERAGED).body["output"]["etf_trc_ert_mltp"] == "2.00"


def test_a_stock_is_no_fund(made: MadeDays) -> None:
    assert made.ask(Call.FUND_PRICE, FID_INPUT_ISCD=CODE).body["output"]["stck_prpr"] == "0"
    assert made.ask(Call.FUND_NAV, FID_INPUT_ISCD=CODE).body["output2"]["nav"] == "0.00"
    assert made.ask(Call.FUND_NAV_DAYS, FID_INPUT_ISCD=CODE).body["output"] == []


def test_before_the_first_trade_the_day_begins_at_the_base_price(made: MadeDays) -> None:
    nav = made.answer(Call.FUND_NAV, now="08:40")
    assert nav["output1"]["stck_oprc"] == "0"
    value, low, high = (Decimal(nav["output2"][name]) for name in ("nav", "lprc_nav", "hprc_nav"))
    base = Decimal(nav["output1"]["stck_prpr"])
    assert low == min(value, base)
    assert high == max(value, base)
    assert made.answer(Call.FUND_NAV_MINUTES, now="08:40")["output"] == []


def test_today_has_no_value_before_it_is_over(made: MadeDays) -> None:
    ahead = made.ask(Call.FUND_NAV_DAYS, FID_INPUT_DATE_2="20260601").body["output"]
    assert ahead[0]["stck_bsop_date"] == date(2026, 5, 6).strftime("%Y%m%d")
