"""What a person sees: the live view of a day, its progress and its report. Computes nothing about money."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from hoga.app import HeldPosition, Report, SimulatedDay
from hoga.cli.lines import print_json
from hoga.day import DayPlan
from hoga.domain.instrument import Instrument
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.request import Side
from hoga.krx.sessions import Phase

REFRESH = 0.25
"""Seconds between two pictures of the live view."""

RECENT = 8
"""How many orders and messages the live view shows at most."""

LEAST = 2
"""How many of them it shows however low the terminal is."""

FRAME = 9
"""Lines of the live view that are neither positions, orders nor messages, and one left free."""

PRICES = {
    "made": "생성된 가격 (실제 시세 아님) / made prices, not real ones",
    "recorded": "기록된 가격 / recorded prices",
}

PHASES = {
    Phase.OPEN_CALL: "장전 동시호가 / opening call",
    Phase.CONTINUOUS: "정규장 / continuous",
    Phase.CLOSE_CALL: "종가 동시호가 / closing call",
    Phase.CLOSED: "장 닫힘 / closed",
}

SIDES = {Side.BUY: "매수 buy", Side.SELL: "매도 sell"}

STATUSES = {
    OrderStatus.SUBMITTED: "전송 sent",
    OrderStatus.UNCONFIRMED: "미확인 unconfirmed",
    OrderStatus.OPEN: "접수 open",
    OrderStatus.PENDING_CANCEL: "취소 중 canceling",
    OrderStatus.PENDING_REPLACE: "정정 중 replacing",
    OrderStatus.FILLED: "체결 filled",
    OrderStatus.CANCELED: "취소 canceled",
    OrderStatus.EXPIRED: "만료 expired",
    OrderStatus.REJECTED: "거부(증권사) rejected",
    OrderStatus.DENIED: "거부(호가) denied",
    OrderStatus.NOT_RECEIVED: "미도착 not received",
}

Tell = Callable[[str], None]


def note_lines(json: bool) -> Tell:
    """Prints messages as lines, where no live view shows them."""
    return _unshown if json or Console().is_terminal else _print_line


@contextlib.contextmanager
def progress(plan: DayPlan, json: bool) -> Iterator[tuple[Callable[[datetime], None], Tell]]:
    """Follows a day at full speed: what takes its time, and what takes its messages.

    Messages become lines; on a terminal a bar below them follows the time. Nothing for programs.
    """
    if json:
        yield lambda at: None, _unshown
        return
    _print_line(f"{plan.day} {PRICES[plan.source]}")
    for line in plan.notes:
        _print_line(line)
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda at: None, _print_line
        return
    span = (plan.end - plan.start).total_seconds()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    # Without a terminal behind it, standard output must not be led through the bar to standard error.
    with Progress(*columns, console=console, transient=True, redirect_stdout=Console().is_terminal) as bar:
        task = bar.add_task(f"{plan.start:%H:%M}", total=span)

        def on_time(at: datetime) -> None:
            bar.update(task, completed=(at - plan.start).total_seconds(), description=f"{at:%H:%M}")

        yield on_time, _print_line


@contextlib.asynccontextmanager
async def live(hoga: SimulatedDay, plan: DayPlan, url: str, token: str, json: bool) -> AsyncIterator[None]:
    """Shows the running day until the context closes: a view on a terminal, one line for programs."""
    if json:
        print_json(
            {
                "ready": True,
                "url": url,
                "token": token,
                "account": hoga.account_number,
                "day": str(plan.day),
                "source": plan.source,
                "notes": plan.notes,
                "recovered": hoga.recovered,
            }
        )
        yield
        return
    _print_line(f"{plan.day} {PRICES[plan.source]}")
    _print_line(f"브리지 / bridge  {url}   계좌 / account  {hoga.account_number}")
    _print_line(f"토큰 / token     {token}")
    for line in (*plan.notes, *hoga.recovered):
        _print_line(line)
    console = Console()
    if not console.is_terminal:
        yield
        return
    with Live(picture(hoga, plan, url, console.height), console=console, auto_refresh=False) as view:

        def show() -> None:
            view.update(picture(hoga, plan, url, console.height), refresh=True)

        async def refresh() -> None:
            while True:
                await asyncio.sleep(REFRESH)
                show()

        task = asyncio.create_task(refresh(), name="live view")
        try:
            yield
        finally:
            task.cancel()
            show()


def picture(hoga: SimulatedDay, plan: DayPlan, url: str, height: int) -> Group:
    """The live view at this moment, for a terminal of `height` lines."""
    snapshot = hoga.snapshot()
    account, profit = snapshot.account, snapshot.profit
    head = Text.assemble(
        (f"{snapshot.at:%Y-%m-%d %H:%M:%S}", "bold"),
        f"   {PHASES.get(snapshot.phase, snapshot.phase)}   체결 fills {snapshot.fill_count:,}",
        f"\n총평가 value {account.total_value:,}원  가능 power {account.buying_power:,}원  손익 P/L ",
        (f"{profit:+,}원", _colour(profit)),
    )
    room = max(2 * LEAST, height - FRAME - len(account.positions))
    orders = snapshot.orders[-min(RECENT, max(LEAST, room // 2)) :]
    notes = hoga.notes[-min(RECENT, max(LEAST, room - len(orders))) :]
    return Group(
        Panel(head, title=f"호가 Hoga - {PRICES[plan.source]}", subtitle=url),
        _positions(account.positions),
        "",
        _orders(orders, hoga.instruments),
        "",
        Text("\n".join(notes), no_wrap=True, overflow="ellipsis"),
    )


def _colour(profit: int) -> str:
    """Korean screens show gains in red and losses in blue."""
    return "red" if profit > 0 else "blue" if profit < 0 else ""


def _table(*headings: str) -> Table:
    """A table without lines; all columns but the first stand to the right."""
    table = Table(box=None, expand=True, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    return table


def _positions(positions: Sequence[Position | HeldPosition]) -> Table:
    table = _table("보유 positions", "수량 qty", "매입금액 cost", "현재가 last", "평가손익 P/L")
    for position in positions:
        profit = position.unrealized_pnl
        table.add_row(
            f"{position.code} {position.name}",
            f"{position.quantity:,}",
            f"{position.cost:,}",
            f"{position.last_price:,}",
            Text(f"{profit:+,}", _colour(profit)),
        )
    return table


def _orders(orders: Sequence[Order], names: Mapping[str, Instrument]) -> Table:
    table = _table("주문 orders", "체결 filled", "체결금액 won", "상태 status")
    for order in orders:
        request = order.request
        # The day in front of an order's number is that of the view.
        number = int(order.order_id.rpartition("-")[2])
        table.add_row(
            f"{number} {SIDES[request.side]} {request.code} {names[request.code].name}",
            f"{order.filled_quantity:,}/{request.quantity:,}",
            f"{order.filled_amount:,}",
            f"{STATUSES[order.status]} {order.reason}".strip(),
        )
    return table


def show_report(report: Report, json: bool) -> None:
    """The day's report: a table for people, one line for programs."""
    if json:
        print_json(report)
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
    )
    table.add_column()
    table.add_column(overflow="fold")  # a hash that is cut off is worth nothing
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)
    if report.positions:
        console.print(_positions(report.positions))
    _print_line(f"저널 / journal sha256 {report.journal_sha256}")


def _print_line(line: str) -> None:
    print(line, flush=True)


def _unshown(line: str) -> None:
    """For programs the report carries all messages."""
