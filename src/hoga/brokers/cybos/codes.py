"""Daishin's tables: programs, codes of orders, return values, errors.

Source: the help of CYBOS Plus (content of about 2009 to 2011) and public projects up to 2026. What rests on
one project only, or on reasoning, is marked unverified here and listed in docs/daishin.md.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from hoga.domain.instrument import Kind, Market
from hoga.domain.request import OrderType, Side, TimeInForce


class Program(StrEnum):
    """The COM objects that are used, by ProgID. The library CpDib calls itself DsCbo1."""

    CONNECTION = "CpUtil.CpCybos"
    CODES = "CpUtil.CpCodeMgr"
    TRADE = "CpTrade.CpTdUtil"
    ORDER = "CpTrade.CpTd0311"
    REPLACE = "CpTrade.CpTd0313"
    CANCEL = "CpTrade.CpTd0314"
    BALANCE = "CpTrade.CpTd6033"
    BUYING_POWER = "CpTrade.CpTdNew5331A"
    DEPOSIT = "CpTrade.CpTd0732"
    DAY_RESULTS = "CpTrade.CpTd5342"
    OPEN_ORDERS = "CpTrade.CpTd5339"
    ORDERS = "CpTrade.CpTd5341"
    CHART = "CpSysDib.StockChart"
    MARKET_EYE = "CpSysDib.MarketEye"
    SHORT_SALES = "CpSysDib.CpSvr7238"
    INVESTORS = "CpSysDib.CpSvr7254"
    BOOK = "DsCbo1.StockJpBid2"
    TRADES = "DsCbo1.StockCur"
    BOOKS = "DsCbo1.StockJpBid"
    NOTICES = "DsCbo1.CpConclusion"


class Limit(IntEnum):
    """What is counted together, as GetLimitRemainCount numbers it. Account questions count with orders."""

    TRADE = 0
    QUOTE = 1
    SUBSCRIPTION = 2


CAPS: Mapping[Limit, int] = {Limit.TRADE: 20, Limit.QUOTE: 60, Limit.SUBSCRIPTION: 400}
"""Requests in a window, and subscriptions at one time. Daishin may change them, or give a person less."""

WINDOW_SECONDS = 15
"""A window begins with the first request in it."""

CODES_PER_CALL = 200
FIELDS_PER_CALL = 64
"""What MarketEye takes. What it does with more is unverified."""

BALANCE_ROWS = 50
LIST_ROWS = 20
"""Rows of a page of the balance, and of an order list."""


class Outcome(IntEnum):
    """What BlockRequest returns. After the last but one nothing was sent; after 1 and 3 nobody knows."""

    DONE = 0
    NO_CONNECTION = 1
    """통신 실패. The 30 seconds after which BlockRequest gives up presumably end here (unverified)."""
    CANCELED_BY_PERSON = 2
    """취소 in the window that asks a person about each order."""
    INTERNAL_ERROR = 3
    OVER_LIMIT = 4


SIDE_CODES: Mapping[Side, str] = {Side.SELL: "1", Side.BUY: "2"}
SIDES: Mapping[str, Side] = {code: side for side, code in SIDE_CODES.items()}

ORDER_TYPE_CODES: Mapping[OrderType, str] = {
    OrderType.LIMIT: "01",
    OrderType.MARKET: "03",
    OrderType.LIMIT_TO_MARKET_ON_CLOSE: "05",
    OrderType.IMMEDIATELY_EXECUTABLE_LIMIT: "12",
    OrderType.BEST_LIMIT: "13",
}
"""주문호가구분 of orders in the regular session. Those of 중간가 and 스톱지정가 are not known."""

ORDER_TYPES: Mapping[str, OrderType] = {code: kind for kind, code in ORDER_TYPE_CODES.items()} | {
    "61": OrderType.PRE_HOURS_CLOSING_PRICE
}

CONDITION_CODES: Mapping[TimeInForce, str] = {
    TimeInForce.DAY: "0",
    TimeInForce.IOC: "1",
    TimeInForce.FOK: "2",
}

CONDITIONAL = (OrderType.LIMIT, OrderType.MARKET, OrderType.IMMEDIATELY_EXECUTABLE_LIMIT)
"""The order types that may be IOC or FOK."""

NUMBER_HEADERS: Mapping[Program, int] = {Program.ORDER: 8, Program.REPLACE: 7, Program.CANCEL: 6}
"""Where an answer has the number of the request."""

CODE_LETTERS = ("A", "Q", "J")
"""What stands before a code: stocks and ETF, ETN, ELW. For codes with a letter in them A is assumed."""


MARKET_CODES: Mapping[Market, int] = {Market.KOSPI: 1, Market.KOSDAQ: 2, Market.KONEX: 5}
KIND_CODES: Mapping[Kind, int] = {Kind.STOCK: 1, Kind.ELW: 9, Kind.ETF: 10, Kind.ETN: 17}
KINDS: Mapping[int, Kind] = {9: Kind.ELW, 10: Kind.ETF, 12: Kind.ETF, 17: Kind.ETN}
"""부구분코드 of what is no share; 12 are foreign ETF."""


class Report(StrEnum):
    """체결구분: what a notice of an order reports."""

    FILLED = "1"
    CONFIRMED = "2"
    REFUSED = "3"
    RECEIVED = "4"


class Action(StrEnum):
    """정정취소구분: what a request, or the notice about it, is for."""

    PLACE = "1"
    REPLACE = "2"
    CANCEL = "3"


NO_SUCH_PROGRAM = 0x800401F3
NOT_REGISTERED = 0x80040154
NOT_INITIALISED = 0x800401F0
NOT_CONNECTED = 0x8000000A
WRONG_THREAD = 0x8001010E
SERVER_GONE = 0x800706BA
OBJECT_GONE = 0x80010108
UNAVAILABLE = 0x800401E3
"""The first error of the chain under a Python of 64 bits, as one project saw it."""

_NOT_THERE = (
    "CYBOS Plus가 설치되어 있지 않거나 64비트 파이썬입니다. 32비트 파이썬으로 실행하십시오.",
    "CYBOS Plus is not installed, or this Python has 64 bits. Use a 32-bit Python.",
)
_GONE = (
    "CYBOS Plus가 꺼졌습니다. 다시 로그인하고 호가를 다시 시작하십시오.",
    "CYBOS Plus was closed. Log in and start Hoga again.",
)
FAILURES: Mapping[int, tuple[str, str]] = {
    **dict.fromkeys((NO_SUCH_PROGRAM, NOT_REGISTERED, UNAVAILABLE), _NOT_THERE),
    NOT_CONNECTED: (
        "CYBOS Plus가 서버에 접속되어 있지 않습니다. 로그인하고 호가를 다시 시작하십시오.",
        "CYBOS Plus is not connected to its server. Log in and start Hoga again.",
    ),
    **dict.fromkeys((SERVER_GONE, OBJECT_GONE), _GONE),
}
"""What a person does about the COM errors that are theirs to mend."""
