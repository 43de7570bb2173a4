"""The day's orders (주식일별주문체결) on the KIS wire, both ways.

Source: KIS's documents and recorded answers as of 2026-08. 정정 and 취소 are rows of their own, and rows are
cumulative: there is no number of a fill.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
from msgspec import UNSET

from hoga.brokers.kis import blocks, trading_blocks
from hoga.brokers.kis.blocks import Block, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    BRANCHES,
    CONDITION_NAMES,
    LEDGER_EMPTY,
    LEDGER_LAST,
    PROFILES,
    RECENT_MONTHS,
    SIDE_CODES,
    SIDES,
    Action,
    Environment,
    Message,
)
from hoga.brokers.kis.divisions import DIVISIONS, placed_division
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
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
    take_page,
    time_text,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import (
    _EVERYWHERE,
    account_fields,
    account_in,
    has_number,
    ledger_message,
    product_number,
    ratio_text,
    same_number,
)
from hoga.domain.errors import WireError
from hoga.domain.instrument import Kind, Market
from hoga.domain.notices import OrderReport, number_key
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce, Venue
from hoga.domain.zone import KST


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
        account=account_in(query),
        first=first,
        last=last,
        side=SIDES.get(query.get("SLL_BUY_DVSN_CD", "").strip()),
        code=plain_code(query.get("PDNO", "")),
        number=query.get("ODNO", "").strip(),
        only=query.get("CCLD_DVSN", "").strip(),
        is_newest_first=query.get("INQR_DVSN", "").strip() != "01",
        venue=VENUE_OF.get("" if request.is_legacy else query.get("EXCG_ID_DVSN_CD", "").strip()),
        is_vain=query.get("INQR_DVSN_3", "").strip() not in ("", "00", "01")
        or query.get("INQR_DVSN_1", "").strip() != ""
        or query.get("ORD_GNO_BRNO", "").strip() not in ("", BRANCHES[request.environment]),
    )


def kept_from(today: date) -> date:
    """The first day of which `Call.ORDERS` knows the orders; `Call.OLD_ORDERS` knows those before."""
    return _months_before(today, RECENT_MONTHS)


VENUE_OF = {venue.value: venue for venue in Venue}

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
        trading_blocks.DayOrderTotals,
        tot_ord_qty=str(sum(row.report.request.quantity for row in found if row.action is not Action.CANCEL)),
        tot_ccld_qty=str(filled),
        tot_ccld_amt=str(amount),
        prsm_tlex_smtl=str(costs),
        pchs_avg_pric=ratio_text(amount, filled, 4),
    )
    message = ledger_message(environment, page.is_last) if found else LEDGER_EMPTY[environment]
    if found and page.is_last and query.code and environment is Environment.REAL and not request.is_legacy:
        message = LEDGER_LAST
    return block_reply(
        trading_blocks.DayOrdersAnswer(
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
    the side, and a 정정 that is not labelled is known by its original number. Whether an order by SOR has a
    row for each venue is unverified, too: rows of one number at several venues are one order. The same row
    again, as pages may bring it while orders come in, is only newer.
    """
    found = [row for reply in replies for row in rows(read(reply, trading_blocks.DayOrdersAnswer).output1)]
    parts: dict[tuple[str, tuple[int, str]], dict[str, OrderReport]] = {}
    canceled: dict[tuple[str, tuple[int, str]], int] = {}
    for row in found:
        day, target = text(row.ord_dt), text(row.orgn_odno)
        if has_number(target) and _is_cancel(row):
            quantity = get_whole(row, "ord_qty") - (find_whole(row, "rjct_qty") or 0)
            key = (day, number_key(target))
            canceled[key] = canceled.get(key, 0) + quantity
        else:
            part = _report(row)
            known = parts.setdefault((day, number_key(text(row.odno))), {})
            if any(_looks(each) != _looks(part) for each in known.values()):
                known.clear()  # another branch counts its orders for itself
            known[part.request.venue] = part
    reports = {key: _whole(tuple(known.values())) for key, known in parts.items()}
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


def _looks(report: OrderReport) -> tuple[str, Side]:
    return report.request.code, report.request.side


