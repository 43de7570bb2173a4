"""What a customer keeps in KIS's own program (HTS), on the KIS wire: groups of issues and searches.

Source: KIS's documents, and its examples and answers of 2024 to 2026. Figures of a search are sixteen wide
with four decimals, the two prices with zeros before them. 시가총액 is in 억원. As in the examples, nothing
expected is a fall of 100 %. Unverified: that 거래대금 is in won (and then wider), that changes have a sign,
that `ask_cnt` counts the issues of a group, that a group that does not exist is answered with nothing, such a
search as one that finds nothing, and an HTS id that is not the customer's as if nothing were saved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from msgspec import UNSET

from hoga.brokers.kis.background import Listed, shares_of
from hoga.brokers.kis.blocks import Block, Rows, Text, Whole, empty
from hoga.brokers.kis.codes import NO_SEARCHES, NOTHING_FOUND, Sign
from hoga.brokers.kis.envelope import Reply, day_text, message_reply, time_text
from hoga.brokers.kis.notation import sign
from hoga.brokers.kis.pressure import Expectation, Strength
from hoga.brokers.kis.question import done_reply

_WIDTH = 16
_RANK_DIGITS = 10
_HUNDRED_MILLION = 100_000_000
_NO_COLOR = "-1"
_KRX, _KRX_DIVISION = "KRX", "J"
_UNCHANGED_YET = "0"


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


class SavedSearch(Block):
    """A row of `output2` of psearch-title (종목조건검색 목록조회)."""

    user_id: Text = UNSET  # HTS ID
    seq: Text = UNSET  # 조건키값
    grp_nm: Text = UNSET  # 그룹명
    condition_nm: Text = UNSET  # 조건명


class SavedSearchesAnswer(Block):
    output2: Rows[SavedSearch] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class FoundIssue(Block):
    """A row of `output2` of psearch-result (종목조건검색조회)."""

    code: Text = UNSET  # 종목코드
    name: Text = UNSET  # 종목명
    daebi: Text = UNSET  # 전일대비부호
    price: Text = UNSET  # 현재가
    chgrate: Text = UNSET  # 등락율
    acml_vol: Text = UNSET  # 거래량
    trade_amt: Text = UNSET  # 거래대금
    change: Text = UNSET  # 전일대비
    cttr: Text = UNSET  # 체결강도
    open: Text = UNSET  # 시가
    high: Text = UNSET  # 고가
    low: Text = UNSET  # 저가
    high52: Text = UNSET  # 52주최고가
    low52: Text = UNSET  # 52주최저가
    expprice: Text = UNSET  # 예상체결가
    expchange: Text = UNSET  # 예상대비
    expchggrate: Text = UNSET  # 예상등락률
    expcvol: Text = UNSET  # 예상체결수량
    chgrate2: Text = UNSET  # 전일거래량대비율
    expdaebi: Text = UNSET  # 예상대비부호
    recprice: Text = UNSET  # 기준가
    uplmtprice: Text = UNSET  # 상한가
    dnlmtprice: Text = UNSET  # 하한가
    stotprice: Text = UNSET  # 시가총액


class FoundIssuesAnswer(Block):
    output2: Rows[FoundIssue] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: an issue as it stands, with its 52 weeks, and its volume of the day before."""

    listed: Listed
    strength: Strength
    expectation: Expectation | None
    volume_before: int


def groups_reply(code: str, name: str, at: datetime, count: int) -> Reply:
    """관심종목 그룹조회 of somebody who keeps one group of `count` issues."""
    group = empty(
        WatchGroup,
        date=day_text(at.date()),
        trnm_hour=time_text(at),
        data_rank=_rank(1),
        inter_grp_code=code,
        inter_grp_name=name,
        ask_cnt=str(count),
    )
    return done_reply(WatchGroupsAnswer, output2=[group])


def no_groups_reply() -> Reply:
    """관심종목 그룹조회 of somebody who keeps none."""
    return done_reply(WatchGroupsAnswer, output2=[])


def group_reply(name: str, found: Sequence[Listed]) -> Reply:
    """관심종목 그룹별 종목조회 of the first group."""
    output2 = [
        empty(
            WatchedIssue,
            fid_mrkt_cls_code=_KRX_DIVISION,
            data_rank=_rank(place),
            exch_code=_KRX,
            jong_code=each.quote.code,
            color_code=_NO_COLOR,
            hts_kor_isnm=each.quote.name,
            cntg_unpr="0.000000",
            cntg_cls_code="0",
        )
        for place, each in enumerate(found, 1)
    ]
    output1 = empty(WatchedGroup, data_rank=_rank(1), inter_grp_name=name)
    return done_reply(WatchedIssuesAnswer, output1=output1, output2=output2)


def no_group_reply() -> Reply:
    """관심종목 그룹별 종목조회 of a group that does not exist."""
    return done_reply(WatchedIssuesAnswer, output1=empty(WatchedGroup), output2=[])


def searches_reply(user: str, group: str, kept: Mapping[str, str]) -> Reply:
    """종목조건검색 목록조회 of searches by their numbers; none are answered as KIS does."""
    if not kept:
        return message_reply(NO_SEARCHES)
    output2 = [
        empty(SavedSearch, user_id=user, seq=number, grp_nm=group, condition_nm=name)
        for number, name in kept.items()
    ]
    return done_reply(SavedSearchesAnswer, output2=output2)


def search_reply(found: Sequence[Found]) -> Reply:
    """종목조건검색조회; nothing is answered as KIS does."""
    if not found:
        return message_reply(NOTHING_FOUND)
    return done_reply(FoundIssuesAnswer, output2=[_found(each) for each in found])


def _found(each: Found) -> FoundIssue:
    quote, year = each.listed.quote, each.listed.background.of_52_weeks
    base, price = quote.base_price, quote.last_price
    year = year and year.with_today(quote)
    expected, quantity = (each.expectation.price, each.expectation.quantity) if each.expectation else (0, 0)
    return FoundIssue(
        code=quote.code,
        name=quote.name,
        daebi=sign(price, quote) if quote.volume else _UNCHANGED_YET,
        price=_zeros(price),
        chgrate=_rate(price - base, base),
        acml_vol=_figure(quote.volume),
        trade_amt=_figure(quote.value),
        change=_figure(price - base),
        cttr=_figure(each.strength.value if each.strength.bought or each.strength.sold else 0),
        open=_figure(quote.open or 0),
        high=_figure(quote.high or 0),
        low=_figure(quote.low or 0),
        high52=_figure(year.high.price if year else 0),
        low52=_figure(year.low.price if year else 0),
        expprice=_zeros(expected),
        expchange=_figure(expected - base if expected else 0),
        expchggrate=_rate(expected - base, base),
        expcvol=_figure(quantity),
        chgrate2=_rate(quote.volume, each.volume_before),
        expdaebi=sign(expected, quote) if expected else Sign.DOWN,
        recprice=_figure(base),
        uplmtprice=_figure(quote.upper_limit),
        dnlmtprice=_figure(quote.lower_limit),
        stotprice=_figure(Decimal(price * shares_of(each.listed)) / _HUNDRED_MILLION),
    )


def _figure(value: Decimal | int) -> str:
    return f"{value:.4f}".rjust(_WIDTH)


def _zeros(price: int) -> str:
    return f"{price:.4f}".zfill(_WIDTH)


def _rate(part: int, whole: int) -> str:
    return _figure(100 * Decimal(part) / whole if whole else 0)


def _rank(place: int) -> str:
    return f"{place:0{_RANK_DIGITS}}"
