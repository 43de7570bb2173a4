"""The messages about issues and whoever issued them: names, statements, ratios, dividends.

What `blocks` says of fields, order and empty forms holds here too.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Flag, Percent, Rows, Text, Whole


class StockInfo(Block):
    """`output` of search-stock-info (주식기본조회)."""

    pdno: Text = UNSET  # 상품번호
    prdt_type_cd: Text = UNSET  # 상품유형코드
    mket_id_cd: Text = UNSET  # 시장ID코드
    scty_grp_id_cd: Text = UNSET  # 증권그룹ID코드
    excg_dvsn_cd: Text = UNSET  # 거래소구분코드
    setl_mmdd: Text = UNSET  # 결산월일
    lstg_stqt: Whole = UNSET  # 상장주수
    lstg_cptl_amt: Whole = UNSET  # 상장자본금액
    cpta: Whole = UNSET  # 자본금
    papr: Whole = UNSET  # 액면가
    issu_pric: Whole = UNSET  # 발행가격
    kospi200_item_yn: Flag = UNSET  # 코스피200종목여부
    scts_mket_lstg_dt: Text = UNSET  # 유가증권시장상장일자
    scts_mket_lstg_abol_dt: Text = UNSET  # 유가증권시장상장폐지일자
    kosdaq_mket_lstg_dt: Text = UNSET  # 코스닥시장상장일자
    kosdaq_mket_lstg_abol_dt: Text = UNSET  # 코스닥시장상장폐지일자
    frbd_mket_lstg_dt: Text = UNSET  # 프리보드시장상장일자
    frbd_mket_lstg_abol_dt: Text = UNSET  # 프리보드시장상장폐지일자
    reits_kind_cd: Text = UNSET  # 리츠종류코드
    etf_dvsn_cd: Text = UNSET  # ETF구분코드
    oilf_fund_yn: Flag = UNSET  # 유전펀드여부
    idx_bztp_lcls_cd: Text = UNSET  # 지수업종대분류코드
    idx_bztp_mcls_cd: Text = UNSET  # 지수업종중분류코드
    idx_bztp_scls_cd: Text = UNSET  # 지수업종소분류코드
    stck_kind_cd: Text = UNSET  # 주식종류코드
    mfnd_opng_dt: Text = UNSET  # 뮤추얼펀드개시일자
    mfnd_end_dt: Text = UNSET  # 뮤추얼펀드종료일자
    dpsi_erlm_cncl_dt: Text = UNSET  # 예탁등록취소일자
    etf_cu_qty: Whole = UNSET  # ETFCU수량
    prdt_name: Text = UNSET  # 상품명
    prdt_name120: Text = UNSET  # 상품명120
    prdt_abrv_name: Text = UNSET  # 상품약어명
    std_pdno: Text = UNSET  # 표준상품번호
    prdt_eng_name: Text = UNSET  # 상품영문명
    prdt_eng_name120: Text = UNSET  # 상품영문명120
    prdt_eng_abrv_name: Text = UNSET  # 상품영문약어명
    dpsi_aptm_erlm_yn: Flag = UNSET  # 예탁지정등록여부
    etf_txtn_type_cd: Text = UNSET  # ETF과세유형코드
    etf_type_cd: Text = UNSET  # ETF유형코드
    lstg_abol_dt: Text = UNSET  # 상장폐지일자
    nwst_odst_dvsn_cd: Text = UNSET  # 신주구주구분코드
    sbst_pric: Whole = UNSET  # 대용가격
    thco_sbst_pric: Whole = UNSET  # 당사대용가격
    thco_sbst_pric_chng_dt: Text = UNSET  # 당사대용가격변경일자
    tr_stop_yn: Flag = UNSET  # 거래정지여부
    admn_item_yn: Flag = UNSET  # 관리종목여부
    thdt_clpr: Whole = UNSET  # 당일종가
    bfdy_clpr: Whole = UNSET  # 전일종가
    clpr_chng_dt: Text = UNSET  # 종가변경일자
    std_idst_clsf_cd: Text = UNSET  # 표준산업분류코드
    std_idst_clsf_cd_name: Text = UNSET  # 표준산업분류코드명
    idx_bztp_lcls_cd_name: Text = UNSET  # 지수업종대분류코드명
    idx_bztp_mcls_cd_name: Text = UNSET  # 지수업종중분류코드명
    idx_bztp_scls_cd_name: Text = UNSET  # 지수업종소분류코드명
    ocr_no: Text = UNSET  # OCR번호
    crfd_item_yn: Flag = UNSET  # 크라우드펀딩종목여부
    elec_scty_yn: Flag = UNSET  # 전자증권여부
    issu_istt_cd: Text = UNSET  # 발행기관코드
    etf_chas_erng_rt_dbnb: Text = UNSET  # ETF추적수익율배수
    etf_etn_ivst_heed_item_yn: Flag = UNSET  # ETFETN투자유의종목여부
    stln_int_rt_dvsn_cd: Text = UNSET  # 대주이자율구분코드
    frnr_psnl_lmt_rt: Percent = UNSET  # 외국인개인한도비율
    lstg_rqsr_issu_istt_cd: Text = UNSET  # 상장신청인발행기관코드
    lstg_rqsr_item_cd: Text = UNSET  # 상장신청인종목코드
    trst_istt_issu_istt_cd: Text = UNSET  # 신탁기관발행기관코드
    cptt_trad_tr_psbl_yn: Flag = UNSET  # NXT 거래종목여부
    nxt_tr_stop_yn: Flag = UNSET  # NXT 거래정지여부


class StockInfoAnswer(Block):
    output: Rows[StockInfo] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ProductInfo(Block):
    """`output` of search-info (상품기본조회)."""

    pdno: Text = UNSET  # 상품번호
    prdt_type_cd: Text = UNSET  # 상품유형코드
    prdt_name: Text = UNSET  # 상품명
    prdt_name120: Text = UNSET  # 상품명120
    prdt_abrv_name: Text = UNSET  # 상품약어명
    prdt_eng_name: Text = UNSET  # 상품영문명
    prdt_eng_name120: Text = UNSET  # 상품영문명120
    prdt_eng_abrv_name: Text = UNSET  # 상품영문약어명
    std_pdno: Text = UNSET  # 표준상품번호
    shtn_pdno: Text = UNSET  # 단축상품번호
    prdt_sale_stat_cd: Text = UNSET  # 상품판매상태코드
    prdt_risk_grad_cd: Text = UNSET  # 상품위험등급코드
    prdt_clsf_cd: Text = UNSET  # 상품분류코드
    prdt_clsf_name: Text = UNSET  # 상품분류명
    sale_strt_dt: Text = UNSET  # 판매시작일자
    sale_end_dt: Text = UNSET  # 판매종료일자
    wrap_asst_type_cd: Text = UNSET  # 랩어카운트자산유형코드
    ivst_prdt_type_cd: Text = UNSET  # 투자상품유형코드
    ivst_prdt_type_cd_name: Text = UNSET  # 투자상품유형코드명
    frst_erlm_dt: Text = UNSET  # 최초등록일자


class ProductInfoAnswer(Block):
    output: Rows[ProductInfo] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class BalanceSheet(Block):
    """A row of `output` of balance-sheet (대차대조표)."""

    stac_yymm: Text = UNSET  # 결산 년월
    cras: Percent = UNSET  # 유동자산
    fxas: Percent = UNSET  # 고정자산
    total_aset: Percent = UNSET  # 자산총계
    flow_lblt: Percent = UNSET  # 유동부채
    fix_lblt: Percent = UNSET  # 고정부채
    total_lblt: Percent = UNSET  # 부채총계
    cpfn: Percent = UNSET  # 자본금
    cfp_surp: Percent = UNSET  # 자본 잉여금
    prfi_surp: Percent = UNSET  # 이익 잉여금
    total_cptl: Percent = UNSET  # 자본총계


class BalanceSheetAnswer(Block):
    output: Rows[BalanceSheet] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class IncomeStatement(Block):
    """A row of `output` of income-statement (손익계산서)."""

    stac_yymm: Text = UNSET  # 결산 년월
    sale_account: Percent = UNSET  # 매출액
    sale_cost: Percent = UNSET  # 매출 원가
    sale_totl_prfi: Percent = UNSET  # 매출 총 이익
    depr_cost: Percent = UNSET  # 감가상각비
    sell_mang: Percent = UNSET  # 판매 및 관리비
    bsop_prti: Percent = UNSET  # 영업 이익
    bsop_non_ernn: Percent = UNSET  # 영업 외 수익
    bsop_non_expn: Percent = UNSET  # 영업 외 비용
    op_prfi: Percent = UNSET  # 경상 이익
    spec_prfi: Percent = UNSET  # 특별 이익
    spec_loss: Percent = UNSET  # 특별 손실
    thtr_ntin: Percent = UNSET  # 당기순이익


class IncomeStatementAnswer(Block):
    output: Rows[IncomeStatement] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FinancialRatio(Block):
    """A row of `output` of financial-ratio (재무비율)."""

    stac_yymm: Text = UNSET  # 결산 년월
    grs: Percent = UNSET  # 매출액 증가율
    bsop_prfi_inrt: Percent = UNSET  # 영업 이익 증가율
    ntin_inrt: Percent = UNSET  # 순이익 증가율
    roe_val: Percent = UNSET  # ROE 값
    eps: Percent = UNSET  # EPS
    sps: Percent = UNSET  # 주당매출액
    bps: Percent = UNSET  # BPS
    rsrv_rate: Percent = UNSET  # 유보 비율
    lblt_rate: Percent = UNSET  # 부채 비율


class FinancialRatioAnswer(Block):
    output: Rows[FinancialRatio] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class ProfitRatio(Block):
    """A row of `output` of profit-ratio (수익성비율)."""

    stac_yymm: Text = UNSET  # 결산 년월
    cptl_ntin_rate: Percent = UNSET  # 총자본 순이익율
    self_cptl_ntin_inrt: Percent = UNSET  # 자기자본 순이익율
    sale_ntin_rate: Percent = UNSET  # 매출액 순이익율
    sale_totl_rate: Percent = UNSET  # 매출액 총이익율


class ProfitRatioAnswer(Block):
    output: Rows[ProfitRatio] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class OtherRatio(Block):
    """A row of `output` of other-major-ratios (기타주요비율)."""

    stac_yymm: Text = UNSET  # 결산 년월
    payout_rate: Percent = UNSET  # 배당 성향
    eva: Percent = UNSET  # EVA
    ebitda: Percent = UNSET  # EBITDA
    ev_ebitda: Percent = UNSET  # EV_EBITDA


class OtherRatioAnswer(Block):
    output: Rows[OtherRatio] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class StabilityRatio(Block):
    """A row of `output` of stability-ratio (안정성비율)."""

    stac_yymm: Text = UNSET  # 결산 년월
    lblt_rate: Percent = UNSET  # 부채 비율
    bram_depn: Percent = UNSET  # 차입금 의존도
    crnt_rate: Percent = UNSET  # 유동 비율
    quck_rate: Percent = UNSET  # 당좌 비율


class StabilityRatioAnswer(Block):
    output: Rows[StabilityRatio] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class GrowthRatio(Block):
    """A row of `output` of growth-ratio (성장성비율)."""

    stac_yymm: Text = UNSET  # 결산 년월
    grs: Percent = UNSET  # 매출액 증가율
    bsop_prfi_inrt: Percent = UNSET  # 영업 이익 증가율
    equt_inrt: Percent = UNSET  # 자기자본 증가율
    totl_aset_inrt: Percent = UNSET  # 총자산 증가율


class GrowthRatioAnswer(Block):
    output: Rows[GrowthRatio] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class EstimateHead(Block):
    """`output1` of estimate-perform (종목추정실적). The documents explain its fields as another call's."""

    sht_cd: Text = UNSET  # 종목코드
    item_kor_nm: Text = UNSET  # 종목명
    name1: Text = UNSET  # 작성자
    name2: Text = UNSET  # 작성자 2
    estdate: Text = UNSET  # 추정일자
    rcmd_name: Text = UNSET  # 투자의견
    capital: Text = UNSET  # 자본금
    forn_item_lmtrt: Text = UNSET  # 외국인 한도율


