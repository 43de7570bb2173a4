"""What a client of the KIS face sees of KRX, of NXT, and of both together."""

from typing import Any

import pytest
from tests.brokers.kis.door import BUY, MAKER, PAPER, REAL, SELL, Door, at, issue, run, whole_day
from tests.brokers.kis.test_market_calls import QUERIES

from hoga.brokers.kis.services import Call
from hoga.domain.request import OrderType, Side, Venue
from hoga.exchange.commands import Place
from hoga.krx.calendar import previous_trading_day

CODE = "005930"
BOTH_DIVISIONS = pytest.mark.parametrize("division", ["NX", "UN"])

VENUED = (
    Call.PRICE,
    Call.PRICE_DETAIL,
    Call.BOOK,
    Call.TICKS,
    Call.TICKS_UNTIL,
    Call.DAILY_PRICES,
    Call.DAILY_BARS,
    Call.MINUTE_BARS,
    Call.PAST_MINUTE_BARS,
    Call.QUOTES,
)


def come(door: Door, hour: str) -> None:
    door.clock.set(at(hour))
    door.simulation.advance(at(hour))


def place(door: Door, venue: Venue, side: Side, quantity: int, price: int, code: str = CODE) -> None:
    door.trade(Place(MAKER, code, side, quantity, price, venue=venue))


async def ask(door: Door, call: Call, division: str, **changed: str) -> Any:
    if call is Call.QUOTES:
        changed = {"FID_COND_MRKT_DIV_CODE_1": division} | changed
    else:
        changed = {"FID_COND_MRKT_DIV_CODE": division} | changed
    heard = await door.call(call, QUERIES[call] | changed)
    assert (heard.status, heard.body["rt_cd"]) == (200, "0"), heard.text
    return heard.body


async def trade_at_both(door: Door) -> None:
    """NXT opens at 69,500; KRX trades 3 at 70,100; NXT 5 at 70,200; books are left at both."""
    come(door, "08:10")
    place(door, Venue.NXT, SELL, 2, 69_500)
    place(door, Venue.NXT, BUY, 2, 69_500)
    come(door, "10:00")
    place(door, Venue.KRX, SELL, 10, 70_100)
    place(door, Venue.KRX, BUY, 3, 70_100)
    place(door, Venue.NXT, SELL, 5, 70_200)
    place(door, Venue.NXT, BUY, 5, 70_200)
    place(door, Venue.NXT, SELL, 4, 70_100)
    place(door, Venue.NXT, SELL, 6, 70_400)
    place(door, Venue.KRX, BUY, 8, 69_900)
    place(door, Venue.NXT, BUY, 1, 70_000)


def test_each_venue_has_a_price_of_its_own_and_both_together_another() -> None:
    async def test(door: Door) -> None:
        await trade_at_both(door)
        krx, nxt, both = [(await ask(door, Call.PRICE, each))["output"] for each in ("J", "NX", "UN")]
        assert [each["stck_prpr"] for each in (krx, nxt, both)] == ["70100", "70200", "70200"]
        assert [each["stck_oprc"] for each in (krx, nxt, both)] == ["70100", "69500", "69500"]
        assert [each["stck_lwpr"] for each in (krx, nxt, both)] == ["70100", "69500", "69500"]
        assert [each["stck_hgpr"] for each in (krx, nxt, both)] == ["70100", "70200", "70200"]
        for name in ("acml_vol", "acml_tr_pbmn"):
            assert int(krx[name]) + int(nxt[name]) == int(both[name])
        assert [each["acml_vol"] for each in (krx, nxt, both)] == ["3", "7", "10"]
        assert {each["stck_sdpr"] for each in (krx, nxt, both)} == {"70000"}
        assert both["wghn_avrg_stck_prc"] == f"{int(both['acml_tr_pbmn']) / 10:.2f}"
        # The days before are those of KRX.
        assert (nxt["pvt_pont_val"], nxt["prdy_vrss_vol_rate"]) == ("0", "0.00")
        assert krx["pvt_pont_val"] == both["pvt_pont_val"] != "0"

    run(test, REAL, now="08:05", make=whole_day)


