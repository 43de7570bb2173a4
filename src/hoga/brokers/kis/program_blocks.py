"""The messages about program trading (프로그램매매) of whole markets.

What `blocks` says of fields, order and empty forms holds here too. KIS misspells some names (`smtm`, `shun`).
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole


class MarketProgramMinute(Block):
    """A row of `output` of comp-program-trade-today (프로그램매매 종합현황, 시간)."""

    bsop_hour: Text = UNSET  # 영업 시간
    arbt_smtn_seln_tr_pbmn: Whole = UNSET  # 차익 합계 매도 거래 대금
    arbt_smtm_seln_tr_pbmn_rate: Percent = UNSET  # 차익 합계 매도 거래 대금 비율
    arbt_smtn_shnu_tr_pbmn: Whole = UNSET  # 차익 합계 매수2 거래 대금
    arbt_smtm_shun_tr_pbmn_rate: Percent = UNSET  # 차익 합계 매수 거래 대금 비율
    nabt_smtn_seln_tr_pbmn: Whole = UNSET  # 비차익 합계 매도 거래 대금
    nabt_smtm_seln_tr_pbmn_rate: Percent = UNSET  # 비차익 합계 매도 거래 대금 비율
    nabt_smtn_shnu_tr_pbmn: Whole = UNSET  # 비차익 합계 매수2 거래 대금
    nabt_smtm_shun_tr_pbmn_rate: Percent = UNSET  # 비차익 합계 매수 거래 대금 비율
    arbt_smtn_ntby_tr_pbmn: Whole = UNSET  # 차익 합계 순매수 거래 대금
    arbt_smtm_ntby_tr_pbmn_rate: Percent = UNSET  # 차익 합계 순매수 거래 대금 비율
    nabt_smtn_ntby_tr_pbmn: Whole = UNSET  # 비차익 합계 순매수 거래 대금
    nabt_smtm_ntby_tr_pbmn_rate: Percent = UNSET  # 비차익 합계 순매수 거래 대금 비율
    whol_smtn_ntby_tr_pbmn: Whole = UNSET  # 전체 합계 순매수 거래 대금
    whol_ntby_tr_pbmn_rate: Percent = UNSET  # 전체 순매수 거래 대금 비율
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호


class MarketProgramsAnswer(Block):
    output: Rows[MarketProgramMinute] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MarketProgramDay(Block):
    """A row of `output` of comp-program-trade-daily (프로그램매매 종합현황, 일별)."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    nabt_entm_seln_tr_pbmn: Whole = UNSET  # 비차익 위탁 매도 거래 대금
    nabt_onsl_seln_vol: Whole = UNSET  # 비차익 자기 매도 거래량
    whol_onsl_seln_tr_pbmn: Whole = UNSET  # 전체 자기 매도 거래 대금
    arbt_smtn_shnu_vol: Whole = UNSET  # 차익 합계 매수2 거래량
    nabt_smtn_shnu_tr_pbmn: Whole = UNSET  # 비차익 합계 매수2 거래 대금
    arbt_entm_ntby_qty: Whole = UNSET  # 차익 위탁 순매수 수량
    nabt_entm_ntby_tr_pbmn: Whole = UNSET  # 비차익 위탁 순매수 거래 대금
    arbt_entm_seln_vol: Whole = UNSET  # 차익 위탁 매도 거래량
    nabt_entm_seln_vol_rate: Percent = UNSET  # 비차익 위탁 매도 거래량 비율
    nabt_onsl_seln_vol_rate: Percent = UNSET  # 비차익 자기 매도 거래량 비율
    whol_onsl_seln_tr_pbmn_rate: Percent = UNSET  # 전체 자기 매도 거래 대금 비율
    arbt_smtm_shun_vol_rate: Percent = UNSET  # 차익 합계 매수 거래량 비율
    nabt_smtm_shun_tr_pbmn_rate: Percent = UNSET  # 비차익 합계 매수 거래 대금 비율
    arbt_entm_ntby_qty_rate: Percent = UNSET  # 차익 위탁 순매수 수량 비율
    nabt_entm_ntby_tr_pbmn_rate: Percent = UNSET  # 비차익 위탁 순매수 거래 대금 비율
    arbt_entm_seln_vol_rate: Percent = UNSET  # 차익 위탁 매도 거래량 비율
    nabt_entm_seln_tr_pbmn_rate: Percent = UNSET  # 비차익 위탁 매도 거래 대금 비율
    nabt_onsl_seln_tr_pbmn: Whole = UNSET  # 비차익 자기 매도 거래 대금
    whol_smtn_seln_vol: Whole = UNSET  # 전체 합계 매도 거래량
    arbt_smtn_shnu_tr_pbmn: Whole = UNSET  # 차익 합계 매수2 거래 대금
    whol_entm_shnu_vol: Whole = UNSET  # 전체 위탁 매수2 거래량
    arbt_entm_ntby_tr_pbmn: Whole = UNSET  # 차익 위탁 순매수 거래 대금
    nabt_onsl_ntby_qty: Whole = UNSET  # 비차익 자기 순매수 수량
    arbt_entm_seln_tr_pbmn: Whole = UNSET  # 차익 위탁 매도 거래 대금
    nabt_onsl_seln_tr_pbmn_rate: Percent = UNSET  # 비차익 자기 매도 거래 대금 비율
    whol_seln_vol_rate: Percent = UNSET  # 전체 매도 거래량 비율
    arbt_smtm_shun_tr_pbmn_rate: Percent = UNSET  # 차익 합계 매수 거래 대금 비율
    whol_entm_shnu_vol_rate: Percent = UNSET  # 전체 위탁 매수2 거래량 비율
    arbt_entm_ntby_tr_pbmn_rate: Percent = UNSET  # 차익 위탁 순매수 거래 대금 비율
    nabt_onsl_ntby_qty_rate: Percent = UNSET  # 비차익 자기 순매수 수량 비율
    arbt_entm_seln_tr_pbmn_rate: Percent = UNSET  # 차익 위탁 매도 거래 대금 비율
    nabt_smtn_seln_vol: Whole = UNSET  # 비차익 합계 매도 거래량
    whol_smtn_seln_tr_pbmn: Whole = UNSET  # 전체 합계 매도 거래 대금
    nabt_entm_shnu_vol: Whole = UNSET  # 비차익 위탁 매수2 거래량
    whol_entm_shnu_tr_pbmn: Whole = UNSET  # 전체 위탁 매수2 거래 대금
    arbt_onsl_ntby_qty: Whole = UNSET  # 차익 자기 순매수 수량
    nabt_onsl_ntby_tr_pbmn: Whole = UNSET  # 비차익 자기 순매수 거래 대금
    arbt_onsl_seln_tr_pbmn: Whole = UNSET  # 차익 자기 매도 거래 대금
    nabt_smtm_seln_vol_rate: Percent = UNSET  # 비차익 합계 매도 거래량 비율
    whol_seln_tr_pbmn_rate: Percent = UNSET  # 전체 매도 거래 대금 비율
    nabt_entm_shnu_vol_rate: Percent = UNSET  # 비차익 위탁 매수2 거래량 비율
    whol_entm_shnu_tr_pbmn_rate: Percent = UNSET  # 전체 위탁 매수2 거래 대금 비율
    arbt_onsl_ntby_qty_rate: Percent = UNSET  # 차익 자기 순매수 수량 비율
    nabt_onsl_ntby_tr_pbmn_rate: Percent = UNSET  # 비차익 자기 순매수 거래 대금 비율
    arbt_onsl_seln_tr_pbmn_rate: Percent = UNSET  # 차익 자기 매도 거래 대금 비율
    nabt_smtn_seln_tr_pbmn: Whole = UNSET  # 비차익 합계 매도 거래 대금
    arbt_entm_shnu_vol: Whole = UNSET  # 차익 위탁 매수2 거래량
    nabt_entm_shnu_tr_pbmn: Whole = UNSET  # 비차익 위탁 매수2 거래 대금
    whol_onsl_shnu_vol: Whole = UNSET  # 전체 자기 매수2 거래량
    arbt_onsl_ntby_tr_pbmn: Whole = UNSET  # 차익 자기 순매수 거래 대금
    nabt_smtn_ntby_qty: Whole = UNSET  # 비차익 합계 순매수 수량
    arbt_onsl_seln_vol: Whole = UNSET  # 차익 자기 매도 거래량
    nabt_smtm_seln_tr_pbmn_rate: Percent = UNSET  # 비차익 합계 매도 거래 대금 비율
    arbt_entm_shnu_vol_rate: Percent = UNSET  # 차익 위탁 매수2 거래량 비율
    nabt_entm_shnu_tr_pbmn_rate: Percent = UNSET  # 비차익 위탁 매수2 거래 대금 비율
    whol_onsl_shnu_tr_pbmn: Whole = UNSET  # 전체 자기 매수2 거래 대금
    arbt_onsl_ntby_tr_pbmn_rate: Percent = UNSET  # 차익 자기 순매수 거래 대금 비율
    nabt_smtm_ntby_qty_rate: Percent = UNSET  # 비차익 합계 순매수 수량 비율
    arbt_onsl_seln_vol_rate: Percent = UNSET  # 차익 자기 매도 거래량 비율
    whol_entm_seln_vol: Whole = UNSET  # 전체 위탁 매도 거래량
    arbt_entm_shnu_tr_pbmn: Whole = UNSET  # 차익 위탁 매수2 거래 대금
    nabt_onsl_shnu_vol: Whole = UNSET  # 비차익 자기 매수2 거래량
    whol_onsl_shnu_tr_pbmn_rate: Percent = UNSET  # 전체 자기 매수2 거래 대금 비율
    arbt_smtn_ntby_qty: Whole = UNSET  # 차익 합계 순매수 수량
    nabt_smtn_ntby_tr_pbmn: Whole = UNSET  # 비차익 합계 순매수 거래 대금
    arbt_smtn_seln_vol: Whole = UNSET  # 차익 합계 매도 거래량
    whol_entm_seln_tr_pbmn: Whole = UNSET  # 전체 위탁 매도 거래 대금
    arbt_entm_shnu_tr_pbmn_rate: Percent = UNSET  # 차익 위탁 매수2 거래 대금 비율
    nabt_onsl_shnu_vol_rate: Percent = UNSET  # 비차익 자기 매수2 거래량 비율
    whol_onsl_shnu_vol_rate: Percent = UNSET  # 전체 자기 매수2 거래량 비율
    arbt_smtm_ntby_qty_rate: Percent = UNSET  # 차익 합계 순매수 수량 비율
    nabt_smtm_ntby_tr_pbmn_rate: Percent = UNSET  # 비차익 합계 순매수 거래 대금 비율
    arbt_smtm_seln_vol_rate: Percent = UNSET  # 차익 합계 매도 거래량 비율
    whol_entm_seln_vol_rate: Percent = UNSET  # 전체 위탁 매도 거래량 비율
    arbt_onsl_shnu_vol: Whole = UNSET  # 차익 자기 매수2 거래량
    nabt_onsl_shnu_tr_pbmn: Whole = UNSET  # 비차익 자기 매수2 거래 대금
    whol_smtn_shnu_vol: Whole = UNSET  # 전체 합계 매수2 거래량
    arbt_smtn_ntby_tr_pbmn: Whole = UNSET  # 차익 합계 순매수 거래 대금
    whol_entm_ntby_qty: Whole = UNSET  # 전체 위탁 순매수 수량
    arbt_smtn_seln_tr_pbmn: Whole = UNSET  # 차익 합계 매도 거래 대금
    whol_entm_seln_tr_pbmn_rate: Percent = UNSET  # 전체 위탁 매도 거래 대금 비율
    arbt_onsl_shnu_vol_rate: Percent = UNSET  # 차익 자기 매수2 거래량 비율
    nabt_onsl_shnu_tr_pbmn_rate: Percent = UNSET  # 비차익 자기 매수2 거래 대금 비율
    whol_shun_vol_rate: Percent = UNSET  # 전체 매수 거래량 비율
    arbt_smtm_ntby_tr_pbmn_rate: Percent = UNSET  # 차익 합계 순매수 거래 대금 비율
    whol_entm_ntby_qty_rate: Percent = UNSET  # 전체 위탁 순매수 수량 비율
    arbt_smtm_seln_tr_pbmn_rate: Percent = UNSET  # 차익 합계 매도 거래 대금 비율
    whol_onsl_seln_vol: Whole = UNSET  # 전체 자기 매도 거래량
    arbt_onsl_shnu_tr_pbmn: Whole = UNSET  # 차익 자기 매수2 거래 대금
    nabt_smtn_shnu_vol: Whole = UNSET  # 비차익 합계 매수2 거래량
    whol_smtn_shnu_tr_pbmn: Whole = UNSET  # 전체 합계 매수2 거래 대금
    nabt_entm_ntby_qty: Whole = UNSET  # 비차익 위탁 순매수 수량
    whol_entm_ntby_tr_pbmn: Whole = UNSET  # 전체 위탁 순매수 거래 대금
    nabt_entm_seln_vol: Whole = UNSET  # 비차익 위탁 매도 거래량
    whol_onsl_seln_vol_rate: Percent = UNSET  # 전체 자기 매도 거래량 비율
    arbt_onsl_shnu_tr_pbmn_rate: Percent = UNSET  # 차익 자기 매수2 거래 대금 비율
    nabt_smtm_shun_vol_rate: Percent = UNSET  # 비차익 합계 매수 거래량 비율
    whol_shun_tr_pbmn_rate: Percent = UNSET  # 전체 매수 거래 대금 비율
    nabt_entm_ntby_qty_rate: Percent = UNSET  # 비차익 위탁 순매수 수량 비율


