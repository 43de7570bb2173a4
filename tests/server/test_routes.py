"""The bridge asked as a client of the original Daishin bridge would ask it (seed 000)."""

import asyncio
import inspect
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute

from hoga.day import ACCOUNT
from hoga.domain.errors import BrokerError, HogaError, RateLimited, WireError
from hoga.domain.order import OrderStatus
from hoga.domain.request import Side
from hoga.exchange.records import RecordKind
from hoga.krx.calendar import previous_trading_day
from hoga.server.access import Access
from hoga.server.routes import create
from hoga.storage.made import MadeBars
from hoga.trading.risk import Reason

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay, OpenBridge

CODE = "005930"
OTHER = "247540"
NOTE = "500001"
DAY = date(2025, 11, 14)

# The keys of seed 000, in its order.
CONNECTION = ["broker", "res", "status"]
ACCOUNT_INFO = ["name", "profit_amount", "tot_amount", "twoday_amount"]
HOLDING = ["종목코드", "종목명", "(체결)잔고수량", "매수평단가", "손익단가", "수익률", "매도가능수량"]
BAR = ["index", "date", "open", "high", "low", "close", "volume", "vol_amount"]
QUOTE = [
    "종목코드",
    "종목명",
    "시간",
    "현재가",
    "시가",
    "고가",
    "저가",
    "매도호가",
    "매수호가",
    "거래량",
    "거래대금",
    "총매도호가잔량",
    "총매수호가잔량",
    "최우선매도호가잔량",
    "최우선매수호가잔량",
]
LEVEL = ["매수매도여부", "호가", "잔량"]
TAKEN = ["Server_Status", "cybos_status", "message"]
OURS = ["order_id", "broker_order_id", "status"]


# /connection


def test_connection_says_that_the_broker_answers(still_day: "BridgeDay") -> None:
    body = still_day.read("/connection")
    assert list(body) == CONNECTION
    assert body == {"broker": "HOGA", "res": "연결되었습니다.", "status": 200}


# /accountinfo


def test_accountinfo_tells_profit_total_and_the_deposit_after_settlement(still_day: "BridgeDay") -> None:
    body = still_day.read("/accountinfo")
    account = still_day.exchange.account(ACCOUNT)
    worth = sum(each.quantity * still_day.exchange.quote(each.code).last_price for each in account.positions)
    assert list(body) == ACCOUNT_INFO
    assert body == {
        "name": None,
        "profit_amount": worth - (700_000 + 900_001 + 2_000_000 + 40_000),
        "tot_amount": 10_000_000 + worth,
        "twoday_amount": 10_000_000,
    }


def test_a_purchase_is_in_the_deposit_after_settlement_at_once(day: "BridgeDay") -> None:
    price = day.exchange.quote(CODE).ask
    assert price is not None
    assert day.order("/buy", amount=10, price=price).json()["status"] == "filled"
    fee = 10 * price * 140527 // 10**9
    assert day.read("/accountinfo")["twoday_amount"] == 10_000_000 - 10 * price - fee


def test_a_configured_name_is_shown(day: "BridgeDay") -> None:
    day.hoga.account_holder = "홍길동"
    assert day.read("/accountinfo")["name"] == "홍길동"


# /stockaccountinfo


def test_stockaccountinfo_tells_every_holding_as_the_exchange_knows_it(still_day: "BridgeDay") -> None:
    rows = still_day.read("/stockaccountinfo")
    assert [list(row) for row in rows] == [HOLDING] * 4
    told = {row["종목코드"]: row for row in rows}
    assert set(told) == {"A005930", "A247540", "A122630", "Q500001"}
    price = still_day.exchange.quote(OTHER).last_price
    row = told["A247540"]
    assert row.pop("수익률") == pytest.approx((7 * price / 900_001 - 1) * 100, abs=1e-9)
    assert row == {
        "종목코드": "A247540",
        "종목명": "에코프로비엠",
        "(체결)잔고수량": 7,
        "매수평단가": 128_572,  # 900,001 / 7 = 128,571.57
        "손익단가": 128_801,
        "매도가능수량": 7,
    }


