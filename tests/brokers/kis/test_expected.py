"""What the opening and closing calls expect, as they go: it ends at what they then did."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest
from tests.brokers.kis.door import BUY, MAKER, REAL, SELL, Door, NoLuck, at, make_exchange, run
from tests.brokers.kis.test_market_calls import CODE, DAY, QUERIES, MadeDays

from hoga.brokers.kis.services import Call
from hoga.exchange.commands import InterruptIssue, Place
from hoga.exchange.flow import Flow

TODAY = f"{DAY:%Y%m%d}"
MORNING, EVENING = "08:59:50", "15:29:50"


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


COLUMNS: dict[Call, dict[str, str]] = {
    Call.EXPECTED_PRICES: {
        "output1": "rprs_mrkt_kor_name antc_cnpr antc_cntg_vrss_sign antc_cntg_vrss antc_cntg_prdy_ctrt "
        "antc_vol antc_tr_pbmn",
        "output2": "stck_bsop_date stck_cntg_hour stck_prpr prdy_vrss_sign prdy_vrss prdy_ctrt acml_vol",
    },
    Call.EXPECTED_INDEX: {
        "output": "stck_cntg_hour bstp_nmix_prpr prdy_vrss_sign bstp_nmix_prdy_vrss prdy_ctrt acml_vol "
        "acml_tr_pbmn"
    },
    Call.EXPECTED_INDICES: {
        "output1": "bstp_nmix_prpr bstp_nmix_prdy_vrss prdy_vrss_sign prdy_ctrt acml_vol ascn_issu_cnt "
        "down_issu_cnt stnr_issu_cnt bstp_cls_code",
        "output2": "hts_kor_isnm bstp_nmix_prpr bstp_nmix_prdy_vrss prdy_vrss_sign bstp_nmix_prdy_ctrt "
        "acml_vol nmix_sdpr ascn_issu_cnt stnr_issu_cnt down_issu_cnt",
    },
}
"""KIS's documents."""


@pytest.mark.parametrize("call", COLUMNS)
def test_the_answer_has_the_columns_of_kis(made: MadeDays, call: Call) -> None:
    body = made.answer(call, MORNING)
    assert set(body) == {*COLUMNS[call], "rt_cd", "msg_cd", "msg1"}
    for name, columns in COLUMNS[call].items():
        rows = body[name] if isinstance(body[name], list) else [body[name]]
        assert rows
        for row in rows:
            assert list(row) == columns.split()


@pytest.mark.parametrize("hour", [MORNING, EVENING])
def test_the_last_expected_price_is_that_of_the_book(made: MadeDays, hour: str) -> None:
    answer = made.answer(Call.EXPECTED_PRICES, hour)
    summary, rows = answer["output1"], answer["output2"]
    book = made.answer(Call.BOOK, hour)["output2"]
    assert summary["antc_cnpr"] == rows[0]["stck_prpr"] == book["antc_cnpr"]
    assert summary["antc_vol"] == rows[0]["acml_vol"] == book["antc_vol"]
    assert int(summary["antc_tr_pbmn"]) == int(summary["antc_cnpr"]) * int(summary["antc_vol"])
    assert len(rows) > 1
    for later, earlier in pairwise(rows):
        assert later["stck_cntg_hour"] > earlier["stck_cntg_hour"]
    assert {row["stck_bsop_date"] for row in rows} == {TODAY}
    assert min(row["stck_cntg_hour"] for row in rows) >= "085000"


def test_moments_at_which_nothing_would_trade_can_be_left_out() -> None:
    async def test(door: Door) -> None:
        door.trade(Place(MAKER, CODE, SELL, 10, 70_500))
        door.clock.set(at("08:55:01"))
        door.trade(Place(MAKER, "000660", BUY, 1, 200_000))
        door.trade(Place(MAKER, CODE, BUY, 4, 70_500))
        everything = (await door.call(Call.EXPECTED_PRICES, QUERIES[Call.EXPECTED_PRICES])).body["output2"]
        assert [(row["stck_cntg_hour"], row["acml_vol"]) for row in everything] == [
            ("085501", "4"),
            ("085500", "0"),
        ]
        assert everything[0]["prdy_vrss"] == "500"
        query = QUERIES[Call.EXPECTED_PRICES] | {"FID_MKOP_CLS_CODE": "4"}
        rows = (await door.call(Call.EXPECTED_PRICES, query)).body["output2"]
        assert rows == everything[:1]

    run(test, REAL, now="08:55")


def test_what_was_expected_before_it_is_shown_is_not_told() -> None:
    async def test(door: Door) -> None:
        door.trade(Place(MAKER, CODE, SELL, 10, 70_500))
        door.trade(Place(MAKER, CODE, BUY, 4, 70_500))
        body = (await door.call(Call.EXPECTED_PRICES, QUERIES[Call.EXPECTED_PRICES])).body
        assert (body["output1"]["antc_vol"], body["output2"]) == ("0", [])
        for call in (Call.EXPECTED_INDEX, Call.EXPECTED_INDICES):
            body = (await door.call(call, QUERIES[call])).body
            assert body["output2" if "output2" in body else "output"] == []

    run(test, REAL, now="08:45")


