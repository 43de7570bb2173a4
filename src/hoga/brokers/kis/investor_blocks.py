"""The messages about who trades: investor types, member firms, short sellers.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Flag, Percent, Rows, Text, Whole


class InvestorDay(Block):
    """A row of `output` of inquire-investor (주식현재가 투자자). Blank for a day that is not over."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_clpr: Whole = UNSET  # 주식 종가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prsn_ntby_qty: Whole = UNSET  # 개인 순매수 수량
    frgn_ntby_qty: Whole = UNSET  # 외국인 순매수 수량
    orgn_ntby_qty: Whole = UNSET  # 기관계 순매수 수량
    prsn_ntby_tr_pbmn: Whole = UNSET  # 개인 순매수 거래 대금
    frgn_ntby_tr_pbmn: Whole = UNSET  # 외국인 순매수 거래 대금
    orgn_ntby_tr_pbmn: Whole = UNSET  # 기관계 순매수 거래 대금
    prsn_shnu_vol: Whole = UNSET  # 개인 매수2 거래량
    frgn_shnu_vol: Whole = UNSET  # 외국인 매수2 거래량
    orgn_shnu_vol: Whole = UNSET  # 기관계 매수2 거래량
    prsn_shnu_tr_pbmn: Whole = UNSET  # 개인 매수2 거래 대금
    frgn_shnu_tr_pbmn: Whole = UNSET  # 외국인 매수2 거래 대금
    orgn_shnu_tr_pbmn: Whole = UNSET  # 기관계 매수2 거래 대금
    prsn_seln_vol: Whole = UNSET  # 개인 매도 거래량
    frgn_seln_vol: Whole = UNSET  # 외국인 매도 거래량
    orgn_seln_vol: Whole = UNSET  # 기관계 매도 거래량
    prsn_seln_tr_pbmn: Whole = UNSET  # 개인 매도 거래 대금
    frgn_seln_tr_pbmn: Whole = UNSET  # 외국인 매도 거래 대금
    orgn_seln_tr_pbmn: Whole = UNSET  # 기관계 매도 거래 대금


