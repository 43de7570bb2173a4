"""The words in which answers are described: JSON Schema, as OpenAPI 3.1 has it, with units in two languages.

Every field that is described is always there; what may be unknown is null. Fields may be added to answers
some day, so a client passes over what it does not know.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hoga.titles import TITLES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "examples": [""]}
TRUTH: Schema = {"type": "boolean", "examples": [False]}
DAY: Schema = {"type": "string", "format": "date", "examples": ["2026-11-20"]}
INSTANT: Schema = {"type": "string", "format": "date-time", "examples": ["2026-11-20T09:30:00+09:00"]}
WON: Schema = {"type": "integer", "description": "원 / won", "examples": [70_000]}
SHARES: Schema = {"type": "integer", "description": "주 / shares", "examples": [10]}
COUNT: Schema = {"type": "integer", "description": "개수 / how many", "examples": [1]}
FRACTION: Schema = {"type": "number", "description": "비율, 0.05는 5% / a fraction", "examples": [0.05]}
RATIO: Schema = {"type": "number", "description": "배 / times", "examples": [1.2]}
WON_A_SHARE: Schema = {"type": "number", "description": "주당 원 / won a share", "examples": [5_000]}
CODE: Schema = {"type": "string", "description": "6자리 / six characters", "examples": ["005930"]}
NAME: Schema = {**TEXT, "examples": ["삼성전자"]}


def said(schema: Schema, text: str) -> Schema:
    """The same with `text` before its unit."""
    unit = schema.get("description")
    return {**schema, "description": f"{text} ({unit})" if unit else text}


def maybe(schema: Schema) -> Schema:
    """What may be null."""
    kind = schema.get("type")
    if not isinstance(kind, str):
        return {"anyOf": [schema, {"type": "null"}]}
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [kind, "null"], **choices, "examples": [None]}


def choice(words: Iterable[str]) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": [str(word) for word in words]}


def number(choices: Mapping[int, str]) -> Schema:
    """A number that stands for something."""
    told = ", ".join(f"{each} {meaning}" for each, meaning in choices.items())
    return {"type": "integer", "enum": list(choices), "description": told}


def many(item: Schema, text: str = "") -> Schema:
    """A list."""
    return {"type": "array", "items": item, **({"description": text} if text else {})}


def record(properties: Mapping[str, Schema], text: str = "") -> Schema:
    """What has these fields, all of them always."""
    return {
        "type": "object",
        **({"description": text} if text else {}),
        "properties": dict(properties),
        "required": list(properties),
    }


def reference(name: str) -> Schema:
    """What is described once under this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def titled(properties: Mapping[str, Schema], titles: Mapping[str, str]) -> dict[str, Schema]:
    """The same fields, with what people call them."""
    return {key: said(schema, titles[key]) if key in titles else schema for key, schema in properties.items()}


def row(properties: Mapping[str, Schema], text: str = "", **titles: str) -> Schema:
    """A record with the titles of its columns, or `titles` where here they mean something else."""
    return record(titled(properties, {**TITLES, **titles}), text)


def of(kind: Any, titles: Mapping[str, str], units: Mapping[str, str]) -> Schema:
    """How values of a type are written: a dataclass with its fields, their titles and units."""
    plain: dict[object, Schema] = {
        str: TEXT,
        bool: TRUTH,
        int: {"type": "integer", "examples": [1]},
        Decimal: {"type": "number", "examples": [1]},
        date: DAY,
        datetime: INSTANT,
    }
    if kind in plain:
        return plain[kind]
    arguments = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        (some,) = (each for each in arguments if each is not type(None))
        return maybe(of(some, titles, units))
    if get_origin(kind) in (tuple, Sequence):
        return many(of(arguments[0], titles, units))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return choice(kind)
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    properties = {
        field.name: {**of(hints[field.name], titles, units), **_unit(field.name, units)}
        for field in fields(kind)
    }
    return record(titled(properties, titles))


_UNSHOWN = object()


def sample(schema: Schema, parts: Mapping[str, Schema], shown: Any = _UNSHOWN) -> Any:
    """A value that is described so, with what is `shown` of it; `parts` are what is described by name."""
    match schema, shown:
        case {"$ref": str(name)}, _:
            return sample(parts[name.rpartition("/")[2]], parts, shown)
        case {"anyOf": [dict(some), {"type": "null"}]}, _:
            return None if shown is _UNSHOWN or shown is None else sample(some, parts, shown)
        case {"properties": dict(properties)}, _:
            told = shown if isinstance(shown, dict) else {}
            return {key: sample(each, parts, told.get(key, _UNSHOWN)) for key, each in properties.items()}
        case {"items": dict(item)}, _:
            return [sample(item, parts, each) for each in (shown if isinstance(shown, list) else [_UNSHOWN])]
        case {"examples": [value, *_]} | {"enum": [value, *_]}, _:
            return value if shown is _UNSHOWN else shown
        case {"type": "null"}, _:
            return None
        case _:
            raise ValueError(f"nothing to show of {schema}")


def _unit(name: str, units: Mapping[str, str]) -> Schema:
    return {"description": units[name]} if name in units else {}
