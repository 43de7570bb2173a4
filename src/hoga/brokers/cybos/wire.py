"""Orders, the day's list of them, and notices about them: between our values and Daishin's numbered fields.

Source: the help pages of CpTd0311, CpTd0313, CpTd0314, CpTd5341 and CpConclusion, with public projects that
read the same fields. Unverified: what 확인수량 is of a cancel that took part only, and that an order with
unfilled shares has one row without a fill.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hoga.brokers.cybos.codes import (
    CONDITION_CODES,
    CONDITIONAL,
    LIST_ROWS,
    ORDER_TYPE_CODES,
    ORDER_TYPES,
    SIDE_CODES,
    SIDES,
    Action,
    Limit,
    Program,
    Report,
)
from hoga.brokers.cybos.com import Input
from hoga.brokers.cybos.question import Page, Push, Question, text, unreadable, whole
from hoga.domain.errors import InvalidOrder
from hoga.domain.notices import (
    CancelNotice,
    FillNotice,
    Notice,
    OpenOrder,
    OrderReport,
    RejectNotice,
    ReplaceNotice,
)
from hoga.domain.order import Order
from hoga.domain.request import OrderRequest, OrderType, TimeInForce, Venue

_log = logging.getLogger(__name__)

# Orders -----------------------------------------------------------------------------------------------------


def order_question(request: OrderRequest, account: str, goods: str, code: str) -> Question:
    """현금주문 (CpTd0311). Raises `InvalidOrder` for what cannot be ordered this way."""
    kind = ORDER_TYPE_CODES.get(request.order_type)
    if kind is None:
        raise InvalidOrder(
            f"대신증권에서는 {request.order_type} 주문을 낼 수 없습니다.",
            f"{request.order_type} orders cannot be sent to Daishin.",
        )
    if request.venue is not Venue.KRX:
        raise InvalidOrder(
            "대신증권에는 KRX 주문만 낼 수 있습니다.", "Only orders for KRX can be sent to Daishin."
        )
    condition = CONDITION_CODES.get(request.time_in_force)
    if condition is None:
        raise InvalidOrder(
            "대신증권에는 프리마켓 종료까지 유효한 주문(GTP)을 낼 수 없습니다.",
            "Orders that end with the pre-market (GTP) cannot be sent to Daishin.",
        )
    if request.time_in_force is not TimeInForce.DAY and request.order_type not in CONDITIONAL:
        raise InvalidOrder(
            f"{request.order_type} 주문에는 IOC, FOK를 쓸 수 없습니다.",
            f"{request.order_type} orders cannot be IOC or FOK.",
        )
    return Question(
        program=Program.ORDER,
        limit=Limit.TRADE,
        inputs={
            0: SIDE_CODES[request.side],
            1: account,
            2: goods,
            3: code,
            4: request.quantity,
            5: request.price or 0,
            7: condition,
            8: kind,
        },
    )


def replace_question(order: Order, price: int, account: str, goods: str, code: str) -> Question:
    """가격정정 (CpTd0313) of all that remains."""
    inputs: dict[int, Input] = {1: int(order.broker_order_id), 2: account, 3: goods, 4: code, 5: 0, 6: price}
    return Question(program=Program.REPLACE, inputs=inputs, limit=Limit.TRADE)


def cancel_question(order: Order, quantity: int, account: str, goods: str, code: str) -> Question:
    """취소 (CpTd0314)."""
    inputs: dict[int, Input] = {1: int(order.broker_order_id), 2: account, 3: goods, 4: code, 5: quantity}
    return Question(program=Program.CANCEL, inputs=inputs, limit=Limit.TRADE)


# The order list ---------------------------------------------------------------------------------------------

_NUMBER, _ORIGINAL, _CODE, _QUANTITY, _PRICE = 1, 2, 3, 7, 8
_FILLED, _FILL, _FILL_PRICE, _CONFIRMED, _REFUSAL, _REMAINING = 9, 10, 11, 12, 14, 22
_TYPE, _SIDE, _ACTION = 34, 35, 36


def orders_question(account: str, goods: str) -> Question:
    """금일 주문체결내역 (CpTd5341), oldest first, a row for each fill."""
    return Question(
        program=Program.ORDERS,
        limit=Limit.TRADE,
        inputs={0: account, 1: goods, 2: "", 3: 0, 4: ord("0"), 5: LIST_ROWS, 6: ord("2")},
        count=6,
        fields=(
            _NUMBER,
            _ORIGINAL,
            _CODE,
            _QUANTITY,
            _PRICE,
            _FILLED,
            _FILL,
            _FILL_PRICE,
            _CONFIRMED,
            _REFUSAL,
            _REMAINING,
            _TYPE,
            _SIDE,
            _ACTION,
        ),
        is_paged=True,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What the list does not tell of an order: when it was received, and whether it is IOC or FOK."""

    placed_at: datetime
    time_in_force: TimeInForce = TimeInForce.DAY


