import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

import pytest
from rich.cells import cell_len
from rich.console import Console

from hoga.app import HeldPosition, Report, SimulatedDay, Snapshot
from hoga.cli import screen
from hoga.day import DayPlan, plan_day
from hoga.domain.account import Account
from hoga.domain.instrument import Instrument, Market
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.request import OrderRequest, OrderType, Side
from hoga.domain.zone import KST
from hoga.krx.sessions import Phase
from hoga.settings import Settings

DAY = date(2026, 11, 20)
URL = "http://127.0.0.1:5000"
NAMES = ("삼성바이오로직스", "두산에너빌리티", "JYP Ent.", "KT", "에코프로비엠", "삼성전자우", "카카오게임즈")
INSTRUMENTS = {
    f"{number:06d}": Instrument(code=f"{number:06d}", name=name, market=Market.KOSPI)
    for number, name in enumerate(NAMES, 207_940)
}


@pytest.fixture(scope="module")
def plan() -> DayPlan:
    return plan_day(Settings(), day=DAY)


def an_order(number: int, status: OrderStatus = OrderStatus.FILLED, reason: str = "") -> Order:
    code = list(INSTRUMENTS)[number % len(INSTRUMENTS)]
    filled = 1_234 if status is OrderStatus.FILLED else 0
    return Order(
        order_id=f"20261120-{number:06d}",
        request=OrderRequest(code=code, side=Side.BUY, quantity=1_234, order_type=OrderType.MARKET),
        source="swing",
        status=status,
        price=None,
        reason=reason,
        filled_quantity=filled,
        filled_amount=filled * 980_000,
    )


@dataclass
class Day:
    """A running day, as far as the screen looks at it."""

    positions: int = 0
    orders: tuple[Order, ...] = ()
    notes: Sequence[str] = ()
    profit: int = 0
    phase: Phase = Phase.CONTINUOUS
    recovered: tuple[str, ...] = ()
    account_number: str = "5001234501"
    instruments: dict[str, Instrument] = field(default_factory=lambda: INSTRUMENTS)

    def snapshot(self) -> Snapshot:
        held = tuple(
            Position(each.code, each.name, 1_234, 1_234, 1_000_000_000, 980_000)
            for each in list(INSTRUMENTS.values())[: self.positions]
        )
        account = Account(
            number="5001234501",
            deposit=100_000_000,
            deposit_d1=100_000_000,
            deposit_d2=100_000_000,
            buying_power=38_161_214,
            costs_today=0,
            positions=held,
        )
        return Snapshot(
            at=datetime(2026, 11, 20, 9, 5, 19, tzinfo=KST),
            phase=self.phase,
            account=account,
            profit=self.profit,
            orders=self.orders,
            fill_count=4,
        )

    def as_hoga(self) -> SimulatedDay:
        return cast(SimulatedDay, self)


def shown(day: Day, plan: DayPlan, width: int = 80, height: int = 24) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(screen.picture(day.as_hoga(), plan, URL, height))
    return capture.get().splitlines()


A_FULL_DAY = Day(
    positions=7,
    orders=tuple(an_order(number) for number in range(1, 31)),
    notes=[f"09:{number:02d}:00 삼성바이오로직스(207940) 매수 {number}" for number in range(30)],
)


def test_the_view_shows_clock_phase_money_and_that_the_prices_are_made(plan: DayPlan) -> None:
    text = "\n".join(shown(Day(positions=1, profit=324_214), plan))
    for word in (
        "2026-11-20 09:05:19",
        "정규장 / continuous",
        "made prices, not real ones",
        "1,309,320,000원",
        "38,161,214원",
        "+324,214원",
        "207940 삼성바이오로직스",
        "+209,320,000",
        URL,
    ):
        assert word in text


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
def test_a_full_day_fits_the_terminal_and_its_latest_lines_are_there(
    plan: DayPlan, size: tuple[int, int]
) -> None:
    lines = shown(A_FULL_DAY, plan, *size)
    assert len(lines) < size[1]
    assert all(cell_len(line) <= size[0] for line in lines)
    assert any(line.startswith("30 매수 buy") for line in lines)
    assert "매수 29" in lines[-1]


def test_a_low_terminal_still_shows_some_of_everything(plan: DayPlan) -> None:
    lines = shown(A_FULL_DAY, plan, height=10)
    assert sum("매수 buy" in line for line in lines) == screen.LEAST
    assert sum("매수 29" in line or "매수 28" in line for line in lines) == screen.LEAST


def test_an_order_is_shown_with_name_quantities_and_status(plan: DayPlan) -> None:
    order = an_order(2, OrderStatus.REJECTED, "APBK0952 주문가능금액을 초과")
    line = next(line for line in shown(Day(orders=(order,)), plan, 160) if line.startswith("2 매수 buy"))
    for word in ("JYP Ent.", "0/1,234", "거부(증권사) rejected APBK0952"):
        assert word in line


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_has_a_word(plan: DayPlan, status: OrderStatus) -> None:
    assert screen.STATUSES[status] in "\n".join(shown(Day(orders=(an_order(1, status),)), plan, 120))


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_can_be_shown(plan: DayPlan, phase: Phase) -> None:
    assert screen.PHASES.get(phase, phase) in "\n".join(shown(Day(phase=phase), plan, 120))


