"""Realised profits (실현손익, 기간별손익) on the KIS wire, both ways; none of these calls exists on paper.

Source: KIS's documents and recorded answers as of 2026-08. 손익률 is the profit over the cost of what was
sold, as in the documented example. 정산금액 of buys is the amount and its fees, of sells the amount less fees
and taxes; their sum is the whole (example without fees).

Unverified: what `real_evlu_pfls` is (here 평가손익, with `COST_ICLD_YN` Y less what selling would cost), and
the decimals of 매입단가 and 매도가격 of inquire-period-trade-profit (here none).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec import UNSET

from hoga.brokers.kis import account_blocks
from hoga.brokers.kis.blocks import empty, get_whole, rows, text
from hoga.brokers.kis.codes import PROFILES, Environment
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
    unreadable,
)
from hoga.brokers.kis.holdings import DayTotals, HoldingDay, balance_totals, holding_row
from hoga.brokers.kis.order_list import BAD_DAY
from hoga.brokers.kis.question import day_of
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import account_fields, ledger_message, ratio_text
from hoga.domain.account import Account
from hoga.domain.instrument import Kind
from hoga.domain.profit import DayProfit, RealizedProfit, TradeProfit


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


def realized_request(account: str, environment: Environment, *, with_costs: bool) -> Request:
    """주식잔고조회_실현손익; `with_costs` takes what selling would cost off the unrealised profit."""
    query = account_fields(account) | {
        "AFHR_FLPR_YN": "N",
        "OFL_YN": "",
        "INQR_DVSN": "00",
        "UNPR_DVSN": "01",
        "FUND_STTL_ICLD_YN": "N",
        "FNCG_AMT_AUTO_RDPT_YN": "N",
        "PRCS_DVSN": "00",
        "COST_ICLD_YN": "Y" if with_costs else "N",
    }
    return make_request(Call.REALIZED, environment, query=first_page(query))


def read_day_profits(replies: Iterable[Reply]) -> list[DayProfit]:
    """기간별손익일별합산, by day. Raises like `envelope.read`."""
    found = [
        DayProfit(
            day=day_of(reply, row.trad_dt),
            bought_quantity=get_whole(row, "buy_qty1"),
            bought=get_whole(row, "buy_amt"),
            sold_quantity=get_whole(row, "sll_qty1"),
            sold=get_whole(row, "sll_amt"),
            realized_pnl=get_whole(row, "rlzt_pfls"),
            commission=get_whole(row, "fee"),
            taxes=get_whole(row, "tl_tax"),
        )
        for reply in replies
        for row in rows(read(reply, account_blocks.DayProfitsAnswer).output1)
    ]
    return sorted(found, key=lambda each: each.day)


def read_trade_profits(replies: Iterable[Reply]) -> list[TradeProfit]:
    """기간별매매손익현황, by day. Raises like `envelope.read`."""
    found = [
        TradeProfit(
            day=day_of(reply, row.trad_dt),
            code=plain_code(text(row.pdno)),
            name=text(row.prdt_name),
            bought_quantity=get_whole(row, "buy_qty"),
            bought=get_whole(row, "buy_amt"),
            sold_quantity=get_whole(row, "sll_qty"),
            sold=get_whole(row, "sll_amt"),
            realized_pnl=get_whole(row, "rlzt_pfls"),
            commission=get_whole(row, "fee"),
            taxes=get_whole(row, "tl_tax"),
            held=get_whole(row, "hldg_qty"),
        )
        for reply in replies
        for row in rows(read(reply, account_blocks.TradeProfitsAnswer).output1)
    ]
    return sorted(found, key=lambda each: each.day)


def read_realized(reply: Reply, *, with_costs: bool) -> RealizedProfit:
    """The sums of 주식잔고조회_실현손익, which every page has. Raises like `envelope.read`."""
    found = rows(read(reply, account_blocks.RealizedAnswer).output2)
    if not found:
        raise unreadable(reply, "output2 missing")
    row = found[0]
    return RealizedProfit(
        realized_pnl=get_whole(row, "rlzt_pfls"),
        unrealized_pnl=get_whole(row, "real_evlu_pfls"),
        total_value=get_whole(row, "tot_evlu_amt"),
        with_costs=with_costs,
    )


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
