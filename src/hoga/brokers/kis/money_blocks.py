"""The messages about money beside the market and about what was disclosed.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Average, Block, Percent, Rows, Text, Whole


class MarketFunds(Block):
    """A row of `output` of mktfunds (국내 증시자금 종합)."""

    bsop_date: Text = UNSET  # 영업 일자
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    hts_avls: Whole = UNSET  # HTS 시가총액
    cust_dpmn_amt: Whole = UNSET  # 고객 예탁금 금액
    cust_dpmn_amt_prdy_vrss: Whole = UNSET  # 고객 예탁금 금액 전일 대비
    amt_tnrt: Percent = UNSET  # 금액 회전율
    uncl_amt: Whole = UNSET  # 미수 금액
    crdt_loan_rmnd: Whole = UNSET  # 신용 융자 잔고
    futs_tfam_amt: Whole = UNSET  # 선물 예수금 금액
    sttp_amt: Whole = UNSET  # 주식형 금액
    mxtp_amt: Whole = UNSET  # 혼합형 금액
    bntp_amt: Whole = UNSET  # 채권형 금액
    mmf_amt: Whole = UNSET  # MMF 금액
    secu_lend_amt: Whole = UNSET  # 담보 대출 잔고 금액


class MarketFundsAnswer(Block):
    output: Rows[MarketFunds] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class InterestRate(Block):
    """A row of `output1` of comp-interest (금리 종합)."""

    bcdt_code: Text = UNSET  # 자료 코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    bond_mnrt_prpr: Average = UNSET  # 채권 금리 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bond_mnrt_prdy_vrss: Average = UNSET  # 채권 금리 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    stck_bsop_date: Text = UNSET  # 주식 영업 일자


class SecondRate(Block):
    """A row of its `output2`."""

    bcdt_code: Text = UNSET  # 자료 코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    bond_mnrt_prpr: Average = UNSET  # 채권 금리 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bond_mnrt_prdy_vrss: Average = UNSET  # 채권 금리 전일 대비
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    stck_bsop_date: Text = UNSET  # 주식 영업 일자


class InterestRatesAnswer(Block):
    output1: Rows[InterestRate] = UNSET
    output2: Rows[SecondRate] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Headline(Block):
    """A row of `output` of news-title (종합 시황·공시, 제목)."""

    cntt_usiq_srno: Text = UNSET  # 내용 조회용 일련번호
    news_ofer_entp_code: Text = UNSET  # 뉴스 제공 업체 코드
    data_dt: Text = UNSET  # 작성일자
    data_tm: Text = UNSET  # 작성시간
    hts_pbnt_titl_cntt: Text = UNSET  # HTS 공시 제목 내용
    news_lrdv_code: Text = UNSET  # 뉴스 대구분
    dorg: Text = UNSET  # 자료원
    iscd1: Text = UNSET  # 종목 코드1
    iscd2: Text = UNSET  # 종목 코드2
    iscd3: Text = UNSET  # 종목 코드3
    iscd4: Text = UNSET  # 종목 코드4
    iscd5: Text = UNSET  # 종목 코드5


class HeadlinesAnswer(Block):
    output: Rows[Headline] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
