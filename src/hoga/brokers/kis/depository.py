"""The central depository's calendars (예탁원정보) on the KIS wire: how corporate actions are written.

Source: KIS's documents and the examples in them, as of 2026-08: widths, padding and the forms of days are
theirs. Every calendar is one answer without pages, however long. Unverified: by which day rows are sorted
(here by the one that they are asked by), whether capital is told in thousands of won, and how a merger is
told of whom (here of the issue that takes another in).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hoga.brokers.kis import depository_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import Block, empty
from hoga.brokers.kis.envelope import Reply, day_text
from hoga.brokers.kis.question import done_reply
from hoga.brokers.kis.services import Call
from hoga.domain.corporate_action import LISTED_KINDS, ActionKind, CorporateAction

_COMMON, _PREFERRED = ("01", "보통"), ("02", "우선")
_LEFT = "곱하기"
_REASONS = {
    ActionKind.BONUS_ISSUE: "무상증자",
    ActionKind.PAID_IN: "유상증자",
    ActionKind.FACE_CHANGE: "액면교체",
    ActionKind.REDUCTION: "자본감소",
    ActionKind.MERGER: "회사합병",
    ActionKind.PUBLIC_OFFER: "신규상장",
    ActionKind.EXERCISE: "STOCKOPTION행사",
}
"""사유 of a listing. 유상증자 and those of `EXERCISE` are in KIS's examples, the others unverified."""

