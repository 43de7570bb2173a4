"""Login, orders and the account on the KIS wire, both ways. Market data is in `quotes`.

Source: KIS's documents and recorded answers as of 2026-08. An order has no id of the client at KIS, so the
answer to an order is one of three: taken, refused, or not known. "Refused" is said only where the answer
shows that nothing was carried out. This file does no I/O and asks no clock, and a field that our exchange
cannot know is written in KIS's form for "nothing".
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

import msgspec
from msgspec import UNSET

from hoga.brokers.kis import blocks
from hoga.brokers.kis.blocks import B, Block, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    ACCEPTED,
    AFTER_MARKET_TYPES,
    BRANCHES,
    CONDITION_NAMES,
    DIVISION_OF,
    FOREIGN_ACCOUNT,
    GATEWAY,
    LEDGER_DONE,
    LEDGER_EMPTY,
    LEDGER_MORE,
    NO_CREDIT,
    NO_MARKET_ORDERS,
    NO_PENSION,
    NO_PRODUCT,
    NO_TRADING_DAY,
    ORDER_DIVISIONS,
    PAPER_NOT_OPEN_YET,
    PENSION_PRODUCTS,
    PROFILES,
    RECENT_MONTHS,
    REFUSALS,
    SIDE_CODES,
    SIDES,
    VENUE_DIVISIONS,
    VENUES,
    Action,
    Call,
    Environment,
    Message,
)
from hoga.brokers.kis.envelope import (
    Declined,
    Keys,
    Reply,
    Request,
    block_reply,
    body_fields,
    day_text,
    first_page,
    make_request,
    message_reply,
    needed,
    padded,
    parse_day,
    parse_instant,
    plain_code,
    read,
    refusal_error,
    split_account,
    take_page,
    time_text,
    unreadable,
)
from hoga.brokers.kis.meanings import MEANINGS, Meaning
from hoga.domain.account import Account
from hoga.domain.errors import InvalidOrder, WireError
from hoga.domain.instrument import Kind, Market
from hoga.domain.notices import Accepted, Answer, NoAnswer, OrderReport, Refused, number_key
from hoga.domain.order import Order
from hoga.domain.position import Position
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST
from hoga.exchange.commands import Cancel, Place, Replace
from hoga.exchange.events import Refusal
from hoga.krx.calendar import is_trading_day
from hoga.krx.codes import is_code
from hoga.krx.sessions import Phase, regular_session

TotalsT = TypeVar("TotalsT", bound=blocks.BalanceTotals)

_EVERYWHERE = {Environment.REAL: "ALL", Environment.PAPER: "KRX"}
"""What the order list is asked for by clients that want to miss nothing."""
_WIDEST_NUMBER = 19


# Login ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    """An access token (접근토큰) and when it ends. Never shown."""

    value: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Token(***, {self.expires_at.isoformat()})"


def token_request(keys: Keys, environment: Environment) -> Request:
    """Ask for an access token. KIS allows one a minute and tells the customer about each."""
    return _login_request(
        Call.TOKEN, environment, grant_type="client_credentials", appkey=keys.appkey, appsecret=keys.appsecret
    )


def approval_request(keys: Keys, environment: Environment) -> Request:
    """Ask for the key of the WebSocket (접속키)."""
    return _login_request(
        Call.APPROVAL,
        environment,
        grant_type="client_credentials",
        appkey=keys.appkey,
        secretkey=keys.appsecret,
    )


def revoke_request(keys: Keys, token: str, environment: Environment) -> Request:
    """Give an access token back (접근토큰 폐기)."""
    return _login_request(Call.REVOKE, environment, appkey=keys.appkey, appsecret=keys.appsecret, token=token)


def asked_keys(request: Request) -> Keys:
    """The keys in a login request of any kind. Raises `Declined` when one is missing."""
    fields = body_fields(request)
    secret = fields.get("secretkey" if request.call is Call.APPROVAL else "appsecret", "")
    if not fields.get("appkey"):
        raise Declined(login_refusal_reply("EGW00103"))
    if not secret:
        raise Declined(login_refusal_reply("EGW00105"))
    if request.call is not Call.REVOKE and not fields.get("grant_type"):
        raise Declined(login_refusal_reply("EGW00115"))
    return Keys(fields["appkey"], secret)


def asked_token(request: Request) -> str:
    """The token that is to be revoked."""
    return body_fields(request).get("token", "")


def token_reply(token: str, at: datetime, expires_at: datetime) -> Reply:
    """Answer of tokenP at the instant `at`."""
    return block_reply(
        blocks.TokenAnswer(
            access_token=token,
            access_token_token_expired=f"{expires_at.astimezone(KST):%Y-%m-%d %H:%M:%S}",
            token_type="Bearer",  # noqa: S106 - the name of a kind of token
            expires_in=int((expires_at - at).total_seconds()),
        )
    )


def approval_reply(approval_key: str) -> Reply:
    return block_reply(blocks.ApprovalAnswer(approval_key=approval_key))


def revoke_reply() -> Reply:
    return block_reply(blocks.RevokeAnswer(code=200, message="접근토큰 폐기에 성공하였습니다"))


def login_refusal_reply(code: str) -> Reply:
    """How the login services refuse: HTTP 403 and other keys than everywhere else."""
    return Reply(
        403,
        msgspec.json.encode(blocks.LoginRefusal(error_description=GATEWAY[code].text, error_code=code)),
    )


def read_token(reply: Reply) -> Token:
    """The token of an answer of tokenP.

    It ends when `access_token_token_expired` says: `expires_in` has been seen off by an hour. Raises
    `RateLimited` for the second request within a minute, `Rejected`, or `WireError`, which keeps no text
    because there may be a token in it.
    """
    answer = _read_login(reply, blocks.TokenAnswer)
    token, ends = text(answer.access_token), text(answer.access_token_token_expired)
    try:
        expires_at = datetime.strptime(ends, "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)
    except ValueError:
        raise _unreadable_login(reply) from None
    if not token:
        raise _unreadable_login(reply)
    return Token(token, expires_at)


def read_approval(reply: Reply) -> str:
    """The key of an answer of Approval. Raises like `read_token`."""
    approval_key = text(_read_login(reply, blocks.ApprovalAnswer).approval_key)
    if not approval_key:
        raise _unreadable_login(reply)
    return approval_key


def read_revoke(reply: Reply) -> None:
    """Raises like `read_token` when the token was not revoked."""
    if text(_read_login(reply, blocks.RevokeAnswer).code) != "200":
        raise _unreadable_login(reply)


def hash_request(order: Request) -> Request:
    """Ask for the hash of an order's body. KIS does not demand it any more."""
    return make_request(Call.HASHKEY, order.environment, body=order.body)


