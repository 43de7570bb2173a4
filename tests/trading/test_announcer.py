from typing import TYPE_CHECKING

import pytest

from hoga.domain.order import OrderStatus
from hoga.domain.request import OrderRequest, Side
from hoga.domain.trading_state import TradingState
from hoga.trading.announcer import Announcer
from hoga.trading.news import News
from hoga.trading.shift import ShiftReport

from .conftest import INSTRUMENTS

if TYPE_CHECKING:
    from tests.trading.conftest import World

BUY = OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_000)


@pytest.fixture
def told(world: "World") -> list[str]:
    """What the person hears of the desk."""
    lines: list[str] = []
    announcer = Announcer(lines.append, list(News), {each.code: each for each in INSTRUMENTS})
    announcer.attach(world.desk)
    return lines


def test_a_fill_is_told_when_it_fills_and_not_when_it_is_asked_for(world: "World", told: list[str]) -> None:
    order = world.place(BUY)
    assert order.status is OrderStatus.OPEN
    assert told == []
    world.broker.fill(101, 4)
    assert told == ["체결 filled: 매수 buy 삼성전자(005930) 4주 × 70,000원, 남음 left 6"]
    world.broker.fill(101, 6)
    assert told[1:] == ["체결 filled: 매수 buy 삼성전자(005930) 6주 × 70,000원"]


def test_a_refusal_by_either_side_is_told_apart(world: "World", told: list[str]) -> None:
    world.broker.script.append("refuse")
    world.place(BUY)
    world.place(OrderRequest(code="005930", side=Side.BUY, quantity=10, price=70_001))
    assert [line.split(":")[0] for line in told] == ["거부 rejected", "호가가 거부 denied"]
    assert "off_tick" in told[1]


def test_an_order_without_an_answer_is_told(world: "World", told: list[str]) -> None:
    world.broker.script.append("lost")
    world.broker.hidden.add(101)
    world.place(BUY)
    assert [line.split(":")[0] for line in told] == ["미확인 unconfirmed"]


def test_a_halt_is_told_with_who_and_why(world: "World", told: list[str]) -> None:
    world.do(world.desk.halt(by="kim", why="enough"))
    world.desk.resume(by="kim")
    assert told == ["매매 정지 HALTED (kim: enough)", "매매 재개 trading goes on (kim)"]


def report(failure: str = "") -> ShiftReport:
    return ShiftReport(
        strategy="mine",
        day="2026-11-27",
        orders=3,
        fills=2,
        bought=1_000_000,
        sold=0,
        open_orders=0,
        unconfirmed=0,
        refused=1,
        failure=failure,
    )


def test_the_beginning_and_the_end_of_a_day_are_told() -> None:
    lines: list[str] = []
    announcer = Announcer(lines.append, list(News), {})
    announcer.on_start("mine", "2026-11-27", TradingState.ACTIVE)
    announcer.on_start("mine", "2026-11-27", TradingState.HALTED)
    announcer.on_end(report("mine.py:3: 1 / 0"))
    assert lines[0] == "시작 started: mine, 2026-11-27"
    assert lines[1].endswith("[매매 정지 HALTED]")
    assert "mine.py:3" in lines[2]
    assert "bought 1,000,000원" in lines[3]


def test_only_what_the_person_wants_is_told() -> None:
    lines: list[str] = []
    announcer = Announcer(lines.append, ["stopped"], {})
    announcer.on_start("mine", "2026-11-27", TradingState.ACTIVE)
    announcer.on_end(report("mine.py:3: 1 / 0"))
    assert len(lines) == 1
