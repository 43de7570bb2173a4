import contextlib
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hoga import __version__
from hoga.cli.main import run

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")

MORNING = ("--day", "2026-11-20", "--seed", "7", "--from", "08:59", "--to", "09:02")


class Said:
    """What `hoga` said in this process."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def result(self) -> dict[str, Any]:
        return dict(json.loads(self.out.splitlines()[-1]))


Hoga = Callable[..., Said]
Start = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOGA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "home"


@pytest.fixture
def hoga(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hoga:
    """The command, in this process."""

    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["hoga", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return call


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def files_of(home: Path) -> list[str]:
    return sorted(path.name for path in home.rglob("*")) if home.exists() else []


def assert_refused(said: Said, home: Path, *words: str) -> None:
    """One message in both languages and one JSON object; nothing written."""
    assert said.code == 2
    assert said.err.startswith("오류: ")
    assert said.err.count("오류: ") == said.err.count("error: ") == 1
    assert "Traceback" not in said.err
    (line,) = said.out.splitlines()
    body = json.loads(line)
    assert set(body) == {"error", "korean", "english"}
    assert body["error"] == "BadInput"
    assert body["korean"] in said.err
    assert body["english"] in said.err
    for word in words:
        assert word in body["english"]
        assert word in body["korean"]
    assert files_of(home) == []


def test_without_a_command_it_explains_itself(hoga: Hoga) -> None:
    said = hoga()
    assert said.code == 0
    for word in ("up", "serve", "호가", "trading software"):
        assert word in said.out
    assert hoga("--help").out == said.out


def test_it_tells_its_version(hoga: Hoga) -> None:
    assert hoga("--version").out == f"hoga {__version__}\n"


@pytest.mark.parametrize("command", ["up", "serve"])
def test_every_option_is_explained_in_both_languages(hoga: Hoga, command: str) -> None:
    said = hoga(command, "--help")
    assert said.code == 0
    for name in ("day", "bars", "seed", "pace", "from", "to", "cash", "port", "fresh", "json"):
        assert f"--{name} " in said.out
    assert "거래일" in said.out
    assert "trading day" in said.out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--day", "2026-11-21"), "2026-11-21"),
        (("--day", "2026-12-25"), "2026-12-25"),
        (("--day", "2009-01-05"), "2009"),
        (("--day", "2101-01-03"), "2101"),
        (("--day", "tomorrow"), "tomorrow"),
        (("--day", "2026-02-30"), "2026-02-30"),
        (("--bars", "nowhere.parquet"), "nowhere.parquet"),
        (("--bars", "bars.txt"), "bars.txt"),
        (("--candidates", "nowhere.csv"), "nowhere.csv"),
        (("--from", "10:00", "--to", "09:00"), "10:00"),
        (("--from", "07:00"), "07:00"),
        (("--to", "19:00"), "19:00"),
        (("--from", "9"), "--from 9"),
        (("--to", "25:00"), "--to 25:00"),
        (("--seed", "-1"), "-1"),
        (("--seed", "x"), "--seed"),
        (("--cash", "0"), "cash = 0"),
        (("--cash", "-5"), "-5"),
        (("--cash", "9999999999999999999999"), "9999999999999999999999"),
        (("--cash", "1.5"), "--cash"),
        (("--pace", "0"), "--pace 0"),
        (("--pace", "-1"), "--pace -1"),
        (("--pace", "nan"), "--pace nan"),
        (("--pace", "-inf"), "--pace -inf"),
        (("--pace", "3601"), "--pace 3601"),
        (("--pace", "fast"), "--pace fast"),
        (("--port", "70000"), "--port"),
        (("--port", "bridge"), "--port"),
        (("--nonsense",), "--nonsense"),
        (("surplus",), "surplus"),
        (("--seed",), "--seed"),
    ],
)
def test_a_wrong_option_is_refused_by_name_before_anything_is_written(
    hoga: Hoga, home: Path, arguments: tuple[str, ...], word: str
) -> None:
    assert_refused(hoga("up", "--json", "--pace", "max", *arguments), home, word)


def test_without_json_the_message_alone_is_shown(hoga: Hoga) -> None:
    said = hoga("up", "--day", "2026-11-21")
    assert said.code == 2
    assert said.out == ""
    assert "휴장일입니다" in said.err
    assert "not a trading day" in said.err


def test_an_unknown_command_is_refused(hoga: Hoga, home: Path) -> None:
    assert_refused(hoga("trade", "--json"), home, "trade")


def test_bars_that_cannot_be_read_are_refused(hoga: Hoga, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "bars.parquet"
    file.write_bytes(b"PAR1 this is no file of bars PAR1")
    assert_refused(hoga("up", "--json", "--bars", str(file)), home, str(file))


def test_candidates_with_an_unknown_code_are_refused_by_row(hoga: Hoga, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "picks.csv"
    file.write_text("code,reference\n005930,61000\n999999,1000\n")
    assert_refused(hoga("up", "--json", "--candidates", str(file)), home, "999999", "3")


def test_serving_at_full_speed_is_refused(hoga: Hoga, home: Path) -> None:
    assert_refused(hoga("serve", "--json", "--pace", "max"), home, "--pace max")


@pytest.mark.parametrize("more", [("--live",), ("--to", "11:00"), ("--fresh",), ("--pace", "max")])
def test_a_made_terminal_is_never_live_and_has_no_end(hoga: Hoga, home: Path, more: tuple[str, ...]) -> None:
    assert_refused(hoga("serve", "--json", "--fake", *more), home, "--fake")


def test_only_daishin_has_a_made_terminal(hoga: Hoga) -> None:
    said = hoga("serve", "--json", "--port", "0", "--fake", "--profile", "kis-paper")
    assert said.code == 2
    assert "kis-paper" in said.result["english"]


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_port_in_use_is_found_before_anything_is_written(
    hoga: Hoga, home: Path, taken_port: int, command: str
) -> None:
    said = hoga(command, "--json", "--pace", "600", "--port", str(taken_port))
    assert_refused(said, home, str(taken_port), "--port")


def test_a_wrong_setting_is_refused_by_name(hoga: Hoga, home: Path) -> None:
    home.mkdir()
    (home / "hoga.toml").write_text("[simulation]\npaze = 60\n")
    said = hoga("up", "--json")
    assert said.code == 2
    assert "paze" in said.result["english"]
    assert files_of(home) == ["hoga.toml"]


def test_a_setting_holds_where_no_option_is_given(hoga: Hoga, home: Path) -> None:
    home.mkdir()
    (home / "hoga.toml").write_text('[simulation]\npace = "max"\nseed = 8\n')
    said = hoga("up", "--json", "--day", "2026-11-20", "--from", "08:59", "--to", "09:01")
    assert said.code == 0
    assert said.result["seed"] == 8
    assert hoga("up", "--json", *MORNING).result["seed"] == 7


def test_a_home_that_is_a_file_is_said_clearly(
    hoga: Hoga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("HOGA_HOME", str(home))
        said = hoga("up", "--json", "--pace", "max")
        assert said.code == 2
        assert "HOGA_HOME" in said.result["english"]
        assert "HOGA_HOME" in said.result["korean"]


def test_a_home_that_cannot_be_written_is_said_clearly(hoga: Hoga, home: Path) -> None:
    home.mkdir()
    (home / "runs").write_text("in the way")
    said = hoga("up", "--json", "--pace", "max")
    assert said.code == 3
    assert said.result["error"] == "JournalError"
    assert "HOGA_HOME" in said.result["english"]
    assert "Traceback" not in said.err


@POSIX
def test_a_read_only_home_is_said_clearly(hoga: Hoga, home: Path) -> None:
    home.mkdir(mode=0o500)
    if os.access(home, os.W_OK):
        pytest.skip("this user may write everywhere")
    said = hoga("up", "--json", "--pace", "max")
    assert said.code == 3
    assert "HOGA_HOME" in said.result["english"]


def test_a_damaged_journal_is_said_clearly_and_fresh_gets_around_it(hoga: Hoga, home: Path) -> None:
    arguments = ("up", "--pace", "max", "--json", *MORNING)
    assert hoga(*arguments).code == 0
    (folder,) = (path for path in (home / "runs").iterdir() if path.is_dir())
    (folder / "report.json").unlink()
    (folder / "desk.sqlite").write_bytes(b"this was a journal" * 100)
    said = hoga(*arguments)
    assert said.code == 3
    assert "desk.sqlite" in said.result["english"]
    assert hoga(*arguments, "--fresh").code == 0


def test_a_day_for_programs_is_one_line(hoga: Hoga) -> None:
    said = hoga("up", "--pace", "max", "--json", *MORNING)
    assert said.code == 0
    assert said.err == ""
    (line,) = said.out.splitlines()
    report = json.loads(line)
    assert report["day"] == "2026-11-20"
    assert report["source"] == "made"
    assert report["open_orders"] == report["unconfirmed"] == 0
    assert report["won_conserved"] is True
    for name in ("orders", "fills", "cash_start", "cash_end", "fees", "taxes", "positions", "journal_sha256"):
        assert name in report


def test_a_day_for_people_tells_its_messages_and_a_report(hoga: Hoga) -> None:
    said = hoga("up", "--pace", "max", *MORNING)
    assert said.code == 0
    lines = said.out.splitlines()
    report = next(number for number, line in enumerate(lines) if "report of the day" in line)
    messages = [line for line in lines[:report] if line[:3] in ("08:", "09:")]
    assert len(messages) > 2
    assert any("not real" in line for line in lines[:report])
    assert any(line.startswith("저널 / journal sha256 ") for line in lines[report:])


class PlainTerminal:
    """Standard output and error that know no Korean letter."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._out, self._err = io.BytesIO(), io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(self._out, encoding="ascii"))
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(self._err, encoding="ascii"))

    def said(self) -> tuple[bytes, bytes]:
        sys.stdout.flush()
        sys.stderr.flush()
        return self._out.getvalue(), self._err.getvalue()


