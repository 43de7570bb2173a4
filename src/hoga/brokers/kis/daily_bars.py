"""기간별시세, the bars of days, weeks, months and years, on the KIS wire, both ways.

Source: KIS's documents and recorded answers as of 2026-08. An answer has the newest hundred bars of the days
that are asked for, and no second page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hoga.brokers.kis import blocks, quote_blocks
from hoga.brokers.kis.background import Listed, company_fields, market_value, shares_of, value_fields
from hoga.brokers.kis.blocks import get_whole, rows, text
from hoga.brokers.kis.codes import (
    BARS_PER_CALL,
    INTERVAL_CODES,
    Environment,
    Sign,
)
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    parse_day,
    read,
    unreadable,
)
from hoga.brokers.kis.notation import change_sign, rate, sign
from hoga.brokers.kis.question import (
    Venues,
    asked_choice,
    asked_day,
    asked_first_day,
    asked_interval,
    done_reply,
    one_issue,
    venued_code,
)
from hoga.brokers.kis.quotes import check_exists, only
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar, Interval
from hoga.domain.request import Venue
from hoga.domain.zone import KST


@dataclass(frozen=True, slots=True)
class BarsQuery:
    """Bars from `first` to `last`; `is_adjusted` for splits and rights (수정주가)."""

    code: str
    first: date
    last: date
    is_adjusted: bool
    interval: Interval = Interval.DAY
    venues: Venues = (Venue.KRX,)


# The client asks ----------------------------------------------------------------------------------------


def daily_bars_request(
    code: str,
    first: date,
    last: date,
    environment: Environment,
    *,
    is_adjusted: bool = True,
    interval: Interval = Interval.DAY,
) -> Request:
    """기간별시세. KIS answers the newest 100 bars of those days; go on with `older_bars_request`."""
    query = one_issue(code) | {
        "FID_INPUT_DATE_1": day_text(first),
        "FID_INPUT_DATE_2": day_text(last),
        "FID_PERIOD_DIV_CODE": INTERVAL_CODES[interval],
        "FID_ORG_ADJ_PRC": "0" if is_adjusted else "1",
    }
    return make_request(Call.DAILY_BARS, environment, query=query)


def older_bars_request(request: Request, bars: Sequence[Bar]) -> Request | None:
    """What to ask after `request` was answered with `bars` (oldest first); None when nothing can be left."""
    if len(bars) < BARS_PER_CALL:
        return None
    # Whether KIS dates a week by its first or its last day does not matter to this.
    interval = asked_interval(request)
    last = interval.start(bars[0].at.date()) - timedelta(days=1)
    if day_text(last) < request.query["FID_INPUT_DATE_1"]:
        return None
    return request._replace(query={**request.query, "FID_INPUT_DATE_2": day_text(last)})


# The server understands ---------------------------------------------------------------------------------


def asked_bars(request: Request) -> BarsQuery:
    """Which bars a client wants. Raises `Declined`.

    There are clients that leave the period empty, and some that ask from 00000101 for "all".
    """
    last = asked_day(request, "FID_INPUT_DATE_2")
    code, venues = venued_code(request)
    return BarsQuery(
        code=code,
        venues=venues,
        first=asked_first_day(request, "FID_INPUT_DATE_1"),
        last=last,
        is_adjusted=asked_choice(request, "FID_ORG_ADJ_PRC", ("0", "1"), "0") == "0",
        interval=asked_interval(request),
    )


# The server answers -------------------------------------------------------------------------------------


def daily_bars_reply(
    listed: Listed | None,
    bars: Sequence[Bar],
    before: Bar | None = None,
    yesterday: Bar | None = None,
) -> Reply:
    """기간별시세: the newest 100 of `bars`, which are oldest first and include a running day.

    `before` is the bar before the first of them; without it, that one's change is written as nothing.
    `yesterday` is the daily bar of the day before; without it, the last of `bars` that ended before today.
    None for a code that does not exist.
    """
    if listed is None:
        summary, bars = blocks.empty(quote_blocks.DailySummary), ()
    else:
        today = listed.quote.at.astimezone(KST).date()
        earlier = [bar for bar in (before, *bars) if bar is not None and bar.at.date() < today]
        summary = _daily_summary(listed, yesterday or (earlier[-1] if earlier else None))
    previous = [before, *bars][: len(bars)]
    output2 = [_daily_bar(bar, last) for bar, last in zip(bars, previous, strict=True)]
    return done_reply(
        quote_blocks.DailyBarsAnswer, output1=summary, output2=output2[: -BARS_PER_CALL - 1 : -1]
    )


def _daily_summary(listed: Listed, previous: Bar | None) -> quote_blocks.DailySummary:
    quote = listed.quote
    yesterday: dict[str, str] = {}
    if previous is not None:
        yesterday = {
            "prdy_vol": str(previous.volume),
            "stck_prdy_oprc": str(previous.open),
            "stck_prdy_hgpr": str(previous.high),
            "stck_prdy_lwpr": str(previous.low),
            "prdy_vrss_vol": str(quote.volume - previous.volume),
        }
    known = listed.background
    about: dict[str, str] = {}
    if known.company is not None:
        about |= {
            name: text
            for name, text in company_fields(known.company).items()
            if name in ("stck_fcam", "cpfn")
        }
    if known.statement is not None:
        about |= value_fields(quote.last_price, known.statement)
        about.pop("bps", None)
    if known.holdings is not None and known.holdings.margin_loan is not None:
        loans = ratio_text(100 * known.holdings.margin_loan, shares_of(listed), 2)
        about["itewhol_loan_rmnd_ratem"] = loans
    return blocks.empty(
        quote_blocks.DailySummary,
        **about,
        prdy_vrss=str(quote.last_price - quote.base_price),
        prdy_vrss_sign=sign(quote.last_price, quote),
        prdy_ctrt=rate(quote.last_price, quote.base_price),
        stck_prdy_clpr=str(previous.close if previous else quote.base_price),
        acml_vol=str(quote.volume),
        acml_tr_pbmn=str(quote.value),
        hts_kor_isnm=quote.name,
        stck_prpr=str(quote.last_price),
        stck_shrn_iscd=quote.code,
        stck_mxpr=str(quote.upper_limit),
        stck_llam=str(quote.lower_limit),
        stck_oprc=str(quote.open or 0),
        stck_hgpr=str(quote.high or 0),
        stck_lwpr=str(quote.low or 0),
        askp=str(quote.ask or 0),
        bidp=str(quote.bid or 0),
        vol_tnrt=ratio_text(100 * quote.volume, shares_of(listed), 2),
        lstn_stcn=str(shares_of(listed)),
        hts_avls=market_value(listed),
        **yesterday,
    )


def _daily_bar(bar: Bar, previous: Bar | None) -> quote_blocks.DailyBar:
    change = 0 if previous is None else bar.close - previous.close
    return blocks.empty(
        quote_blocks.DailyBar,
        stck_bsop_date=day_text(bar.at.astimezone(KST).date()),
        stck_clpr=str(bar.close),
        stck_oprc=str(bar.open),
        stck_hgpr=str(bar.high),
        stck_lwpr=str(bar.low),
        acml_vol=str(bar.volume),
        acml_tr_pbmn=str(bar.value),
        mod_yn="N" if bar.volume else "Y",
        prdy_vrss_sign=Sign.NONE if previous is None else change_sign(change),
        prdy_vrss=str(change),
    )


# The client understands ---------------------------------------------------------------------------------


def read_daily_bars(reply: Reply, code: str) -> list[Bar]:
    """Daily bars, oldest first, each at midnight of its day: KIS gives no hour.

    Raises `BadInput` for a code that does not exist, and like `envelope.read`.
    """
    answer = read(reply, quote_blocks.DailyBarsAnswer)
    found = rows(answer.output2)
    if not found:
        check_exists(only(reply, rows(answer.output1)), "stck_prpr", "stck_prpr", code)
    bars = []
    for row in found:
        day = parse_day(text(row.stck_bsop_date))
        if day is None:
            raise unreadable(reply, f"stck_bsop_date is {text(row.stck_bsop_date)!r}")
        bars.append(
            Bar(
                code=code,
                at=datetime.combine(day, time(), KST),
                open=get_whole(row, "stck_oprc"),
                high=get_whole(row, "stck_hgpr"),
                low=get_whole(row, "stck_lwpr"),
                close=get_whole(row, "stck_clpr"),
                volume=get_whole(row, "acml_vol"),
                value=get_whole(row, "acml_tr_pbmn"),
            )
        )
    return sorted(bars, key=lambda bar: bar.at)
