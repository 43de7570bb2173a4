"""Tables of the KIS Open API: environments, order divisions, what its codes and texts mean.

Source: the public documents and recorded answers of the KIS Open API as of 2026-08. What no source confirms
is marked `unverified`. This file knows no message and no field.
"""

from dataclasses import dataclass
from enum import StrEnum

from hoga.domain.bar import Interval
from hoga.domain.index import Index
from hoga.domain.instrument import Market
from hoga.domain.quote import Interruption
from hoga.domain.ranking import Section
from hoga.domain.request import Side, TimeInForce, Venue
from hoga.exchange.events import Refusal
from hoga.exchange.records import RecordKind
from hoga.krx.sessions import Phase


class Environment(StrEnum):
    """실전투자 (own money) or 모의투자 (KIS's paper accounts). Keys, hosts and ids differ."""

    REAL = "real"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What differs between the environments beside the ids.

    `registrations` are the streams that one socket may carry. What is not streamed is polled in rounds of so
    many prices and books, so many times as far apart as usual.
    """

    rest_url: str
    websocket_url: str
    balance_rows: int
    order_rows: int
    notice_stream: str
    registrations: int = 41
    polled_prices: int = 240
    polled_books: int = 5
    polls_apart: int = 1


PROFILES = {
    Environment.REAL: Profile(
        rest_url="https://openapi.koreainvestment.com:9443",
        websocket_url="ws://ops.koreainvestment.com:21000",
        balance_rows=50,
        order_rows=100,
        notice_stream="H0STCNI0",
    ),
    Environment.PAPER: Profile(
        rest_url="https://openapivts.koreainvestment.com:29443",
        websocket_url="ws://ops.koreainvestment.com:31000",
        balance_rows=20,
        order_rows=15,
        notice_stream="H0STCNI9",
        polled_prices=1,
        polled_books=1,
        polls_apart=4,
    ),
}


TRADES_STREAM = "H0STCNT0"
BOOKS_STREAM = "H0STASP0"
NOTICE_STREAMS = frozenset(profile.notice_stream for profile in PROFILES.values())

QUOTES_PER_CALL = 30
INTERVAL_CODES = {Interval.DAY: "D", Interval.WEEK: "W", Interval.MONTH: "M", Interval.YEAR: "Y"}
BARS_PER_CALL = 100
DAYS_PER_CALL = 30
"""Days, weeks or months of inquire-daily-price, and days of investors and programs, of markets too."""
TICKS_PER_CALL = 30
MINUTES_PER_CALL = 30
PAST_MINUTES_PER_CALL = 120
RANKS_PER_CALL = 30
VIEWS_PER_CALL = 20
MEMBER_TRADES_PER_CALL = 30
"""Unverified."""
FOREIGN_FIRMS_PER_CALL = 100
MEMBER_DAYS_PER_CALL = 100
"""Unverified."""
MARKET_MINUTES_PER_CALL = 30
INDEX_MINUTES_PER_CALL = 100
"""Unverified."""
HEADLINES_PER_CALL = 40
EXPECTED_PRICES_PER_CALL = 30
EXPECTED_INDEX_PER_CALL = 100
"""Unverified."""
INDEX_BARS_PER_CALL = 102
INDEX_TICKS_PER_CALL = 100
"""Unverified."""
LENDING_DAYS_PER_CALL = 100
SHORT_SALES_PER_CALL = 100
REVISABLES_PER_CALL = 50
RESERVATIONS_PER_CALL = 20
RESERVATIONS_PER_ACCOUNT = 1_000
HOLIDAYS_PER_CALL = 24
RECENT_MONTHS = 3
"""How far back `Call.ORDERS` reaches, in calendar months."""

VENUES = {
    Environment.REAL: frozenset(Venue),
    Environment.PAPER: frozenset({Venue.KRX}),
}

SIDES = {"01": Side.SELL, "02": Side.BUY}
SIDE_CODES = {side: code for code, side in SIDES.items()}

CONDITIONS = {TimeInForce.DAY: "0", TimeInForce.IOC: "1", TimeInForce.FOK: "2", TimeInForce.GTP: "0"}
"""주문조건 of a notice (`ODER_COND`). That GTP has none of its own is unverified."""
CONDITION_NAMES = {
    TimeInForce.DAY: "없음",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
    TimeInForce.GTP: "없음",
}
"""체결조건명 of the order list. "없음" of an order of the day is recorded, the others unverified."""


class Sign(StrEnum):
    """대비 부호. `NONE` appears where there is no data."""

    NONE = "0"
    UPPER_LIMIT = "1"
    UP = "2"
    SAME = "3"
    LOWER_LIMIT = "4"
    DOWN = "5"


@dataclass(frozen=True, slots=True)
class PhaseCodes:
    """How KIS writes a phase of the day: 시간 구분, 신 장운영 구분, 예상 장운영 구분."""

    hour: str
    market: str
    expected: str


PHASES = {
    Phase.CLOSED: PhaseCodes("0", "30", "129"),
    Phase.PRE_CLOSE_PRICE: PhaseCodes("0", "11", "311"),
    Phase.OPEN_CALL: PhaseCodes("B", "00", "311"),
    Phase.CONTINUOUS: PhaseCodes("0", "20", "112"),
    Phase.CLOSE_CALL: PhaseCodes("A", "00", "121"),
    Phase.POST_SINGLE: PhaseCodes("D", "40", "129"),
    Phase.PRE: PhaseCodes("0", "10", "112"),
    Phase.MAIN: PhaseCodes("0", "20", "112"),
    Phase.AFTER_CALL: PhaseCodes("A", "00", "121"),
}
"""Continuous trading and the hour class of the closing call are recorded, the market code of the evening's
auctions is in KIS's example, the rest is read off its lists. NXT's phases are written like KRX's of the same
kind, and phases that are not here like `CLOSED`: unverified."""

INTERRUPTION_KINDS = {Interruption.STATIC: "1", Interruption.DYNAMIC: "2", Interruption.BOTH: "3"}

INDEX_CODES = {"0001": Index.KOSPI, "1001": Index.KOSDAQ, "2001": Index.KOSPI200}
SECTIONS = {
    Section.ALL: "0000",
    Section.KOSPI: "0001",
    Section.KOSDAQ: "1001",
    Section.KOSPI200: "2001",
    Section.KRX100: "4001",
    Section.KOSDAQ150: "3003",
}
"""Rankings name what they are of by an index."""
MARKETS_OF_INDEX = {"0001": Market.KOSPI, "1001": Market.KOSDAQ}
"""Rankings name a market by its index; 0000 is all of them."""

EXPECTED_PHASES = frozenset({"311", "121"})
"""예상 장운영 구분 during which an expected price is one; afterwards KIS goes on showing the last one."""


@dataclass(frozen=True, slots=True)
class Message:
    """A code with its text and `rt_cd`, and whether a source confirms that KIS says exactly this."""

    code: str
    text: str
    rt_cd: str = "0"
    is_verified: bool = True


MARKET_DATA_DONE = Message("MCA00000", "정상처리 되었습니다.")
CALENDAR_MORE = Message("KIOK0500", "조회가 계속됩니다..다음버튼을 Click 하십시오.")
REGISTER_DONE = Message("KIOK0530", "조회되었습니다")
"""What the calls about issues themselves (search-…) answer."""
REGISTER_EMPTY = Message("KIER2620", "조회할 자료가 없습니다", "7")
NO_SEARCHES = Message("MCA05762", "조회가 계속 됩니다. (다음을 누르십시오.)", "1")
"""What psearch-title and psearch-result answer to somebody who has saved no search."""
NOTHING_FOUND = Message("MCA05918", "종목코드 오류입니다.", "1")
"""What psearch-result answers when its search finds nothing."""
OUT_OF_HOURS = Message("OPSQ2001", "TIME LIMIT 00:00 ~ 15:40", "2", is_verified=False)
"""Daily figures of investors are not told before the day is over. The words around it are unverified."""
LEDGER_DONE = {
    Environment.REAL: Message("KIOK0510", "조회가 완료되었습니다"),
    Environment.PAPER: Message("20310000", "모의투자 조회가 완료되었습니다."),
}
LEDGER_LAST = Message("KIOK0460", "조회 되었습니다. (마지막 자료)")
"""What the real ledger answers with the rights of an account, and with the last of the orders in one issue.
That the issue is why is unverified."""
LEDGER_FOUND = Message("KIOK0420", "정상적으로 조회되었습니다")
"""What inquire-psbl-sell answers."""
LEDGER_MORE = {
    # The paper ledger answers a page that is followed by another exactly like the last one (recorded).
    Environment.REAL: Message("KIOK0450", "조회가 계속 됩니다", is_verified=False),
    Environment.PAPER: Message("20310000", "모의투자 조회가 완료되었습니다."),
}
LEDGER_EMPTY = {
    # KIS's real ledger refuses with KIER2620 where it has no rows; which services do so is unverified, so
    # an empty list is answered like any other list there.
    Environment.REAL: Message("KIOK0510", "조회가 완료되었습니다"),
    Environment.PAPER: Message("70070000", "모의투자 조회할 내역(자료)이 없습니다."),
}


class Action(StrEnum):
    """What a request does to an order."""

    PLACE = "place"
    REPLACE = "replace"
    CANCEL = "cancel"


ACTION_OF = {
    RecordKind.ORDER: Action.PLACE,
    RecordKind.REPLACE: Action.REPLACE,
    RecordKind.CANCEL: Action.CANCEL,
}

_SENT = Message("APBK0013", "주문 전송 완료 되었습니다.")

ACCEPTED: dict[Environment, dict[tuple[Action, Side | None], Message]] = {
    Environment.REAL: {
        (Action.PLACE, Side.BUY): _SENT,
        (Action.PLACE, Side.SELL): _SENT,
        (Action.REPLACE, None): _SENT,
        (Action.CANCEL, None): _SENT,
    },
    Environment.PAPER: {
        (Action.PLACE, Side.BUY): Message("40600000", "모의투자 매수주문이 완료 되었습니다."),
        (Action.PLACE, Side.SELL): Message("40590000", "모의투자 매도주문이 완료 되었습니다."),
        (Action.REPLACE, None): Message("40620000", "모의투자 정정주문이 완료 되었습니다."),
        (Action.CANCEL, None): Message("40630000", "모의투자 취소주문이 완료 되었습니다."),
    },
}

BRANCHES = {Environment.REAL: "91252", Environment.PAPER: "00950"}
"""주문채번지점 (`KRX_FWDG_ORD_ORGNO`, `ord_gno_brno`) that the exchange's KIS face shows. 00950 is what the
paper host always answers; on the real host it is the customer's own branch."""

