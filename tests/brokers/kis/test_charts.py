"""Minutes as KIS shows them on a running day, and as its client reads them."""

import json
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from tests.brokers.kis.door import SAMSUNG, at, make_simulation

from hoga.brokers.kis import charts
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.charts import Minute, join_minutes, minutes_so_far, past_minutes
from hoga.brokers.kis.codes import Environment
from hoga.brokers.kis.envelope import Declined, Reply
from hoga.domain.bar import Bar, Interval
from hoga.domain.errors import BadInput, WireError
from hoga.domain.zone import KST

CODE = "005930"


def minute(text: str, price: int, volume: int = 10) -> Bar:
    return Bar(CODE, at(text), price, price, price, price, volume, price * volume)


def shown(minutes: list[Minute]) -> list[tuple[str, int, int, int]]:
    return [(f"{m.bar.at:%H:%M}", m.bar.close, m.bar.volume, m.day_value) for m in minutes]


def test_a_minute_without_a_trade_has_the_last_price_and_no_volume() -> None:
    found = minutes_so_far([minute("09:00", 100), minute("09:02", 102)], 102, at("09:02:30"), None)
    assert shown(found) == [("09:00", 100, 10, 1000), ("09:01", 100, 0, 1000), ("09:02", 102, 10, 2020)]


def test_the_running_minute_repeats_the_volume_until_it_has_one() -> None:
    found = minutes_so_far([minute("09:00", 100)], 100, at("09:01:30"), None)
    assert shown(found) == [("09:00", 100, 10, 1000), ("09:01", 100, 10, 1000)]


def test_an_hour_to_come_shows_the_price_of_now() -> None:
    found = minutes_so_far([minute("09:00", 100)], 100, at("09:00:30"), at("09:03"))
    assert shown(found)[1:] == [("09:01", 100, 0, 1000), ("09:02", 100, 0, 1000), ("09:03", 100, 0, 1000)]
    far = minutes_so_far([minute("09:00", 100)], 100, at("09:00:30"), at("23:00"))
    assert f"{far[-1].bar.at:%H:%M}" == "15:30"


def test_the_closing_call_has_one_bar() -> None:
    traded = [minute("15:18", 100), minute("15:30", 99, 500)]
    found = minutes_so_far(traded, 99, at("16:00"), None)
    assert shown(found) == [("15:18", 100, 10, 1000), ("15:19", 100, 0, 1000), ("15:30", 99, 500, 50_500)]


def test_nothing_is_shown_before_the_first_trade() -> None:
    assert minutes_so_far([], 100, at("09:05"), None) == []
    assert minutes_so_far([minute("09:03", 100)], 100, at("09:05"), at("09:02")) == []


def _reply(minutes: list[Minute]) -> Reply:
    return charts.minute_bars_reply(Listed(make_simulation().exchange.quote(CODE), SAMSUNG), minutes)


def _read(reply: Reply, code: str) -> list[Minute]:
    return join_minutes(charts.read_all_minutes(reply, code))


def test_a_client_reads_the_bars_that_were_written() -> None:
    bars = [minute("09:00", 100), minute("09:01", 101), minute("09:03", 99)]
    assert [each.bar for each in _read(_reply(past_minutes(bars)), CODE)] == bars


def test_bars_that_only_fill_up_are_not_read() -> None:
    found = minutes_so_far([minute("09:00", 100), minute("09:02", 102)], 102, at("09:03:10"), at("09:05"))
    read = _read(_reply(found), CODE)
    assert [f"{each.bar.at:%H:%M}" for each in read] == ["09:00", "09:02"]


def test_pages_make_one_day() -> None:
    bars = [minute(f"09:{n:02}", 100 + n) for n in range(6)]
    day = past_minutes(bars)
    first, second = (_read(_reply(part), CODE) for part in (day[3:], day[:4]))
    assert [each.bar for each in join_minutes([*first, *second])] == bars


def test_the_value_of_a_lone_bar_in_the_middle_is_not_guessed() -> None:
    day = past_minutes([minute("09:00", 100), minute("09:01", 100)])
    (only,) = _read(_reply(day[1:]), CODE)
    assert (only.bar.value, only.bar.volume) == (0, 10)


def test_a_recorded_day_is_read_whole(recorded: Callable[[str], Any]) -> None:
    document = recorded("rest/inquire_time_dailychartprice_005930_20250915_16_client_merged.json")
    minutes = _read(Reply(200, json.dumps(document["response"]).encode()), CODE)
    first_day = [each for each in minutes if each.bar.at.day == 15]
    assert first_day[0].bar.at == datetime(2025, 9, 15, 13, 21, tzinfo=KST)
    assert (first_day[-1].bar.at.hour, first_day[-1].bar.volume) == (15, 1_846_000)
    # The answer begins in the middle of the day, so only the value of its oldest bar is not known.
    assert first_day[0].bar.value == 0
    grown = first_day[-1].day_value - first_day[0].day_value
    assert sum(each.bar.value for each in first_day) == grown
    for each in first_day[1:]:
        assert each.bar.low * each.bar.volume <= each.bar.value <= each.bar.high * each.bar.volume


def test_what_is_no_minute_is_reported() -> None:
    with pytest.raises(WireError):
        _read(Reply(200, b'{"output2":[{"stck_bsop_date":"20260506"}],"rt_cd":"0"}'), CODE)


def test_a_client_asks_for_earlier_minutes_until_the_day_begins() -> None:
    request = charts.minute_bars_request(CODE, time(10), Environment.PAPER)
    assert charts.asked_hour(request, at("10:00").date()) == at("10:00")
    page = past_minutes([minute(f"09:{n:02}", 100) for n in range(20, 50)])
    following = charts.earlier_minutes_request(request, page)
    assert following is not None
    assert following.query["FID_INPUT_HOUR_1"] == "091900"
    assert charts.earlier_minutes_request(request, page[:29]) is None


def test_the_paper_host_has_no_past_minutes() -> None:
    with pytest.raises(BadInput):
        charts.past_minute_bars_request(CODE, at("10:00"), Environment.PAPER)
    request = charts.past_minute_bars_request(CODE, at("10:00"), Environment.REAL)
    assert charts.asked_past_minutes(request) == charts.MinutesQuery(CODE, at("10:00"), False)


@pytest.mark.parametrize("hour", ["", "000000"])
def test_no_hour_is_now(hour: str) -> None:
    request = charts.minute_bars_request(CODE, time(10), Environment.REAL)
    now, nonsense = (
        request._replace(query={**request.query, "FID_INPUT_HOUR_1": h}) for h in (hour, "25:00")
    )
    assert charts.asked_hour(now, at("10:00").date()) is None
    with pytest.raises(Declined):
        charts.asked_hour(nonsense, at("10:00").date())


def test_the_last_days_are_read_oldest_first() -> None:
    bars = [minute("09:00", 100)]
    request = charts.daily_prices_request(CODE, Interval.WEEK, Environment.PAPER)
    assert request.query["FID_PERIOD_DIV_CODE"] == "W"
    (read,) = charts.read_daily_prices(charts.daily_prices_reply([charts.DayRow(bars[0])], None), CODE)
    assert (read.at.date(), read.close, read.volume) == (at("09:00").date(), 100, 10)
