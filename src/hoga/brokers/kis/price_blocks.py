"""The messages about prices, day by day and minute by minute: charts, rankings, indices, market state.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Code, Flag, Percent, Rows, Text, Whole


class PriceDetail(Block):
    """`output` of inquire-price-2 (주식현재가 시세2)."""

    rprs_mrkt_kor_name: Text = UNSET  # 대표 시장 한글 명
    new_hgpr_lwpr_cls_code: Text = UNSET  # 신 고가 저가 구분 코드
    mxpr_llam_cls_code: Text = UNSET  # 상하한가 구분 코드
    crdt_able_yn: Flag = UNSET  # 신용 가능 여부
    stck_mxpr: Whole = UNSET  # 주식 상한가
    elw_pblc_yn: Flag = UNSET  # ELW 발행 여부
    prdy_clpr_vrss_oprc_rate: Percent = UNSET  # 전일 종가 대비 시가 비율
    crdt_rate: Percent = UNSET  # 신용 비율
    marg_rate: Percent = UNSET  # 증거금 비율
    lwpr_vrss_prpr: Whole = UNSET  # 최저가 대비 현재가
    lwpr_vrss_prpr_sign: Whole = UNSET  # 최저가 대비 현재가 부호
    prdy_clpr_vrss_lwpr_rate: Percent = UNSET  # 전일 종가 대비 최저가 비율
    stck_lwpr: Whole = UNSET  # 주식 최저가
    hgpr_vrss_prpr: Whole = UNSET  # 최고가 대비 현재가
    hgpr_vrss_prpr_sign: Whole = UNSET  # 최고가 대비 현재가 부호
    prdy_clpr_vrss_hgpr_rate: Percent = UNSET  # 전일 종가 대비 최고가 비율
    stck_hgpr: Whole = UNSET  # 주식 최고가
    oprc_vrss_prpr: Whole = UNSET  # 시가 대비 현재가
    oprc_vrss_prpr_sign: Whole = UNSET  # 시가 대비 현재가 부호
    mang_issu_yn: Flag = UNSET  # 관리 종목 여부
    divi_app_cls_code: Text = UNSET  # 동시호가배분처리코드
    short_over_yn: Flag = UNSET  # 단기과열여부
    mrkt_warn_cls_code: Code = UNSET  # 시장경고코드
    invt_caful_yn: Flag = UNSET  # 투자유의여부
    stange_runup_yn: Flag = UNSET  # 이상급등여부
    ssts_hot_yn: Flag = UNSET  # 공매도과열 여부
    low_current_yn: Flag = UNSET  # 저유동성 종목 여부
    vi_cls_code: Flag = UNSET  # VI적용구분코드
    short_over_cls_code: Text = UNSET  # 단기과열구분코드
    stck_llam: Whole = UNSET  # 주식 하한가
    new_lstn_cls_name: Text = UNSET  # 신규 상장 구분 명
    vlnt_deal_cls_name: Text = UNSET  # 임의 매매 구분 명
    flng_cls_name: Text = UNSET  # 락 구분 이름
    revl_issu_reas_name: Text = UNSET  # 재평가 종목 사유 명
    mrkt_warn_cls_name: Text = UNSET  # 시장 경고 구분 명
    stck_sdpr: Whole = UNSET  # 주식 기준가
    bstp_cls_code: Text = UNSET  # 업종 구분 코드
    stck_prdy_clpr: Whole = UNSET  # 주식 전일 종가
    insn_pbnt_yn: Flag = UNSET  # 불성실 공시 여부
    fcam_mod_cls_name: Text = UNSET  # 액면가 변경 구분 명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vrss_vol_rate: Percent = UNSET  # 전일 대비 거래량 비율
    bstp_kor_isnm: Text = UNSET  # 업종 한글 종목명
    sltr_yn: Flag = UNSET  # 정리매매 여부
    trht_yn: Flag = UNSET  # 거래정지 여부
    oprc_rang_cont_yn: Flag = UNSET  # 시가 범위 연장 여부
    vlnt_fin_cls_code: Text = UNSET  # 임의 종료 구분 코드
    stck_oprc: Whole = UNSET  # 주식 시가
    prdy_vol: Whole = UNSET  # 전일 거래량


class PriceDetailAnswer(Block):
    output: Rows[PriceDetail] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Tick(Block):
    """A row of `output` of inquire-ccnl (주식현재가 체결)."""

    stck_cntg_hour: Text = UNSET  # 주식 체결 시간
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    cntg_vol: Whole = UNSET  # 체결 거래량
    tday_rltv: Percent = UNSET  # 당일 체결강도
    prdy_ctrt: Percent = UNSET  # 전일 대비율


class TicksAnswer(Block):
    output: Rows[Tick] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class TickSummary(Block):
    """`output1` of inquire-time-itemconclusion (당일시간대별체결)."""

    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vol: Whole = UNSET  # 전일 거래량
    rprs_mrkt_kor_name: Text = UNSET  # 대표 시장 한글 명


class TickAt(Block):
    """A row of its `output2`."""

    stck_cntg_hour: Text = UNSET  # 주식 체결 시간
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    askp: Whole = UNSET  # 매도호가
    bidp: Whole = UNSET  # 매수호가
    tday_rltv: Percent = UNSET  # 당일 체결강도
    acml_vol: Whole = UNSET  # 누적 거래량
    cnqn: Whole = UNSET  # 체결량


class TicksAtAnswer(Block):
    output1: Rows[TickSummary] = UNSET
    output2: Rows[TickAt] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class DailyPrice(Block):
    """A row of `output` of inquire-daily-price (주식현재가 일자별)."""

    stck_bsop_date: Text = UNSET  # 주식 영업 일자
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    stck_clpr: Whole = UNSET  # 주식 종가
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vrss_vol_rate: Percent = UNSET  # 전일 대비 거래량 비율
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    hts_frgn_ehrt: Percent = UNSET  # HTS 외국인 소진율
    frgn_ntby_qty: Whole = UNSET  # 외국인 순매수 수량
    flng_cls_code: Code = UNSET  # 락 구분 코드
    acml_prtt_rate: Percent = UNSET  # 누적 분할 비율


class DailyPricesAnswer(Block):
    output: Rows[DailyPrice] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MinuteSummary(Block):
    """`output1` of inquire-time-itemchartprice and inquire-time-dailychartprice (분봉)."""

    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    stck_prdy_clpr: Whole = UNSET  # 전일대비 종가
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래대금
    hts_kor_isnm: Text = UNSET  # 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가


class MinuteBar(Block):
    """A row of their `output2`."""

    stck_bsop_date: Text = UNSET  # 주식 영업일자
    stck_cntg_hour: Text = UNSET  # 주식 체결시간
    stck_prpr: Whole = UNSET  # 주식 현재가
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가
    cntg_vol: Whole = UNSET  # 체결 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래대금


class MinuteBarsAnswer(Block):
    output1: Rows[MinuteSummary] = UNSET
    output2: Rows[MinuteBar] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Holiday(Block):
    """A row of `output` of chk-holiday (국내휴장일조회)."""

    bass_dt: Text = UNSET  # 기준일자
    wday_dvsn_cd: Text = UNSET  # 요일구분코드
    bzdy_yn: Flag = UNSET  # 영업일여부
    tr_day_yn: Flag = UNSET  # 거래일여부
    opnd_yn: Flag = UNSET  # 개장일여부
    sttl_day_yn: Flag = UNSET  # 결제일여부


class HolidaysAnswer(Block):
    ctx_area_nk: Text = UNSET
    ctx_area_fk: Text = UNSET
    output: Rows[Holiday] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class MarketTime(Block):
    """`output1` of market-time (국내선물 영업일조회)."""

    date1: Text = UNSET  # 영업일 1
    date2: Text = UNSET  # 영업일 2
    date3: Text = UNSET  # 영업일 3
    date4: Text = UNSET  # 영업일 4
    date5: Text = UNSET  # 영업일 5
    today: Text = UNSET  # 오늘일자
    time: Text = UNSET  # 현재시간
    s_time: Text = UNSET  # 장시작시간
    e_time: Text = UNSET  # 장마감시간


class MarketTimeAnswer(Block):
    output1: Rows[MarketTime] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Interruption(Block):
    """A row of `output` of inquire-vi-status (변동성완화장치 현황)."""

    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    mksc_shrn_iscd: Text = UNSET  # 유가증권 단축 종목코드
    vi_cls_code: Flag = UNSET  # VI발동상태
    bsop_date: Text = UNSET  # 영업 일자
    cntg_vi_hour: Text = UNSET  # VI발동시간
    vi_cncl_hour: Text = UNSET  # VI해제시간
    vi_kind_code: Text = UNSET  # VI종류코드
    vi_prc: Whole = UNSET  # VI발동가격
    vi_stnd_prc: Whole = UNSET  # 정적VI발동기준가격
    vi_dprt: Percent = UNSET  # 정적VI발동괴리율
    vi_dmc_stnd_prc: Whole = UNSET  # 동적VI발동기준가격
    vi_dmc_dprt: Percent = UNSET  # 동적VI발동괴리율
    vi_count: Whole = UNSET  # VI발동횟수


class InterruptionsAnswer(Block):
    output: Rows[Interruption] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class IndexPrice(Block):
    """`output` of inquire-index-price (업종 현재지수). The order is that of the documents."""

    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vol: Whole = UNSET  # 전일 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    prdy_tr_pbmn: Whole = UNSET  # 전일 거래 대금
    bstp_nmix_oprc: Percent = UNSET  # 업종 지수 시가
    prdy_nmix_vrss_nmix_oprc: Percent = UNSET  # 전일 지수 대비 지수 시가
    oprc_vrss_prpr_sign: Whole = UNSET  # 시가 대비 현재가 부호
    bstp_nmix_oprc_prdy_ctrt: Percent = UNSET  # 업종 지수 시가 전일 대비율
    bstp_nmix_hgpr: Percent = UNSET  # 업종 지수 최고가
    prdy_nmix_vrss_nmix_hgpr: Percent = UNSET  # 전일 지수 대비 지수 최고가
    hgpr_vrss_prpr_sign: Whole = UNSET  # 최고가 대비 현재가 부호
    bstp_nmix_hgpr_prdy_ctrt: Percent = UNSET  # 업종 지수 최고가 전일 대비율
    bstp_nmix_lwpr: Percent = UNSET  # 업종 지수 최저가
    prdy_clpr_vrss_lwpr: Percent = UNSET  # 전일 종가 대비 최저가
    lwpr_vrss_prpr_sign: Whole = UNSET  # 최저가 대비 현재가 부호
    prdy_clpr_vrss_lwpr_rate: Percent = UNSET  # 전일 종가 대비 최저가 비율
    ascn_issu_cnt: Whole = UNSET  # 상승 종목 수
    uplm_issu_cnt: Whole = UNSET  # 상한 종목 수
    stnr_issu_cnt: Whole = UNSET  # 보합 종목 수
    down_issu_cnt: Whole = UNSET  # 하락 종목 수
    lslm_issu_cnt: Whole = UNSET  # 하한 종목 수
    dryy_bstp_nmix_hgpr: Percent = UNSET  # 연중 업종 지수 최고가
    dryy_hgpr_vrss_prpr_rate: Percent = UNSET  # 연중 최고가 대비 현재가 비율
    dryy_bstp_nmix_hgpr_date: Text = UNSET  # 연중 업종 지수 최고가 일자
    dryy_bstp_nmix_lwpr: Percent = UNSET  # 연중 업종 지수 최저가
    dryy_lwpr_vrss_prpr_rate: Percent = UNSET  # 연중 최저가 대비 현재가 비율
    dryy_bstp_nmix_lwpr_date: Text = UNSET  # 연중 업종 지수 최저가 일자
    total_askp_rsqn: Whole = UNSET  # 총 매도호가 잔량
    total_bidp_rsqn: Whole = UNSET  # 총 매수호가 잔량
    seln_rsqn_rate: Percent = UNSET  # 매도 잔량 비율
    shnu_rsqn_rate: Percent = UNSET  # 매수 잔량 비율
    ntby_rsqn: Whole = UNSET  # 순매수 잔량


class IndexPriceAnswer(Block):
    output: Rows[IndexPrice] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class IndexSummary(Block):
    """`output1` of inquire-index-daily-price (업종 일자별지수)."""

    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    bstp_nmix_oprc: Percent = UNSET  # 업종 지수 시가
    bstp_nmix_hgpr: Percent = UNSET  # 업종 지수 최고가
    bstp_nmix_lwpr: Percent = UNSET  # 업종 지수 최저가
    prdy_vol: Whole = UNSET  # 전일 거래량
    ascn_issu_cnt: Whole = UNSET  # 상승 종목 수
    down_issu_cnt: Whole = UNSET  # 하락 종목 수
    stnr_issu_cnt: Whole = UNSET  # 보합 종목 수
    uplm_issu_cnt: Whole = UNSET  # 상한 종목 수
    lslm_issu_cnt: Whole = UNSET  # 하한 종목 수
    prdy_tr_pbmn: Whole = UNSET  # 전일 거래 대금
    dryy_bstp_nmix_hgpr_date: Text = UNSET  # 연중 업종 지수 최고가 일자
    dryy_bstp_nmix_hgpr: Percent = UNSET  # 연중 업종 지수 최고가
    dryy_bstp_nmix_lwpr: Percent = UNSET  # 연중 업종 지수 최저가
    dryy_bstp_nmix_lwpr_date: Text = UNSET  # 연중 업종 지수 최저가 일자


class IndexDay(Block):
    """A row of its `output2`."""

    stck_bsop_date: Text = UNSET  # 영업 일자
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    bstp_nmix_oprc: Percent = UNSET  # 업종 지수 시가
    bstp_nmix_hgpr: Percent = UNSET  # 업종 지수 최고가
    bstp_nmix_lwpr: Percent = UNSET  # 업종 지수 최저가
    acml_vol_rlim: Percent = UNSET  # 누적 거래량 비중
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    invt_new_psdg: Percent = UNSET  # 투자 신 심리도
    d20_dsrt: Percent = UNSET  # 20일 이격도


class IndexDaysAnswer(Block):
    output1: Rows[IndexSummary] = UNSET
    output2: Rows[IndexDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class IndexChartSummary(Block):
    """`output1` of inquire-daily-indexchartprice (업종 기간별시세). `futs_` is the index too."""

    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    prdy_nmix: Percent = UNSET  # 전일 지수
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_cls_code: Text = UNSET  # 업종 구분 코드
    prdy_vol: Whole = UNSET  # 전일 거래량
    bstp_nmix_oprc: Percent = UNSET  # 업종 지수 시가
    bstp_nmix_hgpr: Percent = UNSET  # 업종 지수 최고가
    bstp_nmix_lwpr: Percent = UNSET  # 업종 지수 최저가
    futs_prdy_oprc: Percent = UNSET  # 업종 전일 시가
    futs_prdy_hgpr: Percent = UNSET  # 업종 전일 최고가
    futs_prdy_lwpr: Percent = UNSET  # 업종 전일 최저가


class IndexBarRow(Block):
    """A row of its `output2`."""

    stck_bsop_date: Text = UNSET  # 영업 일자
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_oprc: Percent = UNSET  # 업종 지수 시가
    bstp_nmix_hgpr: Percent = UNSET  # 업종 지수 최고가
    bstp_nmix_lwpr: Percent = UNSET  # 업종 지수 최저가
    acml_vol: Whole = UNSET  # 누적 거래량
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    mod_yn: Flag = UNSET  # 변경 여부


class IndexBarsAnswer(Block):
    output1: Rows[IndexChartSummary] = UNSET
    output2: Rows[IndexBarRow] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class IndexMinute(Block):
    """A row of `output` of inquire-index-timeprice (업종 시간별지수)."""

    bsop_hour: Text = UNSET  # 영업 시간
    bstp_nmix_prpr: Percent = UNSET  # 업종 지수 현재가
    bstp_nmix_prdy_vrss: Percent = UNSET  # 업종 지수 전일 대비
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    bstp_nmix_prdy_ctrt: Percent = UNSET  # 업종 지수 전일 대비율
    acml_tr_pbmn: Whole = UNSET  # 누적 거래 대금
    acml_vol: Whole = UNSET  # 누적 거래량
    cntg_vol: Whole = UNSET  # 체결 거래량


class IndexMinutesAnswer(Block):
    output: Rows[IndexMinute] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PriceBandSummary(Block):
    """`output1` of pbar-tratio (매물대/거래비중)."""

    rprs_mrkt_kor_name: Text = UNSET  # 대표 시장 한글 명
    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    prdy_vol: Whole = UNSET  # 전일 거래량
    wghn_avrg_stck_prc: Percent = UNSET  # 가중 평균 주식 가격
    lstn_stcn: Whole = UNSET  # 상장 주수


class PriceBand(Block):
    """A row of `output2` of pbar-tratio."""

    data_rank: Whole = UNSET  # 데이터 순위
    stck_prpr: Whole = UNSET  # 주식 현재가
    cntg_vol: Whole = UNSET  # 체결 거래량
    acml_vol_rlim: Percent = UNSET  # 누적 거래량 비중


class PriceBandsAnswer(Block):
    output1: Rows[PriceBandSummary] = UNSET
    output2: Rows[PriceBand] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
