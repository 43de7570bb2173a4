"""The made group of issues and the made searches of every customer, as clients of KIS's program see them."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.brokers.kis.door import KIM, LEE
from tests.brokers.kis.test_market_calls import MadeDays

from hoga.brokers.kis.services import Call


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


def figures(row: dict[str, str]) -> dict[str, float]:
    return {name: float(value) for name, value in row.items() if name not in ("code", "name")}


def priced(made: MadeDays, code: str, now: str = "10:05") -> Any:
    return made.ask(Call.PRICE, now, FID_INPUT_ISCD=code).body["output"]


def test_the_one_group_holds_what_prices_can_be_asked_for_at_once(made: MadeDays) -> None:
    (group,) = made.answer(Call.WATCH_GROUPS)["output2"]
    assert (group["inter_grp_code"], group["inter_grp_name"]) == ("001", "모의 관심그룹")
    assert (group["date"], group["trnm_hour"]) == ("20260506", "100500")
    answer = made.answer(Call.WATCH_GROUP)
    assert answer["output1"] == {"data_rank": group["data_rank"], "inter_grp_name": group["inter_grp_name"]}
    rows = answer["output2"]
    assert len(rows) == int(group["ask_cnt"]) == 30
    assert [row["data_rank"] for row in rows] == [f"{place:010}" for place in range(1, 31)]
    asked = {
        f"{name}_{place}": row[field]
        for place, row in enumerate(rows, 1)
        for name, field in (("FID_COND_MRKT_DIV_CODE", "fid_mrkt_cls_code"), ("FID_INPUT_ISCD", "jong_code"))
    }
    prices = made.ask(Call.QUOTES, **asked).body["output"]
    assert [row["inter_kor_isnm"] for row in prices] == [row["hts_kor_isnm"] for row in rows]
    assert rows == made.answer(Call.WATCH_GROUP, "15:25")["output2"]


def test_a_search_finds_what_its_name_says_as_it_stands(made: MadeDays) -> None:
    searches = made.answer(Call.SEARCHES)["output2"]
    assert [row["seq"] for row in searches] == ["0", "1"]
    assert all(row["user_id"] == KIM.hts_id for row in searches)
    assert all(row["condition_nm"].startswith("모의 조건: ") for row in searches)
    rows = made.answer(Call.SEARCH)["output2"]
    assert len(rows) == 30
    values = [float(row["trade_amt"]) for row in rows]
    assert values == sorted(values, reverse=True)
    for row in rows[:3]:
        assert all(len(value) == 16 for name, value in row.items() if name not in (*UNPADDED, "trade_amt"))
        found, price = figures(row), priced(made, row["code"])
        for name, same in SAME.items():
            assert found[name] == float(price[same]), name
        strength = made.ask(Call.TICKS, FID_INPUT_ISCD=row["code"]).body["output"][0]["tday_rltv"]
        assert found["cttr"] == float(strength)
        assert int(found["stotprice"]) == int(price["hts_avls"])
        assert found["chgrate2"] == pytest.approx(float(price["prdy_vrss_vol_rate"]), abs=0.01)
        assert (found["expprice"], found["expchange"], found["expchggrate"]) == (0, 0, -100)
    risen = made.ask(Call.SEARCH, SEQ="1").body["output2"]
    assert risen
    assert {row["daebi"] for row in risen} <= {"1", "2"}


UNPADDED = ("code", "name", "daebi", "expdaebi")
SAME = {
    "daebi": "prdy_vrss_sign",
    "price": "stck_prpr",
    "change": "prdy_vrss",
    "acml_vol": "acml_vol",
    "trade_amt": "acml_tr_pbmn",
    "open": "stck_oprc",
    "high": "stck_hgpr",
    "low": "stck_lwpr",
    "high52": "w52_hgpr",
    "low52": "w52_lwpr",
    "recprice": "stck_sdpr",
    "uplmtprice": "stck_mxpr",
    "dnlmtprice": "stck_llam",
}


def test_in_a_call_a_search_tells_what_is_expected(made: MadeDays) -> None:
    row = made.answer(Call.SEARCH, "15:25")["output2"][0]
    expected = made.ask(Call.BOOK, "15:25", FID_INPUT_ISCD=row["code"]).body["output2"]
    found = figures(row)
    assert (found["expprice"], found["expcvol"]) == (
        float(expected["antc_cnpr"]),
        float(expected["antc_vol"]),
    )
    assert (found["expchange"], row["expdaebi"]) == (
        float(expected["antc_cntg_vrss"]),
        expected["antc_cntg_vrss_sign"],
    )


def test_others_keep_nothing_that_one_could_see(made: MadeDays) -> None:
    assert made.ask(Call.WATCH_GROUPS, USER_ID=LEE.hts_id).body["output2"] == []
    for changed in ({"USER_ID": LEE.hts_id}, {"INTER_GRP_CODE": "002"}):
        group = made.ask(Call.WATCH_GROUP, **changed).body
        assert (group["output1"], group["output2"]) == ({"data_rank": "", "inter_grp_name": ""}, [])
    for call in (Call.SEARCHES, Call.SEARCH):
        heard = made.ask(call, USER_ID=LEE.hts_id)
        assert (heard.body["rt_cd"], heard.code) == ("1", "MCA05762")
        assert heard.body["msg1"] == "조회가 계속 됩니다. (다음을 누르십시오.)"
    heard = made.ask(Call.SEARCH, SEQ="2")
    assert (heard.body["rt_cd"], heard.code) == ("1", "MCA05918")
