"""Won and shares of the accounts."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.domain.instrument import Instrument, Kind, Market
from hoga.domain.request import Side
from hoga.exchange.ledger import Ledger, max_buy_quantity
from hoga.exchange.opening import Holding, Opening, Settlement
from hoga.exchange.tab import Tab
from hoga.krx.fees import KIS_STOCK, Commission, taxes

DAY = date(2026, 5, 6)
SAMSUNG = Instrument(code="005930", name="삼성전자", market=Market.KOSPI)
FUND = Instrument(code="069500", name="KODEX 200", market=Market.KOSPI, kind=Kind.ETF)
FREE = Commission(Decimal(0))


def ledger_for(
    deposit: int = 10_000_000,
    holdings: Sequence[Holding] = (),
    settlements: Sequence[Settlement] = (),
) -> Ledger:
    opening = Opening(
        account="kim", deposit=deposit, holdings=tuple(holdings), settlements=tuple(settlements)
    )
    return Ledger(DAY, [opening])


def open_order(
    ledger: Ledger,
    side: Side,
    price: int,
    quantity: int,
    instrument: Instrument = SAMSUNG,
    commission: Commission = KIS_STOCK,
) -> Tab:
    tab = Tab("kim", instrument, side, price, quantity, commission)
    ledger.open(tab)
    return tab


def test_an_open_buy_holds_its_price_and_the_commission_on_it() -> None:
    ledger = ledger_for()
    open_order(ledger, Side.BUY, 70_000, 10)

    assert ledger.buying_power("kim") == 10_000_000 - 700_000 - 98
    assert ledger.cash("kim").deposit_d2 == 10_000_000


def test_what_a_buy_does_not_need_any_more_is_released() -> None:
    ledger = ledger_for()
    tab = open_order(ledger, Side.BUY, 70_000, 10)
    ledger.release(tab, 4)
    assert ledger.buying_power("kim") == 10_000_000 - 420_000 - 59
    ledger.release(tab, 6)
    assert ledger.buying_power("kim") == 10_000_000


def test_a_buy_below_its_limit_gives_the_difference_back() -> None:
    ledger = ledger_for()
    tab = open_order(ledger, Side.BUY, 70_000, 10)
    ledger.trade("005930", 69_000, 10, tab, None)

    assert ledger.buying_power("kim") == ledger.cash("kim").deposit_d2 == 10_000_000 - 690_000 - 96
    assert ledger.cash("kim").deposit == 10_000_000


def test_an_open_sell_holds_its_shares() -> None:
    ledger = ledger_for(holdings=[Holding("005930", 10, 700_000)])
    tab = open_order(ledger, Side.SELL, 70_000, 7)
    assert ledger.sellable("kim", "005930") == 3
    ledger.release(tab, 2)
    assert ledger.sellable("kim", "005930") == 5
    assert ledger.sellable("kim", "000660") == 0


def test_a_sale_nets_what_the_worked_example_says_and_may_be_ordered_with_at_once() -> None:
    ledger = ledger_for(deposit=0, holdings=[Holding("005930", 37, 2_000_000)])
    tab = open_order(ledger, Side.SELL, 70_100, 37)
    ledger.trade("005930", 70_100, 37, None, tab)

    totals = ledger.totals("kim")
    assert (totals.sold, totals.fees, totals.securities_tax, totals.rural_tax) == (
        2_593_700,
        364,
        1_296,
        3_890,
    )
    assert totals.taxes == 5_186
    assert ledger.buying_power("kim") == 2_588_150
    assert ledger.cash("kim").deposit == ledger.cash("kim").deposit_d1 == 0


def test_a_fund_is_sold_without_tax() -> None:
    ledger = ledger_for(deposit=0, holdings=[Holding("069500", 10, 350_000)])
    ledger.trade("069500", 35_000, 10, None, open_order(ledger, Side.SELL, 35_000, 10, FUND, FREE))

    assert ledger.buying_power("kim") == 350_000


@given(parts=st.lists(st.integers(1, 40), min_size=1, max_size=12), price=st.sampled_from([1_005, 70_100]))
def test_an_order_in_many_fills_costs_what_it_costs_in_one(parts: list[int], price: int) -> None:
    ledger = ledger_for(deposit=0, holdings=[Holding("005930", sum(parts), 0)])
    tab = open_order(ledger, Side.SELL, price, sum(parts))
    for part in parts:
        ledger.trade("005930", price, part, None, tab)

    amount = price * sum(parts)
    due = taxes(Market.KOSPI, Kind.STOCK, DAY, amount)
    assert tab.costs == KIS_STOCK.of(amount) + due.total
    assert ledger.buying_power("kim") == amount - tab.costs
    assert ledger.conservation().is_conserved


@given(
    fills=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 300)), min_size=1, max_size=10),
    unit=st.sampled_from([1, 10]),
)
def test_a_reservation_always_covers_the_fills_to_come(fills: list[tuple[int, int]], unit: int) -> None:
    quantity = sum(shares for shares, _ in fills)
    commission = Commission(Decimal("0.0015"), unit)
    needed = 10_000 * quantity + commission.of(10_000 * quantity)
    ledger = ledger_for(deposit=needed)
    tab = open_order(ledger, Side.BUY, 10_000, quantity, commission=commission)
    assert ledger.buying_power("kim") == 0
    for shares, better in fills:
        ledger.trade("005930", 10_000 - better, shares, tab, None)
        assert ledger.buying_power("kim") >= 0
    assert tab.reserved == 0


def test_a_sale_takes_its_part_of_the_cost_rounded_down() -> None:
    ledger = ledger_for(holdings=[Holding("005930", 3, 200_000)])
    ledger.trade("005930", 70_000, 1, None, open_order(ledger, Side.SELL, 70_000, 1))
    stake = ledger.stakes("kim")["005930"]
    assert (stake.quantity, stake.cost) == (2, 133_334)

    ledger.trade("005930", 60_000, 1, open_order(ledger, Side.BUY, 60_000, 1), None)
    assert (stake.quantity, stake.cost) == (3, 193_334)

    ledger.trade("005930", 70_000, 3, None, open_order(ledger, Side.SELL, 70_000, 3))
    assert (stake.quantity, stake.cost) == (0, 0)


def test_settlements_of_earlier_days_show_on_their_day() -> None:
    pending = [Settlement(date(2026, 5, 7), -300_000), Settlement(date(2026, 5, 8), 500_000)]
    ledger = ledger_for(deposit=1_000_000, settlements=pending)
    cash = ledger.cash("kim")

    assert (cash.deposit, cash.deposit_d1, cash.deposit_d2) == (1_000_000, 700_000, 1_200_000)
    assert cash.buying_power == 1_200_000


def test_tomorrow_is_the_next_trading_day() -> None:
    ledger = Ledger(
        date(2026, 5, 4),
        [Opening(account="kim", deposit=0, settlements=(Settlement(date(2026, 5, 6), 70),))],
    )

    assert ledger.cash("kim").deposit_d1 == 70  # 5 May is a holiday


def test_what_the_market_pays_and_gets_is_counted() -> None:
    pending = [Settlement(date(2026, 5, 7), -300_000)]
    ledger = ledger_for(holdings=[Holding("005930", 5, 0)], settlements=pending)
    ledger.trade("005930", 70_000, 5, None, open_order(ledger, Side.SELL, 70_000, 5))
    ledger.trade("069500", 35_000, 3, open_order(ledger, Side.BUY, 35_000, 3, FUND), None)

    assert ledger.conservation().is_conserved


def test_a_lost_won_and_a_lost_share_are_noticed() -> None:
    ledger = ledger_for(holdings=[Holding("005930", 5, 0)])
    ledger._purses["kim"].net_today -= 1
    assert not ledger.conservation().won
    assert ledger.conservation().shares
    ledger._purses["kim"].net_today += 1
    ledger.stakes("kim")["005930"].quantity += 1
    assert ledger.conservation().won
    assert not ledger.conservation().shares
    assert not ledger.conservation().is_conserved


def test_the_largest_buy_leaves_room_for_the_commission() -> None:
    rate = KIS_STOCK.rate

    assert max_buy_quantity(700_000, 70_000, rate) == 9
    assert max_buy_quantity(700_098, 70_000, rate) == 9
    assert max_buy_quantity(700_099, 70_000, rate) == 10
    assert max_buy_quantity(-5, 70_000, rate) == 0
    assert max_buy_quantity(1_000_000, 70_000, Decimal(0), Decimal("0.4")) == 35


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        (Opening(account="", deposit=0), "empty or appears twice"),
        (Opening(account="kim", deposit=0), "empty or appears twice"),
        (Opening(account="lee", deposit=-1), "deposit of -1"),
        (
            Opening(account="lee", deposit=0, holdings=(Holding("005930", 1, 1), Holding("005930", 1, 1))),
            "005930 appears twice",
        ),
        (Opening(account="lee", deposit=0, holdings=(Holding("005930", 0, 0),)), "correct the quantity"),
        (Opening(account="lee", deposit=0, holdings=(Holding("005930", 1, -1),)), "correct the quantity"),
        (Opening(account="lee", deposit=0, settlements=(Settlement(DAY, 5),)), "belongs to the deposit"),
    ],
)
def test_an_account_that_cannot_be_opened_is_refused(opening: Opening, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        Ledger(DAY, [Opening(account="kim", deposit=0), opening])

    assert words in refused.value.english
