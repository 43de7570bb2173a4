"""Ticks, minute bars and the last days of an issue on the KIS wire, both ways. `daily_bars` has longer ones.

Source: KIS's documents and recorded answers as of 2026-08. A minute bar is named by its beginning, and its
value is that of the day so far. A minute without a trade has a bar without volume, except in the closing
call, whose only bar is that of the closing price. As long as the running minute has no trade, its bar shows
the volume of the one before; an hour that is still to come shows the price of now in every minute until then.

Unverified: that bars are named by their beginning; which of the two meanings of the adjustment flag of
inquire-daily-price is true (nothing here depends on it: there is one kind of prices).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby

from hoga.brokers.kis import price_blocks as blocks
from hoga.brokers.kis.background import Listed, representative_market, shares_of
from hoga.brokers.kis.blocks import empty, get_whole, rows, text
from hoga.brokers.kis.codes import (
    DAYS_PER_CALL,
    INTERVAL_CODES,
    MINUTES_PER_CALL,
    PAST_MINUTES_PER_CALL,
    Environment,
)
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    needed,
    parse_day,
    parse_instant,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.notation import change, change_sign, rate
from hoga.brokers.kis.question import (
    Venues,
    asked_choice,
    asked_day,
    done_reply,
    invalid,
    one_issue,
    venued_code,
)
from hoga.brokers.kis.services import Call
from hoga.brokers.kis.tape import Print
from hoga.brokers.kis.wire import ratio_text
from hoga.domain.bar import Bar, Interval
from hoga.domain.quote import DayTrades, Trade
from hoga.domain.request import Venue
from hoga.domain.zone import KST
from hoga.krx.sessions import regular_session

_MINUTE = timedelta(minutes=1)
_MINUTES_OF = {Call.MINUTE_BARS: MINUTES_PER_CALL, Call.PAST_MINUTE_BARS: PAST_MINUTES_PER_CALL}
_LATEST = ("", "000000")
"""Hours that mean "now" to KIS and its clients."""


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute bar, and what its issue traded that day until its end, in won."""

    bar: Bar
    day_value: int


