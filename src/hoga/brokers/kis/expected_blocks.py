"""The messages about what the calls of the day expect, as they go.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole


class ExpectedPrice(Block):
    """`output1` of exp-price-trend (예상체결가 추이)."""

    rprs_mrkt_kor_name: Text = UNSET  # 대표 시장 한글 명
    antc_cnpr: Whole = UNSET  # 예상 체결가
    antc_cntg_vrss_sign: Whole = UNSET  # 예상 체결 대비 부호
    antc_cntg_vrss: Whole = UNSET  # 예상 체결 대비
    antc_cntg_prdy_ctrt: Percent = UNSET  # 예상 체결 전일 대비율
    antc_vol: Whole = UNSET  # 예상 거래량
    antc_tr_pbmn: Whole = UNSET  # 예상 거래 대금


class ExpectedPriceAt(Block):
    """A row of its `output2`."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_cntg_hour: Text = UNSET  # 주식 체결 시간
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량


class ExpectedPricesAnswer(Block):
    output1: Rows[ExpectedPrice] = UNSET
    output2: Rows[ExpectedPriceAt] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ExpectedIndexAt(Block):
    """A row of `output` of exp-index-trend (예상체결지수 추이)."""

    stck_cntg_hour: Text = UNSET  # 주식 체결 시간
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금


class ExpectedIndexAnswer(Block):
    output: Rows[ExpectedIndexAt] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ExpectedTotal(Block):
    """`output1` of exp-total-index (예상체결 전체지수)."""

    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    ascn_issu_cnt: Whole = UNSET  # 상승 종목 수
    down_issu_cnt: Whole = UNSET  # 하락 종목 수
    stnr_issu_cnt: Whole = UNSET  # 보합 종목 수
    bstp_cls_code: Text = UNSET  # 업종 구분 코드


class ExpectedIndexRow(Block):
    """A row of its `output2`."""

    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    nmix_sdpr: Percent = UNSET  # 지수 기준가
    ascn_issu_cnt: Whole = UNSET  # 상승 종목 수
    stnr_issu_cnt: Whole = UNSET  # 보합 종목 수
    down_issu_cnt: Whole = UNSET  # 하락 종목 수


class ExpectedIndicesAnswer(Block):
    output1: Rows[ExpectedTotal] = UNSET
    output2: Rows[ExpectedIndexRow] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
