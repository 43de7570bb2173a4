"""Indices as the day goes: minutes, ten seconds, sizes and industries, as they follow from the prints."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest
from tests.brokers.kis.made_day import Made, run
from tests.brokers.kis.test_market_calls import DAY, YESTERDAY, MadeDays

from hoga.brokers.kis.services import Call
from hoga.domain.index import Index

TODAY = f"{DAY:%Y%m%d}"
HOURS = ("10:05", "15:45")


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


def rows_of(made: MadeDays, call: Call, now: str = "10:05", **changed: str) -> list[dict[str, str]]:
    body = made.ask(call, now, **changed).body
    assert body["rt_cd"] == "0"
    found: list[dict[str, str]] = body["output2"] if "output2" in body else body["output"]
    return found


COLUMNS: dict[Call, dict[str, list[str]]] = {
    Call.INDEX_MINUTE_BARS: {
        "output1": [
            "bstp_nmix_prdy_vrss",
            "prdy_vrss_sign",
            "bstp_nmix_prdy_ctrt",
            "prdy_nmix",
            "acml_vol",
            "acml_tr_pbmn",
            "hts_kor_isnm",
            "bstp_nmix_prpr",
            "bstp_cls_code",
            "prdy_vol",
            "bstp_nmix_oprc",
            "bstp_nmix_hgpr",
            "bstp_nmix_lwpr",
            "futs_prdy_oprc",
            "futs_prdy_hgpr",
            "futs_prdy_lwpr",
        ],
        "output2": [
            "stck_bsop_date",
            "stck_cntg_hour",
            "bstp_nmix_prpr",
            "bstp_nmix_oprc",
            "bstp_nmix_hgpr",
            "bstp_nmix_lwpr",
            "cntg_vol",
            "acml_tr_pbmn",
        ],
    },
    Call.INDEX_TICKS: {
        "output": [
            "stck_cntg_hour",
            "bstp_nmix_prpr",
            "bstp_nmix_prdy_vrss",
            "prdy_vrss_sign",
            "bstp_nmix_prdy_ctrt",
            "acml_tr_pbmn",
            "acml_vol",
            "cntg_vol",
        ]
    },
    Call.INDEX_CATEGORIES: {
        "output1": [
            "bstp_nmix_prpr",
            "bstp_nmix_prdy_vrss",
            "prdy_vrss_sign",
            "bstp_nmix_prdy_ctrt",
            "acml_vol",
            "acml_tr_pbmn",
            "bstp_nmix_oprc",
            "bstp_nmix_hgpr",
            "bstp_nmix_lwpr",
            "prdy_vol",
            "ascn_issu_cnt",
            "down_issu_cnt",
            "stnr_issu_cnt",
            "uplm_issu_cnt",
            "lslm_issu_cnt",
            "prdy_tr_pbmn",
            "dryy_bstp_nmix_hgpr_date",
            "dryy_bstp_nmix_hgpr",
            "dryy_bstp_nmix_lwpr",
            "dryy_bstp_nmix_lwpr_date",
        ],
        "output2": [
            "bstp_cls_code",
            "hts_kor_isnm",
            "bstp_nmix_prpr",
            "bstp_nmix_prdy_vrss",
            "prdy_vrss_sign",
            "bstp_nmix_prdy_ctrt",
            "acml_vol",
            "acml_tr_pbmn",
            "acml_vol_rlim",
            "acml_tr_pbmn_rlim",
        ],
    },
}
"""KIS's documents; a block that is a list has rows."""


