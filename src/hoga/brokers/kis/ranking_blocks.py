"""The messages of calls that look at the whole market: rankings, and who stands at a limit.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole


class VolumeRank(Block):
    """A row of `output` of volume-rank (거래량순위)."""

    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vol: Whole = UNSET  # 전일 거래량
    lstn_stcn: Whole = UNSET  # 상장 주수
    avrg_vol: Whole = UNSET  # 평균 거래량
    n_befr_clpr_vrss_prpr_rate: Percent = UNSET  # N일전종가대비현재가대비율
    vol_inrt: Percent = UNSET  # 거래량증가율
    vol_tnrt: Percent = UNSET  # 거래량 회전율
    nday_vol_tnrt: Percent = UNSET  # N일 거래량 회전율
    avrg_tr_pbmn: Whole = UNSET  # 평균 거래 대금
    tr_pbmn_tnrt: Percent = UNSET  # 거래대금회전율
    nday_tr_pbmn_tnrt: Percent = UNSET  # N일 거래대금 회전율
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금


class VolumeRanksAnswer(Block):
    output: Rows[VolumeRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ChangeRank(Block):
    """A row of `output` of fluctuation (등락률 순위)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    stck_hgpr: Whole = UNSET  # 주식 최고가
    hgpr_hour: Text = UNSET  # 최고가 시간
    acml_hgpr_date: Text = UNSET  # 누적 최고가 일자
    stck_lwpr: Whole = UNSET  # 주식 최저가
    lwpr_hour: Text = UNSET  # 최저가 시간
    acml_lwpr_date: Text = UNSET  # 누적 최저가 일자
    lwpr_vrss_prpr_rate: Percent = UNSET  # 최저가 대비 현재가 비율
    dsgt_date_clpr_vrss_prpr_rate: Percent = UNSET  # 지정 일자 종가 대비 현재가 비
    cnnt_ascn_dynu: Whole = UNSET  # 연속 상승 일수
    hgpr_vrss_prpr_rate: Percent = UNSET  # 최고가 대비 현재가 비율
    cnnt_down_dynu: Whole = UNSET  # 연속 하락 일수
    oprc_vrss_prpr_sign: Whole = UNSET  # 시가 대비 현재가 부호
    oprc_vrss_prpr: Whole = UNSET  # 시가 대비 현재가
    oprc_vrss_prpr_rate: Percent = UNSET  # 시가 대비 현재가 비율
    prd_rsfl: Whole = UNSET  # 기간 등락
    prd_rsfl_rate: Percent = UNSET  # 기간 등락 비율