class EstimateRow(Block):
    """A row of `output2` or `output3`: one figure in the years of `output4`."""

    data1: Text = UNSET  # 1째 결산
    data2: Text = UNSET  # 2째 결산
    data3: Text = UNSET  # 3째 결산
    data4: Text = UNSET  # 4째 결산
    data5: Text = UNSET  # 5째 결산


class EstimatePeriod(Block):
    """A row of `output4`."""

    dt: Text = UNSET  # 결산년월


class EstimatesAnswer(Block):
    output1: Rows[EstimateHead] = UNSET
    output2: Rows[EstimateRow] = UNSET
    output3: Rows[EstimateRow] = UNSET
    output4: Rows[EstimatePeriod] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class DividendRow(Block):
    """A row of `output1` of ksdinfo/dividend (배당일정). Numbers are padded with zeros or blanks."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    divi_kind: Text = UNSET  # 배당종류
    face_val: Text = UNSET  # 액면가
    per_sto_divi_amt: Text = UNSET  # 현금배당금
    divi_rate: Text = UNSET  # 현금배당률
    stk_divi_rate: Text = UNSET  # 주식배당률
    divi_pay_dt: Text = UNSET  # 배당금지급일
    stk_div_pay_dt: Text = UNSET  # 주식배당지급일
    odd_pay_dt: Text = UNSET  # 단주대금지급일
    stk_kind: Text = UNSET  # 주식종류
    high_divi_gb: Text = UNSET  # 고배당종목여부


class DividendsAnswer(Block):
    output1: Rows[DividendRow] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
