"""The manual knows everything that a person can meet, and tells of nothing that there is not."""

import importlib
import pkgutil
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, cast

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from typer.core import TyperGroup
from typer.main import get_command

import hoga
from hoga import cli, ports
from hoga.application import Hoga
from hoga.brokers.kis.market_fields import DECLARED as MARKET_FIELDS
from hoga.brokers.kis.services import SERVICES
from hoga.brokers.kis.streams import STREAMS
from hoga.cli import main as commands
from hoga.domain import errors as domain_errors
from hoga.domain.account import Account
from hoga.domain.bar import Bar
from hoga.domain.order import Order, OrderStatus
from hoga.domain.position import Position
from hoga.domain.quote import Level, OrderBook, Quote
from hoga.domain.request import OrderRequest, Side
from hoga.domain.zone import KST
from hoga.exchange.events import Refusal
from hoga.front import Front
from hoga.server import errors as bridge_errors
from hoga.server import seed
from hoga.server.access import Access
from hoga.server.health import Hindrance
from hoga.server.routes import create
from hoga.settings import ProfileSettings, Settings, read_settings
from hoga.storage.answers import Answers
from hoga.storage.bridge_tokens import Scope
from hoga.trading.desk import NEVER_LEFT
from hoga.trading.risk import Reason
from hoga.trading.schedule import ScheduledRun

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(hoga.__file__).parent
READMES = ("README.md", "README.ko.md")
MANUAL = tuple(sorted(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")))
PAGES = (*READMES, *MANUAL)

Command = Any  # what Typer builds commands of is its own affair

HANGUL = re.compile("[가-힣]")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str, first_heading: str) -> list[list[str]]:
    """The cells of the tables in the page `name` whose first column is headed `first_heading`."""
    found: list[list[str]] = []
    is_inside = False
    for line in page(name).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            is_inside = False
        elif cells[0] == first_heading:
            is_inside = True
        elif is_inside and not set(cells[0]) <= set("-:"):
            found.append(cells)
    assert found, f"{name} has no table headed {first_heading}"
    return found


def quoted(cell: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", cell)


def section(name: str, heading: str) -> str:
    """The part of the page `name` under the heading that begins with `heading`."""
    (found,) = [part for part in re.split(r"(?m)^## ", page(name)) if part.startswith(heading)]
    return found


# The bridge


@pytest.fixture(scope="module")
def bridge() -> FastAPI:
    return create(
        cast(Hoga, SimpleNamespace(prices="made", account_number="", market=None, instruments={})),
        cast(Access, SimpleNamespace()),
        cast(Answers, None),
    )


def routes(bridge: FastAPI) -> set[str]:
    described = {
        f"{method.upper()} {path}"
        for path, methods in bridge.openapi()["paths"].items()
        for method in methods
    }
    beside = {f"GET {route.path}" for route in bridge.routes if isinstance(route, APIRoute)}
    return described | {route for route in beside if not route.endswith(("/buy", "/sell"))}


def documented_routes() -> dict[str, list[str]]:
    """The row of every route of the manual."""
    return {route: row for row in rows("docs/bridge.md", "Route") for route in quoted(row[0])}


def test_every_route_is_in_the_manual_and_no_other(bridge: FastAPI) -> None:
    assert set(documented_routes()) == routes(bridge)
    original = {route.split()[1] for route in routes(bridge) if "/v1/" not in route}
    assert len(original - {"/", "/openapi.json", "/docs"}) == 11


def test_every_argument_of_a_route_is_in_its_row_and_no_other(bridge: FastAPI) -> None:
    for path, methods in bridge.openapi()["paths"].items():
        for method, described in methods.items():
            arguments = {each["name"] for each in described.get("parameters", ()) if each["in"] == "query"}
            row = documented_routes()[f"{method.upper()} {path}"]
            assert set(quoted(row[1])) == arguments, path


def answers() -> Iterator[tuple[str, seed.Row]]:
    """A row of every answer that has fields of the original."""
    at = datetime(2025, 11, 14, 10, tzinfo=KST)
    position = Position("005930", "x", 1, 1, 1, 1)
    account = Account(
        number="1",
        deposit=1,
        deposit_d1=1,
        deposit_d2=1,
        buying_power=1,
        costs_today=0,
        positions=(position,),
    )
    numbers = dict.fromkeys(Quote._fields, 1)
    quote = Quote(**{**cast(dict[str, Any], numbers), "code": "005930", "name": "x", "at": at})
    request = OrderRequest(code="005930", side=Side.BUY, quantity=1, price=1)
    order = Order(order_id="1", request=request, source="x", status=OrderStatus.OPEN, price=1)
    yield "GET /accountinfo", seed.account_row(account, None)
    yield "GET /stockaccountinfo", seed.position_row(position, None, 1)
    yield "GET /chart", seed.chart_rows([Bar("005930", at, 1, 1, 1, 1, 1, 1)])[0]
    yield "GET /marketeye", seed.quote_row(quote, None)
    yield "GET /hogainfo", seed.book_rows(OrderBook("005930", at, (Level(1, 1),), (), 1, 0), 1)[0]
    for route in ("GET /buy", "POST /buy", "GET /sell", "POST /sell"):
        yield route, seed.order_row(order)


@pytest.mark.parametrize(("route", "row"), list(answers()))
def test_every_field_of_an_answer_is_in_its_row_in_this_order(route: str, row: seed.Row) -> None:
    told = quoted(documented_routes()[route][2])
    assert [field for field in told if field in row] == list(row)


def test_the_examples_ask_routes_that_there_are(bridge: FastAPI) -> None:
    paths = {route.split()[1] for route in routes(bridge)}
    for readme in READMES:
        asked = re.findall(r"http://127\.0\.0\.1:5000(/\w+)", page(readme))
        assert len(asked) >= 5
        assert set(asked) <= paths


def test_every_attack_that_is_tried_is_in_the_manual_and_no_other() -> None:
    modules = [(ROOT / f"tests/server/test_{name}.py").read_text("utf-8") for name in ("attacks", "usher")]
    tried = re.findall(r"(?m)^def (test_\w+)", "".join(modules))
    assert sorted(name for row in rows("docs/bridge.md", "Attack") for name in quoted(row[2])) == sorted(
        tried
    )


def test_every_hindrance_to_trading_is_in_the_manual_in_order() -> None:
    assert [quoted(row[0])[0] for row in rows("docs/bridge.md", "Hindrance")] == list(Hindrance)


def test_every_scope_of_a_token_is_in_the_manual_in_order() -> None:
    assert [quoted(row[0])[0] for row in rows("docs/bridge.md", "Scope")] == list(Scope)


# Settings


def keys() -> set[str]:
    found = {
        f"[{table.name}] {key.name}"
        for table in fields(Settings)
        if table.name not in ("profiles", "schedule")
        for key in fields(getattr(Settings(), table.name))
    }
    found |= {f"[[schedule]] {key.name}" for key in fields(ScheduledRun)}
    return found | {f"[profiles.NAME] {key.name}" for key in fields(ProfileSettings)}


def test_every_setting_is_in_the_manual_and_no_other() -> None:
    documented = [quoted(row[0]) for row in rows("docs/settings.md", "Key")]
    assert {key for cell in documented for key in cell} == keys()


def test_the_file_of_the_manual_holds_every_setting_at_its_default(tmp_path: Path) -> None:
    (written,) = re.findall(r"```toml\n(.*?)```", page("docs/settings.md"), re.DOTALL)
    file = tmp_path / "hoga.toml"
    file.write_text(written, encoding="utf-8")
    assert read_settings(file) == Settings()
    table, shown = "", set()
    for line in written.splitlines():
        if head := re.match(r"#? ?\[(\[?[\w.-]+\]?)\]", line):
            table = "profiles.NAME" if head[1].startswith("profiles.") else head[1]
        elif key := re.match(r"#? ?(\w+) = ", line):
            shown.add(f"[{table}] {key[1]}")
    assert shown == keys()


# Commands


def group() -> TyperGroup:
    command = get_command(commands.cli)
    assert isinstance(command, TyperGroup)
    return command


def all_commands(parent: TyperGroup, before: str = "") -> dict[str, Command]:
    """Every command by its whole name; a group that does something by itself is one too."""
    found: dict[str, Command] = {}
    for name, command in parent.commands.items():
        if isinstance(command, TyperGroup):
            found |= all_commands(command, f"{before}{name} ")
        if not isinstance(command, TyperGroup) or command.invoke_without_command:
            found[before + name] = command
    return found


def options() -> dict[str, set[str]]:
    """The commands that have an option, by option."""
    found: dict[str, set[str]] = {}
    for name, command in (("hoga", group()), *all_commands(group()).items()):
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    found.setdefault(option, set()).add(name)
    return found


def test_every_command_is_in_the_manual_and_no_other() -> None:
    documented = {name for row in rows("docs/commands.md", "Command") for name in quoted(row[0])}
    assert documented == {f"hoga {name}" for name in all_commands(group())}


def test_every_option_is_in_the_manual_with_its_commands_and_no_other() -> None:
    documented = {
        quoted(row[0])[0].split()[0]: set(quoted(row[1])) for row in rows("docs/commands.md", "Option")
    }
    assert documented == options()


def test_every_exit_code_is_in_the_manual_and_no_other() -> None:
    codes = {
        value
        for module in pkgutil.iter_modules(cli.__path__, f"{cli.__name__}.")
        for name, value in vars(importlib.import_module(module.name)).items()
        if name.startswith("EXIT_")
    }
    assert codes
    assert {int(row[0]) for row in rows("docs/commands.md", "Exit code")} == {0, *codes}


@pytest.mark.parametrize(
    "name", [each for each in PAGES if each not in ("docs/benchmarks.md", "docs/torture.md")]
)
def test_every_option_that_a_page_names_exists(name: str) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", page(name)))
    assert named <= {*options(), "--help"}


def shell_commands(name: str) -> set[str]:
    return set(re.findall(r"uv run (hoga [^`|\n]*[^`|\s])", page(name)))


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_a_page_shows_can_be_understood(name: str) -> None:
    for shown in shell_commands(name):
        words = shlex.split(shown)[1:]
        if "--help" in words:
            words.remove("--help")
        if not words:
            continue
        command: Command = group()
        while isinstance(command, TyperGroup) and words and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        command.make_context("hoga", words)


# The client


def test_every_call_of_the_front_is_in_the_manual_and_no_other() -> None:
    told = {re.sub(r"\(.*", "", call) for row in rows("docs/client.md", "Call") for call in quoted(row[0])}
    assert told == {name for name in dir(Front) if not name.startswith("_")} - {"close"}


def test_every_subject_of_the_client_is_in_the_manual() -> None:
    told = {name for row in rows("docs/client.md", "Subject") for name in quoted(row[0])}
    subjects = {name.removeprefix("client.") for name in told if name.startswith("client.")}
    assert {"charts", "market", "companies", "flows", "ledger"} <= subjects
    for module in ("chart", "market", "company", "flow", "account"):
        assert (SOURCE / f"brokers/kis/{module}_questions.py").is_file()


# Reasons


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("The status of an order", [str(each) for each in OrderStatus]),
        ("The desk denies", [str(each) for each in Reason]),
        ("The simulated exchange refuses", [str(each) for each in Refusal]),
    ],
)
def test_every_reason_is_explained_in_order_and_no_other(heading: str, known: Sequence[str]) -> None:
    explained = re.findall(r"(?m)^\| `(\w+)` \|", section("docs/reasons.md", heading))
    assert explained == known


