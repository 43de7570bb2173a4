"""The messages about what trades outside the regular session: at closing prices, and in the evening (단일가).

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Code, Flag, Percent, Rows, Text, Variant, Whole


class OvertimeSummary(Block):
    """`output1` of inquire-time-overtimeconclusion and inquire-daily-overtimeprice (시간외 단일가)."""

    ovtm_untp_prpr: Whole = UNSET  # 시간외 단일가 현재가
    ovtm_untp_prdy_vrss: Whole = UNSET  # 시간외 단일가 전일 대비
    ovtm_untp_prdy_vrss_sign: Whole = UNSET  # 시간외 단일가 전일 대비 부호
    ovtm_untp_prdy_ctrt: Percent = UNSET  # 시간외 단일가 전일 대비율
    ovtm_untp_vol: Whole = UNSET  # 시간외 단일가 거래량
    ovtm_untp_tr_pbmn: Whole = UNSET  # 시간외 단일가 거래 대금
    ovtm_untp_mxpr: Whole = UNSET  # 시간외 단일가 상한가
    ovtm_untp_llam: Whole = UNSET  # 시간외 단일가 하한가
    ovtm_untp_oprc: Whole = UNSET  # 시간외 단일가 시가
    ovtm_untp_hgpr: Whole = UNSET  # 시간외 단일가 최고가
    ovtm_untp_lwpr: Whole = UNSET  # 시간외 단일가 최저가
    ovtm_untp_antc_cnpr: Whole = UNSET  # 시간외 단일가 예상 체결가
    ovtm_untp_antc_cntg_vrss: Whole = UNSET  # 시간외 단일가 예상 체결 대비
    ovtm_untp_antc_cntg_vrss_sign: Whole = UNSET  # 시간외 단일가 예상 체결 대비 부호
    ovtm_untp_antc_cntg_ctrt: Percent = UNSET  # 시간외 단일가 예상 체결 대비율
    ovtm_untp_antc_vol: Whole = UNSET  # 시간외 단일가 예상 거래량
    uplm_sign: Whole = UNSET  # 상한 부호
    lslm_sign: Whole = UNSET  # 하한 부호


class OvertimeTick(Block):
    """A row of `output2` of inquire-time-overtimeconclusion."""

    stck_cntg_hour: Text = UNSET  # 주식 체결 시간
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    askp: Whole = UNSET  # 매도호가
    bidp: Whole = UNSET  # 매수호가
    acml_vol: Whole = UNSET  # 누적 거래량
    cntg_vol: Whole = UNSET  # 체결 거래량


class OvertimeTicksAnswer(Block):
    output1: Rows[OvertimeSummary] = UNSET
    output2: Rows[OvertimeTick] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class OvertimeDay(Block):
    """A row of `output2` of inquire-daily-overtimeprice."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    ovtm_untp_prpr: Whole = UNSET  # 시간외 단일가 현재가
    ovtm_untp_prdy_vrss: Whole = UNSET  # 시간외 단일가 전일 대비
    ovtm_untp_prdy_vrss_sign: Whole = UNSET  # 시간외 단일가 전일 대비 부호
    ovtm_untp_prdy_ctrt: Percent = UNSET  # 시간외 단일가 전일 대비율
    ovtm_untp_vol: Whole = UNSET  # 시간외 단일가 거래량
    stck_clpr: Whole = UNSET  # 주식 종가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    ovtm_untp_tr_pbmn: Whole = UNSET  # 시간외 단일가 거래 대금


