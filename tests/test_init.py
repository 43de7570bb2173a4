import json
import subprocess
import sys
from importlib.metadata import version

import hoga

HEAVY = ("numpy", "polars", "nicegui", "sqlalchemy", "aiohttp", "fastapi", "pandas", "openpyxl")

HELP = """
import json, sys
sys.argv = ["hoga", *{arguments}]
from hoga.cli.main import run
try:
    run()
except SystemExit as exit:
    code = exit.code
print(json.dumps([code, sorted(sys.modules)]))
"""


def test_the_version_is_that_of_the_package() -> None:
    assert hoga.__version__ == version("hoga")


def loaded_by(*arguments: str) -> list[str]:
    """The modules that a `hoga` which only talks has loaded."""
    program = HELP.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert not code
    return list(modules)


def test_help_starts_without_what_only_a_day_needs() -> None:
    modules = loaded_by("--help")
    assert "typer" in modules
    assert [name for name in HEAVY if name in modules] == []
    assert "hoga.app" not in modules


def test_help_of_a_command_and_the_version_do_too() -> None:
    for arguments in (("up", "--help"), ("--version",), ()):
        modules = loaded_by(*arguments)
        assert [name for name in HEAVY if name in modules] == []


def test_everything_that_it_offers_is_there() -> None:
    for name in hoga.__all__:
        assert getattr(hoga, name) is not None
    assert not hasattr(hoga, "nothing")


def test_what_it_offers_is_loaded_when_it_is_used() -> None:
    program = "import hoga, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert "hoga.domain.wake" not in json.loads(done.stdout)
