"""Which days are open and what time it is, on the KIS wire.

Source: KIS's documents and answers of 2024 to 2026. 개장일 (`opnd_yn`) is the day on which KRX trades. Banks
are open on weekdays that are no holidays, the last of the year included, when KRX is closed; 거래일
(`tr_day_yn`) is Y on every day that was seen. Despite its name market-time tells the calendar of futures.
Unverified: what 영업일 and 결제일 are on the days that only KRX closes, and that the calendar ends with the
year after the running one, as nobody has seen its end.
"""

from datetime import date, datetime, timedelta

from hoga.brokers.kis import price_blocks as blocks
from hoga.brokers.kis.blocks import empty, rows, text
from hoga.brokers.kis.codes import (
    CALENDAR_MORE,
    HOLIDAYS_PER_CALL,
    LEDGER_DONE,
    Environment,
)
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    block_reply,
    day_text,
    make_request,
    needed,
    padded,
    parse_day,
    parse_instant,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.question import asked_day, day_of, done_reply, invalid
from hoga.brokers.kis.services import Call
from hoga.domain.market_day import CalendarDay, MarketTime
from hoga.krx.calendar import is_trading_day, next_trading_day, previous_trading_day

_CONTEXT_WIDTH = 20
_MORE, _LAST = "M", "D"
_FUTURES_HOURS = ("084500", "154500")


# The client asks and understands --------------------------------------------------------------------------


def holidays_request(day: date, environment: Environment) -> Request:
    """국내휴장일조회 from `day` on. Raises `BadInput` on paper, which lacks it. KIS wants it once a day."""
    query = {"BASS_DT": day_text(day), "CTX_AREA_NK": "", "CTX_AREA_FK": ""}
    return make_request(Call.HOLIDAYS, environment, query=query)


def read_holidays(reply: Reply) -> list[CalendarDay]:
    """The days of one answer, the first first. Raises like `envelope.read`."""
    return [
        CalendarDay(
            day_of(reply, row.bass_dt),
            is_open=text(row.opnd_yn) == "Y",
            is_bank_day=text(row.bzdy_yn) == "Y",
            is_settlement_day=text(row.sttl_day_yn) == "Y",
        )
        for row in rows(read(reply, blocks.HolidaysAnswer).output)
    ]


def market_time_request(environment: Environment) -> Request:
    """국내선물 영업일조회. Raises `BadInput` on paper, which lacks it."""
    return make_request(Call.MARKET_TIME, environment)


def read_market_time(reply: Reply) -> MarketTime:
    """The clock and the business days of KIS. Raises like `envelope.read`."""
    found = rows(read(reply, blocks.MarketTimeAnswer).output1)
    if not found:
        raise unreadable(reply, "output1 missing")
    row = found[0]
    today = day_of(reply, row.today)
    at, opens, closes = (parse_instant(today, text(value)) for value in (row.time, row.s_time, row.e_time))
    if at is None or opens is None or closes is None:
        raise unreadable(reply, "a time of day is none")
    days = (row.date1, row.date2, row.date3, row.date4, row.date5)
    return MarketTime(
        at=at, days=tuple(day_of(reply, day) for day in days), opens=opens.time(), closes=closes.time()
    )


# The server understands and answers -----------------------------------------------------------------------


def asked_holidays(request: Request) -> date:
    """The day from which a client wants to know, on this page. Raises `Declined`."""
    needed(request.query, "CTX_AREA_FK")
    following = needed(request.query, "CTX_AREA_NK")
    if not following:
        return asked_day(request, "BASS_DT")
    day = parse_day(following)
    if day is None:
        raise invalid("CTX_AREA_NK")
    return day


def holidays_reply(first: date, today: date) -> Reply:
    """국내휴장일조회 from `first` on. Raises `BadInput` for years whose calendar is not known."""
    end = date(today.year + 1, 12, 31)
    following = first + timedelta(days=HOLIDAYS_PER_CALL)
    count = min((end - first).days + 1, HOLIDAYS_PER_CALL)
    has_more = following <= end
    message = CALENDAR_MORE if has_more else LEDGER_DONE[Environment.REAL]
    answer = blocks.HolidaysAnswer(
        ctx_area_nk=(day_text(following) if has_more else "").ljust(_CONTEXT_WIDTH),
        ctx_area_fk=day_text(first).ljust(_CONTEXT_WIDTH),
        output=[_holiday(first + timedelta(days=offset)) for offset in range(count)],
        rt_cd=message.rt_cd,
        msg_cd=message.code,
        msg1=padded(message.text),
    )
    return block_reply(answer, _MORE if has_more else _LAST)


def market_time_reply(now: datetime) -> Reply:
    """국내선물 영업일조회 at the clock of the exchange."""
    today = now.date()
    middle = today if is_trading_day(today) else next_trading_day(today)
    before, after = previous_trading_day(middle), next_trading_day(middle)
    days = (previous_trading_day(before), before, middle, after, next_trading_day(after))
    opens, closes = _FUTURES_HOURS
    output1 = empty(
        blocks.MarketTime,
        **{f"date{number}": day_text(day) for number, day in enumerate(days, 1)},
        today=day_text(today),
        time=time_text(now),
        s_time=opens,
        e_time=closes,
    )
    return done_reply(blocks.MarketTimeAnswer, output1=output1)


def _holiday(day: date) -> blocks.Holiday:
    is_open = is_trading_day(day)
    next_day = day + timedelta(days=1)
    # The last weekday of a year is a holiday of KRX alone.
    is_year_end = day.month == 12 and day.weekday() < 5 and _weekday_after(next_day).year > day.year
    return empty(
        blocks.Holiday,
        bass_dt=day_text(day),
        wday_dvsn_cd=f"{(day.weekday() + 1) % 7 + 1:02}",
        bzdy_yn="Y" if is_open or is_year_end else "N",
        tr_day_yn="Y",
        opnd_yn="Y" if is_open else "N",
        sttl_day_yn="Y" if is_open else "N",
    )


def _weekday_after(day: date) -> date:
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day