@pytest.mark.usefixtures("home")
def test_a_terminal_without_korean_letters_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, code in (
        (("up", "--pace", "max", *MORNING), None),
        (("up", "--pace", "max", "--json", *MORNING), None),
        (("up", "--day", "2026-11-21"), 2),
        (("--help",), None),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["hoga", *arguments])
            terminal = PlainTerminal(patch)
            with pytest.raises(SystemExit) as ended:
                run()
            out, err = terminal.said()
        assert (ended.value.code or None) == code
        if "--json" in arguments:
            report = json.loads(out.decode("utf-8"))
            assert any("원" in message for message in report["messages"])
        elif code is None:
            assert b"?" in out
            assert b"report of the day" in out or b"one whole trading day" in out
        else:
            assert b"not a trading day" in err


def test_a_day_is_the_same_in_every_process(start: Start, tmp_path: Path) -> None:
    day = ("up", "--pace", "max", "--json", *MORNING)
    first, second = (
        start(*day, home=tmp_path / luck, environment={"PYTHONHASHSEED": luck}) for luck in ("1", "2")
    )
    assert first.end().result["orders"] > 0
    assert first.result == second.end().result


def test_a_day_at_a_pace_prints_a_line_when_it_is_ready_and_one_at_the_end(start: Start) -> None:
    command = start("up", "--pace", "120", "--port", "0", "--json", *MORNING)
    ready = json.loads(command.wait_for(lambda line: True))
    assert ready["ready"] is True
    assert ready["url"].startswith("http://127.0.0.1:")
    assert len(ready["token"]) >= 32
    assert (ready["account"], ready["day"], ready["source"]) == ("5001234501", "2026-11-20", "made")
    command.end()
    assert command.exit_code == 0, command.errors
    assert len(command.lines) == 2
    assert command.result["orders"] > 0
    assert command.errors == ""