def test_the_break_even_price_follows_the_formula_by_hand(still_day: "BridgeDay") -> None:
    # kis.md §10: average x (1 + buy fee) / (1 - sell fee - tax); fee 0.0140527 %, and in 2025 a tax of
    # 0.15 % on KOSPI (0 + 0.15) and KOSDAQ (0.15 + 0), none on ETF and ETN.
    told = {row["종목코드"]: row["손익단가"] for row in still_day.read("/stockaccountinfo")}
    assert told == {
        "A005930": 70_125,  # 70,000 x 1.000140527 / 0.998359473 = 70,124.88
        "A247540": 128_801,  # 128,571.571 x 1.000140527 / 0.998359473 = 128,800.94
        "A122630": 20_006,  # 20,000 x 1.000140527 / 0.999859473 = 20,005.62
        "Q500001": 13_337,  # 13,333.333 x 1.000140527 / 0.999859473 = 13,337.08
    }


def test_shares_that_wait_to_be_sold_are_held_but_not_sellable(day: "BridgeDay") -> None:
    upper = day.exchange.limits(CODE).upper
    assert day.order("/sell", amount=4, price=upper).json()["status"] == "open"
    row = next(row for row in day.read("/stockaccountinfo") if row["종목코드"] == "A005930")
    assert (row["(체결)잔고수량"], row["매도가능수량"]) == (10, 6)


def test_what_was_sold_altogether_is_not_listed(day: "BridgeDay") -> None:
    assert day.order("/sell", amount=10).json()["status"] == "filled"
    assert "A005930" not in {row["종목코드"] for row in day.read("/stockaccountinfo")}


def test_an_empty_account_holds_an_empty_list(open_bridge: "OpenBridge") -> None:
    day = open_bridge(deposit=0, holdings=())
    assert day.read("/stockaccountinfo") == []
    assert day.read("/accountinfo") == {
        "name": None,
        "profit_amount": 0,
        "tot_amount": 0,
        "twoday_amount": 0,
    }


# /chart


def bar(index: int, at: date) -> dict[str, int]:
    """A past day as /chart tells it, from the store of prices itself."""
    (told,) = MadeBars(seed=1).daily_bars(CODE, at, at)
    return {
        "index": index,
        "date": int(f"{at:%Y%m%d}"),
        "open": told.open,
        "high": told.high,
        "low": told.low,
        "close": told.close,
        "volume": told.volume,
        "vol_amount": told.value,
    }


def dates(rows: list[dict[str, int]]) -> list[int]:
    return [row["date"] for row in rows]


def test_chart_begins_with_the_running_day(still_day: "BridgeDay") -> None:
    rows = still_day.read("/chart", code="A005930", n=3)
    quote = still_day.exchange.quote(CODE)
    assert [list(row) for row in rows] == [BAR] * 3
    assert rows[0] == {
        "index": 0,
        "date": 20251114,
        "open": quote.open,
        "high": quote.high,
        "low": quote.low,
        "close": quote.last_price,
        "volume": quote.volume,
        "vol_amount": quote.value,
    }
    yesterday = previous_trading_day(DAY)
    assert rows[1:] == [bar(1, yesterday), bar(2, previous_trading_day(yesterday))]


def test_chart_gives_as_many_days_as_asked_for(still_day: "BridgeDay") -> None:
    rows = still_day.read("/chart", code="A005930", n=150)
    assert [row["index"] for row in rows] == list(range(150))
    assert dates(rows) == sorted(dates(rows), reverse=True)
    assert rows[149] == bar(149, datetime.strptime(str(rows[149]["date"]), "%Y%m%d").date())  # noqa: DTZ007


def test_chart_from_a_day_goes_on_to_today(still_day: "BridgeDay") -> None:
    rows = still_day.read("/chart", code="A005930", date_from="20251110")
    assert dates(rows) == [20251114, 20251113, 20251112, 20251111, 20251110]
    assert rows[4] == bar(4, date(2025, 11, 10))


def test_chart_between_two_days_takes_both_of_them_in(still_day: "BridgeDay") -> None:
    # Holidays from 3 to 9 October.
    rows = still_day.read("/chart", code="A005930", date_from="20251002", date_to="20251013")
    assert dates(rows) == [20251013, 20251010, 20251002]
    assert rows[0] == bar(0, date(2025, 10, 13))
    assert still_day.read("/chart", code="A005930", date_from="20251013", date_to="20251013") == rows[:1]


def test_chart_of_days_without_trading_is_empty(still_day: "BridgeDay") -> None:
    assert still_day.read("/chart", code="A005930", date_from="20251003", date_to="20251009") == []