REFUSALS: dict[Environment, dict[Refusal, Message]] = {
    Environment.REAL: {
        Refusal.UNKNOWN_INSTRUMENT: Message("APBK0656", "해당종목정보가 없습니다", "7"),
        Refusal.UNKNOWN_ACCOUNT: Message("APAC0081", "계좌번호 입력 오류입니다", "7"),
        Refusal.BAD_QUANTITY: Message("APBK0000", "주문수량을 확인 하여 주십시요", "7", is_verified=False),
        Refusal.WRONG_PHASE: Message("APBK0918", "장운영시간이 아닙니다.(주문불가)", "7"),
        Refusal.HALTED: Message("APBK0066", "거래정지종목(주식)은 취소주문만 가능(정정불가)합니다.", "7"),
        Refusal.NOT_TRADED_HERE: Message(
            "APBK0000", "해당 거래소에서 거래할 수 없는 종목입니다.", "7", is_verified=False
        ),
        Refusal.ORDER_TYPE_NOT_ALLOWED: Message("APBK0963", "주문구분코드 오류 입니다.", "7"),
        Refusal.BAD_PRICE: Message("APBK0000", "주문단가를 확인 하여 주십시요", "7", is_verified=False),
        Refusal.OFF_TICK: Message("APBK0506", "주식주문호가단위 오류입니다.", "7"),
        Refusal.ABOVE_UPPER_LIMIT: Message("APBK0406", "주문가격이 상한가를 초과합니다.", "7"),
        Refusal.BELOW_LOWER_LIMIT: Message(
            "APBK0406", "주문가격이 하한가 미만입니다.", "7", is_verified=False
        ),
        Refusal.NO_MIDPOINT: Message("APBK0000", "중간가를 산출할 수 없습니다.", "7", is_verified=False),
        Refusal.OVER_QUANTITY_CAP: Message(
            "APBK0000", "1회 주문수량 한도를 초과 했습니다.", "7", is_verified=False
        ),
        Refusal.UNKNOWN_ORDER: Message("APBK0344", "원주문정보가 존재하지 않습니다", "7"),
        Refusal.NOTHING_LEFT: Message("APBK0927", "정정취소 가능수량이 없습니다.", "7"),
        Refusal.TOO_MUCH: Message("APBK1359", "정정취소수량이 주문수량보다 많습니다", "7", is_verified=False),
        Refusal.NO_CHANGE: Message("APBK0000", "정정할 내용이 원주문과 같습니다.", "7", is_verified=False),
        Refusal.INSUFFICIENT_CASH: Message("APBK0952", "주문가능금액을 초과 했습니다", "7"),
        Refusal.INSUFFICIENT_HOLDINGS: Message("APBK0400", "주문 가능한 수량을 초과했습니다.", "7"),
    },
    Environment.PAPER: {
        Refusal.UNKNOWN_INSTRUMENT: Message(
            "40070000", "모의투자 주문처리가 안되었습니다(매매불가 종목)", "1", is_verified=False
        ),
        Refusal.UNKNOWN_ACCOUNT: Message("OPSQ2000", "ERROR : INPUT INVALID_CHECK_ACNO", "1"),
        Refusal.BAD_QUANTITY: Message(
            "40000000", "모의투자 주문처리가 안되었습니다(주문수량 오류)", "1", is_verified=False
        ),
        Refusal.WRONG_PHASE: Message("40580000", "모의투자 장종료 입니다.", "1"),
        Refusal.HALTED: Message(
            "40070000", "모의투자 주문처리가 안되었습니다(매매불가 종목)", "1", is_verified=False
        ),
        Refusal.NOT_TRADED_HERE: Message(
            "40070000", "모의투자 주문처리가 안되었습니다(매매불가 종목)", "1", is_verified=False
        ),
        Refusal.ORDER_TYPE_NOT_ALLOWED: Message(
            "40000000", "모의투자 주문처리가 안되었습니다(주문구분 오류)", "1", is_verified=False
        ),
        Refusal.BAD_PRICE: Message(
            "40000000", "모의투자 주문처리가 안되었습니다(주문단가 오류)", "1", is_verified=False
        ),
        Refusal.OFF_TICK: Message("40030000", "모의투자 주문처리가 안되었습니다(호가단위 오류)", "1"),
        Refusal.ABOVE_UPPER_LIMIT: Message("40270000", "모의투자 상/하한가 오류", "1"),
        Refusal.BELOW_LOWER_LIMIT: Message("40270000", "모의투자 상/하한가 오류", "1"),
        Refusal.NO_MIDPOINT: Message(
            "40000000", "모의투자 주문처리가 안되었습니다(중간가 오류)", "1", is_verified=False
        ),
        Refusal.OVER_QUANTITY_CAP: Message(
            "40000000", "모의투자 주문처리가 안되었습니다(주문수량 한도)", "1", is_verified=False
        ),
        Refusal.UNKNOWN_ORDER: Message("40320000", "모의투자 원주문번호가 존재하지 않습니다.", "1"),
        Refusal.NOTHING_LEFT: Message("40330000", "모의투자 정정/취소할 수량이 없습니다.", "1"),
        Refusal.TOO_MUCH: Message("40430000", "취소수량이 취소가능수량을 초과합니다", "1"),
        Refusal.NO_CHANGE: Message(
            "40000000", "모의투자 주문처리가 안되었습니다(정정내용 없음)", "1", is_verified=False
        ),
        Refusal.INSUFFICIENT_CASH: Message("40250000", "모의투자 주문가능금액이 부족합니다.", "1"),
        Refusal.INSUFFICIENT_HOLDINGS: Message("40240000", "모의투자 잔고내역이 없습니다.", "1"),
    },
}
"""What KIS says for each reason of our exchange. The codes APBK0000 and 40000000 are placeholders of ours for
cases whose text was seen or guessed but whose code was not."""

