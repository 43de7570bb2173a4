"""The streams of the KIS WebSocket: which there are, what each tells, and the fields of its records in order.

Source: KIS's documents and the examples in them, the columns that its official samples name, and records
that were received, as of 2026-09. KRX and NXT (넥스트레이드) have streams of their own, and there are streams
of both together (통합). Where those sources disagree the columns of the samples are sent, and what else has
been seen is read too; the place says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hoga.brokers.kis.codes import BOOKS_STREAM, NOTICE_STREAMS, TRADES_STREAM
from hoga.domain.request import Venue
from hoga.krx.sessions import Phase


class Subject(StrEnum):
    """What a stream tells."""

    TRADES = "trades"
    """실시간체결가."""
    BOOK = "book"
    """실시간호가."""
    EXPECTED = "expected"
    """실시간예상체결."""
    MEMBERS = "members"
    """실시간회원사."""
    PROGRAM = "program"
    """실시간프로그램매매."""
    STATUS = "status"
    """장운영정보."""
    EVENING_TRADES = "evening_trades"
    """시간외 체결."""
    EVENING_EXPECTED = "evening_expected"
    """시간외 예상체결."""
    EVENING_BOOK = "evening_book"
    """시간외 호가."""
    NAV = "nav"
    """ETF NAV추이."""
    INDEX = "index"
    """지수 체결."""
    EXPECTED_INDEX = "expected_index"
    """지수 예상체결."""
    INDEX_PROGRAM = "index_program"
    """지수 프로그램매매."""
    NOTICES = "notices"
    """체결통보."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream: its id, what it tells, and the fields of a record in their order.

    `venues` are those that are told of, two of them together. `more` are greater lengths in which records
    have been seen; what stands behind the named fields is not read. `others` are other layouts that have
    been seen. The key of a registration is a code, that of an index for the streams of indices, and the HTS
    id for notices.
    """

    tr_id: str
    subject: Subject
    fields: tuple[str, ...]
    venues: tuple[Venue, ...] = (Venue.KRX,)
    more: frozenset[int] = frozenset()
    others: tuple[tuple[str, ...], ...] = ()
    widths: frozenset[int] = field(init=False, repr=False, compare=False)
    """Every length of a record that is known. It is looked at with every frame, so it is kept."""
    least: int = field(init=False, repr=False, compare=False)
    """The shortest of them."""

    def __post_init__(self) -> None:
        widths = self.more | {len(layout) for layout in (self.fields, *self.others)}
        object.__setattr__(self, "widths", widths)
        object.__setattr__(self, "least", min(widths))

    def layout(self, width: int) -> tuple[str, ...]:
        """The names of the fields of a record of this length: as many as are known.

        Raises `ValueError` when it is too short.
        """
        known = [names for names in (self.fields, *self.others) if len(names) <= width]
        if not known:
            raise ValueError(f"{width} fields are no record of {self.tr_id}")
        return max(known, key=len)

    @property
    def is_of_index(self) -> bool:
        """Whether its keys are indices."""
        return self.subject in (Subject.INDEX, Subject.EXPECTED_INDEX, Subject.INDEX_PROGRAM)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _numbered(name: str, last: int, between: str = "") -> tuple[str, ...]:
    return tuple(f"{name}{between}{number}" for number in range(1, last + 1))


def _levels(depth: int) -> tuple[str, ...]:
    names = ("askp", "bidp", "askp_rsqn", "bidp_rsqn")
    return tuple(level for name in names for level in _numbered(name, depth))


TRADE = _names(
    """
    mksc_shrn_iscd stck_cntg_hour stck_prpr prdy_vrss_sign prdy_vrss prdy_ctrt wghn_avrg_stck_prc stck_oprc
    stck_hgpr stck_lwpr askp1 bidp1 cntg_vol acml_vol acml_tr_pbmn seln_cntg_csnu shnu_cntg_csnu
    ntby_cntg_csnu cttr seln_cntg_smtn shnu_cntg_smtn ccld_dvsn shnu_rate prdy_vol_vrss_acml_vol_rate
    oprc_hour oprc_vrss_prpr_sign oprc_vrss_prpr hgpr_hour hgpr_vrss_prpr_sign hgpr_vrss_prpr lwpr_hour
    lwpr_vrss_prpr_sign lwpr_vrss_prpr bsop_date new_mkop_cls_code trht_yn askp_rsqn1 bidp_rsqn1
    total_askp_rsqn total_bidp_rsqn vol_tnrt prdy_smns_hour_acml_vol prdy_smns_hour_acml_vol_rate
    hour_cls_code mrkt_trtm_cls_code vi_stnd_prc
    """
)
_EXPECTED = TRADE[:-1]
"""KRX's expected prices have no 정적VI발동기준가."""
_EVENING = TRADE[:-3]
_TOTALS = _names(
    """
    total_askp_rsqn total_bidp_rsqn ovtm_total_askp_rsqn ovtm_total_bidp_rsqn antc_cnpr antc_cnqn antc_vol
    antc_cntg_vrss antc_cntg_vrss_sign antc_cntg_prdy_ctrt acml_vol total_askp_rsqn_icdc total_bidp_rsqn_icdc
    ovtm_total_askp_icdc ovtm_total_bidp_icdc
    """
)
BOOK_DEPTH, EVENING_DEPTH = 10, 9
BOOK = ("mksc_shrn_iscd", "bsop_hour", "hour_cls_code", *_levels(BOOK_DEPTH), *_TOTALS, "stck_deal_cls_code")
_MIDPOINTS = ("kmid_prc", "kmid_total_rsqn", "kmid_cls_code", "nmid_prc", "nmid_total_rsqn", "nmid_cls_code")
EVENING_BOOK = ("mksc_shrn_iscd", "bsop_hour", "hour_cls_code", *_levels(EVENING_DEPTH), *_TOTALS)
_DEEP_EVENING_BOOK = ("mksc_shrn_iscd", "bsop_hour", "hour_cls_code", *_levels(BOOK_DEPTH), *_TOTALS)
MEMBERS = (
    "mksc_shrn_iscd",
    *_numbered("seln2_mbcr_name", 5),
    *_numbered("byov_mbcr_name", 5),
    *_numbered("total_seln_qty", 5),
    *_numbered("total_shnu_qty", 5),
    *_numbered("seln_mbcr_glob_yn", 5, "_"),
    *_numbered("shnu_mbcr_glob_yn", 5, "_"),
    *_numbered("seln_mbcr_no", 5),
    *_numbered("shnu_mbcr_no", 5),
    *_numbered("seln_mbcr_rlim", 5),
    *_numbered("shnu_mbcr_rlim", 5),
    *_numbered("seln_qty_icdc", 5),
    *_numbered("shnu_qty_icdc", 5),
    "glob_total_seln_qty",
    "glob_total_shnu_qty",
    "glob_total_seln_qty_icdc",
    "glob_total_shnu_qty_icdc",
    "glob_ntby_qty",
    "glob_seln_rlim",
    "glob_shnu_rlim",
    *_numbered("seln2_mbcr_eng_name", 5),
    *_numbered("byov_mbcr_eng_name", 5),
)
_PROGRAM = _names(
    """
    mksc_shrn_iscd stck_cntg_hour seln_cnqn seln_tr_pbmn shnu_cnqn shnu_tr_pbmn ntby_cnqn ntby_tr_pbmn
    seln_rsqn shnu_rsqn whol_ntby_qty
    """
)
_STATUS = _names(
    """
    mksc_shrn_iscd trht_yn tr_susp_reas_cntt mkop_cls_code antc_mkop_cls_code mrkt_trtm_cls_code
    divi_app_cls_code iscd_stat_cls_code vi_cls_code ovtm_vi_cls_code
    """
)
_INDEX = _names(
    """
    bstp_cls_code bsop_hour prpr_nmix prdy_vrss_sign bstp_nmix_prdy_vrss acml_vol acml_tr_pbmn pcas_vol
    pcas_tr_pbmn prdy_ctrt oprc_nmix nmix_hgpr nmix_lwpr oprc_vrss_nmix_prpr oprc_vrss_nmix_sign
    hgpr_vrss_nmix_prpr hgpr_vrss_nmix_sign lwpr_vrss_nmix_prpr lwpr_vrss_nmix_sign prdy_clpr_vrss_oprc_rate
    prdy_clpr_vrss_hgpr_rate prdy_clpr_vrss_lwpr_rate uplm_issu_cnt ascn_issu_cnt stnr_issu_cnt down_issu_cnt
    lslm_issu_cnt qtqt_ascn_issu_cnt qtqt_down_issu_cnt tick_vrss
    """
)
_SHORT_INDEX = (*_INDEX[:10], *_INDEX[22:27])
"""An expected index as the documents' example has it: fifteen fields, although thirty are named."""
_INDEX_PROGRAM = _names(
    """
    bstp_cls_code bsop_hour
    arbt_seln_entm_cnqn arbt_seln_onsl_cnqn arbt_shnu_entm_cnqn arbt_shnu_onsl_cnqn
    nabt_seln_entm_cnqn nabt_seln_onsl_cnqn nabt_shnu_entm_cnqn nabt_shnu_onsl_cnqn
    arbt_seln_entm_cntg_amt arbt_seln_onsl_cntg_amt arbt_shnu_entm_cntg_amt arbt_shnu_onsl_cntg_amt
    nabt_seln_entm_cntg_amt nabt_seln_onsl_cntg_amt nabt_shnu_entm_cntg_amt nabt_shnu_onsl_cntg_amt
    arbt_smtn_seln_vol arbt_smtm_seln_vol_rate arbt_smtn_seln_tr_pbmn arbt_smtm_seln_tr_pbmn_rate
    arbt_smtn_shnu_vol arbt_smtm_shnu_vol_rate arbt_smtn_shnu_tr_pbmn arbt_smtm_shnu_tr_pbmn_rate
    arbt_smtn_ntby_qty arbt_smtm_ntby_qty_rate arbt_smtn_ntby_tr_pbmn arbt_smtm_ntby_tr_pbmn_rate
    nabt_smtn_seln_vol nabt_smtm_seln_vol_rate nabt_smtn_seln_tr_pbmn nabt_smtm_seln_tr_pbmn_rate
    nabt_smtn_shnu_vol nabt_smtm_shnu_vol_rate nabt_smtn_shnu_tr_pbmn nabt_smtm_shnu_tr_pbmn_rate
    nabt_smtn_ntby_qty nabt_smtm_ntby_qty_rate nabt_smtn_ntby_tr_pbmn nabt_smtm_ntby_tr_pbmn_rate
    whol_entm_seln_vol entm_seln_vol_rate whol_entm_seln_tr_pbmn entm_seln_tr_pbmn_rate
    whol_entm_shnu_vol entm_shnu_vol_rate whol_entm_shnu_tr_pbmn entm_shnu_tr_pbmn_rate
    whol_entm_ntby_qt entm_ntby_qty_rat whol_entm_ntby_tr_pbmn entm_ntby_tr_pbmn_rate
    whol_onsl_seln_vol onsl_seln_vol_rate whol_onsl_seln_tr_pbmn onsl_seln_tr_pbmn_rate
    whol_onsl_shnu_vol onsl_shnu_vol_rate whol_onsl_shnu_tr_pbmn onsl_shnu_tr_pbmn_rate
    whol_onsl_ntby_qty onsl_ntby_qty_rate whol_onsl_ntby_tr_pbmn onsl_ntby_tr_pbmn_rate
    total_seln_qty whol_seln_vol_rate total_seln_tr_pbmn whol_seln_tr_pbmn_rate
    shnu_cntg_smtn whol_shun_vol_rate total_shnu_tr_pbmn whol_shun_tr_pbmn_rate
    whol_ntby_qty whol_smtm_ntby_qty_rate whol_ntby_tr_pbmn whol_ntby_tr_pbmn_rate
    arbt_entm_ntby_qty arbt_entm_ntby_tr_pbmn arbt_onsl_ntby_qty arbt_onsl_ntby_tr_pbmn
    nabt_entm_ntby_qty nabt_entm_ntby_tr_pbmn nabt_onsl_ntby_qty nabt_onsl_ntby_tr_pbmn
    acml_vol acml_tr_pbmn
    """
)
"""KIS spells it so: `whol_entm_ntby_qt`, `entm_ntby_qty_rat`, `whol_shun_vol_rate`, `smtm` beside `smtn`."""
_NAV = _names(
    """
    mksc_shrn_iscd nav nav_prdy_vrss_sign nav_prdy_vrss nav_prdy_ctrt oprc_nav hprc_nav lprc_nav
    """
)
_NOTICE = _names(
    """
    cust_id acnt_no oder_no ooder_no seln_byov_cls rctf_cls oder_kind oder_cond stck_shrn_iscd cntg_qty
    cntg_unpr stck_cntg_hour rfus_yn cntg_yn acpt_yn brnc_no oder_qty acnt_name ord_cond_prc ord_exg_gb
    popup_yn filler crdt_cls crdt_loan_date cntg_isnm40 oder_prc
    """
)

