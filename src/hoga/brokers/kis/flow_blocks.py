"""The messages about who trades whole markets, in which sizes, and through which firms.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole


class TradeSize(Block):
    """A row of `output` of tradprt-byamt (체결금액별 매매비중)."""

    prpr_name: Text = UNSET  # 가격 명
    smtn_avrg_prpr: Whole = UNSET  # 합계 평균 가격
    acml_vol: Whole = UNSET  # 합계 거래량
    whol_ntby_qty_rate: Percent = UNSET  # 합계 순매수 비율
    ntby_cntg_csnu: Whole = UNSET  # 합계 순매수 건수
    seln_cnqn_smtn: Whole = UNSET  # 매도 거래량
    whol_seln_vol_rate: Percent = UNSET  # 매도 거래량 비율
    seln_cntg_csnu: Whole = UNSET  # 매도 건수
    shnu_cnqn_smtn: Whole = UNSET  # 매수 거래량
    whol_shun_vol_rate: Percent = UNSET  # 매수 거래량 비율
    shnu_cntg_csnu: Whole = UNSET  # 매수 건수


class TradeSizesAnswer(Block):
    output: Rows[TradeSize] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class TakenTotals(Block):
    """`output1` of inquire-daily-trade-volume (종목별 일별 매수매도체결량)."""

    shnu_cnqn_smtn: Whole = UNSET  # 매수 체결량 합계
    seln_cnqn_smtn: Whole = UNSET  # 매도 체결량 합계


class TakenDay(Block):
    """A row of its `output2`."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    total_seln_qty: Whole = UNSET  # 총 매도 수량
    total_shnu_qty: Whole = UNSET  # 총 매수 수량


