"""The `hoga` command as a process of its own, with a home of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)  # how fast a machine is decides no test
settings.load_profile("any machine")

PATIENCE = 60.0
"""Seconds after which a command that has not ended is a failure."""

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, {bytes}))
from hoga.cli.main import run
run()
"""


class Command:
    """A `hoga` that was started. Standard output is read line by line, the rest when it has ended."""

    def __init__(
        self, home: Path, arguments: tuple[str, ...], most_bytes: int | None, environment: Mapping[str, str]
    ) -> None:
        start = ["-m", "hoga"] if most_bytes is None else ["-c", LIMITED.format(bytes=most_bytes)]
        usual = {**os.environ, "HOGA_HOME": str(home), "PYTHONUTF8": "1", "COLUMNS": "80"}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", *start, *arguments],
            env={**usual, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.lines: list[str] = []
        """What it has said so far on standard output."""
        self.errors = ""
        self.exit_code: int | None = None

    def wait_for(self, is_it: Callable[[str], bool]) -> str:
        """The next line of which `is_it` is true."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))
            if is_it(self.lines[-1]):
                return self.lines[-1]
        self.end()
        raise AssertionError(f"it ended with {self.exit_code} before: {self.lines} {self.errors}")

    def next_line(self) -> str:
        """The next line, or "" when there will be no more."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline().rstrip("\n")
        self.lines.append(line)
        return line

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.exit_code is None:
            self._process.kill()
            self.end()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        self.end()

    def end(self) -> "Command":
        """Wait until it has ended."""
        if self.exit_code is None:
            try:
                rest, self.errors = self._process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()
                raise
            self.lines += rest.splitlines()
            self.exit_code = self._process.returncode
        return self

    @property
    def result(self) -> dict[str, Any]:
        """The last line, which is one JSON object; so is every line before it."""
        objects = [json.loads(line) for line in self.lines]
        assert all(isinstance(each, dict) for each in objects)
        return dict(objects[-1])


Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `hoga` with arguments. `home` is a folder of the test's own unless it is given."""
    started: list[Command] = []

    def begin(
        *arguments: str,
        home: Path | None = None,
        most_bytes: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Command:
        command = Command(home or tmp_path / "home", arguments, most_bytes, environment or {})
        started.append(command)
        return command

    yield begin
    for command in started:
        command.kill()
