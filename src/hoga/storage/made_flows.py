"""Made flows: who bought and sold what a bar says was traded, exactly that many shares and that much won.

What foreigners hold follows a level that wanders and rises with the price, so their net buying of a day is
the change of what they hold. Everybody's nets add up to zero, and a group is the sum of its parts. Program
trading, short sales and the business of foreign firms are parts of what the groups did. Every share of a day
is taken to have traded at the day's average price. Nothing here is a record: names of member firms are real,
their numbers and what they did are made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hoga.domain.bar import Bar
from hoga.domain.flows import (
    EVERYBODY,
    PARTS,
    Flow,
    Holdings,
    Investor,
    InvestorFlows,
    MemberFlow,
    ProgramFlows,
    ShortSale,
)
from hoga.domain.instrument import Kind
from hoga.krx.short_sale import is_banned
from hoga.storage.luck import luck_of, wander
from hoga.storage.made_names import MadeName

_MOST_FOREIGN = 0.45
"""Foreigners' net buying is at most this part of a day's volume."""

_NETS = {
    Investor.SECURITIES_FIRM: 0.05,
    Investor.INSURANCE: 0.01,
    Investor.INVESTMENT_TRUST: 0.025,
    Investor.PRIVATE_FUND: 0.02,
    Investor.BANK: 0.004,
    Investor.OTHER_FINANCIAL: 0.003,
    Investor.PENSION: 0.03,
    Investor.GOVERNMENT: 0.002,
    Investor.OTHER_CORPORATE: 0.008,
    Investor.OTHER_ORGANIZATION: 0.001,
}
"""The most that each may buy or sell net, as a part of the volume."""

_TURNOVER = {
    Investor.REGISTERED_FOREIGN: 0.28,
    Investor.OTHER_FOREIGN: 0.005,
    Investor.SECURITIES_FIRM: 0.06,
    Investor.INSURANCE: 0.008,
    Investor.INVESTMENT_TRUST: 0.02,
    Investor.PRIVATE_FUND: 0.02,
    Investor.BANK: 0.002,
    Investor.OTHER_FINANCIAL: 0.002,
    Investor.PENSION: 0.02,
    Investor.GOVERNMENT: 0.001,
    Investor.OTHER_CORPORATE: 0.01,
    Investor.OTHER_ORGANIZATION: 0.0005,
}
"""How much of what is both bought and sold by the same group each has, at most; individuals have the rest."""

_FIRMS = (
    ("001", "미래에셋증권", False, 13),
    ("002", "한국투자증권", False, 12),
    ("003", "키움증권", False, 22),
    ("004", "NH투자증권", False, 9),
    ("005", "삼성증권", False, 9),
    ("006", "KB증권", False, 10),
    ("007", "신한투자증권", False, 7),
    ("008", "하나증권", False, 4),
    ("009", "메리츠증권", False, 4),
    ("010", "대신증권", False, 4),
    ("011", "토스증권", False, 6),
    ("021", "JP모간", True, 9),
    ("022", "모간스탠리", True, 9),
    ("023", "골드만삭스", True, 6),
    ("024", "UBS", True, 7),
    ("025", "메릴린치", True, 8),
)


@dataclass(frozen=True, slots=True)
class ForeignDay:
    """A day's bar, what foreigners bought net, and what they hold after it."""

    bar: Bar
    net: int
    held: int


