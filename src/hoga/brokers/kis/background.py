"""What KIS shows of an issue beside its market of today: company, holdings, yesterday, the highs of a year.

Nothing (None) is not known, and is written in KIS's form for "nothing".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.company import Company
from hoga.domain.flows import Holdings, InvestorFlows, ProgramFlows, ShortSale
from hoga.domain.instrument import Instrument
from hoga.domain.quote import Quote
from hoga.domain.statement import Statement
from hoga.domain.zone import KST
from hoga.krx.single_price import Regime


@dataclass(frozen=True, slots=True)
class Peak:
    """A price that was the highest or lowest for a time, and the day on which it was."""

    price: int
    day: date


@dataclass(frozen=True, slots=True)
class Extremes:
    """The highest and the lowest price of a time."""

    high: Peak
    low: Peak

    def with_today(self, quote: Quote) -> "Extremes":
        """The same with the running day taken in."""
        if quote.high is None or quote.low is None:
            return self
        today = quote.at.astimezone(KST).date()
        return Extremes(
            Peak(quote.high, today) if quote.high >= self.high.price else self.high,
            Peak(quote.low, today) if quote.low <= self.low.price else self.low,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What KIS shows of an issue beside its market of today. Nothing (None) is not known.

    `statement` is the last of a whole year, `holdings` and `short_sale` are those of the day before; `flows`
    and `program` are of today, known after the close only; `nav_before` is what a share of a fund was worth
    after the day before. The three extremes are those of 250 trading days, of the calendar year and of 52
    weeks, each until yesterday.
    """

    company: Company | None = None
    statement: Statement | None = None
    holdings: Holdings | None = None
    short_sale: ShortSale | None = None
    flows: InvestorFlows | None = None
    program: ProgramFlows | None = None
    yesterday: Bar | None = None
    nav_before: Decimal | None = None
    of_250_days: Extremes | None = None
    of_year: Extremes | None = None
    of_52_weeks: Extremes | None = None


NOTHING_KNOWN = Background()


@dataclass(frozen=True, slots=True)
class Listed:
    """A quote, what it is a quote of, and what else is known of that."""

    quote: Quote
    instrument: Instrument
    background: Background = NOTHING_KNOWN
    regime: Regime | None = None
    """Why it trades by call auctions only."""
    is_warned: bool = False
    """투자경고."""
    is_under_measures: bool = False
    """관리종목 and the like."""
    is_on_nxt: bool = False

    @property
    def is_administrative(self) -> bool:
        """관리종목."""
        return self.is_under_measures or self.instrument.is_administrative


def extremes(bars: Sequence[Bar]) -> Extremes | None:
    """The extremes of daily bars; of equal ones the latest counts. None when nothing traded."""
    traded = [bar for bar in bars if bar.volume]
    if not traded:
        return None
    high = max(reversed(traded), key=lambda bar: bar.high)
    low = min(reversed(traded), key=lambda bar: bar.low)
    return Extremes(Peak(high.high, high.at.date()), Peak(low.low, low.at.date()))


def representative_market(listed: Listed) -> str:
    """대표 시장: the index that an issue is in, else its market."""
    company = listed.background.company
    return "KOSPI200" if company and company.is_kospi200 else listed.instrument.market.value


def shares_of(listed: Listed) -> int:
    """상장 주수, 0 when it is not known."""
    company = listed.background.company
    return (company and company.listed_shares) or listed.instrument.listed_shares


def foreign_rate(holdings: Holdings, company: Company) -> str | None:
    """외국인 소진율: what foreigners hold of what they may hold, in percent."""
    if holdings.foreign is None or not company.foreign_limit:
        return None
    return ratio_text(100 * holdings.foreign, company.foreign_limit, 2)


def market_value(listed: Listed) -> str:
    """시가총액 in 억원."""
    return str(listed.quote.last_price * shares_of(listed) // 100_000_000)


def company_fields(company: Company) -> dict[str, str]:
    fields: dict[str, str] = {}
    if company.margin_rate is not None:
        fields["marg_rate"] = f"{100 * company.margin_rate:.2f}"
    if company.industry is not None:
        fields["bstp_kor_isnm"] = company.industry.name
    if company.capital is not None:
        hundred_millions = company.capital // 100_000_000
        fields |= {"cpfn": str(hundred_millions), "cpfn_cnnm": f"{hundred_millions:,} 억"}
    if company.face_value is not None:
        fields |= {"stck_fcam": str(company.face_value), "fcam_cnnm": f"{company.face_value:,}"}
    if company.settlement_month is not None:
        fields["stac_month"] = f"{company.settlement_month:02}"
    return fields


def value_fields(price: int, statement: Statement) -> dict[str, str]:
    """PER and PBR of an issuer without profit or equity are written as nothing: unverified."""
    fields: dict[str, str] = {}
    for share, name, multiple in ((statement.eps, "eps", "per"), (statement.bps, "bps", "pbr")):
        if share is not None:
            fields[name] = f"{share:.2f}"
            fields[multiple] = f"{price / share:.2f}" if share > 0 else "0.00"
    return fields
