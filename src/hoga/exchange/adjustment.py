"""What an issuer's actions (증자, 액면교체, 감자) do to the issues and the accounts of the next day.

The base price follows krx.base_price on the day on which the rights are gone (권리락), or on which the new
shares are listed in place of the old ones. After a reduction the first price sets the base, around the price
that the old shares would come to (Annex 1 of the ER). Issues whose shares are being replaced do not trade.
New shares of a bonus issue are the holders' of the evening before the rights went, and are there on the day
of their listing.
Left out: shares that are paid in, for which an account would have to subscribe; fractions of a share, which
are lost instead of being paid; mergers, and everything whose ratio or days are not told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hoga.domain.corporate_action import ActionKind, CorporateAction
from hoga.exchange.opening import DueShares, Holding, Listing
from hoga.krx import base_price
from hoga.krx.listing import appraisal_range
from hoga.krx.ticks import TickGrid, grid

_ISSUES = (ActionKind.BONUS_ISSUE, ActionKind.PAID_IN)


class Turn:
    """The night from `today` to `tomorrow`, and what `actions` do in it."""

    __slots__ = ("_by_code", "_today", "tomorrow")

    def __init__(self, today: date, tomorrow: date, actions: Iterable[CorporateAction] = ()) -> None:
        self._today = today
        self.tomorrow = tomorrow
        self._by_code: dict[str, list[CorporateAction]] = {}
        for action in actions:
            self._by_code.setdefault(action.code, []).append(action)

    def listing(self, listing: Listing) -> Listing:
        """The issue as the actions leave it; `listing` is it without them."""
        for action in self._by_code.get(listing.instrument.code, ()):
            if action.is_replacing and action.first_day is not None and action.last_day is not None:
                is_suspended = action.first_day <= self.tomorrow <= action.last_day
                listing = replace(listing, is_suspended=listing.is_suspended or is_suspended)
            ratio = shares_ratio(action)
            if ratio is None:
                continue
            if action.kind in _ISSUES and self._is_due(action.ex_day):
                listing = self._without_rights(listing, action, ratio)
            if action.is_replacing and self._is_due(action.listing_day):
                listing = self._replaced(listing, action, ratio)
        return listing

    def holdings(self, held: Iterable[Holding], due: Sequence[DueShares]) -> tuple[Holding, ...]:
        """What an account holds tomorrow, of what it held today and of the shares that are due."""
        found: dict[str, Holding] = {}
        for holding in held:
            quantity = self._exchanged(holding.code, holding.quantity)
            if quantity:
                found[holding.code] = Holding(holding.code, quantity, holding.cost)
        for shares in due:
            if shares.day <= self.tomorrow:
                before = found.get(shares.code, Holding(shares.code, 0, 0))
                quantity = before.quantity + self._exchanged(shares.code, shares.quantity)
                if quantity:
                    found[shares.code] = Holding(shares.code, quantity, before.cost)
        return tuple(found.values())

    def due(self, held: Iterable[Holding], due: Sequence[DueShares]) -> tuple[DueShares, ...]:
        """The new shares that an account gets after tomorrow, those of today's holders among them."""
        waiting = [
            DueShares(shares.code, self._exchanged(shares.code, shares.quantity), shares.day)
            for shares in due
            if shares.day > self.tomorrow
        ]
        for holding in held:
            for action in self._by_code.get(holding.code, ()):
                ratio = shares_ratio(action)
                if (
                    action.kind is ActionKind.BONUS_ISSUE
                    and self._is_due(action.ex_day)
                    and ratio is not None
                    and action.listing_day is not None
                ):
                    waiting.append(DueShares(holding.code, int(holding.quantity * ratio), action.listing_day))
        return tuple(shares for shares in waiting if shares.quantity)

    def _is_due(self, day: date | None) -> bool:
        return day is not None and self._today < day <= self.tomorrow

    def _exchanged(self, code: str, quantity: int) -> int:
        """What `quantity` shares are after those of tomorrow's listings have taken their place."""
        for action in self._by_code.get(code, ()):
            ratio = shares_ratio(action)
            if action.is_replacing and self._is_due(action.listing_day) and ratio is not None:
                quantity = int(quantity * ratio)
        return quantity

    def _without_rights(self, listing: Listing, action: CorporateAction, ratio: Fraction) -> Listing:
        price = 0 if action.kind is ActionKind.BONUS_ISSUE else action.price
        if price is None:
            return listing
        prices = self._grid(listing)
        base = base_price.after_rights(
            _close(listing, prices), price, ratio.denominator, ratio.numerator, prices
        )
        return replace(listing, base_price=base)

    def _replaced(self, listing: Listing, action: CorporateAction, ratio: Fraction) -> Listing:
        prices = self._grid(listing)
        base = base_price.after_split(_close(listing, prices), ratio.denominator, ratio.numerator, prices)
        instrument = listing.instrument
        if action.shares_after is not None:
            instrument = replace(instrument, listed_shares=action.shares_after)
        is_reduction = action.kind is ActionKind.REDUCTION
        return replace(
            listing,
            instrument=instrument,
            base_price=base,
            previous_close=base,
            opens_within=appraisal_range(base, prices, is_reduction=True) if is_reduction else None,
        )

    def _grid(self, listing: Listing) -> TickGrid:
        return grid(listing.instrument.market, listing.instrument.kind, self._today)


def _close(listing: Listing, prices: TickGrid) -> int:
    """The close of the day, also when it is a 기세: then the base price is the only one that tells it."""
    return listing.closed_at if prices.ceil(listing.closed_at) == listing.base_price else listing.base_price


def shares_ratio(action: CorporateAction) -> Fraction | None:
    """New shares for one old one; of a replacement, what becomes of one. None when it is not told."""
    if action.kind is ActionKind.FACE_CHANGE:
        if action.face_before and action.face_after:
            return Fraction(action.face_before, action.face_after)
    elif action.ratio is not None:
        return Fraction(action.ratio)
    if action.shares_before and action.new_shares:
        return Fraction(action.new_shares, action.shares_before)
    return None
