from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.candidate import Candidate
from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Lot, Position
from hoga.domain.quote import Interruption, Quote
from hoga.domain.request import OrderRequest, OrderType, Side, TimeInForce
from hoga.domain.wake import Decision, View, WhenInside, WhenOrderChanges, WhenOutside, WhenTime
from hoga.domain.zone import KST
from hoga.krx.fees import KIS_STOCK, Commission
from hoga.ports import Strategy
from hoga.strategies.swing import ALLOWED, LOOK_AGAIN, Swing, SwingSettings, affordable

DAY = date(2025, 11, 14)
EXAM_DAY = date(2025, 11, 13)
FIRST_DAY_OF_YEAR = date(2026, 1, 2)
TEN = datetime(2025, 11, 14, 10, 0, tzinfo=KST)
HANTA = Candidate("002680", "한타", 10_000)
VESSEL = Candidate("177350", "베셀", 7_630)
FREE = Commission(Decimal(0))


def on(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), KST)


def quote(code: str, last: int, base: int | None = None, *, has_traded: bool = True) -> Quote:
    base = last if base is None else base
    return Quote(
        code=code,
        name="이름",
        at=TEN,
        last_price=last,
        base_price=base,
        upper_limit=base * 13 // 10,
        lower_limit=base * 7 // 10,
        open=last if has_traded else None,
        high=last if has_traded else None,
        low=last if has_traded else None,
        volume=1 if has_traded else 0,
        value=last if has_traded else 0,
        ask=None,
        bid=None,
        ask_quantity=0,
        bid_quantity=0,
        total_ask_quantity=0,
        total_bid_quantity=0,
    )


def view(
    *quotes: Quote,
    day: date = DAY,
    cash: int = 10_000_000,
    opening_cash: int | None = None,
    positions: Iterable[Position] = (),
    opening: Iterable[str] | None = None,
    lots: Iterable[Lot] = (),
    orders: Iterable[Order] = (),
) -> View:
    """Positions were held at the opening unless `opening` says otherwise."""
    held = {position.code: position for position in positions}
    by_code: dict[str, tuple[Lot, ...]] = {}
    for lot in lots:
        by_code[lot.code] = (*by_code.get(lot.code, ()), lot)
    return View(
        day=day,
        opening_cash=cash if opening_cash is None else opening_cash,
        opening_positions=frozenset(held if opening is None else opening),
        cash=cash,
        positions=held,
        lots=by_code,
        orders=tuple(orders),
        quotes={one.code: one for one in quotes},
    )


def position(code: str, quantity: int, cost: int, last: int, sellable: int | None = None) -> Position:
    return Position(code, "이름", quantity, quantity if sellable is None else sellable, cost, last)


def order(
    code: str, side: Side, status: OrderStatus, quantity: int = 10, filled: int = 0, number: int = 1
) -> Order:
    return Order(
        order_id=f"20251114-{number:06d}",
        request=OrderRequest(code=code, side=side, quantity=quantity, order_type=OrderType.MARKET),
        source="swing",
        status=status,
        price=None,
        filled_quantity=quantity if status is OrderStatus.FILLED else filled,
    )


def swing(*candidates: Candidate, **settings: object) -> Swing:
    return Swing(candidates, SwingSettings(**settings), KIS_STOCK)  # type: ignore[arg-type]


def wishes(decision: Decision) -> list[tuple[Side, str, int]]:
    return [(one.side, one.code, one.quantity) for one in decision.orders]


def test_it_is_a_strategy_that_names_its_candidates() -> None:
    strategy: Strategy = swing(HANTA, VESSEL)
    assert strategy.name == "swing"
    assert strategy.codes == {"002680", "177350"}


# Entries


@pytest.mark.parametrize(
    ("reference", "last", "is_bought"),
    [
        (10_000, 9_990, False),
        (10_000, 10_000, True),
        (10_000, 10_490, True),
        (10_000, 10_499, True),
        (10_000, 10_500, False),
        (3_155, 3_150, False),
        (3_155, 3_155, True),
        (3_155, 3_310, True),  # the band ends at 3,312.75
        (3_155, 3_312, True),
        (3_155, 3_313, False),
        (1, 1, True),
        (1, 2, False),
    ],
)
def test_a_name_is_bought_from_its_reference_up_to_but_not_at_five_per_cent_above(
    reference: int, last: int, is_bought: bool
) -> None:
    strategy = swing(Candidate("002680", "한타", reference))
    decision = strategy.decide(view(quote("002680", last, base=max(reference, 10))), TEN)
    assert bool(decision.orders) is is_bought
    assert all(one.side is Side.BUY and one.order_type is OrderType.MARKET for one in decision.orders)


def test_the_band_is_exact_where_binary_fractions_are_not() -> None:
    strategy = swing(Candidate("002680", "한타", 1_000_000), entry_band=Decimal("0.07"))
    at_the_end = strategy.decide(view(quote("002680", 1_070_000), cash=10**9), TEN)
    assert at_the_end.orders == ()
    below = strategy.decide(view(quote("002680", 1_069_000), cash=10**9), TEN)
    assert len(below.orders) == 1


