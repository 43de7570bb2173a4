"""The records of a data frame of the KIS WebSocket: fields joined by `^`, nothing else between records.

Records are told apart by dividing; KIS appends fields, so a record may be longer than any that was seen.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from hoga.brokers.kis.envelope import parse_day, parse_instant
from hoga.brokers.kis.streams import Stream

PLAIN, ENCRYPTED = "0", "1"


def fields_in(payload: str) -> int:
    """How many fields all records together have."""
    return payload.count("^") + 1


def width_of(fields: int, count: int, least: int) -> int:
    """How many of all `fields` each of `count` records has. Raises `ValueError` for less than `least`."""
    width = fields // count
    if width * count != fields or width < least:
        raise ValueError(f"{fields} fields are not {count} records of at least {least}")
    return width


def split(payload: str, count: int) -> tuple[tuple[str, ...], ...]:
    """The fields of each record, all of them."""
    fields = payload.split("^")
    width = len(fields) // count
    return tuple(tuple(fields[start : start + width]) for start in range(0, len(fields), width))


@lru_cache(maxsize=4096)
def instant(day: date, clock: str) -> datetime:
    """HHMMSS on a day. Raises `ValueError` for no time."""
    at = parse_instant(day, clock)
    if at is None:
        raise ValueError(f"{clock!r} is no time")
    return at


@lru_cache(maxsize=4096)
def instant_on(day: str, clock: str) -> datetime:
    """YYYYMMDD and HHMMSS. Raises `ValueError` for no date or time."""
    found = parse_day(day)
    if found is None:
        raise ValueError(f"{day!r} is no date")
    return instant(found, clock)


def decimal(text: str) -> Decimal:
    """A number with decimals. Raises `ValueError` for anything else."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is no number")
    return number


def named(stream: Stream, payload: str, count: int) -> list[Mapping[str, str]]:
    """Each record by the names of its fields. Raises `ValueError` when it is too short for the stream."""
    names = stream.layout(width_of(fields_in(payload), count, stream.least))
    return [dict(zip(names, record, strict=False)) for record in split(payload, count)]


def named_frame(stream: Stream, *records: Mapping[str, str]) -> str:
    """A frame of records that name their fields, and must name all of the stream's."""
    return data_frame(stream.tr_id, [[record[name] for name in stream.fields] for record in records])


def data_frame(tr_id: str, records: Sequence[Sequence[str]]) -> str:
    """A frame that is not encrypted."""
    payload = "^".join("^".join(record) for record in records)
    return f"{PLAIN}|{tr_id}|{len(records):03}|{payload}"
