"""A row of a user's table of corporate actions, read and checked."""

from datetime import date

from hoga.domain.corporate_action import ActionKind, CorporateAction
from hoga.storage.tables import Row

_SPANS = (("first_day", "last_day"), ("last_day", "refund_day"))
"""What comes first, and what does not come before it."""


def read_action(row: Row, kind: ActionKind) -> CorporateAction:
    """The action of a row. Raises `BadInput` naming the cell that makes no sense."""
    discount = row.find_decimal("discount")
    if discount is not None and not 0 <= discount < 1:
        raise row.bad(
            "discount",
            f"{discount}: 20%는 0.2로 씁니다.",
            f"{discount} is not a ratio; write 0.2 for 20 %",
        )
    ratio = row.find_decimal("ratio")
    if ratio is not None and ratio <= 0:
        raise row.bad("ratio", f"{ratio}: 0보다 커야 합니다.", f"{ratio} is not more than 0")
    action = CorporateAction(
        code=row.code(),
        kind=kind,
        record_day=row.day("record_day"),
        ratio=ratio,
        discount=discount,
        price=row.find_count("price"),
        shares_before=row.find_count("shares_before"),
        new_shares=row.find_count("new_shares"),
        face_before=row.find_count("face_before"),
        face_after=row.find_count("face_after"),
        ex_day=row.find_day("ex_day"),
        first_day=row.find_day("first_day"),
        last_day=row.find_day("last_day"),
        pay_day=row.find_day("pay_day"),
        refund_day=row.find_day("refund_day"),
        listing_day=row.find_day("listing_day"),
        meeting_day=row.find_day("meeting_day"),
        reason=row.find_text("reason") or "",
        agenda=row.find_text("agenda") or "",
        partner=row.find_text("partner") or "",
        partner_name=row.find_text("partner_name") or "",
        manager=row.find_text("manager") or "",
    )
    for earlier, later in _SPANS:
        begin, end = _day(action, earlier), _day(action, later)
        if begin is not None and end is not None and end < begin:
            raise row.bad(later, f"{earlier}보다 빠릅니다.", f"is before {earlier}")
    return action


def _day(action: CorporateAction, name: str) -> date | None:
    day: date | None = getattr(action, name)
    return day
