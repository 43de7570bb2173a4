"""Cash in and out, and what a day's sales have earned."""

from typing import TYPE_CHECKING

import pytest

from hoga.domain.request import Side
from hoga.exchange.commands import Deposit, Place, Withdraw
from hoga.exchange.events import CashMoved, Refusal
from hoga.exchange.exchange import Holding, Opening
from hoga.krx.fees import KIS_STOCK

if TYPE_CHECKING:
    from tests.exchange.conftest import Pit

POOR = Opening(account="kim", deposit=100_000, holdings=(Holding("005930", 30, 250_000),))


def test_cash_that_is_paid_in_can_be_used_at_once_and_at_any_hour(make_pit: "type[Pit]") -> None:
    pit = make_pit(openings=[POOR])

    assert pit.do("03:00", Deposit("kim", 50_000)) == [CashMoved(pit.at("03:00"), "kim", 50_000)]
    assert pit.exchange.buying_power("kim") == 150_000
    assert pit.exchange.account("kim").deposit == 150_000


def test_settled_cash_can_be_taken_out_unless_something_needs_it(make_pit: "type[Pit]", market: str) -> None:
    pit = make_pit(openings=[POOR])
    pit.until("10:00")
    assert pit.exchange.withdrawable("kim") == 100_000
    pit.buy("10:01", 5, 9_000)
    reserved = 45_000 + KIS_STOCK.of(45_000)
    assert pit.exchange.withdrawable("kim") == 100_000 - reserved
    pit.buy("10:02", 30, 10_000, account=market)
    pit.sell("10:02", 30, 10_000)

    # What was sold today is not settled: it can be ordered with, but not taken out.
    assert pit.exchange.buying_power("kim") > 300_000
    assert pit.exchange.withdrawable("kim") == 100_000
    assert pit.refusal("10:03", Withdraw("kim", 100_001)) is Refusal.INSUFFICIENT_CASH
    pit.do("10:03", Withdraw("kim", 100_000))
    assert pit.exchange.account("kim").deposit == 0


@pytest.mark.parametrize("kind", [Deposit, Withdraw])
def test_nobody_elses_cash_and_no_negative_amount(pit: "Pit", kind: "type[Deposit] | type[Withdraw]") -> None:
    assert pit.refusal("10:06", kind("lee", 1)) is Refusal.UNKNOWN_ACCOUNT
    assert pit.refusal("10:06", kind("kim", 0)) is Refusal.BAD_QUANTITY
    assert pit.refusal("10:06", kind("kim", -5)) is Refusal.BAD_QUANTITY


def test_a_sale_earns_its_price_less_the_average_cost_fees_and_taxes(
    make_pit: "type[Pit]", market: str
) -> None:
    pit = make_pit(openings=[POOR])
    pit.until("10:00")
    pit.sell("10:01", 10, 9_000, account=market)
    pit.buy("10:01", 10, 9_000)
    pit.buy("10:02", 20, 10_000, account=market)
    pit.sell("10:02", 20, 10_000)

    (result,) = pit.exchange.results("kim")
    assert (result.bought_quantity, result.bought) == (10, 90_000)
    assert (result.sold_quantity, result.sold, result.sold_cost) == (20, 200_000, 340_000 * 20 // 40)
    assert (result.sell_fees, result.taxes) == (KIS_STOCK.of(200_000), 100 + 300)
    assert result.profit == 200_000 - 170_000 - 28 - 400


def test_several_accounts_trade_with_each_other_and_see_their_own(make_pit: "type[Pit]") -> None:
    lee = Opening(account="lee", deposit=1_000_000)
    pit = make_pit(openings=[POOR, lee])
    pit.until("10:00")
    pit.sell("10:01", 10, 10_000)
    pit.buy("10:02", 10, 10_000, account="lee")

    assert [position.quantity for position in pit.exchange.account("lee").positions] == [10]
    assert [position.quantity for position in pit.exchange.account("kim").positions] == [20]
    assert pit.refusal("10:03", Place("lee", "005930", Side.SELL, 11, 10_000)) is (
        Refusal.INSUFFICIENT_HOLDINGS
    )
