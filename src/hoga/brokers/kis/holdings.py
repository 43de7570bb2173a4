"""The balance (주식잔고) and what may be ordered with (매수가능) on the KIS wire, both ways.

Source: KIS's documents and recorded answers as of 2026-08. A field that our exchange cannot know is written
in KIS's form for "nothing".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from hoga.brokers.kis import blocks, trading_blocks
from hoga.brokers.kis.blocks import find_whole, get_whole, rows, text
from hoga.brokers.kis.codes import (
    LEDGER_DONE,
    PROFILES,
    Environment,
)
from hoga.brokers.kis.divisions import DIVISIONS
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    first_page,
    make_request,
    padded,
    plain_code,
    read,
    take_page,
    unreadable,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import (
    account_fields,
    account_in,
    asked_code,
    is_whole,
    ledger_message,
    product_number,
    ratio_text,
    refusal_reply,
)
from hoga.domain.account import Account
from hoga.domain.instrument import Kind
from hoga.domain.position import Position
from hoga.domain.request import OrderType
from hoga.exchange.events import Refusal

TotalsT = TypeVar("TotalsT", bound=trading_blocks.BalanceTotals)


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

    `base_price` is what its change is against, `kind` what the issue is, `margin_rate` (증거금률) its ratio,
    where it is known.
    """

    kind: Kind = Kind.STOCK
    margin_rate: Decimal | None = None
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
        trading_blocks.BalanceAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=[holding_row(row, days.get(row.code, HoldingDay())) for row in page.rows],
            output2=[balance_totals(account, totals, trading_blocks.BalanceTotals)],
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
    `envelope.read`, and `WireError` when the deposit is missing, or all rows of holdings that the sums tell
    of: what was not read is not zero.
    """
    answers = [read(reply, trading_blocks.BalanceAnswer) for reply in replies]
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
    is_rowless = not any(row for answer in answers for row in rows(answer.output1))
    if is_rowless and (find_whole(last, "pchs_amt_smtl_amt") or find_whole(last, "evlu_amt_smtl_amt")):
        raise unreadable(replies[-1], "output1 empty beside sums of holdings")
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
    division = DIVISIONS.get(query.get("ORD_DVSN", "").strip() or "01")
    if division is None:
        raise Declined(refusal_reply(request, Refusal.ORDER_TYPE_NOT_ALLOWED))
    if price and not is_whole(price):
        raise Declined(refusal_reply(request, Refusal.BAD_PRICE))
    return BuyingPowerQuery(
        account=account_in(query),
        code=asked_code(request, product) if product else "",
        price=int(price or 0) or None if division[0].has_price else None,
        order_type=division[0],
    )


def buying_power_reply(request: Request, amount: int, unit_price: int, quantity: int) -> Reply:
    """`amount` won buy `quantity` shares at `unit_price`. Receivable (미수) is not given by our exchange."""
    message = LEDGER_DONE[request.environment]
    power = blocks.empty(
        trading_blocks.BuyingPower,
        ord_psbl_cash=str(amount),
        psbl_qty_calc_unpr=str(unit_price),
        nrcvb_buy_amt=str(amount),
        nrcvb_buy_qty=str(quantity),
        max_buy_amt=str(amount),
        max_buy_qty=str(quantity),
    )
    return block_reply(
        trading_blocks.BuyingPowerAnswer(
            output=power,
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        )
    )


def read_buying_power(reply: Reply) -> int:
    """미수없는매수금액: won that may be ordered with. Raises like `envelope.read`."""
    found = rows(read(reply, trading_blocks.BuyingPowerAnswer).output)
    if not found:
        raise unreadable(reply, "output missing")
    return get_whole(found[0], "nrcvb_buy_amt")


def holding_row(position: Position, day: HoldingDay) -> trading_blocks.Holding:
    """A row of the balance."""
    quantity, cost, profit = position.quantity, position.cost, position.unrealized_pnl
    change = position.last_price - day.base_price if day.base_price else 0
    return blocks.empty(
        trading_blocks.Holding,
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
        item_mgna_rt_name="" if day.margin_rate is None else f"{int(100 * day.margin_rate)}%",
    )


def _position(row: trading_blocks.Holding) -> Position:
    return Position(
        code=plain_code(text(row.pdno)),
        name=text(row.prdt_name),
        quantity=get_whole(row, "hldg_qty"),
        sellable_quantity=get_whole(row, "ord_psbl_qty"),
        cost=get_whole(row, "pchs_amt"),
        last_price=get_whole(row, "prpr"),
    )