def test_chart_can_count_back_from_an_earlier_day(still_day: "BridgeDay") -> None:
    assert dates(still_day.read("/chart", code="A005930", n=2, date_to="20251012")) == [20251010, 20251002]


def test_chart_with_both_gives_the_newest_of_the_span(still_day: "BridgeDay") -> None:
    rows = still_day.read("/chart", code="A005930", n=2, date_from="20251103", date_to="20251107")
    assert dates(rows) == [20251107, 20251106]
    assert [row["index"] for row in rows] == [0, 1]


def test_chart_has_no_more_days_than_there_are(still_day: "BridgeDay") -> None:
    # Made prices begin on 2015-06-15, a Monday.
    asked = {"code": "A005930", "n": 10_000, "date_to": "20150619"}
    assert dates(still_day.read("/chart", **asked)) == [20150619, 20150618, 20150617, 20150616, 20150615]
    early = still_day.read("/chart", code="A005930", date_from="19000101", date_to="20150616")
    assert dates(early) == [20150616, 20150615]


def test_chart_knows_nothing_of_tomorrow(still_day: "BridgeDay") -> None:
    for last in ("20251117", "20991231", "99991231"):
        assert dates(still_day.read("/chart", code="A005930", n=2, date_to=last)) == [20251114, 20251113]
        asked = {"code": "A005930", "date_from": "20251113", "date_to": last}
        assert dates(still_day.read("/chart", **asked)) == [20251114, 20251113]


def test_chart_before_the_open_begins_with_yesterday(open_bridge: "OpenBridge") -> None:
    day = open_bridge(start=datetime.fromisoformat("2025-11-14T08:55:00+09:00"))
    assert dates(day.read("/chart", code="A005930", n=1)) == [20251113]


def test_an_empty_date_to_means_today(still_day: "BridgeDay") -> None:
    assert dates(still_day.read("/chart", code="A005930", date_from="20251114", date_to="")) == [20251114]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="neither n nor date_from"),
        pytest.param({"n": 0}, id="no bar"),
        pytest.param({"n": -1}, id="a negative number"),
        pytest.param({"n": 10_001}, id="too many"),
        pytest.param({"n": "twenty"}, id="a word"),
        pytest.param({"date_from": "20251113", "date_to": "20251112"}, id="dates reversed"),
        pytest.param({"date_from": "20251115"}, id="from tomorrow"),
        pytest.param({"date_from": ""}, id="no date"),
        pytest.param({"date_from": "2025-11-13"}, id="dashes"),
        pytest.param({"date_from": "2025111"}, id="seven digits"),
        pytest.param({"date_from": "20251131"}, id="no such day"),
        pytest.param({"n": 3, "date_to": "tomorrow"}, id="date_to is a word"),
        pytest.param({"n": 3, "date_to": "00010101"}, id="the year one"),
        pytest.param({"n": 3, "date_to": "20101001"}, id="before all prices"),
    ],
)
def test_chart_refuses_what_it_cannot_mean(still_day: "BridgeDay", arguments: dict[str, Any]) -> None:
    response = still_day.ask("/chart", code="A005930", **arguments)
    assert (response.status_code, response.json()["reason"]) == (400, "BadInput")


# /marketeye


def quote_row(day: "BridgeDay", code: str, shown: str, name: str) -> dict[str, Any]:
    quote = day.exchange.quote(code)
    book = day.exchange.book(code)
    values = [
        shown,
        name,
        int(f"{quote.at:%H%M}"),
        quote.last_price,
        quote.open,
        quote.high,
        quote.low,
        book.asks[0].price,
        book.bids[0].price,
        quote.volume,
        quote.value,
        book.total_ask_quantity,
        book.total_bid_quantity,
        book.asks[0].quantity,
        book.bids[0].quantity,
    ]
    return dict(zip(QUOTE, values, strict=True))


def test_marketeye_tells_several_instruments_in_the_order_asked_for(still_day: "BridgeDay") -> None:
    rows = still_day.read("/marketeye", code=["Q500001", "A247540", "A005930"])
    assert [list(row) for row in rows] == [QUOTE] * 3
    assert rows == [
        quote_row(still_day, NOTE, "Q500001", "호가 ETN"),
        quote_row(still_day, OTHER, "A247540", "에코프로비엠"),
        quote_row(still_day, CODE, "A005930", "삼성전자"),
    ]
    assert rows[2]["시간"] in (929, 930)  # the minute of the last change


