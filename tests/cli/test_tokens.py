from pathlib import Path

from hoga.storage.bridge_tokens import BridgeTokens, Scope

from .test_main import Hoga, hoga, home

__all__ = ["hoga", "home"]


def test_a_token_is_made_shown_once_listed_and_revoked(hoga: Hoga, home: Path) -> None:
    made = hoga("tokens", "create", "excel", "--scope", "trade", "--json").result
    found = BridgeTokens(home).find(made["token"])
    assert found is not None
    assert (found.name, found.scope) == (made["name"], made["scope"]) == ("excel", Scope.TRADE)
    listed = hoga("tokens", "list", "--json")
    assert [(each["name"], each["scope"]) for each in listed.result["tokens"]] == [("excel", "trade")]
    assert made["token"] not in listed.out
    assert hoga("tokens", "revoke", "excel", "--json").result == {"revoked": "excel"}
    assert BridgeTokens(home).find(made["token"]) is None
    assert hoga("tokens", "revoke", "excel").code == 2


def test_people_are_told_the_same(hoga: Hoga, home: Path) -> None:
    assert "no tokens" in hoga("tokens", "list").out
    secret = hoga("tokens", "create", "phone").out.splitlines()[0]
    found = BridgeTokens(home).find(secret)
    assert found is not None
    assert found.scope is Scope.READ
    assert hoga("tokens", "list").out.startswith("phone  read  ")
    assert "revoked" in hoga("tokens", "revoke", "phone").out
