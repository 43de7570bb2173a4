"""Reserved orders (예약주문): what customers ask for outside trading hours, kept until a day opens.

Source: KIS's documents as of 2026-08. They are taken from 15:40 to 07:30 of the next trading day, but not
from 23:40 to 00:10, and 1,000 an account. Without an end day an order is for the next trading day only; with
one it is ordered anew on each day up to it for what has not been filled. They are for the real host alone,
and what becomes of them is asked for: no notice of the reservation itself is sent.

Unverified: what KIS says outside these hours, what its texts for results are, that on days without trading
they are taken all day, from which day its 30 days count, and whether 정정 without an end day keeps the old
one. The face keeps them in memory, and they end with its process. This file knows no exchange.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import msgspec

from hoga.brokers.kis.blocks import empty, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    NO_CREDIT,
    RESERVATION_DONE,
    RESERVATION_TAKEN,
    RESERVATIONS_PER_ACCOUNT,
    RESERVATIONS_PER_CALL,
    SIDE_CODES,
    SIDES,
    Environment,
    Message,
)
from hoga.brokers.kis.divisions import ORDER_DIVISIONS, RESERVED_DIVISIONS, find_division
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    body_fields,
    day_text,
    make_request,
    message_reply,
    needed,
    padded,
    parse_day,
    parse_instant,
    plain_code,
    read,
    take_page,
    time_text,
    unreadable,
)
from hoga.brokers.kis.order_list import BAD_DAY
from hoga.brokers.kis.reserved_blocks import (
    AnyReceipt,
    ReserveAnswer,
    ReservedAnswer,
    ReservedRow,
    ReserveReceipt,
    RevisionAnswer,
    RevisionReceipt,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import (
    account_fields,
    asked_code,
    has_number,
    ledger_message,
    number_text,
    product_number,
    read_answer,
    refusal_reply,
)
from hoga.domain.errors import InvalidOrder
from hoga.domain.instrument import Instrument, Kind
from hoga.domain.notices import Accepted, Answer, NoAnswer, number_key
from hoga.domain.request import OrderRequest, Venue
from hoga.domain.reserved import ReservedOrder, ReservedState
from hoga.exchange.events import Refusal
from hoga.krx.calendar import is_trading_day, next_trading_day

_FROM, _UNTIL = time(15, 40), time(7, 30)
_PAUSE = time(23, 40), time(0, 10)
_LONGEST = timedelta(days=30)
_CONTEXT_WIDTH = 200
_CASH = "10"
_CLOSED = Message("APBK0918", "예약주문 접수시간이 아닙니다.", "7", is_verified=False)
_TOO_MANY = Message("APBK0000", "예약주문 가능 건수를 초과했습니다.", "7", is_verified=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of a reservation on one day: an order, or the words with which it was refused."""

    at: datetime
    number: int | None
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class Reservation:
    """One reserved order: to be sent when `first` opens, and then daily up to `last`."""

    sequence: int
    account: str
    request: OrderRequest
    division: str
    taken_at: datetime
    first: date
    last: date
    canceled_at: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def is_open(self, day: date) -> bool:
        """Whether it may still be amended or cancelled: `day`, the next one, is still to be ordered for."""
        return self.canceled_at is None and day <= self.last and day not in self.sent_on

    @property
    def sent_on(self) -> frozenset[date]:
        """The days on which it was sent."""
        return frozenset(attempt.at.date() for attempt in self.attempts)


