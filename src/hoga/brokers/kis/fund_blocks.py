"""The blocks of the KIS Open API about ETFs and ETNs, field by field in the order of its documents."""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Average, Block, Flag, Percent, Rows, Text, Variant, Whole


class FundPrice(Block):
    """`output` of inquire-price (ETF/ETN 현재가)."""

    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vol: Whole = UNSET  # 전일 거래량
    stck_mxpr: Whole = UNSET  # 주식 상한가
    stck_llam: Whole = UNSET  # 주식 하한가
    stck_prdy_clpr: Whole = UNSET  # 주식 전일 종가
    stck_oprc: Whole = UNSET  # 주식 시가
    prdy_clpr_vrss_oprc_rate: Percent = UNSET  # 전일 종가 대비 시가 비율
    stck_hgpr: Whole = UNSET  # 주식 최고가
    prdy_clpr_vrss_hgpr_rate: Percent = UNSET  # 전일 종가 대비 최고가 비율
    stck_lwpr: Whole = UNSET  # 주식 최저가
    prdy_clpr_vrss_lwpr_rate: Percent = UNSET  # 전일 종가 대비 최저가 비율
    prdy_last_nav: Percent = UNSET  # 전일 최종 NAV
    nav: Percent = UNSET  # NAV
    nav_prdy_vrss: Percent = UNSET  # NAV 전일 대비
    nav_prdy_vrss_sign: Whole = UNSET  # NAV 전일 대비 부호
    nav_prdy_ctrt: Percent = UNSET  # NAV 전일 대비율
    trc_errt: Percent = UNSET  # 추적 오차율
    stck_sdpr: Whole = UNSET  # 주식 기준가
    stck_sspr: Whole = UNSET  # 주식 대용가
    nmix_ctrt: Variant = UNSET  # 지수 대비율; documented, not in KIS's example
    etf_crcl_stcn: Whole = UNSET  # ETF 유통 주수
    etf_ntas_ttam: Whole = UNSET  # ETF 순자산 총액, 억원
    etf_frcr_ntas_ttam: Whole = UNSET  # ETF 외화 순자산 총액
    frgn_limt_rate: Average = UNSET  # 외국인 한도 비율
    frgn_oder_able_qty: Whole = UNSET  # 외국인 주문 가능 수량
    etf_cu_unit_scrt_cnt: Whole = UNSET  # ETF CU 단위 증권 수
    etf_cnfg_issu_cnt: Whole = UNSET  # ETF 구성 종목 수
    etf_dvdn_cycl: Text = UNSET  # ETF 배당 주기
    crcd: Text = UNSET  # 통화 코드
    etf_crcl_ntas_ttam: Whole = UNSET  # ETF 유통 순자산 총액
    etf_frcr_crcl_ntas_ttam: Whole = UNSET  # ETF 외화 유통 순자산 총액
    etf_frcr_last_ntas_wrth_val: Whole = UNSET  # ETF 외화 최종 순자산 가치 값
    lp_oder_able_cls_code: Flag = UNSET  # LP 주문 가능 구분 코드
    stck_dryy_hgpr: Whole = UNSET  # 주식 연중 최고가
    dryy_hgpr_vrss_prpr_rate: Percent = UNSET  # 연중 최고가 대비 현재가 비율
    dryy_hgpr_date: Text = UNSET  # 연중 최고가 일자
    stck_dryy_lwpr: Whole = UNSET  # 주식 연중 최저가
    dryy_lwpr_vrss_prpr_rate: Percent = UNSET  # 연중 최저가 대비 현재가 비율
    dryy_lwpr_date: Text = UNSET  # 연중 최저가 일자
    bstp_kor_isnm: Text = UNSET  # 업종 한글 종목명
    vi_cls_code: Flag = UNSET  # VI적용구분코드
    lstn_stcn: Whole = UNSET  # 상장 주수
    frgn_hldn_qty: Whole = UNSET  # 외국인 보유 수량
    frgn_hldn_qty_rate: Percent = UNSET  # 외국인 보유 수량 비율
    etf_trc_ert_mltp: Percent = UNSET  # ETF 추적 수익률 배수
    dprt: Percent = UNSET  # 괴리율
    mbcr_name: Text = UNSET  # 회원사 명
    stck_lstn_date: Text = UNSET  # 주식 상장 일자
    mtrt_date: Whole = UNSET  # 만기 일자
    shrg_type_code: Text = UNSET  # 분배금형태코드
    lp_hldn_rate: Percent = UNSET  # LP 보유 비율
    etf_trgt_nmix_bstp_code: Text = UNSET  # ETF대상지수업종코드
    etf_div_name: Text = UNSET  # ETF 분류 명
    etf_rprs_bstp_kor_isnm: Text = UNSET  # ETF 대표 업종 한글 종목명
    lp_hldn_vol: Whole = UNSET  # ETN LP 보유량


