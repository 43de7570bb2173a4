"""The client of Daishin needs only Python and pywin32, the wheel for 32 bits only what has wheels."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.build import build_wheel

ROOT = Path(__file__).resolve().parents[3]

ALONE = """
import sys

HEAVY = {
    "polars", "numpy", "pandas", "sqlalchemy", "fastapi", "pydantic", "aiohttp", "cryptography", "yaml",
    "msgspec",
}

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "hoga"}:
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, Nothing())
import hoga.brokers.cybos.client
import hoga.brokers.cybos.research
import hoga.brokers.cybos.checklist
import hoga.brokers.cybos.terminal
from hoga.brokers.cybos.com import open_com
from hoga.domain.errors import Unreachable
try:
    open_com()
except Unreachable as error:
    print(error.english)
print(sorted({name.partition(".")[0] for name in sys.modules} & HEAVY))
"""


def test_the_client_is_imported_without_any_package() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=ROOT / "src",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said, loaded = done.stdout.strip().splitlines()
    assert "Windows" in said or "pywin32" in said
    assert loaded == "[]"


ON_32_BITS = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"msgspec", "polars", "numpy", "pandas", "uvloop"}:
            raise ModuleNotFoundError(f"{name} has no wheel", name=name)

sys.meta_path.insert(0, Nothing())
from hoga.cli.main import run
run()
"""


def run_on_32_bits(command: Sequence[str], home: Path) -> "subprocess.CompletedProcess[str]":
    """What a command comes to where the packages without a wheel are missing."""
    return subprocess.run(
        [sys.executable, "-c", ON_32_BITS, *command],
        cwd=ROOT / "src",
        env={**os.environ, "HOGA_HOME": str(home), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("serve", "--profile", "daishin", "--live", "--port", "0"), "CYBOS Plus"),
        (("doctor", "--profile", "daishin", "--live"), "CYBOS Plus"),
        (("orders", "--profile", "daishin", "--live"), "CYBOS Plus"),
        (("--help",), "serve"),
    ],
)
def test_commands_come_as_far_as_the_terminal_without_what_has_no_wheel(
    command: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    settings = '[profiles.daishin]\naccount = "123456789"\nlive = true\n'
    (tmp_path / "hoga.toml").write_text(settings, encoding="utf-8")
    done = run_on_32_bits(command, tmp_path)
    assert "Traceback" not in done.stderr
    assert "has no wheel" not in done.stdout + done.stderr
    assert said in done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("serve", "--fake", "--port", "0"),
        ("serve", "--port", "0"),
        ("up",),
        ("exchange",),
        ("quote", "005930"),
        ("account", "--profile", "remote"),
    ],
)
def test_commands_that_need_64_bits_say_so(command: tuple[str, ...], tmp_path: Path) -> None:
    done = run_on_32_bits(command, tmp_path)
    assert "Traceback" not in done.stderr
    assert "64-bit Python" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("target", ["", "win32"])
def test_the_wheel_for_32_bit_windows_needs_only_what_has_wheels_there(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("HOGA_WHEEL", target)
    name = build_wheel(str(tmp_path))
    with ZipFile(tmp_path / name) as wheel:
        (metadata,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        needed = {
            line.partition(":")[2].split(">")[0].split("<")[0].strip()
            for line in wheel.read(metadata).decode().splitlines()
            if line.startswith("Requires-Dist:") and "extra ==" not in line
        }
    assert name.endswith("-win32.whl" if target else "-none-any.whl")
    assert {"aiohttp", "fastapi", "sqlalchemy", "openpyxl"} <= needed
    assert needed & {"msgspec", "polars"} == (set() if target else {"msgspec", "polars"})


def test_the_extra_brings_pywin32_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = project["optional-dependencies"]["daishin"]
    assert wanted.startswith("pywin32")
    assert "win32" in wanted.partition(";")[2]
