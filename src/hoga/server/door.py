"""Where a bridge listens, and whom it lets in there: refused where a stranger could trade through it."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hoga.clock import WallClock
from hoga.domain.errors import BadInput
from hoga.server.access import LOOPBACK_NAMES, Access, is_loopback
from hoga.server.listener import Tls, listen
from hoga.settings import BridgeSettings
from hoga.storage.answers import FILE as ANSWERS_FILE
from hoga.storage.answers import Answers
from hoga.storage.audit import AuditLog
from hoga.storage.bridge_tokens import BridgeTokens, new_secret


@dataclass(frozen=True, slots=True)
class Door:
    """An open listener, what protects it, and the token of this start."""

    listener: socket.socket
    access: Access
    answers: Answers
    tls: Tls | None
    secret: str = field(repr=False)


@contextlib.contextmanager
def open_door(settings: BridgeSettings, home: Path) -> Iterator[Door]:
    """Listen as the settings say, while the context is open.

    Raises:
        JournalError: the answers to keys cannot be kept.
        BadInput: the address cannot be used; certificate and key cannot be read; or others than this
            computer could come in without TLS, or although nobody has been given a token.
    """
    tls = _tls(settings)
    tokens = BridgeTokens(home)
    is_private = is_loopback(settings.host)
    if not is_private and (tls is None or not tokens.all()):
        raise BadInput(
            f"[bridge] host = {settings.host}: 다른 컴퓨터에 여는 브리지에는 certificate 와 key (TLS), "
            "그리고 hoga tokens create 로 만든 토큰이 필요합니다.",
            f"[bridge] host = {settings.host}: a bridge that other computers can reach needs certificate and "
            "key (TLS), and a token made with hoga tokens create.",
        )
    secret = new_secret()
    names = LOOPBACK_NAMES | {settings.host.lower()} | {name.lower() for name in settings.names}
    access = Access(
        secret,
        WallClock().now,
        tokens=tokens,
        audit=AuditLog(home),
        names=names,
        is_private=is_private,
        calls_per_second=settings.calls_per_second,
    )
    with (
        listen(settings.host, settings.port) as listener,
        contextlib.closing(Answers(home / ANSWERS_FILE)) as answers,
    ):
        yield Door(listener, access, answers, tls, secret)


def _tls(settings: BridgeSettings) -> Tls | None:
    if not settings.certificate and not settings.key:
        return None
    tls = Tls(Path(settings.certificate).expanduser(), Path(settings.key).expanduser())
    try:
        tls.context()
    except (OSError, ValueError) as error:
        raise BadInput(
            f"[bridge] certificate = {tls.certificate}, key = {tls.key}: 인증서와 키로 읽을 수 없습니다"
            f"({type(error).__name__}). 암호 없는 PEM 파일을 주십시오.",
            f"[bridge] certificate = {tls.certificate}, key = {tls.key}: cannot be read as a certificate "
            f"with its key ({type(error).__name__}). Give PEM files without a password.",
        ) from error
    return tls