_KRX, _NXT, _BOTH = (Venue.KRX,), (Venue.NXT,), (Venue.KRX, Venue.NXT)
_EXCHANGE = "exch_cls_code"
RECORDS_GREW = date(2026, 9, 14)
"""On the day of KRX's after-market prints got 장 구분 behind their fields, KRX's books a midpoint and
장 구분, and those of both venues the exchange of the expected price (KIS's notice of 2026-09-09; a print that
was received on 2026-09-22)."""
_LONG_TRADE = frozenset({len(TRADE) + 1})
_LONG_BOOKS = frozenset({len(BOOK) + 3, len(BOOK) + 4})
NXT_BOOK = BOOK + _MIDPOINTS[3:]
"""Seen by others instead of the documented fields: NXT's midpoint without KRX's (unverified)."""


class Records(StrEnum):
    """Which fields the records of the exchange have: those of the day, or always those before or since it."""

    OF_DAY = "day"
    BEFORE = "before"
    SINCE = "since"

    def are_long(self, day: date) -> bool:
        """Whether the records of a day have the fields that came on `RECORDS_GREW`."""
        return day >= RECORDS_GREW if self is Records.OF_DAY else self is Records.SINCE


STREAMS: Mapping[str, Stream] = {
    stream.tr_id: stream
    for stream in (
        Stream(tr_id=TRADES_STREAM, subject=Subject.TRADES, fields=TRADE, more=_LONG_TRADE),
        Stream(tr_id="H0NXCNT0", subject=Subject.TRADES, fields=TRADE, venues=_NXT, more=_LONG_TRADE),
        Stream(tr_id="H0UNCNT0", subject=Subject.TRADES, fields=TRADE, venues=_BOTH, more=_LONG_TRADE),
        Stream(tr_id=BOOKS_STREAM, subject=Subject.BOOK, fields=BOOK, more=_LONG_BOOKS),
        Stream(
            tr_id="H0NXASP0",
            subject=Subject.BOOK,
            fields=BOOK + _MIDPOINTS,
            venues=_NXT,
            others=(NXT_BOOK,),
        ),
        Stream(
            tr_id="H0UNASP0",
            subject=Subject.BOOK,
            fields=BOOK + _MIDPOINTS,
            venues=_BOTH,
            more=frozenset({len(BOOK + _MIDPOINTS) + 1}),
        ),
        Stream(tr_id="H0STANC0", subject=Subject.EXPECTED, fields=_EXPECTED),
        Stream(tr_id="H0NXANC0", subject=Subject.EXPECTED, fields=TRADE, venues=_NXT),
        Stream(tr_id="H0UNANC0", subject=Subject.EXPECTED, fields=TRADE, venues=_BOTH),
        # One more, empty, was received in 2026.
        Stream(tr_id="H0STMBC0", subject=Subject.MEMBERS, fields=MEMBERS, more=frozenset({79})),
        Stream(tr_id="H0NXMBC0", subject=Subject.MEMBERS, fields=MEMBERS, venues=_NXT, more=frozenset({79})),
        Stream(tr_id="H0UNMBC0", subject=Subject.MEMBERS, fields=MEMBERS, venues=_BOTH, more=frozenset({79})),
        Stream(tr_id="H0STPGM0", subject=Subject.PROGRAM, fields=_PROGRAM),
        Stream(tr_id="H0NXPGM0", subject=Subject.PROGRAM, fields=_PROGRAM, venues=_NXT),
        Stream(tr_id="H0UNPGM0", subject=Subject.PROGRAM, fields=_PROGRAM, venues=_BOTH),
        # The example of KRX's has ten fields of the eleven that are named; the samples name no code for the
        # stream of both, which is taken for a slip.
        Stream(tr_id="H0STMKO0", subject=Subject.STATUS, fields=_STATUS, more=frozenset({11})),
        Stream(
            tr_id="H0NXMKO0",
            subject=Subject.STATUS,
            fields=(*_STATUS, _EXCHANGE),
            venues=_NXT,
            others=(_STATUS,),
        ),
        Stream(
            tr_id="H0UNMKO0",
            subject=Subject.STATUS,
            fields=(*_STATUS, _EXCHANGE),
            venues=_BOTH,
            others=(_STATUS,),
        ),
        Stream(tr_id="H0STOUP0", subject=Subject.EVENING_TRADES, fields=_EVENING),
        Stream(tr_id="H0STOAC0", subject=Subject.EVENING_EXPECTED, fields=_EVENING),
        # Nine levels are named; the documents' example has ten.
        Stream(
            tr_id="H0STOAA0",
            subject=Subject.EVENING_BOOK,
            fields=EVENING_BOOK,
            others=(_DEEP_EVENING_BOOK,),
        ),
        Stream(tr_id="H0UPCNT0", subject=Subject.INDEX, fields=_INDEX),
        Stream(
            tr_id="H0UPANC0",
            subject=Subject.EXPECTED_INDEX,
            fields=_INDEX,
            others=(_SHORT_INDEX,),
        ),
        Stream(tr_id="H0UPPGM0", subject=Subject.INDEX_PROGRAM, fields=_INDEX_PROGRAM),
        Stream(tr_id="H0STNAV0", subject=Subject.NAV, fields=_NAV),
        # What arrives is 23 fields: see `notices`.
        *(
            Stream(tr_id=tr_id, subject=Subject.NOTICES, fields=_NOTICE, more=frozenset({23}))
            for tr_id in sorted(NOTICE_STREAMS)
        ),
    )
}

