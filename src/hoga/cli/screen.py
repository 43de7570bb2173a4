"""What a person sees: the live view of a day, its progress and its report. Computes nothing about money."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from hoga.app import DayPlan, Hoga, Report, Snapshot
from hoga.domain.order import OrderStatus
from hoga.domain.request import Side
from hoga.krx.sessions import Phase

REFRESH = 0.25
"""Seconds between two pictures of the live view."""

RECENT = 8
"""How many orders and messages the live view shows."""

PRICES = {
    "made": "생성된 가격 (실제 시세 아님) / made prices, not real ones",
    "recorded": "기록된 가격 / recorded prices",
}

PHASES = {
    Phase.OPEN_CALL: "장전 동시호가",
    Phase.CONTINUOUS: "정규장",
    Phase.CLOSE_CALL: "종가 동시호가",
    Phase.CLOSED: "장 닫힘",
}

SIDES = {Side.BUY: "매수", Side.SELL: "매도"}

STATUSES = {
    OrderStatus.SUBMITTED: "전송",
    OrderStatus.UNCONFIRMED: "미확인",
    OrderStatus.OPEN: "접수",
    OrderStatus.PENDING_CANCEL: "취소 중",
    OrderStatus.PENDING_REPLACE: "정정 중",
    OrderStatus.FILLED: "체결",
    OrderStatus.CANCELED: "취소",
    OrderStatus.EXPIRED: "만료",
    OrderStatus.REJECTED: "거부(증권사)",
    OrderStatus.DENIED: "거부(호가)",
    OrderStatus.NOT_RECEIVED: "미도착",
}


@contextlib.contextmanager
def progress(plan: DayPlan, json: bool) -> Iterator[Callable[[datetime], None]]:
    """A bar that follows the simulated time; nothing when the output is for programs or not a terminal."""
    console = Console(stderr=True)
    if json or not console.is_terminal:
        yield lambda at: None
        return
    span = (plan.end - plan.start).total_seconds()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{plan.day} {PRICES[plan.source]}", total=span)

        def on_time(at: datetime) -> None:
            bar.update(task, completed=(at - plan.start).total_seconds(), description=f"{at:%H:%M}")

        yield on_time


@contextlib.asynccontextmanager
async def live(hoga: Hoga, plan: DayPlan, url: str, token: str, json: bool) -> AsyncIterator[None]:
    """Shows the running day until the context closes."""
    if json:
        ready = {
            "ready": True,
            "url": url,
            "token": token,
            "account": hoga.account_number,
            "day": str(plan.day),
            "source": plan.source,
            "recovered": list(hoga.recovered),
        }
        print(msgspec.json.encode(ready).decode(), flush=True)
        yield
        return
    console = Console()
    console.print(f"브리지 / bridge  [bold]{url}[/]   계좌 / account  {hoga.account_number}")
    console.print(f"토큰 / token     {token}", highlight=False)
    for line in (*plan.notes, *hoga.recovered):
        console.print(line, highlight=False)
    if not console.is_terminal:
        yield
        return
    with Live(picture(hoga, plan), console=console, auto_refresh=False) as view:

        async def refresh() -> None:
            while True:
                await asyncio.sleep(REFRESH)
                view.update(picture(hoga, plan), refresh=True)

        task = asyncio.create_task(refresh(), name="live view")
        try:
            yield
        finally:
            task.cancel()
            view.update(picture(hoga, plan), refresh=True)


def picture(hoga: Hoga, plan: DayPlan) -> Group:
    """The live view at this moment."""
    snapshot = hoga.snapshot()
    account, profit = snapshot.account, snapshot.profit
    head = Text.assemble(
        (f"{snapshot.at:%Y-%m-%d %H:%M:%S}", "bold"),
        f"  {PHASES.get(snapshot.phase, snapshot.phase)}  ",
        (PRICES[plan.source], "yellow"),
        f"\n총평가 {account.total_value:,}원   주문가능 {account.buying_power:,}원   손익 ",
        (f"{profit:+,}원", "red" if profit > 0 else "blue" if profit < 0 else ""),
        f"   체결 {snapshot.fill_count}건",
    )
    return Group(
        Panel(head, title="호가 Hoga"),
        _positions(snapshot),
        _orders(snapshot),
        Text("\n".join(hoga.notes[-RECENT:])),
    )


def _positions(snapshot: Snapshot) -> Table:
    table = Table("종목", "이름", title="보유 / positions", expand=True)
    for heading in ("수량", "매입금액", "현재가", "평가손익"):
        table.add_column(heading, justify="right")
    for position in snapshot.account.positions:
        table.add_row(
            position.code,
            position.name,
            f"{position.quantity:,}",
            f"{position.cost:,}",
            f"{position.last_price:,}",
            f"{position.unrealized_pnl:+,}",
        )
    return table


def _orders(snapshot: Snapshot) -> Table:
    table = Table("주문", "종목", "구분", title="주문 / orders", expand=True)
    for heading in ("수량", "체결", "체결금액"):
        table.add_column(heading, justify="right")
    table.add_column("상태")
    for order in snapshot.orders[-RECENT:]:
        table.add_row(
            order.order_id,
            order.request.code,
            SIDES[order.request.side],
            f"{order.request.quantity:,}",
            f"{order.filled_quantity:,}",
            f"{order.filled_amount:,}",
            f"{STATUSES[order.status]} {order.reason}".strip(),
        )
    return table


def show_report(report: Report, json: bool) -> None:
    """The day's report: a table for people, one line for programs."""
    if json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
        return
    console = Console()
    table = Table(title=f"{report.day} 하루 보고 / report of the day", show_header=False)
    rows = (
        ("가격 / prices", PRICES[report.source]),
        ("주문 / orders", f"{report.orders:,}"),
        ("체결 / fills", f"{report.fills:,}"),
        ("미체결 / open orders", f"{report.open_orders:,}"),
        ("미확인 / unconfirmed", f"{report.unconfirmed:,}"),
        ("시작 현금 / cash at start (D+2)", f"{report.cash_start:,}원"),
        ("끝 현금 / cash at end (D+2)", f"{report.cash_end:,}원"),
        ("총평가 / total value", f"{report.value_start:,}원 → {report.value_end:,}원"),
        ("손익 / profit", f"{report.profit:+,}원"),
        ("수수료 / commission", f"{report.fees:,}원"),
        ("세금 / taxes", f"{report.taxes:,}원"),
        ("장부 일치 / books agree", "예 / yes" if report.books_agree else "아니오 / NO"),
        ("돈 보존 / won conserved", "예 / yes" if report.won_conserved else "아니오 / NO"),
        ("저널 / journal sha256", report.journal_sha256),
    )
    table.add_column()
    table.add_column(overflow="fold")  # a hash that is cut off is worth nothing
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)
    if report.positions:
        held = Table("종목", "이름", title="보유 / positions")
        for heading in ("수량", "매입금액", "현재가", "평가손익"):
            held.add_column(heading, justify="right")
        for position in report.positions:
            held.add_row(
                position.code,
                position.name,
                f"{position.quantity:,}",
                f"{position.cost:,}",
                f"{position.last_price:,}",
                f"{position.unrealized_pnl:+,}",
            )
        console.print(held)
