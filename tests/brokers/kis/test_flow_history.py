"""What is known of investors at hours when KIS tells three groups of thirty days."""

from datetime import date

import pytest

from hoga.brokers.kis.flow_history import MOST_DAYS, joined, renewed, told_in_full
from hoga.domain.flows import Flow, FlowSpan, Investor, InvestorFlows
from hoga.krx.calendar import add_trading_days, trading_days

DAY = date(2026, 11, 20)
CODE = "005930"


def before(days: int) -> date:
    return add_trading_days(DAY, -days)


def in_full(first: date, last: date, net: int = 1) -> tuple[InvestorFlows, ...]:
    flows = {Investor.INDIVIDUAL: Flow(net), Investor.INSURANCE: Flow(2)}
    return tuple(InvestorFlows(CODE, day, flows) for day in trading_days(first, last))


def in_three(first: date, last: date, net: int = 1) -> list[InvestorFlows]:
    flows = {Investor.INDIVIDUAL: Flow(net)}
    return [InvestorFlows(CODE, day, flows) for day in trading_days(first, last)]


def span(first: date, last: date) -> FlowSpan:
    return FlowSpan(first, in_full(first, last))


def test_a_day_that_is_not_told_yet_is_not_known() -> None:
    today = InvestorFlows(CODE, DAY, {})
    assert told_in_full(before(5), [*in_full(before(5), before(1)), today]) == span(before(5), before(1))
    assert told_in_full(DAY, [today]) is None
    assert told_in_full(before(5), []) is None


def test_days_before_the_listing_are_known_to_be_none() -> None:
    found = told_in_full(before(100), in_full(before(3), DAY))
    assert found is not None
    assert found.first == before(100)
    known = joined(found, in_three(before(3), DAY))
    assert known is not None
    assert known.first == before(100)


def test_what_was_told_in_full_is_joined_with_the_days_since() -> None:
    known = joined(span(before(120), before(3)), in_three(before(28), before(1)))
    assert known == FlowSpan(before(120), (*in_full(before(120), before(3)), *in_three(before(2), before(1))))


def test_a_day_that_was_told_before_it_was_final_is_told_anew() -> None:
    told = in_three(before(28), before(1), net=7)
    known = joined(span(before(120), before(1)), told)
    assert known == FlowSpan(before(120), (*in_full(before(120), before(2)), told[-1]))


def test_what_ends_before_the_open_month_is_not_joined_over_a_gap() -> None:
    told = in_three(before(28), before(1))
    assert joined(span(before(120), before(30)), told) == FlowSpan(before(28), tuple(told))
    known = joined(span(before(120), before(29)), told)
    assert known is not None
    assert [each.day for each in known.days] == list(trading_days(before(120), before(1)))


def test_a_few_days_in_full_stand_within_the_open_month() -> None:
    known = joined(span(before(3), before(2)), in_three(before(28), before(1)))
    assert known is not None
    assert known.first == before(28)
    assert [each.find(Investor.INSURANCE) is not None for each in known.days[-4:]] == [
        False,
        True,
        True,
        False,
    ]


def test_nothing_is_known_of_nothing() -> None:
    assert joined(None, []) is None
    assert joined(span(before(9), before(1)), []) == span(before(9), before(1))


@pytest.mark.parametrize(
    ("kept", "newer", "left"),
    [
        ((before(120), before(1)), (before(119), DAY), (before(120), DAY)),
        ((before(120), before(1)), (DAY, DAY), (before(120), DAY)),
        ((before(9), DAY), (before(120), before(10)), (before(120), DAY)),
        ((before(120), before(9)), (before(7), DAY), (before(120), before(9))),
        ((before(20), before(15)), (before(7), DAY), (before(7), DAY)),
    ],
)
def test_an_answer_renews_what_was_kept(
    kept: tuple[date, date], newer: tuple[date, date], left: tuple[date, date]
) -> None:
    assert renewed(span(*kept), span(*newer)) == span(*left)


def test_the_newer_word_on_a_day_holds() -> None:
    newer = FlowSpan(before(2), in_full(before(2), DAY, net=9))
    assert renewed(span(before(5), DAY), newer).days[-3:] == newer.days
    assert renewed(None, newer) == newer


def test_what_is_kept_does_not_grow_without_end() -> None:
    first = before(MOST_DAYS + 50)
    known = renewed(span(first, before(1)), span(before(9), DAY))
    assert len(known.days) == MOST_DAYS
    assert known.first == known.days[0].day