class Reservations:
    """All reserved orders of the accounts of one face."""

    def __init__(self) -> None:
        self._all: list[Reservation] = []

    def take(
        self, account: str, request: OrderRequest, division: str, last: date | None, at: datetime
    ) -> Reservation:
        """Keep a new one. Raises `Declined` out of hours, for a last day too far off, and for too many."""
        first = order_day(at)
        if sum(1 for each in self._all if each.account == account) >= RESERVATIONS_PER_ACCOUNT:
            raise Declined(message_reply(_TOO_MANY))
        if last is not None and not first <= last <= latest_day(at):
            raise Declined(message_reply(BAD_DAY))
        reservation = Reservation(
            sequence=len(self._all) + 1,
            account=account,
            request=request,
            division=division,
            taken_at=at,
            first=first,
            last=last or first,
        )
        self._all.append(reservation)
        return reservation

    def find(self, account: str, sequence: str, day: date) -> Reservation | None:
        """The one with that number, if it may still be amended or cancelled before `day` is ordered for."""
        return next(
            (
                each
                for each in self._all
                if each.account == account
                and str(each.sequence) == sequence.lstrip("0")
                and each.is_open(day)
            ),
            None,
        )

    def due(self, day: date) -> list[Reservation]:
        """Those to be sent when `day` opens, in the order in which they came."""
        return [
            each
            for each in self._all
            if each.canceled_at is None and each.first <= day <= each.last and day not in each.sent_on
        ]

    def of(self, account: str) -> list[Reservation]:
        """All of an account, oldest first."""
        return [each for each in self._all if each.account == account]


def next_day(at: datetime) -> date:
    """The trading day whose opening comes next for what is reserved at `at`, whether it may be just then."""
    day = at.date()
    return day if is_trading_day(day) and at.time() < _UNTIL else next_trading_day(day)


def latest_day(at: datetime) -> date:
    """The last day up to which an order may be reserved at `at`."""
    return at.date() + _LONGEST


# The client asks and understands --------------------------------------------------------------------------


def reserve_request(
    order: OrderRequest,
    until: date | None,
    account: str,
    product: str,
    environment: Environment,
    at: datetime,
) -> Request:
    """예약주문 at `at` for the next trading day, or daily up to `until`. `product` is 상품번호 of its issue.

    Raises `BadInput` on paper, which lacks it, and `InvalidOrder` for what cannot be reserved.
    """
    fields = account_fields(account) | _order_fields(order, until, product, at)
    return make_request(Call.RESERVE, environment, body=msgspec.json.encode(fields))


def reserve_replace_request(
    reserved: ReservedOrder,
    order: OrderRequest,
    until: date | None,
    account: str,
    product: str,
    environment: Environment,
    at: datetime,
) -> Request:
    """예약주문정정: `order` in place of what was reserved, up to the same day unless `until` is given.

    Raises like `reserve_request`, and `InvalidOrder` for another issue or side and for an order on credit.
    """
    if (order.code, order.side) != (reserved.request.code, reserved.request.side) or reserved.loan_day:
        raise InvalidOrder(
            "예약주문 정정으로는 종목, 매수·매도, 신용을 바꿀 수 없습니다. 예약을 취소하고 새로 예약하세요.",
            "A reserved order keeps its issue and its side, and one on credit is not changed by Hoga. "
            "Cancel it and reserve another.",
        )
    if until is None and reserved.last > reserved.first:
        until = reserved.last  # what a blank one means here is unverified
    fields = account_fields(account) | _order_fields(order, until, product, at) | _named(reserved)
    body = msgspec.json.encode(fields | {"CTAC_TLNO": ""})
    return make_request(Call.RESERVE_REPLACE, environment, body=body)


def reserve_cancel_request(reserved: ReservedOrder, account: str, environment: Environment) -> Request:
    """예약주문취소. Raises `BadInput` on paper, which lacks it."""
    fields = account_fields(account) | _named(reserved)
    return make_request(Call.RESERVE_CANCEL, environment, body=msgspec.json.encode(fields))


def read_reservation(reply: Reply) -> Answer:
    """What became of a reservation: taken, with its own number, or not. Never raises."""
    return read_answer(reply, _read_reserve_receipt)


def read_reservation_change(reply: Reply, number: str) -> Answer:
    """What became of 정정 or 취소 of the reservation `number`. Never raises."""
    return read_answer(reply, lambda taken: _read_revision_receipt(taken, number))


