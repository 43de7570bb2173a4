"""Secrets: by profile, the app key pair at the broker, the account it is bound to, the HTS id; by channel of
messages, its address.

The keyring of the operating system keeps them. Where there is none, as on a server without a desktop, a file
in Hoga's folder does that only its owner may read; `where` says which of the two, so that it can be told.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from hoga.domain.errors import BadInput
from hoga.typed_json import Malformed, decode, encode

SERVICE = "hoga"
"""Under which name the keyring shows our entries."""

FILE = "keys.json"

CHANNEL_SERVICE = "hoga notify"
CHANNEL_FILE = "channels.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a broker wants to see. `account` is ten digits or with a dash; `hts_id` is for order notices.

    Daishin has no app keys: its terminal is given `hts_id` and two passwords. Another Hoga wants a `token`.
    """

    appkey: str = field(repr=False, default="")
    appsecret: str = field(repr=False, default="")
    account: str = field(repr=False, default="")
    hts_id: str = field(repr=False, default="")
    password: str = field(repr=False, default="")
    certificate_password: str = field(repr=False, default="")
    token: str = field(repr=False, default="")


class Keyring(Protocol):
    """What we use of the operating system's keyring."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages go: an Apprise URL or a webhook. Who knows it can write there."""

    url: str = field(repr=False)


T = TypeVar("T")


class Vault(Generic[T]):
    """Secrets of one kind, by name, of this person on this computer.

    Every method raises `BadInput` when the keyring or the file cannot be used, with the reason. A keyring
    that fails is not passed over in favour of the file: what was put into one is not found in the other.
    """

    def __init__(self, home: Path, keyring: Keyring | None, kind: type[T], file: str, service: str) -> None:
        self._path = home / file
        self._keyring = keyring
        self._kind = kind
        self._service = service

    @property
    def where(self) -> str:
        """The place that keeps the secrets, for a person."""
        return str(self._path) if self._keyring is None else type(self._keyring).__module__

    @property
    def is_file(self) -> bool:
        """Whether there is no keyring, so that a file keeps them."""
        return self._keyring is None

    def get(self, profile: str) -> T | None:
        """The secrets of a name, None when none were put there."""
        if self._keyring is None:
            return self._read().get(profile)
        with _keyring_errors():
            text = self._keyring.get_password(self._service, profile)
        return None if text is None else self._decode(text)

    def put(self, profile: str, secrets: T) -> None:
        """Keep the secrets of a name; those that were there before are gone."""
        if self._keyring is None:
            self._write({**self._read(), profile: secrets})
            return
        with _keyring_errors():
            self._keyring.set_password(self._service, profile, encode(secrets).decode())

    def delete(self, profile: str) -> bool:
        """Forget the secrets of a name. False when there were none."""
        if self._keyring is None:
            kept = self._read()
            if kept.pop(profile, None) is None:
                return False
            self._write(kept)
            return True
        with _keyring_errors():
            if self._keyring.get_password(self._service, profile) is None:
                return False
            self._keyring.delete_password(self._service, profile)
        return True

    def known(self, profiles: Iterable[str]) -> list[str]:
        """Which of `profiles` have secrets: a keyring cannot be asked what it holds."""
        return [profile for profile in profiles if self.get(profile) is not None]

    def _read(self) -> dict[str, T]:
        try:
            with self._path.open("rb") as file:
                _close_to_others(file.fileno())
                content = file.read()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unusable(self._path, error) from error
        try:
            return decode(content, dict[str, self._kind])  # type: ignore[name-defined]
        except Malformed:
            raise _damaged(str(self._path)) from None  # the cause may show what the file holds

    def _decode(self, text: str) -> T:
        try:
            return decode(text, self._kind)
        except Malformed:
            raise _damaged(self.where) from None  # the cause may show what the entry holds

    def _write(self, kept: dict[str, T]) -> None:
        part = self._path.with_suffix(".part")
        try:
            part.unlink(missing_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(encode(kept))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            raise _unusable(self._path, error) from error


class KeyStore(Vault[Secrets]):
    """The secrets of profiles."""

    def __init__(self, home: Path, keyring: Keyring | None) -> None:
        super().__init__(home, keyring, Secrets, FILE, SERVICE)


class AddressBook(Vault[Address]):
    """The addresses of channels."""

    def __init__(self, home: Path, keyring: Keyring | None) -> None:
        super().__init__(home, keyring, Address, CHANNEL_FILE, CHANNEL_SERVICE)


def find_keyring() -> Keyring | None:
    """The keyring of the operating system, None when it has none that keeps anything."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring) or backend.priority <= 0:
        return None
    return backend


def _close_to_others(descriptor: int) -> None:
    """A file that was copied here may be open to others."""
    if sys.platform != "win32" and os.fstat(descriptor).st_mode & 0o077:
        with contextlib.suppress(OSError):  # somebody else's
            os.fchmod(descriptor, 0o600)


@contextlib.contextmanager
def _keyring_errors() -> Iterator[None]:
    from keyring.errors import KeyringError

    try:
        yield
    except KeyringError as error:
        raise BadInput(
            f"운영체제의 키링을 쓸 수 없습니다({error}). 잠금을 풀고 다시 시도하십시오.",
            f"the keyring of the operating system cannot be used ({error}). Unlock it and try again.",
        ) from error


def _damaged(where: str) -> BadInput:
    return BadInput(
        f"{where} 에 있는 것을 읽을 수 없습니다. 그곳에서 지우고 hoga keys set 이나 "
        "hoga notify set 으로 다시 넣으십시오.",
        f"what {where} holds cannot be read. Delete it there and set it again with hoga keys set or "
        "hoga notify set.",
    )


def _unusable(path: Path, error: OSError) -> BadInput:
    return BadInput(
        f"키 파일 {path} 을(를) 쓸 수 없습니다({error.strerror}). 권한과 남은 공간을 확인하십시오.",
        f"the key file {path} cannot be used ({error.strerror}). Check permissions and space.",
    )