@pytest.mark.parametrize(
    ("at", "is_bought"),
    [
        (on(DAY, 8, 59, 59), False),
        (on(DAY, 9), True),
        (on(DAY, 15, 14, 59), True),
        (on(DAY, 15, 15), False),
        (on(DAY, 15, 19, 59), False),
        (on(DAY, 15, 20), False),
        (on(EXAM_DAY, 9, 30), False),
        (on(EXAM_DAY, 10), True),
        (on(EXAM_DAY, 16, 14, 59), True),
        (on(EXAM_DAY, 16, 15), False),
        (on(FIRST_DAY_OF_YEAR, 9, 59, 59), False),
        (on(FIRST_DAY_OF_YEAR, 10), True),
        (on(FIRST_DAY_OF_YEAR, 15, 14, 59), True),
        (on(FIRST_DAY_OF_YEAR, 15, 15), False),
    ],
)
def test_names_are_bought_from_the_open_of_that_day_until_five_minutes_before_its_end(
    at: datetime, is_bought: bool
) -> None:
    decision = swing(HANTA).decide(view(quote("002680", 10_000), day=at.date()), at)
    assert bool(decision.orders) is is_bought


def test_a_later_start_of_buying_moves_with_the_open() -> None:
    strategy = swing(HANTA, entry_after_open=30)
    snapshot = view(quote("002680", 10_000), day=EXAM_DAY)
    early = strategy.decide(snapshot, on(EXAM_DAY, 10, 29))
    assert early.orders == ()
    assert early.wake_ups == (WhenTime(on(EXAM_DAY, 10, 30)),)
    assert strategy.decide(snapshot, on(EXAM_DAY, 10, 30)).orders


def test_cash_is_divided_by_the_names_that_are_not_held() -> None:
    held = Candidate("312610", "에이에프더블류", 3_505)
    strategy = swing(HANTA, held, VESSEL)
    decision = strategy.decide(
        view(
            quote("002680", 10_000),
            quote("177350", 7_630),
            quote("312610", 3_505),
            positions=[position("312610", 1, 3_505, 3_505)],
            cash=2_000_000,
        ),
        TEN,
    )
    # 1,000,000 a name; the broker reserves 13,000 and 9,919 won a share and 0.0140527 % of that
    assert wishes(decision) == [(Side.BUY, "002680", 76), (Side.BUY, "177350", 100)]


def test_a_name_held_at_the_opening_is_not_bought_after_it_was_sold() -> None:
    decision = swing(HANTA).decide(view(quote("002680", 10_000), opening=["002680"]), TEN)
    assert decision.orders == ()


def test_a_name_that_somebody_else_bought_today_is_not_bought() -> None:
    held = position("002680", 1, 10_000, 10_000)
    decision = swing(HANTA).decide(view(quote("002680", 10_000), positions=[held], opening=[]), TEN)
    assert decision.orders == ()


def test_a_market_buy_never_needs_more_than_its_share_of_the_cash() -> None:
    # The seed's sizing: 1,000,000 // 10,000 = 100 shares, for which the broker would reserve 1,300,000.
    decision = swing(HANTA).decide(view(quote("002680", 10_000), cash=1_000_000), TEN)
    assert decision.orders[0].quantity == 76


def test_a_buy_is_no_larger_than_what_may_be_ordered_with_now() -> None:
    decision = swing(HANTA).decide(view(quote("002680", 10_000), cash=30_000, opening_cash=1_000_000), TEN)
    assert decision.orders[0].quantity == 2


def test_two_buys_at_once_share_the_cash_of_the_moment() -> None:
    snapshot = view(quote("002680", 10_000), quote("177350", 7_630), cash=30_000, opening_cash=2_000_000)
    decision = swing(HANTA, VESSEL).decide(snapshot, TEN)
    assert wishes(decision) == [(Side.BUY, "002680", 2)]
    assert any("베셀(177350)" in note for note in decision.notes)


def test_a_name_that_is_too_dear_is_left_alone_and_said_once() -> None:
    strategy = swing(HANTA)
    snapshot = view(quote("002680", 10_000), cash=12_999)
    first, second = strategy.decide(snapshot, TEN), strategy.decide(snapshot, TEN)
    assert first.orders == ()
    assert first.wake_ups == (WhenTime(on(DAY, 15, 15)),)
    assert ["살 수 없" in note for note in first.notes] == [True]
    assert second.notes == ()


def test_a_name_at_its_upper_limit_is_not_bought() -> None:
    at_limit = quote("002680", 10_400)._replace(upper_limit=10_400)
    decision = swing(HANTA).decide(view(at_limit), TEN)
    assert decision.orders == ()
    assert WhenInside("002680", 10_000, 10_399) in decision.wake_ups


