"""Where a strategy went wrong: the line of its own file, not the one deep inside that it called."""

import traceback
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Failure:
    """An error with the line of the program that is to blame. `line` is 0 where no line is known."""

    error: BaseException
    file: str = ""
    line: int = 0
    code: str = ""
    """The text of that line, "" when its file cannot be read."""

    @property
    def sentence(self) -> str:
        """The place, the line and the error, as `my.py:14: 1 / 0 (ZeroDivisionError: division by zero)`."""
        place = f"{Path(self.file).name}:{self.line}: " if self.line else ""
        said = f"{type(self.error).__name__}: {self.error}".removesuffix(": ")
        return f"{place}{self.code} ({said})" if self.code else f"{place}{said}"


def failure_of(error: BaseException) -> Failure:
    """The deepest line of the program that was called, by whoever asks here, at the edge of it."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    if isinstance(error, SyntaxError) and error.filename and not frames:
        return Failure(error, error.filename, error.lineno or 0, (error.text or "").strip())
    if not frames:
        return Failure(error)
    frame = [each for each in frames if each.filename == frames[0].filename][-1]
    return Failure(error, frame.filename, frame.lineno or 0, frame.line or "")
