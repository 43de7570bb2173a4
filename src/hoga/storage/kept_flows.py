"""Investors in all groups as a broker told them, a file for each issue, for hours in which it does not.

What is kept here can be asked for again, so nothing that goes wrong with a file stops anybody: it is logged,
and the issue is as though nothing had been kept.
"""

import logging
import os
import shutil
from pathlib import Path

from hoga.domain.flows import FlowSpan
from hoga.typed_json import Malformed, decode, encode

FOLDER = "flows"

_log = logging.getLogger(__name__)


class KeptFlows:
    """What one source told of one market. What it told of others is thrown away when this is kept."""

    def __init__(self, home: Path, source: str, market: str) -> None:
        self._folder = home / FOLDER / source / market

    def find(self, code: str) -> FlowSpan | None:
        """What was kept of an issue; None when nothing was, or it cannot be read."""
        file = self._folder / f"{code}.json"
        try:
            span = decode(file.read_bytes(), FlowSpan)
        except FileNotFoundError:
            return None
        except (OSError, Malformed) as error:
            _log.warning("What was kept of investors cannot be read: %s (%s)", file, error)
            return None
        return span if span.days else None

    def keep(self, code: str, span: FlowSpan) -> None:
        """Keep this instead of what was kept of the issue, so that it survives a crash."""
        file = self._folder / f"{code}.json"
        part = file.with_name(file.name + ".part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("wb") as opened:
                opened.write(encode(span))
                opened.flush()
                os.fsync(opened.fileno())
            part.replace(file)
            for other in self._folder.parent.iterdir():
                if other != self._folder:
                    shutil.rmtree(other)
        except OSError as error:
            _log.warning("What was told of investors cannot be kept: %s (%s)", file, error)
