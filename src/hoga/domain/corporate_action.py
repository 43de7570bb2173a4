"""What an issuer does to its shares, and asks its shareholders: dated events, each told by one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ActionKind(StrEnum):
    """What happens. Each says which facts of a `CorporateAction` it has."""

    BONUS_ISSUE = "bonus_issue"
    """무상증자: `ratio` new shares for one old; fractions are paid on `pay_day` at `price`."""
    PAID_IN = "paid_in"
    """유상증자: `ratio` new shares for one old at `price`, `discount` below the market, subscribed from
    `first_day` to `last_day`. Without `ex_day` old shareholders have no right to them."""
    EXERCISE = "exercise"
    """행사: `new_shares` for stock options or bonds at `price`, `discount` below the market, for `reason`.
    They move no base price."""
    FORFEITED = "forfeited"
    """실권주: what shareholders left, offered to all from `first_day` to `last_day` at `price`."""
    FACE_CHANGE = "face_change"
    """액면교체: from `face_before` to `face_after`; not traded from `first_day` to `last_day`."""
    REDUCTION = "reduction"
    """감자: `ratio` shares are left of one; `reason` says how; not traded from `first_day` to `last_day`."""
    MERGER = "merger"
    """합병, 분할: `ratio` shares for one of `partner`; `reason` says which; fractions paid on `pay_day`."""
    PURCHASE_REQUEST = "purchase_request"
    """주식매수청구: who objects by `first_day` may ask until `last_day` to be paid `price` on `pay_day`."""
    PUBLIC_OFFER = "public_offer"
    """공모: offered at `price` from `first_day` to `last_day`, paid on `pay_day`, refunds on `refund_day`."""
    DEPOSIT = "deposit"
    """의무예치: `new_shares` may not be sold from `first_day` to `last_day`, for `reason`."""
    MEETING = "meeting"
    """주주총회: `reason` says which; `shares_before` have a vote about `agenda` on `meeting_day`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateAction:
    """One event of one issue. `record_day` (기준일) says who takes part; None or "" is not known.

    `new_shares` are listed on `listing_day` beside `shares_before`, except where shares are replaced: after a
    change of face value and a reduction `new_shares` are all there are. `ratio` and `discount` are fractions.
    """

    code: str
    kind: ActionKind
    record_day: date
    ratio: Decimal | None = None
    discount: Decimal | None = None
    price: int | None = None
    shares_before: int | None = None
    new_shares: int | None = None
    face_before: int | None = None
    face_after: int | None = None
    ex_day: date | None = None
    first_day: date | None = None
    last_day: date | None = None
    pay_day: date | None = None
    refund_day: date | None = None
    listing_day: date | None = None
    meeting_day: date | None = None
    reason: str = ""
    agenda: str = ""
    partner: str = ""
    partner_name: str = ""
    manager: str = ""

    @property
    def is_replacing(self) -> bool:
        """Whether new shares take the place of all old ones."""
        return self.kind in (ActionKind.FACE_CHANGE, ActionKind.REDUCTION)

    @property
    def shares_after(self) -> int | None:
        """How many shares there are once the new ones are listed."""
        if self.new_shares is None or self.is_replacing:
            return self.new_shares
        return None if self.shares_before is None else self.shares_before + self.new_shares


LISTED_KINDS = frozenset(
    {
        ActionKind.BONUS_ISSUE,
        ActionKind.PAID_IN,
        ActionKind.EXERCISE,
        ActionKind.FACE_CHANGE,
        ActionKind.REDUCTION,
        ActionKind.MERGER,
        ActionKind.PUBLIC_OFFER,
    }
)
"""Kinds after which shares are listed; what is forfeited is part of what is paid in."""


def listings(actions: Sequence[CorporateAction], first: date, last: date) -> list[CorporateAction]:
    """Those of `actions` whose shares are listed from `first` to `last`."""
    return [
        action
        for action in actions
        if action.kind in LISTED_KINDS
        and action.listing_day is not None
        and first <= action.listing_day <= last
    ]
