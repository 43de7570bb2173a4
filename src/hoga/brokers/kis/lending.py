"""What is lent, on the KIS wire: 신용 and 대차 of an issue by day, and what KIS itself lends.

Source: KIS's documents, their examples and answers of 2024 to 2026. Loans are told in tens of thousands of
won, what institutions lend one another in millions, prices beside the latter with two decimals. What has not
been settled is not told. Unverified: what 공여율 is a rate of (here what was lent anew to all that was
traded), when the lending of a day is told (here as the day's other figures), and which of an issue's margins
lets it be bought on credit (here every one but 100 %; that 신용 비율 is the margin is in an example).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import UNSET

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import Block, Percent, Rows, Text, Whole, empty
from hoga.brokers.kis.codes import LEDGER_DONE
from hoga.brokers.kis.envelope import Reply, Request, block_reply, day_text, padded
from hoga.brokers.kis.notation import change_sign, moved
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.company import Company
from hoga.domain.credit import CreditDay, Lent
from hoga.krx.settlement import settlement_day

_TEN_THOUSAND, _MILLION = 10_000, 1_000_000
_NOTHING = Lent(0, 0, 0)


class CreditIssue(Block):
    """A row of `output` of credit-by-company (당사 신용가능종목)."""

    stck_shrn_iscd: Text = UNSET  # 주식 단축 종목코드
    hts_kor_isnm: Text = UNSET  # HTS 한글 종목명
    crdt_rate: Percent = UNSET  # 신용 비율


class CreditIssuesAnswer(Block):
    output: Rows[CreditIssue] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class CreditBalance(Block):
    """A row of `output` of daily-credit-balance (신용잔고 일별추이)."""

    deal_date: Text = UNSET  # 매매 일자
    stck_prpr: Whole = UNSET  # 주식 현재가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Whole = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    stlm_date: Text = UNSET  # 결제 일자
    whol_loan_new_stcn: Whole = UNSET  # 전체 융자 신규 주수
    whol_loan_rdmp_stcn: Whole = UNSET  # 전체 융자 상환 주수
    whol_loan_rmnd_stcn: Whole = UNSET  # 전체 융자 잔고 주수
    whol_loan_new_amt: Whole = UNSET  # 전체 융자 신규 금액
    whol_loan_rdmp_amt: Whole = UNSET  # 전체 융자 상환 금액
    whol_loan_rmnd_amt: Whole = UNSET  # 전체 융자 잔고 금액
    whol_loan_rmnd_rate: Percent = UNSET  # 전체 융자 잔고 비율
    whol_loan_gvrt: Percent = UNSET  # 전체 융자 공여율
    whol_stln_new_stcn: Whole = UNSET  # 전체 대주 신규 주수
    whol_stln_rdmp_stcn: Whole = UNSET  # 전체 대주 상환 주수
    whol_stln_rmnd_stcn: Whole = UNSET  # 전체 대주 잔고 주수
    whol_stln_new_amt: Whole = UNSET  # 전체 대주 신규 금액
    whol_stln_rdmp_amt: Whole = UNSET  # 전체 대주 상환 금액
    whol_stln_rmnd_amt: Whole = UNSET  # 전체 대주 잔고 금액
    whol_stln_rmnd_rate: Percent = UNSET  # 전체 대주 잔고 비율
    whol_stln_gvrt: Percent = UNSET  # 전체 대주 공여율
    stck_oprc: Whole = UNSET  # 주식 시가
    stck_hgpr: Whole = UNSET  # 주식 최고가
    stck_lwpr: Whole = UNSET  # 주식 최저가


class CreditBalancesAnswer(Block):
    output: Rows[CreditBalance] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class LendingDay(Block):
    """A row of `output1` of daily-loan-trans (일별 대차거래추이). KIS's example has it in `output2`."""

    bsop_date: Text = UNSET  # 일자
    stck_prpr: Percent = UNSET  # 주식 종가
    prdy_vrss_sign: Whole = UNSET  # 전일 대비 부호
    prdy_vrss: Percent = UNSET  # 전일 대비
    prdy_ctrt: Percent = UNSET  # 전일 대비율
    acml_vol: Whole = UNSET  # 누적 거래량
    new_stcn: Whole = UNSET  # 당일 증가 주수 (체결)
    rdmp_stcn: Whole = UNSET  # 당일 감소 주수 (상환)
    prdy_rmnd_vrss: Whole = UNSET  # 대차거래 증감
    rmnd_stcn: Whole = UNSET  # 당일 잔고 주수
    rmnd_amt: Whole = UNSET  # 당일 잔고 금액


