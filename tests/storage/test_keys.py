import os
import stat
from pathlib import Path

import pytest
from keyring.errors import KeyringError, PasswordDeleteError

from hoga.domain.errors import BadInput
from hoga.storage.keys import FILE, Keyring, KeyStore, Secrets, find_keyring

MINE = Secrets(appkey="PSabc", appsecret="s3cret/", account="12345678-01", hts_id="me")
OTHER = Secrets(appkey="PSxyz", appsecret="other", account="8765432101")


class DictKeyring:
    """A keyring that keeps the promise of the library's."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


class LockedKeyring(DictKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringError("locked")


@pytest.fixture(params=["keyring", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    keyring: Keyring | None = DictKeyring() if request.param == "keyring" else None
    return KeyStore(tmp_path, keyring)


def test_what_was_put_in_is_there_until_it_is_deleted(store: KeyStore) -> None:
    assert store.get("kis-paper") is None
    store.put("kis-paper", OTHER)
    store.put("kis-paper", MINE)
    store.put("kis-live", OTHER)
    assert store.get("kis-paper") == MINE
    assert store.known(["sim", "kis-paper", "kis-live"]) == ["kis-paper", "kis-live"]
    assert store.delete("kis-paper")
    assert not store.delete("kis-paper")
    assert store.get("kis-paper") is None
    assert store.get("kis-live") == OTHER


def test_no_secret_is_shown_by_its_values() -> None:
    assert not any(value in repr(MINE) for value in ("PSabc", "s3cret/", "12345678", "me'"))


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    KeyStore(tmp_path, None).put("kis-paper", MINE)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_file_that_others_may_read_becomes_its_owners_only(tmp_path: Path) -> None:
    KeyStore(tmp_path, None).put("kis-paper", MINE)
    (tmp_path / FILE).chmod(0o644)
    assert KeyStore(tmp_path, None).get("kis-paper") == MINE
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_keyring_leaves_no_file(tmp_path: Path) -> None:
    store = KeyStore(tmp_path, DictKeyring())
    store.put("kis-paper", MINE)
    assert not store.is_file
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_told_without_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"kis-paper": {"appkey": "PSabc", "appsecret": 5')
    with pytest.raises(BadInput) as caught:
        KeyStore(tmp_path, None).get("kis-paper")
    assert FILE in str(caught.value)
    assert "PSabc" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=FILE):
        KeyStore(tmp_path / "nowhere", None).put("kis-paper", MINE)


def test_a_keyring_that_fails_is_told_and_not_passed_over(tmp_path: Path) -> None:
    store = KeyStore(tmp_path, LockedKeyring())
    for attempt in (lambda: store.get("a"), lambda: store.put("a", MINE), lambda: store.delete("a")):
        with pytest.raises(BadInput, match="locked"):
            attempt()
    assert list(tmp_path.iterdir()) == []


def test_a_keyring_that_keeps_nothing_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import fail, null

    for backend in (fail.Keyring(), null.Keyring()):  # type: ignore[no-untyped-call]
        monkeypatch.setattr(keyring, "get_keyring", lambda backend=backend: backend)
        assert find_keyring() is None
