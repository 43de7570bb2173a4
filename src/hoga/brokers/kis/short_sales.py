"""What was sold short (공매도) on the KIS wire, both ways: of one issue day by day, and where it was most.

Source: KIS's documents and answers of 2022 to 2026. Quantities are shares, money is won. Today's figures are
not told before 15:40. What several weeks or months of a ranking are is unverified; so is that a ranking heeds
the least volume, for which KIS's documents have no value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hoga.brokers.kis import investor_blocks as blocks
from hoga.brokers.kis.background import Listed
from hoga.brokers.kis.blocks import empty, find_whole, get_decimal, get_whole, rows, text
from hoga.brokers.kis.codes import RANKS_PER_CALL, SECTIONS, SHORT_SALES_PER_CALL, Environment
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    needed,
    parse_day,
    plain_code,
    read,
    unreadable,
)
from hoga.brokers.kis.notation import change, moved
from hoga.brokers.kis.question import (
    asked_day,
    asked_first_day,
    day_of,
    done_reply,
    invalid,
    listed_code,
    one_issue,
    optional,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar
from hoga.domain.errors import BadInput
from hoga.domain.flows import ShortSale, ShortSaleDay
from hoga.domain.ranking import SPANS, RankFilter, ShortSaleRank

_SCREEN = "20482"
_SPANS = {
    "1d": ("D", "0"),
    "2d": ("D", "1"),
    "3d": ("D", "2"),
    "4d": ("D", "3"),
    "1w": ("D", "4"),
    "2w": ("D", "9"),
    "3w": ("D", "14"),
    "1m": ("M", "1"),
    "2m": ("M", "2"),
    "3m": ("M", "3"),
}


@dataclass(frozen=True, slots=True)
class ShortDay:
    """The bar of a day and what was sold short in it."""

    bar: Bar
    sale: ShortSale


@dataclass(frozen=True, slots=True)
class ShortRank:
    """What was sold short of an issue in some days, beside all that was traded, in shares and won."""

    listed: Listed
    quantity: int
    value: int
    volume: int
    day_value: int


# The client asks ------------------------------------------------------------------------------------------


def short_sales_request(code: str, first: date, last: date, environment: Environment) -> Request:
    """공매도 일별추이: the newest hundred days. Raises `BadInput` on paper, which lacks it."""
    query = one_issue(code) | {"FID_INPUT_DATE_1": day_text(first), "FID_INPUT_DATE_2": day_text(last)}
    return make_request(Call.SHORT_SALES, environment, query=query)


def short_ranking_request(chosen: RankFilter, span: str, environment: Environment) -> Request:
    """공매도 상위종목 over `span`, one of `SPANS`. Raises `BadInput` for another, and on paper."""
    if span not in _SPANS:
        raise BadInput(
            f"공매도 순위의 기간은 {', '.join(SPANS)} 중 하나여야 합니다({span}).",
            f"The time of a ranking of short sales must be one of {', '.join(SPANS)}, not {span}.",
        )
    period, count = _SPANS[span]
    query = {
        "FID_APLY_RANG_VOL": optional(chosen.least_volume),
        "FID_COND_MRKT_DIV_CODE": "J",
        "FID_COND_SCR_DIV_CODE": _SCREEN,
        "FID_INPUT_ISCD": SECTIONS[chosen.section],
        "FID_PERIOD_DIV_CODE": period,
        "FID_INPUT_CNT_1": count,
        "FID_TRGT_EXLS_CLS_CODE": "",
        "FID_TRGT_CLS_CODE": "",
        "FID_APLY_RANG_PRC_1": optional(chosen.least_price),
        "FID_APLY_RANG_PRC_2": optional(chosen.most_price),
    }
    return make_request(Call.SHORT_SALE_RANKING, environment, query=query)


# The client understands -----------------------------------------------------------------------------------


def read_short_sales(reply: Reply, code: str) -> list[ShortSaleDay]:
    """공매도 일별추이, oldest first. Raises like `envelope.read`."""
    found = [
        ShortSaleDay(
            code,
            day_of(reply, row.stck_bsop_date),
            get_whole(row, "stck_clpr"),
            find_whole(row, "prdy_vrss"),
            get_whole(row, "acml_vol"),
            get_whole(row, "acml_tr_pbmn"),
            get_whole(row, "ssts_cntg_qty"),
            get_whole(row, "ssts_tr_pbmn"),
        )
        for row in rows(read(reply, blocks.ShortSalesAnswer).output2)
    ]
    return sorted(found, key=lambda sale: sale.day)


def read_short_ranking(reply: Reply) -> list[ShortSaleRank]:
    """공매도 상위종목, the first first. Raises like `envelope.read`. The days stand in the first row only."""
    found = rows(read(reply, blocks.ShortRanksAnswer).output)
    if not found:
        return []
    first, last = (parse_day(text(day)) for day in (found[0].stnd_date1, found[0].stnd_date2))
    if first is None or last is None:
        raise unreadable(reply, f"stnd_date1 is {text(found[0].stnd_date1)!r}")
    return [
        ShortSaleRank(
            rank=rank,
            code=plain_code(text(row.mksc_shrn_iscd)),
            name=text(row.hts_kor_isnm),
            last_price=get_whole(row, "stck_prpr"),
            change=get_whole(row, "prdy_vrss"),
            change_rate=get_decimal(row, "prdy_ctrt") / 100,
            short_quantity=get_whole(row, "ssts_cntg_qty"),
            short_ratio=get_decimal(row, "ssts_vol_rlim") / 100,
            short_value=get_whole(row, "ssts_tr_pbmn"),
            short_value_ratio=get_decimal(row, "ssts_tr_pbmn_rlim") / 100,
            average_price=get_whole(row, "avrg_prc"),
            volume=get_whole(row, "acml_vol"),
            value=get_whole(row, "acml_tr_pbmn"),
            first=first,
            last=last,
        )
        for rank, row in enumerate(found, 1)
    ]


# The server understands -----------------------------------------------------------------------------------


def asked_short_sales(request: Request) -> tuple[str, date, date]:
    """The code, first and last day; without a first day all of them. Raises `Declined`."""
    return (
        listed_code(request),
        asked_first_day(request, "FID_INPUT_DATE_1"),
        asked_day(request, "FID_INPUT_DATE_2"),
    )


def asked_short_days(request: Request) -> int:
    """How many trading days a ranking is to be about. Raises `Declined`.

    KIS counts one less than the days, and in weeks from 4 on; there are clients that leave the period empty.
    """
    period = needed(request.query, "FID_PERIOD_DIV_CODE").upper()
    count = needed(request.query, "FID_INPUT_CNT_1") or "0"
    if period not in ("", "D", "M") or not (count.isascii() and count.isdigit() and len(count) < 3):
        raise invalid("FID_PERIOD_DIV_CODE")
    return int(count) * 21 if period == "M" and int(count) else int(count) + 1


# The server answers ---------------------------------------------------------------------------------------


def short_sales_reply(
    listed: Listed | None, days: Sequence[ShortDay], before: Bar | None, previous_volume: int
) -> Reply:
    """공매도 일별추이 of `days`, oldest first: the newest hundred, added up from the first of all."""
    if listed is None:
        return done_reply(blocks.ShortSalesAnswer, output1=empty(blocks.ShortSummary), output2=[])
    quote = listed.quote
    summary = empty(
        blocks.ShortSummary,
        stck_prpr=str(quote.last_price),
        acml_vol=str(quote.volume),
        prdy_vol=str(previous_volume),
        **change(quote.last_price, quote),
    )
    output2 = []
    quantity = value = volume = traded = 0
    previous = [before, *(day.bar for day in days)]
    for day, last in zip(days, previous, strict=False):
        bar, sold, won = day.bar, day.sale.quantity, day.sale.value or 0
        quantity, value, volume, traded = (
            quantity + sold,
            value + won,
            volume + bar.volume,
            traded + bar.value,
        )
        output2.append(
            empty(
                blocks.ShortDay,
                stck_bsop_date=day_text(bar.at.date()),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                stnd_vol_smtn=str(volume),
                ssts_cntg_qty=str(sold),
                ssts_vol_rlim=ratio_text(100 * sold, bar.volume, 2),
                acml_ssts_cntg_qty=str(quantity),
                acml_ssts_cntg_qty_rlim=ratio_text(100 * quantity, volume, 2),
                acml_tr_pbmn=str(bar.value),
                stnd_tr_pbmn_smtn=str(traded),
                ssts_tr_pbmn=str(won),
                ssts_tr_pbmn_rlim=ratio_text(100 * won, bar.value, 2),
                acml_ssts_tr_pbmn=str(value),
                acml_ssts_tr_pbmn_rlim=ratio_text(100 * value, traded, 2),
                stck_oprc=str(bar.open),
                stck_hgpr=str(bar.high),
                stck_lwpr=str(bar.low),
                avrg_prc=ratio_text(won, sold, 0),
                **moved(bar, last),
            )
        )
    newest_first = output2[: -SHORT_SALES_PER_CALL - 1 : -1]
    return done_reply(blocks.ShortSalesAnswer, output1=summary, output2=newest_first)


def short_ranking_reply(ranks: Sequence[ShortRank], first: date, last: date) -> Reply:
    """공매도 상위종목 from day `first` to `last`, which stand in the first row only."""
    chosen = sorted(ranks, key=lambda rank: (-rank.value, rank.listed.quote.code))[:RANKS_PER_CALL]
    output = []
    for place, each in enumerate(chosen):
        quote = each.listed.quote
        output.append(
            empty(
                blocks.ShortRank,
                mksc_shrn_iscd=quote.code,
                hts_kor_isnm=quote.name,
                stck_prpr=str(quote.last_price),
                acml_vol=str(each.volume),
                acml_tr_pbmn=str(each.day_value),
                ssts_cntg_qty=str(each.quantity),
                ssts_vol_rlim=ratio_text(100 * each.quantity, each.volume, 2),
                ssts_tr_pbmn=str(each.value),
                ssts_tr_pbmn_rlim=ratio_text(100 * each.value, each.day_value, 2),
                stnd_date1="0" if place else day_text(first),
                stnd_date2="0" if place else day_text(last),
                avrg_prc=ratio_text(each.value, each.quantity, 0),
                **change(quote.last_price, quote),
            )
        )
    return done_reply(blocks.ShortRanksAnswer, output=output)