def test_marketeye_of_one_code_is_a_list_too(still_day: "BridgeDay") -> None:
    assert still_day.read("/marketeye", code="A005930") == [quote_row(still_day, CODE, "A005930", "삼성전자")]


def test_the_same_code_twice_is_answered_twice(still_day: "BridgeDay") -> None:
    row = quote_row(still_day, CODE, "A005930", "삼성전자")
    assert still_day.read("/marketeye", code=["A005930", "005930"]) == [row, row]


def test_before_the_open_prices_that_do_not_exist_are_zero(open_bridge: "OpenBridge") -> None:
    day = open_bridge(start=datetime.fromisoformat("2025-11-14T08:20:00+09:00"))
    (row,) = day.read("/marketeye", code="A005930")
    base = MadeBars(seed=1).base_price(CODE, DAY)
    assert [row[key] for key in QUOTE[3:11]] == [base, 0, 0, 0, 0, 0, 0, 0]


# /hogainfo


@pytest.mark.parametrize("depth", [1, 5, 10])
def test_hogainfo_tells_bids_from_the_best_down_then_asks_from_the_best_up(
    still_day: "BridgeDay", depth: int
) -> None:
    rows = still_day.read("/hogainfo", code="A005930", k=depth)
    book = still_day.exchange.book(CODE)
    assert [list(row) for row in rows] == [LEVEL] * (2 * depth)
    bids = [["매수", level.price, level.quantity] for level in book.bids[:depth]]
    asks = [["매도", level.price, level.quantity] for level in book.asks[:depth]]
    assert [list(row.values()) for row in rows] == bids + asks
    assert [row["호가"] for row in rows[:depth]] == sorted(
        (row["호가"] for row in rows[:depth]), reverse=True
    )
    assert [row["호가"] for row in rows[depth:]] == sorted(row["호가"] for row in rows[depth:])


def test_hogainfo_shows_five_levels_by_itself(still_day: "BridgeDay") -> None:
    assert still_day.read("/hogainfo", code="Q500001") == still_day.read("/hogainfo", code="Q500001", k=5)
    assert len(still_day.read("/hogainfo", code="Q500001")) == 10


def test_a_waiting_order_of_ours_is_in_the_book(day: "BridgeDay") -> None:
    before = day.read("/hogainfo", code="A005930", k=1)
    assert day.order("/buy", amount=7, price=before[0]["호가"]).json()["status"] == "open"
    after = day.read("/hogainfo", code="A005930", k=1)
    assert after == [{**before[0], "잔량": before[0]["잔량"] + 7}, before[1]]


@pytest.mark.parametrize("depth", [0, 11, -1, "five", ""])
def test_hogainfo_has_one_to_ten_levels(still_day: "BridgeDay", depth: object) -> None:
    response = still_day.ask("/hogainfo", code="A005930", k=depth)
    assert (response.status_code, response.json()["reason"]) == (400, "BadInput")
    assert "k" in response.json()["english"]


# Codes

READERS = [("/chart", {"n": 1}), ("/marketeye", {}), ("/hogainfo", {})]


@pytest.mark.parametrize(("path", "more"), READERS)
def test_a_code_may_be_written_with_and_without_its_letter(
    still_day: "BridgeDay", path: str, more: dict[str, Any]
) -> None:
    assert still_day.read(path, code="A005930", **more) == still_day.read(path, code="005930", **more)
    assert still_day.read(path, code="Q500001", **more) == still_day.read(path, code="500001", **more)


@pytest.mark.parametrize(("path", "more"), READERS)
@pytest.mark.parametrize("code", ["A000660", "A5930", "", "삼성전자", "a005930", "AA005930", "A005930 "])
def test_an_unknown_code_is_refused_by_name(
    still_day: "BridgeDay", path: str, more: dict[str, Any], code: str
) -> None:
    response = still_day.ask(path, code=code, **more)
    assert (response.status_code, response.json()["reason"]) == (400, "BadInput")
    assert code in response.json()["korean"]


def test_one_unknown_code_among_several_is_refused(still_day: "BridgeDay") -> None:
    response = still_day.ask("/marketeye", code=["A005930", "A999999"])
    assert response.status_code == 400
    assert "A999999" in response.json()["english"]


# A broker that cannot be read

