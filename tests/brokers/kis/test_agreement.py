"""What different calls say about the same thing is the same."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from tests.brokers.kis.test_market_calls import CODE, DAY, YESTERDAY, MadeDays

from hoga.brokers.kis.services import Call

TODAY = f"{DAY:%Y%m%d}"
HOURS = ("10:05", "15:45")


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


def one(block: Any) -> dict[str, str]:
    row: dict[str, str] = block[0] if isinstance(block, list) else block
    return row


def row_of(rows: list[dict[str, str]], day: str) -> dict[str, str]:
    (found,) = [row for row in rows if row["stck_bsop_date"] == day]
    return found


@pytest.mark.parametrize("hour", HOURS)
def test_one_price_is_told_by_every_call(made: MadeDays, hour: str) -> None:
    price = one(made.answer(Call.PRICE, hour)["output"])
    charts = made.answer(Call.DAILY_BARS, hour)
    others = {
        "detail": one(made.answer(Call.PRICE_DETAIL, hour)["output"])["stck_prpr"],
        "many": one(made.answer(Call.QUOTES, hour)["output"])["inter2_prpr"],
        "book": made.answer(Call.BOOK, hour)["output2"]["stck_prpr"],
        "chart": charts["output1"]["stck_prpr"],
        "last bar": charts["output2"][0]["stck_clpr"],
        "last day": made.answer(Call.DAILY_PRICES, hour)["output"][0]["stck_clpr"],
        "last print": made.answer(Call.TICKS, hour)["output"][0]["stck_prpr"],
        "prints": made.answer(Call.TICKS_UNTIL, hour)["output1"]["stck_prpr"],
        "minutes": made.answer(Call.MINUTE_BARS, hour)["output1"]["stck_prpr"],
        "investors": made.answer(Call.INVESTORS, hour)["output"][0]["stck_clpr"],
        "short sales": made.answer(Call.SHORT_SALES, hour)["output1"]["stck_prpr"],
    }
    assert set(others.values()) == {price["stck_prpr"]}, others


@pytest.mark.parametrize("hour", HOURS)
def test_one_volume_and_value_of_the_day(made: MadeDays, hour: str) -> None:
    price = one(made.answer(Call.PRICE, hour)["output"])
    bar = made.answer(Call.DAILY_BARS, hour)["output2"][0]
    assert (bar["acml_vol"], bar["acml_tr_pbmn"]) == (price["acml_vol"], price["acml_tr_pbmn"])
    assert bar["stck_bsop_date"] == TODAY
    names = [("stck_oprc", "inter2_oprc"), ("stck_hgpr", "inter2_hgpr"), ("stck_lwpr", "inter2_lwpr")]
    many = one(made.answer(Call.QUOTES, hour)["output"])
    for name, in_many in names:
        assert price[name] == bar[name] == many[in_many]
    last = made.ask(Call.TICKS_UNTIL, hour, FID_INPUT_HOUR_1="160000").body["output2"][0]
    assert last["acml_vol"] == many["acml_vol"] == price["acml_vol"]
    minute = made.ask(Call.MINUTE_BARS, hour, FID_INPUT_HOUR_1="").body["output2"][0]
    assert minute["acml_tr_pbmn"] == price["acml_tr_pbmn"]
    assert int(price["stck_lwpr"]) <= float(price["wghn_avrg_stck_prc"]) <= int(price["stck_hgpr"])


def test_one_book(made: MadeDays) -> None:
    book = made.answer(Call.BOOK)["output1"]
    many = one(made.answer(Call.QUOTES)["output"])
    chart = made.answer(Call.DAILY_BARS)["output1"]
    assert book["askp1"] == many["inter2_askp"] == chart["askp"]
    assert book["bidp1"] == many["inter2_bidp"] == chart["bidp"]
    assert (book["askp_rsqn1"], book["bidp_rsqn1"]) == (many["seln_rsqn"], many["shnu_rsqn"])
    for side in ("askp", "bidp"):
        total = f"total_{side}_rsqn"
        assert book[total] == many[total]
        assert int(book[total]) >= sum(int(book[f"{side}_rsqn{level}"]) for level in range(1, 11))
    last = made.answer(Call.TICKS_UNTIL)["output2"][0]
    assert last["askp"] != "0"


def test_a_day_that_is_over_is_told_alike_by_all_charts(made: MadeDays) -> None:
    yesterday = f"{YESTERDAY:%Y%m%d}"
    bar = row_of(made.answer(Call.DAILY_BARS)["output2"], yesterday)
    day = row_of(made.answer(Call.DAILY_PRICES)["output"], yesterday)
    investors = row_of(made.answer(Call.INVESTORS)["output"], yesterday)
    short = row_of(made.answer(Call.SHORT_SALES)["output2"], yesterday)
    program = row_of(made.answer(Call.PROGRAM_DAYS)["output"], yesterday)
    trades = row_of(made.answer(Call.INVESTOR_TRADES, "15:45")["output2"], yesterday)
    for other in (day, investors, short, program, trades):
        assert other["stck_clpr"] == bar["stck_clpr"]
        assert (other["prdy_vrss"], other["prdy_vrss_sign"]) == (bar["prdy_vrss"], bar["prdy_vrss_sign"])
    for other in (day, short, program, trades):
        assert other["acml_vol"] == bar["acml_vol"]
    assert short["acml_tr_pbmn"] == program["acml_tr_pbmn"] == trades["acml_tr_pbmn"] == bar["acml_tr_pbmn"]
    chart = made.answer(Call.DAILY_BARS)["output1"]
    assert (chart["stck_prdy_clpr"], chart["prdy_vol"]) == (bar["stck_clpr"], bar["acml_vol"])
    assert one(made.answer(Call.PRICE_DETAIL)["output"])["prdy_vol"] == bar["acml_vol"]
    minutes = made.ask(Call.PAST_MINUTE_BARS, FID_INPUT_DATE_1=yesterday, FID_INPUT_HOUR_1="153000").body[
        "output2"
    ]
    assert minutes[0]["stck_prpr"] == bar["stck_clpr"]
    assert minutes[0]["acml_tr_pbmn"] == bar["acml_tr_pbmn"]


def test_investors_are_told_alike_in_three_groups_and_in_all(made: MadeDays) -> None:
    of_three = {row["stck_bsop_date"]: row for row in made.answer(Call.INVESTORS, "15:45")["output"]}
    of_all = {row["stck_bsop_date"]: row for row in made.answer(Call.INVESTOR_TRADES, "15:45")["output2"]}
    shared = set(of_three) & set(of_all)
    assert TODAY in shared
    for day in shared:
        three, every = of_three[day], of_all[day]
        for prefix in ("prsn", "frgn", "orgn"):
            for end in ("ntby_qty", "shnu_vol", "seln_vol", "ntby_tr_pbmn", "shnu_tr_pbmn", "seln_tr_pbmn"):
                assert three[f"{prefix}_{end}"] == every[f"{prefix}_{end}"], (day, prefix, end)
        assert (
            int(every["etc_ntby_qty"])
            + sum(int(every[f"{prefix}_ntby_qty"]) for prefix in ("prsn", "frgn", "orgn"))
            == 0
        )
    price = one(made.answer(Call.PRICE, "15:45")["output"])
    assert price["frgn_ntby_qty"] == of_three[TODAY]["frgn_ntby_qty"]
    assert (
        price["pgtr_ntby_qty"] == made.answer(Call.PROGRAM_DAYS, "15:45")["output"][0]["whol_smtn_ntby_qty"]
    )
    day = made.answer(Call.DAILY_PRICES, "15:45")["output"][0]
    assert day["frgn_ntby_qty"] == price["frgn_ntby_qty"]


def test_short_sale_ratios_are_those_of_the_day_and_of_the_ranking(made: MadeDays) -> None:
    rows = made.answer(Call.SHORT_SALES)["output2"]
    for row in rows:
        share = 100 * int(row["ssts_cntg_qty"]) / int(row["acml_vol"])
        assert float(row["ssts_vol_rlim"]) == pytest.approx(share, abs=0.0051)
        share = 100 * int(row["ssts_tr_pbmn"]) / int(row["acml_tr_pbmn"])
        assert float(row["ssts_tr_pbmn_rlim"]) == pytest.approx(share, abs=0.0051)
    ranked = {row["mksc_shrn_iscd"]: row for row in made.answer(Call.SHORT_SALE_RANKING)["output"]}
    newest = rows[0]
    for name in (
        "ssts_cntg_qty",
        "ssts_vol_rlim",
        "ssts_tr_pbmn",
        "ssts_tr_pbmn_rlim",
        "acml_vol",
        "avrg_prc",
    ):
        assert ranked[CODE][name] == newest[name], name
    price = one(made.answer(Call.PRICE)["output"])
    assert price["last_ssts_cntg_qty"] == newest["ssts_cntg_qty"]


@pytest.mark.parametrize("call", [Call.VOLUME_RANKING, Call.CHANGE_RANKING, Call.MARKET_CAP_RANKING])
def test_a_ranking_says_what_the_price_of_an_issue_says(made: MadeDays, call: Call) -> None:
    for row in made.answer(call)["output"][:5]:
        code = row.get("mksc_shrn_iscd") or row["stck_shrn_iscd"]
        price = one(made.ask(Call.PRICE, FID_INPUT_ISCD=code).body["output"])
        for name in ("stck_prpr", "prdy_vrss", "prdy_vrss_sign", "prdy_ctrt", "acml_vol"):
            assert row[name] == price[name], (code, name)
        for name, in_price in (
            ("lstn_stcn", "lstn_stcn"),
            ("stck_avls", "hts_avls"),
            ("stck_hgpr", "stck_hgpr"),
        ):
            assert row.get(name, price[in_price]) == price[in_price]


def test_an_index_is_told_alike_by_its_price_its_days_and_among_many(made: MadeDays) -> None:
    now = one(made.answer(Call.INDEX_PRICE)["output"])
    bars = made.answer(Call.INDEX_BARS)
    many = made.ask(Call.QUOTES, FID_COND_MRKT_DIV_CODE_1="U", FID_INPUT_ISCD_1="0001").body["output"][0]
    assert bars["output1"]["bstp_nmix_prpr"] == now["bstp_nmix_prpr"] == many["inter2_prpr"]
    assert bars["output2"][0]["bstp_nmix_prpr"] == now["bstp_nmix_prpr"]
    assert bars["output2"][0]["acml_vol"] == now["acml_vol"] == many["acml_vol"]
    assert now["bstp_nmix_prdy_vrss"] == many["inter2_prdy_vrss"]
    base = float(now["bstp_nmix_prpr"]) - float(now["bstp_nmix_prdy_vrss"])
    assert float(bars["output2"][1]["bstp_nmix_prpr"]) == pytest.approx(base)
    assert many["kospi_kosdaq_cls_name"] == "업종"


def test_what_the_closing_call_expects_is_told_alike(
    made: MadeDays,
) -> None:
    expected = made.answer(Call.BOOK, "15:25")["output2"]
    many = one(made.answer(Call.QUOTES, "15:25")["output"])
    assert expected["antc_cnpr"] != "0"
    assert many["intr_antc_cntg_vrss"] == expected["antc_cntg_vrss"]
    assert many["intr_antc_cntg_vrss_sign"] == expected["antc_cntg_vrss_sign"]
    assert many["intr_antc_vol"] == expected["antc_vol"]
    rows = made.answer(Call.EXPECTED_CLOSES, "15:25")["output"]
    (row,) = [row for row in rows if row["stck_shrn_iscd"] == CODE]
    assert (row["stck_prpr"], row["cntg_vol"]) == (expected["antc_cnpr"], expected["antc_vol"])
    last = one(made.answer(Call.PRICE, "15:25")["output"])["stck_prpr"]
    assert int(row["sdpr_vrss_prpr"]) == int(row["stck_prpr"]) - int(last)


def test_strength_and_waiting_orders_are_ranked_as_the_issue_shows_them(made: MadeDays) -> None:
    rows = made.answer(Call.STRENGTH_RANKING)["output"]
    strengths = [float(row["tday_rltv"]) for row in rows]
    assert len(rows) > 10
    assert strengths == sorted(strengths, reverse=True)
    for row in rows[:3]:
        prints = made.ask(Call.TICKS, FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output"]
        assert prints[0]["tday_rltv"] == row["tday_rltv"]
        assert int(row["seln_cnqn_smtn"]) + int(row["shnu_cnqn_smtn"]) <= int(row["acml_vol"])
    for sort, name in (("0", "total_ntsl_bidp_rsqn"), ("2", "shnu_rsqn_rate"), ("3", "seln_rsqn_rate")):
        rows = made.ask(Call.WAITING_RANKING, FID_RANK_SORT_CLS_CODE=sort).body["output"]
        values = [float(row[name]) for row in rows]
        assert values == sorted(values, reverse=True), sort
    book = made.ask(Call.BOOK, FID_INPUT_ISCD=rows[0]["mksc_shrn_iscd"]).body["output1"]
    assert (book["total_askp_rsqn"], book["total_bidp_rsqn"]) == (
        rows[0]["total_askp_rsqn"],
        rows[0]["total_bidp_rsqn"],
    )


def test_expected_prices_are_ranked_as_the_books_have_them(made: MadeDays) -> None:
    rows = made.answer(Call.EXPECTED_RANKING, "15:25")["output"]
    rates = [float(row["prdy_ctrt"]) for row in rows]
    assert len(rows) > 10
    assert rates == sorted(rates, reverse=True)
    expected = made.ask(Call.BOOK, "15:25", FID_INPUT_ISCD=rows[0]["stck_shrn_iscd"]).body["output2"]
    assert (rows[0]["stck_prpr"], rows[0]["cntg_vol"]) == (expected["antc_cnpr"], expected["antc_vol"])
    falls = made.ask(Call.EXPECTED_RANKING, "15:25", FID_RANK_SORT_CLS_CODE="3").body["output"]
    assert [float(row["prdy_ctrt"]) for row in falls] == sorted(float(row["prdy_ctrt"]) for row in falls)
    same = made.ask(Call.EXPECTED_RANKING, "15:25", FID_RANK_SORT_CLS_CODE="2").body["output"]
    assert all(row["prdy_vrss"] == "0" for row in same)
    least = int(rows[0]["antc_tr_pbmn"]) // 1000
    large = made.ask(Call.EXPECTED_RANKING, "15:25", FID_PBMN=str(least)).body["output"]
    assert 0 < len(large) <= len(rows)
    assert all(int(row["antc_tr_pbmn"]) >= 1000 * least for row in large)


def test_what_a_call_expected_last_stays_ranked(made: MadeDays) -> None:
    opening = made.ask(Call.EXPECTED_RANKING, FID_MKOP_CLS_CODE="0").body["output"]
    assert len(opening) > 10
    for row in opening[:3]:
        last = made.ask(Call.EXPECTED_PRICES, "09:00", FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output1"]
        assert (row["stck_prpr"], row["cntg_vol"]) == (last["antc_cnpr"], last["antc_vol"])
    assert made.ask(Call.EXPECTED_RANKING, FID_MKOP_CLS_CODE="1").body["output"] == []
    in_close = made.ask(Call.EXPECTED_RANKING, "15:25", FID_MKOP_CLS_CODE="0").body["output"]
    assert [row["stck_shrn_iscd"] for row in in_close] == [row["stck_shrn_iscd"] for row in opening]
    closing = made.ask(Call.EXPECTED_RANKING, "15:45", FID_MKOP_CLS_CODE="1").body["output"]
    assert len(closing) > 10
    for row in closing[:3]:
        price = one(made.ask(Call.PRICE, "15:45", FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output"])
        assert row["stck_prpr"] == price["stck_prpr"]


def test_what_foreign_firms_and_programs_did_minute_by_minute_ends_at_their_day(made: MadeDays) -> None:
    firms = made.answer(Call.FOREIGN_FIRMS)["output"]
    members = made.answer(Call.MEMBERS)["output"]
    assert firms[0]["glob_ntby_qty"] == members["glob_ntby_qty"]
    assert firms[0]["frgn_shnu_vol"] == members["glob_total_shnu_qty"]
    for row, before in pairwise(firms):
        change = int(row["glob_ntby_qty"]) - int(before["glob_ntby_qty"])
        assert int(row["frgn_ntby_qty_icdc"]) == change
    minutes = made.answer(Call.PROGRAM_MINUTES, "15:45")["output"]
    day = made.answer(Call.PROGRAM_DAYS, "15:45")["output"][0]
    assert minutes[0]["acml_vol"] == day["acml_vol"]
    for name in ("whol_smtn_seln_vol", "whol_smtn_shnu_vol", "whol_smtn_ntby_qty", "whol_smtn_ntby_tr_pbmn"):
        assert minutes[0][name] == day[name], name


def test_the_volume_at_each_price_adds_up_to_the_day(made: MadeDays) -> None:
    answer = made.answer(Call.PRICE_BANDS)
    bands = answer["output2"]
    assert sum(int(band["cntg_vol"]) for band in bands) == int(answer["output1"]["acml_vol"])
    volumes = [int(band["cntg_vol"]) for band in bands]
    assert volumes == sorted(volumes, reverse=True)
    price = one(made.answer(Call.PRICE)["output"])
    prices = [int(band["stck_prpr"]) for band in bands]
    assert (max(prices), min(prices)) == (int(price["stck_hgpr"]), int(price["stck_lwpr"]))
    early = made.ask(Call.PRICE_BANDS, FID_INPUT_HOUR_1="090100").body["output2"]
    assert 0 < sum(int(band["cntg_vol"]) for band in early) < sum(volumes)


def test_the_minutes_of_an_index_can_be_put_together(made: MadeDays) -> None:
    ones = made.answer(Call.INDEX_MINUTES)["output"]
    fives = made.ask(Call.INDEX_MINUTES, FID_INPUT_HOUR_1="300").body["output"]
    assert ones[0]["acml_vol"] == fives[0]["acml_vol"]
    assert ones[0]["bstp_nmix_prpr"] == fives[0]["bstp_nmix_prpr"]
    assert len(ones) > 4 * len(fives)
    hours = [row["bsop_hour"] for row in ones]
    assert hours == sorted(hours, reverse=True)
    assert hours[0] <= "100500"
