"""What tells whose account it is, or opens something, is in no `repr`: these stand in logs and traces."""

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import msgspec

import hoga

SECRET = {
    "account",
    "appkey",
    "appsecret",
    "approval_key",
    "certificate_password",
    "holder",
    "hts_id",
    "htsid",
    "journal",
    "named",
    "password",
    "secret",
    "token",
}
"""Names of fields of text."""

SIMULATED = (
    "hoga.exchange.",
    "hoga.storage.open_exchange.OpenExchange",
    "hoga.accounts.connection.Rehearsal",
    "hoga.brokers.kis.holdings.BuyingPowerQuery",
    "hoga.brokers.kis.order_list.OrdersQuery",
    "hoga.brokers.kis.profits.PeriodQuery",
    "hoga.brokers.kis.reserved.Reservation",
    "hoga.brokers.kis.frames._AskedHeader",
    "hoga.brokers.kis.server._LoginBody",
)
"""Accounts and keys of a market that is made, and what its face reads."""

FINGERPRINT = ("hoga.domain.plan.Plan",)
"""An account that is told without being named."""


def kinds() -> Iterator[type]:
    for found in pkgutil.walk_packages(hoga.__path__, "hoga."):
        if found.name == "hoga.__main__":
            continue
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == module.__name__:
                yield kind


def shown(kind: type) -> set[str]:
    """The fields of a class that its `repr` tells and that should be told by none."""
    if dataclasses.is_dataclass(kind):
        if not kind.__dataclass_params__.repr or "__repr__" in _written(kind):  # type: ignore[attr-defined]
            return set()
        told = {each.name: str(each.type) for each in dataclasses.fields(kind) if each.repr}
    elif issubclass(kind, msgspec.Struct) and kind.__repr__ is msgspec.Struct.__repr__:
        told = {each.name: str(each.type) for each in msgspec.structs.fields(kind)}
    else:
        return set()
    return {name for name, annotation in told.items() if name in SECRET and "str" in annotation}


def _written(kind: type) -> set[str]:
    """Methods that stand in the source: `dataclass` adds others."""
    return {
        name
        for name, value in vars(kind).items()
        if inspect.isfunction(value) and not hasattr(value, "__wrapped__")
    }


def test_no_secret_stands_in_a_repr() -> None:
    found = {f"{kind.__module__}.{kind.__qualname__}": names for kind in kinds() if (names := shown(kind))}
    assert found
    assert {
        name: fields
        for name, fields in found.items()
        if not name.startswith(SIMULATED) and name not in FINGERPRINT
    } == {}
