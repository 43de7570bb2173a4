"""What the opening and closing calls expect, of issues and indices as they go, on the KIS wire.

Source: KIS's documents and samples. Volume of an index is in thousands of shares, value in 백만원. KIS goes
on showing what a call expected last when it is over. Unverified: that an index of everything (0000) is KOSPI,
and how many rows an index has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hoga.brokers.kis import expected_blocks as blocks
from hoga.brokers.kis.background import Listed, representative_market
from hoga.brokers.kis.blocks import empty
from hoga.brokers.kis.codes import EXPECTED_INDEX_PER_CALL, INDEX_CODES
from hoga.brokers.kis.envelope import Reply, Request, day_text, needed, time_text
from hoga.brokers.kis.expectations import Expectation
from hoga.brokers.kis.indices import INDEX_NAMES, millions, point_rate, point_sign, points, thousands
from hoga.brokers.kis.industries import Category, category_levels
from hoga.brokers.kis.notation import change, rate, sign
from hoga.brokers.kis.question import INDEX_DIVISION, asked_choice, bad_division, done_reply
from hoga.domain.index import Index
from hoga.krx.sessions import Phase

_PHASES = {"1": Phase.OPEN_CALL, "2": Phase.CLOSE_CALL}
"""FID_MKOP_CLS_CODE."""
_EVERYTHING = "0000"
_WITHOUT_EMPTY = "4"
STEPS = ("10", "30", "60", "600")
"""Seconds between the rows of 예상체결지수 추이."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedIndex:
    """An index as a call expects it at an instant, with the issues that would rise and fall."""

    index: Index
    at: datetime
    level: Decimal
    base: Decimal
    volume: int
    value: int
    risen: int = 0
    fallen: int = 0
    same: int = 0


def asked_call(request: Request) -> Phase:
    """Which call a client means. Raises `Declined`."""
    return _PHASES[asked_choice(request, "FID_MKOP_CLS_CODE", _PHASES)]


def asked_expected_index(request: Request) -> Index | None:
    """Which index a client means; None for one that is not computed here. Raises `Declined`."""
    if needed(request.query, "FID_COND_MRKT_DIV_CODE").upper() != INDEX_DIVISION:
        raise bad_division()
    code = needed(request.query, "FID_INPUT_ISCD")
    return Index.KOSPI if code == _EVERYTHING else INDEX_CODES.get(code)


def asked_with_empty(request: Request) -> bool:
    """Whether a client wants moments, too, at which nothing would have traded. Raises `Declined`."""
    return asked_choice(request, "FID_MKOP_CLS_CODE", ("0", _WITHOUT_EMPTY), "0") != _WITHOUT_EMPTY


def expected_prices_reply(listed: Listed | None, found: Sequence[Expectation], day: date) -> Reply:
    """예상체결가 추이, newest first. None for a code that does not exist."""
    if listed is None or not found:
        summary = empty(blocks.ExpectedPrice)
        if listed is not None:
            summary = empty(blocks.ExpectedPrice, rprs_mrkt_kor_name=representative_market(listed))
        return done_reply(blocks.ExpectedPricesAnswer, output1=summary, output2=[])
    quote, last = listed.quote, found[0]
    summary = empty(
        blocks.ExpectedPrice,
        rprs_mrkt_kor_name=representative_market(listed),
        antc_cnpr=str(last.price),
        antc_cntg_vrss_sign=sign(last.price, quote),
        antc_cntg_vrss=str(last.price - quote.base_price),
        antc_cntg_prdy_ctrt=rate(last.price, quote.base_price),
        antc_vol=str(last.quantity),
        antc_tr_pbmn=str(last.price * last.quantity),
    )
    output2 = [
        empty(
            blocks.ExpectedPriceAt,
            stck_bsop_date=day_text(day),
            stck_cntg_hour=_clock(each.second),
            stck_prpr=str(each.price),
            acml_vol=str(each.quantity),
            **change(each.price, quote),
        )
        for each in found
    ]
    return done_reply(blocks.ExpectedPricesAnswer, output1=summary, output2=output2)


def expected_index_reply(found: Sequence[ExpectedIndex]) -> Reply:
    """예상체결지수 추이 of what is oldest first, newest first."""
    output = [
        empty(
            blocks.ExpectedIndexAt,
            stck_cntg_hour=time_text(each.at),
            bstp_nmix_prpr=points(each.level),
            prdy_vrss_sign=point_sign(each.level - each.base),
            bstp_nmix_prdy_vrss=points(each.level - each.base),
            prdy_ctrt=point_rate(each.level, each.base),
            acml_vol=thousands(each.volume),
            acml_tr_pbmn=millions(each.value),
        )
        for each in reversed(found[-EXPECTED_INDEX_PER_CALL:])
    ]
    return done_reply(blocks.ExpectedIndexAnswer, output=output)


def expected_indices_reply(
    asked: ExpectedIndex | None, code: str, found: Sequence[ExpectedIndex], categories: Sequence[Category]
) -> Reply:
    """예상체결 전체지수: the index that was asked about, all indices, and all sizes and industries.

    The issues of `categories` stand at what is expected of them.
    """
    summary = empty(blocks.ExpectedTotal)
    if asked is not None:
        summary = empty(
            blocks.ExpectedTotal,
            bstp_nmix_prpr=points(asked.level),
            bstp_nmix_prdy_vrss=points(asked.level - asked.base),
            prdy_vrss_sign=point_sign(asked.level - asked.base),
            prdy_ctrt=point_rate(asked.level, asked.base),
            acml_vol=thousands(asked.volume),
            ascn_issu_cnt=str(asked.risen),
            down_issu_cnt=str(asked.fallen),
            stnr_issu_cnt=str(asked.same),
            bstp_cls_code=code,
        )
    output2 = [
        _row(
            INDEX_NAMES[each.index], each.level, each.base, each.volume, (each.risen, each.same, each.fallen)
        )
        for each in found
    ]
    for each in categories:
        level, base = category_levels(each)
        quotes = [listed.quote for listed in each.members]
        counts = (
            sum(quote.last_price > quote.base_price for quote in quotes),
            sum(quote.last_price == quote.base_price for quote in quotes),
            sum(quote.last_price < quote.base_price for quote in quotes),
        )
        output2.append(_row(each.name, level, base, sum(quote.volume for quote in quotes), counts))
    return done_reply(blocks.ExpectedIndicesAnswer, output1=summary, output2=output2)


def _row(
    name: str, level: Decimal, base: Decimal, volume: int, counts: tuple[int, int, int]
) -> blocks.ExpectedIndexRow:
    risen, same, fallen = counts
    return empty(
        blocks.ExpectedIndexRow,
        hts_kor_isnm=name,
        bstp_nmix_prpr=points(level),
        bstp_nmix_prdy_vrss=points(level - base),
        prdy_vrss_sign=point_sign(level - base),
        bstp_nmix_prdy_ctrt=point_rate(level, base),
        acml_vol=thousands(volume),
        nmix_sdpr=points(base),
        ascn_issu_cnt=str(risen),
        stnr_issu_cnt=str(same),
        down_issu_cnt=str(fallen),
    )


def _clock(second: int) -> str:
    return f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"