def reserved_request(account: str, first: date, last: date, environment: Environment) -> Request:
    """예약주문조회: what was reserved for the days from `first` to `last`.

    Go on with `envelope.next_page`.
    """
    query = account_fields(account) | {
        "RSVN_ORD_ORD_DT": day_text(first),
        "RSVN_ORD_END_DT": day_text(last),
        "RSVN_ORD_SEQ": "",
        "TMNL_MDIA_KIND_CD": "00",
        "PRCS_DVSN_CD": "0",
        "CNCL_YN": "",
        "PDNO": "",
        "SLL_BUY_DVSN_CD": "",
        "CTX_AREA_FK200": "",
        "CTX_AREA_NK200": "",
    }
    return make_request(Call.RESERVED, environment, query=query)


def read_reserved(replies: Iterable[Reply]) -> list[ReservedOrder]:
    """예약주문조회, oldest first. Raises like `envelope.read`."""
    found = [_read_row(reply, row) for reply in replies for row in rows(read(reply, ReservedAnswer).output)]
    return sorted(found, key=lambda each: (each.placed_at, number_key(each.number)))


def _order_fields(order: OrderRequest, until: date | None, product: str, at: datetime) -> dict[str, str]:
    division = find_division(order.order_type, order.time_in_force, in_after_market=False)
    if division not in RESERVED_DIVISIONS or order.venue is not Venue.KRX or order.stop_price is not None:
        kind = f"{order.order_type}, {order.time_in_force}, {order.venue}"
        raise InvalidOrder(
            f"예약할 수 없는 주문입니다: {kind}. 지정가, 시장가, 조건부지정가, 장전 시간외종가로 KRX 에 "
            "예약하세요.",
            f"This order cannot be reserved: {kind}. Reserve a limit, market, limit-to-market-on-close or "
            "pre-hours closing price order for KRX.",
        )
    quantity, price = order.quantity, order.price
    numbers = [quantity] if price is None else [quantity, price]
    has_price = price is not None
    if has_price is not order.order_type.has_price or any(type(n) is not int or n < 1 for n in numbers):
        raise InvalidOrder(
            f"{quantity!r} 주, 가격 {price!r}: 1 이상인 정수(int)로, 가격은 주문유형에 있을 때만 적으세요.",
            f"{quantity!r} shares at {price!r} cannot be reserved: use whole numbers (int) from 1, and a "
            "price exactly where the order type states one.",
        )
    first, latest = next_day(at), latest_day(at)
    if until is not None and not first <= until <= latest:
        raise InvalidOrder(
            f"예약 종료일 {until}: {first}부터 30일 안인 {latest}까지에서 정하세요.",
            f"An order cannot be reserved up to {until}: choose a day from {first} to {latest}.",
        )
    return {
        "PDNO": product,
        "ORD_QTY": str(order.quantity),
        "ORD_UNPR": str(order.price or 0),
        "SLL_BUY_DVSN_CD": SIDE_CODES[order.side],
        "ORD_DVSN_CD": division,
        "ORD_OBJT_CBLC_DVSN_CD": _CASH,
        "LOAN_DT": "",
        "RSVN_ORD_END_DT": "" if until is None else day_text(until),
        "LDNG_DT": "",
    }


def _named(reserved: ReservedOrder) -> dict[str, str]:
    return {
        "RSVN_ORD_SEQ": reserved.number,
        # The list does not tell it; that KIS takes 정정 and 취소 without it is unverified.
        "RSVN_ORD_ORGNO": "",
        "RSVN_ORD_ORD_DT": day_text(reserved.first),
    }


def _read_reserve_receipt(reply: Reply) -> Answer:
    numbers = _receipt_values(reply, "rsvn_ord_seq")
    if len(numbers) != 1 or not has_number(numbers[0]):
        return NoAnswer(why="taken, but the answer has no number of the reservation")
    return Accepted(broker_order_id=numbers[0])


def _read_revision_receipt(reply: Reply, number: str) -> Answer:
    done = _receipt_values(reply, "nrml_prcs_yn")
    if done != ["Y"]:  # "N" would not tell whether all is as it was
        return NoAnswer(why=f"taken, but the answer does not say that it was done: {done}")
    return Accepted(broker_order_id=number)