def test_gains_are_red_and_losses_blue_as_on_korean_screens(plan: DayPlan) -> None:
    for profit, colour in ((1, "\x1b[31m+1원"), (-1, "\x1b[34m-1원")):
        console = Console(width=80, force_terminal=True, color_system="standard", file=io.StringIO())
        with console.capture() as capture:
            console.print(screen.picture(Day(profit=profit).as_hoga(), plan, URL, 24))
        assert colour in capture.get()


def live(day: Day, plan: DayPlan, *, json: bool) -> None:
    async def look() -> None:
        async with screen.live(day.as_hoga(), plan, URL, "a-token", json):
            await asyncio.sleep(0)

    asyncio.run(look())


def test_programs_get_one_line_when_the_day_is_ready(
    plan: DayPlan, capsys: pytest.CaptureFixture[str]
) -> None:
    live(Day(recovered=("이어받았습니다 / continued",)), plan, json=True)
    (line,) = capsys.readouterr().out.splitlines()
    body = json.loads(line)
    assert body["ready"] is True
    assert (body["url"], body["token"], body["source"]) == (URL, "a-token", "made")
    assert body["recovered"] == ["이어받았습니다 / continued"]
    assert body["notes"] == list(plan.notes)


def test_without_a_terminal_the_address_token_and_what_was_recovered_are_lines(
    plan: DayPlan, capsys: pytest.CaptureFixture[str]
) -> None:
    live(Day(recovered=("이어받았습니다 / continued",)), plan, json=False)
    lines = capsys.readouterr().out.splitlines()
    assert any(URL in line for line in lines)
    assert any("a-token" in line for line in lines)
    assert "이어받았습니다 / continued" in lines
    assert set(plan.notes) <= set(lines)
    assert not any("보유" in line for line in lines)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "60")


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_there_is_a_live_view(plan: DayPlan, capsys: pytest.CaptureFixture[str]) -> None:
    live(A_FULL_DAY, plan, json=False)
    out = capsys.readouterr().out
    assert "보유 positions" in out
    assert "매수 29" in out
    assert f"{31 - screen.RECENT} 매수 buy" in out


@pytest.mark.usefixtures("terminal")
def test_where_there_is_a_live_view_messages_are_not_printed_besides(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen.note_lines(json=False)("a message")
    assert capsys.readouterr().out == ""


def test_elsewhere_a_message_is_a_line_and_nothing_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    screen.note_lines(json=False)("a message")
    screen.note_lines(json=True)("another")
    assert capsys.readouterr().out == "a message\n"


def test_progress_is_lines_without_a_terminal_and_nothing_for_programs(
    plan: DayPlan, capsys: pytest.CaptureFixture[str]
) -> None:
    with screen.progress(plan, json=False) as (on_time, on_note):
        on_time(plan.start)
        on_note("a message")
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "a message"
    assert "not real" in out
    assert err == ""
    with screen.progress(plan, json=True) as (on_time, on_note):
        on_time(plan.start)
        on_note("a message")
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("terminal")
def test_progress_on_a_terminal_is_a_bar_with_the_simulated_time(
    plan: DayPlan, capsys: pytest.CaptureFixture[str]
) -> None:
    with screen.progress(plan, json=False) as (on_time, _):
        on_time(plan.start + timedelta(hours=1))
    assert "09:55" in capsys.readouterr().err


A_REPORT = Report(
    day="2026-11-20",
    source="recorded",
    seed=7,
    orders=8,
    fills=9,
    open_orders=0,
    unconfirmed=0,
    cash_start=100_000_000,
    cash_end=64_058_865,
    value_start=119_396_500,
    value_end=120_591_065,
    profit=1_194_565,
    fees=16_479,
    taxes=81_456,
    positions=(HeldPosition("012330", "현대모비스", 36, 9_792_000, 273_500, 54_000),),
    won_conserved=True,
    books_agree=False,
    recovered=(),
    notes=("a note",),
    messages=("09:00:13 a message",),
    journal_sha256="6" * 64,
)


def test_the_report_for_people_has_every_number_and_says_a_no_loudly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen.show_report(A_REPORT, json=False)
    out = capsys.readouterr().out
    for word in (
        "2026-11-20 하루 보고",
        "기록된 가격 / recorded prices",
        "100,000,000원",
        "64,058,865원",
        "119,396,500원 → 120,591,065원",
        "+1,194,565원",
        "16,479원",
        "81,456원",
        "아니오 / NO",
        "012330 현대모비스",
        f"저널 / journal sha256 {'6' * 64}",
    ):
        assert word in out
    assert all(cell_len(line) <= 90 for line in out.splitlines())


def test_the_report_for_programs_is_one_line_of_all_fields(capsys: pytest.CaptureFixture[str]) -> None:
    screen.show_report(A_REPORT, json=True)
    (line,) = capsys.readouterr().out.splitlines()
    body = json.loads(line)
    assert set(body) == set(Report.__dataclass_fields__)
    assert body["positions"][0]["name"] == "현대모비스"