EVERY_READER: list[tuple[str, dict[str, Any]]] = [
    ("/connection", {}),
    ("/accountinfo", {}),
    ("/stockaccountinfo", {}),
    ("/chart", {"code": "A005930", "n": 3}),
    ("/chart", {"code": "A005930", "date_from": "20251110"}),
    ("/marketeye", {"code": "A005930"}),
    ("/hogainfo", {"code": "A005930"}),
]


@pytest.mark.parametrize(("path", "arguments"), EVERY_READER)
def test_a_broker_that_cannot_be_read_is_an_error_and_no_empty_answer(
    still_day: "BridgeDay",
    monkeypatch: pytest.MonkeyPatch,
    deafness: HogaError,
    path: str,
    arguments: dict[str, Any],
) -> None:
    monkeypatch.setattr(still_day.broker, "deafness", deafness)
    response = still_day.ask(path, **arguments)
    assert response.status_code == 502
    assert response.json()["reason"] == type(deafness).__name__
    assert (response.json()["korean"], response.json()["english"]) == (deafness.korean, deafness.english)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RateLimited("너무 빠릅니다", "too fast"), 429),
        (WireError("읽을 수 없는 응답입니다", "the answer cannot be read", raw="<secret>"), 502),
    ],
)
def test_other_troubles_of_a_broker_have_their_status(
    still_day: "BridgeDay", monkeypatch: pytest.MonkeyPatch, error: HogaError, status: int
) -> None:
    monkeypatch.setattr(still_day.broker, "deafness", error)
    response = still_day.ask("/accountinfo")
    assert (response.status_code, response.json()["reason"]) == (status, type(error).__name__)
    assert "secret" not in response.text


def test_an_order_whose_buying_power_cannot_be_read_is_not_sent(
    still_day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_day.broker, "deafness", BrokerError("조회 실패", "cannot be read"))
    response = still_day.order("/buy")
    assert (response.status_code, response.json()["reason"]) == (502, "BrokerError")
    assert (still_day.broker.sent, still_day.records(), still_day.desk.orders) == ([], [], ())


# Orders: who may


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/buy", "/sell"])
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer the-token-of-this-bridge-0123456789abcde",
        "the-token-of-this-bridge-0123456789abcdef",
        "Basic the-token-of-this-bridge-0123456789abcdef",
        "Bearer \xe9".encode("latin-1"),
    ],
)
def test_without_the_token_nothing_is_sent(
    still_day: "BridgeDay", path: str, method: str, authorization: Any, token: str
) -> None:
    still_day.app = create(
        still_day.hoga, Access(token, still_day.clock.now), still_day.answers
    )  # it remembers no wrong tokens
    headers = {} if authorization is None else {"Authorization": authorization}  # bytes may be anything
    response = still_day.ask(path, method, headers, **still_day.wanted(path))
    assert (response.status_code, response.json()["reason"]) == (401, "Unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert (still_day.broker.sent, still_day.records(), still_day.desk.orders) == ([], [], ())


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "Authorization"])
def test_a_token_in_the_address_does_not_count(still_day: "BridgeDay", token: str, name: str) -> None:
    for value in (token, f"Bearer {token}"):
        response = still_day.ask("/buy", "POST", **still_day.wanted("/buy", **{name: value}))
        assert response.status_code == 401
        assert token not in response.text
    assert still_day.records() == []


def test_who_has_no_token_is_not_told_about_arguments(still_day: "BridgeDay") -> None:
    assert still_day.ask("/buy").status_code == 401
    assert still_day.ask("/sell", acc="x", amount="y").status_code == 401


def test_the_word_bearer_may_be_written_small(day: "BridgeDay", token: str) -> None:
    response = day.ask("/buy", "POST", {"Authorization": f"bearer {token}"}, **day.wanted("/buy"))
    assert (response.status_code, response.json()["cybos_status"]) == (200, 0)


def test_reading_needs_no_token(still_day: "BridgeDay") -> None:
    for path, arguments in EVERY_READER:
        assert still_day.ask(path, **arguments).status_code == 200


