"""Who did what through the bridge: lines of JSON that are only ever appended to, without any secret."""

import os
from datetime import datetime
from pathlib import Path

from hoga.domain.errors import JournalError
from hoga.typed_json import encode

FILE = "bridge-audit.jsonl"


class AuditLog:
    """The file in `home`, readable by its owner only."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def write(self, at: datetime, what: str, **facts: object) -> None:
        """Append a line. Raises `JournalError` when that cannot be done."""
        line = encode({"at": at, "what": what, **facts}) + b"\n"
        try:
            with open(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                file.write(line)
        except OSError as error:
            raise JournalError(
                f"{self._path} 에 쓸 수 없습니다({error.strerror}). 디스크와 권한을 확인하십시오.",
                f"{self._path} cannot be written ({error.strerror}). Check disk and permissions.",
            ) from error