def test_every_guard_is_in_the_list_in_order_with_the_place_that_enforces_it() -> None:
    listed = rows("docs/guards.md", "Guard")
    assert [quoted(row[0])[0] for row in listed] == list(Reason)
    for row in (*listed, *rows("docs/guards.md", "Rule")):
        places = quoted(row[-2])
        assert places, row
        for place in places:
            assert (SOURCE / place).is_file(), row


def test_every_test_that_the_list_of_guards_names_exists() -> None:
    for row in (*rows("docs/guards.md", "Guard"), *rows("docs/guards.md", "Rule")):
        (named,) = quoted(row[-1])
        file, _, test = named.partition("::")
        name, _, case = test.rstrip("]").partition("[")
        assert re.search(rf"(?m)^def {name}\(", (ROOT / file).read_text(encoding="utf-8")), named
        if case:
            assert case == quoted(row[0])[0], named


def problems() -> dict[str, int | None]:
    """What the bridge calls its errors, with the status of those that are ours."""
    ours = {
        name: kind
        for module in (domain_errors, bridge_errors)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, domain_errors.HogaError)
    }
    ours.pop("HogaError")
    found: dict[str, int | None] = {
        name: bridge_errors.status_of(kind("가", "a")) for name, kind in ours.items()
    }
    return {**found, "Http": None, "Unforeseen": 500}