def test_a_name_whose_band_lies_beyond_the_upper_limit_wakes_nobody() -> None:
    far = quote("002680", 9_000)._replace(upper_limit=10_000)
    assert swing(HANTA).decide(view(far), TEN).wake_ups == (WhenTime(on(DAY, 15, 15)),)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ({"is_halted": True}, "거래정지"),
        ({"interruption": Interruption.STATIC}, "VI"),
        ({"interruption": Interruption.DYNAMIC}, "VI"),
    ],
)
def test_a_name_that_cannot_trade_is_not_bought_and_looked_at_again(state: dict[str, Any], word: str) -> None:
    held_up = view(quote("002680", 10_100)._replace(**state))
    strategy = swing(HANTA)
    decision = strategy.decide(held_up, TEN)
    assert decision.orders == ()
    assert decision.wake_ups == (WhenTime(TEN + LOOK_AGAIN), WhenTime(on(DAY, 15, 15)))
    assert word in decision.notes[0]
    assert strategy.decide(held_up, TEN).notes == ()
    assert len(strategy.decide(view(quote("002680", 10_100)), TEN + LOOK_AGAIN).orders) == 1


def test_it_is_not_looked_at_again_after_the_next_moment_of_the_day() -> None:
    late = on(DAY, 15, 14, 45)
    decision = swing(HANTA).decide(view(quote("002680", 10_100)._replace(is_halted=True)), late)
    assert decision.wake_ups == (WhenTime(on(DAY, 15, 15)),)


def test_a_halted_position_is_not_sold_before_it_trades_again() -> None:
    fallen = quote("002680", 9_000)._replace(is_halted=True)
    held = position("002680", 10, 100_000, 9_000)
    strategy = swing()
    decision = strategy.decide(view(fallen, positions=[held]), TEN)
    assert decision.orders == ()
    assert WhenTime(TEN + LOOK_AGAIN) in decision.wake_ups
    again = strategy.decide(view(quote("002680", 9_000), positions=[held]), TEN + LOOK_AGAIN)
    assert wishes(again) == [(Side.SELL, "002680", 10)]


def test_a_position_in_an_interruption_is_sold_into_its_auction() -> None:
    fallen = quote("002680", 9_000)._replace(interruption=Interruption.DYNAMIC)
    decision = swing().decide(view(fallen, positions=[position("002680", 10, 100_000, 9_000)]), TEN)
    assert wishes(decision) == [(Side.SELL, "002680", 10)]


def test_yesterdays_close_is_not_a_price_of_today() -> None:
    decision = swing(HANTA).decide(view(quote("002680", 10_000, has_traded=False)), on(DAY, 9))
    assert decision.orders == ()
    assert WhenInside("002680", 10_000, 10_499) in decision.wake_ups


@pytest.mark.parametrize("status", [status for status in OrderStatus if status is not OrderStatus.DENIED])
def test_one_entry_a_day_whatever_became_of_it(status: OrderStatus) -> None:
    entry = order("002680", Side.BUY, status)
    decision = swing(HANTA).decide(view(quote("002680", 10_000), orders=[entry]), TEN)
    assert decision.orders == ()
    assert not any(isinstance(wake_up, WhenInside) for wake_up in decision.wake_ups)


def test_a_denied_entry_is_tried_again_a_bounded_number_of_times() -> None:
    strategy = swing(HANTA, attempts=2)
    denied = [order("002680", Side.BUY, OrderStatus.DENIED, number=number) for number in (1, 2)]
    again = strategy.decide(view(quote("002680", 10_000), orders=denied[:1]), TEN)
    assert len(again.orders) == 1
    given_up = strategy.decide(view(quote("002680", 10_000), orders=denied), TEN)
    assert given_up.orders == ()
    assert given_up.wake_ups == (WhenTime(on(DAY, 15, 15)),)
    assert len(given_up.notes) == 1


def test_a_limit_entry_stands_at_the_top_of_the_band_on_the_grid() -> None:
    listed = Instrument(code="002680", name="한타", market=Market.KOSPI)
    settings = SwingSettings(entry_order="limit")
    strategy = Swing([Candidate("002680", "한타", 3_155)], settings, KIS_STOCK, [listed])
    request = strategy.decide(view(quote("002680", 3_200), cash=1_000_000), TEN).orders[0]
    assert (request.order_type, request.price) == (OrderType.LIMIT, 3_310)
    assert request.quantity == 302  # at the upper limit of 4,160 won it would be 240


def test_a_best_entry_takes_the_best_offer_with_the_cash_of_a_market_order() -> None:
    (best,) = swing(HANTA, entry_order="best").decide(view(quote("002680", 10_000)), TEN).orders
    (market,) = swing(HANTA).decide(view(quote("002680", 10_000)), TEN).orders
    assert (best.order_type, best.price) == (OrderType.IMMEDIATELY_EXECUTABLE_LIMIT, None)
    assert best.quantity == market.quantity