class FundPriceAnswer(Block):
    output: Rows[FundPrice] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FundBook(Block):
    """`output` of inquire-asking-price (ETF 현재가 호가)."""

    aspr_acpt_hour: Text = UNSET  # 호가 접수 시간
    askp1: Whole = UNSET  # 매도호가1
    askp2: Whole = UNSET  # 매도호가2
    askp3: Whole = UNSET  # 매도호가3
    askp4: Whole = UNSET  # 매도호가4
    askp5: Whole = UNSET  # 매도호가5
    askp6: Whole = UNSET  # 매도호가6
    askp7: Whole = UNSET  # 매도호가7
    askp8: Whole = UNSET  # 매도호가8
    askp9: Whole = UNSET  # 매도호가9
    askp10: Whole = UNSET  # 매도호가10
    bidp1: Whole = UNSET  # 매수호가1
    bidp2: Whole = UNSET  # 매수호가2
    bidp3: Whole = UNSET  # 매수호가3
    bidp4: Whole = UNSET  # 매수호가4
    bidp5: Whole = UNSET  # 매수호가5
    bidp6: Whole = UNSET  # 매수호가6
    bidp7: Whole = UNSET  # 매수호가7
    bidp8: Whole = UNSET  # 매수호가8
    bidp9: Whole = UNSET  # 매수호가9
    bidp10: Whole = UNSET  # 매수호가10
    askp_rsqn1: Whole = UNSET  # 매도호가 잔량1
    askp_rsqn2: Whole = UNSET  # 매도호가 잔량2
    askp_rsqn3: Whole = UNSET  # 매도호가 잔량3
    askp_rsqn4: Whole = UNSET  # 매도호가 잔량4
    askp_rsqn5: Whole = UNSET  # 매도호가 잔량5
    askp_rsqn6: Whole = UNSET  # 매도호가 잔량6
    askp_rsqn7: Whole = UNSET  # 매도호가 잔량7
    askp_rsqn8: Whole = UNSET  # 매도호가 잔량8
    askp_rsqn9: Whole = UNSET  # 매도호가 잔량9
    askp_rsqn10: Whole = UNSET  # 매도호가 잔량10
    bidp_rsqn1: Whole = UNSET  # 매수호가 잔량1
    bidp_rsqn2: Whole = UNSET  # 매수호가 잔량2
    bidp_rsqn3: Whole = UNSET  # 매수호가 잔량3
    bidp_rsqn4: Whole = UNSET  # 매수호가 잔량4
    bidp_rsqn5: Whole = UNSET  # 매수호가 잔량5
    bidp_rsqn6: Whole = UNSET  # 매수호가 잔량6
    bidp_rsqn7: Whole = UNSET  # 매수호가 잔량7
    bidp_rsqn8: Whole = UNSET  # 매수호가 잔량8
    bidp_rsqn9: Whole = UNSET  # 매수호가 잔량9
    bidp_rsqn10: Whole = UNSET  # 매수호가 잔량10
    askp_rsqn_icdc1: Whole = UNSET  # 매도호가 잔량 증감1
    askp_rsqn_icdc2: Whole = UNSET  # 매도호가 잔량 증감2
    askp_rsqn_icdc3: Whole = UNSET  # 매도호가 잔량 증감3
    askp_rsqn_icdc4: Whole = UNSET  # 매도호가 잔량 증감4
    askp_rsqn_icdc5: Whole = UNSET  # 매도호가 잔량 증감5
    askp_rsqn_icdc6: Whole = UNSET  # 매도호가 잔량 증감6
    askp_rsqn_icdc7: Whole = UNSET  # 매도호가 잔량 증감7
    askp_rsqn_icdc8: Whole = UNSET  # 매도호가 잔량 증감8
    askp_rsqn_icdc9: Whole = UNSET  # 매도호가 잔량 증감9
    askp_rsqn_icdc10: Whole = UNSET  # 매도호가 잔량 증감10
    bidp_rsqn_icdc1: Whole = UNSET  # 매수호가 잔량 증감1
    bidp_rsqn_icdc2: Whole = UNSET  # 매수호가 잔량 증감2
    bidp_rsqn_icdc3: Whole = UNSET  # 매수호가 잔량 증감3
    bidp_rsqn_icdc4: Whole = UNSET  # 매수호가 잔량 증감4
    bidp_rsqn_icdc5: Whole = UNSET  # 매수호가 잔량 증감5
    bidp_rsqn_icdc6: Whole = UNSET  # 매수호가 잔량 증감6
    bidp_rsqn_icdc7: Whole = UNSET  # 매수호가 잔량 증감7
    bidp_rsqn_icdc8: Whole = UNSET  # 매수호가 잔량 증감8
    bidp_rsqn_icdc9: Whole = UNSET  # 매수호가 잔량 증감9
    bidp_rsqn_icdc10: Whole = UNSET  # 매수호가 잔량 증감10
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
    lp_askp_rsqn1: Whole = UNSET  # LP 매도호가 잔량1
    lp_askp_rsqn2: Whole = UNSET  # LP 매도호가 잔량2
    lp_askp_rsqn3: Whole = UNSET  # LP 매도호가 잔량3
    lp_askp_rsqn4: Whole = UNSET  # LP 매도호가 잔량4
    lp_askp_rsqn5: Whole = UNSET  # LP 매도호가 잔량5
    lp_askp_rsqn6: Whole = UNSET  # LP 매도호가 잔량6
    lp_askp_rsqn7: Whole = UNSET  # LP 매도호가 잔량7
    lp_askp_rsqn8: Whole = UNSET  # LP 매도호가 잔량8
    lp_askp_rsqn9: Whole = UNSET  # LP 매도호가 잔량9
    lp_askp_rsqn10: Whole = UNSET  # LP 매도호가 잔량10
    lp_bidp_rsqn1: Whole = UNSET  # LP 매수호가 잔량1
    lp_bidp_rsqn2: Whole = UNSET  # LP 매수호가 잔량2
    lp_bidp_rsqn3: Whole = UNSET  # LP 매수호가 잔량3
    lp_bidp_rsqn4: Whole = UNSET  # LP 매수호가 잔량4
    lp_bidp_rsqn5: Whole = UNSET  # LP 매수호가 잔량5
    lp_bidp_rsqn6: Whole = UNSET  # LP 매수호가 잔량6
    lp_bidp_rsqn7: Whole = UNSET  # LP 매수호가 잔량7
    lp_bidp_rsqn8: Whole = UNSET  # LP 매수호가 잔량8
    lp_bidp_rsqn9: Whole = UNSET  # LP 매수호가 잔량9
    lp_bidp_rsqn10: Whole = UNSET  # LP 매수호가 잔량10
    lp_total_askp_rsqn: Whole = UNSET  # LP 총 매도호가 잔량
    lp_total_bidp_rsqn: Whole = UNSET  # LP 총 매수호가 잔량
    mid_prc: Whole = UNSET  # KRX 중간가
    midp_total_rsqn: Whole = UNSET  # KRX 중간가잔량합계수량
    midp_cls_code: Whole = UNSET  # KRX 중간가구분코드
    mid_prc2: Whole = UNSET  # NXT 중간가, not used
    midp_total_rsqn2: Whole = UNSET  # NXT 중간가잔량합계수량, not used
    midp_cls_code2: Whole = UNSET  # NXT 중간가구분코드, not used