def _receipt_values(reply: Reply, name: str) -> list[str]:
    try:
        return msgspec.json.decode(reply.body, type=AnyReceipt).values(name)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def _read_row(reply: Reply, row: ReservedRow) -> ReservedOrder:
    taken_on, first = parse_day(text(row.rsvn_ord_rcit_dt)), parse_day(text(row.rsvn_ord_ord_dt))
    placed_at = parse_instant(taken_on, text(row.rsvn_ord_rcit_tmd)) if taken_on else None
    side, division = SIDES.get(text(row.sll_buy_dvsn_cd)), ORDER_DIVISIONS.get(text(row.ord_dvsn_cd))
    if first is None or placed_at is None or side is None or division is None:
        raise unreadable(reply, "a reserved order without its day, time, side or division")
    number = text(row.odno)
    reason = text(row.rjct_rson2)
    state = ReservedState.WAITING
    if text(row.cncl_ord_dt):
        state = ReservedState.CANCELED
    elif has_number(number):
        state = ReservedState.SENT
    elif reason:
        state = ReservedState.REJECTED
    return ReservedOrder(
        number=text(row.rsvn_ord_seq),
        request=OrderRequest(
            code=plain_code(text(row.pdno)),
            side=side,
            quantity=get_whole(row, "ord_rsvn_qty"),
            price=find_whole(row, "ord_rsvn_unpr") or None,
            order_type=division[0],
            time_in_force=division[1],
        ),
        first=first,
        last=parse_day(text(row.rsvn_end_dt)) or first,
        placed_at=placed_at,
        state=state,
        broker_order_id=number if has_number(number) else "",
        filled_quantity=get_whole(row, "tot_ccld_qty"),
        filled_amount=get_whole(row, "tot_ccld_amt"),
        reason=reason,
        loan_day=parse_day(text(row.loan_dt)),
    )


# The server keeps, understands and answers ----------------------------------------------------------------


def order_day(at: datetime) -> date:
    """The trading day for which an order is reserved at `at`. Raises `Declined` out of hours."""
    day, now = at.date(), at.time()
    opens = is_trading_day(day)
    is_paused = now >= _PAUSE[0] or now < _PAUSE[1]
    if is_paused or (opens and _UNTIL <= now < _FROM):
        raise Declined(message_reply(_CLOSED))
    return next_day(at)


def asked_reservation(request: Request) -> tuple[OrderRequest, str, date | None]:
    """The order that is to be reserved, its division and its last day. Raises `Declined`."""
    fields = body_fields(request)
    if needed(fields, "ORD_OBJT_CBLC_DVSN_CD") != _CASH:
        raise Declined(message_reply(NO_CREDIT))
    division, side = needed(fields, "ORD_DVSN_CD"), SIDES.get(needed(fields, "SLL_BUY_DVSN_CD"))
    if division not in RESERVED_DIVISIONS or side is None:
        raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))
    order_type, time_in_force, _ = ORDER_DIVISIONS[division]
    price = _number(request, fields, "ORD_UNPR", Refusal.BAD_PRICE)
    if (price == 0) is order_type.has_price:
        raise Declined(refusal_reply(request, Refusal.BAD_PRICE))
    quantity = _number(request, fields, "ORD_QTY", Refusal.BAD_QUANTITY)
    if not quantity:
        raise Declined(refusal_reply(request, Refusal.BAD_QUANTITY))
    ends = fields.get("RSVN_ORD_END_DT", "").strip()
    last = parse_day(ends)
    if ends and last is None:
        raise Declined(message_reply(BAD_DAY))
    order = OrderRequest(
        code=asked_code(request, needed(fields, "PDNO")),
        side=side,
        quantity=quantity,
        price=price or None,
        order_type=order_type,
        time_in_force=time_in_force,
    )
    return order, division, last


def reserve_reply(reservation: Reservation) -> Reply:
    """The answer to a reservation that was taken."""
    taken = RESERVATION_TAKEN
    return block_reply(
        ReserveAnswer(
            rt_cd=taken.rt_cd,
            msg_cd=taken.code,
            msg1=taken.text,
            output=ReserveReceipt(rsvn_ord_seq=str(reservation.sequence)),
        )
    )


