"""The desk is the only door to a broker: nothing else of ours places, replaces or cancels an order."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import hoga
from hoga.brokers.kis.account_questions import AccountQuestions
from hoga.brokers.kis.client import KisClient
from hoga.brokers.kis.inquiry import Inquiry
from hoga.brokers.kis.services import SERVICES, Call
from hoga.front import Front
from hoga.ports import Broker

SOURCE = Path(hoga.__file__).parent
ORDERS = frozenset({"place", "replace", "cancel"})
"""What the promise of a broker calls them."""
RESERVATIONS = frozenset({"reserve", "replace_reserved", "cancel_reserved"})
"""Orders for a morning, which the KIS client has for programs that use it directly."""


def calls(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every method call in a file: in which function, on what, and of which name."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield function.name, ast.unparse(node.func.value), node.func.attr


def names_in(path: Path) -> set[str]:
    """What a file takes of anything, called or not, and every word that stands alone in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                found.add(name)
            case _:
                continue
    return found


def find(names: frozenset[str], *owners: str) -> set[tuple[str, str]]:
    """The files and functions that call a method of these names on something called so."""
    return {
        (path.relative_to(SOURCE).as_posix(), function)
        for path in SOURCE.rglob("*.py")
        for function, owner, name in calls(path)
        if name in names and owner.rpartition(".")[2].lstrip("_") in owners
    }


def test_only_the_courier_of_the_desk_asks_a_broker_for_orders() -> None:
    assert find(ORDERS, "broker", "client", "kis") == {("trading/courier.py", name) for name in ORDERS}
    naming = {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if names_in(path) & RESERVATIONS
    }
    assert naming == {"brokers/kis/services.py"}  # a call of KIS's is named so there, and nobody is asked


@pytest.mark.parametrize(
    ("broker", "helper", "direct"), [("kis", "_send", RESERVATIONS), ("remote", "_change", {"place"})]
)
def test_what_may_not_be_repeated_is_sent_by_the_orders_of_a_client_only(
    broker: str, helper: str, direct: frozenset[str]
) -> None:
    client = f"brokers/{broker}/client.py"
    sending = {function for path, function in find(frozenset({"send"}), "rest") if path == client}
    assert sending == {helper, *direct}
    asking = {name for name, _, called in calls(SOURCE / client) if called == helper}
    assert asking | direct == (ORDERS | RESERVATIONS if broker == "kis" else ORDERS)


def test_nothing_else_sends_what_may_not_be_repeated() -> None:
    clients = {"brokers/kis/client.py", "brokers/remote/client.py"}
    assert {path for path, _ in find(frozenset({"send"}), "rest")} == clients


def test_the_client_builds_no_request_that_orders_but_these() -> None:
    """Orders on credit have ids at KIS, which the face serves; nothing of ours asks for them."""
    built = {
        node.attr
        for path in (SOURCE / "brokers" / "kis").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("make_request")
        for node in ast.walk(call.args[0])
        if isinstance(node, ast.Attribute)
    }
    ordering = {service.call.name for service in SERVICES.values() if service.method == "POST"}
    reserving = {Call.RESERVE.name, Call.RESERVE_REPLACE.name, Call.RESERVE_CANCEL.name}
    assert {"BUY", "SELL", "REVISE", "CREDIT_BUY", *reserving} <= ordering
    # A buy and a sell are chosen by their side; a hashkey is of what is sent, and orders nothing.
    assert (built & ordering) - {Call.REVISE.name, Call.HASHKEY.name} == reserving


@pytest.mark.parametrize("kind", [KisClient, Inquiry, Front])
def test_what_a_person_holds_has_no_other_method_that_orders(kind: type) -> None:
    desk = {"buy", "sell", "replace", "cancel"}  # of a notebook: each begins with the desk
    allowed = {KisClient: ORDERS | RESERVATIONS, Inquiry: frozenset[str](), Front: desk}[kind]
    words = ("place", "replace", "cancel", "amend", "reserve", "buy", "sell", "order", "submit", "send")
    found = {
        name
        for name, member in inspect.getmembers(kind, callable)
        if not name.startswith("_") and any(word in name for word in words)
    }
    questions = {"buying_power", "sellable", "orders", "open_orders", "past_orders", "reserved"}
    assert found - questions == allowed & found
    assert allowed <= found
    assert {name for name in vars(Broker) if not name.startswith("_")} >= ORDERS


def test_a_notebooks_question_cannot_reach_an_order() -> None:
    client = KisClient.__new__(KisClient)
    for name in ("charts", "market", "companies", "flows", "ledger"):
        setattr(client, name, object())
    shown = {name for name in vars(Inquiry(client)) if not name.startswith("_")}
    assert not shown & (ORDERS | RESERVATIONS)
    assert not {name for name in dir(AccountQuestions) if name in ORDERS | RESERVATIONS}
    assert not any(isinstance(member, KisClient) for member in vars(Inquiry(client)).values())