@pytest.mark.parametrize("call", COLUMNS)
def test_the_answer_has_the_columns_of_kis(made: MadeDays, call: Call) -> None:
    body = made.answer(call)
    assert set(body) == {*COLUMNS[call], "rt_cd", "msg_cd", "msg1"}
    for name, columns in COLUMNS[call].items():
        block = body[name]
        for row in block if isinstance(block, list) else [block]:
            assert list(row) == columns


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize("code", ["0001", "1001", "2001"])
def test_every_path_of_an_index_ends_where_the_index_stands(made: MadeDays, hour: str, code: str) -> None:
    now = made.ask(Call.INDEX_PRICE, hour, FID_INPUT_ISCD=code).body["output"]
    for call, seconds in (
        (Call.INDEX_MINUTE_BARS, "30"),
        (Call.INDEX_MINUTE_BARS, "60"),
        (Call.INDEX_MINUTE_BARS, "600"),
        (Call.INDEX_MINUTE_BARS, "3600"),
        (Call.INDEX_MINUTES, "300"),
        (Call.INDEX_TICKS, ""),
    ):
        changed = {"FID_INPUT_HOUR_1": seconds} if seconds else {}
        newest, *_ = rows_of(made, call, hour, FID_INPUT_ISCD=code, **changed)
        assert newest["bstp_nmix_prpr"] == now["bstp_nmix_prpr"], (call, seconds)
        assert newest["acml_tr_pbmn"] == now["acml_tr_pbmn"], (call, seconds)
        for name in {"acml_vol", "bstp_nmix_prdy_vrss", "prdy_vrss_sign"} & set(newest):
            assert newest[name] == now[name], (call, seconds)


def test_minutes_join_to_hours_without_a_gap(made: MadeDays) -> None:
    minutes = rows_of(made, Call.INDEX_MINUTE_BARS)
    hours = rows_of(made, Call.INDEX_MINUTE_BARS, FID_INPUT_HOUR_1="3600")
    assert [row["stck_cntg_hour"] for row in hours] == ["100000", "090000"]
    for hour in hours:
        within = [row for row in minutes if row["stck_cntg_hour"][:2] == hour["stck_cntg_hour"][:2]]
        assert hour["bstp_nmix_prpr"] == within[0]["bstp_nmix_prpr"]
        assert hour["bstp_nmix_oprc"] == within[-1]["bstp_nmix_oprc"]
        assert Decimal(hour["bstp_nmix_hgpr"]) == max(Decimal(row["bstp_nmix_hgpr"]) for row in within)
    for later, earlier in pairwise(minutes):
        assert later["stck_cntg_hour"] > earlier["stck_cntg_hour"]
        assert later["bstp_nmix_oprc"] == earlier["bstp_nmix_prpr"]


def test_the_last_ten_seconds_are_a_hundred_at_most(made: MadeDays) -> None:
    rows = rows_of(made, Call.INDEX_TICKS)
    assert len(rows) == 100
    assert rows[0]["stck_cntg_hour"] == "100500"
    for later, earlier in pairwise(rows):
        # Both are cut to thousands of shares.
        grown = int(later["acml_vol"]) - int(earlier["acml_vol"])
        assert abs(grown - int(later["cntg_vol"])) <= 1


def test_the_last_ten_seconds_of_the_day_are_told_all_evening(made: MadeDays) -> None:
    late = rows_of(made, Call.INDEX_TICKS, "17:30")
    assert len(late) == 100
    assert [row["bstp_nmix_prpr"] for row in late] == [
        row["bstp_nmix_prpr"] for row in rows_of(made, Call.INDEX_TICKS, "15:45")
    ]
    assert late[0]["stck_cntg_hour"].startswith("1530")


def test_earlier_days_are_shown_when_they_are_asked_for(made: MadeDays) -> None:
    today = rows_of(made, Call.INDEX_MINUTE_BARS)
    assert {row["stck_bsop_date"] for row in today} == {TODAY}
    both = rows_of(made, Call.INDEX_MINUTE_BARS, FID_PW_DATA_INCU_YN="Y")
    assert len(both) == 102
    assert both[: len(today)] == today
    day = f"{YESTERDAY:%Y%m%d}"
    (yesterday,) = rows_of(made, Call.INDEX_BARS, FID_INPUT_DATE_1=day, FID_INPUT_DATE_2=day)
    assert both[len(today)]["bstp_nmix_prpr"] == yesterday["bstp_nmix_prpr"]
    assert both[len(today)]["stck_cntg_hour"] == "153000"


def categories(made: MadeDays, market: str, group: str) -> list[dict[str, str]]:
    return rows_of(
        made,
        Call.INDEX_CATEGORIES,
        FID_MRKT_CLS_CODE=market,
        FID_BLNG_CLS_CODE=group,
        FID_INPUT_ISCD={"K": "0001", "Q": "1001", "K2": "2001"}[market],
    )


