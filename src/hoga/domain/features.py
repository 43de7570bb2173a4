"""What is worth knowing about one issue at a glance (종목 특성): register, state, value and figures."""

from dataclasses import dataclass

from hoga.domain.company import Company
from hoga.domain.financials import Income, Ratios
from hoga.domain.standing import Standing, Valuation


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """How the terminal of Daishin's numbers an issue. Nobody else tells these, and some have no known name.

    `section` is 부구분, `control` 감리, `sector` that of KOSPI200 (0 outside); `industry` is "" when unknown.
    """

    section: int
    control: int
    sector: int
    industry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """One issue.

    Statements are the newest of each kind, None where there is none; a quarter's are cumulative.
    """

    company: Company
    standing: Standing
    valuation: Valuation
    year: Income | None
    year_before: Income | None
    year_ratios: Ratios | None
    quarter: Income | None
    quarter_before: Income | None
    quarter_ratios: Ratios | None
    numbered: Numbered | None = None
