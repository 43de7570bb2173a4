"""`hoga buy`, `sell`, `replace`, `cancel`: one order through a desk that writes before it sends."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from hoga.cli.account import ORDER_HEADINGS
from hoga.cli.options import CodeArgument, JsonOption
from hoga.cli.profile import LiveOption, ProfileOption, with_desk
from hoga.cli.tables import show_row
from hoga.domain.order import Order, OrderStatus
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.trading.desk import Desk

EXIT_REFUSED = 5
"""The desk or the broker refused the order: nothing of it is at the exchange."""

EXIT_UNCONFIRMED = 6
"""Whether the order arrived is not known. It must not be given again."""

QuantityArgument = Annotated[int, typer.Argument(metavar="QUANTITY", help="수량(주) / shares.")]
OrderArgument = Annotated[
    str,
    typer.Argument(metavar="ORDER", help="호가의 id 또는 증권사 번호 / order id or broker's number."),
]
PriceOption = Annotated[
    int | None, typer.Option("--price", help="가격(원); 없으면 시장가 / won; without it a market order.")
]
TypeOption = Annotated[
    OrderType | None, typer.Option("--type", help="주문 유형 / order type; default limit or market.")
]
ForceOption = Annotated[TimeInForce, typer.Option("--time-in-force", help="조건: day, ioc, fok, gtp (NXT).")]
VenueOption = Annotated[Venue, typer.Option("--venue", help="거래소 / venue: KRX, NXT, SOR.")]
StopOption = Annotated[int | None, typer.Option("--stop-price", help="스톱지정가의 스톱가격 / stop price.")]


def buy(
    code: CodeArgument,
    quantity: QuantityArgument,
    price: PriceOption = None,
    order_type: TypeOption = None,
    time_in_force: ForceOption = TimeInForce.DAY,
    stop_price: StopOption = None,
    venue: VenueOption = Venue.KRX,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """매수 주문 / place a buy order."""
    request = _request(Side.BUY, code, quantity, price, order_type, time_in_force, stop_price, venue)
    _place(request, profile, live, json)


def sell(
    code: CodeArgument,
    quantity: QuantityArgument,
    price: PriceOption = None,
    order_type: TypeOption = None,
    time_in_force: ForceOption = TimeInForce.DAY,
    stop_price: StopOption = None,
    venue: VenueOption = Venue.KRX,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """매도 주문 / place a sell order."""
    request = _request(Side.SELL, code, quantity, price, order_type, time_in_force, stop_price, venue)
    _place(request, profile, live, json)


def replace(
    order: OrderArgument,
    price: Annotated[int, typer.Option("--price", help="새 가격(원) / the new price in won.")],
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """정정: 남은 수량의 가격을 바꿈 / give what is left of an order a new price."""

    async def work(connection: "Connection", desk: "Desk") -> Order:
        from hoga.profiles import find_order

        return await desk.replace(find_order(desk, order).order_id, price)

    _show(work, profile, live, json)


def cancel(
    order: OrderArgument,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    """취소: 남은 수량을 모두 / cancel all that is left of an order."""

    async def work(connection: "Connection", desk: "Desk") -> Order:
        from hoga.profiles import find_order

        return await desk.cancel(find_order(desk, order).order_id)

    _show(work, profile, live, json)


def _request(
    side: Side,
    code: str,
    quantity: int,
    price: int | None,
    order_type: OrderType | None,
    time_in_force: TimeInForce,
    stop_price: int | None,
    venue: Venue,
) -> OrderRequest:
    usual = OrderType.MARKET if price is None else OrderType.LIMIT
    return OrderRequest(
        code=code,
        side=side,
        quantity=quantity,
        price=price,
        order_type=order_type or usual,
        time_in_force=time_in_force,
        stop_price=stop_price,
        venue=venue,
    )


def _place(request: OrderRequest, profile: str, live: bool, json: bool) -> None:
    from dataclasses import replace as changed

    from hoga.krx.codes import parse_code

    async def work(connection: "Connection", desk: "Desk") -> Order:
        return await desk.place(changed(request, code=parse_code(request.code)), "command")

    _show(work, profile, live, json)


def _show(
    work: "Callable[[Connection, Desk], Awaitable[Order]]", profile: str, live: bool, json: bool
) -> None:
    """Do `work` at a desk, wait a little for what is in doubt, show the order and what it came to."""

    async def shown(connection: "Connection", desk: "Desk") -> tuple[Order, dict[str, object]]:
        from hoga.profiles import settled
        from hoga.rows import order_row

        order = await settled(connection, desk, await work(connection, desk))
        return order, order_row(order, connection.instruments)

    order, row = with_desk(profile, live, json, shown)
    show_row(row, ORDER_HEADINGS, profile=profile, json=json)
    if order.is_unconfirmed or order.is_in_doubt:
        raise typer.Exit(EXIT_UNCONFIRMED)
    if order.status in (OrderStatus.DENIED, OrderStatus.REJECTED, OrderStatus.NOT_RECEIVED):
        raise typer.Exit(EXIT_REFUSED)