def test_without_a_terminal_the_messages_come_while_the_day_runs(start: Start) -> None:
    command = start("up", "--pace", "60", "--port", "0", *MORNING)
    command.wait_for(lambda line: line.startswith("브리지 / bridge  http://127.0.0.1:"))
    command.wait_for(lambda line: line.startswith("토큰 / token"))
    command.wait_for(lambda line: "not real" in line)
    command.wait_for(lambda line: line.startswith("08:59:0") and "오늘 살 종목" in line)
    assert not any("report of the day" in line for line in command.lines)
    command.kill()


def test_a_second_start_of_a_day_that_is_running_is_refused(start: Start) -> None:
    day = ("--pace", "1", "--port", "0", "--json", "--day", "2026-11-20", "--from", "09:00")
    first = start("serve", *day)
    first.wait_for(lambda line: "ready" in line)
    second = start("serve", *day).end()
    assert second.exit_code == 2
    assert second.result["error"] == "BadInput"
    assert "another Hoga" in second.result["english"]
    assert "Traceback" not in second.errors
    first.kill()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_cannot_be_written_is_said_clearly(home: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "hoga", "up", "--pace", "max", "--json", *MORNING],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr.startswith("오류: ")
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@POSIX
def test_on_a_terminal_the_day_is_a_live_view_and_a_report(home: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = ("up", "--pace", "120", "--port", "0", *MORNING)
    process = subprocess.Popen(
        [sys.executable, "-m", "hoga", *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "LINES": "24"},
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while piece := os.read(ours, 65536):
            seen += piece
    os.close(ours)
    text = seen.decode("utf-8")
    assert process.wait() == 0, text
    for word in ("정규장 / continuous", "보유 positions", "주문 orders", "report of the day"):
        assert word in text
    assert "Traceback" not in text


@POSIX
def test_ctrl_c_at_a_pace_pauses_the_day_and_the_same_command_continues_it(start: Start) -> None:
    day = ("--port", "0", "--day", "2026-11-20", "--seed", "7", "--from", "08:59", "--to", "09:12")
    command = start("up", "--pace", "120", *day)
    command.wait_for(lambda line: "매수" in line)
    command.interrupt()
    assert command.exit_code == 130, command.errors
    assert command.errors == (
        "멈췄습니다. 같은 명령을 다시 실행하면 이어 갑니다.\nPaused. The same command continues the day.\n"
    )
    again = start("up", "--pace", "600", "--json", *day).end()
    assert again.exit_code == 0, again.errors
    assert again.result["recovered"]
    assert again.result["books_agree"]
    assert again.result["open_orders"] == again.result["unconfirmed"] == 0


@POSIX
def test_ctrl_c_at_full_speed_pauses_the_day(start: Start) -> None:
    day = ("up", "--pace", "max", "--day", "2026-11-20", "--seed", "7", "--to", "12:00")
    command = start(*day)
    command.wait_for(lambda line: "매수" in line)
    command.interrupt()
    assert command.exit_code == 130, command.errors
    assert "report of the day" not in "\n".join(command.lines)
    assert "Traceback" not in command.errors
    again = start(*day, "--json").end()
    assert again.exit_code == 0
    assert again.result["recovered"]
    assert again.result["books_agree"]


@POSIX
def test_ctrl_c_for_programs_is_an_object_too(start: Start) -> None:
    command = start("serve", "--json", "--port", "0", "--day", "2026-11-20", "--from", "09:00")
    command.wait_for(lambda line: "ready" in line)
    command.interrupt()
    assert command.exit_code == 130
    assert command.result["error"] == "Interrupted"
    assert "continues" in command.result["english"]


UNTIL_0925 = ("--day", "2026-11-20", "--seed", "7", "--from", "08:59", "--to", "09:25")


@POSIX
def test_a_disk_that_is_full_from_the_beginning_is_said_clearly(start: Start) -> None:
    full = start("up", "--pace", "max", "--json", *UNTIL_0925, most_bytes=4_096).end()
    assert full.exit_code == 3
    assert full.result["error"] == "JournalError"
    assert "Traceback" not in full.errors


@POSIX
@pytest.mark.parametrize("pace", ["max", "1200"])
def test_a_full_disk_stops_trading_and_the_day_goes_on_when_there_is_space(start: Start, pace: str) -> None:
    day = ("up", "--json", "--port", "0", *UNTIL_0925)
    full = start(*day, "--pace", pace, most_bytes=64_000).end()
    assert full.exit_code == 3, full.errors
    assert full.result["error"] == "JournalError"
    assert full.result["korean"]
    assert [json.loads(line).get("ready") for line in full.lines[:-1]] == ([] if pace == "max" else [True])
    assert "Traceback" not in full.errors
    assert full.errors.count("오류: ") == full.errors.count("error: ") == 1
    again = start(*day, "--pace", "max").end()
    assert again.exit_code == 0, again.errors
    assert again.result["recovered"]
    assert again.result["won_conserved"]
    assert again.result["books_agree"]
    assert again.result["open_orders"] == again.result["unconfirmed"] == 0
