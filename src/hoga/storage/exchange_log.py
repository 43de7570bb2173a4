"""What was asked of the simulated exchange, so that it can be rebuilt after a crash.

The exchange and its flow are deterministic: the same commands of the accounts at the same steps of the flow
give the same state. A command is durable here before the exchange sees it. Checkpoints tell how far the day
has come where nobody asked anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from hoga.domain.errors import JournalError
from hoga.exchange.commands import Command
from hoga.storage.journal import SqlJournal

_COMMANDS: tuple[type[Command], ...] = get_args(Command)


@dataclass(frozen=True, slots=True)
class Step:
    """`steps` steps of the flow were done at the instant `at`."""

    steps: int
    at: datetime


class ExchangeLog:
    """The log of one simulated day. Raises `JournalError` when it cannot be read or written."""

    def __init__(self, path: Path) -> None:
        kinds: dict[str, type] = {kind.__name__: kind for kind in (Step, *_COMMANDS)}
        self._journal = SqlJournal(path, kinds)

    def record(self, steps: int, at: datetime, command: Command) -> None:
        """Make a command durable, before it is processed."""
        self._journal.append(Step(steps, at), command)

    def checkpoint(self, steps: int, at: datetime) -> None:
        """Note that the day has come this far."""
        self._journal.append(Step(steps, at))

    def replay(self) -> Iterator[tuple[Step, Command | None]]:
        """Everything in order: commands with their step, and checkpoints with None."""
        step: Step | None = None
        for entry in self._journal.read():
            match entry:
                case Step():
                    if step is not None:
                        yield step, None
                    step = entry
                case command if step is not None and isinstance(command, _COMMANDS):
                    yield step, command
                    step = None
                case _:
                    raise JournalError(
                        "거래소 기록의 순서가 깨졌습니다. --fresh 로 새로 시작하십시오.",
                        "the exchange log is out of order. Start anew with --fresh.",
                    )
        if step is not None:
            yield step, None

    def close(self) -> None:
        self._journal.close()
