"""The benchmarks run and tell ratios. How fast anything is depends on the machine and is not tested."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.bridge import Load, read_wrk
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
        "The bridge",
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


WRK = """Running 1s test @ http://127.0.0.1:5000/hogainfo
  1 threads and 32 connections
  Latency Distribution
     50%  890.00us
     75%    1.10ms
     90%    1.30ms
     99%    1.02s
  29572 requests in 1.00s, 9.01MB read
Requests/sec:  29571.52
Transfer/sec:      9.01MB
"""


def test_what_wrk_prints_is_read() -> None:
    assert read_wrk(WRK) == Load(rate=29571.52, count=29572, p50=0.89, p99=1020.0)


@pytest.mark.parametrize(
    "bad",
    [
        WRK + "  Non-2xx or 3xx responses: 3\n",
        WRK + "  Socket errors: connect 0, read 2, write 0, timeout 0\n",
        WRK.replace("Requests/sec", "Requests"),
        WRK.replace("99%", "98%"),
    ],
)
def test_a_run_of_wrk_with_bad_answers_is_none(bad: str) -> None:
    with pytest.raises(ValueError, match="Running 1s"):
        read_wrk(bad)
