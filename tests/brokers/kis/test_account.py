"""What can be sold and revised, assets and realised profits, as a customer of the KIS face asks for them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    BUY,
    DAY,
    KIM,
    MAKER,
    ORDERS_QUERY,
    REAL,
    SELL,
    Door,
    NoLuck,
    account_fields,
    at,
    make_exchange,
    quietly,
    run,
)

from hoga.brokers.kis import account, profits
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Reply
from hoga.brokers.kis.services import Call
from hoga.domain.bar import Bar
from hoga.exchange.commands import Advance, Place
from hoga.exchange.exchange import Exchange, Listing
from hoga.exchange.flow import Flow
from hoga.exchange.rollover import next_day, next_listings, next_openings
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK

PAGE = {"CTX_AREA_FK100": "", "CTX_AREA_NK100": ""}
NEW_CALLS = {
    Call.SELLABLE: account_fields() | {"PDNO": "005930"},
    Call.REVISABLE: account_fields() | {"INQR_DVSN_1": "0", "INQR_DVSN_2": "0"} | PAGE,
    Call.ASSETS: account_fields() | {"INQR_DVSN_1": "", "BSPR_BF_DT_APLY_YN": ""},
    Call.MARGIN: account_fields()
    | {"CMA_EVLU_AMT_ICLD_YN": "N", "WCRC_FRCR_DVSN_CD": "01", "FWEX_CTRT_FRCR_DVSN_CD": "01"},
    Call.CREDIT_POWER: account_fields()
    | {
        "PDNO": "005930",
        "ORD_UNPR": "70000",
        "ORD_DVSN": "00",
        "CRDT_TYPE": "21",
        "CMA_EVLU_AMT_ICLD_YN": "N",
        "OVRS_ICLD_YN": "N",
    },
    Call.REALIZED: BALANCE_QUERY | {"INQR_DVSN": "00", "COST_ICLD_YN": "N"},
    Call.DAY_PROFITS: account_fields()
    | {
        "INQR_STRT_DT": "20260501",
        "INQR_END_DT": "20260506",
        "PDNO": "",
        "SORT_DVSN": "00",
        "INQR_DVSN": "00",
        "CBLC_DVSN": "00",
    }
    | PAGE,
    Call.TRADE_PROFITS: account_fields()
    | {
        "INQR_STRT_DT": "20260501",
        "INQR_END_DT": "20260506",
        "PDNO": "",
        "SORT_DVSN": "00",
        "CBLC_DVSN": "00",
    }
    | PAGE,
}
"""Every call of this file, and what Kim asks with it."""


async def ask(door: Door, call: Call, **changed: str) -> Any:
    answer = await door.call(call, NEW_CALLS[call] | changed)
    assert answer.status == 200
    assert answer.body["rt_cd"] == "0", answer.text
    return answer.body


async def trade(door: Door) -> None:
    """Kim has 100 shares that cost 6,500,000 won, buys 10 at 70,000 and sells 30 at 70,100."""
    door.offer(10, 70_000)
    await door.buy(10, 70_000)
    door.bid(30, 70_100)
    await door.sell(30, 70_100)


# 110 shares that cost 7,200,000: 30 of them cost 1,963,636.36.
SOLD_COST = 1_963_636
SOLD = 30 * 70_100
BUY_FEE, SELL_FEE = 98, 295
"""0.0140527 % of 700,000 and 2,103,000, rounded down."""
TAX = 1_051 + 3_154
"""0.05 % and 0.15 % of 2,103,000, each rounded down."""
PROFIT = SOLD - SOLD_COST - SELL_FEE - TAX


def test_what_can_be_sold_is_told_with_what_it_cost() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        await door.sell(5, 80_000)
        body = await ask(door, Call.SELLABLE)
        assert body["output"] == {
            "pdno": "005930",
            "prdt_name": "삼성전자",
            "buy_qty": "10",
            "sll_qty": "30",
            "cblc_qty": "80",
            "nsvg_qty": "80",
            "ord_psbl_qty": "75",
            "pchs_avg_pric": "65454.5500",
            "pchs_amt": str(7_200_000 - SOLD_COST),
            "now_pric": "70100",
            "evlu_amt": str(80 * 70_100),
            "evlu_pfls_amt": str(80 * 70_100 - 7_200_000 + SOLD_COST),
            "evlu_pfls_rt": "7.10",
        }
        assert body["msg_cd"] == "KIOK0420"

    run(test, REAL)


def test_nothing_can_be_sold_of_what_is_not_held() -> None:
    async def test(door: Door) -> None:
        body = await ask(door, Call.SELLABLE, PDNO="000660")
        assert (body["output"]["ord_psbl_qty"], body["output"]["pchs_avg_pric"]) == ("0", "0.0000")
        answer = await door.call(Call.SELLABLE, NEW_CALLS[Call.SELLABLE] | {"PDNO": "999999"})
        assert answer.code == "APBK0656"

    run(test, REAL)


def test_open_orders_are_listed_newest_first_until_they_are_gone() -> None:
    async def test(door: Door) -> None:
        first = (await door.buy(3, 69_000)).body["output"]["ODNO"]
        second = (await door.sell(4, 71_000)).body["output"]["ODNO"]
        door.bid(1, 71_000)
        amended = (await door.revise(first, "01", ORD_UNPR="68000")).body["output"]["ODNO"]
        rows = (await ask(door, Call.REVISABLE))["output"]
        assert [(row["odno"], row["orgn_odno"], row["psbl_qty"]) for row in rows] == [
            (amended, first, "3"),
            (second, "", "3"),
        ]
        assert rows[0]["rvse_cncl_dvsn_name"] == "현금매수정정*"
        assert rows[1] == {
            "ord_gno_brno": "91252",
            "odno": second,
            "orgn_odno": "",
            "ord_dvsn_name": "지정가",
            "pdno": "005930",
            "prdt_name": "삼성전자",
            "rvse_cncl_dvsn_name": "현금매도",
            "ord_qty": "4",
            "ord_unpr": "71000",
            "ord_tmd": "100000",
            "tot_ccld_qty": "1",
            "tot_ccld_amt": "71000",
            "psbl_qty": "3",
            "sll_buy_dvsn_cd": "01",
            "ord_dvsn_cd": "00",
            "mgco_aptm_odno": "",
            "excg_dvsn_cd": "02",
            "excg_id_dvsn_cd": "KRX",
            "excg_id_dvsn_name": "KRX",
            "stpm_cndt_pric": "0",
            "stpm_efct_occr_yn": "",
        }
        sells = (await ask(door, Call.REVISABLE, INQR_DVSN_2="1"))["output"]
        assert [row["odno"] for row in sells] == [second]
        await door.revise(amended, "02")
        await door.revise(second, "02")
        assert (await ask(door, Call.REVISABLE))["output"] == []

    run(test, REAL)


def test_the_list_of_the_legacy_id_has_fewer_fields() -> None:
    async def test(door: Door) -> None:
        await door.buy(3, 69_000)
        answer = await door.call(Call.REVISABLE, NEW_CALLS[Call.REVISABLE], legacy=True)
        assert list(answer.body["output"][0])[-1] == "mgco_aptm_odno"

    run(test, REAL)


def test_open_orders_come_in_pages_of_fifty() -> None:
    async def test(door: Door) -> None:
        for _ in range(51):
            await door.buy(1, 69_000)
        first = await door.call(Call.REVISABLE, NEW_CALLS[Call.REVISABLE])
        assert (len(first.body["output"]), first.headers["tr_cont"]) == (50, "M")
        following = {"CTX_AREA_NK100": first.body["ctx_area_nk100"]}
        rest = await door.call(Call.REVISABLE, NEW_CALLS[Call.REVISABLE] | following)
        assert (len(rest.body["output"]), rest.headers["tr_cont"]) == (1, "D")
        replies = [Reply(200, answer.text.encode()) for answer in (first, rest)]
        orders = account.read_revisables(replies, DAY)
        assert {order.revisable_quantity for order in orders} == {1}
        assert len({order.broker_order_id for order in orders}) == 51

    run(test, REAL)


def test_assets_are_shares_deposit_and_the_whole_in_their_places() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        body = await ask(door, Call.ASSETS)
        rows, totals = body["output1"], body["output2"]
        deposit = 10_000_000 - 700_000 - BUY_FEE + SOLD - SELL_FEE - TAX
        value = 80 * 70_100
        assert len(rows) == 20
        assert [rows[at]["evlu_amt"] for at in (0, 17, 19)] == [
            str(value),
            str(deposit),
            str(value + deposit),
        ]
        assert {row["evlu_amt"] for at, row in enumerate(rows) if at not in (0, 17, 19)} == {"0"}
        assert rows[19]["whol_weit_rt"] == "100.00000000"
        assert totals["tot_asst_amt"] == totals["nass_tot_amt"] == str(value + deposit)
        assert totals["dncl_amt"] == "10000000"
        assert totals["ovrs_stck_evlu_amt1"] == "0.000000"
        balance = (await door.call(Call.BALANCE, BALANCE_QUERY)).body["output2"][0]
        assert balance["tot_evlu_amt"] == totals["tot_asst_amt"]

    run(test, REAL)


def test_of_all_margins_the_same_cash_may_be_ordered_with() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        await door.buy(10, 69_000)
        body = await ask(door, Call.MARGIN)
        found = body["output"]
        cash = 10_000_000 - 700_000 - BUY_FEE + SOLD - SELL_FEE - TAX
        power = cash - 690_000 - 96
        assert len(found) == 104
        assert found["stck_cash_objt_amt"] == f"{cash}.0000"
        assert found["stck_cash_use_amt"] == f"{cash - power}.0000"
        assert {
            found[name]
            for name in (
                "stck_cash_ord_psbl_amt",
                "stck_cash20_max_ord_psbl_amt",
                "stck_cash100_max_ord_psbl_amt",
                "stck_itgr_cash100_ord_psbl_amt",
            )
        } == {f"{power}.0000"}
        assert found["stck_rsip100_max_ord_psbl_amt"] == f"{power - SOLD + SELL_FEE + TAX}.0000"
        assert found["usd_ord_psbl_amt"] == "0.0000"
        assert body["msg_cd"] == "KIOK0510"

    run(test, REAL)


def test_nothing_is_lent() -> None:
    async def test(door: Door) -> None:
        output = (await ask(door, Call.CREDIT_POWER))["output"]
        assert (output["ord_psbl_cash"], output["psbl_qty_calc_unpr"]) == ("10000000", "70000")
        assert (output["nrcvb_buy_qty"], output["max_buy_qty"]) == ("0", "0")
        answer = await door.call(Call.CREDIT_POWER, NEW_CALLS[Call.CREDIT_POWER] | {"PDNO": "999999"})
        assert answer.code == "APBK0656"

    run(test, REAL)


def test_the_balance_with_profits_is_the_balance_and_four_fields_more() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        plain = (await door.call(Call.BALANCE, BALANCE_QUERY)).body
        body = await ask(door, Call.REALIZED)
        totals = body["output2"][0]
        more = {"rlzt_pfls", "rlzt_erng_rt", "real_evlu_pfls", "real_evlu_pfls_erng_rt"}
        assert {name: totals[name] for name in totals.keys() - more} == plain["output2"][0]
        assert totals["rlzt_pfls"] == str(PROFIT)
        assert totals["rlzt_erng_rt"] == f"{100 * PROFIT / SOLD_COST:.8f}"
        assert totals["real_evlu_pfls"] == totals["evlu_pfls_smtl_amt"]
        less = {"item_mgna_rt_name", "grta_rt_name", "sbst_pric"}
        assert body["output1"] == [
            {name: value for name, value in row.items() if name not in less} for row in plain["output1"]
        ]

    run(test, REAL)


def test_with_costs_the_profit_to_come_is_less_what_selling_costs() -> None:
    async def test(door: Door) -> None:
        door.offer(1, 70_000)
        await door.buy(1, 70_000)
        body = await ask(door, Call.REALIZED, COST_ICLD_YN="Y")
        value = 101 * 70_000
        profit = value - 6_570_000
        # 0.0140527 %, 0.05 % and 0.15 % of 7,070,000
        assert body["output2"][0]["real_evlu_pfls"] == str(profit - 993 - 3_535 - 10_605)

    run(test, REAL)


def test_the_profit_of_a_day_is_what_was_sold_less_its_cost_fees_and_taxes() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        answer = await door.call(Call.DAY_PROFITS, NEW_CALLS[Call.DAY_PROFITS])
        assert answer.body["output1"] == [
            {
                "trad_dt": "20260506",
                "buy_amt": "700000",
                "sll_amt": "2103000",
                "rlzt_pfls": str(PROFIT),
                "fee": str(BUY_FEE + SELL_FEE),
                "loan_int": "0",
                "tl_tax": str(TAX),
                "pfls_rt": f"{100 * PROFIT / SOLD_COST:.8f}",
                "sll_qty1": "30",
                "buy_qty1": "10",
            }
        ]
        assert answer.body["output2"] == {
            "sll_qty_smtl": "30",
            "sll_tr_amt_smtl": "2103000",
            "sll_fee_smtl": str(SELL_FEE),
            "sll_tltx_smtl": str(TAX),
            "sll_excc_amt_smtl": str(SOLD - SELL_FEE - TAX),
            "buy_qty_smtl": "10",
            "buy_tr_amt_smtl": "700000",
            "buy_fee_smtl": str(BUY_FEE),
            "buy_tax_smtl": "0",
            "buy_excc_amt_smtl": str(700_000 + BUY_FEE),
            "tot_qty": "40",
            "tot_tr_amt": "2803000",
            "tot_fee": str(BUY_FEE + SELL_FEE),
            "tot_tltx": str(TAX),
            "tot_excc_amt": str(SOLD - SELL_FEE - TAX + 700_000 + BUY_FEE),
            "tot_rlzt_pfls": str(PROFIT),
            "loan_int": "0",
        }
        reply = Reply(answer.status, answer.text.encode())
        (day,) = profits.read_day_profits([reply])
        assert (day.day, day.realized_pnl, day.taxes) == (DAY, PROFIT, TAX)

    run(test, REAL)


def test_the_profit_of_an_issue_has_its_own_row_with_a_wide_code() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        door.offer(2, 200_000, "000660")
        await door.buy(2, 200_000, "000660")
        body = await ask(door, Call.TRADE_PROFITS, SORT_DVSN="01")
        samsung, hynix = body["output1"]
        assert samsung == {
            "trad_dt": "20260506",
            "pdno": "00000A005930",
            "prdt_name": "삼성전자",
            "trad_dvsn_name": "현금",
            "loan_dt": "",
            "hldg_qty": "80",
            "pchs_unpr": "65455",
            "buy_qty": "10",
            "buy_amt": "700000",
            "sll_pric": "70100",
            "sll_qty": "30",
            "sll_amt": "2103000",
            "rlzt_pfls": str(PROFIT),
            "pfls_rt": f"{100 * PROFIT / SOLD_COST:.8f}",
            "fee": str(BUY_FEE + SELL_FEE),
            "tl_tax": str(TAX),
            "loan_int": "0",
        }
        assert (hynix["pchs_unpr"], hynix["sll_pric"], hynix["rlzt_pfls"]) == ("200000", "0", "0")
        assert body["output2"]["buyqty_smtl"] == "12"
        assert body["output2"]["tot_pftrt"] == f"{100 * PROFIT / SOLD_COST:.8f}"
        only = await ask(door, Call.TRADE_PROFITS, PDNO="000660")
        assert [row["pdno"] for row in only["output1"]] == ["00000A000660"]
        assert only["output2"]["tot_qty"] == "2"

    run(test, REAL)


MONDAY = date(2026, 5, 4)
"""The trading day before: Tuesday is a holiday."""


def after_monday() -> Simulation:
    """Wednesday, after a Monday on which Kim sold half his shares, and bought two of another issue."""
    exchange = make_exchange(MONDAY)
    ten = at("10:00").replace(day=MONDAY.day)
    for command in (
        Place(MAKER, "005930", BUY, 50, 70_000),
        Place(KIM.account, "005930", SELL, 50, 70_000),
        Place(MAKER, "000660", SELL, 2, 200_000),
        Place(KIM.account, "000660", BUY, 2, 200_000),
        Place(MAKER, "000660", BUY, 2, 201_000),
        Place(KIM.account, "000660", SELL, 2, 201_000),
        Advance(),
    ):
        exchange.process(command, ten)
    exchange.process(Advance(), ten.replace(hour=23))
    return quietly(Exchange(DAY, next_listings(exchange), next_openings(exchange), KIS_STOCK))


# 3,500,000 + 402,000 won less 0.0140527 % each, rounded down, less 0.05 % and 0.15 % of each.
MONDAY_FEES = (491, 56)
"""Of selling 3,500,000 and 402,000 won."""
MONDAY_TAXES = (1_750 + 5_250, 201 + 603)
MONDAY_PROFITS = (
    3_500_000 - 3_250_000 - MONDAY_FEES[0] - MONDAY_TAXES[0],
    402_000 - 400_000 - MONDAY_FEES[1] - MONDAY_TAXES[1],
)


def test_profits_of_several_days_add_up() -> None:
    async def test(door: Door) -> None:
        door.bid(10, 70_100)
        await door.sell(10, 70_100)
        days = await ask(door, Call.DAY_PROFITS)
        today, monday = days["output1"]
        assert (today["trad_dt"], monday["trad_dt"]) == ("20260506", "20260504")
        assert int(monday["rlzt_pfls"]) == sum(MONDAY_PROFITS)
        assert (monday["buy_amt"], monday["sll_amt"]) == ("400000", "3902000")
        total = int(today["rlzt_pfls"]) + sum(MONDAY_PROFITS)
        assert days["output2"]["tot_rlzt_pfls"] == str(total)
        assert days["output2"]["sll_tr_amt_smtl"] == str(3_902_000 + 701_000)
        oldest_first = await ask(door, Call.DAY_PROFITS, SORT_DVSN="01")
        assert oldest_first["output1"] == [monday, today]
        only_monday = await ask(door, Call.DAY_PROFITS, INQR_END_DT="20260505")
        assert only_monday["output1"] == [monday]
        assert only_monday["output2"]["tot_rlzt_pfls"] == str(sum(MONDAY_PROFITS))

        trades = await ask(door, Call.TRADE_PROFITS, SORT_DVSN="01")
        assert [(row["trad_dt"], row["pdno"][-6:], row["hldg_qty"]) for row in trades["output1"]] == [
            ("20260504", "005930", "50"),
            ("20260504", "000660", "0"),
            ("20260506", "005930", "40"),
        ]
        assert [int(row["rlzt_pfls"]) for row in trades["output1"][:2]] == list(MONDAY_PROFITS)
        assert trades["output2"]["tot_rlzt_pfls"] == str(total)
        # 잔고_실현손익 is about today.
        realized = await ask(door, Call.REALIZED)
        assert realized["output2"][0]["rlzt_pfls"] == today["rlzt_pfls"]

    run(test, REAL, make=after_monday)


def no_flow(day: date) -> Flow:
    return Flow(day, (), {}, lambda _: NoLuck())


class Onward:
    """One quiet day after the other."""

    def after(self, exchange: Exchange) -> date | None:
        return next_day(exchange)

    def begin(self, exchange: Exchange, day: date) -> tuple[Exchange, Flow]:
        openings = next_openings(exchange, day)
        return Exchange(day, next_listings(exchange), openings, KIS_STOCK), no_flow(day)

    def minutes(self, listing: Listing, day: date) -> Sequence[Bar]:
        return ()


def test_a_face_that_runs_into_the_next_day_adds_up_both() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        number = (await door.buy(1, 60_000)).body["output"]["ODNO"]
        first = (await ask(door, Call.DAY_PROFITS))["output1"]
        door.clock.set(at("10:00") + timedelta(days=1))
        door.simulation.advance(door.clock.now())
        await door.log_in()
        assert (await door.revise(number, "02")).code == "APBK0344"
        door.bid(80, 70_100)
        await door.sell(80, 70_100)
        body = await ask(door, Call.DAY_PROFITS, INQR_END_DT="20260507")
        assert [row["trad_dt"] for row in body["output1"]] == ["20260507", "20260506"]
        assert body["output1"][1:] == first
        total = sum(int(row["rlzt_pfls"]) for row in body["output1"])
        assert body["output2"]["tot_rlzt_pfls"] == str(total)
        # All is sold, so what was earned is what came in, less the fees of the purchase.
        cash = (await ask(door, Call.ASSETS))["output2"]["tot_asst_amt"]
        assert int(cash) == 10_000_000 + 6_500_000 + total - BUY_FEE
        orders = await door.call(Call.ORDERS, ORDERS_QUERY | {"INQR_END_DT": "20260507"})
        found = [(row["ord_dt"], row["tot_ccld_qty"]) for row in orders.body["output1"]]
        assert found == [
            ("20260506", "10"),
            ("20260506", "30"),
            ("20260506", "0"),
            ("20260507", "80"),
        ]

    run(test, REAL, make=lambda: Simulation(make_exchange(), no_flow(DAY), Onward()))


def test_the_balance_tells_what_the_trading_day_before_was() -> None:
    async def test(door: Door) -> None:
        body = (await door.call(Call.BALANCE, BALANCE_QUERY)).body
        held, sold_out = body["output1"]
        assert (held["pdno"], held["hldg_qty"], held["bfdy_sll_qty"]) == ("005930", "50", "50")
        # What was sold out stays in the list until its sale is settled.
        assert (sold_out["pdno"], sold_out["hldg_qty"]) == ("000660", "0")
        assert (sold_out["bfdy_buy_qty"], sold_out["bfdy_sll_qty"]) == ("2", "2")
        totals = body["output2"][0]
        buy_fee, costs = 56, sum(MONDAY_FEES) + sum(MONDAY_TAXES)
        assert (totals["bfdy_buy_amt"], totals["bfdy_sll_amt"]) == ("400000", "3902000")
        assert totals["bfdy_tlex_amt"] == str(costs + buy_fee)
        cash = 10_000_000 + 3_502_000 - costs - buy_fee
        assert totals["bfdy_tot_asst_evlu_amt"] == str(cash + 50 * 70_000)
        assert totals["asst_icdc_amt"] == "0"
        door.offer(1, 70_200)
        door.bid(1, 70_200)
        totals = (await door.call(Call.BALANCE, BALANCE_QUERY)).body["output2"][0]
        assert totals["asst_icdc_amt"] == str(50 * 200)

    run(test, REAL, make=after_monday)


def test_a_period_without_today_has_no_profits() -> None:
    async def test(door: Door) -> None:
        await trade(door)
        for call in (Call.DAY_PROFITS, Call.TRADE_PROFITS):
            body = await ask(door, call, INQR_END_DT="20260505")
            assert (body["output1"], body["output2"]["tot_rlzt_pfls"]) == ([], "0")
            answer = await door.call(call, NEW_CALLS[call] | {"INQR_STRT_DT": "2026-05"})
            assert answer.body["rt_cd"] == "1"

    run(test, REAL)


@pytest.mark.parametrize("call", NEW_CALLS)
def test_paper_offers_none_of_these(call: Call) -> None:
    async def test(door: Door) -> None:
        answer = await door.call(call, NEW_CALLS[call])
        assert (answer.status, answer.code) == (500, "EGW02006")

    run(test, Environment.PAPER)


@pytest.mark.parametrize("call", NEW_CALLS)
def test_nobody_is_shown_the_account_of_another(call: Call) -> None:
    async def test(door: Door) -> None:
        answer = await door.call(call, NEW_CALLS[call] | {"CANO": "50098765"})
        assert answer.code == "OPSQ2000"
        answer = await door.call(call, NEW_CALLS[call] | {"CANO": "5000"})
        assert answer.code == "APAC0081"
        answer = await door.call(call, NEW_CALLS[call] | {"ACNT_PRDT_CD": "29"})
        assert answer.code == "APBK1744"

    run(test, REAL)


@pytest.mark.parametrize(("call", "name"), [(call, name) for call in NEW_CALLS for name in NEW_CALLS[call]])
def test_a_field_that_is_missing_is_named(call: Call, name: str) -> None:
    async def test(door: Door) -> None:
        query = {key: value for key, value in NEW_CALLS[call].items() if key != name}
        answer = await door.call(call, query)
        assert answer.body["msg1"] == f"ERROR : INPUT FIELD NOT FOUND [{name}]"

    run(test, REAL)


DEALS = st.lists(
    st.tuples(
        st.sampled_from([BUY, SELL]),
        st.sampled_from(["005930", "000660"]),
        st.integers(1, 9),
        st.integers(0, 5),
    ),
    max_size=12,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(DEALS)
def test_all_lists_agree_after_random_trading(deals: list[tuple[Any, str, int, int]]) -> None:
    async def test(door: Door) -> None:
        for side, code, quantity, ticks in deals:
            price = 70_000 + 100 * ticks if code == "005930" else 200_000 + 500 * ticks
            if side is BUY:
                door.offer(quantity, price, code)
                await door.buy(quantity + ticks, price, code)
            else:
                door.bid(quantity, price, code)
                await door.sell(quantity, price, code)
        realized, assets = await ask(door, Call.REALIZED), await ask(door, Call.ASSETS)
        days, trades = await ask(door, Call.DAY_PROFITS), await ask(door, Call.TRADE_PROFITS)
        orders, open_now = await order_rows(door), (await ask(door, Call.REVISABLE))["output"]
        rows, totals = realized["output1"], realized["output2"][0]

        def whole(row: Any, name: str) -> int:
            return int(row[name])

        def total(listed: Any, name: str) -> int:
            return sum(whole(row, name) for row in listed)

        for row in rows:
            assert whole(row, "evlu_amt") == whole(row, "hldg_qty") * whole(row, "prpr")
            assert whole(row, "evlu_pfls_amt") == whole(row, "evlu_amt") - whole(row, "pchs_amt")
            if row["hldg_qty"] != "0":
                average = round(float(row["pchs_avg_pric"]) * whole(row, "hldg_qty"))
                assert abs(average - whole(row, "pchs_amt")) <= whole(row, "hldg_qty")
        assert whole(totals, "scts_evlu_amt") == total(rows, "evlu_amt")
        assert whole(totals, "tot_evlu_amt") == total(rows, "evlu_amt") + whole(totals, "prvs_rcdl_excc_amt")
        assert whole(totals, "tot_evlu_amt") == whole(assets["output2"], "tot_asst_amt")
        costs = whole(days["output2"], "tot_fee") + whole(days["output2"], "tot_tltx")
        assert whole(totals, "thdt_tlex_amt") == costs
        bought, sold = whole(days["output2"], "buy_tr_amt_smtl"), whole(days["output2"], "sll_tr_amt_smtl")
        assert (whole(totals, "thdt_buy_amt"), whole(totals, "thdt_sll_amt")) == (bought, sold)
        assert whole(totals, "prvs_rcdl_excc_amt") == 10_000_000 - bought + sold - costs
        assert (totals["dnca_tot_amt"], totals["nxdy_excc_amt"]) == ("10000000", "10000000")
        # What was paid for shares is in them still, or was the cost of a sale: nothing of it is lost.
        sell_costs = whole(days["output2"], "sll_fee_smtl") + whole(days["output2"], "sll_tltx_smtl")
        profit = whole(totals, "rlzt_pfls")
        assert profit == sold - sell_costs - (6_500_000 + bought - total(rows, "pchs_amt"))
        assert profit == total(trades["output1"], "rlzt_pfls") == total(days["output1"], "rlzt_pfls")
        buys = [row for row in orders if row["sll_buy_dvsn_cd"] == "02"]
        sells = [row for row in orders if row["sll_buy_dvsn_cd"] == "01"]
        assert (total(buys, "tot_ccld_amt"), total(sells, "tot_ccld_amt")) == (bought, sold)
        assert total(buys, "tot_ccld_qty") - total(sells, "tot_ccld_qty") == total(rows, "hldg_qty") - 100
        assert total(open_now, "psbl_qty") == total(orders, "rmn_qty")

    run(test, REAL)


async def order_rows(door: Door) -> Any:
    query = account_fields(KIM) | {
        "INQR_STRT_DT": f"{DAY:%Y%m%d}",
        "INQR_END_DT": f"{DAY:%Y%m%d}",
        "SLL_BUY_DVSN_CD": "00",
        "PDNO": "",
        "ORD_GNO_BRNO": "",
        "ODNO": "",
        "CCLD_DVSN": "00",
        "INQR_DVSN": "01",
        "INQR_DVSN_1": "",
        "INQR_DVSN_3": "00",
    }
    return (await door.call(Call.ORDERS, query | PAGE)).body["output1"]
