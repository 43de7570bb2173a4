"""Indices as the day goes on the KIS wire, both ways: bars of minutes and hours, and every ten seconds.

Source: KIS's documents and its samples. Levels have two decimals, volume is in thousands of shares and value
in 백만원. Unverified: how many rows the ten seconds have, and that a row is told at the end of its ten
seconds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from hoga.brokers.kis import index_blocks as blocks
from hoga.brokers.kis.blocks import empty, get_decimal, get_whole, rows, text
from hoga.brokers.kis.codes import INDEX_BARS_PER_CALL, INDEX_TICKS_PER_CALL, Environment
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    parse_instant,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.indices import (
    IndexNow,
    chart_summary,
    level_change,
    millions,
    one_index,
    points,
    thousands,
)
from hoga.brokers.kis.price_blocks import IndexChartSummary
from hoga.brokers.kis.question import day_of, done_reply
from hoga.brokers.kis.services import Call
from hoga.domain.index import Index, IndexBar

_THOUSAND, _MILLION = 1_000, 1_000_000

# The client asks and understands --------------------------------------------------------------------------


def index_minute_bars_request(index: Index, environment: Environment) -> Request:
    """업종 분봉조회: the newest minutes, those of earlier days too. Raises `BadInput` on paper."""
    query = one_index(index) | {
        "FID_ETC_CLS_CODE": "0",
        "FID_INPUT_HOUR_1": "60",
        "FID_PW_DATA_INCU_YN": "Y",
    }
    return make_request(Call.INDEX_MINUTE_BARS, environment, query=query)


def read_index_minute_bars(reply: Reply, index: Index) -> list[IndexBar]:
    """업종 분봉조회, oldest first.

    The value of a bar is what the day's value grew by; that of the oldest one is not told, so it is 0.
    Raises like `envelope.read`.
    """
    found: list[IndexBar] = []
    known: tuple[datetime, int] | None = None
    for row in reversed(rows(read(reply, blocks.IndexMinuteBarsAnswer).output2)):
        day = day_of(reply, row.stck_bsop_date)
        at = parse_instant(day, text(row.stck_cntg_hour))
        if at is None:
            raise unreadable(reply, f"stck_cntg_hour is {text(row.stck_cntg_hour)!r}")
        of_day = get_whole(row, "acml_tr_pbmn") * _MILLION
        before = 0 if known and known[0].date() != day else known[1] if known else of_day
        found.append(
            IndexBar(
                index,
                at,
                get_decimal(row, "bstp_nmix_oprc"),
                get_decimal(row, "bstp_nmix_hgpr"),
                get_decimal(row, "bstp_nmix_lwpr"),
                get_decimal(row, "bstp_nmix_prpr"),
                get_whole(row, "cntg_vol") * _THOUSAND,
                of_day - before,
            )
        )
        known = at, of_day
    return found


# The server answers ---------------------------------------------------------------------------------------


def longer_steps(bars: Sequence[IndexBar], seconds: int) -> list[IndexBar]:
    """The bars of one day, oldest first, put together to steps of `seconds`."""
    joined = []
    for step, group in groupby(bars, key=lambda bar: _second(bar.at) // seconds):
        parts = list(group)
        at = parts[0].at
        joined.append(
            IndexBar(
                parts[0].index,
                at - timedelta(seconds=_second(at) - step * seconds),
                parts[0].open,
                max(part.high for part in parts),
                min(part.low for part in parts),
                parts[-1].close,
                sum(part.volume for part in parts),
                sum(part.value for part in parts),
            )
        )
    return joined


def index_minute_bars_reply(now: IndexNow | None, days: Sequence[Sequence[IndexBar]]) -> Reply:
    """업종 분봉조회 of whole `days`, oldest first; None for an index that is not known."""
    if now is None:
        return done_reply(blocks.IndexMinuteBarsAnswer, output1=empty(IndexChartSummary), output2=[])
    output2 = []
    for bars in days:
        value = 0
        for bar in bars:
            value += bar.value
            output2.append(
                empty(
                    blocks.IndexMinuteBar,
                    stck_bsop_date=day_text(bar.at.date()),
                    stck_cntg_hour=time_text(bar.at),
                    bstp_nmix_prpr=points(bar.close),
                    bstp_nmix_oprc=points(bar.open),
                    bstp_nmix_hgpr=points(bar.high),
                    bstp_nmix_lwpr=points(bar.low),
                    cntg_vol=thousands(bar.volume),
                    acml_tr_pbmn=millions(value),
                )
            )
    newest_first = output2[: -INDEX_BARS_PER_CALL - 1 : -1]
    return done_reply(blocks.IndexMinuteBarsAnswer, output1=chart_summary(now), output2=newest_first)


def index_ticks_reply(
    now: IndexNow | None, steps: Sequence[IndexBar], step: timedelta, at: datetime
) -> Reply:
    """업종 시간별지수 (초), newest first: the last `steps` of the day, each told at its end, `at` at most."""
    output = []
    volume, value = (now.bar.volume, now.bar.value) if now else (0, 0)
    for bar in reversed(steps) if now else ():
        output.append(
            empty(
                blocks.IndexTick,
                stck_cntg_hour=time_text(min(bar.at + step, at)),
                bstp_nmix_prpr=points(bar.close),
                acml_tr_pbmn=millions(value),
                acml_vol=thousands(volume),
                cntg_vol=thousands(bar.volume),
                **level_change(bar.close, now.base if now else None),
            )
        )
        volume, value = volume - bar.volume, value - bar.value
    return done_reply(blocks.IndexTicksAnswer, output=output[:INDEX_TICKS_PER_CALL])


def _second(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