def test_a_limit_entry_knows_the_grid_of_a_fund() -> None:
    listed = Instrument(code="069500", name="KODEX 200", market=Market.KOSPI, kind=Kind.ETF)
    strategy = Swing(
        [Candidate("069500", "KODEX 200", 35_003)], SwingSettings(entry_order="limit"), FREE, [listed]
    )
    request = strategy.decide(view(quote("069500", 35_500)), TEN).orders[0]
    assert request.price == 36_750  # below 36,753.15 in steps of 5


def test_a_limit_entry_is_not_priced_above_the_upper_limit() -> None:
    listed = Instrument(code="002680", name="한타", market=Market.KOSPI)
    strategy = Swing([HANTA], SwingSettings(entry_order="limit"), FREE, [listed])
    request = strategy.decide(view(quote("002680", 10_100)._replace(upper_limit=10_300)), TEN).orders[0]
    assert request.price == 10_300


def test_limit_entries_need_to_know_the_instruments() -> None:
    with pytest.raises(BadInput, match="002680"):
        swing(HANTA, entry_order="limit")


def test_a_candidate_cannot_occur_twice() -> None:
    with pytest.raises(BadInput):
        swing(HANTA, Candidate("002680", "한타", 9_000))


def test_a_candidate_without_a_quote_is_left_alone() -> None:
    decision = swing(HANTA).decide(view(), TEN)
    assert decision.orders == ()
    assert decision.wake_ups == (WhenTime(on(DAY, 15, 15)),)
    assert any("시세" in note for note in decision.notes)


# Exits


@pytest.mark.parametrize(
    ("quantity", "cost", "last", "is_sold"),
    [
        (10, 100_000, 10_500, False),  # +5 % exactly
        (10, 100_000, 10_510, True),
        (10, 100_000, 9_700, False),  # -3 % exactly
        (10, 100_000, 9_690, True),
        (10, 100_000, 10_000, False),
        (3, 100_001, 35_000, False),  # 105,000 against 105,001.05
        (3, 100_001, 35_001, True),
        (3, 100_001, 32_334, False),  # 97,002 against 97,000.97
        (3, 100_001, 32_333, True),
        (7, 70_001, 10_500, False),  # 73,500 against 73,501.05
        (7, 70_001, 10_501, True),
    ],
)
def test_a_position_is_sold_beyond_its_exact_limits_only(
    quantity: int, cost: int, last: int, is_sold: bool
) -> None:
    held = position("002680", quantity, cost, last)
    decision = swing().decide(view(quote("002680", last), positions=[held]), TEN)
    assert wishes(decision) == ([(Side.SELL, "002680", quantity)] if is_sold else [])
    assert all(one.order_type is OrderType.MARKET and one.price is None for one in decision.orders)


def test_only_what_is_sellable_is_sold() -> None:
    held = position("002680", 10, 100_000, 11_000, sellable=4)
    decision = swing().decide(view(quote("002680", 11_000), positions=[held]), TEN)
    assert wishes(decision) == [(Side.SELL, "002680", 4)]


def test_what_cannot_be_sold_waits_for_the_price_to_come_back() -> None:
    held = position("002680", 10, 100_000, 11_000, sellable=0)
    decision = swing().decide(view(quote("002680", 11_000), positions=[held]), TEN)
    assert decision.orders == ()
    assert WhenInside("002680", 9_700, 10_500) in decision.wake_ups


def test_what_cannot_be_sold_and_has_no_price_to_come_back_to_waits_for_none() -> None:
    held = position("002680", 10, 100_001, 10_000, sellable=0)
    strategy = swing(take_profit=Decimal(0), stop_loss=Decimal(0))
    decision = strategy.decide(view(quote("002680", 10_000), positions=[held]), TEN)
    assert decision.wake_ups == (WhenTime(on(DAY, 15, 15)),)


@pytest.mark.parametrize(
    ("at", "is_sold"),
    [
        (on(DAY, 8, 59, 59), False),
        (on(DAY, 9), True),
        (on(DAY, 15, 15), True),
        (on(DAY, 15, 19, 59), True),
        (on(DAY, 15, 20), False),
        (on(EXAM_DAY, 9, 59), False),
        (on(EXAM_DAY, 16, 19, 59), True),
        (on(EXAM_DAY, 16, 20), False),
    ],
)
def test_positions_are_protected_from_the_open_until_continuous_trading_ends(
    at: datetime, is_sold: bool
) -> None:
    held = position("002680", 10, 100_000, 9_000)
    decision = swing().decide(view(quote("002680", 9_000), positions=[held], day=at.date()), at)
    assert bool(decision.orders) is is_sold


def test_a_position_is_not_sold_at_yesterdays_close() -> None:
    held = position("002680", 10, 100_000, 11_000)
    decision = swing().decide(view(quote("002680", 11_000, has_traded=False), positions=[held]), on(DAY, 9))
    assert decision.orders == ()
    assert WhenOutside("002680", 9_700, 10_500) in decision.wake_ups


