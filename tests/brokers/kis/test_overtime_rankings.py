"""Rankings of what trades outside the regular session are those of the evening and of the closing prices."""

from typing import Any

import pytest
from tests.brokers.kis.door import (
    BUY,
    DAY,
    KIM,
    LEE,
    MAKER,
    REAL,
    SELL,
    Door,
    at,
    issue,
    make_simulation,
    quietly,
    run,
)
from tests.brokers.kis.door import HYNIX as OTHER
from tests.brokers.kis.door import SAMSUNG as INSTRUMENT
from tests.brokers.kis.test_market_calls import QUERIES

from hoga.brokers.kis.services import Call
from hoga.domain.request import OrderType
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK

SAMSUNG, HYNIX = "005930", "000660"

# The columns are those of COLUMN_MAPPING in KIS's samples and of the examples of its documents.
_EVENING = (
    "hts_kor_isnm ovtm_untp_prpr ovtm_untp_prdy_vrss ovtm_untp_prdy_vrss_sign ovtm_untp_prdy_ctrt"
    " ovtm_untp_seln_rsqn ovtm_untp_shnu_rsqn ovtm_untp_vol ovtm_vrss_acml_vol_rlim"
    " stck_prpr acml_vol bidp askp"
)
_MARKETS = "ovtm_untp_exch_vol ovtm_untp_exch_tr_pbmn ovtm_untp_kosdaq_vol ovtm_untp_kosdaq_tr_pbmn"
_BESIDE_EXPECTED = [
    "data_rank",
    "hts_kor_isnm",
    "iscd_stat_cls_code",
    "itmt_vol",
    "ovtm_untp_askp_rsqn1",
    "ovtm_untp_bidp_rsqn1",
    "stck_prpr",
    "stck_shrn_iscd",
]
_COUNTS = (
    "ovtm_untp_uplm_issu_cnt ovtm_untp_ascn_issu_cnt ovtm_untp_stnr_issu_cnt"
    " ovtm_untp_lslm_issu_cnt ovtm_untp_down_issu_cnt"
)


def without_nxt() -> Simulation:
    """A day with its evening; what trades at NXT too has no auctions in the evening."""
    listings = [Listing(INSTRUMENT, 70_000), Listing(OTHER, 200_000)]
    holdings = tuple(Holding(code, 1_000_000, 10_000_000) for code in (SAMSUNG, HYNIX))
    opening = Opening(account=MAKER, deposit=10**12, holdings=holdings)
    customers = [Opening(account=each.account, deposit=10**7) for each in (KIM, LEE)]
    return quietly(Exchange(DAY, listings, [opening, *customers], KIS_STOCK, is_whole_day=True))


async def ask(door: Door, call: Call, **changed: str) -> Any:
    return (await door.call(call, QUERIES[call] | changed)).body


async def codes(door: Door, call: Call, block: str = "output2", **changed: str) -> list[str]:
    found = (await ask(door, call, **changed))[block]
    return [row.get("mksc_shrn_iscd") or row["stck_shrn_iscd"] for row in found]


def auction(door: Door, hour: str, *orders: tuple[str, Any, int, int]) -> None:
    """Orders of the evening, all at one hour."""
    door.clock.set(at(hour))
    for code, side, quantity, limit in orders:
        door.trade(Place(MAKER, code, side, quantity, limit, OrderType.AFTER_HOURS_AUCTION))


def evening(door: Door) -> None:
    """Hynix has risen a little in the first auction, Samsung fallen to its limit; the second gathers."""
    door.offer(4, 70_000)
    door.bid(4, 70_000)
    door.offer(5, 201_000, HYNIX)
    door.bid(5, 201_000, HYNIX)
    door.offer(3, 201_500, HYNIX)
    door.bid(2, 200_500, HYNIX)
    auction(
        door,
        "16:01",
        (HYNIX, SELL, 30, 202_000),
        (HYNIX, BUY, 20, 202_000),
        (SAMSUNG, SELL, 10, 63_000),
        (SAMSUNG, BUY, 8, 63_000),
    )
    auction(
        door,
        "16:12",
        (HYNIX, BUY, 4, 202_000),
        (HYNIX, SELL, 7, 203_000),
        (SAMSUNG, BUY, 50, 66_000),
    )


def in_the_evening(test: Any) -> None:
    async def opened(door: Door) -> None:
        evening(door)
        await test(door)

    run(opened, REAL, make=without_nxt)