# Orders: taken


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("path", "side"), [("/buy", Side.BUY), ("/sell", Side.SELL)])
def test_an_order_is_at_the_exchange_exactly_once(
    day: "BridgeDay", path: str, side: Side, method: str
) -> None:
    limits = day.exchange.limits(CODE)
    price = limits.lower if side is Side.BUY else limits.upper
    response = day.order(path, method, amount=3, price=price)
    assert response.status_code == 200
    body = response.json()
    assert list(body) == TAKEN + OURS
    (record,) = day.records()
    assert record.kind is RecordKind.ORDER
    assert (record.request.code, record.request.side) == (CODE, side)
    assert (record.request.quantity, record.request.price) == (3, price)
    word = "매수" if side is Side.BUY else "매도"
    assert body == {
        "Server_Status": 200,
        "cybos_status": 0,
        "message": f"{word} 주문이 완료되었습니다.",
        "order_id": "20251114-000001",
        "broker_order_id": f"{record.number:010d}",
        "status": "open",
    }
    (order,) = day.desk.orders
    assert (order.order_id, order.source, order.status) == (body["order_id"], "bridge", OrderStatus.OPEN)


def test_an_order_that_trades_at_once_is_filled_in_the_answer(day: "BridgeDay") -> None:
    ask = day.exchange.book(CODE).asks[0]
    body = day.order("/buy", amount=2, price=ask.price).json()
    assert (body["cybos_status"], body["status"]) == (0, "filled")
    (record,) = day.records()
    assert (record.filled_quantity, record.filled_amount) == (2, 2 * ask.price)


def test_an_etn_is_bought_with_its_letter(day: "BridgeDay") -> None:
    price = day.exchange.quote(NOTE).ask
    body = day.order("/buy", front="Q", code=NOTE, amount=5, price=price).json()
    assert (body["cybos_status"], body["status"]) == (0, "filled")
    rows = {row["종목코드"]: row["(체결)잔고수량"] for row in day.read("/stockaccountinfo")}
    assert rows["Q500001"] == 8


@pytest.mark.parametrize("account", ["5001234501", "50012345-01", "50012345"])
def test_the_account_may_be_written_with_and_without_the_product_code(day: "BridgeDay", account: str) -> None:
    assert day.order("/buy", acc=account).json()["cybos_status"] == 0
    assert len(day.records()) == 1


def test_two_orders_at_the_same_moment_are_two_orders(day: "BridgeDay", token: str) -> None:
    async def both() -> list[str]:
        headers = {"Authorization": f"Bearer {token}"}
        wanted = day.wanted("/buy", price=day.exchange.limits(CODE).lower)
        answers = await asyncio.gather(*(day.asking("/buy", "POST", headers, **wanted) for _ in range(2)))
        return [answer.json()["broker_order_id"] for answer in answers]

    numbers = asyncio.run(both())
    assert sorted(numbers) == [f"{record.number:010d}" for record in day.records()]
    assert len(set(numbers)) == 2


def test_two_orders_at_the_same_moment_cannot_spend_the_same_won(
    open_bridge: "OpenBridge", token: str
) -> None:
    day = open_bridge(deposit=700_000, holdings=())

    async def both() -> list[int]:
        headers = {"Authorization": f"Bearer {token}"}
        wanted = day.wanted("/buy", amount=10)
        answers = await asyncio.gather(*(day.asking("/buy", "POST", headers, **wanted) for _ in range(2)))
        return [answer.json()["cybos_status"] for answer in answers]

    assert sorted(asyncio.run(both())) == [-1, 0]
    assert len(day.records()) == 1


