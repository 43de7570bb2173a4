"""How many shares one order may have (호가수량 한도).

Sources: ER§14(1)3 for KOSPI, KOSDAQ ER§8(4): the same four bands of market capitalisation at the day's base
price, for stocks and funds alike. KRX's guide pages still say 1% for all of KOSDAQ; the rule's text goes
first. Unverified: KONEX, and days before the amendments of 2018-09-12. Brokers add caps of their own, which
are not here.
"""

from hoga.domain.errors import BadInput

_TRILLION = 1_000_000_000_000
_BILLION = 1_000_000_000


def max_order_quantity(base_price: int, listed_shares: int) -> int:
    """The most shares that one order may have. Raises `BadInput` unless price and shares are positive."""
    if base_price < 1 or listed_shares < 1:
        raise BadInput(
            f"기준가 {base_price}원, 상장주식수 {listed_shares}주로는 호가수량 한도를 구할 수 없습니다. "
            "둘 다 1 이상이어야 합니다.",
            f"A base price of {base_price} won and {listed_shares} listed shares give no quantity cap. "
            "Both are at least 1.",
        )
    market_cap = base_price * listed_shares
    if market_cap >= 10 * _TRILLION:
        return _ceil(100 * _BILLION, base_price)
    if market_cap >= 100 * _BILLION:
        return _ceil(listed_shares, 100)
    if market_cap >= 20 * _BILLION:
        return _ceil(_BILLION, base_price)
    return _ceil(listed_shares * 5, 100)


def _ceil(value: int, divisor: int) -> int:
    return -(-value // divisor)