NO_TRADING_DAY = {
    Environment.REAL: Message("APBK0919", "장운영일자가 주문일과 상이합니다", "7"),
    Environment.PAPER: Message("40100000", "모의투자 영업일이 아닙니다.", "1"),
}
"""What KIS says for `Refusal.WRONG_PHASE` on a day without trading."""

NO_PRODUCT = Message("IGW00017", "상품번호를 확인해주세요.", "1")
"""What the real host says of a code that has not the form of one."""

FOREIGN_ACCOUNT = Message("OPSQ2000", "ERROR : INPUT INVALID_CHECK_ACNO", "1")
"""What KIS says of an account that does not belong to the app key."""

PENSION_PRODUCT = "29"
PENSION_PRODUCTS = frozenset({PENSION_PRODUCT, "55"})
NO_PENSION = Message("APBK1744", "퇴직연금계좌는 해당 서비스가 불가합니다.", "7")
"""What the real host says of IRP and DC accounts, which have calls of their own."""

NOT_PENSION = Message("APBK0000", "퇴직연금계좌만 가능한 서비스입니다.", "7", is_verified=False)
"""What the calls about retirement accounts say of another account."""

TOO_LONG = Message("OPSQ2002", "ERROR : INPUT INVALID_CHECK_FIELD_LENGTH", "1", is_verified=False)