@pytest.mark.parametrize("market", ["K", "Q"])
def test_sizes_and_industries_share_what_the_market_traded(made: MadeDays, market: str) -> None:
    whole, *_ = categories(made, market, "0")
    assert (whole["acml_vol_rlim"], whole["acml_tr_pbmn_rlim"]) == ("100.00", "100.00")
    for group in ("2", "3"):
        parts = categories(made, market, group)
        assert parts
        assert sum(Decimal(row["acml_vol_rlim"]) for row in parts) == pytest.approx(100, abs=0.1)
        assert abs(sum(int(row["acml_tr_pbmn"]) for row in parts) - int(whole["acml_tr_pbmn"])) <= len(parts)
        assert {row["bstp_cls_code"][0] for row in parts} == {"0" if market == "K" else "1"}
        for row in parts:
            level, change = Decimal(row["bstp_nmix_prpr"]), Decimal(row["bstp_nmix_prdy_vrss"])
            rate = 100 * change / (level - change)
            assert float(row["bstp_nmix_prdy_ctrt"]) == pytest.approx(float(rate), abs=0.02)
    codes = [row["bstp_cls_code"] for row in categories(made, market, "0")]
    assert codes == sorted(set(codes), key=codes.index)


def test_the_groups_of_kospi200_are_only_itself(made: MadeDays) -> None:
    assert [row["bstp_cls_code"] for row in categories(made, "K2", "0")] == ["2001"]
    assert [row["bstp_cls_code"] for row in categories(made, "K", "1")] == ["2001"]
    assert categories(made, "Q", "1") == []


def test_an_index_that_is_not_computed_here_has_no_rows(made: MadeDays) -> None:
    for call in (Call.INDEX_MINUTE_BARS, Call.INDEX_TICKS):
        assert rows_of(made, call, FID_INPUT_ISCD="3003") == []


@pytest.mark.parametrize(
    ("call", "change"),
    [
        (Call.INDEX_MINUTE_BARS, {"FID_INPUT_HOUR_1": "61"}),
        (Call.INDEX_MINUTE_BARS, {"FID_PW_DATA_INCU_YN": "?"}),
        (Call.INDEX_MINUTE_BARS, {"FID_ETC_CLS_CODE": "2"}),
        (Call.INDEX_TICKS, {"FID_COND_MRKT_DIV_CODE": "J"}),
        (Call.INDEX_PRICE, {"FID_INPUT_ISCD": "9999"}),
        (Call.INDEX_BARS, {"FID_INPUT_ISCD": "0000"}),
        (Call.INDEX_DAYS, {"FID_INPUT_ISCD": "005930"}),
        (Call.INDEX_MINUTES, {"FID_INPUT_ISCD": "9999"}),
        (Call.INDEX_MINUTE_BARS, {"FID_INPUT_ISCD": ""}),
        (Call.INDEX_TICKS, {"FID_INPUT_ISCD": "9999"}),
        (Call.INDEX_CATEGORIES, {"FID_INPUT_ISCD": "9999"}),
        (Call.EXPECTED_INDEX, {"FID_INPUT_ISCD": "9999"}),
        (Call.EXPECTED_INDICES, {"FID_INPUT_ISCD": "9999"}),
        (Call.INVESTOR_RANKING, {"FID_INPUT_ISCD": "9999"}),
        (Call.INDEX_CATEGORIES, {"FID_MRKT_CLS_CODE": "N"}),
        (Call.INDEX_CATEGORIES, {"FID_MRKT_CLS_CODE": "K2", "FID_BLNG_CLS_CODE": "1"}),
    ],
)
def test_nonsense_in_a_field_is_refused(made: MadeDays, call: Call, change: dict[str, str]) -> None:
    refused = made.ask(call, **change)
    assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")


def test_the_client_reads_the_minutes_of_an_index() -> None:
    async def test(made: Made) -> None:
        minutes = await made.client.charts.index_minutes(Index.KOSPI)
        assert len(minutes) == 102
        assert [bar.at for bar in minutes] == sorted({bar.at for bar in minutes})
        assert {bar.at.date() for bar in minutes} == {DAY, YESTERDAY}
        assert minutes[0].value == 0
        for bar in minutes[1:]:
            assert bar.low <= bar.open <= bar.high
            assert bar.low <= bar.close <= bar.high
            assert bar.value > 0
        quote = await made.client.market.index(Index.KOSPI)
        today = [bar for bar in minutes if bar.at.date() == DAY]
        assert abs(today[0].open - quote.open) < 1

    run(test)
