"""What was disclosed (종합 시황·공시, 제목) on the KIS wire, both ways.

Source: KIS's documents, its sample, and clients that page through it: forty titles up to a day (00YYYYMMDD)
and an hour (0000HHMMSS), newest first. A serial number is the instant and five digits; who gives one gets
what is older. Here they are what the exchange itself did (`disclosures`) and what the facts tell of the days
(`published`), under the providers of KRX's own notices. Unverified: the code of the section (시장조치), and
that titles are found by a part of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from hoga.brokers.kis import money_blocks as blocks
from hoga.brokers.kis.blocks import empty, rows, text
from hoga.brokers.kis.codes import HEADLINES_PER_CALL, Environment
from hoga.brokers.kis.disclosures import Disclosure
from hoga.brokers.kis.envelope import (
    Reply,
    Request,
    day_text,
    make_request,
    needed,
    parse_day,
    parse_instant,
    plain_code,
    read,
    time_text,
    unreadable,
)
from hoga.brokers.kis.question import done_reply, invalid
from hoga.brokers.kis.services import Call
from hoga.domain.headline import Headline
from hoga.domain.instrument import Market
from hoga.domain.zone import KST

_PROVIDERS = {Market.KOSPI: "F", Market.KOSDAQ: "G", Market.KONEX: "N"}
"""장내공시, 코스닥공시, 코넥스공시."""
_SECTION = "03"
_SOURCE = "호가 모의거래소"
_SERIAL_DIGITS = 5
_DAY_DIGITS, _HOUR_DIGITS = 8, 6
_CODES = range(1, 6)
_LAST = time(23, 59, 59)
_FIELDS = (
    "FID_NEWS_OFER_ENTP_CODE",
    "FID_COND_MRKT_CLS_CODE",
    "FID_INPUT_ISCD",
    "FID_TITL_CNTT",
    "FID_INPUT_DATE_1",
    "FID_INPUT_HOUR_1",
    "FID_RANK_SORT_CLS_CODE",
    "FID_INPUT_SRNO",
)


@dataclass(frozen=True, slots=True)
class HeadlinesQuery:
    """Which titles a client wants: of an issue, with these words, of a provider, up to here. "" is any."""

    code: str
    words: str
    provider: str
    until: datetime
    before: str

    def takes(self, each: Disclosure) -> bool:
        """Whether a title is wanted."""
        return (
            self.code in ("", each.code)
            and self.words in each.title
            and self.provider in ("", _PROVIDERS[each.market])
            and each.at <= self.until
            and (not self.before or serial_of(each) < self.before)
        )

    def last_day(self, today: date) -> date:
        """The newest day of which titles are wanted."""
        older = parse_day(self.before[:_DAY_DIGITS])
        return min(self.until.date(), today, older or today)


# The client asks and understands --------------------------------------------------------------------------


def headlines_request(code: str, environment: Environment) -> Request:
    """종합 시황·공시(제목): the newest titles, of one issue or ("") of all. Raises `BadInput` on paper."""
    query = dict.fromkeys(_FIELDS, "") | {"FID_INPUT_ISCD": code}
    return make_request(Call.HEADLINES, environment, query=query)


def read_headlines(reply: Reply) -> list[Headline]:
    """종합 시황·공시(제목), oldest first. Raises like `envelope.read`."""
    found = []
    for row in rows(read(reply, blocks.HeadlinesAnswer).output):
        day = parse_day(text(row.data_dt))
        at = parse_instant(day, text(row.data_tm)) if day else None
        if at is None:
            raise unreadable(reply, f"a title of {text(row.data_dt)!r} {text(row.data_tm)!r}")
        codes = tuple(code for place in _CODES if (code := text(getattr(row, f"iscd{place}"))))
        found.append(Headline(at, text(row.hts_pbnt_titl_cntt), text(row.dorg), codes))
    return found[::-1]


# The server understands and answers -----------------------------------------------------------------------


def asked_headlines(request: Request, today: date) -> HeadlinesQuery:
    """Which titles a client wants. Raises `Declined`."""
    query = request.query
    day, hour = needed(query, "FID_INPUT_DATE_1"), needed(query, "FID_INPUT_HOUR_1")
    chosen = parse_day(_without_zeros(day, _DAY_DIGITS)) if day else today
    if chosen is None:
        raise invalid("FID_INPUT_DATE_1")
    until = datetime.combine(chosen, _LAST, KST)
    if hour:
        at = parse_instant(chosen, _without_zeros(hour, _HOUR_DIGITS))
        if at is None:
            raise invalid("FID_INPUT_HOUR_1")
        until = at.replace(microsecond=999_999)
    return HeadlinesQuery(
        code=plain_code(needed(query, "FID_INPUT_ISCD")),
        words=needed(query, "FID_TITL_CNTT"),
        provider=needed(query, "FID_NEWS_OFER_ENTP_CODE"),
        until=until,
        before=needed(query, "FID_INPUT_SRNO"),
    )


def headlines_reply(found: Sequence[Disclosure]) -> Reply:
    """종합 시황·공시(제목) of what is oldest first, newest first."""
    output = [
        empty(
            blocks.Headline,
            cntt_usiq_srno=serial_of(each),
            news_ofer_entp_code=_PROVIDERS[each.market],
            data_dt=day_text(each.at.date()),
            data_tm=time_text(each.at),
            hts_pbnt_titl_cntt=each.title,
            news_lrdv_code=_SECTION,
            dorg=_SOURCE,
            iscd1=each.code,
        )
        for each in found[: -HEADLINES_PER_CALL - 1 : -1]
    ]
    return done_reply(blocks.HeadlinesAnswer, output=output)


def _without_zeros(value: str, digits: int) -> str:
    """The last digits of a value that KIS pads with noughts."""
    padding = value[:-digits]
    return value[-digits:] if not padding.strip("0") else value


def serial_of(each: Disclosure) -> str:
    """By what titles are ordered, and the next page is asked for."""
    return f"{each.at:%Y%m%d%H%M%S}{each.number % 10**_SERIAL_DIGITS:0{_SERIAL_DIGITS}}"
