"""Who bought and who sold: investor types, program trading, member firms, short sellers, and who holds.

Quantities are shares, values won. What is bought by all is what is sold by all, so the nets of everybody add
up to zero. The groups are those of KRX as its data and the KIS and Cybos interfaces show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hoga.domain.instrument import Market


class Investor(StrEnum):
    """An investor type (투자자 구분), or a group of types."""

    INDIVIDUAL = "individual"
    FOREIGN = "foreign"
    INSTITUTIONAL = "institutional"
    OTHER = "other"

    REGISTERED_FOREIGN = "registered_foreign"
    OTHER_FOREIGN = "other_foreign"

    SECURITIES_FIRM = "securities_firm"
    INSURANCE = "insurance"
    INVESTMENT_TRUST = "investment_trust"
    PRIVATE_FUND = "private_fund"
    BANK = "bank"
    OTHER_FINANCIAL = "other_financial"
    PENSION = "pension"
    GOVERNMENT = "government"

    OTHER_CORPORATE = "other_corporate"
    OTHER_ORGANIZATION = "other_organization"


EVERYBODY = (Investor.INDIVIDUAL, Investor.FOREIGN, Investor.INSTITUTIONAL, Investor.OTHER)
"""개인, 외국인, 기관계, 기타: together they are the whole market."""

PARTS: Mapping[Investor, tuple[Investor, ...]] = {
    Investor.FOREIGN: (Investor.REGISTERED_FOREIGN, Investor.OTHER_FOREIGN),
    Investor.INSTITUTIONAL: (
        Investor.SECURITIES_FIRM,
        Investor.INSURANCE,
        Investor.INVESTMENT_TRUST,
        Investor.PRIVATE_FUND,
        Investor.BANK,
        Investor.OTHER_FINANCIAL,
        Investor.PENSION,
        Investor.GOVERNMENT,
    ),
    Investor.OTHER: (Investor.OTHER_CORPORATE, Investor.OTHER_ORGANIZATION),
}
"""What a group consists of. Where a broker has no 국가지자체, it is part of its 연기금등 (pension)."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one group did in one issue: `net` is bought minus sold. What is not known is None."""

    net: int
    bought: int | None = None
    sold: int | None = None
    net_value: int | None = None
    bought_value: int | None = None
    sold_value: int | None = None

    @classmethod
    def of(cls, bought: int, sold: int, bought_value: int, sold_value: int) -> "Flow":
        """A flow of which both sides are known."""
        return cls(bought - sold, bought, sold, bought_value - sold_value, bought_value, sold_value)

    def until(self, traded: int, volume: int) -> "Flow | None":
        """The same when only `traded` of the day's `volume` had been traded; None without both sides."""
        if self.bought is None or self.sold is None or self.bought_value is None or self.sold_value is None:
            return None
        parts = (self.bought, self.sold, self.bought_value, self.sold_value)
        return Flow.of(*(part * traded // volume if volume > 0 else 0 for part in parts))

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(
            self.net + other.net,
            _sum(self.bought, other.bought),
            _sum(self.sold, other.sold),
            _sum(self.net_value, other.net_value),
            _sum(self.bought_value, other.bought_value),
            _sum(self.sold_value, other.sold_value),
        )


@dataclass(frozen=True, slots=True)
class InvestorFlows:
    """투자자별 매매동향 of one issue on one day. A group or type that is missing is not known."""

    code: str
    day: date
    flows: Mapping[Investor, Flow]

    def find(self, investor: Investor) -> Flow | None:
        """What `investor` did, None when it is not known."""
        return self.flows.get(investor)


@dataclass(frozen=True, slots=True)
class FlowSpan:
    """What is known of one issue from `first` on: every day that was traded until the last of `days`.

    `days` are oldest first and never empty. Before the first of them nothing was traded since `first`.
    """

    first: date
    days: tuple[InvestorFlows, ...]


@dataclass(frozen=True, slots=True)
class MarketFlows:
    """투자자별 매매동향 of a whole market on one day, beside the close of its index."""

    market: Market
    day: date
    level: Decimal
    flows: Mapping[Investor, Flow]

    def find(self, investor: Investor) -> Flow | None:
        """What `investor` did, None when it is not known."""
        return self.flows.get(investor)


@dataclass(frozen=True, slots=True)
class MarketProgramFlows:
    """프로그램매매 of a whole market on one day."""

    market: Market
    day: date
    arbitrage: Flow
    non_arbitrage: Flow

    @property
    def total(self) -> Flow:
        """Both together."""
        return self.arbitrage + self.non_arbitrage


@dataclass(frozen=True, slots=True)
class ProgramFlows:
    """프로그램매매 of one issue on one day: arbitrage (차익) and non-arbitrage (비차익)."""

    code: str
    day: date
    arbitrage: Flow
    non_arbitrage: Flow

    @property
    def total(self) -> Flow:
        """Both together."""
        return self.arbitrage + self.non_arbitrage


@dataclass(frozen=True, slots=True)
class MemberFlow:
    """What the customers of one member firm (거래원) bought and sold of an issue on a day, in shares."""

    number: str
    name: str
    is_foreign: bool
    bought: int
    sold: int

    def until(self, traded: int, volume: int) -> "MemberFlow":
        """The same firm when only `traded` of the day's `volume` had been traded."""
        if volume <= 0:
            return MemberFlow(self.number, self.name, self.is_foreign, 0, 0)
        bought, sold = self.bought * traded // volume, self.sold * traded // volume
        return MemberFlow(self.number, self.name, self.is_foreign, bought, sold)


@dataclass(frozen=True, slots=True)
class MemberRank:
    """A firm among the five of its side: shares of the day, how many are new, its part in percent."""

    number: str
    name: str
    is_foreign: bool
    quantity: int
    change: int
    part: Decimal


@dataclass(frozen=True, slots=True)
class MemberTable:
    """Who sold and who bought an issue today, and what all foreign firms did together."""

    code: str
    sellers: tuple[MemberRank, ...]
    buyers: tuple[MemberRank, ...]
    foreign_sold: int
    foreign_bought: int
    foreign_sold_change: int
    foreign_bought_change: int


@dataclass(frozen=True, slots=True)
class ProgramDay:
    """프로그램매매 of one issue on one day, arbitrage and the rest together, beside its close and volume."""

    code: str
    day: date
    close: int
    volume: int
    flow: Flow


@dataclass(frozen=True, slots=True)
class ShortSale:
    """공매도 of one issue on one day. `balance` is 공매도 잔고 in shares. What is not known is None."""

    code: str
    day: date
    quantity: int
    value: int | None = None
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class ShortSaleDay:
    """공매도 일별추이: what was sold short of one issue on one day, beside all that was traded of it.

    `change` is against the day before, None when that is not told.
    """

    code: str
    day: date
    close: int
    change: int | None
    volume: int
    value: int
    short_quantity: int
    short_value: int

    @property
    def short_ratio(self) -> Decimal | None:
        """공매도 비중: the part of the volume that was sold short, as a fraction; None without a volume."""
        return Decimal(self.short_quantity) / self.volume if self.volume else None


@dataclass(frozen=True, slots=True)
class Holdings:
    """Who holds an issue after a day, in shares: foreigners, and buyers on credit (융자). None is unknown."""

    code: str
    day: date
    foreign: int | None = None
    margin_loan: int | None = None


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
