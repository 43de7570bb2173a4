"""Which issues the client of a ranking wants, on the KIS wire: of what market, class, price and volume.

Source: KIS's documents and samples. Of the ten reasons to leave an issue out that a client may give, all are
heeded but 불성실공시, which is known of no issue here. Of the classes (분류 구분) our exchange knows common
and preferred shares, 관리종목 and 투자경고; nothing here is of the others. A fund or a note is a share of
neither kind.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.codes import MARKETS_OF_INDEX
from hoga.brokers.kis.envelope import Request
from hoga.brokers.kis.lending import credit_rate
from hoga.brokers.kis.question import asked_number, invalid
from hoga.brokers.kis.services import Call
from hoga.domain.company import Company, Size
from hoga.domain.instrument import Kind, Market
from hoga.krx.single_price import Regime

EVERYTHING, _KOSPI200 = "0000", "2001"
SIZES = {
    "0002": (Market.KOSPI, Size.LARGE),
    "0003": (Market.KOSPI, Size.MID),
    "0004": (Market.KOSPI, Size.SMALL),
    "1002": (Market.KOSDAQ, Size.LARGE),
    "1003": (Market.KOSDAQ, Size.MID),
    "1004": (Market.KOSDAQ, Size.SMALL),
}
"""대형주, 중형주 and 소형주 of a market. KIS's sample of 거래량순위 asks for 0002; the rest is unverified."""
_INDEX_DIGITS = 4
_MARGINS = (30, 40, 50, 60, 100)
"""증거금 in percent, by their places in FID_TRGT_CLS_CODE. That less counts as the first is unverified."""
_LEAST_VOLUMES = ("FID_VOL_CNT", "FID_INPUT_VOL_1", "FID_APLY_RANG_VOL")
_SPAC = "스팩"
"""What KRX has the name of a company made to merge say."""
_CREDIT_PLACES = slice(5, 9)
"""신용보증금 of 30 to 60 percent in FID_TRGT_CLS_CODE. Which issue has which is not known."""


class Reason(IntEnum):
    """Why an issue is left out, by its place in FID_TRGT_EXLS_CLS_CODE."""

    WARNED = 0
    """투자위험, 투자경고 and 투자주의."""
    ADMINISTRATIVE = 1
    DELISTING = 2
    UNFAITHFUL = 3
    PREFERRED = 4
    HALTED = 5
    ETF = 6
    ETN = 7
    NO_CREDIT = 8
    SPAC = 9


class IssueClass(StrEnum):
    """분류 구분, by the codes of the rankings that tell all of them."""

    EVERY = "0"
    ADMINISTRATIVE = "1"
    """관리종목."""
    CAUTION = "2"
    """투자주의."""
    WARNING = "3"
    """투자경고."""
    RISK_NOTICE = "4"
    """투자위험예고."""
    RISK = "5"
    """투자위험."""
    COMMON = "6"
    PREFERRED = "7"


_SHARES = {"0": IssueClass.EVERY, "1": IssueClass.COMMON, "2": IssueClass.PREFERRED}
_CLASSES = {each.value: each for each in IssueClass}
_CLASSES_OF: Mapping[Call, Mapping[str, IssueClass]] = {
    Call.VOLUME_RANKING: _SHARES,
    Call.MARKET_CAP_RANKING: _SHARES,
    Call.STRENGTH_RANKING: _SHARES,
    Call.EXPECTED_RANKING: _SHARES,
    Call.DISPARITY_RANKING: _CLASSES,
    Call.PEAK_RANKING: _CLASSES,
    Call.INTEREST_RANKING: _CLASSES,
    Call.FIRM_RANKING: _CLASSES,
    Call.MULTIPLE_RANKING: _CLASSES,
    Call.EVENING_EXPECTED_RANKING: _CLASSES,
}
"""The codes of FID_DIV_CLS_CODE, for the rankings that tell issues apart by it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which issues a client wants ranked."""

    index: str
    of_class: IssueClass = IssueClass.EVERY
    not_of_class: IssueClass | None = None
    excluded: str = ""
    least_price: int = 0
    most_price: int = 0
    least_volume: int = 0
    margins: str = ""
    least_rate: Decimal | None = None
    most_rate: Decimal | None = None

    def takes(self, listed: Listed) -> bool:
        """Whether an issue is to be ranked."""
        quote = listed.quote
        if self.least_rate is not None or self.most_rate is not None:
            rate = Decimal(100 * (quote.last_price - quote.base_price)) / quote.base_price
            if (self.least_rate is not None and rate < self.least_rate) or (
                self.most_rate is not None and rate > self.most_rate
            ):
                return False
        return self.is_of_kind(listed) and self.spans(quote.last_price, quote.volume)

    def spans(self, price: int, volume: int) -> bool:
        """Whether a price and a volume lie within the bounds."""
        return (
            price >= self.least_price
            and (not self.most_price or price <= self.most_price)
            and volume >= self.least_volume
        )

    def is_of_kind(self, listed: Listed) -> bool:
        """Whether an issue is one of those that are wanted, whatever its price and volume."""
        company = listed.background.company
        if not is_member(listed, self.index) or not is_of_class(listed, self.of_class):
            return False
        if self.not_of_class is not None and is_of_class(listed, self.not_of_class):
            return False
        if not _has_margin(company, self.margins):
            return False
        left_out = {Reason(place) for place, flag in enumerate(self.excluded[: len(Reason)]) if flag == "1"}
        return not left_out & _reasons(listed)


