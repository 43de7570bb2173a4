"""The client of Daishin needs nothing but Python, pywin32 and msgspec: 32-bit Python has few wheels.

msgspec itself has none for it either: domain.quote uses it, and docs/daishin.md says what follows.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

ALONE = """
import sys

HEAVY = {"polars", "numpy", "pandas", "sqlalchemy", "fastapi", "pydantic", "aiohttp", "cryptography", "yaml"}

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "hoga", "msgspec"}:
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


def test_the_extra_brings_pywin32_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = project["optional-dependencies"]["daishin"]
    assert wanted.startswith("pywin32")
    assert "win32" in wanted.partition(";")[2]
