"""Overseas shares (해외주식) on the KIS wire: what an account without any is told.

Clients that show one account whole ask for its overseas holdings, open orders, orders and profits beside the
domestic ones. Here nothing is traded abroad, so every list is empty and every total nought.

Source: KIS's documents as of 2026-08 and a recorded empty balance of the real host. Unverified: that the
other calls use the same words, what the paper host says, and the decimals of totals other than the
balance's.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

from msgspec import UNSET, Meta

from hoga.brokers.kis.blocks import Block, Field, Return, Rows, Text, Whole, empty
from hoga.brokers.kis.codes import LEDGER_EMPTY, Environment, Message
from hoga.brokers.kis.envelope import Reply, Request, block_reply, padded
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import asked_account, check_account

_EMPTY = {
    Environment.REAL: Message("KIOK0560", "조회할 내용이 없습니다"),
    Environment.PAPER: LEDGER_EMPTY[Environment.PAPER],
}
_LAST = "D"
_CONTEXT = " " * 200

_ACCOUNT = ("CANO", "ACNT_PRDT_CD")
_PAGE = ("CTX_AREA_FK200", "CTX_AREA_NK200")

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.OVERSEAS_BALANCE: (*_ACCOUNT, "OVRS_EXCG_CD", "TR_CRCY_CD", *_PAGE),
    Call.OVERSEAS_ASSETS: (*_ACCOUNT, "WCRC_FRCR_DVSN_CD", "NATN_CD", "TR_MKET_CD", "INQR_DVSN_CD"),
    Call.OVERSEAS_OPEN: (*_ACCOUNT, "OVRS_EXCG_CD", "SORT_SQN", *_PAGE),
    Call.OVERSEAS_ORDERS: (
        *_ACCOUNT,
        "PDNO",
        "ORD_STRT_DT",
        "ORD_END_DT",
        "SLL_BUY_DVSN",
        "CCLD_NCCS_DVSN",
        "OVRS_EXCG_CD",
        "SORT_SQN",
        "ORD_DT",
        "ORD_GNO_BRNO",
        "ODNO",
        *_PAGE,
    ),
    Call.OVERSEAS_PROFITS: (
        *_ACCOUNT,
        "OVRS_EXCG_CD",
        "NATN_CD",
        "CRCY_CD",
        "PDNO",
        "INQR_STRT_DT",
        "INQR_END_DT",
        "WCRC_FRCR_DVSN_CD",
        *_PAGE,
    ),
}
"""The fields that a request must carry, be they empty."""

_Five = Annotated[Field, Meta(extra={"nothing": "0.00000"})]
_Six = Annotated[Field, Meta(extra={"nothing": "0.000000"})]


class NoRow(Block):
    """A row of a list that never has any."""


class OverseasTotals(Block):
    """`output2` of overseas inquire-balance (해외주식 잔고)."""

    frcr_pchs_amt1: _Five = UNSET  # 외화매입금액1
    ovrs_rlzt_pfls_amt: _Five = UNSET  # 해외실현손익금액
    ovrs_tot_pfls: _Five = UNSET  # 해외총손익
    rlzt_erng_rt: Return = UNSET  # 실현수익율
    tot_evlu_pfls_amt: Return = UNSET  # 총평가손익금액
    tot_pftrt: Return = UNSET  # 총수익률
    frcr_buy_amt_smtl1: _Six = UNSET  # 외화매수금액합계1
    ovrs_rlzt_pfls_amt2: _Five = UNSET  # 해외실현손익금액2
    frcr_buy_amt_smtl2: _Six = UNSET  # 외화매수금액합계2


class OverseasBalanceAnswer(Block):
    ctx_area_fk200: Text = UNSET
    ctx_area_nk200: Text = UNSET
    output1: Rows[NoRow] = UNSET
    output2: Rows[OverseasTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class OverseasAssets(Block):
    """`output3` of overseas inquire-present-balance (해외주식 체결기준현재잔고)."""

    pchs_amt_smtl: Whole = UNSET  # 매입금액합계
    evlu_amt_smtl: Whole = UNSET  # 평가금액합계
    evlu_pfls_amt_smtl: Whole = UNSET  # 평가손익금액합계
    dncl_amt: Whole = UNSET  # 예수금액
    cma_evlu_amt: Whole = UNSET  # CMA평가금액
    tot_dncl_amt: Whole = UNSET  # 총예수금액
    etc_mgna: Whole = UNSET  # 기타증거금
    wdrw_psbl_tot_amt: Whole = UNSET  # 인출가능총금액
    frcr_evlu_tota: Whole = UNSET  # 외화평가총액
    evlu_erng_rt1: Return = UNSET  # 평가수익율1
    pchs_amt_smtl_amt: Whole = UNSET  # 매입금액합계금액
    evlu_amt_smtl_amt: Whole = UNSET  # 평가금액합계금액
    tot_evlu_pfls_amt: Return = UNSET  # 총평가손익금액
    tot_asst_amt: Whole = UNSET  # 총자산금액
    buy_mgn_amt: Whole = UNSET  # 매수증거금액
    mgna_tota: Whole = UNSET  # 증거금총액
    frcr_use_psbl_amt: Whole = UNSET  # 외화사용가능금액
    ustl_sll_amt_smtl: Whole = UNSET  # 미결제매도금액합계
    ustl_buy_amt_smtl: Whole = UNSET  # 미결제매수금액합계
    tot_frcr_cblc_smtl: _Six = UNSET  # 총외화잔고합계
    tot_loan_amt: Whole = UNSET  # 총대출금액


class OverseasAssetsAnswer(Block):
    output1: Rows[NoRow] = UNSET
    output2: Rows[NoRow] = UNSET
    output3: Rows[OverseasAssets] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class OverseasOrdersAnswer(Block):
    """The answer to inquire-nccs (해외주식 미체결내역) and inquire-ccnl (해외주식 주문체결내역)."""

    ctx_area_fk200: Text = UNSET
    ctx_area_nk200: Text = UNSET
    output: Rows[NoRow] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class OverseasProfits(Block):
    """`output2` of overseas inquire-period-profit (해외주식 기간손익)."""

    stck_sll_amt_smtl: Whole = UNSET  # 주식매도금액합계
    stck_buy_amt_smtl: Whole = UNSET  # 주식매수금액합계
    smtl_fee1: Whole = UNSET  # 합계수수료1
    excc_dfrm_amt: Whole = UNSET  # 정산지급금액
    ovrs_rlzt_pfls_tot_amt: Whole = UNSET  # 해외실현손익총금액
    tot_pftrt: Return = UNSET  # 총수익률
    bass_dt: Text = UNSET  # 기준일자
    exrt: Whole = UNSET  # 환율


class OverseasProfitsAnswer(Block):
    ctx_area_fk200: Text = UNSET
    ctx_area_nk200: Text = UNSET
    output1: Rows[NoRow] = UNSET
    output2: Rows[OverseasProfits] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


def _said(request: Request) -> dict[str, str]:
    """The words of an answer that has nothing to tell."""
    message = _EMPTY[request.environment]
    return {"rt_cd": message.rt_cd, "msg_cd": message.code, "msg1": padded(message.text)}


def _balance(request: Request) -> Reply:
    answer = OverseasBalanceAnswer(
        ctx_area_fk200=_CONTEXT,
        ctx_area_nk200=_CONTEXT,
        output1=[],
        output2=empty(OverseasTotals),
        **_said(request),
    )
    return block_reply(answer, _LAST)


def _assets(request: Request) -> Reply:
    return block_reply(
        OverseasAssetsAnswer(output1=[], output2=[], output3=empty(OverseasAssets), **_said(request))
    )


def _orders(request: Request) -> Reply:
    answer = OverseasOrdersAnswer(
        ctx_area_fk200=_CONTEXT, ctx_area_nk200=_CONTEXT, output=[], **_said(request)
    )
    return block_reply(answer, _LAST)


def _profits(request: Request) -> Reply:
    answer = OverseasProfitsAnswer(
        ctx_area_fk200=_CONTEXT,
        ctx_area_nk200=_CONTEXT,
        output1=[],
        output2=empty(OverseasProfits),
        **_said(request),
    )
    return block_reply(answer, _LAST)


def _owned(reply: Callable[[Request], Reply]) -> Callable[[Request, Customer], Reply]:
    """`reply` for the customer's own account; an app key asks about no other."""

    def answer(request: Request, customer: Customer) -> Reply:
        check_account(request, asked_account(request), customer.account)
        return reply(request)

    return answer


HANDLERS: Mapping[Call, Callable[[Request, Customer], Reply]] = {
    Call.OVERSEAS_BALANCE: _owned(_balance),
    Call.OVERSEAS_ASSETS: _owned(_assets),
    Call.OVERSEAS_OPEN: _owned(_orders),
    Call.OVERSEAS_ORDERS: _owned(_orders),
    Call.OVERSEAS_PROFITS: _owned(_profits),
}
"""Who answers each of the calls."""
