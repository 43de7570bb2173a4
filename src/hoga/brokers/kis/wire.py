"""Orders on the KIS wire, both ways. Logins are in `oauth`, accounts in `holdings`, `order_list`, `account`.

Source: KIS's documents and recorded answers as of 2026-08. An order has no id of the client at KIS, so the
answer to an order is one of three: taken, refused, or not known. "Refused" is said only where the answer
shows that nothing was carried out. This file does no I/O and asks no clock.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from hoga.brokers.kis import blocks, trading_blocks
from hoga.brokers.kis.blocks import rows, text
from hoga.brokers.kis.codes import (
    ACCEPTED,
    AFTER_MARKET_TYPES,
    BRANCHES,
    FOREIGN_ACCOUNT,
    LEDGER_DONE,
    LEDGER_MORE,
    NO_CREDIT,
    NO_MARKET_ORDERS,
    NO_PENSION,
    NO_PRODUCT,
    NO_TRADING_DAY,
    PAPER_NOT_OPEN_YET,
    PENSION_PRODUCTS,
    REFUSALS,
    VENUES,
    Action,
    Environment,
    Message,
)
from hoga.brokers.kis.divisions import (
    AFTER_MARKET_DIVISIONS,
    DAY_DIVISIONS,
    DIVISIONS,
    ORDER_DIVISIONS,
    VENUE_DIVISIONS,
    find_division,
    taken_divisions,
)
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    body_fields,
    make_request,
    message_reply,
    needed,
    plain_code,
    split_account,
    time_text,
)
from hoga.brokers.kis.meanings import rules_out_execution
from hoga.brokers.kis.services import Call
from hoga.domain.errors import InvalidOrder
from hoga.domain.instrument import Kind
from hoga.domain.notices import Accepted, Answer, NoAnswer, Refused, number_key
from hoga.domain.order import Order
from hoga.domain.request import OrderRequest, OrderType, Side, Venue
from hoga.exchange.commands import Cancel, Place, Replace
from hoga.exchange.events import Refusal
from hoga.krx.calendar import is_trading_day
from hoga.krx.codes import is_code
from hoga.krx.sessions import Phase, regular_session

_EVERYWHERE = {Environment.REAL: "ALL", Environment.PAPER: "KRX"}
"""What the order list is asked for by clients that want to miss nothing."""
_WIDEST_NUMBER = 19


def order_request(
    order: Order,
    account: str,
    environment: Environment,
    *,
    kind: Kind = Kind.STOCK,
    in_after_market: bool = False,
    legacy: bool = False,
) -> Request:
    """현금주문 for an issue of that kind. Raises `InvalidOrder` for an order that KIS has no division for.

    `in_after_market` says that KRX's after-market is on: its divisions are others.
    """
    request = order.request
    fields = account_fields(account) | {
        "PDNO": product_number(request.code, kind),
        "ORD_DVSN": _division(request, in_after_market),
        "ORD_QTY": str(request.quantity),
        "ORD_UNPR": str(order.price or 0),
    }
    call = Call.BUY if request.side is Side.BUY else Call.SELL
    return _order_call(call, environment, fields, request, legacy)


def replace_request(
    order: Order,
    price: int,
    account: str,
    environment: Environment,
    *,
    in_after_market: bool = False,
    legacy: bool = False,
) -> Request:
    """정정: all that remains of `order` gets a new price. The answer carries the new number."""
    division = _division(order.request, in_after_market)
    return _revision_call(Action.REPLACE, order, price, None, account, environment, division, legacy)


def cancel_request(
    order: Order, quantity: int, account: str, environment: Environment, *, legacy: bool = False
) -> Request:
    """취소 of `quantity` shares. When that is all that remains, KIS is asked for all that remains there."""
    part = quantity if quantity < order.remaining_quantity else None
    return _revision_call(Action.CANCEL, order, 0, part, account, environment, "00", legacy)


def asked_order(request: Request, day: date, *, in_after_market: bool = False) -> Place:
    """The order in a request that comes on `day`. A price of 0 is none. Raises `Declined`.

    `in_after_market` says that KRX's after-market is on: it has divisions of its own, and takes no others.
    """
    fields = body_fields(request)
    division = needed(fields, "ORD_DVSN")
    venue = _asked_venue(request, fields) or Venue.KRX
    # What is borrowed (대차) or traded for others (임의매매) is not sold from an account in cash.
    is_plain = request.call is Call.BUY or fields.get("SLL_TYPE", "").strip() in ("", "01")
    if division not in taken_divisions(venue, day) or not is_plain:
        raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))
    if division in AFTER_MARKET_DIVISIONS and not in_after_market:
        raise Declined(refusal_reply(request, Refusal.WRONG_PHASE))
    if in_after_market and venue is Venue.KRX and division in DAY_DIVISIONS:
        raise Declined(type_refusal_reply(request, ORDER_DIVISIONS[division][0], Phase.AFTER_MARKET))
    order_type, time_in_force, _ = DIVISIONS[division]
    return Place(
        account=account_in(fields),
        code=asked_code(request, needed(fields, "PDNO")),
        side=Side.BUY if request.call is Call.BUY else Side.SELL,
        quantity=_asked_number(request, fields, "ORD_QTY", Refusal.BAD_QUANTITY),
        price=_asked_number(request, fields, "ORD_UNPR", Refusal.BAD_PRICE) or None,
        order_type=order_type,
        time_in_force=time_in_force,
        stop_price=_asked_stop_price(request, fields, order_type),
        venue=venue,
    )


def asked_revision(request: Request) -> Replace | Cancel:
    """The 정정 or 취소 in a request. `quantity` is None for all that remains. Raises `Declined`."""
    fields = body_fields(request)
    account = account_in(fields)
    number = needed(fields, "ORGN_ODNO")
    if not is_whole(number):
        raise Declined(refusal_reply(request, Refusal.UNKNOWN_ORDER))
    quantity = None
    if needed(fields, "QTY_ALL_ORD_YN").upper() != "Y":
        quantity = _asked_number(request, fields, "ORD_QTY", Refusal.BAD_QUANTITY)
    match needed(fields, "RVSE_CNCL_DVSN_CD"):
        case "01":
            division = DIVISIONS.get(needed(fields, "ORD_DVSN"))
            # An order on the book cannot become one that would not have stayed there.
            if division is None or division[1].is_immediate:
                raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))
            price = _asked_number(request, fields, "ORD_UNPR", Refusal.BAD_PRICE) or None
            stop_price = _asked_stop_price(request, fields, division[0])
            return Replace(account, int(number), price, quantity, division[0], stop_price, division[1])
        case "02" if needed(fields, "ORD_DVSN") in DIVISIONS:
            return Cancel(account, int(number), quantity)
        case _:
            raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))


def asked_original_venue(request: Request) -> Venue | None:
    """The venue where a client says that the order to be revised is; None when it says nothing.

    Whether KIS takes silence for KRX is unverified. Raises `Declined`.
    """
    return _asked_venue(request, body_fields(request), Refusal.UNKNOWN_ORDER)


def credit_refusal_reply() -> Reply:
    """The answer to every order on credit (신용): our accounts are for cash."""
    return message_reply(NO_CREDIT)


def accepted_reply(request: Request, number: int, at: datetime) -> Reply:
    """The answer to an order, 정정 or 취소 that was taken; `number` is the request's own."""
    environment = request.environment
    action, side = _action_of(request)
    message = ACCEPTED[environment][action, side]
    receipt = blocks.empty(
        trading_blocks.Receipt,
        krx_fwdg_ord_orgno=BRANCHES[environment],
        odno=number_text(number),
        ord_tmd=time_text(at),
    )
    if environment is Environment.REAL and not request.is_legacy:
        receipt.sor_odno = ""
    return block_reply(
        trading_blocks.OrderAnswer(
            rt_cd=message.rt_cd, msg_cd=message.code, msg1=message.text, output=receipt
        )
    )


