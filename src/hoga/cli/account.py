"""`hoga account`, `positions`, `orders`, `fills`: what the account of a profile holds and did today."""

from typing import TYPE_CHECKING

import typer

from hoga.cli.options import JsonOption
from hoga.cli.profile import LiveOption, ProfileOption, tell, with_connection, with_desk
from hoga.cli.tables import print_table, show_row, show_rows

if TYPE_CHECKING:
    from hoga.accounts.connection import Connection
    from hoga.domain.account import Account
    from hoga.rows import Row
    from hoga.trading.desk import Desk
    from hoga.trading.doubt import Doubt

ORDER_HEADINGS = {
    "order_id": "주문 order",
    "broker_order_id": "번호 number",
    "code": "종목 code",
    "name": "종목명 name",
    "side": "구분 side",
    "type": "유형 type",
    "price": "가격 price",
    "quantity": "수량 qty",
    "filled_quantity": "체결 filled",
    "remaining_quantity": "미체결 left",
    "status": "상태 status",
    "reason": "사유 reason",
}

APART_HEADINGS = {
    "order_id": "주문 order",
    "broker_order_id": "번호 number",
    "code": "종목 code",
    "name": "종목명 name",
    "side": "구분 side",
    "venue": "거래소 venue",
    "price": "가격 price",
    "quantity": "수량 qty",
    "filled_quantity": "체결 filled",
    "remaining_quantity": "미체결 left",
}


def account(profile: ProfileOption = "sim", live: LiveOption = False, json: JsonOption = False) -> None:
    """계좌의 현금과 평가 / cash and value of the account."""
    from hoga.rows import account_row

    row = account_row(with_connection(profile, live, json, _read_account))
    headings = {
        "account": "계좌 account",
        "deposit": "예수금 deposit",
        "deposit_d1": "D+1 예수금 deposit D+1",
        "deposit_d2": "D+2 예수금 deposit D+2",
        "buying_power": "주문가능 buying power",
        "total_value": "총평가 total value",
        "unrealized_pnl": "평가손익 unrealized P/L",
        "costs_today": "오늘 비용 costs today",
        "positions": "보유종목 positions",
    }
    show_row(row, headings, profile=profile, json=json)


def positions(profile: ProfileOption = "sim", live: LiveOption = False, json: JsonOption = False) -> None:
    """보유 종목 / what the account holds."""
    from hoga.rows import position_row

    found = with_connection(profile, live, json, _read_account).positions
    headings = {
        "code": "종목 code",
        "name": "종목명 name",
        "quantity": "수량 qty",
        "sellable_quantity": "매도가능 sellable",
        "average_cost": "매입평균 average",
        "cost": "매입금액 cost",
        "last_price": "현재가 last",
        "market_value": "평가금액 value",
        "unrealized_pnl": "평가손익 P/L",
    }
    show_rows("positions", [position_row(each) for each in found], headings, profile=profile, json=json)


orders = typer.Typer(
    invoke_without_command=True,
    help="오늘의 주문 / the orders of the day.",
)


@orders.callback()
def list_orders(
    context: typer.Context,
    profile: ProfileOption = "sim",
    live: LiveOption = False,
    json: JsonOption = False,
) -> None:
    if context.invoked_subcommand is None:
        rows, doubts, apart = with_desk(profile, live, json, _read_orders, only_looks=True)
        for doubt in doubts:
            tell(
                f"확인되지 않음! {doubt.korean}\nUNCONFIRMED! {doubt.english}\n"
                f"  hoga orders settle {doubt.order.order_id} (--arrived NUMBER | --never-arrived)"
            )
        show_rows("orders", rows, ORDER_HEADINGS, profile=profile, json=json, beside={"apart": apart})
        if apart and not json:
            print("\n일부인지 모르는 주문, 결정: hoga orders settle / perhaps parts of them, to be decided")
            print_table(
                tuple(APART_HEADINGS.values()), [[row[name] for name in APART_HEADINGS] for row in apart]
            )


def fills(profile: ProfileOption = "sim", live: LiveOption = False, json: JsonOption = False) -> None:
    """오늘의 체결 / the executions of the day."""
    rows = with_desk(profile, live, json, _read_fills, only_looks=True)
    headings = {
        "at": "시각 at",
        "order_id": "주문 order",
        "code": "종목 code",
        "name": "종목명 name",
        "side": "구분 side",
        "quantity": "수량 qty",
        "price": "가격 price",
        "amount": "금액 amount",
    }
    show_rows("fills", rows, headings, profile=profile, json=json)


async def _read_account(connection: "Connection") -> "Account":
    return await connection.broker.account()


async def _read_orders(
    connection: "Connection", desk: "Desk"
) -> "tuple[list[Row], tuple[Doubt, ...], list[Row]]":
    from hoga.rows import apart_row, order_row

    names = connection.instruments
    apart = [apart_row(each.order_id, each.row, names) for each in desk.apart]
    return [order_row(order, names) for order in desk.orders], desk.doubts, apart


async def _read_fills(connection: "Connection", desk: "Desk") -> "list[Row]":
    from hoga.rows import fill_row

    return [fill_row(fill, connection.instruments) for fill in desk.fills]
