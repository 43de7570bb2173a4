"""The bridge's token: what a request must carry to place an order."""

import os
import secrets
from pathlib import Path

from hoga.domain.errors import BadInput

FILE = "bridge-token"


def bridge_token(home: Path) -> str:
    """The token of this installation, made on first use and kept in a file that only its owner may read.

    Raises:
        BadInput: the file cannot be read or written, or is empty.
    """
    path = home / FILE
    try:
        try:
            token = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            token = secrets.token_urlsafe(32)
            with open(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
            ) as file:
                file.write(token + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"브리지 토큰 파일 {path} 을(를) 쓸 수 없습니다: {error}",
            f"the bridge token file {path} cannot be used: {error}",
        ) from error
    if len(token) < 32:
        raise BadInput(
            f"브리지 토큰 파일 {path} 이(가) 비었거나 너무 짧습니다. 지우면 새로 만듭니다.",
            f"the bridge token file {path} is empty or too short. Delete it and a new one is made.",
        )
    return token
