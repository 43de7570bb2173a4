"""The sizes and industries of a market (업종 구분별전체시세) on the KIS wire.

Source: KIS's documents and its sample. How much each rose, and its part of what was traded, follow from its
members at this exchange. Levels of industries are nowhere known, so here one is what its members are worth
for every 100 won of their paid-in capital (made); where that is not known of all of them it is 0.00. Which
of KIS's groups an index belongs to, and the codes of the sizes at KOSDAQ, are unverified; the sectors of
KOSPI200 have codes that are not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hoga.brokers.kis import index_blocks as blocks
from hoga.brokers.kis.background import Listed, shares_of
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import INDEX_CODES
from hoga.brokers.kis.envelope import Reply, Request
from hoga.brokers.kis.index_names import NAMED
from hoga.brokers.kis.indices import (
    INDEX_NAMES,
    IndexNow,
    index_summary,
    level_change,
    millions,
    points,
    thousands,
)
from hoga.brokers.kis.price_blocks import IndexSummary
from hoga.brokers.kis.question import asked_choice, done_reply
from hoga.brokers.kis.selection import SIZES
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.index import Index
from hoga.domain.instrument import Kind, Market

_KOSPI, _KOSDAQ, _KOSPI200 = "K", "Q", "K2"
_EVERYTHING, _OTHERS, _SIZES, _INDUSTRIES = "0", "1", "2", "3"
_GROUPS = {
    _KOSPI: (_EVERYTHING, _OTHERS, _SIZES, _INDUSTRIES),
    _KOSDAQ: (_EVERYTHING, _OTHERS, _SIZES, _INDUSTRIES),
    _KOSPI200: (_EVERYTHING,),
}
_MARKETS = {_KOSPI: Market.KOSPI, _KOSDAQ: Market.KOSDAQ, _KOSPI200: Market.KOSPI}
_PAR = 100


@dataclass(frozen=True, slots=True)
class CategoriesQuery:
    """Of which market a client wants which indices."""

    market: str
    group: str


@dataclass(frozen=True, slots=True)
class Category:
    """A size or an industry with its members."""

    code: str
    name: str
    members: tuple[Listed, ...]


def asked_categories(request: Request) -> CategoriesQuery:
    """Which indices a client wants. Raises `Declined`."""
    market = asked_choice(request, "FID_MRKT_CLS_CODE", _GROUPS)
    return CategoriesQuery(market, asked_choice(request, "FID_BLNG_CLS_CODE", _GROUPS[market], _EVERYTHING))


def categories(query: CategoriesQuery, stocks: Sequence[Listed]) -> list[Category]:
    """The sizes and industries that `query` asks for, by code; those without members are left out."""
    market = _MARKETS[query.market]
    names: dict[str, str] = {}
    members: dict[str, list[Listed]] = {}
    for listed in stocks:
        company, instrument = listed.background.company, listed.instrument
        if company is None or instrument.market is not market or instrument.kind is not Kind.STOCK:
            continue
        if query.group in (_EVERYTHING, _SIZES) and company.size is not None and query.market != _KOSPI200:
            code = next(code for code, size in SIZES.items() if size == (market, company.size))
            names[code] = NAMED[code]
            members.setdefault(code, []).append(listed)
        if query.group in (_EVERYTHING, _INDUSTRIES) and company.industry and query.market != _KOSPI200:
            names[company.industry.code] = company.industry.name
            members.setdefault(company.industry.code, []).append(listed)
    return [Category(code, names[code], tuple(members[code])) for code in sorted(members)]


def whole_of(query: CategoriesQuery) -> Index:
    """The index of which the others are parts."""
    return {_KOSPI: Index.KOSPI, _KOSDAQ: Index.KOSDAQ}.get(query.market, Index.KOSPI200)


def indices_of(query: CategoriesQuery) -> tuple[tuple[str, Index], ...]:
    """The indices of a market that stand before its sizes and industries, and those that are 기타."""
    chosen = [whole_of(query)] if query.group == _EVERYTHING else []
    if query.market == _KOSPI and query.group in (_EVERYTHING, _OTHERS):
        chosen.append(Index.KOSPI200)
    return tuple((code, index) for code, index in INDEX_CODES.items() if index in chosen)


def categories_reply(
    now: IndexNow | None,
    whole: IndexNow | None,
    indices: Sequence[tuple[str, IndexNow]],
    found: Sequence[Category],
) -> Reply:
    """업종 구분별전체시세: the index that was asked about, then what there is of its market.

    Parts (비중) are those of `whole`, the index of the market.
    """
    volume, value = (whole.bar.volume, whole.bar.value) if whole else (0, 0)
    output2 = [
        empty(
            blocks.IndexCategory,
            bstp_cls_code=code,
            hts_kor_isnm=INDEX_NAMES[each.bar.index],
            bstp_nmix_prpr=points(each.bar.close),
            **_traded(each.bar.volume, each.bar.value, volume, value),
            **level_change(each.bar.close, each.base),
        )
        for code, each in indices
    ]
    output2 += [_row(each, volume, value) for each in found]
    summary = empty(IndexSummary, **(index_summary(now) if now else {}))
    return done_reply(blocks.IndexCategoriesAnswer, output1=summary, output2=output2)


def category_levels(each: Category) -> tuple[Decimal, Decimal]:
    """The level of a size or an industry at the prices of its members, and at their base prices."""
    capital = sum(_capital(listed) for listed in each.members)
    if not all(_capital(listed) for listed in each.members):
        return Decimal(0), Decimal(0)
    worth = sum(listed.quote.last_price * shares_of(listed) for listed in each.members)
    before = sum(listed.quote.base_price * shares_of(listed) for listed in each.members)
    return Decimal(_PAR * worth) / capital, Decimal(_PAR * before) / capital


def _row(each: Category, volume: int, value: int) -> blocks.IndexCategory:
    quotes = [listed.quote for listed in each.members]
    level, base = category_levels(each)
    return empty(
        blocks.IndexCategory,
        bstp_cls_code=each.code,
        hts_kor_isnm=each.name,
        bstp_nmix_prpr=points(level),
        **_traded(sum(quote.volume for quote in quotes), sum(quote.value for quote in quotes), volume, value),
        **level_change(level, base),
    )


def _capital(listed: Listed) -> int:
    """What was paid in for an issue at its face value, 0 when that is not known."""
    company = listed.background.company
    return shares_of(listed) * (company.face_value or 0) if company else 0


def _traded(volume: int, value: int, whole_volume: int, whole_value: int) -> dict[str, str]:
    return {
        "acml_vol": thousands(volume),
        "acml_tr_pbmn": millions(value),
        "acml_vol_rlim": ratio_text(100 * volume, whole_volume, 2),
        "acml_tr_pbmn_rlim": ratio_text(100 * value, whole_value, 2),
    }