def test_changes_of_the_evening_are_ranked_by_class() -> None:
    async def test(door: Door) -> None:
        body = await ask(door, Call.EVENING_CHANGE_RANKING)
        totals, (row,) = body["output1"], body["output2"]
        assert sorted(totals) == sorted(
            f"{_COUNTS} ovtm_untp_acml_vol ovtm_untp_acml_tr_pbmn {_MARKETS}".split()
        )
        assert [totals[name] for name in _COUNTS.split()] == ["0", "1", "0", "1", "1"]
        value = str(20 * 202_000 + 8 * 63_000)
        assert (totals["ovtm_untp_acml_vol"], totals["ovtm_untp_acml_tr_pbmn"]) == ("28", value)
        assert [totals[name] for name in _MARKETS.split()] == ["28", value, "0", "0"]
        assert sorted(row) == sorted(f"mksc_shrn_iscd {_EVENING} ovtm_untp_askp1 ovtm_untp_bidp1".split())
        assert (row["mksc_shrn_iscd"], row["ovtm_untp_prpr"], row["ovtm_untp_vol"]) == (HYNIX, "202000", "20")
        assert (row["ovtm_untp_prdy_vrss"], row["ovtm_untp_prdy_ctrt"]) == ("1000", "0.50")
        assert (row["ovtm_untp_askp1"], row["ovtm_untp_bidp1"]) == ("202000", "0")
        assert (row["ovtm_untp_seln_rsqn"], row["ovtm_untp_shnu_rsqn"]) == ("13", "0")
        assert (row["acml_vol"], row["ovtm_vrss_acml_vol_rlim"]) == ("5", "400.00")
        assert (row["stck_prpr"], row["askp"], row["bidp"]) == ("201000", "201500", "200500")
        ranked = {
            kind: await codes(door, Call.EVENING_CHANGE_RANKING, FID_DIV_CLS_CODE=kind) for kind in "12345"
        }
        assert ranked == {"1": [], "2": [HYNIX], "3": [], "4": [SAMSUNG], "5": [SAMSUNG]}

    in_the_evening(test)


@pytest.mark.parametrize(
    ("sort", "column", "expected"),
    [
        ("0", "ovtm_untp_shnu_rsqn", [SAMSUNG]),
        ("1", "ovtm_untp_seln_rsqn", [HYNIX]),
        ("2", "ovtm_untp_vol", [HYNIX, SAMSUNG]),
    ],
)
def test_volumes_of_the_evening_are_ranked(sort: str, column: str, expected: list[str]) -> None:
    async def test(door: Door) -> None:
        body = await ask(door, Call.EVENING_VOLUME_RANKING, FID_RANK_SORT_CLS_CODE=sort)
        assert sorted(body["output1"]) == sorted(_MARKETS.split())
        assert body["output1"]["ovtm_untp_exch_vol"] == "28"
        assert [row["stck_shrn_iscd"] for row in body["output2"]] == expected
        values = [int(row[column]) for row in body["output2"]]
        assert values == sorted(values, reverse=True)
        for row in body["output2"]:
            assert sorted(row) == sorted(f"stck_shrn_iscd {_EVENING}".split())
            told = (await door.call(Call.OVERTIME_PRICE, issue(row["stck_shrn_iscd"]))).body["output"]
            assert {name: row[name] for name in ("ovtm_untp_prpr", "ovtm_untp_vol")} == {
                name: told[name] for name in ("ovtm_untp_prpr", "ovtm_untp_vol")
            }

    in_the_evening(test)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"FID_VOL_CNT": "10"}, [HYNIX]),
        ({"FID_INPUT_PRICE_1": "100000"}, [HYNIX]),
        ({"FID_INPUT_PRICE_2": "100000"}, [SAMSUNG]),
        ({"FID_INPUT_ISCD": "0001"}, [HYNIX, SAMSUNG]),
        ({"FID_INPUT_ISCD": "1001"}, []),
    ],
)
def test_the_bounds_are_those_of_the_evening(changed: dict[str, str], expected: list[str]) -> None:
    async def test(door: Door) -> None:
        assert await codes(door, Call.EVENING_VOLUME_RANKING, **changed) == expected

    in_the_evening(test)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("0", [HYNIX, SAMSUNG]), ("1", [HYNIX, SAMSUNG]), ("3", [SAMSUNG, HYNIX]), ("4", [SAMSUNG, HYNIX])],
)
def test_expected_prices_of_the_evening_are_ranked(sort: str, expected: list[str]) -> None:
    async def test(door: Door) -> None:
        found = (await ask(door, Call.EVENING_EXPECTED_RANKING, FID_RANK_SORT_CLS_CODE=sort))["output"]
        assert [row["stck_shrn_iscd"] for row in found] == expected
        assert [row["data_rank"] for row in found] == ["1", "2"]
        for row in found:
            told = (await door.call(Call.OVERTIME_PRICE, issue(row["stck_shrn_iscd"]))).body["output"]
            same = [name for name in row if name.startswith("ovtm_untp_antc")]
            assert sorted(same) == [
                "ovtm_untp_antc_cnpr",
                "ovtm_untp_antc_cnqn",
                "ovtm_untp_antc_cntg_ctrt",
                "ovtm_untp_antc_cntg_vrss",
                "ovtm_untp_antc_cntg_vrss_sign",
            ]
            assert {name: row[name] for name in same} == {name: told[name] for name in same}
            assert sorted(set(row) - set(same)) == _BESIDE_EXPECTED

    in_the_evening(test)