@pytest.mark.parametrize(
    "status",
    [
        OrderStatus.SUBMITTED,
        OrderStatus.UNCONFIRMED,
        OrderStatus.OPEN,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.PENDING_REPLACE,
    ],
)
def test_a_code_is_not_sold_while_a_sale_of_it_is_under_way(status: OrderStatus) -> None:
    held = position("002680", 10, 100_000, 9_000, sellable=5)
    sale = order("002680", Side.SELL, status, quantity=5)
    decision = swing().decide(view(quote("002680", 9_000), positions=[held], orders=[sale]), TEN)
    assert decision.orders == ()
    assert set(decision.wake_ups) == {WhenOrderChanges(), WhenTime(on(DAY, 15, 15))}


def test_a_buy_in_doubt_does_not_hold_up_a_sale() -> None:
    held = position("002680", 10, 100_000, 9_000)
    entry = order("002680", Side.BUY, OrderStatus.UNCONFIRMED)
    decision = swing().decide(view(quote("002680", 9_000), positions=[held], orders=[entry]), TEN)
    assert wishes(decision) == [(Side.SELL, "002680", 10)]
    assert decision.cancels == ()


@pytest.mark.parametrize(
    "status",
    [
        OrderStatus.REJECTED,
        OrderStatus.DENIED,
        OrderStatus.NOT_RECEIVED,
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
    ],
)
def test_a_sale_that_failed_is_tried_again_a_bounded_number_of_times(status: OrderStatus) -> None:
    held = position("002680", 10, 100_000, 9_000)
    failed = [order("002680", Side.SELL, status, number=number) for number in (1, 2, 3)]
    again = swing().decide(view(quote("002680", 9_000), positions=[held], orders=failed[:2]), TEN)
    assert len(again.orders) == 1
    given_up = swing().decide(view(quote("002680", 9_000), positions=[held], orders=failed), TEN)
    assert given_up.orders == ()
    assert given_up.wake_ups == (WhenTime(on(DAY, 15, 15)),)
    assert any("직접 확인" in note for note in given_up.notes)


def test_a_sale_that_filled_is_no_failed_attempt() -> None:
    held = position("002680", 4, 40_000, 9_000)
    filled = [order("002680", Side.SELL, OrderStatus.FILLED, number=number) for number in range(1, 6)]
    decision = swing().decide(view(quote("002680", 9_000), positions=[held], orders=filled), TEN)
    assert wishes(decision) == [(Side.SELL, "002680", 4)]


def test_a_best_exit_sells_to_the_best_bid_and_after_its_attempts_at_the_market() -> None:
    held = position("002680", 10, 100_000, 9_000)
    strategy = swing(exit_order="best", attempts=2)
    now = quote("002680", 9_000)._replace(bid=8_990)
    first = strategy.decide(view(now, positions=[held]), TEN).orders[0]
    assert (first.order_type, first.time_in_force) == (
        OrderType.IMMEDIATELY_EXECUTABLE_LIMIT,
        TimeInForce.IOC,
    )
    assert first.quantity == 10
    cut = [order("002680", Side.SELL, OrderStatus.CANCELED, number=number) for number in (1, 2)]
    best = [replace(each, request=replace(first, quantity=10)) for each in cut]
    last = strategy.decide(view(now, positions=[held], orders=best), TEN).orders[0]
    assert (last.order_type, last.time_in_force) == (OrderType.MARKET, TimeInForce.DAY)


@pytest.mark.parametrize("state", [{"bid": None}, {"bid": 8_990, "interruption": Interruption.UNTOLD}])
def test_a_best_exit_is_at_the_market_where_no_bid_can_be_taken(state: dict[str, Any]) -> None:
    held = position("002680", 10, 100_000, 9_000)
    now = quote("002680", 9_000)._replace(**state)
    (sale,) = swing(exit_order="best").decide(view(now, positions=[held]), TEN).orders
    assert sale.order_type is OrderType.MARKET


def test_a_buy_that_is_still_open_is_cancelled_before_its_shares_are_sold() -> None:
    held = position("002680", 4, 40_000, 10_600)
    entry = order("002680", Side.BUY, OrderStatus.OPEN, filled=4)
    decision = swing(HANTA).decide(
        view(quote("002680", 10_600), positions=[held], opening=[], orders=[entry]), TEN
    )
    assert decision.cancels == (entry.order_id,)
    assert wishes(decision) == [(Side.SELL, "002680", 4)]


def test_a_position_without_a_known_cost_is_not_sold_by_price() -> None:
    decision = swing().decide(view(quote("002680", 9_000), positions=[position("002680", 5, 0, 9_000)]), TEN)
    assert decision.orders == ()
    assert decision.wake_ups == (WhenTime(on(DAY, 15, 15)),)
    assert any("매입금액" in note for note in decision.notes)


def test_the_limits_are_settings() -> None:
    held = position("002680", 10, 100_000, 10_600)
    strategy = swing(take_profit=Decimal("0.1"), stop_loss=Decimal("0.05"))
    decision = strategy.decide(view(quote("002680", 10_600), positions=[held]), TEN)
    assert decision.orders == ()
    assert WhenOutside("002680", 9_500, 11_000) in decision.wake_ups


