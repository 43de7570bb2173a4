"""The checklist passes at a terminal that behaves as assumed, and names what does not."""

import re
from pathlib import Path

import pytest
from tests.brokers.cybos.door import Room, run
from tests.brokers.cybos.test_research import FACTS
from tests.brokers.kis.door import DAY, SELL, at

from hoga.brokers.cybos.checklist import CHECKS, finished_day
from hoga.brokers.cybos.codes import Program
from hoga.domain.errors import HogaError

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "daishin.md"


def test_a_terminal_that_behaves_as_assumed_passes_line_by_line() -> None:
    async def test(room: Room) -> None:
        room.other(SELL, 3, 70_100)
        await room.open()
        for check in CHECKS:
            assert await check.look(room.client, "005930", finished_day(DAY)), check.subject

    run(test, facts=FACTS)


@pytest.mark.parametrize(
    ("subject", "program"),
    [
        ("prices", Program.MARKET_EYE),
        ("book", Program.BOOK),
        ("days", Program.CHART),
        ("pages", Program.CHART),
        ("investors", Program.INVESTORS),
        ("short", Program.SHORT_SALES),
        ("figures", Program.MARKET_EYE),
        ("account", Program.BALANCE),
        ("power", Program.BUYING_POWER),
        ("orders", Program.ORDERS),
        ("open", Program.OPEN_ORDERS),
    ],
)
def test_a_line_that_is_refused_fails(subject: str, program: Program) -> None:
    async def test(room: Room) -> None:
        [check] = [each for each in CHECKS if each.subject == subject]
        room.fail(program, status=-1, said="1234 없음")
        with pytest.raises(HogaError, match="1234"):
            await check.look(room.client, "005930", finished_day(DAY))
        assert await check.look(room.client, "005930", finished_day(DAY))

    run(test, facts=FACTS)


def test_used_up_requests_and_a_lost_connection_fail() -> None:
    async def test(room: Room) -> None:
        checks = {each.subject: each for each in CHECKS}
        for _ in range(16):
            await room.client.buying_power("", None)
        assert "trade 4" in await checks["limits"].look(room.client, "005930", DAY)
        room.com.disconnect()
        with pytest.raises(HogaError):
            await checks["server"].look(room.client, "005930", DAY)

    run(test, has_limits=True)


def test_every_line_is_in_the_manual_and_no_other() -> None:
    told = re.findall(r"(?m)^\| `(\w+)` \|", MANUAL.read_text(encoding="utf-8"))
    assert told == [check.subject for check in CHECKS]


def test_the_last_finished_day_is_a_trading_day_before() -> None:
    assert finished_day(at("10:00").date()) < DAY
