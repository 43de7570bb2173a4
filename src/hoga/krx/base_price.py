"""The price that a day starts from (기준가격): what its limits and its opening call refer to.

Sources: ER§30 and KRX's guide pages. Every base price is on the grid: what is not goes up to it. The grid is
that of the day of the close (seen once: on the day of the 2023 tick reform a base of 224,900 stayed).
An ordinary cash dividend of a stock changes nothing. Issues whose opening call sets the base inside a range
around an appraisal price (시가기준가종목) are not here, nor is the offering price of a new listing: no rule
computes those.
"""

from hoga.domain.errors import BadInput
from hoga.krx.ticks import TickGrid


def after_close(close: int, grid: TickGrid) -> int:
    """The base after an ordinary day. Only a close between two ticks (a midpoint trade) differs from it."""
    return grid.ceil(close)


def after_no_trade(base: int, best_bid: int | None, best_ask: int | None) -> int:
    """The base after a day without a trade, from that day's `base` and its last orders (기세).

    Midpoint orders never count.
    """
    if best_ask is not None and best_ask < base:
        return best_ask
    if best_bid is not None and best_bid > base:
        return best_bid
    return base


def after_split(close: int, old_shares: int, new_shares: int, grid: TickGrid) -> int:
    """The base when every `old_shares` shares have become `new_shares`: a split, or a reverse split."""
    _require_shares(old_shares, new_shares)
    return _on_grid(close * old_shares // new_shares, grid)


def after_rights(close: int, issue_price: int, old_shares: int, new_shares: int, grid: TickGrid) -> int:
    """The base of an ex-rights day (권리락): `new_shares` are issued on `old_shares` for `issue_price` won.

    A bonus issue or a stock dividend has the issue price 0. New shares that cost at least the close take
    nothing from the old ones.
    """
    _require_shares(old_shares, new_shares)
    if issue_price >= close:
        return after_close(close, grid)
    return _on_grid((close * old_shares + issue_price * new_shares) // (old_shares + new_shares), grid)


def after_distribution(close: int, amount: int, grid: TickGrid) -> int:
    """The base of an ETF or ETN that pays `amount` won a unit (분배락)."""
    if not 0 <= amount < close:
        raise BadInput(
            f"종가 {close}원에 분배금 {amount}원은 쓸 수 없습니다. "
            "분배금은 0원 이상, 종가 미만이어야 합니다.",
            f"A distribution of {amount} won cannot be used with a close of {close} won. "
            "It is at least 0 and under the close.",
        )
    return _on_grid(close - amount, grid)


def _on_grid(won: int, grid: TickGrid) -> int:
    return grid.ceil(max(won, grid.smallest))


def _require_shares(old_shares: int, new_shares: int) -> None:
    if old_shares < 1 or new_shares < 1:
        raise BadInput(
            f"구주 {old_shares}주, 신주 {new_shares}주는 쓸 수 없습니다. 둘 다 1주 이상이어야 합니다.",
            f"{old_shares} old and {new_shares} new shares cannot be used. Both are at least 1.",
        )
