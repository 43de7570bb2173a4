"""Who trades whole markets: what is told of a market is the sum of what is told of its issues."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.brokers.kis.door import PAPER
from tests.brokers.kis.made_day import Made
from tests.brokers.kis.made_day import run as run_made
from tests.brokers.kis.test_market_calls import CODE, DAY, YESTERDAY, MadeDays

from hoga.brokers.kis import program_blocks
from hoga.brokers.kis.services import Call
from hoga.domain.errors import BadInput
from hoga.domain.flows import EVERYBODY, Investor
from hoga.domain.index import Index
from hoga.domain.instrument import Kind, Market
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

TODAY, BEFORE = f"{DAY:%Y%m%d}", f"{YESTERDAY:%Y%m%d}"
HOURS = ("10:05", "15:45")
MARKETS = pytest.mark.parametrize(
    ("letter", "name", "code", "index"),
    [("K", "KSP", "0001", Index.KOSPI), ("Q", "KSQ", "1001", Index.KOSDAQ)],
)


@pytest.fixture(scope="module")
def made() -> Iterator[MadeDays]:
    days = MadeDays()
    yield days
    days.close()


@pytest.fixture(scope="module")
def facts() -> MadeFacts:
    return MadeFacts(7, MadeBars(7))


def codes_of(facts: MadeFacts, index: Index) -> list[str]:
    basket = facts.basket(index, DAY)
    assert basket is not None
    return list(basket.shares)


def sum_of(rows: list[dict[str, str]], name: str) -> int:
    return sum(int(row[name]) for row in rows)


# Columns --------------------------------------------------------------------------------------------------

GROUPS = [
    "frgn",
    "prsn",
    "orgn",
    "scrt",
    "ivtr",
    "pe_fund",
    "bank",
    "insu",
    "mrbn",
    "fund",
    "etc_orgt",
    "etc_corp",
]
VOLUMES = ("pe_fund", "etc_orgt", "etc_corp")


def net_of(group: str) -> str:
    return f"{group}_ntby_vol" if group in VOLUMES else f"{group}_ntby_qty"


def of_groups(groups: list[str], measures: str) -> set[str]:
    return {f"{group}_{measure}" for group in groups for measure in measures.split()}


def test_the_columns_of_market_investors_are_those_of_the_sample(made: MadeDays) -> None:
    ((row,),) = [made.answer(Call.MARKET_INVESTORS)["output"]]
    expected = of_groups(GROUPS, "seln_vol shnu_vol seln_tr_pbmn shnu_tr_pbmn ntby_tr_pbmn")
    assert set(row) == expected | {net_of(group) for group in GROUPS}
    assert list(row)[:6] == [f"frgn_{name}" for name in ["seln_vol", "shnu_vol", "ntby_qty"]] + [
        f"frgn_{name}_tr_pbmn" for name in ("seln", "shnu", "ntby")
    ]


def test_the_columns_of_the_days_of_market_investors_are_those_of_the_sample(made: MadeDays) -> None:
    rows = made.answer(Call.MARKET_INVESTOR_DAYS)["output"]
    groups = [*GROUPS, "etc"]
    expected = {net_of(group) for group in groups} | of_groups(groups, "ntby_tr_pbmn")
    expected |= of_groups(["frgn_reg", "frgn_nreg"], "ntby_qty ntby_pbmn")
    levels = ["prpr", "prdy_vrss", "prdy_ctrt", "oprc", "hgpr", "lwpr"]
    expected |= {f"bstp_nmix_{name}" for name in levels}
    assert set(rows[0]) == expected | {"stck_bsop_date", "prdy_vrss_sign", "stck_prdy_clpr"}
    assert len(rows[0]) == 39


def test_the_columns_of_the_ranking_are_those_of_the_sample(made: MadeDays) -> None:
    row = made.answer(Call.INVESTOR_RANKING)["output"][0]
    groups = [group for group in GROUPS if group not in ("prsn", "scrt", "pe_fund")]
    expected = {net_of(group) for group in groups} | of_groups(groups, "ntby_tr_pbmn")
    expected |= {"hts_kor_isnm", "mksc_shrn_iscd", "ntby_qty", "stck_prpr", "acml_vol"}
    assert set(row) == expected | {"prdy_vrss", "prdy_vrss_sign", "prdy_ctrt"}
    assert len(row) == 26


def test_the_columns_of_programs_are_those_of_kis(made: MadeDays) -> None:
    (minute, *_), (day, *_), investors = (
        made.answer(Call.MARKET_PROGRAMS)["output"],
        made.answer(Call.MARKET_PROGRAM_DAYS)["output"],
        made.answer(Call.PROGRAM_INVESTORS)["output1"],
    )
    assert list(minute) == list(program_blocks.MarketProgramMinute.__struct_fields__)
    assert len(minute) == 18
    assert list(day) == list(program_blocks.MarketProgramDay.__struct_fields__)
    assert len(day) == 100
    amounts = {name for name in day if not name.endswith("_rate")} - {"stck_bsop_date"}
    assert all(day[name] != "0" for name in amounts if "_onsl_" not in name)
    assert len(investors) == 11
    assert {name[:3] for name in investors[0]} == {"inv", "all", "arb", "nab"}
    assert len(investors[0]) == 20


# Investors ------------------------------------------------------------------------------------------------


@MARKETS
@pytest.mark.parametrize("hour", HOURS)
def test_everybody_bought_what_everybody_sold(
    made: MadeDays, letter: str, name: str, code: str, index: Index, hour: str
) -> None:
    changed = {"FID_INPUT_ISCD": name, "FID_INPUT_ISCD_2": code}
    (row,) = made.ask(Call.MARKET_INVESTORS, hour, **changed).body["output"]
    groups = ("frgn", "prsn", "orgn", "etc_orgt", "etc_corp")
    nets = [int(row[net_of(group)]) for group in groups]
    assert any(nets)
    # The parts of a day are cut to whole shares, of every group of every issue.
    assert abs(sum(nets)) <= 300
    now = made.ask(Call.INDEX_PRICE, hour, FID_INPUT_ISCD=code).body["output"]
    bought = sum(int(row[f"{group}_shnu_vol"]) for group in groups)
    assert bought == pytest.approx(int(now["acml_vol"]) * 1000, rel=0.01)


@pytest.mark.parametrize("hour", HOURS)
def test_a_market_is_the_sum_of_its_industries(made: MadeDays, hour: str) -> None:
    (whole,) = made.answer(Call.MARKET_INVESTORS, hour)["output"]
    rows = made.ask(Call.INDEX_CATEGORIES, hour, FID_BLNG_CLS_CODE="3").body["output2"]
    parts = [
        made.ask(Call.MARKET_INVESTORS, hour, FID_INPUT_ISCD_2=row["bstp_cls_code"]).body["output"][0]
        for row in rows
    ]
    for group in GROUPS:
        assert sum_of(parts, net_of(group)) == int(whole[net_of(group)])


def test_markets_that_are_not_here_have_noughts(made: MadeDays) -> None:
    for market, section in (("999", "S001"), ("K2I", "F001"), ("ELW", "W000"), ("ETN", "E199")):
        changed = {"FID_INPUT_ISCD": market, "FID_INPUT_ISCD_2": section}
        (row,) = made.ask(Call.MARKET_INVESTORS, **changed).body["output"]
        assert set(row.values()) == {"0"}
    (funds,) = made.ask(Call.MARKET_INVESTORS, FID_INPUT_ISCD="ETF", FID_INPUT_ISCD_2="T000").body["output"]
    assert int(funds["prsn_shnu_vol"]) > 0


@MARKETS
def test_the_day_of_a_market_is_the_sum_of_those_of_its_issues(
    made: MadeDays, facts: MadeFacts, letter: str, name: str, code: str, index: Index
) -> None:
    changed = {"FID_INPUT_ISCD": code, "FID_INPUT_ISCD_1": name, "FID_INPUT_ISCD_2": code}
    rows = made.ask(Call.MARKET_INVESTOR_DAYS, FID_INPUT_DATE_1=BEFORE, **changed).body["output"]
    assert len(rows) == 30
    days = [row["stck_bsop_date"] for row in rows]
    assert days == sorted(days, reverse=True)
    assert days[0] == BEFORE
    flows = [facts.investor_flows(each, YESTERDAY, YESTERDAY)[0] for each in codes_of(facts, index)]
    for group, investor in (("frgn", Investor.FOREIGN), ("prsn", Investor.INDIVIDUAL)):
        assert int(rows[0][net_of(group)]) == sum(each.flows[investor].net for each in flows)
    bars = made.ask(
        Call.INDEX_BARS, FID_INPUT_ISCD=code, FID_INPUT_DATE_1="20260420", FID_INPUT_DATE_2=BEFORE
    ).body["output2"]
    assert [row["bstp_nmix_prpr"] for row in rows[: len(bars)]] == [bar["bstp_nmix_prpr"] for bar in bars]
    assert rows[0]["stck_prdy_clpr"] == rows[1]["bstp_nmix_prpr"]
    nets = [sum(int(row[net_of(group)]) for group in ("frgn", "prsn", "orgn", "etc")) for row in rows]
    assert set(nets) == {0}


@pytest.mark.parametrize("hour", HOURS)
def test_the_running_day_of_a_market_is_what_the_time_of_day_tells(made: MadeDays, hour: str) -> None:
    today, *_ = made.answer(Call.MARKET_INVESTOR_DAYS, hour)["output"]
    (now,) = made.answer(Call.MARKET_INVESTORS, hour)["output"]
    assert today["stck_bsop_date"] == TODAY
    for group in GROUPS:
        assert today[net_of(group)] == now[net_of(group)]
        assert today[f"{group}_ntby_tr_pbmn"] == now[f"{group}_ntby_tr_pbmn"]
    assert today["bstp_nmix_prpr"] == made.answer(Call.INDEX_PRICE, hour)["output"]["bstp_nmix_prpr"]


@pytest.mark.parametrize("hour", HOURS)
def test_issues_are_ranked_by_what_is_estimated_of_each(made: MadeDays, hour: str) -> None:
    for choice, groups in (("0", ("frgn", "orgn")), ("1", ("frgn",)), ("2", ("orgn",))):
        for side, sign in (("0", 1), ("1", -1)):
            changed = {"FID_ETC_CLS_CODE": choice, "FID_RANK_SORT_CLS_CODE": side}
            rows = made.ask(Call.INVESTOR_RANKING, hour, **changed).body["output"]
            nets = [sign * int(row["ntby_qty"]) for row in rows]
            assert nets == sorted(nets, reverse=True)
            assert min(nets) > 0
            for row in rows:
                assert int(row["ntby_qty"]) == sum(int(row[net_of(group)]) for group in groups)
    everything = [
        row
        for side in "01"
        for row in made.ask(
            Call.INVESTOR_RANKING, hour, FID_ETC_CLS_CODE="1", FID_RANK_SORT_CLS_CODE=side
        ).body["output"]
    ]
    (samsung,) = [row for row in everything if row["mksc_shrn_iscd"] == CODE]
    newest = made.answer(Call.INVESTOR_ESTIMATES, hour)["output2"][0]
    assert int(samsung["frgn_ntby_qty"]) == int(newest["frgn_fake_ntby_qty"])
    assert int(samsung["orgn_ntby_qty"]) == int(newest["orgn_fake_ntby_qty"])
    worth = int(samsung["frgn_ntby_qty"]) * int(samsung["stck_prpr"])
    assert abs(worth - int(samsung["frgn_ntby_tr_pbmn"]) * 10**6) <= 10**6 // 2


def test_the_ranking_can_be_of_a_market_and_by_value(made: MadeDays) -> None:
    of_kosdaq = made.ask(Call.INVESTOR_RANKING, FID_INPUT_ISCD="1001", FID_DIV_CLS_CODE="1").body["output"]
    worth = [int(row["ntby_qty"]) * int(row["stck_prpr"]) for row in of_kosdaq]
    assert worth == sorted(worth, reverse=True)
    assert CODE not in {row["mksc_shrn_iscd"] for row in of_kosdaq}
    # The first estimate is entered at half past nine.
    assert made.ask(Call.INVESTOR_RANKING, "09:20").body["output"] == []


# Programs -------------------------------------------------------------------------------------------------


@MARKETS
@pytest.mark.parametrize("hour", HOURS)
def test_programs_of_today_agree_by_minute_by_day_and_by_investor(
    made: MadeDays, letter: str, name: str, code: str, index: Index, hour: str
) -> None:
    minutes = made.ask(Call.MARKET_PROGRAMS, hour, FID_MRKT_CLS_CODE=letter).body["output"]
    today, *_ = made.ask(Call.MARKET_PROGRAM_DAYS, hour, FID_MRKT_CLS_CODE=letter).body["output"]
    number = {"K": "1", "Q": "4"}[letter]
    investors = made.ask(Call.PROGRAM_INVESTORS, hour, MRKT_DIV_CLS_CODE=number).body["output1"]
    assert today["stck_bsop_date"] == TODAY
    assert len(minutes) == 30
    assert minutes[0]["bsop_hour"] == {"10:05": "100500", "15:45": "154500"}[hour]
    for kind in ("arbt", "nabt"):
        for side in ("seln", "shnu", "ntby"):
            amount = today[f"{kind}_smtn_{side}_tr_pbmn"]
            assert minutes[0][f"{kind}_smtn_{side}_tr_pbmn"] == amount
            assert sum_of(investors, f"{kind}_{side}_amt") == int(amount)
    assert sum_of(investors, "all_ntby_qty") == int(today["arbt_smtn_ntby_qty"]) + int(
        today["nabt_smtn_ntby_qty"]
    )
    now = made.ask(Call.INDEX_PRICE, hour, FID_INPUT_ISCD=code).body["output"]
    assert minutes[0]["bstp_nmix_prpr"] == now["bstp_nmix_prpr"]
    assert minutes[0]["bstp_nmix_prdy_vrss"] == now["bstp_nmix_prdy_vrss"]
    bought = 100 * Decimal(today["nabt_smtn_shnu_tr_pbmn"]) / Decimal(now["acml_tr_pbmn"])
    assert float(today["nabt_smtm_shun_tr_pbmn_rate"]) == pytest.approx(float(bought), abs=0.02)


def test_after_the_close_the_minutes_repeat_it(made: MadeDays) -> None:
    rows = made.answer(Call.MARKET_PROGRAMS, "15:45")["output"]
    closed = [row for row in rows if row["bsop_hour"] >= "153100"]
    assert len({tuple(list(row.items())[1:]) for row in closed}) == 1


@MARKETS
def test_the_programs_of_a_day_are_those_of_its_issues(
    made: MadeDays, facts: MadeFacts, letter: str, name: str, code: str, index: Index
) -> None:
    rows = made.ask(Call.MARKET_PROGRAM_DAYS, FID_MRKT_CLS_CODE=letter).body["output"]
    days = [row["stck_bsop_date"] for row in rows]
    assert (days[0], days[-1]) == (TODAY, "20260401")
    assert days == sorted(days, reverse=True)
    flows = [facts.program_flows(each, YESTERDAY, YESTERDAY)[0] for each in codes_of(facts, index)]
    row = rows[1]
    bought = sum(each.total.bought or 0 for each in flows)
    assert abs(int(row["whol_smtn_shnu_vol"]) - bought // 1000) <= 1
    for side in ("seln", "shnu"):
        parts = int(row[f"arbt_smtn_{side}_tr_pbmn"]) + int(row[f"nabt_smtn_{side}_tr_pbmn"])
        assert abs(parts - int(row[f"whol_smtn_{side}_tr_pbmn"])) <= 1
        assert row[f"whol_entm_{side}_tr_pbmn"] == row[f"whol_smtn_{side}_tr_pbmn"]


def test_program_days_by_one_date_alone_go_back_from_it(made: MadeDays) -> None:
    rows = made.ask(Call.MARKET_PROGRAM_DAYS, FID_INPUT_DATE_1=BEFORE, FID_INPUT_DATE_2="").body["output"]
    assert rows[0]["stck_bsop_date"] == BEFORE
    assert len(rows) == 30
    newest = made.ask(Call.MARKET_PROGRAM_DAYS, FID_INPUT_DATE_1="", FID_INPUT_DATE_2="").body["output"]
    assert newest[0]["stck_bsop_date"] == TODAY
    early = f"{DAY - timedelta(days=400):%Y%m%d}"
    old = made.ask(Call.MARKET_PROGRAM_DAYS, FID_INPUT_DATE_1=early, FID_INPUT_DATE_2=early).body["output"]
    assert old == []


def test_programs_are_those_of_krx(made: MadeDays) -> None:
    for call in (Call.MARKET_PROGRAMS, Call.MARKET_PROGRAM_DAYS):
        assert made.ask(call, FID_COND_MRKT_DIV_CODE="NX").body["output"] == []
        assert made.ask(call, FID_COND_MRKT_DIV_CODE="UN").body == made.answer(call)
    assert made.ask(Call.PROGRAM_INVESTORS, EXCH_DIV_CLS_CODE="NX").body["output1"] == []


@pytest.mark.parametrize(
    ("call", "change"),
    [
        (Call.INVESTOR_RANKING, {"FID_COND_MRKT_DIV_CODE": "J"}),
        (Call.INVESTOR_RANKING, {"FID_INPUT_ISCD": "KOSPI"}),
        (Call.INVESTOR_RANKING, {"FID_ETC_CLS_CODE": "4"}),
        (Call.MARKET_INVESTORS, {"FID_INPUT_ISCD": "NYSE"}),
        (Call.MARKET_INVESTOR_DAYS, {"FID_INPUT_ISCD_1": "ETF"}),
        (Call.MARKET_INVESTOR_DAYS, {"FID_INPUT_DATE_1": "today"}),
        (Call.MARKET_INVESTOR_DAYS, {"FID_COND_MRKT_DIV_CODE": "J"}),
        (Call.MARKET_PROGRAMS, {"FID_MRKT_CLS_CODE": "N"}),
        (Call.MARKET_PROGRAM_DAYS, {"FID_INPUT_DATE_2": "May"}),
        (Call.MARKET_PROGRAM_DAYS, {"FID_COND_MRKT_DIV_CODE": "U"}),
        (Call.PROGRAM_INVESTORS, {"MRKT_DIV_CLS_CODE": "2"}),
    ],
)
def test_nonsense_in_a_field_is_refused(made: MadeDays, call: Call, change: dict[str, str]) -> None:
    refused = made.ask(call, **change)
    assert (refused.status, refused.body["rt_cd"], refused.code) == (200, "1", "OPSQ2001")


# The client -----------------------------------------------------------------------------------------------


def test_the_client_reads_who_traded_a_market() -> None:
    async def test(made: Made) -> None:
        client, first = made.client, date(2026, 4, 20)
        days = await client.flows.market_investors(Market.KOSPI, first, YESTERDAY)
        assert (days[0].day, days[-1].day) == (first, YESTERDAY)
        bars = await client.charts.index_bars(Index.KOSPI, first, YESTERDAY)
        assert [each.level for each in days] == [bar.close for bar in bars]
        for each in days:
            assert sum(flow.net for who in EVERYBODY if (flow := each.find(who))) == 0
        codes = [
            code
            for code in made.exchange.codes
            if made.exchange.instrument(code).kind is Kind.STOCK
            and made.exchange.instrument(code).market is Market.KOSPI
        ]
        told = [made.facts.investor_flows(code, YESTERDAY, YESTERDAY)[0] for code in codes]
        foreign = days[-1].find(Investor.FOREIGN)
        assert foreign is not None
        assert foreign.net == sum(each.flows[Investor.FOREIGN].net for each in told)

        programs = await client.flows.market_programs(Market.KOSPI, first, YESTERDAY)
        assert [each.day for each in programs] == [each.day for each in days]
        traded = [made.facts.program_flows(code, YESTERDAY, YESTERDAY)[0] for code in codes]
        bought = sum(each.arbitrage.bought or 0 for each in traded)
        assert programs[-1].arbitrage.bought == bought // 1000 * 1000
        assert programs[-1].total.net == programs[-1].arbitrage.net + programs[-1].non_arbitrage.net

    run_made(test)


def test_the_paper_host_does_not_tell_of_markets() -> None:
    async def test(made: Made) -> None:
        for ask in (made.client.flows.market_investors, made.client.flows.market_programs):
            with pytest.raises(BadInput):
                await ask(Market.KOSPI, YESTERDAY, YESTERDAY)

    run_made(test, environment=PAPER)
