"""From a model and an account to a plan that is kept, without a market."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.strategies.test_swing import quote

from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Market
from hoga.domain.model import Model, Wish
from hoga.domain.plan import Plan
from hoga.domain.position import Position
from hoga.domain.quote import Quote
from hoga.domain.zone import KST
from hoga.planning import draw_plan
from hoga.storage.plans import Plans
from hoga.strategies.rebalance import RebalanceSettings
from hoga.trading.limits import NO_LIMITS, RiskLimits

SAMSUNG, HYNIX, NAVER = "005930", "000660", "035420"
NAMES = {
    code: Instrument(code=code, name=f"이름{code}", market=Market.KOSPI) for code in (SAMSUNG, HYNIX, NAVER)
}
MORNING = datetime(2026, 11, 20, 8, 30, tzinfo=KST)


@dataclass
class Counter:
    """An account with ten million won and what it holds, everything at 10,000 won."""

    held: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[str, Sequence[Bar]] = field(default_factory=dict)
    refuses: bool = False

    async def account(self) -> Account:
        positions = tuple(
            Position(code, f"이름{code}", count, count, count * 10_000, 10_000)
            for code, count in self.held.items()
        )
        return Account(
            number="x",
            deposit=10_000_000,
            deposit_d1=10_000_000,
            deposit_d2=10_000_000,
            buying_power=10_000_000,
            costs_today=0,
            positions=positions,
        )

    async def quotes(self, codes: Sequence[str]) -> dict[str, Quote]:
        return {code: quote(code, 10_000) for code in codes}

    async def minute_bars(self, code: str, first: date, last: date) -> Sequence[Bar]:
        if self.refuses:
            raise BadInput("모의투자에는 없습니다", "not on paper")
        return [bar for bar in self.minutes.get(code, ()) if first <= bar.at.date() <= last]


def draw(
    tmp_path: Path,
    *wanted: str,
    held: Mapping[str, int] | None = None,
    counter: Counter | None = None,
    settings: RebalanceSettings = RebalanceSettings(),  # noqa: B008  (a frozen value)
    marks: Mapping[str, Any] | None = None,
    limits: RiskLimits = NO_LIMITS,
) -> Plan:
    counter = counter or Counter(held or {})
    instruments = {
        **NAMES,
        **{code: replace(NAMES[code], **changes) for code, changes in (marks or {}).items()},
    }
    model = Model(
        title="model.xlsx",
        wishes=tuple(Wish(code=code, weight=Fraction(1, len(wanted))) for code in wanted),
        places={code: (f"{row}행", f"row {row}") for row, code in enumerate(wanted, 2)},
    )
    return asyncio.run(
        draw_plan(
            model,
            Plans(tmp_path),
            settings,
            counter,
            counter,
            instruments,
            at=MORNING,
            profile="sim",
            account_mark="x",
            prices="made",
            limits=limits,
        )
    )


def test_a_model_is_planned_for_the_running_day(tmp_path: Path) -> None:
    plan = draw(tmp_path, SAMSUNG, HYNIX)
    assert (plan.day, plan.course.start.time()) == (MORNING.date(), time(9, 10))
    assert [(line.code, line.target) for line in plan.targets.lines] == [(HYNIX, 489), (SAMSUNG, 489)]
    assert plan.notes == ()


@pytest.mark.parametrize(
    ("limits", "note"),
    [
        ({"day_notional": 5_000_000}, "not everything can be bought: [risk] day_notional is 5,000,000 won"),
        ({"denied_instruments": (SAMSUNG,)}, "the settings [risk] do not allow: 005930"),
        ({"allowed_instruments": (SAMSUNG,)}, "the settings [risk] do not allow: 000660"),
        ({"instrument_share": Decimal("0.4")}, "instrument_share of 40%: 000660, 005930"),
    ],
)
def test_a_plan_says_which_limits_of_the_desk_will_stop_it(
    tmp_path: Path, limits: dict[str, Any], note: str
) -> None:
    (said,) = draw(tmp_path, SAMSUNG, HYNIX, limits=replace(NO_LIMITS, **limits)).notes
    assert note in said


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ({"is_halted": True}, "row 3: 000660 이름000660: 거래정지|row 3: trading in 000660"),
        ({"is_being_delisted": True}, "row 3: 000660 이름000660 is being delisted"),
    ],
)
def test_what_the_list_marks_cannot_be_bought(tmp_path: Path, marks: dict[str, bool], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        draw(tmp_path, SAMSUNG, HYNIX, marks={HYNIX: marks})
    assert not (tmp_path / "plans").exists()


def test_an_administrative_issue_is_bought_and_said(tmp_path: Path) -> None:
    plan = draw(tmp_path, SAMSUNG, HYNIX, marks={HYNIX: {"is_administrative": True}})
    assert plan.targets.lines[0].target == 489
    assert plan.notes == (
        "3행: 000660 이름000660: 관리종목입니다 / row 3: it is an administrative issue (관리종목)",
    )


@pytest.mark.parametrize(
    ("mark", "why"), [("is_halted", "it is halted"), ("is_being_delisted", "it is being delisted")]
)
def test_what_is_held_and_marked_stays_and_is_said(tmp_path: Path, mark: str, why: str) -> None:
    plan = draw(tmp_path, SAMSUNG, held={NAVER: 30, HYNIX: 7}, marks={NAVER: {mark: True}})
    lines = {line.code: line for line in plan.targets.lines}
    assert (lines[NAVER].target, lines[HYNIX].target) == (30, 0)
    (note,) = plan.notes
    assert why in note


def test_what_is_held_and_not_listed_stays_and_is_said(tmp_path: Path) -> None:
    plan = draw(tmp_path, SAMSUNG, held={"999999": 3})
    assert [line.target for line in plan.targets.lines if line.code == "999999"] == [3]
    assert "not listed" in plan.notes[0]


def minutes_of(code: str, day: date, volumes: Mapping[int, int]) -> list[Bar]:
    """`volumes` by the minute since the open, others one share."""
    first = datetime.combine(day, time(9), KST)
    return [
        Bar(code, first + minute * timedelta(minutes=1), 1, 1, 1, 1, volumes.get(minute, 1), 0)
        for minute in (*range(380), 390)
    ]


def test_vwap_follows_the_minutes_of_earlier_days_and_says_where_it_cannot(tmp_path: Path) -> None:
    """Nothing is read of a name that does not trade; the day of the plan itself is not read."""
    days = (date(2026, 11, 18), date(2026, 11, 17), MORNING.date(), date(2026, 10, 1))
    counter = Counter(
        {HYNIX: 5},
        {SAMSUNG: [bar for day in days for bar in minutes_of(SAMSUNG, day, {62: 1_000, 390: 9_000})]},
    )
    settings = RebalanceSettings(schedule="vwap", volume_days=3)
    plan = draw(tmp_path, SAMSUNG, NAVER, held={HYNIX: 5}, counter=counter, settings=settings)
    assert set(plan.course.curves) == {SAMSUNG}
    curve = plan.course.curves[SAMSUNG]
    assert (len(curve), sum(curve), curve[12]) == (76, 2 * (380 + 999), 2 * (5 + 999))
    read, assumed = plan.notes
    assert read.endswith("volume curve (11-17~11-19): 005930")
    assert assumed == "가정한 U자 거래량 곡선 / assumed volume curve (U): 000660, 035420"
    assert Plans(tmp_path).get(plan.number) == plan


def test_vwap_where_no_minutes_are_told_follows_the_assumed_curve_and_says_why(tmp_path: Path) -> None:
    settings = RebalanceSettings(schedule="vwap")
    plan = draw(tmp_path, SAMSUNG, counter=Counter(refuses=True), settings=settings)
    assert plan.course.curves == {}
    assert "not on paper" in plan.notes[0]
    assert plan.notes[1].endswith("assumed volume curve (U): 005930")
    assert draw(tmp_path, SAMSUNG, counter=Counter(refuses=True)).notes == ()  # TWAP asks for none