ON_PAPER = frozenset({TRADES_STREAM, BOOKS_STREAM, "H0STCNI9"})
"""What KIS streams to paper accounts: KRX's prints and books, and their notices."""

HALTED_STATE = "58"
"""종목상태구분: 거래정지. What else there is (55 신용가능 and so on) is not known here and left blank."""

OPERATIONS: Mapping[tuple[Venue, Phase], str] = {
    (Venue.KRX, Phase.PRE_CLOSE_PRICE): "130",
    (Venue.KRX, Phase.OPEN_CALL): "110",
    (Venue.KRX, Phase.CONTINUOUS): "112",
    (Venue.KRX, Phase.CLOSE_CALL): "121",
    (Venue.KRX, Phase.POST_INTAKE): "129",
    (Venue.KRX, Phase.POST_CLOSE_PRICE): "140",
    (Venue.KRX, Phase.POST_SINGLE): "150",
    (Venue.NXT, Phase.MAIN): "112",
}
"""장운영구분 with which a phase begins. KIS documents none of KRX's after-market and of NXT's other phases,
with which nothing is sent; that NXT's main market begins like KRX's is unverified."""

EXPECTED_OPERATIONS: Mapping[Phase, str] = {
    Phase.OPEN_CALL: "311",
    Phase.CONTINUOUS: "112",
    Phase.CLOSE_CALL: "121",
    Phase.POST_INTAKE: "129",
}
"""예상장운영구분 with which a phase begins."""

DAY_ENDED, AFTER_HOURS_CLOSED, EVENING_ENDED = "129", "149", "159"
"""장마감 where the day ends with the regular session, 시간외 종가 종료, 시간외 단일가 종료."""
BREAKER_BEGUN, BREAKER_OVER, BREAKER_OPENED = "174", "175", "182"
"""서킷브레이크 발동, 해제, and 장중동시마감: the end of the call after one."""
EXCHANGES = {Venue.KRX: "1", Venue.NXT: "2"}
"""거래소구분 of 장운영정보 (unverified: named like the venues of notices)."""
