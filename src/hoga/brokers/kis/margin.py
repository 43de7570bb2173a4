"""How much an account may order with, on the KIS wire: 통합증거금 and 신용매수가능.

Source: KIS's documents as of 2026-08; neither exists on paper. The accounts here are for cash: orders are
covered in full whatever an issue's margin, so that all margin rates come to the same amount, nothing is lent,
and no foreign currency is held or quoted. That KIS answers the question about credit for such an account with
nothing, and not with a refusal, is unverified; so is what 재사용불가 takes off: here what today's sales
brought.
"""

from msgspec import UNSET

from hoga.brokers.kis.blocks import Average, Block, Rows, Text, empty
from hoga.brokers.kis.codes import LEDGER_DONE
from hoga.brokers.kis.envelope import Reply, Request, block_reply, padded
from hoga.brokers.kis.trading_blocks import BuyingPower, BuyingPowerAnswer
from hoga.brokers.kis.wire import ratio_text

_MARGIN_RATES = (20, 30, 40, 50, 60, 100)


class Margin(Block):
    """`output` of intgr-margin (주식통합증거금 현황). One name has a slip of KIS's own (`_atm`)."""

    acmga_rt: Average = UNSET  # 계좌증거금율
    acmga_pct100_aptm_rson: Text = UNSET  # 계좌증거금100퍼센트지정사유
    stck_cash_objt_amt: Average = UNSET  # 주식현금대상금액
    stck_sbst_objt_amt: Average = UNSET  # 주식대용대상금액
    stck_evlu_objt_amt: Average = UNSET  # 주식평가대상금액
    stck_ruse_psbl_objt_amt: Average = UNSET  # 주식재사용가능대상금액
    stck_fund_rpch_chgs_objt_amt: Average = UNSET  # 주식펀드환매대금대상금액
    stck_fncg_rdpt_objt_atm: Average = UNSET  # 주식융자상환금대상금액
    bond_ruse_psbl_objt_amt: Average = UNSET  # 채권재사용가능대상금액
    stck_cash_use_amt: Average = UNSET  # 주식현금사용금액
    stck_sbst_use_amt: Average = UNSET  # 주식대용사용금액
    stck_evlu_use_amt: Average = UNSET  # 주식평가사용금액
    stck_ruse_psbl_amt_use_amt: Average = UNSET  # 주식재사용가능금사용금액
    stck_fund_rpch_chgs_use_amt: Average = UNSET  # 주식펀드환매대금사용금액
    stck_fncg_rdpt_amt_use_amt: Average = UNSET  # 주식융자상환금사용금액
    bond_ruse_psbl_amt_use_amt: Average = UNSET  # 채권재사용가능금사용금액
    stck_cash_ord_psbl_amt: Average = UNSET  # 주식현금주문가능금액
    stck_sbst_ord_psbl_amt: Average = UNSET  # 주식대용주문가능금액
    stck_evlu_ord_psbl_amt: Average = UNSET  # 주식평가주문가능금액
    stck_ruse_psbl_ord_psbl_amt: Average = UNSET  # 주식재사용가능주문가능금액
    stck_fund_rpch_ord_psbl_amt: Average = UNSET  # 주식펀드환매주문가능금액
    bond_ruse_psbl_ord_psbl_amt: Average = UNSET  # 채권재사용가능주문가능금액
    rcvb_amt: Average = UNSET  # 미수금액
    stck_loan_grta_ruse_psbl_amt: Average = UNSET  # 주식대출보증금재사용가능금액
    stck_cash20_max_ord_psbl_amt: Average = UNSET  # 주식현금20최대주문가능금액
    stck_cash30_max_ord_psbl_amt: Average = UNSET  # 주식현금30최대주문가능금액
    stck_cash40_max_ord_psbl_amt: Average = UNSET  # 주식현금40최대주문가능금액
    stck_cash50_max_ord_psbl_amt: Average = UNSET  # 주식현금50최대주문가능금액
    stck_cash60_max_ord_psbl_amt: Average = UNSET  # 주식현금60최대주문가능금액
    stck_cash100_max_ord_psbl_amt: Average = UNSET  # 주식현금100최대주문가능금액
    stck_rsip100_max_ord_psbl_amt: Average = UNSET  # 주식재사용불가100최대주문가능
    bond_max_ord_psbl_amt: Average = UNSET  # 채권최대주문가능금액
    stck_fncg45_max_ord_psbl_amt: Average = UNSET  # 주식융자45최대주문가능금액
    stck_fncg50_max_ord_psbl_amt: Average = UNSET  # 주식융자50최대주문가능금액
    stck_fncg60_max_ord_psbl_amt: Average = UNSET  # 주식융자60최대주문가능금액
    stck_fncg70_max_ord_psbl_amt: Average = UNSET  # 주식융자70최대주문가능금액
    stck_stln_max_ord_psbl_amt: Average = UNSET  # 주식대주최대주문가능금액
    lmt_amt: Average = UNSET  # 한도금액
    ovrs_stck_itgr_mgna_dvsn_name: Text = UNSET  # 해외주식통합증거금구분명
    usd_objt_amt: Average = UNSET  # 미화대상금액
    usd_use_amt: Average = UNSET  # 미화사용금액
    usd_ord_psbl_amt: Average = UNSET  # 미화주문가능금액
    hkd_objt_amt: Average = UNSET  # 홍콩달러대상금액
    hkd_use_amt: Average = UNSET  # 홍콩달러사용금액
    hkd_ord_psbl_amt: Average = UNSET  # 홍콩달러주문가능금액
    jpy_objt_amt: Average = UNSET  # 엔화대상금액
    jpy_use_amt: Average = UNSET  # 엔화사용금액
    jpy_ord_psbl_amt: Average = UNSET  # 엔화주문가능금액
    cny_objt_amt: Average = UNSET  # 위안화대상금액
    cny_use_amt: Average = UNSET  # 위안화사용금액
    cny_ord_psbl_amt: Average = UNSET  # 위안화주문가능금액
    usd_ruse_objt_amt: Average = UNSET  # 미화재사용대상금액
    usd_ruse_amt: Average = UNSET  # 미화재사용금액
    usd_ruse_ord_psbl_amt: Average = UNSET  # 미화재사용주문가능금액
    hkd_ruse_objt_amt: Average = UNSET  # 홍콩달러재사용대상금액
    hkd_ruse_amt: Average = UNSET  # 홍콩달러재사용금액
    hkd_ruse_ord_psbl_amt: Average = UNSET  # 홍콩달러재사용주문가능금액
    jpy_ruse_objt_amt: Average = UNSET  # 엔화재사용대상금액
    jpy_ruse_amt: Average = UNSET  # 엔화재사용금액
    jpy_ruse_ord_psbl_amt: Average = UNSET  # 엔화재사용주문가능금액
    cny_ruse_objt_amt: Average = UNSET  # 위안화재사용대상금액
    cny_ruse_amt: Average = UNSET  # 위안화재사용금액
    cny_ruse_ord_psbl_amt: Average = UNSET  # 위안화재사용주문가능금액
    usd_gnrl_ord_psbl_amt: Average = UNSET  # 미화일반주문가능금액
    usd_itgr_ord_psbl_amt: Average = UNSET  # 미화통합주문가능금액
    hkd_gnrl_ord_psbl_amt: Average = UNSET  # 홍콩달러일반주문가능금액
    hkd_itgr_ord_psbl_amt: Average = UNSET  # 홍콩달러통합주문가능금액
    jpy_gnrl_ord_psbl_amt: Average = UNSET  # 엔화일반주문가능금액
    jpy_itgr_ord_psbl_amt: Average = UNSET  # 엔화통합주문가능금액
    cny_gnrl_ord_psbl_amt: Average = UNSET  # 위안화일반주문가능금액
    cny_itgr_ord_psbl_amt: Average = UNSET  # 위안화통합주문가능금액
    stck_itgr_cash20_ord_psbl_amt: Average = UNSET  # 주식통합현금20주문가능금액
    stck_itgr_cash30_ord_psbl_amt: Average = UNSET  # 주식통합현금30주문가능금액
    stck_itgr_cash40_ord_psbl_amt: Average = UNSET  # 주식통합현금40주문가능금액
    stck_itgr_cash50_ord_psbl_amt: Average = UNSET  # 주식통합현금50주문가능금액
    stck_itgr_cash60_ord_psbl_amt: Average = UNSET  # 주식통합현금60주문가능금액
    stck_itgr_cash100_ord_psbl_amt: Average = UNSET  # 주식통합현금100주문가능금액
    stck_itgr_100_ord_psbl_amt: Average = UNSET  # 주식통합100주문가능금액
    stck_itgr_fncg45_ord_psbl_amt: Average = UNSET  # 주식통합융자45주문가능금액
    stck_itgr_fncg50_ord_psbl_amt: Average = UNSET  # 주식통합융자50주문가능금액
    stck_itgr_fncg60_ord_psbl_amt: Average = UNSET  # 주식통합융자60주문가능금액
    stck_itgr_fncg70_ord_psbl_amt: Average = UNSET  # 주식통합융자70주문가능금액
    stck_itgr_stln_ord_psbl_amt: Average = UNSET  # 주식통합대주주문가능금액
    bond_itgr_ord_psbl_amt: Average = UNSET  # 채권통합주문가능금액
    stck_cash_ovrs_use_amt: Average = UNSET  # 주식현금해외사용금액
    stck_sbst_ovrs_use_amt: Average = UNSET  # 주식대용해외사용금액
    stck_evlu_ovrs_use_amt: Average = UNSET  # 주식평가해외사용금액
    stck_re_use_amt_ovrs_use_amt: Average = UNSET  # 주식재사용금액해외사용금액
    stck_fund_rpch_ovrs_use_amt: Average = UNSET  # 주식펀드환매해외사용금액
    stck_fncg_rdpt_ovrs_use_amt: Average = UNSET  # 주식융자상환해외사용금액
    bond_re_use_ovrs_use_amt: Average = UNSET  # 채권재사용해외사용금액
    usd_oth_mket_use_amt: Average = UNSET  # 미화타시장사용금액
    jpy_oth_mket_use_amt: Average = UNSET  # 엔화타시장사용금액
    cny_oth_mket_use_amt: Average = UNSET  # 위안화타시장사용금액
    hkd_oth_mket_use_amt: Average = UNSET  # 홍콩달러타시장사용금액
    usd_re_use_oth_mket_use_amt: Average = UNSET  # 미화재사용타시장사용금액
    jpy_re_use_oth_mket_use_amt: Average = UNSET  # 엔화재사용타시장사용금액
    cny_re_use_oth_mket_use_amt: Average = UNSET  # 위안화재사용타시장사용금액
    hkd_re_use_oth_mket_use_amt: Average = UNSET  # 홍콩달러재사용타시장사용금액
    hgkg_cny_re_use_amt: Average = UNSET  # 홍콩위안화재사용금액
    usd_frst_bltn_exrt: Average = UNSET  # 미국달러최초고시환율
    hkd_frst_bltn_exrt: Average = UNSET  # 홍콩달러최초고시환율
    jpy_frst_bltn_exrt: Average = UNSET  # 일본엔화최초고시환율
    cny_frst_bltn_exrt: Average = UNSET  # 중국위안화최초고시환율


