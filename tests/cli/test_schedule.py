import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoga.clock import WallClock
from hoga.storage.run_log import RunLog
from hoga.trading.schedule import KINDS, RunAsked, RunEvent, RunSkipped, RunWanted, last_of

from .test_main import Hoga, hoga, home

__all__ = ["hoga", "home"]

TABLES = """
[[schedule]]
name = "morning"
run = "swing"
candidates = "picks.xlsx"
missed = "ask"

[[schedule]]
name = "evening"
run = "my.py:Mine"
start = "close-10"
days = ["mon"]
"""


@pytest.fixture
def scheduled(home: Path) -> Path:
    home.mkdir()
    (home / "hoga.toml").write_text(TABLES)
    return home


def test_the_runs_are_listed_with_their_next_start(hoga: Hoga, scheduled: Path) -> None:
    rows = hoga("schedule", "list", "--json").result["runs"]
    assert [(row["name"], row["missed"], row["today"]) for row in rows] == [
        ("morning", "ask", "-"),
        ("evening", "skip", "-"),
    ]
    assert rows[1]["next_start"].endswith(":20")
    assert "evening" in hoga("schedule", "list").out


def test_a_missed_run_is_decided_by_a_person_once(hoga: Hoga, scheduled: Path) -> None:
    log: RunLog[RunEvent] = RunLog(scheduled, RunEvent, KINDS)
    now = WallClock().now()
    assert hoga("schedule", "decide", "morning", "late").code == 2
    log.append(RunAsked(name="morning", day=now.date(), at=now))
    assert hoga("schedule", "decide", "morning", "perhaps").code == 2
    assert hoga("schedule", "decide", "morning", "late", "--json").result == {
        "name": "morning",
        "decision": "late",
    }
    assert isinstance(last_of(log.read(), "morning", now.date()), RunWanted)
    assert hoga("schedule", "decide", "morning", "skip").code == 2
    log.append(RunAsked(name="evening", day=now.date(), at=now))
    assert hoga("schedule", "decide", "evening", "skip").code == 0
    assert isinstance(last_of(log.read(), "evening", now.date()), RunSkipped)


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ("[schedule]\nname = 'a'\n", "[[schedule]]"),
        ("[[schedule]]\nname = 'a'\n", "run = "),
        ("[[schedule]]\nname = 'a'\nrun = 'swing'\nstart = 'noon'\n", "start = noon"),
        ("[[schedule]]\nname = 'a'\nrun = 'b'\n[[schedule]]\nname = 'a'\nrun = 'b'\n", "twice"),
        ("[[schedule]]\nname = 'a'\nrun = 'b'\nprofile = 'nobody'\n", "nobody"),
    ],
)
def test_a_wrong_table_is_refused_before_anything_runs(hoga: Hoga, home: Path, table: str, word: str) -> None:
    home.mkdir()
    (home / "hoga.toml").write_text(table)
    said = hoga("schedule", "run", "--json")
    assert said.code == 2
    assert word in said.result["english"]


def test_without_a_table_it_says_what_to_write(hoga: Hoga, home: Path) -> None:
    assert "[[schedule]]" in hoga("schedule", "run", "--json").result["english"]
    assert "none" in hoga("schedule", "list").out


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_service_says_when_it_is_ready_is_alone_and_ends_in_order(
    start: Callable[..., Any], hoga: Hoga, scheduled: Path
) -> None:
    service = start("schedule", "run", "--json", home=scheduled)
    ready = json.loads(service.wait_for(lambda line: '"ready"' in line))
    assert ready["runs"] == ["morning", "evening"]
    assert "next_start" in ready
    assert "running already" in hoga("schedule", "run", "--json").result["english"]
    service.interrupt()
    assert service.exit_code == 0
