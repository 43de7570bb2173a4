"""Index levels from the prices of the members."""

from decimal import Decimal

import pytest

from hoga.domain.index import Basket, Index


def test_a_level_is_market_value_in_points_with_two_decimals() -> None:
    basket = Basket(Index.KOSPI, {"005930": 6, "000660": 1}, Decimal("0.3"), Decimal("2000.00"))

    assert basket.level({"005930": 70, "000660": 180, "069500": 1}) == Decimal("2000.00")
    assert str(basket.level({"005930": 71, "000660": 180})) == "2020.00"


def test_a_level_without_the_price_of_a_member_is_refused() -> None:
    basket = Basket(Index.KOSPI, {"005930": 6}, Decimal(1), Decimal(1))

    with pytest.raises(KeyError, match="005930"):
        basket.level({})