def test_every_stream_of_the_exchange_is_in_the_manual_and_no_other() -> None:
    table = section("docs/exchange.md", "Streams / 실시간")
    assert set(re.findall(r"H0[A-Z]{5}\d", table)) == set(STREAMS)


def test_every_call_about_the_market_is_in_the_manual_and_no_other() -> None:
    table = section("docs/exchange.md", "Calls about the market / 시세")
    told = re.findall(r"(?m)^\| `([a-z0-9/-]+)` \| (\w+) \| (yes|) ?\|", table)
    served = [SERVICES[call] for call in MARKET_FIELDS]
    assert set(told) == {
        (
            service.path.removeprefix("/uapi/domestic-stock/v1/"),
            service.real[0],
            "yes" if service.paper else "",
        )
        for service in served
    }


def test_every_problem_of_the_bridge_is_explained_with_its_status_and_no_other() -> None:
    table = section("docs/reasons.md", "The bridge cannot answer")
    explained = dict(re.findall(r"(?m)^\| `(\w+)` \| ([\d, ]+) \|", table))
    assert set(explained) == set(problems())
    for name, status in problems().items():
        told = [int(number) for number in explained[name].split(",")]
        assert told == (sorted(bridge_errors.HTTP_TEXTS) if status is None else [status]), name


