"""The messages about orders, cash and holdings.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Average, Block, Percent, Return, Rows, Text, Variant, Whole


class BuyingPower(Block):
    """`output` of inquire-psbl-order (매수가능조회)."""

    ord_psbl_cash: Whole = UNSET  # 주문가능현금
    ord_psbl_sbst: Whole = UNSET  # 주문가능대용
    ruse_psbl_amt: Whole = UNSET  # 재사용가능금액
    fund_rpch_chgs: Whole = UNSET  # 펀드환매대금
    psbl_qty_calc_unpr: Whole = UNSET  # 가능수량계산단가
    nrcvb_buy_amt: Whole = UNSET  # 미수없는매수금액
    nrcvb_buy_qty: Whole = UNSET  # 미수없는매수수량
    max_buy_amt: Whole = UNSET  # 최대매수금액
    max_buy_qty: Whole = UNSET  # 최대매수수량
    cma_evlu_amt: Whole = UNSET  # CMA평가금액
    ovrs_re_use_amt_wcrc: Whole = UNSET  # 해외재사용금액원화
    ord_psbl_frcr_amt_wcrc: Whole = UNSET  # 주문가능외화금액원화


class Holding(Block):
    """A row of `output1` of inquire-balance (주식잔고)."""

    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    trad_dvsn_name: Text = UNSET  # 매매구분명
    bfdy_buy_qty: Whole = UNSET  # 전일매수수량
    bfdy_sll_qty: Whole = UNSET  # 전일매도수량
    thdt_buyqty: Whole = UNSET  # 금일매수수량
    thdt_sll_qty: Whole = UNSET  # 금일매도수량
    hldg_qty: Whole = UNSET  # 보유수량
    ord_psbl_qty: Whole = UNSET  # 주문가능수량
    pchs_avg_pric: Average = UNSET  # 매입평균가격
    pchs_amt: Whole = UNSET  # 매입금액
    prpr: Whole = UNSET  # 현재가
    evlu_amt: Whole = UNSET  # 평가금액
    evlu_pfls_amt: Whole = UNSET  # 평가손익금액
    evlu_pfls_rt: Percent = UNSET  # 평가손익율
    evlu_erng_rt: Return = UNSET  # 평가수익율
    loan_dt: Text = UNSET  # 대출일자
    loan_amt: Whole = UNSET  # 대출금액
    stln_slng_chgs: Whole = UNSET  # 대주매각대금
    expd_dt: Text = UNSET  # 만기일자
    fltt_rt: Return = UNSET  # 등락율
    bfdy_cprs_icdc: Whole = UNSET  # 전일대비증감
    item_mgna_rt_name: Text = UNSET  # 종목증거금율명
    grta_rt_name: Text = UNSET  # 보증금율명
    sbst_pric: Whole = UNSET  # 대용가격
    stck_loan_unpr: Average = UNSET  # 주식대출단가


class BalanceTotals(Block):
    """The one row of `output2` of inquire-balance."""

    dnca_tot_amt: Whole = UNSET  # 예수금총금액
    nxdy_excc_amt: Whole = UNSET  # 익일정산금액
    prvs_rcdl_excc_amt: Whole = UNSET  # 가수도정산금액
    cma_evlu_amt: Whole = UNSET  # CMA평가금액
    bfdy_buy_amt: Whole = UNSET  # 전일매수금액
    thdt_buy_amt: Whole = UNSET  # 금일매수금액
    nxdy_auto_rdpt_amt: Whole = UNSET  # 익일자동상환금액
    bfdy_sll_amt: Whole = UNSET  # 전일매도금액
    thdt_sll_amt: Whole = UNSET  # 금일매도금액
    d2_auto_rdpt_amt: Whole = UNSET  # D+2자동상환금액
    bfdy_tlex_amt: Whole = UNSET  # 전일제비용금액
    thdt_tlex_amt: Whole = UNSET  # 금일제비용금액
    tot_loan_amt: Whole = UNSET  # 총대출금액
    scts_evlu_amt: Whole = UNSET  # 유가평가금액
    tot_evlu_amt: Whole = UNSET  # 총평가금액
    nass_amt: Whole = UNSET  # 순자산금액
    fncg_gld_auto_rdpt_yn: Text = UNSET  # 융자금자동상환여부
    pchs_amt_smtl_amt: Whole = UNSET  # 매입금액합계금액
    evlu_amt_smtl_amt: Whole = UNSET  # 평가금액합계금액
    evlu_pfls_smtl_amt: Whole = UNSET  # 평가손익합계금액
    tot_stln_slng_chgs: Whole = UNSET  # 총대주매각대금
    bfdy_tot_asst_evlu_amt: Whole = UNSET  # 전일총자산평가금액
    asst_icdc_amt: Whole = UNSET  # 자산증감액
    asst_icdc_erng_rt: Return = UNSET  # 자산증감수익율


class DayOrder(Block):
    """A row of `output1` of inquire-daily-ccld (일별주문체결). The last three came with the ids of 2025."""

    ord_dt: Text = UNSET  # 주문일자
    ord_gno_brno: Text = UNSET  # 주문채번지점번호
    odno: Text = UNSET  # 주문번호
    orgn_odno: Text = UNSET  # 원주문번호
    ord_dvsn_name: Text = UNSET  # 주문구분명
    sll_buy_dvsn_cd: Text = UNSET  # 매도매수구분코드
    sll_buy_dvsn_cd_name: Text = UNSET  # 매도매수구분코드명
    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    ord_qty: Whole = UNSET  # 주문수량
    ord_unpr: Whole = UNSET  # 주문단가
    ord_tmd: Text = UNSET  # 주문시각
    tot_ccld_qty: Whole = UNSET  # 총체결수량
    avg_prvs: Whole = UNSET  # 평균가
    cncl_yn: Text = UNSET  # 취소여부
    tot_ccld_amt: Whole = UNSET  # 총체결금액
    loan_dt: Text = UNSET  # 대출일자
    ordr_empno: Text = UNSET  # 주문자사번
    ord_dvsn_cd: Text = UNSET  # 주문구분코드
    cncl_cfrm_qty: Whole = UNSET  # 취소확인수량
    rmn_qty: Whole = UNSET  # 잔여수량
    rjct_qty: Whole = UNSET  # 거부수량
    ccld_cndt_name: Text = UNSET  # 체결조건명
    inqr_ip_addr: Text = UNSET  # 조회IP주소
    cpbc_ordp_ord_rcit_dvsn_cd: Text = UNSET  # 전산주문표주문접수구분코드
    cpbc_ordp_infm_mthd_dvsn_cd: Text = UNSET  # 전산주문표통보방법구분코드
    infm_tmd: Text = UNSET  # 통보시각
    ctac_tlno: Text = UNSET  # 연락전화번호
    prdt_type_cd: Text = UNSET  # 상품유형코드
    excg_dvsn_cd: Text = UNSET  # 거래소구분코드
    cpbc_ordp_mtrl_dvsn_cd: Text = UNSET  # 전산주문표자료구분코드
    ord_orgno: Text = UNSET  # 주문조직번호
    rsvn_ord_end_dt: Text = UNSET  # 예약주문종료일자
    excg_id_dvsn_cd: Text = UNSET  # 거래소ID구분코드
    stpm_cndt_pric: Whole = UNSET  # 스톱지정가조건가격
    stpm_efct_occr_dtmd: Text = UNSET  # 스톱지정가효력발생상세시각


class DayOrderTotals(Block):
    """`output2` of inquire-daily-ccld."""

    tot_ord_qty: Whole = UNSET  # 총주문수량
    tot_ccld_qty: Whole = UNSET  # 총체결수량
    tot_ccld_amt: Whole = UNSET  # 총체결금액
    prsm_tlex_smtl: Whole = UNSET  # 추정제비용합계
    pchs_avg_pric: Average = UNSET  # 매입평균가격


class BuyingPowerAnswer(Block):
    output: Rows[BuyingPower] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class BalanceAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[Holding] = UNSET
    output2: Rows[BalanceTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class DayOrdersAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[DayOrder] = UNSET
    output2: Rows[DayOrderTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Receipt(Block, rename="upper"):
    """`output` of order-cash and order-rvsecncl, the only block with upper-case keys.

    Answers of the real host since 2025 have `SOR_ODNO`.
    """

    krx_fwdg_ord_orgno: Text = UNSET  # 한국거래소전송주문조직번호
    odno: Text = UNSET  # 주문번호
    ord_tmd: Text = UNSET  # 주문시각
    sor_odno: Variant = UNSET  # SOR 주문번호


class OrderAnswer(Block):
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
    output: Rows[Receipt] = UNSET