# The holding period

WEDNESDAY = date(2025, 10, 1)
"""Before Chuseok 2025: its fifth trading day after is 15 October."""


@pytest.mark.parametrize(
    ("bought_on", "day", "is_sold"),
    [
        (date(2025, 11, 7), DAY, True),
        (date(2025, 11, 10), DAY, False),
        (DAY, DAY, False),
        (WEDNESDAY, date(2025, 10, 14), False),
        (WEDNESDAY, date(2025, 10, 15), True),
        (WEDNESDAY, date(2025, 10, 16), True),
        (date(2025, 12, 24), date(2026, 1, 2), False),  # 26, 29, 30 December, then 2 January
        (date(2025, 12, 24), date(2026, 1, 5), True),
    ],
)
def test_shares_are_sold_when_five_trading_days_have_passed(
    bought_on: date, day: date, is_sold: bool
) -> None:
    held = position("002680", 10, 100_000, 10_000)
    snapshot = view(quote("002680", 10_000), day=day, positions=[held], lots=[Lot("002680", bought_on, 10)])
    assert bool(swing().decide(snapshot, on(day, 15, 15)).orders) is is_sold


@pytest.mark.parametrize(
    ("at", "is_sold"),
    [
        (on(DAY, 15, 14, 59), False),
        (on(DAY, 15, 15), True),
        (on(DAY, 15, 19, 59), True),
        (on(DAY, 15, 20), False),
        (on(EXAM_DAY, 15, 15), False),
        (on(EXAM_DAY, 16, 14, 59), False),
        (on(EXAM_DAY, 16, 15), True),
    ],
)
def test_old_shares_are_sold_in_the_last_five_minutes_of_that_day(at: datetime, is_sold: bool) -> None:
    held = position("002680", 10, 100_000, 10_000)
    lot = Lot("002680", date(2025, 10, 1), 10)
    snapshot = view(quote("002680", 10_000), day=at.date(), positions=[held], lots=[lot])
    assert bool(swing().decide(snapshot, at).orders) is is_sold


def test_only_the_old_lots_of_a_position_are_sold() -> None:
    held = position("002680", 30, 300_000, 10_000)
    lots = [
        Lot("002680", date(2025, 11, 3), 7),
        Lot("002680", date(2025, 11, 7), 5),
        Lot("002680", date(2025, 11, 10), 18),
    ]
    snapshot = view(quote("002680", 10_000), positions=[held], lots=lots)
    assert wishes(swing().decide(snapshot, on(DAY, 15, 15))) == [(Side.SELL, "002680", 12)]


def test_what_is_left_of_a_position_stays_protected_after_its_old_lots_are_sold() -> None:
    held = position("002680", 18, 180_000, 10_000)
    snapshot = view(
        quote("002680", 10_000),
        positions=[held],
        lots=[Lot("002680", date(2025, 11, 10), 18)],
        orders=[order("002680", Side.SELL, OrderStatus.FILLED, quantity=12)],
    )
    decision = swing().decide(snapshot, on(DAY, 15, 16))
    assert decision.orders == ()
    assert decision.wake_ups == (WhenOutside("002680", 9_700, 10_500), WhenTime(on(DAY, 15, 20)))


def test_old_lots_are_sold_as_far_as_they_are_sellable() -> None:
    held = position("002680", 30, 300_000, 10_000, sellable=3)
    snapshot = view(quote("002680", 10_000), positions=[held], lots=[Lot("002680", date(2025, 11, 3), 12)])
    assert wishes(swing().decide(snapshot, on(DAY, 15, 15))) == [(Side.SELL, "002680", 3)]


def test_shares_of_unknown_age_are_not_sold_by_time_and_said_once() -> None:
    strategy = swing()
    held = position("002680", 30, 300_000, 10_000)
    snapshot = view(quote("002680", 10_000), positions=[held], lots=[Lot("002680", date(2025, 11, 10), 18)])
    first = strategy.decide(snapshot, on(DAY, 15, 15))
    assert first.orders == ()
    assert ["12주" in note for note in first.notes] == [True]
    assert strategy.decide(snapshot, on(DAY, 15, 16)).notes == ()


def test_old_shares_are_sold_without_a_price() -> None:
    held = position("002680", 10, 100_000, 10_000)
    snapshot = view(positions=[held], lots=[Lot("002680", date(2025, 10, 1), 10)])
    assert wishes(swing().decide(snapshot, on(DAY, 15, 15))) == [(Side.SELL, "002680", 10)]


# What wakes it


def test_before_the_open_only_the_open_wakes_it() -> None:
    snapshot = view(
        quote("002680", 10_000), quote("177350", 7_000), positions=[position("177350", 1, 7_000, 7_000)]
    )
    decision = swing(HANTA).decide(snapshot, on(DAY, 8, 30))
    assert decision.wake_ups == (WhenTime(on(DAY, 9)),)
    assert decision.orders == ()
    assert decision.notes == ("오늘 살 종목 1개, 종목당 10,000,000원까지",)


