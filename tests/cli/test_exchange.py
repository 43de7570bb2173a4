"""`hoga exchange` as somebody at a terminal meets it."""

import json
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoga.clock import WallClock

Start = Callable[..., Any]

PORTS = ("--rest-port", "0", "--paper-rest-port", "0", "--ws-port", "0", "--paper-ws-port", "0")
"""Any free ones."""

KEYS = {"rest", "paper_rest", "ws", "paper_ws", "control", "appkey", "appsecret", "account", "htsid", "pid"}


def begin(start: Start, *arguments: str, **options: Any) -> tuple[Any, dict[str, Any]]:
    command = start("exchange", "--json", *PORTS, *arguments, **options)
    return command, json.loads(command.wait_for(lambda line: '"ready"' in line))


def test_the_ready_line_is_kept_in_a_file_until_ctrl_c(start: Start, tmp_path: Path) -> None:
    home = tmp_path / "home"
    command, ready = begin(start, home=home)
    assert ready.keys() >= KEYS
    path = home / "exchange.json"
    assert json.loads(path.read_bytes()) == ready
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    command.interrupt()
    assert (command.exit_code, command.errors) == (0, "")
    assert not path.exists()


def test_a_termination_ends_it_as_quietly(start: Start, tmp_path: Path) -> None:
    command, ready = begin(start, home=tmp_path)
    os.kill(ready["pid"], signal.SIGTERM)
    command.end()
    assert (command.exit_code, command.errors) == (0, "")
    assert not (tmp_path / "exchange.json").exists()


def test_a_second_exchange_leaves_the_file_to_the_first_and_its_ports_too(
    start: Start, tmp_path: Path
) -> None:
    _, ready = begin(start, home=tmp_path)
    second, _ = begin(start, home=tmp_path)
    second.interrupt()
    assert "exchange.json is that one's" in second.errors
    assert json.loads((tmp_path / "exchange.json").read_bytes()) == ready
    for option, url in (("--rest-port", ready["rest"]), ("--control-port", ready["control"])):
        port = url.rpartition(":")[2]
        refused = start("exchange", "--json", *PORTS, option, port, home=tmp_path).end()
        assert refused.exit_code == 2
        assert port in refused.result["korean"]
        assert port in refused.result["english"]
    assert json.loads((tmp_path / "exchange.json").read_bytes()) == ready


def test_for_a_person_each_line_is_a_name_and_what_it_is(start: Start, tmp_path: Path) -> None:
    command = start("exchange", *PORTS, "--quiet", "--no-limits", home=tmp_path)
    limit = command.wait_for(lambda line: line.startswith("paper_calls_per_second"))
    command.interrupt()
    assert limit.split(maxsplit=1) == ["paper_calls_per_second", "없음 / none"]


def test_with_a_file_for_the_samples_calls_take_as_long_as_at_kis(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "kis_devlp.yaml"
    command, ready = begin(start, "--write-config", str(path), "--quiet", home=tmp_path)
    command.interrupt()
    assert ready["latency_ms"] == 60
    assert f'my_app: "{ready["appkey"]}"' in path.read_text(encoding="utf-8")
    command, ready = begin(
        start, "--write-config", str(path), "--latency", "0", "--no-limits", "--quiet", home=tmp_path
    )
    command.interrupt()
    assert ready["latency_ms"] == 0
    command, ready = begin(start, "--quiet", home=tmp_path)
    command.interrupt()
    assert ready["latency_ms"] == 0


def test_a_market_that_is_always_open_is_there_today_whatever_day_it_is(start: Start) -> None:
    before = WallClock().now().date()
    command, ready = begin(start, "--clock", "wall", "--always-open", "--quiet")
    assert str(before) <= ready["day"] <= str(WallClock().now().date())
    command.interrupt()
    assert (command.exit_code, command.errors) == (0, "")


def test_every_customer_has_keys_an_account_and_an_hts_id_of_its_own(start: Start) -> None:
    _, ready = begin(start, "--accounts", "3", "--quiet")
    found = ready["customers"]
    assert [each["environment"] for each in found] == ["real"] * 3 + ["paper"] * 3
    assert len({each["appkey"] for each in found}) == 6
    assert len({each["account"] for each in found}) == 6
    assert len({(each["environment"], each["htsid"]) for each in found}) == 6
    first = {name: ready[name] for name in ("appkey", "appsecret", "account", "htsid")}
    assert found[0] == {"environment": "real", **first}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--accounts", "0"), "--accounts 0"),
        (("--always-open",), "--clock wall"),
        (("--always-open", "--clock", "wall", "--from", "09:00"), "--from"),
        (("--instruments", "3"), "--instruments 3"),
        (("--notice-fields", "24"), "--notice-fields 24"),
        (("--product", "55"), "--product 55"),
        (("--records", "2026"), "--records 2026"),
        (("--no-limits", "--limit", "3"), "--no-limits"),
        (("--facts", "nowhere.csv"), "nowhere.csv"),
        (("--write-config", "no/such/folder"), "no/such/folder"),
        (("--record", "no/such/folder"), "no/such/folder"),
        (("--day", "2026-11-21"), "not a trading day"),
    ],
)
def test_what_cannot_be_is_said_in_both_languages(
    start: Start, arguments: tuple[str, ...], said: str
) -> None:
    command = start("exchange", "--json", *PORTS, *arguments).end()
    assert command.exit_code == 2
    assert said in command.result["english"]
    assert command.result["korean"]
    assert "Traceback" not in command.errors