class ChangeRanksAnswer(Block):
    output: Rows[ChangeRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class CapRank(Block):
    """A row of `output` of market-cap (시가총액 상위)."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    lstn_stcn: Whole = UNSET  # 상장 주수
    stck_avls: Whole = UNSET  # 시가 총액
    mrkt_whol_avls_rlim: Percent = UNSET  # 시장 전체 시가총액 비중


class CapRanksAnswer(Block):
    output: Rows[CapRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class LimitIssue(Block):
    """A row of `output` of capture-uplowprice (상하한가 포착)."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    total_askp_rsqn: Whole = UNSET  # 총 매도호가 잔량
    total_bidp_rsqn: Whole = UNSET  # 총 매수호가 잔량
    askp_rsqn1: Whole = UNSET  # 매도호가 잔량 1
    bidp_rsqn1: Whole = UNSET  # 매수호가 잔량 1
    prdy_vol: Whole = UNSET  # 전일 거래량
    seln_cnqn: Whole = UNSET  # 매도 체결량
    shnu_cnqn: Whole = UNSET  # 매수 체결량
    stck_llam: Whole = UNSET  # 주식 하한가
    stck_mxpr: Whole = UNSET  # 주식 상한가
    prdy_vrss_vol_rate: Percent = UNSET  # 전일 대비 거래량 비율


class LimitIssuesAnswer(Block):
    output: Rows[LimitIssue] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ExpectedClose(Block):
    """A row of `output` of exp-closing-price (장마감 예상체결가)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    sdpr_vrss_prpr: Whole = UNSET  # 기준가 대비 현재가
    sdpr_vrss_prpr_rate: Percent = UNSET  # 기준가 대비 현재가 비율
    cntg_vol: Whole = UNSET  # 체결 거래량


class ExpectedClosesAnswer(Block):
    output: Rows[ExpectedClose] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class StrengthRank(Block):
    """A row of `output` of ranking/volume-power (체결강도 상위)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    tday_rltv: Percent = UNSET  # 당일 체결강도
    seln_cnqn_smtn: Whole = UNSET  # 매도 체결량 합계
    shnu_cnqn_smtn: Whole = UNSET  # 매수2 체결량 합계


class StrengthRanksAnswer(Block):
    output: Rows[StrengthRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class WaitingRank(Block):
    """A row of `output` of ranking/quote-balance (호가잔량 순위)."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    total_askp_rsqn: Whole = UNSET  # 총 매도호가 잔량
    total_bidp_rsqn: Whole = UNSET  # 총 매수호가 잔량
    total_ntsl_bidp_rsqn: Whole = UNSET  # 총 순 매수호가 잔량
    shnu_rsqn_rate: Percent = UNSET  # 매수2 잔량 비율
    seln_rsqn_rate: Percent = UNSET  # 매도 잔량 비율


class WaitingRanksAnswer(Block):
    output: Rows[WaitingRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ExpectedChange(Block):
    """A row of `output` of ranking/exp-trans-updown (예상체결 상승/하락 상위)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    stck_sdpr: Whole = UNSET  # 주식 기준가
    seln_rsqn: Whole = UNSET  # 매도 잔량
    askp: Whole = UNSET  # 매도호가
    bidp: Whole = UNSET  # 매수호가
    shnu_rsqn: Whole = UNSET  # 매수2 잔량
    cntg_vol: Whole = UNSET  # 체결 거래량
    antc_tr_pbmn: Whole = UNSET  # 예상 거래 대금
    total_askp_rsqn: Whole = UNSET  # 총 매도호가 잔량
    total_bidp_rsqn: Whole = UNSET  # 총 매수호가 잔량


class ExpectedChangesAnswer(Block):
    output: Rows[ExpectedChange] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class DisparityRank(Block):
    """A row of `output` of ranking/disparity (이격도 순위)."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    acml_vol: Whole = UNSET  # 누적 거래량
    d5_dsrt: Percent = UNSET  # 5일 이격도
    d10_dsrt: Percent = UNSET  # 10일 이격도
    d20_dsrt: Percent = UNSET  # 20일 이격도
    d60_dsrt: Percent = UNSET  # 60일 이격도
    d120_dsrt: Percent = UNSET  # 120일 이격도


class DisparityRanksAnswer(Block):
    output: Rows[DisparityRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PeakRank(Block):
    """A row of `output` of ranking/near-new-highlow (신고/신저 근접종목 상위)."""

    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    askp: Whole = UNSET  # 매도호가
    askp_rsqn1: Whole = UNSET  # 매도호가 잔량 1
    bidp: Whole = UNSET  # 매수호가
    bidp_rsqn1: Whole = UNSET  # 매수호가 잔량 1
    acml_vol: Whole = UNSET  # 누적 거래량
    new_hgpr: Whole = UNSET  # 신 최고가
    hprc_near_rate: Percent = UNSET  # 고가 근접 비율
    new_lwpr: Whole = UNSET  # 신 최저가
    lwpr_near_rate: Percent = UNSET  # 저가 근접 비율
    stck_sdpr: Whole = UNSET  # 주식 기준가


class PeakRanksAnswer(Block):
    output: Rows[PeakRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class LargeTradeRank(Block):
    """A row of `output` of ranking/bulk-trans-num (대량체결건수 상위)."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    shnu_cntg_csnu: Whole = UNSET  # 매수2 체결 건수
    seln_cntg_csnu: Whole = UNSET  # 매도 체결 건수
    ntby_cnqn: Whole = UNSET  # 순매수 체결량


class LargeTradeRanksAnswer(Block):
    output: Rows[LargeTradeRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class InterestRank(Block):
    """A row of `output` of ranking/top-interest-stock (관심종목등록 상위)."""

    mrkt_div_cls_name: Text = UNSET  # 시장 분류 구분 명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    askp: Whole = UNSET  # 매도호가
    bidp: Whole = UNSET  # 매수호가
    data_rank: Whole = UNSET  # 데이터 순위
    inter_issu_reg_csnu: Whole = UNSET  # 관심 종목 등록 건수


class InterestRanksAnswer(Block):
    output: Rows[InterestRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ViewRank(Block):
    """A row of `output1` of ranking/hts-top-view (HTS조회상위20종목)."""

    mrkt_div_cls_code: Text = UNSET  # 시장구분 (J 코스피, Q 코스닥)
    mksc_shrn_iscd: Text = UNSET  # 종목코드


class ViewRanksAnswer(Block):
    output1: Rows[ViewRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FirmRank(Block):
    """A row of `output` of ranking/traded-by-company (당사매매종목 상위)."""

    data_rank: Whole = UNSET  # 데이터 순위
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    seln_cnqn_smtn: Whole = UNSET  # 매도 체결량 합계
    shnu_cnqn_smtn: Whole = UNSET  # 매수2 체결량 합계
    ntby_cnqn: Whole = UNSET  # 순매수 체결량


class FirmRanksAnswer(Block):
    output: Rows[FirmRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class CreditSummary(Block):
    """A row of `output1` of ranking/credit-balance (신용잔고 상위)."""

    bstp_cls_code: Text = UNSET  # 업종 구분 코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stnd_date1: Text = UNSET  # 기준 일자1
    stnd_date2: Text = UNSET  # 기준 일자2


class CreditRank(Block):
    """A row of `output2` of ranking/credit-balance."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    whol_loan_rmnd_stcn: Whole = UNSET  # 전체 융자 잔고 주수
    whol_loan_rmnd_amt: Whole = UNSET  # 전체 융자 잔고 금액 (만원)
    whol_loan_rmnd_rate: Percent = UNSET  # 전체 융자 잔고 비율
    whol_stln_rmnd_stcn: Whole = UNSET  # 전체 대주 잔고 주수
    whol_stln_rmnd_amt: Whole = UNSET  # 전체 대주 잔고 금액 (만원)
    whol_stln_rmnd_rate: Percent = UNSET  # 전체 대주 잔고 비율
    nday_vrss_loan_rmnd_inrt: Percent = UNSET  # N일 대비 융자 잔고 증가율
    nday_vrss_stln_rmnd_inrt: Percent = UNSET  # N일 대비 대주 잔고 증가율


class CreditRanksAnswer(Block):
    output1: Rows[CreditSummary] = UNSET
    output2: Rows[CreditRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