def test_during_the_day_it_waits_for_bands_limits_and_the_exit_time() -> None:
    snapshot = view(
        quote("002680", 9_900),
        quote("177350", 8_100),
        quote("312610", 3_505),
        positions=[position("312610", 10, 35_050, 3_505)],
    )
    assert swing(HANTA, VESSEL).decide(snapshot, TEN).wake_ups == (
        WhenOutside("312610", 3_400, 3_680),
        WhenInside("002680", 10_000, 10_499),
        WhenInside("177350", 7_630, 8_011),
        WhenTime(on(DAY, 15, 15)),
    )


def test_an_order_makes_it_wait_for_its_change() -> None:
    decision = swing(HANTA).decide(view(quote("002680", 10_000)), TEN)
    assert decision.wake_ups == (WhenTime(on(DAY, 15, 15)), WhenOrderChanges())


def test_after_the_exit_time_it_waits_for_limits_and_the_stop_only() -> None:
    snapshot = view(
        quote("002680", 9_900),
        quote("312610", 3_505),
        positions=[position("312610", 10, 35_050, 3_505)],
        lots=[Lot("312610", DAY, 10)],
    )
    assert swing(HANTA).decide(snapshot, on(DAY, 15, 15)).wake_ups == (
        WhenOutside("312610", 3_400, 3_680),
        WhenTime(on(DAY, 15, 20)),
    )


def test_at_the_stop_it_cancels_its_open_buys_and_waits_for_nothing() -> None:
    orders = [
        order("002680", Side.BUY, OrderStatus.OPEN, number=1),
        order("177350", Side.BUY, OrderStatus.PENDING_CANCEL, number=2),
        order("312610", Side.BUY, OrderStatus.FILLED, number=3),
        order("096870", Side.BUY, OrderStatus.UNCONFIRMED, number=4),
        order("311390", Side.SELL, OrderStatus.OPEN, number=5),
    ]
    decision = swing(HANTA).decide(view(quote("002680", 10_000), orders=orders), on(DAY, 15, 20))
    assert decision.cancels == ("20251114-000001",)
    assert decision.orders == ()
    assert decision.wake_ups == ()
    assert any("20251114-000004" in note for note in decision.notes)


# Restart


def _restart_views() -> list[tuple[View, datetime]]:
    held = position("312610", 10, 35_050, 3_300)
    lots = [Lot("312610", date(2025, 11, 3), 4), Lot("312610", DAY, 6)]
    entry = order("002680", Side.BUY, OrderStatus.FILLED, number=1)
    sale = order("312610", Side.SELL, OrderStatus.REJECTED, number=2)
    quotes = (quote("002680", 10_000), quote("177350", 7_700), quote("312610", 3_300))
    return [
        (view(*quotes, positions=[held], lots=lots), TEN),
        (view(*quotes, positions=[held], lots=lots, orders=[entry]), TEN),
        (view(*quotes, positions=[held], lots=lots, orders=[entry, sale]), TEN),
        (view(*quotes, positions=[held], lots=lots, orders=[entry, sale]), on(DAY, 15, 15)),
        (view(*quotes, positions=[held], lots=lots, orders=[entry, sale]), on(DAY, 15, 20)),
    ]


def test_a_restart_at_any_moment_wishes_the_same() -> None:
    veteran = swing(HANTA, VESSEL)
    for snapshot, at in _restart_views():
        before = veteran.decide(snapshot, at)
        after = swing(HANTA, VESSEL).decide(snapshot, at)
        assert (before.orders, before.cancels, before.wake_ups) == (
            after.orders,
            after.cancels,
            after.wake_ups,
        )


# Settings


def test_the_defaults_are_the_seeds_numbers() -> None:
    settings = SwingSettings()
    assert (settings.entry_band, settings.take_profit, settings.stop_loss) == (
        Decimal("0.05"),
        Decimal("0.05"),
        Decimal("0.03"),
    )
    assert (settings.holding_days, settings.exit_before_end, settings.stop_before_end) == (5, 5, 0)


def test_every_setting_says_what_it_may_be() -> None:
    assert set(ALLOWED) == {field.name for field in fields(SwingSettings)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("entry_band", Decimal(0)),
        ("entry_band", Decimal("1.01")),
        ("entry_band", Decimal("NaN")),
        ("take_profit", Decimal("-0.01")),
        ("take_profit", Decimal("Infinity")),
        ("stop_loss", Decimal("1.5")),
        ("holding_days", 0),
        ("entry_after_open", -1),
        ("exit_before_end", 0),
        ("stop_before_end", 300),
        ("entry_order", "cheap"),
        ("exit_order", "limit"),
        ("attempts", 0),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=name):
        SwingSettings(**{name: value})  # type: ignore[arg-type]


# Properties

RATES = st.decimals(min_value=0, max_value="0.01", places=7)


