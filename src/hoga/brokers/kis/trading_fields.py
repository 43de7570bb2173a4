"""Which fields the calls of the KIS face about orders and accounts must carry, and what may stand in them.

Source: KIS's documents as of 2026-08. Lengths are those that the documents give for orders. A field whose
values are listed there may be empty too, unless an order hangs on it. That KIS looks at all of them is
unverified, and so is what it says: one of its texts is about lengths, others name the field.
"""

from collections.abc import Mapping

from hoga.brokers.kis.codes import TOO_LONG
from hoga.brokers.kis.envelope import Declined, message_reply
from hoga.brokers.kis.question import invalid
from hoga.brokers.kis.services import Call

_ACCOUNT = ("CANO", "ACNT_PRDT_CD")
_PAGE = ("CTX_AREA_FK100", "CTX_AREA_NK100")
_ORDER = (*_ACCOUNT, "PDNO", "ORD_DVSN", "ORD_QTY", "ORD_UNPR")
_ORDERS = (
    *_ACCOUNT,
    "INQR_STRT_DT",
    "INQR_END_DT",
    "SLL_BUY_DVSN_CD",
    "INQR_DVSN",
    "PDNO",
    "CCLD_DVSN",
    "ORD_GNO_BRNO",
    "ODNO",
    "INQR_DVSN_3",
    "INQR_DVSN_1",
    *_PAGE,
)
_BALANCE = (
    *_ACCOUNT,
    "AFHR_FLPR_YN",
    "OFL_YN",
    "INQR_DVSN",
    "UNPR_DVSN",
    "FUND_STTL_ICLD_YN",
    "FNCG_AMT_AUTO_RDPT_YN",
    "PRCS_DVSN",
)
_POWER = (*_ACCOUNT, "PDNO", "ORD_UNPR", "ORD_DVSN", "CMA_EVLU_AMT_ICLD_YN", "OVRS_ICLD_YN")
_PERIOD = (*_ACCOUNT, "INQR_STRT_DT", "INQR_END_DT", "PDNO", "SORT_DVSN", "CBLC_DVSN", *_PAGE)
_RESERVATION = ("RSVN_ORD_SEQ", "RSVN_ORD_ORGNO", "RSVN_ORD_ORD_DT")
_RESERVED_ORDER = (
    *_ACCOUNT,
    "PDNO",
    "ORD_QTY",
    "ORD_UNPR",
    "SLL_BUY_DVSN_CD",
    "ORD_DVSN_CD",
    "ORD_OBJT_CBLC_DVSN_CD",
)

DECLARED: Mapping[Call, tuple[str, ...]] = {
    Call.BUY: _ORDER,
    Call.SELL: _ORDER,
    Call.CREDIT_BUY: (*_ORDER, "CRDT_TYPE", "LOAN_DT"),
    Call.CREDIT_SELL: (*_ORDER, "CRDT_TYPE", "LOAN_DT"),
    Call.REVISE: (
        *_ACCOUNT,
        "KRX_FWDG_ORD_ORGNO",
        "ORGN_ODNO",
        "ORD_DVSN",
        "RVSE_CNCL_DVSN_CD",
        "ORD_QTY",
        "ORD_UNPR",
        "QTY_ALL_ORD_YN",
    ),
    Call.BALANCE: (*_BALANCE, *_PAGE),
    Call.BUYING_POWER: _POWER,
    Call.CREDIT_POWER: (*_POWER, "CRDT_TYPE"),
    Call.MARGIN: (*_ACCOUNT, "CMA_EVLU_AMT_ICLD_YN", "WCRC_FRCR_DVSN_CD", "FWEX_CTRT_FRCR_DVSN_CD"),
    Call.ORDERS: _ORDERS,
    Call.OLD_ORDERS: _ORDERS,
    Call.SELLABLE: (*_ACCOUNT, "PDNO"),
    Call.REVISABLE: (*_ACCOUNT, "INQR_DVSN_1", "INQR_DVSN_2", *_PAGE),
    Call.ASSETS: (*_ACCOUNT, "INQR_DVSN_1", "BSPR_BF_DT_APLY_YN"),
    Call.REALIZED: (*_BALANCE, "COST_ICLD_YN", *_PAGE),
    Call.DAY_PROFITS: (*_PERIOD, "INQR_DVSN"),
    Call.TRADE_PROFITS: _PERIOD,
    Call.RIGHTS: (
        "INQR_DVSN",
        *_ACCOUNT,
        "INQR_STRT_DT",
        "INQR_END_DT",
        "CUST_RNCNO25",
        "HMID",
        "RGHT_TYPE_CD",
        "PDNO",
        "PRDT_TYPE_CD",
        "CTX_AREA_NK100",
        "CTX_AREA_FK100",
    ),
    Call.PENSION_BALANCE: (*_ACCOUNT, "ACCA_DVSN_CD", "INQR_DVSN", *_PAGE),
    Call.PENSION_POSITIONS: (*_ACCOUNT, "USER_DVSN_CD", *_PAGE),
    Call.PENSION_ORDERS: (
        *_ACCOUNT,
        "USER_DVSN_CD",
        "SLL_BUY_DVSN_CD",
        "CCLD_NCCS_DVSN",
        "INQR_DVSN_3",
        *_PAGE,
    ),
    Call.PENSION_DEPOSIT: (*_ACCOUNT, "ACCA_DVSN_CD"),
    Call.PENSION_POWER: (*_ACCOUNT, "PDNO", "ACCA_DVSN_CD", "CMA_EVLU_AMT_ICLD_YN", "ORD_UNPR", "ORD_DVSN"),
    Call.RESERVE: _RESERVED_ORDER,
    Call.RESERVE_CANCEL: (*_ACCOUNT, *_RESERVATION),
    Call.RESERVE_REPLACE: (*_RESERVED_ORDER, *_RESERVATION),
    Call.RESERVED: (
        "RSVN_ORD_ORD_DT",
        "RSVN_ORD_END_DT",
        "RSVN_ORD_SEQ",
        "TMNL_MDIA_KIND_CD",
        *_ACCOUNT,
        "PRCS_DVSN_CD",
        "CNCL_YN",
        "PDNO",
        "SLL_BUY_DVSN_CD",
        "CTX_AREA_FK200",
        "CTX_AREA_NK200",
    ),
}
"""The fields that a request must carry, be they empty; KIS names the first that is missing."""