def read_orders(pages: Sequence[Page], known: Mapping[str, Known], day: datetime) -> list[OrderReport]:
    """The orders of the day, oldest first. `day` is what is told of the time of one that is not known.

    Raises `WireError` when the fills do not add up to what is filled: an order traded between two pages.
    """
    reports: dict[str, OrderReport] = {}
    fills: dict[str, int] = {}
    filled: dict[str, int] = {}
    taken: dict[str, int] = {}
    for row in (row for page in pages for row in page.rows):
        number = str(whole(row[_NUMBER], "order number"))
        original = whole(row[_ORIGINAL] or 0, "original order number")
        confirmed = whole(row[_CONFIRMED], "confirmed quantity")
        action = text(row[_ACTION])
        if action == Action.CANCEL:
            taken[str(original)] = taken.get(str(original), 0) + confirmed
            continue
        fill, price = whole(row[_FILL], "fill"), whole(row[_FILL_PRICE], "fill price")
        fills[number] = fills.get(number, 0) + fill
        if number in reports:
            amount = reports[number].filled_amount + fill * price
            reports[number] = replace(reports[number], filled_amount=amount)
            continue
        filled[number] = whole(row[_FILLED], "filled quantity")
        seen = known.get(number, Known(day))
        quantity = whole(row[_QUANTITY], "quantity")
        remaining = whole(row[_REMAINING], "remaining quantity")
        reports[number] = OrderReport(
            broker_order_id=number,
            replaces=str(original) if action == Action.REPLACE else "",
            request=_request(row, quantity, seen.time_in_force),
            filled_quantity=filled[number],
            filled_amount=fill * price,
            # Of an order the quantity that was confirmed is the rest of an IOC or FOK order (unverified).
            canceled_quantity=confirmed if action == Action.PLACE else 0,
            rejected_quantity=quantity - filled[number] if text(row[_REFUSAL]) else 0,
            remaining_quantity=remaining,
            placed_at=seen.placed_at,
        )
    if fills != filled:
        raise unreadable("fills of the day", "the list changed while it was read")
    return [
        replace(report, canceled_quantity=report.canceled_quantity + taken.get(number, 0))
        for number, report in reports.items()
    ]


def _request(row: Mapping[int, object], quantity: int, time_in_force: TimeInForce) -> OrderRequest:
    price = whole(row[_PRICE], "price")
    order_type = ORDER_TYPES.get(text(row[_TYPE]))
    if order_type is None:
        # An order of somebody else, of a type that we do not know: it must not hide all others.
        order_type = OrderType.LIMIT if price else OrderType.MARKET
        _log.warning("CYBOS: order type %r is read as %s", row[_TYPE], order_type)
    side = SIDES.get(text(row[_SIDE]))
    if side is None:
        raise unreadable("side", row[_SIDE])
    return OrderRequest(
        code=bare_code(text(row[_CODE])),
        side=side,
        quantity=quantity,
        price=price if order_type.has_price else None,
        order_type=order_type,
        time_in_force=time_in_force,
    )


def bare_code(code: str) -> str:
    """A code without the letter before it."""
    return code[1:] if len(code) == 7 else code


_OPEN_NUMBER, _REVISABLE = 1, 11


def open_orders_question(account: str, goods: str) -> Question:
    """미체결 (CpTd5339) of all issues and markets, oldest first."""
    return Question(
        program=Program.OPEN_ORDERS,
        limit=Limit.TRADE,
        inputs={0: account, 1: goods, 3: "", 4: "0", 5: "0", 6: "0", 7: LIST_ROWS},
        count=5,
        fields=(_OPEN_NUMBER, _REVISABLE),
        is_paged=True,
    )


def read_open_orders(pages: Sequence[Page], orders: Sequence[OrderReport]) -> list[OpenOrder]:
    """What is open, oldest first; what has become of each is told by the `orders` of the day.

    Raises `WireError` when an order is open and not in the list.
    """
    reports = {report.broker_order_id: report for report in orders}
    found = []
    for row in (row for page in pages for row in page.rows):
        number = str(whole(row[_OPEN_NUMBER], "order number"))
        report = reports.get(number)
        if report is None:
            raise unreadable("open order", number)
        found.append(
            OpenOrder(
                broker_order_id=number,
                replaces=report.replaces,
                request=report.request,
                filled_quantity=report.filled_quantity,
                filled_amount=report.filled_amount,
                revisable_quantity=whole(row[_REVISABLE], "revisable quantity"),
                placed_at=report.placed_at,
            )
        )
    return found


# Notices ----------------------------------------------------------------------------------------------------

NOTICE_HEADERS = (3, 4, 5, 6, 7, 9, 14, 16, 19)
_CONDITIONS = {code: condition for condition, code in CONDITION_CODES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """CpConclusion, which tells no time and numbers no fills. `at` is when it came.

    `quantity` is that of the order when it is received, and that of the fill, the cancel or the replace then.
    """

    account: str = field(repr=False)
    number: int
    original: int
    report: str
    action: str
    quantity: int
    price: int
    time_in_force: TimeInForce
    at: datetime


def read_notice(push: Push, at: datetime) -> NoticeRecord:
    """Raises `WireError`."""
    return NoticeRecord(
        account=text(push[7]),
        number=whole(push[5], "order number"),
        original=whole(push[6] or 0, "original order number"),
        report=text(push[14]),
        action=text(push[16]),
        quantity=whole(push[3], "quantity"),
        price=whole(push[4], "price"),
        time_in_force=_CONDITIONS.get(text(push[19]), TimeInForce.DAY),
        at=at,
    )


def notice_of(record: NoticeRecord) -> Notice | None:
    """What a record tells about an order; None when it changes nothing: a receipt."""
    number, at = str(record.number), record.at
    original = str(record.original or record.number)
    match record.report, record.action:
        case Report.FILLED, _:
            return FillNotice(broker_order_id=number, at=at, quantity=record.quantity, price=record.price)
        case Report.CONFIRMED, Action.REPLACE:
            return ReplaceNotice(
                broker_order_id=original, at=at, new_broker_order_id=number, price=record.price
            )
        case Report.CONFIRMED, _:  # of an IOC order the rest, under its own number
            return CancelNotice(broker_order_id=original, at=at, quantity=record.quantity)
        case Report.REFUSED, _:
            return RejectNotice(
                broker_order_id=number,
                at=at,
                message="거래소 거부 / refused by the exchange",
                is_revision=record.action is not Action.PLACE,
            )
        case _:
            return None
