"""Whether it is safe to trade, the numbers for Prometheus, the log, and the page of the routes."""

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hoga.domain.errors import BrokerError
from hoga.server.health import Hindrance
from hoga.server.logs import FILE, logged

if TYPE_CHECKING:
    from tests.server.conftest import BridgeDay


def health(day: "BridgeDay") -> list[str]:
    response = day.ask("/v1/health")
    body = response.json()
    assert response.status_code == (200 if body["is_safe"] else 503)
    assert body["is_safe"] is (body["reasons"] == [])
    reasons: list[str] = body["reasons"]
    return reasons


def test_a_desk_that_is_open_and_knows_everything_is_safe(still_day: "BridgeDay") -> None:
    assert health(still_day) == []


def test_what_speaks_against_trading_is_told(day: "BridgeDay") -> None:
    day.broker.script = ["gone"]
    day.order("/buy")
    assert health(day) == [Hindrance.IN_DOUBT]
    day.desk.reduce()
    assert health(day) == [Hindrance.REDUCING, Hindrance.IN_DOUBT]
    day.run(day.desk.halt())
    assert health(day) == [Hindrance.HALTED, Hindrance.IN_DOUBT]


def test_a_broker_that_cannot_be_read_and_an_old_reconciliation_are_told(
    day: "BridgeDay", monkeypatch: pytest.MonkeyPatch
) -> None:
    day.clock.set(day.clock.now() + timedelta(minutes=2))
    assert health(day) == []
    day.clock.set(day.clock.now() + timedelta(minutes=2))
    assert health(day) == [Hindrance.STALE]
    day.run(day.desk.reconcile())
    assert health(day) == []

    async def deaf(*_: object) -> None:
        raise BrokerError("조회 실패", "cannot be read")

    monkeypatch.setattr(day.broker, "orders", deaf)
    day.run(day.desk.settle())
    assert health(day) == [Hindrance.BROKER_UNREADABLE]


def test_what_the_broker_counts_differently_is_told(day: "BridgeDay") -> None:
    day.desk._differences = frozenset({object()})  # type: ignore[arg-type]
    assert health(day) == [Hindrance.DIFFERS]


def test_a_broken_journal_is_not_safe(day: "BridgeDay") -> None:
    day.journal.room = 0
    day.order("/buy")
    assert health(day) == [Hindrance.NOT_OPEN]


def metrics(day: "BridgeDay") -> dict[tuple[str, ...], float]:
    response = day.ask("/v1/metrics", headers={"Authorization": f"Bearer {day.token}"})
    assert response.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_metrics_tell_what_the_desk_knows(day: "BridgeDay") -> None:
    day.order("/buy")
    day.order("/buy", price=1)
    day.broker.script = ["gone"]
    day.order("/sell")
    told = metrics(day)
    assert told["hoga_orders", "filled"] == 1
    assert told["hoga_orders", "denied"] == 1
    assert told["hoga_orders", "unconfirmed"] == told["hoga_unconfirmed_orders",] == 1
    assert told["hoga_fills",] == 1
    assert told["hoga_trading_state", "active"] == 1
    assert told["hoga_trading_state", "halted"] == 0
    assert told["hoga_safe_to_trade",] == 0
    assert told["hoga_reconciliation_age_seconds",] == 0
    assert told["hoga_requests_total", "POST", "/buy", "200"] == 2
    assert told["hoga_request_seconds_count", "/buy"] == 2


def test_metrics_count_by_the_pattern_of_a_route_and_need_a_token(day: "BridgeDay") -> None:
    headers = {"Authorization": f"Bearer {day.token}"}
    for path in ("/v1/books/005930", "/v1/books/247540", "/v1/books/999999", "/nothing", "/v1/nothing"):
        day.ask(path, headers=headers)
    told = metrics(day)
    assert told["hoga_requests_total", "GET", "/v1/books/{code}", "200"] == 2
    assert told["hoga_requests_total", "GET", "/v1/books/{code}", "400"] == 1
    assert told["hoga_requests_total", "GET", "", "404"] == 2
    assert day.ask("/v1/metrics").status_code == 401


def test_the_log_has_a_line_of_json_for_each_request_and_no_secret(day: "BridgeDay", tmp_path: Path) -> None:
    with logged(tmp_path):
        day.order("/buy")
        day.ask("/v1/books/005930", headers={"Authorization": "Bearer wrong"})
        try:
            raise ValueError("inside")
        except ValueError:
            logging.getLogger("hoga.test").exception("broken %s", "thing")
    logging.getLogger("hoga.test").error("afterwards")
    content = (tmp_path / "logs" / FILE).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in content.splitlines()]
    assert [line["message"] for line in lines] == ["request", "request", "broken thing"]
    first, second, error = lines
    assert (first["who"], first["method"], first["route"], first["status"]) == ("bridge", "POST", "/buy", 200)
    assert (second["who"], second["status"]) == (None, 401)
    assert error["level"] == "ERROR"
    assert "ValueError: inside" in error["error"]
    assert day.token not in content
    assert day.hoga.account_number not in content


def test_the_page_of_the_routes_shows_all_and_loads_nothing(still_day: "BridgeDay") -> None:
    response = still_day.ask("/docs")
    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    text = response.text
    for path in still_day.app.openapi()["paths"]:
        assert f"<code>{path}</code>" in text
    for forbidden in ("<script", "src=", "http://", "https://", "<link", "@import", "url("):
        assert forbidden not in text
    assert "삼성전자" in text
    assert "&quot;quantity&quot;: 1" in text
    assert '<a href="#Order">Order</a>' in text
    assert '<h2 id="Order">Order</h2>' in text
    for field in ("filled_quantity", "매도가능수량", "reports.report.request.side", "broker_order_ids"):
        assert f"<tr><td><code>{field}</code>" in text


def test_the_address_by_itself_says_what_this_is_and_shows_nothing_of_the_account(
    still_day: "BridgeDay",
) -> None:
    response = still_day.ask("/")
    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert 'href="/docs"' in response.text
    assert still_day.hoga.account_number not in response.text


def test_every_route_of_v1_has_a_description_in_korean_and_an_example(still_day: "BridgeDay") -> None:
    for path, methods in still_day.app.openapi()["paths"].items():
        if not path.startswith("/v1/"):
            continue
        for route in methods.values():
            assert any("가" <= letter <= "힣" for letter in route["summary"]), path
            if path.endswith((".xlsx", "/metrics")):
                continue
            answers = route["responses"]
            good = answers.get("200") or answers["201"]
            if "201" in answers:
                good = answers["201"]
            assert good["content"]["application/json"]["example"], path
