"""`hoga notify`, and a run that tells of itself, with a channel that is a server on this computer."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hoga import messages
from hoga.storage import keys as storage
from hoga.storage.keys import Address, AddressBook

from .test_main import Hoga, hoga, home
from .test_run import mine
from .test_trade import opened

__all__ = ["hoga", "home", "mine", "opened"]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "find_keyring", lambda: None)
    monkeypatch.setattr(messages, "find_keyring", lambda: None)


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[str]]]:
    """The address of a channel and what arrives there."""
    arrived: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            arrived.append(json.loads(self.rfile.read(length))["message"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}/secret", arrived
        server.shutdown()
        thread.join()


def set_up(home: Path, address: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "hoga.toml").write_text('[notify]\nchannels = ["phone"]\nevery = 1\n')
    AddressBook(home, None).put("phone", Address(address))


def test_an_address_is_asked_for_kept_listed_tried_and_deleted(
    hoga: Hoga, home: Path, inbox: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, arrived = inbox
    monkeypatch.setattr("sys.stdin", io.StringIO(address + "\n"))
    said = hoga("notify", "set", "phone", "--json")
    assert (said.code, said.result["channel"], said.result["is_file"]) == (0, "phone", True)
    assert "secret" not in said.out + said.err
    (home / "hoga.toml").write_text('[notify]\nchannels = ["phone", "other"]\n')
    assert hoga("notify", "list", "--json").result["channels"] == [
        {"name": "phone", "has_address": True},
        {"name": "other", "has_address": False},
    ]
    without = hoga("notify", "test", "--json")
    assert (without.code, "other" in without.result["english"]) == (2, True)
    (home / "hoga.toml").write_text('[notify]\nchannels = ["phone"]\n')
    tried = hoga("notify", "test", "--json")
    assert (tried.code, tried.result["channels"]) == (0, [{"name": "phone", "is_taken": True}])
    assert arrived == ["호가 알림 시험입니다 / a test message of Hoga"]
    assert hoga("notify", "delete", "phone").code == 0
    assert hoga("notify", "delete", "phone").code == 2


def test_a_channel_that_does_not_answer_is_told(hoga: Hoga, home: Path) -> None:
    set_up(home, "json://127.0.0.1:9/secret")
    said = hoga("notify", "test", "--json")
    assert said.code == 4
    assert said.result["channels"] == [{"name": "phone", "is_taken": False}]


def test_what_is_no_address_is_not_kept(hoga: Hoga, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("nonsense\n"))
    assert hoga("notify", "set", "phone").code == 2
    assert AddressBook(home, None).get("phone") is None
    assert hoga("notify", "test").code == 2


def test_a_run_tells_of_itself(
    opened: dict[str, Any], hoga: Hoga, home: Path, mine: str, inbox: tuple[str, list[str]]
) -> None:
    address, arrived = inbox
    set_up(home, address)
    assert hoga("run", mine, "--json").code == 0
    told = "\n".join(arrived).splitlines()
    assert told[0] == "시작 started: Mine, 2026-11-20"
    assert told[-1].startswith("하루 보고 report: Mine")


def test_a_run_whose_channel_is_dead_trades_all_the_same(
    opened: dict[str, Any], hoga: Hoga, home: Path, mine: str
) -> None:
    set_up(home, "json://127.0.0.1:9/secret")
    said = hoga("run", mine, "--json")
    assert (said.code, said.result["orders"]) == (0, 1)
    assert said.err.count("messages to phone fail") == 1


def test_a_rebalancing_tells_of_itself(
    opened: dict[str, Any], hoga: Hoga, home: Path, inbox: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, arrived = inbox
    set_up(home, address)
    (tmp_path / "model.csv").write_text("종목코드,비중\n5930,50%\n", encoding="utf-8")
    assert hoga("rebalance", str(tmp_path / "model.csv"), "--json").code == 0
    hoga("rebalance", "stop", "1")
    assert hoga("rebalance", "--execute", "1", "--json").code == 7
    told = "\n".join(arrived).splitlines()
    assert told[0].startswith("시작 started: ")
    assert told[-1].startswith("리밸런싱 끝 rebalanced: 계획 plan 1. 차이 differences: 삼성전자 +")
