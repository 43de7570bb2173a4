"""msgspec and plain Python make the same of every kind that Hoga keeps: the same bytes, the same values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Literal, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hoga import plain_json, typed_json
from hoga.domain.outcome import Mark, Outcome
from hoga.domain.plan import Plan
from hoga.domain.trading_state import TradingChanged
from hoga.domain.zone import KST
from hoga.storage.bridge_tokens import BridgeToken
from hoga.storage.keys import Secrets
from hoga.storage.open_exchange import OpenExchange
from hoga.trading import records, schedule


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1


@dataclass(frozen=True, slots=True)
class Inner:
    price: Decimal
    when: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    name: str
    count: int
    is_good: bool
    ratio: float
    colour: Colour
    size: Size
    day: date
    hour: time
    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[int, str]
    listed: list[int]
    of: dict[str, Inner]
    days: dict[Colour, int]
    word: Literal["a", "b"]
    set_of: frozenset[str]
    either: int | str | None = None


KINDS: list[type] = [
    Thing,
    *records.KINDS.values(),
    *schedule.KINDS.values(),
    TradingChanged,
    BridgeToken,
    OpenExchange,
    Secrets,
    Plan,
    Mark,
    Outcome,
]

INSTANTS = st.timedeltas(timedelta(0), timedelta(days=36_000)).flatmap(
    lambda gone: st.sampled_from([KST, UTC, timezone(timedelta(hours=-3))]).map(
        lambda zone: (datetime(2000, 1, 1, tzinfo=UTC) + gone).astimezone(zone)
    )
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


for plain, strategy in (
    (datetime, INSTANTS),
    (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (str, TEXTS),
    (float, st.integers(-(10**9), 10**9).map(lambda number: number / 1000)),
    (int, st.integers(-(2**63), 2**63 - 1)),
    (Mapping, lambda kind: st.dictionaries(*map(st.from_type, get_args(kind)), max_size=3)),
):
    st.register_type_strategy(plain, strategy)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.data())
def test_both_write_and_read_the_same(kind: type, data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    for is_sorted in (False, True):
        written = typed_json.encode(value, is_sorted=is_sorted)
        if is_sorted or kind is not Thing:  # a set has no order of its own
            assert plain_json.encode(value, is_sorted=is_sorted, has_decimal_numbers=False) == written
        assert plain_json.decode(written, kind) == typed_json.decode(written, kind)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"{}",
        b'{"price": "x"}',
        b'{"price": NaN}',
        b'{"price": true}',
        b'{"price": "1", "when": 3}',
        b'{"price": "1", "when": "yesterday"}',
    ],
)
def test_both_refuse_what_is_not_of_the_kind(content: bytes) -> None:
    for decode in (typed_json.decode, plain_json.decode):
        with pytest.raises(typed_json.Malformed):
            decode(content, Inner)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('"20261120"', date),
        ('"2026-W47-5"', date),
        ('"2026-11-20"', datetime),
        ('"2026-11-20T09"', datetime),
        ('"09:00"', time),
        ("1e400", float),
    ],
)
def test_what_python_reads_and_msgspec_does_not_is_refused_by_both(text: str, kind: type) -> None:
    for decode in (typed_json.decode, plain_json.decode):
        with pytest.raises(typed_json.Malformed):
            decode(text, kind)


@pytest.mark.parametrize("value", [1e22, 1e-7, 1e16, 2.5e-300, -0.0, 1.0, 0.1])
def test_both_write_floats_alike(value: float) -> None:
    written = plain_json.encode(value, is_sorted=False, has_decimal_numbers=False)
    assert written == typed_json.encode(value)


def test_both_pass_over_what_a_kind_does_not_have() -> None:
    content = b'{"price": 1.50, "more": {"a": [1.5, null, true]}}'
    assert plain_json.decode(content, Inner) == typed_json.decode(content, Inner) == Inner(Decimal("1.50"))


def test_both_write_decimals_as_numbers_and_indent_alike() -> None:
    value = {"rate": Decimal("0.15"), "none": None, "bad": float("nan"), "이름": ["삼성", 1]}
    written = typed_json.encode(value, has_decimal_numbers=True)
    assert written == plain_json.encode(value, is_sorted=False, has_decimal_numbers=True)
    assert b'"rate":0.15' in written
    assert typed_json.indented(written) == plain_json.indented(written)


def test_both_refuse_what_json_cannot_hold() -> None:
    for encode in (
        typed_json.encode,
        lambda value: plain_json.encode(value, is_sorted=False, has_decimal_numbers=False),
    ):
        with pytest.raises(TypeError):
            encode(object())
