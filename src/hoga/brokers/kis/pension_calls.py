"""What answers the calls of the KIS face about retirement accounts (퇴직연금), and about rights (권리현황).

A customer whose account has the product 29 is answered from that account, which trades like any other here;
others are refused. In what words KIS refuses an account of another product is unverified.
"""

from collections.abc import Callable, Mapping

from msgspec import UNSET

from hoga.brokers.kis.account_calls import AccountCalls
from hoga.brokers.kis.blocks import Average, Block, Rows, Text, Whole
from hoga.brokers.kis.codes import (
    FOREIGN_ACCOUNT,
    LEDGER_LAST,
    NOT_PENSION,
    PENSION_PRODUCT,
    PENSION_PRODUCTS,
    SIDES,
    Action,
)
from hoga.brokers.kis.envelope import (
    Declined,
    Reply,
    Request,
    block_reply,
    message_reply,
    needed,
    padded,
    parse_day,
    take_page,
)
from hoga.brokers.kis.holdings import asked_buying_power
from hoga.brokers.kis.login import Customer
from hoga.brokers.kis.order_list import BAD_DAY, OrderRow
from hoga.brokers.kis.pension import (
    pension_balance_reply,
    pension_deposit_reply,
    pension_orders_reply,
    pension_positions_reply,
    pension_power_reply,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import asked_account, check_account, refusal_reply
from hoga.exchange.events import Refusal
from hoga.exchange.exchange import OrderRecord
from hoga.exchange.simulation import Simulation

_ALL = {"PRCS_DVSN": "00", "AFHR_FLPR_YN": "N"}
_HELD_ONLY = {"PRCS_DVSN": "01", "AFHR_FLPR_YN": "N"}


class Right(Block):
    """A row of `output` of period-rights (기간별계좌권리현황)."""

    acno10: Text = UNSET  # 계좌번호10
    rght_type_cd: Text = UNSET  # 권리유형코드
    bass_dt: Text = UNSET  # 기준일자
    rght_cblc_type_cd: Text = UNSET  # 권리잔고유형코드
    rptt_pdno: Text = UNSET  # 대표상품번호
    pdno: Text = UNSET  # 상품번호
    prdt_type_cd: Text = UNSET  # 상품유형코드
    shtn_pdno: Text = UNSET  # 단축상품번호
    prdt_name: Text = UNSET  # 상품명
    cblc_qty: Whole = UNSET  # 잔고수량
    last_alct_qty: Whole = UNSET  # 최종배정수량
    excs_alct_qty: Whole = UNSET  # 초과배정수량
    tot_alct_qty: Whole = UNSET  # 총배정수량
    last_ftsk_qty: Text = UNSET  # 최종단수주수량
    last_alct_amt: Whole = UNSET  # 최종배정금액
    last_ftsk_chgs: Whole = UNSET  # 최종단수주대금
    rdpt_prca: Whole = UNSET  # 상환원금
    dlay_int_amt: Whole = UNSET  # 지연이자금액
    lstg_dt: Text = UNSET  # 상장일자
    sbsc_end_dt: Text = UNSET  # 청약종료일자
    cash_dfrm_dt: Text = UNSET  # 현금지급일자
    rqst_qty: Whole = UNSET  # 신청수량
    rqst_amt: Whole = UNSET  # 신청금액
    rqst_dt: Text = UNSET  # 신청일자
    rfnd_dt: Text = UNSET  # 환불일자
    rfnd_amt: Whole = UNSET  # 환불금액
    lstg_stqt: Whole = UNSET  # 상장주수
    tax_amt: Whole = UNSET  # 세금금액
    sbsc_unpr: Average = UNSET  # 청약단가


class RightsAnswer(Block):
    ctx_area_nk100: Text = UNSET
    ctx_area_fk100: Text = UNSET
    output: Rows[Right] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class PensionCalls:
    """Answers for the accounts of a simulated day, by what `accounts` knows of them."""

    def __init__(
        self,
        simulation: Simulation,
        accounts: AccountCalls,
        make_row: Callable[[OrderRecord], OrderRow],
    ) -> None:
        self._simulation = simulation
        self._accounts = accounts
        self._make_row = make_row
        self.handlers: Mapping[Call, Callable[[Request, Customer], Reply]] = {
            Call.PENSION_BALANCE: self._balance,
            Call.PENSION_POSITIONS: self._positions,
            Call.PENSION_ORDERS: self._orders,
            Call.PENSION_DEPOSIT: self._deposit,
            Call.PENSION_POWER: self._power,
            Call.RIGHTS: self._rights,
        }

    def _balance(self, request: Request, customer: Customer) -> Reply:
        number = _pension_account(request, customer)
        account, days = self._accounts.shown(number, _ALL)
        return pension_balance_reply(request, account, self._accounts.totals(number), days)

    def _positions(self, request: Request, customer: Customer) -> Reply:
        number = _pension_account(request, customer)
        hides = request.query.get("PRCS_DVSN_CD", "").strip() == "01"
        account, _ = self._accounts.shown(number, _HELD_ONLY if hides else _ALL)
        return pension_positions_reply(request, account, self._accounts.realized_today(number))

    def _orders(self, request: Request, customer: Customer) -> Reply:
        number, query = _pension_account(request, customer), request.query
        side, only = SIDES.get(query["SLL_BUY_DVSN_CD"].strip()), query["CCLD_NCCS_DVSN"].strip()
        exchange = self._simulation.exchange
        found = []
        for record in exchange.orders(number, exchange.day, exchange.day):
            row = self._make_row(record)
            report = row.report
            if (
                row.action is not Action.CANCEL
                and side in (None, report.request.side)
                and (only != "01" or report.filled_quantity)
                and (only != "02" or report.remaining_quantity)
            ):
                found.append(row)
        return pension_orders_reply(request, found[::-1])

    def _deposit(self, request: Request, customer: Customer) -> Reply:
        number = _pension_account(request, customer)
        return pension_deposit_reply(request, self._simulation.exchange.account(number))

    def _power(self, request: Request, customer: Customer) -> Reply:
        number, query = _pension_account(request, customer), asked_buying_power(request)
        exchange = self._simulation.exchange
        if not exchange.lists(query.code):
            return refusal_reply(request, Refusal.UNKNOWN_INSTRUMENT)
        price = query.price or exchange.limits(query.code).upper
        quantity = exchange.max_buy_quantity(number, query.code, price)
        return pension_power_reply(request, exchange.buying_power(number), price, quantity)

    def _rights(self, request: Request, customer: Customer) -> Reply:
        """No account here is given rights: a simulated market has no corporate actions (`docs/facts.md`)."""
        check_account(request, asked_account(request), customer.account)
        for name in ("INQR_STRT_DT", "INQR_END_DT"):
            if parse_day(needed(request.query, name)) is None:
                raise Declined(message_reply(BAD_DAY))
        nothing: list[Right] = []
        page = take_page(nothing, lambda row: str(row.bass_dt), request, 1)
        message = LEDGER_LAST
        return block_reply(
            RightsAnswer(
                ctx_area_nk100=page.nk,
                ctx_area_fk100=page.fk,
                output=list(page.rows),
                rt_cd=message.rt_cd,
                msg_cd=message.code,
                msg1=padded(message.text),
            ),
            page.tr_cont,
        )


def _pension_account(request: Request, customer: Customer) -> str:
    """The customer's retirement account. Raises `Declined` for any other."""
    number = asked_account(request)
    if number != customer.account and number[-2:] in PENSION_PRODUCTS:
        raise Declined(message_reply(FOREIGN_ACCOUNT))
    check_account(request, number, customer.account)
    if number[-2:] != PENSION_PRODUCT:
        raise Declined(message_reply(NOT_PENSION))
    return number
