"""How many shares one order may have, band by band of ER§14(1)3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoga.domain.errors import BadInput
from hoga.krx.quantity_cap import max_order_quantity

TRILLION = 1_000_000_000_000
BILLION = 1_000_000_000


@pytest.mark.parametrize(
    ("base_price", "listed_shares", "cap"),
    [
        pytest.param(100_000, 100_000_000, 1_000_000, id="ten trillion: shares worth 100 billion"),
        pytest.param(105_000, 100_000_000, 952_381, id="half a trillion above it"),
        pytest.param(99_999, 100_000_000, 1_000_000, id="just under ten trillion: 1% of the shares"),
        pytest.param(300_000, 100_000_000, 333_334, id="a part of a share counts as one"),
        pytest.param(10_000, 10_000_001, 100_001, id="1% of the shares, raised to the next share"),
        pytest.param(10_000, 10_000_000, 100_000, id="100 billion belongs to the 1% band"),
        pytest.param(9_999, 10_000_000, 100_011, id="just under it: shares worth a billion"),
        pytest.param(2_000, 10_000_000, 500_000, id="20 billion belongs to the billion band"),
        pytest.param(2_050, 10_000_000, 487_805, id="half a billion above it"),
        pytest.param(1_999, 10_000_001, 500_001, id="under it: 5% of the shares"),
    ],
)
def test_the_cap_follows_the_market_capitalisation(base_price: int, listed_shares: int, cap: int) -> None:
    assert max_order_quantity(base_price, listed_shares) == cap


@pytest.mark.parametrize(("base_price", "listed_shares"), [(0, 1_000), (70_000, 0), (-1, 1_000)])
def test_without_a_price_or_shares_there_is_no_cap(base_price: int, listed_shares: int) -> None:
    with pytest.raises(BadInput, match="no quantity cap"):
        max_order_quantity(base_price, listed_shares)


@given(st.integers(1, 5_000_000), st.integers(1, 10_000_000_000))
def test_an_order_of_one_share_is_always_possible_and_never_more_than_there_are(
    base_price: int, listed_shares: int
) -> None:
    cap = max_order_quantity(base_price, listed_shares)
    assert 1 <= cap <= listed_shares
    if base_price * listed_shares >= 10 * TRILLION:
        assert (cap - 1) * base_price < 100 * BILLION <= cap * base_price
