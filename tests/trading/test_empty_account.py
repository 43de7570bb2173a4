"""An account that is read as empty when a day is opened, though something is held."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.trading.conftest import SAMSUNG

from hoga.domain.account import Account
from hoga.krx.calendar import next_trading_day

if TYPE_CHECKING:
    from tests.trading.conftest import World


def open_tomorrow(world: "World", monkeypatch: pytest.MonkeyPatch, empty_reads: int) -> list[int]:
    """Close the day, and open the next where nothing is shown at first; how often it was asked."""
    world.clock.set(world.at(15, 31))
    world.do(world.desk.close_day())
    read, asked = world.broker.account, [0]

    async def account() -> Account:
        asked[0] += 1
        shown = await read()
        return replace(shown, positions=()) if asked[0] <= empty_reads else shown

    monkeypatch.setattr(world.broker, "account", account)
    day = next_trading_day(world.day)
    world.clock.set(world.clock.now() + (day - world.day) - timedelta(hours=8))
    world.lines.told.clear()
    world.do(world.desk.open(day))
    return asked


def test_it_is_read_again_before_it_is_believed(world: "World", monkeypatch: pytest.MonkeyPatch) -> None:
    asked = open_tomorrow(world, monkeypatch, empty_reads=2)
    assert asked == [3]
    assert {code: held.quantity for code, held in world.desk.positions.items()} == {SAMSUNG: 10}
    assert not world.lines.told


def test_one_that_stays_empty_is_told_and_the_next_reconciliation_differs(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = open_tomorrow(world, monkeypatch, empty_reads=5)
    assert asked == [5]
    assert world.desk.positions == {}
    assert len(world.lines.about("shows no holdings")) == 1
    [difference] = world.do(world.desk.reconcile())
    assert (difference.subject, difference.ours, difference.theirs) == (SAMSUNG, 0, 10)
    assert world.lines.about("differs from the broker")


def test_one_that_was_empty_before_is_believed_at_once(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    world.broker.shares.clear()
    world.do(world.desk.reconcile())
    asked = open_tomorrow(world, monkeypatch, empty_reads=0)
    assert asked == [1]
