"""How the market and its measures look at an issue today (종목 상태), and what its price means."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Warned(StrEnum):
    """시장경고: how far the exchange warns of an issue."""

    NO = "no"
    CAUTION = "caution"
    """투자주의."""
    WARNING = "warning"
    """투자경고."""
    RISK = "risk"
    """투자위험."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of one issue: its limits of today, and what holds for it. None is not known.

    `margin_rate` (증거금률) is a fraction, 0.20 for 20 %.
    """

    code: str
    last_price: int
    base_price: int
    upper_limit: int
    lower_limit: int
    previous_close: int
    previous_volume: int | None
    volume: int
    value: int
    margin_rate: Decimal | None
    warned: Warned | None
    is_halted: bool
    """거래정지."""
    is_administrative: bool
    """관리종목."""
    is_being_delisted: bool | None
    """정리매매."""
    is_overheated: bool | None
    """단기과열."""
    is_short_sale_overheated: bool | None
    """공매도과열."""
    is_surging: bool | None
    """이상급등."""
    is_illiquid: bool | None
    """저유동성."""
    is_unfaithful: bool | None
    """불성실공시."""
    is_credit_allowed: bool
    """신용가능."""
    is_interrupted: bool | None
    """VI 발동."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """What the price of an issue means against its company and its past. None is not known.

    `market_cap` is won, in steps of 억원. `foreign_rate` (외국인 소진율) is the part of what foreigners may
    hold that they hold. `dividend_rate` (배당률) is the last year's dividend to the face value,
    `dividend_yield` (배당수익률) to the price.
    """

    code: str
    last_price: int
    per: Decimal | None
    pbr: Decimal | None
    eps: Decimal | None
    bps: Decimal | None
    market_cap: int | None
    listed_shares: int | None
    face_value: int | None
    settlement_month: int | None
    margin_rate: Decimal | None
    warned: Warned | None
    is_credit_allowed: bool
    is_administrative: bool
    is_halted: bool
    industry: str | None
    foreign_rate: Decimal | None
    foreign_holding: int | None
    high_52_weeks: int | None
    high_52_weeks_day: date | None
    low_52_weeks: int | None
    low_52_weeks_day: date | None
    dividend_rate: Decimal | None = None
    dividend_yield: Decimal | None = None
