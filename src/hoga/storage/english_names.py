"""Names of issues in English, as a broker told them one by one: its register has none.

A line an issue, appended when it is told: a name that is "" says that the broker knows none. A line that was
cut off when a program died is passed over. What is known here can be asked for again, so nothing that goes
wrong with the file stops anybody: it is logged.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from hoga.typed_json import Malformed, decode, encode

FOLDER = "names"
LISTED = "listed"
"""The market of what is really listed."""

_log = logging.getLogger(__name__)


class EnglishNames:
    """What one source told of one market. What it told of others is thrown away when something is learned."""

    def __init__(self, home: Path, source: str, market: str) -> None:
        self._file = home / FOLDER / source / f"{market}.jsonl"
        self._names: dict[str, str] = {}
        try:
            lines = self._file.read_bytes().splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("Names in English cannot be read: %s (%s)", self._file, error)
            return
        for line in filter(None, lines):
            try:
                code, name = decode(line, tuple[str, str])
            except Malformed:
                continue
            self._names[code] = name

    @property
    def known(self) -> Mapping[str, str]:
        """Names by code."""
        return MappingProxyType(self._names)

    def learn(self, code: str, name: str) -> None:
        """Keep what was told of an issue."""
        if self._names.get(code) == name:
            return
        self._names[code] = name
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._file.open("ab") as opened:
                # The newline comes first: a line that was cut off spoils no other.
                opened.write(b"\n" + encode((code, name)))
            for other in self._file.parent.iterdir():
                if other != self._file:
                    other.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("A name in English cannot be kept: %s (%s)", self._file, error)


def real_names(home: Path) -> EnglishNames:
    """What KIS has told of what is really listed."""
    return EnglishNames(home, "kis", LISTED)
