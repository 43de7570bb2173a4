import os
from datetime import datetime
from pathlib import Path

import pytest

from hoga.domain.errors import BadInput
from hoga.domain.zone import KST
from hoga.storage.bridge_tokens import FILE, BridgeTokens, Scope, new_secret

AT = datetime(2026, 11, 20, 9, tzinfo=KST)


def test_a_token_is_found_by_its_secret_alone(tmp_path: Path) -> None:
    tokens = BridgeTokens(tmp_path)
    secret = tokens.create("excel", Scope.TRADE, AT)
    found = BridgeTokens(tmp_path).find(secret)
    assert found is not None
    assert (found.name, found.scope, found.made_at) == ("excel", Scope.TRADE, AT)
    for wrong in ("", secret[:-1], secret + "x", found.sha256, new_secret()):
        assert tokens.find(wrong) is None


def test_the_file_holds_no_secret_and_is_its_owners_alone(tmp_path: Path) -> None:
    secret = BridgeTokens(tmp_path).create("excel", Scope.READ, AT)
    assert secret.removeprefix("hoga_") not in (tmp_path / FILE).read_text()
    assert sorted(file.name for file in tmp_path.glob("*.json*")) == [FILE]
    if os.name == "posix":
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_two_tokens_are_never_the_same() -> None:
    assert len({new_secret() for _ in range(100)}) == 100


def test_what_another_process_revokes_is_not_found_any_more(tmp_path: Path) -> None:
    tokens, other = BridgeTokens(tmp_path), BridgeTokens(tmp_path)
    kept, secret = tokens.create("kept", Scope.READ, AT), tokens.create("excel", Scope.READ, AT)
    assert tokens.find(secret) is not None
    other.revoke("excel")
    assert tokens.find(secret) is None
    assert tokens.find(kept) is not None
    assert [token.name for token in tokens.all()] == ["kept"]


@pytest.mark.parametrize("name", ["", "a" * 41, "two\nlines"])
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="printable"):
        BridgeTokens(tmp_path).create(name, Scope.READ, AT)


def test_a_name_is_given_once_and_again_after_it_was_revoked(tmp_path: Path) -> None:
    tokens = BridgeTokens(tmp_path)
    first = tokens.create("excel", Scope.READ, AT)
    with pytest.raises(BadInput, match="there is a token of this name"):
        tokens.create("excel", Scope.ADMIN, AT)
    tokens.revoke("excel")
    assert tokens.create("excel", Scope.READ, AT) != first
    with pytest.raises(BadInput, match="no token of this name"):
        tokens.revoke("word")


def test_a_file_that_cannot_be_read_lets_nobody_in(tmp_path: Path) -> None:
    tokens = BridgeTokens(tmp_path)
    secret = tokens.create("excel", Scope.READ, AT)
    assert tokens.find(secret) is not None
    (tmp_path / FILE).write_text("[{")
    for _ in range(2):
        with pytest.raises(BadInput, match=FILE):
            tokens.find(secret)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        BridgeTokens(tmp_path / "file" / "nowhere").create("excel", Scope.READ, AT)


def test_a_scope_includes_those_before_it() -> None:
    included = {scope: [each for each in Scope if scope.includes(each)] for scope in Scope}
    assert included == {
        Scope.READ: [Scope.READ],
        Scope.TRADE: [Scope.READ, Scope.TRADE],
        Scope.ADMIN: [Scope.READ, Scope.TRADE, Scope.ADMIN],
    }
