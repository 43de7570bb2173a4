"""What is known about an issue and whoever issued it, beside its prices.

Every field may be unknown (None): nothing here is guessed from another field. Amounts are won.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Size(StrEnum):
    """시가총액규모 of a KOSPI or KOSDAQ issue: the size indices."""

    LARGE = "large"
    MID = "mid"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Industry:
    """지수업종: the industry index that an issue belongs to. `code` is KRX's four digits ("0013")."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Facts about one issue on one day.

    `issuer` is the code of the issuer's common share: that of a preferred share (우선주) differs from its
    own `code`. `listed_shares` counts this issue only; `capital` (자본금) and the statements are those of the
    issuer with all its issues. `margin_rate` (증거금률) is a ratio, 0.20 for 20 %. Foreigners may hold
    `foreign_limit` shares at most. `kospi200_sector` is the sector's Korean name, empty outside KOSPI200.
    """

    code: str
    issuer: str
    name_english: str | None = None
    listed_shares: int | None = None
    face_value: int | None = None
    capital: int | None = None
    listing_day: date | None = None
    settlement_month: int | None = None
    size: Size | None = None
    industry: Industry | None = None
    is_kospi200: bool | None = None
    kospi200_sector: str | None = None
    margin_rate: Decimal | None = None
    foreign_limit: int | None = None

    @property
    def is_preferred(self) -> bool:
        """우선주: shares of an issuer whose common share has another code."""
        return self.issuer != self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """상품기본조회: how a broker's register names an issue. "" is what it does not say."""

    code: str
    isin: str
    name: str
    name_english: str
    short_name: str
    sale_state: str
    risk_grade: str
    classification: str


class DividendKind(StrEnum):
    """Which dividend of the year."""

    YEAR_END = "year_end"
    INTERIM = "interim"
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class Dividend:
    """A cash dividend (현금배당) of `per_share` won to whoever held shares on `record_day`.

    `pay_day` is None as long as it is not known. `face_value` is won a share, None when unknown.
    """

    code: str
    kind: DividendKind
    record_day: date
    pay_day: date | None
    per_share: int
    face_value: int | None = None

    @property
    def rate(self) -> Decimal | None:
        """현금배당률: a ratio to the face value, not to the price."""
        return Decimal(self.per_share) / self.face_value if self.face_value else None