class LendingDaysAnswer(Block):
    output1: Rows[LendingDay] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Lendable(Block):
    """A row of `output1` of lendable-by-company (당사 대주가능 종목)."""

    pdno: Text = UNSET  # 상품번호
    prdt_name: Text = UNSET  # 상품명
    papr: Whole = UNSET  # 액면가
    bfdy_clpr: Whole = UNSET  # 전일종가
    sbst_prvs: Whole = UNSET  # 대용가
    tr_stop_dvsn_name: Text = UNSET  # 거래정지구분명
    psbl_yn_name: Text = UNSET  # 가능여부명
    lmt_qty1: Whole = UNSET  # 한도수량1
    use_qty1: Whole = UNSET  # 사용수량1
    trad_psbl_qty2: Whole = UNSET  # 매매가능수량2
    rght_type_cd: Text = UNSET  # 권리유형코드
    bass_dt: Text = UNSET  # 기준일자
    psbl_yn: Text = UNSET  # 가능여부


class LendableTotals(Block):
    """`output2` of lendable-by-company."""

    tot_stup_lmt_qty: Whole = UNSET  # 총설정한도수량
    brch_lmt_qty: Whole = UNSET  # 지점한도수량
    rqst_psbl_qty: Whole = UNSET  # 신청가능수량


class LendablesAnswer(Block):
    ctx_area_fk200: Text = UNSET
    ctx_area_nk100: Text = UNSET
    output1: Rows[Lendable] = UNSET
    output2: Rows[LendableTotals] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


@dataclass(frozen=True, slots=True)
class LevelDay:
    """A close with the one before and the volume, of an issue or an index; what is lent is worth `value`."""

    day: date
    close: Decimal
    before: Decimal | None
    volume: int
    lent: Lent
    value: int


def credit_rate(company: Company | None) -> Decimal | None:
    """신용 비율 of an issue as a fraction, None when it cannot be bought on credit."""
    if company is None or company.margin_rate is None or company.margin_rate >= 1:
        return None
    return company.margin_rate


def credit_fields(company: Company) -> dict[str, str]:
    """Whether an issue can be bought on credit, as prices have it."""
    rate = credit_rate(company)
    return {} if rate is None else {"crdt_able_yn": "Y", "crdt_rate": f"{100 * rate:.2f}"}


def credit_issues_reply(issues: Iterable[Listed], *, by_name: bool) -> Reply:
    """당사 신용가능종목, by code or by name."""

    def place(listed: Listed) -> tuple[str, str]:
        return listed.quote.name if by_name else "", listed.quote.code

    output = [
        empty(
            CreditIssue,
            stck_shrn_iscd=listed.quote.code,
            hts_kor_isnm=listed.quote.name,
            crdt_rate=f"{100 * (credit_rate(listed.background.company) or 0):.2f}",
        )
        for listed in sorted(issues, key=place)
    ]
    return done_reply(CreditIssuesAnswer, output=output)


def credit_balances_reply(
    days: Sequence[tuple[Bar, CreditDay]], before: Bar | None, shares: int, most: int
) -> Reply:
    """신용잔고 일별추이 of days, oldest first; the newest `most` are told."""
    output = []
    last = before
    for bar, credit in days:
        output.append(
            empty(
                CreditBalance,
                deal_date=day_text(credit.day),
                stck_prpr=str(bar.close),
                acml_vol=str(bar.volume),
                stlm_date=day_text(settlement_day(credit.day)),
                stck_oprc=str(bar.open),
                stck_hgpr=str(bar.high),
                stck_lwpr=str(bar.low),
                **moved(bar, last),
                **_loan_fields("loan", credit.loan, credit.loan_price, shares, bar.volume),
                **_loan_fields("stln", credit.stock_loan, credit.stock_loan_price, shares, bar.volume),
            )
        )
        last = bar
    return done_reply(CreditBalancesAnswer, output=output[: -most - 1 : -1])


