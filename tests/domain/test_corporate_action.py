"""What corporate actions do to the number of shares."""

from datetime import date

from hoga.domain.corporate_action import ActionKind, CorporateAction, listings

DAY = date(2026, 5, 6)


def action(kind: ActionKind, *, before: int | None = 100, new: int | None = 50) -> CorporateAction:
    return CorporateAction(
        code="005930", kind=kind, record_day=DAY, shares_before=before, new_shares=new, listing_day=DAY
    )


def test_new_shares_come_beside_the_old_ones_or_in_their_place() -> None:
    assert action(ActionKind.BONUS_ISSUE).shares_after == 150
    assert action(ActionKind.FACE_CHANGE).shares_after == 50
    assert action(ActionKind.REDUCTION).shares_after == 50
    assert action(ActionKind.PAID_IN, before=None).shares_after is None
    assert action(ActionKind.PAID_IN, new=None).shares_after is None


def test_forfeited_shares_are_no_listing_of_their_own() -> None:
    both = [action(ActionKind.PAID_IN), action(ActionKind.FORFEITED), action(ActionKind.MEETING)]
    assert listings(both, DAY, DAY) == both[:1]
    assert listings(both, date(2026, 5, 7), date(2026, 5, 31)) == []
