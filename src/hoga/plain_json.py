"""What `typed_json` does with msgspec, in plain Python: for 32-bit Windows, where msgspec has no wheel.

Slower, and nothing else: tests hold both to the same bytes and the same values.
"""

import json
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]
"""Makes a typed value of what JSON holds. Raises `Malformed`."""

_SAID = {
    str: "str",
    bool: "bool",
    int: "int",
    float: "float",
    Decimal: "float",
    list: "array",
    dict: "object",
}


class Malformed(ValueError):
    """What was read is not JSON, or is not of the kind that was expected."""


def encode(value: object, *, is_sorted: bool, has_decimal_numbers: bool) -> bytes:
    """See `typed_json.encode`."""
    return "".join(_parts(value, is_sorted, has_decimal_numbers)).encode()


def decode(content: bytes | str, kind: type[T]) -> T:
    """See `typed_json.decode`."""
    try:
        text = content if isinstance(content, str) else content.decode()
        plain = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"JSON is malformed: {error}") from error
    value: T = _reader(kind)(plain)
    return value


def indented(content: bytes) -> bytes:
    """See `typed_json.indented`."""
    return json.dumps(json.loads(content), ensure_ascii=False, indent=2).encode()


def _parts(value: object, is_sorted: bool, has_decimal_numbers: bool) -> Iterator[str]:
    match value:
        case Enum():
            yield from _parts(value.value, is_sorted, has_decimal_numbers)
        case None | bool() | int() | str():
            yield json.dumps(value, ensure_ascii=False)
        case float():
            yield _float_text(value) if value - value == 0 else "null"  # neither infinite nor NaN
        case Decimal():
            yield str(value) if has_decimal_numbers else f'"{value}"'
        case datetime() | date() | time():
            yield f'"{_moment(value)}"'
        case Mapping():
            items = ((_key(key), each) for key, each in value.items())
            yield from _object(items, is_sorted, has_decimal_numbers)
        case _ if is_dataclass(value):
            members = ((field.name, getattr(value, field.name)) for field in fields(value))
            yield from _object(members, is_sorted, has_decimal_numbers)
        case Sequence() | AbstractSet():
            whole = sorted(value) if is_sorted and isinstance(value, AbstractSet) else value
            yield "["
            for place, each in enumerate(whole):
                yield "," if place else ""
                yield from _parts(each, is_sorted, has_decimal_numbers)
            yield "]"
        case _:
            raise TypeError(f"Encoding objects of type {type(value).__name__} is unsupported")


def _object(items: Iterator[tuple[str, object]], is_sorted: bool, has_decimal_numbers: bool) -> Iterator[str]:
    yield "{"
    for place, (name, each) in enumerate(sorted(items, key=_name) if is_sorted else items):
        yield f"{',' if place else ''}{json.dumps(name, ensure_ascii=False)}:"
        yield from _parts(each, is_sorted, has_decimal_numbers)
    yield "}"


def _float_text(value: float) -> str:
    """1e22 and 1e-7, without what Python puts around an exponent."""
    digits, is_short, exponent = json.dumps(value).partition("e")
    return f"{digits}e{int(exponent)}" if is_short else digits


def _name(item: tuple[str, object]) -> str:
    return item[0]


def _key(key: object) -> str:
    match key:
        case Enum():
            return _key(key.value)
        case str():
            return key
        case datetime() | date() | time():
            return _moment(key)
        case int():
            return str(key)
        case _:
            raise TypeError(
                f"Only dicts with str-like or number-like keys are supported, not {type(key).__name__}"
            )


def _moment(value: date | time) -> str:
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number of JSON")


def _reader(kind: Any) -> Reader:
    return _made_reader(kind)


@cache
def _made_reader(kind: Any) -> Reader:
    origin, inner = get_origin(kind), get_args(kind)
    if kind in (Any, object):
        return _anything
    if kind in _PLAIN:
        return _PLAIN[kind]
    if origin in (Union, types.UnionType):
        return _either(tuple(_reader(each) for each in inner))
    if origin is Literal:
        return _one_of(inner)
    if origin is tuple:
        return _fixed(inner) if inner[-1] is not Ellipsis else _array(inner[0], tuple)
    if origin in _ARRAYS:
        return _array(inner[0], _ARRAYS[origin])
    if origin in (dict, Mapping):
        return _table(*inner)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice(kind)
    if is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"{kind} cannot be read from JSON")


def _wanted(wanted: str, found: Any) -> Malformed:
    return Malformed(f"Expected `{wanted}`, got `{_SAID.get(type(found), 'null')}`")


