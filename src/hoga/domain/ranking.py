"""The first issues of the market by something: by volume, by change, by what was sold short.

Prices and changes are won, quantities shares, values won, rates fractions (0.05 is 5 %).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hoga.domain.errors import BadInput


class Section(StrEnum):
    """Which issues are ranked."""

    ALL = "all"
    KOSPI = "kospi"
    KOSDAQ = "kosdaq"
    KOSPI200 = "kospi200"
    KRX100 = "krx100"
    KOSDAQ150 = "kosdaq150"


class VolumeOrder(StrEnum):
    """What 거래량순위 is sorted by, highest first."""

    VOLUME = "volume"
    """평균거래량."""
    INCREASE = "increase"
    """거래증가율: against the day before."""
    TURNOVER = "turnover"
    """평균거래회전율: shares traded of all that are listed."""
    VALUE = "value"
    """거래금액."""
    VALUE_TURNOVER = "value_turnover"
    """평균거래금액회전율: won traded of the market value."""


class ChangeOrder(StrEnum):
    """What 등락률 순위 is sorted by, the largest move first."""

    RISE = "rise"
    FALL = "fall"
    RISE_FROM_OPEN = "rise_from_open"
    FALL_FROM_OPEN = "fall_from_open"
    MOVE = "move"
    """변동율: up or down."""


class RankedBy(StrEnum):
    """What else the market can be ranked by, and so what the figure of a `Rank` is."""

    STRENGTH = "strength"
    """체결강도: what buyers took to what sellers took."""
    NET_BIDS = "net_bids"
    """순매수잔량: how many shares more wait to be bought than to be sold."""
    NET_ASKS = "net_asks"
    """순매도잔량: how many more wait to be sold."""
    ABOVE_AVERAGE = "above_average"
    """이격도: the price to its average of twenty days, the highest first."""
    BELOW_AVERAGE = "below_average"
    """The same, the lowest first."""
    NEAR_HIGH = "near_high"
    """신고 근접: how far the high of the year is away, a part of the price."""
    NEAR_LOW = "near_low"
    """신저 근접: how far the low is away."""
    LARGE_BUYS = "large_buys"
    """대량체결: how many prints of `LARGE_TRADE` won or more buyers took."""
    LARGE_SELLS = "large_sells"
    """How many sellers took."""
    MARKET_VALUE = "market_value"
    """시가총액 in won, of whole hundred millions."""
    REGISTRATIONS = "registrations"
    """관심종목 등록 건수."""


LARGE_TRADE = 100_000_000
"""From how many won on a print is a large one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankFilter:
    """Which issues are wanted in a ranking; None is no bound. Prices are won, `least_volume` shares."""

    section: Section = Section.ALL
    least_price: int | None = None
    most_price: int | None = None
    least_volume: int | None = None

    def __post_init__(self) -> None:
        bounds = (self.least_price, self.most_price, self.least_volume)
        if any(bound is not None and bound < 0 for bound in bounds) or (
            self.least_price is not None
            and self.most_price is not None
            and self.least_price > self.most_price
        ):
            raise BadInput(
                "순위의 가격과 거래량은 0 이상이어야 하고, 최저가는 최고가보다 클 수 없습니다.",
                "Prices and volume of a ranking must be 0 or more, the least price at most the highest.",
            )


EVERYTHING = RankFilter()
"""No issue is left out."""

LAST_DAY = "1d"
SPANS = (LAST_DAY, "2d", "3d", "4d", "1w", "2w", "3w", "1m", "2m", "3m")
"""Over which time 공매도 상위종목 can be added up: days, weeks or months, the last day included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRank:
    """One issue of 거래량순위. `turnover` is the part of all listed shares that was traded."""

    rank: int
    code: str
    name: str
    last_price: int
    change: int
    change_rate: Decimal
    volume: int
    previous_volume: int
    value: int
    listed_shares: int
    turnover: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRank:
    """One issue of 등락률 순위.

    `rising_days` and `falling_days` count closes in a row, today's price included.
    """

    rank: int
    code: str
    name: str
    last_price: int
    change: int
    change_rate: Decimal
    volume: int
    high: int
    low: int
    change_from_open: int
    rising_days: int
    falling_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """One issue of a ranking by some `figure`; which, `RankedBy` says."""

    rank: int
    code: str
    name: str
    last_price: int
    change: int
    change_rate: Decimal
    volume: int
    figure: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortSaleRank:
    """One issue of 공매도 상위종목: what was sold short of it from `first` to `last`.

    `volume` and `value` are all that was traded in these days, `average_price` is that of the short sales.
    """

    rank: int
    code: str
    name: str
    last_price: int
    change: int
    change_rate: Decimal
    short_quantity: int
    short_ratio: Decimal
    short_value: int
    short_value_ratio: Decimal
    average_price: int
    volume: int
    value: int
    first: date
    last: date
