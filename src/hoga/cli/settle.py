"""`hoga orders settle`: a person who has looked at the broker's own screens decides what the desk cannot.

A desk that lives in another process is told, and answers; without one, a desk of our own decides.
"""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.account import ORDER_HEADINGS
from hoga.cli.options import JsonOption
from hoga.cli.outcome import said_clearly
from hoga.cli.profile import LiveOption, ProfileOption, tell, with_connection
from hoga.cli.tables import show_row
from hoga.cli.trade import EXIT_UNCONFIRMED, OrderArgument
from hoga.domain.errors import AccountTaken, BadInput
from hoga.domain.order import Order

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.trading.desk import Desk
    from hoga.trading.doubt import Verdict
    from hoga.trading.parts import Finding

_YES = frozenset({"y", "yes", "예", "네"})


def settle(
    order: OrderArgument,
    arrived: Annotated[
        str | None,
        typer.Option(
            "--arrived", metavar="NUMBER", help="증권사에 이 번호로 있음 / there under this number."
        ),
    ] = None,
    never_arrived: Annotated[
        bool, typer.Option("--never-arrived", help="도착하지 않음 / it never arrived.")
    ] = False,
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="NUMBER", help="이 번호는 이 주문의 일부 / this is a part of it."),
    ] = None,
    outside: Annotated[
        str | None,
        typer.Option("--outside", metavar="NUMBER", help="이 번호는 남의 주문 / this is somebody else's."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="묻지 않음 / do not ask.")] = False,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """응답 없는 주문, 일부인지 모를 번호를 결정 / decide what became of an order, or whose a number is."""
    with said_clearly(json):
        verdict = _verdict(arrived, part, outside, never_arrived=never_arrived)

    async def work(connection: "Connection") -> tuple[Order, bool, dict[str, object]]:
        from hoga.rows import order_row

        found, is_decided = await _settled(connection, order, verdict, is_agreed=yes)
        return found, is_decided, order_row(found, connection.instruments)

    found, is_decided, row = with_connection(profile, live, json, work)
    show_row(row, ORDER_HEADINGS, profile=profile, json=json)
    if not is_decided:
        tell(
            "아무것도 결정하지 않았습니다. 물을 수 없는 곳에서는 --yes 를 주십시오.\n"
            "nothing was decided. Give --yes where nobody can be asked."
        )
    if not is_decided or found.is_unconfirmed:
        raise typer.Exit(EXIT_UNCONFIRMED)


async def _settled(
    connection: "Connection", text: str, verdict: "Verdict | Finding", *, is_agreed: bool
) -> tuple[Order, bool]:
    """Let a desk of our own decide, or the one that has the account.

    The order as it is then, of what is somebody else's that one, and whether the person let it be decided.
    """
    from hoga.profiles import find_order, open_desk
    from hoga.settling import petition

    try:
        async with open_desk(connection, tell) as desk:
            found = find_order(desk, text)
            # The account's lease is kept meanwhile, however long the person thinks.
            if not await _is_wanted(desk, found, is_agreed=is_agreed):
                return found, False
            await desk.decide(found.order_id, verdict)
            return _decided(desk, found, verdict), True
    except AccountTaken:
        pass  # a living desk has the account, and will be told
    async with open_desk(connection, _unheard, only_looks=True) as desk:
        found = find_order(desk, text)
        if not await _is_wanted(desk, found, is_agreed=is_agreed):
            return found, False
    await petition(connection, found.order_id, verdict)
    async with open_desk(connection, _unheard, only_looks=True) as desk:
        return _decided(desk, found, verdict), True


def _decided(desk: "Desk", order: Order, verdict: "Verdict | Finding") -> Order:
    from hoga.profiles import find_order
    from hoga.trading.parts import IsOutside

    return find_order(desk, verdict.broker_order_id if isinstance(verdict, IsOutside) else order.order_id)


async def _is_wanted(desk: "Desk", order: Order, *, is_agreed: bool) -> bool:
    _show_evidence(desk, order)
    return is_agreed or await asyncio.to_thread(_is_agreed)


def _unheard(message: str) -> None:
    """The desk that has the account has told it."""


def _verdict(
    arrived: str | None, part: str | None, outside: str | None, *, never_arrived: bool
) -> "Verdict | Finding":
    from hoga.trading.petitions import find_decision

    found = find_decision(arrived, part, outside, never_arrived=never_arrived)
    if found is None:
        raise BadInput(
            "--arrived 번호, --never-arrived, --part 번호, --outside 번호 가운데 하나만 주십시오.",
            "give one of --arrived NUMBER, --never-arrived, --part NUMBER and --outside NUMBER.",
        )
    return found


def _show_evidence(desk: "Desk", order: Order) -> None:
    """What speaks for and against: the doubt in words, what stays apart, and the numbers it may have got."""
    for doubt in desk.doubts:
        if doubt.order.order_id == order.order_id:
            tell(f"{doubt.korean}\n{doubt.english}")
    for apart in desk.apart:
        if apart.order_id == order.order_id:
            row, request = apart.row, apart.row.request
            number, filled = row.broker_order_id, f"{row.filled_quantity}/{request.quantity}"
            looks = f"{request.code} {request.side} @ {request.price or request.order_type}, {request.venue}"
            tell(
                f"일부인지 모름: 번호 {number}, {looks}, 체결 {filled}\n"
                f"perhaps a part of it: number {number}, {looks}, filled {filled}"
            )
    if order.watermark and order.is_unconfirmed:
        tell(
            f"주문 전에 알던 가장 높은 번호: {order.watermark}. 이 주문의 번호는 더 높습니다.\n"
            f"The highest number before it was sent: {order.watermark}. Its own is higher."
        )


def _is_agreed() -> bool:
    print("증권사 화면에서 확인하셨습니까? 결정할까요? / decide? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in _YES