def test_every_reason_is_explained_in_both_languages() -> None:
    explained = [
        row for heading in ("Status", "Reason", "Refusal") for row in rows("docs/reasons.md", heading)
    ]
    assert len(explained) >= len(OrderStatus) + len(Reason) + len(Refusal) + len(problems())
    for row in explained:
        english, korean = row[-2:]
        assert english, row[0]
        assert not HANGUL.search(english), row[0]
        assert HANGUL.search(korean), row[0]


def test_the_code_of_an_order_that_never_left_is_explained() -> None:
    assert f"`{NEVER_LEFT}`" in page("docs/reasons.md")


# Architecture


def parts() -> set[str]:
    """Packages with a slash behind and the modules beside them, as paths below the package."""
    packages = {f"{file.parent.relative_to(SOURCE).as_posix()}/" for file in SOURCE.rglob("__init__.py")}
    modules = {file.name for file in SOURCE.glob("*.py")}
    return (packages - {"./"}) | (modules - {"__init__.py"})


def test_every_part_of_the_house_is_in_the_manual() -> None:
    named = {part for row in rows("docs/architecture.md", "Part") for cell in row for part in quoted(cell)}
    assert parts() <= named


def test_every_file_that_the_house_is_said_to_have_exists() -> None:
    for part, _, look in rows("docs/architecture.md", "Part"):
        folders = [SOURCE, *(SOURCE / name for name in quoted(part) if name.endswith("/"))]
        for name in quoted(part) + quoted(look):
            if name.endswith((".py", "/")):
                assert any((folder / name).exists() for folder in folders), f"{part}: {name}"


def test_every_file_that_the_walk_passes_exists() -> None:
    walk = section("docs/architecture.md", "One order")
    for name in quoted(walk):
        if name.endswith(".py"):
            assert (SOURCE / name).is_file(), name


def test_every_promise_is_in_the_picture_of_the_house() -> None:
    promises = [
        name
        for name, kind in vars(ports).items()
        if isinstance(kind, type) and kind.__module__ == ports.__name__ and Protocol in kind.__bases__
    ]
    assert len(promises) >= 7
    (line,) = re.findall(r"(?m)^ +ports +PROMISES +(.*)$", page("docs/architecture.md"))
    assert set(line.split(", ")) == set(promises)


# The first pages


@pytest.mark.parametrize("name", READMES)
def test_a_readme_shows_how_to_start(name: str) -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", page(name), re.DOTALL)
    assert blocks[:2] == ["pip install uv && uv run hoga up", "pip install uv && uv run pytest"]


def test_both_readmes_show_the_same_commands() -> None:
    english = [row[0] for row in rows("README.md", "Command")]
    korean = [row[0] for row in rows("README.ko.md", "명령")]
    assert english == korean
    assert len(english) >= 7


def test_both_readmes_show_the_same_examples() -> None:
    english, korean = (re.findall(r"```sh\n(.*?)\n```", page(name), re.DOTALL) for name in READMES)
    assert english == korean


def test_both_readmes_name_each_other_and_the_same_pages() -> None:
    english, korean = (set(re.findall(r"\]\(([^)]+)\)", page(name))) for name in READMES)
    assert english - {"README.ko.md"} == korean - {"README.md"}
    assert "README.ko.md" in english
    assert "README.md" in korean
    assert set(MANUAL) <= english


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page(name)):
        assert target.startswith("https://") or ((ROOT / name).parent / target).is_file(), target


def test_the_changelog_begins_with_what_is_not_released() -> None:
    heads = re.findall(r"(?m)^## (.*)$", page("CHANGELOG.md"))
    assert heads[0] == "Unreleased"
    groups = re.findall(r"(?m)^### (.*)$", section("CHANGELOG.md", "Unreleased"))
    assert groups
    assert set(groups) <= {"Added", "Changed", "Fixed", "Rules"}


def test_the_manual_holds_no_machine_and_no_registry() -> None:
    for name in (*PAGES, "CHANGELOG.md"):
        assert not re.search(r"/(?:work|root|home)/\w|index[-_]url|simple/", page(name)), name