@dataclass(frozen=True, slots=True)
class MinutesQuery:
    """The minutes of `day` up to `until`, and of the days before when `crosses`."""

    code: str
    until: datetime
    crosses: bool
    venues: Venues = (Venue.KRX,)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A bar of inquire-daily-price; what is not known of foreigners is None."""

    bar: Bar
    foreign_rate: str | None = None
    foreign_net: int | None = None


def minutes_so_far(
    traded: Sequence[Bar], last_price: int, now: datetime, until: datetime | None
) -> list[Minute]:
    """All minutes of a running day as KIS shows them, oldest first: from the first that traded to `until`.

    `until` None is `now`. Nothing before the first trade.
    """
    if not traded:
        return []
    _, continuous, closing = regular_session(now.date())
    by_minute = {bar.at: bar for bar in traded}
    running = now.replace(second=0, microsecond=0)
    # An hour still to come is looked at no further than the close; later trades have bars all the same.
    end = running if until is None else min(until, max(running, closing.end, traded[-1].at))
    found: list[Minute] = []
    before, value, minute = traded[0], 0, traded[0].at
    while minute <= end:
        bar = by_minute.get(minute)
        if bar is not None:
            value += bar.value
            before = bar
            found.append(Minute(bar, value))
        elif minute == running and minute < continuous.end:
            found.append(Minute(_flat(before, minute, before.close, before.volume), value))
        elif minute < continuous.end or minute > running:
            price = last_price if minute > running else before.close
            found.append(Minute(_flat(before, minute, price, 0), value))
        minute += _MINUTE
    return found


def past_minutes(bars: Sequence[Bar]) -> list[Minute]:
    """The minutes of a day that is over, oldest first."""
    found, value = [], 0
    for bar in bars:
        value += bar.value
        found.append(Minute(bar, value))
    return found


def _flat(bar: Bar, at: datetime, price: int, volume: int) -> Bar:
    return replace(bar, at=at, open=price, high=price, low=price, close=price, volume=volume, value=0)


# The client asks ------------------------------------------------------------------------------------------


def ticks_request(code: str, environment: Environment) -> Request:
    """주식현재가 체결: the newest thirty prints."""
    return make_request(Call.TICKS, environment, query=one_issue(code))


def ticks_until_request(code: str, until: time, environment: Environment) -> Request:
    """당일시간대별체결: the newest prints of the running day up to the second `until`."""
    query = one_issue(code) | {"FID_INPUT_HOUR_1": f"{until:%H%M%S}"}
    return make_request(Call.TICKS_UNTIL, environment, query=query)


def minute_bars_request(code: str, until: time, environment: Environment) -> Request:
    """주식당일분봉조회: thirty minutes of the running day up to `until`."""
    query = one_issue(code) | {
        "FID_ETC_CLS_CODE": "",
        "FID_INPUT_HOUR_1": f"{until:%H%M%S}",
        "FID_PW_DATA_INCU_YN": "N",
    }
    return make_request(Call.MINUTE_BARS, environment, query=query)


def past_minute_bars_request(code: str, until: datetime, environment: Environment) -> Request:
    """주식일별분봉조회: 120 minutes of a day up to `until`. Raises `BadInput` on paper, which lacks it."""
    query = one_issue(code) | {
        "FID_INPUT_HOUR_1": f"{until:%H%M%S}",
        "FID_INPUT_DATE_1": day_text(until.date()),
        "FID_PW_DATA_INCU_YN": "N",
        "FID_FAKE_TICK_INCU_YN": "",
    }
    return make_request(Call.PAST_MINUTE_BARS, environment, query=query)


def earlier_minutes_request(request: Request, minutes: Sequence[Minute]) -> Request | None:
    """What to ask after `request` was answered with `minutes`; None at the day's beginning.

    `minutes` are all rows of the answer, oldest first, also those in which nothing traded.
    """
    if len(minutes) < _MINUTES_OF[request.call]:
        return None
    until = minutes[0].bar.at - _MINUTE
    return request._replace(query={**request.query, "FID_INPUT_HOUR_1": f"{until:%H%M%S}"})


def daily_prices_request(code: str, interval: Interval, environment: Environment) -> Request:
    """주식현재가 일자별: the last thirty days, weeks or months."""
    query = one_issue(code) | {
        "FID_PERIOD_DIV_CODE": INTERVAL_CODES[interval],
        "FID_ORG_ADJ_PRC": "1",
    }
    return make_request(Call.DAILY_PRICES, environment, query=query)


# The server understands -----------------------------------------------------------------------------------


def asked_hour(request: Request, day: date) -> datetime | None:
    """Up to when a client wants to see `day`; None is now. Raises `Declined`."""
    hour = needed(request.query, "FID_INPUT_HOUR_1")
    if hour in _LATEST:
        return None
    until = parse_instant(day, hour)
    if until is None:
        raise invalid("FID_INPUT_HOUR_1")
    return until


def asked_past_minutes(request: Request) -> MinutesQuery:
    """Which minutes of which day a client wants. Raises `Declined`."""
    day = asked_day(request, "FID_INPUT_DATE_1")
    until = asked_hour(request, day)
    code, venues = venued_code(request)
    return MinutesQuery(
        code=code,
        venues=venues,
        until=until or datetime.combine(day, time(23, 59), KST),
        crosses=asked_choice(request, "FID_PW_DATA_INCU_YN", ("Y", "N"), "N") == "Y",
    )


# The server answers ---------------------------------------------------------------------------------------


def ticks_reply(listed: Listed | None, prints: Sequence[Print]) -> Reply:
    """주식현재가 체결, newest first. None for a code that does not exist."""
    output = [
        empty(
            blocks.Tick,
            stck_cntg_hour=time_text(each.at),
            stck_prpr=str(each.price),
            cntg_vol=str(each.quantity),
            tday_rltv=strength(each),
            **change(each.price, listed.quote),
        )
        for each in (prints if listed else ())
        if listed is not None
    ]
    return done_reply(blocks.TicksAnswer, output=output)


def ticks_until_reply(listed: Listed | None, prints: Sequence[Print], previous_volume: int) -> Reply:
    """당일시간대별체결, newest first. None for a code that does not exist."""
    if listed is None:
        return done_reply(blocks.TicksAtAnswer, output1=empty(blocks.TickSummary), output2=[])
    quote = listed.quote
    summary = empty(
        blocks.TickSummary,
        stck_prpr=str(quote.last_price),
        acml_vol=str(quote.volume),
        prdy_vol=str(previous_volume),
        rprs_mrkt_kor_name=representative_market(listed),
        **change(quote.last_price, quote),
    )
    output2 = [
        empty(
            blocks.TickAt,
            stck_cntg_hour=time_text(each.at),
            stck_prpr=str(each.price),
            askp=str(each.ask),
            bidp=str(each.bid),
            tday_rltv=strength(each),
            acml_vol=str(each.volume),
            cnqn=str(each.quantity),
            **change(each.price, quote),
        )
        for each in prints
    ]
    return done_reply(blocks.TicksAtAnswer, output1=summary, output2=output2)


def minute_bars_reply(listed: Listed | None, minutes: Sequence[Minute]) -> Reply:
    """분봉 of one answer, oldest first; they are written newest first. None for an unknown code."""
    if listed is None:
        return done_reply(blocks.MinuteBarsAnswer, output1=empty(blocks.MinuteSummary), output2=[])
    quote = listed.quote
    summary = empty(
        blocks.MinuteSummary,
        stck_prdy_clpr=str(quote.base_price),
        acml_vol=str(quote.volume),
        acml_tr_pbmn=str(quote.value),
        hts_kor_isnm=quote.name,
        stck_prpr=str(quote.last_price),
        **change(quote.last_price, quote),
    )
    output2 = [
        empty(
            blocks.MinuteBar,
            stck_bsop_date=day_text(minute.bar.at.date()),
            stck_cntg_hour=time_text(minute.bar.at),
            stck_prpr=str(minute.bar.close),
            stck_oprc=str(minute.bar.open),
            stck_hgpr=str(minute.bar.high),
            stck_lwpr=str(minute.bar.low),
            cntg_vol=str(minute.bar.volume),
            acml_tr_pbmn=str(minute.day_value),
        )
        for minute in reversed(minutes)
    ]
    return done_reply(blocks.MinuteBarsAnswer, output1=summary, output2=output2)


def price_bands_reply(listed: Listed | None, traded: Mapping[int, int], previous_volume: int) -> Reply:
    """매물대/거래비중: how much was traded at which price, the most first. None for an unknown code."""
    if listed is None:
        return done_reply(blocks.PriceBandsAnswer, output1=empty(blocks.PriceBandSummary), output2=[])
    quote = listed.quote
    summary = empty(
        blocks.PriceBandSummary,
        rprs_mrkt_kor_name=representative_market(listed),
        stck_shrn_iscd=quote.code,
        hts_kor_isnm=quote.name,
        stck_prpr=str(quote.last_price),
        acml_vol=str(quote.volume),
        prdy_vol=str(previous_volume),
        wghn_avrg_stck_prc=ratio_text(quote.value, quote.volume, 2),
        lstn_stcn=str(shares_of(listed)),
        **change(quote.last_price, quote),
    )
    whole = sum(traded.values())
    ranked = sorted(traded.items(), key=lambda band: (-band[1], band[0]))
    output2 = [
        empty(
            blocks.PriceBand,
            data_rank=str(rank),
            stck_prpr=str(price),
            cntg_vol=str(quantity),
            acml_vol_rlim=ratio_text(100 * quantity, whole, 2),
        )
        for rank, (price, quantity) in enumerate(ranked, 1)
    ]
    return done_reply(blocks.PriceBandsAnswer, output1=summary, output2=output2)


def daily_prices_reply(days: Sequence[DayRow], before: Bar | None) -> Reply:
    """주식현재가 일자별: the newest thirty of `days`, oldest first; `before` is the bar before the first."""
    output = []
    previous = [before, *(day.bar for day in days)]
    for day, last in zip(days, previous, strict=False):
        bar = day.bar
        moved: dict[str, str] = {}
        if last is not None:
            moved = {
                "prdy_vrss_vol_rate": rate(bar.volume, last.volume),
                "prdy_vrss": str(bar.close - last.close),
                "prdy_vrss_sign": change_sign(bar.close - last.close),
                "prdy_ctrt": rate(bar.close, last.close),
            }
        output.append(
            empty(
                blocks.DailyPrice,
                stck_bsop_date=day_text(bar.at.date()),
                stck_oprc=str(bar.open),
                stck_hgpr=str(bar.high),
                stck_lwpr=str(bar.low),
                stck_clpr=str(bar.close),
                acml_vol=str(bar.volume),
                hts_frgn_ehrt=day.foreign_rate or "0.00",
                frgn_ntby_qty=str(day.foreign_net or 0),
                **moved,
            )
        )
    return done_reply(blocks.DailyPricesAnswer, output=output[: -DAYS_PER_CALL - 1 : -1])


def strength(each: Print) -> str:
    """체결강도: what buyers took to what sellers took, in percent."""
    return ratio_text(100 * each.bought, each.sold, 2)


# The client understands -----------------------------------------------------------------------------------


def read_all_minutes(reply: Reply, code: str) -> list[Minute]:
    """The minutes of one answer as they stand there, oldest first, for `join_minutes`.

    None has a value yet.
    """
    found = []
    for row in rows(read(reply, blocks.MinuteBarsAnswer).output2):
        day = parse_day(text(row.stck_bsop_date))
        at = parse_instant(day, text(row.stck_cntg_hour)) if day else None
        if at is None:
            raise unreadable(reply, f"a bar of {text(row.stck_bsop_date)!r} {text(row.stck_cntg_hour)!r}")
        bar = Bar(
            code,
            at,
            get_whole(row, "stck_oprc"),
            get_whole(row, "stck_hgpr"),
            get_whole(row, "stck_lwpr"),
            get_whole(row, "stck_prpr"),
            get_whole(row, "cntg_vol"),
            0,
        )
        found.append(Minute(bar, get_whole(row, "acml_tr_pbmn")))
    return sorted(found, key=lambda minute: minute.bar.at)


def join_minutes(minutes: Iterable[Minute]) -> list[Minute]:
    """Several answers as one, oldest first, each minute once and with the value that it added to its day."""
    unique = {minute.bar.at: minute for minute in minutes}
    ordered = [unique[at] for at in sorted(unique)]
    joined: list[Minute] = []
    for _, day in groupby(ordered, key=lambda minute: minute.bar.at.date()):
        known: int | None = None
        for minute in day:
            bar = minute.bar
            # A bar that adds nothing to the day repeats another: KIS fills up with such.
            if known is not None and minute.day_value == known:
                continue
            if known is not None:
                bar = replace(bar, value=minute.day_value - known)
            elif bar.low * bar.volume <= minute.day_value <= bar.high * bar.volume:
                bar = replace(bar, value=minute.day_value)
            known = minute.day_value
            joined.append(Minute(bar, minute.day_value))
    return joined


@dataclass(frozen=True, slots=True)
class Tick:
    """A print, and what its issue had traded that day with it, in shares: no two are alike in that."""

    trade: Trade
    day_volume: int


def read_ticks_until(reply: Reply, code: str, day: date) -> list[Tick]:
    """당일시간대별체결, oldest first. Raises like `envelope.read`; an unknown code has no prints."""
    found = []
    for row in rows(read(reply, blocks.TicksAtAnswer).output2):
        at = parse_instant(day, text(row.stck_cntg_hour))
        if at is None:
            raise unreadable(reply, f"stck_cntg_hour is {text(row.stck_cntg_hour)!r}")
        trade = Trade(code, at, get_whole(row, "stck_prpr"), get_whole(row, "cnqn"), None)
        found.append(Tick(trade, get_whole(row, "acml_vol")))
    return sorted(found, key=lambda tick: tick.day_volume)


def join_ticks(code: str, ticks: Iterable[Tick], *, from_open: bool) -> DayTrades:
    """Several answers as one, each print once. What lies between two of them and is not told is counted.

    `from_open` says that they should begin with the first print of the day.
    """
    unique = {tick.day_volume: tick for tick in ticks}
    ordered = [unique[volume] for volume in sorted(unique)]
    before = 0 if from_open or not ordered else ordered[0].day_volume - ordered[0].trade.quantity
    missing = 0
    for tick in ordered:
        missing += tick.day_volume - tick.trade.quantity - before
        before = tick.day_volume
    return DayTrades(code, tuple(tick.trade for tick in ordered), missing)


def read_newest_ticks(reply: Reply, code: str, day: date) -> list[Trade]:
    """주식현재가 체결, oldest first. Raises like `envelope.read`; an unknown code has no prints."""
    found = []
    for row in rows(read(reply, blocks.TicksAnswer).output):
        at = parse_instant(day, text(row.stck_cntg_hour))
        if at is None:
            raise unreadable(reply, f"stck_cntg_hour is {text(row.stck_cntg_hour)!r}")
        found.append(Trade(code, at, get_whole(row, "stck_prpr"), get_whole(row, "cntg_vol"), None))
    return found[::-1]


def read_daily_prices(reply: Reply, code: str) -> list[Bar]:
    """The last days, weeks or months, oldest first. KIS tells no value here, so it is 0."""
    found = []
    for row in rows(read(reply, blocks.DailyPricesAnswer).output):
        day = parse_day(text(row.stck_bsop_date))
        if day is None:
            raise unreadable(reply, f"stck_bsop_date is {text(row.stck_bsop_date)!r}")
        found.append(
            Bar(
                code,
                datetime.combine(day, time(), KST),
                get_whole(row, "stck_oprc"),
                get_whole(row, "stck_hgpr"),
                get_whole(row, "stck_lwpr"),
                get_whole(row, "stck_clpr"),
                get_whole(row, "acml_vol"),
                0,
            )
        )
    return sorted(found, key=lambda bar: bar.at)