# Orders: refused


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"acc": "5001234502"}, id="another product code"),
        pytest.param({"acc": "50012346"}, id="another account"),
        pytest.param({"acc": ""}, id="no account"),
        pytest.param({"acc": "500123450"}, id="half a product code"),
        pytest.param({"front": ""}, id="no letter"),
        pytest.param({"front": "J"}, id="another letter"),
        pytest.param({"front": "A0", "code": "05930"}, id="a code torn in two"),
        pytest.param({"code": "A005930"}, id="the letter twice"),
        pytest.param({"code": "999999"}, id="an unknown code"),
        pytest.param({"amount": 0}, id="no share"),
        pytest.param({"amount": -1}, id="a negative quantity"),
        pytest.param({"amount": 10**12 + 1}, id="too many shares"),
        pytest.param({"amount": "9" * 4_000}, id="absurdly many shares"),
        pytest.param({"amount": "1.5"}, id="half a share"),
        pytest.param({"amount": "ten"}, id="a word for a quantity"),
        pytest.param({"price": 0}, id="no price"),
        pytest.param({"price": -70_000}, id="a negative price"),
        pytest.param({"price": 10**12 + 1}, id="too high a price"),
        pytest.param({"price": ""}, id="an empty price"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused_and_nothing_is_sent(
    still_day: "BridgeDay", wrong: dict[str, Any]
) -> None:
    for path in ("/buy", "/sell"):
        response = still_day.order(path, **wrong)
        assert (response.status_code, response.json()["reason"]) == (400, "BadInput"), response.text
    assert (still_day.broker.sent, still_day.records(), still_day.desk.orders) == ([], [], ())


@pytest.mark.parametrize("missing", ["acc", "front", "code", "amount", "price"])
def test_a_missing_argument_is_named(still_day: "BridgeDay", token: str, missing: str) -> None:
    wanted = still_day.wanted("/buy")
    del wanted[missing]
    response = still_day.ask("/buy", "POST", {"Authorization": f"Bearer {token}"}, **wanted)
    assert response.status_code == 400
    assert f"인자 {missing} 이(가) 없습니다" in response.json()["korean"]
    assert f"argument {missing} is missing" in response.json()["english"]
    assert still_day.records() == []


def off_tick(day: "BridgeDay") -> dict[str, Any]:
    return {"price": (day.exchange.quote(CODE).ask or 0) + 1}


def above_the_limit(day: "BridgeDay") -> dict[str, Any]:
    return {"price": day.exchange.grid(CODE).up(day.exchange.limits(CODE).upper)}


def below_the_limit(day: "BridgeDay") -> dict[str, Any]:
    return {"price": day.exchange.grid(CODE).down(day.exchange.limits(CODE).lower)}


def too_dear(day: "BridgeDay") -> dict[str, Any]:
    return {"amount": 10_000_000 // (day.exchange.quote(CODE).ask or 1) + 1}


def huge(day: "BridgeDay") -> dict[str, Any]:
    return {"amount": 10**12}


@pytest.mark.parametrize(
    ("path", "wrong", "reason"),
    [
        ("/buy", off_tick, Reason.OFF_TICK),
        ("/sell", off_tick, Reason.OFF_TICK),
        ("/buy", above_the_limit, Reason.OUTSIDE_LIMITS),
        ("/sell", below_the_limit, Reason.OUTSIDE_LIMITS),
        ("/buy", too_dear, Reason.INSUFFICIENT_BUYING_POWER),
        ("/buy", huge, Reason.INSUFFICIENT_BUYING_POWER),
        ("/sell", lambda _: {"amount": 11}, Reason.INSUFFICIENT_SELLABLE),
        ("/sell", huge, Reason.INSUFFICIENT_SELLABLE),
    ],
)
def test_what_risk_denies_is_told_with_its_reason_and_not_sent(
    day: "BridgeDay", path: str, wrong: Callable[["BridgeDay"], dict[str, Any]], reason: Reason
) -> None:
    response = day.order(path, **wrong(day))
    assert response.status_code == 200
    body = response.json()
    assert list(body) == TAKEN + OURS
    assert (body["Server_Status"], body["cybos_status"], body["status"]) == (200, -1, "denied")
    assert body["broker_order_id"] is None
    assert str(reason) in body["message"]
    assert body["message"].startswith(f"{'매수' if path == '/buy' else '매도'} 주문이 거부되었습니다")
    assert (day.broker.sent, day.records()) == ([], [])
    assert day.desk.get_order(body["order_id"]).status is OrderStatus.DENIED


def test_one_won_more_than_there_is_is_denied(open_bridge: "OpenBridge") -> None:
    price = 62_300
    needed = 10 * price + 10 * price * 140527 // 10**9
    day = open_bridge(deposit=needed - 1, holdings=())
    assert day.order("/buy", amount=10, price=price).json()["cybos_status"] == -1
    assert day.order("/buy", amount=9, price=price).json()["cybos_status"] == 0


def test_before_the_market_opens_orders_are_denied(open_bridge: "OpenBridge") -> None:
    day = open_bridge(start=datetime.fromisoformat("2025-11-14T08:10:00+09:00"))
    body = day.order("/buy", price=62_000).json()
    assert (body["cybos_status"], body["status"]) == (-1, "denied")
    assert Reason.WRONG_PHASE in body["message"]


def test_what_the_broker_refuses_is_told_in_its_words(day: "BridgeDay") -> None:
    day.broker.script = ["refuse"]
    body = day.order("/buy").json()
    assert (body["cybos_status"], body["status"]) == (-1, "rejected")
    assert "APBK0952 주문가능금액을 초과 했습니다" in body["message"]
    assert day.records() == []


def test_an_order_that_never_left_was_refused(day: "BridgeDay") -> None:
    day.broker.script = ["unreachable"]
    body = day.order("/buy").json()
    assert (body["cybos_status"], body["status"]) == (-1, "rejected")
    assert "NEVER_LEFT" in body["message"]


# Orders: in doubt


@pytest.mark.parametrize("fate", ["lost", "gone"])
def test_an_order_without_an_answer_must_not_be_sent_again(day: "BridgeDay", fate: str) -> None:
    day.broker.script = [fate]
    body = day.order("/buy").json()
    assert list(body) == TAKEN + OURS
    assert (body["Server_Status"], body["cybos_status"], body["status"]) == (200, 1, "unconfirmed")
    assert "다시 보내지 마십시오" in body["message"]
    assert body["broker_order_id"] is None
    again = day.order("/buy").json()
    assert (again["cybos_status"], again["status"]) == (-1, "denied")
    assert Reason.IN_DOUBT in again["message"]
    assert len(day.broker.sent) == 1


def test_an_order_whose_answer_was_lost_is_found_at_the_broker(day: "BridgeDay") -> None:
    day.broker.script = ["lost"]
    order_id = day.order("/buy").json()["order_id"]
    day.wait(timedelta(seconds=30))
    (record,) = day.records()
    order = day.desk.get_order(order_id)
    assert (order.status, order.broker_order_id) == (OrderStatus.FILLED, f"{record.number:010d}")
    assert day.order("/buy").json()["cybos_status"] == 0


# Orders: a journal that cannot be written


def test_what_cannot_be_written_down_is_not_sent(day: "BridgeDay") -> None:
    day.journal.room = 0
    for path in ("/buy", "/sell"):
        response = day.order(path)
        assert (response.status_code, response.json()["reason"]) == (503, "JournalError")
        assert response.json()["korean"] == "디스크가 가득 찼습니다"
        assert response.json()["english"] == "the disk is full"
    day.journal.room = None  # a desk that has halted stays so
    assert day.order("/buy").status_code == 503
    assert (day.broker.sent, day.records()) == ([], [])
    assert any("매매를 멈춥니다" in line for line in day.told)


def test_a_halted_desk_can_still_be_asked(day: "BridgeDay") -> None:
    day.journal.room = 0
    assert day.order("/buy").status_code == 503
    for path, arguments in EVERY_READER:
        assert day.ask(path, **arguments).status_code == 200


def test_an_order_that_left_before_the_journal_failed_is_not_taken_for_one_that_did_not(
    day: "BridgeDay",
) -> None:
    day.journal.room = 1  # for the intent, and not for what comes of it
    body = day.order("/buy", price=day.exchange.limits(CODE).lower).json()
    assert (body["cybos_status"], body["status"]) == (1, "submitted")
    assert "다시 보내지 마십시오" in body["message"]
    assert body["order_id"] == "20251114-000001"
    assert len(day.records()) == 1
    assert day.order("/buy").status_code == 503
    assert len(day.records()) == 1


def test_an_order_that_was_taken_before_the_journal_failed_was_taken(day: "BridgeDay") -> None:
    day.journal.room = 2  # for the intent and the number, and not for the execution
    body = day.order("/buy").json()
    assert (body["cybos_status"], body["status"]) == (0, "open")
    assert body["broker_order_id"] == f"{day.records()[0].number:010d}"


def test_absurd_numbers_do_not_spoil_the_journal(day: "BridgeDay") -> None:
    day.order("/buy", amount=10**12, price=10**12)
    denied = day.order("/sell", amount=10**12).json()["order_id"]
    day.run(day.desk.open(DAY))
    assert day.desk.get_order(denied).request.quantity == 10**12


def test_no_check_before_a_route_goes_through_a_thread(still_day: "BridgeDay") -> None:
    checks = {
        dependency.call
        for route in still_day.app.routes
        if isinstance(route, APIRoute)
        for dependency in route.dependant.dependencies
    }
    assert len(checks) > 3
    assert [check for check in checks if not inspect.iscoroutinefunction(check)] == []
