"""The calls about a retirement account (퇴직연금, product 29) on the KIS wire: what they are answered with.

Source: KIS's documents, their examples, and its samples of 2025; none of it exists on paper, and DC accounts
(product 55) have no app key. Unverified: that a settlement (결제금액) is by how much the deposit will have
changed, which profits 매매손익 and 당일총손익 count (here those of today's sales, and with those of what is
held), and that all rows are of the customer's own choice (사용자).
"""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from hoga.brokers.kis.blocks import Average, Block, Percent, Return, Rows, Text, Whole, empty
from hoga.brokers.kis.codes import (
    BRANCHES,
    LEDGER_DONE,
    REVISABLES_PER_CALL,
    SIDE_CODES,
)
from hoga.brokers.kis.divisions import DIVISIONS, placed_division
from hoga.brokers.kis.envelope import Reply, Request, block_reply, padded, take_page, time_text
from hoga.brokers.kis.holdings import DayTotals, HoldingDay
from hoga.brokers.kis.order_list import SIDE_NAMES, OrderRow, detailed_time_text, row_key
from hoga.brokers.kis.wire import has_number, ledger_message, ratio_text
from hoga.domain.account import Account
from hoga.domain.request import OrderType

_OWN = ("01", "사용자")
_PAGE = 50


class PensionHolding(Block):
    """A row of `output1` of pension/inquire-balance (퇴직연금 잔고조회)."""

    cblc_dvsn_name: Text = UNSET  # 잔고구분명
    prdt_name: Text = UNSET  # 상품명
    pdno: Text = UNSET  # 상품번호
    item_dvsn_name: Text = UNSET  # 종목구분명
    thdt_buyqty: Whole = UNSET  # 금일매수수량
    thdt_sll_qty: Whole = UNSET  # 금일매도수량
    hldg_qty: Whole = UNSET  # 보유수량
    ord_psbl_qty: Whole = UNSET  # 주문가능수량
    pchs_avg_pric: Average = UNSET  # 매입평균가격
    pchs_amt: Whole = UNSET  # 매입금액
    prpr: Whole = UNSET  # 현재가
    evlu_amt: Whole = UNSET  # 평가금액
    evlu_pfls_amt: Whole = UNSET  # 평가손익금액
    evlu_erng_rt: Return = UNSET  # 평가수익율


class PensionTotals(Block):
    """`output2` of pension/inquire-balance."""

    dnca_tot_amt: Whole = UNSET  # 예수금총금액
    nxdy_excc_amt: Whole = UNSET  # 익일정산금액
    prvs_rcdl_excc_amt: Whole = UNSET  # 가수도정산금액
    thdt_buy_amt: Whole = UNSET  # 금일매수금액
    thdt_sll_amt: Whole = UNSET  # 금일매도금액
    thdt_tlex_amt: Whole = UNSET  # 금일제비용금액
    scts_evlu_amt: Whole = UNSET  # 유가평가금액
    tot_evlu_amt: Whole = UNSET  # 총평가금액


class PensionBalanceAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[PensionHolding] = UNSET
    output2: Rows[PensionTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PensionPosition(Block):
    """A row of `output1` of pension/inquire-present-balance (퇴직연금 체결기준잔고)."""

    cblc_dvsn: Text = UNSET  # 잔고구분
    cblc_dvsn_name: Text = UNSET  # 잔고구분명
    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    hldg_qty: Whole = UNSET  # 보유수량
    slpsb_qty: Whole = UNSET  # 매도가능수량
    pchs_avg_pric: Average = UNSET  # 매입평균가격
    evlu_pfls_amt: Whole = UNSET  # 평가손익금액
    evlu_pfls_rt: Percent = UNSET  # 평가손익율
    prpr: Whole = UNSET  # 현재가
    evlu_amt: Whole = UNSET  # 평가금액
    pchs_amt: Whole = UNSET  # 매입금액
    cblc_weit: Return = UNSET  # 잔고비중


class PensionSums(Block):
    """The row of `output2` of pension/inquire-present-balance."""

    pchs_amt_smtl_amt: Whole = UNSET  # 매입금액합계금액
    evlu_amt_smtl_amt: Whole = UNSET  # 평가금액합계금액
    evlu_pfls_smtl_amt: Whole = UNSET  # 평가손익합계금액
    trad_pfls_smtl: Whole = UNSET  # 매매손익합계
    thdt_tot_pfls_amt: Whole = UNSET  # 당일총손익금액
    pftrt: Return = UNSET  # 수익률


class PensionPositionsAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[PensionPosition] = UNSET
    output2: Rows[PensionSums] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PensionOrder(Block):
    """A row of `output` of pension/inquire-daily-ccld (퇴직연금 미체결내역). The last four came in 2025."""

    ord_gno_brno: Text = UNSET  # 주문채번지점번호
    sll_buy_dvsn_cd: Text = UNSET  # 매도매수구분코드
    trad_dvsn_name: Text = UNSET  # 매매구분명
    odno: Text = UNSET  # 주문번호
    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    ord_unpr: Whole = UNSET  # 주문단가
    ord_qty: Whole = UNSET  # 주문수량
    tot_ccld_qty: Whole = UNSET  # 총체결수량
    nccs_qty: Whole = UNSET  # 미체결수량
    ord_dvsn_cd: Text = UNSET  # 주문구분코드
    ord_dvsn_name: Text = UNSET  # 주문구분명
    orgn_odno: Text = UNSET  # 원주문번호
    ord_tmd: Text = UNSET  # 주문시각
    objt_cust_dvsn_name: Text = UNSET  # 대상고객구분명
    pchs_avg_pric: Average = UNSET  # 매입평균가격
    stpm_cndt_pric: Whole = UNSET  # 스톱지정가조건가격
    stpm_efct_occr_dtmd: Text = UNSET  # 스톱지정가효력발생상세시각
    stpm_efct_occr_yn: Text = UNSET  # 스톱지정가효력발생여부
    excg_id_dvsn_cd: Text = UNSET  # 거래소ID구분코드


_NEW_FIELDS = ("stpm_cndt_pric", "stpm_efct_occr_dtmd", "stpm_efct_occr_yn", "excg_id_dvsn_cd")


class PensionOrdersAnswer(Block):
    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output: Rows[PensionOrder] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PensionDeposit(Block):
    """`output` of pension/inquire-deposit (퇴직연금 예수금조회)."""

    dnca_tota: Whole = UNSET  # 예수금총액
    nxdy_excc_amt: Whole = UNSET  # 익일정산액
    nxdy_sttl_amt: Whole = UNSET  # 익일결제금액
    nx2_day_sttl_amt: Whole = UNSET  # 2익일결제금액


class PensionDepositAnswer(Block):
    output: Rows[PensionDeposit] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PensionPower(Block):
    """`output` of pension/inquire-psbl-order (퇴직연금 매수가능조회)."""

    ord_psbl_cash: Whole = UNSET  # 주문가능현금
    ruse_psbl_amt: Whole = UNSET  # 재사용가능금액
    psbl_qty_calc_unpr: Whole = UNSET  # 가능수량계산단가
    max_buy_amt: Whole = UNSET  # 최대매수금액
    max_buy_qty: Whole = UNSET  # 최대매수수량


class PensionPowerAnswer(Block):
    output: Rows[PensionPower] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


def pension_balance_reply(
    request: Request, account: Account, totals: DayTotals, days: Mapping[str, HoldingDay]
) -> Reply:
    """퇴직연금 잔고조회: the page that `request` asks for."""
    page = take_page(account.positions, lambda row: row.code, request, _PAGE)
    output1 = []
    for position in page.rows:
        day = days.get(position.code, HoldingDay())
        output1.append(
            empty(
                PensionHolding,
                cblc_dvsn_name=_OWN[1],
                prdt_name=position.name,
                pdno=position.code,
                item_dvsn_name="현금",
                thdt_buyqty=str(day.bought),
                thdt_sll_qty=str(day.sold),
                hldg_qty=str(position.quantity),
                ord_psbl_qty=str(position.sellable_quantity),
                pchs_avg_pric=ratio_text(position.cost, position.quantity, 4),
                pchs_amt=str(position.cost),
                prpr=str(position.last_price),
                evlu_amt=str(position.market_value),
                evlu_pfls_amt=str(position.unrealized_pnl),
                evlu_erng_rt=ratio_text(100 * position.unrealized_pnl, position.cost, 8),
            )
        )
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        PensionBalanceAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=output1,
            output2=empty(
                PensionTotals,
                dnca_tot_amt=str(account.deposit),
                nxdy_excc_amt=str(account.deposit_d1),
                prvs_rcdl_excc_amt=str(account.deposit_d2),
                thdt_buy_amt=str(totals.bought),
                thdt_sll_amt=str(totals.sold),
                thdt_tlex_amt=str(totals.costs),
                scts_evlu_amt=str(_value(account)),
                tot_evlu_amt=str(account.total_value),
            ),
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def pension_positions_reply(request: Request, account: Account, realized: int) -> Reply:
    """퇴직연금 체결기준잔고. `realized` is what today's sales have brought."""
    whole, cost = _value(account), sum(position.cost for position in account.positions)
    page = take_page(account.positions, lambda row: row.code, request, _PAGE)
    output1 = [
        empty(
            PensionPosition,
            cblc_dvsn=_OWN[0],
            cblc_dvsn_name=_OWN[1],
            pdno=position.code,
            prdt_name=position.name,
            hldg_qty=str(position.quantity),
            slpsb_qty=str(position.sellable_quantity),
            pchs_avg_pric=ratio_text(position.cost, position.quantity, 4),
            evlu_pfls_amt=str(position.unrealized_pnl),
            evlu_pfls_rt=ratio_text(100 * position.unrealized_pnl, position.cost, 2),
            prpr=str(position.last_price),
            evlu_amt=str(position.market_value),
            pchs_amt=str(position.cost),
            cblc_weit=ratio_text(100 * position.market_value, whole, 8),
        )
        for position in page.rows
    ]
    sums = empty(
        PensionSums,
        pchs_amt_smtl_amt=str(cost),
        evlu_amt_smtl_amt=str(whole),
        evlu_pfls_smtl_amt=str(account.unrealized_pnl),
        trad_pfls_smtl=str(realized),
        thdt_tot_pfls_amt=str(account.unrealized_pnl + realized),
        pftrt=ratio_text(100 * account.unrealized_pnl, cost, 8),
    )
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        PensionPositionsAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output1=output1,
            output2=[sums],
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def pension_orders_reply(request: Request, orders: Sequence[OrderRow]) -> Reply:
    """퇴직연금 미체결내역: the page of today's `orders`, newest first."""
    page = take_page(orders, row_key, request, REVISABLES_PER_CALL)
    message = ledger_message(request.environment, page.is_last)
    return block_reply(
        PensionOrdersAnswer(
            ctx_area_fk100=page.fk,
            ctx_area_nk100=page.nk,
            output=[_order(row, request) for row in page.rows],
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        ),
        page.tr_cont,
    )


def pension_deposit_reply(request: Request, account: Account) -> Reply:
    """퇴직연금 예수금조회."""
    message = LEDGER_DONE[request.environment]
    return block_reply(
        PensionDepositAnswer(
            output=empty(
                PensionDeposit,
                dnca_tota=str(account.deposit),
                nxdy_excc_amt=str(account.deposit_d1),
                nxdy_sttl_amt=str(account.deposit_d1 - account.deposit),
                nx2_day_sttl_amt=str(account.deposit_d2 - account.deposit_d1),
            ),
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        )
    )


def pension_power_reply(request: Request, amount: int, unit_price: int, quantity: int) -> Reply:
    """퇴직연금 매수가능조회: `amount` won buy `quantity` shares at `unit_price`."""
    message = LEDGER_DONE[request.environment]
    return block_reply(
        PensionPowerAnswer(
            output=empty(
                PensionPower,
                ord_psbl_cash=str(amount),
                psbl_qty_calc_unpr=str(unit_price),
                max_buy_amt=str(amount),
                max_buy_qty=str(quantity),
            ),
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        )
    )


def _value(account: Account) -> int:
    return sum(position.market_value for position in account.positions)


def _order(row: OrderRow, request: Request) -> PensionOrder:
    report, order = row.report, row.report.request
    division = placed_division(order, report.placed_at)
    is_stop = order.order_type is OrderType.STOP_LIMIT
    block = empty(
        PensionOrder,
        ord_gno_brno=BRANCHES[request.environment],
        sll_buy_dvsn_cd=SIDE_CODES[order.side],
        trad_dvsn_name=SIDE_NAMES[order.side],
        odno=report.broker_order_id.strip().zfill(10),
        pdno=order.code,
        prdt_name=row.name,
        ord_unpr=str(order.price or 0),
        ord_qty=str(order.quantity),
        tot_ccld_qty=str(report.filled_quantity),
        nccs_qty=str(report.remaining_quantity),
        ord_dvsn_cd=division,
        ord_dvsn_name=DIVISIONS[division][2],
        orgn_odno=report.replaces.strip().zfill(10) if has_number(report.replaces) else "",
        ord_tmd=time_text(report.placed_at),
        objt_cust_dvsn_name=_OWN[1],
        pchs_avg_pric=ratio_text(report.filled_amount, report.filled_quantity, 4),
        stpm_cndt_pric=str(order.stop_price or 0),
        stpm_efct_occr_dtmd=detailed_time_text(row.set_off_at) if row.set_off_at else "",
        stpm_efct_occr_yn=("Y" if row.set_off_at else "N") if is_stop else "",
        excg_id_dvsn_cd=order.venue.value,
    )
    if request.is_legacy:
        for name in _NEW_FIELDS:
            setattr(block, name, UNSET)
    return block
