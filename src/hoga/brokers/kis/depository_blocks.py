"""The messages of the central depository's calendars (예탁원정보), which KIS passes on.

What `blocks` says of fields and order holds here too. Numbers are padded with zeros or blanks to the widths
of KIS's examples, days are written with slashes or without as there.
"""

from msgspec import UNSET, UnsetType

from hoga.brokers.kis.blocks import Block, Text


class PaidIn(Block):
    """A row of ksdinfo/paidin-capin (유상증자일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    tot_issue_stk_qty: Text = UNSET  # 발행주식
    issue_stk_qty: Text = UNSET  # 발행할주식
    fix_rate: Text = UNSET  # 확정배정율
    disc_rate: Text = UNSET  # 할인율
    fix_price: Text = UNSET  # 발행예정가
    right_dt: Text = UNSET  # 권리락일
    sub_term_ft: Text = UNSET  # 청약기간
    sub_term: Text = UNSET  # 청약기간
    list_date: Text = UNSET  # 상장/등록일
    stk_kind: Text = UNSET  # 주식종류


class BonusIssue(Block):
    """A row of ksdinfo/bonus-issue (무상증자일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    fix_rate: Text = UNSET  # 확정배정율
    odd_rec_price: Text = UNSET  # 단주기준가
    right_dt: Text = UNSET  # 권리락일
    odd_pay_dt: Text = UNSET  # 단주대금지급일
    list_date: Text = UNSET  # 상장/등록일
    tot_issue_stk_qty: Text = UNSET  # 발행주식
    issue_stk_qty: Text = UNSET  # 발행할주식
    stk_kind: Text = UNSET  # 주식종류


class PurchaseRequest(Block):
    """A row of ksdinfo/purreq (주식매수청구일정). The official sample calls the last one `meet_dt`."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    stk_kind: Text = UNSET  # 주식종류
    opp_opi_rcpt_term: Text = UNSET  # 반대의사접수시한
    buy_req_rcpt_term: Text = UNSET  # 매수청구접수시한
    buy_req_price: Text = UNSET  # 매수청구가격
    buy_amt_pay_dt: Text = UNSET  # 매수대금지급일
    get_meet_dt: Text = UNSET  # 주총일


class MergerSplit(Block):
    """A row of ksdinfo/merger-split (합병/분할일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    opp_cust_cd: Text = UNSET  # 피합병(피분할)회사코드
    opp_cust_nm: Text = UNSET  # 피합병(피분할)회사명
    cust_cd: Text = UNSET  # 합병(분할)회사코드
    cust_nm: Text = UNSET  # 합병(분할)회사명
    merge_type: Text = UNSET  # 합병사유
    merge_rate: Text = UNSET  # 비율
    td_stop_dt: Text = UNSET  # 매매거래정지기간
    list_dt: Text = UNSET  # 상장/등록일
    odd_amt_pay_dt: Text = UNSET  # 단주대금지급일
    tot_issue_stk_qty: Text = UNSET  # 발행주식
    issue_stk_qty: Text = UNSET  # 발행할주식
    seq: Text = UNSET  # 연번


class FaceChange(Block):
    """A row of ksdinfo/rev-split (액면교체일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    inter_bf_face_amt: Text = UNSET  # 변경전액면가
    inter_af_face_amt: Text = UNSET  # 변경후액면가
    td_stop_dt: Text = UNSET  # 매매거래정지기간
    list_dt: Text = UNSET  # 상장/등록일


class Reduction(Block):
    """A row of ksdinfo/cap-dcrs (자본감소일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    stk_kind: Text = UNSET  # 주식종류
    reduce_cap_type: Text = UNSET  # 감자구분
    reduce_cap_rate: Text = UNSET  # 감자배정율
    comp_way: Text = UNSET  # 계산방법
    td_stop_dt: Text = UNSET  # 매매거래정지기간
    list_dt: Text = UNSET  # 상장/등록일


class Listing(Block):
    """A row of ksdinfo/list-info (상장정보일정)."""

    list_dt: Text = UNSET  # 상장/등록일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    stk_kind: Text = UNSET  # 주식종류
    issue_type: Text = UNSET  # 사유
    issue_stk_qty: Text = UNSET  # 상장주식수
    tot_issue_stk_qty: Text = UNSET  # 총발행주식수
    issue_price: Text = UNSET  # 발행가


class PublicOffer(Block):
    """A row of ksdinfo/pub-offer (공모주청약일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    fix_subscr_pri: Text = UNSET  # 공모가
    face_value: Text = UNSET  # 액면가
    subscr_dt: Text = UNSET  # 청약기간
    pay_dt: Text = UNSET  # 납입일
    refund_dt: Text = UNSET  # 환불일
    list_dt: Text = UNSET  # 상장/등록일
    lead_mgr: Text = UNSET  # 주간사
    pub_bf_cap: Text = UNSET  # 공모전자본금
    pub_af_cap: Text = UNSET  # 공모후자본금
    assign_stk_qty: Text = UNSET  # 당사배정물량


class Forfeited(Block):
    """A row of ksdinfo/forfeit (실권주일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    subscr_dt: Text = UNSET  # 청약일
    subscr_price: Text = UNSET  # 공모가
    subscr_stk_qty: Text = UNSET  # 공모주식수
    refund_dt: Text = UNSET  # 환불일
    list_dt: Text = UNSET  # 상장/등록일
    lead_mgr: Text = UNSET  # 주간사


class Deposit(Block):
    """A row of ksdinfo/mand-deposit (의무예치일정)."""

    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    stk_qty: Text = UNSET  # 주식수
    depo_date: Text = UNSET  # 예치일
    depo_reason: Text = UNSET  # 사유
    tot_issue_qty_per_rate: Text = UNSET  # 총발행주식수대비비율


class Meeting(Block):
    """A row of ksdinfo/sharehld-meet (주주총회일정)."""

    record_date: Text = UNSET  # 기준일
    sht_cd: Text = UNSET  # 종목코드
    isin_name: Text = UNSET  # 종목명
    gen_meet_dt: Text = UNSET  # 주총일자
    gen_meet_type: Text = UNSET  # 주총사유
    agenda: Text = UNSET  # 주총의안
    vote_tot_qty: Text = UNSET  # 의결권주식총수


class CalendarAnswer(Block):
    """The answer of every calendar."""

    output1: list[Block] | UnsetType = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
