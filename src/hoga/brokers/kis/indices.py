"""Stock indices on the KIS wire: the level of now, days, and longer charts.

Source: KIS's documents and an answer recorded in 2025. Levels have two decimals; volume is in thousands of
shares and value in 백만원. What 투자 신심리도 is computed from is not known, so it is written as nothing; so
are the waiting orders of a whole market.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby

from hoga.brokers.kis import price_blocks as blocks
from hoga.brokers.kis.blocks import empty, get_decimal, get_whole, rows
from hoga.brokers.kis.codes import (
    BARS_PER_CALL,
    INDEX_CODES,
    INDEX_MINUTES_PER_CALL,
    INTERVAL_CODES,
    Environment,
)
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    needed,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.question import INDEX_DIVISION, day_of, done_reply
from hoga.brokers.kis.quote_blocks import WatchedQuote
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Interval
from hoga.domain.index import POINT, Index, IndexBar, IndexQuote
from hoga.domain.zone import KST

INDEX_NAMES = {Index.KOSPI: "종합", Index.KOSDAQ: "KOSDAQ", Index.KOSPI200: "KOSPI200"}
_CODES = {index: code for code, index in INDEX_CODES.items()}
_MEAN_DAYS = 20
_THOUSAND, _MILLION = 1_000, 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexNow:
    """An index at an instant: `bar` is the day so far, `yesterday` the day before, None when unknown.

    The counts are of issues: risen, fallen, unchanged, at their upper and at their lower limit. `year` are
    the bars of the calendar year before today, None when they are not all known.
    """

    bar: IndexBar
    base: Decimal
    yesterday: IndexBar | None
    risen: int
    fallen: int
    same: int
    upper: int
    lower: int
    year: Sequence[IndexBar] | None = None


def index_price_request(index: Index, environment: Environment) -> Request:
    """업종 현재지수. Raises `BadInput` on paper, which lacks it."""
    return make_request(Call.INDEX_PRICE, environment, query=one_index(index))


def index_bars_request(
    index: Index, first: date, last: date, environment: Environment, interval: Interval = Interval.DAY
) -> Request:
    """업종 기간별시세: the newest hundred bars of these days."""
    query = one_index(index) | {
        "FID_INPUT_DATE_1": day_text(first),
        "FID_INPUT_DATE_2": day_text(last),
        "FID_PERIOD_DIV_CODE": INTERVAL_CODES[interval],
    }
    return make_request(Call.INDEX_BARS, environment, query=query)


def read_index_price(reply: Reply, index: Index) -> IndexQuote:
    """업종 현재지수. Raises like `envelope.read`."""
    found = rows(read(reply, blocks.IndexPriceAnswer).output)
    if not found:
        raise unreadable(reply, "output missing")
    row = found[0]
    return IndexQuote(
        index=index,
        level=get_decimal(row, "bstp_nmix_prpr"),
        change=get_decimal(row, "bstp_nmix_prdy_vrss"),
        open=get_decimal(row, "bstp_nmix_oprc"),
        high=get_decimal(row, "bstp_nmix_hgpr"),
        low=get_decimal(row, "bstp_nmix_lwpr"),
        volume=get_whole(row, "acml_vol") * _THOUSAND,
        value=get_whole(row, "acml_tr_pbmn") * _MILLION,
        rising=get_whole(row, "ascn_issu_cnt"),
        unchanged=get_whole(row, "stnr_issu_cnt"),
        falling=get_whole(row, "down_issu_cnt"),
        at_upper_limit=get_whole(row, "uplm_issu_cnt"),
        at_lower_limit=get_whole(row, "lslm_issu_cnt"),
    )


def read_index_bars(reply: Reply, index: Index) -> list[IndexBar]:
    """업종 기간별시세, oldest first, each at midnight of its day. Raises like `envelope.read`."""
    found = [
        IndexBar(
            index,
            datetime.combine(day_of(reply, row.stck_bsop_date), time(), KST),
            get_decimal(row, "bstp_nmix_oprc"),
            get_decimal(row, "bstp_nmix_hgpr"),
            get_decimal(row, "bstp_nmix_lwpr"),
            get_decimal(row, "bstp_nmix_prpr"),
            get_whole(row, "acml_vol") * _THOUSAND,
            get_whole(row, "acml_tr_pbmn") * _MILLION,
        )
        for row in rows(read(reply, blocks.IndexBarsAnswer).output2)
    ]
    return sorted(found, key=lambda bar: bar.at)


def one_index(index: Index) -> dict[str, str]:
    """The query of nearly every call about one index."""
    return {"FID_COND_MRKT_DIV_CODE": INDEX_DIVISION, "FID_INPUT_ISCD": _CODES[index]}


def asked_index(request: Request) -> Index | None:
    """Which index a client wants; None for one that is not computed here. Raises `Declined`."""
    needed(request.query, "FID_COND_MRKT_DIV_CODE")
    return INDEX_CODES.get(needed(request.query, "FID_INPUT_ISCD"))


def longer_index_bars(bars: Sequence[IndexBar], interval: Interval) -> list[IndexBar]:
    """Daily bars, oldest first, put together to bars of `interval`, each dated by their first day."""
    joined = []
    for _, group in groupby(bars, key=lambda bar: interval.start(bar.at.date())):
        days = list(group)
        joined.append(
            IndexBar(
                days[0].index,
                days[0].at,
                days[0].open,
                max(day.high for day in days),
                min(day.low for day in days),
                days[-1].close,
                sum(day.volume for day in days),
                sum(day.value for day in days),
            )
        )
    return joined


def index_price_reply(now: IndexNow | None) -> Reply:
    """업종 현재지수. None for an index that is not known."""
    if now is None:
        return done_reply(blocks.IndexPriceAnswer, output=empty(blocks.IndexPrice))
    bar, base = now.bar, now.base
    output = empty(
        blocks.IndexPrice,
        prdy_nmix_vrss_nmix_oprc=points(bar.open - base),
        oprc_vrss_prpr_sign=point_sign(bar.close - bar.open),
        bstp_nmix_oprc_prdy_ctrt=point_rate(bar.open, base),
        prdy_nmix_vrss_nmix_hgpr=points(bar.high - base),
        hgpr_vrss_prpr_sign=point_sign(bar.close - bar.high),
        bstp_nmix_hgpr_prdy_ctrt=point_rate(bar.high, base),
        prdy_clpr_vrss_lwpr=points(bar.low - base),
        lwpr_vrss_prpr_sign=point_sign(bar.close - bar.low),
        prdy_clpr_vrss_lwpr_rate=point_rate(bar.low, base),
        **index_summary(now),
        **_away(now),
    )
    return done_reply(blocks.IndexPriceAnswer, output=output)


def index_days_reply(now: IndexNow | None, days: Sequence[IndexBar]) -> Reply:
    """업종 일자별지수: the newest hundred of `days`, oldest first."""
    if now is None:
        return done_reply(blocks.IndexDaysAnswer, output1=empty(blocks.IndexSummary), output2=[])
    output2 = []
    for place, bar in enumerate(days):
        before = days[place - 1] if place else None
        mean = days[max(place - _MEAN_DAYS + 1, 0) : place + 1]
        total = sum((each.close for each in mean), Decimal(0))
        output2.append(
            empty(
                blocks.IndexDay,
                stck_bsop_date=day_text(bar.at.date()),
                acml_vol_rlim=ratio_text(100 * now.bar.volume, bar.volume, 2),
                d20_dsrt=_percent(bar.close * len(mean), total),
                **levels_of(bar),
                **level_change(bar.close, before.close if before else None),
            )
        )
    newest_first = output2[: -BARS_PER_CALL - 1 : -1]
    summary = empty(blocks.IndexSummary, **index_summary(now))
    return done_reply(blocks.IndexDaysAnswer, output1=summary, output2=newest_first)


def index_minutes_reply(now: IndexNow | None, minutes: Sequence[IndexBar], seconds: int) -> Reply:
    """업종 시간별지수 in steps of `seconds`, newest first; `minutes` are those of the day so far."""
    output = []
    volume = value = 0
    steps = groupby(minutes, key=lambda bar: (bar.at.hour * 3600 + bar.at.minute * 60) // seconds)
    for _, group in steps if now else ():
        bars = list(group)
        traded = sum(bar.volume for bar in bars)
        volume, value = volume + traded, value + sum(bar.value for bar in bars)
        output.append(
            empty(
                blocks.IndexMinute,
                bsop_hour=time_text(bars[-1].at),
                bstp_nmix_prpr=points(bars[-1].close),
                acml_tr_pbmn=millions(value),
                acml_vol=thousands(volume),
                cntg_vol=thousands(traded),
                **level_change(bars[-1].close, now.base if now else None),
            )
        )
    return done_reply(blocks.IndexMinutesAnswer, output=output[: -INDEX_MINUTES_PER_CALL - 1 : -1])


def index_bars_reply(now: IndexNow | None, bars: Sequence[IndexBar]) -> Reply:
    """업종 기간별시세: the newest hundred of `bars`, oldest first."""
    if now is None:
        return done_reply(blocks.IndexBarsAnswer, output1=empty(blocks.IndexChartSummary), output2=[])
    summary = chart_summary(now)
    output2 = [
        empty(blocks.IndexBarRow, stck_bsop_date=day_text(bar.at.date()), **levels_of(bar))
        for bar in reversed(bars[-BARS_PER_CALL:])
    ]
    return done_reply(blocks.IndexBarsAnswer, output1=summary, output2=output2)


def chart_summary(now: IndexNow) -> blocks.IndexChartSummary:
    """An index now, as it stands above its charts."""
    yesterday = now.yesterday
    before: dict[str, str] = {}
    if yesterday is not None:
        before = {
            "prdy_vol": thousands(yesterday.volume),
            "futs_prdy_oprc": points(yesterday.open),
            "futs_prdy_hgpr": points(yesterday.high),
            "futs_prdy_lwpr": points(yesterday.low),
        }
    return empty(
        blocks.IndexChartSummary,
        prdy_nmix=points(now.base),
        hts_kor_isnm=INDEX_NAMES[now.bar.index],
        bstp_cls_code=_CODES[now.bar.index],
        **levels_of(now.bar),
        **level_change(now.bar.close, now.base),
        **before,
    )


def watched_index(now: IndexNow, code: str, hour: str) -> WatchedQuote:
    """An index among quotes of issues (관심종목): levels have their decimals, books and limits are none."""
    bar, base = now.bar, now.base
    return empty(
        WatchedQuote,
        kospi_kosdaq_cls_name="업종",
        hour_cls_code=hour,
        inter_shrn_iscd=code,
        inter_kor_isnm=INDEX_NAMES[bar.index],
        inter2_prpr=points(bar.close),
        inter2_prdy_vrss=points(bar.close - base),
        prdy_vrss_sign=point_sign(bar.close - base),
        prdy_ctrt=point_rate(bar.close, base),
        acml_vol=thousands(bar.volume),
        inter2_oprc=points(bar.open),
        inter2_hgpr=points(bar.high),
        inter2_lwpr=points(bar.low),
        acml_tr_pbmn=millions(bar.value),
        inter2_prdy_clpr=points(base),
        oprc_vrss_hgpr_rate=point_rate(bar.high, bar.open),
        inter2_sdpr=points(base),
    )


def index_bar(bars: Sequence[IndexBar], level: Decimal | None, volume: int, value: int) -> IndexBar | None:
    """The day so far, from its minutes and the level of now; None when neither is known."""
    if not bars:
        return None
    close = bars[-1].close if level is None else level
    return IndexBar(
        bars[0].index,
        bars[0].at,
        bars[0].open,
        max(close, *(bar.high for bar in bars)),
        min(close, *(bar.low for bar in bars)),
        close,
        volume,
        value,
    )


def flat_index_bar(index: Index, at: datetime, level: Decimal) -> IndexBar:
    """The day of an index whose members have not traded yet."""
    return IndexBar(index, at, level, level, level, level, 0, 0)


def index_summary(now: IndexNow) -> dict[str, str]:
    """An index now, with the issues that rose and fell, the peaks of the year and the day before."""
    fields = {
        **levels_of(now.bar),
        **level_change(now.bar.close, now.base),
        "ascn_issu_cnt": str(now.risen),
        "down_issu_cnt": str(now.fallen),
        "stnr_issu_cnt": str(now.same),
        "uplm_issu_cnt": str(now.upper),
        "lslm_issu_cnt": str(now.lower),
    }
    if now.year is not None:
        highest, lowest = _peaks(now, now.year)
        fields |= {
            "dryy_bstp_nmix_hgpr": points(highest.high),
            "dryy_bstp_nmix_hgpr_date": day_text(highest.at.date()),
            "dryy_bstp_nmix_lwpr": points(lowest.low),
            "dryy_bstp_nmix_lwpr_date": day_text(lowest.at.date()),
        }
    if now.yesterday is not None:
        fields["prdy_vol"] = thousands(now.yesterday.volume)
        fields["prdy_tr_pbmn"] = millions(now.yesterday.value)
    return fields


def _away(now: IndexNow) -> dict[str, str]:
    """How far the index is from the peaks of the year."""
    if now.year is None:
        return {}
    highest, lowest = _peaks(now, now.year)
    return {
        "dryy_hgpr_vrss_prpr_rate": point_rate(now.bar.close, highest.high),
        "dryy_lwpr_vrss_prpr_rate": point_rate(now.bar.close, lowest.low),
    }


def _peaks(now: IndexNow, year: Sequence[IndexBar]) -> tuple[IndexBar, IndexBar]:
    """The days of the highest and of the lowest level of the year."""
    days = [*year, now.bar]
    return max(reversed(days), key=lambda bar: bar.high), min(reversed(days), key=lambda bar: bar.low)


def levels_of(bar: IndexBar) -> dict[str, str]:
    """The levels of an interval, and what its members traded in it."""
    return {
        "bstp_nmix_prpr": points(bar.close),
        "bstp_nmix_oprc": points(bar.open),
        "bstp_nmix_hgpr": points(bar.high),
        "bstp_nmix_lwpr": points(bar.low),
        "acml_vol": thousands(bar.volume),
        "acml_tr_pbmn": millions(bar.value),
    }


def level_change(level: Decimal, base: Decimal | None) -> dict[str, str]:
    """The change of a level, its sign and its rate; nothing when the level before is not known."""
    if base is None:
        return {}
    return {
        "bstp_nmix_prdy_vrss": points(level - base),
        "prdy_vrss_sign": point_sign(level - base),
        "bstp_nmix_prdy_ctrt": point_rate(level, base),
    }


def point_sign(change: Decimal) -> str:
    """대비 부호 of a change in points."""
    if change > 0:
        return "2"
    return "5" if change < 0 else "3"


def points(level: Decimal) -> str:
    """A level with two decimals."""
    return f"{level.quantize(POINT) + 0:f}"


def point_rate(level: Decimal, base: Decimal) -> str:
    """전일 대비율 of a level in percent."""
    return _percent(level - base, base)


def _percent(part: Decimal, whole: Decimal) -> str:
    return points(100 * part / whole) if whole else "0.00"


def thousands(shares: int) -> str:
    """거래량 of an index: thousands of shares."""
    return str(shares // _THOUSAND)


def millions(won: int) -> str:
    """거래대금 of an index: 백만원."""
    return str(won // _MILLION)
