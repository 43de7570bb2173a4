"""What can be sold and revised, and assets, on the KIS wire. The balance itself is in `holdings`.

Source: KIS's documents and recorded answers as of 2026-08; none of these calls exists on paper.

Unverified: which deposit counts as an asset (here the one after T+2, so that total assets equal those of the
balance), and how an amended order is named.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import UNSET

from hoga.brokers.kis import account_blocks
from hoga.brokers.kis.blocks import empty, find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    BRANCHES,
    LEDGER_FOUND,
    REVISABLES_PER_CALL,
    SIDE_CODES,
    SIDES,
    Action,
    Environment,
)
from hoga.brokers.kis.divisions import DIVISIONS, placed_division
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    block_reply,
    first_page,
    make_request,
    padded,
    parse_instant,
    plain_code,
    read,
    take_page,
    time_text,
    unreadable,
)
from hoga.brokers.kis.holdings import HoldingDay
from hoga.brokers.kis.order_list import (
    SIDE_NAMES,
    VENUE_OF,
    OrderRow,
    row_key,
    type_of,
    venue_code,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import account_fields, has_number, ledger_message, product_number, ratio_text
from hoga.domain.account import Account
from hoga.domain.notices import OpenOrder, number_key
from hoga.domain.position import Position
from hoga.domain.profit import Assets
from hoga.domain.request import OrderRequest, OrderType, Side, Venue

_ASSET_ROWS = 20
_STOCK_ROW, _DEPOSIT_ROW, _WHOLE_ROW = 0, 17, 19
_NEW_FIELDS = (
    "excg_dvsn_cd",
    "excg_id_dvsn_cd",
    "excg_id_dvsn_name",
    "stpm_cndt_pric",
    "stpm_efct_occr_yn",
)
"""What the order list of the legacy id has not."""


# The client asks and understands --------------------------------------------------------------------------


def sellable_request(account: str, code: str, environment: Environment) -> Request:
    """매도가능수량조회. Raises `BadInput` on paper, like all of these."""
    return make_request(Call.SELLABLE, environment, query=account_fields(account) | {"PDNO": code})


def read_sellable(reply: Reply) -> int:
    """주문가능수량: shares that no open sell holds. Raises like `envelope.read`."""
    found = rows(read(reply, account_blocks.SellableAnswer).output)
    if not found:
        raise unreadable(reply, "output missing")
    return get_whole(found[0], "ord_psbl_qty")


def revisables_request(account: str, environment: Environment, *, legacy: bool = False) -> Request:
    """정정취소가능주문조회: what is open now. Go on with `envelope.next_page`."""
    query = account_fields(account) | {"INQR_DVSN_1": "0", "INQR_DVSN_2": "0"}
    return make_request(Call.REVISABLE, environment, query=first_page(query), legacy=legacy)


def read_revisables(replies: Iterable[Reply], day: date) -> list[OpenOrder]:
    """What is open on the trading day `day`, oldest first. Raises like `envelope.read`."""
    found = [
        _open_order(reply, row, day)
        for reply in replies
        for row in rows(read(reply, account_blocks.RevisablesAnswer).output)
    ]
    return sorted(found, key=lambda order: (order.placed_at, number_key(order.broker_order_id)))


def _open_order(reply: Reply, row: account_blocks.Revisable, day: date) -> OpenOrder:
    number, side = text(row.odno), SIDES.get(text(row.sll_buy_dvsn_cd))
    placed_at = parse_instant(day, text(row.ord_tmd))
    if not number or side is None or placed_at is None:
        raise unreadable(reply, "an open order without its number, side or time")
    price = find_whole(row, "ord_unpr") or None
    order_type, time_in_force = type_of(text(row.ord_dvsn_cd), price)
    replaces = text(row.orgn_odno)
    return OpenOrder(
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
        revisable_quantity=get_whole(row, "psbl_qty"),
        placed_at=placed_at,
    )


def assets_request(account: str, environment: Environment) -> Request:
    """투자계좌자산현황조회."""
    query = account_fields(account) | {"INQR_DVSN_1": "", "BSPR_BF_DT_APLY_YN": ""}
    return make_request(Call.ASSETS, environment, query=query)


def read_assets(reply: Reply) -> Assets:
    """The sums of 투자계좌자산현황. Raises like `envelope.read`."""
    found = rows(read(reply, account_blocks.AssetsAnswer).output2)
    if not found:
        raise unreadable(reply, "output2 missing")
    row = found[0]
    return Assets(
        total=get_whole(row, "tot_asst_amt"),
        net=get_whole(row, "nass_tot_amt"),
        cost=get_whole(row, "pchs_amt_smtl"),
        market_value=get_whole(row, "evlu_amt_smtl"),
        unrealized_pnl=get_whole(row, "evlu_pfls_amt_smtl"),
        deposit=get_whole(row, "dncl_amt"),
        total_deposit=get_whole(row, "tot_dncl_amt"),
        loans=get_whole(row, "loan_amt_smtl"),
    )


# The server understands and answers -----------------------------------------------------------------------


def sellable_reply(position: Position, day: HoldingDay) -> Reply:
    """매도가능수량조회; the position may be of no shares."""
    output = empty(
        account_blocks.Sellable,
        pdno=product_number(position.code, day.kind),
        prdt_name=position.name,
        buy_qty=str(day.bought),
        sll_qty=str(day.sold),
        cblc_qty=str(position.quantity),
        nsvg_qty=str(position.quantity),
        ord_psbl_qty=str(position.sellable_quantity),
        pchs_avg_pric=ratio_text(position.cost, position.quantity, 4),
        pchs_amt=str(position.cost),
        now_pric=str(position.last_price),
        evlu_amt=str(position.market_value),
        evlu_pfls_amt=str(position.unrealized_pnl),
        evlu_pfls_rt=ratio_text(100 * position.unrealized_pnl, position.cost, 2),
    )
    found = LEDGER_FOUND
    return block_reply(
        account_blocks.SellableAnswer(
            output=output, rt_cd=found.rt_cd, msg_cd=found.code, msg1=padded(found.text)
        )
    )


def revisables_reply(request: Request, orders: Iterable[OrderRow]) -> Reply:
    """The page of open orders that `request` asks for. `orders` are all of the day, oldest first.

    Newest first (recorded), or by issue where the client wants that.
    """
    side = {"1": Side.SELL, "2": Side.BUY}.get(request.query["INQR_DVSN_2"].strip())
    found = [
        row for row in orders if row.report.remaining_quantity > 0 and side in (None, row.report.request.side)
    ]
    found.reverse()
    if request.query["INQR_DVSN_1"].strip() == "1":
        found.sort(key=lambda row: row.report.request.code)
    page = take_page(found, row_key, request, REVISABLES_PER_CALL)
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        account_blocks.RevisablesAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output=[_revisable(row, request) for row in page.rows],
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def assets_reply(request: Request, account: Account) -> Reply:
    """투자계좌자산현황: shares, the deposit, and both together; nothing else is held here."""
    cost = sum(position.cost for position in account.positions)
    value = sum(position.market_value for position in account.positions)
    profit, deposit, whole = account.unrealized_pnl, account.deposit_d2, account.total_value
    shares = [empty(account_blocks.AssetShare) for _ in range(_ASSET_ROWS)]
    shares[_STOCK_ROW] = empty(
        account_blocks.AssetShare,
        pchs_amt=str(cost),
        evlu_amt=str(value),
        evlu_pfls_amt=str(profit),
        real_nass_amt=str(value),
        whol_weit_rt=ratio_text(100 * value, whole, 8),
    )
    shares[_DEPOSIT_ROW] = empty(
        account_blocks.AssetShare,
        evlu_amt=str(deposit),
        real_nass_amt=str(deposit),
        whol_weit_rt=ratio_text(100 * deposit, whole, 8),
    )
    shares[_WHOLE_ROW] = empty(
        account_blocks.AssetShare,
        pchs_amt=str(cost),
        evlu_amt=str(whole),
        evlu_pfls_amt=str(profit),
        real_nass_amt=str(whole),
        whol_weit_rt=ratio_text(100 * whole, whole, 8),
    )
    totals = empty(
        account_blocks.AssetTotals,
        pchs_amt_smtl=str(cost),
        nass_tot_amt=str(whole),
        evlu_pfls_amt_smtl=str(profit),
        evlu_amt_smtl=str(value),
        tot_asst_amt=str(whole),
        tot_dncl_amt=str(deposit),
        dncl_amt=str(account.deposit),
    )
    message = ledger_message(request.environment, is_last=True)
    return block_reply(
        account_blocks.AssetsAnswer(
            output1=shares,
            output2=totals,
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        )
    )


def _revisable(row: OrderRow, request: Request) -> account_blocks.Revisable:
    report, order = row.report, row.report.request
    division = placed_division(order, report.placed_at)
    is_stop = order.order_type is OrderType.STOP_LIMIT
    block = empty(
        account_blocks.Revisable,
        ord_gno_brno=BRANCHES[request.environment],
        odno=report.broker_order_id.strip().zfill(10),
        orgn_odno=report.replaces.strip().zfill(10) if has_number(report.replaces) else "",
        ord_dvsn_name=DIVISIONS[division][2],
        pdno=product_number(order.code, row.kind),
        prdt_name=row.name,
        rvse_cncl_dvsn_name=SIDE_NAMES[order.side] + ("정정*" if row.action is Action.REPLACE else ""),
        ord_qty=str(order.quantity),
        ord_unpr=str(order.price or 0),
        ord_tmd=time_text(report.placed_at),
        tot_ccld_qty=str(report.filled_quantity),
        tot_ccld_amt=str(report.filled_amount),
        psbl_qty=str(report.remaining_quantity),
        sll_buy_dvsn_cd=SIDE_CODES[order.side],
        ord_dvsn_cd=division,
        excg_dvsn_cd=venue_code(row),
        excg_id_dvsn_cd=order.venue.value,
        excg_id_dvsn_name=order.venue.value,
        stpm_cndt_pric=str(order.stop_price or 0),
        stpm_efct_occr_yn=("Y" if row.set_off_at else "N") if is_stop else "",
    )
    if request.is_legacy:
        for name in _NEW_FIELDS:
            setattr(block, name, UNSET)
    return block
