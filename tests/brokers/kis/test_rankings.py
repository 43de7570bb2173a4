"""Rankings over the face: the columns of KIS's samples, the order that is asked for, agreeing with the rest.

The day is made; the store tells of a few issues only, so that their past is quickly made.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import pytest
from tests.brokers.kis.door import REAL, Door, make_simulation, run, whole_day
from tests.brokers.kis.door import SAMSUNG as INSTRUMENT
from tests.brokers.kis.test_market_calls import QUERIES, MadeDays

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.highlights import Averaged, disparity_ranking_reply
from hoga.brokers.kis.services import Call
from hoga.domain.instrument import Instrument
from hoga.krx.calendar import trading_days
from hoga.storage.made import MadeBars

SAMSUNG, PREFERRED, HYNIX, FUND, KAKAO_GAMES = "005930", "005935", "000660", "122630", "293490"
KOSDAQ = ("196170", KAKAO_GAMES)
CODES = ("000270", HYNIX, SAMSUNG, PREFERRED, "035420", FUND, *KOSDAQ)

Row = dict[str, str]


class FewBars(MadeBars):
    """Made prices of eight of the names."""

    def instruments(self, day: date) -> Sequence[Instrument]:
        return tuple(each for each in super().instruments(day) if each.code in CODES)


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays(FewBars)
    yield days
    days.close()


def rows(made: MadeDays, call: Call, now: str = "10:05", block: str = "output", **changed: str) -> list[Row]:
    """The rows that a ranking has, all with the same columns in the same order."""
    found: list[Row] = made.ask(call, now, **changed).body[block]
    assert len({tuple(row) for row in found}) <= 1
    return found


def codes(found: Sequence[Row]) -> list[str]:
    """What is ranked, the first first; ranks are told from 1 on where they are told."""
    ranks = [row["data_rank"] for row in found if "data_rank" in row]
    assert ranks in ([], [str(rank) for rank in range(1, len(found) + 1)])
    return [row.get("mksc_shrn_iscd") or row["stck_shrn_iscd"] for row in found]


def falling(found: Sequence[Row], column: str) -> bool:
    values = [Decimal(row[column]) for row in found]
    return values == sorted(values, reverse=True)


# The columns are those of COLUMN_MAPPING in KIS's samples and of the examples of its documents.
_CHANGE = "stck_prpr prdy_vrss prdy_vrss_sign prdy_ctrt acml_vol"
_FIRST = f"mksc_shrn_iscd data_rank hts_kor_isnm {_CHANGE}"
COLUMNS: dict[tuple[Call, str], str] = {
    (Call.STRENGTH_RANKING, "output"): f"stck_shrn_iscd data_rank hts_kor_isnm {_CHANGE}"
    " tday_rltv seln_cnqn_smtn shnu_cnqn_smtn",
    (Call.WAITING_RANKING, "output"): f"{_FIRST} total_askp_rsqn total_bidp_rsqn total_ntsl_bidp_rsqn"
    " shnu_rsqn_rate seln_rsqn_rate",
    (Call.DISPARITY_RANKING, "output"): f"{_FIRST} d5_dsrt d10_dsrt d20_dsrt d60_dsrt d120_dsrt",
    (Call.PEAK_RANKING, "output"): f"hts_kor_isnm mksc_shrn_iscd {_CHANGE} askp askp_rsqn1 bidp bidp_rsqn1"
    " new_hgpr hprc_near_rate new_lwpr lwpr_near_rate stck_sdpr",
    (Call.LARGE_TRADE_RANKING, "output"): f"{_FIRST} shnu_cntg_csnu seln_cntg_csnu ntby_cnqn",
    (Call.INTEREST_RANKING, "output"): f"mrkt_div_cls_name {_FIRST} acml_tr_pbmn askp bidp"
    " inter_issu_reg_csnu",
    (Call.VIEW_RANKING, "output1"): "mrkt_div_cls_code mksc_shrn_iscd",
    (Call.FIRM_RANKING, "output"): f"{_FIRST} acml_tr_pbmn seln_cnqn_smtn shnu_cnqn_smtn ntby_cnqn",
    (Call.CREDIT_RANKING, "output1"): "bstp_cls_code hts_kor_isnm stnd_date1 stnd_date2",
    (Call.CREDIT_RANKING, "output2"): f"mksc_shrn_iscd hts_kor_isnm {_CHANGE}"
    " whol_loan_rmnd_stcn whol_loan_rmnd_amt whol_loan_rmnd_rate"
    " whol_stln_rmnd_stcn whol_stln_rmnd_amt whol_stln_rmnd_rate"
    " nday_vrss_loan_rmnd_inrt nday_vrss_stln_rmnd_inrt",
    (Call.PROFIT_RANKING, "output"): f"{_FIRST} sale_totl_prfi bsop_prti op_prfi thtr_ntin"
    " total_aset total_lblt total_cptl stac_month stac_month_cls_code iqry_csnu",
    (Call.RATIO_RANKING, "output"): f"{_FIRST} cptl_op_prfi cptl_ntin_rate sale_totl_rate sale_ntin_rate"
    " bis lblt_rate bram_depn rsrv_rate grs op_prfi_inrt bsop_prfi_inrt ntin_inrt equt_inrt"
    " cptl_tnrt sale_bond_tnrt totl_aset_inrt stac_month stac_month_cls_code iqry_csnu",
    (Call.MULTIPLE_RANKING, "output"): f"{_FIRST} per pbr pcr psr eps eva ebitda pv_div_ebitda"
    " ebitda_div_fnnc_expn stac_month stac_month_cls_code iqry_csnu",
    (Call.DIVIDEND_RANKING, "output"): "rank sht_cd isin_name record_date per_sto_divi_amt"
    " divi_rate divi_kind",
    (Call.PREFERRED_RANKING, "output"): f"{_FIRST} prst_iscd prst_kor_isnm prst_prpr prst_prdy_vrss"
    " prst_prdy_vrss_sign prst_acml_vol diff_prpr dprt prst_prdy_ctrt",
}


@pytest.mark.parametrize(("call", "block"), COLUMNS)
def test_a_ranking_has_the_columns_of_the_sample(made: MadeDays, call: Call, block: str) -> None:
    (row, *_) = rows(made, call, block=block)
    assert sorted(row) == sorted(COLUMNS[call, block].split())
    assert all(value.strip() for value in row.values())


_FILTERED = (
    Call.STRENGTH_RANKING,
    Call.WAITING_RANKING,
    Call.DISPARITY_RANKING,
    Call.PEAK_RANKING,
    Call.LARGE_TRADE_RANKING,
    Call.INTEREST_RANKING,
    Call.FIRM_RANKING,
    Call.PROFIT_RANKING,
    Call.RATIO_RANKING,
    Call.MULTIPLE_RANKING,
)


@pytest.mark.parametrize("call", _FILTERED)
def test_a_ranking_is_of_the_market_the_prices_and_the_volume_that_are_asked_for(
    made: MadeDays, call: Call
) -> None:
    def asked(**changed: str) -> set[str]:
        known = QUERIES[call]
        names = {
            "least": "FID_APLY_RANG_PRC_1" if "FID_APLY_RANG_PRC_1" in known else "FID_INPUT_PRICE_1",
            "most": "FID_APLY_RANG_PRC_2" if "FID_APLY_RANG_PRC_2" in known else "FID_INPUT_PRICE_2",
            "volume": "FID_VOL_CNT" if "FID_VOL_CNT" in known else "FID_APLY_RANG_VOL",
            "index": "FID_INPUT_ISCD",
        }
        return set(codes(rows(made, call, **{names[name]: value for name, value in changed.items()})))

    everything = rows(made, call)
    prices = {code: int(row["stck_prpr"]) for code, row in zip(codes(everything), everything, strict=True)}
    volumes = {code: int(row["acml_vol"]) for code, row in zip(codes(everything), everything, strict=True)}
    some_price, some_volume = sorted(prices.values())[2], sorted(volumes.values())[2]
    assert asked(index="1001") == {code for code in prices if code in KOSDAQ}
    assert asked(least=str(some_price)) == {code for code, price in prices.items() if price >= some_price}
    assert asked(most=str(some_price)) == {code for code, price in prices.items() if price <= some_price}
    assert asked(volume=str(some_volume)) == {
        code for code, volume in volumes.items() if volume >= some_volume
    }
    assert asked(index="4001") == set()
    refused = made.ask(call, FID_INPUT_ISCD="9999").body
    assert (refused["rt_cd"], refused["msg_cd"]) == ("1", "OPSQ2001")
    assert refused["msg1"] == "ERROR : INPUT INVALID_CHECK_FID_INPUT_ISCD"


@pytest.mark.parametrize("call", [Call.DISPARITY_RANKING, Call.PEAK_RANKING, Call.INTEREST_RANKING])
def test_a_ranking_can_be_of_one_class(made: MadeDays, call: Call) -> None:
    everything = set(codes(rows(made, call)))
    assert codes(rows(made, call, FID_DIV_CLS_CODE="7")) == [PREFERRED]
    assert set(codes(rows(made, call, FID_DIV_CLS_CODE="6"))) == everything - {PREFERRED, FUND}
    for unknown in "12345":
        assert rows(made, call, FID_DIV_CLS_CODE=unknown) == []


@pytest.mark.parametrize("call", [Call.INTEREST_RANKING, Call.DISPARITY_RANKING])
def test_a_ranking_of_nxt_is_of_what_trades_there(call: Call) -> None:
    async def test(door: Door) -> None:
        async def asked(venue: str) -> list[str]:
            return codes(
                (await door.call(call, QUERIES[call] | {"FID_COND_MRKT_DIV_CODE": venue})).body["output"]
            )

        assert set(await asked("J")) == set(await asked("UN")) == {SAMSUNG, HYNIX}
        assert await asked("NX") == [SAMSUNG]

    run(test, REAL, make=whole_day)


# Strength and waiting orders ------------------------------------------------------------------------------


def test_strength_is_what_the_prints_say(made: MadeDays) -> None:
    found = rows(made, Call.STRENGTH_RANKING)
    assert falling(found, "tday_rltv")
    for row in found:
        (newest, *_) = made.ask(Call.TICKS, FID_INPUT_ISCD=row["stck_shrn_iscd"]).body["output"]
        assert row["tday_rltv"] == newest["tday_rltv"]
        assert int(row["seln_cnqn_smtn"]) + int(row["shnu_cnqn_smtn"]) <= int(row["acml_vol"])


def test_what_nobody_sold_is_the_strongest_of_all() -> None:
    async def test(door: Door) -> None:
        door.offer(30, 70_000)
        await door.buy(9, 70_000)
        door.offer(30, 200_000, HYNIX)
        await door.buy(11, 200_000, HYNIX)
        found = (await door.call(Call.STRENGTH_RANKING, QUERIES[Call.STRENGTH_RANKING])).body["output"]
        assert [(row["stck_shrn_iscd"], row["tday_rltv"], row["shnu_cnqn_smtn"]) for row in found] == [
            (HYNIX, "999.99", "11"),
            (SAMSUNG, "999.99", "9"),
        ]

    run(test, REAL)


@pytest.mark.parametrize(
    ("sort", "column"),
    [("0", "total_ntsl_bidp_rsqn"), ("2", "shnu_rsqn_rate"), ("3", "seln_rsqn_rate")],
)
def test_waiting_orders_are_those_of_the_book(made: MadeDays, sort: str, column: str) -> None:
    found = rows(made, Call.WAITING_RANKING, FID_RANK_SORT_CLS_CODE=sort)
    assert falling(found, column)
    for row in found:
        book = made.ask(Call.BOOK, FID_INPUT_ISCD=row["mksc_shrn_iscd"]).body["output1"]
        for name in ("total_askp_rsqn", "total_bidp_rsqn"):
            assert row[name] == book[name]
        assert Decimal(row["shnu_rsqn_rate"]) + Decimal(row["seln_rsqn_rate"]) == 100


def test_rates_of_waiting_orders_are_parts_of_both_sides() -> None:
    async def test(door: Door) -> None:
        door.offer(238_068, 70_100)
        door.bid(500_000, 70_000)
        (row, *_) = (await door.call(Call.WAITING_RANKING, QUERIES[Call.WAITING_RANKING])).body["output"]
        assert (row["shnu_rsqn_rate"], row["seln_rsqn_rate"]) == ("67.74", "32.26")

    run(test, REAL)


# Disparity and peaks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [5, 10, 20, 60, 120])
def test_disparity_is_the_price_to_the_average_of_the_chart(made: MadeDays, days: int) -> None:
    column = f"d{days}_dsrt"
    found = rows(made, Call.DISPARITY_RANKING, FID_HOUR_CLS_CODE=str(days))
    lowest_first = rows(made, Call.DISPARITY_RANKING, FID_HOUR_CLS_CODE=str(days), FID_RANK_SORT_CLS_CODE="1")
    assert falling(found, column)
    assert len(found) == len(CODES)
    assert falling(lowest_first[::-1], column)
    for row in found:
        closes = [int(each["stck_clpr"]) for each in chart(made, row["mksc_shrn_iscd"])[:days]]
        assert float(row[column]) == pytest.approx(100 * closes[0] * days / sum(closes), abs=0.0051)


def chart(made: MadeDays, code: str) -> list[Row]:
    """The days of an issue, newest first."""
    found: list[Row] = []
    for first, last in (("20260105", "20260506"), ("20251001", "20260104")):
        answer = made.ask(
            Call.DAILY_BARS, FID_INPUT_ISCD=code, FID_INPUT_DATE_1=first, FID_INPUT_DATE_2=last
        ).body
        found += answer["output2"]
    assert len(found) > 120
    return found


def test_an_issue_with_few_days_has_few_averages() -> None:
    quote = make_simulation().exchange.quote(SAMSUNG)
    new = Averaged(Listed(quote, INSTRUMENT), (60_000, 61_000, 62_000, 63_000, 64_000, quote.last_price))
    (row,) = json.loads(disparity_ranking_reply([new], 5, is_highest_first=True).body)["output"]
    assert [row[f"d{days}_dsrt"] for days in (5, 10, 20, 60, 120)] == ["109.38", *["0.00"] * 4]
    assert json.loads(disparity_ranking_reply([new], 10, is_highest_first=True).body)["output"] == []


@pytest.mark.parametrize(("side", "is_high"), [("0", True), ("1", False)])
def test_a_peak_is_that_of_52_weeks(made: MadeDays, side: str, is_high: bool) -> None:
    found = rows(made, Call.PEAK_RANKING, FID_PRC_CLS_CODE=side)
    rate = "hprc_near_rate" if is_high else "lwpr_near_rate"
    assert len(found) == len(CODES)
    distances = [abs(Decimal(row[rate])) for row in found]
    assert distances == sorted(distances)
    for row in found:
        price = made.ask(Call.PRICE, FID_INPUT_ISCD=row["mksc_shrn_iscd"]).body["output"]
        assert (row["new_hgpr"], row["new_lwpr"]) == (price["w52_hgpr"], price["w52_lwpr"])
        high, low, last = int(row["new_hgpr"]), int(row["new_lwpr"]), int(row["stck_prpr"])
        assert float(row["hprc_near_rate"]) == pytest.approx(100 * (high - last) / last, abs=0.0051)
        assert float(row["lwpr_near_rate"]) == pytest.approx(100 * (low - last) / last, abs=0.0051)
    between = rows(
        made,
        Call.PEAK_RANKING,
        FID_PRC_CLS_CODE=side,
        FID_INPUT_CNT_1=str(distances[1] - Decimal("0.01")),
        FID_INPUT_CNT_2=str(distances[3] + Decimal("0.01")),
    )
    assert codes(between) == codes(found)[1:4]


def test_a_ranking_of_peaks_leaves_out_a_class(made: MadeDays) -> None:
    everything = set(codes(rows(made, Call.PEAK_RANKING)))
    assert set(codes(rows(made, Call.PEAK_RANKING, FID_TRGT_EXLS_CLS_CODE="7"))) == everything - {PREFERRED}
    left = codes(rows(made, Call.PEAK_RANKING, FID_TRGT_EXLS_CLS_CODE="6"))
    assert sorted(left) == sorted([PREFERRED, FUND])


# Large trades ---------------------------------------------------------------------------------------------


def test_large_trades_are_counted_by_who_took_them() -> None:
    async def test(door: Door) -> None:
        door.offer(100, 70_000)
        await door.buy(30, 70_000)
        await door.buy(20, 70_000)
        await door.buy(1, 70_000)
        door.bid(100, 69_900)
        await door.sell(25, 69_900)
        query = QUERIES[Call.LARGE_TRADE_RANKING]
        (row,) = (await door.call(Call.LARGE_TRADE_RANKING, query)).body["output"]
        assert (row["shnu_cntg_csnu"], row["seln_cntg_csnu"], row["ntby_cnqn"]) == ("3", "1", "26")
        query = query | {"FID_INPUT_PRICE_1": "1400000"}
        (row,) = (await door.call(Call.LARGE_TRADE_RANKING, query)).body["output"]
        assert (row["shnu_cntg_csnu"], row["seln_cntg_csnu"], row["ntby_cnqn"]) == ("2", "1", "25")
        query = query | {"FID_INPUT_PRICE_1": "1750000", "FID_RANK_SORT_CLS_CODE": "1"}
        assert (await door.call(Call.LARGE_TRADE_RANKING, query)).body["output"] == []

    run(test, REAL)


def test_large_trades_are_those_of_the_prints(made: MadeDays) -> None:
    for side, column in (("0", "shnu_cntg_csnu"), ("1", "seln_cntg_csnu")):
        asked = {"FID_RANK_SORT_CLS_CODE": side}
        every = {row["mksc_shrn_iscd"]: row for row in rows(made, Call.LARGE_TRADE_RANKING, **asked)}
        large = rows(made, Call.LARGE_TRADE_RANKING, **asked, FID_INPUT_PRICE_1="100000000")
        assert falling(large, column)
        assert all(0 < int(row[column]) < int(every[row["mksc_shrn_iscd"]][column]) for row in large)
    taken = {row["stck_shrn_iscd"]: row for row in rows(made, Call.STRENGTH_RANKING)}
    for code, row in every.items():
        bought, sold = int(taken[code]["shnu_cnqn_smtn"]), int(taken[code]["seln_cnqn_smtn"])
        assert int(row["ntby_cnqn"]) == bought - sold
    one = rows(made, Call.LARGE_TRADE_RANKING, FID_INPUT_ISCD_2=HYNIX)
    assert codes(one) == [HYNIX]


# Interest and views ---------------------------------------------------------------------------------------


def test_registrations_are_the_market_value_at_the_close_before(made: MadeDays) -> None:
    found = rows(made, Call.INTEREST_RANKING)
    assert falling(found, "inter_issu_reg_csnu")
    caps = {row["mksc_shrn_iscd"]: row for row in made.answer(Call.MARKET_CAP_RANKING)["output"]}
    assert set(codes(found)) == set(caps)
    for row in found:
        base = int(row["stck_prpr"]) - int(row["prdy_vrss"])
        value = base * int(caps[row["mksc_shrn_iscd"]]["lstn_stcn"]) / 10**8
        assert float(row["inter_issu_reg_csnu"]) == pytest.approx(value, abs=0.51)
        assert row["mrkt_div_cls_name"] == ("코스닥" if row["mksc_shrn_iscd"] in KOSDAQ else "코스피")


def test_the_example_of_kis_has_the_market_values_of_the_day_before() -> None:
    # Of KIS's documents: 삼성전자 at 72,700 after +400, 5,969,782,550 shares, 4,316,153 registrations.
    assert (72_300 * 5_969_782_550 + 50_000_000) // 100_000_000 == 4_316_153


def test_registrations_can_begin_at_a_later_rank(made: MadeDays) -> None:
    everything = codes(rows(made, Call.INTEREST_RANKING))
    later = rows(made, Call.INTEREST_RANKING, FID_INPUT_CNT_1="3")
    assert [row["data_rank"] for row in later] == [str(rank) for rank in range(3, len(everything) + 1)]
    assert [row["mksc_shrn_iscd"] for row in later] == everything[2:]


def test_what_is_looked_at_is_what_is_traded_for_most(made: MadeDays) -> None:
    found = rows(made, Call.VIEW_RANKING, block="output1")
    by_value = made.ask(Call.VOLUME_RANKING, FID_BLNG_CLS_CODE="3").body["output"]
    assert codes(found) == codes(by_value)
    letters = {row["mksc_shrn_iscd"]: row["mrkt_div_cls_code"] for row in found}
    assert (letters[SAMSUNG], letters[FUND], letters[KAKAO_GAMES]) == ("J", "J", "Q")


def test_twenty_issues_are_looked_at_and_no_more() -> None:
    async def test(door: Door) -> None:
        assert len((await door.call(Call.VIEW_RANKING, {})).body["output1"]) == 20

    run(test, REAL)


# Who traded, and who bought on credit ---------------------------------------------------------------------


@pytest.mark.parametrize(("sort", "is_buying"), [("0", False), ("1", True)])
def test_what_the_firm_traded_is_what_the_members_tell(made: MadeDays, sort: str, is_buying: bool) -> None:
    found = rows(made, Call.FIRM_RANKING, FID_RANK_SORT_CLS_CODE=sort)
    nets = [int(row["ntby_cnqn"]) for row in found]
    assert nets == sorted(nets, reverse=is_buying)
    today = {"FID_INPUT_DATE_1": "20260506", "FID_RANK_SORT_CLS_CODE": sort}
    for row in rows(made, Call.FIRM_RANKING, **today):
        sold, bought = int(row["seln_cnqn_smtn"]), int(row["shnu_cnqn_smtn"])
        assert int(row["ntby_cnqn"]) == bought - sold
        trades = made.ask(
            Call.MEMBER_TRADES, FID_INPUT_ISCD=row["mksc_shrn_iscd"], FID_INPUT_ISCD_2="00002"
        ).body["output1"][0]
        assert (trades["total_seln_qty"], trades["total_shnu_qty"]) == (str(sold), str(bought))


def test_the_days_of_the_firm_add_up(made: MadeDays) -> None:
    def sold(first: str, last: str) -> dict[str, int]:
        found = rows(made, Call.FIRM_RANKING, FID_INPUT_DATE_1=first, FID_INPUT_DATE_2=last)
        return {row["mksc_shrn_iscd"]: int(row["seln_cnqn_smtn"]) for row in found}

    days = [sold(day, day) for day in ("20260429", "20260430", "20260504")]
    assert sold("20260429", "20260505") == {code: sum(day[code] for day in days) for code in days[0]}
    assert sold("20260501", "20260501") == sold("20270104", "20270105") == sold("19000101", "19000102") == {}
    assert sold("20260505", "20260429") == {}


@pytest.mark.parametrize(
    ("sort", "column", "is_falling"),
    [
        ("0", "whol_loan_rmnd_rate", True),
        ("1", "whol_loan_rmnd_stcn", True),
        ("2", "whol_loan_rmnd_amt", True),
        ("3", "nday_vrss_loan_rmnd_inrt", True),
        ("4", "nday_vrss_loan_rmnd_inrt", False),
        ("5", "whol_stln_rmnd_rate", True),
        ("6", "whol_stln_rmnd_stcn", True),
        ("7", "whol_stln_rmnd_amt", True),
        ("8", "nday_vrss_stln_rmnd_inrt", True),
        ("9", "nday_vrss_stln_rmnd_inrt", False),
    ],
)
def test_credit_is_that_of_the_day_settled_last(
    made: MadeDays, sort: str, column: str, is_falling: bool
) -> None:
    body = made.ask(Call.CREDIT_RANKING, FID_RANK_SORT_CLS_CODE=sort, FID_OPTION="3").body
    found, days = body["output2"], body["output1"][0]
    assert falling(found if is_falling else found[::-1], column)
    assert found
    for row in found:
        daily = made.ask(Call.CREDIT_BALANCES, FID_INPUT_ISCD=row["mksc_shrn_iscd"]).body["output"]
        of_day = {each["stlm_date"]: each for each in daily}
        last, first = of_day[days["stnd_date2"]], of_day[days["stnd_date1"]]
        for name in ("loan", "stln"):
            for figure in ("stcn", "amt", "rate"):
                assert row[f"whol_{name}_rmnd_{figure}"] == last[f"whol_{name}_rmnd_{figure}"]
            now, before = (int(day[f"whol_{name}_rmnd_stcn"]) for day in (last, first))
            grown = 100 * (now - before) / before if before else 0
            assert float(row[f"nday_vrss_{name}_rmnd_inrt"]) == pytest.approx(grown, abs=0.0051)


def test_credit_can_be_of_a_market_and_over_more_days(made: MadeDays) -> None:
    def asked(**changed: str) -> tuple[Row, set[str]]:
        body = made.ask(Call.CREDIT_RANKING, **changed).body
        return body["output1"][0], {row["mksc_shrn_iscd"] for row in body["output2"]}

    days, _ = asked(FID_OPTION="5")
    assert (days["stnd_date1"], days["stnd_date2"]) == ("20260427", "20260504")
    days, _ = asked()
    # A holiday lies between, as in KIS's example of 2024-04-09 and 11.
    assert (days["stnd_date1"], days["stnd_date2"]) == ("20260430", "20260504")
    assert asked(FID_INPUT_ISCD="1001")[1] == set(KOSDAQ)
    days, _ = asked(FID_OPTION="999")
    first, last = (date.fromisoformat(days[name]) for name in ("stnd_date1", "stnd_date2"))
    assert len(trading_days(first, last)) == 999


# Companies ------------------------------------------------------------------------------------------------


def columns_of(call: Call) -> list[str]:
    """The figures that a ranking of companies can be sorted by, in the order of their codes."""
    return [name for name in COLUMNS[call, "output"].split()[8:] if not name.startswith(("stac", "iqry"))]


@pytest.mark.parametrize(
    ("call", "sort"),
    [
        *((Call.PROFIT_RANKING, code) for code in range(7)),
        *((Call.RATIO_RANKING, code) for code in range(7, 23)),
        *((Call.MULTIPLE_RANKING, code) for code in range(23, 32)),
    ],
)
def test_companies_are_sorted_by_every_figure(made: MadeDays, call: Call, sort: int) -> None:
    first = {Call.PROFIT_RANKING: 0, Call.RATIO_RANKING: 7, Call.MULTIPLE_RANKING: 23}[call]
    found = rows(made, call, FID_RANK_SORT_CLS_CODE=str(sort))
    assert set(codes(found)) == set(CODES) - {FUND}
    assert {row["iqry_csnu"] for row in found} == {str(len(CODES) - 1)}
    assert falling(found, columns_of(call)[sort - first])


@pytest.mark.parametrize(
    ("call", "told_by", "names"),
    [
        (
            Call.PROFIT_RANKING,
            Call.INCOME_STATEMENT,
            {name: name for name in ("sale_totl_prfi", "bsop_prti", "op_prfi", "thtr_ntin")},
        ),
        (
            Call.PROFIT_RANKING,
            Call.BALANCE_SHEET,
            {name: name for name in ("total_aset", "total_lblt", "total_cptl")},
        ),
        (
            Call.RATIO_RANKING,
            Call.FINANCIAL_RATIO,
            {name: name for name in ("grs", "bsop_prfi_inrt", "ntin_inrt", "rsrv_rate", "lblt_rate")},
        ),
        (
            Call.RATIO_RANKING,
            Call.PROFIT_RATIO,
            {"cptl_ntin_rate": "cptl_ntin_rate", "sale_ntin_rate": "sale_ntin_rate"}
            | {"sale_totl_rate": "sale_totl_rate", "cptl_op_prfi": "sale_ntin_rate"},
        ),
        (Call.RATIO_RANKING, Call.STABILITY_RATIO, {"bram_depn": "bram_depn"}),
        (
            Call.RATIO_RANKING,
            Call.GROWTH_RATIO,
            {"equt_inrt": "equt_inrt", "totl_aset_inrt": "totl_aset_inrt"},
        ),
        (Call.MULTIPLE_RANKING, Call.OTHER_RATIO, {"ebitda": "ebitda", "pv_div_ebitda": "ev_ebitda"}),
    ],
)
@pytest.mark.parametrize(("year", "quarter", "month"), [("2025", "3", "202512"), ("2024", "1", "202406")])
def test_figures_are_those_of_the_statements(
    made: MadeDays, call: Call, told_by: Call, names: dict[str, str], year: str, quarter: str, month: str
) -> None:
    for row in rows(made, call, FID_INPUT_OPTION_1=year, FID_INPUT_OPTION_2=quarter):
        told = made.ask(told_by, FID_INPUT_ISCD=row["mksc_shrn_iscd"], FID_DIV_CLS_CODE="1").body["output"]
        (statement,) = [each for each in told if each["stac_yymm"] == month]
        assert {name: row[name] for name in names} == {
            name: statement[theirs] for name, theirs in names.items()
        }


def test_multiples_are_those_of_the_price(made: MadeDays) -> None:
    for row in rows(made, Call.MULTIPLE_RANKING):
        price = made.ask(Call.PRICE, FID_INPUT_ISCD=row["mksc_shrn_iscd"]).body["output"]
        assert (row["per"], row["pbr"]) == (price["per"], price["pbr"])
        assert Decimal(row["eps"]) == 100 * Decimal(price["eps"])


def test_a_year_without_statements_has_no_rows(made: MadeDays) -> None:
    assert rows(made, Call.PROFIT_RANKING, FID_INPUT_OPTION_1="2026", FID_INPUT_OPTION_2="3") == []
    newest = rows(made, Call.PROFIT_RANKING, FID_INPUT_OPTION_1="")
    assert newest == rows(made, Call.PROFIT_RANKING)


def test_dividends_are_ranked_by_what_they_are_of_the_face_value(made: MadeDays) -> None:
    found = rows(made, Call.DIVIDEND_RANKING)
    assert falling(found, "divi_rate")
    assert [row["rank"] for row in found] == [str(rank) for rank in range(1, len(found) + 1)]
    told = {
        (row["sht_cd"], row["record_date"]): row
        for row in made.ask(Call.DIVIDENDS, F_DT="20250101", T_DT="20251231").body["output1"]
    }
    assert len(found) == min(len(told), 30)
    for row in found:
        other = told[row["sht_cd"], row["record_date"]]
        assert int(row["per_sto_divi_amt"]) == int(other["per_sto_divi_amt"])
        assert row["divi_rate"] == other["divi_rate"].strip()
        assert (row["divi_kind"], row["isin_name"]) == (other["divi_kind"], other["isin_name"])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"GB1": "3", "UPJONG": "1001"}, set(KOSDAQ)),
        ({"GB2": "7"}, {PREFERRED}),
        ({"GB1": "1", "UPJONG": "0013"}, {SAMSUNG, PREFERRED, HYNIX}),
        ({"GB1": "2", "UPJONG": "2007"}, set()),
    ],
)
def test_dividends_can_be_of_a_market_a_class_or_an_industry(
    made: MadeDays, changed: dict[str, str], expected: set[str]
) -> None:
    found = rows(made, Call.DIVIDEND_RANKING, F_DT="20230101", **changed)
    assert {row["sht_cd"] for row in found} <= expected
    assert bool(found) is bool(expected)


def test_of_dividends_in_shares_there_is_nothing_of_each(made: MadeDays) -> None:
    # KIS's own example has them so: rows of dividends that gave no shares.
    found = rows(made, Call.DIVIDEND_RANKING, GB3="1")
    in_cash = rows(made, Call.DIVIDEND_RANKING)
    assert {(row["per_sto_divi_amt"], row["divi_rate"]) for row in found} == {("0", "0.00")}
    assert [row["rank"] for row in found] == [row["rank"] for row in in_cash]
    places = [(row["sht_cd"], row["record_date"]) for row in found]
    assert places == sorted(places)


def test_dividends_can_be_of_one_kind(made: MadeDays) -> None:
    year_end = {row["divi_kind"] for row in rows(made, Call.DIVIDEND_RANKING, GB4="1")}
    others = {row["divi_kind"] for row in rows(made, Call.DIVIDEND_RANKING, GB4="2")}
    assert year_end == {"결산"}
    assert others
    assert others <= {"중간", "분기"}


def test_a_preferred_share_stands_beside_its_common_one(made: MadeDays) -> None:
    (row,) = rows(made, Call.PREFERRED_RANKING)
    common, preferred = (made.ask(Call.PRICE, FID_INPUT_ISCD=code).body["output"] for code in CODES[2:4])
    assert (row["mksc_shrn_iscd"], row["prst_iscd"]) == (SAMSUNG, f"A{PREFERRED}")
    assert (row["stck_prpr"], row["prst_prpr"]) == (common["stck_prpr"], preferred["stck_prpr"])
    assert (row["prst_prdy_ctrt"], row["prst_acml_vol"]) == (preferred["prdy_ctrt"], preferred["acml_vol"])
    gap = int(row["stck_prpr"]) - int(row["prst_prpr"])
    assert int(row["diff_prpr"]) == gap
    assert float(row["dprt"]) == pytest.approx(100 * gap / int(row["stck_prpr"]), abs=0.0051)
    assert rows(made, Call.PREFERRED_RANKING, FID_INPUT_PRICE_2=row["prst_prpr"]) == []
    assert rows(made, Call.PREFERRED_RANKING, FID_INPUT_ISCD="1001") == []
