"""The benchmarks run and tell ratios. How fast anything is depends on the machine and is not tested."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.matching import compare
from benchmarks.order_flow import make_flow

ROOT = Path(__file__).parents[1]


def test_all_figures_are_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    titles = (
        "Bare book",
        "Whole exchange",
        "KIS face",
        "Frames of",
        "A typed price",
        "Calls within",
        "The desk",
        "A day of",
        "Rebalancing",
    )
    for title in titles:
        assert re.search(rf"^{title}.*\n(  .*\n)+", done.stdout, re.MULTILINE)
    assert re.search(r"hoga / sortedcontainers +[\d.]+ x", done.stdout)


def test_flow_has_its_shares() -> None:
    flow = make_flow(5_000)
    cancels = sum(not quantity for *_, quantity in flow.steps)
    assert 0.28 < cancels / 5_000 < 0.32
    assert make_flow(5_000) == flow


def test_contenders_that_trade_otherwise_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.matching.matches", lambda flow: [])
    monkeypatch.setattr("benchmarks.matching._find", lambda name: None)
    with pytest.raises(ValueError, match="otherwise"):
        compare(make_flow(500), 1)