def test_the_books_of_both_are_one_with_quantities_added() -> None:
    async def test(door: Door) -> None:
        await trade_at_both(door)
        krx, nxt, both = [(await ask(door, Call.BOOK, each))["output1"] for each in ("J", "NX", "UN")]
        assert (krx["askp1"], krx["askp_rsqn1"], krx["bidp1"]) == ("70100", "7", "69900")
        assert (nxt["askp1"], nxt["askp_rsqn1"], nxt["bidp1"]) == ("70100", "4", "70000")
        assert (both["askp1"], both["askp_rsqn1"]) == ("70100", "11")
        assert (both["askp2"], both["askp_rsqn2"]) == ("70400", "6")
        assert (both["bidp1"], both["bidp_rsqn1"]) == ("70000", "1")
        assert (both["bidp2"], both["bidp_rsqn2"]) == ("69900", "8")
        for side in ("askp", "bidp"):
            name = f"total_{side}_rsqn"
            assert int(krx[name]) + int(nxt[name]) == int(both[name])
        (row,) = (await ask(door, Call.QUOTES, "UN"))["output"]
        assert (row["inter2_askp"], row["seln_rsqn"], row["inter2_bidp"]) == ("70100", "11", "70000")
        assert (row["inter2_prpr"], row["acml_vol"]) == ("70200", "10")

    run(test, REAL, now="08:05", make=whole_day)


def test_the_prints_and_minutes_of_both_are_in_the_order_in_which_they_happened() -> None:
    async def test(door: Door) -> None:
        await trade_at_both(door)
        rows = (await ask(door, Call.TICKS, "UN"))["output"]
        assert [(row["stck_prpr"], row["cntg_vol"]) for row in rows] == [
            ("70200", "5"),
            ("70100", "3"),
            ("69500", "2"),
        ]
        assert [row["cntg_vol"] for row in (await ask(door, Call.TICKS, "NX"))["output"]] == ["5", "2"]
        body = await ask(door, Call.TICKS_UNTIL, "UN", FID_INPUT_HOUR_1="100000")
        assert [row["acml_vol"] for row in body["output2"]] == ["10", "5", "2"]
        assert body["output1"]["acml_vol"] == "10"
        early = await ask(door, Call.TICKS_UNTIL, "UN", FID_INPUT_HOUR_1="090000")
        assert [row["acml_vol"] for row in early["output2"]] == ["2"]
        minute = (await ask(door, Call.MINUTE_BARS, "UN", FID_INPUT_HOUR_1="100000"))["output2"][0]
        assert (minute["stck_oprc"], minute["stck_prpr"], minute["cntg_vol"]) == ("70100", "70200", "8")
        assert minute["acml_tr_pbmn"] == (await ask(door, Call.PRICE, "UN"))["output"]["acml_tr_pbmn"]
        query = {"FID_INPUT_DATE_1": "20260506", "FID_INPUT_HOUR_1": "100000"}
        assert (await ask(door, Call.PAST_MINUTE_BARS, "UN", **query))["output2"][0] == minute

    run(test, REAL, now="08:05", make=whole_day)


def test_the_chart_of_both_goes_on_with_what_is_known_of_krx_and_that_of_nxt_begins_today() -> None:
    async def test(door: Door) -> None:
        await trade_at_both(door)
        both = (await ask(door, Call.DAILY_BARS, "UN"))["output2"]
        assert (both[0]["stck_bsop_date"], both[0]["acml_vol"]) == ("20260506", "10")
        assert both[1]["stck_bsop_date"] == f"{previous_trading_day(at('10:00').date()):%Y%m%d}"
        alone = (await ask(door, Call.DAILY_BARS, "NX"))["output2"]
        assert [(row["stck_bsop_date"], row["acml_vol"]) for row in alone] == [("20260506", "7")]
        days = (await ask(door, Call.DAILY_PRICES, "NX"))["output"]
        assert [row["stck_clpr"] for row in days] == ["70200"]

    run(test, REAL, now="08:05", make=whole_day)


