"""The messages of the KIS Open API, field by field in the order of its documents. Names are KIS's own.

Every field may be missing: answers grow and shrink over the years, and what is read again is written again
exactly as it came. A field that these blocks do not know is not kept. KIS declares everything as
text; a number or null in a field that nobody reads must not stop a balance, so those pass.

The type of a field says how KIS writes it when there is nothing to say (`empty`). Source: KIS's documents and
recorded answers as of 2026-08. What the values mean is not known here.
"""

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hoga.domain.errors import WireError

Field: TypeAlias = str | int | float | UnsetType | None
"""A value as it stands on the wire. UNSET is a field that is not there."""


def _written(nothing: str) -> Meta:
    return Meta(extra={"nothing": nothing})


Text = Annotated[Field, _written("")]
Whole = Annotated[Field, _written("0")]
Percent = Annotated[Field, _written("0.00")]
"""Two decimals; prices per share and multiples are written like this too."""
Average = Annotated[Field, _written("0.0000")]
Return = Annotated[Field, _written("0.00000000")]
Flag = Annotated[Field, _written("N")]
Code = Annotated[Field, _written("00")]
Variant: TypeAlias = Field
"""A field of another version; never written by us."""


class Block(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A JSON object of KIS."""


B = TypeVar("B", bound=Block)

Rows: TypeAlias = list[B] | B | UnsetType | None
"""A block. KIS's documents and its answers disagree about which blocks are arrays."""


class Envelope(Block):
    """What every answer has, and a refusal has nothing else."""

    rt_cd: Text = UNSET
    msg_cd: Text = UNSET
    msg1: Text = UNSET


class Context(Block):
    """Where the next page of a list begins. Opaque, as wide as its name says, blank on the last page."""

    ctx_area_fk100: Text = UNSET
    ctx_area_nk100: Text = UNSET
    ctx_area_fk200: Text = UNSET
    ctx_area_nk200: Text = UNSET
    ctx_area_fk: Text = UNSET
    ctx_area_nk: Text = UNSET


def empty(kind: type[B], **known: Field) -> B:
    """A block in which everything but `known` says nothing, in the form that KIS uses for that field."""
    return kind(**{**_nothing(kind), **known})


def rows(block: Rows[B]) -> list[B]:
    """The rows of a block without the empty objects that KIS fills up with; none if the block is missing."""
    if block is UNSET or block is None:
        return []
    found = block if isinstance(block, list) else [block]
    return [row for row in found if row != _blank(type(row))]


def text(value: Field) -> str:
    """The value without its padding; "" when there is none."""
    return "" if value is UNSET or value is None else str(value).strip()


def find_whole(block: Block, name: str) -> int | None:
    """A field as a whole number, None when it is missing or empty.

    Takes padding with zeros and blanks, a leading sign and decimals that are all zero. Raises `WireError`.
    """
    field = getattr(block, name)
    if isinstance(field, str) and field.isdecimal():  # nearly all of them
        return int(field)
    value = text(field)
    if not value:
        return None
    digits, _, decimals = value.partition(".")
    if not digits.lstrip("+-").isdecimal() or decimals.strip("0"):
        raise _unreadable(block, name, value)
    try:
        return int(digits)
    except ValueError:
        raise _unreadable(block, name, value) from None


def get_whole(block: Block, name: str) -> int:
    """A field that must be there. Raises `WireError`: what was not read is not zero."""
    value = find_whole(block, name)
    if value is None:
        raise _unreadable(block, name, text(getattr(block, name)))
    return value


def find_decimal(block: Block, name: str) -> Decimal | None:
    """A field as a number with decimals, None when it is missing or empty. Raises `WireError`."""
    value = text(getattr(block, name))
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _unreadable(block, name, value) from None
    if not number.is_finite():
        raise _unreadable(block, name, value)
    return number


def get_decimal(block: Block, name: str) -> Decimal:
    """A number that must be there. Raises `WireError`."""
    value = find_decimal(block, name)
    if value is None:
        raise _unreadable(block, name, text(getattr(block, name)))
    return value


@cache
def _blank(kind: type[Block]) -> Block:
    """What an empty object is read as."""
    return kind()


@cache
def _nothing(kind: type[Block]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: meta.extra["nothing"]
        for name, hint in hints.items()
        for meta in getattr(hint, "__metadata__", ())
        if isinstance(meta, Meta) and meta.extra is not None
    }


def _unreadable(block: Block, name: str, value: str) -> WireError:
    return WireError(
        f"한국투자증권 응답의 {type(block).__name__}.{name} 값 {value!r}을(를) 숫자로 읽을 수 없습니다. "
        "응답을 보관하고 개발자에게 알리세요.",
        f"{type(block).__name__}.{name} of KIS's answer is {value!r}, which is no number as it should be. "
        "Keep the answer and report it.",
        value,
    )
