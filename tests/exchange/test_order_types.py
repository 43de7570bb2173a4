"""Orders beyond limit and market: what they trade at, what becomes of the rest, and who comes first."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hoga.domain.request import OrderType, Side, TimeInForce
from hoga.exchange.commands import Cancel, Place, Replace
from hoga.exchange.events import Canceled, Expired, Refusal, Rejected, Replaced, Traded, Turned

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

BUY, SELL = Side.BUY, Side.SELL
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
CONDITIONAL = OrderType.LIMIT_TO_MARKET_ON_CLOSE
OPPOSITE_BEST = OrderType.IMMEDIATELY_EXECUTABLE_LIMIT
OWN_BEST = OrderType.BEST_LIMIT
MIDPOINT = OrderType.MID_PRICE
STOP = OrderType.STOP_LIMIT


# IOC and FOK


def test_an_ioc_order_cancels_what_it_cannot_trade_at_once(pit: "Pit") -> None:
    ask = pit.sell("10:05", 30, 10_010)
    number = pit.buy("10:05", 50, 10_020, time_in_force=IOC)

    assert pit.trades() == [(number, ask, 10_010, 30)]
    assert pit.of(Canceled) == [Canceled(pit.at("10:05"), number, number, "kim", "005930", BUY, 20)]
    assert pit.exchange.book("005930").total_bid_quantity == 0
    assert pit.exchange.account("kim").buying_power == pit.exchange.account("kim").deposit_d2


def test_an_ioc_market_order_meets_nobody_and_is_gone(pit: "Pit") -> None:
    number = pit.buy("10:05", 50, time_in_force=IOC)

    assert pit.remaining(number) == 0
    assert pit.exchange.orders("kim", pit.day, pit.day)[0].canceled_quantity == 50


def test_an_fok_order_trades_wholly_or_not_at_all(pit: "Pit") -> None:
    pit.sell("10:05", 30, 10_010)
    pit.sell("10:05", 30, 10_020)
    pit.buy("10:05", 61, 10_020, time_in_force=FOK)
    assert pit.trades() == []

    pit.buy("10:05", 60, 10_010, time_in_force=FOK)
    assert pit.trades() == []

    pit.buy("10:05", 60, 10_020, time_in_force=FOK)
    assert [trade[2:] for trade in pit.trades()] == [(10_010, 30), (10_020, 30)]


# 최유리, 최우선


def test_an_order_at_the_opposite_best_becomes_a_limit_order_there(pit: "Pit") -> None:
    pit.sell("10:05", 30, 10_010)
    pit.sell("10:05", 30, 10_020)
    number = pit.buy("10:05", 50, order_type=OPPOSITE_BEST)

    assert [trade[2:] for trade in pit.trades()] == [(10_010, 30)]
    assert pit.exchange.book("005930").bids[0].price == 10_010
    record = pit.exchange.orders("kim", pit.day, pit.day)[-1]
    assert (record.number, record.limit_price, record.request.price) == (number, 10_010, None)


def test_an_order_at_its_own_best_joins_the_queue_there(pit: "Pit") -> None:
    pit.buy("10:05", 10, 9_990)
    later = pit.buy("10:05", 10, order_type=OWN_BEST)
    ask = pit.sell("10:05", 15, 9_990)

    assert pit.trades() == [(1, ask, 9_990, 10), (later, ask, 9_990, 5)]


def test_a_buy_at_the_opposite_best_reserves_what_it_is_priced_at(pit: "Pit", market: str) -> None:
    pit.sell("10:05", 1, 10_010, account=market)
    before = pit.exchange.buying_power("kim")
    pit.buy("10:05", 101, order_type=OPPOSITE_BEST)

    spent = before - pit.exchange.buying_power("kim")
    assert spent == 101 * 10_010 + pit.exchange.commission.of(101 * 10_010)


# 조건부지정가


def test_conditional_orders_are_market_orders_of_the_closing_call_by_price_then_time(pit: "Pit") -> None:
    low = pit.buy("10:05", 10, 9_900, order_type=CONDITIONAL)
    high = pit.buy("10:06", 10, 9_950, order_type=CONDITIONAL)
    high_later = pit.buy("10:07", 10, 9_950, order_type=CONDITIONAL)
    turned = [one for one in pit.until("15:20") if isinstance(one, Turned)]
    assert [one.number for one in turned] == [high, high_later, low]
    assert {(one.price, one.order_type) for one in turned} == {(None, OrderType.MARKET)}

    market = pit.buy("15:25", 10)
    ask = pit.sell("15:26", 35, 10_000)
    pit.until("15:30")
    assert pit.trades() == [
        (high, ask, 10_000, 10),
        (high_later, ask, 10_000, 10),
        (low, ask, 10_000, 10),
        (market, ask, 10_000, 5),
    ]


def test_a_conditional_order_is_reserved_like_the_market_order_that_it_may_become(pit: "Pit") -> None:
    before = pit.exchange.buying_power("kim")
    pit.buy("10:05", 10, 9_900, order_type=CONDITIONAL)

    assert before - pit.exchange.buying_power("kim") == 130_000 + pit.exchange.commission.of(130_000)


@pytest.mark.parametrize(("side", "price"), [(BUY, 13_000), (SELL, 7_000)])
def test_a_conditional_order_at_the_limit_price_is_refused(pit: "Pit", side: Side, price: int) -> None:
    command = Place("kim", "005930", side, 1, price, CONDITIONAL)

    assert pit.refusal("10:05", command) is Refusal.ORDER_TYPE_NOT_ALLOWED


def test_a_conditional_order_is_not_entered_in_the_closing_call(pit: "Pit") -> None:
    command = Place("kim", "005930", BUY, 1, 10_000, CONDITIONAL)

    assert pit.refusal("15:21", command) is Refusal.ORDER_TYPE_NOT_ALLOWED


def test_a_conditional_order_can_be_changed_into_a_limit_order(pit: "Pit") -> None:
    number = pit.buy("10:05", 10, 9_900, order_type=CONDITIONAL)
    (event,) = pit.do("10:06", Replace("kim", number, 9_900))
    assert isinstance(event, Replaced)

    assert not [one for one in pit.until("15:20") if isinstance(one, Turned)]


# 중간가


def quote_around(pit: "Pit", bid: int = 9_990, ask: int = 10_000) -> tuple[int, int]:
    return pit.buy("10:05", 10, bid), pit.sell("10:05", 10, ask)


def test_a_midpoint_order_waits_half_way_and_is_on_no_book(pit: "Pit") -> None:
    quote_around(pit)
    book = pit.exchange.book("005930")
    number = pit.buy("10:05", 7, order_type=MIDPOINT)

    assert pit.exchange.book("005930") == book
    ask = pit.sell("10:06", 4, order_type=MIDPOINT)
    assert pit.trades() == [(number, ask, 9_995, 4)]
    assert pit.exchange.quote("005930").last_price == 9_995


def test_an_ordinary_order_meets_midpoint_orders_before_the_best_price(pit: "Pit") -> None:
    bid, ask = quote_around(pit)
    waiting = pit.sell("10:05", 7, order_type=MIDPOINT)
    taker = pit.buy("10:06", 12, 10_000)

    assert pit.trades() == [(taker, waiting, 9_995, 7), (taker, ask, 10_000, 5)]
    assert pit.remaining(bid) == 10


def test_a_midpoint_order_floats_with_the_book(pit: "Pit") -> None:
    quote_around(pit, 9_900, 10_000)
    waiting = pit.buy("10:05", 7, order_type=MIDPOINT)
    pit.buy("10:06", 1, 9_950)
    taker = pit.sell("10:07", 7, order_type=MIDPOINT)

    assert pit.trades() == [(waiting, taker, 9_975, 7)]


def test_midpoints_need_two_sides_at_entry_and_sleep_while_one_is_empty(pit: "Pit") -> None:
    pit.buy("10:05", 10, 9_990)
    rejected = pit.buy("10:05", 7, order_type=MIDPOINT)
    assert isinstance(pit.events[-1], Rejected)
    record = pit.exchange.find_order(rejected)
    assert record is not None
    assert (record.rejected_quantity, record.remaining_quantity) == (7, 0)
    ask = pit.sell("10:05", 10, 10_000)
    waiting = pit.buy("10:05", 7, order_type=MIDPOINT)
    pit.cancel("10:06", ask)
    pit.sell("10:07", 3, 9_990)

    assert [trade[2:] for trade in pit.trades()] == [(9_990, 3)]
    assert pit.remaining(waiting) == 7


def test_midpoint_orders_are_cancelled_as_continuous_trading_ends(pit: "Pit") -> None:
    quote_around(pit)
    number = pit.buy("10:05", 7, order_type=MIDPOINT)
    before = pit.exchange.buying_power("kim")
    canceled = [one for one in pit.until("15:20") if isinstance(one, Canceled)]

    assert [(one.number, one.request_number, one.quantity) for one in canceled] == [(number, number, 7)]
    record = pit.exchange.find_order(number)
    assert record is not None
    assert (record.canceled_quantity, record.expired_quantity) == (7, 0)
    assert pit.exchange.buying_power("kim") > before


@pytest.mark.parametrize(("term", "left"), [(IOC, 0), (FOK, 0)])
def test_a_midpoint_order_can_be_immediate(pit: "Pit", term: TimeInForce, left: int) -> None:
    quote_around(pit)
    pit.sell("10:05", 5, order_type=MIDPOINT)
    number = pit.buy("10:06", 7, order_type=MIDPOINT, time_in_force=term)

    assert pit.remaining(number) == left
    assert [trade[3] for trade in pit.trades()] == ([5] if term is IOC else [])


def test_one_won_apart_the_midpoint_is_the_best_bid_and_the_earlier_number_goes_first(
    make_pit: "type[Pit]",
) -> None:
    from tests.exchange.conftest import STOCK

    from hoga.exchange.exchange import Listing

    pit = make_pit(listings=[Listing(STOCK, 1_000)])
    pit.until("10:05")
    first, _ = pit.buy("10:05", 10, 1_000), pit.sell("10:05", 10, 1_001)
    floating = pit.buy("10:05", 10, order_type=MIDPOINT)
    last = pit.buy("10:05", 10, 1_000)
    taker = pit.sell("10:06", 25, 1_000)

    assert pit.trades() == [
        (first, taker, 1_000, 10),
        (floating, taker, 1_000, 10),
        (last, taker, 1_000, 5),
    ]


def test_a_midpoint_sell_trades_when_the_asks_have_come_down_to_it(make_pit: "type[Pit]") -> None:
    from tests.exchange.conftest import STOCK

    from hoga.exchange.exchange import Listing

    pit = make_pit(listings=[Listing(STOCK, 1_000)])
    pit.until("10:05")
    bid, _ = pit.buy("10:05", 10, 1_000), pit.sell("10:05", 10, 1_005)
    floating = pit.sell("10:05", 4, order_type=MIDPOINT)
    assert pit.trades() == []
    pit.sell("10:06", 10, 1_001)

    assert pit.trades() == [(bid, floating, 1_000, 4)]


def test_midpoint_and_stop_orders_do_not_exist_before_2025_03_04(make_pit: "type[Pit]") -> None:
    pit = make_pit(date(2025, 2, 28))
    pit.until("10:05")
    quote_around(pit)

    for command in (
        Place("kim", "005930", BUY, 7, None, MIDPOINT),
        Place("kim", "005930", BUY, 7, 10_000, STOP, stop_price=10_100),
    ):
        assert pit.refusal("10:06", command) is Refusal.ORDER_TYPE_NOT_ALLOWED


# 스톱지정가


def test_a_stop_order_sleeps_until_the_last_price_reaches_its_stop(pit: "Pit") -> None:
    pit.sell("10:05", 20, 10_050)
    pit.sell("10:05", 20, 10_100)
    sleeper = pit.buy("10:05", 10, 10_100, order_type=STOP, stop=10_050)
    assert pit.exchange.book("005930").total_bid_quantity == 0
    pit.buy("10:06", 15, 10_050)

    assert [trade[2:] for trade in pit.trades()] == [(10_050, 15), (10_050, 5), (10_100, 5)]
    (turned,) = pit.of(Turned)
    assert isinstance(turned, Turned)
    assert (turned.number, turned.price, turned.order_type) == (sleeper, 10_100, OrderType.LIMIT)
    record = pit.exchange.find_order(sleeper)
    assert record is not None
    assert record.set_off_at == pit.at("10:06")


def test_stops_that_fire_together_enter_by_stop_price_then_by_entry(pit: "Pit") -> None:
    far = pit.buy("10:05", 1, 10_100, order_type=STOP, stop=10_080)
    near = pit.buy("10:05", 1, 10_100, order_type=STOP, stop=10_020)
    near_later = pit.buy("10:05", 1, 10_100, order_type=STOP, stop=10_020)
    sell = pit.sell("10:05", 1, 9_900, order_type=STOP, stop=9_990)
    pit.sell("10:06", 5, 10_090)
    pit.buy("10:06", 1, 10_090)

    assert [one.number for one in pit.of(Turned) if isinstance(one, Turned)] == [near, near_later, far]
    assert pit.remaining(sell) == 1


def test_one_stop_can_set_off_the_next(pit: "Pit") -> None:
    for price in (10_010, 10_020, 10_030):
        pit.sell("10:05", 1, price)
    pit.buy("10:05", 1, 10_030, order_type=STOP, stop=10_020)
    pit.buy("10:05", 1, 10_020, order_type=STOP, stop=10_010)
    pit.buy("10:06", 1, 10_010)

    assert [trade[2] for trade in pit.trades()] == [10_010, 10_020, 10_030]


def test_the_stop_price_of_a_sleeping_order_can_be_changed(pit: "Pit") -> None:
    sleeper = pit.buy("10:05", 10, 10_100, order_type=STOP, stop=10_050)
    same = Replace("kim", sleeper, 10_100, None, STOP, 10_050)
    assert pit.refusal("10:06", same) is Refusal.NO_CHANGE
    (event,) = pit.do("10:06", Replace("kim", sleeper, 10_100, None, STOP, 10_010))
    assert isinstance(event, Replaced)
    pit.sell("10:07", 1, 10_010)
    pit.buy("10:07", 1, 10_010)

    assert [one.number for one in pit.of(Turned) if isinstance(one, Turned)] == [event.number]


def test_a_sleeping_order_can_be_cancelled_and_gives_its_cash_back(pit: "Pit") -> None:
    before = pit.exchange.buying_power("kim")
    sleeper = pit.buy("10:05", 10, 10_100, order_type=STOP, stop=10_050)
    assert pit.exchange.buying_power("kim") < before
    pit.do("10:06", Cancel("kim", sleeper, 4))
    assert pit.remaining(sleeper) == 6
    pit.cancel("10:06", sleeper)

    assert pit.exchange.buying_power("kim") == before


def test_a_sleeping_order_ends_with_the_day(pit: "Pit") -> None:
    sleeper = pit.buy("10:05", 10, 10_100, order_type=STOP, stop=10_050)

    assert [one.number for one in pit.until("15:30") if isinstance(one, Expired)] == [sleeper]


def test_before_the_first_trade_the_base_price_is_the_last_one(make_pit: "type[Pit]") -> None:
    pit = make_pit()
    pit.until("08:30")
    woken = pit.buy("08:40", 10, 10_100, order_type=STOP, stop=10_000)

    assert [one.number for one in pit.of(Turned) if isinstance(one, Turned)] == [woken]
    assert pit.exchange.book("005930").bids[0].price == 10_100


# Sharing at the limit price goes on after the call


def test_the_turns_at_the_limit_price_go_on_in_continuous_trading(make_pit: "type[Pit]", market: str) -> None:
    pit = make_pit()
    small = pit.buy("08:40", 300, 13_000)
    large = pit.buy("08:41", 1_000, 13_000)
    pit.sell("08:42", 500, 13_000, account=market)
    pit.until("09:00")
    filled = dict.fromkeys((small, large), 0)
    for trade in pit.trades():
        filled[trade[0]] += trade[3]
    # 100 each, then half of the rest, the larger first: 450 of 900, of which 300 are there.
    assert filled == {small: 100, large: 400}

    pit.sell("09:01", 160, 13_000, account=market)
    taken = [(trade[0], trade[3]) for trade in pit.trades()][2:]
    assert taken == [(large, 150), (small, 10)]


def test_a_later_order_at_the_limit_price_waits_for_those_who_share(
    make_pit: "type[Pit]", market: str
) -> None:
    pit = make_pit()
    first = pit.buy("08:40", 200, 13_000)
    pit.sell("08:42", 100, 13_000, account=market)
    later = pit.buy("09:01", 50, 13_000)
    pit.sell("09:02", 120, 13_000, account=market)

    assert [(one.buy_number, one.quantity) for one in pit.of(Traded) if isinstance(one, Traded)][1:] == [
        (first, 50),
        (first, 50),
        (later, 20),
    ]
