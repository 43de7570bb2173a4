"""What can be sold and revised, assets and realised profits on the KIS wire. The balance itself is in `wire`.

Source: KIS's documents and recorded answers as of 2026-08; none of these calls exists on paper. 손익률 is the
profit over the cost of what was sold, as in the documented example. 정산금액 of buys is the amount and its
fees, of sells the amount less fees and taxes; their sum is the whole (example without fees).

Unverified: what `real_evlu_pfls` is (here 평가손익, with `COST_ICLD_YN` Y less what selling would cost), the
decimals of 매입단가 and 매도가격 of inquire-period-trade-profit (here none), which deposit counts as an asset
(here the one after T+2, so that total assets equal those of the balance), and how an amended order is named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec import UNSET

from hoga.brokers.kis import account_blocks
from hoga.brokers.kis.blocks import empty, get_whole, rows, text
from hoga.brokers.kis.codes import (
    BRANCHES,
    DIVISION_OF,
    LEDGER_FOUND,
    ORDER_DIVISIONS,
    PROFILES,
    REVISABLES_PER_CALL,
    SIDE_CODES,
    Action,
    Call,
    Environment,
)
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
    plain_code,
    read,
    take_page,
    time_text,
    unreadable,
)
from hoga.brokers.kis.holdings import DayTotals, HoldingDay, balance_totals, holding_row
from hoga.brokers.kis.order_list import BAD_DAY, SIDE_NAMES, OrderRow, row_key, venue_code
from hoga.brokers.kis.wire import account_fields, has_number, ledger_message, product_number, ratio_text
from hoga.domain.account import Account
from hoga.domain.instrument import Kind
from hoga.domain.position import Position
from hoga.domain.request import OrderType, Side

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Realized:
    """What one account's day has made of one issue: shares and won. `sold_cost` is the cost of what was sold.

    `held` is what it holds of the issue at the end of the day, or now.
    """

    day: date
    code: str
    name: str
    kind: Kind
    bought_quantity: int = 0
    bought: int = 0
    buy_fees: int = 0
    sold_quantity: int = 0
    sold: int = 0
    sold_cost: int = 0
    sell_fees: int = 0
    taxes: int = 0
    held: int = 0

    @property
    def profit(self) -> int:
        """실현손익: the fees of the purchase are no part of it."""
        return self.sold - self.sold_cost - self.sell_fees - self.taxes


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodQuery:
    """Days and issue whose profits are asked for; `code` "" is all."""

    account: str
    first: date
    last: date
    code: str
    is_newest_first: bool

    def takes(self, realized: Realized) -> bool:
        return self.first <= realized.day <= self.last and self.code in ("", realized.code)


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


def read_revisables(replies: Iterable[Reply]) -> dict[str, int]:
    """Order number → shares that may still be amended or cancelled. Raises like `envelope.read`."""
    return {
        text(row.odno): get_whole(row, "psbl_qty")
        for reply in replies
        for row in rows(read(reply, account_blocks.RevisablesAnswer).output)
    }


def profits_request(
    call: Call, account: str, first: date, last: date, environment: Environment, code: str = ""
) -> Request:
    """기간별손익 by day (`Call.DAY_PROFITS`) or by issue (`Call.TRADE_PROFITS`), oldest first."""
    query = account_fields(account) | {
        "INQR_STRT_DT": day_text(first),
        "INQR_END_DT": day_text(last),
        "PDNO": code,
        "SORT_DVSN": "01",
        "CBLC_DVSN": "00",
    }
    if call is Call.DAY_PROFITS:
        query["INQR_DVSN"] = "00"
    return make_request(call, environment, query=first_page(query))


def read_day_profits(replies: Iterable[Reply]) -> dict[date, int]:
    """Day → 실현손익 in won. Raises like `envelope.read`."""
    found = {}
    for reply in replies:
        for row in rows(read(reply, account_blocks.DayProfitsAnswer).output1):
            day = parse_day(text(row.trad_dt))
            if day is None:
                raise unreadable(reply, f"trad_dt is {text(row.trad_dt)!r}")
            found[day] = get_whole(row, "rlzt_pfls")
    return found


# The server understands and answers -----------------------------------------------------------------------


def asked_period(request: Request) -> PeriodQuery:
    """The days whose profits a client wants. Raises `Declined` for days that are none."""
    query = request.query
    first, last = (parse_day(needed(query, name)) for name in ("INQR_STRT_DT", "INQR_END_DT"))
    if first is None or last is None:
        raise Declined(message_reply(BAD_DAY))
    return PeriodQuery(
        account=query["CANO"].strip() + query["ACNT_PRDT_CD"].strip(),
        first=first,
        last=last,
        code=plain_code(query["PDNO"]),
        is_newest_first=query["SORT_DVSN"].strip() != "01",
    )


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


def realized_reply(
    request: Request,
    account: Account,
    totals: DayTotals,
    days: dict[str, HoldingDay],
    results: Sequence[Realized],
    selling_costs: int,
) -> Reply:
    """주식잔고조회_실현손익. `results` are today's, `selling_costs` what selling all positions would cost."""
    page = take_page(
        account.positions, lambda row: row.code, request, PROFILES[request.environment].balance_rows
    )
    sold_cost, profit = sum(each.sold_cost for each in results), sum(each.profit for each in results)
    cost = sum(position.cost for position in account.positions)
    with_costs = request.query["COST_ICLD_YN"].strip() == "Y"
    unrealized = account.unrealized_pnl - (selling_costs if with_costs else 0)
    holdings = [holding_row(row, days.get(row.code, HoldingDay())) for row in page.rows]
    for holding in holdings:
        holding.item_mgna_rt_name = holding.grta_rt_name = holding.sbst_pric = UNSET
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        account_blocks.RealizedAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=holdings,
            output2=[
                balance_totals(
                    account,
                    totals,
                    account_blocks.RealizedTotals,
                    rlzt_pfls=str(profit),
                    rlzt_erng_rt=ratio_text(100 * profit, sold_cost, 8),
                    real_evlu_pfls=str(unrealized),
                    real_evlu_pfls_erng_rt=ratio_text(100 * unrealized, cost, 8),
                )
            ],
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def day_profits_reply(request: Request, results: Iterable[Realized]) -> Reply:
    """기간별손익일별합산: one row for each day with trades. `results` are oldest first."""
    query = asked_period(request)
    found = [each for each in results if query.takes(each)]
    by_day: dict[date, list[Realized]] = {}
    for each in found:
        by_day.setdefault(each.day, []).append(each)
    days = sorted(by_day, reverse=query.is_newest_first)
    page = take_page(days, day_text, request, PROFILES[request.environment].balance_rows)
    totals = _period_totals(found)
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        account_blocks.DayProfitsAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=[_day_profit(day, by_day[day]) for day in page.rows],
            output2=account_blocks.DayProfitTotals(**totals),
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def trade_profits_reply(request: Request, results: Iterable[Realized]) -> Reply:
    """기간별매매손익현황: one row for each issue and day with trades. `results` are oldest first."""
    query = asked_period(request)
    found = [each for each in results if query.takes(each)]
    if query.is_newest_first:
        found.reverse()
    page = take_page(found, _realized_key, request, PROFILES[request.environment].balance_rows)
    totals = _period_totals(found)
    totals["buyqty_smtl"] = totals.pop("buy_qty_smtl")
    profit, sold_cost = sum(each.profit for each in found), sum(each.sold_cost for each in found)
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        account_blocks.TradeProfitsAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=[_trade_profit(each) for each in page.rows],
            output2=account_blocks.TradeProfitTotals(
                **totals, tot_pftrt=ratio_text(100 * profit, sold_cost, 8)
            ),
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def _revisable(row: OrderRow, request: Request) -> account_blocks.Revisable:
    report, order = row.report, row.report.request
    division = DIVISION_OF[order.order_type, order.time_in_force]
    is_stop = order.order_type is OrderType.STOP_LIMIT
    block = empty(
        account_blocks.Revisable,
        ord_gno_brno=BRANCHES[request.environment],
        odno=report.broker_order_id.strip().zfill(10),
        orgn_odno=report.replaces.strip().zfill(10) if has_number(report.replaces) else "",
        ord_dvsn_name=ORDER_DIVISIONS[division][2],
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


def _day_profit(day: date, results: Sequence[Realized]) -> account_blocks.DayProfit:
    profit, sold_cost = sum(each.profit for each in results), sum(each.sold_cost for each in results)
    return empty(
        account_blocks.DayProfit,
        trad_dt=day_text(day),
        buy_amt=str(sum(each.bought for each in results)),
        sll_amt=str(sum(each.sold for each in results)),
        rlzt_pfls=str(profit),
        fee=str(sum(each.buy_fees + each.sell_fees for each in results)),
        tl_tax=str(sum(each.taxes for each in results)),
        pfls_rt=ratio_text(100 * profit, sold_cost, 8),
        sll_qty1=str(sum(each.sold_quantity for each in results)),
        buy_qty1=str(sum(each.bought_quantity for each in results)),
    )


def _trade_profit(each: Realized) -> account_blocks.TradeProfit:
    if each.sold_quantity:
        purchase = ratio_text(each.sold_cost, each.sold_quantity, 0)
    else:
        purchase = ratio_text(each.bought, each.bought_quantity, 0)
    return empty(
        account_blocks.TradeProfit,
        trad_dt=day_text(each.day),
        # 12 wide, with a letter for what it is: 00000A402340, 00000Q520057.
        pdno=("Q" if each.kind is Kind.ETN else "A").rjust(6, "0") + each.code,
        prdt_name=each.name,
        trad_dvsn_name="현금",
        hldg_qty=str(each.held),
        pchs_unpr=purchase,
        buy_qty=str(each.bought_quantity),
        buy_amt=str(each.bought),
        sll_pric=ratio_text(each.sold, each.sold_quantity, 0),
        sll_qty=str(each.sold_quantity),
        sll_amt=str(each.sold),
        rlzt_pfls=str(each.profit),
        pfls_rt=ratio_text(100 * each.profit, each.sold_cost, 8),
        fee=str(each.buy_fees + each.sell_fees),
        tl_tax=str(each.taxes),
    )


def _period_totals(results: Iterable[Realized]) -> dict[str, str]:
    """The sums that both kinds of lists end with, under the names of inquire-period-profit."""
    found = tuple(results)
    bought, sold = sum(each.bought for each in found), sum(each.sold for each in found)
    buy_fees, sell_fees = sum(each.buy_fees for each in found), sum(each.sell_fees for each in found)
    taxes = sum(each.taxes for each in found)
    bought_quantity = sum(each.bought_quantity for each in found)
    sold_quantity = sum(each.sold_quantity for each in found)
    paid, received = bought + buy_fees, sold - sell_fees - taxes
    sums = {
        "sll_qty_smtl": sold_quantity,
        "sll_tr_amt_smtl": sold,
        "sll_fee_smtl": sell_fees,
        "sll_tltx_smtl": taxes,
        "sll_excc_amt_smtl": received,
        "buy_qty_smtl": bought_quantity,
        "buy_tr_amt_smtl": bought,
        "buy_fee_smtl": buy_fees,
        "buy_tax_smtl": 0,
        "buy_excc_amt_smtl": paid,
        "tot_qty": bought_quantity + sold_quantity,
        "tot_tr_amt": bought + sold,
        "tot_fee": buy_fees + sell_fees,
        "tot_tltx": taxes,
        "tot_excc_amt": paid + received,
        "tot_rlzt_pfls": sum(each.profit for each in found),
        "loan_int": 0,
    }
    return {name: str(value) for name, value in sums.items()}


def _realized_key(each: Realized) -> str:
    return day_text(each.day) + each.code
