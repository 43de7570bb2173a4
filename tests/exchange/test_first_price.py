"""Issues whose first price becomes the base of the day: 시가기준가종목, and new listings until June 2023."""

import random
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from hoga.domain.bar import Bar
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.request import OrderType, Side
from hoga.domain.zone import KST
from hoga.exchange.board import State
from hoga.exchange.commands import Place
from hoga.exchange.events import Expired, Refusal, Traded, VolatilityInterrupted
from hoga.exchange.exchange import Exchange, Listing
from hoga.exchange.flow import Flow
from hoga.exchange.rollover import next_listings
from hoga.exchange.simulation import Simulation
from hoga.krx.fees import KIS_STOCK
from hoga.krx.limits import PriceLimits
from hoga.krx.listing import appraisal_range
from hoga.krx.ticks import grid

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

STOCK = Instrument(code="005930", name="주식", market=Market.KOSPI)
DAY = date(2026, 5, 6)
RELISTED = Listing(STOCK, 10_000, opens_within=appraisal_range(10_000, grid(Market.KOSPI, Kind.STOCK, DAY)))


def test_it_opens_between_half_and_double_of_the_appraisal(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[RELISTED], has_vi=True)
    assert pit.exchange.limits("005930") == PriceLimits(5_000, 20_000)
    above = Place("kim", "005930", Side.BUY, 1, 20_050)
    assert pit.refusal("08:40", above) is Refusal.ABOVE_UPPER_LIMIT
    for order_type in (OrderType.MARKET, OrderType.LIMIT_TO_MARKET_ON_CLOSE, OrderType.STOP_LIMIT):
        price = 10_000 if order_type.has_price else None
        stop = 10_000 if order_type is OrderType.STOP_LIMIT else None
        order = Place("kim", "005930", Side.BUY, 1, price, order_type, stop_price=stop)
        assert pit.refusal("08:41", order) is Refusal.ORDER_TYPE_NOT_ALLOWED
    pit.buy("08:50", 1, 15_000)
    pit.sell("08:50", 1, 15_000)
    pit.until("09:00")

    assert [trade[2] for trade in pit.trades()] == [15_000]
    assert pit.of(VolatilityInterrupted) == []  # 50 % from the appraisal is no interruption


def test_its_first_price_is_the_base_and_orders_outside_its_limits_are_void(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[RELISTED], has_vi=True)
    first = pit.buy("08:50", 10, 15_000)
    pit.sell("08:50", 4, 15_000)
    low, high = pit.buy("08:51", 10, 9_000), pit.sell("08:51", 10, 20_000)
    stays = pit.buy("08:52", 10, 10_500)
    events = pit.until("09:00")

    assert pit.exchange.limits("005930") == PriceLimits(10_500, 19_500)
    assert pit.exchange.quote("005930").base_price == 15_000
    assert [one.number for one in events if isinstance(one, Expired)] == [low, high]
    levels = pit.exchange.book("005930").bids
    assert [(level.price, level.quantity) for level in levels] == [(15_000, 6), (10_500, 10)]
    assert pit.exchange.account("kim").positions[0].sellable_quantity == 10_000
    pit.sell("09:01", 1)  # a market order may come now
    pit.cancel("09:02", stays)
    pit.cancel("09:02", first)
    assert pit.refusal("09:03", Place("kim", "005930", Side.SELL, 1, 10_450)) is Refusal.BELOW_LOWER_LIMIT
    pit.sell("09:04", 1, 13_900)
    pit.buy("09:05", 1, 13_900)
    (interrupted,) = pit.of(VolatilityInterrupted)
    assert interrupted.reference == 15_000  # type: ignore[union-attr]


def test_without_an_opening_price_the_first_trade_is_it(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[RELISTED])
    far = pit.buy("08:50", 10, 5_000)
    order = Place("kim", "005930", Side.BUY, 1, None, OrderType.MARKET)
    assert pit.refusal("09:30", order) is Refusal.ORDER_TYPE_NOT_ALLOWED
    pit.sell("09:31", 3, 12_000)
    events = pit.do("09:32", Place("kim", "005930", Side.BUY, 5, 12_000))

    assert [type(one) for one in events[1:]] == [Traded, Expired]
    assert pit.remaining(far) == 0
    assert pit.exchange.limits("005930") == PriceLimits(8_400, 15_600)
    assert pit.exchange.state("005930") is State.CONTINUOUS
    pit.sell("09:33", 2)  # what was left of the buy rests, and a market order may come
    assert [trade[2:] for trade in pit.trades()] == [(12_000, 3), (12_000, 2)]


def test_an_order_that_finds_the_first_price_trades_on_within_its_limits(make_pit: "type[Pit]") -> None:
    pit = make_pit(listings=[RELISTED])
    for price in (5_000, 5_100, 19_000):
        pit.sell("09:30", 1, price)
    bid = pit.buy("09:31", 5, 20_000)

    assert [trade[2] for trade in pit.trades()] == [5_000]
    voided = [one.number for one in pit.events if isinstance(one, Expired)]
    assert voided == [bid, 3]  # limits of 3,500 to 6,500
    assert [level.price for level in pit.exchange.book("005930").asks] == [5_100]
    again = make_pit(listings=[RELISTED])
    for price in (5_000, 5_100, 19_000):
        again.sell("09:30", 1, price)
    again.buy("09:31", 5, 6_500)
    assert [trade[2] for trade in again.trades()] == [5_000, 5_100]
    assert [(level.price, level.quantity) for level in again.exchange.book("005930").bids] == [(6_500, 3)]


def test_without_any_price_the_last_orders_and_the_appraisal_make_the_next_base(
    make_pit: "type[Pit]",
) -> None:
    pit = make_pit(listings=[RELISTED])
    pit.sell("10:00", 1, 9_000)
    pit.until("15:30")

    (tomorrow,) = next_listings(pit.exchange)
    assert (tomorrow.base_price, tomorrow.opens_within) == (9_000, None)


def test_a_new_listing_did_so_until_june_2023(make_pit: "type[Pit]") -> None:
    pit = make_pit(date(2023, 6, 23), listings=[Listing(STOCK, 10_000, is_new=True)])
    assert pit.exchange.limits("005930") == PriceLimits(9_000, 20_000)
    pit.buy("08:50", 1, 20_000)
    pit.sell("08:50", 1, 20_000)
    pit.until("09:00")
    assert pit.exchange.limits("005930") == PriceLimits(14_000, 26_000)


def test_a_market_that_follows_its_minutes_goes_along(make_pit: "type[Pit]") -> None:
    day = date(2023, 6, 23)
    listing = Listing(STOCK, 10_000, is_new=True)
    bars = [
        Bar("005930", datetime.combine(day, time(9, minute), KST), *prices, 100, 100 * prices[3])
        for minute, prices in enumerate(
            [
                (20_000, 20_000, 19_800, 20_000),
                (20_000, 25_000, 20_000, 24_000),
                (24_000, 26_000, 24_000, 26_000),
            ]
        )
    ]
    exchange = Exchange(day, [listing], [], KIS_STOCK)
    flow = Flow(day, [listing], {"005930": bars}, lambda name: random.Random(name), random_end=0)
    simulation = Simulation(exchange, flow)
    while simulation.next_at is not None:
        simulation.step()

    quote = exchange.quote("005930")
    assert (quote.open, quote.high, quote.last_price) == (20_000, 26_000, 26_000)
    assert quote.volume == 300
