"""Values as JSON, and JSON as values of a type that is checked: for files and for programs.

msgspec does the work. Where it cannot be installed (32-bit Windows, which CYBOS Plus needs), `plain_json`
does the same more slowly.
"""

from typing import Literal, TypeVar

from hoga import plain_json
from hoga.plain_json import Malformed

try:
    import msgspec
except ModuleNotFoundError:
    _has_msgspec = False
else:
    _has_msgspec = True
    _WITH_NUMBERS = msgspec.json.Encoder(decimal_format="number")

__all__ = ["Malformed", "decode", "encode", "indented"]

T = TypeVar("T")


def encode(value: object, *, is_sorted: bool = False, has_decimal_numbers: bool = False) -> bytes:
    """`value` as JSON in UTF-8 without blanks: dataclasses as objects, decimals as strings, ISO times.

    `is_sorted` orders all fields, so that equal values have equal bytes; `has_decimal_numbers` writes
    decimals as numbers. Raises `TypeError` for what JSON cannot hold.
    """
    if not _has_msgspec:
        return plain_json.encode(value, is_sorted=is_sorted, has_decimal_numbers=has_decimal_numbers)
    order: Literal["sorted"] | None = "sorted" if is_sorted else None
    if has_decimal_numbers and order is None:
        return _WITH_NUMBERS.encode(value)
    if has_decimal_numbers:
        return msgspec.json.Encoder(order=order, decimal_format="number").encode(value)
    return msgspec.json.encode(value, order=order)


def decode(content: bytes | str, kind: type[T]) -> T:
    """A `kind` made of JSON; fields that it does not have are passed over. Raises `Malformed`."""
    if not _has_msgspec:
        return plain_json.decode(content, kind)
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error


def indented(content: bytes) -> bytes:
    """The same JSON for the eyes of a person."""
    return msgspec.json.format(content) if _has_msgspec else plain_json.indented(content)
