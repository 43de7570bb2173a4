"""What the questions of the client read in real answers of KIS."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hoga.brokers.kis import account, charts, issues, members, profits, program_days, standing
from hoga.brokers.kis.envelope import Reply
from hoga.brokers.kis.services import SERVICES, Call
from hoga.domain.standing import Warned

DAY = date(2026, 5, 6)
READERS: Mapping[Call, Callable[[Reply], Any]] = {
    Call.PRICE: lambda reply: standing.read_valuation(reply, "005930"),
    Call.MINUTE_BARS: lambda reply: charts.read_all_minutes(reply, "005930"),
    Call.PAST_MINUTE_BARS: lambda reply: charts.read_all_minutes(reply, "005930"),
    Call.TICKS_UNTIL: lambda reply: charts.read_ticks_until(reply, "005930", DAY),
    Call.DAILY_PRICES: lambda reply: charts.read_daily_prices(reply, "005930"),
    Call.MEMBERS: lambda reply: members.read_members(reply, "005930"),
    Call.PROGRAM_DAYS: lambda reply: program_days.read_program_days(reply, "005930"),
    Call.PRODUCT_INFO: lambda reply: issues.read_product(reply, "AAPL"),
    Call.REVISABLE: lambda reply: account.read_revisables([reply], DAY),
    Call.DAY_PROFITS: lambda reply: profits.read_day_profits([reply]),
}


def test_every_real_answer_is_read(recorded_answer: Any) -> None:
    path, response = recorded_answer["_provenance"]["path"], recorded_answer["response"]
    call = next(service.call for service in SERVICES.values() if service.path == path)
    if call not in READERS or response.get("rt_cd") != "0":
        pytest.skip(f"no question about {call} is tried here, or it was refused")
    found = READERS[call](Reply(200, json.dumps(response).encode()))
    rows = next((block for block in response.values() if isinstance(block, list)), [response])
    assert not isinstance(found, list) or len(found) == len(rows)


def test_the_value_of_a_recorded_price(recorded: Callable[[str], Any]) -> None:
    document = recorded("rest/inquire_price_005930_20250916.json")
    value = standing.read_valuation(Reply(200, json.dumps(document["response"]).encode()), "005930")
    assert (value.last_price, value.market_cap) == (77_600, 459_363_900_000_000)
    assert (value.per, value.pbr, value.eps) == (Decimal("15.68"), Decimal("1.34"), Decimal(4950))
    assert value.warned is Warned.NO
    assert not value.is_halted


def test_recorded_open_orders(recorded: Callable[[str], Any]) -> None:
    document = recorded("rest/inquire_psbl_rvsecncl_real_SOR.json")
    orders = account.read_revisables([Reply(200, json.dumps(document["response"]).encode())], DAY)
    assert orders[0].request.code == "088350"
    assert all(0 < order.revisable_quantity <= order.request.quantity for order in orders)
