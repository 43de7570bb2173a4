"""What a customer keeps in KIS's own program (HTS): groups of issues (관심종목) and searches (조건검색).

Nobody keeps anything in a program of an offline exchange: there are no groups, and KIS answers the calls
about searches as it does to customers who have saved none. Source: KIS's documents and answers of 2024 to
2026; that a group that does not exist is answered with nothing is unverified, and so is `rt_cd` of an HTS id
that is not the customer's (here as if nothing were saved).
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Block, Rows, Text, Whole, empty
from hoga.brokers.kis.codes import NO_SEARCHES
from hoga.brokers.kis.envelope import Reply, Request, message_reply
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.register import Handler
from hoga.brokers.kis.services import Call


class WatchGroup(Block):
    """A row of `output2` of intstock-grouplist (관심종목 그룹조회)."""

    date: Text = UNSET  # 일자
    trnm_hour: Text = UNSET  # 전송 시간
    data_rank: Text = UNSET  # 데이터 순위
    inter_grp_code: Text = UNSET  # 관심 그룹 코드
    inter_grp_name: Text = UNSET  # 관심 그룹 명
    ask_cnt: Text = UNSET  # 요청 개수


class WatchGroupsAnswer(Block):
    output2: Rows[WatchGroup] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class WatchedGroup(Block):
    """`output1` of intstock-stocklist-by-group (관심종목 그룹별 종목조회)."""

    data_rank: Text = UNSET  # 데이터 순위
    inter_grp_name: Text = UNSET  # 관심 그룹 명


class WatchedIssue(Block):
    """A row of `output2` of intstock-stocklist-by-group."""

    fid_mrkt_cls_code: Text = UNSET  # FID 시장 구분 코드
    data_rank: Text = UNSET  # 데이터 순위
    exch_code: Text = UNSET  # 거래소코드
    jong_code: Text = UNSET  # 종목코드
    color_code: Text = UNSET  # 색상 코드
    memo: Text = UNSET  # 메모
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    fxdt_ntby_qty: Whole = UNSET  # 기준일 순매수 수량
    cntg_unpr: Text = UNSET  # 체결단가
    cntg_cls_code: Text = UNSET  # 체결 구분 코드


class WatchedIssuesAnswer(Block):
    output1: Rows[WatchedGroup] = UNSET
    output2: Rows[WatchedIssue] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


def _groups(_: Request, __: Customer) -> Reply:
    return done_reply(WatchGroupsAnswer, output2=[])


def _group(_: Request, __: Customer) -> Reply:
    return done_reply(WatchedIssuesAnswer, output1=empty(WatchedGroup), output2=[])


def _searches(_: Request, __: Customer) -> Reply:
    return message_reply(NO_SEARCHES)


HANDLERS: dict[Call, Handler] = {
    Call.WATCH_GROUPS: _groups,
    Call.WATCH_GROUP: _group,
    Call.SEARCHES: _searches,
    Call.SEARCH: _searches,
}
"""What answers the calls about them."""
