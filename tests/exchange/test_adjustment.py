"""What issuers do between two days: base prices, halts, and the shares of the accounts."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hoga.domain.corporate_action import ActionKind, CorporateAction
from hoga.domain.instrument import Instrument, Market
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.exchange.board import State
from hoga.exchange.commands import Advance, Place
from hoga.exchange.events import Refusal, Refused
from hoga.exchange.exchange import Exchange, Holding, Listing, Opening
from hoga.exchange.opening import DueShares
from hoga.exchange.rollover import next_listings, next_openings
from hoga.krx.fees import KIS_STOCK
from hoga.krx.limits import PriceLimits

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI, listed_shares=1_000_000_000)
WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (date(2026, 5, day) for day in (6, 7, 8, 11))
KIM = Opening(account="kim", deposit=1_000_000, holdings=(Holding("005930", 103, 900_000),))
BONUS = CorporateAction(
    code="005930",
    kind=ActionKind.BONUS_ISSUE,
    record_day=FRIDAY,
    ratio=Decimal("0.5"),
    ex_day=THURSDAY,
    listing_day=MONDAY,
)
SPLIT = CorporateAction(
    code="005930",
    kind=ActionKind.FACE_CHANGE,
    record_day=THURSDAY,
    face_before=5_000,
    face_after=500,
    new_shares=10_000_000_000,
    first_day=THURSDAY,
    last_day=THURSDAY,
    listing_day=FRIDAY,
)


def evening(make_pit: "type[Pit]", close: int | None = 10_000, opening: Opening = KIM) -> "Pit":
    """Wednesday after the close; without one nobody has traded."""
    pit = make_pit(WEDNESDAY, listings=[Listing(STOCK, 10_000)], openings=[opening])
    if close is not None:
        pit.sell("10:00", 1, close)
        pit.buy("10:00", 1, close)
    pit.until("15:30")
    return pit


def following(exchange: Exchange, day: date, *actions: CorporateAction) -> Exchange:
    listings = next_listings(exchange, day, actions)
    return Exchange(day, listings, next_openings(exchange, day, actions), KIS_STOCK)


def over(exchange: Exchange) -> Exchange:
    while (at := exchange.next_phase_at()) is not None:
        exchange.process(Advance(), at)
    return exchange


def test_a_bonus_issue_takes_from_the_price_and_gives_shares_when_they_are_listed(
    make_pit: "type[Pit]",
) -> None:
    wednesday = evening(make_pit).exchange
    (before,) = wednesday.account("kim").positions
    thursday = following(wednesday, THURSDAY, BONUS)
    assert thursday.quote("005930").base_price == 6_670  # 10,000 for one and a half, up to the tick
    assert thursday.due_shares("kim") == (DueShares("005930", 51, MONDAY),)
    assert thursday.account("kim").positions[0].quantity == 103

    friday = following(over(thursday), FRIDAY, BONUS)
    assert friday.quote("005930").base_price == 6_670
    monday = following(over(friday), MONDAY, BONUS)
    (position,) = monday.account("kim").positions
    assert (position.quantity, position.sellable_quantity, position.cost) == (154, 154, before.cost)
    assert monday.due_shares("kim") == ()
    assert monday.conservation().is_conserved


def test_who_sells_everything_before_the_listing_gets_the_new_shares_all_the_same(
    make_pit: "type[Pit]",
) -> None:
    opening = Opening(account="kim", deposit=0, due_shares=(DueShares("005930", 51, THURSDAY),))
    pit = make_pit(WEDNESDAY, listings=[Listing(STOCK, 10_000)], openings=[opening])
    pit.until("15:30")
    (position,) = following(pit.exchange, THURSDAY).account("kim").positions
    assert (position.quantity, position.cost) == (51, 0)


@pytest.mark.parametrize(("price", "base"), [(6_000, 8_670), (None, 10_000), (10_000, 10_000)])
def test_shares_that_are_paid_for_take_less_and_none_is_given(
    make_pit: "type[Pit]", price: int | None, base: int
) -> None:
    action = CorporateAction(
        code="005930",
        kind=ActionKind.PAID_IN,
        record_day=FRIDAY,
        price=price,
        shares_before=1_000,
        new_shares=500,
        ex_day=THURSDAY,
        listing_day=MONDAY,
    )
    thursday = following(evening(make_pit).exchange, THURSDAY, action)
    assert thursday.quote("005930").base_price == base
    assert thursday.due_shares("kim") == ()


def test_a_change_of_face_value_stops_trading_and_multiplies_the_shares(make_pit: "type[Pit]") -> None:
    wednesday = evening(make_pit, 12_000).exchange
    (before,) = wednesday.account("kim").positions
    thursday = following(wednesday, THURSDAY, SPLIT)
    assert thursday.state("005930") is State.CLOSED
    at = datetime.combine(THURSDAY, time(10), KST)
    (*_, refused) = thursday.process(Place("kim", "005930", Side.SELL, 1, 12_000), at)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.HALTED
    friday = following(over(thursday), FRIDAY, SPLIT)
    quote = friday.quote("005930")
    assert (quote.base_price, quote.is_halted) == (1_200, False)
    assert friday.instrument("005930").listed_shares == 10_000_000_000
    (position,) = friday.account("kim").positions
    assert (position.quantity, position.cost) == (1_030, before.cost)
    assert friday.opening_value("kim") == friday.account("kim").deposit_d2 + 1_030 * 1_200


def test_shares_that_are_due_are_replaced_too(make_pit: "type[Pit]") -> None:
    opening = Opening(account="kim", deposit=0, due_shares=(DueShares("005930", 51, MONDAY),))
    wednesday = evening(make_pit, None, opening).exchange
    friday = following(wednesday, FRIDAY, SPLIT)  # Thursday is skipped, as where a file lacks it
    assert friday.due_shares("kim") == (DueShares("005930", 510, MONDAY),)


def test_after_a_reduction_the_first_price_sets_the_base(make_pit: "type[Pit]") -> None:
    action = CorporateAction(
        code="005930",
        kind=ActionKind.REDUCTION,
        record_day=WEDNESDAY,
        ratio=Decimal("0.2"),
        shares_before=1_000_000_000,
        new_shares=200_000_000,
        listing_day=THURSDAY,
    )
    thursday = following(evening(make_pit).exchange, THURSDAY, action)
    assert thursday.limits("005930") == PriceLimits(25_000, 75_000)
    assert thursday.quote("005930").base_price == 50_000
    (position,) = thursday.account("kim").positions
    assert position.quantity == 20  # three fifths of a share are lost


def test_the_price_of_a_day_without_a_trade_goes_along(make_pit: "type[Pit]") -> None:
    pit = make_pit(WEDNESDAY, listings=[Listing(STOCK, 10_000)], openings=[KIM])
    pit.sell("10:00", 1, 9_000)
    pit.until("15:30")
    assert following(pit.exchange, THURSDAY, BONUS).quote("005930").base_price == 6_000


def test_what_is_not_told_or_little_changes_nothing(make_pit: "type[Pit]") -> None:
    unknown = CorporateAction(code="005930", kind=ActionKind.BONUS_ISSUE, record_day=FRIDAY, ex_day=THURSDAY)
    other = CorporateAction(
        code="000660", kind=ActionKind.BONUS_ISSUE, record_day=FRIDAY, ratio=Decimal(1), ex_day=THURSDAY
    )
    exercised = CorporateAction(
        code="005930",
        kind=ActionKind.EXERCISE,
        record_day=WEDNESDAY,
        price=5_000,
        shares_before=999_000_000,
        new_shares=1_000_000,
        listing_day=THURSDAY,
    )
    thursday = following(evening(make_pit).exchange, THURSDAY, unknown, other, exercised)
    assert thursday.quote("005930").base_price == 10_000
    assert thursday.due_shares("kim") == ()