_LENGTHS = {
    "CANO": 8,
    "ACNT_PRDT_CD": 2,
    "PDNO": 12,
    "SLL_TYPE": 2,
    "ORD_DVSN": 2,
    "ORD_QTY": 10,
    "ORD_UNPR": 19,
    "CNDT_PRIC": 19,
    "EXCG_ID_DVSN_CD": 3,
    "ORGN_ODNO": 10,
}
"""How many characters a field may have, blanks around it not counted."""
_ORDERING = frozenset(
    {Call.BUY, Call.SELL, Call.CREDIT_BUY, Call.CREDIT_SELL, Call.REVISE, Call.RESERVE, Call.RESERVE_REPLACE}
)

_YES_NO = frozenset({"Y", "N"})
_SIDES = frozenset({"00", "01", "02"})
_BALANCE_VALUES = {
    "AFHR_FLPR_YN": frozenset({"N", "Y", "X"}),
    "INQR_DVSN": frozenset({"00", "01", "02"}),
    "UNPR_DVSN": frozenset({"01"}),
    "FUND_STTL_ICLD_YN": _YES_NO,
    "FNCG_AMT_AUTO_RDPT_YN": _YES_NO,
    "PRCS_DVSN": frozenset({"00", "01"}),
    "COST_ICLD_YN": _YES_NO,
}
_INCLUDED = _YES_NO | {"0", "1"}
"""Whether something counts, too. Clients of 2023 (mojito) send 1; that KIS takes it is unverified."""
_POWER_VALUES = {"CMA_EVLU_AMT_ICLD_YN": _INCLUDED, "OVRS_ICLD_YN": _INCLUDED}
_ORDERS_VALUES = {
    "SLL_BUY_DVSN_CD": _SIDES,
    "CCLD_DVSN": frozenset({"00", "01", "02"}),
    "INQR_DVSN": frozenset({"00", "01"}),
    "INQR_DVSN_1": frozenset({"1", "2"}),
    "INQR_DVSN_3": frozenset({"00", "01", "02", "03", "04", "05", "06", "07"}),
    "EXCG_ID_DVSN_CD": frozenset({"KRX", "NXT", "SOR", "ALL"}),
}
_PERIOD_VALUES = {"SORT_DVSN": frozenset({"00", "01", "02"}), "CBLC_DVSN": frozenset({"00"})}

_VALUES: Mapping[Call, Mapping[str, frozenset[str]]] = {
    Call.REVISE: {"QTY_ALL_ORD_YN": _YES_NO},
    Call.BALANCE: _BALANCE_VALUES,
    Call.REALIZED: _BALANCE_VALUES,
    Call.BUYING_POWER: _POWER_VALUES,
    Call.CREDIT_POWER: _POWER_VALUES,
    Call.MARGIN: {
        "CMA_EVLU_AMT_ICLD_YN": _YES_NO,
        "WCRC_FRCR_DVSN_CD": frozenset({"01", "02"}),
        "FWEX_CTRT_FRCR_DVSN_CD": frozenset({"01", "02"}),
    },
    Call.ORDERS: _ORDERS_VALUES,
    Call.OLD_ORDERS: _ORDERS_VALUES,
    Call.REVISABLE: {"INQR_DVSN_1": frozenset({"0", "1"}), "INQR_DVSN_2": frozenset({"0", "1", "2"})},
    Call.DAY_PROFITS: _PERIOD_VALUES | {"INQR_DVSN": frozenset({"00"})},
    Call.TRADE_PROFITS: _PERIOD_VALUES,
    Call.PENSION_ORDERS: {"SLL_BUY_DVSN_CD": _SIDES, "CCLD_NCCS_DVSN": frozenset({"%%", "01", "02"})},
    Call.PENSION_POWER: {"CMA_EVLU_AMT_ICLD_YN": _YES_NO},
    Call.RESERVED: {
        "PRCS_DVSN_CD": frozenset({"0", "1", "2"}),
        "CNCL_YN": _YES_NO,
        "SLL_BUY_DVSN_CD": _SIDES,
        "TMNL_MDIA_KIND_CD": frozenset({"00"}),
    },
}
_NEVER_EMPTY = frozenset({"QTY_ALL_ORD_YN"})


def check(call: Call, fields: Mapping[str, str]) -> None:
    """Raises `Declined` for a field that is too long or has a value that there is not."""
    if call in _ORDERING:
        for name, length in _LENGTHS.items():
            if len(fields.get(name, "").strip()) > length:
                raise Declined(message_reply(TOO_LONG))
    for name, values in _VALUES.get(call, {}).items():
        value = fields.get(name, "").strip().upper()
        if value not in values and (value or name in _NEVER_EMPTY):
            raise invalid(name)
