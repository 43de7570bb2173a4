"""The blocks of KIS's calls about an account: what can be sold or revised, assets, profits.

Field by field in the order of KIS's documents, as `blocks` has it. Source: KIS's documents and recorded
answers as of 2026-08.
"""

from typing import Annotated

from msgspec import UNSET, Meta

from hoga.brokers.kis.blocks import Average, Block, Field, Percent, Return, Rows, Text, Whole
from hoga.brokers.kis.trading_blocks import BalanceTotals, Holding

Foreign = Annotated[Field, Meta(extra={"nothing": "0.000000"})]
"""Won worth of what is held in another currency, six decimals."""


class Sellable(Block):
    """`output` of inquire-psbl-sell (매도가능수량조회)."""

    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    buy_qty: Whole = UNSET  # 매수수량
    sll_qty: Whole = UNSET  # 매도수량
    cblc_qty: Whole = UNSET  # 잔고수량
    nsvg_qty: Whole = UNSET  # 비저축수량
    ord_psbl_qty: Whole = UNSET  # 주문가능수량
    pchs_avg_pric: Average = UNSET  # 매입평균가격
    pchs_amt: Whole = UNSET  # 매입금액
    now_pric: Whole = UNSET  # 현재가
    evlu_amt: Whole = UNSET  # 평가금액
    evlu_pfls_amt: Whole = UNSET  # 평가손익금액
    evlu_pfls_rt: Percent = UNSET  # 평가손익율


class Revisable(Block):
    """A row of `output` of inquire-psbl-rvsecncl (정정취소가능주문). The last five came in 2025."""

    ord_gno_brno: Text = UNSET  # 주문채번지점번호
    odno: Text = UNSET  # 주문번호
    orgn_odno: Text = UNSET  # 원주문번호
    ord_dvsn_name: Text = UNSET  # 주문구분명
    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    rvse_cncl_dvsn_name: Text = UNSET  # 정정취소구분명
    ord_qty: Whole = UNSET  # 주문수량
    ord_unpr: Whole = UNSET  # 주문단가
    ord_tmd: Text = UNSET  # 주문시각
    tot_ccld_qty: Whole = UNSET  # 총체결수량
    tot_ccld_amt: Whole = UNSET  # 총체결금액
    psbl_qty: Whole = UNSET  # 가능수량
    sll_buy_dvsn_cd: Text = UNSET  # 매도매수구분코드
    ord_dvsn_cd: Text = UNSET  # 주문구분코드
    mgco_aptm_odno: Text = UNSET  # 운용사지정주문번호
    excg_dvsn_cd: Text = UNSET  # 거래소구분코드
    excg_id_dvsn_cd: Text = UNSET  # 거래소ID구분코드
    excg_id_dvsn_name: Text = UNSET  # 거래소ID구분명
    stpm_cndt_pric: Whole = UNSET  # 스톱지정가조건가격
    stpm_efct_occr_yn: Text = UNSET  # 스톱지정가효력발생여부


class AssetShare(Block):
    """A row of `output1` of inquire-account-balance: which assets it is about, its place says."""

    pchs_amt: Whole = UNSET  # 매입금액
    evlu_amt: Whole = UNSET  # 평가금액
    evlu_pfls_amt: Whole = UNSET  # 평가손익금액
    crdt_lnd_amt: Whole = UNSET  # 신용대출금액
    real_nass_amt: Whole = UNSET  # 실제순자산금액
    whol_weit_rt: Return = UNSET  # 전체비중율


class AssetTotals(Block):
    """`output2` of inquire-account-balance (투자계좌자산현황)."""

    pchs_amt_smtl: Whole = UNSET  # 매입금액합계
    nass_tot_amt: Whole = UNSET  # 순자산총금액
    loan_amt_smtl: Whole = UNSET  # 대출금액합계
    evlu_pfls_amt_smtl: Whole = UNSET  # 평가손익금액합계
    evlu_amt_smtl: Whole = UNSET  # 평가금액합계
    tot_asst_amt: Whole = UNSET  # 총자산금액
    tot_lnda_tot_ulst_lnda: Whole = UNSET  # 총대출금액총융자대출금액
    cma_auto_loan_amt: Whole = UNSET  # CMA자동대출금액
    tot_mgln_amt: Whole = UNSET  # 총담보대출금액
    stln_evlu_amt: Whole = UNSET  # 대주평가금액
    crdt_fncg_amt: Whole = UNSET  # 신용융자금액
    ocl_apl_loan_amt: Whole = UNSET  # OCL_APL대출금액
    pldg_stup_amt: Whole = UNSET  # 질권설정금액
    frcr_evlu_tota: Whole = UNSET  # 외화평가총액
    tot_dncl_amt: Whole = UNSET  # 총예수금액
    cma_evlu_amt: Whole = UNSET  # CMA평가금액
    dncl_amt: Whole = UNSET  # 예수금액
    tot_sbst_amt: Whole = UNSET  # 총대용금액
    thdt_rcvb_amt: Whole = UNSET  # 당일미수금액
    ovrs_stck_evlu_amt1: Foreign = UNSET  # 해외주식평가금액1
    ovrs_bond_evlu_amt: Foreign = UNSET  # 해외채권평가금액
    mmf_cma_mgge_loan_amt: Whole = UNSET  # MMFCMA담보대출금액
    sbsc_dncl_amt: Whole = UNSET  # 청약예수금액
    pbst_sbsc_fnds_loan_use_amt: Whole = UNSET  # 공모주청약자금대출사용금액
    etpr_crdt_grnt_loan_amt: Whole = UNSET  # 기업신용공여대출금액