class MarginAnswer(Block):
    output: Rows[Margin] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


def margin_reply(request: Request, cash: int, power: int, proceeds: int) -> Reply:
    """통합증거금: of `cash` won, `power` may be ordered with. `proceeds` are those of today's sales."""
    free = _amount(power)
    found = {
        "acmga_rt": _amount(100),
        "stck_cash_objt_amt": _amount(cash),
        "stck_cash_use_amt": _amount(cash - power),
        "stck_cash_ord_psbl_amt": free,
        "stck_rsip100_max_ord_psbl_amt": _amount(max(power - proceeds, 0)),
        "stck_itgr_100_ord_psbl_amt": free,
    }
    for rate in _MARGIN_RATES:
        found[f"stck_cash{rate}_max_ord_psbl_amt"] = free
        found[f"stck_itgr_cash{rate}_ord_psbl_amt"] = free
    message = LEDGER_DONE[request.environment]
    return block_reply(
        MarginAnswer(
            output=empty(Margin, **found),
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        )
    )


def credit_power_reply(request: Request, power: int, unit_price: int) -> Reply:
    """신용매수가능조회 of an account that is lent nothing: its cash, and no share on credit."""
    message = LEDGER_DONE[request.environment]
    output = empty(BuyingPower, ord_psbl_cash=str(power), psbl_qty_calc_unpr=str(unit_price))
    return block_reply(
        BuyingPowerAnswer(output=output, rt_cd=message.rt_cd, msg_cd=message.code, msg1=padded(message.text))
    )


def _amount(won: int) -> str:
    return ratio_text(won, 1, 4)