def make_foreign_days(
    seed: int, name: MadeName, limit: int, bars: Sequence[Bar], *, is_endless: bool
) -> list[ForeignDay]:
    """What foreigners did on the days of `bars`, which are oldest first.

    When `is_endless` the prices go on before the first bar, and what is held depends on the day alone; the
    first bar then only serves the second one. Otherwise holdings begin with the first bar.
    """
    code = name.instrument.code
    share = luck_of(seed, "foreign", code).uniform(0.06, 0.55)
    start = max(int(limit * share), min(3 * name.volume, limit // 2))
    days: list[ForeignDay] = []
    before: int | None = None
    held = start
    for bar in bars:
        level = _foreign_level(seed, name, bar)
        most = int(bar.volume * _MOST_FOREIGN)
        net = 0 if before is None else min(max(level - before, -most), most)
        held = start + level if is_endless else min(max(held + net, 0), limit)
        days.append(ForeignDay(bar, net, held))
        before = level
    return days


def make_investor_flows(seed: int, day: ForeignDay) -> InvestorFlows:
    """Everybody's two sides of one day's volume and value."""
    bar = day.bar
    luck = luck_of(seed, "investors", bar.code, bar.at.date())
    nets = {Investor.OTHER_FOREIGN: int(day.net * luck.uniform(0.01, 0.04))}
    nets[Investor.REGISTERED_FOREIGN] = day.net - nets[Investor.OTHER_FOREIGN]
    for investor, most in _NETS.items():
        nets[investor] = int(bar.volume * most * luck.uniform(-1, 1))
    nets[Investor.INDIVIDUAL] = -sum(nets.values())

    both = bar.volume - sum(net for net in nets.values() if net > 0)
    sides = {
        investor: int(both * most * luck.uniform(0.5, 1)) if most else 0
        for investor, most in _TURNOVER.items()
    }
    sides[Investor.INDIVIDUAL] = both - sum(sides.values())
    bought = {investor: sides[investor] + max(net, 0) for investor, net in nets.items()}
    sold = {investor: sides[investor] + max(-net, 0) for investor, net in nets.items()}
    paid, received = _values(bought, bar), _values(sold, bar)
    flows = {
        investor: Flow.of(bought[investor], sold[investor], paid[investor], received[investor])
        for investor in nets
    }
    for group, parts in PARTS.items():
        total = flows[parts[0]]
        for part in parts[1:]:
            total += flows[part]
        flows[group] = total
    order = (*EVERYBODY, *(part for parts in PARTS.values() for part in parts))
    return InvestorFlows(bar.code, bar.at.date(), {investor: flows[investor] for investor in order})


def make_program_flows(seed: int, bar: Bar, flows: InvestorFlows, *, is_kospi200: bool) -> ProgramFlows:
    """Parts of what foreigners and securities firms did; arbitrage only in members of KOSPI200."""
    luck = luck_of(seed, "program", bar.code, bar.at.date())
    foreign, firms = flows.flows[Investor.FOREIGN], flows.flows[Investor.SECURITIES_FIRM]
    part = luck.uniform(0.45, 0.75)
    tilt = luck.uniform(0.95, 1.05)
    non_arbitrage = _two_sides(
        int((foreign.bought or 0) * part * tilt), int((foreign.sold or 0) * part / tilt), bar
    )
    arbitrage_part = luck.uniform(0.05, 0.3) if is_kospi200 else 0.0
    arbitrage = _two_sides(
        int((firms.bought or 0) * arbitrage_part), int((firms.sold or 0) * arbitrage_part), bar
    )
    return ProgramFlows(bar.code, bar.at.date(), arbitrage, non_arbitrage)


def make_member_flows(seed: int, bar: Bar, flows: InvestorFlows) -> Sequence[MemberFlow]:
    """All firms by number. Foreign firms have only foreigners for customers, but not all of them."""
    luck = luck_of(seed, "members", bar.code, bar.at.date())
    foreign = flows.flows[Investor.FOREIGN]
    part = luck.uniform(0.6, 0.9)
    sides = []
    for of_foreigners in (foreign.bought or 0, foreign.sold or 0):
        abroad = int(of_foreigners * part)
        weights = [weight * luck.uniform(0.3, 1.7) for _, _, _, weight in _FIRMS]
        sides.append(_share(abroad, [w if firm[2] else 0.0 for w, firm in zip(weights, _FIRMS, strict=True)]))
        home = _share(
            bar.volume - abroad, [0.0 if firm[2] else w for w, firm in zip(weights, _FIRMS, strict=True)]
        )
        sides[-1] = [a + b for a, b in zip(sides[-1], home, strict=True)]
    return tuple(
        MemberFlow(number, title, is_foreign, bought, sold)
        for (number, title, is_foreign, _), bought, sold in zip(_FIRMS, *sides, strict=True)
    )


def make_short_sale(seed: int, kind: Kind, bar: Bar, flows: InvestorFlows, *, is_kospi200: bool) -> ShortSale:
    """Part of what foreigners and securities firms sold; while short sales are banned only market making."""
    day = bar.at.date()
    luck = luck_of(seed, "short sale", bar.code, day)
    foreign, firms = luck.uniform(0.02, 0.18), luck.uniform(0.02, 0.15)
    if kind is Kind.STOCK and is_banned(day, is_large=is_kospi200):
        foreign, firms = 0.0, firms / 20
    sold_abroad = flows.flows[Investor.REGISTERED_FOREIGN].sold or 0
    sold_by_firms = flows.flows[Investor.SECURITIES_FIRM].sold or 0
    quantity = int(sold_abroad * foreign) + int(sold_by_firms * firms)
    return ShortSale(bar.code, day, quantity, _worth(quantity, bar))


def make_holdings(seed: int, name: MadeName, day: ForeignDay) -> Holdings:
    """Foreigners' shares, and those bought on credit."""
    at = day.bar.at.date()
    return Holdings(name.instrument.code, at, day.held, margin_loans(seed, name, at))


def margin_loans(seed: int, name: MadeName, day: date) -> int:
    """How many shares are bought on credit after a day."""
    code = name.instrument.code
    share = luck_of(seed, "margin loans", code).uniform(0.001, 0.012)
    return int(name.instrument.listed_shares * share * (1 + 0.02 * wander(seed, f"{code} loans", day)))


def korean_firms() -> list[tuple[str, str]]:
    """Number and name of every member firm that is not foreign."""
    return [(number, name) for number, name, is_foreign, _ in _FIRMS if not is_foreign]


def _foreign_level(seed: int, name: MadeName, bar: Bar) -> int:
    away = 0.05 * wander(seed, f"{bar.code} foreign", bar.at.date())
    return int(name.volume * (away + 1.2 * (bar.close / name.reference - 1)))


def _two_sides(bought: int, sold: int, bar: Bar) -> Flow:
    return Flow.of(bought, sold, _worth(bought, bar), _worth(sold, bar))


def _worth(quantity: int, bar: Bar) -> int:
    return bar.value * quantity // bar.volume if bar.volume else 0


def _values(quantities: dict[Investor, int], bar: Bar) -> dict[Investor, int]:
    """Won for the shares of each; the few won that rounding loses go to who has most."""
    values = {investor: _worth(quantity, bar) for investor, quantity in quantities.items()}
    most = max(quantities, key=lambda investor: quantities[investor])
    values[most] += bar.value - sum(values.values())
    return values


def _share(quantity: int, weights: list[float]) -> list[int]:
    """`quantity` by weight; what rounding leaves goes to the heaviest."""
    total = sum(weights)
    parts = [int(quantity * weight / total) for weight in weights]
    parts[weights.index(max(weights))] += quantity - sum(parts)
    return parts
