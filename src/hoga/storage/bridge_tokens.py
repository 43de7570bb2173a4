"""The tokens that let programs into the bridge. What is kept is their hash: a token is shown once, when made.

A token is 256 random bits, so a plain SHA-256 of it tells nothing that could be guessed back.
"""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from hoga.domain.errors import BadInput
from hoga.typed_json import Malformed, decode, encode, indented

FILE = "bridge-tokens.json"
_PREFIX = "hoga_"

START = "bridge"
"""The name of the token that is made at each start and shown once. No other may have it."""


class Scope(StrEnum):
    """What a token may do. Each includes those before it."""

    READ = "read"
    """Look: prices, account, orders."""
    TRADE = "trade"
    """Place, replace and cancel orders, and halt."""
    ADMIN = "admin"
    """Let trading go on after a halt."""

    def includes(self, wanted: "Scope") -> bool:
        """Whether this scope is enough for what needs `wanted`."""
        return _RANKS[self] >= _RANKS[wanted]


_RANKS = {scope: rank for rank, scope in enumerate(Scope)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeToken:
    """A token without its secret. `name` says whose it is; no two living ones have the same."""

    name: str
    scope: Scope
    sha256: str
    made_at: datetime


def new_secret() -> str:
    """A token that nobody can guess."""
    return _PREFIX + secrets.token_urlsafe(32)


def sha256_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


class BridgeTokens:
    """The file of tokens in `home`, readable by its owner only. A change by another process holds at once."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._stamp: tuple[int, int] | None = None
        self._known: dict[str, BridgeToken] = {}

    def all(self) -> tuple[BridgeToken, ...]:
        """Every token, oldest first. Raises `BadInput` when the file cannot be read."""
        self._read()
        return tuple(self._known.values())

    def find(self, secret: str) -> BridgeToken | None:
        """The token that `secret` is; None when it is none. Raises `BadInput` for an unreadable file."""
        self._read()
        return self._known.get(sha256_of(secret))

    def holds(self, sha256: str) -> bool:
        """Whether there is a token of this hash. Raises `BadInput` for an unreadable file."""
        self._read()
        return sha256 in self._known

    def create(self, name: str, scope: Scope, at: datetime) -> str:
        """A new token; the answer is its secret, which nobody can tell again.

        Raises:
            BadInput: the name is empty, unprintable, taken or the start's, or the file cannot be written.
        """
        if not name or not name.isprintable() or len(name) > 40:
            raise BadInput(
                "토큰 이름은 인쇄할 수 있는 1~40자여야 합니다. 예: excel",
                "a token's name has 1 to 40 printable characters, for example excel.",
            )
        if name == START:
            raise BadInput(
                f"{name}: 시작할 때마다 만드는 토큰의 이름입니다. 다른 이름을 쓰십시오.",
                f"{name} is the name of the token that is made at each start. Take another.",
            )
        with self._changing():
            tokens = self.all()
            if any(token.name == name for token in tokens):
                raise BadInput(
                    f"{name}: 같은 이름의 토큰이 있습니다. 다른 이름을 쓰거나 hoga tokens revoke {name} 로 "
                    "없애십시오.",
                    f"{name}: there is a token of this name. Take another, or hoga tokens revoke {name}.",
                )
            secret = new_secret()
            token = BridgeToken(name=name, scope=scope, sha256=sha256_of(secret), made_at=at)
            self._write((*tokens, token))
        return secret

    def revoke(self, name: str) -> BridgeToken:
        """Forget the token of this name. Raises `BadInput` when there is none."""
        with self._changing():
            tokens = self.all()
            found = next((token for token in tokens if token.name == name), None)
            if found is None:
                raise BadInput(
                    f"{name}: 그런 이름의 토큰이 없습니다. hoga tokens list 를 보십시오.",
                    f"{name}: there is no token of this name. See hoga tokens list.",
                )
            self._write(tuple(token for token in tokens if token is not found))
        return found

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """While one process changes the file, others wait: nothing that was revoked comes back."""
        from filelock import FileLock

        try:
            with FileLock(self._path.with_suffix(".lock"), mode=0o600):
                yield
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> BadInput:
        return BadInput(
            f"토큰 파일 {self._path} 을(를) 쓸 수 없습니다({error.strerror}). 권한과 공간을 확인하십시오.",
            f"the token file {self._path} cannot be written ({error.strerror}). Check permissions and space.",
        )

    def _read(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp == self._stamp:
                return
            tokens = decode(self._path.read_bytes(), list[BridgeToken])
        except FileNotFoundError:
            self._stamp, self._known = None, {}
            return
        except (OSError, Malformed) as error:
            # Who cannot tell the tokens that were revoked lets nobody in.
            self._stamp, self._known = None, {}
            raise BadInput(
                f"토큰 파일 {self._path} 을(를) 읽을 수 없습니다({error}). 지우고 토큰을 다시 만드십시오.",
                f"the token file {self._path} cannot be read ({error}). Delete it and make the tokens again.",
            ) from error
        self._stamp, self._known = stamp, {token.sha256: token for token in tokens}

    def _write(self, tokens: tuple[BridgeToken, ...]) -> None:
        beside = self._path.with_name(f"{FILE}.{secrets.token_hex(4)}")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(indented(encode(tokens)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        self._stamp = None
