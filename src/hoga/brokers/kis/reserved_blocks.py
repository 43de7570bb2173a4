"""The blocks of KIS's calls about reserved orders (예약주문), field by field, as `blocks` has it.

Source: KIS's documents as of 2026-08, and its own examples of answers.
"""

from msgspec import UNSET, UnsetType

from hoga.brokers.kis.blocks import Block, Field, Rows, Text, Whole, text


class ReserveReceipt(Block, rename="upper"):
    """`output` of order-resv."""

    rsvn_ord_seq: Text = UNSET  # 예약주문 순번


class ReserveAnswer(Block):
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
    output: Rows[ReserveReceipt] = UNSET


class RevisionReceipt(Block, rename="upper"):
    """`output` of order-resv-rvsecncl."""

    nrml_prcs_yn: Text = UNSET  # 정상처리여부


class RevisionAnswer(Block):
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET
    output: Rows[RevisionReceipt] = UNSET


class ReservedRow(Block):
    """A row of `output` of order-resv-ccnl."""

    rsvn_ord_seq: Text = UNSET  # 예약주문 순번
    rsvn_ord_ord_dt: Text = UNSET  # 예약주문주문일자
    rsvn_ord_rcit_dt: Text = UNSET  # 예약주문접수일자
    pdno: Text = UNSET  # 상품번호
    ord_dvsn_cd: Text = UNSET  # 주문구분코드
    ord_rsvn_qty: Whole = UNSET  # 주문예약수량
    tot_ccld_qty: Whole = UNSET  # 총체결수량
    cncl_ord_dt: Text = UNSET  # 취소주문일자
    ord_tmd: Text = UNSET  # 주문시각
    ctac_tlno: Text = UNSET  # 연락전화번호
    rjct_rson2: Text = UNSET  # 거부사유2
    odno: Text = UNSET  # 주문번호
    rsvn_ord_rcit_tmd: Text = UNSET  # 예약주문접수시각
    kor_item_shtn_name: Text = UNSET  # 한글종목단축명
    sll_buy_dvsn_cd: Text = UNSET  # 매도매수구분코드
    ord_rsvn_unpr: Whole = UNSET  # 주문예약단가
    tot_ccld_amt: Whole = UNSET  # 총체결금액
    loan_dt: Text = UNSET  # 대출일자
    cncl_rcit_tmd: Text = UNSET  # 취소접수시각
    prcs_rslt: Text = UNSET  # 처리결과
    ord_dvsn_name: Text = UNSET  # 주문구분명
    tmnl_mdia_kind_cd: Text = UNSET  # 단말매체종류코드
    rsvn_end_dt: Text = UNSET  # 예약종료일자


class ReservedAnswer(Block):
    ctx_area_fk200: Text = UNSET
    ctx_area_nk200: Text = UNSET
    output: Rows[ReservedRow] = UNSET
    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class AnyReceipt(Block):
    """`output` of the two that reserve and change: KIS's tables write its keys small, its examples large."""

    output: list[dict[str, Field]] | dict[str, Field] | UnsetType | None = UNSET

    def values(self, name: str) -> list[str]:
        """What stands under that name, however it is written."""
        found = self.output if isinstance(self.output, list) else [self.output or {}]
        return [text(value) for row in found for key, value in row.items() if key.lower() == name]