class MarketProgramDaysAnswer(Block):
    output: Rows[MarketProgramDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ProgramInvestor(Block):
    """A row of `output1` of investor-program-trade-today (프로그램매매 투자자매매동향, 당일)."""

    invr_cls_code: Text = UNSET  # 투자자 구분 코드
    all_seln_qty: Whole = UNSET  # 전체 매도 수량
    all_seln_amt: Whole = UNSET  # 전체 매도 대금
    invr_cls_name: Text = UNSET  # 투자자 구분 명
    all_shnu_qty: Whole = UNSET  # 전체 매수 수량
    all_shnu_amt: Whole = UNSET  # 전체 매수 대금
    all_ntby_amt: Whole = UNSET  # 전체 순매수 대금
    arbt_seln_qty: Whole = UNSET  # 차익 매도 수량
    all_ntby_qty: Whole = UNSET  # 전체 순매수 수량
    arbt_shnu_qty: Whole = UNSET  # 차익 매수 수량
    arbt_ntby_qty: Whole = UNSET  # 차익 순매수 수량
    arbt_seln_amt: Whole = UNSET  # 차익 매도 대금
    arbt_shnu_amt: Whole = UNSET  # 차익 매수 대금
    arbt_ntby_amt: Whole = UNSET  # 차익 순매수 대금
    nabt_seln_qty: Whole = UNSET  # 비차익 매도 수량
    nabt_shnu_qty: Whole = UNSET  # 비차익 매수 수량
    nabt_ntby_qty: Whole = UNSET  # 비차익 순매수 수량
    nabt_seln_amt: Whole = UNSET  # 비차익 매도 대금
    nabt_shnu_amt: Whole = UNSET  # 비차익 매수 대금
    nabt_ntby_amt: Whole = UNSET  # 비차익 순매수 대금


class ProgramInvestorsAnswer(Block):
    output1: Rows[ProgramInvestor] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