def hash_reply(request: Request) -> Reply:
    """Answer of hashkey. How KIS computes the hash is not published (unverified); ours is SHA-256."""
    fields = body_fields(request)
    return block_reply(blocks.HashAnswer(body={**fields}, hash=hashlib.sha256(request.body).hexdigest()))


def read_hash(reply: Reply) -> str:
    """The hash, for the header `hashkey`."""
    try:
        answer = msgspec.json.decode(reply.body, type=blocks.HashAnswer)
    except msgspec.DecodeError as error:
        raise unreadable(reply, str(error)) from error
    return text(answer.hash)


def _login_request(call: Call, environment: Environment, **fields: str) -> Request:
    return make_request(call, environment, body=msgspec.json.encode(fields))


def _read_login(reply: Reply, kind: type[B]) -> B:
    try:
        refusal = msgspec.json.decode(reply.body, type=blocks.LoginRefusal)
        envelope = msgspec.json.decode(reply.body, type=blocks.Envelope)
        answer = msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _unreadable_login(reply) from None
    if code := text(refusal.error_code):
        raise refusal_error(code, text(refusal.error_description))
    if code := text(envelope.msg_cd):
        raise refusal_error(code, text(envelope.msg1))
    return answer


def _unreadable_login(reply: Reply) -> WireError:
    return WireError(
        f"한국투자증권의 로그인 응답(HTTP {reply.status})을 읽을 수 없습니다. 주소와 앱키를 확인하세요.",
        f"KIS's answer to the login (HTTP {reply.status}) cannot be read. Check the address and the keys.",
    )


# Orders ---------------------------------------------------------------------------------------------------


def order_request(
    order: Order,
    account: str,
    environment: Environment,
    *,
    kind: Kind = Kind.STOCK,
    legacy: bool = False,
) -> Request:
    """현금주문 for an issue of that kind. Raises `InvalidOrder` for an order that KIS has no division for."""
    request = order.request
    fields = account_fields(account) | {
        "PDNO": product_number(request.code, kind),
        "ORD_DVSN": _division(request),
        "ORD_QTY": str(request.quantity),
        "ORD_UNPR": str(order.price or 0),
    }
    call = Call.BUY if request.side is Side.BUY else Call.SELL
    return _order_call(call, environment, fields, request, legacy)


def replace_request(
    order: Order, price: int, account: str, environment: Environment, *, legacy: bool = False
) -> Request:
    """정정: all that remains of `order` gets a new price. The answer carries the new number."""
    return _revision_call(Action.REPLACE, order, price, None, account, environment, legacy)


