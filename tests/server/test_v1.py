"""What a program may look at under /v1, held against the exchange behind the bridge."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from hoga.day import ACCOUNT
from hoga.domain.errors import BrokerError
from hoga.krx.calendar import get_hours, previous_trading_day
from hoga.server.access import Access
from hoga.server.routes import create
from hoga.storage.bridge_tokens import BridgeTokens, Scope

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay

CODE, OTHER, NOTE = "005930", "247540", "500001"
SINCE: dict[str, Any] = {"from": "2024-01-01"}
EXAM_WEEK: dict[str, Any] = {"from": "2025-11-13", "to": "2025-11-17"}


def get(day: "BridgeDay", path: str, status: int = 200, **params: Any) -> Any:
    response = day.ask(f"/v1{path}", headers={"Authorization": f"Bearer {day.token}"}, **params)
    assert response.status_code == status, response.text
    return response.json()


READING = [
    "/account",
    "/positions",
    "/orders",
    "/orders/1",
    "/fills",
    "/trading",
    f"/quotes?code={CODE}",
    f"/books/{CODE}",
    f"/bars/{CODE}",
    "/instruments?q=x",
    f"/instruments/{CODE}",
    "/calendar",
    f"/flows/{CODE}",
    f"/features/{CODE}",
    "/short-sale/ranking",
    "/short-sale/ranking.xlsx",
    f"/short-sale/{CODE}",
    "/about",
    f"/buying-power?code={CODE}",
    "/reports",
    f"/valuations/{CODE}",
    "/keys",
    "/metrics",
    "/strategies",
    "/plans",
    "/plans/1",
]


def test_a_bridge_of_a_simulated_day_has_no_plans_and_says_so(still_day: "BridgeDay") -> None:
    assert "hoga rebalance" in get(still_day, "/plans", 400)["english"]


def test_a_bridge_without_strategies_says_so(still_day: "BridgeDay") -> None:
    assert get(still_day, "/strategies") == {"strategies": [], "scheduled": []}


@pytest.mark.parametrize("path", READING)
def test_nothing_is_told_without_a_token(still_day: "BridgeDay", path: str) -> None:
    assert still_day.ask(f"/v1{path}").status_code == 401


def test_every_reading_route_is_asked_for_a_token_above(still_day: "BridgeDay") -> None:
    described = still_day.app.openapi()["paths"]
    parts = {CODE: "{code}", "orders/1": "orders/{order_id}", "plans/1": "plans/{number}"}
    asked = {path.partition("?")[0] for path in READING}
    for part, described_part in parts.items():
        asked = {path.replace(part, described_part) for path in asked}
    assert {f"/v1{path}" for path in asked} == {
        path
        for path, methods in described.items()
        if path.startswith("/v1/") and "get" in methods and path != "/v1/health"
    }


def test_account_and_positions_are_those_of_the_exchange(still_day: "BridgeDay") -> None:
    account = still_day.exchange.account(ACCOUNT)
    told = get(still_day, "/account")["account"]
    assert (told["deposit_d2"], told["total_value"]) == (account.deposit_d2, account.total_value)
    positions = get(still_day, "/positions")["positions"]
    assert {each["code"]: each["quantity"] for each in positions} == {
        each.code: each.quantity for each in account.positions
    }


def test_a_broker_that_cannot_be_read_is_a_problem_and_never_an_empty_list(
    still_day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_day.broker, "deafness", BrokerError("조회 실패", "cannot be read"))
    for path in ("/account", "/positions", f"/books/{CODE}", f"/bars/{CODE}"):
        assert get(still_day, path, 502)["reason"] == "BrokerError"
    assert get(still_day, "/quotes", 502, code=CODE)["reason"] == "BrokerError"


def test_orders_and_fills_are_those_of_the_desk(day: "BridgeDay") -> None:
    filled = day.order("/buy").json()
    waiting = day.order("/buy", price=day.exchange.quote(CODE).lower_limit).json()
    orders = get(day, "/orders")["orders"]
    assert [each["order_id"] for each in orders] == [filled["order_id"], waiting["order_id"]]
    assert [each["status"] for each in orders] == ["filled", "open"]
    assert [each["order_id"] for each in get(day, "/orders", open=True)["orders"]] == [waiting["order_id"]]
    assert get(day, f"/orders/{filled['order_id']}")["order"] == orders[0]
    (fill,) = get(day, "/fills")["fills"]
    assert (fill["order_id"], fill["quantity"]) == (filled["order_id"], 1)
    assert get(day, "/orders/nothing", 404)["reason"] == "UnknownOrder"


def test_quotes_and_books_are_those_of_the_exchange(still_day: "BridgeDay") -> None:
    quotes = get(still_day, "/quotes", code=[f"A{CODE}", OTHER])["quotes"]
    assert [each["code"] for each in quotes] == [CODE, OTHER]
    assert [each["last_price"] for each in quotes] == [
        still_day.exchange.quote(each).last_price for each in (CODE, OTHER)
    ]
    told, book = get(still_day, f"/books/{CODE}")["book"], still_day.exchange.book(CODE)
    assert [(each["price"], each["quantity"]) for each in told["asks"]] == [
        (level.price, level.quantity) for level in book.asks
    ]


def test_bars_of_days_weeks_months_and_years_come_from_the_same_days(still_day: "BridgeDay") -> None:
    days = get(still_day, f"/bars/{CODE}", **SINCE)["bars"]
    assert days == sorted(days, key=lambda bar: bar["date"])
    assert days[-1]["date"] == str(still_day.hoga.day)
    for interval, length in (("week", 8), ("month", 7), ("year", 4)):
        bars = get(still_day, f"/bars/{CODE}", interval=interval, **SINCE)["bars"]
        assert sum(bar["volume"] for bar in bars) == sum(bar["volume"] for bar in days)
        assert bars[-1]["close"] == days[-1]["close"]
        if interval != "week":
            starts = [bar["date"][:length] for bar in bars]
            assert starts == sorted({day["date"][:length] for day in days})
    assert get(still_day, f"/bars/{CODE}", count=5)["bars"] == days[-5:]
    newest = get(still_day, f"/bars/{CODE}", interval="week", count=1)["bars"]
    assert [bar["close"] for bar in newest] == [days[-1]["close"]]
    yesterday = previous_trading_day(still_day.hoga.day)
    one_day: dict[str, Any] = {"from": str(yesterday), "to": str(yesterday)}
    one = get(still_day, f"/bars/{CODE}", **one_day)["bars"]
    assert one == days[-2:-1]


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2025-11-14", "to": "2025-11-13"},
        {"to": "0001-01-01"},
        {"from": "2026-01-01"},
        {"from": "yesterday"},
        {"interval": "hour"},
        {"interval": "minute", "from": "2025-01-01"},
        {"count": 0},
    ],
)
def test_days_that_make_no_sense_are_refused(still_day: "BridgeDay", params: dict[str, Any]) -> None:
    assert get(still_day, f"/bars/{CODE}", 400, **params)["reason"] == "BadInput"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("005930", CODE),
        ("삼성전자", CODE),
        ("삼성", CODE),
        ("에코 프로", OTHER),
        ("etn", NOTE),
        ("2475", OTHER),
    ],
)
def test_instruments_are_found_by_name_and_code(still_day: "BridgeDay", text: str, first: str) -> None:
    found = get(still_day, "/instruments", q=text)["instruments"]
    assert found[0]["code"] == first
    assert get(still_day, f"/instruments/A{first}")["instrument"] == found[0]


def test_what_does_not_exist_is_not_found(still_day: "BridgeDay") -> None:
    assert get(still_day, "/instruments", q="없는종목")["instruments"] == []
    assert get(still_day, "/instruments/999999", 400)["reason"] == "BadInput"


def test_the_calendar_has_trading_days_with_their_hours(still_day: "BridgeDay") -> None:
    days = get(still_day, "/calendar", **EXAM_WEEK)["days"]
    assert [each["date"] for each in days] == ["2025-11-13", "2025-11-14", "2025-11-17"]
    assert days[0]["open"] == "2025-11-13T10:00:00+09:00"  # the day of the university entrance exam
    assert days[1]["close"] == get_hours(still_day.hoga.day).close.isoformat()
    for wrong in ({"from": "9999-12-31"}, {"from": "0001-01-01"}, {"from": "2025-01-01", "to": "2026-12-31"}):
        assert get(still_day, "/calendar", 400, **cast(dict[str, Any], wrong))["reason"] == "BadInput"


def test_a_broker_that_tells_prices_only_says_so(still_day: "BridgeDay") -> None:
    for path in (f"/flows/{CODE}", f"/features/{CODE}", f"/short-sale/{CODE}", "/short-sale/ranking"):
        assert "prices and the account only" in get(still_day, path, 400)["english"]


def test_a_token_for_reading_reads(day: "BridgeDay") -> None:
    folder = day.folder
    secret = BridgeTokens(folder).create("excel", Scope.READ, day.clock.now())
    day.app = create(day.hoga, Access("x", day.clock.now, tokens=BridgeTokens(folder)), day.answers)
    headers = {"Authorization": f"Bearer {secret}"}
    assert day.ask("/v1/account", headers=headers).status_code == 200
    for path in ("/v1/orders", "/v1/halt", "/v1/orders/1/cancel", "/v1/orders/cancel-all", "/v1/resume"):
        response = day.ask(path, "POST", {**headers, "Idempotency-Key": "k"})
        assert (response.status_code, response.json()["reason"]) == (403, "Forbidden")