def revision_reply() -> Reply:
    """The answer to 정정 or 취소 of a reservation that was done."""
    done = RESERVATION_DONE
    return block_reply(
        RevisionAnswer(
            rt_cd=done.rt_cd, msg_cd=done.code, msg1=done.text, output=RevisionReceipt(nrml_prcs_yn="Y")
        )
    )


def reserved_reply(
    request: Request,
    reservations: Sequence[Reservation],
    issues: Mapping[str, Instrument],
    fills: Mapping[int, tuple[int, int]],
) -> Reply:
    """예약주문조회, newest first. `fills` are shares and won that each has traded, by its number."""
    query = request.query
    first, last = (parse_day(needed(query, name)) for name in ("RSVN_ORD_ORD_DT", "RSVN_ORD_END_DT"))
    if first is None or last is None:
        raise Declined(message_reply(BAD_DAY))
    side, code = SIDES.get(query["SLL_BUY_DVSN_CD"].strip()), plain_code(query["PDNO"])
    sequence, state = query["RSVN_ORD_SEQ"].strip().lstrip("0"), query["PRCS_DVSN_CD"].strip()
    found = [
        each
        for each in reversed(reservations)
        if first <= each.first <= last
        and sequence in ("", str(each.sequence))
        and side in (None, each.request.side)
        and code in ("", each.request.code)
        and (state != "1" or each.attempts)
        and (state != "2" or not each.attempts)
        and (query["CNCL_YN"].strip() != "Y" or each.canceled_at is None)
    ]
    context = {"CTX_AREA_NK100": query["CTX_AREA_NK200"]}
    page = take_page(
        found,
        lambda each: str(each.sequence),
        request._replace(query={**query, **context}),
        RESERVATIONS_PER_CALL,
    )
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        ReservedAnswer(
            ctx_area_fk200=page.fk.ljust(_CONTEXT_WIDTH),
            ctx_area_nk200=page.nk.ljust(_CONTEXT_WIDTH),
            output=[
                _row(each, issues.get(each.request.code), *fills.get(each.sequence, (0, 0)))
                for each in page.rows
            ],
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def _row(each: Reservation, issue: Instrument | None, filled: int, amount: int) -> ReservedRow:
    last = each.attempts[-1] if each.attempts else None
    canceled = each.canceled_at
    result = "미처리"
    if canceled is not None:
        result = "취소"
    elif last is not None:
        result = "거부" if last.number is None else "처리"
    return empty(
        ReservedRow,
        rsvn_ord_seq=str(each.sequence),
        rsvn_ord_ord_dt=day_text(each.first),
        rsvn_ord_rcit_dt=day_text(each.taken_at.date()),
        pdno=product_number(each.request.code, issue.kind if issue else Kind.STOCK),
        ord_dvsn_cd=each.division,
        ord_rsvn_qty=str(each.request.quantity),
        tot_ccld_qty=str(filled),
        cncl_ord_dt=day_text(canceled.date()) if canceled else "",
        ord_tmd=time_text(last.at) if last else "",
        rjct_rson2=last.reason if last else "",
        odno=number_text(last.number) if last and last.number else "",
        rsvn_ord_rcit_tmd=time_text(each.taken_at),
        kor_item_shtn_name=issue.name if issue else "",
        sll_buy_dvsn_cd=SIDE_CODES[each.request.side],
        ord_rsvn_unpr=str(each.request.price or 0),
        tot_ccld_amt=str(amount),
        cncl_rcit_tmd=time_text(canceled) if canceled else "",
        prcs_rslt=result,
        ord_dvsn_name=ORDER_DIVISIONS[each.division][2],
        tmnl_mdia_kind_cd="00",
        rsvn_end_dt=day_text(each.last),
    )


def _number(request: Request, fields: Mapping[str, str], name: str, refusal: Refusal) -> int:
    value = needed(fields, name) or "0"
    if not (value.isascii() and value.isdigit() and len(value) <= 19):
        raise Declined(refusal_reply(request, refusal))
    return int(value)
