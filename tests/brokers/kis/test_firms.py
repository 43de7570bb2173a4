"""Who took, in which sizes, and through which firms: it adds up to what was traded."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.brokers.kis.door import REAL, Door
from tests.brokers.kis.door import run as run_door
from tests.brokers.kis.test_market_calls import CODE, DAY, QUERIES, YESTERDAY, MadeDays

from hoga.brokers.kis.services import Call
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

TODAY, BEFORE = f"{DAY:%Y%m%d}", f"{YESTERDAY:%Y%m%d}"
HOURS = ("10:05", "15:45")


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


COLUMNS: dict[Call, dict[str, str]] = {
    Call.TRADE_SIZES: {
        "output": "prpr_name smtn_avrg_prpr acml_vol whol_ntby_qty_rate ntby_cntg_csnu seln_cnqn_smtn "
        "whol_seln_vol_rate seln_cntg_csnu shnu_cnqn_smtn whol_shun_vol_rate shnu_cntg_csnu"
    },
    Call.TAKEN_DAYS: {
        "output1": "shnu_cnqn_smtn seln_cnqn_smtn",
        "output2": "stck_bsop_date total_seln_qty total_shnu_qty",
    },
    Call.MEMBER_DAYS: {
        "output": "stck_bsop_date total_seln_qty total_shnu_qty ntby_qty stck_prpr prdy_vrss prdy_vrss_sign "
        "prdy_ctrt acml_vol"
    },
    Call.FOREIGN_FIRM_RANKING: {
        "output": "stck_shrn_iscd hts_kor_isnm glob_ntsl_qty stck_prpr prdy_vrss prdy_vrss_sign prdy_ctrt "
        "acml_vol glob_total_seln_qty glob_total_shnu_qty"
    },
}
"""KIS's samples and documents."""


@pytest.mark.parametrize("call", COLUMNS)
def test_the_answer_has_the_columns_of_kis(made: MadeDays, call: Call) -> None:
    body = made.answer(call)
    assert set(body) == {*COLUMNS[call], "rt_cd", "msg_cd", "msg1"}
    for name, columns in COLUMNS[call].items():
        rows = body[name] if isinstance(body[name], list) else [body[name]]
        assert rows
        for row in rows:
            assert list(row) == columns.split()


@pytest.mark.parametrize("hour", HOURS)
def test_sizes_add_up_to_what_was_taken(made: MadeDays, hour: str) -> None:
    sizes = made.answer(Call.TRADE_SIZES, hour)["output"]
    today, *_ = made.answer(Call.TAKEN_DAYS, hour)["output2"]
    assert today["stck_bsop_date"] == TODAY
    assert sum(int(row["shnu_cnqn_smtn"]) for row in sizes) == int(today["total_shnu_qty"])
    assert sum(int(row["seln_cnqn_smtn"]) for row in sizes) == int(today["total_seln_qty"])
    rates = [Decimal(row["whol_seln_vol_rate"]) + Decimal(row["whol_shun_vol_rate"]) for row in sizes]
    assert sum(rates) == pytest.approx(100, abs=0.1)
    bands = made.answer(Call.PRICE_BANDS, hour)
    traded = sum(int(row["cntg_vol"]) for row in bands["output2"])
    assert traded == int(bands["output1"]["acml_vol"])
    # What an auction traded was taken by nobody.
    assert 0 < sum(int(row["acml_vol"]) for row in sizes) < traded


def test_a_print_is_of_the_size_of_its_money() -> None:
    async def test(door: Door) -> None:
        for quantity in (142, 143, 430, 1_429):
            door.offer(quantity, 70_000)
            door.bid(quantity, 70_000)
        door.bid(10, 69_900)
        door.offer(10, 69_900)
        rows = (await door.call(Call.TRADE_SIZES, QUERIES[Call.TRADE_SIZES])).body["output"]
        bought = {row["prpr_name"]: row["shnu_cnqn_smtn"] for row in rows}
        assert bought == {
            "1천만원 미만": "142",
            "1천만원 이상": "143",
            "3천만원 이상": "430",
            "5천만원 이상": "0",
            "1억원 이상": "1429",
        }
        least = rows[0]
        assert (least["seln_cnqn_smtn"], least["ntby_cntg_csnu"]) == ("10", "0")
        assert least["smtn_avrg_prpr"] == f"{round((142 * 70_000 + 10 * 69_900) / 152)}"

    run_door(test, REAL)


def test_taken_days_are_the_days_of_the_bars(made: MadeDays) -> None:
    answer = made.answer(Call.TAKEN_DAYS)
    rows = answer["output2"]
    days = made.ask(Call.DAILY_BARS, FID_INPUT_DATE_1="20260420").body["output2"]
    assert [row["stck_bsop_date"] for row in rows] == [day["stck_bsop_date"] for day in days]
    for row, day in zip(rows[1:], days[1:], strict=True):
        assert int(row["total_shnu_qty"]) + int(row["total_seln_qty"]) == int(day["acml_vol"])
    assert int(answer["output1"]["shnu_cnqn_smtn"]) == sum(int(row["total_shnu_qty"]) for row in rows)
    assert int(answer["output1"]["seln_cnqn_smtn"]) == sum(int(row["total_seln_qty"]) for row in rows)
    newest = made.ask(Call.TAKEN_DAYS, FID_INPUT_DATE_1="", FID_INPUT_DATE_2=BEFORE).body["output2"]
    assert len(newest) == 100
    assert newest[0] == rows[1]
    assert len({row["total_shnu_qty"] for row in newest}) > 90