def cancel_request(
    order: Order, quantity: int, account: str, environment: Environment, *, legacy: bool = False
) -> Request:
    """취소 of `quantity` shares. When that is all that remains, KIS is asked for all that remains there."""
    part = quantity if quantity < order.remaining_quantity else None
    return _revision_call(Action.CANCEL, order, 0, part, account, environment, legacy)


def asked_order(request: Request) -> Place:
    """The order in a request. A price of 0 is none. Raises `Declined`."""
    fields = body_fields(request)
    division = needed(fields, "ORD_DVSN")
    venue = _asked_venue(request, fields) or Venue.KRX
    # What is borrowed (대차) or traded for others (임의매매) is not sold from an account in cash.
    is_plain = request.call is Call.BUY or fields.get("SLL_TYPE", "").strip() in ("", "01")
    if division not in VENUE_DIVISIONS[venue] or not is_plain:
        raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))
    order_type, time_in_force, _ = ORDER_DIVISIONS[division]
    return Place(
        account=_asked_account(fields),
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
    account = _asked_account(fields)
    number = needed(fields, "ORGN_ODNO")
    if not _is_whole(number):
        raise Declined(refusal_reply(request, Refusal.UNKNOWN_ORDER))
    quantity = None
    if needed(fields, "QTY_ALL_ORD_YN").upper() != "Y":
        quantity = _asked_number(request, fields, "ORD_QTY", Refusal.BAD_QUANTITY)
    match needed(fields, "RVSE_CNCL_DVSN_CD"):
        case "01":
            division = ORDER_DIVISIONS.get(needed(fields, "ORD_DVSN"))
            # An order on the book cannot become one that would not have stayed there.
            if division is None or division[1] is not TimeInForce.DAY:
                raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))
            price = _asked_number(request, fields, "ORD_UNPR", Refusal.BAD_PRICE) or None
            stop_price = _asked_stop_price(request, fields, division[0])
            return Replace(account, int(number), price, quantity, division[0], stop_price)
        case "02" if needed(fields, "ORD_DVSN") in ORDER_DIVISIONS:
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
        blocks.Receipt,
        krx_fwdg_ord_orgno=BRANCHES[environment],
        odno=number_text(number),
        ord_tmd=time_text(at),
    )
    if environment is Environment.REAL and not request.is_legacy:
        receipt.sor_odno = ""
    return block_reply(
        blocks.OrderAnswer(rt_cd=message.rt_cd, msg_cd=message.code, msg1=message.text, output=receipt)
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


def read_answer(reply: Reply) -> Answer:
    """What became of an order, 정정 or 취소. Never raises.

    Refused only if KIS says so in words and they do not come from a server that may have passed the order
    on: an unknown code with HTTP 5xx, a time-out or an overloaded service leaves it open.
    """
    try:
        envelope = msgspec.json.decode(reply.body, type=blocks.Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NoAnswer(why=f"unreadable answer, HTTP {reply.status}")
    state, code, message = text(envelope.rt_cd), text(envelope.msg_cd), text(envelope.msg1)
    if state == "0":
        return _read_receipt(reply)
    if not state:
        return NoAnswer(why=f"no rt_cd in the answer, HTTP {reply.status}")
    match MEANINGS.get(code):
        case Meaning.RATE_LIMITED | Meaning.LOGIN_EXPIRED | Meaning.NOT_PASSED_ON:
            return Refused(code=code, message=message)
        case None | Meaning.NOTHING_FOUND if reply.status < 500:
            return Refused(code=code, message=message)
        case _:
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


def _asked_account(fields: Mapping[str, str]) -> str:
    return needed(fields, "CANO") + needed(fields, "ACNT_PRDT_CD")


def _asked_number(request: Request, fields: Mapping[str, str], name: str, refusal: Refusal) -> int:
    value = needed(fields, name) or "0"
    if not _is_whole(value):
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
    if not _is_whole(value) or (int(value) > 0) is not (order_type is OrderType.STOP_LIMIT):
        raise Declined(refusal_reply(request, Refusal.BAD_PRICE))
    return int(value) or None


def _is_whole(value: str) -> bool:
    """Whether it is a number that KIS declares a field for: the widest have 19 digits."""
    return value.isascii() and value.isdigit() and len(value) <= _WIDEST_NUMBER


def _division(request: OrderRequest) -> str:
    order_type, time_in_force, venue = request.order_type, request.time_in_force, request.venue
    division = DIVISION_OF.get((order_type, time_in_force))
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
    legacy: bool,
) -> Request:
    request = order.request
    fields = account_fields(account) | {
        # KIS takes it without the branch that the order's answer named.
        "KRX_FWDG_ORD_ORGNO": "",
        "ORGN_ODNO": order.broker_order_id,
        "ORD_DVSN": _division(request) if action is Action.REPLACE else "00",
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
        answer = msgspec.json.decode(reply.body, type=blocks.OrderAnswer)
    except msgspec.DecodeError:
        return NoAnswer(why="taken, but the answer cannot be read")
    numbers = [text(receipt.odno) for receipt in rows(answer.output)]
    if len(numbers) != 1 or not has_number(numbers[0]):
        return NoAnswer(why="taken, but the answer has no order number")
    return Accepted(broker_order_id=numbers[0])


# Account --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """What an account traded today and on the trading day before, in won. `costs` are fees and taxes.

    `value_before` is what the account was worth at the close before; None when nobody knows.
    """

    bought: int = 0
    sold: int = 0
    costs: int = 0
    bought_before: int = 0
    sold_before: int = 0
    costs_before: int = 0
    value_before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingDay:
    """What a position did: shares bought and sold today and on the trading day before.

    `base_price` is what its change is against, `kind` what the issue is.
    """

    kind: Kind = Kind.STOCK
    base_price: int = 0
    bought: int = 0
    sold: int = 0
    bought_before: int = 0
    sold_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingPowerQuery:
    """`code` is "" for the amount alone, `price` None for an order without one."""

    account: str
    code: str
    price: int | None
    order_type: OrderType


def balance_request(account: str, environment: Environment) -> Request:
    """주식잔고조회, one row per issue. Go on with `envelope.next_page`."""
    query = account_fields(account) | {
        "AFHR_FLPR_YN": "N",
        "OFL_YN": "",
        "INQR_DVSN": "02",
        "UNPR_DVSN": "01",
        "FUND_STTL_ICLD_YN": "N",
        "FNCG_AMT_AUTO_RDPT_YN": "N",
        "PRCS_DVSN": "00",
    }
    return make_request(Call.BALANCE, environment, query=first_page(query))


def asked_account(request: Request) -> str:
    """The account, as ten digits, that a balance is asked for. Raises `Declined`."""
    return _asked_account(request.query)


def balance_reply(
    request: Request, account: Account, totals: DayTotals, days: Mapping[str, HoldingDay] | None = None
) -> Reply:
    """The page of the balance that `request` asks for.

    Positions without shares are shown: on KIS, what was sold out stays until it is settled.
    """
    days = days or {}
    environment = request.environment
    page = take_page(account.positions, lambda row: row.code, request, PROFILES[environment].balance_rows)
    message = ledger_message(environment, page.is_last)
    return block_reply(
        blocks.BalanceAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=[holding_row(row, days.get(row.code, HoldingDay())) for row in page.rows],
            output2=[balance_totals(account, totals, blocks.BalanceTotals)],
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def balance_totals(account: Account, totals: DayTotals, kind: type[TotalsT], **more: str) -> TotalsT:
    """The sums of the balance, in `kind`: the block of inquire-balance or one that adds `more` to it."""
    value = sum(position.market_value for position in account.positions)
    cost = sum(position.cost for position in account.positions)
    before = totals.value_before
    return blocks.empty(
        kind,
        dnca_tot_amt=str(account.deposit),
        nxdy_excc_amt=str(account.deposit_d1),
        prvs_rcdl_excc_amt=str(account.deposit_d2),
        bfdy_buy_amt=str(totals.bought_before),
        thdt_buy_amt=str(totals.bought),
        bfdy_sll_amt=str(totals.sold_before),
        thdt_sll_amt=str(totals.sold),
        bfdy_tlex_amt=str(totals.costs_before),
        thdt_tlex_amt=str(totals.costs),
        scts_evlu_amt=str(value),
        tot_evlu_amt=str(account.total_value),
        nass_amt=str(account.total_value),
        pchs_amt_smtl_amt=str(cost),
        evlu_amt_smtl_amt=str(value),
        evlu_pfls_smtl_amt=str(account.unrealized_pnl),
        bfdy_tot_asst_evlu_amt=str(before or 0),
        asst_icdc_amt=str(0 if before is None else account.total_value - before),
        **more,
    )


def read_account(number: str, replies: Sequence[Reply], buying_power: int) -> Account:
    """The account in all pages of its balance. `buying_power` is what `read_buying_power` read.

    Rows of one issue (cash and credit) are one position; issues without shares are left out. Raises like
    `envelope.read`, and `WireError` when the deposit is missing: what was not read is not zero.
    """
    answers = [read(reply, blocks.BalanceAnswer) for reply in replies]
    totals = [row for answer in answers for row in rows(answer.output2)]
    if not totals:
        raise unreadable(replies[-1], "output2 missing")
    positions: dict[str, Position] = {}
    for row in (row for answer in answers for row in rows(answer.output1)):
        position = _position(row)
        if position.quantity == 0:
            continue
        if seen := positions.get(position.code):
            position = replace(
                seen,
                quantity=seen.quantity + position.quantity,
                sellable_quantity=seen.sellable_quantity + position.sellable_quantity,
                cost=seen.cost + position.cost,
            )
        positions[position.code] = position
    last = totals[-1]
    return Account(
        number=number,
        deposit=get_whole(last, "dnca_tot_amt"),
        deposit_d1=get_whole(last, "nxdy_excc_amt"),
        deposit_d2=get_whole(last, "prvs_rcdl_excc_amt"),
        buying_power=buying_power,
        costs_today=find_whole(last, "thdt_tlex_amt") or 0,
        positions=tuple(positions.values()),
    )


def buying_power_request(
    account: str, code: str, price: int | None, environment: Environment, *, kind: Kind = Kind.STOCK
) -> Request:
    """매수가능조회. `price` None asks for a market order, which KIS counts at the upper limit price."""
    query = account_fields(account) | {
        "PDNO": product_number(code, kind),
        "ORD_UNPR": "" if price is None else str(price),
        "ORD_DVSN": "01" if price is None else "00",
        "CMA_EVLU_AMT_ICLD_YN": "N",
        "OVRS_ICLD_YN": "N",
    }
    return make_request(Call.BUYING_POWER, environment, query=query)


def asked_buying_power(request: Request) -> BuyingPowerQuery:
    """What is asked for. Raises `Declined`."""
    query = request.query
    price, product = query["ORD_UNPR"].strip(), query["PDNO"].strip()
    division = ORDER_DIVISIONS.get(query.get("ORD_DVSN", "").strip() or "01")
    if division is None:
        raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))
    if price and not _is_whole(price):
        raise Declined(refusal_reply(request, Refusal.BAD_PRICE))
    return BuyingPowerQuery(
        account=_asked_account(query),
        code=asked_code(request, product) if product else "",
        price=int(price or 0) or None if division[0].has_price else None,
        order_type=division[0],
    )


def buying_power_reply(request: Request, amount: int, unit_price: int, quantity: int) -> Reply:
    """`amount` won buy `quantity` shares at `unit_price`. Receivable (미수) is not given by our exchange."""
    message = LEDGER_DONE[request.environment]
    power = blocks.empty(
        blocks.BuyingPower,
        ord_psbl_cash=str(amount),
        psbl_qty_calc_unpr=str(unit_price),
        nrcvb_buy_amt=str(amount),
        nrcvb_buy_qty=str(quantity),
        max_buy_amt=str(amount),
        max_buy_qty=str(quantity),
    )
    return block_reply(
        blocks.BuyingPowerAnswer(
            output=power,
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        )
    )


def read_buying_power(reply: Reply) -> int:
    """미수없는매수금액: won that may be ordered with. Raises like `envelope.read`."""
    found = rows(read(reply, blocks.BuyingPowerAnswer).output)
    if not found:
        raise unreadable(reply, "output missing")
    return get_whole(found[0], "nrcvb_buy_amt")


def ledger_message(environment: Environment, is_last: bool) -> Message:
    """What comes with a page of a list."""
    return (LEDGER_DONE if is_last else LEDGER_MORE)[environment]


def holding_row(position: Position, day: HoldingDay) -> blocks.Holding:
    """A row of the balance."""
    quantity, cost, profit = position.quantity, position.cost, position.unrealized_pnl
    change = position.last_price - day.base_price if day.base_price else 0
    return blocks.empty(
        blocks.Holding,
        pdno=product_number(position.code, day.kind),
        prdt_name=position.name,
        trad_dvsn_name="현금",
        bfdy_buy_qty=str(day.bought_before),
        bfdy_sll_qty=str(day.sold_before),
        thdt_buyqty=str(day.bought),
        thdt_sll_qty=str(day.sold),
        hldg_qty=str(quantity),
        ord_psbl_qty=str(position.sellable_quantity),
        pchs_avg_pric=ratio_text(cost, quantity, 4),
        pchs_amt=str(cost),
        prpr=str(position.last_price),
        evlu_amt=str(position.market_value),
        evlu_pfls_amt=str(profit),
        evlu_pfls_rt=ratio_text(100 * profit, cost, 2),
        evlu_erng_rt=ratio_text(100 * profit, cost, 8),
        fltt_rt=ratio_text(100 * change, day.base_price, 8),
        bfdy_cprs_icdc=str(change),
    )


def ratio_text(part: int, whole: int, places: int) -> str:
    """`part` over `whole` with that many decimals, halves away from zero; zero where there is no whole."""
    if not whole:
        return f"{Decimal(0):.{places}f}"
    rounded = (Decimal(part) / whole).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded + 0:f}"  # no "-0.00" and no "0E-8"


def _position(row: blocks.Holding) -> Position:
    return Position(
        code=plain_code(text(row.pdno)),
        name=text(row.prdt_name),
        quantity=get_whole(row, "hldg_qty"),
        sellable_quantity=get_whole(row, "ord_psbl_qty"),
        cost=get_whole(row, "pchs_amt"),
        last_price=get_whole(row, "prpr"),
    )


# The day's orders -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One row of KIS's order list: 정정 and 취소 are rows of their own beside the order they change.

    In the row of a 취소, `report.replaces` is the number it cancels, `report.request.quantity` how much.
    """

    report: OrderReport
    action: Action = Action.PLACE
    name: str = ""
    market: Market | None = None
    kind: Kind = Kind.STOCK
    set_off_at: datetime | None = None
    """When its stop was reached, if it was a stop-limit order until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersQuery:
    """Which orders are asked for. None and "" mean all."""

    account: str
    first: date
    last: date
    side: Side | None = None
    code: str = ""
    number: str = ""
    only: str = ""
    """"01" those with fills, "02" those that may still fill (미체결)."""
    is_newest_first: bool = True
    venue: Venue | None = None
    is_vain: bool = False
    """Whether it asks for what nobody has here: credit, ELW, another branch."""

    def takes(self, row: OrderRow) -> bool:
        report = row.report
        return (
            not self.is_vain
            and self.first <= report.placed_at.astimezone(KST).date() <= self.last
            and self.side in (None, report.request.side)
            and self.venue in (None, report.request.venue)
            and self.code in ("", report.request.code)
            and (not self.number or same_number(self.number, report.broker_order_id))
            and (self.only != "01" or report.filled_quantity > 0)
            and (self.only != "02" or report.remaining_quantity > 0)
        )


def orders_requests(
    account: str, first: date, last: date, today: date, environment: Environment, *, legacy: bool = False
) -> tuple[Request, ...]:
    """주식일별주문체결조회 from `first` to `last`, oldest first. Go on with `envelope.next_page` for each.

    KIS keeps orders older than three months under another id and forbids asking across the border, so there
    may be two requests.
    """
    border = kept_from(today)
    parts = []
    if first < border:
        parts.append((Call.OLD_ORDERS, first, min(last, border - timedelta(days=1))))
    if last >= border:
        parts.append((Call.ORDERS, max(first, border), last))
    return tuple(
        _orders_request(call, account, start, end, environment, legacy) for call, start, end in parts
    )


def asked_orders(request: Request) -> OrdersQuery:
    """Which orders a client wants. Raises `Declined` for days that are none."""
    query = request.query
    first, last = (parse_day(needed(query, name)) for name in ("INQR_STRT_DT", "INQR_END_DT"))
    if first is None or last is None:
        raise Declined(message_reply(BAD_DAY))
    return OrdersQuery(
        account=_asked_account(query),
        first=first,
        last=last,
        side=SIDES.get(query.get("SLL_BUY_DVSN_CD", "").strip()),
        code=plain_code(query.get("PDNO", "")),
        number=query.get("ODNO", "").strip(),
        only=query.get("CCLD_DVSN", "").strip(),
        is_newest_first=query.get("INQR_DVSN", "").strip() != "01",
        venue=_VENUE_OF.get("" if request.is_legacy else query.get("EXCG_ID_DVSN_CD", "").strip()),
        is_vain=query.get("INQR_DVSN_3", "").strip() not in ("", "00", "01")
        or query.get("INQR_DVSN_1", "").strip() != ""
        or query.get("ORD_GNO_BRNO", "").strip() not in ("", BRANCHES[request.environment]),
    )


def kept_from(today: date) -> date:
    """The first day of which `Call.ORDERS` knows the orders; `Call.OLD_ORDERS` knows those before."""
    return _months_before(today, RECENT_MONTHS)


_VENUE_OF = {venue.value: venue for venue in Venue}

BAD_DAY = Message("OPSQ2001", "ERROR : INPUT INVALID_CHECK_DATE", "1", is_verified=False)


def orders_reply(request: Request, orders: Iterable[OrderRow], costs: int = 0) -> Reply:
    """The page of the order list that `request` asks for. `orders` are all of the account, oldest first.

    `costs` are the fees and taxes of the orders that are asked for. Raises `Declined` like `asked_orders`.
    """
    query = asked_orders(request)
    found = [row for row in orders if query.takes(row)]
    if query.is_newest_first:
        found.reverse()
    environment = request.environment
    page = take_page(found, row_key, request, PROFILES[environment].order_rows)
    filled = sum(row.report.filled_quantity for row in found)
    amount = sum(row.report.filled_amount for row in found)
    totals = blocks.empty(
        blocks.DayOrderTotals,
        tot_ord_qty=str(sum(row.report.request.quantity for row in found if row.action is not Action.CANCEL)),
        tot_ccld_qty=str(filled),
        tot_ccld_amt=str(amount),
        prsm_tlex_smtl=str(costs),
        pchs_avg_pric=ratio_text(amount, filled, 4),
    )
    message = ledger_message(environment, page.is_last) if found else LEDGER_EMPTY[environment]
    return block_reply(
        blocks.DayOrdersAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=[_day_order(row, environment, request.is_legacy) for row in page.rows],
            output2=totals,
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def read_orders(replies: Iterable[Reply]) -> list[OrderReport]:
    """The orders in all pages of the order list, oldest first. Raises like `envelope.read`.

    The row of a 취소 is no order; what it cancelled is counted on the row of the order, where KIS does not
    say so itself. How KIS labels those rows is unverified: they are known by 취소 or CANCEL in the name of
    the side, and a 정정 that is not labelled is known by its original number.
    """
    found = [row for reply in replies for row in rows(read(reply, blocks.DayOrdersAnswer).output1)]
    reports: dict[tuple[str, tuple[int, str]], OrderReport] = {}
    canceled: dict[tuple[str, tuple[int, str]], int] = {}
    for row in found:
        day, target = text(row.ord_dt), text(row.orgn_odno)
        if has_number(target) and _is_cancel(row):
            quantity = get_whole(row, "ord_qty") - (find_whole(row, "rjct_qty") or 0)
            key = (day, number_key(target))
            canceled[key] = canceled.get(key, 0) + quantity
        else:
            reports[day, number_key(text(row.odno))] = _report(row)
    for key, quantity in canceled.items():
        if report := reports.get(key):
            unexplained = report.request.quantity - (
                report.filled_quantity
                + report.canceled_quantity
                + report.rejected_quantity
                + report.remaining_quantity
            )
            more = max(0, min(unexplained, quantity - report.canceled_quantity))
            reports[key] = replace(report, canceled_quantity=report.canceled_quantity + more)
    return sorted(reports.values(), key=lambda report: (report.placed_at, number_key(report.broker_order_id)))


def _months_before(day: date, months: int) -> date:
    """The same day that many months earlier, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    next_month = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (next_month - timedelta(days=1)).day))