class FundBookAnswer(Block):
    output: Rows[FundBook] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class TradedFund(Block):
    """`output1` of nav-comparison-trend (NAV 비교추이, 종목): the price."""

    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    stck_prdy_clpr: Whole = UNSET  # 주식 전일 종가
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    stck_mxpr: Whole = UNSET  # 주식 상한가
    stck_llam: Whole = UNSET  # 주식 하한가


class ValuedFund(Block):
    """`output2` of nav-comparison-trend (NAV 비교추이, 종목): the NAV."""

    nav: Percent = UNSET  # NAV
    nav_prdy_vrss_sign: Whole = UNSET  # NAV 전일 대비 부호
    nav_prdy_vrss: Percent = UNSET  # NAV 전일 대비
    nav_prdy_ctrt: Percent = UNSET  # NAV 전일 대비율
    prdy_clpr_nav: Percent = UNSET  # NAV전일종가
    oprc_nav: Percent = UNSET  # NAV시가
    hprc_nav: Percent = UNSET  # NAV고가
    lprc_nav: Percent = UNSET  # NAV저가


class FundNavAnswer(Block):
    output1: Rows[TradedFund] = UNSET
    output2: Rows[ValuedFund] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FundNavDay(Block):
    """A row of `output` of nav-comparison-daily-trend (NAV 비교추이, 일)."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_clpr: Whole = UNSET  # 주식 종가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    cntg_vol: Text = UNSET  # 체결 거래량
    dprt: Percent = UNSET  # 괴리율
    nav_vrss_prpr: Percent = UNSET  # NAV 대비 현재가
    nav: Percent = UNSET  # NAV
    nav_prdy_vrss_sign: Whole = UNSET  # NAV 전일 대비 부호
    nav_prdy_vrss: Percent = UNSET  # NAV 전일 대비
    nav_prdy_ctrt: Percent = UNSET  # NAV 전일 대비율


class FundNavDaysAnswer(Block):
    output: Rows[FundNavDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FundNavMinute(Block):
    """A row of `output` of nav-comparison-time-trend (NAV 비교추이, 분)."""

    bsop_hour: Text = UNSET  # 영업 시간
    nav: Percent = UNSET  # NAV
    nav_prdy_vrss_sign: Whole = UNSET  # NAV 전일 대비 부호
    nav_prdy_vrss: Percent = UNSET  # NAV 전일 대비
    nav_prdy_ctrt: Percent = UNSET  # NAV 전일 대비율
    nav_vrss_prpr: Percent = UNSET  # NAV 대비 현재가
    dprt: Percent = UNSET  # 괴리율
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    cntg_vol: Whole = UNSET  # 체결 거래량


class FundNavMinutesAnswer(Block):
    output: Rows[FundNavMinute] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FundSummary(Block):
    """`output1` of inquire-component-stock-price (ETF 구성종목시세)."""

    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    etf_cnfg_issu_avls: Whole = UNSET  # ETF구성종목시가총액, 만원 a unit
    nav: Percent = UNSET  # NAV
    nav_prdy_vrss_sign: Whole = UNSET  # NAV 전일 대비 부호
    nav_prdy_vrss: Percent = UNSET  # NAV 전일 대비
    nav_prdy_ctrt: Percent = UNSET  # NAV 전일 대비율
    etf_ntas_ttam: Whole = UNSET  # ETF 순자산 총액, 억원
    prdy_clpr_nav: Percent = UNSET  # NAV전일종가
    oprc_nav: Percent = UNSET  # NAV시가
    hprc_nav: Percent = UNSET  # NAV고가
    lprc_nav: Percent = UNSET  # NAV저가
    etf_cu_unit_scrt_cnt: Whole = UNSET  # ETF CU 단위 증권 수
    etf_cnfg_issu_cnt: Whole = UNSET  # ETF 구성 종목 수


class FundMember(Block):
    """A row of `output2` of inquire-component-stock-price (ETF 구성종목시세)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    tday_rsfl_rate: Percent = UNSET  # 당일 등락 비율
    prdy_vrss_vol: Whole = UNSET  # 전일 대비 거래량
    tr_pbmn_tnrt: Percent = UNSET  # 거래대금회전율
    hts_avls: Whole = UNSET  # HTS 시가총액, 억원
    etf_cnfg_issu_avls: Whole = UNSET  # ETF구성종목시가총액, won a unit
    etf_cnfg_issu_rlim: Percent = UNSET  # ETF구성종목비중
    etf_vltn_amt: Whole = UNSET  # ETF구성종목내평가금액, won a unit


class FundMembersAnswer(Block):
    output1: Rows[FundSummary] = UNSET
    output2: Rows[FundMember] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