_PRICED = (ActionKind.PAID_IN, ActionKind.EXERCISE, ActionKind.PUBLIC_OFFER)
"""Whose listings have a price of issue."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which actions a calendar tells, by which day it is asked, and how a row is written."""

    kinds: frozenset[ActionKind]
    day: Callable[[CorporateAction], date | None]
    write: Callable[[Listed, CorporateAction], Block]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a calendar and its place among the others."""

    day: date
    code: str
    row: Block


def calendar_entry(calendar: Calendar, listed: Listed, action: CorporateAction, day: date) -> Entry:
    """What a calendar tells of an action, which it is asked for by `day`."""
    return Entry(day, action.code, calendar.write(listed, action))


def calendar_reply(entries: Iterable[Entry]) -> Reply:
    """The rows of a calendar, by day."""
    rows = [entry.row for entry in sorted(entries, key=lambda entry: (entry.day, entry.code))]
    return done_reply(blocks.CalendarAnswer, output1=rows)


def listing_reason(action: CorporateAction) -> str:
    """사유 of a listing; an exercise has its own."""
    own = action.reason if action.kind is ActionKind.EXERCISE else ""
    return own or _REASONS[action.kind]


def by_record(action: CorporateAction) -> date | None:
    """기준일, by which most calendars are asked."""
    return action.record_day


def by_subscription(action: CorporateAction) -> date | None:
    """청약일."""
    return action.first_day


def by_listing(action: CorporateAction) -> date | None:
    """상장/등록일."""
    return action.listing_day


def _paid_in(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.PaidIn,
        **_of(listed, action),
        tot_issue_stk_qty=_blank(action.shares_before, 12),
        issue_stk_qty=_blank(action.new_shares, 12),
        fix_rate=_percent(action.ratio, 6),
        disc_rate=_percent(action.discount, 5),
        fix_price=_blank(action.price, 8),
        right_dt=_plain(action.ex_day),
        sub_term_ft=_plain(action.first_day),
        sub_term=_span(action.first_day, action.last_day),
        list_date=_slashed(action.listing_day),
        stk_kind=_kind(listed)[0],
    )


def _bonus_issue(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.BonusIssue,
        **_of(listed, action),
        fix_rate=_percent(action.ratio, 6),
        odd_rec_price=_zeros(action.price, 9),
        right_dt=_plain(action.ex_day),
        odd_pay_dt=_slashed(action.pay_day),
        list_date=_plain(action.listing_day),
        tot_issue_stk_qty=_blank(action.shares_before, 12),
        issue_stk_qty=_blank(action.new_shares, 12),
        stk_kind=_kind(listed)[0],
    )


def _purchase_request(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.PurchaseRequest,
        **_of(listed, action),
        stk_kind=_kind(listed)[1],
        # A zero stands before the day in KIS's example.
        opp_opi_rcpt_term=_plain(action.first_day).zfill(9) if action.first_day else "",
        buy_req_rcpt_term=_slashed(action.last_day),
        buy_req_price=_zeros(action.price, 12),
        buy_amt_pay_dt=_slashed(action.pay_day),
        get_meet_dt=_slashed(action.meeting_day),
    )


def _merger_split(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.MergerSplit,
        record_date=day_text(action.record_day),
        sht_cd=action.code,
        opp_cust_cd=action.partner,
        opp_cust_nm=action.partner_name,
        cust_cd=action.code[:5],
        cust_nm=listed.quote.name,
        merge_type=action.reason,
        merge_rate=_ratio(action.ratio, 5),
        td_stop_dt=_span(action.first_day, action.last_day),
        list_dt=_plain(action.listing_day),
        odd_amt_pay_dt=_slashed(action.pay_day),
        tot_issue_stk_qty=_blank(action.shares_before, 12),
        issue_stk_qty=_blank(action.new_shares, 12),
        seq="00",
    )


def _face_change(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.FaceChange,
        **_of(listed, action),
        inter_bf_face_amt=_zeros(action.face_before, 9),
        inter_af_face_amt=_zeros(action.face_after, 9),
        td_stop_dt=_span(action.first_day, action.last_day),
        list_dt=_slashed(action.listing_day),
    )


def _reduction(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.Reduction,
        **_of(listed, action),
        stk_kind=_kind(listed)[1],
        reduce_cap_type=action.reason,
        reduce_cap_rate=_ratio(action.ratio, 5),
        comp_way=_LEFT,
        td_stop_dt=_span(action.first_day, action.last_day),
        list_dt=_slashed(action.listing_day),
    )


def _listing(listed: Listed, action: CorporateAction) -> Block:
    has_price = action.kind in _PRICED
    return empty(
        blocks.Listing,
        list_dt=_plain(action.listing_day),
        sht_cd=action.code,
        isin_name=listed.quote.name,
        stk_kind=_kind(listed)[1],
        issue_type=listing_reason(action),
        issue_stk_qty=_blank(_listed_shares(action), 12),
        tot_issue_stk_qty=_blank(action.shares_after, 12),
        issue_price=_blank(action.price if has_price else None, 9),
    )


def _listed_shares(action: CorporateAction) -> int | None:
    """What is listed: all shares where there were none, or where they are replaced."""
    return action.shares_after if action.kind is ActionKind.PUBLIC_OFFER else action.new_shares


def _public_offer(listed: Listed, action: CorporateAction) -> Block:
    face = action.face_after
    return empty(
        blocks.PublicOffer,
        **_of(listed, action),
        fix_subscr_pri=_blank(action.price, 12),
        face_value=_zeros(face, 9),
        subscr_dt=_span(action.first_day, action.last_day),
        pay_dt=_slashed(action.pay_day),
        refund_dt=_slashed(action.refund_day),
        list_dt=_slashed(action.listing_day),
        lead_mgr=action.manager,
        pub_bf_cap=_blank(_thousands(action.shares_before, face), 12),
        pub_af_cap=_blank(_thousands(action.shares_after, face), 12),
        assign_stk_qty=_blank(None, 12),
    )


def _forfeited(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.Forfeited,
        **_of(listed, action),
        subscr_dt=_span(action.first_day, action.last_day),
        subscr_price=_zeros(action.price, 9),
        subscr_stk_qty=_blank(action.new_shares, 12),
        refund_dt=_slashed(action.refund_day),
        list_dt=_slashed(action.listing_day),
        lead_mgr=action.manager,
    )


def _deposit(listed: Listed, action: CorporateAction) -> Block:
    part = Decimal(0)
    if action.new_shares and action.shares_after:
        part = Decimal(action.new_shares) / action.shares_after
    return empty(
        blocks.Deposit,
        sht_cd=action.code,
        isin_name=listed.quote.name,
        stk_qty=_blank(action.new_shares, 12),
        depo_date=_span(action.first_day, action.last_day),
        depo_reason=action.reason,
        # In hundredths of a percent, cut off after five characters, as in KIS's examples.
        tot_issue_qty_per_rate=f"{10_000 * part:.2f}"[:5],
    )


def _meeting(listed: Listed, action: CorporateAction) -> Block:
    return empty(
        blocks.Meeting,
        **_of(listed, action),
        gen_meet_dt=_slashed(action.meeting_day),
        gen_meet_type=action.reason,
        agenda=action.agenda,
        vote_tot_qty=_blank(action.shares_before, 12),
    )


CALENDARS: Mapping[Call, Calendar] = {
    Call.PAID_IN: Calendar(frozenset({ActionKind.PAID_IN}), by_subscription, _paid_in),
    Call.BONUS_ISSUES: Calendar(frozenset({ActionKind.BONUS_ISSUE}), by_record, _bonus_issue),
    Call.PURCHASE_REQUESTS: Calendar(frozenset({ActionKind.PURCHASE_REQUEST}), by_record, _purchase_request),
    Call.MERGERS: Calendar(frozenset({ActionKind.MERGER}), by_record, _merger_split),
    Call.FACE_CHANGES: Calendar(frozenset({ActionKind.FACE_CHANGE}), by_record, _face_change),
    Call.REDUCTIONS: Calendar(frozenset({ActionKind.REDUCTION}), by_record, _reduction),
    Call.LISTINGS: Calendar(LISTED_KINDS, by_listing, _listing),
    Call.PUBLIC_OFFERS: Calendar(frozenset({ActionKind.PUBLIC_OFFER}), by_record, _public_offer),
    Call.FORFEITED: Calendar(frozenset({ActionKind.FORFEITED}), by_record, _forfeited),
    Call.DEPOSITS: Calendar(frozenset({ActionKind.DEPOSIT}), by_subscription, _deposit),
    Call.MEETINGS: Calendar(frozenset({ActionKind.MEETING}), by_record, _meeting),
}


def _of(listed: Listed, action: CorporateAction) -> dict[str, str]:
    """What nearly every row begins with."""
    return {
        "record_date": day_text(action.record_day),
        "sht_cd": action.code,
        "isin_name": listed.quote.name,
    }


def _kind(listed: Listed) -> Sequence[str]:
    company = listed.background.company
    return _PREFERRED if company is not None and company.is_preferred else _COMMON


def _plain(day: date | None) -> str:
    return day_text(day) if day else ""


def _slashed(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else ""


def _span(first: date | None, last: date | None) -> str:
    """Two days; a time that is not over has an open end."""
    return f"{_slashed(first)} ~ {_slashed(last)}".rstrip() if first else ""


def _blank(number: int | None, width: int) -> str:
    return f"{number or 0:{width}}"


def _zeros(number: int | None, width: int) -> str:
    return f"{number or 0:0{width}}"


def _ratio(fraction: Decimal | None, width: int) -> str:
    return f"{fraction or Decimal(0):{width}.2f}"


def _percent(fraction: Decimal | None, width: int) -> str:
    """A hundredth more or less is cut off where the field is full: 1000.0."""
    return _ratio(100 * (fraction or Decimal(0)), width)[:width]


def _thousands(shares: int | None, face: int | None) -> int | None:
    return None if shares is None or face is None else shares * face // 1000