@given(
    money=st.integers(-1_000, 10**11),
    price=st.integers(1, 3_000_000),
    rate=RATES,
    unit=st.sampled_from([1, 10]),
)
def test_sizing_spends_as_much_as_fits_and_no_more(money: int, price: int, rate: Decimal, unit: int) -> None:
    commission = Commission(rate, unit)

    def reserved(quantity: int) -> int:
        return quantity * price + commission.of(quantity * price)

    quantity = affordable(money, price, commission)
    assert quantity == 0 or reserved(quantity) <= money
    assert reserved(quantity + 1) > money


STATUSES = st.sampled_from(list(OrderStatus))
CODES = ("002680", "177350", "312610")
TIMES = st.sampled_from(
    [on(DAY, 8, 30), on(DAY, 9), TEN, on(DAY, 15, 14), on(DAY, 15, 15), on(DAY, 15, 17), on(DAY, 15, 20)]
)


@st.composite
def views(draw: st.DrawFn) -> View:
    quotes, positions, lots, orders = [], [], [], []
    for number, code in enumerate(CODES):
        base = draw(st.integers(1_000, 20_000))
        last = draw(st.integers(base * 7 // 10, base * 13 // 10))
        quotes.append(quote(code, last, base, has_traded=draw(st.booleans())))
        quantity = draw(st.integers(0, 100))
        if draw(st.booleans()):
            cost = draw(st.integers(0, 2_000_000))
            positions.append(position(code, quantity, cost, last, sellable=draw(st.integers(0, quantity))))
            days = (date(2025, 11, 3), date(2025, 11, 7), DAY)
            lots += [Lot(code, day, draw(st.integers(1, 60))) for day in days]
        for again in range(draw(st.integers(0, 4))):
            side = draw(st.sampled_from(Side))
            orders.append(order(code, side, draw(STATUSES), number=10 * number + again))
    cash = draw(st.integers(-1_000, 10_000_000))
    return view(
        *quotes,
        cash=cash,
        opening_cash=draw(st.integers(0, 10_000_000)),
        positions=positions,
        opening=draw(st.sets(st.sampled_from(CODES))),
        lots=lots,
        orders=orders,
    )


CANDIDATES = st.builds(
    lambda references: [
        Candidate(code, "이름", reference) for code, reference in zip(CODES, references, strict=True)
    ],
    st.tuples(*[st.integers(1_000, 20_000)] * 3),
)
SETTINGS = st.builds(
    SwingSettings,
    entry_band=st.decimals(min_value="0.001", max_value="0.3", places=4),
    take_profit=st.decimals(min_value=0, max_value="0.3", places=4),
    stop_loss=st.decimals(min_value=0, max_value="0.3", places=4),
    holding_days=st.integers(1, 10),
)


@given(views(), CANDIDATES, SETTINGS, RATES, TIMES)
def test_no_decision_spends_sells_or_waits_wrongly(
    snapshot: View, candidates: list[Candidate], settings: SwingSettings, rate: Decimal, at: datetime
) -> None:
    commission = Commission(rate)
    decision = Swing(candidates, settings, commission).decide(snapshot, at)
    buys = [one for one in decision.orders if one.side is Side.BUY]
    sales = [one for one in decision.orders if one.side is Side.SELL]

    names = [one for one in candidates if one.code not in snapshot.opening_positions]
    reserved = []
    for one in buys:
        amount = one.quantity * snapshot.quotes[one.code].upper_limit
        reserved.append(amount + commission.of(amount))
    assert all(amount <= snapshot.opening_cash // len(names) for amount in reserved)
    assert sum(reserved) <= max(0, snapshot.cash)
    assert all(one.quantity > 0 for one in decision.orders)
    assert len({one.code for one in buys}) == len(buys)

    for one in sales:
        held = snapshot.positions[one.code]
        assert one.quantity <= held.sellable_quantity
        sellable_by_price = (
            snapshot.quotes[one.code].open is not None
            and held.cost > 0
            and not (1 - Fraction(settings.stop_loss)) * held.cost
            <= held.quantity * snapshot.quotes[one.code].last_price
            <= (1 + Fraction(settings.take_profit)) * held.cost
        )
        assert sellable_by_price or at >= on(DAY, 15, 15)
    assert len({one.code for one in sales}) == len(sales)
    assert not {one.code for one in sales} & {one.code for one in buys}

    for wake_up in decision.wake_ups:
        match wake_up:
            case WhenTime(moment):
                assert moment > at
            case WhenInside(code, low, high):
                price = snapshot.quotes[code]
                assert low <= high
                assert price.open is None or not low <= price.last_price <= high
            case WhenOutside(code, low, high):
                price = snapshot.quotes[code]
                assert price.open is None or low <= price.last_price <= high
            case WhenOrderChanges():
                assert decision.orders or decision.cancels or any(not o.is_done for o in snapshot.orders)
    assert len(set(decision.wake_ups)) == len(decision.wake_ups)
    assert bool(decision.wake_ups) is (at < on(DAY, 15, 20))