def _orders_request(
    call: Call, account: str, first: date, last: date, environment: Environment, legacy: bool
) -> Request:
    query = account_fields(account) | {
        "INQR_STRT_DT": day_text(first),
        "INQR_END_DT": day_text(last),
        "SLL_BUY_DVSN_CD": "00",
        "PDNO": "",
        "ORD_GNO_BRNO": "",
        "ODNO": "",
        "CCLD_DVSN": "00",
        # Oldest first: what is ordered while we turn the pages comes at the end.
        "INQR_DVSN": "01",
        "INQR_DVSN_1": "",
        "INQR_DVSN_3": "00",
    }
    if not legacy:
        query["EXCG_ID_DVSN_CD"] = _EVERYWHERE[environment]
    return make_request(call, environment, query=first_page(query), legacy=legacy)


MARKET_CODES = {Market.KOSPI: "02", Market.KOSDAQ: "03"}
"""거래소구분 of a row, as recorded in 2024; KIS's documents have 02 for KRX altogether."""

_SOR_CODE = "12"


def venue_code(row: OrderRow) -> str:
    """거래소구분코드 of a row. NXT is written like KRX: unverified."""
    if row.report.request.venue is Venue.SOR:
        return _SOR_CODE
    return MARKET_CODES.get(row.market, "") if row.market else ""