def test_an_interruption_has_expected_prices_of_its_own() -> None:
    async def test(door: Door) -> None:
        door.offer(5, 70_000)
        door.bid(5, 70_000)
        assert (await door.call(Call.EXPECTED_PRICES, QUERIES[Call.EXPECTED_PRICES])).body["output2"] == []
        door.trade(InterruptIssue(CODE))
        door.offer(3, 70_200)
        door.bid(2, 70_200)
        rows = (await door.call(Call.EXPECTED_PRICES, QUERIES[Call.EXPECTED_PRICES])).body["output2"]
        assert [(row["stck_prpr"], row["acml_vol"]) for row in rows] == [("70200", "2")]
        door.clock.set(at("10:05"))
        door.simulation.advance(at("10:05"))
        door.offer(1, 70_300)
        assert (await door.call(Call.EXPECTED_PRICES, QUERIES[Call.EXPECTED_PRICES])).body["output2"] == rows

    run(test, REAL)


@pytest.mark.parametrize(("hour", "phase"), [(MORNING, "1"), (EVENING, "2")])
@pytest.mark.parametrize("code", ["0001", "1001", "2001"])
def test_the_expected_index_is_told_alike(made: MadeDays, hour: str, phase: str, code: str) -> None:
    changed = {"FID_MKOP_CLS_CODE": phase, "FID_INPUT_ISCD": code}
    rows = made.ask(Call.EXPECTED_INDEX, hour, **changed).body["output"]
    whole = made.ask(Call.EXPECTED_INDICES, hour, **changed).body
    newest, summary = rows[0], whole["output1"]
    for name in ("bstp_nmix_prpr", "bstp_nmix_prdy_vrss", "prdy_vrss_sign", "prdy_ctrt", "acml_vol"):
        assert newest[name] == summary[name]
    assert summary["bstp_cls_code"] == code
    assert newest["stck_cntg_hour"] == hour.replace(":", "")
    assert rows[-1]["stck_cntg_hour"] == {"1": "085000", "2": "152000"}[phase]
    (row,) = [row for row in whole["output2"] if row["bstp_nmix_prpr"] == summary["bstp_nmix_prpr"]]
    level, base = Decimal(row["bstp_nmix_prpr"]), Decimal(row["nmix_sdpr"])
    assert level - base == Decimal(row["bstp_nmix_prdy_vrss"])
    assert int(newest["acml_vol"]) > 0
    half = made.ask(Call.EXPECTED_INDEX, hour, **changed, FID_INPUT_HOUR_1="30").body["output"]
    assert len(half) < len(rows)
    assert half[0] == newest


def test_the_morning_is_still_told_after_the_open(made: MadeDays) -> None:
    rows = made.answer(Call.EXPECTED_INDEX, "10:05")["output"]
    assert (rows[0]["stck_cntg_hour"], rows[-1]["stck_cntg_hour"]) == ("090000", "085000")
    assert made.ask(Call.EXPECTED_INDEX, "10:05", FID_MKOP_CLS_CODE="2").body["output"] == []
    assert made.ask(Call.EXPECTED_INDEX, "10:05", FID_INPUT_ISCD="0000").body["output"] == rows
    prices = made.answer(Call.EXPECTED_PRICES, "10:05")["output2"]
    opened = made.answer(Call.PRICE, "10:05")["output"]["stck_oprc"]
    assert prices[0]["stck_prpr"] == opened


def test_the_rows_of_a_market_are_its_indices_sizes_and_industries(made: MadeDays) -> None:
    by_market = {
        market: made.ask(Call.EXPECTED_INDICES, MORNING, FID_MRKT_CLS_CODE=market).body["output2"]
        for market in ("0", "K", "Q")
    }
    names = {market: [row["hts_kor_isnm"] for row in rows] for market, rows in by_market.items()}
    assert names["K"][:2] == ["종합", "KOSPI200"]
    assert names["Q"][0] == "KOSDAQ"
    assert {"대형주", "전기·전자"} <= set(names["K"])
    assert sorted(names["0"]) == sorted(names["K"] + names["Q"])
    sizes = [row for row in by_market["K"] if row["hts_kor_isnm"] in ("대형주", "중형주", "소형주")]
    kospi = by_market["K"][0]
    for name in ("ascn_issu_cnt", "stnr_issu_cnt", "down_issu_cnt"):
        assert sum(int(row[name]) for row in sizes) == int(kospi[name])


def test_a_new_day_expects_nothing_yet() -> None:
    async def test(door: Door) -> None:
        door.trade(Place(MAKER, CODE, SELL, 10, 70_500))
        assert (await door.call(Call.EXPECTED_PRICES, QUERIES[Call.EXPECTED_PRICES])).body["output2"]
        door.simulation.restart(make_exchange(), Flow(DAY, (), {}, lambda _: NoLuck()))
        assert (await door.call(Call.EXPECTED_PRICES, QUERIES[Call.EXPECTED_PRICES])).body["output2"] == []

    run(test, REAL, now="08:55")


@pytest.mark.parametrize(
    ("call", "change"),
    [
        (Call.EXPECTED_PRICES, {"FID_MKOP_CLS_CODE": "1"}),
        (Call.EXPECTED_INDEX, {"FID_MKOP_CLS_CODE": "3"}),
        (Call.EXPECTED_INDEX, {"FID_INPUT_HOUR_1": "20"}),
        (Call.EXPECTED_INDEX, {"FID_COND_MRKT_DIV_CODE": "J"}),
        (Call.EXPECTED_INDICES, {"FID_MRKT_CLS_CODE": "N"}),
    ],
)
def test_nonsense_in_a_field_is_refused(made: MadeDays, call: Call, change: dict[str, str]) -> None:
    refused = made.ask(call, MORNING, **change)
    assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")
