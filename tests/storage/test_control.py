import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from hoga.domain.errors import JournalError
from hoga.domain.petition import Petition, PetitionState
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.domain.zone import KST
from hoga.storage.control import SqlControl
from hoga.storage.journal import SqlJournal

AT = datetime(2025, 11, 14, 9, 0, 1, tzinfo=KST)
HALT = TradingChanged(at=AT, state=TradingState.HALTED, by="사람", why="점검", cancels_all=True)
RESUME = TradingChanged(at=AT, state=TradingState.ACTIVE, by="사람")

FROM_ANOTHER_PROCESS = """
import sys
from datetime import datetime
from hoga.domain.trading_state import TradingChanged, TradingState
from hoga.domain.zone import KST
from hoga.storage.control import SqlControl
control = SqlControl(sys.argv[1])
for number in range(int(sys.argv[2])):
    at = datetime(2025, 11, 14, 9, tzinfo=KST)
    control.write(TradingChanged(at=at, state=TradingState.HALTED, by=sys.argv[3], why=str(number)))
control.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.sqlite"


@pytest.fixture
def control(path: Path) -> Iterator[SqlControl]:
    control = SqlControl(path)
    yield control
    control.close()


def test_before_anybody_has_thrown_it_nothing_holds(control: SqlControl) -> None:
    assert control.read() is None
    assert control.history() == []


def test_the_last_change_holds_and_all_are_kept(control: SqlControl) -> None:
    for change in (HALT, RESUME, HALT):
        control.write(change)
        assert control.read() == change
    assert control.history() == [HALT, RESUME, HALT]


def test_it_survives_a_restart(control: SqlControl, path: Path) -> None:
    control.write(HALT)
    control.close()
    again = SqlControl(path)
    assert again.read() == HALT
    again.close()


def test_it_lies_beside_the_journal_and_leaves_it_alone(control: SqlControl, path: Path) -> None:
    journal = SqlJournal(path, {"TradingChanged": TradingChanged})
    journal.append(RESUME)
    control.write(HALT)
    journal.append(RESUME)
    assert journal.read() == [RESUME, RESUME]
    assert control.history() == [HALT]
    journal.close()


def test_another_process_throws_it_while_a_journal_is_written(control: SqlControl, path: Path) -> None:
    journal = SqlJournal(path, {"TradingChanged": TradingChanged})
    journal.append(RESUME)
    subprocess.run([sys.executable, "-c", FROM_ANOTHER_PROCESS, str(path), "1", "hoga halt"], check=True)
    change = control.read()
    assert change is not None
    assert (change.state, change.by) == (TradingState.HALTED, "hoga halt")
    journal.append(RESUME)
    journal.close()


def test_changes_of_two_processes_are_all_kept(control: SqlControl, path: Path) -> None:
    others = [
        subprocess.Popen([sys.executable, "-c", FROM_ANOTHER_PROCESS, str(path), "20", name])
        for name in ("a", "b")
    ]
    assert [other.wait() for other in others] == [0, 0]
    kept = control.history()
    for name in ("a", "b"):
        assert [change.why for change in kept if change.by == name] == [str(n) for n in range(20)]


def test_a_damaged_state_is_told_and_is_not_taken_for_none(control: SqlControl, path: Path) -> None:
    control.write(HALT)
    import sqlite3

    database = sqlite3.connect(path)
    database.execute("UPDATE hoga_journal SET body = '{'")
    database.commit()
    database.close()
    with pytest.raises(JournalError, match="trading state is damaged"):
        control.read()


# Petitions

ASKED = Petition(petition_id="one", at=AT, order_id="20251114-000001", number="0000000101", by="김투자")


def test_a_petition_is_known_as_it_is_now(control: SqlControl, path: Path) -> None:
    other = replace(ASKED, petition_id="other", number=None)
    assert control.petitions() == []
    assert control.move(ASKED)
    assert control.move(other)
    assert control.move(replace(ASKED, state=PetitionState.TAKEN))
    done = replace(ASKED, state=PetitionState.DONE)
    assert control.move(done)
    again = SqlControl(path)
    assert again.petitions() == [done, other]
    assert again.read() is None  # the switch has not moved
    again.close()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (PetitionState.TAKEN, PetitionState.WITHDRAWN),
        (PetitionState.WITHDRAWN, PetitionState.TAKEN),
        (PetitionState.TAKEN, PetitionState.TAKEN),
    ],
)
def test_of_two_who_move_a_petition_one_is_too_late(
    control: SqlControl, path: Path, first: PetitionState, second: PetitionState
) -> None:
    desk = SqlControl(path)
    control.move(ASKED)
    assert desk.move(replace(ASKED, state=first))
    assert not control.move(replace(ASKED, state=second))
    assert control.petitions() == [replace(ASKED, state=first)]
    desk.close()


@pytest.mark.parametrize("state", [each for each in PetitionState if each is not PetitionState.ASKED])
def test_what_nobody_has_asked_does_not_begin(control: SqlControl, state: PetitionState) -> None:
    assert not control.move(replace(ASKED, state=state))
    assert control.petitions() == []