class InvestorDaysAnswer(Block):
    output: Rows[InvestorDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class InvestorSummary(Block):
    """`output1` of investor-trade-by-stock-daily (종목별 투자자매매동향)."""

    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vol: Whole = UNSET  # 전일 거래량
    rprs_mrkt_kor_name: Text = UNSET  # 대표 시장 한글 명


class InvestorTrade(Block):
    """A row of its `output2`.

    Institutions are 금융투자 (scrt), 투자신탁 (ivtr), 사모 (pe_fund), bank, insu, mrbn and 연기금 (fund).
    """

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_clpr: Whole = UNSET  # 주식 종가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    frgn_ntby_qty: Whole = UNSET  # 외국인 순매수 수량
    frgn_reg_ntby_qty: Whole = UNSET  # 외국인 등록 순매수 수량
    frgn_nreg_ntby_qty: Whole = UNSET  # 외국인 비등록 순매수 수량
    prsn_ntby_qty: Whole = UNSET  # 개인 순매수 수량
    orgn_ntby_qty: Whole = UNSET  # 기관계 순매수 수량
    scrt_ntby_qty: Whole = UNSET  # 증권 순매수 수량
    ivtr_ntby_qty: Whole = UNSET  # 투자신탁 순매수 수량
    pe_fund_ntby_vol: Whole = UNSET  # 사모 펀드 순매수 거래량
    bank_ntby_qty: Whole = UNSET  # 은행 순매수 수량
    insu_ntby_qty: Whole = UNSET  # 보험 순매수 수량
    mrbn_ntby_qty: Whole = UNSET  # 종금 순매수 수량
    fund_ntby_qty: Whole = UNSET  # 기금 순매수 수량
    etc_ntby_qty: Whole = UNSET  # 기타 순매수 수량
    etc_corp_ntby_vol: Whole = UNSET  # 기타 법인 순매수 거래량
    etc_orgt_ntby_vol: Whole = UNSET  # 기타 단체 순매수 거래량
    frgn_reg_ntby_pbmn: Whole = UNSET  # 외국인 등록 순매수 대금
    frgn_ntby_tr_pbmn: Whole = UNSET  # 외국인 순매수 거래 대금
    frgn_nreg_ntby_pbmn: Whole = UNSET  # 외국인 비등록 순매수 대금
    prsn_ntby_tr_pbmn: Whole = UNSET  # 개인 순매수 거래 대금
    orgn_ntby_tr_pbmn: Whole = UNSET  # 기관계 순매수 거래 대금
    scrt_ntby_tr_pbmn: Whole = UNSET  # 증권 순매수 거래 대금
    pe_fund_ntby_tr_pbmn: Whole = UNSET  # 사모 펀드 순매수 거래 대금
    ivtr_ntby_tr_pbmn: Whole = UNSET  # 투자신탁 순매수 거래 대금
    bank_ntby_tr_pbmn: Whole = UNSET  # 은행 순매수 거래 대금
    insu_ntby_tr_pbmn: Whole = UNSET  # 보험 순매수 거래 대금
    mrbn_ntby_tr_pbmn: Whole = UNSET  # 종금 순매수 거래 대금
    fund_ntby_tr_pbmn: Whole = UNSET  # 기금 순매수 거래 대금
    etc_ntby_tr_pbmn: Whole = UNSET  # 기타 순매수 거래 대금
    etc_corp_ntby_tr_pbmn: Whole = UNSET  # 기타 법인 순매수 거래 대금
    etc_orgt_ntby_tr_pbmn: Whole = UNSET  # 기타 단체 순매수 거래 대금
    frgn_seln_vol: Whole = UNSET  # 외국인 매도 거래량
    frgn_shnu_vol: Whole = UNSET  # 외국인 매수2 거래량
    frgn_seln_tr_pbmn: Whole = UNSET  # 외국인 매도 거래 대금
    frgn_shnu_tr_pbmn: Whole = UNSET  # 외국인 매수2 거래 대금
    frgn_reg_askp_qty: Whole = UNSET  # 외국인 등록 매도 수량
    frgn_reg_bidp_qty: Whole = UNSET  # 외국인 등록 매수 수량
    frgn_reg_askp_pbmn: Whole = UNSET  # 외국인 등록 매도 대금
    frgn_reg_bidp_pbmn: Whole = UNSET  # 외국인 등록 매수 대금
    frgn_nreg_askp_qty: Whole = UNSET  # 외국인 비등록 매도 수량
    frgn_nreg_bidp_qty: Whole = UNSET  # 외국인 비등록 매수 수량
    frgn_nreg_askp_pbmn: Whole = UNSET  # 외국인 비등록 매도 대금
    frgn_nreg_bidp_pbmn: Whole = UNSET  # 외국인 비등록 매수 대금
    prsn_seln_vol: Whole = UNSET  # 개인 매도 거래량
    prsn_shnu_vol: Whole = UNSET  # 개인 매수2 거래량
    prsn_seln_tr_pbmn: Whole = UNSET  # 개인 매도 거래 대금
    prsn_shnu_tr_pbmn: Whole = UNSET  # 개인 매수2 거래 대금
    orgn_seln_vol: Whole = UNSET  # 기관계 매도 거래량
    orgn_shnu_vol: Whole = UNSET  # 기관계 매수2 거래량
    orgn_seln_tr_pbmn: Whole = UNSET  # 기관계 매도 거래 대금
    orgn_shnu_tr_pbmn: Whole = UNSET  # 기관계 매수2 거래 대금
    scrt_seln_vol: Whole = UNSET  # 증권 매도 거래량
    scrt_shnu_vol: Whole = UNSET  # 증권 매수2 거래량
    scrt_seln_tr_pbmn: Whole = UNSET  # 증권 매도 거래 대금
    scrt_shnu_tr_pbmn: Whole = UNSET  # 증권 매수2 거래 대금
    ivtr_seln_vol: Whole = UNSET  # 투자신탁 매도 거래량
    ivtr_shnu_vol: Whole = UNSET  # 투자신탁 매수2 거래량
    ivtr_seln_tr_pbmn: Whole = UNSET  # 투자신탁 매도 거래 대금
    ivtr_shnu_tr_pbmn: Whole = UNSET  # 투자신탁 매수2 거래 대금
    pe_fund_seln_tr_pbmn: Whole = UNSET  # 사모 펀드 매도 거래 대금
    pe_fund_seln_vol: Whole = UNSET  # 사모 펀드 매도 거래량
    pe_fund_shnu_tr_pbmn: Whole = UNSET  # 사모 펀드 매수2 거래 대금
    pe_fund_shnu_vol: Whole = UNSET  # 사모 펀드 매수2 거래량
    bank_seln_vol: Whole = UNSET  # 은행 매도 거래량
    bank_shnu_vol: Whole = UNSET  # 은행 매수2 거래량
    bank_seln_tr_pbmn: Whole = UNSET  # 은행 매도 거래 대금
    bank_shnu_tr_pbmn: Whole = UNSET  # 은행 매수2 거래 대금
    insu_seln_vol: Whole = UNSET  # 보험 매도 거래량
    insu_shnu_vol: Whole = UNSET  # 보험 매수2 거래량
    insu_seln_tr_pbmn: Whole = UNSET  # 보험 매도 거래 대금
    insu_shnu_tr_pbmn: Whole = UNSET  # 보험 매수2 거래 대금
    mrbn_seln_vol: Whole = UNSET  # 종금 매도 거래량
    mrbn_shnu_vol: Whole = UNSET  # 종금 매수2 거래량
    mrbn_seln_tr_pbmn: Whole = UNSET  # 종금 매도 거래 대금
    mrbn_shnu_tr_pbmn: Whole = UNSET  # 종금 매수2 거래 대금
    fund_seln_vol: Whole = UNSET  # 기금 매도 거래량
    fund_shnu_vol: Whole = UNSET  # 기금 매수2 거래량
    fund_seln_tr_pbmn: Whole = UNSET  # 기금 매도 거래 대금
    fund_shnu_tr_pbmn: Whole = UNSET  # 기금 매수2 거래 대금
    etc_seln_vol: Whole = UNSET  # 기타 매도 거래량
    etc_shnu_vol: Whole = UNSET  # 기타 매수2 거래량
    etc_seln_tr_pbmn: Whole = UNSET  # 기타 매도 거래 대금
    etc_shnu_tr_pbmn: Whole = UNSET  # 기타 매수2 거래 대금
    etc_orgt_seln_vol: Whole = UNSET  # 기타 단체 매도 거래량
    etc_orgt_shnu_vol: Whole = UNSET  # 기타 단체 매수2 거래량
    etc_orgt_seln_tr_pbmn: Whole = UNSET  # 기타 단체 매도 거래 대금
    etc_orgt_shnu_tr_pbmn: Whole = UNSET  # 기타 단체 매수2 거래 대금
    etc_corp_seln_vol: Whole = UNSET  # 기타 법인 매도 거래량
    etc_corp_shnu_vol: Whole = UNSET  # 기타 법인 매수2 거래량
    etc_corp_seln_tr_pbmn: Whole = UNSET  # 기타 법인 매도 거래 대금
    etc_corp_shnu_tr_pbmn: Whole = UNSET  # 기타 법인 매수2 거래 대금
    bold_yn: Text = UNSET  # BOLD 여부


class InvestorTradesAnswer(Block):
    output1: Rows[InvestorSummary] = UNSET
    output2: Rows[InvestorTrade] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class InvestorEstimate(Block):
    """A row of `output2` of investor-trend-estimate (외인기관 추정가집계)."""

    bsop_hour_gb: Text = UNSET  # 입력구분
    frgn_fake_ntby_qty: Whole = UNSET  # 외국인 가집계
    orgn_fake_ntby_qty: Whole = UNSET  # 기관 가집계
    sum_fake_ntby_qty: Whole = UNSET  # 합산 가집계


class InvestorEstimatesAnswer(Block):
    output2: Rows[InvestorEstimate] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Members(Block):
    """`output` of inquire-member (주식현재가 회원사)."""

    seln_mbcr_no1: Text = UNSET  # 매도 회원사 번호 1
    seln_mbcr_no2: Text = UNSET  # 매도 회원사 번호 2
    seln_mbcr_no3: Text = UNSET  # 매도 회원사 번호 3
    seln_mbcr_no4: Text = UNSET  # 매도 회원사 번호 4
    seln_mbcr_no5: Text = UNSET  # 매도 회원사 번호 5
    seln_mbcr_name1: Text = UNSET  # 매도 회원사 명 1
    seln_mbcr_name2: Text = UNSET  # 매도 회원사 명 2
    seln_mbcr_name3: Text = UNSET  # 매도 회원사 명 3
    seln_mbcr_name4: Text = UNSET  # 매도 회원사 명 4
    seln_mbcr_name5: Text = UNSET  # 매도 회원사 명 5
    total_seln_qty1: Whole = UNSET  # 총 매도 수량 1
    total_seln_qty2: Whole = UNSET  # 총 매도 수량 2
    total_seln_qty3: Whole = UNSET  # 총 매도 수량 3
    total_seln_qty4: Whole = UNSET  # 총 매도 수량 4
    total_seln_qty5: Whole = UNSET  # 총 매도 수량 5
    seln_mbcr_rlim1: Percent = UNSET  # 매도 회원사 비중 1
    seln_mbcr_rlim2: Percent = UNSET  # 매도 회원사 비중 2
    seln_mbcr_rlim3: Percent = UNSET  # 매도 회원사 비중 3
    seln_mbcr_rlim4: Percent = UNSET  # 매도 회원사 비중 4
    seln_mbcr_rlim5: Percent = UNSET  # 매도 회원사 비중 5
    seln_qty_icdc1: Whole = UNSET  # 매도 수량 증감 1
    seln_qty_icdc2: Whole = UNSET  # 매도 수량 증감 2
    seln_qty_icdc3: Whole = UNSET  # 매도 수량 증감 3
    seln_qty_icdc4: Whole = UNSET  # 매도 수량 증감 4
    seln_qty_icdc5: Whole = UNSET  # 매도 수량 증감 5
    shnu_mbcr_no1: Text = UNSET  # 매수 회원사 번호 1
    shnu_mbcr_no2: Text = UNSET  # 매수 회원사 번호 2
    shnu_mbcr_no3: Text = UNSET  # 매수 회원사 번호 3
    shnu_mbcr_no4: Text = UNSET  # 매수 회원사 번호 4
    shnu_mbcr_no5: Text = UNSET  # 매수 회원사 번호 5
    shnu_mbcr_name1: Text = UNSET  # 매수 회원사 명 1
    shnu_mbcr_name2: Text = UNSET  # 매수 회원사 명 2
    shnu_mbcr_name3: Text = UNSET  # 매수 회원사 명 3
    shnu_mbcr_name4: Text = UNSET  # 매수 회원사 명 4
    shnu_mbcr_name5: Text = UNSET  # 매수 회원사 명 5
    total_shnu_qty1: Whole = UNSET  # 총 매수 수량 1
    total_shnu_qty2: Whole = UNSET  # 총 매수 수량 2
    total_shnu_qty3: Whole = UNSET  # 총 매수 수량 3
    total_shnu_qty4: Whole = UNSET  # 총 매수 수량 4
    total_shnu_qty5: Whole = UNSET  # 총 매수 수량 5
    shnu_mbcr_rlim1: Percent = UNSET  # 매수 회원사 비중 1
    shnu_mbcr_rlim2: Percent = UNSET  # 매수 회원사 비중 2
    shnu_mbcr_rlim3: Percent = UNSET  # 매수 회원사 비중 3
    shnu_mbcr_rlim4: Percent = UNSET  # 매수 회원사 비중 4
    shnu_mbcr_rlim5: Percent = UNSET  # 매수 회원사 비중 5
    shnu_qty_icdc1: Whole = UNSET  # 매수 수량 증감 1
    shnu_qty_icdc2: Whole = UNSET  # 매수 수량 증감 2
    shnu_qty_icdc3: Whole = UNSET  # 매수 수량 증감 3
    shnu_qty_icdc4: Whole = UNSET  # 매수 수량 증감 4
    shnu_qty_icdc5: Whole = UNSET  # 매수 수량 증감 5
    glob_total_seln_qty: Whole = UNSET  # 외국계 총 매도 수량
    glob_seln_rlim: Percent = UNSET  # 외국계 매도 비중
    glob_ntby_qty: Whole = UNSET  # 외국계 순매수 수량
    glob_total_shnu_qty: Whole = UNSET  # 외국계 총 매수 수량
    glob_shnu_rlim: Percent = UNSET  # 외국계 매수 비중
    seln_mbcr_glob_yn_1: Flag = UNSET  # 매도 회원사 외국계 여부 1
    seln_mbcr_glob_yn_2: Flag = UNSET  # 매도 회원사 외국계 여부 2
    seln_mbcr_glob_yn_3: Flag = UNSET  # 매도 회원사 외국계 여부 3
    seln_mbcr_glob_yn_4: Flag = UNSET  # 매도 회원사 외국계 여부 4
    seln_mbcr_glob_yn_5: Flag = UNSET  # 매도 회원사 외국계 여부 5
    shnu_mbcr_glob_yn_1: Flag = UNSET  # 매수 회원사 외국계 여부 1
    shnu_mbcr_glob_yn_2: Flag = UNSET  # 매수 회원사 외국계 여부 2
    shnu_mbcr_glob_yn_3: Flag = UNSET  # 매수 회원사 외국계 여부 3
    shnu_mbcr_glob_yn_4: Flag = UNSET  # 매수 회원사 외국계 여부 4
    shnu_mbcr_glob_yn_5: Flag = UNSET  # 매수 회원사 외국계 여부 5
    glob_total_seln_qty_icdc: Whole = UNSET  # 외국계 총 매도 수량 증감
    glob_total_shnu_qty_icdc: Whole = UNSET  # 외국계 총 매수 수량 증감


class MembersAnswer(Block):
    output: Rows[Members] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ShortSummary(Block):
    """`output1` of daily-short-sale (공매도 일별추이)."""

    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vol: Whole = UNSET  # 전일 거래량


class ShortDay(Block):
    """A row of its `output2`."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_clpr: Whole = UNSET  # 주식 종가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    stnd_vol_smtn: Whole = UNSET  # 기준 거래량 합계
    ssts_cntg_qty: Whole = UNSET  # 공매도 체결 수량
    ssts_vol_rlim: Percent = UNSET  # 공매도 거래량 비중
    acml_ssts_cntg_qty: Whole = UNSET  # 누적 공매도 체결 수량
    acml_ssts_cntg_qty_rlim: Percent = UNSET  # 누적 공매도 체결 수량 비중
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    stnd_tr_pbmn_smtn: Whole = UNSET  # 기준 거래대금 합계
    ssts_tr_pbmn: Whole = UNSET  # 공매도 거래 대금
    ssts_tr_pbmn_rlim: Percent = UNSET  # 공매도 거래대금 비중
    acml_ssts_tr_pbmn: Whole = UNSET  # 누적 공매도 거래 대금
    acml_ssts_tr_pbmn_rlim: Percent = UNSET  # 누적 공매도 거래 대금 비중
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    avrg_prc: Whole = UNSET  # 평균가격


class ShortSalesAnswer(Block):
    output1: Rows[ShortSummary] = UNSET
    output2: Rows[ShortDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ShortRank(Block):
    """A row of `output` of ranking/short-sale (공매도 상위종목)."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    ssts_cntg_qty: Whole = UNSET  # 공매도 체결 수량
    ssts_vol_rlim: Percent = UNSET  # 공매도 거래량 비중
    ssts_tr_pbmn: Whole = UNSET  # 공매도 거래 대금
    ssts_tr_pbmn_rlim: Percent = UNSET  # 공매도 거래대금 비중
    stnd_date1: Text = UNSET  # 기준 일자1
    stnd_date2: Text = UNSET  # 기준 일자2
    avrg_prc: Whole = UNSET  # 평균가격


class ShortRanksAnswer(Block):
    output: Rows[ShortRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ProgramDay(Block):
    """A row of `output` of program-trade-by-stock-daily (종목별 프로그램매매추이, 일별)."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_clpr: Whole = UNSET  # 주식 종가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    whol_smtn_seln_vol: Whole = UNSET  # 전체 합계 매도 거래량
    whol_smtn_shnu_vol: Whole = UNSET  # 전체 합계 매수2 거래량
    whol_smtn_ntby_qty: Whole = UNSET  # 전체 합계 순매수 수량
    whol_smtn_seln_tr_pbmn: Whole = UNSET  # 전체 합계 매도 거래 대금
    whol_smtn_shnu_tr_pbmn: Whole = UNSET  # 전체 합계 매수2 거래 대금
    whol_smtn_ntby_tr_pbmn: Whole = UNSET  # 전체 합계 순매수 거래 대금
    whol_ntby_vol_icdc: Whole = UNSET  # 전체 순매수 거래량 증감
    whol_ntby_tr_pbmn_icdc2: Whole = UNSET  # 전체 순매수 거래 대금 증감


class ProgramDaysAnswer(Block):
    output: Rows[ProgramDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MemberTotals(Block):
    """`output1` of frgnmem-trade-trend (회원사 실시간 매매동향)."""

    total_seln_qty: Whole = UNSET  # 총 매도 수량
    total_shnu_qty: Whole = UNSET  # 총 매수2 수량


class MemberTrade(Block):
    """A row of `output2` of frgnmem-trade-trend."""

    bsop_hour: Text = UNSET  # 영업 시간
    mbcr_name: Text = UNSET  # 회원사 명
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    cntg_vol: Whole = UNSET  # 체결 거래량
    acml_ntby_qty: Whole = UNSET  # 누적 순매수 수량
    glob_ntby_qty: Whole = UNSET  # 외국계 순매수 수량
    frgn_ntby_qty_icdc: Whole = UNSET  # 외국인 순매수 수량 증감


class MemberTradesAnswer(Block):
    output1: Rows[MemberTotals] = UNSET
    output2: Rows[MemberTrade] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ProgramMinute(Block):
    """A row of `output` of program-trade-by-stock (종목별 프로그램매매추이, 체결)."""

    bsop_hour: Text = UNSET  # 영업 시간
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    whol_smtn_seln_vol: Whole = UNSET  # 전체 합계 매도 거래량
    whol_smtn_shnu_vol: Whole = UNSET  # 전체 합계 매수2 거래량
    whol_smtn_ntby_qty: Whole = UNSET  # 전체 합계 순매수 수량
    whol_smtn_seln_tr_pbmn: Whole = UNSET  # 전체 합계 매도 거래 대금
    whol_smtn_shnu_tr_pbmn: Whole = UNSET  # 전체 합계 매수2 거래 대금
    whol_smtn_ntby_tr_pbmn: Whole = UNSET  # 전체 합계 순매수 거래 대금
    whol_ntby_vol_icdc: Whole = UNSET  # 전체 순매수 거래량 증감
    whol_ntby_tr_pbmn_icdc: Whole = UNSET  # 전체 순매수 거래 대금 증감


class ProgramMinutesAnswer(Block):
    output: Rows[ProgramMinute] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ForeignFirms(Block):
    """A row of `output` of frgnmem-pchs-trend (종목별 외국계 순매수추이)."""

    bsop_hour: Text = UNSET  # 영업 시간
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    frgn_seln_vol: Whole = UNSET  # 외국인 매도 거래량
    frgn_shnu_vol: Whole = UNSET  # 외국인 매수2 거래량
    glob_ntby_qty: Whole = UNSET  # 외국계 순매수 수량
    frgn_ntby_qty_icdc: Whole = UNSET  # 외국인 순매수 수량 증감


class ForeignFirmsAnswer(Block):
    output: Rows[ForeignFirms] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
