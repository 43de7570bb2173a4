"""The messages about indices as a day goes, about those of industries, and about what calls expect.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole
from hoga.brokers.kis.price_blocks import IndexChartSummary, IndexSummary


class IndexMinuteBar(Block):
    """A row of `output2` of inquire-time-indexchartprice (업종 분봉조회)."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_cntg_hour: Text = UNSET  # 주식 체결 시간
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_oprc: Percent = UNSET  # 업종 지수 시가
    bstp_nmix_hgpr: Percent = UNSET  # 업종 지수 최고가
    bstp_nmix_lwpr: Percent = UNSET  # 업종 지수 최저가
    cntg_vol: Whole = UNSET  # 체결 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금


class IndexMinuteBarsAnswer(Block):
    output1: Rows[IndexChartSummary] = UNSET
    output2: Rows[IndexMinuteBar] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class IndexTick(Block):
    """A row of `output` of inquire-index-tickprice (업종 시간별지수, 초)."""

    stck_cntg_hour: Text = UNSET  # 주식 체결 시간
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    acml_vol: Whole = UNSET  # 누적 거래량
    cntg_vol: Whole = UNSET  # 체결 거래량


class IndexTicksAnswer(Block):
    output: Rows[IndexTick] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class IndexCategory(Block):
    """A row of `output2` of inquire-index-category-price (업종 구분별전체시세)."""

    bstp_cls_code: Text = UNSET  # 업종 구분 코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    acml_vol_rlim: Percent = UNSET  # 누적 거래량 비중
    acml_tr_pbmn_rlim: Percent = UNSET  # 누적 거래 대금 비중


class IndexCategoriesAnswer(Block):
    output1: Rows[IndexSummary] = UNSET
    output2: Rows[IndexCategory] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
