"""What the routes of the original answer, field by field."""

from collections.abc import Mapping

from hoga.domain.order import OrderStatus
from hoga.server.fields import RATIO, TEXT, Schema, choice, many, maybe, number, record, said

_WON: Schema = {"type": "integer", "description": "원 / won", "examples": [70_000]}
_SHARES: Schema = {"type": "integer", "description": "주 / shares", "examples": [10]}
_NET = said(_SHARES, "순매수 / bought net")
_DAY: Schema = {"type": "integer", "description": "YYYYMMDD", "examples": [20261120]}
_INDEX: Schema = {"type": "integer", "description": "0이 최신 / 0 is the newest", "examples": [0]}
_PERCENT: Schema = {"type": "number", "description": "%", "examples": [1.5]}
_CODE: Schema = {
    "type": "string",
    "description": "A 주식·ETF, Q ETN / A before stocks and ETFs, Q before ETNs",
    "examples": ["A005930"],
}
_YES_OR_NO = number({0: "아니오 / no", 1: "예 / yes"})


def _won(text: str) -> Schema:
    return said(_WON, text)


def _shares(text: str) -> Schema:
    return said(_SHARES, text)


def _percent(text: str) -> Schema:
    return maybe(said(_PERCENT, text))


def _or_zero(text: str) -> Schema:
    return said(_WON, f"{text}; 없으면 0 / 0 without one")


CONNECTION = record(
    {
        "broker": said({**TEXT, "examples": ["KIS"]}, "증권사 / the broker"),
        "res": said({**TEXT, "examples": ["연결되었습니다."]}, "안내문 / a sentence"),
        "status": {"type": "integer", "enum": [200]},
    }
)

ACCOUNT = record(
    {
        "name": maybe(said(TEXT, "예금주 / the holder")),
        "profit_amount": _won("평가손익 / unrealized profit"),
        "tot_amount": _won("총평가금액 / total value"),
        "twoday_amount": _won("D+2 예수금 / cash after settlement in two days"),
    }
)

HOLDING = record(
    {
        "종목코드": _CODE,
        "종목명": said(TEXT, "name"),
        "(체결)잔고수량": _shares("held"),
        "매수평단가": _won("average price paid"),
        "손익단가": maybe(_won("price at which a sale gives back cost, commissions and tax")),
        "수익률": said(_PERCENT, "unrealized profit"),
        "매도가능수량": _shares("that may be sold"),
    }
)

BAR = record(
    {
        "index": _INDEX,
        "date": _DAY,
        "open": _won("시가"),
        "high": _won("고가"),
        "low": _won("저가"),
        "close": _won("종가"),
        "volume": _shares("거래량"),
        "vol_amount": _won("거래대금"),
    }
)

QUOTE = record(
    {
        "종목코드": _CODE,
        "종목명": said(TEXT, "name"),
        "시간": {"type": "integer", "description": "HHMM", "examples": [930]},
        "현재가": _won("last price"),
        "시가": _or_zero("open"),
        "고가": _or_zero("high"),
        "저가": _or_zero("low"),
        "매도호가": _or_zero("best ask"),
        "매수호가": _or_zero("best bid"),
        "거래량": _shares("traded today"),
        "거래대금": _won("traded today"),
        "총매도호가잔량": _shares("waiting to be sold"),
        "총매수호가잔량": _shares("waiting to be bought"),
        "최우선매도호가잔량": _shares("at the best ask"),
        "최우선매수호가잔량": _shares("at the best bid"),
    }
)

LEVEL = record(
    {
        "매수매도여부": said(choice(("매수", "매도")), "bid or ask"),
        "호가": _won("price"),
        "잔량": _shares("waiting there"),
    }
)

_SECTIONS = {
    0: "없음 / none",
    1: "주식 / share",
    2: "투자회사 / investment company",
    3: "리츠 / REIT",
    4: "선박투자 / ship fund",
    5: "인프라 / infrastructure fund",
    6: "DR",
    7: "신주인수권증권 / warrant",
    8: "신주인수권증서 / subscription right",
    9: "ELW",
    10: "ETF",
    11: "수익증권 / beneficiary certificate",
    12: "해외ETF / foreign ETF",
    13: "외국주 / foreign share",
    14: "선물 / future",
    15: "옵션 / option",
    16: "KONEX",
    17: "ETN",
}
_WARNINGS = {
    0: "정상 / none",
    1: "주의 / caution",
    2: "경고 / warning",
    3: "위험예고 / warning before risk",
    4: "위험 / risk",
}