def _loan_fields(name: str, loan: Lent | None, price: int | None, shares: int, volume: int) -> dict[str, str]:
    if loan is None:
        return {}
    fields = {f"whol_{name}_rmnd_stcn": str(loan.left)}
    fields[f"whol_{name}_rmnd_rate"] = ratio_text(100 * loan.left, shares, 2)
    for part, quantity in (("new", loan.new), ("rdmp", loan.repaid), ("rmnd", loan.left)):
        if quantity is None:
            continue
        fields[f"whol_{name}_{part}_stcn"] = str(quantity)
        if price is not None:
            fields[f"whol_{name}_{part}_amt"] = str(quantity * price // _TEN_THOUSAND)
    if loan.new is not None:
        fields[f"whol_{name}_gvrt"] = ratio_text(100 * loan.new, volume, 2)
    return fields


def lending_days_reply(days: Sequence[LevelDay], most: int) -> Reply:
    """일별 대차거래추이 of days, oldest first; the newest `most` are told."""
    output = []
    for each in days[: -most - 1 : -1]:
        fields = {}
        if each.before:
            change = each.close - each.before
            fields = {
                "prdy_vrss_sign": change_sign(int(100 * change)),
                "prdy_vrss": f"{change:.2f}",
                "prdy_ctrt": f"{100 * change / each.before:.2f}",
            }
        new, repaid = each.lent.new or 0, each.lent.repaid or 0
        output.append(
            empty(
                LendingDay,
                bsop_date=day_text(each.day),
                stck_prpr=f"{each.close:.2f}",
                acml_vol=str(each.volume),
                new_stcn=str(new),
                rdmp_stcn=str(repaid),
                prdy_rmnd_vrss=str(new - repaid),
                rmnd_stcn=str(each.lent.left),
                rmnd_amt=str(each.value // _MILLION),
                **fields,
            )
        )
    return done_reply(LendingDaysAnswer, output1=output)


def added(first: Lent | None, second: Lent | None) -> Lent:
    """What two issues are lent together."""
    one, other = first or _NOTHING, second or _NOTHING
    return Lent(
        one.left + other.left, (one.new or 0) + (other.new or 0), (one.repaid or 0) + (other.repaid or 0)
    )


def lendables_reply(request: Request, lent: Sequence[tuple[Listed, CreditDay]]) -> Reply:
    """당사 대주가능 종목: what KIS may lend its customers of each issue and how much of it is lent."""
    output1, limits, used = [], 0, 0
    for listed, credit in lent:
        limit, taken = credit.lending_limit or 0, credit.lending_used or 0
        limits, used = limits + limit, used + taken
        company = listed.background.company
        output1.append(
            empty(
                Lendable,
                pdno=listed.quote.code,
                prdt_name=listed.quote.name,
                papr=str((company and company.face_value) or 0),
                bfdy_clpr=str(listed.quote.base_price),
                tr_stop_dvsn_name="거래정지" if listed.quote.is_halted else "정상",
                psbl_yn_name="가능",
                lmt_qty1=str(limit),
                use_qty1=str(taken),
                trad_psbl_qty2=str(limit - taken),
                psbl_yn="Y",
            )
        )
    message = LEDGER_DONE[request.environment]
    return block_reply(
        LendablesAnswer(
            ctx_area_fk200=" " * 200,
            ctx_area_nk100=" " * 100,
            output1=output1,
            output2=empty(
                LendableTotals,
                tot_stup_lmt_qty=str(limits),
                brch_lmt_qty=str(limits),
                rqst_psbl_qty=str(limits - used),
            ),
            rt_cd=message.rt_cd,
            msg_cd=message.code,
            msg1=padded(message.text),
        )
    )
