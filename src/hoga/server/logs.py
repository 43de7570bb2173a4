"""The log of a served account: lines of JSON, turned over when they grow long. No secret is ever logged."""

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hoga.domain.zone import KST
from hoga.typed_json import encode

FILE = "bridge.jsonl"
_LONGEST = 10_000_000
_KEPT = 5


class JsonLines(logging.Formatter):
    """A record as one line; what stands in `extra` under "facts" goes with it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, KST),
            "level": record.levelname,
            "from": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info is not None and record.exc_info[0] is not None:
            line["error"] = self.formatException(record.exc_info)
        return encode(line).decode()


@contextlib.contextmanager
def logged(home: Path) -> Iterator[None]:
    """Write what Hoga logs to a file in `home` while the context is open."""
    folder = home / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    handler = RotatingFileHandler(
        folder / FILE, maxBytes=_LONGEST, backupCount=_KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("hoga")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()