class TakenDaysAnswer(Block):
    output1: Rows[TakenTotals] = UNSET
    output2: Rows[TakenDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MemberDay(Block):
    """A row of `output` of inquire-member-daily (회원사 종목매매동향)."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    total_seln_qty: Whole = UNSET  # 총 매도 수량
    total_shnu_qty: Whole = UNSET  # 총 매수2 수량
    ntby_qty: Whole = UNSET  # 순매수 수량
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량


class MemberDaysAnswer(Block):
    output: Rows[MemberDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ForeignFirmRank(Block):
    """A row of `output` of frgnmem-trade-estimate (외국계 매매종목 가집계)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    glob_ntsl_qty: Whole = UNSET  # 외국계 순매도 수량
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    glob_total_seln_qty: Whole = UNSET  # 외국계 총 매도 수량
    glob_total_shnu_qty: Whole = UNSET  # 외국계 총 매수2 수량


class ForeignFirmRanksAnswer(Block):
    output: Rows[ForeignFirmRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class InvestorRank(Block):
    """A row of `output` of foreign-institution-total (기관·외국인 매매종목 가집계)."""

    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    ntby_qty: Whole = UNSET  # 순매수 수량
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    frgn_ntby_qty: Whole = UNSET  # 외국인 순매수 수량
    orgn_ntby_qty: Whole = UNSET  # 기관계 순매수 수량
    ivtr_ntby_qty: Whole = UNSET  # 투자신탁 순매수 수량
    bank_ntby_qty: Whole = UNSET  # 은행 순매수 수량
    insu_ntby_qty: Whole = UNSET  # 보험 순매수 수량
    mrbn_ntby_qty: Whole = UNSET  # 종금 순매수 수량
    fund_ntby_qty: Whole = UNSET  # 기금 순매수 수량
    etc_orgt_ntby_vol: Whole = UNSET  # 기타 단체 순매수 거래량
    etc_corp_ntby_vol: Whole = UNSET  # 기타 법인 순매수 거래량
    frgn_ntby_tr_pbmn: Whole = UNSET  # 외국인 순매수 거래 대금
    orgn_ntby_tr_pbmn: Whole = UNSET  # 기관계 순매수 거래 대금
    ivtr_ntby_tr_pbmn: Whole = UNSET  # 투자신탁 순매수 거래 대금
    bank_ntby_tr_pbmn: Whole = UNSET  # 은행 순매수 거래 대금
    insu_ntby_tr_pbmn: Whole = UNSET  # 보험 순매수 거래 대금
    mrbn_ntby_tr_pbmn: Whole = UNSET  # 종금 순매수 거래 대금
    fund_ntby_tr_pbmn: Whole = UNSET  # 기금 순매수 거래 대금
    etc_orgt_ntby_tr_pbmn: Whole = UNSET  # 기타 단체 순매수 거래 대금
    etc_corp_ntby_tr_pbmn: Whole = UNSET  # 기타 법인 순매수 거래 대금


class InvestorRanksAnswer(Block):
    output: Rows[InvestorRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MarketInvestors(Block):
    """`output` of inquire-investor-time-by-market (시장별 투자자매매동향, 시세)."""

    frgn_seln_vol: Whole = UNSET  # 외국인 매도 거래량
    frgn_shnu_vol: Whole = UNSET  # 외국인 매수2 거래량
    frgn_ntby_qty: Whole = UNSET  # 외국인 순매수 수량
    frgn_seln_tr_pbmn: Whole = UNSET  # 외국인 매도 거래 대금
    frgn_shnu_tr_pbmn: Whole = UNSET  # 외국인 매수2 거래 대금
    frgn_ntby_tr_pbmn: Whole = UNSET  # 외국인 순매수 거래 대금
    prsn_seln_vol: Whole = UNSET  # 개인 매도 거래량
    prsn_shnu_vol: Whole = UNSET  # 개인 매수2 거래량
    prsn_ntby_qty: Whole = UNSET  # 개인 순매수 수량
    prsn_seln_tr_pbmn: Whole = UNSET  # 개인 매도 거래 대금
    prsn_shnu_tr_pbmn: Whole = UNSET  # 개인 매수2 거래 대금
    prsn_ntby_tr_pbmn: Whole = UNSET  # 개인 순매수 거래 대금
    orgn_seln_vol: Whole = UNSET  # 기관계 매도 거래량
    orgn_shnu_vol: Whole = UNSET  # 기관계 매수2 거래량
    orgn_ntby_qty: Whole = UNSET  # 기관계 순매수 수량
    orgn_seln_tr_pbmn: Whole = UNSET  # 기관계 매도 거래 대금
    orgn_shnu_tr_pbmn: Whole = UNSET  # 기관계 매수2 거래 대금
    orgn_ntby_tr_pbmn: Whole = UNSET  # 기관계 순매수 거래 대금
    scrt_seln_vol: Whole = UNSET  # 증권 매도 거래량
    scrt_shnu_vol: Whole = UNSET  # 증권 매수2 거래량
    scrt_ntby_qty: Whole = UNSET  # 증권 순매수 수량
    scrt_seln_tr_pbmn: Whole = UNSET  # 증권 매도 거래 대금
    scrt_shnu_tr_pbmn: Whole = UNSET  # 증권 매수2 거래 대금
    scrt_ntby_tr_pbmn: Whole = UNSET  # 증권 순매수 거래 대금
    ivtr_seln_vol: Whole = UNSET  # 투자신탁 매도 거래량
    ivtr_shnu_vol: Whole = UNSET  # 투자신탁 매수2 거래량
    ivtr_ntby_qty: Whole = UNSET  # 투자신탁 순매수 수량
    ivtr_seln_tr_pbmn: Whole = UNSET  # 투자신탁 매도 거래 대금
    ivtr_shnu_tr_pbmn: Whole = UNSET  # 투자신탁 매수2 거래 대금
    ivtr_ntby_tr_pbmn: Whole = UNSET  # 투자신탁 순매수 거래 대금
    pe_fund_seln_tr_pbmn: Whole = UNSET  # 사모 펀드 매도 거래 대금
    pe_fund_seln_vol: Whole = UNSET  # 사모 펀드 매도 거래량
    pe_fund_ntby_vol: Whole = UNSET  # 사모 펀드 순매수 거래량
    pe_fund_shnu_tr_pbmn: Whole = UNSET  # 사모 펀드 매수2 거래 대금
    pe_fund_shnu_vol: Whole = UNSET  # 사모 펀드 매수2 거래량
    pe_fund_ntby_tr_pbmn: Whole = UNSET  # 사모 펀드 순매수 거래 대금
    bank_seln_vol: Whole = UNSET  # 은행 매도 거래량
    bank_shnu_vol: Whole = UNSET  # 은행 매수2 거래량
    bank_ntby_qty: Whole = UNSET  # 은행 순매수 수량
    bank_seln_tr_pbmn: Whole = UNSET  # 은행 매도 거래 대금
    bank_shnu_tr_pbmn: Whole = UNSET  # 은행 매수2 거래 대금
    bank_ntby_tr_pbmn: Whole = UNSET  # 은행 순매수 거래 대금
    insu_seln_vol: Whole = UNSET  # 보험 매도 거래량
    insu_shnu_vol: Whole = UNSET  # 보험 매수2 거래량
    insu_ntby_qty: Whole = UNSET  # 보험 순매수 수량
    insu_seln_tr_pbmn: Whole = UNSET  # 보험 매도 거래 대금
    insu_shnu_tr_pbmn: Whole = UNSET  # 보험 매수2 거래 대금
    insu_ntby_tr_pbmn: Whole = UNSET  # 보험 순매수 거래 대금
    mrbn_seln_vol: Whole = UNSET  # 종금 매도 거래량
    mrbn_shnu_vol: Whole = UNSET  # 종금 매수2 거래량
    mrbn_ntby_qty: Whole = UNSET  # 종금 순매수 수량
    mrbn_seln_tr_pbmn: Whole = UNSET  # 종금 매도 거래 대금
    mrbn_shnu_tr_pbmn: Whole = UNSET  # 종금 매수2 거래 대금
    mrbn_ntby_tr_pbmn: Whole = UNSET  # 종금 순매수 거래 대금
    fund_seln_vol: Whole = UNSET  # 기금 매도 거래량
    fund_shnu_vol: Whole = UNSET  # 기금 매수2 거래량
    fund_ntby_qty: Whole = UNSET  # 기금 순매수 수량
    fund_seln_tr_pbmn: Whole = UNSET  # 기금 매도 거래 대금
    fund_shnu_tr_pbmn: Whole = UNSET  # 기금 매수2 거래 대금
    fund_ntby_tr_pbmn: Whole = UNSET  # 기금 순매수 거래 대금
    etc_orgt_seln_vol: Whole = UNSET  # 기타 단체 매도 거래량
    etc_orgt_shnu_vol: Whole = UNSET  # 기타 단체 매수2 거래량
    etc_orgt_ntby_vol: Whole = UNSET  # 기타 단체 순매수 거래량
    etc_orgt_seln_tr_pbmn: Whole = UNSET  # 기타 단체 매도 거래 대금
    etc_orgt_shnu_tr_pbmn: Whole = UNSET  # 기타 단체 매수2 거래 대금
    etc_orgt_ntby_tr_pbmn: Whole = UNSET  # 기타 단체 순매수 거래 대금
    etc_corp_seln_vol: Whole = UNSET  # 기타 법인 매도 거래량
    etc_corp_shnu_vol: Whole = UNSET  # 기타 법인 매수2 거래량
    etc_corp_ntby_vol: Whole = UNSET  # 기타 법인 순매수 거래량
    etc_corp_seln_tr_pbmn: Whole = UNSET  # 기타 법인 매도 거래 대금
    etc_corp_shnu_tr_pbmn: Whole = UNSET  # 기타 법인 매수2 거래 대금
    etc_corp_ntby_tr_pbmn: Whole = UNSET  # 기타 법인 순매수 거래 대금


class MarketInvestorsAnswer(Block):
    output: Rows[MarketInvestors] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MarketInvestorDay(Block):
    """A row of `output` of inquire-investor-daily-by-market (시장별 투자자매매동향, 일별)."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    bstp_nmix_oprc: Percent = UNSET  # 업종 지수 시가
    bstp_nmix_hgpr: Percent = UNSET  # 업종 지수 최고가
    bstp_nmix_lwpr: Percent = UNSET  # 업종 지수 최저가
    stck_prdy_clpr: Percent = UNSET  # 전일 종가
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
    etc_orgt_ntby_vol: Whole = UNSET  # 기타 단체 순매수 거래량
    etc_corp_ntby_vol: Whole = UNSET  # 기타 법인 순매수 거래량
    frgn_ntby_tr_pbmn: Whole = UNSET  # 외국인 순매수 거래 대금
    frgn_reg_ntby_pbmn: Whole = UNSET  # 외국인 등록 순매수 대금
    frgn_nreg_ntby_pbmn: Whole = UNSET  # 외국인 비등록 순매수 대금
    prsn_ntby_tr_pbmn: Whole = UNSET  # 개인 순매수 거래 대금
    orgn_ntby_tr_pbmn: Whole = UNSET  # 기관계 순매수 거래 대금
    scrt_ntby_tr_pbmn: Whole = UNSET  # 증권 순매수 거래 대금
    ivtr_ntby_tr_pbmn: Whole = UNSET  # 투자신탁 순매수 거래 대금
    pe_fund_ntby_tr_pbmn: Whole = UNSET  # 사모 펀드 순매수 거래 대금
    bank_ntby_tr_pbmn: Whole = UNSET  # 은행 순매수 거래 대금
    insu_ntby_tr_pbmn: Whole = UNSET  # 보험 순매수 거래 대금
    mrbn_ntby_tr_pbmn: Whole = UNSET  # 종금 순매수 거래 대금
    fund_ntby_tr_pbmn: Whole = UNSET  # 기금 순매수 거래 대금
    etc_ntby_tr_pbmn: Whole = UNSET  # 기타 순매수 거래 대금
    etc_orgt_ntby_tr_pbmn: Whole = UNSET  # 기타 단체 순매수 거래 대금
    etc_corp_ntby_tr_pbmn: Whole = UNSET  # 기타 법인 순매수 거래 대금


class MarketInvestorDaysAnswer(Block):
    output: Rows[MarketInvestorDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