def type_refusal_reply(request: Request, order_type: OrderType, phase: Phase) -> Reply:
    """The answer to an order whose type its venue does not take in `phase`: KIS has texts for some."""
    if request.environment is Environment.REAL:
        if phase in (Phase.AFTER_MARKET, Phase.AFTER):
            return message_reply(AFTER_MARKET_TYPES)
        if order_type is OrderType.MARKET and phase is Phase.PRE:
            return refusal_reply(request, Refusal.WRONG_PHASE)
        if order_type is OrderType.MARKET:
            return message_reply(NO_MARKET_ORDERS)
    return refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED)


def closed_reply(request: Request, at: datetime) -> Reply:
    """The answer to an order, 정정 or 취소 at an instant at which its market is closed."""
    if not is_trading_day(at.date()):
        return message_reply(NO_TRADING_DAY[request.environment])
    opens = regular_session(at.date())[1].start
    if request.environment is Environment.PAPER and at < opens:
        return message_reply(PAPER_NOT_OPEN_YET)
    return refusal_reply(request, Refusal.WRONG_PHASE)


def refusal_reply(request: Request, reason: Refusal) -> Reply:
    """The answer to an order, 정정 or 취소 that our exchange refused."""
    return message_reply(REFUSALS[request.environment][reason])


