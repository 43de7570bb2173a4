"""The messages about the prices of now, books, daily bars and many prices at once.

What `blocks` says of fields, order and empty forms holds here too.
"""

from typing import Literal

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Code, Flag, Percent, Rows, Text, Variant, Whole


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


class PlainQuote(Block):
    """What is read of a `WatchedQuote` all of it there and in plain digits: in a quarter of the time."""

    inter_shrn_iscd: str
    inter_kor_isnm: str
    mrkt_trtm_cls_name: str
    hour_cls_code: str
    inter2_prpr: int
    inter2_sdpr: int
    inter2_mxpr: int
    inter2_llam: int
    inter2_oprc: int
    inter2_hgpr: int
    inter2_lwpr: int
    acml_vol: int
    acml_tr_pbmn: int
    inter2_askp: int
    inter2_bidp: int
    seln_rsqn: int
    shnu_rsqn: int
    total_askp_rsqn: int
    total_bidp_rsqn: int


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


class PlainQuotesAnswer(Block):
    output: list[PlainQuote]
    rt_cd: Literal["0"]
