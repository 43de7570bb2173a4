"""The stages of the circuit breaker and the sidecar, at their very edges."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Market
from hoga.domain.zone import KST
from hoga.krx.circuit_breaker import HALT, closes_market, due_stage, sidecar
from hoga.krx.sessions import resumption_end

DAY = date(2026, 5, 6)


def at(hours: int, minutes: int, seconds: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hours, minutes, seconds), KST)


def stage(index: str, when: datetime, *levels: str) -> int | None:
    return due_stage(Decimal("2500"), Decimal(index), when, tuple(Decimal(level) for level in levels))


def test_eight_percent_are_enough_and_a_hundredth_of_a_point_less_is_not() -> None:
    assert stage("2300.00", at(10, 15)) == 1
    assert stage("2300.01", at(10, 15)) is None


def test_a_deep_fall_sets_off_one_stage_after_the_other() -> None:
    assert stage("2000", at(10, 0)) == 1
    assert stage("1980", at(10, 40), "2000") == 2
    assert stage("1960.20", at(11, 20), "2000", "1980") == 3
    assert stage("1900", at(12, 0), "2000", "1980", "1960") is None


def test_a_later_stage_needs_one_percent_more_than_the_level_of_the_one_before() -> None:
    assert stage("2100", at(11, 0), "2121.21") is None
    assert stage("2100", at(11, 0), "2121.22") == 2
    assert stage("2000", at(11, 0), "2300", "2020.20") is None
    assert stage("2000", at(11, 0), "2300", "2020.21") == 3


def test_from_forty_minutes_before_the_close_only_the_last_stage_comes() -> None:
    assert stage("2300", at(14, 49, 59)) == 1
    assert stage("2300", at(14, 50)) is None
    assert stage("2100", at(14, 50), "2300") is None
    assert stage("2000", at(15, 29, 59), "2300", "2100") == 3
    assert stage("2000", at(15, 30), "2300", "2100") is None


def test_after_the_last_possible_halt_the_call_is_over_just_before_the_closing_one() -> None:
    halted = at(14, 49, 59)
    assert stage("2300", halted) == 1
    assert resumption_end(halted + HALT) == at(15, 19, 59)


def test_the_minute_of_the_first_stage_begins_a_minute_after_the_open() -> None:
    assert stage("2200", at(9, 1, 59)) is None
    assert stage("2200", at(9, 2)) == 1
    assert stage("2200", at(9, 1, 59, date(2020, 11, 26))) is None
    assert stage("2200", at(9, 0, 59, date(2020, 11, 25))) is None
    assert stage("2200", at(9, 1, 0, date(2020, 11, 25))) == 1


def test_hours_follow_the_day() -> None:
    exam, first = date(2025, 11, 13), date(2026, 1, 2)
    assert stage("2300", at(15, 49, 59, exam)) == 1
    assert stage("2300", at(15, 50, 0, exam)) is None
    assert stage("2300", at(10, 1, 59, first)) is None
    assert stage("2300", at(10, 2, 0, first)) == 1


def test_until_2015_there_was_one_stage_of_ten_percent() -> None:
    old, new = date(2015, 6, 12), date(2015, 6, 15)
    assert stage("2251", at(11, 0, 0, old)) is None
    assert stage("2250", at(11, 0, 0, old)) == 1
    assert stage("2000", at(13, 0, 0, old), "2250") is None
    assert stage("2251", at(11, 0, 0, new)) == 1
    # The close was at 15:00 then.
    assert stage("2250", at(14, 20, 0, old)) is None


def test_a_rise_sets_nothing_off() -> None:
    assert stage("3300", at(11, 0)) is None


def test_only_the_third_stage_closes_the_market() -> None:
    assert [number for number in (1, 2, 3) if closes_market(number)] == [3]


def test_a_closed_day_has_no_circuit_breaker() -> None:
    with pytest.raises(BadInput, match="2026-05-05"):
        stage("2300", at(11, 0, 0, date(2026, 5, 5)))


@pytest.mark.parametrize(
    ("market", "futures", "index", "when", "held"),
    [
        (Market.KOSPI, "0.05", "0", at(9, 5), 1),
        (Market.KOSPI, "-0.05", "0", at(14, 49, 59), -1),
        (Market.KOSPI, "0.0499", "0.05", at(10, 0), 0),
        (Market.KOSPI, "0.05", "0", at(9, 4, 59), 0),
        (Market.KOSPI, "-0.05", "0", at(14, 50), 0),
        (Market.KOSDAQ, "0.06", "0.03", at(10, 0), 1),
        (Market.KOSDAQ, "-0.06", "-0.03", at(10, 0), -1),
        (Market.KOSDAQ, "0.06", "0.0299", at(10, 0), 0),
        (Market.KOSDAQ, "0.06", "-0.03", at(10, 0), 0),
        (Market.KOSDAQ, "0.05", "0.03", at(10, 0), 0),
        (Market.KONEX, "0.10", "0.10", at(10, 0), 0),
    ],
)
def test_the_sidecar_holds_the_side_that_runs_with_the_market(
    market: Market, futures: str, index: str, when: datetime, held: int
) -> None:
    assert sidecar(market, Decimal(futures), Decimal(index), when) == held
    assert sidecar(market, Decimal(futures), Decimal(index), when, is_used=True) == 0