class OvertimeDaysAnswer(Block):
    output1: Rows[OvertimeSummary] = UNSET
    output2: Rows[OvertimeDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class OvertimePrice(Block):
    """`output` of inquire-overtime-price (시간외현재가). What applies to few issues is left out elsewhere."""

    bstp_kor_isnm: Text = UNSET  # 업종 한글 종목명
    mang_issu_cls_name: Variant = UNSET  # 관리 종목 구분 명; documented, not in the example
    ovtm_untp_prpr: Whole = UNSET  # 시간외 단일가 현재가
    ovtm_untp_prdy_vrss: Whole = UNSET  # 시간외 단일가 전일 대비
    ovtm_untp_prdy_vrss_sign: Whole = UNSET  # 시간외 단일가 전일 대비 부호
    ovtm_untp_prdy_ctrt: Percent = UNSET  # 시간외 단일가 전일 대비율
    ovtm_untp_vol: Whole = UNSET  # 시간외 단일가 거래량
    ovtm_untp_tr_pbmn: Whole = UNSET  # 시간외 단일가 거래 대금
    ovtm_untp_mxpr: Whole = UNSET  # 시간외 단일가 상한가
    ovtm_untp_llam: Whole = UNSET  # 시간외 단일가 하한가
    ovtm_untp_oprc: Whole = UNSET  # 시간외 단일가 시가
    ovtm_untp_hgpr: Whole = UNSET  # 시간외 단일가 최고가
    ovtm_untp_lwpr: Whole = UNSET  # 시간외 단일가 최저가
    marg_rate: Percent = UNSET  # 증거금 비율
    ovtm_untp_antc_cnpr: Whole = UNSET  # 시간외 단일가 예상 체결가
    ovtm_untp_antc_cntg_vrss: Whole = UNSET  # 시간외 단일가 예상 체결 대비
    ovtm_untp_antc_cntg_vrss_sign: Whole = UNSET  # 시간외 단일가 예상 체결 대비 부호
    ovtm_untp_antc_cntg_ctrt: Percent = UNSET  # 시간외 단일가 예상 체결 대비율
    ovtm_untp_antc_cnqn: Whole = UNSET  # 시간외 단일가 예상 체결량
    crdt_able_yn: Flag = UNSET  # 신용 가능 여부
    new_lstn_cls_name: Text = UNSET  # 신규 상장 구분 명
    sltr_yn: Flag = UNSET  # 정리매매 여부
    mang_issu_yn: Flag = UNSET  # 관리 종목 여부
    mrkt_warn_cls_code: Code = UNSET  # 시장 경고 구분 코드
    trht_yn: Flag = UNSET  # 거래정지 여부
    vlnt_deal_cls_name: Text = UNSET  # 임의 매매 구분 명
    ovtm_untp_sdpr: Whole = UNSET  # 시간외 단일가 기준가
    mrkt_warn_cls_name: Variant = UNSET  # 시장 경고 구분 명; documented, not in the example
    revl_issu_reas_name: Variant = UNSET  # 재평가 종목 사유 명; documented, not in the example
    insn_pbnt_yn: Flag = UNSET  # 불성실 공시 여부
    flng_cls_name: Variant = UNSET  # 락 구분 이름; documented, not in the example
    rprs_mrkt_kor_name: Text = UNSET  # 대표 시장 한글 명
    ovtm_vi_cls_code: Flag = UNSET  # 시간외단일가VI적용구분코드
    bidp: Whole = UNSET  # 매수호가
    askp: Whole = UNSET  # 매도호가


class OvertimePriceAnswer(Block):
    output: Rows[OvertimePrice] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class OvertimeBook(Block):
    """`output` of inquire-overtime-asking-price (시간외호가)."""

    ovtm_untp_last_hour: Text = UNSET  # 시간외 단일가 최종 시간
    ovtm_untp_askp1: Whole = UNSET  # 시간외 단일가 매도호가 1
    ovtm_untp_askp2: Whole = UNSET  # 시간외 단일가 매도호가 2
    ovtm_untp_askp3: Whole = UNSET  # 시간외 단일가 매도호가 3
    ovtm_untp_askp4: Whole = UNSET  # 시간외 단일가 매도호가 4
    ovtm_untp_askp5: Whole = UNSET  # 시간외 단일가 매도호가 5
    ovtm_untp_askp6: Whole = UNSET  # 시간외 단일가 매도호가 6
    ovtm_untp_askp7: Whole = UNSET  # 시간외 단일가 매도호가 7
    ovtm_untp_askp8: Whole = UNSET  # 시간외 단일가 매도호가 8
    ovtm_untp_askp9: Whole = UNSET  # 시간외 단일가 매도호가 9
    ovtm_untp_askp10: Whole = UNSET  # 시간외 단일가 매도호가 10
    ovtm_untp_bidp1: Whole = UNSET  # 시간외 단일가 매수호가 1
    ovtm_untp_bidp2: Whole = UNSET  # 시간외 단일가 매수호가 2
    ovtm_untp_bidp3: Whole = UNSET  # 시간외 단일가 매수호가 3
    ovtm_untp_bidp4: Whole = UNSET  # 시간외 단일가 매수호가 4
    ovtm_untp_bidp5: Whole = UNSET  # 시간외 단일가 매수호가 5
    ovtm_untp_bidp6: Whole = UNSET  # 시간외 단일가 매수호가 6
    ovtm_untp_bidp7: Whole = UNSET  # 시간외 단일가 매수호가 7
    ovtm_untp_bidp8: Whole = UNSET  # 시간외 단일가 매수호가 8
    ovtm_untp_bidp9: Whole = UNSET  # 시간외 단일가 매수호가 9
    ovtm_untp_bidp10: Whole = UNSET  # 시간외 단일가 매수호가 10
    ovtm_untp_askp_icdc1: Whole = UNSET  # 시간외 단일가 매도호가 증감 1
    ovtm_untp_askp_icdc2: Whole = UNSET  # 시간외 단일가 매도호가 증감 2
    ovtm_untp_askp_icdc3: Whole = UNSET  # 시간외 단일가 매도호가 증감 3
    ovtm_untp_askp_icdc4: Whole = UNSET  # 시간외 단일가 매도호가 증감 4
    ovtm_untp_askp_icdc5: Whole = UNSET  # 시간외 단일가 매도호가 증감 5
    ovtm_untp_askp_icdc6: Whole = UNSET  # 시간외 단일가 매도호가 증감 6
    ovtm_untp_askp_icdc7: Whole = UNSET  # 시간외 단일가 매도호가 증감 7
    ovtm_untp_askp_icdc8: Whole = UNSET  # 시간외 단일가 매도호가 증감 8
    ovtm_untp_askp_icdc9: Whole = UNSET  # 시간외 단일가 매도호가 증감 9
    ovtm_untp_askp_icdc10: Whole = UNSET  # 시간외 단일가 매도호가 증감 10
    ovtm_untp_bidp_icdc1: Whole = UNSET  # 시간외 단일가 매수호가 증감 1
    ovtm_untp_bidp_icdc2: Whole = UNSET  # 시간외 단일가 매수호가 증감 2
    ovtm_untp_bidp_icdc3: Whole = UNSET  # 시간외 단일가 매수호가 증감 3
    ovtm_untp_bidp_icdc4: Whole = UNSET  # 시간외 단일가 매수호가 증감 4
    ovtm_untp_bidp_icdc5: Whole = UNSET  # 시간외 단일가 매수호가 증감 5
    ovtm_untp_bidp_icdc6: Whole = UNSET  # 시간외 단일가 매수호가 증감 6
    ovtm_untp_bidp_icdc7: Whole = UNSET  # 시간외 단일가 매수호가 증감 7
    ovtm_untp_bidp_icdc8: Whole = UNSET  # 시간외 단일가 매수호가 증감 8
    ovtm_untp_bidp_icdc9: Whole = UNSET  # 시간외 단일가 매수호가 증감 9
    ovtm_untp_bidp_icdc10: Whole = UNSET  # 시간외 단일가 매수호가 증감 10
    ovtm_untp_askp_rsqn1: Whole = UNSET  # 시간외 단일가 매도호가 잔량 1
    ovtm_untp_askp_rsqn2: Whole = UNSET  # 시간외 단일가 매도호가 잔량 2
    ovtm_untp_askp_rsqn3: Whole = UNSET  # 시간외 단일가 매도호가 잔량 3
    ovtm_untp_askp_rsqn4: Whole = UNSET  # 시간외 단일가 매도호가 잔량 4
    ovtm_untp_askp_rsqn5: Whole = UNSET  # 시간외 단일가 매도호가 잔량 5
    ovtm_untp_askp_rsqn6: Whole = UNSET  # 시간외 단일가 매도호가 잔량 6
    ovtm_untp_askp_rsqn7: Whole = UNSET  # 시간외 단일가 매도호가 잔량 7
    ovtm_untp_askp_rsqn8: Whole = UNSET  # 시간외 단일가 매도호가 잔량 8
    ovtm_untp_askp_rsqn9: Whole = UNSET  # 시간외 단일가 매도호가 잔량 9
    ovtm_untp_askp_rsqn10: Whole = UNSET  # 시간외 단일가 매도호가 잔량 10
    ovtm_untp_bidp_rsqn1: Whole = UNSET  # 시간외 단일가 매수호가 잔량 1
    ovtm_untp_bidp_rsqn2: Whole = UNSET  # 시간외 단일가 매수호가 잔량 2
    ovtm_untp_bidp_rsqn3: Whole = UNSET  # 시간외 단일가 매수호가 잔량 3
    ovtm_untp_bidp_rsqn4: Whole = UNSET  # 시간외 단일가 매수호가 잔량 4
    ovtm_untp_bidp_rsqn5: Whole = UNSET  # 시간외 단일가 매수호가 잔량 5
    ovtm_untp_bidp_rsqn6: Whole = UNSET  # 시간외 단일가 매수호가 잔량 6
    ovtm_untp_bidp_rsqn7: Whole = UNSET  # 시간외 단일가 매수호가 잔량 7
    ovtm_untp_bidp_rsqn8: Whole = UNSET  # 시간외 단일가 매수호가 잔량 8
    ovtm_untp_bidp_rsqn9: Whole = UNSET  # 시간외 단일가 매수호가 잔량 9
    ovtm_untp_bidp_rsqn10: Whole = UNSET  # 시간외 단일가 매수호가 잔량 10
    ovtm_untp_total_askp_rsqn: Whole = UNSET  # 시간외 단일가 총 매도호가 잔량
    ovtm_untp_total_bidp_rsqn: Whole = UNSET  # 시간외 단일가 총 매수호가 잔량
    ovtm_untp_total_askp_rsqn_icdc: Whole = UNSET  # 시간외 단일가 총 매도호가 잔량 증감
    ovtm_untp_total_bidp_rsqn_icdc: Whole = UNSET  # 시간외 단일가 총 매수호가 잔량 증감
    ovtm_untp_ntby_bidp_rsqn: Whole = UNSET  # 시간외 단일가 순매수 호가 잔량
    total_askp_rsqn: Whole = UNSET  # 총 매도호가 잔량
    total_bidp_rsqn: Whole = UNSET  # 총 매수호가 잔량
    total_askp_rsqn_icdc: Whole = UNSET  # 총 매도호가 잔량 증감
    total_bidp_rsqn_icdc: Whole = UNSET  # 총 매수호가 잔량 증감
    ovtm_total_askp_rsqn: Whole = UNSET  # 시간외 총 매도호가 잔량
    ovtm_total_bidp_rsqn: Whole = UNSET  # 시간외 총 매수호가 잔량
    ovtm_total_askp_icdc: Whole = UNSET  # 시간외 총 매도호가 증감
    ovtm_total_bidp_icdc: Whole = UNSET  # 시간외 총 매수호가 증감


class OvertimeBookAnswer(Block):
    output: Rows[OvertimeBook] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ClosingRank(Block):
    """A row of `output` of ranking/after-hour-balance (시간외잔량 순위)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    ovtm_total_askp_rsqn: Whole = UNSET  # 시간외 총 매도호가 잔량
    ovtm_total_bidp_rsqn: Whole = UNSET  # 시간외 총 매수호가 잔량
    mkob_otcp_vol: Whole = UNSET  # 장개시전 시간외종가 거래량
    mkfa_otcp_vol: Whole = UNSET  # 장종료후 시간외종가 거래량


class ClosingRanksAnswer(Block):
    output: Rows[ClosingRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class EveningSummary(Block):
    """`output1` of ranking/overtime-fluctuation (시간외등락율순위)."""

    ovtm_untp_uplm_issu_cnt: Whole = UNSET  # 시간외 단일가 상한 종목 수
    ovtm_untp_ascn_issu_cnt: Whole = UNSET  # 시간외 단일가 상승 종목 수
    ovtm_untp_stnr_issu_cnt: Whole = UNSET  # 시간외 단일가 보합 종목 수
    ovtm_untp_lslm_issu_cnt: Whole = UNSET  # 시간외 단일가 하한 종목 수
    ovtm_untp_down_issu_cnt: Whole = UNSET  # 시간외 단일가 하락 종목 수
    ovtm_untp_acml_vol: Whole = UNSET  # 시간외 단일가 누적 거래량
    ovtm_untp_acml_tr_pbmn: Whole = UNSET  # 시간외 단일가 누적 거래대금
    ovtm_untp_exch_vol: Whole = UNSET  # 시간외 단일가 거래소 거래량
    ovtm_untp_exch_tr_pbmn: Whole = UNSET  # 시간외 단일가 거래소 거래대금
    ovtm_untp_kosdaq_vol: Whole = UNSET  # 시간외 단일가 KOSDAQ 거래량
    ovtm_untp_kosdaq_tr_pbmn: Whole = UNSET  # 시간외 단일가 KOSDAQ 거래대금


class EveningChange(Block):
    """A row of `output2` of ranking/overtime-fluctuation."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    ovtm_untp_prpr: Whole = UNSET  # 시간외 단일가 현재가
    ovtm_untp_prdy_vrss: Whole = UNSET  # 시간외 단일가 전일 대비
    ovtm_untp_prdy_vrss_sign: Whole = UNSET  # 시간외 단일가 전일 대비 부호
    ovtm_untp_prdy_ctrt: Percent = UNSET  # 시간외 단일가 전일 대비율
    ovtm_untp_askp1: Whole = UNSET  # 시간외 단일가 매도호가1
    ovtm_untp_seln_rsqn: Whole = UNSET  # 시간외 단일가 매도 잔량
    ovtm_untp_bidp1: Whole = UNSET  # 시간외 단일가 매수호가1
    ovtm_untp_shnu_rsqn: Whole = UNSET  # 시간외 단일가 매수 잔량
    ovtm_untp_vol: Whole = UNSET  # 시간외 단일가 거래량
    ovtm_vrss_acml_vol_rlim: Percent = UNSET  # 시간외 대비 누적 거래량 비중
    stck_prpr: Whole = UNSET  # 주식 현재가
    acml_vol: Whole = UNSET  # 누적 거래량
    bidp: Whole = UNSET  # 매수호가
    askp: Whole = UNSET  # 매도호가


class EveningChangesAnswer(Block):
    output1: Rows[EveningSummary] = UNSET
    output2: Rows[EveningChange] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class EveningTotals(Block):
    """`output1` of ranking/overtime-volume (시간외거래량순위)."""

    ovtm_untp_exch_vol: Whole = UNSET  # 시간외 단일가 거래소 거래량
    ovtm_untp_exch_tr_pbmn: Whole = UNSET  # 시간외 단일가 거래소 거래대금
    ovtm_untp_kosdaq_vol: Whole = UNSET  # 시간외 단일가 KOSDAQ 거래량
    ovtm_untp_kosdaq_tr_pbmn: Whole = UNSET  # 시간외 단일가 KOSDAQ 거래대금


class EveningVolume(Block):
    """A row of `output2` of ranking/overtime-volume."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    ovtm_untp_prpr: Whole = UNSET  # 시간외 단일가 현재가
    ovtm_untp_prdy_vrss: Whole = UNSET  # 시간외 단일가 전일 대비
    ovtm_untp_prdy_vrss_sign: Whole = UNSET  # 시간외 단일가 전일 대비 부호
    ovtm_untp_prdy_ctrt: Percent = UNSET  # 시간외 단일가 전일 대비율
    ovtm_untp_seln_rsqn: Whole = UNSET  # 시간외 단일가 매도 잔량
    ovtm_untp_shnu_rsqn: Whole = UNSET  # 시간외 단일가 매수 잔량
    ovtm_untp_vol: Whole = UNSET  # 시간외 단일가 거래량
    ovtm_vrss_acml_vol_rlim: Percent = UNSET  # 시간외 대비 누적 거래량 비중
    stck_prpr: Whole = UNSET  # 주식 현재가
    acml_vol: Whole = UNSET  # 누적 거래량
    bidp: Whole = UNSET  # 매수호가
    askp: Whole = UNSET  # 매도호가


class EveningVolumesAnswer(Block):
    output1: Rows[EveningTotals] = UNSET
    output2: Rows[EveningVolume] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class EveningExpected(Block):
    """A row of `output` of ranking/overtime-exp-trans-fluct (시간외예상체결등락률), as in KIS's example."""

    data_rank: Whole = UNSET  # 데이터 순위
    iscd_stat_cls_code: Code = UNSET  # 종목 상태 구분 코드
    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    ovtm_untp_antc_cnpr: Whole = UNSET  # 시간외 단일가 예상 체결가
    ovtm_untp_antc_cntg_vrss: Whole = UNSET  # 시간외 단일가 예상 체결 대비
    ovtm_untp_antc_cntg_vrss_sign: Whole = UNSET  # 시간외 단일가 예상 체결 대비 부호
    ovtm_untp_antc_cntg_ctrt: Percent = UNSET  # 시간외 단일가 예상 체결 대비율
    ovtm_untp_askp_rsqn1: Whole = UNSET  # 시간외 단일가 매도호가 잔량1
    ovtm_untp_bidp_rsqn1: Whole = UNSET  # 시간외 단일가 매수호가 잔량1
    ovtm_untp_antc_cnqn: Whole = UNSET  # 시간외 단일가 예상 체결량
    itmt_vol: Whole = UNSET  # 장중 거래량
    stck_prpr: Whole = UNSET  # 주식 현재가


class EveningExpectedAnswer(Block):
    output: Rows[EveningExpected] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
