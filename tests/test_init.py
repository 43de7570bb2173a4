import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import hoga
from hoga.domain import errors

HEAVY = ("numpy", "polars", "nicegui", "sqlalchemy", "aiohttp", "fastapi", "pandas", "openpyxl")

NOT_FOR_THE_EXCHANGE = (
    *("numpy", "polars", "nicegui", "sqlalchemy", "pandas", "openpyxl", "apprise", "keyring"),
    *("filelock", "websockets", "hoga.brokers.cybos", "hoga.brokers.kis.client", "hoga.brokers.kis.rest"),
    *("hoga.app", "hoga.profiles", "hoga.trading.desk", "hoga.storage.journal", "hoga.storage.sheet"),
)
"""What `hoga exchange` needs none of. It starts in two seconds where Python keeps no bytecode, too.

`holidays`, which expects the days of coming years, is loaded by a thread once the exchange is open.
"""

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


IMPORT = """
import json, sys
before = set(sys.modules)
import hoga
print(json.dumps(sorted(set(sys.modules) - before)))
"""

CONTENTS = {
    "values": {
        "Account",
        "Bar",
        "Fill",
        "Index",
        "Instrument",
        "Interval",
        "Order",
        "OrderBook",
        "OrderRequest",
        "OrderStatus",
        "OrderType",
        "Period",
        "Position",
        "Quote",
        "Side",
        "TimeInForce",
        "Venue",
    },
    "errors": {
        "AccountTaken",
        "BadInput",
        "BrokerError",
        "HogaError",
        "InvalidOrder",
        "JournalError",
        "LoginExpired",
        "NotKept",
        "OutcomeUnknown",
        "RateLimited",
        "Rejected",
        "Unanswered",
        "UnknownOrder",
        "Unreachable",
        "WireError",
    },
    "notebooks": {"Front", "Table", "connect", "frame"},
    "strategies": {
        "Decision",
        "Hours",
        "Lot",
        "View",
        "WakeUp",
        "WhenInside",
        "WhenOrderChanges",
        "WhenOutside",
        "WhenTime",
        "add_trading_days",
        "buy",
        "get_hours",
        "sell",
        "strategy",
        "trading_days_between",
    },
    "itself": {"__version__"},
}


def test_the_table_of_contents_is_known() -> None:
    assert set(hoga.__all__) == set().union(*CONTENTS.values())
    assert list(hoga.__all__) == sorted(hoga.__all__)
    assert dir(hoga) == sorted(hoga.__all__)
    for name in hoga.__all__:
        assert getattr(hoga, name).__class__
    with pytest.raises(AttributeError, match="no attribute 'Manager'"):
        hoga.Manager  # noqa: B018


def test_every_error_is_in_the_table_of_contents() -> None:
    found = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.HogaError)
    }
    assert found == CONTENTS["errors"]


def test_importing_it_loads_next_to_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, encoding="utf-8", check=True)
    loaded = json.loads(done.stdout)
    assert [name for name in loaded if name.split(".")[0] in (*HEAVY, "typer", "msgspec")] == []
    assert [name for name in loaded if name.startswith("hoga.")] == []


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
    assert [
        name for name in ("filelock", "hoga.app", "hoga.day", "hoga.settings", "pydantic") if name in modules
    ] == []


def test_help_of_a_command_and_the_version_do_too() -> None:
    for arguments in (("up", "--help"), ("--version",), ()):
        modules = loaded_by(*arguments)
        assert [name for name in HEAVY if name in modules] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_the_exchange_starts_without_what_a_desk_needs(tmp_path: Path) -> None:
    ports = ("--rest-port", "--paper-rest-port", "--ws-port", "--paper-ws-port")
    arguments = ("exchange", "--json", *(word for port in ports for word in (port, "0")))
    with subprocess.Popen(
        [sys.executable, "-c", HELP.format(arguments=arguments)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "HOGA_HOME": str(tmp_path)},
    ) as exchange:
        assert exchange.stdout is not None
        assert json.loads(exchange.stdout.readline())["ready"]
        exchange.terminate()
        code, modules = json.loads(exchange.stdout.readlines()[-1])
    assert not code
    assert "hoga.exchange.exchange" in modules
    assert [name for name in NOT_FOR_THE_EXCHANGE if name in modules] == []


def test_everything_that_it_offers_is_there() -> None:
    for name in hoga.__all__:
        assert getattr(hoga, name) is not None
    assert not hasattr(hoga, "nothing")


def test_what_it_offers_is_loaded_when_it_is_used() -> None:
    program = "import hoga, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert "hoga.domain.wake" not in json.loads(done.stdout)


def test_an_account_is_reached_without_the_clients_of_other_brokers() -> None:
    program = "import hoga.profiles, hoga.accounts.remote, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    loaded = json.loads(done.stdout)
    assert "hoga.brokers.remote.client" in loaded
    assert not [name for name in loaded if name.startswith(("hoga.brokers.cybos", "hoga.brokers.kis"))]
