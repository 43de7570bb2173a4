"""What an answer has that its blocks do not know: KIS has changed something."""

from typing import get_type_hints

import msgspec

from hoga.brokers.kis.blocks import Block


def unknown_keys(body: bytes, kind: type[Block]) -> tuple[str, ...]:
    """The keys of an answer that `kind` does not know, like "output.new_field": KIS has changed something."""
    return tuple(sorted(_unknown(msgspec.json.decode(body), kind, "")))


def _unknown(value: object, kind: type[Block], path: str) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_unknown(item, kind, path) for item in value))
    if not isinstance(value, dict):
        return set()
    known = {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
    found = {f"{path}{key}" for key in value if key not in known}
    inner = _inner_blocks(kind)
    for key, item in value.items():
        if key in known and known[key] in inner:
            found |= _unknown(item, inner[known[key]], f"{path}{key}.")
    return found


def _inner_blocks(kind: type[Block]) -> dict[str, type[Block]]:
    inner = {}
    for name, hint in get_type_hints(kind).items():
        for part in getattr(hint, "__args__", ()):
            if isinstance(part, type) and issubclass(part, Block):
                inner[name] = part
    return inner