@pytest.mark.parametrize("hour", HOURS)
def test_the_days_of_a_firm_end_with_its_place_among_the_members(made: MadeDays, hour: str) -> None:
    members = made.answer(Call.MEMBERS, hour)["output"]
    firm = members["seln_mbcr_no1"]
    today, yesterday, *_ = made.ask(Call.MEMBER_DAYS, hour, FID_INPUT_ISCD_2=firm).body["output"]
    assert (today["stck_bsop_date"], yesterday["stck_bsop_date"]) == (TODAY, BEFORE)
    assert today["total_seln_qty"] == members["total_seln_qty1"]
    abroad, *_ = made.ask(Call.MEMBER_DAYS, hour, FID_INPUT_ISCD_2="99999").body["output"]
    assert abroad["ntby_qty"] == members["glob_ntby_qty"]
    assert today["stck_prpr"] == made.answer(Call.PRICE, hour)["output"]["stck_prpr"]
    facts = {each.number: each for each in MadeFacts(7, MadeBars(7)).member_flows(CODE, YESTERDAY)}
    known = facts[str(int(firm)).zfill(3)]
    assert (int(yesterday["total_shnu_qty"]), int(yesterday["total_seln_qty"])) == (known.bought, known.sold)


def test_an_unknown_firm_did_nothing_and_earlier_days_end_the_list(made: MadeDays) -> None:
    rows = made.ask(Call.MEMBER_DAYS, FID_INPUT_ISCD_2="00777", FID_INPUT_DATE_2=BEFORE).body["output"]
    assert rows[0]["stck_bsop_date"] == BEFORE
    assert rows[-1]["stck_bsop_date"] == "20260420"
    assert {row["ntby_qty"] for row in rows} == {"0"}


@pytest.mark.parametrize("hour", HOURS)
def test_foreign_firms_are_ranked_by_what_they_bought_or_sold(made: MadeDays, hour: str) -> None:
    members = made.answer(Call.MEMBERS, hour)["output"]
    seen: dict[str, dict[str, str]] = {}
    for side, sign in (("0", -1), ("1", 1)):
        rows = made.ask(
            Call.FOREIGN_FIRM_RANKING, hour, FID_RANK_SORT_CLS_CODE="1", FID_RANK_SORT_CLS_CODE_2=side
        ).body["output"]
        nets = [sign * int(row["glob_ntsl_qty"]) for row in rows]
        assert nets == sorted(nets, reverse=True)
        assert min(nets) > 0
        seen |= {row["stck_shrn_iscd"]: row for row in rows}
        by_value = made.ask(Call.FOREIGN_FIRM_RANKING, hour, FID_RANK_SORT_CLS_CODE_2=side).body["output"]
        worth = [sign * int(row["glob_ntsl_qty"]) * int(row["stck_prpr"]) for row in by_value]
        assert worth == sorted(worth, reverse=True)
    assert seen[CODE]["glob_total_shnu_qty"] == members["glob_total_shnu_qty"]
    assert seen[CODE]["glob_total_seln_qty"] == members["glob_total_seln_qty"]


def test_the_ranking_of_foreign_firms_can_be_of_one_market(made: MadeDays) -> None:
    of_kosdaq = made.ask(Call.FOREIGN_FIRM_RANKING, FID_INPUT_ISCD="2001").body["output"]
    of_kospi = made.ask(Call.FOREIGN_FIRM_RANKING, FID_INPUT_ISCD="1001").body["output"]
    assert {"005930"} & {row["stck_shrn_iscd"] for row in of_kosdaq} == set()
    everything = {row["stck_shrn_iscd"] for row in made.answer(Call.FOREIGN_FIRM_RANKING)["output"]}
    assert everything == {row["stck_shrn_iscd"] for row in of_kosdaq + of_kospi}


@pytest.mark.parametrize(
    ("call", "change"),
    [
        (Call.TRADE_SIZES, {"FID_COND_MRKT_DIV_CODE": "NX"}),
        (Call.TAKEN_DAYS, {"FID_PERIOD_DIV_CODE": "W"}),
        (Call.TAKEN_DAYS, {"FID_INPUT_DATE_1": "April"}),
        (Call.MEMBER_DAYS, {"FID_INPUT_DATE_2": ""}),
        (Call.MEMBER_DAYS, {"FID_COND_MRKT_DIV_CODE": "NX"}),
        (Call.FOREIGN_FIRM_RANKING, {"FID_INPUT_ISCD": "0001"}),
        (Call.FOREIGN_FIRM_RANKING, {"FID_RANK_SORT_CLS_CODE": "2"}),
        (Call.FOREIGN_FIRM_RANKING, {"FID_RANK_SORT_CLS_CODE_2": "2"}),
    ],
)
def test_nonsense_in_a_field_is_refused(made: MadeDays, call: Call, change: dict[str, str]) -> None:
    refused = made.ask(call, **change)
    assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")
