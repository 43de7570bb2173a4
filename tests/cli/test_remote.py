"""A laptop that trades through the bridge of a server: two Hogas in processes of their own."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hoga.clock import WallClock
from hoga.storage.bridge_tokens import BridgeTokens, Scope
from hoga.storage.keys import KeyStore, Secrets

from .test_main import Hoga, hoga, home

__all__ = ["hoga", "home"]

NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
MORNING = ("--day", "2026-11-20", "--from", "09:30")
LAPTOP = ("--profile", "remote", "--json")


class Server:
    """`hoga serve` in a home of its own."""

    def __init__(self, start: Callable[..., Any], home: Path) -> None:
        self._start = start
        self.home = home
        self.port = "0"
        self.begin()

    def begin(self) -> None:
        command = ("serve", "--json", "--port", self.port, "--pace", "1", *MORNING)
        self._process = self._start(*command, home=self.home)
        self.ready = json.loads(self._process.wait_for(lambda line: '"url"' in line))
        self.port = self.ready["url"].rpartition(":")[2]

    def kill(self) -> None:
        self._process.kill()


@pytest.fixture
def server(
    start: Callable[..., Any], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A served day, and a laptop that knows where it is and has a token."""
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)
    served = Server(start, tmp_path / "server")
    token = BridgeTokens(served.home).create("laptop", Scope.TRADE, WallClock().now())
    home.mkdir(exist_ok=True)
    (home / "hoga.toml").write_text(f'[profiles.remote]\nurl = "{served.ready["url"]}"\n')
    KeyStore(home, None).put("remote", Secrets(token=token, account=served.ready["account"]))
    yield served
    served.kill()


def test_a_laptop_looks_and_trades_through_a_server_that_dies_and_comes_back(
    server: Server, hoga: Hoga
) -> None:
    quote = hoga("quote", "005930", *LAPTOP).result["quotes"][0]
    assert quote["name"] == "삼성전자"
    assert len(hoga("book", "005930", *LAPTOP).result["bids"]) > 0
    assert len(hoga("bars", "005930", "--from", "2026-11-02", *LAPTOP).result["bars"]) > 10
    assert hoga("flows", "005930", *LAPTOP).code == 0
    assert hoga("features", "005930", *LAPTOP).code == 0
    assert hoga("account", *LAPTOP).result["account"] == server.ready["account"]
    bought = hoga("buy", "005930", "2", "--price", str(quote["lower_limit"]), *LAPTOP)
    assert (bought.code, bought.result["status"]) == (0, "open")
    denied = hoga("buy", "005930", "2", "--price", str(quote["upper_limit"] * 2), *LAPTOP)
    assert denied.code == 5
    server.kill()
    unreachable = hoga("orders", *LAPTOP)
    assert unreachable.code not in (0, 2)
    assert "hoga serve" in unreachable.err
    server.begin()
    (row,) = [each for each in hoga("orders", *LAPTOP).result["orders"] if each["status"] != "denied"]
    assert (row["order_id"], row["status"]) == (bought.result["order_id"], "open")
    gone = hoga("cancel", row["order_id"], *LAPTOP)
    assert (gone.code, gone.result["status"]) == (0, "canceled")


def test_a_laptop_serves_what_a_server_serves(server: Server, start: Callable[..., Any], home: Path) -> None:
    laptop = start("serve", *LAPTOP, "--port", "0", home=home, environment=NO_KEYRING)
    ready = json.loads(laptop.wait_for(lambda line: '"ready"' in line))
    assert (ready["account"], ready["source"]) == (server.ready["account"], "made")
    request = urllib.request.Request(
        f"{ready['url']}/connection", headers={"Authorization": f"Bearer {ready['token']}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["broker"] == "REMOTE"
    laptop.interrupt()
    assert laptop.exit_code in (0, 130)
