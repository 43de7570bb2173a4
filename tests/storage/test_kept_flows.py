from datetime import date
from pathlib import Path

import pytest

from hoga import typed_json
from hoga.domain.flows import Flow, FlowSpan, Investor, InvestorFlows
from hoga.storage.kept_flows import KeptFlows

DAY = date(2026, 11, 20)
CODE = "005930"
SPAN = FlowSpan(
    DAY,
    (
        InvestorFlows(
            CODE, DAY, {Investor.INDIVIDUAL: Flow.of(9, 1, 900, 100), Investor.PRIVATE_FUND: Flow(-3)}
        ),
    ),
)


@pytest.mark.parametrize("has_msgspec", [True, False])
def test_what_was_told_of_investors_is_kept(
    tmp_path: Path, has_msgspec: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_json, "_has_msgspec", has_msgspec)
    kept = KeptFlows(tmp_path, "kis", "live")
    assert kept.find(CODE) is None
    kept.keep(CODE, SPAN)
    assert KeptFlows(tmp_path, "kis", "live").find(CODE) == SPAN
    assert kept.find("000660") is None


def test_what_another_simulated_market_told_is_thrown_away(tmp_path: Path) -> None:
    first, second = KeptFlows(tmp_path, "sim", "one"), KeptFlows(tmp_path, "sim", "two")
    live = KeptFlows(tmp_path, "kis", "live")
    for kept in (live, first, second):
        kept.keep(CODE, SPAN)
    assert first.find(CODE) is None
    assert second.find(CODE) == live.find(CODE) == SPAN


def test_a_file_that_cannot_be_used_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = KeptFlows(tmp_path, "kis", "live")
    kept.keep(CODE, SPAN)
    file = next(tmp_path.rglob(f"{CODE}.json"))
    file.write_bytes(file.read_bytes()[:-2])
    assert kept.find(CODE) is None
    file.write_text('{"first": "2026-11-20", "days": []}', encoding="utf-8")
    assert kept.find(CODE) is None
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "flows").write_text("in the way", encoding="utf-8")
    KeptFlows(tmp_path / "other", "kis", "live").keep(CODE, SPAN)
    assert ["cannot be read" in line or "cannot be kept" in line for line in caplog.messages] == [True, True]
