"""The messages of the KIS Open API, field by field in the order of its documents. Names are KIS's own.

Every field may be missing: answers grow and shrink over the years, and what is read again is written again
exactly as it came. A field that these blocks do not know is not kept; `unknown_keys` reports it. KIS declares
everything as text; a number or null in a field that nobody reads must not stop a balance, so those pass.

The type of a field says how KIS writes it when there is nothing to say (`empty`). Source: KIS's documents and
recorded answers as of 2026-08. What the values mean is not known here.
"""

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hoga.domain.errors import WireError

Field: TypeAlias = str | int | float | UnsetType | None
"""A value as it stands on the wire. UNSET is a field that is not there."""


def _written(nothing: str) -> Meta:
    return Meta(extra={"nothing": nothing})


Text = Annotated[Field, _written("")]
Whole = Annotated[Field, _written("0")]
Percent = Annotated[Field, _written("0.00")]
"""Two decimals; prices per share and multiples are written like this too."""
Average = Annotated[Field, _written("0.0000")]
Return = Annotated[Field, _written("0.00000000")]
Flag = Annotated[Field, _written("N")]
Code = Annotated[Field, _written("00")]
Variant: TypeAlias = Field
"""A field of another version; never written by us."""


class Block(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A JSON object of KIS."""


B = TypeVar("B", bound=Block)

Rows: TypeAlias = list[B] | B | UnsetType | None
"""A block. KIS's documents and its answers disagree about which blocks are arrays."""


class Price(Block):
    """`output` of inquire-price (주식현재가 시세). It has neither a time nor the name of the issue."""

    iscd_stat_cls_code: Code = UNSET  # 종목 상태 구분 코드
    marg_rate: Percent = UNSET  # 증거금 비율
    rprs_mrkt_kor_name: Text = UNSET  # 대표 시장 한글 명
    new_hgpr_lwpr_cls_code: Text = UNSET  # 신 고가 저가 구분 코드
    bstp_kor_isnm: Text = UNSET  # 업종 한글 종목명
    temp_stop_yn: Flag = UNSET  # 임시 정지 여부
    oprc_rang_cont_yn: Flag = UNSET  # 시가 범위 연장 여부
    clpr_rang_cont_yn: Flag = UNSET  # 종가 범위 연장 여부
    crdt_able_yn: Flag = UNSET  # 신용 가능 여부
    grmn_rate_cls_code: Text = UNSET  # 보증금 비율 구분 코드
    elw_pblc_yn: Flag = UNSET  # ELW 발행 여부
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vrss_vol_rate: Percent = UNSET  # 전일 대비 거래량 비율
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    stck_mxpr: Whole = UNSET  # 주식 상한가
    stck_llam: Whole = UNSET  # 주식 하한가
    stck_sdpr: Whole = UNSET  # 주식 기준가
    wghn_avrg_stck_prc: Percent = UNSET  # 가중 평균 주식 가격
    hts_frgn_ehrt: Percent = UNSET  # HTS 외국인 소진율
    frgn_ntby_qty: Whole = UNSET  # 외국인 순매수 수량
    pgtr_ntby_qty: Whole = UNSET  # 프로그램매매 순매수 수량
    pvt_scnd_dmrs_prc: Whole = UNSET  # 피벗 2차 디저항 가격
    pvt_frst_dmrs_prc: Whole = UNSET  # 피벗 1차 디저항 가격
    pvt_pont_val: Whole = UNSET  # 피벗 포인트 값
    pvt_frst_dmsp_prc: Whole = UNSET  # 피벗 1차 디지지 가격
    pvt_scnd_dmsp_prc: Whole = UNSET  # 피벗 2차 디지지 가격
    dmrs_val: Whole = UNSET  # 디저항 값
    dmsp_val: Whole = UNSET  # 디지지 값
    cpfn: Whole = UNSET  # 자본금
    rstc_wdth_prc: Whole = UNSET  # 제한 폭 가격
    stck_fcam: Whole = UNSET  # 주식 액면가
    stck_sspr: Whole = UNSET  # 주식 대용가
    aspr_unit: Whole = UNSET  # 호가단위
    hts_deal_qty_unit_val: Whole = UNSET  # HTS 매매 수량 단위 값
    lstn_stcn: Whole = UNSET  # 상장 주수
    hts_avls: Whole = UNSET  # HTS 시가총액
    per: Percent = UNSET  # PER
    pbr: Percent = UNSET  # PBR
    stac_month: Text = UNSET  # 결산 월
    vol_tnrt: Percent = UNSET  # 거래량 회전율
    eps: Percent = UNSET  # EPS
    bps: Percent = UNSET  # BPS
    d250_hgpr: Whole = UNSET  # 250일 최고가
    d250_hgpr_date: Text = UNSET  # 250일 최고가 일자
    d250_hgpr_vrss_prpr_rate: Percent = UNSET  # 250일 최고가 대비 현재가 비율
    d250_lwpr: Whole = UNSET  # 250일 최저가
    d250_lwpr_date: Text = UNSET  # 250일 최저가 일자
    d250_lwpr_vrss_prpr_rate: Percent = UNSET  # 250일 최저가 대비 현재가 비율
    stck_dryy_hgpr: Whole = UNSET  # 주식 연중 최고가
    dryy_hgpr_vrss_prpr_rate: Percent = UNSET  # 연중 최고가 대비 현재가 비율
    dryy_hgpr_date: Text = UNSET  # 연중 최고가 일자
    stck_dryy_lwpr: Whole = UNSET  # 주식 연중 최저가
    dryy_lwpr_vrss_prpr_rate: Percent = UNSET  # 연중 최저가 대비 현재가 비율
    dryy_lwpr_date: Text = UNSET  # 연중 최저가 일자
    w52_hgpr: Whole = UNSET  # 52주일 최고가
    w52_hgpr_vrss_prpr_ctrt: Percent = UNSET  # 52주일 최고가 대비 현재가 대비
    w52_hgpr_date: Text = UNSET  # 52주일 최고가 일자
    w52_lwpr: Whole = UNSET  # 52주일 최저가
    w52_lwpr_vrss_prpr_ctrt: Percent = UNSET  # 52주일 최저가 대비 현재가 대비
    w52_lwpr_date: Text = UNSET  # 52주일 최저가 일자
    whol_loan_rmnd_rate: Percent = UNSET  # 전체 융자 잔고 비율
    ssts_yn: Flag = UNSET  # 공매도가능여부
    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    fcam_cnnm: Text = UNSET  # 액면가 통화명
    cpfn_cnnm: Text = UNSET  # 자본금 통화명
    apprch_rate: Variant = UNSET  # 접근도; documented, not in recorded answers
    frgn_hldn_qty: Whole = UNSET  # 외국인 보유 수량
    vi_cls_code: Flag = UNSET  # VI적용구분코드
    ovtm_vi_cls_code: Flag = UNSET  # 시간외단일가VI적용구분코드
    last_ssts_cntg_qty: Whole = UNSET  # 최종 공매도 체결 수량
    invt_caful_yn: Flag = UNSET  # 투자유의여부
    mrkt_warn_cls_code: Code = UNSET  # 시장경고코드
    short_over_yn: Flag = UNSET  # 단기과열여부
    sltr_yn: Flag = UNSET  # 정리매매여부
    mang_issu_cls_code: Flag = UNSET  # 관리종목여부


class Book(Block):
    """`output1` of inquire-asking-price-exp-ccn (호가)."""

    aspr_acpt_hour: Text = UNSET  # 호가 접수 시간
    askp1: Whole = UNSET  # 매도호가 1
    askp2: Whole = UNSET  # 매도호가 2
    askp3: Whole = UNSET  # 매도호가 3
    askp4: Whole = UNSET  # 매도호가 4
    askp5: Whole = UNSET  # 매도호가 5
    askp6: Whole = UNSET  # 매도호가 6
    askp7: Whole = UNSET  # 매도호가 7
    askp8: Whole = UNSET  # 매도호가 8
    askp9: Whole = UNSET  # 매도호가 9
    askp10: Whole = UNSET  # 매도호가 10
    bidp1: Whole = UNSET  # 매수호가 1
    bidp2: Whole = UNSET  # 매수호가 2
    bidp3: Whole = UNSET  # 매수호가 3
    bidp4: Whole = UNSET  # 매수호가 4
    bidp5: Whole = UNSET  # 매수호가 5
    bidp6: Whole = UNSET  # 매수호가 6
    bidp7: Whole = UNSET  # 매수호가 7
    bidp8: Whole = UNSET  # 매수호가 8
    bidp9: Whole = UNSET  # 매수호가 9
    bidp10: Whole = UNSET  # 매수호가 10
    askp_rsqn1: Whole = UNSET  # 매도호가 잔량 1
    askp_rsqn2: Whole = UNSET  # 매도호가 잔량 2
    askp_rsqn3: Whole = UNSET  # 매도호가 잔량 3
    askp_rsqn4: Whole = UNSET  # 매도호가 잔량 4
    askp_rsqn5: Whole = UNSET  # 매도호가 잔량 5
    askp_rsqn6: Whole = UNSET  # 매도호가 잔량 6
    askp_rsqn7: Whole = UNSET  # 매도호가 잔량 7
    askp_rsqn8: Whole = UNSET  # 매도호가 잔량 8
    askp_rsqn9: Whole = UNSET  # 매도호가 잔량 9
    askp_rsqn10: Whole = UNSET  # 매도호가 잔량 10
    bidp_rsqn1: Whole = UNSET  # 매수호가 잔량 1
    bidp_rsqn2: Whole = UNSET  # 매수호가 잔량 2
    bidp_rsqn3: Whole = UNSET  # 매수호가 잔량 3
    bidp_rsqn4: Whole = UNSET  # 매수호가 잔량 4
    bidp_rsqn5: Whole = UNSET  # 매수호가 잔량 5
    bidp_rsqn6: Whole = UNSET  # 매수호가 잔량 6
    bidp_rsqn7: Whole = UNSET  # 매수호가 잔량 7
    bidp_rsqn8: Whole = UNSET  # 매수호가 잔량 8
    bidp_rsqn9: Whole = UNSET  # 매수호가 잔량 9
    bidp_rsqn10: Whole = UNSET  # 매수호가 잔량 10
    askp_rsqn_icdc1: Whole = UNSET  # 매도호가 잔량 증감 1
    askp_rsqn_icdc2: Whole = UNSET  # 매도호가 잔량 증감 2
    askp_rsqn_icdc3: Whole = UNSET  # 매도호가 잔량 증감 3
    askp_rsqn_icdc4: Whole = UNSET  # 매도호가 잔량 증감 4
    askp_rsqn_icdc5: Whole = UNSET  # 매도호가 잔량 증감 5
    askp_rsqn_icdc6: Whole = UNSET  # 매도호가 잔량 증감 6
    askp_rsqn_icdc7: Whole = UNSET  # 매도호가 잔량 증감 7
    askp_rsqn_icdc8: Whole = UNSET  # 매도호가 잔량 증감 8
    askp_rsqn_icdc9: Whole = UNSET  # 매도호가 잔량 증감 9
    askp_rsqn_icdc10: Whole = UNSET  # 매도호가 잔량 증감 10
    bidp_rsqn_icdc1: Whole = UNSET  # 매수호가 잔량 증감 1
    bidp_rsqn_icdc2: Whole = UNSET  # 매수호가 잔량 증감 2
    bidp_rsqn_icdc3: Whole = UNSET  # 매수호가 잔량 증감 3
    bidp_rsqn_icdc4: Whole = UNSET  # 매수호가 잔량 증감 4
    bidp_rsqn_icdc5: Whole = UNSET  # 매수호가 잔량 증감 5
    bidp_rsqn_icdc6: Whole = UNSET  # 매수호가 잔량 증감 6
    bidp_rsqn_icdc7: Whole = UNSET  # 매수호가 잔량 증감 7
    bidp_rsqn_icdc8: Whole = UNSET  # 매수호가 잔량 증감 8
    bidp_rsqn_icdc9: Whole = UNSET  # 매수호가 잔량 증감 9
    bidp_rsqn_icdc10: Whole = UNSET  # 매수호가 잔량 증감 10
    total_askp_rsqn: Whole = UNSET  # 총 매도호가 잔량
    total_bidp_rsqn: Whole = UNSET  # 총 매수호가 잔량
    total_askp_rsqn_icdc: Whole = UNSET  # 총 매도호가 잔량 증감
    total_bidp_rsqn_icdc: Whole = UNSET  # 총 매수호가 잔량 증감
    ovtm_total_askp_icdc: Whole = UNSET  # 시간외 총 매도호가 증감
    ovtm_total_bidp_icdc: Whole = UNSET  # 시간외 총 매수호가 증감
    ovtm_total_askp_rsqn: Whole = UNSET  # 시간외 총 매도호가 잔량
    ovtm_total_bidp_rsqn: Whole = UNSET  # 시간외 총 매수호가 잔량
    ntby_aspr_rsqn: Whole = UNSET  # 순매수 호가 잔량
    new_mkop_cls_code: Text = UNSET  # 신 장운영 구분 코드


class Expected(Block):
    """`output2` of inquire-asking-price-exp-ccn (예상체결)."""

    antc_mkop_cls_code: Text = UNSET  # 예상 장운영 구분 코드
    stck_prpr: Whole = UNSET  # 주식 현재가
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    stck_sdpr: Whole = UNSET  # 주식 기준가
    antc_cnpr: Whole = UNSET  # 예상 체결가
    antc_cntg_vrss_sign: Whole = UNSET  # 예상 체결 대비 부호
    antc_cntg_vrss: Whole = UNSET  # 예상 체결 대비
    antc_cntg_prdy_ctrt: Percent = UNSET  # 예상 체결 전일 대비율
    antc_vol: Whole = UNSET  # 예상 거래량
    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    vi_cls_code: Flag = UNSET  # VI적용구분코드


class DailySummary(Block, rename={"itewhol_loan_rmnd_ratem_name": "itewhol_loan_rmnd_ratem name"}):
    """`output1` of inquire-daily-itemchartprice.

    KIS's documents print the last key with " name" behind it; recorded answers may have either.
    """

    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    stck_prdy_clpr: Whole = UNSET  # 주식 전일 종가
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    prdy_vol: Whole = UNSET  # 전일 거래량
    stck_mxpr: Whole = UNSET  # 주식 상한가
    stck_llam: Whole = UNSET  # 주식 하한가
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    stck_prdy_oprc: Whole = UNSET  # 주식 전일 시가
    stck_prdy_hgpr: Whole = UNSET  # 주식 전일 최고가
    stck_prdy_lwpr: Whole = UNSET  # 주식 전일 최저가
    askp: Whole = UNSET  # 매도호가
    bidp: Whole = UNSET  # 매수호가
    prdy_vrss_vol: Whole = UNSET  # 전일 대비 거래량
    vol_tnrt: Percent = UNSET  # 거래량 회전율
    stck_fcam: Whole = UNSET  # 주식 액면가
    lstn_stcn: Whole = UNSET  # 상장 주수
    cpfn: Whole = UNSET  # 자본금
    hts_avls: Whole = UNSET  # HTS 시가총액
    per: Percent = UNSET  # PER
    eps: Percent = UNSET  # EPS
    pbr: Percent = UNSET  # PBR
    itewhol_loan_rmnd_ratem: Percent = UNSET  # 전체 융자 잔고 비율
    itewhol_loan_rmnd_ratem_name: Variant = UNSET  # the same, as the documents print it


class DailyBar(Block):
    """A row of `output2` of inquire-daily-itemchartprice. Slots without a bar are empty objects."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_clpr: Whole = UNSET  # 주식 종가
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    flng_cls_code: Code = UNSET  # 락 구분 코드
    prtt_rate: Percent = UNSET  # 분할 비율
    mod_yn: Flag = UNSET  # 변경 여부
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    revl_issu_reas: Code = UNSET  # 재평가사유코드


class WatchedQuote(Block):
    """A row of `output` of intstock-multprice (관심종목 시세)."""

    kospi_kosdaq_cls_name: Text = UNSET  # 코스피 코스닥 구분 명
    mrkt_trtm_cls_name: Text = UNSET  # 시장 조치 구분 명
    hour_cls_code: Text = UNSET  # 시간 구분 코드
    inter_shrn_iscd: Text = UNSET  # 관심 단축 종목코드
    inter_kor_isnm: Text = UNSET  # 관심 한글 종목명
    inter2_prpr: Whole = UNSET  # 관심2 현재가
    inter2_prdy_vrss: Whole = UNSET  # 관심2 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    inter2_oprc: Whole = UNSET  # 관심2 시가
    inter2_hgpr: Whole = UNSET  # 관심2 고가
    inter2_lwpr: Whole = UNSET  # 관심2 저가
    inter2_llam: Whole = UNSET  # 관심2 하한가
    inter2_mxpr: Whole = UNSET  # 관심2 상한가
    inter2_askp: Whole = UNSET  # 관심2 매도호가
    inter2_bidp: Whole = UNSET  # 관심2 매수호가
    seln_rsqn: Whole = UNSET  # 매도 잔량
    shnu_rsqn: Whole = UNSET  # 매수2 잔량
    total_askp_rsqn: Whole = UNSET  # 총 매도호가 잔량
    total_bidp_rsqn: Whole = UNSET  # 총 매수호가 잔량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    inter2_prdy_clpr: Whole = UNSET  # 관심2 전일 종가
    oprc_vrss_hgpr_rate: Percent = UNSET  # 시가 대비 최고가 비율
    intr_antc_cntg_vrss: Whole = UNSET  # 관심 예상 체결 대비
    intr_antc_cntg_vrss_sign: Whole = UNSET  # 관심 예상 체결 대비 부호
    intr_antc_cntg_prdy_ctrt: Percent = UNSET  # 관심 예상 체결 전일 대비율
    intr_antc_vol: Whole = UNSET  # 관심 예상 거래량
    inter2_sdpr: Whole = UNSET  # 관심2 기준가


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


class Envelope(Block):
    """What every answer has, and a refusal has nothing else."""

    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Context(Block):
    """Where the next page of a list begins. Opaque, as wide as its name says, blank on the last page."""

    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    ctx_area_fk200: Text = UNSET
    ctx_area_nk200: Text = UNSET
    ctx_area_fk: Text = UNSET
    ctx_area_nk: Text = UNSET


class PriceAnswer(Block):
    output: Rows[Price] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class BookAnswer(Block):
    output1: Rows[Book] = UNSET
    output2: Rows[Expected] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class DailyBarsAnswer(Block):
    output1: Rows[DailySummary] = UNSET
    output2: Rows[DailyBar] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class QuotesAnswer(Block):
    output: Rows[WatchedQuote] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


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


class LoginRefusal(Block):
    """How the login services refuse: no `rt_cd`."""

    error_description: Variant = UNSET
    error_code: Variant = UNSET


class TokenAnswer(Block):
    """Answer of tokenP (접근토큰발급). `expires_in` is the only number."""

    access_token: Variant = UNSET
    access_token_token_expired: Variant = UNSET  # 만료 일시, KST
    token_type: Variant = UNSET
    expires_in: Variant = UNSET  # 초

    def __repr__(self) -> str:
        return f"TokenAnswer(***, {self.access_token_token_expired!r})"


class ApprovalAnswer(Block):
    """Answer of Approval (실시간 접속키 발급)."""

    approval_key: Variant = UNSET

    def __repr__(self) -> str:
        return "ApprovalAnswer(***)"


class RevokeAnswer(Block):
    """Answer of revokeP (접근토큰폐기). `code` is a number."""

    code: Variant = UNSET
    message: Variant = UNSET


class HashAnswer(Block, rename="upper"):
    """Answer of hashkey: the body as it was sent, and its hash."""

    body: dict[str, Field] | UnsetType = UNSET
    hash: Text = UNSET


def empty(kind: type[B], **known: Field) -> B:
    """A block in which everything but `known` says nothing, in the form that KIS uses for that field."""
    return kind(**{**_nothing(kind), **known})


def rows(block: Rows[B]) -> list[B]:
    """The rows of a block without the empty objects that KIS fills up with; none if the block is missing."""
    if block is UNSET or block is None:
        return []
    found = block if isinstance(block, list) else [block]
    return [row for row in found if row != type(row)()]


def text(value: Field) -> str:
    """The value without its padding; "" when there is none."""
    return "" if value is UNSET or value is None else str(value).strip()


def find_whole(block: Block, name: str) -> int | None:
    """A field as a whole number, None when it is missing or empty.

    Takes padding with zeros and blanks, a leading sign and decimals that are all zero. Raises `WireError`.
    """
    field = getattr(block, name)
    if isinstance(field, str) and field.isdecimal():  # nearly all of them
        return int(field)
    value = text(field)
    if not value:
        return None
    digits, _, decimals = value.partition(".")
    if not digits.lstrip("+-").isdecimal() or decimals.strip("0"):
        raise _unreadable(block, name, value)
    try:
        return int(digits)
    except ValueError:
        raise _unreadable(block, name, value) from None


def get_whole(block: Block, name: str) -> int:
    """A field that must be there. Raises `WireError`: what was not read is not zero."""
    value = find_whole(block, name)
    if value is None:
        raise _unreadable(block, name, text(getattr(block, name)))
    return value


def find_decimal(block: Block, name: str) -> Decimal | None:
    """A field as a number with decimals, None when it is missing or empty. Raises `WireError`."""
    value = text(getattr(block, name))
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _unreadable(block, name, value) from None
    if not number.is_finite():
        raise _unreadable(block, name, value)
    return number


def get_decimal(block: Block, name: str) -> Decimal:
    """A number that must be there. Raises `WireError`."""
    value = find_decimal(block, name)
    if value is None:
        raise _unreadable(block, name, text(getattr(block, name)))
    return value


def unknown_keys(body: bytes, kind: type[Block]) -> tuple[str, ...]:
    """The keys of an answer that `kind` does not know, like "output.new_field": KIS has changed something."""
    return tuple(sorted(_unknown(msgspec.json.decode(body), kind, "")))


def _unknown(value: object, kind: type[Block], path: str) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_unknown(item, kind, path) for item in value))
    if not isinstance(value, dict):
        return set()
    known = {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
    found = {f"{path}{key}" for key in value if key not in known}
    inner = _inner_blocks(kind)
    for key, item in value.items():
        if key in known and known[key] in inner:
            found |= _unknown(item, inner[known[key]], f"{path}{key}.")
    return found


def _inner_blocks(kind: type[Block]) -> dict[str, type[Block]]:
    inner = {}
    for name, hint in get_type_hints(kind).items():
        for part in getattr(hint, "__args__", ()):
            if isinstance(part, type) and issubclass(part, Block):
                inner[name] = part
    return inner


@cache
def _nothing(kind: type[Block]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: meta.extra["nothing"]
        for name, hint in hints.items()
        for meta in getattr(hint, "__metadata__", ())
        if isinstance(meta, Meta) and meta.extra is not None
    }


def _unreadable(block: Block, name: str, value: str) -> WireError:
    return WireError(
        f"한국투자증권 응답의 {type(block).__name__}.{name} 값 {value!r}을(를) 숫자로 읽을 수 없습니다. "
        "응답을 보관하고 개발자에게 알리세요.",
        f"{type(block).__name__}.{name} of KIS's answer is {value!r}, which is no number as it should be. "
        "Keep the answer and report it.",
        value,
    )
