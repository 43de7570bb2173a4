"""The call auction (단일가매매): one price at which everything that can trade trades at once.

Source: KRX Business Regulation §22-23, Enforcement Rules §34-36 and KRX's worked examples, in the closed
form of krx.md §4.1. The price is not simply the one of the largest volume: when no price balances supply
and demand exactly, the side with the surplus sets it.

Pure functions over totals per price and plain quantities. They do not know orders, accounts or time. When the
last price lies strictly between two candidates the one above it is taken: the rule of 2025-03-04. It was "the
nearest" before, but no last price was off the grid before that day brought midpoint orders, so no date is
asked for.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hoga.exchange.ladder import Ladder
from hoga.krx import deemed


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What one side of a call wants: limit orders as (price, shares), best price first, and market shares."""

    limits: Sequence[tuple[int, int]]
    market: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """The outcome of a call: `quantity` shares trade at `price` (합치가격).

    `lowest` and `highest` bound the candidates among which the last price decided. The prices at which market
    orders were deemed to stand are None where there were none.
    """

    price: int
    quantity: int
    lowest: int
    highest: int
    market_buy_price: int | None
    market_sell_price: int | None


def clear(ladder: Ladder, bids: Interest, asks: Interest, last_price: int) -> Clearing | None:
    """The price and quantity of a call, or None when nothing trades.

    `last_price` is the reference among candidates; for the opening call it is the base price. Cost grows with
    the number of prices that carry orders, not with the ladder or the orders.
    """
    if not ((bids.limits or bids.market) and (asks.limits or asks.market)):
        return None
    market = deemed.in_call(
        best_bid=bids.limits[0][0] if bids.limits else None,
        lowest_bid=bids.limits[-1][0] if bids.limits else None,
        best_ask=asks.limits[0][0] if asks.limits else None,
        highest_ask=asks.limits[-1][0] if asks.limits else None,
        market_buys=bids.market,
        market_sells=asks.market,
        last=last_price,
        limits=ladder.limits,
        grid=ladder.grid,
    )
    candidates = _candidates(ladder, _steps(ladder, bids, market.buy), _steps(ladder, asks, market.sell))
    if candidates is None:
        return None
    lowest, highest, quantity = candidates
    rung = min(max(ladder.ceil(last_price), lowest), highest)
    return Clearing(
        price=ladder.rising[rung],
        quantity=quantity,
        lowest=ladder.rising[lowest],
        highest=ladder.rising[highest],
        market_buy_price=market.buy if bids.market else None,
        market_sell_price=market.sell if asks.market else None,
    )


def _steps(ladder: Ladder, interest: Interest, market_price: int) -> dict[int, int]:
    """Rung → shares that want exactly that price."""
    steps = {ladder.rungs[price]: shares for price, shares in interest.limits}
    if interest.market:
        rung = ladder.rungs[market_price]
        steps[rung] = steps.get(rung, 0) + interest.market
    return steps


def _candidates(ladder: Ladder, bids: dict[int, int], asks: dict[int, int]) -> tuple[int, int, int] | None:
    """Lowest and highest candidate rung and the shares that trade, or None.

    Supply at a rung (sells at or below it) grows only at ask rungs, demand (buys at or above it) shrinks only
    just above bid rungs. Between these rungs nothing changes, so the ladder falls into few regions.
    """
    supply, demand = 0, sum(bids.values())
    regions: list[tuple[int, int, int]] = []
    for start in sorted({0, *asks, *(rung + 1 for rung in bids if rung < ladder.top)}):
        supply += asks.get(start, 0)
        demand -= bids.get(start - 1, 0)
        regions.append((start, supply, demand))
    ends = [start - 1 for start, _, _ in regions[1:]] + [ladder.top]
    # Supply minus demand grows from region to region, so at most one is balanced.
    turn = bisect_left(regions, 0, key=_surplus)
    if turn < len(regions) and _surplus(regions[turn]) == 0:
        start, shares, _ = regions[turn]
        return (start, ends[turn], shares) if shares else None

    # No price balances. With too many buys the price is the highest at which buys still outnumber sells, with
    # too many sells the lowest at which sells do: of the two, the one at which more trades.
    low, low_supply = (ends[turn - 1], regions[turn - 1][1]) if turn else (0, 0)
    high, high_demand = (regions[turn][0], regions[turn][2]) if turn < len(regions) else (ladder.top, 0)
    if low_supply == high_demand:
        return (low, high, low_supply) if low_supply else None
    return (low, low, low_supply) if low_supply > high_demand else (high, high, high_demand)


def _surplus(region: tuple[int, int, int]) -> int:
    _, supply, demand = region
    return supply - demand


_ALLOCATION_PASSES = (
    (date(2023, 1, 25), (100,)),
    (date.min, (100, 500, 1_000, 2_000)),
)
"""Lots per order and pass before the pass of halves. The passes before 2023-01-25 are press, unverified."""


def turns(quantities: Sequence[int], day: date, lot: int = 1) -> list[tuple[int, int]]:
    """상·하한가 배분: in which order, and for how many shares each, the orders at the limit price trade.

    For an opening (or resumption) call whose price is the upper or the lower limit: time does not count
    there, the largest order comes first, equal ones in record order, the order of `quantities`; each turn is
    (index, shares). Passes of a number of lots each, then half of what each order still wants (rounded half
    up to the lot), then the rest in order (Enforcement Rules §34). The call carries out as many turns as it
    has shares; the others wait for who comes in continuous trading. That clients' orders precede the dealers'
    in ETF, ETN and ELW is left out: nobody here says who is a dealer.
    """
    left = list(quantities)
    largest_first = sorted(range(len(quantities)), key=lambda index: -quantities[index])
    taken: list[tuple[int, int]] = []

    def hand_out(wishes: Sequence[int]) -> None:
        for index in largest_first:
            given = min(wishes[index], left[index])
            if given:
                taken.append((index, given))
                left[index] -= given

    for lots in next(passes for first_day, passes in _ALLOCATION_PASSES if day >= first_day):
        hand_out([lots * lot] * len(quantities))
    hand_out([(rest + lot) // (2 * lot) * lot for rest in left])
    hand_out(quantities)
    return taken


def allocate(quantities: Sequence[int], available: int, day: date, lot: int = 1) -> list[int]:
    """How many of `available` shares each order at the limit price gets, see `turns`."""
    shares = [0] * len(quantities)
    for index, wish in turns(quantities, day, lot):
        given = min(wish, available)
        shares[index] += given
        available -= given
    return shares
