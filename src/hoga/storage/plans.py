"""The plans of rebalancings, one file each (`plans/0007.json` in Hoga's folder), and what became of them.

A plan is written once and never changed: what is traded is what was shown. What was seen while it was traded
(`0007.marks`) is only appended to; what a person wants of it (`0007.wish`) and what it came to
(`0007.outcome.json`) are replaced as a whole.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from hoga.domain.errors import BadInput, JournalError
from hoga.domain.outcome import Mark, Outcome
from hoga.domain.plan import Plan
from hoga.typed_json import Malformed, decode, encode, indented

T = TypeVar("T")


class PlanWish(StrEnum):
    """What a person wants of a plan that is being traded."""

    GO = "go"
    PAUSE = "pause"
    """Send nothing for now."""
    STOP = "stop"
    """Cancel what is open, and end."""


class Plans:
    """The plans in one folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "plans"

    def add(self, draw: Callable[[int], Plan]) -> Plan:
        """Keep the plan that `draw` makes with the next free number. Raises `JournalError`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number = max(self.numbers(), default=0)
            while True:
                number += 1
                plan = draw(number)
                try:
                    with self._file(number, "json").open("xb") as file:
                        file.write(indented(encode(plan)))
                except FileExistsError:
                    continue  # another program was quicker
                return plan
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def numbers(self) -> list[int]:
        """The numbers of all plans, oldest first."""
        names = (file.name.removesuffix(".json") for file in self._folder.glob("*.json"))
        return sorted(int(name) for name in names if name.isdecimal())

    def get(self, number: int) -> Plan:
        """Raises `BadInput` when there is none, or it cannot be read."""
        return self._read(self._file(number, "json"), Plan, number)

    def wish(self, number: int, wish: PlanWish) -> None:
        """Let the program that trades the plan know. Raises `BadInput`, `JournalError`."""
        self.get(number)
        self._replace(self._file(number, "wish"), wish.encode())

    def find_wish(self, number: int) -> PlanWish:
        """What is wanted of a plan now. A file that cannot be read pauses: a doubt means no."""
        try:
            return PlanWish(self._file(number, "wish").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return PlanWish.GO
        except (OSError, ValueError):
            return PlanWish.PAUSE

    def mark(self, number: int, mark: Mark) -> None:
        """Append what is seen now. Raises `JournalError`."""
        file = self._file(number, "marks")
        try:
            with file.open("ab") as opened:
                # The newline comes first: a line that was cut off when a program died spoils no other.
                opened.write(b"\n" + encode(mark))
        except OSError as error:
            raise _unwritable(file, error) from error

    def marks(self, number: int) -> Sequence[Mark]:
        """Everything that was seen; a line that was cut off when the program was killed is left out."""
        try:
            lines = self._file(number, "marks").read_bytes().splitlines()
        except FileNotFoundError:
            return ()
        marks = []
        for line in filter(None, lines):
            try:
                marks.append(decode(line, Mark))
            except Malformed:
                continue
        return marks

    def has_begun(self, number: int) -> bool:
        """Whether somebody has ever traded the plan: then something was seen."""
        return self._file(number, "marks").exists()

    def finish(self, outcome: Outcome) -> None:
        """Keep what a plan came to. Raises `JournalError`."""
        content = indented(encode(outcome))
        self._replace(self._file(outcome.plan.number, "outcome.json"), content)

    def find_outcome(self, number: int) -> Outcome | None:
        """What a plan came to; None while it has not ended. Raises `BadInput` when it cannot be read."""
        file = self._file(number, "outcome.json")
        return self._read(file, Outcome, number) if file.exists() else None

    def _file(self, number: int, kind: str) -> Path:
        return self._folder / f"{number:04d}.{kind}"

    def _read(self, file: Path, kind: type[T], number: int) -> T:
        try:
            return decode(file.read_bytes(), kind)
        except FileNotFoundError:
            raise BadInput(
                f"계획 {number} 이(가) 없습니다. hoga rebalance 모델파일 로 먼저 만드십시오.",
                f"there is no plan {number}. Make one first with hoga rebalance MODEL.",
            ) from None
        except (OSError, Malformed) as error:
            raise BadInput(
                f"{file} 을(를) 읽을 수 없습니다({error}). 계획을 새로 만드십시오.",
                f"{file} cannot be read ({error}). Make a new plan.",
            ) from error

    def _replace(self, file: Path, content: bytes) -> None:
        part = file.with_name(file.name + ".part")
        try:
            part.write_bytes(content)
            part.replace(file)
        except OSError as error:
            raise _unwritable(file, error) from error


def _unwritable(place: Path, error: OSError) -> JournalError:
    return JournalError(
        f"{place} 에 쓸 수 없습니다({error.strerror}). 권한과 남은 공간을 확인하십시오.",
        f"{place} cannot be written ({error.strerror}). Check permissions and space.",
    )
