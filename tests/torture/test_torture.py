"""A short torture for every day; the long one is `python -m tests.torture`."""

import asyncio
import os
from pathlib import Path

import pytest
from tests.torture.rack import Outcome, torture

from hoga.brokers.kis import login
from hoga.brokers.kis.codes import Environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills by the signals of POSIX")


@pytest.mark.parametrize("environment", Environment)
def test_no_order_is_lost_or_doubled_whatever_breaks(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "TOKEN_PAUSE", login.TOKEN_PAUSE)  # the rack shortens it
    outcome: Outcome = asyncio.run(torture(tmp_path, 30, 4, 7, environment))
    verdict = outcome.verdict
    assert outcome.discrepancies == ()
    assert (verdict.duplicates, verdict.lost, verdict.won_adrift) == (0, 0, 0)
    assert sum(outcome.kills.values()) == 4
    assert sum(outcome.faults.values()) > 0
    assert verdict.orders > 0
    assert verdict.fills > 0