class RealizedTotals(BalanceTotals):
    """The one row of `output2` of inquire-balance-rlz-pl: that of inquire-balance, and four more."""

    rlzt_pfls: Whole = UNSET  # 실현손익
    rlzt_erng_rt: Return = UNSET  # 실현수익율
    real_evlu_pfls: Whole = UNSET  # 실평가손익
    real_evlu_pfls_erng_rt: Return = UNSET  # 실평가손익수익율


class DayProfit(Block):
    """A row of `output1` of inquire-period-profit (기간별손익일별합산): one day."""

    trad_dt: Text = UNSET  # 매매일자
    buy_amt: Whole = UNSET  # 매수금액
    sll_amt: Whole = UNSET  # 매도금액
    rlzt_pfls: Whole = UNSET  # 실현손익
    fee: Whole = UNSET  # 수수료
    loan_int: Whole = UNSET  # 대출이자
    tl_tax: Whole = UNSET  # 제세금
    pfls_rt: Return = UNSET  # 손익률
    sll_qty1: Whole = UNSET  # 매도수량1
    buy_qty1: Whole = UNSET  # 매수수량1


class DayProfitTotals(Block):
    """`output2` of inquire-period-profit."""

    sll_qty_smtl: Whole = UNSET  # 매도수량합계
    sll_tr_amt_smtl: Whole = UNSET  # 매도거래금액합계
    sll_fee_smtl: Whole = UNSET  # 매도수수료합계
    sll_tltx_smtl: Whole = UNSET  # 매도제세금합계
    sll_excc_amt_smtl: Whole = UNSET  # 매도정산금액합계
    buy_qty_smtl: Whole = UNSET  # 매수수량합계
    buy_tr_amt_smtl: Whole = UNSET  # 매수거래금액합계
    buy_fee_smtl: Whole = UNSET  # 매수수수료합계
    buy_tax_smtl: Whole = UNSET  # 매수제세금합계
    buy_excc_amt_smtl: Whole = UNSET  # 매수정산금액합계
    tot_qty: Whole = UNSET  # 총수량
    tot_tr_amt: Whole = UNSET  # 총거래금액
    tot_fee: Whole = UNSET  # 총수수료
    tot_tltx: Whole = UNSET  # 총제세금
    tot_excc_amt: Whole = UNSET  # 총정산금액
    tot_rlzt_pfls: Whole = UNSET  # 총실현손익
    loan_int: Whole = UNSET  # 대출이자


class TradeProfit(Block):
    """A row of `output1` of inquire-period-trade-profit (기간별매매손익): one issue on one day."""

    trad_dt: Text = UNSET  # 매매일자
    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    trad_dvsn_name: Text = UNSET  # 매매구분명
    loan_dt: Text = UNSET  # 대출일자
    hldg_qty: Whole = UNSET  # 보유수량
    pchs_unpr: Whole = UNSET  # 매입단가
    buy_qty: Whole = UNSET  # 매수수량
    buy_amt: Whole = UNSET  # 매수금액
    sll_pric: Whole = UNSET  # 매도가격
    sll_qty: Whole = UNSET  # 매도수량
    sll_amt: Whole = UNSET  # 매도금액
    rlzt_pfls: Whole = UNSET  # 실현손익
    pfls_rt: Return = UNSET  # 손익률
    fee: Whole = UNSET  # 수수료
    tl_tax: Whole = UNSET  # 제세금
    loan_int: Whole = UNSET  # 대출이자


class TradeProfitTotals(Block):
    """`output2` of inquire-period-trade-profit. One name differs from that of inquire-period-profit."""

    sll_qty_smtl: Whole = UNSET  # 매도수량합계
    sll_tr_amt_smtl: Whole = UNSET  # 매도거래금액합계
    sll_fee_smtl: Whole = UNSET  # 매도수수료합계
    sll_tltx_smtl: Whole = UNSET  # 매도제세금합계
    sll_excc_amt_smtl: Whole = UNSET  # 매도정산금액합계
    buyqty_smtl: Whole = UNSET  # 매수수량합계
    buy_tr_amt_smtl: Whole = UNSET  # 매수거래금액합계
    buy_fee_smtl: Whole = UNSET  # 매수수수료합계
    buy_tax_smtl: Whole = UNSET  # 매수제세금합계
    buy_excc_amt_smtl: Whole = UNSET  # 매수정산금액합계
    tot_qty: Whole = UNSET  # 총수량
    tot_tr_amt: Whole = UNSET  # 총거래금액
    tot_fee: Whole = UNSET  # 총수수료
    tot_tltx: Whole = UNSET  # 총제세금
    tot_excc_amt: Whole = UNSET  # 총정산금액
    tot_rlzt_pfls: Whole = UNSET  # 총실현손익
    loan_int: Whole = UNSET  # 대출이자
    tot_pftrt: Return = UNSET  # 총수익률


class SellableAnswer(Block):
    output: Rows[Sellable] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class RevisablesAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output: Rows[Revisable] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class AssetsAnswer(Block):
    output1: Rows[AssetShare] = UNSET
    output2: Rows[AssetTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class RealizedAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[Holding] = UNSET
    output2: Rows[RealizedTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class DayProfitsAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[DayProfit] = UNSET
    output2: Rows[DayProfitTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class TradeProfitsAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[TradeProfit] = UNSET
    output2: Rows[TradeProfitTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
