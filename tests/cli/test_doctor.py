"""`hoga doctor --fake`: the checklist of Daishin's terminal, rehearsed at a made one."""

from pathlib import Path

import pytest

from hoga.brokers.cybos.checklist import CHECKS

from .test_main import Hoga, hoga, home

__all__ = ["hoga", "home"]


def test_the_checklist_of_daishin_is_rehearsed_without_windows(
    hoga: Hoga, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoga.accounts.connection.find_keyring", lambda: None)
    result = hoga("doctor", "--profile", "daishin", "--fake", "--json").result
    assert result["is_ready"], result["findings"]
    subjects = [each["subject"] for each in result["findings"]]
    assert subjects[-len(CHECKS) :] == [check.subject for check in CHECKS]
    assert {each["health"] for each in result["findings"][-len(CHECKS) :]} == {"good"}


def test_only_daishin_has_a_made_terminal(hoga: Hoga) -> None:
    refused = hoga("doctor", "--profile", "kis-paper", "--fake")
    assert refused.code != 0
    assert "Only Daishin can be made up" in refused.out