def _whole(parts: Sequence[OrderReport]) -> OrderReport:
    """The order whose rows at several venues are `parts`.

    Each may tell the quantity of its own part or of the whole order: the rows show which by what they
    account for.
    """
    if len(parts) == 1:
        return parts[0]
    largest = max(part.request.quantity for part in parts)
    told = [
        part.filled_quantity + part.canceled_quantity + part.rejected_quantity + part.remaining_quantity
        for part in parts
    ]
    is_own = sum(told) > largest or all(
        part.request.quantity == each for part, each in zip(parts, told, strict=True)
    )
    quantity = sum(part.request.quantity for part in parts) if is_own else largest
    return replace(
        parts[0],
        request=replace(parts[0].request, quantity=quantity, venue=Venue.SOR),
        filled_quantity=sum(part.filled_quantity for part in parts),
        filled_amount=sum(part.filled_amount for part in parts),
        canceled_quantity=sum(part.canceled_quantity for part in parts),
        rejected_quantity=sum(part.rejected_quantity for part in parts),
        remaining_quantity=sum(part.remaining_quantity for part in parts),
        placed_at=min(part.placed_at for part in parts),
    )


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


def _day_order(row: OrderRow, environment: Environment, legacy: bool) -> trading_blocks.DayOrder:
    report, request = row.report, row.report.request
    division = placed_division(request, report.placed_at)
    # The two hosts write "no original" and "not cancelled" differently (recorded).
    nothing, no = ("", "") if environment is Environment.REAL else ("0" * 10, "N")
    is_all_canceled = report.canceled_quantity > 0 and not report.remaining_quantity
    average = Decimal(ratio_text(report.filled_amount, report.filled_quantity, 4)).normalize()
    block = blocks.empty(
        trading_blocks.DayOrder,
        ord_dt=day_text(report.placed_at.astimezone(KST).date()),
        ord_gno_brno=BRANCHES[environment],
        odno=report.broker_order_id.strip().zfill(10),
        orgn_odno=report.replaces.strip().zfill(10) if has_number(report.replaces) else nothing,
        ord_dvsn_name=DIVISIONS[division][2],
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


def _is_cancel(row: trading_blocks.DayOrder) -> bool:
    name = text(row.sll_buy_dvsn_cd_name).upper()
    return "취소" in name or "CANCEL" in name


def _report(row: trading_blocks.DayOrder) -> OrderReport:
    number, side = text(row.odno), SIDES.get(text(row.sll_buy_dvsn_cd))
    day = parse_day(text(row.ord_dt))
    placed_at = parse_instant(day, text(row.ord_tmd)) if day else None
    if not number or side is None or placed_at is None:
        raise _unreadable_row(row)
    price = find_whole(row, "ord_unpr") or None
    order_type, time_in_force = type_of(text(row.ord_dvsn_cd), price)
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
            venue=VENUE_OF.get(text(row.excg_id_dvsn_cd), Venue.KRX),
        ),
        filled_quantity=get_whole(row, "tot_ccld_qty"),
        filled_amount=get_whole(row, "tot_ccld_amt"),
        canceled_quantity=find_whole(row, "cncl_cfrm_qty") or 0,
        rejected_quantity=find_whole(row, "rjct_qty") or 0,
        remaining_quantity=get_whole(row, "rmn_qty"),
        placed_at=placed_at,
    )


def type_of(code: str, price: int | None) -> tuple[OrderType, TimeInForce]:
    """The type of an order and how long it lives.

    Divisions that are not ours to send (대량, 바스켓, …) come up in lists too; the price tells enough.
    """
    usual = (OrderType.LIMIT if price else OrderType.MARKET, TimeInForce.DAY)
    return DIVISIONS[code][:2] if code in DIVISIONS else usual


def _unreadable_row(row: Block) -> WireError:
    # The row itself is not put into the sentence: it has the customer's telephone number.
    return WireError(
        "한국투자증권 주문내역의 한 줄에 번호, 매매구분, 날짜 또는 시각이 없습니다. 응답을 확인하세요.",
        "A row of KIS's order list lacks its number, side, date or time. Keep the answer and look at it.",
        msgspec.json.encode(row).decode(),
    )
