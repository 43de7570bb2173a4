"""Trading units."""

import pytest

from hoga.domain.instrument import Kind
from hoga.krx.lots import lot_size


@pytest.mark.parametrize(("kind", "lot"), [(Kind.STOCK, 1), (Kind.ETF, 1), (Kind.ETN, 1), (Kind.ELW, 10)])
def test_stocks_and_funds_trade_by_the_piece_and_warrants_by_ten(kind: Kind, lot: int) -> None:
    assert lot_size(kind) == lot