_REJECTED = "거부"
_ACTION_NAMES = {Action.PLACE: "", Action.REPLACE: "정정", Action.CANCEL: "취소"}
SIDE_NAMES = {Side.BUY: "현금매수", Side.SELL: "현금매도"}
"""매도매수구분코드명 of orders in cash."""


def row_key(row: OrderRow) -> str:
    """What tells rows of orders apart."""
    placed = row.report.placed_at.astimezone(KST).date()
    return f"{day_text(placed)}{number_key(row.report.broker_order_id)[1]}"


def _day_order(row: OrderRow, environment: Environment, legacy: bool) -> blocks.DayOrder:
    report, request = row.report, row.report.request
    division = DIVISION_OF[request.order_type, request.time_in_force]
    # The two hosts write "no original" and "not cancelled" differently (recorded).
    nothing, no = ("", "") if environment is Environment.REAL else ("0" * 10, "N")
    is_all_canceled = report.canceled_quantity > 0 and not report.remaining_quantity
    average = Decimal(ratio_text(report.filled_amount, report.filled_quantity, 4)).normalize()
    block = blocks.empty(
        blocks.DayOrder,
        ord_dt=day_text(report.placed_at.astimezone(KST).date()),
        ord_gno_brno=BRANCHES[environment],
        odno=report.broker_order_id.strip().zfill(10),
        orgn_odno=report.replaces.strip().zfill(10) if has_number(report.replaces) else nothing,
        ord_dvsn_name=ORDER_DIVISIONS[division][2],
        sll_buy_dvsn_cd=SIDE_CODES[request.side],
        sll_buy_dvsn_cd_name=SIDE_NAMES[request.side]
        + _ACTION_NAMES[row.action]
        + (_REJECTED if report.rejected_quantity else ""),
        pdno=product_number(request.code, row.kind),
        prdt_name=row.name,
        ord_qty=str(request.quantity),
        ord_unpr=str(request.price or 0),
        ord_tmd=time_text(report.placed_at),
        tot_ccld_qty=str(report.filled_quantity),
        avg_prvs=f"{average:f}",
        cncl_yn="Y" if is_all_canceled else no,
        tot_ccld_amt=str(report.filled_amount),
        ordr_empno="OpnAPI",
        ord_dvsn_cd=division,
        cncl_cfrm_qty=str(report.canceled_quantity),
        rmn_qty=str(report.remaining_quantity),
        rjct_qty=str(report.rejected_quantity),
        ccld_cndt_name=CONDITION_NAMES[request.time_in_force],
        prdt_type_cd="300",
        excg_dvsn_cd=venue_code(row),
        ord_orgno="00000",
        excg_id_dvsn_cd=request.venue.value,
        stpm_cndt_pric=str(request.stop_price or 0),
        stpm_efct_occr_dtmd=detailed_time_text(row.set_off_at) if row.set_off_at else "",
    )
    if legacy:
        block.excg_id_dvsn_cd = block.stpm_cndt_pric = block.stpm_efct_occr_dtmd = UNSET
    return block


