"""What can still be read of a `hoga.toml` with mistakes: for the kill switch, which must not wait for them.

Only the profile that is meant matters. Of a file that is no TOML its lines are read one by one; what is lost
is told, and whether the switch may therefore stand beside another journal than that of the account.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from hoga.domain.errors import BadInput
from hoga.settings import FILE, Settings, hoga_home, make_settings, read_settings

_NO_TOML = (ValueError, ArithmeticError, RecursionError)
"""What `tomllib` raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """The profiles as far as they can be read, and the usual for everything else when something is wrong."""

    settings: Settings
    wrong: BadInput | None = None
    """What is wrong with the file."""
    is_doubtful: bool = False
    """Whether something of the profile that is meant could not be read."""


def salvage_settings(profile: str) -> Salvaged:
    """The settings, or what can be read of those of `profile`. Raises `BadInput` without Hoga's folder."""
    file = hoga_home() / FILE
    try:
        return Salvaged(settings=read_settings())
    except BadInput as error:
        wrong = error
    try:
        content = file.read_bytes()
    except OSError:
        return Salvaged(settings=Settings(), wrong=wrong, is_doubtful=True)
    written, is_doubtful = _find_profile(profile, _text(content))
    for lost in range(len(written) + 1):
        for kept in combinations(written.items(), len(written) - lost):
            try:
                settings = make_settings(file, {"profiles": {profile: dict(kept)}} if kept else {})
            except BadInput:
                continue
            return Salvaged(settings=settings, wrong=wrong, is_doubtful=is_doubtful or lost > 0)
    raise AssertionError("nothing at all is always allowed")


def _text(content: bytes) -> str:
    """The file as text; an editor on a Korean Windows may have saved it in its own code page."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp949", errors="replace")


def _find_profile(name: str, text: str) -> tuple[Mapping[str, Any], bool]:
    """What is written of a profile, and whether some of that may be lost."""
    try:
        return _own(name, tomllib.loads(text, parse_float=Decimal)), False
    except _NO_TOML:
        pass
    found: dict[str, Any] = {}
    is_doubtful, header = False, ""
    for line in text.splitlines():
        if line.strip().startswith("["):
            header = line
        try:
            own = _own(name, tomllib.loads(line if line is header else f"{header}\n{line}"))
        except _NO_TOML:
            is_doubtful = is_doubtful or _may_concern(name, header, line)
            continue
        is_doubtful = is_doubtful or any(found.get(key, value) != value for key, value in own.items())
        found |= own
    return found, is_doubtful


def _own(name: str, tables: Mapping[str, Any]) -> Mapping[str, Any]:
    profiles = tables.get("profiles")
    own = profiles.get(name) if isinstance(profiles, dict) else None
    return own if isinstance(own, dict) else {}


def _may_concern(name: str, header: str, line: str) -> bool:
    """Whether a line that cannot be read may belong to the profile `name`."""
    try:
        table = tomllib.loads(header)
    except _NO_TOML:
        table = {}
    if not table:
        return "profiles" in header + line
    profiles = table.get("profiles")
    return isinstance(profiles, dict) and (not profiles or name in profiles)