def test_expected_prices_can_be_of_a_class_of_a_volume_and_unchanged() -> None:
    async def test(door: Door) -> None:
        async def asked(**changed: str) -> list[str]:
            return await codes(door, Call.EVENING_EXPECTED_RANKING, "output", **changed)

        assert await asked(FID_RANK_SORT_CLS_CODE="2") == []
        assert await asked(FID_DIV_CLS_CODE="7") == []
        assert await asked(FID_DIV_CLS_CODE="6") == [HYNIX, SAMSUNG]
        assert await asked(FID_INPUT_VOL_1="5") == [HYNIX]
        assert await asked(FID_INPUT_PRICE_1="100000") == [HYNIX]
        auction(door, "16:21", (SAMSUNG, SELL, 100, 70_000), (SAMSUNG, BUY, 200, 70_000))
        assert await asked(FID_RANK_SORT_CLS_CODE="2") == [SAMSUNG]

    in_the_evening(test)


@pytest.mark.parametrize("call", [Call.EVENING_CHANGE_RANKING, Call.EVENING_VOLUME_RANKING])
def test_before_the_evening_nothing_is_ranked_by_it(call: Call) -> None:
    async def test(door: Door) -> None:
        body = await ask(door, call)
        assert set(body["output1"].values()) == {"0"}
        assert body["output2"] == []
        assert (await ask(door, Call.EVENING_EXPECTED_RANKING))["output"] == []

    run(test, REAL, make=make_simulation)


def test_what_waits_at_closing_prices_is_ranked() -> None:
    async def test(door: Door) -> None:
        for hour, kind in (
            ("08:35", OrderType.PRE_HOURS_CLOSING_PRICE),
            ("15:45", OrderType.AFTER_HOURS_CLOSING_PRICE),
        ):
            door.clock.set(at(hour))
            door.simulation.advance(at(hour))
            for code, side, quantity in (
                (SAMSUNG, SELL, 30),
                (SAMSUNG, BUY, 10),
                (HYNIX, BUY, 50),
                (HYNIX, SELL, 20),
            ):
                door.trade(Place(MAKER, code, side, quantity, None, kind))
            first = "1" if kind is OrderType.PRE_HOURS_CLOSING_PRICE else "2"
            column = "mkob_otcp_vol" if first == "1" else "mkfa_otcp_vol"
            found = (await ask(door, Call.CLOSING_RANKING, FID_RANK_SORT_CLS_CODE=first))["output"]
            assert [(row["stck_shrn_iscd"], row[column]) for row in found] == [(HYNIX, "20"), (SAMSUNG, "10")]
            assert [row["data_rank"] for row in found] == ["1", "2"]
            asks = (await ask(door, Call.CLOSING_RANKING, FID_RANK_SORT_CLS_CODE="3"))["output"]
            assert [(row["stck_shrn_iscd"], row["ovtm_total_askp_rsqn"]) for row in asks] == [(SAMSUNG, "20")]
            bids = (await ask(door, Call.CLOSING_RANKING, FID_RANK_SORT_CLS_CODE="4"))["output"]
            assert [(row["stck_shrn_iscd"], row["ovtm_total_bidp_rsqn"]) for row in bids] == [(HYNIX, "30")]
        assert sorted(bids[0]) == sorted(
            [
                "stck_shrn_iscd",
                "data_rank",
                "hts_kor_isnm",
                "stck_prpr",
                "prdy_vrss",
                "prdy_vrss_sign",
                "prdy_ctrt",
                "ovtm_total_askp_rsqn",
                "ovtm_total_bidp_rsqn",
                "mkob_otcp_vol",
                "mkfa_otcp_vol",
            ]
        )
        book = (await door.call(Call.BOOK, issue(HYNIX))).body["output1"]
        assert book["ovtm_total_bidp_rsqn"] == bids[0]["ovtm_total_bidp_rsqn"]
        assert (bids[0]["mkob_otcp_vol"], bids[0]["mkfa_otcp_vol"]) == ("20", "20")
        assert await codes(door, Call.CLOSING_RANKING, "output", FID_INPUT_PRICE_1="100000") == [HYNIX]
        assert await codes(door, Call.CLOSING_RANKING, "output", FID_INPUT_ISCD="1001") == []

    run(test, REAL, "08:20", make=without_nxt)
