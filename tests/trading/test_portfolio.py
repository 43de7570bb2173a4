from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.account import Account
from hoga.domain.instrument import Instrument, Market
from hoga.domain.position import Fill, Lot, Position
from hoga.domain.request import Side
from hoga.domain.zone import KST
from hoga.trading.portfolio import Portfolio

CODE = "005930"
INSTRUMENTS = {CODE: Instrument(code=CODE, name="삼성전자", market=Market.KOSPI)}
TODAY = date(2025, 11, 14)


def account(*positions: Position) -> Account:
    return Account(
        number="1",
        deposit=0,
        deposit_d1=0,
        deposit_d2=0,
        buying_power=0,
        costs_today=0,
        positions=positions,
    )


def held(quantity: int, cost: int = 0, sellable: int | None = None) -> Position:
    return Position(CODE, "삼성전자", quantity, quantity if sellable is None else sellable, cost, 70_000)


def fill(side: Side, quantity: int, price: int = 70_000, days_ago: int = 0) -> Fill:
    at = datetime(2025, 11, 14, 10, tzinfo=KST) - timedelta(days=days_ago)
    return Fill(
        order_id="", code=CODE, side=side, quantity=quantity, price=price, amount=quantity * price, at=at
    )


def opened(*positions: Position, selling: int = 0, earlier: tuple[Fill, ...] = ()) -> Portfolio:
    portfolio = Portfolio(INSTRUMENTS)
    portfolio.remember(earlier)
    portfolio.open(account(*positions), {CODE: selling} if selling else {})
    return portfolio


def test_it_starts_from_what_the_broker_shows() -> None:
    portfolio = opened(held(10, cost=650_000))
    assert portfolio.positions({}) == {CODE: Position(CODE, "삼성전자", 10, 10, 650_000, 70_000)}
    assert portfolio.quantities() == {CODE: 10}


def test_buying_adds_shares_and_cost_under_the_name_of_the_instrument() -> None:
    portfolio = opened()
    portfolio.fill(fill(Side.BUY, 3, 70_000))
    portfolio.fill(fill(Side.BUY, 2, 71_000))
    assert portfolio.positions({}) == {CODE: Position(CODE, "삼성전자", 5, 5, 352_000, 71_000)}
    assert portfolio.cash_flow == -352_000


def test_selling_takes_its_share_of_the_cost_rounded_down() -> None:
    portfolio = opened(held(3, cost=200_000))
    portfolio.fill(fill(Side.SELL, 1, 80_000))
    position = portfolio.positions({})[CODE]
    assert (position.quantity, position.cost) == (2, 200_000 - 66_666)
    portfolio.fill(fill(Side.SELL, 2, 80_000))
    assert portfolio.positions({}) == {}
    assert portfolio.quantities() == {}
    assert portfolio.cash_flow == 240_000


def test_after_selling_out_the_cost_starts_at_nothing() -> None:
    portfolio = opened(held(3, cost=200_000))
    portfolio.fill(fill(Side.SELL, 3))
    portfolio.fill(fill(Side.BUY, 1, 60_000))
    assert portfolio.positions({})[CODE].cost == 60_000


def test_selling_more_than_is_known_shows_in_the_count_and_not_as_a_position() -> None:
    portfolio = opened(held(3))
    portfolio.fill(fill(Side.SELL, 5))
    assert portfolio.quantities() == {CODE: -2}
    assert portfolio.positions({}) == {}
    assert portfolio.sellable(CODE, 0) == 0


def test_what_sells_hold_cannot_be_sold_again() -> None:
    portfolio = opened(held(10))
    assert portfolio.sellable(CODE, 4) == 6
    assert portfolio.sellable(CODE, 12) == 0
    assert portfolio.positions({CODE: 4})[CODE].sellable_quantity == 6
    assert portfolio.sellable("000660", 0) == 0


def test_shares_that_the_broker_locks_stay_locked() -> None:
    portfolio = opened(held(10, sellable=7))
    assert portfolio.sellable(CODE, 0) == 7
    portfolio.fill(fill(Side.BUY, 5))
    assert portfolio.sellable(CODE, 0) == 12


def test_shares_that_an_open_sell_held_at_the_opening_are_not_locked() -> None:
    portfolio = opened(held(10, sellable=6), selling=4)
    assert portfolio.sellable(CODE, 4) == 6
    assert portfolio.sellable(CODE, 0) == 10


def test_a_price_is_noted_for_what_is_held() -> None:
    portfolio = opened(held(10))
    portfolio.mark(CODE, 71_500)
    portfolio.mark("000660", 1)
    assert portfolio.positions({})[CODE].last_price == 71_500


def test_lots_are_dated_by_the_fills_of_earlier_days_and_of_today() -> None:
    portfolio = opened(held(8), earlier=(fill(Side.BUY, 5, days_ago=7), fill(Side.BUY, 3, days_ago=2)))
    portfolio.fill(fill(Side.BUY, 4))
    assert portfolio.lots() == {
        CODE: (
            Lot(CODE, date(2025, 11, 7), 5),
            Lot(CODE, date(2025, 11, 12), 3),
            Lot(CODE, TODAY, 4),
        )
    }
    portfolio.fill(fill(Side.SELL, 6))
    assert portfolio.lots() == {CODE: (Lot(CODE, date(2025, 11, 12), 2), Lot(CODE, TODAY, 4))}


def test_shares_older_than_the_known_fills_are_sold_first_and_have_no_lot() -> None:
    earlier = (fill(Side.BUY, 10, days_ago=3), fill(Side.SELL, 10, days_ago=1))
    portfolio = opened(held(100), earlier=earlier)
    assert portfolio.lots() == {CODE: (Lot(CODE, date(2025, 11, 11), 10),)}
    portfolio.fill(fill(Side.SELL, 95))
    assert portfolio.lots() == {CODE: (Lot(CODE, date(2025, 11, 11), 5),)}


def test_shares_that_left_without_a_sale_take_the_oldest_lots_with_them() -> None:
    earlier = (fill(Side.BUY, 5, days_ago=7), fill(Side.BUY, 3, days_ago=2))
    assert opened(held(4), earlier=earlier).lots() == {
        CODE: (Lot(CODE, date(2025, 11, 7), 1), Lot(CODE, date(2025, 11, 12), 3))
    }
    assert opened(earlier=earlier).lots() == {}


def test_nothing_known_means_no_lots() -> None:
    assert opened(held(10)).lots() == {}


sides = st.sampled_from(Side)
trades = st.lists(
    st.tuples(sides, st.integers(1, 50), st.integers(1, 100_000), st.integers(0, 30)), max_size=12
)


@given(quantity=st.integers(0, 200), before=trades, today=trades)
def test_lots_are_never_more_than_the_shares_held(
    quantity: int, before: list[tuple[Side, int, int, int]], today: list[tuple[Side, int, int, int]]
) -> None:
    earlier = tuple(
        fill(side, shares, price, days) for side, shares, price, days in sorted(before, key=lambda t: -t[3])
    )
    portfolio = opened(held(quantity, cost=quantity * 1_000), earlier=earlier)
    for side, shares, price, _ in today:
        portfolio.fill(fill(side, shares, price))
    left = portfolio.quantities().get(CODE, 0)
    lots = portfolio.lots().get(CODE, ())
    assert sum(lot.quantity for lot in lots) <= max(left, 0)
    assert all(lot.quantity > 0 for lot in lots)
    assert list(lots) == sorted(lots, key=lambda lot: lot.bought_on)
    for position in portfolio.positions({}).values():
        assert position.cost >= 0
