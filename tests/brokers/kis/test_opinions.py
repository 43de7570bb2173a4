"""Opinions of firms on the KIS wire, by issue and by firm, and the ELWs that there are not."""

from collections.abc import Iterator

import pytest
from tests.brokers.kis.test_market_calls import CODE, MadeDays

from hoga.brokers.kis.services import Call


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


def test_an_opinion_is_measured_by_its_target(made: MadeDays) -> None:
    rows = made.answer(Call.ISSUE_OPINIONS)["output"]
    assert len(rows) > 3
    assert [row["stck_bsop_date"] for row in rows] == sorted(
        (row["stck_bsop_date"] for row in rows), reverse=True
    )
    price = int(made.answer(Call.PRICE)["output"]["stck_prpr"])
    for row in rows:
        target, then = int(row["hts_goal_prc"]), int(row["stck_prdy_clpr"])
        assert int(row["stck_nday_esdg"]) == then - target
        assert float(row["nday_dprt"]) == pytest.approx(100 * (then - target) / target, abs=0.01)
        assert int(row["stft_esdg"]) == price - target
        assert float(row["dprt"]) == pytest.approx(100 * (price - target) / target, abs=0.01)
        assert (row["invt_opnn"], row["invt_opnn_cls_code"]) in (("매수", "2"), ("중립", "3"), ("매도", "4"))


def test_the_close_is_that_of_the_day_before(made: MadeDays) -> None:
    bars = {row["stck_bsop_date"]: row["stck_clpr"] for row in made.answer(Call.DAILY_BARS)["output2"]}
    days = sorted(bars)
    told = [row for row in made.answer(Call.ISSUE_OPINIONS)["output"] if row["stck_bsop_date"] in days[1:]]
    for row in told:
        assert row["stck_prdy_clpr"] == bars[days[days.index(row["stck_bsop_date"]) - 1]]


def test_the_opinions_of_a_firm_are_those_of_the_issues(made: MadeDays) -> None:
    of_firm = made.answer(Call.FIRM_OPINIONS)["output"]
    assert of_firm
    names = {row["mbcr_name"] for row in of_firm}
    assert len(names) == 1
    of_issue = [
        (row["stck_bsop_date"], row["hts_goal_prc"])
        for row in made.answer(Call.ISSUE_OPINIONS)["output"]
        if row["mbcr_name"] in names
    ]
    assert of_issue == [
        (row["stck_bsop_date"], row["hts_goal_prc"]) for row in of_firm if row["stck_shrn_iscd"] == CODE
    ]
    parts = [made.ask(Call.FIRM_OPINIONS, FID_DIV_CLS_CODE=code).body["output"] for code in "123"]
    assert sum(map(len, parts)) == len(of_firm)
    assert {row["invt_opnn"] for row in parts[0]} <= {"매수"}
    assert made.ask(Call.FIRM_OPINIONS, FID_INPUT_ISCD="005930").body["output"] == []


def test_days_may_be_written_with_two_zeros_before(made: MadeDays) -> None:
    span = {"FID_INPUT_DATE_1": "0020250101", "FID_INPUT_DATE_2": "0020260506"}
    assert made.ask(Call.ISSUE_OPINIONS, **span).body == made.answer(Call.ISSUE_OPINIONS)


def test_there_is_no_elw(made: MadeDays) -> None:
    output = made.answer(Call.ELW_PRICE)["output"]
    assert len(output) == 38
    assert (output["elw_prpr"], output["unas_prpr"], output["hts_kor_isnm"]) == ("0", "0.00", "")
