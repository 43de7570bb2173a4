"""The call auction: its price, and how the orders at a limit price share."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.instrument import Kind, Market
from hoga.exchange.auction import Clearing, Interest, allocate, clear
from hoga.exchange.ladder import Ladder
from hoga.krx import deemed
from hoga.krx.limits import PriceLimits, price_limits
from hoga.krx.ticks import grid

DAY = date(2026, 5, 4)
STOCK = grid(Market.KOSPI, Kind.STOCK, DAY)

Side = dict[int | None, int]
"""Price (None: market) → shares."""


def ladder_for(base: int) -> Ladder:
    return Ladder(STOCK, price_limits(Market.KOSPI, Kind.STOCK, base, DAY))


def interest(side: Side, *, is_buy: bool) -> Interest:
    limits = sorted(((price, shares) for price, shares in side.items() if price is not None), reverse=is_buy)
    return Interest(limits=limits, market=side.get(None, 0))


def auction(bids: Side, asks: Side, last: int, base: int | None = None) -> Clearing | None:
    return clear(ladder_for(base or last), interest(bids, is_buy=True), interest(asks, is_buy=False), last)


def price_and_quantity(bids: Side, asks: Side, last: int, base: int | None = None) -> tuple[int, int] | None:
    clearing = auction(bids, asks, last, base)
    return (clearing.price, clearing.quantity) if clearing else None


def test_too_many_buys_raise_the_price_to_the_highest_that_pays() -> None:
    assert price_and_quantity({11_500: 200, 10_450: 100}, {10_500: 100}, 10_000) == (11_500, 100)


def test_too_many_sells_lower_the_price_to_the_lowest_that_sells() -> None:
    assert price_and_quantity({9_500: 100}, {8_700: 200, 9_550: 100}, 10_000) == (8_700, 100)


@pytest.mark.parametrize(("last", "price"), [(7_820, 7_820), (7_850, 7_840), (7_800, 7_810)])
def test_the_last_price_decides_within_a_balanced_zone(last: int, price: int) -> None:
    bids: Side = {7_850: 200, 7_840: 100}
    asks: Side = {7_800: 200, 7_810: 100}

    assert price_and_quantity(bids, asks, last) == (price, 300)


def test_a_last_price_between_two_ticks_gives_the_one_above() -> None:
    assert price_and_quantity({2_090: 10}, {2_080: 10}, 2_083, base=2_090) == (2_085, 10)


@pytest.mark.parametrize(("last", "price"), [(9_950, 10_000), (10_010, 10_010)])
def test_the_last_price_decides_between_two_prices_that_trade_the_same(last: int, price: int) -> None:
    bids: Side = {10_010: 100, 10_000: 50}
    asks: Side = {10_000: 100, 10_010: 30}

    assert price_and_quantity(bids, asks, last, base=10_000) == (price, 100)


def test_market_orders_alone_move_one_tick_towards_the_side_that_wants_more() -> None:
    assert price_and_quantity({None: 200}, {None: 100}, 10_600) == (10_610, 100)
    assert price_and_quantity({None: 100}, {None: 200}, 10_600) == (10_590, 100)
    assert price_and_quantity({None: 100}, {None: 100}, 10_600) == (10_600, 100)


def test_market_orders_alone_stay_within_the_limits() -> None:
    upper = ladder_for(10_000).limits.upper

    assert price_and_quantity({None: 200}, {None: 100}, upper, base=10_000) == (upper, 100)


def test_a_market_buy_stands_one_tick_over_the_best_bid() -> None:
    clearing = auction({None: 200, 10_600: 200, 10_500: 200}, {10_500: 200}, 10_400)

    assert clearing is not None
    assert (clearing.price, clearing.quantity, clearing.market_buy_price) == (10_610, 200, 10_610)
    assert clearing.market_sell_price is None


def test_nothing_trades_when_no_price_crosses() -> None:
    assert auction({9_990: 10}, {10_010: 10}, 10_000) is None


@pytest.mark.parametrize("bids", [{}, {10_000: 5, None: 5}])
def test_nothing_trades_on_one_side_only(bids: Side) -> None:
    assert auction(bids, {} if bids else {10_000: 5}, 10_000) is None


prices = st.one_of(st.none(), st.integers(-7, 7), st.sampled_from([-10_000, 10_000]))
sides = st.dictionaries(prices, st.integers(1, 9), max_size=7)


@given(base=st.sampled_from([10, 1_995, 5_000, 20_000]), bids=sides, asks=sides, last=st.integers(-9, 9))
def test_the_closed_form_is_what_the_definition_says_at_every_price(
    base: int, bids: dict[int | None, int], asks: dict[int | None, int], last: int
) -> None:
    """Supply and demand are summed anew at every price of the day, as the articles define them."""
    ladder = ladder_for(base)

    def price_at(offset: int | None) -> int | None:
        if offset is None:
            return None
        return ladder.rising[min(max(ladder.floor(base) + offset, 0), ladder.top)]

    bids_at: Side = {}
    asks_at: Side = {}
    for wanted, placed in ((bids, bids_at), (asks, asks_at)):
        for offset, shares in wanted.items():
            placed[price_at(offset)] = placed.get(price_at(offset), 0) + shares
    last_price = price_at(last)
    assert last_price is not None

    clearing = auction(bids_at, asks_at, last_price, base)

    found = (
        (clearing.price, clearing.quantity, clearing.lowest, clearing.highest)
        if clearing is not None
        else None
    )
    assert found == by_definition(ladder, bids_at, asks_at, last_price)


def by_definition(ladder: Ladder, bids: Side, asks: Side, last: int) -> tuple[int, int, int, int] | None:
    bid_prices = [price for price in bids if price is not None]
    ask_prices = [price for price in asks if price is not None]
    market = deemed.in_call(
        best_bid=max(bid_prices, default=None),
        lowest_bid=min(bid_prices, default=None),
        best_ask=min(ask_prices, default=None),
        highest_ask=max(ask_prices, default=None),
        market_buys=bids.get(None, 0),
        market_sells=asks.get(None, 0),
        last=last,
        limits=ladder.limits,
        grid=ladder.grid,
    )
    buys = [(market.buy if price is None else price, shares) for price, shares in bids.items()]
    sells = [(market.sell if price is None else price, shares) for price, shares in asks.items()]

    def demand(price: int) -> int:
        return sum(shares for at, shares in buys if at >= price)

    def supply(price: int) -> int:
        return sum(shares for at, shares in sells if at <= price)

    candidates = [price for price in ladder.rising if supply(price) == demand(price) > 0]
    if not candidates:
        low = max((price for price in ladder.rising if supply(price) < demand(price)), default=None)
        high = min((price for price in ladder.rising if supply(price) > demand(price)), default=None)
        at_low = supply(low) if low is not None else 0
        at_high = demand(high) if high is not None else 0
        if at_low == at_high == 0:
            return None
        if low is not None and at_low >= at_high:
            candidates.append(low)
        if high is not None and at_high >= at_low:
            candidates.append(high)
    if last in candidates:
        price = last
    elif last > max(candidates):
        price = max(candidates)
    else:
        price = min(candidate for candidate in candidates if candidate > last)
    return price, min(supply(price), demand(price)), min(candidates), max(candidates)


def test_the_largest_order_is_served_first_at_a_limit_price() -> None:
    assert allocate([1_000, 200, 10_000, 5_000], 13_100, DAY) == [550, 150, 9_850, 2_550]


def test_half_of_an_odd_rest_is_rounded_up() -> None:
    assert allocate([301, 301], 351, DAY) == [201, 150]


def test_before_2023_orders_at_a_limit_price_shared_in_more_passes() -> None:
    assert allocate([10_000, 10_000], 6_000, date(2023, 1, 24)) == [3_600, 2_400]
    assert allocate([10_000, 10_000], 6_000, date(2023, 1, 25)) == [5_050, 950]


@given(
    quantities=st.lists(st.integers(1, 20_000), min_size=1, max_size=8),
    available=st.integers(0, 60_000),
    lot=st.sampled_from([1, 10]),
    day=st.sampled_from([DAY, date(2020, 3, 2)]),
)
def test_sharing_gives_out_what_there_is_and_never_more_than_an_order_wants(
    quantities: list[int], available: int, lot: int, day: date
) -> None:
    quantities = [quantity * lot for quantity in quantities]
    shares = allocate(quantities, available * lot, day, lot)

    assert sum(shares) == min(available * lot, sum(quantities))
    assert all(0 <= got <= quantity for got, quantity in zip(shares, quantities, strict=True))
    assert all(got % lot == 0 for got in shares)


def test_limits_bound_the_price() -> None:
    ladder = Ladder(STOCK, PriceLimits(7_000, 13_000))
    bids = Interest(limits=[(13_000, 50)], market=10)
    asks = Interest(limits=[(7_000, 20)], market=5)

    clearing = clear(ladder, bids, asks, 10_000)

    assert clearing is not None
    assert (clearing.price, clearing.quantity) == (13_000, 25)
