"""The messages of the rankings by what issuers report, pay and are worth.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Code, Percent, Rows, Text, Whole


class ProfitRank(Block):
    """A row of `output` of ranking/profit-asset-index (수익자산지표 순위)."""

    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    sale_totl_prfi: Percent = UNSET  # 매출 총 이익
    bsop_prti: Percent = UNSET  # 영업 이익
    op_prfi: Percent = UNSET  # 경상 이익
    thtr_ntin: Percent = UNSET  # 당기순이익
    total_aset: Percent = UNSET  # 자산총계
    total_lblt: Percent = UNSET  # 부채총계
    total_cptl: Percent = UNSET  # 자본총계
    stac_month: Text = UNSET  # 결산 월
    stac_month_cls_code: Code = UNSET  # 결산 월 구분 코드
    iqry_csnu: Whole = UNSET  # 조회 건수


class ProfitRanksAnswer(Block):
    output: Rows[ProfitRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class RatioRank(Block):
    """A row of `output` of ranking/finance-ratio (재무비율 순위)."""

    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    cptl_op_prfi: Percent = UNSET  # 총자본경상이익율
    cptl_ntin_rate: Percent = UNSET  # 총자본 순이익율
    sale_totl_rate: Percent = UNSET  # 매출액 총이익율
    sale_ntin_rate: Percent = UNSET  # 매출액 순이익율
    bis: Percent = UNSET  # 자기자본비율
    lblt_rate: Percent = UNSET  # 부채 비율
    bram_depn: Percent = UNSET  # 차입금 의존도
    rsrv_rate: Percent = UNSET  # 유보 비율
    grs: Percent = UNSET  # 매출액 증가율
    op_prfi_inrt: Percent = UNSET  # 경상 이익 증가율
    bsop_prfi_inrt: Percent = UNSET  # 영업 이익 증가율
    ntin_inrt: Percent = UNSET  # 순이익 증가율
    equt_inrt: Percent = UNSET  # 자기자본 증가율
    cptl_tnrt: Percent = UNSET  # 총자본회전율
    sale_bond_tnrt: Percent = UNSET  # 매출 채권 회전율
    totl_aset_inrt: Percent = UNSET  # 총자산 증가율
    stac_month: Text = UNSET  # 결산 월
    stac_month_cls_code: Code = UNSET  # 결산 월 구분 코드
    iqry_csnu: Whole = UNSET  # 조회 건수


class RatioRanksAnswer(Block):
    output: Rows[RatioRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MultipleRank(Block):
    """A row of `output` of ranking/market-value (시장가치 순위)."""

    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    per: Percent = UNSET  # PER
    pbr: Percent = UNSET  # PBR
    pcr: Percent = UNSET  # PCR
    psr: Percent = UNSET  # PSR
    eps: Whole = UNSET  # EPS, in hundredths of a won
    eva: Percent = UNSET  # EVA
    ebitda: Percent = UNSET  # EBITDA
    pv_div_ebitda: Percent = UNSET  # PV DIV EBITDA
    ebitda_div_fnnc_expn: Percent = UNSET  # EBITDA DIV 금융비용
    stac_month: Text = UNSET  # 결산 월
    stac_month_cls_code: Code = UNSET  # 결산 월 구분 코드
    iqry_csnu: Whole = UNSET  # 조회 건수


class MultipleRanksAnswer(Block):
    output: Rows[MultipleRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class DividendRank(Block):
    """A row of `output` of ranking/dividend-rate (배당률 상위)."""

    rank: Whole = UNSET  # 순위
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    record_date: Text = UNSET  # 기준일
    per_sto_divi_amt: Whole = UNSET  # 현금/주식배당금
    divi_rate: Percent = UNSET  # 현금/주식배당률(%)
    divi_kind: Text = UNSET  # 배당종류


class DividendRanksAnswer(Block):
    output: Rows[DividendRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PreferredRank(Block):
    """A row of `output` of ranking/prefer-disparate-ratio (우선주/괴리율 상위)."""

    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    data_rank: Whole = UNSET  # 데이터 순위
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    acml_vol: Whole = UNSET  # 누적 거래량
    prst_iscd: Text = UNSET  # 우선주 종목코드
    prst_kor_isnm: Text = UNSET  # 우선주 한글 종목명
    prst_prpr: Whole = UNSET  # 우선주 현재가
    prst_prdy_vrss: Whole = UNSET  # 우선주 전일대비
    prst_prdy_vrss_sign: Whole = UNSET  # 우선주 전일 대비 부호
    prst_acml_vol: Whole = UNSET  # 우선주 누적 거래량
    diff_prpr: Whole = UNSET  # 차이 현재가
    dprt: Percent = UNSET  # 괴리율
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    prst_prdy_ctrt: Percent = UNSET  # 우선주 전일 대비율


class PreferredRanksAnswer(Block):
    output: Rows[PreferredRank] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