def is_member(listed: Listed, index: str) -> bool:
    """Whether an issue belongs to an index: a market, its issues of one size, KOSPI200 or an industry.

    The members of other indices (KRX100, KOSDAQ150) are not known here: they have none.
    """
    company = listed.background.company
    if index in MARKETS_OF_INDEX:
        return listed.instrument.market is MARKETS_OF_INDEX[index]
    if index in SIZES:
        return company is not None and (listed.instrument.market, company.size) == SIZES[index]
    if index == _KOSPI200:
        return bool(company and company.is_kospi200)
    return index == EVERYTHING or bool(company and company.industry and company.industry.code == index)


def is_of_class(listed: Listed, wanted: IssueClass) -> bool:
    """Whether an issue is of a class, as far as that is known here."""
    match wanted:
        case IssueClass.EVERY:
            return True
        case IssueClass.ADMINISTRATIVE:
            return listed.is_administrative
        case IssueClass.WARNING:
            return listed.is_warned
        case IssueClass.COMMON:
            return listed.instrument.kind is Kind.STOCK and not _is_preferred(listed)
        case IssueClass.PREFERRED:
            return _is_preferred(listed)
        case _:
            return False


def asked_filter(request: Request) -> Filter:
    """Which issues the client of any ranking wants; empty fields ask for all. Raises `Declined`."""
    query, call = request.query, request.call
    index = query.get("FID_INPUT_ISCD", "").strip()
    if not (index.isascii() and index.isdigit() and len(index) == _INDEX_DIGITS):
        raise invalid("FID_INPUT_ISCD")
    classes = _CLASSES_OF.get(call, {})
    code = query.get("FID_DIV_CLS_CODE", "").strip() or "0"
    if classes and code not in classes:
        raise invalid("FID_DIV_CLS_CODE")
    excluded = query.get("FID_TRGT_EXLS_CLS_CODE", "").strip()
    margins = query.get("FID_TRGT_CLS_CODE", "").strip()
    # KIS's documents give 신고/신저 근접 one class to leave out where the others have flags.
    is_class = call is Call.PEAK_RANKING and excluded != IssueClass.EVERY
    return Filter(
        index=index,
        of_class=classes.get(code, IssueClass.EVERY),
        not_of_class=_CLASSES.get(excluded) if is_class else None,
        margins=margins if call is Call.VOLUME_RANKING else "",
        excluded="" if call is Call.PEAK_RANKING else excluded,
        least_price=asked_number(request, _first_of(query, "FID_APLY_RANG_PRC_1", "FID_INPUT_PRICE_1")),
        most_price=asked_number(request, _first_of(query, "FID_APLY_RANG_PRC_2", "FID_INPUT_PRICE_2")),
        least_volume=asked_number(request, _first_of(query, *_LEAST_VOLUMES)),
        least_rate=asked_rate(request, "FID_RSFL_RATE1"),
        most_rate=asked_rate(request, "FID_RSFL_RATE2"),
    )


def asked_rate(request: Request, name: str) -> Decimal | None:
    """A rate in percent, None when it is left empty. Raises `Declined`."""
    value = request.query.get(name, "").strip()
    if not value:
        return None
    if re.fullmatch(r"[-+]?\d{1,9}(\.\d{1,9})?", value, re.ASCII) is None:
        raise invalid(name)
    return Decimal(value)


def _first_of(query: Mapping[str, str], *names: str) -> str:
    return next((name for name in names if name in query), names[-1])


def _is_preferred(listed: Listed) -> bool:
    if listed.instrument.kind is not Kind.STOCK:
        return False
    company = listed.background.company
    return company.is_preferred if company else listed.instrument.code[-1] != "0"


def _reasons(listed: Listed) -> set[Reason]:
    """Every reason for which a client may leave this issue out."""
    kind, company = listed.instrument.kind, listed.background.company
    found = {
        Reason.WARNED: listed.is_warned,
        Reason.ADMINISTRATIVE: listed.is_administrative,
        Reason.DELISTING: listed.regime is Regime.DELISTING,
        Reason.PREFERRED: _is_preferred(listed),
        Reason.HALTED: listed.quote.is_halted,
        Reason.ETF: kind is Kind.ETF,
        Reason.ETN: kind is Kind.ETN,
        Reason.NO_CREDIT: credit_rate(company) is None,
        Reason.SPAC: _SPAC in listed.quote.name,
    }
    return {reason for reason, holds in found.items() if holds}


def _has_margin(company: Company | None, flags: str) -> bool:
    """Whether an issue is among those of the margins that are flagged; without a flag all are.

    Who flags 신용보증금 only wants what can be bought on credit: unverified.
    """
    if "1" not in flags or company is None or company.margin_rate is None:
        return True
    place = bisect_left(_MARGINS, int(100 * company.margin_rate))
    if "1" in flags[: len(_MARGINS)]:
        return flags[place : place + 1] != "0"
    return "1" not in flags[_CREDIT_PLACES] or credit_rate(company) is not None
