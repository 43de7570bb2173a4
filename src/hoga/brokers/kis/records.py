"""The records of a data frame of the KIS WebSocket: fields joined by `^`, and nothing else between records.

Records are told apart by dividing; KIS appends fields, so a record may be longer than any that was seen.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from hoga.brokers.kis.envelope import parse_day, parse_instant

PLAIN, ENCRYPTED = "0", "1"


def width_of(payload: str, count: int, least: int) -> int:
    width, rest = divmod(payload.count("^") + 1, count)
    if rest or width < least:
        raise ValueError(f"{payload.count('^') + 1} fields are not {count} records of at least {least}")
    return width


def split(payload: str, count: int) -> tuple[tuple[str, ...], ...]:
    fields = payload.split("^")
    width = len(fields) // count
    return tuple(tuple(fields[start : start + width]) for start in range(0, len(fields), width))


@lru_cache(maxsize=4096)
def instant(day: date, clock: str) -> datetime:
    at = parse_instant(day, clock)
    if at is None:
        raise ValueError(f"{clock!r} is no time")
    return at


@lru_cache(maxsize=4096)
def instant_on(day: str, clock: str) -> datetime:
    found = parse_day(day)
    if found is None:
        raise ValueError(f"{day!r} is no date")
    return instant(found, clock)


def data_frame(tr_id: str, records: Sequence[Sequence[str]]) -> str:
    payload = "^".join("^".join(record) for record in records)
    return f"{PLAIN}|{tr_id}|{len(records):03}|{payload}"