def _anything(value: Any) -> Any:
    match value:
        case Decimal():
            return _float(value)
        case list():
            return [_anything(each) for each in value]
        case dict():
            return {key: _anything(each) for key, each in value.items()}
        case _:
            return value


def _nothing(value: Any) -> None:
    if value is not None:
        raise _wanted("null", value)


def _exactly(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise _wanted(kind.__name__, value)
        return value

    return read


def _float(value: Any) -> float:
    if type(value) not in (int, Decimal):
        raise _wanted("float", value)
    number = float(value)
    if number - number != 0:
        raise Malformed("Number out of range")
    return number


def _decimal(value: Any) -> Decimal:
    if type(value) not in (str, int, Decimal):
        raise _wanted("decimal", value)
    try:
        return Decimal(value)
    except InvalidOperation:
        raise Malformed("Invalid decimal string") from None


def _iso(kind: type[date] | type[time]) -> Reader:
    def read(value: Any) -> date | time:
        if type(value) is not str:
            raise _wanted(kind.__name__, value)
        if not _WRITTEN[kind].fullmatch(value):  # Python reads many more
            raise Malformed(f"Invalid RFC3339 encoded {kind.__name__}")
        try:
            return kind.fromisoformat(value)
        except ValueError:
            raise Malformed(f"Invalid RFC3339 encoded {kind.__name__}") from None

    return read


def _either(readers: tuple[Reader, ...]) -> Reader:
    def read(value: Any) -> Any:
        for each in readers:
            try:
                return each(value)
            except Malformed as error:
                last = error
        raise last

    return read


def _one_of(values: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in values:
            raise Malformed(f"Invalid enum value {value!r}")
        return value

    return read


def _choice(kind: type[Enum]) -> Reader:
    known = {each.value: each for each in kind}

    def read(value: Any) -> Enum:
        if type(value) not in (str, int) or value not in known:
            raise Malformed(f"Invalid enum value {value!r}")
        return known[value]

    return read


def _array(inner: Any, gathered: Callable[[Iterator[Any]], Any]) -> Reader:
    each_read = _reader(inner)

    def read(value: Any) -> Any:
        if type(value) is not list:
            raise _wanted("array", value)
        return gathered(each_read(each) for each in value)

    return read


def _fixed(inner: tuple[Any, ...]) -> Reader:
    readers = tuple(map(_reader, inner))

    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise _wanted("array", value)
        if len(value) != len(readers):
            raise Malformed(f"Expected `array` of length {len(readers)}, got {len(value)}")
        return tuple(each_read(each) for each_read, each in zip(readers, value, strict=True))

    return read


def _whole_key(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _wanted("int", text) from None


def _table(key: Any, inner: Any) -> Reader:
    key_read: Reader = _whole_key if key is int else _reader(key)
    each_read = _reader(inner)

    def read(value: Any) -> dict[Any, Any]:
        if type(value) is not dict:
            raise _wanted("object", value)
        return {key_read(name): each_read(each) for name, each in value.items()}

    return read


def _dataclass(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    own = tuple(field for field in fields(kind) if field.init)
    needed = tuple(each.name for each in own if each.default is MISSING and each.default_factory is MISSING)
    # The fields' readers are looked up when they are needed: a kind may hold itself.
    kinds = {field.name: hints[field.name] for field in own}

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise _wanted("object", value)
        for name in needed:
            if name not in value:
                raise Malformed(f"Object missing required field `{name}`")
        held = {}
        for name, of in kinds.items():
            if name in value:
                try:
                    held[name] = _reader(of)(value[name])
                except Malformed as error:
                    raise Malformed(f"{error} - at `{name}`") from None
        try:
            return kind(**held)
        except (ValueError, TypeError) as error:
            raise Malformed(str(error)) from error

    return read


_DAY, _HOUR = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?"
_WRITTEN: Mapping[type, re.Pattern[str]] = {
    date: re.compile(_DAY, re.ASCII),
    time: re.compile(_HOUR, re.ASCII),
    datetime: re.compile(f"{_DAY}[T ]{_HOUR}", re.ASCII),
}
"""How days and times are written in JSON."""

_PLAIN: Mapping[Any, Reader] = {
    None: _nothing,
    type(None): _nothing,
    str: _exactly(str),
    bool: _exactly(bool),
    int: _exactly(int),
    float: _float,
    Decimal: _decimal,
    datetime: _iso(datetime),
    date: _iso(date),
    time: _iso(time),
}
_ARRAYS: Mapping[Any, Callable[[Iterator[Any]], Any]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    Sequence: list,
    AbstractSet: set,
}
