from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.strategies.test_rebalance import SAMSUNG, a_plan, at

from hoga.domain.errors import BadInput, JournalError
from hoga.domain.outcome import Mark, Outcome, Print
from hoga.domain.plan import Plan
from hoga.storage.plans import Plans, PlanWish


def numbered(number: int) -> Plan:
    return replace(a_plan({SAMSUNG: (3, 10)}), number=number)


def an_outcome(plan: Plan) -> Outcome:
    return Outcome(
        plan=plan,
        results=(),
        fills=(),
        orders=0,
        refused=0,
        cash_before=1,
        cash_after=1,
        lowest_cash=1,
        value_after=1,
        ended_at=at(15, 31),
    )


def test_plans_are_numbered_and_come_back_as_they_were(tmp_path: Path) -> None:
    plans = Plans(tmp_path)
    kept = [plans.add(numbered) for _ in range(3)]
    assert [plan.number for plan in kept] == [1, 2, 3]
    assert [Plans(tmp_path).get(number) for number in (1, 2, 3)] == kept
    plans.finish(an_outcome(kept[2]))
    assert plans.add(numbered).number == 4


def test_a_plan_that_is_not_there_or_damaged_is_refused(tmp_path: Path) -> None:
    plans = Plans(tmp_path)
    with pytest.raises(BadInput, match="no plan 7"):
        plans.get(7)
    with pytest.raises(BadInput, match="no plan 7"):
        plans.wish(7, PlanWish.STOP)
    plans.add(numbered)
    (tmp_path / "plans" / "0001.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be read"):
        plans.get(1)


def test_a_wish_reaches_another_program(tmp_path: Path) -> None:
    plans = Plans(tmp_path)
    plans.add(numbered)
    assert plans.find_wish(1) is PlanWish.GO
    for wish in PlanWish:
        Plans(tmp_path).wish(1, wish)
        assert plans.find_wish(1) is wish


def test_a_wish_that_cannot_be_read_pauses(tmp_path: Path) -> None:
    plans = Plans(tmp_path)
    plans.add(numbered)
    (tmp_path / "plans" / "0001.wish").write_bytes(b"\xff")
    assert plans.find_wish(1) is PlanWish.PAUSE


def test_marks_are_kept_and_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    plans = Plans(tmp_path)
    plans.add(numbered)
    assert plans.marks(1) == ()
    marks = [Mark(at(9) + timedelta(minutes=n), n, {SAMSUNG: Print(70_000, n, n * 70_000)}) for n in range(3)]
    for mark in marks:
        plans.mark(1, mark)
    file = tmp_path / "plans" / "0001.marks"
    file.write_bytes(file.read_bytes()[:-9])
    assert plans.marks(1) == marks[:2]
    plans.mark(1, marks[2])
    assert plans.marks(1) == marks


def test_an_outcome_is_kept(tmp_path: Path) -> None:
    plans = Plans(tmp_path)
    plan = plans.add(numbered)
    assert plans.find_outcome(1) is None
    plans.finish(an_outcome(plan))
    assert plans.find_outcome(1) == an_outcome(plan)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("no folder", encoding="utf-8")
    with pytest.raises(JournalError, match="cannot be written"):
        Plans(tmp_path).add(numbered)