FEATURES = record(
    {
        "이름": said(TEXT, "name"),
        "증거금률(%)": maybe({"type": "integer", "description": "margin (%)"}),
        "시장구분코드 ": number({1: "KOSPI", 2: "KOSDAQ", 5: "KONEX"}),
        "부구분코드": number(_SECTIONS),
        "감리": maybe(number(_WARNINGS)),
        "관리": said(_YES_OR_NO, "관리종목 / administrative issue"),
        "현재상태": said(_YES_OR_NO, "거래정지 / halted"),
        "결산기": maybe({"type": "integer", "description": "month in which the year ends"}),
        "K200여부": maybe(
            {
                "type": "integer",
                "description": "0 KOSPI200 아님, 그 밖에는 대신의 섹터 번호 / 0 outside KOSPI200, "
                "else Daishin's number of the sector",
            }
        ),
        "업종코드": maybe({**TEXT, "description": "대신의 코드 / Daishin's code"}),
        "상장일": maybe(said(_DAY, "listed on")),
        "신용가능여부": said(_YES_OR_NO, "may be bought on credit"),
        "PER": maybe({"type": "number", "description": "배 / times"}),
        "EPS": maybe(_WON),
        "자본금(백만)": maybe({"type": "integer", "description": "백만원 / millions of won: capital"}),
        "액면가": maybe(_won("face value")),
        "배당률": _percent("dividend of the last year to the face value"),
        "배당수익률": _percent("dividend of the last year to the price"),
        "부채비율": _percent("debt"),
        "유보율": _percent("reserves"),
        "자기자본이익률(ROE)": _percent("return on equity"),
        "매출액증가율": _percent("growth of sales"),
        "경상이익증가율": _percent("growth of ordinary profit"),
        "순이익증가율": _percent("growth of net income"),
        "투자심리": _percent("days of the last ten that rose"),
        "매출액": maybe({"type": "integer", "description": "백만원 / millions of won: sales"}),
        "경상이익": maybe(_won("ordinary profit")),
        "당기순이익": maybe(_won("net income")),
        "BPS": maybe(_WON),
        "영업이익증가율": _percent("growth of operating profit"),
        "영업이익": maybe(_won("operating profit")),
        "매출액영업이익률": _percent("operating profit of sales"),
        "매출액경상이익률": _percent("ordinary profit of sales"),
        "이자보상비율": maybe(said(RATIO, "operating profit to interest")),
        "분기BPS": maybe(_WON),
        "분기매출액증가율": _percent("growth of sales, the year so far"),
        "분기영업이익증가율": _percent("growth of operating profit, the year so far"),
        "분기경상이익증가율": _percent("growth of ordinary profit, the year so far"),
        "분기순이익증가율": _percent("growth of net income, the year so far"),
        "분기매출액": maybe(
            {"type": "integer", "description": "백만원 / millions of won: sales, the year so far"}
        ),
        "분기영업이익": maybe(_won("operating profit, the year so far")),
        "분기경상이익": maybe(_won("ordinary profit, the year so far")),
        "분기당기순이익": maybe(_won("net income, the year so far")),
        "분개매출액영업이익률": _percent("operating profit of sales, the year so far"),
        "분기매출액경상이익률": _percent("ordinary profit of sales, the year so far"),
        "분기ROE": _percent("return on equity, the year so far"),
        "분기이자보상비율": maybe(said(RATIO, "operating profit to interest, the year so far")),
        "분기유보율": _percent("reserves, at the end of the quarter"),
        "분기부채비율": _percent("debt, at the end of the quarter"),
        "최근분기년월": maybe({"type": "integer", "description": "YYYYMM"}),
    }
)

SHORT = record(
    {
        "index": _INDEX,
        "거래일": _DAY,
        "종가": _won("close"),
        "전일대비": maybe(_won("change")),
        "거래량": _shares("traded"),
        "공매도량": maybe(_shares("sold short")),
        "공매도비중": _percent("sold short of what was traded"),
        "공매도거래대금": maybe({"type": "integer", "description": "만원 / 10,000 won: sold short"}),
    }
)

MATRIX = record(
    {
        "날짜": _DAY,
        "종가": maybe(_won("close")),
        "개인": maybe(_NET),
        "외국인": maybe(_NET),
        "기관계": maybe(_NET),
        "금융투자": maybe(_NET),
        "보험": maybe(_NET),
        "투신": maybe(_NET),
        "은행": maybe(_NET),
        "기타금융": maybe(_NET),
        "연기금등": maybe(_NET),
        "기타법인": maybe(_NET),
        "기타외인": maybe(_NET),
        "사모펀드": maybe(_NET),
        "국가지자체": maybe(_NET),
    }
)

ORDER = record(
    {
        "Server_Status": {"type": "integer", "enum": [200]},
        "cybos_status": number(
            {
                0: "접수 / the broker took it",
                -1: "거부 / refused",
                1: "모름, 다시 보내지 말 것 / nobody knows yet, never send it again",
            }
        ),
        "message": said(TEXT, "안내문 / a sentence"),
        "order_id": said({**TEXT, "examples": ["20261120-1"]}, "호가의 번호 / our own number"),
        "broker_order_id": maybe(said(TEXT, "증권사의 번호 / the broker's number")),
        "status": choice(OrderStatus),
    }
)

ANSWERS: Mapping[str, Schema] = {
    "/connection": CONNECTION,
    "/accountinfo": ACCOUNT,
    "/stockaccountinfo": many(HOLDING),
    "/chart": many(BAR),
    "/marketeye": many(QUOTE),
    "/hogainfo": many(LEVEL),
    "/stockfeatures": FEATURES,
    "/short": many(SHORT),
    "/tradematrix": many(MATRIX),
    "/buy": ORDER,
    "/sell": ORDER,
}
"""By route."""

SUMMARIES: Mapping[str, str] = {
    "/connection": "연결 확인 / whether the broker can be reached",
    "/accountinfo": "계좌 / cash and value",
    "/stockaccountinfo": "보유 종목 / what the account holds",
    "/chart": "일봉, 최신부터 / daily bars, newest first",
    "/marketeye": "현재가, 여러 종목 / prices of the moment, of many issues",
    "/hogainfo": "호가 / the best bids from the top down, then the asks from the bottom up",
    "/stockfeatures": "종목 특성 / one issue at a glance",
    "/short": "공매도, 최근 60거래일 / what was sold short on the last 60 trading days",
    "/tradematrix": "투자자별 순매수, 6개월 / who bought net, six months",
    "/buy": "매수 주문, 인자는 주소에 / buy; arguments stand in the query",
    "/sell": "매도 주문, 인자는 주소에 / sell; arguments stand in the query",
}
