"""Every answer about orders and accounts has the fields of the documents, in their order and forms.

The lists are ours, written down from KIS's documents as of 2026-08: a field that is lost or renamed shows
here.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.brokers.kis.door import (
    BALANCE_QUERY,
    DAY,
    KIM,
    MAKER,
    ORDERS_QUERY,
    PAPER,
    POWER_QUERY,
    REAL,
    Door,
    account_fields,
    at,
    both,
    quietly,
    run,
)
from tests.brokers.kis.test_account import NEW_CALLS
from tests.brokers.kis.test_orders import two_venues
from tests.brokers.kis.test_reserved import LIST as RESERVED_QUERY
from tests.brokers.kis.test_reserved import ORDER as RESERVE_BODY

from hoga.brokers.kis import holdings, order_list, wire
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Reply
from hoga.brokers.kis.register import NoFacts
from hoga.brokers.kis.services import SERVICES, Call
from hoga.domain.company import Company
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, Side, Venue
from hoga.exchange.commands import Place
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK


def words(text: str) -> list[str]:
    return text.split()


BUYING_POWER = words("""
ord_psbl_cash ord_psbl_sbst ruse_psbl_amt fund_rpch_chgs psbl_qty_calc_unpr nrcvb_buy_amt
nrcvb_buy_qty max_buy_amt max_buy_qty cma_evlu_amt ovrs_re_use_amt_wcrc ord_psbl_frcr_amt_wcrc
""")
SELLABLE = words("""
pdno prdt_name buy_qty sll_qty cblc_qty nsvg_qty ord_psbl_qty pchs_avg_pric pchs_amt now_pric
evlu_amt evlu_pfls_amt evlu_pfls_rt
""")
HOLDING = words("""
pdno prdt_name trad_dvsn_name bfdy_buy_qty bfdy_sll_qty thdt_buyqty thdt_sll_qty hldg_qty
ord_psbl_qty pchs_avg_pric pchs_amt prpr evlu_amt evlu_pfls_amt evlu_pfls_rt evlu_erng_rt loan_dt
loan_amt stln_slng_chgs expd_dt fltt_rt bfdy_cprs_icdc item_mgna_rt_name grta_rt_name sbst_pric
stck_loan_unpr
""")
BALANCE_TOTALS = words("""
dnca_tot_amt nxdy_excc_amt prvs_rcdl_excc_amt cma_evlu_amt bfdy_buy_amt thdt_buy_amt
nxdy_auto_rdpt_amt bfdy_sll_amt thdt_sll_amt d2_auto_rdpt_amt bfdy_tlex_amt thdt_tlex_amt
tot_loan_amt scts_evlu_amt tot_evlu_amt nass_amt fncg_gld_auto_rdpt_yn pchs_amt_smtl_amt
evlu_amt_smtl_amt evlu_pfls_smtl_amt tot_stln_slng_chgs bfdy_tot_asst_evlu_amt asst_icdc_amt
asst_icdc_erng_rt
""")
ASSET_SHARE = words("""
pchs_amt evlu_amt evlu_pfls_amt crdt_lnd_amt real_nass_amt whol_weit_rt
""")
ASSET_TOTALS = words("""
pchs_amt_smtl nass_tot_amt loan_amt_smtl evlu_pfls_amt_smtl evlu_amt_smtl tot_asst_amt
tot_lnda_tot_ulst_lnda cma_auto_loan_amt tot_mgln_amt stln_evlu_amt crdt_fncg_amt ocl_apl_loan_amt
pldg_stup_amt frcr_evlu_tota tot_dncl_amt cma_evlu_amt dncl_amt tot_sbst_amt thdt_rcvb_amt
ovrs_stck_evlu_amt1 ovrs_bond_evlu_amt mmf_cma_mgge_loan_amt sbsc_dncl_amt
pbst_sbsc_fnds_loan_use_amt etpr_crdt_grnt_loan_amt
""")
DAY_ORDER = words("""
ord_dt ord_gno_brno odno orgn_odno ord_dvsn_name sll_buy_dvsn_cd sll_buy_dvsn_cd_name pdno prdt_name
ord_qty ord_unpr ord_tmd tot_ccld_qty avg_prvs cncl_yn tot_ccld_amt loan_dt ordr_empno ord_dvsn_cd
cncl_cfrm_qty rmn_qty rjct_qty ccld_cndt_name inqr_ip_addr cpbc_ordp_ord_rcit_dvsn_cd
cpbc_ordp_infm_mthd_dvsn_cd infm_tmd ctac_tlno prdt_type_cd excg_dvsn_cd cpbc_ordp_mtrl_dvsn_cd
ord_orgno rsvn_ord_end_dt excg_id_dvsn_cd stpm_cndt_pric stpm_efct_occr_dtmd
""")
DAY_ORDER_TOTALS = words("""
tot_ord_qty tot_ccld_qty tot_ccld_amt prsm_tlex_smtl pchs_avg_pric
""")
REVISABLE = words("""
ord_gno_brno odno orgn_odno ord_dvsn_name pdno prdt_name rvse_cncl_dvsn_name ord_qty ord_unpr
ord_tmd tot_ccld_qty tot_ccld_amt psbl_qty sll_buy_dvsn_cd ord_dvsn_cd mgco_aptm_odno excg_dvsn_cd
excg_id_dvsn_cd excg_id_dvsn_name stpm_cndt_pric stpm_efct_occr_yn
""")
DAY_PROFIT = words("""
trad_dt buy_amt sll_amt rlzt_pfls fee loan_int tl_tax pfls_rt sll_qty1 buy_qty1
""")
DAY_PROFIT_TOTALS = words("""
sll_qty_smtl sll_tr_amt_smtl sll_fee_smtl sll_tltx_smtl sll_excc_amt_smtl buy_qty_smtl
buy_tr_amt_smtl buy_fee_smtl buy_tax_smtl buy_excc_amt_smtl tot_qty tot_tr_amt tot_fee tot_tltx
tot_excc_amt tot_rlzt_pfls loan_int
""")
TRADE_PROFIT = words("""
trad_dt pdno prdt_name trad_dvsn_name loan_dt hldg_qty pchs_unpr buy_qty buy_amt sll_pric sll_qty
sll_amt rlzt_pfls pfls_rt fee tl_tax loan_int
""")
TRADE_PROFIT_TOTALS = words("""
sll_qty_smtl sll_tr_amt_smtl sll_fee_smtl sll_tltx_smtl sll_excc_amt_smtl buyqty_smtl
buy_tr_amt_smtl buy_fee_smtl buy_tax_smtl buy_excc_amt_smtl tot_qty tot_tr_amt tot_fee tot_tltx
tot_excc_amt tot_rlzt_pfls loan_int tot_pftrt
""")
RESERVED = words("""
rsvn_ord_seq rsvn_ord_ord_dt rsvn_ord_rcit_dt pdno ord_dvsn_cd ord_rsvn_qty tot_ccld_qty cncl_ord_dt
ord_tmd ctac_tlno rjct_rson2 odno rsvn_ord_rcit_tmd kor_item_shtn_name sll_buy_dvsn_cd ord_rsvn_unpr
tot_ccld_amt loan_dt cncl_rcit_tmd prcs_rslt ord_dvsn_name tmnl_mdia_kind_cd rsvn_end_dt
""")
LESS = {"item_mgna_rt_name", "grta_rt_name", "sbst_pric"}
RECEIPT = ["KRX_FWDG_ORD_ORGNO", "ODNO", "ORD_TMD"]

BLOCKS: Mapping[Call, Mapping[str, list[str]]] = {
    Call.BUYING_POWER: {"output": BUYING_POWER},
    Call.CREDIT_POWER: {"output": BUYING_POWER},
    Call.SELLABLE: {"output": SELLABLE},
    Call.BALANCE: {"output1": HOLDING, "output2": BALANCE_TOTALS},
    Call.ASSETS: {"output1": ASSET_SHARE, "output2": ASSET_TOTALS},
    Call.ORDERS: {"output1": DAY_ORDER, "output2": DAY_ORDER_TOTALS},
    Call.REVISABLE: {"output": REVISABLE},
    Call.REALIZED: {
        "output1": [name for name in HOLDING if name not in LESS],
        "output2": [
            *BALANCE_TOTALS,
            "rlzt_pfls",
            "rlzt_erng_rt",
            "real_evlu_pfls",
            "real_evlu_pfls_erng_rt",
        ],
    },
    Call.DAY_PROFITS: {"output1": DAY_PROFIT, "output2": DAY_PROFIT_TOTALS},
    Call.TRADE_PROFITS: {"output1": TRADE_PROFIT, "output2": TRADE_PROFIT_TOTALS},
}
QUERIES: Mapping[Call, Mapping[str, str]] = {
    **NEW_CALLS,
    Call.BUYING_POWER: POWER_QUERY,
    Call.BALANCE: BALANCE_QUERY,
    Call.ORDERS: ORDERS_QUERY,
}


async def deal(door: Door) -> None:
    """Something of everything: a purchase, a sale, an open order, one that was amended, one cancelled."""
    door.offer(2, 70_000)
    await door.buy(2, 70_000)
    door.bid(1, 70_100)
    await door.sell(1, 70_100)
    number = (await door.buy(3, 69_000)).body["output"]["ODNO"]
    await door.revise(number, "01", ORD_UNPR="69100")
    number = (await door.buy(3, 68_000)).body["output"]["ODNO"]
    await door.revise(number, "02")


def rows(block: Any) -> list[dict[str, str]]:
    return block if isinstance(block, list) else [block]


@pytest.mark.parametrize("call", BLOCKS)
def test_an_answer_has_every_field_in_the_order_of_the_documents(call: Call) -> None:
    async def test(door: Door) -> None:
        await deal(door)
        body = (await door.call(call, QUERIES[call])).body
        for name, fields in BLOCKS[call].items():
            found = rows(body[name])
            assert found
            for row in found:
                assert list(row) == fields
                assert all(isinstance(value, str) for value in row.values())

    run(test, REAL)


def test_a_list_of_reservations_has_every_field() -> None:
    async def test(door: Door) -> None:
        assert list((await door.call(Call.RESERVE, RESERVE_BODY)).body["output"]) == ["RSVN_ORD_SEQ"]
        (row,) = (await door.call(Call.RESERVED, RESERVED_QUERY)).body["output"]
        assert list(row) == RESERVED

    run(test, REAL, "07:00")


@both
def test_a_receipt_has_every_field(environment: Environment) -> None:
    async def test(door: Door) -> None:
        more = ["SOR_ODNO"] if environment is REAL else []
        body = (await door.buy(1, 69_000)).body
        assert list(body["output"]) == RECEIPT + more
        revised = (await door.revise(body["output"]["ODNO"], "02")).body
        assert list(revised["output"]) == RECEIPT + more

    run(test, environment)


# Forms -----------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(-?)(0*)([0-9]*)(?:\.([0-9]+))?")
_NAMES = ("_cd", "_dt", "_dtmd", "_tmd", "brno", "odno", "orgno", "pdno", "tlno")
"""How fields end whose digits are no amount."""
_FREE = "avg_prvs"
"""An average without the zeros behind it, with as many decimals as it needs."""


def form(value: str) -> tuple[object, ...]:
    """Whether it is a number, filled up with zeros in front, and with how many decimals."""
    found = _NUMBER.fullmatch(value)
    if found is None:
        return ("text",)
    zeros, digits, decimals = found[2], found[3], found[4] or ""
    is_filled = len(zeros) > (0 if digits else 1)
    return "number", len(zeros + digits) if is_filled else 0, len(decimals)


def test_numbers_are_written_as_kis_writes_them(recorded_answer: Any) -> None:
    provenance = recorded_answer["_provenance"]
    calls = [call for call in BLOCKS if SERVICES[call].path == provenance["path"]]
    if not calls:
        pytest.skip("no call about an account")
    call, theirs = calls[0], recorded_answer["response"]
    environment = PAPER if provenance["env"] == "mock" else REAL

    async def test(door: Door) -> None:
        await deal(door)
        ours = (await door.call(call, QUERIES[call])).body
        for name in BLOCKS[call]:
            forms: dict[str, set[object]] = {}
            for row in rows(ours[name]):
                for key, value in row.items():
                    if value:
                        forms.setdefault(key, set()).add(form(value))
            for row in rows(theirs.get(name, [])):
                for key, value in row.items():
                    if value and key in forms and key != _FREE and not key.endswith(_NAMES):
                        assert form(value) in forms[key], (key, value)

    run(test, environment)


# What may stand in a field ---------------------------------------------------------------------------------


def test_a_flag_may_be_a_number_where_clients_send_one() -> None:
    async def test(door: Door) -> None:
        flags = {"CMA_EVLU_AMT_ICLD_YN": "1", "OVRS_ICLD_YN": "0"}
        assert (await door.call(Call.BUYING_POWER, POWER_QUERY | flags)).body["rt_cd"] == "0"

    run(test, REAL)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (Call.BALANCE, "AFHR_FLPR_YN"),
        (Call.BALANCE, "UNPR_DVSN"),
        (Call.BALANCE, "PRCS_DVSN"),
        (Call.BUYING_POWER, "CMA_EVLU_AMT_ICLD_YN"),
        (Call.ORDERS, "SLL_BUY_DVSN_CD"),
        (Call.ORDERS, "CCLD_DVSN"),
        (Call.ORDERS, "INQR_DVSN_3"),
        (Call.REVISABLE, "INQR_DVSN_2"),
        (Call.REALIZED, "COST_ICLD_YN"),
        (Call.DAY_PROFITS, "SORT_DVSN"),
        (Call.MARGIN, "WCRC_FRCR_DVSN_CD"),
    ],
)
def test_a_value_that_there_is_not_is_refused_by_name(call: Call, name: str) -> None:
    async def test(door: Door) -> None:
        answer = await door.call(call, {**QUERIES[call], name: "9"})
        assert (answer.code, answer.body["msg1"]) == ("OPSQ2001", f"ERROR : INPUT INVALID_CHECK_{name}")
        assert (await door.call(call, {**QUERIES[call], name: ""})).body["rt_cd"] == "0"

    run(test, REAL)


@both
@pytest.mark.parametrize(
    ("name", "value"),
    [("ORD_QTY", "1" * 11), ("ORD_UNPR", "1" * 20), ("PDNO", "0" * 13), ("ORD_DVSN", "000")],
)
def test_what_is_too_long_is_no_order(environment: Environment, name: str, value: str) -> None:
    async def test(door: Door) -> None:
        answer = await door.buy(1, 69_000, **{name: value})
        assert answer.code == "OPSQ2002"
        assert door.simulation.exchange.last_number == 0

    run(test, environment)


@both
def test_a_code_that_cannot_be_one_is_not_one_that_is_not_listed(
    environment: Environment,
) -> None:
    async def test(door: Door) -> None:
        malformed = await door.buy(1, 69_000, "SAMSUNG")
        assert malformed.code == ("IGW00017" if environment is REAL else "40070000")
        unknown = await door.buy(1, 69_000, "999999")
        assert unknown.code == ("APBK0656" if environment is REAL else "40070000")

    run(test, environment)


def test_a_revision_says_whether_it_is_of_all_and_in_which_division() -> None:
    async def test(door: Door) -> None:
        number = (await door.buy(3, 69_000)).body["output"]["ODNO"]
        for value in ("", "X"):
            answer = await door.revise(number, "02", QTY_ALL_ORD_YN=value)
            assert answer.body["msg1"] == "ERROR : INPUT INVALID_CHECK_QTY_ALL_ORD_YN"
        assert (await door.revise(number, "02", ORD_DVSN="99")).code == "APBK0963"
        assert (await door.revise(number, "03")).code == "APBK0963"
        assert (await door.revise(number, "02")).body["rt_cd"] == "0"

    run(test, REAL)


# What an answer depends on ---------------------------------------------------------------------------------


@both
def test_a_day_without_trading_is_told_apart_from_an_hour_without(environment: Environment) -> None:
    async def test(door: Door) -> None:
        door.clock.set(at("15:31"))
        closed = await door.buy(1, 69_000)
        assert closed.code == ("APBK0918" if environment is REAL else "40580000")
        door.clock.set(at("10:00") + timedelta(days=3))
        await door.log_in()
        saturday = await door.buy(1, 69_000)
        assert saturday.code == ("APBK0919" if environment is REAL else "40100000")

    run(test, environment)


@both
def test_what_is_open_at_the_close_is_open_no_more(environment: Environment) -> None:
    async def test(door: Door) -> None:
        await door.buy(3, 69_000)
        await door.sell(2, 71_000)
        door.clock.set(at("15:40"))
        door.simulation.advance(at("15:40"))
        found = (await door.call(Call.ORDERS, ORDERS_QUERY)).body["output1"]
        assert [(row["rmn_qty"], row["cncl_cfrm_qty"], row["rjct_qty"]) for row in found] == [("0",) * 3] * 2
        open_now = await door.call(Call.ORDERS, ORDERS_QUERY | {"CCLD_DVSN": "02"})
        assert open_now.body["output1"] == []
        if environment is REAL:
            assert (await door.call(Call.REVISABLE, QUERIES[Call.REVISABLE])).body["output"] == []
        power = (await door.call(Call.BUYING_POWER, POWER_QUERY)).body["output"]
        assert power["ord_psbl_cash"] == "10000000"
        held = (await door.call(Call.BALANCE, BALANCE_QUERY)).body["output1"][0]
        assert held["ord_psbl_qty"] == held["hldg_qty"] == "100"

    run(test, environment)


@both
def test_older_orders_are_asked_for_under_another_id(environment: Environment) -> None:
    async def test(door: Door) -> None:
        await door.buy(3, 69_000)
        wide = ORDERS_QUERY | {"INQR_STRT_DT": "20250101"}
        assert len((await door.call(Call.ORDERS, wide)).body["output1"]) == 1
        assert (await door.call(Call.OLD_ORDERS, wide)).body["output1"] == []

    run(test, environment)


@pytest.mark.parametrize(
    "changed",
    [{"INQR_DVSN_3": "02"}, {"INQR_DVSN_1": "1"}, {"ORD_GNO_BRNO": "00001"}, {"SLL_BUY_DVSN_CD": "01"}],
)
def test_there_are_no_orders_on_credit_of_elw_or_of_another_branch(changed: dict[str, str]) -> None:
    async def test(door: Door) -> None:
        number = (await door.buy(3, 69_000)).body["output"]
        body = (await door.call(Call.ORDERS, ORDERS_QUERY | changed)).body
        assert (body["output1"], body["output2"]["tot_ord_qty"]) == ([], "0")
        mine = {"ORD_GNO_BRNO": number["KRX_FWDG_ORD_ORGNO"], "ODNO": number["ODNO"], "INQR_DVSN_3": "01"}
        assert len((await door.call(Call.ORDERS, ORDERS_QUERY | mine)).body["output1"]) == 1

    run(test, REAL)


def test_a_balance_can_be_valued_at_the_prices_of_nxt() -> None:
    async def test(door: Door) -> None:
        door.trade(Place(MAKER, "005930", Side.SELL, 1, 70_000))
        door.trade(Place(MAKER, "005930", Side.BUY, 1, 70_000))
        for side in (Side.SELL, Side.BUY):
            door.trade(Place(MAKER, "005930", side, 1, 70_300, venue=Venue.NXT))

        async def price(kind: str) -> str:
            body = (await door.call(Call.BALANCE, BALANCE_QUERY | {"AFHR_FLPR_YN": kind})).body
            assert body["output2"][0]["scts_evlu_amt"] == body["output1"][0]["evlu_amt"]
            return str(body["output1"][0]["prpr"])

        assert await price("N") == "70000"
        assert await price("X") == "70300"
        assert await price("Y") == "70000"  # nothing trades in the evening yet

    run(test, REAL, make=two_venues)


class Margins(NoFacts):
    """Two kinds of issues."""

    def company(self, code: str, day: date) -> Company | None:
        rate = Decimal("0.2") if code == "005930" else None
        return Company(code=code, issuer=code, margin_rate=rate)


def test_a_balance_names_the_margin_of_an_issue_where_it_is_known() -> None:
    async def test(door: Door) -> None:
        door.offer(1, 200_000, "000660")
        await door.buy(1, 200_000, "000660")
        found = (await door.call(Call.BALANCE, BALANCE_QUERY)).body["output1"]
        assert {row["pdno"]: row["item_mgna_rt_name"] for row in found} == {"005930": "20%", "000660": ""}
        price = await door.price("005930")
        assert price.body["output"]["marg_rate"] == "20.00"

    run(test, REAL, facts=Margins())


# ETN -------------------------------------------------------------------------------------------------------

NOTE = Instrument(code="500001", name="어떤 ETN", market=Market.KOSPI, kind=Kind.ETN)


def with_a_note() -> Simulation:
    openings = (
        Opening(account=KIM.account, deposit=10_000_000, holdings=(Holding("500001", 10, 100_000),)),
        Opening(account="5009876501", deposit=0),
        Opening(account=MAKER, deposit=10**9, holdings=(Holding("500001", 100, 1_000_000),)),
    )
    return quietly(Exchange(DAY, [Listing(NOTE, 10_000)], openings, KIS_STOCK))


@both
def test_an_etn_has_a_q_before_its_code(environment: Environment) -> None:
    async def test(door: Door) -> None:
        order = Order(
            order_id="our-1",
            request=OrderRequest(code="500001", side=Side.BUY, quantity=2, price=10_000),
            source="test",
            status=OrderStatus.SUBMITTED,
            price=10_000,
        )
        request = wire.order_request(order, KIM.account, environment, kind=Kind.ETN)
        assert b'"PDNO":"Q500001"' in request.body
        assert (await door.buy(2, 10_000, "Q500001")).body["rt_cd"] == "0"
        heard = await door.call(Call.ORDERS, ORDERS_QUERY)
        assert heard.body["output1"][0]["pdno"] == "Q500001"
        (report,) = order_list.read_orders([Reply(200, heard.text.encode())])
        assert report.request.code == "500001"
        balance = await door.call(Call.BALANCE, BALANCE_QUERY)
        assert balance.body["output1"][0]["pdno"] == "Q500001"
        account = holdings.read_account(KIM.account, [Reply(200, balance.text.encode())], 0)
        assert account.positions[0].code == "500001"
        if environment is REAL:
            open_now = await door.call(Call.REVISABLE, QUERIES[Call.REVISABLE])
            assert open_now.body["output"][0]["pdno"] == "Q500001"
            sellable = await door.call(Call.SELLABLE, account_fields() | {"PDNO": "Q500001"})
            assert (sellable.body["output"]["pdno"], sellable.body["output"]["ord_psbl_qty"]) == (
                "Q500001",
                "10",
            )

    run(test, environment, make=with_a_note)