def check_account(request: Request, account: str, own: str) -> None:
    """An app key trades for its own account only, even if there are others here. Raises `Declined`."""
    if account == own:
        return
    if request.environment is Environment.PAPER:
        raise Declined(refusal_reply(request, Refusal.UNKNOWN_ACCOUNT))
    if not re.fullmatch(r"[0-9]{10}", account):
        raise Declined(refusal_reply(request, Refusal.UNKNOWN_ACCOUNT))
    is_pension = account[:8] == own[:8] and account[8:] in PENSION_PRODUCTS
    raise Declined(message_reply(NO_PENSION if is_pension else FOREIGN_ACCOUNT))


def asked_code(request: Request, product: str) -> str:
    """The short code in 상품번호. Raises `Declined` for what cannot be one."""
    code = plain_code(product)
    if not is_code(code):
        if request.environment is Environment.REAL:
            raise Declined(message_reply(NO_PRODUCT))
        raise Declined(refusal_reply(request, Refusal.UNKNOWN_INSTRUMENT))
    return code


def product_number(code: str, kind: Kind) -> str:
    """상품번호 of an issue: its short code, with a Q before that of an ETN.

    That lists of holdings and orders write it like orders is unverified.
    """
    return f"Q{code}" if kind is Kind.ETN else code


