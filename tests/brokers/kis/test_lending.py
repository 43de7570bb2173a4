"""What is lent on the KIS wire: written as KIS does, and agreeing with every other call."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from tests.brokers.kis.test_market_calls import CODE, YESTERDAY, MadeDays

from hoga.brokers.kis.services import Call
from hoga.krx.settlement import settlement_day


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


def test_an_issue_may_be_bought_on_credit_or_not(made: MadeDays) -> None:
    may = made.answer(Call.CREDIT_ISSUES)["output"]
    may_not = made.ask(Call.CREDIT_ISSUES, FID_SLCT_YN="1").body["output"]
    assert may
    assert not {row["stck_shrn_iscd"] for row in may} & {row["stck_shrn_iscd"] for row in may_not}
    for row in may:
        detail = made.ask(Call.PRICE_DETAIL, FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output"]
        assert (detail["crdt_able_yn"], detail["crdt_rate"]) == ("Y", row["crdt_rate"])
        assert detail["marg_rate"] == row["crdt_rate"]
        price = made.ask(Call.PRICE, FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output"]
        assert (price["crdt_able_yn"], price["iscd_stat_cls_code"]) == ("Y", "55")
    for row in may_not:
        detail = made.ask(Call.PRICE_DETAIL, FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output"]
        assert (detail["crdt_able_yn"], row["crdt_rate"]) == ("N", "0.00")
        price = made.ask(Call.PRICE, FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output"]
        assert (price["crdt_able_yn"], price["iscd_stat_cls_code"]) == ("N", "57")


def test_issues_are_in_the_order_that_is_wanted_and_of_the_market(made: MadeDays) -> None:
    by_code = made.answer(Call.CREDIT_ISSUES)["output"]
    by_name = made.ask(Call.CREDIT_ISSUES, FID_RANK_SORT_CLS_CODE="1").body["output"]
    assert [row["stck_shrn_iscd"] for row in by_code] == sorted(row["stck_shrn_iscd"] for row in by_code)
    assert [row["hts_kor_isnm"] for row in by_name] == sorted(row["hts_kor_isnm"] for row in by_name)
    kosdaq = made.ask(Call.CREDIT_ISSUES, FID_INPUT_ISCD="1001").body["output"]
    assert {row["stck_shrn_iscd"] for row in kosdaq} < {row["stck_shrn_iscd"] for row in by_code}


def test_credit_is_told_once_it_has_settled(made: MadeDays) -> None:
    rows = made.answer(Call.CREDIT_BALANCES)["output"]
    assert len(rows) == 30
    assert rows[0]["stlm_date"] <= "20260506"
    assert [row["deal_date"] for row in rows] == sorted((row["deal_date"] for row in rows), reverse=True)
    assert settlement_day(YESTERDAY).strftime("%Y%m%d") > "20260506"
    older = made.ask(Call.CREDIT_BALANCES, FID_INPUT_DATE_1=rows[3]["stlm_date"]).body["output"]
    assert older[:27] == rows[3:]
    newer = made.ask(Call.CREDIT_BALANCES, FID_INPUT_DATE_1="20261231").body["output"]
    assert newer == rows


def test_a_balance_of_credit_is_the_last_one_and_what_changed(made: MadeDays) -> None:
    rows = made.answer(Call.CREDIT_BALANCES)["output"]
    for later, earlier in pairwise(rows):
        for name in ("loan", "stln"):
            left, before = int(later[f"whol_{name}_rmnd_stcn"]), int(earlier[f"whol_{name}_rmnd_stcn"])
            new, repaid = int(later[f"whol_{name}_new_stcn"]), int(later[f"whol_{name}_rdmp_stcn"])
            assert before + new - repaid == left
            amounts = [int(later[f"whol_{name}_{part}_amt"]) for part in ("new", "rdmp")]
            change = int(later[f"whol_{name}_rmnd_amt"]) - int(earlier[f"whol_{name}_rmnd_amt"])
            assert change == pytest.approx(amounts[0] - amounts[1], abs=2)
        assert int(later["prdy_vrss"]) == int(later["stck_prpr"]) - int(earlier["stck_prpr"])
    bars = {row["stck_bsop_date"]: row for row in made.answer(Call.DAILY_BARS)["output2"]}
    for row in rows[:5]:
        bar = bars[row["deal_date"]]
        assert (row["stck_prpr"], row["acml_vol"], row["stck_oprc"]) == (
            bar["stck_clpr"],
            bar["acml_vol"],
            bar["stck_oprc"],
        )
        assert float(row["whol_loan_gvrt"]) == pytest.approx(
            100 * int(row["whol_loan_new_stcn"]) / int(row["acml_vol"]), abs=0.01
        )


def test_lending_of_an_issue_by_day(made: MadeDays) -> None:
    rows = made.answer(Call.LENDING_DAYS)["output1"]
    assert [row["bsop_date"] for row in rows] == sorted((row["bsop_date"] for row in rows), reverse=True)
    assert rows[0]["bsop_date"] == "20260504"
    assert rows[-1]["bsop_date"] == "20260401"
    for later, earlier in pairwise(rows):
        change = int(later["new_stcn"]) - int(later["rdmp_stcn"])
        assert int(later["prdy_rmnd_vrss"]) == change
        assert int(earlier["rmnd_stcn"]) + change == int(later["rmnd_stcn"])
        close = float(later["stck_prpr"])
        assert later["stck_prpr"].endswith(".00")
        assert int(later["rmnd_amt"]) == int(int(later["rmnd_stcn"]) * close) // 1_000_000
    today = made.ask(Call.LENDING_DAYS, "16:00").body["output1"]
    assert today[0]["bsop_date"] == "20260506"
    assert today[1:] == rows


def test_lending_of_a_market_is_that_of_its_issues(made: MadeDays) -> None:
    span = {"START_DATE": "20260427", "END_DATE": "20260504"}
    whole = made.ask(Call.LENDING_DAYS, MRKT_DIV_CLS_CODE="1", **span).body["output1"]
    assert len(whole) == 5
    one = made.ask(Call.LENDING_DAYS, **span).body["output1"]
    for market, issue in zip(whole, one, strict=True):
        assert market["bsop_date"] == issue["bsop_date"]
        assert int(market["rmnd_stcn"]) > int(issue["rmnd_stcn"])
        assert int(market["prdy_rmnd_vrss"]) == int(market["new_stcn"]) - int(market["rdmp_stcn"])
    index = made.ask(Call.INDEX_DAYS, FID_INPUT_DATE_1="20260504").body["output2"]
    assert whole[0]["stck_prpr"] == index[0]["bstp_nmix_prpr"]


@pytest.mark.parametrize(
    "changed",
    [
        {"MKSC_SHRN_ISCD": "999990"},
        {"START_DATE": "20260505", "END_DATE": "20260401"},
        {"START_DATE": "20100101", "END_DATE": "20110101"},
    ],
)
def test_nothing_is_lent_of_what_there_is_not(made: MadeDays, changed: dict[str, str]) -> None:
    assert made.ask(Call.LENDING_DAYS, **changed).body["output1"] == []


def test_shares_that_kis_lends(made: MadeDays) -> None:
    body = made.answer(Call.LENDABLES)
    assert body["output1"]
    for row in body["output1"]:
        limit, used, free = (int(row[name]) for name in ("lmt_qty1", "use_qty1", "trad_psbl_qty2"))
        assert limit - used == free >= 0
        assert row["psbl_yn"] == "Y"
    totals = body["output2"]
    assert int(totals["tot_stup_lmt_qty"]) == sum(int(row["lmt_qty1"]) for row in body["output1"])
    assert int(totals["rqst_psbl_qty"]) == sum(int(row["trad_psbl_qty2"]) for row in body["output1"])
    assert len(body["ctx_area_fk200"]) == 200
    (row,) = made.ask(Call.LENDABLES, PDNO=CODE).body["output1"]
    assert row in body["output1"]
    assert made.ask(Call.LENDABLES, EXCG_DVSN_CD="03").body["output1"] == []
    assert made.ask(Call.LENDABLES, THCO_STLN_PSBL_YN="N").body["output1"] == []
