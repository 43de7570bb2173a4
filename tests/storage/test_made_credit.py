"""Made lending goes from one balance to the next, and made opinions from the price of the day before."""

from calendar import monthrange
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from hoga.domain.opinion import Stance
from hoga.krx.calendar import is_trading_day, previous_trading_day
from hoga.storage.made import MadeBars
from hoga.storage.made_facts import MadeFacts

FIRST, DAY = date(2026, 9, 1), date(2026, 11, 20)
CODES = ("005930", "000660", "293490", "0001U0")


@pytest.fixture(scope="module")
def bars() -> MadeBars:
    return MadeBars(7, invented=10)


@pytest.fixture(scope="module")
def facts(bars: MadeBars) -> MadeFacts:
    return MadeFacts(7, bars)


@pytest.mark.parametrize("code", CODES)
def test_every_balance_is_the_last_one_with_what_was_new_and_repaid(facts: MadeFacts, code: str) -> None:
    days = facts.credit(code, FIRST, DAY)
    assert len(days) > 50
    for earlier, later in pairwise(days):
        for before, after in (
            (earlier.loan, later.loan),
            (earlier.stock_loan, later.stock_loan),
            (earlier.lending, later.lending),
        ):
            assert before is not None
            assert after is not None
            assert after.new is not None
            assert after.repaid is not None
            assert before.left + after.new - after.repaid == after.left
            assert min(after.new, after.repaid, after.left) >= 0
            assert after.repaid <= before.left


def test_what_is_bought_on_credit_is_what_the_holdings_say(facts: MadeFacts) -> None:
    holdings = {each.day: each.margin_loan for each in facts.holdings("005930", FIRST, DAY)}
    loans = {each.day: each.loan.left for each in facts.credit("005930", FIRST, DAY) if each.loan}
    assert loans == holdings


def test_the_broker_lends_no_more_than_it_may(facts: MadeFacts) -> None:
    for each in facts.credit("005930", FIRST, DAY):
        assert each.lending_limit is not None
        assert each.lending_used is not None
        assert each.stock_loan is not None
        assert 0 <= each.lending_used <= each.lending_limit
        assert each.stock_loan.left >= each.lending_used
    assert {each.lending_limit for each in facts.credit("0001U0", FIRST, DAY)} == {0}


def test_funds_and_the_unknown_are_not_lent_against(facts: MadeFacts) -> None:
    assert facts.credit("069500", FIRST, DAY) == facts.credit("999990", FIRST, DAY) == ()


def test_targets_follow_the_price_and_the_advice(facts: MadeFacts, bars: MadeBars) -> None:
    opinions = [each for code in CODES for each in facts.opinions(code, date(2025, 1, 1), DAY)]
    assert len({each.firm for each in opinions}) > 5
    for each in opinions:
        assert is_trading_day(each.day)
        before = previous_trading_day(each.day)
        (bar,) = bars.daily_bars(each.code, before, before)
        assert each.target
        # A target is rounded to what firms write.
        if each.stance is Stance.BUY:
            assert each.target > bar.close
        if each.stance is Stance.SELL:
            assert each.target < bar.close


def test_a_firm_was_of_the_mind_that_it_was_of(facts: MadeFacts) -> None:
    opinions = facts.opinions("005930", date(2020, 1, 1), DAY)
    of_firm = [each for each in opinions if each.firm == opinions[0].firm]
    assert len(of_firm) > 20
    for earlier, later in pairwise(of_firm):
        assert later.before is earlier.stance
    assert {each.stance for each in opinions} >= {Stance.BUY, Stance.HOLD}


def test_the_larger_an_issue_the_more_is_written_of_it(facts: MadeFacts) -> None:
    def of_a_year(code: str) -> Counter[str]:
        found = facts.opinions(code, date(2025, 1, 1), date(2025, 12, 31))
        assert found == tuple(
            each
            for month in range(1, 13)
            for each in facts.opinions(
                code, date(2025, month, 1), date(2025, month, monthrange(2025, month)[1])
            )
        )
        return Counter(each.firm for each in found)

    large, small = of_a_year("005930"), of_a_year("0003U0")
    assert set(large.values()) == {12}
    assert 60 <= sum(large.values()) <= 200
    assert set(small.values()) == {2}
    assert len(small) < len(large)


def test_opinions_stop_at_the_day_that_runs(bars: MadeBars) -> None:
    facts = MadeFacts(7, bars)
    facts.begin(date(2026, 5, 6))
    opinions = facts.opinions("005930", date(2026, 1, 1), DAY)
    assert opinions
    assert max(each.day for each in opinions) <= date(2026, 5, 6)
    assert facts.opinions("005935", FIRST, DAY) == facts.opinions("069500", FIRST, DAY) == ()
