"""Holds what the bridge answers against its own description, field by field."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

Validators = dict[tuple[str, str, str], dict[str, Draft202012Validator | None]]
"""For each route and status what may be answered, by its kind; None for what is not JSON."""

_known: Validators = {}
_patterns: list[tuple[re.Pattern[str], str]] = []


def closed(schema: Any) -> Any:
    """The same where nothing may be answered that is not described."""
    match schema:
        case dict():
            more = {"additionalProperties": False} if "properties" in schema else {}
            return {**{key: closed(value) for key, value in schema.items()}, **more}
        case list():
            return [closed(value) for value in schema]
        case _:
            return schema


def hold(response: httpx.Response, describe: Callable[[], dict[str, Any]]) -> None:
    """Fails when an answer is not among those that are described of its route.

    `describe` gives the description. It is the same for all bridges, so it is asked for once.
    """
    if not _known:
        _learn(describe())
    assert "X-Hoga-Prices" in response.headers
    content_type = response.headers["Content-Type"].partition(";")[0]
    route = _route(response.request.url.path)
    name = (response.request.method.lower(), route, str(response.status_code))
    if route and (name[0], route, "401") in _known:
        assert name in _known, f"{name} is not described"
        assert content_type in _known[name], f"{content_type} is not described of {name}"
        validator = _known[name][content_type]
    elif response.status_code >= 400:  # no such route, or not with this method
        validator = _known["get", "/v1/account", "401"]["application/problem+json"]
    else:
        return
    if validator is not None and response.request.method != "HEAD":
        errors = [
            f"{error.instance_path}: {error.message}" for error in validator.iter_errors(response.json())
        ]
        assert not errors, (name, errors)


async def hold_by_its_own(response: httpx.Response, client: httpx.AsyncClient) -> None:
    """The same for a bridge that is somewhere else and describes itself."""
    told = await client.get(response.request.url.join("/openapi.json"))
    hold(response, told.json)


def validator_of(schema: Any, description: dict[str, Any]) -> Draft202012Validator:
    """What tells whether a value is described by `schema`, and has nothing beside."""
    parts = closed(description["components"])
    return Draft202012Validator({**closed(schema), "components": parts}, validate_formats=True)


def _learn(description: dict[str, Any]) -> None:
    paths = sorted(description["paths"], key=lambda path: ("{" in path, path))
    for path in paths:
        plain = "[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", path))
        _patterns.append((re.compile(plain), path))
        for method, route in description["paths"][path].items():
            for status, answer in route["responses"].items():
                _known[method, path, status] = {
                    kind: validator_of(told["schema"], description) if told.get("schema") else None
                    for kind, told in answer["content"].items()
                }


@cache
def _route(path: str) -> str:
    return next((route for pattern, route in _patterns if pattern.fullmatch(path)), "")