NO_MARKET_ORDERS = Message("APBK1943", "시장가호가불가로 주문이 불가합니다.", "7")
AFTER_MARKET_TYPES = Message("APBK3013", "[애프터마켓]지정가 및 최유리/최우선지정가 주문만 가능합니다.", "7")
"""What the real host says of order types instead of `Refusal.ORDER_TYPE_NOT_ALLOWED` where it can."""

RESERVATION_TAKEN = Message("APBK2938", "예약주문이 접수되었습니다.")
RESERVATION_DONE = Message("KIOK0430", "정상적으로 처리되었습니다")
"""What order-resv-rvsecncl answers."""

LATE_SERVICE = Message("90020000", "모의투자 서비스가 지연되고 있습니다", "1")
"""What the paper host says when it is slow; here by a fault only."""

NO_CREDIT = Message("APBK1271", "신용거래가 불가한 계좌입니다.", "7", is_verified=False)
"""The code is one for accounts that may not do something; its text was not seen."""

PAPER_NOT_OPEN_YET = Message("40570000", "모의투자 장시작전 입니다.", "1")
"""What the paper host says for `Refusal.WRONG_PHASE` before nine o'clock; the real host has one text."""

FIELD_NOT_FOUND = "OPSQ2001"
"""The text names the field: "ERROR : INPUT FIELD NOT FOUND [CANO]"."""
