"""What is worth knowing about one issue at a glance (종목 특성): register, state, value and figures."""

from dataclasses import dataclass
from decimal import Decimal

from hoga.domain.company import Company
from hoga.domain.financials import Income, Ratios
from hoga.domain.standing import Standing, Valuation


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """How the terminal of Daishin's numbers an issue; some of these have no known name.

    `section` is 부구분, `sector` that of KOSPI200 (0 outside): what others number alike is known of them.
    `control` (감리) and `industry` only Daishin tells: else None, and "", which it also tells of some.
    """

    section: int
    sector: int
    control: int | None = None
    industry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What a register of all that is listed tells of one issue: little, but without a question.

    `income` is that of the year so far, of the whole year when it ends with it. None is not known.
    """

    company: Company
    numbered: Numbered
    income: Income | None
    return_on_equity: Decimal | None


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
