"""Made corporate actions fit one another, the company and the prices."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest

from hoga.domain.corporate_action import LISTED_KINDS, ActionKind, CorporateAction
from hoga.domain.instrument import Kind
from hoga.krx.calendar import is_trading_day, previous_trading_day
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

FIRST, BEGUN, LAST = date(2015, 1, 1), date(2026, 5, 6), date(2027, 12, 31)


@pytest.fixture(scope="module")
def bars() -> MadeBars:
    return MadeBars(7, invented=80)


@pytest.fixture(scope="module")
def facts(bars: MadeBars) -> MadeFacts:
    facts = MadeFacts(7, bars)
    facts.begin(BEGUN)
    return facts


@pytest.fixture(scope="module")
def actions(bars: MadeBars, facts: MadeFacts) -> dict[str, Sequence[CorporateAction]]:
    codes = [each.code for each in bars.instruments(BEGUN) if each.kind is Kind.STOCK]
    return {code: facts.actions(code, FIRST, LAST) for code in codes}


def of_kind(actions: dict[str, Sequence[CorporateAction]], *kinds: ActionKind) -> list[CorporateAction]:
    return [each for found in actions.values() for each in found if each.kind in kinds]


def test_there_are_some_of_every_kind(
    actions: dict[str, Sequence[CorporateAction]], facts: MadeFacts
) -> None:
    assert {each.kind for found in actions.values() for each in found} == set(ActionKind) - {
        ActionKind.PUBLIC_OFFER
    }
    (offer,) = [
        each
        for each in facts.actions("005930", date(1990, 1, 1), FIRST)
        if each.kind is ActionKind.PUBLIC_OFFER
    ]
    company = facts.company("005930", BEGUN)
    assert company is not None
    assert offer.listing_day == company.listing_day


def test_shares_go_on_from_one_to_the_next_until_those_of_today(
    actions: dict[str, Sequence[CorporateAction]], facts: MadeFacts
) -> None:
    for code, found in actions.items():
        listed = [each for each in found if each.kind in LISTED_KINDS]
        company = facts.company(code, BEGUN)
        assert company is not None
        for earlier, later in pairwise(listed):
            assert earlier.shares_after == later.shares_before
        if listed:
            assert listed[-1].shares_after == company.listed_shares
        offers = [
            each
            for each in facts.actions(code, date(1990, 1, 1), FIRST)
            if each.kind is ActionKind.PUBLIC_OFFER
        ]
        for offer in offers:
            assert offer.shares_after == (listed[0].shares_before if listed else company.listed_shares)


def test_ratios_are_those_of_the_shares(actions: dict[str, Sequence[CorporateAction]]) -> None:
    for each in of_kind(actions, ActionKind.BONUS_ISSUE, ActionKind.PAID_IN):
        assert each.ratio
        assert each.shares_before
        assert each.new_shares == pytest.approx(int(each.shares_before * each.ratio), abs=2)
    for each in of_kind(actions, ActionKind.REDUCTION):
        assert each.ratio
        assert each.shares_before
        assert each.new_shares == int(each.shares_before * each.ratio)
    for each in of_kind(actions, ActionKind.FACE_CHANGE):
        assert each.face_before
        assert each.face_after
        assert each.new_shares
        assert each.shares_before
        assert each.face_before * each.shares_before == each.face_after * each.new_shares


def test_days_follow_one_another(actions: dict[str, Sequence[CorporateAction]]) -> None:
    for each in of_kind(actions, *LISTED_KINDS):
        assert each.listing_day
        assert is_trading_day(each.record_day)
        assert each.record_day < each.listing_day < BEGUN
        if each.ex_day:
            assert each.ex_day == previous_trading_day(each.record_day)
        for first, last in ((each.first_day, each.last_day), (each.last_day, each.listing_day)):
            assert first is None or last is None or first <= last
    for each in of_kind(actions, ActionKind.MEETING):
        assert each.meeting_day
        assert is_trading_day(each.meeting_day)
        assert each.record_day < each.meeting_day
        assert each.record_day <= BEGUN


def test_prices_are_those_of_the_days_before(
    actions: dict[str, Sequence[CorporateAction]], bars: MadeBars
) -> None:
    for each in of_kind(actions, ActionKind.PAID_IN):
        day = previous_trading_day(each.ex_day or each.record_day)
        (bar,) = bars.daily_bars(each.code, day, day)
        assert each.price
        assert each.discount is not None
        assert bar.close * (1 - each.discount) - 10 <= each.price <= bar.close


def test_what_is_exercised_is_little_and_below_the_market(
    actions: dict[str, Sequence[CorporateAction]], bars: MadeBars
) -> None:
    exercises = of_kind(actions, ActionKind.EXERCISE)
    assert {each.reason for each in exercises} == {"STOCKOPTION행사", "국내CB행사"}
    for each in exercises:
        assert each.ex_day is None
        assert each.new_shares
        assert each.shares_before
        assert each.new_shares % 1_000 == 0
        assert each.new_shares <= 0.031 * each.shares_before + 1_000
        day = previous_trading_day(each.record_day)
        (bar,) = bars.daily_bars(each.code, day, day)
        assert each.price
        assert each.price < bar.close
    around = of_kind(actions, *LISTED_KINDS - {ActionKind.EXERCISE, ActionKind.PUBLIC_OFFER})
    for each in exercises:
        assert not any(
            abs((other.record_day - each.record_day).days) < 60 for other in around if other.code == each.code
        )


def test_nearly_every_month_something_is_listed_of_the_packaged_names() -> None:
    bars = MadeBars(7)
    facts = MadeFacts(7, bars)
    facts.begin(BEGUN)
    found = [each for name in bars.instruments(BEGUN) for each in facts.actions(name.code, FIRST, LAST)]
    months = {(each.listing_day.year, each.listing_day.month) for each in found if each.listing_day}
    told = {(year, month) for year in range(2021, 2026) for month in range(1, 13)}
    assert len(told - months) <= 6


def test_what_is_forfeited_locked_up_or_objected_to_belongs_to_something(
    actions: dict[str, Sequence[CorporateAction]],
) -> None:
    issues = {(each.code, each.record_day): each for each in of_kind(actions, ActionKind.PAID_IN)}
    for each in of_kind(actions, ActionKind.FORFEITED):
        whole = issues[each.code, each.record_day]
        assert whole.ex_day
        assert (each.price, each.listing_day) == (whole.price, whole.listing_day)
        assert each.new_shares
        assert whole.new_shares
        assert each.new_shares < whole.new_shares
    placed = {(each.code, each.listing_day): each for each in issues.values() if each.ex_day is None}
    for each in of_kind(actions, ActionKind.DEPOSIT):
        assert each.new_shares == placed[each.code, each.first_day].new_shares
    for each in of_kind(actions, ActionKind.PURCHASE_REQUEST):
        (meeting,) = [
            other
            for other in actions[each.code]
            if other.kind is ActionKind.MEETING
            and other.meeting_day == each.meeting_day
            and other.record_day == each.record_day
        ]
        assert meeting.agenda == "합병계약 승인"


def test_a_span_of_days_tells_a_part_of_the_same(
    actions: dict[str, Sequence[CorporateAction]], facts: MadeFacts
) -> None:
    for code, found in list(actions.items())[:10]:
        year = [each for each in found if each.record_day.year == 2020]
        assert list(facts.actions(code, date(2020, 1, 1), date(2020, 12, 31))) == year


def test_preferred_shares_funds_and_the_unknown_have_none(facts: MadeFacts) -> None:
    for code in ("005935", "069500", "999990"):
        assert facts.actions(code, FIRST, LAST) == ()