def test_an_issue_that_nxt_has_not_is_unknown_there_and_krx_s_alone_in_both() -> None:
    async def test(door: Door) -> None:
        come(door, "10:00")
        place(door, Venue.KRX, SELL, 1, 201_000, "000660")
        place(door, Venue.KRX, BUY, 1, 201_000, "000660")
        hynix = {"FID_INPUT_ISCD": "000660"}
        assert (await ask(door, Call.PRICE, "NX", **hynix))["output"]["stck_prpr"] == "0"
        assert (await ask(door, Call.BOOK, "NX", **hynix))["output1"]["askp1"] == "0"
        assert (await ask(door, Call.DAILY_BARS, "NX", **hynix))["output2"] == []
        assert (await ask(door, Call.PRICE, "UN", **hynix))["output"]["stck_prpr"] == "201000"

    run(test, REAL, now="08:05", make=whole_day)


@BOTH_DIVISIONS
def test_the_paper_host_knows_krx_only(division: str) -> None:
    async def test(door: Door) -> None:
        for call in VENUED:
            query = QUERIES[call] | {"FID_COND_MRKT_DIV_CODE": division}
            heard = await door.call(call, query)
            expected = "OPSQ2001" if heard.status == 200 else "EGW02006"
            assert (heard.body["rt_cd"], heard.code) == ("1", expected), call

    run(test, PAPER)


@pytest.mark.parametrize("call", [each for each in VENUED if each is not Call.QUOTES])
def test_a_market_that_does_not_exist_is_refused(call: Call) -> None:
    async def test(door: Door) -> None:
        for division in ("U", "X", ""):
            heard = await door.call(call, QUERIES[call] | {"FID_COND_MRKT_DIV_CODE": division})
            assert (heard.body["rt_cd"], heard.code) == ("1", "OPSQ2001"), division

    run(test, REAL)


def test_quotes_of_several_markets_and_an_index_come_in_one_answer() -> None:
    async def test(door: Door) -> None:
        await trade_at_both(door)
        query = {
            "FID_COND_MRKT_DIV_CODE_1": "J",
            "FID_INPUT_ISCD_1": CODE,
            "FID_COND_MRKT_DIV_CODE_2": "NX",
            "FID_INPUT_ISCD_2": CODE,
            "FID_COND_MRKT_DIV_CODE_3": "UN",
            "FID_INPUT_ISCD_3": CODE,
            "FID_COND_MRKT_DIV_CODE_4": "",
            "FID_INPUT_ISCD_4": CODE,
        }
        rows = (await door.call(Call.QUOTES, query)).body["output"]
        assert [row["inter2_prpr"] for row in rows] == ["70100", "70200", "70200"]
        assert [row["inter_shrn_iscd"] for row in rows] == [CODE] * 3

    run(test, REAL, now="08:05", make=whole_day)


def test_a_ranking_of_nxt_is_about_what_was_traded_there() -> None:
    async def test(door: Door) -> None:
        await trade_at_both(door)
        krx = (await ask(door, Call.VOLUME_RANKING, "J"))["output"]
        nxt = (await ask(door, Call.VOLUME_RANKING, "NX"))["output"]
        assert {row["mksc_shrn_iscd"] for row in krx} == {CODE, "000660"}
        assert [(row["mksc_shrn_iscd"], row["acml_vol"]) for row in nxt] == [(CODE, "7")]

    run(test, REAL, now="08:05", make=whole_day)


def test_the_issue_of_a_question_is_named_in_any_case() -> None:
    async def test(door: Door) -> None:
        query = {key.lower(): value.lower() for key, value in issue(CODE).items()}
        assert (await door.call(Call.PRICE, query)).body["output"]["stck_shrn_iscd"] == CODE

    run(test, REAL)


def test_what_waits_at_a_closing_price_stands_beside_the_book() -> None:
    async def test(door: Door) -> None:
        come(door, "15:35")
        for side, quantity in ((SELL, 9), (BUY, 4)):
            kind = OrderType.AFTER_HOURS_CLOSING_PRICE
            door.trade(Place(MAKER, CODE, side, quantity, None, kind))
        book = (await ask(door, Call.BOOK, "J"))["output1"]
        evening = (await ask(door, Call.OVERTIME_BOOK, "J"))["output"]
        assert (book["ovtm_total_askp_rsqn"], book["ovtm_total_bidp_rsqn"]) == ("9", "4")
        assert (evening["ovtm_total_askp_rsqn"], evening["ovtm_total_bidp_rsqn"]) == ("9", "4")
        assert book["total_askp_rsqn"] == "0"

    run(test, REAL, now="08:05", make=whole_day)