def read_answer(reply: Reply, read_receipt: Callable[[Reply], Answer] | None = None) -> Answer:
    """What became of an order, 정정 or 취소. Never raises, unless `read_receipt` does.

    `read_receipt` reads the answer to what was taken, where it is not the number of an order.

    Refused only if KIS says so in words and they do not come from a server that may have passed the order
    on: an unknown code of such a server or with HTTP 5xx, a time-out or an overloaded service leaves it open.
    """
    try:
        envelope = msgspec.json.decode(reply.body, type=blocks.Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NoAnswer(why=f"unreadable answer, HTTP {reply.status}")
    state, code, message = text(envelope.rt_cd), text(envelope.msg_cd), text(envelope.msg1)
    if state == "0":
        return (read_receipt or _read_receipt)(reply)
    if not state:
        return NoAnswer(why=f"no rt_cd in the answer, HTTP {reply.status}")
    if rules_out_execution(code, reply.status):
        return Refused(code=code, message=message)
    return NoAnswer(why=f"{code} {message}, HTTP {reply.status}")


def same_number(one: str, other: str) -> bool:
    """Whether two order numbers are the same one. Paths of KIS pad with zeros, with blanks, or not at all."""
    return number_key(one) == number_key(other)


def has_number(number: str) -> bool:
    """Whether there is a number: KIS also writes none as ten zeros."""
    return bool(number.strip().strip("0"))


def number_text(number: int) -> str:
    """An order number as KIS shows it: ten digits."""
    return f"{number:010}"


def account_fields(account: str) -> dict[str, str]:
    """The two fields that name an account."""
    holder, product = split_account(account)
    return {"CANO": holder, "ACNT_PRDT_CD": product}


def account_in(fields: Mapping[str, str]) -> str:
    """The account, as ten digits, that these fields name. Raises `Declined`."""
    return needed(fields, "CANO") + needed(fields, "ACNT_PRDT_CD")


def _asked_number(request: Request, fields: Mapping[str, str], name: str, refusal: Refusal) -> int:
    value = needed(fields, name) or "0"
    if not is_whole(value):
        raise Declined(refusal_reply(request, refusal))
    return int(value)


def _asked_venue(
    request: Request, fields: Mapping[str, str], refusal: Refusal = Refusal.ORDER_TYPE_NOT_ALLOWED
) -> Venue | None:
    """The venue named in a request; ids of before NXT know none. Raises `Declined` for one not offered."""
    named = fields.get("EXCG_ID_DVSN_CD", "").strip()
    if not named or request.is_legacy:
        return None
    if named not in VENUES[request.environment]:
        raise Declined(refusal_reply(request, refusal))
    return Venue(named)


def _asked_stop_price(request: Request, fields: Mapping[str, str], order_type: OrderType) -> int | None:
    """스톱가격 of a stop-limit order; other types may carry an empty field. Raises `Declined`."""
    value = fields.get("CNDT_PRIC", "").strip() or "0"
    if not is_whole(value) or (int(value) > 0) is not (order_type is OrderType.STOP_LIMIT):
        raise Declined(refusal_reply(request, Refusal.BAD_PRICE))
    return int(value) or None


def is_whole(value: str) -> bool:
    """Whether it is a number that KIS declares a field for: the widest have 19 digits."""
    return value.isascii() and value.isdigit() and len(value) <= _WIDEST_NUMBER


def _division(request: OrderRequest, in_after_market: bool) -> str:
    order_type, time_in_force, venue = request.order_type, request.time_in_force, request.venue
    in_after_market = in_after_market and venue is Venue.KRX
    division = find_division(order_type, time_in_force, in_after_market=in_after_market)
    has_stop = order_type is not OrderType.STOP_LIMIT or request.stop_price is not None
    if division is None or division not in VENUE_DIVISIONS[venue] or not has_stop:
        raise InvalidOrder(
            f"한국투자증권에 보낼 수 없는 주문유형입니다: {order_type}, {time_in_force}, {venue}. "
            "다른 유형을 쓰거나 스톱가격을 적으세요.",
            f"KIS takes no order of this kind from us: {order_type}, {time_in_force}, {venue}. "
            "Use another, and give a stop-limit order its stop price.",
        )
    return division


def _order_call(
    call: Call, environment: Environment, fields: dict[str, str], order: OrderRequest, legacy: bool
) -> Request:
    if order.venue not in VENUES[environment] or (legacy and order.venue is not Venue.KRX):
        raise InvalidOrder(
            f"{environment} 환경에서는 {order.venue} 주문을 보낼 수 없습니다. KRX로 보내세요.",
            f"Orders for {order.venue} cannot be sent in the {environment} environment. Use KRX.",
        )
    if order.stop_price is not None:
        fields = fields | {"CNDT_PRIC": str(order.stop_price)}
    if not legacy:
        fields = fields | {"EXCG_ID_DVSN_CD": order.venue.value}
    return make_request(call, environment, body=msgspec.json.encode(fields), legacy=legacy)


def _revision_call(
    action: Action,
    order: Order,
    price: int,
    quantity: int | None,
    account: str,
    environment: Environment,
    division: str,
    legacy: bool,
) -> Request:
    request = order.request
    fields = account_fields(account) | {
        # KIS takes it without the branch that the order's answer named.
        "KRX_FWDG_ORD_ORGNO": "",
        "ORGN_ODNO": order.broker_order_id,
        "ORD_DVSN": division,
        "RVSE_CNCL_DVSN_CD": "01" if action is Action.REPLACE else "02",
        "ORD_QTY": str(quantity or 0),
        "ORD_UNPR": str(price),
        "QTY_ALL_ORD_YN": "Y" if quantity is None else "N",
    }
    return _order_call(Call.REVISE, environment, fields, request, legacy)


def _action_of(request: Request) -> tuple[Action, Side | None]:
    match request.call:
        case Call.BUY:
            return Action.PLACE, Side.BUY
        case Call.SELL:
            return Action.PLACE, Side.SELL
        case _:
            is_cancel = body_fields(request).get("RVSE_CNCL_DVSN_CD") == "02"
            return (Action.CANCEL if is_cancel else Action.REPLACE), None


def _read_receipt(reply: Reply) -> Answer:
    try:
        answer = msgspec.json.decode(reply.body, type=trading_blocks.OrderAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NoAnswer(why="taken, but the answer cannot be read")
    numbers = [text(receipt.odno) for receipt in rows(answer.output)]
    if len(numbers) != 1 or not has_number(numbers[0]):
        return NoAnswer(why="taken, but the answer has no order number")
    return Accepted(broker_order_id=numbers[0])


# Words of the ledger --------------------------------------------------------------------------------------


def asked_account(request: Request) -> str:
    """The account, as ten digits, that a balance is asked for. Raises `Declined`."""
    return account_in(request.query)


def ledger_message(environment: Environment, is_last: bool) -> Message:
    """What comes with a page of a list."""
    return (LEDGER_DONE if is_last else LEDGER_MORE)[environment]


def ratio_text(part: int, whole: int, places: int) -> str:
    """`part` over `whole` with that many decimals, halves away from zero; zero where there is no whole."""
    if not whole:
        return f"{Decimal(0):.{places}f}"
    rounded = (Decimal(part) / whole).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded + 0:f}"  # no "-0.00" and no "0E-8"