def detailed_time_text(at: datetime) -> str:
    """상세시각: nine digits, with the thousandths of a second (unverified)."""
    at = at.astimezone(KST)
    return f"{at:%H%M%S}{at.microsecond // 1000:03}"


def _is_cancel(row: blocks.DayOrder) -> bool:
    name = text(row.sll_buy_dvsn_cd_name).upper()
    return "취소" in name or "CANCEL" in name


def _report(row: blocks.DayOrder) -> OrderReport:
    number, side = text(row.odno), SIDES.get(text(row.sll_buy_dvsn_cd))
    day = parse_day(text(row.ord_dt))
    placed_at = parse_instant(day, text(row.ord_tmd)) if day else None
    if not number or side is None or placed_at is None:
        raise _unreadable_row(row)
    price = find_whole(row, "ord_unpr") or None
    # Divisions that are not ours to send (대량, 바스켓, …) come up in the list too; the price tells enough.
    order_type, time_in_force, _ = ORDER_DIVISIONS.get(text(row.ord_dvsn_cd)) or (
        OrderType.LIMIT if price else OrderType.MARKET,
        TimeInForce.DAY,
        "",
    )
    replaces = text(row.orgn_odno)
    return OrderReport(
        broker_order_id=number,
        replaces=replaces if has_number(replaces) else "",
        request=OrderRequest(
            code=plain_code(text(row.pdno)),
            side=side,
            quantity=get_whole(row, "ord_qty"),
            price=price,
            order_type=order_type,
            time_in_force=time_in_force,
            stop_price=(find_whole(row, "stpm_cndt_pric") or None)
            if order_type is OrderType.STOP_LIMIT
            else None,
            venue=_VENUE_OF.get(text(row.excg_id_dvsn_cd), Venue.KRX),
        ),
        filled_quantity=get_whole(row, "tot_ccld_qty"),
        filled_amount=get_whole(row, "tot_ccld_amt"),
        canceled_quantity=find_whole(row, "cncl_cfrm_qty") or 0,
        rejected_quantity=find_whole(row, "rjct_qty") or 0,
        remaining_quantity=get_whole(row, "rmn_qty"),
        placed_at=placed_at,
    )


def _unreadable_row(row: Block) -> WireError:
    # The row itself is not put into the sentence: it has the customer's telephone number.
    return WireError(
        "한국투자증권 주문내역의 한 줄에 번호, 매매구분, 날짜 또는 시각이 없습니다. 응답을 확인하세요.",
        "A row of KIS's order list lacks its number, side, date or time. Keep the answer and look at it.",
        msgspec.json.encode(row).decode(),
    )
